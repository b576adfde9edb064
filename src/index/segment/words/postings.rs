//! The numbers of a text's words, sorted into postings and written.

use tantivy::DocId;
use tantivy::Segment;
use tantivy::directory::{CompositeWrite, FileSlice};
use tantivy::fieldnorm::{FieldNormReader, FieldNormsSerializer};
use tantivy::index::SegmentComponent;
use tantivy::postings::FieldSerializer;
use tantivy::schema::{Field, IndexRecordOption};

use super::log::{Finder, WordLog};
use super::ranks::Ranks;

/// Bytes of memory that writing takes for a text of so many words, made of so many different ones, about:
/// besides them, no more than for the places of one word in one document. `at_once`: how many are sorted
/// at once.
pub(super) fn memory(words: usize, different: usize, at_once: usize) -> usize {
    let counted = 3 * size_of::<u32>() * different;
    let sorted = words.min(at_once) * size_of::<u32>();
    counted + Ranks::memory_of_both(different) + sorted + Finder::memory(words)
}

/// The files that postings are written to.
pub(super) struct PostingsFiles {
    terms: CompositeWrite,
    postings: CompositeWrite,
    positions: CompositeWrite,
}

impl PostingsFiles {
    pub(super) const KINDS: [SegmentComponent; 3] = [
        SegmentComponent::Terms,
        SegmentComponent::Postings,
        SegmentComponent::Positions,
    ];

    /// Creates the files of a segment.
    pub(super) fn create(segment: &Segment) -> tantivy::Result<Self> {
        let [terms, postings, positions] = Self::KINDS.map(|kind| segment.open_write(kind));
        Ok(Self {
            terms: CompositeWrite::wrap(terms?),
            postings: CompositeWrite::wrap(postings?),
            positions: CompositeWrite::wrap(positions?),
        })
    }

    /// Writes a field whose parts of the three files, in the order of [`KINDS`](Self::KINDS), are
    /// made already.
    pub(super) fn copy(&mut self, field: Field, parts: [&[u8]; 3]) -> std::io::Result<()> {
        use std::io::Write as _;
        let files = [&mut self.terms, &mut self.postings, &mut self.positions];
        for (file, part) in files.into_iter().zip(parts) {
            file.for_field(field).write_all(part)?;
        }
        Ok(())
    }

    /// Ends the files.
    pub(super) fn close(self) -> std::io::Result<()> {
        self.terms.close()?;
        self.postings.close()?;
        self.positions.close()
    }
}

/// A text of all documents, to be written in both forms.
pub(super) struct TextPostings<'a> {
    log: &'a WordLog,
    finder: Finder<'a>,
    /// Words that are sorted at once.
    at_once: usize,
    /// How often each word stands there.
    counts: Vec<u32>,
    /// What the engine keeps of the length of each document.
    lengths: Vec<u8>,
}

impl<'a> TextPostings<'a> {
    /// `different`: how many words have numbers. What is more than `at_once` is sorted part by part.
    pub(super) fn of(log: &'a WordLog, documents: DocId, different: usize, at_once: usize) -> Self {
        let mut counts = vec![0; different];
        log.each(|number| counts[number as usize] += 1);
        let mut lengths = vec![FieldNormReader::fieldnorm_to_id(0); documents as usize];
        for (document, length) in log.lengths() {
            lengths[document as usize] = FieldNormReader::fieldnorm_to_id(length);
        }
        Self {
            log,
            finder: log.finder(),
            at_once,
            counts,
            lengths,
        }
    }

    /// Writes the lengths of the documents.
    pub(super) fn write_lengths(
        &self,
        field: Field,
        to: &mut FieldNormsSerializer,
    ) -> std::io::Result<()> {
        to.serialize_field(field, &self.lengths)
    }

    /// Writes a form of the text.
    pub(super) fn write(
        &self,
        field: Field,
        ranks: &Ranks<'_>,
        files: &mut PostingsFiles,
    ) -> tantivy::Result<()> {
        if self.log.words() == 0 {
            return Ok(());
        }
        let lengths = FieldNormReader::open(FileSlice::from(self.lengths.clone()))?;
        let mut serializer = FieldSerializer::create(
            IndexRecordOption::WithFreqsAndPositions,
            u64::from(self.log.words()),
            files.terms.for_field(field),
            files.postings.for_field(field),
            files.positions.for_field(field),
            Some(lengths),
        )?;
        let mut counts = vec![0_u32; ranks.terms().len()];
        for (number, count) in (0..).zip(&self.counts) {
            counts[ranks.of_word(number) as usize] += count;
        }
        let mut sorted = Vec::new();
        let mut distances = Vec::new();
        let mut first = 0;
        while first < counts.len() {
            let part = self.part(&counts[first..]);
            let terms = &ranks.terms()[first..first + part.len()];
            match (terms, part) {
                // What it would be sorted into is there already.
                ([term], [count]) if *count as usize > self.at_once => {
                    let places = |f: &mut dyn FnMut(u32)| self.each_of(ranks, first, f);
                    self.write_term(term, places, &mut distances, &mut serializer)?;
                }
                _ => {
                    let mut start = 0;
                    for (term, end) in terms.iter().zip(self.sort(ranks, first, part, &mut sorted))
                    {
                        let its = &sorted[start..end as usize];
                        start = end as usize;
                        if its.is_empty() {
                            continue;
                        }
                        let places =
                            |f: &mut dyn FnMut(u32)| its.iter().for_each(|place| f(*place));
                        self.write_term(term, places, &mut distances, &mut serializer)?;
                    }
                }
            }
            first += part.len();
        }
        Ok(serializer.close()?)
    }

    /// As many of these terms, at least one, as are sorted at once.
    fn part<'c>(&self, counts: &'c [u32]) -> &'c [u32] {
        let mut total = 0;
        let fits = |count: &&u32| {
            total += **count as usize;
            total <= self.at_once
        };
        let fitting = counts.iter().take_while(fits).count();
        &counts[..fitting.clamp(1, counts.len())]
    }

    /// Gives the places of a term to `f`: which of all words it is, in order.
    fn each_of(&self, ranks: &Ranks<'_>, term: usize, f: &mut dyn FnMut(u32)) {
        let mut word = 0;
        self.log.each(|number| {
            if ranks.of_word(number) as usize == term {
                f(word);
            }
            word += 1;
        });
    }

    /// Puts the places of terms behind each other into `sorted`, and tells where those of each end.
    /// `counts`: how many each has, from the `first` on.
    fn sort(
        &self,
        ranks: &Ranks<'_>,
        first: usize,
        counts: &[u32],
        sorted: &mut Vec<u32>,
    ) -> Vec<u32> {
        let mut total = 0;
        let mut next: Vec<u32> = Vec::with_capacity(counts.len());
        for count in counts {
            next.push(total);
            total += count;
        }
        sorted.clear();
        sorted.resize(total as usize, 0);
        let mut word = 0;
        self.log.each(|number| {
            let term = (ranks.of_word(number) as usize).wrapping_sub(first);
            if let Some(next) = next.get_mut(term) {
                sorted[*next as usize] = word;
                *next += 1;
            }
            word += 1;
        });
        next
    }

    /// Writes a term whose places are given out by `places`, as often as it is asked.
    fn write_term(
        &self,
        term: &[u8],
        places: impl Fn(&mut dyn FnMut(u32)),
        distances: &mut Vec<u32>,
        serializer: &mut FieldSerializer<'_>,
    ) -> std::io::Result<()> {
        let (mut near, mut before, mut documents) = (0, None, 0);
        places(&mut |word| {
            let (document, _) = self.finder.find(word, &mut near);
            documents += u32::from(before.replace(document) != Some(document));
        });
        serializer.new_term(term, documents, true)?;
        let mut near = 0;
        let mut current: Option<(DocId, u32)> = None;
        places(&mut |word| {
            let (document, position) = self.finder.find(word, &mut near);
            let distance = match current {
                Some((same, last)) if same == document => position - last,
                before => {
                    if let Some((document, _)) = before {
                        serializer.write_doc(document, distances.len() as u32, distances);
                    }
                    distances.clear();
                    position
                }
            };
            distances.push(distance);
            current = Some((document, position));
        });
        if let Some((document, _)) = current {
            serializer.write_doc(document, distances.len() as u32, distances);
        }
        serializer.close_term()
    }
}
