//! The deletion of a document by its id, as little as it can be while it waits in the engine.
//!
//! A term query of the engine carries what scoring would need: nearly two thousand bytes for each
//! document that is replaced, until the next commit. This carries the id.

use tantivy::query::{ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, TantivyError, Term};

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
        let term = Term::from_field_text(self.field, &self.id);
        let index = reader.inverted_index(self.field)?;
        let postings = index.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(match postings {
            Some(postings) => Box::new(ConstScorer::new(postings, 1.0)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Err(TantivyError::InvalidArgument(
            "a deletion has no score".to_owned(),
        ))
    }
}
