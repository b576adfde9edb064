//! The documents of words with their scores, a stretch of the segment at a time.
//!
//! To go from document to document through several lists takes longer than to add up what is found:
//! which list has the next one cannot be foreseen. So each list is added up by itself, over a stretch
//! of documents, and then the stretch is read off. Of several words the occurrences of each are
//! dampened before they are added to those of the others. Where all words are needed, a list goes on
//! to where the others are as long as they have no stretch in common.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::{DocId, Score};

use super::block::BLOCK;
use crate::search::Ranking;

/// Documents of a stretch.
const STRETCH: usize = 4_096;
/// As many belong to a number of bits.
const BITS: usize = 64;

/// A bit for each document of a stretch.
type Bits = [u64; STRETCH / BITS];

/// What a document must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Any of the words.
    Any,
    /// All of them.
    All,
}

/// The documents that have any of the words, or all of them.
pub(in crate::index) struct Stretches {
    words: Vec<Word>,
    need: Need,
    /// By document of the stretch: its score, or what the occurrences of the only word come to.
    sums: Box<[f32; STRETCH]>,
    /// What the occurrences of one word come to, if there are several words.
    tfs: Option<Box<[f32; STRETCH]>>,
    /// The documents of the stretch that were not given yet.
    left: Bits,
    /// The numbers before this one have no bits.
    from: usize,
    /// The first document of the stretch.
    start: DocId,
}

/// A word: its lists, and how its occurrences are scored.
pub(super) struct Word {
    pub(super) lists: Vec<List>,
    /// About how many documents there are, at most.
    pub(super) documents: u32,
    pub(super) weight: f32,
    pub(super) ranking: Ranking,
}

/// The documents of one form in one field.
pub(super) struct List {
    postings: BlockSegmentPostings,
    /// How many of the block were added.
    taken: usize,
    norms: FieldNormReader,
    factors: Arc<[f32; 256]>,
}

impl Word {
    /// The next document.
    fn doc(&self) -> Option<DocId> {
        self.lists.iter().filter_map(List::doc).min()
    }

    /// Adds the documents of the stretch that begins with `start`, or those of them that are wanted.
    fn add(
        &mut self,
        start: DocId,
        sums: &mut [f32; STRETCH],
        found: &mut Bits,
        wanted: Option<&Bits>,
    ) {
        for list in &mut self.lists {
            list.add(start, sums, found, wanted);
        }
    }

    #[inline]
    fn score(&self, tf: f32) -> Score {
        self.weight * self.ranking.dampened(tf)
    }
}

impl List {
    pub(super) fn new(
        postings: BlockSegmentPostings,
        norms: FieldNormReader,
        factors: Arc<[f32; 256]>,
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

    /// Leaves out the documents before this one.
    fn seek(&mut self, target: DocId) {
        if self.doc().is_some_and(|doc| doc < target) {
            self.taken = self.postings.seek(target);
        }
    }

    /// As [`Word::add`].
    #[inline]
    fn add(
        &mut self,
        start: DocId,
        sums: &mut [f32; STRETCH],
        found: &mut Bits,
        wanted: Option<&Bits>,
    ) {
        while let Some(docs @ [.., last]) = self.postings.docs().get(self.taken..) {
            let is_in = |doc: DocId| ((doc - start) as usize) < STRETCH;
            let count = if is_in(*last) {
                docs.len()
            } else {
                docs.partition_point(|&doc| is_in(doc))
            };
            let freqs = &self.postings.freqs()[self.taken..];
            for (&doc, &freq) in docs[..count].iter().zip(freqs) {
                // It is less already; so no bounds need to be looked at.
                let at = (doc - start) as usize % STRETCH;
                let bit = 1 << (at % BITS);
                if wanted.is_some_and(|wanted| wanted[at / BITS] & bit == 0) {
                    continue;
                }
                let factor = self.factors[usize::from(self.norms.fieldnorm_id(doc))];
                sums[at] += freq as f32 * factor;
                found[at / BITS] |= bit;
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
    pub(super) fn new(words: Vec<Word>, need: Need) -> Self {
        Self {
            sums: Box::new([0.0; STRETCH]),
            tfs: (words.len() > 1).then(|| Box::new([0.0; STRETCH])),
            words,
            need,
            left: [0; STRETCH / BITS],
            from: STRETCH / BITS,
            start: 0,
        }
    }

    /// The next document that was not given.
    pub(super) fn first(&mut self) -> Option<DocId> {
        loop {
            let left = self.left.iter().enumerate().skip(self.from);
            if let Some((number, bits)) = left.into_iter().find(|(_, bits)| **bits != 0) {
                let at = number * BITS + bits.trailing_zeros() as usize;
                return Some(self.start + at as DocId);
            }
            if !self.go_on() {
                return None;
            }
        }
    }

    /// Goes on to the next documents that are alive, and their scores; gives how many they are.
    pub(in crate::index) fn fill(
        &mut self,
        docs: &mut [DocId; BLOCK],
        scores: &mut [Score; BLOCK],
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
                scores[length] = std::mem::take(&mut self.sums[at]);
                length += usize::from(is_alive(doc));
            }
            self.from += usize::from(*bits == 0);
        }
        if let [word] = self.words.as_slice() {
            for score in &mut scores[..length] {
                *score = word.score(*score);
            }
        }
        length
    }

    /// Leaves out the documents before this one. It must not lie before what was given.
    pub(super) fn skip_to(&mut self, target: DocId) {
        let at = target.saturating_sub(self.start) as usize;
        let kept = (at / BITS).clamp(self.from, STRETCH / BITS);
        for number in self.from..kept {
            self.left[number] = 0;
            self.sums[number * BITS..][..BITS].fill(0.0);
        }
        self.from = kept;
        // What is left before it in the same number goes one by one, as it is read off.
        if at >= STRETCH {
            let lists = self.words.iter_mut().flat_map(|word| &mut word.lists);
            lists.for_each(|list| list.seek(target));
        }
    }

    /// Adds up the next stretch that may have documents; false if there is none.
    fn go_on(&mut self) -> bool {
        let next = match self.need {
            Need::Any => self.words.iter().filter_map(Word::doc).min(),
            Need::All => self.meet(),
        };
        let Some(next) = next else {
            return false;
        };
        self.start = next - next % STRETCH as DocId;
        self.from = 0;
        match (self.words.as_mut_slice(), &mut self.tfs, self.need) {
            ([word], ..) => word.add(self.start, &mut self.sums, &mut self.left, None),
            (words, Some(tfs), Need::Any) => {
                for word in words {
                    let is_in = |doc: DocId| ((doc - self.start) as usize) < STRETCH;
                    if !word.doc().is_some_and(is_in) {
                        continue;
                    }
                    let mut found = [0; STRETCH / BITS];
                    word.add(self.start, tfs, &mut found, None);
                    each(&found, |at| {
                        self.sums[at] += word.score(std::mem::take(&mut tfs[at]));
                    });
                    for (left, found) in self.left.iter_mut().zip(found) {
                        *left |= found;
                    }
                }
            }
            ([first, others @ ..], Some(tfs), Need::All) => {
                // Documents that were left out have left something behind.
                self.sums.fill(0.0);
                first.add(self.start, &mut self.sums, &mut self.left, None);
                // What is not dampened yet: that of documents without the second word need not be.
                let mut first = Some(first);
                for word in others {
                    let mut found = [0; STRETCH / BITS];
                    word.add(self.start, tfs, &mut found, Some(&self.left));
                    each(&found, |at| {
                        let sum = self.sums[at];
                        let sum = first.as_ref().map_or(sum, |first| first.score(sum));
                        self.sums[at] = sum + word.score(std::mem::take(&mut tfs[at]));
                    });
                    self.left = found;
                    first = None;
                }
            }
            (_, None, _) | ([], ..) => return false,
        }
        true
    }

    /// Goes on to a stretch in which every word has a document; gives a document of it before which
    /// none has all.
    fn meet(&mut self) -> Option<DocId> {
        let mut target = self.words.first()?.doc()?;
        loop {
            let mut furthest = target;
            for word in &mut self.words {
                word.lists.iter_mut().for_each(|list| list.seek(target));
                furthest = furthest.max(word.doc()?);
            }
            let stretch = |doc: DocId| doc / STRETCH as DocId;
            if stretch(furthest) == stretch(target) {
                return Some(furthest);
            }
            target = furthest;
        }
    }
}

/// Every bit that is set.
#[inline]
fn each(bits: &Bits, mut then: impl FnMut(usize)) {
    for (number, &bits) in bits.iter().enumerate() {
        let mut bits = bits;
        while bits != 0 {
            then(number * BITS + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use tantivy::schema::{IndexRecordOption, STORED, Schema, TEXT};
    use tantivy::{Index, TantivyDocument, Term};

    use super::*;

    /// Two words that stand here and there: as two lists of one word, as two words of which any or all
    /// are needed, in one read and with documents left out, compared with the lists themselves.
    #[test]
    fn every_document_is_given_once_with_its_score() {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("body", TEXT | STORED);
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        let mut occurrences = BTreeMap::new();
        for doc in 0..10_000_u32 {
            // Runs, gaps longer than a stretch, and the ends of stretches.
            let is_run = doc < 700 || doc % 4_096 > 4_090 || (8_900..8_930).contains(&doc);
            let a = usize::from(is_run || doc == 9_999);
            let b = usize::from(doc.is_multiple_of(97)) * 2;
            let mut text = TantivyDocument::default();
            text.add_text(field, "a ".repeat(a) + &"b ".repeat(b));
            writer.add_document(text).unwrap();
            if a + b > 0 {
                occurrences.insert(doc, (a as f32, b as f32));
            }
        }
        assert!(occurrences.len() > 500);
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
        let ranking = Ranking::default();
        let word = |weight: f32, lists: Vec<List>| Word {
            lists,
            documents: 0,
            weight,
            ranking,
        };
        let one = || vec![word(3.0, vec![list("a", 1.0), list("b", 10.0)])];
        let two = || {
            vec![
                word(3.0, vec![list("a", 1.0)]),
                word(5.0, vec![list("b", 10.0)]),
            ]
        };
        let score_of_one = |(a, b): (f32, f32)| 3.0 * ranking.dampened(a + b * 10.0);
        let score_of_two = |(a, b): (f32, f32)| {
            let of_a = 3.0 * ranking.dampened(a);
            if b == 0.0 {
                return of_a;
            }
            let of_b = 5.0 * ranking.dampened(b * 10.0);
            if a == 0.0 { of_b } else { of_a + of_b }
        };
        let read_off = |stretches: &mut Stretches, found: &mut Vec<(u32, f32)>| {
            let (mut docs, mut scores) = ([0; BLOCK], [0.0; BLOCK]);
            let length = stretches.fill(&mut docs, &mut scores, |doc| doc % 5 != 1);
            found.extend(docs.into_iter().zip(scores).take(length));
            length > 0
        };
        let expected = |score: &dyn Fn((f32, f32)) -> f32| {
            let alive = occurrences.iter().filter(|(doc, _)| *doc % 5 != 1);
            let scored = alive.map(|(&doc, &of)| (doc, score(of)));
            scored.collect::<Vec<_>>()
        };
        let (of_one, of_two) = (expected(&score_of_one), expected(&score_of_two));
        let both = |(doc, _): &(u32, f32)| occurrences[doc].0 * occurrences[doc].1 > 0.0;
        let of_both: Vec<_> = of_two.iter().copied().filter(both).collect();
        assert!(of_both.iter().any(|(doc, _)| *doc < 700));
        assert!(of_both.iter().any(|(doc, _)| *doc > 8_900));
        let cases = || {
            [
                (one(), Need::Any, &of_one),
                (two(), Need::Any, &of_two),
                (two(), Need::All, &of_both),
            ]
        };
        for (words, need, expected) in cases() {
            let mut stretches = Stretches::new(words, need);
            assert_eq!(stretches.first(), Some(0));
            let mut found = Vec::new();
            while read_off(&mut stretches, &mut found) {}
            assert_eq!(&found, expected);
            assert!(!read_off(&mut stretches, &mut found));
        }
        for target in [
            0, 1, 63, 64, 65, 700, 4_090, 4_095, 4_096, 5_000, 9_998, 9_999, 10_000,
        ] {
            for has_begun in [false, true] {
                for (words, need, expected) in cases() {
                    let mut stretches = Stretches::new(words, need);
                    let mut found = Vec::new();
                    if has_begun {
                        read_off(&mut stretches, &mut found);
                    }
                    let begun = found.last().map_or(0, |(doc, _)| doc + 1);
                    if target < begun {
                        continue;
                    }
                    stretches.skip_to(target);
                    while read_off(&mut stretches, &mut found) {}
                    // A few before it may come as well, never one twice or with another score.
                    found.retain(|(doc, _)| *doc < begun || *doc >= target);
                    let wanted = expected
                        .iter()
                        .filter(|(doc, _)| *doc < begun || *doc >= target);
                    assert_eq!(found, wanted.copied().collect::<Vec<_>>(), "{target}");
                }
            }
        }
        let mut none = Stretches::new(Vec::new(), Need::All);
        assert_eq!(none.first(), None);
        assert!(!read_off(&mut none, &mut Vec::new()));
    }
}
