//! The documents of a word with their scores, a stretch of the segment at a time.
//!
//! To go from document to document through several lists takes longer than to add up what is found:
//! which list has the next one cannot be foreseen. So each list is added up by itself, over a stretch
//! of documents, and then the stretch is read off.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::{DocId, Score};

use super::block::BLOCK;

/// Documents of a stretch.
const STRETCH: usize = 4_096;
/// As many belong to a number of bits.
const BITS: usize = 64;

/// The documents of all lists of a word.
pub(in crate::index) struct Stretches {
    lists: Vec<List>,
    /// What their occurrences come to, by document of the stretch.
    sums: Box<[f32]>,
    /// A bit for each document of the stretch that was not given yet.
    left: [u64; STRETCH / BITS],
    /// The numbers before this one have no bits.
    from: usize,
    /// The first document of the stretch.
    start: DocId,
}

/// The documents of one form in one field.
pub(super) struct List {
    postings: BlockSegmentPostings,
    /// How many of the block were added.
    taken: usize,
    norms: FieldNormReader,
    factors: std::sync::Arc<[f32; 256]>,
}

impl List {
    pub(super) fn new(
        postings: BlockSegmentPostings,
        norms: FieldNormReader,
        factors: std::sync::Arc<[f32; 256]>,
    ) -> Self {
        Self {
            postings,
            taken: 0,
            norms,
            factors,
        }
    }

    /// The next document.
    fn doc(&self) -> Option<DocId> {
        self.postings.docs().get(self.taken).copied()
    }

    /// Adds the documents of the stretch that begins with `start`.
    fn add(&mut self, start: DocId, sums: &mut [f32], left: &mut [u64; STRETCH / BITS]) {
        while let Some(docs @ [.., last]) = self.postings.docs().get(self.taken..) {
            let is_in = |doc: DocId| ((doc - start) as usize) < STRETCH;
            let count = if is_in(*last) {
                docs.len()
            } else {
                docs.partition_point(|&doc| is_in(doc))
            };
            let freqs = &self.postings.freqs()[self.taken..];
            for (&doc, &freq) in docs[..count].iter().zip(freqs) {
                let at = (doc - start) as usize;
                let factor = self.factors[usize::from(self.norms.fieldnorm_id(doc))];
                sums[at] += freq as f32 * factor;
                left[at / BITS] |= 1 << (at % BITS);
            }
            if count < docs.len() {
                self.taken += count;
                return;
            }
            self.postings.advance();
            self.taken = 0;
        }
    }
}

impl Stretches {
    pub(super) fn new(lists: Vec<List>) -> Self {
        Self {
            lists,
            sums: vec![0.0; STRETCH].into(),
            left: [0; STRETCH / BITS],
            from: STRETCH / BITS,
            start: 0,
        }
    }

    /// Goes on to the next documents that are alive, and what the occurrences in each come to; gives
    /// how many they are.
    pub(super) fn fill(
        &mut self,
        docs: &mut [DocId; BLOCK],
        sums: &mut [Score; BLOCK],
        is_alive: impl Fn(DocId) -> bool,
    ) -> usize {
        let mut length = 0;
        while length < BLOCK {
            let Some(bits) = self.left.get_mut(self.from) else {
                if self.go_on() {
                    continue;
                }
                break;
            };
            while *bits != 0 && length < BLOCK {
                let at = self.from * BITS + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                let doc = self.start + at as DocId;
                docs[length] = doc;
                sums[length] = std::mem::take(&mut self.sums[at]);
                length += usize::from(is_alive(doc));
            }
            self.from += usize::from(*bits == 0);
        }
        length
    }

    /// Adds up the next stretch that has documents; false if there is none.
    fn go_on(&mut self) -> bool {
        let Some(next) = self.lists.iter().filter_map(List::doc).min() else {
            return false;
        };
        self.start = next - next % STRETCH as DocId;
        self.from = 0;
        for list in &mut self.lists {
            list.add(self.start, &mut self.sums, &mut self.left);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use tantivy::schema::{IndexRecordOption, STORED, Schema, TEXT};
    use tantivy::{Index, TantivyDocument, Term};

    use super::*;

    /// Every document of two words that stand here and there, compared with the lists themselves.
    #[test]
    fn every_document_is_given_once_with_its_sum() {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("body", TEXT | STORED);
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        let mut expected = BTreeMap::new();
        for doc in 0..10_000_u32 {
            // Runs, gaps longer than a stretch, and the ends of stretches.
            let a = usize::from(doc < 700 || doc % 4_096 > 4_090 || doc == 9_999);
            let b = usize::from(doc.is_multiple_of(97)) * 2;
            let mut text = TantivyDocument::default();
            text.add_text(field, "a ".repeat(a) + &"b ".repeat(b));
            writer.add_document(text).unwrap();
            if a + b > 0 && doc % 5 != 1 {
                expected.insert(doc, a as f32 + b as f32 * 10.0);
            }
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let [segment] = searcher.segment_readers() else {
            panic!("one thread writes one segment");
        };
        let inverted = segment.inverted_index(field).unwrap();
        let list = |word: &str, factor: f32| {
            let term = Term::from_field_text(field, word);
            let place = inverted.get_term_info(&term).unwrap().unwrap();
            let option = IndexRecordOption::WithFreqs;
            let postings = inverted.read_block_postings_from_terminfo(&place, option);
            let norms = segment.get_fieldnorms_reader(field).unwrap();
            List::new(postings.unwrap(), norms, Arc::new([factor; 256]))
        };
        let mut stretches = Stretches::new(vec![list("a", 1.0), list("b", 10.0)]);
        let (mut docs, mut sums) = ([0; BLOCK], [0.0; BLOCK]);
        let mut found = Vec::new();
        loop {
            let length = stretches.fill(&mut docs, &mut sums, |doc| doc % 5 != 1);
            found.extend(docs.into_iter().zip(sums).take(length));
            if length == 0 {
                break;
            }
        }
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        assert!(found.len() > 500);
        assert_eq!(stretches.fill(&mut docs, &mut sums, |_| true), 0);
        assert_eq!(
            Stretches::new(Vec::new()).fill(&mut docs, &mut sums, |_| true),
            0
        );
    }
}
