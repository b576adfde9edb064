//! What stands where in a text: phrases whose words may be moved, and things near each other, by
//! the true positions of words.
//!
//! A question about positions is a [`Shape`] over numbered *slots*. What a slot stands for (a word
//! in some form, words that fit a pattern) is somebody else's business: whoever asks gives the
//! ascending positions of each slot in one field of one document. The engine asks with postings,
//! the highlighter with the words it has just read.
//!
//! An *occurrence* is a set of positions. It reaches from its first position to its last.
//! - A *sequence* occurs where each of its slots has a position of its own and the words are out of
//!   place by at most `moves`: the k-th slot at position p is displaced by p - k, and the largest
//!   displacement less the smallest is the number of moves. So a word that stands between costs
//!   one, neighbours that are exchanged cost two.
//! - *Any* of some shapes occurs where one of them does.
//! - *Near* occurs where its left and its right side do, sharing no position, and close enough.
//!   Their distance is the number of steps from the last word of the earlier one to the first word
//!   of the later one: 1 for neighbours; where one reaches into the other it is 0. In one sentence
//!   (paragraph) they are if all of both lies in it. `ordered` asks that the left side ends before
//!   the right one begins.

mod near;
mod sequence;

#[cfg(test)]
mod tests;

use crate::query::Distance;

/// The number of a slot.
pub(crate) type Slot = usize;

/// How occurrences are put together from the positions of slots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Sequence(Sequence),
    Any(Vec<Self>),
    Near(Box<Near>),
}

/// Slots one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sequence {
    /// The number of the first; the others follow.
    pub first: Slot,
    pub length: usize,
    pub moves: u32,
}

/// Two shapes near each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Near {
    pub left: Shape,
    pub right: Shape,
    pub within: Distance,
    pub ordered: bool,
}

/// Where everything stands in one field of one document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places<'a> {
    /// The positions of each slot, ascending, none twice.
    pub slots: &'a [Vec<u32>],
    /// Where sentences begin, ascending; the first at 0.
    pub sentences: &'a [u32],
    /// Where paragraphs begin, likewise.
    pub paragraphs: &'a [u32],
}

/// There are more ways to put occurrences together in one document than are looked at.
///
/// Only a `Near` inside another, a phrase with moves inside a `Near`, or one that repeats its words
/// can come to this: what lies inside has to be known occurrence by occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Steps that are taken in one document, each a comparison or two.
pub(crate) const MAX_STEPS: u32 = 4_000_000;

/// An occurrence: the positions it has used lie in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
    /// Where its positions stand in the pool, and how many there are; none if it is without gaps,
    /// or if nobody needs to know.
    used: (u32, u32),
}

impl Span {
    fn whole(start: u32, end: u32) -> Self {
        Self {
            start,
            end,
            used: (0, 0),
        }
    }
}

/// An evaluation in one document.
#[derive(Debug)]
struct Evaluation<'a> {
    places: Places<'a>,
    pool: Vec<u32>,
    steps: u32,
}

impl Shape {
    /// Whether it occurs.
    pub(crate) fn occurs(&self, places: Places<'_>) -> Result<bool, TooMany> {
        let mut evaluation = Evaluation::new(places);
        evaluation.occurs(self)
    }

    /// How often it occurs, counting up to `most`, each extent once.
    pub(crate) fn count(&self, places: Places<'_>, most: usize) -> u32 {
        let mut evaluation = Evaluation::new(places);
        let spans = evaluation.spans(self, false);
        spans.map_or(1, |spans| spans.len().min(most)) as u32
    }

    /// Every position that is part of an occurrence, ascending.
    ///
    /// In a document with more occurrences than are looked at, those of them.
    pub(crate) fn used(&self, places: Places<'_>) -> Vec<u32> {
        let last = places.slots.iter().filter_map(|slot| slot.last()).max();
        let mut used = vec![false; last.map_or(0, |&last| last as usize + 1)];
        let mut evaluation = Evaluation::new(places);
        // What was found before there were too many stands.
        let _ = evaluation.mark_used(self, &mut used);
        (0..)
            .zip(used)
            .filter_map(|(at, used)| used.then_some(at))
            .collect()
    }

    /// The slots of it.
    pub(crate) fn slots(&self, visit: &mut impl FnMut(Slot)) {
        match self {
            Self::Sequence(sequence) => {
                (sequence.first..sequence.first + sequence.length).for_each(visit);
            }
            Self::Any(parts) => parts.iter().for_each(|part| part.slots(visit)),
            Self::Near(near) => {
                near.left.slots(visit);
                near.right.slots(visit);
            }
        }
    }

    /// Its sequences.
    pub(crate) fn sequences<'s>(&'s self, visit: &mut impl FnMut(&'s Sequence)) {
        match self {
            Self::Sequence(sequence) => visit(sequence),
            Self::Any(parts) => parts.iter().for_each(|part| part.sequences(visit)),
            Self::Near(near) => {
                near.left.sequences(visit);
                near.right.sequences(visit);
            }
        }
    }

    /// Whether it looks at sentences or paragraphs.
    pub(crate) fn needs_boundaries(&self) -> bool {
        match self {
            Self::Sequence(_) => false,
            Self::Any(parts) => parts.iter().any(Self::needs_boundaries),
            Self::Near(near) => {
                !matches!(near.within, Distance::Words(_))
                    || near.left.needs_boundaries()
                    || near.right.needs_boundaries()
            }
        }
    }
}

impl<'a> Evaluation<'a> {
    fn new(places: Places<'a>) -> Self {
        Self {
            places,
            pool: Vec::new(),
            steps: MAX_STEPS,
        }
    }

    fn step(&mut self) -> Result<(), TooMany> {
        self.steps = self.steps.checked_sub(1).ok_or(TooMany)?;
        Ok(())
    }

    fn occurs(&mut self, shape: &Shape) -> Result<bool, TooMany> {
        match shape {
            Shape::Sequence(sequence) => self.sequence_occurs(sequence),
            Shape::Any(parts) => {
                for part in parts {
                    if self.occurs(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Shape::Near(near) => {
                let mut found = false;
                self.near(near, false, false, |_, _, _| {
                    found = true;
                    Ok(false)
                })?;
                Ok(found)
            }
        }
    }

    /// All occurrences, by where they begin, each once. Unless `tracked`, it is of no importance
    /// which positions between their ends they use.
    fn spans(&mut self, shape: &Shape, tracked: bool) -> Result<Vec<Span>, TooMany> {
        let mut spans = Vec::new();
        match shape {
            Shape::Sequence(sequence) => self.sequence_spans(sequence, tracked, &mut spans)?,
            Shape::Any(parts) => {
                for part in parts {
                    spans.append(&mut self.spans(part, tracked)?);
                }
            }
            Shape::Near(near) => {
                let mut pile = Pile::default();
                self.near(near, tracked, true, |evaluation, a, b| {
                    let span = if tracked {
                        evaluation.union(a, b)?
                    } else {
                        Span::whole(a.start.min(b.start), a.end.max(b.end))
                    };
                    pile.push(evaluation, span);
                    Ok(true)
                })?;
                spans = pile.spans;
            }
        }
        self.tidy(&mut spans);
        Ok(spans)
    }

    /// Marks the positions of all occurrences.
    fn mark_used(&mut self, shape: &Shape, used: &mut [bool]) -> Result<(), TooMany> {
        let mut mark = |evaluation: &Self, span| {
            for position in evaluation.positions(span) {
                used[position as usize] = true;
            }
        };
        match shape {
            Shape::Sequence(_) => {
                for span in self.spans(shape, true)? {
                    mark(self, span);
                }
            }
            Shape::Any(parts) => {
                for part in parts {
                    self.mark_used(part, used)?;
                }
            }
            Shape::Near(near) => self.near(near, true, false, |evaluation, a, b| {
                mark(evaluation, a);
                mark(evaluation, b);
                Ok(true)
            })?,
        }
        Ok(())
    }

    fn positions(&self, span: Span) -> Positions<'_> {
        let (from, count) = (span.used.0 as usize, span.used.1 as usize);
        if count == 0 {
            Positions::Whole(span.start..=span.end)
        } else {
            Positions::Listed(self.pool[from..from + count].iter())
        }
    }

    /// Sorts spans and leaves each once.
    fn tidy(&self, spans: &mut Vec<Span>) {
        // A partner after the other, they ascend in runs, which a stable sort makes use of.
        let extent = |span: &Span| u64::from(span.start) << 32 | u64::from(span.end);
        if spans.iter().all(|span| span.used.1 == 0) {
            spans.sort_by_key(extent);
        } else {
            spans.sort_by(|a, b| {
                extent(a)
                    .cmp(&extent(b))
                    .then_with(|| a.used.1.cmp(&b.used.1))
                    .then_with(|| {
                        if a.used == b.used {
                            std::cmp::Ordering::Equal
                        } else {
                            self.positions(*a).cmp(self.positions(*b))
                        }
                    })
            });
        }
        spans.dedup_by(|a, b| {
            (a.start, a.end, a.used.1) == (b.start, b.end, b.used.1)
                && (a.used == b.used || self.positions(*a).eq(self.positions(*b)))
        });
    }

    /// Puts ascending positions into the pool.
    fn keep(&mut self, positions: &[u32]) -> Result<Span, TooMany> {
        let from = self.pool.len();
        self.pool.extend_from_slice(positions);
        self.kept(from)
    }

    /// What was put into the pool last, ascending; a span without gaps needs none of it.
    fn kept(&mut self, from: usize) -> Result<Span, TooMany> {
        let positions = &self.pool[from..];
        let (start, end) = (positions[0], positions[positions.len() - 1]);
        let count = positions.len() as u32;
        if end - start + 1 == count {
            self.pool.truncate(from);
            return Ok(Span::whole(start, end));
        }
        self.steps = self.steps.checked_sub(count).ok_or(TooMany)?;
        Ok(Span {
            start,
            end,
            used: (from as u32, count),
        })
    }

    fn union(&mut self, a: Span, b: Span) -> Result<Span, TooMany> {
        let (a, b) = if a.start < b.start { (a, b) } else { (b, a) };
        let from = self.pool.len();
        for span in [a, b] {
            match span.used {
                (_, 0) => self.pool.extend(span.start..=span.end),
                (first, count) => {
                    let first = first as usize;
                    self.pool.extend_from_within(first..first + count as usize);
                }
            }
        }
        if a.end > b.start {
            self.pool[from..].sort_unstable();
        }
        self.kept(from)
    }

    fn share(&self, a: Span, b: Span) -> bool {
        if a.end < b.start || b.end < a.start {
            return false;
        }
        if a.used.1 == 0 && b.used.1 == 0 {
            return true;
        }
        let (mut left, mut right) = (self.positions(a).peekable(), self.positions(b).peekable());
        while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
            match x.cmp(y) {
                std::cmp::Ordering::Less => left.next(),
                std::cmp::Ordering::Greater => right.next(),
                std::cmp::Ordering::Equal => return true,
            };
        }
        false
    }

    /// Whether some position belongs to slots of both.
    fn may_share(&self, a: &Shape, b: &Shape) -> bool {
        // Of a long list of alternatives, a document has few.
        let lists = |shape: &Shape| {
            let mut lists: Vec<&[u32]> = Vec::new();
            shape.slots(&mut |slot| {
                let list = &self.places.slots[slot];
                if !list.is_empty() {
                    lists.push(list);
                }
            });
            lists
        };
        let theirs = lists(b);
        let mut own = lists(a).into_iter();
        own.any(|own| theirs.iter().any(|theirs| meet(own, theirs)))
    }
}

/// Spans that come in any order and many times.
#[derive(Debug, Default)]
struct Pile {
    spans: Vec<Span>,
    /// How many there are when they are looked through again for those that are the same.
    limit: usize,
}

impl Pile {
    fn push(&mut self, evaluation: &Evaluation<'_>, span: Span) {
        self.spans.push(span);
        if self.spans.len() >= self.limit.max(1 << 16) {
            evaluation.tidy(&mut self.spans);
            self.limit = self.spans.len() * 2;
        }
    }
}

/// Whether two ascending lists have something in common.
fn meet(a: &[u32], b: &[u32]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let mut rest = long;
    for position in short {
        let at = rest.partition_point(|other| other < position);
        rest = &rest[at..];
        match rest.first() {
            None => return false,
            Some(other) if other == position => return true,
            Some(_) => {}
        }
    }
    false
}

/// The positions of an occurrence, ascending.
enum Positions<'a> {
    Whole(std::ops::RangeInclusive<u32>),
    Listed(std::slice::Iter<'a, u32>),
}

impl Iterator for Positions<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Whole(range) => range.next(),
            Self::Listed(positions) => positions.next().copied(),
        }
    }
}
