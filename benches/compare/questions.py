"""Questions drawn from the documents themselves, by how many of them have a word: nobody chose them."""
import collections
import json
import math
import random
import re

FACETS = ["country", "actor", "topic"]

# Name of a class, and what is asked in it.
CLASSES = {
    "rare": "rare word",
    "common": "common word",
    "and": "AND",
    "or": "OR",
    "phrase": "phrase",
    "prefix": "prefix",
    "fuzzy": "fuzzy",
    "newest": "word, newest first",
    "filter": "word, one filter",
    "all_facets": "whole corpus + 3 facets",
    "word_facets": "word + 3 facets",
    "sideways": "word, 3 filters, drill-sideways",
}

SAMPLE = 20_000
SEPARATOR = re.compile(r"[^a-z]+")


class Sample:
    """Words of the first documents, with the number of those that have them."""

    def __init__(self, joined):
        self.words, self.pairs = collections.Counter(), collections.Counter()
        self.values = collections.Counter()
        self.records = []
        with open(joined, encoding="utf-8") as lines:
            for line in lines:
                if len(self.records) == SAMPLE:
                    break
                record = json.loads(line)
                # What is not a plain word keeps its place, so that no pair goes across it.
                tokens = [
                    word if len(word) > 3 and not SEPARATOR.search(word) else ""
                    for text in (record["title"], record["body"])
                    for word in text.lower().split()
                ]
                kept = set(tokens) - {""}
                self.words.update(kept)
                self.pairs.update({(a, b) for a, b in zip(tokens, tokens[1:]) if a and b and a != b})
                values = {facet: record[facet] for facet in FACETS}
                self.records.append((kept, values))
                for facet in FACETS:
                    self.values.update((facet, value) for value in values[facet])
        self.count = len(self.records)

    def spread(self, of, least, most, count):
        """Keys in even steps of the logarithm of their frequency, from one share of the documents to another."""
        least, most = max(least * self.count, 2), most * self.count
        keys = sorted((number, key) for key, number in of.items() if least <= number <= most)
        if not keys:
            return []
        low, high = math.log(keys[0][0]), math.log(keys[-1][0])
        chosen, at = [], 0
        for step in range(count):
            wanted = math.exp(low + (high - low) * (step + 0.5) / count)
            while at < len(keys) - 1 and keys[at][0] < wanted:
                at += 1
            if keys[at][1] not in chosen:
                chosen.append(keys[at][1])
        return chosen


def draw(joined, count):
    """So many questions of each class: `[{"class", "kind", "words", ...}]`."""
    sample, chance = Sample(joined), random.Random(1)
    rare = sample.spread(sample.words, 0.0003, 0.002, count)
    common = sample.spread(sample.words, 0.01, 0.25, count)
    between = sample.spread(sample.words, 0.001, 0.15, count)
    pairs = sample.spread(sample.pairs, 0.0003, 0.2, count)
    asked = []

    def ask(name, kind, words, **more):
        asked.append({"class": name, "kind": kind, "words": list(words), **more})

    def together(number):
        """Two words of one document."""
        records = chance.sample(sample.records, len(sample.records))
        for kept, _ in records:
            words = [word for word in sorted(kept) if 0.005 < sample.words[word] / sample.count < 0.25]
            if len(words) > 1:
                yield chance.sample(words, 2)
                number -= 1
                if number == 0:
                    return

    for word in rare:
        ask("rare", "word", [word])
    for word in common:
        ask("common", "word", [word])
    for words in together(count):
        ask("and", "and", words)
    for number, word in enumerate(between):
        ask("or", "or", [word, between[(number * 7 + 3) % len(between)]])
    for pair in pairs:
        ask("phrase", "phrase", pair)
    for number, word in enumerate(between):
        ask("prefix", "prefix", [word[: 4 + number % 2]])
    for word in between:
        ask("fuzzy", "fuzzy", [word])
    for word in common:
        ask("newest", "word", [word], newest=True)
    for word in common:
        ask("filter", "word", [word], filters=chosen(sample, word, ["country"]))
    ask("all_facets", "all", [], facets=FACETS)
    for word in common:
        ask("word_facets", "word", [word], facets=FACETS)
    for word in common:
        ask("sideways", "word", [word], facets=FACETS, filters=chosen(sample, word, FACETS))
    return asked


def chosen(sample, word, facets):
    """A value of each facet, all in one document with the word: the commonest ones of such."""
    whole = [(kept, values) for kept, values in sample.records if all(values[facet] for facet in facets)]
    holding = [values for kept, values in whole if word in kept] or [values for _, values in whole]
    if not holding:
        return [[facet, "none"] for facet in facets]

    def best(facet, values):
        return max(values[facet], key=lambda value: sample.values[facet, value])

    def weight(values):
        return sum(math.log(sample.values[facet, best(facet, values)]) for facet in facets)

    values = max(holding, key=weight)
    return [[facet, best(facet, values)] for facet in facets]
