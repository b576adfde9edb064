//! The words of a segment by number.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use super::Form;
use crate::analysis::Language;

/// Slots of a table that nothing was put into yet; a power of two.
const FIRST_SLOTS: usize = 1 << 10;
/// Bytes in front of a word: its number, its language, and the lengths of both forms.
const HEAD: usize = 4 + 1 + 2 + 2;
/// No entry begins so far behind: where it begins has four bytes.
const MOST_BYTES: usize = u32::MAX as usize;

/// Gives each word of each language a number, in the order in which they are met.
///
/// The hash has a key that is another one in each process, so that no text can be written that makes
/// tables slow.
#[derive(Debug, Default)]
pub(super) struct WordTable {
    /// A power of two, or none; at least half of them are empty, which are zeros.
    slots: Vec<Slot>,
    /// The words one behind the other.
    entries: Vec<u8>,
    count: u32,
    hash: RandomState,
}

/// The highest half of a word's hash, and where its entry begins, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    hash: u32,
    entry: u32,
}

impl WordTable {
    /// The number of a word in its exact form. `stem` is its stem term: in one language, always the
    /// same for a word. `None` if there is no room for another one.
    #[inline]
    pub(super) fn number(&mut self, language: Language, exact: &str, stem: &str) -> Option<u32> {
        let hash = self.hash(language.number(), exact.as_bytes());
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at).copied().unwrap_or_default();
            if slot == Slot::default() {
                return self.add(hash, language.number(), exact, stem);
            }
            if slot.hash == highest(hash) {
                let entry = Entry::at(&self.entries, slot.entry as usize - 1);
                if entry.language == language.number() && entry.exact == exact.as_bytes() {
                    debug_assert_eq!(entry.stem, stem.as_bytes(), "the stem of `{exact}`");
                    return Some(entry.number);
                }
            }
            at = (at + 1) & mask;
        }
    }

    #[inline]
    fn hash(&self, language: u8, exact: &[u8]) -> u64 {
        let mut hasher = self.hash.build_hasher();
        hasher.write(exact);
        hasher.write_u8(language);
        hasher.finish()
    }

    #[cold]
    fn add(&mut self, hash: u64, language: u8, exact: &str, stem: &str) -> Option<u32> {
        let lengths = [exact, stem].map(|form| u16::try_from(form.len()).ok());
        let [Some(exact_length), Some(stem_length)] = lengths else {
            return None;
        };
        let begins = self.entries.len();
        if begins + HEAD + exact.len() + stem.len() >= MOST_BYTES {
            return None;
        }
        if (self.count as usize + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let number = self.count;
        self.count += 1;
        self.entries.extend_from_slice(&number.to_le_bytes());
        self.entries.push(language);
        self.entries.extend_from_slice(&exact_length.to_le_bytes());
        self.entries.extend_from_slice(&stem_length.to_le_bytes());
        self.entries.extend_from_slice(exact.as_bytes());
        self.entries.extend_from_slice(stem.as_bytes());
        put(&mut self.slots, hash, begins);
        Some(number)
    }

    fn grow(&mut self) {
        let mut slots = vec![Slot::default(); (self.slots.len() * 2).max(FIRST_SLOTS)];
        for (begins, entry) in self.entries() {
            put(&mut slots, self.hash(entry.language, entry.exact), begins);
        }
        self.slots = slots;
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let begins = next;
            (begins < self.entries.len()).then(|| {
                let entry = Entry::at(&self.entries, begins);
                next += HEAD + entry.exact.len() + entry.stem.len();
                (begins, entry)
            })
        })
    }

    /// How many words there are: their numbers are below that.
    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// All words in one form, by their numbers.
    pub(super) fn forms(&self, form: Form) -> impl Iterator<Item = &[u8]> {
        self.entries().map(move |(_, entry)| match form {
            Form::Exact => entry.exact,
            Form::Stem => entry.stem,
        })
    }

    /// Bytes of memory that are in use.
    pub(super) fn memory(&self) -> usize {
        self.slots.len() * size_of::<Slot>() + self.entries.len()
    }
}

fn highest(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Enters a word into slots of which some are empty.
fn put(slots: &mut [Slot], hash: u64, begins: usize) {
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while slots[at] != Slot::default() {
        at = (at + 1) & mask;
    }
    slots[at] = Slot {
        hash: highest(hash),
        entry: begins as u32 + 1,
    };
}

struct Entry<'a> {
    number: u32,
    language: u8,
    exact: &'a [u8],
    stem: &'a [u8],
}

impl<'a> Entry<'a> {
    #[inline]
    fn at(entries: &'a [u8], begins: usize) -> Self {
        let (head, rest) = entries[begins..].split_at(HEAD);
        let exact = usize::from(u16::from_le_bytes([head[5], head[6]]));
        let stem = usize::from(u16::from_le_bytes([head[7], head[8]]));
        let (exact, rest) = rest.split_at(exact);
        Self {
            number: u32::from_le_bytes([head[0], head[1], head[2], head[3]]),
            language: head[4],
            exact,
            stem: &rest[..stem],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers_however_many_come() {
        let [english, none] = ["en", "und"].map(|code| Language::parse(code).unwrap());
        let words: Vec<String> = (0..5 * FIRST_SLOTS).map(|n| format!("word{n}s")).collect();
        let mut table = WordTable::default();
        for round in 0..2 {
            let mut expected = 0..;
            for word in &words {
                let stem = format!("en:{}", word.trim_end_matches('s'));
                let number = table.number(english, word, &stem);
                assert_eq!(number, expected.next(), "{word} in round {round}");
                let number = table.number(none, word, &format!("und:{word}"));
                assert_eq!(number, expected.next(), "{word} of no language");
            }
        }
        assert_eq!(table.len(), 2 * words.len());
        let exact: Vec<&[u8]> = table.forms(Form::Exact).step_by(2).collect();
        assert!(
            exact.iter().eq(words
                .iter()
                .map(String::as_bytes)
                .collect::<Vec<_>>()
                .iter())
        );
        let stems: Vec<&[u8]> = table.forms(Form::Stem).take(2).collect();
        assert_eq!(stems, [b"en:word0".as_slice(), b"und:word0s"]);
        assert!(table.memory() > table.entries.len());
    }

    #[test]
    fn a_word_too_long_for_its_length_has_no_number() {
        let mut table = WordTable::default();
        let long = "x".repeat(usize::from(u16::MAX) + 1);
        assert_eq!(table.number(Language::UND, &long, "und:x"), None);
        assert_eq!(table.number(Language::UND, "x", "und:x"), Some(0));
    }
}
