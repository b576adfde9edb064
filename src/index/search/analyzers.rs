//! Analyzers that go from one search to the next: they keep the stems they have met.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::Analyzer;

/// Analyzers that are kept at most: as many as searches run side by side.
const KEPT: usize = 16;

/// Analyzers that nobody uses.
#[derive(Debug, Default)]
pub(in crate::index) struct Analyzers(Mutex<Vec<Analyzer>>);

/// An analyzer that goes back when it is dropped.
#[derive(Debug)]
pub(in crate::index) struct Lent {
    analyzer: Analyzer,
    home: Arc<Analyzers>,
}

impl Analyzers {
    /// An analyzer for one search.
    pub(in crate::index) fn lend(self: &Arc<Self>) -> Lent {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Lent {
            analyzer: idle.pop().unwrap_or_default(),
            home: Arc::clone(self),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut idle = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(std::mem::take(&mut self.analyzer));
        }
    }
}

impl Deref for Lent {
    type Target = Analyzer;

    fn deref(&self) -> &Analyzer {
        &self.analyzer
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Analyzer {
        &mut self.analyzer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lent_comes_back() {
        let analyzers = Arc::new(Analyzers::default());
        let lent: Vec<Lent> = (0..KEPT + 2).map(|_| analyzers.lend()).collect();
        assert!(analyzers.0.lock().unwrap().is_empty());
        drop(lent);
        assert_eq!(analyzers.0.lock().unwrap().len(), KEPT);
    }
}
