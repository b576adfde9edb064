//! Counts of hits by period: how far they reach, then how many lie in each.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::columnar::Column;

use super::block::Block;
use super::collect::Tally;
use super::filter::DateColumns;
use super::series::Series;
use super::views::SegmentView;
use crate::Result;
use crate::document::{PartialDate, Precision};
use crate::index::layout::names;
use crate::search::{Interval, MOST_BARS};

const DAY: i64 = 86_400;
/// Bars that [`Interval::Auto`] takes for enough.
const FEW_BARS: i64 = 60;

/// A date as the columns hold it: first and last second of its period, and the precision's number.
type Stamp = (i64, i64, u64);

/// The columns of a segment's dates.
struct Dates {
    period: DateColumns,
    precision: Column<u64>,
}

impl Dates {
    fn open(view: &SegmentView) -> Result<Option<Self>> {
        let Some(period) = DateColumns::open(&view.reader)? else {
            return Ok(None);
        };
        let precision = view.reader.fast_fields().u64(names::DATE_PRECISION)?;
        Ok(Some(Self { period, precision }))
    }

    fn of(&self, document: u32) -> Option<Stamp> {
        let (start, end) = self.period.period(document)?;
        Some((start, end, self.precision.first(document)?))
    }
}

/// How far the dates of hits reach, for each precision.
#[derive(Default)]
pub(in crate::index) struct Extent {
    dates: Option<Dates>,
    reach: [Option<Reach>; 4],
}

#[derive(Debug, Clone, Copy)]
struct Reach {
    count: u64,
    first: i64,
    last: i64,
}

impl Tally for Extent {
    fn open(&mut self, view: &SegmentView) -> Result<()> {
        self.dates = Dates::open(view)?;
        Ok(())
    }

    fn count(&mut self, block: Block<'_>, hits: u64) {
        let Some(dates) = &self.dates else { return };
        let reach = &mut self.reach;
        for doc in block.chosen(hits) {
            let Some((start, _, precision)) = dates.of(doc) else {
                continue;
            };
            let Some(slot) = reach.get_mut(precision as usize) else {
                continue;
            };
            if !in_calendar(start) {
                continue;
            }
            let reach = slot.get_or_insert(Reach {
                count: 0,
                first: start,
                last: start,
            });
            reach.count += 1;
            reach.first = reach.first.min(start);
            reach.last = reach.last.max(start);
        }
    }
}

impl Extent {
    /// The hits that have a place in a chart of this interval, and how far those reach.
    fn placed(&self, interval: Interval) -> Option<Reach> {
        let coarsest = match interval {
            Interval::Auto | Interval::Year => Precision::Year,
            Interval::Month => Precision::Month,
            Interval::Week | Interval::Day => Precision::Day,
        };
        let fine = self.reach.iter().skip(coarsest as usize).flatten();
        fine.copied().reduce(|a, b| Reach {
            count: a.count + b.count,
            first: a.first.min(b.first),
            last: a.last.max(b.last),
        })
    }

    /// The interval that `auto` stands for.
    pub(in crate::index) fn interval(&self) -> Interval {
        let dated = self.placed(Interval::Year).map_or(0, |reach| reach.count);
        let suits = |interval: &Interval| {
            self.placed(*interval).is_some_and(|reach| {
                2 * reach.count >= dated
                    && number_of_bars(*interval, reach.first, reach.last) <= FEW_BARS
            })
        };
        [Interval::Day, Interval::Week, Interval::Month]
            .into_iter()
            .find(suits)
            .unwrap_or(Interval::Year)
    }

    /// The bars of a chart.
    ///
    /// # Errors
    /// How many there would be, if those are more than [`MOST_BARS`].
    pub(in crate::index) fn periods(&self, interval: Interval) -> Result<Periods, i64> {
        let Some(reach) = self.placed(interval) else {
            return Ok(Periods::default());
        };
        let number = number_of_bars(interval, reach.first, reach.last);
        if number > MOST_BARS as i64 {
            return Err(number);
        }
        Ok(Periods::of(interval, reach.first, reach.last))
    }
}

/// Whether an instant lies in the years −9999 to 9999 of UTC.
fn in_calendar(second: i64) -> bool {
    (-377_705_116_800..=253_402_300_799).contains(&second)
}

/// Year, month and day of an instant, in UTC.
fn ymd(second: i64) -> (i16, i8, i8) {
    PartialDate::from_parts(second, Precision::Second, None).ymd()
}

/// The number of the Monday on which a week begins, in days since 1970-01-01, which was a Thursday.
fn monday(second: i64) -> i64 {
    let day = second.div_euclid(DAY);
    day - (day + 3).rem_euclid(7)
}

fn number_of_bars(interval: Interval, first: i64, last: i64) -> i64 {
    let months = |second| {
        let (year, month, _) = ymd(second);
        i64::from(year) * 12 + i64::from(month)
    };
    match interval {
        Interval::Auto | Interval::Year => i64::from(ymd(last).0) - i64::from(ymd(first).0) + 1,
        Interval::Month => months(last) - months(first) + 1,
        Interval::Week => (monday(last) - monday(first)) / 7 + 1,
        Interval::Day => last.div_euclid(DAY) - first.div_euclid(DAY) + 1,
    }
}

/// The bars of a chart, one after the other without a gap.
#[derive(Debug, Default)]
pub(in crate::index) struct Periods {
    /// The first second of each, ascending.
    starts: Vec<i64>,
    /// First and last date of each.
    dates: Vec<(PartialDate, PartialDate)>,
}

impl Periods {
    fn of(interval: Interval, first: i64, last: i64) -> Self {
        let (year, month, day) = ymd(first);
        let mut periods = Self::default();
        let begins = match interval {
            Interval::Auto | Interval::Year => PartialDate::year(year),
            Interval::Month => PartialDate::month(year, month),
            Interval::Week => return Self::weeks(first, last),
            Interval::Day => PartialDate::day(year, month, day),
        };
        let mut next = begins.ok();
        while let Some(date) = next.filter(|date| date.start() <= last) {
            periods.push(date, date);
            next = date.following();
        }
        periods
    }

    fn weeks(first: i64, last: i64) -> Self {
        let mut periods = Self::default();
        let day = |number: i64| {
            let (year, month, day) = ymd(number * DAY);
            PartialDate::day(year, month, day).ok()
        };
        let mut begins = monday(first);
        while begins * DAY <= last {
            // A week at the edge of the calendar is as long as the calendar lets it be: what lies
            // beyond it reads as its first or last day.
            if let (Some(from), Some(to)) = (day(begins), day(begins + 6)) {
                periods.push(from, to);
            }
            begins += 7;
        }
        periods
    }

    fn push(&mut self, from: PartialDate, to: PartialDate) {
        self.starts.push(from.start());
        self.dates.push((from, to));
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.starts.len()
    }

    /// First and last date of each bar.
    pub(in crate::index) fn dates(&self) -> &[(PartialDate, PartialDate)] {
        &self.dates
    }

    /// The bar in which the whole of a period lies.
    fn find(&self, start: i64, end: i64) -> Option<usize> {
        let bar = self.starts.partition_point(|&begins| begins <= start);
        let bar = bar.checked_sub(1)?;
        (end <= self.dates[bar].1.end()).then_some(bar)
    }
}

/// The name of a period: a week has its number, everything else its date.
pub(in crate::index) fn name_of(interval: Interval, from: PartialDate) -> String {
    if interval != Interval::Week {
        return from.to_string();
    }
    let thursday = monday(from.start()) + 3;
    let (year, ..) = ymd(thursday * DAY);
    let Ok(first) = PartialDate::year(year) else {
        return from.to_string();
    };
    let week = (thursday - first.start().div_euclid(DAY)) / 7 + 1;
    format!("{first}-W{week:02}")
}

/// A date that is too coarse for a bar: where it begins and its precision.
pub(in crate::index) type Coarse = (i64, u64);

/// The date of documents without a bar, as a clause names it.
pub(in crate::index) fn date_of((start, precision): Coarse) -> PartialDate {
    let precision = u8::try_from(precision).ok().and_then(Precision::from_u8);
    let precision = precision.unwrap_or(Precision::Second);
    // An instant that is another year in UTC than in its own time may lie outside of the calendar.
    let offset = match start {
        start if in_calendar(start) => None,
        start if start > 0 => Some(-86_400),
        _ => Some(86_400),
    };
    PartialDate::from_parts(start, precision, offset)
}

/// Hits by period, all of them and those with each value of a split.
pub(in crate::index) struct Bars<'a> {
    periods: &'a Periods,
    series: Option<Series>,
    /// What is counted for each period: all hits, then those of each value.
    width: usize,
    dates: Option<Dates>,
    counts: Vec<u64>,
    unknown: BTreeMap<Coarse, Vec<u64>>,
    /// The only dates without a bar that are counted.
    only: Option<BTreeSet<Coarse>>,
    /// Whether there were more of them than are told apart.
    pub(in crate::index) overflow: bool,
    undated: Vec<u64>,
    missing: u64,
}

impl<'a> Bars<'a> {
    pub(in crate::index) fn new(periods: &'a Periods, series: Option<Series>) -> Self {
        let width = 1 + series.as_ref().map_or(0, Series::len);
        Self {
            periods,
            series,
            width,
            dates: None,
            counts: vec![0; width * periods.len()],
            unknown: BTreeMap::new(),
            only: None,
            overflow: false,
            undated: vec![0; width],
            missing: 0,
        }
    }

    /// Counts other documents by the periods of this chart.
    pub(in crate::index) fn like(other: &Self) -> Self {
        Self {
            only: Some(other.unknown.keys().copied().collect()),
            ..Self::new(other.periods, None)
        }
    }

    /// The counts of a bar: all hits, then those of each value.
    pub(in crate::index) fn bar(&self, number: usize) -> &[u64] {
        &self.counts[number * self.width..(number + 1) * self.width]
    }

    /// The counts of each date that is too coarse for a bar, in order.
    pub(in crate::index) fn unknown(&self) -> impl Iterator<Item = (Coarse, &[u64])> {
        self.unknown
            .iter()
            .map(|(date, counts)| (*date, counts.as_slice()))
    }

    /// The hits with a date that is too coarse for a bar.
    pub(in crate::index) fn coarse(&self, date: Coarse) -> u64 {
        self.unknown.get(&date).map_or(0, |counts| counts[0])
    }

    /// The counts of undated hits.
    pub(in crate::index) fn undated(&self) -> &[u64] {
        &self.undated
    }

    /// Hits without a value of the facet of the split.
    pub(in crate::index) fn missing(&self) -> u64 {
        self.missing
    }

    /// The hits with each value of the split, whatever their date.
    pub(in crate::index) fn of_values(&self) -> Vec<u64> {
        let bars = (0..self.periods.len()).map(|number| self.bar(number));
        let rest = self.unknown.values().map(Vec::as_slice);
        let mut sums = vec![0; self.width - 1];
        for counts in bars.chain(rest).chain([self.undated.as_slice()]) {
            for (sum, count) in sums.iter_mut().zip(&counts[1..]) {
                *sum += count;
            }
        }
        sums
    }
}

impl Tally for Bars<'_> {
    fn open(&mut self, view: &SegmentView) -> Result<()> {
        self.dates = Dates::open(view)?;
        match &mut self.series {
            Some(series) => series.open(view),
            None => Ok(()),
        }
    }

    fn count(&mut self, block: Block<'_>, hits: u64) {
        for doc in block.chosen(hits) {
            let stamp = self.dates.as_ref().and_then(|dates| dates.of(doc));
            let counts = match stamp {
                None => self.undated.as_mut_slice(),
                Some((start, end, precision)) => {
                    if let Some(bar) = self.periods.find(start, end) {
                        &mut self.counts[bar * self.width..(bar + 1) * self.width]
                    } else {
                        let date = (start, precision);
                        if self.only.as_ref().is_some_and(|only| !only.contains(&date)) {
                            continue;
                        }
                        if self.unknown.len() >= MOST_BARS && !self.unknown.contains_key(&date) {
                            self.overflow = true;
                            continue;
                        }
                        let none = || vec![0; self.width];
                        self.unknown.entry(date).or_insert_with(none)
                    }
                }
            };
            counts[0] += 1;
            if let Some(series) = &mut self.series {
                if !series.look(doc) {
                    self.missing += 1;
                }
                for &value in series.found() {
                    counts[1 + value as usize] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(text: &str) -> i64 {
        text.parse::<PartialDate>().unwrap().start()
    }

    #[test]
    fn bars_follow_each_other_without_a_gap() {
        for (interval, first, last, names) in [
            (Interval::Year, "1961-05-01", "1963", "1961 1962 1963"),
            (
                Interval::Month,
                "1962-11-30",
                "1963-02",
                "1962-11 1962-12 1963-01 1963-02",
            ),
            (
                Interval::Day,
                "2024-02-28T23:59:59",
                "2024-03-01",
                "2024-02-28 2024-02-29 2024-03-01",
            ),
            (
                Interval::Week,
                "2020-12-27",
                "2021-01-10",
                "2020-W52 2020-W53 2021-W01",
            ),
            (Interval::Year, "-0001", "0001", "-0001 0000 0001"),
            (Interval::Year, "9999", "9999-12-31", "9999"),
            (Interval::Day, "9999-12-31", "9999-12-31", "9999-12-31"),
        ] {
            let (first, last) = (second(first), second(last));
            let periods = Periods::of(interval, first, last);
            let shown: Vec<String> = periods
                .dates()
                .iter()
                .map(|&(from, _)| name_of(interval, from))
                .collect();
            assert_eq!(shown.join(" "), names);
            assert_eq!(
                number_of_bars(interval, first, last),
                periods.len() as i64,
                "{names}"
            );
            for pair in periods.dates().windows(2) {
                assert_eq!(pair[0].1.end() + 1, pair[1].0.start(), "{names}");
            }
        }
    }

    #[test]
    fn weeks_at_the_edges_of_the_calendar_stay_inside() {
        for day in ["-9999-01-01", "9999-12-31"] {
            let second = second(day);
            let periods = Periods::of(Interval::Week, second, second);
            assert_eq!(periods.find(second, second + DAY - 1), Some(0), "{day}");
        }
    }

    #[test]
    fn a_coarse_date_has_no_bar() {
        let periods = Periods::of(Interval::Month, second("1962-01"), second("1962-12"));
        for (date, bar) in [
            ("1962", None),
            ("1962-01", Some(0)),
            ("1962-12-31", Some(11)),
            ("1962-12-31T23:59:59", Some(11)),
            ("1962-12-31T23:59:59-01:00", None),
            ("1961-12", None),
        ] {
            let date: PartialDate = date.parse().unwrap();
            assert_eq!(periods.find(date.start(), date.end()), bar, "{date}");
        }
    }

    #[test]
    fn the_calendar_ends_where_dates_do() {
        let first = PartialDate::year(-9_999).unwrap().start();
        let last = PartialDate::year(9_999).unwrap().end();
        assert!(in_calendar(first) && !in_calendar(first - 1));
        assert!(in_calendar(last) && !in_calendar(last + 1));
    }

    #[test]
    fn dates_outside_of_the_calendar_are_named_by_what_reads_back() {
        for text in ["9999-12-31T23:00:00-14:00", "-9999-01-01T01:00:00+14:00"] {
            let date: PartialDate = text.parse().unwrap();
            assert!(!in_calendar(date.start()), "{text}");
            let named = date_of((date.start(), Precision::Second as u64));
            let read: PartialDate = named.to_string().parse().unwrap();
            assert_eq!(read.start(), date.start(), "{named}");
        }
    }
}
