//! Queries to paste: what a finding offers is read without errors, and with less to say about it.

use std::collections::HashMap;

use super::diagnostic::{Diagnostic, Severity};
use super::findings::{Finding, Span};
use super::token::{is_close, is_open};

/// A longer query is not repeated in a hint; the changed part alone is.
pub(super) const MAX_PASTED_BYTES: usize = 240;

/// Texts that are read to find what can be offered for one query.
const MAX_READ: usize = 24;

/// How often what is left after a mending is mended again.
const MAX_ROUNDS: usize = 4;

/// A part of the query, and what to write in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) span: Span,
    pub(super) replacement: String,
    /// What there is to say behind a query with it, as where something else may have been meant.
    pub(super) also: String,
}

impl Change {
    /// Inserts at one place do not overlap: they are made in their order.
    fn overlaps(&self, other: &Self) -> bool {
        self.span.0 < other.span.1 && other.span.0 < self.span.1
    }

    /// What to do, without the query around it.
    pub(super) fn in_words(&self, text: &str) -> String {
        let Self {
            span, replacement, ..
        } = self;
        let words = if replacement.is_empty() {
            "leave it out".to_owned()
        } else if replacement == " " {
            "write a space between them".to_owned()
        } else if span.0 < span.1 {
            format!("write `{replacement}` instead")
        } else {
            match text[span.0..].chars().next() {
                None => format!("write `{replacement}` at the end"),
                Some(next) => format!("write `{replacement}` before the `{next}`"),
            }
        };
        words + &self.also
    }
}

/// The way out of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hint {
    /// In words.
    Words(String),
    /// The query with a part changed.
    Change {
        change: Change,
        /// What is said where the change mends nothing.
        otherwise: Option<String>,
    },
}

impl Hint {
    /// Says something behind the query.
    pub(super) fn and(self, more: &str) -> Self {
        match self {
            Self::Words(words) => Self::Words(words + more),
            Self::Change {
                mut change,
                otherwise,
            } => {
                change.also.push_str(more);
                Self::Change { change, otherwise }
            }
        }
    }

    /// Says something else where the change mends nothing, or the query is too long to repeat.
    pub(super) fn or(self, words: &str) -> Self {
        match self {
            Self::Words(_) => Self::Words(words.to_owned()),
            Self::Change { change, .. } => Self::Change {
                change,
                otherwise: Some(words.to_owned()),
            },
        }
    }

    fn change(&self) -> Option<&Change> {
        match self {
            Self::Words(_) => None,
            Self::Change { change, .. } => Some(change),
        }
    }
}

impl<T: Into<String>> From<T> for Hint {
    fn from(words: T) -> Self {
        Self::Words(words.into())
    }
}

/// Writes out the ways out of all findings about a text. `read` says what there is to say about
/// another text.
pub(super) fn write_out(
    text: &str,
    findings: Vec<Finding>,
    read: impl FnMut(&str) -> Vec<Finding>,
) -> Vec<Diagnostic> {
    let changes: Vec<Change> = errors(&findings)
        .filter_map(Finding::change)
        .cloned()
        .collect();
    let mut mender = Mender {
        read,
        left: MAX_READ,
        mended: HashMap::new(),
        has_errors: errors(&findings).next().is_some(),
        findings: findings.len(),
    };
    let offered = |finding: Finding| {
        let hint = match finding.hint {
            Hint::Words(words) => words,
            Hint::Change { change, otherwise } => {
                let all = beside(&change, &changes);
                match mender.mend(apply(text, &all)) {
                    None => otherwise.unwrap_or_else(|| change.in_words(text)),
                    Some(query) => offer(&query, &change, &all),
                }
            }
        };
        finding.about.hint(hint)
    };
    findings.into_iter().map(offered).collect()
}

impl Finding {
    fn change(&self) -> Option<&Change> {
        self.hint.change()
    }
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let is_error = |finding: &&Finding| finding.about.severity == Severity::Error;
    findings.iter().filter(is_error)
}

/// The hint of a finding with a mended query: what is said of its change, and of the others in it.
fn offer(query: &str, change: &Change, all: &[&Change]) -> String {
    let mut hint = if query.is_empty() {
        "leave it out: the empty query asks for every document".to_owned()
    } else {
        format!("write `{query}`")
    };
    let mut said: Vec<&str> = vec![""];
    for change in std::iter::once(change).chain(all.iter().copied()) {
        if !said.contains(&change.also.as_str()) {
            said.push(&change.also);
            hint.push_str(&change.also);
        }
    }
    hint
}

/// A change together with all others that leave it as it is.
fn beside<'c>(change: &'c Change, others: &'c [Change]) -> Vec<&'c Change> {
    let mut chosen = vec![change];
    for other in others {
        if other != change && !chosen.iter().any(|chosen| chosen.overlaps(other)) {
            chosen.push(other);
        }
    }
    // Stable, but for the change itself, which has its place among those of the same start.
    let place = |change: &Change| others.iter().position(|other| other == change);
    chosen.sort_by_key(|change| (change.span, place(change)));
    chosen
}

/// The text with its parts changed; where something is left out one space stays, and none inside
/// of a bracket.
fn apply(text: &str, changes: &[&Change]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |piece: &str, leaves_out: bool| {
        if leaves_out {
            out.truncate(trimmed(&out));
            gap = true;
            return;
        }
        let piece = if gap { piece.trim_start() } else { piece };
        if piece.is_empty() {
            return;
        }
        if gap && !out.ends_with(is_open) && !piece.starts_with(is_close) {
            out.push(' ');
        }
        gap = false;
        out.push_str(piece);
    };
    let mut at = 0;
    for change in changes {
        push(&text[at..change.span.0], false);
        push(&change.replacement, change.replacement.is_empty());
        at = change.span.1;
    }
    push(&text[at..], false);
    out.truncate(trimmed(&out));
    out.trim_start().to_owned()
}

/// The length of a text without the spaces at its end, but with one that is escaped.
fn trimmed(text: &str) -> usize {
    let bare = text.trim_end();
    let backslashes = bare.len() - bare.trim_end_matches('\\').len();
    let escaped = text[bare.len()..]
        .chars()
        .next()
        .filter(|_| backslashes % 2 == 1);
    bare.len() + escaped.map_or(0, char::len_utf8)
}

struct Mender<R> {
    read: R,
    /// Texts that may still be read.
    left: usize,
    /// What became of the texts that were tried.
    mended: HashMap<String, Option<String>>,
    has_errors: bool,
    findings: usize,
}

impl<R: FnMut(&str) -> Vec<Finding>> Mender<R> {
    /// The text, or what it becomes when its own errors are mended; none if errors stay, or if
    /// there would be no less to say than before. So who follows offers comes to an end.
    fn mend(&mut self, text: String) -> Option<String> {
        if let Some(mended) = self.mended.get(&text) {
            return mended.clone();
        }
        let mended = self.try_mend(text.clone());
        self.mended.insert(text, mended.clone());
        mended
    }

    fn try_mend(&mut self, mut text: String) -> Option<String> {
        for _ in 0..MAX_ROUNDS {
            if text.len() > MAX_PASTED_BYTES {
                return None;
            }
            self.left = self.left.checked_sub(1)?;
            let findings = (self.read)(&text);
            let mut changes: Vec<&Change> = Vec::new();
            for error in errors(&findings) {
                let change = error.change()?;
                if !changes.iter().any(|chosen| chosen.overlaps(change)) {
                    changes.push(change);
                }
            }
            if changes.is_empty() {
                return (self.has_errors || findings.len() < self.findings).then_some(text);
            }
            if !self.has_errors {
                return None;
            }
            changes.sort_by_key(|change| change.span);
            text = apply(&text, &changes);
        }
        None
    }
}
