//! A run from its first look at the folder to its publication, whatever is read and written.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::account::Account;
use super::apply::{Apply, Run};
use super::entry::Key;
use super::journal::Journal;
use super::ledger::{Ledger, RunId};
use super::pipeline::{Counts, Pipeline, Todo};
use super::plan::{Again, Old, Plan, index_inside};
use super::sink::Sink;
use super::source::Source;
use super::state::State;
use super::store::{Space, Table};
use super::{Event, Observer, ReindexOptions, Report};
use crate::index::{FileRef, RunState};
use crate::schema::Digests;
use crate::tagging::Tagging;
use crate::{Commit, Error, ErrorKind, Index, Result, Searcher};

/// What a run works on, and how.
pub(super) struct Job<'a, C: Source> {
    pub(super) source: &'a C,
    /// What the published generation says of runs.
    pub(super) before: RunState,
    pub(super) place: Place<'a>,
    pub(super) options: &'a ReindexOptions,
    pub(super) observer: &'a dyn Observer,
    pub(super) kept: Kept<'a>,
    /// Where everything is that the run remembers.
    pub(super) space: Space,
}

/// Where and when a run takes place.
pub(super) struct Place<'a> {
    pub(super) folder: &'a Path,
    pub(super) run_id: RunId,
    pub(super) started: Instant,
}

/// Where the documents are that the index keeps.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept<'a> {
    /// There are none, or they cannot be read.
    Nowhere,
    In(&'a Index),
}

/// What is known before anything is read, and what has to be done.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers to different questions"
)]
pub(super) struct Known {
    pub(super) old: Old,
    pub(super) plan: Plan,
    /// Whether the index has fewer documents than it should.
    pub(super) is_missing: bool,
    journal: Option<Journal>,
    /// The kept documents, if they are to be made anew. They hold their generation, which is one
    /// of the old ones when the run publishes: by then they are let go.
    kept: Option<Searcher>,
    /// When records that are gone entered the index, by their hash.
    moved: Table<i64>,
    pub(super) digests: Digests,
    /// Whether documents have tags that would be others now.
    retag_due: bool,
    /// Whether the configuration makes other values of what documents declare.
    other_values: bool,
    /// Whether the topics of the corpus are learned: whenever everything is made anew, and when that
    /// is asked for. What an update adds is tagged by what is known already.
    learns: bool,
}

impl<C: Source> Job<'_, C> {
    /// Does the run.
    pub(super) fn run<S: Sink>(self, sink: S) -> Result<Report> {
        let folder = self.place.folder;
        Journal::sweep_unpublished(folder, self.before.journal.as_ref())?;
        let mut known = self.look(sink.documents())?;
        if self.options.rebuild {
            known.plan.check_rebuild(&known.old)?;
        }
        let journals = match known.journal.take() {
            Some(journal) if !self.options.rebuild => (journal, None),
            old => (Journal::begin(folder, sink.generation() + 1), old),
        };
        let ledger = Ledger::begin(folder, &self.place.run_id, &self.space)?;
        let mut report = Report::new(ledger.path().to_owned());
        (report.generation, report.documents) = (sink.generation(), sink.documents());
        report.retag_due = known.retag_due;
        let run = self.rules(&known, journals.0.is_loaded(), sink.documents());
        let account = Account::Ledger(Box::new(ledger));
        let kept = known.take_kept();
        let apply = Apply::new(&known.old, &known.plan, journals, account, sink, run)?;

        let (mut apply, read) = self.read(&known, kept, apply);
        let sealed = match read {
            Ok(()) => {
                self.observer.event(&Event::Publishing);
                apply
                    .draw_up(&known.plan, &mut report)
                    .and_then(|()| apply.seal(&report, &self.before.totals))
                    .map(|state| (state, None))
            }
            Err(Stop { error, drained }) if drained && apply.may_suspend() => apply
                .suspend(&known.plan, self.before.totals.clone())
                .map(|state| (state, Some(error))),
            Err(Stop { error, .. }) => Err(error),
        };
        self.publish(apply, sealed, report, known.plan.bytes)
    }

    /// Publishes what a run made, and closes the ledger. A run that was stopped fails all the same.
    fn publish<S: Sink>(
        &self,
        apply: Apply<'_, S>,
        sealed: Result<(Option<RunState>, Option<Error>)>,
        mut report: Report,
        to_read: u64,
    ) -> Result<Report> {
        let folder = self.place.folder;
        let (outcome, account) = match sealed {
            Ok((Some(state), stopped)) => {
                let (commit, account) = apply.publish(folder, state);
                (commit.map(|commit| (Some(commit), stopped)), account)
            }
            Ok((None, stopped)) => (Ok((None, stopped)), apply.into_account()),
            Err(error) => (Err(error), apply.into_account()),
        };
        let Account::Ledger(mut ledger) = account else {
            return Err(Error::new(ErrorKind::Engine, "a plan is not published"));
        };
        let outcome = outcome.and_then(|(commit, stopped)| match (commit, stopped) {
            (commit, None) => Ok(commit),
            (commit, Some(error)) => Err(after_stop(commit, error)),
        });
        let commit = match outcome {
            Ok(commit) => commit,
            Err(error) => {
                let error = with_space_needed(error, to_read);
                ledger.abandon(&error);
                return Err(error);
            }
        };
        if let Some(commit) = commit {
            (report.generation, report.documents) = (commit.generation, commit.documents);
        }
        // What cannot be deleted now is deleted by a later run; this one has done its work.
        let named = self.before.ledger.as_deref();
        let _ = ledger.sweep(commit.map_or(named, |_| None));
        report.seconds = self.place.started.elapsed().as_secs_f64();
        self.observer.event(&Event::Done);
        Ok(report)
    }

    /// Reads the journal, walks the folder, and compares the two. Writes nothing. `documents` are
    /// those in the index.
    pub(super) fn look(&self, documents: u64) -> Result<Known> {
        let options = self.options;
        // It goes ahead by itself while the journal is read.
        let walk = self.source.walk()?;
        let loaded = load(
            self.place.folder,
            self.before.journal.as_ref(),
            options.rebuild,
            &self.space,
        )?;
        let lost = loaded.is_none() && documents > 0;
        let (journal, state) = loaded.unzip();
        let state = state.unwrap_or_else(|| State::empty(&self.space));
        // Documents that left the index by another way than this one are missed, not noticed one
        // by one: then everything is written again.
        let missing = self.before.lacking || documents < state.documents()?;
        let mut digests = self.source.digests();
        digests.tags = options
            .tagging
            .as_ref()
            .map_or_else(String::new, Tagging::digest);
        let made_with = Digests::split(&self.before.config);
        let other_values = made_with.values != digests.values;
        let other_text = made_with.text != digests.text;
        let remakes = other_values || options.retag;
        let kept = match self.kept {
            Kept::In(index) if remakes && !other_text && !options.rebuild && !missing => {
                let searcher = index.searcher()?;
                searcher.verify()?;
                Some(searcher)
            }
            _ => None,
        };
        let again = Again {
            all: options.rebuild || missing || other_text || (remakes && kept.is_none()),
            remake: kept.is_some(),
            failed: options.retry_failed,
        };
        let retag_due =
            documents > 0 && !again.all && !again.remake && made_with.tags != digests.tags;
        if retag_due {
            // Some documents have tags of one making, some of another.
            digests.tags.clear();
        }
        let learns = options.rebuild || options.retag || !state.complete;
        let mut old = Old::new(state, again, &self.space)?;
        if let (true, Kept::In(index)) = (lost, self.kept) {
            // Without a journal the documents themselves tell since when they are there.
            if let Ok(searcher) = index.searcher() {
                let mut outcome = Ok(());
                searcher.each_added(|id, added| {
                    if outcome.is_ok() {
                        outcome = old.added.insert(Key::of(id), added).map(|_| ());
                    }
                });
                outcome?;
            }
        }
        let inside = index_inside(self.source.root(), self.place.folder);
        let plan = Plan::make(self.source.root(), walk, inside.as_deref(), &old)?;
        self.tell_plan(&plan)?;
        let moved = plan.gone(&old)?;
        Ok(Known {
            old,
            plan,
            is_missing: missing,
            journal,
            kept,
            moved,
            digests,
            retag_due,
            other_values,
            learns,
        })
    }

    /// What holds for the whole run. `resumed`: it goes on with the journal of earlier ones.
    pub(super) fn rules(&self, known: &Known, resumed: bool, documents: u64) -> Run {
        let options = self.options;
        let first_build = !options.rebuild && !known.old.state.complete;
        let resumable = first_build && options.max_errors.is_none() && (resumed || documents == 0);
        let config = known.digests.join();
        Run {
            now: options.now,
            rebuild: options.rebuild,
            lacking: self.before.lacking,
            allow_shrink: options.allow_shrink,
            max_errors: options.max_errors,
            state_memory: options.state_memory,
            // Until every file was read with the new configuration, the old one is what is
            // recorded.
            config_before: if first_build && known.old.state.is_empty() {
                config.clone()
            } else {
                self.before.config.clone()
            },
            config,
            checkpoints: resumable
                .then_some((options.checkpoint_every, options.checkpoint_records)),
        }
    }

    fn tell_plan(&self, plan: &Plan) -> Result<()> {
        self.observer.event(&Event::Walked {
            files: plan.found,
            to_read: plan.to_read.len(),
            bytes: plan.bytes,
        });
        plan.failed.each(|failure| {
            self.observer.event(&Event::Failed {
                path: failure.path.to_owned(),
                record: None,
                member: None,
                code: failure.code.to_owned(),
                message: failure.message.to_owned(),
            });
            Ok(())
        })
    }

    /// Reads what has to be read, then what has to be read once more because an id is free again,
    /// then what is kept of documents that have to be made anew.
    pub(super) fn read<'k, S: Sink>(
        &'k self,
        known: &'k Known,
        kept: Option<Searcher>,
        mut apply: Apply<'k, S>,
    ) -> (Apply<'k, S>, std::result::Result<(), Stop>) {
        let plan = &known.plan;
        if let Err(error) = apply.list_walk(plan) {
            return (apply, Err(Stop::at(error)));
        }
        let preparer = apply.preparer();
        let pipeline = Pipeline {
            source: self.source,
            plan,
            old: &known.old,
            drains: apply.may_suspend(),
            learns: known.learns,
            apply: Mutex::new(apply),
            observer: self.observer,
            preparer,
            now: self.options.now,
            counts: Counts {
                files_total: plan.to_read.len(),
                bytes_total: plan.bytes,
                ..Counts::default()
            },
            moved: &known.moved,
            stop: AtomicBool::new(false),
            asked: OnceLock::new(),
            error: Mutex::new(None),
        };
        let outcome = self.work(known, kept, &pipeline);
        let drained = pipeline.is_drained();
        let mut apply = pipeline
            .apply
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let outcome = outcome.map_err(|error| {
            let is_stop = error.kind() == ErrorKind::Cancelled;
            // What a first build has done so far is not lost to an interruption.
            match is_stop.then(|| apply.checkpoint_if_allowed()) {
                Some(Err(error)) => Stop::at(error),
                Some(Ok(Some(commit))) => Stop::at(after_stop(Some(commit), error)),
                _ => Stop {
                    error,
                    drained: is_stop && drained,
                },
            }
        });
        (apply, outcome)
    }

    fn work<S: Sink>(
        &self,
        known: &Known,
        kept: Option<Searcher>,
        pipeline: &Pipeline<'_, C, S>,
    ) -> Result<()> {
        let threads = self.options.threads;
        pipeline.run(Todo::Whole(&known.plan.to_read), threads)?;
        loop {
            let wanted = match pipeline.apply.lock() {
                Ok(apply) => apply.wanted()?,
                Err(_) => break,
            };
            if wanted.files().is_empty() {
                break;
            }
            pipeline.run(Todo::Wanted(&wanted), threads)?;
        }
        if let Some(kept) = kept
            .as_ref()
            .filter(|_| known.other_values || !known.learns)
        {
            pipeline.remake(kept, threads)?;
        }
        if known.learns {
            pipeline.learn(kept, self.options.retag, threads)?;
        }
        Ok(())
    }
}

/// Why reading ended early.
pub(super) struct Stop {
    pub(super) error: Error,
    /// Whether every file was read whole or not at all.
    drained: bool,
}

impl Stop {
    fn at(error: Error) -> Self {
        Self {
            error,
            drained: false,
        }
    }
}

/// Free bytes that a run may need for every byte it reads: the index is about 1.2 times the text,
/// and merging writes most of it once more before the old files go.
const SPACE: f64 = 2.5;
/// What it needs besides.
const LEAST_SPACE: u64 = 64 << 20;

/// Says how much space a run needs that found the disk full.
fn with_space_needed(error: Error, to_read: u64) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    let is_full = std::iter::from_fn(|| {
        let this = cause?;
        cause = this.source();
        Some(this)
    })
    .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
    .any(|cause| cause.kind() == std::io::ErrorKind::StorageFull);
    if !is_full {
        return error;
    }
    let needed = (to_read as f64 * SPACE) as u64 + LEAST_SPACE;
    error.with_hint(format!(
        "the disk is full; nothing was published, and the state before is intact. This run needs \
         about {} MB of free space in the folder of the index: free some, or use `--index DIR` on \
         another disk, and run it again",
        needed.div_ceil(1_000_000)
    ))
}

/// What a run says that was stopped after it had published a part.
fn after_stop(commit: Option<Commit>, error: Error) -> Error {
    let Some(commit) = commit else {
        return error;
    };
    let message = format!(
        "the run was stopped; what was done is published as generation {}",
        commit.generation
    );
    Error::new(ErrorKind::Cancelled, message).with_hint("run it again to go on")
}

/// Reads the journal that the index names. A rebuild can do without one that is damaged.
fn load(
    folder: &Path,
    named: Option<&FileRef>,
    rebuild: bool,
    space: &Space,
) -> Result<Option<(Journal, State)>> {
    let Some(named) = named else {
        return Ok(None);
    };
    match Journal::load(folder, named, space) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) if rebuild && error.kind() == ErrorKind::Damaged => Ok(None),
        Err(error) => Err(error),
    }
}

impl Known {
    /// The kept documents, if they are to be made anew; once.
    pub(super) fn take_kept(&mut self) -> Option<Searcher> {
        self.kept.take()
    }

    /// The journals of a run that must not write: the one it appends to, and the old one.
    pub(super) fn scratch_journals(
        &mut self,
        rebuild: bool,
        folder: &Path,
    ) -> (Journal, Option<Journal>) {
        let (journal, old) = match self.journal.take() {
            Some(journal) if !rebuild => (journal, None),
            old => (Journal::begin(folder, u64::MAX), old),
        };
        let space = &self.old.space;
        let scratch = |journal: Journal| journal.into_scratch(space);
        (scratch(journal), old.map(scratch))
    }
}
