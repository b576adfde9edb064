//! Text → [`Query`] and diagnostics: pure, no input or output.
//!
//! [`parse`] reads the query language that `docs/query-language.md` describes; `Display` of
//! [`Query`] prints it back in canonical form. Nothing is read as less than it says: what cannot
//! be done is refused with its place in the text and a query that works.

mod ast;
mod build;
mod builder;
mod check;
mod combine;
mod dates;
mod diagnostic;
mod field;
mod findings;
mod lexer;
mod numbers;
mod offer;
mod parser;
mod path;
mod print;
mod problem;
mod regex;
mod remarks;
mod rewrite;
mod token;
mod value;
mod walk;
mod words;
mod work;

#[cfg(test)]
mod tests;

pub use crate::schema::near_miss::suggest;
pub use ast::{
    DateClause, Distance, FacetClause, Fuzzy, Near, NumberClause, Pattern, Phrase, Presence, Query,
    Regex, TextField, Word,
};
pub(crate) use check::check_built;
pub use dates::{parse_date_point, parse_date_range};
pub use diagnostic::{Diagnostic, Severity};
pub use parser::parse;
pub use path::path_fits;
pub(crate) use rewrite::rewrite;

use std::collections::BTreeMap;

use crate::{Error, ErrorKind, PartialDate, Result, Schema};

/// The code of a saved search that there is not.
pub(crate) const UNKNOWN_SEARCH: &str = "unknown_search";

/// The most bytes a query may have.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;

/// The most levels of brackets and NOT, in the text and in its canonical form.
pub const MAX_QUERY_DEPTH: usize = 64;

/// The most words, phrases and clauses a query may have.
pub const MAX_CLAUSES: usize = 1_024;

/// The most words a phrase may have.
pub const MAX_PHRASE_WORDS: usize = 256;

/// The most places by which the words of a phrase may be moved, `"…"~n`.
pub const MAX_MOVES: u32 = 100;

/// The most letters by which a word may differ from a fuzzy one, `word~n`.
pub const MAX_EDITS: u8 = 2;

/// The most saved searches that may stand in each other.
pub const MAX_SAVED_DEPTH: usize = 8;

/// The letters and digits that a pattern with `*` must have.
pub const MIN_STAR_LETTERS: usize = 2;

/// The most wildcards a pattern may have.
pub const MAX_WILDCARDS: usize = 16;

/// The most bytes a regular expression may have between its slashes.
pub const MAX_REGEX_BYTES: usize = 256;

/// The most words between things near each other, `NEAR/n`.
pub const MAX_DISTANCE: u32 = 1_000;

/// The least factor of a weight, `word^n`.
pub const MIN_BOOST: f32 = 0.01;

/// The greatest factor of a weight, `word^n`.
pub const MAX_BOOST: f32 = 100.0;

/// What a parser needs to know besides the text.
#[derive(Debug, Clone, Copy)]
pub struct ParseContext<'a> {
    /// The facets and numbers there are; `None` takes any well-formed name for a facet's.
    pub schema: Option<&'a Schema>,
    /// Whether a document may match any of the words next to each other; otherwise all of them.
    ///
    /// Clauses that only restrict (facets, dates, numbers, ids, `has:`) must hold all the same,
    /// and so must words after `+`; beside those the others only add to the score. Words after `-`
    /// must not occur. Between values of a field (`country:(IR IQ)`) any of them suffices.
    pub any: bool,
    /// What `today` and `2w` are counted from; without it they are refused.
    pub today: Option<PartialDate>,
    /// The saved searches by name, each in the query language, which `@name` stands for. They are
    /// read without `any`, so that each means the same wherever it stands.
    pub searches: Option<&'a BTreeMap<String, String>>,
}

impl ParseContext<'_> {
    /// Takes any well-formed name for a facet's.
    pub fn any_names() -> Self {
        Self {
            schema: None,
            any: false,
            today: None,
            searches: None,
        }
    }
}

/// A query as far as it could be read, and what there is to say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The query.
    pub query: Query,
    /// Findings; with one of severity error, `query` must not be run.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Gives the query out, with findings that are not errors, or the first error.
    ///
    /// # Errors
    /// [`ErrorKind::Query`], with the code, span and hint of the finding.
    pub fn into_result(self) -> Result<(Query, Vec<Diagnostic>)> {
        let error = |finding: &Diagnostic| finding.severity == Severity::Error;
        match self.diagnostics.iter().position(error) {
            None => Ok((self.query, self.diagnostics)),
            Some(first) => Err(self.diagnostics[first].clone().into()),
        }
    }
}

impl From<Diagnostic> for Error {
    fn from(finding: Diagnostic) -> Self {
        let mut error = Self::new(ErrorKind::Query, finding.message).with_code(finding.code);
        if let Some((start, end)) = finding.span {
            error = error.with_span(start, end);
        }
        match finding.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}
