#!/usr/bin/env python3
"""Updates beside `find`, and a full rebuild beside the yardstick, in one run.

usage: reindex.py JSONL [--files N] [--rounds N] [--rebuild JSONL] [--pressmark FILE] [--bare FILE] [--scratch DIR]

The texts of JSONL are cut into paragraphs, and those into N small Markdown files in nested
folders of a temporary folder (in DIR, if it is named). Each round takes, one after the other: `find`
over all of it, an update that finds nothing changed, one after a single file changed, and a search
in another process that finds the new word. --rebuild names a JSONL of short records: it is indexed,
and then rebuilt beside its index, in turns with the yardstick (benches/bare). Medians and ratios
are printed as a Markdown table.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("jsonl", type=pathlib.Path)
parser.add_argument("--files", type=int, default=50_000)
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--rebuild", type=pathlib.Path)
parser.add_argument("--rebuild-rounds", type=int, default=3)
parser.add_argument("--pressmark", default="target/release/pressmark")
parser.add_argument("--bare", default="benches/bare/target/release/bare")
parser.add_argument("--scratch", type=pathlib.Path)
args = parser.parse_args()

MEMORY = 128 << 20
LEAF, BRANCH = 50, 100  # files in a folder, folders in a folder
SETTLED = 2.2  # seconds after which a change of a file shows in its time


def timed(command):
    """Seconds, peak memory in MB, and what was printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        elapsed = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if child.returncode not in (0, 1):
            raise SystemExit(f"{command}: {err.read().decode()}")
        return elapsed, usage.ru_maxrss / 1024, out.read().decode()


def paragraphs(path):
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            text = record.get("body") or record.get("text") or ""
            country = record.get("country")
            meta = {
                "title": record.get("title") or record.get("id"),
                "date": str(record.get("date") or record.get("year") or ""),
                "country": [country] if isinstance(country, str) else country,
            }
            head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in meta.items() if value)
            for paragraph in filter(str.strip, text.split("\n")):
                yield f"---\n{head}---\n{paragraph.strip()}\n"


def cut(root):
    """Writes the files and says how many there are, and their bytes."""
    count = size = 0
    for text in paragraphs(args.jsonl):
        if count == args.files:
            break
        folder = root / f"{count // LEAF // BRANCH:03}" / f"{count // LEAF % BRANCH:03}"
        if count % LEAF == 0:
            folder.mkdir(parents=True)
        size += (folder / f"passage-{count:06}.md").write_bytes(text.encode())
        count += 1
    return count, size


def median(values):
    return statistics.median(values)


def ms(seconds):
    return f"{seconds * 1e3:.1f}"


def update(scratch):
    corpus, index = scratch / "files", scratch / "index"
    count, size = cut(corpus)
    run = [args.pressmark, "index", corpus, "--index", index, "-q", "--json"]
    search = [args.pressmark, "search", "-C", corpus, "--index", index, "--no-index", "-c"]
    find = ["find", corpus, "-type", "f", "-printf", "%s %T@\n"]
    time.sleep(SETTLED)
    first = timed(run)
    took = {name: [] for name in ("find", "unchanged", "changed", "search")}
    peak = 0
    files = sorted(corpus.rglob("*.md"))
    for number in range(args.rounds + 1):
        find_took = timed(find)[0]
        unchanged_took, memory, told = timed(run)
        assert json.loads(told)["unchanged"] == count, told
        word = f"zymurgy{chr(97 + number // 26)}{chr(97 + number % 26)}"
        with files[len(files) * (2 * number + 1) // (2 * args.rounds + 3)].open("a") as file:
            file.write(f"\nA word of its own: {word}.\n")
        changed_took, _, told = timed(run)
        assert json.loads(told)["indexed"] == 1, told
        search_took, _, told = timed([*search, word])
        assert told.strip() == "1", told
        # A file this young is read again by the next run: that is not what a round measures.
        time.sleep(SETTLED)
        timed(run)
        if number > 0:
            took["find"].append(find_took)
            took["unchanged"].append(unchanged_took)
            took["changed"].append(changed_took)
            took["search"].append(search_took)
            peak = max(peak, memory)
    find_took, unchanged = median(took["find"]), median(took["unchanged"])
    more = median([c - u for c, u in zip(took["changed"], took["unchanged"])])
    print(f"files: {count}, {size / 1e6:.1f} MB, first build {first[0]:.1f} s, rounds: {args.rounds}\n")
    print("| | median | least | ratio of medians | of the least |\n|---|---|---|---|---|")
    print(f"| `find -printf '%s %T@'`, ms | {ms(find_took)} | {ms(min(took['find']))} | | |")
    least = min(took["unchanged"]) / min(took["find"])
    print(f"| update, nothing changed, ms | {ms(unchanged)} | {ms(min(took['unchanged']))} | {unchanged / find_took:.2f} | {least:.2f} |")
    print(f"| update, one file changed, ms | {ms(median(took['changed']))} | {ms(min(took['changed']))} | +{ms(more)} ms | |")
    more = median([c + s - u for c, s, u in zip(took["changed"], took["search"], took["unchanged"])])
    print(f"| the same until another process has found it, ms | | | +{ms(more)} ms | |")
    print(f"| memory of an update, MB | {peak:.0f} | | | |\n")


def rebuild(scratch):
    corpus, ours, theirs = scratch / "records", scratch / "ours", scratch / "theirs"
    corpus.mkdir()
    try:
        os.link(args.rebuild, corpus / args.rebuild.name)
    except OSError:
        shutil.copy(args.rebuild, corpus)
    threads = ["--threads", "2", "--memory"]
    index = [args.pressmark, "index", corpus, "--index", ours, *threads, str(MEMORY >> 20), "-q", "--json"]
    bare = [args.bare, "index", "--index", theirs, *threads, str(MEMORY), args.rebuild]
    timed(index)
    took = {"ours": [], "theirs": []}
    peak = {"ours": 0, "theirs": 0}
    for _ in range(args.rebuild_rounds):
        shutil.rmtree(theirs, ignore_errors=True)
        for who, command in (("ours", [*index, "--rebuild"]), ("theirs", bare)):
            seconds, memory, told = timed(command)
            took[who].append(seconds)
            peak[who] = max(peak[who], memory)
    told = json.loads(told)
    text = told["text_bytes"] / 1e6
    a, b = median(took["ours"]), median(took["theirs"])
    print(f"documents: {told['documents']}, text: {text:.1f} MB, rounds: {args.rebuild_rounds}\n")
    print("| | pressmark | bare | ratio |\n|---|---|---|---|")
    print(f"| rebuild beside an index, MB of text a second | {text / a:.1f} | {text / b:.1f} | {b / a:.2f} |")
    print(f"| peak memory, MB | {peak['ours']:.0f} | {peak['theirs']:.0f} | |")


with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
    update(pathlib.Path(scratch))
    if args.rebuild:
        rebuild(pathlib.Path(scratch))
