//! The language as a whole: every construct, every refusal, hostile text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

mod misreadings;
mod random;

use super::*;
use crate::NumberDefinition;
use crate::document::DateRange;
use crate::schema::Origin;

/// The saved searches of the manual.
static SEARCHES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    [
        ("gulf", "tanker NEAR/20 \"persian gulf\""),
        ("trade", "export OR import"),
        ("loop", "iran OR @round"),
        ("round", "@loop oil"),
        ("broken", "(oil OR gas"),
    ]
    .map(|(name, query)| (name.to_owned(), query.to_owned()))
    .into()
});

fn schema() -> Schema {
    Schema::default()
        .number(NumberDefinition::new("words"))
        .unwrap()
}

fn context(schema: &Schema) -> ParseContext<'_> {
    ParseContext {
        schema: Some(schema),
        any: false,
        today: "2026-11-23".parse().ok(),
        searches: Some(&SEARCHES),
    }
}

fn read(text: &str) -> Parsed {
    parse(text, &context(&schema()))
}

fn codes(parsed: &Parsed) -> Vec<&str> {
    parsed.diagnostics.iter().map(|d| d.code.as_str()).collect()
}

/// What must hold for every text.
fn check_sanity(text: &str, parsed: &Parsed) {
    for found in &parsed.diagnostics {
        let (start, end) = found.span.expect("every finding has a place");
        assert!(start <= end && end <= text.len(), "{text:?}: {found:?}");
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
        let hint = found.hint.as_deref().unwrap_or_default();
        assert!(!hint.is_empty(), "{text:?}: {found:?}");
        assert!(
            !found.message.ends_with('.') && !hint.ends_with('.'),
            "{found:?}"
        );
    }
}

/// What is said behind an offer.
const BEHIND_OFFERS: [&str; 6] = [
    ", or put the sign in quotes with the words around it",
    " to look for the text itself",
    " to drop the value, or put it in quotes",
    " for documents without one",
    " for every document that has a number",
    " for a value below zero",
];

/// The query that a hint offers, if it offers a whole one.
fn offered(hint: &str) -> Option<&str> {
    let mut rest = hint.strip_prefix("write `")?;
    while let Some(before) = BEHIND_OFFERS
        .iter()
        .find_map(|said| rest.strip_suffix(said))
    {
        rest = before;
    }
    let query = rest.strip_suffix('`')?;
    let query = query
        .split_once("`, or `")
        .map_or(query, |(first, _)| first);
    (!query.contains(['`', '…'])).then_some(query)
}

/// Every query that is offered is read without errors, and with less to say than what offers it;
/// so who follows offers comes to an end.
fn check_offers(text: &str, context: &ParseContext<'_>) {
    let errors = |parsed: &Parsed| {
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        parsed.diagnostics.iter().filter(is_error).count()
    };
    let parsed = parse(text, context);
    for found in &parsed.diagnostics {
        if let Some(offer) = found.hint.as_deref().and_then(offered) {
            let again = parse(offer, context);
            let shown = (text, found, offer, &again.diagnostics);
            assert_eq!(errors(&again), 0, "{shown:?}");
            let fewer = again.diagnostics.len() < parsed.diagnostics.len();
            assert!(fewer || errors(&parsed) > 0, "{shown:?}");
        }
    }
}

#[test]
fn an_offer_mends_every_mistake_at_once() {
    for (text, expected) in [
        ("(iran OR \"oil", "(iran OR \"oil\")"),
        ("(iran OR \"oil)", "(iran OR \"oil\")"),
        ("((iran OR \"oil) ) ", "((iran OR \"oil\") )"),
        ("((iran OR \"oil)", "((iran OR \"oil\"))"),
        ("(iran OR \"", "(iran)"),
        ("(iran OR \")", "(iran)"),
        ("(iran AND", "(iran)"),
        ("(iran AND NOT", "(iran)"),
        ("(oil AND) OR", "(oil)"),
        ("iran AND OR oil )", "iran AND oil"),
        ("-() oil", "oil"),
        ("titel:iran AND (oil", "title:iran AND (oil)"),
        ("titel: iran - oil", "title:iran -oil"),
        (
            "date:2024..2020 hezbolah~3 (\"oil pri\"*",
            "date:2020..2024 hezbolah~2 ((oil BEFORE/1 pri*))",
        ),
        ("oil NEAR gas AND country:", "oil NEAR/10 gas"),
        ("(oil and gas) \"iran", "(oil and gas) \"iran\""),
        ("NOT country: NOT oil", "NOT oil"),
        ("words:(5 OR NOT -3)", "words:(5 OR NOT 3)"),
        ("country:a\\  () oil", "country:a\\  oil"),
        ("Iran - an overview (oil", "Iran -an overview (oil)"),
        ("words:1,000,000", "words:1000000"),
        ("after:2024-03 (oil", "date:>2024-03 (oil)"),
        ("until:yesterday", "date:..yesterday"),
        ("filetype:.pdf iran", "path:**/*.pdf iran"),
        (
            "words:>1,000 -words:3'000..4'000",
            "words:>1000 -words:3000..4000",
        ),
    ] {
        let context_schema = schema();
        let parsed = read(text);
        check_sanity(text, &parsed);
        check_offers(text, &context(&context_schema));
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        for found in parsed.diagnostics.iter().filter(is_error) {
            let hint = found.hint.as_deref().unwrap_or_default();
            assert_eq!(offered(hint), Some(expected), "{text}: {hint}");
        }
        assert!(parsed.into_result().is_err(), "{text}");
    }
}

#[test]
fn what_may_have_been_meant_otherwise_is_said_with_every_offer() {
    let parsed = read("Iran - an overview (oil");
    assert_eq!(parsed.diagnostics.len(), 2);
    for found in &parsed.diagnostics {
        let hint = found.hint.as_deref().unwrap();
        assert!(hint.ends_with(BEHIND_OFFERS[0]), "{hint}");
    }
    // Nothing is offered that would mean something else.
    for text in [
        "since:(2024)",
        "from:(2024 OR 2025)",
        "since:\"2024\"",
        "since:>2024",
        "ext:(pdf OR doc)",
        "filetype:\"pdf\"",
        "words:1,2,3",
        "words:1,5",
    ] {
        let parsed = read(text);
        let hint = parsed.diagnostics[0].hint.as_deref().unwrap();
        assert_eq!(offered(hint), None, "{text}: {hint}");
        assert!(parsed.into_result().is_err(), "{text}");
    }
}

#[test]
fn offers_know_how_deep_a_saved_search_stands() {
    let nested = format!("{}@gulf{}", "(".repeat(33), ")".repeat(33));
    let parsed = read(&format!("{nested} AND"));
    assert_eq!(codes(&parsed), ["operator_without_operand"]);
    let hint = parsed.diagnostics[0].hint.as_deref().unwrap();
    assert_eq!(offered(hint), Some(nested.as_str()));
}

/// Tables of the manual: rows whose header starts with `| {name} |`, in cells without backticks.
fn rows(name: &str) -> Vec<Vec<String>> {
    let manual = include_str!("../../docs/query-language.md");
    let mut rows = Vec::new();
    let mut inside = false;
    for line in manual.lines() {
        if !line.starts_with('|') {
            inside = false;
        } else if line.starts_with(&format!("| {name} |")) {
            inside = true;
        } else if inside && !line.starts_with("|--") {
            let line = line.trim_matches('|').replace("\\|", "\u{0}");
            let cell = |cell: &str| {
                let cell = cell.trim().replace('\u{0}', "|");
                cell.trim_matches('`').trim().to_owned()
            };
            rows.push(line.split(" | ").map(cell).collect());
        }
    }
    assert!(!rows.is_empty(), "no table of {name}");
    rows
}

#[test]
fn the_examples_of_the_manual_are_read_as_it_says() {
    for row in rows("query") {
        let (text, reading) = (&row[0], &row[1]);
        let parsed = read(text);
        check_sanity(text, &parsed);
        assert_eq!(codes(&parsed), Vec::<&str>::new(), "{text}");
        assert_eq!(parsed.query.to_string(), *reading, "{text}");
        assert_eq!(read(reading).query, parsed.query, "{text}");
    }
}

#[test]
fn with_any_the_examples_of_the_manual_are_read_as_it_says() {
    let schema = schema();
    let any = ParseContext {
        any: true,
        ..context(&schema)
    };
    for row in rows("query with `--any`") {
        let (text, reading) = (&row[0], &row[1]);
        let parsed = parse(text, &any);
        assert_eq!(parsed.query.to_string(), *reading, "{text}");
        assert_eq!(parse(reading, &any).query, parsed.query, "{text}");
        assert_eq!(read(reading).query, parsed.query, "{text}");
    }
}

#[test]
fn the_remarks_of_the_manual_are_made() {
    for row in rows("remark on") {
        let (text, code, hint) = (&row[0], &row[1], &row[2]);
        let parsed = read(text);
        check_sanity(text, &parsed);
        assert_eq!(codes(&parsed), [code], "{text}");
        assert_ne!(parsed.diagnostics[0].severity, Severity::Error, "{text}");
        assert_eq!(
            parsed.diagnostics[0].hint.as_deref().map(offered),
            Some(Some(hint.as_str()))
        );
        assert_eq!(codes(&read(hint)), Vec::<&str>::new(), "{hint}");
    }
}

#[test]
fn the_refusals_of_the_manual_are_made_and_their_hints_work() {
    for row in rows("refused") {
        let (text, code, expected) = (&row[0], &row[1], &row[2]);
        let parsed = read(text);
        check_sanity(text, &parsed);
        assert_eq!(codes(&parsed), [code], "{text}");
        assert_eq!(parsed.diagnostics[0].severity, Severity::Error, "{text}");
        let hint = parsed.diagnostics[0].hint.as_deref().unwrap();
        if expected.is_empty() {
            assert_eq!(offered(hint), None, "{text}");
        } else {
            assert_eq!(offered(hint), Some(expected.as_str()), "{text}");
            let errors = read(expected).into_result();
            assert!(errors.is_ok(), "{text}: {expected}: {errors:?}");
        }
        let error = parsed.into_result().unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Query, code.as_str())
        );
        assert!(error.span().is_some() && error.hint().is_some());
    }
}

#[test]
fn clauses_carry_what_was_written() {
    let word = |text: &str, field| {
        Query::Word(Word {
            text: text.to_owned(),
            field,
        })
    };
    assert_eq!(read("").query, Query::All);
    assert_eq!(read("  ").query, Query::All);
    assert_eq!(read("Iran’s").query, word("Iran’s", None));
    assert_eq!(
        read("title:(iran OR –oil)").query,
        Query::Or(vec![
            word("iran", Some(TextField::Title)),
            Query::Not(Box::new(word("oil", Some(TextField::Title)))),
        ])
    );
    assert_eq!(
        read("mentioned.country:=\"Persia\"").query,
        Query::Facet(FacetClause {
            facet: "country".to_owned(),
            origin: Some(Origin::Mentioned),
            value: "Persia".to_owned(),
            written: true,
        })
    );
    assert_eq!(
        read("date:=1962").query,
        Query::Date(DateClause {
            range: DateRange {
                from: "1962".parse().ok(),
                to: "1962".parse().ok(),
            },
            exactly: "1962".parse().ok(),
        })
    );
    assert_eq!(
        read("words:>5").query,
        Query::Number(NumberClause {
            name: "words".to_owned(),
            from: Some(5.0),
            from_excluded: true,
            to: None,
            to_excluded: false,
        })
    );
}

#[test]
fn spans_point_at_what_is_wrong() {
    for (text, places) in [
        ("iran contry:x", vec!["contry"]),
        ("date:2024-06..2024-03", vec!["2024-06..2024-03"]),
        ("(a OR (b", vec!["("]),
        ("ünï i* \"x", vec!["i*", "\"x"]),
        ("a AND OR b", vec!["OR"]),
        ("has:contry words:x", vec!["contry", "x"]),
        ("oil NEAR gas @gulv", vec!["NEAR", "@gulv"]),
        ("oil NEAR/8 country:IR", vec!["country:IR"]),
        ("oil^0 \"a b\"~x (a)^200", vec!["oil^0", "~x", "^200"]),
        ("é /ab[z-a]/", vec!["z-a"]),
        ("title: iran", vec!["title:"]),
        ("cats and dogs", vec!["and"]),
    ] {
        let parsed = read(text);
        let found: Vec<&str> = parsed
            .diagnostics
            .iter()
            .filter_map(|d| d.span)
            .map(|(start, end)| &text[start..end])
            .collect();
        assert_eq!(found, places, "{text}");
    }
}

#[test]
fn spaces_at_the_ends_of_values_say_nothing() {
    for (text, plain) in [
        ("path:wire\\\n", "path:wire"),
        ("path:\\#@=\\\n\n", "path:\\#@="),
        ("id:a\\ ", "id:a"),
        ("country:iran\\\t", "country:iran"),
    ] {
        let parsed = read(text);
        assert_eq!(parsed.query, read(plain).query, "{text:?}");
        assert_eq!(
            read(&parsed.query.to_string()).query,
            parsed.query,
            "{text:?}"
        );
    }
    assert_eq!(codes(&read("id:\\ ")), ["empty_value"]);
}

#[test]
fn without_a_schema_any_well_formed_name_is_taken() {
    let names = ParseContext::any_names();
    for (text, reading) in [
        ("desk:foreign", "desk:foreign"),
        ("words:>=500", "words:>=500"),
        ("words:100..200", "words:100..200"),
        ("about.desk:x", "about.desk:x"),
        ("has:desk", "has:desk"),
        ("iran: talks", "iran AND talks"),
    ] {
        let parsed = parse(text, &names);
        assert_eq!(parsed.query.to_string(), reading, "{text}");
        assert!(parsed.into_result().is_ok(), "{text}");
    }
    for (text, code) in [
        ("Desk:x", "unknown_field"),
        ("near:x", "unknown_field"),
        ("12:30", "colon_in_text"),
        ("country:>IR", "not_a_number"),
        ("date:2w..", "no_today"),
        ("titel:x", ""),
    ] {
        let parsed = parse(text, &names);
        assert_eq!(
            codes(&parsed).first().copied().unwrap_or(""),
            code,
            "{text}"
        );
    }
}

#[test]
fn limits_are_refused_by_name() {
    let nested = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    let negated = |levels: usize| format!("{}a", "NOT ".repeat(levels));
    let words = |count: usize| vec!["a"; count].join(" ");
    let phrase = |count: usize| format!("\"{}\"", words(count));
    let mut alternating = "a".to_owned();
    for _ in 0..40 {
        alternating = format!("(a b OR {alternating})");
    }
    for (text, code) in [
        (nested(MAX_QUERY_DEPTH), ""),
        (nested(MAX_QUERY_DEPTH + 1), "too_deep"),
        (negated(MAX_QUERY_DEPTH), ""),
        (negated(MAX_QUERY_DEPTH + 1), "too_deep"),
        (words(MAX_CLAUSES), ""),
        (words(MAX_CLAUSES + 1), "too_many_clauses"),
        (r"/\w[^a]/ ".repeat(20), ""),
        (r"/\w[^a]/ ".repeat(21), "regex_too_large"),
        ("/[a-\u{40000}]/ ".repeat(4), ""),
        ("/[a-\u{40000}]/ ".repeat(5), "regex_too_large"),
        (phrase(MAX_PHRASE_WORDS), ""),
        (phrase(MAX_PHRASE_WORDS + 1), "phrase_too_long"),
        ("a".repeat(MAX_QUERY_BYTES), ""),
        ("a".repeat(MAX_QUERY_BYTES + 1), "query_too_long"),
    ] {
        let parsed = read(&text);
        check_sanity(&text, &parsed);
        assert_eq!(codes(&parsed).join(" "), code, "{text:.20}");
    }
    let parsed = read(&alternating);
    assert!(parsed.query.to_string().len() < MAX_QUERY_BYTES);
    assert_eq!(read(&parsed.query.to_string()).query, parsed.query);
}

/// Texts that are hostile when repeated.
const FLOODS: [&str; 38] = [
    "(",
    ")",
    "NOT ",
    "\"",
    "a:",
    "a: ",
    "-",
    "+",
    "'",
    "/",
    "/(",
    "\\",
    "@a ",
    "@gulf ",
    "@loop ",
    "a* ",
    "aa*",
    "*?",
    "a~ ",
    "a^2",
    "a^2 ",
    "(a)^2 ",
    "(a^2 ",
    "NEAR/1 ",
    "a NEAR/1 ",
    "(a NEAR/1 ",
    "a NEAR/1 (",
    "NOT a NEAR/1 ",
    "a NEAR/1 -",
    "/a/ ",
    "/(a ",
    "/a b ",
    "'a ",
    "\"a* ",
    "\"a\"~1 ",
    "title:(",
    "title:(a OR ",
    "path:**/ ",
];

#[test]
fn floods_are_refused_on_a_small_stack() {
    let refuse = || {
        for flood in FLOODS {
            for bytes in [64 * 1024, MAX_QUERY_BYTES] {
                let text = flood.repeat(bytes / flood.len());
                let parsed = read(&text);
                check_sanity(&text, &parsed);
                let read = parsed.into_result();
                let is_fine = bytes == MAX_QUERY_BYTES
                    && matches!(flood, "'" | "/" | "\\" | "a^2" | "path:**/ ");
                assert_eq!(read.is_ok(), is_fine, "{flood} {bytes}");
                if let Ok((query, _)) = read {
                    let printed = query.to_string();
                    if printed.len() <= MAX_QUERY_BYTES {
                        assert_eq!(self::read(&printed).query, query, "{flood}");
                    }
                }
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    thread.spawn(refuse).unwrap().join().unwrap();
}

#[test]
fn reading_takes_steps_in_proportion_to_the_text() {
    let mut nested = String::new();
    while nested.len() < MAX_QUERY_BYTES {
        let level = format!("{}a b OR c{} ", "(a b OR ".repeat(60), ")".repeat(60));
        nested.push_str(&level);
    }
    let mut texts: Vec<String> = FLOODS
        .iter()
        .chain(&[
            "'a b ",
            "a? ",
            "a?     ",
            "iran's: x ",
            "contry:x ",
            "and ",
            "w/5 ",
            "@gulg ",
        ])
        .map(|flood| flood.repeat(MAX_QUERY_BYTES / flood.len()))
        .collect();
    texts.push(nested[..MAX_QUERY_BYTES].to_owned());
    for text in texts {
        // What is longer is refused unread.
        let long = text.repeat(8);
        let steps = work::of(|| assert!(read(&long).into_result().is_err()));
        assert!(steps < 256, "{text:.20}: {steps}");
        let steps = |bytes: usize| work::of(|| drop(read(&text[..bytes])));
        let (half, whole) = (steps(MAX_QUERY_BYTES / 2), steps(text.len()));
        // Reading stops early for some, so that the half is all that is read.
        assert!(whole <= 3 * half + 4_096, "{text:.20}: {half} {whole}");
        // Behind every slash a regular expression is looked for, so far and no farther.
        assert!(
            whole <= 2 * MAX_REGEX_BYTES * text.len(),
            "{text:.20}: {whole}"
        );
    }
}

#[test]
fn saved_searches_in_each_other_are_bounded() {
    let check = |make: fn(usize) -> String, code: &str| {
        let searches = (0..10).map(|number| (format!("s{number}"), make(number)));
        let searches = searches.collect();
        let schema = schema();
        let context = ParseContext {
            searches: Some(&searches),
            ..context(&schema)
        };
        let parsed = parse("@s0", &context);
        check_sanity("@s0", &parsed);
        assert_eq!(codes(&parsed).first().copied().unwrap_or(""), code);
    };
    let refuse = move || {
        check(
            |number| format!("@s{} oil", number + 1),
            "saved_search_depth",
        );
        check(
            |number| match number {
                0..7 => format!("@s{0} OR -@s{0}", number + 1),
                _ => "oil".to_owned(),
            },
            "",
        );
        check(
            |number| match number {
                0..7 => format!("@s{} ", number + 1).repeat(5),
                _ => "oil OR gas".to_owned(),
            },
            "too_many_clauses",
        );
        check(
            |number| match number {
                0..7 => format!("@s{} ", number + 1).repeat(2),
                _ => r"/\w+/".to_owned(),
            },
            "regex_too_large",
        );
        check(
            |number| format!("{}@s{}{}", "(".repeat(60), number + 1, ")".repeat(60)),
            "too_deep",
        );
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    thread.spawn(refuse).unwrap().join().unwrap();
}

#[test]
fn a_hopeless_text_does_not_fill_the_screen() {
    let parsed = read(&"a* ".repeat(500));
    assert_eq!(parsed.diagnostics.len(), 16);
    let parsed = read(&"(a OR b c) ".repeat(100));
    assert_eq!(parsed.diagnostics.len(), 17);
    assert!(codes(&parsed).contains(&"more_remarks"));
}

#[test]
fn a_comparison_before_a_group_leaves_every_finding_a_way_out() {
    for text in [
        "words:>=(many~)",
        "words:>=(5^2)",
        "words:>=(5..9)",
        "date:>=(2001~)",
        "date:>(2001..2002)",
        "date:>=(2001/2)",
        "words:>=((many~(",
    ] {
        let parsed = read(text);
        assert!(!parsed.diagnostics.is_empty(), "{text}");
        check_sanity(text, &parsed);
    }
}

#[test]
fn remarks_about_signs_leave_characters_whole() {
    for text in [
        " NEAR/8 (h(22-\u{c}+-2+N\u{c}\u{c} -C OR \u{2013}+-op",
        "iran OR \u{2013}+oil",
        "iran OR \u{2212}+-+oil",
        "iran OR +oil",
    ] {
        check_sanity(text, &read(text));
    }
}
