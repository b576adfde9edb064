//! Counts by ranges: a table with bars, rows of CSV, lines of JSON.

use std::io::{self, Write};

use pressmark::{RangeBucket, RangeCounts};
use serde::Serialize;

use super::draw::{Pen, share_out};
use super::layout::{Role, columns, cut, pad, styled};
use super::number::thousands;
use super::{csv, json};
use crate::console::Stream;

/// Prints a table with bars; each range is the clause to add to the query.
pub(crate) fn table(
    out: &mut dyn Write,
    counts: &RangeCounts,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let name = &counts.name;
    let mut rows: Vec<(String, u64)> = counts
        .ranges
        .iter()
        .map(|range| (range.query.clone(), range.count))
        .collect();
    if counts.outside > 0 {
        rows.push(("outside of these".to_owned(), counts.outside));
    }
    if counts.missing > 0 || rows.is_empty() {
        rows.push((format!("missing:{name}"), counts.missing));
    }
    let largest = rows.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let digits = columns(&thousands(largest));
    let widest = rows.iter().map(|(label, _)| columns(label)).max();
    let (names, width) = share_out(stream.width, widest.unwrap_or(0), 2 + digits);
    writeln!(
        out,
        "{}",
        styled(stream, Role::Title, &cut(name, stream.width))
    )?;
    for (label, count) in rows {
        let label = pad(&cut(&label, names), names);
        let number = thousands(count);
        let bar = pen.bar(count as f64, largest as f64, width);
        let bar = styled(stream, Role::Name, &bar);
        let line = format!("  {label}  {number:>digits$}  {bar}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints a row for each range.
pub(crate) fn rows(out: &mut dyn Write, counts: &RangeCounts) -> io::Result<()> {
    csv::row(out, ["name", "range", "count"])?;
    let name = counts.name.as_str();
    for RangeBucket { range, count, .. } in &counts.ranges {
        csv::row(out, [name, range, &count.to_string()])?;
    }
    csv::row(out, [name, "outside", &counts.outside.to_string()])?;
    csv::row(out, [name, "missing", &counts.missing.to_string()])
}

/// Prints a line of JSON for each range, then for the hits in none and those without a number.
pub(crate) fn objects(out: &mut dyn Write, counts: &RangeCounts) -> io::Result<()> {
    #[derive(Serialize)]
    struct Row<'a> {
        kind: &'a str,
        #[serde(flatten)]
        bucket: &'a RangeBucket,
    }
    #[derive(Serialize)]
    struct Rest<'a> {
        kind: &'a str,
        count: u64,
    }
    for bucket in &counts.ranges {
        let kind = "range";
        json::line(out, &Row { kind, bucket })?;
    }
    for (kind, count) in [("outside", counts.outside), ("missing", counts.missing)] {
        json::line(out, &Rest { kind, count })?;
    }
    Ok(())
}
