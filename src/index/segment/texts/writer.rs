//! Texts in, blocks out.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::directory::OwnedBytes;
use zstd::zstd_safe::{self, CCtx};

use super::block::put_beginning;
use super::dictionary::{Dictionary, LEVEL, MOST_WAITING, SAMPLE_BYTES, SharedDictionary, sampled};
use super::{BLOCK_BYTES, LONG, MAGIC, OFFSET};
use crate::index::segment::bytes::put_varint;

/// Writes the file of a segment, in the order of its documents.
pub(super) struct TextWriter<W> {
    out: W,
    position: u64,
    /// The first document of each block, and where it begins.
    entries: Vec<(DocId, u64)>,
    /// Documents whose blocks are written.
    written: DocId,
    /// Runs that are in no block yet.
    runs: Vec<u8>,
    lengths: Vec<usize>,
    /// Bytes of them that a dictionary would be trained on.
    sample: usize,
    compression: Compression,
    context: CCtx<'static>,
    /// Room for a block, and for what becomes of it.
    block: Vec<u8>,
    packed: Vec<u8>,
}

/// What blocks are compressed with.
enum Compression {
    /// Not known before there is enough to train a dictionary on.
    Open(SharedDictionary),
    Plain,
    With(Arc<Dictionary>),
}

impl<W: Write> TextWriter<W> {
    /// Compresses with the shared dictionary, if there comes to be enough to gain by it.
    pub(super) fn new(out: W, shared: SharedDictionary) -> Self {
        Self::start(out, Compression::Open(shared))
    }

    /// Compresses with this dictionary.
    pub(super) fn with(out: W, dictionary: Arc<Dictionary>) -> Self {
        Self::start(out, Compression::With(dictionary))
    }

    fn start(out: W, compression: Compression) -> Self {
        Self {
            out,
            position: 0,
            entries: Vec::new(),
            written: 0,
            runs: Vec::new(),
            lengths: Vec::new(),
            sample: 0,
            compression,
            context: CCtx::create(),
            block: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// Documents that it was given.
    pub(super) fn documents(&self) -> usize {
        self.written as usize + self.lengths.len()
    }

    /// Bytes of memory that it holds.
    pub(super) fn memory(&self) -> usize {
        let vectors = [&self.runs, &self.block, &self.packed];
        let vectors: usize = vectors.iter().map(|vector| vector.capacity()).sum();
        let entries = self.entries.capacity() * size_of::<(DocId, u64)>();
        vectors + entries + self.lengths.capacity() * size_of::<usize>()
    }

    /// Takes the texts of the next document.
    pub(super) fn push(&mut self, source: &[u8], body: &[u8]) -> io::Result<()> {
        self.before(source.len() + body.len())?;
        let before = self.runs.len();
        put_varint(&mut self.runs, source.len() as u64);
        self.runs.extend_from_slice(source);
        self.runs.extend_from_slice(body);
        self.pushed(before)
    }

    /// Takes the run of the next document.
    pub(super) fn push_run(&mut self, run: &[u8]) -> io::Result<()> {
        self.before(run.len())?;
        let before = self.runs.len();
        self.runs.extend_from_slice(run);
        self.pushed(before)
    }

    /// Has a long run begin a block.
    fn before(&mut self, length: usize) -> io::Result<()> {
        if length >= LONG && !matches!(self.compression, Compression::Open(_)) {
            self.flush(true)?;
        }
        Ok(())
    }

    fn pushed(&mut self, before: usize) -> io::Result<()> {
        let length = self.runs.len() - before;
        self.lengths.push(length);
        let is_enough = if matches!(self.compression, Compression::Open(_)) {
            self.sample += sampled(length);
            self.sample >= SAMPLE_BYTES || self.runs.len() >= MOST_WAITING
        } else {
            self.runs.len() >= BLOCK_BYTES
        };
        if !is_enough {
            return Ok(());
        }
        self.settle();
        self.flush(false)
    }

    /// Whether blocks that were compressed with this dictionary can be taken as they lie.
    pub(super) fn takes_blocks_of(&self, dictionary: &[u8]) -> bool {
        match &self.compression {
            Compression::Open(_) => false,
            Compression::Plain => dictionary.is_empty(),
            Compression::With(own) => own.bytes() == dictionary,
        }
    }

    /// Whether what waits is too little for a block of its own.
    pub(super) fn holds_little(&self) -> bool {
        !self.runs.is_empty() && self.runs.len() < BLOCK_BYTES / 2
    }

    /// Takes a block that [`takes_blocks_of`](Self::takes_blocks_of) said it takes.
    pub(super) fn push_block(&mut self, packed: &[u8], documents: DocId) -> io::Result<()> {
        self.flush(true)?;
        self.begin_block(documents)?;
        self.write(packed)
    }

    /// Takes the runs of a block, and makes one block of them and what waits, so that the next
    /// blocks can come as they lie.
    pub(super) fn push_together(&mut self, runs: &[OwnedBytes]) -> io::Result<()> {
        for run in runs {
            self.runs.extend_from_slice(run);
            self.lengths.push(run.len());
        }
        let lengths = std::mem::take(&mut self.lengths);
        self.write_block(&lengths, 0..self.runs.len())?;
        self.runs.clear();
        Ok(())
    }

    /// Decides what to compress with.
    fn settle(&mut self) {
        let Compression::Open(shared) = &self.compression else {
            return;
        };
        let found = if self.sample >= SAMPLE_BYTES {
            shared.or_train(&self.runs, &self.lengths)
        } else if self.runs.len() >= MOST_WAITING {
            shared.known()
        } else {
            None
        };
        self.compression = found.map_or(Compression::Plain, Compression::With);
    }

    /// Writes the runs that wait, in blocks. What is less than a block waits on, unless `all` are to
    /// be written.
    fn flush(&mut self, all: bool) -> io::Result<()> {
        let (mut start, mut end, mut first) = (0, 0, 0);
        let lengths = std::mem::take(&mut self.lengths);
        for (number, &length) in lengths.iter().enumerate() {
            if length >= LONG && end > start {
                self.write_block(&lengths[first..number], start..end)?;
                (start, first) = (end, number);
            }
            end += length;
            let is_last = all && number + 1 == lengths.len();
            if end - start >= BLOCK_BYTES || is_last {
                self.write_block(&lengths[first..=number], start..end)?;
                (start, first) = (end, number + 1);
            }
        }
        self.lengths = lengths;
        self.lengths.drain(..first);
        self.runs.drain(..start);
        // While a dictionary is looked for there is much, and in a long text.
        for room in [&mut self.runs, &mut self.block, &mut self.packed] {
            if room.capacity() > 16 * BLOCK_BYTES {
                room.shrink_to(2 * BLOCK_BYTES);
            }
        }
        Ok(())
    }

    fn write_block(&mut self, lengths: &[usize], runs: Range<usize>) -> io::Result<()> {
        self.block.clear();
        put_beginning(&mut self.block, lengths);
        self.block.extend_from_slice(&self.runs[runs]);
        self.packed.clear();
        self.packed
            .reserve(zstd_safe::compress_bound(self.block.len()));
        let packed = match &self.compression {
            Compression::With(dictionary) => {
                self.context
                    .compress_using_cdict(&mut self.packed, &self.block, dictionary.made())
            }
            _ => self.context.compress(&mut self.packed, &self.block, LEVEL),
        };
        packed.map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))?;
        let documents = DocId::try_from(lengths.len()).map_err(io::Error::other)?;
        self.begin_block(documents)?;
        let packed = std::mem::take(&mut self.packed);
        self.write(&packed)?;
        self.packed = packed;
        Ok(())
    }

    fn begin_block(&mut self, documents: DocId) -> io::Result<()> {
        self.entries.push((self.written, self.position));
        let written = self.written.checked_add(documents);
        self.written =
            written.ok_or_else(|| io::Error::other("a segment of too many documents"))?;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Writes what waits and where everything lies, and gives the sink back.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.settle();
        self.flush(true)?;
        if self.position >> (8 * OFFSET) != 0 {
            return Err(io::Error::other("a segment of too many texts"));
        }
        let dictionary = match &self.compression {
            Compression::With(dictionary) => dictionary.bytes(),
            _ => &[],
        };
        self.out.write_all(dictionary)?;
        for (document, position) in &self.entries {
            self.out.write_all(&document.to_le_bytes())?;
            self.out.write_all(&position.to_le_bytes()[..OFFSET])?;
        }
        for number in [dictionary.len(), self.entries.len(), self.written as usize] {
            let number = u32::try_from(number).map_err(io::Error::other)?;
            self.out.write_all(&number.to_le_bytes())?;
        }
        self.out.write_all(&MAGIC)?;
        Ok(self.out)
    }
}
