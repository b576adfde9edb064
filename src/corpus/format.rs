//! The formats that can be read, by the extension of a file's name.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// How the bytes of a file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Plain text, perhaps with front matter: one document.
    Text,
    /// Markdown, perhaps with front matter: one document.
    Markdown,
    /// JSON: one object, objects one after the other, or an array of objects.
    Json,
    /// JSON Lines: one object a line.
    JsonLines,
}

impl Format {
    /// Every format, with the extensions it goes by.
    pub const EXTENSIONS: &'static [(&'static str, Self)] = &[
        ("txt", Self::Text),
        ("text", Self::Text),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("json", Self::Json),
        ("jsonl", Self::JsonLines),
        ("ndjson", Self::JsonLines),
    ];

    /// The format that a file's name speaks of; capitals do not matter.
    pub fn of(name: &Path) -> Option<Self> {
        let extension = name.extension()?.to_str()?;
        Self::EXTENSIONS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(extension))
            .map(|&(_, format)| format)
    }

    /// Whether one file is one document, to which a sidecar may belong.
    pub fn is_single(self) -> bool {
        matches!(self, Self::Text | Self::Markdown)
    }

    /// The format of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let formats = Self::EXTENSIONS.iter().map(|&(_, format)| format);
        formats.into_iter().find(|format| format.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }
}
