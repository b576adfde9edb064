//! ODT: paragraphs, lists, tables and notes of a text of the Open Document Format.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::blocks::{Blocks, Kind};
use super::package::Package;
use super::{add, add_keywords, described, is_title};
use crate::corpus::budget::Budget;
use crate::corpus::readers::office::xml::{self, Tag, Visitor};
use crate::corpus::{Article, Note, Refusal, codes};

/// Reads a document.
pub(super) fn read(
    bytes: &[u8],
    budget: &Budget,
    notes: &mut Vec<Note>,
) -> Result<Article, Refusal> {
    let mut package = Package::open(bytes, budget)?;
    let kind = package.part("mimetype").ok().flatten().unwrap_or_default();
    let is_text = kind.starts_with(b"application/vnd.oasis.opendocument.text");
    if !is_text && (!kind.is_empty() || !package.has("content.xml")) {
        let message = "it is a package, but of no OpenDocument text (.odt)";
        return Err(Refusal::new(codes::WRONG_FORMAT, message));
    }
    let manifest = package.xml("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        let message = "a password is needed to read it";
        return Err(Refusal::new(codes::ENCRYPTED, message));
    }
    let content = package.needed("content.xml")?;
    let mut text = Text::default();
    text.titles.insert("Title".to_owned());
    if let Some(styles) = package.xml("styles.xml")? {
        let _ = xml::walk(&styles, &mut text.styles);
    }
    let end = xml::walk(&content, &mut text);
    drop(content);
    if !text.found && end.is_ok() {
        let message = "there is no text document in its `content.xml`";
        return Err(Refusal::new(codes::WRONG_FORMAT, message));
    }
    let (heading, body) = text.blocks.finish();
    super::whole_or_noted(end, &body, notes)?;
    if package.names().any(|name| name.starts_with("Basic/")) {
        let message = "the macros in it were not read";
        notes.push(Note::new(codes::MACROS_IGNORED, message));
    }
    let mut metadata = Map::new();
    if let Some(meta) = package.xml("meta.xml")? {
        properties(&meta, &mut metadata);
    }
    Ok(Article {
        title: heading,
        body,
        metadata,
    })
}

fn properties(meta: &str, metadata: &mut Map<String, Value>) {
    let entries = described(meta);
    let first_author = entries.iter().any(|(name, _)| name == "initial-creator");
    for (name, text) in &entries {
        match name.as_str() {
            "title" if is_title(text) => add(metadata, "title", text),
            "initial-creator" => add(metadata, "creator", text),
            // Who changed it last, and perhaps nobody else is named.
            "creator" if !first_author => add(metadata, "creator", text),
            "creation-date" => add(metadata, "created", text),
            "date" => add(metadata, "modified", text),
            "subject" => add(metadata, "subjects", text),
            "keyword" => add_keywords(metadata, text),
            "language" | "description" => add(metadata, name, text),
            _ => {}
        }
    }
}

/// The text in the making.
#[derive(Debug, Default)]
struct Text {
    blocks: Blocks,
    /// Whether this is a text document at all.
    found: bool,
    /// The names of styles that make a paragraph the title.
    titles: BTreeSet<String>,
    /// What the open paragraphs and headings are, the innermost last.
    paragraphs: Vec<Paragraph>,
    /// The lists that are open, and whether nothing of the innermost item was seen yet.
    lists: Vec<List>,
    item_begins: bool,
    styles: ListStyles,
    /// The sign by which the open note is referred to, while it is read.
    citation: Option<String>,
    first: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paragraph {
    Title,
    First,
    Item(usize, Option<usize>),
    Other,
}

/// A list that is open.
#[derive(Debug)]
struct List {
    style: String,
    /// The number of the last item.
    last: usize,
}

/// Which levels of which styles of lists count, levels counted from 1.
#[derive(Debug, Default)]
struct ListStyles {
    counting: BTreeSet<(String, usize)>,
    open: Option<String>,
}

impl Visitor for ListStyles {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match tag.name() {
            "list-style" => self.open = tag.attribute("name"),
            "list-level-style-number" => {
                // Without a format, there is a level and no number.
                let counts = tag.attribute("num-format").is_none_or(|it| !it.is_empty());
                if let (Some(style), Some(level), true) = (&self.open, tag.number("level"), counts)
                {
                    self.counting.insert((style.clone(), level));
                }
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

impl Text {
    fn begin(&mut self, tag: &Tag<'_>) {
        let style = tag.attribute("style-name").unwrap_or_default();
        let is_heading = tag.name() == "h";
        let paragraph = if self.titles.contains(&style) {
            Paragraph::Title
        } else if is_heading && tag.number("outline-level").unwrap_or(1) == 1 {
            Paragraph::First
        } else if self.item_begins && !is_heading {
            self.item_begins = false;
            self.item()
        } else {
            Paragraph::Other
        };
        self.paragraphs.push(paragraph);
        self.blocks.begin();
    }

    /// The first paragraph of an item.
    fn item(&self) -> Paragraph {
        let level = self.lists.len();
        let number = self.lists.last().and_then(|list| {
            let key = (list.style.clone(), level);
            self.styles.counting.contains(&key).then_some(list.last)
        });
        Paragraph::Item(level.saturating_sub(1), number)
    }

    fn end_paragraph(&mut self) {
        match self.paragraphs.pop() {
            Some(Paragraph::Title) => self.blocks.end_title(),
            Some(Paragraph::First) if !self.first && !self.blocks.at_start() => {
                self.first = true;
                self.blocks.end_title();
            }
            Some(Paragraph::Item(level, number)) => self.blocks.end(Kind::Item(level, number)),
            Some(_) => self.blocks.end(Kind::Paragraph),
            None => {}
        }
    }
}

impl Visitor for Text {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match tag.name() {
            "style" => {
                let parent = tag.attribute("parent-style-name");
                if parent.as_deref() == Some("Title")
                    && let Some(name) = tag.attribute("name")
                {
                    self.titles.insert(name);
                }
            }
            "text" => self.found = true,
            "p" | "h" => self.begin(tag),
            "list" => {
                // Lists in lists are of the style of the outermost.
                let outer = self.lists.last().map(|list| list.style.clone());
                let style = tag.attribute("style-name").or(outer);
                self.lists.push(List {
                    style: style.unwrap_or_default(),
                    last: 0,
                });
            }
            "list-item" => {
                self.item_begins = true;
                if let Some(list) = self.lists.last_mut() {
                    let start = tag.number("start-value");
                    list.last = start.unwrap_or(list.last.saturating_add(1));
                }
            }
            "list-style" | "list-level-style-number" => {
                self.styles.start(tag);
            }
            "s" | "tab" => self.blocks.push(if tag.name() == "s" { " " } else { "\t" }),
            "line-break" => self.blocks.push("\n"),
            "table-row" => self.blocks.begin_row(),
            "table-cell" => self.blocks.begin_cell(),
            "note-citation" => self.citation = Some(String::new()),
            "note-body" => {
                let name = self.citation.take().unwrap_or_default();
                self.blocks.push(&format!("[{name}]"));
                self.blocks.begin_note(&name);
            }
            // Deleted text, comments, definitions, pictures' descriptions of shape.
            "tracked-changes" | "annotation" | "font-face-decls" | "scripts" | "forms"
            | "sequence-decls" | "variable-decls" => return false,
            _ => {}
        }
        true
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => self.end_paragraph(),
            "list" => {
                self.lists.pop();
            }
            "list-item" => self.item_begins = false,
            "table-row" => self.blocks.end_row(),
            "note-body" => self.blocks.end_note(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(citation) = &mut self.citation {
            citation.push_str(text.trim());
        } else if !self.paragraphs.is_empty() {
            self.blocks.push(&one_line(text));
        }
    }
}

/// White space in a paragraph means one space, however much of it there is.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if matches!(c, '\n' | '\r' | '\t') {
            ' '
        } else {
            c
        };
        if c != ' ' || !line.ends_with(' ') {
            line.push(c);
        }
    }
    line
}
