//! The mark of facet values that were found in texts, and that no source declares.

use pressmark::Bucket;

use super::number::thousands;

/// What the mark means.
pub(crate) const LEGEND: &str = "~ found in the text, not declared";

/// A value with the mark in front.
pub(crate) fn marked(value: &str) -> String {
    format!("~{value}")
}

/// Behind the number of a bucket: whether all or some of its documents have the value by their text
/// alone. Empty if none has.
pub(crate) fn part(bucket: &Bucket) -> String {
    match bucket.inferred {
        0 => String::new(),
        all if all == bucket.count => " (~)".to_owned(),
        some => format!(" (~{})", thousands(some)),
    }
}

/// The name of a bucket, with the mark if all its documents have the value by their text alone, or
/// the number of those that have.
pub(crate) fn label(bucket: &Bucket, name: &str) -> String {
    if bucket.inferred > 0 && bucket.inferred == bucket.count {
        marked(name)
    } else {
        format!("{name}{}", part(bucket))
    }
}
