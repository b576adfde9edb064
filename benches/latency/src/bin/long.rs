//! What snippets of one long document cost: the bodies of many are put together to one of 5 MB.
//!
//! Prints a table in Markdown. The time is what a search with snippets has of a processor, less that
//! of the same search without them: the document fetched and unpacked, read, and its fragments chosen.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use pressmark::{Document, Index, Schema, SearchRequest, Searcher};
use rustix::time::{ClockId, clock_gettime};

/// Measures snippets of one long document
#[derive(Parser)]
struct Args {
    /// Bytes of the document
    #[arg(long, value_name = "N", default_value_t = 5_000_000)]
    bytes: usize,
    /// Times that every question is asked
    #[arg(long, value_name = "N", default_value_t = 11)]
    rounds: usize,
    /// Only questions whose names contain this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Documents whose bodies are put together
    #[arg(value_name = "INPUT.jsonl")]
    input: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let file = File::open(&args.input).with_context(|| format!("{}", args.input.display()))?;
    let mut body = String::new();
    for line in BufReader::new(file).lines() {
        let document: serde_json::Value = serde_json::from_str(&line?)?;
        body.push_str(document["body"].as_str().unwrap_or_default());
        body.push_str("\n\n");
        if body.len() >= args.bytes {
            break;
        }
    }
    let mut words: Vec<String> = body.split_whitespace().map(str::to_lowercase).collect();
    words.retain(|word| word.len() > 4 && word.bytes().all(|b| b.is_ascii_lowercase()));
    words.sort_unstable();
    words.dedup();
    let every = |count: usize| -> Vec<&str> {
        let step = (words.len() / count).max(1);
        let every = words.iter().step_by(step).take(count);
        every.map(String::as_str).collect()
    };
    let index = Index::create_in_memory(Schema::default())?;
    let mut writer = index.writer()?;
    writer.put(Document::new("long").language("en").body(body.as_str()))?;
    writer.commit()?;
    let searcher = index.searcher()?;
    println!("A document of {:.1} MB.\n", body.len() as f64 / 1e6);
    println!("| question | ms with snippets | without | difference |");
    println!("|---|---|---|---|");
    let joined = |count, with: &str, end: &str| {
        let words = every(count).into_iter().map(|word| format!("{word}{end}"));
        words.collect::<Vec<_>>().join(with)
    };
    for (name, query) in [
        ("a word", "government".to_owned()),
        ("a common word", "have".to_owned()),
        ("`the`", "the".to_owned()),
        ("three words", joined(3, " OR ", "")),
        ("30 words", joined(30, " OR ", "")),
        ("600 words", joined(600, " OR ", "")),
        ("a phrase", "\"united states\"".to_owned()),
        ("a phrase with moves", "\"states united\"~5".to_owned()),
        ("a prefix", "govern*".to_owned()),
        ("any beginning", "*ment".to_owned()),
        ("30 prefixes", joined(30, " OR ", "*")),
        ("300 prefixes", joined(300, " OR ", "*")),
        ("a fuzzy word", "goverment~2".to_owned()),
        ("30 fuzzy words", joined(30, " OR ", "~2")),
        ("300 fuzzy words", joined(300, " OR ", "~2")),
        ("a regular expression", "/.*(tion|ment)s?/".to_owned()),
        ("`NEAR/10`", "united NEAR/10 states".to_owned()),
        ("`NEAR/10` of common words", "the NEAR/10 of".to_owned()),
        (
            "`NEAR/s` of alternatives",
            "(govern* OR minist*) NEAR/s (trade OR oil OR bank*)".to_owned(),
        ),
        (
            "`NEAR/1000` in `NEAR/1000`",
            "(the NEAR/1000 of) NEAR/1000 and".to_owned(),
        ),
    ] {
        if !name.contains(&args.only) {
            continue;
        }
        let request = SearchRequest::query(query)?;
        let with = match time(&searcher, &request, args.rounds) {
            Ok(with) => with,
            Err(error) => {
                println!("| {name} | {error} | | |");
                continue;
            }
        };
        let without = time(&searcher, &request.snippets(0), args.rounds)?;
        println!(
            "| {name} | {with:.1} | {without:.1} | {:.1} |",
            with - without
        );
    }
    Ok(())
}

/// Milliseconds that a search has of a processor, the median.
fn time(searcher: &Searcher, request: &SearchRequest, rounds: usize) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = milliseconds();
        searcher.search(request)?;
        times.push(milliseconds() - start);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn milliseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
