//! Documents in which words stand to each other as a [`Shape`] wants it, in one field.
//!
//! Documents come first: those in which every side has some word, by their postings alone. Only
//! for them are positions read.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED};

use super::expand::Entry;
use super::postings::{Docs, MAX_POSITIONS, SlotPostings, SlotWords, TooWide};
use super::watch::Watch;
use crate::index::generation::DAMAGE_HINT;
use crate::index::segment::blobs::Blobs;
use crate::index::segment::per_document::PerDocument;
use crate::index::segment::sentences;
use crate::search::spans::{Places, Shape, TooMany};
use crate::{Error, ErrorKind};

/// Occurrences that count for the score.
const MOST_COUNTED: usize = 1_000;
/// Documents between two looks at the clock.
const PATIENCE: u32 = 256;

/// Documents in which a shape occurs.
#[derive(Debug, Clone)]
pub(in crate::index) struct ShapeQuery {
    pub(in crate::index) shape: Arc<Shape>,
    /// What each slot stands for.
    pub(in crate::index) slots: Arc<Vec<Vec<Entry>>>,
    /// Whose lengths the score looks at.
    pub(in crate::index) field: Field,
    /// Whether it is the body, whose sentences are known; a title is one sentence.
    pub(in crate::index) is_body: bool,
    pub(in crate::index) watch: Watch,
}

impl Query for ShapeQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let EnableScoring::Enabled {
            searcher,
            statistics_provider,
        } = scoring
        else {
            return Ok(Box::new(ShapeWeight {
                query: self.clone(),
                similarity: None,
            }));
        };
        let documents = statistics_provider.total_num_docs()?;
        let tokens = statistics_provider.total_num_tokens(self.field)?;
        let mut rarities = Vec::with_capacity(self.slots.len());
        for entries in self.slots.iter() {
            let mut frequency = 0;
            for reader in searcher.segment_readers() {
                frequency += SlotWords::find(entries, reader, &self.watch)?.frequency();
            }
            rarities.push(rarity(frequency, documents));
        }
        let one = Bm25Weight::for_one_term_without_explain(
            documents,
            documents,
            tokens as Score / documents.max(1) as Score,
        );
        let factor = shape_rarity(&self.shape, &rarities) / rarity(documents, documents);
        Ok(Box::new(ShapeWeight {
            query: self.clone(),
            similarity: Some(one.boost_by(factor)),
        }))
    }
}

/// The inverse document frequency of BM25.
fn rarity(frequency: u64, documents: u64) -> Score {
    let with = frequency.min(documents) as Score;
    ((documents as Score - with + 0.5) / (with + 0.5)).ln_1p()
}

/// That of all words together; of several shapes of which any will do, that of the commonest.
fn shape_rarity(shape: &Shape, slots: &[Score]) -> Score {
    match shape {
        Shape::Sequence(sequence) => slots[sequence.first..][..sequence.length].iter().sum(),
        Shape::Any(parts) => {
            let parts = parts.iter().map(|part| shape_rarity(part, slots));
            parts.fold(Score::MAX, Score::min)
        }
        Shape::Near(near) => shape_rarity(&near.left, slots) + shape_rarity(&near.right, slots),
    }
}

struct ShapeWeight {
    query: ShapeQuery,
    similarity: Option<Bm25Weight>,
}

impl Weight for ShapeWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let query = &self.query;
        let words = query
            .slots
            .iter()
            .map(|entries| SlotWords::find(entries, reader, &query.watch))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let frequencies: Vec<u64> = words.iter().map(SlotWords::frequency).collect();
        let most = most_documents(&query.shape, &frequencies);
        if most == 0 {
            return Ok(Box::new(EmptyScorer));
        }
        let candidates = if words.iter().any(SlotWords::is_wide) {
            Some(candidates(&query.shape, &words, reader, &query.watch)?)
        } else {
            None
        };
        let mut slots = Vec::with_capacity(words.len());
        for words in words {
            match words.open(reader, &query.watch, candidates.as_ref())? {
                Ok(postings) => slots.push(postings),
                Err(TooWide(positions)) => {
                    query.watch.report(too_wide(positions));
                    return Ok(Box::new(EmptyScorer));
                }
            }
        }
        let boundaries = if query.is_body && query.shape.needs_boundaries() {
            Some(PerDocument::open(sentences::NAME, reader)?)
        } else {
            None
        };
        let mut scorer = ShapeScorer {
            shape: Arc::clone(&query.shape),
            positions: vec![Vec::new(); slots.len()],
            slots,
            boundaries,
            sentences: vec![0],
            paragraphs: vec![0],
            doc: 0,
            most: most.min(u64::from(reader.max_doc())) as u32,
            similarity: self
                .similarity
                .as_ref()
                .map(|weight| weight.boost_by(boost)),
            norms: reader.get_fieldnorms_reader(query.field)?,
            watch: query.watch.clone(),
            looked_at: 0,
        };
        scorer.doc = scorer.next_from(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let mut at = scorer.doc();
        if at < doc {
            at = scorer.seek(doc);
        }
        let score = if at == doc { scorer.score() } else { 0.0 };
        Ok(Explanation::new("words by their positions", score))
    }
}

fn too_wide(positions: u64) -> Error {
    Error::new(
        ErrorKind::Query,
        format!(
            "a pattern beside `NEAR` or in a phrase stands for words in {positions} places; \
             {MAX_POSITIONS} are looked at"
        ),
    )
    .with_code("pattern_too_wide")
    .with_hint("give the pattern more letters, or join it to the rest with AND")
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::Query,
        "in one document there are too many ways to put the words together that are to be near \
         each other",
    )
    .with_code("near_too_wide")
    .with_hint("give `NEAR` smaller numbers, or join the commonest words with AND")
}

/// At most so many documents can have it.
fn most_documents(shape: &Shape, frequencies: &[u64]) -> u64 {
    match shape {
        Shape::Sequence(sequence) => {
            let slots = &frequencies[sequence.first..][..sequence.length];
            slots.iter().copied().min().unwrap_or(0)
        }
        Shape::Any(parts) => {
            let parts = parts.iter().map(|part| most_documents(part, frequencies));
            parts.sum()
        }
        Shape::Near(near) => {
            let left = most_documents(&near.left, frequencies);
            left.min(most_documents(&near.right, frequencies))
        }
    }
}

/// The documents in which every side of a shape has a word.
fn candidates(
    shape: &Shape,
    words: &[SlotWords],
    reader: &SegmentReader,
    watch: &Watch,
) -> tantivy::Result<Docs> {
    Ok(match shape {
        Shape::Sequence(sequence) => {
            let slots = &words[sequence.first..][..sequence.length];
            let mut all: Option<Docs> = None;
            for slot in slots {
                let docs = slot.documents(reader, watch)?;
                all = Some(match all {
                    Some(all) => all.intersect(&docs),
                    None => docs,
                });
            }
            all.unwrap_or_else(|| Docs::none(reader))
        }
        Shape::Near(near) => {
            let left = candidates(&near.left, words, reader, watch)?;
            left.intersect(&candidates(&near.right, words, reader, watch)?)
        }
        Shape::Any(parts) => {
            let mut any = Docs::none(reader);
            for part in parts {
                any = any.unite(&candidates(part, words, reader, watch)?);
            }
            any
        }
    })
}

/// The first document from `target` on in which every side of a shape has a word.
fn next_candidate(shape: &Shape, slots: &mut [SlotPostings], target: DocId) -> DocId {
    match shape {
        Shape::Sequence(sequence) => {
            let range = sequence.first..sequence.first + sequence.length;
            let slots = &mut slots[range];
            let mut doc = target;
            loop {
                let before = doc;
                for slot in &mut *slots {
                    doc = slot.seek(doc);
                    if doc == TERMINATED {
                        return TERMINATED;
                    }
                }
                // All of them stand at the same document only if nobody moved on.
                if doc == before && slots.iter_mut().all(|slot| slot.seek(doc) == doc) {
                    return doc;
                }
            }
        }
        Shape::Any(parts) => {
            let parts = parts.iter().map(|part| next_candidate(part, slots, target));
            parts.min().unwrap_or(TERMINATED)
        }
        Shape::Near(near) => {
            let mut doc = target;
            loop {
                let left = next_candidate(&near.left, slots, doc);
                let right = next_candidate(&near.right, slots, left);
                if left == right || right == TERMINATED {
                    return right;
                }
                doc = right;
            }
        }
    }
}

struct ShapeScorer {
    shape: Arc<Shape>,
    slots: Vec<SlotPostings>,
    positions: Vec<Vec<u32>>,
    boundaries: Option<Blobs>,
    sentences: Vec<u32>,
    paragraphs: Vec<u32>,
    doc: DocId,
    /// At most so many documents are looked at.
    most: u32,
    similarity: Option<Bm25Weight>,
    norms: FieldNormReader,
    watch: Watch,
    looked_at: u32,
}

impl ShapeScorer {
    fn places(&self) -> Places<'_> {
        Places {
            slots: &self.positions,
            sentences: &self.sentences,
            paragraphs: &self.paragraphs,
        }
    }

    /// Looks at the positions in a document; `None` if the search cannot go on.
    fn occurs_in(&mut self, doc: DocId) -> Option<bool> {
        self.looked_at += 1;
        if self.looked_at.is_multiple_of(PATIENCE) && !self.watch.goes_on() {
            return None;
        }
        for (slot, positions) in self.slots.iter_mut().zip(&mut self.positions) {
            slot.positions(doc, positions);
        }
        if let Some(boundaries) = &self.boundaries {
            let Some(starts) = boundaries.get(doc).and_then(sentences::decode) else {
                let message = "the sentences of a document are damaged";
                let error = Error::new(ErrorKind::Damaged, message).with_hint(DAMAGE_HINT);
                self.watch.report(error);
                return None;
            };
            (self.sentences, self.paragraphs) = starts;
        }
        let occurs = self.shape.occurs(self.places());
        if occurs == Err(TooMany) {
            self.watch.report(too_many());
        }
        occurs.ok()
    }

    fn next_from(&mut self, mut target: DocId) -> DocId {
        loop {
            let doc = next_candidate(&self.shape, &mut self.slots, target);
            if doc == TERMINATED {
                return TERMINATED;
            }
            match self.occurs_in(doc) {
                Some(true) => return doc,
                Some(false) => target = doc + 1,
                None => return TERMINATED,
            }
        }
    }
}

impl DocSet for ShapeScorer {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.next_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = if target >= TERMINATED {
                TERMINATED
            } else {
                self.next_from(target)
            };
        }
        self.doc
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        if self.doc > target {
            return SeekDangerResult::SeekLowerBound(self.doc);
        }
        let doc = next_candidate(&self.shape, &mut self.slots, target);
        if doc != target {
            // Not looked at yet, so it is no member of the set until it has been.
            self.doc = target;
            return SeekDangerResult::SeekLowerBound(doc);
        }
        self.doc = target;
        match self.occurs_in(target) {
            Some(true) => SeekDangerResult::Found,
            Some(false) => SeekDangerResult::SeekLowerBound(target + 1),
            None => SeekDangerResult::SeekLowerBound(TERMINATED),
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.most / 4
    }

    fn cost(&self) -> u64 {
        u64::from(self.most) * 10 * self.slots.len() as u64
    }
}

impl Scorer for ShapeScorer {
    fn score(&mut self) -> Score {
        let Some(similarity) = &self.similarity else {
            return 1.0;
        };
        let count = self.shape.count(self.places(), MOST_COUNTED).max(1);
        similarity.score(self.norms.fieldnorm_id(self.doc), count)
    }
}
