//! Reads and analyses in parallel, within bounded memory.
//!
//! Every worker takes the next file and cuts it into batches of records. A batch that finds room
//! in the queue is for whoever is free; if there is none, the worker that cut it deals with it.
//! So one large file keeps every thread busy, nobody waits for anybody, and no more than a few
//! batches exist at a time.

mod learn;
mod panics;
mod remake;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use panics::{bug, calm};

use super::apply::{Apply, FileEnd, Ready, Same, Wanted, WantedFile};
use super::entry::{Key, Status};
use super::options::{Event, Observer, Progress};
use super::plan::{Old, Plan};
use super::sink::{Prepare, Sink};
use super::source::{Raw, Source};
use super::state::{FileState, Record};
use super::store::{Array, Table};
use crate::corpus::{Failure, Note, SourceFile, Stage, codes};
use crate::{Error, ErrorKind, Result};

/// A batch is full when it holds so many bytes,
const BATCH_BYTES: usize = 256 << 10;
/// or so many records.
const BATCH_RECORDS: usize = 512;
/// Batches in the queue, for each thread.
const QUEUE: usize = 2;
/// How long files that were begun may still be read when the run is to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// What all workers share.
pub(super) struct Pipeline<'a, C: Source, S: Sink> {
    pub(super) source: &'a C,
    pub(super) plan: &'a Plan,
    pub(super) old: &'a Old,
    pub(super) apply: Mutex<Apply<'a, S>>,
    pub(super) observer: &'a dyn Observer,
    pub(super) preparer: S::Prepare,
    /// The time of the run, in seconds since 1970 UTC.
    pub(super) now: i64,
    pub(super) counts: Counts,
    /// When records that are gone from where they were entered the index, by their hash.
    pub(super) moved: &'a Table<i64>,
    /// Whether files that were begun are read to their end when the run is to stop.
    pub(super) drains: bool,
    /// Whether topics are learned when everything was read.
    pub(super) learns: bool,
    pub(super) stop: AtomicBool,
    /// When somebody first asked to stop.
    pub(super) asked: OnceLock<Instant>,
    pub(super) error: Mutex<Option<Error>>,
}

/// How far the reading is.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) files: AtomicU64,
    pub(super) records: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) files_total: u64,
    pub(super) bytes_total: u64,
}

/// Files to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Todo<'w> {
    /// As a whole, by their ranks.
    Whole(&'w Array<u32>),
    /// For records that are to get an id back.
    Wanted(&'w Wanted),
}

/// A file to read: as a whole, or for a few of its records.
#[derive(Debug, Clone, Copy)]
struct Work<'w> {
    rank: u32,
    wanted: Option<(&'w Wanted, WantedFile)>,
}

impl<'w> Todo<'w> {
    fn work(self, at: u64) -> Result<Option<Work<'w>>> {
        Ok(match self {
            Todo::Whole(ranks) if at < ranks.len() => Some(Work {
                rank: ranks.get(at)?,
                wanted: None,
            }),
            Todo::Wanted(wanted) if at < wanted.files().len() => {
                let file = wanted.files().get(at)?;
                Some(Work {
                    rank: file.rank,
                    wanted: Some((wanted, file)),
                })
            }
            _ => None,
        })
    }
}

/// A file that is being read.
struct Task<'w> {
    work: Work<'w>,
    source: SourceFile,
    /// What is known of its records, if they are compared with it.
    known: Option<(u32, FileState)>,
    /// The batches not dealt with, and one for the worker that cuts.
    pending: AtomicUsize,
    end: Mutex<FileEnd>,
}

struct Batch<'w, D> {
    task: Arc<Task<'w>>,
    items: Vec<Item<D>>,
}

enum Item<D> {
    Record(u32, Raw<D>),
    Failed(u32, Failure),
}

/// Why a worker stops: the run is over, or the first error is already kept.
struct Stopped;

type Step<T = ()> = std::result::Result<T, Stopped>;

impl<C: Source, S: Sink> Pipeline<'_, C, S> {
    /// Does the work with so many threads.
    ///
    /// # Errors
    /// The first error of index, journal or ledger; [`ErrorKind::Cancelled`] if the observer says
    /// so.
    pub(super) fn run(&self, todo: Todo<'_>, threads: usize) -> Result<()> {
        let threads = threads.clamp(1, 256);
        let next = &AtomicU64::new(0);
        let (sender, receiver) = bounded(threads * QUEUE);
        let jobs = (0..threads).map(|_| {
            let (sender, receiver) = (sender.clone(), receiver.clone());
            move || self.worker(todo, next, sender, &receiver)
        });
        let jobs = jobs.collect();
        // Workers end when no one is left who could send.
        drop((sender, receiver));
        self.spawn(jobs)
    }

    /// Does jobs, each in a thread of its own, and gives the first error.
    fn spawn<J: FnOnce() -> Step + Send>(&self, jobs: Vec<J>) -> Result<()> {
        std::thread::scope(|scope| {
            let jobs = jobs.into_iter().enumerate();
            let threads: Vec<_> = jobs
                .map(|(number, job)| {
                    let stop = &self.stop;
                    std::thread::Builder::new()
                        .name(format!("reindex-{number}"))
                        .spawn_scoped(scope, move || {
                            if let Err(Stopped) = job() {
                                stop.store(true, Ordering::Relaxed);
                            }
                        })
                })
                .collect();
            for thread in threads {
                match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(())) => {}
                    Ok(Err(panic)) => self.keep(bug(&panic)),
                    Err(error) => self.keep(
                        Error::new(ErrorKind::Io, "cannot start a thread").with_source(error),
                    ),
                }
            }
        });
        let mut error = self
            .error
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = error.take() {
            return Err(error);
        }
        if self.stop.load(Ordering::Relaxed) || self.asked.get().is_some() {
            return Err(Error::new(ErrorKind::Cancelled, "the run was stopped"));
        }
        Ok(())
    }

    /// Whether every file was read to its end or not begun, although the run was stopped.
    pub(super) fn is_drained(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn worker<'w>(
        &self,
        todo: Todo<'w>,
        next: &AtomicU64,
        sender: Sender<Batch<'w, C::Data>>,
        receiver: &Receiver<Batch<'w, C::Data>>,
    ) -> Step {
        let mut analyse = self.preparer.clone();
        loop {
            while let Ok(batch) = receiver.try_recv() {
                self.batch(batch, &mut analyse)?;
            }
            if self.is_stopping() {
                break;
            }
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(work) = self.kept(todo.work(at))? else {
                break;
            };
            self.file(work, &sender, &mut analyse)?;
        }
        drop(sender);
        for batch in receiver {
            self.batch(batch, &mut analyse)?;
        }
        Ok(())
    }

    /// Cuts a file into batches.
    fn file<'w>(
        &self,
        work: Work<'w>,
        sender: &Sender<Batch<'w, C::Data>>,
        analyse: &mut S::Prepare,
    ) -> Step {
        let planned = self.kept(self.plan.file(work.rank))?;
        let Some(source) = self.kept(self.plan.source(&planned))? else {
            return Ok(());
        };
        if work.wanted.is_none() {
            self.guarded(|apply| apply.begin_file(work.rank))?;
        }
        let task = Arc::new(Task {
            work,
            source,
            known: self.known(planned.old)?,
            pending: AtomicUsize::new(1),
            end: Mutex::default(),
        });
        let source = &task.source;
        let mut end = FileEnd::default();
        let mut items = Vec::new();
        let mut bytes = 0;
        // Only reading is guarded: a panic there costs the rest of the file.
        let opened = calm(|| self.source.records(source))
            .unwrap_or_else(|message| Err(Place::of(source).panicked(&message)));
        match opened {
            Err(failure) => end.failure = Some(failure),
            Ok(mut records) => {
                let mut last = None;
                loop {
                    let next = match calm(|| records.next()) {
                        Ok(next) => next,
                        Err(message) => {
                            end.failure = Some(Place::of(source).panicked(&message));
                            break;
                        }
                    };
                    match next {
                        None => {
                            let digest = calm(|| self.source.finish(records));
                            match digest {
                                Ok(digest) => end.digest = Some(digest),
                                Err(message) => {
                                    end.failure = Some(Place::of(source).panicked(&message));
                                }
                            }
                            break;
                        }
                        Some(Ok(raw)) => {
                            let Some(number) = number_after(last, raw.number) else {
                                end.failure = Some(out_of_order(source));
                                break;
                            };
                            last = Some(number);
                            bytes += raw.size;
                            items.push(Item::Record(number, raw));
                        }
                        Some(Err(failure)) => match of_record(last, &failure) {
                            Some(number) => {
                                last = Some(number);
                                items.push(Item::Failed(number, failure));
                            }
                            None => end.failure = Some(failure),
                        },
                    }
                    if bytes >= BATCH_BYTES || items.len() >= BATCH_RECORDS {
                        bytes = 0;
                        self.dispatch(&task, std::mem::take(&mut items), sender, analyse)?;
                    }
                }
            }
        }
        if let Some(failure) = &end.failure {
            self.tell_failed(failure);
        }
        if !items.is_empty() {
            task.pending.fetch_add(1, Ordering::Relaxed);
            self.batch_then(&task, items, analyse)?;
        }
        *lock(&task.end)? = end;
        self.done(&task)
    }

    /// Hands a batch to whoever is free, or deals with it here.
    fn dispatch<'w>(
        &self,
        task: &Arc<Task<'w>>,
        items: Vec<Item<C::Data>>,
        sender: &Sender<Batch<'w, C::Data>>,
        analyse: &mut S::Prepare,
    ) -> Step {
        task.pending.fetch_add(1, Ordering::Relaxed);
        let batch = Batch {
            task: Arc::clone(task),
            items,
        };
        match sender.try_send(batch) {
            Ok(()) => self.go_on(),
            Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => {
                self.batch(batch, analyse)
            }
        }
    }

    fn batch(&self, batch: Batch<'_, C::Data>, analyse: &mut S::Prepare) -> Step {
        self.batch_then(&batch.task, batch.items, analyse)
    }

    fn batch_then(
        &self,
        task: &Task<'_>,
        items: Vec<Item<C::Data>>,
        analyse: &mut S::Prepare,
    ) -> Step {
        if task.work.wanted.is_some() {
            self.revive(task, items, analyse)?;
        } else {
            self.records(task, items, analyse)?;
            self.checkpoint()?;
        }
        self.done(task)
    }

    /// Publishes on the way, if it is time to.
    fn checkpoint(&self) -> Step {
        let documents = self.guarded(|apply| {
            let commit = apply.checkpoint_if_due()?;
            Ok(commit.map(|commit| commit.documents))
        })?;
        if let Some(documents) = documents {
            self.observer.event(&Event::Checkpoint { documents });
        }
        Ok(())
    }

    /// One of those that a file waits for is done; the last one closes the file.
    fn done(&self, task: &Task<'_>) -> Step {
        if task.pending.fetch_sub(1, Ordering::AcqRel) > 1 {
            return self.go_on();
        }
        let rank = task.work.rank;
        let end = std::mem::take(&mut *lock(&task.end)?);
        if let Some((wanted, file)) = &task.work.wanted {
            self.guarded(|apply| {
                wanted.each_lost(file, |index| apply.lose(rank, index, end.failure.as_ref()))
            })?;
            return self.go_on();
        }
        self.guarded(|apply| apply.end_file(rank, &end))?;
        self.counts.files.fetch_add(1, Ordering::Relaxed);
        self.tell_progress(&task.source);
        self.go_on()
    }

    /// Deals with the records of a batch.
    fn records(
        &self,
        task: &Task<'_>,
        items: Vec<Item<C::Data>>,
        analyse: &mut S::Prepare,
    ) -> Step {
        let rank = task.work.rank;
        let count = items.len() as u64;
        let mut changed = Vec::new();
        self.guarded(|apply| {
            apply.saw(count);
            for item in items {
                match item {
                    Item::Failed(number, failure) => apply.fail(rank, number, [0; 32], &failure)?,
                    Item::Record(number, raw) => {
                        let before = match &task.known {
                            Some((_, known)) => self.old.state.record_of(known, number)?,
                            None => None,
                        };
                        let same = before.filter(|(_, it)| self.is_same(it, &raw.hash));
                        match same
                            .map(|(_, same)| apply.same(rank, number, &same))
                            .transpose()?
                        {
                            Some(Same::Settled) => self.count_bytes(raw.end - raw.start),
                            Some(Same::Rewrite) => changed.push((number, raw, true)),
                            None => changed.push((number, raw, false)),
                        }
                    }
                }
            }
            Ok(())
        })?;
        self.counts
            .records
            .fetch_add(count - changed.len() as u64, Ordering::Relaxed);
        for (number, raw, same) in changed {
            self.go_on()?;
            self.count_bytes(raw.end - raw.start);
            self.record(task, number, raw, same, analyse)?;
            self.counts.records.fetch_add(1, Ordering::Relaxed);
        }
        self.tell_progress(&task.source);
        Ok(())
    }

    /// Makes a document of a record and has it written.
    fn record(
        &self,
        task: &Task<'_>,
        number: u32,
        raw: Raw<C::Data>,
        mut same: bool,
        analyse: &mut S::Prepare,
    ) -> Step {
        let (rank, source) = (task.work.rank, &task.source);
        let (hash, started) = (raw.hash, Instant::now());
        let bytes = raw.end - raw.start;
        let place = Place {
            source,
            number,
            member: raw.member.clone(),
        };
        let reading = match calm(|| self.source.document(source, raw)) {
            Ok(Ok(reading)) => reading,
            Ok(Err(failure)) => return self.fail(rank, number, hash, &failure),
            Err(message) => {
                return self.fail(rank, number, hash, &place.panicked(&message));
            }
        };
        let id = Key::of(reading.document.id.as_str());
        if !same {
            // A record that only moved within its file is what the index has already.
            if let Some(moved) = self.kept(self.moved(task, id, hash))? {
                match self.guarded(|apply| apply.same(rank, number, &moved))? {
                    Same::Settled => return Ok(()),
                    Same::Rewrite => same = true,
                }
            }
        }
        let added = self.kept(self.added(id, hash))?;
        let prepared = match self.prepare(&place, reading.document, added, analyse)? {
            Ok(prepared) => prepared,
            Err(failure) => return self.fail(rank, number, hash, &failure),
        };
        let ms = milliseconds(started);
        let notes = notes_of::<S>(reading.notes, &prepared);
        let ready = Ready {
            number,
            member: place.member,
            hash,
            added,
            prepared,
            notes,
            bytes,
            ms,
            same,
        };
        self.guarded(|apply| apply.put(rank, ready))
    }

    /// Makes the documents of records that get their ids back.
    fn revive(&self, task: &Task<'_>, items: Vec<Item<C::Data>>, analyse: &mut S::Prepare) -> Step {
        let (rank, source) = (task.work.rank, &task.source);
        let Some((wanted, file)) = &task.work.wanted else {
            return Ok(());
        };
        for item in items {
            self.go_on()?;
            let Item::Record(number, raw) = item else {
                continue;
            };
            let Some((at, index)) = self.kept(wanted.find(file, number))? else {
                continue;
            };
            let (hash, started, bytes) = (raw.hash, Instant::now(), raw.end - raw.start);
            let place = Place {
                source,
                number,
                member: raw.member.clone(),
            };
            if !self.guarded(|apply| apply.is_wanted(rank, index, &hash))? {
                continue;
            }
            self.kept(wanted.note(at))?;
            let reading = calm(|| self.source.document(source, raw))
                .unwrap_or_else(|message| Err(place.panicked(&message)));
            let made = match reading {
                Ok(reading) => {
                    let id = Key::of(reading.document.id.as_str());
                    let added = self.kept(self.added(id, hash))?;
                    self.prepare(&place, reading.document, added, analyse)?
                        .map(|prepared| (prepared, reading.notes, added))
                }
                Err(failure) => Err(failure),
            };
            match made {
                Ok((prepared, notes, added)) => {
                    let ms = milliseconds(started);
                    let notes = notes_of::<S>(notes, &prepared);
                    let same = false;
                    let ready = Ready {
                        number,
                        member: place.member,
                        hash,
                        added,
                        prepared,
                        notes,
                        bytes,
                        ms,
                        same,
                    };
                    self.guarded(|apply| apply.revive(rank, index, ready))?;
                }
                Err(failure) => {
                    self.tell_failed(&failure);
                    self.guarded(|apply| apply.lose(rank, index, Some(&failure)))?;
                }
            }
        }
        Ok(())
    }

    /// Analyses a document. What is wrong with it is a failure of this record alone.
    fn prepare(
        &self,
        place: &Place<'_>,
        document: crate::Document,
        added: i64,
        analyse: &mut S::Prepare,
    ) -> Step<std::result::Result<<S::Prepare as Prepare>::Prepared, Failure>> {
        match calm(|| analyse.prepare(document, added)) {
            Ok(Ok(prepared)) => Ok(Ok(prepared)),
            Ok(Err(error)) if error.kind() == ErrorKind::Document => {
                let message = error.message().to_owned();
                Ok(Err(place.failure(
                    Stage::Validate,
                    codes::NOT_INDEXABLE,
                    message,
                )))
            }
            Ok(Err(error)) => {
                self.keep(error);
                Err(Stopped)
            }
            Err(message) => {
                // It may have been left half done.
                *analyse = self.preparer.clone();
                Ok(Err(place.panicked(&message)))
            }
        }
    }

    fn fail(&self, rank: u32, number: u32, hash: [u8; 32], failure: &Failure) -> Step {
        if !failure.is_skip() {
            self.tell_failed(failure);
        }
        self.guarded(|apply| apply.fail(rank, number, hash, failure))
    }

    /// The file as it was, and its place in the old state, unless its documents have to be made anew.
    fn known(&self, old: Option<u32>) -> Step<Option<(u32, FileState)>> {
        if self.old.again.all || self.old.again.remake {
            return Ok(None);
        }
        let Some(index) = old else {
            return Ok(None);
        };
        let file = self.kept(self.old.state.file(index))?;
        Ok((!file.stale).then_some((index, file)))
    }

    /// Whether a record is what it was, and nothing is to be done about it.
    fn is_same(&self, before: &Record, hash: &[u8; 32]) -> bool {
        let again = self.old.again.failed && before.status == Status::Failed;
        before.hash == Key::cut(hash) && !again
    }

    /// The record whose document has this id, if it is this one at another place of its file.
    fn moved(&self, task: &Task<'_>, id: Key, hash: [u8; 32]) -> Result<Option<Record>> {
        let Some((index, _)) = task.known else {
            return Ok(None);
        };
        let holder = self.old.holder(id)?;
        Ok(holder
            .filter(|(place, record)| {
                place.file == index
                    && record.hash == Key::cut(&hash)
                    && record.status == Status::Indexed
            })
            .map(|(_, record)| record))
    }

    /// When the document of an id entered the index; one that lay elsewhere under another id, as
    /// long as that was its place, is not new.
    fn added(&self, id: Key, hash: [u8; 32]) -> Result<i64> {
        if let Some((_, record)) = self.old.holder(id)? {
            return Ok(record.added);
        }
        if let Some(added) = self.old.added.get(id)? {
            return Ok(added);
        }
        Ok(self.moved.get(Key::cut(&hash))?.unwrap_or(self.now))
    }

    /// Goes on with what was found; an error ends the run.
    fn kept<T>(&self, outcome: Result<T>) -> Step<T> {
        outcome.map_err(|error| {
            self.keep(error);
            Stopped
        })
    }

    /// Does something under the lock; an error ends the run.
    fn guarded<'s, T>(&'s self, f: impl FnOnce(&mut Apply<'_, S>) -> Result<T>) -> Step<T>
    where
        S: 's,
    {
        let mut apply = lock(&self.apply)?;
        // Somebody who had the lock meanwhile may have left things half done.
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        f(&mut apply).map_err(|error| {
            // Before anybody else finds the index in the state that this error left.
            self.keep(error);
            drop(apply);
            Stopped
        })
    }

    /// Keeps the first error.
    fn keep(&self, error: Error) {
        self.stop.store(true, Ordering::Relaxed);
        let mut kept = self
            .error
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.get_or_insert(error);
    }

    fn go_on(&self) -> Step {
        let is_patient = || {
            let asked = self.asked.get();
            self.drains && asked.is_none_or(|asked| asked.elapsed() < DRAIN)
        };
        if self.stop.load(Ordering::Relaxed) || (self.is_stopping() && !is_patient()) {
            return Err(Stopped);
        }
        Ok(())
    }

    /// Whether somebody asked to stop.
    fn is_stopping(&self) -> bool {
        let asked = self.asked.get().is_some() || self.observer.cancelled();
        if asked {
            self.asked.get_or_init(Instant::now);
        }
        asked
    }

    fn count_bytes(&self, bytes: u64) {
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn tell_progress(&self, source: &SourceFile) {
        self.observer.event(&Event::Progress(Progress {
            files_done: self.counts.files.load(Ordering::Relaxed),
            files_total: self.counts.files_total,
            records: self.counts.records.load(Ordering::Relaxed),
            bytes_done: self
                .counts
                .bytes
                .load(Ordering::Relaxed)
                .min(self.counts.bytes_total),
            bytes_total: self.counts.bytes_total,
            path: source.path.clone(),
        }));
    }

    fn tell_failed(&self, failure: &Failure) {
        self.observer.event(&Event::failed(failure));
    }
}

/// A lock that a worker held while it panicked guards something half done: nobody goes on then.
fn lock<T>(mutex: &Mutex<T>) -> Step<MutexGuard<'_, T>> {
    mutex.lock().map_err(|_| Stopped)
}

/// Where a record lies.
struct Place<'a> {
    source: &'a SourceFile,
    /// 0 in a file of one record.
    number: u32,
    member: Option<String>,
}

impl<'a> Place<'a> {
    /// The file as a whole.
    fn of(source: &'a SourceFile) -> Self {
        Self {
            source,
            number: 0,
            member: None,
        }
    }

    fn failure(&self, stage: Stage, code: &'static str, message: String) -> Failure {
        Failure {
            path: self.source.path.clone(),
            member: self.member.clone(),
            record: (self.number > 0).then_some(u64::from(self.number)),
            stage,
            code,
            message,
        }
    }

    fn panicked(&self, message: &str) -> Failure {
        let message = format!("a bug was met: {message}");
        self.failure(Stage::Parse, codes::PANICKED, message)
    }
}

fn out_of_order(source: &SourceFile) -> Failure {
    let message = "the rest was not read: more records than can be numbered".to_owned();
    Place::of(source).failure(Stage::Read, codes::TOO_MANY_RECORDS, message)
}

/// The number of a record that comes after another: they grow, so that places are places.
fn number_after(last: Option<u32>, number: Option<u64>) -> Option<u32> {
    let number = u32::try_from(number.unwrap_or(0)).ok()?;
    last.is_none_or(|last| number > last).then_some(number)
}

/// The number of a failed record; `None` if the failure is one of the file, or of its rest.
fn of_record(last: Option<u32>, failure: &Failure) -> Option<u32> {
    let terminal = matches!(
        failure.code,
        codes::UNREADABLE | codes::VANISHED | codes::FILE_TOO_LARGE
    );
    // What is passed over is no failure of a file, even if it is all of it.
    let number = number_after(last, failure.record);
    number.filter(|number| (*number > 0 || failure.is_skip()) && !terminal)
}

fn notes_of<S: Sink>(
    mut notes: Vec<Note>,
    prepared: &<S::Prepare as Prepare>::Prepared,
) -> Vec<Note> {
    notes.extend(<S::Prepare as Prepare>::notes(prepared));
    notes
}

/// Milliseconds since then, to a tenth.
fn milliseconds(started: Instant) -> f64 {
    (started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
