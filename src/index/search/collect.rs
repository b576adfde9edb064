//! The one pass: hits, total and all facets, each facet under every filter but its own.
//!
//! Documents that match the query come in blocks of 64. Every filter gives a mask for the block:
//! the documents that pass all of them are hits; those that fail exactly one choice still count
//! for that choice's facet (drilling sideways).

use std::sync::Arc;

use tantivy::SegmentReader;
use tantivy::query::Weight;

use super::block::Block;
use super::counting::Counting;
use super::counts::FacetTally;
use super::documents::Documents;
use super::filter::DateColumns;
use super::first::KEPT;
use super::predicate::{SegmentSet, SetQuery};
use super::stream::Stream;
use super::top::{Position, Ranked, SegmentTop};
use super::views::{ResolvedFacet, SegmentView};
use super::watch::Watch;
use crate::Result;
use crate::document::DateRange;
use crate::index::folding::FacetFold;
use crate::search::{Limit, Sort};

/// Blocks between two looks at the clock.
pub(in crate::index) const PATIENCE: u32 = 256;

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
    /// What a vocabulary makes of it.
    pub(in crate::index) fold: Option<Arc<FacetFold>>,
    pub(in crate::index) own: Option<usize>,
}

impl Counted {
    /// The same facet, to be counted under every choice.
    pub(in crate::index) fn without_choice(&self) -> Self {
        Self {
            facet: self.facet.clone(),
            fold: self.fold.clone(),
            own: None,
        }
    }
}

/// One pass over the index.
pub(in crate::index) struct Pass<'a> {
    pub(in crate::index) weight: Box<dyn Weight>,
    /// Whether the weight is that of every document, with one score: then nobody asks it.
    pub(in crate::index) everything: bool,
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

/// What else is counted in the same pass: told of every block of documents, and which of them are
/// hits.
pub(in crate::index) trait Tally {
    /// A segment begins.
    fn open(&mut self, view: &SegmentView) -> Result<()>;

    /// Some documents of the segment; `hits` has a bit for each that is a hit.
    fn count(&mut self, block: Block<'_>, hits: u64);
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
    pub(in crate::index) fn run(self, views: &[SegmentView]) -> Result<Found<'a>> {
        self.run_with(views, &mut [])
    }

    /// Runs, and lets others count along.
    pub(in crate::index) fn run_with(
        mut self,
        views: &[SegmentView],
        tallies: &mut [&mut dyn Tally],
    ) -> Result<Found<'a>> {
        let is_whole = self.everything && self.filters.is_empty();
        let tally = |counted: &'a Counted| {
            let (facet, fold) = (&counted.facet, counted.fold.as_deref());
            let Some(view) = views.first() else {
                return Ok(FacetTally::new(facet, fold, None));
            };
            if is_whole && let Some(tallied) = view.whole(facet, views)? {
                return Ok(FacetTally::of_kept(facet, fold, tallied));
            }
            let global = view.global(facet, views, &self.watch)?;
            Ok(FacetTally::new(facet, fold, global))
        };
        let mut found = Found {
            total: 0,
            hits: Vec::new(),
            facets: self.facets.iter().map(tally).collect::<Result<_>>()?,
            dates: Vec::new(),
        };
        for segment in 0..views.len() {
            self.segment(segment as u32, views, is_whole, tallies, &mut found)?;
        }
        if let Some(view) = views.first().filter(|_| is_whole) {
            for tally in &mut found.facets {
                view.keep_whole(tally);
            }
        }
        if self.limit == Limit::All {
            found.hits = super::top::merge(found.hits, self.limit, views)?;
        }
        for filter in &self.filters {
            if let PassFilter::Dates { tally, .. } = filter {
                found.dates.push(*tally);
            }
        }
        Ok(found)
    }

    fn segment(
        &mut self,
        segment: u32,
        views: &[SegmentView],
        is_whole: bool,
        tallies: &mut [&mut dyn Tally],
        found: &mut Found<'a>,
    ) -> Result<()> {
        self.watch.check()?;
        let view = &views[segment as usize];
        let reader = &view.reader;
        let filters = self
            .filters
            .iter()
            .map(|filter| filter.open(reader))
            .collect::<Result<Vec<_>>>()?;
        let splits = |own: usize| self.filters[own].splits();
        let mut counting = Counting::open(view, self.facets, splits, is_whole, &self.watch)?;
        for tally in tallies.iter_mut() {
            tally.open(view)?;
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
        let is_counted = is_whole && counting.is_done() && tallies.is_empty();
        let first = match self.limit {
            Limit::Hits(0) if is_counted => Some(Vec::new()),
            Limit::Hits(limit) if is_counted && limit <= KEPT => {
                let first = view.first(self.sort, &self.watch)?;
                first.and_then(|first| first.hits(segment, limit, self.after.as_ref()))
            }
            _ => None,
        };
        if let Some(first) = first {
            found.total += u64::from(reader.num_docs());
            found.hits.extend(first);
        } else {
            let is_scored = self.sort == Sort::Relevance && top.is_some();
            let mut documents = if self.everything {
                Documents::all(reader)
            } else {
                Documents::of(self.weight.scorer(reader, 1.0)?, is_scored)?
            };
            // What a scorer could not say has stopped it.
            self.watch.check()?;
            let wanted: Vec<&SegmentSet> = filters.iter().flat_map(SegmentFilter::wanted).collect();
            let mut masks = Vec::with_capacity(filters.len());
            let mut stream = Stream::default();
            let mut blocks = 0u32;
            while documents.next(reader.alive_bitset(), &wanted) {
                let block = documents.block();
                masks.clear();
                masks.extend(filters.iter().map(|filter| filter.masks(block)));
                let hits = masks
                    .iter()
                    .fold(block.full(), |mask, masks| mask & masks.passed());
                self.count_others(block, &masks, &filters, &mut counting);
                found.total += u64::from(hits.count_ones());
                if hits != 0 {
                    for tally in tallies.iter_mut() {
                        tally.count(block, hits);
                    }
                }
                stream.add_scored(block, hits, documents.scores(), |block, scores| {
                    counting.hits(block);
                    if let Some(top) = &mut top {
                        top.offer(block, scores);
                    }
                });
                blocks += 1;
                if blocks.is_multiple_of(PATIENCE) {
                    self.watch.check()?;
                }
            }
            stream.finish_scored(|block, scores| {
                counting.hits(block);
                if let Some(top) = &mut top {
                    top.offer(block, scores);
                }
            });
            self.watch.check()?;
        }
        for (tally, (kept, totals)) in found.facets.iter_mut().zip(counting.finish(is_whole)?) {
            tally.add(&kept, &totals);
        }
        if let Some(top) = top {
            top.finish(segment, &mut found.hits)?;
            if let Limit::Hits(_) = self.limit {
                let hits = std::mem::take(&mut found.hits);
                found.hits = super::top::merge(hits, self.limit, views)?;
            }
        }
        Ok(())
    }

    /// Counts the documents of a block that are no hits and yet count for something.
    fn count_others(
        &mut self,
        block: Block<'_>,
        masks: &[Masks],
        filters: &[SegmentFilter],
        counting: &mut Counting,
    ) {
        let all_but = |own: usize| {
            let others = masks.iter().enumerate().filter(|(index, _)| *index != own);
            others.fold(block.full(), |mask, (_, masks)| mask & masks.passed())
        };
        counting.others(block, |own| {
            let (others, Masks { any_of, rest }) = (all_but(own), masks[own]);
            (others & rest & !any_of, others & !rest)
        });
        for (own, (filter, opened)) in self.filters.iter_mut().zip(filters).enumerate() {
            let PassFilter::Dates { range, tally, .. } = filter else {
                continue;
            };
            for doc in block.chosen(all_but(own) & !masks[own].passed()) {
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
    /// Sets that every hit belongs to, and that are cheap to ask.
    fn wanted(&self) -> impl Iterator<Item = &SegmentSet> {
        let rest = self.rest.iter();
        let rest = rest.filter_map(|(set, wanted)| (*wanted == Wanted::In).then_some(set));
        let sets = self.any_of.iter().chain(rest);
        sets.filter(|set| matches!(set, SegmentSet::None | SegmentSet::Docs(_)))
    }

    fn masks(&self, block: Block<'_>) -> Masks {
        let full = block.full();
        let any_of = self.any_of.as_ref();
        let mut rest = full;
        for (set, wanted) in &self.rest {
            let inside = block.mask(set);
            rest &= match wanted {
                Wanted::In => inside,
                Wanted::Out => !inside,
            };
        }
        Masks {
            any_of: any_of.map_or(full, |set| block.mask(set)),
            rest,
        }
    }
}
