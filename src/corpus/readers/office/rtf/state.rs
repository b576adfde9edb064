//! What control words of RTF mean for its text.

use std::collections::BTreeMap;
use std::mem;

use encoding_rs::{Encoding, WINDOWS_1252};
use serde_json::{Map, Value};

use super::tokens::Sink;
use super::{charset, code_page};
use crate::corpus::readers::office::blocks::{Blocks, Kind};
use crate::corpus::readers::office::{add, add_keywords, is_title};

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Target {
    #[default]
    Body,
    /// Nowhere: pictures, tables of fonts and styles, headers and footers, field codes.
    Nothing,
    /// The table of fonts, of which the numbers matter.
    Fonts,
    /// A group of the information about the document: its key.
    Property(&'static str),
}

/// What holds within a group and is undone at its end.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    target: Target,
    /// How many characters stand in for one that is given by its number.
    fallback: Option<usize>,
    font: i32,
    hidden: bool,
    /// Whether this group began a footnote.
    note: bool,
}

/// The document in the making.
#[derive(Debug, Default)]
pub(super) struct Reader {
    group: Group,
    outer: Vec<Group>,
    blocks: Blocks,
    /// Bytes whose encoding takes more than one of them to tell a character.
    pending: Vec<u8>,
    /// How many characters are still to be passed over, and half a surrogate pair.
    skip: usize,
    high: Option<u32>,
    encoding: Option<&'static Encoding>,
    unknown: Option<i32>,
    fonts: BTreeMap<i32, &'static Encoding>,
    open_font: i32,
    /// `\*` was read: the next control word may be unknown, and its group is then passed over.
    optional: bool,
    notes: usize,
    property: String,
    /// The parts of a time within the information.
    time: BTreeMap<&'static str, i32>,
    metadata: Map<String, Value>,
    /// Whether the open paragraph is an item of a list, and whether a row is open.
    item: bool,
    row: bool,
}

impl Reader {
    pub(super) fn unknown_code_page(&self) -> Option<i32> {
        self.unknown
    }

    pub(super) fn finish(mut self) -> (String, Map<String, Value>) {
        while !self.outer.is_empty() {
            self.close();
        }
        self.end_paragraph();
        self.end_row();
        (self.blocks.finish().1, self.metadata)
    }

    fn encoding(&self) -> &'static Encoding {
        let of_font = self.fonts.get(&self.group.font).copied();
        of_font.or(self.encoding).unwrap_or(WINDOWS_1252)
    }

    /// Decodes the bytes that were gathered.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = mem::take(&mut self.pending);
        let (text, _) = self.encoding().decode_without_bom_handling(&bytes);
        self.put(&text);
    }

    fn put(&mut self, text: &str) {
        match self.group.target {
            Target::Body if !self.group.hidden => self.blocks.push(text),
            Target::Property(_) => self.property.push_str(text),
            _ => {}
        }
    }

    /// Writes text that stands for itself, unless it stands in for something.
    fn text(&mut self, text: &str) {
        self.flush();
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.put(text);
        }
    }

    fn unicode(&mut self, number: i32) {
        self.flush();
        let unit = (number as u32) & 0xffff;
        let unit = if number > 0xffff { number as u32 } else { unit };
        match (unit, self.high.take()) {
            (0xd800..=0xdbff, _) => self.high = Some(unit),
            (0xdc00..=0xdfff, Some(high)) => {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
                self.put_char(char::from_u32(code));
            }
            _ => self.put_char(char::from_u32(unit)),
        }
        self.skip = self.group.fallback.unwrap_or(1);
    }

    fn put_char(&mut self, c: Option<char>) {
        let c = c
            .filter(|&c| c != '\0')
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        self.put(c.encode_utf8(&mut [0; 4]));
    }

    fn end_paragraph(&mut self) {
        self.flush();
        if self.group.target == Target::Body {
            let kind = if mem::take(&mut self.item) {
                Kind::Item(0, None)
            } else {
                Kind::Paragraph
            };
            self.blocks.end(kind);
        }
    }

    fn end_row(&mut self) {
        if mem::take(&mut self.row) {
            // One cell was begun too many.
            self.blocks.drop_empty_cell();
            self.blocks.end_row();
        }
    }

    fn begin_row(&mut self) {
        if !self.row {
            self.row = true;
            self.blocks.begin_row();
            self.blocks.begin_cell();
        }
    }

    /// Words that begin a group whose text goes elsewhere.
    fn destination(&mut self, word: &str) -> bool {
        let property = |key| Some(Target::Property(key));
        let target = match word {
            "fonttbl" => Some(Target::Fonts),
            "title" => property("title"),
            "author" => property("creator"),
            "subject" => property("subjects"),
            "keywords" => property("keywords"),
            "doccomm" => property("description"),
            "company" => property("company"),
            "creatim" => property("created"),
            "revtim" => property("modified"),
            "colortbl" | "stylesheet" | "info" | "pict" | "object" | "objdata" | "header"
            | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf"
            | "fldinst" | "listtable" | "listoverridetable" | "rsidtbl" | "xmlnstbl"
            | "themedata" | "colorschememapping" | "datastore" | "latentstyles" | "generator"
            | "operator" | "printim" | "buptim" | "nextfile" | "template" | "revtbl" | "xe"
            | "tc" | "bkmkstart" | "bkmkend" | "annotation" | "atnid" | "atnauthor"
            | "listtext" | "pntext" | "sn" | "sv" | "pnseclvl" | "filetbl" | "private"
            | "comment" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep" | "aftnsepc" | "aftncn" => {
                Some(Target::Nothing)
            }
            _ => None,
        };
        // Within something that is passed over, only the information opens up again.
        match target {
            Some(target @ Target::Property(_)) => {
                self.property.clear();
                self.time.clear();
                self.group.target = target;
            }
            Some(target) if self.group.target == Target::Body => self.group.target = target,
            Some(_) => {}
            None => return false,
        }
        // The marker of an item tells that it is one.
        if matches!(word, "listtext" | "pntext") {
            self.item = true;
        }
        true
    }

    fn symbol(&mut self, word: &str) -> bool {
        let text = match word {
            "tab" => "\t",
            "line" | "softline" => "\n",
            "emdash" => "—",
            "endash" => "–",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            "bullet" => "•",
            "emspace" | "enspace" | "qmspace" => " ",
            "~" => "\u{a0}",
            "_" => "\u{2011}",
            // A place where a word may be parted.
            "-" | "zwnj" | "zwj" | "ltrmark" | "rtlmark" => "",
            _ => return false,
        };
        self.text(text);
        true
    }

    fn font(&mut self, number: i32) {
        self.flush();
        if self.group.target == Target::Fonts {
            self.open_font = number;
        }
        self.group.font = number;
    }

    fn time_part(&mut self, word: &str, number: i32) -> bool {
        let key = match word {
            "yr" => "yr",
            "mo" => "mo",
            "dy" => "dy",
            "hr" => "hr",
            "min" => "min",
            "sec" => "sec",
            _ => return false,
        };
        self.time.insert(key, number);
        true
    }

    fn keep_property(&mut self, key: &'static str) {
        let part = |name| self.time.get(name).copied();
        let text = match (part("yr"), part("mo"), part("dy")) {
            (Some(year), Some(month), Some(day)) if year > 0 => {
                let date = format!("{year:04}-{month:02}-{day:02}");
                match (part("hr"), part("min")) {
                    (Some(hour), Some(minute)) => {
                        let second = part("sec").unwrap_or(0);
                        format!("{date}T{hour:02}:{minute:02}:{second:02}")
                    }
                    _ => date,
                }
            }
            _ => {
                let words: Vec<&str> = self.property.split_whitespace().collect();
                words.join(" ")
            }
        };
        self.property.clear();
        self.time.clear();
        match key {
            _ if text.is_empty() => {}
            "title" if !is_title(&text) => {}
            "keywords" => add_keywords(&mut self.metadata, &text),
            key => add(&mut self.metadata, key, &text),
        }
    }
}

impl Sink for Reader {
    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        self.optional = false;
        self.outer.push(self.group);
        self.group.note = false;
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        self.optional = false;
        let ended = self.group;
        let Some(outer) = self.outer.pop() else {
            return;
        };
        if ended.note {
            self.end_paragraph();
            self.blocks.end_note();
        }
        self.group = outer;
        if let Target::Property(key) = ended.target
            && outer.target != ended.target
        {
            self.keep_property(key);
        }
    }

    fn control(&mut self, word: &str, number: Option<i32>) {
        if word == "*" {
            self.optional = true;
            return;
        }
        let optional = mem::take(&mut self.optional);
        let value = number.unwrap_or(0);
        let on = number != Some(0);
        match word {
            "u" => self.unicode(value),
            "uc" => self.group.fallback = Some(usize::try_from(value).unwrap_or(1).min(16)),
            "f" => self.font(value),
            "fcharset" if self.group.target == Target::Fonts => {
                if let Some(encoding) = charset(value) {
                    self.fonts.insert(self.open_font, encoding);
                }
            }
            "ansicpg" => match code_page(value) {
                Some(encoding) => self.encoding = Some(encoding),
                None => self.unknown = Some(value),
            },
            "mac" => self.encoding = Some(encoding_rs::MACINTOSH),
            "pc" | "pca" => self.unknown = Some(if word == "pc" { 437 } else { 850 }),
            "v" | "deleted" => {
                self.flush();
                self.group.hidden = on;
            }
            "plain" => {
                self.flush();
                self.group.hidden = false;
            }
            "shptxt" | "fldrslt" | "shpinst" | "shp" if optional => {}
            _ if self.destination(word) || self.symbol(word) => {}
            _ if optional => self.group.target = Target::Nothing,
            _ if self.time_part(word, value) => {}
            _ if self.group.target != Target::Body => {}
            "par" | "sect" | "page" | "column" => self.end_paragraph(),
            "pard" => self.flush(),
            "ls" | "pnlvlblt" | "pnlvlbody" => self.item = true,
            "trowd" => {
                if !self.row {
                    self.end_paragraph();
                }
                self.begin_row();
            }
            "intbl" => self.begin_row(),
            "cell" | "nestcell" => {
                self.end_paragraph();
                self.begin_row();
                self.blocks.begin_cell();
            }
            "row" | "nestrow" => self.end_row(),
            "footnote" => {
                self.flush();
                self.notes += 1;
                let name = self.notes.to_string();
                self.blocks.push(&format!("[{name}]"));
                self.blocks.begin_note(&name);
                self.group.note = true;
            }
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        self.optional = false;
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.group.target != Target::Nothing {
            self.pending.push(byte);
        }
    }
}
