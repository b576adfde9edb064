//! Questions and answers as plain data, and the highlighter that makes snippets.

mod cursor;
mod highlight;
pub(crate) mod pattern;
mod request;
mod response;
pub(crate) mod spans;
pub(crate) mod wanted;

pub use cursor::Cursor;
pub(crate) use highlight::Highlighter;
pub use request::{
    Choice, ChosenPresence, ChosenValue, DateMatch, FacetRef, FacetSelection, Limit, Question,
    SearchRequest, Snippets, Sort, Top,
};
pub use response::{
    Bucket, FORMAT_VERSION, FacetCounts, FacetResults, Hit, SearchResponse, Snippet,
};
