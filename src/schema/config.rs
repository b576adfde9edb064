//! `pressmark.toml`: which files belong to a corpus, what feeds which field and facet, what the
//! place of a file says about it, and saved searches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Result, Schema};

/// The configuration of a corpus; the default is what holds without a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// The file it was read from.
    pub path: Option<PathBuf>,
    /// The fields, facets and numbers, and what feeds them.
    pub schema: Schema,
    /// Globs of the files that belong to the corpus; empty: every file of a supported format.
    pub include: Vec<String>,
    /// Globs of the files that do not.
    pub exclude: Vec<String>,
    /// What the place of a file says about its documents; later rules win.
    pub rules: Vec<Rule>,
    /// Saved searches by name.
    pub searches: BTreeMap<String, SavedSearch>,
}

/// Metadata for the documents of the files whose path fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// A glob in which `{name}` captures a segment, or part of one, as the value of that name.
    pub path: String,
    /// Values by the name of a facet, number or field.
    pub set: BTreeMap<String, Vec<String>>,
}

/// A query with a name, asked as `@name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedSearch {
    /// The query as written.
    pub query: String,
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) or [`ErrorKind::Config`](crate::ErrorKind::Config).
    pub fn load(path: &Path) -> Result<Self> {
        todo!("{path:?}")
    }

    /// Reads the text of a configuration file; `path` is what errors call it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), with line and nearest known key.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        todo!("{text} {path:?}")
    }

    /// A hexadecimal digest of everything that decides what documents look like.
    pub fn digest(&self) -> String {
        todo!()
    }
}
