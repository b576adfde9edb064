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
    /// Words that a pattern with wildcards fits.
    Pattern(Pattern),
    /// Words that differ from this one by a few letters.
    Fuzzy(Fuzzy),
    /// Words that a regular expression fits.
    Regex(Regex),
    /// Two things near each other in the same field.
    Near(Near),
    /// The same documents, whose score counts so many times as much; the factor lies between
    /// [`MIN_BOOST`](super::MIN_BOOST) and [`MAX_BOOST`](super::MAX_BOOST).
    Boost(Box<Self>, f32),
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
    /// Documents of the files whose path a glob fits, see [`path_fits`](super::path_fits).
    Path(String),
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
    /// How far the words may be out of place: 0 is the exact order, and with n, n other words
    /// altogether may stand between them; a swap of neighbours takes 2. At most
    /// [`MAX_MOVES`](super::MAX_MOVES).
    #[serde(default)]
    pub moves: u32,
}

/// Words that a pattern with wildcards fits from their first letter to their last, in exactly the
/// forms of the texts; case and accents do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// Letters and digits of one word, `*` for any number of characters, `?` for exactly one.
    pub text: String,
    /// Where it stands; anywhere if `None`.
    pub field: Option<TextField>,
}

/// Words that become this one when letters are put in, left out, replaced or swapped with their
/// neighbour; they are compared in exactly the forms of the texts, without case and accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fuzzy {
    /// One word, as written.
    pub text: String,
    /// How many letters may differ: 1 or 2.
    pub edits: u8,
    /// Where it stands; anywhere if `None`.
    pub field: Option<TextField>,
}

/// Words that a regular expression fits from their first letter to their last. The words are in
/// exactly the forms of the texts, in small letters and without accents; so is the expression
/// understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regex {
    /// What stands between the slashes, in the syntax of the `regex-syntax` crate.
    pub pattern: String,
    /// Where it stands; anywhere if `None`.
    pub field: Option<TextField>,
}

/// Two things near each other in the same field; no word belongs to both.
///
/// Each side is a word, phrase, pattern, fuzzy word or regular expression, another `Near`, or an
/// [`Query::Or`] of any of these. A phrase or a `Near` reaches from its first word to its last, and
/// what stands within its reach is as near to it as can be: `(a NEAR/9 b) NEAR/1 c` is met by
/// `a c b`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// What comes first if `ordered`.
    pub left: Box<Query>,
    /// What comes second if `ordered`.
    pub right: Box<Query>,
    /// How far the two may be apart.
    pub within: Distance,
    /// Whether `right` must come after `left`.
    pub ordered: bool,
}

/// How far things near each other may be apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distance {
    /// The first word of the later one is at most so many words behind the last word of the
    /// earlier one: 1 for neighbours, at most [`MAX_DISTANCE`](super::MAX_DISTANCE).
    Words(u32),
    /// Both lie in one sentence.
    Sentence,
    /// Both lie in one paragraph.
    Paragraph,
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
