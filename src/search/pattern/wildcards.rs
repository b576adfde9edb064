//! Wildcards, as a set of places in the pattern that the word read so far may have come to.

use crate::analysis::{is_mark, is_unspaced_letter};

/// The most characters a pattern stands for, wildcards for many not counted: no word that is found
/// by one has more.
pub(crate) const MAX_PATTERN_CHARACTERS: usize = 60;

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Char(char),
    /// Exactly one character.
    One,
    /// Any number of characters.
    Many,
    /// One letter of a script without spaces.
    Letter,
    /// Any number of marks.
    Marks,
}

impl Element {
    fn repeats(self) -> bool {
        matches!(self, Self::Many | Self::Marks)
    }

    fn takes(self, c: char) -> bool {
        match self {
            Self::Char(wanted) => wanted == c,
            Self::One | Self::Many => true,
            Self::Letter => is_unspaced_letter(c),
            Self::Marks => is_mark(c),
        }
    }
}

/// Words that elements fit from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wildcards {
    elements: Vec<Element>,
    /// The letters in front of the first wildcard.
    letters: String,
    /// Whether one for many is all that is behind them.
    is_beginning: bool,
}

/// Which elements may be next, a bit for each, and one for the end.
pub(super) type State = u128;

impl Wildcards {
    /// `None` if there are too many elements.
    pub(super) fn new(mut elements: Vec<Element>) -> Option<Self> {
        elements.dedup_by(|a, b| a == b && a.repeats());
        let characters = elements.iter().filter(|element| !element.repeats()).count();
        if characters > MAX_PATTERN_CHARACTERS || elements.len() >= State::BITS as usize {
            return None;
        }
        let mut behind = elements.as_slice();
        let mut letters = String::new();
        while let [Element::Char(c), rest @ ..] = behind {
            letters.push(*c);
            behind = rest;
        }
        Some(Self {
            letters,
            is_beginning: behind == [Element::Many],
            elements,
        })
    }

    /// What the words begin with, if that is all that is asked of them.
    pub(super) fn beginning(&self) -> Option<&str> {
        self.is_beginning.then_some(&self.letters)
    }

    /// The letters in front of the first wildcard.
    pub(super) fn letters(&self) -> &str {
        &self.letters
    }

    /// The byte that all words begin with, if it is known.
    pub(super) fn first_byte(&self) -> Option<u8> {
        self.letters.bytes().next()
    }

    #[inline]
    pub(super) fn may_fit(&self, word: &str) -> bool {
        word.starts_with(&self.letters)
    }

    pub(super) fn start(&self) -> State {
        self.closed(1)
    }

    #[inline]
    pub(super) fn step(&self, state: State, c: char) -> Option<State> {
        let mut next = 0;
        let mut left = state;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            if let Some(element) = self.elements.get(at)
                && element.takes(c)
            {
                next |= if element.repeats() { 1 << at } else { 2 << at };
            }
        }
        (next != 0).then(|| self.closed(next))
    }

    pub(super) fn fits(&self, state: State) -> bool {
        state >> self.elements.len() & 1 == 1
    }

    /// With everything behind elements that may stand for nothing.
    fn closed(&self, mut state: State) -> State {
        let mut left = state;
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            if self
                .elements
                .get(at)
                .is_some_and(|element| element.repeats())
            {
                state |= 2 << at;
                left |= 2 << at;
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::super::WordPattern;
    use super::*;

    fn pattern(text: &str) -> WordPattern {
        let elements = text.chars().map(|c| match c {
            '*' => Element::Many,
            '?' => Element::One,
            '#' => Element::Letter,
            '~' => Element::Marks,
            c => Element::Char(c),
        });
        WordPattern::wildcards(elements.collect()).unwrap()
    }

    #[test]
    fn words_fit_from_the_first_letter_to_the_last() {
        let check = |text: &str, fits: &[&str], misses: &[&str]| {
            let pattern = pattern(text);
            for word in fits {
                assert!(pattern.fits_word(word), "{text} {word}");
            }
            for word in misses {
                assert!(!pattern.fits_word(word), "{text} {word}");
            }
        };
        check("a*", &["a", "ab", "aé中"], &["", "ba"]);
        check("*a", &["a", "ba", "aa"], &["ab", ""]);
        check("a?c", &["abc", "aéc", "a中c"], &["ac", "abbc"]);
        check("*a*b*", &["ab", "xaxbx", "aab"], &["ba", "a"]);
        check("?*", &["a", "ab"], &[""]);
        check("colo*r", &["color", "colour", "color"], &["colors"]);
        check("a**?", &["ab", "abc"], &["a"]);
        check("#~核", &["武核"], &["核", "核武", "a核"]);
        check("ท#~", &["ทย", "ทยี"], &["ท", "ที"]);
    }

    #[test]
    fn patterns_have_a_bound() {
        let of = |n: usize| {
            let elements = [Element::Many, Element::One].repeat(n);
            Wildcards::new(elements).is_some()
        };
        assert!(of(MAX_PATTERN_CHARACTERS));
        assert!(!of(MAX_PATTERN_CHARACTERS + 1));
        let hostile = [Element::Many, Element::Char('a')].repeat(MAX_PATTERN_CHARACTERS);
        let pattern = WordPattern::wildcards(hostile).unwrap();
        assert!(!pattern.fits_word(&"a".repeat(59)));
        assert!(pattern.fits_word(&"a".repeat(64)));
    }
}
