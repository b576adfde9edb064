//! Questions and answers as plain data, and the highlighter that makes snippets.

mod arguments;
mod cursor;
mod highlight;
mod request;
mod response;
mod why_not;

pub(crate) use arguments::{arguments, shell, value_argument};
pub use cursor::Cursor;
pub(crate) use highlight::highlight;
pub use request::{
    Choice, ChosenPresence, ChosenValue, DateMatch, FacetRef, FacetSelection, Limit, Question,
    SearchRequest, Snippets, Sort, Top,
};
pub use response::{
    Bucket, FORMAT_VERSION, FacetCounts, FacetResults, Hit, SearchResponse, Snippet,
};
pub use why_not::{CountedClause, Relaxation, WhyNot};
