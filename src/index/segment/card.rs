//! The hit card: what a list of hits shows of a document, uncompressed and found by offset, so
//! that a page of hits decompresses no body.
//!
//! Strings that many documents share (facets, their values, the path of a file of many records)
//! stand in the card of a segment as numbers of a table. On its way into a segment a card holds
//! them itself.

use std::collections::HashMap;

use super::blobs::Blobs;
use super::bytes::{Reader, put_signed, put_str, put_varint};
use super::location::Location;
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
    /// Where in there; said if there is a path.
    pub(crate) location: Location,
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
const HAS_HASH: u8 = 64;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// No date is farther from 1970, as years have four digits.
const LAST_SECOND: u64 = 400_000_000_000;
/// On the precision of a date: its start is given in days.
const IN_DAYS: u8 = 16;

/// Bits of the mark on the name of a facet: its origin, and whether it has one value.
const MARK_BITS: u32 = 3;

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
            location: document
                .source
                .as_ref()
                .map(Location::of)
                .unwrap_or_default(),
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
        let mut out = Vec::with_capacity(128);
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
            (HAS_HASH, self.location.has_hash()),
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
            let start = date.start();
            let is_whole = start % DAY == 0;
            out.push(date.precision() as u8 | if is_whole { IN_DAYS } else { 0 });
            put_signed(&mut out, if is_whole { start / DAY } else { start });
            if let Some(offset) = date.offset() {
                put_signed(&mut out, i64::from(offset));
            }
        }
        if let Some(path) = self.path {
            if !path_is_id {
                shared.put(&mut out, path);
            }
            self.location.put(&mut out);
        }
        if let Some(url) = self.url {
            put_str(&mut out, url);
        }
        for (origin, facet, values) in &self.facets {
            let is_one = values.len() == 1;
            shared.put_marked(&mut out, facet, (*origin as u8) << 1 | u8::from(is_one));
            if !is_one {
                put_varint(&mut out, values.len() as u64);
            }
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
        let marked = |reader: &mut Reader<'a>| -> Option<(&'a str, u8)> {
            let Some(table) = table else {
                let mark = reader.byte()?;
                return Some((reader.str()?, mark));
            };
            let number = reader.varint()?;
            let mark = (number & ((1 << MARK_BITS) - 1)) as u8;
            let name = table.get(u32::try_from(number >> MARK_BITS).ok()?)?;
            Some((std::str::from_utf8(name).ok()?, mark))
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
            let precision = reader.byte()?;
            let unit = if precision & IN_DAYS == 0 { 1 } else { DAY };
            let precision = Precision::from_u8(precision & !IN_DAYS)?;
            let start = reader.signed()?.checked_mul(unit)?;
            let start = Some(start).filter(|start| start.abs_diff(0) <= LAST_SECOND)?;
            let offset = match flags & HAS_OFFSET {
                0 => None,
                _ => Some(i32::try_from(reader.signed()?).ok()?)
                    .filter(|offset| offset.unsigned_abs() <= 2 * DAY as u32),
            };
            date = Some(PartialDate::from_parts(start, precision, offset));
        }
        let path = match flags & (HAS_PATH | PATH_IS_ID) {
            0 => None,
            HAS_PATH => Some(shared(&mut reader)?),
            _ => Some(id),
        };
        let location = match path {
            Some(_) => Location::read(&mut reader, flags & HAS_HASH != 0)?,
            None => Location::default(),
        };
        let url = if flags & HAS_URL == 0 {
            None
        } else {
            Some(reader.str()?)
        };
        let mut facets = Vec::new();
        while !reader.is_empty() {
            let (facet, mark) = marked(&mut reader)?;
            let origin = *Origin::ALL.get(usize::from(mark >> 1))?;
            let count = if mark & 1 == 0 { reader.varint()? } else { 1 };
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
            location,
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
        match self.number(text) {
            None => put_str(out, text),
            Some(number) => put_varint(out, u64::from(number)),
        }
    }

    /// A string with a mark of [`MARK_BITS`] bits on it.
    fn put_marked(&mut self, out: &mut Vec<u8>, text: &str, mark: u8) {
        match self.number(text) {
            None => {
                out.push(mark);
                put_str(out, text);
            }
            Some(number) => put_varint(out, u64::from(number) << MARK_BITS | u64::from(mark)),
        }
    }

    /// The number of a string in the table, if there is a table.
    fn number(&mut self, text: &str) -> Option<u32> {
        let Self::Table {
            numbers, strings, ..
        } = self
        else {
            return None;
        };
        let known = numbers.get(text).copied();
        Some(known.unwrap_or_else(|| {
            let number = strings.len() as u32;
            strings.push(text.to_owned());
            numbers.insert(text.to_owned(), number);
            number
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::SourceLocation;

    #[test]
    fn a_card_comes_back_and_damage_is_no_panic() {
        for date in [
            "1962-10-28T10:00:00+02:00",
            "1962-10-28",
            "1962",
            "-0040-03",
        ] {
            comes_back(date);
        }
    }

    fn comes_back(date: &str) {
        let card = Card {
            id: "a.md",
            title: "Talks resume",
            date: date.parse().ok(),
            path: Some("a.md"),
            location: Location::of(&SourceLocation {
                start: 3,
                end: 800,
                hash: "00ff3c9a51d2e4b86707f1e2d3c4b5a6".to_owned(),
                ..SourceLocation::default()
            }),
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
