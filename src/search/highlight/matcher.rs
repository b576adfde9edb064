//! Which words of a text a query means.

use std::collections::HashSet;

use super::automaton::{Automaton, State};
use crate::analysis::{Analyzer, Language, Token};
use crate::query::{Query, TextField};

/// A part of the query that words can meet: the different ones a fragment shows are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Clause {
    field: Option<TextField>,
    form: Form,
    /// Terms next to each other.
    terms: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Exact,
    Stem,
}

/// One match in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub clause: usize,
    pub start: usize,
    pub end: usize,
    /// Characters before it.
    pub start_character: usize,
    /// Characters up to its end.
    pub end_character: usize,
}

/// The clauses of a query that want words, each once.
pub(super) fn clauses(analyzer: &mut Analyzer, query: &Query, language: Language) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut known = HashSet::new();
    let mut stack = vec![query];
    while let Some(query) = stack.pop() {
        let (text, field, form) = match query {
            Query::And(parts) | Query::Or(parts) => {
                stack.extend(parts.iter().rev());
                continue;
            }
            Query::Word(word) => (&word.text, word.field, Form::Stem),
            Query::Phrase(phrase) => (&phrase.text, phrase.field, Form::Exact),
            Query::All
            | Query::Pattern(_)
            | Query::Fuzzy(_)
            | Query::Regex(_)
            | Query::Near(_)
            | Query::Boost(..)
            | Query::Path(_)
            | Query::Facet(_)
            | Query::Date(_)
            | Query::Number(_)
            | Query::Added(_)
            | Query::Id(_)
            | Query::Has(_)
            | Query::Missing(_)
            | Query::Not(_) => continue,
        };
        let terms: Vec<String> = analyzer
            .query_tokens(text)
            .into_iter()
            .map(|token| match form {
                Form::Exact => token.exact,
                Form::Stem => analyzer.stem(&token.exact, language).to_owned(),
            })
            .collect();
        let clause = Clause { field, form, terms };
        if !clause.terms.is_empty() && known.insert(clause.clone()) {
            clauses.push(clause);
        }
    }
    clauses
}

/// Finds the clauses of a query in one field.
#[derive(Debug)]
pub(super) struct Matcher {
    exact: Automaton,
    stem: Automaton,
}

impl Matcher {
    pub(super) fn new(clauses: &[Clause], field: TextField) -> Self {
        let of = |form: Form| {
            clauses
                .iter()
                .enumerate()
                .filter(move |(_, clause)| {
                    clause.form == form && clause.field.is_none_or(|wanted| wanted == field)
                })
                .map(|(number, clause)| (number, clause.terms.as_slice()))
        };
        // All stem terms begin with the same language.
        let prefix = of(Form::Stem)
            .find_map(|(_, terms)| terms.first()?.find(':'))
            .map_or(0, |colon| colon + 1);
        Self {
            exact: Automaton::new(0, of(Form::Exact)),
            stem: Automaton::new(prefix, of(Form::Stem)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.stem.is_empty()
    }

    pub(super) fn start(&self) -> Run<'_> {
        Run {
            matcher: self,
            exact: 0,
            stem: 0,
            starts: vec![0; self.exact.longest().max(self.stem.longest())],
            next: 0,
        }
    }
}

/// The matcher on its way through a text.
#[derive(Debug)]
pub(super) struct Run<'a> {
    matcher: &'a Matcher,
    exact: State,
    stem: State,
    /// Where the last words began, as many as the longest sequence has.
    starts: Vec<usize>,
    next: usize,
}

impl Run<'_> {
    /// Takes the next word; gives clause, start and end of each match that ends with it.
    #[inline]
    pub(super) fn step(
        &mut self,
        analyzer: &mut Analyzer,
        language: Language,
        token: &Token<'_>,
        mut found: impl FnMut(usize, usize, usize),
    ) {
        let places = self.starts.len();
        if places == 0 {
            return;
        }
        self.starts[self.next] = token.start;
        self.next = (self.next + 1) % places;
        let matcher = self.matcher;
        if !matcher.exact.is_empty() {
            self.exact = matcher.exact.step(self.exact, token.exact);
        }
        if !matcher.stem.is_empty() {
            let needs_stem =
                !language.stems_keep_the_first_letter() || matcher.stem.may_begin(token.exact, 0);
            self.stem = if needs_stem {
                let term = analyzer.stem(token.exact, language);
                matcher.stem.step(self.stem, term)
            } else {
                0
            };
        }
        for (automaton, state) in [(&matcher.exact, self.exact), (&matcher.stem, self.stem)] {
            if state != 0 {
                for (clause, words) in automaton.ends(state) {
                    let start = self.starts[(self.next + places - words) % places];
                    found(clause, start, token.end);
                }
            }
        }
    }
}
