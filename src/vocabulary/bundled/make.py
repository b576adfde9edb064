#!/usr/bin/env python3
"""Makes the vocabulary files of countries, actors and topics from openly licensed lists.

    python3 src/vocabulary/bundled/make.py LISTS

LISTS holds `country-codes.csv`, `countries.json`, `iptc-mediatopics-en-US.json` and `actors/`;
NOTICE.md says where they come from. Afterwards: `cargo run --example vocabularies`.
"""

import csv
import json
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent


def quoted(text):
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False)


def listed(values):
    return "[" + ", ".join(quoted(value) for value in values) + "]"


def folded(text):
    """Near enough to the folding of names to leave out what would come to the same."""
    text = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in text if c.isalnum())


def distinct(values, but=()):
    """The values that differ when folded, in order, without empty ones."""
    seen = {folded(value) for value in but}
    kept = []
    for value in values:
        value = re.sub(r"\s+", " ", value).strip()
        if value and folded(value) and folded(value) not in seen:
            seen.add(folded(value))
            kept.append(value)
    return kept


# ---------------------------------------------------------------------------------------------
# Countries

# The name that is shown, where the list's own display name is short for a label on a map.
SHOWN = {
    "US": "United States", "GB": "United Kingdom", "BA": "Bosnia and Herzegovina",
    "CG": "Republic of the Congo", "CD": "DR Congo", "CI": "Ivory Coast", "PN": "Pitcairn Islands",
    "UM": "United States Minor Outlying Islands", "VI": "United States Virgin Islands",
    "SH": "Saint Helena", "MF": "Saint Martin", "BL": "Saint Barthélemy",
    "CC": "Cocos (Keeling) Islands", "CV": "Cape Verde", "MM": "Myanmar",
    "FM": "Federated States of Micronesia",
    "GS": "South Georgia and the South Sandwich Islands",
}

# Names of lists that mean another country as well, or none in particular.
LEFT_OUT = {"EU": [], "IO": ["Indian"], "MP": ["American"], "BQ": ["Dutch"], "TF": ["French"],
            "SJ": ["Norwegian"], "UM": ["American Islander"], "BV": [""], "PS": []}

# Languages of the second list by their two letters.
LANGUAGES = {
    "ara": "ar", "fra": "fr", "rus": "ru", "spa": "es", "zho": "zh",
    "ces": "cs", "deu": "de", "est": "et", "fas": "fa", "per": "fa", "fin": "fi", "hrv": "hr",
    "hun": "hu", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl", "pol": "pl", "por": "pt",
    "slk": "sk", "srp": "sr", "swe": "sv", "tur": "tr", "urd": "ur",
}


def plain(name):
    """A name without the article and the notes that the lists add."""
    name = name.replace("’", "'").replace("*", "").strip()
    name = re.sub(r"\s*\((?:l'|l|la|le|les|el|los|las|the)\)$", "", name)
    return re.sub(r"^(?:(?:the|las?|los|el|les?)\s+|l')(?=\S)", "", name)


def variants(name):
    """`Iran (Islamic Republic of)` is also `Islamic Republic of Iran`."""
    yield name
    turned = re.fullmatch(r"([^(]+) \(([^)]+ (?:of|de|del|d'))\)", name)
    if turned:
        yield f"{turned[2]} {turned[1]}"


def shown(row):
    code = row["ISO3166-1-Alpha-2"]
    name = row["CLDR display name"].replace("’", "'")
    return SHOWN.get(code) or name.replace("&", "and").replace("St. ", "Saint ")


def regions(rows):
    """The tree of UN M49, from the top: name, parent, code."""
    levels = [("Region Name", "Region Code"), ("Sub-region Name", "Sub-region Code"),
              ("Intermediate Region Name", "Intermediate Region Code")]
    tree = {}
    for row in rows:
        above = None
        for name, code in levels:
            if row[name]:
                tree.setdefault(row[name], (above, row[code].zfill(3)))
                above = row[name]
    return tree


def countries(lists):
    with open(lists / "country-codes.csv", encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=shown)
    out = ["# Made by make.py from country-codes.csv (PDDL). UN M49 regions, and the countries of",
           "# ISO 3166 with their codes, capitals, and names in the languages of the United Nations."]
    for name, (above, code) in regions(rows).items():
        out += ["", f"[country.add.{quoted(name)}]", 'kind = "region"', f"codes = {listed([code])}"]
        if above:
            out.append(f"parents = {listed([above])}")
    names = {}
    alpha3 = {row["ISO3166-1-Alpha-3"] for row in rows}
    for row in rows:
        name = shown(row)
        code = row["ISO3166-1-Alpha-2"]
        names[code] = name
        parent = next((row[key] for key in ("Intermediate Region Name", "Sub-region Name",
                                            "Region Name") if row[key]), None)
        # The Olympic code of one country can be the code of another (`BRN`).
        olympic = row["IOC"] if row["IOC"] not in alpha3 else ""
        codes = distinct([code, row["ISO3166-1-Alpha-3"], olympic, row["M49"].zfill(3)])
        codes = [c for c in codes if re.fullmatch(r"[A-Z]{2,3}|\d{3}", c)]
        # Olympic committees of territories are those of the state they belong to.
        if row["is_independent"] != "Yes":
            codes = [c for c in codes if c == code or c == row["ISO3166-1-Alpha-3"] or c.isdigit()]
        english = [row["CLDR display name"].replace("’", "'"), row["UNTERM English Short"],
                   row["UNTERM English Formal"], row["official_name_en"]]
        english = [v for n in english for v in variants(plain(n))]
        if code in ("US", "GB"):
            english = english[1:]
        out += ["", f"[country.add.{quoted(name)}]"]
        if parent:
            out.append(f"parents = {listed([parent])}")
        out.append(f"codes = {listed(codes)}")
        aliases = distinct([n for n in english if not n.startswith("Congo")], [name])
        if aliases:
            out.append(f"aliases = {listed(aliases)}")
        capital = row["Capital"].strip()
        if capital:
            out.append(f"capitals = {listed([capital])}")
        known = [name, *aliases]
        translated = []
        for language, keys in {
            "ar": ["official_name_ar", "UNTERM Arabic Short", "UNTERM Arabic Formal"],
            "es": ["official_name_es", "UNTERM Spanish Short", "UNTERM Spanish Formal"],
            "fr": ["official_name_fr", "UNTERM French Short", "UNTERM French Formal"],
            "ru": ["official_name_ru", "UNTERM Russian Short", "UNTERM Russian Formal"],
            "zh": ["official_name_cn", "UNTERM Chinese Short", "UNTERM Chinese Formal"],
        }.items():
            values = [v for key in keys for v in variants(plain(row[key]))]
            values = distinct(values, known)
            if code == "CG":
                values = [v for v in values if folded(v) != "congo"]
            if values:
                translated.append(f"names.{language} = {listed(values)}")
                known += values
        out += translated
    out += ["", '[country.add."Kosovo"]', 'parents = ["Southern Europe"]',
            'codes = ["XK", "XKX", "KOS"]', 'aliases = ["Republic of Kosovo"]',
            'capitals = ["Pristina"]']
    names["XK"] = "Kosovo"
    (HERE / "country.toml").write_text("\n".join(out) + "\n", encoding="utf-8")
    country_names(lists, names, rows)
    return names, {row["ISO3166-1-Alpha-3"]: row["ISO3166-1-Alpha-2"] for row in rows}


def country_names(lists, names, rows):
    """What only the second list has: other languages, demonyms, other spellings."""
    # What the first list says is not said again.
    first = {row["ISO3166-1-Alpha-2"]: [value for key, value in row.items()
                                        if "official" in key or "UNTERM" in key
                                        or key == "CLDR display name"]
             for row in rows}
    out = ["# Made by make.py from countries.json (ODbL 1.0; this file is under the same licence,",
           "# see NOTICE.md). Names of countries in further languages, and of their people."]
    for country in sorted(json.loads((lists / "countries.json").read_text(encoding="utf-8")),
                          key=lambda country: country["cca2"]):
        code = country["cca2"]
        name = names[code]
        known = [name, *first.get(code, ())]
        spellings = [country["name"]["common"], country["name"]["official"],
                     *country["altSpellings"]]
        spellings = [plain(s) for s in spellings
                     if len(s) > 3 and not (code in ("CG", "CD") and folded(s) == "congo")]
        spellings = distinct(spellings, known)
        demonyms = []
        for who in country.get("demonyms", {}).get("eng", {}).values():
            demonyms += re.split(r", | or ", who)
        demonyms = [d for d in distinct(demonyms, [name])
                    if d not in LEFT_OUT.get(code, ()) and d]
        # People of a country, in the plural.
        demonyms = distinct([p for d in demonyms for p in
                             ([d, d + "s"] if d.endswith(("an", "i", "er")) else [d])])
        lines = []
        if spellings:
            lines.append(f"aliases = {listed(spellings)}")
        if demonyms:
            lines.append(f"demonyms = {listed(demonyms)}")
        known += spellings
        by_language = {}
        native = country["name"].get("native") or {}
        for language, both in [*country.get("translations", {}).items(), *native.items()]:
            if language in LANGUAGES:
                values = by_language.setdefault(LANGUAGES[language], [])
                values += [both["common"], both["official"]]
            elif language in native:
                by_language.setdefault("", []).extend([both["common"], both["official"]])
        further = distinct(by_language.pop("", []), known)
        if further:
            lines = [l for l in lines if not l.startswith("aliases")]
            lines.insert(0, f"aliases = {listed(spellings + further)}")
            known += further
        for language, values in sorted(by_language.items()):
            values = [v for v in distinct(values, known)
                      if not (code in ("CG", "CD") and folded(v) in ("congo", "kongo", "konqo"))]
            if values:
                lines.append(f"names.{language} = {listed(values)}")
                known += values
        if lines:
            out += ["", f"[country.change.{quoted(name)}]", *lines]
    (HERE / "country-names.toml").write_text("\n".join(out) + "\n", encoding="utf-8")


# ---------------------------------------------------------------------------------------------
# Topics

def topics(lists):
    listing = json.loads((lists / "iptc-mediatopics-en-US.json").read_text(encoding="utf-8"))
    concepts = {c["uri"]: c for c in listing["conceptSet"] if not c.get("retired")}

    def label(concept):
        # One label is missing in this edition.
        label = concept["prefLabel"].get("en-US", "media")
        return label.strip().rstrip(":").replace("/", " or ")

    out = ["# Made by make.py from the IPTC Media Topics NewsCodes (CC BY 4.0, see NOTICE.md):",
           "# the labels, the tree and the codes; definitions and retired topics are left out."]
    for concept in concepts.values():
        name = label(concept)
        out += ["", f"[topic.add.{quoted(name)}]", f'codes = [{quoted(concept["qcode"])}]']
        parents = [label(concepts[uri]) for uri in concept.get("broader", ()) if uri in concepts]
        if parents:
            out.append(f"parents = {listed(parents)}")
        # `trial (court)` is called a trial, where that is not another topic.
        bare = re.sub(r" \([^)]*\)$", "", name)
        others = {folded(label(other)) for other in concepts.values()}
        if bare != name and folded(bare) not in others:
            out.append(f"aliases = {listed([bare])}")
    (HERE / "topic.toml").write_text("\n".join(out) + "\n", encoding="utf-8")


# ---------------------------------------------------------------------------------------------
# Actors

TITLES = {
    "president", "premier", "king", "queen", "prince", "princess", "sultan", "emir", "sheikh",
    "shaykh", "sheik", "general", "gen", "lieutenant", "colonel", "col", "major", "captain",
    "marshal", "admiral", "brigadier", "ayatollah", "hojatolislam", "mullah", "mawlawi", "lord",
    "baron", "sir", "dr", "mr", "mrs", "minister", "chancellor", "secretary-general", "pope",
    "cardinal", "archbishop", "senator", "judge", "ambassador", "foreign", "prime", "defense",
    "defence", "sayyed", "hajji", "haji", "imam",
}
SMALL = {"of", "the", "and", "for", "in", "on", "to", "de", "la", "del", "des", "du", "di", "da",
         "dos", "von", "van", "der", "den", "bin", "ibn", "al", "el", "e", "y", "ul", "ud", "et",
         "ad", "as", "or", "against", "with", "from", "by"}
BODIES = re.compile(
    r"\b(army|navy|air force|police|guards?|corps|forces?|soldiers|troops|military|ministry|"
    r"department|bureau|agency|assembly|parliament|senate|congress|council|court|courts|tribunal|"
    r"government|cabinet|bank|office|service|services|authority|authorities|commission|committee|"
    r"house of|duma|knesset|diet|bundestag|embassy|intelligence|security|directorate|board|"
    r"institute|administration|gendarmerie|judiciary|legislature|supreme|command|academy|"
    r"federation council|chamber|treasury|reserve|inspectorate|secretariat)\b", re.I)
GROUPS = re.compile(
    r"\b(party|front|movement|union|league|alliance|coalition|organization|organisation|brigades?|"
    r"militia|rebels|liberation|jihad|groups?|association|federation|society|company|corporation|"
    r"university|foundation|network|news|daily|times|television|radio|church|fund|community|"
    r"program|programme|conference|center|centre|international|united nations|club|airlines|"
    r"industries|limited|ltd|inc|plc|project|world|cells?|revolutionary|nuclei|action)\b", re.I)


def records(path):
    """Names and codes of each record of a dictionary, without its dirt."""
    text = path.read_bytes().translate(None, b"\x00\x1a").decode("utf-8", "replace")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    names, codes = [], []
    for line in text.splitlines():
        body = re.split(r"[#;]", line)[0].rstrip()
        if not line.strip() and names:
            yield names, codes
            names, codes = [], []
        if not body.strip():
            continue
        if "\ufffd" in body:
            continue
        found = re.findall(r"\[([^\]\[]*)\]", body)
        name = body.split("[")[0].strip().lstrip("+").strip()
        starts = not line.startswith(("\t", " ", "+"))
        if name and starts and codes:
            yield names, codes
            names, codes = [], []
        if name:
            names.append(name)
        codes += found
    if names:
        yield names, codes


def cased(name):
    """A name of a dictionary as newspapers write it."""
    name = re.sub(r"[_\s]+", " ", name).strip(" ,+")
    name = re.sub(r"^THE ", "", name, flags=re.I)
    name = re.sub(r"\s*\([^)]*\)?$", "", name).strip()
    words = []
    for at, word in enumerate(name.split(" ")):
        if re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?\.?", word):
            words.append(word)
        else:
            parts = [part_cased(p, at == 0 and i == 0) for i, p in enumerate(word.split("-"))]
            words.append("-".join(parts))
    return " ".join(words)


def part_cased(part, first):
    low = part.lower()
    if low in SMALL and not first:
        return low
    if low in ("al", "el") and first:
        return low.capitalize()
    if re.fullmatch(r"mc[a-z]{3,}", low):
        return "Mc" + low[2:].capitalize()
    if re.match(r"[od]'[a-z]{3,}", low):
        return low[:2].upper() + low[2:].capitalize()
    if low.upper() in ACRONYMS:
        return low.upper()
    if re.fullmatch(r"ii|iii|iv|vi|vii|viii|ix|xi|xii|xiii|xiv|xv|xvi|un|us|usa|uk|eu|ngo|nato", low):
        return low.upper()
    return "/".join(p.capitalize() for p in low.split("/"))


# Short forms that some record explains, and the first letters of all long names: both are found
# before anything is written.
ACRONYMS = set()
INITIALS = set()


def explained(name, others):
    """Whether a name is the first letters of one of the others."""
    bare = name.strip("_ ").replace(".", "")
    if not re.fullmatch(r"[A-Z]{3,8}", bare):
        return False
    for other in others:
        words = [w for w in re.split(r"[_\s-]+", other.strip("_ ")) if w]
        small = [w for w in words if w.lower() not in SMALL]
        if len(words) > 2 and bare in {"".join(w[0] for w in words), "".join(w[0] for w in small)}:
            return True
    return False


def is_acronym(name, others):
    """`ANSF` beside `AFGHAN_NATIONAL_SECURITY_FORCES`, and short names of capitals."""
    bare = name.strip("_ ").replace(".", "")
    if not re.fullmatch(r"[A-Z]{2,8}", bare):
        return False
    if bare in ACRONYMS or len(bare) > 3 and bare in INITIALS:
        return True
    for other in others:
        words = [w for w in re.split(r"[_\s-]+", other.strip("_ ")) if w]
        small = [w for w in words if w.lower() not in SMALL]
        initials = {"".join(w[0] for w in words), "".join(w[0] for w in small)}
        if len(words) > 1 and bare in initials:
            return True
    return not re.search(r"[AEIOUY]", bare) or len(bare) <= 3


def written(name, others):
    return name.strip("_ ").replace("_", " ") if is_acronym(name, others) else cased(name)


def without_titles(name):
    words = name.split(" ")
    while len(words) > 2 and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    return " ".join(words)


def day(text, end):
    """`801231` is a day of the last century until 20; longer ones say their century."""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 6:
        year = int(digits[:2])
        digits = ("20" if year <= 20 else "19") + digits
    if len(digits) != 8:
        return None
    year, month, date = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if not (1 <= month <= 12 and 1 <= date <= 31 and 1700 <= year <= 2020):
        return None
    # The first of January is mostly all that is known of a year.
    if (month, date) == ((12, 31) if end else (1, 1)):
        return str(year)
    last = 29 if month == 2 and year % 4 == 0 else 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return f"{year:04}-{month:02}-{min(date, last):02}"


def terms(codes, wanted):
    """The times in which a code that fits held."""
    found = []
    for code in codes:
        parts = code.replace("> ", ">").replace("< ", "<").split()
        if len(parts) < 2 or not wanted(parts[0]):
            continue
        when = parts[1]
        if when.startswith(">"):
            start, end = day(when[1:], False), None
        elif when.startswith("<"):
            start, end = None, day(when[1:], True)
        elif "-" in when:
            first, last = when.split("-", 1)
            start, end = day(first, False), day(last, True)
        else:
            continue
        # Lists of 2014 do not know who is in office since.
        if start and (end or when.startswith(">")):
            found.append((start, end))
    found.sort(key=lambda term: (term[0].ljust(10, "0"), term[1] or "9999"))
    joined = []
    for start, end in found:
        if joined and joined[-1][1] and end and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif not joined or joined[-1][1]:
            joined.append((start, end))
    return joined


# Words that a name of a person does not consist of: such a name would be found everywhere.
COMMON = set("""may bush baker brown young white green king long page hill rice powers gates wise
 can major ford carter prior field price singh khan kim lee park chen ali hassan hussein mohammad
 mohammed ahmed abdullah santos silva garcia martin thomas peter john george paul victoria
 north south east west general president minister government army police court parliament
 assembly congress senate council cabinet ministry opposition rebels militia students workers
 news daily times post star sun mirror guardian independent observer nation standard""".split())


def actors(lists, names, alpha2):
    folder = lists / "actors"
    entries = {}

    def put(name, kind, aliases, country=None, offices=()):
        name = name.strip()
        if len(folded(name)) < 2 or len(name) > 120 or folded(name) in taken:
            return
        entry = entries.get(folded(name))
        if entry is None:
            entry = entries[folded(name)] = {"name": name, "kind": kind, "aliases": [],
                                             "countries": [], "offices": []}
        entry["aliases"] += aliases
        if country and country not in entry["countries"]:
            entry["countries"].append(country)
        entry["offices"] += [o for o in offices if o not in entry["offices"]]

    files = [("armed group", "Phoenix.MilNonState.actors.txt"),
             ("organisation", "Phoenix.International.actors.txt"),
             ("state body", "Phoenix.Countries.actors.txt")]
    for _, file in files:
        for raw, _ in records(folder / file):
            for name in raw:
                words = [w for w in re.split(r"[_\s-]+", name.strip("_ ")) if w]
                if len(words) > 3 and file != "Phoenix.Countries.actors.txt":
                    INITIALS.add("".join(w[0] for w in words if w.lower() not in SMALL))
            ACRONYMS.update(n.strip("_ ").replace(".", "") for n in raw if explained(n, raw))
    # Actors of the state are the countries themselves, under their own names.
    taken = {folded(name) for name in names.values()} | {folded(c) for c in COMMON}
    for kind, file in files:
        for raw, codes in records(folder / file):
            raw = [n for n in raw if re.fullmatch(r"[^\[\]{}<>~$%^=\"]+", n)]
            if not raw or not codes and kind != "armed group":
                continue
            base = [code.split()[0].strip("<>") if code.split() else "" for code in codes]
            country = next((alpha2[b[:3]] for b in base if b[:3] in alpha2), None)
            all_names = distinct([written(n, raw) for n in raw])
            if not all_names:
                continue
            head, rest = all_names[0], all_names[1:]
            is_dated = any(len(code.split()) > 1 for code in codes)
            looks_like_body = BODIES.search(head)
            looks_like_group = GROUPS.search(head)
            if kind == "state body":
                # Whatever stands under the name of the country: cities, peoples, nicknames.
                if any(re.fullmatch(r"[A-Z]{3}", b) for b in base):
                    continue
                roles = {b[3:6] for b in base if len(b) > 3}
                is_person = not looks_like_body and not looks_like_group and is_dated
                if is_person:
                    role = office_of(raw, base)
                    times = terms(codes, lambda code: code[3:6] == "GOV")
                    if role and times and " " in head:
                        offices = [(role, country, *term) for term in times]
                        person(put, all_names, country, offices)
                elif looks_like_body or roles & {"GOV", "MIL", "COP", "JUD", "SPY", "LEG"}:
                    if country and " " in head or head.isupper():
                        own = [a for a in rest if " " in a or a.isupper()]
                        put(head, "state body", [] if len(own) > 12 else own, country)
                elif looks_like_group:
                    put(head, "organisation", rest[:8], country)
            elif kind == "organisation":
                is_person = (is_dated and not looks_like_body and not looks_like_group
                             and not head.isupper() and 2 <= len(head.split(" ")) <= 4)
                if any(b.startswith("MNC") for b in base):
                    continue
                intergovernmental = any(b.startswith("IGO") for b in base)
                if is_person:
                    times = terms(codes, lambda code: code.startswith("IGO"))
                    if times:
                        person(put, all_names, None, [("official", "", *t) for t in times])
                elif intergovernmental or looks_like_group or looks_like_body or head.isupper():
                    if not re.search(r"\b(official|chief|spokes\w+|envoy|head|director|secretary)\b",
                                     head, re.I):
                        put(head, kind, rest[:8])
            else:
                put(head, kind, rest, country)
    out = ["# Made by make.py from the dictionaries of the Open Event Data Alliance (MIT, see",
           "# NOTICE.md): organisations, armed groups, institutions of states, and those who held",
           "# held office, with what is known of when."]
    shared = {}
    for entry in entries.values():
        for alias in {folded(a) for a in [entry["name"], *entry["aliases"]]}:
            shared[alias] = shared.get(alias, 0) + 1
    for entry in sorted(entries.values(), key=lambda entry: folded(entry["name"])):
        out += ["", f"[actor.add.{quoted(entry['name'])}]", f"kind = {quoted(entry['kind'])}"]
        aliases = [a for a in distinct(entry["aliases"], [entry["name"]])
                   if folded(a) not in taken and len(folded(a)) > 1
                   and folded(a) not in entries and len(a) <= 120]
        # `Prime Minister Jane Roe` is found by `Jane Roe`.
        every = [entry["name"], *aliases]
        aliases = [a for a in aliases
                   if not any(a != b and a.lower().endswith(" " + b.lower())
                              and (" " in b or entry["kind"] != "person") for b in every)]
        if aliases:
            out.append(f"aliases = {listed(aliases)}")
        case = [a for a in [entry["name"], *aliases] if a.isupper() and " " not in a]
        if case:
            out.append(f"case = {listed(case)}")
        context = [a for a in aliases if entry["kind"] == "person" and " " not in a
                   and shared[folded(a)] > 1]
        if context:
            out.append(f"context = {listed(context)}")
        if entry["countries"]:
            out.append(f"countries = {listed(entry['countries'])}")
        if entry["offices"]:
            held = []
            for role, of, start, end in entry["offices"]:
                parts = [f"role = {quoted(role)}"]
                parts += [f"of = {quoted(of)}"] if of else []
                parts += [f"from = {start}"] + ([f"until = {end}"] if end else [])
                held.append("{ " + ", ".join(parts) + " }")
            out.append(f"offices = [{', '.join(held)}]")
    (HERE / "actor.toml").write_text("\n".join(out) + "\n", encoding="utf-8")
    return entries


def office_of(raw, codes):
    """What somebody was, as far as the dictionary tells; nothing for ministers of other things.

    Those who ruled have codes for the time before and after; what others were stands in titles
    before their names, or in the code of a ministry of defence.
    """
    titles = " ".join(raw).replace("_", " ").upper()
    for pattern, role in [
        (r"FOREIGN MINISTER|FOREIGN SECRETARY|SECRETARY OF STATE", "foreign minister"),
        (r"DEFEN[CS]E (?:MINISTER|SECRETARY)|SECRETARY OF DEFEN[CS]E", "defence minister"),
        (r"PRIME MINISTER|PREMIER |CHANCELLOR", "head of government"),
        (r"PRESIDENT |KING |QUEEN |EMIR |SULTAN ", "head of state"),
    ]:
        if re.search(r"(?<!VICE )(?<!VICE-)(?<!DEPUTY )(?<!FORMER )(?:" + pattern + ")", titles):
            return role
    if any(code[3:6] == "ELI" for code in codes):
        return "in government"
    if any(code[3:9] == "GOVMIL" for code in codes):
        return "defence minister"
    return None


def person(put, all_names, country, offices):
    """Somebody in office; surnames alone are names of theirs if the list says so."""
    bare = [without_titles(name) for name in all_names]
    head = next((name for name in bare if " " in name), bare[0])
    aliases = [name for name in distinct(bare + all_names)
               if " " in name or len(name) > 4]
    if " " in head and not any(c.isdigit() for c in head):
        put(head, "person", aliases, country, offices)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lists = pathlib.Path(sys.argv[1])
    names, alpha2 = countries(lists)
    topics(lists)
    entries = actors(lists, names, alpha2)
    kinds = {}
    for entry in entries.values():
        kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    print(f"{len(names)} countries; {len(entries)} actors: {kinds}")


if __name__ == "__main__":
    main()
