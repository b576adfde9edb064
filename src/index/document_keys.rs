//! The unique keys of the documents of a segment, in two columns.
//!
//! Where many hits have the same score, their keys decide which of them are shown. They lie all over
//! the segment, and whoever asks once reads a page of the file for almost each. The first bits of a
//! key mostly decide, and a column of those has a quarter of the pages.

use std::fmt;
use std::sync::OnceLock;

use tantivy::columnar::{Column, ColumnIndex};
use tantivy::fastfield::FastFieldReaders;
use tantivy::{DocId, SegmentReader};

use super::layout::names;
use crate::Result;

/// Bits of a key that do not belong to its beginning.
const REST_BITS: u32 = 48;

/// The beginning of a key: 16 bits.
pub(super) fn beginning_of(key: u64) -> u64 {
    key >> REST_BITS
}

/// The least key with a beginning.
pub(super) fn from_beginning(beginning: u64) -> u64 {
    beginning << REST_BITS
}

/// The other 48 bits.
pub(super) fn rest_of(key: u64) -> u64 {
    key & ((1 << REST_BITS) - 1)
}

/// The columns of a segment. Of the rests, few searches read any.
pub(super) struct DocumentKeys {
    columns: FastFieldReaders,
    beginnings: Column<u64>,
    rests: OnceLock<Column<u64>>,
}

/// Both columns, opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct WholeKeys<'a> {
    beginnings: &'a Column<u64>,
    rests: &'a Column<u64>,
}

impl DocumentKeys {
    pub(super) fn open(reader: &SegmentReader) -> Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            columns: columns.clone(),
            beginnings: columns.u64(names::KEY_BEGINNING)?,
            rests: OnceLock::new(),
        })
    }

    /// The keys with their rests.
    pub(super) fn whole(&self) -> Result<WholeKeys<'_>> {
        let rests = if let Some(rests) = self.rests.get() {
            rests
        } else {
            let rests = self.columns.u64(names::KEY_REST)?;
            self.rests.get_or_init(|| rests)
        };
        let beginnings = &self.beginnings;
        Ok(WholeKeys { beginnings, rests })
    }

    /// The beginnings of the keys of documents; 0 for one without. `into` is as long as `docs`.
    pub(super) fn beginnings(&self, docs: &[DocId], into: &mut [u64]) {
        read(&self.beginnings, docs, into);
        for beginning in into {
            *beginning &= beginning_of(u64::MAX);
        }
    }
}

impl WholeKeys<'_> {
    /// The key of a document, if it has one.
    pub(super) fn of(&self, doc: DocId) -> Option<u64> {
        let (beginning, rest) = (self.beginnings.first(doc)?, self.rests.first(doc)?);
        let key = from_beginning(beginning) | rest;
        (beginning_of(key) == beginning && rest_of(key) == rest).then_some(key)
    }

    /// The keys of documents whose beginnings were read, which they take the place of.
    pub(super) fn complete(&self, docs: &[DocId], beginnings: &mut [u64]) {
        let mut rests = [0; READ_TOGETHER];
        let together = docs.chunks(READ_TOGETHER);
        for (docs, keys) in together.zip(beginnings.chunks_mut(READ_TOGETHER)) {
            read(self.rests, docs, &mut rests[..docs.len()]);
            for (key, rest) in keys.iter_mut().zip(rests) {
                *key = from_beginning(*key) | rest_of(rest);
            }
        }
    }
}

impl fmt::Debug for DocumentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentKeys")
            .field("beginnings", &self.beginnings)
            .field("rests", &self.rests)
            .finish_non_exhaustive()
    }
}

/// Values that are read together.
const READ_TOGETHER: usize = 64;

fn read(column: &Column<u64>, docs: &[DocId], into: &mut [u64]) {
    // Every document has a key: those that follow each other have values that do.
    if let (ColumnIndex::Full, &[first, .., last]) = (&column.index, docs)
        && last.checked_sub(first) == u32::try_from(docs.len() - 1).ok()
        && docs.is_sorted_by(|one, next| one < next)
        && last < column.num_docs()
    {
        column.values.get_range(u64::from(first), into);
        return;
    }
    let together = docs.chunks(READ_TOGETHER);
    for (docs, into) in together.zip(into.chunks_mut(READ_TOGETHER)) {
        let mut values = [None; READ_TOGETHER];
        column.first_vals(docs, &mut values[..docs.len()]);
        for (into, value) in into.iter_mut().zip(values) {
            *into = value.unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::prepare::key_of;
    use crate::{Document, Index, Schema};

    #[test]
    fn the_parts_of_a_key_are_in_its_order() {
        let keys = [
            0,
            1,
            1 << 47,
            1 << 48,
            (1 << 48) + 1,
            u64::MAX - 1,
            u64::MAX,
        ];
        let parts = keys.map(|key| (beginning_of(key), rest_of(key)));
        assert!(parts.is_sorted());
        assert_eq!(parts[3], (1, 0));
        assert_eq!(parts[6], (0xffff, (1 << 48) - 1));
        assert_eq!(
            parts.map(|(beginning, rest)| from_beginning(beginning) | rest),
            keys
        );
    }

    #[test]
    fn keys_are_read_one_by_one_and_together() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for number in 0..300 {
            writer.put(Document::new(format!("d{number}"))).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let mut found = Vec::new();
        for reader in searcher.segments() {
            let keys = DocumentKeys::open(reader).unwrap();
            let whole = keys.whole().unwrap();
            let alone = |docs: &[DocId]| -> Vec<u64> {
                docs.iter().map(|&doc| whole.of(doc).unwrap()).collect()
            };
            let all: Vec<DocId> = (0..reader.max_doc()).collect();
            found.extend(alone(&all));
            let backwards: Vec<DocId> = all.iter().rev().copied().collect();
            let with_gaps: Vec<DocId> = all.iter().copied().filter(|doc| doc % 7 != 3).collect();
            // As long as the documents from the first to the last would be, and others.
            let mut twice = all.clone();
            if twice.len() > 2 {
                twice[1] = 0;
            }
            let middle = &all[all.len() / 3..all.len() * 2 / 3];
            let some = [&all[..1], &all[1..], middle, &all[..0], &all];
            for docs in some.into_iter().chain([&backwards[..], &with_gaps, &twice]) {
                let mut together = vec![0; docs.len()];
                keys.beginnings(docs, &mut together);
                let beginnings = together.clone();
                whole.complete(docs, &mut together);
                assert_eq!(together, alone(docs));
                let of_those = together.iter().map(|&key| beginning_of(key));
                assert!(of_those.eq(beginnings));
            }
        }
        let mut expected: Vec<u64> = (0..300)
            .map(|number| key_of(&format!("d{number}")))
            .collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}
