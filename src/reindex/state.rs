//! What the journal says of every file and record, within the memory of a [`Space`]: the texts of
//! ids stay on disk.

use super::entry::{Entry, FileEntry, Key, RecordEntry, Status};
use super::journal::Journal;
use super::store::{Array, Fixed, Log, Sorter, Space};
use crate::Result;
use crate::corpus::{FileStat, SourceFile};

/// What is known of a corpus: its files in path order, each with its records.
#[derive(Debug)]
pub(super) struct State {
    files: Array<FileState>,
    paths: Log,
    /// Those of a file are next to each other, in the order of their numbers.
    records: Array<Record>,
    /// Whether a run ever came to its end; otherwise this is part of a first build.
    pub(super) complete: bool,
    /// How many entries the journal spent on it.
    pub(super) entries: u64,
    /// The first number that no file of the journal has.
    pub(super) next_file: u32,
}

/// What is known of a file.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts, not states")]
pub(super) struct FileState {
    /// Its number in the journal.
    pub(super) file: u32,
    /// Where its path is in the paths of whoever knows it.
    pub(super) path: u64,
    pub(super) stat: FileStat,
    pub(super) sidecar: Key,
    pub(super) hash: Key,
    pub(super) complete: bool,
    pub(super) settled: bool,
    pub(super) stale: bool,
    /// Whether not all metadata of its records are kept.
    pub(super) cut: bool,
    /// Where the journal says why the file as a whole failed.
    pub(super) failed_at: Option<u64>,
    /// Where its records begin.
    pub(super) first: u64,
    pub(super) records: Counts,
}

/// How many records a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) all: u32,
    pub(super) indexed: u32,
    pub(super) duplicate: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

/// What is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// What is known before the first run: nothing.
    pub(super) fn empty(space: &Space) -> Self {
        Self {
            files: Array::new(space),
            paths: Log::new(space),
            records: Array::new(space),
            complete: false,
            entries: 0,
            next_file: 0,
        }
    }

    /// How many files there are.
    pub(super) fn len(&self) -> u32 {
        self.files.len() as u32
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file by its place in path order.
    pub(super) fn file(&self, index: u32) -> Result<FileState> {
        self.files.get(u64::from(index))
    }

    /// Every file with its place, in path order.
    pub(super) fn files(&self) -> impl Iterator<Item = Result<(u32, FileState)>> + '_ {
        let files = self.files.iter();
        files.map(|item| item.map(|(index, file)| (index as u32, file)))
    }

    /// The path of a file.
    pub(super) fn path(&self, file: &FileState) -> Result<String> {
        text(&self.paths, file.path)
    }

    /// The records of a file in the order of their numbers, with their places among all.
    pub(super) fn records(
        &self,
        file: &FileState,
    ) -> impl Iterator<Item = Result<(u64, Record)>> + use<'_> {
        self.records.range(file.first, u64::from(file.records.all))
    }

    /// The record at a place among all.
    pub(super) fn record(&self, slot: u64) -> Result<Record> {
        self.records.get(slot)
    }

    /// The record of a file with that number, if there is one, and its place among all.
    pub(super) fn record_of(&self, file: &FileState, number: u32) -> Result<Option<(u64, Record)>> {
        let (mut low, mut high) = (0, u64::from(file.records.all));
        // Numbers mostly count from one, or there is one record without a number.
        let mut at = u64::from(number.saturating_sub(1));
        while low < high {
            if at < low || at >= high {
                at = low.midpoint(high);
            }
            let slot = file.first + at;
            let record = self.records.get(slot)?;
            match record.number.cmp(&number) {
                std::cmp::Ordering::Equal => return Ok(Some((slot, record))),
                std::cmp::Ordering::Less => low = at + 1,
                std::cmp::Ordering::Greater => high = at,
            }
            at = u64::MAX;
        }
        Ok(None)
    }

    /// Makes a duplicate of a record: another one has its id.
    pub(super) fn overtake(&mut self, index: u32, slot: u64) -> Result<()> {
        let mut file = self.file(index)?;
        let mut record = self.records.get(slot)?;
        file.records.recount(Some(record.status), Status::Duplicate);
        record.status = Status::Duplicate;
        self.files.set(u64::from(index), &file)?;
        self.records.set(slot, &record)
    }

    /// Documents in the index that came from files.
    pub(super) fn documents(&self) -> Result<u64> {
        self.files
            .iter()
            .try_fold(0, |sum, file| Ok(sum + u64::from(file?.1.records.indexed)))
    }

    /// The ids of documents, which the journal knows.
    pub(super) fn ids(&self, mut journal: Journal) -> Vec<String> {
        let records = self.records.iter().filter_map(Result::ok);
        let indexed = records.filter(|(_, record)| record.status == Status::Indexed);
        let id = |entry: &Entry<'_>| match entry {
            Entry::Record(record) => Some(record.id.to_owned()),
            _ => None,
        };
        indexed
            .filter_map(|(_, record)| journal.read(record.at, id).ok()?)
            .collect()
    }
}

/// A text that is known to be one.
pub(super) fn text(log: &Log, at: u64) -> Result<String> {
    let mut bytes = Vec::new();
    log.get(at, &mut bytes)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into()))
}

impl Counts {
    /// Takes a record out that had a status, and puts it in with another.
    pub(super) fn recount(&mut self, before: Option<Status>, after: Status) {
        match before {
            Some(before) => *self.of(before) -= 1,
            None => self.all += 1,
        }
        *self.of(after) += 1;
    }

    fn of(&mut self, status: Status) -> &mut u32 {
        match status {
            Status::Indexed => &mut self.indexed,
            Status::Duplicate => &mut self.duplicate,
            Status::Failed => &mut self.failed,
            Status::Skipped => &mut self.skipped,
        }
    }

    /// Whether records failed, and nothing else came of any.
    pub(super) fn are_only_failures(self) -> bool {
        self.failed > 0 && self.failed + self.skipped == self.all
    }

    /// Whether nothing is read: there are no records, or all of them are passed over.
    pub(super) fn are_passed_over(self) -> bool {
        self.skipped == self.all
    }
}

impl FileState {
    /// Whether it, or a record of it, failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed_at.is_some() || self.records.failed > 0
    }

    /// Whether the file system says of both the same as when the file was read.
    pub(super) fn looks_like(&self, file: &SourceFile) -> bool {
        self.stat == file.stat && self.sidecar == sidecar_key(file)
    }

    /// As the journal has it.
    pub(super) fn entry<'a>(&self, path: &'a str) -> FileEntry<'a> {
        FileEntry {
            file: self.file,
            path,
            stat: self.stat,
            sidecar: self.sidecar,
            hash: self.hash,
            complete: self.complete,
            settled: self.settled,
            stale: self.stale,
            failure: None,
        }
    }

    /// Its entry as bytes, with the reason for a failure that another entry of it gives.
    pub(super) fn bytes_with_failure_of(&self, path: &str, other: &Entry<'_>) -> Vec<u8> {
        let failure = match other {
            Entry::File(file) => file.failure,
            _ => None,
        };
        let mut bytes = Vec::new();
        Entry::File(FileEntry {
            failure,
            ..self.entry(path)
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
#[derive(Debug)]
pub(super) struct Replay {
    space: Space,
    /// By number.
    files: Array<Told>,
    paths: Log,
    /// What was said of records, in its order; and of which files they are.
    records: Array<Record>,
    owners: Array<u32>,
    complete: bool,
    entries: u64,
}

/// What was told of a file last.
#[derive(Debug, Clone, Copy)]
struct Told {
    is_there: bool,
    state: FileState,
}

/// The place in the journal that marks a record that is gone.
const GONE: u64 = u64::MAX;

impl Replay {
    pub(super) fn new(space: &Space) -> Self {
        Self {
            space: space.clone(),
            files: Array::new(space),
            paths: Log::new(space),
            records: Array::new(space),
            owners: Array::new(space),
            complete: false,
            entries: 0,
        }
    }

    /// Takes the next entry; `at` is where the journal has it. `false` if it makes no sense here.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(super) fn apply(&mut self, entry: &Entry<'_>, at: u64) -> Result<bool> {
        self.entries += 1;
        let record = match entry {
            Entry::Complete => {
                self.complete = true;
                return Ok(true);
            }
            Entry::File(entry) => return self.file(entry, at),
            Entry::FileGone { file } => {
                let Some(mut told) = self.told(*file)? else {
                    return Ok(false);
                };
                told.is_there = false;
                self.files.set(u64::from(*file), &told)?;
                return Ok(true);
            }
            Entry::Record(entry) => (entry.file, Record::new(entry, at)),
            Entry::RecordGone { file, number } => (*file, Record::gone(*number)),
        };
        if self.told(record.0)?.is_none() {
            return Ok(false);
        }
        self.owners.push(&record.0)?;
        self.records.push(&record.1)?;
        Ok(true)
    }

    /// A file that is there.
    fn told(&self, number: u32) -> Result<Option<Told>> {
        if u64::from(number) >= self.files.len() {
            return Ok(None);
        }
        Ok(Some(self.files.get(u64::from(number))?).filter(|told| told.is_there))
    }

    fn file(&mut self, entry: &FileEntry<'_>, at: u64) -> Result<bool> {
        let number = u64::from(entry.file);
        let known = match self.told(entry.file)? {
            Some(told) => Some(told.state.path),
            // Files are numbered as they come: a gap would be damage, and could ask for much memory.
            None if number == self.files.len() => None,
            None => return Ok(false),
        };
        // Most entries repeat the path that is there.
        let path = match known {
            Some(at) if text(&self.paths, at)? == entry.path => at,
            _ => self.paths.push(entry.path.as_bytes())?,
        };
        let told = Told {
            is_there: true,
            state: FileState {
                file: entry.file,
                path,
                stat: entry.stat,
                sidecar: entry.sidecar,
                hash: entry.hash,
                complete: entry.complete,
                settled: entry.settled,
                stale: entry.stale,
                failed_at: entry.failure.map(|_| at),
                ..FileState::default()
            },
        };
        if known.is_some() {
            self.files.set(number, &told)?;
        } else {
            self.files.push(&told)?;
        }
        Ok(true)
    }

    /// The state at the end of the story.
    ///
    /// # Errors
    /// If there is no room for it.
    pub(super) fn finish(self) -> Result<State> {
        let (mut files, places) = self.in_order()?;
        let records = self.gather(&mut files, &places)?;
        Ok(State {
            next_file: self.files.len() as u32,
            files,
            paths: self.paths,
            records,
            complete: self.complete,
            entries: self.entries,
        })
    }

    /// The files that are there in path order, and the place of each by its number.
    fn in_order(&self) -> Result<(Array<FileState>, Array<u32>)> {
        let mut sorter = Sorter::new(&self.space);
        let mut bytes = Vec::new();
        for item in self.files.iter() {
            let (number, told) = item?;
            if told.is_there {
                self.paths.get(told.state.path, &mut bytes)?;
                // No path holds a zero: one that another begins with comes first.
                bytes.push(0);
                bytes.extend_from_slice(&(number as u32).to_be_bytes());
                sorter.push(&bytes)?;
            }
        }
        let mut files = Array::new(&self.space);
        let mut places = Array::new(&self.space);
        places.extend(self.files.len());
        sorter.finish(|bytes| {
            let number = bytes.last_chunk().map_or(0, |it| u32::from_be_bytes(*it));
            let number = u64::from(number);
            let place = files.push(&self.files.get(number)?.state)?;
            places.set(number, &(place as u32))
        })?;
        Ok((files, places))
    }

    /// The last that was said of each record, ordered by file and number.
    fn gather(&self, files: &mut Array<FileState>, places: &Array<u32>) -> Result<Array<Record>> {
        let mut sorter = Sorter::new(&self.space);
        for (owner, record) in self.owners.iter().zip(self.records.iter()) {
            let ((_, owner), (at, record)) = (owner?, record?);
            if !self.files.get(u64::from(owner))?.is_there {
                continue;
            }
            let place = places.get(u64::from(owner))?;
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&place.to_be_bytes());
            bytes[4..8].copy_from_slice(&record.number.to_be_bytes());
            bytes[8..].copy_from_slice(&at.to_be_bytes());
            sorter.push(&bytes)?;
        }
        let mut gathering = Gathering {
            records: Array::new(&self.space),
            files,
            open: None,
            last: None,
        };
        sorter.finish(|bytes| {
            let number = |range| bytes.get(range).and_then(<[u8]>::first_chunk);
            let place = number(0..4).map_or(0, |it| u32::from_be_bytes(*it));
            let at = bytes.last_chunk().map_or(0, |it| u64::from_be_bytes(*it));
            gathering.take(place, self.records.get(at)?)
        })?;
        gathering.finish()
    }
}

/// Puts records next to each other that come in their order, and counts them.
struct Gathering<'a> {
    records: Array<Record>,
    files: &'a mut Array<FileState>,
    /// The file whose records are coming.
    open: Option<(u32, FileState)>,
    /// The last that was said, as long as more may be said of the same.
    last: Option<Record>,
}

impl Gathering<'_> {
    fn take(&mut self, place: u32, record: Record) -> Result<()> {
        let is_same_file = self.open.is_some_and(|(open, _)| open == place);
        if !is_same_file || self.last.is_some_and(|last| last.number != record.number) {
            self.settle()?;
        }
        if !is_same_file {
            self.close()?;
            let mut file = self.files.get(u64::from(place))?;
            file.first = self.records.len();
            self.open = Some((place, file));
        }
        self.last = Some(record);
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        let last = self.last.take().filter(|last| last.at != GONE);
        if let (Some(record), Some((_, file))) = (last, &mut self.open) {
            file.records.recount(None, record.status);
            file.cut |= record.cut;
            self.records.push(&record)?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        match self.open.take() {
            Some((place, file)) => self.files.set(u64::from(place), &file),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Array<Record>> {
        self.settle()?;
        self.close()?;
        Ok(self.records)
    }
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

    fn gone(number: u32) -> Self {
        Self {
            key: Key::default(),
            hash: Key::default(),
            added: 0,
            at: GONE,
            number,
            status: Status::Failed,
            cut: false,
            fresh: false,
            listed: false,
        }
    }
}

impl Fixed for Told {
    const SIZE: usize = FileState::SIZE + 1;

    fn put(&self, bytes: &mut [u8]) {
        if let Some((first, rest)) = bytes.split_first_mut() {
            *first = u8::from(self.is_there);
            self.state.put(rest);
        }
    }

    fn get(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(1);
        Self {
            is_there: first != [0],
            state: FileState::get(rest),
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
        let folder = tempfile::tempdir().unwrap();
        let mut replay = Replay::new(&Space::new(folder.path(), 0));
        for (at, entry) in entries.iter().enumerate() {
            if !replay.apply(entry, at as u64).unwrap() {
                return None;
            }
        }
        Some(replay.finish().unwrap())
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
        let files: Vec<FileState> = state.files().map(|it| it.unwrap().1).collect();
        let paths: Vec<_> = files.iter().map(|it| state.path(it).unwrap()).collect();
        assert_eq!(paths, ["a", "b"]);
        let records: Vec<_> = state
            .records(&files[1])
            .map(|it| it.unwrap().1)
            .map(|record| (record.number, record.key))
            .collect();
        assert_eq!(records, [(2, Key::of("second")), (3, Key::of("three"))]);
        let find = |number| state.record_of(&files[1], number).unwrap();
        assert_eq!(find(3).map(|(_, record)| record.at), Some(7));
        assert_eq!(find(1), None);
        assert_eq!(find(9), None);
        assert_eq!((files[1].records.all, files[1].records.indexed), (2, 2));
        assert_eq!(
            (state.next_file, state.entries, state.complete),
            (3, 11, false)
        );
    }

    #[test]
    fn a_record_can_come_back() {
        let gone = Entry::RecordGone { file: 0, number: 1 };
        let state = replay(&[file(0, "a"), record(0, 1, "x"), gone, record(0, 1, "x")]).unwrap();
        assert_eq!(state.file(0).unwrap().records.all, 1);
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

    /// Of two places of one record the later counts, whether or not all fit into memory at once.
    #[test]
    fn ids_are_found_again_however_little_memory_there_is() {
        use super::super::plan::{Again, Old};

        const IDS: u32 = 200;
        let ids: Vec<&'static str> = (0..IDS)
            .map(|number| &*Box::leak(format!("id {number}").into_boxed_str()))
            .collect();
        let mut entries = vec![file(0, "a"), file(1, "b")];
        // Every second id is in both files.
        for (number, id) in (1..).zip(&ids) {
            entries.push(record(0, number, id));
            if number % 2 == 0 {
                entries.push(record(1, number, id));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let told = |memory: usize| {
            let space = Space::new(folder.path(), memory);
            let state = replay(&entries).unwrap();
            let old = Old::new(state, Again::default(), &space).unwrap();
            assert_eq!(old.documents(), u64::from(IDS));
            let holder = |id: &&str| {
                let (place, record) = old.holder(Key::of(id)).unwrap().unwrap();
                (place.file, record.number)
            };
            let holders: Vec<(u32, u32)> = ids.iter().map(holder).collect();
            let counts: Vec<Counts> = old
                .state
                .files()
                .map(|item| item.unwrap().1.records)
                .collect();
            (holders, counts, space.has_spilled())
        };
        let (large, small) = (told(64 << 20), told(0));
        assert!(small.2 && !large.2);
        assert_eq!((&small.0, &small.1), (&large.0, &large.1));
        let expected = (1..=IDS).map(|number| (1 - number % 2, number));
        assert!(large.0.into_iter().eq(expected));
        let of = |indexed, duplicate| (indexed, duplicate);
        let counts: Vec<_> = large
            .1
            .iter()
            .map(|it| of(it.indexed, it.duplicate))
            .collect();
        assert_eq!(counts, [of(IDS / 2, IDS / 2), of(IDS / 2, 0)]);
    }
}
