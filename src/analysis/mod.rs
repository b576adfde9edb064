//! Text → tokens: ours, named and versioned, the same for every engine.
//!
//! A text is folded (compatibility forms, case, accents), cut into words, and every word has two
//! forms at one position: *exact* (folded) and *stem* (with its language). The exact form knows no
//! language, so that a query, which has none, meets it. The rules stand at the head of the files:
//! `fold` (what counts as the same letter), `words` (where a word ends), `sentences`.

mod analyzer;
mod characters;
mod fold;
mod language;
mod marks;
mod packed;
mod places;
mod sentences;
mod stem;
mod tokens;
mod words;

#[cfg(test)]
mod tests;

pub use analyzer::{Analysis, Analyzer, QueryToken};
pub(crate) use characters::{is_mark, is_unspaced_letter};
pub use fold::fold;
pub use language::{Language, detect};
#[cfg(test)]
pub(crate) use marks::MAX_MARKED_WORDS;
pub(crate) use marks::{Lexicon, MarkedWord, NUMBER, number_of};
pub use packed::{Packed, unpack};
pub use places::Places;
pub use sentences::{Boundaries, Boundary};
pub(crate) use stem::hash;
pub use tokens::{Token, Tokenized, tokenize};

/// Names the behaviour of this module; any change of a token, position or boundary changes it.
///
/// An index remembers the version its words were made by.
pub const ANALYSIS_VERSION: &str = "1";

/// The most characters a token has; what is longer is cut to a prefix and counted.
pub const MAX_TOKEN_CHARACTERS: usize = 64;

/// The most bytes a token has.
pub const MAX_TOKEN_BYTES: usize = 250;
