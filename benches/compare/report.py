"""Medians and ratios as Markdown, from what `compare.py` measured (its JSON)."""
import json
import statistics
import sys

import questions

# Parts of pressmark's folder that no search reads: fingerprints, and what became of every record.
BESIDE = ("journal", "runs")

def forget_printed(value):
    """Drops what processes printed."""
    if isinstance(value, dict):
        value.pop("printed", None)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            forget_printed(one)


def median(runs, key):
    return statistics.median(run[key] for run in runs) if runs else None


def digits(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def markdown(measured):
    return "\n".join(Report(measured).lines()) + "\n"


class Report:
    def __init__(self, measured):
        self.measured, self.results = measured, measured["results"]
        self.sides = [side for side in measured["sides"] if not side["absent"]]
        self.keys = [side["key"] for side in self.sides]

    def row(self, name, values, ours=None, less_is_better=True):
        """A row: each value, and in brackets how many times as long (as much) as pressmark it took."""
        ours = ours or {}
        cells = []
        for key in self.keys:
            value = values.get(key)
            base = ours.get(key, values.get("pressmark"))
            cell = digits(value)
            if value and base and key != "pressmark":
                ratio = value / base if less_is_better else base / value
                cell += f" (×{digits(ratio)})"
            cells.append(cell)
        bare, mine = values.get("bare"), ours.get("bare", values.get("pressmark"))
        of_bare = digits(mine / bare) if bare and mine else "–"
        return f"| {name} | {' | '.join(cells)} | {of_bare} |"

    def head(self, first):
        names = " | ".join(side["name"] for side in self.sides)
        return [f"| {first} | {names} | pressmark of bare |", "|---" * (len(self.sides) + 2) + "|"]

    def lines(self):
        measured = self.measured
        text = measured["text_bytes"] / 1e6
        yield f"{measured['documents']:,} articles ({measured['corpus']}), {text:.1f} MB of text. {measured['machine']}; load at the end {measured['load']:.1f}."
        yield (
            f"Medians of {measured['rounds']} rounds for questions and commands, of {measured['index_rounds']} for builds and updates; "
            f"questions by {'the time that the side had a processor' if measured['clock'] == 'processor' else 'the wall clock'}. "
            "In brackets: how many times as long (or large) as pressmark's; above 1, pressmark is ahead. Last column: pressmark's figure divided by the yardstick's."
        )
        yield ""
        for side in measured["sides"]:
            yield f"- {side['name']}: " + (f"absent, {side['absent']}" if side["absent"] else side["about"])
        yield ""
        yield from self.warm()
        yield ""
        yield from self.rest(text)
        yield ""
        yield from self.parts()
        yield ""
        yield from self.differences()

    def warm(self):
        asked = self.measured["questions"]
        yield from self.head("warm, µs: ten hits, exact total")
        for name, title in questions.CLASSES.items():
            numbers = [number for number, question in enumerate(asked) if question["class"] == name]
            values, ours, notes = {}, {}, []
            for side in self.sides:
                times = self.results[side["key"]]["warm"]
                taken = [number for number in numbers if times[number]]
                if not taken:
                    continue
                mine = self.results["pressmark"]["warm"]
                values[side["key"]] = statistics.median(statistics.median(times[number]) for number in taken)
                ours[side["key"]] = statistics.median(statistics.median(mine[number]) for number in taken)
                if len(taken) < len(numbers):
                    notes.append(f"{side['name']}: {len(taken)}")
            totals = [asked[number]["total"] for number in numbers]
            found = f"{statistics.median(totals):,.0f} found" if totals else "none asked"
            note = f"; of {len(numbers)} questions {', '.join(notes)}" if notes else ""
            yield self.row(f"{title} ({found}{note})", values, ours)

    def rest(self, text):
        results = self.results
        yield from self.head("besides")
        per_second = {key: text / seconds for key in self.keys if (seconds := median(results[key].get("index"), "seconds"))}
        yield self.row("indexing, MB of text a second", per_second, less_is_better=False)
        per_cpu = {key: text / seconds for key in self.keys if (seconds := median(results[key].get("index"), "cpu_seconds"))}
        yield self.row("indexing, MB of text a second of a processor", per_cpu, less_is_better=False)
        yield self.row("indexing, peak memory, MB", {key: median(results[key].get("index"), "peak_mb") for key in self.keys})
        sizes = {key: results[key].get("size", {}) for key in self.keys}
        whole = {key: sum(parts.values()) / 1e6 for key, parts in sizes.items()}
        segments = {key: sum(size for part, size in parts.items() if part not in BESIDE) / 1e6 for key, parts in sizes.items()}
        yield self.row("index without what only reindexing needs, MB", segments)
        yield self.row("everything in its folder, MB", whole)
        for name, title in (("unchanged", "update, nothing changed"), ("changed", f"update, {self.measured['changed']} articles changed")):
            yield from self.commands(title, {key: results[key].get(name) for key in self.keys})
        for name in ("rare", "common"):
            yield from self.commands(f"cold command, {name} word", {key: results[key]["cold"][name] for key in self.keys})
        yield self.row("cold command, peak memory, MB", {key: median(results[key]["cold"]["common"], "peak_mb") for key in self.keys})
        yield self.row("warm process after all questions, memory of its own, MB", {key: results[key]["memory_mb"] for key in self.keys})

    def commands(self, title, runs):
        """A row of the clock, and one of the processor on a busy machine."""
        clocks = [("seconds", "ms")]
        if self.measured["clock"] == "processor":
            clocks.append(("cpu_seconds", "ms of a processor"))
        for key, unit in clocks:
            took = {side: median(of, key) for side, of in runs.items()}
            yield self.row(f"{title}, {unit}", {side: value * 1e3 for side, value in took.items() if value})

    def parts(self):
        yield "What the index consists of, in percent of the text:"
        yield ""
        for side in self.sides:
            parts = self.results[side["key"]].get("size")
            if parts:
                ordered = sorted(parts.items(), key=lambda part: -part[1])
                told = [f"{name} {100 * size / self.measured['text_bytes']:.1f}" for name, size in ordered[:14]]
                yield f"- {side['name']}: {', '.join(told)}"

    def differences(self):
        asked = self.measured["questions"]
        for side in self.sides:
            differing = self.results[side["key"]].get("differs", [])
            if not differing:
                yield f"{side['name']}: every answer that it can give is the same."
                continue
            yield f"{side['name']}: {len(differing)} answers differ and are not timed. The first:"
            for number, total in differing[:3]:
                question = asked[number]
                yield f"  {question['class']} `{' '.join(question['words'])}`: {total} instead of {question['total']}"


def costs(measured, key):
    """What each step of a side cost: seconds, bytes."""
    results, asked = measured["results"][key], measured["questions"]
    yield "index, processor", median(results.get("index"), "cpu_seconds")
    yield "index, clock", median(results.get("index"), "seconds")
    yield "index, bytes", sum(results.get("size", {}).values()) or None
    seconds = "cpu_seconds" if measured["clock"] == "processor" else "seconds"
    for name in ("unchanged", "changed"):
        yield f"update, {name}", median(results.get(name), seconds)
    for name, title in questions.CLASSES.items():
        times = [results["warm"][n] for n, question in enumerate(asked) if question["class"] == name and results["warm"][n]]
        yield title, statistics.median(map(statistics.median, times)) if times else None


def growth(small, large):
    """How the cost of each article grows from one run to another, larger one."""
    both = [side["key"] for side in small["sides"] if side["key"] in small["results"] and side["key"] in large["results"]]
    yield f"Cost for each article at {large['documents']:,} articles, of that at {small['documents']:,}:"
    yield ""
    yield f"| | {' | '.join(both)} |"
    yield "|---" * (len(both) + 1) + "|"
    pairs = {key: list(zip(costs(small, key), costs(large, key))) for key in both}
    for number, ((name, _), _) in enumerate(pairs[both[0]]):
        cells = []
        for key in both:
            (_, before), (_, after) = pairs[key][number]
            cells.append(digits(after / large["documents"] / (before / small["documents"])) if before and after else "–")
        yield f"| {name} | {' | '.join(cells)} |"


def write(out, measured, table):
    """Writes the results as OUT.json and their table as OUT.md, and prints the table."""
    for suffix, text in ((".json", json.dumps(measured, indent=1) + "\n"), (".md", table)):
        with open(out + suffix, "w", encoding="utf-8") as file:
            file.write(text)
    print(table)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


if __name__ == "__main__":
    match [load(path) for path in sys.argv[1:]]:
        case [measured]:
            print(markdown(measured), end="")
        case [small, large]:
            print("\n".join(growth(small, large)))
        case _:
            sys.exit("usage: report.py RESULT.json [RESULT-OF-MORE.json]")
