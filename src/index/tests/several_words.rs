//! Any or all of several words: which documents, and that each has the sum of what its words give it,
//! on an index of more documents than are added up at once.

use std::collections::BTreeMap;

use super::schema;
use crate::*;

const DOCUMENTS: u32 = 9_000;

/// Words by arithmetic: some in runs, some far apart, one in the title.
fn words(number: u32) -> Vec<&'static str> {
    let mut words = Vec::new();
    let mut add = |word, is_there: bool| words.extend(is_there.then_some(word));
    add(
        "alpha",
        number.is_multiple_of(7) || (4_000..4_200).contains(&number),
    );
    add("beta", number % 11 < 2);
    add("gamma", number.is_multiple_of(3));
    add("gamma", number.is_multiple_of(6));
    add("delta", number % 1_500 == 700 && number < 5_000);
    add(
        "epsilon",
        (4_100..4_300).contains(&number) || number == 8_991,
    );
    words
}

fn searcher() -> Searcher {
    let index = Index::create_in_memory(schema()).unwrap();
    let options = WriterOptions {
        threads: 1,
        ..WriterOptions::default()
    };
    let mut writer = index.writer_with(options).unwrap();
    for number in 0..DOCUMENTS {
        let title = if number.is_multiple_of(13) {
            "beta"
        } else {
            ""
        };
        let document = Document::new(format!("{number:05}")).title(title);
        writer.put(document.body(words(number).join(" "))).unwrap();
    }
    writer.commit().unwrap();
    for number in (0..DOCUMENTS).step_by(17) {
        writer.delete(&format!("{number:05}")).unwrap();
    }
    writer.commit().unwrap();
    index.searcher().unwrap()
}

/// Every hit of a query and its score.
fn scores(searcher: &Searcher, query: &str) -> BTreeMap<String, f32> {
    let request = SearchRequest::query(query)
        .unwrap()
        .limit(DOCUMENTS as usize);
    let hits = searcher.search(&request.snippets(0)).unwrap().hits;
    let scores = hits
        .into_iter()
        .map(|hit| (hit.id.to_string(), hit.score.unwrap()));
    scores.collect()
}

/// Whether a document matches, by which words it has.
type Rule<'a> = &'a dyn Fn(&dyn Fn(&str) -> bool) -> bool;

#[test]
fn each_document_has_the_sum_of_its_words() {
    let searcher = searcher();
    let single = |word| (word, scores(&searcher, word));
    let of_words = ["alpha", "beta", "gamma", "delta", "epsilon"].map(single);
    let score = |word: &str, id: &str| {
        let of_word = of_words.iter().find(|(name, _)| *name == word);
        of_word.and_then(|(_, scores)| scores.get(id).copied())
    };
    let rules: [(&str, Rule<'_>); 16] = [
        ("alpha OR beta", &|has| has("alpha") || has("beta")),
        ("delta OR alpha", &|has| has("delta") || has("alpha")),
        ("alpha OR beta OR gamma OR delta", &|_| true),
        ("gamma (alpha OR beta)", &|has| {
            has("gamma") && (has("alpha") || has("beta"))
        }),
        ("delta (alpha OR beta)", &|has| {
            has("delta") && (has("alpha") || has("beta"))
        }),
        ("(alpha OR beta) (gamma OR delta)", &|has| {
            (has("alpha") || has("beta")) && (has("gamma") || has("delta"))
        }),
        ("(alpha OR delta) -(beta OR gamma)", &|has| {
            (has("alpha") || has("delta")) && !has("beta") && !has("gamma")
        }),
        ("alpha OR nowhere", &|has| has("alpha")),
        ("alpha OR nowhere OR beta", &|has| {
            has("alpha") || has("beta")
        }),
        ("alpha beta", &|has| has("alpha") && has("beta")),
        ("beta gamma alpha", &|has| {
            has("alpha") && has("beta") && has("gamma")
        }),
        ("epsilon beta", &|has| has("epsilon") && has("beta")),
        ("alpha delta", &|has| has("alpha") && has("delta")),
        ("alpha gamma -beta", &|has| {
            has("alpha") && has("gamma") && !has("beta")
        }),
        ("(epsilon gamma) OR delta", &|has| {
            has("epsilon") && has("gamma") || has("delta")
        }),
        ("(alpha OR beta) (gamma epsilon)", &|has| {
            (has("alpha") || has("beta")) && has("gamma") && has("epsilon")
        }),
    ];
    for (query, rule) in rules {
        let mut expected = BTreeMap::new();
        for number in 0..DOCUMENTS {
            let id = format!("{number:05}");
            let mentioned = of_words.iter().filter(|(word, _)| query.contains(word));
            let given: Vec<f32> = mentioned.filter_map(|(word, _)| score(word, &id)).collect();
            if !given.is_empty() && rule(&|word| score(word, &id).is_some()) {
                expected.insert(id, given.iter().sum::<f32>());
            }
        }
        let found = scores(&searcher, query);
        assert!(!found.is_empty(), "{query}");
        assert!(found.keys().eq(expected.keys()), "{query}");
        for (id, score) in &found {
            let sum = expected[id];
            assert!(
                (score - sum).abs() < 1e-4 * sum,
                "{query}, {id}: {score}, {sum}"
            );
        }
        let request = SearchRequest::query(query).unwrap();
        for id in found.keys().step_by(found.len() / 3 + 1) {
            let explained = searcher.explain_score(&request, id).unwrap().unwrap();
            assert_eq!(Some(&explained.score), found.get(id), "{query}, {id}");
        }
    }
    let plain = scores(&searcher, "alpha OR beta");
    let weighed = scores(&searcher, "(alpha OR beta)^3 OR delta");
    assert!(plain.len() < weighed.len());
    for (id, score) in &weighed {
        let sum = 3.0 * plain.get(id).unwrap_or(&0.0) + of_words[3].1.get(id).unwrap_or(&0.0);
        assert!((score - sum).abs() < 1e-4 * sum, "{id}: {score}, {sum}");
    }
    let request = SearchRequest::query("alpha OR beta").unwrap().limit(0);
    assert_eq!(searcher.search(&request).unwrap().total, plain.len() as u64);
}
