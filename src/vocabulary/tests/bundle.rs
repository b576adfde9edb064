//! The bundled vocabularies: whole, and what they are expected to know.

use std::collections::BTreeMap;

use super::one;
use crate::vocabulary::{Kind, Meaning, NAMES, Role, Vocabulary, bundled};

fn all() -> [(&'static str, &'static Vocabulary); 3] {
    NAMES.map(|name| (name, bundled(name).unwrap()))
}

#[test]
fn they_are_whole() {
    let mut total = 0;
    for (name, vocabulary) in all() {
        vocabulary.verify().unwrap();
        total += vocabulary.as_bytes().len();
        for entry in vocabulary.entries() {
            assert!(!entry.name().is_empty(), "{name} {entry:?}");
            for parent in entry.parents() {
                assert!((parent.0 as usize) < vocabulary.len(), "{name} {entry:?}");
            }
            for name in entry.names() {
                assert!(!name.text.is_empty(), "{entry:?}");
            }
        }
        // A name of several entries says so on all of them.
        for (key, meaning) in vocabulary.keys() {
            let Meaning::Several(ids) = meaning else {
                continue;
            };
            for id in ids {
                let entry = vocabulary.entry(id);
                let mut names = entry
                    .names()
                    .filter(|name| crate::vocabulary::key(name.text) == key);
                assert!(names.any(|name| name.context), "{key} of {entry:?}");
            }
        }
    }
    assert!(total < 3_000_000, "{total} bytes");
    assert!(bundled("contry").is_none());
}

#[cfg(feature = "formats")]
#[test]
fn they_are_in_step_with_their_files() {
    use crate::vocabulary::{UserFile, compile_files};

    // The order of names, as the program reads the folder.
    let files = [
        ("actor.toml", include_str!("../bundled/actor.toml")),
        ("cities.toml", include_str!("../bundled/cities.toml")),
        (
            "country-names.toml",
            include_str!("../bundled/country-names.toml"),
        ),
        ("country.toml", include_str!("../bundled/country.toml")),
        ("groups.toml", include_str!("../bundled/groups.toml")),
        ("names.toml", include_str!("../bundled/names.toml")),
        ("people.toml", include_str!("../bundled/people.toml")),
        ("states.toml", include_str!("../bundled/states.toml")),
        ("topic.toml", include_str!("../bundled/topic.toml")),
    ];
    let files = files.map(|(path, text)| UserFile {
        path: path.into(),
        text: text.to_owned(),
    });
    for (name, vocabulary) in all() {
        let made = compile_files(name, &files).unwrap();
        assert!(
            made.hash() == vocabulary.hash(),
            "`{name}.bin` is not what its files say: run `cargo run --example vocabularies`"
        );
    }
}

#[test]
fn every_country_has_its_codes_and_its_place() {
    let country = bundled("country").unwrap();
    let mut countries = 0;
    for entry in country
        .entries()
        .filter(|entry| entry.kind() == Kind::Country)
    {
        countries += 1;
        // `USA` is a name in some languages as well.
        let codes = entry.names().filter(|name| {
            matches!(name.role, Role::Code | Role::Name)
                && name.text.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let codes: Vec<&str> = codes.map(|name| name.text).collect();
        for length in [2, 3] {
            let code = codes.iter().find(|code| code.len() == length);
            let code = code.unwrap_or_else(|| panic!("{entry:?} has no code of {length} letters"));
            assert_eq!(country.look_up(code), Meaning::One(entry.id()), "{code}");
        }
        assert!(
            entry.path().len() > 1 || entry.name() == "Antarctica",
            "{entry:?}"
        );
    }
    assert_eq!(countries, 250);
}

#[test]
fn the_names_of_countries_lead_to_them() {
    let country = bundled("country").unwrap();
    for (names, expected) in [
        (
            &[
                "Iran",
                "iran",
                "IR",
                "IRN",
                "Islamic Republic of Iran",
                "Iran, Islamic Republic of",
                "ایران",
                "Persia",
                "Iranian",
                "イラン",
                "Иран",
                "伊朗",
                "이란",
                "Irán",
            ][..],
            "Iran",
        ),
        (
            &[
                "usa",
                "U.S.A.",
                "US",
                "United States of America",
                "America",
                "Vereinigte Staaten",
                "États-Unis",
                "США",
                "美国",
            ],
            "United States",
        ),
        (&["uk", "Great Britain", "GBR", "British"], "United Kingdom"),
        (&["west-germany", "Deutschland", "Allemagne"], "Germany"),
        (&["east-germany", "GDR", "DDR"], "East Germany"),
        (
            &["ussr", "U.S.S.R.", "Soviet Union", "СССР"],
            "Soviet Union",
        ),
        (&["yugoslavia", "YUG"], "Yugoslavia"),
        (&["czechoslovakia", "CSK"], "Czechoslovakia"),
        (&["Turkey", "Türkiye", "TUR"], "Türkiye"),
        (
            &["Ivory Coast", "Cote d'Ivoire", "CÔTE D’IVOIRE"],
            "Ivory Coast",
        ),
        (&["Niger"], "Niger"),
        (&["Guinea"], "Guinea"),
        (&["Burma", "Myanmar"], "Myanmar"),
        (&["hong-kong"], "Hong Kong"),
        (&["el-salvador"], "El Salvador"),
        (&["Zaire", "DRC"], "DR Congo"),
    ] {
        let wanted = one(country, expected);
        for name in names {
            assert_eq!(country.look_up(name), Meaning::One(wanted), "{name}");
        }
    }
    for name in ["Congo", "Korean", "Congolese"] {
        let meaning = country.look_up(name);
        assert!(
            matches!(meaning, Meaning::Several(_) | Meaning::Unknown),
            "{name}: {meaning:?}"
        );
    }
    for name in ["Tehran", "Atlantis", ""] {
        assert_eq!(country.look_up(name), Meaning::Unknown, "{name}");
    }
}

#[test]
fn groups_hold_their_countries() {
    let country = bundled("country").unwrap();
    let is_in = |name: &str, group: &str| {
        let above = country.entry(one(country, name)).ancestors();
        above.contains(&one(country, group))
    };
    for (name, group) in [
        ("Iraq", "Western Asia"),
        ("Iraq", "Asia"),
        // As the United Nations have it.
        ("Iran", "Southern Asia"),
        ("Iran", "Middle East"),
        ("Soviet Union", "Eastern Europe"),
        ("Kenya", "Sub-Saharan Africa"),
        ("France", "European Union"),
    ] {
        assert!(is_in(name, group), "{name} in {group}");
    }
    assert!(!is_in("Iran", "Western Asia"));
    let path: Vec<&str> = country
        .entry(one(country, "Iraq"))
        .path()
        .into_iter()
        .map(|id| country.entry(id).name())
        .collect();
    assert_eq!(path, ["Asia", "Western Asia", "Iraq"]);
}

#[test]
fn every_country_has_names_in_ten_languages() {
    let country = bundled("country").unwrap();
    let mut languages: BTreeMap<String, usize> = BTreeMap::new();
    for entry in country
        .entries()
        .filter(|entry| entry.kind() == Kind::Country)
    {
        let mut own: Vec<String> = entry.names().filter_map(|name| name.language()).collect();
        own.sort();
        own.dedup();
        for language in own {
            *languages.entry(language).or_default() += 1;
        }
    }
    // Where a name is the same as in English it is not said twice, so no language has all.
    let many = languages.values().filter(|&&count| count > 150).count();
    assert!(many >= 10, "{languages:?}");
}

#[test]
fn actors_and_topics_are_known() {
    let actor = bundled("actor").unwrap();
    for (name, expected, kind) in [
        ("Hizbullah", "Hezbollah", Kind::ArmedGroup),
        ("hamas", "Hamas", Kind::ArmedGroup),
        ("Houthi", "Houthis", Kind::ArmedGroup),
        ("Mossad", "Mossad", Kind::StateBody),
        ("Netanyahu", "Benjamin Netanyahu", Kind::Person),
        ("Gallant", "Yoav Gallant", Kind::Person),
        ("Blinken", "Antony Blinken", Kind::Person),
        ("U.N.", "United Nations", Kind::Organisation),
        ("opec", "OPEC", Kind::Organisation),
        ("imf", "IMF", Kind::Organisation),
        ("Margaret Thatcher", "Margaret Thatcher", Kind::Person),
    ] {
        let entry = actor.entry(one(actor, name));
        assert_eq!((entry.name(), entry.kind()), (expected, kind), "{name}");
    }
    let thatcher = actor.entry(one(actor, "Margaret Thatcher"));
    let office = thatcher.offices().next().unwrap();
    assert_eq!(office.of, "GB");
    assert_eq!(office.from.unwrap().year(), 1979);
    assert_eq!(office.until.unwrap().year(), 1990);

    let topic = bundled("topic").unwrap();
    let path = |name: &str| -> Vec<&str> {
        let path = topic.entry(one(topic, name)).path();
        path.into_iter().map(|id| topic.entry(id).name()).collect()
    };
    assert_eq!(path("economic sanction")[0], "politics");
    assert_eq!(path("medtop:11000000"), ["politics"]);
    assert_eq!(
        topic
            .entries()
            .filter(|entry| entry.parents().next().is_none())
            .count(),
        17
    );
}

#[test]
fn how_much_there_is() {
    let mut kinds = BTreeMap::new();
    for (_, vocabulary) in all() {
        for entry in vocabulary.entries() {
            *kinds.entry(entry.kind().name()).or_insert(0) += 1;
        }
    }
    let counted: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    assert_eq!(
        counted.join(", "),
        "995 armed group, 250 country, 18 former state, 1426 organisation, 3913 person, 38 region, \
         88 state body, 1100 topic"
    );
}
