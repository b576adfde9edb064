//! How long pressmark and the yardstick take for the same questions.
//!
//! Both are libraries in this one process; every question is asked of one and then of the other,
//! in turn, round after round. Prints a table in Markdown.

mod questions;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use bare::AskArgs;
use bare::query::Mode;
use bare::search::{DocAddress, Session};
use clap::Parser;
use pressmark::{Index, SearchRequest, Searcher};
use questions::{KINDS, Question, Vocabulary};
use rustix::time::{ClockId, clock_gettime};

/// Compares the latency of pressmark and of the yardstick
#[derive(Parser)]
struct Args {
    /// Index of pressmark
    #[arg(long, value_name = "DIR")]
    ours: PathBuf,
    /// Index of the yardstick, of the same documents
    #[arg(long, value_name = "DIR")]
    theirs: PathBuf,
    /// Times that every question is asked
    #[arg(long, value_name = "N", default_value_t = 51)]
    rounds: usize,
    /// Questions of each kind
    #[arg(long, value_name = "N", default_value_t = 20)]
    questions: usize,
    /// Blocks of stored documents that the yardstick keeps decompressed (100 is tantivy's default)
    #[arg(long, value_name = "BLOCKS", default_value_t = 100)]
    store_cache: usize,
    /// With snippets of every hit; the yardstick makes its own of the documents that pressmark found
    #[arg(long)]
    snippets: bool,
    /// One kind of questions only
    #[arg(long, value_enum)]
    only: Option<Mode>,
    /// Print a line for every question as well
    #[arg(long)]
    each: bool,
    /// Ask pressmark alone, for a profile
    #[arg(long)]
    alone: bool,
    /// Count only the time that the thread had a processor, for a machine that is busy
    #[arg(long)]
    cpu: bool,
    /// The documents
    #[arg(value_name = "INPUT.jsonl")]
    input: PathBuf,
}

/// What the ten hits of a question were, and how long they took.
#[derive(Default)]
struct Told {
    total: u64,
    hits: usize,
    /// Bytes of the bodies of the hits.
    bytes: usize,
    /// Microseconds of every round.
    times: Vec<f64>,
}

/// Which time is meant.
#[derive(Clone, Copy)]
struct Clock {
    origin: Instant,
    cpu: bool,
}

impl Clock {
    /// Microseconds since some moment.
    fn now(self) -> f64 {
        if self.cpu {
            let time = clock_gettime(ClockId::ThreadCPUTime);
            time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
        } else {
            self.origin.elapsed().as_nanos() as f64 / 1e3
        }
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (vocabulary, sizes) = read(&args.input)?;
    let mut asked: Vec<(Question, Told, Told)> = vocabulary
        .questions(args.questions)?
        .into_iter()
        .filter(|question| args.only.is_none_or(|only| only == question.mode))
        .map(|question| (question, Told::default(), Told::default()))
        .collect();
    let index = Index::open(&args.ours)?;
    let searcher = index.searcher()?;
    let theirs = AskArgs {
        index: args.theirs.clone(),
        limit: 10,
        facets: false,
        snippets: args.snippets,
        no_total: false,
        store_cache: args.store_cache,
        title_too: true,
    };
    let session = Session::open(&theirs)?;
    let lit = if args.snippets && !args.alone {
        let lit = asked
            .iter()
            .map(|(question, ..)| ten(&searcher, &session, question));
        lit.map(|ten| ten.map(Some)).collect::<Result<Vec<_>>>()?
    } else {
        vec![None; asked.len()]
    };
    let clock = Clock {
        origin: Instant::now(),
        cpu: args.cpu,
    };
    for round in 0..=args.rounds {
        for ((question, ours, theirs), lit) in asked.iter_mut().zip(&lit) {
            let mut ask_ours = || {
                ask(
                    clock,
                    &searcher,
                    &question.ours,
                    args.snippets,
                    &sizes,
                    ours,
                )
            };
            let mut ask_theirs = || {
                if args.alone {
                    return Ok(());
                }
                ask_bare(clock, &session, question, lit.as_deref(), &sizes, theirs)
            };
            if round % 2 == 0 {
                ask_ours()?;
                ask_theirs()?;
            } else {
                ask_theirs()?;
                ask_ours()?;
            }
            // The first round is to warm up.
            if round == 0 {
                ours.times.clear();
                theirs.times.clear();
            }
        }
    }
    print(&args, &asked);
    Ok(())
}

/// The words of the documents, and the bytes of every body by id.
fn read(path: &PathBuf) -> Result<(Vocabulary, HashMap<String, usize>)> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut vocabulary = Vocabulary::default();
    let mut sizes = HashMap::new();
    for line in BufReader::new(file).lines() {
        let document: serde_json::Value = serde_json::from_str(&line?)?;
        vocabulary.see(&document);
        let id = match &document["id"] {
            serde_json::Value::String(id) => id.clone(),
            other => other.to_string(),
        };
        sizes.insert(id, document["body"].as_str().unwrap_or_default().len());
    }
    Ok((vocabulary, sizes))
}

fn ask(
    clock: Clock,
    searcher: &Searcher,
    text: &str,
    snippets: bool,
    sizes: &HashMap<String, usize>,
    told: &mut Told,
) -> Result<()> {
    let start = clock.now();
    let mut request = SearchRequest::query(text)?;
    if !snippets {
        request = request.snippets(0);
    }
    let response = searcher.search(&request)?;
    told.times.push(clock.now() - start);
    told.total = response.total;
    told.hits = response.hits.len();
    let sizes = response.hits.iter().map(|hit| sizes.get(hit.id.as_str()));
    told.bytes = sizes.flatten().sum();
    Ok(())
}

/// Where the yardstick has the documents that pressmark finds: texts of other documents would be
/// longer or shorter.
fn ten(searcher: &Searcher, session: &Session<'_>, question: &Question) -> Result<Vec<DocAddress>> {
    let request = SearchRequest::query(question.ours.as_str())?;
    let hits = searcher.search(&request.snippets(0))?.hits;
    hits.iter()
        .map(|hit| session.find(hit.id.as_str()))
        .collect()
}

fn ask_bare(
    clock: Clock,
    session: &Session<'_>,
    question: &Question,
    instead: Option<&[DocAddress]>,
    sizes: &HashMap<String, usize>,
    told: &mut Told,
) -> Result<()> {
    let start = clock.now();
    let answer = session.ask_about(question.mode, &question.theirs, instead)?;
    told.times.push(clock.now() - start);
    told.total = answer.total.unwrap_or_default() as u64;
    told.hits = answer.hits.len();
    let shown = answer.hits.iter().map(|hit| session.show(hit));
    told.bytes = shown
        .filter_map(|hit| sizes.get(hit["id"].as_str()?).copied())
        .sum();
    Ok(())
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn print(args: &Args, asked: &[(Question, Told, Told)]) {
    if args.each {
        for (question, ours, theirs) in asked {
            let (a, b) = (median(&ours.times), median(&theirs.times));
            println!(
                "{:28} {a:9.1} {b:9.1} {:6.2}  {} and {} in all, {} and {} bytes of {} and {} hits",
                question.ours,
                a / b,
                ours.total,
                theirs.total,
                ours.bytes,
                theirs.bytes,
                ours.hits,
                theirs.hits,
            );
        }
    }
    println!(
        "| questions | documents found, median | KB of text in the ten hits | pressmark, µs | bare, µs | ratio |"
    );
    println!("|---|---|---|---|---|---|");
    for (mode, name) in KINDS {
        let of_kind: Vec<_> = asked
            .iter()
            .filter(|(question, ..)| question.mode == mode)
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let over = |value: &dyn Fn(&(Question, Told, Told)) -> f64| {
            median(&of_kind.iter().map(|&one| value(one)).collect::<Vec<_>>())
        };
        let (a, b) = (
            over(&|one| median(&one.1.times)),
            over(&|one| median(&one.2.times)),
        );
        println!(
            "| {name} | {} and {} | {:.1} and {:.1} | {a:.0} | {b:.0} | {:.2} |",
            over(&|one| one.1.total as f64),
            over(&|one| one.2.total as f64),
            over(&|one| one.1.bytes as f64 / 1e3),
            over(&|one| one.2.bytes as f64 / 1e3),
            a / b,
        );
    }
}
