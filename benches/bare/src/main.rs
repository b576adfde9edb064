//! The yardstick as a program. It prints JSON on stdout.

use std::process::ExitCode;

use bare::{BatchArgs, IndexArgs, SearchArgs, index, search};
use clap::{Parser, Subcommand};

/// A plain tantivy program: the yardstick of pressmark.
#[derive(Parser)]
#[command(name = "bare", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Index a JSONL file into an empty folder
    Index(IndexArgs),
    /// Ask one question
    Search(SearchArgs),
    /// Ask every question of a TSV file (mode<TAB>query) and print one line for each
    Batch(BatchArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Index(args) => index::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Batch(args) => search::run_batch(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bare: {error:#}");
            ExitCode::from(2)
        }
    }
}
