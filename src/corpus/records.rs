//! Cuts an open file, and the files within it, into raw records, in one pass and within bounds,
//! and hashes every byte.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::budget::{Gap, refusal_of};
use super::cut::Content;
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
    /// The encoding that it was sent with.
    pub(super) charset: Option<String>,
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
    changed: bool,
}

/// A file, or a member of one, that is being cut.
#[derive(Debug)]
struct Level {
    format: Format,
    cutter: Box<dyn Cutter>,
    input: Input,
    origin: Origin,
    is_done: bool,
}

/// What all records of a file, or of a member of one, have in common.
#[derive(Debug, Clone, Default)]
struct Origin {
    /// The path inside the file; `None` for the file itself.
    member: Option<String>,
    /// What the container says about it.
    given: Map<String, Value>,
    charset: Option<String>,
    notes: Vec<Note>,
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
        let opened = open_regular(&file.absolute).map_err(fail)?;
        let input = Input::file(&file.path, opened);
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
        let mut records = Self::begin(readers, file, input);
        records.changed = changed;
        records.sidecar_hash = sidecar.as_ref().map(|sidecar| match &sidecar.content {
            Ok(bytes) => blake3::hash(bytes),
            Err(message) => blake3::hash(message.as_bytes()),
        });
        records.sidecar = sidecar.map(Arc::new);
        Ok(records)
    }

    /// The records of bytes that stand for a file.
    #[cfg(fuzzing)]
    pub(super) fn of_bytes(readers: &Arc<Readers>, file: &SourceFile, bytes: Vec<u8>) -> Self {
        Self::begin(readers, file, Input::bytes(&file.path, bytes))
    }

    /// The records of a file without a sidecar, of which nothing was read yet.
    fn begin(readers: &Arc<Readers>, file: &SourceFile, mut input: Input) -> Self {
        // What cannot be read is said when the first record is asked for.
        let head = input.head().unwrap_or_default();
        let format = readers.settle(&file.format, head).clone();
        let notes = mismatch(&file.format, &format);
        let level = Level {
            cutter: format.reader().cutter(),
            format,
            input,
            origin: Origin {
                notes,
                ..Origin::default()
            },
            is_done: false,
        };
        Self {
            path: file.path.clone(),
            stat: file.stat,
            readers: Arc::clone(readers),
            levels: vec![level],
            last: 0,
            sidecar: None,
            sidecar_hash: None,
            changed: false,
        }
    }

    /// Reads what is left of the file and says what all of it was.
    pub fn finish(mut self) -> FileDigest {
        while self.levels.len() > 1 {
            self.leave();
        }
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
                self.leave();
                continue;
            }
            match level.cutter.next(&mut level.input) {
                Ok(Some(piece)) => {
                    if let Some(item) = self.judge(piece) {
                        return Some(item);
                    }
                }
                Ok(None) => level.is_done = true,
                // What is damaged has a line of its own if there is more behind it.
                Err(error) if level.input.leave_gap() && level.cutter.resume() => {
                    return Some(Err(self.lost(&error)));
                }
                Err(error) => return Some(Err(self.broken(&error))),
            }
        }
    }

    /// Leaves a member, and gives back what it was a section of.
    fn leave(&mut self) {
        let left = self.levels.pop().and_then(|level| level.input.back());
        if let (Some(level), Some(input)) = (self.levels.last_mut(), left) {
            level.input = input;
        }
    }

    /// What becomes of a piece; `None` if it is a file in its own right, to be cut next.
    fn judge(&mut self, piece: Piece) -> Option<Item> {
        let level = self.levels.last()?;
        match piece {
            Piece::Record {
                number,
                start,
                data,
            } => {
                let end = start + data.len() as u64;
                self.judge(Piece::Excerpt {
                    number,
                    start,
                    end,
                    data,
                })
            }
            Piece::Excerpt {
                number,
                start,
                end,
                data,
            } => {
                let common = (data.len() as u64).saturating_sub(end.saturating_sub(start));
                if let Err(refusal) = level.input.budget().excerpt(common) {
                    return Some(Err(self.over(refusal)));
                }
                let (format, origin) = (level.format.clone(), level.origin.clone());
                Some(Ok(self.record(number, start..end, data, format, origin)))
            }
            Piece::Member(member) => self.member(member),
            Piece::Unpacked(member) => self.unpacked(member),
            Piece::Refused {
                number,
                member,
                refusal,
            } => {
                let member = member.map(|name| paths::encode_member(&name).0);
                let member = match (&level.origin.member, member) {
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
        let path = match &level.origin.member {
            Some(outer) => paths::inside(outer, &name),
            None => name.clone(),
        };
        let mut origin = level.origin.clone();
        if is_odd {
            let message = "the name leads out of the container, is too long, or is no path; it \
                           was mended";
            origin.notes.push(Note::new(codes::MEMBER_RENAMED, message));
        }
        let is_hidden = |step: &str| step.starts_with('.') || step == "__MACOSX";
        if name.split('/').any(is_hidden) {
            return Some(self.pass_over(path, codes::HIDDEN, "a hidden file or folder"));
        }
        origin.member = Some(path);
        origin.given.extend(member.given);
        origin.charset = member.charset.or(origin.charset);
        let extension = member.extension.as_deref();
        self.enter(&name, extension, member.content, member.gap, origin)
    }

    /// What becomes of a file without what it was packed in.
    fn unpacked(&mut self, member: Member) -> Option<Item> {
        let origin = self.levels.last()?.origin.clone();
        let (name, _) = paths::encode_member(&member.name);
        let extension = member.extension.as_deref();
        self.enter(&name, extension, member.content, member.gap, origin)
    }

    /// Begins to cut what lies in the innermost file, unless nobody reads it.
    fn enter(
        &mut self,
        name: &str,
        extension: Option<&str>,
        content: Content,
        gap: Option<Gap>,
        mut origin: Origin,
    ) -> Option<Item> {
        let hint = extension.map(|extension| format!("x.{extension}"));
        let named = self
            .readers
            .of_name(hint.as_deref().unwrap_or(name))
            .cloned();
        let is_deep = self.levels.len() >= limits::DEPTH;
        let level = self.levels.last_mut()?;
        let mut input = level.input.member(name, content).with_gap(gap);
        let met = input.head().err();
        if let (Some(error), Some(named)) = (&met, &named)
            && !(is_deep && named.reader().is_container())
            && input.leave_gap()
        {
            // Even the beginning is damaged; what comes behind it may not be.
            let mut cutter = named.reader().cutter();
            if cutter.resume() {
                self.levels.push(Level {
                    cutter,
                    format: named.clone(),
                    input,
                    origin,
                    is_done: false,
                });
                return Some(Err(self.lost(error)));
            }
        }
        let head = match met {
            Some(error) => Err(error),
            None => input.head(),
        };
        let format = match (head, named) {
            (Ok(head), Some(named)) => {
                let format = self.readers.settle(&named, head);
                origin.notes.extend(mismatch(&named, format));
                Ok(format.clone())
            }
            (Ok(head), None) => match self.readers.of_content(head) {
                Some(format) => Ok(format.clone()),
                None => Err(Refusal::new(codes::UNSUPPORTED, unsupported(name))),
            },
            (Err(error), _) => Err(broken(&error, false)),
        };
        let refusal = match format {
            Ok(format) if is_deep && format.reader().is_container() => {
                let most = limits::DEPTH;
                let message = format!("more than {most} files lie in each other");
                Refusal::new(codes::TOO_DEEP, message)
            }
            Ok(format) => {
                self.levels.push(Level {
                    cutter: format.reader().cutter(),
                    format,
                    input,
                    origin,
                    is_done: false,
                });
                return None;
            }
            Err(refusal) => refusal,
        };
        if let (Some(level), Some(outer)) = (self.levels.last_mut(), input.back()) {
            level.input = outer;
        }
        let Some(member) = origin.member else {
            let number = (self.last > 0).then_some(self.last);
            return Some(Err(self.failure(number, None, refusal.at(Stage::Read))));
        };
        Some(self.pass_over(member, refusal.code, &refusal.message))
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

    fn record(
        &mut self,
        number: Option<u64>,
        place: Range<u64>,
        data: Vec<u8>,
        format: Format,
        origin: Origin,
    ) -> RawRecord {
        let own_hash = blake3::hash(&data);
        let (hash, number, inner) = match &origin.member {
            None => {
                let number = number.map(|number| number.max(self.last + 1));
                self.last = number.unwrap_or(self.last);
                (self.with_sidecar(own_hash), number, None)
            }
            Some(member) => {
                let hash = origin.hash(own_hash, member, number);
                (hash, Some(self.count()), number)
            }
        };
        RawRecord {
            number,
            inner,
            start: place.start,
            end: place.end,
            hash: *hash.as_bytes(),
            own_hash,
            data,
            sidecar: self.sidecar.clone().filter(|_| origin.member.is_none()),
            member: origin.member,
            format,
            charset: origin.charset,
            given: origin.given,
            notes: origin.notes,
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

    /// A failure after which the innermost file is read on.
    fn lost(&mut self, error: &io::Error) -> Failure {
        let member = self.levels.last().and_then(|it| it.origin.member.clone());
        let number = self.count();
        self.failure(Some(number), member, broken(error, false))
    }

    /// A failure after which the innermost file is left alone, because it cannot be read on.
    fn broken(&mut self, error: &io::Error) -> Failure {
        let is_file = self.levels.last().is_some_and(|it| it.input.is_file());
        self.over(broken(error, is_file))
    }

    /// A failure after which the innermost file is left alone.
    fn over(&mut self, refusal: Refusal) -> Failure {
        let mut member = None;
        if let Some(level) = self.levels.last_mut() {
            level.is_done = true;
            level.input.give_up();
            member.clone_from(&level.origin.member);
        }
        let record = match &member {
            Some(_) => Some(self.count()),
            None => (self.last > 0).then_some(self.last),
        };
        self.failure(record, member, refusal)
    }
}

impl Iterator for Records {
    type Item = Result<RawRecord, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance()
    }
}

/// What an error means that came out of a file, or of what is unpacked from one.
fn broken(error: &io::Error, is_file: bool) -> Refusal {
    if let Some(refusal) = refusal_of(error) {
        return refusal;
    }
    let (code, message) = if error.kind() == io::ErrorKind::FileTooLarge {
        let most = limits::FILE_BYTES >> 30;
        let message = format!("larger than {most} GiB; the rest was not read");
        (codes::FILE_TOO_LARGE, message)
    } else if is_file || error.raw_os_error().is_some() {
        (codes::UNREADABLE, format!("cannot be read: {error}"))
    } else {
        (codes::DAMAGED, format!("damaged or cut short: {error}"))
    };
    Refusal::new(code, message).at(Stage::Read)
}

impl Origin {
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
        #[cfg(unix)]
        if error.raw_os_error() == Some(libc::ELOOP) {
            return (codes::NOT_A_FILE, "now a symbolic link".to_owned());
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
