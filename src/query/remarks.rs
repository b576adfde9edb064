//! Remarks about a query that can be read, but may have been meant otherwise.

use super::ast::Query;
use super::combine::{Item, Joined, Shape, Side, Sign};
use super::findings::Findings;
use super::print::quoted;

/// Looks at the operands of one level.
pub(super) fn remark(text: &str, items: &[Item], findings: &mut Findings<'_>) {
    for (number, item) in items.iter().enumerate() {
        let next = items.get(number + 1);
        small_operator(text, item, next, findings);
        if number == 0 || !is_single_quoted(text, &items[number - 1]) {
            single_quotes(text, &items[number..], findings);
        }
        if let Some(next) = next {
            lost_word(text, item, next, findings);
        }
        let beside_or =
            item.joined == Joined::Or || next.is_some_and(|next| next.joined == Joined::Or);
        if item.sign == Sign::Required && beside_or {
            findings.warning(
                "plus_beside_or",
                item.span,
                "`+` demands what OR leaves open: it changes nothing here",
                findings.write((item.span.0, item.span.0 + 1), ""),
            );
        }
    }
}

/// `and`, `or`, `not` in small letters, side by side with words.
fn small_operator(text: &str, item: &Item, next: Option<&Item>, findings: &mut Findings<'_>) {
    let word = &text[item.span.0..item.span.1];
    let after = next.is_some_and(|next| next.joined == Joined::Unwritten);
    let before = item.joined == Joined::Unwritten;
    let operator = match word {
        "and" if before && after => "AND",
        "or" if before && after => "OR",
        "not" if after && (before || item.joined == Joined::First) => "NOT",
        _ => return,
    };
    findings.notice(
        "small_operator",
        item.span,
        format!("`{word}` in small letters is a word to look for"),
        findings.write(item.span, operator),
    );
}

fn is_single_quoted(text: &str, item: &Item) -> bool {
    item.shape == Shape::Word && text[item.span.0..].starts_with(['\'', '‘', '‚'])
}

/// `'ballistic missiles'`
fn single_quotes(text: &str, items: &[Item], findings: &mut Findings<'_>) {
    if !is_single_quoted(text, &items[0]) {
        return;
    }
    let start = items[0].span.0;
    for (number, item) in items.iter().enumerate() {
        if item.shape != Shape::Word || (number > 0 && item.joined != Joined::Unwritten) {
            return;
        }
        let end = item.span.1;
        let whole = &text[start..end];
        if number > 0 && is_single_quoted(text, item) {
            return;
        }
        if whole.ends_with(['\'', '’', '‘']) && whole.chars().count() > 2 {
            let inner = whole.trim_matches(['\'', '’', '‘', '‚']);
            findings.notice(
                "single_quotes",
                (start, end),
                "single quotes do not make a phrase: they are apostrophes",
                findings.write((start, end), &quoted(inner)),
            );
            return;
        }
    }
}

/// `actor:Ali Khamenei`, where the field reaches no further than the first word.
fn lost_word(text: &str, item: &Item, next: &Item, findings: &mut Findings<'_>) {
    let joined = next.joined == Joined::Unwritten && next.sign == Sign::None;
    if !joined || next.shape != Shape::Word {
        return;
    }
    let is_name = |start: usize, end: usize| {
        let mut letters = text[start..end].chars();
        letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
    };
    match item.shape {
        Shape::Clause(start)
            if is_name(start, item.span.1) && is_name(next.span.0, next.span.1) =>
        {
            let field = text[item.span.0..start].trim_start_matches(['+', '-']);
            findings.notice(
                "field_ends",
                (item.span.0, next.span.1),
                format!("`{field}` covers `{}` alone", &text[start..item.span.1]),
                findings.write((start, next.span.1), &quoted(&text[start..next.span.1])),
            );
        }
        Shape::Word if matches!(item.query, Query::Facet(_)) => {
            findings.notice(
                "values_side_by_side",
                (item.span.0, next.span.1),
                "words side by side are two values here",
                findings.write(
                    (item.span.0, next.span.1),
                    &quoted(&text[item.span.0..next.span.1]),
                ),
            );
        }
        _ => {}
    }
}

/// An unwritten operator beside a written one that binds differently.
pub(super) fn remark_mixture(
    items: &[Item],
    any: bool,
    side: Side,
) -> Option<(&'static str, (usize, usize))> {
    let has = |joined| items.iter().any(|item| item.joined == joined);
    let message = match any {
        false if has(Joined::Or) => "AND binds before OR, also where it is not written",
        true if has(Joined::And) && side == Side::Words => {
            "AND binds before the OR that is not written"
        }
        _ => return None,
    };
    let (first, last) = (items.first()?, items.last()?);
    has(Joined::Unwritten).then_some((message, (first.span.0, last.span.1)))
}
