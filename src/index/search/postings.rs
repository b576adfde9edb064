//! The documents and positions of a slot in one segment.

use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::expand::Entry;
use super::watch::Watch;

/// Words that are read side by side; the postings of more are put together beforehand.
const MOST_CURSORS: usize = 64;
/// The most positions that are put together.
pub(in crate::index) const MAX_POSITIONS: u64 = 32 << 20;

/// Documents of a segment.
pub(in crate::index) struct Docs(Vec<u64>);

impl Docs {
    pub(in crate::index) fn none(reader: &SegmentReader) -> Self {
        Self(vec![0; reader.max_doc().div_ceil(64) as usize])
    }

    fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.0.get_mut(doc as usize / 64) {
            *word |= 1 << (doc % 64);
        }
    }

    fn contains(&self, doc: DocId) -> bool {
        self.0
            .get(doc as usize / 64)
            .is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Keeps those that `other` has, too.
    pub(in crate::index) fn intersect(mut self, other: &Self) -> Self {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
        self
    }

    /// Adds those that `other` has.
    pub(in crate::index) fn unite(mut self, other: &Self) -> Self {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
        self
    }
}

/// Where the words of a slot are in a segment.
pub(in crate::index) struct SlotWords {
    words: Vec<(Field, TermInfo)>,
}

/// Why the words of a slot cannot be put together: how many positions there are.
pub(in crate::index) struct TooWide(pub(in crate::index) u64);

impl SlotWords {
    pub(in crate::index) fn find(
        entries: &[Entry],
        reader: &SegmentReader,
        watch: &Watch,
    ) -> tantivy::Result<Self> {
        let mut words = Vec::new();
        for entry in entries {
            let field = entry.field();
            entry.visit(reader, watch, |info| {
                words.push((field, info.clone()));
                Ok(())
            })?;
        }
        Ok(Self { words })
    }

    /// Documents, those counted twice that have two of the words.
    pub(in crate::index) fn frequency(&self) -> u64 {
        self.words
            .iter()
            .map(|(_, info)| u64::from(info.doc_freq))
            .sum()
    }

    /// Whether they have to be put together, for which it helps to know the documents that matter.
    pub(in crate::index) fn is_wide(&self) -> bool {
        self.words.len() > MOST_CURSORS
    }

    /// The documents with one of the words.
    pub(in crate::index) fn documents(
        &self,
        reader: &SegmentReader,
        watch: &Watch,
    ) -> tantivy::Result<Docs> {
        let mut docs = Docs::none(reader);
        self.each(reader, watch, IndexRecordOption::Basic, |found, _| {
            docs.insert(found);
        })?;
        Ok(docs)
    }

    fn each(
        &self,
        reader: &SegmentReader,
        watch: &Watch,
        option: IndexRecordOption,
        mut visit: impl FnMut(DocId, u32),
    ) -> tantivy::Result<()> {
        for (count, (field, info)) in self.words.iter().enumerate() {
            if count % 1024 == 1023 && !watch.goes_on() {
                return Ok(());
            }
            let inverted = reader.inverted_index(*field)?;
            let mut postings = inverted.read_block_postings_from_terminfo(info, option)?;
            while !postings.docs().is_empty() {
                for (at, &doc) in postings.docs().iter().enumerate() {
                    let frequency = postings.freqs().get(at).copied().unwrap_or(1);
                    visit(doc, frequency);
                }
                postings.advance();
            }
        }
        Ok(())
    }

    /// Opens the postings; of a wide slot, only those of `candidates`.
    pub(in crate::index) fn open(
        self,
        reader: &SegmentReader,
        watch: &Watch,
        candidates: Option<&Docs>,
    ) -> tantivy::Result<Result<SlotPostings, TooWide>> {
        if !self.is_wide() {
            let mut cursors = Vec::with_capacity(self.words.len());
            for (field, info) in &self.words {
                let inverted = reader.inverted_index(*field)?;
                cursors.push(
                    inverted.read_postings_from_terminfo(
                        info,
                        IndexRecordOption::WithFreqsAndPositions,
                    )?,
                );
            }
            return Ok(Ok(SlotPostings::Cursors(cursors)));
        }
        let matters = |doc: DocId| candidates.is_none_or(|candidates| candidates.contains(doc));
        let mut ends = vec![0_u32; reader.max_doc() as usize];
        let mut total = 0_u64;
        self.each(reader, watch, IndexRecordOption::WithFreqs, |doc, count| {
            if matters(doc) {
                total += u64::from(count);
                ends[doc as usize] = ends[doc as usize].saturating_add(count);
            }
        })?;
        if total > MAX_POSITIONS {
            return Ok(Err(TooWide(total)));
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut positions = vec![0_u32; total as usize];
        let mut buffer = Vec::new();
        for (count, (field, info)) in self.words.iter().enumerate() {
            if count % 1024 == 1023 && !watch.goes_on() {
                break;
            }
            let inverted = reader.inverted_index(*field)?;
            let mut postings = inverted
                .read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions)?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if matters(doc) {
                    postings.positions(&mut buffer);
                    let end = &mut ends[doc as usize];
                    let from = *end as usize;
                    if let Some(room) = positions.get_mut(from..from + buffer.len()) {
                        room.copy_from_slice(&buffer);
                        *end += buffer.len() as u32;
                    }
                }
                doc = postings.advance();
            }
        }
        Ok(Ok(SlotPostings::Joined(Joined {
            ends,
            positions,
            doc: 0,
        })))
    }
}

/// The postings of a slot, from one document on to the next.
pub(in crate::index) enum SlotPostings {
    Cursors(Vec<SegmentPostings>),
    Joined(Joined),
}

/// The positions of many words, document by document.
pub(in crate::index) struct Joined {
    ends: Vec<u32>,
    positions: Vec<u32>,
    doc: DocId,
}

impl SlotPostings {
    /// The first document from `target` on; targets never go back.
    pub(in crate::index) fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Cursors(cursors) => {
                let mut first = TERMINATED;
                for cursor in cursors {
                    let mut doc = cursor.doc();
                    if doc < target {
                        doc = cursor.seek(target);
                    }
                    first = first.min(doc);
                }
                first
            }
            Self::Joined(joined) => {
                if joined.doc < target {
                    joined.doc = target;
                }
                while joined.doc < TERMINATED && joined.range(joined.doc).is_empty() {
                    joined.doc += 1;
                    if joined.doc as usize >= joined.ends.len() {
                        joined.doc = TERMINATED;
                    }
                }
                joined.doc
            }
        }
    }

    /// Puts the positions in a document into `into`, ascending, none twice.
    pub(in crate::index) fn positions(&mut self, doc: DocId, into: &mut Vec<u32>) {
        into.clear();
        let mut sources = 0;
        match self {
            Self::Cursors(cursors) => {
                for cursor in cursors {
                    if cursor.doc() == doc {
                        cursor.append_positions_with_offset(0, into);
                        sources += 1;
                    }
                }
            }
            Self::Joined(joined) => {
                into.extend_from_slice(&joined.positions[joined.range(doc)]);
                sources = 2;
            }
        }
        if sources > 1 {
            into.sort_unstable();
            into.dedup();
        }
    }
}

impl Joined {
    fn range(&self, doc: DocId) -> std::ops::Range<usize> {
        let doc = doc as usize;
        let start = match doc.checked_sub(1) {
            Some(before) => self.ends.get(before),
            None => Some(&0),
        };
        match (start, self.ends.get(doc)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }
}
