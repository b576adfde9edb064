//! Snippets: fragments of a document's text with what the query meets marked in them.
//!
//! The stored text is analysed once, exactly as it was for the index, and read by matchers made
//! from the query. The cost grows with the text, not with how often or how closely it matches.

mod automaton;
mod fragments;
mod matcher;

#[cfg(test)]
mod tests;

use super::{Snippet, Snippets};
use crate::analysis::{Analyzer, Boundaries, Boundary, Language, tokenize};
use crate::query::{Query, TextField};

use fragments::{Sentence, choose, opening};
use matcher::{Found, Matcher, clauses};

/// Makes the snippets of one document.
///
/// `language` is the one the document was analysed in. First comes the whole title if it matches,
/// then at most `options.fragments` fragments of the body in the order of the text: those that show
/// the most clauses of the query, then the most matches, then the earliest. A body without a match
/// gives its beginning, unmarked. Nothing under a `Not` is marked, and no clause about facets,
/// dates or numbers.
pub(crate) fn highlight(
    analyzer: &mut Analyzer,
    query: &Query,
    language: Language,
    title: &str,
    body: &str,
    options: &Snippets,
) -> Vec<Snippet> {
    if options.fragments == 0 {
        return Vec::new();
    }
    let clauses = clauses(analyzer, query, language);
    let mut snippets = Vec::new();

    let matcher = Matcher::new(&clauses, TextField::Title);
    let in_title = read(analyzer, &matcher, language, title);
    if !in_title.found.is_empty() {
        snippets.push(snippet("title", title, 0, title.len(), &in_title.found));
    }

    let matcher = Matcher::new(&clauses, TextField::Body);
    // Without anything to look for, its beginning is all that matters.
    let end = if matcher.is_empty() {
        nth_character(body, options.characters.saturating_mul(2))
    } else {
        body.len()
    };
    let in_body = read(analyzer, &matcher, language, &body[..end]);
    for (start, end) in choose(body, &in_body.found, &in_body.sentences, options) {
        snippets.push(snippet("body", body, start, end, &in_body.found));
    }
    snippets
}

/// The byte ranges of title and body that match: ordered, not empty, not overlapping.
pub(crate) fn light(
    analyzer: &mut Analyzer,
    query: &Query,
    language: Language,
    title: &str,
    body: &str,
) -> [Vec<(usize, usize)>; 2] {
    let clauses = clauses(analyzer, query, language);
    let mut of = |field, name, text: &str| {
        let found = read(analyzer, &Matcher::new(&clauses, field), language, text).found;
        snippet(name, text, 0, text.len(), &found).highlights
    };
    [
        of(TextField::Title, "title", title),
        of(TextField::Body, "body", body),
    ]
}

/// What a field holds.
#[derive(Debug, Default)]
struct Reading {
    /// Matches, by where they begin.
    found: Vec<Found>,
    /// Where sentences begin.
    sentences: Vec<Sentence>,
}

/// Reads a field once.
fn read(analyzer: &mut Analyzer, matcher: &Matcher, language: Language, text: &str) -> Reading {
    let mut reading = Reading::default();
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
        if boundaries.step(text, token.start, token.end) != Boundary::None {
            let start = opening(text, token.start);
            reading.sentences.push(Sentence {
                start,
                character: characters_to(start),
            });
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
    });
    reading.found.sort_by_key(|found| (found.start, found.end));
    reading
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
    }
}
