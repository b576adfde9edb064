//! The sample corpus: that all of it is read, and that it has what its README says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::world::World;

/// The sample corpus, indexed in a world of its own.
fn sample() -> World {
    let world = World::empty();
    let corpus = corpus();
    let corpus = corpus.to_str().unwrap();
    let run = world.run("", &["index", corpus, "--index", "index", "--json", "-q"]);
    assert_eq!(run.code, 0, "{run:?}");
    let totals = run.json();
    for (name, expected) in [
        ("indexed", articles()),
        ("documents", articles()),
        ("duplicate", 0),
        ("failed", 0),
    ] {
        assert_eq!(totals[name], expected, "{name}: {totals}");
    }
    world
}

fn corpus() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// How many articles the README of the corpus speaks of.
fn articles() -> u64 {
    let readme = std::fs::read_to_string(corpus().join("README.md")).unwrap();
    let row = |line: &str| -> Option<(String, u64)> {
        let (name, count) = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")?;
        let count = count.trim_matches('*').parse().ok()?;
        Some((name.trim_matches('*').to_owned(), count))
    };
    let rows: Vec<(String, u64)> = readme.lines().filter_map(row).collect();
    let (name, together) = rows.last().unwrap();
    assert_eq!(name, "together");
    let sum: u64 = rows[..rows.len() - 1].iter().map(|(_, count)| count).sum();
    assert_eq!(sum, *together, "{rows:?}");
    sum
}

#[test]
fn every_article_is_read_and_its_metadata_are_of_one_spelling() {
    let world = sample();
    let run = world.run(
        "",
        &["export", "--index", "index", "--fields", "date,facets"],
    );
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut dates = BTreeSet::new();
    for line in run.data().lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        dates.extend(hit["date"].as_str().map(str::to_owned));
        for (facet, list) in hit["facets"].as_object().unwrap() {
            let list = list.as_array().unwrap();
            let known = values.entry(facet.clone()).or_default();
            known.extend(list.iter().map(|value| value.as_str().unwrap().to_owned()));
        }
    }
    for (facet, least) in [
        ("country", 40),
        ("actor", 80),
        ("topic", 25),
        ("language", 7),
        ("source", 5),
        ("author", 5),
        ("region", 5),
    ] {
        let values = &values[facet];
        assert!(values.len() >= least, "{facet}: {}", values.len());
        let bare = |value: &String| -> String {
            let letters = value.chars().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        let distinct: BTreeSet<String> = values.iter().map(bare).collect();
        assert_eq!(distinct.len(), values.len(), "{facet}: {values:?}");
    }
    // Every article says two steps; the vocabulary knows what the first ones belong to.
    for topic in &values["topic"] {
        assert!(topic.split('/').count() >= 2, "{topic}");
    }
    for length in ["1962".len(), "1962-10".len(), "1962-10-28".len()] {
        assert!(dates.iter().any(|date| date.len() == length), "{length}");
    }
    assert!(dates.first().unwrap().starts_with("1945"));
    assert!(dates.last().unwrap().starts_with("2024"));
}

/// What the README of the program shows.
#[test]
fn the_first_question_has_its_answer() {
    let world = sample();
    let run = world.run(
        "",
        &[
            "search",
            "--index",
            "index",
            "-c",
            "\"ballistic missiles\" treaty",
        ],
    );
    assert_eq!(run.data(), "3\n");
}
