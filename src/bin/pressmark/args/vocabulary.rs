//! The options of `pressmark vocabulary`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples::{
    VOCABULARY_CHECK_HELP, VOCABULARY_COMPILE_HELP, VOCABULARY_HELP, VOCABULARY_PREVIEW_HELP,
    VOCABULARY_SHOW_HELP,
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
    Preview(PreviewArgs),
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

/// Look for mistakes in `vocabulary/*.toml`, and for values that no entry has
///
/// Every mistake is told with its file and line, and what was probably meant. If the folder is indexed
/// and there are none, values that documents have and no entry knows are listed, most frequent
/// first. The exit status is 0 if there is no mistake and 1 if there are some.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_CHECK_HELP)]
pub(crate) struct CheckFilesArgs {
    /// Values that no entry knows, listed of each facet
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,
}

/// Keep what the vocabularies make of the index beside it
///
/// Every `index` does so at its end. After an edit of `vocabulary/*.toml` a search finds out by itself
/// what it changes; this spares it that.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_COMPILE_HELP)]
pub(crate) struct CompileArgs {}

/// Tell what an edit of the vocabularies would change, before it is saved
///
/// A FILE takes the place of the one of its name in `vocabulary/`, or stands beside those that are
/// there. Told are the values of facets, and the saved searches of `pressmark.toml`, that would
/// have another number of documents. Nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = VOCABULARY_PREVIEW_HELP)]
pub(crate) struct PreviewArgs {
    /// Vocabulary files as they would be
    #[arg(value_name = "FILE", required_unless_present = "without")]
    pub(crate) files: Vec<PathBuf>,
    /// As if this file of `vocabulary/` were not there
    #[arg(long, value_name = "NAME")]
    pub(crate) without: Vec<OsString>,
}
