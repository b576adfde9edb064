//! The words of an article as a model sees them: numbers for their stems, and where they stand.

use std::ops::Range;

use crate::analysis::{Analyzer, NUMBER, number_of, tokenize, unpack};
use crate::tagging::Article;
use crate::tagging::tags::TextField;

/// Words of a body that are looked at; what an article is about stands before.
pub(super) const MAX_BODY_WORDS: usize = 20_000;

/// Words of a title that are looked at.
pub(super) const MAX_TITLE_WORDS: usize = 200;

/// A word of the title counts as often.
const TITLE_WEIGHT: usize = 2;

/// Words of a field that are looked at.
fn most(field: TextField) -> usize {
    match field {
        TextField::Title => MAX_TITLE_WORDS,
        TextField::Body => MAX_BODY_WORDS,
    }
}

/// How often a stem counts in an article.
pub(super) type Count = (u64, u32);

/// Reads the words of articles, one after the other; keeps its memory from one to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    analyzer: Analyzer,
    /// Title and body.
    parts: [Part; 2],
    sorted: Vec<u64>,
    counts: Vec<Count>,
}

/// The words of a field that are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    stems: Vec<u64>,
    places: Vec<(usize, usize)>,
}

impl Reader {
    /// Reads an article. Numbers are no words: a topic is not known by its figures.
    pub(crate) fn read(&mut self, article: &Article<'_>) {
        self.counts.clear();
        for (part, field) in self.parts.iter_mut().zip(TextField::ALL) {
            part.stems.clear();
            part.places.clear();
            let most = most(field);
            if let Some(analysis) = article.analysis(field) {
                if let Some(marks) = &analysis.marks {
                    part.stems.extend(marks.stems.iter().take(most));
                } else {
                    let stems = unpack(&analysis.stem).take(most);
                    part.stems.extend(stems.map(|(term, _)| number_of(term)));
                }
                part.places.extend(analysis.places.iter().take(most));
                continue;
            }
            tokenize(article.text(field), |token| {
                if part.stems.len() < most {
                    let stem = self.analyzer.stem(token.exact, article.language);
                    part.stems.push(number_of(stem));
                    part.places.push((token.start, token.end));
                }
            });
        }
    }

    fn count(&mut self) {
        self.sorted.clear();
        for _ in 0..TITLE_WEIGHT {
            self.sorted.extend_from_slice(&self.parts[0].stems);
        }
        self.sorted.extend_from_slice(&self.parts[1].stems);
        self.sorted.sort_unstable();
        let runs = self.sorted.chunk_by(|a, b| a == b);
        let counts = runs.map(|run| (run[0], run.len() as u32));
        self.counts.clear();
        self.counts.extend(counts.filter(|count| count.0 != NUMBER));
    }

    /// The stems of a field, by the positions of their words.
    pub(crate) fn stems(&self, field: TextField) -> &[u64] {
        &self.parts[field as usize].stems
    }

    /// The bytes from the first of these words to the last.
    pub(crate) fn place(&self, field: TextField, first: u32, last: u32) -> Option<Range<usize>> {
        let places = &self.parts[field as usize].places;
        let start = places.get(first as usize)?.0;
        Some(start..places.get(last as usize)?.1)
    }

    /// How often each stem counts, in the order of their numbers.
    pub(super) fn counts(&mut self) -> &[Count] {
        if self.counts.is_empty() {
            self.count();
        }
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;
    use crate::tagging::Tagging;

    fn article() -> Article<'static> {
        Article::new(
            "Tankers’ insurers",
            "Insurers of 12 tankers said: no tanker sails.",
            Language::ENGLISH,
        )
    }

    #[test]
    fn words_are_counted_by_their_stems() {
        let mut reader = Reader::default();
        reader.read(&article());
        let mut count = |word: &str| {
            let stem = number_of(Analyzer::new().stem(word, Language::ENGLISH));
            reader.counts().iter().find(|c| c.0 == stem).map(|c| c.1)
        };
        assert_eq!(
            count("tanker"),
            Some(4),
            "two in the body, one in the title"
        );
        assert_eq!(count("insurer"), Some(3));
        assert_eq!(count("12"), None);
        assert_eq!(reader.stems(TextField::Body)[2], NUMBER);
    }

    #[test]
    fn stems_that_are_there_already_are_the_same() {
        let article = article();
        let mut read = Reader::default();
        read.read(&article);
        let lexicon = Tagging::bundled().lexicon();
        for mut analyzer in [Analyzer::new(), Analyzer::with_lexicon(lexicon)] {
            // The second time all of them are remembered.
            for _ in 0..2 {
                let [title, body] = TextField::ALL
                    .map(|field| analyzer.analyze(article.text(field), article.language));
                let mut given = Reader::default();
                given.read(&article.analyzed(&title, &body));
                assert_eq!(read.parts, given.parts);
                assert_eq!(read.counts(), given.counts());
            }
        }
    }

    #[test]
    fn words_stand_where_they_are_said_to() {
        let mut reader = Reader::default();
        reader.read(&article());
        let surface = |first, last| {
            let place = reader.place(TextField::Body, first, last);
            place.map(|place| &article().body[place])
        };
        assert_eq!(surface(0, 0), Some("Insurers"));
        assert_eq!(surface(2, 3), Some("12 tankers"));
        assert_eq!(surface(7, 7), Some("sails"));
        assert_eq!(surface(7, 8), None);
    }

    #[test]
    fn long_texts_are_looked_at_as_far_as_is_said() {
        let body = "oil ".repeat(MAX_BODY_WORDS + 10);
        let mut reader = Reader::default();
        reader.read(&Article::new("", &body, Language::UND));
        assert_eq!(reader.counts()[0].1 as usize, MAX_BODY_WORDS);
    }
}
