//! XML: what agencies and libraries write, and feeds. Any other XML is read as the text in it.

mod cut;
mod feed;
mod library;
mod newsml;
mod nitf;
mod reuters;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::html;
use crate::corpus::decode::declared;
use crate::corpus::reader::add;
use crate::corpus::{Article, Cutter, Material, Reader, Refusal, Sniff, codes, limits};
use tree::Xml;

/// Documents of one article, and files of many.
#[derive(Debug)]
pub(super) struct XmlFile;

impl Reader for XmlFile {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn extensions(&self) -> &[&str] {
        &[
            "xml", "rss", "atom", "rdf", "nitf", "newsml", "tei", "alto", "mets", "sgm", "sgml",
        ]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if html::begins_page(head) {
            return Sniff::No;
        }
        let head = head
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(head)
            .trim_ascii_start();
        let starts: [&[u8]; 7] = [
            b"<?xml",
            b"<rss",
            b"<feed",
            b"<nitf",
            b"<newsItem",
            b"<TEI",
            b"<!DOCTYPE lewis",
        ];
        if starts.iter().any(|start| head.starts_with(start)) {
            Sniff::Yes
        } else {
            Sniff::Unsure
        }
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(cut::Units::default())
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let declared = declared::xml(material.bytes());
        let source = material.text_as(declared)?;
        let xml = Xml::new(&source);
        if xml.nodes.is_empty() {
            let why = xml.broken.as_deref().unwrap_or("there is no element in it");
            return Err(Refusal::new(codes::XML, format!("no XML: {why}")));
        }
        let unit = unit(&xml);
        note_faults(&xml, unit, material);
        let mut facts = Facts::default();
        match (xml.name(0), xml.name(unit)) {
            ("html", _) => return Ok(html::article(&source, &mut material.notes)),
            ("nitf", _) => nitf::read(&xml, 0, &mut facts),
            (_, "item" | "entry") if unit > 0 => feed::read(&xml, unit, &mut facts),
            (_, "newsItem" | "packageItem" | "conceptItem" | "knowledgeItem" | "planningItem") => {
                newsml::read(&xml, unit, &mut facts);
            }
            (_, "NewsItem") => newsml::read_first(&xml, unit, &mut facts),
            ("TEI" | "TEI.2" | "teiCorpus", _) => library::tei(&xml, unit, &mut facts),
            ("alto", _) => library::alto(&xml, &mut facts),
            ("mets", _) => library::mets(&xml, &mut facts),
            ("REUTERS", _) => reuters::read(&xml, &mut facts),
            (name, _) => {
                let message = format!("`{}` is no kind of XML that is known", shown(name));
                material.note(codes::XML_UNKNOWN, message);
                unknown(&xml, &mut facts);
            }
        }
        let mut metadata = facts.map;
        if let Some(title) = facts.title {
            metadata.insert("title".to_owned(), Value::String(title));
        }
        Ok(Article {
            title: None,
            body: facts.body,
            metadata,
        })
    }
}

/// The most bytes that the lists of a document may have.
const LISTS: usize = 16 * limits::METADATA_BYTES;

/// What a document says.
#[derive(Debug, Default)]
struct Facts {
    title: Option<String>,
    body: String,
    map: Map<String, Value>,
    /// Keys and values that are there: a list may be as long as a document.
    seen: HashSet<(String, String)>,
    /// The bytes of the values of lists.
    size: usize,
}

impl Facts {
    /// Adds a value to a key, unless it is blank or there already.
    fn add(&mut self, key: &str, value: impl AsRef<str>) {
        let value = value.as_ref().trim();
        // Much more than is kept of them all, which will be said.
        if value.is_empty() || self.size > LISTS {
            return;
        }
        if self.seen.insert((key.to_owned(), value.to_owned())) {
            self.size += value.len();
            let value = Value::String(value.to_owned());
            add(&mut self.map, key.to_owned(), value);
        }
    }

    /// Sets a key that has no value yet.
    fn set(&mut self, key: &str, value: Option<impl AsRef<str>>) {
        let Some(value) = value else { return };
        let value = value.as_ref().trim();
        if !value.is_empty() && !self.map.contains_key(key) {
            let value = Value::String(value.to_owned());
            self.map.insert(key.to_owned(), value);
        }
    }
}

/// The record that the document is about: the one item of a feed that the cutter left in it.
fn unit(xml: &Xml) -> usize {
    let units = cut::units(xml.name(0));
    let mut nodes = 0..xml.nodes.len();
    nodes.find(|&at| units.contains(&xml.name(at))).unwrap_or(0)
}

fn note_faults(xml: &Xml, unit: usize, material: &mut Material<'_>) {
    // What is around an item is cut off by the cutter, not by whoever wrote it.
    let breaks_off = xml.unclosed.iter().any(|&at| at >= unit);
    if let Some(why) = &xml.broken {
        material.note(codes::XML_CUT, format!("not well formed: {why}"));
    } else if breaks_off {
        material.note(
            codes::XML_CUT,
            "it breaks off before its elements are closed",
        );
    }
    if let Some(name) = &xml.entity {
        let message = format!("the entity `{}` was not expanded", shown(name));
        material.note(codes::XML_ENTITY, message);
    }
    if xml.flattened {
        let message = "too deeply nested or too many elements; their text was kept";
        material.note(codes::XML_FLATTENED, message);
    }
}

fn shown(name: &str) -> String {
    name.chars().take(80).filter(|c| !c.is_control()).collect()
}

/// Text that may be HTML, as feeds carry it.
fn unmarked(text: &str) -> String {
    if text.contains('<') && text.contains('>') || text.contains('&') {
        html::text(text)
    } else {
        text.trim().to_owned()
    }
}

/// Elements of HTML, NITF and the like that begin a block.
fn is_block(name: &str) -> bool {
    html::is_block(name)
        || matches!(
            name,
            "block"
                | "hl1"
                | "hl2"
                | "hedline"
                | "para"
                | "media-caption"
                | "list"
                | "row"
                | "paragraph"
                | "title"
                | "body"
                | "byline"
                | "bq"
                | "tagline"
                | "media"
                | "note"
        )
}

/// XML of a kind that nobody told us about: all text, an element with text of its own a block.
fn unknown(xml: &Xml, facts: &mut Facts) {
    let has_own_text = |at: usize| {
        let mut inside = at + 1..xml.nodes[at].end;
        inside.any(|inner| xml.nodes[inner].parent == at && !xml.text(inner).trim().is_empty())
    };
    let mut text = String::new();
    let mut at = 0;
    while at < xml.nodes.len() {
        if !xml.name(at).is_empty() && has_own_text(at) {
            let block = xml.blocks(at, is_block, |_| false);
            if !text.is_empty() && !block.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&block);
            at = xml.nodes[at].end;
        } else {
            at += 1;
        }
    }
    facts.body = text;
    let titles = [
        "title", "headline", "Title", "Headline", "HeadLine", "TITLE", "head",
    ];
    facts.title = titles
        .iter()
        .find_map(|name| xml.text_of(0, name))
        .filter(|title| title.len() <= 500);
    facts
        .map
        .insert("root".to_owned(), Value::String(xml.name(0).to_owned()));
}
