//! Tokens → [`Query`], by recursive descent whose depth is limited before it descends.
//!
//! Reading goes on after an error, so that one look shows every mistake; the query that comes out
//! then is not to be run.

use super::ast::{Query, Word};
use super::build::{none_of, whole};
use super::combine::{Item, Joined, Shape, Side, Sign, combine, combine_any, measure};
use super::field::{Field, UNKNOWN_FIELD, find_field, is_known};
use super::findings::{Findings, Span};
use super::lexer::lex;
use super::print::quoted;
use super::problem::Problem;
use super::remarks::{remark, remark_mixture};
use super::token::{FieldToken, Join, Marks, Token, TokenKind};
use super::value::{Value, read_value};
use super::{MAX_CLAUSES, MAX_QUERY_BYTES, MAX_QUERY_DEPTH, ParseContext, Parsed};

/// Reads a query. Never fails: what is wrong becomes a diagnostic.
///
/// Takes time in proportion to the text, which may have [`MAX_QUERY_BYTES`]; a longer one is
/// refused unread.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Parsed {
    let mut findings = Findings::new(text);
    if text.len() > MAX_QUERY_BYTES {
        findings.error(
            "query_too_long",
            (0, text.len()),
            format!(
                "the query has {} bytes, more than {MAX_QUERY_BYTES}",
                text.len()
            ),
            "ask in several queries",
        );
        return Parsed {
            query: Query::All,
            diagnostics: findings.into_list(),
        };
    }
    let tokens = lex(text);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        context,
        findings,
        depth: 0,
        open: 0,
        clauses: 0,
        stopped: false,
    };
    let query = parser.query();
    let mut diagnostics = parser.findings.into_list();
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Parsed { query, diagnostics }
}

struct Parser<'p> {
    text: &'p str,
    tokens: &'p [Token],
    at: usize,
    context: &'p ParseContext<'p>,
    findings: Findings<'p>,
    /// Levels of brackets and NOT around the next token.
    depth: usize,
    /// Brackets around the next token.
    open: usize,
    clauses: usize,
    /// After an error that makes the rest meaningless.
    stopped: bool,
}

/// The field that values stand behind, if any, and the comparison between them.
#[derive(Clone, Copy)]
struct Scope<'s> {
    field: Option<&'s Field>,
    comparison: &'static str,
}

impl Scope<'_> {
    const FREE: Self = Scope {
        field: None,
        comparison: "",
    };

    fn side(self) -> Side {
        match self.field {
            None | Some(Field::Text(_)) => Side::Words,
            Some(_) => Side::Values,
        }
    }
}

impl<'p> Parser<'p> {
    fn query(&mut self) -> Query {
        let query = self.level(Scope::FREE).map_or(Query::All, whole);
        let (depth, clauses) = measure(&query);
        let span = (0, self.text.len());
        if !self.findings.has_errors() && depth > MAX_QUERY_DEPTH {
            self.too_deep(span);
        } else if !self.findings.has_errors() && clauses > MAX_CLAUSES {
            self.too_many(span);
        }
        query
    }

    fn peek(&self) -> Option<&'p Token> {
        self.tokens.get(self.at)
    }

    /// Goes on to the next token; nowhere once reading has stopped.
    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    fn raw(&self, token: &Token) -> &'p str {
        &self.text[token.start..token.end]
    }

    fn error(&mut self, code: &str, span: Span, message: impl Into<String>, hint: String) {
        if !self.stopped {
            self.findings.error(code, span, message, hint);
            if self.findings.enough() {
                self.stop();
            }
        }
    }

    /// Reports what is wrong with a part of the text that the problem's offer replaces.
    fn problem(&mut self, problem: Problem, span: Span) {
        let hint = match (problem.better, problem.hint) {
            (Some(better), _) => self.findings.write(span, &better),
            (None, hint) => hint.unwrap_or_default(),
        };
        self.error(problem.code, span, problem.message, hint);
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.at = self.tokens.len();
    }

    fn too_deep(&mut self, span: Span) {
        let message = format!("brackets and NOT are nested more than {MAX_QUERY_DEPTH} deep");
        self.error(
            "too_deep",
            span,
            message,
            "leave out brackets that change nothing".to_owned(),
        );
        self.stop();
    }

    fn too_many(&mut self, span: Span) {
        let message = format!("the query has more than {MAX_CLAUSES} words and clauses");
        self.error(
            "too_many_clauses",
            span,
            message,
            "ask in several queries".to_owned(),
        );
        self.stop();
    }

    /// Reads operands and what joins them, up to a closing bracket or the end.
    fn level(&mut self, scope: Scope<'_>) -> Option<Query> {
        let mut items: Vec<Item> = Vec::new();
        let mut operator: Option<(Joined, &Token)> = None;
        let mut seen = false;
        while let Some(token) = self.peek() {
            match &token.kind {
                TokenKind::Close if self.open > 0 => break,
                TokenKind::Close => {
                    self.advance();
                    let hint = self.findings.write((token.start, token.end), "");
                    let span = (token.start, token.end);
                    self.error(
                        "unbalanced_bracket",
                        span,
                        "this bracket closes nothing",
                        hint,
                    );
                }
                TokenKind::Join(join) => {
                    self.advance();
                    if !seen || operator.is_some() {
                        self.stray_operator(token);
                    } else {
                        let joined = match join {
                            Join::And => Joined::And,
                            Join::Or => Joined::Or,
                        };
                        operator = Some((joined, token));
                    }
                }
                TokenKind::Proximity => {
                    self.advance();
                    self.proximity(token, seen);
                    operator = None;
                }
                TokenKind::LoneSign => {
                    self.advance();
                    self.lone_sign(token);
                }
                _ => {
                    let joined = match operator.take() {
                        Some((joined, _)) => joined,
                        None if items.is_empty() => Joined::First,
                        None => {
                            self.check_space(token);
                            Joined::Unwritten
                        }
                    };
                    seen = true;
                    if let Some(item) = self.item(scope, joined) {
                        items.push(item);
                    }
                }
            }
        }
        if let Some((_, token)) = operator {
            self.stray_operator(token);
        }
        self.finish_level(items, scope)
    }

    fn finish_level(&mut self, items: Vec<Item>, scope: Scope<'_>) -> Option<Query> {
        if items.is_empty() {
            return None;
        }
        let (any, side) = (self.context.any, scope.side());
        let mixture = remark_mixture(&items, any, side);
        if !self.stopped {
            remark(self.text, &items, &mut self.findings);
        }
        let query = if any {
            combine_any(items, side)
        } else {
            combine(items)
        };
        if let Some((message, span)) = mixture
            && !self.findings.has_errors()
        {
            let hint = match scope.field {
                None => self.findings.write(span, &query.to_string()),
                Some(_) => "write brackets to say it otherwise".to_owned(),
            };
            let message = format!("{message}: read as `{query}`");
            self.findings.notice("mixed_operators", span, message, hint);
        }
        Some(query)
    }

    fn stray_operator(&mut self, token: &Token) {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        let hint = self.findings.write(span, "");
        let message = format!("`{raw}` needs something to look for on both sides");
        self.error("operator_without_operand", span, message, hint);
    }

    fn proximity(&mut self, token: &Token, seen: bool) {
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

    fn lone_sign(&mut self, token: &Token) {
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

    /// Refuses what touches the operand before it: `"a b"c`, `word(s)`.
    fn check_space(&mut self, token: &Token) {
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

    /// Reads an operand with its signs.
    fn item(&mut self, scope: Scope<'_>, joined: Joined) -> Option<Item> {
        let first = self.at;
        let start = self.peek()?.start;
        let (mut negations, mut is_required) = (0, false);
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Not => negations += 1,
                TokenKind::Minus | TokenKind::Plus if self.at > first => {
                    let message =
                        format!("`{}` has one sign too many", &self.text[start..token.end]);
                    let span = (start, token.end);
                    let hint = self.findings.write(span, self.raw(token));
                    self.error("doubled_sign", span, message, hint);
                }
                TokenKind::Minus => negations += 1,
                TokenKind::Plus => is_required = true,
                _ => break,
            }
            self.advance();
            if self.depth + negations > MAX_QUERY_DEPTH {
                self.too_deep((start, token.end));
            }
        }
        if self.at > first && !self.peek().is_some_and(|token| starts_operand(&token.kind)) {
            let sign = &self.tokens[self.at - 1];
            if !self.stopped {
                self.stray_operator(sign);
            }
            return None;
        }
        self.depth += negations;
        let operand = self.operand(scope);
        self.depth -= negations;
        let (mut query, mut shape) = operand?;
        let sign = match (negations % 2, is_required) {
            (0, true) => Sign::Required,
            (0, false) => Sign::None,
            _ => {
                query = none_of(query);
                Sign::Forbidden
            }
        };
        if sign != Sign::None && shape == Shape::Word {
            shape = Shape::Other;
        }
        Some(Item {
            query,
            joined,
            sign,
            span: (start, self.tokens[self.at.saturating_sub(1)].end),
            shape,
        })
    }

    fn operand(&mut self, scope: Scope<'_>) -> Option<(Query, Shape)> {
        let token = self.peek()?;
        self.advance();
        match &token.kind {
            TokenKind::Open => Some((self.group(token, scope)?, Shape::Other)),
            TokenKind::Field(field) if scope.field.is_none() => self.clause(token, field),
            TokenKind::Field(field) => {
                let message = format!(
                    "`{}` cannot stand among the values of another field",
                    self.raw(token)
                );
                let hint = "close the brackets before it".to_owned();
                self.error("field_in_group", (token.start, token.end), message, hint);
                if !field.alone {
                    self.skip_operand();
                }
                None
            }
            TokenKind::Regex if !is_raw(scope.field) => {
                let message = format!("`{}` cannot be searched yet", self.raw(token));
                let hint = "write the forms one by one: `(color OR colour)`".to_owned();
                self.error("unsupported_regex", (token.start, token.end), message, hint);
                None
            }
            TokenKind::Saved => {
                let raw = self.raw(token);
                let span = (token.start, token.end);
                let message = format!("`{raw}` is a saved search, which cannot be used yet");
                let hint = self.findings.write(span, &quoted(raw));
                self.error("unsupported_saved_search", span, message, hint);
                None
            }
            _ => {
                let query = self.value(token, scope)?;
                let bare = matches!(token.kind, TokenKind::Word(_));
                Some((query, if bare { Shape::Word } else { Shape::Other }))
            }
        }
    }

    /// Reads a bracket whose opening is already behind.
    fn group(&mut self, open: &Token, scope: Scope<'_>) -> Option<Query> {
        if self.depth >= MAX_QUERY_DEPTH {
            self.too_deep((open.start, open.end));
            return None;
        }
        let first = self.at;
        self.depth += 1;
        self.open += 1;
        let query = self.level(scope);
        match self.peek() {
            Some(close) if close.kind == TokenKind::Close => {
                if self.at == first {
                    let span = (open.start, close.end);
                    let hint = self.findings.write(span, "");
                    self.error(
                        "empty_group",
                        span,
                        "there is nothing in the brackets",
                        hint,
                    );
                }
                self.advance();
                self.suffix("unsupported_fuzzy");
            }
            _ => {
                let end = self.text.len();
                let hint = self.findings.write((end, end), &")".repeat(self.open));
                let span = (open.start, open.end);
                self.error(
                    "unbalanced_bracket",
                    span,
                    "this bracket is never closed",
                    hint,
                );
                self.stop();
            }
        }
        self.depth -= 1;
        self.open -= 1;
        query
    }

    /// Refuses what stands directly behind a quote or bracket.
    fn suffix(&mut self, tilde: &str) {
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

    /// Reads a word, quote or bare value.
    fn value(&mut self, token: &Token, scope: Scope<'_>) -> Option<Query> {
        let (text, marks) = match &token.kind {
            TokenKind::Word(word) => (word.text.as_str(), word.marks),
            TokenKind::Quoted(quoted) => {
                if !quoted.closed {
                    let end = self.text.len();
                    let hint = if quoted.text.is_empty() {
                        self.findings.write((token.start, token.end), "")
                    } else {
                        self.findings.write((end, end), "\"")
                    };
                    let span = (token.start, token.end);
                    self.error("unbalanced_quote", span, "this quote is never closed", hint);
                    return None;
                }
                (quoted.text.as_str(), Marks::default())
            }
            _ => (self.raw(token), Marks::default()),
        };
        let span = (token.start, token.end);
        let value = Value {
            text,
            raw: self.raw(token),
            start: token.start,
            is_quoted: matches!(token.kind, TokenKind::Quoted(_)),
            marks,
        };
        let read = read_value(scope.field, scope.comparison, value, self.context);
        if value.is_quoted {
            self.suffix("unsupported_phrase_moves");
        }
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            self.too_many(span);
        }
        match read {
            Ok(query) => Some(query),
            Err(problem) => {
                self.value_problem(problem, token, scope);
                None
            }
        }
    }

    /// Reports what is wrong with a value; an offer for a date or number covers its comparison.
    fn value_problem(&mut self, mut problem: Problem, token: &Token, scope: Scope<'_>) {
        let span = (token.start, token.end);
        let compares = matches!(
            scope.field,
            Some(Field::Date | Field::Added | Field::Number(_))
        );
        if scope.comparison.is_empty() || !compares {
            return self.problem(problem, span);
        }
        let before = self
            .tokens
            .iter()
            .rev()
            .find(|before| before.end <= token.start);
        match before.map(|before| &before.kind) {
            Some(TokenKind::Field(field)) => {
                self.problem(problem, (field.name_end + 1, token.end));
            }
            _ => {
                problem.better = problem
                    .better
                    .and_then(|better| better.strip_prefix(scope.comparison).map(str::to_owned));
                self.problem(problem, span);
            }
        }
    }

    /// Reads a field with its value or values; the name is already behind.
    fn clause(&mut self, token: &Token, field: &FieldToken) -> Option<(Query, Shape)> {
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
    fn foreign_range(&mut self, first: &Token) {
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
    fn unknown_field(&mut self, token: &Token, field: &FieldToken, mut problem: Problem) {
        let name = &self.text[token.start..field.name_end];
        if problem.code == UNKNOWN_FIELD && problem.better.is_none() {
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
            let shown = self.findings.write(whole, &quoted(raw));
            problem.hint = Some(format!("{shown} to look for the text itself"));
        }
        self.problem(problem, (token.start, field.name_end));
    }

    /// Explains a colon with nothing directly behind it, as in `title: iran`.
    fn lone_field(
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
                    let hint = self.findings.write(span, "");
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
    fn skip_operand(&mut self) {
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

/// Whether slashes around a value of this field mean nothing.
fn is_raw(field: Option<&Field>) -> bool {
    !matches!(field, None | Some(Field::Text(_)))
}

fn starts_operand(kind: &TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Open
            | TokenKind::Field(_)
            | TokenKind::Word(_)
            | TokenKind::Quoted(_)
            | TokenKind::Regex
            | TokenKind::Saved
    )
}
