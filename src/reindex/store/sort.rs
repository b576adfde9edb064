//! Sorting more than there is memory for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::log::Log;
use super::space::Space;
use crate::Result;

/// The part of the memory of a space that a sort takes for itself while it gathers.
const SHARE: usize = 4;

/// Takes byte strings in any order and gives them back in byte order.
///
/// What does not fit is sorted in runs, which are merged at the end.
#[derive(Debug)]
pub(in crate::reindex) struct Sorter {
    space: Space,
    /// How many bytes are gathered before they become a run.
    most: usize,
    gathered: Vec<u8>,
    /// Where each byte string ends in what was gathered.
    ends: Vec<u32>,
    /// Whether what was gathered is in order already.
    is_sorted: bool,
    runs: Vec<Log>,
}

impl Sorter {
    pub(in crate::reindex) fn new(space: &Space) -> Self {
        Self {
            most: (space.memory() / SHARE).min(1 << 30),
            space: space.clone(),
            gathered: Vec::new(),
            ends: Vec::new(),
            is_sorted: true,
            runs: Vec::new(),
        }
    }

    pub(in crate::reindex) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let size = self.gathered.len() + bytes.len() + self.ends.len() * 12;
        if size > self.most && !self.ends.is_empty() {
            let run = self.run()?;
            self.runs.push(run);
        }
        if self.is_sorted
            && let Some(last) = self.ends.len().checked_sub(1)
        {
            self.is_sorted = self.slice(last) <= bytes;
        }
        self.gathered.extend_from_slice(bytes);
        self.ends.push(self.gathered.len() as u32);
        Ok(())
    }

    /// Gives every byte string to `f`, in byte order; equal ones in any order.
    pub(in crate::reindex) fn finish(
        mut self,
        mut f: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        if self.runs.is_empty() {
            return self
                .order()
                .into_iter()
                .try_for_each(|at| f(self.slice(at)));
        }
        let run = self.run()?;
        self.runs.push(run);
        // Of every run its next byte string, the number of the run, and where it goes on.
        let mut next = BinaryHeap::new();
        for (number, run) in self.runs.iter().enumerate() {
            advance(&mut next, run, number, 0, Vec::new())?;
        }
        while let Some(Reverse((bytes, number, at))) = next.pop() {
            f(&bytes)?;
            advance(&mut next, &self.runs[number], number, at, bytes)?;
        }
        Ok(())
    }

    /// Writes what was gathered in order.
    fn run(&mut self) -> Result<Log> {
        let mut run = Log::new(&self.space);
        for at in self.order() {
            run.push(self.slice(at))?;
        }
        self.gathered.clear();
        self.ends.clear();
        self.is_sorted = true;
        Ok(run)
    }

    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.ends.len()).collect();
        if !self.is_sorted {
            order.sort_unstable_by(|a, b| self.slice(*a).cmp(self.slice(*b)));
        }
        order
    }

    fn slice(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.gathered[start as usize..self.ends[at] as usize]
    }
}

type Heads = BinaryHeap<Reverse<(Vec<u8>, usize, u64)>>;

fn advance(heads: &mut Heads, run: &Log, number: usize, at: u64, mut bytes: Vec<u8>) -> Result<()> {
    if at < run.end() {
        let at = run.next(at, &mut bytes)?;
        heads.push(Reverse((bytes, number, at)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(memory: usize, texts: &[String]) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), memory);
        let mut sorter = Sorter::new(&space);
        for text in texts {
            sorter.push(text.as_bytes()).unwrap();
        }
        let has_runs = !sorter.runs.is_empty();
        let mut out = Vec::new();
        sorter
            .finish(|bytes| {
                out.push(String::from_utf8(bytes.to_vec()).unwrap());
                Ok(())
            })
            .unwrap();
        (out, has_runs)
    }

    #[test]
    fn everything_comes_back_in_order() {
        let texts: Vec<String> = (0..20_000_u32)
            .map(|number| format!("{:x}", number.wrapping_mul(2_654_435_761)))
            .chain(["twice".to_owned(), "twice".to_owned(), String::new()])
            .collect();
        let mut expected = texts.clone();
        expected.sort();
        let (small, has_runs) = sorted(0, &texts);
        assert!(has_runs);
        assert!(small == expected);
        let (large, has_runs) = sorted(64 << 20, &texts);
        assert!(!has_runs);
        assert!(large == expected);
        assert!(sorted(64 << 20, &expected).0 == expected);
        assert!(sorted(0, &[]).0.is_empty());
    }
}
