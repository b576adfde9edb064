//! HTML and XHTML: the article of a page, and what the page says about it.

mod content;
mod linked;
mod meta;
mod names;
mod noise;
mod render;
#[cfg(test)]
mod tests;
mod tree;
mod weigh;

use serde_json::{Map, Value};

use crate::corpus::decode::declared;
use crate::corpus::read::metadata;
use crate::corpus::{Article, Material, Note, Reader, Refusal, Sniff, codes};
use tree::Tree;

/// A page: one document.
#[derive(Debug)]
pub(super) struct Html;

impl Reader for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn extensions(&self) -> &[&str] {
        &["html", "htm", "xhtml", "xht", "shtml"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if begins_page(head) {
            Sniff::Yes
        } else {
            Sniff::Unsure
        }
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let declared = declared::html(material.bytes());
        let html = material.text_as(declared)?;
        Ok(article(&html, &mut material.notes))
    }
}

/// Whether these bytes begin a page: behind a byte order mark, white space, and what XML has there.
pub(super) fn begins_page(head: &[u8]) -> bool {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let begins_with = |start: &str| {
        let found = head.get(..start.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
    };
    if begins_with("<?xml") {
        // Behind declarations and comments comes the first element.
        let mut pairs = head.windows(2).enumerate();
        let first = pairs.find(|(_, pair)| pair[0] == b'<' && pair[1].is_ascii_alphabetic());
        let name = first.and_then(|(at, _)| head.get(at + 1..at + 5));
        return name.is_some_and(|name| name.eq_ignore_ascii_case(b"html"));
    }
    ["<!doctype html", "<html", "<head>", "<body"]
        .iter()
        .any(|start| begins_with(start))
}

/// Reads a page: its article without the site around it, and everything that it says about it.
///
/// The keys of `<meta>` are kept under `meta`, linked data under `json_ld`; what could be made of
/// them is at the top, under the names that the default keys of fields and facets know.
pub(in crate::corpus) fn article(html: &str, notes: &mut Vec<Note>) -> Article {
    let tree = Tree::new(html, is_xhtml(html));
    if tree.flattened {
        let message =
            "too deeply nested or too many tags; the markup beyond was left out, its text kept";
        notes.push(Note::new(codes::HTML_FLATTENED, message));
    }
    let mut facts = meta::gather(&tree, notes);
    let found = content::find(&tree, facts.title.as_deref());
    let mut body = found.text;
    if !found.is_article {
        // A page that makes its text with scripts may still have it in its linked data.
        match facts.body.take() {
            Some(linked) if linked.len() > body.len() => body = linked_body(&linked),
            _ if body.trim().is_empty() => {}
            _ => {
                let message = "no part of the page reads like an article, so all of it is the text";
                notes.push(Note::new(codes::HTML_NO_ARTICLE, message));
            }
        }
    }
    let mut map = Map::new();
    if let Some(title) = facts.title {
        map.insert("title".to_owned(), Value::String(title));
    }
    map.append(&mut facts.map);
    Article {
        title: None,
        body,
        metadata: map,
    }
}

/// All text of a piece of HTML, paragraphs apart; nothing is taken for a part of a site.
pub(in crate::corpus) fn text(html: &str) -> String {
    let tree = Tree::new(html, false);
    render::render(&tree, 0, |_| false)
}

/// All text of a chapter of a book, which is XHTML as a rule, without tables of contents in it.
pub(in crate::corpus) fn chapter(xhtml: &str) -> String {
    let tree = Tree::new(xhtml, true);
    render::render(&tree, 0, |at| {
        tree.element(at)
            .is_some_and(|element| element.name == "nav")
    })
}

/// Whether an element of this name begins and ends a block of text.
pub(super) fn is_block(name: &str) -> bool {
    names::is_block(name)
}

/// Whether a text is a piece of HTML, as in the feeds and interfaces of newsrooms, and not a text
/// that mentions some: it has ends of blocks in it, or line breaks.
pub(in crate::corpus) fn is_markup(text: &str) -> bool {
    const MARKS: [&str; 9] = [
        "</p>",
        "<br>",
        "<br/>",
        "<br />",
        "</div>",
        "</li>",
        "</h2>",
        "</h3>",
        "</blockquote>",
    ];
    text.contains('<') && MARKS.iter().any(|mark| text.contains(mark))
}

/// Linked data may hold markup or plain text.
fn linked_body(body: &str) -> String {
    if is_markup(body) {
        text(body)
    } else {
        body.trim().to_owned()
    }
}

/// Whether the page says that it is XML: elements may then close themselves.
fn is_xhtml(html: &str) -> bool {
    let head = html.trim_start();
    let head = &head[..metadata::cut_at(head, 1_024)];
    head.starts_with("<?xml") || head.contains("xmlns=\"http://www.w3.org/1999/xhtml\"")
}
