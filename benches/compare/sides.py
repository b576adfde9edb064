"""The sides of the comparison: how each is found, told to index, updated, and asked."""
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MEMORY_MB = 128
THREADS = 2
CONFIG = """\
[corpus]
include = ["*.jsonl"]
[facets.country]
keys = ["country"]
[facets.actor]
keys = ["actor"]
[facets.topic]
keys = ["topic"]
[tagging]
enabled = false
"""


def run(command):
    """What a process took: seconds, seconds of a processor, peak megabytes, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile("r") as told:
        command = [str(part) for part in command]
        launch = [sys.executable, "-I", "-S", str(HERE / "launch.py"), told.name, *command]
        subprocess.run(launch, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        out.seek(0), err.seek(0)
        seconds, cpu_seconds, peak, status = told.read().split() or (0, 0, 0, -1)
        if status not in ("0", "1"):
            raise SystemExit(f"{' '.join(command)}: {err.read().decode()}")
        return {
            "seconds": float(seconds),
            "cpu_seconds": float(cpu_seconds),
            # The system counts kilobytes, on macOS bytes.
            "peak_mb": int(peak) / (1 << 20 if sys.platform == "darwin" else 1 << 10),
            "printed": out.read().decode(),
        }


class Warm:
    """A process that stays and is asked a line at a time."""

    def __init__(self, command):
        self.child = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self, text):
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()
        told = self.child.stdout.readline()
        if not told:
            raise SystemExit(f"{self.child.args[:3]} ended at {text}")
        return json.loads(told)

    def ask(self, question):
        return self.line(json.dumps({key: value for key, value in question.items() if key != "class"}))

    def memory_mb(self):
        return self.line("")["anonymous_kb"] / 1024

    def close(self):
        self.child.stdin.close()
        self.child.wait()


class Side:
    """One engine. `work` has the paths `corpus` (a folder of JSONL), `joined` (all of it in one file) and `config`."""

    key = name = about = ""
    # Why it takes no part, if it does not.
    absent = None
    has_index = True

    def folder(self, work):
        return work.indexes / self.key

    def update(self, work):
        return self.index(work)

    def size(self, work):
        """Bytes of the index by the kind of file."""
        parts = {}
        for file in self.folder(work).rglob("*"):
            if file.is_file():
                part = self.part(file.relative_to(self.folder(work)))
                parts[part] = parts.get(part, 0) + file.stat().st_size
        return parts

    def part(self, file):
        return file.suffix.lstrip(".") or file.name


class Pressmark(Side):
    key, name = "pressmark", "pressmark"

    def __init__(self, program, answer):
        self.program, self.answer = program, answer
        self.about = run([program, "--version"])["printed"].strip()

    def common(self, work):
        return ["--index", self.folder(work), "--config", work.config, "--threads", THREADS]

    def index(self, work):
        return [self.program, "index", work.corpus, *self.common(work), "--memory", MEMORY_MB, "-q", "--json"]

    def cold(self, work, word):
        return [self.program, "search", "-C", work.corpus, *self.common(work), "--no-index", "--facets", "none", word]

    def warm(self, work):
        return Warm([self.answer, "ours", self.folder(work)])

    def part(self, file):
        return file.suffix.lstrip(".") if file.parts[0] == "data" else file.parts[0]


class Bare(Side):
    key, name = "bare", "bare tantivy"

    def __init__(self, program, answer):
        self.program, self.answer = program, answer
        lock = (HERE.parent / "bare" / "Cargo.lock").read_text()
        self.about = "tantivy " + re.search(r'name = "tantivy"\nversion = "(.*)"', lock)[1] + ", the yardstick (benches/bare)"

    def index(self, work):
        facets = [part for facet in ("country", "actor", "topic") for part in ("--facet", f"{facet}={facet}")]
        memory = MEMORY_MB << 20
        return [self.program, "index", "--index", self.folder(work), "--threads", THREADS, "--memory", memory, *facets, work.joined]

    # It has none: it can only build anew.
    update = None

    def cold(self, work, word):
        return [self.program, "search", "--index", self.folder(work), word]

    def warm(self, work):
        return Warm([self.answer, "theirs", self.folder(work)])


class Script(Side):
    """A peer that is a program in `peers/`."""

    def __init__(self, command, absent=None):
        self.command, self.absent = command, absent

    def index(self, work):
        return [*self.command, "index", work.corpus, self.folder(work)]

    def update(self, work):
        return [*self.command, "update", work.corpus, self.folder(work)]

    def cold(self, work, word):
        return [*self.command, "cold", self.folder(work), word]

    def warm(self, work):
        return Warm([*self.command, "answer", self.folder(work)])


class Fts5(Script):
    key, name = "fts5", "SQLite FTS5"

    def __init__(self):
        import sqlite3

        self.about = f"SQLite {sqlite3.sqlite_version} in Python {sys.version.split()[0]}"
        try:
            sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE fts USING fts5(text)")
            absent = None
        except sqlite3.Error:
            absent = "this Python's SQLite has no FTS5"
        super().__init__([sys.executable, HERE / "peers" / "fts5.py"], absent)


class Xapian(Script):
    key, name = "xapian", "Xapian"

    def __init__(self):
        asked = "import sys, xapian; print(xapian.version_string(), 'in Python', sys.version.split()[0])"
        for python in (sys.executable, "/usr/bin/python3"):
            found = subprocess.run([python, "-c", asked], capture_output=True, text=True)
            if found.returncode == 0:
                self.about = "Xapian " + found.stdout.strip()
                super().__init__([python, HERE / "peers" / "xapian_peer.py"])
                return
        super().__init__([], "no Python here has the module `xapian` (Debian: python3-xapian)")


class Lucene(Script):
    key, name = "lucene", "Lucene"
    NEEDED = ("lucene-core", "lucene-facet", "lucene-analysis-common")

    def __init__(self, jars, scratch):
        folders = [jars] if jars else [pathlib.Path.home() / ".m2" / "repository" / "org" / "apache" / "lucene", "/usr/share/java"]
        found = {}
        for needed in self.NEEDED:
            for folder in folders:
                # The API of the ninth version is what the peer is written for.
                found[needed] = found.get(needed) or max(glob.glob(f"{folder}/**/{needed}-9.*.jar", recursive=True), default=None)
        missing = [needed for needed, jar in found.items() if not jar]
        if missing or not shutil.which("javac"):
            super().__init__([], "no JDK" if not missing else f"no {', '.join(missing)} 9.x (--lucene DIR)")
            return
        path = os.pathsep.join([*found.values(), str(scratch)])
        subprocess.run(["javac", "-d", scratch, "-cp", path, HERE / "peers" / "Lucene.java"], check=True)
        java = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr.split('"')[1]
        version = re.search(r"lucene-core-(.*)\.jar", found["lucene-core"])[1]
        self.about = f"Lucene {version}, JDK {java}"
        super().__init__(["java", "-Xmx2g", "-cp", path, "Lucene"])


class Ripgrep(Side):
    """No index: whatever it is asked, it reads everything. Its warm process is a process each time."""

    key, name = "ripgrep", "ripgrep"
    has_index = False

    def __init__(self):
        if not shutil.which("rg"):
            self.absent = "ripgrep is not installed"
            return
        self.about = run(["rg", "--version"])["printed"].splitlines()[0]

    def cold(self, work, word):
        return ["rg", "-i", "--no-messages", "--count", "--no-filename", pattern([word]), work.corpus]

    def warm(self, work):
        return Grep(work)


def pattern(words, end=r"\b"):
    # What stands behind a line break is behind the letter n in JSON.
    return r"(\b|\\n)" + r"\W+".join(words) + end


class Grep:
    def __init__(self, work):
        self.work = work

    def ask(self, question):
        kind, words = question["kind"], question["words"]
        if kind in ("all", "fuzzy") or question.get("facets") or question.get("filters") or question.get("newest"):
            return {"absent": True}
        lines = ["rg", "-i", "--no-filename", "--no-line-number"]
        if kind == "and":
            rest = " ".join(f"| rg -i '{pattern([word])}'" for word in words[1:])
            command = ["sh", "-c", f"rg -i --no-filename --no-line-number '{pattern(words[:1])}' {self.work.corpus} {rest} | wc -l"]
        elif kind == "or":
            command = [*lines, "--count", "|".join(pattern([word]) for word in words), self.work.corpus]
        else:
            command = [*lines, "--count", pattern(words, "" if kind == "prefix" else r"\b"), self.work.corpus]
        took = run(command)
        total = sum(int(line) for line in took["printed"].split())
        return {"total": total, "us": took["seconds"] * 1e6, "cpu_us": took["cpu_seconds"] * 1e6, "hits": [], "facets": {}}

    def memory_mb(self):
        return 0.0

    def close(self):
        pass
