//! What a cutter reads from: a file, or the bytes of a member of one.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::budget::{Budget, Gap};
use super::cut::Content;
use super::limits;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;

/// The bytes of a file, or of a member of a container, from the first to the last.
///
/// It knows where it is, and whatever is read of a file is hashed on the way.
#[derive(Debug)]
pub struct Input {
    source: Source,
    name: String,
    offset: u64,
    given_up: bool,
    budget: Budget,
    gap: Option<Gap>,
}

enum Source {
    File(BufReader<Hashing>),
    Bytes(Cursor<Shared>),
    Stream(BufReader<Box<dyn Read + Send>>),
    /// What is left of a part of another input.
    Section(Box<Input>, u64),
    /// What was such a part, in memory.
    Copied(Box<Input>, Cursor<Shared>),
    /// Its place is taken by a part of it.
    Lent,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "a file",
            Self::Bytes(_) => "bytes",
            Self::Stream(_) => "a stream",
            Self::Section(..) | Self::Copied(..) => "a section",
            Self::Lent => "lent",
        })
    }
}

/// Bytes that several can look at.
#[derive(Debug, Clone)]
pub(in crate::corpus) struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Shared {
    fn cursor(bytes: Vec<u8>) -> Cursor<Self> {
        Cursor::new(Self(Arc::new(bytes)))
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
    pub(super) fn file(name: &str, file: File) -> Self {
        let hashing = Hashing {
            file,
            hasher: Box::default(),
            length: 0,
        };
        let source = Source::File(BufReader::with_capacity(BUFFER, hashing));
        Self::new(source, name, Budget::default())
    }

    /// Bytes in the place of a file.
    #[cfg(any(test, fuzzing))]
    pub(super) fn bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::new(
            Source::Bytes(Shared::cursor(bytes)),
            name,
            Budget::default(),
        )
    }

    /// A member of what this is, at the cost of the file that it is in. A section takes its place
    /// until it is given [`back`](Self::back).
    pub(super) fn member(&mut self, name: &str, content: Content) -> Self {
        let budget = self.budget.clone();
        let source = match content {
            Content::Bytes(bytes) => Source::Bytes(Shared::cursor(bytes)),
            Content::Stream(stream) => Source::Stream(BufReader::with_capacity(BUFFER, stream)),
            Content::Section(length) => {
                let lent = Self::new(Source::Lent, &self.name, budget.clone());
                Source::Section(Box::new(std::mem::replace(self, lent)), length)
            }
        };
        Self::new(source, name, budget)
    }

    fn new(source: Source, name: &str, budget: Budget) -> Self {
        Self {
            source,
            name: name.to_owned(),
            offset: 0,
            given_up: false,
            budget,
            gap: None,
        }
    }

    /// Says how to go on behind what is damaged.
    pub(super) fn with_gap(mut self, gap: Option<Gap>) -> Self {
        self.gap = gap;
        self
    }

    /// Goes on behind what is damaged, if that is possible.
    pub(super) fn leave_gap(&self) -> bool {
        self.gap.as_ref().is_some_and(Gap::leave)
    }

    /// The input that this is a section of, if it is one.
    pub(super) fn back(self) -> Option<Self> {
        match self.source {
            Source::Section(outer, _) | Source::Copied(outer, _) => Some(*outer),
            _ => None,
        }
    }

    /// The path of the file, or of the member in its container.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the next byte is, counted from the first of the file or member.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Leaves the rest alone: it is not even read to its end.
    pub fn give_up(&mut self) {
        self.given_up = true;
    }

    /// Whether the bytes are those of a file, as they lie on the disk.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.source, Source::File(_))
    }

    /// The next bytes, as many as are there without reading on; they stay where they are.
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

    /// Passes over so many bytes, or as many as there are.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<()> {
        io::copy(&mut Read::take(&mut *self, count), &mut io::sink()).map(|_| ())
    }

    /// What is left of what the file may cost.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The same bytes for whoever has to go back and forth. A file can be read on afterwards as if
    /// nothing had happened; what is no file is taken into memory, from where it is to its end.
    ///
    /// # Errors
    /// What the input said; a limit if that would be too much memory.
    pub(super) fn seekable(&mut self) -> io::Result<Seekable> {
        let most = limits::NESTED_BYTES;
        if matches!(self.source, Source::Stream(_) | Source::Section(..)) {
            let budget = Budget::new(most, 0);
            let bytes = budget.reader(&mut *self, most, None).read_all()?;
            let cursor = Shared::cursor(bytes);
            self.source = match std::mem::replace(&mut self.source, Source::Lent) {
                Source::Section(outer, _) => Source::Copied(outer, cursor),
                _ => Source::Bytes(cursor),
            };
        }
        match &self.source {
            Source::File(input) => {
                let file = input.get_ref().file.try_clone()?;
                let length = file.metadata()?.len();
                Ok(Seekable::File {
                    file: Arc::new(file),
                    length,
                    at: 0,
                })
            }
            Source::Bytes(bytes) | Source::Copied(_, bytes) => {
                Ok(Seekable::Bytes(Cursor::new(bytes.get_ref().clone())))
            }
            Source::Stream(_) | Source::Section(..) | Source::Lent => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }

    /// What was read of the file, and whether it was given up or read to its end; `None` for what
    /// is no file.
    pub(super) fn finish(mut self) -> Option<(Hashing, bool)> {
        let complete = self.given_up || io::copy(&mut self, &mut io::sink()).is_ok();
        match self.source {
            Source::File(input) => Some((input.into_inner(), complete)),
            _ => None,
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.source {
            Source::File(input) => input.read(buffer)?,
            Source::Bytes(input) | Source::Copied(_, input) => input.read(buffer)?,
            Source::Stream(input) => input.read(buffer)?,
            Source::Section(..) | Source::Lent => {
                let given = self.fill_buf()?;
                let count = given.len().min(buffer.len());
                buffer[..count].copy_from_slice(&given[..count]);
                self.consume(count);
                return Ok(count);
            }
        };
        self.offset += count as u64;
        Ok(count)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.source {
            Source::File(input) => input.fill_buf(),
            Source::Bytes(input) | Source::Copied(_, input) => input.fill_buf(),
            Source::Stream(input) => input.fill_buf(),
            Source::Section(_, 0) | Source::Lent => Ok(&[]),
            Source::Section(outer, left) => {
                let given = outer.fill_buf()?;
                if given.is_empty() {
                    let message = "it is cut short";
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
                }
                let most = usize::try_from(*left).unwrap_or(usize::MAX);
                Ok(&given[..given.len().min(most)])
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        match &mut self.source {
            Source::File(input) => input.consume(count),
            Source::Bytes(input) | Source::Copied(_, input) => input.consume(count),
            Source::Stream(input) => input.consume(count),
            Source::Section(outer, left) => {
                outer.consume(count);
                *left = left.saturating_sub(count as u64);
            }
            Source::Lent => {}
        }
    }
}

/// Bytes in any order, each copy with a place of its own. What is read of a file is not hashed.
#[derive(Debug, Clone)]
pub(in crate::corpus) enum Seekable {
    File {
        file: Arc<File>,
        length: u64,
        at: u64,
    },
    Bytes(Cursor<Shared>),
}

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
