//! Files that a merge reads from their beginning to their end, without a mapping that stays.
//!
//! A mapping of a merge's inputs would have the process seem as large as the index, and all of it
//! stay until the merge ends. What is read in order is read ahead instead, into a window; a piece
//! that is larger is mapped for as long as somebody looks at it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::{FileHandle, MmapDirectory, OwnedBytes};

use super::failure::FirstFailure;
use super::piecemeal::mapped;
use super::segment::texts;

/// Bytes that are read ahead.
const AHEAD: usize = 256 << 10;
/// Bytes that are read where nothing was read just before.
const ASIDE: usize = 4 << 10;

/// The files that merges read in order: postings, positions and texts.
const KINDS: [&str; 3] = ["idx", "pos", texts::NAME];

/// Whether a file is one of those.
pub(super) fn is_streamed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
}

/// A file that is read in order.
pub(super) struct StreamedFile {
    full: PathBuf,
    length: usize,
    reader: Mutex<Reader>,
    mapped: MmapDirectory,
    /// Within the folder that is mapped.
    path: PathBuf,
    failure: FirstFailure,
}

struct Reader {
    file: File,
    /// What was read last, and where it begins.
    window: (usize, Arc<[u8]>),
    /// Where the piece ends that was given last.
    end: usize,
}

impl StreamedFile {
    /// Opens a file. `full`: its path with that of the folder.
    pub(super) fn open(
        full: PathBuf,
        path: &Path,
        mapped: &MmapDirectory,
        failure: &FirstFailure,
    ) -> Result<Self, OpenReadError> {
        let opened = File::open(&full).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, file) = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.to_owned()),
            _ => OpenReadError::wrap_io_error(error, path.to_owned()),
        })?;
        Ok(Self {
            full,
            length: usize::try_from(length).unwrap_or(usize::MAX),
            reader: Mutex::new(Reader {
                file,
                window: (0, Arc::from([])),
                end: 0,
            }),
            mapped: mapped.clone(),
            path: path.to_owned(),
            failure: failure.clone(),
        })
    }

    fn read(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if range.len() > AHEAD {
            let file = mapped(&self.mapped, &self.path, range.end)?;
            return file.read_bytes(range);
        }
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(range, self.length)
    }
}

impl Reader {
    fn read(&mut self, range: Range<usize>, length: usize) -> io::Result<OwnedBytes> {
        let (start, bytes) = &self.window;
        if range.start < *start || range.end > start + bytes.len() {
            let most = if range.start == self.end {
                AHEAD
            } else {
                ASIDE
            };
            let end = (range.start + most).max(range.end).min(length);
            let mut bytes = vec![0; end - range.start];
            self.file.seek(SeekFrom::Start(range.start as u64))?;
            self.file.read_exact(&mut bytes)?;
            self.window = (range.start, bytes.into());
        }
        self.end = range.end;
        let (start, bytes) = &self.window;
        let within = range.start - start..range.end - start;
        Ok(OwnedBytes::new(Arc::clone(bytes)).slice(within))
    }
}

impl FileHandle for StreamedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.read(range)
            .map_err(|error| self.failure.keep(&self.full, "read", error))
    }
}

impl HasLen for StreamedFile {
    fn len(&self) -> usize {
        self.length
    }
}

impl fmt::Debug for StreamedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamedFile({})", self.full.display())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_piece_is_that_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> = (0..1_500_000_u32).map(|n| (n % 251) as u8).collect();
        fs::write(folder.path().join("a.pos"), &content).unwrap();
        let mapped = MmapDirectory::open(folder.path()).unwrap();
        let failure = FirstFailure::default();
        let open = |name: &str| {
            let full = folder.path().join(name);
            StreamedFile::open(full, Path::new(name), &mapped, &failure)
        };
        let file = open("a.pos").unwrap();
        assert_eq!(file.len(), content.len());
        let mut held = Vec::new();
        let mut at = 0;
        for (skipped, length) in [
            (0, 8),
            (0, 0),
            (0, 1_000),
            (0, AHEAD),
            (0, AHEAD - 3),
            (5, 100),
            (0, 70_000),
            (300_000, 9),
            (0, AHEAD + 1),
            (0, 500),
        ] {
            let range = at + skipped..at + skipped + length;
            at = range.end;
            held.push((range.clone(), file.read_bytes(range).unwrap()));
        }
        held.push((3..9, file.read_bytes(3..9).unwrap()));
        let last = content.len() - 4..content.len();
        held.push((last.clone(), file.read_bytes(last).unwrap()));
        // What was given stays what it is, whatever is read behind it.
        for (range, bytes) in &held {
            assert_eq!(bytes.as_slice(), &content[range.clone()], "{range:?}");
        }
        assert!(matches!(
            open("b.pos"),
            Err(OpenReadError::FileDoesNotExist(_))
        ));
        let beyond = content.len() - 4..content.len() + 1;
        assert!(failure.error().is_none());
        assert!(file.read_bytes(beyond).is_err() && failure.error().is_some());
    }

    #[test]
    fn a_file_that_was_cut_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let full = folder.path().join("a.idx");
        fs::write(&full, vec![1; 2 * AHEAD]).unwrap();
        let mapped = MmapDirectory::open(folder.path()).unwrap();
        let failure = FirstFailure::default();
        let file = StreamedFile::open(full.clone(), Path::new("a.idx"), &mapped, &failure).unwrap();
        assert!(file.read_bytes(0..100).is_ok());
        fs::write(&full, vec![1; 5_000]).unwrap();
        assert!(file.read_bytes(AHEAD + 1..AHEAD + 9).is_err());
        assert!(file.read_bytes(9..AHEAD + 90).is_err());
        let error = failure.error().unwrap();
        assert!(error.to_string().contains("a.idx"), "{error}");
    }
}
