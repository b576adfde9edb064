//! Which values of two facets occur together, as plain data.

use serde::{Deserialize, Serialize};

use super::{CountedValue, SearchRequest, Top};
use crate::query::Diagnostic;

/// The most cells of a matrix.
pub const MOST_CELLS: usize = 100_000;

/// Asks which values of two facets occur together; see
/// [`Searcher::cross`](crate::Searcher::cross).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CrossRequest {
    /// Among whose hits; what it says about hits to return and facets to count does not matter.
    pub request: SearchRequest,
    /// The facet of the rows (`country`, `mentioned.country`).
    pub rows: String,
    /// The facet of the columns; it may be that of the rows.
    pub columns: String,
    /// Values of each facet, at most: those of most hits, and every chosen one. Of a tree, the
    /// level below the choice.
    pub top: Top,
}

impl Default for CrossRequest {
    fn default() -> Self {
        Self::new(SearchRequest::default(), "", "")
    }
}

impl CrossRequest {
    /// Asks which values of two facets occur together among the hits of a question.
    pub fn new(
        request: SearchRequest,
        rows: impl Into<String>,
        columns: impl Into<String>,
    ) -> Self {
        Self {
            request,
            rows: rows.into(),
            columns: columns.into(),
            top: Top::default(),
        }
    }

    /// Returns at most so many values of each facet.
    pub fn top(mut self, values: usize) -> Self {
        self.top = Top::Buckets(values);
        self
    }
}

/// How often values of two facets occur together. Everything is counted among the hits, with
/// every choice in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Crossing {
    /// The version of the JSON form.
    pub format_version: u32,
    /// The query in its canonical form.
    pub query: String,
    /// The published state that answered.
    pub generation: u64,
    /// Documents that match, exactly.
    pub total: u64,
    /// Milliseconds it took.
    pub took_ms: f64,
    /// The values of the rows.
    pub rows: CrossSide,
    /// The values of the columns.
    pub columns: CrossSide,
    /// Row by row, a cell for each value of the columns.
    pub cells: Vec<Vec<CrossCell>>,
    /// What there is to say about the question.
    pub diagnostics: Vec<Diagnostic>,
}

/// One side of a matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossSide {
    /// The facet, as it was named.
    pub facet: String,
    /// The values, in order, with their hits.
    pub values: Vec<CountedValue>,
    /// Different values among the hits that are not listed.
    pub other: u64,
    /// Hits without a value.
    pub missing: u64,
}

/// Documents with the value of a row and that of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossCell {
    /// Hits with both.
    pub count: u64,
    /// How much more often the two occur together than if they had nothing to do with each other:
    /// `count · total / (hits of the row · hits of the column)`, which is
    /// [`lift`](super::lift()) within the hits. `None` if one of them has no hits.
    pub lift: Option<f64>,
    /// The clause that narrows the question to these hits; see [`SearchRequest::narrowed`].
    pub query: String,
}
