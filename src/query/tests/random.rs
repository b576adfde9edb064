//! Random trees and texts: printing and reading is the identity, and no text does harm.

use proptest::prelude::*;

use super::super::build::{all_of, any_of, boosted, none_of, whole};
use super::super::combine::has_text;
use super::*;
use crate::document::Precision;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zäß]{1,6}",
        "[-+()\"\\\\:*?~^/@!|&<>=.,'’“ a-cא]{1,8}",
        "(AND|OR|NOT|NEAR/8|BEFORE|&&|\\*|\\\\AND)",
        any::<String>().prop_filter("empty", |text| !text.is_empty()),
    ]
}

/// What can stand between quotes.
fn quotable() -> impl Strategy<Value = String> {
    text().prop_filter_map("blank", |text| {
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}

fn date() -> impl Strategy<Value = PartialDate> {
    let second = -300_000_000_000..250_000_000_000_i64;
    (second, 0..4_u8, prop::option::of(-14 * 60..=14 * 60)).prop_map(
        |(second, precision, offset)| {
            let precision = Precision::from_u8(precision).unwrap();
            let second = PartialDate::from_parts(second, Precision::Second, None);
            let (year, month, day) = second.ymd();
            match precision {
                Precision::Year => PartialDate::year(year).unwrap(),
                Precision::Month => PartialDate::month(year, month).unwrap(),
                Precision::Day => PartialDate::day(year, month, day).unwrap(),
                Precision::Second => {
                    let offset = offset.map(|minutes| minutes * 60);
                    PartialDate::from_parts(second.start(), precision, offset)
                }
            }
        },
    )
}

fn range() -> impl Strategy<Value = DateRange> {
    let ends = (prop::option::of(date()), prop::option::of(date()));
    ends.prop_filter_map("no range", |(from, to)| {
        let range = DateRange { from, to };
        (range != DateRange::default() && range.start() <= range.end()).then_some(range)
    })
}

fn number() -> impl Strategy<Value = NumberClause> {
    let value = || prop_oneof![-1e9..1e9, (-50..50_i32).prop_map(f64::from)];
    (
        prop::option::of(value()),
        prop::option::of(value()),
        any::<bool>(),
    )
        .prop_filter_map("no range", |(from, to, excluded)| {
            let ends = (from.is_some(), to.is_some());
            let fits = ends != (false, false) && from.zip(to).is_none_or(|(from, to)| from <= to);
            fits.then(|| NumberClause {
                name: "words".to_owned(),
                from,
                from_excluded: excluded && ends == (true, false),
                to,
                to_excluded: excluded && ends == (false, true),
            })
        })
}

fn field() -> impl Strategy<Value = Option<TextField>> {
    prop::option::of(prop_oneof![Just(TextField::Title), Just(TextField::Body)])
}

/// What stands for words, in every way there is.
fn words() -> impl Strategy<Value = Query> {
    let phrase = (quotable(), field(), 0..=MAX_MOVES).prop_map(|(text, field, moves)| {
        let moves = if text.split_whitespace().count() > 1 {
            moves
        } else {
            0
        };
        Query::Phrase(Phrase { text, field, moves })
    });
    let pattern = (
        "([a-zéß]{2,3}[*?]{1,2}[a-zÉ]{0,3}|[*?][a-z]['’a-z\u{301}]{1,3}[a-z][*?]?)",
        field(),
    )
        .prop_map(|(text, field)| Query::Pattern(Pattern { text, field }));
    let fuzzy = ("([a-zA-Zé]{4,6}|AND[a-z]|NEAR)", field(), 1..=MAX_EDITS)
        .prop_map(|(text, field, edits)| Query::Fuzzy(Fuzzy { text, edits, field }));
    let regexes = vec![
        "colou?r", "gr(a|e)y", ".*", r"\d{4}", r"[\\a]b", "[^/)]x", "x\"y", "a[\\](]",
    ];
    let regex = (prop::sample::select(regexes), field()).prop_map(|(pattern, field)| {
        let pattern = pattern.to_owned();
        Query::Regex(Regex { pattern, field })
    });
    prop_oneof![
        4 => (text(), field()).prop_map(|(text, field)| Query::Word(Word { text, field })),
        3 => phrase,
        2 => pattern,
        2 => fuzzy,
        1 => regex,
    ]
}

/// Words near each other, in every way there is.
fn near() -> impl Strategy<Value = Query> {
    let distance = prop_oneof![
        (1..=MAX_DISTANCE).prop_map(Distance::Words),
        Just(Distance::Sentence),
        Just(Distance::Paragraph),
    ];
    // One field at most, so that a place is left.
    let side = words().prop_map(|mut query| {
        match &mut query {
            Query::Word(word) if word.field == Some(TextField::Body) => word.field = None,
            Query::Phrase(phrase) if phrase.field == Some(TextField::Body) => phrase.field = None,
            Query::Pattern(of) if of.field == Some(TextField::Body) => of.field = None,
            Query::Fuzzy(fuzzy) if fuzzy.field == Some(TextField::Body) => fuzzy.field = None,
            Query::Regex(regex) if regex.field == Some(TextField::Body) => regex.field = None,
            _ => {}
        }
        query
    });
    let side = side.prop_recursive(3, 8, 3, move |inner| {
        let ends = (
            inner.clone(),
            inner.clone(),
            distance.clone(),
            any::<bool>(),
        );
        prop_oneof![
            ends.prop_map(|(left, right, within, ordered)| Query::Near(Near {
                left: Box::new(left),
                right: Box::new(right),
                within,
                ordered,
            })),
            prop::collection::vec(inner, 2..4).prop_map(any_of),
        ]
    });
    side.prop_filter("near", |query| matches!(query, Query::Near(_)))
}

fn path() -> impl Strategy<Value = Query> {
    let parts = quotable().prop_filter("a path", |text| !text.starts_with(['/', '.']));
    prop_oneof![
        parts,
        Just("reports/**".to_owned()),
        Just("a?/*.md".to_owned())
    ]
    .prop_map(Query::Path)
}

fn leaf() -> impl Strategy<Value = Query> {
    let origin = || prop::option::of(prop::sample::select(&Origin::ALL));
    let facet = || prop::sample::select(vec!["country", "topic", "language"]);
    let presence = prop_oneof![
        (facet(), origin()).prop_map(|(name, origin)| Presence {
            name: name.to_owned(),
            origin
        }),
        prop::sample::select(vec!["date", "title", "body", "url", "words"]).prop_map(|name| {
            Presence {
                name: name.to_owned(),
                origin: None,
            }
        }),
    ]
    .boxed();
    let facets = (facet(), origin(), quotable(), any::<bool>());
    prop_oneof![
        6 => words(),
        2 => near(),
        1 => path(),
        2 => facets.prop_map(|(facet, origin, value, written)| Query::Facet(FacetClause {
            facet: facet.to_owned(),
            origin,
            value,
            written,
        })),
        1 => range().prop_map(|range| Query::Date(DateClause { range, exactly: None })),
        1 => date().prop_map(|date| Query::Date(DateClause {
            range: DateRange { from: Some(date), to: Some(date) },
            exactly: Some(date),
        })),
        1 => range().prop_map(Query::Added),
        1 => number().prop_map(Query::Number),
        1 => quotable().prop_map(Query::Id),
        1 => presence.clone().prop_map(Query::Has),
        1 => presence.prop_map(Query::Missing),
        1 => Just(Query::All),
    ]
}

fn weight() -> impl Strategy<Value = f32> {
    prop_oneof![
        Just(MIN_BOOST),
        Just(MAX_BOOST),
        Just(1.0),
        Just(0.3),
        Just(2.0),
        MIN_BOOST..MAX_BOOST
    ]
}

/// With a weight, where it can have one.
fn weighed(query: Query, factor: f32) -> Query {
    let boosted = boosted(query.clone(), factor);
    let fits = match &boosted {
        Query::Boost(_, factor) => (MIN_BOOST..=MAX_BOOST).contains(factor),
        _ => true,
    };
    // Under NOT it would be remarked on.
    if fits && has_text(&query) {
        boosted
    } else {
        query
    }
}

fn tree() -> impl Strategy<Value = Query> {
    let tree = leaf().prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..5).prop_map(all_of),
            prop::collection::vec(inner.clone(), 1..5).prop_map(any_of),
            inner.clone().prop_map(none_of),
            (inner, weight()).prop_map(|(query, factor)| weighed(query, factor)),
        ]
    });
    tree.prop_map(whole)
}

/// Pieces that mean something, to meet each other in every order.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "(",
        ")",
        "\"",
        "“",
        "»",
        "-",
        "–",
        "+",
        "NOT",
        "AND",
        "OR",
        "and",
        "NEAR/3",
        "BEFORE/s",
        "NEAR",
        "NEAR/0",
        "title:",
        "country:",
        "date:",
        "words:",
        "added:",
        "has:",
        "id:",
        "x:",
        "declared.",
        "iran",
        "é",
        "12",
        "2024",
        "..",
        "…",
        ">=",
        "=",
        "*",
        "?",
        "~",
        "~2",
        "^2",
        "^",
        "@gulf",
        "path:",
        "/a.c/",
        "/",
        "\\",
        "@",
        "!",
        "|",
        "&&",
        "'",
        "’",
        ",",
        ":",
        ".",
        "[",
        "TO",
        "]",
        "2w",
        "today",
        " ",
        " ",
        " ",
        "\t",
        "\u{200F}",
        "א\"א",
        "（",
    ]);
    prop::collection::vec(pieces, 0..80).prop_map(|pieces| pieces.concat())
}

/// What must hold for a text that was read without an error.
fn check_reading(text: &str, context: &ParseContext<'_>) {
    let parsed = parse(text, context);
    check_sanity(text, &parsed);
    if let Ok((query, _)) = parsed.into_result() {
        let printed = query.to_string();
        let again = parse(&printed, context);
        assert_eq!(again.query, query, "{text:?} → {printed}");
        assert!(again.into_result().is_ok(), "{text:?} → {printed}");
    }
}

proptest! {
    #[test]
    fn printing_and_reading_is_the_identity(query in tree()) {
        let text = query.to_string();
        let parsed = read(&text);
        check_sanity(&text, &parsed);
        // What is between quotes stays as strange as it was.
        let remarks = codes(&parsed).into_iter().filter(|code| !matches!(*code, "wildcard_in_quotes" | "boost_under_not"));
        prop_assert_eq!(remarks.count(), 0, "{} {:?}", text, parsed.diagnostics);
        prop_assert_eq!(parsed.query, query, "{}", text);
    }

    #[test]
    fn no_text_panics(text in prop_oneof![any::<String>(), pieces()], any in any::<bool>()) {
        let schema = schema();
        let context = ParseContext { any, ..context(&schema) };
        check_reading(&text, &context);
        check_offers(&text, &context);
        check_sanity(&text, &parse(&text, &ParseContext::any_names()));
        let _ = (parse_date_point(&text, None), parse_date_range(&text, "2024".parse().ok()));
    }
}
