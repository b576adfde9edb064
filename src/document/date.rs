//! Dates that say no more than they know: `1962` is a year, not the first of January.
//!
//! Civil dates are proleptic Gregorian, years −9999 to 9999. Instants are seconds since
//! 1970-01-01T00:00:00Z as `i64`, so they reach far outside what nanoseconds allow.
//! Reading the written forms people use (`28 October 1962`) is the corpus reader's work.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, ErrorKind, Result};

const DAY: i64 = 86_400;

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Precision {
    /// The year alone.
    Year = 0,
    /// The month of a year.
    Month = 1,
    /// The day.
    Day = 2,
    /// The second.
    Second = 3,
}

impl Precision {
    /// The precision with this number, as stored; `None` for a number that is none.
    pub fn from_u8(number: u8) -> Option<Self> {
        [Self::Year, Self::Month, Self::Day, Self::Second]
            .get(usize::from(number))
            .copied()
    }
}

/// A date with the precision it was written in, and the offset from UTC if it gave one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    /// The first second of the period in local time, as if local time were UTC.
    local: i64,
    precision: Precision,
    offset: Option<i32>,
}

impl PartialDate {
    /// A whole year.
    ///
    /// # Errors
    /// [`ErrorKind::Document`] outside −9999 to 9999.
    pub fn year(year: i16) -> Result<Self> {
        Self::civil(year, 1, 1, Precision::Year)
    }

    /// A whole month.
    ///
    /// # Errors
    /// [`ErrorKind::Document`] if there is no such month.
    pub fn month(year: i16, month: i8) -> Result<Self> {
        Self::civil(year, month, 1, Precision::Month)
    }

    /// A day.
    ///
    /// # Errors
    /// [`ErrorKind::Document`] if there is no such day.
    pub fn day(year: i16, month: i8, day: i8) -> Result<Self> {
        Self::civil(year, month, day, Precision::Day)
    }

    /// A second of a day in local time, with the offset from UTC in seconds if it is known.
    ///
    /// A leap second (`60`) counts as the last second of its minute.
    ///
    /// # Errors
    /// [`ErrorKind::Document`] if there is no such day, time or offset (at most 24 hours).
    pub fn second(day: (i16, i8, i8), time: (u8, u8, u8), offset: Option<i32>) -> Result<Self> {
        let (hour, minute, second) = time;
        if hour > 23 || minute > 59 || second > 60 || offset.is_some_and(|o| o.abs() > 86_400) {
            return Err(impossible(&format!("{hour:02}:{minute:02}:{second:02}")));
        }
        let midnight = Self::day(day.0, day.1, day.2)?;
        let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second.min(59));
        Ok(Self {
            local: midnight.local + seconds,
            precision: Precision::Second,
            offset,
        })
    }

    /// Puts a date together again from what was stored.
    pub fn from_parts(start_utc: i64, precision: Precision, offset: Option<i32>) -> Self {
        Self {
            local: start_utc + i64::from(offset.unwrap_or(0)),
            precision,
            offset,
        }
    }

    fn civil(year: i16, month: i8, day: i8, precision: Precision) -> Result<Self> {
        let date = Date::new(year, month, day)
            .map_err(|_| impossible(&format!("{year:04}-{month:02}-{day:02}")))?;
        Ok(Self {
            local: days_since_1970(date) * DAY,
            precision,
            offset: None,
        })
    }

    /// How much is known.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The offset from UTC in seconds, if the date gave one.
    pub fn offset(self) -> Option<i32> {
        self.offset
    }

    /// The first second of the period, in UTC.
    pub fn start(self) -> i64 {
        self.local - i64::from(self.offset.unwrap_or(0))
    }

    /// The last second of the period, in UTC.
    pub fn end(self) -> i64 {
        let (year, month, _) = self.ymd();
        let next = match self.precision {
            Precision::Second => return self.start(),
            Precision::Day => return self.start() + DAY - 1,
            Precision::Month if month == 12 => first_second(year + 1, 1),
            Precision::Month => first_second(year, month + 1),
            Precision::Year => first_second(year + 1, 1),
        };
        next - 1 - i64::from(self.offset.unwrap_or(0))
    }

    /// The next period of the same precision; `None` where the calendar ends.
    pub fn following(self) -> Option<Self> {
        self.step(1)
    }

    /// The period of the same precision before it; `None` where the calendar begins.
    pub fn preceding(self) -> Option<Self> {
        self.step(-1)
    }

    fn step(self, by: i8) -> Option<Self> {
        let (year, month, day) = self.ymd();
        let stepped = match self.precision {
            Precision::Year => Self::year(year + i16::from(by)),
            Precision::Month => match month + by {
                0 => Self::month(year - 1, 12),
                13 => Self::month(year + 1, 1),
                month => Self::month(year, month),
            },
            Precision::Day => {
                let date = Date::new(year, month, day).ok()?;
                let date = if by > 0 {
                    date.tomorrow()
                } else {
                    date.yesterday()
                }
                .ok()?;
                Self::day(date.year(), date.month(), date.day())
            }
            Precision::Second => {
                let first = days_since_1970(Date::MIN) * DAY;
                let last = (days_since_1970(Date::MAX) + 1) * DAY - 1;
                let local = self.local + i64::from(by);
                return (first..=last)
                    .contains(&local)
                    .then_some(Self { local, ..self });
            }
        };
        stepped.ok()
    }

    /// Year, month and day of its first day, in its own time.
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = date_of(self.local.div_euclid(DAY));
        (date.year(), date.month(), date.day())
    }

    /// The same date without what is finer than a day.
    pub fn to_day(self) -> Self {
        match self.precision {
            Precision::Second => Self {
                local: self.local.div_euclid(DAY) * DAY,
                precision: Precision::Day,
                offset: None,
            },
            _ => self,
        }
    }
}

/// The first second of a month; of the year after the last one, where civil dates end.
fn first_second(year: i16, month: i8) -> i64 {
    match Date::new(year, month, 1) {
        Ok(date) => days_since_1970(date) * DAY,
        Err(_) => (days_since_1970(Date::MAX) + 1) * DAY,
    }
}

fn days_since_1970(date: Date) -> i64 {
    // The difference of two civil dates in days fits: the calendar has 7.3 million of them.
    i64::from(
        date.duration_since(jiff::civil::date(1970, 1, 1))
            .as_hours() as i32
            / 24,
    )
}

fn date_of(days: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.saturating_add(jiff::SignedDuration::from_hours(days * 24))
}

fn impossible(text: &str) -> Error {
    Error::new(ErrorKind::Document, format!("`{text}` is not a date"))
        .with_hint("write `1962`, `1962-10`, `1962-10-28` or `1962-10-28T18:30:00Z`")
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        if year < 0 {
            write!(f, "-{:04}", -i32::from(year))?;
        } else {
            write!(f, "{year:04}")?;
        }
        if self.precision >= Precision::Month {
            write!(f, "-{month:02}")?;
        }
        if self.precision >= Precision::Day {
            write!(f, "-{day:02}")?;
        }
        if self.precision == Precision::Second {
            let second = self.local.rem_euclid(DAY);
            write!(
                f,
                "T{:02}:{:02}:{:02}",
                second / 3_600,
                second / 60 % 60,
                second % 60
            )?;
            match self.offset {
                None => {}
                Some(0) => f.write_str("Z")?,
                Some(offset) => {
                    let sign = if offset < 0 { '-' } else { '+' };
                    let minutes = offset.abs() / 60;
                    write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = Error;

    /// Reads `1962`, `1962-10`, `1962-10-28`, and a day with a time: `T` or a space, `hh:mm` or
    /// `hh:mm:ss` with a fraction that is dropped, and `Z` or an offset such as `+02:00`.
    fn from_str(text: &str) -> Result<Self> {
        parse_iso(text.trim()).ok_or_else(|| impossible(text.trim()))?
    }
}

/// `None`: not of the form; `Some(Err)`: of the form, but no such date.
fn parse_iso(text: &str) -> Option<Result<PartialDate>> {
    let (negative, rest) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (year, rest) = digits(rest, 4)?;
    let year = i16::try_from(if negative { -year } else { year }).ok()?;
    if rest.is_empty() {
        return Some(PartialDate::year(year));
    }
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let month = month as i8;
    if rest.is_empty() {
        return Some(PartialDate::month(year, month));
    }
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let day = day as i8;
    if rest.is_empty() {
        return Some(PartialDate::day(year, month, day));
    }
    let (hour, rest) = digits(rest.strip_prefix(['T', 't', ' '])?, 2)?;
    let (minute, mut rest) = digits(rest.strip_prefix(':')?, 2)?;
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(':') {
        (second, rest) = digits(after, 2)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let end = fraction
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(fraction.len());
            rest = (end > 0).then(|| &fraction[end..])?;
        }
    }
    let offset = match rest.trim_start() {
        "" => None,
        "Z" | "z" => Some(0),
        zone => Some(parse_offset(zone)?),
    };
    let time = (hour as u8, minute as u8, second as u8);
    Some(PartialDate::second((year, month, day), time, offset))
}

/// `+02:00`, `+0200` or `+02`, in seconds.
fn parse_offset(zone: &str) -> Option<i32> {
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, rest) = digits(&zone[1..], 2)?;
    let minutes = match rest.strip_prefix(':').unwrap_or(rest) {
        "" => 0,
        rest => digits(rest, 2).filter(|(_, rest)| rest.is_empty())?.0,
    };
    (minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// The number made of exactly `count` ASCII digits at the start, and what follows.
fn digits(text: &str, count: usize) -> Option<(i32, &str)> {
    let head = text
        .get(..count)
        .filter(|head| head.bytes().all(|b| b.is_ascii_digit()))?;
    Some((head.parse().ok()?, &text[count..]))
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A range of dates, both ends included; a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DateRange {
    /// The range begins with the first second of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// The range ends with the last second of this period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PartialDate>,
}

impl DateRange {
    /// The first second inside the range; `i64::MIN` if it is open.
    pub fn start(&self) -> i64 {
        self.from.map_or(i64::MIN, PartialDate::start)
    }

    /// The last second inside the range; `i64::MAX` if it is open.
    pub fn end(&self) -> i64 {
        self.to.map_or(i64::MAX, PartialDate::end)
    }

    /// Whether the whole period lies within the range.
    pub fn contains(&self, date: PartialDate) -> bool {
        date.start() >= self.start() && date.end() <= self.end()
    }

    /// Whether some of the period lies within the range.
    pub fn overlaps(&self, date: PartialDate) -> bool {
        date.start() <= self.end() && date.end() >= self.start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_form_and_precision_survive_a_round_trip() {
        for text in [
            "1962",
            "1962-10",
            "1962-10-28",
            "0001",
            "-0044-03-15",
            "9999-12-31",
            "1500-01-01",
            "1962-10-28T18:30:00",
            "1962-10-28T18:30:00Z",
            "2015-07-14T12:00:00+02:00",
            "2015-07-14T12:00:00-03:30",
        ] {
            let date: PartialDate = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            let stored = PartialDate::from_parts(date.start(), date.precision(), date.offset());
            assert_eq!(stored, date, "{text}");
        }
    }

    #[test]
    fn periods_end_with_their_last_second() {
        for (text, start, end) in [
            ("1970", 0, 365 * DAY - 1),
            ("1970-02", 31 * DAY, 59 * DAY - 1),
            ("1972-02", 31 * DAY + 730 * DAY, 60 * DAY + 730 * DAY - 1),
            ("1970-12", 334 * DAY, 365 * DAY - 1),
            ("1970-01-01", 0, DAY - 1),
            ("1970-01-01T01:00:00+01:00", 0, 0),
            ("9999", 253_370_764_800, 253_402_300_799),
        ] {
            let date: PartialDate = text.parse().unwrap();
            assert_eq!((date.start(), date.end()), (start, end), "{text}");
        }
    }

    #[test]
    fn neighbours_have_the_same_precision() {
        for (before, after) in [
            ("-0001", "0000"),
            ("1962", "1963"),
            ("1962-12", "1963-01"),
            ("1962-10", "1962-11"),
            ("2024-02-29", "2024-03-01"),
            ("1962-12-31", "1963-01-01"),
            ("1962-12-31T23:59:59+02:00", "1963-01-01T00:00:00+02:00"),
        ] {
            let (before, after): (PartialDate, PartialDate) =
                (before.parse().unwrap(), after.parse().unwrap());
            assert_eq!(before.following(), Some(after));
            assert_eq!(after.preceding(), Some(before));
        }
        for last in ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59Z"] {
            assert_eq!(last.parse::<PartialDate>().unwrap().following(), None);
        }
        for first in ["-9999", "-9999-01", "-9999-01-01", "-9999-01-01T00:00:00"] {
            assert_eq!(first.parse::<PartialDate>().unwrap().preceding(), None);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "196",
            "19622",
            "1962-13",
            "1962-02-30",
            "1962-1",
            "1962-10-28T25:00",
            "next week",
            "1962-10-28T10:00:00.",
            "1962-10-28T10:00:00+2",
            "١٩٦٢",
            "1962-10-28T10:00:00+02:00x",
        ] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_coarse_date_overlaps_but_does_not_lie_within() {
        let march = DateRange {
            from: "1962-03".parse().ok(),
            to: "1962-03".parse().ok(),
        };
        let year: PartialDate = "1962".parse().unwrap();
        assert!(!march.contains(year) && march.overlaps(year));
        assert!(march.contains("1962-03-31T23:59:59".parse().unwrap()));
        assert!(!march.overlaps("1962-04".parse().unwrap()));
    }
}
