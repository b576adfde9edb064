//! What ranges of dates leave out because a date is too coarse, or missing.
//!
//! A range that every hit must match is a filter of the pass, which counts what fails it alone. One
//! that stands below OR or NOT decides nothing by itself: there the query is compared with what it
//! would be if such documents matched the range.

use tantivy::query::{BooleanQuery, EnableScoring, Occur, Weight};

use super::Searcher;
use crate::Result;
use crate::document::DateRange;
use crate::index::search::collect::{DateTally, Pass, PassFilter};
use crate::index::search::compile::excluded;
use crate::index::search::views::SegmentView;
use crate::index::search::watch::Watch;
use crate::query::{Diagnostic, Query, Severity};
use crate::search::{DateMatch, Limit, SearchRequest, Sort};

/// Documents for which the answer would be another if their dates were read otherwise.
pub(super) struct Doubt {
    weight: Box<dyn Weight>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Coarse,
    Undated,
}

impl Searcher {
    /// What ranges inside a query leave in doubt.
    pub(super) fn doubts(
        &self,
        query: &Query,
        request: &SearchRequest,
        watch: &Watch,
    ) -> Result<Vec<Doubt>> {
        let mut doubts = Vec::new();
        let (query, _) = split_dates(query);
        if !has_range(&query) {
            return Ok(doubts);
        }
        let Some(compiled) = self.compiler(request, watch).compile(&query)? else {
            return Ok(doubts);
        };
        for kind in [Kind::Coarse, Kind::Undated] {
            let mut compiler = self.compiler(request, watch);
            match kind {
                Kind::Coarse if request.date_match == DateMatch::Overlap => continue,
                Kind::Coarse => compiler.date_match = DateMatch::Overlap,
                Kind::Undated => compiler.admits_undated = true,
            }
            let Some(other) = compiler.compile(&query)? else {
                continue;
            };
            let only = |of: &dyn tantivy::query::Query, not: &dyn tantivy::query::Query| {
                let clauses = vec![
                    (Occur::Must, of.box_clone()),
                    (Occur::MustNot, excluded(not.box_clone())),
                ];
                Box::new(BooleanQuery::new(clauses)) as Box<dyn tantivy::query::Query>
            };
            let either = BooleanQuery::new(vec![
                (Occur::Should, only(compiled.as_ref(), other.as_ref())),
                (Occur::Should, only(other.as_ref(), compiled.as_ref())),
            ]);
            let scoring = EnableScoring::disabled_from_searcher(&self.snapshot.engine);
            let weight = tantivy::query::Query::weight(&either, scoring)?;
            doubts.push(Doubt { weight, kind });
        }
        Ok(doubts)
    }
}

/// Whether a range of dates stands somewhere in a query.
fn has_range(query: &Query) -> bool {
    match query {
        Query::Date(clause) => clause.exactly.is_none(),
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_range),
        Query::Not(inner) | Query::Boost(inner, _) => has_range(inner),
        _ => false,
    }
}

impl Doubt {
    /// Counts the documents under the filters of a request.
    pub(super) fn count(
        self,
        views: &[SegmentView],
        filters: Vec<PassFilter>,
        watch: &Watch,
    ) -> Result<Option<Diagnostic>> {
        let pass = Pass {
            weight: self.weight,
            everything: false,
            filters,
            facets: &[],
            sort: Sort::Newest,
            limit: Limit::Hits(0),
            after: None,
            watch: watch.clone(),
        };
        let count = pass.run(views)?.total;
        if count == 0 {
            return Ok(None);
        }
        let documents = documents(count);
        Ok(Some(match self.kind {
            Kind::Coarse => Diagnostic::new(
                Severity::Notice,
                "coarse_dates",
                format!(
                    "whether {documents} match hangs on a coarser date that could lie in a range"
                ),
            )
            .hint("`--dates overlap` takes them to lie in it"),
            Kind::Undated => Diagnostic::new(
                Severity::Notice,
                "undated",
                format!("{documents} would be judged otherwise if they had a date"),
            )
            .hint("`missing:date` finds them"),
        }))
    }
}

fn documents(n: u64) -> String {
    if n == 1 {
        "1 document".to_owned()
    } else {
        format!("{n} documents")
    }
}

/// Takes ranges of dates that every hit must match out of a query, so that what fails only them
/// can be counted.
pub(super) fn split_dates(query: &Query) -> (Query, Vec<DateRange>) {
    let range = |clause: &Query| match clause {
        Query::Date(date) if date.exactly.is_none() => Some(date.range),
        _ => None,
    };
    match query {
        Query::And(clauses) => {
            let ranges: Vec<DateRange> = clauses.iter().filter_map(range).collect();
            let mut rest: Vec<Query> = clauses
                .iter()
                .filter(|clause| range(clause).is_none())
                .cloned()
                .collect();
            let rest = match rest.len() {
                0 => Query::All,
                1 => rest.swap_remove(0),
                _ => Query::And(rest),
            };
            (rest, ranges)
        }
        other => match range(other) {
            Some(range) => (Query::All, vec![range]),
            None => (other.clone(), Vec::new()),
        },
    }
}

/// That dates left documents out.
pub(super) fn about_dates(tally: DateTally) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if tally.overlapping > 0 {
        let message = format!(
            "left out {} with a coarser date that could lie in the range",
            documents(tally.overlapping)
        );
        diagnostics.push(
            Diagnostic::new(Severity::Notice, "coarse_dates", message)
                .hint("`--dates overlap` admits them"),
        );
    }
    if tally.undated > 0 {
        let message = format!("left out {} without a date", documents(tally.undated));
        diagnostics.push(
            Diagnostic::new(Severity::Notice, "undated", message).hint("`missing:date` finds them"),
        );
    }
    diagnostics
}
