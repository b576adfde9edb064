//! Names in texts.

use super::{Matcher, Mention, WINDOW};
use crate::vocabulary::{Entry, Kind, Name, Role, Vocabulary, bundled};

fn vocabulary() -> Vocabulary {
    let mut entries = Vec::new();
    let mut add = |first: &str, others: &[(&str, Role)]| {
        let mut entry = Entry::new(first, Kind::Country);
        for &(text, role) in others {
            entry.names.push(Name::new(text, role));
        }
        entries.push(entry);
        entries.len() - 1
    };
    add(
        "Iran",
        &[
            ("Iranian", Role::Demonym),
            ("Tehran", Role::Capital),
            ("IRN", Role::Code),
        ],
    );
    add("Guinea", &[]);
    add("Papua New Guinea", &[]);
    let us = add(
        "United States",
        &[("U.S.", Role::Name), ("America", Role::Name)],
    );
    let turkey = add("Turkey", &[("Turkish", Role::Demonym)]);
    add("South Korea", &[("Korea", Role::Name)]);
    add("North Korea", &[("Korea", Role::Name)]);
    add("Saint Lucia", &[("St. Lucia", Role::Name)]);
    let quiet = add("Nowhere", &[]);
    entries[us].names[1].case = true;
    entries[turkey].names[0].case = true;
    entries[quiet].silent = true;
    Vocabulary::compile(&entries).unwrap()
}

fn shown(text: &str, vocabulary: &Vocabulary, mentions: &[Mention]) -> Vec<String> {
    let show = |mention: &Mention| {
        let names: Vec<&str> = mention
            .entries
            .iter()
            .map(|&id| vocabulary.entry(id).name())
            .collect();
        let doubt = if mention.needs_context { "?" } else { "" };
        format!(
            "{}={}{doubt}",
            &text[mention.range.clone()],
            names.join("|")
        )
    };
    mentions.iter().map(show).collect()
}

#[test]
fn names_are_found_as_they_are_written() {
    let vocabulary = vocabulary();
    let matcher = Matcher::new(&vocabulary);
    for (text, expected) in [
        (
            "Iran and IRAN and iran.",
            &["Iran=Iran", "IRAN=Iran", "iran=Iran"][..],
        ),
        (
            "Iran’s army; Iran's oil; the Iranians",
            &["Iran=Iran", "Iran=Iran"],
        ),
        ("an Iranian in Tehran", &["Iranian=Iran", "Tehran=Iran"]),
        ("Iranophobia, Teheran, Irans", &[]),
        // The longest name wins.
        (
            "Papua New Guinea and Guinea",
            &["Papua New Guinea=Papua New Guinea", "Guinea=Guinea"],
        ),
        ("Papua New York, Guinea", &["Guinea=Guinea"]),
        // Names do not run on over ends of things.
        ("in the United. States", &[]),
        ("United, States", &[]),
        (
            "the United\nStates, United-States",
            &[
                "United\nStates=United States",
                "United-States=United States",
            ],
        ),
        (
            "St. Lucia and St Lucia",
            &["St. Lucia=Saint Lucia", "St Lucia=Saint Lucia"],
        ),
        // Case, where it matters.
        (
            "the U.S. told us, US too",
            &["U.S.=United States", "US=United States"],
        ),
        ("Turkey ate turkey", &["Turkey=Turkey"]),
        ("TURKEY TELLS US", &["TURKEY=Turkey?", "US=United States?"]),
        // Several entries.
        (
            "Korea, South Korea",
            &["Korea=South Korea|North Korea?", "South Korea=South Korea"],
        ),
        // Codes and silent entries are not looked for.
        ("IRN, Nowhere", &[]),
        ("", &[]),
    ] {
        let mentions = matcher.find(text);
        assert_eq!(shown(text, &vocabulary, &mentions), expected, "{text}");
    }
}

#[test]
fn positions_count_words() {
    let vocabulary = vocabulary();
    let mentions = Matcher::new(&vocabulary).find("oil of Iran for the United States of America");
    let positions: Vec<u32> = mentions.iter().map(|mention| mention.position).collect();
    assert_eq!(positions, [2, 5, 8]);
}

#[test]
fn long_texts_are_looked_at_in_parts_and_lose_no_name() {
    let vocabulary = vocabulary();
    let matcher = Matcher::new(&vocabulary);
    // Whatever stands before them, some of the names go from one part to the next.
    for before in 0..4 {
        let names = "Papua New Guinea, oil of the United States; ".repeat(3 * WINDOW);
        let text = "Iran ".repeat(before) + &names;
        let mentions = matcher.find(&text);
        assert_eq!(mentions.len(), before + 2 * 3 * WINDOW);
        let last = mentions.last().unwrap();
        assert_eq!(&text[last.range.clone()], "United States");
        assert_eq!(last.position as usize, before + 8 * 3 * WINDOW - 2);
    }
}

#[test]
fn the_bundled_countries_are_found() {
    let country = bundled("country").unwrap();
    let matcher = Matcher::new(country);
    let text = "Diplomats from the UAE, Oman and Qatar met in Geneva; Côte d’Ivoire's envoy and a \
                German lawyer wrote to us about Saudi Arabia. Chad spoke of Türkiye.";
    let found = shown(text, country, &matcher.find(text));
    assert_eq!(
        found,
        [
            "UAE=United Arab Emirates",
            "Oman=Oman",
            "Qatar=Qatar",
            "Geneva=Switzerland",
            "Côte d’Ivoire=Ivory Coast",
            "German=Germany",
            "Saudi Arabia=Saudi Arabia",
            "Chad=Chad?",
            "Türkiye=Türkiye",
        ]
    );
}

#[test]
fn every_range_is_a_slice_of_the_text() {
    let country = bundled("country").unwrap();
    let matcher = Matcher::new(country);
    for text in [
        "ایران و عراق",
        "İran’ın Türkiye’ye",
        "伊朗和中国",
        "\u{301}Iran\u{301}'s",
        "U.S.\u{2019}s ''' 's Iran'",
    ] {
        for mention in matcher.find(text) {
            assert!(
                text.get(mention.range.clone())
                    .is_some_and(|s| !s.is_empty()),
                "{text}"
            );
        }
    }
}
