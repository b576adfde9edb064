//! How well a word fits a document: BM25F over title and body.
//!
//! All forms of a word, in all languages and in both fields, are one thing that a document has more
//! or less of. Occurrences are weighed by field and by the length of the field, added up, and only
//! then dampened, so that a word that stands in title and body is not counted as two words:
//!
//! ```text
//! tf    = Σ  weight of the field · occurrences / (1 − b + b · length / average length)
//! score = idf · tf · (k1 + 1) / (tf + k1)
//! idf   = ln(1 + (N − n + 0.5) / (n + 0.5))
//! ```
//!
//! (Robertson, Zaragoza and Taylor, *Simple BM25 extension to multiple weighted fields*, 2004.) `n`
//! are the documents with the word, taken from the field where most have it; `N` all documents.
//! Lengths are those the engine keeps, exact up to 40 words and within an eighth above. What the
//! numbers are, and how they were found, is in `docs/ranking.md`.

use std::io;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, InvertedIndexReader, Score, Searcher, SegmentReader, TERMINATED,
    TantivyError,
};

use super::stretches;
use crate::search::Ranking;

/// A form of a word in one field. A document may have several of them.
#[derive(Debug, Clone)]
pub(in crate::index) struct FormInField {
    pub(in crate::index) field: Field,
    /// Whether it is the title.
    pub(in crate::index) is_title: bool,
    /// The segments that have it, and where its postings are there.
    pub(in crate::index) places: Vec<(usize, TermInfo)>,
}

impl FormInField {
    fn place(&self, segment: usize) -> Option<&TermInfo> {
        let at = self
            .places
            .binary_search_by_key(&segment, |(segment, _)| *segment);
        at.ok().map(|at| &self.places[at].1)
    }
}

/// Documents with a word in one of several fields, scored as above.
#[derive(Debug, Clone)]
pub(in crate::index) struct WordQuery {
    /// Those of one field are next to each other.
    pub(in crate::index) forms: Vec<FormInField>,
    /// The segments of the index, by the numbers that the forms name.
    pub(in crate::index) segments: Vec<SegmentId>,
    /// Documents with the word.
    pub(in crate::index) documents: u64,
    pub(in crate::index) ranking: Ranking,
}

/// What the occurrences in one field of a document come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::index) struct FieldPart {
    pub(in crate::index) is_title: bool,
    pub(in crate::index) occurrences: u32,
    pub(in crate::index) length: u32,
    pub(in crate::index) average: f32,
    /// The summand of `tf`.
    pub(in crate::index) tf: f32,
}

impl WordQuery {
    /// The part of the score that does not depend on the document.
    pub(in crate::index) fn idf(&self, searcher: &Searcher) -> f32 {
        let all: u64 = searcher
            .segment_readers()
            .iter()
            .map(|reader| u64::from(reader.max_doc()))
            .sum();
        let with = self.documents.min(all);
        (1.0 + ((all - with) as f32 + 0.5) / (with as f32 + 0.5)).ln()
    }

    /// What the occurrences in each field of a document come to; fields without any are left out.
    pub(in crate::index) fn parts(
        &self,
        searcher: &Searcher,
        address: DocAddress,
    ) -> tantivy::Result<Vec<FieldPart>> {
        let reader = searcher.segment_reader(address.segment_ord);
        let mut parts = Vec::new();
        for forms in self.forms.chunk_by(|a, b| a.field == b.field) {
            let (field, is_title) = (forms[0].field, forms[0].is_title);
            let average = average_length(searcher, field)?;
            let factors = self.ranking.factors(is_title, average);
            let norms = reader.get_fieldnorms_reader(field)?;
            let inverted = reader.inverted_index(field)?;
            let mut occurrences = 0;
            for form in forms {
                let Some(place) = form.place(address.segment_ord as usize) else {
                    continue;
                };
                let mut postings =
                    inverted.read_postings_from_terminfo(place, IndexRecordOption::WithFreqs)?;
                if postings.doc() < address.doc_id {
                    postings.seek(address.doc_id);
                }
                if postings.doc() == address.doc_id {
                    occurrences += postings.term_freq();
                }
            }
            if occurrences > 0 {
                let norm = norms.fieldnorm_id(address.doc_id);
                parts.push(FieldPart {
                    is_title,
                    occurrences,
                    length: FieldNormReader::id_to_fieldnorm(norm),
                    average,
                    tf: occurrences as f32 * factors[usize::from(norm)],
                });
            }
        }
        Ok(parts)
    }
}

impl Ranking {
    /// What an occurrence weighs in a field, by the engine's number for the field's length.
    fn factors(&self, is_title: bool, average: f32) -> [f32; 256] {
        let (weight, b) = if is_title {
            (self.title, self.title_b)
        } else {
            (1.0, self.body_b)
        };
        let mut factors = [0.0; 256];
        for (id, factor) in (0u8..=255).zip(&mut factors) {
            let length = FieldNormReader::id_to_fieldnorm(id) as f32;
            *factor = weight / (1.0 - b + b * length / average.max(1.0));
        }
        factors
    }

    /// The dampened occurrences of a word.
    #[inline]
    pub(in crate::index) fn dampened(&self, tf: f32) -> f32 {
        tf * (self.k1 + 1.0) / (tf + self.k1)
    }
}

/// Words of a field in an average document.
fn average_length(searcher: &Searcher, field: Field) -> tantivy::Result<f32> {
    let (mut words, mut documents) = (0u64, 0u64);
    for reader in searcher.segment_readers() {
        words += reader.inverted_index(field)?.total_num_tokens();
        documents += u64::from(reader.max_doc());
    }
    Ok(words as f32 / documents.max(1) as f32)
}

impl WordQuery {
    pub(super) fn word_weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<WordWeight> {
        let scored = match scoring {
            EnableScoring::Enabled { searcher, .. } => {
                let mut factors = Vec::with_capacity(self.forms.len());
                for forms in self.forms.chunk_by(|a, b| a.field == b.field) {
                    let average = average_length(searcher, forms[0].field)?;
                    let of_field = Arc::new(self.ranking.factors(forms[0].is_title, average));
                    factors.extend(forms.iter().map(|_| Arc::clone(&of_field)));
                }
                Some((self.idf(searcher), factors))
            }
            EnableScoring::Disabled { .. } => None,
        };
        Ok(WordWeight {
            word: self.clone(),
            scored,
        })
    }
}

impl Query for WordQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.word_weight(scoring)?))
    }
}

/// How a word is looked up in a segment.
pub(super) struct WordWeight {
    word: WordQuery,
    /// The idf, and for each form the weights of an occurrence.
    scored: Option<(f32, Vec<Arc<[f32; 256]>>)>,
}

impl WordWeight {
    /// Where the documents of each form are that stands in the segment.
    fn lists(&self, reader: &SegmentReader) -> tantivy::Result<Vec<Place>> {
        let id = reader.segment_id();
        let segment = self.word.segments.iter().position(|other| *other == id);
        let segment = segment.ok_or_else(|| {
            TantivyError::InternalError("a word was looked up in other segments".to_owned())
        })?;
        let mut lists = Vec::new();
        for (number, form) in self.word.forms.iter().enumerate() {
            let Some(info) = form.place(segment) else {
                continue;
            };
            let weights = match &self.scored {
                Some((_, factors)) => Some((
                    reader.get_fieldnorms_reader(form.field)?,
                    Arc::clone(&factors[number]),
                )),
                None => None,
            };
            lists.push(Place {
                inverted: reader.inverted_index(form.field)?,
                info: info.clone(),
                weights,
            });
        }
        Ok(lists)
    }

    /// What each document's occurrences are multiplied with.
    fn weight(&self, boost: Score) -> f32 {
        self.scored.as_ref().map_or(0.0, |(idf, _)| *idf) * boost
    }

    fn word_scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<WordScorer> {
        let option = match self.scored {
            Some(_) => IndexRecordOption::WithFreqs,
            None => IndexRecordOption::Basic,
        };
        let mut lists = Vec::new();
        for place in self.lists(reader)? {
            let postings = place
                .inverted
                .read_postings_from_terminfo(&place.info, option)?;
            lists.push(List { postings, place });
        }
        let mut scorer = WordScorer {
            lists,
            doc: TERMINATED,
            weight: self.weight(boost),
            ranking: self.word.ranking,
        };
        scorer.doc = scorer.first();
        Ok(scorer)
    }

    /// The documents of a segment, to be added up a stretch at a time; none without scores.
    pub(super) fn word(
        &self,
        reader: &SegmentReader,
        boost: Score,
    ) -> tantivy::Result<stretches::Word> {
        let lists = self.lists(reader)?;
        Ok(in_stretches(lists, self.weight(boost), self.word.ranking)?)
    }
}

fn in_stretches(places: Vec<Place>, weight: f32, ranking: Ranking) -> io::Result<stretches::Word> {
    let mut documents = 0_u32;
    let mut lists = Vec::with_capacity(places.len());
    for Place {
        inverted,
        info,
        weights,
    } in places
    {
        let option = IndexRecordOption::WithFreqs;
        let postings = inverted.read_block_postings_from_terminfo(&info, option)?;
        documents = documents.saturating_add(info.doc_freq);
        if let Some((norms, factors)) = weights {
            lists.push(stretches::List::new(postings, norms, factors));
        }
    }
    Ok(stretches::Word {
        lists,
        documents,
        weight,
        ranking,
    })
}

impl Weight for WordWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(self.word_scorer(reader, boost)?))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = scorer.doc() <= doc && scorer.seek(doc) == doc;
        let score = if found { scorer.score() } else { 0.0 };
        Ok(Explanation::new("a word in title and body", score))
    }
}

/// Where the documents of one form in one field are, and what an occurrence weighs.
struct Place {
    inverted: Arc<InvertedIndexReader>,
    info: TermInfo,
    weights: Option<(FieldNormReader, Arc<[f32; 256]>)>,
}

/// The documents of one form in one field.
struct List {
    postings: SegmentPostings,
    place: Place,
}

/// The documents of all forms in all fields. There are few lists: they are compared one by one.
pub(in crate::index) struct WordScorer {
    lists: Vec<List>,
    doc: DocId,
    weight: f32,
    ranking: Ranking,
}

impl WordScorer {
    fn first(&self) -> DocId {
        let docs = self.lists.iter().map(|list| list.postings.doc());
        docs.min().unwrap_or(TERMINATED)
    }

    /// The same documents, to be added up a stretch at a time, if they have scores; it must not have
    /// gone on yet.
    pub(super) fn into_word(self) -> io::Result<stretches::Word> {
        let places = self.lists.into_iter().map(|list| list.place);
        in_stretches(places.collect(), self.weight, self.ranking)
    }
}

impl List {
    /// What the occurrences in the document come to at which it stands.
    #[inline]
    fn tf(&self, doc: DocId) -> f32 {
        match &self.place.weights {
            Some((norms, factors)) => {
                let factor = factors[usize::from(norms.fieldnorm_id(doc))];
                self.postings.term_freq() as f32 * factor
            }
            None => 0.0,
        }
    }
}

impl DocSet for WordScorer {
    #[inline]
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED {
            return TERMINATED;
        }
        let mut next = TERMINATED;
        for list in &mut self.lists {
            let mut doc = list.postings.doc();
            if doc == self.doc {
                doc = list.postings.advance();
            }
            next = next.min(doc);
        }
        self.doc = next;
        next
    }

    #[inline]
    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        let mut next = TERMINATED;
        for list in &mut self.lists {
            let mut doc = list.postings.doc();
            if doc < target {
                doc = list.postings.seek(target);
            }
            next = next.min(doc);
        }
        self.doc = next;
        next
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let hints = self.lists.iter().map(|list| list.postings.size_hint());
        hints.fold(0, u32::saturating_add)
    }
}

impl Scorer for WordScorer {
    #[inline]
    fn score(&mut self) -> Score {
        let mut tf = 0.0;
        for list in &self.lists {
            if list.postings.doc() == self.doc {
                tf += list.tf(self.doc);
            }
        }
        self.weight * self.ranking.dampened(tf)
    }
}
