"""Articles that nobody wrote: the same ones for the same number, on every machine.

Texts have the shape of English news without its sense: function words are half of it, the rest are made-up words by a
Zipf law, some with endings that a stemmer takes off, some of one field more often than of another, some in pairs. A text
has three to nine paragraphs, about 1.6 KB. Each article has a title, a day, one to three countries, up to four actors and one or two
topics, whose names stand in the text as well.

    corpus.py DOCUMENTS FILE.jsonl
"""
import bisect
import datetime
import itertools
import json
import os
import random
import sys

FUNCTION = (
    "the of to and in that for on is with was by as at he it from said be has are have his an not were they will which their "
    "who had but been this its after would also more when up about one out there last than other into over if could year some "
    "all two no first she time before against her under between most made where those while can only just these must so"
).split()
COUNTRIES = (
    "France;Germany;China;Japan;India;Brazil;Italy;Spain;Egypt;Nigeria;Mexico;Canada;Australia;Argentina;Poland;Ukraine;"
    "Israel;Lebanon;Iraq;Jordan;Kenya;Ethiopia;Ghana;Chile;Peru;Colombia;Cuba;Haiti;Sweden;Norway;Finland;Denmark;"
    "Portugal;Greece;Austria;Hungary;Romania;Bulgaria;Serbia;Croatia;Albania;Morocco;Algeria;Tunisia;Libya;Sudan;"
    "Somalia;Uganda;Rwanda;Zambia;Zimbabwe;Angola;Mozambique;Madagascar;Senegal;Mali;Niger;Chad;Gabon;Cameroon;"
    "Pakistan;Bangladesh;Nepal;Thailand;Malaysia;Indonesia;Philippines;Singapore;Cambodia;Mongolia;Kazakhstan;"
    "Uzbekistan;Georgia;Armenia;Azerbaijan;Cyprus;Malta;Iceland;Ireland;Belgium;Luxembourg;Switzerland;Slovakia;"
    "Slovenia;Estonia;Latvia;Lithuania;Belarus;Kuwait;Qatar;Oman;Yemen;Bahrain;Ecuador;Bolivia;Paraguay;Uruguay;"
    "Guatemala;Honduras;Nicaragua;Panama;Jamaica;Barbados;Fiji;Samoa;Tonga;Botswana;Namibia;Malawi;Togo;Benin"
).split(";")
ONSETS = "b br c ch cl d dr f fl g gl gr h j k kr l m n p pl pr qu r s sc sk sl st t tr v w z".split()
VOWELS = "a e i o u ai ea ou".split()
ENDINGS = "ork ump ask ilt and elm isk ost urn opt amb oft arp unk".split()
SUFFIXES = ["", "s", "ed", "ing", "er"]
FIRST_DAY, DAYS = datetime.date(2000, 1, 1), 7305
ROOTS, NAMES, TOPICS, FIELDS, PAIRS = 24_000, 20_000, 240, 40, 1_000
PER_FILE = 500


class Zipf:
    """Draws: the n-th is 1/n^s as frequent as the first."""

    def __init__(self, items, exponent=1.0):
        self.items = items
        self.sums = list(itertools.accumulate(1 / n**exponent for n in range(1, len(items) + 1)))

    def draw(self, chance, count):
        return chance.choices(self.items, cum_weights=self.sums, k=count)

    def one(self, chance):
        return self.items[bisect.bisect(self.sums, chance.random() * self.sums[-1])]


def made_up(chance, count, taken, ending=True):
    """Different words that are in no dictionary."""
    words = []
    while len(words) < count:
        syllables = chance.choice((0, 1, 1, 1, 1, 2)) if ending else 2
        word = "".join(chance.choice(ONSETS) + chance.choice(VOWELS) for _ in range(syllables))
        word += chance.choice(ONSETS[:20]) + chance.choice(ENDINGS) if ending else chance.choice("nrsltmk")
        if word not in taken:
            taken.add(word)
            words.append(word)
    return words


class Articles:
    def __init__(self):
        chance = self.chance = random.Random(20_261_126)
        taken = set(FUNCTION)
        roots = made_up(chance, ROOTS, taken)
        forms = []
        for number, root in enumerate(roots):
            # Every third word has other forms.
            forms += [root + suffix for suffix in SUFFIXES] if number % 3 == 0 else [root]
        self.words = Zipf(forms, 0.9)
        self.function = Zipf(FUNCTION, 0.8)
        self.fields = [Zipf(chance.sample(forms[200:], 400), 0.6) for _ in range(FIELDS)]
        pairs = zip(chance.sample(forms[:20_000], PAIRS), chance.sample(forms[:20_000], PAIRS))
        self.pairs = Zipf([" ".join(pair) for pair in pairs], 0.8)
        parts = [name.capitalize() for name in made_up(chance, 900, taken, ending=False)]
        people = set()
        while len(people) < NAMES:
            people.add(f"{chance.choice(parts)} {chance.choice(parts)}")
        self.people = Zipf(sorted(people), 0.9)
        chance.shuffle(self.people.items)
        self.countries = Zipf(COUNTRIES, 0.9)
        self.topics = Zipf([" ".join(made_up(chance, 2, taken)) for _ in range(TOPICS)], 0.8)

    def article(self, number):
        chance = self.chance
        countries = list(dict.fromkeys(self.countries.draw(chance, chance.choice((1, 1, 1, 2, 2, 3)))))
        people = list(dict.fromkeys(self.people.draw(chance, chance.choice((0, 1, 1, 2, 2, 3, 4)))))
        topics = list(dict.fromkeys(self.topics.draw(chance, chance.choice((1, 1, 2)))))
        field = self.fields[hash_of(topics[0]) % FIELDS]
        length = int(min(900, max(60, chance.lognormvariate(5.24, 0.45))))
        content = self.words.draw(chance, length * 4 // 10) + field.draw(chance, length * 15 // 100)
        content += self.pairs.draw(chance, 4)
        rest = content + self.function.draw(chance, length - len(content))
        chance.shuffle(rest)
        names = countries + people + [topics[0]]
        sentences, at = [], 0
        while at < len(rest):
            size = chance.randint(8, 26)
            sentence = rest[at : at + size]
            at += size
            if names and len(sentences) % 2 == 0:
                sentence.insert(len(sentence) // 2, names.pop(0))
            if len(sentence) > 14:
                sentence[7] += ","
            text = " ".join(sentence)
            sentences.append(text[0].upper() + text[1:] + ".")
        paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
        title = " ".join([countries[0]] + self.words.draw(chance, chance.randint(3, 7)))
        return {
            "id": f"a{number:07}",
            "title": title[0].upper() + title[1:],
            "language": "en",
            "date": str(FIRST_DAY + datetime.timedelta(days=chance.randrange(DAYS))),
            "country": countries,
            "actor": people,
            "topic": topics,
            "body": "\n\n".join(paragraphs),
        }


def hash_of(text):
    """The same in every process, unlike `hash`."""
    return sum(ord(c) * 31**n for n, c in enumerate(text[:8]))


def generate(documents, folder, joined):
    """Writes files of 500 articles into the folder, if one is named, and all of them into one file as well."""
    if folder:
        os.makedirs(folder, exist_ok=True)
    articles = Articles()
    with open(joined, "w", encoding="utf-8") as whole:
        for first in range(0, documents, PER_FILE):
            lines = [
                json.dumps(articles.article(number), ensure_ascii=False) + "\n"
                for number in range(first, min(first + PER_FILE, documents))
            ]
            whole.writelines(lines)
            if not folder:
                continue
            with open(os.path.join(folder, f"articles-{first // PER_FILE:05}.jsonl"), "w", encoding="utf-8") as part:
                part.writelines(lines)


def split(jsonl, folder, joined):
    """Lays any JSONL out in the same way; facets of one value become lists. Returns how many there are."""
    os.makedirs(folder, exist_ok=True)
    count, part = 0, None
    with open(jsonl, encoding="utf-8") as lines, open(joined, "w", encoding="utf-8") as whole:
        for line in lines:
            if not line.strip():
                continue
            if count % PER_FILE == 0:
                if part:
                    part.close()
                part = open(os.path.join(folder, f"articles-{count // PER_FILE:05}.jsonl"), "w", encoding="utf-8")
            record = plain(json.loads(line))
            line = json.dumps(record, ensure_ascii=False) + "\n"
            whole.write(line)
            part.write(line)
            count += 1
    if part:
        part.close()
    return count


KEYS = {"country": ("country", "places"), "actor": ("actor", "people", "orgs"), "topic": ("topic", "topics")}


def plain(record):
    """The members that are compared, by the names that every peer reads."""
    made = {"id": str(record["id"]), "title": record.get("title") or "", "date": str(record.get("date") or "")[:10]}
    made["language"] = record.get("language") or ""
    for facet, keys in KEYS.items():
        values = [record.get(key) or [] for key in keys]
        values = [[value] if isinstance(value, str) else value for value in values]
        made[facet] = list(dict.fromkeys(itertools.chain(*values)))
    made["body"] = record.get("body") or record.get("text") or ""
    return made


def text_bytes(joined):
    """Bytes of titles and bodies."""
    with open(joined, encoding="utf-8") as lines:
        records = map(json.loads, lines)
        return sum(len(record["title"].encode()) + len(record["body"].encode()) for record in records)


def change(folder, turn):
    """Changes one article in a hundred: every tenth one in every tenth file. Returns how many, and their new word."""
    word, changed = "zymurgork" + chr(ord("a") + turn), 0
    for number, name in enumerate(sorted(os.listdir(folder))):
        if number % 10 or not name.endswith(".jsonl"):
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        for at in range(turn, len(lines), 10):
            record = json.loads(lines[at])
            record["body"] += f"\n\nThis one is {word} now."
            lines[at] = json.dumps(record, ensure_ascii=False) + "\n"
            changed += 1
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)
    return changed, word


if __name__ == "__main__":
    generate(int(sys.argv[1]), None, sys.argv[2])
