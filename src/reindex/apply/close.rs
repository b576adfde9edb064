//! The end of a run: what is gone goes, the totals are drawn up and checked, and everything is
//! made durable before it is published.

use std::path::Path;

use super::super::ledger::{FAILED, Ledger, SKIPPED};
use super::super::plan::{Plan, check_shrink};
use super::super::report::Report;
use super::super::sink::Sink;
use super::{
    Account, Apply, Entry, Error, ErrorKind, Fate, Line, RecordEntry, Result, Status, check_errors,
    record_number,
};
use crate::Commit;
use crate::corpus::codes;
use crate::index::RunState;

impl<S: Sink> Apply<'_, S> {
    /// Files and folders that were not read: passed over, or out of reach.
    pub(in crate::reindex) fn list_walk(&mut self, plan: &Plan) -> Result<()> {
        for skipped in &plan.skipped {
            self.account.line(&Line {
                path: &skipped.path,
                status: SKIPPED,
                stage: "walk",
                code: skipped.code,
                message: &skipped.message,
                ..Line::default()
            })?;
        }
        for failure in &plan.failed {
            self.list_failed(failure, 0)?;
        }
        self.seen += (plan.skipped.len() + plan.failed.len()) as u64;
        Ok(())
    }

    /// Draws up the account: what is gone goes, everything is counted, and what is not allowed is
    /// refused. The totals are in the report even then.
    pub(in crate::reindex) fn draw_up(&mut self, plan: &Plan, report: &mut Report) -> Result<()> {
        if !self.run.rebuild {
            self.drop_vanished(plan)?;
            self.distrust_unseen()?;
            self.settle_dangling()?;
        }
        self.account.settle()?;
        report.skipped = plan.skipped.len() as u64;
        report.failed = plan.failed.len() as u64;
        report.seen = self.seen;
        self.count(report)?;
        self.list_removed(report)?;
        self.list_renamed(plan, report)?;
        report.check()?;
        report.bytes = self.bytes;
        let kept = if self.run.rebuild { 0 } else { self.foreign };
        report.documents = self.claims.len() as u64 + kept;
        if let Some(error) = self.out_of_reach.take() {
            return Err(error);
        }
        check_errors(report.failed, report.seen, self.run.max_errors)?;
        check_shrink(
            self.documents_before,
            report.documents,
            self.run.allow_shrink,
        )
    }

    /// Makes everything durable that a generation names. `before` are the totals of the run
    /// before. Gives what a generation has to record, or `None` if there is nothing to publish.
    pub(in crate::reindex) fn seal(
        &mut self,
        report: &Report,
        before: &serde_json::Value,
    ) -> Result<Option<RunState>> {
        if !self.old.state.complete || self.run.rebuild {
            self.journal.append(&Entry::Complete)?;
        }
        let totals = report.totals();
        let changed = self.journal.is_dirty()
            || self.wrote_documents
            || self.run.config != self.run.config_before
            || ["seen", "duplicate", "skipped", "failed"]
                .iter()
                .any(|name| before[name] != totals[name]);
        if !changed {
            self.ledger()?.finish_unnamed(&totals)?;
            return Ok(None);
        }
        self.rewrite_if_overtaken()?;
        let journal = self.journal.sync()?;
        let ledger = self.ledger()?;
        ledger.finish(&totals)?;
        Ok(Some(RunState {
            journal: Some(journal),
            ledger: Some(ledger.name()),
            config: self.run.config.clone(),
            totals,
            lacking: false,
        }))
    }

    /// The ledger; a run that only makes a plan has none, and publishes nothing.
    pub(super) fn ledger(&mut self) -> Result<&mut Ledger> {
        match &mut self.account {
            Account::Ledger(ledger) => Ok(ledger),
            Account::Sums(_) => Err(Error::new(ErrorKind::Engine, "a plan is not published")),
        }
    }

    /// Publishes, and gives the account back with the outcome. What is old is deleted then.
    pub(in crate::reindex) fn publish(
        self,
        index: &Path,
        state: RunState,
    ) -> (Result<Commit>, Account) {
        let Self {
            sink,
            journal,
            account,
            ..
        } = self;
        let commit = sink.finish(state);
        if let Ok(commit) = &commit {
            // What cannot be deleted now is deleted by a later run; this one has done its work.
            let _ = journal.sweep_old(index, commit.generation);
        }
        (commit, account)
    }

    /// Gives back what was worked with.
    pub(in crate::reindex) fn into_parts(self) -> (S, Account) {
        (self.sink, self.account)
    }

    /// Gives the account back, when nothing is to be published; documents that were not are lost.
    pub(in crate::reindex) fn into_account(self) -> Account {
        self.account
    }

    fn drop_vanished(&mut self, plan: &Plan) -> Result<()> {
        for &index in &plan.vanished {
            let file = &self.old.state.files[index as usize];
            self.journal.append(&Entry::FileGone { file: file.file })?;
            let records = file.records.iter().zip(0_u32..);
            let indexed = records.filter(|(record, _)| record.status == Status::Indexed);
            self.dangling
                .extend(indexed.map(|(_, record)| (index, record)));
        }
        Ok(())
    }

    /// Documents of another configuration may stay where nothing could be read; but not unnoticed
    /// by the next run.
    fn distrust_unseen(&mut self) -> Result<()> {
        for rank in 0..self.files.len() {
            let file = &self.files[rank];
            let is_old = self.old.again.all || self.old.lacks_metadata(&file.state);
            if file.fate == Fate::KeepUnseen && is_old {
                let state = self.files[rank].state.to_mut();
                state.complete = false;
                state.stale = true;
                self.journal_file(rank as u32, None)?;
            }
        }
        Ok(())
    }

    /// Counts every record once, and writes the lines that could not be written before.
    fn count(&mut self, report: &mut Report) -> Result<()> {
        for rank in 0..self.files.len() {
            let file = &self.files[rank];
            let (failed, listed, failed_at) = (file.failed, file.listed, file.state.failed_at);
            if failed {
                report.failed += 1;
                if let Some(at) = failed_at.filter(|_| !listed) {
                    self.list_journaled(rank, at, 0)?;
                }
            } else if file.state.records.is_empty() {
                report.skipped += 1;
                self.account.line(&Line {
                    path: &file.state.path,
                    status: SKIPPED,
                    stage: "read",
                    code: codes::NO_RECORDS,
                    message: "there is no record in it",
                    ..Line::default()
                })?;
            }
            let mut unchanged = 0;
            for index in 0..self.files[rank].state.records.len() {
                let record = self.files[rank].state.records[index];
                match record.status {
                    Status::Indexed if record.fresh => report.indexed += 1,
                    Status::Indexed => unchanged += 1,
                    Status::Duplicate => {
                        report.duplicate += 1;
                        self.list_journaled(rank, record.at, record.number)?;
                    }
                    Status::Failed | Status::Skipped => {
                        if record.status == Status::Failed {
                            report.failed += 1;
                        } else {
                            report.skipped += 1;
                        }
                        if !record.listed {
                            self.list_journaled(rank, record.at, record.number)?;
                        }
                    }
                }
            }
            report.unchanged += unchanged;
            if unchanged > 0 {
                self.account.line(&Line {
                    path: &self.files[rank].state.path,
                    status: "unchanged",
                    records: Some(unchanged),
                    ..Line::default()
                })?;
            }
        }
        Ok(())
    }

    /// Writes the line of a file or record as the journal knows it.
    fn list_journaled(&mut self, rank: usize, at: u64, number: u32) -> Result<()> {
        let Self {
            files,
            claims,
            journal,
            account,
            ..
        } = self;
        let path = &files[rank].state.path;
        journal.read(at, |entry| {
            let mut line = Line {
                path,
                record: record_number(number),
                status: FAILED,
                ..Line::default()
            };
            let failure = match entry {
                Entry::File(file) => file.failure,
                Entry::Record(record) => {
                    line.member = record.member;
                    if record.status == Status::Skipped {
                        line.status = SKIPPED;
                    }
                    record.failure
                }
                _ => None,
            };
            if let Some(failure) = failure {
                (line.stage, line.code, line.message) =
                    (failure.stage, failure.code, failure.message);
            }
            let Entry::Record(
                record @ RecordEntry {
                    status: Status::Duplicate,
                    ..
                },
            ) = entry
            else {
                return account.line(&line);
            };
            let winner = claims.get(&record.key).map(|claim| {
                let file = &files[claim.file as usize].state;
                match file.records[claim.record as usize].number {
                    0 => file.path.to_string(),
                    number => format!("{}#{number}", file.path),
                }
            });
            let hash = record.hash.to_hex();
            account.line(&Line {
                status: "duplicate",
                id: record.id,
                hash: &hash,
                winner: winner.as_deref().unwrap_or(""),
                ..line
            })
        })?
    }

    /// Counts and lists the documents that left the index.
    fn list_removed(&mut self, report: &mut Report) -> Result<()> {
        if !self.run.rebuild && self.gone.is_empty() {
            return Ok(());
        }
        for file in &self.old.state.files {
            for record in &file.records {
                if record.status != Status::Indexed || self.claims.contains_key(&record.key) {
                    continue;
                }
                report.removed += 1;
                let (id, member) = self.id_of_old(record.at)?;
                self.account.line(&Line {
                    path: &file.path,
                    member: &member,
                    record: record_number(record.number),
                    id: &id,
                    status: "removed",
                    ..Line::default()
                })?;
            }
        }
        Ok(())
    }

    /// Tells the story of the journal again from the start, if most of it is overtaken.
    fn rewrite_if_overtaken(&mut self) -> Result<()> {
        let records: usize = self.files.iter().map(|file| file.state.records.len()).sum();
        let living = (self.files.len() + records) as u64;
        let Some(mut fresh) = self.journal.successor(living, self.sink.generation() + 1) else {
            return Ok(());
        };
        for file in &mut self.files {
            let state = file.state.to_mut();
            state.file = fresh.number_file();
            match state.failed_at {
                Some(at) => {
                    let bytes = self
                        .journal
                        .read(at, |entry| state.bytes_with_failure_of(entry))?;
                    fresh.append_bytes(&bytes)?
                }
                None => fresh.append(&Entry::File(state.entry()))?,
            };
            for record in &state.records {
                let bytes = self.journal.changed_record(record.at, |entry| {
                    (entry.file, entry.number) = (state.file, record.number);
                })?;
                fresh.append_bytes(&bytes)?;
            }
        }
        fresh.append(&Entry::Complete)?;
        self.journal = fresh;
        Ok(())
    }
}
