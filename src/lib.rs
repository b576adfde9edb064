//! Turns a folder of articles into an archive you can question: full text and exact facet
//! counts, on one machine, with no server.

pub mod analysis;
mod document;
mod error;
mod index;
pub mod query;
mod schema;
mod search;

pub use document::{DateRange, Document, DocumentId, PartialDate, Precision, SourceLocation};
pub use error::{Error, ErrorKind, Result};
pub use index::{
    Commit, Index, KeyUsage, Prepared, Preparer, Searcher, StoredDocument, Writer, WriterOptions,
};
pub use query::{Diagnostic, Query, Severity};
pub use schema::{FacetDefinition, FieldKeys, NumberDefinition, Origin, Schema};
pub use search::{
    Bucket, Choice, ChosenPresence, ChosenValue, Cursor, DateMatch, FacetCounts, FacetRef,
    FacetResults, FacetSelection, Hit, Limit, Question, SearchRequest, SearchResponse, Snippet,
    Snippets, Sort, Top,
};
