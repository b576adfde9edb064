//! A document as the engine takes it: what it indexes itself, and the words, which it does not.

use tantivy::TantivyDocument;
use tantivy::schema::document::{CompactDocValue, Document, ErasedDocument};

use super::segment::words::Words;

/// A document for the engine.
#[derive(Debug, Clone)]
pub(super) struct EngineDocument {
    /// What the engine indexes, and the runs for segment files of our own.
    pub(super) values: TantivyDocument,
    pub(super) words: Words,
}

impl EngineDocument {
    /// The document that a plugin was given.
    pub(super) fn of(erased: &dyn ErasedDocument) -> Option<&Self> {
        erased.as_any().downcast_ref()
    }
}

impl Document for EngineDocument {
    type Value<'a> = CompactDocValue<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.values.iter_fields_and_values()
    }
}
