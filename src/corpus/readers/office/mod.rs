//! What people write and print: PDF, word processors, books.

mod blocks;
mod docx;
mod epub;
mod odt;
mod package;
#[cfg(feature = "pdf")]
mod pdf;
mod rtf;
#[cfg(test)]
mod tests;
mod xml;

#[cfg(feature = "pdf")]
pub use pdf::Pdf;

use serde_json::{Map, Value};

use super::written::text::split_title;
use crate::corpus::budget::Budget;
use crate::corpus::read::same_words;
use crate::corpus::{Article, Format, Material, Note, Reader, Refusal, Sniff, codes};
use xml::{Tag, Visitor};

pub(super) fn formats() -> Vec<Format> {
    let formats = [
        Office {
            name: "docx",
            extensions: &["docx", "docm", "dotx"],
            sniff: |head| packed(head, b""),
            read: docx::read,
        },
        Office {
            name: "odt",
            extensions: &["odt", "ott"],
            sniff: |head| packed(head, b"application/vnd.oasis.opendocument.text"),
            read: odt::read,
        },
        Office {
            name: "epub",
            extensions: &["epub"],
            sniff: |head| packed(head, b"application/epub+zip"),
            read: epub::read,
        },
        Office {
            name: "rtf",
            extensions: &["rtf"],
            sniff: |head| {
                if head.trim_ascii_start().starts_with(b"{\\rtf") {
                    Sniff::Yes
                } else {
                    Sniff::No
                }
            },
            read: rtf::read,
        },
    ];
    let formats = formats.into_iter().map(Format::new);
    #[cfg(feature = "pdf")]
    let formats = formats.chain([Format::new(Pdf::default())]);
    formats.collect()
}

/// Makes an article of the bytes of a file.
type Read = fn(&[u8], &Budget, &mut Vec<Note>) -> Result<Article, Refusal>;

/// A format of documents that are one file each.
#[derive(Debug)]
struct Office {
    name: &'static str,
    extensions: &'static [&'static str],
    sniff: fn(&[u8]) -> Sniff,
    read: Read,
}

impl Reader for Office {
    fn name(&self) -> &str {
        self.name
    }

    fn extensions(&self) -> &[&str] {
        self.extensions
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        (self.sniff)(head)
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let budget = material.budget().clone();
        let article = (self.read)(material.bytes(), &budget, &mut material.notes)?;
        Ok(with_title(article, material))
    }
}

/// Decides about a title that stands in the text: it stays there if another one is declared. A
/// text without a heading may begin with a line that reads like one.
fn with_title(mut article: Article, material: &Material<'_>) -> Article {
    match (
        article.title.take(),
        material.declared_title(&article.metadata),
    ) {
        (Some(heading), Some(declared)) if !same_words(&heading, &declared) => {
            article.body = format!("{heading}\n\n{}", article.body);
        }
        (heading @ Some(_), _) => article.title = heading,
        (None, None) => {
            if let (Some(title), rest) = split_title(&article.body) {
                article.title = Some(title.to_owned());
                article.body = rest.to_owned();
            }
        }
        (None, Some(_)) => {}
    }
    article
}

/// What the beginning of a package says. Those that name their kind do so in their first part.
fn packed(head: &[u8], kind: &[u8]) -> Sniff {
    let named = head
        .get(30..)
        .and_then(|rest| rest.strip_prefix(b"mimetype"));
    // It should not be packed. Where it is, it cannot be read here.
    let is_packed = head.get(8..10).is_some_and(|method| method != [0, 0]);
    let named = named.filter(|_| !is_packed);
    if named.is_some_and(|rest| !kind.is_empty() && rest.starts_with(kind)) {
        return Sniff::Yes;
    }
    // It may be a file of an older format, which this one may have been encrypted into.
    let older = head.starts_with(b"\xd0\xcf\x11\xe0");
    if named.is_none() && (head.starts_with(b"PK") || older) {
        Sniff::Unsure
    } else {
        Sniff::No
    }
}

/// Text that programs put where a title should be.
const NO_TITLES: [&str; 7] = [
    "untitled",
    "unknown",
    "title",
    "document",
    "document1",
    "no title",
    "enscript output",
];

/// The descriptive elements of a document, in their order: local name and text.
#[derive(Debug, Default)]
struct Described {
    entries: Vec<(String, String)>,
    /// The attribute of ODT's own elements, which says more than their name.
    name: Option<String>,
    open: Option<String>,
}

impl Visitor for Described {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        self.open = Some(String::new());
        self.name = tag.attribute("event");
        true
    }

    fn end(&mut self, name: &str) {
        if let Some(text) = self.open.take() {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                let name = match self.name.take() {
                    Some(event) => format!("{name}:{event}"),
                    None => name.to_owned(),
                };
                self.entries.push((name, text));
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = &mut self.open {
            open.push_str(text);
        }
    }
}

/// The elements of an XML part that hold text and nothing else.
fn described(xml: &str) -> Vec<(String, String)> {
    let mut visitor = Described::default();
    // What could be read of it is right.
    let _ = xml::walk(xml, &mut visitor);
    visitor.entries
}

/// Adds a value to metadata; the second value of a key makes a list.
fn add(metadata: &mut Map<String, Value>, key: &str, text: &str) {
    let text = Value::String(text.to_owned());
    match metadata.get_mut(key) {
        None => {
            metadata.insert(key.to_owned(), text);
        }
        Some(Value::Array(values)) => values.push(text),
        Some(value) => *value = Value::Array(vec![value.take(), text]),
    }
}

/// Adds the keywords of one text, which commas or semicolons part.
fn add_keywords(metadata: &mut Map<String, Value>, text: &str) {
    let separator = if text.contains(';') { ';' } else { ',' };
    let words = text.split(separator).map(str::trim);
    for word in words.filter(|word| !word.is_empty()) {
        add(metadata, "tags", word);
    }
}

/// Whether a declared title is one, and not what a program puts there by itself.
fn is_title(text: &str) -> bool {
    let plain = text.trim().to_lowercase();
    !plain.is_empty()
        && !NO_TITLES.contains(&plain.as_str())
        && !plain.starts_with("microsoft word - ")
        && !plain.starts_with("untitled document")
}

/// Whether what is wrong with a document leaves its text: then it is noted, and otherwise it is
/// the reason why there is no document. Text that ran against a bound is not kept.
fn whole_or_noted(
    end: Result<(), Refusal>,
    body: &str,
    notes: &mut Vec<Note>,
) -> Result<(), Refusal> {
    match end {
        Err(refusal)
            if [codes::XML, codes::BROKEN_OFF].contains(&refusal.code)
                && !body.trim().is_empty() =>
        {
            let message = format!("only what came before is read: {}", refusal.message);
            notes.push(Note::new(codes::BROKEN_OFF, message));
            Ok(())
        }
        end => end,
    }
}
