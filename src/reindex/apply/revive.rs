//! When the record that had an id is gone, the next one that claims it returns: its file is read
//! once more in the same run.

use std::collections::{BTreeMap, HashMap};

use super::super::sink::{Prepare, Sink};
use super::{
    Apply, Claim, Entry, Failure, Key, KeyMap, PreparedOf, Ready, RecordEntry, Result, Status,
};

/// Records of one file that are to get an id: their places in its state by their numbers.
pub(in crate::reindex) type Wanted = HashMap<u32, u32>;

impl<S: Sink> Apply<'_, S> {
    /// The records that should have an id and do not, by the rank of their file.
    pub(in crate::reindex) fn wanted(&self) -> BTreeMap<u32, Wanted> {
        let mut best: KeyMap<((u32, u32), u32)> = KeyMap::default();
        for (file, rank) in self.files.iter().zip(0_u32..) {
            if self.planned[rank as usize].source.is_none() {
                continue;
            }
            for (record, index) in file.state.records.iter().zip(0_u32..) {
                if record.status != Status::Duplicate {
                    continue;
                }
                let place = (rank, record.number);
                let claim = self.claims.get(&record.key);
                if claim.is_some_and(|&claim| self.place(claim) > place) {
                    continue;
                }
                let entry = best.entry(record.key).or_insert((place, index));
                *entry = (*entry).max((place, index));
            }
        }
        let mut wanted: BTreeMap<u32, Wanted> = BTreeMap::new();
        for ((rank, number), index) in best.into_values() {
            wanted.entry(rank).or_default().insert(number, index);
        }
        wanted
    }

    /// Whether a record that was read once more is still the one that is wanted.
    pub(in crate::reindex) fn is_wanted(&self, rank: u32, index: u32, hash: &[u8; 32]) -> bool {
        self.files[rank as usize].state.records[index as usize].hash == Key::cut(hash)
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
        let record = self.files[rank as usize].state.records[index as usize];
        if record.key != key {
            return self.lose(rank, index, None);
        }
        let claim = self.claims.get(&key).copied();
        if let Some(claim) = claim {
            self.supersede(claim)?;
        }
        let at = self.journal.append(&Entry::Record(RecordEntry {
            file: self.files[rank as usize].state.file,
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
        );
        self.list_indexed(rank, &id, &ready)?;
        let file = self.files[rank as usize].state.to_mut();
        let revived = &mut file.records[index as usize];
        (revived.status, revived.at, revived.added) = (Status::Indexed, at, ready.added);
        (revived.fresh, revived.listed, revived.cut) = (true, true, ready.cut());
        let replaces = claim.is_some() || self.index_holds(key);
        self.write_document(key, ready.prepared, replaces)
    }

    /// Gives a claimant up: it cannot be read, or is no longer what it was.
    pub(in crate::reindex) fn lose(
        &mut self,
        rank: u32,
        index: u32,
        failure: Option<&Failure>,
    ) -> Result<()> {
        let file = &self.files[rank as usize].state;
        let record = file.records[index as usize];
        let changed = Failure {
            path: file.path.to_string(),
            member: None,
            record: (record.number > 0).then_some(u64::from(record.number)),
            stage: crate::corpus::Stage::Read,
            code: crate::corpus::codes::CHANGED,
            message: "the file changed during the run; the next run reads it again".to_owned(),
        };
        let failure = failure.unwrap_or(&changed);
        let at = self.journal_failed(rank, record.number, [0; 32], Key::default(), "", failure)?;
        self.list_failed(failure, record.number)?;
        let file = self.files[rank as usize].state.to_mut();
        let lost = &mut file.records[index as usize];
        (lost.status, lost.at, lost.key) = (Status::Failed, at, Key::default());
        (lost.hash, lost.listed) = (Key::default(), true);
        file.complete = false;
        self.journal_file(rank, None)
    }
}
