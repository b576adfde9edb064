//! What people write by hand: plain text and Markdown, perhaps with front matter.

pub(in crate::corpus) mod front_matter;
mod markdown;
pub(in crate::corpus) mod text;
mod yaml;

use crate::corpus::read::{same_words, unified};
use crate::corpus::{Article, Format, Material, Reader, Refusal, Sniff};

pub(super) fn formats() -> Vec<Format> {
    vec![Format::new(Text), Format::new(Markdown)]
}

/// How files begin that are no text, or text of another kind, whatever they are called.
const FOREIGN: [&[u8]; 5] = [
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"{\\rtf",
];

fn sniff(head: &[u8]) -> Sniff {
    if FOREIGN.iter().any(|start| head.starts_with(start)) {
        Sniff::No
    } else {
        Sniff::Unsure
    }
}

/// Plain text, perhaps with front matter.
#[derive(Debug)]
struct Text;

impl Reader for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn extensions(&self) -> &[&str] {
        &["txt", "text"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        sniff(head)
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let text = material.text()?;
        let text = unified(&text);
        let (metadata, rest) = front_matter::split(&text, &mut material.notes);
        let (title, body) = match (text::split_title(rest), material.declared_title(&metadata)) {
            // Another title is declared, so this line is part of the text.
            ((Some(title), _), Some(declared)) if !same_words(title, &declared) => (None, rest),
            (split, _) => split,
        };
        Ok(Article {
            title: title.map(ToOwned::to_owned),
            body: body.trim_end().to_owned(),
            metadata,
        })
    }
}

/// Markdown, perhaps with front matter.
#[derive(Debug)]
struct Markdown;

impl Reader for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn extensions(&self) -> &[&str] {
        &["md", "markdown"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        sniff(head)
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let text = material.text()?;
        let text = unified(&text);
        let (metadata, rest) = front_matter::split(&text, &mut material.notes);
        let declared = material.declared_title(&metadata);
        let rendered = markdown::render(rest, declared.as_deref());
        Ok(Article {
            title: rendered.heading,
            body: rendered.text,
            metadata,
        })
    }
}
