//! Facet counts: a table with bars, rows of CSV, lines of JSON.

use std::io::{self, Write};

use pressmark::{Bucket, Choice, FacetCounts, FacetRef, FacetResults, Schema, SearchRequest};
use serde::Serialize;

use super::draw::{Pen, share_out};
use super::layout::{Flow, Role, columns, cut, pad, styled};
use super::number::{count, shell, thousands, times};
use super::refine::joined;
use super::{clean, csv, inferred, json};
use crate::console::Stream;

/// What was asked, and of what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a SearchRequest,
    pub(crate) schema: &'a Schema,
}

/// Prints a table with bars.
pub(crate) fn table(
    out: &mut dyn Write,
    facets: &FacetResults,
    asked: Asked<'_>,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let buckets = || facets.iter().flat_map(|(_, counts)| &counts.buckets);
    let largest = buckets().map(|bucket| bucket.count).max().unwrap_or(0);
    let digits = columns(&thousands(largest));
    let widest = buckets().map(|bucket| columns(&label(bucket))).max();
    let lifts = buckets().filter_map(|bucket| bucket.lift);
    let lifts = lifts.map(|lift| times(lift).len() + 3).max().unwrap_or(0);
    let widest = widest.unwrap_or(0);
    let (names, bar) = share_out(stream.width, widest, 2 + digits + lifts);
    for (at, (name, counts)) in facets.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        head(out, name, counts, pen, stream)?;
        if let Some(choice) = asked.request.choices.get(name) {
            write!(out, "{}", way_up(name, choice, asked.schema, stream))?;
        }
        for bucket in &counts.buckets {
            let mark = if bucket.selected { pen.chosen() } else { "  " };
            let value = pad(&cut(&label(bucket), names), names);
            let number = thousands(bucket.count);
            let lift = match bucket.lift {
                Some(lift) => format!("{}{}", if pen.ascii { "x" } else { "×" }, times(lift)),
                None => String::new(),
            };
            let lift = match lifts {
                0 => String::new(),
                width => format!("{}{lift}", " ".repeat(width - columns(&lift))),
            };
            let bar = pen.bar(bucket.count as f64, largest as f64, bar);
            let bar = styled(stream, Role::Name, &bar);
            let line = format!("{mark}{value}  {number:>digits$}{lift}  {bar}");
            writeln!(out, "{}", line.trim_end())?;
        }
        if counts.other > 0 {
            let more = match counts.next {
                Some(next) => format!("  {} more: --from {next}", thousands(counts.other)),
                None => format!("  {} before these: --from 1", thousands(counts.other)),
            };
            let more = cut(&more, stream.width);
            writeln!(out, "{}", styled(stream, Role::Faint, &more))?;
        }
    }
    Ok(())
}

/// The name of a facet, and what there is to say of all its values.
fn head(
    out: &mut dyn Write,
    name: &str,
    counts: &FacetCounts,
    pen: Pen,
    stream: Stream,
) -> io::Result<()> {
    let mut facts = vec![count(counts.distinct, "value", "values")];
    if counts.buckets.iter().any(|bucket| !bucket.selected) {
        facts.push(format!("-f {name}=VALUE"));
    }
    if counts.missing > 0 {
        let missing = thousands(counts.missing);
        facts.push(format!("--missing {name} {missing}"));
    }
    let facts = facts.join(if pen.ascii { ", " } else { " · " });
    let facts = format!("{name}  {facts}");
    let facts = cut(&facts, stream.width);
    let (head, rest) = facts.split_at(name.len().min(facts.len()));
    writeln!(
        out,
        "{}{}",
        styled(stream, Role::Title, head),
        styled(stream, Role::Faint, rest)
    )
}

/// For each node chosen of a tree, the choice of the one above it.
fn way_up(name: &str, choice: &Choice, schema: &Schema, stream: Stream) -> String {
    let facet = schema.find_facet(&FacetRef::parse(name).name);
    let Some(tree) = facet.and_then(|facet| facet.tree) else {
        return String::new();
    };
    let ways = choice.any_of.iter().map(|chosen| {
        let above = chosen.value.trim_end_matches(tree).rsplit_once(tree);
        let mut way = Flow::default();
        if let Some((above, _)) = above {
            let value = shell(&format!("{name}={}", above.trim()));
            way.glue(Role::Flag, &format!("-f {value}"));
        } else {
            let value = shell(&format!("{name}={}", chosen.value));
            way.glue(Role::Plain, "without ");
            way.glue(Role::Flag, &format!("-f {value}"));
        }
        way
    });
    let ways: Vec<Flow> = ways.collect();
    if ways.is_empty() {
        return String::new();
    }
    let mut line = Flow::default();
    line.push(Role::Faint, "up:");
    line.space();
    line.append(&joined(ways));
    format!("  {}", line.render(stream, 2, 6))
}

fn label(bucket: &Bucket) -> String {
    let value = inferred::label(bucket, &clean::line(&bucket.value));
    match bucket.children {
        Some(children) if children > 0 => format!("{value} (+{} below)", thousands(children)),
        _ => value,
    }
}

/// Prints a row for each bucket.
pub(crate) fn rows(out: &mut dyn Write, facets: &FacetResults, stream: Stream) -> io::Result<()> {
    let has_lift = buckets(facets).any(|(_, bucket)| bucket.corpus.is_some());
    let mut head = vec!["facet", "value", "count"];
    if has_lift {
        head.extend(["corpus", "lift"]);
    }
    csv::row(out, head)?;
    for (facet, bucket) in buckets(facets) {
        let value = if stream.is_terminal {
            clean::line(&bucket.value)
        } else {
            bucket.value.clone()
        };
        let mut cells = vec![facet.to_owned(), value, bucket.count.to_string()];
        if has_lift {
            cells.push(bucket.corpus.map(|n| n.to_string()).unwrap_or_default());
            cells.push(bucket.lift.map(|n| n.to_string()).unwrap_or_default());
        }
        csv::row(out, cells)?;
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
