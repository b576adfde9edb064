#!/usr/bin/env python3
"""What an article costs in a large corpus, of what it costs in a small one: both in one run, in turn.

    python3 benches/compare/scale.py                                     100,000 articles and 20,000
    python3 benches/compare/scale.py --documents 1000000 --than 200000

Each step is done with one corpus and then with the other, and every question is asked of both: what else the machine does,
and what is in the processor's caches, is the same for both. Needs what compare.py needs.
"""
import argparse
import os
import pathlib
import shutil
import tempfile
import time

import compare
import corpus
import questions
import report
import sides


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000, help="articles of the large corpus (100000)")
    parser.add_argument("--than", type=int, default=20_000, help="articles of the small corpus (20000)")
    parser.add_argument("--rounds", type=int, default=7, help="how often every question is asked (7)")
    parser.add_argument("--index-rounds", type=int, default=3, help="how often is built and updated (3)")
    parser.add_argument("--questions", type=int, default=10, help="questions of each class (10)")
    parser.add_argument("--cpu", action="store_true", help="count the time that a side had a processor, on a busy machine")
    parser.add_argument("--out", default="scale", help="where the results go: OUT.md and OUT.json")
    parser.add_argument("--scratch", type=pathlib.Path, help="where corpora and indexes lie meanwhile")
    parser.add_argument("--pressmark", type=pathlib.Path)
    parser.add_argument("--answer", type=pathlib.Path, help="the program of benches/latency")
    return parser.parse_args()


class Size:
    """One corpus, its index, and what was measured with it."""

    def __init__(self, documents, scratch, side):
        folder = scratch / str(documents)
        folder.mkdir()
        self.documents, self.side, self.work = documents, side, compare.Work(folder)
        compare.say(f"{documents} articles")
        corpus.generate(documents, self.work.corpus, self.work.joined)
        self.text = corpus.text_bytes(self.work.joined)
        self.results = {"index": [], "unchanged": [], "changed": [], "cold": {}}

    def build(self):
        shutil.rmtree(self.side.folder(self.work), ignore_errors=True)
        os.sync()
        self.results["index"].append(sides.run(self.side.index(self.work)))

    def update(self, name):
        self.results[name].append(sides.run(self.side.update(self.work)))


def build(sizes, rounds):
    for number in range(rounds):
        for size in compare.in_turn(sizes, number):
            size.build()
            compare.say(f"index {number + 1}: {size.documents} articles, {size.results['index'][-1]['seconds']:.1f} s")
    for size in sizes:
        size.results["size"] = size.side.size(size.work)


def cold(sizes, asked, rounds):
    for name in ("rare", "common"):
        word = next(question["words"][0] for question in asked if question["class"] == name)
        for number in range(rounds + 1):
            for size in compare.in_turn(sizes, number):
                took = sides.run(size.side.cold(size.work, word))
                if number:
                    size.results["cold"].setdefault(name, []).append(took)


def warm(sizes, asked, rounds, clock):
    processes = {size.documents: size.side.warm(size.work) for size in sizes}
    for size in sizes:
        # What a searcher keeps of an answer it keeps from the second one on.
        for question in asked + asked:
            question.setdefault("totals", {})[size.documents] = processes[size.documents].ask(question)["total"]
        size.results["warm"] = [[] for _ in asked]
    for turn in range(rounds):
        for number, question in enumerate(asked):
            for size in compare.in_turn(sizes, turn + number):
                process = processes[size.documents]
                for before in compare.warming(asked, number):
                    process.ask(before)
                size.results["warm"][number].append(process.ask(question)[clock])
        compare.say(f"questions, round {turn + 1}")
    for size in sizes:
        size.results["memory_mb"] = processes[size.documents].memory_mb()
        processes[size.documents].close()


def updates(sizes, rounds):
    for number in range(rounds + 1):
        for size in compare.in_turn(sizes, number):
            size.update("unchanged")
    for size in sizes:
        # The first look after a build is not like those after it.
        del size.results["unchanged"][0]
    for number in range(rounds):
        for size in sizes:
            corpus.change(size.work.corpus, number)
        # A file this young would be read again by the next run.
        time.sleep(2.5)
        for size in compare.in_turn(sizes, number):
            size.update("changed")
    compare.say("updates")


def measure(args, scratch):
    answer = compare.built(args.answer, compare.ROOT / "benches" / "latency", "answer")
    pressmark = compare.installed(compare.built(args.pressmark, compare.ROOT, "pressmark"), scratch / "programs")
    side = sides.Pressmark(pressmark, answer)
    sizes = [Size(documents, scratch, side) for documents in sorted((args.than, args.documents))]
    asked = questions.draw(sizes[0].work.joined, args.questions)
    build(sizes, args.index_rounds)
    cold(sizes, asked, args.rounds)
    warm(sizes, asked, args.rounds, "cpu_us" if args.cpu else "us")
    updates(sizes, args.index_rounds)
    about = {"clock": "processor" if args.cpu else "wall", "questions": asked, "about": side.about}
    return [{**about, "documents": size.documents, "text_bytes": size.text, "results": {"pressmark": size.results}} for size in sizes]


def cell(name, value):
    if value is None:
        return "–"
    if name.endswith("bytes"):
        return f"{value / 1e6:,.0f} MB"
    if name.startswith("index"):
        return f"{value:,.1f} s"
    if name.startswith("update"):
        return f"{value * 1e3:,.0f} ms"
    return f"{value:,.0f} µs"


def table(small, large):
    """Each step at both sizes, and an article's share of it in the large corpus, of that in the small one."""
    clock = "the time that a processor worked" if large["clock"] == "processor" else "the clock"
    yield f"Medians, by {clock} unless a row says another. {large['about']}."
    yield ""
    yield f"| step | {large['documents']:,} articles | {small['documents']:,} | for an article, of that at {small['documents']:,} |"
    yield "|---|---|---|---|"
    times = large["documents"] / small["documents"]
    for (name, before), (_, after) in zip(report.costs(small, "pressmark"), report.costs(large, "pressmark")):
        share = f"{after / before / times:.2f}" if before and after else "–"
        yield f"| {name} | {cell(name, after)} | {cell(name, before)} | {share} |"
    of = [one["results"]["pressmark"] for one in (large, small)]
    seconds = "cpu_seconds" if large["clock"] == "processor" else "seconds"
    for name in ("rare", "common"):
        took = [f"{report.median(one['cold'][name], seconds) * 1e3:.1f} ms" for one in of]
        yield f"| cold command, {name} word | {took[0]} | {took[1]} | – |"
    peaks = [f"{report.median(one['index'], 'peak_mb'):.0f} MB" for one in of]
    yield f"| peak memory of indexing | {peaks[0]} | {peaks[1]} | – |"


def main():
    args = arguments()
    if args.scratch:
        args.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        measured = measure(args, pathlib.Path(scratch))
    for one in measured:
        report.forget_printed(one["results"])
    report.write(args.out, measured, "\n".join(table(*measured)) + "\n")


if __name__ == "__main__":
    main()
