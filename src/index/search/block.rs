//! Documents as a pass sees them: up to 64 at a time, and a bit for each.

use std::ops::Range;

use tantivy::BitSet;

use super::predicate::SegmentSet;

/// Documents of a block.
pub(in crate::index) const BLOCK: usize = 64;

/// Documents of a segment in ascending order, at most [`BLOCK`] of them.
#[derive(Debug, Clone, Copy)]
pub(in crate::index) struct Block<'a> {
    docs: &'a [u32],
    full: u64,
    is_run: bool,
}

impl<'a> Block<'a> {
    pub(in crate::index) fn new(docs: &'a [u32]) -> Self {
        let full = match docs.len() {
            0 => 0,
            length => u64::MAX >> (BLOCK - length.min(BLOCK)),
        };
        let is_run = match (docs.first(), docs.last()) {
            (Some(first), Some(last)) => (last - first) as usize == docs.len() - 1,
            _ => false,
        };
        Self { docs, full, is_run }
    }

    pub(in crate::index) fn docs(self) -> &'a [u32] {
        self.docs
    }

    /// A bit for every document.
    pub(in crate::index) fn full(self) -> u64 {
        self.full
    }

    /// The documents as a range, if there is no gap between them.
    pub(in crate::index) fn run(self) -> Option<Range<u32>> {
        let first = *self.docs.first()?;
        self.is_run.then(|| first..first + self.docs.len() as u32)
    }

    /// The documents whose bits are set, in order.
    pub(in crate::index) fn chosen(self, mask: u64) -> impl Iterator<Item = u32> + use<'a> {
        self.placed(mask).map(|(_, doc)| doc)
    }

    /// The documents whose bits are set, in order, with their places in the block.
    pub(in crate::index) fn placed(
        self,
        mask: u64,
    ) -> impl Iterator<Item = (usize, u32)> + use<'a> {
        let mut left = mask & self.full;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let at = left.trailing_zeros() as usize;
            left &= left - 1;
            Some((at, *self.docs.get(at)?))
        })
    }

    /// A bit for each document that belongs to a set.
    pub(in crate::index) fn mask(self, set: &SegmentSet) -> u64 {
        let each = |contains: &dyn Fn(u32) -> bool| {
            let docs = self.docs.iter().enumerate();
            docs.fold(0, |mask, (at, &doc)| mask | u64::from(contains(doc)) << at)
        };
        match (set, self.run()) {
            (SegmentSet::None, _) => 0,
            (SegmentSet::Docs(docs), Some(run)) => bits_from(docs, run.start) & self.full,
            (SegmentSet::Docs(docs), None) => {
                let at = self.docs.iter().enumerate();
                at.fold(0, |mask, (at, &doc)| {
                    mask | u64::from(docs.contains(doc)) << at
                })
            }
            (SegmentSet::Test(test), _) => each(test),
        }
    }
}

/// The bits of the 64 documents that begin with `first`.
fn bits_from(docs: &BitSet, first: u32) -> u64 {
    let word = |number: u32| {
        if u64::from(number) * 64 < u64::from(docs.max_value()) {
            u64::from_le_bytes(docs.tinyset(number).into_bytes())
        } else {
            0
        }
    };
    let (number, shift) = (first / 64, first % 64);
    match shift {
        0 => word(number),
        _ => word(number) >> shift | word(number + 1) << (64 - shift),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_runs_and_of_documents_with_gaps() {
        let mut even = BitSet::with_max_value(150);
        for doc in (0..150).step_by(2) {
            even.insert(doc);
        }
        let even = SegmentSet::Docs(even);
        let test = SegmentSet::Test(Box::new(|doc| doc % 2 == 0));
        let with_gaps = |first: u32| (first..).step_by(3).take(40).collect::<Vec<u32>>();
        let cases = [
            (0..64).collect::<Vec<u32>>(),
            (63..127).collect(),
            (100..150).collect(),
            (149..150).collect(),
            with_gaps(0),
            with_gaps(7),
        ];
        for docs in cases {
            let block = Block::new(&docs);
            let is_run = docs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
            assert_eq!(block.run().is_some(), is_run, "{docs:?}");
            assert_eq!(block.mask(&even), block.mask(&test), "{docs:?}");
            let chosen: Vec<u32> = block.chosen(block.mask(&even)).collect();
            let expected: Vec<u32> = docs.iter().copied().filter(|doc| doc % 2 == 0).collect();
            assert_eq!(chosen, expected);
            assert_eq!(block.full().count_ones() as usize, docs.len());
        }
        assert_eq!(Block::new(&[]).full(), 0);
        assert!(Block::new(&[]).run().is_none());
    }
}
