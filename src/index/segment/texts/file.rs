//! The texts of a segment, to be read, without trust in what the file says.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::index::SegmentComponent;
use tantivy::{DocId, HasLen, SegmentReader};

use super::block::{damaged, place};
use super::kept::KeptBlocks;
use super::unpacker::{Ready, Unpacker};
use super::{ENTRY, MAGIC, NAME, TAIL};
use crate::Result;

/// The stored texts of a segment.
pub(crate) struct TextFile {
    blocks: FileSlice,
    dictionary: FileSlice,
    /// What is known of each block.
    entries: OwnedBytes,
    documents: u32,
    unpacker: Arc<Unpacker>,
    /// The dictionary, ready; `None` if blocks have none.
    ready: OnceLock<Option<Arc<Ready>>>,
    kept: KeptBlocks,
}

impl TextFile {
    /// Opens the file of a segment. Of its blocks, as many stay decompressed as `kept` bytes hold, at
    /// least one. `unpacker`: for all segments that are read together.
    pub(crate) fn open(
        reader: &SegmentReader,
        unpacker: &Arc<Unpacker>,
        kept: usize,
    ) -> tantivy::Result<Self> {
        let file = reader.open_read(SegmentComponent::Custom(NAME.to_owned()))?;
        let opened = Self::parse(&file, unpacker, kept)?;
        let opened = opened.filter(|opened| opened.documents == reader.max_doc());
        Ok(opened.ok_or_else(|| invalid("the file of a segment's texts is damaged"))?)
    }

    fn parse(file: &FileSlice, unpacker: &Arc<Unpacker>, kept: usize) -> io::Result<Option<Self>> {
        let Some(tail_start) = file.len().checked_sub(TAIL) else {
            return Ok(None);
        };
        let tail = file.slice_from(tail_start).read_bytes()?;
        let number = |at: usize| {
            let bytes = tail.get(4 * at..4 * at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(bytes))
        };
        let parts = || {
            let (dictionary, blocks) = (number(0)? as usize, number(1)? as usize);
            let entries = tail_start.checked_sub(blocks.checked_mul(ENTRY)?)?;
            let start = entries.checked_sub(dictionary)?;
            (tail[TAIL - MAGIC.len()..] == MAGIC).then_some((start, entries, number(2)?))
        };
        let Some((dictionary, entries, documents)) = parts() else {
            return Ok(None);
        };
        let opened = Self {
            blocks: file.slice_to(dictionary),
            dictionary: file.slice(dictionary..entries),
            entries: file.slice(entries..tail_start).read_bytes()?,
            documents,
            unpacker: Arc::clone(unpacker),
            ready: OnceLock::new(),
            kept: KeptBlocks::new(kept),
        };
        // The first block, or where there is none the end, is that of the first document.
        Ok((opened.first(0) == Some(0)).then_some(opened))
    }

    /// What is stored of a document, for [`Texts::of`](super::Texts::of).
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if it cannot be read, or what the disk says.
    pub(crate) fn run(&self, document: DocId) -> Result<OwnedBytes> {
        let number = self.block_of(document).ok_or_else(damaged)?;
        let block = if let Some(block) = self.kept.get(number) {
            block
        } else {
            let block = self.unpacked(number)?;
            self.kept.put(number, &block);
            block
        };
        let documents = self.documents(number).ok_or_else(damaged)?;
        let runs = documents.end - documents.start;
        let run = place(&block, runs, document - documents.start).ok_or_else(damaged)?;
        Ok(block.slice(run))
    }

    /// How many blocks there are.
    pub(super) fn len(&self) -> u32 {
        (self.entries.len() / ENTRY) as u32
    }

    /// Bytes of its blocks as they lie.
    pub(super) fn size(&self) -> usize {
        self.blocks.len()
    }

    /// The dictionary of its blocks, as it lies; empty if they have none.
    pub(super) fn dictionary(&self) -> io::Result<OwnedBytes> {
        self.dictionary.read_bytes()
    }

    /// The documents of a block; `None` if there is none, or it says nothing that can be.
    pub(super) fn documents(&self, block: u32) -> Option<Range<DocId>> {
        let (start, end) = (self.first(block)?, self.first(block + 1)?);
        (start < end && end <= self.documents).then_some(start..end)
    }

    /// A block as it lies.
    pub(super) fn packed(&self, block: u32) -> io::Result<OwnedBytes> {
        let start = self.entry(block).map(|(_, start)| start);
        let end = if block + 1 == self.len() {
            Some(self.blocks.len())
        } else {
            self.entry(block + 1).map(|(_, start)| start)
        };
        match (start, end) {
            (Some(start), Some(end)) if start <= end && end <= self.blocks.len() => {
                self.blocks.read_bytes_slice(start..end)
            }
            _ => Err(invalid("a block of texts is not in its file")),
        }
    }

    /// A block, decompressed.
    fn unpacked(&self, block: u32) -> Result<OwnedBytes> {
        let packed = self.packed(block).map_err(tantivy::TantivyError::from)?;
        let unpacked = self.unpacker.unpack(&packed, self.ready()?);
        unpacked.map(OwnedBytes::new).ok_or_else(damaged)
    }

    fn ready(&self) -> Result<Option<&Ready>> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready.as_deref());
        }
        let bytes = self.dictionary().map_err(tantivy::TantivyError::from)?;
        let ready = if bytes.is_empty() {
            None
        } else {
            Some(self.unpacker.ready(bytes).ok_or_else(damaged)?)
        };
        Ok(self.ready.get_or_init(|| ready).as_deref())
    }

    fn entry(&self, block: u32) -> Option<(DocId, usize)> {
        let start = (block as usize).checked_mul(ENTRY)?;
        let entry = self.entries.get(start..start + ENTRY)?;
        let (document, offset) = entry.split_first_chunk::<4>()?;
        let mut wide = [0; 8];
        wide[..offset.len()].copy_from_slice(offset);
        let offset = usize::try_from(u64::from_le_bytes(wide)).ok()?;
        Some((u32::from_le_bytes(*document), offset))
    }

    /// The first document of a block, or behind the last block the number of documents.
    fn first(&self, block: u32) -> Option<DocId> {
        if block == self.len() {
            return Some(self.documents);
        }
        self.entry(block).map(|(document, _)| document)
    }

    /// The block of a document. Texts are about as long as each other, so it is looked for around
    /// where it would be if they were.
    fn block_of(&self, document: DocId) -> Option<u32> {
        let blocks = self.len();
        if document >= self.documents || blocks == 0 {
            return None;
        }
        let guess = u64::from(document) * u64::from(blocks) / u64::from(self.documents);
        let (mut low, mut high) = (guess as u32, guess as u32 + 1);
        let mut step = 1;
        while low > 0 && self.first(low)? > document {
            (low, high) = (low.saturating_sub(step), low);
            step *= 2;
        }
        while high < blocks && self.first(high)? <= document {
            (low, high) = (high, high.saturating_add(step).min(blocks));
            step *= 2;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.first(middle)? <= document {
                low = middle;
            } else {
                high = middle;
            }
        }
        (self.first(low)? <= document).then_some(low)
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl fmt::Debug for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextFile({} blocks)", self.len())
    }
}

#[cfg(test)]
mod tests;
