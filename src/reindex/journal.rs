//! The memory between runs: fingerprints of files, and what became of every record.
//!
//! A journal is a file that only grows. A generation of the index names it by length and hash, so
//! documents and fingerprints cannot disagree: what lies beyond belongs to a run that published
//! nothing, and is cut by the next one that writes. When most of a journal has been overtaken, the
//! state is written to a new file, and the old one goes when no kept generation can name it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::entry::{Entry, MAGIC, MAX_ENTRY, RecordEntry};
use super::state::{Replay, State};
use super::store::{Log, Space};
use crate::index::FileRef;
use crate::index::storage::{self, OutputFile};
use crate::{Error, ErrorKind, Result};

/// The folder of journals below that of the index.
const FOLDER: &str = "journal";
const EXTENSION: &str = "journal";
/// How much is gathered before it is written.
const BUFFER: usize = 256 << 10;
/// A journal is rewritten when it has more entries than this times the living ones,
const OVERTAKEN: u64 = 2;
/// and more than this in all.
const WORTH_REWRITING: u64 = 4_096;
/// A journal may be needed until this many generations were published after the first that did
/// not name it: three are kept, and a run publishes up to two.
const GENERATIONS_KEPT: u64 = 6;

/// A journal that is read, and appended to.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    /// The path below the folder of the index, as generations name it.
    name: String,
    /// Opened when the first entry is written out.
    output: Option<OutputFile>,
    input: Option<File>,
    hasher: blake3::Hasher,
    /// What is in the file and counts.
    length: u64,
    /// What comes behind that.
    buffer: Vec<u8>,
    entries: u64,
    /// The number of the next new file.
    next_file: u32,
    /// What is appended if nothing may be written to the index.
    scratch: Option<Log>,
    /// Whether writing failed: the file may hold anything behind what counts, and is never named.
    failed: bool,
}

impl Journal {
    /// Begins an empty journal, to be named first by `generation`. Nothing is written yet.
    pub(super) fn begin(index: &Path, generation: u64) -> Self {
        let name = format!("{FOLDER}/{generation:012}.{EXTENSION}");
        Self {
            path: index.join(&name),
            name,
            output: None,
            input: None,
            hasher: blake3::Hasher::new(),
            length: 0,
            buffer: MAGIC.to_vec(),
            entries: 0,
            next_file: 0,
            scratch: None,
            failed: false,
        }
    }

    /// The same journal for a run that must not write to the index: it appends to a space instead.
    pub(super) fn into_scratch(mut self, space: &Space) -> Self {
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        self.scratch = Some(Log::new(space));
        self
    }

    /// Reads the journal that a generation names, as far as it belongs to it. Writes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if it is not what the generation says.
    pub(super) fn load(index: &Path, named: &FileRef, space: &Space) -> Result<(Self, State)> {
        let path = index.join(&named.path);
        if !Path::new(&named.path).starts_with(FOLDER) || named.path.contains("..") {
            return Err(damaged(&path, "it lies outside the index"));
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(damaged(&path, "it is missing"));
            }
            Err(error) => return Err(Error::io(&path, "open", error)),
        };
        let hashing = Hashing {
            inner: (&file).take(named.length),
            hasher: blake3::Hasher::new(),
            read: 0,
        };
        let mut input = BufReader::with_capacity(BUFFER, hashing);
        let failed = |error| Error::io(&path, "read", error);
        let mut replay = Replay::new(space);
        let told = tell(&mut input, &mut replay, failed)?;
        io::copy(&mut input, &mut io::sink()).map_err(failed)?;
        let Hashing { hasher, read, .. } = input.into_inner();
        // A wrong length or hash explains more than what could not be told.
        if read != named.length {
            return Err(damaged(
                &path,
                &format!("it has {read} bytes instead of {}", named.length),
            ));
        }
        if hasher.finalize().to_hex().as_str() != named.hash {
            return Err(damaged(
                &path,
                "its hash is not the one that the index names",
            ));
        }
        if !told {
            return Err(damaged(&path, "it cannot be read"));
        }
        let state = replay.finish()?;
        let journal = Self {
            path,
            name: named.path.clone(),
            output: None,
            input: Some(file),
            hasher,
            length: named.length,
            buffer: Vec::new(),
            entries: state.entries,
            next_file: state.next_file,
            scratch: None,
            failed: false,
        };
        Ok((journal, state))
    }

    /// Whether it goes on with what earlier runs wrote.
    pub(super) fn is_loaded(&self) -> bool {
        self.length > 0
    }

    /// A number for a file that the journal does not know yet.
    pub(super) fn number_file(&mut self) -> u32 {
        let number = self.next_file;
        self.next_file += 1;
        number
    }

    /// Appends an entry and says where it is.
    pub(super) fn append(&mut self, entry: &Entry<'_>) -> Result<u64> {
        let mut bytes = Vec::new();
        entry.write(&mut bytes);
        self.append_bytes(&bytes)
    }

    /// Writes an entry in the place of one that is as long, if that is not written out yet.
    pub(super) fn replace(&mut self, at: u64, entry: &Entry<'_>) -> bool {
        let Some(start) = at.checked_sub(self.length) else {
            return false;
        };
        let mut bytes = Vec::new();
        entry.write(&mut bytes);
        let start = start as usize;
        let old = self.buffer.get_mut(start..start + bytes.len());
        // The first four bytes are its length.
        match old.filter(|old| old[..4] == bytes[..4]) {
            Some(old) => {
                old.copy_from_slice(&bytes);
                true
            }
            None => false,
        }
    }

    /// Appends an entry that is written already.
    pub(super) fn append_bytes(&mut self, bytes: &[u8]) -> Result<u64> {
        self.entries += 1;
        if let Some(scratch) = &mut self.scratch {
            // The log puts the same length in front.
            return Ok(self.length + scratch.push(bytes.get(4..).unwrap_or_default())?);
        }
        if self.buffer.len() >= BUFFER {
            self.write_out()?;
        }
        let at = self.length + self.buffer.len() as u64;
        self.buffer.extend_from_slice(bytes);
        Ok(at)
    }

    /// Reads the entry of a record, and writes what `change` makes of it.
    pub(super) fn changed_record(
        &mut self,
        at: u64,
        change: impl FnOnce(&mut RecordEntry<'_>),
    ) -> Result<Vec<u8>> {
        let changed = self.read(at, |entry| {
            let Entry::Record(mut record) = *entry else {
                return None;
            };
            change(&mut record);
            let mut bytes = Vec::new();
            Entry::Record(record).write(&mut bytes);
            Some(bytes)
        })?;
        changed.ok_or_else(|| damaged(&self.path, "an entry is not where it was"))
    }

    /// Reads one entry again and gives it to `f`.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if there is none at that place.
    pub(super) fn read<T>(&mut self, at: u64, f: impl FnOnce(&Entry<'_>) -> T) -> Result<T> {
        let wrong = |path: &Path| damaged(path, "an entry is not where it was");
        let Some(in_buffer) = at.checked_sub(self.length) else {
            let bytes = self
                .read_at(at)
                .map_err(|error| Error::io(&self.path, "read", error))?;
            return Entry::read(&bytes)
                .map(|entry| f(&entry))
                .ok_or_else(|| wrong(&self.path));
        };
        if let Some(scratch) = &self.scratch {
            let mut bytes = Vec::new();
            scratch.get(in_buffer, &mut bytes)?;
            return Entry::read(&bytes)
                .map(|entry| f(&entry))
                .ok_or_else(|| wrong(&self.path));
        }
        self.buffer
            .get(in_buffer as usize..)
            .and_then(|bytes| {
                let (length, rest) = bytes.split_first_chunk::<4>()?;
                rest.get(..u32::from_le_bytes(*length) as usize)
            })
            .and_then(Entry::read)
            .map(|entry| f(&entry))
            .ok_or_else(|| wrong(&self.path))
    }

    fn read_at(&mut self, at: u64) -> io::Result<Vec<u8>> {
        let input = match &mut self.input {
            Some(input) => input,
            None => self.input.insert(File::open(&self.path)?),
        };
        input.seek(SeekFrom::Start(at))?;
        // Most entries fit: one call instead of two.
        let mut bytes = vec![0; 256];
        let mut have = 0;
        while have < bytes.len() {
            match input.read(&mut bytes[have..])? {
                0 => break,
                count => have += count,
            }
        }
        bytes.truncate(have);
        let Some((length, _)) = bytes.split_first_chunk::<4>() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let length = (u32::from_le_bytes(*length) as usize).min(MAX_ENTRY);
        bytes.drain(..4);
        let more = length.saturating_sub(bytes.len());
        bytes.truncate(length);
        input.take(more as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether anything was appended since the journal was begun, loaded or synced.
    pub(super) fn is_dirty(&self) -> bool {
        !self.buffer.is_empty() || self.output.is_some()
    }

    /// An empty journal to tell the story anew, if that is worth it: `living` entries would do.
    pub(super) fn successor(&self, living: u64, generation: u64) -> Option<Self> {
        let fresh = Self::begin(self.path.ancestors().nth(2)?, generation);
        (self.is_overtaken(living) && fresh.path != self.path).then_some(fresh)
    }

    fn is_overtaken(&self, living: u64) -> bool {
        self.entries > WORTH_REWRITING && self.entries > living.saturating_mul(OVERTAKEN)
    }

    /// Makes everything durable and says what a generation has to name.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it cannot be written, or could not be before.
    pub(super) fn sync(&mut self) -> Result<FileRef> {
        self.write_out()?;
        if let Some(output) = self.output.take() {
            // A file whose sync failed once is not to be trusted when the next one succeeds.
            self.failed = true;
            output
                .sync()
                .map_err(|error| Error::io(&self.path, "write", error))?;
            sync_folder(&self.path)?;
            self.failed = false;
        }
        Ok(FileRef {
            path: self.name.clone(),
            length: self.length,
            hash: self.hasher.finalize().to_hex().to_string(),
        })
    }

    fn write_out(&mut self) -> Result<()> {
        if self.failed {
            let before = io::Error::other("it could not be written before");
            return Err(Error::io(&self.path, "write", before));
        }
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.failed = true;
        self.write_buffer()
            .map_err(|error| Error::io(&self.path, "write", error))?;
        self.failed = false;
        self.hasher.update(&self.buffer);
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        if self.output.is_none() {
            if let Some(folder) = self.path.parent() {
                storage::create_folder_in(folder.parent().unwrap_or(folder), folder)?;
            }
            let mut output = OutputFile::open(&self.path)?;
            output.set_length(self.length)?;
            self.output = Some(output);
        }
        if let Some(output) = &mut self.output {
            output.write_all(&self.buffer)?;
        }
        Ok(())
    }

    /// Deletes journals that began after the one the newest generation names: nobody ever named
    /// them. Without a named one there is none that counts.
    pub(super) fn sweep_unpublished(index: &Path, named: Option<&FileRef>) -> Result<()> {
        let newest = named.and_then(|named| number_of(Path::new(&named.path)));
        for (number, path) in list(index)? {
            if newest.is_none_or(|newest| number > newest) {
                storage::remove_file(&path).map_err(|error| Error::io(&path, "delete", error))?;
            }
        }
        Ok(())
    }

    /// Deletes journals that no generation can name that is kept when `generation` is the newest.
    pub(super) fn sweep_old(&self, index: &Path, generation: u64) -> Result<()> {
        let journals = list(index)?;
        for pair in journals.windows(2) {
            let (path, successor) = (&pair[0].1, pair[1].0);
            if *path != self.path && successor + GENERATIONS_KEPT <= generation {
                storage::remove_file(path).map_err(|error| Error::io(path, "delete", error))?;
            }
        }
        Ok(())
    }
}

/// Reads entries to the end; `false` if something is no entry.
fn tell(
    input: &mut impl BufRead,
    replay: &mut Replay,
    failed: impl Fn(io::Error) -> Error,
) -> Result<bool> {
    let mut magic = [0; MAGIC.len()];
    if !fill(input, &mut magic).map_err(&failed)? || magic != *MAGIC {
        return Ok(false);
    }
    let mut at = MAGIC.len() as u64;
    let mut length = [0; 4];
    let mut bytes = Vec::new();
    while !input.fill_buf().map_err(&failed)?.is_empty() {
        if !fill(input, &mut length).map_err(&failed)? {
            return Ok(false);
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > MAX_ENTRY {
            return Ok(false);
        }
        bytes.resize(length, 0);
        if !fill(input, &mut bytes).map_err(&failed)? {
            return Ok(false);
        }
        let told = match Entry::read(&bytes) {
            Some(entry) => replay.apply(&entry, at)?,
            None => false,
        };
        if !told {
            return Ok(false);
        }
        at += 4 + length as u64;
    }
    Ok(true)
}

/// Fills the buffer; `false` at the end of the input.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Hashes and counts what is read.
struct Hashing<R> {
    inner: R,
    hasher: blake3::Hasher,
    read: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.read += count as u64;
        Ok(count)
    }
}

/// The journals there are, oldest first.
fn list(index: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let folder = index.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(&folder, "read the folder", error)),
    };
    let mut journals = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| Error::io(&folder, "read the folder", error))?
            .path();
        if let Some(number) = number_of(&path) {
            journals.push((number, path));
        }
    }
    journals.sort();
    Ok(journals)
}

fn number_of(path: &Path) -> Option<u64> {
    let is_journal = path
        .extension()
        .is_some_and(|extension| extension == EXTENSION);
    path.file_stem()?
        .to_str()?
        .parse()
        .ok()
        .filter(|_| is_journal)
}

/// Makes the name of a new file durable, and that of its folder.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    for folder in path.ancestors().skip(1).take(2) {
        storage::sync_folder(folder).map_err(|error| Error::io(folder, "sync", error))?;
    }
    Ok(())
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!("the journal `{}` is damaged: {what}", path.display()),
    )
    .with_path(path)
    .with_hint("read every file again with `pressmark index --rebuild`")
}

#[cfg(test)]
mod tests;
