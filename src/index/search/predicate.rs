//! Sets of documents that are decided by columns rather than postings, as engine queries.

use std::fmt;
use std::sync::Arc;

use tantivy::query::{
    BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::{BitSet, DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED};

/// Whether a document belongs to a set.
pub(in crate::index) type Test = Box<dyn Fn(DocId) -> bool + Send + Sync>;

/// The documents of one segment that belong to a set.
pub(in crate::index) enum SegmentSet {
    None,
    Docs(BitSet),
    Test(Test),
}

impl SegmentSet {
    pub(in crate::index) fn contains(&self, document: DocId) -> bool {
        match self {
            Self::None => false,
            Self::Docs(docs) => docs.contains(document),
            Self::Test(test) => test(document),
        }
    }
}

impl fmt::Debug for SegmentSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Docs(_) => "Docs",
            Self::Test(_) => "Test",
        })
    }
}

/// Makes the set of a segment.
pub(in crate::index) type MakeSet =
    dyn Fn(&SegmentReader) -> tantivy::Result<SegmentSet> + Send + Sync;

/// A query that a column answers. It scores 0.
#[derive(Clone)]
pub(in crate::index) struct SetQuery(pub(in crate::index) Arc<MakeSet>);

impl fmt::Debug for SetQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetQuery")
    }
}

impl Query for SetQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(SetWeight(Arc::clone(&self.0))))
    }
}

struct SetWeight(Arc<MakeSet>);

impl Weight for SetWeight {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let max_doc = reader.max_doc();
        Ok(match (self.0)(reader)? {
            SegmentSet::None => Box::new(EmptyScorer),
            SegmentSet::Docs(docs) => Box::new(ConstScorer::new(BitSetDocSet::from(docs), 0.0)),
            SegmentSet::Test(test) => {
                Box::new(ConstScorer::new(TestedDocs::new(test, max_doc), 0.0))
            }
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("a filter", 0.0))
    }
}

/// Tests one document after the other; in an intersection, only those the others propose.
struct TestedDocs {
    test: Test,
    doc: DocId,
    max_doc: DocId,
}

impl TestedDocs {
    fn new(test: Test, max_doc: DocId) -> Self {
        let mut docs = Self {
            test,
            doc: 0,
            max_doc,
        };
        docs.doc = docs.first_from(0);
        docs
    }

    fn first_from(&self, start: DocId) -> DocId {
        (start..self.max_doc)
            .find(|&doc| (self.test)(doc))
            .unwrap_or(TERMINATED)
    }
}

impl DocSet for TestedDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.first_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = if target >= self.max_doc {
                TERMINATED
            } else {
                self.first_from(target)
            };
        }
        self.doc
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= self.max_doc {
            self.doc = TERMINATED;
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        // After a miss `doc` is no member of the set, so it must not be taken for one: callers do
        // ask for the same document twice. The next member is not looked for, as another part of
        // the intersection may skip far ahead.
        self.doc = target;
        if (self.test)(target) {
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(target + 1)
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.max_doc
    }
}

/// A query whose documents are to be left out.
///
/// The engine asks an excluded scorer about documents before its own position, which its phrase
/// scorer does not bear; this one answers such questions by position.
#[derive(Debug)]
pub(in crate::index) struct Excluded(pub(in crate::index) Box<dyn Query>);

impl Clone for Excluded {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for Excluded {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let inner = match scoring {
            EnableScoring::Enabled { searcher, .. } => {
                EnableScoring::disabled_from_searcher(searcher)
            }
            disabled @ EnableScoring::Disabled { .. } => disabled,
        };
        Ok(Box::new(ExcludedWeight(self.0.weight(inner)?)))
    }
}

struct ExcludedWeight(Box<dyn Weight>);

impl Weight for ExcludedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let docs = ByPosition(self.0.scorer(reader, boost)?);
        Ok(Box::new(ConstScorer::new(docs, 0.0)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("left out", 0.0))
    }
}

/// Documents that are asked for by position only.
struct ByPosition(Box<dyn Scorer>);

impl DocSet for ByPosition {
    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.0.doc() < target {
            self.0.seek(target)
        } else {
            self.0.doc()
        }
    }

    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn size_hint(&self) -> u32 {
        self.0.size_hint()
    }
}
