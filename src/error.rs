//! The one error type of the library: a kind to match on, a context that names the thing, and
//! the cause underneath. Nothing of the engine shows through it.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong; stable, to be matched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder could not be read or written.
    Io,
    /// There is no index where one was expected.
    NoIndex,
    /// There is an index where none was expected.
    IndexExists,
    /// Another writer holds the lock of the index.
    Locked,
    /// The index is damaged: a file is missing, has the wrong length, or the wrong hash.
    Damaged,
    /// The index was written by another version of the format, or by another analysis.
    Version,
    /// A configuration file, or a schema made in code, cannot be used.
    Config,
    /// A query cannot be read.
    Query,
    /// A field, facet or value of a request does not exist or does not fit.
    Request,
    /// A document cannot be indexed as it is.
    Document,
    /// A cursor does not belong to this index, this request, or a generation still kept.
    Cursor,
    /// The publication would lose more documents than is allowed without being told so.
    Shrink,
    /// More files and records failed than the caller allows.
    TooManyErrors,
    /// The caller asked for the work to stop, or its deadline passed.
    Cancelled,
    /// The engine failed in a way that says nothing more; a bug here or below.
    Engine,
}

impl ErrorKind {
    /// A stable lower-case code, as it appears in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::NoIndex => "no_index",
            Self::IndexExists => "index_exists",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::Version => "version",
            Self::Config => "config",
            Self::Query => "query",
            Self::Request => "request",
            Self::Document => "document",
            Self::Cursor => "cursor",
            Self::Shrink => "shrink",
            Self::TooManyErrors => "too_many_errors",
            Self::Cancelled => "cancelled",
            Self::Engine => "engine",
        }
    }
}

/// A failure: what kind, what it was about, what to do next, and what lies underneath.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    code: Option<String>,
    message: String,
    path: Option<PathBuf>,
    span: Option<(usize, usize)>,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Makes an error of a kind with a message: lower case, no full stop, names in backticks.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                code: None,
                message: message.into(),
                path: None,
                span: None,
                hint: None,
                source: None,
            }),
        }
    }

    /// Makes an error about a file or folder from what the system said.
    pub fn io(path: impl AsRef<Path>, action: &str, source: std::io::Error) -> Self {
        let path = path.as_ref();
        Self::new(
            ErrorKind::Io,
            format!("cannot {action} `{}`", path.display()),
        )
        .with_path(path)
        .with_source(source)
    }

    /// Adds a code that says more than the kind does.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.inner.code = Some(code.into());
        self
    }

    /// Adds the file or folder that the error is about.
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.inner.path = Some(path.into());
        self
    }

    /// Adds the byte range of the query or file that the error is about.
    pub fn with_span(mut self, start: usize, end: usize) -> Self {
        self.inner.span = Some((start, end));
        self
    }

    /// Adds the next step, as a sentence without a full stop or a command to paste.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// A stable lower-case code, as it appears in JSON: of this failure, else of its kind.
    pub fn code(&self) -> &str {
        let kind = self.inner.kind.code();
        self.inner.code.as_deref().unwrap_or(kind)
    }

    /// The message alone, without the cause.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The file or folder that this is about.
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// The byte range of the query or file that this is about.
    pub fn span(&self) -> Option<(usize, usize)> {
        self.inner.span
    }

    /// The next step, if one is known.
    pub fn hint(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.inner.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}
