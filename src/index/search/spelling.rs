//! Words of the index that are spelled almost like one: candidates for a correction.

use std::collections::BTreeMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use crate::Result;
use crate::schema::near_miss::Wanted;

/// Different words that are looked at, at most; two slips in a short word leave few letters.
const MOST_WORDS: usize = 4_096;

/// A word of the index in its exact form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct Candidate {
    pub(in crate::index) word: String,
    /// Letters added, left out, changed, or swapped with their neighbour.
    pub(in crate::index) slips: usize,
    /// Documents with it, counted once for each field.
    pub(in crate::index) frequency: u64,
}

/// Whether a word can have been misspelled: three letters or more, and no digit among them.
pub(in crate::index) fn is_correctable(word: &str) -> bool {
    word.chars().count() >= 3 && word.chars().all(char::is_alphabetic)
}

/// The slips that a word of this length may have: one in up to five letters, else two.
pub(in crate::index) fn tolerated(word: &str) -> u8 {
    if word.chars().count() <= 5 { 1 } else { 2 }
}

/// The words of some exact fields within so many slips (at most 2): fewest slips first, then most
/// documents.
pub(in crate::index) fn candidates(
    searcher: &Searcher,
    fields: &[Field],
    word: &str,
    slips: u8,
) -> Result<Vec<Candidate>> {
    let Some(mut wanted) = Wanted::new(word) else {
        return Ok(Vec::new());
    };
    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    for reader in searcher.segment_readers() {
        for &field in fields {
            let term = Term::from_field_text(field, word);
            let automaton = FuzzyTermQuery::new(term, slips, true).automaton()?;
            let inverted = reader.inverted_index(field)?;
            let matching = inverted.terms().search(automaton).into_stream();
            let mut matching = matching.map_err(tantivy::TantivyError::from)?;
            while matching.advance() {
                let Ok(found) = std::str::from_utf8(matching.key()) else {
                    continue;
                };
                let frequency = u64::from(matching.value().doc_freq);
                if let Some(known) = words.get_mut(found) {
                    *known += frequency;
                } else if words.len() < MOST_WORDS && found != word {
                    words.insert(found.to_owned(), frequency);
                }
            }
        }
    }
    let mut candidates: Vec<Candidate> = words
        .into_iter()
        .filter(|(word, _)| word.chars().all(char::is_alphabetic))
        .filter_map(|(word, frequency)| {
            let slips = wanted.slips(&word)?;
            Some(Candidate {
                word,
                slips,
                frequency,
            })
        })
        .collect();
    candidates.sort_by(|a, b| {
        let by_frequency = b.frequency.cmp(&a.frequency);
        a.slips
            .cmp(&b.slips)
            .then(by_frequency)
            .then(a.word.cmp(&b.word))
    });
    Ok(candidates)
}
