//! Tables of folded facets beside the index, so that a cold search makes none.
//!
//! They are a cache: each is found by a hash of everything that it was made from, none is part of
//! a published state, and one that is stale, damaged or missing is made in memory. Layout,
//! little-endian: magic; the number of tables (u32); the hash of the directory; the directory,
//! by ascending keys: key, CRC-32 of the bytes (u32), where they begin (u64), the sizes of the
//! table (7 × u32); then the tables.

use tantivy::directory::OwnedBytes;

use crate::index::home::Home;
use crate::index::segment::nodes::NodeTable;
use crate::index::segment::nodes::folded::FoldedShape;

/// The name of the file, below that of an index.
pub(super) const TABLES: &str = "vocabulary/tables";

const MAGIC: [u8; 4] = *b"PMT2";
const HEADER: usize = 4 + 4 + 16;
const RECORD: usize = 16 + 4 + 8 + 7 * 4;
/// A version of how tables are made of columns and vocabularies: raise it when they change.
const TABLES_VERSION: u32 = 1;
/// Tables up to so many bytes are compared with their checksum before they are used, which takes
/// 0.03 ms at most. Longer ones are when the next run keeps them.
const COMPARED: usize = 256 << 10;

/// Names a table: the first half of a hash.
pub(super) type Key = [u8; 16];

/// The key of the table of a column. `column`: the hash of the file that it stands in, and its
/// name there.
pub(super) fn key(column: (&str, &str), tree: Option<char>, vocabulary: &[u8]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&TABLES_VERSION.to_le_bytes());
    hasher.update(&tree.map_or(0, u32::from).to_le_bytes());
    for part in [column.0.as_bytes(), column.1.as_bytes(), vocabulary] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    half(hasher.finalize())
}

fn half(hash: blake3::Hash) -> Key {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_bytes()[..16]);
    half
}

/// The tables that are kept beside an index.
#[derive(Debug, Default)]
pub(super) struct KeptTables {
    bytes: Option<OwnedBytes>,
    count: usize,
}

impl KeptTables {
    /// Opens the file; without one, or with a damaged one, there are no tables.
    pub(super) fn open(home: &Home) -> Self {
        let bytes = super::map(home, TABLES);
        let tables = bytes.and_then(|bytes| Self::parse(&bytes));
        tables.unwrap_or_default()
    }

    fn parse(bytes: &OwnedBytes) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let count = u32::from_le_bytes(header[4..8].try_into().ok()?) as usize;
        let directory = bytes.get(HEADER..HEADER.checked_add(count.checked_mul(RECORD)?)?)?;
        let is_whole = header[..4] == MAGIC && header[8..] == half(blake3::hash(directory));
        is_whole.then(|| Self {
            bytes: Some(bytes.clone()),
            count,
        })
    }

    fn record(&self, number: usize) -> Option<&[u8]> {
        let start = HEADER + number * RECORD;
        self.bytes.as_ref()?.get(start..start + RECORD)
    }

    /// The table of a key. `is_compared`: whatever its length.
    pub(super) fn get(
        &self,
        key: &Key,
        tree: Option<char>,
        is_compared: bool,
    ) -> Option<NodeTable> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let record = self.record(middle)?;
            match record[..16].cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.table(record, tree, is_compared),
            }
        }
        None
    }

    fn table(&self, record: &[u8], tree: Option<char>, is_compared: bool) -> Option<NodeTable> {
        let start = usize::try_from(u64::from_le_bytes(record[20..28].try_into().ok()?)).ok()?;
        let mut sizes = [0; 7];
        for (size, bytes) in sizes.iter_mut().zip(record[28..].as_chunks::<4>().0) {
            *size = u32::from_le_bytes(*bytes);
        }
        let shape = FoldedShape::of_numbers(sizes);
        let bytes = self.bytes.as_ref()?;
        let end = start.checked_add(shape.bytes()?)?;
        if end > bytes.len() {
            return None;
        }
        let bytes = bytes.slice(start..end);
        let is_compared = is_compared || bytes.len() <= COMPARED;
        if is_compared && crc32fast::hash(&bytes).to_le_bytes() != record[16..20] {
            return None;
        }
        shape.table(bytes, tree)
    }
}

/// The file that holds these tables.
#[cfg(feature = "formats")]
pub(super) fn file_of(mut tables: Vec<(Key, NodeTable)>) -> Vec<u8> {
    tables.sort_by_key(|(key, _)| *key);
    tables.dedup_by_key(|(key, _)| *key);
    tables.retain(|(_, table)| table.folded_bytes().is_some());
    let mut directory = Vec::with_capacity(tables.len() * RECORD);
    let mut at = HEADER + tables.len() * RECORD;
    for (key, table) in &tables {
        let bytes = table.folded_bytes().unwrap_or_default();
        directory.extend(key);
        directory.extend(crc32fast::hash(bytes).to_le_bytes());
        directory.extend((at as u64).to_le_bytes());
        let sizes = table.shape().unwrap_or_default().to_numbers();
        directory.extend(sizes.into_iter().flat_map(u32::to_le_bytes));
        at += bytes.len();
    }
    let mut out = Vec::with_capacity(at);
    out.extend(MAGIC);
    out.extend((tables.len() as u32).to_le_bytes());
    out.extend(half(blake3::hash(&directory)));
    out.extend(directory);
    for (_, table) in &tables {
        out.extend(table.folded_bytes().unwrap_or_default());
    }
    out
}
