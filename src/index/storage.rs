//! The one door to the disk: everything that is written to the folder of an index goes through
//! here, so that there is one place to say what a folder, a name and a file need to be durable.
//!
//! Tests stand in this door: `faults` counts the operations on a folder, refuses them as a full
//! or broken disk would, and knows what a power cut would have left. Elsewhere it costs nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

#[cfg(test)]
pub(crate) mod faults;

#[cfg(test)]
use faults::perform;

/// Fills `bytes` from a place on. Where a file has one place only, it is moved.
pub(super) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, at);
    #[cfg(not(unix))]
    {
        let mut file = file;
        file.seek(SeekFrom::Start(at))?;
        io::Read::read_exact(&mut file, bytes)
    }
}

/// What is about to be done with a file or folder.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only tests look at what is done")
)]
pub(crate) enum Operation<'a> {
    CreateFolder,
    /// A file that is not there yet.
    CreateFile,
    /// A file that may be there: it keeps its content, or loses it.
    OpenFile {
        truncate: bool,
    },
    Write {
        at: u64,
        bytes: &'a [u8],
    },
    SetLength(u64),
    SyncFile,
    Rename {
        to: &'a Path,
    },
    RemoveFile,
    RemoveFolder,
    SyncFolder,
}

/// Does it. A test may have it refused, or done by half: `act` is told how many bytes to write.
#[cfg(not(test))]
fn perform<T>(
    _: &Path,
    operation: Operation<'_>,
    act: impl FnOnce(usize) -> io::Result<T>,
) -> io::Result<T> {
    act(operation.bytes())
}

impl Operation<'_> {
    fn bytes(&self) -> usize {
        match self {
            Self::Write { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }
}

/// A file that is being written. Its bytes are durable after [`sync`](Self::sync), its name is
/// after [`sync_folder`].
#[derive(Debug)]
pub(crate) struct OutputFile {
    file: File,
    path: Box<Path>,
    /// Where the next bytes go.
    at: u64,
}

impl OutputFile {
    /// Creates a file that must not be there yet.
    pub(crate) fn create_new(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let file = perform(path, Operation::CreateFile, |_| options.open(path))?;
        Ok(Self::new(file, path))
    }

    /// Creates a file, or empties the one that is there.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let operation = Operation::OpenFile { truncate: true };
        let file = perform(path, operation, |_| File::create(path))?;
        Ok(Self::new(file, path))
    }

    /// Opens a file at its beginning, and creates it if it is not there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let operation = Operation::OpenFile { truncate: false };
        let file = perform(path, operation, |_| options.open(path))?;
        Ok(Self::new(file, path))
    }

    fn new(file: File, path: &Path) -> Self {
        Self {
            file,
            path: path.into(),
            at: 0,
        }
    }

    /// The open file, to be locked.
    pub(crate) fn handle(&self) -> &File {
        &self.file
    }

    /// Cuts the file, or fills it up with zeros, and goes on at that place.
    pub(crate) fn set_length(&mut self, length: u64) -> io::Result<()> {
        let file = &self.file;
        perform(&self.path, Operation::SetLength(length), |_| {
            file.set_len(length)
        })?;
        self.at = self.file.seek(SeekFrom::Start(length))?;
        Ok(())
    }

    /// Makes the bytes durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        perform(&self.path, Operation::SyncFile, |_| self.file.sync_all())
    }

    /// Gives the file another name in its folder, and replaces what had it.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for ledgers"))]
    pub(crate) fn rename(&mut self, to: &Path) -> io::Result<()> {
        rename(&self.path, to)?;
        self.path = to.into();
        Ok(())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let operation = Operation::Write { at: self.at, bytes };
        let file = &mut self.file;
        let written = perform(&self.path, operation, |most| {
            file.write(bytes.get(..most).unwrap_or(bytes))
        })?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // nothing is held back
    }
}

/// Makes the bytes of a file durable that was closed already.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    perform(path, Operation::SyncFile, |_| {
        // Some systems sync only what was opened for writing.
        OpenOptions::new().write(true).open(path)?.sync_all()
    })
}

/// Replaces a small file: written beside it under `temporary`, synced, renamed, folder synced; it
/// is readable by others as the process's own files are.
pub(crate) fn replace(path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OutputFile::create(temporary)?;
    file.write_all(bytes)?;
    file.sync()?;
    drop(file); // some systems rename no open file
    rename(temporary, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    perform(from, Operation::Rename { to }, |_| fs::rename(from, to))
}

/// Removes a file; that there is none is no error.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    let removed = perform(path, Operation::RemoveFile, |_| fs::remove_file(path));
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes an empty folder.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    perform(path, Operation::RemoveFolder, |_| fs::remove_dir(path))
}

/// Makes a folder and those above it, as far as they are missing, and their names durable: what
/// is synced in a folder would be out of reach without.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let there = path.ancestors().find(|above| above.is_dir());
    // What is there already is reached, and its name made durable.
    create_folder_in(there.map_or(Path::new("."), parent), path)
}

/// Makes a folder and those between it and an outer one, as [`create_folder`] does. The outer one
/// is not made: one that is not there any more was moved or taken away with all that is in it,
/// and an empty one in its place would be taken for it.
pub(crate) fn create_folder_in(outer: &Path, path: &Path) -> io::Result<()> {
    if path == outer {
        return if path.is_dir() {
            Ok(())
        } else {
            Err(io::ErrorKind::NotFound.into())
        };
    }
    if path.is_dir() {
        // Whoever made it may have been killed before its name was durable. The folder above may
        // be one that is not for us to open, but then we did not make this one.
        return match sync_folder(parent(path)) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            synced => synced,
        };
    }
    let above = parent(path);
    if above == path {
        return Err(io::ErrorKind::NotFound.into());
    }
    create_folder_in(outer, above)?;
    match perform(path, Operation::CreateFolder, |_| fs::create_dir(path)) {
        // Somebody else was faster.
        Err(_) if path.is_dir() => {}
        created => created?,
    }
    sync_folder(parent(path))
}

/// Makes the names in a folder durable. Where folders cannot be opened (Windows), renames are.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        perform(folder, Operation::SyncFolder, |_| {
            File::open(folder)?.sync_all()
        })
    } else {
        Ok(())
    }
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
