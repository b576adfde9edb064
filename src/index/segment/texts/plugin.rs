//! Writes and merges the texts of segments together with the engine's files.

use std::any::Any;
use std::sync::Arc;

use tantivy::directory::{OwnedBytes, TerminatingWrite, WritePtr};
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::{DocIdMapping, MappingType};
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema, Value};
use tantivy::{
    DocId, PluginMergeContext, PluginWriter, PluginWriterContext, Segment, SegmentPlugin,
    SegmentReader, TantivyError,
};

use super::dictionary::{Dictionary, SharedDictionary};
use super::file::TextFile;
use super::writer::TextWriter;
use super::{BODY, LONG, NAME, SOURCE};
use crate::index::engine_document::EngineDocument;
use crate::index::segment::per_document::unsorted;

/// Writes and merges the texts of segments.
#[derive(Debug, Default)]
pub(crate) struct TextPlugin {
    dictionary: SharedDictionary,
}

impl SegmentPlugin for TextPlugin {
    fn extensions(&self) -> &[&str] {
        &[NAME]
    }

    fn create_writer(
        &self,
        ctx: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        // What was learned of the texts that are there fits those that come.
        self.dictionary.look(|| {
            let segments = ctx.segment.index().searchable_segments().ok()?;
            let readers = segments.iter().map(SegmentReader::open);
            let readers = readers.collect::<tantivy::Result<Vec<_>>>().ok()?;
            most_used(&opened(&readers).ok()?).ok()?
        });
        let schema = ctx.segment.schema();
        Ok(Box::new(SegmentTexts {
            source: schema.get_field(SOURCE)?,
            body: schema.get_field(BODY)?,
            texts: TextWriter::new(sink(ctx.segment)?, self.dictionary.clone()),
        }))
    }

    fn merge(&self, ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        if ctx.doc_id_mapping.mapping_type() == MappingType::Shuffled {
            return Err(unsorted());
        }
        let sources = opened(ctx.readers)?;
        let sink = sink(ctx.target_segment)?;
        let mut writer = match most_used(&sources)? {
            Some(dictionary) => TextWriter::with(sink, dictionary),
            None => TextWriter::new(sink, self.dictionary.clone()),
        };
        let mut alive = 0;
        // Segments are put one behind the other, without what is deleted.
        for (reader, source) in sources {
            append(&mut writer, reader, &source)?;
            alive += reader.num_docs() as usize;
        }
        if writer.documents() != alive {
            return Err(lacking());
        }
        writer.finish()?.terminate()?;
        Ok(())
    }
}

type Opened<'a> = Vec<(&'a SegmentReader, TextFile)>;

fn opened(readers: &[SegmentReader]) -> tantivy::Result<Opened<'_>> {
    let unpacker = Arc::default();
    let readers = readers.iter();
    readers
        .map(|reader| Ok((reader, TextFile::open(reader, &unpacker, 0)?)))
        .collect()
}

/// The dictionary that most bytes of these segments' blocks were made with, if they have any.
fn most_used(sources: &Opened<'_>) -> tantivy::Result<Option<Arc<Dictionary>>> {
    let mut sizes: Vec<(OwnedBytes, usize)> = Vec::new();
    for (_, source) in sources {
        let bytes = source.dictionary()?;
        let mut known = sizes.iter_mut();
        match known.find(|(known, _)| known.as_slice() == bytes.as_slice()) {
            Some((_, size)) => *size += source.size(),
            None => sizes.push((bytes, source.size())),
        }
    }
    let trained = sizes.into_iter().filter(|(bytes, _)| !bytes.is_empty());
    let most = trained.max_by_key(|&(_, size)| size);
    Ok(most.and_then(|(bytes, _)| Dictionary::of(bytes.to_vec())))
}

/// Appends the texts of a segment's live documents.
fn append(
    writer: &mut TextWriter<WritePtr>,
    reader: &SegmentReader,
    source: &TextFile,
) -> tantivy::Result<()> {
    let dictionary = source.dictionary()?;
    let run = |doc| source.run(doc).map_err(|_| lacking());
    for block in 0..source.len() {
        let documents = source.documents(block).ok_or_else(lacking)?;
        let is_whole = || documents.clone().all(|doc| !reader.is_deleted(doc));
        if !writer.takes_blocks_of(&dictionary) || !is_whole() {
            for doc in documents.filter(|&doc| !reader.is_deleted(doc)) {
                writer.push_run(&run(doc)?)?;
            }
            continue;
        }
        let (count, packed) = (documents.len(), source.packed(block)?);
        if writer.holds_little() && packed.len() < LONG {
            let runs = documents.map(run).collect::<tantivy::Result<Vec<_>>>()?;
            writer.push_together(&runs)?;
        } else {
            writer.push_block(&packed, count as DocId)?;
        }
    }
    Ok(())
}

fn lacking() -> TantivyError {
    TantivyError::InternalError("the stored texts of a segment cannot be read".to_owned())
}

fn sink(segment: &Segment) -> tantivy::Result<WritePtr> {
    Ok(segment.open_write(SegmentComponent::Custom(NAME.to_owned()))?)
}

/// The texts of a segment while it is filled.
struct SegmentTexts {
    source: Field,
    body: Field,
    texts: TextWriter<WritePtr>,
}

impl PluginWriter for SegmentTexts {
    fn add_document(
        &mut self,
        doc_id: DocId,
        doc: &dyn ErasedDocument,
        _schema: &Schema,
    ) -> tantivy::Result<()> {
        let document = EngineDocument::of(doc);
        let text = |field| document?.values.get_first(field)?.as_custom();
        let (Some(source), Some(body)) = (text(self.source), text(self.body)) else {
            let message = format!("document {doc_id} comes without its texts");
            return Err(TantivyError::InternalError(message));
        };
        if self.texts.documents() != doc_id as usize {
            let message = "documents reach their texts out of order".to_owned();
            return Err(TantivyError::InternalError(message));
        }
        Ok(self.texts.push(source, body)?)
    }

    fn serialize(
        self: Box<Self>,
        _segment: &Segment,
        doc_id_map: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if doc_id_map.is_some() {
            return Err(unsorted());
        }
        self.texts.finish()?.terminate()?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.texts.memory()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
