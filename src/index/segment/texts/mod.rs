//! The stored texts of a segment: what is shown of a document and never searched, compressed in
//! small blocks with a dictionary, so that one text is had without many others.
//!
//! Layout, all numbers little-endian: the blocks, each a frame of zstd; the dictionary, as it lies;
//! for each block its first document (u32) and where it begins (5 bytes); the length of the
//! dictionary, the number of blocks and that of documents (u32 each); the magic number.
//!
//! A dictionary is trained on the first texts of a build and serves all segments after it: blocks
//! made with the same one are merged as they lie.

mod block;
mod dictionary;
mod file;
mod kept;
mod plugin;
mod unpacker;
mod writer;

pub(crate) use block::Texts;
pub(crate) use file::TextFile;
pub(crate) use plugin::TextPlugin;
pub(crate) use unpacker::Unpacker;

use crate::index::prepare::{MAX_BODY_BYTES, MAX_SOURCE_BYTES};

/// The extension of the file.
pub(crate) const NAME: &str = "text";

/// The fields that carry the metadata and the body to it.
pub(crate) const SOURCE: &str = "source";
pub(crate) const BODY: &str = "body";

/// Bytes of texts that make a block. A page of hits with snippets reads a block for each. With twice as
/// much the blocks would take a thirtieth less and half as long again to read.
const BLOCK_BYTES: usize = 4 << 10;

/// A text of so many bytes is a block of its own: nobody who wants the short ones before it reads it.
const LONG: usize = 4 * BLOCK_BYTES;

/// The most bytes of a block: more than any text that is taken in, with all that is stored beside it.
const MOST_OF_BLOCK: usize = MAX_BODY_BYTES + MAX_SOURCE_BYTES + (1 << 10);

const MAGIC: [u8; 4] = *b"PMT1";
const TAIL: usize = 4 + 4 + 4 + 4;
/// Bytes of where a block begins.
const OFFSET: usize = 5;
/// Bytes of what is known of each block.
const ENTRY: usize = 4 + OFFSET;
