//! Options of `index` about keeping an index fresh.

use clap::Args;

/// Whether and how to go on after the first run.
#[derive(Debug, Clone, Args)]
pub(crate) struct WatchArgs {
    /// Stay, and run again whenever something in the folder changes
    ///
    /// A change is searchable within a second. Every run that published something is told in a
    /// line; with `--json`, as one object a line. Ctrl-C ends it. See docs/operations.md.
    #[arg(long, conflicts_with_all = ["rebuild", "dry_run", "progress"])]
    pub(crate) watch: bool,
    /// With `--watch`: look every so many seconds instead of being told of changes, as network
    /// folders need it
    #[arg(long, value_name = "SECONDS", requires = "watch")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) poll: Option<u32>,
}
