//! The one pass: hits, total and all facets, each facet under every filter but its own.
//!
//! Documents that match the query come in blocks of 64. Every filter gives a mask for the block:
//! the documents that pass all of them are hits; those that fail exactly one choice still count
//! for that choice's facet (drilling sideways).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tantivy::query::Weight;
use tantivy::{SegmentReader, TERMINATED};

use super::counts::{self, FacetTally, SegmentCounts};
use super::filter::DateColumns;
use super::predicate::{SegmentSet, SetQuery};
use super::top::{Position, Ranked, SegmentTop};
use super::views::{ResolvedFacet, SegmentView};
use super::watch::Watch;
use crate::document::DateRange;
use crate::search::{Limit, Sort};
use crate::{Error, ErrorKind, Result};

/// Documents of a block.
const BLOCK: usize = 64;
/// Blocks between two looks at the clock.
const PATIENCE: u32 = 256;

/// What may stop a search before its end.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Control {
    /// The search fails with [`ErrorKind::Cancelled`] when this has passed.
    pub deadline: Option<Instant>,
    /// The search fails with [`ErrorKind::Cancelled`] when this becomes true.
    pub cancelled: Option<Arc<AtomicBool>>,
}

impl Control {
    /// Fails if the search is to stop.
    pub(in crate::index) fn check(&self) -> Result<()> {
        let stopped = |reason| Err(Error::new(ErrorKind::Cancelled, reason));
        if self
            .cancelled
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
        {
            return stopped("the search was cancelled");
        }
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return stopped("the search took longer than it may");
        }
        Ok(())
    }
}

/// A restriction that is not part of the query's documents.
#[derive(Clone)]
pub(in crate::index) enum PassFilter {
    /// A range of dates; what fails only this is told apart in the diagnostics.
    Dates {
        set: SetQuery,
        range: DateRange,
        tally: DateTally,
    },
    /// The choice in a facet: values of which one is needed, and everything else.
    Choice {
        any_of: Option<SetQuery>,
        rest: Vec<(SetQuery, Wanted)>,
    },
}

/// Whether documents of a set are kept or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::index) enum Wanted {
    In,
    Out,
}

/// Documents that match all but a range of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::index) struct DateTally {
    /// Some of their period lies in the range.
    pub(in crate::index) overlapping: u64,
    pub(in crate::index) undated: u64,
}

/// A facet to count, and the number of the filter that is its own choice.
pub(in crate::index) struct Counted {
    pub(in crate::index) facet: ResolvedFacet,
    pub(in crate::index) own: Option<usize>,
}

/// One pass over the index.
pub(in crate::index) struct Pass<'a> {
    pub(in crate::index) weight: Box<dyn Weight>,
    pub(in crate::index) filters: Vec<PassFilter>,
    pub(in crate::index) facets: &'a [Counted],
    pub(in crate::index) sort: Sort,
    pub(in crate::index) limit: Limit,
    pub(in crate::index) after: Option<Position>,
    pub(in crate::index) watch: Watch,
}

/// What a pass found.
pub(in crate::index) struct Found<'a> {
    pub(in crate::index) total: u64,
    pub(in crate::index) hits: Vec<Ranked>,
    pub(in crate::index) facets: Vec<FacetTally<'a>>,
    pub(in crate::index) dates: Vec<DateTally>,
}

/// A filter in one segment.
struct SegmentFilter {
    any_of: Option<SegmentSet>,
    rest: Vec<(SegmentSet, Wanted)>,
    dates: Option<DateColumns>,
}

/// The masks of one filter for one block.
#[derive(Clone, Copy)]
struct Masks {
    any_of: u64,
    rest: u64,
}

impl Masks {
    fn passed(self) -> u64 {
        self.any_of & self.rest
    }
}

impl<'a> Pass<'a> {
    pub(in crate::index) fn run(mut self, views: &[SegmentView]) -> Result<Found<'a>> {
        let mut found = Found {
            total: 0,
            hits: Vec::new(),
            facets: self
                .facets
                .iter()
                .map(|counted| FacetTally::new(&counted.facet))
                .collect(),
            dates: Vec::new(),
        };
        for (segment, view) in views.iter().enumerate() {
            self.segment(segment as u32, view, &mut found)?;
        }
        if self.limit == Limit::All {
            found.hits = super::top::merge(found.hits, self.limit);
        }
        for filter in &self.filters {
            if let PassFilter::Dates { tally, .. } = filter {
                found.dates.push(*tally);
            }
        }
        Ok(found)
    }

    fn segment(&mut self, segment: u32, view: &SegmentView, found: &mut Found<'a>) -> Result<()> {
        self.watch.check()?;
        let reader = &view.reader;
        let filters = self
            .filters
            .iter()
            .map(|filter| filter.open(reader))
            .collect::<Result<Vec<_>>>()?;
        let mut counts = Vec::with_capacity(self.facets.len());
        for counted in self.facets {
            counts.push(counts::open(view, &counted.facet, counted.own.is_some())?);
        }
        let mut top = match self.limit {
            Limit::Hits(0) => None,
            limit => Some(SegmentTop::new(
                view,
                self.sort,
                limit,
                self.after.as_ref(),
                super::top::ceiling(&found.hits, self.limit),
            )?),
        };
        let scored = self.sort == Sort::Relevance && top.is_some();
        let alive = reader.alive_bitset();
        let mut scorer = self.weight.scorer(reader, 1.0)?;
        // What a scorer could not say has stopped it.
        self.watch.check()?;
        let mut docs = [0u32; BLOCK];
        let mut scores = [0f32; BLOCK];
        let mut doc = scorer.doc();
        let mut blocks = 0u32;
        while doc != TERMINATED {
            let mut length = 0;
            while length < BLOCK && doc != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    docs[length] = doc;
                    if scored {
                        scores[length] = scorer.score();
                    }
                    length += 1;
                }
                doc = scorer.advance();
            }
            let block = &docs[..length];
            let hits = self.block(block, &filters, &mut counts);
            found.total += u64::from(hits.count_ones());
            if let Some(top) = &mut top {
                let mut left = hits;
                while left != 0 {
                    let at = left.trailing_zeros() as usize;
                    left &= left - 1;
                    top.offer(docs[at], scores[at]);
                }
            }
            blocks += 1;
            if blocks.is_multiple_of(PATIENCE) {
                self.watch.check()?;
            }
        }
        self.watch.check()?;
        for (tally, counts) in found.facets.iter_mut().zip(counts) {
            tally.add(counts);
        }
        if let Some(top) = top {
            top.finish(segment, &mut found.hits);
            if let Limit::Hits(_) = self.limit {
                found.hits = super::top::merge(std::mem::take(&mut found.hits), self.limit);
            }
        }
        Ok(())
    }

    /// Counts a block and returns the mask of its hits.
    fn block(
        &mut self,
        docs: &[u32],
        filters: &[SegmentFilter],
        counts: &mut [SegmentCounts],
    ) -> u64 {
        let full = if docs.len() == BLOCK {
            u64::MAX
        } else {
            (1 << docs.len()) - 1
        };
        let masks: Vec<Masks> = filters
            .iter()
            .map(|filter| filter.masks(docs, full))
            .collect();
        let all_but = |own: usize| {
            let others = masks.iter().enumerate().filter(|(index, _)| *index != own);
            others.fold(full, |mask, (_, masks)| mask & masks.passed())
        };
        let hits = masks.iter().fold(full, |mask, masks| mask & masks.passed());
        for (counted, counts) in self.facets.iter().zip(counts) {
            let (count, combined) = match counted.own {
                None => (hits, hits),
                Some(own) => {
                    let others = all_but(own);
                    let combined = if self.filters[own].splits() {
                        others & masks[own].rest & !masks[own].any_of
                    } else {
                        hits
                    };
                    (others, combined)
                }
            };
            if count != 0 {
                counts.count(docs, count, combined);
            }
        }
        for (own, (filter, opened)) in self.filters.iter_mut().zip(filters).enumerate() {
            let PassFilter::Dates { range, tally, .. } = filter else {
                continue;
            };
            let mut left = all_but(own) & !masks[own].passed();
            while left != 0 {
                let doc = docs[left.trailing_zeros() as usize];
                left &= left - 1;
                let columns = opened.dates.as_ref();
                match columns.and_then(|columns| columns.period(doc)) {
                    None => tally.undated += 1,
                    Some((start, end)) if start <= range.end() && end >= range.start() => {
                        tally.overlapping += 1;
                    }
                    Some(_) => {}
                }
            }
        }
        hits
    }
}

impl PassFilter {
    fn open(&self, reader: &SegmentReader) -> Result<SegmentFilter> {
        let open = |set: &SetQuery| (set.0)(reader);
        Ok(match self {
            Self::Dates { set, .. } => SegmentFilter {
                any_of: Some(open(set)?),
                rest: Vec::new(),
                dates: DateColumns::open(reader)?,
            },
            Self::Choice { any_of, rest } => SegmentFilter {
                any_of: any_of.as_ref().map(open).transpose()?,
                rest: rest
                    .iter()
                    .map(|(set, wanted)| Ok((open(set)?, *wanted)))
                    .collect::<Result<_>>()?,
                dates: None,
            },
        })
    }

    /// Whether adding a value to the choice keeps its hits rather than narrows them.
    fn splits(&self) -> bool {
        matches!(
            self,
            Self::Choice {
                any_of: Some(_),
                ..
            }
        )
    }
}

impl SegmentFilter {
    fn masks(&self, docs: &[u32], full: u64) -> Masks {
        let mut masks = Masks {
            any_of: full,
            rest: full,
        };
        if let Some(set) = &self.any_of {
            masks.any_of = mask(set, docs);
        }
        for (set, wanted) in &self.rest {
            let inside = mask(set, docs);
            masks.rest &= if *wanted == Wanted::In {
                inside
            } else {
                !inside
            };
        }
        masks
    }
}

fn mask(set: &SegmentSet, docs: &[u32]) -> u64 {
    match set {
        SegmentSet::None => 0,
        set => docs.iter().enumerate().fold(0, |mask, (at, &doc)| {
            mask | u64::from(set.contains(doc)) << at
        }),
    }
}
