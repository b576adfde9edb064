//! A timeline: bars one below the other, or a sparkline for each value that splits it; rows of
//! CSV, lines of JSON.

use std::io::{self, Write};

use pressmark::{TimeBar, TimeSplit, Timeline};
use serde::Serialize;

use super::draw::{Pen, share_out, summed};
use super::layout::{Role, columns, cut, pad, styled};
use super::number::{count, percent, thousands};
use super::{clean, csv, inferred, json};
use crate::console::Stream;

/// So many bars without hits, one after the other, are said in one line.
const GAP: usize = 6;

/// A line of a chart.
enum Line<'a> {
    Bar(&'a TimeBar, String),
    /// So many bars without hits.
    Gap(usize),
}

/// Prints a chart for people.
pub(crate) fn chart(
    out: &mut dyn Write,
    timeline: &Timeline,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let title = format!("by {}", timeline.interval.name());
    let reach = match (timeline.bars.first(), timeline.bars.last()) {
        (Some(first), Some(last)) => format!("  {} to {}", first.period, last.period),
        _ => String::new(),
    };
    let reach = cut(&reach, stream.width.saturating_sub(columns(&title)));
    writeln!(
        out,
        "{}{}",
        styled(stream, Role::Title, &title),
        styled(stream, Role::Faint, &reach)
    )?;
    match &timeline.split {
        Some(split) => sparklines(out, timeline, split, pen, stream),
        None => bars(out, timeline, pen, stream),
    }
}

fn lines(timeline: &Timeline) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut rest = timeline.bars.as_slice();
    while let Some((bar, others)) = rest.split_first() {
        let empty = rest.iter().take_while(|bar| bar.count == 0).count();
        if empty >= GAP {
            lines.push(Line::Gap(empty));
            rest = &rest[empty..];
        } else {
            lines.push(Line::Bar(bar, bar.period.clone()));
            rest = others;
        }
    }
    for bar in &timeline.unknown {
        let name = format!("{}, {} unknown", bar.period, timeline.interval.name());
        lines.push(Line::Bar(bar, name));
    }
    lines.push(Line::Bar(&timeline.undated, "undated".to_owned()));
    lines
}

fn bars(out: &mut dyn Write, timeline: &Timeline, pen: Pen, stream: Stream) -> io::Result<()> {
    let lines = lines(timeline);
    let is_shared = timeline.undated.corpus.is_some();
    let size = |bar: &TimeBar| {
        if is_shared {
            bar.share.unwrap_or(0.0)
        } else {
            bar.count as f64
        }
    };
    let (mut largest, mut digits, mut names) = (0.0_f64, 1, 0);
    for line in &lines {
        if let Line::Bar(bar, name) = line {
            largest = largest.max(size(bar));
            digits = digits.max(columns(&thousands(bar.count)));
            names = names.max(columns(name));
        }
    }
    let shares = if is_shared { 9 } else { 0 };
    let (names, width) = share_out(stream.width, names, 2 + digits + shares);
    for line in &lines {
        match line {
            Line::Gap(bars) => {
                let periods = format!("{}s", timeline.interval.name());
                let gap = format!("  {} {periods} without hits", thousands(*bars as u64));
                writeln!(
                    out,
                    "{}",
                    styled(stream, Role::Faint, &cut(&gap, stream.width))
                )?;
            }
            Line::Bar(bar, name) => {
                let name = pad(&cut(name, names), names);
                let number = thousands(bar.count);
                let share = match bar.share {
                    _ if !is_shared => String::new(),
                    None => " ".repeat(shares),
                    Some(share) => format!("  {:>7}", percent(share)),
                };
                let drawn = pen.bar(size(bar), largest, width);
                let drawn = styled(stream, Role::Name, &drawn);
                let line = format!("  {name}  {number:>digits$}{share}  {drawn}");
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }
    Ok(())
}

/// A line for all hits and one for each value: its hits, and a mark for each period.
fn sparklines(
    out: &mut dyn Write,
    timeline: &Timeline,
    split: &TimeSplit,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let mut rows = vec![("all hits".to_owned(), timeline.total, None)];
    for (number, value) in split.values.iter().enumerate() {
        let name = inferred::label(value, &clean::line(&value.value));
        rows.push((name, value.count, Some(number)));
    }
    let digits = columns(&thousands(timeline.total));
    let widest = rows.iter().map(|(name, ..)| columns(name)).max();
    let names = widest.unwrap_or(0).min(stream.width / 3);
    let room = stream.width.saturating_sub(names + digits + 6);
    let mut together = 1;
    for (name, total, value) in rows {
        let counts: Vec<u64> = timeline
            .bars
            .iter()
            .map(|bar| match value {
                None => bar.count,
                Some(value) => bar.split.get(value).copied().unwrap_or(0),
            })
            .collect();
        let (counts, of) = summed(&counts, room);
        together = of;
        let value = value.and_then(|value| split.values.get(value));
        let name = match value {
            Some(value) => inferred::fitted(value, &clean::line(&value.value), names),
            None => cut(&name, names),
        };
        let name = pad(&name, names);
        let number = thousands(total);
        let drawn = styled(stream, Role::Name, pen.spark(&counts).trim_end());
        let line = format!("  {name}  {number:>digits$}  {drawn}");
        writeln!(out, "{}", line.trim_end())?;
    }
    let mut facts = Vec::new();
    if together > 1 {
        facts.push(format!(
            "a mark is {together} {}s",
            timeline.interval.name()
        ));
    }
    for bar in &timeline.unknown {
        let name = timeline.interval.name();
        facts.push(format!(
            "{}, {name} unknown: {}",
            bar.period,
            thousands(bar.count)
        ));
    }
    facts.push(format!("undated: {}", thousands(timeline.undated.count)));
    if split.missing > 0 {
        facts.push(format!(
            "{} without {}",
            thousands(split.missing),
            split.facet
        ));
    }
    if split.other > 0 {
        let more = count(split.other, "more value", "more values");
        facts.push(format!("{more}: --top all"));
    }
    let mut flow = super::layout::Flow::default();
    let last = facts.len() - 1;
    for (at, fact) in facts.iter().enumerate() {
        flow.push(Role::Faint, fact);
        if at < last {
            flow.push(Role::Faint, if pen.ascii { ";" } else { " ·" });
            flow.space();
        }
    }
    write!(out, "  {}", flow.render(stream, 2, 2))
}

/// The kind of a bar, in tables.
fn kinds(timeline: &Timeline) -> impl Iterator<Item = (&'static str, &TimeBar)> {
    let bars = timeline.bars.iter().map(|bar| ("bar", bar));
    let unknown = timeline.unknown.iter().map(|bar| ("unknown", bar));
    bars.chain(unknown).chain([("undated", &timeline.undated)])
}

/// Prints a row for each bar.
pub(crate) fn rows(out: &mut dyn Write, timeline: &Timeline, stream: Stream) -> io::Result<()> {
    let is_shared = timeline.undated.corpus.is_some();
    let mut head: Vec<String> = ["kind", "period", "start", "count"]
        .map(String::from)
        .into();
    if is_shared {
        head.extend(["corpus", "share"].map(String::from));
    }
    let values = timeline.split.iter().flat_map(|split| &split.values);
    head.extend(values.map(|value| {
        if stream.is_terminal {
            clean::line(&value.value)
        } else {
            value.value.clone()
        }
    }));
    csv::row(out, head)?;
    for (kind, bar) in kinds(timeline) {
        let start = bar.start.map(|start| start.to_string());
        let mut cells = vec![
            kind.to_owned(),
            bar.period.clone(),
            start.unwrap_or_default(),
            bar.count.to_string(),
        ];
        if is_shared {
            cells.push(
                bar.corpus
                    .map(|corpus| corpus.to_string())
                    .unwrap_or_default(),
            );
            cells.push(bar.share.map(|share| share.to_string()).unwrap_or_default());
        }
        cells.extend(bar.split.iter().map(u64::to_string));
        csv::row(out, cells)?;
    }
    Ok(())
}

/// Prints a line of JSON for each bar.
pub(crate) fn objects(out: &mut dyn Write, timeline: &Timeline) -> io::Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        kind: &'a str,
        #[serde(flatten)]
        bar: &'a TimeBar,
    }
    for (kind, bar) in kinds(timeline) {
        json::line(out, &Row { kind, bar })?;
    }
    Ok(())
}

/// The clause to add to the query for the hits of the bar with the most of them.
pub(crate) fn way_in(timeline: &Timeline) -> Option<String> {
    let most = timeline.bars.iter().rev().max_by_key(|bar| bar.count)?;
    (most.count > 0).then(|| {
        let hits = count(most.count, "hit", "hits");
        format!("most in {}: `{}` has its {hits}", most.period, most.query)
    })
}
