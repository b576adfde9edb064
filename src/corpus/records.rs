//! Cuts an open file, and the files within it, into raw records, in one pass and within bounds,
//! and hashes every byte.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::format::Readers;
use super::{
    Cutter, Failure, FileStat, Format, Input, Member, Note, Piece, Refusal, SourceFile, Stage,
    codes, limits, paths,
};

/// The bytes of one record, not yet parsed.
#[derive(Debug)]
pub struct RawRecord {
    /// Its number in a file that holds many, counted from 1, through all members of a container;
    /// in JSON Lines that of its line.
    pub number: Option<u64>,
    /// The path inside the container, if the file is one; a `!/` stands where another container
    /// begins.
    pub member: Option<String>,
    /// The first byte of the record in the file, or in the member.
    pub start: u64,
    /// The byte after the last one of the record in the file, or in the member.
    pub end: u64,
    /// The BLAKE3 hash of everything the document is made of: its bytes, and its sidecar's, or
    /// what the container says about it.
    pub hash: [u8; 32],
    /// How it is read.
    pub(super) format: Format,
    /// Its number in a member that holds many.
    pub(super) inner: Option<u64>,
    /// The hash of its own bytes alone.
    pub(super) own_hash: blake3::Hash,
    pub(super) data: Vec<u8>,
    pub(super) sidecar: Option<Arc<SidecarBytes>>,
    /// What the container says about it.
    pub(super) given: Map<String, Value>,
    /// What was odd on the way to it.
    pub(super) notes: Vec<Note>,
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
    readers: Arc<Readers>,
    /// The file, and the members in each other that are being cut, the innermost last.
    levels: Vec<Level>,
    /// The number of the last piece.
    last: u64,
    sidecar: Option<Arc<SidecarBytes>>,
    sidecar_hash: Option<blake3::Hash>,
    /// What was odd about the file as such.
    notes: Vec<Note>,
    changed: bool,
}

/// A file, or a member of one, that is being cut.
#[derive(Debug)]
struct Level {
    format: Format,
    cutter: Box<dyn Cutter>,
    input: Input,
    /// The path inside the file; `None` for the file itself.
    member: Option<String>,
    given: Map<String, Value>,
    notes: Vec<Note>,
    is_done: bool,
}

type Item = Result<RawRecord, Failure>;

impl Records {
    pub(super) fn open(readers: &Arc<Readers>, file: &SourceFile) -> Result<Self, Failure> {
        let fail = |(code, message)| Failure {
            path: file.path.clone(),
            member: None,
            record: None,
            stage: Stage::Read,
            code,
            message,
        };
        let mut input = Input::file(open_regular(&file.absolute).map_err(fail)?);
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
        // What cannot be read is said when the first record is asked for.
        let head = input.head().unwrap_or_default();
        let format = readers.settle(&file.format, head).clone();
        let notes = mismatch(&file.format, &format);
        let level = Level {
            cutter: format.reader().cutter(),
            format,
            input,
            member: None,
            given: Map::new(),
            notes: Vec::new(),
            is_done: false,
        };
        Ok(Self {
            path: file.path.clone(),
            stat: file.stat,
            readers: Arc::clone(readers),
            levels: vec![level],
            last: 0,
            sidecar_hash: sidecar.as_ref().map(|sidecar| match &sidecar.content {
                Ok(bytes) => blake3::hash(bytes),
                Err(message) => blake3::hash(message.as_bytes()),
            }),
            sidecar: sidecar.map(Arc::new),
            notes,
            changed,
        })
    }

    /// Reads what is left of the file and says what all of it was.
    pub fn finish(mut self) -> FileDigest {
        self.levels.truncate(1);
        let file = self.levels.pop().and_then(|level| level.input.finish());
        let Some((hashing, complete)) = file else {
            // The first level is always the file.
            return FileDigest {
                hash: String::new(),
                length: 0,
                changed: true,
            };
        };
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

    /// The next record, or what stands in its place.
    fn advance(&mut self) -> Option<Item> {
        loop {
            let is_file = self.levels.len() == 1;
            let level = self.levels.last_mut()?;
            if level.is_done {
                if is_file {
                    return None;
                }
                self.levels.pop();
                continue;
            }
            match level.cutter.next(&mut level.input) {
                Ok(Some(piece)) => {
                    if let Some(item) = self.take(piece) {
                        return Some(item);
                    }
                }
                Ok(None) => level.is_done = true,
                Err(error) => {
                    level.is_done = true;
                    level.input.give_up();
                    return Some(Err(self.broken(&error)));
                }
            }
        }
    }

    /// What becomes of a piece; `None` if it is a file in its own right, to be cut next.
    fn take(&mut self, piece: Piece) -> Option<Item> {
        let level = self.levels.last()?;
        match piece {
            Piece::Record {
                number,
                start,
                data,
            } => {
                let part = Part {
                    member: level.member.clone(),
                    format: level.format.clone(),
                    given: level.given.clone(),
                    notes: level.notes.clone(),
                };
                Some(Ok(self.record(number, start, data, part)))
            }
            Piece::Member(member) => self.member(member),
            Piece::Refused {
                number,
                member,
                refusal,
            } => {
                let member = member.map(|name| paths::encode_member(name.as_bytes()).0);
                let member = match (&level.member, member) {
                    (Some(outer), Some(inner)) => Some(paths::inside(outer, &inner)),
                    (outer, inner) => inner.or_else(|| outer.clone()),
                };
                // Without a member this is about the file: a number that was there before then
                // says that it is about the rest.
                let record = match member {
                    Some(_) => Some(self.count()),
                    None => number,
                };
                Some(Err(self.failure(record, member, refusal)))
            }
        }
    }

    /// What becomes of a file within the file.
    fn member(&mut self, member: Member) -> Option<Item> {
        let level = self.levels.last()?;
        let (name, is_odd) = paths::encode_member(&member.name);
        let path = match &level.member {
            Some(outer) => paths::inside(outer, &name),
            None => name.clone(),
        };
        let mut notes = level.notes.clone();
        if is_odd {
            let message = "the name leads out of the container, or is no path; it was mended";
            notes.push(Note::new(codes::MEMBER_RENAMED, message));
        }
        let is_hidden = |step: &str| step.starts_with('.') || step == "__MACOSX";
        if name.split('/').any(is_hidden) {
            return Some(self.pass_over(path, codes::HIDDEN, "a hidden file or folder"));
        }
        let head = &member.data[..member.data.len().min(limits::SNIFF_BYTES)];
        let hinted = || {
            self.readers
                .of_name(&format!("x.{}", member.extension.as_ref()?))
        };
        let named = self.readers.of_name(&name).or_else(hinted);
        let format = if let Some(named) = named {
            let format = self.readers.settle(named, head).clone();
            notes.extend(mismatch(named, &format));
            format
        } else if let Some(format) = self.readers.of_content(head) {
            format.clone()
        } else {
            let message = unsupported(&name);
            return Some(self.pass_over(path, codes::UNSUPPORTED, &message));
        };
        if format.reader().is_container() && self.levels.len() >= limits::DEPTH {
            let most = limits::DEPTH;
            let message = format!("more than {most} containers lie in each other");
            return Some(self.pass_over(path, codes::TOO_DEEP, &message));
        }
        let mut given = level.given.clone();
        given.extend(member.given);
        self.levels.push(Level {
            cutter: format.reader().cutter(),
            format,
            input: Input::bytes(member.data, level.input.budget().clone()),
            member: Some(path),
            given,
            notes,
            is_done: false,
        });
        None
    }

    /// Says why a member is not read.
    fn pass_over(&mut self, path: String, code: &'static str, message: &str) -> Item {
        let number = self.count();
        let refusal = Refusal::new(code, message).at(Stage::Read);
        Err(self.failure(Some(number), Some(path), refusal))
    }

    /// The number of a piece that has none of its own.
    fn count(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn record(&mut self, number: Option<u64>, start: u64, data: Vec<u8>, part: Part) -> RawRecord {
        let own_hash = blake3::hash(&data);
        let end = start + data.len() as u64;
        let (hash, number, inner) = match &part.member {
            None => {
                let place = number.map(|number| number.max(self.last + 1));
                self.last = place.unwrap_or(self.last);
                (self.with_sidecar(own_hash), place, None)
            }
            Some(member) => (
                part.hash(own_hash, member, number),
                Some(self.count()),
                number,
            ),
        };
        let mut notes = self.notes.clone();
        notes.extend(part.notes);
        RawRecord {
            number,
            inner,
            start,
            end,
            hash: *hash.as_bytes(),
            own_hash,
            data,
            sidecar: self.sidecar.clone().filter(|_| part.member.is_none()),
            member: part.member,
            format: part.format,
            given: part.given,
            notes,
        }
    }

    fn failure(&self, record: Option<u64>, member: Option<String>, refusal: Refusal) -> Failure {
        Failure {
            path: self.path.clone(),
            member,
            record,
            stage: refusal.stage,
            code: refusal.code,
            message: refusal.message,
        }
    }

    /// What an error of the input means: the file, or the member, is left alone after it.
    fn broken(&mut self, error: &io::Error) -> Failure {
        let (code, message) = if let Some(refusal) = super::budget::refusal_of(error) {
            (refusal.code, refusal.message)
        } else if error.kind() == io::ErrorKind::FileTooLarge {
            let most = limits::FILE_BYTES >> 30;
            let message = format!("larger than {most} GiB; the rest was not read");
            (codes::FILE_TOO_LARGE, message)
        } else {
            (codes::UNREADABLE, format!("cannot be read: {error}"))
        };
        let member = self.levels.last().and_then(|level| level.member.clone());
        let record = match &member {
            Some(_) => Some(self.count()),
            None => (self.last > 0).then_some(self.last),
        };
        let refusal = Refusal::new(code, message).at(Stage::Read);
        self.failure(record, member, refusal)
    }
}

impl Iterator for Records {
    type Item = Result<RawRecord, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance()
    }
}

/// What a record has of the level that it was cut from.
struct Part {
    member: Option<String>,
    format: Format,
    given: Map<String, Value>,
    notes: Vec<Note>,
}

impl Part {
    /// The hash of everything that a document in a container is made of: its id, too, follows
    /// from where it lies, so that a member of another name is another document.
    fn hash(&self, own: blake3::Hash, member: &str, number: Option<u64>) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(own.as_bytes());
        hasher.update(&number.unwrap_or(0).to_le_bytes());
        hasher.update(&(member.len() as u64).to_le_bytes());
        hasher.update(member.as_bytes());
        if !self.given.is_empty() {
            let given = serde_json::to_vec(&self.given).unwrap_or_default();
            hasher.update(&given);
        }
        hasher.finalize()
    }
}

/// What is noted if something is not of the format that its name speaks of.
fn mismatch(named: &Format, found: &Format) -> Vec<Note> {
    if named == found {
        return Vec::new();
    }
    let message = format!("called {}, read as {}", named.name(), found.name());
    vec![Note::new(codes::FORMAT_MISMATCH, message)]
}

/// Why a file with such a name is not read.
pub(super) fn unsupported(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((_, extension)) if !extension.is_empty() => {
            format!("files ending in `.{extension}` are not read")
        }
        _ => {
            "files without an extension are only read if they begin like a known format".to_owned()
        }
    }
}

/// Opens a regular file. It follows no link and waits for nobody, so neither a pipe that took the
/// place of a file since the walk nor a link out of the corpus gets through.
pub(super) fn open_regular(path: &Path) -> Result<File, (&'static str, String)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let unreadable = |error: io::Error| {
        // If even its folder is gone, there may be no more than a disk that is not there.
        let has_folder = path.parent().is_some_and(Path::is_dir);
        if error.kind() == io::ErrorKind::NotFound && has_folder {
            let message = "it went away during the run, after it was found";
            return (codes::VANISHED, message.to_owned());
        }
        (codes::UNREADABLE, format!("cannot be opened: {error}"))
    };
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
