//! What `docs/vocabulary.md` says of searches, on the bundled vocabularies.

use crate::vocabulary::{Entry, Kind, Vocabularies, Vocabulary, bundled};
use crate::*;

fn index(schema: Schema, documents: &[(&str, &str)]) -> Index {
    let index = Index::create_in_memory(schema).unwrap();
    let mut writer = index.writer().unwrap();
    for (number, (facet, values)) in documents.iter().enumerate() {
        let mut document = Document::new(format!("d{number}")).body("Still waters.");
        for value in values.split(" + ").filter(|value| !value.is_empty()) {
            document = document.facet(*facet, value);
        }
        writer.put(document).unwrap();
        // Every document in a segment of its own.
        writer.commit().unwrap();
    }
    index
}

const COUNTRIES: [(&str, &str); 8] = [
    ("country", "Iran"),
    ("country", "IRN + Persia"),
    ("country", "ایران + Iraq"),
    ("country", "Islamic Republic of Iran"),
    ("country", "Iraq"),
    ("country", "Ruritania"),
    ("country", "RURITANIA"),
    ("country", ""),
];

/// Values and counts of a facet.
fn buckets(searcher: &Searcher, request: &SearchRequest, facet: &str) -> Vec<(String, u64)> {
    let response = searcher.search(&request.clone().facets([facet])).unwrap();
    let counts = response.facets.get(facet).unwrap();
    let buckets = counts.buckets.iter();
    buckets
        .map(|bucket| (bucket.value.clone(), bucket.count))
        .collect()
}

fn of(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter()
        .map(|&(value, count)| (value.to_owned(), count))
        .collect()
}

fn total(searcher: &Searcher, query: &str) -> u64 {
    searcher
        .search(&SearchRequest::query(query).unwrap().limit(0))
        .unwrap()
        .total
}

#[test]
fn a_country_of_many_names_is_one_value() {
    let searcher = index(Schema::default(), &COUNTRIES).searcher().unwrap();
    let all = SearchRequest::all();
    let expected = of(&[("Iran", 4), ("Iraq", 2), ("Ruritania", 2)]);
    assert_eq!(buckets(&searcher, &all, "country"), expected);
    for (query, hits) in [
        ("country:Iran", 4),
        ("country:persia", 4),
        ("country:IRN", 4),
        ("country:\"ايران\"", 4),
        ("country:\"Western Asia\"", 2),
        ("country:\"Asia/Western Asia/Iraq\"", 2),
        ("country:\"Middle East\"", 5),
        ("country:Asia", 5),
        ("country:Europe", 0),
        ("country:=\"Persia\"", 1),
        ("country:=\"Iran\"", 1),
        ("country:=\"iran\"", 0),
        ("country:ruritania", 2),
        ("missing:country", 1),
    ] {
        assert_eq!(total(&searcher, query), hits, "{query}");
    }
    // A group that was chosen is listed, with what belongs to it by the way.
    let chosen = all.filter("country", "near east");
    let expected = of(&[
        ("Middle East", 5),
        ("Iran", 4),
        ("Iraq", 2),
        ("Ruritania", 2),
    ]);
    assert_eq!(buckets(&searcher, &chosen, "country"), expected);
    let response = searcher.search(&chosen).unwrap();
    let shown = response
        .hits
        .iter()
        .map(|hit| hit.facets["country"].join(" + "));
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    assert_eq!(shown, ["Iran", "Iran", "Iran", "Iran + Iraq", "Iraq"]);
    let stored = searcher.get("d1").unwrap().unwrap().document;
    assert_eq!(
        stored.facets["country"],
        ["IRN", "Persia"],
        "what was written"
    );
}

#[test]
fn a_group_that_a_document_has_is_listed_and_counts_all_of_it() {
    let documents = [
        ("country", "Asia + Peru"),
        ("country", "Iran"),
        ("country", "Iraq + Iran"),
        ("country", "France"),
    ];
    let searcher = index(Schema::default(), &documents).searcher().unwrap();
    let expected = of(&[
        ("Asia", 3),
        ("Iran", 2),
        ("France", 1),
        ("Iraq", 1),
        ("Peru", 1),
    ]);
    assert_eq!(
        buckets(&searcher, &SearchRequest::all(), "country"),
        expected
    );
}

#[test]
fn topics_stand_in_the_tree_of_the_vocabulary() {
    let documents = [
        ("topic", "diplomacy/treaties"),
        ("topic", "election"),
        ("topic", "stamps"),
    ];
    let searcher = index(Schema::default(), &documents).searcher().unwrap();
    let top = of(&[("politics", 2), ("stamps", 1)]);
    assert_eq!(buckets(&searcher, &SearchRequest::all(), "topic"), top);
    let hits = searcher
        .search(&SearchRequest::query("topic:diplomacy").unwrap())
        .unwrap()
        .hits;
    let shown = &hits[0].facets["topic"][0];
    assert_eq!(shown, "politics/international relations/diplomacy/treaties");
    let again = SearchRequest::all().filter("topic", shown).limit(0);
    assert_eq!(searcher.search(&again).unwrap().total, 1);
}

#[test]
fn a_facet_may_leave_values_as_they_are_written() {
    let schema = Schema::default().without_vocabularies();
    let searcher = index(schema, &COUNTRIES).searcher().unwrap();
    assert_eq!(total(&searcher, "country:Iran"), 1);
    let country = FacetDefinition::new("country").as_written();
    let places = FacetDefinition::new("places").vocabulary("country");
    let schema = Schema::empty()
        .facet(country)
        .unwrap()
        .facet(places)
        .unwrap();
    let searcher = index(schema, &[("places", "IRN"), ("country", "IRN")])
        .searcher()
        .unwrap();
    assert_eq!(total(&searcher, "places:Iran"), 1);
    assert_eq!(total(&searcher, "country:Iran"), 0);
    let unknown = FacetDefinition::new("country").vocabulary("planets");
    let schema = Schema::empty().facet(unknown).unwrap();
    let searcher = index(schema, &[("country", "Mars")]).searcher().unwrap();
    let error = searcher.search(&SearchRequest::all()).unwrap_err();
    assert!(
        error.message().contains("unknown vocabulary `planets`"),
        "{error}"
    );
}

#[test]
fn another_vocabulary_holds_from_the_next_searcher_on() {
    let index = index(Schema::default(), &COUNTRIES);
    let before = index.searcher().unwrap();
    let mut entries: Vec<Entry> = bundled("country")
        .unwrap()
        .entries()
        .map(|e| e.to_entry())
        .collect();
    let mut silenced = Entry::new("Ruritania", Kind::Country);
    silenced.silent = true;
    entries.push(silenced);
    let country = Vocabulary::compile(&entries).unwrap();
    let index = index.with_vocabularies(Vocabularies::default().with("country", country));
    let after = index.searcher().unwrap();
    assert_eq!(total(&after, "missing:country"), 3);
    assert_eq!(total(&after, "country:Ruritania"), 0);
    assert_eq!(total(&after, "country:=Ruritania"), 1);
    assert_eq!(
        total(&before, "country:Ruritania"),
        2,
        "a searcher stays as it is"
    );
}

#[test]
fn near_values_are_offered_by_any_name_and_shown_by_the_first() {
    let searcher = index(Schema::default(), &COUNTRIES).searcher().unwrap();
    let found = searcher
        .search(&SearchRequest::query("country:Persja").unwrap())
        .unwrap();
    let message = &found.diagnostics[0].message;
    assert!(
        message.ends_with("near it: `Iran` (4 documents)"),
        "{message}"
    );
    let request = SearchRequest::all().find_values("persia");
    let expected = of(&[("Iran", 4)]);
    assert_eq!(buckets(&searcher, &request, "country"), expected);
}
