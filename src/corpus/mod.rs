//! From a folder of files to documents: walk, open, cut into records, decode, read.
//!
//! Nothing in here trusts a file: every bound is in `limits.rs`, and whatever is guessed, cut,
//! refused or passed over comes back as a [`Note`], a [`Failure`] or a [`Skipped`] with a stable
//! code.
//!
//! Every format has a [`Reader`]: it recognises its files, cuts them into records, and makes an
//! article of the bytes of one. The readers that come with the crate are in `readers/`; a program
//! adds its own with [`Corpus::with_reader`].

mod budget;
#[cfg_attr(not(feature = "pdf"), allow(dead_code, reason = "for PDF"))]
pub(crate) mod codes;
mod cut;
mod dates;
mod decode;
mod entry;
mod format;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "pdf")]
mod helper;
mod input;
mod limits;
mod paths;
mod read;
mod reader;
mod readers;
mod records;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use cut::{Cutter, Member, Piece, Whole};
pub use entry::{Entry, Failure, FileStat, Note, Reading, Sidecar, Skipped, SourceFile, Stage};
pub use format::Format;
#[cfg(feature = "pdf")]
pub use helper::Helper;
pub use input::Input;
pub(crate) use paths::encode as encode_name;
pub use paths::{decode_path, file_of};
pub use reader::{Article, Material, Reader, Refusal, Sniff};
#[cfg(feature = "pdf")]
pub use readers::Pdf;
pub use records::{FileDigest, RawRecord, Records};

use crate::schema::Digests;
use crate::{Config, Document, Result};

/// A folder of article files and the rules for reading them.
///
/// It holds no open file and can be shared by reference between threads.
#[derive(Debug)]
pub struct Corpus {
    root: PathBuf,
    config: Config,
    rules: Arc<rules::Rules>,
    readers: Arc<format::Readers>,
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
            readers: Arc::default(),
        })
    }

    /// Adds a reader, which takes part like those that come with the crate, and before them. An
    /// index that was made without it, or with another version of it, reads its files again.
    pub fn with_reader(mut self, reader: impl Reader + 'static) -> Self {
        Arc::make_mut(&mut self.readers).add(Format::new(reader));
        self
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The format that a file's name speaks of, if it is one that can be read; capitals do not
    /// matter. What the file begins with may still tell another.
    pub fn format_of(&self, name: &str) -> Option<Format> {
        self.readers.of_name(name).cloned()
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
        let (rules, readers) = (Arc::clone(&self.rules), Arc::clone(&self.readers));
        walk::Walk::new(&self.root, self.config.path.as_deref(), rules, readers)
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
        Records::open(&self.readers, file)
    }

    /// Parses one raw record: the expensive part, for many threads at once.
    ///
    /// # Errors
    /// A [`Failure`] of this record alone.
    pub fn document(&self, file: &SourceFile, record: RawRecord) -> Result<Reading, Failure> {
        let rules = match &record.member {
            Some(member) => self.rules.given(&paths::inside(&file.path, member)),
            None => self.rules.given(&file.path),
        };
        read::document(&self.config.schema, &rules, file, record)
    }

    /// Digests of everything that decides what documents look like.
    pub(crate) fn digests(&self) -> Digests {
        let mut digests = self.config.digests();
        for (name, version) in self.readers.added() {
            let joined = format!("{} {name} {version}", digests.text);
            blake3::hash(joined.as_bytes()).to_hex()[..32].clone_into(&mut digests.text);
        }
        digests
    }

    /// Gives a document that another configuration made what this one makes of its kept metadata
    /// and its place. Only right if both agree on ids, titles and texts.
    pub(crate) fn remake(&self, document: &mut Document) {
        let path = document.source.as_ref().map_or("", |source| &source.path);
        let rules = self.rules.given(path);
        read::remake(&self.config.schema, &rules, document);
    }
}
