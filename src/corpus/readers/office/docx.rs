//! DOCX: paragraphs, lists, tables and notes of a document of Word.

use std::collections::BTreeMap;

use serde_json::Map;

mod numbering;

use super::blocks::{Blocks, Kind};
use super::package::Package;
use super::{add, add_keywords, described, is_title};
use crate::corpus::budget::Budget;
use crate::corpus::readers::office::xml::{self, Tag, Visitor};
use crate::corpus::{Article, Note, Refusal, codes};
use numbering::Numbering;

/// Reads a document.
pub(super) fn read(
    bytes: &[u8],
    budget: &Budget,
    notes: &mut Vec<Note>,
) -> Result<Article, Refusal> {
    let mut package = Package::open(bytes, budget)?;
    let main = main_part(&mut package)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = |name: &str| match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    let document = package.needed(&main)?;
    let mut text = Text::new(Styles::read(&mut package, &beside("styles.xml"))?);
    if let Some(part) = package.xml(&beside("numbering.xml"))? {
        text.numbering = Numbering::read(&part);
    }
    let end = xml::walk(&document, &mut text);
    drop(document);
    for (name, mark) in [("footnotes.xml", ""), ("endnotes.xml", "e")] {
        if let Some(part) = package.xml(&beside(name))? {
            let mut gathered = Text::new(Styles::default());
            gathered.mark = mark;
            let _ = xml::walk(&part, &mut gathered);
            for (name, note) in gathered.notes {
                text.blocks.add_note(&name, &note);
            }
        }
    }
    let (heading, body) = text.blocks.finish();
    super::whole_or_noted(end, &body, notes)?;
    if package.names().any(|name| name.ends_with("vbaProject.bin")) {
        let message = "the macros in it were not read";
        notes.push(Note::new(codes::MACROS_IGNORED, message));
    }
    Ok(Article {
        title: heading,
        body,
        metadata: properties(&mut package)?,
    })
}

/// The name of the main part: `word/document.xml`, unless the package says otherwise.
fn main_part(package: &mut Package<'_>) -> Result<String, Refusal> {
    struct Target(Option<String>);
    impl Visitor for Target {
        fn start(&mut self, tag: &Tag<'_>) -> bool {
            let kind = tag.attribute("Type").unwrap_or_default();
            if self.0.is_none() && kind.ends_with("/officeDocument") {
                self.0 = tag.attribute("Target");
            }
            true
        }
        fn end(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
    }
    let mut target = Target(None);
    if let Some(relations) = package.xml("_rels/.rels")? {
        let _ = xml::walk(&relations, &mut target);
    }
    let named = target.0.map(|name| name.trim_start_matches('/').to_owned());
    let main = named.unwrap_or_else(|| "word/document.xml".to_owned());
    let foreign = ["xl/", "ppt/"]
        .iter()
        .any(|folder| main.starts_with(folder));
    if foreign
        || package.has("mimetype")
        || (!package.has(&main) && !package.has("[Content_Types].xml"))
    {
        let message = "it is a package, but of no word processor document (.docx)";
        return Err(Refusal::new(codes::WRONG_FORMAT, message));
    }
    Ok(main)
}

/// What the core properties say.
fn properties(package: &mut Package<'_>) -> Result<Map<String, serde_json::Value>, Refusal> {
    let mut metadata = Map::new();
    let Some(core) = package.xml("docProps/core.xml")? else {
        return Ok(metadata);
    };
    for (name, text) in described(&core) {
        match name.as_str() {
            "title" if is_title(&text) => add(&mut metadata, "title", &text),
            "subject" | "category" => add(&mut metadata, "subjects", &text),
            "keywords" => add_keywords(&mut metadata, &text),
            "creator" | "created" | "modified" | "language" | "description" => {
                add(&mut metadata, &name, &text);
            }
            _ => {}
        }
    }
    Ok(metadata)
}

/// Which styles make a title or a heading of the first level, by their ids, which differ between
/// languages; their names do not.
#[derive(Debug, Default)]
struct Styles {
    levels: BTreeMap<String, Level>,
    open: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Title,
    First,
    Other,
}

impl Styles {
    fn read(package: &mut Package<'_>, name: &str) -> Result<Self, Refusal> {
        let mut styles = Self::default();
        if let Some(part) = package.xml(name)? {
            let _ = xml::walk(&part, &mut styles);
        }
        Ok(styles)
    }

    fn level(&self, id: &str) -> Level {
        match self.levels.get(id) {
            Some(&level) => level,
            None if id.eq_ignore_ascii_case("title") => Level::Title,
            None if id.eq_ignore_ascii_case("heading1") => Level::First,
            None => Level::Other,
        }
    }
}

impl Visitor for Styles {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match tag.name() {
            "style" => self.open = tag.attribute("styleId"),
            "name" => {
                let name = tag.attribute("val").unwrap_or_default().to_lowercase();
                let level = match name.as_str() {
                    "title" => Level::Title,
                    "heading 1" => Level::First,
                    _ => Level::Other,
                };
                if let Some(id) = self.open.take() {
                    self.levels.insert(id, level);
                }
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}

/// The text of a part in the making.
#[derive(Debug)]
struct Text {
    blocks: Blocks,
    styles: Styles,
    numbering: Numbering,
    /// What the open paragraphs are, the innermost last.
    paragraphs: Vec<Paragraph>,
    /// Whether text is read here: within `t`, not within field codes.
    reads: bool,
    /// In a part of notes: the name of the open one, and those that are complete.
    note: Option<String>,
    notes: Vec<(String, String)>,
    mark: &'static str,
    /// Whether a heading of the first level has been met that is no title.
    first: bool,
}

#[derive(Debug, Clone)]
struct Paragraph {
    level: Level,
    /// How far down in a list it is, and in which.
    item: Option<usize>,
    list: String,
}

impl Text {
    fn new(styles: Styles) -> Self {
        Self {
            blocks: Blocks::default(),
            styles,
            numbering: Numbering::default(),
            paragraphs: Vec::new(),
            reads: false,
            note: None,
            notes: Vec::new(),
            mark: "",
            first: false,
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        match (paragraph.level, paragraph.item) {
            (Level::Title, _) => self.blocks.end_title(),
            // Later ones are chapters.
            (Level::First, _) if !self.first && !self.blocks.at_start() => {
                self.first = true;
                self.blocks.end_title();
            }
            (_, Some(level)) => {
                let number = self.numbering.next(&paragraph.list, level);
                self.blocks.end(Kind::Item(level, number));
            }
            _ => self.blocks.end(Kind::Paragraph),
        }
    }
}

impl Visitor for Text {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        let value = || tag.attribute("val").unwrap_or_default();
        match tag.name() {
            "p" => {
                self.blocks.begin();
                self.paragraphs.push(Paragraph {
                    level: Level::Other,
                    item: None,
                    list: String::new(),
                });
            }
            "pStyle" => {
                let level = self.styles.level(&value());
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.level = level;
                }
            }
            // Numbered headings are headings. Number 0 takes a number away.
            "numPr" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.item = Some(0);
                }
            }
            "ilvl" => {
                if let Some(Paragraph {
                    item: Some(item), ..
                }) = self.paragraphs.last_mut()
                {
                    *item = tag.number("val").unwrap_or(0);
                }
            }
            "numId" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.list = value();
                    paragraph.item = paragraph.item.filter(|_| paragraph.list != "0");
                }
            }
            "t" => self.reads = true,
            "tab" if !self.paragraphs.is_empty() => self.blocks.push("\t"),
            "br" | "cr" => self.blocks.push("\n"),
            "noBreakHyphen" => self.blocks.push("\u{2011}"),
            "tr" => self.blocks.begin_row(),
            "tc" => self.blocks.begin_cell(),
            "footnoteReference" | "endnoteReference" => {
                let mark = if tag.name() == "endnoteReference" {
                    "e"
                } else {
                    ""
                };
                let id = tag.attribute("id").unwrap_or_default();
                self.blocks.push(&format!("[{mark}{id}]"));
            }
            "footnote" | "endnote" => {
                // Separators between text and notes are kept like notes.
                if tag.attribute("type").is_some_and(|kind| kind != "normal") {
                    return false;
                }
                self.note = tag.attribute("id");
                self.blocks = Blocks::default();
            }
            // Tab stops; deleted and moved text; the same text again for older programs; what
            // tracked changes changed; field codes.
            "tabs" | "del" | "moveFrom" | "Fallback" | "pPrChange" | "rPrChange" | "sectPr"
            | "instrText" => return false,
            _ => {}
        }
        true
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => self.end_paragraph(),
            "t" => self.reads = false,
            "tr" => self.blocks.end_row(),
            "footnote" | "endnote" => {
                if let Some(id) = self.note.take() {
                    let text = std::mem::take(&mut self.blocks).finish().1;
                    self.notes.push((format!("{}{id}", self.mark), text));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.reads {
            self.blocks.push(text);
        }
    }
}
