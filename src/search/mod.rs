//! Questions and answers as plain data, and the highlighter that makes snippets.

mod arguments;
mod cursor;
mod explain;
mod highlight;
mod request;
mod response;
mod why_not;

pub(crate) use arguments::{arguments, shell, value_argument};
pub use cursor::Cursor;
pub use explain::{FieldScore, Lit, ScoreExplanation, ScorePart, WordScore};
pub(crate) use highlight::{highlight, light};
pub use request::{
    Choice, ChosenPresence, ChosenValue, DateMatch, FacetRef, FacetSelection, Limit, Question,
    Ranking, SearchRequest, Snippets, Sort, Top,
};
pub use response::{
    Bucket, FORMAT_VERSION, FacetCounts, FacetResults, Hit, SearchResponse, Snippet,
};
pub use why_not::{CountedClause, Relaxation, WhyNot};
