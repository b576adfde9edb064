//! What a corpus taught about its topics, as a file of the index: `models/<hash>.topics`, which a
//! generation names by length and hash like every other file. Searches never open it.

use std::fs;
use std::path::Path;

use super::generation::{FileRef, create_folder, temporary};
use super::home::MODELS;
use super::storage;
use crate::tagging::topics::TopicModel;
use crate::{Error, ErrorKind, Result};

/// The way out.
const HINT: &str = "learn the topics again with `pressmark index --retag`";

/// Where a model is, and what its bytes are.
pub(super) fn describe(model: &TopicModel, bytes: &[u8]) -> FileRef {
    FileRef {
        path: format!("{MODELS}/{}.topics", model.hash()),
        length: bytes.len() as u64,
        hash: blake3::hash(bytes).to_hex().to_string(),
    }
}

/// Keeps a model, durably. One that is there, whole, and `named` by what is published is left
/// alone.
///
/// # Errors
/// [`ErrorKind::Io`].
pub(super) fn keep(folder: &Path, model: &TopicModel, named: Option<&FileRef>) -> Result<FileRef> {
    let bytes = model.to_bytes();
    let file = describe(model, &bytes);
    let path = folder.join(&file.path);
    let is_there = named == Some(&file) && fs::read(&path).is_ok_and(|found| found == bytes);
    if !is_there {
        create_folder(folder, &folder.join(MODELS))?;
        storage::replace(&path, &temporary(&path), &bytes)
            .map_err(|source| Error::io(&path, "write", source))?;
    }
    Ok(file)
}

/// Reads a model that a generation names.
///
/// # Errors
/// [`ErrorKind::Damaged`] if it is not what was written; [`ErrorKind::Version`] if another version
/// of this crate wrote it.
pub(super) fn read(folder: &Path, file: &FileRef) -> Result<TopicModel> {
    let path = folder.join(&file.path);
    let damaged = |what: &str| {
        let message = format!(
            "the model of topics is damaged: `{}`: {what}",
            path.display()
        );
        Error::new(ErrorKind::Damaged, message)
            .with_path(&path)
            .with_hint(HINT)
    };
    let length = fs::metadata(&path).map(|metadata| metadata.len());
    let length = length.map_err(|source| damaged("it cannot be found").with_source(source))?;
    if length != file.length {
        let what = format!("it has {length} bytes instead of {}", file.length);
        return Err(damaged(&what));
    }
    let bytes = fs::read(&path);
    let bytes = bytes.map_err(|source| damaged("it cannot be read").with_source(source))?;
    if blake3::hash(&bytes).to_hex().as_str() != file.hash {
        return Err(damaged("its bytes are not those that were written"));
    }
    TopicModel::read(&bytes).map_err(|error| error.with_path(&path))
}
