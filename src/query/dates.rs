//! Reads dates and ranges of dates: `2024`, `2024-Q1`, `2024-03..`, `>=2023-10-07`, `2w..`.
//!
//! Every point is a period; a range runs from the first second of one to the last of another.

use jiff::{Span as Shift, civil::Date};

use super::diagnostic::Diagnostic;
use super::problem::Problem;
use super::token::is_dash;
use crate::document::{DateRange, PartialDate, Precision};

const FORMS: &str = "write `2024`, `2024-03`, `2024-03-18`, `2024-Q1`, `today` or `2w`";

/// Reads a range as it stands behind `date:`: a date, `2024-03..2024-06` with either end left
/// out, or a comparison such as `>=2023-10-07`.
///
/// `today` is what relative dates are counted from. A single relative date (`2w`) is refused: it
/// could mean that day or the time since.
///
/// # Errors
/// What is wrong, with its place in `text` and a way out.
pub fn parse_date_range(text: &str, today: Option<PartialDate>) -> Result<DateRange, Diagnostic> {
    match read_date(text, today) {
        Ok(date) => Ok(date.range),
        Err(problem) => Err(problem.into_diagnostic(text)),
    }
}

/// Reads one date, as the options `--since` and `--until` take it: `2024`, `2024-03`,
/// `2024-03-18`, `2024-Q1`, `today`, `yesterday`, `2w` (the day two weeks before `today`).
///
/// # Errors
/// What is wrong, with its place in `text` and a way out.
pub fn parse_date_point(text: &str, today: Option<PartialDate>) -> Result<DateRange, Diagnostic> {
    match read_point(&straight(text), today) {
        Ok(point) => Ok(DateRange {
            from: Some(point.from),
            to: Some(point.to),
        }),
        Err(problem) => Err(problem.into_diagnostic(text)),
    }
}

/// What stands behind `date:`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ReadDate {
    pub(super) range: DateRange,
    /// The date of `=1962`.
    pub(super) exactly: Option<PartialDate>,
}

/// Reads a range, a date, or a comparison with a date. The offer of a [`Problem`] replaces all of
/// `text`.
pub(super) fn read_date(text: &str, today: Option<PartialDate>) -> Result<ReadDate, Problem> {
    let text = straight(text);
    let split = text
        .find(|c| !matches!(c, '<' | '>' | '='))
        .unwrap_or(text.len());
    let (comparison, rest) = text.split_at(split);
    if rest.is_empty() {
        return Err(Problem::new("empty_value", "there is no date here").hint(FORMS));
    }
    if let Some((from, to)) = rest.split_once("..") {
        if !comparison.is_empty() {
            return Err(not_a_date(&text).better(rest));
        }
        return read_range(from, to, today);
    }
    let point = read_point(rest, today).map_err(|problem| Problem {
        better: problem.better.map(|better| format!("{comparison}{better}")),
        ..problem
    })?;
    let beyond = |date: Option<PartialDate>| {
        date.ok_or_else(|| {
            Problem::new(
                "impossible_date",
                format!("the calendar ends with `{rest}`"),
            )
            .hint("years run from -9999 to 9999")
        })
    };
    let (from, to) = match comparison {
        "" if point.kind == Kind::Relative => {
            return Err(Problem::new(
                "relative_date_alone",
                format!("`{rest}` could mean one day or the time since"),
            )
            .better(format!("{rest}..")));
        }
        "=" if point.kind == Kind::Quarter => {
            return Err(Problem::new(
                "quarter_exactly",
                "no document is dated to a quarter: a date has a year, a month or a day",
            )
            .better(rest));
        }
        "" | "=" => (Some(point.from), Some(point.to)),
        ">=" => (Some(point.from), None),
        ">" => (Some(beyond(point.to.following())?), None),
        "<=" => (None, Some(point.to)),
        "<" => (None, Some(beyond(point.from.preceding())?)),
        _ => return Err(not_a_date(&text)),
    };
    Ok(ReadDate {
        range: DateRange { from, to },
        exactly: (comparison == "=").then_some(point.from),
    })
}

fn read_range(from: &str, to: &str, today: Option<PartialDate>) -> Result<ReadDate, Problem> {
    let end = |text: &str| {
        (!text.is_empty())
            .then(|| read_point(text, today))
            .transpose()
    };
    let whole = |mut problem: Problem, sides: (&str, &str)| {
        problem.better = problem.better.map(|better| match sides {
            ("", to) => format!("{better}..{to}"),
            (from, _) => format!("{from}..{better}"),
        });
        problem
    };
    let (first, last) = (
        end(from).map_err(|problem| whole(problem, ("", to)))?,
        end(to).map_err(|problem| match from {
            "" => Problem {
                better: problem.better.map(|better| format!("..{better}")),
                ..problem
            },
            from => whole(problem, (from, "")),
        })?,
    );
    let range = DateRange {
        from: first.map(|point| point.from),
        to: last.map(|point| point.to),
    };
    if range == DateRange::default() {
        return Err(Problem::new("open_range", "a range needs at least one end")
            .hint("write `2024..` or `..2024`; `has:date` asks for any date at all"));
    }
    if range.start() > range.end() {
        return Err(Problem::new(
            "reversed_range",
            format!("the range `{from}..{to}` runs backwards"),
        )
        .better(format!("{to}..{from}")));
    }
    Ok(ReadDate {
        range,
        exactly: None,
    })
}

/// A period, by its first and last date.
#[derive(Debug, Clone, Copy)]
struct Point {
    from: PartialDate,
    to: PartialDate,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Written,
    Quarter,
    Relative,
}

fn read_point(text: &str, today: Option<PartialDate>) -> Result<Point, Problem> {
    let lower = text.trim().to_ascii_lowercase();
    let days_ago = match lower.as_str() {
        "today" => Some(0),
        "yesterday" => Some(1),
        _ => None,
    };
    if let Some(days) = days_ago {
        return before_today(text, today, days, b'd', Kind::Written);
    }
    if let Some((count, unit)) = relative(&lower) {
        return before_today(text, today, count, unit, Kind::Relative);
    }
    if let Some((year, number)) = quarter(&lower) {
        return months_of_quarter(year, number).ok_or_else(|| {
            Problem::new("impossible_date", format!("there is no quarter `{text}`"))
                .hint("quarters run from `Q1` to `Q4`")
        });
    }
    match text.trim().parse::<PartialDate>() {
        Ok(date) => Ok(Point {
            from: date,
            to: date,
            kind: Kind::Written,
        }),
        Err(_) => Err(explain(text.trim())),
    }
}

/// The number and unit of `2w`.
fn relative(text: &str) -> Option<(i64, u8)> {
    let unit = *text.as_bytes().last()?;
    let count = text.get(..text.len() - 1)?;
    let digits = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
    (digits && b"dwmy".contains(&unit)).then(|| (count.parse().unwrap_or(i64::MAX), unit))
}

fn before_today(
    text: &str,
    today: Option<PartialDate>,
    count: i64,
    unit: u8,
    kind: Kind,
) -> Result<Point, Problem> {
    let Some(today) = today else {
        return Err(Problem::new(
            "no_today",
            format!("`{text}` depends on the day it is asked, which is not given here"),
        )
        .hint("write a date: `2024`, `2024-03`, `2024-03-18`"));
    };
    let (year, month, day) = today.ymd();
    let shift = Shift::new();
    let shift = match unit {
        b'd' => shift.try_days(count),
        b'w' => shift.try_weeks(count),
        b'm' => shift.try_months(count),
        _ => shift.try_years(count),
    };
    let date = shift
        .and_then(|shift| Date::new(year, month, day)?.checked_sub(shift))
        .ok()
        .and_then(|date| PartialDate::day(date.year(), date.month(), date.day()).ok())
        .ok_or_else(|| {
            Problem::new(
                "impossible_date",
                format!("`{text}` lies before the calendar begins"),
            )
            .hint("years run from -9999 to 9999")
        })?;
    Ok(Point {
        from: date,
        to: date,
        kind,
    })
}

/// The year of `2024-q1`, and what stands for the number of the quarter.
fn quarter(text: &str) -> Option<(i16, &str)> {
    let (year, number) = text.split_once("-q")?;
    let year = year.parse::<PartialDate>().ok()?;
    (year.precision() == Precision::Year).then_some((year.ymd().0, number))
}

fn months_of_quarter(year: i16, number: &str) -> Option<Point> {
    let last = match number {
        "1" => 3,
        "2" => 6,
        "3" => 9,
        "4" => 12,
        _ => return None,
    };
    Some(Point {
        from: PartialDate::month(year, last - 2).ok()?,
        to: PartialDate::month(year, last).ok()?,
        kind: Kind::Quarter,
    })
}

/// Dashes and dots as typed on a phone, made plain.
fn straight(text: &str) -> String {
    let text = text
        .trim()
        .replace('…', "..")
        .replace('≥', ">=")
        .replace('≤', "<=");
    text.chars()
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect()
}

fn not_a_date(text: &str) -> Problem {
    Problem::new("not_a_date", format!("`{text}` is not a date")).hint(FORMS)
}

/// Says what is wrong with a date that cannot be read, and guesses what was meant.
fn explain(text: &str) -> Problem {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.'));
    if !numeric || parts.iter().any(|part| part.is_empty() || part.len() > 8) {
        return not_a_date(text);
    }
    let guess = match *parts.as_slice() {
        [compact] if compact.len() == 8 => readable(&compact[..4], &compact[4..6], &compact[6..]),
        [from, to] if from.len() == 4 && to.len() == 4 => Some(format!("{from}..{to}")),
        [year, month] if year.len() == 4 => readable(year, month, ""),
        [month, year] if year.len() == 4 => readable(year, month, ""),
        [year, month, day] if year.len() == 4 => readable(year, month, day),
        [one, two, year] if year.len() == 4 => {
            // Which of them is the month is known only if the other one can be none.
            let (first, second) = (readable(year, two, one), readable(year, one, two));
            match (first, second) {
                (Some(date), None) | (None, Some(date)) => Some(date),
                (Some(date), Some(other)) if date == other || text.contains('.') => Some(date),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(date) = guess {
        return not_a_date(text).better(date);
    }
    let written_well = text.len() >= 7 && parts[0].len() == 4 && text.as_bytes()[4] == b'-';
    if !written_well {
        return not_a_date(text);
    }
    let problem = Problem::new(
        "impossible_date",
        format!("there is no such date as `{text}`"),
    );
    let last = (28..=31)
        .rev()
        .find_map(|day| readable(parts[0], parts[1], &day.to_string()));
    match last {
        Some(last) => problem.better(last),
        None => problem.hint("months run from `01` to `12`"),
    }
}

/// The date in the form we read, if there is such a date. An empty day means a month.
fn readable(year: &str, month: &str, day: &str) -> Option<String> {
    let text = match day {
        "" => format!("{year}-{month:0>2}"),
        day => format!("{year}-{month:0>2}-{day:0>2}"),
    };
    text.parse::<PartialDate>().is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Option<PartialDate> {
        "2024-03-31".parse().ok()
    }

    /// The range in short: `from..to`, or the code and what is offered.
    fn read(text: &str) -> String {
        let show = |date: Option<PartialDate>| date.map_or(String::new(), |date| date.to_string());
        match read_date(text, today()) {
            Ok(date) => {
                let exactly = if date.exactly.is_some() { "=" } else { "" };
                format!(
                    "{exactly}{}..{}",
                    show(date.range.from),
                    show(date.range.to)
                )
            }
            Err(problem) => match problem.better {
                Some(better) => format!("{}: {better}", problem.code),
                None => problem.code.to_owned(),
            },
        }
    }

    #[test]
    fn ranges_are_read() {
        for (text, expected) in [
            ("2024", "2024..2024"),
            ("2024-03..2024-06", "2024-03..2024-06"),
            ("2024–03…2024–06", "2024-03..2024-06"),
            ("2024-03..", "2024-03.."),
            ("..2024", "..2024"),
            (">=2023-10-07", "2023-10-07.."),
            ("≥2023-10-07", "2023-10-07.."),
            (">2023", "2024.."),
            (">2023-12", "2024-01.."),
            (">2024-02-29", "2024-03-01.."),
            (">2024-Q4", "2025-01.."),
            (">2024-01-01T23:59:59Z", "2024-01-02T00:00:00Z.."),
            ("<=2023", "..2023"),
            ("<2023", "..2022"),
            ("<2024-Q1", "..2023-12"),
            ("<2024-03-01", "..2024-02-29"),
            ("=1962", "=1962..1962"),
            ("2024-Q1", "2024-01..2024-03"),
            ("2024-q4..2025-Q1", "2024-10..2025-03"),
            ("-0044-03-15..-0001", "-0044-03-15..-0001"),
            ("today", "2024-03-31..2024-03-31"),
            ("Yesterday", "2024-03-30..2024-03-30"),
            ("2w..", "2024-03-17.."),
            ("3d..today", "2024-03-28..2024-03-31"),
            ("1m..", "2024-02-29.."),
            ("1y..", "2023-03-31.."),
            (">=1Y", "2023-03-31.."),
            ("2024-03-18T10:00..", "2024-03-18T10:00:00.."),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_explained() {
        for (text, expected) in [
            ("", "empty_value"),
            (">=", "empty_value"),
            ("..", "open_range"),
            ("2024-06..2024-03", "reversed_range: 2024-03..2024-06"),
            ("today..2w", "reversed_range: 2w..today"),
            ("2024-02-30", "impossible_date: 2024-02-29"),
            (
                "2024-02-30..2024-03",
                "impossible_date: 2024-02-29..2024-03",
            ),
            ("..2024-02-30", "impossible_date: ..2024-02-29"),
            ("2024..2024-02-30", "impossible_date: 2024..2024-02-29"),
            ("2024-13", "impossible_date"),
            ("2024-Q5", "impossible_date"),
            (">9999", "impossible_date"),
            ("<-9999", "impossible_date"),
            ("99999999999999999999y..", "impossible_date"),
            ("2w", "relative_date_alone: 2w.."),
            ("=2024-Q1", "quarter_exactly: 2024-Q1"),
            ("2024-2025", "not_a_date: 2024..2025"),
            ("2024-3-5", "not_a_date: 2024-03-05"),
            ("2024/03/18", "not_a_date: 2024-03-18"),
            ("18.3.2024", "not_a_date: 2024-03-18"),
            ("03/18/2024", "not_a_date: 2024-03-18"),
            ("03/04/2024", "not_a_date"),
            ("20240318", "not_a_date: 2024-03-18"),
            ("03/2024", "not_a_date: 2024-03"),
            ("[2024", "not_a_date"),
            ("last", "not_a_date"),
            ("2024-03..06", "not_a_date"),
            ("<>2024", "not_a_date"),
            (">=2024..2025", "not_a_date: 2024..2025"),
            (">=2024-02-30", "impossible_date: >=2024-02-29"),
            ("w", "not_a_date"),
            ("ü", "not_a_date"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn options_take_a_point() {
        for (text, from, to) in [
            ("2024-Q1", "2024-01", "2024-03"),
            ("2w", "2024-03-17", "2024-03-17"),
            ("1962", "1962", "1962"),
        ] {
            let range = parse_date_point(text, today()).unwrap();
            assert_eq!(range.from, from.parse().ok(), "{text}");
            assert_eq!(range.to, to.parse().ok(), "{text}");
        }
        let refused = parse_date_point("2024..2025", today()).unwrap_err();
        assert_eq!(refused.code, "not_a_date");
        let refused = parse_date_point("2w", None).unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.span),
            ("no_today", Some((0, 2)))
        );
        let refused = parse_date_range("2025..2024", None).unwrap_err();
        assert_eq!(refused.hint.as_deref(), Some("write `2024..2025`"));
    }
}
