//! Reads the ledger of the last run: what became of every file and record.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

/// A line of a ledger, as far as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) path: String,
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
const HARMLESS: [&str; 2] = ["language_detected", "title_from_name"];

/// A ledger of a run that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) path: PathBuf,
    /// The totals, as `index --json` printed them.
    pub(crate) totals: Value,
}

impl Ledger {
    /// The newest one of an index.
    pub(crate) fn newest(index: &Path) -> Option<Self> {
        let mut ledgers: Vec<_> = fs::read_dir(index.join("runs"))
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "jsonl")
            })
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        ledgers.sort();
        ledgers.into_iter().rev().find_map(|(_, path)| {
            let totals = totals(&path)?;
            Some(Self { path, totals })
        })
    }

    /// The lines with a status, in the order of the files.
    pub(crate) fn lines(&self, status: &str) -> Result<Vec<Line>, Failure> {
        let mut found = Vec::new();
        self.each(|line| {
            if line.status == status {
                found.push(line);
            }
        })?;
        Ok(in_order(found))
    }

    /// The lines of documents that were indexed with notes, in the order of the files.
    pub(crate) fn noted(&self) -> Result<Vec<Line>, Failure> {
        let mut found = Vec::new();
        self.each(|line| {
            if !line.notes.is_empty() {
                found.push(line);
            }
        })?;
        Ok(in_order(found))
    }

    /// How many lines with a status have each code, most frequent first.
    pub(crate) fn codes(&self, status: &str) -> Result<Vec<(String, u64)>, Failure> {
        let mut codes = BTreeMap::<String, u64>::new();
        self.each(|line| {
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
        self.each(|line| {
            for note in line.notes {
                if !HARMLESS.contains(&note.code.as_str()) {
                    *codes.entry(note.code).or_default() += 1;
                }
            }
        })?;
        Ok(by_frequency(codes))
    }

    fn each(&self, mut take: impl FnMut(Line)) -> Result<(), Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(
                "io",
                format!("cannot read the ledger `{}`: {error}", self.path.display()),
            )
        };
        for line in BufReader::new(File::open(&self.path).map_err(failed)?).lines() {
            if let Ok(line) = serde_json::from_str(&line.map_err(failed)?) {
                take(line);
            }
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

/// The totals at the end of a ledger; a run that was stopped has none.
fn totals(path: &Path) -> Option<Value> {
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
        .rfind(|line| !line.is_empty())?;
    let mut line: Value = serde_json::from_slice(last).ok()?;
    Some(line.get_mut("totals")?.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_without_totals_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        fs::create_dir(&runs).unwrap();
        fs::write(
            runs.join("a.jsonl"),
            "{\"path\":\"x.bin\",\"status\":\"failed\",\"code\":\"binary\"}\n\
             {\"path\":\"y.md\",\"status\":\"indexed\"}\n{\"totals\":{\"seen\":2}}\n",
        )
        .unwrap();
        fs::write(
            runs.join("b.jsonl"),
            "{\"path\":\"y.md\",\"status\":\"indexed\"}\n",
        )
        .unwrap();
        let ledger = Ledger::newest(folder.path()).unwrap();
        assert_eq!(ledger.totals["seen"], 2);
        assert_eq!(ledger.lines("failed").unwrap()[0].path, "x.bin");
        assert_eq!(ledger.codes("failed").unwrap(), [("binary".to_owned(), 1)]);
        assert!(Ledger::newest(&runs).is_none());
    }
}
