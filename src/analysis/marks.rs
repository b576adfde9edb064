//! What is to be known of every word of a text besides its forms. It is remembered with the stems,
//! so that a word that was met before costs nothing more.

use std::fmt;

/// Words that somebody looks for, by numbers.
pub(crate) trait Lexicon: fmt::Debug + Send + Sync {
    /// The number of a word in its exact form; 0 if nobody looks for it.
    fn number(&self, exact: &str) -> u32;
}

/// The marks of the words of a text, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// The numbers of the words in a lexicon.
    pub(crate) words: Vec<u32>,
    /// The numbers of their stems: [`number_of`] their terms.
    pub(crate) stems: Vec<u64>,
}

/// The mark of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub(super) word: u32,
    pub(super) stem: u64,
}

impl Marks {
    /// Makes room for so many words.
    pub(super) fn with_capacity(words: usize) -> Self {
        Self {
            words: Vec::with_capacity(words),
            stems: Vec::with_capacity(words),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, mark: Mark) {
        self.words.push(mark.word);
        self.stems.push(mark.stem);
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
