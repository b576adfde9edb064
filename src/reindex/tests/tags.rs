//! Values found in texts: counted, shown with their evidence, made anew when that is asked for.

use crate::reindex::tests::whole::{Place, options};
use crate::tagging::Tagging;
use crate::vocabulary::{Entry, Kind, Vocabulary, bundled};
use crate::{Config, Index, Origin, Origins, ReindexOptions, SearchRequest};

const FILES: &[(&str, &str)] = &[
    (
        "a.md",
        "---\ntitle: Peru builds a road\n---\nPeru builds a road. Lima pays, and Chile looks on.",
    ),
    (
        "b.md",
        "---\ntitle: A road\ncountry: Elbonia\n---\nThe road in Peru is long. Peru, says Chile, is proud.",
    ),
    (
        "c.md",
        "---\ntitle: Nothing\n---\nNothing happened anywhere.",
    ),
];

/// Values and documents of a facet, in alphabetical order.
fn counted(place: &Place, facet: &str) -> Vec<(String, u64)> {
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    let response = searcher
        .search(&SearchRequest::all().facets([facet]))
        .unwrap();
    let buckets = response.facets.get(facet).unwrap().buckets.iter();
    let mut counted: Vec<_> = buckets
        .map(|bucket| (bucket.value.clone(), bucket.count))
        .collect();
    counted.sort();
    counted
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected
        .iter()
        .map(|&(value, count)| (value.to_owned(), count))
        .collect()
}

#[test]
fn declared_values_win_over_those_found() {
    let place = Place::new(FILES);
    place.index();
    for (facet, expected) in [
        ("country", &[("Elbonia", 1), ("Peru", 1)][..]),
        ("declared.country", &[("Elbonia", 1)]),
        ("about.country", &[("Peru", 2)]),
        ("mentioned.country", &[("Chile", 2)]),
    ] {
        assert_eq!(counted(&place, facet), pairs(expected), "{facet}");
    }
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    let stored = searcher.get("b.md").unwrap().unwrap();
    assert_eq!(stored.document.facets["country"], ["Elbonia"]);
    let tags: Vec<(&str, Origin)> = stored
        .tags
        .iter()
        .map(|tag| (tag.value.as_str(), tag.origin))
        .collect();
    assert_eq!(
        tags,
        [("Peru", Origin::About), ("Chile", Origin::Mentioned)]
    );
    for tag in &stored.tags {
        for surface in &tag.surfaces {
            assert_eq!(surface.text(&stored.document), Some(tag.value.as_str()));
        }
    }
    for (query, total) in [
        ("about.country:Peru", 2),
        ("country:Peru", 1),
        ("mentioned.country:Chile", 2),
    ] {
        let response = searcher
            .search(&SearchRequest::query(query).unwrap())
            .unwrap();
        assert_eq!(response.total, total, "{query}");
    }
}

#[test]
fn origins_count_together_and_a_document_once() {
    let place = Place::new(&[
        FILES[0],
        FILES[1],
        (
            "d.md",
            "---\ntitle: Peru builds a bridge\ncountry: Peru\nsource: Wire\n---\nPeru builds a bridge.",
        ),
    ]);
    place.index();
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    // The documents of each value, of Peru also those that do not declare it; the values of a hit, and
    // how many of them it declares.
    for (tags, peru, undeclared, chile, elbonia, (of_b, declared)) in [
        (Origins::Usual, 2, 1, 0, 1, (&["Elbonia"][..], 1)),
        (Origins::Declared, 1, 0, 0, 1, (&["Elbonia"], 1)),
        (Origins::About, 3, 3, 0, 0, (&["Peru"], 0)),
        (Origins::Mentioned, 0, 0, 2, 0, (&["Chile"], 0)),
        (Origins::Inferred, 3, 3, 2, 0, (&["Peru", "Chile"], 0)),
        (Origins::All, 3, 2, 2, 1, (&["Elbonia", "Peru", "Chile"], 1)),
    ] {
        let request = SearchRequest::all()
            .tags(tags)
            .facets(["country", "source"]);
        let response = searcher.search(&request).unwrap();
        let counts = response.facets.get("country").unwrap();
        for (value, expected) in [("Peru", peru), ("Chile", chile), ("Elbonia", elbonia)] {
            let bucket = counts.buckets.iter().find(|bucket| bucket.value == value);
            let count = bucket.map_or(0, |bucket| bucket.count);
            assert_eq!(count, expected, "{tags}, {value}");
            for chosen in [
                SearchRequest::all().filter("country", value),
                SearchRequest::query(format!("country:{value}")).unwrap(),
            ] {
                let total = searcher.search(&chosen.tags(tags)).unwrap().total;
                assert_eq!(total, expected, "{tags}, {value}");
            }
        }
        let hit = response.hits.iter().find(|hit| hit.id.as_str() == "b.md");
        let hit = hit.unwrap();
        assert_eq!(hit.facets["country"], of_b, "{tags}");
        let inferred = hit.inferred.get("country").map_or(&[][..], Vec::as_slice);
        assert_eq!(inferred, &of_b[declared..], "{tags}");
        let of_peru = counts.buckets.iter().find(|bucket| bucket.value == "Peru");
        let inferred = of_peru.map_or(0, |bucket| bucket.inferred);
        assert_eq!(inferred, undeclared, "{tags}");
        // What is never inferred is declared, whatever counts elsewhere.
        let source = &response.facets.get("source").unwrap().buckets[0];
        assert_eq!((source.value.as_str(), source.count), ("Wire", 1), "{tags}");
    }
}

#[test]
fn what_is_only_mentioned_is_offered() {
    let place = Place::new(FILES);
    place.index();
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    for (request, hint) in [
        (
            SearchRequest::query("road country:Chile").unwrap(),
            "write `mentioned.country:Chile`",
        ),
        (
            SearchRequest::all().filter("country", "CHL"),
            "write `-f mentioned.country=CHL`",
        ),
        (
            SearchRequest::all()
                .filter("country", "Chilee")
                .tags(Origins::All),
            "write `-f country=Chile`",
        ),
    ] {
        let found = searcher.search(&request).unwrap().diagnostics;
        let found = found.iter().find(|one| one.code == "unknown_value");
        let found = found.unwrap_or_else(|| panic!("{hint}"));
        assert_eq!(found.hint.as_deref(), Some(hint), "{}", found.message);
        let is_mentioned = found.message.ends_with("; 2 documents mention it");
        assert_eq!(
            is_mentioned,
            hint.contains("mentioned"),
            "{}",
            found.message
        );
    }
    // Every value that is known is silent.
    let request = SearchRequest::all()
        .filter("country", "Chile")
        .tags(Origins::All);
    assert_eq!(searcher.search(&request).unwrap().diagnostics, []);
}

#[test]
fn ambiguous_names_are_kept_and_counted() {
    let place = Place::new(&[
        (
            "letter.md",
            "---\ntitle: A letter\n---\nA letter from Georgia arrived. The other letter from Georgia was late.",
        ),
        FILES[0],
    ]);
    let report = place.index();
    assert_eq!(report.ambiguous, 1);
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    let stored = searcher.get("letter.md").unwrap().unwrap();
    assert_eq!(stored.tags, []);
    let [name] = stored.ambiguous.as_slice() else {
        panic!("{:?}", stored.ambiguous);
    };
    assert_eq!((name.facet.as_str(), name.mentions), ("country", 2));
    assert_eq!(name.values, ["Georgia"]);
    assert_eq!(name.surface.text(&stored.document), Some("Georgia"));
    assert_eq!(
        searcher.get("letter.md").unwrap().unwrap().ambiguous.len(),
        1
    );
    // What was not written is not counted; what is made anew is the same.
    assert_eq!(place.index().ambiguous, 0);
    let config = Config::default();
    let report = place.try_index(&config, &options().retag(true), &());
    assert_eq!(report.unwrap().ambiguous, 0);
}

#[test]
fn tagging_can_be_switched_off() {
    for (text, countries) in [
        ("[facets.actor]\ntagging = false", 1),
        ("[facets.country]\ntagging = false", 0),
        ("[tagging]\nenabled = false", 0),
    ] {
        let place = Place::new(FILES);
        let config = Config::parse(text, "pressmark.toml".as_ref()).unwrap();
        place.try_index(&config, &options(), &()).unwrap();
        assert_eq!(counted(&place, "about.country").len(), countries, "{text}");
        // Switched on again, and off: documents are made anew, no file is read.
        let report = place.index();
        assert!(!report.retag_due, "{text}");
        assert_eq!(counted(&place, "about.country").len(), 1, "{text}");
        place.try_index(&config, &options(), &()).unwrap();
        assert_eq!(counted(&place, "about.country").len(), countries, "{text}");
    }
}

/// The bundled countries without Peru, and with one more.
fn other() -> ReindexOptions {
    let countries = bundled("country").unwrap();
    let mut entries: Vec<Entry> = countries.entries().map(|entry| entry.to_entry()).collect();
    entries.retain(|entry| entry.name() != "Peru");
    entries.push(Entry::new("Nothing", Kind::Country));
    let countries = Vocabulary::compile(&entries).unwrap();
    options().tagging(Tagging::new(countries, bundled("actor").unwrap().clone()))
}

#[test]
fn a_changed_vocabulary_waits_for_a_retagging() {
    let config = Config::default();
    let place = Place::new(FILES);
    place.index();
    assert!(!place.index().retag_due);

    let report = place.try_index(&config, &other(), &()).unwrap();
    assert!(report.retag_due);
    assert_eq!(counted(&place, "about.country"), pairs(&[("Peru", 2)]));
    // Even if the old vocabulary comes back: what was read meanwhile has tags of the other.
    assert!(place.index().retag_due);

    let report = place.try_index(&config, &other().retag(true), &()).unwrap();
    assert!(!report.retag_due);
    let fresh = Place::new(FILES);
    fresh.try_index(&config, &other(), &()).unwrap();
    for facet in ["country", "about.country", "mentioned.country"] {
        assert_eq!(counted(&place, facet), counted(&fresh, facet), "{facet}");
    }
    assert!(!place.try_index(&config, &other(), &()).unwrap().retag_due);
    let searchers =
        [&place, &fresh].map(|place| Index::open(place.index.path()).unwrap().searcher().unwrap());
    for id in ["a.md", "b.md", "c.md"] {
        let [tags, expected] = searchers
            .each_ref()
            .map(|searcher| searcher.get(id).unwrap().unwrap().tags);
        assert_eq!(tags, expected, "{id}");
    }
}
