//! Blocks that stay decompressed, within a number of bytes: of those that came first, the ones that
//! nobody has read again go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tantivy::directory::OwnedBytes;

/// Blocks of a segment that were read.
#[derive(Debug)]
pub(super) struct KeptBlocks {
    /// How many bytes they may have together; one block is kept whatever it has, for whoever
    /// reads documents in their order.
    most: usize,
    blocks: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    by_number: HashMap<u32, Kept>,
    /// Their numbers, the first that came first.
    order: VecDeque<u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    block: OwnedBytes,
    /// Whether it was read again since it came, or since it was last spared for that.
    is_wanted: bool,
}

impl KeptBlocks {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            blocks: Mutex::default(),
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<OwnedBytes> {
        let mut blocks = self.lock();
        let kept = blocks.by_number.get_mut(&number)?;
        kept.is_wanted = true;
        Some(kept.block.clone())
    }

    pub(super) fn put(&self, number: u32, block: &OwnedBytes) {
        let mut guard = self.lock();
        let blocks = &mut *guard;
        if blocks.by_number.contains_key(&number) {
            return;
        }
        while blocks.bytes + block.len() > self.most {
            let Some(oldest) = blocks.order.pop_front() else {
                break;
            };
            let kept = blocks.by_number.get_mut(&oldest);
            if kept.is_some_and(|kept| std::mem::take(&mut kept.is_wanted)) {
                blocks.order.push_back(oldest);
            } else {
                let removed = blocks.by_number.remove(&oldest);
                blocks.bytes -= removed.map_or(0, |kept| kept.block.len());
            }
        }
        blocks.bytes += block.len();
        blocks.order.push_back(number);
        let kept = Kept {
            block: block.clone(),
            is_wanted: false,
        };
        blocks.by_number.insert(number, kept);
    }

    fn lock(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_again_stays() {
        let kept = KeptBlocks::new(10);
        let put = |number, length| kept.put(number, &OwnedBytes::new(vec![0; length]));
        // Without reading them.
        let numbers = || {
            let mut numbers: Vec<u32> = kept.lock().by_number.keys().copied().collect();
            numbers.sort_unstable();
            numbers
        };
        for (number, length) in [(1, 4), (2, 4), (2, 4), (3, 2)] {
            put(number, length);
        }
        assert_eq!(numbers(), [1, 2, 3]);
        put(4, 1);
        assert_eq!(numbers(), [2, 3, 4], "the first that came");
        assert_eq!(kept.get(2).unwrap().len(), 4);
        assert_eq!(kept.get(1), None);
        put(5, 4);
        assert_eq!(numbers(), [2, 4, 5], "of those that nobody read again");
        put(6, 4);
        assert_eq!(numbers(), [5, 6], "once is not for ever");
        put(7, 99);
        assert_eq!(numbers(), [7], "one that is longer than all may be");
        put(8, 3);
        assert_eq!(numbers(), [8]);
    }
}
