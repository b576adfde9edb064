//! A model as bytes: compact, the same for the same model, and read without trust.
//!
//! ```text
//! "pmtm" · version u32 · length of the analysis' name u32 · the name
//! seen u64 · documents, left out, topics, thin topics, steps, stems, weights u32 each
//! topics:  length of the name u32, name, documents u32, threshold, f1, bias, scale f32
//! thin:    length of the name u32, name, documents u32
//! steps:   margin f32, share f32
//! stems:   numbers u64 …, rarity f32 …, ends u32 …
//! weights: topics u16 …, steps i8 …
//! BLAKE3 of all before, 32 bytes
//! ```
//! Numbers are little-endian.

use super::cut::{MAX_STEPS, Sureness};
use super::sample::MAX_TOPIC_BYTES;
use super::train::{MAX_THIN, MAX_TOPICS};
use super::weights::{MAX_STEMS, Stems};
use super::{Parts, ThinTopic, Topic, TopicModel};
use crate::analysis::ANALYSIS_VERSION;
use crate::{Error, ErrorKind, Result};

const MAGIC: [u8; 4] = *b"pmtm";

/// Changes with whatever changes what the bytes mean.
const VERSION: u32 = 1;

const HASH: usize = 32;

/// The most bytes that the name of a topic has.
pub(crate) const MAX_NAME_BYTES: usize = MAX_TOPIC_BYTES;

/// The hash that ends the bytes of a model.
pub(super) fn seal_of(bytes: &[u8]) -> [u8; HASH] {
    let seal = bytes.last_chunk::<HASH>();
    seal.copied().unwrap_or_default()
}

pub(super) fn encode(parts: &Parts) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let number = |out: &mut Vec<u8>, number: usize| {
        out.extend_from_slice(&(number as u32).to_le_bytes());
    };
    number(&mut out, VERSION as usize);
    number(&mut out, ANALYSIS_VERSION.len());
    out.extend_from_slice(ANALYSIS_VERSION.as_bytes());
    out.extend_from_slice(&parts.seen.to_le_bytes());
    for count in [
        parts.documents as usize,
        parts.left_out as usize,
        parts.topics.len(),
        parts.thin.len(),
        parts.sureness.steps.len(),
        parts.stems.numbers.len(),
        parts.weights.len(),
    ] {
        number(&mut out, count);
    }
    for topic in &parts.topics {
        number(&mut out, topic.name.len());
        out.extend_from_slice(topic.name.as_bytes());
        number(&mut out, topic.documents as usize);
        for value in [topic.threshold, topic.f1, topic.bias, topic.scale] {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
    for topic in &parts.thin {
        number(&mut out, topic.name.len());
        out.extend_from_slice(topic.name.as_bytes());
        number(&mut out, topic.documents as usize);
    }
    for (margin, share) in &parts.sureness.steps {
        out.extend_from_slice(&margin.to_le_bytes());
        out.extend_from_slice(&share.to_le_bytes());
    }
    let stems = &parts.stems;
    out.extend(stems.numbers.iter().flat_map(|number| number.to_le_bytes()));
    out.extend(stems.rarity.iter().flat_map(|rarity| rarity.to_le_bytes()));
    out.extend(parts.ends.iter().flat_map(|end| end.to_le_bytes()));
    out.extend(
        parts
            .weights
            .iter()
            .flat_map(|weight| weight.0.to_le_bytes()),
    );
    out.extend(
        parts
            .weights
            .iter()
            .flat_map(|weight| weight.1.to_le_bytes()),
    );
    let hash = blake3::hash(&out);
    out.extend_from_slice(hash.as_bytes());
    out
}

impl TopicModel {
    /// The model as bytes, to be written to a file; equal for equal models.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(&self.parts)
    }

    /// Reads a model.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not those of a model, or not all of them;
    /// [`ErrorKind::Version`] if another version of this crate wrote them.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let Some((content, seal)) = bytes.split_last_chunk::<HASH>() else {
            return Err(damaged("it is too short"));
        };
        let mut rest = Bytes(content);
        if rest.array::<4>() != Some(MAGIC) {
            return Err(damaged("it does not begin as one does"));
        }
        let version = rest.number();
        let length = rest.number();
        let analysis = length.and_then(|length| rest.take(length as usize));
        if blake3::hash(content).as_bytes() != seal {
            return Err(damaged("its bytes are not those that were written"));
        }
        if version != Some(VERSION) || analysis != Some(ANALYSIS_VERSION.as_bytes()) {
            let what = "the model of topics was made by another version of pressmark";
            return Err(Error::new(ErrorKind::Version, what).with_hint(HINT));
        }
        let parts = decode(&mut rest).ok_or_else(|| damaged("its parts do not fit together"))?;
        Ok(Self { parts, hash: *seal })
    }
}

const HINT: &str = "learn the topics again with `pressmark index --retag`";

fn damaged(what: &str) -> Error {
    let message = format!("the model of topics is damaged: {what}");
    Error::new(ErrorKind::Damaged, message).with_hint(HINT)
}

/// Everything behind the versions; `None` if anything is not as it can have been written.
fn decode(rest: &mut Bytes<'_>) -> Option<Parts> {
    let seen = u64::from_le_bytes(rest.array()?);
    let documents = rest.number()?;
    let left_out = rest.number()?;
    let topics = rest.count(MAX_TOPICS)?;
    let thin = rest.count(MAX_THIN)?;
    let steps = rest.count(MAX_STEPS)?;
    let stems = rest.count(MAX_STEMS)?;
    let weights = rest.count(u32::MAX as usize)?;
    let topics: Vec<Topic> = (0..topics).map(|_| rest.topic()).collect::<Option<_>>()?;
    let thin = (0..thin).map(|_| rest.thin()).collect::<Option<_>>()?;
    let step = |rest: &mut Bytes<'_>| Some((rest.real()?, rest.real()?));
    let steps = (0..steps).map(|_| step(rest)).collect::<Option<_>>()?;
    let numbers = rest.column(stems, u64::from_le_bytes)?;
    let rarity = rest.column(stems, f32::from_le_bytes)?;
    let ends = rest.column(stems, u32::from_le_bytes)?;
    let of = rest.column(weights, u16::from_le_bytes)?;
    let says = rest.column(weights, i8::from_le_bytes)?;
    let parts = Parts {
        seen,
        documents,
        left_out,
        topics,
        thin,
        sureness: Sureness { steps },
        stems: Stems { numbers, rarity },
        ends,
        weights: of.into_iter().zip(says).collect(),
    };
    (rest.0.is_empty() && is_sound(&parts)).then_some(parts)
}

/// Whether every place points into what it speaks of, and every order is kept.
fn is_sound(parts: &Parts) -> bool {
    let stems = &parts.stems;
    let mut start = 0;
    let mut are_rows = parts.ends.last().map_or(0, |&end| end as usize) == parts.weights.len();
    for &end in &parts.ends {
        let row = parts.weights.get(start..end as usize);
        are_rows &= row.is_some_and(|row| row.is_sorted_by(|a, b| a.0 < b.0));
        start = end as usize;
    }
    are_rows
        && stems.numbers.is_sorted_by(|a, b| a < b)
        && stems
            .rarity
            .iter()
            .all(|&rarity| rarity >= 0.0 && rarity.is_finite())
        && parts
            .weights
            .iter()
            .all(|weight| usize::from(weight.0) < parts.topics.len())
        && parts.sureness.steps.is_sorted_by(|a, b| a.0 <= b.0)
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number of things; each of them takes a byte at least.
    fn count(&mut self, most: usize) -> Option<usize> {
        let count = self.number()? as usize;
        (count <= most && count <= self.0.len()).then_some(count)
    }

    /// A number that is one.
    fn real(&mut self) -> Option<f32> {
        self.array()
            .map(f32::from_le_bytes)
            .filter(|x| x.is_finite())
    }

    fn name(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        let bytes = self.take(length)?;
        (length <= MAX_NAME_BYTES).then_some(())?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }

    fn topic(&mut self) -> Option<Topic> {
        Some(Topic {
            name: self.name()?,
            documents: self.number()?,
            threshold: self.real()?,
            f1: self.real()?,
            bias: self.real()?,
            scale: self.real()?,
        })
    }

    fn thin(&mut self) -> Option<ThinTopic> {
        Some(ThinTopic {
            name: self.name()?,
            documents: self.number()?,
        })
    }

    fn column<const N: usize, T>(
        &mut self,
        count: usize,
        read: impl Fn([u8; N]) -> T,
    ) -> Option<Vec<T>> {
        let bytes = self.take(count.checked_mul(N)?)?;
        let (values, _) = bytes.as_chunks::<N>();
        Some(values.iter().map(|&value| read(value)).collect())
    }
}
