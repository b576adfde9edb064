#!/usr/bin/env python3
"""Writes the files of the sample corpus that are no text: a PDF, a DOCX and a ZIP archive.

    python3 corpus/make.py            # writes them
    python3 corpus/make.py --check    # says whether they are as this script would write them

Needs nothing but the standard library. The bytes are put together by hand, nothing is compressed
and no clock is read, so every run writes the same. Texts: CC0 1.0, see README.md.
"""

import struct
import sys
import zlib
from pathlib import Path
from xml.sax.saxutils import escape

CORPUS = Path(__file__).resolve().parent

# --------------------------------------------------------------------------------------- texts

# A vertical bar marks where a long word may be hyphenated.
AGENCY = {
    "title": "An agency for the peaceful atom",
    "author": "Arms control writer",
    "subject": "The International Atomic Energy Agency, 1957",
    "keywords": "energy/nuclear power, security/nuclear weapons, organisations/global",
    "date": "D:19570729000000Z",
    "paragraphs": [
        "The statute of the Inter|national Atomic Energy Agency entered into force on 29 July 1957. The new "
        "organ|isation was given two tasks that are hard to keep apart: to pro|mote the peaceful use of nuclear "
        "energy, and to see to it that its help is not used for mili|tary pur|poses.",
        "Presi|dent Dwight D. Eisenhower had made the proposal before the General Assem|bly of the United Nations "
        "on 8 December 1953. The powers that had fissile mate|rial were to pay some of it into an inter|national "
        "bank, from which other countries could draw for power sta|tions, med|icine and agri|culture. The Soviet "
        "Union was reserved at first, but took part in the nego|tiations from 1955. A conference in New York "
        "approved the statute on 23 October 1956.",
        "The first General Confer|ence met in Vienna in October 1957 and made the Austrian capi|tal the seat. "
        "Sterling Cole, a member of the United States Con|gress, became direc|tor general. He was followed in 1961 "
        "by Sigvard Eklund of Sweden, who stayed for twenty years.",
        "The bank never became impor|tant, because the great powers preferred to supply their part|ners directly. "
        "The inspec|tors did. Under the Non-Prolifer|ation Treaty, in force since March 1970, every party without "
        "nuclear weapons has to con|clude an agree|ment with the Agency and declare all its nuclear mate|rial. "
        "Inspec|tors compare the declara|tions with what they find, put seals on contain|ers and install cameras.",
        "After the war of 1991 it was discovered that Iraq had pursued a secret pro|gramme beside its declared "
        "plants. A model for an addi|tional proto|col, adopted in May 1997, there|fore gives inspec|tors access to "
        "more places and infor|mation. In North Korea the Agency found contra|dictions as early as 1992; it has "
        "had no inspec|tors there since 2009.",
        "Besides this the Agency helps to fight insects and dis|eases of cattle with radi|ation, sets stand|ards of "
        "safety and keeps labora|tories at Seibersdorf near Vienna. Together with its head at the time, Mohamed "
        "ElBaradei, it received the Nobel Peace Prize for 2005. It has about 180 member states.",
    ],
}

WEAPONS = {
    "title": "Biological weapons are outlawed",
    "author": "Arms control writer",
    "keywords": "security/disarmament, diplomacy/treaties",
    "created": "1972-04-10T00:00:00Z",
    "blocks": [
        ("p", "The Biological Weapons Convention was opened for signature in London, Moscow and Washington on 10 April "
              "1972. It was the first agreement to ban a whole category of weapons of mass destruction, including their "
              "possession."),
        ("h", "The decision of 1969"),
        ("p", "The Geneva Protocol of 1925 had forbidden the use of bacteriological methods of warfare, but not their "
              "development and storage, and many states reserved the right to answer in kind. President Richard Nixon "
              "announced on 25 November 1969 that the United States would give up its biological weapons without "
              "conditions. The United Kingdom had proposed to deal with them separately from chemical weapons, whose "
              "prohibition took another two decades. The Soviet Union agreed to this in 1971."),
        ("h", "Duties of the parties"),
        ("li", "Never to develop, produce, stockpile or acquire biological agents or toxins for other than peaceful "
               "purposes."),
        ("li", "To destroy what they have, or turn it to peaceful use, within nine months."),
        ("li", "Not to pass such things on, and to exchange knowledge for peaceful purposes."),
        ("p", "The convention entered into force on 26 March 1975. More than 180 states have joined."),
        ("h", "Trust without control"),
        ("p", "There are no inspections and no organisation to carry them out. A party can complain to the Security "
              "Council. In April 1979 more than sixty people died of anthrax in Sverdlovsk; the Soviet authorities spoke "
              "of tainted meat. In 1992 President Boris Yeltsin admitted that a military plant had been the cause and "
              "that work on such weapons had gone on in secret. Talks on a protocol with inspections began in 1995 and "
              "ended without result in 2001, when the United States rejected the draft."),
    ],
    "table": [("Opened for signature", "10 April 1972"), ("In force", "26 March 1975"), ("Depositaries", "United Kingdom, Soviet Union, United States")],
}

DISPATCHES = {
    "malaysia.md": """\
---
title: Malaysia comes into being
date: 1963-09-16
countries: [Malaysia, Singapore, Indonesia, Philippines, United Kingdom]
people: [Tunku Abdul Rahman, Lee Kuan Yew, Sukarno]
organisations: [United Nations]
topics: [politics/independence, politics/federations]
source: "Sample Desk: Asia"
author: Asia writer
language: en
---

Malaya, Singapore, Sarawak and North Borneo, from then on called Sabah, joined in the federation of **Malaysia** on
16 September 1963. Malaya had been independent since August 1957; the other three had been under British rule.

Tunku Abdul Rahman, the prime minister of Malaya, had made the suggestion in May 1961. He hoped to prevent a communist
Singapore at his door, and London wished to withdraw in good order. A commission under Lord Cobbold visited the
territories on Borneo in 1962 and found that about two thirds of the people were in favour, many of them on conditions.
Brunei decided to stay outside.

## Opposition

The Philippines claimed Sabah, and President Sukarno of Indonesia saw in the federation a creation of colonialism. At the
request of the three neighbours a mission of the United Nations examined the wishes of the people in August and
September 1963 and confirmed them. Indonesia nevertheless began its *confrontation*, with raids on Borneo and landings on
the peninsula. It ended in August 1966, after Sukarno had lost power.

The union with Singapore lasted less than two years. Disputes about the rights of Malays and Chinese led to riots, and on
9 August 1965 the island was separated from the federation. Lee Kuan Yew remained its prime minister until 1990.
""",
    "japan-china.md": """\
+++
title = "Japan and China sign a treaty of peace and friendship"
date = 1978-08-12
countries = ["China", "Japan"]
people = ["Deng Xiaoping", "Takeo Fukuda", "Sunao Sonoda", "Huang Hua"]
topics = ["diplomacy/treaties", "diplomacy/reconciliation"]
source = "Sample Desk: Asia"
author = "Asia writer"
language = "en"
+++

The foreign ministers Sunao Sonoda and Huang Hua signed the Treaty of Peace and Friendship between Japan and China in
Peking on 12 August 1978. It has five articles.

China had been absent from the peace conference of San Francisco in 1951, and Japan concluded peace with the government in
Taiwan the next year. After the American change of course Prime Minister Kakuei Tanaka travelled to Peking. In a joint
communiqué of 29 September 1972 Japan recognised the People's Republic and expressed its sense of responsibility for the
harm that it had done to the Chinese people in the war; China gave up its demand for reparations.

## One word

Negotiations on a treaty began in 1974 and got stuck on a clause against *hegemony*, which in China's language meant the
Soviet Union. Japan did not want to take sides. The solution was an additional article: the treaty was not to affect the
relations of either party with third countries.

Deng Xiaoping came to Tokyo for the exchange of the ratifications on **23 October 1978** and rode on the fast train. About
the islands that Japan calls Senkaku and China Diaoyu he suggested that a later generation should find a solution. From
1979 Japan supported the opening of the Chinese economy with loans, and trade grew enormously.
""",
    "bhutan.txt": """\
{
  "title": "Bhutan elects a parliament",
  "date": "2008-03-24",
  "countries": ["Bhutan"],
  "people": ["Jigme Singye Wangchuck", "Jigme Khesar Namgyel Wangchuck", "Jigme Thinley"],
  "topics": ["politics/elections", "politics/democratisation", "politics/constitutions"],
  "source": "Sample Desk: Asia",
  "author": "Asia writer",
  "language": "en"
}

The people of Bhutan elected the members of a national assembly for the first time on 24 March 2008. The change to democracy had been ordered from above, and many would have preferred to leave things as they were.

King Jigme Singye Wangchuck, on the throne since 1972, had given up the direction of the government in 1998 and had a constitution drafted in the following years. It allows a two-thirds majority of parliament, confirmed by a referendum, to make a king abdicate. In December 2006 he handed the crown to his son, Jigme Khesar Namgyel Wangchuck, then 26 years old. Practice elections with invented parties were held in 2007.

Some 79 per cent of the voters took part. The party of Jigme Thinley won 45 of the 47 seats, the other party the remaining two. The constitution was signed on 18 July 2008, and the young king was crowned in November. In the election of 2013 the opposition won, and power changed hands peacefully, as it has done several times since.

The country is known for measuring its progress by what it calls gross national happiness. Of the Nepali-speaking inhabitants of the south about 100,000 had left or been driven out around 1990; most of them have been resettled in the United States and other countries after long years in camps in Nepal.
""",
}

# ----------------------------------------------------------------------------------------- ZIP


def archive(members):
    """A ZIP archive of stored members, all dated 1 January 1980."""
    out, directory = b"", b""
    for name, data in members:
        name = name.encode()
        # Version, flags (names are UTF-8), method, time, date, checksum, sizes, length of name and extra.
        fields = (20, 0x800, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + struct.pack("<5H3I2H", *fields)
        directory += struct.pack("<3H2I", 0, 0, 0, 0, len(out)) + name
        out += b"PK\3\4" + struct.pack("<5H3I2H", *fields) + name + data
    count = len(members)
    return out + directory + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, len(directory), len(out), 0)


# ---------------------------------------------------------------------------------------- DOCX

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def paragraph(text, style=None, numbered=False):
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbered:
        properties += '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    properties = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx(article):
    """A document of WordprocessingML: title, headings, a list, a table, core properties."""
    styles = {"h": ("Heading2", False), "p": (None, False), "li": ("ListParagraph", True)}
    body = paragraph(article["title"], "Title")
    body += "".join(paragraph(text, *styles[kind]) for kind, text in article["blocks"])
    rows = ""
    for row in article["table"]:
        cells = "".join(f'<w:tc><w:tcPr><w:tcW w:w="4500" w:type="dxa"/></w:tcPr>{paragraph(cell)}</w:tc>' for cell in row)
        rows += f"<w:tr>{cells}</w:tr>"
    grid = '<w:tblGrid><w:gridCol w:w="4500"/><w:gridCol w:w="4500"/></w:tblGrid>'
    body += f'<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/></w:tblPr>{grid}{rows}</w:tbl><w:p/>'
    document = f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    names = {"Title": "Title", "Heading2": "heading 2", "ListParagraph": "List Paragraph"}
    style = "".join(f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>' for key, name in names.items())
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="\u2022"/></w:lvl>'
    numbering = f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    core = (
        f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dc:title>{escape(article["title"])}</dc:title><dc:creator>{escape(article["author"])}</dc:creator>'
        f'<cp:keywords>{escape(article["keywords"])}</cp:keywords><dc:language>en</dc:language>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{article["created"]}</dcterms:created></cp:coreProperties>'
    )
    kinds = (("word/document.xml", f"{PARTS}.document.main+xml"), ("word/styles.xml", f"{PARTS}.styles+xml"),
             ("word/numbering.xml", f"{PARTS}.numbering+xml"), ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    relation = '<Relationship Id="rId{}" Type="{}" Target="{}"/>'.format
    return archive([(name, text.encode()) for name, text in (
        ("[Content_Types].xml", f'{XML}<Types xmlns="{PACKAGE}/content-types">{default}{types}</Types>'),
        ("_rels/.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
            + relation(1, f"{OFFICE}/officeDocument", "word/document.xml")
            + relation(2, f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml") + "</Relationships>"),
        ("docProps/core.xml", core),
        ("word/_rels/document.xml.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
            + relation(1, f"{OFFICE}/styles", "styles.xml") + relation(2, f"{OFFICE}/numbering", "numbering.xml") + "</Relationships>"),
        ("word/document.xml", document),
        ("word/styles.xml", f'{XML}<w:styles xmlns:w="{WORD}">{style}</w:styles>'),
        ("word/numbering.xml", f'{XML}<w:numbering xmlns:w="{WORD}">{numbering}</w:numbering>'),
    )])


# ----------------------------------------------------------------------------------------- PDF

# Widths of Helvetica in thousandths of its size, from the space to the tilde (Adobe's font metrics).
WIDTHS = [278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278] + [556] * 10 + [
    278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222,
    222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584]
SIZE, LEADING, LEFT, TOP, WIDTH, LINES = 11, 16, 72, 770, 440, 26


def width(text):
    return sum(WIDTHS[ord(c) - 32] for c in text) * SIZE / 1000


def lines(text):
    """Breaks a paragraph into lines; words are hyphenated where a bar allows it."""
    out, line = [], ""
    for word in text.split():
        parts = word.split("|")
        for count in range(len(parts), -1, -1):
            head = "".join(parts[:count]) + ("-" if 0 < count < len(parts) else "")
            if count == 0 or width(f"{line} {head}".strip()) <= WIDTH:
                break
        if count == len(parts):
            line = f"{line} {head}".strip()
        else:
            out.append(f"{line} {head}".strip())
            line = "".join(parts[count:])
    return out + [line]


def string(text):
    for c in "\\()":
        text = text.replace(c, "\\" + c)
    return f"({text})"


def pdf(article):
    """Pages of one column in Helvetica, with page numbers and an information dictionary."""
    rows = [("title", article["title"]), ("", "")]
    for text in article["paragraphs"]:
        rows += [("text", line) for line in lines(text)] + [("", "")]
    rows.pop()
    pages = [rows[start:start + LINES] for start in range(0, len(rows), LINES)]
    objects = ["<< /Type /Catalog /Pages 2 0 R /Lang (en) >>", None,
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
               "<< " + " ".join(f"/{key} {string(article[name])}" for key, name in (
                   ("Title", "title"), ("Author", "author"), ("Subject", "subject"), ("Keywords", "keywords"), ("CreationDate", "date"))) + " >>"]
    kids = []
    for number, page in enumerate(pages, 1):
        content = ""
        for at, (kind, text) in enumerate(page):
            if text:
                size = 18 if kind == "title" else SIZE
                content += f"BT /F1 {size} Tf {LEFT} {TOP - at * LEADING} Td {string(text)} Tj ET\n"
        content += f"BT /F1 9 Tf 290 40 Td ({number}) Tj ET\n"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}endstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode("ascii")


# ---------------------------------------------------------------------------------------------

FILES = {
    "world/atomic-energy-agency.pdf": lambda: pdf(AGENCY),
    "cold-war/biological-weapons.docx": lambda: docx(WEAPONS),
    "asia/dispatches.zip": lambda: archive([(name, text.encode()) for name, text in DISPATCHES.items()]),
}


def main():
    check = sys.argv[1:] == ["--check"]
    stale = False
    for name, make in FILES.items():
        path, data = CORPUS / name, make()
        if check:
            if not path.is_file() or path.read_bytes() != data:
                print(f"{name} is not what make.py writes")
                stale = True
        else:
            path.write_bytes(data)
            print(f"{name}: {len(data)} bytes")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
