//! Indexes a file of JSON lines with the library alone, in several threads, and answers a
//! question with facets.
//!
//! ```text
//! cargo run --release --no-default-features --example jsonl -- articles.jsonl 'oil prices'
//! ```
//!
//! Each line is an object; `id`, `title`, `body`, `date` are fields, and `country`, `actor` and
//! `topic` are facets (a string or a list of strings).

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use pressmark::{Document, Index, Schema, SearchRequest};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: jsonl FILE QUESTION".into());
    };
    run(file.as_ref(), &question, &mut std::io::stdout().lock())
}

fn run(file: &Path, question: &str, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let index = Index::create_in_memory(Schema::default())?;
    let mut writer = index.writer()?;

    let started = Instant::now();
    let lines = Mutex::new(BufReader::new(File::open(file)?).lines().enumerate());
    let refused = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                // Analysis happens in the preparer, so every thread has its own.
                let mut preparer = writer.preparer();
                loop {
                    let next = lines.lock().expect("no thread panics with the lock").next();
                    let Some((number, Ok(line))) = next else {
                        break;
                    };
                    let written = document(&line, number)
                        .and_then(|document| Ok(preparer.prepare(document, 0)?))
                        .and_then(|prepared| Ok(writer.put_prepared(prepared, true)?));
                    if let Err(error) = written {
                        let message = format!("line {}: {error}", number + 1);
                        refused.lock().expect("as above").push(message);
                    }
                }
            });
        }
    });
    let commit = writer.commit()?;
    let refused = refused.into_inner()?;
    writeln!(
        out,
        "{} documents in {:.1?}, {} lines refused",
        commit.documents,
        started.elapsed(),
        refused.len()
    )?;
    for message in &refused {
        writeln!(out, "  {message}")?;
    }

    let request = SearchRequest::query(question)?.all_facets().top(5).limit(3);
    let response = index.searcher()?.search(&request)?;
    writeln!(out, "{} hits in {:.1} ms", response.total, response.took_ms)?;
    for hit in &response.hits {
        writeln!(out, "  {}  {}", hit.id, hit.title)?;
    }
    for (facet, counts) in response.facets.iter() {
        let buckets: Vec<String> = counts
            .buckets
            .iter()
            .map(|b| format!("{} {}", b.value, b.count))
            .collect();
        writeln!(out, "  {facet}: {}", buckets.join(" · "))?;
    }
    Ok(())
}

fn document(line: &str, number: usize) -> Result<Document, Box<dyn Error>> {
    let record: Value = serde_json::from_str(line)?;
    let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
    let id = match &record["id"] {
        Value::Null => format!("line-{}", number + 1),
        Value::String(id) => id.clone(),
        other => other.to_string(),
    };
    let mut document = Document::new(id).title(text("title")).body(text("body"));
    if let Some(date) = record["date"].as_str() {
        // A date that cannot be read leaves the document undated.
        document = document.clone().date(date).unwrap_or(document);
    }
    for (facet, keys) in [
        ("country", ["country", "places"]),
        ("actor", ["actor", "people"]),
        ("topic", ["topic", "topics"]),
    ] {
        for value in keys.iter().flat_map(|key| values(&record[*key])) {
            document = document.facet(facet, value);
        }
    }
    Ok(document)
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(|i| i.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[test]
fn it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    let lines = r#"{"id": 1, "title": "Oil prices fall", "date": "1986", "places": ["Iran"]}
not an object
{"title": "Grain"}
"#;
    std::fs::write(&file, lines).unwrap();
    let mut out = Vec::new();
    run(&file, "oil", &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.starts_with("2 documents in "), "{out}");
    assert!(out.contains("1 lines refused\n  line 2: "), "{out}");
    assert!(
        out.contains("  1  Oil prices fall\n  country: Iran 1\n"),
        "{out}"
    );
}
