//! Files that hold others: archives, mail.

use crate::corpus::Format;

pub(super) fn formats() -> Vec<Format> {
    Vec::new()
}
