//! The program from outside: what it prints, where, and how it exits; and the rules of the house.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapshots are written with them"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod arguments;
mod bad;
mod batch;
mod codes;
mod crash;
mod documents;
mod export;
mod facets;
mod folding;
mod help;
mod hostile;
mod indexing;
mod operating;
mod pdf;
mod readers;
mod sample;
mod search;
mod tags;
mod tidy;
mod topics;
mod upgrades;
mod upkeep;
mod vocabulary;
mod watch;
mod why_not;
mod world;
