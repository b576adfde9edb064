//! Queries built in code: the same trees that the query language is read into.
//!
//! ```
//! use pressmark::query::{Distance, Query};
//!
//! let query = (Query::word("missile").near(Query::word("export"), Distance::Words(8)))
//!     .and(Query::facet("country", "Iran").or(Query::facet("country", "Iraq")))
//!     .without(Query::word("nuclear").in_title());
//! assert_eq!(
//!     query.to_string(),
//!     "(missile NEAR/8 export) AND country:(Iran OR Iraq) AND NOT title:nuclear"
//! );
//! ```

use super::ast::{
    DateClause, Distance, FacetClause, Fuzzy, Near, NumberClause, Pattern, Phrase, Presence, Query,
    Regex, TextField, Word,
};
use super::build::{all_of, any_of, boosted, none_of, whole};
use crate::document::{DateRange, PartialDate};
use crate::schema::FacetRef;

/// What is built here is in the normal form that the parser gives. Bounds are checked when the
/// query is asked; they are those of the query language.
impl Query {
    /// A word in any of its forms, in title or body.
    pub fn word(text: impl Into<String>) -> Self {
        Self::Word(Word {
            text: text.into(),
            field: None,
        })
    }

    /// Exactly these forms in this order, in title or body.
    pub fn phrase(text: impl Into<String>) -> Self {
        Self::Phrase(Phrase {
            text: text.into(),
            field: None,
            moves: 0,
        })
    }

    /// Words that a pattern fits: `*` for any number of letters, `?` for one.
    pub fn pattern(text: impl Into<String>) -> Self {
        Self::Pattern(Pattern {
            text: text.into(),
            field: None,
        })
    }

    /// Words that differ from this one by at most `edits` letters, 1 or 2.
    pub fn fuzzy(text: impl Into<String>, edits: u8) -> Self {
        Self::Fuzzy(Fuzzy {
            text: text.into(),
            edits,
            field: None,
        })
    }

    /// Words that a regular expression fits.
    pub fn regex(pattern: impl Into<String>) -> Self {
        Self::Regex(Regex {
            pattern: pattern.into(),
            field: None,
        })
    }

    /// A value of a facet, or anything below it in its tree. The name may say where the value has
    /// to come from: `mentioned.country`.
    pub fn facet(name: &str, value: impl Into<String>) -> Self {
        Self::facet_clause(name, value.into(), false)
    }

    /// A value of a facet, written in the source exactly so.
    pub fn facet_as_written(name: &str, value: impl Into<String>) -> Self {
        Self::facet_clause(name, value.into(), true)
    }

    fn facet_clause(name: &str, value: String, written: bool) -> Self {
        let FacetRef { origin, name } = FacetRef::parse(name);
        Self::Facet(FacetClause {
            facet: name,
            origin,
            value,
            written,
        })
    }

    /// Documents of these dates, both ends included; `None` leaves an end open.
    pub fn dated(from: Option<PartialDate>, to: Option<PartialDate>) -> Self {
        Self::Date(DateClause {
            range: DateRange { from, to },
            exactly: None,
        })
    }

    /// Documents whose number lies between these, both included; `None` leaves an end open.
    pub fn number(name: impl Into<String>, from: Option<f64>, to: Option<f64>) -> Self {
        Self::Number(NumberClause {
            name: name.into(),
            from,
            from_excluded: false,
            to,
            to_excluded: false,
        })
    }

    /// Documents that have a value for a facet, a number, or one of the fields `date`, `title`,
    /// `body`, `url`, `language`.
    pub fn has(name: &str) -> Self {
        Self::Has(presence(name))
    }

    /// Documents that have none.
    pub fn missing(name: &str) -> Self {
        Self::Missing(presence(name))
    }

    /// Documents that match all of these; every document if there are none.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        whole(all_of(parts.into_iter().collect()))
    }

    /// Documents that match any of these; no document if there are none.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        if parts.is_empty() {
            return !Self::All;
        }
        whole(any_of(parts))
    }

    /// Documents that match both.
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// Documents that match one of the two, or both.
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// Documents that match this one, and not the other.
    pub fn without(self, other: Self) -> Self {
        Self::all([self, none_of(other)])
    }

    /// Both near each other in the same field, in any order. Each side is something about words, or
    /// alternatives of such.
    pub fn near(self, other: Self, within: Distance) -> Self {
        self.proximity(other, within, false)
    }

    /// Both near each other in the same field, this one first.
    pub fn before(self, other: Self, within: Distance) -> Self {
        self.proximity(other, within, true)
    }

    fn proximity(self, other: Self, within: Distance, ordered: bool) -> Self {
        Self::Near(Near {
            left: Box::new(self),
            right: Box::new(other),
            within,
            ordered,
        })
    }

    /// The same documents, whose score counts so many times as much; weights upon weights multiply.
    pub fn boost(self, factor: f32) -> Self {
        boosted(self, factor)
    }

    /// The same, in titles only. Clauses that are not about words stay as they are.
    pub fn in_title(self) -> Self {
        self.in_field(TextField::Title)
    }

    /// The same, in bodies only. Clauses that are not about words stay as they are.
    pub fn in_body(self) -> Self {
        self.in_field(TextField::Body)
    }

    fn in_field(mut self, field: TextField) -> Self {
        // A stack of our own: how deep a tree built in code is, nobody has checked.
        let mut rest = vec![&mut self];
        while let Some(query) = rest.pop() {
            match query {
                Self::Word(word) => word.field = Some(field),
                Self::Phrase(phrase) => phrase.field = Some(field),
                Self::Pattern(pattern) => pattern.field = Some(field),
                Self::Fuzzy(fuzzy) => fuzzy.field = Some(field),
                Self::Regex(regex) => regex.field = Some(field),
                Self::Near(near) => rest.extend([near.left.as_mut(), near.right.as_mut()]),
                Self::Boost(inner, _) | Self::Not(inner) => rest.push(inner),
                Self::And(parts) | Self::Or(parts) => rest.extend(parts),
                Self::All
                | Self::Facet(_)
                | Self::Date(_)
                | Self::Number(_)
                | Self::Added(_)
                | Self::Id(_)
                | Self::Path(_)
                | Self::Has(_)
                | Self::Missing(_) => {}
            }
        }
        self
    }
}

/// Documents that do not match.
impl std::ops::Not for Query {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            // What was subtracted from everything is all that is left when it is turned round.
            Self::And(mut parts) if matches!(&parts[..], [Self::All, Self::Not(_)]) => {
                none_of(parts.swap_remove(1))
            }
            query => whole(none_of(query)),
        }
    }
}

fn presence(name: &str) -> Presence {
    let FacetRef { origin, name } = FacetRef::parse(name);
    Presence { name, origin }
}
