//! What the rule finds, and what it leaves alone.

use super::*;
use crate::tagging::Article;
use crate::tagging::topics::TopicTagger;
use crate::vocabulary::{Entry, Kind, Name, bundled};

fn tags(title: &str, body: &str, language: Language) -> Vec<TopicTag> {
    let vocabulary = bundled("topic").unwrap();
    TopicTagger::by_names(vocabulary).tag(&Article::new(title, body, language))
}

#[test]
fn every_line_of_the_list_is_of_a_topic() {
    let vocabulary = bundled("topic").unwrap();
    let indicators = indicators();
    assert!(indicators.len() > 100);
    let mut seen = std::collections::BTreeSet::new();
    for indicator in &indicators {
        let topic = indicator.topic;
        let Meaning::One(id) = vocabulary.look_up(topic) else {
            panic!("{topic} is no topic of the vocabulary");
        };
        assert_eq!(vocabulary.entry(id).name(), topic, "listed under its name");
        assert!(seen.insert(topic), "{topic} is listed twice");
        assert!(
            !indicator.words.is_empty() || !indicator.name_tells,
            "{topic}"
        );
    }
    let lines = INDICATORS
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
    assert_eq!(lines.count(), indicators.len(), "every line was read");
    for name in COMMON_NAMES {
        assert_ne!(
            vocabulary.look_up(name),
            Meaning::Unknown,
            "{name} is no name"
        );
    }
    assert!(COMMON_NAMES.is_sorted());
}

#[test]
fn topics_are_known_by_what_goes_with_them() {
    for (title, body, expected) in [
        (
            "Ministers fail to agree on sanctions",
            "The foreign minister and his envoy left the talks without a word on the sanctions. An \
             embargo would hurt, an ambassador said, and diplomats expect more sanctions.",
            &["diplomacy", "economic sanction"][..],
        ),
        (
            "Oil prices fall",
            "OPEC raised output, and crude oil lost two dollars a barrel.",
            &["oil and gas"],
        ),
        (
            "Earthquake shakes the coast",
            "The quake had a magnitude of six; aftershocks followed and rubble lay in the streets.",
            &["earthquake"],
        ),
        (
            "A quiet day",
            "The children of the society had water, and prices were a game.",
            &[],
        ),
        ("", "", &[]),
    ] {
        let tags = tags(title, body, Language::ENGLISH);
        let mut found: Vec<&str> = tags.iter().map(|tag| &*tag.value).collect();
        found.retain(|value| expected.contains(value));
        found.sort_unstable();
        assert_eq!(found, expected, "{tags:?}");
        assert!(tags.len() <= expected.len() + 2, "{tags:?}");
    }
}

#[test]
fn evidence_is_phrases_of_the_text() {
    let title = "Foreign ministers’ talks";
    let body = "Two foreign ministers met their ambassadors; diplomacy, said one foreign minister, \
                needs diplomats and an embassy.";
    let article = Article::new(title, body, Language::ENGLISH);
    let tags = tags(title, body, Language::ENGLISH);
    let tag = tags.iter().find(|tag| tag.value == "diplomacy").unwrap();
    assert_eq!(tag.method, Method::Rule);
    let surfaces: Vec<&str> = tag
        .evidence
        .iter()
        .map(|evidence| &article.text(evidence.field)[evidence.range.clone()])
        .collect();
    let expected = ["Foreign ministers", "foreign ministers", "foreign minister"];
    assert_eq!(surfaces[..3], expected);
    assert!(
        surfaces.contains(&"ambassadors") && surfaces.contains(&"embassy"),
        "{surfaces:?}"
    );
    assert!(tag.evidence.is_sorted_by(|a, b| a.share >= b.share));
    assert!((0.6..1.0).contains(&tag.confidence), "{tag:?}");
}

#[test]
fn longer_articles_need_more() {
    let about = "Wheat and barley: the harvest of every farmer. ";
    let has = |body: &str| {
        let tags = tags("", body, Language::ENGLISH);
        tags.iter().any(|tag| tag.value == "agriculture")
    };
    assert!(has(about));
    assert!(!has(&format!(
        "{about}{}",
        "Somebody said something else. ".repeat(600)
    )));
}

#[test]
fn names_of_a_vocabulary_of_ones_own_count() {
    let mut entry = Entry::new("Beekeeping", Kind::Topic);
    entry.names.push(Name::new("apiculture", Role::Name));
    let mut german = Name::new("Imkerei", Role::Name);
    german.language = Some("de".to_owned());
    entry.names.push(german);
    let mut silent = Entry::new("Hives", Kind::Topic);
    silent.silent = true;
    let vocabulary = Vocabulary::compile(&[entry, silent]).unwrap();
    let mut tagger = TopicTagger::by_names(&vocabulary);
    let german = Language::parse("de").unwrap();
    for (language, body, expected) in [
        (
            Language::ENGLISH,
            "Beekeeping is beekeeping is beekeeping. Hives, hives, hives.",
            1,
        ),
        (Language::ENGLISH, "Imkerei, Imkerei, Imkerei, Imkerei.", 0),
        (german, "Imkerei, Imkerei, Imkerei, Imkerei.", 1),
        (Language::UND, "Apiculture and beekeeping; apiculture.", 1),
        (Language::ENGLISH, "Apiculture, once.", 0),
    ] {
        let tags = tagger.tag(&Article::new("", body, language));
        assert!(tags.iter().all(|tag| tag.value == "Beekeeping"), "{tags:?}");
        assert_eq!(tags.len(), expected, "{language} {body}");
    }
}
