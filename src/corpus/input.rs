//! What a cutter reads from: a file, or the bytes of a member of one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::budget::Budget;
use super::limits;

/// The bytes of a file, or of a member of a container, from the first to the last.
///
/// It knows where it is, and whatever is read of a file is hashed on the way.
#[derive(Debug)]
pub struct Input {
    source: Source,
    offset: u64,
    given_up: bool,
    budget: Budget,
}

#[derive(Debug)]
enum Source {
    File(BufReader<Hashing>),
    Bytes(Cursor<Shared>),
}

/// Bytes that several can look at.
#[derive(Debug, Clone)]
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Hashes and counts everything that is read through it.
#[derive(Debug)]
pub(super) struct Hashing {
    pub(super) file: File,
    pub(super) hasher: Box<blake3::Hasher>,
    pub(super) length: u64,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.length >= limits::FILE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.file.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.length += count as u64;
        Ok(count)
    }
}

impl Input {
    /// An open file.
    pub(super) fn file(file: File) -> Self {
        let hashing = Hashing {
            file,
            hasher: Box::default(),
            length: 0,
        };
        Self {
            source: Source::File(BufReader::with_capacity(64 << 10, hashing)),
            offset: 0,
            given_up: false,
            budget: Budget::default(),
        }
    }

    /// The bytes of a member, at the cost of the file that it is in.
    pub(super) fn bytes(bytes: Vec<u8>, budget: Budget) -> Self {
        Self {
            source: Source::Bytes(Cursor::new(Shared(Arc::new(bytes)))),
            offset: 0,
            given_up: false,
            budget,
        }
    }

    /// Where the next byte is, counted from the first of the file or member.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Leaves the rest alone: it is not even read to its end.
    pub fn give_up(&mut self) {
        self.given_up = true;
    }

    /// The first bytes, if nothing was consumed yet; they stay where they are.
    pub(super) fn head(&mut self) -> io::Result<&[u8]> {
        let buffer = self.fill_buf()?;
        Ok(&buffer[..buffer.len().min(limits::SNIFF_BYTES)])
    }

    /// The next byte that is no white space of ASCII, which stays where it is.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.fill_buf()?;
            let found = buffer.iter().position(|byte| !byte.is_ascii_whitespace());
            let byte = found.map(|position| buffer[position]);
            let count = found.unwrap_or(buffer.len());
            let end = buffer.is_empty();
            self.consume(count);
            if byte.is_some() || end {
                return Ok(byte);
            }
        }
    }

    /// What is left of what the file may cost.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The same bytes for whoever has to go back and forth; where this input is does not change.
    pub(super) fn seekable(&self) -> io::Result<Seekable> {
        Ok(match &self.source {
            Source::File(input) => Seekable::File {
                file: input.get_ref().file.try_clone()?,
                length: input.get_ref().file.metadata()?.len(),
                at: 0,
            },
            Source::Bytes(input) => Seekable::Bytes(Box::new(Cursor::new(input.get_ref().clone()))),
        })
    }

    /// What was read of the file, whether it was given up, and the hash of it, once the rest was
    /// read; `None` for a member.
    pub(super) fn finish(mut self) -> Option<(Hashing, bool)> {
        let complete = self.given_up || io::copy(&mut self, &mut io::sink()).is_ok();
        match self.source {
            Source::File(input) => Some((input.into_inner(), complete)),
            Source::Bytes(_) => None,
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.source {
            Source::File(input) => input.read(buffer)?,
            Source::Bytes(input) => input.read(buffer)?,
        };
        self.offset += count as u64;
        Ok(count)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.source {
            Source::File(input) => input.fill_buf(),
            Source::Bytes(input) => input.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        match &mut self.source {
            Source::File(input) => input.consume(count),
            Source::Bytes(input) => input.consume(count),
        }
    }
}

/// Bytes in any order. What is read of a file is not hashed.
#[derive(Debug)]
pub(super) enum Seekable {
    File { file: File, length: u64, at: u64 },
    Bytes(Box<dyn Bytes>),
}

/// Something in memory that can be read in any order.
pub(super) trait Bytes: Read + Seek + Send + std::fmt::Debug {}

impl Bytes for Cursor<Shared> {}

impl Read for Seekable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File { file, at, .. } => {
                let count = read_at(file, buffer, *at)?;
                *at += count as u64;
                Ok(count)
            }
            Self::Bytes(bytes) => bytes.read(buffer),
        }
    }
}

/// Reads at a place without moving the one that the file is read from otherwise.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, at);
    #[cfg(windows)]
    {
        use std::os::windows::fs::FileExt;
        // It moves the place, so that has to be put back.
        let mut whole = file;
        let before = whole.stream_position()?;
        let count = file.seek_read(buffer, at)?;
        whole.seek(SeekFrom::Start(before))?;
        Ok(count)
    }
}

impl Seek for Seekable {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File { length, at, .. } => {
                let place = match to {
                    SeekFrom::Start(place) => Some(place),
                    SeekFrom::End(by) => length.checked_add_signed(by),
                    SeekFrom::Current(by) => at.checked_add_signed(by),
                };
                *at = place.ok_or(io::ErrorKind::InvalidInput)?;
                Ok(*at)
            }
            Self::Bytes(bytes) => bytes.seek(to),
        }
    }
}
