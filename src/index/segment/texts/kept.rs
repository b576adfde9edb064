//! Blocks that stay decompressed: the last ones that were read, within a number of bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tantivy::directory::OwnedBytes;

/// The last blocks that were read of a segment.
#[derive(Debug)]
pub(super) struct KeptBlocks {
    /// How many bytes they may have together; one block is kept whatever it has, for whoever
    /// reads documents in their order.
    most: usize,
    blocks: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    by_number: HashMap<u32, OwnedBytes>,
    /// Their numbers, the first that came first.
    order: VecDeque<u32>,
    bytes: usize,
}

impl KeptBlocks {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            blocks: Mutex::default(),
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<OwnedBytes> {
        let blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.by_number.get(&number).cloned()
    }

    pub(super) fn put(&self, number: u32, block: &OwnedBytes) {
        let mut guard = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let blocks = &mut *guard;
        if blocks.by_number.contains_key(&number) {
            return;
        }
        while blocks.bytes + block.len() > self.most {
            let Some(oldest) = blocks.order.pop_front() else {
                break;
            };
            let removed = blocks.by_number.remove(&oldest);
            blocks.bytes -= removed.map_or(0, |block| block.len());
        }
        blocks.bytes += block.len();
        blocks.order.push_back(number);
        blocks.by_number.insert(number, block.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_last_stays() {
        let kept = KeptBlocks::new(10);
        for (number, length) in [(1, 4), (2, 4), (2, 4), (3, 2)] {
            kept.put(number, &OwnedBytes::new(vec![0; length]));
        }
        let numbers = |kept: &KeptBlocks| -> Vec<u32> {
            (0..9)
                .filter(|&number| kept.get(number).is_some())
                .collect()
        };
        assert_eq!(numbers(&kept), [1, 2, 3]);
        kept.put(4, &OwnedBytes::new(vec![0; 1]));
        assert_eq!(numbers(&kept), [2, 3, 4]);
        kept.put(5, &OwnedBytes::new(vec![0; 99]));
        assert_eq!(numbers(&kept), [5], "one that is longer than all may be");
        kept.put(6, &OwnedBytes::new(vec![0; 3]));
        assert_eq!(numbers(&kept), [6]);
    }
}
