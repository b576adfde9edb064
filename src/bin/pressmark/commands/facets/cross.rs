//! `pressmark facets --cross`: which values of two facets occur together.

use pressmark::CrossRequest;

use super::View;
use crate::args::Format;
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::{crossing, inferred, json};

pub(super) fn run(
    view: &View,
    rows: &str,
    columns: &str,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let question = &view.asked.request;
    let mut request = CrossRequest::new(question.clone(), rows, columns);
    request.top = question.top;
    let mut answer = view
        .searcher
        .cross(&request)
        .map_err(|error| view.asked.failure(error))?;
    answer.diagnostics.extend(view.idle.iter().cloned());
    view.tell(&answer.diagnostics, console)?;
    let stream = console.stdout;
    match view.format {
        Format::Json => json::line(console.out(), &answer)?,
        Format::Jsonl => crossing::objects(console.out(), &answer)?,
        Format::Csv => crossing::rows(console.out(), &answer, stream)?,
        _ => {
            crossing::table(console.out(), &answer, view.pen, stream)?;
            super::below(answer.total, true, console)?;
            let mut values = answer.rows.values.iter().chain(&answer.columns.values);
            if values.any(|value| value.inferred > 0) {
                console.say(inferred::LEGEND);
            }
            for way_in in crossing::ways_in(&answer) {
                console.remark(&way_in);
            }
        }
    }
    view.why_not(answer.total, console)?;
    Ok(super::finish(answer.total))
}
