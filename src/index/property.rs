//! Every count of every facet, compared with a naive scan of the same documents: trees, values
//! in several spellings, repeated and missing values, choices of every kind, deletions, several
//! segments.

mod charts;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::*;

const COUNTRIES: [&str; 7] = [
    "Iran",
    "IRAN",
    "iraq",
    "Île de Ré",
    "ILE DE RE",
    "Peru",
    "us",
];
const TOPICS: [&str; 8] = [
    "politics",
    "Politics/Elections",
    "politics / elections / local",
    "economy/oil",
    "Economy/Oil",
    "economy",
    "war",
    "economy/oil/prices",
];
const WORDS: [&str; 3] = ["tanker", "treaty", "summit"];

#[derive(Debug, Clone)]
struct Article {
    id: u8,
    words: Vec<usize>,
    countries: Vec<usize>,
    topics: Vec<usize>,
    year: Option<u8>,
}

#[derive(Debug, Clone, Default)]
struct NaiveChoice {
    any_of: Vec<String>,
    all_of: Vec<String>,
    none_of: Vec<String>,
    presence: Option<bool>,
}

fn article() -> impl Strategy<Value = Article> {
    (
        0..40u8,
        prop::collection::vec(0..WORDS.len(), 0..3),
        prop::collection::vec(0..COUNTRIES.len(), 0..4),
        prop::collection::vec(0..TOPICS.len(), 0..4),
        prop::option::of(0..4u8),
    )
        .prop_map(|(id, words, countries, topics, year)| Article {
            id,
            words,
            countries,
            topics,
            year,
        })
}

fn choice(values: &'static [&'static str]) -> impl Strategy<Value = NaiveChoice> {
    let some = |most| {
        prop::collection::vec(
            prop::sample::select(values).prop_map(str::to_owned),
            0..most,
        )
    };
    let presence = prop_oneof![4 => Just(None), 1 => any::<bool>().prop_map(Some)];
    (some(3), some(2), some(2), presence).prop_map(|(any_of, all_of, none_of, presence)| {
        NaiveChoice {
            any_of,
            all_of,
            none_of,
            presence,
        }
    })
}

/// The nodes a value counts for: itself and what is above it, as folded paths.
fn nodes_of(value: &str, tree: bool) -> Vec<String> {
    let fold = |text: &str| {
        text.trim()
            .to_lowercase()
            .replace('î', "i")
            .replace('é', "e")
    };
    if !tree {
        return vec![fold(value)];
    }
    let steps: Vec<String> = value
        .split('/')
        .map(fold)
        .filter(|step| !step.is_empty())
        .collect();
    (1..=steps.len()).map(|n| steps[..n].join("/")).collect()
}

fn node_of(value: &str, tree: bool) -> String {
    nodes_of(value, tree).pop().unwrap()
}

/// What a document counts for in a facet.
fn nodes(values: &[&str], tree: bool) -> BTreeSet<String> {
    values
        .iter()
        .flat_map(|value| nodes_of(value, tree))
        .collect()
}

struct Naive {
    /// By facet: the nodes of each document.
    facets: BTreeMap<&'static str, Vec<BTreeSet<String>>>,
    matches: Vec<bool>,
    choices: BTreeMap<&'static str, NaiveChoice>,
}

impl Naive {
    fn any_passes(&self, facet: &str, doc: usize) -> bool {
        let choice = &self.choices[facet];
        let tree = facet == "topic";
        choice.any_of.is_empty()
            || choice
                .any_of
                .iter()
                .any(|v| self.facets[facet][doc].contains(&node_of(v, tree)))
    }

    fn rest_passes(&self, facet: &str, doc: usize) -> bool {
        let choice = &self.choices[facet];
        let nodes = &self.facets[facet][doc];
        let has = |v: &String| nodes.contains(&node_of(v, facet == "topic"));
        choice.all_of.iter().all(has)
            && !choice.none_of.iter().any(has)
            && choice
                .presence
                .is_none_or(|wanted| wanted != nodes.is_empty())
    }

    fn others_pass(&self, facet: &str, doc: usize) -> bool {
        self.matches[doc]
            && self
                .choices
                .keys()
                .filter(|&&other| other != facet)
                .all(|other| self.any_passes(other, doc) && self.rest_passes(other, doc))
    }

    fn hits(&self) -> Vec<usize> {
        let pass = |&doc: &usize| self.others_pass("", doc);
        (0..self.matches.len()).filter(pass).collect()
    }

    fn count(&self, facet: &str, node: &str) -> u64 {
        let counts =
            |&doc: &usize| self.others_pass(facet, doc) && self.facets[facet][doc].contains(node);
        (0..self.matches.len()).filter(counts).count() as u64
    }

    /// Hits after adding the value to what is chosen already.
    fn combined(&self, facet: &str, node: &str) -> u64 {
        let chosen = !self.choices[facet].any_of.is_empty();
        let counts = |&doc: &usize| {
            let has = self.facets[facet][doc].contains(node);
            self.others_pass(facet, doc)
                && self.rest_passes(facet, doc)
                && (has || chosen && self.any_passes(facet, doc))
        };
        (0..self.matches.len()).filter(counts).count() as u64
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn every_count_equals_a_naive_scan(
        batches in prop::collection::vec(prop::collection::vec(article(), 0..12), 1..5),
        deleted in prop::collection::vec(0..40u8, 0..5),
        word in prop::option::of(0..WORDS.len()),
        years in prop::option::of((0..4u8, 0..4u8)),
        country in choice(&COUNTRIES),
        topic in choice(&TOPICS),
        top in 0..6usize,
    ) {
        let index = Index::create_in_memory(Schema::default()).unwrap();
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

        let articles: Vec<&Article> = live.values().collect();
        let facet = |values: fn(&Article) -> Vec<&'static str>, tree| {
            articles.iter().map(|article| nodes(&values(article), tree)).collect::<Vec<_>>()
        };
        let naive = Naive {
            facets: BTreeMap::from([
                ("country", facet(|a| a.countries.iter().map(|&c| COUNTRIES[c]).collect(), false)),
                ("topic", facet(|a| a.topics.iter().map(|&t| TOPICS[t]).collect(), true)),
            ]),
            matches: articles
                .iter()
                .map(|article| {
                    word.is_none_or(|word| article.words.contains(&word))
                        && years.is_none_or(|(from, to)| {
                            article.year.is_some_and(|year| (from..=to).contains(&year))
                        })
                })
                .collect(),
            choices: BTreeMap::from([("country", country.clone()), ("topic", topic.clone())]),
        };

        let mut request = match word {
            Some(word) => SearchRequest::tree(Query::Word(query::Word {
                text: WORDS[word].to_owned(),
                field: None,
            })),
            None => SearchRequest::all(),
        };
        if let Some((from, to)) = years {
            request.dates = DateRange {
                from: format!("190{from}").parse().ok(),
                to: format!("190{to}").parse().ok(),
            };
        }
        apply(&mut request, "country", &country);
        apply(&mut request, "topic", &topic);
        request.limit = Limit::All;
        request.facets = FacetSelection::Names(vec!["country".into(), "topic".into()]);
        let mut whole = request.clone();
        whole.top = Top::All;
        request.top = Top::Buckets(top);
        let response = searcher.search(&whole).unwrap();
        let short = searcher.search(&request).unwrap();

        let hits: BTreeSet<String> =
            naive.hits().into_iter().map(|doc| format!("d{}", articles[doc].id)).collect();
        let found: BTreeSet<String> =
            response.hits.iter().map(|hit| hit.id.to_string()).collect();
        prop_assert_eq!(&found, &hits);
        prop_assert_eq!(response.total, hits.len() as u64);
        prop_assert_eq!(short.total, response.total);
        prop_assert!(response.diagnostics.iter().all(|found| found.severity < Severity::Error));

        for (name, tree) in [("country", false), ("topic", true)] {
            let counts = response.facets.get(name).unwrap();
            let mut listed = BTreeSet::new();
            for bucket in &counts.buckets {
                let node = node_of(&bucket.value, tree);
                prop_assert_eq!(bucket.count, naive.count(name, &node), "{} {}", name, node);
                prop_assert_eq!(bucket.combined, naive.combined(name, &node), "{} {}", name, node);
                prop_assert!(listed.insert(node), "listed twice");
            }
            let chosen: BTreeSet<String> = naive.choices[name]
                .any_of.iter().chain(&naive.choices[name].all_of)
                .map(|value| node_of(value, tree)).collect();
            prop_assert!(chosen.is_subset(&listed), "every selected value is listed");
            let mut expected: BTreeSet<String> = naive.facets[name]
                .iter().flatten()
                .filter(|node| naive.count(name, node) > 0)
                .filter(|node| !tree || shown_level(&naive, node))
                .cloned().collect();
            expected.extend(chosen);
            prop_assert_eq!(&listed, &expected, "{}", name);
            let counted = expected.iter().filter(|node| naive.count(name, node) > 0).count();
            prop_assert_eq!(counts.distinct, counted as u64);
            prop_assert_eq!(counts.other, 0);
            let missing = (0..articles.len())
                .filter(|&doc| naive.others_pass(name, doc) && naive.facets[name][doc].is_empty())
                .count() as u64;
            prop_assert_eq!(counts.missing, missing);

            let cut = short.facets.get(name).unwrap();
            let unselected = |counts: &FacetCounts| {
                counts.buckets.iter().filter(|b| !b.selected).cloned().collect::<Vec<_>>()
            };
            let (all, few) = (unselected(counts), unselected(cut));
            prop_assert_eq!(&few[..], &all[..few.len()], "the first by count and name");
            prop_assert!(cut.buckets.len() <= top.max(cut.buckets.iter().filter(|b| b.selected).count()));
            prop_assert_eq!(cut.distinct, counts.distinct);
            let seen = cut.buckets.iter().filter(|b| b.count > 0).count() as u64;
            prop_assert_eq!(cut.other, cut.distinct - seen);
        }
    }
}

/// Makes a choice in a request.
fn apply(request: &mut SearchRequest, facet: &str, choice: &NaiveChoice) {
    let mut chosen = request.clone();
    for value in &choice.any_of {
        chosen = chosen.filter(facet, value);
    }
    for value in &choice.all_of {
        chosen = chosen.all_of(facet, value);
    }
    for value in &choice.none_of {
        chosen = chosen.exclude(facet, value);
    }
    chosen.choice(facet).presence = choice.presence.map(|has| {
        if has {
            ChosenPresence::Has
        } else {
            ChosenPresence::Missing
        }
    });
    *request = chosen;
}

/// Whether a tree lists a node: the level below the choice, or beside a chosen leaf.
fn shown_level(naive: &Naive, node: &str) -> bool {
    let parent = node.rsplit_once('/').map_or("", |(parent, _)| parent);
    let mut levels: BTreeSet<String> = BTreeSet::new();
    for value in &naive.choices["topic"].any_of {
        let chosen = node_of(value, true);
        let below = |other: &&String| {
            other
                .rsplit_once('/')
                .is_some_and(|(above, _)| above == chosen)
                && naive.count("topic", other) > 0
        };
        if naive.facets["topic"]
            .iter()
            .flatten()
            .any(|other| below(&other))
        {
            levels.insert(chosen);
        } else {
            levels.insert(
                chosen
                    .rsplit_once('/')
                    .map_or("", |(above, _)| above)
                    .to_owned(),
            );
        }
    }
    if levels.is_empty() {
        levels.insert(String::new());
    }
    levels.contains(parent)
}

fn document(article: &Article) -> Document {
    let body: Vec<&str> = article.words.iter().map(|&word| WORDS[word]).collect();
    let mut document = Document::new(format!("d{}", article.id)).body(body.join(" "));
    for &country in &article.countries {
        document = document.facet("country", COUNTRIES[country]);
    }
    for &topic in &article.topics {
        document = document.facet("topic", TOPICS[topic]);
    }
    match article.year {
        Some(year) => document.date(&format!("190{year}")).unwrap(),
        None => document,
    }
}

/// Cases in a test run; more with `PROPTEST_CASES`.
pub(super) fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(96)
}
