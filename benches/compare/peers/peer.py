"""What the peers in Python share: the files of a corpus, and the questions of a warm process (see ../README.md)."""
import hashlib
import json
import os
import sys
import time

FACETS = ["country", "actor", "topic"]


def files(corpus):
    """Path, size and time of every file, in order."""
    for name in sorted(os.listdir(corpus)):
        if name.endswith(".jsonl"):
            path = os.path.join(corpus, name)
            state = os.stat(path)
            yield path, state.st_size, state.st_mtime_ns


def records(path):
    with open(path, "rb") as lines:
        for line in lines:
            yield json.loads(line), hashlib.blake2b(line, digest_size=16).digest()


def anonymous():
    """Kilobytes of memory that no file lies behind; 0 where the system does not say."""
    try:
        with open("/proc/self/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("RssAnon:")), 0)
    except OSError:
        return 0


def answer(answers):
    """A question a line, an answer a line; an empty line asks for the memory in use."""
    for line in sys.stdin:
        if not line.strip():
            print(json.dumps({"anonymous_kb": anonymous()}), flush=True)
            continue
        question = json.loads(line)
        clock, cpu = time.perf_counter_ns(), time.thread_time_ns()
        found = answers.ask(question)
        us, cpu_us = (time.perf_counter_ns() - clock) / 1e3, (time.thread_time_ns() - cpu) / 1e3
        if found is None:
            print(json.dumps({"absent": True}), flush=True)
            continue
        total, hits, facets = found
        told = {"total": total, "us": us, "cpu_us": cpu_us, "hits": [[id, date] for id, _, date, _ in hits], "facets": facets}
        print(json.dumps(told), flush=True)


def main(index, update, answers):
    match sys.argv[1:]:
        case ["index", corpus, folder]:
            print(json.dumps({"documents": index(corpus, folder)}))
        case ["update", corpus, folder]:
            print(json.dumps({"changed": update(corpus, folder)}))
        case ["answer", folder]:
            answer(answers(folder))
        case ["cold", folder, word]:
            total, hits, _ = answers(folder).ask({"kind": "word", "words": [word]})
            print(total, *(f"{id} {date} {title}" for id, title, date, _ in hits), sep="\n")
        case _:
            sys.exit("usage: index|update CORPUS INDEX, answer INDEX, cold INDEX WORD")
