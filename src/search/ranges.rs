//! Hits by ranges of a numeric facet or of a date, as plain data.

use serde::{Deserialize, Serialize};

use super::SearchRequest;
use crate::query::Diagnostic;

/// The most ranges of one request.
pub const MOST_RANGES: usize = 1_000;

/// Asks how many hits lie in each of some ranges; see
/// [`Searcher::ranges`](crate::Searcher::ranges).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RangesRequest {
    /// Whose hits; what it says about hits to return and facets to count does not matter.
    pub request: SearchRequest,
    /// A numeric facet, `date` or `added`.
    pub name: String,
    /// The ranges as the query language has them behind the name: `..499`, `500..999`, `>=1000`;
    /// they may overlap. None of them: about ten of equal length, for a numeric facet.
    pub ranges: Vec<String>,
}

impl RangesRequest {
    /// Asks how many hits lie in each of about ten ranges of a numeric facet.
    pub fn new(request: SearchRequest, name: impl Into<String>) -> Self {
        Self {
            request,
            name: name.into(),
            ranges: Vec::new(),
        }
    }

    /// Asks for these ranges.
    pub fn ranges<R: Into<String>>(mut self, ranges: impl IntoIterator<Item = R>) -> Self {
        self.ranges = ranges.into_iter().map(Into::into).collect();
        self
    }
}

/// How many hits lie in each range. A document with several numbers counts in every range that
/// one of them lies in, and once in each.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RangeCounts {
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
    /// What the ranges are of.
    pub name: String,
    /// The ranges, in the order in which they were asked for.
    pub ranges: Vec<RangeBucket>,
    /// Hits with a number or date that lie in none of them.
    pub outside: u64,
    /// Hits without one.
    pub missing: u64,
    /// What there is to say about the question.
    pub diagnostics: Vec<Diagnostic>,
}

/// A range and its hits.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RangeBucket {
    /// The range, as a clause has it behind the name: `500..999`.
    pub range: String,
    /// Hits in it.
    pub count: u64,
    /// The clause that narrows the question to these hits; see [`SearchRequest::narrowed`].
    pub query: String,
}
