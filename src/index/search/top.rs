//! The best hits under a total order.
//!
//! Within a segment a hit is compared by a number, smaller first, and then by its document's
//! unique key. For the order by title that number is the beginning of the title, and the whole of
//! it stands in the card, which is only looked at where beginnings are equal.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId};

use super::block::{BLOCK, Block};
use super::views::SegmentView;
use crate::index::layout::names;
use crate::index::prepare::title_key;
use crate::index::segment::card_file::CardFile;
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
pub(in crate::index) struct SegmentTop<'a> {
    order: Order<'a>,
    keys: &'a Column<u64>,
    limit: Option<usize>,
    after: Option<Position>,
    /// No hit whose number is greater is wanted: there are enough others.
    ceiling: u64,
    heap: BinaryHeap<Candidate>,
}

enum Order<'a> {
    Relevance,
    Date {
        start: Option<Column<i64>>,
        newest: bool,
    },
    Title {
        beginnings: Option<Column<u64>>,
        cards: &'a CardFile,
    },
}

/// A hit of one segment.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct Candidate {
    pub(in crate::index) position: Position,
    score: f32,
    doc: DocId,
}

impl Candidate {
    /// The bytes that it takes.
    pub(in crate::index) fn bytes(&self) -> usize {
        size_of::<Self>() + self.position.text.as_ref().map_or(0, String::len)
    }

    pub(in crate::index) fn ranked(&self, segment: u32) -> Ranked {
        Ranked {
            position: self.position.clone(),
            score: self.score,
            address: DocAddress::new(segment, self.doc),
        }
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
        self.position.cmp(&other.position)
    }
}

impl<'a> SegmentTop<'a> {
    pub(in crate::index) fn new(
        view: &'a SegmentView,
        sort: Sort,
        limit: Limit,
        after: Option<&Position>,
        ceiling: u64,
    ) -> Result<Self> {
        let columns = view.reader.fast_fields();
        let order = match sort {
            Sort::Relevance => Order::Relevance,
            Sort::Newest | Sort::Oldest => Order::Date {
                start: columns.column_opt(names::DATE_START)?,
                newest: sort == Sort::Newest,
            },
            Sort::Title => Order::Title {
                beginnings: columns.column_opt(names::TITLE_KEY)?,
                cards: view.cards()?,
            },
        };
        Ok(Self {
            order,
            keys: view.keys()?,
            limit: match limit {
                Limit::All => None,
                Limit::Hits(hits) => Some(hits),
            },
            after: after.cloned(),
            ceiling,
            heap: BinaryHeap::new(),
        })
    }

    /// Offers the documents of a block.
    pub(in crate::index) fn offer(&mut self, block: Block<'_>, scores: &[f32]) {
        if self.is_too_low(scores) {
            return;
        }
        // Keys lie far apart: those of all documents that may have a place are read at once.
        let mut docs = [0; BLOCK];
        let mut places = [(0, 0.0); BLOCK];
        let mut offered = 0;
        let worst = self.worst();
        let mut numbers = [LAST; BLOCK];
        self.numbers(block.docs(), scores, &mut numbers);
        for ((&doc, &score), number) in block.docs().iter().zip(scores).zip(numbers) {
            if number <= self.ceiling && worst.is_none_or(|(worst, _)| number <= worst) {
                docs[offered] = doc;
                places[offered] = (number, score);
                offered += 1;
            }
        }
        if let Some(bound) = self.bound(&places[..offered]) {
            let mut kept = 0;
            for at in 0..offered {
                if places[at].0 <= bound {
                    (docs[kept], places[kept]) = (docs[at], places[at]);
                    kept += 1;
                }
            }
            offered = kept;
        }
        let docs = &docs[..offered];
        let mut keys = [None; BLOCK];
        self.keys.first_vals(docs, &mut keys[..offered]);
        for ((&doc, &(number, score)), key) in docs.iter().zip(&places).zip(keys) {
            self.offer_one(doc, number, score, key.unwrap_or_default());
        }
    }

    /// The greatest number among these that can have a place, if fewer are wanted than there are;
    /// `None` after a cursor, as those before it take no place.
    fn bound(&self, places: &[(u64, f32)]) -> Option<u64> {
        let limit = self
            .limit
            .filter(|&limit| (1..places.len()).contains(&limit))?;
        if self.after.is_some() {
            return None;
        }
        let mut numbers = [LAST; BLOCK];
        for (number, place) in numbers.iter_mut().zip(places) {
            *number = place.0;
        }
        let (_, bound, _) = numbers[..places.len()].select_nth_unstable(limit - 1);
        Some(*bound)
    }

    /// Whether no document with one of these scores can have a place, as far as that is quickly said.
    fn is_too_low(&self, scores: &[f32]) -> bool {
        let Order::Relevance = self.order else {
            return false;
        };
        let worst = self.worst().map_or(u64::MAX, |(worst, _)| worst);
        // The number of a score, the other way round; see `numbers`.
        match u32::try_from(worst.min(self.ceiling)) {
            Ok(worst) => {
                let least = f32::from_bits(!worst);
                let high = scores
                    .iter()
                    .map(|score| u32::from(score.max(0.0) >= least));
                high.sum::<u32>() == 0
            }
            Err(_) => false,
        }
    }

    /// Number and key of the last hit, if as many were found as are wanted.
    fn worst(&self) -> Option<(u64, u64)> {
        let is_full = self.limit.is_some_and(|limit| self.heap.len() >= limit);
        let worst = self.heap.peek().filter(|_| is_full);
        worst.map(|worst| (worst.position.number, worst.position.key))
    }

    /// The numbers that documents are compared by first.
    fn numbers(&self, docs: &[DocId], scores: &[f32], numbers: &mut [u64; BLOCK]) {
        match &self.order {
            Order::Relevance => {
                for (number, score) in numbers.iter_mut().zip(scores) {
                    *number = u64::from(!score.max(0.0).to_bits());
                }
            }
            Order::Date { start, newest } => {
                let mut starts = [None; BLOCK];
                if let Some(start) = start {
                    start.first_vals(docs, &mut starts[..docs.len()]);
                }
                for (number, start) in numbers.iter_mut().zip(starts) {
                    // Seconds keep far away from the ends of i64, so that LAST is nobody's.
                    let ascending = start.map(|start| (start as u64) ^ (1 << 63));
                    let ordered = ascending.map(|number| if *newest { !number } else { number });
                    *number = ordered.unwrap_or(LAST);
                }
            }
            Order::Title { beginnings, .. } => {
                let mut firsts = [None; BLOCK];
                if let Some(beginnings) = beginnings {
                    beginnings.first_vals(docs, &mut firsts[..docs.len()]);
                }
                for (number, first) in numbers.iter_mut().zip(firsts) {
                    *number = first.unwrap_or(LAST);
                }
            }
        }
    }

    fn offer_one(&mut self, doc: DocId, number: u64, score: f32, key: u64) {
        let worst = self.worst();
        if worst.is_some_and(|(worst, _)| number > worst) {
            return;
        }
        let text = match &self.order {
            Order::Title { cards, .. } if number != LAST => {
                cards.get(doc).map(|card| title_key(card.title))
            }
            _ => None,
        };
        if text.is_none() && worst.is_some_and(|worst| (number, key) > worst) {
            return;
        }
        let position = Position { number, text, key };
        if self.after.as_ref().is_some_and(|after| position <= *after) {
            return;
        }
        let candidate = Candidate {
            position,
            score,
            doc,
        };
        if worst.is_none() {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    /// The hits of the segment.
    pub(in crate::index) fn finish(self, segment: u32, into: &mut Vec<Ranked>) {
        into.extend(self.heap.iter().map(|hit| hit.ranked(segment)));
    }

    /// The same, in their order.
    pub(in crate::index) fn into_order(self) -> Vec<Candidate> {
        self.heap.into_sorted_vec()
    }
}

/// The greatest number that a further hit may have, with these best ones in order.
pub(in crate::index) fn ceiling(hits: &[Ranked], limit: Limit) -> u64 {
    match (limit, hits.last()) {
        (Limit::Hits(limit), Some(worst)) if hits.len() >= limit => worst.position.number,
        _ => u64::MAX,
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
