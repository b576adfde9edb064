//! The words of a segment in the order in which a dictionary has them.

use super::Form;
use super::table::WordTable;

/// The terms of one form in order, and which of them each word is.
pub(super) struct Ranks<'a> {
    terms: Vec<&'a [u8]>,
    /// By the number of a word.
    of_words: Vec<u32>,
}

impl<'a> Ranks<'a> {
    /// The terms that the words of a table are in a form: words of several languages may be one, and
    /// many words have the same stem.
    pub(super) fn of(table: &'a WordTable, form: Form) -> Self {
        let mut words: Vec<(u64, u32, &[u8])> = Vec::with_capacity(table.len());
        words.extend(
            (0..)
                .zip(table.forms(form))
                .map(|(number, term)| (beginning(term), number, term)),
        );
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.2.cmp(b.2)));
        let mut terms: Vec<&[u8]> = Vec::with_capacity(words.len());
        let mut of_words = vec![0; words.len()];
        for (_, number, term) in words {
            if terms.last() != Some(&term) {
                terms.push(term);
            }
            of_words[number as usize] = terms.len() as u32 - 1;
        }
        Self { terms, of_words }
    }

    /// Bytes of memory that both forms of so many words take while the second one is made, at most.
    pub(super) fn memory_of_both(words: usize) -> usize {
        let kept = size_of::<&[u8]>() + size_of::<u32>();
        words * (size_of::<(u64, u32, &[u8])>() + 2 * kept)
    }

    /// The terms, in order.
    pub(super) fn terms(&self) -> &[&'a [u8]] {
        &self.terms
    }

    /// Which of the terms a word is.
    #[inline]
    pub(super) fn of_word(&self, number: u32) -> u32 {
        self.of_words[number as usize]
    }
}

/// The first eight bytes of a term as a number of the same order.
fn beginning(term: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = term.len().min(8);
    first[..length].copy_from_slice(&term[..length]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;

    #[test]
    fn terms_are_in_order_and_each_there_once() {
        let words = [
            ("b", "en:b"),
            ("a\u{300}", "en:a"),
            ("international", "en:intern"),
            ("internationals", "en:intern"),
            ("internal", "en:intern"),
            ("", "en:"),
            ("a", "en:a"),
            ("zé", "en:zé"),
        ];
        let mut table = WordTable::default();
        for (exact, stem) in words {
            table.number(Language::parse("en").unwrap(), exact, stem);
        }
        table.number(Language::UND, "b", "und:b");
        for form in Form::BOTH {
            let ranks = Ranks::of(&table, form);
            let mut expected: Vec<&[u8]> = table.forms(form).collect();
            let all = expected.clone();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(ranks.terms(), expected);
            for (number, term) in (0..).zip(all) {
                assert_eq!(ranks.terms()[ranks.of_word(number) as usize], term);
            }
        }
    }
}
