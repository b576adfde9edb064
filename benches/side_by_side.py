#!/usr/bin/env python3
"""pressmark beside the yardstick, in one run: indexing, size, and whole search processes.

usage: side_by_side.py CORPUS JSONL [--rounds N] [--rare WORD] [--common WORD] [--pressmark FILE] [--bare FILE]

CORPUS is a folder with the JSONL and a pressmark.toml, JSONL the same file for the yardstick
(benches/bare). Rounds are interleaved; medians and ratios are printed as a Markdown table. The
index in CORPUS is built anew. Prints also `rg -c` over the JSONL, if ripgrep is installed.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("corpus", type=pathlib.Path)
parser.add_argument("jsonl", type=pathlib.Path)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--rare", default="silkworm")
parser.add_argument("--common", default="oil")
parser.add_argument("--pressmark", default="target/release/pressmark")
parser.add_argument("--bare", default="benches/bare/target/release/bare")
args = parser.parse_args()

MEMORY = 128 << 20


def timed(command):
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    elapsed = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: {done.stderr}")
    return elapsed, done.stdout


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    ours, theirs = scratch / "ours", scratch / "theirs"
    index = [args.pressmark, "index", args.corpus, "--index", ours, "--threads", "2", "--memory", str(MEMORY >> 20), "-q", "--json"]
    bare_index = [args.bare, "index", "--index", theirs, "--threads", "2", "--memory", str(MEMORY), args.jsonl]
    seconds = {"ours": [], "theirs": []}
    for _ in range(args.rounds):
        for folder in (ours, theirs):
            shutil.rmtree(folder, ignore_errors=True)
        seconds["ours"].append(timed(index)[0])
        elapsed, told = timed(bare_index)
        seconds["theirs"].append(elapsed)
    told = json.loads(told)
    text = told["text_bytes"] / 1e6
    a, b = (statistics.median(seconds[who]) for who in ("ours", "theirs"))
    print(f"documents: {told['documents']}, text: {text:.1f} MB, rounds: {args.rounds}\n")
    print("| | pressmark | bare | ratio |\n|---|---|---|---|")
    print(f"| indexing, MB of text a second | {text / a:.1f} | {text / b:.1f} | {b / a:.2f} |")
    a, b = size(ours / "data"), size(theirs)
    print(f"| index, MB (segment files) | {a / 1e6:.1f} | {b / 1e6:.1f} | {a / b:.3f} |")
    journal = size(ours / "journal")
    print(f"| journal, MB | {journal / 1e6:.1f} | | {(a + journal) / b:.3f} with the index |")

    def ask(label, our_command, their_command):
        a, b = [], []
        for _ in range(args.rounds * 8):
            a.append(timed(our_command)[0])
            b.append(timed(their_command)[0])
        a, b = statistics.median(a) * 1e3, statistics.median(b) * 1e3
        print(f"| {label}, ms | {a:.1f} | {b:.1f} | {a / b:.2f} |")

    common = ["-C", args.corpus, "--index", ours, "--no-index"]
    for kind, word in (("rare", args.rare), ("common", args.common)):
        total = timed([args.pressmark, "search", *common, "-c", word])[1].strip()
        search = [args.pressmark, "search", *common, word]
        bare = [args.bare, "search", "--index", theirs, word]
        ask(f"search, {kind} word `{word}` ({total} hits), no facets", [*search, "--facets", "none"], bare)
        ask(f"the same with all facets", search, [*bare, "--facets"])
    if shutil.which("rg"):
        rounds = [timed(["rg", "-c", args.common, args.jsonl])[0] for _ in range(args.rounds)]
        print(f"| `rg -c {args.common}` over the JSONL, ms | {statistics.median(rounds) * 1e3:.1f} | | |")
