//! Facet counts of pressmark beside tantivy's aggregations, on the same index. See `README.md`.

mod corpus;
mod ours;
mod theirs;

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use rustix::time::{ClockId, clock_gettime};
use theirs::{Hits, Theirs};

const USAGE: &str = "usage: facets generate DOCUMENTS [PEOPLE] > FILE.jsonl
       facets index FILE.jsonl DIR [THREADS [MEGABYTES]]
       facets compare DIR [ROUNDS [FACET,... QUERY...]]
       facets sideways DIR [ROUNDS [QUERY...]]
       facets memory DIR MEGABYTES [FACET,...]
       facets repeat DIR ROUNDS FACET,... QUERY";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["generate", documents, rest @ ..] => {
            let people = rest.first().map_or(Ok(20_000), |people| people.parse())?;
            let mut out = BufWriter::new(std::io::stdout().lock());
            Ok(corpus::generate(documents.parse()?, people, &mut out)?)
        }
        ["index", jsonl, folder, rest @ ..] => {
            let threads = rest.first().map_or(Ok(2), |n| n.parse())?;
            let memory: usize = rest.get(1).map_or(Ok(256), |n| n.parse())?;
            corpus::index(jsonl, folder, threads, memory << 20)
        }
        ["compare", folder, rest @ ..] => {
            let rounds = rest.first().map_or(Ok(21), |n| n.parse())?;
            let facets = names(rest.get(1).copied());
            let mut words = vec!["*"];
            match rest.get(2..) {
                Some(given) if !given.is_empty() => words = given.to_vec(),
                _ => words.extend(corpus::WORDS),
            }
            compare(Path::new(folder), rounds, &facets, &words)
        }
        ["sideways", folder, rest @ ..] => {
            let rounds = rest.first().map_or(Ok(21), |n| n.parse())?;
            let mut words = vec!["*"];
            match rest.get(1..) {
                Some(given) if !given.is_empty() => words = given.to_vec(),
                _ => words.extend(corpus::WORDS),
            }
            sideways(Path::new(folder), rounds, &words)
        }
        ["memory", folder, megabytes, rest @ ..] => {
            let bytes = megabytes.parse::<usize>()? << 20;
            memory(Path::new(folder), bytes, &names(rest.first().copied()))
        }
        ["repeat", folder, rounds, facets, word] => {
            repeat(Path::new(folder), rounds.parse()?, &names(Some(facets)), word)
        }
        ["once", side, folder, facets, word] => once(side, Path::new(folder), facets, word),
        _ => bail!("{USAGE}"),
    }
}

fn names(given: Option<&str>) -> Vec<String> {
    match given {
        Some(names) => names.split(',').map(str::to_owned).collect(),
        None => corpus::NAMES.map(str::to_owned).to_vec(),
    }
}

/// One question in a new process; prints how many microseconds it took from opening the index to
/// the answer, and from the start of the process. What is put away afterwards is in neither.
fn once(side: &str, folder: &Path, facets: &str, word: &str) -> Result<()> {
    let facets = names(Some(facets));
    let start = used();
    if side == OURS {
        let searcher = ours::open(folder, None)?;
        let answer = searcher.search(&ours::request(word, &facets, &Vec::new(), 10)?)?;
        print_times(start, answer.total);
    } else {
        let hits = if side == THEIRS { Hits::Documents } else { Hits::Addresses };
        let theirs = Theirs::open(folder, &facets)?;
        let answer = theirs.ask(word, hits)?;
        print_times(start, answer.0);
    }
    Ok(())
}

fn print_times(start: f64, total: u64) {
    let inside = used() - start;
    let whole = clock_gettime(ClockId::ProcessCPUTime);
    let whole = whole.tv_sec as f64 * 1e6 + whole.tv_nsec as f64 / 1e3;
    println!("{inside} {whole} {total}");
}

/// The sides of a comparison, as processes are told of them.
const OURS: &str = "ours";
const THEIRS: &str = "theirs";
const ADDRESSES: &str = "addresses";

/// Repeats one question, for a profiler; prints the median of the milliseconds that it took.
fn repeat(folder: &Path, rounds: usize, facets: &[String], word: &str) -> Result<()> {
    let searcher = ours::open(folder, None)?;
    let request = ours::request(word, facets, &Vec::new(), 10)?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        timed(&mut times, || Ok(searcher.search(&request)?))?;
    }
    let (least, median) = summary(&mut times);
    println!("{:.3} {:.3}", least / 1e3, median / 1e3);
    Ok(())
}

/// Microseconds that this thread has had a processor: what else the machine does is not in them.
/// Both sides search with one thread.
fn used() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Microseconds of a call.
fn timed<T>(times: &mut Vec<f64>, call: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = used();
    let result = call()?;
    times.push(used() - start);
    Ok(result)
}

/// Minimum and median.
fn summary(times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

/// Microseconds of a process as a whole, and from opening the index, as it says itself.
fn process(side: &str, folder: &Path, facets: &str, word: &str) -> Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?)
        .args(["once", side])
        .arg(folder)
        .args([facets, word])
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace().map(str::parse::<f64>);
    match (words.next(), words.next()) {
        (Some(inside), Some(whole)) => Ok((whole?, inside?)),
        _ => bail!("nothing was printed"),
    }
}

fn compare(folder: &Path, rounds: usize, facets: &[String], words: &[&str]) -> Result<()> {
    let view = tempfile::tempdir()?;
    let warm = ours::open(folder, None)?;
    let segments = theirs::lay_out(folder, &warm, view.path())?;
    let reading = ours::open(folder, Some(0))?;
    let theirs = Theirs::open(view.path(), facets)?;
    println!("documents: {}, segments: {segments}, rounds: {rounds}\n", warm.documents());
    let mut compared = Vec::new();
    for facet in facets.iter().filter(|facet| *facet != "theme") {
        if !theirs.has_spellings(facet)? {
            compared.push(facet.as_str());
        }
    }
    println!("Counts are equal: {}.\n", compared.join(", "));
    println!("Milliseconds: minimum, median. How many times faster: by minimum, by median.\n");
    println!("| query | matches | | pressmark | tantivy with documents | faster | tantivy with addresses | faster |");
    println!("|---|---|---|---|---|---|---|---|");
    for word in words {
        let request = ours::request(word, facets, &Vec::new(), 10)?;
        let mine = warm.search(&request)?;
        let other = theirs.ask(word, Hits::Documents)?;
        ensure!(mine.total == other.0, "{word}: {} hits and {}", mine.total, other.0);
        ensure!(mine.hits.len() == other.1, "as many hits");
        for facet in &compared {
            let (a, b) = (ours::buckets(&mine, facet), theirs::buckets(&other, facet)?);
            let counts = |buckets: &[(String, u64)]| buckets.iter().map(|b| b.1).collect::<Vec<_>>();
            ensure!(counts(&a) == counts(&b), "{word}, {facet}: {a:?} and {b:?}");
        }
        let line = |what: &str, [a, documents, addresses]: &mut [Vec<f64>; 3]| {
            let (a_min, a_mid) = summary(a);
            let mut columns = format!("{:.2}, {:.2}", a_min / 1e3, a_mid / 1e3);
            for (min, mid) in [summary(documents), summary(addresses)] {
                columns += &format!(
                    " | {:.2}, {:.2} | {:.2}, {:.2}",
                    min / 1e3,
                    mid / 1e3,
                    min / a_min,
                    mid / a_mid
                );
            }
            println!("| {word} | {} | {what} | {columns} |", mine.total);
        };
        let (mut kept, mut read) = (<[Vec<f64>; 3]>::default(), Vec::new());
        for _ in 0..3 {
            warm.search(&request)?;
        }
        for _ in 0..rounds {
            timed(&mut kept[0], || Ok(warm.search(&request)?))?;
            timed(&mut kept[1], || theirs.ask(word, Hits::Documents))?;
            timed(&mut kept[2], || theirs.ask(word, Hits::Addresses))?;
            timed(&mut read, || Ok(reading.search(&request)?))?;
        }
        line("warm", &mut kept);
        kept[0] = read;
        line("warm, nothing kept", &mut kept);
        let list = facets.join(",");
        let (mut opened, mut whole) = (<[Vec<f64>; 3]>::default(), <[Vec<f64>; 3]>::default());
        for _ in 0..rounds {
            for (at, side) in [OURS, THEIRS, ADDRESSES].into_iter().enumerate() {
                let place = if side == OURS { folder } else { view.path() };
                let (process, inside) = process(side, place, &list, word)?;
                whole[at].push(process);
                opened[at].push(inside);
            }
        }
        line("cold, from opening", &mut opened);
        line("cold, whole process", &mut whole);
    }
    println!("\nkept of facets: {:.1} MB", warm.facet_memory() as f64 / 1e6);
    Ok(())
}

/// Three facets chosen in (two values, one, three), all six counted: one search beside the four
/// that it replaces.
fn sideways(folder: &Path, rounds: usize, words: &[&str]) -> Result<()> {
    let facets = names(None);
    let value = |name: &str, number: usize| match name {
        "theme" => format!("field {}/matter {number:03}", number % 10),
        name => format!("{name} {number:05}"),
    };
    let chosen = |name: &str, numbers: &[usize]| {
        let values = numbers.iter().map(|&number| value(name, number)).collect();
        (name.to_owned(), values)
    };
    let choices = vec![
        chosen("land", &[0, 1]),
        chosen("tongue", &[0]),
        chosen("theme", &[0, 1, 2]),
    ];
    let warm = ours::open(folder, None)?;
    let reading = ours::open(folder, Some(0))?;
    println!("documents: {}, rounds: {rounds}\n", warm.documents());
    println!("| query | hits | | one search, ms (min, median) | four searches, ms | share |");
    println!("|---|---|---|---|---|---|");
    for word in words {
        let one = ours::request(word, &facets, &choices, 10)?;
        let four = ours::apart(word, &facets, &choices)?;
        let together = warm.search(&one)?;
        for request in &four {
            let answer = warm.search(request)?;
            for facet in &facets {
                let (a, b) = (ours::buckets(&answer, facet), ours::buckets(&together, facet));
                if a.is_empty() || choices.iter().any(|(name, _)| name == facet && name == "theme") {
                    continue; // a tree lists another level when nothing is chosen in it
                }
                ensure!(choices.iter().any(|(name, _)| name == facet) || a == b, "{word}, {facet}");
            }
        }
        for (what, searcher) in [("warm", &warm), ("nothing kept", &reading)] {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for _ in 0..3 {
                searcher.search(&one)?;
            }
            for _ in 0..rounds {
                timed(&mut a, || Ok(searcher.search(&one)?))?;
                timed(&mut b, || {
                    for request in &four {
                        searcher.search(request)?;
                    }
                    Ok(())
                })?;
            }
            let ((a_min, a_mid), (b_min, b_mid)) = (summary(&mut a), summary(&mut b));
            println!(
                "| {word} | {} | {what} | {:.2}, {:.2} | {:.2}, {:.2} | {:.2}, {:.2} |",
                together.total,
                a_min / 1e3,
                a_mid / 1e3,
                b_min / 1e3,
                b_mid / 1e3,
                a_min / b_min,
                a_mid / b_mid
            );
        }
    }
    Ok(())
}

/// What is kept under a limit, and what the process takes.
fn memory(folder: &Path, bytes: usize, facets: &[String]) -> Result<()> {
    let resident = || -> Result<u64> {
        let status = std::fs::read_to_string(PathBuf::from("/proc/self/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.context("no RssAnon")?.parse::<u64>()? / 1024)
    };
    let searcher = ours::open(folder, Some(bytes))?;
    println!("opened: {} MB of its own", resident()?);
    for round in 1..=4 {
        for word in corpus::WORDS {
            let start = Instant::now();
            let answer = searcher.search(&ours::request(word, facets, &Vec::new(), 10)?)?;
            let distinct: Vec<String> = facets
                .iter()
                .filter_map(|name| Some(format!("{name} {}", answer.facets.get(name)?.distinct)))
                .collect();
            println!(
                "round {round}, {word}: {} hits, {:.1} ms, kept {:.1} of {:.1} MB, {} MB of its own; distinct: {}",
                answer.total,
                start.elapsed().as_secs_f64() * 1e3,
                searcher.facet_memory() as f64 / 1e6,
                bytes as f64 / 1e6,
                resident()?,
                distinct.join(", ")
            );
        }
    }
    Ok(())
}
