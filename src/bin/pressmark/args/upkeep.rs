//! The options of the commands that look for damage and mend it.

use clap::Args;

use super::examples::{CHECK_HELP, REPAIR_HELP};

/// Look for damage: every byte of the index is compared with what was written
///
/// Lists everything that is damaged, and what it costs; changes nothing. Works on an index that
/// cannot be opened any more, and while a run writes to it. The exit status is 0 if there is no
/// damage and 1 if there is some, or a count that is wrong.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_HELP)]
pub(crate) struct CheckArgs {
    /// Decode everything, too: postings, positions, columns, texts
    #[arg(long)]
    pub(crate) deep: bool,
    /// Prove counts, too: ask random questions about the documents, and compare every number of
    /// the answers with the hits it leads to
    #[arg(long)]
    pub(crate) counts: bool,
    /// What decides which questions `--counts` asks
    #[arg(long, value_name = "N", default_value_t = 1, requires = "counts")]
    pub(crate) seed: u64,
    /// How many questions `--counts` asks
    #[arg(long, value_name = "N", default_value_t = 100, requires = "counts")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) questions: u32,
}

/// Mend a damaged index from what is whole and from the articles
///
/// Says what it would do, and does it only with `--yes`, or when a person says so on a terminal.
/// Does the least that helps, then brings the index up to date and checks it again.
#[derive(Debug, Args)]
#[command(after_long_help = REPAIR_HELP)]
pub(crate) struct RepairArgs {
    /// Do it without asking
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Look for damage by decoding everything, too
    #[arg(long)]
    pub(crate) deep: bool,
    /// Publish even if more than 20 % of the documents would be lost
    #[arg(long)]
    pub(crate) allow_shrink: bool,
}
