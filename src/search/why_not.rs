//! Why a search has no hits, and what little would give some.

use serde::Serialize;

use super::SearchRequest;

/// What left no hits: every clause and filter with its documents, and the smallest combination
/// of them that no document satisfies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WhyNot {
    /// What every hit must satisfy: the clauses of the query, then the filters.
    pub clauses: Vec<CountedClause>,
    /// Numbers of `clauses`, from 0: no document satisfies these together, while any of them can
    /// be left out for some that satisfies the others. Up to three clauses it is the smallest such
    /// combination, and the first of equally small ones.
    pub conflict: Vec<usize>,
}

/// A clause or filter and its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CountedClause {
    /// In the query language, or as an option of the command line.
    pub clause: String,
    /// Documents that satisfy it alone.
    pub count: u64,
    /// Documents that satisfy it and every clause before it.
    pub together: u64,
}

/// A question that differs little from one without hits, and has some.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Relaxation {
    /// What differs, in words.
    pub change: String,
    /// The query in canonical form, or as it was typed with a word changed.
    pub query: String,
    /// What goes with it on the command line; each is one argument.
    pub options: Vec<String>,
    /// Its hits, exactly.
    pub count: u64,
    /// The same as a request.
    #[serde(skip)]
    pub request: SearchRequest,
}
