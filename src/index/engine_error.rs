//! What the engine says, in our words.

use std::io;

use tantivy::TantivyError;
use tantivy::directory::error::{OpenReadError, OpenWriteError};

use super::generation::DAMAGE_HINT;
use crate::{Error, ErrorKind};

/// An error of the engine. Nobody outside can name this trait, nor do signatures name the engine.
pub(super) trait EngineError {
    fn told(self) -> Error;
}

impl<E: EngineError> From<E> for Error {
    fn from(error: E) -> Self {
        error.told()
    }
}

impl EngineError for TantivyError {
    fn told(self) -> Error {
        let error = self;
        if let Some(io) = io_error(&error) {
            let (kind, message) = (io.kind(), io.to_string());
            let error = Error::new(
                ErrorKind::Io,
                format!("the index cannot be read or written: {message}"),
            )
            .with_source(error);
            return match kind {
                // What no disk says, but whoever decodes bytes that are not what they were.
                io::ErrorKind::InvalidData
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::Other => Error::new(
                    ErrorKind::Damaged,
                    format!("the index is damaged: {message}"),
                )
                .with_source(error)
                .with_hint(DAMAGE_HINT),
                io::ErrorKind::StorageFull => error.with_hint(
                    "the disk is full: nothing was published, the state before is intact; \
                     free some space and run the command again",
                ),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    error.with_hint("use `--index DIR` to keep the index in a folder you can write")
                }
                _ => error,
            };
        }
        let damaged = matches!(error, Self::DataCorruption(_) | Self::OpenReadError(_));
        if damaged {
            return Error::new(ErrorKind::Damaged, "the index is damaged")
                .with_source(error)
                .with_hint(DAMAGE_HINT);
        }
        Error::new(ErrorKind::Engine, "the engine failed").with_source(error).with_hint(
            "`pressmark check` tells whether a file is damaged; if none is, this is a bug, please \
             report it",
        )
    }
}

/// What the engine says of an index that was made with other fields.
pub(super) fn of_opening(error: TantivyError) -> Error {
    match error {
        TantivyError::SchemaError(_) => Error::new(
            ErrorKind::Version,
            "the index has other fields than this version of pressmark writes",
        )
        .with_source(error)
        .with_hint("rebuild it with `pressmark index --rebuild`, or use the version that wrote it"),
        error => error.into(),
    }
}

fn io_error(error: &TantivyError) -> Option<&io::Error> {
    match error {
        TantivyError::IoError(error) => Some(error),
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => Some(io_error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_with_other_fields_is_one_of_another_version() {
        let error = of_opening(TantivyError::SchemaError("another".to_owned()));
        assert_eq!(error.kind(), ErrorKind::Version);
        assert!(error.hint().is_some_and(|hint| hint.contains("--rebuild")));
        // Where a segment lacks a field, it is damaged.
        let error = Error::from(TantivyError::SchemaError("no `key`".to_owned()));
        assert_eq!(error.kind(), ErrorKind::Engine);
    }
}
