//! Cuts an open file into raw records, in one pass and within bounds, and hashes every byte.

use super::{Failure, FileStat};

/// The bytes of one record, not yet parsed.
#[derive(Debug)]
pub struct RawRecord {
    /// Its number in a file that holds many, counted from 1; in JSON Lines that of its line.
    pub number: Option<u64>,
    /// The first byte of the record in the file.
    pub start: u64,
    /// The byte after the last one of the record in the file.
    pub end: u64,
    /// The BLAKE3 hash of everything the document is made of: its bytes, and its sidecar's.
    pub hash: [u8; 32],
    pub(super) data: Vec<u8>,
    pub(super) sidecar: Option<Vec<u8>>,
}

impl RawRecord {
    /// How many bytes of memory it holds.
    pub fn size(&self) -> usize {
        self.data.len() + self.sidecar.as_ref().map_or(0, Vec::len)
    }
}

/// What was read of a file in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// The BLAKE3 hash of the bytes of the file and of its sidecar, in hexadecimal.
    pub hash: String,
    /// How many bytes the file has, counted while reading.
    pub length: u64,
    /// Whether the file or its sidecar is no longer what it was during the walk.
    pub changed: bool,
}

/// The raw records of one file, in their order.
#[derive(Debug)]
pub struct Records {
    stat: FileStat,
}

impl Records {
    /// Reads what is left of the file and says what all of it was.
    pub fn finish(self) -> FileDigest {
        todo!("{:?}", self.stat)
    }
}

impl Iterator for Records {
    type Item = Result<RawRecord, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        todo!()
    }
}
