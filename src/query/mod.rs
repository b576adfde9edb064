//! Text → [`Query`] and diagnostics: pure, no input or output.
//!
//! [`parse`] reads the query language that `docs/query-language.md` describes; `Display` of
//! [`Query`] prints it back in canonical form. Nothing is read as less than it says: what cannot
//! be done is refused with its place in the text and a query that works.

mod ast;
mod build;
mod combine;
mod dates;
mod diagnostic;
mod field;
mod findings;
mod lexer;
mod numbers;
mod parser;
mod print;
mod problem;
mod remarks;
mod rewrite;
mod token;
mod value;
mod walk;

#[cfg(test)]
mod tests;

pub use crate::schema::near_miss::suggest;
pub use ast::{DateClause, FacetClause, NumberClause, Phrase, Presence, Query, TextField, Word};
pub use dates::{parse_date_point, parse_date_range};
pub use diagnostic::{Diagnostic, Severity};
pub use parser::parse;
pub(crate) use rewrite::rewrite;

use crate::{Error, ErrorKind, PartialDate, Result, Schema};

/// The most bytes a query may have.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;

/// The most levels of brackets and NOT, in the text and in its canonical form.
pub const MAX_QUERY_DEPTH: usize = 64;

/// The most words, phrases and clauses a query may have.
pub const MAX_CLAUSES: usize = 1_024;

/// The most words a phrase may have.
pub const MAX_PHRASE_WORDS: usize = 256;

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
}

impl ParseContext<'_> {
    /// Takes any well-formed name for a facet's.
    pub fn any_names() -> Self {
        Self {
            schema: None,
            any: false,
            today: None,
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
