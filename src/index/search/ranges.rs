//! Hits by ranges of a numeric facet or of a date; and how far the numbers of hits reach.

use tantivy::columnar::Column;

use super::block::Block;
use super::collect::Tally;
use super::predicate::{SegmentSet, SetQuery};
use super::views::SegmentView;
use crate::Result;
use crate::index::layout::names;

/// Counts the hits in each of some sets.
pub(in crate::index) struct InRanges {
    ranges: Vec<SetQuery>,
    any: SetQuery,
    opened: Option<(Vec<SegmentSet>, SegmentSet)>,
    /// Hits in each range.
    pub(in crate::index) counts: Vec<u64>,
    /// Hits that have a number or date and are in none.
    pub(in crate::index) outside: u64,
    /// Hits without one.
    pub(in crate::index) missing: u64,
}

impl InRanges {
    /// `any` are the documents that have a number or date at all.
    pub(in crate::index) fn new(ranges: Vec<SetQuery>, any: SetQuery) -> Self {
        Self {
            counts: vec![0; ranges.len()],
            ranges,
            any,
            opened: None,
            outside: 0,
            missing: 0,
        }
    }
}

impl Tally for InRanges {
    fn open(&mut self, view: &SegmentView) -> Result<()> {
        let open = |set: &SetQuery| (set.0)(&view.reader);
        let ranges = self.ranges.iter().map(open).collect::<Result<_, _>>()?;
        self.opened = Some((ranges, open(&self.any)?));
        Ok(())
    }

    fn count(&mut self, block: Block<'_>, hits: u64) {
        let Some((ranges, any)) = &self.opened else {
            return;
        };
        for doc in block.chosen(hits) {
            if !any.contains(doc) {
                self.missing += 1;
                continue;
            }
            let mut is_inside = false;
            for (range, count) in ranges.iter().zip(&mut self.counts) {
                if range.contains(doc) {
                    is_inside = true;
                    *count += 1;
                }
            }
            self.outside += u64::from(!is_inside);
        }
    }
}

/// How far the numbers of hits reach.
pub(in crate::index) struct Spread {
    path: String,
    column: Option<Column<f64>>,
    /// The least and the greatest.
    pub(in crate::index) ends: Option<(f64, f64)>,
    /// Whether all of them are whole.
    pub(in crate::index) is_whole: bool,
}

impl Spread {
    pub(in crate::index) fn new(name: &str) -> Self {
        Self {
            path: format!("{}.{name}", names::NUMBERS),
            column: None,
            ends: None,
            is_whole: true,
        }
    }
}

impl Tally for Spread {
    fn open(&mut self, view: &SegmentView) -> Result<()> {
        self.column = view.reader.fast_fields().column_opt::<f64>(&self.path)?;
        Ok(())
    }

    fn count(&mut self, block: Block<'_>, hits: u64) {
        let Some(column) = &self.column else { return };
        for doc in block.chosen(hits) {
            for number in column.values_for_doc(doc).filter(|n| n.is_finite()) {
                let (low, high) = self.ends.unwrap_or((number, number));
                self.ends = Some((low.min(number), high.max(number)));
                self.is_whole &= number.fract() == 0.0;
            }
        }
    }
}

/// About ten ranges of equal length that hold every number: from the first to the last of each,
/// both included.
pub(in crate::index) fn even(low: f64, high: f64, is_whole: bool) -> Vec<(f64, f64)> {
    const WANTED: f64 = 10.0;
    // Above this, whole numbers are further apart than 1.
    let is_whole = is_whole && low.abs().max(high.abs()) < 9_007_199_254_740_992.0;
    let mut step = round_step((high / WANTED - low / WANTED).max(0.0));
    if is_whole {
        step = step.max(1.0);
    }
    let first = (low / step).floor();
    let last = (high / step).floor();
    if !(first.is_finite() && last.is_finite() && last - first < 4.0 * WANTED && step > 0.0) {
        return vec![(low, high)];
    }
    let mut ranges = Vec::new();
    let mut number = first;
    while number <= last {
        // Nothing below zero is zero: to add it takes the sign off.
        let (from, next) = (number * step + 0.0, (number + 1.0) * step);
        let to = if is_whole {
            next - 1.0
        } else {
            next.next_down()
        };
        if to < from || number + 1.0 <= number {
            return vec![(low, high)];
        }
        let from = if from.is_finite() { from } else { low };
        let to = if next.is_finite() { to } else { high };
        ranges.push((from, to));
        number += 1.0;
    }
    // Rounding may have put an end beside its range.
    if let Some(range) = ranges.first_mut() {
        range.0 = range.0.min(low);
    }
    if let Some(range) = ranges.last_mut() {
        range.1 = range.1.max(high);
    }
    ranges
}

/// The least of 1, 2 and 5 times a power of ten that is not less.
fn round_step(length: f64) -> f64 {
    if length <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powi(length.log10().floor() as i32);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= length)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_round_and_leave_nothing_out() {
        for (low, high, is_whole, expected) in [
            (
                0.0,
                99.0,
                true,
                "0..9 10..19 20..29 30..39 40..49 50..59 60..69 70..79 80..89 90..99",
            ),
            (41.0, 43.0, true, "41..41 42..42 43..43"),
            (7.0, 7.0, true, "7..7"),
            (
                -3.0,
                12.0,
                true,
                "-4..-3 -2..-1 0..1 2..3 4..5 6..7 8..9 10..11 12..13",
            ),
        ] {
            let ranges = even(low, high, is_whole).into_iter();
            let shown: Vec<String> = ranges.map(|(from, to)| format!("{from}..{to}")).collect();
            assert_eq!(shown.join(" "), expected);
        }
    }

    proptest! {
        #[test]
        fn every_number_lies_in_exactly_one_range(
            numbers in prop::collection::vec(prop_oneof![
                -1e6..1e6_f64,
                (-1_000..1_000_i32).prop_map(f64::from),
                Just(f64::MAX),
                Just(f64::MIN),
                Just(1e-300),
                Just(9_007_199_254_740_993.0),
                any::<f64>().prop_filter("finite", |n| n.is_finite()),
            ], 1..6),
        ) {
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let is_whole = numbers.iter().all(|number| number.fract() == 0.0);
            let ranges = even(low, high, is_whole);
            prop_assert!(ranges.len() <= 41);
            for number in numbers {
                let holding = ranges.iter().filter(|(from, to)| (*from..=*to).contains(&number));
                prop_assert_eq!(holding.count(), 1, "{} in {:?}", number, ranges);
            }
        }
    }
}
