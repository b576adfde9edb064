//! Text → [`Query`] and diagnostics: pure, no input or output.

mod ast;
mod diagnostic;

pub use ast::{DateClause, FacetClause, NumberClause, Phrase, Presence, Query, TextField, Word};
pub use diagnostic::{Diagnostic, Severity};

use crate::{PartialDate, Result, Schema};

/// What a parser needs to know besides the text.
#[derive(Debug, Clone, Copy)]
pub struct ParseContext<'a> {
    /// The facets and numbers there are; `None` takes any well-formed name for a facet's.
    pub schema: Option<&'a Schema>,
    /// Whether a document may match any of the words next to each other; otherwise all of them.
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
    /// [`ErrorKind::Query`](crate::ErrorKind::Query).
    pub fn into_result(self) -> Result<(Query, Vec<Diagnostic>)> {
        Ok((self.query, self.diagnostics))
    }
}

/// Reads a query. Never fails: what is wrong becomes a diagnostic.
pub fn parse(_text: &str, _context: &ParseContext<'_>) -> Parsed {
    Parsed {
        query: Query::All,
        diagnostics: Vec::new(),
    }
}
