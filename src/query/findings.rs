//! What the parser has to say, collected: with positions, and with queries to paste.

use super::diagnostic::{Diagnostic, Severity};
use super::offer::{Change, Hint, MAX_PASTED_BYTES};
use super::work::steps;

/// After so many errors reading stops: the next ones would be echoes of the first.
const MAX_ERRORS: usize = 16;

/// After so many notices the rest are not listed, which the last one says.
const MAX_NOTICES: usize = 16;

/// A byte range of the query.
pub(super) type Span = (usize, usize);

/// A finding whose way out is not written out yet.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) about: Diagnostic,
    pub(super) hint: Hint,
}

#[derive(Debug)]
pub(super) struct Findings<'t> {
    text: &'t str,
    list: Vec<Finding>,
    errors: usize,
    notices: usize,
}

impl<'t> Findings<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            list: Vec::new(),
            errors: 0,
            notices: 0,
        }
    }

    pub(super) fn error(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        if self.errors < MAX_ERRORS {
            self.push(Severity::Error, code, span, message, hint);
        }
        self.errors += 1;
    }

    pub(super) fn notice(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        self.notices += 1;
        if self.notices <= MAX_NOTICES {
            self.push(Severity::Notice, code, span, message, hint);
        } else if self.notices == MAX_NOTICES + 1 {
            let message = "there is more to remark on from here than is listed";
            let hint = "see to the first remarks, then ask again";
            self.push(Severity::Notice, "more_remarks", span, message, hint);
        }
    }

    pub(super) fn warning(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        self.push(Severity::Warning, code, span, message, hint);
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &str,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) {
        let message = message.into();
        steps(message.len());
        let message = abridged(message);
        let about = Diagnostic::new(severity, code, message).at(span.0, span.1);
        let hint = hint.into();
        self.list.push(Finding { about, hint });
    }

    /// Whether reading on would say nothing new.
    pub(super) fn enough(&self) -> bool {
        self.errors >= MAX_ERRORS
    }

    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The hint that shows the query with one part changed.
    pub(super) fn write(&self, span: Span, replacement: &str) -> Hint {
        steps(replacement.len());
        let change = Change {
            span,
            replacement: replacement.to_owned(),
            also: String::new(),
        };
        if self.text.len() + replacement.len() > MAX_PASTED_BYTES {
            Hint::Words(change.in_words(self.text))
        } else {
            Hint::Change {
                change,
                otherwise: None,
            }
        }
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

/// A message that repeats much of a long query, without the middle.
fn abridged(message: String) -> String {
    if message.len() <= 2 * MAX_PASTED_BYTES {
        return message;
    }
    let border = |at: usize| (at..message.len()).find(|&at| message.is_char_boundary(at));
    let head = border(MAX_PASTED_BYTES).unwrap_or(message.len());
    let tail = border(message.len() - MAX_PASTED_BYTES / 2).unwrap_or(message.len());
    format!("{} … {}", &message[..head], &message[tail..])
}
