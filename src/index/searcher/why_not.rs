//! What left a search without hits: every clause and filter put to every document.

use tantivy::query::EnableScoring;

use super::spelling::Correction;
use super::{EngineQuery, Searcher};
use crate::document::DateRange;
use crate::index::search::collect::Wanted;
use crate::index::search::failing::{Demand, Failing, MOST};
use crate::index::search::filter::{Filters, ValueSet};
use crate::index::search::views::ResolvedFacet;
use crate::index::search::watch::Watch;
use crate::query::{DateClause, Query};
use crate::search::{
    Choice, ChosenPresence, ChosenValue, Control, CountedClause, FacetRef, Question, Relaxation,
    SearchRequest, WhyNot, shell, value_argument,
};
use crate::{ErrorKind, Result};

/// One thing that every hit must satisfy, and that can be left out of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A clause of the query, by number.
    Clause(usize),
    AnyOf(String),
    AllOf(String, usize),
    NoneOf(String, usize),
    Presence(String),
    Dates,
    Added,
    /// Whatever is more than can be told apart; it stays in the request.
    Rest(Vec<Self>),
}

/// A request in its parts.
pub(super) struct Parts<'r> {
    pub(super) request: &'r SearchRequest,
    /// The clauses of the query.
    pub(super) clauses: Vec<Query>,
    pub(super) list: Vec<Part>,
}

impl<'r> Parts<'r> {
    pub(super) fn of(request: &'r SearchRequest, query: &Query) -> Self {
        let clauses = query.conjuncts();
        let mut parts: Vec<Part> = (0..clauses.len()).map(Part::Clause).collect();
        for (facet, choice) in &request.choices {
            if !choice.any_of.is_empty() {
                parts.push(Part::AnyOf(facet.clone()));
            }
            let all_of = 0..choice.all_of.len();
            parts.extend(all_of.map(|number| Part::AllOf(facet.clone(), number)));
            let none_of = 0..choice.none_of.len();
            parts.extend(none_of.map(|number| Part::NoneOf(facet.clone(), number)));
            if choice.presence.is_some() {
                parts.push(Part::Presence(facet.clone()));
            }
        }
        if request.dates != DateRange::default() {
            parts.push(Part::Dates);
        }
        if request.added_since.is_some() {
            parts.push(Part::Added);
        }
        if parts.len() > MOST {
            let rest = parts.split_off(MOST - 1);
            parts.push(Part::Rest(rest));
        }
        Self {
            request,
            clauses,
            list: parts,
        }
    }

    /// A part as it is written.
    pub(super) fn written(&self, part: &Part) -> String {
        let value = |option: &str, facet: &str, value: &ChosenValue| {
            let argument = value_argument(facet, value).unwrap_or_default();
            format!("{option} {}", shell(&argument))
        };
        match part {
            Part::Clause(number) => self.clauses[*number].to_string(),
            Part::AnyOf(facet) => {
                let any_of = &self.request.choices[facet].any_of;
                let values: Vec<String> = any_of.iter().map(|v| value("-f", facet, v)).collect();
                values.join(" ")
            }
            Part::AllOf(facet, number) => value(
                "--all-of",
                facet,
                &self.request.choices[facet].all_of[*number],
            ),
            Part::NoneOf(facet, number) => {
                value("-x", facet, &self.request.choices[facet].none_of[*number])
            }
            Part::Presence(facet) => match self.request.choices[facet].presence {
                Some(ChosenPresence::Missing) => format!("--missing {facet}"),
                _ => format!("--has {facet}"),
            },
            Part::Dates => {
                let DateRange { from, to } = self.request.dates;
                let since = from.map(|date| format!("--since {date}"));
                let until = to.map(|date| format!("--until {date}"));
                let both: Vec<String> = since.into_iter().chain(until).collect();
                both.join(" ")
            }
            Part::Added => {
                let since = self.request.added_since.map(|date| date.to_string());
                format!("--added-since {}", since.unwrap_or_default())
            }
            Part::Rest(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.written(part)).collect();
                parts.join(" ")
            }
        }
    }

    /// The request with other clauses.
    pub(super) fn with_clauses(&self, clauses: Vec<Query>) -> SearchRequest {
        let mut request = self.request.clone();
        request.cursor = None;
        request.any = false; // the canonical form says all of it
        request.question = Question::Text(if clauses.is_empty() {
            String::new()
        } else {
            Query::all(clauses).to_string()
        });
        request
    }

    /// The request without some of its parts, by number.
    pub(super) fn without(&self, dropped: usize) -> SearchRequest {
        let is_dropped = |part: &Part| {
            let number = self.list.iter().position(|other| other == part);
            number.is_some_and(|number| dropped >> number & 1 == 1)
        };
        let kept = self.clauses.iter().enumerate();
        let kept = kept.filter(|(number, _)| !is_dropped(&Part::Clause(*number)));
        let mut request = self.with_clauses(kept.map(|(_, clause)| clause.clone()).collect());
        request.choices = self
            .request
            .choices
            .iter()
            .filter_map(|(facet, choice)| {
                let kept = |values: &[ChosenValue], part: &dyn Fn(usize) -> Part| {
                    let values = values.iter().enumerate();
                    let values = values.filter(|(number, _)| !is_dropped(&part(*number)));
                    values.map(|(_, value)| value.clone()).collect()
                };
                let choice = Choice {
                    any_of: kept(&choice.any_of, &|_| Part::AnyOf(facet.clone())),
                    all_of: kept(&choice.all_of, &|n| Part::AllOf(facet.clone(), n)),
                    none_of: kept(&choice.none_of, &|n| Part::NoneOf(facet.clone(), n)),
                    presence: choice
                        .presence
                        .filter(|_| !is_dropped(&Part::Presence(facet.clone()))),
                };
                (choice != Choice::default()).then(|| (facet.clone(), choice))
            })
            .collect();
        if is_dropped(&Part::Dates) {
            request.dates = DateRange::default();
        }
        if is_dropped(&Part::Added) {
            request.added_since = None;
        }
        request
    }
}

impl Searcher {
    /// Puts every part of a request to every document.
    pub(super) fn failing(&self, parts: &Parts<'_>, control: &Control) -> Result<Failing> {
        let mut demands = Vec::with_capacity(parts.list.len());
        for part in &parts.list {
            demands.push(self.demand(parts, part)?);
        }
        Failing::of(&self.snapshot.views, &demands, control)
    }

    fn demand(&self, parts: &Parts<'_>, part: &Part) -> Result<Demand> {
        let filters = self.filters();
        let request = parts.request;
        let facet =
            |name: &str| ResolvedFacet::find(self.schema(), &FacetRef::parse(name), request.tags);
        let values = |name: &str, values: &[ChosenValue], wanted: Wanted| -> Result<Demand> {
            let set = ValueSet {
                facet: facet(name)?,
                values: values.to_vec(),
            };
            Ok(Demand::Set(filters.values(set), wanted))
        };
        match part {
            Part::Clause(number) => self.weight_of(&parts.clauses[*number], request),
            Part::AnyOf(name) => values(name, &request.choices[name].any_of, Wanted::In),
            Part::AllOf(name, number) => {
                let all_of = &request.choices[name].all_of;
                values(name, &all_of[*number..=*number], Wanted::In)
            }
            Part::NoneOf(name, number) => {
                let none_of = &request.choices[name].none_of;
                values(name, &none_of[*number..=*number], Wanted::Out)
            }
            Part::Presence(name) => {
                let is_missing = request.choices[name].presence == Some(ChosenPresence::Missing);
                let wanted = if is_missing { Wanted::Out } else { Wanted::In };
                Ok(Demand::Set(filters.has_facet(facet(name)?), wanted))
            }
            Part::Dates => {
                let clause = DateClause {
                    range: request.dates,
                    exactly: None,
                };
                self.weight_of(&Query::Date(clause), request)
            }
            Part::Added => {
                let range = DateRange {
                    from: request.added_since,
                    to: None,
                };
                self.weight_of(&Query::Added(range), request)
            }
            Part::Rest(rest) => {
                // Together they cost what asking for all of them costs, however many they are.
                let clauses = rest.iter().filter_map(|part| match part {
                    Part::Clause(number) => Some(parts.clauses[*number].clone()),
                    _ => None,
                });
                let clauses = Query::all(clauses);
                let mut all = vec![self.weight_of(&clauses, request)?];
                for part in rest.iter().filter(|part| !matches!(part, Part::Clause(_))) {
                    all.push(self.demand(parts, part)?);
                }
                Ok(Demand::All(all))
            }
        }
    }

    /// A clause as a demand; one that analysis leaves nothing of demands nothing.
    fn weight_of(&self, clause: &Query, request: &SearchRequest) -> Result<Demand> {
        let compiled = self.compiled(clause, request)?;
        let compiled = compiled.unwrap_or_else(crate::index::search::compile::everything);
        let scoring = EnableScoring::disabled_from_searcher(&self.snapshot.engine);
        Ok(Demand::Weight(compiled.weight(scoring)?))
    }

    /// A part of a query for the engine; `None` if analysis leaves nothing of it.
    pub(super) fn compiled(
        &self,
        clause: &Query,
        request: &SearchRequest,
    ) -> Result<Option<EngineQuery>> {
        let mut compiler = self.compiler(request, &Watch::default());
        compiler.compile(clause)
    }

    pub(super) fn filters(&self) -> Filters {
        Filters {
            views: std::sync::Arc::clone(&self.snapshot.views),
            fields: self.snapshot.fields,
        }
    }

    /// What left a request without hits, and what little would give some. A search that has no
    /// time left does without.
    pub(super) fn way_out(
        &self,
        query: &Query,
        request: &SearchRequest,
        corrections: &[Correction],
        control: &Control,
    ) -> Result<(Option<WhyNot>, Vec<Relaxation>)> {
        let parts = Parts::of(request, query);
        if parts.list.is_empty() || self.documents() == 0 {
            return Ok((None, Vec::new()));
        }
        let look = || -> Result<_> {
            let failing = self.failing(&parts, control)?;
            let relaxations = self.relaxations(query, &parts, &failing, corrections, control)?;
            Ok((Some(Self::why_not(&parts, &failing)), relaxations))
        };
        match look() {
            Err(error) if error.kind() == ErrorKind::Cancelled => Ok((None, Vec::new())),
            found => found,
        }
    }

    /// What left no hits.
    fn why_not(parts: &Parts<'_>, failing: &Failing) -> WhyNot {
        let mut before = 0;
        let clauses = parts.list.iter().enumerate().map(|(number, part)| {
            before |= 1 << number;
            CountedClause {
                clause: parts.written(part),
                count: failing.satisfying(1 << number),
                together: failing.satisfying(before),
            }
        });
        let clauses = clauses.collect();
        let conflict = failing.conflict().unwrap_or_default();
        WhyNot {
            clauses,
            conflict: (0..parts.list.len())
                .filter(|number| conflict >> number & 1 == 1)
                .collect(),
        }
    }
}
