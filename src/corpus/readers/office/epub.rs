//! EPUB: the chapters of a book in the order of its spine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::package::Package;
use super::{add, described, is_title};
use crate::corpus::budget::Budget;
use crate::corpus::readers::office::xml::{self, Tag, Visitor};
use crate::corpus::readers::web::html;
use crate::corpus::{Article, Note, Refusal, codes, limits};

/// Reads a book.
pub(super) fn read(
    bytes: &[u8],
    budget: &Budget,
    notes: &mut Vec<Note>,
) -> Result<Article, Refusal> {
    let mut package = Package::open(bytes, budget)?;
    let Some(container) = package.xml("META-INF/container.xml")? else {
        let (code, message) = if package.has("mimetype") {
            (
                codes::PART_MISSING,
                "there is no `META-INF/container.xml` in it",
            )
        } else {
            (
                codes::WRONG_FORMAT,
                "it is a package, but of no book (.epub)",
            )
        };
        return Err(Refusal::new(code, message));
    };
    let mut root = Root::default();
    let _ = xml::walk(&container, &mut root);
    let opf = root.0.ok_or_else(|| {
        let message = "its container names no package document";
        Refusal::new(codes::PART_MISSING, message)
    })?;
    let mut locked = Locked::default();
    if let Some(encryption) = package.xml("META-INF/encryption.xml")? {
        let _ = xml::walk(&encryption, &mut locked);
    }
    let document = package.needed(&opf)?;
    let mut spine = Spine::default();
    let end = xml::walk(&document, &mut spine);
    spine.order.retain(|id| !spine.navigation.contains(id));
    if spine.order.is_empty() {
        end?;
        let message = "its package document names no chapters";
        return Err(Refusal::new(codes::PART_MISSING, message));
    }
    let folder = opf.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut body = String::new();
    let mut missing = Vec::new();
    for id in spine.order.iter().take(limits::PACKAGE_ENTRIES) {
        let Some(href) = spine.items.get(id) else {
            missing.push(id.clone());
            continue;
        };
        let name = resolve(folder, href);
        if locked.0.contains(&resolve("", href)) || locked.0.contains(&name) {
            let message = "the chapters are encrypted (DRM)";
            return Err(Refusal::new(codes::ENCRYPTED, message));
        }
        match package.xml(&name)? {
            None => missing.push(name),
            Some(text) => {
                let text = html::chapter(&text);
                if !text.is_empty() && !body.is_empty() {
                    body.push_str("\n\n");
                }
                body.push_str(&text);
            }
        }
    }
    if let Some(first) = missing.first() {
        let count = missing.len();
        if body.is_empty() {
            let message = format!("none of its chapters is in it, such as `{first}`");
            return Err(Refusal::new(codes::PART_MISSING, message));
        }
        let message = format!("chapters that are not in the book: {count}, such as `{first}`");
        notes.push(Note::new(codes::CHAPTER_MISSING, message));
    }
    Ok(Article {
        title: None,
        body,
        metadata: metadata(&document),
    })
}

fn metadata(document: &str) -> Map<String, Value> {
    let mut metadata = Map::new();
    for (name, text) in described(document) {
        match name.as_str() {
            "title" if is_title(&text) && !metadata.contains_key("title") => {
                add(&mut metadata, "title", &text);
            }
            "date" | "date:publication" if !metadata.contains_key("date") => {
                add(&mut metadata, "date", &text);
            }
            "subject" => add(&mut metadata, "subjects", &text),
            "creator" | "language" | "publisher" | "description" | "identifier" | "contributor" => {
                add(&mut metadata, &name, &text);
            }
            _ => {}
        }
    }
    metadata
}

/// The package document that the container names.
#[derive(Debug, Default)]
struct Root(Option<String>);

impl Visitor for Root {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        if tag.name() == "rootfile" && self.0.is_none() {
            self.0 = tag.attribute("full-path");
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

/// Which files there are, and in which order they are read.
#[derive(Debug, Default)]
struct Spine {
    items: BTreeMap<String, String>,
    order: Vec<String>,
    /// The tables of contents, which repeat the headings.
    navigation: BTreeSet<String>,
}

impl Visitor for Spine {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match tag.name() {
            "item" => {
                let (Some(id), Some(href)) = (tag.attribute("id"), tag.attribute("href")) else {
                    return true;
                };
                let properties = tag.attribute("properties").unwrap_or_default();
                let kind = tag.attribute("media-type").unwrap_or_default();
                if properties.contains("nav") {
                    self.navigation.insert(id);
                } else if kind.contains("html") || kind.contains("xml") {
                    self.items.insert(id, href);
                }
            }
            "itemref" => self.order.extend(tag.attribute("idref")),
            _ => {}
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

/// The names of the parts that are encrypted.
#[derive(Debug, Default)]
struct Locked(BTreeSet<String>);

impl Visitor for Locked {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        if tag.name() == "CipherReference"
            && let Some(reference) = tag.attribute("URI")
        {
            self.0.insert(resolve("", &reference));
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

/// The name of a part from a reference within the package: `%20` resolved, `..` gone up.
fn resolve(folder: &str, href: &str) -> String {
    let href = href.split(['#', '?']).next().unwrap_or(href);
    let mut decoded = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let value = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        if let (b'%', Some(value)) = (byte, value) {
            decoded.push(value);
            rest = &after[2..];
        } else {
            decoded.push(byte);
            rest = after;
        }
    }
    let decoded = String::from_utf8_lossy(&decoded);
    let mut steps: Vec<&str> = match decoded.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in decoded.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn references_become_names() {
        for (folder, href, expected) in [
            ("OEBPS", "text/one.xhtml", "OEBPS/text/one.xhtml"),
            ("OEBPS/x", "../one%20two.xhtml#part", "OEBPS/one two.xhtml"),
            ("", "one.xhtml", "one.xhtml"),
            ("a", "../../../../etc/passwd", "etc/passwd"),
            ("a", "/b/c", "b/c"),
            ("a", "100%", "a/100%"),
            ("a", "%zz%e9", "a/%zz\u{fffd}"),
        ] {
            assert_eq!(resolve(folder, href), expected, "{href}");
        }
    }
}
