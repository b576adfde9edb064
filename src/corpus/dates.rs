//! Dates as people and programs write them, read without guessing: what could mean two days, or
//! a year of two digits, is no date.

#[cfg(test)]
mod tests;

use super::limits;
use crate::{PartialDate, Precision};

/// What became of a text that should be a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    /// It is this date.
    Date(PartialDate),
    /// It is this date, without the offset of a time zone that is not known.
    UnknownZone(PartialDate),
    /// Day and month could be either way round.
    Ambiguous,
    /// It is nothing that can be read.
    Unreadable,
}

/// Reads a date from text.
pub(crate) fn parse(text: &str) -> Dated {
    let text = text.trim();
    if text.is_empty() || text.len() > limits::DATE_BYTES {
        return Dated::Unreadable;
    }
    if let Ok(date) = text.parse() {
        return Dated::Date(date);
    }
    if let Some(date) = compact(text) {
        return Dated::Date(date);
    }
    written(text)
}

/// Reads a date from a number: a year, `19621028`, or seconds or milliseconds since 1970.
pub(crate) fn from_number(number: f64) -> Dated {
    const SECONDS_END: f64 = 1e11;
    const MILLISECONDS_END: f64 = 1e14;
    let whole = number.trunc();
    let size = whole.abs();
    if number.fract() == 0.0 && (1_000.0..10_000.0).contains(&number) {
        return PartialDate::year(whole as i16).map_or(Dated::Unreadable, Dated::Date);
    }
    if number.fract() == 0.0
        && (10_000_000.0..100_000_000.0).contains(&number)
        && let Some(date) = compact(&format!("{whole}"))
    {
        return Dated::Date(date);
    }
    // Below that lie the numbers of days and years, which are no instants.
    let seconds = match size {
        _ if !(100_000.0..MILLISECONDS_END).contains(&size) => return Dated::Unreadable,
        _ if size < SECONDS_END => whole as i64,
        _ => (whole as i64).div_euclid(1_000),
    };
    // All of these lie between the years −1200 and 5138.
    Dated::Date(PartialDate::from_parts(seconds, Precision::Second, Some(0)))
}

/// `19621028`, `19621028T183000`, `19621028183000`, each perhaps with `Z`.
fn compact(text: &str) -> Option<PartialDate> {
    let (text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, Some(0)),
        None => (text, None),
    };
    let two = |from: usize| -> Option<u8> { text.get(from..from + 2)?.parse().ok() };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(text.get(..8)?) {
        return None;
    }
    let month = i8::try_from(two(4)?).ok()?;
    let day = (
        text.get(..4)?.parse().ok()?,
        month,
        i8::try_from(two(6)?).ok()?,
    );
    let time = text[8..].trim_start_matches(['T', 't']);
    match time.len() {
        0 if offset.is_none() && text.len() == 8 && day.0 >= 1_000 => {
            PartialDate::day(day.0, day.1, day.2).ok()
        }
        6 if digits(time) => {
            let at = text.len() - 6;
            let time = (two(at)?, two(at + 2)?, two(at + 4)?);
            PartialDate::second(day, time, offset).ok()
        }
        _ => None,
    }
}

/// A part of a written date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Number(i16, usize),
    Month(i8),
}

/// `28 October 1962`, `Oct. 28th, 1962, 6:30 p.m.`, `Sun, 28 Oct 1962 10:00:00 +0200`, `28.10.1962`.
fn written(text: &str) -> Dated {
    let Some((date, clock)) = split_clock(text) else {
        return Dated::Unreadable;
    };
    let mut clock = match clock.map(Clock::parse) {
        Some(None) => return Dated::Unreadable,
        Some(clock) => clock,
        None => None,
    };
    let Some(mut parts) = parts(date) else {
        return Dated::Unreadable;
    };
    if let Some(year) = clock.as_mut().and_then(|clock| clock.year.take()) {
        parts.push(Part::Number(year, 4));
    }
    let day = match order(&parts, date.contains('.')) {
        Ok(day) => day,
        Err(reading) => return reading,
    };
    let (year, month, day) = day;
    let date = match (month, day, &clock) {
        (None, None, None) => PartialDate::year(year),
        (Some(month), None, None) => PartialDate::month(year, month),
        (Some(month), Some(day), None) => PartialDate::day(year, month, day),
        (Some(month), Some(day), Some(clock)) => {
            PartialDate::second((year, month, day), clock.time, clock.offset)
        }
        _ => return Dated::Unreadable,
    };
    match date {
        Ok(date) if clock.is_some_and(|clock| clock.unknown_zone) => Dated::UnknownZone(date),
        Ok(date) => Dated::Date(date),
        Err(_) => Dated::Unreadable,
    }
}

/// Cuts before the hour: the one or two digits in front of the first colon.
fn split_clock(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(colon) = text.find(':') else {
        return Some((text, None));
    };
    let hour = text[..colon]
        .rfind(|c: char| !c.is_ascii_digit())
        .map(|at| at + text[at..].chars().next().map_or(1, char::len_utf8))?;
    Some((&text[..hour], Some(&text[hour..])))
}

type YearMonthDay = (i16, Option<i8>, Option<i8>);

/// Which part is which.
fn order(parts: &[Part], dots: bool) -> Result<YearMonthDay, Dated> {
    use Part::{Month, Number};
    let small = |number: i16| i8::try_from(number).map_err(|_| Dated::Unreadable);
    match *parts {
        [Month(month), Number(year, 4)] | [Number(year, 4), Month(month)] => {
            Ok((year, Some(month), None))
        }
        [Number(day, 1 | 2), Month(month), Number(year, 4)]
        | [Month(month), Number(day, 1 | 2), Number(year, 4)]
        | [Number(year, 4), Month(month), Number(day, 1 | 2)] => {
            Ok((year, Some(month), Some(small(day)?)))
        }
        [Number(year, 4), Number(month, 1 | 2), Number(day, 1 | 2)] => {
            Ok((year, Some(small(month)?), Some(small(day)?)))
        }
        [Number(first, 1 | 2), Number(second, 1 | 2), Number(year, 4)] => {
            let (first, second) = (small(first)?, small(second)?);
            if first <= 12 && second <= 12 && first != second && !dots {
                return Err(Dated::Ambiguous);
            }
            // Dots are written where the day comes first; elsewhere only one order is possible.
            if second > 12 && !dots {
                Ok((year, Some(first), Some(second)))
            } else {
                Ok((year, Some(second), Some(first)))
            }
        }
        [Number(year, 4), Number(month, 1 | 2)] | [Number(month, 1 | 2), Number(year, 4)] => {
            Ok((year, Some(small(month)?), None))
        }
        [Number(year, 4)] => Ok((year, None, None)),
        _ => Err(Dated::Unreadable),
    }
}

/// The numbers and months of a text; `None` if there is anything in it that belongs to no date.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let separator =
        |c: char| c.is_whitespace() || ",./-()\u{2010}\u{2011}\u{2012}\u{2013}".contains(c);
    for token in text.split(separator).filter(|token| !token.is_empty()) {
        let end = token
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(token.len());
        let (number, word) = token.split_at(end);
        let word = word.to_lowercase();
        match (number.is_empty(), word.as_str()) {
            (false, "" | "st" | "nd" | "rd" | "th" | "er" | "º" | "ª") => {
                parts.push(Part::Number(number.parse().ok()?, number.len()));
            }
            // `19621028T`: the time was cut off.
            (true, "t" | "at" | "of" | "de" | "del" | "den" | "the" | "um" | "à" | "le" | "on") => {
            }
            (true, word) => match month(word) {
                Some(month) => parts.push(Part::Month(month)),
                None if is_weekday(word) => {}
                None => return None,
            },
            _ => return None,
        }
    }
    Some(parts)
}

/// A time of day with what stands behind it.
#[derive(Debug)]
struct Clock {
    time: (u8, u8, u8),
    offset: Option<i32>,
    unknown_zone: bool,
    /// `Sun Oct 28 10:00:00 1962`: the year comes last.
    year: Option<i16>,
}

impl Clock {
    fn parse(text: &str) -> Option<Self> {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != ':')
            .unwrap_or(text.len());
        let (time, mut rest) = text.split_at(end);
        let mut numbers = time.split(':').map(|part| match part.len() {
            1 | 2 => part.parse::<u8>().ok(),
            _ => None,
        });
        let hour = numbers.next()??;
        let minute = numbers.next()??;
        let second = match numbers.next() {
            Some(second) => second?,
            None => 0,
        };
        if numbers.next().is_some() {
            return None;
        }
        if let Some(fraction) = rest.strip_prefix(['.', ','])
            && fraction.starts_with(|c: char| c.is_ascii_digit())
        {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        let mut clock = Self {
            time: (hour, minute, second),
            offset: None,
            unknown_zone: false,
            year: None,
        };
        // `(CEST)` behind an offset repeats it.
        let rest = rest.split('(').next().unwrap_or(rest).trim_end_matches(',');
        for word in rest.split_whitespace() {
            clock.word(word)?;
        }
        Some(clock)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let plain: String = word
            .chars()
            .filter(|&c| c != '.' && c != ',')
            .flat_map(char::to_lowercase)
            .collect();
        match plain.as_str() {
            "" | "uhr" | "h" | "hrs" => {}
            "am" if (1..=12).contains(&self.time.0) => self.time.0 %= 12,
            "pm" if (1..=12).contains(&self.time.0) => self.time.0 = self.time.0 % 12 + 12,
            "am" | "pm" => return None,
            _ => {
                if let Some(offset) = zone(&plain) {
                    self.offset = Some(offset);
                } else if let Some(offset) = offset(&plain) {
                    self.offset = Some(offset);
                } else if plain.len() == 4 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.year = plain.parse().ok();
                } else if (2..=5).contains(&plain.len())
                    && plain.bytes().all(|byte| byte.is_ascii_alphabetic())
                {
                    self.unknown_zone = true;
                } else {
                    return None;
                }
            }
        }
        Some(())
    }
}

/// `+0200`, `+02:00`, `-5`, `gmt+2`, in seconds.
fn offset(text: &str) -> Option<i32> {
    let text = text.trim_start_matches("gmt").trim_start_matches("utc");
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    if hours.len() > 2
        || !hours
            .bytes()
            .chain(minutes.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// The offset of a named zone in seconds. Names with two meanings (`IST`, `CST` in Asia) are
/// missing or mean what RFC 5322 says they mean.
fn zone(name: &str) -> Option<i32> {
    let hours = match name {
        "z" | "ut" | "utc" | "gmt" | "wet" => 0,
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "bst" | "west" | "cet" | "mez" => 1,
        "cest" | "mesz" | "eet" => 2,
        "eest" | "msk" => 3,
        _ => return None,
    };
    Some(hours * 3_600)
}

fn is_weekday(word: &str) -> bool {
    const WEEKDAYS: [&str; 28] = [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
    ];
    const MORE: [&str; 10] = [
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ];
    WEEKDAYS.contains(&word) || MORE.contains(&word)
}

/// The number of a month in English, German, French or Spanish, whole or shortened.
fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan january januar jänner janvier enero ene janv",
        "feb february februar février fevrier febrero févr fevr",
        "mar march märz maerz mär mars marzo",
        "apr april avril abril abr avr",
        "may mai mayo",
        "jun june juni juin junio",
        "jul july juli juillet julio juil",
        "aug august août aout agosto ago",
        "sep sept september septembre septiembre setiembre",
        "oct october oktober okt octobre octubre",
        "nov november novembre noviembre",
        "dec december dezember dez décembre decembre diciembre dic déc",
    ];
    let found = MONTHS
        .iter()
        .position(|names| names.split(' ').any(|name| name == word))?;
    Some(found as i8 + 1)
}
