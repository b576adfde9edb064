#!/usr/bin/env python3
"""Writes inputs for the fuzz targets of the readers to begin with, into corpus/<target>/.

    python3 fuzz/seeds.py

They are the articles of the sample corpus and the fixtures of the tests, as far as they are small, and a few more
of formats that are rare there. Needs nothing but the standard library; every run writes the same.
"""

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
ROOT = FUZZ.parent
MOST = 24 << 10
# Made to take all memory, or all time: a process of its own is what they are for.
HARMFUL = ["memory.pdf", "endless.pdf"]
TEXT = "The lighthouse keeper wrote it down, and the lamp gave light until the boats were in."

FILES = {
    "text": ["txt"], "markdown": ["md"], "json": ["json"], "jsonl": ["jsonl"], "html": ["html", "xhtml"], "csv": ["csv"],
    "xml": ["xml", "rss"], "mail": ["eml"], "mbox": ["mbox"], "zip": ["zip"], "pdf": ["pdf"], "rtf": ["rtf"],
}

XML = [
    """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="u" xmlns:dc="d"><channel><title>Courier</title><language>en</language>
<item><title>One &amp; two</title><link>https://example.org/1</link><guid>g</guid><pubDate>Sun, 28 Oct 1962 10:00:00 +0200</pubDate>
<dc:creator>Ana</dc:creator><category>Ports</category><content:encoded><![CDATA[<p>First.</p><p>Second &eacute;.</p>]]></content:encoded></item>
<item><title>Three</title><description>&lt;p&gt;Only this.&lt;/p&gt;</description></item></channel></rss>""",
    """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Bote</title><entry><title type="html">Eins</title><id>e</id>
<link href="https://example.org/e"/><updated>2024-01-02T03:04:05Z</updated><author><name>Cy</name></author><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Text <em>hier</em>.</p><ul><li>a</li></ul></div></content></entry></feed>""",
    """<nitf xml:lang="en"><head><docdata><doc-id id-string="n"/><date.issue norm="20240203T040506Z"/><key-list><keyword key="ferries"/></key-list>
</docdata></head><body><body.head><hedline><hl1>Ferry</hl1></hedline><byline>By <person>Ana</person></byline></body.head>
<body.content><p>First.</p><table><tr><td>a</td><td>b</td></tr></table></body.content></body></nitf>""",
    """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="g"><itemMeta><versionCreated>2024-05-06T07:08:09Z</versionCreated>
</itemMeta><contentMeta><headline>H</headline><subject type="cpnat:person" qcode="p:1"/></contentMeta><assert qcode="p:1"><name>Jo</name></assert>
<contentSet><inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body><p>One.</p></body></html></inlineXML></contentSet></newsItem>
<packageItem guid="p"><groupSet><group><itemRef><headline>A</headline></itemRef></group></groupSet></packageItem></itemSet></newsMessage>""",
    """<!DOCTYPE lewis SYSTEM "lewis.dtd"><REUTERS NEWID="7"><DATE>26-FEB-1987 15:01:01.79</DATE><TOPICS><D>cocoa</D></TOPICS><TEXT>&#2;
<TITLE>RAIN &lt;CO></TITLE><BODY>Rain fell.
 Reuter
&#3;</BODY></TEXT></REUTERS><REUTERS NEWID="8"><TEXT TYPE="BRIEF">&#2;Rain.</TEXT></REUTERS>""",
    """<TEI><teiHeader><fileDesc><titleStmt><title>Letters</title></titleStmt><sourceDesc><date when="1931-02-17"/></sourceDesc></fileDesc></teiHeader>
<text><body><div><head>One</head><p>Dear <lb/>Sir.</p><lg><l>a</l></lg></div></body></text></TEI>""",
    """<alto><Layout><Page><PrintSpace><TextBlock><TextLine><String CONTENT="har" SUBS_TYPE="HypPart1" SUBS_CONTENT="harbour"/><HYP CONTENT="-"/>
</TextLine><TextLine><String CONTENT="bour" SUBS_TYPE="HypPart2" SUBS_CONTENT="harbour"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>""",
    """<mets:mets xmlns:mets="m" OBJID="m1"><mets:dmdSec><mods:mods xmlns:mods="n"><mods:titleInfo><mods:title>Gazette</mods:title></mods:titleInfo>
</mods:mods></mets:dmdSec><mets:structMap><mets:div LABEL="Eclipse"/></mets:structMap></mets:mets>""",
]

NINJS = """{"uri": "u", "versionCreated": "2024-02-03T04:05:06Z", "headlines": [{"value": "H"}], "bodies": [{"value": "<p>a</p>"}],
"people": [{"name": "P"}], "subjects": [{"uri": "x:1"}]}"""

MAIL = f"""From: Ana <ana@example.org>
To: Bo <bo@example.org>, c@example.org
Subject: =?utf-8?Q?Caf=C3=A9?=
Date: Sun, 28 Oct 1962 10:00:00 +0000
Keywords: ports, ships
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

{TEXT}=E9
--c
Content-Type: text/html

<p>{TEXT}</p>
--c--
--b
Content-Type: message/rfc822

Subject: Inner

x
--b
Content-Type: application/json; name=a.json
Content-Transfer-Encoding: base64

e30=
--b--
"""

MHTML = f"""From: <Saved by a browser>
Snapshot-Content-Location: https://example.org/a
Subject: A page
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; start="<p@x>"; boundary="b"

--b
Content-Type: text/html
Content-ID: <p@x>
Content-Transfer-Encoding: quoted-printable

<html><head><title>A page</title></head><body><p>{TEXT}=
 More.</p></body></html>
--b
Content-Type: text/html
Content-Transfer-Encoding: base64

PHA+
--b--
"""


def warc_record(kind, block):
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://example.org/a.txt\r\nWARC-Date: 2001-02-03T04:05:06Z\r\n"
            f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n")
    return head.encode() + block + b"\r\n\r\n"


def answer(headers, body):
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{headers}\r\n".encode() + body


def zipped(method, **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/").replace("_", "."), (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def tarred():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ["a.txt", "ä/" + "long/" * 30 + "b.md"]:
            info = tarfile.TarInfo(name)
            info.size = len(TEXT)
            archive.addfile(info, io.BytesIO(TEXT.encode()))
    return out.getvalue()


def unpacked(path, names):
    """The parts of a package, as the targets for what lies in packages take them."""
    with zipfile.ZipFile(path) as archive:
        there = archive.namelist()
        return b"\x1e".join(archive.read(name) if name in there else b"" for name in names)


def more():
    yield from (("xml", text) for text in XML)
    yield "json", NINJS
    yield "json", '{"status": "ok", "articles": [{"title": "T", "content": "c"}, 3]}'
    yield "jsonl", '{"title": "T", "body": "b", "date": "1962-10"}\n\n{"broken\n[1]\n'
    yield "csv", 'title;date;"a ""b"""\nOne;1962;"x\ny"\nTwo;1;2;3\n'
    yield "tsv", "title\tbody\nOne\tx\n"
    yield "mail", MAIL
    yield "mhtml", MHTML
    yield "mbox", f"From a@b.c Sun Oct 28 10:00:00 1962\n{MAIL}\nFrom a@b.c Sun Oct 28 10:00:00 1962\nSubject: x\n\n>From\n"
    page = f"<html><title>T</title><p>{TEXT}</p></html>".encode()
    yield "warc", warc_record("warcinfo", b"x") + warc_record("response", answer("", page)) + warc_record("request", b"GET /")
    yield "warc", warc_record("response", answer("Transfer-Encoding: chunked\r\n", b"5\r\nchunk\r\n0\r\n\r\n"))
    yield "warc", warc_record("response", answer("Content-Encoding: gzip\r\n", gzip.compress(page, mtime=0)))
    yield "zip", zipped(zipfile.ZIP_STORED, a_txt=TEXT, b__c_json=NINJS)
    yield "zip", zipped(zipfile.ZIP_DEFLATED, a_txt=TEXT * 9, in_zip=zipped(zipfile.ZIP_STORED, x_txt="x"))
    yield "tar", tarred()
    lines = b'{"title": "T", "body": "b"}\n'
    yield "gzip", gzip.compress(lines, mtime=0) + gzip.compress(lines * 9, mtime=0)
    # One frame with one raw block, and one with a repeated byte.
    yield "zstd", b"\x28\xb5\x2f\xfd\x20" + bytes([len(lines)]) + bytes([(len(lines) << 3 | 1) & 255, len(lines) >> 5, 0]) + lines
    yield "zstd", b"\x28\xb5\x2f\xfd\x20\x0a\x53\x00\x00 "
    yield "rtf", "{\\rtf1\\ansi\\ansicpg1252{\\info{\\title T}}{\\fonttbl{\\f0\\fcharset204 A;}}\\f0 caf\\'e9 \\u8217?\\par{\\footnote x}" \
                 "\\trowd\\cellx1\\intbl a\\cell b\\cell\\row}"
    for path in (ROOT / "corpus").rglob("*.docx"):
        yield "package", path.read_bytes()
        yield "docx", unpacked(path, ["word/document.xml", "word/styles.xml", "word/footnotes.xml", "docProps/core.xml", "word/numbering.xml"])
    yield "docx", (
        "<w:document><w:body><w:p><w:pPr><w:pStyle w:val='Title'/></w:pPr><w:r><w:t>T</w:t></w:r></w:p><w:p><w:pPr><w:numPr><w:ilvl w:val='0'/>"
        "<w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>a</w:t><w:footnoteReference w:id='2'/></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t>"
        "</w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>\x1e<w:styles/>\x1e<w:footnotes><w:footnote w:id='2'><w:p><w:r><w:t>n</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>\x1e<c><dc:title>T</dc:title></c>\x1e<w:numbering><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'>"
        "<w:start w:val='3'/><w:numFmt w:val='decimal'/></w:lvl></w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )
    yield "odt", (
        "<office:document-content><text:list-style style:name='L'><text:list-level-style-number text:level='1' style:num-format='1'/></text:list-style>"
        "<office:text><text:h text:outline-level='1'>T</text:h><text:p>a<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>n"
        "</text:p></text:note-body></text:note></text:p><text:list text:style-name='L'><text:list-item><text:p>b</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>c</text:p></table:table-cell></table:table-row></table:table></office:text>"
        "</office:document-content>\x1e<office:meta><dc:title>T</dc:title><meta:keyword>k</meta:keyword></office:meta>"
    )
    yield "epub", (
        "<html><head><title>x</title></head><body><h1>One</h1><p>a<br/>b</p><ol start='3'><li>c</li></ol></body></html>\x1e<html><p>d</p></html>"
    )
    yield "epub", (
        "<p>a\x1e<p>b\x1e<package><metadata><dc:title>T</dc:title><dc:date>1999</dc:date></metadata><item id='a' href='a.xhtml' media-type='text/html'/>"
        "<item id='n' href='b.xhtml' media-type='text/html' properties='nav'/><itemref idref='n'/><itemref idref='a'/></package>\x1e<x/>"
    )


def main():
    found = list(more())
    for target, extensions in FILES.items():
        for folder in [ROOT / "corpus", ROOT / "tests/fixtures"]:
            for extension in extensions:
                paths = sorted(folder.rglob(f"*.{extension}"))
                found += [(target, path.read_bytes()) for path in paths if path.name not in HARMFUL]
    count = 0
    for target, content in found:
        content = content.encode() if isinstance(content, str) else content
        if len(content) > (MOST if target != "pdf" else 4 * MOST):
            continue
        folder = FUZZ / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)
        count += 1
    print(f"{count} inputs")


main()
