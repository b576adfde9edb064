//! The first failure behind what the engine says: its threads are told of a broken disk, and all
//! that the caller hears of them is that they were killed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Error;

/// Keeps the first failure of reading or writing a file.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstFailure(Arc<Mutex<Option<Failure>>>);

#[derive(Debug)]
struct Failure {
    path: PathBuf,
    action: &'static str,
    error: io::Error,
}

impl FirstFailure {
    /// Keeps an error, if it is the first, and gives it back for the engine.
    pub(super) fn keep(&self, path: &Path, action: &'static str, error: io::Error) -> io::Error {
        // Not a failure: whoever asked asks again.
        if error.kind() == io::ErrorKind::Interrupted {
            return error;
        }
        let again = copy(&error);
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| Failure {
            path: path.to_owned(),
            action,
            error,
        });
        again
    }

    /// What went wrong, if anything did.
    pub(super) fn error(&self) -> Option<Error> {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Failure {
            path,
            action,
            error,
        } = first.as_ref()?;
        Some(Error::io(path, action, copy(error)))
    }
}

fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_told_again_and_again() {
        let failure = FirstFailure::default();
        let keep = |path: &str, kind: io::ErrorKind| {
            let given = failure.keep(Path::new(path), "write", kind.into());
            assert_eq!(given.kind(), kind);
        };
        keep("a", io::ErrorKind::Interrupted);
        assert!(failure.error().is_none());
        keep("b", io::ErrorKind::StorageFull);
        keep("c", io::ErrorKind::PermissionDenied);
        for _ in 0..2 {
            let error = failure.error().unwrap();
            assert_eq!(error.path(), Some(Path::new("b")));
            let source = std::error::Error::source(&error).unwrap();
            let source = source.downcast_ref::<io::Error>().unwrap();
            assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        }
    }
}
