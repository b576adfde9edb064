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

use super::Article;
use crate::corpus::{Note, codes};
use tree::Tree;

/// Reads a page: its article without the site around it, and everything that it says about it.
///
/// The keys of `<meta>` are kept under `meta`, linked data under `json_ld`; what could be made of
/// them is at the top, under the names that the default keys of fields and facets know.
pub(super) fn article(html: &str, notes: &mut Vec<Note>) -> Article {
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
    let mut metadata = Map::new();
    if let Some(title) = facts.title {
        metadata.insert("title".to_owned(), Value::String(title));
    }
    metadata.append(&mut facts.map);
    Article {
        title: None,
        body,
        metadata,
    }
}

/// All text of a piece of HTML, paragraphs apart; nothing is taken for a part of a site.
pub(super) fn text(html: &str) -> String {
    let tree = Tree::new(html, false);
    render::render(&tree, 0, |_| false)
}

/// Linked data may hold markup or plain text.
fn linked_body(body: &str) -> String {
    if body.contains("</") || body.contains("<br") {
        text(body)
    } else {
        body.trim().to_owned()
    }
}

/// Whether the page says that it is XML: elements may then close themselves.
fn is_xhtml(html: &str) -> bool {
    let head = html.trim_start();
    let head = &head[..super::metadata::cut_at(head, 1_024)];
    head.starts_with("<?xml") || head.contains("xmlns=\"http://www.w3.org/1999/xhtml\"")
}
