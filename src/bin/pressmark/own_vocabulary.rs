//! The vocabularies of a corpus: the bundled ones, with what the owner's files say done to them.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use pressmark::vocabulary::{UserFile, Vocabularies};

use crate::console::Console;
use crate::failure::Failure;
use crate::settings::Place;

/// The folder of vocabulary files, inside that of a corpus.
const FOLDER: &str = "vocabulary";
/// A longer file is refused: it is a mistake, not a vocabulary.
const MAX_FILE_BYTES: u64 = 8 << 20;

/// The owner's files; none if there are none, or if it is not known where they would be.
pub(crate) fn files(place: &Place) -> Result<Vec<UserFile>, Failure> {
    let folder = place.corpus.as_ref().map(|corpus| corpus.join(FOLDER));
    folder.map_or(Ok(Vec::new()), |folder| read(&folder))
}

/// Keeps beside the index what the vocabularies make of it; whether anything had to be written.
/// `None` if there is no index.
pub(crate) fn compile(place: &Place) -> Result<Option<bool>, Failure> {
    let files = files(place)?;
    let Some(index) = place.opened()? else {
        return Ok(None);
    };
    let index = index.with_vocabulary_files(files);
    Ok(Some(index.compile_vocabularies()?))
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
        edited.push(read_file(path)?);
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

/// The files of a folder, in the order of their names; none if there is no such folder.
fn read(folder: &Path) -> Result<Vec<UserFile>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(cannot(folder, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| cannot(folder, &error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read_file(path)).collect()
}

fn read_file(path: &Path) -> Result<UserFile, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| cannot(path, &error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("`{}` is larger than 8 MiB", path.display());
        return Err(Failure::new("config", message));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::new("config", format!("`{}` is not UTF-8", path.display()))
            .with_hint("save the file as UTF-8")
    })?;
    let path = path.to_owned();
    Ok(UserFile { path, text })
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("io", format!("cannot read `{}`: {error}", path.display()))
}
