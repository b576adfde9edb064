//! What is to be known of every word of a text besides its forms. It is remembered with the stems,
//! so that most words that were met before cost nothing more.

use std::fmt;

use super::tokens::Token;

/// The most words of a text that are marked. Longer texts have no marks, which would take several
/// times the memory of the text: whoever needs them looks at the words one by one.
pub(crate) const MAX_MARKED_WORDS: usize = 1 << 16;

/// Words that somebody looks for.
pub(crate) trait Lexicon: fmt::Debug + Send + Sync {
    /// What is to be known of a word in its exact form; 0 if nobody looks for it.
    fn mark(&self, exact: &str) -> u64;
}

/// A word that somebody looks for, where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MarkedWord {
    /// What a lexicon says of it.
    pub(crate) mark: u64,
    /// The words before it.
    pub(crate) position: u32,
    /// Its first byte.
    pub(crate) start: usize,
    /// The byte after its last one.
    pub(crate) end: usize,
}

/// The marks of the words of a text, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// The words that somebody looks for.
    pub(crate) words: Vec<MarkedWord>,
    /// The numbers of the stems of all words: [`number_of`] their terms.
    pub(crate) stems: Vec<u64>,
}

/// The mark of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub(super) word: u64,
    pub(super) stem: u64,
}

impl Marks {
    /// Makes room for so many words, if that many may be marked.
    pub(super) fn with_capacity(words: usize) -> Self {
        let words = words.min(MAX_MARKED_WORDS);
        Self {
            words: Vec::with_capacity(words / 2),
            stems: Vec::with_capacity(words),
        }
    }

    /// Takes the next word; false if it is one too many.
    #[inline]
    pub(super) fn push(&mut self, mark: Mark, token: &Token<'_>) -> bool {
        if mark.word != 0 {
            self.words.push(MarkedWord {
                mark: mark.word,
                position: token.position,
                start: token.start,
                end: token.end,
            });
        }
        self.stems.push(mark.stem);
        self.stems.len() <= MAX_MARKED_WORDS
    }
}

/// Stands for a word that is none.
pub(crate) const NUMBER: u64 = 0;

/// The number of a stem term (`en:missil`): FNV-1a (Fowler, Noll, Vo), its bits mixed once more;
/// [`NUMBER`] for figures.
pub(crate) fn number_of(term: &str) -> u64 {
    const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let word = term.split_once(':').map_or(term, |(_, word)| word);
    if word.starts_with(char::is_numeric) {
        return NUMBER;
    }
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let hash = term.bytes().fold(OFFSET, step);
    (hash ^ hash >> 32).max(1)
}
