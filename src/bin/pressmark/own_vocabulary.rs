//! The vocabularies of a corpus: the bundled ones, with what the owner's files say done to them.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use pressmark::Index;
use pressmark::vocabulary::{UserFile, Vocabularies, read_folder};

use crate::console::Console;
use crate::failure::Failure;
use crate::settings::Place;

/// The folder of vocabulary files, inside that of a corpus.
const FOLDER: &str = "vocabulary";

/// Where the owner's files are, if it is known.
pub(crate) fn folder(place: &Place) -> Option<PathBuf> {
    let corpus = place.corpus.as_ref();
    corpus.map(|corpus| corpus.join(FOLDER))
}

/// The owner's files; none if there are none, or if it is not known where they would be.
pub(crate) fn files(place: &Place) -> Result<Vec<UserFile>, Failure> {
    match folder(place) {
        Some(folder) => Ok(read_folder(&folder)?),
        None => Ok(Vec::new()),
    }
}

/// An index whose facets are folded by these vocabularies.
pub(crate) fn folded(index: Index, place: &Place) -> Index {
    match folder(place) {
        Some(folder) => index.with_vocabulary_folder(folder),
        None => index,
    }
}

/// Keeps beside the index what the vocabularies make of it; whether anything had to be written.
/// `None` if there is no index.
pub(crate) fn compile(place: &Place) -> Result<Option<bool>, Failure> {
    let Some(index) = place.opened()? else {
        return Ok(None);
    };
    Ok(Some(folded(index, place).compile_vocabularies()?))
}

/// The same after a run: what cannot be kept now is made by every search, and no failure.
pub(crate) fn keep(place: &Place, console: &mut Console) {
    if let Err(failure) = compile(place) {
        let message = format!("vocabularies are not compiled: {}", failure.message());
        console.remark(&message);
    }
}

/// The owner's files after an edit: each of these takes the place of the one of its name, or stands
/// beside the others, and those called `without` are left out.
pub(crate) fn edited(
    files: &[UserFile],
    edits: &[PathBuf],
    without: &[OsString],
) -> Result<Vec<UserFile>, Failure> {
    let named = |file: &UserFile, name: &OsStr| file.path.file_name() == Some(name);
    for name in without {
        if !files.iter().any(|file| named(file, name)) {
            let message = format!("there is no `{FOLDER}/{}`", name.display());
            return Err(Failure::usage("usage", message));
        }
    }
    let mut edited: Vec<UserFile> = Vec::new();
    for path in edits {
        edited.push(UserFile::read(path)?);
    }
    let is_kept = |file: &&UserFile| {
        let name = file.path.file_name().unwrap_or_default();
        !without.iter().any(|other| other == name) && !edited.iter().any(|other| named(other, name))
    };
    let kept: Vec<UserFile> = files.iter().filter(is_kept).cloned().collect();
    edited.extend(kept);
    edited.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    Ok(edited)
}

/// The vocabularies that these files make.
pub(crate) fn load(files: &[UserFile]) -> Result<Vocabularies, Failure> {
    Vocabularies::with_files(files).map_err(|problems| {
        let others = problems.len() - 1;
        let first = problems.into_iter().next();
        let failure = first.map_or_else(
            || Failure::new("config", "the vocabulary files cannot be used"),
            |problem| Failure::from(pressmark::Error::from(problem)),
        );
        match others {
            0 => failure,
            _ => failure.with_hint("pressmark vocabulary check"),
        }
    })
}
