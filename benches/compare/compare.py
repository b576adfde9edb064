#!/usr/bin/env python3
"""pressmark beside its peers, on the same documents and the same questions, in one run.

    python3 benches/compare/compare.py                       20,000 generated articles
    python3 benches/compare/compare.py --documents 200000
    python3 benches/compare/compare.py --jsonl FILE          articles of your own

Needs Python 3.10 and cargo, nothing else: what is missing of pressmark and the yardstick is built first, and a peer that
is not at hand is named as absent. See README.md for what is measured, and how.
"""
import argparse
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

import corpus
import questions
import report
import sides

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Work:
    """Where everything of a run lies."""

    def __init__(self, scratch):
        self.corpus, self.joined = scratch / "corpus", scratch / "all.jsonl"
        self.config, self.indexes = scratch / "pressmark.toml", scratch / "indexes"
        self.classes, self.programs = scratch / "classes", scratch / "programs"
        self.indexes.mkdir()
        self.classes.mkdir()
        self.config.write_text(sides.CONFIG)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000, help="how many articles to generate (20000)")
    parser.add_argument("--jsonl", type=pathlib.Path, help="articles of your own instead")
    parser.add_argument("--rounds", type=int, default=11, help="how often every question is asked (11)")
    parser.add_argument("--index-rounds", type=int, default=3, help="how often is built and updated (3)")
    parser.add_argument("--questions", type=int, default=10, help="questions of each class (10)")
    parser.add_argument("--without", default="", help="sides to leave out: bare,fts5,xapian,lucene,ripgrep")
    parser.add_argument("--patience", type=float, default=60, help="a build that takes longer is done once, in seconds (60)")
    parser.add_argument("--budget", type=float, default=30, help="seconds for a side and a class, three rounds at least (30)")
    parser.add_argument("--cpu", action="store_true", help="count the time that a side had a processor, on a busy machine")
    parser.add_argument("--out", default="comparison", help="where the results go: OUT.md and OUT.json")
    parser.add_argument("--scratch", type=pathlib.Path, help="where corpus and indexes lie meanwhile")
    parser.add_argument("--lucene", type=pathlib.Path, help="folder with Lucene's jars")
    parser.add_argument("--pressmark", type=pathlib.Path)
    parser.add_argument("--bare", type=pathlib.Path)
    parser.add_argument("--answer", type=pathlib.Path, help="the program of benches/latency")
    return parser.parse_args()


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def built(given, folder, program):
    """A program that was named, or else that of a package here, built if need be."""
    if given:
        return given.resolve()
    say(f"cargo build: {program}")
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--bin", program]
    subprocess.run(command, cwd=folder, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", folder / "target")
    return pathlib.Path(target).resolve() / "release" / program


def installed(program, folder):
    """A copy of a program. What a linker leaves of its output in the page cache depends on how it wrote it, and a cold command
    takes up to a seventh more or less for that; copies lie there alike, as what is installed does."""
    folder.mkdir(exist_ok=True)
    return pathlib.Path(shutil.copy(program, folder / program.name))


def all_sides(args, work):
    answer = built(args.answer, ROOT / "benches" / "latency", "answer")
    pressmark = installed(built(args.pressmark, ROOT, "pressmark"), work.programs)
    bare = installed(built(args.bare, ROOT / "benches" / "bare", "bare"), work.programs)
    found = [
        sides.Pressmark(pressmark, answer),
        sides.Bare(bare, answer),
        sides.Fts5(),
        sides.Xapian(),
        sides.Lucene(args.lucene, work.classes),
        sides.Ripgrep(),
    ]
    left_out = args.without.split(",")
    for side in found:
        if side.key in left_out:
            side.absent = "left out"
    return found


def in_turn(present, number):
    """The sides in an order that changes from one turn to the next."""
    at = number % len(present)
    return present[at:] + present[:at]


def build(args, work, present, result):
    builders = [side for side in present if side.has_index]
    for number in range(args.index_rounds):
        for side in in_turn(builders, number):
            took = result[side.key].setdefault("index", [])
            if took and took[0]["seconds"] > args.patience:
                continue
            shutil.rmtree(side.folder(work), ignore_errors=True)
            # What others wrote is not to be written at this one's cost.
            os.sync()
            took.append(sides.run(side.index(work)))
            say(f"index {number + 1}: {side.name} {took[-1]['seconds']:.1f} s")
    for side in builders:
        result[side.key]["size"] = side.size(work)


def cold(args, work, present, asked, result):
    words = {name: next(q["words"][0] for q in asked if q["class"] == name) for name in ("rare", "common")}
    for number in range(args.rounds + 1):
        for name, word in words.items():
            for side in in_turn(present, number):
                took = sides.run(side.cold(work, word))
                if number:
                    result[side.key].setdefault("cold", {}).setdefault(name, []).append(took)
    say(f"cold commands: {', '.join(words.values())}")


def agrees(mine, theirs, question):
    """Whether two answers are the same: the total, the counts of every facet, and days where they are the order."""
    if mine["total"] != theirs["total"]:
        return False
    if question.get("newest") and [day for _, day in mine["hits"]] != [day for _, day in theirs["hits"]]:
        return False
    for facet in question.get("facets", []):
        ours, others = mine["facets"].get(facet, []), theirs["facets"].get(facet, [])
        if [count for _, count in ours] != [count for _, count in others]:
            return False
        # Of equally frequent values at the end of the list, each may show others.
        last = ours[-1][1] if ours else 0
        if {tuple(one) for one in ours if one[1] > last} != {tuple(one) for one in others if one[1] > last}:
            return False
    return True


def warming(asked, number):
    """Two other questions of the class, which are asked right before: a side that waited for the others has to find its
    code in the processor's caches again, and that is not what a warm process is about."""
    of_class = [question for question in asked if question["class"] == asked[number]["class"]]
    at = of_class.index(asked[number])
    return [of_class[(at - back) % len(of_class)] for back in (2, 1)]


def warm(args, work, present, asked, result):
    processes = {side.key: side.warm(work) for side in present}
    times = {side.key: [[] for _ in asked] for side in present}
    rounds = {side.key: {} for side in present}
    us = "cpu_us" if args.cpu else "us"
    for number, question in enumerate(asked):
        first = processes[present[0].key].ask(question)
        question["total"] = first["total"]
        for side in present:
            answer = processes[side.key].ask(question)
            if answer.get("absent"):
                times[side.key][number] = None
            elif not agrees(first, answer, question):
                result[side.key].setdefault("differs", []).append([number, answer["total"]])
                times[side.key][number] = None
            else:
                spent = rounds[side.key].setdefault(question["class"], 0.0)
                rounds[side.key][question["class"]] = spent + 3 * answer["us"] / 1e6
    say("answers compared")
    for turn in range(args.rounds):
        for number, question in enumerate(asked):
            for side in in_turn(present, turn + number):
                kept = times[side.key][number]
                spent = rounds[side.key].get(question["class"], 0.0)
                if kept is None or (turn >= 3 and spent * turn > args.budget):
                    continue
                for before in warming(asked, number):
                    processes[side.key].ask(before)
                kept.append(processes[side.key].ask(question)[us])
        say(f"questions, round {turn + 1}")
    for side in present:
        result[side.key]["warm"] = times[side.key]
        result[side.key]["memory_mb"] = processes[side.key].memory_mb()
        processes[side.key].close()


def updates(args, work, present, result):
    able = [side for side in present if side.has_index and side.update]
    for number in range(args.index_rounds + 1):
        for side in in_turn(able, number):
            took = sides.run(side.update(work))
            if number:
                result[side.key].setdefault("unchanged", []).append(took)
    say("updates with nothing changed")
    for number in range(args.index_rounds):
        changed, word = corpus.change(work.corpus, number)
        # A file this young would be read again by the next run.
        time.sleep(2.5)
        for side in in_turn(able, number):
            result[side.key].setdefault("changed", []).append(sides.run(side.update(work)))
            process = side.warm(work)
            total = process.ask({"kind": "word", "words": [word]})["total"]
            process.close()
            if total != changed:
                raise SystemExit(f"{side.name}: {total} documents have `{word}` after the update instead of {changed}")
    say(f"updates with {changed} articles changed")
    return changed


def measure(args, scratch):
    work = Work(scratch)
    found = all_sides(args, work)
    present = [side for side in found if not side.absent]
    say("corpus")
    if args.jsonl:
        documents = corpus.split(args.jsonl, work.corpus, work.joined)
    else:
        documents = args.documents
        corpus.generate(documents, work.corpus, work.joined)
    text, asked = corpus.text_bytes(work.joined), questions.draw(work.joined, args.questions)
    result = {side.key: {} for side in present}
    say(f"{documents} articles, {text / 1e6:.1f} MB of text; sides: {', '.join(side.name for side in present)}")
    build(args, work, present, result)
    cold(args, work, present, asked, result)
    warm(args, work, present, asked, result)
    changed = updates(args, work, present, result)
    return {
        "made": time.strftime("%Y-%m-%d %H:%M"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "clock": "processor" if args.cpu else "wall",
        "corpus": args.jsonl.name if args.jsonl else "generated",
        "documents": documents,
        "text_bytes": text,
        "changed": changed,
        "rounds": args.rounds,
        "index_rounds": args.index_rounds,
        "sides": [{"key": s.key, "name": s.name, "about": s.about, "absent": s.absent} for s in found],
        "questions": asked,
        "results": result,
    }


def main():
    args = arguments()
    if args.scratch:
        args.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        measured = measure(args, pathlib.Path(scratch))
    for side in measured["results"].values():
        report.forget_printed(side)
    report.write(args.out, measured, report.markdown(measured))


if __name__ == "__main__":
    main()
