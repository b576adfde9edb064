//! What the parser says of signs and operators that it cannot place.

use super::super::field::Field;
use super::super::findings::Span;
use super::super::print::quoted;
use super::super::token::{Token, TokenKind};
use super::super::{MAX_CLAUSES, MAX_QUERY_DEPTH};
use super::{Parser, Scope, starts_operand};

impl Parser<'_> {
    pub(super) fn too_deep(&mut self, span: Span) {
        let message = format!("brackets and NOT are nested more than {MAX_QUERY_DEPTH} deep");
        self.error(
            "too_deep",
            span,
            message,
            "leave out brackets that change nothing".to_owned(),
        );
        self.stop();
    }

    pub(super) fn too_many(&mut self, span: Span) {
        let message = format!("the query has more than {MAX_CLAUSES} words and clauses");
        self.error(
            "too_many_clauses",
            span,
            message,
            "ask in several queries".to_owned(),
        );
        self.stop();
    }

    pub(super) fn stray_operator(&mut self, token: &Token) {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        let hint = self.findings.write(span, "");
        let message = format!("`{raw}` needs something to look for on both sides");
        self.error("operator_without_operand", span, message, hint);
    }

    pub(super) fn proximity(&mut self, token: &Token, seen: bool) {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        let code = if raw.starts_with("NEAR") {
            "unsupported_near"
        } else {
            "unsupported_before"
        };
        let message = format!("`{raw}` cannot be searched yet: words near each other");
        let between = seen && self.peek().is_some_and(|next| starts_operand(&next.kind));
        let hint = if between {
            self.findings.write(span, "AND")
        } else {
            self.findings.write(span, &quoted(raw))
        };
        self.error(code, span, message, hint);
    }

    pub(super) fn lone_sign(&mut self, token: &Token) {
        let sign = if self.raw(token) == "+" { "+" } else { "-" };
        let hint = match self.peek() {
            Some(next) if starts_operand(&next.kind) => {
                let shown = self.findings.write((token.start, next.start), sign);
                format!("{shown}, or put the sign in quotes with the words around it")
            }
            _ => self.findings.write((token.start, token.end), ""),
        };
        let message = format!(
            "`{}` stands alone: it could be a sign or a dash",
            self.raw(token)
        );
        self.error("lone_sign", (token.start, token.end), message, hint);
    }

    /// Refuses a minus before a bare date or number among others: it could mean NOT, or less than
    /// zero.
    pub(super) fn check_minus(&mut self, scope: Scope<'_>) {
        let Some([sign, value]) = self.tokens.get(self.at - 1..=self.at) else {
            return;
        };
        let is_ordered = matches!(
            scope.field,
            Some(Field::Date | Field::Added | Field::Number(_))
        );
        let is_bare = matches!(value.kind, TokenKind::Word(_));
        if sign.kind == TokenKind::Minus && is_bare && is_ordered {
            let span = (sign.start, value.end);
            let raw = self.raw(value);
            let message = format!("`-{raw}` could mean NOT, or a value below zero");
            let hint = format!("write `NOT {raw}` or `\"-{raw}\"`");
            self.error("sign_in_value", span, message, hint);
        }
    }

    /// Refuses what touches the operand before it: `"a b"c`, `word(s)`.
    pub(super) fn check_space(&mut self, token: &Token) {
        let Some(before) = self.at.checked_sub(1).map(|before| &self.tokens[before]) else {
            return;
        };
        let brackets = before.kind == TokenKind::Close && token.kind == TokenKind::Open;
        let unclosed = matches!(&token.kind, TokenKind::Quoted(quoted) if !quoted.closed);
        if before.end != token.start || brackets || unclosed {
            return;
        }
        let span = (before.start, token.end);
        let hint = self.findings.write((token.start, token.start), " ");
        let message = format!("a space is missing within `{}`", &self.text[span.0..span.1]);
        self.error("missing_space", span, message, hint);
    }

    /// Refuses what stands directly behind a quote or bracket.
    pub(super) fn suffix(&mut self, tilde: &str) {
        let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Suffix) else {
            return;
        };
        self.advance();
        let raw = self.raw(token);
        let code = match raw.chars().next() {
            Some('~') => tilde,
            Some('^') => "unsupported_boost",
            _ => "unsupported_wildcard",
        };
        let span = (token.start, token.end);
        let hint = self.findings.write(span, "");
        let message = format!("`{raw}` behind a quote or bracket does not work yet");
        self.error(code, span, message, hint);
    }
}
