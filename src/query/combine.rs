//! Operands of one level → one query: which operator binds first, and what an unwritten one
//! means.

use super::ast::Query;
use super::build::{all_of, any_of};
use super::findings::Span;
use super::work::steps;

/// An operand with what stands before it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) query: Query,
    pub(super) joined: Joined,
    pub(super) sign: Sign,
    /// From the sign to the end of the operand.
    pub(super) span: Span,
    pub(super) shape: Shape,
}

/// How an operand is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    First,
    And,
    Or,
    /// Nothing but space.
    Unwritten,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    /// `+`
    Required,
    /// `-` or `NOT`; the query is negated already.
    Forbidden,
}

/// What an operand looks like, for remarks about what may have been meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A word without quotes, or a value without them in a list of values.
    Word,
    /// A field with a value without quotes, which begins here.
    Clause(usize),
    /// Words near each other, without brackets around them.
    Near,
    Other,
}

/// All of what is side by side; NOT before AND before OR.
pub(super) fn combine(items: Vec<Item>) -> Query {
    let mut branches = vec![Vec::new()];
    for item in items {
        if item.joined == Joined::Or {
            branches.push(Vec::new());
        }
        if let Some(branch) = branches.last_mut() {
            branch.push(item.query);
        }
    }
    any_of(branches.into_iter().map(all_of).collect())
}

/// Any of what is side by side, except for what only restricts; see
/// [`ParseContext::any`](super::ParseContext::any).
pub(super) fn combine_any(items: Vec<Item>, side: Side) -> Query {
    let mut chains: Vec<Chain> = Vec::new();
    for item in items {
        match chains.last_mut() {
            Some(chain) if item.joined == Joined::And => {
                chain.queries.push(item.query);
                chain.sign = Sign::None;
            }
            last => {
                let or = item.joined == Joined::Or;
                if let Some(last) = last {
                    last.beside_or |= or;
                }
                chains.push(Chain {
                    queries: vec![item.query],
                    sign: item.sign,
                    beside_or: or,
                });
            }
        }
    }
    let (mut parts, mut alternatives, mut place) = (Vec::new(), Vec::new(), None);
    let mut is_optional = false;
    for chain in chains {
        let query = all_of(chain.queries);
        let restricts = chain.sign != Sign::None || (side == Side::Words && !has_text(&query));
        if restricts && !chain.beside_or {
            is_optional |= chain.sign == Sign::Required;
            parts.push(query);
        } else {
            place.get_or_insert(parts.len());
            alternatives.push(query);
        }
    }
    if let Some(place) = place {
        if is_optional {
            alternatives.push(Query::All);
        }
        parts.insert(place, any_of(alternatives));
    }
    all_of(parts)
}

/// What stands side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Words and clauses.
    Words,
    /// Values of one field.
    Values,
}

/// Operands with a written AND between them.
struct Chain {
    queries: Vec<Query>,
    sign: Sign,
    beside_or: bool,
}

/// Whether there is a word to look for, and not just documents to drop.
pub(super) fn has_text(query: &Query) -> bool {
    match query {
        Query::Word(_)
        | Query::Phrase(_)
        | Query::Pattern(_)
        | Query::Fuzzy(_)
        | Query::Regex(_)
        | Query::Near(_) => true,
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_text),
        Query::Not(inner) | Query::Boost(inner, _) => has_text(inner),
        Query::All
        | Query::Facet(_)
        | Query::Date(_)
        | Query::Number(_)
        | Query::Added(_)
        | Query::Id(_)
        | Query::Path(_)
        | Query::Has(_)
        | Query::Missing(_) => false,
    }
}

/// The levels of brackets and NOT of the canonical form, and the clauses in it.
pub(super) fn measure(query: &Query) -> (usize, usize) {
    steps(1);
    let bracket = |query: &Query| {
        usize::from(matches!(
            query,
            Query::And(_) | Query::Or(_) | Query::Near(_)
        ))
    };
    let inner = |query: &Query| {
        let (depth, clauses) = measure(query);
        (depth + bracket(query), clauses)
    };
    let both = |one: (usize, usize), other: (usize, usize)| (one.0.max(other.0), one.1 + other.1);
    match query {
        Query::And(parts) | Query::Or(parts) => {
            let parts = parts.iter().map(inner);
            parts.fold((0, 0), both)
        }
        Query::Near(near) => both(inner(&near.left), inner(&near.right)),
        Query::Not(query) => {
            let (depth, clauses) = inner(query);
            (depth + 1, clauses)
        }
        Query::Boost(query, _) => match query.as_ref() {
            Query::Not(_) => {
                let (depth, clauses) = inner(query);
                (depth + 1, clauses)
            }
            query => inner(query),
        },
        _ => (0, 1),
    }
}
