//! Entries by their names, in as few pages of memory as that takes.

use std::hash::BuildHasher;

use super::NO_ENTRY;
use super::tallied::Tallied;
use crate::index::search::global::ByPrefix;
use crate::index::segment::nodes::NodeHash;

/// The numbers of entries by their names. The names themselves stay in the tables of the segments.
#[derive(Default)]
pub(super) struct Names {
    seed: ByPrefix,
    /// The entry whose name leads here, or one that found its own place taken; at least half of
    /// them are [`NO_ENTRY`].
    slots: Vec<u32>,
    /// The entries before this one are in there.
    known: u32,
}

impl Names {
    /// Takes in the entries that came since it last did. No two have the same name, but in a damaged
    /// table: of those the last is found, as if each had replaced the one before.
    pub(super) fn learn(&mut self, tallied: &Tallied) {
        let all = tallied.entries.len();
        if 2 * all > self.slots.len() {
            self.slots = vec![NO_ENTRY; (2 * all).next_power_of_two()];
            self.known = 0;
        }
        for entry in self.known..all as u32 {
            let name = tallied.name(entry);
            let mut slot = self.first_slot(&name);
            while self.slots[slot] != NO_ENTRY && tallied.name(self.slots[slot]) != name {
                slot = self.next_slot(slot);
            }
            self.slots[slot] = entry;
        }
        self.known = all as u32;
    }

    /// The entry of this name, among those that were learned.
    pub(super) fn find(&self, name: &NodeHash, tallied: &Tallied) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.first_slot(name);
        loop {
            match self.slots[slot] {
                NO_ENTRY => return None,
                entry if tallied.name(entry) == *name => return Some(entry),
                _ => slot = self.next_slot(slot),
            }
        }
    }

    fn first_slot(&self, name: &NodeHash) -> usize {
        self.seed.hash_one(name) as usize & (self.slots.len() - 1)
    }

    fn next_slot(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }
}
