//! MHTML: a page that a browser saved with all that it needs in one file, as a message of many
//! parts.

#[cfg(test)]
mod tests;

use mail_parser::{DateTime, Message, MessagePart, MimeHeaders};
use serde_json::{Map, Value};

use super::html;
use crate::corpus::decode::declared;
use crate::corpus::readers::mime::Mime;
use crate::corpus::{Article, Material, Reader, Refusal, Sniff, codes};

/// The first header that browsers put there.
const SAVED_BY: [&[u8]; 2] = [b"From: <Saved by ", b"From: \"Saved by "];

/// A saved page: one document. Pictures, styles and frames are left out.
#[derive(Debug)]
pub(super) struct Mhtml;

impl Reader for Mhtml {
    fn name(&self) -> &'static str {
        "mhtml"
    }

    fn extensions(&self) -> &[&str] {
        &["mhtml", "mht"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let head = head.trim_ascii_start();
        if SAVED_BY.iter().any(|start| head.starts_with(start)) {
            Sniff::Yes
        } else if html::begins_page(head) {
            // A page that was saved by itself, whatever it is called.
            Sniff::No
        } else {
            Sniff::Unsure
        }
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let bytes = material.bytes();
        let mime = Mime::new(bytes)?;
        let message = mime.message();
        let pages = message.as_ref().map(pages).unwrap_or_default();
        let (Some(message), Some(&root)) = (&message, pages.first()) else {
            let message = "a page that a browser saved in one file was expected (MHTML)";
            return Err(Refusal::new(codes::WRONG_FORMAT, message));
        };
        let mut article = page(&mime, root, material)?;
        // A page of frames has its text in them.
        if article.body.trim().is_empty() {
            for part in &pages[1..] {
                let frame = page(&mime, part, material)?;
                if frame.body.len() > article.body.len() {
                    article.body = frame.body;
                }
            }
        }
        if root.offset_end as usize >= bytes.len() && message.parts.len() > 1 {
            let message = "the file ends within the page; what is there was read";
            material.note(codes::BROKEN_OFF, message);
        }
        describe(message, root, &mut article.metadata);
        Ok(article)
    }
}

/// The parts that are pages: first the one that the others belong to.
fn pages<'m, 'x>(message: &'m Message<'x>) -> Vec<&'m MessagePart<'x>> {
    let is_page = |part: &&MessagePart<'_>| {
        part.content_type().is_some_and(|kind| {
            let kind = (kind.ctype(), kind.subtype().unwrap_or_default());
            matches!(kind, ("text", "html") | ("application", "xhtml+xml"))
        })
    };
    let mut pages: Vec<_> = message.parts.iter().filter(is_page).collect();
    let start = message.content_type().and_then(|it| it.attribute("start"));
    let plain = |id: &str| id.trim_matches(['<', '>', ' ']).to_owned();
    let start = start.map(plain).and_then(|start| {
        let mut pages = pages.iter();
        pages.position(|part| part.content_id().map(plain).as_ref() == Some(&start))
    });
    if let Some(start) = start {
        let root = pages.remove(start);
        pages.insert(0, root);
    }
    pages
}

/// Reads a part as a page.
fn page(
    mime: &Mime<'_>,
    part: &MessagePart<'_>,
    material: &mut Material<'_>,
) -> Result<Article, Refusal> {
    let content = mime.content(part);
    let sent = part.content_type().and_then(|it| it.attribute("charset"));
    let label = sent.or_else(|| declared::html(&content));
    let html = material.decode(&content, label)?;
    Ok(html::article(&html, &mut material.notes))
}

/// Adds what the file says about the page, unless the page says it itself.
fn describe(message: &Message<'_>, root: &MessagePart<'_>, metadata: &mut Map<String, Value>) {
    let mut offer = |key: &str, value: Option<&str>| {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        if let Some(value) = value.filter(|_| !metadata.contains_key(key)) {
            metadata.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    };
    let saved_from = message.header_raw("Snapshot-Content-Location");
    let addresses = [saved_from, root.content_location()];
    let mut addresses = addresses.into_iter().flatten();
    offer("url", addresses.find(|it| it.trim().starts_with("http")));
    offer("title", message.subject());
    // The day on which somebody saved a page says nothing about the page.
    let saved = message.date().filter(|date| date.is_valid());
    offer("saved", saved.map(DateTime::to_rfc3339).as_deref());
}
