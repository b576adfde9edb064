//! `pressmark show`: one document, whole.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pressmark::{PartialDate, Schema, SourceLocation, StoredDocument};
use serde::Serialize;
use serde_json::{Map, Value};

use super::document::{self, Found};
use crate::args::{Common, ShowArgs};
use crate::console::{Console, Stream};
use crate::failure::{Failure, Finish};
use crate::output::layout::{Flow, Role, columns};
use crate::output::{clean, fields, human, json};

pub(super) fn run(
    common: &Common,
    args: &ShowArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let Found {
        searcher, stored, ..
    } = document::find(common, &args.id, console)?;
    if common.json {
        let shown = Shown::of(&stored, searcher.schema(), searcher.generation());
        json::line(console.out(), &shown)?;
    } else {
        let stream = console.stdout;
        print(console.out(), &stored, searcher.schema(), stream)?;
    }
    Ok(Finish::Done)
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
    hash: &'a str,
    source: Option<&'a SourceLocation>,
    added: String,
    text: &'a str,
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
            hash: &stored.text_hash,
            source: document.source.as_ref(),
            added: instant(stored.added),
            text: &document.body,
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
    schema: &Schema,
    stream: Stream,
) -> io::Result<()> {
    let document = &stored.document;
    let mut title = Flow::default();
    title.push(Role::Title, &document.title);
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
    let text = clean::lines(&document.body);
    let mut lines = text.lines().peekable();
    while let Some(first) = lines.next() {
        let mut flow = Flow::default();
        flow.push(Role::Plain, first);
        let mut last = first;
        while let Some(next) = lines.next_if(|next| continues(last, next)) {
            flow.space();
            flow.push(Role::Plain, next);
            last = next;
        }
        out.write_all(flow.render(stream, 0, 0).as_bytes())?;
    }
    Ok(())
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
