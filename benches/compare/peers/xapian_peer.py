#!/usr/bin/env python3
"""Xapian as a peer: `xapian_peer.py index|update CORPUS INDEX`, `answer INDEX`, `cold INDEX WORD`.

Xapian's own term generator with the English stemmer: every word as it is written with its positions, and its stem without
them, as is the default. Facet values are boolean terms (for filters) and values (for counting, with Xapian's match spies;
several values of a document lie in one and are taken apart here). The record is the document's data. An update looks at
the size and time of files, and at the hash of each record of those that changed.
"""
import collections
import json
import os
import pathlib
import sys

import xapian

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peer

DATE, HASH, FIRST_FACET = 0, 1, 2
BETWEEN = "\x1f"


def term(facet, value):
    return f"XF{facet.upper()}:{value}".encode()[:240]


class Keeper:
    def __init__(self, base):
        self.base = base
        self.generator = xapian.TermGenerator()
        self.generator.set_stemmer(xapian.Stem("english"))

    def document(self, record, digest):
        document = xapian.Document()
        self.generator.set_document(document)
        self.generator.set_termpos(0)
        self.generator.index_text(record["title"])
        # Far enough that no phrase goes from the one into the other.
        self.generator.increase_termpos(100)
        self.generator.index_text(record["body"])
        document.add_boolean_term(b"Q" + record["id"].encode())
        document.add_value(DATE, record["date"])
        document.add_value(HASH, digest)
        for number, facet in enumerate(peer.FACETS):
            for value in record[facet]:
                document.add_boolean_term(term(facet, value))
            document.add_value(FIRST_FACET + number, BETWEEN.join(record[facet]))
        document.set_data(json.dumps(record, ensure_ascii=False))
        return document


def index(corpus, folder):
    os.environ.setdefault("XAPIAN_FLUSH_THRESHOLD", "20000")
    base = xapian.WritableDatabase(folder, xapian.DB_CREATE_OR_OPEN)
    keeper, files = Keeper(base), {}
    for path, size, time in peer.files(corpus):
        ids = []
        for record, digest in peer.records(path):
            base.add_document(keeper.document(record, digest))
            ids.append(record["id"])
        files[path] = [size, time, ids]
    base.set_metadata("files", json.dumps(files))
    base.commit()
    return base.get_doccount()


def update(corpus, folder):
    base = xapian.WritableDatabase(folder, xapian.DB_OPEN)
    keeper, changed = Keeper(base), 0
    files = json.loads(base.get_metadata("files"))
    now = {}
    for path, size, time in peer.files(corpus):
        if files.get(path, [])[:2] == [size, time]:
            now[path] = files[path]
            continue
        gone, ids = set(files.get(path, [0, 0, []])[2]), []
        for record, digest in peer.records(path):
            key = b"Q" + record["id"].encode()
            ids.append(record["id"])
            gone.discard(record["id"])
            posting = next(iter(base.postlist(key)), None)
            if posting is None or base.get_document(posting.docid).get_value(HASH) != digest:
                base.replace_document(key, keeper.document(record, digest))
                changed += 1
        for id in gone:
            base.delete_document(b"Q" + id.encode())
        now[path] = [size, time, ids]
    for path in set(files) - set(now):
        for id in files[path][2]:
            base.delete_document(b"Q" + id.encode())
    if now != files:
        base.set_metadata("files", json.dumps(now))
        base.commit()
    return changed


class Answers:
    def __init__(self, folder):
        self.base = xapian.Database(folder)
        self.stem = xapian.Stem("english")

    def words(self, question):
        kind, words = question["kind"], question["words"]
        stems = [xapian.Query(b"Z" + self.stem(word)) for word in words]
        if kind in ("word", "and"):
            return xapian.Query(xapian.Query.OP_AND, stems)
        if kind == "or":
            return xapian.Query(xapian.Query.OP_OR, stems)
        if kind == "phrase":
            return xapian.Query(xapian.Query.OP_PHRASE, words, len(words))
        if kind == "prefix":
            return xapian.Query(xapian.Query.OP_WILDCARD, words[0], 0, xapian.Query.WILDCARD_LIMIT_ERROR, xapian.Query.OP_OR)
        return xapian.Query.MatchAll

    def run(self, question, without, facets):
        """Ten hits, the exact number of all, and the counts of some facets, without one of the filters."""
        query = self.words(question)
        for facet, value in question.get("filters", []):
            if facet != without:
                query = xapian.Query(xapian.Query.OP_FILTER, query, xapian.Query(term(facet, value)))
        enquire = xapian.Enquire(self.base)
        enquire.set_query(query)
        if question.get("newest"):
            enquire.set_sort_by_value_then_relevance(DATE, True)
        spies = {}
        for facet in facets:
            spies[facet] = xapian.ValueCountMatchSpy(FIRST_FACET + peer.FACETS.index(facet))
            enquire.add_matchspy(spies[facet])
        found = enquire.get_mset(0, 0 if without else 10, self.base.get_doccount())
        counts = {}
        for facet, spy in spies.items():
            counter = collections.Counter()
            for item in spy.values():
                for value in item.term.decode().split(BETWEEN):
                    counter[value] += item.termfreq
            # No value at all is not a value.
            counter.pop("", None)
            counts[facet] = counter.most_common(10)
        return found, counts

    def ask(self, question):
        if question["kind"] == "fuzzy":
            return None
        chosen = {facet for facet, _ in question.get("filters", [])}
        facets = question.get("facets", [])
        found, counts = self.run(question, None, [facet for facet in facets if facet not in chosen])
        for facet in facets:
            if facet in chosen:
                counts.update(self.run(question, facet, [facet])[1])
        hits = []
        for match in found:
            record = json.loads(match.document.get_data())
            hits.append((record["id"], record["title"], record["date"], {facet: record[facet] for facet in peer.FACETS}))
        return found.get_matches_estimated(), hits, counts


peer.main(index, update, Answers)
