//! Files as a run leaves them, with their records.

use super::super::entry::Key;
use super::super::packed::{Reading, Writing};
use super::super::plan::Fate;
use super::super::state::{FileState, Record, State, text};
use super::super::store::{Array, Fixed, Log, Space, Table};
use crate::Result;

/// A file as a run leaves it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "facts, not states")]
pub(super) struct NewFile {
    pub(super) state: FileState,
    pub(super) fate: Fate,
    /// Whether its path and records are kept here; otherwise in the old state.
    pub(super) is_own: bool,
    /// Whether anybody began to read it.
    pub(super) begun: bool,
    /// Where the journal has it as it was when the reading began.
    pub(super) begun_at: Option<u64>,
    /// Whether it counts as failed, and whether the ledger says so already.
    pub(super) failed: bool,
    pub(super) listed: bool,
    /// Records whose documents were written in this run, and did not lose their ids.
    pub(super) fresh: u32,
    /// Records with the number and the hash of one before.
    pub(super) alike: u32,
    /// Whether records differ from those of the old state.
    is_changed: bool,
    /// The last of its chunks.
    last: u64,
}

impl NewFile {
    /// A file that stays as it was.
    pub(super) fn kept(state: FileState, fate: Fate) -> Self {
        Self {
            failed: state.failed_at.is_some(),
            ..Self::read(state, fate, false)
        }
    }

    /// A file whose records are still to come.
    pub(super) fn new(state: FileState) -> Self {
        Self::read(state, Fate::Read, true)
    }

    fn read(state: FileState, fate: Fate, is_own: bool) -> Self {
        Self {
            state,
            fate,
            is_own,
            begun: false,
            begun_at: None,
            failed: false,
            listed: false,
            fresh: 0,
            alike: 0,
            is_changed: false,
            last: 0,
        }
    }
}

impl Fixed for NewFile {
    const SIZE: usize = FileState::SIZE + 1 + 1 + 8 + 4 + 4 + 8;

    fn put(&self, bytes: &mut [u8]) {
        let (state, rest) = bytes.split_at_mut(FileState::SIZE);
        self.state.put(state);
        let mut out = Writing(rest);
        out.put(&[self.fate.to_byte()]);
        out.put_flags(&[
            self.is_own,
            self.begun,
            self.failed,
            self.listed,
            self.is_changed,
        ]);
        out.put_place(self.begun_at);
        out.put_u32(self.fresh);
        out.put_u32(self.alike);
        out.put_u64(self.last);
    }

    fn get(bytes: &[u8]) -> Self {
        let (state, rest) = bytes.split_at(FileState::SIZE);
        let mut input = Reading(rest);
        let [fate] = input.take();
        let [is_own, begun, failed, listed, is_changed] = input.take_flags();
        Self {
            state: FileState::get(state),
            fate: Fate::from_byte(fate),
            is_own,
            begun,
            begun_at: input.take_place(),
            failed,
            listed,
            fresh: input.take_u32(),
            alike: input.take_u32(),
            is_changed,
            last: input.take_u64(),
        }
    }
}

/// The files of a run by their ranks. A file that stays costs what is known of the file; its
/// records are those of the old state, but for the few that change.
#[derive(Debug)]
pub(super) struct NewFiles<'a> {
    old: &'a State,
    files: Array<NewFile>,
    paths: Log,
    /// Records of files that are read: in chunks, each twice as long as the one before.
    records: Array<Record>,
    chunks: Array<Chunk>,
    /// Records of other files that are no longer what they were.
    changed: Table<Record>,
}

/// A part of the records of a file.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    start: u64,
    /// The chunk behind it, if there is one.
    next: u64,
}

impl Fixed for Chunk {
    const SIZE: usize = 16;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u64(self.start);
        out.put_u64(self.next);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        Self {
            start: input.take_u64(),
            next: input.take_u64(),
        }
    }
}

impl<'a> NewFiles<'a> {
    pub(super) fn new(old: &'a State, space: &Space) -> Self {
        Self {
            old,
            files: Array::new(space),
            paths: Log::new(space),
            records: Array::new(space),
            chunks: Array::new(space),
            changed: Table::new(space),
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.files.len() as u32
    }

    /// Adds the file of the next rank.
    pub(super) fn push(&mut self, file: &NewFile) -> Result<()> {
        self.files.push(file).map(|_| ())
    }

    /// Keeps the path of a file that is read.
    pub(super) fn push_path(&mut self, path: &str) -> Result<u64> {
        self.paths.push(path.as_bytes())
    }

    pub(super) fn file(&self, rank: u32) -> Result<NewFile> {
        self.files.get(u64::from(rank))
    }

    pub(super) fn set(&mut self, rank: u32, file: &NewFile) -> Result<()> {
        self.files.set(u64::from(rank), file)
    }

    pub(super) fn update(&mut self, rank: u32, change: impl FnOnce(&mut NewFile)) -> Result<()> {
        let mut file = self.file(rank)?;
        change(&mut file);
        self.set(rank, &file)
    }

    pub(super) fn path(&self, file: &NewFile) -> Result<String> {
        if file.is_own {
            text(&self.paths, file.state.path)
        } else {
            self.old.path(&file.state)
        }
    }

    /// The record of a file at a place in the order in which they came.
    pub(super) fn record(&self, rank: u32, index: u32) -> Result<Record> {
        let file = self.file(rank)?;
        self.record_of(rank, &file, index)
    }

    /// The same, of a file that is known already.
    pub(super) fn record_of(&self, rank: u32, file: &NewFile, index: u32) -> Result<Record> {
        if file.is_own {
            return self.records.get(self.slot(file, index)?);
        }
        if file.is_changed
            && let Some(record) = self.changed.get(place_key(rank, index))?
        {
            return Ok(record);
        }
        self.old.record(file.state.first + u64::from(index))
    }

    /// Adds a record, and says at which place.
    pub(super) fn push_record(&mut self, rank: u32, record: &Record) -> Result<u32> {
        let mut file = self.file(rank)?;
        let index = file.state.records.all;
        if (index + 1).is_power_of_two() {
            self.add_chunk(&mut file, u64::from(index) + 1)?;
        }
        let last = self.chunks.get(file.last)?;
        let slot = last.start + u64::from(offset(index));
        self.records.set(slot, record)?;
        file.state.records.recount(None, record.status);
        file.fresh += u32::from(record.fresh);
        file.state.cut |= record.cut;
        self.set(rank, &file)?;
        Ok(index)
    }

    /// Puts another record in the place of one.
    pub(super) fn set_record(&mut self, rank: u32, index: u32, record: &Record) -> Result<()> {
        let mut file = self.file(rank)?;
        let before = self.record_of(rank, &file, index)?;
        if file.is_own {
            self.records.set(self.slot(&file, index)?, record)?;
        } else {
            self.changed.insert(place_key(rank, index), *record)?;
            file.is_changed = true;
        }
        file.state
            .records
            .recount(Some(before.status), record.status);
        file.fresh = file.fresh + u32::from(record.fresh) - u32::from(before.fresh);
        file.state.cut |= record.cut;
        self.set(rank, &file)
    }

    /// How many records there are in all.
    pub(super) fn count_records(&self) -> Result<u64> {
        self.files.iter().try_fold(
            0,
            |sum, file| Ok(sum + u64::from(file?.1.state.records.all)),
        )
    }

    fn add_chunk(&mut self, file: &mut NewFile, length: u64) -> Result<()> {
        let start = self.records.extend(length);
        let number = self.chunks.push(&Chunk {
            start,
            next: u64::MAX,
        })?;
        if length == 1 {
            file.state.first = number;
        } else {
            let before = self.chunks.get(file.last)?;
            let next = number;
            self.chunks.set(file.last, &Chunk { next, ..before })?;
        }
        file.last = number;
        Ok(())
    }

    fn slot(&self, file: &NewFile, index: u32) -> Result<u64> {
        let mut chunk = self.chunks.get(file.state.first)?;
        for _ in 0..(index + 1).ilog2() {
            chunk = self.chunks.get(chunk.next)?;
        }
        Ok(chunk.start + u64::from(offset(index)))
    }
}

/// Where in its chunk a record lies: the chunks hold 1, 2, 4, 8, … records.
fn offset(index: u32) -> u32 {
    let number = index + 1;
    number - (1 << number.ilog2())
}

fn place_key(rank: u32, index: u32) -> Key {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&rank.to_le_bytes());
    bytes[4..].copy_from_slice(&index.to_le_bytes());
    // Places next to each other would crowd one end of a table.
    Key::of(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::super::entry::Status;
    use super::*;

    fn record(number: u32) -> Record {
        Record {
            key: Key::of(number.to_le_bytes()),
            hash: Key::default(),
            added: 0,
            at: 0,
            number,
            status: Status::Indexed,
            cut: false,
            fresh: true,
            listed: false,
        }
    }

    #[test]
    fn records_of_files_that_are_read_together_stay_apart() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::new(folder.path(), 0);
        let old = State::empty(&space);
        let mut files = NewFiles::new(&old, &space);
        for path in ["a", "b", "c"] {
            let path = files.push_path(path).unwrap();
            let state = FileState {
                path,
                ..FileState::default()
            };
            files.push(&NewFile::new(state)).unwrap();
        }
        let count = 5_000;
        for number in 0..count {
            for rank in 0..3 {
                let index = files.push_record(rank, &record(number * 3 + rank)).unwrap();
                assert_eq!(index, number);
            }
        }
        assert!(space.has_spilled());
        for rank in 0..3 {
            for number in (0..count).rev() {
                let found = files.record(rank, number).unwrap();
                assert_eq!(found.number, number * 3 + rank);
            }
        }
        let lost = Record {
            status: Status::Duplicate,
            fresh: false,
            ..record(7)
        };
        files.set_record(1, 2, &lost).unwrap();
        assert_eq!(files.record(1, 2).unwrap(), lost);
        let file = files.file(1).unwrap();
        let counts = file.state.records;
        assert_eq!((counts.all, counts.indexed), (count, count - 1));
        assert_eq!((counts.duplicate, file.fresh), (1, count - 1));
        assert_eq!(files.path(&file).unwrap(), "b");
        assert_eq!(files.count_records().unwrap(), u64::from(count) * 3);
    }
}
