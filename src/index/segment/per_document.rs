//! The part that segment files with one run of bytes a document have in common: the run comes in
//! with the document as the value of a custom field, and merging copies the runs of live ones.

use std::any::Any;
use std::io::Write;

use tantivy::directory::TerminatingWrite;
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::{DocIdMapping, MappingType};
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema, Value};
use tantivy::{
    DocId, PluginMergeContext, PluginWriter, PluginWriterContext, Segment, SegmentPlugin,
    SegmentReader,
};

use super::blobs::{BlobWriter, Blobs};
use crate::index::engine_document::EngineDocument;

/// A segment file with one run of bytes a document.
#[derive(Debug)]
pub(crate) struct PerDocument {
    /// The file's extension, and the name of the custom field.
    name: [&'static str; 1],
}

impl PerDocument {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name: [name] }
    }

    /// Opens the file of a segment.
    pub(crate) fn open(name: &str, reader: &SegmentReader) -> tantivy::Result<Blobs> {
        let file = reader.open_read(SegmentComponent::Custom(name.to_owned()))?;
        let blobs = Blobs::open(&file)?;
        if blobs.len() != reader.max_doc() {
            let message = format!(
                "`{name}` has {} runs for {} documents",
                blobs.len(),
                reader.max_doc()
            );
            return Err(tantivy::TantivyError::InternalError(message));
        }
        Ok(blobs)
    }

    fn sink(&self, segment: &Segment) -> tantivy::Result<impl TerminatingWrite> {
        Ok(segment.open_write(SegmentComponent::Custom(self.name[0].to_owned()))?)
    }
}

impl SegmentPlugin for PerDocument {
    fn extensions(&self) -> &[&str] {
        &self.name
    }

    fn create_writer(
        &self,
        ctx: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        let field = ctx.segment.schema().get_field(self.name[0])?;
        Ok(Box::new(RunWriter {
            name: self.name[0],
            field,
            runs: Vec::new(),
            ends: Vec::new(),
        }))
    }

    fn merge(&self, ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        let sources = ctx
            .readers
            .iter()
            .map(|reader| Self::open(self.name[0], reader))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let mut writer = BlobWriter::new(self.sink(ctx.target_segment)?);
        if ctx.doc_id_mapping.mapping_type() == MappingType::Shuffled {
            return Err(unsorted());
        }
        // Segments are put one behind the other, without what is deleted.
        for (reader, source) in ctx.readers.iter().zip(&sources) {
            for doc in reader.doc_ids_alive() {
                let run = source.get(doc).ok_or_else(|| {
                    let message = format!("`{}` lacks a document to be merged", self.name[0]);
                    tantivy::TantivyError::InternalError(message)
                })?;
                writer.push(run)?;
            }
        }
        writer.finish()?.terminate()?;
        Ok(())
    }
}

pub(super) fn unsorted() -> tantivy::TantivyError {
    tantivy::TantivyError::InternalError("segments of this index are never sorted".to_owned())
}

struct RunWriter {
    name: &'static str,
    field: Field,
    runs: Vec<u8>,
    ends: Vec<usize>,
}

impl PluginWriter for RunWriter {
    fn add_document(
        &mut self,
        doc_id: DocId,
        doc: &dyn ErasedDocument,
        _schema: &Schema,
    ) -> tantivy::Result<()> {
        if let Some(document) = EngineDocument::of(doc)
            && let Some(run) = document
                .values
                .get_first(self.field)
                .and_then(|value| value.as_custom())
        {
            self.runs.extend_from_slice(run);
        }
        self.ends.push(self.runs.len());
        if self.ends.len() != doc_id as usize + 1 {
            let message = format!("documents reach `{}` out of order", self.name);
            return Err(tantivy::TantivyError::InternalError(message));
        }
        Ok(())
    }

    fn serialize(
        self: Box<Self>,
        segment: &Segment,
        doc_id_map: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if doc_id_map.is_some() {
            return Err(unsorted());
        }
        let sink = segment.open_write(SegmentComponent::Custom(self.name.to_owned()))?;
        let mut writer = BlobWriter::new(sink);
        let mut start = 0;
        for &end in &self.ends {
            writer.push(&self.runs[start..end])?;
            start = end;
        }
        let mut sink = writer.finish()?;
        sink.flush()?;
        sink.terminate()?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.runs.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
