//! Micro-averaged precision, recall and F1.

use std::collections::BTreeSet;
use std::fmt;

use pressmark::vocabulary::EntryId;

/// Decisions, counted over all articles and countries together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    right: u32,
    given: u32,
    wanted: u32,
}

impl Score {
    /// Counts the decisions of one article.
    pub fn add<'a>(
        &mut self,
        given: &BTreeSet<EntryId>,
        wanted: impl Iterator<Item = &'a EntryId>,
    ) {
        self.given += given.len() as u32;
        for id in wanted {
            self.wanted += 1;
            self.right += u32::from(given.contains(id));
        }
    }

    /// The harmonic mean of precision and recall: 2 × right ÷ (given + wanted).
    pub fn f1(&self) -> f64 {
        2.0 * f64::from(self.right) / f64::from((self.given + self.wanted).max(1))
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |of: u32| f64::from(self.right) / f64::from(of.max(1));
        let (precision, recall) = (part(self.given), part(self.wanted));
        write!(
            f,
            "precision {precision:.4}, recall {recall:.4}, micro-F1 {:.4}",
            self.f1()
        )
    }
}
