//! What is tagged.

use super::tags::TextField;
use crate::analysis::{Analysis, Language, MarkedWord, Token, tokenize};
use crate::document::PartialDate;

/// A text whose tags are asked for, or of which topics are learned.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Article<'a> {
    /// The headline; may be empty.
    pub title: &'a str,
    /// The text that byte ranges of evidence speak of; may be empty.
    pub body: &'a str,
    /// The language that its stems are made in; names of one other language alone are left out.
    /// [`Language::UND`] if it is not known.
    pub language: Language,
    /// When it was written, if that is known.
    pub date: Option<PartialDate>,
    analyses: Option<[&'a Analysis; 2]>,
}

impl<'a> Article<'a> {
    /// An article of which nothing else is known.
    pub fn new(title: &'a str, body: &'a str, language: Language) -> Self {
        Self {
            title,
            body,
            language,
            date: None,
            analyses: None,
        }
    }

    /// Says when it was written.
    pub fn written(mut self, date: Option<PartialDate>) -> Self {
        self.date = date;
        self
    }

    /// Gives what [`Analyzer::analyze`](crate::analysis::Analyzer::analyze) made of title and body
    /// in its language, so that they need not be cut into words again.
    pub fn analyzed(mut self, title: &'a Analysis, body: &'a Analysis) -> Self {
        self.analyses = Some([title, body]);
        self
    }

    /// One of its fields.
    pub fn text(&self, field: TextField) -> &'a str {
        match field {
            TextField::Title => self.title,
            TextField::Body => self.body,
        }
    }

    /// What was made of a field, if it was.
    pub(super) fn analysis(&self, field: TextField) -> Option<&'a Analysis> {
        self.analyses.map(|analyses| analyses[field as usize])
    }

    /// The words of a field that names are made of, as the lexicon of the tagger's vocabularies
    /// marks them, if they are known; and how many words there are.
    pub(super) fn marked(&self, field: TextField) -> Option<(&'a [MarkedWord], u32)> {
        let analysis = self.analysis(field)?;
        Some((&analysis.marks.as_ref()?.words, analysis.positions))
    }

    /// Gives every word of a field to `f`; says how many they are.
    pub(super) fn words(&self, field: TextField, f: impl FnMut(Token<'_>)) -> u32 {
        match self.analysis(field) {
            Some(analysis) => {
                analysis.each(f);
                analysis.positions
            }
            None => tokenize(self.text(field), f).positions,
        }
    }
}
