//! Words into postings.
//!
//! The engine looks a word up for each time it stands somewhere, and each look waits for memory three
//! times: for its table, for the word, and for the end of its list. Here a text becomes a sequence of
//! small numbers, written one behind the other, and what the engine's files want, the places of each
//! word, comes of sorting a segment's numbers once. The files are the engine's, byte for byte.
//!
//! `table` gives words numbers, `log` keeps those of a segment's texts, `ranks` orders the words,
//! `postings` sorts and writes, and `plugin` has the engine call all that.

mod log;
mod plugin;
mod postings;
mod ranks;
mod table;
#[cfg(test)]
mod tests;

pub(in crate::index) use plugin::WordPlugin;

use crate::analysis::{Analysis, Language, unpack};

/// What is in a document's title and body: each once in exact forms and once as stems.
const PARTS: usize = 4;

/// The words of a document on their way into a segment.
#[derive(Debug, Clone)]
pub(in crate::index) struct Words {
    language: Language,
    /// Title and body, each in both forms, packed.
    packed: String,
    ends: [usize; PARTS],
}

impl Words {
    /// The words of a title and a body that were analysed in one language.
    pub(in crate::index) fn of(language: Language, title: &Analysis, body: &Analysis) -> Self {
        let parts = [&title.exact, &title.stem, &body.exact, &body.stem];
        let mut packed = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        let ends = parts.map(|part| {
            packed.push_str(part);
            packed.len()
        });
        Self {
            language,
            packed,
            ends,
        }
    }

    /// Bytes that they take.
    pub(in crate::index) fn size(&self) -> usize {
        self.packed.len()
    }

    /// The words of a text with their stem terms, in order.
    fn pairs(&self, text: Text) -> impl Iterator<Item = (&str, &str)> {
        let [exact, stem] = Form::BOTH.map(|form| unpack(self.packed(text, form)));
        exact.zip(stem).map(|((exact, _), (stem, _))| (exact, stem))
    }

    fn packed(&self, text: Text, form: Form) -> &str {
        let part = text as usize * Form::BOTH.len() + form as usize;
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.packed[start..self.ends[part]]
    }
}

/// A text of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Title,
    Body,
}

impl Text {
    const BOTH: [Self; 2] = [Self::Title, Self::Body];
}

/// What is indexed of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Exact,
    Stem,
}

impl Form {
    const BOTH: [Self; 2] = [Self::Exact, Self::Stem];
}
