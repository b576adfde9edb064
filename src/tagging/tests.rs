//! Articles → tags, as tables.

use super::{Article, Rule, Tagger, Tags, TextField};
use crate::analysis::Language;
use crate::schema::Origin;
use crate::vocabulary::bundled;

pub(super) fn tagger() -> &'static Tagger {
    static TAGGER: std::sync::OnceLock<Tagger> = std::sync::OnceLock::new();
    TAGGER.get_or_init(|| Tagger::new(bundled("country").unwrap(), bundled("actor").unwrap()))
}

pub(super) fn tag(title: &str, body: &str, date: &str) -> Tags {
    let date = (!date.is_empty()).then(|| date.parse().unwrap());
    tagger().tag(&Article::new(title, body, Language::ENGLISH).written(date))
}

/// The names of a vocabulary that are found, in alphabetical order, and behind `?` what is left out.
fn shown(tags: &Tags, vocabulary: &str, body: &str) -> String {
    let of = tags.tags.iter().filter(|tag| tag.vocabulary == vocabulary);
    let mut names: Vec<String> = of.map(|tag| tag.name.clone()).collect();
    names.sort();
    let left_out = tags
        .ambiguous
        .iter()
        .filter(|name| name.vocabulary == vocabulary);
    names.extend(left_out.map(|name| format!("?{}", &body[name.surface.range.clone()])));
    names.join(", ")
}

#[test]
fn countries_by_context() {
    for (text, expected) in [
        // Names of one thing.
        ("The talks between Iran and Iraq ended.", "Iran, Iraq"),
        ("An Iranian ship left Bandar Abbas.", "Iran"),
        ("Iran’s navy, Oman's ports", "Iran, Oman"),
        ("A new road in New Mexico and New Jersey", "United States"),
        ("The Gulf of Mexico and the Indian Ocean are warm.", ""),
        ("Miners of Papua New Guinea went home.", "Papua New Guinea"),
        (
            "Equatorial Guinea and Guinea-Bissau signed.",
            "Equatorial Guinea, Guinea-Bissau",
        ),
        ("The oil of the Niger Delta", ""),
        ("A guinea pig ran off.", ""),
        // Where words are written small, so are no names.
        (
            "They ate turkey, and the man on the island had china cups.",
            "",
        ),
        ("trouble in chad and iran", "Iran"),
        // Georgia.
        ("A mill in Atlanta, Georgia, was sold.", "United States"),
        (
            "Voters in Georgia waited in line. Alabama votes next week.",
            "United States",
        ),
        ("Georgia and Armenia opened the border.", "Armenia, Georgia"),
        ("In Tbilisi the mood is good. Georgia waits.", "Georgia"),
        ("A letter from Georgia arrived.", "?Georgia"),
        // Jordan.
        ("Michael Jordan scored again.", ""),
        ("The water of the Jordan River is low.", ""),
        ("Refugees cross into Jordan by night.", "Jordan"),
        ("Jordan's king flew home.", "Jordan"),
        (
            "Syria, Jordan and Egypt sent envoys.",
            "Egypt, Jordan, Syria",
        ),
        ("Yesterday Jordan wrote a letter.", "?Jordan"),
        // Chad.
        ("Chad Brown sells boats.", ""),
        ("The president of Chad spoke.", "Chad"),
        ("A hanging chad decided it.", ""),
        // Turkey, Niger, Guinea.
        ("Turkey voted on Sunday.", "Türkiye"),
        (
            "Turkey was roasted for Thanksgiving. Turkey, stuffing, cranberry.",
            "",
        ),
        ("Soldiers of Niger took a village.", "Niger"),
        ("Bauxite from Guinea is shipped.", "Guinea"),
        // Several entries.
        (
            "Kinshasa accused the rebels. Congo has asked for help.",
            "DR Congo",
        ),
        ("Brazzaville is calm. Congo votes.", "Republic of the Congo"),
        ("Congo votes.", "?Congo"),
        ("Seoul waits. Korea has changed.", "South Korea"),
        (
            "North Korea and South Korea talk. Korea has changed.",
            "North Korea, South Korea, ?Korea",
        ),
        ("Korean cars sell well.", "?Korean"),
    ] {
        let tags = tag("", text, "");
        assert_eq!(shown(&tags, "country", text), expected, "{text}");
    }
}

#[test]
fn the_date_of_an_article_settles_names() {
    for (text, date, vocabulary, expected) in [
        ("Moscow declined.", "1987-03-01", "country", "Soviet Union"),
        ("Moscow declined.", "2015", "country", "Russia"),
        ("Moscow declined.", "", "country", "Russia"),
        (
            "The Soviet press wrote; Moscow declined.",
            "",
            "country",
            "Soviet Union",
        ),
        (
            "President Bush spoke.",
            "1990-05-01",
            "actor",
            "George Bush",
        ),
        ("President Bush spoke.", "2003", "actor", "George W. Bush"),
        ("President Bush spoke.", "", "actor", "?President Bush"),
        (
            "President Bush spoke. George W. Bush smiled.",
            "",
            "actor",
            "George W. Bush",
        ),
        (
            "Prime Minister May spoke.",
            "2017-05-01",
            "actor",
            "Theresa May",
        ),
        ("Prime Minister May spoke.", "1950", "actor", "?May"),
        (
            "Theresa May spoke, and May left.",
            "",
            "actor",
            "Theresa May",
        ),
        (
            "It began in May and on May 12 it was over.",
            "2017",
            "actor",
            "",
        ),
        ("Then Brian May played.", "2017", "actor", ""),
        // A whole name is somebody else's as well.
        (
            "Bill Clinton opened a shop.",
            "1890",
            "actor",
            "?Bill Clinton",
        ),
        (
            "Bill Clinton came to Washington.",
            "1995",
            "actor",
            "Bill Clinton",
        ),
    ] {
        let tags = tag("", text, date);
        assert_eq!(shown(&tags, vocabulary, text), expected, "{text} ({date})");
    }
}

#[test]
fn actors_by_context() {
    for (text, expected) in [
        (
            "Hezbollah, Hamas and the Houthis",
            "Hamas, Hezbollah, Houthis",
        ),
        ("The UN met; the un-met need", "United Nations"),
        ("A gallant knight. Gallant rode on.", "?Gallant"),
        ("Defence Minister Gallant spoke.", "Yoav Gallant"),
        ("In Washington, Congress voted.", "US Congress"),
        ("The party held its Congress.", "?Congress"),
    ] {
        let tags = tag("", text, "");
        assert_eq!(shown(&tags, "actor", text), expected, "{text}");
    }
}

#[test]
fn what_an_article_is_about() {
    let body = "Ministers of Peru and Chile met in Lima on Friday to speak about the border. Peru wants a road; \
                Peruvian truckers have waited for years. A bank in Zurich lends the money, and Brazil, Spain and \
                Japan watch.";
    let tags = tag("Peru and Chile speak about a road", body, "");
    let about: Vec<&str> = tags
        .tags
        .iter()
        .filter(|tag| tag.origin == Origin::About)
        .map(|tag| tag.name.as_str())
        .collect();
    assert_eq!(about, ["Peru", "Chile"]);
    let mentioned = tags
        .tags
        .iter()
        .filter(|tag| tag.origin == Origin::Mentioned);
    let mut mentioned: Vec<&str> = mentioned.map(|tag| tag.name.as_str()).collect();
    mentioned.sort_unstable();
    assert_eq!(mentioned, ["Brazil", "Japan", "Spain", "Switzerland"]);
}

#[test]
fn evidence_says_how_sure_a_value_is() {
    let body = "Zurich. The Swiss are calm. Peru is not; Georgia, Armenia and Russia neither.";
    let tags = tag("", body, "");
    let of = |name: &str| tags.tags.iter().find(|tag| tag.name == name).unwrap();
    for (name, rule, mentions, surfaces) in [
        ("Switzerland", Rule::Demonym, 2, &["Zurich", "Swiss"][..]),
        ("Peru", Rule::Name, 1, &["Peru"]),
        ("Georgia", Rule::Context, 1, &["Georgia"]),
    ] {
        let tag = of(name);
        assert_eq!((tag.rule, tag.mentions), (rule, mentions), "{name}");
        assert!(tag.confidence > 0.0 && tag.confidence < 1.0, "{name}");
        let found: Vec<&str> = tag
            .surfaces
            .iter()
            .map(|s| &body[s.range.clone()])
            .collect();
        assert_eq!(found, surfaces, "{name}");
    }
}

#[test]
fn names_are_bounded() {
    let body = "Iran ".repeat(5000);
    let tags = tag("Iran", &body, "");
    assert_eq!(tags.tags.len(), 1);
    assert_eq!(tags.tags[0].mentions, 5001);
    assert_eq!(tags.tags[0].surfaces.len(), super::MAX_SURFACES);
    assert_eq!(tags.tags[0].surfaces[0].field, TextField::Title);
}

/// Their marks would take several times the memory of the text.
#[test]
fn words_of_long_texts_are_looked_at_one_by_one() {
    use crate::analysis::{Analyzer, MAX_MARKED_WORDS};

    let mut analyzer = Analyzer::with_lexicon(super::Tagging::bundled().lexicon());
    for (words, is_marked) in [(MAX_MARKED_WORDS, true), (MAX_MARKED_WORDS + 1, false)] {
        let body = "Oman ".repeat(words);
        let article = Article::new("", &body, Language::ENGLISH);
        let [title, analysis] = ["", &body].map(|text| analyzer.analyze(text, Language::ENGLISH));
        assert_eq!(analysis.marks.is_some(), is_marked);
        let tags = tagger().tag(&article.analyzed(&title, &analysis));
        assert_eq!(tags, tagger().tag(&article));
        assert_eq!(tags.tags[0].mentions as usize, words);
    }
}

mod random {
    use std::sync::{Arc, LazyLock};

    use proptest::prelude::*;

    use super::super::{Article, Tagging, TextField};
    use super::tagger;
    use crate::analysis::{Analyzer, Language, Lexicon};

    /// Names, words that go with them, and what is no text at all.
    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            prop::sample::select(vec![
                "Iran",
                "Georgia",
                "Atlanta",
                "Jordan",
                "King",
                "Chad",
                "Turkey",
                "TURKEY",
                "Korea",
                "North",
                "South",
                "Congo",
                "May",
                "President",
                "Bush",
                "Hamas",
                "Côte",
                "d’Ivoire",
                "U.S.",
                "US",
                "us",
                "ایران",
                "中国",
                "'s",
                "’s",
                ",",
                ", ",
                "and",
                " and ",
                "-",
                "—",
                ".",
                "\n",
                "New",
                "Guinea",
                "Mexico",
                "in",
                "12",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,3}",
            "[ \u{301}\u{200d}]",
        ];
        prop::collection::vec((word, prop::sample::select(vec!["", " ", "  "])), 0..40)
            .prop_map(|words| words.into_iter().map(|(word, gap)| word + gap).collect())
    }

    /// Of the vocabularies of [`tagger`], so that its numbers are those of the tagger.
    static LEXICON: LazyLock<Arc<dyn Lexicon>> = LazyLock::new(|| Tagging::bundled().lexicon());

    proptest! {
        #[test]
        fn every_range_is_a_slice_of_the_text(
            title in text(),
            body in text(),
            year in proptest::option::of(1900i16..2030),
            language in prop::sample::select(vec![Language::UND, Language::ENGLISH]),
        ) {
            let date = year.map(|year| year.to_string().parse().unwrap());
            let article = Article::new(&title, &body, language).written(date);
            let tags = tagger().tag(&article);
            for mut analyzer in [Analyzer::new(), Analyzer::with_lexicon(LEXICON.clone())] {
                let analyses = [&title, &body].map(|text| analyzer.analyze(text, language));
                let analyzed = tagger().tag(&article.analyzed(&analyses[0], &analyses[1]));
                prop_assert_eq!(&tags, &analyzed, "cut into words before");
            }
            for tag in &tags.tags {
                prop_assert!(!tag.surfaces.is_empty());
                prop_assert!(tag.surfaces.len() <= tag.mentions as usize);
                prop_assert!((0.0..=1.0).contains(&tag.confidence));
                for surface in &tag.surfaces {
                    let text = if surface.field == TextField::Title { &title } else { &body };
                    let written = text.get(surface.range.clone());
                    prop_assert!(written.is_some_and(|written| !written.is_empty()));
                }
                let places: Vec<_> = tag.surfaces.iter().map(|s| (s.field, s.range.start)).collect();
                prop_assert!(places.is_sorted_by(|a, b| a < b));
            }
            for name in &tags.ambiguous {
                let text = if name.surface.field == TextField::Title { &title } else { &body };
                prop_assert!(text.get(name.surface.range.clone()).is_some_and(|written| !written.is_empty()));
            }
        }
    }
}
