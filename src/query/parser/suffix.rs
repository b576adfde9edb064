//! What stands directly behind a quote, a bracket, a regular expression or a saved search: `~3`,
//! `^2`.

use super::super::ast::Query;
use super::super::combine::has_text;
use super::super::offer::Hint;
use super::super::problem::Problem;
use super::super::token::{Tail, TokenKind, is_numeric};
use super::super::value::no_weight;
use super::super::words::{read_moves, read_weight};
use super::Parser;

/// What the suffix belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// Between quotes: where the quote begins.
    Phrase(usize),
    /// Between brackets, slashes, or behind `@`.
    Other,
}

impl Parser<'_> {
    /// Reads a suffix if there is one, and applies it to what stands before.
    pub(super) fn suffix(&mut self, query: Option<Query>, behind: Behind) -> Option<Query> {
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Suffix) else {
            return query;
        };
        self.advance();
        let raw = self.raw(token);
        let span = (token.start, token.end);
        let Some(tail) = split(raw) else {
            let is_wildcard = raw.starts_with(['*', '?']);
            let what = match behind {
                Behind::Phrase(_) => "a quote",
                Behind::Other => "a bracket",
            };
            let message = format!("`{raw}` cannot stand behind {what}");
            let hint = match (behind, is_wildcard) {
                (Behind::Phrase(start), true) => self.wildcard_behind(start, token.start, span),
                _ => self.findings.write(span, ""),
            };
            let code = if is_wildcard {
                "wildcard_in_phrase"
            } else {
                "missing_space"
            };
            self.error(code, span, message, hint);
            return None;
        };
        let mut query = query?;
        if let Some(number) = tail.tilde {
            let (Query::Phrase(phrase), Behind::Phrase(start)) = (query, behind) else {
                let message = format!("`{raw}` is for words and phrases");
                let hint = self.findings.write(span, "");
                self.error("misplaced_tilde", span, message, hint);
                return None;
            };
            query = match read_moves(phrase, number) {
                Ok(query) => query,
                Err(problem) => {
                    let end = token.start + raw.find('~').unwrap_or(0) + 1 + number.len();
                    self.problem(problem, (start, end));
                    return None;
                }
            };
        }
        if tail.caret.is_some() {
            let at = token.start + raw.find('^').unwrap_or(0);
            let number = tail.caret.map_or(0, str::len);
            let place = (at, at + 1 + number);
            let weighed = if has_text(&query) {
                read_weight(query, tail)
            } else {
                Err(without_score(&query))
            };
            return match weighed {
                Ok(query) => Some(query),
                Err(problem) => {
                    self.problem(problem, place);
                    None
                }
            };
        }
        Some(query)
    }

    /// The way to a phrase whose last word goes on: `"oil pri"*`.
    fn wildcard_behind(&self, start: usize, end: usize, suffix: (usize, usize)) -> Hint {
        let inner = self.text[start..end].trim_matches(super::super::token::is_quote);
        let words: Vec<&str> = inner.split_whitespace().collect();
        let is_plain = |word: &&str| word.chars().all(char::is_alphanumeric);
        if words.len() > 1 && words.iter().all(is_plain) {
            let row = words.join(" BEFORE/1 ");
            self.findings.write((start, suffix.1), &format!("({row}*)"))
        } else if let [word] = words.as_slice()
            && is_plain(word)
        {
            self.findings.write((start, suffix.1), &format!("{word}*"))
        } else {
            self.findings.write(suffix, "")
        }
    }
}

/// What is wrong with a weight on a query without words; the offer replaces the weight.
fn without_score(query: &Query) -> Problem {
    let shown = query.to_string();
    let problem = match shown.split_once(':') {
        Some((name, _)) => no_weight(name),
        None => Problem::new("boost_without_score", "there is no word to count for more"),
    };
    problem.better("")
}

/// `~3^2` and `^2~3`; none if anything else is in it.
fn split(raw: &str) -> Option<Tail<'_>> {
    let mut tail = Tail::default();
    let mut rest = raw;
    while let Some(sign) = rest.chars().next() {
        let number = &rest[sign.len_utf8()..];
        let end = number.find(|c| !is_numeric(c)).unwrap_or(number.len());
        let slot = match sign {
            '~' => &mut tail.tilde,
            '^' => &mut tail.caret,
            _ => return None,
        };
        if slot.replace(&number[..end]).is_some() {
            return None;
        }
        rest = &number[end..];
    }
    Some(tail)
}
