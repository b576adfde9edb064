//! Which of several demands each document fails: from that, the documents of every combination of
//! them are known at once.

use tantivy::query::Weight;
use tantivy::{DocAddress, TERMINATED};

use super::collect::Wanted;
use super::predicate::{SegmentSet, SetQuery};
use super::views::SegmentView;
use crate::Result;
use crate::search::Control;

/// The most demands that are told apart.
pub(in crate::index) const MOST: usize = 12;
/// Documents remembered that fail one demand alone.
const MOST_LONELY: usize = 100_000;
/// Blocks of 64 documents between two looks at the clock.
const PATIENCE: usize = 1_024;

/// Something a hit must satisfy.
pub(in crate::index) enum Demand {
    Weight(Box<dyn Weight>),
    Set(SetQuery, Wanted),
    All(Vec<Self>),
}

/// Demands as a set of bits, from the first upwards.
pub(in crate::index) type Bits = usize;

/// How many documents fail which demands.
pub(in crate::index) struct Failing {
    /// By the demands they fail.
    documents: Vec<u64>,
    /// For each demand, documents that fail nothing else.
    pub(in crate::index) lonely: Vec<Vec<DocAddress>>,
}

impl Failing {
    /// Puts at most [`MOST`] demands to every live document.
    pub(in crate::index) fn of(
        views: &[SegmentView],
        demands: &[Demand],
        control: &Control,
    ) -> Result<Self> {
        let demands = &demands[..demands.len().min(MOST)];
        let mut failing = Self {
            documents: vec![0; 1 << demands.len()],
            lonely: vec![Vec::new(); demands.len()],
        };
        for (segment, view) in views.iter().enumerate() {
            failing.add(segment as u32, view, demands, control)?;
        }
        Ok(failing)
    }

    fn add(
        &mut self,
        segment: u32,
        view: &SegmentView,
        demands: &[Demand],
        control: &Control,
    ) -> Result<()> {
        let documents = view.reader.max_doc();
        let mut satisfied = Vec::with_capacity(demands.len());
        for demand in demands {
            control.check()?;
            satisfied.push(demand.satisfied(view)?);
        }
        let alive = view.reader.alive_bitset();
        for block in 0..documents.div_ceil(64) {
            if (block as usize).is_multiple_of(PATIENCE) {
                control.check()?;
            }
            for doc in (64 * block)..documents.min(64 * block + 64) {
                if alive.is_some_and(|alive| alive.is_deleted(doc)) {
                    continue;
                }
                let fails = |(bit, docs): (usize, &Vec<u64>)| -> Bits {
                    usize::from(docs[block as usize] >> (doc % 64) & 1 == 0) << bit
                };
                let failed: Bits = satisfied.iter().enumerate().map(fails).sum();
                self.documents[failed] += 1;
                if failed.is_power_of_two() {
                    let lonely = &mut self.lonely[failed.trailing_zeros() as usize];
                    if lonely.len() < MOST_LONELY {
                        lonely.push(DocAddress::new(segment, doc));
                    }
                }
            }
        }
        Ok(())
    }

    /// Documents that satisfy all of these demands, whatever they do to the others.
    pub(in crate::index) fn satisfying(&self, demands: Bits) -> u64 {
        let all = self.documents.iter().enumerate();
        all.filter(|(failed, _)| failed & demands == 0)
            .map(|(_, documents)| documents)
            .sum()
    }

    /// The smallest combination of demands that no document satisfies; one that is minimal, if it
    /// takes more than three. `None` if some document satisfies them all.
    pub(in crate::index) fn conflict(&self) -> Option<Bits> {
        let count = self.lonely.len();
        let all = (1 << count) - 1;
        if self.satisfying(all) > 0 {
            return None;
        }
        let singles = (0..count).map(|a| 1 << a);
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| 1 << a | 1 << b));
        let triples = (0..count).flat_map(|a| {
            let rest = (a + 1..count).flat_map(move |b| (b + 1..count).map(move |c| (b, c)));
            rest.map(move |(b, c)| 1 << a | 1 << b | 1 << c)
        });
        let mut small = singles.chain(pairs).chain(triples);
        if let Some(conflict) = small.find(|&demands| self.satisfying(demands) == 0) {
            return Some(conflict);
        }
        Some((0..count).fold(all, |conflict, demand| {
            let without = conflict & !(1 << demand);
            if self.satisfying(without) == 0 {
                without
            } else {
                conflict
            }
        }))
    }

    /// The smallest combinations of demands without which there would be hits, each with those
    /// hits, fewest demands first, then most hits. None of them contains another.
    pub(in crate::index) fn smallest_to_drop(&self) -> Vec<(Bits, u64)> {
        let failed = self.documents.iter().enumerate();
        let mut found: Vec<Bits> = failed
            .filter(|(_, documents)| **documents > 0)
            .map(|(failed, _)| failed)
            .collect();
        found.sort_by_key(|failed| (failed.count_ones(), *failed));
        let mut smallest: Vec<Bits> = Vec::new();
        for failed in found {
            if smallest.iter().all(|smaller| smaller & failed != *smaller) {
                smallest.push(failed);
            }
        }
        let all = (1 << self.lonely.len()) - 1;
        let mut smallest: Vec<(Bits, u64)> = smallest
            .into_iter()
            .map(|dropped| (dropped, self.satisfying(all & !dropped)))
            .collect();
        smallest.sort_by_key(|(dropped, hits)| {
            (dropped.count_ones(), std::cmp::Reverse(*hits), *dropped)
        });
        smallest
    }
}

impl Demand {
    /// The documents of a segment that satisfy it, deleted ones among them, 64 in a number.
    fn satisfied(&self, view: &SegmentView) -> Result<Vec<u64>> {
        let reader = &view.reader;
        let mut docs = vec![0u64; reader.max_doc().div_ceil(64) as usize];
        match self {
            Self::Weight(weight) => {
                let mut scorer = weight.scorer(reader, 1.0)?;
                let mut doc = scorer.doc();
                while doc != TERMINATED {
                    docs[doc as usize / 64] |= 1 << (doc % 64);
                    doc = scorer.advance();
                }
            }
            Self::Set(set, wanted) => {
                let set: SegmentSet = (set.0)(reader)?;
                for doc in 0..reader.max_doc() {
                    if set.contains(doc) == (*wanted == Wanted::In) {
                        docs[doc as usize / 64] |= 1 << (doc % 64);
                    }
                }
            }
            Self::All(demands) => {
                docs.fill(u64::MAX);
                for demand in demands {
                    for (docs, satisfied) in docs.iter_mut().zip(demand.satisfied(view)?) {
                        *docs &= satisfied;
                    }
                }
            }
        }
        Ok(docs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents by the demands they fail.
    fn failing(demands: usize, documents: &[(Bits, u64)]) -> Failing {
        let mut failing = Failing {
            documents: vec![0; 1 << demands],
            lonely: vec![Vec::new(); demands],
        };
        for &(failed, count) in documents {
            failing.documents[failed] += count;
        }
        failing
    }

    #[test]
    fn the_smallest_conflict_is_found() {
        for (demands, documents, expected) in [
            (2, &[(0b00, 1)][..], None),
            (2, &[(0b01, 3)], Some(0b01)),
            (3, &[(0b001, 3), (0b010, 2)], Some(0b011)),
            (3, &[(0b001, 3), (0b010, 2), (0b100, 1)], Some(0b111)),
            (
                4,
                &[(0b0001, 1), (0b0010, 1), (0b0100, 1), (0b1000, 1)],
                Some(0b1111),
            ),
            (2, &[], Some(0b01)),
        ] {
            assert_eq!(
                failing(demands, documents).conflict(),
                expected,
                "{documents:?}"
            );
        }
    }

    #[test]
    fn what_is_smallest_to_drop_contains_nothing_smaller() {
        let failing = failing(3, &[(0b001, 3), (0b011, 4), (0b110, 2), (0b111, 9)]);
        assert_eq!(failing.smallest_to_drop(), [(0b001, 3), (0b110, 2)]);
        assert_eq!(failing.satisfying(0b100), 7);
    }
}
