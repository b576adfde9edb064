//! Stems of words, remembered: most words of a text were met before.

use frostem::Stemmer;

use super::language::Language;
use super::marks::{Lexicon, Mark, NUMBER, number_of};

/// Words that are remembered at once, at most; a power of two, as are the others. A stemmer takes
/// thousands of instructions for a word: with a quarter as many, three times as many words of a large
/// collection would need it.
const MOST_SLOTS: usize = 1 << 16;
/// Who looks at a query needs no more than so many: more would be pages that nothing is in,
const FIRST_SLOTS: usize = 1 << 5;
/// and who has filled half of them, so many times as many.
const GROWTH: usize = 8;
/// Two neighbouring slots may hold a word.
const WAYS: usize = 2;
/// Bytes of a slot.
const SLOT: usize = 64;
/// The first and the last bytes of the word, two marks, and three numbers, come before the term.
const ENDS: usize = 16;
const MARKS: usize = ENDS + 16;
const HEAD: usize = MARKS + 3;
/// Terms of up to so many bytes are copied as if they all had that many, which needs no loop.
const SHORT: usize = 24;

/// A bounded memory of stems. A word that finds no room displaces another: nobody can fill it or
/// slow it down, whatever words a text is made of.
#[derive(Default)]
pub(super) struct Stems {
    /// Empty until needed. Bytes, because much memory that is zero costs nothing until it is touched.
    slots: Vec<u8>,
    /// Words that were put into these slots.
    filled: usize,
}

/// A clone remembers nothing yet: learning is cheaper than a copy.
impl Clone for Stems {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stems").finish_non_exhaustive()
    }
}

impl Stems {
    /// Appends the stem term of a word, such as `en:missil`. Gives its mark, if there is a lexicon:
    /// always the same one.
    #[inline]
    pub(super) fn push_term(
        &mut self,
        exact: &str,
        language: Language,
        lexicon: Option<&dyn Lexicon>,
        out: &mut Vec<u8>,
    ) -> Mark {
        let key = Key::of(exact.as_bytes(), language);
        let (slots, _) = self.slots.as_chunks::<SLOT>();
        let first = key.place(slots.len());
        let ways = slots.get(first..first + WAYS).unwrap_or_default();
        for slot in ways {
            if key.is_of(slot) {
                push_term_in(slot, out);
                return mark_in(slot);
            }
        }
        self.push_new_term(&key, exact, language, lexicon, out)
    }

    /// The same for a word that is not remembered.
    #[cold]
    fn push_new_term(
        &mut self,
        key: &Key<'_>,
        exact: &str,
        language: Language,
        lexicon: Option<&dyn Lexicon>,
        out: &mut Vec<u8>,
    ) -> Mark {
        let start = out.len();
        let Some(algorithm) = language.algorithm() else {
            out.extend_from_slice(b"und:");
            out.extend_from_slice(exact.as_bytes());
            return mark(exact, &out[start..], lexicon);
        };
        out.extend_from_slice(language.code().as_bytes());
        out.push(b':');
        let mark = if exact.starts_with(|first: char| first.is_ascii_digit()) {
            out.extend_from_slice(exact.as_bytes());
            let Some(lexicon) = lexicon else {
                // There are more numbers than words, and nothing about them is worth remembering.
                return Mark::default();
            };
            Mark {
                word: lexicon.mark(exact),
                stem: NUMBER,
            }
        } else {
            let stem = Stemmer::new(algorithm).stem(exact);
            let stem = if stem.is_empty() { exact } else { &*stem };
            out.extend_from_slice(stem.as_bytes());
            mark(exact, &out[start..], lexicon)
        };
        let term = &out[start..];
        if HEAD + term.len() + key.middle.len() <= SLOT {
            self.grow();
            self.filled += 1;
            let (slots, _) = self.slots.as_chunks_mut::<SLOT>();
            let place = key.place(slots.len()) + self.filled % WAYS;
            if let Some(slot) = slots.get_mut(place) {
                key.fill(slot, term, mark);
            }
        }
        mark
    }

    /// Makes more slots if there are few for the words that come, and begins anew with them.
    fn grow(&mut self) {
        let slots = self.slots.len() / SLOT;
        let more = if slots == 0 {
            FIRST_SLOTS
        } else if self.filled >= slots / 2 {
            (slots * GROWTH).min(MOST_SLOTS)
        } else {
            slots
        };
        if more > slots {
            self.slots = vec![0; SLOT * more];
            self.filled = 0;
        }
    }
}

/// A word as it is looked for: its length and its ends, which are all of it unless it is long.
struct Key<'a> {
    first: u64,
    last: u64,
    /// What lies between the ends of a long word.
    middle: &'a [u8],
    length: u8,
    language: u8,
}

impl<'a> Key<'a> {
    #[inline]
    fn of(word: &'a [u8], language: Language) -> Self {
        let (first, last) = ends_of(word);
        let middle = word.get(8..word.len().saturating_sub(8));
        Self {
            first,
            last,
            middle: middle.unwrap_or_default(),
            // A word of 256 bytes or more is never found: its term has no room in a slot.
            length: u8::try_from(word.len()).unwrap_or(u8::MAX),
            language: language.number(),
        }
    }

    /// The first of the neighbours, among so many slots, that may hold the word.
    #[inline]
    fn place(&self, slots: usize) -> usize {
        self.hash() as usize & slots.saturating_sub(WAYS) & !(WAYS - 1)
    }

    #[inline]
    fn hash(&self) -> u64 {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        let numbers = u64::from(self.length) << 8 | u64::from(self.language);
        let mut mixed = (self.first ^ numbers << 40).wrapping_mul(ODD);
        mixed = (mixed.rotate_left(29) ^ self.last).wrapping_mul(ODD);
        if !self.middle.is_empty() {
            mixed ^= hash(self.middle, 0);
        }
        mixed ^ mixed >> 32
    }

    /// Whether it is the word that a slot holds. An empty slot holds a term of no bytes.
    #[inline]
    fn is_of(&self, slot: &[u8; SLOT]) -> bool {
        let numbers = [slot[MARKS], slot[MARKS + 2]];
        let same = number_at(slot, 0) == self.first
            && number_at(slot, 8) == self.last
            && numbers == [self.length, self.language]
            && slot[MARKS + 1] > 0;
        same && (self.middle.is_empty() || {
            let from = HEAD + usize::from(slot[MARKS + 1]);
            slot.get(from..from + self.middle.len()) == Some(self.middle)
        })
    }

    /// Has a slot remember the word.
    fn fill(&self, slot: &mut [u8; SLOT], term: &[u8], mark: Mark) {
        slot[..8].copy_from_slice(&self.first.to_le_bytes());
        slot[8..ENDS].copy_from_slice(&self.last.to_le_bytes());
        slot[ENDS..ENDS + 8].copy_from_slice(&mark.word.to_le_bytes());
        slot[ENDS + 8..MARKS].copy_from_slice(&mark.stem.to_le_bytes());
        slot[MARKS..HEAD].copy_from_slice(&[self.length, term.len() as u8, self.language]);
        let end = HEAD + term.len();
        slot[HEAD..end].copy_from_slice(term);
        slot[end..end + self.middle.len()].copy_from_slice(self.middle);
    }
}

/// The first and the last eight bytes of a word, or four, which overlap in most words; or its three
/// bytes at most. With the length they are the whole word, unless it has more than sixteen.
#[inline]
fn ends_of(word: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        let [first, last] = [first, last].map(|end| u32::from_le_bytes(*end));
        return (first.into(), last.into());
    }
    let byte = |at: usize| word.get(at).map_or(0, |&byte| u64::from(byte));
    (byte(0) | byte(1) << 8, byte(2))
}

#[inline]
fn number_at(slot: &[u8; SLOT], at: usize) -> u64 {
    let bytes = slot.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

/// Appends the term that is remembered.
#[inline]
fn push_term_in(slot: &[u8; SLOT], out: &mut Vec<u8>) {
    let length = usize::from(slot[MARKS + 1]);
    if length <= SHORT {
        let end = out.len() + length;
        out.extend_from_slice(&slot[HEAD..HEAD + SHORT]);
        out.truncate(end);
    } else {
        out.extend_from_slice(slot.get(HEAD..HEAD + length).unwrap_or_default());
    }
}

/// The mark of a word and its stem term.
fn mark(exact: &str, term: &[u8], lexicon: Option<&dyn Lexicon>) -> Mark {
    lexicon.map_or_else(Mark::default, |lexicon| Mark {
        word: lexicon.mark(exact),
        stem: std::str::from_utf8(term).map_or(NUMBER, number_of),
    })
}

/// The mark that is remembered.
#[inline]
fn mark_in(slot: &[u8; SLOT]) -> Mark {
    Mark {
        word: number_at(slot, ENDS),
        stem: number_at(slot, ENDS + 8),
    }
}

/// A number for a word that only a few others share, unless somebody looks for them.
#[inline]
pub(crate) fn hash(bytes: &[u8], seed: u8) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = u64::from(seed) ^ (bytes.len() as u64) << 8;
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*chunk)).wrapping_mul(ODD);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = (hash.rotate_left(23) ^ u64::from_le_bytes(last)).wrapping_mul(ODD);
    hash ^ hash >> 32
}
