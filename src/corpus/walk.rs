//! Finds the files of a corpus in path order, and says of everything else why it is not read.
//!
//! Path order is the byte order of the whole relative path, in which a folder counts as its name
//! with a `/` behind it: `a-b.txt` comes before `a/x.txt`. Symbolic links are not followed.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::rules::Rules;
use super::{Entry, Failure, FileStat, Format, Sidecar, Skipped, SourceFile, Stage, codes, paths};
use crate::{Error, ErrorKind, Result};

/// The endings of sidecars, in the order in which they are looked for.
const SIDECARS: [&str; 4] = ["yaml", "yml", "toml", "json"];

/// The extensions of the articles that can have one.
fn owners() -> impl Iterator<Item = &'static str> {
    Format::EXTENSIONS
        .iter()
        .filter(|(_, format)| format.is_single())
        .map(|&(extension, _)| extension)
}

/// A walk through a corpus.
#[derive(Debug)]
pub(super) struct Walk<'c> {
    root: &'c Path,
    config: Option<PathBuf>,
    rules: &'c Rules,
    entries: walkdir::IntoIter,
}

impl<'c> Walk<'c> {
    pub(super) fn new(root: &'c Path, config: Option<&Path>, rules: &'c Rules) -> Result<Self> {
        let metadata =
            fs::metadata(root).map_err(|source| Error::io(root, "read the folder", source))?;
        if !metadata.is_dir() {
            return Err(Error::new(
                ErrorKind::Io,
                format!("`{}` is not a folder", root.display()),
            )
            .with_path(root)
            .with_hint("name the folder that the articles are in"));
        }
        fs::read_dir(root).map_err(|source| Error::io(root, "read the folder", source))?;
        Ok(Self {
            root,
            config: config.and_then(|path| fs::canonicalize(path).ok()),
            rules,
            entries: WalkDir::new(root)
                .min_depth(1)
                .sort_by(in_path_order)
                .into_iter(),
        })
    }

    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<Cow<'_, str>> = relative
            .components()
            .map(|part| paths::encode(part.as_os_str()))
            .collect();
        parts.join("/")
    }

    /// What becomes of an entry; `None`: it is ours, or goes with another.
    fn judge(&mut self, entry: &DirEntry) -> Option<Entry> {
        let path = self.relative(entry.path());
        let name = paths::encode(entry.file_name());
        let kind = entry.file_type();
        let top = entry.depth() == 1;
        if kind.is_dir() && matches!(name.as_ref(), ".pressmark" | ".git") {
            self.entries.skip_current_dir();
            return None;
        }
        if name.starts_with('.') {
            if kind.is_dir() {
                self.entries.skip_current_dir();
            }
            let what = if kind.is_dir() { "folder" } else { "file" };
            return Some(skip(path, codes::HIDDEN, format!("a hidden {what}")));
        }
        if kind.is_symlink() {
            let message = "a symbolic link, which is not followed";
            return Some(skip(path, codes::SYMLINK, message));
        }
        if kind.is_dir() {
            if top && name == "vocabulary" {
                self.entries.skip_current_dir();
                let message = "the names that this corpus folds together, not articles";
                return Some(skip(path, codes::VOCABULARY, message));
            }
            return None;
        }
        if !kind.is_file() {
            let message = "neither a file nor a folder";
            return Some(skip(path, codes::SPECIAL, message));
        }
        if self.is_config(entry, top) {
            return None;
        }
        if let Some(why) = self.rules.excluded(&path) {
            // A sidecar goes with its article, which `include` may name alone.
            if self.rules.forbids(&path) || !self.is_claimed(entry, &path) {
                return Some(skip(path, codes::EXCLUDED, why));
            }
            return None;
        }
        if sidecar_stem(&name).is_some() {
            if self.is_claimed(entry, &path) {
                return None;
            }
            let message = "metadata for an article that is not there, or that has other metadata";
            return Some(skip(path, codes::ORPHAN_SIDECAR, message));
        }
        let Some(format) = Format::of(Path::new(entry.file_name())) else {
            return Some(skip(path, codes::UNSUPPORTED, unsupported(&name)));
        };
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(failed(path, codes::UNREADABLE, &error.to_string())),
        };
        Some(Entry::File(SourceFile {
            sidecar: format
                .is_single()
                .then(|| self.sidecar(entry.path(), &path))
                .flatten(),
            path,
            absolute: entry.path().to_owned(),
            format,
            stat: FileStat::new(&metadata),
        }))
    }

    fn is_config(&self, entry: &DirEntry, top: bool) -> bool {
        if top && entry.file_name() == "pressmark.toml" {
            return true;
        }
        // A configuration of another name is compared by place, but only where it can be one.
        self.config.as_ref().is_some_and(|config| {
            config.file_name() == Some(entry.file_name())
                && fs::canonicalize(entry.path()).is_ok_and(|path| path == *config)
        })
    }

    /// The sidecar that an article uses.
    fn sidecar(&self, article: &Path, path: &str) -> Option<Sidecar> {
        let stem = article.file_stem()?;
        let (prefix, _) = path.rsplit_once('.')?;
        SIDECARS.iter().find_map(|extension| {
            let mut name = stem.to_owned();
            name.push(format!(".meta.{extension}"));
            let absolute = article.with_file_name(name);
            let metadata = fs::symlink_metadata(&absolute).ok()?;
            let usable =
                metadata.is_file() && !self.rules.forbids(&format!("{prefix}.meta.{extension}"));
            usable.then(|| Sidecar {
                stat: FileStat::new(&metadata),
                absolute,
            })
        })
    }

    /// Whether some article uses this sidecar.
    fn is_claimed(&self, entry: &DirEntry, path: &str) -> bool {
        let Some(path_stem) = sidecar_stem(path) else {
            return false;
        };
        let Some(stem) = entry.path().file_stem().and_then(|stem| {
            // `article.meta` of `article.meta.yaml`
            Path::new(stem).file_stem()
        }) else {
            return false;
        };
        owners().any(|extension| {
            // Extensions are compared without case, but only the two usual spellings are tried.
            [extension.to_owned(), extension.to_ascii_uppercase()]
                .into_iter()
                .any(|extension| {
                    let mut name = stem.to_owned();
                    name.push(format!(".{extension}"));
                    let article = entry.path().with_file_name(name);
                    let article_path = format!("{path_stem}.{extension}");
                    fs::symlink_metadata(&article).is_ok_and(|metadata| metadata.is_file())
                        && self.rules.excluded(&article_path).is_none()
                        && self
                            .sidecar(&article, &article_path)
                            .is_some_and(|sidecar| sidecar.absolute == entry.path())
                })
        })
    }
}

impl Iterator for Walk<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            match self.entries.next()? {
                Ok(entry) => {
                    if let Some(entry) = self.judge(&entry) {
                        return Some(entry);
                    }
                }
                Err(error) => {
                    let path = error.path().map_or_else(String::new, |p| self.relative(p));
                    let cause = error
                        .io_error()
                        .map_or_else(|| error.to_string(), ToString::to_string);
                    return Some(failed(path, codes::UNREADABLE_FOLDER, &cause));
                }
            }
        }
    }
}

/// `article` of `article.meta.yaml`, for a name or a path.
fn sidecar_stem(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    SIDECARS
        .contains(&extension)
        .then(|| stem.strip_suffix(".meta"))?
        .filter(|stem| !stem.is_empty())
}

fn in_path_order(a: &DirEntry, b: &DirEntry) -> Ordering {
    let slash = |entry: &DirEntry| if entry.file_type().is_dir() { "/" } else { "" };
    let (name_a, name_b) = (paths::encode(a.file_name()), paths::encode(b.file_name()));
    let bytes_a = name_a.bytes().chain(slash(a).bytes());
    let bytes_b = name_b.bytes().chain(slash(b).bytes());
    bytes_a.cmp(bytes_b)
}

fn unsupported(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, extension)) if !extension.is_empty() => {
            format!("files ending in `.{extension}` are not read")
        }
        _ => "files without an extension are not read".to_owned(),
    }
}

fn skip(path: String, code: &'static str, message: impl Into<String>) -> Entry {
    Entry::Skipped(Skipped {
        path,
        code,
        message: message.into(),
    })
}

fn failed(path: String, code: &'static str, cause: &str) -> Entry {
    Entry::Failed(Failure {
        path,
        record: None,
        stage: Stage::Walk,
        code,
        message: format!("cannot be read: {cause}"),
    })
}
