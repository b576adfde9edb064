//! What is stored of a document beside its text and its card, and the whole document again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ambiguous::{AmbiguousName, PackedName};
use super::inferred::{Inferred, InferredTag, Packed};
use super::segment::card::Card;
use crate::document::{Document, SourceLocation};
use crate::schema::Origin;
use crate::{Error, ErrorKind, Result};

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
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SourceRecord {
    #[serde(rename = "m", default, skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    title_keys: Vec<String>,
    /// Where else the values of keys stand: see [`Elsewhere`].
    #[serde(rename = "k", default, skip_serializing_if = "BTreeMap::is_empty")]
    elsewhere: BTreeMap<String, String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "BTreeMap::is_empty")]
    numbers: BTreeMap<String, Vec<f64>>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    /// First byte and length of the record.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    bytes: Option<(u64, u64)>,
    #[serde(rename = "h", default, skip_serializing_if = "String::is_empty")]
    hash: String,
    #[serde(rename = "a")]
    added: i64,
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Packed>,
    /// Names that were left out.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    ambiguous: Vec<PackedName>,
}

impl SourceRecord {
    /// Takes out of a document what the card does not hold.
    pub(super) fn of(document: &mut Document, added: i64, found: &Inferred) -> Self {
        let source = document.source.as_ref();
        let mut metadata = std::mem::take(&mut document.metadata);
        let mut title_keys = Vec::new();
        let mut elsewhere = BTreeMap::new();
        let places = Elsewhere::of(document);
        metadata.retain(|key, value| {
            if !document.title.is_empty() && value.as_str() == Some(&document.title) {
                title_keys.push(key.clone());
                return false;
            }
            let Some(place) = places.find(value) else {
                return true;
            };
            elsewhere.insert(key.clone(), place);
            false
        });
        Self {
            metadata,
            title_keys,
            elsewhere,
            language: document.language.clone(),
            numbers: std::mem::take(&mut document.numbers),
            record: source.and_then(|source| source.record),
            bytes: source.map(|source| (source.start, source.end.saturating_sub(source.start))),
            hash: source.map(|source| source.hash.clone()).unwrap_or_default(),
            added,
            evidence: found.tags.iter().map(InferredTag::pack).collect(),
            ambiguous: found.ambiguous.iter().map(AmbiguousName::pack).collect(),
        }
    }

    pub(super) fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|source| {
            Error::new(ErrorKind::Document, "the metadata cannot be kept").with_source(source)
        })
    }

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
        let (start, length) = self.bytes.unwrap_or_default();
        let source = card.path.map(|path| SourceLocation {
            path: path.to_owned(),
            record: self.record,
            start,
            end: start + length,
            hash: self.hash.clone(),
        });
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

impl<'a> Elsewhere<'a> {
    fn of(document: &'a Document) -> Self {
        let facets = document.facets.iter();
        let facets = facets.filter(|(_, values)| !values.is_empty());
        Self {
            id: document.id.as_str(),
            date: document.date.map(|date| date.to_string()),
            language: document.language.as_deref(),
            facets: facets
                .map(|(facet, values)| {
                    (facet.as_str(), values.iter().map(String::as_str).collect())
                })
                .collect(),
        }
    }

    /// The place of a value, if there is one.
    fn find(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => {
                let places = [
                    ("i", Some(self.id)),
                    ("d", self.date.as_deref()),
                    ("l", self.language),
                ];
                let place = places.iter().find(|(_, known)| *known == Some(text));
                place.map(|(place, _)| (*place).to_owned()).or_else(|| {
                    let facet = self.facets.iter().find(|(_, values)| *values == [text]);
                    facet.map(|(facet, _)| format!("v{facet}"))
                })
            }
            Value::Array(list) => {
                let is_list = |values: &[&str]| {
                    let list = list.iter().map(Value::as_str);
                    list.eq(values.iter().map(|value| Some(*value)))
                };
                let facet = self.facets.iter().find(|(_, values)| is_list(values));
                facet.map(|(facet, _)| format!("f{facet}"))
            }
            _ => None,
        }
    }

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

/// The hash by which equal texts are found: of the title's length, the title and the body.
pub(super) fn text_hash(title: &str, body: &str) -> blake3::Hash {
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

        let mut stored = document.clone();
        let record = SourceRecord::of(&mut stored, 0, &Inferred::default());
        let left: Vec<_> = record.metadata().keys().map(String::as_str).collect();
        assert_eq!(left, ["byline", "n", "none", "other", "some"]);
        let json = record.to_json().unwrap();
        let card = Card::of(&document, "en");
        let read = SourceRecord::parse(&json).unwrap();
        assert_eq!(read.into_metadata(&card), metadata);

        let damaged = json.replace("fcountry", "xcountry").replace("vtopic", "");
        let read = SourceRecord::parse(&damaged).unwrap();
        assert_eq!(read.into_metadata(&card).len(), metadata.len() - 2);
    }
}
