//! Remarks about a query that can be read, but may have been meant otherwise.

use super::ast::Query;
use super::combine::{Item, Joined, Shape, Side, Sign};
use super::findings::Findings;
use super::print::quoted;
use super::work::steps;

/// Looks at the operands of one level.
pub(super) fn remark(text: &str, items: &[Item], findings: &mut Findings<'_>) {
    for (number, item) in items.iter().enumerate() {
        steps(item.span.1 - item.span.0);
        let next = items.get(number + 1);
        small_operator(text, item, next, findings);
        foreign_operator(text, item, next, findings);
        question_mark(text, item, findings);
        foreign_wildcard(text, item, findings);
        if let Some(next) = next {
            range_in_words(text, item, next, items.get(number + 2), findings);
        }
        if number == 0 || !begins_regex(text, &items[number - 1]) {
            split_regex(text, &items[number..], findings);
        }
        if number == 0 || !is_single_quoted(text, &items[number - 1]) {
            single_quotes(text, &items[number..], findings);
        }
        if let Some(next) = next {
            lost_word(text, item, next, findings);
        }
        let beside_or =
            item.joined == Joined::Or || next.is_some_and(|next| next.joined == Joined::Or);
        // Other signs may stand before it.
        let plus = text[item.span.0..item.span.1].find('+');
        if let Some(plus) = plus
            && item.sign == Sign::Required
            && beside_or
        {
            let plus = item.span.0 + plus;
            findings.warning(
                "plus_beside_or",
                item.span,
                "`+` demands what OR leaves open: it changes nothing here",
                findings.write((plus, plus + 1), ""),
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
        word if before && after => match proximity(word, &["near", "before"]) {
            Some(_) => &word.to_uppercase(),
            None => return,
        },
        _ => return,
    };
    findings.notice(
        "small_operator",
        item.span,
        format!("`{word}` in small letters is a word to look for"),
        findings.write(item.span, operator),
    );
}

/// The distance of `near/8`, if the word is one of these with a distance.
fn proximity<'w>(word: &'w str, names: &[&str]) -> Option<&'w str> {
    let (name, distance) = word.split_once('/')?;
    let digits = !distance.is_empty() && distance.bytes().all(|b| b.is_ascii_digit());
    let is_distance =
        digits || distance.eq_ignore_ascii_case("s") || distance.eq_ignore_ascii_case("p");
    (is_distance && names.contains(&name)).then_some(distance)
}

/// `w/5`, `XOR`: operators of other tools, which are words here.
fn foreign_operator(text: &str, item: &Item, next: Option<&Item>, findings: &mut Findings<'_>) {
    let after = next.is_some_and(|next| next.joined == Joined::Unwritten);
    if item.shape != Shape::Word || item.joined != Joined::Unwritten || !after {
        return;
    }
    let word = &text[item.span.0..item.span.1];
    let distance = |names| proximity(word, names).filter(|distance| *distance != "0");
    let adjacent = word
        .strip_prefix("ADJ")
        .filter(|rest| rest.len() < 4 && rest.bytes().all(|b| b.is_ascii_digit()) && *rest != "0");
    let own = if let Some(distance) = distance(&["w", "W", "n", "N"]) {
        format!("NEAR/{}", distance.to_lowercase())
    } else if let Some(distance) = distance(&["pre", "PRE", "p", "P", "onear", "ONEAR"]) {
        format!("BEFORE/{}", distance.to_lowercase())
    } else if let Some(distance) = adjacent {
        format!("NEAR/{}", if distance.is_empty() { "1" } else { distance })
    } else if word == "ANDNOT" || word == "BUTNOT" {
        "AND NOT".to_owned()
    } else if word == "XOR" {
        let message = "`XOR` is a word to look for, and no operator";
        let hint = "write `(a OR b) AND NOT (a AND b)`";
        findings.notice("foreign_operator", item.span, message, hint);
        return;
    } else {
        return;
    };
    findings.notice(
        "foreign_operator",
        item.span,
        format!("`{word}` is a word to look for: the operator is `{own}`"),
        findings.write(item.span, &own),
    );
}

/// `who attacked iran?`, where the mark ends a question and stands for a letter.
fn question_mark(text: &str, item: &Item, findings: &mut Findings<'_>) {
    let Query::Pattern(pattern) = &item.query else {
        return;
    };
    let Some(word) = pattern.text.strip_suffix('?') else {
        return;
    };
    let ends = text[item.span.1..].trim_start().is_empty();
    steps(1);
    let is_plain = !word.contains(['*', '?']);
    if ends && is_plain && item.joined == Joined::Unwritten && item.shape == Shape::Word {
        findings.notice(
            "question_mark",
            item.span,
            format!("`{word}?` is `{word}` and one more letter, not a question"),
            findings.write(item.span, word),
        );
    }
}

/// `sanction%`, `sanction$`
fn foreign_wildcard(text: &str, item: &Item, findings: &mut Findings<'_>) {
    let Query::Word(word) = &item.query else {
        return;
    };
    let stem = word.text.trim_end_matches(['%', '$']);
    let is_word = stem.len() < word.text.len()
        && stem.chars().count() > 2
        && stem.chars().all(char::is_alphabetic);
    let shown = &text[item.span.0..item.span.1];
    if is_word && shown.ends_with(&word.text) && !shown.contains('\\') {
        let sign = &word.text[stem.len()..];
        findings.notice(
            "foreign_operator",
            item.span,
            format!("`{sign}` is no wildcard, and belongs to no word: the wildcard is `*`"),
            findings.write((item.span.1 - sign.len(), item.span.1), "*"),
        );
    }
}

/// `date:2024 TO 2025`
fn range_in_words(
    text: &str,
    item: &Item,
    next: &Item,
    last: Option<&Item>,
    findings: &mut Findings<'_>,
) {
    let Some(last) = last else { return };
    let is_range = matches!(
        item.query,
        Query::Date(_) | Query::Added(_) | Query::Number(_)
    );
    let is_bare = |item: &Item| item.joined == Joined::Unwritten && item.shape == Shape::Word;
    let (word, end) = (
        &text[next.span.0..next.span.1],
        &text[last.span.0..last.span.1],
    );
    let is_end = end.starts_with(|c: char| c.is_ascii_digit());
    if is_range && is_bare(next) && is_bare(last) && matches!(word, "TO" | "to") && is_end {
        findings.warning(
            "foreign_range",
            (item.span.0, last.span.1),
            format!("`{word}` is a word to look for: a range is written with `..`"),
            findings.write((item.span.1, last.span.0), ".."),
        );
    }
}

/// So far the second slash of what may be meant for a regular expression is looked for.
const MAX_REGEX_WORDS: usize = 16;

fn begins_regex(text: &str, item: &Item) -> bool {
    item.shape == Shape::Word && text[item.span.0..].starts_with('/')
}

/// `/iran talks/`, which is not one regular expression but two words.
fn split_regex(text: &str, items: &[Item], findings: &mut Findings<'_>) {
    if !begins_regex(text, &items[0]) {
        return;
    }
    for (number, item) in items.iter().take(MAX_REGEX_WORDS).enumerate() {
        steps(1);
        if item.shape != Shape::Word || (number > 0 && item.joined != Joined::Unwritten) {
            return;
        }
        let word = &text[item.span.0..item.span.1];
        if word.len() > 1 && word.ends_with('/') {
            let span = (items[0].span.0, item.span.1);
            if number == 0 {
                return;
            }
            let words: Vec<String> = items[..=number]
                .iter()
                .map(|item| text[item.span.0..item.span.1].trim_matches('/'))
                .filter(|word| !word.is_empty())
                .map(|word| format!("/{word}/"))
                .collect();
            findings.warning(
                "regex_of_words",
                span,
                "a regular expression is over one word: with spaces in it these are plain words",
                findings.write(span, &format!("({})", words.join(" BEFORE/1 "))),
            );
            return;
        }
    }
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
        steps(1);
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
    let beside_near = items.windows(2).any(|pair| {
        pair[1].joined == Joined::Unwritten
            && matches!(
                (pair[0].shape, pair[1].shape),
                (Shape::Near, Shape::Word) | (Shape::Word, Shape::Near)
            )
    });
    let has = |joined| items.iter().any(|item| item.joined == joined);
    let message = match any {
        false if has(Joined::Or) => "AND binds before OR, also where it is not written",
        true if has(Joined::And) && side == Side::Words => {
            "AND binds before the OR that is not written"
        }
        _ if beside_near => "NEAR and BEFORE bind before all others",
        _ => return None,
    };
    let (first, last) = (items.first()?, items.last()?);
    has(Joined::Unwritten).then_some((message, (first.span.0, last.span.1)))
}
