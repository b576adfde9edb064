//! Looks for damage: every byte that a kept state consists of is compared with what was written.
//!
//! Works on an index that nobody can open any more, needs no write permission, and finds all
//! damage in one go. `survey` compares lengths and hashes; `deep` decodes what they vouch for.

mod deep;
mod plan;
mod report;
pub(super) mod states;
mod survey;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use plan::{RepairPlan, RepairStep};
pub use report::{
    CheckReport, CheckedGeneration, Damage, DamageCode, DamagedSegment, Part, Remark,
};
use survey::Survey;

use super::Index;
use super::home::{CURRENT, GENERATIONS, INDEX_FOLDER};
use crate::search::FORMAT_VERSION;
use crate::{Error, ErrorKind, Result};

/// How thoroughly to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Decodes everything, too: every posting with its positions, every column, every stored
    /// document. Takes about as long as indexing does.
    pub deep: bool,
}

impl CheckOptions {
    /// Sets whether everything is decoded, too.
    pub fn deep(mut self, deep: bool) -> Self {
        self.deep = deep;
        self
    }
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CheckProgress {
    /// Bytes dealt with.
    pub bytes_done: u64,
    /// Bytes to deal with in all.
    pub bytes_total: u64,
    /// The file that is being read, relative to the folder of the index.
    pub path: String,
}

/// Told how far a check is, many times a second; breaks it off by what it returns.
type Watch<'a> = &'a mut dyn FnMut(&CheckProgress) -> ControlFlow<()>;

impl Index {
    /// Looks for damage in the index that a folder, or its `.pressmark`, holds. Works on one that
    /// cannot be opened, and beside a writer; memory does not grow with the index. `watch` is told
    /// how far it is, and may break it off.
    ///
    /// # Errors
    /// [`ErrorKind::NoIndex`] if there is none; [`ErrorKind::Version`] if another version wrote
    /// it; [`ErrorKind::Cancelled`] if `watch` broke it off; [`ErrorKind::Io`] if the folder
    /// cannot be listed. Damage is no error: the report lists it.
    pub fn check(
        path: impl AsRef<Path>,
        options: &CheckOptions,
        watch: &mut dyn FnMut(&CheckProgress) -> ControlFlow<()>,
    ) -> Result<CheckReport> {
        let folder = find(path.as_ref())?;
        Survey::new(&folder, watch).run(options.deep)
    }
}

/// A report before anything was found.
fn empty_report() -> CheckReport {
    CheckReport {
        format_version: FORMAT_VERSION,
        healthy: false,
        generation: None,
        documents: 0,
        deep: false,
        files: 0,
        bytes: 0,
        generations: Vec::new(),
        damage: Vec::new(),
        remarks: Vec::new(),
    }
}

/// The folder of the index that `path` is or holds, also if the name of its newest state is gone.
pub(super) fn find(path: &Path) -> Result<PathBuf> {
    let mut folders = [path.to_path_buf(), path.join(INDEX_FOLDER)].into_iter();
    let is_index =
        |folder: &PathBuf| folder.join(CURRENT).is_file() || folder.join(GENERATIONS).is_dir();
    folders.find(is_index).ok_or_else(|| {
        let message = format!("there is no index in `{}`", path.display());
        Error::new(ErrorKind::NoIndex, message).with_path(path)
    })
}
