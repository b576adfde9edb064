//! The values of all facets once more, those of one document side by side.
//!
//! Documents that match a rare word lie far apart. Every facet has a column, and one of several
//! values a list of places as well, so that a search waits for a dozen lines of memory for each
//! such document, of pages that a new process has not seen yet. Here it waits for two or three.
//!
//! Layout, little-endian: documents in groups of eight, of each group the lengths of their rows in
//! bytes (u8), then the rows; behind all groups where each begins (u32). A row has the ordinals of
//! each column, packed into bits from the lowest up as the [`Packing`] of the column says, and is
//! filled up to whole bytes. A length of 0 says that a document has more than a row can hold: its
//! values stand in the columns alone.
//!
//! Where no document has several values of a column, and a row has room for one of each, all rows
//! are as long: they follow each other without groups, and nothing says where they begin.

mod block_rows;
mod packing;

use std::io::{self, Write};

use tantivy::columnar::StrColumn;
use tantivy::directory::OwnedBytes;

pub(crate) use block_rows::{BlockRows, Values};
pub(super) use packing::Packing;
use packing::{Count, bits_of, word};

/// Documents of a group: as many as there are bytes in a word.
const GROUP: u32 = 8;
/// Every other byte of a word.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
/// The most bytes of a row.
const LONGEST: usize = u8::MAX as usize;

/// How the columns of a segment are packed; `None` if it has no rows: a single facet is read from
/// its column as well, and a place in the file has 32 bits.
pub(super) fn packings(columns: &[StrColumn], documents: u32) -> Option<Vec<Packing>> {
    if columns.len() < 2 || documents == 0 {
        return None;
    }
    let packings = columns.iter().map(|column| Packing::of(column, documents));
    let packings: Vec<Packing> = packings.collect::<Option<_>>()?;
    let bits: u64 = packings.iter().map(|packing| packing.most_bits()).sum();
    let row = bits.div_ceil(8).clamp(1, LONGEST as u64);
    let groups = u64::from(documents.div_ceil(GROUP)) * u64::from(GROUP) * (1 + row);
    u32::try_from(groups).is_ok().then_some(packings)
}

/// The bytes of each row, if all are as long.
fn length_of_all(packings: &[Packing]) -> Option<usize> {
    let is_several = |packing: &Packing| matches!(packing.count, Count::Several(_));
    if packings.iter().any(is_several) {
        return None;
    }
    let bits: u64 = packings.iter().map(|packing| packing.most_bits()).sum();
    let bytes = (bits.div_ceil(8) as usize).max(1);
    (bytes <= LONGEST).then_some(bytes)
}

/// The bytes that say where the groups begin.
pub(super) fn bytes_of_starts(packings: &[Packing], documents: u32) -> u64 {
    match length_of_all(packings) {
        Some(_) => 0,
        None => 4 * u64::from(documents.div_ceil(GROUP)),
    }
}

/// Writes the rows of a segment; gives the bytes of the groups.
///
/// # Errors
/// What the sink says, and [`InvalidData`](io::ErrorKind::InvalidData) for a column that names a value
/// that it lacks, if there is no other place for those of its document.
pub(super) fn write(
    columns: &[StrColumn],
    packings: &[Packing],
    documents: u32,
    sink: &mut (impl Write + ?Sized),
) -> io::Result<u64> {
    match length_of_all(packings) {
        Some(_) => write_even(columns, packings, documents, sink),
        None => write_groups(columns, packings, documents, sink),
    }
}

/// Writes rows that are as long.
fn write_even(
    columns: &[StrColumn],
    packings: &[Packing],
    documents: u32,
    sink: &mut (impl Write + ?Sized),
) -> io::Result<u64> {
    let mut row = Bits::default();
    let mut ordinals = Vec::new();
    let mut written = 0;
    for doc in 0..documents {
        row.clear();
        if !pack(columns, packings, doc, &mut ordinals, &mut row) {
            let message = format!("the facets of document {doc} name a value that they lack");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        sink.write_all(&row.bytes)?;
        written += row.bytes.len() as u64;
    }
    Ok(written)
}

fn write_groups(
    columns: &[StrColumn],
    packings: &[Packing],
    documents: u32,
    sink: &mut (impl Write + ?Sized),
) -> io::Result<u64> {
    let mut starts = Vec::with_capacity(4 * documents.div_ceil(GROUP) as usize);
    let mut end = 0u32;
    let mut row = Bits::default();
    let mut ordinals = Vec::new();
    for group in 0..documents.div_ceil(GROUP) {
        let first = group * GROUP;
        let mut lengths = [0; GROUP as usize];
        let mut rows = Vec::with_capacity(128);
        for (length, doc) in lengths.iter_mut().zip(first..documents) {
            row.clear();
            if pack(columns, packings, doc, &mut ordinals, &mut row) {
                rows.extend(&row.bytes);
                *length = row.bytes.len() as u8;
            }
        }
        starts.extend(end.to_le_bytes());
        sink.write_all(&lengths)?;
        sink.write_all(&rows)?;
        end += (lengths.len() + rows.len()) as u32;
    }
    sink.write_all(&starts)?;
    Ok(u64::from(end))
}

/// Packs the row of a document; false if it cannot hold its values.
fn pack(
    columns: &[StrColumn],
    packings: &[Packing],
    doc: u32,
    ordinals: &mut Vec<u64>,
    row: &mut Bits,
) -> bool {
    for (column, packing) in columns.iter().zip(packings) {
        ordinals.clear();
        ordinals.extend(column.ords().values_for_doc(doc));
        let values = column.num_terms() as u64;
        if ordinals.iter().any(|&ordinal| ordinal >= values) {
            return false;
        }
        match (packing.count, ordinals.as_slice()) {
            (Count::One, &[ordinal]) => row.push(ordinal, packing.width),
            (Count::OneAtMost, &[]) => row.push(0, packing.width),
            (Count::OneAtMost, &[ordinal]) => row.push(ordinal + 1, packing.width),
            (Count::Several(bits), ordinals) if bits_of(ordinals.len() as u64) <= bits => {
                row.push(ordinals.len() as u64, bits);
                for &ordinal in ordinals {
                    row.push(ordinal, packing.width);
                }
            }
            _ => return false,
        }
    }
    row.fill();
    row.bytes.len() <= LONGEST
}

/// Bits, from the lowest of each byte up.
#[derive(Debug, Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    filled: u32,
}

impl Bits {
    fn clear(&mut self) {
        self.bytes.clear();
        (self.pending, self.filled) = (0, 0);
    }

    /// At most 32 at once.
    fn push(&mut self, value: u64, width: u32) {
        self.pending |= value << self.filled;
        self.filled += width;
        while self.filled >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.filled -= 8;
        }
    }

    /// Ends with a whole byte, and has one at least.
    fn fill(&mut self) {
        if self.filled > 0 || self.bytes.is_empty() {
            self.bytes.push(self.pending as u8);
        }
    }
}

/// Compares what is written with what stands there.
struct Same<'a> {
    left: &'a [u8],
    is_same: bool,
}

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.split_at_checked(bytes.len()) {
            Some((next, left)) => {
                self.is_same &= next == bytes;
                self.left = left;
            }
            None => self.is_same = false,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The rows of a segment.
#[derive(Debug, Clone)]
pub(crate) struct ByDocument {
    /// The file from its beginning; more follows the rows, so that two whole words can be
    /// read wherever one begins.
    bytes: OwnedBytes,
    groups: usize,
    starts: usize,
    documents: u32,
    packings: Vec<Packing>,
    /// The bytes of each row, if all are as long: then there are no groups.
    length_of_all: Option<usize>,
}

impl ByDocument {
    /// `groups`: where they begin, and their bytes. `None` if that does not lie within the bytes.
    pub(super) fn new(
        bytes: OwnedBytes,
        (groups, length): (usize, usize),
        documents: u32,
        packings: Vec<Packing>,
    ) -> Option<Self> {
        let length_of_all = length_of_all(&packings);
        if let Some(each) = length_of_all
            && (documents as usize).checked_mul(each)? != length
        {
            return None;
        }
        let starts = groups.checked_add(length)?;
        let of_starts = usize::try_from(bytes_of_starts(&packings, documents)).ok()?;
        let end = starts.checked_add(of_starts)?;
        (end <= bytes.len()).then_some(Self {
            bytes,
            groups,
            starts,
            documents,
            packings,
            length_of_all,
        })
    }

    /// Whether they are what would be made of these columns.
    pub(super) fn are_of(&self, columns: &[StrColumn], documents: u32) -> io::Result<bool> {
        let made = packings(columns, documents);
        if documents != self.documents || made.as_ref() != Some(&self.packings) {
            return Ok(false);
        }
        let mut same = Same {
            left: self.bytes.get(self.groups..).unwrap_or_default(),
            is_same: true,
        };
        let length = write(columns, &self.packings, self.documents, &mut same)?;
        Ok(self.starts == self.groups + length as usize && same.is_same)
    }

    /// Where they and the beginnings of their groups stand in the file.
    #[cfg(test)]
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.groups..self.starts + bytes_of_starts(&self.packings, self.documents) as usize
    }

    /// Whether no document has two values of the column of this place.
    pub(super) fn has_one_at_most(&self, place: usize) -> Option<bool> {
        let packing = self.packings.get(place)?;
        Some(!matches!(packing.count, Count::Several(_)))
    }

    /// Reads the rows of documents, which ascend: of the columns that are wanted, by their places.
    pub(crate) fn read(&self, docs: &[u32], wanted: &[bool], into: &mut BlockRows) {
        // No document waits for the one before: first the beginnings of all groups, then the
        // places of all rows, then the rows, column by column.
        let (mut starts, mut cursors) = (
            std::mem::take(&mut into.starts),
            std::mem::take(&mut into.cursors),
        );
        starts.clear();
        cursors.clear();
        into.elsewhere.clear();
        if let Some(each) = self.length_of_all {
            let (here, beyond) = docs.split_at(docs.partition_point(|&doc| doc < self.documents));
            let row_of = |&doc: &u32| self.groups + doc as usize * each;
            cursors.extend(here.iter().map(|doc| 8 * row_of(doc) as u64));
            into.elsewhere.extend(beyond);
        } else {
            let start_of = |doc: &u32| self.start(doc / GROUP);
            starts.extend(docs.iter().map(start_of));
            for (&doc, &start) in docs.iter().zip(&starts) {
                match self.row(doc, start) {
                    Some(row) => cursors.push(8 * row as u64),
                    None => into.elsewhere.push(doc),
                }
            }
        }
        into.documents = cursors.len();
        let needed = wanted.iter().rposition(|&is_wanted| is_wanted);
        let needed = needed.map_or(0, |last| last + 1);
        into.columns
            .resize_with(self.packings.len(), Values::default);
        let bytes = self.bytes.as_slice();
        let columns = self.packings.iter().zip(&mut into.columns).zip(wanted);
        for ((packing, values), &is_wanted) in columns.take(needed) {
            if is_wanted {
                values.clear();
                packing.unpack(bytes, &mut cursors, values);
            } else {
                packing.pass(bytes, &mut cursors);
            }
        }
        (into.starts, into.cursors) = (starts, cursors);
    }

    /// Where a group begins.
    fn start(&self, group: u32) -> usize {
        let at = self.starts + 4 * group as usize;
        let start = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        let start = start.map_or(0, |start| u32::from_le_bytes(*start));
        self.groups.saturating_add(start as usize)
    }

    /// Where the row of a document begins, of a group that begins there.
    fn row(&self, doc: u32, start: usize) -> Option<usize> {
        if doc >= self.documents {
            return None;
        }
        let lengths = word(&self.bytes, start);
        let before = 8 * (doc % GROUP);
        if (lengths >> before) as u8 == 0 {
            return None;
        }
        // The sum of the lengths before it: bytes in pairs, and pairs by a multiplication.
        let lengths = lengths & ((1 << before) - 1);
        let pairs = (lengths & EVEN) + (lengths >> 8 & EVEN);
        let sum = pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48;
        start.checked_add(GROUP as usize + sum as usize)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tantivy::columnar::{ColumnarReader, ColumnarWriter, DynamicColumn};

    use super::*;

    /// Rows in memory.
    pub(crate) fn rows_of(columns: &[StrColumn], documents: u32) -> Option<ByDocument> {
        let packings = packings(columns, documents)?;
        let mut bytes = b"before".to_vec();
        let length = write(columns, &packings, documents, &mut bytes).unwrap();
        bytes.extend([0xff; 12]); // a file goes on behind its rows
        let groups = (6, length as usize);
        ByDocument::new(OwnedBytes::new(bytes), groups, documents, packings)
    }

    fn column(documents: u32, values: impl Fn(u32) -> Vec<u32>) -> StrColumn {
        let mut writer = ColumnarWriter::default();
        // So that there is a column whatever documents have.
        writer.record_str(0, "facet", "value");
        for doc in 0..documents {
            for value in values(doc) {
                writer.record_str(doc, "facet", &format!("{value:05}"));
            }
        }
        let mut bytes = Vec::new();
        writer.serialize(documents, None, &mut bytes).unwrap();
        let columns = ColumnarReader::open(bytes).unwrap();
        match columns.read_columns("facet").unwrap()[0].open().unwrap() {
            DynamicColumn::Str(column) => column,
            other => panic!("{other:?}"),
        }
    }

    fn columns(documents: u32) -> Vec<StrColumn> {
        let spread = |doc: u32| doc.wrapping_mul(2_654_435_761);
        vec![
            column(documents, |doc| {
                if doc == 0 {
                    vec![]
                } else {
                    vec![spread(doc) >> 23]
                }
            }),
            column(documents, |doc| {
                vec![1; usize::from(spread(doc) % 3 == 0 && doc > 0)]
            }),
            column(documents, |_| vec![]),
            column(documents, |doc| {
                (0..spread(doc) % 5)
                    .map(|n| spread(doc + n) >> 16)
                    .collect()
            }),
            // More of them than a row says.
            column(documents, |doc| {
                (0..if doc % 50 == 7 { 40 } else { doc % 3 }).collect()
            }),
            column(documents, |doc| vec![doc; usize::from(doc % 4 == 1)]),
        ]
    }

    #[test]
    fn each_document_has_what_the_columns_say() {
        for documents in [1, 7, 8, 9, 300] {
            let all = columns(documents);
            // Of those that have one value at most, all rows are as long.
            let single = [&all[..3], &all[5..]].concat();
            assert!(length_of_all(&packings(&single, documents).unwrap()).is_some());
            for columns in [all, single] {
                let rows = rows_of(&columns, documents).unwrap();
                assert!(rows.are_of(&columns, documents).unwrap());
                assert!(!rows.are_of(&columns[1..], documents).unwrap());
                let mut block = BlockRows::default();
                for step in [1, 3, 40] {
                    let docs: Vec<u32> = (0..documents + 9).step_by(step).collect();
                    for skipped in 0..columns.len() {
                        let wanted: Vec<bool> =
                            (0..columns.len()).map(|at| at != skipped).collect();
                        rows.read(&docs, &wanted, &mut block);
                        let mut read = docs.clone();
                        read.retain(|doc| !block.elsewhere().contains(doc));
                        assert_eq!(read.len(), block.len());
                        for doc in block.elsewhere() {
                            assert!(*doc >= documents || doc % 50 == 7, "{doc}");
                        }
                        for (place, column) in columns.iter().enumerate() {
                            if place == skipped {
                                continue;
                            }
                            let values = block.column(place);
                            let of = |doc: &u32| -> Vec<u32> {
                                let ordinals = column.ords().values_for_doc(*doc);
                                ordinals.map(|ordinal| ordinal as u32).collect()
                            };
                            let expected: Vec<Vec<u32>> = read.iter().map(of).collect();
                            for (at, expected) in expected.iter().enumerate() {
                                let place = format!("{at}, column {place} of every {step}");
                                assert_eq!(values.of(at), expected, "{place}");
                            }
                            let mut end = 0;
                            let ends = expected.iter().map(|of| {
                                end += of.len() as u32;
                                end
                            });
                            let ends: Vec<u32> = ends.collect();
                            assert!(values.ends().is_none_or(|told| told == ends));
                            let is_one = expected.iter().all(|of| of.len() == 1);
                            assert!(values.ends().is_some() || is_one);
                            assert_eq!(values.ordinals(), expected.concat());
                            let empty = expected.iter().filter(|of| of.is_empty());
                            assert_eq!(values.without(), empty.count());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_into_a_row_stands_elsewhere() {
        let wide = |doc: u32| {
            (0..if doc == 3 { 15 } else { 1 })
                .map(|n| n * 70 + doc)
                .collect()
        };
        let columns: Vec<StrColumn> = (0..20).map(|_| column(900, wide)).collect();
        let packings = packings(&columns, 900).unwrap();
        let bits: u64 = packings.iter().map(|packing| packing.most_bits()).sum();
        assert!(bits > 8 * LONGEST as u64);
        let rows = rows_of(&columns, 900).unwrap();
        let mut block = BlockRows::default();
        rows.read(&[2, 3, 4], &[true; 20], &mut block);
        assert_eq!((block.len(), block.elsewhere()), (2, &[3][..]));
    }

    #[test]
    fn one_column_or_no_document_has_no_rows() {
        let columns = columns(20);
        assert!(packings(&columns[..1], 20).is_none());
        assert!(packings(&columns, 0).is_none());
        for packing in packings(&columns, 20).unwrap() {
            assert_eq!(Packing::of_code(packing.code()), Some(packing));
        }
        for wrong in [[33, 0], [u64::MAX, 1], [3, 6], [3, u64::MAX]] {
            assert_eq!(Packing::of_code(wrong), None);
        }
    }

    #[test]
    fn damaged_rows_are_no_panic_and_do_not_grow() {
        let all = columns(60);
        let even = all[..3].to_vec();
        for columns in [all, even] {
            damaged(&columns);
        }
    }

    fn damaged(columns: &[StrColumn]) {
        let good = rows_of(columns, 60).unwrap();
        let docs: Vec<u32> = (0..64).collect();
        let wanted = vec![true; columns.len()];
        let mut block = BlockRows::default();
        for at in 6..good.bytes.len() {
            for byte in [0, 0x7f, 0xff] {
                let mut bytes = good.bytes.to_vec();
                let is_same = bytes[at] == byte;
                bytes[at] = byte;
                let damaged = ByDocument {
                    bytes: OwnedBytes::new(bytes),
                    ..good.clone()
                };
                damaged.read(&docs, &wanted, &mut block);
                for place in 0..columns.len() {
                    assert!(block.column(place).ordinals().len() <= 64 * 15);
                }
                let is_written = good.range().contains(&at);
                let is_of = damaged.are_of(columns, 60).unwrap();
                assert_eq!(is_of, is_same || !is_written, "byte {at}");
            }
        }
        let packings = || good.packings.clone();
        let bytes = || good.bytes.clone();
        for groups in [(6, usize::MAX), (usize::MAX, 2), (6, good.bytes.len() - 8)] {
            assert!(ByDocument::new(bytes(), groups, 60, packings()).is_none());
        }
        assert!(ByDocument::new(bytes(), (6, 0), u32::MAX, packings()).is_none());
    }
}
