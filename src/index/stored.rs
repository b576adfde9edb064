//! What is stored of a document beside its text and its card, and the whole document again.

mod write;

use std::collections::BTreeMap;

pub(super) use write::source_json;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ambiguous::{AmbiguousName, PackedName};
use super::inferred::{InferredTag, Packed};
use super::segment::card::Card;
use crate::document::Document;
use crate::schema::Origin;

/// A document as the index keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StoredDocument {
    /// The document, with the values its source declares.
    pub document: Document,
    /// When it first entered the index, in seconds since 1970 UTC.
    pub added: i64,
    /// The BLAKE3 hash of title and text, in hexadecimal.
    pub text_hash: String,
    /// The values that were found in its text, with what speaks for them.
    pub tags: Vec<InferredTag>,
    /// The names in its text that may mean values, and were left out.
    pub ambiguous: Vec<AmbiguousName>,
}

/// What is only shown, never searched: stored as JSON.
///
/// A key of the source whose value is the title, or something else that the card has already, is
/// stored without it.
#[derive(Debug, Deserialize)]
pub(super) struct SourceRecord {
    #[serde(rename = "m", default)]
    metadata: Map<String, Value>,
    #[serde(rename = "t", default)]
    title_keys: Vec<String>,
    /// Where else the values of keys stand: see [`Elsewhere`].
    #[serde(rename = "k", default)]
    elsewhere: BTreeMap<String, String>,
    #[serde(rename = "l", default)]
    language: Option<String>,
    #[serde(rename = "n", default)]
    numbers: BTreeMap<String, Vec<f64>>,
    /// The hash of the record, if the card does not have it.
    #[serde(rename = "h", default)]
    hash: String,
    #[serde(rename = "a")]
    added: i64,
    #[serde(rename = "e", default)]
    evidence: Vec<Packed>,
    /// Names that were left out.
    #[serde(rename = "u", default)]
    ambiguous: Vec<PackedName>,
}

impl SourceRecord {
    pub(super) fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// When the document first entered the index.
    pub(super) fn added(&self) -> i64 {
        self.added
    }

    /// The values of a facet that the text merely mentions: the card does not have them.
    pub(super) fn mentioned(&self, facet: &str) -> Vec<&str> {
        let of_facet = |tag: &&Packed| tag.0 == facet && tag.1 == Origin::Mentioned as u8;
        let mentioned = self.evidence.iter().filter(of_facet);
        mentioned.map(|tag| tag.2.as_str()).collect()
    }

    /// The keys of the source but those whose values stand elsewhere.
    pub(super) fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }

    /// Every key of the source, given the card.
    pub(super) fn into_metadata(self, card: &Card<'_>) -> Map<String, Value> {
        let mut metadata = self.metadata;
        for key in self.title_keys {
            metadata.insert(key, Value::String(card.title.to_owned()));
        }
        let places = Elsewhere {
            id: card.id,
            date: card.date.map(|date| date.to_string()),
            language: self.language.as_deref(),
            facets: card.declared().collect(),
        };
        for (key, place) in self.elsewhere {
            if let Some(value) = places.get(&place) {
                metadata.insert(key, value);
            }
        }
        metadata
    }

    /// Puts the document together again.
    pub(super) fn into_stored(self, card: &Card<'_>, body: String) -> StoredDocument {
        let mut facets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (facet, values) in card.declared() {
            let values = values.into_iter().map(str::to_owned).collect();
            facets.insert(facet.to_owned(), values);
        }
        let source = card
            .path
            .map(|path| card.location.in_file(path, &self.hash));
        let added = self.added;
        let tags = self
            .evidence
            .iter()
            .filter_map(InferredTag::unpack)
            .collect();
        let ambiguous = self.ambiguous.iter();
        let ambiguous = ambiguous.filter_map(AmbiguousName::unpack).collect();
        let text_hash = text_hash(card.title, &body).to_hex().to_string();
        let document = Document {
            id: card.id.into(),
            title: card.title.to_owned(),
            body,
            date: card.date,
            url: card.url.map(str::to_owned),
            language: self.language.clone(),
            facets,
            numbers: self.numbers.clone(),
            metadata: self.into_metadata(card),
            source,
        };
        StoredDocument {
            document,
            added,
            text_hash,
            tags,
            ambiguous,
        }
    }
}

/// Values that a document has anyway, as a key of its source may have them once more.
///
/// A place is written as one letter: `i` the id, `d` the date, `l` the language, and before the name
/// of a facet `f` the list of its values, `v` its only value.
struct Elsewhere<'a> {
    id: &'a str,
    date: Option<String>,
    language: Option<&'a str>,
    facets: Vec<(&'a str, Vec<&'a str>)>,
}

impl Elsewhere<'_> {
    /// The value at a place; `None` if what was stored is damaged.
    fn get(&self, place: &str) -> Option<Value> {
        let text = |text: &str| Value::String(text.to_owned());
        let values = |facet: &str| {
            let found = self.facets.iter().find(|(name, _)| *name == facet);
            found.map(|(_, values)| values)
        };
        match place.split_at_checked(1)? {
            ("i", "") => Some(text(self.id)),
            ("d", "") => self.date.as_deref().map(text),
            ("l", "") => self.language.map(text),
            ("f", facet) => Some(values(facet)?.iter().copied().map(text).collect()),
            ("v", facet) => values(facet)?.first().copied().map(text),
            _ => None,
        }
    }
}

/// What tells a damaged text: the CRC-32 of the title, a byte that is in none, and the body.
pub(super) fn text_check(title: &str, body: &str) -> u64 {
    let mut check = crc32fast::Hasher::new();
    check.update(title.as_bytes());
    check.update(&[0xff]);
    check.update(body.as_bytes());
    u64::from(check.finalize())
}

/// The hash by which equal texts are found: of the title's length, the title and the body.
fn text_hash(title: &str, body: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(title.len() as u64).to_le_bytes());
    hasher.update(title.as_bytes());
    hasher.update(body.as_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::index::inferred::Inferred;

    #[test]
    fn a_key_whose_value_stands_elsewhere_is_stored_without_it() {
        let metadata = json!({
            "Id": "a-1", "headline": "Grain waits", "day": "1987-03-18", "LANG": "en",
            "places": ["Norway", "Chad"], "topic": "grain", "topics": ["grain"],
            "other": ["Chad", "Norway"], "some": ["Norway"], "n": 7, "none": [], "byline": "A. B.",
        });
        let Value::Object(metadata) = metadata else {
            panic!("an object");
        };
        let mut document = Document::new("a-1").title("Grain waits").language("en");
        document = document.date("1987-03-18").unwrap();
        for country in ["Norway", "Chad"] {
            document = document.facet("country", country);
        }
        document = document.facet("topic", "grain");
        document.metadata = metadata.clone();

        let json = source_json(&document, 0, &Inferred::default()).unwrap();
        let card = Card::of(&document, "en");
        let read = SourceRecord::parse(&json).unwrap();
        let left: Vec<_> = read.metadata().keys().map(String::as_str).collect();
        assert_eq!(left, ["byline", "n", "none", "other", "some"]);
        assert_eq!(read.into_metadata(&card), metadata);

        let damaged = json.replace("fcountry", "xcountry").replace("vtopic", "");
        let read = SourceRecord::parse(&damaged).unwrap();
        assert_eq!(read.into_metadata(&card).len(), metadata.len() - 2);
    }
}
