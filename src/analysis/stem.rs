//! Stems of words, remembered: most words of a text were met before.

use frostem::Stemmer;

use super::language::Language;
use super::marks::{Lexicon, Mark, NUMBER, number_of};

/// Words that are remembered at once; a power of two.
const SLOTS: usize = 1 << 14;
/// Two neighbouring slots may hold a word.
const WAYS: usize = 2;
/// Bytes of a slot: word and stem, after a head of their lengths, the language and the mark.
const SLOT: usize = 64;
const HEAD: usize = 19;

/// A bounded memory of stems. A word that finds no room displaces another: nobody can fill it or
/// slow it down, whatever words a text is made of.
#[derive(Clone, Default)]
pub(super) struct Stems {
    /// In each: bytes of the word, bytes of the stem, language, mark, word, stem. Empty until needed.
    /// Bytes, because memory that is zero costs nothing until it is touched.
    slots: Vec<u8>,
    turn: usize,
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stems").finish_non_exhaustive()
    }
}

impl Stems {
    /// Appends the stem term of a word, such as `en:missil`. Gives its mark, if there is a lexicon:
    /// always the same one.
    pub(super) fn push_term(
        &mut self,
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
        if exact
            .bytes()
            .next()
            .is_none_or(|byte| byte.is_ascii_digit())
        {
            out.extend_from_slice(exact.as_bytes());
            return lexicon.map_or_else(Mark::default, |lexicon| Mark {
                word: lexicon.mark(exact),
                stem: NUMBER,
            });
        }
        if self.slots.is_empty() {
            self.slots = vec![0; SLOT * SLOTS];
        }
        let first = (hash(exact.as_bytes(), language.number()) as usize % SLOTS) & !(WAYS - 1);
        let (slots, _) = self.slots.as_chunks_mut::<SLOT>();
        let ways = &mut slots[first..first + WAYS];
        for slot in &*ways {
            if let Some(stem) = known(slot, exact.as_bytes(), language.number()) {
                out.extend_from_slice(stem);
                return mark_in(slot);
            }
        }
        let stem = Stemmer::new(algorithm).stem(exact);
        let stem = if stem.is_empty() { exact } else { &*stem };
        out.extend_from_slice(stem.as_bytes());
        let mark = mark(exact, &out[start..], lexicon);
        let length = exact.len() + stem.len();
        if length <= SLOT - HEAD {
            self.turn = (self.turn + 1) % WAYS;
            let slot = &mut ways[self.turn];
            slot[..3].copy_from_slice(&[exact.len() as u8, stem.len() as u8, language.number()]);
            slot[3..11].copy_from_slice(&mark.word.to_le_bytes());
            slot[11..HEAD].copy_from_slice(&mark.stem.to_le_bytes());
            slot[HEAD..HEAD + exact.len()].copy_from_slice(exact.as_bytes());
            slot[HEAD + exact.len()..HEAD + length].copy_from_slice(stem.as_bytes());
        }
        mark
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
    let (head, _) = slot.split_at(HEAD);
    let word = head[3..11].try_into().map_or(0, u64::from_le_bytes);
    let stem = head[11..].try_into().map_or(NUMBER, u64::from_le_bytes);
    Mark { word, stem }
}

#[inline]
fn known<'a>(slot: &'a [u8; SLOT], word: &[u8], language: u8) -> Option<&'a [u8]> {
    if usize::from(slot[0]) != word.len() || slot[2] != language {
        return None;
    }
    let stem = slot[HEAD..].strip_prefix(word)?;
    stem.get(..usize::from(slot[1]))
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
