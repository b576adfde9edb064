//! The values of a facet that are nearest to one that no document has.
//!
//! Every value of the facet is looked at once, in its folded form: slips of the pen first, then
//! what begins with the value, then what holds it as a word. In a tree every step is compared, so
//! that the name of a node finds its path.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::DocSet;
use tantivy::TERMINATED;
use tantivy::schema::Field;

use super::filter::ValueSet;
use super::predicate::SegmentSet;
use super::views::{FacetColumn, ResolvedFacet, SegmentView};
use super::written::WrittenPart;
use crate::Result;
use crate::analysis::fold;
use crate::index::folding::FacetFold;
use crate::index::segment::nodes::folded::UNKNOWN;
use crate::index::segment::nodes::{NodeTable, display_rank, folded_path};
use crate::schema::near_miss::Wanted;
use crate::search::ChosenValue;

/// Values that are looked at in each column; what lies behind them is not offered.
const MOST_VALUES: usize = 2_000_000;
/// Candidates whose documents are counted.
const MOST_COUNTED: usize = 32;
/// Candidates kept while there may be nearer ones.
const MOST_KEPT: usize = 8 * MOST_COUNTED;

/// A value that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct NearValue {
    /// As it is shown; the full path in a tree.
    pub(in crate::index) value: String,
    /// Documents that have it, or anything below it.
    pub(in crate::index) count: u64,
}

/// How near a value is: smaller is nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Letters added, left out, changed or swapped.
    Slips(usize),
    /// It begins with what was asked for.
    Begins,
    /// One holds the other as whole words.
    Holds,
}

/// A candidate by nearness and length, so that the first ones are the best.
type Candidates = BTreeMap<(Nearness, usize, String), String>;

/// Finds at most `most` values near to one, nearest first, then by documents.
pub(in crate::index) fn near_values(
    views: &[SegmentView],
    field: Field,
    facet: &ResolvedFacet,
    asked: &ChosenValue,
    most: usize,
) -> Result<Vec<NearValue>> {
    let tree = facet.definition.tree;
    let Some((wanted, _)) = folded_path(&asked.value, tree).pop() else {
        return Ok(Vec::new());
    };
    let mut comparer = Comparer::new(wanted);
    let mut candidates = Candidates::new();
    for view in views {
        let segment = view.facet(facet)?;
        for column in &segment.columns {
            let tree = tree.filter(|_| !asked.written);
            let fold = segment.fold.as_deref().filter(|_| !asked.written);
            if let Some(fold) = fold {
                look_at_entries(column, fold, &mut comparer, &mut candidates)?;
            }
            for part in column.written.parts() {
                let table = fold.is_some().then_some(&column.table);
                look(part, tree, table, &mut comparer, &mut candidates)?;
            }
        }
    }
    let mut near = Vec::new();
    let mut seen = BTreeSet::new();
    // An entry has many names, and is offered for the nearest of them.
    candidates.retain(|_, value| seen.insert(value.clone()));
    for ((nearness, ..), value) in candidates.into_iter().take(MOST_COUNTED) {
        let set = ValueSet {
            facet: facet.clone(),
            values: vec![ChosenValue {
                value: value.clone(),
                written: asked.written,
            }],
        };
        let count = count(views, field, &set)?;
        if count > 0 && (!asked.written || value != asked.value) {
            near.push((nearness, NearValue { value, count }));
        }
    }
    near.sort_by(|(a_near, a), (b_near, b)| {
        let by_count = b.count.cmp(&a.count);
        a_near
            .cmp(b_near)
            .then(by_count)
            .then(a.value.cmp(&b.value))
    });
    Ok(near.into_iter().take(most).map(|(_, near)| near).collect())
}

/// Whether a value, or a node of a tree, occurs in a segment. Looks up names only: a query may
/// have many values.
pub(in crate::index) fn is_known(
    views: &[SegmentView],
    facet: &ResolvedFacet,
    asked: &ChosenValue,
) -> Result<bool> {
    for view in views {
        let segment = view.facet(facet)?;
        let hash = segment.ask(&asked.value)?;
        for column in &segment.columns {
            let is_there = if asked.written {
                !column.written.find(&asked.value)?.is_empty()
            } else {
                let node = hash.and_then(|hash| column.table.find(&hash));
                node.is_some_and(|node| column.is_used(node))
            };
            if is_there {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The live documents of a set.
pub(in crate::index) fn count(views: &[SegmentView], field: Field, set: &ValueSet) -> Result<u64> {
    let mut count = 0;
    for view in views {
        let reader = &view.reader;
        let alive = |doc: &u32| !reader.is_deleted(*doc);
        count += match set.documents(field, reader, view.facet(&set.facet)?)? {
            SegmentSet::None => 0,
            SegmentSet::Docs(docs) => {
                let mut docs = tantivy::query::BitSetDocSet::from(docs);
                let mut alive = 0;
                while docs.doc() != TERMINATED {
                    alive += u64::from(!reader.is_deleted(docs.doc()));
                    docs.advance();
                }
                alive
            }
            SegmentSet::Test(test) => {
                let documents = 0..reader.max_doc();
                documents.filter(alive).filter(|&doc| test(doc)).count() as u64
            }
        };
    }
    Ok(count)
}

/// Looks at every name of the entries of a column.
fn look_at_entries(
    column: &FacetColumn,
    fold: &FacetFold,
    comparer: &mut Comparer,
    candidates: &mut Candidates,
) -> Result<()> {
    let mut found = Vec::new();
    fold.each_name(&column.table, |node, name| {
        if let Some(nearness) = comparer.compare(name) {
            found.push((node, nearness, name.to_owned()));
        }
    });
    let nodes: Vec<u32> = found.iter().map(|(node, ..)| *node).collect();
    for ((_, nearness, name), shown) in found.into_iter().zip(column.displays(&nodes)?) {
        keep(nearness, &name, &shown, candidates);
    }
    Ok(())
}

/// Looks at every value of an origin, or with a table at those that no entry has.
fn look(
    part: &WrittenPart,
    tree: Option<char>,
    table: Option<&NodeTable>,
    comparer: &mut Comparer,
    candidates: &mut Candidates,
) -> Result<()> {
    let dictionary = part.column.open()?.dictionary();
    let failed = tantivy::TantivyError::from;
    let mut values = dictionary.stream().map_err(failed)?;
    let mut looked = 0;
    let mut before: Vec<(String, usize)> = Vec::new();
    while looked < MOST_VALUES && values.advance() {
        looked += 1;
        let ordinal = part.first + values.term_ord() as u32;
        if table.is_some_and(|table| table.entry(ordinal) != UNKNOWN) {
            continue;
        }
        let Ok(value) = std::str::from_utf8(values.key()) else {
            continue;
        };
        if tree.is_none() {
            let folded = fold(value.trim());
            offer(&folded, value.trim(), comparer, candidates);
            continue;
        }
        let path = folded_path(value, tree);
        for (folded, end) in &path {
            // Neighbours share their ancestors.
            if before.iter().all(|(known, _)| known != folded) {
                offer(folded, value[..*end].trim(), comparer, candidates);
            }
        }
        before = path;
    }
    Ok(())
}

fn offer(folded: &str, shown: &str, comparer: &mut Comparer, candidates: &mut Candidates) {
    if let Some(nearness) = comparer.compare(folded) {
        keep(nearness, folded, shown, candidates);
    }
}

fn keep(nearness: Nearness, folded: &str, shown: &str, candidates: &mut Candidates) {
    let key = (nearness, folded.len(), folded.to_owned());
    let best = candidates.entry(key).or_insert_with(|| shown.to_owned());
    if display_rank(shown) < display_rank(best) {
        shown.clone_into(best);
    }
    if candidates.len() > MOST_KEPT {
        candidates.pop_last();
    }
}

/// What was asked for, ready to be compared.
struct Comparer {
    whole: String,
    /// Compared with whole paths, and with their last steps.
    wanted: Option<Wanted>,
    /// Whether it is a path of several steps.
    is_path: bool,
}

impl Comparer {
    fn new(wanted: String) -> Self {
        Self {
            wanted: Wanted::new(&wanted),
            is_path: wanted.contains('\0'),
            whole: wanted,
        }
    }

    fn compare(&mut self, folded: &str) -> Option<Nearness> {
        let last = folded.rsplit('\0').next().unwrap_or(folded);
        let compared = if self.is_path { folded } else { last };
        if compared == self.whole {
            return Some(Nearness::Slips(0));
        }
        if let Some(slips) = self
            .wanted
            .as_mut()
            .and_then(|wanted| wanted.slips(compared))
        {
            return Some(Nearness::Slips(slips));
        }
        if compared.starts_with(&self.whole) {
            return Some(Nearness::Begins);
        }
        let (long, short) = if compared.len() > self.whole.len() {
            (compared, self.whole.as_str())
        } else {
            (self.whole.as_str(), compared)
        };
        holds(long, short).then_some(Nearness::Holds)
    }
}

/// Whether a name stands in a longer one as whole words. One letter alone says nothing.
fn holds(long: &str, short: &str) -> bool {
    if short.len() < 2 {
        return false;
    }
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    long.match_indices(short).any(|(at, _)| {
        let (before, after) = (&long[..at], &long[at + short.len()..]);
        edge(before.chars().next_back()) && edge(after.chars().next())
    })
}
