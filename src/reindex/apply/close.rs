//! The end of a run: what is gone goes, the totals are drawn up and checked, and everything is
//! made durable before it is published.

use std::path::Path;

use super::super::ledger::{FAILED, Ledger, SKIPPED};
use super::super::listing::Passed;
use super::super::plan::{Plan, check_shrink};
use super::super::report::Report;
use super::super::sink::Sink;
use super::{
    Account, Apply, Entry, Error, ErrorKind, Fate, Line, NewFile, Place, RecordEntry, Result,
    Status, check_errors, record_number,
};
use crate::Commit;
use crate::corpus::codes;
use crate::index::{RunState, Verbatim};

/// What the walk alone says.
fn walk_line<'a>(status: &'static str, passed: Passed<'a>) -> Line<'a> {
    Line {
        path: passed.path,
        status,
        stage: "walk",
        code: passed.code,
        message: passed.message,
        ..Line::default()
    }
}

impl<S: Sink> Apply<'_, S> {
    /// Files and folders that were not read: passed over, or out of reach.
    pub(in crate::reindex) fn list_walk(&mut self, plan: &Plan) -> Result<()> {
        plan.skipped
            .each(|skipped| self.account.line(&walk_line(SKIPPED, skipped)))?;
        plan.failed.each(|failure| {
            self.account.line(&walk_line(FAILED, failure))?;
            self.count_failure()
        })?;
        self.seen += plan.skipped.len() + plan.failed.len();
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
        report.skipped = plan.skipped.len();
        report.failed = plan.failed.len();
        report.seen = self.seen;
        self.count(report)?;
        self.list_removed(report)?;
        self.list_renamed(plan, report)?;
        report.check()?;
        report.bytes = self.bytes;
        report.ambiguous = self.sink.ambiguous();
        let kept = if self.run.rebuild { 0 } else { self.foreign };
        report.documents = self.claims.len() + kept;
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
        before: &Verbatim,
    ) -> Result<Option<RunState>> {
        if !self.old.state.complete || self.run.rebuild {
            self.journal.append(&Entry::Complete)?;
        }
        let (before, totals) = (before.value(), report.totals());
        let changed = self.journal.is_dirty()
            || self.wrote_documents
            || self.learned_anew
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
            totals: Verbatim::from(&totals),
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
        let old = self.old;
        for item in plan.vanished(old) {
            let (index, file) = item?;
            self.journal.append(&Entry::FileGone { file: file.file })?;
            for item in old.state.records(&file) {
                let (slot, record) = item?;
                if record.status == Status::Indexed {
                    self.dangling.push(&Place { file: index, slot })?;
                }
            }
        }
        Ok(())
    }

    /// Documents of another configuration may stay where nothing could be read; but not unnoticed
    /// by the next run.
    fn distrust_unseen(&mut self) -> Result<()> {
        if self.plan.failed.len() == 0 {
            return Ok(());
        }
        for rank in 0..self.files.len() {
            let mut file = self.files.file(rank)?;
            let is_old = self.old.again.all || self.old.lacks_metadata(&file.state);
            if file.fate == Fate::KeepUnseen && is_old {
                (file.state.complete, file.state.stale) = (false, true);
                self.files.set(rank, &file)?;
                self.journal_file(rank, None)?;
            }
        }
        Ok(())
    }

    /// Counts every record once, and writes the lines that could not be written before.
    fn count(&mut self, report: &mut Report) -> Result<()> {
        for rank in 0..self.files.len() {
            let file = self.files.file(rank)?;
            let path = self.files.path(&file)?;
            let records = file.state.records;
            if file.failed {
                report.failed += 1;
                if let Some(at) = file.state.failed_at.filter(|_| !file.listed) {
                    self.list_journaled(&path, at, 0)?;
                }
            } else if records.all == 0 {
                report.skipped += 1;
                self.account.line(&Line {
                    path: &path,
                    status: SKIPPED,
                    stage: "read",
                    code: codes::NO_RECORDS,
                    message: "there is no record in it",
                    ..Line::default()
                })?;
            }
            report.indexed += u64::from(file.fresh);
            report.duplicate += u64::from(records.duplicate);
            report.failed += u64::from(records.failed);
            report.skipped += u64::from(records.skipped);
            if records.indexed < records.all {
                self.list_lost(rank, &file, &path)?;
            }
            let unchanged = u64::from(records.indexed - file.fresh);
            report.unchanged += unchanged;
            if unchanged > 0 {
                self.account.line(&Line {
                    path: &path,
                    status: "unchanged",
                    records: Some(unchanged),
                    ..Line::default()
                })?;
            }
        }
        Ok(())
    }

    /// Writes the lines of duplicates, and of what failed or was passed over before.
    fn list_lost(&mut self, rank: u32, file: &NewFile, path: &str) -> Result<()> {
        for index in 0..file.state.records.all {
            let record = self.files.record_of(rank, file, index)?;
            let is_due = match record.status {
                Status::Indexed => false,
                Status::Duplicate => true,
                Status::Failed | Status::Skipped => !record.listed,
            };
            if is_due {
                self.list_journaled(path, record.at, record.number)?;
            }
        }
        Ok(())
    }

    /// Writes the line of a file or record as the journal knows it.
    fn list_journaled(&mut self, path: &str, at: u64, number: u32) -> Result<()> {
        let Self {
            files,
            claims,
            journal,
            account,
            ..
        } = self;
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
            let winner = match claims.get(record.key)? {
                Some(claim) => {
                    let file = files.file(claim.file)?;
                    let path = files.path(&file)?;
                    match files.record_of(claim.file, &file, claim.record)?.number {
                        0 => path,
                        number => format!("{path}#{number}"),
                    }
                }
                None => String::new(),
            };
            let hash = record.hash.to_hex();
            account.line(&Line {
                status: "duplicate",
                id: record.id,
                hash: &hash,
                winner: &winner,
                ..line
            })
        })?
    }

    /// Counts and lists the documents that left the index.
    fn list_removed(&mut self, report: &mut Report) -> Result<()> {
        if !self.run.rebuild && self.gone.is_empty() {
            return Ok(());
        }
        let old = self.old;
        for item in old.state.files() {
            let (_, file) = item?;
            if file.records.indexed == 0 {
                continue;
            }
            let mut path = None;
            for item in old.state.records(&file) {
                let (_, record) = item?;
                if record.status != Status::Indexed || self.claims.contains(record.key)? {
                    continue;
                }
                report.removed += 1;
                let (id, member) = self.id_of_old(record.at)?;
                let path = match &mut path {
                    Some(path) => path,
                    None => path.insert(old.state.path(&file)?),
                };
                self.account.line(&Line {
                    path,
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
        let living = u64::from(self.files.len()) + self.files.count_records()?;
        let Some(mut fresh) = self.journal.successor(living, self.sink.generation() + 1) else {
            return Ok(());
        };
        for rank in 0..self.files.len() {
            let mut file = self.files.file(rank)?;
            let path = self.files.path(&file)?;
            file.state.file = fresh.number_file();
            match file.state.failed_at {
                Some(at) => {
                    let state = &file.state;
                    let bytes = self
                        .journal
                        .read(at, |entry| state.bytes_with_failure_of(&path, entry))?;
                    fresh.append_bytes(&bytes)?
                }
                None => fresh.append(&Entry::File(file.state.entry(&path)))?,
            };
            for index in 0..file.state.records.all {
                let record = self.files.record_of(rank, &file, index)?;
                let bytes = self.journal.changed_record(record.at, |entry| {
                    (entry.file, entry.number) = (file.state.file, record.number);
                })?;
                fresh.append_bytes(&bytes)?;
            }
        }
        fresh.append(&Entry::Complete)?;
        self.journal = fresh;
        Ok(())
    }
}
