//! Matches that depend on where words stand: the words are noted while the text is read, and put
//! together when all of it is known.

use std::collections::HashMap;
use std::sync::Arc;

use super::matcher::Found;
use crate::analysis::{Analyzer, Language, Token};
use crate::query::TextField;
use crate::search::pattern::WordPattern;
use crate::search::spans::{Places, Sequence};
use crate::search::wanted::{Form, Wanted};

/// So few patterns are put to every word: to remember words would cost more.
const FEW_PATTERNS: usize = 4;
/// Words whose slots are remembered; more of them are forgotten all at once.
const REMEMBERED: usize = 1 << 16;

/// The number of a clause, and that of a slot in it.
type Place = (usize, usize);

/// A word that stands in some slot.
#[derive(Debug, Clone, Copy)]
struct Noted {
    position: u32,
    start: usize,
    end: usize,
    start_character: usize,
    end_character: usize,
}

/// Notes the words of one field.
#[derive(Debug)]
pub(super) struct Notes<'w> {
    clauses: &'w [Wanted],
    language: Language,
    exact: HashMap<&'w str, Vec<Place>>,
    stems: HashMap<String, Vec<Place>>,
    patterns: Vec<(&'w Arc<WordPattern>, Place)>,
    /// Which bytes the words of `exact` and `stems` begin with.
    first_bytes: [bool; 256],
    /// The slots of each word that was met, by a number; 0 are none.
    known: HashMap<String, usize>,
    sets: Vec<Vec<Place>>,
    positions: Vec<Vec<Vec<u32>>>,
    noted: Vec<Noted>,
}

impl<'w> Notes<'w> {
    pub(super) fn new(
        clauses: &'w [Wanted],
        field: TextField,
        analyzer: &mut Analyzer,
        language: Language,
    ) -> Self {
        let mut notes = Self {
            clauses,
            language,
            exact: HashMap::new(),
            stems: HashMap::new(),
            patterns: Vec::new(),
            first_bytes: [!language.stems_keep_the_first_letter(); 256],
            known: HashMap::new(),
            sets: vec![Vec::new()],
            positions: clauses
                .iter()
                .map(|wanted| vec![Vec::new(); wanted.slots.len()])
                .collect(),
            noted: Vec::new(),
        };
        for (clause, wanted) in clauses.iter().enumerate() {
            for (number, slot) in wanted.slots.iter().enumerate() {
                if slot.field.is_some_and(|wanted| wanted != field) {
                    continue;
                }
                let place = (clause, number);
                for form in &slot.forms {
                    match form {
                        Form::Exact(word) => {
                            notes.begins_with(word);
                            notes.exact.entry(word).or_default().push(place);
                        }
                        Form::Any(word) => {
                            notes.begins_with(word);
                            let stem = analyzer.stem(word, language).to_owned();
                            notes.stems.entry(stem).or_default().push(place);
                        }
                        Form::Fits(pattern) => notes.patterns.push((pattern, place)),
                    }
                }
            }
        }
        notes
    }

    fn begins_with(&mut self, word: &str) {
        let first = word.as_bytes().first().copied().unwrap_or_default();
        self.first_bytes[usize::from(first)] = true;
    }

    /// Whether there is nothing to find.
    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.stems.is_empty() && self.patterns.is_empty()
    }

    /// Takes the next word.
    pub(super) fn step(
        &mut self,
        analyzer: &mut Analyzer,
        token: &Token<'_>,
        mut characters_to: impl FnMut(usize) -> usize,
    ) {
        let set = if self.patterns.len() <= FEW_PATTERNS {
            self.sets.truncate(1);
            self.places(analyzer, token.exact)
        } else {
            match self.known.get(token.exact) {
                Some(&set) => set,
                None => self.learn(analyzer, token.exact),
            }
        };
        if set == 0 {
            return;
        }
        for &(clause, slot) in &self.sets[set] {
            let positions = &mut self.positions[clause][slot];
            if positions.last() != Some(&token.position) {
                positions.push(token.position);
            }
        }
        let start_character = characters_to(token.start);
        self.noted.push(Noted {
            position: token.position,
            start: token.start,
            end: token.end,
            start_character,
            end_character: characters_to(token.end),
        });
    }

    /// Finds out which slots a word may stand in, and remembers it.
    fn learn(&mut self, analyzer: &mut Analyzer, word: &str) -> usize {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
            self.sets.truncate(1);
        }
        let set = self.places(analyzer, word);
        self.known.insert(word.to_owned(), set);
        set
    }

    /// The number of the set of slots that a word may stand in.
    fn places(&mut self, analyzer: &mut Analyzer, word: &str) -> usize {
        let mut places = Vec::new();
        let first = word.as_bytes().first().copied().unwrap_or_default();
        if self.first_bytes[usize::from(first)] {
            if let Some(exact) = self.exact.get(word) {
                places.extend(exact);
            }
            if !self.stems.is_empty()
                && let Some(stems) = self.stems.get(analyzer.stem(word, self.language))
            {
                places.extend(stems);
            }
        }
        let fitting = self
            .patterns
            .iter()
            .filter(|(pattern, _)| pattern.may_fit(word) && pattern.fits_word(word));
        places.extend(fitting.map(|(_, place)| place));
        if places.is_empty() {
            return 0;
        }
        self.sets.push(places);
        self.sets.len() - 1
    }

    /// Puts the words together: gives every match, numbered from `first` on, a number for each
    /// sequence of words of each clause.
    pub(super) fn finish(
        self,
        first: usize,
        sentences: &[u32],
        paragraphs: &[u32],
        found: &mut Vec<Found>,
    ) {
        let mut number = first;
        for (wanted, slots) in self.clauses.iter().zip(&self.positions) {
            let places = Places {
                slots,
                sentences,
                paragraphs,
            };
            let used = wanted.shape.used(places);
            wanted.shape.sequences(&mut |sequence| {
                for (start, end) in runs(sequence, slots, &used) {
                    if let (Some(start), Some(end)) = (self.at(start), self.at(end)) {
                        found.push(Found {
                            clause: number,
                            start: start.start,
                            end: end.end,
                            start_character: start.start_character,
                            end_character: end.end_character,
                        });
                    }
                }
                number += 1;
            });
        }
    }

    fn at(&self, position: u32) -> Option<&Noted> {
        let at = self
            .noted
            .binary_search_by_key(&position, |noted| noted.position);
        at.ok().map(|at| &self.noted[at])
    }
}

/// The first and last positions of what is marked as one: a phrase where it stands as written, else
/// as many of its words as stand next to each other.
fn runs(sequence: &Sequence, slots: &[Vec<u32>], used: &[u32]) -> Vec<(u32, u32)> {
    let slots = &slots[sequence.first..][..sequence.length];
    let is_used = |position: u32| used.binary_search(&position).is_ok();
    let length = slots.len() as u32;
    let Some((first, others)) = slots.split_first() else {
        return Vec::new();
    };
    if sequence.moves == 0 {
        let stands = |&start: &u32| {
            is_used(start)
                && (1..).zip(others).all(|(offset, slot)| {
                    slot.binary_search(&(start + offset)).is_ok() && is_used(start + offset)
                })
        };
        let starts = first.iter().copied().filter(|start| stands(start));
        return starts.map(|start| (start, start + length - 1)).collect();
    }
    let mut positions: Vec<u32> = slots.iter().flatten().copied().collect();
    positions.sort_unstable();
    positions.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for position in positions.into_iter().filter(|&position| is_used(position)) {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == position => *end = position,
            _ => runs.push((position, position)),
        }
    }
    runs
}
