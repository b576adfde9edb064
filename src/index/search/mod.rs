//! A question through the index: compile, one pass over each segment, counts, hits.

pub(super) mod analyzers;
pub(super) mod collect;
pub(super) mod compile;
pub(super) mod counts;
pub(super) mod expand;
pub(super) mod failing;
pub(super) mod filter;
pub(super) mod hits;
pub(super) mod near_values;
pub(super) mod positions;
pub(super) mod postings;
pub(super) mod predicate;
pub(super) mod ranking;
pub(super) mod spelling;
pub(super) mod top;
pub(super) mod views;
pub(super) mod watch;
