//! What the parser says of signs and operators that it cannot place.

use super::super::ast::Query;
use super::super::field::Field;
use super::super::findings::Span;
use super::super::print::quoted;
use super::super::token::{Token, TokenKind, is_close, is_numeric, is_quote, is_space};
use super::super::{MAX_CLAUSES, MAX_QUERY_DEPTH, MIN_STAR_LETTERS};
use super::{Parser, Scope, is_raw, starts_operand};

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

    /// Where an operand begins with the signs and the field before it: they go when it goes.
    pub(super) fn start_with_signs(&self, operand: &Token) -> usize {
        let before = self.tokens.iter().rev();
        let before = before.skip_while(|token| token.end > operand.start);
        let signs = before.take_while(|token| match token.kind {
            TokenKind::Minus | TokenKind::Plus | TokenKind::Not => true,
            TokenKind::Field(_) => token.end == operand.start,
            _ => false,
        });
        signs.last().map_or(operand.start, |token| token.start)
    }

    /// Refuses a quote without an end. Brackets at the end of the text may have been meant to
    /// close those before it.
    pub(super) fn open_quote(&mut self, token: &Token) {
        let raw = self.raw(token);
        let closing = raw
            .chars()
            .rev()
            .take_while(|c| is_close(*c) || is_space(*c));
        let closing: Vec<char> = closing.filter(|c| is_close(*c)).take(self.open).collect();
        let kept = match closing.len() {
            0 => raw.len(),
            count => raw
                .rmatch_indices(is_close)
                .nth(count - 1)
                .map_or(raw.len(), |(at, _)| at),
        };
        let is_empty = !raw[..kept].contains(|c| !is_quote(c) && !is_space(c));
        let hint = if is_empty {
            self.findings.write((token.start, token.start + kept), "")
        } else {
            let end = token.start + kept;
            self.findings.write((end, end), "\"")
        };
        let span = (token.start, token.end);
        self.error("unbalanced_quote", span, "this quote is never closed", hint);
        if self.open > 0 && closing.len() == self.open {
            self.stop();
        }
    }

    /// Refuses a proximity that nothing stands before.
    pub(super) fn stray_proximity(&mut self, token: &Token) {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        let message = format!("`{raw}` needs something to look for on both sides");
        let hint = self.findings.write(span, &quoted(raw));
        self.error("operator_without_operand", span, message, hint);
    }

    /// Leaves out the proximities behind what could not be read.
    pub(super) fn skip_chain(&mut self) {
        while self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Proximity)
        {
            self.advance();
            if self.peek().is_some_and(|token| starts_operand(&token.kind)) {
                self.skip_operand();
            }
        }
    }

    pub(super) fn lone_sign(&mut self, token: &Token) {
        let sign = if self.raw(token) == "+" { "+" } else { "-" };
        let hint = match self.peek() {
            Some(next) if starts_operand(&next.kind) => {
                let shown = self.findings.write((token.start, next.start), sign);
                shown.and(", or put the sign in quotes with the words around it")
            }
            _ => self.findings.write((token.start, token.end), ""),
        };
        let message = format!(
            "`{}` stands alone: it could be a sign or a dash",
            self.raw(token)
        );
        self.error("lone_sign", (token.start, token.end), message, hint);
    }

    /// Remarks on a weight under NOT, which begins at `start` and has just been read.
    pub(super) fn remark_weight(&mut self, query: &Query, start: usize) {
        if self.stopped || !has_weight(query) {
            return;
        }
        let span = (start, self.end());
        let message = "a weight under NOT changes nothing: what is left out counts nothing";
        let hint = match without_weights(&self.text[span.0..span.1]) {
            Some(text) => self.findings.write(span, &text),
            None => "leave `^` and its number out".into(),
        };
        self.findings
            .warning("boost_under_not", span, message, hint);
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
            let whole = (self.start_with_signs(sign), span.1);
            let hint = self.findings.write(whole, &format!("NOT {raw}"));
            let hint = hint.and(&format!(", or `\"-{raw}\"` for a value below zero"));
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

    /// Remarks on signs between quotes that mean something outside of them alone.
    pub(super) fn wildcard_in_quotes(&mut self, token: &Token, text: &str, scope: Scope<'_>) {
        if is_raw(scope.field) || self.stopped {
            return;
        }
        let is_meant = |word: &str, is_last: bool| {
            let inner = word.trim_start_matches(|c: char| !is_wildcard(c) && !c.is_alphanumeric());
            let at_end = inner.trim_end_matches('?');
            // A question mark at the end is punctuation.
            let inner = if is_last { at_end } else { inner };
            inner.contains(is_wildcard) && inner.contains(char::is_alphanumeric)
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let last = words.len().saturating_sub(1);
        let mut numbered = words.iter().enumerate();
        if !numbered.any(|(number, word)| is_meant(word, number == last)) {
            return;
        }
        let is_plain = |word: &&str| {
            let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
            word.chars().all(|c| c.is_alphanumeric() || is_wildcard(c))
                && letters >= MIN_STAR_LETTERS
        };
        let span = (token.start, token.end);
        let has_suffix = self
            .peek()
            .is_some_and(|next| next.kind == TokenKind::Suffix);
        let hint = if words.iter().all(is_plain) && !has_suffix {
            let row = words.join(" BEFORE/1 ");
            let row = if words.len() > 1 {
                format!("({row})")
            } else {
                row
            };
            self.findings.write(span, &row)
        } else {
            "write the words one by one, with `BEFORE/1` between them".into()
        };
        let message = "between quotes `*` and `?` are plain signs, which no word has";
        self.findings
            .notice("wildcard_in_quotes", span, message, hint);
    }
}

fn is_wildcard(c: char) -> bool {
    matches!(c, '*' | '?')
}

/// Whether any part of it has a weight.
fn has_weight(query: &Query) -> bool {
    match query {
        Query::Boost(..) => true,
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_weight),
        Query::Not(inner) => has_weight(inner),
        _ => false,
    }
}

/// A text without `^3`; none where quotes or escapes make it hard to tell.
fn without_weights(text: &str) -> Option<String> {
    if text.contains(|c| is_quote(c) || c == '\\' || c == '/') {
        return None;
    }
    let mut parts = text.split('^');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        out.push_str(part.trim_start_matches(is_numeric));
    }
    Some(out)
}
