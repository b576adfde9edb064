//! A list of items of one size.

use std::marker::PhantomData;

use super::space::{PAGE, Pages, Space};
use crate::Result;

/// Something that can be written to a fixed number of bytes.
pub(in crate::reindex) trait Fixed: Copy {
    /// How many bytes.
    const SIZE: usize;
    /// Writes it to so many bytes.
    fn put(&self, bytes: &mut [u8]);
    /// Reads it from so many bytes.
    fn get(bytes: &[u8]) -> Self;
}

/// A list of items of one size, each of which can be reached by its place.
#[derive(Debug)]
pub(in crate::reindex) struct Array<T> {
    pages: Pages,
    length: u64,
    items: PhantomData<T>,
}

impl<T: Fixed> Array<T> {
    const PER_PAGE: u64 = (PAGE / T::SIZE) as u64;

    pub(in crate::reindex) fn new(space: &Space) -> Self {
        Self {
            pages: Pages::new(space),
            length: 0,
            items: PhantomData,
        }
    }

    pub(super) fn space(&self) -> &Space {
        self.pages.space()
    }

    pub(in crate::reindex) fn len(&self) -> u64 {
        self.length
    }

    pub(in crate::reindex) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Adds an item, and says at which place.
    pub(in crate::reindex) fn push(&mut self, item: &T) -> Result<u64> {
        let at = self.length;
        self.length += 1;
        self.set(at, item)?;
        Ok(at)
    }

    /// Makes the list longer by items of zeros, which cost nothing until they are set; gives the
    /// place of the first.
    pub(in crate::reindex) fn extend(&mut self, count: u64) -> u64 {
        let at = self.length;
        self.length += count;
        at
    }

    /// The item at a place; one that was never set is made of zeros.
    pub(in crate::reindex) fn get(&self, at: u64) -> Result<T> {
        let (page, start) = Self::place(at);
        self.pages
            .read(page, |bytes| T::get(&bytes[start..start + T::SIZE]))
    }

    pub(in crate::reindex) fn set(&mut self, at: u64, item: &T) -> Result<()> {
        let (page, start) = Self::place(at);
        self.pages
            .write(page, |bytes| item.put(&mut bytes[start..start + T::SIZE]))
    }

    /// Every item in order, with its place.
    pub(in crate::reindex) fn iter(&self) -> impl Iterator<Item = Result<(u64, T)>> + '_ {
        self.range(0, self.length)
    }

    /// So many items from a place on.
    pub(in crate::reindex) fn range(
        &self,
        start: u64,
        count: u64,
    ) -> impl Iterator<Item = Result<(u64, T)>> + '_ {
        let end = start + count;
        let mut items: Vec<T> = Vec::new();
        let mut first = start;
        (start..end).map(move |at| {
            // A page at a time: looking it up costs more than what is read of it.
            if at >= first + items.len() as u64 {
                let (page, offset) = Self::place(at);
                let left = Self::PER_PAGE - at % Self::PER_PAGE;
                let wanted = left.min(end - at) as usize;
                first = at;
                items.clear();
                self.pages.read(page, |bytes| {
                    let chunks = bytes[offset..].chunks_exact(T::SIZE);
                    items.extend(chunks.take(wanted).map(T::get));
                })?;
            }
            Ok((at, items[(at - first) as usize]))
        })
    }

    fn place(at: u64) -> (usize, usize) {
        let page = (at / Self::PER_PAGE) as usize;
        (page, (at % Self::PER_PAGE) as usize * T::SIZE)
    }
}

/// A set of numbers.
#[derive(Debug)]
pub(in crate::reindex) struct Bits(Pages);

impl Bits {
    pub(in crate::reindex) fn new(space: &Space) -> Self {
        Self(Pages::new(space))
    }

    pub(in crate::reindex) fn contains(&self, number: u64) -> Result<bool> {
        let (page, byte, bit) = Self::place(number);
        self.0.read(page, |bytes| bytes[byte] & bit != 0)
    }

    /// Puts a number in; `false` if it was there.
    pub(in crate::reindex) fn insert(&mut self, number: u64) -> Result<bool> {
        let (page, byte, bit) = Self::place(number);
        self.0.write(page, |bytes| {
            let is_new = bytes[byte] & bit == 0;
            bytes[byte] |= bit;
            is_new
        })
    }

    fn place(number: u64) -> (usize, usize, u8) {
        let byte = (number / 8) as usize;
        (byte / PAGE, byte % PAGE, 1 << (number % 8))
    }
}

impl Fixed for u32 {
    const SIZE: usize = 4;

    fn put(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0, |it| Self::from_le_bytes(*it))
    }
}

impl Fixed for u64 {
    const SIZE: usize = 8;

    fn put(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0, |it| Self::from_le_bytes(*it))
    }
}

impl Fixed for i64 {
    const SIZE: usize = 8;

    fn put(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Self {
        bytes.first_chunk().map_or(0, |it| Self::from_le_bytes(*it))
    }
}

/// Nothing: what a set of keys keeps of each.
impl Fixed for () {
    const SIZE: usize = 0;

    fn put(&self, _: &mut [u8]) {}

    fn get(_: &[u8]) -> Self {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        let mut array = Array::<u64>::new(&space);
        let count = 100_000;
        for number in 0..count {
            assert_eq!(array.push(&(number * 3)).unwrap(), number);
        }
        assert!(space.has_spilled());
        array.set(70_000, &7).unwrap();
        assert_eq!(array.get(70_000).unwrap(), 7);
        assert_eq!(array.get(12_345).unwrap(), 37_035);
        let all: Vec<(u64, u64)> = array.iter().collect::<Result<_>>().unwrap();
        assert_eq!(all.len() as u64, array.len());
        assert_eq!((all[4], all[70_000]), ((4, 12), (70_000, 7)));
        let some: Vec<_> = array.range(1_020, 10).map(|it| it.unwrap().0).collect();
        assert_eq!(some, (1_020..1_030).collect::<Vec<_>>());
        let first = array.extend(1_000_000);
        assert_eq!((first, array.get(first + 999_999).unwrap()), (count, 0));
    }

    #[test]
    fn bits_are_set_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut bits = Bits::new(&Space::new(folder.path(), 0));
        for number in [0, 7, 8, 65_536, 10_000_000] {
            assert!(!bits.contains(number).unwrap());
            assert!(bits.insert(number).unwrap());
            assert!(!bits.insert(number).unwrap());
            assert!(bits.contains(number).unwrap());
            assert!(!bits.contains(number + 1).unwrap() || number == 7);
        }
    }
}
