//! The whole answer, as plain data. It serialises to exactly what `search --json` prints.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Cursor, Relaxation, WhyNot};
use crate::document::{DocumentId, PartialDate};
use crate::query::Diagnostic;

/// The version of the JSON form.
pub const FORMAT_VERSION: u32 = 1;

/// The answer to a [`SearchRequest`](super::SearchRequest).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SearchResponse {
    /// The version of the JSON form.
    pub format_version: u32,
    /// The query in its canonical form.
    pub query: String,
    /// The published state that answered.
    pub generation: u64,
    /// Documents that match, exactly.
    pub total: u64,
    /// Milliseconds the search took.
    pub took_ms: f64,
    /// The hits of this page.
    pub hits: Vec<Hit>,
    /// The facets that were asked for, in the order of the schema.
    pub facets: FacetResults,
    /// What there is to say about the question.
    pub diagnostics: Vec<Diagnostic>,
    /// What left no hits, if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<WhyNot>,
    /// What little would give hits, if there are none; best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relaxations: Vec<Relaxation>,
    /// Continues after the last hit; `None` on the last page.
    pub cursor: Option<Cursor>,
}

/// One document that matches.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hit {
    /// The document's id.
    pub id: DocumentId,
    /// How well it matches; `None` if the order is not by relevance.
    pub score: Option<f32>,
    /// The headline; empty if there is none.
    pub title: String,
    /// The date, in the precision it has.
    pub date: Option<PartialDate>,
    /// The file, relative to the corpus.
    pub path: Option<String>,
    /// Where it can be read on the web.
    pub url: Option<String>,
    /// Values by facet that [count](crate::SearchRequest::tags): if nothing else is said, declared ones,
    /// else those it is about.
    pub facets: BTreeMap<String, Vec<String>>,
    /// Those of them that were found in the text, and are not declared.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inferred: BTreeMap<String, Vec<String>>,
    /// Fragments of the text with the matches marked.
    pub snippets: Vec<Snippet>,
}

/// A fragment of a document's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Snippet {
    /// `title` or `body`.
    pub field: String,
    /// The text of the fragment, as it stands in the document.
    pub text: String,
    /// Byte ranges of `text` that match: ordered, not empty, not overlapping.
    pub highlights: Vec<(usize, usize)>,
    /// The first byte of the fragment in the field.
    pub start: usize,
    /// The byte after the last one of the fragment in the field.
    pub end: usize,
    /// The page that the first match stands on, or the fragment begins on, counted from 1; of
    /// formats that have pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
}

/// The counts of several facets, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FacetResults(pub Vec<(String, FacetCounts)>);

impl FacetResults {
    /// The counts of one facet.
    pub fn get(&self, name: &str) -> Option<&FacetCounts> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, counts)| counts)
    }

    /// Every facet with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FacetCounts)> {
        self.0.iter().map(|(name, counts)| (name.as_str(), counts))
    }

    /// Whether no facet was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for FacetResults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, counts) in &self.0 {
            map.serialize_entry(name, counts)?;
        }
        map.end()
    }
}

/// The counts of one facet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FacetCounts {
    /// The values with the most documents, and every selected one; by count, then by name, unless
    /// the request has other [`Values`](super::Values) listed.
    pub buckets: Vec<Bucket>,
    /// Different values that occur, at this level of a tree; where values are looked for, those
    /// that fit, at any level.
    pub distinct: u64,
    /// Documents without a value, under every choice but this facet's own.
    pub missing: u64,
    /// Values that occur but are not listed.
    pub other: u64,
    /// The rank of the first value of the next page, see [`Values::from`](super::Values::from);
    /// `None` on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it has"
)]
pub(super) fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One value of a facet with its counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bucket {
    /// The value; the full path in a tree.
    pub value: String,
    /// Hits if this value alone replaced the facet's choice.
    pub count: u64,
    /// Hits after also choosing this value (`-f FACET=VALUE`).
    pub combined: u64,
    /// Of the documents that `count` counts, those that have it by what was found in their text, and
    /// not by what they declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub inferred: u64,
    /// Whether it is among the values chosen.
    pub selected: bool,
    /// In a tree: different values one level below it that occur.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub children: Option<u64>,
    /// Documents of the whole index with it, if values are listed by lift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corpus: Option<u64>,
    /// How over-represented it is, if values are listed by [`lift`](super::lift()): its part of
    /// what `count` counts among, over its part of the whole index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lift: Option<f64>,
}
