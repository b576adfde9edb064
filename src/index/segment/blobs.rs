//! A file that holds one run of bytes for each document, found by its offset.
//!
//! Layout, all numbers little-endian: the runs; the end of each run as u32, or as u64 where the
//! file needs it; then width (1 byte: 4 or 8), count (u32) and the magic number (4 bytes).

use std::io::{self, Write};

use tantivy::directory::{FileSlice, OwnedBytes};

const MAGIC: [u8; 4] = *b"PMB1";
const TAIL: usize = 1 + 4 + 4;

/// Writes the runs in the order of the documents.
#[derive(Debug)]
pub(crate) struct BlobWriter<W> {
    out: W,
    ends: Vec<u64>,
    position: u64,
}

impl<W: Write> BlobWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            ends: Vec::new(),
            position: 0,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        self.ends.push(self.position);
        Ok(())
    }

    /// Bytes that the whole part will have.
    pub(crate) fn length(&self) -> u64 {
        let width = if self.wide() { 8 } else { 4 };
        self.position + width * self.ends.len() as u64 + TAIL as u64
    }

    fn wide(&self) -> bool {
        self.position > u64::from(u32::MAX)
    }

    /// Writes the offsets and gives the sink back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let count = u32::try_from(self.ends.len()).map_err(io::Error::other)?;
        let wide = self.wide();
        for end in &self.ends {
            if wide {
                self.out.write_all(&end.to_le_bytes())?;
            } else {
                self.out.write_all(&(*end as u32).to_le_bytes())?;
            }
        }
        self.out.write_all(&[if wide { 8 } else { 4 }])?;
        self.out.write_all(&count.to_le_bytes())?;
        self.out.write_all(&MAGIC)?;
        Ok(self.out)
    }
}

impl BlobWriter<Vec<u8>> {
    /// Bytes of memory that it holds.
    pub(crate) fn memory(&self) -> usize {
        self.out.capacity() + self.ends.capacity() * size_of::<u64>()
    }
}

/// Reads a run by the number of its document.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    bytes: OwnedBytes,
    /// Where the offsets begin, which is where the runs end.
    offsets: usize,
    width: usize,
    count: u32,
}

impl Blobs {
    /// Opens a file; an error says what is wrong with it.
    pub(crate) fn open(file: &FileSlice) -> io::Result<Self> {
        let bytes = file.read_bytes()?;
        Self::parse(bytes).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "a file of runs has a damaged tail",
            )
        })
    }

    fn parse(bytes: OwnedBytes) -> Option<Self> {
        let tail_start = bytes.len().checked_sub(TAIL)?;
        let tail = &bytes[tail_start..];
        let width = usize::from(tail[0]);
        let count = u32::from_le_bytes(tail[1..5].try_into().ok()?);
        if tail[5..] != MAGIC || (width != 4 && width != 8) {
            return None;
        }
        let offsets = tail_start.checked_sub(width.checked_mul(count as usize)?)?;
        Some(Self {
            bytes,
            offsets,
            width,
            count,
        })
    }

    /// How many runs there are.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    fn end(&self, document: u32) -> Option<usize> {
        let at = self.offsets + self.width * document as usize;
        let bytes = self.bytes.get(at..at + self.width)?;
        let end = match self.width {
            4 => u64::from(u32::from_le_bytes(bytes.try_into().ok()?)),
            _ => u64::from_le_bytes(bytes.try_into().ok()?),
        };
        usize::try_from(end).ok().filter(|&end| end <= self.offsets)
    }

    /// The run of a document; `None` if there is none or its offsets are damaged.
    pub(crate) fn get(&self, document: u32) -> Option<&[u8]> {
        if document >= self.count {
            return None;
        }
        let start = if document == 0 {
            0
        } else {
            self.end(document - 1)?
        };
        self.bytes.get(start..self.end(document)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(runs: &[&[u8]]) -> Vec<u8> {
        let mut writer = BlobWriter::new(Vec::new());
        for run in runs {
            writer.push(run).unwrap();
        }
        writer.finish().unwrap()
    }

    #[test]
    fn runs_come_back_by_number() {
        let bytes = written(&[b"one", b"", b"three"]);
        let blobs = Blobs::parse(OwnedBytes::new(bytes)).unwrap();
        assert_eq!(blobs.len(), 3);
        assert_eq!(blobs.get(0), Some(&b"one"[..]));
        assert_eq!(blobs.get(1), Some(&b""[..]));
        assert_eq!(blobs.get(2), Some(&b"three"[..]));
        assert_eq!(blobs.get(3), None);
    }

    #[test]
    fn no_damage_is_a_panic() {
        let bytes = written(&[b"one", b"two", b"three"]);
        for cut in 0..bytes.len() {
            if let Some(blobs) = Blobs::parse(OwnedBytes::new(bytes[..cut].to_vec())) {
                assert!(
                    (0..blobs.len().min(10)).all(|d| blobs.get(d).is_none_or(|r| r.len() < 64))
                );
            }
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            if let Some(blobs) = Blobs::parse(OwnedBytes::new(damaged)) {
                assert!((0..4).all(|d| blobs.get(d).is_none_or(|run| run.len() < 64)));
            }
        }
    }
}
