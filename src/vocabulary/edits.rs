//! What a vocabulary file says is to be done: entries added, changed, renamed, merged, split and
//! silenced, and what of it cannot be done, and where it was said.
//!
//! All files together are carried out in one order, whatever order they are written in: entries
//! are added, then renamed, then changed, merged, split, silenced. An entry is found by any of its
//! names; an old name remains one after renaming and merging.

mod apply;
#[cfg(feature = "formats")]
mod parse;
#[cfg(all(test, feature = "formats"))]
mod tests;

use std::path::PathBuf;

pub use apply::Draft;
#[cfg(feature = "formats")]
pub use parse::{UserFile, parse};

use super::entry::{Day, Kind, Name, Office};
use crate::{Error, ErrorKind};

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Place {
    /// The file, as errors call it.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

/// Something that cannot be done as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it is written.
    pub place: Place,
    /// What is wrong, in small letters and without a full stop.
    pub message: String,
    /// What to write instead, if that is known.
    pub hint: Option<String>,
}

impl Problem {
    fn new(place: &Place, message: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            message: message.into(),
            hint: None,
        }
    }

    fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let Place { file, line } = &problem.place;
        let message = format!("{}:{line}: {}", file.display(), problem.message);
        let error = Self::new(ErrorKind::Config, message).with_path(file);
        match problem.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// In which vocabulary.
    pub vocabulary: String,
    /// Where it is written.
    pub place: Place,
    /// What is to be done.
    pub action: Action,
}

/// A text with the line it stands on.
type Said = (String, usize);

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// A new entry.
    Add(String, Box<Details>),
    /// Another name to show, for the entry of this name.
    Rename(String, String),
    /// More about the entry of this name.
    Change(String, Box<Details>),
    /// The entries of these names become the first one, or one of that name.
    Merge(String, Vec<Said>),
    /// Names leave the entry and become entries of their own.
    Split(String, Vec<(String, Vec<Said>)>),
    /// The entry of this name is not shown, counted or looked for.
    Silence(String),
}

/// What is said of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Details {
    kind: Option<Kind>,
    parents: Option<Vec<Said>>,
    /// Entries that it is one of the parents of.
    members: Vec<Said>,
    countries: Vec<String>,
    /// Names to add, with their lines.
    names: Vec<(Name, usize)>,
    /// Names that are to be taken away.
    dropped: Vec<Said>,
    /// Names whose case matters.
    case: Vec<Said>,
    /// Names that need more context.
    context: Vec<Said>,
    from: Option<Day>,
    until: Option<Day>,
    offices: Vec<Office>,
    silent: Option<bool>,
}
