//! Every count of every facet, compared with a naive scan of the same documents and with the total
//! of the question that it leads to: trees, values in several spellings, repeated and missing
//! values, choices of every kind, deletions, several segments, with and without what a searcher
//! keeps.

mod charts;
mod folded;

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
const SOURCES: [&str; 4] = ["Wire", "Gazette", "GAZETTE", "Evening Post"];
const WORDS: [&str; 3] = ["tanker", "treaty", "summit"];
/// The facets, and whether they are trees.
const FACETS: [(&str, bool); 3] = [("country", false), ("topic", true), ("source", false)];

#[derive(Debug, Clone)]
struct Article {
    id: u8,
    words: Vec<usize>,
    countries: Vec<usize>,
    topics: Vec<usize>,
    source: Option<usize>,
    year: Option<u8>,
}

impl Article {
    /// The values of a facet, repeated ones and all.
    fn values(&self, facet: &str) -> Vec<&'static str> {
        match facet {
            "country" => self.countries.iter().map(|&c| COUNTRIES[c]).collect(),
            "topic" => self.topics.iter().map(|&t| TOPICS[t]).collect(),
            _ => self.source.iter().map(|&s| SOURCES[s]).collect(),
        }
    }

    fn matches(&self, question: &Question) -> bool {
        let has = |word: &usize| self.words.contains(word);
        match question {
            Question::All => true,
            Question::Word(word) => has(word),
            Question::Any(a, b) => has(a) || has(b),
            Question::But(a, b) => has(a) && !has(b),
            Question::Without(word) => !has(word),
        }
    }
}

/// What is looked for, in the words of [`WORDS`].
#[derive(Debug, Clone)]
enum Question {
    All,
    Word(usize),
    Any(usize, usize),
    But(usize, usize),
    Without(usize),
}

impl Question {
    fn request(&self) -> SearchRequest {
        let word = |&word: &usize| WORDS[word];
        let text = match self {
            Self::All => return SearchRequest::all(),
            Self::Word(a) => word(a).to_owned(),
            Self::Any(a, b) => format!("{} OR {}", word(a), word(b)),
            Self::But(a, b) => format!("{} NOT {}", word(a), word(b)),
            Self::Without(a) => format!("NOT {}", word(a)),
        };
        SearchRequest::query(text).unwrap()
    }
}

fn question() -> impl Strategy<Value = Question> {
    let word = || 0..WORDS.len();
    prop_oneof![
        2 => Just(Question::All),
        2 => word().prop_map(Question::Word),
        1 => (word(), word()).prop_map(|(a, b)| Question::Any(a, b)),
        1 => (word(), word()).prop_map(|(a, b)| Question::But(a, b)),
        1 => word().prop_map(Question::Without),
    ]
}

#[derive(Debug, Clone, Default)]
struct NaiveChoice {
    any_of: Vec<String>,
    all_of: Vec<String>,
    none_of: Vec<String>,
    presence: Option<bool>,
}

/// Ids are below this: some documents replace others.
const IDS: u8 = 200;

fn article() -> impl Strategy<Value = Article> {
    (
        0..IDS,
        prop::collection::vec(0..WORDS.len(), 0..3),
        prop::collection::vec(0..COUNTRIES.len(), 0..4),
        prop::collection::vec(0..TOPICS.len(), 0..4),
        prop::option::weighted(0.8, 0..SOURCES.len()),
        prop::option::of(0..4u8),
    )
        .prop_map(|(id, words, countries, topics, source, year)| Article {
            id,
            words,
            countries,
            topics,
            source,
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
    #![proptest_config(ProptestConfig::with_cases(cases_or(48)))]

    #[test]
    fn every_count_equals_a_naive_scan(
        batches in prop::collection::vec(
            prop_oneof![
                3 => prop::collection::vec(article(), 0..12),
                1 => prop::collection::vec(article(), 60..100),
            ],
            1..5,
        ),
        deleted in prop::collection::vec(0..IDS, 0..8),
        question in question(),
        years in prop::option::of((0..4u8, 0..4u8)),
        country in choice(&COUNTRIES),
        topic in choice(&TOPICS),
        source in choice(&SOURCES),
        top in 0..6usize,
    ) {
        let schema = Schema::default().without_vocabularies();
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

        let articles: Vec<&Article> = live.values().collect();
        let facet = |(name, tree)| {
            let of = articles.iter().map(|article| nodes(&article.values(name), tree));
            (name, of.collect::<Vec<_>>())
        };
        let choices = [("country", country), ("topic", topic), ("source", source)];
        let naive = Naive {
            facets: FACETS.into_iter().map(facet).collect(),
            matches: articles
                .iter()
                .map(|article| {
                    article.matches(&question)
                        && years.is_none_or(|(from, to)| {
                            article.year.is_some_and(|year| (from..=to).contains(&year))
                        })
                })
                .collect(),
            choices: BTreeMap::from(choices),
        };

        let mut request = question.request();
        if let Some((from, to)) = years {
            request.dates = DateRange {
                from: format!("190{from}").parse().ok(),
                to: format!("190{to}").parse().ok(),
            };
        }
        for (name, chosen) in &naive.choices {
            apply(&mut request, name, chosen);
        }
        request.limit = Limit::All;
        request.facets = FacetSelection::Names(FACETS.map(|(name, _)| name.into()).to_vec());
        let mut whole = request.clone();
        whole.top = Top::All;
        request.top = Top::Buckets(top);
        let response = searcher.search(&whole).unwrap();
        let short = searcher.search(&request).unwrap();
        for _ in 0..2 {
            // By now the columns are laid out in memory.
            prop_assert_eq!(&searcher.search(&whole).unwrap().facets, &response.facets);
        }
        let total = |name: &str, edit: &dyn Fn(&mut Choice)| {
            let mut leads_to = request.clone();
            edit(leads_to.choice(name));
            (leads_to.limit, leads_to.facets) = (Limit::Hits(0), FacetSelection::None);
            searcher.search(&leads_to).unwrap().total
        };

        let hits: BTreeSet<String> =
            naive.hits().into_iter().map(|doc| format!("d{}", articles[doc].id)).collect();
        let found: BTreeSet<String> =
            response.hits.iter().map(|hit| hit.id.to_string()).collect();
        prop_assert_eq!(&found, &hits);
        prop_assert_eq!(response.total, hits.len() as u64);
        prop_assert_eq!(short.total, response.total);
        prop_assert!(response.diagnostics.iter().all(|found| found.severity < Severity::Error));

        for (name, tree) in FACETS {
            let counts = response.facets.get(name).unwrap();
            let mut listed = BTreeSet::new();
            for bucket in &counts.buckets {
                let node = node_of(&bucket.value, tree);
                prop_assert_eq!(bucket.count, naive.count(name, &node), "{} {}", name, node);
                prop_assert_eq!(bucket.combined, naive.combined(name, &node), "{} {}", name, node);
                let value = ChosenValue { value: bucket.value.clone(), written: false };
                let alone = Choice { any_of: vec![value.clone()], ..Choice::default() };
                let replaced = total(name, &|choice| *choice = alone.clone());
                prop_assert_eq!(bucket.count, replaced, "{} {}", name, node);
                let added = total(name, &|choice| choice.any_of.push(value.clone()));
                prop_assert_eq!(bucket.combined, added, "{} {}", name, node);
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
            let none = Choice { presence: Some(ChosenPresence::Missing), ..Choice::default() };
            prop_assert_eq!(missing, total(name, &|choice| *choice = none.clone()), "{}", name);

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
    for (name, _) in FACETS {
        for value in article.values(name) {
            document = document.facet(name, value);
        }
    }
    match article.year {
        Some(year) => document.date(&format!("190{year}")).unwrap(),
        None => document,
    }
}

/// Cases in a test run; more with `PROPTEST_CASES`.
pub(super) fn cases() -> u32 {
    cases_or(96)
}

/// Every count is asked for once more, so there are fewer.
fn cases_or(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(usual)
}
