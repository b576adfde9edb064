//! Options about hits: how many, in which order, and how they are printed.

use std::str::FromStr;

use clap::{Args, ValueEnum};

/// How hits are listed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How to list them")]
pub(crate) struct ListingArgs {
    /// Hits to print
    ///
    /// Default: 10; `all` for `export`, `-l`, and the formats ids, paths, csv and jsonl.
    #[arg(short = 'n', long, value_name = "N|all")]
    pub(crate) limit: Option<LimitArg>,
    /// Continue after the last hit of a page
    #[arg(long, value_name = "TOKEN")]
    pub(crate) cursor: Option<String>,
    /// In which order
    #[arg(short, long, value_name = "ORDER", default_value = "relevance")]
    pub(crate) sort: SortArg,
    /// What a word counts in title and body: for measuring, see docs/ranking.md
    #[arg(long, value_name = "NAME=NUMBER", value_delimiter = ',', hide = true)]
    #[arg(value_parser = ranking)]
    pub(crate) ranking: Vec<(RankingName, f32)>,
    /// Print the total only
    #[arg(short, long, conflicts_with_all = ["files", "nul"])]
    pub(crate) count: bool,
    /// Print each source file once, as a path that opens from the current folder
    #[arg(short = 'l', long = "files", conflicts_with_all = ["format", "fields", "json"])]
    pub(crate) files: bool,
    /// As `-l`, with a NUL behind each path
    #[arg(short = '0', long = "null", conflicts_with_all = ["format", "fields", "json"])]
    pub(crate) nul: bool,
    /// How to print [default: human; jsonl for `export`]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// What to print of a hit: names with commas
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    #[arg(long_help = FIELDS_HELP)]
    pub(crate) fields: Vec<FieldName>,
}

const FIELDS_HELP: &str = "\
What to print of a hit: names with commas

Of id, score, title, date, url, path, facets, snippets, text, meta (every source key that no \
field or facet took), tags, hash. The default of CSV is id,date,title,url,path, then one column \
for each facet.";

/// The numbers of the order by relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RankingName {
    K1,
    Title,
    TitleB,
    BodyB,
}

impl RankingName {
    pub(crate) fn set(self, ranking: &mut pressmark::Ranking, number: f32) {
        *match self {
            Self::K1 => &mut ranking.k1,
            Self::Title => &mut ranking.title,
            Self::TitleB => &mut ranking.title_b,
            Self::BodyB => &mut ranking.body_b,
        } = number;
    }
}

fn ranking(text: &str) -> Result<(RankingName, f32), String> {
    let expected = || "expected `k1`, `title`, `title-b` or `body-b`, `=` and a number".to_owned();
    let (name, number) = text.split_once('=').ok_or_else(expected)?;
    let name = match name {
        "k1" => RankingName::K1,
        "title" => RankingName::Title,
        "title-b" => RankingName::TitleB,
        "body-b" => RankingName::BodyB,
        _ => return Err(expected()),
    };
    let number = number
        .parse()
        .ok()
        .filter(|n: &f32| n.is_finite() && *n >= 0.0);
    Ok((name, number.ok_or_else(expected)?))
}

/// The orders of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArg {
    Relevance,
    Newest,
    Oldest,
    Title,
}

impl From<SortArg> for pressmark::Sort {
    fn from(sort: SortArg) -> Self {
        match sort {
            SortArg::Relevance => Self::Relevance,
            SortArg::Newest => Self::Newest,
            SortArg::Oldest => Self::Oldest,
            SortArg::Title => Self::Title,
        }
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One object
    Json,
    /// One object a line
    Jsonl,
    /// A table, with a line of names
    Csv,
    /// One id a line
    Ids,
    /// One path a line, relative to the corpus
    Paths,
    /// CSL-JSON for reference managers
    Csl,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Ids => "ids",
            Self::Paths => "paths",
            Self::Csl => "csl",
        }
    }
}

/// What can be printed of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum FieldName {
    Id,
    Score,
    Title,
    Date,
    Url,
    Path,
    Facets,
    Snippets,
    Text,
    Meta,
    Tags,
    Hash,
}

impl FieldName {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Score => "score",
            Self::Title => "title",
            Self::Date => "date",
            Self::Url => "url",
            Self::Path => "path",
            Self::Facets => "facets",
            Self::Snippets => "snippets",
            Self::Text => "text",
            Self::Meta => "meta",
            Self::Tags => "tags",
            Self::Hash => "hash",
        }
    }

    /// Whether it needs the whole stored document.
    pub(crate) fn is_stored(self) -> bool {
        matches!(self, Self::Text | Self::Meta | Self::Tags | Self::Hash)
    }
}

/// A number, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitArg {
    Number(usize),
    All,
}

impl FromStr for LimitArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        match text.parse() {
            Ok(number) => Ok(Self::Number(number)),
            Err(_) => Err("expected a number or `all`".to_owned()),
        }
    }
}
