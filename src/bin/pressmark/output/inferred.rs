//! The mark of facet values that were found in texts, and that no source declares.

use pressmark::{Bucket, CountedValue};

use super::layout::{columns, cut};
use super::number::thousands;

/// What the mark means.
pub(crate) const LEGEND: &str = "~ found in the text, not declared";

/// A value with the mark in front.
pub(crate) fn marked(value: &str) -> String {
    format!("~{value}")
}

/// Documents with a value, and those of them that have it by their text alone.
pub(crate) trait Inferred {
    fn parts(&self) -> (u64, u64);
}

impl Inferred for Bucket {
    fn parts(&self) -> (u64, u64) {
        (self.count, self.inferred)
    }
}

impl Inferred for CountedValue {
    fn parts(&self) -> (u64, u64) {
        (self.count, self.inferred)
    }
}

/// Behind the number of a value: whether all or some of its documents have it by their text alone.
/// Empty if none has.
pub(crate) fn part(value: &impl Inferred) -> String {
    match value.parts() {
        (_, 0) => String::new(),
        (all, some) if all == some => " (~)".to_owned(),
        (_, some) => format!(" (~{})", thousands(some)),
    }
}

/// The name of a value, with the mark if all its documents have it by their text alone, or the
/// number of those that have.
pub(crate) fn label(value: &impl Inferred, name: &str) -> String {
    match value.parts() {
        (all, some) if some > 0 && all == some => marked(name),
        _ => format!("{name}{}", part(value)),
    }
}

/// The same in so many columns: of a long name something is left out, of the mark nothing.
pub(crate) fn fitted(value: &impl Inferred, name: &str, width: usize) -> String {
    let whole = label(value, name);
    let part = part(value);
    match width.checked_sub(columns(&part)) {
        Some(room) if columns(&whole) > width && whole.ends_with(&part) => cut(name, room) + &part,
        _ => cut(&whole, width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counted(u64, u64);

    impl Inferred for Counted {
        fn parts(&self) -> (u64, u64) {
            (self.0, self.1)
        }
    }

    #[test]
    fn the_mark_is_kept_of_long_names() {
        for (counted, width, expected) in [
            (Counted(40, 12), 24, "United Kingdom (~12)"),
            (Counted(40, 12), 16, "United Ki… (~12)"),
            (Counted(40, 40), 16, "~United Kingdom"),
            (Counted(40, 40), 8, "~United…"),
            (Counted(40, 0), 8, "United …"),
            (Counted(40, 12), 5, "Unit…"),
        ] {
            assert_eq!(
                fitted(&counted, "United Kingdom", width),
                expected,
                "{width}"
            );
        }
    }
}
