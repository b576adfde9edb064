//! Where in its text a clause of a query stands, and the text with another clause in its place.

use super::ast::{Phrase, Query};
use super::lexer::lex;
use super::offer::MAX_PASTED_BYTES;
use super::token::TokenKind;
use super::{ParseContext, parse, print};

/// Places that are tried, at most.
const MAX_PLACES: usize = 16;

/// A query's text with one clause changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// The bytes that the clause took before.
    pub(crate) span: (usize, usize),
    /// The whole text afterwards; it reads as the changed query.
    pub(crate) text: String,
}

/// Writes a clause in place of a leaf of the query that `text` reads as, everything else as it
/// was typed. `None` if the place cannot be told, or the text is too long to be repeated.
pub(crate) fn rewrite(
    text: &str,
    context: &ParseContext<'_>,
    query: &Query,
    leaf: usize,
    with: &Query,
) -> Option<Rewritten> {
    let leaves = query.leaves();
    let written = text_of(leaves.get(leaf)?.clause)?;
    let wanted = query.with_leaves(&|number| (number == leaf).then(|| with.clone()));
    // The moves of a phrase stand behind it, and stay there.
    let replacement = match with {
        Query::Phrase(phrase) if phrase.moves > 0 => print::value_text(&Query::Phrase(Phrase {
            moves: 0,
            ..phrase.clone()
        })),
        with => print::value_text(with),
    };
    if text.len() + replacement.len() > MAX_PASTED_BYTES {
        return None;
    }
    let tokens = lex(text);
    let places = tokens.iter().filter(|token| match &token.kind {
        TokenKind::Word(word) => word.text.trim_start_matches('=') == written,
        TokenKind::Quoted(quoted) => quoted.text == written,
        _ => false,
    });
    for token in places.take(MAX_PLACES) {
        // A weight behind it stays.
        let end = match &token.kind {
            TokenKind::Word(word) => word.marks.boost.unwrap_or(token.end),
            _ => token.end,
        };
        let (before, after) = (&text[..token.start], &text[end..]);
        let changed = format!("{before}{replacement}{after}");
        let read = parse(&changed, context).into_result();
        if read.is_ok_and(|(read, _)| read == wanted) {
            return Some(Rewritten {
                span: (token.start, end),
                text: changed.trim().to_owned(),
            });
        }
    }
    None
}

/// What stands in the text for a clause, beside its field.
fn text_of(clause: &Query) -> Option<&str> {
    match clause {
        Query::Word(word) => Some(&word.text),
        Query::Phrase(phrase) => Some(&phrase.text),
        Query::Facet(facet) => Some(&facet.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::FacetClause;
    use super::*;

    #[test]
    fn only_the_clause_that_is_meant_changes() {
        let facet = |value: &str| {
            Query::Facet(FacetClause {
                facet: "country".to_owned(),
                origin: None,
                value: value.to_owned(),
                written: false,
            })
        };
        let word = |text: &str| parse(text, &ParseContext::any_names()).query;
        for (text, leaf, with, expected) in [
            (
                "irann  country:irann",
                1,
                facet("Iran"),
                "irann  country:Iran",
            ),
            ("irann country:irann", 0, word("iran"), "iran country:irann"),
            (
                "country:(irann OR iraq) x",
                0,
                facet("Iran"),
                "country:(Iran OR iraq) x",
            ),
            (
                "-country:\"irann\"",
                1,
                facet("Saudi Arabia"),
                "-country:\"Saudi Arabia\"",
            ),
            ("(a OR bb) cc", 1, word("b"), "(a OR b) cc"),
            ("bb^2 cc", 0, word("b"), "b^2 cc"),
            ("\"a bb\"", 0, word("\"a b\""), "\"a b\""),
        ] {
            let context = ParseContext::any_names();
            let query = parse(text, &context).query;
            let rewritten = rewrite(text, &context, &query, leaf, &with);
            assert_eq!(
                rewritten.map(|new| new.text).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }
}
