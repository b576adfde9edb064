//! `pressmark facets`: what there is, and how often.

use std::io::Write;

use pressmark::{Diagnostic, FacetSelection, Limit, Severity};
use serde::Serialize;

use crate::args::{Common, FacetsArgs, Format, IdleArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::{facets, json, number};
use crate::request::Asked;
use crate::settings::Place;

pub(super) fn run(
    common: &Common,
    args: &FacetsArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let format = match args.format {
        Format::Human if common.json => Format::Json,
        format if common.json && format != Format::Json => {
            return Err(misfit("--json", format));
        }
        format @ (Format::Ids | Format::Paths | Format::Csl) => {
            return Err(Failure::usage(
                "usage",
                format!("facet counts have no form for the format {}", format.name()),
            )
            .with_hint("use human, json, jsonl or csv"));
        }
        format => format,
    };
    if args.count && !matches!(format, Format::Human | Format::Json) {
        return Err(misfit("--count", format));
    }
    let mut asked = Asked::of(common, &args.selection)?;
    asked.count(&args.counting, FacetSelection::All)?;
    asked.request.limit = Limit::Hits(0);
    asked.request.snippets.fragments = 0;
    if args.count {
        asked.request.facets = FacetSelection::None;
    }
    let searcher = Place::find(common)?.searcher()?;
    let mut response = searcher
        .search(&asked.request)
        .map_err(|error| asked.failure(error))?;
    response.diagnostics.extend(idle(&args.idle));
    match format {
        Format::Json => asked.check(&response.diagnostics)?,
        _ => asked.tell(&response.diagnostics, console)?,
    }
    let stream = console.stdout;
    match format {
        Format::Json => json::line(
            console.out(),
            &Counts {
                format_version: pressmark::FORMAT_VERSION,
                query: &response.query,
                generation: response.generation,
                total: response.total,
                took_ms: response.took_ms,
                facets: &response.facets,
                diagnostics: &response.diagnostics,
            },
        )?,
        Format::Jsonl => facets::lines(console.out(), &response.facets)?,
        Format::Csv => facets::rows(console.out(), &response.facets, stream)?,
        _ if args.count => writeln!(console.out(), "{}", response.total)?,
        _ => {
            facets::table(console.out(), &response.facets, stream)?;
            console.flush()?;
            let total = number::count(response.total, "hit", "hits");
            let gap = if response.facets.is_empty() { "" } else { "\n" };
            console.say(&format!("{gap}{total}"));
        }
    }
    Ok(if response.total == 0 {
        Finish::Nothing
    } else {
        Finish::Done
    })
}

/// A notice for each option that changes nothing here.
fn idle(args: &IdleArgs) -> impl Iterator<Item = Diagnostic> {
    [
        ("--limit", args.limit.is_some()),
        ("--cursor", args.cursor.is_some()),
        ("--sort", args.sort.is_some()),
    ]
    .into_iter()
    .filter_map(|(option, is_given)| is_given.then_some(option))
    .map(|option| {
        let message = format!("`{option}` changes nothing here: `facets` lists no hits");
        let notice = Diagnostic::new(Severity::Notice, "option_idle", message);
        match option {
            "--limit" => notice.hint("`--top N` is the number of values"),
            _ => notice,
        }
    })
}

fn misfit(option: &str, format: Format) -> Failure {
    let message = format!("`{option}` does not go with the format {}", format.name());
    Failure::usage("usage", message).with_hint("leave one of them out")
}

/// The JSON of counts: that of a search, without its hits.
#[derive(Serialize)]
struct Counts<'a> {
    format_version: u32,
    query: &'a str,
    generation: u64,
    total: u64,
    took_ms: f64,
    facets: &'a pressmark::FacetResults,
    diagnostics: &'a [pressmark::Diagnostic],
}
