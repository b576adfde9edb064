//! `pressmark show`: one document, whole.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pressmark::{
    Diagnostic, Lit, Origin, PartialDate, Schema, Searcher, Severity, SourceLocation,
    StoredDocument,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::document::{self, Found};
use crate::args::{Common, ShowArgs};
use crate::console::{Console, Stream};
use crate::failure::{Failure, Finish};
use crate::output::layout::{Flow, Role, columns};
use crate::output::{clean, fields, findings, human, inferred, json};
use crate::request::Asked;

pub(super) fn run(
    common: &Common,
    args: &ShowArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let Found {
        searcher, stored, ..
    } = document::find(common, &args.id, console)?;
    let lit = match &args.query {
        Some(query) => Some(lit(
            common,
            &searcher,
            stored.document.id.as_str(),
            query,
            console,
        )?),
        None => None,
    };
    if common.json {
        let mut shown = Shown::of(&stored, searcher.schema(), searcher.generation());
        shown.highlights = lit.as_ref();
        json::line(console.out(), &shown)?;
    } else {
        let stream = console.stdout;
        let lit = lit.unwrap_or_default();
        print(console.out(), &stored, &lit, searcher.schema(), stream)?;
        if !stored.tags.is_empty() {
            console.flush()?;
            console.say(&format!("\n{}", inferred::LEGEND));
        }
    }
    Ok(Finish::Done)
}

/// Where a query matches in the document.
fn lit(
    common: &Common,
    searcher: &Searcher,
    id: &str,
    query: &str,
    console: &mut Console,
) -> Result<Lit, Failure> {
    let asked = Asked::of_text(common, query)?;
    let lit = searcher.light(&asked.request, id);
    let lit = lit.map_err(|error| asked.failure(error))?;
    let lit = lit.unwrap_or_default();
    if lit == Lit::default() {
        let message = "the query matches no word of the document";
        let notice = Diagnostic::new(Severity::Notice, "no_match", message);
        console.say(&findings::render(&notice, query, console.stderr));
    }
    Ok(lit)
}

/// A document as JSON, by the names that `--fields` has, and a few more.
#[derive(Serialize)]
struct Shown<'a> {
    format_version: u32,
    generation: u64,
    id: &'a str,
    title: &'a str,
    date: Option<PartialDate>,
    url: Option<&'a str>,
    path: Option<&'a str>,
    language: Option<&'a str>,
    facets: &'a BTreeMap<String, Vec<String>>,
    numbers: &'a BTreeMap<String, Vec<f64>>,
    meta: Map<String, Value>,
    tags: Vec<fields::Tag<'a>>,
    /// Names that may mean values of facets, and were left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ambiguous: Vec<fields::Name<'a>>,
    hash: &'a str,
    source: Option<&'a SourceLocation>,
    added: String,
    text: &'a str,
    /// Where the query of `--query` matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    highlights: Option<&'a Lit>,
}

impl<'a> Shown<'a> {
    fn of(stored: &'a StoredDocument, schema: &Schema, generation: u64) -> Self {
        let document = &stored.document;
        Self {
            format_version: pressmark::FORMAT_VERSION,
            generation,
            id: document.id.as_str(),
            title: &document.title,
            date: document.date,
            url: document.url.as_deref(),
            path: document.source.as_ref().map(|source| source.path.as_str()),
            language: document.language.as_deref(),
            facets: &document.facets,
            numbers: &document.numbers,
            meta: fields::meta(stored, schema),
            tags: fields::tags(stored),
            ambiguous: fields::ambiguous(stored),
            hash: &stored.text_hash,
            source: document.source.as_ref(),
            added: instant(stored.added),
            text: &document.body,
            highlights: None,
        }
    }
}

fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

fn print(
    out: &mut dyn Write,
    stored: &StoredDocument,
    lit: &Lit,
    schema: &Schema,
    stream: Stream,
) -> io::Result<()> {
    let document = &stored.document;
    let mut title = Flow::default();
    human::mark_ranges(&mut title, &document.title, &lit.title, Role::Title, stream);
    if !title.is_empty() {
        writeln!(out, "{}", title.render(stream, 0, 0))?;
    }
    let entries = entries(stored, schema);
    let width = entries
        .iter()
        .map(|(name, _)| columns(name))
        .max()
        .unwrap_or(0);
    let width = width.min(stream.width / 3);
    for (name, value) in &entries {
        let name = crate::output::layout::cut(name, width);
        out.write_all(human::entry(stream, &name, width, value).as_bytes())?;
    }
    writeln!(out)?;
    let body = document.body.as_str();
    let mut lines = lines(body).peekable();
    while let Some((start, first)) = lines.next() {
        let mut flow = Flow::default();
        push(&mut flow, start, first, &lit.body, stream);
        let mut last = first;
        while let Some((start, next)) = lines.next_if(|(_, next)| continues(last, next)) {
            flow.space();
            push(&mut flow, start, next, &lit.body, stream);
            last = next;
        }
        out.write_all(flow.render(stream, 0, 0).as_bytes())?;
    }
    Ok(())
}

/// The lines of a text, each with where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_end = |c: char| matches!(c, '\n' | '\u{2028}' | '\u{2029}');
    let lines = text.split_inclusive(is_end).scan(0, |start, line| {
        *start += line.len();
        Some((*start - line.len(), line))
    });
    lines.map(move |(start, line)| (start, line.trim_end_matches(is_end)))
}

/// Adds a line, with what lies in it of the ranges marked.
fn push(flow: &mut Flow, start: usize, line: &str, ranges: &[(usize, usize)], stream: Stream) {
    let first = ranges.partition_point(|range| range.1 <= start);
    let inside = ranges[first..]
        .iter()
        .take_while(|range| range.0 < start + line.len());
    let inside: Vec<(usize, usize)> = inside
        .map(|range| {
            (
                range.0.saturating_sub(start),
                (range.1 - start).min(line.len()),
            )
        })
        .collect();
    human::mark_ranges(flow, line, &inside, Role::Plain, stream);
}

/// Whether a line goes on with the sentence of a line that was broken to fit a page. Lists, verses
/// and tables stay as they are.
fn continues(line: &str, next: &str) -> bool {
    const FULL: usize = 50;
    columns(line) >= FULL
        && next.starts_with(|c: char| c.is_alphanumeric() || "\"'(“‘«".contains(c))
}

/// Everything but title and text, by name.
fn entries(stored: &StoredDocument, schema: &Schema) -> Vec<(String, String)> {
    let document = &stored.document;
    let mut entries = Vec::new();
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            entries.push((clean::line(name), value));
        }
    };
    add("id", document.id.to_string());
    add(
        "date",
        document
            .date
            .map(|date| date.to_string())
            .unwrap_or_default(),
    );
    add("url", document.url.clone().unwrap_or_default());
    for facet in &schema.facets {
        add(
            &facet.name,
            document
                .facets
                .get(&facet.name)
                .map(|v| v.join("; "))
                .unwrap_or_default(),
        );
    }
    for facet in &schema.facets {
        for origin in [Origin::About, Origin::Mentioned] {
            let tags = stored.tags.iter();
            let tags = tags.filter(|tag| tag.facet == facet.name && tag.origin == origin);
            let values: Vec<String> = tags.map(|tag| inferred::marked(&tag.value)).collect();
            add(&format!("{origin}.{}", facet.name), values.join("; "));
        }
    }
    for facet in &schema.facets {
        let names = stored.ambiguous.iter();
        let names = names.filter(|name| name.facet == facet.name);
        let names: Vec<String> = names
            .map(|name| {
                let text = name.surface.text(document).unwrap_or_default();
                format!("{text} ({})", name.values.join(" or "))
            })
            .collect();
        add(&format!("ambiguous.{}", facet.name), names.join("; "));
    }
    for (name, values) in &document.numbers {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        add(name, values.join("; "));
    }
    for (key, value) in fields::meta(stored, schema) {
        add(&key, words(&value));
    }
    if let Some(source) = &document.source {
        let record = source
            .record
            .filter(|_| source.member().is_none())
            .map(|record| format!(", record {record}"))
            .unwrap_or_default();
        add("file", format!("{}{record}", source.path));
    }
    add("indexed", instant(stored.added));
    entries
}

/// A value of the source in words; what has structure stays JSON.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|v| !v.is_array() && !v.is_object()) => {
            values.iter().map(words).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_broken_prose_is_joined() {
        let full = "a line that was broken where the page it was on came to its end";
        assert!(continues(full, "and goes on"));
        assert!(!continues("a verse", "and the next"));
        assert!(!continues(full, "- an item"));
        assert!(!continues(full, "  indented"));
        assert!(!continues(full, ""));
    }
}
