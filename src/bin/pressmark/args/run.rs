//! Options about a run of `index`: only plan it, what it may do, how long it waits, what it tells.

use clap::{Args, ValueEnum};
use pressmark::MaxErrors;

/// How a run goes about its work.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Print what would be done, and write nothing
    ///
    /// Reads what the run would read; needs no write permission. With `-v`, every path and facet
    /// value; with `--json`, everything as one object. Exit status: 0 if the run would go
    /// through, 3 if records would fail, 2 if it would be refused.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Read again what failed before, even if nothing says that it changed
    #[arg(long)]
    pub(crate) retry_failed: bool,
    /// Publish nothing if more fails than this: a number, or a percentage such as `0.5%`
    #[arg(long, value_name = "N|P%", value_parser = max_errors)]
    pub(crate) max_errors: Option<MaxErrors>,
    /// Seconds to wait for another run to finish [default: fail at once]
    #[arg(long, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u32).range(..=31_536_000))]
    pub(crate) wait: Option<u32>,
    /// How to tell how far it is
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(crate) progress: ProgressArg,
}

/// How to tell how far a run is, on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ProgressArg {
    /// A bar on a terminal, a line every few seconds elsewhere
    #[default]
    Auto,
    /// A bar, also with `--quiet`; on what is no terminal, as `auto`
    Bar,
    /// One JSON object a line, and nothing else: see docs/operations.md
    Jsonl,
    /// Not at all
    None,
}

/// Reads a limit of errors; what is wrong with it says how to write it.
fn max_errors(text: &str) -> Result<MaxErrors, String> {
    text.parse().map_err(|error: pressmark::Error| {
        error.hint().unwrap_or_else(|| error.message()).to_owned()
    })
}
