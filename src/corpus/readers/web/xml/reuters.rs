//! The newswire of 1987 in its SGML: one article a `<REUTERS>`.

use super::Facts;
use super::tree::Xml;

/// Lists of names, and the keys they feed.
const LISTS: [(&str, &str); 6] = [
    ("TOPICS", "topics"),
    ("PLACES", "places"),
    ("PEOPLE", "people"),
    ("ORGS", "organisations"),
    ("EXCHANGES", "exchanges"),
    ("COMPANIES", "companies"),
];

/// Reads an article.
pub(super) fn read(xml: &Xml, facts: &mut Facts) {
    facts.set("id", xml.attribute(0, "NEWID"));
    facts.set("date", xml.text_of(0, "DATE"));
    for (list, key) in LISTS {
        if let Some(list) = xml.child(0, list) {
            for at in xml.all(list, "D") {
                facts.add(key, xml.plain(at));
            }
        }
    }
    for name in ["OLDID", "LEWISSPLIT", "CGISPLIT", "TOPICS"] {
        facts.set(
            &name.to_lowercase(),
            xml.attribute(0, name).filter(|_| name != "TOPICS"),
        );
    }
    let Some(text) = xml.child(0, "TEXT") else {
        return;
    };
    facts.set("text_type", xml.attribute(text, "TYPE"));
    facts.title = xml.text_of(text, "TITLE");
    facts.set("dateline", xml.text_of(text, "DATELINE"));
    facts.set("author", xml.text_of(text, "AUTHOR"));
    let body = xml.child(text, "BODY");
    // Briefs and unprocessed articles have their text bare.
    let raw = body.map_or_else(
        || {
            (text + 1..xml.nodes[text].end)
                .filter(|&at| xml.nodes[at].parent == text)
                .map(|at| xml.text(at))
                .collect()
        },
        |body| xml.raw(body),
    );
    let raw = raw.trim();
    let end = raw
        .strip_suffix("REUTER")
        .or_else(|| raw.strip_suffix("Reuter"))
        .unwrap_or(raw);
    facts.body = paragraphs(end.trim_end());
}

/// Lines that are indented begin paragraphs; the others go on.
fn paragraphs(raw: &str) -> String {
    let mut text = String::new();
    for line in raw.lines() {
        let is_new = line.starts_with("   ") && !text.is_empty();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str(if is_new { "\n\n" } else { "\n" });
        }
        text.push_str(line);
    }
    text
}
