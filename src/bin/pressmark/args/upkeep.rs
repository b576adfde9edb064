//! The options of the commands that look for damage and mend it.

use clap::Args;

use super::examples::{CHECK_HELP, REPAIR_HELP};

/// Look for damage: every byte of the index is compared with what was written
///
/// Lists everything that is damaged, and what it costs; changes nothing. Works on an index that
/// cannot be opened any more, and while a run writes to it. The exit status is 0 if there is no
/// damage and 1 if there is some.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_HELP)]
pub(crate) struct CheckArgs {
    /// Decode everything, too: postings, positions, columns, texts
    #[arg(long)]
    pub(crate) deep: bool,
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
