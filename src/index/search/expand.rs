//! Patterns for words, looked up in the dictionaries of an index: every word that fits is taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::index::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::query::{
    BitSetDocSet, Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, Score, Searcher, SegmentReader, Term};
use tantivy_fst::Automaton;

use super::watch::Watch;
use crate::search::pattern::{Walk, WalkState, WordPattern};

/// Words between two looks at the clock.
const PATIENCE: usize = 1 << 10;

/// What a slot stands for in a field of the engine.
#[derive(Debug, Clone)]
pub(in crate::index) enum Entry {
    Term(Term),
    Words(Field, Arc<WordPattern>),
}

/// A pattern as the engine's dictionaries are walked with it.
struct Walked<'a>(Walk<'a>);

impl Automaton for Walked<'_> {
    type State = WalkState;

    fn start(&self) -> WalkState {
        self.0.start()
    }

    fn is_match(&self, state: &WalkState) -> bool {
        self.0.fits(*state)
    }

    fn can_match(&self, state: &WalkState) -> bool {
        !state.is_dead()
    }

    fn accept(&self, state: &WalkState, byte: u8) -> WalkState {
        self.0.step(*state, byte)
    }
}

impl Entry {
    pub(in crate::index) fn field(&self) -> Field {
        match self {
            Self::Term(term) => term.field(),
            Self::Words(field, _) => *field,
        }
    }

    /// Gives out where the postings of each of its words are in a segment.
    pub(in crate::index) fn visit(
        &self,
        reader: &SegmentReader,
        watch: &Watch,
        mut visit: impl FnMut(&TermInfo) -> tantivy::Result<()>,
    ) -> tantivy::Result<()> {
        let inverted = reader.inverted_index(self.field())?;
        match self {
            Self::Term(term) => {
                if let Some(info) = inverted.get_term_info(term)? {
                    visit(&info)?;
                }
            }
            Self::Words(_, pattern) => {
                let mut count = 0_usize;
                each_word(&inverted, pattern, |_, info| {
                    visit(info)?;
                    count += 1;
                    Ok(!count.is_multiple_of(PATIENCE) || watch.goes_on())
                })?;
            }
        }
        Ok(())
    }
}

/// Gives out the words of a dictionary that fit, until `visit` says no.
fn each_word(
    inverted: &InvertedIndexReader,
    pattern: &WordPattern,
    mut visit: impl FnMut(&[u8], &TermInfo) -> tantivy::Result<bool>,
) -> tantivy::Result<()> {
    if let Some(beginning) = pattern.beginning() {
        let mut words = inverted.terms().range().ge(beginning).into_stream()?;
        while words.advance() && words.key().starts_with(beginning.as_bytes()) {
            if !visit(words.key(), words.value())? {
                break;
            }
        }
    } else {
        let mut words = inverted
            .terms()
            .search(Walked(pattern.walk()))
            .into_stream()?;
        while words.advance() && visit(words.key(), words.value())? {}
    }
    Ok(())
}

/// Words of a field, with the segments that have each and where its postings are there.
pub(in crate::index) type Words = BTreeMap<(Field, Vec<u8>), Vec<(usize, TermInfo)>>;

/// The words of entries in all segments, each once; `None` if those that fit patterns make them
/// more than `most`.
pub(in crate::index) fn few_words(
    entries: &[Entry],
    searcher: &Searcher,
    most: usize,
) -> tantivy::Result<Option<Words>> {
    let mut found = Words::new();
    for (segment, reader) in searcher.segment_readers().iter().enumerate() {
        for entry in entries {
            let inverted = reader.inverted_index(entry.field())?;
            let mut see = |word: &[u8], info: TermInfo| {
                let places = found.entry((entry.field(), word.to_vec())).or_default();
                // Two entries may stand for one word.
                if places.last().is_none_or(|(last, _)| *last != segment) {
                    places.push((segment, info));
                }
                found.len() <= most
            };
            match entry {
                Entry::Term(term) => {
                    if let Some(info) = inverted.get_term_info(term)? {
                        see(term.serialized_value_bytes(), info);
                    }
                }
                Entry::Words(_, pattern) => {
                    each_word(&inverted, pattern, |word, info| Ok(see(word, info.clone())))?;
                }
            }
            if found.len() > most && matches!(entry, Entry::Words(..)) {
                return Ok(None);
            }
        }
    }
    Ok(Some(found))
}

/// Documents with a word of many, in one field.
///
/// Which documents they are is exact. Their score is that of one word that stands in all of them,
/// once in each.
#[derive(Debug, Clone)]
pub(in crate::index) struct WordsQuery {
    pub(in crate::index) entries: Vec<Entry>,
    pub(in crate::index) watch: Watch,
}

impl WordsQuery {
    fn documents(&self, reader: &SegmentReader) -> tantivy::Result<BitSet> {
        let mut docs = BitSet::with_max_value(reader.max_doc());
        for entry in &self.entries {
            let inverted = reader.inverted_index(entry.field())?;
            entry.visit(reader, &self.watch, |info| {
                let mut postings =
                    inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    for &doc in postings.docs() {
                        docs.insert(doc);
                    }
                    postings.advance();
                }
                Ok(())
            })?;
        }
        Ok(docs)
    }
}

impl Query for WordsQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let (Some(searcher), Some(entry)) = (scoring.searcher(), self.entries.first()) else {
            return Ok(Box::new(WordsWeight {
                query: self.clone(),
                sets: Vec::new(),
                similarity: None,
            }));
        };
        let sets = searcher
            .segment_readers()
            .iter()
            .map(|reader| self.documents(reader))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let similarity = match scoring {
            EnableScoring::Enabled {
                statistics_provider,
                ..
            } => {
                let frequency = sets.iter().map(|set| set.len() as u64).sum();
                let documents = statistics_provider.total_num_docs()?;
                let tokens = statistics_provider.total_num_tokens(entry.field())?;
                Some(Bm25Weight::for_one_term_without_explain(
                    u64::min(frequency, documents),
                    documents,
                    tokens as Score / documents.max(1) as Score,
                ))
            }
            EnableScoring::Disabled { .. } => None,
        };
        let ids = searcher
            .segment_readers()
            .iter()
            .map(SegmentReader::segment_id);
        Ok(Box::new(WordsWeight {
            query: self.clone(),
            sets: ids
                .zip(sets.into_iter().map(|set| Mutex::new(Some(set))))
                .collect(),
            similarity,
        }))
    }
}

struct WordsWeight {
    query: WordsQuery,
    /// The documents of each segment, for the first that asks: mostly there is no second.
    sets: Vec<(tantivy::index::SegmentId, Mutex<Option<BitSet>>)>,
    similarity: Option<Bm25Weight>,
}

impl Weight for WordsWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(entry) = self.query.entries.first() else {
            return Ok(Box::new(EmptyScorer));
        };
        let known = self.sets.iter().find(|(id, _)| *id == reader.segment_id());
        let known = known.and_then(|(_, set)| {
            let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
            set.take()
        });
        let docs = match known {
            Some(set) => set,
            None => self.query.documents(reader)?,
        };
        Ok(Box::new(WordsScorer {
            docs: BitSetDocSet::from(docs),
            similarity: self
                .similarity
                .as_ref()
                .map(|weight| weight.boost_by(boost)),
            norms: reader.get_fieldnorms_reader(entry.field())?,
        }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let score = if scorer.seek(doc) == doc {
            scorer.score()
        } else {
            0.0
        };
        Ok(Explanation::new("one of many words", score))
    }
}

struct WordsScorer {
    docs: BitSetDocSet,
    similarity: Option<Bm25Weight>,
    norms: tantivy::fieldnorm::FieldNormReader,
}

impl DocSet for WordsScorer {
    fn advance(&mut self) -> DocId {
        self.docs.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.docs.doc() < target {
            self.docs.seek(target)
        } else {
            self.docs.doc()
        }
    }

    fn doc(&self) -> DocId {
        self.docs.doc()
    }

    fn size_hint(&self) -> u32 {
        self.docs.size_hint()
    }
}

impl Scorer for WordsScorer {
    fn score(&mut self) -> Score {
        let norm = self.norms.fieldnorm_id(self.doc());
        self.similarity
            .as_ref()
            .map_or(1.0, |weight| weight.score(norm, 1))
    }
}
