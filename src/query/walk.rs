//! A query's tree, walked and changed without knowing every kind of clause.

use super::ast::{Near, Query};
use super::build::{all_of, any_of, boosted, none_of};
use super::combine::has_text;

/// A clause that holds no other; things near each other are one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf<'q> {
    /// Leaves before it.
    pub(crate) number: usize,
    pub(crate) clause: &'q Query,
    /// Whether documents that match it are left out.
    pub(crate) is_negated: bool,
}

impl Query {
    /// The clauses that hold no others, in the order in which they are written.
    pub(crate) fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        collect(self, false, &mut leaves);
        leaves
    }

    /// The query with another one in place of some of its leaves, by their number.
    pub(crate) fn with_leaves(&self, replacement: &dyn Fn(usize) -> Option<Self>) -> Self {
        replaced(self, &mut 0, replacement)
    }

    /// The parts that every document must match.
    pub(crate) fn conjuncts(&self) -> Vec<Self> {
        match self {
            Self::All => Vec::new(),
            Self::And(parts) => parts
                .iter()
                .filter(|part| **part != Self::All)
                .cloned()
                .collect(),
            other => vec![other.clone()],
        }
    }

    /// Whether it asks for words, and not just for words to be absent.
    pub(crate) fn wants_words(&self) -> bool {
        !matches!(self, Self::Not(_)) && has_text(self)
    }

    /// Whether a document can match without matching every clause that is not negated.
    pub(crate) fn leaves_room(&self) -> bool {
        match self {
            Self::Or(_) => true,
            Self::And(parts) => parts.iter().any(Self::leaves_room),
            Self::Boost(inner, _) => inner.leaves_room(),
            Self::Near(near) => near.left.leaves_room() || near.right.leaves_room(),
            _ => false,
        }
    }

    /// The same documents with so much weight.
    pub(crate) fn weighed(self, factor: f32) -> Self {
        boosted(self, factor)
    }
}

fn collect<'q>(query: &'q Query, is_negated: bool, leaves: &mut Vec<Leaf<'q>>) {
    match query {
        Query::And(parts) | Query::Or(parts) => {
            for part in parts {
                collect(part, is_negated, leaves);
            }
        }
        Query::Not(inner) => collect(inner, !is_negated, leaves),
        Query::Boost(inner, _) => collect(inner, is_negated, leaves),
        Query::Near(near) => {
            collect(&near.left, is_negated, leaves);
            collect(&near.right, is_negated, leaves);
        }
        clause => leaves.push(Leaf {
            number: leaves.len(),
            clause,
            is_negated,
        }),
    }
}

fn replaced(
    query: &Query,
    number: &mut usize,
    replacement: &dyn Fn(usize) -> Option<Query>,
) -> Query {
    let mut all = |parts: &[Query]| {
        let parts = parts.iter();
        parts
            .map(|part| replaced(part, number, replacement))
            .collect()
    };
    match query {
        Query::And(parts) => all_of(all(parts)),
        Query::Or(parts) => any_of(all(parts)),
        Query::Not(inner) => none_of(replaced(inner, number, replacement)),
        Query::Boost(inner, factor) => boosted(replaced(inner, number, replacement), *factor),
        Query::Near(near) => Query::Near(Near {
            left: Box::new(replaced(&near.left, number, replacement)),
            right: Box::new(replaced(&near.right, number, replacement)),
            ..near.clone()
        }),
        clause => {
            *number += 1;
            replacement(*number - 1).unwrap_or_else(|| clause.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ParseContext, parse};
    use super::*;

    #[test]
    fn leaves_are_numbered_in_the_order_of_the_text() {
        let query = parse("a -(b OR country:ir) \"c d\"", &ParseContext::any_names()).query;
        let leaves: Vec<(usize, String, bool)> = query
            .leaves()
            .iter()
            .map(|leaf| (leaf.number, leaf.clause.to_string(), leaf.is_negated))
            .collect();
        let expected = [
            (0, "a", false),
            (1, "b", true),
            (2, "country:ir", true),
            (3, "\"c d\"", false),
        ];
        let expected = expected.map(|(number, text, not)| (number, text.to_owned(), not));
        assert_eq!(leaves, expected);
        let near = parse("(a OR b)^2 x NEAR/3 \"c d\"", &ParseContext::any_names()).query;
        let changed =
            near.with_leaves(&|number| (number == 2).then(|| near.leaves()[0].clause.clone()));
        assert_eq!(changed.to_string(), "(a OR b)^2 AND (a NEAR/3 \"c d\")");
        let new = parse("x y", &ParseContext::any_names()).query;
        let changed = query.with_leaves(&|number| (number == 3).then(|| new.clone()));
        assert_eq!(
            changed.to_string(),
            "a AND NOT (b OR country:ir) AND x AND y"
        );
        let parts = query.conjuncts();
        assert_eq!(parts.len(), 3);
        assert_eq!(Query::all(parts), query);
        assert_eq!(
            Query::all(vec![query.conjuncts().swap_remove(1)]).to_string(),
            "* AND NOT (b OR country:ir)"
        );
    }
}
