//! What came of proving counts, as plain data.

use serde::Serialize;

/// How to prove counts; see [`Searcher::prove_counts`](crate::Searcher::prove_counts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProofOptions {
    /// What decides which questions are asked: with the same number, the same index gets the same
    /// questions.
    pub seed: u64,
    /// Questions to ask.
    pub questions: u32,
}

impl Default for ProofOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            questions: 100,
        }
    }
}

impl ProofOptions {
    /// Sets what decides which questions are asked.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how many questions are asked.
    pub fn questions(mut self, questions: u32) -> Self {
        self.questions = questions;
        self
    }
}

/// What came of proving counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct ProofReport {
    /// What decided which questions were asked.
    pub seed: u64,
    /// Questions that were asked.
    pub questions: u32,
    /// Of those, the ones that had hits.
    pub with_hits: u32,
    /// Numbers that were compared with the hits they lead to.
    pub compared: u64,
    /// Those that are not the number of those hits.
    pub differences: Vec<Difference>,
}

/// A number that is not that of the hits it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What the number is of: `country Iran, count`.
    pub what: String,
    /// The number.
    pub count: u64,
    /// The hits that it leads to.
    pub hits: u64,
    /// The question whose answer has the number, in canonical form.
    pub query: String,
    /// What goes with it on the command line; each is one argument.
    pub options: Vec<String>,
}

impl Difference {
    pub(crate) fn new(
        what: String,
        (count, hits): (u64, u64),
        query: String,
        options: Vec<String>,
    ) -> Self {
        Self {
            what,
            count,
            hits,
            query,
            options,
        }
    }
}
