//! Writes the words of segments where the engine would have.

use std::any::Any;

use tantivy::directory::CompositeFile;
use tantivy::fieldnorm::FieldNormsSerializer;
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema};
use tantivy::{
    DocId, PluginMergeContext, PluginWriter, PluginWriterContext, Segment, SegmentPlugin,
    TantivyError,
};

use super::log::WordLog;
use super::postings::{self, PostingsFiles, TextPostings};
use super::ranks::Ranks;
use super::table::WordTable;
use super::{Form, Text};
use crate::index::directory::EngineDirectory;
use crate::index::engine_document::EngineDocument;
use crate::index::layout::Fields;
use crate::index::segment::per_document::unsorted;

/// A segment with so many words takes no more documents: those of one more, fewer than 2^29, can still
/// be counted with four bytes then. (Of 256 MB, three bytes are four words at most.)
const MOST_WORDS: u32 = 1 << 31;

/// For so many bytes that a segment may take in memory, one word more is sorted at once: a quarter of
/// that memory, which the engine has given back by then.
const BYTES_FOR_A_WORD: usize = 16;

/// A text is sorted in no more parts than about twice this, however long it is: all its numbers are
/// read for each.
const MOST_PARTS: usize = 8;

/// Writes the words of segments. Merging is the engine's: the files are as it makes them.
#[derive(Debug)]
pub(in crate::index) struct WordPlugin {
    /// Where the engine's files are, which it lets be written anew.
    directory: EngineDirectory,
    /// Words that are sorted at once, if somebody has said so.
    at_once: Option<usize>,
}

impl WordPlugin {
    pub(in crate::index) fn new(directory: EngineDirectory) -> Self {
        Self {
            directory,
            at_once: None,
        }
    }

    /// The same, with no more than so many words sorted at once.
    #[cfg(test)]
    pub(super) fn sorting(self, at_once: usize) -> Self {
        Self {
            at_once: Some(at_once),
            ..self
        }
    }
}

impl SegmentPlugin for WordPlugin {
    /// None of its own.
    fn extensions(&self) -> &[&str] {
        &[]
    }

    fn create_writer(
        &self,
        ctx: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(SegmentWords {
            directory: self.directory.clone(),
            table: WordTable::default(),
            logs: Default::default(),
            documents: 0,
            memory: ctx.memory_budget_in_bytes,
            at_once: self.at_once,
        }))
    }

    fn merge(&self, _ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        Ok(())
    }
}

/// The words of a segment while it is filled.
struct SegmentWords {
    directory: EngineDirectory,
    table: WordTable,
    logs: [WordLog; 2],
    documents: DocId,
    /// Bytes that the segment may take.
    memory: usize,
    /// Words that are sorted at once, if somebody has said so.
    at_once: Option<usize>,
}

impl SegmentWords {
    /// How many of a text's words are sorted at once.
    fn at_once(&self, words: u32) -> usize {
        let usual = (self.memory / BYTES_FOR_A_WORD).max(words as usize / MOST_PARTS);
        self.at_once.unwrap_or(usual)
    }

    /// The engine's parts of the files, which are written anew, field by field.
    fn take(&self, segment: &Segment) -> tantivy::Result<Vec<(Field, [Vec<u8>; 3])>> {
        let mut files = Vec::new();
        for kind in PostingsFiles::KINDS {
            files.push(CompositeFile::open(&segment.open_read(kind)?)?);
        }
        let mut taken = Vec::new();
        for (field, _) in segment.schema().fields() {
            let mut parts = [const { Vec::new() }; 3];
            let mut any = false;
            for (file, part) in files.iter().zip(&mut parts) {
                if let Some(bytes) = file.open_read(field) {
                    *part = bytes.read_bytes()?.to_vec();
                    any = true;
                }
            }
            if any {
                taken.push((field, parts));
            }
        }
        drop(files);
        // No other field has lengths.
        for kind in PostingsFiles::KINDS
            .into_iter()
            .chain([SegmentComponent::FieldNorms])
        {
            self.directory.take_back(&segment.relative_path(kind))?;
        }
        Ok(taken)
    }
}

impl PluginWriter for SegmentWords {
    fn add_document(
        &mut self,
        doc_id: DocId,
        doc: &dyn ErasedDocument,
        _schema: &Schema,
    ) -> tantivy::Result<()> {
        let document = EngineDocument::of(doc);
        let words = &document
            .ok_or_else(|| failed("a document comes without its words"))?
            .words;
        if self.documents != doc_id {
            return Err(failed("documents reach their words out of order"));
        }
        self.documents += 1;
        for (text, log) in Text::BOTH.into_iter().zip(&mut self.logs) {
            log.begin(doc_id);
            for (exact, stem) in words.pairs(text) {
                let number = self.table.number(words.language, exact, stem);
                log.push(number.ok_or_else(|| failed("a segment has too many words"))?);
            }
        }
        Ok(())
    }

    fn serialize(
        mut self: Box<Self>,
        segment: &Segment,
        doc_id_map: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if doc_id_map.is_some() {
            return Err(unsorted());
        }
        let taken = self.take(segment)?;
        self.logs.iter_mut().for_each(WordLog::end);
        let mut files = PostingsFiles::create(segment)?;
        let lengths = segment.open_write(SegmentComponent::FieldNorms)?;
        let mut lengths = FieldNormsSerializer::from_write(lengths)?;
        let ranks = Form::BOTH.map(|form| Ranks::of(&self.table, form));
        for (text, log) in Text::BOTH.into_iter().zip(&self.logs) {
            let texts = TextPostings::of(
                log,
                self.documents,
                self.table.len(),
                self.at_once(log.words()),
            );
            for (form, ranks) in Form::BOTH.into_iter().zip(&ranks) {
                let field = field_of(text, form);
                texts.write_lengths(field, &mut lengths)?;
                texts.write(field, ranks, &mut files)?;
            }
        }
        for (field, parts) in &taken {
            files.copy(*field, parts.each_ref().map(Vec::as_slice))?;
        }
        files.close()?;
        Ok(lengths.close()?)
    }

    fn mem_usage(&self) -> usize {
        let words = self.logs.iter().map(WordLog::words).max().unwrap_or(0);
        if words >= MOST_WORDS {
            return usize::MAX / 2;
        }
        let logs: usize = self.logs.iter().map(WordLog::memory).sum();
        self.table.memory()
            + logs
            + postings::memory(words as usize, self.table.len(), self.at_once(words))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

fn field_of(text: Text, form: Form) -> Field {
    let fields = Fields::KNOWN;
    match (text, form) {
        (Text::Title, Form::Exact) => fields.title_exact,
        (Text::Title, Form::Stem) => fields.title_stem,
        (Text::Body, Form::Exact) => fields.body_exact,
        (Text::Body, Form::Stem) => fields.body_stem,
    }
}

fn failed(message: &str) -> TantivyError {
    TantivyError::InternalError(message.to_owned())
}
