//! How hits lie in time, as plain data.
//!
//! A document is counted where its whole period lies: one of the year 1962 in the year 1962, and
//! under "month unknown" in a chart by month, never in January. Bars, unknown ones and undated
//! ones together are the total.

use serde::{Deserialize, Serialize};

use super::response::is_zero;
use super::{Bucket, SearchRequest, Top};
use crate::document::PartialDate;
use crate::query::Diagnostic;

/// The most bars of one chart: as many as the calendar has years.
pub const MOST_BARS: usize = 20_000;

/// The most numbers of one chart that is split: bars times values.
pub const MOST_SPLIT: usize = 200_000;

/// How long the period of a bar is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Interval {
    /// The shortest that needs at most 60 bars and gives at least half of the dated hits a place;
    /// else a year.
    #[default]
    Auto,
    /// Calendar years.
    Year,
    /// Calendar months.
    Month,
    /// Weeks from Monday to Sunday, numbered as in ISO 8601.
    Week,
    /// Days, of UTC.
    Day,
}

impl Interval {
    /// Its name: `year`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Year => "year",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
        }
    }
}

/// Asks how the hits of a question lie in time; see
/// [`Searcher::timeline`](crate::Searcher::timeline).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TimelineRequest {
    /// Whose hits; what it says about hits to return and facets to count does not matter.
    pub request: SearchRequest,
    /// How long the period of a bar is.
    pub interval: Interval,
    /// Splits every bar by the values of this facet (`country`, `mentioned.country`).
    pub split: Option<String>,
    /// Values to split by, at most: those of most hits, and every chosen one.
    pub series: Top,
    /// Whether to count every document of the index, too.
    pub share: bool,
}

impl Default for TimelineRequest {
    fn default() -> Self {
        Self::new(SearchRequest::default())
    }
}

impl TimelineRequest {
    /// Asks how the hits of a question lie in time, in periods that suit.
    pub fn new(request: SearchRequest) -> Self {
        Self {
            request,
            interval: Interval::Auto,
            split: None,
            series: Top::Buckets(5),
            share: false,
        }
    }

    /// Sets how long the period of a bar is.
    pub fn interval(mut self, interval: Interval) -> Self {
        self.interval = interval;
        self
    }

    /// Splits every bar by the values of a facet.
    pub fn split(mut self, facet: impl Into<String>) -> Self {
        self.split = Some(facet.into());
        self
    }

    /// Counts every document of the index in each period, too.
    pub fn share(mut self) -> Self {
        self.share = true;
        self
    }
}

/// How hits lie in time. The counts of `bars`, `unknown` and `undated` add up to `total`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
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
    /// How long the period of a bar is; never [`Interval::Auto`].
    pub interval: Interval,
    /// Every period from the first with a hit to the last, in order, also those without one.
    pub bars: Vec<TimeBar>,
    /// Hits whose date is coarser than a bar, by their date.
    pub unknown: Vec<TimeBar>,
    /// Hits without a date.
    pub undated: TimeBar,
    /// What the bars are split by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<TimeSplit>,
    /// What there is to say about the question.
    pub diagnostics: Vec<Diagnostic>,
}

/// A period and its hits.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimeBar {
    /// `1962`, `1962-10`, `1962-W43`, `1962-10-28`; empty for undated documents.
    pub period: String,
    /// The first day of the period; `None` for undated documents.
    pub start: Option<PartialDate>,
    /// Hits in it.
    pub count: u64,
    /// The clause that narrows the question to these hits; see
    /// [`SearchRequest::narrowed`].
    pub query: String,
    /// Documents of the whole index in the period, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corpus: Option<u64>,
    /// `count / corpus`; `None` if that was not asked for or there are no such documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Hits with each value of the split, in the order of its values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<u64>,
}

/// What bars are split by. A document counts for each of its values, so the parts of a bar may be
/// more than the bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimeSplit {
    /// The facet, as it was named.
    pub facet: String,
    /// The values, in the order of [`TimeBar::split`].
    pub values: Vec<CountedValue>,
    /// Different values among the hits that are not listed.
    pub other: u64,
    /// Hits without a value.
    pub missing: u64,
}

/// A value of a facet and the hits with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CountedValue {
    /// The value; the full path in a tree.
    pub value: String,
    /// Hits with it, or with anything below it.
    pub count: u64,
    /// Of those hits, the ones that have it by what was found in their text, and not by what they
    /// declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub inferred: u64,
    /// The clause that narrows the question to these hits; see
    /// [`SearchRequest::narrowed`].
    pub query: String,
}

impl CountedValue {
    /// Of a bucket whose hits were counted again.
    pub(crate) fn new(bucket: &Bucket, count: u64, query: String) -> Self {
        Self {
            value: bucket.value.clone(),
            count,
            inferred: bucket.inferred,
            query,
        }
    }
}
