//! What is stored of a document beside its text and its card, and the whole document again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
}

/// What is only shown, never searched: stored as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SourceRecord {
    #[serde(
        rename = "m",
        default,
        skip_serializing_if = "serde_json::Map::is_empty"
    )]
    metadata: serde_json::Map<String, serde_json::Value>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "BTreeMap::is_empty")]
    numbers: BTreeMap<String, Vec<f64>>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    bytes: Option<(u64, u64)>,
    #[serde(rename = "h", default, skip_serializing_if = "String::is_empty")]
    hash: String,
    #[serde(rename = "a")]
    added: i64,
    #[serde(rename = "t")]
    text_hash: String,
}

impl SourceRecord {
    /// Takes out of a document what the card does not hold.
    pub(super) fn of(document: &mut Document, added: i64, text_hash: &blake3::Hash) -> Self {
        let source = document.source.as_ref();
        Self {
            metadata: std::mem::take(&mut document.metadata),
            language: document.language.clone(),
            numbers: std::mem::take(&mut document.numbers),
            record: source.and_then(|source| source.record),
            bytes: source.map(|source| (source.start, source.end)),
            hash: source.map(|source| source.hash.clone()).unwrap_or_default(),
            added,
            text_hash: text_hash.to_hex().to_string(),
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

    /// Every key of the source.
    pub(super) fn metadata(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.metadata
    }

    /// Puts the document together again.
    pub(super) fn into_stored(self, card: &Card<'_>, body: String) -> StoredDocument {
        let mut facets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (_, facet, values) in card.facets.iter().filter(|(o, ..)| *o == Origin::Declared) {
            facets.insert(
                (*facet).to_owned(),
                values.iter().map(|&v| v.to_owned()).collect(),
            );
        }
        let (start, end) = self.bytes.unwrap_or_default();
        let source = card.path.map(|path| SourceLocation {
            path: path.to_owned(),
            record: self.record,
            start,
            end,
            hash: self.hash.clone(),
        });
        let document = Document {
            id: card.id.into(),
            title: card.title.to_owned(),
            body,
            date: card.date,
            url: card.url.map(str::to_owned),
            language: self.language,
            facets,
            numbers: self.numbers,
            metadata: self.metadata,
            source,
        };
        StoredDocument {
            document,
            added: self.added,
            text_hash: self.text_hash,
        }
    }
}
