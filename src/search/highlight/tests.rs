//! What is shown and marked, and the laws for any text and query.

mod placed;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::analysis::is_mark;
use crate::query::{FacetClause, Phrase, Word};

fn word(text: &str) -> Query {
    Query::Word(Word {
        text: text.to_owned(),
        field: None,
    })
}

fn phrase(text: &str) -> Query {
    Query::Phrase(Phrase {
        text: text.to_owned(),
        field: None,
        moves: 0,
    })
}

fn facet() -> Query {
    Query::Facet(FacetClause {
        facet: "country".to_owned(),
        origin: None,
        value: "iran".to_owned(),
        written: false,
    })
}

fn not(query: Query) -> Query {
    Query::Not(Box::new(query))
}

fn run(query: &Query, title: &str, body: &str, options: Snippets) -> Vec<Snippet> {
    let mut analyzer = Analyzer::new();
    Highlighter::new(query).snippets(&mut analyzer, Language::ENGLISH, title, body, &options)
}

/// A snippet with its marks in brackets.
fn marked(snippet: &Snippet) -> String {
    let mut out = String::new();
    let mut at = 0;
    for &(start, end) in &snippet.highlights {
        out.push_str(&snippet.text[at..start]);
        out.push('[');
        out.push_str(&snippet.text[start..end]);
        out.push(']');
        at = end;
    }
    out + &snippet.text[at..]
}

fn check(query: &Query, body: &str, expected: &[&str]) {
    let options = Snippets {
        fragments: 2,
        characters: 60,
    };
    let found: Vec<_> = run(query, "", body, options).iter().map(marked).collect();
    assert_eq!(found, expected, "{query:?}");
}

#[test]
fn words_are_marked_in_any_form_and_phrases_as_they_stand() {
    let body = "Missiles flew. The missile's range: ballistic missiles, U.S. Ballistic\nMISSILES";
    let one = |query: &Query, expected: &str| {
        let options = Snippets {
            fragments: 1,
            characters: 500,
        };
        let found: Vec<_> = run(query, "", body, options).iter().map(marked).collect();
        assert_eq!(found, [expected], "{query:?}");
    };
    one(
        &word("missile"),
        "[Missiles] flew. The [missile's] range: ballistic [missiles], U.S. Ballistic\n[MISSILES]",
    );
    one(
        &phrase("missiles"),
        "[Missiles] flew. The missile's range: ballistic [missiles], U.S. Ballistic\n[MISSILES]",
    );
    one(
        &phrase("ballistic missiles"),
        "Missiles flew. The missile's range: [ballistic missiles], U.S. [Ballistic\nMISSILES]",
    );
    one(
        &word("ballistic-missile"),
        "Missiles flew. The missile's range: [ballistic missiles], U.S. [Ballistic\nMISSILES]",
    );
    one(
        &word("us"),
        "Missiles flew. The missile's range: ballistic missiles, [U.S.] Ballistic\nMISSILES",
    );
    one(
        &Query::And(vec![
            phrase("range ballistic"),
            phrase("ballistic missiles"),
            facet(),
            not(word("us")),
        ]),
        "Missiles flew. The missile's [range: ballistic missiles], U.S. [Ballistic\nMISSILES]",
    );
    for query in [
        not(word("missile")),
        facet(),
        Query::All,
        word("&"),
        phrase("missile ranges ballistic"),
    ] {
        one(&query, body);
    }
    one(&not(not(word("flew"))), body);
}

#[test]
fn fields_are_kept_apart_and_the_title_is_shown_only_if_it_matches() {
    let only = |field, text: &str| {
        Query::Word(Word {
            text: text.to_owned(),
            field: Some(field),
        })
    };
    let options = Snippets::default();
    let shown = |query: &Query| -> Vec<(String, String)> {
        run(query, "Iran talks", "Talks on Iran.", options)
            .iter()
            .map(|snippet| (snippet.field.clone(), marked(snippet)))
            .collect()
    };
    let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect()
    };
    assert_eq!(
        shown(&word("iran")),
        of(&[("title", "[Iran] talks"), ("body", "Talks on [Iran].")])
    );
    assert_eq!(
        shown(&only(TextField::Title, "iran")),
        of(&[("title", "[Iran] talks"), ("body", "Talks on Iran.")])
    );
    assert_eq!(
        shown(&only(TextField::Body, "iran")),
        of(&[("body", "Talks on [Iran].")])
    );
    assert_eq!(shown(&word("oil")), of(&[("body", "Talks on Iran.")]));
    let none = Snippets {
        fragments: 0,
        ..options
    };
    assert!(run(&word("iran"), "Iran", "Iran", none).is_empty());
    assert!(run(&word("iran"), "", " \n", options).is_empty());
}

#[test]
fn fragments_begin_with_sentences_and_show_the_most_clauses() {
    let filler = "Nothing of interest is said in this one at all. ".repeat(5);
    let body = format!(
        "{filler}Oil rose. {filler}\"Oil fell,\" he said of the sanctions. {filler}The sanctions stay."
    );
    check(
        &Query::Or(vec![word("oil"), word("sanction")]),
        &body,
        &[
            "[Oil] rose. Nothing of interest is said in this one at all.",
            "\"[Oil] fell,\" he said of the [sanctions].",
        ],
    );
    check(
        &Query::Or(vec![word("rise"), word("rose"), word("stays"), word("oil")]),
        &body,
        &[
            "[Oil] [rose]. Nothing of interest is said in this one at all.",
            "The sanctions [stay].",
        ],
    );
    check(
        &word("absent"),
        &body,
        &["Nothing of interest is said in this one at all."],
    );
    check(&word("absent"), "  \n one\n", &["one"]);
}

#[test]
fn a_match_deep_in_a_sentence_is_shown_with_what_leads_to_it() {
    let body = format!(
        "It {} the oil {} end.",
        "and so on ".repeat(30),
        "went away ".repeat(30)
    );
    check(
        &word("oil"),
        &body,
        &["on and so on  the [oil] went away went away went away went"],
    );
    let chinese = format!("{}伊朗核武器{}", "中文".repeat(100), "字符".repeat(100));
    let found = run(
        &word("核武器"),
        "",
        &chinese,
        Snippets {
            fragments: 3,
            characters: 12,
        },
    );
    assert_eq!(found.len(), 1);
    assert_eq!(marked(&found[0]), "文伊朗[核武器]字符字符字符");
}

#[test]
fn a_phrase_longer_than_a_fragment_is_shown_whole() {
    let options = Snippets {
        fragments: 1,
        characters: 5,
    };
    let found = run(
        &phrase("the islamic republic of iran"),
        "",
        "He spoke of the Islamic Republic of Iran and others.",
        options,
    );
    assert_eq!(marked(&found[0]), "[the Islamic Republic of Iran]");
}

#[test]
fn a_clause_beside_a_chosen_fragment_is_still_shown() {
    let body = "Oil rose in the morning hours. Gold and silver and oil fell. Then tin came.";
    let found: Vec<_> = run(
        &Query::Or(vec![
            word("gold"),
            word("silver"),
            word("morning"),
            word("tin"),
        ]),
        "",
        body,
        Snippets {
            fragments: 3,
            characters: 30,
        },
    )
    .iter()
    .map(marked)
    .collect();
    assert_eq!(
        found,
        [
            "Oil rose in the [morning] hours.",
            "[Gold] and [silver] and oil fell.",
            "Then [tin] came."
        ]
    );
}

#[test]
fn hostile_texts_and_queries_cost_no_more_than_others() {
    let words = |n: usize| "a ".repeat(n);
    let nested = Query::Or((1..200).map(|n| phrase(&words(n))).collect());
    let mut deep = word("a");
    for _ in 0..2_000 {
        deep = Query::And(vec![deep, word("b")]);
    }
    for (query, body) in [
        (&nested, words(20_000)),
        (&deep, "a. B. ".repeat(20_000)),
        (&word("a"), "a".repeat(200_000)),
        (&word("a"), format!("a{}", "\u{301}".repeat(200_000))),
        (&word("中文"), "中文".repeat(50_000)),
        (&word("a"), "a ((((".repeat(30_000)),
        (&word("a"), format!("{}a", "\u{1F1E6}".repeat(50_000))),
    ] {
        for characters in [0, 200, usize::MAX] {
            let options = Snippets {
                fragments: usize::MAX,
                characters,
            };
            let found = run(query, "", &body, options);
            assert!(!found.is_empty());
            assert!(
                found
                    .iter()
                    .all(|snippet| snippet.text.len() == snippet.end - snippet.start)
            );
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(vec!["oil", "Oil's", "missiles", "missile", "the", "U.S.", "U", "l'oil", "Iran"]),
        6 => Just(" "),
        2 => proptest::sample::select(vec![". ", ".\n\n", ", ", "-", "“", "” ", "! ", "é", "e\u{301}", "中文", "核", "👩\u{200D}🚀", "\r\n", "ไทย", "\u{600}12"]),
    ];
    let rare = prop_oneof![8 => Just(String::new()), 1 => any::<String>(), 1 => "\\PC{0,12}"];
    proptest::collection::vec((piece, rare), 0..60)
        .prop_map(|pieces| pieces.iter().flat_map(|(a, b)| [*a, b.as_str()]).collect())
}

fn any_query() -> impl Strategy<Value = Query> {
    let text = proptest::sample::select(vec![
        "oil",
        "missile",
        "missile's",
        "us",
        "the oil",
        "iran-oil",
        "核",
        "中文核",
        "ไท",
        "e",
        "ee",
    ]);
    let field = proptest::option::of(proptest::sample::select(vec![
        TextField::Title,
        TextField::Body,
    ]));
    let leaf = (text, field, any::<bool>()).prop_map(|(text, field, exact)| {
        let text = text.to_owned();
        if exact {
            Query::Phrase(Phrase {
                text,
                field,
                moves: 0,
            })
        } else {
            Query::Word(Word { text, field })
        }
    });
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Query::And),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Query::Or),
            inner.prop_map(not),
        ]
    })
}

/// Whether a text holds a clause for this field as it stands.
fn meets(query: &Query, field: TextField, text: &str) -> bool {
    let mut analyzer = Analyzer::new();
    let tokens = analyzer.query_tokens(text);
    let mut holds = |wanted: &str, of: Option<TextField>, exact: bool| {
        if wanted == "核" {
            // A letter of a script without spaces is met in the pairs that hold it; one with a mark
            // is another letter.
            let has_it = tokens.iter().any(|token| {
                let mut places = token.exact.match_indices(wanted);
                places.any(|(at, _)| {
                    let after = token.exact[at + wanted.len()..].chars().next();
                    !after.is_some_and(is_mark)
                })
            });
            return has_it && of.is_none_or(|of| of == field);
        }
        let mut form = |word: &str| {
            if exact {
                return word.to_owned();
            }
            analyzer.stem(word, Language::ENGLISH).to_owned()
        };
        let text: Vec<_> = tokens.iter().map(|token| form(&token.exact)).collect();
        let wanted: Vec<_> = tokenize_all(wanted).iter().map(|word| form(word)).collect();
        of.is_none_or(|of| of == field) && text.windows(wanted.len()).any(|window| window == wanted)
    };
    match query {
        Query::Word(word) => holds(&word.text, word.field, false),
        Query::Phrase(phrase) => holds(&phrase.text, phrase.field, true),
        Query::And(parts) | Query::Or(parts) => parts.iter().any(|part| meets(part, field, text)),
        _ => false,
    }
}

fn tokenize_all(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    tokenize(text, |token| words.push(token.exact.to_owned()));
    words
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn snippets_are_pieces_of_the_text_and_mark_what_the_query_means(
        title in any_text(), body in any_text(), query in any_query(),
        fragments in 1_usize..4, characters in 0_usize..80,
    ) {
        let options = Snippets { fragments, characters };
        let snippets = run(&query, &title, &body, options);
        let (mut last_end, mut bodies) = (0, 0);
        for (i, snippet) in snippets.iter().enumerate() {
            let (field, text) = match snippet.field.as_str() {
                "title" => (TextField::Title, &title),
                _ => (TextField::Body, &body),
            };
            prop_assert_eq!(&text[snippet.start..snippet.end], &snippet.text);
            if field == TextField::Title {
                prop_assert!(i == 0 && snippet.text == title && !snippet.highlights.is_empty());
            } else {
                prop_assert!(snippet.start >= last_end && snippet.start < snippet.end);
                last_end = snippet.end;
                bodies += 1;
                let edges: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
                prop_assert!(edges.contains(&snippet.start) && edges.contains(&snippet.end));
            }
            let mut at = 0;
            for &(start, end) in &snippet.highlights {
                prop_assert!(start >= at && start < end);
                at = end;
                let slice = &snippet.text[start..end];
                prop_assert!(meets(&query, field, slice), "{:?}", slice);
            }
        }
        prop_assert!(bodies <= fragments);
        // The title is shown exactly if it matches; the body is marked exactly if it does.
        prop_assert_eq!(snippets.iter().any(|s| s.field == "title"), meets(&query, TextField::Title, &title));
        let marked = snippets.iter().any(|s| s.field == "body" && !s.highlights.is_empty());
        prop_assert_eq!(marked, meets(&query, TextField::Body, &body));
        prop_assert_eq!(bodies > 0, !body.trim().is_empty());
    }
}
