//! A question through the index: compile, one pass over each segment, counts, hits.

pub(super) mod analyzers;
pub(super) mod block;
pub(super) mod collect;
pub(super) mod compile;
pub(super) mod counters;
pub(super) mod counts;
pub(super) mod crossing;
pub(super) mod documents;
pub(super) mod expand;
pub(super) mod failing;
pub(super) mod filter;
pub(super) mod hits;
pub(super) mod kept;
pub(super) mod near_values;
pub(super) mod numbers;
pub(super) mod positions;
pub(super) mod postings;
pub(super) mod predicate;
pub(super) mod ranges;
pub(super) mod ranking;
pub(super) mod series;
pub(super) mod spelling;
pub(super) mod timeline;
pub(super) mod top;
pub(super) mod views;
pub(super) mod watch;
