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
/// A key of the source whose value is the title is stored as its name alone: the card has the
/// title already.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SourceRecord {
    #[serde(rename = "m", default, skip_serializing_if = "Map::is_empty")]
    metadata: Map<String, Value>,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    title_keys: Vec<String>,
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
        if !document.title.is_empty() {
            metadata.retain(|key, value| {
                let is_title = value.as_str() == Some(&document.title);
                if is_title {
                    title_keys.push(key.clone());
                }
                !is_title
            });
        }
        Self {
            metadata,
            title_keys,
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

    /// The keys of the source but those that hold the title.
    pub(super) fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }

    /// Every key of the source, given the title of the card.
    pub(super) fn into_metadata(self, title: &str) -> Map<String, Value> {
        let mut metadata = self.metadata;
        for key in self.title_keys {
            metadata.insert(key, Value::String(title.to_owned()));
        }
        metadata
    }

    /// Puts the document together again.
    pub(super) fn into_stored(self, card: &Card<'_>, body: String) -> StoredDocument {
        let mut facets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (_, facet, values) in card
            .facets
            .iter()
            .filter(|(origin, ..)| *origin == Origin::Declared)
        {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            facets.insert((*facet).to_owned(), values);
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
            metadata: self.into_metadata(card.title),
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

/// The hash by which equal texts are found: of the title's length, the title and the body.
pub(super) fn text_hash(title: &str, body: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(title.len() as u64).to_le_bytes());
    hasher.update(title.as_bytes());
    hasher.update(body.as_bytes());
    hasher.finalize()
}
