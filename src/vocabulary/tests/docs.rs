//! Every example of `docs/vocabulary.md` can be used as it stands.

use super::one;
use crate::vocabulary::{Meaning, UserFile, Vocabularies};

const PAGE: &str = include_str!("../../../docs/vocabulary.md");

/// The blocks of a language, of which one is no vocabulary but a part of `pressmark.toml`.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let starts = PAGE.match_indices(&fence).map(|(at, _)| at + fence.len());
    starts
        .map(|start| {
            let rest = &PAGE[start..];
            &rest[..rest.find("```").unwrap()]
        })
        .filter(|block| !block.starts_with("[facets"))
        .collect()
}

#[test]
fn the_configuration_is_one() {
    let start = PAGE.find("[facets").unwrap();
    let block = &PAGE[start..start + PAGE[start..].find("```").unwrap()];
    let config = crate::Config::parse(block, "pressmark.toml".as_ref()).unwrap();
    let vocabulary = |name: &str| config.schema.find_facet(name).unwrap().vocabulary.clone();
    assert_eq!(vocabulary("places").as_deref(), Some("country"));
    assert_eq!(vocabulary("topic"), None);
    assert_eq!(vocabulary("actor").as_deref(), Some("actor"));
}

fn with(text: &str) -> Result<Vocabularies, Vec<String>> {
    let file = UserFile {
        path: "vocabulary/own.toml".into(),
        text: text.to_owned(),
    };
    Vocabularies::with_files(&[file]).map_err(|problems| {
        let told = problems.into_iter().map(|problem| {
            let hint = problem.hint.clone().unwrap_or_default();
            format!("{}\nhint: {hint}\n", crate::Error::from(problem))
        });
        told.collect()
    })
}

#[test]
fn the_examples_do_what_they_say() {
    let blocks = blocks("toml");
    assert_eq!(blocks.len(), 6);
    for block in &blocks {
        assert!(with(block).is_ok(), "{block}{:?}", with(block).err());
    }
    let all = |verb: &str| {
        let block = blocks.iter().find(|block| block.contains(verb)).unwrap();
        with(block).unwrap()
    };
    for (verb, vocabulary, name, expected) in [
        (".add.", "country", "krg", "Kurdistan Region"),
        (".add.", "actor", "Naviera Acme", "Acme Shipping"),
        (".change.", "country", "arya", "Iran"),
        (".rename]", "country", "Ivory Coast", "Côte d'Ivoire"),
        (
            ".merge]",
            "actor",
            "Lions Club International",
            "Lions Clubs International",
        ),
        (".merge]", "actor", "hamas", "Hamas and its brigades"),
        (".split.", "country", "scottish", "Scotland"),
        ("silence", "actor", "he", "he"),
    ] {
        let vocabularies = all(verb);
        let vocabulary = vocabularies.get(vocabulary).unwrap();
        let entry = vocabulary.entry(one(vocabulary, name));
        assert_eq!(entry.name(), expected, "{verb}");
        assert_eq!(entry.is_silent(), verb == "silence");
    }
    let country = all(".change.");
    let country = country.get("country").unwrap();
    assert_eq!(country.look_up("Persia"), Meaning::Unknown);
    let above = country.entry(one(country, "Iran")).ancestors();
    assert!(above.contains(&one(country, "Western Asia")));
}

#[test]
fn the_mistake_reads_as_it_says() {
    let expected = blocks("text")[0];
    let told = with("\n[country.change.\"Irna\"]").unwrap_err();
    assert_eq!(told, [expected]);
}

#[test]
fn what_is_undone_leaves_no_trace() {
    let before = Vocabularies::default();
    let edited = with("[country.rename]\n\"Iran\" = \"Persia\"").unwrap();
    assert_ne!(edited.hash(), before.hash());
    assert_eq!(with("").unwrap().hash(), before.hash());
    assert_eq!(
        with("[country.change.\"Iran\"]").unwrap().hash(),
        before.hash()
    );
}
