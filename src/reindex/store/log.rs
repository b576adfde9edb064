//! Byte strings of any length, one behind the other.

use super::space::{PAGE, Pages, Space};
use crate::Result;

/// Byte strings of any length, each of which can be reached by the place where it begins.
#[derive(Debug)]
pub(in crate::reindex) struct Log {
    pages: Pages,
    end: u64,
}

impl Log {
    pub(in crate::reindex) fn new(space: &Space) -> Self {
        Self {
            pages: Pages::new(space),
            end: 0,
        }
    }

    /// Adds a byte string and says where it begins.
    pub(in crate::reindex) fn push(&mut self, bytes: &[u8]) -> Result<u64> {
        let at = self.end;
        self.write(&(bytes.len() as u32).to_le_bytes())?;
        self.write(bytes)?;
        Ok(at)
    }

    /// The byte string that begins at a place, in the place of what is in `out`.
    pub(in crate::reindex) fn get(&self, at: u64, out: &mut Vec<u8>) -> Result<()> {
        self.next(at, out).map(|_| ())
    }

    /// The byte string that begins at a place, and where the next one begins.
    pub(in crate::reindex) fn next(&self, at: u64, out: &mut Vec<u8>) -> Result<u64> {
        let mut length = [0; 4];
        self.read(at, &mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        out.clear();
        out.resize(length, 0);
        self.read(at + 4, out)?;
        Ok(at + 4 + length as u64)
    }

    /// Where the next byte string will begin.
    pub(in crate::reindex) fn end(&self) -> u64 {
        self.end
    }

    /// Gives every byte string to `f`, in the order in which they were added.
    pub(in crate::reindex) fn each(&self, mut f: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < self.end {
            at = self.next(at, &mut bytes)?;
            f(&bytes)?;
        }
        Ok(())
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let (page, start) = place(self.end);
            let count = bytes.len().min(PAGE - start);
            let (head, rest) = bytes.split_at(count);
            self.pages.write(page, |page| {
                page[start..start + count].copy_from_slice(head);
            })?;
            self.end += count as u64;
            bytes = rest;
        }
        Ok(())
    }

    fn read(&self, mut at: u64, mut out: &mut [u8]) -> Result<()> {
        while !out.is_empty() {
            let (page, start) = place(at);
            let count = out.len().min(PAGE - start);
            let (head, rest) = out.split_at_mut(count);
            self.pages.read(page, |page| {
                head.copy_from_slice(&page[start..start + count]);
            })?;
            at += count as u64;
            out = rest;
        }
        Ok(())
    }
}

fn place(at: u64) -> (usize, usize) {
    ((at / PAGE as u64) as usize, (at % PAGE as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_strings_cross_pages() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        let mut log = Log::new(&space);
        let texts: Vec<Vec<u8>> = (0..400_usize)
            .map(|number| vec![number as u8; number * 37 % 20_000])
            .collect();
        let places: Vec<u64> = texts.iter().map(|it| log.push(it).unwrap()).collect();
        assert!(space.has_spilled());
        let mut bytes = Vec::new();
        for (text, &at) in texts.iter().zip(&places).rev() {
            log.get(at, &mut bytes).unwrap();
            assert_eq!(&bytes, text);
        }
        let mut all = texts.iter();
        log.each(|bytes| {
            assert_eq!(Some(bytes), all.next().map(Vec::as_slice));
            Ok(())
        })
        .unwrap();
        assert!(all.next().is_none());
    }
}
