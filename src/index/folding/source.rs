//! Where vocabularies come from: ready, or bundled and out of the owner's files when a facet first needs
//! them.
//!
//! What the files make is kept beside the index under the hash of everything that it was made
//! from, so that it need not be made again, and is mapped. If that is stale, damaged or missing,
//! it is made in memory, and nothing is written.

#[cfg(feature = "formats")]
use std::borrow::Cow;
#[cfg(feature = "formats")]
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

#[cfg(feature = "formats")]
use tantivy::directory::OwnedBytes;

use crate::Result;
use crate::index::home::Home;
use crate::vocabulary::Vocabularies;
#[cfg(feature = "formats")]
use crate::vocabulary::{NAMES, UserFile, Vocabulary, bundled, folder};
#[cfg(feature = "formats")]
use crate::{Error, ErrorKind};

/// The name of the compiled form, below that of an index.
#[cfg(feature = "formats")]
pub(super) const COMPILED: &str = "vocabulary/compiled";

/// Says what the file is, and which form of it.
#[cfg(feature = "formats")]
const MAGIC: [u8; 4] = *b"PMC2";
/// Magic, the hash of what it was made from, the stamp of the files (zeroes: none that can be
/// trusted), the length of each vocabulary (0: the bundled one).
#[cfg(feature = "formats")]
const HEADER: usize = 4 + 32 + 32 + 3 * 8;

/// Where the vocabularies of an index come from.
#[derive(Debug, Clone)]
pub(in crate::index) struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    #[cfg(feature = "formats")]
    files: Files,
    made: OnceLock<Vocabularies>,
}

/// The owner's files.
#[cfg(feature = "formats")]
#[derive(Debug)]
enum Files {
    Read(Vec<UserFile>),
    /// They are read when something has to be made of them.
    Folder(PathBuf),
}

impl Default for Source {
    /// The bundled vocabularies, which who counts no facet that is folded never opens.
    fn default() -> Self {
        Self(Arc::new(Inner {
            #[cfg(feature = "formats")]
            files: Files::Read(Vec::new()),
            made: OnceLock::new(),
        }))
    }
}

impl Source {
    pub(in crate::index) fn ready(vocabularies: Vocabularies) -> Self {
        Self(Arc::new(Inner {
            #[cfg(feature = "formats")]
            files: Files::Read(Vec::new()),
            made: OnceLock::from(vocabularies),
        }))
    }

    #[cfg(feature = "formats")]
    pub(in crate::index) fn files(files: Vec<UserFile>) -> Self {
        Self::of(Files::Read(files))
    }

    /// What stands in a folder, whenever it is needed.
    #[cfg(feature = "formats")]
    pub(in crate::index) fn folder(folder: PathBuf) -> Self {
        Self::of(Files::Folder(folder))
    }

    #[cfg(feature = "formats")]
    fn of(files: Files) -> Self {
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
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as where there are files, which may be missing or wrong"
    )]
    fn open(&self, _: &Home) -> Result<Vocabularies> {
        Ok(Vocabularies::default())
    }

    #[cfg(feature = "formats")]
    fn open(&self, home: &Home) -> Result<Vocabularies> {
        if matches!(&self.0.files, Files::Read(files) if files.is_empty()) {
            return Ok(Vocabularies::default());
        }
        let bytes = super::map(home, COMPILED);
        let stamp = self.stamp();
        if let Some(bytes) = &bytes
            && let (Some(kept), Some(stamp)) = (bytes.get(36..68), stamp)
            && kept == stamp.as_bytes()
            && let Some(vocabularies) = read(bytes)
        {
            return Ok(vocabularies);
        }
        let files = self.read_files()?;
        if files.is_empty() {
            return Ok(Vocabularies::default());
        }
        let of_these = |bytes: &OwnedBytes| bytes.get(4..36) == Some(hash(&files).as_bytes());
        match bytes.filter(of_these).and_then(|bytes| read(&bytes)) {
            Some(vocabularies) => Ok(vocabularies),
            None => make(&files),
        }
    }

    /// What the files look like from outside, together with what else the compiled form depends on.
    #[cfg(feature = "formats")]
    fn stamp(&self) -> Option<blake3::Hash> {
        let Files::Folder(folder) = &self.0.files else {
            return None;
        };
        let mut hasher = blake3::Hasher::new();
        for vocabulary in NAMES.iter().filter_map(|name| bundled(name)) {
            hasher.update(&vocabulary.hash());
        }
        hasher.update(folder::stamp(folder)?.as_bytes());
        Some(hasher.finalize())
    }

    #[cfg(feature = "formats")]
    fn read_files(&self) -> Result<Cow<'_, [UserFile]>> {
        match &self.0.files {
            Files::Read(files) => Ok(Cow::Borrowed(files)),
            Files::Folder(folder) => folder::read_folder(folder).map(Cow::Owned),
        }
    }

    /// What the compiled form ought to be; `None` if there is nothing to keep. What is there and
    /// whole is given back as it is.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[cfg(feature = "formats")]
    pub(super) fn compiled(&self, present: Option<&OwnedBytes>) -> Result<Option<Vec<u8>>> {
        // Looked at before the files are read: a change that comes between is not hidden.
        let stamp = match &self.0.files {
            Files::Folder(folder) if folder::is_settled(folder) => self.stamp(),
            _ => None,
        };
        let stamp = stamp.map_or([0; 32], |stamp| *stamp.as_bytes());
        let files = self.read_files()?;
        if files.is_empty() {
            return Ok(None);
        }
        let hash = hash(&files);
        if let Some(present) = present
            && present.get(4..36) == Some(hash.as_bytes())
            && let Some(vocabularies) = read(present)
            && vocabularies.are_whole()
        {
            let mut same = present.to_vec();
            if stamp != [0; 32] {
                same[36..68].copy_from_slice(&stamp);
            }
            return Ok(Some(same));
        }
        let made = make(&files)?;
        let changed = NAMES.iter().map(|name| {
            let (made, bundled) = (made.get(name)?, bundled(name)?);
            (made.hash() != bundled.hash()).then_some(made.as_bytes())
        });
        let changed: Vec<&[u8]> = changed.map(Option::unwrap_or_default).collect();
        let mut out = MAGIC.to_vec();
        out.extend(hash.as_bytes());
        out.extend(stamp);
        for bytes in &changed {
            out.extend((bytes.len() as u64).to_le_bytes());
        }
        out.extend(changed.concat());
        Ok(Some(out))
    }
}

#[cfg(feature = "formats")]
fn make(files: &[UserFile]) -> Result<Vocabularies> {
    Vocabularies::with_files(files).map_err(|problems| {
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
fn hash(files: &[UserFile]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for vocabulary in NAMES.iter().filter_map(|name| bundled(name)) {
        hasher.update(&vocabulary.hash());
    }
    for file in files {
        let name = file.path.file_name().unwrap_or_default();
        for part in [name.as_encoded_bytes(), file.text.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize()
}

/// Reads the compiled form; `None` if it is not whole.
#[cfg(feature = "formats")]
fn read(bytes: &OwnedBytes) -> Option<Vocabularies> {
    let header = bytes.get(..HEADER)?;
    if header[..4] != MAGIC {
        return None;
    }
    let mut vocabularies = Vocabularies::default();
    let mut at = HEADER;
    for (name, length) in NAMES.iter().zip(header[68..].as_chunks::<8>().0) {
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

/// A part of a mapped file.
#[cfg(feature = "formats")]
struct Mapped(OwnedBytes);

#[cfg(feature = "formats")]
impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
