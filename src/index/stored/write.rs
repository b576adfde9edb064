//! The stored record of a document as it is written: borrowed from the document, in one pass.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::document::Document;
use crate::index::ambiguous::{AmbiguousName, PackedName};
use crate::index::inferred::{Inferred, InferredTag, Packed};
use crate::index::segment::location::Location;
use crate::{Error, ErrorKind, Result};

/// What the card of a document does not hold, as [`SourceRecord`](super::SourceRecord) reads it.
///
/// # Errors
/// [`ErrorKind::Document`] if it cannot be written as JSON.
pub(in crate::index) fn source_json(
    document: &Document,
    added: i64,
    found: &Inferred,
) -> Result<String> {
    let written = Written::of(document, added, found);
    serde_json::to_string(&written).map_err(|source| {
        Error::new(ErrorKind::Document, "the metadata cannot be kept").with_source(source)
    })
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "m", skip_serializing_if = "Pairs::is_empty")]
    metadata: Pairs<'a, &'a Value>,
    #[serde(rename = "t", skip_serializing_if = "Vec::is_empty")]
    title_keys: Vec<&'a str>,
    #[serde(rename = "k", skip_serializing_if = "Pairs::is_empty")]
    elsewhere: Pairs<'a, Place<'a>>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(rename = "n", skip_serializing_if = "BTreeMap::is_empty")]
    numbers: &'a BTreeMap<String, Vec<f64>>,
    #[serde(rename = "h", skip_serializing_if = "str::is_empty")]
    hash: &'a str,
    #[serde(rename = "a")]
    added: i64,
    #[serde(rename = "e", skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Packed>,
    #[serde(rename = "u", skip_serializing_if = "Vec::is_empty")]
    ambiguous: Vec<PackedName>,
}

impl<'a> Written<'a> {
    fn of(document: &'a Document, added: i64, found: &Inferred) -> Self {
        let source = document.source.as_ref();
        let mut written = Self {
            metadata: Pairs(Vec::with_capacity(document.metadata.len())),
            title_keys: Vec::new(),
            elsewhere: Pairs(Vec::new()),
            language: document.language.as_deref(),
            numbers: &document.numbers,
            hash: source.map_or("", |source| &source.hash),
            added,
            evidence: found.tags.iter().map(InferredTag::pack).collect(),
            ambiguous: found.ambiguous.iter().map(AmbiguousName::pack).collect(),
        };
        if source.is_some_and(|source| Location::of(source).has_hash()) {
            written.hash = "";
        }
        let date = document.date.map(|date| date.to_string());
        for (key, value) in &document.metadata {
            if !document.title.is_empty() && value.as_str() == Some(&document.title) {
                written.title_keys.push(key);
            } else if let Some(place) = Place::of(value, document, date.as_deref()) {
                written.elsewhere.0.push((key, place));
            } else {
                written.metadata.0.push((key, value));
            }
        }
        written
    }
}

/// Where a value of the source stands in the document as well.
enum Place<'a> {
    Id,
    Date,
    Language,
    /// The list of a facet's values.
    List(&'a str),
    /// A facet's only value.
    Only(&'a str),
}

impl<'a> Place<'a> {
    fn of(value: &Value, document: &'a Document, date: Option<&str>) -> Option<Self> {
        let facets = || {
            let facets = document.facets.iter();
            facets.filter(|(_, values)| !values.is_empty())
        };
        match value {
            Value::String(text) if text == document.id.as_str() => Some(Self::Id),
            Value::String(text) if Some(text.as_str()) == date => Some(Self::Date),
            Value::String(text) if Some(text) == document.language.as_ref() => Some(Self::Language),
            Value::String(text) => facets()
                .find(|(_, values)| matches!(values.as_slice(), [only] if only == text))
                .map(|(facet, _)| Self::Only(facet)),
            Value::Array(list) => {
                let is_list = |values: &[String]| {
                    let list = list.iter().map(Value::as_str);
                    list.eq(values.iter().map(|value| Some(value.as_str())))
                };
                facets()
                    .find(|(_, values)| is_list(values))
                    .map(|(facet, _)| Self::List(facet))
            }
            _ => None,
        }
    }
}

/// As [`Elsewhere`](super::Elsewhere) reads it.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str("i"),
            Self::Date => f.write_str("d"),
            Self::Language => f.write_str("l"),
            Self::List(facet) => write!(f, "f{facet}"),
            Self::Only(facet) => write!(f, "v{facet}"),
        }
    }
}

impl Serialize for Place<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Keys and values, written as a map.
struct Pairs<'a, T>(Vec<(&'a str, T)>);

impl<T> Pairs<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Pairs<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
