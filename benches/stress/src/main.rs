//! One writer, eight reader threads and two reader processes on one index, compared with a model.
//!
//! ```text
//! cargo run --release --locked --manifest-path benches/stress/Cargo.toml -- 600
//! ```
//!
//! The writer puts, replaces and deletes documents, and writes down what the next generation must
//! hold before it commits it. A reader takes the newest generation, finds out what it must hold, and
//! asks: how many documents there are, how they are spread over a facet, which match a word and a
//! filter, how many have a word, and single documents. It ends with status 1 if any answer was wrong or failed,
//! or if memory grew (see `memory.rs`; it is printed over time, the writer's process first).
//!
//! Under glibc all threads share one heap, unless `MALLOC_ARENA_MAX` says otherwise: a heap for each
//! thread keeps what was freed in it, and grows for many minutes before it is level (docs/embedding.md
//! tells how far). What is asked here is whether pressmark keeps what it no longer needs.

mod memory;
mod model;
mod reader;
mod writer;

use std::path::PathBuf;
use std::process::{Child, Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memory::Memory;
use pressmark::{Index, Schema};
use reader::Tally;

const THREADS: u64 = 8;
const PROCESSES: u64 = 2;

/// How often memory is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// How many heaps the allocator of glibc makes; it reads it when a process starts.
const HEAPS: &str = "MALLOC_ARENA_MAX";

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [word, folder, seed] if word == "read" => {
            let folder = PathBuf::from(folder);
            let tally = reader::read(&folder, seed.parse()?, &|| !folder.join("over").exists())?;
            println!("{}", tally.line());
            Ok(ExitCode::SUCCESS)
        }
        [seconds] if std::env::var_os(HEAPS).is_some() => {
            run(Duration::from_secs(seconds.parse()?))
        }
        [seconds] => {
            let mut command = Command::new(std::env::current_exe()?);
            let status = command.arg(seconds).env(HEAPS, "1").status()?;
            Ok(if status.success() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        _ => Err("usage: stress SECONDS".into()),
    }
}

fn run(time: Duration) -> Result<ExitCode, Failure> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join(model::FOLDER))?;
    Index::create(folder.path().join("index"), Schema::default())?;
    let myself = std::env::current_exe()?;
    let started = Instant::now();
    let is_over = Arc::new(AtomicBool::new(false));
    let goes_on = || !is_over.load(Ordering::Relaxed);
    let path = folder.path();
    let children = (0..PROCESSES)
        .map(|number| {
            let mut command = Command::new(&myself);
            command
                .arg("read")
                .arg(path)
                .arg((100 + number).to_string());
            command.stdout(std::process::Stdio::piped()).spawn()
        })
        .collect::<Result<Vec<Child>, _>>()?;
    let mut all = Tally::default();
    let (commits, memory) = std::thread::scope(|scope| -> Result<(u64, Memory), Failure> {
        let readers: Vec<_> = (0..THREADS)
            .map(|seed| scope.spawn(move || reader::read(path, seed, &goes_on)))
            .collect();
        let watch = scope.spawn(|| {
            let processes =
                std::iter::once(std::process::id()).chain(children.iter().map(Child::id));
            let mut memory = Memory::of(processes.collect());
            let mut taken = 0;
            while goes_on() {
                std::thread::sleep(Duration::from_millis(200));
                if started.elapsed() >= EVERY * taken {
                    taken += 1;
                    let line = memory.take(started.elapsed());
                    // Twenty lines are enough to look at.
                    if taken % (time.as_secs() as u32 / EVERY.as_secs() as u32 / 20).max(1) == 0 {
                        eprintln!("{line}");
                    }
                }
            }
            memory
        });
        let written = writer::write(path, 7, &|| started.elapsed() < time);
        is_over.store(true, Ordering::Relaxed);
        std::fs::write(path.join("over"), "")?;
        for reader in readers {
            all.add(&reader.join().map_err(|_| "a reader panicked")??);
        }
        let memory = watch.join().map_err(|_| "the watch panicked")?;
        Ok((written?, memory))
    })?;
    for child in children {
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        match Tally::parse(text.trim()) {
            Some(tally) if output.status.success() => all.add(&tally),
            _ => return Err(format!("a reader process ended with {}", output.status).into()),
        }
    }
    println!("{commits} commits; readers: {}", all.line());
    let (is_flat, told) = memory.verdict();
    println!("{told}");
    Ok(if all.wrong == 0 && all.errors == 0 && is_flat {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
