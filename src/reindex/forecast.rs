//! What a run would do, before it does it: as plain data, for people and programs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::report::Report;
use crate::FORMAT_VERSION;

/// What a run would do, found out by reading what it would read and writing nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReindexPlan {
    /// The version of this form.
    pub format_version: u32,
    /// The published generation that the folder was compared with; 0 if there is none.
    pub generation: u64,
    /// What becomes of files.
    pub files: FileCounts,
    /// What becomes of records, as `index` would report it.
    pub totals: PlannedTotals,
    /// Documents in the index as it is.
    pub documents_before: u64,
    /// Documents in the index as it would be.
    pub documents_after: u64,
    /// Why documents whose source did not change would be made anew; absent if none would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remade: Option<Remade>,
    /// Why nothing short of `--rebuild` would do; absent if an update does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuild: Option<Rebuild>,
    /// Why the run would publish nothing; absent if it would go through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// Every file that would be added, changed, renamed or removed, or would fail, in path order.
    pub changes: Vec<FileChange>,
    /// Why things would be skipped, fail or be duplicates, the most frequent first.
    pub reasons: Vec<PlannedReason>,
    /// Facet values that no document has now and some would have, or the other way round.
    pub facets: BTreeMap<String, FacetChange>,
}

impl ReindexPlan {
    pub(super) fn new() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            generation: 0,
            files: FileCounts::default(),
            totals: PlannedTotals::default(),
            documents_before: 0,
            documents_after: 0,
            remade: None,
            rebuild: None,
            refused: None,
            changes: Vec::new(),
            reasons: Vec::new(),
            facets: BTreeMap::new(),
        }
    }
}

/// How many files would have which fate. A file that failed as a whole, or in each of its records,
/// counts as failed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileCounts {
    /// New files.
    pub added: u64,
    /// Files whose content changed.
    pub changed: u64,
    /// Files that lay elsewhere before, with the same content.
    pub renamed: u64,
    /// Files that are gone.
    pub removed: u64,
    /// Files with the content they had.
    pub unchanged: u64,
    /// Files and folders that are not read.
    pub skipped: u64,
    /// Files and folders that cannot be read.
    pub failed: u64,
}

/// The totals that the run would report; see [`Report`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedTotals {
    /// Everything found.
    pub seen: u64,
    /// Documents that would be added or replaced.
    pub indexed: u64,
    /// Documents that would stay.
    pub unchanged: u64,
    /// Records whose id another record has.
    pub duplicate: u64,
    /// Files and folders that are not read.
    pub skipped: u64,
    /// Files, folders and records that cannot be read.
    pub failed: u64,
    /// Documents that would leave the index.
    pub removed: u64,
    /// Bytes of the files that were read, and that the run would read.
    pub bytes: u64,
}

impl From<&Report> for PlannedTotals {
    fn from(report: &Report) -> Self {
        Self {
            seen: report.seen,
            indexed: report.indexed,
            unchanged: report.unchanged,
            duplicate: report.duplicate,
            skipped: report.skipped,
            failed: report.failed,
            removed: report.removed,
            bytes: report.bytes,
        }
    }
}

/// Why documents whose source did not change would be made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Remade {
    /// What they would be made from.
    pub from: RemadeFrom,
    /// What changed, for people.
    pub message: String,
}

/// What documents would be made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RemadeFrom {
    /// From what the index stores of them.
    Documents,
    /// From their files.
    Files,
}

/// Why only a rebuild would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rebuild {
    /// `requested`, `analysis`, `format` or `damaged`.
    pub reason: String,
    /// The reason, for people.
    pub message: String,
}

/// Why the run would publish nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refused {
    /// The code of the error that the run would end with.
    pub code: String,
    /// Its message.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileChange {
    /// The path relative to the corpus.
    pub path: String,
    /// Its fate.
    pub change: Change,
    /// Where the file lay before, if it was renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Records of it that would be written as documents; of a removed file, that would go.
    pub records: u64,
}

/// The fate of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// It is new.
    Added,
    /// Its content changed.
    Changed,
    /// It lay elsewhere before.
    Renamed,
    /// It is gone.
    Removed,
    /// It cannot be read.
    Failed,
}

/// Why things would be skipped, fail or be duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedReason {
    /// `skipped`, `failed` or `duplicate`.
    pub status: String,
    /// The stable code, as in the ledger; empty for duplicates.
    pub code: String,
    /// How often.
    pub count: u64,
    /// The first few.
    pub examples: Vec<Example>,
}

/// A file or record that something would become of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Example {
    /// The path relative to the corpus; of a record in a file of many, with `#` and its number.
    pub path: String,
    /// Why, for people; of a duplicate, the record that has the id.
    pub message: String,
}

/// How the values that documents declare in a facet would change. What is found in texts is not
/// planned: texts are not looked through before they are indexed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FacetChange {
    /// Values that no document declares now, as written, with the documents that would.
    pub appear: Vec<ValueChange>,
    /// Values that no document would declare, with the documents that do now.
    pub vanish: Vec<ValueChange>,
}

/// A value, and how many documents would declare it, or declare it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueChange {
    /// The value as written.
    pub value: String,
    /// Documents with it.
    pub documents: u64,
}
