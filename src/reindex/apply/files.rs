//! What became of files: new, changed, renamed, gone.

use super::super::entry::Key;
use super::super::forecast::{Change, FileChange, FileCounts};
use super::super::plan::Plan;
use super::super::report::Report;
use super::super::sink::Sink;
use super::super::store::{Array, Table};
use super::{Apply, Fate, Line, NewFile, Result, Status};

/// New files with the old ones that they were: in `of` by rank, and which are old ones of any.
struct Renames {
    of: Array<u32>,
    pairs: Array<u64>,
    before: super::Bits,
}

/// What a place in a chain of old files says when there is none.
const NONE: u32 = 0;

impl<S: Sink> Apply<'_, S> {
    /// Pairs new files that have records with files that are gone and had the same content. Among
    /// equals, the first in path order go together.
    fn renames(&self, plan: &Plan) -> Result<Renames> {
        let space = &self.old.space;
        // By the hash of their content the first of them that is left; and of each the next one,
        // all counted from one.
        let mut first = Table::<u32>::new(space);
        let mut last = Table::<u32>::new(space);
        let mut next = Array::<u32>::new(space);
        next.extend(u64::from(self.old.state.len()) + 1);
        for item in plan.vanished(self.old) {
            let (index, file) = item?;
            if file.hash == Key::default() {
                continue;
            }
            let place = index + 1;
            match last.insert(file.hash, place)? {
                Some(before) => next.set(u64::from(before), &place)?,
                None => {
                    first.insert(file.hash, place)?;
                }
            }
        }
        let mut renames = Renames {
            of: Array::new(space),
            pairs: Array::new(space),
            before: super::Bits::new(space),
        };
        renames.of.extend(u64::from(self.files.len()));
        if first.is_empty() {
            return Ok(renames);
        }
        for item in self.plan.files() {
            let (rank, planned) = item?;
            if planned.old.is_some() {
                continue;
            }
            let file = self.files.file(rank)?;
            let records = file.state.records;
            let is_read =
                !file.failed && !records.are_passed_over() && !records.are_only_failures();
            if !is_read {
                continue;
            }
            let place = first.get(file.state.hash)?.filter(|place| *place != NONE);
            if let Some(place) = place {
                first.insert(file.state.hash, next.get(u64::from(place))?)?;
                renames.of.set(u64::from(rank), &place)?;
                let index = place - 1;
                renames.before.insert(u64::from(index))?;
                let pair = u64::from(rank) << 32 | u64::from(index);
                renames.pairs.push(&pair)?;
            }
        }
        Ok(renames)
    }

    pub(super) fn list_renamed(&mut self, plan: &Plan, report: &mut Report) -> Result<()> {
        let renames = self.renames(plan)?;
        report.renamed = renames.pairs.len();
        for item in renames.pairs.iter() {
            let (_, pair) = item?;
            let (rank, index) = ((pair >> 32) as u32, pair as u32);
            let path = self.files.path(&self.files.file(rank)?)?;
            let from = self.old.state.path(&self.old.state.file(index)?)?;
            self.account.line(&Line {
                path: &path,
                status: "renamed",
                from: &from,
                ..Line::default()
            })?;
        }
        Ok(())
    }

    /// What became of every file, counted, and listed as far as something became of it.
    pub(in crate::reindex) fn file_changes(
        &self,
        plan: &Plan,
    ) -> Result<(FileCounts, Vec<FileChange>)> {
        let renames = self.renames(plan)?;
        let mut counts = FileCounts {
            skipped: plan.skipped.len(),
            failed: plan.failed.len(),
            ..FileCounts::default()
        };
        let mut changes = Vec::new();
        let mut add = |path: &str, change, from: Option<String>, records| {
            changes.push(FileChange {
                path: path.to_owned(),
                change,
                from,
                records,
            });
        };
        plan.failed.each(|failure| {
            add(failure.path, Change::Failed, None, 0);
            Ok(())
        })?;
        for rank in 0..self.files.len() {
            let file = self.files.file(rank)?;
            let path = self.files.path(&file)?;
            let records = file.state.records;
            let written = u64::from(file.fresh);
            let from = renames.of.get(u64::from(rank))?;
            if file.failed || records.are_only_failures() {
                counts.failed += 1;
                // What failed before and is what it was is no news.
                if file.fate == Fate::Read {
                    add(&path, Change::Failed, None, written);
                }
            } else if records.are_passed_over() {
                counts.skipped += 1;
            } else if from != NONE {
                counts.renamed += 1;
                let before = self.old.state.path(&self.old.state.file(from - 1)?)?;
                add(&path, Change::Renamed, Some(before), written);
            } else if plan.file(rank)?.old.is_none() {
                counts.added += 1;
                add(&path, Change::Added, None, written);
            } else if self.has_changed(&file, rank)? {
                counts.changed += 1;
                add(&path, Change::Changed, None, written);
            } else {
                counts.unchanged += 1;
            }
        }
        for item in plan.vanished(self.old) {
            let (index, file) = item?;
            if renames.before.contains(u64::from(index))? {
                continue;
            }
            counts.removed += 1;
            let mut gone = 0;
            for item in self.old.state.records(&file) {
                let (_, record) = item?;
                if record.status == Status::Indexed && !self.claims.contains(record.key)? {
                    gone += 1;
                }
            }
            let path = self.old.state.path(&file)?;
            add(&path, Change::Removed, None, gone);
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((counts, changes))
    }

    /// Whether the records of a file that was read are others than before.
    fn has_changed(&self, file: &NewFile, rank: u32) -> Result<bool> {
        if file.fate != Fate::Read {
            return Ok(false);
        }
        let records = file.state.records.all;
        Ok(match self.plan.file(rank)?.old {
            Some(index) => {
                file.alike != records || self.old.state.file(index)?.records.all != records
            }
            None => true,
        })
    }
}
