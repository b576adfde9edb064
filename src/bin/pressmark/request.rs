//! From options as typed to a request that can be asked.

use std::collections::BTreeMap;

use jiff::Zoned;
use pressmark::query::parse_date_point;
use pressmark::{
    ChosenPresence, ChosenValue, DateMatch, DateRange, Diagnostic, FacetSelection, PartialDate,
    Question, SearchRequest, Severity, Top,
};

use crate::args::{Common, CountingArgs, DatesArg, LimitArg, SelectionArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::findings;
use crate::settings::Place;

/// What is asked for, and its text for showing places in it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) request: SearchRequest,
    pub(crate) text: String,
    strict: bool,
}

impl Asked {
    /// Reads the options that select documents.
    pub(crate) fn of(common: &Common, selection: &SelectionArgs) -> Result<Self, Failure> {
        let text = selection.query.join(" ");
        let mut request = SearchRequest::all();
        request.question = Question::Text(text.clone());
        request.any = selection.any;
        request.tags = selection.tags.map(Into::into).unwrap_or_default();
        if text.contains('@') {
            request.searches = searches(common)?;
        }
        // To find the time zone costs more than a search: only where a day can be asked for.
        let periods = [&selection.since, &selection.until, &selection.added_since];
        if text.contains([':', '@']) || periods.iter().any(|period| period.is_some()) {
            request.today = today();
        }
        request.date_match = match selection.dates {
            DatesArg::Within => DateMatch::Within,
            DatesArg::Overlap => DateMatch::Overlap,
        };
        for typed in &selection.filter {
            let (facet, value) = facet_value("-f", typed)?;
            request.choice(facet).any_of.push(value);
        }
        for typed in &selection.exclude {
            let (facet, value) = facet_value("-x", typed)?;
            request.choice(facet).none_of.push(value);
        }
        for typed in &selection.all_of {
            let (facet, value) = facet_value("--all-of", typed)?;
            request.choice(facet).all_of.push(value);
        }
        for (facets, presence) in [
            (&selection.has, ChosenPresence::Has),
            (&selection.missing, ChosenPresence::Missing),
        ] {
            for facet in facets {
                let known = &mut request.choice(facet).presence;
                if known.is_some_and(|known| known != presence) {
                    return Err(Failure::usage(
                        "usage",
                        format!("`--has {facet}` and `--missing {facet}` exclude each other"),
                    )
                    .with_hint("give one of them"));
                }
                *known = Some(presence);
            }
        }
        let since = period("--since", selection.since.as_deref(), request.today)?;
        let until = period("--until", selection.until.as_deref(), request.today)?;
        request.dates = DateRange {
            from: since.and_then(|p| p.from),
            to: until.and_then(|p| p.to),
        };
        if request.dates.start() > request.dates.end() {
            return Err(Failure::usage("usage", "`--since` is later than `--until`")
                .with_hint("exchange the two"));
        }
        let added = period(
            "--added-since",
            selection.added_since.as_deref(),
            request.today,
        )?;
        request.added_since = added.and_then(|period| period.from);
        Ok(Self {
            request,
            text,
            strict: selection.strict,
        })
    }

    /// A query without any option.
    pub(crate) fn of_text(common: &Common, text: &str) -> Result<Self, Failure> {
        let mut request = SearchRequest::all();
        if text.contains('@') {
            request.searches = searches(common)?;
        }
        request.question = Question::Text(text.to_owned());
        request.today = today();
        Ok(Self {
            request,
            text: text.to_owned(),
            strict: false,
        })
    }

    /// Reads the options about counting; `default` is what holds without them.
    pub(crate) fn count(
        &mut self,
        counting: &CountingArgs,
        default: FacetSelection,
    ) -> Result<(), Failure> {
        self.request.facets = match counting.facets.as_deref() {
            None => default,
            Some(names) => selected_facets(names)?,
        };
        match counting.top {
            None => {}
            Some(LimitArg::All) => self.request.top = Top::All,
            Some(LimitArg::Number(number)) => self.request.top = Top::Buckets(number),
        }
        Ok(())
    }

    /// With `--strict`, takes the first warning for a failure.
    pub(crate) fn check(&self, diagnostics: &[Diagnostic]) -> Result<(), Failure> {
        let warning = diagnostics
            .iter()
            .find(|finding| finding.severity >= Severity::Warning);
        match warning {
            Some(warning) if self.strict => {
                Err(Failure::from(warning.clone()).with_query(&self.text))
            }
            _ => Ok(()),
        }
    }

    /// Tells the findings about the question.
    pub(crate) fn tell(
        &self,
        diagnostics: &[Diagnostic],
        console: &mut Console,
    ) -> Result<(), Failure> {
        self.check(diagnostics)?;
        for finding in diagnostics {
            console.say(&findings::render(finding, &self.text, console.stderr));
        }
        Ok(())
    }

    /// A failure of the question, shown in it.
    pub(crate) fn failure(&self, error: pressmark::Error) -> Failure {
        Failure::from(error).with_query(&self.text)
    }
}

/// Reads `country=Iran`, or `country==Persia` for a value as written in the source.
fn facet_value(option: &str, typed: &str) -> Result<(String, ChosenValue), Failure> {
    let wrong = |what: String, hint: String| Err(Failure::usage("usage", what).with_hint(hint));
    let Some((facet, value)) = typed.split_once('=') else {
        return wrong(
            format!("`{option} {typed}` names no value"),
            format!("write `{option} {typed}=VALUE`, or `--has {typed}` for any value"),
        );
    };
    let facet = facet.trim();
    let (value, written) = match value.strip_prefix('=') {
        Some(value) => (value, true),
        None => (value, false),
    };
    if facet.is_empty() {
        return wrong(
            format!("`{option} {typed}` names no facet"),
            format!("write `{option} FACET={value}`; `pressmark status` lists the facets"),
        );
    }
    if value.trim().is_empty() {
        return wrong(
            format!("`{option} {typed}` names no value"),
            format!("write `--missing {facet}` for documents without one"),
        );
    }
    Ok((
        facet.to_owned(),
        ChosenValue {
            value: value.trim().to_owned(),
            written,
        },
    ))
}

fn selected_facets(names: &str) -> Result<FacetSelection, Failure> {
    match names.trim() {
        "all" => Ok(FacetSelection::All),
        "none" => Ok(FacetSelection::None),
        names => {
            let names: Vec<String> = names
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect();
            if names.is_empty() {
                return Err(Failure::usage("usage", "`--facets` names no facet")
                    .with_hint("write names with commas, `all` or `none`"));
            }
            Ok(FacetSelection::Names(names))
        }
    }
}

fn period(
    option: &str,
    typed: Option<&str>,
    today: Option<PartialDate>,
) -> Result<Option<DateRange>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    match parse_date_point(typed, today) {
        Ok(period) => Ok(Some(period)),
        Err(finding) => {
            let failure = Failure::usage(
                &finding.code,
                format!("`{option} {typed}`: {}", finding.message),
            );
            Err(match finding.hint {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            })
        }
    }
}

/// The saved searches of the configuration, by name.
pub(crate) fn searches(common: &Common) -> Result<BTreeMap<String, String>, Failure> {
    // Without a corpus there is nothing to search, which is said where it matters.
    let Ok(place) = Place::find(common) else {
        return Ok(BTreeMap::new());
    };
    let searches = place.config(common)?.searches.into_iter();
    Ok(searches.map(|(name, saved)| (name, saved.query)).collect())
}

/// The day it is where the user is.
fn today() -> Option<PartialDate> {
    let today = Zoned::now().date();
    PartialDate::day(today.year(), today.month(), today.day()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facet_values_are_read_as_written() {
        for (typed, facet, value, written) in [
            ("country=Iran", "country", "Iran", false),
            ("country==Persia", "country", "Persia", true),
            (
                "mentioned.country= Saudi Arabia ",
                "mentioned.country",
                "Saudi Arabia",
                false,
            ),
            ("topic=a=b", "topic", "a=b", false),
        ] {
            let (read, chosen) = facet_value("-f", typed).unwrap();
            assert_eq!(
                (read.as_str(), chosen.value.as_str(), chosen.written),
                (facet, value, written)
            );
        }
        for typed in ["country", "=Iran", "country=", "country== "] {
            assert!(facet_value("-f", typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn facets_are_selected_by_name() {
        assert_eq!(selected_facets("all").unwrap(), FacetSelection::All);
        assert_eq!(selected_facets("none").unwrap(), FacetSelection::None);
        let names = FacetSelection::Names(vec!["country".to_owned(), "mentioned.actor".to_owned()]);
        assert_eq!(selected_facets("country, mentioned.actor,").unwrap(), names);
        assert!(selected_facets(" , ").is_err());
    }
}
