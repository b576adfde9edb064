//! Reads the numbers that documents count for in a facet from its columns, or from rows in which they
//! stand by document, block by block.

use std::ops::Range;

use tantivy::columnar::column_index::{MultiValueIndex, Set};
use tantivy::columnar::{Column, ColumnIndex, ColumnValues};

use super::block::Block;
use super::numbering::many::{Many, Room};
use super::numbering::{MISSING, NOTHING, Numbering};
use super::views::SegmentFacet;
use super::written_rows::RowPlaces;
use crate::Result;
use crate::index::segment::nodes::by_document::BlockRows;

/// Reads numbers from the columns of a segment.
#[derive(Debug)]
pub(in crate::index) struct NumberReader {
    facet: SegmentFacet,
    numbering: Numbering,
    docs_of_rows: Vec<u32>,
    ranks: Vec<u32>,
    starts: Vec<u32>,
    rows: Vec<u32>,
    /// Where the rows of each document with a value end.
    ends: Vec<u32>,
    ordinals: Vec<u64>,
    values: Vec<u32>,
    room: Room,
    nodes: Vec<u32>,
    of_document: Vec<u32>,
}

impl NumberReader {
    /// The columns of the facet are to be [opened](Self::open) before numbers are read from them.
    pub(in crate::index) fn new(facet: SegmentFacet, numbering: Numbering) -> Self {
        Self {
            facet,
            numbering,
            docs_of_rows: Vec::new(),
            ranks: Vec::new(),
            starts: Vec::new(),
            rows: Vec::new(),
            ends: Vec::new(),
            ordinals: Vec::new(),
            values: Vec::new(),
            room: Room::default(),
            nodes: Vec::new(),
            of_document: Vec::new(),
        }
    }

    /// Opens the columns of the facet.
    pub(in crate::index) fn open(&self) -> Result<()> {
        self.facet.open()
    }

    /// Appends the numbers of the documents of a block.
    pub(in crate::index) fn read(&mut self, block: Block<'_>, into: &mut Vec<u32>) {
        match self.facet.columns.as_slice() {
            [] => into.resize(into.len() + block.docs().len(), MISSING),
            [column] if column.written.is_alone() => match block.run() {
                Some(run) => self.read_run(run, into),
                None => self.read_scattered(block.docs(), into),
            },
            _ => {
                for &doc in block.docs() {
                    self.read_one(doc, into);
                }
            }
        }
    }

    /// Appends the numbers of one document: at least one, at most two for each leaf of its values, and
    /// as many again where values of several origins count together.
    pub(in crate::index) fn read_one(&mut self, doc: u32, into: &mut Vec<u32>) {
        for number in 0..self.facet.columns.len() {
            let column = &self.facet.columns[number];
            let span = self.numbering.read.columns[number];
            let Some(alone) = column.written.alone() else {
                self.of_document.clear();
                self.of_document.extend(column.written.ordinals(doc));
                if self.of_document.is_empty() {
                    continue;
                }
                self.push_of_document(number, into);
                return;
            };
            let ordinals = alone.ords();
            let rows = ordinals.index.value_row_ids(doc);
            if rows.is_empty() {
                continue;
            }
            let ordinals = rows.map(|row| ordinals.values.get_val(row) as u32);
            if span.of.is_ordinal() {
                into.extend(ordinals.map(|ordinal| span.base + ordinal));
            } else {
                span.push(&column.table, ordinals, &mut self.nodes, into);
            }
            return;
        }
        into.push(MISSING);
    }

    /// Appends the numbers of a document whose ordinals were gathered of this column.
    fn push_of_document(&mut self, number: usize, into: &mut Vec<u32>) {
        let column = &self.facet.columns[number];
        let ordinals = self.of_document.as_slice();
        let span = self.numbering.read.columns[number];
        span.push_all(&column.table, ordinals, &mut self.nodes, into);
        if let Some(span) = self.numbering.read.declared[number] {
            // What is declared comes first.
            let declared = column.written.declared();
            let end = ordinals.partition_point(|&ordinal| ordinal < declared);
            let before = into.len();
            span.push_all(&column.table, &ordinals[..end], &mut self.nodes, into);
            if into.get(before).is_some_and(|&number| number <= NOTHING) {
                into.truncate(before);
            }
        }
    }

    /// Appends the numbers of documents whose rows were read.
    pub(in crate::index) fn read_rows(
        &mut self,
        rows: &BlockRows,
        places: &RowPlaces,
        into: &mut Vec<u32>,
    ) {
        let ([column], Some(place)) = (self.facet.columns.as_slice(), places.alone()) else {
            for at in 0..rows.len() {
                self.read_row(rows, at, places, into);
            }
            return;
        };
        let span = self.numbering.read.columns[0];
        let values = rows.column(place);
        let many = Many {
            ordinals: values.ordinals(),
            ends: values.ends(),
        };
        span.push_many(&column.table, many, &mut self.room, into);
        into.resize(into.len() + values.without(), MISSING);
    }

    /// Appends the numbers of the document of this place among those whose rows were read.
    fn read_row(&mut self, rows: &BlockRows, at: usize, places: &RowPlaces, into: &mut Vec<u32>) {
        for number in 0..self.facet.columns.len() {
            self.of_document.clear();
            let parts = self.facet.columns[number].written.parts();
            for (part, place) in parts.iter().zip(places.of(number)) {
                let ordinals = rows.column(place).of(at);
                let ordinals = ordinals.iter().map(|ordinal| part.first + ordinal);
                self.of_document.extend(ordinals);
            }
            if !self.of_document.is_empty() {
                self.push_of_document(number, into);
                return;
            }
        }
        into.push(MISSING);
    }

    /// Documents that follow each other have values that follow each other.
    fn read_run(&mut self, docs: Range<u32>, into: &mut Vec<u32>) {
        let (column, span) = (&self.facet.columns[0], self.numbering.read.columns[0]);
        let Some(alone) = column.written.alone() else {
            return;
        };
        let ordinals = alone.ords();
        let index = &ordinals.index;
        let rows = index.docid_range_to_rowids(docs.clone());
        self.ordinals.resize(rows.len(), 0);
        if !rows.is_empty() {
            let first = u64::from(rows.start);
            ordinals.values.get_range(first, &mut self.ordinals);
        }
        let mut starts = [0; super::block::BLOCK + 1];
        let (with_value, ends) = match index {
            ColumnIndex::Multivalued(MultiValueIndex::MultiValueIndexV2(index)) => {
                let present = &index.optional_index;
                let first = present.rank(docs.start);
                // Damaged bytes may say that there are more.
                let count = (present.rank(docs.end).saturating_sub(first) as usize).min(docs.len());
                if !span.of.is_ordinal() {
                    // Where the values of each document begin, and the last ones end.
                    index
                        .start_index_column
                        .get_range(u64::from(first), &mut starts[..=count]);
                    for start in &mut starts {
                        *start = start.saturating_sub(rows.start);
                    }
                }
                (count, Some(&starts[1..=count]))
            }
            ColumnIndex::Multivalued(MultiValueIndex::MultiValueIndexV1(_)) => {
                for doc in docs {
                    self.read_one(doc, into);
                }
                return;
            }
            _ => (rows.len(), None),
        };
        let ordinals = narrowed(&self.ordinals, &mut self.values);
        let many = Many { ordinals, ends };
        span.push_many(&column.table, many, &mut self.room, into);
        into.resize(into.len() + docs.len().saturating_sub(with_value), MISSING);
    }

    fn read_scattered(&mut self, docs: &[u32], into: &mut Vec<u32>) {
        let (column, span) = (&self.facet.columns[0], self.numbering.read.columns[0]);
        let Some(alone) = column.written.alone() else {
            return;
        };
        let ordinals = alone.ords();
        self.docs_of_rows.clear();
        self.rows.clear();
        self.ends.clear();
        let (with_value, ends) = match &ordinals.index {
            ColumnIndex::Multivalued(MultiValueIndex::MultiValueIndexV2(index)) => {
                // The engine's own way asks for each document where its values begin and end.
                let (ranks, starts) = (&mut self.ranks, &mut self.starts);
                ranks.clear();
                let present = &index.optional_index;
                present.rank_if_exists_batch(docs, &mut self.docs_of_rows, ranks);
                let count = ranks.len();
                ranks.extend_from_within(..);
                for rank in &mut ranks[count..] {
                    *rank += 1;
                }
                starts.resize(ranks.len(), 0);
                index.start_index_column.get_vals(ranks, starts);
                let (starts, ends) = starts.split_at(count);
                for (&from, &to) in starts.iter().zip(ends) {
                    self.rows.extend(from..to);
                    self.ends.push(self.rows.len() as u32);
                }
                values_of_rows(&*ordinals.values, &self.rows, &mut self.ordinals);
                (count, Some(&*self.ends))
            }
            ColumnIndex::Multivalued(MultiValueIndex::MultiValueIndexV1(_)) => {
                for &doc in docs {
                    self.read_one(doc, into);
                }
                return;
            }
            _ if read_near(ordinals, docs, &mut self.ordinals) => (docs.len(), None),
            _ => {
                ordinals.row_ids_for_docs(docs, &mut self.docs_of_rows, &mut self.rows);
                values_of_rows(&*ordinals.values, &self.rows, &mut self.ordinals);
                (self.rows.len(), None)
            }
        };
        let ordinals = narrowed(&self.ordinals, &mut self.values);
        let many = Many { ordinals, ends };
        span.push_many(&column.table, many, &mut self.room, into);
        into.resize(into.len() + docs.len().saturating_sub(with_value), MISSING);
    }
}

/// Ordinals in as many bytes as they have.
fn narrowed<'n>(ordinals: &[u64], into: &'n mut Vec<u32>) -> &'n [u32] {
    into.clear();
    into.extend(ordinals.iter().map(|&ordinal| ordinal as u32));
    into
}

/// Whether values that lie within so many are read faster with those between them.
fn are_near(spanned: usize, wanted: usize) -> bool {
    spanned < 2 * wanted
}

/// Reads the values of documents that nearly follow each other, if they and all between them have
/// one each; false if not. Then no document is looked for by itself.
fn read_near(column: &Column<u64>, docs: &[u32], into: &mut Vec<u64>) -> bool {
    let (Some(&first), Some(&last)) = (docs.first(), docs.last()) else {
        return false;
    };
    let spanned = last.saturating_sub(first) as usize + 1;
    if !are_near(spanned, docs.len()) {
        return false;
    }
    let rows = column.index.docid_range_to_rowids(first..last + 1);
    if rows.len() != spanned || rows.end > column.values.num_vals() {
        return false;
    }
    into.resize(spanned, 0);
    column.values.get_range(u64::from(rows.start), into);
    for (at, doc) in docs.iter().enumerate() {
        // No document stands before its place, so that none is overwritten before it is read.
        into[at] = into[(doc - first) as usize];
    }
    into.truncate(docs.len());
    true
}

/// Reads the values of ascending rows.
fn values_of_rows(values: &dyn ColumnValues<u64>, rows: &[u32], into: &mut Vec<u64>) {
    into.clear();
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
        return;
    };
    let spanned = (last.saturating_sub(first)) as usize + 1;
    if are_near(spanned, rows.len()) {
        into.resize(spanned, 0);
        values.get_range(u64::from(first), into);
        for (at, &row) in rows.iter().enumerate() {
            let value = into.get(row.wrapping_sub(first) as usize);
            into[at] = value.copied().unwrap_or_default();
        }
        into.truncate(rows.len());
    } else {
        into.resize(rows.len(), 0);
        values.get_vals(rows, into);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use tantivy::columnar::{ColumnarReader, ColumnarWriter, DynamicColumn, StrColumn};

    use super::*;
    use crate::index::search::counters::{Counters, Dense};
    use crate::index::search::views::FacetColumn;
    use crate::index::search::watch::Watch;
    use crate::index::search::written::{Written, WrittenPart};
    use crate::index::segment::nodes::by_document::ByDocument;
    use crate::index::segment::nodes::by_document::tests::rows_of;
    use crate::index::segment::nodes::{NodeTable, ROOT};
    use crate::schema::Origin;

    pub(in crate::index::search) const DOCUMENTS: u32 = 300;

    /// Makes a column; `values` gives those of a document.
    fn column(values: impl Fn(u32) -> Vec<String>, tree: Option<char>) -> FacetColumn {
        let mut writer = ColumnarWriter::default();
        for doc in 0..DOCUMENTS {
            // As the writer of an index keeps them: one of each.
            for value in values(doc).into_iter().collect::<BTreeSet<_>>() {
                writer.record_str(doc, "facet", &value);
            }
        }
        let mut bytes = Vec::new();
        writer.serialize(DOCUMENTS, None, &mut bytes).unwrap();
        let columns = ColumnarReader::open(bytes).unwrap();
        let column: StrColumn = match columns.read_columns("facet").unwrap()[0].open().unwrap() {
            DynamicColumn::Str(column) => column,
            other => panic!("{other:?}"),
        };
        let table = NodeTable::of_columns([&column], tree).unwrap();
        FacetColumn {
            written: Written::of(Origin::Declared, column, None),
            table,
            made: 0,
        }
    }

    /// Two columns whose values count together.
    fn joined(one: &FacetColumn, other: &FacetColumn) -> FacetColumn {
        let written = Written::joined([&one.written, &other.written]);
        let columns = written
            .parts()
            .iter()
            .map(|part| part.column.open().unwrap());
        let tree = one.table.tree.or(other.table.tree);
        let table = NodeTable::of_columns(columns, tree).unwrap();
        FacetColumn {
            written,
            table,
            made: 0,
        }
    }

    /// Columns of every kind, by name.
    pub(in crate::index::search) fn columns() -> Vec<(&'static str, FacetColumn)> {
        let flat = |number: u32| format!("value {:02}", number * 7 % 23);
        let path = |number: u32| format!("a{}/b{}/c{}", number % 2, number % 3, number % 5);
        let spelled = |number: u32| {
            let form = if number.is_multiple_of(2) {
                "Iran"
            } else {
                "IRAN"
            };
            format!("{form}{}", number % 3)
        };
        let many = |doc: u32| (0..doc * 13 % 5).map(move |n| doc * 31 + n * n);
        let each = |doc: u32| doc..=doc;
        vec![
            ("one each", column(|doc| vec![flat(doc)], None)),
            (
                "at most one",
                column(|doc| (0..doc % 3 % 2).map(|_| flat(doc)).collect(), None),
            ),
            ("many", column(|doc| many(doc).map(flat).collect(), None)),
            (
                "spellings",
                column(|doc| many(doc).map(spelled).collect(), None),
            ),
            (
                "one spelling",
                column(|doc| each(doc).map(spelled).collect(), None),
            ),
            (
                "one path",
                column(|doc| each(doc).map(path).collect(), Some('/')),
            ),
            (
                "one path or nothing",
                column(
                    |doc| {
                        vec![if doc % 4 == 0 {
                            "/".to_owned()
                        } else {
                            path(doc)
                        }]
                    },
                    Some('/'),
                ),
            ),
            (
                "tree",
                column(|doc| many(doc).map(path).collect(), Some('/')),
            ),
            (
                "depths",
                column(
                    |doc| {
                        let cut = |n: u32| path(n)[..2 + 3 * (n as usize % 3)].to_owned();
                        many(doc).map(cut).collect()
                    },
                    Some('/'),
                ),
            ),
            (
                "nothing",
                column(
                    |doc| {
                        let slash = (doc.is_multiple_of(4)).then(|| "/".to_owned());
                        many(doc).map(path).take(1).chain(slash).collect()
                    },
                    Some('/'),
                ),
            ),
        ]
    }

    /// Documents that follow each other, and some that do not.
    pub(in crate::index::search) fn blocks() -> [Vec<u32>; 6] {
        [
            (0..64).collect(),
            (63..127).collect(),
            (290..300).collect(),
            (0..300).step_by(5).collect(),
            (100..160).filter(|doc| doc % 7 != 0).collect(),
            vec![299],
        ]
    }

    /// The nodes of a document, ancestors and all; `None` if it has no value.
    fn nodes(facet: &SegmentFacet, doc: u32) -> Option<BTreeSet<(usize, u32)>> {
        let mut nodes = BTreeSet::new();
        let any = facet.values(doc, |column, ordinal| {
            let table = &facet.columns[column].table;
            let mut node = table.leaf(ordinal);
            while node != ROOT {
                nodes.insert((column, node));
                node = table.parent(node);
            }
        });
        any.then_some(nodes)
    }

    /// A facet of these columns that nothing folds.
    pub(in crate::index::search) fn facet(columns: Vec<FacetColumn>) -> SegmentFacet {
        let tree = columns.iter().find_map(|column| column.table.tree);
        SegmentFacet {
            columns,
            is_nested: tree.is_some(),
            tree,
            fold: None,
        }
    }

    /// The rows of a segment that has the columns of a facet and one more.
    fn rows_of_facet(facet: &SegmentFacet) -> (ByDocument, RowPlaces) {
        let other = column(|doc| vec![doc.to_string(); 2], None);
        let opened = |part: &WrittenPart| part.column.open().unwrap().clone();
        let mut columns = vec![opened(&other.written.parts()[0]); 2];
        let places = facet.columns.iter().map(|column| {
            let first = columns.len();
            let parts = column.written.parts().iter();
            columns.extend(parts.map(opened));
            (first..columns.len()).collect()
        });
        let places = RowPlaces::new(places.collect());
        (rows_of(&columns, DOCUMENTS).unwrap(), places)
    }

    fn check(name: &str, facet: &SegmentFacet) -> usize {
        let mut elsewhere = 0;
        let numbering = Numbering::new(facet).unwrap();
        let dense = Dense::read(facet, &numbering, DOCUMENTS, &Watch::default()).unwrap();
        let most = Dense::most_bytes(facet, &numbering, DOCUMENTS).unwrap();
        assert!(dense.bytes() <= most, "{name}: {} of {most}", dense.bytes());
        let mut reader = NumberReader::new(facet.clone(), numbering.clone());
        let (rows, places) = rows_of_facet(facet);
        let wanted = vec![true; 64];
        let mut of_block = BlockRows::default();
        for docs in &blocks() {
            for mask in [u64::MAX, 0x5555_5555_5555_5555, 1, 0] {
                let chosen: Vec<u32> = Block::new(docs).chosen(mask).collect();
                let block = Block::new(&chosen);
                let mut counters = [(); 3].map(|()| Counters::new(numbering.len()));
                let mut numbers = Vec::new();
                reader.read(block, &mut numbers);
                counters[0].add_all(&numbers);
                dense.count(block, &mut counters[1]);
                numbers.clear();
                rows.read(block.docs(), &wanted, &mut of_block);
                reader.read_rows(&of_block, &places, &mut numbers);
                reader.read(Block::new(of_block.elsewhere()), &mut numbers);
                elsewhere += of_block.elsewhere().len();
                counters[2].add_all(&numbers);
                for (counts, how) in counters.into_iter().zip(["read", "dense", "rows"]) {
                    let counts = numbering.settle(facet, counts.finish().into());
                    let of: Vec<_> = chosen.iter().map(|&doc| nodes(facet, doc)).collect();
                    let missing = of.iter().filter(|nodes| nodes.is_none()).count();
                    let place = format!("{name}, {how}, {docs:?}, {mask:x}");
                    assert_eq!(counts[MISSING as usize] as usize, missing, "{place}");
                    for (number, column) in facet.columns.iter().enumerate() {
                        let counted = numbering.by_node(number, &column.table, &counts);
                        for (node, &count) in counted.iter().enumerate() {
                            let has = |nodes: &&BTreeSet<_>| nodes.contains(&(number, node as u32));
                            let expected = of.iter().flatten().filter(has).count();
                            assert_eq!(count as usize, expected, "{place}, node {node}");
                        }
                    }
                }
            }
        }
        elsewhere
    }

    #[test]
    fn every_way_of_reading_counts_every_node_once() {
        let columns = columns();
        for (name, column) in &columns {
            let columns = vec![column.clone()];
            check(name, &facet(columns));
        }
        for ((first_name, first), (second_name, second)) in columns.iter().zip(&columns[1..]) {
            let columns = vec![second.clone(), first.clone()];
            let name = format!("{second_name}, else {first_name}");
            check(&name, &facet(columns));
            let name = format!("{second_name}, and {first_name}");
            check(&name, &facet(vec![joined(second, first)]));
            let name = format!("{second_name} twice");
            check(&name, &facet(vec![joined(second, second)]));
        }
        check("no column", &facet(vec![]));
        // More than stand in a row.
        let very_many = |doc: u32| 0..if doc.is_multiple_of(3) { 20 } else { doc % 4 };
        let very_many = column(|doc| very_many(doc).map(|n| n.to_string()).collect(), None);
        assert!(check("very many", &facet(vec![very_many.clone()])) > 0);
        // More bits than are read at once.
        let wide = |doc: u32| (0..doc % 12).map(move |n| format!("{}", (doc * 12 + n) % 700));
        check(
            "wide",
            &facet(vec![column(|doc| wide(doc).collect(), None)]),
        );
        let both = vec![very_many, columns[1].1.clone()];
        assert!(check("very many, else one", &facet(both)) > 0);
    }
}
