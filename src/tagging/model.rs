//! A model of the topics of a corpus: which stems speak for and against each topic, learned from
//! the documents that declare theirs.
//!
//! An article is a vector of weights of its stems (`weights`), a topic a plane that separates its
//! documents from the others (`svm`), and an article has the topics whose scores reach their
//! thresholds (`cut`). What it is learned from, and in which bounds, is in `sample` and `train`.

mod bytes;
mod cut;
mod sample;
mod svm;
#[cfg(test)]
mod tests;
mod train;
mod weights;
mod words;

use std::ops::Range;

use super::tags::TextField;
use cut::Sureness;
pub use train::{MAX_TOPICS, MIN_TOPIC_DOCUMENTS, MIN_TRAINING_DOCUMENTS, Trainer};
use weights::{Stems, Weighted};
pub(crate) use words::Reader;

/// What a corpus taught about its topics; made by a [`Trainer`], kept as bytes beside an index.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicModel {
    parts: Parts,
    hash: [u8; 32],
}

/// What a model consists of.
#[derive(Debug, Clone, PartialEq, Default)]
struct Parts {
    /// Documents with topics that were there.
    seen: u64,
    /// Documents that were learned from.
    documents: u32,
    /// Topics of which not even the name was kept.
    left_out: u32,
    topics: Vec<Topic>,
    thin: Vec<ThinTopic>,
    sureness: Sureness,
    stems: Stems,
    /// For each stem the end of its weights, which begin where those before end.
    ends: Vec<u32>,
    /// Places of topics, ascending for each stem, and what the stem says in steps of their scales.
    weights: Vec<(u16, i8)>,
}

/// A topic that was learned.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Topic {
    /// How most documents write it.
    pub name: String,
    /// Documents that it was learned from.
    pub documents: u32,
    /// The score from which on an article has it.
    pub threshold: f32,
    /// The F1 of its decisions on documents that were kept back from those who decided, 0 to 1.
    pub f1: f32,
    bias: f32,
    scale: f32,
}

/// A topic of too few documents to be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThinTopic {
    /// How most documents write it.
    pub name: String,
    /// Documents that have it.
    pub documents: u32,
}

/// A topic that an article has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    /// The place of the topic in the model.
    pub(crate) topic: usize,
    /// How often such decisions are right, 0 to 1.
    pub(crate) confidence: f32,
    /// What speaks for it, most telling first.
    pub(crate) evidence: Vec<Evidence>,
}

/// A word that speaks for a topic, where it stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// Where the word stands.
    pub field: TextField,
    /// Its bytes there.
    pub range: Range<usize>,
    /// Which share of all that speaks for the topic this word has, wherever it stands, 0 to 1.
    pub share: f32,
}

/// Words that are shown for a topic, at most.
const MAX_EVIDENCE: usize = 5;

/// Places that are shown of a word, at most: the first ones.
const MAX_PLACES: usize = 3;

impl TopicModel {
    fn new(parts: Parts) -> Self {
        let hash = bytes::seal_of(&bytes::encode(&parts));
        Self { parts, hash }
    }

    /// The topics that it knows, in the order of their names.
    pub fn topics(&self) -> &[Topic] {
        &self.parts.topics
    }

    /// The topics of too few documents, in the order of their names.
    pub fn thin_topics(&self) -> &[ThinTopic] {
        &self.parts.thin
    }

    /// Topics of which not even the name was kept, because there were too many.
    pub fn left_out(&self) -> u32 {
        self.parts.left_out
    }

    /// Documents that it was learned from; documents that say the same are one.
    pub fn documents(&self) -> u32 {
        self.parts.documents
    }

    /// Documents with topics that were there to learn from.
    pub fn seen(&self) -> u64 {
        self.parts.seen
    }

    /// Stems that it knows.
    pub fn stem_count(&self) -> usize {
        self.parts.stems.numbers.len()
    }

    /// Stands for all of it: models with equal hashes decide the same.
    pub fn hash(&self) -> String {
        blake3::Hash::from_bytes(self.hash).to_hex().to_string()
    }

    /// The topics of an article that was just read, in the order of their names.
    pub(crate) fn decide(&self, reader: &mut Reader) -> Vec<Decision> {
        let parts = &self.parts;
        let mut vector = Vec::new();
        parts
            .stems
            .weigh(reader.counts().iter().copied(), &mut vector);
        if vector.is_empty() {
            return Vec::new();
        }
        let mut sums = vec![0.0_f32; parts.topics.len()];
        for &(stem, x) in &vector {
            for &(topic, steps) in self.row(stem) {
                sums[usize::from(topic)] += x * f32::from(steps);
            }
        }
        let scores = parts.topics.iter().zip(sums);
        let margins = scores.map(|(topic, sum)| topic.bias + topic.scale * sum - topic.threshold);
        let reached = margins.enumerate().filter(|(_, margin)| *margin >= 0.0);
        let mut decisions: Vec<Decision> = reached
            .map(|(topic, margin)| Decision {
                topic,
                confidence: parts.sureness.at(margin),
                evidence: Vec::new(),
            })
            .collect();
        if !decisions.is_empty() {
            self.explain(&mut decisions, &vector, reader);
        }
        decisions
    }

    fn row(&self, stem: u32) -> &[(u16, i8)] {
        let stem = stem as usize;
        let start = stem
            .checked_sub(1)
            .map_or(0, |before| self.parts.ends[before]);
        let row = start as usize..self.parts.ends[stem] as usize;
        self.parts.weights.get(row).unwrap_or(&[])
    }

    /// Says of each decision which words speak for it, and where they stand.
    fn explain(&self, decisions: &mut [Decision], vector: &[Weighted], reader: &Reader) {
        let telling: Vec<Vec<(u64, f32)>> = decisions
            .iter()
            .map(|decision| self.telling(decision.topic as u16, vector))
            .collect();
        let mut shown: Vec<u64> = telling.iter().flatten().map(|word| word.0).collect();
        shown.sort_unstable();
        shown.dedup();
        let found = Found::new(&shown, reader);
        for (decision, telling) in decisions.iter_mut().zip(telling) {
            for (stem, share) in telling {
                let places = found.places(stem).take(MAX_PLACES);
                decision
                    .evidence
                    .extend(places.map(|(field, range)| Evidence {
                        field,
                        range: range.clone(),
                        share,
                    }));
            }
        }
    }

    /// The stems that say most for a topic, most telling first, with their shares.
    fn telling(&self, topic: u16, vector: &[Weighted]) -> Vec<(u64, f32)> {
        let says = |&(stem, x): &Weighted| {
            let row = self.row(stem);
            let at = row.binary_search_by_key(&topic, |weight| weight.0).ok()?;
            let says = x * f32::from(row[at].1);
            (says > 0.0).then(|| (self.parts.stems.numbers[stem as usize], says))
        };
        let mut telling: Vec<(u64, f32)> = vector.iter().filter_map(says).collect();
        let total: f32 = telling.iter().map(|word| word.1).sum();
        telling.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        telling.truncate(MAX_EVIDENCE);
        for (_, says) in &mut telling {
            *says /= total;
        }
        telling
    }
}

/// Where stems stand in an article.
struct Found(Vec<(u64, TextField, Range<usize>)>);

impl Found {
    /// Finds stems, which ascend; each in a few places only.
    fn new(stems: &[u64], reader: &Reader) -> Self {
        let mut found = Vec::new();
        let mut counts = vec![0; stems.len()];
        for field in TextField::ALL {
            for (position, stem) in (0..).zip(reader.stems(field)) {
                if let Ok(at) = stems.binary_search(stem)
                    && counts[at] < MAX_PLACES
                    && let Some(place) = reader.place(field, position, position)
                {
                    counts[at] += 1;
                    found.push((*stem, field, place));
                }
            }
        }
        Self(found)
    }

    fn places(&self, stem: u64) -> impl Iterator<Item = (TextField, &Range<usize>)> {
        let of_stem = self.0.iter().filter(move |found| found.0 == stem);
        of_stem.map(|(_, field, range)| (*field, range))
    }
}
