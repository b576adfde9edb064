//! `pressmark facets`: what there is, and how often.

mod cross;
mod ranges;
mod timeline;

use std::io::Write;

use pressmark::{Diagnostic, FacetSelection, Limit, Relaxation, Searcher, Severity, WhyNot};
use serde::Serialize;

use crate::args::{Common, FacetsArgs, Format, IdleArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::draw::Pen;
use crate::output::{facets, inferred, json, number};
use crate::request::Asked;
use crate::settings::Place;

pub(super) fn run(
    common: &Common,
    args: &FacetsArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let format = form(common, args)?;
    let mut asked = Asked::of(common, &args.selection)?;
    asked.count(&args.counting, FacetSelection::All)?;
    asked.request.limit = Limit::Hits(0);
    asked.request.snippets.fragments = 0;
    if args.count {
        asked.request.facets = FacetSelection::None;
    }
    let values = &mut asked.request.values;
    values.find.clone_from(&args.drawing.find);
    values.order = args.drawing.by.map_or(values.order, Into::into);
    values.from = args.drawing.from;
    let place = Place::find(common)?;
    let view = View {
        searcher: place.searcher()?,
        place,
        asked,
        format,
        pen: Pen {
            ascii: args.drawing.ascii,
        },
        idle: idle(&args.idle).collect(),
    };
    let drawing = &args.drawing;
    if let Some(interval) = drawing.timeline {
        return timeline::run(&view, interval.into(), args, console);
    }
    match (&drawing.cross, &drawing.ranges) {
        (Some((rows, columns)), _) => cross::run(&view, rows, columns, console),
        (None, Some(ranges)) => ranges::run(&view, ranges, console),
        (None, None) => view.counts(args.count, console),
    }
}

/// A question, and how its answer is looked at.
struct View {
    asked: Asked,
    place: Place,
    searcher: Searcher,
    format: Format,
    pen: Pen,
    /// What there is to say of options that change nothing.
    idle: Vec<Diagnostic>,
}

impl View {
    /// The values of facets with their counts; or the total alone.
    fn counts(&self, is_total: bool, console: &mut Console) -> Result<Finish, Failure> {
        let mut response = self
            .searcher
            .search(&self.asked.request)
            .map_err(|error| self.asked.failure(error))?;
        response.diagnostics.extend(self.idle.iter().cloned());
        self.tell(&response.diagnostics, console)?;
        let stream = console.stdout;
        match self.format {
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
                    why_not: response.why_not.as_ref(),
                    relaxations: &response.relaxations,
                },
            )?,
            Format::Jsonl => facets::lines(console.out(), &response.facets)?,
            Format::Csv => facets::rows(console.out(), &response.facets, stream)?,
            _ if is_total => writeln!(console.out(), "{}", response.total)?,
            _ => {
                let asked = facets::Asked {
                    request: &self.asked.request,
                    schema: self.searcher.schema(),
                };
                facets::table(console.out(), &response.facets, asked, self.pen, stream)?;
                below(response.total, !response.facets.is_empty(), console)?;
                let mut buckets = response.facets.iter().flat_map(|(_, list)| &list.buckets);
                if buckets.any(|bucket| bucket.inferred > 0) {
                    console.say(inferred::LEGEND);
                }
            }
        }
        if self.format != Format::Json {
            let why_not = response.why_not.as_ref();
            super::listing::way_out(why_not, &response.relaxations, &self.place, console);
        }
        Ok(finish(response.total))
    }

    /// Tells what there is to say about the question, unless the answer itself does.
    fn tell(&self, diagnostics: &[Diagnostic], console: &mut Console) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.asked.check(diagnostics),
            _ => self.asked.tell(diagnostics, console),
        }
    }

    /// Says what left no hits, to who asked for something that does not say it.
    fn why_not(&self, total: u64, console: &mut Console) -> Result<(), Failure> {
        if total > 0 || self.format == Format::Json {
            return Ok(());
        }
        let mut request = self.asked.request.clone();
        request.facets = FacetSelection::None;
        let answer = self
            .searcher
            .search(&request)
            .map_err(|error| self.asked.failure(error))?;
        let why_not = answer.why_not.as_ref();
        super::listing::way_out(why_not, &answer.relaxations, &self.place, console);
        Ok(())
    }
}

/// The number of hits, below what was printed.
fn below(total: u64, is_below: bool, console: &mut Console) -> Result<(), Failure> {
    console.flush()?;
    let total = number::count(total, "hit", "hits");
    let gap = if is_below { "\n" } else { "" };
    console.say(&format!("{gap}{total}"));
    Ok(())
}

/// No hits are told by the exit status.
fn finish(total: u64) -> Finish {
    if total == 0 {
        Finish::Nothing
    } else {
        Finish::Done
    }
}

/// In which form to print.
fn form(common: &Common, args: &FacetsArgs) -> Result<Format, Failure> {
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
    Ok(format)
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
    diagnostics: &'a [Diagnostic],
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<&'a WhyNot>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    relaxations: &'a [Relaxation],
}
