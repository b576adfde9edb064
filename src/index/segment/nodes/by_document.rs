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

use std::io::{self, Write};

use tantivy::columnar::{ColumnIndex, StrColumn};
use tantivy::directory::OwnedBytes;

/// Documents of a group: as many as there are bytes in a word.
const GROUP: u32 = 8;
/// Every other byte of a word.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
/// The most bytes of a row.
const LONGEST: usize = u8::MAX as usize;
/// The most bits that say how many values a document has.
const MOST_COUNT_BITS: u32 = 4;
/// The most bits of an ordinal.
const MOST_BITS: u32 = 32;

/// How the ordinals of a column stand in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packing {
    /// Bits of each.
    width: u32,
    count: Count,
}

/// How many ordinals of a column a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    /// One more than the ordinal, or 0.
    OneAtMost,
    /// As many as these bits before them say.
    Several(u32),
}

impl Count {
    /// The bits that say it.
    fn bits(self) -> u32 {
        match self {
            Self::One | Self::OneAtMost => 0,
            Self::Several(bits) => bits,
        }
    }

    /// The most that a row can have.
    fn most(self) -> usize {
        match self {
            Self::One | Self::OneAtMost => 1,
            Self::Several(bits) => (1 << bits) - 1,
        }
    }
}

impl Packing {
    /// `None` if there are too many values.
    fn of(column: &StrColumn, documents: u32) -> Option<Self> {
        let values = column.num_terms() as u64;
        let index = &column.ords().index;
        let (count, greatest) = match index {
            ColumnIndex::Full => (Count::One, values.saturating_sub(1)),
            ColumnIndex::Empty { .. } | ColumnIndex::Optional(_) => (Count::OneAtMost, values),
            ColumnIndex::Multivalued(_) => {
                let each = (0..documents).map(|doc| index.value_row_ids(doc).len());
                let most = each.max().unwrap_or_default() as u64;
                let count = Count::Several(bits_of(most).clamp(1, MOST_COUNT_BITS));
                (count, values.saturating_sub(1))
            }
        };
        let width = bits_of(greatest);
        (width <= MOST_BITS).then_some(Self { width, count })
    }

    /// The two numbers that stand for it in a directory.
    pub(super) fn code(self) -> [u64; 2] {
        let count = match self.count {
            Count::One => 0,
            Count::OneAtMost => 1,
            Count::Several(bits) => u64::from(bits) + 1,
        };
        [u64::from(self.width), count]
    }

    /// `None` if no packing has these numbers.
    pub(super) fn of_code([width, count]: [u64; 2]) -> Option<Self> {
        let width = u32::try_from(width).ok()?;
        let count = match u32::try_from(count).ok()? {
            0 => Count::One,
            1 => Count::OneAtMost,
            count => Count::Several(count - 1),
        };
        let is_small = !matches!(count, Count::Several(bits) if bits > MOST_COUNT_BITS);
        (width <= MOST_BITS && is_small).then_some(Self { width, count })
    }

    /// Whether its ordinals are not much greater than those of so many values.
    pub(super) fn is_of(self, values: u32) -> bool {
        self.width <= bits_of(values.into())
    }

    /// The most bits that it takes of a row.
    fn most_bits(self) -> u64 {
        u64::from(self.count.bits()) + self.count.most() as u64 * u64::from(self.width)
    }
}

/// The bits that a number needs.
fn bits_of(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

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

/// The bytes that say where the groups begin.
pub(super) fn bytes_of_starts(documents: u32) -> u64 {
    4 * u64::from(documents.div_ceil(GROUP))
}

/// Writes the rows of a segment; gives the bytes of the groups.
pub(super) fn write(
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

    /// At most [`MOST_BITS`] at once.
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
}

impl ByDocument {
    /// `groups`: where they begin, and their bytes. `None` if that does not lie within the bytes.
    pub(super) fn new(
        bytes: OwnedBytes,
        (groups, length): (usize, usize),
        documents: u32,
        packings: Vec<Packing>,
    ) -> Option<Self> {
        let starts = groups.checked_add(length)?;
        let end = starts.checked_add(4 * documents.div_ceil(GROUP) as usize)?;
        (end <= bytes.len()).then_some(Self {
            bytes,
            groups,
            starts,
            documents,
            packings,
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
        self.groups..self.starts + bytes_of_starts(self.documents) as usize
    }

    /// Whether no document has two values of the column of this place.
    pub(super) fn has_one_at_most(&self, place: usize) -> Option<bool> {
        let packing = self.packings.get(place)?;
        Some(!matches!(packing.count, Count::Several(_)))
    }

    /// Reads the rows of documents: of the columns that are wanted, by their places.
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
        let start_of = |doc: &u32| self.start(doc / GROUP);
        starts.extend(docs.iter().map(start_of));
        for (&doc, &start) in docs.iter().zip(&starts) {
            match self.row(doc, start) {
                Some(row) => cursors.push(8 * row as u64),
                None => into.elsewhere.push(doc),
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

impl Packing {
    /// Takes the ordinals of a column off rows, which begin at these bits.
    fn unpack(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let width = self.width;
        match self.count {
            Count::One => {
                values.has_one_each = true;
                let ordinals = cursors.iter_mut().map(|cursor| {
                    let ordinal = bits(bytes, *cursor, width);
                    *cursor += u64::from(width);
                    ordinal
                });
                values.ordinals.extend(ordinals);
            }
            Count::OneAtMost => values.fill(cursors, 1, |cursor, slots| {
                let ordinal = bits(bytes, *cursor, width);
                *cursor += u64::from(width);
                slots[0] = ordinal.wrapping_sub(1);
                usize::from(ordinal != 0)
            }),
            Count::Several(_) => match self.most_bits() {
                ..=u64::FIT => self.unpack_within::<u64>(bytes, cursors, values),
                ..=u128::FIT => self.unpack_within::<u128>(bytes, cursors, values),
                _ => self.unpack_each(bytes, cursors, values),
            },
        }
    }

    /// Takes ordinals of which as many as a document can have fit into a window. All of those are
    /// taken, whether they are there or not: a processor that has to guess how many there are waits
    /// longer.
    fn unpack_within<W: Window>(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let (width, of_count, most) = (self.width, self.count.bits(), self.count.most());
        values.fill(cursors, most, |cursor, slots| {
            let mut window = W::at(bytes, *cursor);
            let count = window.take(of_count);
            for slot in slots {
                *slot = window.take(width);
            }
            *cursor += u64::from(of_count + count * width);
            count as usize
        });
    }

    /// Takes ordinals one by one.
    fn unpack_each(self, bytes: &[u8], cursors: &mut [u64], values: &mut Values) {
        let (width, of_count, most) = (self.width, self.count.bits(), self.count.most());
        values.fill(cursors, most, |cursor, slots| {
            let count = bits(bytes, *cursor, of_count) as usize;
            *cursor += u64::from(of_count);
            for slot in &mut slots[..count] {
                *slot = bits(bytes, *cursor, width);
                *cursor += u64::from(width);
            }
            count
        });
    }

    /// Passes over the ordinals of a column.
    fn pass(self, bytes: &[u8], cursors: &mut [u64]) {
        let width = u64::from(self.width);
        for cursor in cursors {
            *cursor += match self.count {
                Count::One | Count::OneAtMost => width,
                Count::Several(many) => {
                    u64::from(many) + u64::from(bits(bytes, *cursor, many)) * width
                }
            };
        }
    }
}

/// The eight bytes that begin there; none behind the end.
fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

/// Bits of rows that are read at once, and taken from the lowest up.
trait Window: Sized {
    /// So many there are at least, wherever the first one stands in a byte.
    const FIT: u64;

    /// Those from a place on, which counts bits as well.
    fn at(bytes: &[u8], cursor: u64) -> Self;

    /// Takes the next, at most [`MOST_BITS`].
    fn take(&mut self, width: u32) -> u32;
}

impl Window for u64 {
    const FIT: u64 = 57;

    fn at(bytes: &[u8], cursor: u64) -> Self {
        word(bytes, (cursor / 8) as usize) >> (cursor % 8)
    }

    fn take(&mut self, width: u32) -> u32 {
        let bits = *self & ((1 << width) - 1);
        *self >>= width;
        bits as u32
    }
}

impl Window for u128 {
    const FIT: u64 = 121;

    fn at(bytes: &[u8], cursor: u64) -> Self {
        let at = (cursor / 8) as usize;
        let [low, high] = [at, at + 8].map(|at| Self::from(word(bytes, at)));
        (low | high << 64) >> (cursor % 8)
    }

    fn take(&mut self, width: u32) -> u32 {
        let bits = *self as u64 & ((1 << width) - 1);
        *self >>= width;
        bits as u32
    }
}

/// So many bits from a place on, which counts bits as well.
fn bits(bytes: &[u8], cursor: u64, width: u32) -> u32 {
    let word = word(bytes, (cursor / 8) as usize) >> (cursor % 8);
    (word & ((1 << width) - 1)) as u32
}

/// The rows of some documents, and room to read them.
#[derive(Debug, Default)]
pub(crate) struct BlockRows {
    documents: usize,
    elsewhere: Vec<u32>,
    columns: Vec<Values>,
    starts: Vec<usize>,
    cursors: Vec<u64>,
}

impl BlockRows {
    /// How many documents have a row.
    pub(crate) fn len(&self) -> usize {
        self.documents
    }

    /// The documents that have none.
    pub(crate) fn elsewhere(&self) -> &[u32] {
        &self.elsewhere
    }

    /// What a column has of the documents with a row. It was [wanted](ByDocument::read).
    pub(crate) fn column(&self, place: usize) -> &Values {
        &self.columns[place]
    }
}

/// What a column has of some documents.
#[derive(Debug, Default)]
pub(crate) struct Values {
    ordinals: Vec<u32>,
    /// Where those of each document end, unless each has one.
    ends: Vec<u32>,
    has_one_each: bool,
    without: usize,
}

impl Values {
    fn clear(&mut self) {
        self.ordinals.clear();
        self.ends.clear();
        self.has_one_each = false;
        self.without = 0;
    }

    /// Takes the ordinals of each document, at most so many: `take` is given its cursor and room for
    /// them, and says how many there are.
    fn fill(
        &mut self,
        cursors: &mut [u64],
        most: usize,
        mut take: impl FnMut(&mut u64, &mut [u32]) -> usize,
    ) {
        self.ordinals.resize(cursors.len() * most, 0);
        self.ends.resize(cursors.len(), 0);
        let mut filled = 0;
        for (cursor, end) in cursors.iter_mut().zip(&mut self.ends) {
            let count = take(cursor, &mut self.ordinals[filled..filled + most]);
            self.without += usize::from(count == 0);
            filled += count;
            *end = filled as u32;
        }
        self.ordinals.truncate(filled);
    }

    /// The ordinals of all documents.
    pub(crate) fn ordinals(&self) -> &[u32] {
        &self.ordinals
    }

    /// How many documents have none.
    pub(crate) fn without(&self) -> usize {
        self.without
    }

    /// The ordinals of one document after the other.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u32]> {
        let documents = if self.has_one_each {
            self.ordinals.len()
        } else {
            self.ends.len()
        };
        (0..documents).map(|at| self.of(at))
    }

    /// The ordinals of the document of this place.
    pub(crate) fn of(&self, at: usize) -> &[u32] {
        if self.has_one_each {
            return &self.ordinals[at..=at];
        }
        let before = at.checked_sub(1);
        let from = before.map_or(0, |before| self.ends[before] as usize);
        &self.ordinals[from..self.ends[at] as usize]
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
            let columns = columns(documents);
            let rows = rows_of(&columns, documents).unwrap();
            assert!(rows.are_of(&columns, documents).unwrap());
            assert!(!rows.are_of(&columns[1..], documents).unwrap());
            let mut block = BlockRows::default();
            for step in [1, 3, 40] {
                let docs: Vec<u32> = (0..documents + 9).step_by(step).collect();
                for skipped in 0..columns.len() {
                    let wanted: Vec<bool> = (0..columns.len()).map(|at| at != skipped).collect();
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
                        let each: Vec<Vec<u32>> = values.each().map(<[u32]>::to_vec).collect();
                        assert_eq!(each, expected, "column {place} of every {step}");
                        for (at, expected) in expected.iter().enumerate() {
                            assert_eq!(values.of(at), expected);
                        }
                        assert_eq!(values.ordinals(), expected.concat());
                        let empty = expected.iter().filter(|of| of.is_empty());
                        assert_eq!(values.without(), empty.count());
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
        let columns = columns(60);
        let good = rows_of(&columns, 60).unwrap();
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
                let is_written = at < good.starts + bytes_of_starts(60) as usize;
                let is_of = damaged.are_of(&columns, 60).unwrap();
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
