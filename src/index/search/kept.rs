//! What a searcher keeps of facets from one search to the next, within a number of bytes.
//!
//! A process that answers one question gains nothing by laying out whole columns for it, so that
//! is done when a facet is counted for the second time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::counters::Dense;
use super::counts::SegmentTotals;
use super::numbers::Numbering;
use super::views::SegmentFacet;
use super::watch::Watch;
use crate::Result;

/// The bytes that a searcher may still take for what it keeps.
#[derive(Debug)]
pub(in crate::index) struct Budget(AtomicUsize);

impl Budget {
    pub(in crate::index) fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    /// Takes so many bytes, if they are left.
    pub(in crate::index) fn take(&self, bytes: usize) -> bool {
        let order = Ordering::Relaxed;
        self.0
            .fetch_update(order, order, |left| left.checked_sub(bytes))
            .is_ok()
    }

    pub(in crate::index) fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The bytes that are left.
    pub(in crate::index) fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A facet of a segment, opened, and what is kept of it.
#[derive(Debug)]
pub(in crate::index) struct KeptFacet {
    pub(in crate::index) facet: SegmentFacet,
    pub(in crate::index) numbering: Numbering,
    documents: u32,
    budget: Arc<Budget>,
    dense: Mutex<State<Dense>>,
    corpus: Mutex<State<SegmentTotals>>,
}

/// Whether something is kept.
#[derive(Debug)]
enum State<T> {
    /// Nobody asked for it yet.
    New,
    /// It was asked for once.
    Asked,
    /// Somebody is making it; others go on without.
    Making,
    /// There is no room for it.
    Refused,
    Kept(Arc<T>),
}

impl KeptFacet {
    pub(in crate::index) fn new(
        facet: SegmentFacet,
        documents: u32,
        budget: Arc<Budget>,
    ) -> Result<Self> {
        Ok(Self {
            numbering: Numbering::new(&facet)?,
            facet,
            documents,
            budget,
            dense: Mutex::new(State::New),
            corpus: Mutex::new(State::New),
        })
    }

    /// The numbers of all documents, made if this is not the first time that they are asked for
    /// and there is room for them.
    pub(in crate::index) fn dense(&self, watch: &Watch) -> Result<Option<Arc<Dense>>> {
        let set = |state| *self.dense.lock().unwrap_or_else(PoisonError::into_inner) = state;
        {
            let mut state = self.dense.lock().unwrap_or_else(PoisonError::into_inner);
            match &*state {
                State::Kept(dense) => return Ok(Some(Arc::clone(dense))),
                State::Making | State::Refused => return Ok(None),
                State::New => {
                    *state = State::Asked;
                    return Ok(None);
                }
                State::Asked => *state = State::Making,
            }
        }
        let most = Dense::most_bytes(&self.facet, &self.numbering, self.documents);
        let Some(most) = most.filter(|&most| self.budget.take(most)) else {
            set(State::Refused);
            return Ok(None);
        };
        match Dense::read(&self.facet, &self.numbering, self.documents, watch) {
            Ok(dense) => {
                self.budget.give_back(most - dense.bytes().min(most));
                let dense = Arc::new(dense);
                set(State::Kept(Arc::clone(&dense)));
                Ok(Some(dense))
            }
            Err(error) => {
                self.budget.give_back(most);
                set(State::Asked);
                Err(error)
            }
        }
    }

    /// The counts of all documents, if they are kept.
    pub(in crate::index) fn corpus(&self) -> Option<Arc<SegmentTotals>> {
        match &*self.corpus.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Kept(totals) => Some(Arc::clone(totals)),
            _ => None,
        }
    }

    /// Keeps the counts of all documents, if there is room.
    pub(in crate::index) fn keep_corpus(&self, totals: &Arc<SegmentTotals>) {
        let mut state = self.corpus.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::New) {
            *state = if self.budget.take(totals.bytes()) {
                State::Kept(Arc::clone(totals))
            } else {
                State::Refused
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let budget = Budget::new(100);
        assert!(budget.take(60));
        assert!(!budget.take(41));
        assert_eq!(budget.left(), 40);
        budget.give_back(10);
        assert!(budget.take(50));
        assert!(!budget.take(1));
    }
}
