//! When the record that had an id is gone, the next one that claims it returns: its file is read
//! once more in the same run.

use std::sync::{Mutex, PoisonError};

use super::super::packed::{Reading, Writing};
use super::super::sink::{Prepare, Sink};
use super::super::store::{Array, Bits, Fixed, Sorter, Space, Table};
use super::{
    Apply, Claim, Entry, Failure, Key, PreparedOf, Ready, Record, RecordEntry, Result, Status,
};

/// Records that are to get an id, by their files.
#[derive(Debug)]
pub(in crate::reindex) struct Wanted {
    /// Those of a file are next to each other, in the order of their numbers.
    records: Array<WantedRecord>,
    files: Array<WantedFile>,
    /// The places of those that were found.
    found: Mutex<Bits>,
}

/// A file with records that are to get an id.
#[derive(Debug, Clone, Copy)]
pub(in crate::reindex) struct WantedFile {
    pub(in crate::reindex) rank: u32,
    start: u64,
    count: u32,
}

/// A record that is to get an id: by its number, and its place in its file.
#[derive(Debug, Clone, Copy)]
struct WantedRecord {
    number: u32,
    index: u32,
}

impl Fixed for WantedFile {
    const SIZE: usize = 16;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.rank);
        out.put_u64(self.start);
        out.put_u32(self.count);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        Self {
            rank: input.take_u32(),
            start: input.take_u64(),
            count: input.take_u32(),
        }
    }
}

impl Fixed for WantedRecord {
    const SIZE: usize = 8;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.number);
        out.put_u32(self.index);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        Self {
            number: input.take_u32(),
            index: input.take_u32(),
        }
    }
}

impl Wanted {
    fn new(space: &Space) -> Self {
        Self {
            records: Array::new(space),
            files: Array::new(space),
            found: Mutex::new(Bits::new(space)),
        }
    }

    pub(in crate::reindex) fn files(&self) -> &Array<WantedFile> {
        &self.files
    }

    /// The record of a file with that number, if it is wanted: its place here, and in its file.
    pub(in crate::reindex) fn find(
        &self,
        file: &WantedFile,
        number: u32,
    ) -> Result<Option<(u64, u32)>> {
        let (mut low, mut high) = (file.start, file.start + u64::from(file.count));
        while low < high {
            let at = low.midpoint(high);
            let record = self.records.get(at)?;
            match record.number.cmp(&number) {
                std::cmp::Ordering::Equal => return Ok(Some((at, record.index))),
                std::cmp::Ordering::Less => low = at + 1,
                std::cmp::Ordering::Greater => high = at,
            }
        }
        Ok(None)
    }

    /// Notes that a record was found.
    pub(in crate::reindex) fn note(&self, at: u64) -> Result<()> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.insert(at).map(|_| ())
    }

    /// Gives the records of a file that were not found, by their places in it.
    pub(in crate::reindex) fn each_lost(
        &self,
        file: &WantedFile,
        mut f: impl FnMut(u32) -> Result<()>,
    ) -> Result<()> {
        for item in self.records.range(file.start, u64::from(file.count)) {
            let (at, record) = item?;
            let is_found = {
                let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                found.contains(at)?
            };
            if !is_found {
                f(record.index)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, rank: u32, record: WantedRecord) -> Result<()> {
        let at = self.records.push(&record)?;
        let last = self.files.len().checked_sub(1);
        let last = last.map(|last| self.files.get(last).map(|file| (last, file)));
        if let Some((last, file)) = last.transpose()?.filter(|(_, file)| file.rank == rank) {
            let count = file.count + 1;
            return self.files.set(last, &WantedFile { count, ..file });
        }
        let (start, count) = (at, 1);
        self.files
            .push(&WantedFile { rank, start, count })
            .map(|_| ())
    }
}

impl<S: Sink> Apply<'_, S> {
    /// The records that should have an id and do not, by the rank of their file.
    pub(in crate::reindex) fn wanted(&self) -> Result<Wanted> {
        let space = &self.old.space;
        let mut best = Table::<Claim>::new(space);
        for rank in 0..self.files.len() {
            let file = self.files.file(rank)?;
            if file.state.records.duplicate == 0 || !self.plan.file(rank)?.has_source() {
                continue;
            }
            for index in 0..file.state.records.all {
                let record = self.files.record_of(rank, &file, index)?;
                if record.status != Status::Duplicate {
                    continue;
                }
                let place = (rank, record.number);
                let has_later = match self.claims.get(record.key)? {
                    Some(claim) => self.place(claim)? > place,
                    None => false,
                };
                let has_better = match best.get(record.key)? {
                    Some(other) => self.place(other)? > place,
                    None => false,
                };
                if !has_later && !has_better {
                    let claim = Claim {
                        file: rank,
                        record: index,
                        put: false,
                    };
                    best.insert(record.key, claim)?;
                }
            }
        }
        let mut sorter = Sorter::new(space);
        for item in best.iter() {
            let (_, claim) = item?;
            let numbers = [claim.file, self.record(claim)?.number, claim.record];
            sorter.push(numbers.map(u32::to_be_bytes).as_flattened())?;
        }
        let mut wanted = Wanted::new(space);
        sorter.finish(|bytes| {
            let mut numbers = bytes.chunks_exact(4).map(|bytes| {
                bytes
                    .first_chunk()
                    .map_or(0, |bytes| u32::from_be_bytes(*bytes))
            });
            let mut next = || numbers.next().unwrap_or_default();
            let rank = next();
            let (number, index) = (next(), next());
            wanted.push(rank, WantedRecord { number, index })
        })?;
        Ok(wanted)
    }

    /// Whether a record that was read once more is still the one that is wanted.
    pub(in crate::reindex) fn is_wanted(
        &self,
        rank: u32,
        index: u32,
        hash: &[u8; 32],
    ) -> Result<bool> {
        Ok(self.files.record(rank, index)?.hash == Key::cut(hash))
    }

    /// Gives an id back to a record.
    pub(in crate::reindex) fn revive(
        &mut self,
        rank: u32,
        index: u32,
        ready: Ready<PreparedOf<S>>,
    ) -> Result<()> {
        let id = <S::Prepare as Prepare>::id(&ready.prepared).to_owned();
        let key = Key::of(&id);
        let record = self.files.record(rank, index)?;
        if record.key != key {
            return self.lose(rank, index, None);
        }
        let claim = self.claims.get(key)?;
        if let Some(claim) = claim {
            self.supersede(claim)?;
        }
        let at = self.journal.append(&Entry::Record(RecordEntry {
            file: self.files.file(rank)?.state.file,
            number: record.number,
            status: Status::Indexed,
            hash: Key::cut(&ready.hash),
            key,
            added: ready.added,
            id: &id,
            member: ready.member.as_deref().unwrap_or(""),
            cut: ready.cut(),
            failure: None,
        }))?;
        self.claims.insert(
            key,
            Claim {
                file: rank,
                record: index,
                put: true,
            },
        )?;
        self.list_indexed(rank, &id, &ready)?;
        let revived = Record {
            status: Status::Indexed,
            at,
            added: ready.added,
            fresh: true,
            listed: true,
            cut: ready.cut(),
            ..record
        };
        self.files.set_record(rank, index, &revived)?;
        let replaces = claim.is_some() || self.index_holds(key)?;
        self.write_document(key, ready.prepared, replaces)
    }

    /// Gives a claimant up: it cannot be read, or is no longer what it was.
    pub(in crate::reindex) fn lose(
        &mut self,
        rank: u32,
        index: u32,
        failure: Option<&Failure>,
    ) -> Result<()> {
        let mut file = self.files.file(rank)?;
        let record = self.files.record_of(rank, &file, index)?;
        let changed = Failure {
            path: self.files.path(&file)?,
            member: None,
            record: (record.number > 0).then_some(u64::from(record.number)),
            stage: crate::corpus::Stage::Read,
            code: crate::corpus::codes::CHANGED,
            message: "the file changed during the run; the next run reads it again".to_owned(),
        };
        let failure = failure.unwrap_or(&changed);
        let at = self.journal_failed(rank, record.number, [0; 32], Key::default(), "", failure)?;
        self.list_failed(failure, record.number)?;
        let lost = Record {
            status: Status::Failed,
            at,
            key: Key::default(),
            hash: Key::default(),
            listed: true,
            ..record
        };
        self.files.set_record(rank, index, &lost)?;
        file = self.files.file(rank)?;
        file.state.complete = false;
        file.alike = file.alike.saturating_sub(1);
        self.files.set(rank, &file)?;
        self.journal_file(rank, None)
    }
}
