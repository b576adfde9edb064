//! What people write and print: PDF, word processors, books.

use crate::corpus::Format;

pub(super) fn formats() -> Vec<Format> {
    Vec::new()
}
