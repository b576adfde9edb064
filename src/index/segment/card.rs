//! The hit card: what a list of hits shows of a document, uncompressed and found by offset, so
//! that a page of hits decompresses no body.
//!
//! Strings that many documents share (facets, their values, the path of a file of many records)
//! stand in the card of a segment as numbers of a table. On its way into a segment a card holds
//! them itself.

use std::collections::HashMap;

use super::blobs::Blobs;
use super::bytes::{Reader, put_signed, put_str, put_varint};
use crate::document::{Document, PartialDate, Precision};
use crate::schema::Origin;

/// The extension of the file, and the name of the field that carries a card to it.
pub(crate) const NAME: &str = "card";

/// What a list of hits shows of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Card<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) date: Option<PartialDate>,
    pub(crate) path: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
    /// The language used for its stems; empty if none.
    pub(crate) language: &'a str,
    /// Values by origin and facet, as written.
    pub(crate) facets: Vec<(Origin, &'a str, Vec<&'a str>)>,
}

const HAS_DATE: u8 = 1;
const HAS_OFFSET: u8 = 2;
const HAS_PATH: u8 = 4;
const HAS_URL: u8 = 8;
const PATH_IS_ID: u8 = 16;
const SHARED_TITLE: u8 = 32;

impl<'a> Card<'a> {
    /// Adds a value.
    pub(crate) fn add(&mut self, origin: Origin, facet: &'a str, value: &'a str) {
        let known = self.facets.iter_mut();
        let mut known = known.filter(|(o, f, _)| (*o, *f) == (origin, facet));
        match known.next() {
            Some((.., values)) => values.push(value),
            None => self.facets.push((origin, facet, vec![value])),
        }
    }

    /// Facets and their values, as the source declares them.
    pub(crate) fn declared(&self) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        let facets = self.facets.iter();
        let declared = facets.filter(|(origin, ..)| *origin == Origin::Declared);
        declared.map(|(_, facet, values)| (*facet, values.clone()))
    }

    /// The card of a document whose values are all declared.
    pub(crate) fn of(document: &'a Document, language: &'a str) -> Self {
        Self {
            id: document.id.as_str(),
            title: &document.title,
            date: document.date,
            path: document.source.as_ref().map(|source| source.path.as_str()),
            url: document.url.as_deref(),
            language,
            facets: document
                .facets
                .iter()
                .filter(|(_, values)| !values.is_empty())
                .map(|(name, values)| {
                    (
                        Origin::Declared,
                        name.as_str(),
                        values.iter().map(String::as_str).collect(),
                    )
                })
                .collect(),
        }
    }

    /// Packs a card, with shared strings wherever `shared` puts them.
    pub(crate) fn encode(&self, shared: &mut Shared) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        let path_is_id = self.path == Some(self.id);
        let mut flags = 0;
        for (flag, set) in [
            (HAS_DATE, self.date.is_some()),
            (
                HAS_OFFSET,
                self.date.is_some_and(|date| date.offset().is_some()),
            ),
            (HAS_PATH, self.path.is_some()),
            (HAS_URL, self.url.is_some()),
            (PATH_IS_ID, path_is_id),
        ] {
            if set {
                flags |= flag;
            }
        }
        let title_is_shared = shared.shares_title(self.title);
        if title_is_shared {
            flags |= SHARED_TITLE;
        }
        out.push(flags);
        put_str(&mut out, self.id);
        if title_is_shared {
            shared.put(&mut out, self.title);
        } else {
            put_str(&mut out, self.title);
        }
        shared.put(&mut out, self.language);
        if let Some(date) = self.date {
            out.push(date.precision() as u8);
            put_signed(&mut out, date.start());
            if let Some(offset) = date.offset() {
                put_signed(&mut out, i64::from(offset));
            }
        }
        if let Some(path) = self.path.filter(|_| !path_is_id) {
            shared.put(&mut out, path);
        }
        if let Some(url) = self.url {
            put_str(&mut out, url);
        }
        for (origin, facet, values) in &self.facets {
            out.push(*origin as u8);
            shared.put(&mut out, facet);
            put_varint(&mut out, values.len() as u64);
            for value in values {
                shared.put(&mut out, value);
            }
        }
        out
    }

    /// Reads a card that holds its strings itself; `None` if it is damaged.
    pub(crate) fn decode(bytes: &'a [u8]) -> Option<Self> {
        Self::read(bytes, None)
    }

    /// Reads a card whose shared strings stand in a table; `None` if it is damaged.
    pub(crate) fn decode_shared(bytes: &'a [u8], table: &'a Blobs) -> Option<Self> {
        Self::read(bytes, Some(table))
    }

    fn read(bytes: &'a [u8], table: Option<&'a Blobs>) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let shared = |reader: &mut Reader<'a>| -> Option<&'a str> {
            let Some(table) = table else {
                return reader.str();
            };
            let number = u32::try_from(reader.varint()?).ok()?;
            std::str::from_utf8(table.get(number)?).ok()
        };
        let flags = reader.byte()?;
        let id = reader.str()?;
        let title = if flags & SHARED_TITLE == 0 {
            reader.str()?
        } else {
            shared(&mut reader)?
        };
        let language = shared(&mut reader)?;
        let mut date = None;
        if flags & HAS_DATE != 0 {
            let precision = Precision::from_u8(reader.byte()?)?;
            let start = reader.signed()?;
            let offset = match flags & HAS_OFFSET {
                0 => None,
                _ => Some(i32::try_from(reader.signed()?).ok()?),
            };
            date = Some(PartialDate::from_parts(start, precision, offset));
        }
        let path = match flags & (HAS_PATH | PATH_IS_ID) {
            0 => None,
            HAS_PATH => Some(shared(&mut reader)?),
            _ => Some(id),
        };
        let url = if flags & HAS_URL == 0 {
            None
        } else {
            Some(reader.str()?)
        };
        let mut facets = Vec::new();
        while !reader.is_empty() {
            let origin = *Origin::ALL.get(usize::from(reader.byte()?))?;
            let facet = shared(&mut reader)?;
            let count = reader.varint()?;
            let values = (0..count)
                .map(|_| shared(&mut reader))
                .collect::<Option<_>>()?;
            facets.push((origin, facet, values));
        }
        Some(Self {
            id,
            title,
            date,
            path,
            url,
            language,
            facets,
        })
    }
}

/// Where the strings go that many cards share.
#[derive(Debug)]
pub(crate) enum Shared {
    /// Into the card itself.
    Inline,
    /// Into a table, by number.
    Table {
        numbers: HashMap<String, u32>,
        strings: Vec<String>,
        /// The title of the card before.
        title: String,
    },
}

impl Shared {
    /// An empty table.
    pub(crate) fn table() -> Self {
        Self::Table {
            numbers: HashMap::new(),
            strings: Vec::new(),
            title: String::new(),
        }
    }

    /// The strings of the table, by number.
    pub(crate) fn strings(&self) -> &[String] {
        match self {
            Self::Inline => &[],
            Self::Table { strings, .. } => strings,
        }
    }

    /// Whether a title repeats, as those of the parts of one work do: most titles stand once, and
    /// are shorter in the card.
    fn shares_title(&mut self, text: &str) -> bool {
        let Self::Table { numbers, title, .. } = self else {
            return false;
        };
        let repeats = !text.is_empty() && (text == title || numbers.contains_key(text));
        if text != title {
            text.clone_into(title);
        }
        repeats
    }

    fn put(&mut self, out: &mut Vec<u8>, text: &str) {
        let Self::Table {
            numbers, strings, ..
        } = self
        else {
            put_str(out, text);
            return;
        };
        let number = numbers.get(text).copied().unwrap_or_else(|| {
            let number = strings.len() as u32;
            strings.push(text.to_owned());
            numbers.insert(text.to_owned(), number);
            number
        });
        put_varint(out, u64::from(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_comes_back_and_damage_is_no_panic() {
        let card = Card {
            id: "a.md",
            title: "Talks resume",
            date: "1962-10-28T10:00:00+02:00".parse().ok(),
            path: Some("a.md"),
            url: Some("https://example.org/a"),
            language: "en",
            facets: vec![
                (Origin::Declared, "country", vec!["Cuba", "United States"]),
                (Origin::About, "country", vec!["Turkey"]),
                (Origin::About, "topic", vec!["missiles"]),
            ],
        };
        let bytes = card.encode(&mut Shared::Inline);
        assert_eq!(Card::decode(&bytes), Some(card.clone()));
        for cut in 0..bytes.len() {
            let _ = Card::decode(&bytes[..cut]);
        }
        let mut shared = Shared::table();
        let runs = [(); 3].map(|()| card.encode(&mut shared));
        let mut strings = super::super::blobs::BlobWriter::new(Vec::new());
        for string in shared.strings() {
            strings.push(string.as_bytes()).unwrap();
        }
        let table = tantivy::directory::FileSlice::from(strings.finish().unwrap());
        let table = Blobs::open(&table).unwrap();
        for run in &runs {
            assert_eq!(Card::decode_shared(run, &table), Some(card.clone()));
        }
        assert!(
            runs[1].len() < runs[0].len(),
            "a title that repeats is shared"
        );
    }
}
