//! Numbers, durations and words for people and for shells.

use std::time::Duration;

/// A number with commas between thousands: `1,234`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A part of a whole in percent, with as many digits as say something: `0.35 %`, `12 %`.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0 %".to_owned(),
        p if p < 0.095 => format!("{p:.3} %"),
        p if p < 0.995 => format!("{p:.2} %"),
        p if p < 9.95 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// A factor, with as many digits as say something: `0.35`, `3.1`, `12`.
pub(crate) fn times(factor: f64) -> String {
    match factor {
        f if f < 0.995 => format!("{f:.2}"),
        f if f < 9.95 => format!("{f:.1}"),
        f => thousands(f.round() as u64),
    }
}

/// A number with its noun: `1 hit`, `2 hits`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

/// A time in the unit that suits it: `4 ms`, `1.3 s`, `2 min 5 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.000_95 => "under 1 ms".to_owned(),
        s if s < 0.999_5 => format!("{:.0} ms", s * 1_000.0),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        _ => {
            let whole = time.as_secs();
            format!("{} min {} s", whole / 60, whole % 60)
        }
    }
}

/// A size in the unit that suits it: `812 B`, `3.4 MB`.
pub(crate) fn bytes(size: u64) -> String {
    let mut value = size as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 999.5 {
            let digits = usize::from(unit != "B" && value < 9.95);
            return format!("{value:.digits$} {unit}");
        }
        value /= 1_000.0;
    }
    format!("{value:.1} TB")
}

/// A word as a shell takes it: quoted if it has to be.
pub(crate) fn shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains('\'') && !word.contains(['"', '$', '`', '\\', '!']) {
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (44_020, "44,020"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), expected);
        }
        assert_eq!(count(1, "hit", "hits"), "1 hit");
        assert_eq!(count(2_000, "hit", "hits"), "2,000 hits");
    }

    #[test]
    fn shares_have_digits_that_say_something() {
        for (share, expected) in [
            (0.0, "0 %"),
            (0.000_351, "0.035 %"),
            (0.003_5, "0.35 %"),
            (0.035, "3.5 %"),
            (0.351, "35 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
        for (factor, expected) in [
            (0.0, "0.00"),
            (0.346, "0.35"),
            (1.0, "1.0"),
            (9.94, "9.9"),
            (12.4, "12"),
            (4_321.0, "4,321"),
        ] {
            assert_eq!(times(factor), expected);
        }
    }

    #[test]
    fn times_and_sizes_have_fitting_units() {
        for (micros, expected) in [
            (300, "under 1 ms"),
            (3_900, "4 ms"),
            (999_400, "999 ms"),
            (999_600, "1.0 s"),
            (38_000_000, "38 s"),
            (125_000_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(Duration::from_micros(micros)), expected);
        }
        for (size, expected) in [
            (0, "0 B"),
            (812, "812 B"),
            (3_400_000, "3.4 MB"),
            (12_345, "12 kB"),
        ] {
            assert_eq!(bytes(size), expected);
        }
    }

    #[test]
    fn words_survive_a_shell() {
        for (word, expected) in [
            ("Iran", "Iran"),
            ("Saudi Arabia", "'Saudi Arabia'"),
            ("Côte", "Côte"),
            ("Côte d'Ivoire", "\"Côte d'Ivoire\""),
            ("it's $5", r"'it'\''s $5'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(shell(word), expected);
        }
    }
}
