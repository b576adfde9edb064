//! Reads the value of a numeric facet: `5`, `=5`, `>=5`, `100..200`, `..-1.5`.

use super::ast::NumberClause;
use super::problem::Problem;
use super::token::is_dash;

/// Reads the range in `text`, comparison included. The offer of a [`Problem`] replaces all of `text`.
pub(super) fn read_number_range(name: &str, text: &str) -> Result<NumberClause, Problem> {
    read_plain_range(name, text).map_err(|problem| match without_separators(text) {
        Some(bare) if problem.better.is_none() && read_plain_range(name, &bare).is_ok() => {
            problem.better(bare)
        }
        _ => problem,
    })
}

/// `1,000`, `1_000` and `1'000` without the signs between thousands; none where other digits stand
/// around them, as in `1,5`.
fn without_separators(text: &str) -> Option<String> {
    let mut parts = text.split([',', '_', '\'']);
    let mut bare = parts.next()?.to_owned();
    let first = bare.len();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits != 3 || !bare.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        bare.push_str(part);
    }
    (bare.len() > first).then_some(bare)
}

fn read_plain_range(name: &str, text: &str) -> Result<NumberClause, Problem> {
    let text: String = text
        .chars()
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect();
    let text = text
        .replace('…', "..")
        .replace('≥', ">=")
        .replace('≤', "<=");
    let mut clause = NumberClause {
        name: name.to_owned(),
        from: None,
        from_excluded: false,
        to: None,
        to_excluded: false,
    };
    let split = text
        .find(|c| !matches!(c, '<' | '>' | '='))
        .unwrap_or(text.len());
    let (comparison, rest) = text.split_at(split);
    if rest.is_empty() {
        return Err(
            Problem::new("empty_value", format!("`{name}:` has no number behind it"))
                .hint(format!("write a number: `{name}:>=500`, `{name}:100..200`")),
        );
    }
    if let Some((from, to)) = rest.split_once("..") {
        if !comparison.is_empty() {
            return Err(not_a_number(&text).better(rest.to_owned()));
        }
        clause.from = (!from.is_empty()).then(|| number(from)).transpose()?;
        clause.to = (!to.is_empty()).then(|| number(to)).transpose()?;
        return match (clause.from, clause.to) {
            (None, None) => Err(Problem::new("open_range", "a range needs at least one end")
                .clause(
                    format!("has:{name}"),
                    " for every document that has a number",
                )),
            (Some(low), Some(high)) if low > high => Err(Problem::new(
                "reversed_range",
                format!("the range `{rest}` runs backwards"),
            )
            .better(format!("{to}..{from}"))),
            _ => Ok(clause),
        };
    }
    let value = number(rest)?;
    match comparison {
        "" | "=" => (clause.from, clause.to) = (Some(value), Some(value)),
        ">=" => clause.from = Some(value),
        ">" => (clause.from, clause.from_excluded) = (Some(value), true),
        "<=" => clause.to = Some(value),
        "<" => (clause.to, clause.to_excluded) = (Some(value), true),
        _ => return Err(not_a_number(&text)),
    }
    Ok(clause)
}

/// Whether `text` could be meant for nothing but a range of numbers: what decides when nobody
/// knows which names are numeric facets. A range of one number is none: it is written `=5`, which
/// a value of a facet is, too.
pub(super) fn looks_like_number_range(text: &str) -> bool {
    let compared = text.starts_with(['<', '>', '≤', '≥']);
    compared
        || (text.contains("..")
            && read_number_range("n", text).is_ok_and(|range| range.from != range.to))
}

/// An optional sign, digits, an optional fraction.
fn number(text: &str) -> Result<f64, Problem> {
    let plain = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        (digits(whole) && digits(fraction))
            .then(|| text.parse().ok())
            .flatten()
            .filter(|number: &f64| number.is_finite())
    };
    plain(text).ok_or_else(|| not_a_number(text))
}

fn not_a_number(text: &str) -> Problem {
    Problem::new(
        "not_a_number",
        format!("`{text}` is not a number or a range of numbers"),
    )
    .hint("write `500`, `>=500`, `<2.5`, `100..200`, `..-1`")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Range = (Option<f64>, bool, Option<f64>, bool);

    #[test]
    fn ranges_are_read() {
        let range = |text| -> Result<Range, String> {
            read_number_range("words", text)
                .map(|c| (c.from, c.from_excluded, c.to, c.to_excluded))
                .map_err(|problem| problem.code.to_owned())
        };
        let cases: &[(&str, Range)] = &[
            ("5", (Some(5.0), false, Some(5.0), false)),
            ("=5", (Some(5.0), false, Some(5.0), false)),
            (">=500", (Some(500.0), false, None, false)),
            (">500", (Some(500.0), true, None, false)),
            ("<=-1.5", (None, false, Some(-1.5), false)),
            ("<2", (None, false, Some(2.0), true)),
            ("100..200", (Some(100.0), false, Some(200.0), false)),
            ("−3..+3", (Some(-3.0), false, Some(3.0), false)),
            ("1…", (Some(1.0), false, None, false)),
            ("..0", (None, false, Some(0.0), false)),
        ];
        for (text, expected) in cases {
            assert_eq!(range(text), Ok(*expected), "{text}");
        }
        for (text, code) in [
            ("", "empty_value"),
            (">=", "empty_value"),
            ("..", "open_range"),
            ("200..100", "reversed_range"),
            ("1,000", "not_a_number"),
            ("1e400", "not_a_number"),
            ("NaN", "not_a_number"),
            ("inf", "not_a_number"),
            (".5", "not_a_number"),
            ("5.", "not_a_number"),
            (">=1..2", "not_a_number"),
            ("><1", "not_a_number"),
            ("[1", "not_a_number"),
        ] {
            assert_eq!(range(text), Err(code.to_owned()), "{text}");
        }
        assert!(range(&"9".repeat(400)).is_err());
    }
}
