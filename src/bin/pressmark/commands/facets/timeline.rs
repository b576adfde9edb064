//! `pressmark facets --timeline`: how hits lie in time.

use pressmark::{Diagnostic, Interval, Severity, TimelineRequest};

use super::View;
use crate::args::{FacetsArgs, Format};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::{inferred, json, timeline};

pub(super) fn run(
    view: &View,
    interval: Interval,
    args: &FacetsArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let mut request = TimelineRequest::new(view.asked.request.clone()).interval(interval);
    if let Some(facet) = &args.drawing.split {
        request = request.split(facet);
        if args.counting.top.is_some() {
            request.series = view.asked.request.top;
        }
    }
    if args.drawing.share {
        request = request.share();
    }
    let mut answer = view
        .searcher
        .timeline(&request)
        .map_err(|error| view.asked.failure(error))?;
    answer.diagnostics.extend(view.idle.iter().cloned());
    if args.counting.top.is_some() && args.drawing.split.is_none() {
        let message = "`--top` changes nothing here: every bar is shown";
        let notice = Diagnostic::new(Severity::Notice, "option_idle", message);
        answer
            .diagnostics
            .push(notice.hint("with `--split FACET`, it is the number of values"));
    }
    view.tell(&answer.diagnostics, console)?;
    let stream = console.stdout;
    match view.format {
        Format::Json => json::line(console.out(), &answer)?,
        Format::Jsonl => timeline::objects(console.out(), &answer)?,
        Format::Csv => timeline::rows(console.out(), &answer, stream)?,
        _ => {
            timeline::chart(console.out(), &answer, view.pen, stream)?;
            super::below(answer.total, true, console)?;
            let mut values = answer.split.iter().flat_map(|split| &split.values);
            if values.any(|value| value.inferred > 0) {
                console.say(inferred::LEGEND);
            }
            if let Some(way_in) = timeline::way_in(&answer) {
                console.remark(&way_in);
            }
        }
    }
    view.why_not(answer.total, console)?;
    Ok(super::finish(answer.total))
}
