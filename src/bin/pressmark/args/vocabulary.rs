//! The options of `pressmark vocabulary`.

use clap::{Args, Subcommand};

use super::examples::{
    VOCABULARY_CHECK_HELP, VOCABULARY_COMPILE_HELP, VOCABULARY_HELP, VOCABULARY_SHOW_HELP,
};

/// Show and check the vocabularies: which names belong together
///
/// Three come with the program: country, actor and topic. What the files `vocabulary/*.toml` in
/// the folder of articles say is done to them.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_HELP)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct VocabularyArgs {
    #[command(subcommand)]
    pub(crate) command: VocabularyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VocabularyCommand {
    Show(ShowEntryArgs),
    Check(CheckFilesArgs),
    Compile(CompileArgs),
}

/// Show what an entry gathers: its names, codes, place in the tree, offices
///
/// An entry is found by any of its names. Without a name: how much each vocabulary holds. The exit
/// status is 1 if no entry has the name.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_SHOW_HELP)]
pub(crate) struct ShowEntryArgs {
    /// A name, a code, or what people are called
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Look in this vocabulary only
    #[arg(long = "in", value_name = "VOCABULARY")]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(pressmark::vocabulary::NAMES))]
    pub(crate) within: Option<String>,
}

/// Look for mistakes in `vocabulary/*.toml`
///
/// Every mistake is told with its file and line, and what was probably meant. The exit status is 0
/// if there is none and 1 if there are some.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_CHECK_HELP)]
pub(crate) struct CheckFilesArgs {}

/// Keep what the vocabularies make of the index beside it
///
/// Every `index` does so at its end. After an edit of `vocabulary/*.toml` a search finds out by itself
/// what it changes; this spares it that.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_COMPILE_HELP)]
pub(crate) struct CompileArgs {}
