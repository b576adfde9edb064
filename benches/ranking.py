#!/usr/bin/env python3
"""Measures the order by relevance on the Cranfield collection.

    benches/ranking.py PRESSMARK DATA [--grid]

PRESSMARK is the program; DATA a folder with `corpus.jsonl` (id, title, text), `queries.jsonl`
(text) and `qrels.tsv` (query, document, judgement; queries are numbered from 1 in the order of
their file). The collection is indexed in a temporary folder; its queries, reduced to their words,
are asked in one batch with `--any`. A document is relevant if its judgement is above 0.

MAP and nDCG@10 (binary gain) are means over all queries. With `--grid`, the numbers of the ranking
are chosen by two-fold cross-validation: the best for the odd queries are measured on the even ones
and the other way round, and the two halves are put together. Nothing is ever chosen on the half it is
measured on.
"""

import argparse
import csv
import itertools
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

GRID = {
    "k1": [1.2, 2, 3, 4],
    "title": [1, 2, 3, 4],
    "title-b": [0.4, 0.75],
    "body-b": [0.6, 0.75, 0.9],
}


def judgements(path):
    relevant = {}
    with open(path, newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if int(row["score"]) > 0:
                relevant.setdefault(int(row["query-id"]), set()).add(row["corpus-id"])
    return relevant


def questions(path):
    with open(path) as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [" ".join(re.findall(r"\w+", text.lower())) for text in texts]


def ask(program, corpus, questions, ranking):
    """The ids found for each question, best first."""
    options = [f"{name}={number}" for name, number in ranking.items()]
    command = [program, "search", "-C", corpus, "--batch", "-", "--any", "-n", "all"]
    command += ["--facets", "none", "--fields", "id"]
    if options:
        command += ["--ranking", ",".join(options)]
    done = subprocess.run(command, input="\n".join(questions), capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stdout[-2000:] + done.stderr)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [[hit["id"] for hit in answer["hits"]] for answer in answers]


def average_precision(found, relevant):
    hits, total = 0, 0.0
    for rank, document in enumerate(found, 1):
        if document in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)


def ndcg(found, relevant, depth=10):
    gain = sum(1 / math.log2(rank + 1) for rank, document in enumerate(found[:depth], 1) if document in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(depth, len(relevant)) + 1))
    return gain / best


def mean(values):
    return sum(values) / len(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pressmark")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--grid", action="store_true", help="choose the numbers by cross-validation")
    arguments = parser.parse_args()
    relevant = judgements(arguments.data / "qrels.tsv")
    texts = questions(arguments.data / "queries.jsonl")
    judged = [number for number in range(1, len(texts) + 1) if relevant.get(number)]

    with tempfile.TemporaryDirectory() as corpus:
        shutil.copy(arguments.data / "corpus.jsonl", corpus)
        subprocess.run([arguments.pressmark, "index", corpus, "-q"], check=True)

        def measure(ranking):
            """Average precision and nDCG@10 of every judged query."""
            found = ask(arguments.pressmark, corpus, texts, ranking)
            return {
                number: (
                    average_precision(found[number - 1], relevant[number]),
                    ndcg(found[number - 1], relevant[number]),
                )
                for number in judged
            }

        def report(name, figures):
            values = list(figures.values())
            print(f"{name}: MAP {mean([v[0] for v in values]):.4f}, "
                  f"nDCG@10 {mean([v[1] for v in values]):.4f}, {len(values)} queries")

        report("as it is", measure({}))
        if not arguments.grid:
            return
        tried = []
        for numbers in itertools.product(*GRID.values()):
            ranking = dict(zip(GRID, numbers))
            tried.append((ranking, measure(ranking)))
        halves = {}
        for name, parity in (("odd", 1), ("even", 0)):
            def fitness(entry):
                return sum(sum(value) for number, value in entry[1].items() if number % 2 == parity)

            ranking, figures = max(tried, key=fitness)
            print(f"best on the {name} queries: {ranking}")
            halves.update({n: v for n, v in figures.items() if n % 2 != parity})
        report("cross-validated", halves)


if __name__ == "__main__":
    main()
