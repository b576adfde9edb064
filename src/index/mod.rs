//! The embedded engine: the only module that names tantivy.

mod stub;

pub use stub::{
    Commit, Index, KeyUsage, Prepared, Preparer, Searcher, StoredDocument, Writer, WriterOptions,
};
pub(crate) use stub::{FileRef, RunState};
