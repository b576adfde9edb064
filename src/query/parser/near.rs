//! `a NEAR/8 b`, `a BEFORE/5 b`: how far, and what may stand on the sides.

use super::super::ast::{Distance, Near, Query, TextField};
use super::super::combine::{Shape, measure};
use super::super::findings::Span;
use super::super::print::quoted;
use super::super::token::{Token, TokenKind, is_numeric};
use super::super::work::steps;
use super::super::{MAX_DISTANCE, MAX_QUERY_DEPTH};
use super::{Parser, Scope, is_raw, starts_operand};

/// The distance that is offered where none is written.
const USUAL_DISTANCE: u32 = 10;

/// A side of a proximity, and where it stands.
struct Side {
    query: Query,
    span: Span,
}

impl Parser<'_> {
    /// Reads the proximities behind an operand, if there are any: from left to right.
    pub(super) fn chain(
        &mut self,
        first: Query,
        start: usize,
        scope: Scope<'_>,
    ) -> Option<(Query, Shape)> {
        let mut left = Some(Side {
            query: first,
            span: (start, self.end()),
        });
        let mut links = 0;
        let mut operators = Vec::new();
        while let Some(token) = self
            .peek()
            .filter(|token| token.kind == TokenKind::Proximity)
        {
            self.advance();
            links += 1;
            if links > MAX_QUERY_DEPTH {
                self.too_deep((token.start, token.end));
                return None;
            }
            operators.push(token);
            let operator = self.operator(token, scope);
            let has_right = starts_both(self.peek());
            if operator.is_none() && !has_right {
                return None;
            }
            let right = self.side(token, left.as_ref(), scope);
            left = match (left, operator, right) {
                (Some(left), Some((within, ordered)), Some(right)) => {
                    self.near(token, left, right, within, ordered)
                }
                _ => None,
            };
        }
        let query = left?.query;
        if let [first, .., last] = operators.as_slice() {
            let span = (start, self.end());
            let reading = query.to_string();
            steps(reading.len());
            let hint = self.findings.write(span, &reading);
            let message = format!(
                "`{}` and `{}` are read from left to right: `{reading}`",
                self.raw(first),
                self.raw(last)
            );
            if !self.stopped {
                self.findings
                    .notice("chained_proximity", span, message, hint);
            }
        }
        Some((query, Shape::Near))
    }

    /// Reads `NEAR/8`.
    fn operator(&mut self, token: &Token, scope: Scope<'_>) -> Option<(Distance, bool)> {
        let raw = self.raw(token);
        let span = (token.start, token.end);
        if is_raw(scope.field) {
            let message = format!("`{raw}` measures words of a text, and these are values");
            let hint = self.findings.write(span, "AND");
            self.error("near_values", span, message, hint);
            return None;
        }
        let (name, distance) = raw.split_once('/').unwrap_or((raw, ""));
        let ordered = name == "BEFORE";
        let offer = |distance: &str| format!("{name}/{distance}");
        let (code, message, better) = match distance {
            "s" | "S" => return Some((Distance::Sentence, ordered)),
            "p" | "P" => return Some((Distance::Paragraph, ordered)),
            "" => {
                let between = starts_both(self.peek());
                let better = if between {
                    offer(&USUAL_DISTANCE.to_string())
                } else {
                    quoted(raw)
                };
                let message = format!(
                    "`{raw}` needs a distance: `{name}/8` for words, `{name}/s` for a sentence, \
                     `{name}/p` for a paragraph"
                );
                ("near_without_distance", message, better)
            }
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse::<u32>() {
                Ok(0) => (
                    "near_zero",
                    format!("`{raw}` leaves no room: neighbours are 1 apart"),
                    offer("1"),
                ),
                Ok(words) if words <= MAX_DISTANCE => {
                    return Some((Distance::Words(words), ordered));
                }
                _ => (
                    "near_too_far",
                    format!("`{raw}` is farther than {MAX_DISTANCE} words"),
                    offer(&MAX_DISTANCE.to_string()),
                ),
            },
            other => {
                let better = match other.chars().next() {
                    Some('s' | 'S') => "s".to_owned(),
                    Some('p' | 'P') => "p".to_owned(),
                    _ => USUAL_DISTANCE.to_string(),
                };
                let message = format!(
                    "`{other}` is not a distance: `{name}/8` is for words, `{name}/s` for a \
                     sentence, `{name}/p` for a paragraph"
                );
                ("near_distance", message, offer(&better))
            }
        };
        let hint = self.findings.write(span, &better);
        self.error(code, span, message, hint);
        None
    }

    /// Reads what stands behind the operator.
    fn side(&mut self, operator: &Token, left: Option<&Side>, scope: Scope<'_>) -> Option<Side> {
        let start = match self.peek() {
            Some(token) if starts_operand(&token.kind) => token.start,
            Some(token)
                if matches!(
                    token.kind,
                    TokenKind::Not | TokenKind::Minus | TokenKind::Plus
                ) =>
            {
                self.sign_behind(operator, left, token, scope);
                return None;
            }
            _ => {
                if !self.stopped {
                    self.stray_operator(operator);
                }
                return None;
            }
        };
        let (query, _) = self.operand(scope)?;
        Some(Side {
            query,
            span: (start, self.end()),
        })
    }

    /// Refuses `a NEAR/8 -b`, and skips what the sign applies to.
    fn sign_behind(
        &mut self,
        operator: &Token,
        left: Option<&Side>,
        sign: &Token,
        scope: Scope<'_>,
    ) {
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Not | TokenKind::Minus | TokenKind::Plus => self.advance(),
                _ => break,
            }
        }
        let start = self.peek().map_or(self.text.len(), |token| token.start);
        let has_side = self.peek().is_some_and(|token| starts_operand(&token.kind))
            && self.operand(scope).is_some();
        let raw = self.raw(operator);
        let hint = match left {
            Some(left) if has_side => {
                let one = &self.text[left.span.0..left.span.1];
                let other = &self.text[start..self.end()];
                let better = if sign.kind == TokenKind::Plus {
                    format!("{one} {raw} {other}")
                } else {
                    format!("{one} AND NOT ({one} {raw} {other})")
                };
                self.findings.write((left.span.0, self.end()), &better)
            }
            _ => "write the sign before the whole: `NOT (a NEAR/8 b)`".into(),
        };
        let message = format!("`{}` cannot stand behind `{raw}`", self.raw(sign));
        self.error("near_operand", (sign.start, sign.end), message, hint);
    }

    /// Puts two sides together, if both are places in a text.
    fn near(
        &mut self,
        operator: &Token,
        left: Side,
        right: Side,
        within: Distance,
        ordered: bool,
    ) -> Option<Side> {
        let whole = (left.span.0, right.span.1);
        let mut fine = true;
        for (side, other, is_left) in [(&left, &right, true), (&right, &left, false)] {
            if fine && let Some(what) = not_a_place(&side.query) {
                fine = false;
                self.refuse_side(operator, side, other, is_left, what);
            }
        }
        if fine && fields(&left.query) & fields(&right.query) == 0 {
            fine = false;
            let message = format!(
                "`{}` measures within one field, and its sides stand in different ones",
                self.raw(operator)
            );
            let hint = self.findings.write((operator.start, operator.end), "AND");
            self.error("near_fields", whole, message, hint);
        }
        let near = Query::Near(Near {
            left: Box::new(left.query),
            right: Box::new(right.query),
            within,
            ordered,
        });
        if fine && measure(&near).0 > MAX_QUERY_DEPTH {
            self.too_deep(whole);
            fine = false;
        }
        fine.then_some(Side {
            query: near,
            span: whole,
        })
    }

    fn refuse_side(
        &mut self,
        operator: &Token,
        side: &Side,
        other: &Side,
        is_left: bool,
        what: NotAPlace,
    ) {
        let raw = self.raw(operator);
        let shown = &self.text[side.span.0..side.span.1];
        let whole = (side.span.0.min(other.span.0), side.span.1.max(other.span.1));
        let between = (operator.start, operator.end);
        let (message, hint) = match what {
            NotAPlace::Everything => (
                format!("`{shown}` is every document, and no place for `{raw}` to measure from"),
                self.findings
                    .write(whole, &self.text[other.span.0..other.span.1]),
            ),
            NotAPlace::Clause => (
                format!("`{shown}` is no word of a text, and `{raw}` measures between words"),
                self.findings.write(between, "AND"),
            ),
            NotAPlace::Negation => (
                format!("`{raw}` measures between words, and NOT in `{shown}` leaves none"),
                format!("write `NOT ({raw} …)` around the whole, or `AND` for `{raw}`").into(),
            ),
            NotAPlace::Weight => (
                format!("a weight counts for the whole of a `{raw}`, not for a side of it"),
                match strip_weight(shown) {
                    Some(bare) => {
                        let (bare, weight) = bare;
                        let other = &self.text[other.span.0..other.span.1];
                        let (one, two) = if is_left {
                            (bare, other)
                        } else {
                            (other, bare)
                        };
                        self.findings
                            .write(whole, &format!("({one} {raw} {two}){weight}"))
                    }
                    None => "leave the weight out".into(),
                },
            ),
            NotAPlace::All(parts) => (
                format!(
                    "`{raw}` takes one thing or alternatives on each side, not several at once"
                ),
                match Query::Or(parts) {
                    Query::Or(parts) if parts.iter().all(|part| not_a_place(part).is_none()) => {
                        let alternatives = format!("({})", Query::Or(parts));
                        self.findings.write(side.span, &alternatives)
                    }
                    _ => "write alternatives, `(a OR b)`, or a phrase".into(),
                },
            ),
        };
        self.error("near_operand", side.span, message, hint);
    }

    /// Refuses a sign before a proximity without brackets: it could be for the word or the whole.
    pub(super) fn check_signed_near(&mut self, sign: Span, whole: Span) {
        let raw = &self.text[sign.0..sign.1];
        let inner = &self.text[sign.1..whole.1];
        let hint = self
            .findings
            .write(whole, &format!("{raw}({})", inner.trim_start()));
        let message = format!(
            "`{}` could be for the first word or for the whole",
            raw.trim_end()
        );
        self.error("near_sign", sign, message, hint);
    }
}

fn starts_both(next: Option<&Token>) -> bool {
    next.is_some_and(|next| starts_operand(&next.kind))
}

/// `oil^3` → `oil` and `^3`.
fn strip_weight(shown: &str) -> Option<(&str, &str)> {
    let (bare, weight) = shown.split_at(shown.rfind('^')?);
    weight[1..]
        .chars()
        .all(is_numeric)
        .then_some((bare, weight))
}

/// Why something has no places in a text.
enum NotAPlace {
    Everything,
    Clause,
    Negation,
    Weight,
    All(Vec<Query>),
}

fn not_a_place(query: &Query) -> Option<NotAPlace> {
    match query {
        Query::Word(_)
        | Query::Phrase(_)
        | Query::Pattern(_)
        | Query::Fuzzy(_)
        | Query::Regex(_)
        | Query::Near(_) => None,
        Query::Or(parts) => parts.iter().find_map(not_a_place),
        Query::And(parts) if parts.iter().any(|part| matches!(part, Query::Not(_))) => {
            Some(NotAPlace::Negation)
        }
        Query::And(parts) => Some(NotAPlace::All(parts.clone())),
        Query::Not(_) => Some(NotAPlace::Negation),
        Query::Boost(..) => Some(NotAPlace::Weight),
        Query::All => Some(NotAPlace::Everything),
        Query::Facet(_)
        | Query::Date(_)
        | Query::Number(_)
        | Query::Added(_)
        | Query::Id(_)
        | Query::Path(_)
        | Query::Has(_)
        | Query::Missing(_) => Some(NotAPlace::Clause),
    }
}

/// The fields that a place may lie in, a bit for each.
fn fields(query: &Query) -> u8 {
    let of = |field: Option<TextField>| match field {
        Some(TextField::Title) => 1,
        Some(TextField::Body) => 2,
        None => 3,
    };
    match query {
        Query::Word(word) => of(word.field),
        Query::Phrase(phrase) => of(phrase.field),
        Query::Pattern(pattern) => of(pattern.field),
        Query::Fuzzy(fuzzy) => of(fuzzy.field),
        Query::Regex(regex) => of(regex.field),
        Query::Or(parts) => parts.iter().map(fields).fold(0, |all, part| all | part),
        Query::Near(near) => fields(&near.left) & fields(&near.right),
        _ => 3,
    }
}
