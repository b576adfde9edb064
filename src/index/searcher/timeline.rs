//! How the hits of a question lie in time.

use std::time::Instant;

use super::counting::{date_clause, exact_clause, listed, missing_clause, value_clause, values};
use super::{Searcher, milliseconds};
use crate::document::PartialDate;
use crate::index::guard::guarded;
use crate::index::search::collect::Counted;
use crate::index::search::series::Series;
use crate::index::search::timeline::{Bars, Coarse, Extent, Periods, date_of, name_of};
use crate::index::search::watch::Watch;
use crate::query::Query;
use crate::search::{
    Control, CountedValue, DateMatch, FORMAT_VERSION, FacetCounts, Interval, MOST_BARS, MOST_SPLIT,
    SearchRequest, TimeBar, TimeSplit, Timeline, TimelineRequest,
};
use crate::{Error, ErrorKind, Result};

impl Searcher {
    /// Counts hits by periods of time, each document where its whole period lies: those whose date
    /// is coarser than a bar, and those without one, apart.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`ErrorKind::Request`] if the chart would have more than
    /// [`MOST_BARS`] bars or, split, more than [`MOST_SPLIT`] numbers.
    pub fn timeline(&self, request: &TimelineRequest) -> Result<Timeline> {
        self.timeline_with(request, &Control::default())
    }

    /// Counts hits by periods of time, unless something stops it.
    ///
    /// # Errors
    /// As [`timeline`](Self::timeline), and [`ErrorKind::Cancelled`].
    pub fn timeline_with(&self, request: &TimelineRequest, control: &Control) -> Result<Timeline> {
        guarded(|| self.draw(request, &Watch::new(control)))
    }

    fn draw(&self, asked_for: &TimelineRequest, watch: &Watch) -> Result<Timeline> {
        let started = Instant::now();
        let request = Self::bare(&asked_for.request);
        let asked = self.ask_to_count(&request, watch)?;
        let split: Vec<Counted> = match &asked_for.split {
            Some(name) => vec![self.among_hits(&request, name)?],
            None => Vec::new(),
        };
        let mut extent = Extent::default();
        let (found, query, diagnostics) =
            self.count_hits(asked, &split, &mut [&mut extent], watch)?;
        let mut lists = listed(found, &request, &split, &[asked_for.series])?;
        let interval = match asked_for.interval {
            Interval::Auto => extent.interval(),
            interval => interval,
        };
        let periods = extent
            .periods(interval)
            .map_err(|number| too_many(interval, number))?;
        let split = split.first().zip(lists.pop());
        let series = split
            .as_ref()
            .map(|(counted, list)| Series::new(counted.facet.clone(), &values(list)));
        let wide = series.as_ref().map_or(0, Series::len);
        if wide * periods.len() > MOST_SPLIT {
            return Err(too_wide(wide, periods.len()));
        }
        let mut bars = Bars::new(&periods, series);
        let total = self.count_again(&request, &mut [&mut bars], watch)?;
        if bars.overflow {
            return Err(too_many(interval, MOST_BARS as i64 + 1));
        }
        let mut corpus = None;
        if asked_for.share {
            let mut all = Bars::like(&bars);
            let everything = Self::bare(&SearchRequest::all());
            self.count_again(&everything, &mut [&mut all], watch)?;
            corpus = Some(all);
        }
        let chart = Chart {
            interval,
            periods: &periods,
            bars: &bars,
            corpus: corpus.as_ref(),
            overlap: request.date_match == DateMatch::Overlap,
        };
        Ok(Timeline {
            format_version: FORMAT_VERSION,
            query: query.to_string(),
            generation: self.generation(),
            total,
            took_ms: milliseconds(started),
            interval,
            bars: chart.bars(),
            unknown: chart.unknown(),
            undated: chart.undated(),
            split: split.map(|(counted, list)| split_of(counted, &list, &bars)),
            diagnostics,
        })
    }
}

/// What bars are made of.
struct Chart<'a> {
    interval: Interval,
    periods: &'a Periods,
    bars: &'a Bars<'a>,
    corpus: Option<&'a Bars<'a>>,
    /// Whether coarser dates match the clause of a bar.
    overlap: bool,
}

impl Chart<'_> {
    fn bars(&self) -> Vec<TimeBar> {
        let dates = self.periods.dates().iter().enumerate();
        dates
            .map(|(number, &(from, to))| {
                let corpus = self.corpus.map(|corpus| corpus.bar(number)[0]);
                bar(
                    name_of(self.interval, from),
                    Some(from),
                    &self.clause(from, to),
                    self.bars.bar(number),
                    corpus,
                )
            })
            .collect()
    }

    /// The clause for what is counted in a bar: also where coarser dates match a range that they
    /// overlap, they have no part in it.
    fn clause(&self, from: PartialDate, to: PartialDate) -> Query {
        let clause = date_clause(from, to);
        if !self.overlap {
            return clause;
        }
        let mut coarse: Vec<Coarse> = Vec::new();
        for (year, month, _) in [from.ymd(), to.ymd()] {
            for date in [PartialDate::year(year), PartialDate::month(year, month)] {
                coarse.extend(date.map(|date| (date.start(), date.precision() as u64)));
            }
        }
        coarse.sort_unstable();
        coarse.dedup();
        let mut parts = vec![clause];
        for date in coarse {
            if self.bars.coarse(date) > 0 {
                parts.push(Query::Not(Box::new(exact_clause(date_of(date)))));
            }
        }
        Query::all(parts)
    }

    fn unknown(&self) -> Vec<TimeBar> {
        self.bars
            .unknown()
            .map(|(coarse, counts)| {
                let date = date_of(coarse);
                let corpus = self.corpus.map(|corpus| corpus.coarse(coarse));
                let clause = exact_clause(date);
                bar(date.to_string(), Some(date), &clause, counts, corpus)
            })
            .collect()
    }

    fn undated(&self) -> TimeBar {
        let corpus = self.corpus.map(|corpus| corpus.undated()[0]);
        let clause = missing_clause("date");
        bar(String::new(), None, &clause, self.bars.undated(), corpus)
    }
}

fn first_day(date: PartialDate) -> Option<PartialDate> {
    let (year, month, day) = date.ymd();
    PartialDate::day(year, month, day).ok()
}

fn bar(
    period: String,
    start: Option<PartialDate>,
    clause: &Query,
    counts: &[u64],
    corpus: Option<u64>,
) -> TimeBar {
    let (count, split) = (counts[0], counts[1..].to_vec());
    let share = corpus.filter(|&corpus| corpus > 0);
    TimeBar {
        period,
        start: start.and_then(first_day),
        count,
        query: clause.to_string(),
        corpus,
        share: share.map(|corpus| count as f64 / corpus as f64),
        split,
    }
}

fn split_of(counted: &Counted, list: &FacetCounts, bars: &Bars<'_>) -> TimeSplit {
    let counts = bars.of_values();
    TimeSplit {
        facet: counted.facet.name(),
        values: list
            .buckets
            .iter()
            .zip(counts)
            .map(|(bucket, count)| {
                let clause = value_clause(&counted.facet, &bucket.value);
                CountedValue::new(bucket, count, clause.to_string())
            })
            .collect(),
        other: list.other,
        missing: bars.missing(),
    }
}

fn too_many(interval: Interval, number: i64) -> Error {
    let longer = match interval {
        Interval::Day => "week",
        Interval::Week => "month",
        _ => "year",
    };
    let message = format!(
        "a chart by {} would have {number} bars, and may have {MOST_BARS}",
        interval.name()
    );
    Error::new(ErrorKind::Request, message)
        .with_code("too_many_bars")
        .with_hint(format!(
            "count by {longer}, or narrow the dates with `--since` and `--until`"
        ))
}

fn too_wide(values: usize, bars: usize) -> Error {
    let message =
        format!("{bars} bars split by {values} values are more than {MOST_SPLIT} numbers");
    Error::new(ErrorKind::Request, message)
        .with_code("too_many_bars")
        .with_hint("split by fewer values with `--top N`, or count by longer periods")
}

#[cfg(test)]
mod tests {
    use crate::*;

    const DATES: [&str; 9] = [
        "1962",
        "1962",
        "1962-10",
        "1962-10-28",
        "1962-10-29T23:30:00-01:00",
        "1962-12-31",
        "1964-02-29",
        "",
        "9999-12-31T23:00:00-14:00",
    ];

    fn searcher(dates: &[&str]) -> Searcher {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for (number, date) in dates.iter().enumerate() {
            let mut document = Document::new(format!("d{number}")).body("quiet waters");
            document = document.facet("country", ["Iran", "Peru"][number % 2]);
            if !date.is_empty() {
                document = document.date(date).unwrap();
            }
            writer.put(document).unwrap();
            if number % 3 == 2 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    /// Bars with hits, as `period count`, then how many bars there are.
    fn shown(timeline: &Timeline) -> String {
        let full = timeline.bars.iter().filter(|bar| bar.count > 0);
        let bars: Vec<String> = full
            .map(|bar| format!("{} {}", bar.period, bar.count))
            .collect();
        let unknown = timeline.unknown.iter();
        let unknown: Vec<String> = unknown
            .map(|bar| format!("{} {}", bar.query, bar.count))
            .collect();
        format!(
            "{} of {} | {} | {}",
            bars.join(", "),
            timeline.bars.len(),
            unknown.join(", "),
            timeline.undated.count
        )
    }

    #[test]
    fn a_coarse_date_is_counted_where_it_belongs() {
        let searcher = searcher(&DATES[..8]);
        for (interval, expected) in [
            (Interval::Year, "1962 6, 1964 1 of 3 |  | 1"),
            (
                Interval::Month,
                "1962-10 3, 1962-12 1, 1964-02 1 of 17 | date:=1962 2 | 1",
            ),
            (
                Interval::Week,
                "1962-W43 1, 1962-W44 1, 1963-W01 1, 1964-W09 1 of 71 | \
                 date:=1962 2, date:=1962-10 1 | 1",
            ),
            (
                Interval::Day,
                "1962-10-28 1, 1962-10-30 1, 1962-12-31 1, 1964-02-29 1 of 490 | \
                 date:=1962 2, date:=1962-10 1 | 1",
            ),
            (
                Interval::Auto,
                "1962-10 3, 1962-12 1, 1964-02 1 of 17 | date:=1962 2 | 1",
            ),
        ] {
            let request = TimelineRequest::new(SearchRequest::all()).interval(interval);
            assert_eq!(shown(&searcher.timeline(&request).unwrap()), expected);
        }
    }

    #[test]
    fn every_bar_leads_to_its_hits() {
        let searcher = searcher(&DATES);
        for match_how in [DateMatch::Within, DateMatch::Overlap] {
            for interval in [Interval::Year, Interval::Month, Interval::Week] {
                let mut question = SearchRequest::query("waters").unwrap();
                question.date_match = match_how;
                question.dates.to = "1999".parse().ok();
                let request = TimelineRequest::new(question.clone())
                    .interval(interval)
                    .split("country");
                let timeline = searcher.timeline(&request).unwrap();
                let bars = timeline.bars.iter().chain(&timeline.unknown);
                let mut sum = 0;
                let values = &timeline.split.as_ref().unwrap().values;
                for bar in bars.chain([&timeline.undated]) {
                    let ask = |clause: &str| {
                        let narrowed = question.narrowed(&timeline.query, clause);
                        searcher.search(&narrowed).unwrap().total
                    };
                    sum += bar.count;
                    if bar.count > 0 || bar.period.ends_with('1') {
                        assert_eq!(ask(&bar.query), bar.count, "{bar:?}");
                        for (value, count) in values.iter().zip(&bar.split) {
                            let both = format!("({}) AND {}", bar.query, value.query);
                            assert_eq!(ask(&both), *count, "{both}");
                        }
                    }
                }
                assert_eq!(sum, timeline.total);
            }
        }
    }

    #[test]
    fn a_share_is_of_every_document_of_the_period() {
        let searcher = searcher(&DATES[..8]);
        let question = SearchRequest::all().filter("country", "Iran");
        let request = TimelineRequest::new(question)
            .interval(Interval::Month)
            .share();
        let timeline = searcher.timeline(&request).unwrap();
        let october = &timeline.bars[0];
        assert_eq!((october.period.as_str(), october.count), ("1962-10", 2));
        assert_eq!((october.corpus, october.share), (Some(3), Some(2.0 / 3.0)));
        assert_eq!(timeline.unknown[0].corpus, Some(2));
        assert_eq!(timeline.bars[1].share, None);
        assert_eq!(timeline.undated.corpus, Some(1));
    }

    #[test]
    fn a_hostile_range_is_refused_with_a_way_out() {
        let searcher = searcher(&["-9999-01-01", "9999-12-31"]);
        let request = TimelineRequest::new(SearchRequest::all());
        for interval in [Interval::Day, Interval::Week, Interval::Month] {
            let refused = searcher.timeline(&request.clone().interval(interval));
            let refused = refused.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Request);
            assert!(refused.hint().unwrap().contains("--since"), "{refused}");
        }
        let years = searcher.timeline(&request).unwrap();
        assert_eq!(years.interval, Interval::Year);
        assert_eq!(years.bars.len(), 19_999);
        let wide = request.split("country");
        let wide = TimelineRequest {
            series: Top::All,
            ..wide
        };
        assert_eq!(searcher.timeline(&wide).unwrap().bars[0].split.len(), 2);
    }

    #[test]
    fn nothing_is_a_chart_without_bars() {
        let searcher = searcher(&[""]);
        let request = TimelineRequest::new(SearchRequest::all());
        let timeline = searcher.timeline(&request).unwrap();
        assert_eq!(shown(&timeline), " of 0 |  | 1");
    }
}
