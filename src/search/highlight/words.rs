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

/// Words that are remembered at most: then all are forgotten.
const MOST_WORDS: usize = 1 << 15;
/// The longest word that is remembered, in bytes.
const LONGEST: usize = 19;
/// Slots at first.
const FEWEST_SLOTS: usize = 1 << 8;
/// Slots that are looked at for a word. If all are taken by others, it is not remembered.
const PROBES: usize = 8;

/// A bounded memory of words and the numbers of what they mean: nobody can fill it, whatever words a
/// text is made of. Words lie side by side in the order in which they came, which is that of how
/// often they come, roughly: most of what is looked up is near.
#[derive(Debug, Default)]
struct Remembered {
    /// One more than the number of a word, by its hash; 0 if there is none. Empty until needed, then
    /// at least twice as many as words.
    slots: Vec<u32>,
    words: Vec<Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    number: u32,
    length: u8,
    word: [u8; LONGEST],
}

impl Known {
    fn word(&self) -> &[u8] {
        &self.word[..usize::from(self.length)]
    }
}

impl Remembered {
    #[inline]
    fn get(&self, hash: u64, word: &str) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        for probe in 0..PROBES {
            let at = (hash as usize).wrapping_add(probe) & mask;
            let known = self.slots.get(at)?.checked_sub(1)?;
            let known = &self.words[known as usize];
            if known.word() == word.as_bytes() {
                return Some(known.number);
            }
        }
        None
    }

    fn put(&mut self, hash: u64, word: &str, number: u32) {
        if word.len() > LONGEST {
            return;
        }
        if self.words.len() >= MOST_WORDS {
            self.words.clear();
            self.slots.fill(0);
        }
        if self.words.len() * 2 >= self.slots.len() {
            let slots = (self.slots.len() * 4).max(FEWEST_SLOTS);
            self.slots = vec![0; slots];
            for number in 0..self.words.len() {
                let hash = crate::analysis::hash(self.words[number].word(), 0);
                self.place(hash, number);
            }
        }
        if !self.place(hash, self.words.len()) {
            return;
        }
        let mut known = Known {
            number,
            length: word.len() as u8,
            word: [0; LONGEST],
        };
        known.word[..word.len()].copy_from_slice(word.as_bytes());
        self.words.push(known);
    }

    /// Gives a word a slot, if one is free near its hash.
    fn place(&mut self, hash: u64, number: usize) -> bool {
        let mask = self.slots.len() - 1;
        let mut probes = (0..PROBES).map(|probe| (hash as usize).wrapping_add(probe) & mask);
        let free = probes.find(|&at| self.slots[at] == 0);
        if let Some(free) = free {
            self.slots[free] = number as u32 + 1;
        }
        free.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_true_however_many_words_there_are() {
        let mut remembered = Remembered::default();
        let words: Vec<String> = (0..100_000_u32)
            .map(|n| format!("w{n:0width$}", width = n as usize % 40))
            .collect();
        let mut known = 0;
        for (number, word) in (0..).zip(&words) {
            let hash = hash(word.as_bytes(), 0);
            remembered.put(hash, word, number);
            let found = remembered.get(hash, word);
            assert!(found.is_none_or(|found| found == number), "{word}");
            known += usize::from(found.is_some());
        }
        let short = words.iter().filter(|word| word.len() <= LONGEST).count();
        assert!(known > short * 9 / 10, "{known} of {short}");
        for (number, word) in (0..).zip(&words) {
            if let Some(found) = remembered.get(hash(word.as_bytes(), 0), word) {
                assert_eq!(found, number, "{word}");
            }
        }
        // A text whose words all have one hash.
        let mut crowded = Remembered::default();
        for (number, word) in (0..).zip(&words) {
            crowded.put(7, word, number);
        }
        assert!(remembered.words.len() <= MOST_WORDS && crowded.words.len() <= MOST_WORDS);
        assert!(crowded.slots.len() <= MOST_WORDS * 2);
        assert_eq!(remembered.get(0, ""), None);
    }
}
