//! Lists of values in answers: the first by count, or what else was asked for.

use super::Searcher;
use crate::index::search::collect::Counted;
use crate::index::search::counts::{FacetTally, Selected, Whole};
use crate::index::search::watch::Watch;
use crate::query::{Diagnostic, Severity};
use crate::search::{FacetResults, FacetSelection, Finder, SearchRequest, ValueOrder, Values};
use crate::{Error, ErrorKind, Result};

impl Searcher {
    /// Lists the values of every facet that was counted.
    pub(super) fn lists(
        &self,
        request: &SearchRequest,
        facets: &[Counted],
        tallies: Vec<FacetTally<'_>>,
        total: u64,
        watch: &Watch,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<FacetResults> {
        let selected = |name: &str| request.choices.get(name).map(Selected::of);
        let mut results = Vec::with_capacity(facets.len());
        if request.values == Values::default() {
            for (counted, tally) in facets.iter().zip(tallies) {
                let name = counted.facet.name();
                let selected = selected(&name).unwrap_or_default();
                results.push((name, tally.finish(total, request.top, &selected)?));
            }
            return Ok(FacetResults(results));
        }
        let plain: Vec<Counted> = facets.iter().map(Counted::without_choice).collect();
        let mut wholes = match request.values.order {
            ValueOrder::Lift => self.everywhere(&plain, watch)?,
            _ => Vec::new(),
        }
        .into_iter();
        for (counted, tally) in facets.iter().zip(tallies) {
            let name = counted.facet.name();
            let whole = match wholes.next() {
                None => None,
                Some(tally) => Some(Whole {
                    tally,
                    documents: self.documents(),
                    counted: self.counted(request, counted, total, watch)?,
                }),
            };
            let selected = selected(&name).unwrap_or_default();
            let (top, values) = (request.top, &request.values);
            let list = tally.list(total, top, &selected, values, whole.as_ref(), watch)?;
            results.push((name, list));
        }
        if let Some(text) = &request.values.find
            && total > 0
            && results.iter().all(|(_, list)| list.distinct == 0)
        {
            diagnostics.push(self.nothing_fits(text, &plain, watch)?);
        }
        Ok(FacetResults(results))
    }

    /// Fails if there is nothing to look for in what values are to be found by.
    pub(super) fn check_values(values: &Values) -> Result<()> {
        match &values.find {
            Some(text) if Finder::new(text).is_none() => {
                let message = format!("there is nothing to look for in `{text}`");
                Err(Error::new(ErrorKind::Request, message)
                    .with_hint("write the beginning of a name, or a part of it"))
            }
            _ => Ok(()),
        }
    }

    /// The documents among which the values of a facet are counted.
    fn counted(
        &self,
        request: &SearchRequest,
        counted: &Counted,
        total: u64,
        watch: &Watch,
    ) -> Result<u64> {
        if counted.own.is_none() {
            return Ok(total);
        }
        let mut others = Self::bare(request);
        others.facets = FacetSelection::None;
        others.choices.remove(&counted.facet.name());
        self.count_again(&others, &mut [], watch)
    }

    /// The counts of some facets in the whole corpus; none of them may have a choice of its own.
    fn everywhere<'a>(&self, facets: &'a [Counted], watch: &Watch) -> Result<Vec<FacetTally<'a>>> {
        let asked = self.compile(&Self::bare(&SearchRequest::all()), watch)?;
        let (found, ..) = self.count_hits(asked, facets, &mut [], watch)?;
        Ok(found.facets)
    }

    /// That no value among the hits fits, and which of the others do.
    fn nothing_fits(&self, text: &str, facets: &[Counted], watch: &Watch) -> Result<Diagnostic> {
        let message = format!("no value among these hits fits `{text}`");
        let notice = Diagnostic::new(Severity::Notice, "no_value_fits", message);
        let mut elsewhere = 0;
        for tally in self.everywhere(facets, watch)? {
            if let Some(mut finder) = Finder::new(text) {
                elsewhere += tally.fitting(&mut finder, watch)?.len();
            }
        }
        Ok(match elsewhere {
            0 => notice.hint("none of any other document does; try fewer letters"),
            1 => notice.hint("one of other documents does: leave out the query and the filters"),
            n => notice.hint(format!(
                "{n} of other documents do: leave out the query and the filters"
            )),
        })
    }
}
