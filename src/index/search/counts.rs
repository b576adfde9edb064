//! Exact counts of one facet: per segment by node, then across segments by the nodes' names.

mod entries;
mod listed;
mod names;
mod tallied;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use entries::{Added, Entry, Row};
pub(in crate::index) use listed::Whole;
use names::Names;
pub(in crate::index) use tallied::{KeptSums, Tallied};
use tallied::{OfNodes, Sum, TalliedSegment};

use super::block::Block;
use super::counters::{Counters, Dense};
use super::global::GlobalNodes;
use super::kept::{Budget, HowKept, KeptFacet};
use super::numbering::{MISSING, counted};
use super::numbers::NumberReader;
use super::views::ResolvedFacet;
use super::watch::Watch;
use super::written_rows::RowPlaces;
use crate::Result;
use crate::analysis::fold;
use crate::index::folding::FacetFold;
use crate::index::segment::nodes::by_document::BlockRows;
use crate::index::segment::nodes::{NodeHash, ROOT, display_rank, folded_path, hash_path};
use crate::search::{Bucket, FacetCounts, Top};

/// Counts a facet in one segment, in blocks.
#[derive(Debug)]
pub(in crate::index) struct SegmentCounts {
    kept: Arc<KeptFacet>,
    /// `None` if there is nothing that this facet counts by itself.
    source: Option<Source>,
    /// Whether its hits are counted together with those of other facets.
    is_together: bool,
    /// Documents of each part, once there are some.
    parts: [Option<Counters>; 3],
}

/// Documents that count for a facet, by what they lack to be hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::index) enum Part {
    /// Nothing: hits.
    Hits,
    /// One of the values of which the facet's choice wants one: another that is added to them
    /// lets the document in.
    Spare,
    /// Something else that the facet's choice demands.
    Apart,
}

/// Where the numbers of documents come from.
#[derive(Debug)]
enum Source {
    Dense(Arc<Dense>),
    Columns(Box<NumberReader>, Vec<u32>),
}

impl Source {
    /// `may_keep`: whether the numbers of all documents are worth their memory.
    fn open(kept: &KeptFacet, may_keep: bool, watch: &Watch) -> Result<Self> {
        let dense = if may_keep { kept.dense(watch)? } else { None };
        Ok(dense.map_or_else(
            || {
                let reader = NumberReader::new(kept.facet.clone(), kept.numbering.clone());
                Self::Columns(Box::new(reader), Vec::new())
            },
            Self::Dense,
        ))
    }

    fn count(&mut self, block: Block<'_>, counters: &mut Counters) -> Result<()> {
        match self {
            Self::Dense(dense) => dense.count(block, counters),
            Self::Columns(reader, numbers) => {
                reader.open()?;
                numbers.clear();
                reader.read(block, numbers);
                counters.add_all(numbers);
            }
        }
        Ok(())
    }

    /// Counts a block of which rows were read.
    fn count_rows(
        &mut self,
        block: Block<'_>,
        rows: &BlockRows,
        places: &RowPlaces,
        counters: &mut Counters,
    ) -> Result<()> {
        match self {
            Self::Dense(dense) => dense.count(block, counters),
            Self::Columns(reader, numbers) => {
                numbers.clear();
                reader.read_rows(rows, places, numbers);
                if !rows.elsewhere().is_empty() {
                    reader.open()?;
                    reader.read(Block::new(rows.elsewhere()), numbers);
                }
                counters.add_all(numbers);
            }
        }
        Ok(())
    }
}

impl SegmentCounts {
    /// `has_choice`: whether documents may count that are no hits. `how`: how hits are counted; if
    /// together with those of other facets, not here.
    pub(in crate::index) fn new(
        kept: Arc<KeptFacet>,
        has_choice: bool,
        how: &HowKept,
        watch: &Watch,
    ) -> Result<Self> {
        let is_together = matches!(how, HowKept::Together(_));
        let may_keep = has_choice || matches!(how, HowKept::Alone);
        let source = (has_choice || !is_together).then(|| Source::open(&kept, may_keep, watch));
        Ok(Self {
            source: source.transpose()?,
            kept,
            is_together,
            parts: [None, None, None],
        })
    }

    /// Whether it counts, and nothing is kept to count by.
    pub(in crate::index) fn reads_columns(&self) -> bool {
        matches!(self.source, Some(Source::Columns(..)))
    }

    /// Counts the documents of a block. Each document belongs to one part.
    pub(in crate::index) fn count(&mut self, block: Block<'_>, part: Part) -> Result<()> {
        if part == Part::Hits && self.is_together {
            return Ok(());
        }
        let Some(source) = &mut self.source else {
            return Ok(());
        };
        let numbers = self.kept.numbering.len();
        let counters = &mut self.parts[part as usize];
        let counters = counters.get_or_insert_with(|| Counters::new(numbers));
        source.count(block, counters)
    }

    /// Counts the documents of a block, all of them hits, of which rows were read.
    pub(in crate::index) fn count_rows(
        &mut self,
        block: Block<'_>,
        rows: &BlockRows,
        places: &RowPlaces,
    ) -> Result<()> {
        let Some(source) = &mut self.source else {
            return Ok(());
        };
        let numbers = self.kept.numbering.len();
        let counters = &mut self.parts[Part::Hits as usize];
        let counters = counters.get_or_insert_with(|| Counters::new(numbers));
        source.count_rows(block, rows, places, counters)
    }

    /// The counts of the segment, and what was counted. `hits`: the counters of the hits, if they
    /// were counted together with those of other facets. `splits`: whether the choice wants one of
    /// some values, so that to add another keeps its hits rather than narrows them; `None` without
    /// a choice.
    pub(in crate::index) fn finish(
        self,
        hits: Option<&[u32]>,
        splits: Option<bool>,
    ) -> (Arc<KeptFacet>, SegmentTotals) {
        let none = || vec![0; self.kept.numbering.len() as usize];
        let [own, spare, apart] = self.parts.map(|part| part.map(Counters::finish));
        let hits = match hits {
            Some(hits) => Cow::Borrowed(hits),
            None => Cow::Owned(own.unwrap_or_else(none)),
        };
        let (count, combined) = match splits {
            None => (None, hits),
            Some(splits) => {
                let combined = if splits {
                    Cow::Owned(spare.clone().unwrap_or_else(none))
                } else {
                    hits.clone()
                };
                let mut count = hits.into_owned();
                for more in [spare, apart].into_iter().flatten() {
                    for (count, more) in count.iter_mut().zip(more) {
                        *count += more;
                    }
                }
                (Some(count), combined)
            }
        };
        let settle = |counts| self.kept.numbering.settle(&self.kept.facet, counts);
        let combined = settle(combined);
        let count = count.map(|count| settle(count.into()).into_owned());
        let missing = count.as_deref().unwrap_or(&combined)[MISSING as usize];
        let counts = count.as_deref().unwrap_or(&combined);
        let is_group = self.kept.facet.tree.is_none() && self.kept.facet.fold.is_some();
        let columns = self.kept.facet.columns.iter().enumerate();
        let mut columns: Vec<ColumnTotals> = columns
            .map(|(number, column)| {
                let (numbering, table) = (&self.kept.numbering, &column.table);
                ColumnTotals {
                    combined: Vec::new(),
                    count: count
                        .as_deref()
                        .map(|count| numbering.by_node(number, table, count)),
                    declared: match column.written.declared() {
                        0 => Some(Vec::new()),
                        _ => numbering.declared_by_node(number, table, counts),
                    },
                    direct: numbering.direct(number, counts).filter(|_| is_group),
                }
            })
            .collect();
        let tables = self.kept.facet.columns.iter().map(|column| &column.table);
        let by_node = self.kept.numbering.by_nodes(tables, combined);
        for (column, by_node) in columns.iter_mut().zip(by_node) {
            column.combined = by_node;
        }
        (self.kept, SegmentTotals { missing, columns })
    }
}

/// The counts of a facet in one segment.
#[derive(Debug)]
pub(in crate::index) struct SegmentTotals {
    missing: u32,
    columns: Vec<ColumnTotals>,
}

/// Documents by node of a column.
#[derive(Debug)]
struct ColumnTotals {
    combined: Vec<u32>,
    /// `None` if it is the same.
    count: Option<Vec<u32>>,
    /// Documents that declare a value; `None` if all do that `count` counts.
    declared: Option<Vec<u32>>,
    /// The nodes that some document has itself; `None` if the others are listed as well.
    direct: Option<Vec<bool>>,
}

impl SegmentTotals {
    /// The bytes that it takes.
    pub(in crate::index) fn bytes(&self) -> usize {
        let counts = self.columns.iter().map(|column| {
            let more = [&column.count, &column.declared].into_iter().flatten();
            column.combined.capacity() + more.map(Vec::capacity).sum::<usize>()
        });
        counts.sum::<usize>() * size_of::<u32>()
    }
}

/// The counts of one facet across segments. Nodes of the same name are one entry.
pub(in crate::index) struct FacetTally<'a> {
    facet: &'a ResolvedFacet,
    /// What it is folded by, if by anything.
    fold: Option<&'a FacetFold>,
    /// Numbers of the nodes of all segments, if they are kept.
    global: Option<Arc<GlobalNodes>>,
    /// The entry of each of these numbers.
    by_number: Vec<u32>,
    /// Entries of earlier tables by name, where there are no numbers.
    by_name: Names,
    sum: Sum,
    /// How many entries stand directly below each.
    below: OnceCell<Vec<u64>>,
}

/// Stands for a node without an entry: nothing was counted for it.
const NO_ENTRY: u32 = u32::MAX;
/// A node that is listed, and its entry if something was counted for it.
type Named = (NodeHash, Option<Entry>);

/// What a request says about one facet beside its name.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct Selected {
    /// The any-of values, as given.
    pub(in crate::index) any_of: Vec<String>,
    /// The all-of values, as given.
    pub(in crate::index) all_of: Vec<String>,
}

impl<'a> FacetTally<'a> {
    /// `global`: numbers of its nodes in the segments that will be added, if they are kept.
    pub(in crate::index) fn new(
        facet: &'a ResolvedFacet,
        fold: Option<&'a FacetFold>,
        global: Option<Arc<GlobalNodes>>,
    ) -> Self {
        Self {
            facet,
            fold,
            by_number: vec![NO_ENTRY; global.as_ref().map_or(0, |global| global.len())],
            global,
            by_name: Names::default(),
            sum: Sum::Now(Box::default()),
            below: OnceCell::new(),
        }
    }

    /// What was counted before, of all segments.
    pub(in crate::index) fn of_kept(
        facet: &'a ResolvedFacet,
        fold: Option<&'a FacetFold>,
        tallied: Arc<Tallied>,
    ) -> Self {
        Self {
            sum: Sum::Before(tallied),
            ..Self::new(facet, fold, None)
        }
    }

    /// Keeps what was counted, which must be of all documents.
    pub(in crate::index) fn keep_whole(&mut self, sums: &KeptSums, budget: &Budget) {
        sums.keep(self.facet.key(), &mut self.sum, budget);
    }

    /// Adds what was counted in a segment, unless all was counted before.
    pub(in crate::index) fn add(&mut self, kept: &Arc<KeptFacet>, totals: &SegmentTotals) {
        let Sum::Now(sum) = &mut self.sum else {
            return;
        };
        sum.missing += u64::from(totals.missing);
        let segment = sum.segments.len() as u32;
        let global = self.global.take();
        let numbers = global.as_ref();
        let numbers = numbers.and_then(|global| global.of(segment as usize, kept));
        sum.segments.push(TalliedSegment {
            entries: Vec::with_capacity(kept.facet.columns.len()),
            kept: Arc::clone(kept),
        });
        for (column, totals) in totals.columns.iter().enumerate() {
            let table = &kept.facet.columns[column].table;
            let is_first = sum.entries.is_empty();
            let numbers = numbers.and_then(|numbers| numbers.get(column));
            let counts = totals.count.as_ref().unwrap_or(&totals.combined);
            if !is_first && numbers.is_none() {
                self.by_name.learn(sum);
            }
            sum.entries.begin_table(segment, column as u32);
            let mut of_nodes = if is_first {
                sum.entries.reserve(counted(counts).count());
                OfNodes::First(0)
            } else {
                OfNodes::Each(vec![NO_ENTRY; counts.len()])
            };
            for (number, count) in counted(counts) {
                let node = number as usize;
                if table.is_hidden(number) {
                    continue;
                }
                let new = sum.entries.len() as u32;
                let entry = if let Some(numbers) = numbers {
                    let entry = &mut self.by_number[numbers[node] as usize];
                    if *entry == NO_ENTRY {
                        *entry = new;
                    }
                    *entry
                } else if is_first {
                    new
                } else {
                    // No table has a name twice.
                    let known = self.by_name.find(&table.hash(number), sum);
                    known.unwrap_or(new)
                };
                if entry == new {
                    // What is above a node has a smaller number and at least as many documents.
                    // Most nodes have none above them, and need not be looked for.
                    let above = if table.simple {
                        ROOT
                    } else {
                        table.parent(number)
                    };
                    let above = match above {
                        ROOT => None,
                        above => of_nodes.get(&sum.entries, above),
                    };
                    sum.entries.push(number, above.unwrap_or(NO_ENTRY));
                }
                match &mut of_nodes {
                    OfNodes::First(many) => *many = sum.entries.len() as u32,
                    OfNodes::Each(of_nodes) => of_nodes[node] = entry,
                }
                let declared = totals.declared.as_ref();
                let declared = declared.map(|all| all.get(node).copied().unwrap_or(0));
                let added = Added {
                    count,
                    combined: totals.combined[node],
                    inferred: declared.map_or(0, |declared| count.saturating_sub(declared)),
                    is_listed: totals.direct.as_ref().is_none_or(|direct| direct[node]),
                };
                sum.entries.add(entry, added);
            }
            if let Some(segment) = sum.segments.last_mut() {
                segment.entries.push(of_nodes);
            }
        }
        // Once a segment had to do without numbers, so have the others.
        let has_numbers = numbers.is_some();
        self.global = global.filter(|_| has_numbers);
    }

    /// The number of the entry of this name.
    fn find(&self, hash: &NodeHash) -> Option<u32> {
        self.sum.segments.iter().find_map(|segment| {
            let columns = segment.kept.facet.columns.iter().zip(&segment.entries);
            let mut found = columns.filter_map(|(column, of_nodes)| {
                of_nodes.get(&self.sum.entries, column.table.find(hash)?)
            });
            found.next()
        })
    }

    /// The entry of this name.
    fn get(&self, hash: &NodeHash) -> Option<Entry> {
        self.find(hash).map(|number| self.sum.entries.get(number))
    }

    /// The nodes of a value that is asked for, from the top of its tree down to itself.
    fn ask_path(&self, value: &str) -> Result<Vec<NodeHash>> {
        if let Some(fold) = self.fold {
            return fold.ask_path(value);
        }
        let path = folded_path(value, self.facet.definition.tree);
        Ok(path.iter().map(|(folded, _)| hash_path(folded)).collect())
    }

    /// The nodes of the values of a choice.
    fn chosen<'v>(&self, selected: &'v Selected) -> Result<Chosen<'v>> {
        let nodes = |values: &'v [String]| -> Result<Vec<(Vec<NodeHash>, &'v String)>> {
            let mut nodes = Vec::with_capacity(values.len());
            for value in values {
                let path = self.ask_path(value)?;
                if !path.is_empty() {
                    nodes.push((path, value));
                }
            }
            Ok(nodes)
        };
        Ok(Chosen {
            any_of: nodes(&selected.any_of)?,
            all_of: nodes(&selected.all_of)?,
            keeps: !selected.any_of.is_empty(),
        })
    }

    /// Chooses the buckets to list and finds their names. `total` is the number of hits.
    pub(in crate::index) fn finish(
        self,
        total: u64,
        top: Top,
        selected: &Selected,
    ) -> Result<FacetCounts> {
        let selected = self.chosen(selected)?;
        let chosen_entries: Vec<u32> = selected
            .all()
            .filter_map(|(hash, _)| self.find(&hash))
            .collect();
        let levels = self.levels(&selected);
        let limit = match top {
            Top::All => usize::MAX,
            Top::Buckets(buckets) => buckets,
        };
        let is_listed = |(number, row): &(u32, &Row)| {
            self.is_listed(&levels, row) && !chosen_entries.contains(number)
        };
        let (listed, ranked) = self.candidates(limit, is_listed);
        let mut distinct = ranked;
        let named = listed.iter().map(|&entry| (self.hash(entry), Some(entry)));
        let named: Vec<Named> = named.collect();
        let mut buckets = Vec::with_capacity(listed.len());
        for (&(_, entry), name) in named.iter().zip(self.names(&named)?) {
            let bucket = self.bucket(name.unwrap_or_default(), entry, total, &selected);
            buckets.push((fold(&bucket.value), bucket));
        }
        buckets.sort_by(|(a_name, a), (b_name, b)| {
            b.count
                .cmp(&a.count)
                .then_with(|| a_name.cmp(b_name))
                .then(a.value.cmp(&b.value))
        });
        let mut seen = BTreeSet::new();
        let mut always = Vec::new();
        let chosen: Vec<(NodeHash, &String)> = selected.all().collect();
        let named = chosen.iter().map(|(hash, _)| (*hash, self.get(hash)));
        let named: Vec<Named> = named.collect();
        for (((hash, entry), (_, value)), name) in
            named.iter().zip(&chosen).zip(self.names(&named)?)
        {
            if !seen.insert(*hash) {
                continue;
            }
            let name = name.map_or_else(|| self.shown(value), Ok)?;
            let mut bucket = self.bucket(name, *entry, total, &selected);
            bucket.selected = true;
            if bucket.count > 0 {
                distinct += 1;
            }
            always.push((fold(&bucket.value), bucket));
        }
        // Selected values are listed whatever their count; the others share what is left.
        buckets.truncate(limit.saturating_sub(always.len()));
        let end = buckets.len() as u64;
        buckets.append(&mut always);
        buckets.sort_by(|(a_name, a), (b_name, b)| {
            b.count
                .cmp(&a.count)
                .then_with(|| a_name.cmp(b_name))
                .then(a.value.cmp(&b.value))
        });
        let shown = buckets
            .iter()
            .filter(|(_, bucket)| bucket.count > 0)
            .count() as u64;
        Ok(FacetCounts {
            buckets: buckets.into_iter().map(|(_, bucket)| bucket).collect(),
            distinct,
            missing: self.sum.missing,
            other: distinct - shown,
            next: (end < ranked).then_some(end + 1),
        })
    }

    /// How a value is shown that no document has.
    fn shown(&self, value: &str) -> Result<String> {
        let shown = self.fold.map_or(Ok(None), |fold| fold.shown(value))?;
        Ok(shown.unwrap_or_else(|| value.to_owned()))
    }

    /// Whether an entry is listed if it is not chosen.
    fn is_listed(&self, levels: &BTreeSet<Option<u32>>, row: &Row) -> bool {
        match self.facet.definition.tree {
            Some(_) => levels.contains(&row.parent()),
            None => row.is_listed(),
        }
    }

    /// The entries that may be among the first `limit` by count and name, and how many there are
    /// altogether. Names need not be looked at: the table knows the order of those of its nodes.
    fn candidates(
        &self,
        limit: usize,
        is_listed: impl Fn(&(u32, &Row)) -> bool,
    ) -> (Vec<Entry>, u64) {
        let listed = || (0..).zip(self.sum.entries.rows()).filter(&is_listed);
        let mut counts: Vec<u64> = listed().map(|(_, row)| row.count).collect();
        let ranked = counts.len() as u64;
        if counts.len() <= limit {
            let all = listed().map(|(number, _)| self.sum.entries.get(number));
            return (all.collect(), ranked);
        }
        let Some(last) = limit.checked_sub(1) else {
            return (Vec::new(), ranked);
        };
        let (_, &mut threshold, _) = counts.select_nth_unstable_by(last, |a, b| b.cmp(a));
        // Of those with as many as the last, the first by name of each table.
        let mut first: HashMap<(u32, u32), BinaryHeap<(u32, u32)>> = HashMap::new();
        let mut candidates = Vec::new();
        for (number, row) in listed().filter(|(_, row)| row.count >= threshold) {
            let entry = self.sum.entries.get(number);
            if row.count > threshold {
                candidates.push(entry);
                continue;
            }
            let (segment, column, rank) = self.place(entry);
            let first = first.entry((segment, column)).or_default();
            if first.len() < limit {
                first.push((rank, number));
            } else if let Some(mut last) = first.peek_mut()
                && rank < last.0
            {
                *last = (rank, number);
            }
        }
        let first = first.into_values().flatten();
        candidates.extend(first.map(|(_, number)| self.sum.entries.get(number)));
        (candidates, ranked)
    }

    /// The parents whose children are listed in a tree: the top, or the chosen nodes; beside a
    /// chosen node with nothing below it, its siblings.
    fn levels(&self, selected: &Chosen<'_>) -> BTreeSet<Option<u32>> {
        let mut levels = BTreeSet::new();
        for (path, _) in &selected.any_of {
            let Some((node, above)) = path.split_last() else {
                continue;
            };
            let node = self.find(node);
            let has_children = self
                .sum
                .entries
                .rows()
                .iter()
                .any(|row| row.parent() == node);
            if node.is_some() && has_children {
                levels.insert(node);
                continue;
            }
            match above.last() {
                None => levels.insert(None),
                // Nothing is listed below what no document has.
                Some(above) => match self.find(above) {
                    Some(above) => levels.insert(Some(above)),
                    None => false,
                },
            };
        }
        if selected.any_of.is_empty() {
            levels.insert(None);
        }
        levels
    }

    /// How many entries stand directly below each.
    fn below(&self) -> &[u64] {
        self.below.get_or_init(|| {
            let mut below = vec![0; self.sum.entries.len()];
            for parent in self.sum.entries.rows().iter().filter_map(Row::parent) {
                below[parent as usize] += 1;
            }
            below
        })
    }

    /// The name of an entry.
    fn hash(&self, entry: Entry) -> NodeHash {
        let (segment, column, node) = entry.place;
        let facet = &self.sum.segments[segment as usize].kept.facet;
        facet.columns[column as usize].table.hash(node)
    }

    /// A bucket that is not selected.
    fn bucket(
        &self,
        value: String,
        entry: Option<Entry>,
        total: u64,
        selected: &Chosen<'_>,
    ) -> Bucket {
        let added = entry.map_or(0, |entry| entry.combined);
        let tree = self.facet.definition.tree;
        let children = tree.map(|_| {
            let number = entry.and_then(|entry| self.find(&self.hash(entry)));
            number.map_or(0, |number| self.below()[number as usize])
        });
        Bucket {
            value,
            count: entry.map_or(0, |entry| entry.count),
            // To add a value to an any-of choice keeps its hits; without one it narrows them.
            combined: if selected.keeps { total + added } else { added },
            inferred: entry.map_or(0, |entry| entry.inferred),
            selected: false,
            children,
            corpus: None,
            lift: None,
        }
    }

    /// The written form that is shown for each node, of all that lead to it.
    fn names(&self, nodes: &[Named]) -> Result<Vec<Option<String>>> {
        let mut names: Vec<Option<String>> = vec![None; nodes.len()];
        for (segment, TalliedSegment { kept, .. }) in self.sum.segments.iter().enumerate() {
            for (number, column) in kept.facet.columns.iter().enumerate() {
                let here = (segment as u32, number as u32);
                let place = |(hash, entry): &Named| match entry {
                    Some(Entry { place, .. }) if (place.0, place.1) == here => Some(place.2),
                    _ => column.table.find(hash),
                };
                let found = nodes.iter().enumerate();
                let found = found.filter_map(|(at, named)| Some((at, place(named)?)));
                let (places, nodes): (Vec<usize>, Vec<u32>) = found.unzip();
                for (at, form) in places.into_iter().zip(kept.forms(number, &nodes)?) {
                    let best = &mut names[at];
                    let is_better = |best: &String| display_rank(&form) < display_rank(best);
                    if best.as_ref().is_none_or(is_better) {
                        *best = Some(form);
                    }
                }
            }
        }
        Ok(names)
    }

    /// Where an entry stands: segment, column, and the rank of its name there.
    fn place(&self, entry: Entry) -> (u32, u32, u32) {
        let (segment, column, node) = entry.place;
        let facet = &self.sum.segments[segment as usize].kept.facet;
        (
            segment,
            column,
            facet.columns[column as usize].table.rank(node),
        )
    }
}

/// The values of a choice that mean anything, each with its nodes from the top down.
struct Chosen<'v> {
    any_of: Vec<(Vec<NodeHash>, &'v String)>,
    all_of: Vec<(Vec<NodeHash>, &'v String)>,
    /// Whether to add a value keeps the hits that there are.
    keeps: bool,
}

impl<'v> Chosen<'v> {
    /// Each value with its own node.
    fn all(&self) -> impl Iterator<Item = (NodeHash, &'v String)> + '_ {
        let both = self.any_of.iter().chain(&self.all_of);
        both.filter_map(|(path, value)| Some((*path.last()?, *value)))
    }
}
