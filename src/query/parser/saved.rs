//! `@name`: a saved search, read in place.

use std::collections::HashMap;

use super::super::ast::Query;
use super::super::combine::measure;
use super::super::diagnostic::Diagnostic;
use super::super::print::quoted;
use super::super::token::Token;
use super::super::words::saved_search_in_field;
use super::super::{MAX_CLAUSES, MAX_SAVED_DEPTH, ParseContext, Parsed, Severity, UNKNOWN_SEARCH};
use super::{Parser, Scope, read};
use crate::schema::near_miss::suggest;

/// The saved searches that are being read, and those that have been.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// The names of those around the text that is being read.
    chain: Vec<String>,
    /// Levels of brackets around the text that is being read, in those around it.
    pub(super) depth: usize,
    /// What became of each: nothing is read twice, however often it is named.
    known: HashMap<String, Parsed>,
}

impl Parser<'_> {
    pub(super) fn saved(&mut self, token: &Token, name: &str, scope: Scope<'_>) -> Option<Query> {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        if scope.field.is_some() {
            self.problem(saved_search_in_field(raw), span);
            return None;
        }
        let texts = self.context.searches;
        let Some(text) = texts.and_then(|texts| texts.get(name)) else {
            self.unknown_search(token, name);
            return None;
        };
        if let Some(first) = self.saved.chain.iter().position(|other| other == name) {
            let mut chain: Vec<String> = self.saved.chain[first..].to_vec();
            chain.push(name.to_owned());
            let shown: Vec<String> = chain.iter().map(|name| format!("`@{name}`")).collect();
            let message = format!(
                "the saved search `{name}` leads back to itself: {}",
                shown.join(" → ")
            );
            let hint = format!("change one of them under `[searches.{name}]` and the others");
            self.error("saved_search_cycle", span, message, hint);
            return None;
        }
        if self.saved.chain.len() >= MAX_SAVED_DEPTH {
            let message =
                format!("saved searches lie more than {MAX_SAVED_DEPTH} deep in each other");
            let hint = format!("write out what `{raw}` stands for");
            self.error("saved_search_depth", span, message, hint);
            return None;
        }
        if !self.saved.known.contains_key(name) {
            // It means the same wherever it stands.
            let context = ParseContext {
                any: false,
                ..*self.context
            };
            let mut saved = std::mem::take(&mut self.saved);
            saved.chain.push(name.to_owned());
            saved.depth = self.depth;
            let parsed = read(text, &context, &mut saved);
            saved.chain.pop();
            saved.known.insert(name.to_owned(), parsed);
            self.saved = saved;
        }
        let parsed = self.saved.known.get(name)?.clone();
        let mut fine = true;
        for finding in parsed.diagnostics {
            fine &= finding.severity != Severity::Error;
            self.pass_on(finding, name, token);
        }
        if !fine {
            return None;
        }
        self.clauses += measure(&parsed.query).1;
        if self.clauses > MAX_CLAUSES {
            self.too_many(span);
            return None;
        }
        if let Err(problem) = self.spent.add_checked(&parsed.query) {
            self.problem(problem, span);
            return None;
        }
        Some(parsed.query)
    }

    /// Repeats what there is to say about a saved search where its name stands.
    fn pass_on(&mut self, finding: Diagnostic, name: &str, token: &Token) {
        if self.stopped {
            return;
        }
        let span = (token.start, token.end);
        let prefix = format!("in the saved search `{name}`: ");
        let message = if finding.message.starts_with("in the saved search")
            || finding.code == "saved_search_cycle"
        {
            finding.message
        } else {
            prefix + &finding.message
        };
        let hint = finding.hint.unwrap_or_default();
        match finding.severity {
            Severity::Error => self.error(&finding.code, span, message, hint),
            Severity::Warning => self.findings.warning(&finding.code, span, message, hint),
            Severity::Notice => self.findings.notice(&finding.code, span, message, hint),
        }
    }

    fn unknown_search(&mut self, token: &Token, name: &str) {
        let span = (token.start, token.end);
        let names = || {
            let searches = self.context.searches.into_iter().flatten();
            searches.map(|(name, _)| name.as_str())
        };
        let message = format!("there is no saved search `{name}`");
        let hint = match suggest(name, names()) {
            Some(near) => self.findings.write(span, &format!("@{near}")),
            None if names().next().is_some() => {
                let names: Vec<String> =
                    names().take(12).map(|name| format!("`@{name}`")).collect();
                format!("there are {}", names.join(", ")).into()
            }
            None => self.findings.write(span, &quoted(self.raw(token))),
        };
        self.error(UNKNOWN_SEARCH, span, message, hint);
    }
}
