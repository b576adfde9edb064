//! `pressmark status`: what is indexed, what became of the files, which source keys there are.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use pressmark::{FacetDefinition, KeyUsage, NumberDefinition, Schema, Searcher};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{Common, StatusArgs};
use crate::console::{Console, Stream};
use crate::failure::{Failure, Finish};
use crate::ledger::{Line, RunError, Runs};
use crate::output::layout::{Flow, Role, columns, cut, pad, styled};
use crate::output::number::{count, thousands};
use crate::output::{clean, human, json as form};
use crate::settings::{Place, from_here};

pub(super) fn run(
    common: &Common,
    args: &StatusArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let place = Place::find(common)?;
    let searcher = place.searcher()?;
    let runs = Runs::of(&place.index);
    let ledger = &runs.last;
    if args.keys {
        keys(common, &searcher, console)?;
    } else if args.failed || args.skipped {
        let status = if args.failed { "failed" } else { "skipped" };
        let lines = match ledger {
            Some(ledger) => ledger.lines(status)?,
            None => Vec::new(),
        };
        outcomes(common, status, &lines, console)?;
    } else if args.notes {
        let lines = match ledger {
            Some(ledger) => ledger.noted()?,
            None => Vec::new(),
        };
        notes(common, &lines, console)?;
    } else {
        overview(common, &place, &searcher, &runs, console)?;
    }
    Ok(Finish::Done)
}

#[derive(Serialize)]
struct Overview<'a> {
    format_version: u32,
    corpus: Option<&'a Path>,
    index: &'a Path,
    generation: u64,
    documents: u64,
    facets: Vec<&'a str>,
    numbers: Vec<&'a str>,
    /// What the corpus taught about its topics, if it taught anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    topics: Option<Topics>,
    /// Whether its first build is unfinished, so that it holds a part of the corpus.
    partial: bool,
    published: Option<String>,
    last_run: Option<&'a Value>,
    last_run_at: Option<String>,
    ledger: Option<&'a Path>,
    /// A newer run that did not come to its end.
    unfinished: Option<UnfinishedRun<'a>>,
}

/// What the corpus taught about its topics, or why that cannot be used.
#[derive(Serialize)]
#[serde(untagged)]
enum Topics {
    Learned {
        /// Topics that were learned.
        learned: usize,
        /// Topics of too few documents, which are known by their names.
        by_name: usize,
        /// Documents that they were learned from.
        documents: u32,
        /// The hash of what was learned.
        model: String,
    },
    Damaged {
        error: String,
    },
}

impl Topics {
    fn of(searcher: &Searcher) -> Option<Self> {
        Some(match searcher.topic_model() {
            Ok(model) => {
                let model = model?;
                Self::Learned {
                    learned: model.topics().len(),
                    by_name: model.thin_topics().len(),
                    documents: model.documents(),
                    model: model.hash(),
                }
            }
            Err(error) => Self::Damaged {
                error: error.to_string(),
            },
        })
    }

    fn in_words(&self) -> String {
        match self {
            Self::Learned {
                learned, documents, ..
            } => format!(
                "{} learned from {}",
                count(*learned as u64, "topic", "topics"),
                count((*documents).into(), "document", "documents")
            ),
            Self::Damaged { error } => error.clone(),
        }
    }
}

#[derive(Serialize)]
struct UnfinishedRun<'a> {
    at: String,
    ledger: &'a Path,
    error: Option<&'a RunError>,
}

fn overview(
    common: &Common,
    place: &Place,
    searcher: &Searcher,
    runs: &Runs,
    console: &mut Console,
) -> Result<(), Failure> {
    let schema = searcher.schema();
    let ledger = runs.last.as_ref();
    let published = std::fs::metadata(place.index.join("CURRENT"))
        .and_then(|current| current.modified())
        .ok();
    let overview = Overview {
        format_version: pressmark::FORMAT_VERSION,
        corpus: place.corpus.as_deref(),
        index: &place.index,
        generation: searcher.generation(),
        documents: searcher.documents(),
        facets: schema
            .facets
            .iter()
            .map(|facet| facet.name.as_str())
            .collect(),
        numbers: schema
            .numbers
            .iter()
            .map(|number| number.name.as_str())
            .collect(),
        topics: Topics::of(searcher),
        partial: searcher.is_partial(),
        published: published.map(instant),
        last_run: ledger.map(|ledger| &ledger.totals),
        last_run_at: ledger.map(|ledger| instant(ledger.at)),
        ledger: ledger.map(|ledger| ledger.path.as_path()),
        unfinished: runs.unfinished.as_ref().map(|run| UnfinishedRun {
            at: instant(run.at),
            ledger: &run.path,
            error: run.error.as_ref(),
        }),
    };
    if common.json {
        return Ok(form::line(console.out(), &overview)?);
    }
    let mut entries = Vec::new();
    if let Some(corpus) = overview.corpus {
        entries.push(("corpus", from_here(corpus).display().to_string()));
    }
    entries.push(("index", from_here(overview.index).display().to_string()));
    let part = if overview.partial {
        ", a part of the corpus: the first build is not finished"
    } else {
        ""
    };
    entries.push(("documents", thousands(overview.documents) + part));
    let published = published.map_or(String::new(), |at| format!(" · {}", local(at)));
    let generation = format!("{}{published}", overview.generation);
    entries.push(("generation", generation));
    entries.push(("facets", overview.facets.join(", ")));
    if !overview.numbers.is_empty() {
        entries.push(("numbers", overview.numbers.join(", ")));
    }
    if let Some(topics) = &overview.topics {
        entries.push(("topics", clean::line(&topics.in_words())));
    }
    if let Some(ledger) = ledger {
        let run = format!("{} · {}", local(ledger.at), totals(&ledger.totals));
        entries.push(("last run", run));
        entries.push(("ledger", from_here(&ledger.path).display().to_string()));
    }
    if let Some(run) = &runs.unfinished {
        let how = match &run.error {
            Some(error) => format!("stopped: {}", error.message),
            None => "not come to its end: it is at work, or was killed".to_owned(),
        };
        let ledger = from_here(&run.path);
        let run = format!("{} · {how} ({})", local(run.at), ledger.display());
        entries.push(("since then", run));
    }
    let width = entries
        .iter()
        .map(|(name, _)| columns(name))
        .max()
        .unwrap_or(0);
    let stream = console.stdout;
    for (name, value) in entries {
        console.text(&human::entry(stream, name, width, &value))?;
    }
    let failed = ledger.map_or(0, |ledger| ledger.totals["failed"].as_u64().unwrap_or(0));
    let options = place.options();
    if failed > 0 {
        console.remark(&format!(
            "what failed, and why: pressmark status{options} --failed"
        ));
    }
    if overview.corpus.is_some() {
        console.remark(&format!(
            "what changed since: pressmark index{options} --dry-run"
        ));
    }
    Ok(())
}

/// An instant for programs.
fn instant(at: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(at).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An instant for people, where they are.
fn local(at: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(at).unwrap_or_default();
    at.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The totals of a run, as far as they are not zero.
fn totals(totals: &Value) -> String {
    let names = [
        "seen",
        "indexed",
        "unchanged",
        "duplicate",
        "skipped",
        "failed",
        "removed",
        "renamed",
    ];
    let parts: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let number = totals[*name].as_u64().filter(|number| *number > 0)?;
            Some(format!("{name} {}", thousands(number)))
        })
        .collect();
    parts.join(" · ")
}

/// Lists what became of files and records.
fn outcomes(
    common: &Common,
    status: &str,
    lines: &[Line],
    console: &mut Console,
) -> Result<(), Failure> {
    if common.json {
        let object = json!({"format_version": pressmark::FORMAT_VERSION, status: lines});
        return Ok(form::line(console.out(), &object)?);
    }
    for line in lines {
        outcome(line, &line.code, &line.message, console)?;
    }
    console.flush()?;
    console.remark(&format!(
        "{} {status} in the last run",
        count(lines.len() as u64, "file or record", "files and records")
    ));
    Ok(())
}

fn notes(common: &Common, lines: &[Line], console: &mut Console) -> Result<(), Failure> {
    if common.json {
        let object = json!({"format_version": pressmark::FORMAT_VERSION, "notes": lines});
        return Ok(form::line(console.out(), &object)?);
    }
    let mut number = 0;
    for line in lines {
        for note in &line.notes {
            number += 1;
            outcome(line, &note.code, &note.message, console)?;
        }
    }
    console.flush()?;
    console.remark(&format!(
        "{} in the last run",
        count(number, "note", "notes")
    ));
    Ok(())
}

/// Prints what became of a file or record, or what was noted about it.
fn outcome(line: &Line, code: &str, message: &str, console: &mut Console) -> Result<(), Failure> {
    let mut flow = Flow::default();
    flow.push_whole(Role::Title, &line.path);
    if !line.member.is_empty() {
        flow.glue(Role::Plain, &format!("!/{}", line.member));
    } else if let Some(record) = line.record {
        flow.glue(Role::Plain, &format!("#{record}"));
    }
    flow.space();
    flow.push(Role::Name, code);
    flow.space();
    flow.push(Role::Plain, message);
    console.text(&flow.render(console.stdout, 0, 4))?;
    Ok(())
}

fn keys(common: &Common, searcher: &Searcher, console: &mut Console) -> Result<(), Failure> {
    let keys = searcher.keys()?;
    let (taken, free): (Vec<&KeyUsage>, Vec<&KeyUsage>) =
        keys.iter().partition(|key| !key.taken_by.is_empty());
    let lines = lines_to_paste(&free, searcher.schema());
    if common.json {
        let object = json!({
            "format_version": pressmark::FORMAT_VERSION,
            "generation": searcher.generation(),
            "documents": searcher.documents(),
            "keys": keys,
            "paste": lines,
        });
        return Ok(form::line(console.out(), &object)?);
    }
    let stream = console.stdout;
    let width = keys
        .iter()
        .map(|key| columns(&clean::line(&key.key)))
        .max()
        .unwrap_or(0);
    let width = width.min(stream.width / 3);
    let digits = keys
        .iter()
        .map(|key| columns(&thousands(key.documents)))
        .max()
        .unwrap_or(0);
    for key in taken.iter().chain(&free) {
        let out = row(key, width, digits, stream);
        console.text(&out)?;
    }
    if !lines.is_empty() {
        let number = count(
            free.len() as u64,
            "key is taken by nothing",
            "keys are taken by nothing",
        );
        writeln!(
            console.out(),
            "\n# {number}; to make facets of them, paste into pressmark.toml:\n"
        )?;
        console.text(&lines)?;
    }
    Ok(())
}

/// A key, how many documents have it, what took it, or what it looks like.
fn row(key: &KeyUsage, width: usize, digits: usize, stream: Stream) -> String {
    let name = pad(&cut(&clean::line(&key.key), width), width);
    let number = thousands(key.documents);
    let mut flow = Flow::default();
    if key.taken_by.is_empty() {
        flow.push(Role::Faint, "nothing; such as ");
        let mut examples: Vec<String> = key
            .examples
            .iter()
            .map(|example| cut(&clean::line(example), 30))
            .collect();
        examples.retain(|example| !example.is_empty());
        flow.push(Role::Faint, &examples.join(", "));
    } else {
        flow.push(Role::Plain, &format!("→ {}", key.taken_by.join(", ")));
    }
    let indent = width + digits + 4;
    format!(
        "{}  {number:>digits$}  {}",
        styled(stream, Role::Name, &name),
        flow.render(stream, indent, indent)
    )
}

/// Definitions of facets and numbers that would take the keys.
fn lines_to_paste(keys: &[&KeyUsage], schema: &Schema) -> String {
    let mut out = String::new();
    let mut known = schema.clone();
    for key in keys {
        let is_number = !key.examples.is_empty()
            && key
                .examples
                .iter()
                .all(|example| example.parse::<f64>().is_ok());
        let Some(name) = free_name(&key.key, &known) else {
            continue;
        };
        let table = if is_number { "numbers" } else { "facets" };
        let quoted = toml_string(&key.key);
        let _ = write!(out, "[{table}.{name}]\nkeys = [{quoted}]\n\n");
        let added = if is_number {
            known.clone().number(NumberDefinition::new(name))
        } else {
            known.clone().facet(FacetDefinition::new(name))
        };
        known = added.unwrap_or(known);
    }
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// A name for the facet of a key that no other has and that the query language leaves free.
fn free_name(key: &str, schema: &Schema) -> Option<String> {
    let plain: String = key
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let plain = plain.trim_matches(|c: char| !c.is_ascii_alphabetic());
    if plain.is_empty() {
        return None;
    }
    let is_free = |name: &str| {
        schema.find_facet(name).is_none()
            && schema.find_number(name).is_none()
            && Schema::empty().facet(FacetDefinition::new(name)).is_ok()
    };
    [plain.to_owned(), format!("{plain}s"), format!("my-{plain}")]
        .into_iter()
        .find(|name| is_free(name))
}

fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if clean::is_hostile(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_that_a_facet_can_have() {
        let schema = Schema::default();
        for (key, expected) in [
            ("desk", Some("desk")),
            ("dc.rights", Some("dc-rights")),
            ("Word Count", Some("word-count")),
            ("date", Some("dates")),
            ("country", Some("countrys")),
            ("2024", None),
            ("مرجع", None),
        ] {
            assert_eq!(free_name(key, &schema).as_deref(), expected, "{key}");
        }
        assert_eq!(toml_string("a\"b\\c\u{202e}"), r#""a\"b\\c\U0000202E""#);
    }
}
