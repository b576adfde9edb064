//! The engine's view of the files: nothing it does is visible to anybody until a generation is
//! published.
//!
//! Reading serves the engine's meta out of the generation and needs no write permission. Writing
//! keeps the meta in memory, hashes every file while it is written, and turns deletion into a
//! note: files go when no generation that is kept, and no reader, needs them.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::Directory;
use tantivy::directory::error::{
    DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError,
};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use super::failure::FirstFailure;
use super::generation::{FileRef, Generation, create_folder, damaged};
use super::home::{Home, Memory};
use super::piecemeal::{PiecemealFile, is_piecemeal};
use super::segments::EngineMeta;
use super::storage::{OutputFile, remove_file, sync_file, sync_folder};
use super::streamed::{StreamedFile, is_streamed};
use crate::{Error, Result};

const META: &str = "meta.json";
const MANAGED: &str = ".managed.json";
/// The extension of the files that say which documents are deleted.
const DELETIONS: &str = "del";

/// The files of one build, as the engine sees them.
#[derive(Clone)]
pub(super) struct EngineDirectory {
    files: Files,
    state: Arc<Mutex<State>>,
    mode: Mode,
    failure: FirstFailure,
    gate: Gate,
}

/// Whether nothing may be written any more: threads of the engine can outlive their writer.
#[derive(Debug, Clone, Default)]
struct Gate(Arc<RwLock<bool>>);

impl Gate {
    /// Does something that writes, unless the gate is closed. It is not closed meanwhile.
    fn pass<T>(&self, f: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let is_closed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if *is_closed {
            return Err(io::Error::other("the writer is closed"));
        }
        f()
    }

    fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

#[derive(Clone)]
enum Files {
    Folder {
        path: Arc<Path>,
        mapped: MmapDirectory,
    },
    Memory(Arc<Memory>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    Write,
}

#[derive(Default)]
struct State {
    meta: Option<Vec<u8>>,
    managed: Option<Vec<u8>>,
    /// Complete files that the engine has not let go.
    known: HashMap<PathBuf, KnownFile>,
    /// Files that are being written.
    writing: HashSet<PathBuf>,
}

/// A complete file.
#[derive(Debug, Clone)]
pub(super) struct KnownFile {
    length: u64,
    hash: blake3::Hash,
    synced: bool,
}

impl EngineDirectory {
    /// The files of a generation, to be read.
    pub(super) fn reader(home: &Home, generation: &Generation) -> Result<Self> {
        Self::new(home, generation, Mode::Read)
    }

    /// The files of a generation, to be added to.
    pub(super) fn writer(home: &Home, generation: &Generation) -> Result<Self> {
        if let Home::Folder(folder) = home {
            let build = generation.build_folder(folder);
            create_folder(folder, &build)?;
        }
        Self::new(home, generation, Mode::Write)
    }

    fn new(home: &Home, generation: &Generation, mode: Mode) -> Result<Self> {
        let files = match home {
            Home::Memory(memory) => Files::Memory(Arc::clone(memory)),
            Home::Folder(folder) => {
                let path = generation.build_folder(folder);
                let mapped = MmapDirectory::open(&path).map_err(|error| match error {
                    OpenDirectoryError::IoError { io_error, .. } => Error::io(
                        &path,
                        "open the folder",
                        io::Error::new(io_error.kind(), io_error),
                    ),
                    _ => damaged(&path, "the folder of the current build is missing"),
                })?;
                Files::Folder {
                    path: path.into(),
                    mapped,
                }
            }
        };
        let mut state = State::default();
        if !generation.engine_meta.is_none() {
            state.meta = Some(generation.engine_meta.text().as_bytes().to_vec());
        }
        for file in &generation.files {
            let hash = blake3::Hash::from_hex(&file.hash).map_err(|_| {
                damaged(Path::new(&file.path), "its hash in the generation is none")
            })?;
            let known = KnownFile {
                length: file.length,
                hash,
                synced: true,
            };
            state.known.insert(PathBuf::from(&file.path), known);
        }
        Ok(Self {
            files,
            state: Arc::new(Mutex::new(state)),
            mode,
            failure: FirstFailure::default(),
            gate: Gate::default(),
        })
    }

    /// Lets nothing be written from here on, whoever still tries.
    pub(super) fn close(&self) {
        self.gate.close();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What the engine met when it read or wrote a file, and does not tell.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.error()
    }

    /// Whether the engine has written nothing here.
    pub(super) fn meta_is_missing(&self) -> bool {
        self.state().meta.is_none()
    }

    /// The engine's newest meta.
    pub(super) fn meta(&self) -> EngineMeta {
        let state = self.state();
        let meta = state.meta.as_deref().map(EngineMeta::parse);
        meta.and_then(std::result::Result::ok)
            .unwrap_or_else(EngineMeta::none)
    }

    /// Has the engine read this meta from here on. For who only reads, and knows better than what was
    /// published what the engine needs of it.
    pub(super) fn hand_out(&self, meta: &EngineMeta) {
        debug_assert!(self.mode == Mode::Read, "what is written has its own");
        self.state().meta = Some(meta.text().as_bytes().to_vec());
    }

    /// The engine's newest meta together with every complete file. The two belong together: a
    /// merge that ends later replaces the meta before it lets its inputs go.
    pub(super) fn snapshot(&self) -> (Vec<u8>, Vec<(PathBuf, KnownFile)>) {
        let state = self.state();
        let files = state
            .known
            .iter()
            .map(|(path, known)| (path.clone(), known.clone()));
        (state.meta.clone().unwrap_or_default(), files.collect())
    }

    /// Bytes of complete files that no generation has named yet.
    pub(super) fn unsynced(&self) -> u64 {
        let state = self.state();
        let unsynced = state.known.values().filter(|known| !known.synced);
        unsynced.map(|known| known.length).sum()
    }

    /// Bytes of the complete files of a segment.
    pub(super) fn bytes_of(&self, stem: &str) -> u64 {
        let state = self.state();
        let is_its = |path: &Path| path.to_str().is_some_and(|path| path.starts_with(stem));
        let files = state.known.iter().filter(|(path, _)| is_its(path));
        files.map(|(_, known)| known.length).sum()
    }

    /// Makes files durable and describes them, in the order of their names.
    pub(super) fn seal(&self, files: Vec<(PathBuf, KnownFile)>) -> Result<Vec<FileRef>> {
        if let Files::Folder { path: folder, .. } = &self.files {
            let mut unsynced = files.iter().filter(|(_, known)| !known.synced).peekable();
            let any = unsynced.peek().is_some();
            for (path, _) in unsynced {
                let path = folder.join(path);
                sync_file(&path).map_err(|source| Error::io(&path, "sync", source))?;
            }
            if any {
                sync_folder(folder).map_err(|source| Error::io(folder, "sync", source))?;
            }
        }
        let mut state = self.state();
        for (path, _) in &files {
            if let Some(known) = state.known.get_mut(path) {
                known.synced = true;
            }
        }
        Ok(Self::describe(files))
    }

    /// Describes files, in the order of their names.
    pub(super) fn describe(files: Vec<(PathBuf, KnownFile)>) -> Vec<FileRef> {
        let describe = |(path, known): (PathBuf, KnownFile)| FileRef {
            path: path.to_string_lossy().into_owned(),
            length: known.length,
            hash: known.hash.to_hex().to_string(),
        };
        let mut described: Vec<FileRef> = files.into_iter().map(describe).collect();
        described.sort_by(|a, b| a.path.cmp(&b.path));
        described
    }

    /// Whether the bytes of these files are still those that were written.
    pub(super) fn verify(&self, stem: &str) -> Result<()> {
        let files: Vec<(PathBuf, KnownFile)> = self
            .state()
            .known
            .iter()
            .filter(|(path, _)| path.to_str().is_some_and(|path| path.starts_with(stem)))
            .map(|(path, known)| (path.clone(), known.clone()))
            .collect();
        let Files::Folder { path: folder, .. } = &self.files else {
            return Ok(());
        };
        for (path, known) in files {
            let path = folder.join(path);
            let file = File::open(&path).map_err(|source| Error::io(&path, "open", source))?;
            let mut hasher = blake3::Hasher::new();
            hasher
                .update_reader(file)
                .map_err(|source| Error::io(&path, "read", source))?;
            let length = hasher.count();
            if length != known.length || hasher.finalize() != known.hash {
                return Err(damaged(&path, "its bytes are not those that were written"));
            }
        }
        Ok(())
    }

    /// Files that the engine may still need: complete ones, and those being written.
    pub(super) fn working_files(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let state = self.state();
        let files: Vec<PathBuf> = state.known.keys().chain(&state.writing).cloned().collect();
        files.into_iter()
    }

    /// Takes a complete file back that no generation has named, to be written anew.
    pub(super) fn take_back(&self, path: &Path) -> io::Result<()> {
        debug_assert!(self.mode == Mode::Write, "nobody writes what is only read");
        {
            // At no moment may a sweep take it for a leftover.
            let mut state = self.state();
            let known = state.known.remove(path);
            debug_assert!(known.is_some_and(|known| !known.synced));
            state.writing.insert(path.to_owned());
        }
        let full = self.full(path);
        let removed = match &self.files {
            Files::Memory(memory) => {
                memory.names().remove(path);
                memory.files.delete(path).map_err(io::Error::other)
            }
            Files::Folder { .. } => self.gate.pass(|| remove_file(&full)),
        };
        removed.map_err(|error| self.failure.keep(&full, "replace", error))
    }

    /// The path of a file with its folder.
    fn full(&self, path: &Path) -> PathBuf {
        match &self.files {
            Files::Folder { path: folder, .. } => folder.join(path),
            Files::Memory(_) => path.to_owned(),
        }
    }

    fn inner(&self) -> &dyn Directory {
        match &self.files {
            Files::Folder { mapped, .. } => mapped,
            Files::Memory(memory) => &memory.files,
        }
    }

    fn small_file<'a>(state: &'a mut State, path: &Path) -> Option<&'a mut Option<Vec<u8>>> {
        match path.to_str() {
            Some(META) => Some(&mut state.meta),
            Some(MANAGED) => Some(&mut state.managed),
            _ => None,
        }
    }
}

impl fmt::Debug for EngineDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineDirectory")
            .field("files", &self.inner())
            .finish_non_exhaustive()
    }
}

impl Directory for EngineDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        // The next deletions are added to these, under a fresh hash: no damage may get one with it.
        let is_added_to = path.extension().is_some_and(|kind| kind == DELETIONS);
        if self.mode == Mode::Write && is_added_to {
            let name = path.to_string_lossy();
            self.verify(&name).map_err(|error| {
                let source = io::Error::new(io::ErrorKind::InvalidData, error.to_string());
                OpenReadError::wrap_io_error(source, path.to_owned())
            })?;
        }
        let opened: Result<Arc<dyn FileHandle>, OpenReadError> = match &self.files {
            Files::Folder { mapped, .. } if self.mode == Mode::Write && is_streamed(path) => {
                // A mapping needs no descriptor, where there are too few.
                match StreamedFile::open(self.full(path), path, mapped, &self.failure) {
                    Ok(file) => Ok(Arc::new(file) as _),
                    Err(OpenReadError::IoError { .. }) => mapped.get_file_handle(path),
                    Err(error) => Err(error),
                }
            }
            Files::Folder { mapped, .. } if self.mode == Mode::Read && is_piecemeal(path) => {
                match PiecemealFile::open(&self.full(path), path, mapped) {
                    Some(file) => Ok(Arc::new(file) as _),
                    None => mapped.get_file_handle(path),
                }
            }
            _ => self.inner().get_file_handle(path),
        };
        opened.map_err(|error| match error {
            OpenReadError::IoError { io_error, filepath } => {
                let path = self.full(path);
                let error = io::Error::new(io_error.kind(), io_error);
                let io_error = Arc::new(self.failure.keep(&path, "open", error));
                OpenReadError::IoError { io_error, filepath }
            }
            error => error,
        })
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        // The sweep decides when the bytes go: generations that are kept may need them.
        self.state().known.remove(path);
        if let Files::Folder { mapped, .. } = &self.files {
            // The engine remembers each file that it ever mapped until it is asked which of them
            // still are.
            let _ = mapped.get_cache_info();
        }
        Ok(())
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        if let Some(small) = Self::small_file(&mut self.state(), path) {
            return Ok(small.is_some());
        }
        self.inner().exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        if self.mode == Mode::Read {
            let refusal = io::Error::new(io::ErrorKind::PermissionDenied, "opened for reading");
            return Err(OpenWriteError::wrap_io_error(refusal, path.to_owned()));
        }
        // Before the file exists, so that no sweep takes it for a leftover.
        self.state().writing.insert(path.to_owned());
        let sink: Box<dyn TerminatingWrite + Send + Sync> = match &self.files {
            Files::Memory(memory) => {
                memory.names().insert(path.to_owned());
                Box::new(memory.files.open_write(path)?)
            }
            Files::Folder { path: folder, .. } => {
                let full = folder.join(path);
                let created = self.gate.pass(|| OutputFile::create_new(&full));
                let file = created.map_err(|error| {
                    if error.kind() == io::ErrorKind::AlreadyExists {
                        return OpenWriteError::FileAlreadyExists(path.to_owned());
                    }
                    let error = self.failure.keep(&full, "create", error);
                    OpenWriteError::wrap_io_error(error, path.to_owned())
                })?;
                Box::new(PlainFile(file))
            }
        };
        let hashing = HashingWriter {
            sink,
            hasher: blake3::Hasher::new(),
            length: 0,
            path: path.to_owned(),
            full: self.full(path),
            state: Arc::clone(&self.state),
            failure: self.failure.clone(),
            gate: self.gate.clone(),
        };
        Ok(BufWriter::with_capacity(1 << 16, Box::new(hashing)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        match Self::small_file(&mut self.state(), path) {
            Some(small) => small
                .clone()
                .ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned())),
            None => self.inner().atomic_read(path),
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        match Self::small_file(&mut self.state(), path) {
            Some(small) => {
                *small = Some(data.to_vec());
                Ok(())
            }
            None => Err(io::Error::other(format!(
                "unexpected file `{}`",
                path.display()
            ))),
        }
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(()) // done once, for what is published
    }

    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        // One writer is ensured by our own lock; readers hold their generation.
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

/// A file that is synced with the publication that first names it, not when it is closed: what a
/// merge replaces before that never needs to be.
struct PlainFile(OutputFile);

impl Write for PlainFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for PlainFile {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        Ok(())
    }
}

struct HashingWriter {
    sink: Box<dyn TerminatingWrite + Send + Sync>,
    hasher: blake3::Hasher,
    length: u64,
    path: PathBuf,
    /// With the folder, for whoever has to be told.
    full: PathBuf,
    state: Arc<Mutex<State>>,
    failure: FirstFailure,
    gate: Gate,
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.gate.pass(|| self.sink.write(bytes));
        let written = written.map_err(|error| self.failure.keep(&self.full, "write", error))?;
        self.hasher.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl TerminatingWrite for HashingWriter {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.sink.flush()?;
        self.sink.terminate_ref(token)?;
        let known = KnownFile {
            length: self.length,
            hash: self.hasher.finalize(),
            synced: false,
        };
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.writing.remove(&self.path);
        state.known.insert(std::mem::take(&mut self.path), known);
        Ok(())
    }
}
