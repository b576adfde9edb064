//! Cuts an open file into raw records, in one pass and within bounds, and hashes every byte.

mod json;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::{Failure, FileStat, Format, SourceFile, Stage, codes, limits};

/// The bytes of one record, not yet parsed.
#[derive(Debug)]
pub struct RawRecord {
    /// Its number in a file that holds many, counted from 1; in JSON Lines that of its line.
    pub number: Option<u64>,
    /// The first byte of the record in the file.
    pub start: u64,
    /// The byte after the last one of the record in the file.
    pub end: u64,
    /// The BLAKE3 hash of everything the document is made of: its bytes, and its sidecar's.
    pub hash: [u8; 32],
    /// The hash of its own bytes alone.
    pub(super) own_hash: blake3::Hash,
    pub(super) data: Vec<u8>,
    pub(super) sidecar: Option<Arc<SidecarBytes>>,
}

impl RawRecord {
    /// How many bytes of memory it holds.
    pub fn size(&self) -> usize {
        let sidecar = self.sidecar.as_ref().and_then(|s| s.content.as_ref().ok());
        self.data.len() + sidecar.map_or(0, Vec::len)
    }
}

/// What was read of a sidecar, or why it could not be read.
#[derive(Debug)]
pub(super) struct SidecarBytes {
    /// The extension, which says how to read it.
    pub(super) extension: String,
    pub(super) content: Result<Vec<u8>, String>,
}

/// What was read of a file in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// The BLAKE3 hash of the bytes of the file (and of its sidecar), in hexadecimal. Of a file
    /// that was given up as too large or unreadable: of what was read until then.
    pub hash: String,
    /// How many bytes were read of the file itself.
    pub length: u64,
    /// Whether the file or its sidecar is no longer what it was during the walk.
    pub changed: bool,
}

/// The raw records of one file, in their order.
#[derive(Debug)]
pub struct Records {
    path: String,
    stat: FileStat,
    input: BufReader<Hashing>,
    /// Where in the file the next byte of `input` is.
    offset: u64,
    number: u64,
    state: State,
    sidecar: Option<Arc<SidecarBytes>>,
    sidecar_hash: Option<blake3::Hash>,
    changed: bool,
}

#[derive(Debug)]
enum State {
    /// Nothing was read yet.
    Start(Format),
    /// Between two lines.
    Lines,
    /// Between two elements of a JSON array.
    Elements,
    /// Between two JSON objects of a file without an array.
    Objects,
    /// Everything was given out; what is left of the file is only hashed.
    Done,
    /// The file was given up; nothing more is read of it.
    GivenUp,
}

/// Hashes and counts everything that is read through it.
#[derive(Debug)]
struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    length: u64,
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

impl Records {
    pub(super) fn open(file: &SourceFile) -> Result<Self, Failure> {
        let opened = open_regular(&file.absolute).map_err(|(code, message)| Failure {
            path: file.path.clone(),
            record: None,
            stage: Stage::Read,
            code,
            message,
        })?;
        let mut changed = false;
        let sidecar = file.sidecar.as_ref().map(|sidecar| {
            let (content, stat) = read_sidecar(&sidecar.absolute);
            changed = stat != Some(sidecar.stat);
            let extension = sidecar.absolute.extension().unwrap_or_default();
            SidecarBytes {
                extension: extension.to_string_lossy().to_ascii_lowercase(),
                content,
            }
        });
        Ok(Self {
            path: file.path.clone(),
            stat: file.stat,
            input: BufReader::with_capacity(
                64 << 10,
                Hashing {
                    file: opened,
                    hasher: blake3::Hasher::new(),
                    length: 0,
                },
            ),
            offset: 0,
            number: 0,
            state: State::Start(file.format),
            sidecar_hash: sidecar.as_ref().map(|sidecar| match &sidecar.content {
                Ok(bytes) => blake3::hash(bytes),
                Err(message) => blake3::hash(message.as_bytes()),
            }),
            sidecar: sidecar.map(Arc::new),
            changed,
        })
    }

    /// Reads what is left of the file and says what all of it was.
    pub fn finish(mut self) -> FileDigest {
        let given_up = matches!(self.state, State::GivenUp);
        let complete = given_up || io::copy(&mut self.input, &mut io::sink()).is_ok();
        let hashing = self.input.get_ref();
        let now = hashing.file.metadata().map(|now| FileStat::new(&now));
        let same = complete && now.is_ok_and(|now| now == self.stat);
        FileDigest {
            hash: self
                .with_sidecar(hashing.hasher.finalize())
                .to_hex()
                .to_string(),
            length: hashing.length,
            changed: self.changed || !same,
        }
    }

    fn with_sidecar(&self, own: blake3::Hash) -> blake3::Hash {
        match self.sidecar_hash {
            Some(sidecar) => {
                let mut hasher = blake3::Hasher::new();
                hasher.update(own.as_bytes());
                hasher.update(sidecar.as_bytes());
                hasher.finalize()
            }
            None => own,
        }
    }

    fn record(&self, number: Option<u64>, start: u64, data: Vec<u8>) -> RawRecord {
        let own_hash = blake3::hash(&data);
        RawRecord {
            number,
            start,
            end: start + data.len() as u64,
            hash: *self.with_sidecar(own_hash).as_bytes(),
            own_hash,
            data,
            sidecar: self.sidecar.clone(),
        }
    }

    fn failure(&self, code: &'static str, message: impl Into<String>) -> Failure {
        Failure {
            path: self.path.clone(),
            record: (self.number > 0).then_some(self.number),
            stage: Stage::Read,
            code,
            message: message.into(),
        }
    }

    /// A failure after which the file is left alone.
    fn give_up(&mut self, error: &io::Error) -> Failure {
        self.state = State::GivenUp;
        let (code, message) = if error.kind() == io::ErrorKind::FileTooLarge {
            let most = limits::FILE_BYTES >> 30;
            let message = format!("larger than {most} GiB; the rest was not read");
            (codes::FILE_TOO_LARGE, message)
        } else {
            (codes::UNREADABLE, format!("cannot be read: {error}"))
        };
        self.failure(code, message)
    }

    fn too_large(&self, what: &str) -> Failure {
        let most = limits::RECORD_BYTES >> 20;
        self.failure(
            codes::RECORD_TOO_LARGE,
            format!("{what} is larger than {most} MiB"),
        )
    }

    fn whole(&mut self) -> io::Result<Result<RawRecord, Failure>> {
        let mut data = Vec::new();
        let most = limits::RECORD_BYTES as u64 + 1;
        (&mut self.input).take(most).read_to_end(&mut data)?;
        if data.len() > limits::RECORD_BYTES {
            self.state = State::GivenUp;
            return Ok(Err(self.too_large("the file")));
        }
        self.state = State::Done;
        Ok(Ok(self.record(None, 0, data)))
    }

    /// Passes over a byte order mark; refuses what cannot be cut at the bytes of ASCII.
    fn sniff(&mut self) -> io::Result<Option<Failure>> {
        let head = self.input.fill_buf()?;
        let head = &head[..head.len().min(limits::SNIFF_BYTES)];
        if head.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
            self.offset = 3;
            return Ok(None);
        }
        let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
        if wide || super::decode::utf16_without_mark(head).is_some() {
            let message = "the text is UTF-16; save the file as UTF-8";
            return Ok(Some(self.failure(codes::ENCODING, message)));
        }
        if head.contains(&0) {
            return Ok(Some(
                self.failure(codes::BINARY, "not text: there are NUL bytes"),
            ));
        }
        Ok(None)
    }

    fn line(&mut self) -> io::Result<Option<Result<RawRecord, Failure>>> {
        loop {
            let start = self.offset;
            let mut data = Vec::new();
            let most = limits::RECORD_BYTES as u64 + 1;
            let count = (&mut self.input).take(most).read_until(b'\n', &mut data)?;
            if count == 0 {
                self.state = State::Done;
                return Ok(None);
            }
            self.offset += count as u64;
            self.number += 1;
            if data.last() != Some(&b'\n') && data.len() > limits::RECORD_BYTES {
                drop(data);
                self.skip_line()?;
                return Ok(Some(Err(self.too_large("the line"))));
            }
            while data.last().is_some_and(u8::is_ascii_whitespace) {
                data.pop();
            }
            if !data.is_empty() {
                return Ok(Some(Ok(self.record(Some(self.number), start, data))));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let count = end.map_or(buffer.len(), |end| end + 1);
            let last = end.is_some() || buffer.is_empty();
            self.input.consume(count);
            self.offset += count as u64;
            if last {
                return Ok(());
            }
        }
    }

    fn advance(&mut self) -> io::Result<Option<Result<RawRecord, Failure>>> {
        if let State::Start(format) = self.state {
            if format.is_single() {
                return self.whole().map(Some);
            }
            if let Some(failure) = self.sniff()? {
                self.state = State::Done;
                return Ok(Some(Err(failure)));
            }
            if format == Format::JsonLines {
                self.state = State::Lines;
            } else {
                return self.json_start();
            }
        }
        match self.state {
            State::Lines => self.line(),
            State::Elements => self.json_element(),
            State::Objects => self.json_object(),
            State::Start(_) | State::Done | State::GivenUp => Ok(None),
        }
    }
}

impl Iterator for Records {
    type Item = Result<RawRecord, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(item) => item,
            Err(error) => Some(Err(self.give_up(&error))),
        }
    }
}

/// Opens a regular file. It follows no link and waits for nobody, so neither a pipe that took the
/// place of a file since the walk nor a link out of the corpus gets through.
fn open_regular(path: &Path) -> Result<File, (&'static str, String)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let unreadable = |error: io::Error| (codes::UNREADABLE, format!("cannot be opened: {error}"));
    let file = options.open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_file() {
        Ok(file)
    } else {
        Err((codes::NOT_A_FILE, "no longer a regular file".to_owned()))
    }
}

/// The content of a sidecar, and what it was like when it had been read.
fn read_sidecar(path: &Path) -> (Result<Vec<u8>, String>, Option<FileStat>) {
    let file = match open_regular(path) {
        Ok(file) => file,
        Err((_, message)) => return (Err(message), None),
    };
    let mut bytes = Vec::new();
    let result = (&file)
        .take(limits::SIDECAR_BYTES as u64 + 1)
        .read_to_end(&mut bytes);
    let stat = file.metadata().ok().map(|now| FileStat::new(&now));
    let content = match result {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(_) if bytes.len() > limits::SIDECAR_BYTES => Err(format!(
            "is larger than {} MiB",
            limits::SIDECAR_BYTES >> 20
        )),
        Ok(_) => Ok(bytes),
    };
    (content, stat)
}
