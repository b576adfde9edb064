//! Fields: what stands behind their colon, and what is wrong with it.

use super::super::ast::{Query, Word};
use super::super::combine::Shape;
use super::super::field::{Field, UNKNOWN_FIELD, find_field, in_own_words, is_known};
use super::super::print::quoted;
use super::super::problem::Problem;
use super::super::token::{FieldToken, Token, TokenKind};
use super::{Parser, Scope, starts_operand};

impl Parser<'_> {
    /// Reads a field with its value or values; the name is already behind.
    pub(super) fn clause(&mut self, token: &Token, field: &FieldToken) -> Option<(Query, Shape)> {
        let name = &self.text[token.start..field.name_end];
        let found = find_field(name, self.context.schema);
        if field.alone {
            return self.lone_field(token, field, found);
        }
        let found = match found {
            Ok(found) => found,
            Err(problem) => {
                self.unknown_field(token, field, problem);
                self.skip_operand();
                return None;
            }
        };
        let scope = Scope {
            field: Some(&found),
            comparison: field.comparison,
        };
        let value = self.peek()?;
        if matches!(found, Field::Date | Field::Added | Field::Number(_))
            && self.raw(value).starts_with(['[', '{'])
        {
            self.foreign_range(value);
            return None;
        }
        let (query, shape) = self.operand(scope)?;
        let shape = match shape {
            Shape::Word => Shape::Clause(value.start),
            shape => shape,
        };
        Some((query, shape))
    }

    /// Refuses `[2024 TO 2025]` as a whole.
    pub(super) fn foreign_range(&mut self, first: &Token) {
        let rest = &self.text[first.start..];
        let end = rest
            .find([']', '}'])
            .map_or(first.end, |end| first.start + end + 1);
        while self.peek().is_some_and(|token| token.start < end) {
            self.advance();
        }
        let span = (first.start, end.max(first.end));
        let inner = self.text[span.0..span.1].trim_matches(['[', ']', '{', '}']);
        let mut problem = Problem::new(
            "foreign_range",
            format!("`{}` is not a range here", &self.text[span.0..span.1]),
        )
        .hint("write `2024-03..2024-06`, `2024-03..`, `100..200`");
        if let Some((from, to)) = inner.split_once(" TO ") {
            let plain = |end: &str| end.trim().trim_matches('*').to_owned();
            problem = problem.better(format!("{}..{}", plain(from), plain(to)));
        }
        self.problem(problem, span);
    }

    /// Reports a name that stands for nothing, or for what cannot be done.
    pub(super) fn unknown_field(
        &mut self,
        token: &Token,
        field: &FieldToken,
        mut problem: Problem,
    ) {
        let name = &self.text[token.start..field.name_end];
        if problem.code == UNKNOWN_FIELD && problem.better.is_none() && problem.hint.is_none() {
            let end = self.peek().map_or(token.end, |value| value.end);
            let whole = (token.start, end);
            let raw = &self.text[whole.0..whole.1];
            let is_time = name.bytes().all(|b| b.is_ascii_digit());
            if is_time || raw[name.len()..].starts_with("://") {
                problem.code = "colon_in_text";
                problem.message = format!("the colon in `{raw}` has no field in front");
                problem.better = Some(quoted(raw));
                self.problem(problem, whole);
                return;
            }
            let hint = self.findings.write(whole, &quoted(raw));
            let hint = hint.and(" to look for the text itself");
            let span = (token.start, field.name_end);
            self.error(problem.code, span, problem.message, hint);
            return;
        }
        let is_plain = |next: &&Token| matches!(next.kind, TokenKind::Word(_));
        let value = self.peek().filter(is_plain);
        if let (Some(words), Some(value)) = (&problem.hint, value)
            && field.comparison.is_empty()
            && let Some(own) = in_own_words(name, self.raw(value))
        {
            let hint = self
                .findings
                .write((token.start, value.end), &own)
                .or(words);
            let span = (token.start, field.name_end);
            self.error(problem.code, span, problem.message, hint);
            return;
        }
        self.problem(problem, (token.start, field.name_end));
    }

    /// Explains a colon with nothing directly behind it, as in `title: iran`.
    pub(super) fn lone_field(
        &mut self,
        token: &Token,
        field: &FieldToken,
        found: Result<Field, Problem>,
    ) -> Option<(Query, Shape)> {
        let name = &self.text[token.start..field.name_end];
        let is_guess = self.context.schema.is_none() && !is_known(name, None);
        let is_word = name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’'));
        let span = (token.start, token.end);
        let next = self.peek().filter(|next| starts_operand(&next.kind));
        match found {
            Err(problem)
                if problem.code != UNKNOWN_FIELD || problem.better.is_some() || !is_word =>
            {
                match (&problem.better, next) {
                    (Some(better), Some(next)) => {
                        let joined = format!("{better}:{}{}", field.comparison, self.raw(next));
                        let hint = self.findings.write((token.start, next.end), &joined);
                        self.error(problem.code, span, problem.message, hint);
                    }
                    _ => self.unknown_field(token, field, problem),
                }
                None
            }
            found if field.comparison.is_empty() && is_word && (found.is_err() || is_guess) => {
                let message = format!("the colon behind `{name}` is taken for punctuation");
                let hint = "a field has its value directly behind the colon: `country:iran`";
                if !self.stopped {
                    self.findings
                        .notice("colon_as_punctuation", span, message, hint);
                }
                self.clauses += 1;
                let word = Word {
                    text: name.to_owned(),
                    field: None,
                };
                Some((Query::Word(word), Shape::Other))
            }
            _ => {
                let raw = self.raw(token);
                if let Some(next) = next {
                    let both = (token.start, next.end);
                    let hint = self
                        .findings
                        .write(both, &format!("{raw}{}", self.raw(next)));
                    let message = format!("`{raw}` has a space between it and its value");
                    self.error("space_after_colon", span, message, hint);
                } else {
                    let whole = (self.start_with_signs(token), span.1);
                    let hint = self.findings.write(whole, "");
                    self.error(
                        "empty_value",
                        span,
                        format!("`{raw}` has no value behind it"),
                        hint,
                    );
                }
                None
            }
        }
    }

    /// Leaves out a word, quote or bracket whose field is unknown.
    pub(super) fn skip_operand(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.peek() {
            self.advance();
            match token.kind {
                TokenKind::Open => open += 1,
                TokenKind::Close => open = open.saturating_sub(1),
                _ => {}
            }
            let suffix = self
                .peek()
                .is_some_and(|next| next.kind == TokenKind::Suffix);
            if open == 0 && !suffix {
                return;
            }
        }
    }
}
