//! Texts through the engine: with and without a dictionary, replaced, deleted and merged.

use std::collections::BTreeMap;

use super::*;
use crate::{Document, Index, Schema};

/// Long enough that some 250 of them are what a dictionary is trained on.
fn body(number: usize) -> String {
    let word = |at: usize| (number * 7_919) ^ (at / 4).pow(2).wrapping_mul(104_729);
    let words = (0..420 + number % 7).map(|at| format!("{}word{} ", word(at) % 499, at % 4));
    words.collect()
}

/// Bytes of the dictionary of each segment of the newest state, and its documents.
fn dictionaries(index: &Index) -> Vec<(usize, u32)> {
    let searcher = index.searcher().unwrap();
    let mut found: Vec<_> = searcher
        .segments()
        .iter()
        .map(|reader| {
            let file = TextFile::open(reader, &Arc::default(), 0).unwrap();
            (file.dictionary().unwrap().len(), reader.max_doc())
        })
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn texts_stay_what_they_are_through_deletions_and_merges() {
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut written = BTreeMap::new();
    let mut next = 0;
    let mut merges = 0;
    for new in [300, 8, 280, 9, 8, 290, 7, 6] {
        let before = dictionaries(&index).len();
        let writer = index.writer().unwrap();
        let gone: Vec<usize> = written.keys().copied().filter(|n| n % 61 == 5).collect();
        for number in gone {
            writer.delete(&number.to_string()).unwrap();
            written.remove(&number);
        }
        let replaced = written.keys().copied().filter(|n| n % 67 == 3);
        let fresh = next..next + new;
        for number in replaced.chain(fresh).collect::<Vec<_>>() {
            let body = match written.get(&number) {
                Some(before) => format!("{before} again"),
                None => body(number),
            };
            let document = Document::new(number.to_string()).body(body.as_str());
            writer.put(document).unwrap();
            written.insert(number, body);
        }
        next += new;
        writer.finish().unwrap();
        merges += usize::from(dictionaries(&index).len() <= before);

        let searcher = index.searcher().unwrap();
        assert_eq!(searcher.documents(), written.len() as u64);
        for (number, body) in &written {
            let stored = searcher.get(number.to_string()).unwrap().unwrap();
            assert_eq!(&stored.document.body, body, "{number}");
        }
    }
    assert!(merges >= 2, "{merges}");
    let found = dictionaries(&index);
    let largest = found.iter().max_by_key(|(_, documents)| documents).unwrap();
    assert!(largest.0 > 0, "{found:?}");
}
