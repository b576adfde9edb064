//! Asks the system to tell of changes below a folder, and sorts out those that cannot matter.
//!
//! Where the system listens to single folders only, they are named to it one by one here and not
//! by its library: that follows links, gives up at the first folder that may not be read, and
//! learns of new folders too late. A new folder is listened to before a run looks into it, so
//! whatever appears in it is either found by that run or told.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use pressmark::corpus::Corpus;

use super::inbox::{Inbox, Trouble};
use crate::settings::CONFIG_FILE;

/// Whether folders have to be named one by one.
const ONE_BY_ONE: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// What systems answer who opens too many things, among them things that listen.
const TOO_MANY_OPEN: i32 = 24;

/// Listens as long as it lives.
pub(super) struct Listener {
    watcher: RecommendedWatcher,
    ground: Arc<Ground>,
}

/// Why the system does not tell of changes.
#[derive(Debug)]
pub(super) enum Deaf {
    /// It takes no more folders.
    TooManyFolders,
    /// It takes no more programs that listen.
    TooManyListeners,
    /// It says so.
    Other(String),
}

/// What is listened to.
#[derive(Debug)]
struct Ground {
    corpus: Arc<Corpus>,
    /// The folder where it really is.
    root: PathBuf,
    /// The folder of the index where it really is, or will be.
    index: PathBuf,
}

impl Listener {
    /// Begins to listen to everything below the root of a corpus.
    pub(super) fn new(corpus: &Arc<Corpus>, index: &Path, inbox: Arc<Inbox>) -> Result<Self, Deaf> {
        let ground = Arc::new(Ground {
            corpus: Arc::clone(corpus),
            root: real(corpus.root()),
            index: real(index),
        });
        let hearing = Hearing {
            inbox,
            ground: Arc::clone(&ground),
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(hearing, config).map_err(|error| Deaf::of(&error))?;
        let mut listener = Self { watcher, ground };
        let ground = Arc::clone(&listener.ground);
        if ONE_BY_ONE {
            listener.listen(&ground.root)?;
        } else {
            let heard = listener
                .watcher
                .watch(&ground.root, RecursiveMode::Recursive);
            heard.map_err(|error| Deaf::of(&error))?;
        }
        Ok(listener)
    }

    /// Listens to what may be new folders, too.
    pub(super) fn add(&mut self, folders: &[PathBuf]) -> Result<(), Deaf> {
        if ONE_BY_ONE {
            let is_folder = |path: &&PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_dir());
            for folder in folders.iter().filter(is_folder) {
                self.listen(folder)?;
            }
        }
        Ok(())
    }

    /// Listens to a folder and those below. A folder is listened to before it is looked into.
    fn listen(&mut self, top: &Path) -> Result<(), Deaf> {
        let mut folders = vec![top.to_owned()];
        while let Some(folder) = folders.pop() {
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                // It went again, or must not be read: then a run says so.
                Err(error) if folder != self.ground.root && is_about_the_folder(&error) => continue,
                Err(error) => return Err(Deaf::of(&error)),
            }
            let Ok(entries) = folder.read_dir() else {
                continue;
            };
            let found = entries.flatten().filter(|entry| {
                entry.file_type().is_ok_and(|kind| kind.is_dir())
                    && self.ground.has_folder(&entry.path())
            });
            folders.extend(found.map(|entry| entry.path()));
        }
        Ok(())
    }
}

impl Deaf {
    fn of(error: &notify::Error) -> Self {
        match &error.kind {
            ErrorKind::MaxFilesWatch => Self::TooManyFolders,
            ErrorKind::Io(cause) if cause.raw_os_error() == Some(TOO_MANY_OPEN) => {
                Self::TooManyListeners
            }
            _ => Self::Other(error.to_string()),
        }
    }

    /// Why, and what can be done about it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::TooManyFolders => "there are more folders than the system lets be watched \
                 (`sysctl fs.inotify.max_user_watches` raises that)"
                .to_owned(),
            Self::TooManyListeners => "more programs watch folders than the system allows \
                 (`sysctl fs.inotify.max_user_instances` raises that)"
                .to_owned(),
            Self::Other(message) => format!("the system does not tell of changes ({message})"),
        }
    }
}

fn is_about_the_folder(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(cause) => matches!(
            cause.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::PermissionDenied
        ),
        _ => false,
    }
}

/// Hears every event, on a thread of the library's own.
struct Hearing {
    inbox: Arc<Inbox>,
    ground: Arc<Ground>,
}

impl notify::EventHandler for Hearing {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.inbox.trouble(Trouble::Lost),
            Ok(event) => {
                for path in &event.paths {
                    self.hear(event.kind, path);
                }
            }
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                self.inbox.trouble(Trouble::Full);
            }
            Err(_) => self.inbox.trouble(Trouble::Lost),
        }
    }
}

impl Hearing {
    fn hear(&self, kind: EventKind, path: &Path) {
        if !self.ground.matters(kind, path) {
            return;
        }
        let is_removal = matches!(
            kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From))
        );
        if is_removal && path == self.ground.root {
            self.inbox.trouble(Trouble::Stale);
        }
        if may_be_new_folder(kind) {
            self.inbox.folder(path.to_owned());
        }
        self.inbox.change(u64::from(is_removal));
    }
}

impl Ground {
    /// Whether what lies in a folder can matter.
    fn has_folder(&self, path: &Path) -> bool {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        !path.starts_with(&self.index) && !self.corpus.passes_over(relative, true)
    }

    /// Whether an event can change what a run finds. The configuration is looked after apart.
    fn matters(&self, kind: EventKind, path: &Path) -> bool {
        if !tells_of_change(kind) {
            return false;
        }
        let Ok(relative) = path.strip_prefix(&self.root) else {
            return true;
        };
        if relative == Path::new(CONFIG_FILE) || !self.has_folder(path) {
            return false;
        }
        !self.corpus.passes_over(relative, false) || self.is_folder(kind, path, relative)
    }

    /// Whether a path that no file may have is, or was, that of a folder.
    fn is_folder(&self, kind: EventKind, path: &Path, relative: &Path) -> bool {
        match kind {
            EventKind::Create(CreateKind::File)
            | EventKind::Remove(RemoveKind::File)
            | EventKind::Modify(ModifyKind::Data(_))
            | EventKind::Access(_) => false,
            // It cannot be asked any more. If it was a folder, were there files in it that count?
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                !self.corpus.passes_over(&relative.join("file"), false)
            }
            _ => path.is_dir(),
        }
    }
}

/// Whether an event speaks of a change: to look at something is none.
fn tells_of_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        kind => kind != EventKind::Other,
    }
}

/// Whether an event may be the first that is heard of a folder, or of one that can be read now.
fn may_be_new_folder(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(kind) => kind != CreateKind::File,
        EventKind::Modify(ModifyKind::Name(mode)) => {
            !matches!(mode, RenameMode::From | RenameMode::Both)
        }
        EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Any => true,
        _ => false,
    }
}

/// Where a path really is, whether or not all of it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize()
        .unwrap_or_else(|_| match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => real(parent).join(name),
            _ => path,
        })
}

#[cfg(test)]
mod tests;
