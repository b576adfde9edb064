//! From the ordinals of a facet's column to the nodes they count for: values that differ in case
//! or accents only are one node, and in a tree every ancestor is one.
//!
//! The table depends on the segment alone and is written with it, so that a cold search pays
//! nothing for it. Nodes stand in the order of their folded paths; the descendants of a node
//! follow it directly, so a subtree is a range. Across segments a node is known by the first 16
//! bytes of the BLAKE3 hash of its folded path.
//!
//! Layout, little-endian: for each column its arrays (leaf of each ordinal; of each node: parent,
//! end of the subtree, display ordinal, display length; hashes; nodes by hash) and its
//! [values]; then the values [by document](by_document); then the directory; then its position
//! (u64) and the magic number.

pub(crate) mod by_document;
pub(crate) mod folded;
pub(crate) mod values;
mod write;

use std::cmp::Reverse;
use std::io;
use std::ops::Range;

use tantivy::columnar::StrColumn;
use tantivy::directory::{FileSlice, OwnedBytes};

use self::by_document::{ByDocument, Packing};
use self::values::Values;
use self::write::Built;
pub(crate) use self::write::NodePlugin;
use super::bytes::Reader;
use crate::analysis::fold;
use crate::index::generation::DAMAGE_HINT;
use crate::{Error, ErrorKind};

/// The extension of the file.
pub(crate) const NAME: &str = "node";

/// Stands for "no parent".
pub(crate) const ROOT: u32 = u32::MAX;

/// The last of these is the version of the file.
const MAGIC: [u8; 4] = *b"PMN4";
/// Separates the steps of a folded path; no value can hold it.
pub(crate) const STEP: char = '\0';

/// The name of a node across segments.
pub(crate) type NodeHash = [u8; 16];

/// The hash of a path of folded steps.
pub(crate) fn hash_path(folded: &str) -> NodeHash {
    let mut hash = [0; 16];
    hash.copy_from_slice(&blake3::hash(folded.as_bytes()).as_bytes()[..16]);
    hash
}

/// The folded path of a value as it is written, with every end of a step in the written form.
pub(crate) fn folded_path(value: &str, tree: Option<char>) -> Vec<(String, usize)> {
    let mut path = Vec::new();
    let mut folded = String::new();
    let mut push = |step: &str, end: usize| {
        let step = fold(step.trim());
        if step.is_empty() {
            return;
        }
        if !folded.is_empty() {
            folded.push(STEP);
        }
        folded.push_str(&step);
        path.push((folded.clone(), end));
    };
    let mut start = 0;
    if let Some(separator) = tree {
        for (at, _) in value.match_indices(separator) {
            push(&value[start..at], start + value[start..at].trim_end().len());
            start = at + separator.len_utf8();
        }
    }
    push(&value[start..], value.trim_end().len());
    path
}

/// The hash by which a value, or a node of a tree, is known; `None` if nothing is left of it.
pub(crate) fn hash_of(value: &str, tree: Option<char>) -> Option<NodeHash> {
    if tree.is_none() {
        let folded = fold(value.trim());
        return (!folded.is_empty()).then(|| hash_path(&folded));
    }
    folded_path(value, tree)
        .last()
        .map(|(folded, _)| hash_path(folded))
}

/// Whether a value has a hash.
pub(crate) fn is_value(value: &str, tree: Option<char>) -> bool {
    // Letters and digits of ASCII are left as they are, but for their case.
    let is_plain = tree.is_none() && value.bytes().any(|byte| byte.is_ascii_alphanumeric());
    is_plain || hash_of(value, tree).is_some()
}

/// Which of several written forms is shown: mixed case before capitals before small letters,
/// more letters outside ASCII before fewer, then byte order.
pub(crate) fn display_rank(form: &str) -> impl Ord + use<'_> {
    let upper = form.chars().any(char::is_uppercase);
    let lower = form.chars().any(char::is_lowercase);
    let case = match (upper, lower) {
        (true, true) => 0,
        (true, false) => 1,
        _ => 2,
    };
    (
        case,
        Reverse(form.bytes().filter(|byte| !byte.is_ascii()).count()),
        form,
    )
}

/// The table of one column of one segment.
#[derive(Debug, Clone)]
pub(crate) struct NodeTable {
    bytes: OwnedBytes,
    leaves: usize,
    nodes: usize,
    hashes: usize,
    by_hash: usize,
    ordinals: u32,
    count: u32,
    /// The separator of the tree that the table was made for.
    pub(crate) tree: Option<char>,
    /// Every ordinal has a node of its own and there are no parents.
    pub(crate) simple: bool,
    /// What it has more if a vocabulary folded it.
    extra: Option<folded::Extra>,
}

const NODE_BYTES: usize = 16;

impl NodeTable {
    /// Makes the table of a column in memory, or of several whose ordinals follow each other.
    pub(crate) fn of_columns<'c>(
        columns: impl IntoIterator<Item = &'c StrColumn>,
        tree: Option<char>,
    ) -> io::Result<Self> {
        Built::of(columns, tree)?.table(tree)
    }

    /// The bytes that it was made from: of a table in a file, those of the whole file.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Where its arrays end.
    fn end(&self) -> usize {
        self.by_hash + 4 * self.count as usize
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    fn u32_at(&self, at: usize) -> u32 {
        self.bytes
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(ROOT, u32::from_le_bytes)
    }

    /// The leaf of an ordinal as it is stored.
    fn raw_leaf(&self, ordinal: u32) -> u32 {
        if ordinal >= self.ordinals {
            return ROOT;
        }
        self.u32_at(self.leaves + 4 * ordinal as usize)
    }

    /// The end of a subtree as it is stored.
    fn raw_end(&self, node: u32) -> u32 {
        self.u32_at(self.nodes + NODE_BYTES * node as usize + 4)
    }

    /// The node above a node, or [`ROOT`]. Always less than the node itself.
    pub(crate) fn parent(&self, node: u32) -> u32 {
        if node >= self.count {
            return ROOT;
        }
        let parent = self.u32_at(self.nodes + NODE_BYTES * node as usize);
        if parent < node { parent } else { ROOT }
    }

    /// A node and everything below it.
    pub(crate) fn subtree(&self, node: u32) -> Range<u32> {
        let end = match self.extra {
            None => self.raw_end(node),
            Some(_) => self.raw_end(node) & folded::END,
        };
        node..end.clamp(node + 1, self.count.max(node + 1))
    }

    /// The written form of a node: so many bytes of the string of this ordinal.
    pub(crate) fn display(&self, node: u32) -> (u32, usize) {
        let at = self.nodes + NODE_BYTES * node as usize;
        (self.u32_at(at + 8), self.u32_at(at + 12) as usize)
    }

    /// The name of a node across segments.
    pub(crate) fn hash(&self, node: u32) -> NodeHash {
        let at = self.hashes + 16 * node as usize;
        self.bytes
            .get(at..at + 16)
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default()
    }

    /// The node of this name.
    pub(crate) fn find(&self, hash: &NodeHash) -> Option<u32> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let node = self.u32_at(self.by_hash + 4 * middle as usize);
            match self.hash(node).cmp(hash) {
                std::cmp::Ordering::Equal => return Some(node),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Whether another table says the same of every ordinal and node.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        let of = |table: &Self| (table.ordinals, table.count, table.tree, table.simple);
        let node = |table: &Self, node| {
            let (parent, hash) = (table.parent(node), table.hash(node));
            (
                parent,
                hash,
                table.subtree(node),
                table.display(node),
                table.find(&hash),
            )
        };
        of(self) == of(other)
            && (0..self.ordinals).all(|ordinal| self.leaf(ordinal) == other.leaf(ordinal))
            && (0..self.count).all(|number| node(self, number) == node(other, number))
    }

    /// The ordinals that lie in a subtree.
    pub(crate) fn ordinals_in(&self, subtree: Range<u32>) -> impl Iterator<Item = u32> + '_ {
        (0..self.ordinals).filter(move |&ordinal| {
            let mut is_inside = false;
            self.each_leaf(ordinal, |leaf| is_inside |= subtree.contains(&leaf));
            is_inside
        })
    }
}

/// What the directory says of a table.
struct Shape {
    /// Where its arrays begin.
    leaves: usize,
    ordinals: u32,
    count: u32,
    tree: Option<char>,
    simple: bool,
}

impl Shape {
    /// `None` if the arrays do not lie within the bytes.
    fn table(self, bytes: OwnedBytes) -> Option<NodeTable> {
        let Self {
            leaves,
            ordinals,
            count,
            tree,
            simple,
        } = self;
        let nodes = leaves.checked_add(4 * ordinals as usize)?;
        let hashes = nodes.checked_add(NODE_BYTES * count as usize)?;
        let by_hash = hashes.checked_add(16 * count as usize)?;
        if by_hash.checked_add(4 * count as usize)? > bytes.len() {
            return None;
        }
        Some(NodeTable {
            bytes,
            leaves,
            nodes,
            hashes,
            by_hash,
            ordinals,
            count,
            tree,
            simple,
            extra: None,
        })
    }
}

/// The tables of all columns of a segment, and its values by document.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeTables {
    columns: Vec<ColumnNodes>,
    rows: Option<ByDocument>,
}

/// What a segment's file has of a column.
#[derive(Debug, Clone)]
pub(crate) struct ColumnNodes {
    name: String,
    pub(crate) table: NodeTable,
    /// `None` if they are too long to stand here.
    pub(crate) values: Option<Values>,
}

impl ColumnNodes {
    /// Whether they are what would be made of a column.
    pub(crate) fn are_of(&self, column: &StrColumn) -> io::Result<bool> {
        let built = Built::of([column], self.table.tree)?;
        let values = self.values.as_ref().map_or(&[][..], Values::bytes);
        Ok(values::write(&built.values) == values
            && self.table.equals(&built.table(self.table.tree)?))
    }
}

impl NodeTables {
    /// Opens the file of a segment.
    ///
    /// # Errors
    /// [`ErrorKind::Version`] if another version of pressmark wrote it; [`ErrorKind::Damaged`] if it is
    /// not what was written; else what the system says.
    pub(crate) fn open(file: &FileSlice) -> crate::Result<Self> {
        let bytes = file.read_bytes().map_err(tantivy::TantivyError::from)?;
        Self::parse(&bytes).ok_or_else(|| {
            let (kind, message, hint) = if is_of_another_version(&bytes) {
                let message = "another version of pressmark wrote the facets of this index";
                let hint = "rebuild it with `pressmark index --rebuild`";
                (ErrorKind::Version, message, hint)
            } else {
                let message = "a file of facet nodes is damaged";
                (ErrorKind::Damaged, message, DAMAGE_HINT)
            };
            Error::new(kind, message).with_hint(hint)
        })
    }

    fn parse(bytes: &OwnedBytes) -> Option<Self> {
        let tail = bytes.len().checked_sub(12)?;
        if bytes[tail + 8..] != MAGIC {
            return None;
        }
        let directory = usize::try_from(u64::from_le_bytes(bytes[tail..tail + 8].try_into().ok()?));
        let mut reader = Reader::new(bytes.get(directory.ok()?..tail)?);
        let mut columns = Vec::new();
        for _ in 0..reader.varint()? {
            let name = reader.str()?.to_owned();
            let tree = match reader.varint()? {
                0 => None,
                code => Some(char::from_u32(u32::try_from(code).ok()?)?),
            };
            let simple = reader.varint()? == 1;
            let leaves = usize::try_from(reader.varint()?).ok()?;
            let ordinals = u32::try_from(reader.varint()?).ok()?;
            let count = u32::try_from(reader.varint()?).ok()?;
            let length = usize::try_from(reader.varint()?).ok()?;
            let shape = Shape {
                leaves,
                ordinals,
                count,
                tree,
                simple,
            };
            let table = shape.table(bytes.slice(0..tail))?;
            let values = if length > 0 {
                let end = table.end().checked_add(length)?;
                let values = (end <= tail).then(|| bytes.slice(table.end()..end))?;
                Some(Values::new(values, ordinals)?)
            } else {
                None
            };
            columns.push(ColumnNodes {
                name,
                table,
                values,
            });
        }
        let rows = match u32::try_from(reader.varint()?).ok()? {
            0 => None,
            documents => {
                let place = [reader.varint()?, reader.varint()?].map(usize::try_from);
                let [Ok(groups), Ok(length)] = place else {
                    return None;
                };
                let mut packing = |nodes: &ColumnNodes| {
                    let packing = Packing::of_code([reader.varint()?, reader.varint()?]);
                    packing.filter(|packing| packing.is_of(nodes.table.ordinals))
                };
                let packings = columns.iter().map(&mut packing).collect::<Option<_>>()?;
                let (bytes, groups) = (bytes.clone(), (groups, length));
                Some(ByDocument::new(bytes, groups, documents, packings)?)
            }
        };
        reader.is_empty().then_some(Self { columns, rows })
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The values of all columns by document, where they stand that way as well.
    pub(crate) fn rows(&self) -> Option<&ByDocument> {
        self.rows.as_ref()
    }

    /// Where the values of a column (`declared.country`) stand in a [row](Self::rows).
    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|nodes| nodes.name == column)
    }

    /// Whether no document has two values of a column of these; `None` if there are no rows.
    pub(crate) fn has_one_at_most(&self, nodes: &ColumnNodes) -> Option<bool> {
        self.rows()?.has_one_at_most(self.place(&nodes.name)?)
    }

    /// Whether the rows are what would be made of the columns of the segment, by their names.
    pub(crate) fn rows_are_of(
        &self,
        columns: Vec<(String, StrColumn)>,
        documents: u32,
    ) -> io::Result<bool> {
        let names = self.columns.iter().map(|nodes| nodes.name.as_str());
        if !columns.iter().map(|(name, _)| name.as_str()).eq(names) {
            return Ok(false);
        }
        let columns: Vec<StrColumn> = columns.into_iter().map(|(_, column)| column).collect();
        match &self.rows {
            Some(rows) => rows.are_of(&columns, documents),
            None => Ok(by_document::packings(&columns, documents).is_none()),
        }
    }

    /// What there is of a column (`declared.country`).
    pub(crate) fn get(&self, column: &str) -> Option<&ColumnNodes> {
        self.columns.iter().find(|nodes| nodes.name == column)
    }
}

/// Whether a file ends as one does that has another version.
fn is_of_another_version(bytes: &[u8]) -> bool {
    let (magic, version) = MAGIC.split_at(3);
    let end = bytes.last_chunk::<4>();
    end.is_some_and(|end| end.starts_with(magic) && !end.ends_with(version))
}

#[cfg(test)]
mod tests {
    use tantivy::columnar::{ColumnarReader, DynamicColumn};
    use tantivy::index::SegmentComponent;

    use super::*;
    use crate::{Document, Index};

    #[test]
    fn paths_fold_step_by_step() {
        let path = folded_path("Politics / Diplomatie", Some('/'));
        assert_eq!(path[0], ("politics".to_owned(), 8));
        assert_eq!(path[1], ("politics\0diplomatie".to_owned(), 21));
        assert_eq!(hash_of("IRAN", None), hash_of(" iran ", None));
        assert_ne!(hash_of("a/b", None), hash_of("a/b", Some('/')));
        assert_eq!(hash_of("/", Some('/')), None);
        for value in ["Iran", " x ", "é", "\u{301}", " ", "", "…", "a/b", "1"] {
            let path = folded_path(value, None);
            let expected = path.last().map(|(folded, _)| hash_path(folded));
            assert_eq!(hash_of(value, None), expected, "{value:?}");
            for tree in [None, Some('/'), Some('x')] {
                let is_some = hash_of(value, tree).is_some();
                assert_eq!(is_value(value, tree), is_some, "{value:?} {tree:?}");
            }
        }
    }

    #[test]
    fn the_most_careful_spelling_is_shown() {
        let mut forms = ["iran", "IRAN", "Iran", "São Tomé", "Sao Tome"];
        forms.sort_by(|a, b| display_rank(a).cmp(&display_rank(b)));
        assert_eq!(forms, ["São Tomé", "Iran", "Sao Tome", "IRAN", "iran"]);
    }

    #[test]
    fn a_damaged_file_is_refused_or_harmless() {
        for bytes in [vec![], vec![0; 12], [&[0u8; 8][..], &MAGIC].concat()] {
            if let Some(tables) = NodeTables::parse(&OwnedBytes::new(bytes)) {
                assert!(tables.get("declared.country").is_none());
            }
        }
    }

    #[test]
    fn what_stands_in_a_file_is_compared_with_the_column() {
        let index = Index::create_in_memory(crate::Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for value in ["Iran", "iraq", "Côte d’Ivoire", "IRAQ"] {
            let document = Document::new(value).facet("country", value);
            let document = document.facet("topic", "grain").facet("topic", value);
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        let (mut compared, mut of_rows) = (0, 0);
        for reader in searcher.segments() {
            let file = SegmentComponent::Custom(NAME.to_owned());
            let bytes = reader.open_read(file).unwrap().read_bytes().unwrap();
            let columns =
                ColumnarReader::open(reader.open_read(SegmentComponent::FastFields).unwrap());
            let columns = columns.unwrap();
            let opened = |facet: &str| {
                let columns = columns.read_columns(&format!("facets\u{1}declared\u{1}{facet}"));
                let DynamicColumn::Str(column) = columns.unwrap()[0].open().unwrap() else {
                    panic!("a facet is a column of strings");
                };
                column
            };
            let column = opened("country");
            let all = || {
                let names = ["country", "topic"];
                names
                    .map(|facet| (format!("declared.{facet}"), opened(facet)))
                    .into()
            };
            let tables = NodeTables::parse(&bytes).unwrap();
            let nodes = tables.get("declared.country").unwrap();
            assert!(nodes.are_of(&column).unwrap());
            let values = nodes.values.as_ref().unwrap();
            for ordinal in 0..column.num_terms() as u32 {
                let mut text = String::new();
                column.ord_to_str(u64::from(ordinal), &mut text).unwrap();
                assert_eq!(values.get(ordinal), Some(text.as_str()));
            }
            assert!(tables.rows_are_of(all(), reader.max_doc()).unwrap());
            assert!(!tables.rows_are_of(all(), reader.max_doc() + 1).unwrap());
            let rows = tables.rows().unwrap().range();
            let first = nodes.table.end();
            let end = first + values.bytes().len();
            for at in 0..bytes.len() {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= 1;
                let tables = NodeTables::parse(&OwnedBytes::new(damaged));
                let nodes = tables
                    .as_ref()
                    .and_then(|tables| tables.get("declared.country"));
                let same = nodes.is_some_and(|nodes| nodes.are_of(&column).unwrap_or(false));
                if (first..end).contains(&at) {
                    assert!(nodes.is_some() && !same, "byte {at}");
                    compared += 1;
                }
                if rows.contains(&at) {
                    let tables = tables.as_ref().unwrap();
                    assert!(
                        !tables.rows_are_of(all(), reader.max_doc()).unwrap(),
                        "byte {at}"
                    );
                    of_rows += 1;
                }
            }
        }
        assert!(of_rows >= 8 + 4);
        assert!(compared > 4 * 4 + "IranIraqIRAQ".len());
    }

    #[test]
    fn a_file_of_another_version_is_called_that() {
        let kind = |bytes: &[u8]| {
            let file = FileSlice::from(bytes.to_vec());
            NodeTables::open(&file).unwrap_err().kind()
        };
        assert_eq!(kind(b"PMN1"), ErrorKind::Version);
        assert_eq!(kind(b"a file of before\0PMN3"), ErrorKind::Version);
        for damaged in [&b""[..], b"PM", b"PMN4", b"PMX1", b"0123456789abPMN4"] {
            assert_eq!(kind(damaged), ErrorKind::Damaged);
        }
    }
}
