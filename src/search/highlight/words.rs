//! What the words of texts in one language mean to a query. A word is looked at once and remembered:
//! texts repeat their words, and the texts of one page of hits share them.

use std::collections::HashMap;
use std::sync::Arc;

use super::automaton::{Automaton, State};
use super::matcher::{Clauses, Form};
use super::patterns::Patterns;
use super::placed::Place;
use crate::analysis::{Analyzer, Language, Token, hash};
use crate::query::TextField;
use crate::search::pattern::WordPattern;
use crate::search::wanted::{Form as WantedForm, WantedSlot};

/// Different meanings that are kept; more of them are forgotten all at once.
const MOST_MEANINGS: usize = 1 << 14;

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Meaning {
    /// Its number among the exact forms and among the stems of plain sequences.
    exact: Option<u32>,
    stem: Option<u32>,
    /// The clauses that it is all of.
    pub lone: Vec<usize>,
    /// The slots that it may stand in.
    pub places: Vec<Place>,
}

impl Meaning {
    fn hash(&self) -> u64 {
        let mix = |mixed: u64, number: usize| hash(&(mixed ^ number as u64).to_le_bytes(), 1);
        let forms = [self.exact, self.stem].map(|form| form.map_or(0, |form| form as usize + 1));
        let places = self
            .places
            .iter()
            .flat_map(|&(clause, slot)| [clause, slot]);
        let lone = self.lone.iter().copied();
        forms.into_iter().chain(lone).chain(places).fold(0, mix)
    }

    fn is_nothing(&self) -> bool {
        self.exact.is_none()
            && self.stem.is_none()
            && self.lone.is_empty()
            && self.places.is_empty()
    }
}

/// What an exact form, a stem or a pattern is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    Lone(usize),
    Place(Place),
}

/// What the words of one field mean.
#[derive(Debug)]
pub(super) struct Words {
    language: Language,
    exact: Automaton,
    stem: Automaton,
    exact_uses: HashMap<String, Vec<Use>>,
    stem_uses: HashMap<String, Vec<Use>>,
    patterns: Patterns,
    /// Which bytes words begin with that may mean something, by which most are told that do not.
    first_bytes: [bool; 256],
    /// Which bytes words begin with whose stems may mean something.
    stem_bytes: [bool; 256],
    /// Bytes that words have which may mean something, at least.
    shortest: usize,
    remembered: Remembered,
    /// By number; the first is nothing.
    meanings: Vec<Meaning>,
    /// The last one that has each hash.
    numbers: HashMap<u64, u32>,
}

impl Words {
    pub(super) fn new(
        clauses: &Clauses,
        field: TextField,
        analyzer: &mut Analyzer,
        language: Language,
    ) -> Self {
        let mut automaton = |form| {
            let clauses = clauses.plain.iter().enumerate();
            let sequences: Vec<(usize, Vec<String>)> = clauses
                .filter_map(|(number, clause)| {
                    Some((number, clause.terms(form, field, analyzer, language)?))
                })
                .collect();
            let sequences = sequences.iter();
            Automaton::new(sequences.map(|(number, terms)| (*number, terms.as_slice())))
        };
        let mut words = Self {
            language,
            exact: automaton(Form::Exact),
            stem: automaton(Form::Stem),
            exact_uses: HashMap::new(),
            stem_uses: HashMap::new(),
            patterns: Patterns::default(),
            first_bytes: [false; 256],
            stem_bytes: [false; 256],
            shortest: 0,
            remembered: Remembered::default(),
            meanings: vec![Meaning::default()],
            numbers: HashMap::new(),
        };
        let mut patterns = Vec::new();
        for (number, slot) in clauses.lone.iter().enumerate() {
            let wanted = Use::Lone(clauses.plain.len() + number);
            words.want(slot, wanted, field, analyzer, &mut patterns);
        }
        for (clause, wanted) in clauses.placed.iter().enumerate() {
            for (number, slot) in wanted.slots.iter().enumerate() {
                let wanted = Use::Place((clause, number));
                words.want(slot, wanted, field, analyzer, &mut patterns);
            }
        }
        words.patterns = Patterns::new(patterns);
        words.note_first_bytes();
        // A stem may be longer than its word.
        if !words.stem_bytes.contains(&true) {
            let exact = words.exact.terms().map(str::len);
            let exact = exact.chain(words.exact_uses.keys().map(String::len));
            words.shortest = exact.chain(words.patterns.shortest()).min().unwrap_or(0);
        }
        words
    }

    fn want(
        &mut self,
        slot: &WantedSlot,
        wanted: Use,
        field: TextField,
        analyzer: &mut Analyzer,
        patterns: &mut Vec<(Arc<WordPattern>, Use)>,
    ) {
        if slot.field.is_some_and(|wanted| wanted != field) {
            return;
        }
        for form in &slot.forms {
            match form {
                WantedForm::Exact(word) => {
                    let uses = self.exact_uses.entry(word.clone());
                    uses.or_default().push(wanted);
                }
                WantedForm::Any(word) => {
                    let stem = analyzer.stem(word, self.language).to_owned();
                    self.stem_uses.entry(stem).or_default().push(wanted);
                }
                WantedForm::Fits(pattern) => patterns.push((Arc::clone(pattern), wanted)),
            }
        }
    }

    fn note_first_bytes(&mut self) {
        let byte = |word: &str| word.as_bytes().first().map(|&byte| usize::from(byte));
        let stems = self.stem_uses.keys().map(String::as_str);
        for stem in self.stem.terms().chain(stems) {
            // Behind the language.
            let (_, stem) = stem.split_once(':').unwrap_or_default();
            match byte(stem) {
                Some(byte) if self.language.stems_keep_the_first_letter() => {
                    self.stem_bytes[byte] = true;
                }
                _ => self.stem_bytes = [true; 256],
            }
        }
        self.first_bytes = self.stem_bytes;
        let words = self.exact_uses.keys().map(String::as_str);
        for byte in self.exact.terms().chain(words).filter_map(byte) {
            self.first_bytes[byte] = true;
        }
        for first in self.patterns.first_bytes() {
            match first {
                Some(byte) => self.first_bytes[usize::from(byte)] = true,
                None => self.first_bytes = [true; 256],
            }
        }
    }

    /// Whether no word means anything.
    pub(super) fn is_empty(&self) -> bool {
        !self.first_bytes.contains(&true)
    }

    /// The number of what a word means; 0 is nothing.
    #[inline]
    pub(super) fn number(&mut self, analyzer: &mut Analyzer, word: &str) -> usize {
        let first = word.as_bytes().first().copied().unwrap_or_default();
        if !self.first_bytes[usize::from(first)] || word.len() < self.shortest {
            return 0;
        }
        let hash = hash(word.as_bytes(), 0);
        match self.remembered.get(hash, word) {
            Some(number) => number as usize,
            None => self.learn(analyzer, hash, word),
        }
    }

    pub(super) fn meaning(&self, number: usize) -> &Meaning {
        &self.meanings[number]
    }

    /// Finds out what a word means, and remembers it.
    fn learn(&mut self, analyzer: &mut Analyzer, hash: u64, word: &str) -> usize {
        if self.meanings.len() >= MOST_MEANINGS {
            self.remembered = Remembered::default();
            self.meanings.truncate(1);
            self.numbers.clear();
        }
        let meaning = self.find(analyzer, word);
        let number = if meaning.is_nothing() {
            0
        } else {
            let next = self.meanings.len() as u32;
            let known = self.numbers.entry(meaning.hash()).or_insert(next);
            if self.meanings.get(*known as usize) != Some(&meaning) {
                *known = next;
                self.meanings.push(meaning);
            }
            *known
        };
        self.remembered.put(hash, word, number);
        number as usize
    }

    fn find(&self, analyzer: &mut Analyzer, word: &str) -> Meaning {
        let mut meaning = Meaning {
            exact: self.exact.number(word),
            ..Meaning::default()
        };
        let mut add = |of: &Use| match *of {
            Use::Lone(clause) => meaning.lone.push(clause),
            Use::Place(place) => meaning.places.push(place),
        };
        self.exact_uses
            .get(word)
            .into_iter()
            .flatten()
            .for_each(&mut add);
        let first = word.as_bytes().first().copied().unwrap_or_default();
        self.patterns.fitting(word, &mut add);
        if self.stem_bytes[usize::from(first)] {
            let stem = analyzer.stem(word, self.language);
            self.stem_uses
                .get(stem)
                .into_iter()
                .flatten()
                .for_each(&mut add);
            meaning.stem = self.stem.number(stem);
        }
        meaning.lone.sort_unstable();
        meaning.lone.dedup();
        meaning.places.sort_unstable();
        meaning.places.dedup();
        meaning
    }
}

/// The plain sequences on their way through a text.
#[derive(Debug, Default)]
pub(super) struct Run {
    exact: State,
    stem: State,
    /// Where the last words began that mean something, as many as the longest sequence has.
    starts: Vec<usize>,
    next: usize,
}

impl Run {
    /// A word that means nothing.
    #[inline]
    pub(super) fn pass(&mut self) {
        (self.exact, self.stem) = (0, 0);
    }

    /// Takes the next word; gives clause and start of each match that ends with it.
    pub(super) fn step(
        &mut self,
        words: &Words,
        meaning: &Meaning,
        token: &Token<'_>,
        mut found: impl FnMut(usize, usize),
    ) {
        let places = words.exact.longest().max(words.stem.longest());
        if places == 0 {
            return;
        }
        self.starts.resize(places, 0);
        self.starts[self.next] = token.start;
        self.next = (self.next + 1) % places;
        self.exact = words.exact.step(self.exact, meaning.exact);
        self.stem = words.stem.step(self.stem, meaning.stem);
        for (automaton, state) in [(&words.exact, self.exact), (&words.stem, self.stem)] {
            if state != 0 {
                for (clause, words) in automaton.ends(state) {
                    found(clause, self.starts[(self.next + places - words) % places]);
                }
            }
        }
    }
}

/// Slots at first, and at most; powers of two.
const FEWEST_SLOTS: usize = 1 << 8;
const MOST_SLOTS: usize = 1 << 17;
/// The longest word that is remembered, in bytes.
const LONGEST: usize = 19;

/// A bounded memory of words and the numbers of what they mean. A word displaces another that has its
/// slot: nobody can fill it, whatever words a text is made of.
#[derive(Debug, Default)]
struct Remembered {
    /// Empty until needed.
    slots: Vec<Slot>,
    /// Words that were put in since it has had so many slots.
    put: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    number: u32,
    /// 0 if there is no word.
    length: u8,
    word: [u8; LONGEST],
}

const EMPTY: Slot = Slot {
    number: 0,
    length: 0,
    word: [0; LONGEST],
};

impl Remembered {
    #[inline]
    fn get(&self, hash: u64, word: &str) -> Option<u32> {
        let slot = self
            .slots
            .get(hash as usize & self.slots.len().wrapping_sub(1))?;
        let known = slot.word.get(..usize::from(slot.length))?;
        (known == word.as_bytes() && !word.is_empty()).then_some(slot.number)
    }

    fn put(&mut self, hash: u64, word: &str, number: u32) {
        if self.slots.is_empty() {
            self.slots = vec![EMPTY; FEWEST_SLOTS];
        } else if self.put >= self.slots.len() && self.slots.len() < MOST_SLOTS {
            let more = (self.slots.len() * 8).min(MOST_SLOTS);
            self.slots = vec![EMPTY; more];
            self.put = 0;
        }
        self.put += 1;
        let at = hash as usize & (self.slots.len() - 1);
        let slot = &mut self.slots[at];
        if let Some(bytes) = slot.word.get_mut(..word.len()) {
            bytes.copy_from_slice(word.as_bytes());
            slot.length = word.len() as u8;
            slot.number = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_true_however_many_words_there_are() {
        let mut remembered = Remembered::default();
        let words: Vec<String> = (0..200_000_u32)
            .map(|n| format!("w{n:0width$}", width = n as usize % 40))
            .collect();
        let mut known = 0;
        for (number, word) in (0..).zip(&words) {
            let hash = hash(word.as_bytes(), 0);
            remembered.put(hash, word, number);
            if word.len() <= LONGEST {
                assert_eq!(remembered.get(hash, word), Some(number), "{word}");
            }
        }
        for (number, word) in (0..).zip(&words) {
            if let Some(found) = remembered.get(hash(word.as_bytes(), 0), word) {
                assert_eq!(found, number, "{word}");
                known += 1;
            }
        }
        assert!(known > MOST_SLOTS / 4, "{known}");
        assert!(remembered.slots.len() <= MOST_SLOTS);
        assert_eq!(remembered.get(0, ""), None);
    }
}
