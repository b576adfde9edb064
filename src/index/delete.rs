//! The deletion of a document by its id, as little as it can be while it waits in the engine.
//!
//! A term query of the engine carries what scoring would need: nearly two thousand bytes for each
//! document that is replaced, until the next commit. This carries the id.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::error::DataCorruption;
use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

use super::guard::words;

/// The document of an id.
#[derive(Debug, Clone)]
pub(super) struct ById {
    field: Field,
    id: Box<str>,
}

impl ById {
    pub(super) fn new(field: Field, id: &str) -> Self {
        Self {
            field,
            id: id.into(),
        }
    }
}

impl Query for ById {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for ById {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        // This runs in a thread of the engine in which a panic ends the process.
        let docs = catch_unwind(AssertUnwindSafe(|| self.documents(reader)));
        let docs = docs.unwrap_or_else(|panic| {
            let message = format!("cannot look for the id `{}`: {}", self.id, words(&*panic));
            Err(TantivyError::DataCorruption(DataCorruption::comment_only(
                message,
            )))
        })?;
        Ok(Box::new(ConstScorer::new(Found { docs, at: 0 }, 1.0)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(
            "a deletion has no score".to_owned(),
        ))
    }
}

impl ById {
    /// The documents of a segment that have the id: one, and those it took the place of before.
    fn documents(&self, reader: &SegmentReader) -> tantivy::Result<Vec<DocId>> {
        let term = Term::from_field_text(self.field, &self.id);
        let index = reader.inverted_index(self.field)?;
        let mut docs = Vec::new();
        if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
            while postings.doc() < reader.max_doc() {
                docs.push(postings.doc());
                let before = postings.doc();
                if postings.advance() <= before {
                    break; // damaged: a list only ever rises
                }
            }
        }
        Ok(docs)
    }
}

/// What was found, in order.
struct Found {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for Found {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.docs.len() as u32
    }
}
