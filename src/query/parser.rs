//! Tokens → [`Query`], by recursive descent whose depth is limited before it descends.
//!
//! Reading goes on after an error, so that one look shows every mistake; the query that comes out
//! then is not to be run.

mod clause;
mod near;
mod refusals;
mod saved;
mod suffix;

use self::saved::Saved;
use self::suffix::Behind;
use super::ast::{Query, Regex};
use super::build::{none_of, whole};
use super::combine::{Item, Joined, Shape, Side, Sign, combine, combine_any, measure};
use super::field::Field;
use super::findings::{Finding, Findings, Span};
use super::lexer::lex;
use super::offer::{Hint, write_out};
use super::problem::Problem;
use super::regex::{Spent, check_regex};
use super::remarks::{remark, remark_mixture};
use super::token::{Join, Marks, Token, TokenKind};
use super::value::{Value, read_value};
use super::work::steps;
use super::{MAX_CLAUSES, MAX_QUERY_BYTES, MAX_QUERY_DEPTH, ParseContext, Parsed};

/// Reads a query. Never fails: what is wrong becomes a diagnostic.
///
/// Takes time in proportion to the text, which may have [`MAX_QUERY_BYTES`]; a longer one is
/// refused unread.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Parsed {
    read(text, context, &mut Saved::default())
}

/// Reads a query that may stand in a saved search.
fn read(text: &str, context: &ParseContext<'_>, saved: &mut Saved) -> Parsed {
    let depth = saved.depth;
    let (query, findings) = draft(text, context, saved, &mut Spent::default());
    // What is tried costs no more than what was written.
    let mut spent = Spent::default();
    let again = |text: &str| {
        saved.depth = depth;
        draft(text, context, saved, &mut spent).1
    };
    let mut diagnostics = write_out(text, findings, again);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Parsed { query, diagnostics }
}

/// Reads a query once; what is found has no offers yet.
fn draft(
    text: &str,
    context: &ParseContext<'_>,
    saved: &mut Saved,
    spent: &mut Spent,
) -> (Query, Vec<Finding>) {
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
        return (Query::All, findings.into_list());
    }
    let tokens = lex(text);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        context,
        findings,
        depth: saved.depth,
        open: 0,
        clauses: 0,
        spent: std::mem::take(spent),
        stopped: false,
        saved: std::mem::take(saved),
    };
    let query = parser.query();
    *saved = parser.saved;
    *spent = parser.spent;
    (query, parser.findings.into_list())
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
    /// On regular expressions.
    spent: Spent,
    /// After an error that makes the rest meaningless.
    stopped: bool,
    saved: Saved,
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
        steps(1);
        self.tokens.get(self.at)
    }

    /// Goes on to the next token; nowhere once reading has stopped.
    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// Where the last token that was read ends.
    fn end(&self) -> usize {
        self.tokens[self.at.saturating_sub(1)].end
    }

    fn raw(&self, token: &Token) -> &'p str {
        &self.text[token.start..token.end]
    }

    fn error(&mut self, code: &str, span: Span, message: impl Into<String>, hint: impl Into<Hint>) {
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
            (None, hint) => hint.unwrap_or_default().into(),
        };
        self.error(problem.code, span, problem.message, hint);
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.at = self.tokens.len();
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
                    self.stray_proximity(token);
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
            let reading = query.to_string();
            steps(reading.len());
            let hint = match scope.field {
                None => self.findings.write(span, &reading),
                Some(_) => "write brackets to say it otherwise".into(),
            };
            let message = format!("{message}: read as `{reading}`");
            self.findings.notice("mixed_operators", span, message, hint);
        }
        Some(query)
    }

    /// Reads an operand with its signs.
    fn item(&mut self, scope: Scope<'_>, joined: Joined) -> Option<Item> {
        let first = self.at;
        let start = self.peek()?.start;
        let (mut negations, mut is_required) = (0, false);
        while let Some(token) = self.peek() {
            let is_sign = matches!(token.kind, TokenKind::Minus | TokenKind::Plus);
            if is_sign && self.at > first {
                let span = (start, token.end);
                let message = format!("`{}` has one sign too many", &self.text[start..token.end]);
                let hint = self.findings.write(span, self.raw(token));
                self.error("doubled_sign", span, message, hint);
            }
            match token.kind {
                TokenKind::Not | TokenKind::Minus => negations += 1,
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
        if self.at > first {
            self.check_minus(scope);
        }
        self.depth += negations;
        let unsigned = self.peek().map_or(start, |token| token.start);
        let mut operand = self.operand(scope);
        if self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::Proximity)
        {
            operand = if let Some((query, _)) = operand {
                self.chain(query, unsigned, scope)
            } else {
                self.skip_chain();
                None
            };
            if operand.is_some() && self.at > first && unsigned > start {
                self.check_signed_near((start, unsigned), (start, self.end()));
            }
        }
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
        if sign == Sign::Forbidden {
            self.remark_weight(&query, start);
        }
        if sign != Sign::None && shape == Shape::Word {
            shape = Shape::Other;
        }
        Some(Item {
            query,
            joined,
            sign,
            span: (start, self.end()),
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
            TokenKind::Regex(pattern) if !is_raw(scope.field) => {
                let query = self.regex(token, pattern, scope);
                Some((self.suffix(query, Behind::Other)?, Shape::Other))
            }
            TokenKind::Saved(name) => {
                let query = self.saved(token, name, scope);
                Some((self.suffix(query, Behind::Other)?, Shape::Other))
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
        let mut query = self.level(scope);
        match self.peek() {
            Some(close) if close.kind == TokenKind::Close => {
                if self.at == first {
                    let span = (open.start, close.end);
                    let hint = self
                        .findings
                        .write((self.start_with_signs(open), span.1), "");
                    self.error(
                        "empty_group",
                        span,
                        "there is nothing in the brackets",
                        hint,
                    );
                }
                self.advance();
                query = self.suffix(query, Behind::Other);
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

    /// Reads a word, quote or bare value.
    fn value(&mut self, token: &Token, scope: Scope<'_>) -> Option<Query> {
        let (text, marks) = match &token.kind {
            TokenKind::Word(word) => (word.text.as_str(), word.marks),
            TokenKind::Quoted(quoted) => {
                if !quoted.closed {
                    self.open_quote(token);
                    return None;
                }
                (quoted.text.as_str(), Marks::default())
            }
            _ => (self.raw(token), Marks::default()),
        };
        // As between quotes: spaces at the ends of a value say nothing, escaped or not.
        let text = if is_raw(scope.field) {
            text.trim()
        } else {
            text
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
        self.count(span);
        let query = match read {
            Ok(query) => Some(query),
            Err(problem) => {
                self.value_problem(problem, token, scope);
                None
            }
        };
        if value.is_quoted {
            if query.is_some() {
                self.wildcard_in_quotes(token, value.text, scope);
            }
            self.suffix(query, Behind::Phrase(token.start))
        } else {
            query
        }
    }

    /// Counts a word or clause.
    fn count(&mut self, span: Span) {
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            self.too_many(span);
        }
    }

    /// Reads `/regex/`.
    fn regex(&mut self, token: &Token, pattern: &str, scope: Scope<'_>) -> Option<Query> {
        let span = (token.start, token.end);
        self.count(span);
        let Err((problem, (start, end))) = check_regex(pattern, &mut self.spent) else {
            let field = match scope.field {
                Some(Field::Text(field)) => Some(*field),
                _ => None,
            };
            let pattern = pattern.to_owned();
            return Some(Query::Regex(Regex { pattern, field }));
        };
        // Places within the expression are those of the text only if no slash was escaped.
        let is_verbatim = self.text[token.start + 1..].starts_with(pattern);
        let place = if is_verbatim && problem.better.is_none() {
            (token.start + 1 + start, token.start + 1 + end)
        } else {
            span
        };
        self.problem(problem, place);
        if self.spent.is_too_much() {
            self.stop();
        }
        None
    }

    /// Reports what is wrong with a value; an offer for a date or number covers its comparison.
    fn value_problem(&mut self, mut problem: Problem, token: &Token, scope: Scope<'_>) {
        let span = (token.start, token.end);
        let before = self
            .tokens
            .iter()
            .rev()
            .find(|before| before.end <= token.start);
        if let (Some(clause), Some(field)) = (&problem.clause, before)
            && matches!(field.kind, TokenKind::Field(_))
        {
            let (clause, why) = &**clause;
            let hint = self.findings.write((field.start, token.end), clause);
            let hint = hint.and(why).or(&problem.hint.unwrap_or_default());
            return self.error(problem.code, span, problem.message, hint);
        }
        let compares = matches!(
            scope.field,
            Some(Field::Date | Field::Added | Field::Number(_))
        );
        if scope.comparison.is_empty() || !compares {
            return self.problem(problem, span);
        }
        if let Some(TokenKind::Field(field)) = before.map(|before| &before.kind) {
            return self.problem(problem, (field.name_end + 1, token.end));
        }
        // The comparison stands before the group, where no offer for one value reaches.
        let written = self.raw(token);
        problem.better = problem.better.and_then(|better| {
            let better = match better.strip_prefix(scope.comparison) {
                Some(rest) => rest.to_owned(),
                None => better,
            };
            (better != written).then_some(better)
        });
        if problem.better.is_none() && problem.hint.is_none() {
            let hint = format!(
                "write one value behind `{}`, or leave the sign out",
                scope.comparison
            );
            problem = problem.hint(hint);
        }
        self.problem(problem, span);
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
            | TokenKind::Regex(_)
            | TokenKind::Saved(_)
    )
}
