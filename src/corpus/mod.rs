//! From a folder of files to documents: walk, open, cut into records, decode, read.
//!
//! Nothing in here trusts a file: every bound is in `limits.rs`, and whatever is guessed, cut,
//! refused or passed over comes back as a [`Note`], a [`Failure`] or a [`Skipped`] with a stable
//! code.

mod entry;
mod format;
mod records;

use std::path::{Path, PathBuf};

pub use entry::{Entry, Failure, FileStat, Note, Reading, Sidecar, Skipped, SourceFile, Stage};
pub use format::Format;
pub use records::{FileDigest, RawRecord, Records};

use crate::{Config, Result};

/// A folder of article files and the rules for reading them.
///
/// It holds no open file and can be shared by reference between threads.
#[derive(Debug)]
pub struct Corpus {
    root: PathBuf,
    config: Config,
}

impl Corpus {
    /// Prepares a corpus: compiles the globs and rules of its configuration. Reads nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a glob or rule that cannot be used.
    pub fn new(root: impl Into<PathBuf>, config: Config) -> Result<Self> {
        Ok(Self {
            root: root.into(),
            config,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Visits everything under the root in path order: byte order of the relative path.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the root is no folder that can be read.
    pub fn walk(&self) -> Result<impl Iterator<Item = Entry> + '_> {
        Ok(std::iter::from_fn(|| todo!()))
    }

    /// Opens a file, to be cut into raw records one by one in bounded memory.
    ///
    /// # Errors
    /// A [`Failure`] of the whole file.
    pub fn records(&self, file: &SourceFile) -> Result<Records, Failure> {
        todo!("{file:?}")
    }

    /// Parses one raw record: the expensive part, for many threads at once.
    ///
    /// # Errors
    /// A [`Failure`] of this record alone.
    pub fn document(&self, file: &SourceFile, record: RawRecord) -> Result<Reading, Failure> {
        todo!("{file:?}{record:?}")
    }
}

/// The relative file name that a [`SourceFile::path`] stands for.
pub fn decode_path(path: &str) -> PathBuf {
    todo!("{path}")
}
