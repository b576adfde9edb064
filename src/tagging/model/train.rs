//! Makes a model of documents that carry topics.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cut::{Scored, Sureness, cut};
use super::sample::{Example, MAX_COST, Sample};
use super::svm::{Plane, Vectors, separate};
use super::weights::Stems;
use super::words::Reader;
use super::{Parts, ThinTopic, Topic, TopicModel};
use crate::Result;
use crate::analysis::fold;
use crate::tagging::Article;

/// Documents with topics that a corpus must have before a model is made.
pub const MIN_TRAINING_DOCUMENTS: usize = 20;

/// Documents that must have a topic, and that must not have it, before the topic is learned.
pub const MIN_TOPIC_DOCUMENTS: usize = 3;

/// Topics that are learned, at most: those of the most documents.
pub const MAX_TOPICS: usize = 1_000;

/// Topics that are known by name only, at most.
pub(super) const MAX_THIN: usize = 5_000;

/// Weights that a topic keeps, at most.
const MAX_WEIGHTS: usize = 10_000;

/// Parts of the documents that are each scored by a model of the other parts.
const FOLDS: usize = 5;

/// Learns topics from documents that carry them.
///
/// Keeps what it needs of a document within a stated amount of memory, at most 100 MB for all: of
/// a corpus that says more, the documents are taken whose hashes are the lowest. The model
/// depends on the documents alone: not on their order, nor on the number of threads.
#[derive(Debug)]
pub struct Trainer {
    reader: Reader,
    sample: Sample,
}

impl Default for Trainer {
    fn default() -> Self {
        Self::new()
    }
}

impl Trainer {
    /// Makes a trainer that has seen nothing.
    pub fn new() -> Self {
        Self::with_cost(MAX_COST)
    }

    pub(super) fn with_cost(most: usize) -> Self {
        Self {
            reader: Reader::default(),
            sample: Sample::new(most),
        }
    }

    /// Takes a document with the topics it declares. One without topics is left out: that nobody
    /// gave it any does not say that it has none.
    pub fn add(&mut self, article: &Article<'_>, topics: &[&str]) {
        if topics.is_empty() {
            return;
        }
        self.reader.read(article);
        self.sample.add(self.reader.counts(), topics);
    }

    /// Makes the model, with up to `threads` threads; `None` if there are too few documents, or
    /// no topic has enough. `go_on` is asked before each topic; its error ends the work.
    ///
    /// # Errors
    /// Those of `go_on`.
    pub fn finish(
        self,
        threads: usize,
        go_on: &(dyn Fn() -> Result<()> + Sync),
    ) -> Result<Option<TopicModel>> {
        let seen = self.sample.seen();
        let examples = self.sample.into_examples();
        if examples.len() < MIN_TRAINING_DOCUMENTS {
            return Ok(None);
        }
        let names = Names::of(&examples);
        if names.learned.is_empty() {
            return Ok(None);
        }
        let stems = Stems::choose(examples.iter().map(|example| &*example.stems));
        let mut vectors = Vectors::default();
        let mut vector = Vec::new();
        for example in &examples {
            let times = example.times.iter().map(|&times| u32::from(times));
            stems.weigh(example.stems.iter().copied().zip(times), &mut vector);
            vectors.push(&vector);
        }
        drop(examples);
        let task = |topic: &Named| learn(&vectors, topic, stems.numbers.len());
        let learned = in_parallel(&names.learned, threads, go_on, &task)?;
        Ok(Some(assemble(seen, vectors.len(), names, stems, learned)))
    }
}

/// A topic of the sample: how it is written, and its documents in order.
struct Named {
    name: String,
    documents: Vec<u32>,
}

/// The topics of a sample, those that are learned and the others, each in the order of names.
struct Names {
    learned: Vec<Named>,
    thin: Vec<Named>,
    left_out: usize,
}

impl Names {
    fn of(examples: &[Example]) -> Self {
        let mut topics: BTreeMap<String, (BTreeMap<&str, u32>, Vec<u32>)> = BTreeMap::new();
        for (document, example) in (0..).zip(examples) {
            for topic in &example.topics {
                let (written, documents) = topics.entry(fold(topic)).or_default();
                *written.entry(topic).or_insert(0) += 1;
                documents.push(document);
            }
        }
        let topics = topics.into_values().map(|(written, documents)| {
            // The most frequent spelling; of equals, the first.
            let best = written
                .iter()
                .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            let name = best.map_or(String::new(), |best| (*best.0).to_owned());
            Named { name, documents }
        });
        let others = |topic: &Named| examples.len() - topic.documents.len();
        let is_learned =
            |topic: &Named| topic.documents.len().min(others(topic)) >= MIN_TOPIC_DOCUMENTS;
        let (mut learned, mut thin): (Vec<_>, Vec<_>) = topics.partition(is_learned);
        let beyond = most(&mut learned, MAX_TOPICS);
        thin.extend(beyond);
        let left_out = most(&mut thin, MAX_THIN).len();
        learned.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        thin.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Self {
            learned,
            thin,
            left_out,
        }
    }
}

/// Keeps the topics of the most documents, and gives the others.
fn most(topics: &mut Vec<Named>, count: usize) -> Vec<Named> {
    topics.sort_unstable_by(|a, b| {
        let by_count = b.documents.len().cmp(&a.documents.len());
        by_count.then_with(|| a.name.cmp(&b.name))
    });
    topics.split_off(count.min(topics.len()))
}

/// What is known of a topic once it is learned.
struct Learned {
    topic: Topic,
    /// Stems by their places, and what each says in steps of the topic's scale; in order.
    weights: Vec<(u32, i8)>,
    /// Margins of the documents that were decided to have it, and whether they do.
    decisions: Vec<Scored>,
}

/// Learns a topic from the places of its documents.
fn learn(vectors: &Vectors, named: &Named, stems: usize) -> Learned {
    let mut is_of = vec![false; vectors.len()];
    for &document in &named.documents {
        is_of[document as usize] = true;
    }
    let all: Vec<u32> = (0..vectors.len() as u32).collect();
    // Every part has its share of both kinds.
    let mut turns = [0; 2];
    let fold_of = |&document: &u32| {
        let turn = &mut turns[usize::from(is_of[document as usize])];
        *turn += 1;
        *turn % FOLDS
    };
    let folds: Vec<usize> = all.iter().map(fold_of).collect();
    let mut scores = Vec::with_capacity(all.len());
    for fold in 0..FOLDS {
        let others = all
            .iter()
            .filter(|&&document| folds[document as usize] != fold);
        let others: Vec<u32> = others.copied().collect();
        let plane = separate(vectors, &others, &is_of, stems);
        let own = all
            .iter()
            .filter(|&&document| folds[document as usize] == fold);
        let score = |&document: &u32| {
            let score = plane.score(vectors.get(document));
            (score, is_of[document as usize])
        };
        scores.extend(own.map(score));
    }
    let cut = cut(&mut scores);
    let decided = scores.iter().filter(|scored| scored.0 >= cut.threshold);
    let decisions = decided.map(|scored| (scored.0 - cut.threshold, scored.1));
    let plane = separate(vectors, &all, &is_of, stems);
    let (scale, weights) = coarse(&plane);
    let topic = Topic {
        name: named.name.clone(),
        documents: named.documents.len() as u32,
        threshold: cut.threshold,
        f1: cut.f1,
        bias: plane.bias,
        scale,
    };
    Learned {
        topic,
        weights,
        decisions: decisions.collect(),
    }
}

/// The weights of a topic as whole steps of a scale, without those that come to none; of very
/// many, those that say most.
fn coarse(plane: &Plane) -> (f32, Vec<(u32, i8)>) {
    let largest = plane.weights.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    let scale = largest / 127.0;
    let steps = |(at, weight): (u32, &f32)| (at, (weight / scale).round() as i8);
    let weights = (0..).zip(&plane.weights).map(steps);
    let mut weights: Vec<(u32, i8)> = weights.filter(|&(_, steps)| steps != 0).collect();
    if weights.len() > MAX_WEIGHTS {
        weights.sort_unstable_by_key(|&(at, steps)| (255 - steps.unsigned_abs(), at));
        weights.truncate(MAX_WEIGHTS);
        weights.sort_unstable();
    }
    (scale, weights)
}

/// Puts topics together to a model.
fn assemble(
    seen: u64,
    documents: usize,
    names: Names,
    stems: Stems,
    learned: Vec<Learned>,
) -> TopicModel {
    let mut topics = Vec::with_capacity(learned.len());
    let mut decisions = Vec::new();
    let mut ends = vec![0_u32; stems.numbers.len()];
    for one in &learned {
        for (stem, _) in &one.weights {
            ends[*stem as usize] += 1;
        }
    }
    let mut total = 0;
    for end in &mut ends {
        total += *end;
        *end = total - *end;
    }
    let mut weights = vec![(0, 0); total as usize];
    for (number, one) in (0..).zip(learned) {
        for (stem, steps) in one.weights {
            // Begins as the start of the row, and is its end when every topic was here.
            let end = &mut ends[stem as usize];
            weights[*end as usize] = (number, steps);
            *end += 1;
        }
        decisions.extend(one.decisions);
        topics.push(one.topic);
    }
    let thin = names.thin.into_iter().map(|named| ThinTopic {
        name: named.name,
        documents: named.documents.len() as u32,
    });
    TopicModel::new(Parts {
        seen,
        documents: documents as u32,
        left_out: names.left_out as u32,
        topics,
        thin: thin.collect(),
        sureness: Sureness::learn(decisions),
        stems,
        ends,
        weights,
    })
}

/// Does the tasks with several threads; results are in the order of tasks.
fn in_parallel<T: Sync, R: Send>(
    tasks: &[T],
    threads: usize,
    go_on: &(dyn Fn() -> Result<()> + Sync),
    work: &(dyn Fn(&T) -> R + Sync),
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    let run = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(number) else {
                return done;
            };
            if let Err(error) = go_on() {
                next.store(tasks.len(), Ordering::Relaxed);
                let mut failed = failed
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                failed.get_or_insert(error);
                return done;
            }
            done.push((number, work(task)));
        }
    };
    let threads = threads.clamp(1, tasks.len().max(1));
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    let failed = failed
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(error) = failed {
        return Err(error);
    }
    done.sort_unstable_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
