//! What charts and matrices share: a question asked for its counts alone, and clauses that narrow
//! it to what was counted.

use super::{Asked, Searcher};
use crate::Result;
use crate::document::{DateRange, PartialDate};
use crate::index::search::collect::{Counted, Found, Pass, Tally};
use crate::index::search::counts::Selected;
use crate::index::search::views::ResolvedFacet;
use crate::index::search::watch::Watch;
use crate::query::{DateClause, Diagnostic, FacetClause, Presence, Query};
use crate::search::{FacetCounts, FacetRef, Limit, SearchRequest, Sort, Top};

use super::dates::about_dates;

impl Searcher {
    /// A request that asks for nothing but counts: no hits, no order, no scores.
    pub(super) fn bare(request: &SearchRequest) -> SearchRequest {
        SearchRequest {
            limit: Limit::Hits(0),
            sort: Sort::Newest,
            cursor: None,
            ..request.clone()
        }
    }

    /// Reads the question of a [bare](Self::bare) request with everything there is to say of it.
    pub(super) fn ask_to_count(&self, request: &SearchRequest, watch: &Watch) -> Result<Asked> {
        let mut asked = self.ask(request, watch)?;
        for doubt in self.doubts(&asked.query, request, watch)? {
            let found = doubt.count(&self.snapshot.views, asked.filters.clone(), watch)?;
            asked.diagnostics.extend(found);
        }
        Ok(asked)
    }

    /// Goes through the hits of a question once.
    pub(super) fn count_hits<'a>(
        &self,
        asked: Asked,
        facets: &'a [Counted],
        tallies: &mut [&mut dyn Tally],
        watch: &Watch,
    ) -> Result<(Found<'a>, Query, Vec<Diagnostic>)> {
        let pass = Pass {
            weight: asked.weight,
            everything: asked.everything,
            filters: asked.filters,
            facets,
            sort: Sort::Newest,
            limit: Limit::Hits(0),
            after: None,
            watch: watch.clone(),
        };
        let found = pass.run_with(&self.snapshot.views, tallies)?;
        let mut diagnostics = asked.diagnostics;
        for tally in &found.dates {
            diagnostics.extend(about_dates(*tally));
        }
        Ok((found, asked.query, diagnostics))
    }

    /// Goes through the hits of the same question once more.
    pub(super) fn count_again(
        &self,
        request: &SearchRequest,
        tallies: &mut [&mut dyn Tally],
        watch: &Watch,
    ) -> Result<u64> {
        let asked = self.compile(request, watch)?;
        let (found, ..) = self.count_hits(asked, &[], tallies, watch)?;
        Ok(found.total)
    }

    /// A facet whose values are counted among the hits, every choice in force.
    pub(super) fn among_hits(&self, request: &SearchRequest, name: &str) -> Result<Counted> {
        self.to_count(request, &FacetRef::parse(name), None)
    }
}

/// The values of a facet to be listed of a request: those of most hits, and every chosen one.
pub(super) fn listed(
    found: Found<'_>,
    request: &SearchRequest,
    facets: &[Counted],
    tops: &[Top],
) -> Result<Vec<FacetCounts>> {
    let mut lists = Vec::with_capacity(facets.len());
    for ((counted, tally), top) in facets.iter().zip(found.facets).zip(tops) {
        let choice = request.choices.get(&counted.facet.name());
        let selected = choice.map(Selected::of).unwrap_or_default();
        lists.push(tally.finish(found.total, *top, &selected)?);
    }
    Ok(lists)
}

/// The values of a list.
pub(super) fn values(counts: &FacetCounts) -> Vec<String> {
    let buckets = counts.buckets.iter();
    buckets.map(|bucket| bucket.value.clone()).collect()
}

/// The clause for documents with a value.
pub(super) fn value_clause(facet: &ResolvedFacet, value: &str) -> Query {
    Query::Facet(FacetClause {
        facet: facet.definition.name.clone(),
        origin: facet.origin,
        value: value.to_owned(),
        written: false,
    })
}

/// The clause for documents dated within a range.
pub(super) fn date_clause(from: PartialDate, to: PartialDate) -> Query {
    Query::Date(DateClause {
        range: DateRange {
            from: Some(from),
            to: Some(to),
        },
        exactly: None,
    })
}

/// The clause for documents of exactly this date, in this precision.
pub(super) fn exact_clause(date: PartialDate) -> Query {
    Query::Date(DateClause {
        range: DateRange {
            from: Some(date),
            to: Some(date),
        },
        exactly: Some(date),
    })
}

/// The clause for documents without a value.
pub(super) fn missing_clause(name: &str) -> Query {
    let reference = FacetRef::parse(name);
    Query::Missing(Presence {
        name: reference.name,
        origin: reference.origin,
    })
}
