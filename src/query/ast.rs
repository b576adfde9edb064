//! The parsed question: plain data, the same for every engine.
//!
//! Words and phrases stand here as the user wrote them; turning them into tokens is the
//! engine's compile step, which knows the analysis and the languages of the index.

use serde::{Deserialize, Serialize};

use crate::document::{DateRange, PartialDate};
use crate::schema::Origin;

/// A question, as a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Query {
    /// Every document: what the empty query asks for.
    All,
    /// A word, in any of its forms.
    Word(Word),
    /// Exactly these forms, in this order (one word or several).
    Phrase(Phrase),
    /// A value of a facet, or anything below it in its tree.
    Facet(FacetClause),
    /// A range of dates.
    Date(DateClause),
    /// A range of a numeric facet.
    Number(NumberClause),
    /// When the document first entered the index.
    Added(DateRange),
    /// The document of this id.
    Id(String),
    /// Documents that have a value for a facet, a numeric facet, or the field `date`.
    Has(Presence),
    /// Documents that have none.
    Missing(Presence),
    /// All of them.
    And(Vec<Self>),
    /// Any of them.
    Or(Vec<Self>),
    /// Documents that do not match.
    Not(Box<Self>),
}

/// A field of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TextField {
    /// The headline.
    Title,
    /// The text.
    Body,
}

/// A word, in any of its forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// As written, without operators. It may analyse to several tokens (`cease-fire`), which
    /// then stand next to each other.
    pub text: String,
    /// Where it stands; anywhere if `None`.
    pub field: Option<TextField>,
}

/// Words in order, in exactly these forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// As written between the quotes.
    pub text: String,
    /// Where it stands; anywhere if `None`.
    pub field: Option<TextField>,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetClause {
    /// The facet's name.
    pub facet: String,
    /// Where the value must come from; `None`: declared, else about.
    pub origin: Option<Origin>,
    /// The value; a path in a tree facet.
    pub value: String,
    /// Whether it must be written exactly so in the source (`country:="Persia"`).
    pub written: bool,
}

/// A range of dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateClause {
    /// Both ends included.
    pub range: DateRange,
    /// `date:=1962`: dated to exactly this, in exactly this precision; `range` is then its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exactly: Option<PartialDate>,
}

/// A range of a numeric facet; a missing end is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberClause {
    /// The numeric facet's name.
    pub name: String,
    /// The lower end.
    pub from: Option<f64>,
    /// Whether the lower end itself is out.
    pub from_excluded: bool,
    /// The upper end.
    pub to: Option<f64>,
    /// Whether the upper end itself is out.
    pub to_excluded: bool,
}

/// What a document may have or miss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// A facet, a numeric facet, or a field (`date`, `title`, `body`, `url`, `language`).
    pub name: String,
    /// For a facet: where the value must come from; `None`: declared, else about.
    pub origin: Option<Origin>,
}
