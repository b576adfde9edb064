//! What comes first of a whole segment, kept: a search for everything has the same hits each time,
//! and each document would have to be looked at for them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::collect::PATIENCE;
use super::documents::Documents;
use super::kept::Budget;
use super::top::{Candidate, Position, Ranked, SegmentTop};
use super::views::SegmentView;
use super::watch::Watch;
use crate::Result;
use crate::index::layout::TITLE_KEY_BYTES;
use crate::search::{Limit, Sort};

/// Hits that are kept of each order. Pages behind them are looked for.
pub(in crate::index) const KEPT: usize = 500;

/// The first documents of a segment under each order that was asked for twice: whoever asks once
/// finds his page faster without.
#[derive(Debug, Default)]
pub(in crate::index) struct KeptFirst {
    orders: [KeptOrder; 4],
}

#[derive(Debug, Default)]
struct KeptOrder {
    was_asked: AtomicBool,
    first: OnceLock<First>,
}

/// The first documents in their order.
#[derive(Debug)]
pub(in crate::index) struct First {
    hits: Vec<Candidate>,
    /// There are no others.
    is_all: bool,
}

impl KeptFirst {
    /// The first documents, if they are kept, or are to be from now on.
    pub(in crate::index) fn of(
        &self,
        view: &SegmentView,
        sort: Sort,
        budget: &Budget,
        watch: &Watch,
    ) -> Result<Option<&First>> {
        let kept = &self.orders[sort as usize];
        if let Some(first) = kept.first.get() {
            return Ok(Some(first));
        }
        if !kept.was_asked.swap(true, Ordering::Relaxed) {
            return Ok(None);
        }
        let title = if sort == Sort::Title {
            TITLE_KEY_BYTES
        } else {
            0
        };
        let most = KEPT * (size_of::<Candidate>() + title);
        if !budget.take(most) {
            return Ok(None);
        }
        let first = First::of(view, sort, watch).inspect_err(|_| budget.give_back(most))?;
        let bytes = first.hits.iter().map(Candidate::bytes).sum();
        budget.give_back(most.saturating_sub(bytes));
        let mut is_new = false;
        let first = kept.first.get_or_init(|| {
            is_new = true;
            first
        });
        if !is_new {
            budget.give_back(bytes);
        }
        Ok(Some(first))
    }
}

impl First {
    fn of(view: &SegmentView, sort: Sort, watch: &Watch) -> Result<Self> {
        let mut top = SegmentTop::new(view, sort, Limit::Hits(KEPT), None, u64::MAX)?;
        let mut documents = Documents::all(&view.reader);
        let mut blocks = 0_u32;
        while documents.next(view.reader.alive_bitset(), &[]) {
            top.offer(documents.block(), documents.scores());
            blocks += 1;
            if blocks.is_multiple_of(PATIENCE) {
                watch.check()?;
            }
        }
        let hits = top.into_order()?;
        Ok(Self {
            is_all: hits.len() < KEPT,
            hits,
        })
    }

    /// The first hits behind a position, if they are all here.
    pub(in crate::index) fn hits(
        &self,
        segment: u32,
        limit: usize,
        after: Option<&Position>,
    ) -> Option<Vec<Ranked>> {
        let first = self
            .hits
            .partition_point(|hit| after.is_some_and(|after| hit.position <= *after));
        let page = &self.hits[first..];
        if page.len() < limit && !self.is_all {
            return None;
        }
        let page = page.iter().take(limit);
        Some(page.map(|hit| hit.ranked(segment)).collect())
    }
}
