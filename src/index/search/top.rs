//! The best hits under a total order.
//!
//! Within a segment a hit is compared by a number, smaller first, and then by its document's
//! unique key. For the order by title that number is the beginning of the title, and the whole of
//! it stands in the card, which is only looked at where beginnings are equal.

use std::cmp::Ordering;

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId};

use super::block::{BLOCK, Block};
use super::views::SegmentView;
use crate::index::document_keys::{DocumentKeys, beginning_of, from_beginning};
use crate::index::layout::names;
use crate::index::prepare::title_key;
use crate::index::segment::card_file::CardFile;
use crate::search::{Cursor, Limit, Sort};
use crate::{Error, ErrorKind, Result};

/// More hits than are wanted are looked at again when there are a quarter more, and one at least.
const SLACK: usize = 4;

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
    keys: &'a DocumentKeys,
    limit: Option<usize>,
    after: Option<Position>,
    /// No hit whose number is greater is wanted: there are enough others.
    ceiling: u64,
    /// Every hit that may be among the wanted ones, as far as is known of their keys.
    found: Vec<Candidate>,
    /// Number and beginning of the key of the last wanted one, if as many were found: a hit with a
    /// greater number has no place, nor has one with the same number and a greater beginning, unless
    /// the rest of its title comes before that.
    bound: Option<(u64, u64)>,
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
    /// Whether of the key more is known than its beginning.
    is_whole: bool,
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

    /// Which comes first, as far as the beginnings of keys tell.
    fn by_beginnings(&self, other: &Self) -> Ordering {
        let (this, other) = (&self.position, &other.position);
        let numbers = this.number.cmp(&other.number);
        let texts = || this.text.cmp(&other.text);
        let keys = || beginning_of(this.key).cmp(&beginning_of(other.key));
        numbers.then_with(texts).then_with(keys)
    }
}

/// Documents of a block that may have a place, and what is known of each.
struct Offers {
    docs: [DocId; BLOCK],
    numbers: [u64; BLOCK],
    scores: [f32; BLOCK],
    /// 0 until something was read of them, then their beginnings; if all are wanted, the keys.
    keys: [u64; BLOCK],
    count: usize,
}

/// One of them.
struct Offer {
    doc: DocId,
    number: u64,
    score: f32,
    key: u64,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            docs: [0; BLOCK],
            numbers: [LAST; BLOCK],
            scores: [0.0; BLOCK],
            keys: [0; BLOCK],
            count: 0,
        }
    }
}

impl Offers {
    fn push(&mut self, doc: DocId, number: u64, score: f32) {
        let at = self.count;
        (self.docs[at], self.numbers[at], self.scores[at]) = (doc, number, score);
        self.count += 1;
    }

    fn read_keys(&mut self, read: impl Fn(&[DocId], &mut [u64])) {
        read(&self.docs[..self.count], &mut self.keys[..self.count]);
    }

    fn get(&self, at: usize) -> Offer {
        Offer {
            doc: self.docs[at],
            number: self.numbers[at],
            score: self.scores[at],
            key: self.keys[at],
        }
    }

    /// Leaves those of which something is true.
    fn retain(&mut self, is_left: impl Fn(&Offer) -> bool) {
        let mut kept = 0;
        for at in 0..self.count {
            let offer = self.get(at);
            if is_left(&offer) {
                self.docs[kept] = offer.doc;
                self.numbers[kept] = offer.number;
                self.scores[kept] = offer.score;
                self.keys[kept] = offer.key;
                kept += 1;
            }
        }
        self.count = kept;
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
            found: Vec::new(),
            bound: None,
        })
    }

    /// Offers the documents of a block.
    pub(in crate::index) fn offer(&mut self, block: Block<'_>, scores: &[f32]) {
        if self.is_too_low(scores) {
            return;
        }
        let mut offers = Offers::default();
        let mut numbers = [LAST; BLOCK];
        self.numbers(block.docs(), scores, &mut numbers);
        let most = self.bound.map_or(LAST, |(most, _)| most).min(self.ceiling);
        for ((&doc, &score), number) in block.docs().iter().zip(scores).zip(numbers) {
            if number <= most {
                offers.push(doc, number, score);
            }
        }
        self.keep_best(&mut offers);
        // Keys lie far apart: beginnings are read first, of all that may have a place, and what is
        // left of the keys only of those that still may at the end.
        offers.read_keys(|docs, keys| self.keys.beginnings(docs, keys));
        let by_title = matches!(self.order, Order::Title { .. });
        if let Some((number, beginning)) = self.bound {
            // Where there is a title, the rest of it comes before the key.
            offers.retain(|offer| {
                by_title && offer.number != LAST || (offer.number, offer.key) <= (number, beginning)
            });
        }
        if !by_title {
            self.keep_best(&mut offers);
        }
        // All are wanted: their keys are read while their neighbours' are at hand.
        let is_whole = self.limit.is_none();
        if is_whole {
            offers.read_keys(|docs, keys| self.keys.complete(docs, keys));
        }
        for at in 0..offers.count {
            let offer = offers.get(at);
            let position = Position {
                number: offer.number,
                text: self.rest_of_title(offer.doc, offer.number),
                key: if is_whole {
                    offer.key
                } else {
                    from_beginning(offer.key)
                },
            };
            self.found.extend(self.behind_cursor(Candidate {
                position,
                score: offer.score,
                doc: offer.doc,
                is_whole,
            }));
        }
        if let Some(limit) = self.limit
            && (self.bound.is_none() || self.found.len() > limit + limit / SLACK)
        {
            self.leave_best(limit);
        }
    }

    /// The candidate, unless it comes before the cursor.
    fn behind_cursor(&self, mut candidate: Candidate) -> Option<Candidate> {
        let Some(after) = &self.after else {
            return Some(candidate);
        };
        let is_open = (candidate.position.number, &candidate.position.text)
            == (after.number, &after.text)
            && beginning_of(candidate.position.key) == beginning_of(after.key);
        if is_open && !candidate.is_whole {
            candidate.position.key = self.keys.of(candidate.doc).unwrap_or_default();
            candidate.is_whole = true;
        }
        (candidate.position > *after).then_some(candidate)
    }

    /// Leaves the wanted ones, and those of which it is not known whether they are.
    fn leave_best(&mut self, limit: usize) {
        if self.found.len() < limit || limit == 0 {
            return;
        }
        let by_beginnings = Candidate::by_beginnings;
        let (_, last, _) = self.found.select_nth_unstable_by(limit - 1, by_beginnings);
        let last = last.clone();
        self.bound = Some((last.position.number, beginning_of(last.position.key)));
        self.found.retain(|it| it.by_beginnings(&last).is_le());
        // So that they do not become ever more.
        if self.found.len() > limit + limit / SLACK {
            self.complete();
            self.leave_first(limit);
        }
    }

    /// Leaves the first of more whose keys are known; at least one is wanted.
    fn leave_first(&mut self, limit: usize) {
        let by_position = |a: &Candidate, b: &Candidate| a.position.cmp(&b.position);
        self.found.select_nth_unstable_by(limit - 1, by_position);
        self.found.truncate(limit);
    }

    /// Reads what is not known of keys.
    fn complete(&mut self) {
        let mut open: Vec<&mut Candidate> =
            self.found.iter_mut().filter(|it| !it.is_whole).collect();
        open.sort_unstable_by_key(|candidate| candidate.doc);
        let docs: Vec<DocId> = open.iter().map(|candidate| candidate.doc).collect();
        let beginnings = open.iter().map(|it| beginning_of(it.position.key));
        let mut keys: Vec<u64> = beginnings.collect();
        self.keys.complete(&docs, &mut keys);
        for (candidate, key) in open.into_iter().zip(keys) {
            candidate.position.key = key;
            candidate.is_whole = true;
        }
    }

    /// What the order by title compares where beginnings are equal.
    fn rest_of_title(&self, doc: DocId, number: u64) -> Option<String> {
        match &self.order {
            Order::Title { cards, .. } if number != LAST => {
                cards.get(doc).map(|card| title_key(card.title))
            }
            _ => None,
        }
    }

    /// Leaves those that can have a place, as far as that is known of them, if fewer are wanted than
    /// there are; all after a cursor, as those before it take no place.
    fn keep_best(&self, offers: &mut Offers) {
        let is_fewer = |limit: &usize| (1..offers.count).contains(limit);
        let Some(limit) = self.limit.filter(is_fewer) else {
            return;
        };
        if self.after.is_none() {
            let mut ranks = [(LAST, 0); BLOCK];
            for (at, rank) in ranks[..offers.count].iter_mut().enumerate() {
                *rank = (offers.numbers[at], offers.keys[at]);
            }
            let (_, &mut bound, _) = ranks[..offers.count].select_nth_unstable(limit - 1);
            offers.retain(|offer| (offer.number, offer.key) <= bound);
        }
    }

    /// Whether no document with one of these scores can have a place, as far as that is quickly said.
    fn is_too_low(&self, scores: &[f32]) -> bool {
        let Order::Relevance = self.order else {
            return false;
        };
        let worst = self.bound.map_or(u64::MAX, |(worst, _)| worst);
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

    /// The hits of the segment.
    pub(in crate::index) fn finish(self, segment: u32, into: &mut Vec<Ranked>) {
        let hits = self.into_hits().into_iter();
        into.extend(hits.map(|hit| Ranked {
            position: hit.position,
            score: hit.score,
            address: DocAddress::new(segment, hit.doc),
        }));
    }

    /// The same, in their order.
    pub(in crate::index) fn into_order(self) -> Vec<Candidate> {
        let mut hits = self.into_hits();
        hits.sort_unstable_by(|a, b| a.position.cmp(&b.position));
        hits.shrink_to_fit();
        hits
    }

    fn into_hits(mut self) -> Vec<Candidate> {
        if let Some(limit) = self.limit {
            self.leave_best(limit);
        }
        self.complete();
        if let Some(limit) = self.limit.filter(|&limit| limit < self.found.len()) {
            self.leave_first(limit);
        }
        self.found
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::prepare::key_of;
    use crate::{Document, Index, Schema, SearchRequest};

    /// Ids of which many share the beginning of their key, in the order of their keys.
    fn ids() -> Vec<String> {
        let ids = (0..400_000).map(|number| format!("d{number}"));
        let mut ids: Vec<String> = ids.filter(|id| beginning_of(key_of(id)) < 12).collect();
        ids.sort_by_key(|id| key_of(id));
        let beginnings = ids.iter().map(|id| beginning_of(key_of(id)));
        let beginnings: Vec<u64> = beginnings.collect();
        assert!(
            beginnings
                .chunk_by(|a, b| a == b)
                .any(|same| same.len() > 8)
        );
        ids
    }

    #[test]
    fn equal_hits_are_in_the_order_of_their_keys_page_by_page() {
        let ids = ids();
        let document = |id: &String| Document::new(id.as_str()).body("tanker");
        let dated = |id: &String| document(id).title("Port").date("2020-01-02").unwrap();
        let index = |of: &dyn Fn(&String) -> Document, segments: usize| {
            let index = Index::create_in_memory(Schema::default()).unwrap();
            let mut writer = index.writer().unwrap();
            for some in ids.chunks(ids.len().div_ceil(segments)) {
                for id in some.iter().rev() {
                    writer.put(of(id)).unwrap();
                }
                writer.commit().unwrap();
            }
            index.searcher().unwrap()
        };
        let orders = [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title];
        for searcher in [index(&dated, 1), index(&document, 2)] {
            for (sort, query) in orders
                .into_iter()
                .flat_map(|it| [(it, "*"), (it, "tanker")])
            {
                let request = || SearchRequest::query(query).unwrap().sort(sort);
                for limit in [1, 2, 3, 4, 5, 9, 20, 64, 100] {
                    let mut page = request().limit(limit);
                    let mut found = Vec::new();
                    loop {
                        let hits = searcher.search(&page).unwrap();
                        found.extend(hits.hits.iter().map(|hit| hit.id.to_string()));
                        let Some(cursor) = hits.cursor else { break };
                        page = page.after(cursor);
                    }
                    assert!(found == ids, "{sort:?}, {query}, {limit}");
                }
                let mut all = request();
                all.limit = Limit::All;
                let all = searcher.search(&all).unwrap().hits.into_iter();
                assert!(all.map(|hit| hit.id.to_string()).eq(ids.iter().cloned()));
            }
        }
    }
}
