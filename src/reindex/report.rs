//! The totals of a run, as `index --json` prints them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, FORMAT_VERSION, Result};

/// The totals of a run. The unit is the record; a file that yields none counts one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this form.
    pub format_version: u32,
    /// The newest generation of the index.
    pub generation: u64,
    /// Everything that was found: the sum of the next five.
    pub seen: u64,
    /// Documents that were added or replaced.
    pub indexed: u64,
    /// Documents that the index already had.
    pub unchanged: u64,
    /// Records whose id another record has that comes later in path order.
    pub duplicate: u64,
    /// Files and folders that are not read.
    pub skipped: u64,
    /// Files, folders and records that could not be read, now or before.
    pub failed: u64,
    /// Documents that left the index.
    pub removed: u64,
    /// Files that lay elsewhere before, with the same content; their records are counted above.
    pub renamed: u64,
    /// Documents in the index.
    pub documents: u64,
    /// Bytes of the files that this run read.
    pub bytes: u64,
    /// How long the run took.
    pub seconds: f64,
    /// Names of countries and actors that were left out, because nothing in the text says what they
    /// mean, of the documents that this run wrote: each once for a document.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ambiguous: u64,
    /// Whether documents have tags of another vocabulary, or of other rules, than they would have
    /// now: a run with [`retag`](crate::ReindexOptions::retag) makes them anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retag_due: bool,
    /// The ledger, which has a line for every file and record.
    pub ledger: PathBuf,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it has"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Report {
    pub(super) fn new(ledger: PathBuf) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            generation: 0,
            seen: 0,
            indexed: 0,
            unchanged: 0,
            duplicate: 0,
            skipped: 0,
            failed: 0,
            removed: 0,
            renamed: 0,
            documents: 0,
            bytes: 0,
            seconds: 0.0,
            ambiguous: 0,
            retag_due: false,
            ledger,
        }
    }

    /// Refuses totals that do not add up: something would have been lost unseen.
    pub(super) fn check(&self) -> Result<()> {
        let sum = self.indexed + self.unchanged + self.duplicate + self.skipped + self.failed;
        if sum == self.seen {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Engine,
            format!(
                "the totals do not add up: {} were seen, {sum} are accounted for",
                self.seen
            ),
        )
        .with_hint("nothing was published; this is a bug, please report it with the ledger"))
    }

    /// The totals that can be known before the publication: for the ledger, and to be kept.
    pub(super) fn totals(&self) -> serde_json::Value {
        let mut totals = serde_json::to_value(self).unwrap_or_default();
        if let Some(totals) = totals.as_object_mut() {
            totals.remove("generation");
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_promised_one() {
        let report = Report {
            seconds: 0.5,
            ..Report::new(PathBuf::from("runs/x.jsonl"))
        };
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"format_version":1,"generation":0,"seen":0,"indexed":0,"unchanged":0,"duplicate":0,"skipped":0,"failed":0,"removed":0,"renamed":0,"documents":0,"bytes":0,"seconds":0.5,"ledger":"runs/x.jsonl"}"#
        );
    }

    #[test]
    fn totals_that_do_not_add_up_are_refused() {
        let mut report = Report::new(PathBuf::new());
        report.seen = 5;
        (report.indexed, report.unchanged, report.failed) = (1, 2, 1);
        assert_eq!(report.check().unwrap_err().kind(), ErrorKind::Engine);
        report.duplicate = 1;
        assert!(report.check().is_ok());
    }
}
