//! Files of which a search may need little: read in pieces at first, mapped when more is asked for.
//!
//! A process that has just begun pays for a mapping, and for every page of it that it touches the
//! pages around it as well: ten times what it costs to read a few hundred bytes. Whoever goes on
//! asking is better off with a mapping.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tantivy::Directory;
use tantivy::HasLen;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::{FileHandle, MmapDirectory, OwnedBytes};

use super::storage::read_exact_at;

/// Bytes at the end of a file that are read when it is opened: there stands what it consists of.
const END: usize = 1 << 10;
/// The most bytes of a piece.
const PIECE: usize = 16 << 10;
/// Pieces that are read of a file before it is mapped.
const PIECES: usize = 64;

/// Files that may be held open for it in a process; all others are mapped at once.
const MOST_HELD: usize = 64;

/// How many files are held open.
type Count = AtomicUsize;

/// How many are in this process.
static HELD: Count = Count::new(0);

/// Files of which a search needs all, or pieces everywhere.
const MAPPED: [&str; 4] = ["term", "fieldnorm", "fast", super::segment::nodes::NAME];

/// Whether pieces of a file may be enough.
pub(super) fn is_piecemeal(path: &Path) -> bool {
    let kind = path.extension();
    !MAPPED
        .iter()
        .any(|mapped| kind.is_some_and(|kind| kind == *mapped))
}

/// A file that is read in pieces as long as few are asked for.
pub(super) struct PiecemealFile {
    length: usize,
    end: OwnedBytes,
    /// Pieces that may still be read.
    left: AtomicUsize,
    held: Mutex<Option<Held>>,
    mapped: OnceLock<Arc<dyn FileHandle>>,
    directory: MmapDirectory,
    /// Within the folder that is mapped.
    path: PathBuf,
}

/// An open file, as one of [`MOST_HELD`].
struct Held {
    file: File,
    _one: One,
}

/// One of those that are counted.
struct One(&'static Count);

impl One {
    /// `None` if there are enough.
    fn more(of: &'static Count) -> Option<Self> {
        let one = Self(of);
        (of.fetch_add(1, Ordering::Relaxed) < MOST_HELD).then_some(one)
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Held {
    fn read(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        read_exact_at(&self.file, &mut bytes, range.start as u64)?;
        Ok(OwnedBytes::new(bytes))
    }
}

impl PiecemealFile {
    /// Opens a file of a folder that can be mapped; `None` if it had better be mapped at once. `full`:
    /// its path with that of the folder.
    pub(super) fn open(full: &Path, path: &Path, directory: &MmapDirectory) -> Option<Self> {
        Self::open_among(&HELD, full, path, directory)
    }

    fn open_among(
        count: &'static Count,
        full: &Path,
        path: &Path,
        directory: &MmapDirectory,
    ) -> Option<Self> {
        let one = One::more(count)?;
        // What is wrong with it, mapping it will tell.
        let file = File::open(full).ok()?;
        let length = usize::try_from(file.metadata().ok()?.len()).ok()?;
        let held = Held { file, _one: one };
        let end = held.read(length.saturating_sub(END)..length).ok()?;
        Some(Self {
            length,
            end,
            left: AtomicUsize::new(PIECES),
            held: Mutex::new(Some(held)),
            mapped: OnceLock::new(),
            directory: directory.clone(),
            path: path.to_owned(),
        })
    }

    /// A piece, if it is small, and was not asked for too often.
    fn piece(&self, range: Range<usize>) -> Option<OwnedBytes> {
        if range.len() > PIECE {
            return None;
        }
        let one_less = |left: usize| left.checked_sub(1);
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .ok()?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let piece = held.as_ref()?.read(range).ok();
        if left == 1 {
            *held = None;
        }
        piece
    }

    fn mapped(&self) -> io::Result<&Arc<dyn FileHandle>> {
        if let Some(mapped) = self.mapped.get() {
            return Ok(mapped);
        }
        let mapped = mapped(&self.directory, &self.path, self.length)?;
        Ok(self.mapped.get_or_init(|| mapped))
    }
}

/// Maps a file of a folder that has at least so many bytes.
pub(super) fn mapped(
    directory: &MmapDirectory,
    path: &Path,
    length: usize,
) -> io::Result<Arc<dyn FileHandle>> {
    let mapped = directory
        .get_file_handle(path)
        .map_err(|error| match error {
            OpenReadError::IoError { io_error, .. } => io::Error::new(io_error.kind(), io_error),
            error => io::Error::other(error),
        })?;
    if mapped.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(mapped)
}

impl FileHandle for PiecemealFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if range.is_empty() {
            return Ok(OwnedBytes::empty());
        }
        let end = self.length - self.end.len();
        if range.start >= end {
            return Ok(self.end.slice(range.start - end..range.end - end));
        }
        match self.piece(range.clone()) {
            Some(piece) => Ok(piece),
            None => self.mapped()?.read_bytes(range),
        }
    }
}

impl HasLen for PiecemealFile {
    fn len(&self) -> usize {
        self.length
    }
}

impl fmt::Debug for PiecemealFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PiecemealFile({})", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(content: &[u8]) -> (tempfile::TempDir, MmapDirectory) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.card"), content).unwrap();
        let directory = MmapDirectory::open(folder.path()).unwrap();
        (folder, directory)
    }

    fn open(folder: &tempfile::TempDir, directory: &MmapDirectory) -> Option<PiecemealFile> {
        // Other tests have files open as well.
        open_among(Box::leak(Box::default()), folder, directory)
    }

    fn open_among(
        count: &'static Count,
        folder: &tempfile::TempDir,
        directory: &MmapDirectory,
    ) -> Option<PiecemealFile> {
        let path = Path::new("a.card");
        PiecemealFile::open_among(count, &folder.path().join(path), path, directory)
    }

    #[test]
    fn no_more_files_are_held_than_may_be() {
        static COUNT: Count = Count::new(0);
        let (folder, directory) = folder(&[1; 4 * END]);
        let open = || open_among(&COUNT, &folder, &directory);
        let held: Vec<_> = (0..MOST_HELD).map(|_| open().unwrap()).collect();
        assert!(open().is_none());
        for at in 0..=PIECES {
            held[0].read_bytes(at..at + 1).unwrap();
        }
        assert!(open().is_some(), "what is mapped is not held any more");
        drop(held);
        assert_eq!(COUNT.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn every_piece_is_that_of_the_file() {
        let content: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let (folder, directory) = folder(&content);
        let file = open(&folder, &directory).unwrap();
        assert_eq!(file.len(), content.len());
        let read = |range: Range<usize>| {
            let bytes = file.read_bytes(range.clone()).unwrap();
            assert_eq!(bytes.as_slice(), &content[range.clone()], "{range:?}");
        };
        for range in [
            100_000 - END..100_000,
            99_999..100_000,
            100_000 - END - 1..100_000,
            100_000..100_000,
            7..7,
            3..9,
            0..PIECE,
        ] {
            read(range);
        }
        assert!(file.mapped.get().is_none(), "pieces were enough");
        for at in 0..PIECES + 2 {
            read(100 * at..100 * at + 90);
        }
        assert!(file.mapped.get().is_some() && file.held.lock().unwrap().is_none());
        read(0..100_000);
        let beyond = file.read_bytes(99_990..100_001);
        assert_eq!(beyond.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_large_piece_is_mapped_and_small_ones_are_still_read() {
        let content = vec![7; 3 * PIECE];
        let (folder, directory) = folder(&content);
        let file = open(&folder, &directory).unwrap();
        assert_eq!(file.read_bytes(0..PIECE + 1).unwrap().len(), PIECE + 1);
        assert!(file.mapped.get().is_some() && file.held.lock().unwrap().is_some());
        assert_eq!(file.read_bytes(5..8).unwrap().as_slice(), [7, 7, 7]);
    }

    #[test]
    fn a_file_that_is_not_there_or_was_cut_is_an_error() {
        let (folder, directory) = folder(&[1; 4 * END]);
        let file = open(&folder, &directory).unwrap();
        fs::write(folder.path().join("a.card"), [1; 10]).unwrap();
        assert!(file.read_bytes(0..100).is_err());
        assert!(file.read_bytes(4 * END - 9..4 * END).is_ok(), "it was read");
        fs::remove_file(folder.path().join("a.card")).unwrap();
        assert!(open(&folder, &directory).is_none());
    }
}
