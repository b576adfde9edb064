//! Options of `facets`: what to count and in which form to look at it.

use clap::{Args, ValueEnum};

use super::examples::FACETS_HELP;
use super::{CountingArgs, Format, LimitArg, SelectionArgs, SortArg};

/// Count the values of facets among the hits; draw timelines and crossings
///
/// A count is the number of hits that choosing this value alone would give. Values that are
/// chosen already are marked. No hit is listed: `--limit`, `--cursor` and `--sort` are taken as in
/// `search`, and change nothing; `--top` is the number of values. See docs/facets.md.
#[derive(Debug, Args)]
#[command(after_long_help = FACETS_HELP)]
pub(crate) struct FacetsArgs {
    /// Print the total only
    #[arg(short, long)]
    pub(crate) count: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) counting: CountingArgs,
    #[command(flatten)]
    pub(crate) drawing: DrawingArgs,
    #[command(flatten)]
    pub(crate) idle: IdleArgs,
}

/// What to look at instead of the first values of each facet.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to look at")]
pub(crate) struct DrawingArgs {
    /// Count by periods of time: a bar for each, also where there is no hit
    ///
    /// A date that is coarser than a bar is counted apart, as unknown, and so are documents
    /// without a date: together they are the total.
    #[arg(long, value_name = "INTERVAL", conflicts_with_all = ["count", "facets"])]
    pub(crate) timeline: Option<IntervalArg>,
    /// Split the timeline by the values of a facet
    #[arg(long, value_name = "FACET", requires = "timeline")]
    pub(crate) split: Option<String>,
    /// Draw what share of all documents of a period the hits are
    #[arg(long, requires = "timeline")]
    pub(crate) share: bool,
    /// Count how often values of two facets occur together: two names with a comma
    #[arg(long, value_name = "FACET,FACET", value_parser = pair)]
    #[arg(conflicts_with_all = ["count", "facets", "timeline", "ranges"])]
    pub(crate) cross: Option<(String, String)>,
    /// Count by ranges of a numeric facet, or of `date` or `added`: `words`, `words:..499,>=500`
    #[arg(long, value_name = "NAME[:RANGES]")]
    #[arg(conflicts_with_all = ["count", "facets", "timeline", "top"])]
    pub(crate) ranges: Option<String>,
    /// List the values that a text stands in, or nearly
    ///
    /// Each of its words begins a word of the value, or stands inside of it, or differs from one
    /// by few letters; in this order. Of a tree, every node is looked at.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["count", "timeline", "cross", "ranges"])]
    pub(crate) find: Option<String>,
    /// In which order to list values [default: count]
    #[arg(long, value_name = "ORDER", conflicts_with_all = ["count", "timeline", "cross", "ranges"])]
    pub(crate) by: Option<OrderArg>,
    /// List values from this rank on: how to turn the page
    #[arg(long, value_name = "N", conflicts_with_all = ["count", "timeline", "cross", "ranges"])]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) from: Option<u64>,
    /// Draw with ASCII characters alone
    #[arg(long, env = "PRESSMARK_ASCII", hide_env_values = true)]
    #[arg(value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) ascii: bool,
}

/// In which order values are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// Most hits first
    Count,
    /// By name
    Name,
    /// What is most over-represented in these hits first
    Lift,
}

impl From<OrderArg> for pressmark::ValueOrder {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::Count => Self::Count,
            OrderArg::Name => Self::Name,
            OrderArg::Lift => Self::Lift,
        }
    }
}

/// Reads two names with a comma between them.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(',') {
        Some((one, other)) if !one.trim().is_empty() && !other.trim().is_empty() => {
            Ok((one.trim().to_owned(), other.trim().to_owned()))
        }
        _ => Err("write two names with a comma: `country,topic`".to_owned()),
    }
}

/// Reads an order of hits, which has no use here; one of values is mostly what was meant.
fn order_of_hits(text: &str) -> Result<SortArg, String> {
    SortArg::from_str(text, false).map_err(|_| {
        if OrderArg::from_str(text, false).is_ok() {
            return format!("values are put in order by another option: `--by {text}`");
        }
        let orders = SortArg::value_variants().iter();
        let orders = orders.filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = orders.map(|order| order.get_name().to_owned()).collect();
        let names = names.join(", ");
        format!("expected one of: {names}; values are put in order by `--by`")
    })
}

/// How long the period of a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum IntervalArg {
    Year,
    Month,
    /// Monday to Sunday
    Week,
    Day,
    /// The shortest that gives few enough bars
    Auto,
}

impl From<IntervalArg> for pressmark::Interval {
    fn from(interval: IntervalArg) -> Self {
        match interval {
            IntervalArg::Year => Self::Year,
            IntervalArg::Month => Self::Month,
            IntervalArg::Week => Self::Week,
            IntervalArg::Day => Self::Day,
            IntervalArg::Auto => Self::Auto,
        }
    }
}

/// Options about the list of hits, for commands that make none: a script may hand all commands the
/// same options.
#[derive(Debug, Clone, Args)]
pub(crate) struct IdleArgs {
    #[arg(short = 'n', long, value_name = "N|all", hide = true)]
    pub(crate) limit: Option<LimitArg>,
    #[arg(long, value_name = "TOKEN", hide = true)]
    pub(crate) cursor: Option<String>,
    #[arg(short, long, value_name = "ORDER", hide = true, value_parser = order_of_hits)]
    pub(crate) sort: Option<SortArg>,
}
