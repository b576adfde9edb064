//! Words by patterns and by where they stand, on indexes large enough for the ways of many words.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{filled, ids, schema};
use crate::*;

/// 300 documents, each with a word of its own, one near `oil` and one far from it.
fn many_words() -> Searcher {
    let index = Index::create_in_memory(schema()).unwrap();
    let mut writer = index.writer().unwrap();
    for n in 0..300 {
        let (near, far) = (n, (n + 1) % 300);
        let body = format!("Oil of word{near:03} is here. But the second one is word{far:03}.");
        writer
            .put(Document::new(format!("{n:03}")).body(body))
            .unwrap();
        if n == 150 {
            writer.commit().unwrap();
        }
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

fn total(searcher: &Searcher, query: &str) -> u64 {
    let request = SearchRequest::query(query).unwrap().limit(1);
    searcher.search(&request).unwrap().total
}

#[test]
fn no_word_that_fits_is_left_out() {
    let searcher = many_words();
    for (query, expected) in [
        ("word*", 300),
        ("w*d00?", 11),
        ("word000~", 32),
        ("/word[0-9]{3}/", 300),
        ("*99", 6),
        ("word* -word1*", 199),
        ("oil NEAR/2 word*", 300),
        ("oil NEAR/2 word1*", 100),
        ("oil BEFORE/2 w*7", 30),
        ("word1* BEFORE/2 oil", 0),
        ("word0* NEAR/s second", 100),
        ("word0* NEAR/s oil", 100),
        ("(word0* OR word1*) NEAR/p (word2* OR nothing)", 2),
        ("(oil NEAR/2 word*) NEAR/3 but", 300),
        ("title:word*", 0),
        ("body:word*", 300),
    ] {
        assert_eq!(total(&searcher, query), expected, "{query}");
    }
}

#[test]
fn weights_multiply_scores() {
    let searcher = many_words();
    let score = |query: &str| {
        let request = SearchRequest::query(query).unwrap().limit(1);
        searcher.search(&request).unwrap().hits[0].score.unwrap()
    };
    for query in [
        "word007",
        "word00?",
        "word*",
        "(oil NEAR/2 word*)",
        "\"oil of\"",
    ] {
        let (once, thrice) = (score(query), score(&format!("{query}^3")));
        assert!(
            (thrice / once - 3.0).abs() < 1e-4,
            "{query} {once} {thrice}"
        );
    }
}

#[test]
fn a_search_by_positions_can_be_stopped() {
    let searcher = many_words();
    let control = Control {
        cancelled: Some(Arc::new(AtomicBool::new(true))),
        ..Control::default()
    };
    for query in ["word*", "oil NEAR/2 word*", "\"oil here\"~3"] {
        let request = SearchRequest::query(query).unwrap();
        let error = searcher.search_with(&request, &control).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{query}");
    }
}

#[test]
fn what_cannot_be_looked_up_is_refused() {
    let searcher = many_words();
    let refused = |query: Query| {
        let error = searcher.search(&SearchRequest::tree(query)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Query);
        assert!(error.hint().is_some());
        error.code().to_owned()
    };
    let regex = |pattern: &str| {
        let pattern = pattern.to_owned();
        Query::Regex(crate::query::Regex {
            pattern,
            field: None,
        })
    };
    assert_eq!(refused(regex("(")), "invalid_regex");
    assert_eq!(refused(regex(r"(\w{1,30}){1,30}")), "regex");
    let pattern = |text: &str| {
        let text = text.to_owned();
        Query::Pattern(crate::query::Pattern { text, field: None })
    };
    assert_eq!(refused(pattern("核*器")), "pattern_without_spaces");
    assert_eq!(refused(pattern(&"abcdefg?".repeat(8))), "pattern_too_long");
    let near = crate::query::Near {
        left: Box::new(pattern("a*")),
        right: Box::new(Query::All),
        within: crate::query::Distance::Words(2),
        ordered: false,
    };
    assert_eq!(refused(Query::Near(near)), "not_a_place");
}

#[test]
fn dates_inside_a_query_say_what_hangs_on_them() {
    let index = Index::create_in_memory(schema()).unwrap();
    let searcher = filled(&index);
    for (query, hits, expected) in [
        ("date:1988-08 OR oil", vec!["a", "b", "c"], vec![]),
        (
            "date:1988-08 OR talks",
            vec!["a"],
            vec!["coarse_dates", "undated"],
        ),
        (
            "oil NOT date:1988-08",
            vec!["b", "c"],
            vec!["coarse_dates", "undated"],
        ),
        ("opinion (date:1988 OR talks)", vec!["b"], vec![]),
        ("note (date:1988 OR talks)", vec![], vec!["undated"]),
    ] {
        let request = SearchRequest::query(query).unwrap();
        assert_eq!(ids(&searcher, &request), hits, "{query}");
        let response = searcher.search(&request).unwrap();
        let told: Vec<(&str, bool)> = response
            .diagnostics
            .iter()
            .filter(|found| matches!(found.code.as_str(), "coarse_dates" | "undated"))
            .map(|found| (found.code.as_str(), found.message.contains("1 document")))
            .collect();
        let expected: Vec<(&str, bool)> = expected.iter().map(|code| (*code, true)).collect();
        assert_eq!(told, expected, "{query}");
    }
}
