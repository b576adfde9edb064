//! Puts queries together in normal form, so that one question has one tree: no `And` directly in
//! an `And`, no `Or` in an `Or`, no `Not` in a `Not`, none of them empty, and something to
//! subtract from wherever an `And` only subtracts.

use super::ast::Query;

/// All of them; [`Query::All`] of none.
pub(super) fn all_of(queries: Vec<Query>) -> Query {
    let mut parts = Vec::with_capacity(queries.len());
    for query in queries {
        match query {
            Query::And(inner) => parts.extend(inner),
            query => parts.push(query),
        }
    }
    if parts.len() > 1 {
        let restricts = |part: &Query| !matches!(part, Query::All | Query::Not(_));
        let whole = !parts.iter().any(restricts);
        parts.retain(|part| *part != Query::All);
        if whole {
            parts.insert(0, Query::All);
        }
    }
    match parts.len() {
        0 => Query::All,
        1 => parts.remove(0),
        _ => Query::And(parts),
    }
}

/// Any of them; [`Query::All`] of none.
pub(super) fn any_of(queries: Vec<Query>) -> Query {
    let mut parts = Vec::with_capacity(queries.len());
    for query in queries {
        match query {
            Query::Or(inner) => parts.extend(inner),
            query => parts.push(query),
        }
    }
    match parts.len() {
        0 => Query::All,
        1 => parts.remove(0),
        _ => Query::Or(parts),
    }
}

/// What does not match.
pub(super) fn none_of(query: Query) -> Query {
    match query {
        Query::Not(inner) => *inner,
        query => Query::Not(Box::new(query)),
    }
}

/// The same documents with so much weight; weights upon weights multiply.
pub(super) fn boosted(query: Query, factor: f32) -> Query {
    match query {
        Query::Boost(inner, first) => boosted(*inner, first * factor),
        query if factor.total_cmp(&1.0).is_eq() => query,
        query => Query::Boost(Box::new(query), factor),
    }
}

/// A whole query: one that only subtracts subtracts from everything.
pub(super) fn whole(query: Query) -> Query {
    match query {
        Query::Not(_) => Query::And(vec![Query::All, query]),
        query => query,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ast::Word;
    use super::*;

    fn word(text: &str) -> Query {
        Query::Word(Word {
            text: text.to_owned(),
            field: None,
        })
    }

    #[test]
    fn trees_are_flat() {
        let (a, b, c) = (word("a"), word("b"), word("c"));
        let nested = all_of(vec![all_of(vec![a.clone(), b.clone()]), c.clone()]);
        assert_eq!(nested, Query::And(vec![a.clone(), b.clone(), c.clone()]));
        let nested = any_of(vec![a.clone(), any_of(vec![b.clone(), c.clone()])]);
        assert_eq!(nested, Query::Or(vec![a.clone(), b, c]));
        assert_eq!(all_of(vec![a.clone()]), a);
        assert_eq!(none_of(none_of(a.clone())), a);
        assert_eq!(all_of(Vec::new()), Query::All);
    }

    #[test]
    fn what_only_subtracts_subtracts_from_everything() {
        let (a, not_a, not_b) = (word("a"), none_of(word("a")), none_of(word("b")));
        let both = all_of(vec![not_a.clone(), not_b.clone()]);
        assert_eq!(
            both,
            Query::And(vec![Query::All, not_a.clone(), not_b.clone()])
        );
        assert_eq!(
            whole(not_a.clone()),
            Query::And(vec![Query::All, not_a.clone()])
        );
        assert_eq!(
            all_of(vec![a.clone(), both]),
            Query::And(vec![a.clone(), not_a, not_b])
        );
        assert_eq!(all_of(vec![a.clone(), Query::All]), a);
        assert_eq!(all_of(vec![Query::All, Query::All]), Query::All);
    }
}
