//! A run that is stopped publishes what it has done, if that is a state the next run can go on
//! from: every file either as it now is or as it was, and no document lost.
//!
//! A document that a changed file no longer has, and nobody else yet, may only have moved to a
//! file that was not reached: it stays, as a record of the file it was in, and that file is read
//! again by the next run.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::entry::Status;
use super::super::plan::{Fate, Plan};
use super::super::sink::Sink;
use super::{Apply, Claim, Entry, FileState, KeyMap, Result, RunState};

impl<S: Sink> Apply<'_, S> {
    /// Whether a run like this may publish a part of its work.
    pub(in crate::reindex) fn may_suspend(&self) -> bool {
        self.run.checkpoints.is_none()
            && !self.run.rebuild
            && self.run.max_errors.is_none()
            && self.old.state.complete
    }

    /// Closes a run in which every file was read whole or not at all. Gives what a generation has
    /// to record, or `None` if nothing was done yet.
    pub(in crate::reindex) fn suspend(
        &mut self,
        plan: &Plan,
        totals: serde_json::Value,
    ) -> Result<Option<RunState>> {
        if !self.wrote_documents && !self.journal.is_dirty() && self.dangling.is_empty() {
            return Ok(None);
        }
        for rank in 0..self.files.len() as u32 {
            let file = &self.files[rank as usize];
            if file.fate == Fate::Read && !file.begun {
                self.keep_unreached(rank)?;
            }
        }
        for &index in &plan.vanished {
            self.yield_ids(index)?;
        }
        self.keep_dangling()?;
        Ok(Some(RunState {
            journal: Some(self.journal.sync()?),
            config: self.run.config_before.clone(),
            ledger: Some(self.ledger()?.name()),
            totals,
            lacking: self.run.lacking,
        }))
    }

    /// Puts a file that was not reached back to what is known of it.
    fn keep_unreached(&mut self, rank: u32) -> Result<()> {
        let Some((index, known)) = self.known(rank) else {
            return Ok(());
        };
        self.yield_ids(index)?;
        for (record, place) in known.records.iter().zip(0_u32..) {
            if record.status == Status::Indexed && !self.claims.contains_key(&record.key) {
                let claim = Claim {
                    file: rank,
                    record: place,
                    put: false,
                };
                self.claims.insert(record.key, claim);
            }
        }
        self.files[rank as usize].state = Cow::Owned(known.clone());
        Ok(())
    }

    /// Journals what others took from an old file: its records wait until it is read again.
    fn yield_ids(&mut self, index: u32) -> Result<()> {
        let known = &self.old.state.files[index as usize];
        for record in &known.records {
            if record.status != Status::Indexed || !self.claims.contains_key(&record.key) {
                continue;
            }
            let bytes = self.journal.changed_record(record.at, |entry| {
                (entry.file, entry.status) = (known.file, Status::Duplicate);
            })?;
            self.journal.append_bytes(&bytes)?;
        }
        Ok(())
    }

    /// Keeps documents that no file is known to have any more.
    fn keep_dangling(&mut self) -> Result<()> {
        let mut left = KeyMap::default();
        for (file, record) in std::mem::take(&mut self.dangling) {
            let key = self.old.state.files[file as usize].records[record as usize].key;
            if !self.claims.contains_key(&key) && !self.gone.contains(&key) {
                left.insert(key, (file, record));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let planned = self.planned.iter().zip(0_usize..);
        let ranks: HashMap<u32, usize> = planned
            .filter_map(|(file, rank)| Some((file.old?, rank)))
            .collect();
        let mut numbers = u32::MAX;
        for (file, record) in left.into_values() {
            let known: &FileState = &self.old.state.files[file as usize];
            let record = known.records[record as usize];
            let bytes = self.journal.changed_record(record.at, |entry| {
                // A number that no record of a file can have.
                (entry.file, entry.number) = (known.file, numbers);
            })?;
            self.journal.append_bytes(&bytes)?;
            numbers -= 1;
            if let Some(&rank) = ranks.get(&file) {
                let state = self.files[rank].state.to_mut();
                if std::mem::replace(&mut state.complete, false) {
                    let entry = state.entry();
                    self.journal.append(&Entry::File(entry))?;
                }
            }
        }
        Ok(())
    }
}
