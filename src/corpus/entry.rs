//! What a walk and a reading say about files and records: found, passed over, failed, noted.

use std::fmt;
use std::fs::Metadata;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Format;
use crate::Document;

/// One thing found under the root of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file that can be read.
    File(SourceFile),
    /// Something that is not read, and why.
    Skipped(Skipped),
    /// Something that should have been read and could not be reached.
    Failed(Failure),
}

impl Entry {
    /// The path relative to the corpus.
    pub fn path(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Skipped(skipped) => &skipped.path,
            Self::Failed(failure) => &failure.path,
        }
    }
}

/// A file of a format that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the corpus, with `/` between folders; see
    /// [`decode_path`](super::decode_path) for names that are not plain text.
    pub path: String,
    /// The path to open it by.
    pub absolute: PathBuf,
    /// How it will be read.
    pub format: Format,
    /// What the file system said about it during the walk.
    pub stat: FileStat,
    /// The file beside it that holds its metadata, if there is one.
    pub sidecar: Option<Sidecar>,
}

/// A file that holds the metadata of the article beside it (`article.meta.yaml`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// The path to open it by.
    pub absolute: PathBuf,
    /// What the file system said about it during the walk.
    pub stat: FileStat,
}

/// What the file system says about a file; equal as long as nobody touched it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct FileStat {
    /// The length in bytes.
    pub length: u64,
    /// When the content last changed, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// When content or attributes last changed, in nanoseconds since 1970; 0 where unknown.
    pub changed_ns: i64,
    /// The number of the file in its file system; 0 where unknown.
    pub inode: u64,
}

impl FileStat {
    /// Takes the parts that matter from what the system reports.
    pub fn new(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let ns = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000) + rest;
            Self {
                length: metadata.len(),
                modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
                changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
                inode: metadata.ino(),
            }
        }
        #[cfg(not(unix))]
        {
            let since_1970 = |time: std::time::SystemTime| {
                time.duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
            };
            Self {
                length: metadata.len(),
                modified_ns: metadata.modified().map_or(0, since_1970),
                changed_ns: 0,
                inode: 0,
            }
        }
    }
}

/// Something under the root that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The path relative to the corpus.
    pub path: String,
    /// A stable code; all of them are in `docs/ledger.md`.
    pub code: &'static str,
    /// Why, for people.
    pub message: String,
}

/// A file or record that could not become a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The path relative to the corpus.
    pub path: String,
    /// The path inside the file, if that is a container and this is about a member of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The number of the record in a file that holds many, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// How far it came.
    pub stage: Stage,
    /// A stable code; all of them are in `docs/ledger.md`.
    pub code: &'static str,
    /// Why, for people.
    pub message: String,
}

impl Failure {
    /// Whether it was passed over on purpose, as files are that nobody reads: it then counts as
    /// skipped.
    pub fn is_skip(&self) -> bool {
        super::codes::is_skip(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.member, self.record) {
            (Some(member), _) => write!(f, "`{}!/{member}`: {}", self.path, self.message),
            (None, Some(record)) => {
                write!(f, "`{}` record {record}: {}", self.path, self.message)
            }
            (None, None) => write!(f, "`{}`: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for Failure {}

/// The steps between a file and its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// Finding files.
    Walk,
    /// Getting bytes out of a file and cutting them into records.
    Read,
    /// Turning bytes into text.
    Decode,
    /// Turning text into a document.
    Parse,
    /// Checking that the document can be indexed.
    Validate,
}

impl Stage {
    /// Its name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Decode => "decode",
            Self::Parse => "parse",
            Self::Validate => "validate",
        }
    }
}

/// A document, and what had to be guessed, cut or refused to make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The document.
    pub document: Document,
    /// What a careful reader should know about it; empty for most documents.
    pub notes: Vec<Note>,
}

/// Something guessed, cut or refused while a document was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// A stable code; all of them are in `docs/ledger.md`.
    pub code: &'static str,
    /// What happened, for people.
    pub message: String,
}

impl Note {
    /// Makes a note.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
