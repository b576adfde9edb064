//! `NewsML-G2`, and the first `NewsML`: one item.

use std::collections::HashMap;

use serde_json::Value;

use super::tree::Xml;
use super::{Facts, html, is_block, nitf};

/// Reads an item of NewsML-G2.
pub(super) fn read(xml: &Xml, item: usize, facts: &mut Facts) {
    let names = Names::new(xml, item);
    facts.set("guid", xml.attribute(item, "guid"));
    facts.set("language", xml.attribute(item, "lang"));
    if let Some(meta) = xml.child(item, "itemMeta") {
        for at in xml.children(meta) {
            match xml.name(at) {
                "versionCreated" => facts.set("versioncreated", Some(xml.plain(at))),
                "firstCreated" => facts.set("firstcreated", Some(xml.plain(at))),
                "provider" => facts.set("source", names.of(at)),
                "title" => facts.title = Some(xml.plain(at)),
                "link" => {
                    let is_page = xml
                        .attribute(at, "rel")
                        .is_some_and(|rel| rel.ends_with("permalink"));
                    facts.set("url", xml.attribute(at, "href").filter(|_| is_page));
                }
                _ => {}
            }
        }
    }
    if let Some(meta) = xml.child(item, "contentMeta") {
        for at in xml.children(meta) {
            match xml.name(at) {
                "contentCreated" => facts.set("contentcreated", Some(xml.plain(at))),
                "headline" => headline(xml, at, facts),
                "by" => facts.add("byline", xml.plain(at).trim_start_matches("By ")),
                "creator" | "contributor" => {
                    facts.add("creator", names.of(at).unwrap_or_default());
                }
                "infoSource" => facts.set("source", names.of(at)),
                "language" => facts.set("language", xml.attribute(at, "tag")),
                "located" => facts.set("located", names.of(at)),
                "keyword" => facts.add("tags", xml.plain(at)),
                "slugline" | "urgency" | "dateline" => facts.set(xml.name(at), Some(xml.plain(at))),
                // It may be all the text there is.
                "description" => facts.set("description", Some(xml.line(at, usize::MAX))),
                "subject" => subject(&names, at, facts),
                _ => {}
            }
        }
    }
    content(xml, item, facts);
    if facts.body.is_empty() {
        let described = facts
            .map
            .get("description")
            .and_then(|value| value.as_str());
        facts.body = described.unwrap_or_default().to_owned();
    }
}

/// The main headline wins over others, and any of them over the title of the item.
fn headline(xml: &Xml, at: usize, facts: &mut Facts) {
    let text = xml.plain(at);
    let is_main = xml
        .attribute(at, "role")
        .is_none_or(|role| role.ends_with("main"));
    if !text.is_empty() && (is_main || !facts.map.contains_key("headline")) {
        let value = Value::String(text.clone());
        facts.map.insert("headline".to_owned(), value);
        facts.title = Some(text);
    }
}

/// What concepts are called.
struct Names<'x> {
    xml: &'x Xml,
    /// Where the item explains them, by their codes.
    explained: HashMap<&'x str, usize>,
}

impl<'x> Names<'x> {
    fn new(xml: &'x Xml, item: usize) -> Self {
        let mut explained = HashMap::new();
        for at in xml.all(item, "assert") {
            if let Some(code) = code(xml, at) {
                explained.entry(code).or_insert(at);
            }
        }
        Self { xml, explained }
    }

    /// What a concept is called: here, or where the item explains it.
    fn of(&self, at: usize) -> Option<String> {
        let literal = || self.xml.attribute(at, "literal").map(ToOwned::to_owned);
        let here = self.xml.text_of(at, "name").or_else(literal);
        here.or_else(|| {
            let code = code(self.xml, at)?;
            let explained = self.explained.get(code);
            explained
                .and_then(|&at| self.xml.text_of(at, "name"))
                .or_else(|| Some(code.to_owned()))
        })
    }
}

fn code(xml: &Xml, at: usize) -> Option<&str> {
    xml.attribute(at, "qcode")
        .or_else(|| xml.attribute(at, "uri"))
}

fn subject(names: &Names<'_>, at: usize, facts: &mut Facts) {
    let kind = names.xml.attribute(at, "type").unwrap_or("");
    let kind = kind.rsplit(':').next().unwrap_or(kind).to_lowercase();
    let key = match kind.as_str() {
        "person" | "persontype" => "people",
        "organisation" | "organization" | "org" => "organisations",
        "poi" | "geoarea" | "place" | "area" | "country" => "places",
        _ => "subjects",
    };
    facts.add(key, names.of(at).unwrap_or_default());
}

/// The text: NITF, XHTML, HTML as text, or plain; of a package, what it holds.
fn content(xml: &Xml, item: usize, facts: &mut Facts) {
    if let Some(set) = xml.child(item, "contentSet") {
        for at in xml.children(set) {
            let text = match xml.name(at) {
                "inlineXML" => match xml.child(at, "nitf") {
                    Some(root) => {
                        let mut inner = Facts::default();
                        nitf::read(xml, root, &mut inner);
                        facts.title = facts.title.take().or(inner.title);
                        for (key, value) in inner.map {
                            facts.map.entry(key).or_insert(value);
                        }
                        inner.body
                    }
                    None => xml.blocks(at, is_block, |name| {
                        matches!(name, "head" | "script" | "style" | "title")
                    }),
                },
                "inlineData" => {
                    let raw = xml.raw(at);
                    let kind = xml.attribute(at, "contenttype").unwrap_or("");
                    if kind.contains("html") || html::is_markup(&raw) {
                        html::text(&raw)
                    } else {
                        raw.trim().to_owned()
                    }
                }
                _ => continue,
            };
            if !text.is_empty() {
                facts.body = text;
                break;
            }
        }
    }
    if let Some(set) = xml.child(item, "groupSet") {
        let held = xml.all(set, "itemRef").filter_map(|at| {
            let headline = xml
                .text_of(at, "headline")
                .or_else(|| xml.text_of(at, "title"))?;
            let description = xml.text_of(at, "description");
            Some(description.map_or(headline.clone(), |text| format!("{headline}\n{text}")))
        });
        facts.body = held.collect::<Vec<_>>().join("\n\n");
    }
}

/// Reads an item of the first `NewsML`.
pub(super) fn read_first(xml: &Xml, item: usize, facts: &mut Facts) {
    facts.set("guid", xml.text_of(item, "PublicIdentifier"));
    facts.title = xml
        .text_of(item, "HeadLine")
        .or_else(|| xml.text_of(item, "Headline"));
    facts.set("byline", xml.text_of(item, "ByLine"));
    facts.set("date", xml.text_of(item, "FirstCreated"));
    facts.set("modified", xml.text_of(item, "ThisRevisionCreated"));
    let language = xml.first(item, "Language");
    facts.set(
        "language",
        language.and_then(|at| xml.attribute(at, "FormalName")),
    );
    for at in xml.all(item, "KeywordLine") {
        facts.add("tags", xml.plain(at));
    }
    let provider = xml
        .first(item, "Provider")
        .and_then(|at| xml.first(at, "Party"));
    facts.set(
        "source",
        provider.and_then(|at| xml.attribute(at, "FormalName")),
    );
    let mut contents = xml
        .all(item, "DataContent")
        .map(|at| match xml.first(at, "nitf") {
            Some(root) => {
                let mut inner = Facts::default();
                nitf::read(xml, root, &mut inner);
                inner.body
            }
            None => xml.blocks(at, is_block, |name| {
                matches!(name, "head" | "script" | "style")
            }),
        });
    facts.body = contents.find(|text| !text.is_empty()).unwrap_or_default();
}
