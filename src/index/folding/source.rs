//! Where vocabularies come from: ready, or out of the owner's files when a facet first needs them.
//!
//! What the files make is kept beside the index under the hash of everything that it was made
//! from, so that it need not be made again, and is mapped. If that is stale, damaged or missing,
//! it is made in memory, and nothing is written.

use std::sync::{Arc, OnceLock};

#[cfg(feature = "formats")]
use tantivy::directory::OwnedBytes;

use crate::Result;
use crate::index::home::Home;
use crate::vocabulary::Vocabularies;
#[cfg(feature = "formats")]
use crate::vocabulary::{NAMES, UserFile, Vocabulary, bundled};
#[cfg(feature = "formats")]
use crate::{Error, ErrorKind};

/// The name of the compiled form, below that of an index.
#[cfg(feature = "formats")]
pub(super) const COMPILED: &str = "vocabulary/compiled";

/// Says what the file is, and which form of it.
#[cfg(feature = "formats")]
const MAGIC: [u8; 4] = *b"PMC1";
/// Magic, the hash of what it was made from, the length of each vocabulary (0: the bundled one).
#[cfg(feature = "formats")]
const HEADER: usize = 4 + 32 + 3 * 8;

/// Where the vocabularies of an index come from.
#[derive(Debug, Clone)]
pub(in crate::index) struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    #[cfg(feature = "formats")]
    files: Vec<UserFile>,
    made: OnceLock<Vocabularies>,
}

impl Default for Source {
    /// The bundled vocabularies.
    fn default() -> Self {
        Self::ready(Vocabularies::default())
    }
}

impl Source {
    pub(in crate::index) fn ready(vocabularies: Vocabularies) -> Self {
        Self(Arc::new(Inner {
            #[cfg(feature = "formats")]
            files: Vec::new(),
            made: OnceLock::from(vocabularies),
        }))
    }

    #[cfg(feature = "formats")]
    pub(in crate::index) fn files(files: Vec<UserFile>) -> Self {
        if files.is_empty() {
            return Self::default();
        }
        Self(Arc::new(Inner {
            files,
            made: OnceLock::new(),
        }))
    }

    /// The vocabularies, opened or made now if they were not before.
    ///
    /// # Errors
    /// The first mistake in the files.
    pub(in crate::index) fn get(&self, home: &Home) -> Result<&Vocabularies> {
        let made = &self.0.made;
        if let Some(vocabularies) = made.get() {
            return Ok(vocabularies);
        }
        let vocabularies = self.open(home)?;
        Ok(made.get_or_init(|| vocabularies))
    }

    #[cfg(not(feature = "formats"))]
    fn open(&self, _: &Home) -> Result<Vocabularies> {
        Ok(Vocabularies::default())
    }

    #[cfg(feature = "formats")]
    fn open(&self, home: &Home) -> Result<Vocabularies> {
        match super::map(home, COMPILED).and_then(|bytes| self.read(&bytes)) {
            Some(vocabularies) => Ok(vocabularies),
            None => self.make(),
        }
    }

    #[cfg(feature = "formats")]
    fn make(&self) -> Result<Vocabularies> {
        Vocabularies::with_files(&self.0.files).map_err(|problems| {
            let others = problems.len().saturating_sub(1);
            let first = problems.into_iter().next().map(Error::from);
            let error = first.unwrap_or_else(|| {
                Error::new(ErrorKind::Config, "the vocabulary files cannot be used")
            });
            match others {
                0 => error,
                _ => error.with_hint("`pressmark vocabulary check` lists every mistake"),
            }
        })
    }

    /// The hash of everything that the compiled form depends on.
    #[cfg(feature = "formats")]
    fn hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for vocabulary in NAMES.iter().filter_map(|name| bundled(name)) {
            hasher.update(&vocabulary.hash());
        }
        for file in &self.0.files {
            let name = file.path.file_name().unwrap_or_default();
            for part in [name.as_encoded_bytes(), file.text.as_bytes()] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize()
    }

    /// Reads the compiled form; `None` if it was made from something else, or is not whole.
    #[cfg(feature = "formats")]
    fn read(&self, bytes: &OwnedBytes) -> Option<Vocabularies> {
        let header = bytes.get(..HEADER)?;
        if header[..4] != MAGIC || header[4..36] != *self.hash().as_bytes() {
            return None;
        }
        let mut vocabularies = Vocabularies::default();
        let mut at = HEADER;
        for (name, length) in NAMES.iter().zip(header[36..].as_chunks::<8>().0) {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let end = at.checked_add(length)?;
            if end > bytes.len() {
                return None;
            }
            if length > 0 {
                let shared = Arc::new(Mapped(bytes.slice(at..end)));
                vocabularies = vocabularies.with(name, Vocabulary::from_shared(shared).ok()?);
            }
            at = end;
        }
        (at == bytes.len()).then_some(vocabularies)
    }

    /// What the compiled form ought to be; `None` if there is nothing to keep. What is there and
    /// whole is given back as it is.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[cfg(feature = "formats")]
    pub(super) fn compiled(&self, present: Option<&OwnedBytes>) -> Result<Option<Vec<u8>>> {
        if self.0.files.is_empty() {
            return Ok(None);
        }
        if let Some(present) = present
            && let Some(vocabularies) = self.read(present)
            && vocabularies.are_whole()
        {
            return Ok(Some(present.to_vec()));
        }
        let made = self.make()?;
        let changed = NAMES.iter().map(|name| {
            let (made, bundled) = (made.get(name)?, bundled(name)?);
            (made.hash() != bundled.hash()).then_some(made.as_bytes())
        });
        let changed: Vec<&[u8]> = changed.map(Option::unwrap_or_default).collect();
        let mut out = MAGIC.to_vec();
        out.extend(self.hash().as_bytes());
        for bytes in &changed {
            out.extend((bytes.len() as u64).to_le_bytes());
        }
        out.extend(changed.concat());
        Ok(Some(out))
    }
}

/// A part of a mapped file.
#[cfg(feature = "formats")]
struct Mapped(OwnedBytes);

#[cfg(feature = "formats")]
impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
