//! Hits for people: number, title, date, source, facets, path, and snippets with the matches
//! marked, within the width of the window.

use std::io::{self, Write};

use pressmark::{Hit, Schema, Snippet};

use super::layout::{Flow, Role, pad};
use super::page::{Head, Listed, Printer};
use super::{clean, fields};
use crate::args::FieldName;
use crate::console::Stream;

/// What is shown of a hit when nothing is asked for.
pub(crate) const DEFAULT: [FieldName; 6] = [
    FieldName::Title,
    FieldName::Date,
    FieldName::Facets,
    FieldName::Path,
    FieldName::Url,
    FieldName::Snippets,
];

/// Values of a facet that are shown of a hit.
const MOST_VALUES: usize = 3;

/// A list for people.
pub(super) struct Human {
    shown: Vec<FieldName>,
    schema: Schema,
    stream: Stream,
    number: u64,
    /// Columns of the largest number.
    digits: usize,
}

impl Human {
    pub(super) fn new(shown: &[FieldName], schema: &Schema, stream: Stream) -> Self {
        Self {
            shown: shown.to_vec(),
            schema: schema.clone(),
            stream,
            number: 0,
            digits: 1,
        }
    }

    fn shows(&self, field: FieldName) -> bool {
        self.shown.contains(&field)
    }

    fn line(&self, out: &mut dyn Write, flow: &Flow) -> io::Result<()> {
        if flow.is_empty() {
            return Ok(());
        }
        let indent = self.indent();
        write!(
            out,
            "{:indent$}{}",
            "",
            flow.render(self.stream, indent, indent)
        )
    }

    fn indent(&self) -> usize {
        self.digits + 2
    }

    /// Date, source, author, and the other facets in the order of the schema. The language is left
    /// to the text, which shows it.
    fn facts(&self, hit: &Hit) -> Flow {
        let mut parts: Vec<Flow> = Vec::new();
        if self.shows(FieldName::Date)
            && let Some(date) = hit.date
        {
            let mut flow = Flow::default();
            flow.push(Role::Plain, &date.to_day().to_string());
            parts.push(flow);
        }
        if self.shows(FieldName::Facets) {
            let mut names: Vec<&str> = self
                .schema
                .facets
                .iter()
                .map(|facet| facet.name.as_str())
                .filter(|name| *name != "language")
                .collect();
            names.sort_by_key(|name| match *name {
                "source" => 0,
                "author" => 1,
                _ => 2,
            });
            for name in names {
                if let Some(values) = hit.facets.get(name).filter(|values| !values.is_empty()) {
                    let inferred = hit.inferred.get(name).map_or(&[][..], Vec::as_slice);
                    parts.push(facet(name, values, inferred));
                }
            }
        }
        join(parts)
    }

    /// Where it is: the path, the id if that is another, the address if there is no path.
    fn place(&self, hit: &Hit) -> Flow {
        let mut parts = Vec::new();
        let mut add = |text: &str| {
            let mut flow = Flow::default();
            flow.push_whole(Role::Faint, text);
            parts.push(flow);
        };
        let path = hit.path.as_deref().filter(|_| self.shows(FieldName::Path));
        if let Some(path) = path {
            add(path);
        }
        let id = hit.id.as_str();
        if path != Some(id) && (self.shows(FieldName::Path) || self.shows(FieldName::Id)) {
            add(&format!("id {id}"));
        }
        if self.shows(FieldName::Url)
            && (path.is_none() || !self.shows(FieldName::Path))
            && let Some(url) = &hit.url
        {
            add(url);
        }
        if self.shows(FieldName::Score)
            && let Some(score) = hit.score
        {
            add(&format!("score {score:.2}"));
        }
        join(parts)
    }

    fn document(&self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        let Some(stored) = listed.stored else {
            return Ok(());
        };
        let mut named = |name: &str, text: &str| {
            let mut flow = Flow::default();
            flow.push(Role::Name, name);
            flow.space();
            flow.push(Role::Plain, text);
            self.line(out, &flow)
        };
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        if self.shows(FieldName::Hash) {
            named("hash", &stored.text_hash)?;
        }
        if self.shows(FieldName::Tags) {
            named("tags", &json(serde_json::to_string(&fields::tags(stored))))?;
        }
        if self.shows(FieldName::Meta) {
            named(
                "meta",
                &json(serde_json::to_string(&fields::meta(stored, &self.schema))),
            )?;
        }
        if self.shows(FieldName::Text) {
            for line in clean::lines(&stored.document.body).lines() {
                let mut flow = Flow::default();
                flow.push(Role::Plain, line);
                self.line(out, &flow)?;
            }
        }
        Ok(())
    }
}

impl Printer for Human {
    fn begin(&mut self, _: &mut dyn Write, head: &Head) -> io::Result<()> {
        self.digits = head.hits.max(1).to_string().len();
        Ok(())
    }

    fn hit(&mut self, out: &mut dyn Write, listed: Listed<'_>) -> io::Result<()> {
        let hit = listed.hit;
        if self.number > 0 {
            writeln!(out)?;
        }
        self.number += 1;
        let indent = self.indent();
        write!(out, "{:>1$}  ", self.number, self.digits)?;
        let title = if self.shows(FieldName::Title) {
            title(hit, self.stream)
        } else {
            Flow::default()
        };
        if title.is_empty() {
            writeln!(out)?;
        } else {
            out.write_all(title.render(self.stream, indent, indent).as_bytes())?;
        }
        self.line(out, &self.facts(hit))?;
        self.line(out, &self.place(hit))?;
        if self.shows(FieldName::Snippets) {
            for snippet in hit
                .snippets
                .iter()
                .filter(|snippet| snippet.field != "title")
            {
                self.line(out, &fragment(snippet, self.stream))?;
            }
        }
        self.document(out, listed)
    }
}

/// The title, with its matches marked if a snippet knows them.
fn title(hit: &Hit, stream: Stream) -> Flow {
    let mut flow = Flow::default();
    let of_title = hit
        .snippets
        .iter()
        .find(|snippet| snippet.field == "title" && snippet.text == hit.title);
    match of_title {
        Some(snippet) => mark(&mut flow, snippet, Role::Title, stream),
        None => flow.push(Role::Title, &hit.title),
    }
    if flow.is_empty() {
        flow.push(Role::Faint, "(no title)");
    }
    flow
}

/// A facet with its values, the first few; those that were found in the text are marked.
fn facet(name: &str, values: &[String], inferred: &[String]) -> Flow {
    let mut flow = Flow::default();
    // A name stays with the first word of its value.
    match name {
        "source" => {}
        "author" => flow.glue(Role::Name, "by "),
        _ => {
            flow.glue(Role::Name, &format!("{name}:"));
            flow.glue(Role::Plain, " ");
        }
    }
    let shown = values.len().min(MOST_VALUES);
    for (at, value) in values[..shown].iter().enumerate() {
        if inferred.contains(value) {
            flow.push(Role::Plain, &super::inferred::marked(value));
        } else {
            flow.push(Role::Plain, value);
        }
        if at + 1 < shown {
            flow.push(Role::Plain, ",");
            flow.space();
        }
    }
    if values.len() > shown {
        flow.push(Role::Faint, &format!(" +{}", values.len() - shown));
    }
    flow
}

/// Parts with a dot between them.
fn join(parts: Vec<Flow>) -> Flow {
    let mut joined = Flow::default();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.glue(Role::Faint, " ·");
        }
        joined.append(&part);
    }
    joined
}

/// A fragment of the text; an ellipsis where it begins or ends within a sentence.
fn fragment(snippet: &Snippet, stream: Stream) -> Flow {
    let mut flow = Flow::default();
    let text = snippet.text.trim();
    if snippet.start > 0 && text.starts_with(|c: char| c.is_lowercase() || ",;:)".contains(c)) {
        flow.push(Role::Plain, "…");
    }
    mark(&mut flow, snippet, Role::Plain, stream);
    if let Some(page) = snippet.page {
        flow.space();
        flow.push(Role::Faint, &format!("(p. {page})"));
    }
    if !text.ends_with(|c: char| ".!?…\"”’»:)]。！？؟".contains(c)) {
        flow.push(Role::Plain, "…");
    }
    flow
}

/// The text of a snippet with its matches marked; without styles, by asterisks.
fn mark(flow: &mut Flow, snippet: &Snippet, role: Role, stream: Stream) {
    mark_ranges(flow, &snippet.text, &snippet.highlights, role, stream);
}

/// A text with byte ranges of it marked; without styles, by asterisks.
pub(crate) fn mark_ranges(
    flow: &mut Flow,
    text: &str,
    ranges: &[(usize, usize)],
    role: Role,
    stream: Stream,
) {
    let mut at = 0;
    let mut highlights = ranges.iter().copied().peekable();
    while let Some((start, mut end)) = highlights.next() {
        // Matches with only a gap between them are one mark.
        while let Some(&(next, next_end)) = highlights.peek()
            && text
                .get(end..next)
                .is_some_and(|gap| gap.chars().all(clean::is_gap))
        {
            end = next_end;
            highlights.next();
        }
        let (Some(before), Some(matched)) = (text.get(at..start), text.get(start..end)) else {
            continue;
        };
        flow.push(role, before);
        if stream.colour {
            flow.push(Role::Match, matched);
        } else {
            flow.push(role, "*");
            flow.push(role, matched.trim());
            flow.push(role, "*");
        }
        at = end;
    }
    flow.push(role, text.get(at..).unwrap_or_default());
}

/// A name and a value on a line of a table whose names are so wide.
pub(crate) fn entry(stream: Stream, name: &str, width: usize, value: &str) -> String {
    let mut flow = Flow::default();
    flow.push(Role::Plain, value);
    let name = super::layout::styled(stream, Role::Name, &pad(name, width));
    format!("{name}  {}", flow.render(stream, width + 2, width + 2))
}
