//! A map by key.

use super::super::entry::Key;
use super::array::{Array, Fixed};
use super::space::Space;
use crate::Result;

/// A map by key, with open addressing and linear probing. Keys are hashes already, and of a kind
/// that nobody can aim, so their first bits say where a search begins; a larger table has the same
/// order, so that growing reads and writes from front to back.
#[derive(Debug)]
pub(in crate::reindex) struct Table<V> {
    slots: Array<Slot<V>>,
    /// The places there are, as a power of two.
    bits: u32,
    /// Keys in it.
    length: u64,
    /// Places that are not free: also those of keys that were removed.
    taken: u64,
}

#[derive(Debug, Clone, Copy)]
struct Slot<V> {
    state: State,
    key: Key,
    value: V,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Removed,
    Full,
}

impl<V: Fixed> Fixed for Slot<V> {
    const SIZE: usize = 17 + V::SIZE;

    fn put(&self, bytes: &mut [u8]) {
        bytes[0] = match self.state {
            State::Free => 0,
            State::Removed => 1,
            State::Full => 2,
        };
        bytes[1..17].copy_from_slice(&self.key.0);
        self.value.put(&mut bytes[17..]);
    }

    fn get(bytes: &[u8]) -> Self {
        Self {
            state: match bytes[0] {
                0 => State::Free,
                1 => State::Removed,
                _ => State::Full,
            },
            key: Key::get(&bytes[1..17]),
            value: V::get(&bytes[17..]),
        }
    }
}

impl Fixed for Key {
    const SIZE: usize = 16;

    fn put(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }

    fn get(bytes: &[u8]) -> Self {
        Self(bytes.first_chunk().copied().unwrap_or_default())
    }
}

/// The size of a small table, as a power of two.
const LEAST_BITS: u32 = 6;

impl<V: Fixed> Table<V> {
    pub(in crate::reindex) fn new(space: &Space) -> Self {
        Self::with_bits(space, LEAST_BITS)
    }

    /// A table in which so many keys find room.
    pub(in crate::reindex) fn with_room(space: &Space, keys: u64) -> Self {
        let mut bits = LEAST_BITS;
        while is_crowded(keys, bits) {
            bits += 1;
        }
        Self::with_bits(space, bits)
    }

    fn with_bits(space: &Space, bits: u32) -> Self {
        let mut slots = Array::new(space);
        slots.extend(1 << bits);
        Self {
            slots,
            bits,
            length: 0,
            taken: 0,
        }
    }

    /// The bytes of a table as large as it is, were all of its pages there.
    pub(in crate::reindex) fn bytes(&self) -> usize {
        Slot::<V>::SIZE << self.bits
    }

    pub(in crate::reindex) fn len(&self) -> u64 {
        self.length
    }

    pub(in crate::reindex) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(in crate::reindex) fn get(&self, key: Key) -> Result<Option<V>> {
        if self.length == 0 {
            return Ok(None);
        }
        let (at, slot) = self.find(key)?;
        Ok(at.and(Some(slot.value)))
    }

    pub(in crate::reindex) fn contains(&self, key: Key) -> Result<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// Gives a key a value, and gives back the one it had.
    pub(in crate::reindex) fn insert(&mut self, key: Key, value: V) -> Result<Option<V>> {
        if is_crowded(self.taken + 1, self.bits) {
            self.grow()?;
        }
        let full = Slot {
            state: State::Full,
            key,
            value,
        };
        let mut reuse = None;
        let mut at = self.home(key);
        loop {
            let slot = self.slots.get(at)?;
            match slot.state {
                State::Full if slot.key == key => {
                    self.slots.set(at, &full)?;
                    return Ok(Some(slot.value));
                }
                State::Full => {}
                State::Removed => {
                    reuse.get_or_insert(at);
                }
                State::Free => {
                    self.taken += u64::from(reuse.is_none());
                    self.length += 1;
                    self.slots.set(reuse.unwrap_or(at), &full)?;
                    return Ok(None);
                }
            }
            at = self.after(at);
        }
    }

    /// Takes a key out, and gives back the value it had.
    pub(in crate::reindex) fn remove(&mut self, key: Key) -> Result<Option<V>> {
        if self.length == 0 {
            return Ok(None);
        }
        let (Some(at), slot) = self.find(key)? else {
            return Ok(None);
        };
        let removed = Slot {
            state: State::Removed,
            ..slot
        };
        self.slots.set(at, &removed)?;
        self.length -= 1;
        Ok(Some(slot.value))
    }

    /// Every key with its value, in the order of keys but for a few that stand further back.
    pub(in crate::reindex) fn iter(&self) -> impl Iterator<Item = Result<(Key, V)>> + '_ {
        self.slots.iter().filter_map(|slot| match slot {
            Ok((_, slot)) if slot.state == State::Full => Some(Ok((slot.key, slot.value))),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }

    /// Where a key is, or where the search for it ended, with what is there.
    fn find(&self, key: Key) -> Result<(Option<u64>, Slot<V>)> {
        let mut at = self.home(key);
        loop {
            let slot = self.slots.get(at)?;
            match slot.state {
                State::Full if slot.key == key => return Ok((Some(at), slot)),
                State::Free => return Ok((None, slot)),
                _ => at = self.after(at),
            }
        }
    }

    fn grow(&mut self) -> Result<()> {
        // Of what is taken, much may have been removed.
        let bits = self.bits + u32::from(is_crowded(self.length * 2, self.bits));
        let mut larger = Self::with_bits(self.slots.space(), bits);
        for entry in self.iter() {
            let (key, value) = entry?;
            larger.insert(key, value)?;
        }
        *self = larger;
        Ok(())
    }

    fn home(&self, key: Key) -> u64 {
        let first = key.0.first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(first) >> (64 - self.bits)
    }

    fn after(&self, at: u64) -> u64 {
        (at + 1) & ((1 << self.bits) - 1)
    }
}

/// Whether so many keys are too many for quick searches.
fn is_crowded(keys: u64, bits: u32) -> bool {
    keys > (1 << bits) / 4 * 3
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_table_does_what_a_map_does() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        let mut table = Table::<u64>::new(&space);
        let mut map = HashMap::new();
        // A simple generator: the steps only have to be many and mixed.
        let mut state = 1_u64;
        for step in 0..60_000_u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let number = (state >> 40) % 20_000;
            let key = Key::of(number.to_le_bytes());
            if step % 5 == 0 {
                assert_eq!(table.remove(key).unwrap(), map.remove(&key));
            } else {
                assert_eq!(table.insert(key, step).unwrap(), map.insert(key, step));
            }
            assert_eq!(table.len(), map.len() as u64);
        }
        assert!(space.has_spilled());
        for number in 0..20_000_u64 {
            let key = Key::of(number.to_le_bytes());
            assert_eq!(table.get(key).unwrap(), map.get(&key).copied());
        }
        let all: HashMap<Key, u64> = table.iter().collect::<Result<_>>().unwrap();
        assert_eq!(all, map);
    }

    #[test]
    fn a_table_with_room_does_not_grow() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 1 << 20);
        let mut table = Table::<()>::with_room(&space, 1_000);
        let bits = table.bits;
        for number in 0..1_000_u32 {
            let key = Key::of(number.to_le_bytes());
            assert!(table.insert(key, ()).unwrap().is_none());
        }
        assert_eq!(table.bits, bits);
    }

    #[test]
    fn keys_that_come_and_go_do_not_make_it_larger() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::<()>::new(&Space::new(folder.path(), 1 << 20));
        for number in 0..10_000_u32 {
            let key = Key::of(number.to_le_bytes());
            table.insert(key, ()).unwrap();
            table.remove(key).unwrap();
        }
        assert!(table.is_empty());
        assert_eq!(table.bits, LEAST_BITS);
    }
}
