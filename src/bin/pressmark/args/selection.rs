//! Options about documents: which ones, and what to count of them.

use clap::{Args, ValueEnum};

/// Which documents are asked for. `search`, `facets` and `export` mean the same by these.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which documents")]
pub(crate) struct SelectionArgs {
    /// What to look for; several arguments are joined by spaces
    #[arg(value_name = "QUERY", help_heading = "Arguments")]
    pub(crate) query: Vec<String>,
    /// Keep documents with the value; repeated for one facet: any of them
    #[arg(short, long, value_name = "FACET=VALUE")]
    pub(crate) filter: Vec<String>,
    /// Drop documents with the value
    #[arg(short = 'x', long, value_name = "FACET=VALUE")]
    pub(crate) exclude: Vec<String>,
    /// Keep documents with the value; repeated for one facet: all of them
    #[arg(long, value_name = "FACET=VALUE")]
    pub(crate) all_of: Vec<String>,
    /// Keep documents without a value
    #[arg(long, value_name = "FACET")]
    pub(crate) missing: Vec<String>,
    /// Keep documents with any value
    #[arg(long, value_name = "FACET")]
    pub(crate) has: Vec<String>,
    /// Which values of facets count that are named without an origin
    ///
    /// In the query, in choices and in counts: what the sources declare, what documents are about,
    /// what they mention, or several of these together. Default: what is declared; of a document
    /// that declares nothing, what it is about. See docs/tagging.md.
    #[arg(long, value_name = "WHICH")]
    pub(crate) tags: Option<TagsArg>,
    /// Keep documents that entered the index since then
    #[arg(long, value_name = "DATE")]
    pub(crate) added_since: Option<String>,
    /// Keep documents dated to then or later: `2024`, `2024-03`, `2024-Q1`, `today`, `2w`
    #[arg(long, value_name = "DATE", allow_negative_numbers = true)]
    pub(crate) since: Option<String>,
    /// Keep documents dated to then or earlier; the whole period is included
    #[arg(long, value_name = "DATE", allow_negative_numbers = true)]
    pub(crate) until: Option<String>,
    /// What a coarse date such as `1962` must do to match a range
    #[arg(long, value_name = "HOW", default_value = "within")]
    pub(crate) dates: DatesArg,
    /// A document may match any of the words [default: all of them]
    #[arg(long)]
    pub(crate) any: bool,
    /// Take warnings for errors
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Which values of facets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TagsArg {
    /// What the source declares
    Declared,
    /// What a document is about, as far as its text tells
    About,
    /// What a document names, and is not about
    Mentioned,
    /// What was found in the text: about and mentioned together
    Inferred,
    /// All of them; a document counts once for a value
    All,
}

impl From<TagsArg> for pressmark::Origins {
    fn from(tags: TagsArg) -> Self {
        match tags {
            TagsArg::Declared => Self::Declared,
            TagsArg::About => Self::About,
            TagsArg::Mentioned => Self::Mentioned,
            TagsArg::Inferred => Self::Inferred,
            TagsArg::All => Self::All,
        }
    }
}

/// What a coarse date must do to match a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DatesArg {
    /// Its whole period lies in the range
    #[default]
    Within,
    /// Some of its period lies in the range
    Overlap,
}

/// What to count of the hits.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to count")]
pub(crate) struct CountingArgs {
    /// Facets to count: names with commas, `all` or `none`
    ///
    /// Also `mentioned.country` and the like. Default: `all` in `facets`, on a terminal and in
    /// JSON; `none` for lists.
    #[arg(long, value_name = "NAMES|all|none")]
    pub(crate) facets: Option<String>,
    /// Values shown of each facet [default: 10]
    #[arg(long, value_name = "N|all")]
    pub(crate) top: Option<super::LimitArg>,
}
