//! Where a record stood in its file, in bytes: digits, and a hash in hexadecimal, are what a store
//! of short texts compresses least.

use super::bytes::{Reader, put_varint};
use crate::document::SourceLocation;

/// Bytes of a record's hash.
const HASH_BYTES: usize = 16;

/// Everything of a [`SourceLocation`] but its path, and its hash if that is none of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Location {
    record: Option<u64>,
    start: u64,
    length: u64,
    hash: Option<[u8; HASH_BYTES]>,
}

impl Location {
    pub(crate) fn of(source: &SourceLocation) -> Self {
        Self {
            record: source.record,
            start: source.start,
            length: source.end.saturating_sub(source.start),
            hash: bytes_of(&source.hash),
        }
    }

    /// Whether it has the hash; another one is stored as it is.
    pub(crate) fn has_hash(self) -> bool {
        self.hash.is_some()
    }

    /// Appends the number of the record and one, or 0 without a number; the first byte; the length;
    /// the bytes of the hash, if it has one.
    pub(super) fn put(self, out: &mut Vec<u8>) {
        put_varint(
            out,
            self.record.map_or(0, |record| record.saturating_add(1)),
        );
        put_varint(out, self.start);
        put_varint(out, self.length);
        out.extend(self.hash.into_iter().flatten());
    }

    /// Reads what was put; `None` if it is damaged.
    pub(super) fn read(reader: &mut Reader<'_>, has_hash: bool) -> Option<Self> {
        let record = reader.varint()?.checked_sub(1);
        let (start, length) = (reader.varint()?, reader.varint()?);
        let hash = if has_hash {
            Some(reader.array()?)
        } else {
            None
        };
        Some(Self {
            record,
            start,
            length,
            hash,
        })
    }

    /// The location in a file again; `other`: a hash that it does not have.
    pub(crate) fn in_file(self, path: &str, other: &str) -> SourceLocation {
        SourceLocation {
            path: path.to_owned(),
            record: self.record,
            start: self.start,
            end: self.start.saturating_add(self.length),
            hash: self.hash.map_or_else(|| other.to_owned(), digits_of),
        }
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The bytes of a hash in small hexadecimal digits.
fn bytes_of(hash: &str) -> Option<[u8; HASH_BYTES]> {
    let digits: &[u8; 2 * HASH_BYTES] = hash.as_bytes().try_into().ok()?;
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; HASH_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digits_of(hash: [u8; HASH_BYTES]) -> String {
    let digits = hash.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(HEX[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "00ff3c9a51d2e4b86707f1e2d3c4b5a6";

    fn source(record: Option<u64>, start: u64, end: u64, hash: &str) -> SourceLocation {
        SourceLocation {
            path: "a/b.jsonl".to_owned(),
            record,
            start,
            end,
            hash: hash.to_owned(),
        }
    }

    #[test]
    fn a_location_comes_back() {
        let upper = HASH.to_uppercase();
        for (source, bytes) in [
            (source(None, 0, 0, ""), 3),
            (source(Some(0), 0, 7, HASH), 19),
            (source(Some(12), 5_000, 5_570, HASH), 21),
            (source(Some(u64::MAX - 1), u64::MAX, u64::MAX, HASH), 37),
            (source(None, 3, 9, &upper), 3),
            (source(None, 3, 9, &HASH[1..]), 3),
        ] {
            let location = Location::of(&source);
            let mut put = Vec::new();
            location.put(&mut put);
            assert_eq!(put.len(), bytes, "{source:?}");
            let mut reader = Reader::new(&put);
            let read = Location::read(&mut reader, location.has_hash()).unwrap();
            assert!(reader.is_empty());
            assert_eq!(read.in_file(&source.path, &source.hash), source);
            for cut in 0..put.len() {
                let mut reader = Reader::new(&put[..cut]);
                assert_eq!(Location::read(&mut reader, location.has_hash()), None);
            }
        }
    }
}
