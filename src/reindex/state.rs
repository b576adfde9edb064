//! What the journal says of every file and record, kept small: a record costs 56 bytes, and the
//! texts of ids stay on disk.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::entry::{Entry, FileEntry, Key, RecordEntry, Status};
use super::journal::Journal;
use crate::corpus::{FileStat, SourceFile};

/// What is known of a corpus: its files in path order.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) files: Vec<FileState>,
    /// Whether a run ever came to its end; otherwise this is part of a first build.
    pub(super) complete: bool,
    /// How many entries the journal spent on it.
    pub(super) entries: u64,
    /// The first number that no file of the journal has.
    pub(super) next_file: u32,
}

/// What is known of a file, with its records in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct FileState {
    /// Its number in the journal.
    pub(super) file: u32,
    pub(super) path: Box<str>,
    pub(super) stat: FileStat,
    pub(super) sidecar: Key,
    pub(super) hash: Key,
    pub(super) complete: bool,
    pub(super) settled: bool,
    pub(super) stale: bool,
    /// Where the journal says why the file as a whole failed.
    pub(super) failed_at: Option<u64>,
    pub(super) records: Vec<Record>,
}

/// What is known of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) key: Key,
    pub(super) hash: Key,
    /// When its document first entered the index, in seconds since 1970 UTC.
    pub(super) added: i64,
    /// Where the journal has the text of its id, or why it failed.
    pub(super) at: u64,
    pub(super) number: u32,
    pub(super) status: Status,
    /// Whether not all of its metadata are kept.
    pub(super) cut: bool,
    /// Whether its document was written in this run though nothing said it already was there.
    pub(super) fresh: bool,
    /// Whether this run has written its line of the ledger.
    pub(super) listed: bool,
}

impl State {
    /// Documents in the index that came from files.
    pub(super) fn documents(&self) -> u64 {
        let records = self.files.iter().flat_map(|file| &file.records);
        records
            .filter(|record| record.status == Status::Indexed)
            .count() as u64
    }
}

impl State {
    /// The ids of documents, which the journal knows.
    pub(super) fn ids(&self, mut journal: Journal) -> Vec<String> {
        let records = self.files.iter().flat_map(|file| &file.records);
        let indexed = records.filter(|record| record.status == Status::Indexed);
        let id = |entry: &Entry<'_>| match entry {
            Entry::Record(record) => Some(record.id.to_owned()),
            _ => None,
        };
        indexed
            .filter_map(|record| journal.read(record.at, id).ok()?)
            .collect()
    }
}

impl FileState {
    /// The record of that number, if there is one; the records must be in order.
    pub(super) fn record(&self, number: u32) -> Option<&Record> {
        let index = self
            .records
            .binary_search_by_key(&number, |record| record.number)
            .ok()?;
        self.records.get(index)
    }

    /// Whether it, or a record of it, failed.
    pub(super) fn has_failed(&self) -> bool {
        let mut records = self.records.iter();
        self.failed_at.is_some() || records.any(|record| record.status == Status::Failed)
    }

    /// Whether the file system says of both the same as when the file was read.
    pub(super) fn looks_like(&self, file: &SourceFile) -> bool {
        self.stat == file.stat && self.sidecar == sidecar_key(file)
    }

    /// As the journal has it.
    pub(super) fn entry(&self) -> FileEntry<'_> {
        FileEntry {
            file: self.file,
            path: &self.path,
            stat: self.stat,
            sidecar: self.sidecar,
            hash: self.hash,
            complete: self.complete,
            settled: self.settled,
            stale: self.stale,
            failure: None,
        }
    }
}

impl FileState {
    /// Its entry as bytes, with the reason for a failure that another entry of it gives.
    pub(super) fn bytes_with_failure_of(&self, other: &Entry<'_>) -> Vec<u8> {
        let failure = match other {
            Entry::File(file) => file.failure,
            _ => None,
        };
        let mut bytes = Vec::new();
        Entry::File(FileEntry {
            failure,
            ..self.entry()
        })
        .write(&mut bytes);
        bytes
    }
}

/// What the file system says of the sidecar of a file, as a digest; zero if there is none.
pub(super) fn sidecar_key(file: &SourceFile) -> Key {
    file.sidecar.as_ref().map_or(Key::default(), |sidecar| {
        let mut hasher = blake3::Hasher::new();
        // Not the whole path: a corpus that is called by another name is no other corpus.
        let name = sidecar.absolute.file_name().unwrap_or_default();
        hasher.update(name.as_encoded_bytes());
        hasher.update(&sidecar.stat.length.to_le_bytes());
        hasher.update(&sidecar.stat.modified_ns.to_le_bytes());
        hasher.update(&sidecar.stat.changed_ns.to_le_bytes());
        hasher.update(&sidecar.stat.inode.to_le_bytes());
        Key::cut(hasher.finalize().as_bytes())
    })
}

/// Builds the state by telling the story of a journal again.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// By number; `None` where a file is gone.
    files: Vec<Option<FileState>>,
    complete: bool,
    entries: u64,
}

/// The number that marks a record that is gone, until the records of its file are put in order.
const GONE: u64 = u64::MAX;

impl Replay {
    /// Takes the next entry; `at` is where the journal has it. `None` if it makes no sense here.
    pub(super) fn apply(&mut self, entry: &Entry<'_>, at: u64) -> Option<()> {
        self.entries += 1;
        match entry {
            Entry::Complete => self.complete = true,
            Entry::File(entry) => self.file(entry, at)?,
            Entry::Record(entry) => {
                let file = self.files.get_mut(entry.file as usize)?.as_mut()?;
                if file.records.is_empty() {
                    // Most files have one.
                    file.records.reserve_exact(1);
                }
                file.records.push(Record::new(entry, at));
            }
            Entry::RecordGone { file, number } => {
                let file = self.files.get_mut(*file as usize)?.as_mut()?;
                file.records.push(Record {
                    key: Key::default(),
                    hash: Key::default(),
                    added: 0,
                    at: GONE,
                    number: *number,
                    status: Status::Failed,
                    cut: false,
                    fresh: false,
                    listed: false,
                });
            }
            Entry::FileGone { file } => {
                self.files.get_mut(*file as usize)?.take()?;
            }
        }
        Some(())
    }

    fn file(&mut self, entry: &FileEntry<'_>, at: u64) -> Option<()> {
        let number = entry.file as usize;
        // Files are numbered as they come: a gap would be damage, and could ask for much memory.
        if number == self.files.len() {
            self.files.push(Some(FileState::default()));
        }
        let file = self.files.get_mut(number)?.as_mut()?;
        *file = FileState {
            file: entry.file,
            path: entry.path.into(),
            stat: entry.stat,
            sidecar: entry.sidecar,
            hash: entry.hash,
            complete: entry.complete,
            settled: entry.settled,
            stale: entry.stale,
            failed_at: entry.failure.map(|_| at),
            records: std::mem::take(&mut file.records),
        };
        Some(())
    }

    /// The state at the end of the story.
    pub(super) fn finish(self) -> State {
        let next_file = self.files.len() as u32;
        let mut files: Vec<FileState> = self.files.into_iter().flatten().collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        for file in &mut files {
            keep_last(&mut file.records);
            file.records.retain(|record| record.at != GONE);
            file.records.shrink_to_fit();
        }
        State {
            files,
            complete: self.complete,
            entries: self.entries,
            next_file,
        }
    }
}

/// Puts records in the order of their numbers, and keeps the last that was said of each.
fn keep_last(records: &mut Vec<Record>) {
    records.sort_by_key(|record| record.number);
    let mut kept = 0;
    for index in 0..records.len() {
        let last = records
            .get(index + 1)
            .is_none_or(|next| next.number != records[index].number);
        if last {
            records[kept] = records[index];
            kept += 1;
        }
    }
    records.truncate(kept);
}

impl Record {
    /// What an entry says of a record.
    pub(super) fn new(entry: &RecordEntry<'_>, at: u64) -> Self {
        Self {
            key: entry.key,
            hash: entry.hash,
            added: entry.added,
            at,
            number: entry.number,
            status: entry.status,
            cut: entry.cut,
            fresh: false,
            listed: false,
        }
    }
}

/// A map by key. Keys are hashes already, and of a kind that nobody can aim.
pub(super) type KeyMap<T> = HashMap<Key, T, BuildHasherDefault<KeyHasher>>;

/// Takes the last eight bytes of a key for its hash.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk::<8>() {
            self.0 = u64::from_le_bytes(*last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(file: u32, number: u32, id: &'static str) -> Entry<'static> {
        Entry::Record(RecordEntry {
            file,
            number,
            status: Status::Indexed,
            hash: Key([1; 16]),
            key: Key::of(id),
            added: 5,
            id,
            member: "",
            cut: false,
            failure: None,
        })
    }

    fn file(file: u32, path: &str) -> Entry<'_> {
        Entry::File(FileEntry {
            file,
            path,
            ..FileEntry::default()
        })
    }

    fn replay(entries: &[Entry<'_>]) -> Option<State> {
        let mut replay = Replay::default();
        for (at, entry) in entries.iter().enumerate() {
            replay.apply(entry, at as u64)?;
        }
        Some(replay.finish())
    }

    #[test]
    fn the_last_word_on_a_record_counts() {
        let state = replay(&[
            file(0, "b"),
            record(0, 2, "two"),
            record(0, 1, "one"),
            file(1, "a"),
            record(1, 1, "other"),
            record(0, 2, "second"),
            Entry::RecordGone { file: 0, number: 1 },
            record(0, 3, "three"),
            Entry::RecordGone { file: 0, number: 4 },
            Entry::FileGone { file: 1 },
            file(2, "a"),
        ])
        .unwrap();
        let paths: Vec<_> = state.files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a", "b"]);
        let records: Vec<_> = state.files[1]
            .records
            .iter()
            .map(|record| (record.number, record.key))
            .collect();
        assert_eq!(records, [(2, Key::of("second")), (3, Key::of("three"))]);
        assert_eq!(state.files[1].record(3).map(|record| record.at), Some(7));
        assert!(state.files[1].record(1).is_none());
        assert_eq!(
            (state.next_file, state.entries, state.complete),
            (3, 11, false)
        );
    }

    #[test]
    fn a_record_can_come_back() {
        let gone = Entry::RecordGone { file: 0, number: 1 };
        let state = replay(&[file(0, "a"), record(0, 1, "x"), gone, record(0, 1, "x")]).unwrap();
        assert_eq!(state.files[0].records.len(), 1);
    }

    #[test]
    fn a_story_that_makes_no_sense_is_refused() {
        for story in [
            vec![record(0, 1, "x")],
            vec![file(1, "a")],
            vec![
                file(0, "a"),
                Entry::FileGone { file: 0 },
                Entry::FileGone { file: 0 },
            ],
            vec![file(0, "a"), Entry::FileGone { file: 0 }, record(0, 1, "x")],
            vec![Entry::FileGone { file: 3 }],
        ] {
            assert!(replay(&story).is_none(), "{story:?}");
        }
    }

    #[test]
    fn a_record_stays_small() {
        assert!(size_of::<Record>() <= 56);
    }
}
