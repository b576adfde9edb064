//! Patterns for whole words in their exact form: wildcards, a number of edits, regular expressions.
//!
//! A pattern is an automaton over the bytes of a word, so that an engine can walk a dictionary with
//! it and leave out whatever cannot fit any more; the highlighter asks it about one word at a time.

mod alphabet;
mod fuzzy;
mod regex;
mod walk;
mod wildcards;

use fuzzy::Fuzzy;
pub(crate) use regex::MAX_TABLE_BYTES;
use regex::Regex;
use wildcards::Wildcards;

pub(crate) use walk::{Walk, WalkState};
pub(crate) use wildcards::{Element, MAX_PATTERN_CHARACTERS};

/// A pattern for words.
#[derive(Debug)]
pub(crate) enum WordPattern {
    Wildcards(Wildcards),
    Fuzzy(Box<Fuzzy>),
    Regex(Box<Regex>),
}

/// How far a pattern has come in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing fits any more.
    Dead,
    /// Between bytes of a character: what was read of it, and how many bytes are to come.
    Wildcards(wildcards::State, Partial),
    Fuzzy(fuzzy::State, Partial),
    Regex(regex::State, Partial),
}

/// The bytes of a character that have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Partial {
    code: u32,
    missing: u8,
}

impl Partial {
    /// Takes a byte; the character, when it is complete. `Err` if it is none.
    fn take(&mut self, byte: u8) -> Result<Option<char>, ()> {
        if self.missing == 0 {
            (self.code, self.missing) = match byte {
                0..=0x7F => return Ok(Some(char::from(byte))),
                0xC0..=0xDF => (u32::from(byte & 0x1F), 1),
                0xE0..=0xEF => (u32::from(byte & 0x0F), 2),
                0xF0..=0xF7 => (u32::from(byte & 0x07), 3),
                _ => return Err(()),
            };
            return Ok(None);
        }
        self.code = self.code << 6 | u32::from(byte & 0x3F);
        self.missing -= 1;
        if self.missing > 0 {
            return Ok(None);
        }
        char::from_u32(self.code).map(Some).ok_or(())
    }
}

/// What is seen of a word at a glance, for all patterns that it is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glance<'w> {
    word: &'w str,
    characters: usize,
    letters: Letters,
}

impl<'w> Glance<'w> {
    pub(crate) fn of(word: &'w str) -> Self {
        Self {
            word,
            characters: word.chars().count(),
            letters: Letters::of(word),
        }
    }

    pub(crate) fn characters(&self) -> usize {
        self.characters
    }

    /// A bit for each plain letter that it has, and some for all others.
    pub(crate) fn letters(&self) -> u32 {
        self.letters.0
    }
}

/// A word that others are nearly like, at a glance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sketch {
    /// Edits that are allowed: 1 or 2.
    pub(crate) edits: u8,
    pub(crate) characters: usize,
    /// Its letters, as those of a [`Glance`].
    pub(crate) letters: u32,
}

/// Which letters a word has: a bit for each plain one, and some for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letters(u32);

impl Letters {
    fn of(word: &str) -> Self {
        let bit = |c: char| match c {
            'a'..='z' => c as u32 - 'a' as u32,
            _ => 26 + c as u32 % 6,
        };
        Self(word.chars().fold(0, |letters, c| letters | 1 << bit(c)))
    }

    /// How many of them the other has not, at least.
    #[inline]
    fn lacking_in(self, other: Self) -> u32 {
        (self.0 & !other.0).count_ones()
    }
}

impl WordPattern {
    /// Words that elements fit from the first to the last; `None` if they are too many.
    pub(crate) fn wildcards(elements: Vec<Element>) -> Option<Self> {
        Wildcards::new(elements).map(Self::Wildcards)
    }

    /// Words that are at most `edits` (1 or 2) insertions, deletions, replacements and exchanges of
    /// neighbours away from a word.
    ///
    /// No letter is edited twice: the distance is that of optimal string alignment.
    pub(crate) fn fuzzy(word: &str, edits: u8) -> Self {
        Self::Fuzzy(Box::new(Fuzzy::new(word, edits)))
    }

    /// Words that a regular expression fits from the first letter to the last; an error says why
    /// the expression is refused. `left`: the bytes that the tables of a query's expressions may
    /// still have, [`MAX_TABLE_BYTES`] at first.
    pub(crate) fn regex(expression: &str, left: &mut usize) -> Result<Self, String> {
        Regex::new(expression, left).map(|regex| Self::Regex(Box::new(regex)))
    }

    /// What the words begin with, if that is all that is asked of them: they stand side by side in
    /// a dictionary.
    pub(crate) fn beginning(&self) -> Option<&str> {
        match self {
            Self::Wildcards(pattern) => pattern.beginning(),
            Self::Fuzzy(_) | Self::Regex(_) => None,
        }
    }

    /// The byte that all words begin with, if it is known.
    pub(crate) fn first_byte(&self) -> Option<u8> {
        match self {
            Self::Wildcards(pattern) => pattern.first_byte(),
            Self::Fuzzy(_) | Self::Regex(_) => None,
        }
    }

    /// Bytes that all words have, at least.
    pub(crate) fn shortest(&self) -> usize {
        match self {
            Self::Wildcards(pattern) => pattern.letters().len(),
            Self::Fuzzy(_) | Self::Regex(_) => 0,
        }
    }

    /// What goes through dictionaries with it.
    pub(crate) fn walk(&self) -> Walk<'_> {
        match self {
            Self::Fuzzy(pattern) => Walk::Fuzzy(pattern.walk()),
            Self::Wildcards(_) | Self::Regex(_) => Walk::Plain(self),
        }
    }

    /// Before the first byte of a word.
    pub(crate) fn start(&self) -> State {
        match self {
            Self::Wildcards(pattern) => State::Wildcards(pattern.start(), Partial::default()),
            Self::Fuzzy(pattern) => State::Fuzzy(pattern.start(), Partial::default()),
            Self::Regex(pattern) => State::Regex(pattern.start(), Partial::default()),
        }
    }

    /// After one more byte.
    #[inline]
    pub(crate) fn step(&self, state: State, byte: u8) -> State {
        match (self, state) {
            (Self::Wildcards(pattern), State::Wildcards(state, mut partial)) => {
                match partial.take(byte) {
                    Ok(None) => State::Wildcards(state, partial),
                    Ok(Some(c)) => pattern
                        .step(state, c)
                        .map_or(State::Dead, |state| State::Wildcards(state, partial)),
                    Err(()) => State::Dead,
                }
            }
            (Self::Fuzzy(pattern), State::Fuzzy(state, mut partial)) => match partial.take(byte) {
                Ok(None) => State::Fuzzy(state, partial),
                Ok(Some(c)) => pattern
                    .step(&state, c)
                    .map_or(State::Dead, |state| State::Fuzzy(state, partial)),
                Err(()) => State::Dead,
            },
            (Self::Regex(pattern), State::Regex(state, mut partial)) => match partial.take(byte) {
                Ok(None) => State::Regex(state, partial),
                Ok(Some(c)) => pattern
                    .step(state, c)
                    .map_or(State::Dead, |state| State::Regex(state, partial)),
                Err(()) => State::Dead,
            },
            _ => State::Dead,
        }
    }

    /// Whether a word that ends here fits.
    pub(crate) fn fits(&self, state: State) -> bool {
        match (self, state) {
            (Self::Wildcards(pattern), State::Wildcards(state, partial)) => {
                partial.missing == 0 && pattern.fits(state)
            }
            (Self::Fuzzy(pattern), State::Fuzzy(state, partial)) => {
                partial.missing == 0 && pattern.fits(&state)
            }
            (Self::Regex(pattern), State::Regex(state, partial)) => {
                partial.missing == 0 && pattern.fits(state)
            }
            _ => false,
        }
    }

    /// Whether a word may fit: told at a glance of most that do not.
    #[inline]
    pub(crate) fn may_fit(&self, glance: &Glance<'_>) -> bool {
        match self {
            Self::Wildcards(pattern) => pattern.may_fit(glance.word),
            Self::Fuzzy(pattern) => pattern.may_fit(glance),
            Self::Regex(_) => true,
        }
    }

    /// What a word has to be like to fit, if all that is asked is to be nearly another.
    pub(crate) fn sketch(&self) -> Option<Sketch> {
        match self {
            Self::Fuzzy(pattern) => Some(pattern.sketch()),
            Self::Wildcards(_) | Self::Regex(_) => None,
        }
    }

    /// Whether a word fits.
    pub(crate) fn fits_word(&self, word: &str) -> bool {
        if let Some(beginning) = self.beginning() {
            return word.starts_with(beginning);
        }
        if let Self::Fuzzy(pattern) = self {
            return pattern.fits_word(word);
        }
        let mut state = self.start();
        for byte in word.bytes() {
            state = self.step(state, byte);
            if state == State::Dead {
                return false;
            }
        }
        let fits = self.fits(state);
        debug_assert!(!fits || self.may_fit(&Glance::of(word)), "{word}");
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_of_a_prefix_is_the_beginning_all() {
        use Element::{Char, Many, One};
        let of = |elements| {
            let pattern = WordPattern::wildcards(elements).unwrap();
            pattern.beginning().map(str::to_owned)
        };
        assert_eq!(of(vec![Char('a'), Char('é'), Many]).as_deref(), Some("aé"));
        assert_eq!(of(vec![Many]).as_deref(), Some(""));
        for elements in [
            vec![Char('a')],
            vec![Char('a'), One, Many],
            vec![Many, Char('a'), Many],
            vec![Char('a'), Many, Char('b')],
        ] {
            assert_eq!(of(elements), None);
        }
        assert_eq!(WordPattern::fuzzy("a", 1).beginning(), None);
    }

    #[test]
    fn characters_are_put_together_from_bytes() {
        for c in ['a', 'é', '中', '𝄞'] {
            let mut partial = Partial::default();
            let bytes = c.to_string().into_bytes();
            let (last, first) = bytes.split_last().unwrap();
            for &byte in first {
                assert_eq!(partial.take(byte), Ok(None));
            }
            assert_eq!(partial.take(*last), Ok(Some(c)));
        }
        assert_eq!(Partial::default().take(0x80), Err(()));
    }
}
