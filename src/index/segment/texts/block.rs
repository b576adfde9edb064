//! Some documents' texts, one behind the other, before they are compressed.
//!
//! A block: how many runs it has, the length of each, and the runs. A run: the length of the
//! metadata, the metadata, the body. Numbers are written in groups of 7 bits.

use std::ops::Range;

use crate::index::generation::DAMAGE_HINT;
use crate::index::segment::bytes::{Reader, put_varint};
use crate::{Error, ErrorKind, Result};

/// Where a run lies in a block of so many; `None` if the block has others, or is damaged.
pub(super) fn place(block: &[u8], runs: u32, run: u32) -> Option<Range<usize>> {
    let mut reader = Reader::new(block);
    let count = reader.varint()?;
    if count != u64::from(runs) || run >= runs {
        return None;
    }
    let (mut before, mut length, mut all) = (0u64, 0, 0u64);
    for number in 0..count {
        let next = reader.varint()?;
        if number == u64::from(run) {
            (before, length) = (all, next);
        }
        all = all.checked_add(next)?;
    }
    // The runs are the rest of the block, neither less nor more.
    let rest = reader.rest();
    if all != rest as u64 {
        return None;
    }
    let start = block.len() - rest + before as usize;
    Some(start..start + length as usize)
}

/// Appends the beginning of a block whose runs have these lengths.
pub(super) fn put_beginning(out: &mut Vec<u8>, lengths: &[usize]) {
    put_varint(out, lengths.len() as u64);
    for &length in lengths {
        put_varint(out, length as u64);
    }
}

/// The two texts that are stored of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Texts<'a> {
    /// What offsets speak of.
    pub(crate) body: &'a str,
    /// The metadata, as [`SourceRecord`](crate::index::stored::SourceRecord) writes them.
    pub(crate) source: &'a str,
}

impl<'a> Texts<'a> {
    /// Finds the texts in the run of a document.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if it is none.
    pub(crate) fn of(run: &'a [u8]) -> Result<Self> {
        let mut reader = Reader::new(run);
        let texts = reader.str().and_then(|source| {
            let body = std::str::from_utf8(&run[run.len() - reader.rest()..]).ok()?;
            Some(Self { body, source })
        });
        texts.ok_or_else(damaged)
    }
}

/// That what is stored of a document cannot be read.
pub(super) fn damaged() -> Error {
    Error::new(
        ErrorKind::Damaged,
        "the stored text of a document is damaged",
    )
    .with_hint(DAMAGE_HINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_lies_where_it_was_put() {
        for lengths in [vec![], vec![0], vec![3, 0, 200], vec![1; 300]] {
            let mut block = Vec::new();
            put_beginning(&mut block, &lengths);
            let (beginning, count) = (block.len(), lengths.len() as u32);
            block.resize(beginning + lengths.iter().sum::<usize>(), 0);
            let mut start = beginning;
            for (run, length) in lengths.iter().enumerate() {
                assert_eq!(
                    place(&block, count, run as u32),
                    Some(start..start + length)
                );
                assert_eq!(place(&block, count + 1, run as u32), None, "other runs");
                start += length;
            }
            assert_eq!(place(&block, count, count), None);
            if let Some(last) = count.checked_sub(1) {
                block.push(0);
                assert_eq!(place(&block, count, last), None, "more than its runs");
            }
        }
    }

    #[test]
    fn damaged_bytes_are_refused_whatever_they_say() {
        let mut block = Vec::new();
        put_beginning(&mut block, &[2, 3]);
        block.extend(b"\x01abcd");
        for at in 0..block.len() {
            for bit in 0..8 {
                let mut damaged = block.clone();
                damaged[at] ^= 1 << bit;
                let whole = (0..4).filter_map(|run| place(&damaged, 2, run));
                assert!(whole.into_iter().all(|place| place.end <= damaged.len()));
            }
            assert_eq!(place(&block[..at], 2, 1), None, "{at} bytes");
        }
        // More runs, and longer ones, than can be counted.
        let mut many = vec![0xff; 9];
        many.push(1);
        assert_eq!(place(&many, u32::MAX, 0), None);
        let mut long = vec![2];
        for _ in 0..2 {
            long.extend([0xff; 9]);
            long.push(1);
        }
        assert_eq!(place(&long, 2, 1), None);

        let texts = Texts::of(b"\x02{}Grain").unwrap();
        assert_eq!((texts.source, texts.body), ("{}", "Grain"));
        for run in [&b""[..], b"\x09{}Grain", b"\x02{\xffGrain", b"\x02{}Gr\xe9"] {
            assert_eq!(Texts::of(run).unwrap_err().kind(), ErrorKind::Damaged);
        }
    }
}
