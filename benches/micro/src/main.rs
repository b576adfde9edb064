//! What the hot paths cost, each alone and side by side with another way where there is one.
//!
//! ```text
//! micro articles.jsonl [ROUNDS]
//! ```
//!
//! Every path is taken once a round, the two of a pair one behind the other; a time is the median of
//! the rounds, a ratio the median of the ratios of the rounds. So what else the machine does falls on
//! both. Prints a table in Markdown.

mod facets;
mod texts;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Articles that are read: enough that none of them stays in a cache of the processor.
const MOST: usize = 5_000;

/// An article of the file.
pub(crate) struct Text {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) countries: Vec<String>,
    pub(crate) actors: Vec<String>,
    pub(crate) topics: Vec<String>,
}

/// One way to do some work: gives a number that depends on all of it, so that none is left out.
pub(crate) type Way<'a> = Box<dyn FnMut() -> Result<u64> + 'a>;

/// A path, and another way to the same end beside it.
pub(crate) struct Path<'a> {
    pub(crate) name: &'static str,
    /// How much work one call is, in the unit that is printed.
    pub(crate) amount: f64,
    pub(crate) unit: Unit,
    pub(crate) ours: Way<'a>,
    pub(crate) beside: Option<(&'static str, Way<'a>)>,
}

/// What is printed of a time.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    /// Megabytes a second; the amount is in bytes.
    MegabytesASecond,
    /// Microseconds for one of the amount.
    MicrosecondsEach,
    /// Nanoseconds for one of the amount.
    NanosecondsEach,
}

impl Unit {
    fn show(self, seconds: f64, amount: f64) -> String {
        match self {
            Self::MegabytesASecond => format!("{:.0} MB/s", amount / 1e6 / seconds),
            Self::MicrosecondsEach => format!("{:.2} µs", seconds * 1e6 / amount),
            Self::NanosecondsEach => format!("{:.1} ns", seconds * 1e9 / amount),
        }
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .context("usage: micro articles.jsonl [ROUNDS]")?;
    let rounds: usize = arguments.next().map_or(Ok(15), |text| text.parse())?;
    let texts = read(&path)?;
    ensure!(!texts.is_empty() && rounds > 0, "nothing to measure");
    let bytes: usize = texts
        .iter()
        .map(|text| text.title.len() + text.body.len())
        .sum();
    println!(
        "{} articles, {:.1} MB, {rounds} rounds\n",
        texts.len(),
        bytes as f64 / 1e6
    );
    println!("| path | pressmark | beside | of that | ratio of times |\n|---|---|---|---|---|");
    let counted = facets::Counted::new(&texts)?;
    let lit = texts::Lit::new(&texts)?;
    for path in texts::paths(&texts, bytes)?
        .into_iter()
        .chain(counted.paths())
        .chain(lit.paths())
    {
        measure(path, rounds)?;
    }
    Ok(())
}

fn measure(mut path: Path<'_>, rounds: usize) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut seen = 0u64;
    // One round more, to warm up.
    for round in 0..=rounds {
        let mut take = |way: &mut Way<'_>, times: &mut Vec<f64>| -> Result<()> {
            let start = Instant::now();
            seen = seen.wrapping_add(way()?);
            if round > 0 {
                times.push(start.elapsed().as_secs_f64());
            }
            Ok(())
        };
        take(&mut path.ours, &mut ours)?;
        if let Some((_, way)) = &mut path.beside {
            take(way, &mut theirs)?;
        }
    }
    ensure!(
        seen != 1,
        "the sum of all results is never one: this only keeps them from being left out"
    );
    let shown = path.unit.show(median(&ours), path.amount);
    let Some((beside, _)) = path.beside else {
        println!("| {} | {shown} | – | – | – |", path.name);
        return Ok(());
    };
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a / b).collect();
    let theirs = path.unit.show(median(&theirs), path.amount);
    println!(
        "| {} | {shown} | {beside} | {theirs} | {:.2} |",
        path.name,
        median(&ratios)
    );
    Ok(())
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn read(path: &str) -> Result<Vec<Text>> {
    let file = File::open(path).with_context(|| format!("cannot open {path}"))?;
    let mut texts = Vec::new();
    for line in BufReader::new(file).lines().take(MOST) {
        let record: Value = serde_json::from_str(&line?)?;
        let list = |key: &str| match &record[key] {
            Value::String(one) => vec![one.clone()],
            Value::Array(all) => all
                .iter()
                .filter_map(|one| one.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        texts.push(Text {
            title: text("title"),
            body: text("body"),
            countries: list("country"),
            actors: list("actor"),
            topics: list("topic"),
        });
    }
    Ok(texts)
}
