//! Snippets: fragments of a document's text with what the query meets marked in them.
//!
//! The stored text is analysed once, exactly as it was for the index, and read by matchers made
//! from the query. The cost grows with the text, not with how often or how closely it matches.

mod automaton;
mod fragments;
mod matcher;
mod placed;

#[cfg(test)]
mod tests;

use super::{Snippet, Snippets};
use crate::analysis::{Analyzer, Boundaries, Boundary, Language, tokenize};
use crate::query::{Query, TextField};

use fragments::{Sentence, choose, opening};
use matcher::{Clauses, Found, Matcher};
use placed::Notes;

/// Makes snippets for one query, of as many documents as there are.
#[derive(Debug)]
pub(crate) struct Highlighter {
    clauses: Clauses,
}

impl Highlighter {
    /// Nothing under a `Not` is marked, and no clause about facets, dates or numbers. Of things that
    /// are to be near each other, only those are that are.
    pub(crate) fn new(query: &Query) -> Self {
        Self {
            clauses: Clauses::new(query),
        }
    }

    /// Makes the snippets of one document.
    ///
    /// `language` is the one the document was analysed in. First comes the whole title if it
    /// matches, then at most `options.fragments` fragments of the body in the order of the text:
    /// those that show the most clauses of the query, then the most matches, then the earliest. A
    /// body without a match gives its beginning, unmarked.
    pub(crate) fn snippets(
        &self,
        analyzer: &mut Analyzer,
        language: Language,
        title: &str,
        body: &str,
        options: &Snippets,
    ) -> Vec<Snippet> {
        if options.fragments == 0 {
            return Vec::new();
        }
        let mut snippets = Vec::new();
        let in_title = self.read(analyzer, language, TextField::Title, title, None);
        if !in_title.found.is_empty() {
            snippets.push(snippet("title", title, 0, title.len(), &in_title.found));
        }
        // Without anything to look for, its beginning is all that matters.
        let beginning = options.characters.saturating_mul(2);
        let in_body = self.read(analyzer, language, TextField::Body, body, Some(beginning));
        for (start, end) in choose(body, &in_body.found, &in_body.sentences, options) {
            snippets.push(snippet("body", body, start, end, &in_body.found));
        }
        snippets
    }

    /// The byte ranges of title and body that match: ordered, not empty, not overlapping.
    pub(crate) fn light(
        &self,
        analyzer: &mut Analyzer,
        language: Language,
        title: &str,
        body: &str,
    ) -> [Vec<(usize, usize)>; 2] {
        let mut of = |field, name, text: &str| {
            let found = self.read(analyzer, language, field, text, None).found;
            snippet(name, text, 0, text.len(), &found).highlights
        };
        [
            of(TextField::Title, "title", title),
            of(TextField::Body, "body", body),
        ]
    }
}

/// What a field holds.
#[derive(Debug, Default)]
struct Reading {
    /// Matches, by where they begin.
    found: Vec<Found>,
    /// Where sentences begin.
    sentences: Vec<Sentence>,
}

impl Highlighter {
    /// Reads a field once; only so many characters if there is nothing to find in it.
    fn read(
        &self,
        analyzer: &mut Analyzer,
        language: Language,
        field: TextField,
        text: &str,
        beginning: Option<usize>,
    ) -> Reading {
        let Clauses { plain, placed } = &self.clauses;
        let matcher = Matcher::new(plain, field, analyzer, language);
        let mut notes = Notes::new(placed, field, analyzer, language);
        let takes_notes = !notes.is_empty();
        let text = match beginning {
            Some(characters) if matcher.is_empty() && !takes_notes => {
                &text[..nth_character(text, characters)]
            }
            _ => text,
        };
        let mut reading = Reading::default();
        let (mut sentences, mut paragraphs) = (Vec::new(), Vec::new());
        let mut run = matcher.start();
        let mut boundaries = Boundaries::default();
        // Characters up to a byte, counted on from the last time it was asked for.
        let mut counted = (0, 0);
        let mut characters_to = |byte: usize| {
            if byte >= counted.0 {
                counted = (byte, counted.1 + text[counted.0..byte].chars().count());
                counted.1
            } else {
                counted.1 - text[byte..counted.0].chars().count()
            }
        };
        tokenize(text, |token| {
            let boundary = boundaries.step(text, token.start, token.end);
            if boundary != Boundary::None {
                let start = opening(text, token.start);
                reading.sentences.push(Sentence {
                    start,
                    character: characters_to(start),
                });
                sentences.push(token.position);
                if boundary == Boundary::Paragraph {
                    paragraphs.push(token.position);
                }
            }
            run.step(analyzer, language, &token, |clause, start, end| {
                let end_character = characters_to(end);
                reading.found.push(Found {
                    clause,
                    start,
                    end,
                    start_character: end_character - text[start..end].chars().count(),
                    end_character,
                });
            });
            if takes_notes {
                notes.step(analyzer, &token, &mut characters_to);
            }
        });
        // The engine knows no sentences of titles.
        if field == TextField::Title {
            (sentences, paragraphs) = (vec![0], vec![0]);
        }
        notes.finish(plain.len(), &sentences, &paragraphs, &mut reading.found);
        reading.found.sort_by_key(|found| (found.start, found.end));
        reading
    }
}

/// The byte at which a character begins, or the end of the text.
fn nth_character(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

fn snippet(field: &str, text: &str, start: usize, end: usize, found: &[Found]) -> Snippet {
    let first = found.partition_point(|found| found.start < start);
    let mut highlights: Vec<(usize, usize)> = Vec::new();
    for found in found[first..].iter().take_while(|found| found.start < end) {
        if found.end > end {
            continue;
        }
        let range = (found.start - start, found.end - start);
        match highlights.last_mut() {
            Some(last) if range.0 < last.1 => last.1 = last.1.max(range.1),
            _ => highlights.push(range),
        }
    }
    Snippet {
        field: field.to_owned(),
        text: text[start..end].to_owned(),
        highlights,
        start,
        end,
        page: None,
    }
}
