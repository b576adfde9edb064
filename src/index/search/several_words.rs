//! Documents with any or with all of several words, scored by the sum of what each word gives them.
//!
//! The engine's own union and intersection ask every word for its next document and its score, one by
//! one; here the words are added up a stretch of documents at a time.

use tantivy::query::{BooleanQuery, EnableScoring, Explanation, Occur, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

use super::block::BLOCK;
use super::ranking::{WordQuery, WordWeight};
use super::stretches::{Need, Stretches};

/// All of the words are added up by stretches if the most frequent is at most as many times as
/// frequent as the rarest: else it is shorter to go from one document of the rarest to the next.
const MOST_TO_LEAST: u64 = 16;

/// Documents with any or with all of these words.
#[derive(Debug, Clone)]
pub(in crate::index) struct SeveralWordsQuery {
    words: Vec<WordQuery>,
    need: Need,
}

impl SeveralWordsQuery {
    pub(in crate::index) fn any(words: Vec<WordQuery>) -> Self {
        let need = Need::Any;
        Self { words, need }
    }

    /// `None` if there are not several, or if one is so much rarer than another that this is not the
    /// way to find them.
    pub(in crate::index) fn all(mut words: Vec<WordQuery>) -> Option<Self> {
        // What the first ones leave out need not be added of the others.
        words.sort_by_key(|word| word.documents);
        let [rarest, .., most] = words.as_slice() else {
            return None;
        };
        let is_even = most.documents <= rarest.documents.saturating_mul(MOST_TO_LEAST);
        let need = Need::All;
        is_even.then_some(Self { words, need })
    }
}

impl Query for SeveralWordsQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        if let EnableScoring::Disabled { .. } = scoring {
            let occur = match self.need {
                Need::Any => Occur::Should,
                Need::All => Occur::Must,
            };
            let words = self.words.iter().map(|word| {
                let word: Box<dyn Query> = Box::new(word.clone());
                (occur, word)
            });
            return BooleanQuery::new(words.collect()).weight(scoring);
        }
        let words = self.words.iter().map(|word| word.word_weight(scoring));
        Ok(Box::new(SeveralWordsWeight {
            words: words.collect::<tantivy::Result<_>>()?,
            need: self.need,
        }))
    }
}

struct SeveralWordsWeight {
    words: Vec<WordWeight>,
    need: Need,
}

impl Weight for SeveralWordsWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let words = self.words.iter().map(|word| word.word(reader, boost));
        let words: Vec<_> = words.collect::<tantivy::Result<_>>()?;
        let frequencies = words.iter().map(|word| word.documents);
        let documents = match self.need {
            Need::Any => frequencies.fold(0, u32::saturating_add),
            Need::All => frequencies.min().unwrap_or(0),
        };
        Ok(Box::new(SeveralWordsScorer::new(
            Stretches::new(words, self.need),
            documents.min(reader.max_doc()),
        )))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = scorer.doc() <= doc && scorer.seek(doc) == doc;
        let score = if found { scorer.score() } else { 0.0 };
        Ok(Explanation::new("several words", score))
    }
}

/// The documents one after the other, for whoever combines them with others.
pub(in crate::index) struct SeveralWordsScorer {
    stretches: Stretches,
    /// The documents that were read off, with their scores; none yet where it stands at the first.
    docs: [DocId; BLOCK],
    scores: [Score; BLOCK],
    length: usize,
    /// Which of them it stands at.
    at: usize,
    doc: DocId,
    /// About how many documents there are, at most.
    documents: u32,
}

impl SeveralWordsScorer {
    fn new(mut stretches: Stretches, documents: u32) -> Self {
        Self {
            doc: stretches.first().unwrap_or(TERMINATED),
            stretches,
            docs: [0; BLOCK],
            scores: [0.0; BLOCK],
            length: 0,
            at: 0,
            documents,
        }
    }

    /// All documents, in blocks; it must not have gone on yet.
    pub(in crate::index) fn into_blocks(self) -> Stretches {
        self.stretches
    }

    /// Reads off the next documents, and stands at the first of them.
    fn read(&mut self) {
        let (docs, scores) = (&mut self.docs, &mut self.scores);
        self.length = self.stretches.fill(docs, scores, |_| true);
        self.at = 0;
        self.doc = match self.docs[..self.length].first() {
            Some(&first) => first,
            None => TERMINATED,
        };
    }
}

impl DocSet for SeveralWordsScorer {
    #[inline]
    fn advance(&mut self) -> DocId {
        if self.length == 0 && self.doc != TERMINATED {
            self.read(); // stands where it stood
        }
        self.at += 1;
        match self.docs[..self.length].get(self.at) {
            Some(&doc) => self.doc = doc,
            None => self.read(),
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        let is_read = |it: &Self| {
            let last = it.docs[..it.length].last();
            last.is_some_and(|&last| last >= target)
        };
        if !is_read(self) {
            self.stretches.skip_to(target);
            self.read();
            while self.doc != TERMINATED && !is_read(self) {
                self.read();
            }
        }
        let ahead = &self.docs[..self.length][self.at.min(self.length)..];
        self.at += ahead.partition_point(|&doc| doc < target);
        if let Some(&doc) = self.docs[..self.length].get(self.at) {
            self.doc = doc;
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.documents
    }
}

impl Scorer for SeveralWordsScorer {
    #[inline]
    fn score(&mut self) -> Score {
        if self.length == 0 && self.doc != TERMINATED {
            self.read();
        }
        self.scores.get(self.at).copied().unwrap_or_default()
    }
}
