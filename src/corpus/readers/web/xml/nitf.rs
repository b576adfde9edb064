//! NITF, the news industry's text format, alone or within NewsML-G2.

use super::tree::Xml;
use super::{Facts, is_block};

/// Reads a document that begins here.
pub(super) fn read(xml: &Xml, root: usize, facts: &mut Facts) {
    facts.set("language", xml.attribute(root, "lang"));
    if let Some(head) = xml.child(root, "head") {
        for at in head + 1..xml.nodes[head].end {
            match xml.name(at) {
                "doc-id" => facts.set("id", xml.attribute(at, "id-string")),
                "date.issue" => facts.set("date", xml.attribute(at, "norm")),
                "pubdata" => {
                    facts.set("published", xml.attribute(at, "date.publication"));
                    facts.set("source", xml.attribute(at, "name"));
                }
                "doc.copyright" => facts.set("copyright", xml.attribute(at, "holder")),
                "keyword" => facts.add("tags", xml.attribute(at, "key").unwrap_or("")),
                "tobject.subject" => subject(xml, at, facts),
                "classifier" => classifier(xml, at, facts),
                "urgency" => facts.set("urgency", xml.attribute(at, "ed-urg")),
                _ => named(xml, at, facts),
            }
        }
    }
    let Some(body) = xml.child(root, "body") else {
        return;
    };
    if let Some(head) = xml.child(body, "body.head") {
        facts.title = xml
            .text_of(head, "hl1")
            .or_else(|| xml.text_of(head, "hedline"));
        facts.set("subtitle", xml.text_of(head, "hl2"));
        for at in xml.all(head, "byline") {
            let name = xml.text_of(at, "person").unwrap_or_else(|| xml.plain(at));
            facts.add("byline", name.strip_prefix("By ").unwrap_or(&name));
        }
        if let Some(line) = xml.first(head, "dateline") {
            facts.set("located", xml.text_of(line, "location"));
            let date = xml.first(line, "story.date");
            facts.set("date", date.and_then(|at| xml.attribute(at, "norm")));
        }
        facts.set("source", xml.text_of(head, "distributor"));
    }
    let title_in_head = xml
        .child(root, "head")
        .and_then(|head| xml.text_of(head, "title"));
    facts.title = facts.title.take().or(title_in_head);
    let content = xml.child(body, "body.content").unwrap_or(body);
    facts.body = xml.blocks(content, is_block, |name| {
        matches!(
            name,
            "media-metadata" | "media-reference" | "body.head" | "body.end"
        )
    });
    for at in content + 1..xml.nodes[content].end {
        named(xml, at, facts);
    }
}

/// People, organisations and places, wherever they are marked.
fn named(xml: &Xml, at: usize, facts: &mut Facts) {
    let key = match xml.name(at) {
        "person" if xml.name(xml.nodes[at].parent) != "byline" => "people",
        "org" => "organisations",
        "location" | "country" => "places",
        _ => return,
    };
    let given = ["name.given", "name.family"].map(|part| xml.text_of(at, part));
    let name = match given {
        [Some(given), Some(family)] => format!("{given} {family}"),
        _ => xml.text_of(at, "country").unwrap_or_else(|| xml.plain(at)),
    };
    let value = xml.attribute(at, "value").map(ToOwned::to_owned);
    facts.add(
        key,
        if name.is_empty() {
            value.unwrap_or_default()
        } else {
            name
        },
    );
}

fn subject(xml: &Xml, at: usize, facts: &mut Facts) {
    let parts = [
        "tobject.subject.type",
        "tobject.subject.matter",
        "tobject.subject.detail",
    ];
    let steps: Vec<&str> = parts
        .iter()
        .filter_map(|part| xml.attribute(at, part))
        .collect();
    facts.add("subjects", steps.join("/"));
}

/// As agencies mark names: `<classifier type="person" value="…">`, or an indexing service.
fn classifier(xml: &Xml, at: usize, facts: &mut Facts) {
    let kind = xml.attribute(at, "type").unwrap_or("").to_lowercase();
    let value = xml
        .attribute(at, "value")
        .map_or_else(|| xml.plain(at), ToOwned::to_owned);
    let key = match kind.as_str() {
        "person" | "people" => "people",
        "org" | "organization" | "organisation" | "company" => "organisations",
        "location" | "place" | "country" => "places",
        "" => return,
        _ => "subjects",
    };
    facts.add(key, value);
}
