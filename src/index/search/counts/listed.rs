//! Other lists of a facet's values than the first by count: found by name, in another order, from
//! another rank on.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::entries::Entry;
use super::{FacetTally, Named, Selected};
use crate::Result;
use crate::index::search::views::FacetColumn;
use crate::index::search::watch::Watch;
use crate::index::segment::nodes::folded::UNKNOWN;
use crate::index::segment::nodes::{NodeHash, ROOT, folded_path};
use crate::search::{Bucket, FIRM_COUNT, FacetCounts, Finder, Fit, Top, ValueOrder, Values, lift};

/// Values between two looks at the clock.
const PATIENCE: usize = 4_096;

/// The counts of the whole corpus, for comparison.
pub(in crate::index) struct Whole<'a> {
    pub(in crate::index) tally: FacetTally<'a>,
    /// Its documents.
    pub(in crate::index) documents: u64,
    /// The documents among which the values are counted: the hits, without the facet's own choice.
    pub(in crate::index) counted: u64,
}

/// Where a value stands in a list, names aside; smaller comes first.
type Rank = (Option<Fit>, bool, Reverse<u64>, Reverse<u64>);

struct Candidate {
    entry: Entry,
    rank: Rank,
}

impl FacetTally<'_> {
    /// Chooses the buckets to list. `total` is the number of hits.
    pub(in crate::index) fn list(
        self,
        total: u64,
        top: Top,
        selected: &Selected,
        values: &Values,
        whole: Option<&Whole<'_>>,
        watch: &Watch,
    ) -> Result<FacetCounts> {
        let tree = self.facet.definition.tree;
        let mut seen = BTreeSet::new();
        let selected = self.chosen(selected)?;
        let chosen = selected.all().filter(|(hash, _)| seen.insert(*hash));
        let chosen: Vec<(NodeHash, &String)> = chosen.collect();
        let chosen_entries = chosen.iter().filter_map(|(hash, _)| self.find(hash));
        let chosen_entries: BTreeSet<u32> = chosen_entries.collect();
        let fits = match values.find.as_deref().and_then(Finder::new) {
            Some(mut finder) => Some(self.fitting(&mut finder, watch)?),
            None => None,
        };
        let levels = self.levels(&selected);
        let fit_of = |number: u32| fits.as_ref().and_then(|fits| fits.get(&number).copied());
        let mut candidates = Vec::new();
        let mut shown_chosen = 0;
        for (number, row) in (0..).zip(self.sum.entries.rows()) {
            let fit = fit_of(number);
            if fits.is_some() && fit.is_none() {
                continue;
            }
            if chosen_entries.contains(&number) {
                shown_chosen += 1;
            } else if self.is_listed(&levels, row) || fits.is_some() && tree.is_some() {
                let entry = self.sum.entries.get(number);
                let rank = self.rank(entry, fit, values.order, whole);
                candidates.push(Candidate { entry, rank });
            }
        }
        let ranked = candidates.len() as u64;
        let skipped = values.from.unwrap_or(1).saturating_sub(1).min(ranked);
        let least = usize::from(values.from.is_some());
        let room = match top {
            Top::All => u64::MAX,
            Top::Buckets(0) => 0,
            Top::Buckets(buckets) => buckets.saturating_sub(chosen.len()).max(least) as u64,
        };
        let end = skipped.saturating_add(room).min(ranked);
        self.keep(&mut candidates, end as usize);
        let mut buckets = Vec::with_capacity(candidates.len() + chosen.len());
        let named = candidates
            .iter()
            .map(|candidate| (self.hash(candidate.entry), Some(candidate.entry)));
        let named: Vec<Named> = named.collect();
        let candidates = candidates.into_iter().zip(&named).zip(self.names(&named)?);
        for ((Candidate { entry, rank }, &(hash, _)), name) in candidates {
            let name = name.unwrap_or_default();
            let key = folded_path(&name, tree).pop().map(|(folded, _)| folded);
            let bucket = self.bucket(name, Some(entry), total, &selected);
            buckets.push((rank, key, hash, bucket));
        }
        let place = |a: &(Rank, _, _, Bucket), b: &(Rank, Option<String>, NodeHash, Bucket)| {
            (&a.0, &a.1, &a.3.value).cmp(&(&b.0, &b.1, &b.3.value))
        };
        buckets.sort_by(place);
        buckets.truncate(end as usize);
        buckets.drain(..skipped as usize);
        let named = chosen.iter().map(|(hash, _)| (*hash, self.get(hash)));
        let named: Vec<Named> = named.collect();
        for (((hash, value), &(_, entry)), name) in
            chosen.into_iter().zip(&named).zip(self.names(&named)?)
        {
            let number = self.find(&hash);
            let name = name.map_or_else(|| self.shown(value), Ok)?;
            let key = folded_path(&name, tree).pop().map(|(folded, _)| folded);
            let rank = match entry {
                Some(entry) => self.rank(entry, number.and_then(fit_of), values.order, whole),
                None => NOWHERE,
            };
            let mut bucket = self.bucket(name, entry, total, &selected);
            bucket.selected = true;
            buckets.push((rank, key, hash, bucket));
        }
        buckets.sort_by(place);
        let shown = end - skipped + shown_chosen;
        let buckets = buckets.into_iter().map(|(_, _, hash, mut bucket)| {
            if let Some(whole) = whole {
                let corpus = whole.count(&hash);
                bucket.corpus = Some(corpus);
                bucket.lift = lift(bucket.count, whole.counted, corpus, whole.documents);
            }
            bucket
        });
        Ok(FacetCounts {
            buckets: buckets.collect(),
            distinct: ranked + shown_chosen,
            missing: self.sum.missing,
            other: ranked + shown_chosen - shown,
            next: (end < ranked).then_some(end + 1),
        })
    }

    /// The numbers of the entries whose names a finder takes.
    pub(in crate::index) fn fitting(
        &self,
        finder: &mut Finder,
        watch: &Watch,
    ) -> Result<HashMap<u32, Fit>> {
        let mut fits: HashMap<u32, Fit> = HashMap::new();
        for segment in &self.sum.segments {
            let facet = &segment.kept.facet;
            for (column, of_nodes) in facet.columns.iter().zip(&segment.entries) {
                let entry_of = |node: u32| of_nodes.get(&self.sum.entries, node);
                let mut note = |node: u32, name: &str| {
                    if let Some(entry) = entry_of(node)
                        && let Some(fit) = finder.fit(name)
                    {
                        let best = fits.entry(entry).or_insert(fit);
                        *best = fit.min(*best);
                    }
                };
                if let Some(fold) = &facet.fold {
                    fold.each_name(&column.table, |node, name| note(node, name));
                }
                self.each_step(column, watch, note)?;
            }
        }
        Ok(fits)
    }

    /// Calls back with the nodes of a column and the folded steps under which they were written.
    fn each_step(
        &self,
        column: &FacetColumn,
        watch: &Watch,
        mut visit: impl FnMut(u32, &str),
    ) -> Result<()> {
        let tree = self.facet.definition.tree;
        let table = &column.table;
        let mut seen = vec![false; table.len() as usize];
        let failed = tantivy::TantivyError::from;
        let mut looked = 0_usize;
        for part in column.written.parts() {
            let mut terms = part.column.open()?.dictionary().stream().map_err(failed)?;
            while terms.advance() {
                looked += 1;
                if looked.is_multiple_of(PATIENCE) {
                    watch.check()?;
                }
                let ordinal = part.first + terms.term_ord() as u32;
                let mut node = table.leaf(ordinal);
                if node == ROOT || (seen[node as usize] && self.fold.is_none()) {
                    continue;
                }
                let text = String::from_utf8_lossy(terms.key());
                for (folded, _) in folded_path(&text, tree).into_iter().rev() {
                    let is_seen = node != ROOT && std::mem::replace(&mut seen[node as usize], true);
                    if node == ROOT || (is_seen && self.fold.is_none()) {
                        break;
                    }
                    visit(node, folded.rsplit('\0').next().unwrap_or(&folded));
                    // The other steps of a path need not be those of the entry's.
                    if table.entry(ordinal) != UNKNOWN {
                        break;
                    }
                    node = table.parent(node);
                }
            }
        }
        Ok(())
    }

    fn rank(
        &self,
        entry: Entry,
        fit: Option<Fit>,
        order: ValueOrder,
        whole: Option<&Whole<'_>>,
    ) -> Rank {
        match (order, whole) {
            (ValueOrder::Name, _) => (fit, false, Reverse(0), Reverse(0)),
            (ValueOrder::Lift, Some(whole)) => {
                // The rest of the formula is the same for all values of the facet.
                let corpus = whole.count(&self.hash(entry)).max(1);
                let part = entry.count as f64 / corpus as f64;
                let is_loose = entry.count < FIRM_COUNT;
                (fit, is_loose, Reverse(part.to_bits()), Reverse(entry.count))
            }
            _ => (fit, false, Reverse(entry.count), Reverse(0)),
        }
    }

    /// Drops what cannot be among the first so many, without looking at names: the table knows the
    /// order of those of its nodes.
    fn keep(&self, candidates: &mut Vec<Candidate>, first: usize) {
        if candidates.len() <= first || first == 0 {
            candidates.truncate(first);
            return;
        }
        let place = |candidate: &Candidate| (candidate.rank, self.place(candidate.entry));
        candidates.sort_by_cached_key(place);
        let threshold = candidates[first - 1].rank;
        let mut taken: HashMap<(u32, u32), usize> = HashMap::new();
        candidates.retain(|candidate| {
            if candidate.rank != threshold {
                return candidate.rank < threshold;
            }
            let (segment, column, _) = candidate.entry.place;
            let taken = taken.entry((segment, column)).or_default();
            *taken += 1;
            *taken <= first
        });
    }
}

/// The rank of a chosen value that no document has.
const NOWHERE: Rank = (None, true, Reverse(0), Reverse(0));

impl Whole<'_> {
    fn count(&self, hash: &NodeHash) -> u64 {
        self.tally.get(hash).map_or(0, |entry| entry.count)
    }
}
