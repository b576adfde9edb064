//! What is wrong with a value, before anybody knows where in the query it stands.

use super::diagnostic::{Diagnostic, Severity};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// A value that works in place of the one that does not.
    pub(super) better: Option<String>,
    /// What to do where no value can be offered.
    pub(super) hint: Option<String>,
    /// A clause that works in place of the field and its value, and what there is to say of it.
    pub(super) clause: Option<Box<(String, &'static str)>>,
}

impl Problem {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            better: None,
            hint: None,
            clause: None,
        }
    }

    pub(super) fn better(mut self, value: impl Into<String>) -> Self {
        self.better = Some(value.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Offers a clause in place of the field and its value; `why` follows it.
    pub(super) fn clause(mut self, clause: impl Into<String>, why: &'static str) -> Self {
        let clause = clause.into();
        if self.hint.is_none() {
            self.hint = Some(format!(
                "in place of the field and its values write `{clause}`{why}"
            ));
        }
        self.clause = Some(Box::new((clause, why)));
        self
    }

    /// The finding about a text that is the value and nothing else.
    pub(super) fn into_diagnostic(self, text: &str) -> Diagnostic {
        let diagnostic =
            Diagnostic::new(Severity::Error, self.code, self.message).at(0, text.len());
        match (self.better, self.hint) {
            (Some(better), _) => diagnostic.hint(format!("write `{better}`")),
            (None, Some(hint)) => diagnostic.hint(hint),
            (None, None) => diagnostic,
        }
    }
}
