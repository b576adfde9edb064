//! Random searches without hits over random documents: every change that is offered gives exactly
//! the hits it promises, and nothing smaller to leave out was overlooked.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::*;

/// Searches without hits that are looked at.
const SEARCHES: usize = 300;

const WORDS: [&str; 6] = ["harbour", "pilots", "strike", "tariff", "treaty", "vessel"];
const COUNTRIES: [&str; 4] = ["Iran", "Peru", "Saudi Arabia", "iran"];
const TOPICS: [&str; 4] = [
    "economy/trade",
    "economy/oil",
    "politics",
    "politics/elections",
];

fn document() -> impl Strategy<Value = Document> {
    let words = |most| prop::collection::vec(prop::sample::select(&WORDS[..]), 0..most);
    (
        0..40u8,
        words(3),
        words(6),
        prop::option::of(prop::sample::select(&COUNTRIES[..])),
        prop::option::of(prop::sample::select(&TOPICS[..])),
        prop::option::of((1..4u8, prop::option::of(1..13u8))),
        prop::option::of(0..900u16),
    )
        .prop_map(|(id, title, body, country, topic, date, number)| {
            let mut document = Document::new(format!("d{id}"))
                .title(title.join(" "))
                .body(body.join(" "));
            document.source = Some(SourceLocation {
                path: format!("wire/190{}/{id}.md", id % 3),
                ..SourceLocation::default()
            });
            if let Some(country) = country {
                document = document.facet("country", country);
            }
            if let Some(topic) = topic {
                document = document.facet("topic", topic);
            }
            if let Some(number) = number {
                document = document.number("words", f64::from(number));
            }
            match date {
                Some((year, None)) => document.date(&format!("190{year}")).unwrap(),
                Some((year, Some(month))) => {
                    document.date(&format!("190{year}-{month:02}")).unwrap()
                }
                None => document,
            }
        })
}

fn clause() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&WORDS[..]);
    let typed = prop::sample::select(vec!["harbuor", "pilost", "tarif", "zeppelin", "treaties"]);
    let value = prop::sample::select(vec![
        "country:Iran",
        "country:Irann",
        "country:=\"IRAN\"",
        "country:\"Saudi Arabia\"",
        "country:arabia",
        "topic:economy/oil",
        "topic:economy/gas",
        "topic:electons",
        "has:country",
        "missing:topic",
        "missing:date",
    ]);
    prop_oneof![
        4 => word.clone().prop_map(str::to_owned),
        2 => typed.prop_map(str::to_owned),
        2 => (word.clone(), word.clone()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => word.clone().prop_map(|word| format!("title:{word}")),
        1 => word.clone().prop_map(|word| format!("-{word}")),
        1 => (word.clone(), word.clone()).prop_map(|(a, b)| format!("({a} OR \"{b} {a}\")")),
        3 => value.prop_map(str::to_owned),
        2 => (1..5u8, 1..13u8).prop_map(|(year, month)| format!("date:190{year}-{month:02}")),
        1 => (1..4u8, 0..2u8).prop_map(|(year, more)| format!("date:190{year}..190{}", year + more)),
        1 => (0..1000u16).prop_map(|number| format!("words:>={number}")),
        1 => (0..800u16).prop_map(|number| format!("words:{number}..{}", number + 40)),
        1 => word.clone().prop_map(|word| format!("({word} AND country:Peru)")),
        4 => near(),
        2 => (0..PATTERNS.len()).prop_map(|number| PATTERNS[number].to_owned()),
        1 => (word.clone(), word).prop_map(|(a, b)| format!("({a} OR \"{b} {a}\" OR country:Irann)^2")),
    ]
}

/// Clauses that are neither words nor phrases.
const PATTERNS: [&str; 14] = [
    "title:har*",
    "tar?ff",
    "treety~",
    "title:vesel~^3",
    "body:/pil.*/",
    "\"strike harbour\"~1",
    "title:\"treaty\"^0.5",
    "path:wire/1901/*.md",
    "path:**/nothing.md",
    "id:d77",
    "date:=1902",
    "has:words",
    "missing:words",
    "-(harbour OR tariff)",
];

/// Things near each other, alone and in brackets, with sides of every kind.
fn near() -> impl Strategy<Value = String> {
    let word = || prop::sample::select(&WORDS[..]);
    let side = prop_oneof![
        4 => word().prop_map(str::to_owned),
        1 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word()).prop_map(|(a, b)| format!("({a} OR \"{b} {a}\")")),
        1 => (word(), word()).prop_map(|(a, b)| format!("({a} NEAR/1 {b})")),
        1 => word().prop_map(|word| format!("title:\"{word}\"")),
        1 => prop::sample::select(vec!["tarif~", "vess*", "/str.*/", "zeppelin"])
            .prop_map(str::to_owned),
    ];
    let operator = prop::sample::select(vec!["NEAR/1", "NEAR/3", "BEFORE/2", "NEAR/s", "BEFORE/p"]);
    let weight = prop::sample::select(vec!["", "^2", "^0.5"]);
    (side.clone(), operator, side, weight)
        .prop_map(|(a, operator, b, weight)| format!("({a} {operator} {b}){weight}"))
}

fn request() -> impl Strategy<Value = SearchRequest> {
    let value = prop::sample::select(vec![
        ("country", "Iran"),
        ("country", "Perru"),
        ("country", "Saudi Arabia"),
        ("topic", "economy/oil"),
        ("topic", "economy"),
        ("topic", "eelections"),
    ]);
    (
        prop::collection::vec(clause(), 0..5),
        prop::collection::vec((0..4u8, value), 0..3),
        prop::option::weighted(0.2, (1..4u8, 1..13u8)),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(clauses, filters, since, any)| {
            let mut request = SearchRequest::query(clauses.join(" ")).unwrap();
            for (kind, (facet, value)) in filters {
                request = match kind {
                    0 | 1 => request.filter(facet, value),
                    2 => request.all_of(facet, value),
                    _ => request.exclude(facet, value),
                };
            }
            if let Some((year, month)) = since {
                request.dates.from = PartialDate::month(1900 + i16::from(year), month as i8).ok();
            }
            request.any = any;
            request.limit(3)
        })
}

fn searcher(batches: &[Vec<Document>]) -> Searcher {
    let schema = Schema::default()
        .number(NumberDefinition::new("words"))
        .unwrap();
    let index = Index::create_in_memory(schema).unwrap();
    let mut writer = index.writer().unwrap();
    for batch in batches {
        for document in batch {
            writer.put(document.clone()).unwrap();
        }
        writer.commit().unwrap();
    }
    for id in ["d3", "d4", "d5"] {
        writer.delete(id).unwrap();
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

fn total(searcher: &Searcher, request: &SearchRequest) -> u64 {
    searcher.search(request).unwrap().total
}

/// Checks one search; gives the changes offered if it has no hits.
fn check(searcher: &Searcher, request: &SearchRequest) -> Option<usize> {
    let response = searcher.search(request).unwrap();
    if response.total > 0 {
        assert!(response.why_not.is_none() && response.relaxations.is_empty());
        return None;
    }
    for offered in &response.relaxations {
        assert!(offered.count > 0, "{request:?}: {offered:?}");
        let found = total(searcher, &offered.request);
        assert_eq!(found, offered.count, "{request:?}: {offered:?}");
    }
    let why_not = response.why_not?;
    let conflict = &why_not.conflict;
    let parts = why_not.clauses.len();
    if searcher.documents() == 0 {
        return Some(0);
    }
    assert!(!conflict.is_empty(), "{request:?}: {why_not:?}");
    assert_eq!(why_not.clauses[parts - 1].together, 0);
    if let [only] = conflict.as_slice() {
        assert_eq!(why_not.clauses[*only].count, 0);
    } else {
        assert!(why_not.clauses.iter().all(|clause| clause.count > 0));
    }
    // To leave out any single clause or filter that would do is offered, up to four.
    if parts > 1 {
        let singles = response
            .relaxations
            .iter()
            .filter(|offered| offered.change.starts_with("without "))
            .filter(|offered| !offered.change.contains("` and `"))
            .count();
        let doing = droppable(searcher, request);
        assert_eq!(
            singles,
            doing.min(4),
            "{request:?}: {:?}",
            response.relaxations
        );
    }
    Some(response.relaxations.len())
}

/// How many clauses and filters there are that, left out alone, leave hits: by asking.
fn droppable(searcher: &Searcher, request: &SearchRequest) -> usize {
    let parsed = {
        let context = query::ParseContext {
            schema: Some(searcher.schema()),
            any: request.any,
            today: None,
            searches: None,
        };
        let Question::Text(text) = &request.question else {
            panic!("a text was asked");
        };
        query::parse(text, &context).query
    };
    let clauses = match &parsed {
        Query::All => Vec::new(),
        Query::And(clauses) => clauses.clone(),
        other => vec![other.clone()],
    };
    let mut changed = Vec::new();
    for number in 0..clauses.len() {
        if clauses[number] == Query::All {
            continue;
        }
        let mut rest = clauses.clone();
        rest.remove(number);
        let mut request = request.clone();
        request.question = Question::Tree(Query::And(vec![
            Query::All,
            Query::And([vec![Query::All], rest].concat()),
        ]));
        changed.push(request);
    }
    for (facet, choice) in &request.choices {
        if !choice.any_of.is_empty() {
            let mut request = request.clone();
            request.choice(facet.as_str()).any_of.clear();
            changed.push(request);
        }
        for number in 0..choice.all_of.len() {
            let mut request = request.clone();
            request.choice(facet.as_str()).all_of.remove(number);
            changed.push(request);
        }
        for number in 0..choice.none_of.len() {
            let mut request = request.clone();
            request.choice(facet.as_str()).none_of.remove(number);
            changed.push(request);
        }
    }
    if request.dates != DateRange::default() {
        let mut request = request.clone();
        request.dates = DateRange::default();
        changed.push(request);
    }
    let mut alike: Vec<SearchRequest> = Vec::new();
    for request in changed {
        if total(searcher, &request) > 0 && !alike.contains(&request) {
            alike.push(request);
        }
    }
    alike.len()
}

#[test]
fn many_clauses_are_told_apart_as_far_as_it_goes() {
    let words: Vec<String> = (b'a'..=b'z')
        .map(|letter| format!("word{}", char::from(letter)))
        .collect();
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    let document = Document::new("d1")
        .body(words.join(" "))
        .facet("country", "Peru");
    writer.put(document).unwrap();
    writer.commit().unwrap();
    let searcher = index.searcher().unwrap();
    for (query, filter, conflict, changes) in [
        ("zeppelin", "Peru", 0, 1),
        ("", "Iran", 11, 0),
        ("country:Iran", "Peru", 0, 1),
    ] {
        let query = format!("{query} {}", words.join(" "));
        let request = SearchRequest::query(query)
            .unwrap()
            .filter("country", filter);
        let response = searcher.search(&request).unwrap();
        let why_not = response.why_not.unwrap();
        assert_eq!(
            (why_not.clauses.len(), &why_not.conflict),
            (12, &vec![conflict])
        );
        assert_eq!(why_not.clauses[11].count, u64::from(filter == "Peru"));
        let left_out = response
            .relaxations
            .iter()
            .filter(|one| one.change.starts_with("without"));
        assert_eq!(left_out.count(), changes);
        for offered in &response.relaxations {
            assert_eq!(total(&searcher, &offered.request), offered.count);
        }
    }
}

#[test]
fn every_change_that_is_offered_gives_what_it_promises() {
    let mut runner = TestRunner::deterministic();
    let corpora = prop::collection::vec(prop::collection::vec(document(), 1..14), 1..4);
    let requests = prop::collection::vec(request(), 24);
    let (mut empty, mut offered, mut without_offer) = (0, 0, 0);
    while empty < SEARCHES {
        let corpus = corpora.new_tree(&mut runner).unwrap().current();
        let searcher = searcher(&corpus);
        for request in requests.new_tree(&mut runner).unwrap().current() {
            if let Some(changes) = check(&searcher, &request) {
                empty += 1;
                offered += changes;
                without_offer += usize::from(changes == 0);
            }
        }
    }
    assert!(offered > empty, "{offered} changes for {empty} searches");
    assert!(
        without_offer < empty / 4,
        "{without_offer} of {empty} had none"
    );
}
