//! Patterns that words are compared with, so many at a time that most are ruled out together.

use std::sync::Arc;

use super::words::Use;
use crate::search::pattern::{Glance, WordPattern};

/// Patterns, and what a word that fits each is wanted for.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// By the byte that their words begin with; first those of which that is not known.
    others: Vec<(Option<u8>, Wanted)>,
    fuzzy: Vec<Alike>,
}

type Wanted = (Arc<WordPattern>, Use);

/// Fuzzy words of one length that may be edited as often.
#[derive(Debug)]
struct Alike {
    edits: u8,
    characters: usize,
    /// The letters of each as bits.
    letters: Vec<u32>,
    wanted: Vec<Wanted>,
}

/// Fuzzy words whose letters are compared at once.
const AT_ONCE: usize = 16;

impl Patterns {
    pub(super) fn new(all: Vec<Wanted>) -> Self {
        let mut patterns = Self::default();
        for wanted in all {
            let Some(sketch) = wanted.0.sketch() else {
                patterns.others.push((wanted.0.first_byte(), wanted));
                continue;
            };
            let mut known = patterns.fuzzy.iter_mut();
            let known = known
                .find(|alike| (alike.edits, alike.characters) == (sketch.edits, sketch.characters));
            match known {
                Some(alike) => {
                    alike.letters.push(sketch.letters);
                    alike.wanted.push(wanted);
                }
                None => patterns.fuzzy.push(Alike {
                    edits: sketch.edits,
                    characters: sketch.characters,
                    letters: vec![sketch.letters],
                    wanted: vec![wanted],
                }),
            }
        }
        patterns.others.sort_by_key(|(first, _)| *first);
        patterns
    }

    /// The bytes that words which fit may begin with; `None` for any.
    pub(super) fn first_bytes(&self) -> impl Iterator<Item = Option<u8>> + '_ {
        let others = self.others.iter().map(|(first, _)| *first);
        others.chain(self.fuzzy.iter().map(|_| None))
    }

    /// The fewest bytes that a word has which fits.
    pub(super) fn shortest(&self) -> Option<usize> {
        let others = self
            .others
            .iter()
            .map(|(_, (pattern, _))| pattern.shortest());
        let fuzzy = self.fuzzy.iter().map(|alike| {
            let edits = usize::from(alike.edits);
            alike.characters.saturating_sub(edits)
        });
        others.chain(fuzzy).min()
    }

    /// Gives what each pattern is wanted for that a word fits.
    pub(super) fn fitting(&self, word: &str, mut f: impl FnMut(&Use)) {
        let glance = Glance::of(word);
        let first = word.as_bytes().first().copied();
        let mut check = |(pattern, of): &Wanted| {
            if pattern.fits_word(word) {
                f(of);
            }
        };
        let others = self.beginning(None).iter();
        let others = others.chain(first.map_or(&[][..], |first| self.beginning(Some(first))));
        for (_, wanted) in others.filter(|(_, (pattern, _))| pattern.may_fit(&glance)) {
            check(wanted);
        }
        for alike in &self.fuzzy {
            if alike.characters.abs_diff(glance.characters()) <= usize::from(alike.edits) {
                match alike.edits {
                    1 => alike.rest::<1>(glance.letters(), &mut check),
                    _ => alike.rest::<2>(glance.letters(), &mut check),
                }
            }
        }
    }

    fn beginning(&self, first: Option<u8>) -> &[(Option<u8>, Wanted)] {
        let start = self.others.partition_point(|(other, _)| *other < first);
        let length = self.others[start..].partition_point(|(other, _)| *other == first);
        &self.others[start..start + length]
    }
}

impl Alike {
    /// Gives those that have few letters which a word has not, and the other way round.
    fn rest<const EDITS: usize>(&self, letters: u32, mut f: impl FnMut(&Wanted)) {
        let may_fit = |own: u32| is_few::<EDITS>(own & !letters) & is_few::<EDITS>(letters & !own);
        let chunks = self.letters.chunks(AT_ONCE);
        for (own, wanted) in chunks.zip(self.wanted.chunks(AT_ONCE)) {
            // Without a way out in it, the loop takes several at once.
            if own.iter().fold(false, |any, &own| any | may_fit(own)) {
                for (_, wanted) in own.iter().zip(wanted).filter(|(own, _)| may_fit(**own)) {
                    f(wanted);
                }
            }
        }
    }
}

/// Whether at most so many bits are set.
#[inline]
fn is_few<const MOST: usize>(mut bits: u32) -> bool {
    for _ in 0..MOST {
        bits &= bits.wrapping_sub(1);
    }
    bits == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::pattern::MAX_TABLE_BYTES;

    #[test]
    fn every_pattern_that_fits_is_given() {
        let words: Vec<String> = (0..400_u32)
            .map(|n| {
                format!(
                    "{}{}",
                    char::from(b'a' + (n % 20) as u8),
                    "bcdé".repeat(n as usize % 3)
                )
            })
            .map(|word| [word.as_str(), ["", "x", "yz"][word.len() % 3]].concat())
            .collect();
        let mut all = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let pattern = WordPattern::fuzzy(word, 1 + (number % 2) as u8);
            all.push((Arc::new(pattern), Use::Lone(number)));
        }
        let regex = WordPattern::regex("ab.*", &mut { MAX_TABLE_BYTES }).unwrap();
        all.push((Arc::new(regex), Use::Lone(words.len())));
        let patterns = Patterns::new(all.clone());
        for word in ["", "a", "ab", "abcdé", "tbcdébcdéyz", "bacdé", "zzz"] {
            let mut found = Vec::new();
            patterns.fitting(word, |of| found.push(*of));
            found.sort_unstable();
            let expected = all.iter().filter(|(pattern, _)| pattern.fits_word(word));
            let expected: Vec<Use> = expected.map(|(_, of)| *of).collect();
            assert_eq!(found, expected, "{word}");
        }
    }

    #[test]
    fn bits_are_counted_as_far_as_matters() {
        for (bits, one, two) in [
            (0, true, true),
            (8, true, true),
            (9, false, true),
            (7, false, false),
        ] {
            assert_eq!((is_few::<1>(bits), is_few::<2>(bits)), (one, two), "{bits}");
        }
    }
}
