//! One side of a comparison as a process that stays: a question a line on stdin, an answer a line
//! on stdout. `benches/compare` asks it and its peers in turn.
//!
//! ```text
//! answer ours|theirs INDEX
//! {"kind": "and", "words": ["oil", "price"], "facets": ["country"], "filters": [["topic", "trade"]], "newest": false}
//! {"total": 12, "us": 61.2, "cpu_us": 60.8, "hits": [["a7", "1987-03-02"]], "facets": {"country": [["Iran", 7]]}}
//! ```
//!
//! `us` is the time from the text of the question to ten hits with title, date and facets, the exact
//! total and ten buckets of every facet that was asked for; `cpu_us` is what the thread had of a
//! processor in it. Neither has the reading of the question or the printing of the answer in it. An
//! empty line asks how much memory is in use: `{"anonymous_kb": 1234}`.

mod ours;
mod theirs;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// How many hits and buckets are asked for.
const TEN: usize = 10;

/// How the words of a question are meant.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    All,
    Word,
    And,
    Or,
    Phrase,
    Prefix,
    Fuzzy,
}

/// A question. With filters, each facet is counted under those of the others.
#[derive(Deserialize)]
struct Question {
    kind: Kind,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    facets: Vec<String>,
    #[serde(default)]
    filters: Vec<(String, String)>,
    #[serde(default)]
    newest: bool,
}

/// What is compared of an answer.
#[derive(Serialize)]
struct Answer {
    total: u64,
    us: f64,
    cpu_us: f64,
    /// Id and day of each.
    hits: Vec<(String, String)>,
    facets: BTreeMap<String, Vec<(String, u64)>>,
}

/// What a side found, as it gives it: what is made of it is outside the time.
trait Found {
    fn into_answer(self, us: f64, cpu_us: f64) -> Result<Answer>;
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [side, index] if side == "ours" => {
            let side = ours::Ours::open(Path::new(index))?;
            answer(|question| side.ask(question))
        }
        [side, index] if side == "theirs" => {
            let side = theirs::Theirs::open(Path::new(index))?;
            answer(|question| side.ask(question))
        }
        _ => bail!("usage: answer ours|theirs INDEX"),
    }
}

fn answer<F: Found>(ask: impl Fn(&Question) -> Result<F>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            writeln!(out, "{{\"anonymous_kb\": {}}}", anonymous())?;
            out.flush()?;
            continue;
        }
        let question: Question =
            serde_json::from_str(&line).with_context(|| format!("no question: {line}"))?;
        let (clock, cpu) = (Instant::now(), processor());
        let found = ask(&question)?;
        let (us, cpu_us) = (clock.elapsed().as_nanos() as f64 / 1e3, processor() - cpu);
        let answer = found.into_answer(us, cpu_us)?;
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

/// Microseconds of a processor that this thread has had.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Kilobytes of memory that no file lies behind; 0 where the system does not say.
fn anonymous() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
