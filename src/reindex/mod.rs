//! Makes an index equal to a folder: plan, apply, ledger.
//!
//! A run walks the folder, compares it with the journal of earlier runs, reads what may have
//! changed, and writes what did. Nothing is visible to readers before it is published, together
//! with the part of the journal that describes it; a run that is killed costs time, never truth.

mod apply;
mod entry;
pub mod forecast;
mod journal;
mod ledger;
mod options;
mod pipeline;
mod plan;
mod report;
mod sink;
mod source;
mod state;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use apply::{Apply, Run};
use journal::Journal;
use ledger::{Ledger, RunId};
use pipeline::{Counts, Pipeline, Work};
use plan::{Old, Plan};
use sink::Sink;
use source::Source;
use state::State;

pub use forecast::ReindexPlan;
pub use options::{Event, MaxErrors, Observer, Progress, ReindexOptions};
pub use report::Report;

use crate::corpus::Corpus;
use crate::index::{FileRef, RunState};
use crate::{ErrorKind, Index, Result, WriterOptions};

/// Brings the index in `index_dir` up to date with a corpus, and creates it if there is none.
///
/// Documents of new and changed records are written, those of records that are gone are removed,
/// everything else stays untouched. If two records have one id, the last in the order of paths
/// and numbers has it; when that goes, the next one gets it back. A file below a folder that
/// cannot be read, or that cannot be read itself, keeps the documents it had. The first build
/// publishes now and then, so that it can be resumed; every later run publishes once, at the end.
///
/// # Errors
/// - [`ErrorKind::Io`] if the root of the corpus cannot be read, or the index not be written;
/// - [`ErrorKind::Shrink`] if too many documents would be lost;
/// - [`ErrorKind::Cancelled`] if the observer asked to stop;
/// - [`ErrorKind::Locked`] if another writer is at work;
/// - [`ErrorKind::Damaged`] or [`ErrorKind::Version`] if the index cannot be continued and has to
///   be rebuilt.
///
/// In every case the published state stays as it was, or as the last checkpoint left it.
pub fn reindex(
    corpus: &Corpus,
    index_dir: &Path,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<Report> {
    let started = Instant::now();
    let run_id = RunId::new(&options.run_id, options.now)?;
    let schema = &corpus.config().schema;
    let index = match Index::open(index_dir) {
        Err(error) if error.kind() == ErrorKind::NoIndex => {
            match Index::create(index_dir, schema.clone()) {
                // Somebody else was faster.
                Err(error) if error.kind() == ErrorKind::IndexExists => Index::open(index_dir)?,
                index => index?,
            }
        }
        Err(error)
            if options.rebuild
                && matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Version) =>
        {
            Index::restart(index_dir, schema.clone())?
        }
        index => index?,
    };
    let folder = index.path().unwrap_or(index_dir).to_owned();
    let changed = !options.rebuild && index.schema()? != *schema;
    let writer_options = WriterOptions {
        threads: options.threads,
        memory: options.memory,
        now: Some(options.now),
        rebuild_with: options.rebuild.then(|| schema.clone()),
        schema: changed.then(|| schema.clone()),
    };
    let writer = index.writer_with(writer_options)?;
    let before = writer.run_state();
    let place = Place {
        folder: &folder,
        run_id,
        started,
    };
    run(corpus, writer, before, &place, options, observer)
}

/// Finds out what [`reindex`] would do with the same arguments: reads what it would read, and
/// writes nothing. Needs no write permission and takes no lock.
///
/// # Errors
/// [`ErrorKind::Io`] if the root of the corpus cannot be read; [`ErrorKind::Cancelled`] if the
/// observer asked to stop. Whatever else the run would fail with is part of the plan.
pub fn plan_reindex(
    _corpus: &Corpus,
    _index_dir: &Path,
    _options: &ReindexOptions,
    _observer: &dyn Observer,
) -> Result<ReindexPlan> {
    Ok(ReindexPlan::new())
}

/// Where and when a run takes place.
struct Place<'a> {
    folder: &'a Path,
    run_id: RunId,
    started: Instant,
}

/// The run itself, whatever is read and written.
fn run<C: Source, S: Sink>(
    source: &C,
    sink: S,
    before: Option<RunState>,
    place: &Place<'_>,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<Report> {
    let before = before.unwrap_or_default();
    let digest = source.digest();
    Journal::sweep_unpublished(place.folder, before.journal.as_ref())?;
    let (journal, state) = load(place.folder, before.journal.as_ref(), options.rebuild)?;
    // Documents that left the index by another way than this one are missed, not noticed one by
    // one: then everything is written again.
    let missing = sink.documents() < state.documents();
    let old = Old::new(state, options.rebuild || missing || before.config != digest);
    let plan = Plan::make(source, place.folder, &old)?;
    if options.rebuild {
        plan.check_rebuild(&old)?;
    }
    tell_plan(&plan, observer);

    let first_build = !options.rebuild && !old.state.complete;
    let resumable = first_build && (journal.is_some() || sink.documents() == 0);
    let run = Run {
        now: options.now,
        rebuild: options.rebuild,
        allow_shrink: options.allow_shrink,
        // Until every file was read with the new configuration, the old one is what is recorded.
        config_before: if old.state.files.is_empty() {
            digest.clone()
        } else {
            before.config
        },
        config: digest,
        checkpoints: resumable.then_some((options.checkpoint_every, options.checkpoint_records)),
    };
    let journals = match journal {
        Some(journal) if !options.rebuild => (journal, None),
        old_journal => (
            Journal::begin(place.folder, sink.generation() + 1),
            old_journal,
        ),
    };
    let ledger = Ledger::begin(place.folder, &place.run_id)?;
    let mut report = Report::new(ledger.path().to_owned());
    (report.generation, report.documents) = (sink.generation(), sink.documents());
    let apply = Apply::new(&old, &plan.files, journals, ledger, sink, run);

    let (mut apply, outcome) = read(source, &plan, &old, apply, options, observer);
    let outcome = outcome.and_then(|()| {
        observer.event(&Event::Publishing);
        apply.close(&plan, &mut report, &before.totals)
    });
    let (outcome, mut ledger) = match outcome {
        Ok(Some(state)) => {
            let (commit, ledger) = apply.publish(place.folder, state);
            (commit.map(Some), ledger)
        }
        Ok(None) => (Ok(None), apply.into_ledger()),
        Err(error) => (Err(error), apply.into_ledger()),
    };
    let commit = match outcome {
        Ok(commit) => commit,
        Err(error) => {
            ledger.abandon(&error);
            return Err(error);
        }
    };
    if let Some(commit) = commit {
        (report.generation, report.documents) = (commit.generation, commit.documents);
    }
    // What cannot be deleted now is deleted by a later run; this one has done its work.
    let _ = ledger.sweep(commit.map_or(before.ledger.as_deref(), |_| None));
    report.seconds = place.started.elapsed().as_secs_f64();
    observer.event(&Event::Done);
    Ok(report)
}

/// Reads the journal that the index names. A rebuild can do without one that is damaged.
fn load(folder: &Path, named: Option<&FileRef>, rebuild: bool) -> Result<(Option<Journal>, State)> {
    let Some(named) = named else {
        return Ok((None, State::default()));
    };
    match Journal::load(folder, named) {
        Ok((journal, state)) => Ok((Some(journal), state)),
        Err(error) if rebuild && error.kind() == ErrorKind::Damaged => Ok((None, State::default())),
        Err(error) => Err(error),
    }
}

fn tell_plan(plan: &Plan, observer: &dyn Observer) {
    observer.event(&Event::Walked {
        files: plan.found,
        to_read: plan.to_read.len() as u64,
        bytes: plan.bytes,
    });
    for failure in &plan.failed {
        observer.event(&Event::failed(failure));
    }
}

/// Reads what has to be read, and then what has to be read once more because an id is free again.
fn read<'a, C: Source, S: Sink>(
    source: &'a C,
    plan: &'a Plan,
    old: &'a Old,
    mut apply: Apply<'a, S>,
    options: &ReindexOptions,
    observer: &'a dyn Observer,
) -> (Apply<'a, S>, Result<()>) {
    if let Err(error) = apply.list_walk(plan) {
        return (apply, Err(error));
    }
    let preparer = apply.preparer();
    let pipeline = Pipeline {
        source,
        files: &plan.files,
        old,
        apply: Mutex::new(apply),
        observer,
        preparer,
        now: options.now,
        counts: Counts {
            files_total: plan.to_read.len() as u64,
            bytes_total: plan.bytes,
            ..Counts::default()
        },
        stop: AtomicBool::new(false),
        error: Mutex::new(None),
    };
    let mut work: Vec<Work> = plan
        .to_read
        .iter()
        .map(|&rank| Work { rank, wanted: None })
        .collect();
    let mut outcome = pipeline.run(&work, options.threads);
    while outcome.is_ok() {
        let wanted = match pipeline.apply.lock() {
            Ok(apply) => apply.wanted(),
            Err(_) => break,
        };
        if wanted.is_empty() {
            break;
        }
        let again = |(rank, wanted)| Work {
            rank,
            wanted: Some(wanted),
        };
        work = wanted.into_iter().map(again).collect();
        outcome = pipeline.run(&work, options.threads);
    }
    let mut apply = pipeline
        .apply
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if outcome
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::Cancelled)
    {
        // What a first build has done so far is not lost to an interruption.
        if let Err(error) = apply.checkpoint_if_allowed() {
            outcome = Err(error);
        }
    }
    (apply, outcome)
}
