//! Which numbers the values of a facet are, what they count for, and how counts by number become
//! counts by node.
//!
//! A value of a flat facet is one number, that of its node where spellings fold together. In a tree
//! a document must count once for a node however many of its values lead there. Take the nodes of
//! its values in the order of the table, which is that of a walk through the tree: the document counts
//! *for* each of them, and *against* the lowest node that two neighbours share. Of `k` values below a
//! node, `k - 1` pairs of neighbours meet below it, so the sums over subtrees count the document
//! once for every node that it has. A repeated node meets itself, and counts once as well.

pub(super) mod many;

use std::borrow::Cow;
use std::ops::Range;

use super::views::SegmentFacet;
use crate::index::generation::DAMAGE_HINT;
use crate::index::segment::nodes::{NodeTable, ROOT};
use crate::{Error, ErrorKind, Result};

/// Of a document without a value, or with none that is not silenced.
pub(in crate::index) const MISSING: u32 = 0;
/// Of a document whose values stand for no node, so that every document has a number.
pub(super) const NOTHING: u32 = 1;

/// Which numbers a facet has in a segment: those that are read and counted, and those of its nodes.
///
/// They are the same but where no document has two values: there the values are counted, and what a
/// value leads to is worked out once for all documents that have it.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct Numbering {
    pub(super) read: Layout,
    /// `None` if they are those that are read.
    settled: Option<Layout>,
}

/// Numbers of the columns of a facet, which follow each other.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) columns: Vec<Span>,
    /// Of values of several origins: numbers once more, for what is declared.
    pub(super) declared: Vec<Option<Span>>,
    len: u32,
}

/// The numbers of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The first: of ordinal 0 where ordinals count, else of node 0.
    pub(super) base: u32,
    /// How many ordinals or nodes there are.
    nodes: u32,
    pub(super) of: Of,
}

/// What the numbers of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Ordinals, each of which is a node of its own.
    Ordinals,
    /// Ordinals, of which a document has one at most, whatever they lead to.
    Values,
    /// Nodes, without what is above them.
    Nodes,
    /// Nodes of a tree; as many numbers follow that count against them.
    Tree,
}

impl Of {
    pub(super) fn is_ordinal(self) -> bool {
        matches!(self, Self::Ordinals | Self::Values)
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            columns: Vec::new(),
            declared: Vec::new(),
            len: NOTHING + 1,
        }
    }
}

impl Layout {
    fn take(&mut self, nodes: u32, of: Of) -> Result<Span> {
        let base = self.len;
        let numbers = nodes.checked_mul(if of == Of::Tree { 2 } else { 1 });
        self.len = numbers
            .and_then(|numbers| base.checked_add(numbers))
            .ok_or_else(|| {
                let message = "a facet has more values than can be counted";
                Error::new(ErrorKind::Damaged, message).with_hint(DAMAGE_HINT)
            })?;
        Ok(Span { base, nodes, of })
    }

    fn push(&mut self, nodes: u32, of: Of, declared: Option<(u32, Of)>) -> Result<()> {
        let span = self.take(nodes, of)?;
        self.columns.push(span);
        let declared = declared.map(|(nodes, of)| self.take(nodes, of));
        self.declared.push(declared.transpose()?);
        Ok(())
    }
}

impl Numbering {
    pub(in crate::index) fn new(facet: &SegmentFacet) -> Result<Self> {
        let (mut read, mut settled) = (Layout::default(), Layout::default());
        for column in &facet.columns {
            let nodes = column.table.len();
            let of = match (column.table.simple, facet.is_nested) {
                (true, _) => Of::Ordinals,
                (false, false) => Of::Nodes,
                (false, true) => Of::Tree,
            };
            let is_mixed = !column.written.is_alone() && column.written.declared() > 0;
            let declared = is_mixed.then_some((nodes, of));
            if of != Of::Ordinals && column.written.has_one_at_most() {
                read.push(column.written.len(), Of::Values, declared)?;
            } else {
                read.push(nodes, of, declared)?;
            }
            settled.push(nodes, of, declared)?;
        }
        let differs = read.columns.iter().any(|span| span.of == Of::Values);
        Ok(Self {
            read,
            settled: differs.then_some(settled),
        })
    }

    /// One more than the last number that is read.
    pub(in crate::index) fn len(&self) -> u32 {
        self.read.len
    }

    /// Documents by number of what their values lead to, from documents by number as read.
    pub(in crate::index) fn settle<'a>(
        &self,
        facet: &SegmentFacet,
        counts: Cow<'a, [u32]>,
    ) -> Cow<'a, [u32]> {
        let Some(settled) = &self.settled else {
            return counts;
        };
        let mut out = vec![0; settled.len as usize];
        let fixed = NOTHING as usize + 1;
        out[..fixed].copy_from_slice(&counts[..fixed]);
        let (mut nodes, mut numbers) = (Vec::new(), Vec::new());
        let read = self.read.columns.iter().zip(&self.read.declared);
        let settled = settled.columns.iter().zip(&settled.declared);
        for ((read, settled), column) in read.zip(settled).zip(&facet.columns) {
            if read.0.of == Of::Values && settled.0.has_one_each(&column.table) {
                for (ordinal, count) in counted(&counts[read.0.all()]) {
                    out[settled.0.number(&column.table, ordinal) as usize] += count;
                }
            } else if read.0.of == Of::Values {
                for (ordinal, count) in counted(&counts[read.0.all()]) {
                    numbers.clear();
                    let ordinal = std::iter::once(ordinal);
                    settled
                        .0
                        .push(&column.table, ordinal, &mut nodes, &mut numbers);
                    for &number in &numbers {
                        out[number as usize] += count;
                    }
                }
            } else {
                out[settled.0.all()].copy_from_slice(&counts[read.0.all()]);
            }
            if let (Some(read), Some(settled)) = (read.1, settled.1) {
                out[settled.all()].copy_from_slice(&counts[read.all()]);
            }
        }
        Cow::Owned(out)
    }

    fn nodes(&self) -> &Layout {
        self.settled.as_ref().unwrap_or(&self.read)
    }

    /// The nodes of a column that values lead to themselves; `None` if every node that is counted
    /// is one. Counts are [settled](Self::settle), here and below.
    pub(in crate::index) fn direct(&self, column: usize, counts: &[u32]) -> Option<Vec<bool>> {
        let Span { base, nodes, of } = self.nodes().columns[column];
        let of_values = &counts[base as usize..(base + nodes) as usize];
        (of == Of::Tree).then(|| of_values.iter().map(|&count| count > 0).collect())
    }

    /// Documents by node of a column, from documents by number.
    pub(in crate::index) fn by_node(
        &self,
        column: usize,
        table: &NodeTable,
        counts: &[u32],
    ) -> Vec<u32> {
        self.nodes().columns[column].sums(table, counts)
    }

    /// Documents by node of every column. Where there is one, whose nodes stand in the order of the
    /// numbers, they take the memory of the numbers.
    pub(in crate::index) fn by_nodes<'t>(
        &self,
        tables: impl Iterator<Item = &'t NodeTable>,
        counts: Cow<'_, [u32]>,
    ) -> Vec<Vec<u32>> {
        let tables: Vec<&NodeTable> = tables.collect();
        match (counts, tables.as_slice(), self.nodes().columns.as_slice()) {
            (Cow::Owned(mut counts), &[table], &[span]) if span.is_in_order(table, &counts) => {
                counts.truncate(span.all().end);
                counts.drain(..span.base as usize);
                vec![counts]
            }
            (counts, tables, columns) => {
                let columns = columns.iter().zip(tables);
                columns
                    .map(|(span, table)| span.sums(table, &counts))
                    .collect()
            }
        }
    }

    /// Of a column of values of several origins: the documents by node that declare a value.
    pub(in crate::index) fn declared_by_node(
        &self,
        column: usize,
        table: &NodeTable,
        counts: &[u32],
    ) -> Option<Vec<u32>> {
        self.nodes().declared[column].map(|span| span.sums(table, counts))
    }
}

/// What is greater than 0 among counts, with its place.
pub(in crate::index) fn counted(counts: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    /// So many are looked at together.
    const MANY: usize = 16;
    let many = counts.chunks(MANY).enumerate();
    let many = many.filter(|(_, many)| many.iter().fold(0, |all, count| all | count) != 0);
    many.flat_map(|(at, many)| {
        let each = (at * MANY..).zip(many).filter(|(_, count)| **count > 0);
        each.map(|(place, &count)| (place as u32, count))
    })
}

impl Span {
    /// All its numbers.
    fn all(self) -> Range<usize> {
        let numbers = self.nodes as usize * if self.of == Of::Tree { 2 } else { 1 };
        self.base as usize..self.base as usize + numbers
    }

    /// Documents by node, from documents by number.
    fn sums(self, table: &NodeTable, counts: &[u32]) -> Vec<u32> {
        let Self { base, nodes, of } = self;
        let counts_of = |first: u32| &counts[first as usize..(first + nodes) as usize];
        let of_values = counts_of(base);
        // Most nodes may have no document, and their part of the table is not looked at.
        match of {
            Of::Nodes => return of_values.to_vec(),
            Of::Ordinals | Of::Values => {
                let mut by_node = vec![0; nodes as usize];
                for (ordinal, count) in counted(of_values) {
                    if let Some(of_node) = by_node.get_mut(table.leaf(ordinal) as usize) {
                        *of_node = count;
                    }
                }
                return by_node;
            }
            Of::Tree => {}
        }
        let of_shared = counts_of(base + nodes);
        let pairs = of_values.iter().zip(of_shared);
        let mut sums: Vec<u32> = pairs.map(|(a, b)| a.wrapping_sub(*b)).collect();
        // What is below a node has greater numbers, so its sum is complete when its turn comes.
        for node in (0..nodes).rev() {
            if sums[node as usize] == 0 {
                continue;
            }
            let parent = table.parent(node);
            if parent != ROOT {
                sums[parent as usize] = sums[parent as usize].wrapping_add(sums[node as usize]);
            }
        }
        sums
    }

    /// Whether the number of each node that has documents is its own, behind the base.
    fn is_in_order(self, table: &NodeTable, counts: &[u32]) -> bool {
        match self.of {
            Of::Nodes => true,
            Of::Ordinals | Of::Values => {
                let mut counted = counted(&counts[self.all()]);
                counted.all(|(ordinal, _)| table.leaf(ordinal) == ordinal)
            }
            Of::Tree => false,
        }
    }

    /// Whether every value is one number.
    fn has_one_each(self, table: &NodeTable) -> bool {
        self.of != Of::Tree || table.most_leaves() == 1
    }

    /// The one number of a value, where nodes are counted.
    #[inline]
    fn number(self, table: &NodeTable, ordinal: u32) -> u32 {
        match table.leaf(ordinal) {
            ROOT => Self::nothing(table),
            node => self.base + node,
        }
    }

    /// Of a document whose values lead nowhere. What is silenced is as good as missing.
    fn nothing(table: &NodeTable) -> u32 {
        if table.has_silent() { MISSING } else { NOTHING }
    }

    /// Appends the numbers of a document with these ordinals.
    pub(super) fn push_all(
        self,
        table: &NodeTable,
        ordinals: &[u32],
        nodes: &mut Vec<u32>,
        into: &mut Vec<u32>,
    ) {
        let ordinals = ordinals.iter().copied();
        if self.of.is_ordinal() {
            into.extend(ordinals.map(|ordinal| self.base + ordinal));
        } else {
            self.push(table, ordinals, nodes, into);
        }
    }

    /// Appends the numbers of a document with values of these ordinals.
    pub(super) fn push(
        self,
        table: &NodeTable,
        ordinals: impl Iterator<Item = u32>,
        nodes: &mut Vec<u32>,
        into: &mut Vec<u32>,
    ) {
        if self.of == Of::Nodes {
            let first = into.len();
            let all = ordinals.map(|ordinal| table.leaf(ordinal));
            into.extend(
                all.filter(|&node| node != ROOT)
                    .map(|node| self.base + node),
            );
            if into.len() == first {
                into.push(Self::nothing(table));
            } else if may_have_equal(&into[first..]) {
                nodes.clear();
                nodes.extend(into.drain(first..));
                nodes.sort_unstable();
                nodes.dedup();
                into.append(nodes);
            }
            return;
        }
        nodes.clear();
        for ordinal in ordinals {
            table.each_leaf(ordinal, |leaf| nodes.push(leaf));
        }
        let Some(&first) = nodes.first() else {
            into.push(Self::nothing(table));
            return;
        };
        if nodes.len() == 1 {
            into.push(self.base + first);
            return;
        }
        // Ordinals mostly come in the order of their nodes, and are few: to sort is much to ask.
        if nodes.windows(2).any(|pair| pair[0] > pair[1]) {
            nodes.sort_unstable();
        }
        into.extend(nodes.iter().map(|node| self.base + node));
        for pair in nodes.windows(2) {
            if let Some(shared) = shared(table, pair[0], pair[1]) {
                into.push(self.base + self.nodes + shared);
            }
        }
    }
}

/// Whether some of these may be equal: certain only of those that ascend, and of two.
fn may_have_equal(numbers: &[u32]) -> bool {
    match numbers {
        [one, other] => one == other,
        numbers => numbers.windows(2).any(|pair| pair[0] >= pair[1]),
    }
}

/// The lowest node that two nodes are or lie below. What is above a node has a smaller number.
fn shared(table: &NodeTable, mut a: u32, mut b: u32) -> Option<u32> {
    while a != b {
        if a == ROOT || b == ROOT {
            return None;
        }
        if a > b {
            a = table.parent(a);
        } else {
            b = table.parent(b);
        }
    }
    (a != ROOT).then_some(a)
}
