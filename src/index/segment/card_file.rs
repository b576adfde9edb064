//! The cards of a segment: a run of bytes for each document, and the strings they share.
//!
//! Layout: the runs; the strings, laid out the same way; the length of the first part (u64,
//! little-endian) and the magic number.

use std::any::Any;
use std::io::{self, Write};
use std::sync::Arc;

use tantivy::directory::{FileSlice, TerminatingWrite};
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::{DocIdMapping, MappingType};
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Field, Schema, Value};
use tantivy::{
    DocId, PluginMergeContext, PluginWriter, PluginWriterContext, Segment, SegmentPlugin,
    SegmentReader, TantivyError,
};

use super::blobs::{BlobWriter, Blobs};
use super::card::{Card, NAME, Shared};
use super::per_document::unsorted;
use crate::index::engine_document::EngineDocument;
use crate::index::in_flight::InFlight;

const MAGIC: [u8; 4] = *b"PMC1";
const TAIL: usize = 8 + 4;

/// The cards of a segment, to be read.
#[derive(Debug, Clone)]
pub(crate) struct CardFile {
    cards: Blobs,
    strings: Blobs,
}

impl CardFile {
    /// Opens the file of a segment of which many cards are read.
    pub(crate) fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let opened = Self::open_few(reader)?;
        opened.open_all()?;
        Ok(opened)
    }

    /// Opens the file of a segment of which few cards may be [read](Self::read).
    pub(crate) fn open_few(reader: &SegmentReader) -> tantivy::Result<Self> {
        let file = reader.open_read(SegmentComponent::Custom(NAME.to_owned()))?;
        let damaged = || {
            let message = "the file of a segment's cards is damaged";
            TantivyError::from(io::Error::new(io::ErrorKind::InvalidData, message))
        };
        let (first, strings) = Self::parts(&file)?.ok_or_else(damaged)?;
        let (cards, strings) = (Blobs::open_few(&first)?, Blobs::open(&strings)?);
        if cards.len() != reader.max_doc() {
            return Err(damaged());
        }
        Ok(Self { cards, strings })
    }

    fn parts(file: &FileSlice) -> io::Result<Option<(FileSlice, FileSlice)>> {
        let Some(end) = tantivy::HasLen::len(file).checked_sub(TAIL) else {
            return Ok(None);
        };
        let tail = file.slice_from(end).read_bytes()?;
        let first = tail[..8].try_into().map(u64::from_le_bytes).ok();
        let first = first.and_then(|first| usize::try_from(first).ok());
        Ok(first
            .filter(|&first| first <= end && tail[8..] == MAGIC)
            .map(|first| (file.slice_to(first), file.slice(first..end))))
    }

    /// Makes ready to [get](Self::get) any card.
    pub(crate) fn open_all(&self) -> io::Result<()> {
        self.cards.open_all()
    }

    /// The card of a document, whether all of them are open or not; `None` if there is none or it is
    /// damaged.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn read(&self, document: u32) -> io::Result<Option<Card<'_>>> {
        let card = self.cards.read(document)?;
        Ok(card.and_then(|card| Card::decode_shared(card, &self.strings)))
    }

    /// The card of a document; `None` if there is none or it is damaged. All of them are
    /// [open](Self::open_all).
    pub(crate) fn get(&self, document: u32) -> Option<Card<'_>> {
        Card::decode_shared(self.cards.get(document)?, &self.strings)
    }
}

/// A card on its way into a segment, behind the size of its whole document in bytes.
pub(crate) fn run(size: usize, card: &[u8]) -> Vec<u8> {
    [&(size as u64).to_le_bytes(), card].concat()
}

/// Writes and merges the cards of segments.
#[derive(Debug)]
pub(crate) struct CardPlugin {
    /// Told when the engine has taken a document.
    in_flight: Arc<InFlight>,
}

impl CardPlugin {
    pub(crate) fn new(in_flight: Arc<InFlight>) -> Self {
        Self { in_flight }
    }
}

impl SegmentPlugin for CardPlugin {
    fn extensions(&self) -> &[&str] {
        &[NAME]
    }

    fn create_writer(
        &self,
        ctx: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        let field = ctx.segment.schema().get_field(NAME)?;
        Ok(Box::new(CardWriter {
            field,
            cards: BlobWriter::new(Vec::new()),
            shared: Shared::table(),
            in_flight: Arc::clone(&self.in_flight),
        }))
    }

    fn merge(&self, ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        if ctx.doc_id_mapping.mapping_type() == MappingType::Shuffled {
            return Err(unsorted());
        }
        let component = SegmentComponent::Custom(NAME.to_owned());
        let mut cards = BlobWriter::new(ctx.target_segment.open_write(component)?);
        let mut shared = Shared::table();
        // Segments are put one behind the other, without what is deleted.
        for reader in ctx.readers {
            let source = CardFile::open(reader)?;
            for doc in reader.doc_ids_alive() {
                let card = source.get(doc).ok_or_else(|| lacking(doc))?;
                cards.push(&card.encode(&mut shared))?;
            }
        }
        let length = cards.length();
        finish(cards.finish()?, length, &shared)
    }
}

fn lacking(doc: DocId) -> TantivyError {
    TantivyError::InternalError(format!("the card of document {doc} cannot be read"))
}

/// Appends the strings and the tail to a sink that holds the cards.
fn finish<W: TerminatingWrite>(sink: W, cards: u64, shared: &Shared) -> tantivy::Result<()> {
    let mut strings = BlobWriter::new(sink);
    for string in shared.strings() {
        strings.push(string.as_bytes())?;
    }
    let mut sink = strings.finish()?;
    sink.write_all(&cards.to_le_bytes())?;
    sink.write_all(&MAGIC)?;
    sink.terminate()?;
    Ok(())
}

struct CardWriter {
    field: Field,
    cards: BlobWriter<Vec<u8>>,
    shared: Shared,
    in_flight: Arc<InFlight>,
}

impl PluginWriter for CardWriter {
    fn add_document(
        &mut self,
        doc_id: DocId,
        doc: &dyn ErasedDocument,
        _schema: &Schema,
    ) -> tantivy::Result<()> {
        let document = EngineDocument::of(doc);
        let run = document.and_then(|it| it.values.get_first(self.field)?.as_custom());
        let (size, card) = run
            .and_then(<[u8]>::split_first_chunk)
            .ok_or_else(|| lacking(doc_id))?;
        self.in_flight.leave(u64::from_le_bytes(*size) as usize);
        let card = Card::decode(card).ok_or_else(|| lacking(doc_id))?;
        self.cards.push(&card.encode(&mut self.shared))?;
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
        let mut sink = segment.open_write(SegmentComponent::Custom(NAME.to_owned()))?;
        let length = self.cards.length();
        sink.write_all(&self.cards.finish()?)?;
        finish(sink, length, &self.shared)
    }

    fn mem_usage(&self) -> usize {
        self.cards.memory() + 64 * self.shared.strings().len()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
