//! Snippets: fragments of a document's text with what the query meets marked in them.
//!
//! The stored text is analysed once, exactly as it was for the index, and read by matchers made
//! from the query. The cost grows with the text, not with how often or how closely it matches.

mod automaton;
mod fragments;
mod matcher;
mod patterns;
mod placed;
mod words;

#[cfg(test)]
mod tests;

use super::{Snippet, Snippets};
use crate::analysis::{Analyzer, Boundaries, Boundary, Language, tokenize};
use crate::query::{Query, TextField};

use fragments::{Sentence, choose, opening};
use matcher::{Clauses, Found};
use placed::Notes;
use words::{Run, Words};

/// Makes snippets for one query, of as many documents as there are.
#[derive(Debug)]
pub(crate) struct Highlighter {
    clauses: Clauses,
    /// What words mean, by language and field; `Body` is both fields if they are the same.
    words: Vec<((Language, TextField), Words)>,
}

impl Highlighter {
    /// Nothing under a `Not` is marked, and no clause about facets, dates or numbers. Of things that
    /// are to be near each other, only those are that are.
    pub(crate) fn new(query: &Query) -> Self {
        Self {
            clauses: Clauses::new(query),
            words: Vec::new(),
        }
    }

    /// Makes the snippets of one document.
    ///
    /// `language` is the one the document was analysed in. First comes the whole title if it
    /// matches, then at most `options.fragments` fragments of the body in the order of the text:
    /// those that show the most clauses of the query, then the most matches, then the earliest. A
    /// body without a match gives its beginning, unmarked.
    pub(crate) fn snippets(
        &mut self,
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
        &mut self,
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
        &mut self,
        analyzer: &mut Analyzer,
        language: Language,
        field: TextField,
        text: &str,
        beginning: Option<usize>,
    ) -> Reading {
        let clauses = &self.clauses;
        let words = words_of(&mut self.words, clauses, field, analyzer, language);
        let text = match beginning {
            Some(characters) if words.is_empty() => &text[..nth_character(text, characters)],
            _ => text,
        };
        let mut reading = Reading::default();
        let mut characters = Characters::of(text);
        // The engine knows no sentences of titles.
        let has_sentences = field == TextField::Body;
        let needs_positions = has_sentences && !clauses.placed.is_empty();
        let (mut sentences, mut paragraphs) = (Vec::new(), Vec::new());
        let mut boundaries = Boundaries::default();
        let mut run = Run::default();
        let mut notes = Notes::new(&clauses.placed);
        let found = &mut reading.found;
        tokenize(text, |token| {
            if has_sentences {
                let boundary = boundaries.step(text, token.start, token.end);
                if boundary != Boundary::None {
                    let start = opening(text, token.start);
                    reading.sentences.push(Sentence {
                        start,
                        character: characters.to(start),
                    });
                    if needs_positions {
                        sentences.push(token.position);
                        if boundary == Boundary::Paragraph {
                            paragraphs.push(token.position);
                        }
                    }
                }
            }
            let number = words.number(analyzer, token.exact);
            if number == 0 {
                return run.pass();
            }
            let meaning = words.meaning(number);
            let mut mark = |clause, start| {
                found.push(characters.found(clause, start, token.end));
            };
            run.step(words, meaning, &token, &mut mark);
            for &clause in &meaning.lone {
                mark(clause, token.start);
            }
            if !meaning.places.is_empty() {
                notes.step(&token, &meaning.places);
            }
        });
        if !has_sentences {
            (sentences, paragraphs) = (vec![0], vec![0]);
        }
        let first = clauses.plain.len() + clauses.lone.len();
        notes.finish(first, &sentences, &paragraphs, |clause, start, end| {
            found.push(characters.found(clause, start, end));
        });
        found.sort_by_key(|found| (found.start(), found.end()));
        reading
    }
}

/// What words mean in a field and a language, found out once.
fn words_of<'a>(
    known: &'a mut Vec<((Language, TextField), Words)>,
    clauses: &Clauses,
    field: TextField,
    analyzer: &mut Analyzer,
    language: Language,
) -> &'a mut Words {
    let field = if clauses.is_the_same_in_all_fields() {
        TextField::Body
    } else {
        field
    };
    let key = (language, field);
    let at = known.iter().position(|(known, _)| *known == key);
    let at = at.unwrap_or_else(|| {
        known.push((key, Words::new(clauses, field, analyzer, language)));
        known.len() - 1
    });
    &mut known[at].1
}

/// Counts the characters of a text up to a byte: on from the last place that was asked for.
#[derive(Debug)]
struct Characters<'t> {
    text: &'t str,
    /// Of every character one byte.
    plain: bool,
    byte: usize,
    count: usize,
}

impl<'t> Characters<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            plain: text.is_ascii(),
            byte: 0,
            count: 0,
        }
    }

    fn to(&mut self, byte: usize) -> usize {
        if self.plain {
            return byte;
        }
        if byte >= self.byte {
            self.count += self.text[self.byte..byte].chars().count();
        } else {
            self.count -= self.text[byte..self.byte].chars().count();
        }
        self.byte = byte;
        self.count
    }

    fn found(&mut self, clause: usize, start: usize, end: usize) -> Found {
        let characters = (self.to(start), self.to(end));
        Found::new(clause, (start, end), characters)
    }
}

/// The byte at which a character begins, or the end of the text.
fn nth_character(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

fn snippet(field: &str, text: &str, start: usize, end: usize, found: &[Found]) -> Snippet {
    let first = found.partition_point(|found| found.start() < start);
    let mut highlights: Vec<(usize, usize)> = Vec::new();
    for found in found[first..]
        .iter()
        .take_while(|found| found.start() < end)
    {
        if found.end() > end {
            continue;
        }
        let range = (found.start() - start, found.end() - start);
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
