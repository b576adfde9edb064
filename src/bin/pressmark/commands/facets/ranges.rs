//! `pressmark facets --ranges`: how many hits lie in each of some ranges.

use pressmark::RangesRequest;

use super::View;
use crate::args::Format;
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::{json, ranges};

pub(super) fn run(view: &View, typed: &str, console: &mut Console) -> Result<Finish, Failure> {
    let (name, list) = match typed.split_once(':') {
        Some((name, list)) => (name.trim(), list),
        None => (typed.trim(), ""),
    };
    let list = list.split(',').map(str::trim).filter(|it| !it.is_empty());
    let request = RangesRequest::new(view.asked.request.clone(), name).ranges(list);
    let mut answer = view
        .searcher
        .ranges(&request)
        .map_err(|error| view.asked.failure(error))?;
    answer.diagnostics.extend(view.idle.iter().cloned());
    view.tell(&answer.diagnostics, console)?;
    let stream = console.stdout;
    match view.format {
        Format::Json => json::line(console.out(), &answer)?,
        Format::Jsonl => ranges::objects(console.out(), &answer)?,
        Format::Csv => ranges::rows(console.out(), &answer)?,
        _ => {
            ranges::table(console.out(), &answer, view.pen, stream)?;
            super::below(answer.total, true, console)?;
        }
    }
    view.why_not(answer.total, console)?;
    Ok(super::finish(answer.total))
}
