//! A matrix of two facets: a table for people, rows of CSV, lines of JSON.

use std::io::{self, Write};

use pressmark::{CountedValue, CrossCell, CrossSide, Crossing, FIRM_COUNT};
use serde::Serialize;

use super::draw::Pen;
use super::layout::{Role, columns, cut, pad, styled};
use super::number::{count, thousands, times};
use super::{clean, csv, inferred, json};
use crate::console::Stream;

/// Columns that the name of a value gets at the head of its column.
const MOST_HEAD: usize = 16;
/// Pairs that are named below the table.
const NAMED: usize = 3;

/// Prints the matrix with as many columns as the window has room for: the hits of each pair, and
/// how much more often than by chance the two occur together.
pub(crate) fn table(
    out: &mut dyn Write,
    crossing: &Crossing,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let mark = if pen.ascii { "x" } else { "×" };
    let sides = format!("{} {mark} {}", crossing.rows.facet, crossing.columns.facet);
    let facts = cut(&format!("{sides}  hits and {mark}lift"), stream.width);
    let (head, rest) = facts.split_at(sides.len().min(facts.len()));
    writeln!(
        out,
        "{}{}",
        styled(stream, Role::Title, head),
        styled(stream, Role::Faint, rest)
    )?;
    let rows = &crossing.rows.values;
    let widest = rows.iter().map(|value| columns(&label(value))).max();
    let widest = widest.unwrap_or(0);
    let wide = widest.min(stream.width / 3);
    let mut used = 2 + wide;
    let mut shown: Vec<(usize, usize)> = Vec::new();
    for (number, value) in crossing.columns.values.iter().enumerate() {
        let name = columns(&label(value)).min(MOST_HEAD);
        let cells = crossing
            .cells
            .iter()
            .map(|row| columns(&text(&row[number], mark)));
        let width = cells.max().unwrap_or(0).max(name).max(3);
        if used + 2 + width > stream.width {
            break;
        }
        used += 2 + width;
        shown.push((number, width));
    }
    let mut line = " ".repeat(2 + wide);
    for &(number, width) in &shown {
        let name = fitted(&crossing.columns.values[number], width);
        line.push_str(&" ".repeat(2 + width - columns(&name)));
        line.push_str(&styled(stream, Role::Name, &name));
    }
    writeln!(out, "{line}")?;
    for (value, cells) in rows.iter().zip(&crossing.cells) {
        let name = pad(&fitted(value, wide), wide);
        let mut line = format!("  {}", styled(stream, Role::Name, &name));
        for &(number, width) in &shown {
            let text = text(&cells[number], mark);
            line.push_str(&" ".repeat(2 + width - columns(&text)));
            line.push_str(&match cells[number].count {
                0 => styled(stream, Role::Faint, &text),
                _ => text,
            });
        }
        writeln!(out, "{line}")?;
    }
    let hidden = crossing.columns.values.len() - shown.len();
    let mut facts = Vec::new();
    if hidden > 0 {
        let more = count(hidden as u64, "more column", "more columns");
        facts.push(format!("{more}: --format csv"));
    }
    for side in [&crossing.rows, &crossing.columns] {
        facts.extend(left_out(side));
    }
    for fact in facts {
        let fact = cut(&format!("  {fact}"), stream.width);
        writeln!(out, "{}", styled(stream, Role::Faint, &fact))?;
    }
    Ok(())
}

fn label(value: &CountedValue) -> String {
    inferred::label(value, &clean::line(&value.value))
}

fn fitted(value: &CountedValue, width: usize) -> String {
    inferred::fitted(value, &clean::line(&value.value), width)
}

/// What a side does not show.
fn left_out(side: &CrossSide) -> Option<String> {
    let mut parts = Vec::new();
    if side.other > 0 {
        let more = count(side.other, "more value", "more values");
        parts.push(format!("{more}: --top N"));
    }
    if side.missing > 0 {
        parts.push(format!("{} without", count(side.missing, "hit", "hits")));
    }
    (!parts.is_empty()).then(|| format!("{}: {}", side.facet, parts.join("; ")))
}

/// The text of a cell.
fn text(cell: &CrossCell, mark: &str) -> String {
    match cell.lift {
        Some(lift) if cell.count > 0 => {
            format!("{} {mark}{}", thousands(cell.count), times(lift))
        }
        _ => thousands(cell.count),
    }
}

/// The pairs that occur together most above chance, and their clauses.
pub(crate) fn ways_in(crossing: &Crossing) -> Vec<String> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (row, cells) in crossing.cells.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let is_same = crossing.rows.values[row].query == crossing.columns.values[column].query;
            if let Some(lift) = cell.lift.filter(|lift| *lift > 1.0)
                && cell.count >= FIRM_COUNT
                && !is_same
            {
                pairs.push((lift, row, column));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let pairs = pairs.into_iter().take(NAMED).map(|(lift, row, column)| {
        let cell = &crossing.cells[row][column];
        let hits = count(cell.count, "hit", "hits");
        format!(
            "{} times as often as by chance: `{}` ({hits})",
            times(lift),
            clean::line(&cell.query)
        )
    });
    pairs.collect()
}

/// Prints the matrix of counts, the names of the columns in the first row.
pub(crate) fn rows(out: &mut dyn Write, crossing: &Crossing, stream: Stream) -> io::Result<()> {
    let shown = |text: &str| {
        if stream.is_terminal {
            clean::line(text)
        } else {
            text.to_owned()
        }
    };
    let mut head = vec![crossing.rows.facet.clone()];
    head.extend(
        crossing
            .columns
            .values
            .iter()
            .map(|value| shown(&value.value)),
    );
    csv::row(out, head)?;
    for (value, cells) in crossing.rows.values.iter().zip(&crossing.cells) {
        let mut row = vec![shown(&value.value)];
        row.extend(cells.iter().map(|cell| cell.count.to_string()));
        csv::row(out, row)?;
    }
    Ok(())
}

/// Prints a line of JSON for each pair.
pub(crate) fn objects(out: &mut dyn Write, crossing: &Crossing) -> io::Result<()> {
    #[derive(Serialize)]
    struct Pair<'a> {
        row: &'a str,
        column: &'a str,
        #[serde(flatten)]
        cell: &'a CrossCell,
    }
    for (row, cells) in crossing.rows.values.iter().zip(&crossing.cells) {
        for (column, cell) in crossing.columns.values.iter().zip(cells) {
            let (row, column) = (row.value.as_str(), column.value.as_str());
            json::line(out, &Pair { row, column, cell })?;
        }
    }
    Ok(())
}
