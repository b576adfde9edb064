//! The one writer: documents in, generations out.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::indexer::PreparedCommit;
use tantivy::{IndexWriter, SegmentReader, TantivyError};

use super::delete::ById;
use super::directory::{EngineDirectory, KnownFile};
use super::engine_document::EngineDocument;
use super::folding::Source;
use super::generation::{FileRef, Generation, Pinned, RunState};
use super::guard::guarded;
use super::handle::Keeps;
use super::home::{Home, WriterLock};
use super::in_flight::InFlight;
use super::layout::{Fields, open_engine};
use super::merges::{LastMerges, MergeLog, VerifiedMerges};
use super::models;
use super::prepare::{Prepared, Preparer, has_topics};
use super::searcher::Searcher;
use super::segments::{EngineMeta, Segments};
use super::storage::sync_folder;
use super::sweep::sweep;
use crate::schema::Schema;
use crate::tagging::Tagging;
use crate::tagging::topics::TopicModel;
use crate::{Document, Error, ErrorKind, Result};

/// What a writer may use, and what it changes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriterOptions {
    /// Threads that invert documents, 1 to 8.
    pub threads: usize,
    /// Bytes of memory for documents not yet written, for all threads together; at least 15 MB
    /// for each thread.
    pub memory: usize,
    /// Starts a new build with this schema, without the documents of the old one. Readers keep
    /// the old one until the first commit.
    pub rebuild_with: Option<Schema>,
    /// Changes the schema for documents to come; those there are stay as they are.
    pub schema: Option<Schema>,
    /// The instant that documents added by [`Writer::put`] entered the index, in seconds since
    /// 1970 UTC. `None`: the time of the system clock.
    pub now: Option<i64>,
    /// What values are found in texts with; `None`: nothing is looked for.
    pub tagging: Option<Tagging>,
    /// Finds topics without the model that is there if that is damaged: it will be learned anew.
    pub relearn: bool,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            threads: 2,
            memory: 128 << 20,
            rebuild_with: None,
            schema: None,
            now: None,
            tagging: None,
            relearn: false,
        }
    }
}

/// The least memory the engine takes for a thread.
const LEAST_MEMORY: usize = 15 << 20;
/// The most threads the engine takes.
const MOST_THREADS: usize = 8;

/// Bytes of new files that a writer publishes before the merges that it finishes with.
const SMALL_CHANGE: u64 = 16 << 20;

/// What became durable with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The number of the published state.
    pub generation: u64,
    /// Documents in it.
    pub documents: u64,
}

/// The one writer of an index. `put` and `delete` may be called from several threads.
///
/// What was not committed when it is dropped is gone; the published state stays as it is. After
/// an error of the index, as opposed to one of a document, it does nothing more: what it was given
/// since its last commit has to be given to a new one.
pub struct Writer {
    engine: IndexWriter<EngineDocument>,
    in_flight: Arc<InFlight>,
    fields: Fields,
    operations: AtomicU64,
    /// Documents that it was given.
    written: AtomicU64,
    /// Names in them that were left out as ambiguous.
    ambiguous: AtomicU64,
    last_merges: LastMerges,
    /// Between the deletion of a document and the addition of the one that replaces it, no other
    /// one of that id may come in.
    replacing: Mutex<()>,
    failed: AtomicBool,
    now: Option<i64>,
    tagging: Option<Tagging>,
    /// What the corpus taught about its topics, if tags are made of it.
    model: Option<Arc<TopicModel>>,
    /// Documents that declare topics, of those that were prepared.
    taught: Arc<AtomicU64>,
    idle: Mutex<Vec<Preparer>>,
    // Declared last: it gives the lock back, when everything else has stopped.
    publisher: Publisher,
}

/// The part of a writer that publishes.
struct Publisher {
    home: Home,
    schema: Schema,
    build: String,
    model: Option<FileRef>,
    published: Arc<Generation>,
    directory: EngineDirectory,
    merges: MergeLog,
    /// A rebuild that has not been published yet.
    fresh: bool,
    _lock: WriterLock,
}

/// Opens every segment once. The engine opens them too when it applies deletions, in a thread in which
/// what it makes of a damaged beginning or end of a file, a panic, ends the process.
fn can_be_opened(index: &tantivy::Index) -> Result<()> {
    guarded(|| {
        for segment in index.searchable_segments()? {
            SegmentReader::open(&segment)?;
        }
        Ok(())
    })
}

impl Drop for Publisher {
    /// Before the lock goes: what is written after that would be another writer's leftovers.
    fn drop(&mut self) {
        self.directory.close();
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("home", &self.publisher.home)
            .field("published", &self.publisher.published.number)
            .finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn open(home: Home, options: WriterOptions) -> Result<Self> {
        let lock = WriterLock::take(&home)?;
        let published = Pinned::newest(&home)?.generation;
        if let Some(folder) = home.folder() {
            // A run that was killed may have come as far as to rename `CURRENT`: what this one builds
            // on must be as durable as what it adds.
            sync_folder(folder).map_err(|source| Error::io(folder, "sync", source))?;
            sweep(folder, published.number, HashSet::new)?;
        }
        let fresh = options.rebuild_with.is_some();
        if !fresh && published.analysis != crate::analysis::ANALYSIS_VERSION {
            return Err(Error::new(
                ErrorKind::Version,
                format!(
                    "the index was made with analysis `{}`, this version of pressmark has `{}`",
                    published.analysis,
                    crate::analysis::ANALYSIS_VERSION
                ),
            )
            .with_hint("rebuild it with `pressmark index --rebuild`"));
        }
        let schema = options
            .rebuild_with
            .or(options.schema)
            .unwrap_or_else(|| published.schema.clone());
        let mut working = (*published).clone();
        if fresh {
            working.build = build_name(published.number + 1);
            working.engine_meta = EngineMeta::none();
            working.files.clear();
            working.model = None;
        }
        let model = match (&options.tagging, home.folder(), &working.model) {
            (Some(_), Some(folder), Some(file)) if has_topics(&schema) => {
                match models::read(folder, file) {
                    Err(_) if options.relearn => None,
                    model => Some(Arc::new(model?)),
                }
            }
            _ => None,
        };
        let directory = EngineDirectory::writer(&home, &working)?;
        let in_flight = Arc::<InFlight>::default();
        let index = open_engine(directory.clone(), &schema, &in_flight)
            .map_err(|error| directory.failure().unwrap_or(error))?;
        can_be_opened(&index)?;
        let threads = options.threads.clamp(1, MOST_THREADS);
        let memory = options.memory.max(LEAST_MEMORY * threads);
        let engine = index
            .writer_with_num_threads(threads, memory)
            .map_err(|error| engine_failed(&directory, error))?;
        let merges = MergeLog::default();
        let last_merges = LastMerges::default();
        engine.set_merge_policy(Box::new(VerifiedMerges::new(
            directory.clone(),
            merges.clone(),
            last_merges.clone(),
        )));
        let fields = Fields::KNOWN;
        let publisher = Publisher {
            home,
            schema,
            build: working.build,
            model: working.model,
            published,
            directory,
            merges,
            fresh,
            _lock: lock,
        };
        Ok(Self {
            engine,
            in_flight,
            fields,
            operations: AtomicU64::new(0),
            written: AtomicU64::new(0),
            ambiguous: AtomicU64::new(0),
            last_merges,
            replacing: Mutex::default(),
            failed: AtomicBool::new(false),
            now: options.now,
            tagging: options.tagging,
            model,
            taught: Arc::default(),
            idle: Mutex::default(),
            publisher,
        })
    }

    /// Adds the document, or replaces the one of that id.
    ///
    /// # Errors
    /// As [`Preparer::prepare`]; [`ErrorKind::Io`] if the index cannot be written.
    pub fn put(&self, document: Document) -> Result<()> {
        let idle = self.idle().pop();
        let mut preparer = idle.unwrap_or_else(|| self.preparer());
        let prepared = preparer.prepare(document, self.now());
        self.idle().push(preparer);
        self.put_prepared(prepared?, true)
    }

    /// Preparers of [`put`](Self::put) that nobody uses: as many as threads have put something at once.
    fn idle(&self) -> MutexGuard<'_, Vec<Preparer>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What turns documents into what the writer takes; make one for each thread.
    pub fn preparer(&self) -> Preparer {
        let schema = self.publisher.schema.clone();
        Preparer::new(schema, self.tagging.clone(), self.model.as_ref())
            .counting(Arc::clone(&self.taught))
    }

    /// Documents that declare topics, of those that its preparers made.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn taught(&self) -> u64 {
        self.taught.load(Ordering::Relaxed)
    }

    /// Everything that was written so far, published or not, to be read. What is written after it
    /// was asked for is not in it.
    ///
    /// # Errors
    /// As [`write_out`](Self::write_out).
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn working(&mut self) -> Result<Searcher> {
        // A commit may begin merges, which a run that has nothing to publish would leave behind.
        if *self.operations.get_mut() > 0 {
            self.write_out()?;
        }
        let publisher = &self.publisher;
        let (meta, files) = publisher.segment_files()?;
        let generation = publisher.describe(&meta, EngineDirectory::describe(files), None);
        let pinned = Pinned::unpublished(generation);
        Searcher::open(&publisher.home, pinned, Keeps::NOTHING, Source::default())
    }

    /// Keeps what the corpus taught about its topics, or that it taught nothing, for the next
    /// publication to name. Gives whether that is something else than what is published.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Request`] in memory, where there is no place for it.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn keep_model(&mut self, model: Option<&TopicModel>) -> Result<bool> {
        let publisher = &mut self.publisher;
        let published = publisher.published.model.as_ref();
        publisher.model = match (model, publisher.home.folder()) {
            (Some(model), Some(folder)) => Some(models::keep(folder, model, published)?),
            (None, _) => None,
            (Some(_), None) => {
                let message = "an index in memory keeps no model of topics";
                return Err(Error::new(ErrorKind::Request, message));
            }
        };
        Ok(publisher.model.as_ref() != published)
    }

    /// Adds what a preparer made. `replaces` says whether the index may hold a document of that
    /// id already: replacing costs a look-up in every segment.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the index cannot be written.
    pub fn put_prepared(&self, prepared: Prepared, replaces: bool) -> Result<()> {
        self.check_usable()?;
        self.operations.fetch_add(1, Ordering::Relaxed);
        self.written.fetch_add(1, Ordering::Relaxed);
        let ambiguous = prepared.ambiguous.len() as u64;
        self.ambiguous.fetch_add(ambiguous, Ordering::Relaxed);
        self.in_flight.enter(prepared.size);
        let taken = if replaces {
            let id = ById::new(self.fields.id, prepared.id.as_str());
            let _replacing = self
                .replacing
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            self.engine
                .delete_query(Box::new(id))
                .and_then(|_| self.engine.add_document(prepared.document))
        } else {
            self.engine.add_document(prepared.document)
        };
        self.taken(taken)
    }

    /// Names that were left out as ambiguous, of the documents that it was given.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn ambiguous(&self) -> u64 {
        self.ambiguous.load(Ordering::Relaxed)
    }

    /// Deletes the document of this id, if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the index cannot be written.
    pub fn delete(&self, id: &str) -> Result<()> {
        self.check_usable()?;
        self.operations.fetch_add(1, Ordering::Relaxed);
        let id = ById::new(self.fields.id, id);
        self.taken(self.engine.delete_query(Box::new(id)))
    }

    /// After a failure the engine would commit what is left of its threads' work as if it were all.
    fn taken<T>(&self, taken: tantivy::Result<T>) -> Result<()> {
        taken.map(drop).map_err(|error| {
            self.failed.store(true, Ordering::Relaxed);
            engine_failed(&self.publisher.directory, error)
        })
    }

    fn check_usable(&self) -> Result<()> {
        if !self.failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(self.publisher.directory.failure().unwrap_or_else(|| {
            Error::new(ErrorKind::Engine, "this writer failed before")
                .with_hint("open another one: what came after the last commit was not published")
        }))
    }

    /// Publishes everything so far as a new generation. It is durable when this returns.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] or [`ErrorKind::Damaged`]; the published state is then the one before.
    pub fn commit(&mut self) -> Result<Commit> {
        let run = self.publisher.published.run.clone();
        self.commit_run(run)
    }

    /// Publishes, and records the state of a reindexing run with the documents.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn commit_with(&mut self, run: RunState) -> Result<Commit> {
        self.commit_run(Some(run))
    }

    fn commit_run(&mut self, run: Option<RunState>) -> Result<Commit> {
        self.check_usable()?;
        if *self.operations.get_mut() == 0 && !self.publisher.has_changes(run.as_ref()) {
            return Ok(self.publisher.commit());
        }
        self.commit_engine()?;
        let published = self.publisher.publish(run);
        // A file whose sync failed once is not to be trusted when the next sync succeeds.
        *self.failed.get_mut() = published.is_err();
        *self.operations.get_mut() = 0;
        published
    }

    /// Writes everything so far to files, and publishes nothing: what is to be deleted waits in
    /// memory until then.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] or [`ErrorKind::Damaged`]; the published state stays as it is.
    pub(crate) fn write_out(&mut self) -> Result<()> {
        self.check_usable()?;
        self.commit_engine()
    }

    fn commit_engine(&mut self) -> Result<()> {
        let Publisher {
            merges, directory, ..
        } = &self.publisher;
        let begun = merges.begun();
        let committed = self.engine.commit();
        if committed.is_ok() {
            merges.forget_ended(begun, &directory.meta());
        }
        self.taken(committed)
    }

    /// Publishes like [`commit`](Self::commit), after the merges that are under way, and gives
    /// the lock back.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn finish(self) -> Result<Commit> {
        let run = self.publisher.published.run.clone();
        self.finish_run(run)
    }

    /// Finishes, and records the state of a reindexing run with the documents.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn finish_with(self, run: RunState) -> Result<Commit> {
        self.finish_run(Some(run))
    }

    fn finish_run(self, run: Option<RunState>) -> Result<Commit> {
        self.check_usable()?;
        let Self {
            mut engine,
            mut operations,
            mut publisher,
            written,
            last_merges,
            ..
        } = self;
        let written = written.into_inner();
        let mut changed = *operations.get_mut() > 0 || publisher.has_changes(run.as_ref());
        if changed {
            let prepared = engine.prepare_commit();
            // Only now all that the run wrote is in segments.
            last_merges.begin(written);
            prepared
                .and_then(PreparedCommit::commit)
                .map_err(|error| engine_failed(&publisher.directory, error))?;
            // Nobody should wait for merges, which may rewrite far more than what is new. Much that
            // is new is merged first: it need not be synced twice.
            if publisher.directory.unsynced() <= SMALL_CHANGE {
                publisher.publish(run.clone())?;
                changed = false;
            }
        } else {
            last_merges.begin(written);
        }
        engine
            .wait_merging_threads()
            .map_err(|error| engine_failed(&publisher.directory, error))?;
        publisher.check_merges()?;
        if changed || publisher.has_merged() {
            publisher.publish(run)?;
        }
        publisher.tidy();
        Ok(publisher.commit())
    }

    /// What the newest generation says of reindexing runs.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    pub(crate) fn run_state(&self) -> Option<RunState> {
        self.publisher.published.run.clone()
    }

    /// The folder of the index; `None` in memory.
    pub fn path(&self) -> Option<&Path> {
        self.publisher.home.folder()
    }

    /// Documents in the newest generation.
    pub fn documents(&self) -> u64 {
        self.publisher.published.documents
    }

    /// The number of the newest generation.
    pub fn generation(&self) -> u64 {
        self.publisher.published.number
    }

    fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(0, |since| since.as_secs() as i64)
        })
    }
}

impl Publisher {
    /// Deletes what no kept generation names, when the engine has ended: until then it may need
    /// segments that it wrote and merged since the generation before.
    fn tidy(&self) {
        if let Home::Folder(folder) = &self.home {
            // What cannot go now goes when the next writer is opened.
            let _ = sweep(folder, self.published.number, HashSet::new);
        }
    }

    /// Whether there is something to publish besides documents.
    fn has_changes(&self, run: Option<&RunState>) -> bool {
        let published = &self.published;
        self.fresh
            || published.run.as_ref() != run
            || published.schema != self.schema
            || published.model != self.model
    }

    fn has_merged(&self) -> bool {
        self.directory.meta().value()["segments"] != self.published.engine_meta.value()["segments"]
    }

    /// Finds out whether a merge failed, when none is under way.
    fn check_merges(&self) -> Result<()> {
        let failure = || self.merges.failure(&self.directory.meta());
        self.directory
            .failure()
            .or_else(failure)
            .map_or(Ok(()), Err)
    }

    fn commit(&self) -> Commit {
        Commit {
            generation: self.published.number,
            documents: self.published.documents,
        }
    }

    /// The engine's newest meta, and the files of its segments.
    fn segment_files(&self) -> Result<(EngineMeta, Vec<(PathBuf, KnownFile)>)> {
        let (meta, mut files) = self.directory.snapshot();
        let meta = EngineMeta::parse(&meta).map_err(|source| {
            Error::new(
                ErrorKind::Engine,
                "the engine's description of the segments is none",
            )
            .with_source(source)
        })?;
        let segments = Segments::of(&meta);
        files.retain(|(path, _)| segments.own(path));
        Ok((meta, files))
    }

    /// The generation that would be published.
    fn describe(
        &self,
        meta: &EngineMeta,
        files: Vec<FileRef>,
        run: Option<RunState>,
    ) -> Generation {
        Generation {
            number: self.published.number + 1,
            build: self.build.clone(),
            analysis: crate::analysis::ANALYSIS_VERSION.to_owned(),
            schema: self.schema.clone(),
            documents: Segments::of(meta).documents(),
            engine_meta: meta.compact(),
            files,
            model: self.model.clone(),
            run,
            ..(*self.published).clone()
        }
    }

    fn publish(&mut self, run: Option<RunState>) -> Result<Commit> {
        let damage = self.merges.take_damage();
        if let Some(error) = damage.or_else(|| self.directory.failure()) {
            return Err(error);
        }
        let (meta, files) = self.segment_files()?;
        let files = self.directory.seal(files)?;
        let generation = self.describe(&meta, files, run);
        self.published = generation.publish(&self.home)?;
        self.fresh = false;
        match &self.home {
            Home::Memory(memory) => memory.sweep(|| self.directory.working_files().collect()),
            Home::Folder(folder) => {
                let build = self.published.build_folder(folder);
                let working = || {
                    let model = self.model.iter().map(|file| folder.join(&file.path));
                    let files = self.directory.working_files();
                    files.map(|file| build.join(file)).chain(model).collect()
                };
                // What cannot go now is tried again when the next writer is opened, and it says so;
                // this one has done its work.
                let _ = sweep(folder, self.published.number, working);
            }
        }
        Ok(self.commit())
    }
}

/// What the engine could not do, and why, if the files tell.
fn engine_failed(directory: &EngineDirectory, error: TantivyError) -> Error {
    directory.failure().unwrap_or_else(|| error.into())
}

/// The name of the build that begins with a generation.
pub(super) fn build_name(generation: u64) -> String {
    format!("{generation:08}")
}

#[cfg(test)]
mod tests {
    use crate::{Document, Index, Schema};

    /// Sixty commits make by fours at least so many merges.
    const MERGES: usize = 12;

    #[test]
    fn a_writer_that_lives_long_does_not_remember_its_merges() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        let mut write = |number: u32| {
            writer.put(Document::new(format!("d{number}"))).unwrap();
            writer.commit().unwrap();
            writer.publisher.merges.begun().count()
        };
        let remembered = (0..60).map(&mut write).max();
        // The engine merges when it finds the time: what was begun last may not have ended.
        let forgotten = (60..2_000).find(|&number| write(number) < MERGES / 3);
        assert!(forgotten.is_some(), "remembered after 60: {remembered:?}");
        let segments = index.searcher().unwrap().segments().len();
        assert!(segments < 60, "nothing was merged: {segments}");
    }

    #[test]
    fn what_a_run_wrote_ends_in_one_segment() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for commit in 0..5 {
            for number in 0..250 {
                let id = format!("{commit}-{number}");
                writer.put(Document::new(id).body("a word")).unwrap();
            }
            if commit < 4 {
                writer.commit().unwrap();
            }
        }
        writer.finish().unwrap();
        let searcher = index.searcher().unwrap();
        assert_eq!(
            (searcher.documents(), searcher.segments().len()),
            (1_250, 1)
        );
    }
}
