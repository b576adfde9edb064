//! Questions and answers as plain data, and the highlighter that makes snippets.

mod arguments;
mod control;
mod crossing;
mod cursor;
mod explain;
#[cfg(fuzzing)]
pub mod fuzzing;
mod highlight;
mod listing;
pub(crate) mod pattern;
mod proof;
mod ranges;
mod request;
mod response;
pub(crate) mod spans;
mod timeline;
pub(crate) mod wanted;
mod why_not;

pub(crate) use crate::schema::FacetRef;
pub(crate) use arguments::{arguments, shell, value_argument};
pub use control::Control;
pub use crossing::{CrossCell, CrossRequest, CrossSide, Crossing, MOST_CELLS};
pub use cursor::Cursor;
pub use explain::{FieldScore, Lit, ScoreExplanation, ScorePart, WordScore};
pub(crate) use highlight::Highlighter;
pub use listing::{FIRM_COUNT, ValueOrder, Values, lift};
pub(crate) use listing::{Finder, Fit};
pub use proof::{Difference, ProofOptions, ProofReport};
pub use ranges::{MOST_RANGES, RangeBucket, RangeCounts, RangesRequest};
pub use request::{
    Choice, ChosenPresence, ChosenValue, DateMatch, FacetSelection, Limit, Question, Ranking,
    SearchRequest, Snippets, Sort, Top,
};
pub use response::{
    Bucket, FORMAT_VERSION, FacetCounts, FacetResults, Hit, SearchResponse, Snippet,
};
pub use timeline::{
    CountedValue, Interval, MOST_BARS, MOST_SPLIT, TimeBar, TimeSplit, Timeline, TimelineRequest,
};
pub use why_not::{CountedClause, Relaxation, WhyNot};
