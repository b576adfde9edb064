//! The best hits under a total order.
//!
//! Within a segment a hit is compared by a number, smaller first, and then by its document's
//! unique key. For the order by title that number is the beginning of the title, and the whole of
//! it stands in the card, which is only looked at where beginnings are equal. Of keys no more is
//! read than has to decide, or than the next page has to know.

mod offers;

use std::cmp::Ordering;

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId};

use offers::Offers;

use super::block::{BLOCK, Block};
use super::views::SegmentView;
use crate::index::document_keys::{DocumentKeys, WholeKeys, beginning_of, from_beginning};
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
    known: Known,
}

/// How much of the key of a hit's document was read; the rest of it is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Nothing,
    Beginning,
    Whole,
}

impl Ranked {
    /// Reads the key, as far as it is not known. `views`: those of all segments.
    ///
    /// # Errors
    /// What is wrong with the keys of the segment.
    pub(in crate::index) fn complete(&mut self, views: &[SegmentView]) -> Result<()> {
        self.learn(Known::Whole, views)
    }

    fn learn(&mut self, wanted: Known, views: &[SegmentView]) -> Result<()> {
        if self.known < wanted {
            let keys = views[self.address.segment_ord as usize].keys()?;
            self.position.key = if wanted == Known::Whole {
                keys.whole()?.of(self.address.doc_id).unwrap_or_default()
            } else {
                let mut beginning = [0];
                keys.beginnings(&[self.address.doc_id], &mut beginning);
                from_beginning(beginning[0])
            };
            self.known = wanted;
        }
        Ok(())
    }
}

/// Where a hit stands in the order. Smaller comes first; no two documents share one if their keys
/// are wholly known, and only such ones may be compared by `cmp`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::index) struct Position {
    number: u64,
    text: Option<String>,
    pub(in crate::index) key: u64,
}

impl Position {
    /// Which comes first, as far as keys do not decide.
    fn without_keys(&self, other: &Self) -> Ordering {
        let numbers = self.number.cmp(&other.number);
        numbers.then_with(|| self.text.cmp(&other.text))
    }

    /// Which comes first, as far as the beginnings of keys tell.
    fn by_beginnings(&self, other: &Self) -> Ordering {
        let keys = || beginning_of(self.key).cmp(&beginning_of(other.key));
        self.without_keys(other).then_with(keys)
    }

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
    view: &'a SegmentView,
    limit: Option<usize>,
    after: Option<Position>,
    /// No hit whose number is greater is wanted: there are enough others.
    ceiling: u64,
    /// Every hit that may be among the wanted ones, as far as is known of their keys.
    found: Vec<Candidate>,
    /// Number and beginning of the key of the last wanted one, if as many were found: a hit with a
    /// greater number has no place, nor has one with the same number and a greater beginning, unless
    /// the rest of its title comes before that. [`LAST`] stands for a beginning that was not read.
    bound: Option<(u64, u64)>,
    /// Why keys could not be read.
    failure: Option<Error>,
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
    known: Known,
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
            known: self.known,
        }
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
                cards: view.all_cards()?,
            },
        };
        Ok(Self {
            order,
            view,
            limit: match limit {
                Limit::All => None,
                Limit::Hits(hits) => Some(hits),
            },
            after: after.cloned(),
            ceiling,
            found: Vec::new(),
            bound: None,
            failure: None,
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
        offers.take(block.docs(), &numbers, scores, most);
        if offers.count == 0 {
            return;
        }
        self.keep_best(&mut offers);
        let mut known = Known::Nothing;
        if self.keys_decide(&offers) {
            let Some(keys) = self.keys() else { return };
            // Keys lie far apart: beginnings are read first, of all that may have a place, and what
            // is left of the keys only of those that still may at the end.
            offers.read_keys(|docs, into| keys.beginnings(docs, into));
            known = Known::Beginning;
            let by_title = matches!(self.order, Order::Title { .. });
            if let Some((number, beginning)) = self.bound {
                if !by_title && !offers.has_any_up_to(number, beginning) {
                    return;
                }
                // Where there is a title, the rest of it comes before the key.
                offers.retain(|offer| {
                    by_title && offer.number != LAST
                        || (offer.number, offer.key) <= (number, beginning)
                });
            }
            if !by_title {
                self.keep_best(&mut offers);
            }
            // All are wanted: their keys are read while their neighbours' are at hand.
            if self.limit.is_none() {
                let Some(keys) = self.whole_keys() else {
                    return;
                };
                offers.read_keys(|docs, into| keys.complete(docs, into));
                known = Known::Whole;
            }
        }
        for at in 0..offers.count {
            let offer = offers.get(at);
            let position = Position {
                number: offer.number,
                text: self.rest_of_title(offer.doc, offer.number),
                key: match known {
                    Known::Nothing => 0,
                    Known::Beginning => from_beginning(offer.key),
                    Known::Whole => offer.key,
                },
            };
            let candidate = self.behind_cursor(Candidate {
                position,
                score: offer.score,
                doc: offer.doc,
                known,
            });
            self.found.extend(candidate);
        }
        if let Some(limit) = self.limit {
            let most = limit.saturating_add(limit / SLACK);
            if self.bound.is_none() || self.found.len() > most {
                self.leave_best(limit, most);
            }
        }
    }

    /// The keys of the segment; if they cannot be read, that is remembered.
    fn keys(&mut self) -> Option<&'a DocumentKeys> {
        let view = self.view;
        view.keys().map_err(|error| self.failure = Some(error)).ok()
    }

    /// The same, with the rests of the keys.
    fn whole_keys(&mut self) -> Option<WholeKeys<'a>> {
        let whole = self.keys()?.whole();
        whole.map_err(|error| self.failure = Some(error)).ok()
    }

    /// Whether the keys of documents say which of them have a place: where all are wanted in their
    /// order, or one has the number of the last wanted one, or of the one that a page follows on.
    fn keys_decide(&self, offers: &Offers) -> bool {
        let by_title = matches!(self.order, Order::Title { .. });
        // Where there is a title, the rest of it decides.
        let decides =
            |&(number, beginning): &(u64, u64)| beginning != LAST && (!by_title || number == LAST);
        let last = self.bound.filter(decides);
        let (last, after) = (last.map(|(number, _)| number), self.after.as_ref());
        let numbers = [last, after.map(|after| after.number)];
        let mut numbers = numbers.into_iter().flatten();
        self.limit.is_none() || numbers.any(|number| offers.has_number(number))
    }

    /// The candidate, unless it comes before the cursor.
    fn behind_cursor(&mut self, mut candidate: Candidate) -> Option<Candidate> {
        let Some(after) = &self.after else {
            return Some(candidate);
        };
        let is_open = candidate.position.by_beginnings(after).is_eq();
        if is_open && candidate.known < Known::Whole {
            let (doc, keys) = (candidate.doc, self.whole_keys()?);
            candidate.position.key = keys.of(doc).unwrap_or_default();
            candidate.known = Known::Whole;
        }
        let after = self.after.as_ref()?;
        (candidate.position > *after).then_some(candidate)
    }

    /// Leaves the wanted ones, and those that may have the place of the last of them, as long as there
    /// are no more than `most` altogether; else keys are read until just the wanted ones are left.
    fn leave_best(&mut self, limit: usize, most: usize) {
        if self.found.len() < limit || limit == 0 {
            return;
        }
        let without_keys = |a: &Candidate, b: &Candidate| a.position.without_keys(&b.position);
        let (_, last, _) = self.found.select_nth_unstable_by(limit - 1, without_keys);
        let last = last.position.clone();
        let is_tied = |it: &Candidate| it.position.without_keys(&last).is_eq();
        self.found
            .retain(|it| it.position.without_keys(&last).is_le());
        if self.found.len() == limit {
            self.lower_bound((last.number, LAST));
            return;
        }
        self.learn(Known::Beginning, is_tied);
        let by_beginnings = |a: &Candidate, b: &Candidate| a.position.by_beginnings(&b.position);
        let (_, last, _) = self.found.select_nth_unstable_by(limit - 1, by_beginnings);
        let last = last.position.clone();
        self.lower_bound((last.number, beginning_of(last.key)));
        self.found
            .retain(|it| it.position.by_beginnings(&last).is_le());
        if self.found.len() > most {
            self.learn(Known::Whole, is_tied);
            let by_position = |a: &Candidate, b: &Candidate| a.position.cmp(&b.position);
            self.found.select_nth_unstable_by(limit - 1, by_position);
            self.found.truncate(limit);
        }
    }

    /// There are enough hits up to a number and a beginning; fewer were enough before.
    fn lower_bound(&mut self, bound: (u64, u64)) {
        self.bound = Some(self.bound.map_or(bound, |before| before.min(bound)));
    }

    /// Reads so much of the keys of some candidates.
    fn learn(&mut self, wanted: Known, is_one: impl Fn(&Candidate) -> bool) {
        if !self.found.iter().any(|it| it.known < wanted && is_one(it)) {
            return;
        }
        let Some(keys) = self.keys() else { return };
        let whole = match wanted {
            Known::Whole => match self.whole_keys() {
                None => return,
                whole => whole,
            },
            _ => None,
        };
        let open = self.found.iter_mut();
        let mut open: Vec<&mut Candidate> =
            open.filter(|it| it.known < wanted && is_one(it)).collect();
        open.sort_unstable_by_key(|candidate| candidate.doc);
        let docs: Vec<DocId> = open.iter().map(|candidate| candidate.doc).collect();
        let beginnings = open.iter().map(|it| beginning_of(it.position.key));
        let mut read: Vec<u64> = beginnings.collect();
        if open.iter().any(|it| it.known == Known::Nothing) {
            keys.beginnings(&docs, &mut read);
        }
        if let Some(whole) = whole {
            whole.complete(&docs, &mut read);
        } else {
            for key in &mut read {
                *key = from_beginning(*key);
            }
        }
        for (candidate, key) in open.into_iter().zip(read) {
            candidate.position.key = key;
            candidate.known = wanted;
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
        if self.after.is_none() && !offers.are_equal() {
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
    ///
    /// # Errors
    /// What is wrong with the keys that had to be read.
    pub(in crate::index) fn finish(self, segment: u32, into: &mut Vec<Ranked>) -> Result<()> {
        let hits = self.into_hits()?.into_iter();
        into.extend(hits.map(|hit| Ranked {
            position: hit.position,
            score: hit.score,
            address: DocAddress::new(segment, hit.doc),
            known: hit.known,
        }));
        Ok(())
    }

    /// The same, in their order, with their keys.
    pub(in crate::index) fn into_order(mut self) -> Result<Vec<Candidate>> {
        self.leave_limit();
        self.learn(Known::Whole, |_| true);
        let mut hits = self.into_hits()?;
        hits.sort_unstable_by(|a, b| a.position.cmp(&b.position));
        hits.shrink_to_fit();
        Ok(hits)
    }

    fn leave_limit(&mut self) {
        if let Some(limit) = self.limit {
            self.leave_best(limit, limit);
        }
    }

    fn into_hits(mut self) -> Result<Vec<Candidate>> {
        self.leave_limit();
        self.failure.map_or(Ok(self.found), Err)
    }
}

/// The greatest number that a further hit may have, with these best ones in order.
pub(in crate::index) fn ceiling(hits: &[Ranked], limit: Limit) -> u64 {
    match (limit, hits.last()) {
        (Limit::Hits(limit), Some(worst)) if hits.len() >= limit => worst.position.number,
        _ => u64::MAX,
    }
}

/// Puts the hits of some segments in order and keeps the best. `views`: those of all segments.
///
/// # Errors
/// What is wrong with the keys that had to be read.
pub(in crate::index) fn merge(
    mut hits: Vec<Ranked>,
    limit: Limit,
    views: &[SegmentView],
) -> Result<Vec<Ranked>> {
    let most = match limit {
        Limit::Hits(limit) => limit,
        Limit::All => hits.len(),
    };
    hits.sort_unstable_by(|a, b| a.position.without_keys(&b.position));
    let mut place = 0;
    for tied in hits.chunk_by_mut(|a, b| a.position.without_keys(&b.position).is_eq()) {
        if place >= most {
            break;
        }
        place += tied.len();
        order_by_key(tied, views)?;
    }
    hits.truncate(most);
    Ok(hits)
}

/// Puts hits in order that only their keys tell apart, and reads no more of those than that takes.
fn order_by_key(tied: &mut [Ranked], views: &[SegmentView]) -> Result<()> {
    if tied.len() < 2 {
        return Ok(());
    }
    for hit in tied.iter_mut() {
        hit.learn(Known::Beginning, views)?;
    }
    tied.sort_unstable_by(|a, b| a.position.by_beginnings(&b.position));
    for same in tied.chunk_by_mut(|a, b| a.position.by_beginnings(&b.position).is_eq()) {
        if same.len() > 1 {
            for hit in same.iter_mut() {
                hit.complete(views)?;
            }
            same.sort_unstable_by(|a, b| a.position.cmp(&b.position));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::index::prepare::key_of;
    use crate::{Document, Index, Schema, SearchRequest, Searcher, Writer, WriterOptions};

    /// Ids of which many share the beginning of their key, in the order of their keys: some six for each
    /// beginning.
    fn ids(beginnings: u64) -> Vec<String> {
        let ids = (0..400_000).map(|number| format!("d{number}"));
        let mut ids: Vec<String> = ids
            .filter(|id| beginning_of(key_of(id)) < beginnings)
            .collect();
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
        let ids = ids(12);
        let document = |id: &String| Document::new(id.as_str()).body("tanker");
        let dated = |id: &String| document(id).title("Port").date("2020-01-02").unwrap();
        let index = |of: &dyn Fn(&String) -> Document, segments: usize| {
            let index = Index::create_in_memory(Schema::default()).unwrap();
            let mut writer = alone(&index);
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
                    let found = pages(&searcher, request().limit(limit));
                    assert!(found == ids, "{sort:?}, {query}, {limit}");
                }
                let mut all = request();
                all.limit = Limit::All;
                let all = searcher.search(&all).unwrap().hits.into_iter();
                assert!(all.map(|hit| hit.id.to_string()).eq(ids.iter().cloned()));
            }
        }
    }

    /// A writer that makes one segment.
    fn alone(index: &Index) -> Writer {
        let options = WriterOptions {
            threads: 1,
            ..WriterOptions::default()
        };
        index.writer_with(options).unwrap()
    }

    /// Some places are shared by many, others by few; each segment has several blocks, so that what
    /// is known of the last hit of a page decides about those to come.
    #[test]
    fn groups_of_equal_hits_are_in_the_order_of_their_keys_page_by_page() {
        let ids = ids(60);
        assert!(ids.len() > 5 * BLOCK);
        let group = |place: usize| match place % 11 {
            0 => 1,
            1..4 => 2,
            4..9 => 4,
            _ => 5 + place % 9,
        };
        let document = |id: &String, group: usize| {
            let document = Document::new(id.as_str()).body("tanker ".repeat(group));
            if group == 1 {
                return document;
            }
            let titled = document.title(format!("The port of number {group:02}"));
            titled.date(&format!("2020-01-{group:02}")).unwrap()
        };
        let mut ascending: Vec<(usize, u64, &String)> = (0..)
            .zip(&ids)
            .map(|(place, id)| (group(place), key_of(id), id))
            .collect();
        let mut descending = ascending.clone();
        // What has no title or date comes last in every order.
        ascending.sort_by_key(|&(group, key, _)| (group == 1, group, key));
        descending.sort_by_key(|&(group, key, _)| (group == 1, Reverse(group), key));
        let by_key = ids.iter().map(|id| (0, key_of(id), id)).collect();
        // Neither from first to last nor backwards.
        let mut places: Vec<usize> = (0..ids.len()).collect();
        places.sort_by_key(|place| key_of(&format!("at {place}")));
        for segments in [1, 3] {
            let index = Index::create_in_memory(Schema::default()).unwrap();
            let mut writer = alone(&index);
            for some in places.chunks(places.len().div_ceil(segments)) {
                for &place in some {
                    let document = document(&ids[place], group(place));
                    writer.put(document).unwrap();
                }
                writer.commit().unwrap();
            }
            // The first of everything are not kept, but found each time.
            let searcher = index.with_facet_memory(0).searcher().unwrap();
            for (sort, expected) in [
                (Sort::Relevance, &by_key),
                (Sort::Title, &ascending),
                (Sort::Oldest, &ascending),
                (Sort::Newest, &descending),
            ] {
                for limit in [2, 3, 4, 5, 7, 10, 13, 30, 90] {
                    let page = SearchRequest::all().sort(sort).limit(limit);
                    let found = pages(&searcher, page);
                    let expected = expected.iter().map(|(_, _, id)| (*id).clone());
                    assert!(expected.eq(found), "{sort:?}, {limit}, {segments}");
                }
            }
        }
    }

    /// The ids of all hits, page by page.
    fn pages(searcher: &Searcher, mut page: SearchRequest) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            let hits = searcher.search(&page).unwrap();
            found.extend(hits.hits.iter().map(|hit| hit.id.to_string()));
            let Some(cursor) = hits.cursor else {
                return found;
            };
            page = page.after(cursor);
        }
    }
}
