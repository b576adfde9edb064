//! What the tagger says of an article.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::salience::Signs;
use crate::schema::Origin;
use crate::vocabulary::EntryId;

/// The part of an article in which something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TextField {
    /// The headline.
    Title,
    /// The text.
    Body,
}

impl TextField {
    /// Both, in the order in which they are read.
    pub(crate) const ALL: [Self; 2] = [Self::Title, Self::Body];

    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
        }
    }
}

/// Where a name stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Surface {
    /// In which part.
    pub field: TextField,
    /// Bytes of that part, without a possessive ending.
    pub range: Range<usize>,
}

/// Why a name was taken for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// It is a name of this entry alone.
    Name,
    /// Its people are called so.
    Demonym,
    /// A city, or a part of the country, is called so.
    Place,
    /// The name means other things as well; the article says which.
    Context,
    /// The name means several entries; the date of the article says which.
    Time,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Demonym,
        Self::Place,
        Self::Context,
        Self::Time,
    ];

    /// Its name in output and on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Demonym => "demonym",
            Self::Place => "place",
            Self::Context => "context",
            Self::Time => "time",
        }
    }

    /// How sure one mention makes, from 0 to 1; estimates, not measured.
    pub(super) fn confidence(self) -> f64 {
        match self {
            Self::Name => 0.95,
            Self::Demonym => 0.9,
            Self::Time => 0.8,
            Self::Context => 0.75,
            Self::Place => 0.7,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An entry of a vocabulary that an article names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tag {
    /// `country` or `actor`.
    pub vocabulary: &'static str,
    /// The entry.
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// Whether the article is about it or mentions it.
    pub origin: Origin,
    /// The surest rule by which it was found.
    pub rule: Rule,
    /// How sure the origin is, from 0 to 1: that the article is about it, or that it is meant.
    pub confidence: f64,
    /// How often it is named.
    pub mentions: u32,
    /// Where, in order: the title first; at most [`MAX_SURFACES`](super::MAX_SURFACES).
    pub surfaces: Vec<Surface>,
    /// What the salience was told from.
    pub signs: Signs,
}

/// A name that may mean an entry, and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ambiguous {
    /// `country` or `actor`.
    pub vocabulary: &'static str,
    /// The entries it may mean; a single one if it may mean something else altogether.
    pub entries: Vec<EntryId>,
    /// The names of those entries.
    pub names: Vec<String>,
    /// How often it stands there.
    pub mentions: u32,
    /// Where it stands first.
    pub surface: Surface,
}

/// What an article names.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Tags {
    /// Countries before actors; what the article is about first, then the surest.
    pub tags: Vec<Tag>,
    /// Names that were left out because nothing says what they mean.
    pub ambiguous: Vec<Ambiguous>,
}
