//! Marks for patterns, for words that may be moved, and for things near each other.

use super::{marked, not, phrase, run, word};
use crate::query::{Distance, Fuzzy, Near, Pattern, Phrase, Query, Regex, TextField};
use crate::search::Snippets;

fn pattern(text: &str) -> Query {
    Query::Pattern(Pattern {
        text: text.to_owned(),
        field: None,
    })
}

fn near(left: Query, right: Query, within: Distance) -> Query {
    Query::Near(Near {
        left: Box::new(left),
        right: Box::new(right),
        within,
        ordered: false,
    })
}

fn check(query: &Query, body: &str, expected: &str) {
    let options = Snippets {
        fragments: 1,
        characters: 1_000,
    };
    let found: Vec<_> = run(query, "", body, options).iter().map(marked).collect();
    assert_eq!(found, [expected], "{query:?}");
}

#[test]
fn words_that_fit_are_marked() {
    let body = "Sanctions bite: Hezbollah, Hizbullah; the sanctioned tankers. 核武器。";
    check(
        &pattern("sanction*"),
        body,
        "[Sanctions] bite: Hezbollah, Hizbullah; the [sanctioned] tankers. 核武器。",
    );
    check(
        &Query::Fuzzy(Fuzzy {
            text: "Hezbolah".to_owned(),
            edits: 1,
            field: None,
        }),
        body,
        "Sanctions bite: [Hezbollah], Hizbullah; the sanctioned tankers. 核武器。",
    );
    check(
        &Query::Regex(Regex {
            pattern: "t.*s|bite".to_owned(),
            field: None,
        }),
        body,
        "Sanctions [bite]: Hezbollah, Hizbullah; the sanctioned [tankers]. 核武器。",
    );
    check(
        &word("武"),
        body,
        "Sanctions bite: Hezbollah, Hizbullah; the sanctioned tankers. [核武器]。",
    );
    let both = Query::And(vec![pattern("tank*"), not(pattern("sanction*"))]);
    check(
        &both,
        body,
        "Sanctions bite: Hezbollah, Hizbullah; the sanctioned [tankers]. 核武器。",
    );
    let in_title = Query::Pattern(Pattern {
        text: "tank*".to_owned(),
        field: Some(TextField::Title),
    });
    check(&in_title, body, body);
    check(
        &Query::Boost(Box::new(word("bite")), 2.0),
        "Bite.",
        "[Bite].",
    );
}

#[test]
fn of_words_near_each_other_only_those_that_are() {
    let body = "Oil here. Iran sold oil. Of Iran and much else; gas.\n\nMuch oil, and its price.";
    check(
        &near(word("oil"), word("iran"), Distance::Words(2)),
        body,
        "[Oil] here. [Iran] sold [oil]. Of [Iran] and much else; gas.\n\nMuch oil, and its price.",
    );
    check(
        &near(word("oil"), word("iran"), Distance::Sentence),
        body,
        "Oil here. [Iran] sold [oil]. Of Iran and much else; gas.\n\nMuch oil, and its price.",
    );
    check(
        &near(
            Query::Or(vec![phrase("its price"), word("gas")]),
            pattern("o?l"),
            Distance::Paragraph,
        ),
        body,
        "[Oil] here. Iran sold [oil]. Of Iran and much else; [gas].\n\nMuch [oil], and [its price].",
    );
    check(
        &near(
            near(word("iran"), word("oil"), Distance::Words(2)),
            word("here"),
            Distance::Words(1),
        ),
        body,
        "[Oil] [here]. [Iran] sold [oil]. Of Iran and much else; gas.\n\nMuch oil, and its price.",
    );
    check(
        &not(near(word("oil"), word("iran"), Distance::Words(9))),
        body,
        body,
    );
}

#[test]
fn words_that_were_moved_are_marked_where_they_stand() {
    let moved = |text: &str, moves| {
        Query::Phrase(Phrase {
            text: text.to_owned(),
            field: None,
            moves,
        })
    };
    let body = "Missiles, ballistic. Ballistic new missiles. The ballistic missiles, missiles.";
    check(
        &moved("ballistic missiles", 1),
        body,
        "Missiles, ballistic. [Ballistic] new [missiles]. The [ballistic missiles, missiles].",
    );
    check(
        &moved("ballistic missiles", 2),
        body,
        "[Missiles, ballistic. Ballistic] new [missiles]. The [ballistic missiles, missiles].",
    );
}

#[test]
fn hostile_texts_are_read_in_time() {
    let body = "oil price ".repeat(20_000);
    let close = near(word("oil"), word("price"), Distance::Words(1_000));
    let nested = near(close.clone(), word("gas"), Distance::Words(1_000));
    let any = Query::Or(vec![pattern("*"), pattern("*i*"), close, nested]);
    let options = Snippets {
        fragments: 3,
        characters: 100,
    };
    assert_eq!(run(&any, "", &body, options).len(), 3);
}
