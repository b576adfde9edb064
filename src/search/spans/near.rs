//! Pairs of occurrences that are near each other.

use super::{Evaluation, Near, Span, TooMany};
use crate::query::Distance;

/// Where the partners of an occurrence may begin and end.
struct Reach {
    /// The first and last position they may begin at.
    begin: (u32, u32),
    /// The first and last position they may end at.
    end: (u32, u32),
}

impl Evaluation<'_> {
    /// Gives every pair to `visit`, until it returns false. `tracked`: whether the positions that
    /// the two use matter to it. `all`: some pairs are of no use without the others.
    pub(super) fn near(
        &mut self,
        near: &Near,
        tracked: bool,
        all: bool,
        mut visit: impl FnMut(&mut Self, Span, Span) -> Result<bool, TooMany>,
    ) -> Result<(), TooMany> {
        let may_share = self.may_share(&near.left, &near.right);
        let left = self.spans(&near.left, tracked || may_share)?;
        if left.is_empty() {
            return Ok(());
        }
        let right = self.spans(&near.right, tracked || may_share)?;
        let longest = right.iter().map(|b| b.end - b.start).max().unwrap_or(0);
        if all && left.len().saturating_mul(right.len()) > self.steps as usize {
            self.foresee(near, tracked, longest, &left, &right)?;
        }
        for a in left {
            self.step()?;
            let Some(reach) = self.reach(a, near, longest) else {
                continue;
            };
            let first = right.partition_point(|b| b.start < reach.begin.0);
            for &b in &right[first..] {
                if b.start > reach.begin.1 {
                    break;
                }
                self.step()?;
                if b.end < reach.end.0 || b.end > reach.end.1 || may_share && self.share(a, b) {
                    continue;
                }
                if !visit(self, a, b)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Fails if going through the pairs is sure to take more steps than are left, before any is
    /// taken.
    fn foresee(
        &self,
        near: &Near,
        tracked: bool,
        longest: u32,
        left: &[Span],
        right: &[Span],
    ) -> Result<(), TooMany> {
        let mut pairs = 0;
        for &a in left {
            if let Some(reach) = self.reach(a, near, longest) {
                let first = right.partition_point(|b| b.start < reach.begin.0);
                pairs += right[first..].partition_point(|b| b.start <= reach.begin.1);
            }
        }
        let mut steps = left.len() + pairs;
        let are_words = |spans: &[Span]| spans.iter().all(|span| span.start == span.end);
        if tracked && are_words(left) && are_words(right) {
            // Two words are kept at two steps, but for neighbours on both sides and itself.
            steps += 2 * pairs.saturating_sub(3 * left.len());
        }
        if steps > self.steps as usize {
            return Err(TooMany);
        }
        Ok(())
    }

    /// `longest`: how far the longest partner reaches.
    fn reach(&self, a: Span, near: &Near, longest: u32) -> Option<Reach> {
        let starts = match near.within {
            Distance::Words(words) => {
                let last = a.end.saturating_add(words);
                let first = a.start.saturating_sub(words);
                return Some(if near.ordered {
                    Reach {
                        begin: (a.end.saturating_add(1), last),
                        end: (0, u32::MAX),
                    }
                } else {
                    Reach {
                        begin: (first.saturating_sub(longest), last),
                        end: (first, u32::MAX),
                    }
                });
            }
            Distance::Sentence => self.places.sentences,
            Distance::Paragraph => self.places.paragraphs,
        };
        let next = starts.partition_point(|&start| start <= a.start);
        let first = next.checked_sub(1).map_or(0, |before| starts[before]);
        let last = starts.get(next).map_or(u32::MAX, |&start| start - 1);
        let begin = if near.ordered {
            a.end.saturating_add(1)
        } else {
            first
        };
        (a.end <= last).then_some(Reach {
            begin: (begin, last),
            end: (0, last),
        })
    }
}
