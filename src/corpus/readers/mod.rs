//! The readers that come with the crate. Each room lists its own; the rest of the corpus knows
//! readers by their trait alone.

mod containers;
mod json;
mod office;
mod web;
pub(super) mod written;

pub(super) use json::parse as parse_json;

use super::Format;

/// Every format that comes with the crate; the last one is asked first.
pub(super) fn all() -> Vec<Format> {
    [
        written::formats(),
        json::formats(),
        web::formats(),
        office::formats(),
        containers::formats(),
    ]
    .concat()
}
