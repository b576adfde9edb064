//! A published state: what it consists of, how it is published, how it is opened.
//!
//! The order is the whole protocol: segment files complete and synced, then
//! `generations/<g>.json`, synced, then the rename of `CURRENT`, then the folder synced. A crash
//! between any two steps leaves the state before; what was written beyond it is swept by the next
//! writer.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::home::{CURRENT, DATA, GENERATIONS, Home};
use super::seal::{object_is_intact, seal_object};
use super::segments::EngineMeta;
use super::storage;
use super::verbatim::Verbatim;
use crate::{Error, ErrorKind, Result, Schema};

/// The version of the layout on disk.
pub(super) const FORMAT: u32 = 1;

/// What `generations/<g>.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Generation {
    /// The version of the layout.
    pub(super) format: u32,
    /// Grows with every publication.
    #[serde(rename = "generation")]
    pub(super) number: u64,
    /// The folder below `data/` that holds the files.
    pub(super) build: String,
    /// The analysis that made the tokens.
    pub(super) analysis: String,
    /// The facets, and what feeds the fields.
    pub(super) schema: Schema,
    /// Live documents.
    pub(super) documents: u64,
    /// The engine's own description of the segments.
    pub(super) engine_meta: EngineMeta,
    /// Every segment file, with its length and hash.
    pub(super) files: Vec<FileRef>,
    /// What the corpus taught about its topics, if it taught anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<FileRef>,
    /// What reindexing keeps with the documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<RunState>,
}

/// A file that a generation consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct FileRef {
    /// Relative: to the build for segment files, to the index for all others.
    pub(crate) path: String,
    /// Bytes that belong to the generation.
    pub(crate) length: u64,
    /// The BLAKE3 hash of those bytes, in hexadecimal.
    pub(crate) hash: String,
}

/// What reindexing records in a generation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct RunState {
    /// The journal, as far as it belongs to this generation.
    pub(crate) journal: Option<FileRef>,
    /// A digest of the configuration that the documents were read with.
    pub(crate) config: String,
    /// The last ledger, relative to the index.
    pub(crate) ledger: Option<String>,
    /// The totals of the last run, as `index --json` prints them.
    pub(crate) totals: Verbatim,
    /// Documents were taken out by a repair: the next run writes every one again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lacking: bool,
}

/// A generation that is held open: its files stay as long as this lives.
#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) generation: Arc<Generation>,
    /// Shared lock on the description; absent in memory, where files are counted references.
    _lock: Option<File>,
}

/// What to do about damage. A copy that was made while a run wrote looks the same.
pub(super) const DAMAGE_HINT: &str = "`pressmark check` lists what is damaged, `pressmark repair` \
     mends it; if this is a copy that was made while the index was being written, copy it again";

/// How often a reader tries again when the generation it is about to open is swept.
const ATTEMPTS: usize = 20;

impl Pinned {
    /// What only its writer knows, and keeps while it lives.
    pub(super) fn unpublished(generation: Generation) -> Self {
        Self {
            generation: Arc::new(generation),
            _lock: None,
        }
    }

    /// Opens and holds the newest generation.
    pub(super) fn newest(home: &Home) -> Result<Self> {
        let folder = match home {
            Home::Memory(memory) => {
                return Ok(Self {
                    generation: memory.newest(),
                    _lock: None,
                });
            }
            Home::Folder(folder) => folder,
        };
        for _ in 0..ATTEMPTS {
            let (number, hash) = read_current(folder)?;
            match Self::open(folder, number, &hash) {
                Ok(Some(pinned)) => return Ok(pinned),
                Ok(None) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(
            ErrorKind::Damaged,
            "the current generation of the index is missing",
        )
        .with_path(folder.as_ref())
        .with_hint(DAMAGE_HINT))
    }

    /// `None` if it was swept meanwhile.
    fn open(folder: &Path, number: u64, hash: &str) -> Result<Option<Self>> {
        let path = description(folder, number);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(&path, "open", error)),
        };
        file.lock_shared()
            .map_err(|source| Error::io(&path, "lock", source))?;
        // Between opening and locking, a sweep may have taken the file away.
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(&path, "read", error)),
        };
        if blake3::hash(&bytes).to_hex().as_str() != hash {
            return Err(damaged(
                &path,
                "its hash is not the one that `CURRENT` names",
            ));
        }
        let generation: Generation = parse(&path, &bytes)?;
        generation.check_lengths(folder)?;
        Ok(Some(Self {
            generation: Arc::new(generation),
            _lock: Some(file),
        }))
    }
}

impl Generation {
    /// The state before the first document.
    pub(super) fn empty(schema: Schema, build: String) -> Self {
        Self {
            format: FORMAT,
            number: 0,
            build,
            analysis: crate::analysis::ANALYSIS_VERSION.to_owned(),
            schema,
            documents: 0,
            engine_meta: EngineMeta::none(),
            files: Vec::new(),
            model: None,
            run: None,
        }
    }

    /// Whether it is a part of a first build that was not finished.
    pub(super) fn is_partial(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.totals.is_null())
    }

    /// Whether nobody wants an older one back when this is there: a part of a first build, or the
    /// same before merges. What it names could double the index.
    pub(super) fn overtakes(&self, older: &Self) -> bool {
        // The engine counts operations: merges are none.
        let commit = |it: &Self| it.engine_meta.value()["opstamp"].as_u64();
        let is_same = self.build == older.build
            && self.run == older.run
            && self.schema == older.schema
            && commit(self).is_some_and(|this| commit(older) == Some(this));
        !self.is_partial() && (older.is_partial() || is_same)
    }

    /// The folder of the segment files.
    pub(super) fn build_folder(&self, folder: &Path) -> PathBuf {
        folder.join(DATA).join(&self.build)
    }

    /// A mapped file that is shorter than it was kills the process that reads it: refuse it here.
    fn check_lengths(&self, folder: &Path) -> Result<()> {
        let build = self.build_folder(folder);
        for file in &self.files {
            let path = build.join(&file.path);
            let length = fs::metadata(&path)
                .map_err(|source| {
                    damaged(&path, "a file of the current generation is missing")
                        .with_source(source)
                })?
                .len();
            if length != file.length {
                return Err(damaged(
                    &path,
                    &format!("it has {length} bytes instead of {}", file.length),
                ));
            }
        }
        Ok(())
    }

    /// Publishes: from here on, whoever opens the index sees this state, also after a power cut.
    ///
    /// The files it names must be complete and synced.
    pub(super) fn publish(self, home: &Home) -> Result<Arc<Self>> {
        let generation = Arc::new(self);
        match home {
            Home::Memory(memory) => memory.publish(Arc::clone(&generation)),
            Home::Folder(folder) => {
                let bytes = serde_json::to_vec_pretty(&*generation).map_err(|source| {
                    Error::new(ErrorKind::Engine, "cannot describe the new generation")
                        .with_source(source)
                })?;
                let bytes = seal_object(bytes);
                write_synced(&description(folder, generation.number), &bytes)?;
                point_current(folder, generation.number, &bytes)?;
            }
        }
        Ok(generation)
    }
}

/// Makes a described state the newest one. `description` is its description.
pub(super) fn point_current(folder: &Path, number: u64, description: &[u8]) -> Result<()> {
    let hash = blake3::hash(description).to_hex();
    let line = format!("{number} {hash}\n");
    write_synced(&folder.join(CURRENT), line.as_bytes())
}

/// Refuses an index that this version cannot read, by name.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Generation> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let unreadable = |source| damaged(path, "it cannot be read").with_source(source);
    let read = serde_json::from_slice::<Generation>(bytes);
    // What another format has is nothing that this one could read.
    let format = if let Ok(generation) = &read {
        generation.format
    } else {
        let read: Format = serde_json::from_slice(bytes).map_err(unreadable)?;
        read.format
    };
    if format != FORMAT {
        return Err(Error::new(
            ErrorKind::Version,
            format!("the index has format {format}, this version of pressmark reads {FORMAT}"),
        )
        .with_path(path)
        .with_hint(
            "rebuild it with `pressmark index --rebuild`, or use the version that wrote it",
        ));
    }
    read.map_err(unreadable)
}

/// The number and the hash that `CURRENT` names.
fn read_current(folder: &Path) -> Result<(u64, String)> {
    let path = folder.join(CURRENT);
    let bytes = fs::read(&path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => damaged(&path, "it is missing").with_source(source),
        _ => Error::io(&path, "read", source),
    })?;
    parse_current(&bytes)
        .ok_or_else(|| damaged(&path, "it does not name a generation and its hash"))
}

/// No index is published so often: a higher number is damage, and must not be counted on from.
const MOST_GENERATIONS: u64 = 1 << 53;

/// Reads `{number} {hash}` and a line break, and nothing else.
pub(super) fn parse_current(bytes: &[u8]) -> Option<(u64, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (number, hash) = text.strip_suffix('\n')?.split_once(' ')?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_hash = hash.len() == 64 && hash.bytes().all(is_digit);
    let parsed: u64 = number.parse().ok()?;
    (is_hash && parsed <= MOST_GENERATIONS && parsed.to_string() == number)
        .then(|| (parsed, hash.to_owned()))
}

/// The number of the newest generation.
pub(super) fn newest_published(home: &Home) -> Result<u64> {
    match home {
        Home::Memory(memory) => Ok(memory.newest().number),
        Home::Folder(folder) => read_newest(folder),
    }
}

/// The number that `CURRENT` names.
pub(super) fn read_newest(folder: &Path) -> Result<u64> {
    Ok(read_current(folder)?.0)
}

/// Where a generation is described.
pub(super) fn description(folder: &Path, number: u64) -> PathBuf {
    folder.join(GENERATIONS).join(format!("{number}.json"))
}

/// The highest number that any description, or `CURRENT`, has.
#[cfg(feature = "formats")]
pub(super) fn newest_number(folder: &Path) -> u64 {
    let current = read_current(folder).map_or(0, |(number, _)| number);
    described(folder).last().copied().unwrap_or(0).max(current)
}

/// The numbers that descriptions have, in order; not those that no generation can have reached.
#[cfg(feature = "formats")]
fn described(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder.join(GENERATIONS)).into_iter().flatten();
    let numbers = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.strip_suffix(".json")?.parse().ok()
    });
    let mut numbers: Vec<u64> = numbers
        .filter(|number| *number <= MOST_GENERATIONS)
        .collect();
    numbers.sort_unstable();
    numbers
}

/// What the newest description that can be read says of runs; whether its files are intact does
/// not matter.
#[cfg(feature = "formats")]
pub(super) fn last_run_state(folder: &Path) -> Option<RunState> {
    let mut descriptions = described(folder)
        .into_iter()
        .rev()
        .filter_map(|number| read_description(&description(folder, number)).ok());
    descriptions.find_map(|generation| generation.run)
}

/// Reads the description that `CURRENT` names by its hash.
pub(super) fn read_newest_description(path: &Path) -> Result<Generation> {
    let bytes = fs::read(path).map_err(|source| Error::io(path, "read", source))?;
    parse(path, &bytes)
}

/// Reads a generation that is known to be held, or that only the writer can sweep, if its seal
/// vouches for it.
pub(super) fn read_description(path: &Path) -> Result<Generation> {
    let bytes = fs::read(path).map_err(|source| Error::io(path, "read", source))?;
    if !object_is_intact(&bytes) {
        return Err(damaged(path, "its bytes are not those that were written"));
    }
    parse(path, &bytes)
}

/// Replaces a small file.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    storage::replace(path, &temporary(path), bytes)
        .map_err(|source| Error::io(path, "write", source))
}

/// Where a small file is written before it takes the place of the old one.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.tmp"))
}

/// Makes a folder inside that of the index, which is there, durably.
pub(super) fn create_folder(index: &Path, path: &Path) -> Result<()> {
    storage::create_folder_in(index, path)
        .map_err(|source| Error::io(path, "create the folder", source))
}

/// An error about a damaged file of the index.
pub(super) fn damaged(path: &Path, what: &str) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!("the index is damaged: `{}`: {what}", path.display()),
    )
    .with_path(path)
    .with_hint(DAMAGE_HINT)
}
