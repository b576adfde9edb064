//! The documents that a model learns from: all of them, or as many as fit into a stated amount of
//! memory, chosen by their content alone, so that neither order nor time decides.

use std::collections::BTreeMap;

use super::words::Count;
use crate::analysis::fold;

/// What the documents of a sample cost at most. A document costs one for each of its stems, and a
/// little for its topics and itself; one is nine bytes here, and eight more while a model is made.
pub(super) const MAX_COST: usize = 4_000_000;

/// What a document costs besides its stems and topics.
const DOCUMENT_COST: usize = 16;

/// Topics of a document that are looked at: the first in the order of their folded names.
pub(super) const MAX_TOPICS: usize = 64;

/// Topics whose names are longer than this, in bytes, are no names.
pub(super) const MAX_TOPIC_BYTES: usize = 1_000;

/// A document as it is learned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Example {
    /// The numbers of its stems, in order.
    pub(super) stems: Box<[u64]>,
    /// How often each of them counts, up to 255 times.
    pub(super) times: Box<[u8]>,
    /// Its topics as written, once each, in the order of their folded names.
    pub(super) topics: Box<[Box<str>]>,
}

impl Example {
    fn new(counts: &[Count], topics: &[&str]) -> Self {
        let mut names: Vec<(String, &str)> = topics
            .iter()
            .map(|topic| topic.trim())
            .filter(|topic| !topic.is_empty() && topic.len() <= MAX_TOPIC_BYTES)
            .map(|topic| (fold(topic), topic))
            .collect();
        names.sort_unstable();
        names.dedup_by(|a, b| a.0 == b.0);
        names.truncate(MAX_TOPICS);
        Self {
            stems: counts.iter().map(|count| count.0).collect(),
            times: counts.iter().map(|count| count.1.min(255) as u8).collect(),
            topics: names.iter().map(|name| name.1.into()).collect(),
        }
    }

    fn cost(&self) -> usize {
        let topics = self.topics.iter().map(|topic| 4 + topic.len() / 8);
        DOCUMENT_COST + self.stems.len() + topics.sum::<usize>()
    }

    /// Stands for what the document says; equal documents are one.
    fn hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for (stem, times) in self.stems.iter().zip(&self.times) {
            hasher.update(&stem.to_le_bytes());
            hasher.update(&[*times]);
        }
        for topic in &self.topics {
            hasher.update(&(topic.len() as u64).to_le_bytes());
            hasher.update(topic.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

/// Documents with their topics. What it holds depends on which documents were put in, never on
/// their order; documents that say the same are held once.
#[derive(Debug)]
pub(super) struct Sample {
    /// In the order of their hashes: a random order that is always the same.
    examples: BTreeMap<[u8; 32], Example>,
    cost: usize,
    most: usize,
    /// From this hash on nothing is kept.
    bound: Option<[u8; 32]>,
    seen: u64,
}

impl Sample {
    pub(super) fn new(most: usize) -> Self {
        Self {
            examples: BTreeMap::new(),
            cost: 0,
            most,
            bound: None,
            seen: 0,
        }
    }

    /// Adds a document; one without topics says nothing about topics, and is left out.
    pub(super) fn add(&mut self, counts: &[Count], topics: &[&str]) {
        let example = Example::new(counts, topics);
        if example.topics.is_empty() || example.stems.is_empty() {
            return;
        }
        self.seen += 1;
        let hash = example.hash();
        if self.bound.is_some_and(|bound| hash >= bound) {
            return;
        }
        let cost = example.cost();
        if self.examples.insert(hash, example).is_none() {
            self.cost += cost;
        }
        while self.cost > self.most {
            let Some((last, example)) = self.examples.pop_last() else {
                break;
            };
            self.cost -= example.cost();
            self.bound = Some(last);
        }
    }

    /// Documents with topics and words that were added, also those that are not held.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// The documents, in an order that depends on nothing but them.
    pub(super) fn into_examples(self) -> Vec<Example> {
        self.examples.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Vec<(Vec<Count>, Vec<&'static str>)> {
        (0..40_u64)
            .map(|number| {
                let counts = (0..=number % 7).map(|stem| (number * 100 + stem, 1));
                (
                    counts.collect(),
                    vec![["oil", "Grain"][number as usize % 2]],
                )
            })
            .collect()
    }

    fn sample(most: usize, documents: &[(Vec<Count>, Vec<&str>)]) -> Vec<Example> {
        let mut sample = Sample::new(most);
        for (counts, topics) in documents {
            sample.add(counts, topics);
        }
        sample.into_examples()
    }

    #[test]
    fn the_order_of_documents_does_not_matter() {
        let mut documents = documents();
        for most in [0, 20, 100, 400, 10_000] {
            let expected = sample(most, &documents);
            assert!(expected.iter().map(Example::cost).sum::<usize>() <= most);
            for _ in 0..documents.len() {
                documents.rotate_left(7);
                assert_eq!(sample(most, &documents), expected, "{most}");
            }
            documents.reverse();
            assert_eq!(sample(most, &documents), expected, "{most}");
        }
        assert_eq!(sample(10_000, &documents).len(), 40);
        assert!(sample(400, &documents).len() > 10);
    }

    #[test]
    fn equal_documents_are_one_and_those_without_topics_none() {
        let words = [(1, 1), (2, 300)];
        let mut sample = Sample::new(MAX_COST);
        sample.add(&words, &["oil", " Öl ", "oil", ""]);
        sample.add(&words, &["Öl", "oil"]);
        sample.add(&words, &[]);
        sample.add(&words, &["  "]);
        sample.add(&[], &["oil"]);
        assert_eq!(sample.seen(), 2);
        let examples = sample.into_examples();
        let [example] = examples.as_slice() else {
            panic!("{examples:?}");
        };
        assert_eq!(*example.times, [1, 255]);
        assert_eq!(example.topics.len(), 2, "{:?}", example.topics);
    }
}
