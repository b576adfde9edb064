//! The readers that come with the crate. Each room lists its own; the rest of the corpus knows
//! readers by their trait alone.

mod containers;
mod json;
mod mime;
mod office;
pub(super) mod web;
pub(super) mod written;

pub(super) use json::parse as parse_json;
#[cfg(feature = "pdf")]
pub use office::Pdf;

use super::{Format, Sniff};

/// Every format that comes with the crate; the last one is asked first.
pub(super) fn all() -> Vec<Format> {
    [
        // What is a container in disguise (DOCX, EPUB) is asked before what it is packed in.
        containers::formats(),
        written::formats(),
        json::formats(),
        web::formats(),
        office::formats(),
    ]
    .concat()
}

/// How files begin that are no text, or text of another kind, whatever they are called.
const FOREIGN: [&[u8]; 5] = [
    b"%PDF-",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"{\\rtf",
];

/// What the first bytes say to whoever reads text.
fn sniff_text(head: &[u8]) -> Sniff {
    if FOREIGN.iter().any(|start| head.starts_with(start)) {
        Sniff::No
    } else {
        Sniff::Unsure
    }
}
