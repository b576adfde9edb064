//! Reads the ledgers of runs: what became of every file and record, and how the run ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

/// A line of a ledger, as far as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) member: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<u64>,
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) stage: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Note>,
}

/// A reservation about a document that was indexed all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
}

/// Notes that say how something was found out, not that something was lost.
const HARMLESS: [&str; 3] = ["language_detected", "names_ambiguous", "title_from_name"];

/// What every line with notes holds.
const NOTES: &str = "\"notes\":";

/// A ledger of a run that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) path: PathBuf,
    /// When the run ended.
    pub(crate) at: SystemTime,
    /// The totals, as `index --json` printed them.
    pub(crate) totals: Value,
}

/// A run that did not come to its end: it was stopped, killed, or is at work.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unfinished {
    pub(crate) path: PathBuf,
    /// When its ledger was written last.
    pub(crate) at: SystemTime,
    /// Why it stopped; a run that was killed could not say.
    pub(crate) error: Option<RunError>,
}

/// Why a run stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunError {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The runs of an index that matter now.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    /// The last that came to its end.
    pub(crate) last: Option<Ledger>,
    /// The newest, if that is another one.
    pub(crate) unfinished: Option<Unfinished>,
}

impl Runs {
    /// Looks through the ledgers of an index, from the newest.
    pub(crate) fn of(index: &Path) -> Self {
        let Ok(entries) = fs::read_dir(index.join("runs")) else {
            return Self::default();
        };
        let mut ledgers: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|kind| kind == "jsonl" || kind == "part")
            })
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        ledgers.sort();
        let mut runs = Self::default();
        for (at, path) in ledgers.into_iter().rev() {
            match last_line(&path) {
                Last::Totals(totals) => {
                    runs.last = Some(Ledger { path, at, totals });
                    break;
                }
                Last::Error(error) => runs.miss(path, at, Some(error)),
                Last::Nothing => runs.miss(path, at, None),
            }
        }
        runs
    }

    fn miss(&mut self, path: PathBuf, at: SystemTime, error: Option<RunError>) {
        self.unfinished
            .get_or_insert(Unfinished { path, at, error });
    }
}

impl Ledger {
    /// The lines with a status, in the order of the files.
    pub(crate) fn lines(&self, status: &str) -> Result<Vec<Line>, Failure> {
        let mut found = Vec::new();
        self.each(status, |line| {
            if line.status == status {
                found.push(line);
            }
        })?;
        Ok(in_order(found))
    }

    /// The lines of documents that were indexed with notes, in the order of the files.
    pub(crate) fn noted(&self) -> Result<Vec<Line>, Failure> {
        let mut found = Vec::new();
        self.each(NOTES, |line| {
            if !line.notes.is_empty() {
                found.push(line);
            }
        })?;
        Ok(in_order(found))
    }

    /// How many lines with a status have each code, most frequent first.
    pub(crate) fn codes(&self, status: &str) -> Result<Vec<(String, u64)>, Failure> {
        let mut codes = BTreeMap::<String, u64>::new();
        self.each(status, |line| {
            if line.status == status {
                *codes.entry(line.code).or_default() += 1;
            }
        })?;
        Ok(by_frequency(codes))
    }

    /// How many notes of each code speak of something that was lost or guessed, most frequent
    /// first.
    pub(crate) fn reservations(&self) -> Result<Vec<(String, u64)>, Failure> {
        let mut codes = BTreeMap::<String, u64>::new();
        self.each(NOTES, |line| {
            for note in line.notes {
                if !HARMLESS.contains(&note.code.as_str()) {
                    *codes.entry(note.code).or_default() += 1;
                }
            }
        })?;
        Ok(by_frequency(codes))
    }

    /// Gives every line that holds `mark` somewhere. Most lines of a large ledger say that a file
    /// is what it was, and need not be parsed for that.
    fn each(&self, mark: &str, mut take: impl FnMut(Line)) -> Result<(), Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(
                "io",
                format!("cannot read the ledger `{}`: {error}", self.path.display()),
            )
        };
        let mut input = BufReader::with_capacity(64 << 10, File::open(&self.path).map_err(failed)?);
        let mut text = String::new();
        while input.read_line(&mut text).map_err(failed)? > 0 {
            if text.contains(mark)
                && let Ok(line) = serde_json::from_str(&text)
            {
                take(line);
            }
            text.clear();
        }
        Ok(())
    }
}

/// In the order of the files: a ledger is written as the readers finish.
fn in_order(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|a, b| (&a.path, a.record).cmp(&(&b.path, b.record)));
    lines
}

fn by_frequency(codes: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    codes
}

/// How a ledger ends.
enum Last {
    Totals(Value),
    Error(RunError),
    Nothing,
}

fn last_line(path: &Path) -> Last {
    #[derive(Deserialize)]
    struct End {
        totals: Option<Value>,
        error: Option<RunError>,
    }
    let end = tail(path).and_then(|line| serde_json::from_slice(&line).ok());
    match end {
        Some(End {
            totals: Some(totals),
            ..
        }) => Last::Totals(totals),
        Some(End {
            error: Some(error), ..
        }) => Last::Error(error),
        _ => Last::Nothing,
    }
}

/// The last line of a file before its seal.
fn tail(path: &Path) -> Option<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    const MOST: u64 = 64 << 10;
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST)))
        .ok()?;
    let mut tail = Vec::new();
    file.take(MOST).read_to_end(&mut tail).ok()?;
    let last = tail
        .split(|&byte| byte == b'\n')
        .rfind(|line| !line.is_empty() && !line.starts_with(b"{\"seal\":"))?;
    Some(last.to_vec())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A folder of an index with ledgers, the first the oldest.
    fn index_with(ledgers: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        fs::create_dir(&runs).unwrap();
        for (age, (name, text)) in (0..).zip(ledgers.iter().rev()) {
            let path = runs.join(name);
            fs::write(&path, text).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - age);
            File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(time))
                .unwrap();
        }
        folder
    }

    const DONE: &str = "{\"path\":\"x.bin\",\"status\":\"failed\",\"code\":\"binary\"}\n\
                        {\"path\":\"y.md\",\"status\":\"indexed\"}\n{\"totals\":{\"seen\":2}}\n{\"seal\":\"\"}\n";
    const KILLED: &str = "{\"path\":\"y.md\",\"status\":\"indexed\"}\n{\"path\":\"z";
    const STOPPED: &str = "{\"error\":{\"code\":\"shrink\",\"message\":\"too little\"}}\n";

    #[test]
    fn the_last_run_is_the_last_that_came_to_its_end() {
        let index = index_with(&[("c.jsonl", STOPPED), ("b.jsonl", DONE), ("a.part", KILLED)]);
        let runs = Runs::of(index.path());
        let ledger = runs.last.unwrap();
        assert!(ledger.path.ends_with("b.jsonl"));
        assert_eq!(ledger.totals["seen"], 2);
        assert_eq!(ledger.lines("failed").unwrap()[0].path, "x.bin");
        assert_eq!(ledger.codes("failed").unwrap(), [("binary".to_owned(), 1)]);
        let unfinished = runs.unfinished.unwrap();
        assert!(unfinished.path.ends_with("a.part") && unfinished.error.is_none());
    }

    #[test]
    fn a_newer_run_that_stopped_says_why() {
        let index = index_with(&[("a.jsonl", DONE), ("b.jsonl", KILLED), ("c.jsonl", STOPPED)]);
        let unfinished = Runs::of(index.path()).unfinished.unwrap();
        assert_eq!(unfinished.error.unwrap().code, "shrink");
        let index = index_with(&[("a.jsonl", KILLED), ("b.jsonl", DONE), ("c.txt", KILLED)]);
        assert_eq!(Runs::of(index.path()).unfinished, None);
        assert!(Runs::of(&index.path().join("runs")).last.is_none());
    }
}
