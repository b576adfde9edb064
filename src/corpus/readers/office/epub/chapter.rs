//! A chapter of a book: XHTML to text.

use crate::corpus::readers::office::blocks::{Blocks, Kind};
use crate::corpus::readers::office::xml::{self, Tag, Visitor};

/// The text of a chapter; of one that is not valid XML, as far as it is.
pub(super) fn text(xhtml: &str) -> String {
    let mut chapter = Chapter::default();
    let _ = xml::walk(xhtml, &mut chapter);
    chapter.flush();
    chapter.blocks.finish().1
}

#[derive(Debug, Default)]
struct Chapter {
    blocks: Blocks,
    line: String,
    lists: usize,
    /// Whether the next paragraph is the first of an item.
    item: bool,
    preformatted: usize,
}

impl Chapter {
    fn flush(&mut self) {
        let kind = if self.item {
            Kind::Item(self.lists.saturating_sub(1))
        } else {
            Kind::Paragraph
        };
        if !self.line.trim().is_empty() {
            self.item = false;
            self.blocks.paragraph(&self.line, kind);
        }
        self.line.clear();
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "section"
            | "article"
            | "aside"
            | "figure"
            | "figcaption"
            | "header"
            | "footer"
            | "main"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "hr"
            | "table"
            | "caption"
            | "ul"
            | "ol"
            | "li"
            | "body"
            | "tr"
            | "td"
            | "th"
    )
}

impl Visitor for Chapter {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        let name = tag.name();
        if is_block(name) {
            self.flush();
        }
        match name {
            "head" | "script" | "style" | "svg" | "math" | "nav" => return false,
            "br" => self.line.push('\n'),
            "ul" | "ol" => self.lists += 1,
            "li" => self.item = true,
            "tr" => self.blocks.begin_row(),
            "td" | "th" => self.blocks.begin_cell(),
            "pre" => self.preformatted += 1,
            _ => {}
        }
        true
    }

    fn end(&mut self, name: &str) {
        if is_block(name) {
            self.flush();
        }
        match name {
            "ul" | "ol" => self.lists = self.lists.saturating_sub(1),
            "li" => self.item = false,
            "tr" => self.blocks.end_row(),
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            self.line.push_str(text);
            return;
        }
        for c in text.chars() {
            let c = if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            };
            if c != ' ' || !self.line.ends_with([' ', '\n']) {
                self.line.push(c);
            }
        }
    }
}
