//! The handle on an index: create, open, write, search.

use std::path::Path;
#[cfg(feature = "formats")]
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::folding::Source;
use super::generation::{Generation, Pinned, create_folder, newest_published};
#[cfg(feature = "formats")]
use super::generation::{last_run_state, newest_number};
use super::home::{CURRENT, DATA, GENERATIONS, Home, Memory, WriterLock, has_lost_its_name};
use super::searcher::Searcher;
use super::storage;
use super::subscription::Subscription;
use super::writer::{Writer, WriterOptions, build_name};
use crate::schema::Schema;
#[cfg(feature = "formats")]
use crate::vocabulary::UserFile;
use crate::vocabulary::Vocabularies;
use crate::{Error, ErrorKind, Result};

/// An index on disk or in memory. Clones are handles on the same index.
#[derive(Debug, Clone)]
pub struct Index {
    home: Home,
    newest: Arc<Mutex<Newest>>,
    keeps: Keeps,
    vocabularies: Source,
}

/// The bytes that a searcher may keep from one search to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeps {
    pub(super) facets: usize,
    pub(super) texts: usize,
}

impl Keeps {
    /// For who does not search.
    pub(super) const NOTHING: Self = Self {
        facets: 0,
        texts: 0,
    };
}

impl Default for Keeps {
    /// Of facets, about what six of ten million values in three million documents take.
    fn default() -> Self {
        Self {
            facets: 256 << 20,
            texts: 16 << 20,
        }
    }
}

/// What is known of the newest generation, so that asking again is cheap.
#[derive(Debug, Default)]
enum Newest {
    #[default]
    Unknown,
    /// Checked when the index was opened.
    Opened(Pinned),
    /// Searched before.
    Searched(Searcher),
}

impl Index {
    /// Opens the index in a folder, or in its `.pressmark`. Needs no write permission.
    ///
    /// # Errors
    /// [`ErrorKind::NoIndex`] if there is none; [`ErrorKind::Damaged`] or [`ErrorKind::Version`]
    /// if it cannot be used.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let home = Home::find(path.as_ref())?;
        let newest = Newest::Opened(Pinned::newest(&home)?);
        Ok(Self {
            home,
            newest: Arc::new(Mutex::new(newest)),
            keeps: Keeps::default(),
            vocabularies: Source::default(),
        })
    }

    /// Limits what each searcher of this handle keeps of facets from one search to the next, in
    /// bytes; 256 MiB if nothing is said. A facet that is counted for the second time is laid out
    /// in memory, about 2 bytes for each of its values (4 if there are more than 65,000 different
    /// ones) and 4 for each document that may have several, which makes counting several times
    /// faster. What does not fit is read from the index each time. With 0 nothing is kept, which
    /// is best for who asks each facet once.
    #[must_use]
    pub fn with_facet_memory(mut self, bytes: usize) -> Self {
        self.keeps.facets = bytes;
        self.forget_searcher();
        self
    }

    /// Limits what each searcher of this handle keeps of texts from one search to the next, in
    /// bytes; about 16 MiB if nothing is said. Snippets and whole documents are read from blocks of
    /// 4 KiB, or of one text that is longer, and one of each segment is kept at least: texts of one
    /// question are often those of the next. With 0 no more is kept, which is best for who asks once.
    #[must_use]
    pub fn with_text_memory(mut self, bytes: usize) -> Self {
        self.keeps.texts = bytes;
        self.forget_searcher();
        self
    }

    /// Folds facets by these vocabularies from the next searcher on, in place of the bundled ones.
    /// Which facet is folded by which of them, the schema says. Nothing that is stored changes.
    #[must_use]
    pub fn with_vocabularies(mut self, vocabularies: Vocabularies) -> Self {
        self.vocabularies = Source::ready(vocabularies);
        self.forget_searcher();
        self
    }

    /// Folds facets by the bundled vocabularies with what these files say done to them, from the
    /// next searcher on. They are read when a facet first needs them; what
    /// [`compile_vocabularies`](Self::compile_vocabularies) kept of the same files is used as it
    /// lies. A mistake in them is an error of whoever asks for such a facet.
    #[cfg(feature = "formats")]
    #[must_use]
    pub fn with_vocabulary_files(mut self, files: Vec<UserFile>) -> Self {
        self.vocabularies = Source::files(files);
        self.forget_searcher();
        self
    }

    /// Folds facets by the bundled vocabularies with what the `*.toml` files of a folder say done to
    /// them, from the next searcher on. As [`with_vocabulary_files`](Self::with_vocabulary_files), but
    /// the files are not even read while they look as they did when
    /// [`compile_vocabularies`](Self::compile_vocabularies) kept what they make: names, sizes and
    /// times are compared. A folder that is not there has no files.
    #[cfg(feature = "formats")]
    #[must_use]
    pub fn with_vocabulary_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.vocabularies = Source::folder(folder.into());
        self.forget_searcher();
        self
    }

    /// Keeps beside the index what its vocabularies make of the newest generation, so that a search
    /// in a new process need not find it out: the vocabularies as they are used, and what every
    /// facet value counts for. Returns whether anything had to be written. Whatever is kept is
    /// checked; nobody needs it, and no generation depends on it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a mistake in the files of
    /// [`with_vocabulary_files`](Self::with_vocabulary_files); [`ErrorKind::Locked`] if somebody
    /// writes; [`ErrorKind::Io`].
    #[cfg(feature = "formats")]
    pub fn compile_vocabularies(&self) -> Result<bool> {
        self.searcher()?.keep_folds()
    }

    /// Opens the next searcher anew. One that was opened stays as it is.
    fn forget_searcher(&mut self) {
        let mut newest = self
            .newest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let opened = match *newest {
            Newest::Opened(_) => std::mem::take(&mut *newest),
            Newest::Unknown | Newest::Searched(_) => Newest::Unknown,
        };
        drop(newest);
        self.newest = Arc::new(Mutex::new(opened));
    }

    /// Creates an empty index in a folder, which is made if it does not exist.
    ///
    /// # Errors
    /// [`ErrorKind::IndexExists`] if the folder holds one; [`ErrorKind::Locked`] if somebody else is
    /// creating it; [`ErrorKind::Io`].
    pub fn create(path: impl AsRef<Path>, schema: Schema) -> Result<Self> {
        let folder = path.as_ref();
        storage::create_folder(folder)
            .map_err(|source| Error::io(folder, "create the folder", source))?;
        Self::create_at(folder, schema)
    }

    /// Creates an empty index in a folder inside one that is there: unlike the folder of the
    /// index, that one is not made.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    #[cfg(feature = "formats")]
    pub(crate) fn create_in(outer: &Path, folder: &Path, schema: Schema) -> Result<Self> {
        create_folder(outer, folder)?;
        Self::create_at(folder, schema)
    }

    /// Creates an empty index in a folder that is there.
    fn create_at(folder: &Path, schema: Schema) -> Result<Self> {
        let exists = || {
            Error::new(
                ErrorKind::IndexExists,
                format!("there is an index in `{}` already", folder.display()),
            )
            .with_path(folder)
        };
        if folder.join(CURRENT).exists() || has_lost_its_name(folder) {
            return Err(exists());
        }
        let first = Generation::empty(schema, build_name(1));
        for inside in [folder.join(GENERATIONS), first.build_folder(folder)] {
            create_folder(folder, &inside)?;
        }
        debug_assert!(first.build_folder(folder).starts_with(folder.join(DATA)));
        let home = Home::Folder(folder.into());
        // Who creates the same index at the same time must not be put back to nothing.
        let _lock = WriterLock::take(&home)?;
        if folder.join(CURRENT).exists() {
            return Err(exists());
        }
        first.publish(&home)?;
        Ok(Self::at(home))
    }

    /// Begins anew where an index cannot be used: publishes an empty state after whatever is there.
    /// What can still be read of the state of runs is taken along: it names the journal, which
    /// knows since when every document was there. The files of the states before go with the
    /// first sweep that nobody's reading prevents.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] if a writer is open; [`ErrorKind::Io`].
    #[cfg(feature = "formats")]
    pub(crate) fn restart(folder: &Path, schema: Schema) -> Result<Self> {
        let home = Home::Folder(folder.into());
        let _lock = WriterLock::take(&home)?;
        let number = newest_number(folder) + 1;
        let mut first = Generation::empty(schema, build_name(number + 1));
        first.number = number;
        first.run = last_run_state(folder);
        for inside in [folder.join(GENERATIONS), first.build_folder(folder)] {
            create_folder(folder, &inside)?;
        }
        first.publish(&home)?;
        Ok(Self::at(home))
    }

    /// Creates an empty index in memory.
    ///
    /// # Errors
    /// None today; the signature is that of [`create`](Self::create).
    pub fn create_in_memory(schema: Schema) -> Result<Self> {
        let first = Generation::empty(schema, build_name(1));
        Ok(Self::at(Home::Memory(Arc::new(Memory::new(first)))))
    }

    fn at(home: Home) -> Self {
        Self {
            home,
            newest: Arc::default(),
            keeps: Keeps::default(),
            vocabularies: Source::default(),
        }
    }

    /// The folder of the index; `None` in memory.
    pub fn path(&self) -> Option<&Path> {
        self.home.folder()
    }

    /// The schema of the newest generation.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn schema(&self) -> Result<Schema> {
        Ok(Pinned::newest(&self.home)?.generation.schema.clone())
    }

    /// Opens the one writer.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] if another writer is open, here or in another process.
    pub fn writer(&self) -> Result<Writer> {
        self.writer_with(WriterOptions::default())
    }

    /// Opens the one writer with options.
    ///
    /// # Errors
    /// As [`writer`](Self::writer); [`ErrorKind::Version`] if the index was made with another
    /// analysis and is not to be rebuilt.
    pub fn writer_with(&self, options: WriterOptions) -> Result<Writer> {
        // Who writes will not search the state before: it must not be held for that.
        let mut newest = self
            .newest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if matches!(*newest, Newest::Opened(_)) {
            *newest = Newest::Unknown;
        }
        drop(newest);
        Writer::open(self.home.clone(), options)
    }

    /// A snapshot of the newest generation. It stays as it is while generations come and go.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn searcher(&self) -> Result<Searcher> {
        let mut newest = self
            .newest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let current = newest_published(&self.home)?;
        let pinned = match std::mem::take(&mut *newest) {
            Newest::Searched(searcher) if searcher.generation() == current => {
                *newest = Newest::Searched(searcher.clone());
                return Ok(searcher);
            }
            Newest::Opened(pinned) if pinned.generation.number == current => pinned,
            _ => Pinned::newest(&self.home)?,
        };
        let searcher = Searcher::open(&self.home, pinned, self.keeps, self.vocabularies.clone())?;
        *newest = Newest::Searched(searcher.clone());
        Ok(searcher)
    }

    /// Learns of generations that are published from now on, by this process or another.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn subscribe(&self) -> Result<Subscription> {
        Ok(Subscription::new(self.clone(), self.newest_generation()?))
    }

    /// The number of the newest published generation; costs the reading of one small file.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] or [`ErrorKind::Io`].
    pub fn newest_generation(&self) -> Result<u64> {
        newest_published(&self.home)
    }
}
