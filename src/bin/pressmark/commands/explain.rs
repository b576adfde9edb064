//! `pressmark explain`: how a query was read, and whether a document matches.

use pressmark::query::{DateClause, ParseContext, parse};
use pressmark::{DateRange, Limit, Query, SearchRequest, Searcher, Severity};

use super::evidence;
use crate::args::{Common, ExplainArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::explanation::{Clause, Explanation, Verdict, print};
use crate::output::json;
use crate::output::number::shell;
use crate::request::Asked;
use crate::settings::{Place, Questions};

pub(super) fn run(
    common: &Common,
    args: &ExplainArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let asked = Asked::of(common, &args.selection)?;
    let searcher = match Place::find(common) {
        Ok(place) if args.id.is_some() => Some(place.searcher()?),
        // Without an index any well-formed name is taken for a facet's.
        Ok(place) => place.published(Questions::One)?,
        Err(failure) if args.id.is_some() => return Err(failure),
        Err(_) => None,
    };
    let context = ParseContext {
        schema: searcher.as_ref().map(Searcher::schema),
        any: asked.request.any,
        today: asked.request.today,
        searches: Some(&asked.request.searches),
    };
    let parsed = parse(&asked.text, &context);
    if let Some(at) = parsed
        .diagnostics
        .iter()
        .position(|f| f.severity == Severity::Error)
    {
        let mut findings = parsed.diagnostics;
        let error = findings.remove(at);
        if !common.json {
            asked.tell(&findings, console)?;
        }
        return Err(Failure::from(error).with_query(&asked.text));
    }
    let mut explanation = Explanation {
        format_version: pressmark::FORMAT_VERSION,
        query: parsed.query.to_string(),
        generation: None,
        total: None,
        document: None,
        diagnostics: parsed.diagnostics,
    };
    let mut finish = Finish::Done;
    if let Some(searcher) = &searcher {
        let response = searcher
            .search(&without_hits(&asked.request))
            .map_err(|error| asked.failure(error))?;
        explanation.generation = Some(response.generation);
        explanation.total = Some(response.total);
        explanation.diagnostics = response.diagnostics;
        if let Some(id) = &args.id {
            let verdict = verdict(searcher, &asked, &parsed.query, id)?;
            if !verdict.matches {
                finish = Finish::Nothing;
            }
            explanation.document = Some(verdict);
        }
    }
    asked.check(&explanation.diagnostics)?;
    if common.json {
        json::line(console.out(), &explanation)?;
    } else {
        let stream = console.stdout;
        print(console.out(), &explanation, stream)?;
        asked.tell(&explanation.diagnostics, console)?;
    }
    Ok(finish)
}

fn without_hits(request: &SearchRequest) -> SearchRequest {
    let mut request = request.clone();
    request.limit = Limit::Hits(0);
    request.snippets.fragments = 0;
    request
}

/// Checks every clause and every filter on its own.
fn verdict(
    searcher: &Searcher,
    asked: &Asked,
    query: &Query,
    id: &str,
) -> Result<Verdict, Failure> {
    let Some(stored) = searcher.get(id)? else {
        return Err(Failure::unknown_id(id));
    };
    let matches = |request: &SearchRequest, clause: Query| -> Result<bool, Failure> {
        let mut request = without_hits(request);
        let of_document = Query::And(vec![clause, Query::Id(id.to_owned())]);
        request.question = pressmark::Question::Tree(of_document);
        let response = searcher
            .search(&request)
            .map_err(|error| asked.failure(error))?;
        Ok(response.total > 0)
    };
    let mut open = SearchRequest::all();
    open.date_match = asked.request.date_match;
    open.tags = asked.request.tags;
    open.today = asked.request.today;
    let mut clauses = Vec::new();
    let parts = match query {
        Query::And(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    for part in parts {
        clauses.push(Clause {
            query: part.to_string(),
            matches: matches(&open, part)?,
        });
    }
    for (facet, choice) in &asked.request.choices {
        let mut request = open.clone();
        *request.choice(facet.as_str()) = choice.clone();
        clauses.push(Clause {
            query: flags(facet, choice),
            matches: matches(&request, Query::All)?,
        });
    }
    let dates = asked.request.dates;
    if dates != DateRange::default() {
        let mut request = open.clone();
        request.dates = dates;
        let clause = Query::Date(DateClause {
            range: dates,
            exactly: None,
        });
        clauses.push(Clause {
            query: clause.to_string(),
            matches: matches(&request, Query::All)?,
        });
    }
    if let Some(since) = asked.request.added_since {
        let mut request = open.clone();
        request.added_since = Some(since);
        clauses.push(Clause {
            query: format!("--added-since {since}"),
            matches: matches(&request, Query::All)?,
        });
    }
    let whole = matches(&asked.request, query.clone())?;
    let score = if whole {
        searcher.explain_score(&asked.request, id)?
    } else {
        None
    };
    Ok(Verdict {
        id: id.to_owned(),
        matches: whole,
        evidence: evidence::of(&stored, std::slice::from_ref(query)),
        ambiguous: evidence::left_out(&stored, std::slice::from_ref(query)),
        clauses,
        score,
    })
}

/// A choice as the flags that make it.
fn flags(facet: &str, choice: &pressmark::Choice) -> String {
    let mut words = Vec::new();
    for (option, values) in [
        ("-f", &choice.any_of),
        ("--all-of", &choice.all_of),
        ("-x", &choice.none_of),
    ] {
        for value in values {
            let written = if value.written { "=" } else { "" };
            words.push(format!("{option} {facet}={written}{}", shell(&value.value)));
        }
    }
    match choice.presence {
        Some(pressmark::ChosenPresence::Has) => words.push(format!("--has {facet}")),
        Some(pressmark::ChosenPresence::Missing) => words.push(format!("--missing {facet}")),
        None => {}
    }
    words.join(" ")
}
