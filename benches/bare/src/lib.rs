//! `bare`: a plain tantivy program, the yardstick that pressmark is measured against.
//!
//! It indexes JSONL and answers questions with nothing but what tantivy offers. See `README.md` for
//! what it shares with pressmark and what it does not. Leave it alone. It is a library beside a
//! program so that a measurement can ask both in one process, one after the other.

pub mod document;
pub mod index;
pub mod query;
pub mod schema;
pub mod search;

use std::path::PathBuf;

use clap::{Args, value_parser};

use crate::query::Mode;
use crate::schema::FacetRule;

#[derive(Args)]
pub struct IndexArgs {
    /// Folder of the index; it must not hold one yet
    #[arg(long, value_name = "DIR")]
    pub index: PathBuf,
    /// Threads that build segments (the reader and the merges have their own)
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u64).range(1..=8))]
    pub threads: u64,
    /// Memory for segments in the making, of all threads together
    #[arg(long, value_name = "BYTES", default_value_t = 256_000_000)]
    pub memory: usize,
    /// A facet and the JSON keys it takes its values from; naming one replaces the defaults
    #[arg(long = "facet", value_name = "NAME=KEY[,KEY...]", value_parser = FacetRule::parse)]
    pub facets: Vec<FacetRule>,
    /// Merge everything into one segment at the end
    #[arg(long)]
    pub merge: bool,
    /// One JSON object a line
    #[arg(value_name = "INPUT.jsonl")]
    pub input: PathBuf,
}

/// How every question of a run is asked.
#[derive(Args, Clone)]
pub struct AskArgs {
    /// Folder of the index
    #[arg(long, value_name = "DIR")]
    pub index: PathBuf,
    /// Hits to return, with their stored documents
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = value_parser!(u64).range(1..=10_000))]
    pub limit: u64,
    /// Count the facets exactly, with terms aggregations, in the same search
    #[arg(long)]
    pub facets: bool,
    /// Make a snippet of each hit with tantivy's generator
    #[arg(long)]
    pub snippets: bool,
    /// Do not count the hits, so that tantivy may skip documents (ignored with --facets)
    #[arg(long)]
    pub no_total: bool,
    /// Blocks of stored documents that each segment keeps decompressed (100 is tantivy's default)
    #[arg(long, value_name = "BLOCKS", default_value_t = 100)]
    pub store_cache: usize,
    /// Let prefix and fuzzy look in the title too, not in the body alone
    #[arg(long)]
    pub title_too: bool,
}

#[derive(Args)]
pub struct SearchArgs {
    #[command(flatten)]
    pub ask: AskArgs,
    /// How the text is read
    #[arg(long, value_enum, default_value_t = Mode::Word)]
    pub mode: Mode,
    /// Ask so many times and report the median
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// The text
    #[arg(value_name = "QUERY")]
    pub query: String,
}

#[derive(Args)]
pub struct BatchArgs {
    #[command(flatten)]
    pub ask: AskArgs,
    /// Go through the whole file so many times; each line reports its median
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Lines of mode<TAB>query
    #[arg(value_name = "QUERIES.tsv")]
    pub queries: PathBuf,
}
