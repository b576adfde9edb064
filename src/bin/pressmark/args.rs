//! What can be written behind `pressmark`: commands and options as typed, not yet resolved.
//!
//! Doc comments here are the help texts.

mod attached;
mod examples;
mod facets;
mod listing;
mod problem;
mod run;
mod selection;
mod upkeep;
mod vocabulary;
mod watch;

use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use examples::{
    AFTER_HELP, COMPLETIONS_HELP, EXPLAIN_HELP, EXPORT_HELP, INDEX_HELP, OPEN_HELP, SEARCH_HELP,
    SHOW_HELP, STATUS_HELP,
};
pub(crate) use facets::{FacetsArgs, IdleArgs};
pub(crate) use listing::{FieldName, Format, LimitArg, ListingArgs, SortArg};
pub(crate) use run::{ProgressArg, RunArgs};
pub(crate) use selection::{CountingArgs, DatesArg, SelectionArgs};
pub(crate) use upkeep::{CheckArgs, RepairArgs};
pub(crate) use vocabulary::{
    CheckFilesArgs, PreviewArgs, ShowEntryArgs, VocabularyArgs, VocabularyCommand,
};
pub(crate) use watch::WatchArgs;

use crate::console::Console;
use crate::failure::Failure;

/// Search a folder of articles: full text, exact facet counts, no server
///
/// Point it at a folder of articles, and ask.
#[derive(Debug, Parser)]
#[command(
    name = "pressmark",
    version,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    infer_long_args = false,
    disable_help_subcommand = false,
    max_term_width = 100
)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The folder of articles [default: the nearest parent with `.pressmark/` or `pressmark.toml`]
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    #[arg(env = "PRESSMARK_CORPUS", hide_env_values = true)]
    pub(crate) corpus: Option<PathBuf>,
    /// The folder of the index [default: `.pressmark` in the corpus]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PRESSMARK_INDEX",
        hide_env_values = true
    )]
    pub(crate) index: Option<PathBuf>,
    /// The configuration file [default: `pressmark.toml` in the corpus]
    #[arg(long, global = true, value_name = "FILE")]
    #[arg(env = "PRESSMARK_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(env = "PRESSMARK_COLOR", hide_env_values = true)]
    pub(crate) color: ColorArg,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Threads to work with [default: one for each processor]
    #[arg(
        long,
        global = true,
        value_name = "N",
        env = "PRESSMARK_THREADS",
        hide_env_values = true
    )]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorArg {
    /// On a terminal that can show it
    #[default]
    Auto,
    /// Into files and pipes, too
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(IndexArgs),
    Search(SearchArgs),
    Facets(FacetsArgs),
    Show(ShowArgs),
    Open(OpenArgs),
    Export(ExportArgs),
    Explain(ExplainArgs),
    Status(StatusArgs),
    Check(CheckArgs),
    Repair(RepairArgs),
    Vocabulary(VocabularyArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Bring the index up to date with the folder
///
/// Creates the index if there is none; then reads what was added or changed and forgets what is
/// gone. Every file and record gets a line in a ledger. Stopped at any moment, the index stays
/// as it was last published, and the next run goes on.
#[derive(Debug, Args)]
#[command(after_long_help = INDEX_HELP)]
pub(crate) struct IndexArgs {
    /// The folder [default: that of the corpus, else the current one]
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Read everything again into a new index; the old one answers until it is complete
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Find countries and actors in all texts anew, without reading files
    ///
    /// Due when a vocabulary changed, or the rules by which its names are found. Documents whose
    /// tags come out the same are left alone.
    #[arg(long)]
    pub(crate) retag: bool,
    /// Publish even if more than 20 % of the documents would be lost
    #[arg(long)]
    pub(crate) allow_shrink: bool,
    /// Megabytes for documents that are not on disk yet [default: 32 for each of 2 to 8 threads]
    #[arg(long, value_name = "MB")]
    #[arg(env = "PRESSMARK_MEMORY", hide_env_values = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(32..=65_536))]
    pub(crate) memory: Option<u32>,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
}

/// Find documents: hits with snippets, and what to refine by
///
/// Without a query, every document is a hit. A folder with a `pressmark.toml` that was never
/// indexed is indexed first; otherwise a search never changes an index.
#[derive(Debug, Args)]
#[command(after_long_help = SEARCH_HELP)]
pub(crate) struct SearchArgs {
    /// Do not index a folder with a `pressmark.toml` that has no index yet
    #[arg(long)]
    pub(crate) no_index: bool,
    /// Answer many questions, each by a line of JSON: `-` is standard input
    ///
    /// The file has a query a line, or is a table (CSV) with the columns `name` and `query`. All
    /// other options hold for every question. A question that cannot be answered gets a line
    /// with its error, the others are answered all the same, and the exit status is 2.
    #[arg(long, value_name = "FILE")]
    pub(crate) batch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) counting: CountingArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// Show one document: text, metadata, where it came from
///
/// A number up to that of the hits last listed on this terminal means the hit; `id:7` always
/// means the document with the id 7. Where there is no corpus, ids are those of the corpus last
/// searched on this terminal. What was listed is kept for a week below
/// `$XDG_STATE_HOME/pressmark` or `~/.local/state/pressmark`, never in the corpus.
#[derive(Debug, Args)]
#[command(after_long_help = SHOW_HELP)]
pub(crate) struct ShowArgs {
    /// The id of a document, or the number of a hit
    #[arg(value_name = "ID|N")]
    pub(crate) id: String,
    /// Mark what this query matches
    #[arg(long, value_name = "QUERY")]
    pub(crate) query: Option<String>,
}

/// Open the source file of a document in the program that opens such files
///
/// The program is `$PRESSMARK_OPENER` if that is set, else the system's own. Without one, the
/// path is printed. A document without a file is opened at its web address.
#[derive(Debug, Args)]
#[command(after_long_help = OPEN_HELP)]
pub(crate) struct OpenArgs {
    /// The id of a document, or the number of a hit
    #[arg(value_name = "ID|N")]
    pub(crate) id: String,
    /// Print the path or address instead of opening it
    #[arg(long)]
    pub(crate) print: bool,
}

/// Print every hit, in a stable order, however many there are
#[derive(Debug, Args)]
#[command(after_long_help = EXPORT_HELP)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) counting: CountingArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// Say how a query was read, and why a document does or does not match
///
/// With `--id`, the exit status is 0 if the document matches and 1 if it does not.
#[derive(Debug, Args)]
#[command(after_long_help = EXPLAIN_HELP)]
pub(crate) struct ExplainArgs {
    /// Whether this document matches
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

/// Say what is indexed, what failed, and which source keys there are
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option, and at most one is given"
)]
#[command(after_long_help = STATUS_HELP)]
pub(crate) struct StatusArgs {
    /// List every metadata key of the sources, and what took it
    #[arg(long, group = "list")]
    pub(crate) keys: bool,
    /// List what failed in the last run that came to its end
    #[arg(long, group = "list")]
    pub(crate) failed: bool,
    /// List what the last run did not read
    #[arg(long, group = "list")]
    pub(crate) skipped: bool,
    /// List the reservations about what the last run indexed
    #[arg(long, group = "list")]
    pub(crate) notes: bool,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = COMPLETIONS_HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: ShellArg,
}

/// The shells there are scripts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellArg {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// Print the manual page, or write one for every command into a folder
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder to write into
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// What the arguments ask for.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A command.
    Run(Box<Cli>),
    /// To be shown a help text or the version.
    Text(String),
}

/// The whole command line, for completions and manual pages.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

/// Reads the arguments, the first of which is the program's name.
pub(crate) fn parse(arguments: &[OsString], console: &Console) -> Result<Parsed, Failure> {
    if let Some(cli) = as_asked(arguments) {
        return Ok(Parsed::Run(Box::new(cli)));
    }
    let color = if console.stdout_has_colour() {
        clap::ColorChoice::Always
    } else {
        clap::ColorChoice::Never
    };
    // Its thousand parts are not worth taking apart: it is read once in a process.
    let mut command = ManuallyDrop::new(command().color(color));
    // Completing every command takes longer than reading the options of one; who refuses needs it.
    if attached::check(&command, arguments).is_err() {
        command.build();
        attached::check(&command, arguments)?;
    }
    let matches = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return problem::of(&error, color),
    };
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => Ok(Parsed::Run(Box::new(cli))),
        Err(error) => problem::of(&error, color),
    }
}

/// Reads arguments that say what to do as they should: of all commands the one that is named is
/// made, as each takes its part of the milliseconds before a search begins. What is wrong with
/// other arguments, and what they ask for that is no work, needs the whole command line.
fn as_asked(arguments: &[OsString]) -> Option<Cli> {
    let mut command = ManuallyDrop::new(alone(arguments.get(1)?.to_str()?)?);
    attached::check(&command, arguments).ok()?;
    let matches = command.try_get_matches_from_mut(arguments).ok()?;
    Cli::from_arg_matches(&matches).ok()
}

/// The command line with one command in it; `None` where nobody waits for it.
fn alone(name: &str) -> Option<clap::Command> {
    type Augment = fn(clap::Command) -> clap::Command;
    let (name, augment): (_, Augment) = match name {
        "index" => ("index", IndexArgs::augment_args),
        "search" => ("search", SearchArgs::augment_args),
        "facets" => ("facets", FacetsArgs::augment_args),
        "show" => ("show", ShowArgs::augment_args),
        "export" => ("export", ExportArgs::augment_args),
        "explain" => ("explain", ExplainArgs::augment_args),
        "status" => ("status", StatusArgs::augment_args),
        _ => return None,
    };
    let root = Common::augment_args(clap::Command::new("pressmark").subcommand_required(true));
    Some(root.subcommand(augment(clap::Command::new(name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_command_alone_takes_what_it_takes_among_the_others() {
        let whole = command();
        let mut alone_ones = 0;
        for one in whole.get_subcommands() {
            let Some(root) = alone(one.get_name()) else {
                continue;
            };
            let command = root.find_subcommand(one.get_name()).unwrap();
            let told = |command: &clap::Command| {
                format!("{:?}", command.get_arguments().collect::<Vec<_>>())
            };
            assert_eq!(told(command), told(one));
            assert_eq!(told(&root), told(&whole));
            root.debug_assert();
            alone_ones += 1;
        }
        assert_eq!(alone_ones, 7);
    }

    #[test]
    fn arguments_are_read_alike_with_one_command_and_with_all() {
        for line in [
            "search",
            "search oil -f country=Iran -n10 --json -C somewhere --facets none",
            "search -- -nuclear",
            "-C somewhere search oil",
            "index . --threads 2 -q",
            "facets --timeline month",
            "status --failed",
            "search --no-such",
            "search -nuclear",
            "search --help",
            "search -n many",
            "serch oil",
            "--version",
            "",
        ] {
            let words = std::iter::once("pressmark").chain(line.split_whitespace());
            let arguments: Vec<OsString> = words.map(OsString::from).collect();
            let whole = command();
            let whole = attached::check(&whole, &arguments)
                .ok()
                .and_then(|()| whole.try_get_matches_from(&arguments).ok())
                .and_then(|matches| Cli::from_arg_matches(&matches).ok());
            if let Some(alone) = as_asked(&arguments) {
                assert_eq!(format!("{:?}", Some(alone)), format!("{whole:?}"), "{line}");
            } else {
                let is_plain = ["search", "index", "facets", "status"]
                    .iter()
                    .any(|name| line.starts_with(name));
                assert!(whole.is_none() || !is_plain, "{line}");
            }
        }
    }
}
