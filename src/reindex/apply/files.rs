//! What became of files: new, changed, renamed, gone.

use std::collections::HashMap;

use super::super::entry::Key;
use super::super::forecast::{Change, FileChange, FileCounts};
use super::super::plan::Plan;
use super::super::report::Report;
use super::super::sink::Sink;
use super::super::state::{FileState, Record};
use super::{Apply, Fate, Line, NewFile, Result, Status};

impl<S: Sink> Apply<'_, S> {
    /// Pairs new files that have records with files that are gone and had the same content: the
    /// rank of the new one with the old one's place. Among equals, the first in path order go together.
    fn renames(&self, plan: &Plan) -> Vec<(u32, u32)> {
        let mut gone: HashMap<Key, Vec<u32>> = HashMap::new();
        for &index in plan.vanished.iter().rev() {
            let hash = self.old.state.files[index as usize].hash;
            if hash != Key::default() {
                gone.entry(hash).or_default().push(index);
            }
        }
        let mut renames = Vec::new();
        for ((file, planned), rank) in self.files.iter().zip(self.planned).zip(0_u32..) {
            let is_empty = is_passed_over(&file.state);
            let is_read = !file.failed && !is_empty && !has_only_failures(&file.state);
            if planned.old.is_none()
                && is_read
                && let Some(index) = gone.get_mut(&file.state.hash).and_then(Vec::pop)
            {
                renames.push((rank, index));
            }
        }
        renames
    }

    pub(super) fn list_renamed(&mut self, plan: &Plan, report: &mut Report) -> Result<()> {
        let renames = self.renames(plan);
        report.renamed = renames.len() as u64;
        for (rank, index) in renames {
            self.account.line(&Line {
                path: &self.files[rank as usize].state.path,
                status: "renamed",
                from: &self.old.state.files[index as usize].path,
                ..Line::default()
            })?;
        }
        Ok(())
    }

    /// What became of every file, counted, and listed as far as something became of it.
    pub(in crate::reindex) fn file_changes(&self, plan: &Plan) -> (FileCounts, Vec<FileChange>) {
        let renames = self.renames(plan);
        let from: HashMap<u32, u32> = renames.iter().copied().collect();
        let mut counts = FileCounts {
            skipped: plan.skipped.len() as u64,
            ..FileCounts::default()
        };
        let mut changes = Vec::new();
        let mut add = |path: &str, change, from: Option<&str>, records| {
            changes.push(FileChange {
                path: path.to_owned(),
                change,
                from: from.map(str::to_owned),
                records,
            });
        };
        for failure in &plan.failed {
            counts.failed += 1;
            add(&failure.path, Change::Failed, None, 0);
        }
        for (file, rank) in self.files.iter().zip(0_u32..) {
            let path = &file.state.path;
            let written = || count(&file.state, |record| record.fresh);
            if file.failed || has_only_failures(&file.state) {
                counts.failed += 1;
                // What failed before and is what it was is no news.
                if file.fate == Fate::Read {
                    add(path, Change::Failed, None, written());
                }
            } else if is_passed_over(&file.state) {
                counts.skipped += 1;
            } else if let Some(&index) = from.get(&rank) {
                counts.renamed += 1;
                let before = &self.old.state.files[index as usize].path;
                add(path, Change::Renamed, Some(before), written());
            } else if self.planned[rank as usize].old.is_none() {
                counts.added += 1;
                add(path, Change::Added, None, written());
            } else if self.has_changed(file, rank) {
                counts.changed += 1;
                add(path, Change::Changed, None, written());
            } else {
                counts.unchanged += 1;
            }
        }
        for &index in &plan.vanished {
            if !renames.iter().any(|(_, from)| *from == index) {
                counts.removed += 1;
                let file = &self.old.state.files[index as usize];
                let gone = count(file, |record| !self.claims.contains_key(&record.key));
                add(&file.path, Change::Removed, None, gone);
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        (counts, changes)
    }

    /// Whether the records of a file that was read are others than before.
    fn has_changed(&self, file: &NewFile, rank: u32) -> bool {
        let known = self.planned[rank as usize].old;
        let known = known.and_then(|index| self.old.state.files.get(index as usize));
        if file.fate != Fate::Read {
            return false;
        }
        let content = |file: &FileState| {
            let mut records: Vec<(u32, Key)> = file
                .records
                .iter()
                .map(|record| (record.number, record.hash))
                .collect();
            records.sort_unstable();
            records
        };
        known.is_none_or(|known| content(known) != content(&file.state))
    }
}

fn has_only_failures(file: &FileState) -> bool {
    let mut records = file.records.iter().map(|record| record.status);
    records.clone().any(|status| status == Status::Failed)
        && records.all(|status| matches!(status, Status::Failed | Status::Skipped))
}

/// Whether nothing in a file is read.
fn is_passed_over(file: &FileState) -> bool {
    let mut records = file.records.iter();
    records.all(|record| record.status == Status::Skipped)
}

fn count(file: &FileState, which: impl Fn(&Record) -> bool) -> u64 {
    let records = file.records.iter();
    let counted = records.filter(|record| record.status == Status::Indexed && which(record));
    counted.count() as u64
}
