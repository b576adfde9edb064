//! The analyzer: both forms of every word, for the index and for a query.

use std::cmp::Reverse;
use std::sync::Arc;

use super::language::Language;
use super::marks::{Lexicon, Marks};
use super::packed::{STEP, unpack};
use super::places::Places;
use super::sentences::{Boundaries, Boundary};
use super::stem::Stems;
use super::tokens::{Token, Tokenized, tokenize};

/// What was made of texts that is kept for the next ones at most: a title and a body.
const SPARE: usize = 2;
/// No more memory is kept for each than that for the words of so many bytes of text.
const SPARE_BYTES: usize = 64 << 10;

/// Turns texts into words. Remembers stems, so keep one for each thread.
///
/// What it gives depends on the text and language alone, never on what it met before.
#[derive(Debug, Clone, Default)]
pub struct Analyzer {
    stems: Stems,
    lexicon: Option<Arc<dyn Lexicon>>,
    term: Vec<u8>,
    /// What is taken for the next texts, to be written over.
    spare: Vec<Analysis>,
}

/// The words of a text in both forms, as an index takes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Analysis {
    /// The exact forms, packed; see [`unpack`].
    pub exact: String,
    /// The stem terms (`en:missil`), packed, at the same positions.
    pub stem: String,
    /// Where the words stand in the text.
    pub places: Places,
    /// Tokens of each form.
    pub tokens: u32,
    /// The position after the last token.
    pub positions: u32,
    /// Words that were longer than a token may be and were cut to a prefix.
    pub cut_tokens: u64,
    /// The positions at which sentences begin, in order; the first is 0.
    pub sentences: Vec<u32>,
    /// The positions at which paragraphs begin, in order; all of them begin a sentence.
    pub paragraphs: Vec<u32>,
    /// The marks of the tokens, if the analyzer has a lexicon and they are not too many. They tell
    /// something to whoever made that lexicon alone.
    pub(crate) marks: Option<Marks>,
}

impl Analysis {
    /// The same without anything but its memory.
    fn emptied(self) -> Self {
        let Self {
            mut exact,
            mut stem,
            mut places,
            mut sentences,
            mut paragraphs,
            ..
        } = self;
        exact.clear();
        stem.clear();
        places.clear();
        sentences.clear();
        paragraphs.clear();
        Self {
            exact,
            stem,
            places,
            sentences,
            paragraphs,
            ..Self::default()
        }
    }

    /// Gives every word of the text to `f` once more, as [`tokenize`] does.
    pub fn each(&self, mut f: impl FnMut(Token<'_>)) {
        for ((exact, position), (start, end)) in unpack(&self.exact).zip(self.places.iter()) {
            f(Token {
                exact,
                position,
                start,
                end,
            });
        }
    }
}

/// A word of a query, in its exact form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryToken {
    /// Folded.
    pub exact: String,
    /// Words before it in the text that was analysed.
    pub position: u32,
    /// The first byte of the word as written.
    pub start: usize,
    /// The byte after its last one.
    pub end: usize,
}

impl Analyzer {
    /// Makes an analyzer that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one that marks the words of a lexicon.
    pub(crate) fn with_lexicon(lexicon: Arc<dyn Lexicon>) -> Self {
        Self {
            lexicon: Some(lexicon),
            ..Self::default()
        }
    }

    /// Gives every word of a text to `f`, in order. The exact form depends on no language.
    pub fn tokens(&self, text: &str, f: impl FnMut(Token<'_>)) -> Tokenized {
        tokenize(text, f)
    }

    /// The stem term of a word given in its exact form: `en:missil`, or `und:missiles` in a
    /// language without a stemmer.
    pub fn stem(&mut self, exact: &str, language: Language) -> &str {
        self.term.clear();
        let lexicon = self.lexicon.as_deref();
        self.stems
            .push_term(exact, language, lexicon, &mut self.term);
        std::str::from_utf8(&self.term).expect("a term is made of whole strings")
    }

    /// Takes an analysis that is not needed any more, for its memory.
    pub(crate) fn reuse(&mut self, analysis: Analysis) {
        if analysis.exact.capacity() > SPARE_BYTES {
            return;
        }
        self.spare.push(analysis);
        if self.spare.len() > SPARE {
            let room = |spare: &Analysis| Reverse(spare.exact.capacity());
            self.spare.sort_unstable_by_key(room);
            self.spare.truncate(SPARE);
        }
    }

    /// An empty analysis with room for the words of a text.
    fn room(&mut self, text: &str) -> Analysis {
        let spare = self.spare.iter().map(|spare| spare.exact.capacity());
        let spare = spare.enumerate().filter(|(_, room)| *room > text.len());
        let spare = spare.min_by_key(|(_, room)| *room).map(|(at, _)| at);
        spare.map_or_else(
            || Analysis {
                exact: String::with_capacity(text.len() + 16),
                stem: String::with_capacity(text.len() + text.len() / 2 + 16),
                places: Places::with_capacity(text.len() / 5),
                ..Analysis::default()
            },
            |at| self.spare.swap_remove(at).emptied(),
        )
    }

    /// Analyses a text for the index.
    pub fn analyze(&mut self, text: &str, language: Language) -> Analysis {
        let mut analysis = self.room(text);
        let mut exact = std::mem::take(&mut analysis.exact);
        let mut stem = std::mem::take(&mut analysis.stem).into_bytes();
        let mut boundaries = Boundaries::default();
        let lexicon = self.lexicon.as_deref();
        let mut marks = lexicon.map(|_| Marks::with_capacity(text.len() / 5));
        let done = tokenize(text, |token| {
            exact.push_str(token.exact);
            exact.push(STEP);
            let mark = self
                .stems
                .push_term(token.exact, language, lexicon, &mut stem);
            stem.push(STEP as u8);
            if marks
                .as_mut()
                .is_some_and(|marks| !marks.push(mark, &token))
            {
                marks = None;
            }
            analysis.places.push(token.start, token.end);
            match boundaries.step(text, token.start, token.end) {
                Boundary::None => {}
                boundary => {
                    analysis.sentences.push(token.position);
                    if boundary == Boundary::Paragraph {
                        analysis.paragraphs.push(token.position);
                    }
                }
            }
        });
        analysis.exact = exact;
        analysis.stem = String::from_utf8(stem).expect("terms are made of whole strings");
        analysis.marks = marks;
        analysis.tokens = done.positions;
        analysis.positions = done.positions;
        analysis.cut_tokens = done.cut;
        analysis
    }

    /// The words of a query, which has no language.
    ///
    /// One word as written may be several (`cease-fire`, `核武器`), which stand next to each other,
    /// or none (`&`).
    pub fn query_tokens(&self, text: &str) -> Vec<QueryToken> {
        let mut tokens = Vec::new();
        tokenize(text, |token| {
            tokens.push(QueryToken {
                exact: token.exact.to_owned(),
                position: token.position,
                start: token.start,
                end: token.end,
            });
        });
        tokens
    }

    /// The stem terms a word has in these languages, and its `und:` term, each once.
    pub fn stems_of(&mut self, exact: &str, languages: &[Language]) -> Vec<String> {
        let mut terms: Vec<String> = Vec::with_capacity(languages.len() + 1);
        for &language in languages.iter().chain([&Language::UND]) {
            let term = self.stem(exact, language);
            if !terms.iter().any(|known| known == term) {
                terms.push(term.to_owned());
            }
        }
        terms
    }
}
