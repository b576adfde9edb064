//! The owner's vocabulary files as they lie in a folder, and what tells cheaply whether they changed.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::edits::UserFile;
use crate::{Error, ErrorKind, Result};

/// A longer file is refused: it is a mistake, not a vocabulary.
const MAX_FILE_BYTES: u64 = 8 << 20;

/// A file that was changed so short a time ago may change again without a sign of it: clocks of file
/// systems are coarse.
const UNSETTLED: Duration = Duration::from_secs(2);

/// The vocabulary files of a folder, its `*.toml`, in the order of their names; none if there is no
/// such folder.
///
/// # Errors
/// [`ErrorKind::Io`] if the folder or a file cannot be read; [`ErrorKind::Config`] if a file is longer
/// than 8 MiB or not UTF-8.
pub fn read_folder(folder: &Path) -> Result<Vec<UserFile>> {
    paths(folder)?.into_iter().map(UserFile::read).collect()
}

impl UserFile {
    /// Reads a vocabulary file.
    ///
    /// # Errors
    /// As [`read_folder`].
    pub fn read(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|source| Error::io(&path, "read", source))?;
        let wrong = |what: &str| {
            let message = format!("`{}` is {what}", path.display());
            Error::new(ErrorKind::Config, message).with_path(&path)
        };
        if bytes.len() as u64 > MAX_FILE_BYTES {
            let hint = "divide it: the files of a folder count together";
            return Err(wrong("larger than 8 MiB").with_hint(hint));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text }),
            Err(_) => Err(wrong("not UTF-8").with_hint("save the file as UTF-8")),
        }
    }
}

/// What a folder of vocabulary files looks like from outside: as long as it is equal, so are they.
/// `None` if that cannot be known.
pub(crate) fn stamp(folder: &Path) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    for path in paths(folder).ok()? {
        let seen = fs::metadata(&path).ok()?;
        let name = path.file_name()?.as_encoded_bytes();
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name);
        hasher.update(&seen.len().to_le_bytes());
        for time in times(&seen)? {
            hasher.update(&time.to_le_bytes());
        }
    }
    Some(hasher.finalize())
}

/// Whether the files of a folder were last changed long enough ago for a [`stamp`] to be trusted.
pub(crate) fn is_settled(folder: &Path) -> bool {
    let long_ago = |path: PathBuf| {
        let modified = fs::metadata(path).and_then(|seen| seen.modified());
        let since = modified.map(|time| SystemTime::now().duration_since(time));
        matches!(since, Ok(Ok(since)) if since > UNSETTLED)
    };
    paths(folder).is_ok_and(|paths| paths.into_iter().all(long_ago))
}

/// When a file was last written, and where the system tells, when it or its name was last changed and
/// which file it is.
fn times(seen: &Metadata) -> Option<[u128; 3]> {
    let modified = seen.modified().ok()?;
    let modified = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let modified = modified.as_nanos();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let changed = i128::from(seen.ctime()) * 1_000_000_000 + i128::from(seen.ctime_nsec());
        Some([modified, changed.unsigned_abs(), u128::from(seen.ino())])
    }
    #[cfg(not(unix))]
    Some([modified, 0, 0])
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::io(folder, "read the folder", source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_tells_of_every_change() {
        let folder = tempfile::tempdir().unwrap();
        let none = stamp(folder.path()).unwrap();
        assert_eq!(stamp(&folder.path().join("nowhere")), Some(none));
        let file = folder.path().join("own.toml");
        fs::write(&file, "[actor]\n").unwrap();
        let first = stamp(folder.path()).unwrap();
        assert_ne!(first, none);
        assert_eq!(stamp(folder.path()), Some(first));
        assert!(!is_settled(folder.path()), "it was written just now");
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let opened = File::options().write(true).open(&file).unwrap();
        opened.set_modified(long_ago).unwrap();
        let older = stamp(folder.path()).unwrap();
        assert_ne!(older, first);
        assert!(is_settled(folder.path()));
        fs::rename(&file, folder.path().join("other.toml")).unwrap();
        assert_ne!(stamp(folder.path()), Some(older));
        fs::write(folder.path().join("notes.txt"), "no vocabulary").unwrap();
        assert_eq!(read_folder(folder.path()).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_vocabulary_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        fs::write(&file, b"caf\xe9").unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("own.toml"), "{error}");
        fs::write(&file, vec![b'#'; (MAX_FILE_BYTES + 1) as usize]).unwrap();
        assert_eq!(
            read_folder(folder.path()).unwrap_err().kind(),
            ErrorKind::Config
        );
    }
}
