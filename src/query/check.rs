//! The bounds of a question that was built in code, which no parser has kept.
//!
//! They are those of the language, so that what is built costs no more than what can be typed.

use super::ast::{Distance, Query};
use super::regex::{Spent, check_regex};
use super::words::MAX_FUZZY_CHARACTERS;
use super::{
    MAX_BOOST, MAX_CLAUSES, MAX_DISTANCE, MAX_EDITS, MAX_MOVES, MAX_PHRASE_WORDS, MAX_QUERY_BYTES,
    MAX_QUERY_DEPTH, MAX_WILDCARDS, MIN_BOOST,
};
use crate::{Error, ErrorKind, Result};

/// Levels of a tree; each level of the language takes up to three of them: a NOT, a weight and a
/// list.
const MAX_LEVELS: usize = 3 * MAX_QUERY_DEPTH;

/// Nodes of a tree: its clauses, and what holds them together.
const MAX_NODES: usize = 4 * MAX_CLAUSES;

/// Bytes of all values and words of a tree. A list of ids is longer than what anybody types.
const MAX_TEXT: usize = 32 * MAX_QUERY_BYTES;

/// Checks a tree that was built in code. It may be of any depth: nothing here recurses.
///
/// # Errors
/// [`ErrorKind::Query`], with the code that the parser has for it.
pub(crate) fn check_built(query: &Query) -> Result<()> {
    let (mut nodes, mut text) = (0, 0);
    let mut spent = Spent::default();
    let mut rest = vec![(query, 1)];
    while let Some((query, level)) = rest.pop() {
        nodes += 1;
        text += text_of(query).len();
        let parts: &[Query] = match query {
            Query::And(parts) | Query::Or(parts) => parts,
            Query::Not(inner) | Query::Boost(inner, _) => std::slice::from_ref(inner),
            Query::Near(near) => {
                rest.push((&near.left, level + 1));
                std::slice::from_ref(&near.right)
            }
            _ => &[],
        };
        if nodes + rest.len() + parts.len() > MAX_NODES {
            let message = format!("the query was built of more than {MAX_NODES} parts");
            return Err(refusal(
                "too_many_clauses",
                message,
                "ask in several queries",
            ));
        }
        if level > MAX_LEVELS {
            let message = format!("the query was built more than {MAX_LEVELS} levels deep");
            return Err(refusal("query_too_deep", message, "ask in several queries"));
        }
        if text > MAX_TEXT {
            let message =
                format!("the words and values of the query have more than {MAX_TEXT} bytes");
            return Err(refusal("query_too_long", message, "ask in several queries"));
        }
        rest.extend(parts.iter().map(|part| (part, level + 1)));
        check_node(query, &mut spent)?;
    }
    Ok(())
}

/// What a clause without clauses in it says.
fn text_of(query: &Query) -> &str {
    match query {
        Query::Word(word) => &word.text,
        Query::Phrase(phrase) => &phrase.text,
        Query::Pattern(pattern) => &pattern.text,
        Query::Fuzzy(fuzzy) => &fuzzy.text,
        Query::Regex(regex) => &regex.pattern,
        Query::Facet(clause) => &clause.value,
        Query::Id(text) | Query::Path(text) => text,
        _ => "",
    }
}

/// Checks what a node says itself.
fn check_node(query: &Query, spent: &mut Spent) -> Result<()> {
    let refuse = |code, message, hint| Err(refusal(code, message, hint));
    match query {
        Query::Phrase(phrase) => {
            let words = phrase.text.split_whitespace().count();
            if words > MAX_PHRASE_WORDS {
                let message = format!("the phrase has {words} words, more than {MAX_PHRASE_WORDS}");
                return refuse(
                    "phrase_too_long",
                    message,
                    "look for the telling part of it",
                );
            }
            if phrase.moves > MAX_MOVES {
                let message = format!("{} is more than {MAX_MOVES} moves", phrase.moves);
                return refuse(
                    "too_many_moves",
                    message,
                    "use `near` for what lies far apart",
                );
            }
        }
        Query::Pattern(pattern) => {
            let is_wildcard = |c: &char| matches!(c, '*' | '?');
            let wildcards = pattern.text.chars().filter(is_wildcard).count();
            if wildcards > MAX_WILDCARDS {
                let message =
                    format!("the pattern has {wildcards} wildcards, more than {MAX_WILDCARDS}");
                return refuse(
                    "too_many_wildcards",
                    message,
                    "write `*` for any number of letters",
                );
            }
        }
        Query::Fuzzy(fuzzy) => {
            if !(1..=MAX_EDITS).contains(&fuzzy.edits) {
                let message = format!("{} letters are not 1 or 2 that may differ", fuzzy.edits);
                return refuse("fuzzy_edits", message, "a phrase has exactly this form");
            }
            let letters = fuzzy.text.chars().count();
            if letters > MAX_FUZZY_CHARACTERS {
                let message = format!(
                    "the fuzzy word has {letters} letters, more than {MAX_FUZZY_CHARACTERS}"
                );
                return refuse("fuzzy_too_long", message, "look for the word itself");
            }
        }
        Query::Regex(regex) => {
            if let Err((problem, _)) = check_regex(&regex.pattern, spent) {
                let hint = problem
                    .hint
                    .as_deref()
                    .unwrap_or("look for the text itself");
                return refuse(problem.code, problem.message, hint);
            }
        }
        Query::Near(near) => match near.within {
            Distance::Words(0) => {
                let message = "a distance of 0 leaves no room: neighbours are 1 apart".to_owned();
                return refuse("near_zero", message, "use a distance of 1");
            }
            Distance::Words(words) if words > MAX_DISTANCE => {
                let message = format!("{words} words are farther than {MAX_DISTANCE}");
                return refuse("near_too_far", message, "use a paragraph, or `and`");
            }
            _ => {}
        },
        Query::Boost(_, factor) if !(MIN_BOOST..=MAX_BOOST).contains(factor) => {
            let message = format!(
                "a weight of {factor} is beyond those there are, {MIN_BOOST} to {MAX_BOOST}"
            );
            return refuse("boost_out_of_range", message, "weigh the rest less or more");
        }
        _ => {}
    }
    Ok(())
}

fn refusal(code: &str, message: String, hint: &str) -> Error {
    Error::new(ErrorKind::Query, message)
        .with_code(code)
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::{ParseContext, parse};
    use super::*;

    fn code(query: &Query) -> String {
        match check_built(query) {
            Ok(()) => panic!("it is taken"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Query);
                assert!(error.hint().is_some(), "{error}");
                error.code().to_owned()
            }
        }
    }

    #[test]
    fn what_is_built_reads_as_what_it_prints() {
        let word = Query::word;
        let year = |year| crate::PartialDate::year(year).ok();
        for (query, expected) in [
            (word("oil").and(word("gas")), "oil AND gas"),
            (
                word("oil").and(word("gas")).and(word("tax")),
                "oil AND gas AND tax",
            ),
            (
                word("oil").or(word("gas")).and(word("tax")),
                "(oil OR gas) AND tax",
            ),
            (word("oil").without(word("gas")), "oil AND NOT gas"),
            (!word("oil"), "* AND NOT oil"),
            (!!word("oil"), "oil"),
            ((!word("oil")).or(word("gas")), "(* AND NOT oil) OR gas"),
            ((!word("oil")).and(word("gas")), "NOT oil AND gas"),
            (word("and"), "and"),
            (word("AND"), r"\AND"),
            (word("cease-fire"), "cease-fire"),
            (word("cease fire"), r"cease\ fire"),
            (word("title:iran"), r"title\:iran"),
            (Query::phrase("arms \"control\""), r#""arms \"control\"""#),
            (Query::pattern("sanction*"), "sanction*"),
            (Query::fuzzy("netanyahu", 1), "netanyahu~"),
            (Query::fuzzy("hezbolah", 2), "hezbolah~2"),
            (Query::regex("[a-z]+ism"), "/[a-z]+ism/"),
            (Query::facet("country", "Iran"), "country:Iran"),
            (
                Query::facet("mentioned.country", "Saudi Arabia"),
                "mentioned.country:\"Saudi Arabia\"",
            ),
            (
                Query::facet_as_written("country", "Persia"),
                "country:=Persia",
            ),
            (Query::dated(year(1962), year(1962)), "date:1962"),
            (Query::dated(year(1962), None), "date:1962.."),
            (Query::has("actor"), "has:actor"),
            (Query::missing("date"), "missing:date"),
            (Query::Id("a b".to_owned()), "id:\"a b\""),
            (
                word("missile").before(word("export").or(word("sale")), Distance::Sentence),
                "missile BEFORE/s (export OR sale)",
            ),
            (word("oil").boost(2.0).boost(1.5), "oil^3"),
            (
                word("oil").and(Query::phrase("north sea")).in_title(),
                "title:(oil AND \"north sea\")",
            ),
            (Query::any([]), "* AND NOT *"),
            (Query::all([]), "*"),
        ] {
            check_built(&query).unwrap();
            assert_eq!(query.to_string(), expected);
            let read = parse(expected, &ParseContext::any_names())
                .into_result()
                .unwrap();
            assert_eq!(read.0, query, "{expected}");
        }
    }

    #[test]
    fn what_is_beyond_the_bounds_is_refused() {
        let word = Query::word;
        for (query, expected) in [
            (Query::fuzzy("netanyahu", 9), "fuzzy_edits"),
            (Query::regex("("), "invalid_regex"),
            (word("oil").boost(1e9), "boost_out_of_range"),
            (word("oil").boost(f32::NAN), "boost_out_of_range"),
            (
                word("oil").near(word("gas"), Distance::Words(0)),
                "near_zero",
            ),
            (
                word("oil").near(word("gas"), Distance::Words(1_001)),
                "near_too_far",
            ),
            (Query::pattern("a*b".repeat(17)), "too_many_wildcards"),
            (Query::fuzzy("a".repeat(65), 1), "fuzzy_too_long"),
            (Query::phrase("a ".repeat(257)), "phrase_too_long"),
            (Query::Id("a".repeat(300_000)), "query_too_long"),
            (
                Query::any((0..9_000).map(|number| Query::word(format!("w{number}")))),
                "too_many_clauses",
            ),
        ] {
            assert_eq!(code(&query), expected);
        }
        let deep = (0..10_000).fold(word("a"), |inner, number| {
            Query::And(vec![
                Query::word(number.to_string()),
                Query::Or(vec![inner, word("b")]),
            ])
        });
        let refused = check_built(&deep).map_err(|error| error.code().to_owned());
        assert_eq!(refused, Err("query_too_deep".to_owned()));
        // Taking it apart recurses, which is no business of the search.
        std::mem::forget(deep);
    }
}
