//! A run that is stopped publishes what it has done, if that is a state the next run can go on
//! from: every file either as it now is or as it was, and no document lost.
//!
//! A document that a changed file no longer has, and nobody else yet, may only have moved to a
//! file that was not reached: it stays, as a record of the file it was in, and that file is read
//! again by the next run.

use super::super::entry::Status;
use super::super::plan::{Fate, Place, Plan};
use super::super::sink::Sink;
use super::super::store::{Array, Table};
use super::{Apply, Claim, Entry, FileState, NewFile, Result, RunState, Verbatim};

impl<S: Sink> Apply<'_, S> {
    /// Whether a run like this may publish a part of its work.
    pub(in crate::reindex) fn may_suspend(&self) -> bool {
        self.run.checkpoints.is_none()
            && !self.is_learning
            && !self.run.rebuild
            && self.run.max_errors.is_none()
            && self.old.state.complete
    }

    /// Closes a run in which every file was read whole or not at all. Gives what a generation has
    /// to record, or `None` if nothing was done yet.
    pub(in crate::reindex) fn suspend(
        &mut self,
        plan: &Plan,
        totals: Verbatim,
    ) -> Result<Option<RunState>> {
        if !self.wrote_documents && !self.journal.is_dirty() && self.dangling.is_empty() {
            return Ok(None);
        }
        for rank in 0..self.files.len() {
            let file = self.files.file(rank)?;
            if file.fate == Fate::Read && !file.begun {
                self.keep_unreached(rank)?;
            }
        }
        for item in plan.vanished(self.old) {
            let (_, known) = item?;
            self.yield_ids(&known)?;
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
        let Some((_, known)) = self.known(rank)? else {
            return Ok(());
        };
        self.yield_ids(&known)?;
        let old = self.old;
        for (item, index) in old.state.records(&known).zip(0_u32..) {
            let (_, record) = item?;
            if record.status == Status::Indexed && !self.claims.contains(record.key)? {
                let claim = Claim {
                    file: rank,
                    record: index,
                    put: false,
                };
                self.claims.insert(record.key, claim)?;
            }
        }
        self.files.set(rank, &NewFile::kept(known, Fate::Read))
    }

    /// Journals what others took from an old file: its records wait until it is read again.
    fn yield_ids(&mut self, known: &FileState) -> Result<()> {
        let old = self.old;
        for item in old.state.records(known) {
            let (_, record) = item?;
            if record.status != Status::Indexed || !self.claims.contains(record.key)? {
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
        let space = &self.old.space;
        let mut left = Table::<Place>::new(space);
        for item in self.take_dangling().iter() {
            let (_, place) = item?;
            let key = self.old.state.record(place.slot)?.key;
            if !self.claims.contains(key)? && !self.gone.contains(key)? {
                left.insert(key, place)?;
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        // The ranks of old files, counted from one.
        let mut ranks = Array::<u32>::new(space);
        ranks.extend(u64::from(self.old.state.len()));
        for item in self.plan.files() {
            let (rank, planned) = item?;
            if let Some(index) = planned.old {
                ranks.set(u64::from(index), &(rank + 1))?;
            }
        }
        let mut numbers = u32::MAX;
        for item in left.iter() {
            let (_, place) = item?;
            let known = self.old.state.file(place.file)?;
            let record = self.old.state.record(place.slot)?;
            let bytes = self.journal.changed_record(record.at, |entry| {
                // A number that no record of a file can have.
                (entry.file, entry.number) = (known.file, numbers);
            })?;
            self.journal.append_bytes(&bytes)?;
            numbers -= 1;
            let Some(rank) = ranks.get(u64::from(place.file))?.checked_sub(1) else {
                continue;
            };
            let mut file = self.files.file(rank)?;
            if std::mem::replace(&mut file.state.complete, false) {
                let path = self.files.path(&file)?;
                self.journal.append(&Entry::File(file.state.entry(&path)))?;
                self.files.set(rank, &file)?;
            }
        }
        Ok(())
    }
}
