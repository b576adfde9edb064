//! The ledger of a run: one JSON line for every file and record that something became of, and the
//! totals at the end.
//!
//! Lines are written while the run works. A record that was written and then lost its id to a
//! later one has its line taken out again at the end, so that every record has one line that is
//! true.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::Key;
use super::journal::sync_folder;
use super::store::{Space, Table};
use crate::corpus::Note;
use crate::index::seal_line;
use crate::index::storage::{self, OutputFile};
use crate::{Error, ErrorKind, Result};

/// The folder of ledgers below that of the index.
const FOLDER: &str = "runs";
const EXTENSION: &str = "jsonl";
/// Of a ledger that is being put right.
const TEMPORARY: &str = "tmp";
/// Of a ledger whose run has not ended. It gets its name when its seal proves it whole.
const UNFINISHED: &str = "part";
/// How many ledgers are kept.
const KEPT: usize = 20;

/// The status of a document that was written in this run.
pub(super) const INDEXED: &str = "indexed";
/// The status of what could not become a document,
pub(super) const FAILED: &str = "failed";
/// and of what was passed over on purpose.
pub(super) const SKIPPED: &str = "skipped";

/// One line: what became of a file or record.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Line<'a> {
    pub(super) path: &'a str,
    /// The path inside the file, if that is a container.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) member: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) id: &'a str,
    pub(super) status: &'static str,
    /// Records that the line stands for, where it is one for a whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) records: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) stage: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) code: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) message: &'a str,
    /// The record that has the id instead: its path, and `#` with its number.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) winner: &'a str,
    /// Where a renamed file was before.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) from: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) hash: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// Milliseconds of reading and analysis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ms: Option<f64>,
    #[serde(skip_serializing_if = "<[Note]>::is_empty")]
    pub(super) notes: &'a [Note],
}

/// A ledger that is being written.
#[derive(Debug)]
pub(super) struct Ledger {
    folder: PathBuf,
    path: PathBuf,
    /// Where it is while it is being written.
    working: PathBuf,
    output: BufWriter<Hashed>,
    /// Records whose lines are no longer true, by the keys of path and number.
    overtaken: Table<()>,
    space: Space,
    /// The line that is being written.
    line: Vec<u8>,
}

impl Ledger {
    /// Begins the ledger of a run. One of that name must not be there yet; a derived name is
    /// made unique.
    pub(super) fn begin(index: &Path, run: &RunId, space: &Space) -> Result<Self> {
        let folder = index.join(FOLDER);
        storage::create_folder_in(index, &folder)
            .map_err(|error| Error::io(&folder, "create", error))?;
        let mut attempt = 0;
        loop {
            let path = folder.join(run.file_name(attempt));
            let working = path.with_extension(UNFINISHED);
            let created = if path.exists() {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                OutputFile::create_new(&working)
            };
            match created {
                Ok(file) => {
                    return Ok(Self {
                        folder,
                        path,
                        working,
                        output: buffered(file),
                        overtaken: Table::new(space),
                        space: space.clone(),
                        line: Vec::new(),
                    });
                }
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && run.derived
                        && attempt < 1_000 =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(Error::io(&path, "create", error)),
            }
        }
    }

    /// Where it is when the run has ended.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its path below the folder of the index.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        format!("{FOLDER}/{name}")
    }

    /// Writes a line.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<()> {
        self.line.clear();
        let written = serde_json::to_writer(&mut self.line, line)
            .map_err(io::Error::from)
            .and_then(|()| {
                self.line.push(b'\n');
                self.output.write_all(&self.line)
            });
        written.map_err(|error| Error::io(&self.working, "write", error))
    }

    /// Takes the line of a record out again, at the end.
    pub(super) fn overtake(&mut self, path: &str, number: u32) -> Result<()> {
        self.overtaken
            .insert(place_key(path, number), ())
            .map(|_| ())
    }

    /// Takes out what is no longer true. Lines that follow are true.
    pub(super) fn settle(&mut self) -> Result<()> {
        if self.overtaken.is_empty() {
            return Ok(());
        }
        let overtaken = std::mem::replace(&mut self.overtaken, Table::new(&self.space));
        let temporary = self.path.with_extension(TEMPORARY);
        let mut settle = || -> Result<BufWriter<Hashed>, Trouble> {
            self.output.flush()?;
            let mut output = buffered(OutputFile::create(&temporary)?);
            let mut input = BufReader::new(File::open(&self.working)?);
            let mut bytes = Vec::new();
            while input.read_until(b'\n', &mut bytes)? > 0 {
                let line: Named = serde_json::from_slice(&bytes)?;
                let is_overtaken = line.status == INDEXED
                    && overtaken.contains(place_key(&line.path, line.record))?;
                if !is_overtaken {
                    output.write_all(&bytes)?;
                }
                bytes.clear();
            }
            output.flush()?;
            output.get_mut().file.rename(&self.working)?;
            Ok(output)
        };
        self.output = settle().map_err(|trouble| match trouble {
            Trouble::Disk(error) => Error::io(&self.working, "write", error),
            Trouble::Space(error) => error,
        })?;
        Ok(())
    }

    /// Writes the totals and makes the ledger durable.
    pub(super) fn finish(&mut self, totals: &serde_json::Value) -> Result<()> {
        self.last_line(&serde_json::json!({ "totals": totals }))?;
        self.sync()?;
        self.name_it()?;
        sync_folder(&self.path)
    }

    /// Writes the totals of a run that published nothing: no state names its ledger, so it need
    /// not outlive a power cut.
    pub(super) fn finish_unnamed(&mut self, totals: &serde_json::Value) -> Result<()> {
        self.last_line(&serde_json::json!({ "totals": totals }))?;
        self.name_it()
    }

    /// Says why the run published nothing.
    pub(super) fn abandon(&mut self, error: &Error) {
        let cause = serde_json::json!({ "code": error.kind().code(), "message": error.message() });
        // The error itself is on its way to the caller: a second one would hide it.
        let _ = self
            .last_line(&serde_json::json!({ "error": cause }))
            .and_then(|()| self.sync())
            .and_then(|()| self.name_it())
            .and_then(|()| sync_folder(&self.path));
    }

    fn last_line(&mut self, line: &serde_json::Value) -> Result<()> {
        let mut write = || -> io::Result<()> {
            writeln!(self.output, "{line}")?;
            self.output.flush()?;
            let seal = seal_line(&self.output.get_ref().hasher.finalize());
            self.output.write_all(seal.as_bytes())?;
            self.output.flush()
        };
        write().map_err(|error| Error::io(&self.working, "write", error))
    }

    fn sync(&self) -> Result<()> {
        let synced = self.output.get_ref().file.sync();
        synced.map_err(|error| Error::io(&self.working, "write", error))
    }

    /// Gives the ledger its name, now that it is whole.
    fn name_it(&mut self) -> Result<()> {
        let renamed = self.output.get_mut().file.rename(&self.path);
        renamed.map_err(|error| Error::io(&self.path, "write", error))
    }

    /// Deletes the oldest ledgers beyond those that are kept; never this one, nor the one that
    /// the index names.
    pub(super) fn sweep(&self, named: Option<&str>) -> Result<()> {
        let failed = |error| Error::io(&self.folder, "tidy", error);
        let mut ledgers = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let is_ledger = path
                .extension()
                .is_some_and(|kind| kind == EXTENSION || kind == UNFINISHED);
            let is_named = named.is_some_and(|named| path.ends_with(named));
            // Of a run that was killed: this one has renamed its own by now.
            if path.extension().is_some_and(|kind| kind == TEMPORARY) {
                storage::remove_file(&path).map_err(|error| Error::io(&path, "delete", error))?;
            }
            if is_ledger && !is_named && path != self.path {
                let modified = entry.metadata().and_then(|metadata| metadata.modified());
                ledgers.push((modified.map_err(failed)?, path));
            }
        }
        ledgers.sort();
        let more = (ledgers.len() + 1).saturating_sub(KEPT);
        for (_, path) in ledgers.iter().take(more) {
            storage::remove_file(path).map_err(|error| Error::io(path, "delete", error))?;
        }
        Ok(())
    }
}

/// Why a ledger cannot be put right.
enum Trouble {
    Disk(io::Error),
    Space(Error),
}

impl<E: Into<io::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Disk(error.into())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Space(error)
    }
}

fn place_key(path: &str, number: u32) -> Key {
    Key::of(format!("{path}\0{number}"))
}

/// A file that is hashed while it is written.
#[derive(Debug)]
struct Hashed {
    file: OutputFile,
    hasher: Box<blake3::Hasher>,
}

fn buffered(file: OutputFile) -> BufWriter<Hashed> {
    let hasher = Box::new(blake3::Hasher::new());
    BufWriter::with_capacity(64 << 10, Hashed { file, hasher })
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The part of a line that says whose it is.
#[derive(Deserialize)]
struct Named {
    path: String,
    #[serde(default)]
    record: u32,
    status: String,
}

/// The name of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunId {
    name: String,
    derived: bool,
}

impl RunId {
    /// Takes the name that was given, or makes one of the time.
    ///
    /// # Errors
    /// [`ErrorKind::Request`] if it could not be the name of a file everywhere.
    pub(super) fn new(given: &str, now: i64) -> Result<Self> {
        if given.is_empty() {
            let time = jiff::Timestamp::from_second(now).unwrap_or_default();
            let name = time.strftime("%Y%m%dT%H%M%SZ").to_string();
            return Ok(Self {
                name,
                derived: true,
            });
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if given.len() > 100 || given.starts_with('.') || !given.chars().all(plain) {
            return Err(Error::new(
                ErrorKind::Request,
                format!("`{}` cannot be the name of a run", given.escape_default()),
            )
            .with_hint("use at most 100 letters, digits, `-`, `_` and `.`"));
        }
        Ok(Self {
            name: given.to_owned(),
            derived: false,
        })
    }

    fn file_name(&self, attempt: u32) -> String {
        match attempt {
            0 => format!("{}.{EXTENSION}", self.name),
            _ => format!("{}-{attempt}.{EXTENSION}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    fn begin(index: &Path, run: &RunId) -> Result<Ledger> {
        Ledger::begin(index, run, &Space::new(index, 0))
    }

    fn indexed(path: &str, record: u32) -> Line<'_> {
        Line {
            path,
            record: Some(record),
            id: "x",
            status: "indexed",
            ..Line::default()
        }
    }

    #[test]
    fn lines_that_were_overtaken_are_taken_out() {
        let index = tempdir().unwrap();
        let run = RunId::new("first", 0).unwrap();
        let mut ledger = begin(index.path(), &run).unwrap();
        for (path, record) in [("a.jsonl", 1), ("a.jsonl", 2), ("b.jsonl", 1)] {
            ledger.line(&indexed(path, record)).unwrap();
        }
        ledger.overtake("a.jsonl", 1).unwrap();
        ledger.settle().unwrap();
        let notes = [Note::new("decoded", "read as windows-1252")];
        ledger
            .line(&Line {
                path: "c.md",
                status: "failed",
                notes: &notes,
                ..Line::default()
            })
            .unwrap();
        ledger.finish(&serde_json::json!({"seen": 3})).unwrap();
        let text = fs::read_to_string(ledger.path()).unwrap();
        let (lines, seal) = text.trim_end().rsplit_once('\n').unwrap();
        let hash = blake3::hash(format!("{lines}\n").as_bytes());
        assert_eq!(seal, seal_line(&hash).trim_end());
        assert_eq!(
            lines.lines().collect::<Vec<_>>(),
            [
                r#"{"path":"a.jsonl","record":2,"id":"x","status":"indexed"}"#,
                r#"{"path":"b.jsonl","record":1,"id":"x","status":"indexed"}"#,
                r#"{"path":"c.md","status":"failed","notes":[{"code":"decoded","message":"read as windows-1252"}]}"#,
                r#"{"totals":{"seen":3}}"#,
            ]
        );
        assert_eq!(ledger.name(), "runs/first.jsonl");
    }

    #[test]
    fn a_derived_name_is_made_unique_and_a_given_one_is_not() {
        let index = tempdir().unwrap();
        let derived = RunId::new("", 1_700_000_000).unwrap();
        let names = [(); 2].map(|()| begin(index.path(), &derived).unwrap().name());
        assert_eq!(
            names,
            [
                "runs/20231114T221320Z.jsonl",
                "runs/20231114T221320Z-1.jsonl"
            ]
        );
        let given = RunId::new("mine", 0).unwrap();
        begin(index.path(), &given).unwrap();
        assert_eq!(
            begin(index.path(), &given).unwrap_err().kind(),
            ErrorKind::Io
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in ["../x", "a/b", ".hidden", "ü", "a b", &"x".repeat(101)] {
            assert_eq!(
                RunId::new(bad, 0).unwrap_err().kind(),
                ErrorKind::Request,
                "{bad}"
            );
        }
    }

    #[test]
    fn the_newest_ledgers_and_the_named_one_are_kept() {
        let index = tempdir().unwrap();
        let mut last = None;
        for number in 0..25 {
            let run = RunId::new(&format!("r{number:02}"), 0).unwrap();
            let mut ledger = begin(index.path(), &run).unwrap();
            ledger.finish(&serde_json::Value::Null).unwrap();
            last = Some(ledger);
        }
        last.unwrap().sweep(Some("runs/r00.jsonl")).unwrap();
        let mut left: Vec<_> = fs::read_dir(index.path().join(FOLDER))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left.len(), KEPT + 1);
        assert!(left.contains(&"r00.jsonl".to_owned()) && left.contains(&"r24.jsonl".to_owned()));
    }
}
