#!/usr/bin/env python3
"""SQLite's FTS5 as a peer: `fts5.py index|update CORPUS INDEX`, `answer INDEX`, `cold INDEX WORD`.

Written as somebody would who knows SQLite: texts once (external content), the tokenizer `porter unicode61`, facet values
in two tables that are clustered by document and by value, one transaction, `synchronous` off while building and a sync at
the end. An update looks at the size and time of files, and at the hash of each record of those that changed.
"""
import json
import os
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peer

SCHEMA = """
CREATE TABLE article(doc INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, body TEXT, date TEXT, facets TEXT, file INTEGER, hash BLOB);
CREATE VIRTUAL TABLE fts USING fts5(title, body, content='article', content_rowid='doc', tokenize='porter unicode61');
CREATE TABLE file(file INTEGER PRIMARY KEY, path TEXT UNIQUE, size INTEGER, time INTEGER);
CREATE TABLE name(value INTEGER PRIMARY KEY, facet INTEGER, text TEXT, UNIQUE(facet, text));
CREATE TABLE by_doc(doc INTEGER, facet INTEGER, value INTEGER, PRIMARY KEY(doc, facet, value)) WITHOUT ROWID;
CREATE TABLE by_value(facet INTEGER, value INTEGER, doc INTEGER, PRIMARY KEY(facet, value, doc)) WITHOUT ROWID;
"""


def connect(index, fresh=False):
    os.makedirs(index, exist_ok=True)
    base = sqlite3.connect(os.path.join(index, "articles.db"), isolation_level=None)
    if fresh:
        base.execute("PRAGMA page_size=8192")
        base.execute("PRAGMA journal_mode=OFF")
    base.execute("PRAGMA synchronous=OFF")
    base.execute("PRAGMA cache_size=-131072")
    base.execute("PRAGMA temp_store=MEMORY")
    return base


class Keeper:
    """Puts articles into the tables."""

    def __init__(self, base):
        self.base = base
        self.names = {(facet, text): value for value, facet, text in base.execute("SELECT value, facet, text FROM name")}
        self.next = base.execute("SELECT coalesce(max(doc), 0) + 1 FROM article").fetchone()[0]

    def put(self, record, file, digest):
        base, doc = self.base, self.next
        self.next += 1
        card = json.dumps({facet: record[facet] for facet in peer.FACETS}, ensure_ascii=False)
        row = (doc, record["id"], record["title"], record["body"], record["date"], card, file, digest)
        base.execute("INSERT INTO article VALUES (?,?,?,?,?,?,?,?)", row)
        base.execute("INSERT INTO fts(rowid, title, body) VALUES (?,?,?)", (doc, record["title"], record["body"]))
        values = {
            (doc, facet, self.value(facet, text)) for facet, name in enumerate(peer.FACETS) for text in record[name]
        }
        base.executemany("INSERT INTO by_doc VALUES (?,?,?)", sorted(values))
        return values

    def remove(self, id):
        base = self.base
        row = base.execute("SELECT doc, title, body FROM article WHERE id=?", (id,)).fetchone()
        if row:
            base.execute("INSERT INTO fts(fts, rowid, title, body) VALUES ('delete',?,?,?)", row)
            base.execute("DELETE FROM by_value WHERE (facet, value, doc) IN (SELECT facet, value, doc FROM by_doc WHERE doc=?)", row[:1])
            base.execute("DELETE FROM by_doc WHERE doc=?", row[:1])
            base.execute("DELETE FROM article WHERE doc=?", row[:1])

    def value(self, facet, text):
        key = (facet, text)
        if key not in self.names:
            self.names[key] = len(self.names)
            self.base.execute("INSERT INTO name VALUES (?,?,?)", (self.names[key], facet, text))
        return self.names[key]


def index(corpus, folder):
    base = connect(folder, fresh=True)
    base.executescript(SCHEMA)
    base.execute("BEGIN")
    keeper = Keeper(base)
    for number, (path, size, time) in enumerate(peer.files(corpus)):
        base.execute("INSERT INTO file VALUES (?,?,?,?)", (number, path, size, time))
        for record, digest in peer.records(path):
            keeper.put(record, number, digest)
    base.execute("INSERT INTO by_value SELECT facet, value, doc FROM by_doc ORDER BY 1, 2, 3")
    base.execute("COMMIT")
    documents = base.execute("SELECT count(*) FROM article").fetchone()[0]
    base.close()
    sync(folder)
    return documents


def update(corpus, folder):
    base = connect(folder)
    base.execute("BEGIN")
    known = {path: (number, size, time) for number, path, size, time in base.execute("SELECT * FROM file")}
    keeper, changed, present = Keeper(base), 0, set()
    for path, size, time in peer.files(corpus):
        present.add(path)
        number, *state = known.get(path, (len(known), None, None))
        if state == [size, time]:
            continue
        base.execute("INSERT OR REPLACE INTO file VALUES (?,?,?,?)", (number, path, size, time))
        known[path] = (number, size, time)
        old = dict(base.execute("SELECT id, hash FROM article WHERE file=?", (number,)))
        for record, digest in peer.records(path):
            if old.pop(record["id"], None) != digest:
                keeper.remove(record["id"])
                values = keeper.put(record, number, digest)
                base.executemany("INSERT INTO by_value VALUES (?,?,?)", [(facet, value, doc) for doc, facet, value in values])
                changed += 1
        for id in old:
            keeper.remove(id)
    for path in set(known) - present:
        for (id,) in base.execute("SELECT id FROM article WHERE file=?", known[path][:1]).fetchall():
            keeper.remove(id)
        base.execute("DELETE FROM file WHERE path=?", (path,))
    base.execute("COMMIT")
    base.close()
    if changed:
        sync(folder)
    return changed


def sync(folder):
    with open(os.path.join(folder, "articles.db"), "rb+") as file:
        os.fsync(file.fileno())


class Answers:
    def __init__(self, folder):
        self.base = connect(folder)
        self.base.execute("PRAGMA mmap_size=4294967296")
        self.base.execute("CREATE TEMP TABLE hit(doc INTEGER PRIMARY KEY, failed INTEGER)")
        self.texts = None

    def names(self):
        """The texts of values, read once."""
        if self.texts is None:
            self.texts = dict(self.base.execute("SELECT value, text FROM name"))
        return self.texts

    def value(self, facet, text):
        row = self.base.execute("SELECT value FROM name WHERE facet=? AND text=?", (facet, text)).fetchone()
        return row[0] if row else -1

    def ask(self, question):
        base, words = self.base, question["words"]
        if question["kind"] == "fuzzy":
            return None
        facets = [peer.FACETS.index(name) for name in question.get("facets", [])]
        filters = []
        for name, text in question.get("filters", []):
            facet = peer.FACETS.index(name)
            filters.append((facet, self.value(facet, text)))
        if question["kind"] == "all":
            total = base.execute("SELECT count(*) FROM article").fetchone()[0]
            hits = base.execute("SELECT id, title, date, facets FROM article ORDER BY doc LIMIT 10").fetchall()
            return total, self.cards(hits), {peer.FACETS[facet]: self.top("SELECT value, count(*) FROM by_value WHERE facet=?", (facet,)) for facet in facets}
        quoted = [f'"{word}"' for word in words]
        match = {
            "word": " ".join(quoted),
            "and": " ".join(quoted),
            "or": " OR ".join(quoted),
            "phrase": '"' + " ".join(words) + '"',
            "prefix": quoted[0] + "*",
        }[question["kind"]]
        passes = "".join(
            f" AND EXISTS (SELECT 1 FROM by_doc WHERE doc=fts.rowid AND facet={facet} AND value={value})" for facet, value in filters
        )
        order = "a.date DESC, a.doc" if question.get("newest") else "fts.rank"
        hits = base.execute(
            f"SELECT a.id, a.title, a.date, a.facets FROM fts CROSS JOIN article a ON a.doc=fts.rowid WHERE fts MATCH ?{passes} ORDER BY {order} LIMIT 10",
            (match,),
        ).fetchall()
        if not facets:
            total = base.execute(f"SELECT count(*) FROM fts WHERE fts MATCH ?{passes}", (match,)).fetchone()[0]
            return total, self.cards(hits), {}
        # Which filters a document fails, as bits: each facet is counted where no other one fails.
        failed = " | ".join(
            f"((NOT EXISTS (SELECT 1 FROM by_doc WHERE doc=fts.rowid AND facet={facet} AND value={value})) << {facet})" for facet, value in filters
        )
        base.execute("DELETE FROM hit")
        base.execute(f"INSERT INTO hit SELECT rowid, {failed or 0} FROM fts WHERE fts MATCH ?", (match,))
        total = base.execute("SELECT count(*) FROM hit WHERE failed=0").fetchone()[0]
        counts = {
            peer.FACETS[facet]: self.top(
                "SELECT v.value, count(*) FROM hit CROSS JOIN by_doc v ON v.doc=hit.doc AND v.facet=? WHERE hit.failed & ~? = 0",
                (facet, 1 << facet),
            )
            for facet in facets
        }
        return total, self.cards(hits), counts

    def top(self, select, arguments):
        rows = self.base.execute(f"{select} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10", arguments)
        names = self.names()
        return [(names[value], count) for value, count in rows]

    def cards(self, rows):
        return [(id, title, date, json.loads(facets)) for id, title, date, facets in rows]


peer.main(index, update, Answers)
