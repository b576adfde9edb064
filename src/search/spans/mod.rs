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
/// Only a `Near` inside another, or beside a phrase with moves, can come to this: what lies inside
/// has to be known occurrence by occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Steps that are taken in one document, each a comparison or two.
pub(crate) const MAX_STEPS: u32 = 8_000_000;

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
        let spans = evaluation.spans(self, &[]);
        spans.map_or(1, |spans| spans.len().min(most)) as u32
    }

    /// Every position that is part of an occurrence, ascending.
    ///
    /// In a document with more occurrences than are looked at, those of them.
    pub(crate) fn used(&self, places: Places<'_>) -> Vec<u32> {
        let mut evaluation = Evaluation::new(places);
        let mut used = Vec::new();
        evaluation.collect_used(self, &mut used);
        used.sort_unstable();
        used.dedup();
        used
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
            Shape::Sequence(sequence) => Ok(self.sequence_occurs(sequence)),
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
                self.near(near, &[], |_, _, _| {
                    found = true;
                    false
                })?;
                Ok(found)
            }
        }
    }

    /// All occurrences, by where they begin, each once. `beside`: what must share no position with
    /// them, from outside.
    fn spans(&mut self, shape: &Shape, beside: &[&Shape]) -> Result<Vec<Span>, TooMany> {
        let mut spans = match shape {
            Shape::Sequence(sequence) => {
                let tracked = self.may_share(shape, beside);
                self.sequence_spans(sequence, tracked)?
            }
            Shape::Any(parts) => {
                let mut spans = Vec::new();
                for part in parts {
                    spans.append(&mut self.spans(part, beside)?);
                }
                spans
            }
            Shape::Near(near) => {
                let tracked = self.may_share(shape, beside);
                let mut spans: Vec<Span> = Vec::new();
                let mut unsorted = 0;
                self.near(near, beside, |evaluation, a, b| {
                    let (start, end) = (a.start.min(b.start), a.end.max(b.end));
                    spans.push(if tracked {
                        evaluation.union(a, b)
                    } else {
                        Span::whole(start, end)
                    });
                    // Without this the same extents would pile up.
                    if spans.len() - unsorted > 1 << 16 {
                        evaluation.tidy(&mut spans);
                        unsorted = spans.len();
                    }
                    true
                })?;
                spans
            }
        };
        self.tidy(&mut spans);
        Ok(spans)
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
        spans.sort_unstable_by(|&a, &b| {
            (a.start, a.end)
                .cmp(&(b.start, b.end))
                .then_with(|| a.used.1.cmp(&b.used.1))
                .then_with(|| self.positions(a).cmp(self.positions(b)))
        });
        spans.dedup_by(|a, b| {
            (a.start, a.end, a.used.1) == (b.start, b.end, b.used.1)
                && (a.used == b.used || self.positions(*a).eq(self.positions(*b)))
        });
    }

    /// Puts ascending positions into the pool.
    fn keep(&mut self, positions: &[u32]) -> Span {
        let (start, end) = (positions[0], positions[positions.len() - 1]);
        if (end - start) as usize + 1 == positions.len() {
            return Span::whole(start, end);
        }
        let from = self.pool.len() as u32;
        self.pool.extend_from_slice(positions);
        Span {
            start,
            end,
            used: (from, positions.len() as u32),
        }
    }

    fn union(&mut self, a: Span, b: Span) -> Span {
        let mut positions: Vec<u32> = self.positions(a).chain(self.positions(b)).collect();
        positions.sort_unstable();
        self.keep(&positions)
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

    /// Whether a position may belong to a shape and to one of those beside it.
    fn may_share(&self, shape: &Shape, beside: &[&Shape]) -> bool {
        let mut own = Vec::new();
        shape.slots(&mut |slot| own.push(slot));
        let mut shares = false;
        for other in beside {
            other.slots(&mut |slot| {
                let theirs = &self.places.slots[slot];
                shares |= own
                    .iter()
                    .any(|&own| meet(&self.places.slots[own], theirs));
            });
        }
        shares
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
