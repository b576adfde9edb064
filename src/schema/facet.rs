//! The definition of one facet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The vocabularies there are, and the facets that are folded by them if nothing else is said.
const BUNDLED: [&str; 3] = ["country", "actor", "topic"];

/// A declared dimension of the documents, and what feeds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FacetDefinition {
    /// Its name in queries and output.
    pub name: String,
    /// The source keys that feed it.
    pub keys: Vec<String>,
    /// What separates the steps of a path, if its values are paths in a tree.
    pub tree: Option<char>,
    /// What separates several values in one string, if anything does.
    pub split: Option<String>,
    /// The vocabulary that folds its names together; `None` leaves values as written.
    pub vocabulary: Option<String>,
    /// Whether values are looked for in texts, if a vocabulary belongs to it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub tagging: bool,
}

/// The vocabularies whose entries are looked for in texts.
const TAGGED: [&str; 3] = ["country", "actor", "topic"];

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it has"
)]
fn is_yes(is: &bool) -> bool {
    *is
}

impl FacetDefinition {
    /// A facet fed by the source key of its own name, without a tree. `country`, `actor` and
    /// `topic` are folded by the vocabularies of their names.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let has_vocabulary = BUNDLED.contains(&name.as_str());
        Self {
            keys: vec![name.clone()],
            vocabulary: has_vocabulary.then(|| name.clone()),
            name,
            tree: None,
            split: None,
            tagging: true,
        }
    }

    /// Folds its names together by a vocabulary: `country`, `actor` or `topic`.
    pub fn vocabulary(mut self, name: impl Into<String>) -> Self {
        self.vocabulary = Some(name.into());
        self
    }

    /// Leaves its values as they are written.
    pub fn as_written(mut self) -> Self {
        self.vocabulary = None;
        self
    }

    /// Looks for no values in texts.
    pub fn untagged(mut self) -> Self {
        self.tagging = false;
        self
    }

    /// The vocabulary whose entries a text has as values of the facet: its own, or that of its name.
    pub fn tagged_by(&self) -> Option<&str> {
        let vocabulary = self.vocabulary.as_ref().unwrap_or(&self.name);
        let is_tagged = self.tagging && TAGGED.contains(&vocabulary.as_str());
        is_tagged.then_some(vocabulary)
    }

    /// Replaces the source keys that feed it.
    pub fn keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Makes its values paths in a tree.
    pub fn tree(mut self, separator: char) -> Self {
        self.tree = Some(separator);
        self
    }

    /// Splits a string of the source into several values.
    pub fn split(mut self, separator: impl Into<String>) -> Self {
        self.split = Some(separator.into());
        self
    }
}

/// A numeric facet, and what feeds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberDefinition {
    /// Its name in queries and output.
    pub name: String,
    /// The source keys that feed it.
    pub keys: Vec<String>,
}

impl NumberDefinition {
    /// A numeric facet fed by the source key of its own name.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            keys: vec![name.clone()],
            name,
        }
    }

    /// Replaces the source keys that feed it.
    pub fn keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }
}

/// Where a facet value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Origin {
    /// The source's own metadata says so.
    Declared,
    /// Inferred: the document is about it.
    About,
    /// Inferred: the document names it.
    Mentioned,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 3] = [Self::Declared, Self::About, Self::Mentioned];

    /// Its name in queries and on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::About => "about",
            Self::Mentioned => "mentioned",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where values come from that count for a facet whose origin is not named.
///
/// It decides about facets whose values are looked for in texts; those of all others are declared.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Origins {
    /// What the source declares; of a document of which it declares none, what it is about.
    #[default]
    Usual,
    /// What the source declares.
    Declared,
    /// What the document is about.
    About,
    /// What the document names, and is not about.
    Mentioned,
    /// What was found in the text: what the document is about, and what it mentions.
    Inferred,
    /// All of them together. A document counts once for a value, however many origins it has.
    All,
}

impl Origins {
    /// Every choice of origins.
    pub const ALL: [Self; 6] = [
        Self::Usual,
        Self::Declared,
        Self::About,
        Self::Mentioned,
        Self::Inferred,
        Self::All,
    ];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Declared => Origin::Declared.name(),
            Self::About => Origin::About.name(),
            Self::Mentioned => Origin::Mentioned.name(),
            Self::Inferred => "inferred",
            Self::All => "all",
        }
    }

    /// The origins that count. Of the usual ones the first decides that has values.
    pub fn origins(self) -> &'static [Origin] {
        match self {
            Self::Usual => &[Origin::Declared, Origin::About],
            Self::Declared => &[Origin::Declared],
            Self::About => &[Origin::About],
            Self::Mentioned => &[Origin::Mentioned],
            Self::Inferred => &[Origin::About, Origin::Mentioned],
            Self::All => &Origin::ALL,
        }
    }

    /// Whether values of several origins count together, so that a document may have one twice.
    pub(crate) fn is_union(self) -> bool {
        matches!(self, Self::Inferred | Self::All)
    }
}

impl From<Origin> for Origins {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Declared => Self::Declared,
            Origin::About => Self::About,
            Origin::Mentioned => Self::Mentioned,
        }
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A facet as a request names it: `country`, or `mentioned.country`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FacetRef {
    /// Where the value must come from; `None`: what the request says, see [`Origins`].
    pub origin: Option<Origin>,
    /// The facet's name.
    pub name: String,
}

impl FacetRef {
    /// Reads `country` or `mentioned.country`. Whether there is such a facet is not checked.
    pub fn parse(text: &str) -> Self {
        if let Some((head, name)) = text.split_once('.') {
            for origin in Origin::ALL {
                if origin.name() == head {
                    return Self {
                        origin: Some(origin),
                        name: name.to_owned(),
                    };
                }
            }
        }
        Self {
            origin: None,
            name: text.to_owned(),
        }
    }
}
