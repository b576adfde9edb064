//! Dates in every form that is read, and in those that are not.

use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: &str) {
    match parse(text) {
        Dated::Date(date) => assert_eq!(date.to_string(), expected, "{text}"),
        other => panic!("`{text}` is {other:?}, not {expected}"),
    }
}

#[test]
fn forms_that_are_read() {
    for (text, expected) in [
        ("1962", "1962"),
        ("1962-10", "1962-10"),
        (" 1962-10-28 ", "1962-10-28"),
        ("-0044-03-15", "-0044-03-15"),
        ("1066-10-14", "1066-10-14"),
        ("3000-01-01", "3000-01-01"),
        ("1962-10-28T18:30:00Z", "1962-10-28T18:30:00Z"),
        ("1962-10-28 18:30", "1962-10-28T18:30:00"),
        (
            "1962-10-28T18:30:00.123456+02:00",
            "1962-10-28T18:30:00+02:00",
        ),
        ("1987-02-26T15:02:20.00", "1987-02-26T15:02:20"),
        ("1962-10-28 18:30:00 UTC", "1962-10-28T18:30:00Z"),
        ("1962-10-28 18:30:00 +0200", "1962-10-28T18:30:00+02:00"),
        ("19621028", "1962-10-28"),
        ("19621028T183000Z", "1962-10-28T18:30:00Z"),
        ("19621028183000", "1962-10-28T18:30:00"),
        ("28 October 1962", "1962-10-28"),
        ("October 28, 1962", "1962-10-28"),
        ("Oct. 28th 1962", "1962-10-28"),
        ("28th of October, 1962", "1962-10-28"),
        ("Sunday, October 28, 1962", "1962-10-28"),
        ("1962 Oct 28", "1962-10-28"),
        ("October 1962", "1962-10"),
        ("OCT 1962", "1962-10"),
        ("1962, October", "1962-10"),
        ("28.10.1962", "1962-10-28"),
        ("3.4.1987", "1987-04-03"),
        ("1962/10/28", "1962-10-28"),
        ("1962.10.28", "1962-10-28"),
        ("1962/10", "1962-10"),
        ("10/1962", "1962-10"),
        ("28/10/1962", "1962-10-28"),
        ("10/28/1962", "1962-10-28"),
        ("10-28-1962", "1962-10-28"),
        ("05/05/1987", "1987-05-05"),
        ("26-FEB-1987 15:02:20.00", "1987-02-26T15:02:20"),
        ("26 Feb 1987", "1987-02-26"),
        (
            "Sun, 28 Oct 1962 10:00:00 +0200",
            "1962-10-28T10:00:00+02:00",
        ),
        ("28 Oct 1962 10:00 GMT", "1962-10-28T10:00:00Z"),
        ("Sun, 28 Oct 1962 10:00:00 EST", "1962-10-28T10:00:00-05:00"),
        (
            "Sun, 28 Oct 1962 10:00:00 -0330 (NST)",
            "1962-10-28T10:00:00-03:30",
        ),
        ("Sun Oct 28 10:00:00 UTC 1962", "1962-10-28T10:00:00Z"),
        ("Sun Oct 28 10:00:00 1962", "1962-10-28T10:00:00"),
        ("October 28, 1962 at 6:30 p.m.", "1962-10-28T18:30:00"),
        (
            "October 28, 1962, 12:05 AM EDT",
            "1962-10-28T00:05:00-04:00",
        ),
        ("28. Oktober 1962", "1962-10-28"),
        ("28. Oktober 1962 um 18:30 Uhr", "1962-10-28T18:30:00"),
        ("1er août 1962", "1962-08-01"),
        ("28 de octubre de 1962", "1962-10-28"),
        ("März 1962", "1962-03"),
        ("29 February 2024", "2024-02-29"),
    ] {
        check(text, expected);
    }
}

#[test]
fn what_could_be_two_days_is_not_guessed() {
    for text in ["03/04/1987", "3-4-1987", "12/11/2020", "03/04/1987 10:00"] {
        assert_eq!(parse(text), Dated::Ambiguous, "{text}");
    }
}

#[test]
fn what_is_no_date_is_said_to_be_none() {
    for text in [
        "",
        "yesterday",
        "n/a",
        "28/10/62",
        "26-FEB-87",
        "30 February 1962",
        "1962-02-30",
        "31.11.1962",
        "13/13/1962",
        "c. 1962",
        "1962-1963",
        "1962?",
        "28 October 1962 or later",
        "October",
        "October 28",
        "28 October 1962 25:00",
        "28 October 1962 10:61",
        "28 October 1962 13:00 pm",
        "1962 18:30",
        "12:30",
        ":30",
        "1962-10-28T",
        "00000000",
        "19621328",
        "1729000000",
        "28 October 19622",
        "99999999999999999999",
        "28 October 1962 10:00:00 +99:99",
        "11-MAY-1987 24:00:00.00.00",
        "\u{661}\u{669}\u{666}\u{662}",
    ] {
        assert_eq!(parse(text), Dated::Unreadable, "{text}");
    }
    assert_eq!(parse(&"1962 ".repeat(100_000)), Dated::Unreadable);
}

#[test]
fn an_unknown_zone_leaves_the_local_time() {
    let expected = "1962-10-28T10:00:00".parse().unwrap();
    assert_eq!(parse("28 Oct 1962 10:00 IST"), Dated::UnknownZone(expected));
}

#[test]
fn numbers_are_years_days_or_instants() {
    for (number, expected) in [
        (1962.0, "1962"),
        (19_621_028.0, "1962-10-28"),
        (0.0, ""),
        (50.0, ""),
        (44_927.0, ""),
        (19_629_999.0, "1970-08-16T04:46:39Z"),
        (1_710_720_000.0, "2024-03-18T00:00:00Z"),
        (1_710_720_000.75, "2024-03-18T00:00:00Z"),
        (1_710_720_000_123.0, "2024-03-18T00:00:00Z"),
        (-226_000_000.0, "1962-11-03T06:13:20Z"),
        (f64::NAN, ""),
        (f64::INFINITY, ""),
        (1e13, "2286-11-20T17:46:40Z"),
        (1e300, ""),
    ] {
        let given = match from_number(number) {
            Dated::Date(date) => date.to_string(),
            Dated::Unreadable => String::new(),
            other => panic!("{number}: {other:?}"),
        };
        assert_eq!(given, expected, "{number}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[0-9a-zA-Zé:./, +()-]{0,40}|\\PC{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn every_day_is_read_back_from_what_people_write(
        year in 1000_i16..=9999, month in 1_i8..=12, day in 1_i8..=28,
    ) {
        const NAMES: [&str; 12] = [
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December",
        ];
        let name = NAMES[usize::from(month.unsigned_abs()) - 1];
        let expected = Dated::Date(PartialDate::day(year, month, day).unwrap());
        for text in [
            format!("{day} {name} {year}"),
            format!("{name} {day}, {year}"),
            format!("{}. {day} {year}", &name[..3]),
            format!("{day}.{month}.{year}"),
            format!("{year}/{month}/{day}"),
            format!("{year:04}{month:02}{day:02}"),
        ] {
            prop_assert_eq!(parse(&text), expected, "{}", text);
        }
    }
}
