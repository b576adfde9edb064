//! How many hits lie in each of some ranges.

use std::time::Instant;

use super::{Searcher, milliseconds};
use crate::document::DateRange;
use crate::index::guard::guarded;
use crate::index::search::filter::Filters;
use crate::index::search::predicate::SetQuery;
use crate::index::search::ranges::{InRanges, Spread, even};
use crate::index::search::watch::Watch;
use crate::query::{self, NumberClause, Query};
use crate::search::{
    Control, FORMAT_VERSION, MOST_RANGES, RangeBucket, RangeCounts, RangesRequest, SearchRequest,
};
use crate::{Error, ErrorKind, Result};

impl Searcher {
    /// Counts the hits in each of some ranges of a numeric facet or of a date.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`ErrorKind::Request`] if the name has no ranges, if one
    /// of them cannot be read, or if there are more than [`MOST_RANGES`].
    pub fn ranges(&self, request: &RangesRequest) -> Result<RangeCounts> {
        self.ranges_with(request, &Control::default())
    }

    /// Counts the hits in each of some ranges, unless something stops it.
    ///
    /// # Errors
    /// As [`ranges`](Self::ranges), and [`ErrorKind::Cancelled`].
    pub fn ranges_with(&self, request: &RangesRequest, control: &Control) -> Result<RangeCounts> {
        guarded(|| self.in_ranges(request, &Watch::new(control)))
    }

    fn in_ranges(&self, asked_for: &RangesRequest, watch: &Watch) -> Result<RangeCounts> {
        let started = Instant::now();
        let name = asked_for.name.trim();
        let request = Self::bare(&asked_for.request);
        let is_number = self.schema().find_number(name).is_some();
        if !is_number && !matches!(name, "date" | "added") {
            return Err(self.no_ranges(name));
        }
        if asked_for.ranges.len() > MOST_RANGES {
            let message = format!("{} ranges are too many", asked_for.ranges.len());
            return Err(Error::new(ErrorKind::Request, message)
                .with_hint(format!("ask for at most {MOST_RANGES}")));
        }
        let clauses = if !asked_for.ranges.is_empty() {
            let ranges = asked_for.ranges.iter();
            let read = ranges.map(|range| self.range(name, range, &request));
            read.collect::<Result<Vec<Query>>>()?
        } else if is_number {
            self.even_ranges(name, &request, watch)?
        } else {
            return Err(Error::new(
                ErrorKind::Request,
                format!("`{name}` needs ranges to count by"),
            )
            .with_hint(format!(
                "write `{name}:..1989,1990..1999,2000..`, or draw a timeline"
            )));
        };
        let sets = clauses.iter().map(|clause| set(clause, &request));
        let sets = sets.collect::<Result<Vec<SetQuery>>>()?;
        let any = match name {
            "date" => Filters::has_date(),
            "added" => Filters::added(DateRange::default()),
            name => Filters::number(name.to_owned(), None),
        };
        let mut ranges = InRanges::new(sets, any);
        let asked = self.ask_to_count(&request, watch)?;
        let (found, query, diagnostics) = self.count_hits(asked, &[], &mut [&mut ranges], watch)?;
        let buckets = clauses.iter().zip(&ranges.counts).map(|(clause, &count)| {
            let query = clause.to_string();
            let range = query.split_once(':').map_or("", |(_, range)| range);
            RangeBucket {
                range: range.to_owned(),
                count,
                query,
            }
        });
        Ok(RangeCounts {
            format_version: FORMAT_VERSION,
            query: query.to_string(),
            generation: self.generation(),
            total: found.total,
            took_ms: milliseconds(started),
            name: name.to_owned(),
            ranges: buckets.collect(),
            outside: ranges.outside,
            missing: ranges.missing,
            diagnostics,
        })
    }

    /// Reads one range.
    fn range(&self, name: &str, range: &str, request: &SearchRequest) -> Result<Query> {
        let text = format!("{name}:{}", range.trim());
        let context = self.context(request);
        let (clause, _) = query::parse(&text, &context)
            .into_result()
            .map_err(|error| {
                let refused = Error::new(
                    ErrorKind::Request,
                    format!("`{range}` is no range of `{name}`: {}", error.message()),
                );
                match error.hint() {
                    Some(hint) => refused.with_hint(hint.to_owned()),
                    None => refused,
                }
            })?;
        match &clause {
            Query::Number(_) | Query::Date(_) | Query::Added(_) => Ok(clause),
            _ => Err(Error::new(
                ErrorKind::Request,
                format!("`{range}` is not one range of `{name}`"),
            )
            .with_hint("write ranges with commas between them: `..499,500..999,>=1000`")),
        }
    }

    /// Ranges of equal length that hold every number of the hits.
    fn even_ranges(
        &self,
        name: &str,
        request: &SearchRequest,
        watch: &Watch,
    ) -> Result<Vec<Query>> {
        let mut spread = Spread::new(name);
        self.count_again(request, &mut [&mut spread], watch)?;
        let Some((low, high)) = spread.ends else {
            return Ok(Vec::new());
        };
        let ranges = even(low, high, spread.is_whole).into_iter();
        Ok(ranges
            .map(|(from, to)| {
                Query::Number(NumberClause {
                    name: name.to_owned(),
                    from: Some(from),
                    from_excluded: false,
                    to: Some(to),
                    to_excluded: false,
                })
            })
            .collect())
    }

    fn no_ranges(&self, name: &str) -> Error {
        let mut names: Vec<&str> = self
            .schema()
            .numbers
            .iter()
            .map(|n| n.name.as_str())
            .collect();
        names.extend(["date", "added"]);
        let message = format!("`{name}` has no ranges: it is no numeric facet and no date");
        Error::new(ErrorKind::Request, message)
            .with_hint(format!("there are ranges of {}", names.join(", ")))
    }
}

/// The documents of a clause.
fn set(clause: &Query, request: &SearchRequest) -> Result<SetQuery> {
    Ok(match clause {
        Query::Number(clause) => Filters::number(clause.name.clone(), Some(clause.clone())),
        Query::Added(range) => Filters::added(*range),
        Query::Date(clause) => match clause.exactly {
            Some(date) => Filters::dated_exactly(date),
            None => Filters::dates(clause.range, request.date_match),
        },
        _ => return Err(Error::new(ErrorKind::Engine, "a range is no range")),
    })
}

#[cfg(test)]
mod tests {
    use crate::*;

    fn searcher() -> Searcher {
        let schema = Schema::default()
            .number(NumberDefinition::new("words"))
            .unwrap();
        let index = Index::create_in_memory(schema).unwrap();
        let mut writer = index.writer().unwrap();
        for (number, (words, date)) in [
            (&[120.0, 999.0][..], "1962"),
            (&[500.0], "1962-10-28"),
            (&[499.0, 130.0], "1991"),
            (&[], ""),
            (&[2_000.0], "2001-01"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut document = Document::new(format!("d{number}"));
            for &words in words {
                document = document.number("words", words);
            }
            if !date.is_empty() {
                document = document.date(date).unwrap();
            }
            writer.put(document).unwrap();
        }
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    fn shown(counts: &RangeCounts) -> String {
        let ranges = counts.ranges.iter();
        let ranges: Vec<String> = ranges
            .map(|range| format!("{} {}", range.query, range.count))
            .collect();
        format!(
            "{} | {} | {}",
            ranges.join(", "),
            counts.outside,
            counts.missing
        )
    }

    #[test]
    fn hits_are_counted_by_ranges_that_lead_to_them() {
        let searcher = searcher();
        for (name, ranges, expected) in [
            (
                "words",
                &["..499", "500..999", ">1000"][..],
                "words:<=499 2, words:500..999 2, words:>1000 1 | 0 | 1",
            ),
            ("words", &["=500"], "words:=500 1 | 3 | 1"),
            (
                "words",
                &[],
                "words:0..199 2, words:200..399 0, words:400..599 2, words:600..799 0, \
                 words:800..999 1, words:1000..1199 0, words:1200..1399 0, words:1400..1599 0, \
                 words:1600..1799 0, words:1800..1999 0, words:2000..2199 1 | 0 | 1",
            ),
            (
                "date",
                &["..1989", "1962-10", "1990..", "=1962"],
                "date:..1989 2, date:1962-10 1, date:1990.. 2, date:=1962 1 | 0 | 1",
            ),
            ("added", &["..1969"], "added:..1969 0 | 5 | 0"),
        ] {
            let request =
                RangesRequest::new(SearchRequest::all(), name).ranges(ranges.iter().copied());
            let counts = searcher.ranges(&request).unwrap();
            assert_eq!(shown(&counts), expected);
            for range in &counts.ranges {
                let narrowed = SearchRequest::all().narrowed(&counts.query, &range.query);
                assert_eq!(searcher.search(&narrowed).unwrap().total, range.count);
            }
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        let searcher = searcher();
        for (name, ranges) in [
            ("country", &["1..2"][..]),
            ("words", &["many"]),
            ("words", &["(1 OR 2)"]),
            ("words", &["1..2 oil"]),
            ("date", &["1990..1980"]),
            ("date", &[]),
            ("", &["1"]),
        ] {
            let request =
                RangesRequest::new(SearchRequest::all(), name).ranges(ranges.iter().copied());
            let refused = searcher.ranges(&request).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Request, "{name} {ranges:?}");
            assert!(refused.hint().is_some(), "{name} {ranges:?}");
        }
    }
}
