//! Makes an index equal to a folder: plan, apply, ledger.
//!
//! A run walks the folder, compares it with the journal of earlier runs, reads what may have
//! changed, and writes what did. Nothing is visible to readers before it is published, together
//! with the part of the journal that describes it; a run that is killed costs time, never truth.

mod account;
mod apply;
mod dry;
mod entry;
pub mod forecast;
mod journal;
mod ledger;
mod listing;
mod options;
mod packed;
mod pipeline;
mod plan;
mod repair;
mod report;
mod run;
mod sink;
mod source;
mod state;
mod store;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::{Duration, Instant};

use ledger::RunId;
use run::{Job, Kept, Place};

pub use forecast::ReindexPlan;
pub use options::{Event, MaxErrors, Observer, Progress, ReindexOptions};
pub use repair::{RepairReport, repair};
pub use report::Report;

use crate::corpus::Corpus;
use crate::{Error, ErrorKind, Index, Result, Writer, WriterOptions};

/// Brings the index in `index_dir` up to date with a corpus, and creates it if there is none.
///
/// Documents of new and changed records are written, those of records that are gone are removed,
/// everything else stays untouched. If two records have one id, the last in the order of paths
/// and numbers has it; when that goes, the next one gets it back. A file below a folder that
/// cannot be read, or that cannot be read itself, keeps the documents it had. If the
/// configuration changed, documents whose text it leaves alone are made anew from what the index
/// keeps of them, and no file is read for that. The first build publishes now and then, so that
/// it can be resumed; every later run publishes at its end, or when it is asked to stop.
///
/// # Errors
/// - [`ErrorKind::Io`] if the root of the corpus cannot be read, or the index not be written;
/// - [`ErrorKind::Shrink`] if too many documents would be lost;
/// - [`ErrorKind::TooManyErrors`] if more failed than is allowed;
/// - [`ErrorKind::Cancelled`] if the observer asked to stop;
/// - [`ErrorKind::Locked`] if another writer is at work;
/// - [`ErrorKind::Damaged`] or [`ErrorKind::Version`] if the index cannot be continued and has to
///   be rebuilt.
///
/// In every case the published state stays as it was, or is what the last checkpoint, or the
/// request to stop, left: every document either as it was or as it is now.
pub fn reindex(
    corpus: &Corpus,
    index_dir: &Path,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<Report> {
    let started = Instant::now();
    let run_id = RunId::new(&options.run_id, options.now)?;
    let schema = &corpus.config().schema;
    // Whoever creates an index holds its lock, too.
    let index = patiently(options, observer, || open(corpus, index_dir, options))?;
    let folder = index.path().unwrap_or(index_dir).to_owned();
    let changed = !options.rebuild && index.schema()? != *schema;
    let writer_options = WriterOptions {
        threads: options.threads,
        memory: options.memory,
        now: Some(options.now),
        rebuild_with: options.rebuild.then(|| schema.clone()),
        schema: changed.then(|| schema.clone()),
        tagging: options.tagging.clone(),
        relearn: options.retag,
    };
    let writer = patiently(options, observer, || {
        index.writer_with(writer_options.clone())
    })?;
    let before = writer.run_state().unwrap_or_default();
    let job = Job {
        source: corpus,
        before,
        place: Place {
            folder: &folder,
            run_id,
            started,
        },
        options,
        observer,
        kept: Kept::In(&index),
        space: options.space(&folder),
    };
    job.run::<Writer>(writer)
}

/// Finds out what [`reindex`] would do with the same arguments: reads what it would read, and
/// writes nothing. Needs no write permission and takes no lock.
///
/// # Errors
/// [`ErrorKind::Io`] if the root of the corpus, or the index, cannot be read;
/// [`ErrorKind::Cancelled`] if the observer asked to stop. Whatever else the run would fail with
/// is part of the plan.
pub fn plan_reindex(
    corpus: &Corpus,
    index_dir: &Path,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<ReindexPlan> {
    dry::plan(corpus, index_dir, options, observer)
}

/// Opens the index, creates it, or begins anew where a rebuild may.
fn open(corpus: &Corpus, folder: &Path, options: &ReindexOptions) -> Result<Index> {
    let (root, schema) = (corpus.root(), &corpus.config().schema);
    match Index::open(folder) {
        Err(error) if error.kind() == ErrorKind::NoIndex => {
            let absolute = |path: &Path| std::path::absolute(path).unwrap_or(path.to_owned());
            if !root.is_dir() {
                let source = std::io::ErrorKind::NotFound.into();
                return Err(Error::io(root, "read the folder", source));
            }
            let (outer, inside) = (absolute(root), absolute(folder));
            let created = if inside.starts_with(&outer) {
                Index::create_in(&outer, &inside, schema.clone()).and_then(|_| Index::open(folder))
            } else {
                Index::create(folder, schema.clone())
            };
            match created {
                // Somebody else was faster.
                Err(error) if error.kind() == ErrorKind::IndexExists => Index::open(folder),
                index => index,
            }
        }
        Err(error) if options.rebuild && needs_rebuild(&error) => {
            Index::restart(folder, schema.clone())
        }
        index => index,
    }
}

/// Whether an index that gives this error can only be rebuilt.
fn needs_rebuild(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Version)
}

/// How often a run that waits for another writer looks again.
const LOOK: Duration = Duration::from_millis(50);

/// Tries again while another writer is at work, as long as the options allow.
fn patiently<T>(
    options: &ReindexOptions,
    observer: &dyn Observer,
    attempt: impl Fn() -> Result<T>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Locked => {
                if started.elapsed() >= options.wait {
                    return Err(error);
                }
                if observer.cancelled() {
                    return Err(Error::new(ErrorKind::Cancelled, "the run was stopped"));
                }
                std::thread::sleep(LOOK);
            }
            outcome => return outcome,
        }
    }
}
