//! RSS 1.0 and 2.0, and Atom: an item of a feed.

use super::tree::Xml;
use super::{Facts, is_block, unmarked};

/// Reads an item, and what its feed says about itself before it.
pub(super) fn read(xml: &Xml, item: usize, facts: &mut Facts) {
    let mut summary = None;
    let mut content = None;
    for at in xml.children(item) {
        match (xml.prefix(at), xml.name(at)) {
            ("media" | "itunes" | "georss", _) => {}
            (_, "title") => {
                facts.title = facts.title.take().or_else(|| Some(words(&text(xml, at))));
            }
            (_, "link") => link(xml, at, facts),
            (_, "guid" | "id") => facts.set("guid", Some(xml.plain(at))),
            (_, "pubDate" | "date" | "published" | "issued") => {
                facts.set("date", Some(xml.plain(at)));
            }
            (_, "updated" | "modified") => facts.set("modified", Some(xml.plain(at))),
            (_, "creator") => facts.add("author", xml.plain(at)),
            (_, "author" | "contributor") => {
                let name = xml.text_of(at, "name").unwrap_or_else(|| xml.plain(at));
                facts.add("author", person(&name));
            }
            (_, "category" | "subject") => {
                let named = xml
                    .attribute(at, "label")
                    .or_else(|| xml.attribute(at, "term"));
                facts.add(
                    "tags",
                    named.map_or_else(|| xml.plain(at), ToOwned::to_owned),
                );
            }
            (_, "language") => facts.set("language", Some(xml.plain(at))),
            ("content", "encoded") | (_, "content" | "fulltext") => content = Some(text(xml, at)),
            (_, "description" | "summary") => summary = Some(text(xml, at)),
            (_, "source" | "publisher") => {
                let title = xml.text_of(at, "title").unwrap_or_else(|| xml.plain(at));
                facts.set("source", Some(title));
            }
            _ => {}
        }
    }
    let modified = facts
        .map
        .get("modified")
        .and_then(|value| value.as_str())
        .map(ToOwned::to_owned);
    facts.set("date", modified);
    facts.body = content
        .filter(|text| !text.trim().is_empty())
        .or(summary)
        .unwrap_or_default();
    let feed = xml.nodes[item].parent;
    for at in (0..item).filter(|&at| at != feed || at == 0) {
        match xml.name(at) {
            "title" if !is_in(xml, at, "image") => facts.set("source", Some(words(&text(xml, at)))),
            "language" => facts.set("language", Some(xml.plain(at))),
            "feed" | "rss" | "channel" => facts.set("language", xml.attribute(at, "lang")),
            _ => {}
        }
    }
    facts.set("language", xml.attribute(item, "lang"));
}

fn is_in(xml: &Xml, at: usize, name: &str) -> bool {
    xml.name(xml.nodes[at].parent) == name
}

fn link(xml: &Xml, at: usize, facts: &mut Facts) {
    match xml.attribute(at, "href") {
        Some(address)
            if xml
                .attribute(at, "rel")
                .is_none_or(|rel| rel == "alternate") =>
        {
            facts.set("url", Some(address));
        }
        Some(_) => {}
        None => facts.set("url", Some(xml.plain(at))),
    }
}

/// The text of an element that holds plain text, HTML as text, or XHTML.
fn text(xml: &Xml, at: usize) -> String {
    let holds_elements = xml.children(at).next().is_some();
    if holds_elements {
        xml.blocks(at, is_block, |_| false)
    } else if xml.attribute(at, "type") == Some("text") {
        xml.raw(at).trim().to_owned()
    } else {
        unmarked(&xml.raw(at))
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `ana@example.org (Ana Díaz)` is Ana Díaz.
fn person(text: &str) -> &str {
    let named = text
        .split_once('(')
        .and_then(|(mail, name)| mail.contains('@').then_some(name));
    named.map_or(text, |name| name.trim_end_matches(')').trim())
}
