//! Documents of a block that may be among the best hits.

use tantivy::DocId;

use super::LAST;
use crate::index::search::block::BLOCK;

/// Documents of a block that may have a place, and what is known of each.
pub(super) struct Offers {
    docs: [DocId; BLOCK],
    pub(super) numbers: [u64; BLOCK],
    scores: [f32; BLOCK],
    /// 0 until something was read of them, then their beginnings; if all are wanted, the keys.
    pub(super) keys: [u64; BLOCK],
    pub(super) count: usize,
}

/// One of them.
pub(super) struct Offer {
    pub(super) doc: DocId,
    pub(super) number: u64,
    pub(super) score: f32,
    pub(super) key: u64,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            docs: [0; BLOCK],
            numbers: [LAST; BLOCK],
            scores: [0.0; BLOCK],
            keys: [0; BLOCK],
            count: 0,
        }
    }
}

impl Offers {
    /// Takes those documents whose numbers are no greater than `most`: often all or none.
    pub(super) fn take(
        &mut self,
        docs: &[DocId],
        numbers: &[u64; BLOCK],
        scores: &[f32],
        most: u64,
    ) {
        let numbers = &numbers[..docs.len()];
        let fit: usize = numbers
            .iter()
            .map(|&number| usize::from(number <= most))
            .sum();
        if fit == docs.len() {
            self.docs[..fit].copy_from_slice(docs);
            self.numbers[..fit].copy_from_slice(numbers);
            self.scores[..fit].copy_from_slice(scores);
            self.count = fit;
        } else if fit > 0 {
            for ((&doc, &score), &number) in docs.iter().zip(scores).zip(numbers) {
                let at = self.count;
                (self.docs[at], self.numbers[at], self.scores[at]) = (doc, number, score);
                self.count += usize::from(number <= most);
            }
        }
    }

    /// Whether any comes before this number and beginning of a key, or has both. Most blocks have
    /// none, and this is all that is asked of them.
    pub(super) fn has_any_up_to(&self, number: u64, beginning: u64) -> bool {
        let both = self.numbers[..self.count].iter().zip(&self.keys);
        let come_first = both.map(|(&its_number, &its_beginning)| {
            let is_no_later = u32::from(its_beginning <= beginning);
            u32::from(its_number < number) | (u32::from(its_number == number) & is_no_later)
        });
        come_first.sum::<u32>() > 0
    }

    /// Whether one of them has a number.
    pub(super) fn has_number(&self, number: u64) -> bool {
        self.numbers[..self.count].contains(&number)
    }

    /// Whether all are equal, as far as is known.
    pub(super) fn are_equal(&self) -> bool {
        let (numbers, keys) = (&self.numbers[..self.count], &self.keys[..self.count]);
        let differ = |all: &[u64]| all.iter().fold(0, |bits, one| bits | (one ^ all[0]));
        self.count == 0 || differ(numbers) | differ(keys) == 0
    }

    pub(super) fn read_keys(&mut self, read: impl Fn(&[DocId], &mut [u64])) {
        read(&self.docs[..self.count], &mut self.keys[..self.count]);
    }

    pub(super) fn get(&self, at: usize) -> Offer {
        Offer {
            doc: self.docs[at],
            number: self.numbers[at],
            score: self.scores[at],
            key: self.keys[at],
        }
    }

    /// Leaves those of which something is true.
    pub(super) fn retain(&mut self, is_left: impl Fn(&Offer) -> bool) {
        let mut kept = 0;
        for at in 0..self.count {
            let offer = self.get(at);
            if is_left(&offer) {
                self.docs[kept] = offer.doc;
                self.numbers[kept] = offer.number;
                self.scores[kept] = offer.score;
                self.keys[kept] = offer.key;
                kept += 1;
            }
        }
        self.count = kept;
    }
}
