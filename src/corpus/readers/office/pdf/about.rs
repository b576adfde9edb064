//! What a PDF says about itself: its information dictionary and its XMP.

use serde_json::{Map, Value};

use crate::corpus::limits;
use crate::corpus::readers::office::xml::{self, Tag, Visitor};
use crate::corpus::readers::office::{add, add_keywords, is_title};

/// What a document says about itself; the information dictionary comes first.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) titles: Vec<String>,
    pub(super) authors: Vec<String>,
    pub(super) subjects: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) created: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) language: String,
    pub(super) application: String,
    pub(super) producer: String,
}

impl About {
    /// Adds what the XMP says.
    pub(super) fn add_xmp(&mut self, xmp: &[u8]) {
        let xmp = &xmp[..xmp.len().min(limits::SIDECAR_BYTES)];
        let mut visitor = Xmp {
            about: self,
            field: None,
            text: String::new(),
        };
        // What could be read of it is right.
        let _ = xml::walk(&String::from_utf8_lossy(xmp), &mut visitor);
    }

    /// As source metadata. What is said twice is said once.
    pub(super) fn metadata(self) -> Map<String, Value> {
        let mut metadata = Map::new();
        let title = self.titles.iter().map(|title| without_program(title));
        if let Some(title) = title
            .into_iter()
            .find(|title| is_title(title) && !is_file(title))
        {
            add(&mut metadata, "title", title);
        }
        let nobody = |name: &str| {
            let bare = name.trim().trim_matches(['(', ')']).to_lowercase();
            matches!(
                &*bare,
                "" | "anonymous" | "unspecified" | "unknown" | "user" | "admin"
            )
        };
        // Both places name the same people, XMP one by one.
        let (first, listed) = split(&self.authors);
        let listed: Vec<&String> = listed.iter().filter(|name| !nobody(name)).collect();
        if nobody(first) || listed.len() > 1 {
            for author in listed {
                add(&mut metadata, "author", author.trim());
            }
        } else {
            add(&mut metadata, "author", first.trim());
        }
        if let Some(subject) = self.subjects.iter().find(|subject| !nobody(subject)) {
            add(&mut metadata, "subject", subject.trim());
        }
        let (first, more) = split(&self.keywords);
        if first.trim().is_empty() {
            for keyword in more.iter().filter(|keyword| !keyword.trim().is_empty()) {
                add(&mut metadata, "tags", keyword.trim());
            }
        } else {
            add_keywords(&mut metadata, first);
        }
        let dates = [("created", self.created), ("modified", self.modified)];
        for (key, date) in dates {
            if let Some(date) = date {
                add(&mut metadata, key, &date);
            }
        }
        let texts = [
            ("language", self.language),
            ("application", self.application),
            ("producer", self.producer),
        ];
        for (key, text) in texts {
            // What a program writes that does not know it.
            if !text.trim().is_empty() && text != "x-unknown" {
                add(&mut metadata, key, text.trim());
            }
        }
        metadata
    }
}

/// What the information dictionary says, and what XMP says.
fn split(texts: &[String]) -> (&str, &[String]) {
    match texts.split_first() {
        Some((first, more)) => (first, more),
        None => ("", &[]),
    }
}

/// `Microsoft Word - Report` is called Report.
fn without_program(title: &str) -> &str {
    let title = title.trim();
    ["Microsoft Word - ", "Microsoft PowerPoint - ", "Print "]
        .iter()
        .find_map(|program| title.strip_prefix(program))
        .unwrap_or(title)
}

/// Whether a title is the name of a file that a program put there.
fn is_file(title: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        ".doc", ".docx", ".dvi", ".tex", ".pdf", ".indd", ".ps", ".qxd", ".rtf", ".odt", ".ppt",
        ".pptx", ".txt", ".html",
    ];
    let lower = title.to_lowercase();
    let is_scan = |start: &str| {
        lower.strip_prefix(start).is_some_and(|rest| {
            rest.chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '_' | '-' | ' ' | '.'))
        })
    };
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || ["scan", "img", "image", "dokument", "page", "slide", ""]
            .iter()
            .any(|start| is_scan(start))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Author,
    Subject,
    Keyword,
    Created,
    Language,
}

struct Xmp<'a> {
    about: &'a mut About,
    field: Option<Field>,
    text: String,
}

impl Xmp<'_> {
    fn keep(&mut self, field: Field, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        let about = &mut *self.about;
        match field {
            Field::Title => about.titles.push(text),
            Field::Author => about.authors.push(text),
            Field::Subject => about.subjects.push(text),
            Field::Keyword => about.keywords.push(text),
            Field::Created => {
                about.created.get_or_insert(text);
            }
            Field::Language if about.language.is_empty() => about.language = text,
            Field::Language => {}
        }
    }
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "title" => Field::Title,
        "creator" => Field::Author,
        "description" => Field::Subject,
        "subject" => Field::Keyword,
        "CreateDate" => Field::Created,
        "language" => Field::Language,
        _ => return None,
    })
}

impl Visitor for Xmp<'_> {
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        let name = tag.name();
        if name == "Description" {
            if let Some(date) = tag.attribute("CreateDate") {
                self.keep(Field::Created, &date);
            }
        } else if self.field.is_none() {
            self.field = field(name);
        }
        self.text.clear();
        true
    }

    fn end(&mut self, name: &str) {
        let Some(open) = self.field else {
            return;
        };
        let text = std::mem::take(&mut self.text);
        if name == "li" || field(name) == Some(open) {
            self.keep(open, &text);
        }
        if field(name) == Some(open) {
            self.field = None;
        }
    }

    fn text(&mut self, text: &str) {
        if self.field.is_some() {
            self.text.push_str(text);
        }
    }
}

/// The text of a string of a PDF: UTF-16 or UTF-8 with a mark, else the encoding of its own.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        bytes => bytes.iter().map(|&byte| own(byte)).collect(),
    };
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
        .to_owned()
}

/// `PDFDocEncoding` is Latin-1 but for some bytes (ISO 32000-1, annex D.3).
fn own(byte: u8) -> char {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{fffd}', '€',
    ];
    match byte {
        0x18..=0x1f => LOW[usize::from(byte - 0x18)],
        0x80..=0xa0 => HIGH[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_have_three_encodings() {
        for (bytes, expected) in [
            (&b"plain (x)"[..], "plain (x)"),
            (b"caf\xe9 \x8d\x8e\x90 \xa0", "café “”’ €"),
            (b"\xfe\xff\x00c\x00a\x00f\x00\xe9", "café"),
            (b"\xff\xfec\x00\xe9\x00", "cé"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
            (b"\xfe\xff\xd8", "\u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(text_of(bytes), expected);
        }
    }

    #[test]
    fn two_places_say_it_once() {
        let mut about = About {
            titles: vec!["Microsoft Word - report.doc".into()],
            authors: vec!["A. Writer".into()],
            keywords: vec!["tides; cargo".into()],
            ..About::default()
        };
        about.add_xmp(
            b"<x:xmpmeta><rdf:RDF><rdf:Description xmp:CreateDate='2020-01-02'>\
              <dc:title><rdf:Alt><rdf:li>Harbour\n report</rdf:li></rdf:Alt></dc:title>\
              <dc:creator><rdf:Seq><rdf:li>A. Writer</rdf:li></rdf:Seq></dc:creator>\
              <dc:subject><rdf:Bag><rdf:li>tides</rdf:li></rdf:Bag></dc:subject>\
              </rdf:Description></rdf:RDF></x:xmpmeta>",
        );
        assert_eq!(
            Value::Object(about.metadata()),
            json!({"title": "Harbour report", "author": "A. Writer", "tags": ["tides", "cargo"],
                   "created": "2020-01-02"})
        );
    }

    #[test]
    fn some_titles_are_none() {
        for (title, expected) in [
            ("Microsoft Word - Harbour report", Some("Harbour report")),
            ("Untitled", None),
            ("paper.dvi", None),
            ("scan0001", None),
            ("20210314", None),
            ("", None),
            ("1984 and after", Some("1984 and after")),
        ] {
            let about = About {
                titles: vec![title.to_owned()],
                ..About::default()
            };
            let metadata = about.metadata();
            let given = metadata.get("title").and_then(Value::as_str);
            assert_eq!(given, expected, "{title}");
        }
    }
}
