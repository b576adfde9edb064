//! A file that holds one run of bytes for each document, found by its offset.
//!
//! Layout, all numbers little-endian: the runs; the end of each run as u32, or as u64 where the
//! file needs it; then width (1 byte: 4 or 8), count (u32) and the magic number (4 bytes).

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::HasLen;
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

/// Runs that are read one by one before all of them are.
const FEW: usize = 24;

/// Reads a run by the number of its document.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    bytes: Arc<Bytes>,
    /// Where the offsets begin, which is where the runs end.
    offsets: usize,
    width: usize,
    count: u32,
}

/// What a file has of runs.
#[derive(Debug)]
struct Bytes {
    file: FileSlice,
    /// All of it.
    whole: OnceLock<OwnedBytes>,
    /// Runs that were read by themselves, and how many were to be.
    few: [OnceLock<OwnedBytes>; FEW],
    asked: AtomicUsize,
}

impl Blobs {
    /// Opens a file of which few runs may be [read](Self::read); an error says what is wrong with it.
    pub(crate) fn open_few(file: &FileSlice) -> io::Result<Self> {
        let tail = file.len().checked_sub(TAIL);
        let tail = tail.map(|tail| file.slice_from(tail).read_bytes());
        let tail = tail.transpose()?.unwrap_or_else(OwnedBytes::empty);
        Self::parse(file, &tail).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "a file of runs has a damaged tail",
            )
        })
    }

    /// Opens a file of which many runs are read.
    pub(crate) fn open(file: &FileSlice) -> io::Result<Self> {
        let opened = Self::open_few(file)?;
        opened.open_all()?;
        Ok(opened)
    }

    /// Makes ready to [get](Self::get) any run.
    pub(crate) fn open_all(&self) -> io::Result<()> {
        self.bytes.whole()?;
        Ok(())
    }

    fn parse(file: &FileSlice, tail: &[u8]) -> Option<Self> {
        let tail_start = file.len().checked_sub(TAIL)?;
        let width = usize::from(*tail.first()?);
        let count = u32::from_le_bytes(tail.get(1..5)?.try_into().ok()?);
        if tail[5..] != MAGIC || (width != 4 && width != 8) {
            return None;
        }
        let offsets = tail_start.checked_sub(width.checked_mul(count as usize)?)?;
        Some(Self {
            bytes: Arc::new(Bytes {
                file: file.clone(),
                whole: OnceLock::new(),
                few: [const { OnceLock::new() }; FEW],
                asked: AtomicUsize::new(0),
            }),
            offsets,
            width,
            count,
        })
    }

    /// How many runs there are.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// The run of a document; `None` if there is none or its offsets are damaged. All of them are
    /// [open](Self::open_all).
    pub(crate) fn get(&self, document: u32) -> Option<&[u8]> {
        let whole = self.bytes.whole.get();
        debug_assert!(whole.is_some(), "what the disk says is told before");
        self.within(document, whole?)
    }

    /// The same, whether all of them are open or not.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn read(&self, document: u32) -> io::Result<Option<&[u8]>> {
        if document >= self.count {
            return Ok(None);
        }
        if self.bytes.whole.get().is_none()
            && let Some(run) = self.bytes.few.get(self.bytes.next())
        {
            let file = &self.bytes.file;
            let ends = file.read_bytes_slice(self.ends(document))?;
            let Some(range) = self.range(document, &ends) else {
                return Ok(None);
            };
            let read = file.read_bytes_slice(range)?;
            return Ok(Some(run.get_or_init(|| read).as_slice()));
        }
        Ok(self.within(document, self.bytes.whole()?))
    }

    fn within<'a>(&self, document: u32, whole: &'a OwnedBytes) -> Option<&'a [u8]> {
        if document >= self.count {
            return None;
        }
        let range = self.range(document, whole.get(self.ends(document))?)?;
        whole.get(range)
    }

    /// Where it stands where a run ends, behind where the one before it does.
    fn ends(&self, document: u32) -> Range<usize> {
        let first = self.offsets + self.width * document.saturating_sub(1) as usize;
        first..self.offsets + self.width * (document as usize + 1)
    }

    /// Where the run of a document stands. `ends`: that before it, if there is one, and its own.
    fn range(&self, document: u32, ends: &[u8]) -> Option<Range<usize>> {
        let end_at = |at: usize| {
            let bytes = ends.get(at..at + self.width)?;
            let end = match self.width {
                4 => u64::from(u32::from_le_bytes(bytes.try_into().ok()?)),
                _ => u64::from_le_bytes(bytes.try_into().ok()?),
            };
            usize::try_from(end).ok().filter(|&end| end <= self.offsets)
        };
        let (start, end) = match document {
            0 => (0, end_at(0)?),
            _ => (end_at(0)?, end_at(self.width)?),
        };
        (start <= end).then_some(start..end)
    }
}

impl Bytes {
    /// The number of the run that is to be read next.
    fn next(&self) -> usize {
        let more = |asked: usize| (asked < FEW).then_some(asked + 1);
        let (before, after) = (Ordering::Relaxed, Ordering::Relaxed);
        self.asked.fetch_update(before, after, more).unwrap_or(FEW)
    }

    /// All of it.
    fn whole(&self) -> io::Result<&OwnedBytes> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let whole = self.file.read_bytes()?;
        Ok(self.whole.get_or_init(|| whole))
    }
}

#[cfg(test)]
mod tests {
    use tantivy::directory::FileHandle;

    use super::*;

    fn written(runs: &[&[u8]]) -> Vec<u8> {
        let mut writer = BlobWriter::new(Vec::new());
        for run in runs {
            writer.push(run).unwrap();
        }
        writer.finish().unwrap()
    }

    /// The runs, to be read one by one and all at once.
    fn opened(bytes: Vec<u8>) -> Option<[Blobs; 2]> {
        let file = FileSlice::from(bytes);
        Some([Blobs::open_few(&file).ok()?, Blobs::open(&file).ok()?])
    }

    #[test]
    fn runs_come_back_by_number() {
        let bytes = written(&[b"one", b"", b"three"]);
        for blobs in opened(bytes).unwrap() {
            assert_eq!(blobs.len(), 3);
            for _ in 0..FEW {
                assert_eq!(blobs.read(0).unwrap(), Some(&b"one"[..]));
                assert_eq!(blobs.read(1).unwrap(), Some(&b""[..]));
                assert_eq!(blobs.read(2).unwrap(), Some(&b"three"[..]));
                assert_eq!(blobs.read(3).unwrap(), None);
            }
            assert_eq!(blobs.get(2), Some(&b"three"[..]));
            assert_eq!(blobs.get(3), None);
        }
    }

    #[test]
    fn no_damage_is_a_panic() {
        let bytes = written(&[b"one", b"two", b"three"]);
        for cut in 0..bytes.len() {
            for blobs in opened(bytes[..cut].to_vec()).into_iter().flatten() {
                assert!(
                    (0..blobs.len().min(10))
                        .all(|d| blobs.read(d).unwrap().is_none_or(|r| r.len() < 64))
                );
            }
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            for blobs in opened(damaged).into_iter().flatten() {
                assert!((0..4).all(|d| blobs.read(d).unwrap().is_none_or(|run| run.len() < 64)));
            }
        }
    }

    /// A file of which only the end can be read.
    #[derive(Debug)]
    struct Broken(Vec<u8>);

    impl HasLen for Broken {
        fn len(&self) -> usize {
            self.0.len()
        }
    }

    impl FileHandle for Broken {
        fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
            if range.start < self.0.len() - TAIL {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            Ok(OwnedBytes::new(self.0[range].to_vec()))
        }
    }

    #[test]
    fn what_the_disk_says_is_told() {
        let file = FileSlice::new(Arc::new(Broken(written(&[b"one", b"two"]))));
        let kind = |error: io::Error| error.kind();
        let refused = Err(io::ErrorKind::PermissionDenied);
        assert_eq!(Blobs::open(&file).map(|_| ()).map_err(kind), refused);
        let few = Blobs::open_few(&file).unwrap();
        for _ in 0..2 * FEW {
            assert_eq!(few.read(1).map(|_| ()).map_err(kind), refused);
        }
    }
}
