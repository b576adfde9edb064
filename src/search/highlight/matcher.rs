//! Which words of a text a query means.

use std::collections::HashSet;

use super::automaton::{Automaton, State};
use crate::analysis::{Analyzer, Language, Token};
use crate::query::{Query, TextField};
use crate::search::spans::Shape;
use crate::search::wanted::{Form as WantedForm, Wanted, wanted};

/// What the clauses of a query about text want, wherever something may be marked for them.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    /// Words next to each other.
    pub plain: Vec<Clause>,
    /// Everything else: patterns, words that may be moved, things near each other.
    pub placed: Vec<Wanted>,
}

/// Words next to each other: the different clauses that a fragment shows are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Clause {
    field: Option<TextField>,
    form: Form,
    /// In their exact form.
    words: Vec<String>,
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

impl Clauses {
    /// The clauses of a query that want words, each once. What the engine refuses is left out, and
    /// so is everything under a NOT.
    pub(super) fn new(query: &Query) -> Self {
        let analyzer = Analyzer::new();
        let mut clauses = Self::default();
        let mut known = HashSet::new();
        let mut stack = vec![query];
        while let Some(query) = stack.pop() {
            match query {
                Query::And(parts) | Query::Or(parts) => stack.extend(parts.iter().rev()),
                Query::Boost(inner, _) => stack.push(inner),
                Query::Word(_)
                | Query::Phrase(_)
                | Query::Pattern(_)
                | Query::Fuzzy(_)
                | Query::Regex(_)
                | Query::Near(_) => {
                    let Ok(Some(wanted)) = wanted(&analyzer, query, &mut Vec::new()) else {
                        continue;
                    };
                    match Clause::of(&wanted) {
                        Some(clause) if known.contains(&clause) => {}
                        Some(clause) => {
                            known.insert(clause.clone());
                            clauses.plain.push(clause);
                        }
                        None => clauses.placed.push(wanted),
                    }
                }
                Query::All
                | Query::Path(_)
                | Query::Facet(_)
                | Query::Date(_)
                | Query::Number(_)
                | Query::Added(_)
                | Query::Id(_)
                | Query::Has(_)
                | Query::Missing(_)
                | Query::Not(_) => {}
            }
        }
        clauses
    }
}

impl Clause {
    /// Plain words next to each other, if that is all that is wanted.
    fn of(wanted: &Wanted) -> Option<Self> {
        let Shape::Sequence(sequence) = &wanted.shape else {
            return None;
        };
        if sequence.moves > 0 {
            return None;
        }
        let mut words = Vec::with_capacity(wanted.slots.len());
        let mut forms = Vec::with_capacity(wanted.slots.len());
        for slot in &wanted.slots {
            let (form, word) = match slot.forms.as_slice() {
                [WantedForm::Any(word)] => (Form::Stem, word),
                [WantedForm::Exact(word)] => (Form::Exact, word),
                _ => return None,
            };
            words.push(word.clone());
            forms.push(form);
        }
        let (&form, others) = forms.split_first()?;
        others.iter().all(|&other| other == form).then_some(Self {
            field: wanted.slots.first()?.field,
            form,
            words,
        })
    }

    fn terms(&self, analyzer: &mut Analyzer, language: Language) -> Vec<String> {
        let words = self.words.iter();
        match self.form {
            Form::Exact => words.cloned().collect(),
            Form::Stem => words
                .map(|word| analyzer.stem(word, language).to_owned())
                .collect(),
        }
    }
}

/// Finds the clauses of a query in one field.
#[derive(Debug)]
pub(super) struct Matcher {
    exact: Automaton,
    stem: Automaton,
}

impl Matcher {
    /// A match bears the number of its clause.
    pub(super) fn new(
        clauses: &[Clause],
        field: TextField,
        analyzer: &mut Analyzer,
        language: Language,
    ) -> Self {
        let mut of = |form: Form| -> Vec<(usize, Vec<String>)> {
            let clauses = clauses.iter().enumerate().filter(|(_, clause)| {
                clause.form == form && clause.field.is_none_or(|wanted| wanted == field)
            });
            clauses
                .map(|(number, clause)| (number, clause.terms(analyzer, language)))
                .collect()
        };
        let (exact, stem) = (of(Form::Exact), of(Form::Stem));
        // All stem terms begin with the same language.
        let prefix = stem
            .iter()
            .find_map(|(_, terms)| terms.first()?.find(':'))
            .map_or(0, |colon| colon + 1);
        let sequences = |of: &[(usize, Vec<String>)], skip| {
            let sequences = of.iter().map(|(number, terms)| (*number, terms.as_slice()));
            Automaton::new(skip, sequences)
        };
        Self {
            exact: sequences(&exact, 0),
            stem: sequences(&stem, prefix),
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
