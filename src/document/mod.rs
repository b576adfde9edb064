//! What is indexed and returned: one article, with its text, its date and its facets.

mod date;
mod id;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use date::{DateRange, PartialDate, Precision};
pub use id::DocumentId;

use crate::Result;

/// One article as it is indexed and returned. One file may hold many.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// What the document is found by again; unique in an index.
    pub id: DocumentId,
    /// The headline; empty if there is none.
    pub title: String,
    /// The text that offsets of snippets and evidence speak of.
    pub body: String,
    /// The day, month or year it is dated to, or the instant.
    pub date: Option<PartialDate>,
    /// Where it can be read on the web.
    pub url: Option<String>,
    /// The language it declares, as an ISO 639-1 code where there is one.
    pub language: Option<String>,
    /// Declared values by facet name, as written, in the order given.
    pub facets: BTreeMap<String, Vec<String>>,
    /// Values by the name of a numeric facet.
    pub numbers: BTreeMap<String, Vec<f64>>,
    /// Every key of the source, also those that a field or facet took.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// The file it came from, and where in it.
    pub source: Option<SourceLocation>,
}

/// Where in a corpus a document came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SourceLocation {
    /// The file, relative to the corpus, with `/` between folders. For a member of a container,
    /// `!/` and its path in there follow, as in `archive.zip!/inner.html`; no path of a file has
    /// these two characters in a row.
    pub path: String,
    /// The number of the record in a file that holds many, counted from 1 through all members.
    pub record: Option<u64>,
    /// The first byte of the record in the file, or in the member.
    pub start: u64,
    /// The byte after the last one of the record in the file, or in the member.
    pub end: u64,
    /// The first 16 bytes of the BLAKE3 hash of the record's bytes, in hexadecimal.
    pub hash: String,
}

impl SourceLocation {
    /// The file alone, relative to the corpus.
    pub fn file(&self) -> &str {
        self.path
            .split_once("!/")
            .map_or(&self.path, |(file, _)| file)
    }

    /// The path inside the file, if that is a container.
    pub fn member(&self) -> Option<&str> {
        self.path.split_once("!/").map(|(_, member)| member)
    }
}

impl Document {
    /// Makes an empty document with an id.
    pub fn new(id: impl Into<DocumentId>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Sets the headline.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the text.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the date from text such as `1962`, `1962-10`, `1962-10-28` or RFC 3339.
    ///
    /// # Errors
    /// [`ErrorKind::Document`](crate::ErrorKind::Document) if the text is not such a date.
    pub fn date(mut self, date: &str) -> Result<Self> {
        self.date = Some(date.parse()?);
        Ok(self)
    }

    /// Sets the address on the web.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the language, an ISO 639-1 code such as `en`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Adds a value to a facet.
    pub fn facet(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facets
            .entry(name.into())
            .or_default()
            .push(value.into());
        self
    }

    /// Adds a value to a numeric facet.
    pub fn number(mut self, name: impl Into<String>, value: f64) -> Self {
        self.numbers.entry(name.into()).or_default().push(value);
        self
    }
}
