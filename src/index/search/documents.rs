//! The documents of a segment that match a query, in blocks.

use tantivy::fastfield::AliveBitSet;
use tantivy::query::Scorer;
use tantivy::{DocSet, SegmentReader, TERMINATED};

use super::block::{BLOCK, Block};
use super::predicate::SegmentSet;
use super::ranking::WordScorer;
use super::several_words::SeveralWordsScorer;
use super::stretches::{Need, Stretches};

/// Live documents in ascending order, with their scores.
pub(in crate::index) struct Documents {
    source: Source,
    docs: [u32; BLOCK],
    scores: [f32; BLOCK],
    length: usize,
}

enum Source {
    /// Every document from this one on, up to a limit; their score is 0.
    All(u32, u32),
    /// Those with a word, or with any or all of several.
    Words(Box<Stretches>),
    Scored(Box<dyn Scorer>),
    Unscored(Box<dyn Scorer>),
}

impl Documents {
    /// Every document of a segment.
    pub(in crate::index) fn all(reader: &SegmentReader) -> Self {
        Self::new(Source::All(0, reader.max_doc()))
    }

    /// The documents of a scorer.
    ///
    /// # Errors
    /// What the engine has.
    pub(in crate::index) fn of(scorer: Box<dyn Scorer>, is_scored: bool) -> tantivy::Result<Self> {
        let scorer = match scorer.downcast::<SeveralWordsScorer>() {
            Ok(words) => return Ok(Self::new(Source::Words(Box::new(words.into_blocks())))),
            Err(scorer) => scorer,
        };
        Ok(Self::new(if is_scored {
            match scorer.downcast::<WordScorer>() {
                Ok(word) => {
                    let words = Stretches::new(vec![word.into_word()?], Need::Any);
                    Source::Words(Box::new(words))
                }
                Err(scorer) => Source::Scored(scorer),
            }
        } else {
            Source::Unscored(scorer)
        }))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            docs: [0; BLOCK],
            scores: [0.0; BLOCK],
            length: 0,
        }
    }

    /// Goes on to the next block; false if there is none. The score of a document is only found
    /// out if it lies in all of `wanted`, and any number otherwise.
    pub(in crate::index) fn next(
        &mut self,
        alive: Option<&AliveBitSet>,
        wanted: &[&SegmentSet],
    ) -> bool {
        let is_alive = |doc| alive.is_none_or(|alive| alive.is_alive(doc));
        let mut length = 0;
        match &mut self.source {
            Source::All(next, end) if alive.is_none() => {
                length = BLOCK.min((*end - *next) as usize);
                for (doc, number) in self.docs[..length].iter_mut().zip(*next..) {
                    *doc = number;
                }
                *next += length as u32;
            }
            Source::All(next, end) => {
                while length < BLOCK && next < end {
                    self.docs[length] = *next;
                    length += usize::from(is_alive(*next));
                    *next += 1;
                }
            }
            Source::Words(words) => {
                length = words.fill(&mut self.docs, &mut self.scores, is_alive);
            }
            Source::Scored(scorer) => {
                let mut doc = scorer.doc();
                while length < BLOCK && doc != TERMINATED {
                    if is_alive(doc) {
                        self.docs[length] = doc;
                        if wanted.iter().all(|set| set.contains(doc)) {
                            self.scores[length] = scorer.score();
                        }
                        length += 1;
                    }
                    doc = scorer.advance();
                }
            }
            Source::Unscored(scorer) => {
                let mut doc = scorer.doc();
                while length < BLOCK && doc != TERMINATED {
                    self.docs[length] = doc;
                    length += usize::from(is_alive(doc));
                    doc = scorer.advance();
                }
            }
        }
        self.length = length;
        length > 0
    }

    pub(in crate::index) fn block(&self) -> Block<'_> {
        Block::new(&self.docs[..self.length])
    }

    /// The score of each document of the block.
    pub(in crate::index) fn scores(&self) -> &[f32] {
        &self.scores[..self.length]
    }
}
