//! Where an index lives: a folder, or the memory of the process.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use tantivy::Directory;
use tantivy::directory::RamDirectory;

use super::generation::Generation;
use super::storage::OutputFile;
use crate::{Error, ErrorKind, Result};

/// The names below the folder of an index.
pub(super) const CURRENT: &str = "CURRENT";
pub(super) const GENERATIONS: &str = "generations";
pub(super) const DATA: &str = "data";
pub(super) const LOCK: &str = "LOCK";
/// The folder of what the corpus taught about its topics.
pub(super) const MODELS: &str = "models";
/// The folder of ledgers.
pub(super) const RUNS: &str = "runs";
/// The folder of an index inside the folder of a corpus.
pub(super) const INDEX_FOLDER: &str = ".pressmark";

/// A folder, or memory.
#[derive(Debug, Clone)]
pub(super) enum Home {
    Folder(Arc<Path>),
    Memory(Arc<Memory>),
}

/// An index in memory: the same files, and the generations beside them.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) files: RamDirectory,
    names: Mutex<HashSet<PathBuf>>,
    published: RwLock<Published>,
    writer: AtomicBool,
}

#[derive(Debug)]
struct Published {
    newest: Arc<Generation>,
    /// Earlier ones, as far as somebody still holds them.
    earlier: Vec<Weak<Generation>>,
}

impl Memory {
    pub(super) fn new(first: Generation) -> Self {
        let published = Published {
            newest: Arc::new(first),
            earlier: Vec::new(),
        };
        Self {
            files: RamDirectory::create(),
            names: Mutex::default(),
            published: RwLock::new(published),
            writer: AtomicBool::new(false),
        }
    }

    pub(super) fn newest(&self) -> Arc<Generation> {
        let published = self
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&published.newest)
    }

    pub(super) fn publish(&self, generation: Arc<Generation>) {
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut published.newest, generation);
        published.earlier.push(Arc::downgrade(&before));
    }

    /// Frees what no generation that somebody holds, and no writer, needs. As on disk, the files
    /// are listed before the writer is asked which it needs.
    pub(super) fn sweep(&self, working: impl FnOnce() -> HashSet<PathBuf>) {
        let listed: Vec<PathBuf> = self.names().iter().cloned().collect();
        let mut needed = working();
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut keep = |generation: &Generation| {
            needed.extend(
                generation
                    .files
                    .iter()
                    .map(|file| PathBuf::from(&file.path)),
            );
        };
        keep(&published.newest);
        published
            .earlier
            .retain(|generation| match generation.upgrade() {
                Some(generation) => {
                    keep(&generation);
                    true
                }
                None => false,
            });
        for name in listed.into_iter().filter(|name| !needed.contains(name)) {
            if self.files.delete(&name).is_ok() {
                self.names().remove(&name);
            }
        }
    }

    /// Every file there is, whoever made it.
    pub(super) fn names(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Home {
    /// Finds the index that `path` is or holds.
    pub(super) fn find(path: &Path) -> Result<Self> {
        for folder in [path.to_path_buf(), path.join(INDEX_FOLDER)] {
            if is_file(&folder.join(CURRENT))? || has_lost_its_name(&folder) {
                return Ok(Self::Folder(folder.into()));
            }
        }
        if !path.exists() {
            return Err(Error::new(
                ErrorKind::NoIndex,
                format!("there is no `{}`", path.display()),
            )
            .with_path(path));
        }
        Err(Error::new(
            ErrorKind::NoIndex,
            format!("there is no index in `{}`", path.display()),
        )
        .with_path(path)
        .with_hint(format!("run `pressmark index {}`", path.display())))
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Memory(_) => None,
        }
    }
}

/// Whether there is a file. One that lies where nobody may look is not one that is not there.
fn is_file(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(Error::io(path, "look for", error)
                .with_hint("whoever searches must be allowed to read the folder of the index"))
        }
        Err(_) => Ok(false),
    }
}

/// Whether states were published in a folder and `CURRENT` is gone. Creating an index writes the
/// first description before it.
pub(super) fn has_lost_its_name(folder: &Path) -> bool {
    let described = std::fs::read_dir(folder.join(GENERATIONS))
        .into_iter()
        .flatten();
    let mut names = described.flatten().map(|entry| entry.file_name());
    !folder.join(CURRENT).exists()
        && names.any(|name| {
            let number = name
                .to_str()
                .and_then(|name| name.strip_suffix(".json")?.parse().ok());
            number.is_some_and(|number: u64| number > 0)
        })
}

/// Keeps every other writer out while it lives.
#[derive(Debug)]
pub(super) enum WriterLock {
    /// The lock goes with the file handle, also when the process dies.
    File {
        _file: OutputFile,
    },
    Memory(Arc<Memory>),
}

impl WriterLock {
    /// Takes the lock, or says who holds it.
    pub(super) fn take(home: &Home) -> Result<Self> {
        match home {
            Home::Folder(folder) => Self::take_file(&folder.join(LOCK)),
            Home::Memory(memory) => {
                if memory.writer.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(
                        ErrorKind::Locked,
                        "another writer of this index is open in this process",
                    )
                    .with_hint("close it first: there is one writer at a time"));
                }
                Ok(Self::Memory(Arc::clone(memory)))
            }
        }
    }

    fn take_file(path: &Path) -> Result<Self> {
        use std::io::Write;
        let mut file =
            OutputFile::open(path).map_err(|source| Error::io(path, "open the lock", source))?;
        match file.handle().try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let holder = noted_holder(path);
                let who = if holder.is_empty() {
                    String::new()
                } else {
                    format!(" ({holder})")
                };
                return Err(Error::new(
                    ErrorKind::Locked,
                    format!("another process is writing this index{who}"),
                )
                .with_path(path)
                .with_hint("wait until it has finished; searching goes on meanwhile"));
            }
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(Error::io(path, "lock", source));
            }
        }
        // The text only helps whoever finds the lock held; the lock itself is the kernel's.
        let note = format!("{}\n", holder());
        let written = file
            .set_length(0)
            .and_then(|()| file.write_all(note.as_bytes()));
        written.map_err(|source| Error::io(path, "write the lock", source))?;
        Ok(Self::File { _file: file })
    }
}

/// How often the note of a holder is looked for, and how long after each other: it takes the lock
/// a moment before it says who it is.
const LOOKS: usize = 20;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

/// Who says to hold the lock; at first that may be nobody, or a process that is gone.
fn noted_holder(path: &Path) -> String {
    let mut holder = String::new();
    for look in 0..LOOKS {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        let note = std::fs::read_to_string(path).unwrap_or_default();
        note.lines()
            .next()
            .unwrap_or("")
            .trim()
            .clone_into(&mut holder);
        if !holder.is_empty() && !is_gone(&holder) {
            break;
        }
    }
    holder
}

/// Whether a note names a process that does not run here. It may run on another machine.
fn is_gone(holder: &str) -> bool {
    let number = holder.split(' ').nth(1).unwrap_or_default();
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(number).exists()
}

/// Who holds the lock, for whoever finds it held: the process, the machine and since when.
fn holder() -> String {
    // Where the name is not to be had like this, the process must do.
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = match machine.trim() {
        "" => String::new(),
        name => format!(" on {name}"),
    };
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap_or_default();
    let since = now.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("process {}{machine} since {since}", std::process::id())
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        if let Self::Memory(memory) = self {
            memory.writer.store(false, Ordering::SeqCst);
        }
    }
}
