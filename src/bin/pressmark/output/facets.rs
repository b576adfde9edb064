//! Facet counts: a table with bars, rows of CSV, lines of JSON.

use std::io::{self, Write};

use pressmark::{Bucket, FacetCounts, FacetResults};
use serde::Serialize;

use super::layout::{Role, columns, cut, pad, styled};
use super::number::{count, thousands};
use super::{clean, csv, json};
use crate::console::Stream;

/// Columns of a full bar.
const MOST_BAR: usize = 40;

/// Prints a table with bars.
pub(crate) fn table(out: &mut dyn Write, facets: &FacetResults, stream: Stream) -> io::Result<()> {
    let numbers = facets
        .iter()
        .flat_map(|(_, counts)| &counts.buckets)
        .map(|bucket| bucket.count);
    let largest = numbers.max().unwrap_or(0);
    let digits = columns(&thousands(largest));
    let values = facets.iter().flat_map(|(_, counts)| &counts.buckets);
    let widest = values
        .map(|bucket| columns(&label(bucket)))
        .max()
        .unwrap_or(0);
    let room = stream.width.saturating_sub(digits + 4 + 10).max(8);
    let names = widest.min(room);
    let bar = stream
        .width
        .saturating_sub(names + digits + 6)
        .min(MOST_BAR);
    for (at, (name, counts)) in facets.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let facts = cut(&format!("{name}  {}", summary(counts)), stream.width);
        let (head, rest) = facts.split_at(name.len().min(facts.len()));
        writeln!(
            out,
            "{}{}",
            styled(stream, Role::Title, head),
            styled(stream, Role::Faint, rest)
        )?;
        for bucket in &counts.buckets {
            let mark = if bucket.selected { "✓ " } else { "  " };
            let value = pad(&cut(&label(bucket), names), names);
            let number = thousands(bucket.count);
            let bar = styled(stream, Role::Name, &bar_of(bucket.count, largest, bar));
            writeln!(
                out,
                "{}",
                format!("{mark}{value}  {number:>digits$}  {bar}").trim_end()
            )?;
        }
        if counts.other > 0 {
            let more = format!("  {} more: --top all", thousands(counts.other));
            writeln!(
                out,
                "{}",
                styled(stream, Role::Faint, &cut(&more, stream.width))
            )?;
        }
    }
    Ok(())
}

fn label(bucket: &Bucket) -> String {
    let value = clean::line(&bucket.value);
    match bucket.children {
        Some(children) if children > 0 => format!("{value} (+{} below)", thousands(children)),
        _ => value,
    }
}

fn summary(counts: &FacetCounts) -> String {
    let values = count(counts.distinct, "value", "values");
    match counts.missing {
        0 => values,
        missing => format!("{values} · {} without", thousands(missing)),
    }
}

/// A bar in eighths of a column, so that small differences show.
fn bar_of(number: u64, largest: u64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if largest == 0 {
        return String::new();
    }
    let eighths = (number as f64 / largest as f64 * (width * 8) as f64).round() as usize;
    let eighths = if number > 0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

/// Prints a row for each bucket.
pub(crate) fn rows(out: &mut dyn Write, facets: &FacetResults, stream: Stream) -> io::Result<()> {
    csv::row(out, ["facet", "value", "count"])?;
    for (facet, bucket) in buckets(facets) {
        let count = bucket.count.to_string();
        if stream.is_terminal {
            csv::row(out, [facet, &clean::line(&bucket.value), &count])?;
        } else {
            csv::row(out, [facet, &bucket.value, &count])?;
        }
    }
    Ok(())
}

/// Prints a line of JSON for each bucket.
pub(crate) fn lines(out: &mut dyn Write, facets: &FacetResults) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        facet: &'a str,
        #[serde(flatten)]
        bucket: &'a Bucket,
    }
    for (facet, bucket) in buckets(facets) {
        json::line(out, &Line { facet, bucket })?;
    }
    Ok(())
}

fn buckets(facets: &FacetResults) -> impl Iterator<Item = (&str, &Bucket)> {
    facets
        .iter()
        .flat_map(|(name, counts)| counts.buckets.iter().map(move |b| (name, b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_never_vanish() {
        for (number, expected) in [
            (0, ""),
            (1, "▏"),
            (500, "█████"),
            (1_000, "██████████"),
            (63, "▋"),
        ] {
            assert_eq!(bar_of(number, 1_000, 10), expected, "{number}");
        }
        assert_eq!(bar_of(0, 0, 10), "");
    }
}
