//! From a folder of files to documents: walk, open, cut into records, decode, read.
//!
//! Nothing in here trusts a file: every bound is in `limits.rs`, and whatever is guessed, cut,
//! refused or passed over comes back as a [`Note`], a [`Failure`] or a [`Skipped`] with a stable
//! code.

pub(crate) mod codes;
mod dates;
mod decode;
mod entry;
mod format;
mod limits;
mod paths;
mod read;
mod records;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use entry::{Entry, Failure, FileStat, Note, Reading, Sidecar, Skipped, SourceFile, Stage};
pub use format::Format;
pub use paths::decode_path;
pub(crate) use paths::encode as encode_name;
pub use records::{FileDigest, RawRecord, Records};

use crate::{Config, Document, Result};

/// A folder of article files and the rules for reading them.
///
/// It holds no open file and can be shared by reference between threads.
#[derive(Debug)]
pub struct Corpus {
    root: PathBuf,
    config: Config,
    rules: Arc<rules::Rules>,
}

impl Corpus {
    /// Prepares a corpus: compiles the globs and rules of its configuration. Reads nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a glob or rule that cannot be used.
    pub fn new(root: impl Into<PathBuf>, config: Config) -> Result<Self> {
        Ok(Self {
            root: root.into(),
            rules: Arc::new(rules::Rules::new(&config)?),
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

    /// Visits everything under the root in path order: byte order of the whole relative path.
    ///
    /// Symbolic links are not followed. Folders below the root that cannot be read, and
    /// everything that is not read, are entries of their own; the root's `pressmark.toml`,
    /// folders named `.pressmark` and `.git`, and sidecars that go with an article are not.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the root is no folder that can be read.
    pub fn walk(&self) -> Result<impl Iterator<Item = Entry> + '_> {
        let rules = Arc::clone(&self.rules);
        walk::Walk::new(&self.root, self.config.path.as_deref(), rules)
    }

    /// Whether the walk passes over what lies at a path relative to the root, judged by the path
    /// alone: a name on it is hidden, or, for anything but a folder, `exclude` names it.
    ///
    /// It tells whoever watches the folder which changes cannot matter.
    pub fn passes_over(&self, path: &Path, is_folder: bool) -> bool {
        let names = path
            .components()
            .map(|name| paths::encode(name.as_os_str()));
        let names: Vec<_> = names.collect();
        let is_hidden = names.iter().any(|name| name.starts_with('.'));
        is_hidden || (!is_folder && self.rules.forbids(&names.join("/")))
    }

    /// Opens a file, to be cut into raw records one by one in bounded memory.
    ///
    /// # Errors
    /// A [`Failure`] of the whole file.
    pub fn records(&self, file: &SourceFile) -> Result<Records, Failure> {
        Records::open(file)
    }

    /// Parses one raw record: the expensive part, for many threads at once.
    ///
    /// # Errors
    /// A [`Failure`] of this record alone.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a record is read once; its memory is freed here"
    )]
    pub fn document(&self, file: &SourceFile, record: RawRecord) -> Result<Reading, Failure> {
        let rules = self.rules.values(&file.path);
        read::document(&self.config.schema, &rules, file, &record)
    }

    /// Gives a document that another configuration made what this one makes of its kept metadata
    /// and its place. Only right if both agree on ids, titles and texts.
    pub(crate) fn remake(&self, document: &mut Document) {
        let path = document.source.as_ref().map_or("", |source| &source.path);
        let rules = self.rules.values(path);
        read::remake(&self.config.schema, &rules, document);
    }
}
