//! The words of an article as a model sees them: numbers for their stems, and where they stand.

use std::ops::Range;

use crate::analysis::{Analyzer, Language, tokenize, unpack};
use crate::tagging::tags::TextField;

/// Words of a body that are looked at; what an article is about stands before.
pub(super) const MAX_BODY_WORDS: usize = 20_000;

/// Words of a title that are looked at.
pub(super) const MAX_TITLE_WORDS: usize = 200;

/// A word of the title counts as often.
const TITLE_WEIGHT: usize = 2;

/// A text whose topics are asked for, or known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Article<'a> {
    /// The headline; may be empty.
    pub title: &'a str,
    /// The text that byte ranges of evidence speak of.
    pub body: &'a str,
    /// The language its stems are made in.
    pub language: Language,
    /// The stem terms of title and body as [`Analyzer::analyze`] packs them, if they are there:
    /// making them is most of the work.
    pub stems: Option<[&'a str; 2]>,
}

impl<'a> Article<'a> {
    /// One of its fields.
    pub fn text(&self, field: TextField) -> &'a str {
        match field {
            TextField::Title => self.title,
            TextField::Body => self.body,
        }
    }

    /// An article of which nothing else is known yet.
    pub fn new(title: &'a str, body: &'a str, language: Language) -> Self {
        Self {
            title,
            body,
            language,
            stems: None,
        }
    }

    /// Gives the packed stem terms of title and body, so that they need not be made again.
    pub fn with_stems(mut self, title: &'a str, body: &'a str) -> Self {
        self.stems = Some([title, body]);
        self
    }
}

/// Words of a field that are looked at.
fn most(field: TextField) -> usize {
    match field {
        TextField::Title => MAX_TITLE_WORDS,
        TextField::Body => MAX_BODY_WORDS,
    }
}

/// How often a stem counts in an article.
pub(super) type Count = (u64, u32);

/// Stands for a word that is none.
pub(crate) const NUMBER: u64 = 0;

/// Reads the words of articles, one after the other; keeps its memory from one to the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    analyzer: Analyzer,
    /// The stems of title and body, by the positions of their words.
    parts: [Vec<u64>; 2],
    sorted: Vec<u64>,
    counts: Vec<Count>,
}

impl Reader {
    /// Reads an article. Numbers are no words: a topic is not known by its figures.
    pub(crate) fn read(&mut self, article: &Article<'_>) {
        for (number, field) in TextField::ALL.into_iter().enumerate() {
            let stems = &mut self.parts[number];
            stems.clear();
            if let Some(packed) = article.stems {
                let packed = unpack(packed[number]).take(most(field));
                stems.extend(packed.map(|(term, _)| number_of(term)));
                continue;
            }
            tokenize(article.text(field), |token| {
                if stems.len() < most(field) {
                    stems.push(number_of(self.analyzer.stem(token.exact, article.language)));
                }
            });
        }
        self.count();
    }

    fn count(&mut self) {
        self.sorted.clear();
        for _ in 0..TITLE_WEIGHT {
            self.sorted.extend_from_slice(&self.parts[0]);
        }
        self.sorted.extend_from_slice(&self.parts[1]);
        self.sorted.sort_unstable();
        let runs = self.sorted.chunk_by(|a, b| a == b);
        let counts = runs.map(|run| (run[0], run.len() as u32));
        self.counts.clear();
        self.counts.extend(counts.filter(|count| count.0 != NUMBER));
    }

    /// The stems of a part, by the positions of their words.
    pub(crate) fn stems(&self, field: TextField) -> &[u64] {
        &self.parts[field as usize]
    }

    /// How often each stem counts, in the order of their numbers.
    pub(super) fn counts(&self) -> &[Count] {
        &self.counts
    }
}

/// The bytes of the words at these positions, which ascend.
pub(crate) fn places(text: &str, positions: &[u32]) -> Vec<Range<usize>> {
    let mut places = Vec::with_capacity(positions.len());
    let Some(&last) = positions.last() else {
        return places;
    };
    tokenize(text, |token| {
        if token.position <= last && positions.get(places.len()) == Some(&token.position) {
            places.push(token.start..token.end);
        }
    });
    places
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: Article<'static> = Article {
        title: "Tankers’ insurers",
        body: "Insurers of 12 tankers said: no tanker sails.",
        language: Language::ENGLISH,
        stems: None,
    };

    #[test]
    fn words_are_counted_by_their_stems() {
        let mut reader = Reader::default();
        reader.read(&ARTICLE);
        let count = |word: &str| {
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
        let mut analyzer = Analyzer::new();
        let analyzed = TextField::ALL.map(|field| {
            let text = ARTICLE.text(field);
            analyzer.analyze(text, ARTICLE.language).stem
        });
        let (mut read, mut given) = (Reader::default(), Reader::default());
        read.read(&ARTICLE);
        given.read(&ARTICLE.with_stems(&analyzed[0], &analyzed[1]));
        assert_eq!(read.parts, given.parts);
        assert_eq!(read.counts, given.counts);
    }

    #[test]
    fn words_stand_where_they_are_said_to() {
        let body = ARTICLE.body;
        let surfaces: Vec<&str> = places(body, &[0, 3, 7])
            .into_iter()
            .map(|r| &body[r])
            .collect();
        assert_eq!(surfaces, ["Insurers", "tankers", "sails"]);
        assert!(places(body, &[]).is_empty());
        assert!(places(body, &[100]).is_empty());
    }

    #[test]
    fn long_texts_are_looked_at_as_far_as_is_said() {
        let body = "oil ".repeat(MAX_BODY_WORDS + 10);
        let mut reader = Reader::default();
        reader.read(&Article::new("", &body, Language::UND));
        assert_eq!(reader.counts()[0].1 as usize, MAX_BODY_WORDS);
    }
}
