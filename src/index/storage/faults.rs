//! Faults on purpose: what a full disk, a broken one, a kill and a power cut would do.
//!
//! A test installs a [`Plan`] for a folder. From then on every operation of the library below that
//! folder, of whatever thread, is counted, and refused if the plan says so:
//!
//! ```ignore
//! let guard = faults::install(root, Plan::die_after(17)); // or Plan::watch(), Plan::fail(17, …)
//! let outcome = reindex(…);          // sees the first 17 operations done, and nothing after
//! let happened = guard.operations(); // at most 17, if the run came to its end before
//! drop(guard);                       // the disk is whole again, and can be looked at
//! ```
//!
//! `root` is the folder of the index or one above it, spelled as the library will spell it; tests
//! that use folders of their own do not disturb each other. Threads that a broken run left behind
//! may still be writing: look at a copy of the folder, made while the guard lives.

pub(crate) mod disk;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use disk::Disk;

use super::Operation;

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No space is left.
    Full,
    /// The device is broken.
    Broken,
    /// Permission is denied.
    Denied,
    /// A write gets half of its bytes to the disk, and the next operation finds it full. Anything
    /// else finds it full at once.
    Short,
    /// The process dies: this operation, and all that follow, change nothing.
    Death,
}

impl Fault {
    /// Every one.
    pub(crate) const ALL: [Self; 5] = [
        Self::Full,
        Self::Broken,
        Self::Denied,
        Self::Short,
        Self::Death,
    ];

    pub(crate) fn error(self) -> io::Error {
        match self {
            Self::Full | Self::Short => io::ErrorKind::StorageFull.into(),
            Self::Denied => io::ErrorKind::PermissionDenied.into(),
            Self::Broken => io::Error::other("the device is broken"),
            Self::Death => io::Error::other("the process died here"),
        }
    }
}

/// Which operation is to fail, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    after: Option<u64>,
    fault: Fault,
    lasts: bool,
    records: bool,
}

impl Plan {
    /// Nothing fails; operations are counted.
    pub(crate) fn watch() -> Self {
        Self {
            after: None,
            fault: Fault::Death,
            lasts: false,
            records: false,
        }
    }

    /// So many operations are done; the process dies at the next one.
    pub(crate) fn die_after(operations: u64) -> Self {
        Self::fail(operations, Fault::Death)
    }

    /// So many operations are done; the next one fails, and those behind it are done again.
    pub(crate) fn fail(operations: u64, fault: Fault) -> Self {
        Self {
            after: Some(operations),
            fault,
            ..Self::watch()
        }
    }

    /// The same fault after another number of operations.
    pub(crate) fn after(self, operations: u64) -> Self {
        Self {
            after: Some(operations),
            ..self
        }
    }

    pub(crate) fn fault(self) -> Fault {
        self.fault
    }

    /// What needs room, or can break, goes on failing after the first time.
    pub(crate) fn lasting(self) -> Self {
        Self {
            lasts: true,
            ..self
        }
    }

    /// Keeps what a disk would hold after a power cut, see [`Guard::disk`].
    pub(crate) fn recording(self) -> Self {
        Self {
            records: true,
            ..self
        }
    }
}

/// Watches a folder as long as it lives.
#[derive(Debug)]
pub(crate) struct Guard {
    root: PathBuf,
    watch: Arc<Watch>,
}

#[derive(Debug)]
struct Watch(Mutex<Story>);

/// What happened so far below a folder.
#[derive(Debug)]
struct Story {
    plan: Plan,
    done: u64,
    /// What the plan broke first, and where.
    broke: Option<String>,
    /// The rest of a short write is still to fail.
    cut_short: bool,
    disk: Option<Disk>,
}

static INSTALLED: AtomicUsize = AtomicUsize::new(0);
static WATCHES: LazyLock<Mutex<HashMap<PathBuf, Arc<Watch>>>> = LazyLock::new(Mutex::default);

/// Watches a folder, which need not exist yet, and what is below it.
pub(crate) fn install(root: &Path, plan: Plan) -> Guard {
    let story = Story {
        plan,
        done: 0,
        broke: None,
        cut_short: false,
        disk: plan.records.then(|| Disk::of(root)),
    };
    let watch = Arc::new(Watch(Mutex::new(story)));
    let before = lock(&WATCHES).insert(root.to_owned(), Arc::clone(&watch));
    assert!(before.is_none(), "`{}` is watched twice", root.display());
    INSTALLED.fetch_add(1, Ordering::SeqCst);
    Guard {
        root: root.to_owned(),
        watch,
    }
}

impl Guard {
    /// Operations that were done since the installation.
    pub(crate) fn operations(&self) -> u64 {
        lock(&self.watch.0).done
    }

    /// What the plan broke, if the run came that far.
    pub(crate) fn broke(&self) -> Option<String> {
        lock(&self.watch.0).broke.clone()
    }

    /// Goes on with another plan. Its numbers count from here.
    pub(crate) fn change(&self, plan: Plan) {
        let mut story = lock(&self.watch.0);
        let done = story.done;
        story.plan = Plan {
            after: plan.after.map(|after| done + after),
            records: story.plan.records,
            ..plan
        };
        (story.broke, story.cut_short) = (None, false);
    }

    /// What a disk would know of the operations so far, if the plan records it.
    pub(crate) fn disk(&self) -> Disk {
        let disk = lock(&self.watch.0).disk.clone();
        disk.expect("the plan records")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        lock(&WATCHES).remove(&self.root);
        INSTALLED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Does an operation, if the plan for its folder does not want it to fail.
pub(super) fn perform<T>(
    path: &Path,
    operation: Operation<'_>,
    act: impl FnOnce(usize) -> io::Result<T>,
) -> io::Result<T> {
    let Some((root, watch)) = watch_of(path) else {
        return act(operation.bytes());
    };
    // Held while it is done, so that what is recorded is the order in which things happened.
    let mut story = lock(&watch.0);
    let most = story.allow(path, &operation)?;
    let existed = path.exists();
    let done = act(most)?;
    story.done += 1;
    if let Some(disk) = &mut story.disk {
        disk.note(&root, path, existed, &operation, most);
    }
    Ok(done)
}

impl Story {
    /// Gives the number of bytes to write.
    fn allow(&mut self, path: &Path, operation: &Operation<'_>) -> io::Result<usize> {
        let Plan {
            after: Some(after),
            fault,
            lasts,
            ..
        } = self.plan
        else {
            return Ok(operation.bytes());
        };
        let is_first = self.broke.is_none();
        if is_first && self.done < after {
            return Ok(operation.bytes());
        }
        if is_first {
            self.broke = Some(format!(
                "{fault:?} at {after}: {operation:?} {}",
                path.display()
            ));
        }
        match (fault, operation) {
            (Fault::Death, _) => Err(fault.error()),
            (Fault::Short, Operation::Write { bytes, .. }) if is_first && bytes.len() > 1 => {
                self.cut_short = true;
                Ok(bytes.len() / 2)
            }
            _ if is_first || (lasts && fault.concerns(operation)) => Err(fault.error()),
            _ if std::mem::take(&mut self.cut_short) => Err(fault.error()),
            _ => Ok(operation.bytes()),
        }
    }
}

impl Fault {
    /// A full disk removes and renames.
    fn concerns(self, operation: &Operation<'_>) -> bool {
        use Operation::{CreateFile, CreateFolder, Write};
        !matches!(self, Self::Full | Self::Short)
            || matches!(operation, CreateFile | CreateFolder | Write { .. })
    }
}

/// Copies a folder, if it is there.
pub(crate) fn copy(from: &Path, to: &Path) {
    if !from.exists() {
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn watch_of(path: &Path) -> Option<(PathBuf, Arc<Watch>)> {
    if INSTALLED.load(Ordering::SeqCst) == 0 {
        return None;
    }
    let watches = lock(&WATCHES);
    path.ancestors().find_map(|folder| {
        let watch = watches.get(folder)?;
        Some((folder.to_owned(), Arc::clone(watch)))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::tempdir;

    use super::super::{OutputFile, create_folder, remove_file, replace, sync_folder};
    use super::*;

    fn write(root: &Path) -> io::Result<()> {
        create_folder(&root.join("a/b"))?;
        let mut file = OutputFile::create_new(&root.join("a/b/file"))?;
        file.write_all(b"0123456789")?;
        file.sync()?;
        sync_folder(&root.join("a/b"))?;
        replace(&root.join("name"), &root.join("name.tmp"), b"content")?;
        remove_file(&root.join("a/b/file"))
    }

    #[test]
    fn every_operation_can_fail_and_a_dead_process_does_nothing_more() {
        for fault in Fault::ALL {
            for after in 0.. {
                let folder = tempdir().unwrap();
                let guard = install(folder.path(), Plan::fail(after, fault));
                let outcome = std::thread::scope(|scope| {
                    let writer = scope.spawn(|| write(folder.path()));
                    writer.join().unwrap()
                });
                let Some(broke) = guard.broke() else {
                    outcome.unwrap();
                    assert_eq!((guard.operations(), after), (14, 14));
                    break;
                };
                let error = outcome.expect_err(&broke);
                assert_eq!(error.kind(), fault.error().kind(), "{broke}");
                let done = guard.operations();
                assert!((after..=after + 1).contains(&done), "{broke}");
                let again = write(&folder.path().join("again"));
                assert_eq!(again.is_err(), fault == Fault::Death, "{broke}");
            }
        }
    }

    #[test]
    fn a_short_write_leaves_half() {
        let folder = tempdir().unwrap();
        let guard = install(folder.path(), Plan::fail(5, Fault::Short));
        write(folder.path()).unwrap_err();
        assert_eq!(
            std::fs::read(folder.path().join("a/b/file")).unwrap(),
            b"01234"
        );
        assert!(guard.broke().unwrap().contains("Write"));
    }

    #[test]
    fn a_disk_that_stays_full_still_removes() {
        let folder = tempdir().unwrap();
        let plan = Plan::fail(13, Fault::Full).lasting();
        let guard = install(folder.path(), plan);
        write(folder.path()).unwrap_err();
        remove_file(&folder.path().join("a/b/file")).unwrap();
        write(&folder.path().join("again")).unwrap_err();
        guard.change(Plan::watch());
        write(&folder.path().join("again")).unwrap();
    }

    #[test]
    fn other_folders_are_left_alone() {
        let (watched, other) = (tempdir().unwrap(), tempdir().unwrap());
        let guard = install(watched.path(), Plan::die_after(0));
        write(other.path()).unwrap();
        assert_eq!(guard.operations(), 0);
    }
}
