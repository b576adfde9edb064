//! Topics that are found in texts: by what they are called, or by what the corpus taught.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use tempfile::tempdir;

use crate::corpus::Corpus;
use crate::reindex::repair;
use crate::reindex::tests::fakes::StopAfter;
use crate::reindex::tests::whole::{Place, options};
use crate::{
    CheckOptions, CheckReport, Config, DamageCode, ErrorKind, Index, InferredTag, Origin, Part,
    ReindexOptions, RepairPlan, Report, SearchRequest, Searcher, StoredDocument,
};

const FILES: &[(&str, &str)] = &[
    (
        "strike.md",
        "---\ntitle: Dockers walk out\nlanguage: en\n---\nThe dockers are on strike again. The union put pickets at \
         every gate, and the strikers say that the walkout goes on.",
    ),
    (
        "talks.md",
        "---\ntitle: Envoys meet\nlanguage: en\ntopic: Harbour affairs\n---\nThe foreign minister sent an envoy. \
         Diplomats at the embassy speak of talks, and of sanctions: the embargo stays.",
    ),
    (
        "tea.md",
        "---\ntitle: Tea\n---\nThe tea was cold, and nobody minded.",
    ),
];

fn searcher(place: &Place) -> Searcher {
    Index::open(place.index.path()).unwrap().searcher().unwrap()
}

fn stored(place: &Place, id: &str) -> StoredDocument {
    searcher(place).get(id).unwrap().unwrap()
}

/// What is found of a document, with the rule, and the words that speak for it.
fn topics(place: &Place, id: &str) -> Vec<(String, String, Vec<String>)> {
    let stored = stored(place, id);
    let tags = stored.tags.iter().filter(|tag| tag.facet == "topic");
    tags.map(|tag| {
        assert_eq!(tag.origin, Origin::About);
        assert!((0.01..=1.0).contains(&tag.confidence), "{tag:?}");
        assert_eq!(tag.mentions as usize, tag.surfaces.len());
        let texts = tag.surfaces.iter();
        let texts = texts.map(|surface| surface.text(&stored.document).unwrap().to_owned());
        (tag.value.clone(), tag.rule.to_owned(), texts.collect())
    })
    .collect()
}

fn total(place: &Place, query: &str) -> u64 {
    let request = SearchRequest::query(query).unwrap();
    searcher(place).search(&request).unwrap().total
}

#[test]
fn topics_are_found_by_what_they_are_called() {
    let place = Place::new(FILES);
    place.index();
    let found = topics(&place, "strike.md");
    let [(value, rule, words)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((value.as_str(), rule.as_str()), ("labor strike", "words"));
    for word in ["on strike", "strikers", "walkout"] {
        assert!(words.iter().any(|found| found == word), "{word}: {words:?}");
    }
    let found: Vec<String> = topics(&place, "talks.md")
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(found, ["diplomacy", "economic sanction"]);
    assert!(topics(&place, "tea.md").is_empty());
    for (query, documents) in [
        ("topic:\"labor strike\"", 1),
        ("about.topic:diplomacy", 1),
        // What is declared wins.
        ("topic:diplomacy", 0),
        ("declared.topic:\"harbour affairs\"", 1),
        ("missing:topic", 1),
    ] {
        assert_eq!(total(&place, query), documents, "{query}");
    }
    assert_eq!(
        stored(&place, "talks.md").document.facets["topic"],
        ["Harbour affairs"]
    );
}

#[test]
fn looking_for_topics_can_be_switched_off() {
    for text in [
        "[facets.topic]\ntagging = false",
        "[tagging]\nenabled = false",
    ] {
        let place = Place::new(FILES);
        let config = Config::parse(text, "pressmark.toml".as_ref()).unwrap();
        place.try_index(&config, &options(), &()).unwrap();
        assert_eq!(total(&place, "about.topic:diplomacy"), 0, "{text}");
        place.index();
        assert_eq!(total(&place, "about.topic:diplomacy"), 1, "{text}");
    }
}

#[test]
fn a_run_after_another_has_nothing_to_tag_anew() {
    let place = Place::new(FILES);
    place.index();
    let report = place
        .try_index(&Config::default(), &options().retag(true), &())
        .unwrap();
    assert_eq!((report.indexed, report.retag_due), (0, false));
}

const WORDS: [&str; 16] = [
    "Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel", "Ivy", "Juniper",
    "Kelp", "Larch", "Maple", "Nettle", "Oak", "Poplar",
];

fn harbour(word: &str) -> String {
    format!(
        "The tanker {word} berthed at the quay with her cargo. The pilot and the crew of the vessel \
         had waited for the tide."
    )
}

fn farm(word: &str) -> String {
    format!(
        "At {word} the wheat was cut before the rain. Tractors stood in the barley, and the farmer \
         spoke of soil and seed."
    )
}

fn sky(word: &str) -> String {
    format!(
        "Clouds over {word} brought thunder and hail. The forecast speaks of gales, and the barometer \
         fell."
    )
}

fn article(topic: &str, title: &str, text: &str) -> String {
    if topic.is_empty() {
        return format!("---\ntitle: {title}\n---\n{text}");
    }
    format!("---\ntitle: {title}\ntopic: {topic}\n---\n{text}")
}

/// A corpus that declares topics for most of its documents, and withholds them of some.
fn taught() -> Place {
    let place = Place::new(&[]);
    for (number, word) in WORDS.iter().enumerate() {
        let (ships, farms) = if number % 5 == 4 {
            ("", "")
        } else {
            ("Harbour affairs", "Country/Farming")
        };
        let name = word.to_lowercase();
        place.write(
            &format!("ships/{name}.md"),
            article(ships, word, &harbour(word)),
        );
        place.write(
            &format!("farms/{name}.md"),
            article(farms, word, &farm(word)),
        );
    }
    place
}

/// The hash of what the corpus taught, and all tags of all documents.
fn tags(place: &Place) -> (Option<String>, BTreeMap<String, Vec<InferredTag>>) {
    let searcher = searcher(place);
    let model = searcher.topic_model().unwrap().map(|model| model.hash());
    let all = SearchRequest::all().limit(1_000);
    let hits = searcher.search(&all).unwrap().hits;
    let tags = hits.iter().map(|hit| {
        let id = hit.id.to_string();
        let tags = searcher.get(&id).unwrap().unwrap().tags;
        (id, tags)
    });
    (model, tags.collect())
}

fn run(place: &Place, options: &ReindexOptions) -> Report {
    place.try_index(&Config::default(), options, &()).unwrap()
}

/// The files of models in the folder of the index.
fn models(place: &Place) -> Vec<PathBuf> {
    let folder = fs::read_dir(place.index.path().join("models"));
    let files = folder.into_iter().flatten();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn documents_without_topics_get_those_that_others_taught() {
    let place = taught();
    run(&place, &options().threads(3));
    for (query, documents) in [
        ("topic:\"harbour affairs\"", 16),
        ("declared.topic:\"harbour affairs\"", 13),
        ("about.topic:\"harbour affairs\"", 16),
        ("topic:country", 16),
        ("missing:topic", 0),
    ] {
        assert_eq!(total(&place, query), documents, "{query}");
    }
    let found = topics(&place, "farms/elder.md");
    let [(value, rule, words)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        (value.as_str(), rule.as_str()),
        ("Country/Farming", "model")
    );
    assert!(words.iter().any(|word| word == "wheat"), "{words:?}");

    // The same documents teach the same, however they are read, and read again.
    let built = tags(&place);
    assert!(built.0.is_some());
    let other = taught();
    run(&other, &options().threads(1));
    assert_eq!(tags(&other), built);
    for again in [options().retag(true), options().rebuild(true)] {
        run(&place, &again);
        assert_eq!(tags(&place), built);
    }
    assert_eq!(models(&place).len(), 1);
}

#[test]
fn an_update_tags_by_what_is_known_and_a_retagging_learns() {
    let place = taught();
    run(&place, &options());
    let (model, _) = tags(&place);
    for word in WORDS.iter().take(6) {
        let path = format!("sky/{}.md", word.to_lowercase());
        place.write(&path, article("Weather", word, &sky(word)));
    }
    place.write("sky/late.md", article("", "Late", &sky("Rowan")));
    place.write("ships/late.md", article("", "Late", &harbour("Rowan")));
    run(&place, &options());
    assert_eq!(tags(&place).0, model);
    assert_eq!(total(&place, "topic:\"harbour affairs\""), 17);
    assert_eq!(total(&place, "missing:topic"), 1);

    // What is gone teaches nothing.
    place.remove("farms/oak.md");
    let report = run(&place, &options().retag(true));
    assert!(report.indexed > 0, "{report:?}");
    let retagged = tags(&place);
    assert_ne!(retagged.0, model);
    assert_eq!(total(&place, "topic:weather"), 7);
    let fresh = Place {
        index: tempdir().unwrap(),
        ..place
    };
    run(&fresh, &options());
    assert_eq!(tags(&fresh), retagged);
}

#[test]
fn a_build_that_was_stopped_comes_to_the_same_end() {
    let place = taught();
    run(&place, &options());
    let whole = tags(&place);
    for events in [8, 20, 40, 60] {
        let place = taught();
        let often = options().checkpoints(Duration::from_hours(1), 4);
        let stop = StopAfter(Mutex::new(events));
        let error = place.try_index(&Config::default(), &often, &stop);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled, "{events}");
        assert_eq!(tags(&place).0, None, "{events}");
        let report = run(&place, &often);
        assert_eq!(report.seen, 32, "{events}");
        assert_eq!(tags(&place), whole, "{events}");
        assert_eq!(run(&place, &options()).unchanged, 32, "{events}");
        assert_eq!(tags(&place), whole, "{events}");
    }
}

#[test]
fn a_corpus_that_no_longer_teaches_has_no_model() {
    let place = taught();
    run(&place, &options());
    let text = "[facets.topic]\ntagging = false";
    let config = Config::parse(text, "pressmark.toml".as_ref()).unwrap();
    for again in [options(), options().retag(true)] {
        place.try_index(&config, &again, &()).unwrap();
        assert_eq!(total(&place, "about.topic:\"harbour affairs\""), 0);
    }
    assert_eq!(tags(&place).0, None);
    // What readers of earlier states may need goes with those.
    for number in 0..4 {
        place.write("a.md", format!("Number {number}"));
        place.try_index(&config, &options(), &()).unwrap();
    }
    assert_eq!(models(&place), Vec::<PathBuf>::new());
}

fn check(place: &Place, deep: bool) -> CheckReport {
    let options = CheckOptions::default().deep(deep);
    Index::check(place.index.path(), &options, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

#[test]
fn a_deep_check_finds_nothing_wrong_with_what_was_found() {
    let text = "---\ntitle: Peru builds a road\nlanguage: en\n---\nPeru builds a road in Peru. The \
                strikers are on strike, the walkout goes on, and Chile looks on.";
    let place = Place::new(&[("a.md", text)]);
    place.index();
    for query in [
        "mentioned.country:Chile",
        "about.country:Peru",
        "about.topic:\"labor strike\"",
    ] {
        assert_eq!(total(&place, query), 1, "{query}");
    }
    let report = check(&place, true);
    assert!(report.healthy, "{:?}", report.damage);
}

#[test]
fn a_damaged_model_is_found_and_learned_again() {
    let whole = taught();
    run(&whole, &options());
    let built = tags(&whole);
    let bytes = fs::read(&models(&whole)[0]).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let damages = [
        (Some(flipped), DamageCode::WrongHash),
        (Some(bytes[..100].to_vec()), DamageCode::WrongLength),
        (None, DamageCode::Missing),
    ];
    for (number, (damage, code)) in damages.into_iter().enumerate() {
        let place = taught();
        run(&place, &options());
        let model = models(&place).remove(0);
        let ruin = || match &damage {
            Some(bytes) => fs::write(&model, bytes).unwrap(),
            None => fs::remove_file(&model).unwrap(),
        };
        ruin();
        // Searches go on, an update says what to do.
        assert_eq!(total(&place, "topic:\"harbour affairs\""), 16);
        place.write("ships/late.md", article("", "Late", &harbour("Rowan")));
        let error = place.try_index(&Config::default(), &options(), &());
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert_eq!(error.path(), Some(model.as_path()));
        assert!(error.hint().unwrap().contains("index --retag"), "{error:?}");
        place.remove("ships/late.md");

        let report = check(&place, number == 0);
        let [found] = report.damage.as_slice() else {
            panic!("{:?}", report.damage);
        };
        assert_eq!((found.part, found.code), (Part::Model, code));
        assert!(found.costs.contains("index --retag"));
        assert!(model.ends_with(&found.path), "{}", found.path);

        run(&place, &options().retag(true));
        assert_eq!(tags(&place), built);
        assert!(check(&place, true).healthy);

        ruin();
        let corpus = Corpus::new(place.corpus.path(), Config::default()).unwrap();
        let plan = RepairPlan::of(&check(&place, false));
        let mended = repair(Some(&corpus), place.index.path(), &plan, &options(), &());
        assert!(mended.unwrap().check.healthy, "{code}");
        assert_eq!(tags(&place), built);
    }
}
