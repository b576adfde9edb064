//! How the score of a document came about.

use serde::Serialize;

/// The score of a document, clause by clause. The scores of the parts add up to the whole, up to
/// the rounding of 32-bit numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScoreExplanation {
    /// The score, as a hit has it.
    pub score: f32,
    /// What each clause adds, in the order of the query. Clauses that only restrict add nothing
    /// and are not listed.
    pub parts: Vec<ScorePart>,
}

/// Where a query matches in a document, as byte ranges of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Lit {
    /// In the title.
    pub title: Vec<(usize, usize)>,
    /// In the body.
    pub body: Vec<(usize, usize)>,
}

/// What a clause adds to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScorePart {
    /// The clause in canonical form.
    pub clause: String,
    /// What it adds.
    pub score: f32,
    /// How that came about, for a word; see `docs/ranking.md`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub word: Option<WordScore>,
}

/// How the score of a word came about: `idf · tf · (k1 + 1) / (tf + k1)`, with the `tf` of all
/// fields added.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WordScore {
    /// Documents with the word in any of its forms, in the field where most have it.
    pub documents: u64,
    /// How much the rarity of the word counts.
    pub idf: f32,
    /// How slowly further occurrences lose weight.
    pub k1: f32,
    /// The fields that it stands in.
    pub fields: Vec<FieldScore>,
}

/// The occurrences of a word in one field of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FieldScore {
    /// `title` or `body`.
    pub field: &'static str,
    /// How often it stands there.
    pub occurrences: u32,
    /// The words of the field, up to the precision that the index keeps.
    pub length: u32,
    /// The words of the field in an average document.
    pub average_length: f32,
    /// The occurrences, weighed by field and length.
    pub tf: f32,
}
