//! Random queries over random documents, compared with a naive evaluation of the same tree: every
//! kind of clause in every kind of nesting, deletions and several segments included.

mod naive;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::analysis::Language;
use crate::document::SourceLocation;
use crate::index::prepare::{key_of, title_key};
use crate::query::{
    DateClause, Distance, FacetClause, Fuzzy, Near, NumberClause, Pattern, Phrase, Presence, Regex,
    TextField, Word,
};
use crate::*;

use naive::Text;

/// Words of texts, some of them forms of others, some of a script without spaces.
const WORDS: [&str; 11] = [
    "oil", "oils", "price", "prices", "war", "wars", "treaty", "treaties", "核", "核武", "武器",
];
const COUNTRIES: [&str; 3] = ["Iran", "Peru", "iran"];
const PATHS: [&str; 3] = ["wire/a.md", "wire/old/b.md", "notes.md"];
/// What stands behind a word: mostly a space, sometimes the end of a sentence or paragraph.
const BEHIND: [&str; 8] = [" ", " ", " ", " ", ", ", ". ", "! ", "\n\n"];

#[derive(Debug, Clone)]
struct Article {
    id: u8,
    title: Vec<(usize, usize)>,
    body: Vec<(usize, usize)>,
    is_english: bool,
    countries: Vec<usize>,
    year: Option<u8>,
    number: Option<u8>,
    path: Option<usize>,
}

fn article() -> impl Strategy<Value = Article> {
    let words = |most| prop::collection::vec((0..WORDS.len(), 0..BEHIND.len()), 0..most);
    (
        0..30u8,
        words(4),
        words(11),
        any::<bool>(),
        prop::collection::vec(0..COUNTRIES.len(), 0..3),
        prop::option::of(0..5u8),
        prop::option::of(0..5u8),
        prop::option::of(0..PATHS.len()),
    )
        .prop_map(
            |(id, title, body, is_english, countries, year, number, path)| Article {
                id,
                title,
                body,
                is_english,
                countries,
                year,
                number,
                path,
            },
        )
}

fn field() -> impl Strategy<Value = Option<TextField>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(TextField::Title)),
        1 => Just(Some(TextField::Body)),
    ]
}

/// A clause that stands somewhere in a text.
fn place() -> impl Strategy<Value = Query> {
    let words = |most| prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..most);
    let word = (words(3), field()).prop_map(|(words, field)| {
        let text = words.join("-");
        Query::Word(Word { text, field })
    });
    let phrase =
        (words(4), 0..5_u32, any::<bool>(), field()).prop_map(|(words, moves, is_exact, field)| {
            let moves = if is_exact { 0 } else { moves };
            let text = words.join(" ");
            Query::Phrase(Phrase { text, field, moves })
        });
    let pattern = (
        prop::sample::select(vec![
            "oil*", "*s", "wa?", "Pr*c?s", "?*", "t*y", "w*-*s", "核*", "?武", "*核武", "*武器*",
            "核?器", "*x*",
        ]),
        field(),
    )
        .prop_map(|(text, field)| {
            let text = text.to_owned();
            Query::Pattern(Pattern { text, field })
        });
    let fuzzy = (
        prop::sample::select(vec![
            "oil", "wra", "Pirce", "treatise", "warz", "核武", "oil-wr",
        ]),
        1..3_u8,
        field(),
    )
        .prop_map(|(text, edits, field)| {
            let text = text.to_owned();
            Query::Fuzzy(Fuzzy { text, edits, field })
        });
    let regex = (
        prop::sample::select(vec!["WARS?", "pri.+", "[ot].*", ".*(s|ÿ)", "."]),
        field(),
    )
        .prop_map(|(pattern, field)| {
            let pattern = pattern.to_owned();
            Query::Regex(Regex { pattern, field })
        });
    prop_oneof![4 => word, 3 => phrase, 2 => pattern, 1 => fuzzy, 1 => regex]
}

fn near() -> impl Strategy<Value = Query> {
    let within = prop_oneof![
        4 => (1..6_u32).prop_map(Distance::Words),
        1 => Just(Distance::Sentence),
        1 => Just(Distance::Paragraph),
    ];
    let side = place().prop_recursive(2, 6, 3, move |inner| {
        let near = (inner.clone(), inner.clone(), within.clone(), any::<bool>()).prop_map(
            |(left, right, within, ordered)| {
                Query::Near(Near {
                    left: Box::new(left),
                    right: Box::new(right),
                    within,
                    ordered,
                })
            },
        );
        prop_oneof![
            3 => near,
            1 => prop::collection::vec(inner, 2..4).prop_map(Query::Or),
        ]
    });
    side.prop_filter("near", |query| matches!(query, Query::Near(_)))
}

fn leaf() -> impl Strategy<Value = Query> {
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
    let path = prop::sample::select(vec!["wire", "wire/*", "**/*.md", "w*/**", "notes.md", "x/"])
        .prop_map(|glob| Query::Path(glob.to_owned()));
    prop_oneof![
        6 => place(),
        4 => near(),
        1 => path,
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
            2 => inner.clone().prop_map(|query| Query::Not(Box::new(query))),
            1 => (inner, 1..9_u8).prop_map(|(query, factor)| {
                Query::Boost(Box::new(query), f32::from(factor) / 2.0)
            }),
        ]
    })
}

fn range(from: u8, to: u8) -> DateRange {
    DateRange {
        from: format!("190{from}").parse().ok(),
        to: format!("190{to}").parse().ok(),
    }
}

/// An article with its texts as the index sees them.
struct Indexed {
    article: Article,
    title: Text,
    body: Text,
}

impl Indexed {
    fn new(article: Article) -> Self {
        let language = if article.is_english {
            Language::ENGLISH
        } else {
            Language::UND
        };
        Self {
            title: Text::new(&text(&article.title), language, false),
            body: Text::new(&text(&article.body), language, true),
            article,
        }
    }

    /// Where it stands in an order that does not depend on scores.
    fn position(&self, sort: Sort) -> (bool, Reverse<u8>, u8, String, u64) {
        let article = &self.article;
        let year = article.year.unwrap_or_default();
        let title = title_key(&text(&article.title));
        let key = key_of(&format!("d{}", article.id));
        match sort {
            Sort::Newest => (article.year.is_none(), Reverse(year), 0, String::new(), key),
            Sort::Oldest => (article.year.is_none(), Reverse(0), year, String::new(), key),
            _ => (title.is_empty(), Reverse(0), 0, title, key),
        }
    }
}

fn matches(query: &Query, indexed: &Indexed) -> bool {
    let article = &indexed.article;
    match query {
        Query::All => true,
        Query::Word(_)
        | Query::Phrase(_)
        | Query::Pattern(_)
        | Query::Fuzzy(_)
        | Query::Regex(_)
        | Query::Near(_) => {
            indexed.title.meets(query, TextField::Title)
                || indexed.body.meets(query, TextField::Body)
        }
        Query::Boost(inner, _) => matches(inner, indexed),
        Query::Path(glob) => {
            let path = article.path.map(|path| PATHS[path]);
            path.is_some_and(|path| match glob.as_str() {
                "wire" | "w*/**" => path.starts_with("wire/"),
                "wire/*" => path == "wire/a.md",
                "**/*.md" => true,
                glob => path == glob,
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
        Query::Has(presence) => has(&presence.name, indexed),
        Query::Missing(presence) => !has(&presence.name, indexed),
        Query::And(clauses) => clauses.iter().all(|clause| matches(clause, indexed)),
        Query::Or(clauses) => clauses.iter().any(|clause| matches(clause, indexed)),
        Query::Not(inner) => !matches(inner, indexed),
        other => panic!("not generated: {other:?}"),
    }
}

fn has(name: &str, indexed: &Indexed) -> bool {
    let article = &indexed.article;
    match name {
        "country" => !article.countries.is_empty(),
        "date" => article.year.is_some(),
        "title" => !indexed.title.is_empty(),
        "body" => !indexed.body.is_empty(),
        "words" => article.number.is_some(),
        _ => false,
    }
}

fn text(words: &[(usize, usize)]) -> String {
    let mut text = String::new();
    for &(word, behind) in words {
        if text.is_empty() || text.ends_with(". ") || text.ends_with("! ") {
            let (first, rest) = WORDS[word].split_at(WORDS[word].ceil_char_boundary(1));
            text += &first.to_uppercase();
            text += rest;
        } else {
            text += WORDS[word];
        }
        text += BEHIND[behind];
    }
    text
}

fn document(article: &Article) -> Document {
    let language = if article.is_english { "en" } else { "und" };
    let mut document = Document::new(format!("d{}", article.id))
        .title(text(&article.title))
        .body(text(&article.body))
        .language(language);
    document.source = article.path.map(|path| SourceLocation {
        path: PATHS[path].to_owned(),
        ..SourceLocation::default()
    });
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
        let mut live: BTreeMap<u8, Indexed> = BTreeMap::new();
        for batch in &batches {
            for article in batch {
                writer.put(document(article)).unwrap();
                live.insert(article.id, Indexed::new(article.clone()));
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
            let mut request = SearchRequest::tree(query.clone())
                .sort(sort)
                .snippets(1)
                .facets(["country"]);
            request.limit = Limit::All;
            let response = searcher.search(&request).unwrap();
            let ids: Vec<String> = response.hits.iter().map(|hit| hit.id.to_string()).collect();
            let mut expected: Vec<&Indexed> = live
                .values()
                .filter(|indexed| matches(&query, indexed))
                .collect();
            prop_assert_eq!(response.total, expected.len() as u64, "{}", query);
            if sort == Sort::Relevance {
                // Which scores there are is nobody's business here, but they decide.
                let score = |indexed: &Indexed| {
                    let id = format!("d{}", indexed.article.id);
                    let hit = response.hits.iter().find(|hit| *hit.id.as_str() == id);
                    hit.and_then(|hit| hit.score).map(|score| Reverse(score.to_bits()))
                };
                expected.sort_by_key(|indexed| {
                    (score(indexed), key_of(&format!("d{}", indexed.article.id)))
                });
            } else {
                expected.sort_by_key(|indexed| indexed.position(sort));
            }
            let missing = expected.iter().filter(|hit| hit.article.countries.is_empty()).count();
            let expected: Vec<String> =
                expected.iter().map(|hit| format!("d{}", hit.article.id)).collect();
            prop_assert_eq!(&ids, &expected, "{}", query);
            let counts = response.facets.get("country").unwrap();
            prop_assert_eq!(counts.missing, missing as u64);
            let page = searcher.search(&request.clone().limit(3)).unwrap();
            let page: Vec<String> = page.hits.iter().map(|hit| hit.id.to_string()).collect();
            prop_assert_eq!(&page[..], &ids[..ids.len().min(3)]);
        }
    }
}
