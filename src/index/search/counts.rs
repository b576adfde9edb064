//! Exact counts of one facet: per segment by node, then across segments by the nodes' names.

mod listed;

use std::collections::{BTreeSet, HashMap};

pub(in crate::index) use listed::Whole;

use super::views::{ResolvedFacet, SegmentFacet, SegmentView};
use crate::Result;
use crate::analysis::fold;
use crate::index::segment::nodes::{NodeHash, ROOT, display_rank, folded_path, hash_of, hash_path};
use crate::search::{Bucket, FacetCounts, Top};

/// Counts the values of a facet in one segment, in blocks of up to 64 documents.
pub(in crate::index) struct SegmentCounts {
    facet: SegmentFacet,
    columns: Vec<NodeCounts>,
    missing: u64,
    /// Whether `combined` differs from `count` and is counted apart.
    apart: bool,
}

#[derive(Default)]
struct NodeCounts {
    /// By node; by ordinal where every ordinal is a node of its own.
    counts: Vec<u32>,
    combined: Vec<u32>,
    /// The documents of the present block that lead to a node.
    masks: Vec<u64>,
    touched: Vec<u32>,
}

impl SegmentCounts {
    pub(in crate::index) fn new(facet: SegmentFacet, apart: bool) -> Self {
        let columns = facet
            .columns
            .iter()
            .map(|column| {
                let nodes = column.table.len() as usize;
                let by_node = if column.table.simple { 0 } else { nodes };
                NodeCounts {
                    counts: vec![0; nodes],
                    combined: vec![0; if apart { nodes } else { 0 }],
                    masks: vec![0; by_node],
                    touched: Vec::new(),
                }
            })
            .collect();
        Self {
            facet,
            columns,
            missing: 0,
            apart,
        }
    }

    /// Counts a block. `count` and `combined` have a bit for each document that counts.
    pub(in crate::index) fn count(&mut self, docs: &[u32], count: u64, combined: u64) {
        let mut left = count | if self.apart { combined } else { 0 };
        while left != 0 {
            let at = left.trailing_zeros();
            let bit = 1u64 << at;
            left &= left - 1;
            let Some(&doc) = docs.get(at as usize) else {
                break;
            };
            let columns = &mut self.columns;
            let facet = &self.facet;
            let any = facet.values(doc, |column, ordinal| {
                let table = &facet.columns[column].table;
                let nodes = &mut columns[column];
                if table.simple {
                    // No value is repeated in a document: the writer keeps one of each.
                    if let Some(counter) = nodes.counts.get_mut(ordinal as usize) {
                        *counter += u32::from(count & bit != 0);
                    }
                    if let Some(counter) = nodes.combined.get_mut(ordinal as usize) {
                        *counter += u32::from(combined & bit != 0);
                    }
                    return;
                }
                let mut node = table.leaf(ordinal);
                while node != ROOT {
                    let mask = &mut nodes.masks[node as usize];
                    if *mask & bit != 0 {
                        break; // the ancestors have it too
                    }
                    if *mask == 0 {
                        nodes.touched.push(node);
                    }
                    *mask |= bit;
                    node = table.parent(node);
                }
            });
            if !any && count & bit != 0 {
                self.missing += 1;
            }
        }
        for nodes in &mut self.columns {
            for node in nodes.touched.drain(..) {
                let mask = std::mem::take(&mut nodes.masks[node as usize]);
                nodes.counts[node as usize] += (mask & count).count_ones();
                if let Some(counter) = nodes.combined.get_mut(node as usize) {
                    *counter += (mask & combined).count_ones();
                }
            }
        }
    }
}

/// The counts of one facet across segments.
pub(in crate::index) struct FacetTally<'a> {
    facet: &'a ResolvedFacet,
    entries: HashMap<NodeHash, Entry>,
    segments: Vec<SegmentFacet>,
    missing: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    count: u64,
    combined: u64,
    parent: Option<NodeHash>,
    /// The first segment, column and node that it was found in.
    place: (u32, u32, u32),
}

/// What a request says about one facet beside its name.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct Selected {
    /// The any-of values, as given.
    pub(in crate::index) any_of: Vec<String>,
    /// The all-of values, as given.
    pub(in crate::index) all_of: Vec<String>,
}

impl<'a> FacetTally<'a> {
    pub(in crate::index) fn new(facet: &'a ResolvedFacet) -> Self {
        Self {
            facet,
            entries: HashMap::new(),
            segments: Vec::new(),
            missing: 0,
        }
    }

    /// Adds what was counted in a segment.
    pub(in crate::index) fn add(&mut self, counted: SegmentCounts) {
        self.missing += counted.missing;
        for (column, (nodes, facet)) in counted
            .columns
            .iter()
            .zip(&counted.facet.columns)
            .enumerate()
        {
            let table = &facet.table;
            for (index, &count) in nodes.counts.iter().enumerate() {
                let combined = if counted.apart {
                    nodes.combined[index]
                } else {
                    count
                };
                if count == 0 && combined == 0 {
                    continue;
                }
                let index = index as u32;
                let node = if table.simple {
                    table.leaf(index)
                } else {
                    index
                };
                if node == ROOT {
                    continue;
                }
                let entry = self.entries.entry(table.hash(node)).or_insert_with(|| {
                    let parent = table.parent(node);
                    Entry {
                        count: 0,
                        combined: 0,
                        parent: (parent != ROOT).then(|| table.hash(parent)),
                        place: (self.segments.len() as u32, column as u32, node),
                    }
                });
                entry.count += u64::from(count);
                entry.combined += u64::from(combined);
            }
        }
        self.segments.push(counted.facet);
    }

    /// Chooses the buckets to list and finds their names. `total` is the number of hits.
    pub(in crate::index) fn finish(
        self,
        total: u64,
        top: Top,
        selected: &Selected,
    ) -> Result<FacetCounts> {
        let tree = self.facet.definition.tree;
        let hash = |value: &String| hash_of(value, tree);
        let chosen: Vec<(NodeHash, &String)> = selected
            .any_of
            .iter()
            .chain(&selected.all_of)
            .filter_map(|value| Some((hash(value)?, value)))
            .collect();
        let levels = self.levels(&selected.any_of);
        let mut listed: Vec<(NodeHash, Entry)> = self
            .entries
            .iter()
            .filter(|(hash, entry)| {
                entry.count > 0
                    && (levels.contains(&entry.parent)
                        && !chosen.iter().any(|(chosen, _)| chosen == *hash))
            })
            .map(|(hash, entry)| (*hash, *entry))
            .collect();
        let ranked = listed.len() as u64;
        let mut distinct = ranked;
        let limit = match top {
            Top::All => usize::MAX,
            Top::Buckets(buckets) => buckets,
        };
        Self::keep_candidates(&mut listed, limit);
        let mut buckets = Vec::new();
        for (hash, entry) in listed {
            let name = self.name(&hash)?.unwrap_or_default();
            buckets.push((
                fold(&name),
                self.bucket(name, hash, Some(entry), total, selected),
            ));
        }
        buckets.sort_by(|(a_name, a), (b_name, b)| {
            b.count
                .cmp(&a.count)
                .then_with(|| a_name.cmp(b_name))
                .then(a.value.cmp(&b.value))
        });
        let mut seen = BTreeSet::new();
        let mut always = Vec::new();
        for (hash, value) in &chosen {
            if !seen.insert(*hash) {
                continue;
            }
            let entry = self.entries.get(hash).copied();
            let name = self.name(hash)?.unwrap_or_else(|| (*value).clone());
            let bucket = self.bucket(name, *hash, entry, total, selected);
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
            missing: self.missing,
            other: distinct - shown,
            next: (end < ranked).then_some(end + 1),
        })
    }

    /// The parents whose children are listed: the top, or the chosen nodes; beside a chosen node
    /// with nothing below it, its siblings.
    fn levels(&self, chosen: &[String]) -> BTreeSet<Option<NodeHash>> {
        let mut levels = BTreeSet::new();
        for value in chosen {
            let path = folded_path(value, self.facet.definition.tree);
            let Some((node, above)) = path.split_last() else {
                continue;
            };
            let node = hash_path(&node.0);
            let mut below = self
                .entries
                .values()
                .filter(|entry| entry.parent == Some(node));
            if below.any(|entry| entry.count > 0) {
                levels.insert(Some(node));
            } else {
                levels.insert(above.last().map(|(folded, _)| hash_path(folded)));
            }
        }
        if levels.is_empty() {
            levels.insert(None);
        }
        levels
    }

    /// Drops entries that cannot be among the first `limit` by count and name, without looking at
    /// names: nodes of one table stand in the order of their names.
    fn keep_candidates(listed: &mut Vec<(NodeHash, Entry)>, limit: usize) {
        if listed.len() <= limit || limit == 0 {
            return;
        }
        listed.sort_unstable_by(|(_, a), (_, b)| b.count.cmp(&a.count).then(a.place.cmp(&b.place)));
        let threshold = listed[limit - 1].1.count;
        let mut taken: HashMap<(u32, u32), usize> = HashMap::new();
        listed.retain(|(_, entry)| {
            if entry.count != threshold {
                return entry.count > threshold;
            }
            let taken = taken.entry((entry.place.0, entry.place.1)).or_default();
            *taken += 1;
            *taken <= limit
        });
    }

    /// The written form that is shown for a node, of all that lead to it.
    fn name(&self, hash: &NodeHash) -> Result<Option<String>> {
        let mut best: Option<String> = None;
        for column in self.segments.iter().flat_map(|facet| &facet.columns) {
            let Some(node) = column.table.find(hash) else {
                continue;
            };
            let form = column.display(node)?;
            if best
                .as_ref()
                .is_none_or(|best| display_rank(&form) < display_rank(best))
            {
                best = Some(form);
            }
        }
        Ok(best)
    }

    fn bucket(
        &self,
        value: String,
        hash: NodeHash,
        entry: Option<Entry>,
        total: u64,
        selected: &Selected,
    ) -> Bucket {
        let tree = self.facet.definition.tree;
        let is = |value: &String| hash_of(value, tree) == Some(hash);
        let added = entry.map_or(0, |entry| entry.combined);
        Bucket {
            value,
            count: entry.map_or(0, |entry| entry.count),
            // To add a value to an any-of choice keeps its hits; without one it narrows them.
            combined: if selected.any_of.is_empty() {
                added
            } else {
                total + added
            },
            selected: selected.any_of.iter().any(is) || selected.all_of.iter().any(is),
            children: tree.map(|_| {
                let below = self.entries.values();
                below
                    .filter(|entry| entry.parent == Some(hash) && entry.count > 0)
                    .count() as u64
            }),
            corpus: None,
            lift: None,
        }
    }
}

/// Opens the columns of a facet in a segment for counting.
pub(in crate::index) fn open(
    view: &SegmentView,
    facet: &ResolvedFacet,
    apart: bool,
) -> Result<SegmentCounts> {
    Ok(SegmentCounts::new(view.facet(facet)?, apart))
}
