//! The best hits under a total order.
//!
//! Within a segment a hit is compared by a number, smaller first, and then by its document's
//! unique key. For the order by title that number is the ordinal of the title's key, and the
//! strings are compared when segments are put together.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, SegmentReader};

use crate::index::layout::names;
use crate::search::{Cursor, Limit, Sort};
use crate::{Error, ErrorKind, Result};

/// Stands for a missing date or title: after everything else.
const LAST: u64 = u64::MAX;

/// A hit and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct Ranked {
    pub(in crate::index) position: Position,
    pub(in crate::index) score: f32,
    pub(in crate::index) address: DocAddress,
}

/// Where a hit stands in the order. Smaller comes first; no two documents share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::index) struct Position {
    number: u64,
    text: Option<String>,
    pub(in crate::index) key: u64,
}

impl Position {
    /// The sort key as a cursor carries it.
    pub(in crate::index) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend(self.text.iter().flat_map(|text| text.bytes()));
        bytes
    }

    /// The position that a cursor continues after.
    pub(in crate::index) fn of_cursor(cursor: &Cursor) -> Result<Self> {
        let damaged = || Error::new(ErrorKind::Cursor, "the cursor holds no position");
        let (number, text) = cursor.key.split_at_checked(8).ok_or_else(damaged)?;
        let number = u64::from_be_bytes(number.try_into().map_err(|_| damaged())?);
        let text = match cursor.sort {
            b't' if number != LAST => {
                Some(String::from_utf8(text.to_vec()).map_err(|_| damaged())?)
            }
            _ => None,
        };
        Ok(Self {
            number,
            text,
            key: cursor.document,
        })
    }
}

/// The letter by which a cursor names an order.
pub(in crate::index) fn letter(sort: Sort) -> u8 {
    match sort {
        Sort::Relevance => b'r',
        Sort::Newest => b'n',
        Sort::Oldest => b'o',
        Sort::Title => b't',
    }
}

/// The best hits of one segment.
pub(in crate::index) struct SegmentTop {
    order: Order,
    keys: Column<u64>,
    limit: Option<usize>,
    after: Option<(u64, u64)>,
    heap: BinaryHeap<Candidate>,
}

enum Order {
    Relevance,
    Date {
        start: Option<Column<i64>>,
        newest: bool,
    },
    Title(Option<StrColumn>),
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    number: u64,
    key: u64,
    score: f32,
    doc: DocId,
}

impl Candidate {
    fn rank(&self) -> (u64, u64) {
        (self.number, self.key)
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl SegmentTop {
    pub(in crate::index) fn new(
        reader: &SegmentReader,
        sort: Sort,
        limit: Limit,
        after: Option<&Position>,
    ) -> Result<Self> {
        let columns = reader.fast_fields();
        let order = match sort {
            Sort::Relevance => Order::Relevance,
            Sort::Newest | Sort::Oldest => Order::Date {
                start: columns.column_opt(names::DATE_START)?,
                newest: sort == Sort::Newest,
            },
            Sort::Title => Order::Title(columns.str(names::TITLE_KEY)?),
        };
        let mut top = Self {
            order,
            keys: columns.u64(names::KEY)?,
            limit: match limit {
                Limit::All => None,
                Limit::Hits(hits) => Some(hits),
            },
            after: None,
            heap: BinaryHeap::new(),
        };
        top.after = after.map(|after| top.local(after)).transpose()?;
        Ok(top)
    }

    /// A position as this segment counts it.
    fn local(&self, position: &Position) -> Result<(u64, u64)> {
        let (Order::Title(Some(column)), Some(text)) = (&self.order, &position.text) else {
            return Ok((position.number, position.key));
        };
        let titles = column.dictionary();
        let (mut low, mut high) = (0, titles.num_terms() as u64);
        let mut title = Vec::new();
        while low < high {
            let middle = low + (high - low) / 2;
            title.clear();
            titles
                .ord_to_term(middle, &mut title)
                .map_err(tantivy::TantivyError::from)?;
            match title.as_slice().cmp(text.as_bytes()) {
                Ordering::Equal => return Ok((middle, position.key)),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        // Between two titles: everything below `low` is gone, and all of `low` is still to come.
        Ok(match low.checked_sub(1) {
            Some(before) => (before, u64::MAX),
            None => (0, 0),
        })
    }

    /// Offers a document.
    pub(in crate::index) fn offer(&mut self, doc: DocId, score: f32) {
        let number = match &self.order {
            Order::Relevance => u64::from(!score.max(0.0).to_bits()),
            Order::Date { start: None, .. } | Order::Title(None) => LAST,
            Order::Date {
                start: Some(start),
                newest,
            } => match start.first(doc) {
                None => LAST,
                // Seconds keep far away from the ends of i64, so that LAST is nobody's.
                Some(start) => {
                    let ascending = (start as u64) ^ (1 << 63);
                    if *newest { !ascending } else { ascending }
                }
            },
            Order::Title(Some(titles)) => titles.ords().first(doc).unwrap_or(LAST),
        };
        let full = self.limit.is_some_and(|limit| self.heap.len() >= limit);
        if full && self.heap.peek().is_none_or(|worst| number > worst.number) {
            return;
        }
        let key = self.keys.first(doc).unwrap_or_default();
        let candidate = Candidate {
            number,
            key,
            score,
            doc,
        };
        if self.after.is_some_and(|after| candidate.rank() <= after) {
            return;
        }
        if !full {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    /// The hits, with positions that compare across segments.
    pub(in crate::index) fn finish(self, segment: u32, into: &mut Vec<Ranked>) -> Result<()> {
        for candidate in self.heap {
            let mut position = Position {
                number: candidate.number,
                text: None,
                key: candidate.key,
            };
            if let Order::Title(Some(titles)) = &self.order
                && candidate.number != LAST
            {
                let mut text = String::new();
                titles
                    .ord_to_str(candidate.number, &mut text)
                    .map_err(tantivy::TantivyError::from)?;
                position.number = 0;
                position.text = Some(text);
            }
            let address = DocAddress::new(segment, candidate.doc);
            into.push(Ranked {
                position,
                score: candidate.score,
                address,
            });
        }
        Ok(())
    }
}

/// Puts the hits of all segments in order and keeps the best.
pub(in crate::index) fn merge(mut hits: Vec<Ranked>, limit: Limit) -> Vec<Ranked> {
    hits.sort_unstable_by(|a, b| a.position.cmp(&b.position));
    if let Limit::Hits(limit) = limit {
        hits.truncate(limit);
    }
    hits
}
