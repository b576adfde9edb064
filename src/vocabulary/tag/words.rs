//! The words of the names that are looked for, by number: most words of a text are in none, which is
//! to be found out fast.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::hints::Hints;

/// Numbers of the words of names.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Those of eight bytes at most, which most words of a text are, as one number.
    short: QuickMap<u64, u32>,
    long: QuickMap<Box<str>, u32>,
    hints: Hints,
}

impl Words {
    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }

    /// The number of a word, a new one if it had none.
    pub(super) fn number(&mut self, word: &str) -> u32 {
        let next = self.len() as u32;
        let short = packed(word);
        let number = match short {
            Some(short) => *self.short.entry(short).or_insert(next),
            None => *self.long.entry(word.into()).or_insert(next),
        };
        if number == next {
            self.hint(mixed(word, short));
        }
        number
    }

    /// Takes the hash of a new word into the hints.
    fn hint(&mut self, hash: u64) {
        if !self.hints.is_enough(self.len()) {
            let short = self.short.keys().map(|&key| mixed("", Some(key)));
            let long = self.long.keys().map(|key| mixed(key, None));
            self.hints = Hints::of(self.len(), short.chain(long));
        }
        self.hints.add(hash);
    }

    /// The number of a word of some name.
    pub(super) fn find(&self, word: &str) -> Option<u32> {
        let short = packed(word);
        if !self.hints.may_hold(mixed(word, short)) {
            return None;
        }
        match short {
            Some(short) => self.short.get(&short).copied(),
            None => self.long.get(word).copied(),
        }
    }
}

/// A word of eight bytes at most as a number. No word holds a zero byte.
#[inline]
fn packed(word: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    let word = word.as_bytes();
    bytes.get_mut(..word.len())?.copy_from_slice(word);
    Some(u64::from_le_bytes(bytes))
}

/// A hash of a word, whose high bits know of every letter.
#[inline]
fn mixed(word: &str, packed: Option<u64>) -> u64 {
    let mut hasher = WordHasher::default();
    match packed {
        Some(number) => hasher.mix(number),
        None => hasher.write(word.as_bytes()),
    }
    hasher.0
}

/// A map by words, or by numbers of words, nodes and entries.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// A set of words, or of numbers of words, nodes and entries.
pub(crate) type QuickSet<K> = HashSet<K, BuildHasherDefault<WordHasher>>;

/// Mixes words and numbers fast. What is put in comes from vocabularies: a text only looks up, or
/// chooses among their entries, and no choice of words makes that slow.
#[derive(Debug, Default)]
pub(crate) struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.mix(u64::from_le_bytes(*eight));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last));
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn finish(&self) -> u64 {
        // The table takes its place from the low bits and its mark from the high ones.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_keeps_its_number() {
        let mut words = Words::default();
        assert_eq!(words.find("iran"), None);
        let texts: Vec<String> = (0..5_000_u32)
            .map(|number| {
                format!("{:x}", number.wrapping_mul(number)).repeat(1 + number as usize % 3)
            })
            .collect();
        let mut known: Vec<&String> = Vec::new();
        for text in &texts {
            let number = words.number(text) as usize;
            if number == known.len() {
                known.push(text);
            }
            assert_eq!(known[number], text);
        }
        assert_eq!(words.len(), known.len());
        for (number, text) in known.iter().enumerate() {
            assert_eq!(words.find(text), Some(number as u32), "{text}");
            assert_eq!(words.find(&format!("{text}-")), None, "{text}");
        }
    }
}
