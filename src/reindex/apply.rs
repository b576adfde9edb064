//! Decides what becomes of every record, and keeps index, journal and ledger of one mind.
//!
//! Workers bring records in any order; the outcome depends on places alone: of the records with
//! one id, the last in the order of paths and numbers has it. Everything here happens under one
//! lock, so that what a publication names is true of all three.

mod close;
mod files;
mod new;
mod remake;
mod revive;
mod suspend;

pub(super) use revive::{Wanted, WantedFile};

use std::time::{Duration, Instant};

use super::account::Account;
use super::entry::{Entry, FileEntry, Key, Reason, RecordEntry, Status};
use super::journal::Journal;
use super::ledger::{FAILED, INDEXED, Line, SKIPPED};
use super::options::MaxErrors;
use super::packed::{Reading, Writing};
use super::plan::{Fate, Old, Place, Plan, PlannedFile, is_settled, out_of_reach};
use super::sink::{Prepare, Sink};
use super::state::{FileState, Record, sidecar_key};
use super::store::{Array, Bits, Fixed, Table};
use crate::corpus::{Failure, FileDigest, Note, codes};
use crate::index::{RunState, Verbatim};
use crate::{Commit, Error, ErrorKind, Result};
use new::{NewFile, NewFiles};

/// The part of a run that only one thread at a time may touch.
pub(super) struct Apply<'a, S: Sink> {
    old: &'a Old,
    plan: &'a Plan,
    files: NewFiles<'a>,
    /// Who has an id, by its key.
    claims: Table<Claim>,
    /// Old records, by their places, whose numbers were met again.
    met: Bits,
    /// Old records whose documents may have to go.
    dangling: Array<Place>,
    /// Ids that a checkpoint took out of the index, and that nobody has claimed since.
    gone: Table<()>,
    journal: Journal,
    /// Where the texts of old ids are, if that is not the journal that is written.
    old_journal: Option<Journal>,
    account: Account,
    sink: S,
    run: Run,
    seen: u64,
    /// What failed in this run.
    failures: u64,
    /// Why a rebuild would lose documents: their files are there and cannot be read.
    out_of_reach: Option<Error>,
    /// Bytes of the files that were read.
    bytes: u64,
    /// Documents before the run, and those among them that came by another way.
    documents_before: u64,
    foreign: u64,
    wrote_documents: bool,
    /// Whether what was learned of topics is something else than what is published.
    learned_anew: bool,
    /// Whether documents have tags by what was learned just now.
    is_learning: bool,
    /// Bytes of memory that wait for documents to be deleted.
    waiting: usize,
    since_checkpoint: u64,
    last_checkpoint: Instant,
}

/// Bytes that the engine takes for a document that is to be deleted, besides its id.
const DELETION: usize = 144;
/// So many bytes may wait for that; in tests those of a few documents.
const MOST_WAITING: usize = if cfg!(test) { 700 } else { 16 << 20 };

/// What holds for the whole run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Seconds since 1970 UTC.
    pub(super) now: i64,
    pub(super) rebuild: bool,
    /// Documents were taken out by a repair: until all are written, this is to be known.
    pub(super) lacking: bool,
    pub(super) allow_shrink: bool,
    pub(super) max_errors: Option<MaxErrors>,
    /// The digest of the configuration, to be recorded when everything was read with it.
    pub(super) config: String,
    /// What is recorded as long as that is not so.
    pub(super) config_before: String,
    /// Bytes that may hold what is remembered while documents are written.
    pub(super) state_memory: usize,
    /// Whether, and how often, to publish on the way.
    pub(super) checkpoints: Option<(Duration, u64)>,
}

/// Who has an id.
#[derive(Debug, Clone, Copy)]
struct Claim {
    file: u32,
    record: u32,
    /// Whether this run has put a document of that id; otherwise the index holds the old one.
    put: bool,
}

impl Fixed for Claim {
    const SIZE: usize = 9;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.file);
        out.put_u32(self.record);
        out.put_flags(&[self.put]);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        let (file, record) = (input.take_u32(), input.take_u32());
        let [put] = input.take_flags();
        Self { file, record, put }
    }
}

/// What is to be done with a record that is the same as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// Nothing more.
    Settled,
    /// Its document has to be written again, because another one took its place meanwhile.
    Rewrite,
}

/// A document that is ready to be written.
pub(super) struct Ready<P> {
    pub(super) number: u32,
    /// The path inside the file, if that is a container.
    pub(super) member: Option<String>,
    pub(super) hash: [u8; 32],
    pub(super) added: i64,
    pub(super) prepared: P,
    pub(super) notes: Vec<Note>,
    pub(super) bytes: u64,
    pub(super) ms: f64,
    /// Whether it is what the index had before.
    pub(super) same: bool,
}

impl<P> Ready<P> {
    /// Whether not all of its metadata are kept.
    fn cut(&self) -> bool {
        let mut notes = self.notes.iter();
        notes.any(|note| note.code == codes::METADATA_CUT)
    }
}

/// How the reading of a file ended.
#[derive(Debug, Default)]
pub(super) struct FileEnd {
    /// `None` if it could not even be opened.
    pub(super) digest: Option<FileDigest>,
    /// Why it, or its rest, could not be read.
    pub(super) failure: Option<Failure>,
}

type PreparedOf<S> = <<S as Sink>::Prepare as Prepare>::Prepared;

impl<'a, S: Sink> Apply<'a, S> {
    pub(super) fn new(
        old: &'a Old,
        plan: &'a Plan,
        journals: (Journal, Option<Journal>),
        account: Account,
        sink: S,
        run: Run,
    ) -> Result<Self> {
        let documents = sink.documents();
        let space = &old.space;
        let mut apply = Self {
            // Of a damaged index, some may be missing already.
            documents_before: documents.max(old.documents()),
            foreign: documents.saturating_sub(old.documents()),
            old,
            plan,
            files: NewFiles::new(&old.state, space),
            claims: Table::with_room(space, old.documents()),
            met: Bits::new(space),
            dangling: Array::new(space),
            gone: Table::new(space),
            journal: journals.0,
            old_journal: journals.1,
            account,
            sink,
            run,
            seen: 0,
            failures: 0,
            out_of_reach: None,
            bytes: 0,
            wrote_documents: false,
            learned_anew: false,
            is_learning: false,
            waiting: 0,
            since_checkpoint: 0,
            last_checkpoint: Instant::now(),
        };
        for item in plan.files() {
            let (rank, planned) = item?;
            apply.add_file(rank, planned)?;
        }
        Ok(apply)
    }

    fn add_file(&mut self, rank: u32, planned: PlannedFile) -> Result<()> {
        let known = match planned.old {
            Some(index) => Some(self.old.state.file(index)?),
            None => None,
        };
        let file = match (planned.fate, known) {
            (Fate::Keep | Fate::KeepUnseen, Some(known)) => NewFile::kept(known, planned.fate),
            (_, known) => {
                let Some(source) = self.plan.source(&planned)? else {
                    return Err(Error::new(ErrorKind::Engine, "a file has no source"));
                };
                NewFile::new(FileState {
                    file: known.map_or(u32::MAX, |known| known.file),
                    path: self.files.push_path(&source.path)?,
                    stat: source.stat,
                    sidecar: sidecar_key(&source),
                    settled: is_settled(&source, self.run.now),
                    ..FileState::default()
                })
            }
        };
        if !file.is_own {
            for (item, index) in self.old.state.records(&file.state).zip(0_u32..) {
                let (_, record) = item?;
                if record.status == Status::Indexed {
                    let claim = Claim {
                        file: rank,
                        record: index,
                        put: false,
                    };
                    self.claims.insert(record.key, claim)?;
                }
            }
            let records = file.state.records.all;
            self.seen += u64::from(records);
            if file.failed || records == 0 {
                self.seen += 1;
            }
        }
        self.files.push(&file)
    }

    pub(super) fn preparer(&self) -> S::Prepare {
        self.sink.preparer()
    }

    /// The file as it was, and its place in the old state, unless everything is to be made anew in
    /// a new journal.
    fn known(&self, rank: u32) -> Result<Option<(u32, FileState)>> {
        if self.run.rebuild {
            return Ok(None);
        }
        match self.plan.file(rank)?.old {
            Some(index) => Ok(Some((index, self.old.state.file(index)?))),
            None => Ok(None),
        }
    }

    /// A file is about to be read.
    pub(super) fn begin_file(&mut self, rank: u32) -> Result<()> {
        let is_known = self.known(rank)?.is_some();
        let mut file = self.files.file(rank)?;
        file.begun = true;
        if !is_known {
            file.state.file = self.journal.number_file();
        }
        // A checkpoint in the middle must not take half the file for all of it.
        if !is_known || self.run.checkpoints.is_some() {
            let path = self.files.path(&file)?;
            let at = self.journal.append(&Entry::File(file.state.entry(&path)))?;
            file.begun_at = Some(at);
        }
        self.files.set(rank, &file)
    }

    /// So many records of a file came out of it, well or failed.
    pub(super) fn saw(&mut self, records: u64) {
        self.seen += records;
        self.since_checkpoint += records;
    }

    /// Takes a record that is in the journal as `known`, in the same file.
    pub(super) fn same(&mut self, rank: u32, number: u32, known: &Record) -> Result<Same> {
        let mut record = Record {
            number,
            fresh: false,
            listed: false,
            ..*known
        };
        if record.status == Status::Indexed {
            match self.claims.get(record.key)? {
                Some(claim) if self.place(claim)? > (rank, number) => {
                    record.status = Status::Duplicate;
                }
                Some(claim) if claim.put => return Ok(Same::Rewrite),
                _ if self.gone.contains(record.key)? => return Ok(Same::Rewrite),
                Some(claim) => {
                    self.supersede(claim)?;
                    self.claim(rank, record.key, false)?;
                }
                None => self.claim(rank, record.key, false)?,
            }
        }
        self.overwrite(rank, number, record.key, record.hash)?;
        if record.status != known.status || number != known.number {
            record.at = self.rejournal(rank, known.at, number, record.status)?;
        }
        self.files.push_record(rank, &record)?;
        Ok(Same::Settled)
    }

    /// Takes a document: it goes into the index unless a later record has its id.
    pub(super) fn put(&mut self, rank: u32, ready: Ready<PreparedOf<S>>) -> Result<()> {
        let id = <S::Prepare as Prepare>::id(&ready.prepared).to_owned();
        let key = Key::of(&id);
        let hash = Key::cut(&ready.hash);
        let claim = self.claims.get(key)?;
        let status = match claim {
            Some(claim) if self.place(claim)? > (rank, ready.number) => Status::Duplicate,
            _ => Status::Indexed,
        };
        self.overwrite(rank, ready.number, key, hash)?;
        let at = self.journal.append(&Entry::Record(RecordEntry {
            file: self.files.file(rank)?.state.file,
            number: ready.number,
            status,
            hash,
            key,
            added: ready.added,
            id: &id,
            member: ready.member.as_deref().unwrap_or(""),
            cut: ready.cut(),
            failure: None,
        }))?;
        let is_indexed = status == Status::Indexed;
        let record = Record {
            key,
            hash,
            added: ready.added,
            at,
            number: ready.number,
            status,
            cut: ready.cut(),
            fresh: is_indexed && !ready.same,
            listed: is_indexed && !ready.same,
        };
        if !is_indexed {
            return self.files.push_record(rank, &record).map(|_| ());
        }
        if let Some(claim) = claim {
            self.supersede(claim)?;
        }
        self.claim(rank, key, true)?;
        let replaces = claim.is_some() || self.index_holds(key)?;
        if record.listed {
            self.list_indexed(rank, &id, &ready)?;
        }
        self.files.push_record(rank, &record)?;
        self.write_document(key, ready.prepared, replaces)
    }

    /// Takes a record that could not become a document, or was passed over.
    pub(super) fn fail(
        &mut self,
        rank: u32,
        number: u32,
        hash: [u8; 32],
        failure: &Failure,
    ) -> Result<()> {
        let at = self.journal_failed(rank, number, hash, Key::default(), "", failure)?;
        self.overwrite(rank, number, Key::default(), Key::cut(&hash))?;
        let record = Record {
            key: Key::default(),
            hash: Key::cut(&hash),
            added: 0,
            at,
            number,
            status: status_of(failure),
            cut: false,
            fresh: false,
            listed: true,
        };
        self.files.push_record(rank, &record)?;
        self.list_failed(failure, number)
    }

    /// A file was read, and all its records were taken.
    pub(super) fn end_file(&mut self, rank: u32, end: &FileEnd) -> Result<()> {
        // It says nothing about the content, so what is known of that stays.
        let unreadable = end
            .failure
            .as_ref()
            .is_some_and(|failure| matches!(failure.code, codes::UNREADABLE | codes::VANISHED));
        if let Some((index, known)) = self.known(rank)? {
            let old = self.old;
            for item in old.state.records(&known) {
                let (slot, record) = item?;
                if self.met.contains(slot)? {
                    continue;
                }
                if unreadable {
                    self.keep_unread(rank, &record, end)?;
                    continue;
                }
                self.journal.append(&Entry::RecordGone {
                    file: known.file,
                    number: record.number,
                })?;
                if record.status == Status::Indexed {
                    self.dangling.push(&Place { file: index, slot })?;
                }
            }
        }
        if unreadable && self.run.rebuild {
            self.miss(rank, end)?;
        }
        if let Some(failure) = &end.failure {
            self.list_failed(failure, 0)?;
        }
        let mut file = self.files.file(rank)?;
        if end.failure.is_some() {
            (file.failed, file.listed) = (true, true);
        }
        if file.failed || file.state.records.all == 0 {
            self.seen += 1;
        }
        self.bytes += end.digest.as_ref().map_or(0, |digest| digest.length);
        // What changed while it was read, or could not be read at all, is read again next time.
        file.state.complete = !unreadable && end.digest.as_ref().is_none_or(|it| !it.changed);
        let hash = end
            .digest
            .as_ref()
            .and_then(|it| blake3::Hash::from_hex(&it.hash).ok());
        file.state.hash = hash.map_or(Key::default(), |hash| Key::cut(hash.as_bytes()));
        self.files.set(rank, &file)?;
        self.journal_file(rank, end.failure.as_ref())
    }

    /// Remembers that a rebuild cannot read a file that documents are from.
    fn miss(&mut self, rank: u32, end: &FileEnd) -> Result<()> {
        let documents = match self.plan.file(rank)?.old {
            Some(index) => u64::from(self.old.state.file(index)?.records.all),
            None => 0,
        };
        // One that went away is gone, as the next run would find.
        let failure = end.failure.as_ref();
        let failure = failure.filter(|failure| failure.code != codes::VANISHED);
        if let (1.., Some(failure)) = (documents, failure) {
            self.out_of_reach
                .get_or_insert_with(|| out_of_reach(&failure.path, documents));
        }
        Ok(())
    }

    /// Keeps what is known of a record whose file could not be read to where it lies.
    fn keep_unread(&mut self, rank: u32, known: &Record, end: &FileEnd) -> Result<()> {
        self.seen += 1;
        match (self.same(rank, known.number, known)?, &end.failure) {
            (Same::Settled, _) | (Same::Rewrite, None) => Ok(()),
            // Its document was replaced, and cannot be brought back without the file.
            (Same::Rewrite, Some(failure)) => {
                let failure = Failure {
                    record: Some(u64::from(known.number)),
                    ..failure.clone()
                };
                self.fail(rank, known.number, [0; 32], &failure)
            }
        }
    }

    /// Publishes what there is, if it is time to.
    pub(super) fn checkpoint_if_due(&mut self) -> Result<Option<Commit>> {
        let Some((every, records)) = self.run.checkpoints else {
            return Ok(None);
        };
        let due = self.since_checkpoint >= records || self.last_checkpoint.elapsed() >= every;
        if !due || self.since_checkpoint == 0 {
            return Ok(None);
        }
        self.checkpoint().map(Some)
    }

    /// Publishes what there is, if this run may.
    pub(super) fn checkpoint_if_allowed(&mut self) -> Result<Option<Commit>> {
        if self.run.checkpoints.is_none() || self.since_checkpoint == 0 {
            return Ok(None);
        }
        self.checkpoint().map(Some)
    }

    fn checkpoint(&mut self) -> Result<Commit> {
        self.settle_dangling()?;
        let state = RunState {
            journal: Some(self.journal.sync()?),
            config: self.run.config_before.clone(),
            ledger: Some(self.ledger()?.name()),
            totals: Verbatim::null(),
            lacking: self.run.lacking,
        };
        let commit = self.sink.commit(state)?;
        self.since_checkpoint = 0;
        self.last_checkpoint = Instant::now();
        Ok(commit)
    }

    fn place(&self, claim: Claim) -> Result<(u32, u32)> {
        Ok((claim.file, self.record(claim)?.number))
    }

    fn record(&self, claim: Claim) -> Result<Record> {
        self.files.record(claim.file, claim.record)
    }

    /// Gives an id to the record that is about to be added to a file.
    fn claim(&mut self, rank: u32, key: Key, put: bool) -> Result<()> {
        let claim = Claim {
            file: rank,
            record: self.files.file(rank)?.state.records.all,
            put,
        };
        self.claims.insert(key, claim).map(|_| ())
    }

    /// Takes its id from a record.
    fn supersede(&mut self, claim: Claim) -> Result<()> {
        let record = self.record(claim)?;
        let at = self.rejournal(claim.file, record.at, record.number, Status::Duplicate)?;
        if record.listed {
            let path = self.files.path(&self.files.file(claim.file)?)?;
            self.account.overtake(&path, record.number)?;
        }
        let superseded = Record {
            status: Status::Duplicate,
            at,
            fresh: false,
            listed: false,
            ..record
        };
        self.files.set_record(claim.file, claim.record, &superseded)
    }

    /// Remembers the document of the record that was at this place, if it had another id; and that
    /// there is one at this place.
    fn overwrite(&mut self, rank: u32, number: u32, key: Key, hash: Key) -> Result<()> {
        let Some((index, known)) = self.known(rank)? else {
            return Ok(());
        };
        let Some((slot, record)) = self.old.state.record_of(&known, number)? else {
            return Ok(());
        };
        self.met.insert(slot)?;
        if record.hash == hash {
            self.files.update(rank, |file| file.alike += 1)?;
        }
        if record.status == Status::Indexed && record.key != key {
            self.dangling.push(&Place { file: index, slot })?;
        }
        Ok(())
    }

    /// Whether the index may hold a document of that id that it held before the run.
    fn index_holds(&self, key: Key) -> Result<bool> {
        if self.run.rebuild {
            return Ok(false);
        }
        Ok(self.foreign > 0 || (self.old.holds(key)? && !self.gone.contains(key)?))
    }

    fn write_document(&mut self, key: Key, prepared: PreparedOf<S>, replaces: bool) -> Result<()> {
        let id = <S::Prepare as Prepare>::id(&prepared).len();
        self.sink.put(prepared, replaces)?;
        self.gone.remove(key)?;
        self.note_writing()?;
        if replaces {
            self.await_deletion(id)
        } else {
            Ok(())
        }
    }

    /// Documents are written, who need the memory from now on.
    fn note_writing(&mut self) -> Result<()> {
        if !self.wrote_documents {
            self.wrote_documents = true;
            self.old.space.narrow(self.run.state_memory)?;
        }
        Ok(())
    }

    /// A document waits to be deleted, which costs memory until everything is written out.
    fn await_deletion(&mut self, id: usize) -> Result<()> {
        self.waiting += id + DELETION;
        if self.waiting < MOST_WAITING {
            return Ok(());
        }
        self.waiting = 0;
        self.sink.write_out()
    }

    /// Takes the documents out of the index that nobody claims any more.
    fn settle_dangling(&mut self) -> Result<()> {
        for item in self.take_dangling().iter() {
            let (_, place) = item?;
            let record = self.old.state.record(place.slot)?;
            if self.claims.contains(record.key)? || self.gone.contains(record.key)? {
                continue;
            }
            let (id, _) = self.id_of_old(record.at)?;
            self.sink.delete(&id)?;
            self.await_deletion(id.len())?;
            self.note_writing()?;
            self.gone.insert(record.key, ())?;
        }
        Ok(())
    }

    fn take_dangling(&mut self) -> Array<Place> {
        let none = Array::new(&self.old.space);
        std::mem::replace(&mut self.dangling, none)
    }

    /// The text of an id that an earlier run journaled, and the member that it is of.
    fn id_of_old(&mut self, at: u64) -> Result<(String, String)> {
        let journal = self.old_journal.as_mut().unwrap_or(&mut self.journal);
        journal.read(at, |entry| match entry {
            Entry::Record(record) => (record.id.to_owned(), record.member.to_owned()),
            _ => (String::new(), String::new()),
        })
    }

    /// Journals a record that is journaled at `at` again, with another status or number.
    fn rejournal(&mut self, rank: u32, at: u64, number: u32, status: Status) -> Result<u64> {
        let file = self.files.file(rank)?.state.file;
        let bytes = self.journal.changed_record(at, |record| {
            (record.file, record.number, record.status) = (file, number, status);
        })?;
        self.journal.append_bytes(&bytes)
    }

    fn journal_failed(
        &mut self,
        rank: u32,
        number: u32,
        hash: [u8; 32],
        key: Key,
        id: &str,
        failure: &Failure,
    ) -> Result<u64> {
        self.journal.append(&Entry::Record(RecordEntry {
            file: self.files.file(rank)?.state.file,
            number,
            status: status_of(failure),
            hash: Key::cut(&hash),
            key,
            added: 0,
            id,
            member: failure.member.as_deref().unwrap_or(""),
            cut: false,
            failure: Some(reason(failure)),
        }))
    }

    /// Journals a file as it is; `None` keeps the reason for which it failed before, if it did.
    fn journal_file(&mut self, rank: u32, failure: Option<&Failure>) -> Result<()> {
        let mut file = self.files.file(rank)?;
        let path = self.files.path(&file)?;
        let begun_at = file.begun_at.take();
        let state = &mut file.state;
        let is_replaced = match (begun_at, failure, state.failed_at) {
            (Some(at), None, None) => self.journal.replace(at, &Entry::File(state.entry(&path))),
            _ => false,
        };
        if !is_replaced {
            let at = match (failure, state.failed_at) {
                (Some(failure), _) => {
                    let failure = Some(reason(failure));
                    self.journal.append(&Entry::File(FileEntry {
                        failure,
                        ..state.entry(&path)
                    }))?
                }
                (None, Some(at)) => {
                    let bytes = self
                        .journal
                        .read(at, |entry| state.bytes_with_failure_of(&path, entry))?;
                    self.journal.append_bytes(&bytes)?
                }
                (None, None) => self.journal.append(&Entry::File(state.entry(&path)))?,
            };
            state.failed_at = (failure.is_some() || state.failed_at.is_some()).then_some(at);
        }
        self.files.set(rank, &file)
    }

    fn list_indexed(&mut self, rank: u32, id: &str, ready: &Ready<PreparedOf<S>>) -> Result<()> {
        let path = self.files.path(&self.files.file(rank)?)?;
        self.account.line(&Line {
            path: &path,
            member: ready.member.as_deref().unwrap_or(""),
            record: record_number(ready.number),
            id,
            status: INDEXED,
            hash: &Key::cut(&ready.hash).to_hex(),
            bytes: Some(ready.bytes),
            ms: Some(ready.ms),
            notes: &ready.notes,
            ..Line::default()
        })
    }

    fn list_failed(&mut self, failure: &Failure, number: u32) -> Result<()> {
        let is_skip = failure.is_skip();
        self.account.line(&Line {
            path: &failure.path,
            member: failure.member.as_deref().unwrap_or(""),
            record: record_number(number),
            status: if is_skip { SKIPPED } else { FAILED },
            stage: failure.stage.name(),
            code: failure.code,
            message: &failure.message,
            ..Line::default()
        })?;
        if is_skip {
            return Ok(());
        }
        self.count_failure()
    }

    fn count_failure(&mut self) -> Result<()> {
        self.failures += 1;
        match self.run.max_errors {
            // A plan is made to its end all the same.
            Some(MaxErrors::Count(most))
                if self.failures > most && matches!(self.account, Account::Ledger(_)) =>
            {
                Err(too_many_errors(&format!("more than {most} failed")))
            }
            _ => Ok(()),
        }
    }
}

/// Refuses a run in which more failed than is allowed.
fn check_errors(failed: u64, seen: u64, most: Option<MaxErrors>) -> Result<()> {
    match most {
        Some(MaxErrors::Count(most)) if failed > most => Err(too_many_errors(&format!(
            "{failed} failed, which is more than {most}"
        ))),
        Some(MaxErrors::Percent(most)) if failed as f64 > seen as f64 * most / 100.0 => {
            Err(too_many_errors(&format!(
                "{failed} of {seen} failed, which is more than {most} %"
            )))
        }
        _ => Ok(()),
    }
}

fn too_many_errors(what: &str) -> Error {
    Error::new(ErrorKind::TooManyErrors, what).with_hint(
        "nothing is published; see why in the ledger of the run, or allow more with `--max-errors`",
    )
}

/// The number of a record as the ledger has it: none in a file of one record.
fn record_number(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

/// What a failure makes of a record.
fn status_of(failure: &Failure) -> Status {
    if failure.is_skip() {
        Status::Skipped
    } else {
        Status::Failed
    }
}

fn reason(failure: &Failure) -> Reason<'_> {
    Reason {
        stage: failure.stage.name(),
        code: failure.code,
        message: &failure.message,
    }
}
