//! What texts of a collection have in common, so that each block need not say it again.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zstd::zstd_safe::CDict;

/// The level of compression: the first at which blocks are as small as those of the levels above,
/// but for ones that take several times as long.
pub(super) const LEVEL: i32 = 3;

/// Bytes of texts that a dictionary is trained on. A segment of less has none: it would take more
/// than it saves. With four times as much, blocks would be a hundredth smaller.
pub(super) const SAMPLE_BYTES: usize = 1 << 20;

/// As many bytes of texts wait for a sample to come together, at most: of long texts there is little
/// in it, and they gain little by a dictionary.
pub(super) const MOST_WAITING: usize = 4 << 20;

/// The most bytes of a dictionary. With half as much, blocks would be a thirtieth larger; one of
/// more has to be read by every process that shows a snippet.
const MOST_BYTES: usize = 64 << 10;

/// The most bytes of one text in a sample: a long one should not be all there is.
const MOST_OF_ONE: usize = 16 << 10;

/// What a text of so many bytes is in a sample.
pub(super) fn sampled(length: usize) -> usize {
    length.min(MOST_OF_ONE)
}

/// A dictionary, ready to compress with.
pub(super) struct Dictionary {
    bytes: Vec<u8>,
    made: CDict<'static>,
}

impl Dictionary {
    /// Makes a dictionary ready; `None` if it is none.
    pub(super) fn of(bytes: Vec<u8>) -> Option<Arc<Self>> {
        let made = CDict::try_create(&bytes, LEVEL)?;
        Some(Arc::new(Self { bytes, made }))
    }

    /// Trains a dictionary on the first of some texts, which lie one behind the other; `None` if they
    /// have too little in common, or are too few.
    fn train(texts: &[u8], lengths: &[usize]) -> Option<Arc<Self>> {
        let mut sample = Vec::with_capacity(SAMPLE_BYTES + MOST_OF_ONE);
        let mut sizes = Vec::new();
        let mut rest = texts;
        for &length in lengths {
            let text = rest.split_off(..length)?;
            let part = &text[..sampled(length)];
            sample.extend_from_slice(part);
            sizes.push(part.len());
            if sample.len() >= SAMPLE_BYTES {
                break;
            }
        }
        let bytes = zstd::dict::from_continuous(&sample, &sizes, MOST_BYTES).ok()?;
        Self::of(bytes)
    }

    /// As it lies in a file.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What compresses with it.
    pub(super) fn made(&self) -> &CDict<'static> {
        &self.made
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dictionary({} bytes)", self.bytes.len())
    }
}

/// The dictionary of new segments, which all writers of an index share.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedDictionary(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    dictionary: Option<Arc<Dictionary>>,
    /// Whether the segments that were there were looked at.
    has_looked: bool,
}

impl SharedDictionary {
    /// The one there is.
    pub(super) fn known(&self) -> Option<Arc<Dictionary>> {
        self.lock().dictionary.clone()
    }

    /// The one there is, or one that is trained on these texts. Others wait meanwhile, and have it.
    pub(super) fn or_train(&self, texts: &[u8], lengths: &[usize]) -> Option<Arc<Dictionary>> {
        let mut known = self.lock();
        if known.dictionary.is_none() {
            known.dictionary = Dictionary::train(texts, lengths);
        }
        known.dictionary.clone()
    }

    /// Looks for one, the first time that it is called.
    pub(super) fn look(&self, find: impl FnOnce() -> Option<Arc<Dictionary>>) {
        let mut known = self.lock();
        if !std::mem::replace(&mut known.has_looked, true) && known.dictionary.is_none() {
            known.dictionary = find();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
