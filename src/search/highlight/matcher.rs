//! What a query wants to be marked, and what was found of it.

use std::collections::HashSet;

use crate::analysis::{Analyzer, Language};
use crate::query::{Query, TextField};
use crate::search::pattern::MAX_TABLE_BYTES;
use crate::search::spans::Shape;
use crate::search::wanted::{Form as WantedForm, Wanted, WantedSlot, wanted};

/// What the clauses of a query about text want, wherever something may be marked for them. They are
/// numbered in this order.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    /// Words next to each other.
    pub plain: Vec<Clause>,
    /// Single words that may be many: those that fit a pattern.
    pub lone: Vec<WantedSlot>,
    /// Everything else: words that may be moved, things near each other.
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

/// The form that the words of a clause have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Exact,
    Stem,
}

/// One match in a text: numbers of half the size, since there may be many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    clause: u32,
    bytes: (u32, u32),
    characters: (u32, u32),
}

impl Found {
    /// `bytes` and `characters`: those before it, and up to its end. No text has so many that they
    /// do not fit.
    pub(super) fn new(clause: usize, bytes: (usize, usize), characters: (usize, usize)) -> Self {
        Self {
            clause: clause as u32,
            bytes: (bytes.0 as u32, bytes.1 as u32),
            characters: (characters.0 as u32, characters.1 as u32),
        }
    }

    pub(super) fn clause(&self) -> usize {
        self.clause as usize
    }

    pub(super) fn start(&self) -> usize {
        self.bytes.0 as usize
    }

    pub(super) fn end(&self) -> usize {
        self.bytes.1 as usize
    }

    /// Characters before it.
    pub(super) fn start_character(&self) -> usize {
        self.characters.0 as usize
    }

    /// Characters up to its end.
    pub(super) fn end_character(&self) -> usize {
        self.characters.1 as usize
    }
}

impl Clauses {
    /// The clauses of a query that want words, each once. What the engine refuses is left out, and
    /// so is everything under a NOT.
    pub(super) fn new(query: &Query) -> Self {
        let analyzer = Analyzer::new();
        let mut clauses = Self::default();
        let mut known = HashSet::new();
        let mut left = MAX_TABLE_BYTES;
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
                    let Ok(Some(wanted)) = wanted(&analyzer, query, &mut Vec::new(), &mut left)
                    else {
                        continue;
                    };
                    match Clause::of(&wanted) {
                        Some(clause) if known.contains(&clause) => {}
                        Some(clause) => {
                            known.insert(clause.clone());
                            clauses.plain.push(clause);
                        }
                        None => clauses.push(wanted),
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

    fn push(&mut self, wanted: Wanted) {
        match &wanted.shape {
            Shape::Sequence(sequence) if sequence.length == 1 && sequence.moves == 0 => {
                self.lone.extend(wanted.slots);
            }
            _ => self.placed.push(wanted),
        }
    }

    /// Whether title and body are looked at in the same way.
    pub(super) fn is_the_same_in_all_fields(&self) -> bool {
        let placed = self.placed.iter().flat_map(|wanted| &wanted.slots);
        let mut slots = self.lone.iter().chain(placed);
        self.plain.iter().all(|clause| clause.field.is_none())
            && slots.all(|slot| slot.field.is_none())
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

    /// The terms it consists of, if it wants this form in this field.
    pub(super) fn terms(
        &self,
        form: Form,
        field: TextField,
        analyzer: &mut Analyzer,
        language: Language,
    ) -> Option<Vec<String>> {
        if self.form != form || self.field.is_some_and(|wanted| wanted != field) {
            return None;
        }
        let words = self.words.iter();
        Some(match form {
            Form::Exact => words.cloned().collect(),
            Form::Stem => words
                .map(|word| analyzer.stem(word, language).to_owned())
                .collect(),
        })
    }
}
