//! A live feed: one thread puts articles in as they come, changed ones over what they were; another
//! searches each state as soon as it is published.
//!
//! ```text
//! tail -f feed.jsonl | cargo run --release --no-default-features --example live -- sanctions
//! ```
//!
//! A line is `{"id": …, "title": …, "body": …, "country": …}`; a line with an id alone takes the
//! document away.

use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pressmark::{Control, Document, Index, Schema, SearchRequest, Writer};
use serde_json::Value;

/// How long what was put in may wait until it can be found.
const PATIENCE: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    let question = std::env::args()
        .nth(1)
        .ok_or("usage: live QUESTION < FEED")?;
    let index = Index::create_in_memory(Schema::default())?;
    run(
        &index,
        &question,
        std::io::stdin().lock(),
        &mut std::io::stdout(),
    )
}

fn run(
    index: &Index,
    question: &str,
    feed: impl BufRead,
    out: &mut (dyn Write + Send),
) -> Result<(), Box<dyn Error>> {
    let request = SearchRequest::query(question)?.facets(["country"]).top(3);
    let mut news = index.subscribe()?;
    let is_over = Arc::new(AtomicBool::new(false));
    let control = Control::default().cancelled_by(Arc::clone(&is_over));
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || -> pressmark::Result<()> {
            while let Some(searcher) = news.wait(&control)? {
                let response = searcher.search(&request)?;
                let newest = response.hits.first().map_or("", |hit| &hit.title);
                let (found, of) = (response.total, searcher.documents());
                let _ = writeln!(out, "{found} of {of} documents: {newest}");
            }
            Ok(())
        });
        let written = write(index.writer()?, feed);
        is_over.store(true, Ordering::Relaxed);
        reader.join().map_err(|_| "the reader panicked")??;
        written
    })
}

/// Puts the feed in, and publishes from time to time.
fn write(mut writer: Writer, feed: impl BufRead) -> Result<(), Box<dyn Error>> {
    let mut published = Instant::now();
    for line in feed.lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let text = |key: &str| record[key].as_str().unwrap_or_default();
        if record["title"].is_null() && record["body"].is_null() {
            writer.delete(text("id"))?;
        } else {
            let mut document = Document::new(text("id"))
                .title(text("title"))
                .body(text("body"));
            if let Some(country) = record["country"].as_str() {
                document = document.facet("country", country);
            }
            writer.put(document)?;
        }
        if published.elapsed() > PATIENCE {
            writer.commit()?;
            published = Instant::now();
        }
    }
    writer.commit()?;
    Ok(())
}

#[cfg(test)]
#[test]
fn it_runs() {
    let feed = r#"{"id": "a", "title": "Sanctions debated", "country": "Iran"}
{"id": "b", "title": "Harbour opens"}
{"id": "a", "title": "Sanctions eased", "country": "Iran"}
{"id": "b"}
"#;
    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut out = Vec::new();
    run(&index, "sanctions", feed.as_bytes(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let last = out.lines().last().unwrap();
    assert_eq!(last, "1 of 1 documents: Sanctions eased", "{out}");
}
