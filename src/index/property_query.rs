//! Random queries over random documents, compared with a naive evaluation of the same tree: every
//! kind of clause in every kind of nesting, deletions and several segments included.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::query::{DateClause, FacetClause, NumberClause, Phrase, Presence, TextField, Word};
use crate::*;

const WORDS: [&str; 5] = ["oil", "price", "prices", "war", "treaty"];
const COUNTRIES: [&str; 3] = ["Iran", "Peru", "iran"];

#[derive(Debug, Clone)]
struct Article {
    id: u8,
    title: Vec<usize>,
    body: Vec<usize>,
    countries: Vec<usize>,
    year: Option<u8>,
    number: Option<u8>,
}

fn article() -> impl Strategy<Value = Article> {
    let words = |most| prop::collection::vec(0..WORDS.len(), 0..most);
    (
        0..30u8,
        words(3),
        words(7),
        prop::collection::vec(0..COUNTRIES.len(), 0..3),
        prop::option::of(0..5u8),
        prop::option::of(0..5u8),
    )
        .prop_map(|(id, title, body, countries, year, number)| Article {
            id,
            title,
            body,
            countries,
            year,
            number,
        })
}

fn leaf() -> impl Strategy<Value = Query> {
    let field = prop_oneof![
        2 => Just(None),
        1 => Just(Some(TextField::Title)),
        1 => Just(Some(TextField::Body)),
    ];
    let phrase =
        (prop::collection::vec(0..WORDS.len(), 1..4), field.clone()).prop_map(|(words, field)| {
            let words: Vec<&str> = words.into_iter().map(|word| WORDS[word]).collect();
            Query::Phrase(Phrase {
                text: words.join(" "),
                field,
                moves: 0,
            })
        });
    let word = (0..WORDS.len(), field).prop_map(|(word, field)| {
        Query::Word(Word {
            text: WORDS[word].to_owned(),
            field,
        })
    });
    let facet = (0..COUNTRIES.len(), any::<bool>()).prop_map(|(country, written)| {
        Query::Facet(FacetClause {
            facet: "country".to_owned(),
            origin: None,
            value: COUNTRIES[country].to_owned(),
            written,
        })
    });
    let date = (0..5u8, 0..5u8).prop_map(|(from, to)| {
        Query::Date(DateClause {
            range: range(from, to),
            exactly: None,
        })
    });
    let number = (0..5u8, 0..5u8, any::<bool>()).prop_map(|(from, to, from_excluded)| {
        Query::Number(NumberClause {
            name: "words".to_owned(),
            from: Some(f64::from(from)),
            from_excluded,
            to: Some(f64::from(to)),
            to_excluded: false,
        })
    });
    let presence = (
        prop::sample::select(vec!["country", "date", "title", "body", "words", "topic"]),
        any::<bool>(),
    )
        .prop_map(|(name, has)| {
            let presence = Presence {
                name: name.to_owned(),
                origin: None,
            };
            if has {
                Query::Has(presence)
            } else {
                Query::Missing(presence)
            }
        });
    let id = (0..30u8).prop_map(|id| Query::Id(format!("d{id}")));
    prop_oneof![
        4 => word,
        3 => phrase,
        2 => facet,
        2 => date,
        1 => number,
        2 => presence,
        1 => id,
        1 => Just(Query::All),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            2 => inner.prop_map(|query| Query::Not(Box::new(query))),
        ]
    })
}

fn range(from: u8, to: u8) -> DateRange {
    DateRange {
        from: format!("190{from}").parse().ok(),
        to: format!("190{to}").parse().ok(),
    }
}

fn matches(query: &Query, article: &Article) -> bool {
    let texts = |field: Option<TextField>| match field {
        None => vec![&article.title, &article.body],
        Some(TextField::Title) => vec![&article.title],
        Some(TextField::Body) => vec![&article.body],
    };
    // Documents of this size have no language, so a word has only its own form.
    match query {
        Query::All => true,
        Query::Word(word) => texts(word.field)
            .iter()
            .any(|text| text.iter().any(|&found| WORDS[found] == word.text)),
        Query::Phrase(phrase) => {
            let wanted: Vec<&str> = phrase.text.split(' ').collect();
            texts(phrase.field).iter().any(|text| {
                let words: Vec<&str> = text.iter().map(|&found| WORDS[found]).collect();
                words.windows(wanted.len()).any(|window| window == wanted)
            })
        }
        Query::Facet(clause) => article.countries.iter().any(|&country| {
            let value = COUNTRIES[country];
            value == clause.value || !clause.written && value.eq_ignore_ascii_case(&clause.value)
        }),
        Query::Date(clause) => article.year.is_some_and(|year| {
            let date: PartialDate = format!("190{year}").parse().unwrap();
            clause.range.contains(date)
        }),
        Query::Number(clause) => article.number.map(f64::from).is_some_and(|number| {
            let from = clause.from.unwrap();
            (number > from || number >= from && !clause.from_excluded)
                && number <= clause.to.unwrap()
        }),
        Query::Id(id) => *id == format!("d{}", article.id),
        Query::Has(presence) => has(&presence.name, article),
        Query::Missing(presence) => !has(&presence.name, article),
        Query::And(clauses) => clauses.iter().all(|clause| matches(clause, article)),
        Query::Or(clauses) => clauses.iter().any(|clause| matches(clause, article)),
        Query::Not(inner) => !matches(inner, article),
        other => panic!("not generated: {other:?}"),
    }
}

fn has(name: &str, article: &Article) -> bool {
    match name {
        "country" => !article.countries.is_empty(),
        "date" => article.year.is_some(),
        "title" => !article.title.is_empty(),
        "body" => !article.body.is_empty(),
        "words" => article.number.is_some(),
        _ => false,
    }
}

fn document(article: &Article) -> Document {
    let text = |words: &[usize]| {
        let words: Vec<&str> = words.iter().map(|&word| WORDS[word]).collect();
        words.join(" ")
    };
    let mut document = Document::new(format!("d{}", article.id))
        .title(text(&article.title))
        .body(text(&article.body));
    for &country in &article.countries {
        document = document.facet("country", COUNTRIES[country]);
    }
    if let Some(number) = article.number {
        document = document.number("words", f64::from(number));
    }
    match article.year {
        Some(year) => document.date(&format!("190{year}")).unwrap(),
        None => document,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(super::property::cases()))]

    #[test]
    fn every_query_finds_what_a_naive_evaluation_finds(
        batches in prop::collection::vec(prop::collection::vec(article(), 0..12), 1..4),
        deleted in prop::collection::vec(0..30u8, 0..4),
        queries in prop::collection::vec(query(), 8),
        sort in prop::sample::select(vec![
            Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title,
        ]),
    ) {
        let schema = Schema::default().number(NumberDefinition::new("words")).unwrap();
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        let mut live: BTreeMap<u8, Article> = BTreeMap::new();
        for batch in &batches {
            for article in batch {
                writer.put(document(article)).unwrap();
                live.insert(article.id, article.clone());
            }
            writer.commit().unwrap();
        }
        for id in &deleted {
            writer.delete(&format!("d{id}")).unwrap();
            live.remove(id);
        }
        writer.commit().unwrap();
        let searcher = index.searcher().unwrap();
        for query in queries {
            let mut request = SearchRequest::tree(query.clone()).sort(sort).snippets(1);
            request.limit = Limit::All;
            let response = searcher.search(&request).unwrap();
            let mut found: Vec<String> =
                response.hits.iter().map(|hit| hit.id.to_string()).collect();
            found.sort();
            let mut expected: Vec<String> = live
                .values()
                .filter(|article| matches(&query, article))
                .map(|article| format!("d{}", article.id))
                .collect();
            expected.sort();
            prop_assert_eq!(&found, &expected, "{}", query);
            prop_assert_eq!(response.total, expected.len() as u64);
        }
    }
}
