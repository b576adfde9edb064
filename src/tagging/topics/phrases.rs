//! Words and groups of words that speak for topics, found among the stems of an article.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::analysis::{Analyzer, Language, NUMBER, number_of, tokenize};
use crate::tagging::model::Reader;
use crate::tagging::tags::TextField;
use crate::vocabulary::Hints;

/// The most words of a phrase; longer ones are left out.
const MAX_WORDS: usize = 8;

/// Phrases in the stems of one language.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    /// By their first stems; the longest first.
    by_first: HashMap<u64, Vec<Phrase>, BuildHasherDefault<Mixed>>,
    hints: Hints,
    /// What each phrase speaks for.
    uses: Vec<Vec<Use>>,
}

/// The numbers of stems are mixed already. What is put in comes from vocabularies alone; a text
/// only looks up, which no choice of words makes slow.
#[derive(Debug, Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 ^= number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A phrase without its first word.
#[derive(Debug)]
struct Phrase {
    /// Its second word once more, where it need not be fetched; [`NUMBER`] if there is none, or if
    /// it is a figure.
    second: u64,
    rest: Box<[u64]>,
    number: u32,
}

/// A topic that a phrase speaks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Use {
    /// Its number.
    pub(super) topic: u32,
    /// How much the phrase tells.
    pub(super) weight: f32,
}

/// A phrase where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// Its number.
    pub(super) phrase: u32,
    pub(super) field: TextField,
    /// The position of its first word.
    pub(super) first: u32,
    /// The position of its last word.
    pub(super) last: u32,
}

impl Phrases {
    /// Adds a phrase that speaks for a topic. Of two weights for one topic the higher counts.
    pub(super) fn add(
        &mut self,
        analyzer: &mut Analyzer,
        language: Language,
        phrase: &str,
        one: Use,
    ) {
        let mut stems = Vec::new();
        tokenize(phrase, |token| {
            stems.push(number_of(analyzer.stem(token.exact, language)));
        });
        let Some((&first, rest)) = stems.split_first() else {
            return;
        };
        if first == NUMBER || stems.len() > MAX_WORDS {
            return;
        }
        if !self.hints.is_enough(self.by_first.len() + 1) {
            self.hints = Hints::of(self.by_first.len(), self.by_first.keys().copied());
        }
        self.hints.add(first);
        let same_first = self.by_first.entry(first).or_default();
        let known = same_first.iter().find(|known| *known.rest == *rest);
        let number = known.map_or(self.uses.len() as u32, |known| known.number);
        if number as usize == self.uses.len() {
            same_first.push(Phrase {
                second: rest.first().copied().unwrap_or(NUMBER),
                rest: rest.into(),
                number,
            });
            same_first.sort_by_key(|phrase| usize::MAX - phrase.rest.len());
            self.uses.push(Vec::new());
        }
        let uses = &mut self.uses[number as usize];
        match uses.iter_mut().find(|known| known.topic == one.topic) {
            Some(known) => known.weight = known.weight.max(one.weight),
            None => uses.push(one),
        }
    }

    /// What a phrase speaks for.
    pub(super) fn uses(&self, phrase: u32) -> &[Use] {
        &self.uses[phrase as usize]
    }

    /// Every phrase of an article that was read, in the order of phrases and then of places. At
    /// every word the longest wins, and phrases do not overlap.
    pub(super) fn find(&self, reader: &Reader) -> Vec<Hit> {
        let mut hits = Vec::new();
        for field in TextField::ALL {
            let stems = reader.stems(field);
            let mut at = 0;
            while at < stems.len() {
                if !self.hints.may_hold(stems[at]) {
                    at += 1;
                    continue;
                }
                let behind = &stems[at + 1..];
                let second = behind.first().copied().unwrap_or(NUMBER);
                let mut phrases = self.by_first.get(&stems[at]).into_iter().flatten();
                let found = phrases.find(|phrase| {
                    let may_fit = phrase.second == second || phrase.second == NUMBER;
                    may_fit && behind.starts_with(&phrase.rest)
                });
                let Some(found) = found else {
                    at += 1;
                    continue;
                };
                let length = found.rest.len();
                hits.push(Hit {
                    phrase: found.number,
                    field,
                    first: at as u32,
                    last: (at + length) as u32,
                });
                at += 1 + length;
            }
        }
        hits.sort_unstable();
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagging::Article;

    #[test]
    fn the_longest_phrase_wins_in_all_its_forms() {
        let mut phrases = Phrases::default();
        let mut analyzer = Analyzer::new();
        let language = Language::ENGLISH;
        for (topic, phrase) in [(0, "oil"), (1, "oil price"), (2, "price"), (3, "oil price")] {
            phrases.add(&mut analyzer, language, phrase, Use { topic, weight: 1.0 });
        }
        let mut reader = Reader::default();
        reader.read(&Article::new(
            "Oil prices",
            "The price of oils: oil, oil-price.",
            language,
        ));
        let found: Vec<(u32, TextField, u32, u32)> = phrases
            .find(&reader)
            .into_iter()
            .map(|hit| {
                (
                    phrases.uses(hit.phrase)[0].topic,
                    hit.field,
                    hit.first,
                    hit.last,
                )
            })
            .collect();
        let expected = [
            (0, TextField::Body, 3, 3),
            (0, TextField::Body, 4, 4),
            (1, TextField::Title, 0, 1),
            (1, TextField::Body, 5, 6),
            (2, TextField::Body, 1, 1),
        ];
        assert_eq!(found, expected);
        let topics: Vec<u32> = phrases.uses(1).iter().map(|one| one.topic).collect();
        assert_eq!(topics, [1, 3]);
    }

    #[test]
    fn empty_and_endless_phrases_are_none() {
        let mut phrases = Phrases::default();
        let one = Use {
            topic: 0,
            weight: 1.0,
        };
        for phrase in ["", " … ", "1987", "a b c d e f g h i"] {
            phrases.add(&mut Analyzer::new(), Language::UND, phrase, one);
        }
        assert_eq!(phrases.uses.len(), 0);
    }
}
