//! A run that writes nothing: the same machinery, with sums in place of index and ledger, so that
//! what it says is what a run does.

mod facets;
mod reasons;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use facets::Tally;

use super::account::{Account, Sums};
use super::apply::Apply;
use super::forecast::{Rebuild, Refused};
use super::ledger::RunId;
use super::run::{Job, Kept, Known, Place};
use super::sink::{Prepare, Sink};
use super::{Observer, ReindexOptions, ReindexPlan, Report, needs_rebuild};
use crate::corpus::{Corpus, Note};
use crate::index::RunState;
use crate::tagging::Tagging;
use crate::tagging::topics::{TopicModel, Trainer};
use crate::{
    Commit, Document, Error, ErrorKind, Index, Preparer, Result, Schema, Searcher, StoredDocument,
};

/// What the index is, as far as a plan can use it.
struct Found {
    index: Option<Index>,
    searcher: Option<Searcher>,
    /// Why it cannot be continued.
    broken: Option<Error>,
}

/// Makes the plan.
pub(super) fn plan(
    corpus: &Corpus,
    folder: &Path,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<ReindexPlan> {
    let found = find(folder)?;
    if found.broken.is_none() {
        match attempt(corpus, folder, &found, options, observer) {
            Err(error) if !options.rebuild && needs_rebuild(&error) => {
                let found = Found {
                    broken: Some(error),
                    ..found
                };
                return attempt(corpus, folder, &found, options, observer);
            }
            plan => return plan,
        }
    }
    attempt(corpus, folder, &found, options, observer)
}

/// Opens the index, and keeps the reason if that cannot be.
fn find(folder: &Path) -> Result<Found> {
    let nothing = |broken| Found {
        index: None,
        searcher: None,
        broken,
    };
    let index = match Index::open(folder) {
        Ok(index) => index,
        Err(error) if error.kind() == ErrorKind::NoIndex => return Ok(nothing(None)),
        Err(error) if needs_rebuild(&error) => return Ok(nothing(Some(error))),
        Err(error) => return Err(error),
    };
    match index.searcher() {
        Ok(searcher) => Ok(Found {
            index: Some(index),
            searcher: Some(searcher),
            broken: None,
        }),
        Err(error) if needs_rebuild(&error) => Ok(nothing(Some(error))),
        Err(error) => Err(error),
    }
}

fn attempt(
    corpus: &Corpus,
    folder: &Path,
    found: &Found,
    options: &ReindexOptions,
    observer: &dyn Observer,
) -> Result<ReindexPlan> {
    let mut plan = ReindexPlan::new();
    let mut options = options.clone();
    if options.rebuild {
        plan.rebuild = Some(Rebuild {
            reason: "requested".to_owned(),
            message: "`--rebuild` was given".to_owned(),
        });
    }
    if let Some(error) = &found.broken {
        if !options.rebuild {
            plan.refused = Some(refused(error));
        }
        plan.rebuild = Some(reasons::rebuild(error));
        options.rebuild = true;
    }
    let searcher = found.searcher.as_ref();
    let before = searcher.and_then(Searcher::run_state).unwrap_or_default();
    let job = Job {
        source: corpus,
        before,
        place: Place {
            folder: found.index.as_ref().and_then(Index::path).unwrap_or(folder),
            run_id: RunId::new("plan", options.now)?,
            started: Instant::now(),
        },
        options: &options,
        observer,
        kept: found.index.as_ref().map_or(Kept::Nowhere, Kept::In),
        space: options.space(folder),
    };
    let sink = DrySink {
        schema: corpus.config().schema.clone(),
        tagging: options.tagging.clone(),
        model: model_of(searcher, &options, &mut plan)?,
        searcher: searcher.cloned(),
        tally: Mutex::new(Tally::new(&job.space)),
    };
    plan.generation = sink.generation();
    plan.documents_before = sink.documents();
    let known = job.look(sink.documents())?;
    plan.remade = reasons::remade(&known, searcher, corpus, options.rebuild);
    fill(&mut plan, &job, known, sink)?;
    Ok(plan)
}

/// What a run would tag by; if it is damaged, and not learned anew, the run is refused.
fn model_of(
    searcher: Option<&Searcher>,
    options: &ReindexOptions,
    plan: &mut ReindexPlan,
) -> Result<Option<Arc<TopicModel>>> {
    let Some(searcher) = searcher.filter(|_| options.tagging.is_some() && !options.rebuild) else {
        return Ok(None);
    };
    match searcher.topic_model() {
        Ok(model) => Ok(model.map(Arc::new)),
        Err(_) if options.retag => Ok(None),
        Err(error) if needs_rebuild(&error) => {
            plan.refused.get_or_insert_with(|| refused(&error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Reads what the run would read.
fn fill(
    plan: &mut ReindexPlan,
    job: &Job<'_, Corpus>,
    mut known: Known,
    sink: DrySink,
) -> Result<()> {
    let options = job.options;
    let journals = known.scratch_journals(options.rebuild, job.place.folder);
    let run = job.rules(&known, journals.0.is_loaded(), sink.documents());
    let run = super::apply::Run {
        checkpoints: None,
        ..run
    };
    let account = Account::Sums(Sums::default());
    let kept = known.take_kept();
    let apply = Apply::new(&known.old, &known.plan, journals, account, sink, run)?;
    let (mut apply, outcome) = job.read(&known, kept, apply);
    outcome.map_err(|stop| stop.error)?;
    let mut report = Report::new(std::path::PathBuf::new());
    let mut allowed = apply.draw_up(&known.plan, &mut report);
    if options.rebuild {
        allowed = known.plan.check_rebuild(&known.old).and(allowed);
    }
    match allowed {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Engine | ErrorKind::Damaged) => {
            return Err(error);
        }
        Err(error) => {
            plan.refused.get_or_insert_with(|| refused(&error));
        }
    }
    plan.totals = (&report).into();
    plan.documents_after = report.documents;
    (plan.files, plan.changes) = apply.file_changes(&known.plan)?;
    let (sink, account) = apply.into_parts();
    if let Account::Sums(sums) = account {
        plan.reasons = sums.into_reasons();
    }
    plan.facets = sink.finish(options.rebuild)?;
    Ok(())
}

fn refused(error: &Error) -> Refused {
    Refused {
        code: error.kind().code().to_owned(),
        message: error.message().to_owned(),
        hint: error.hint().map(str::to_owned),
    }
}

/// Counts what would be written.
struct DrySink {
    schema: Schema,
    tagging: Option<Tagging>,
    /// What the corpus taught about its topics.
    model: Option<Arc<TopicModel>>,
    /// What the index holds; `None` if there is none.
    searcher: Option<Searcher>,
    tally: Mutex<Tally>,
}

impl DrySink {
    fn finish(
        self,
        rebuild: bool,
    ) -> Result<std::collections::BTreeMap<String, super::forecast::FacetChange>> {
        let tally = self
            .tally
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        tally.finish(&self.schema, self.searcher.as_ref(), rebuild)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Tally) -> Result<()>) -> Result<()> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if !tally.forget(id)?
            && let Some(searcher) = &self.searcher
            && let Some(before) = searcher.facets_of(id)?
        {
            tally.count(&self.schema, &before, -1);
        }
        change(&mut tally)
    }
}

/// A document that would be written.
pub(super) struct Unwritten(Document);

impl Sink for DrySink {
    type Prepare = DryPreparer;

    fn preparer(&self) -> DryPreparer {
        DryPreparer(Preparer::new(
            self.schema.clone(),
            self.tagging.clone(),
            self.model.as_ref(),
        ))
    }

    fn put(&self, Unwritten(document): Unwritten, replaces: bool) -> Result<()> {
        let id = document.id.as_str();
        let add = |tally: &mut Tally| tally.put(&self.schema, id, &document.facets);
        if replaces {
            return self.change(id, add);
        }
        add(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn delete(&self, id: &str) -> Result<()> {
        self.change(id, |_| Ok(()))
    }

    fn commit(&mut self, _: RunState) -> Result<Commit> {
        Err(unpublished())
    }

    fn finish(self, _: RunState) -> Result<Commit> {
        Err(unpublished())
    }

    fn documents(&self) -> u64 {
        self.searcher.as_ref().map_or(0, Searcher::documents)
    }

    fn generation(&self) -> u64 {
        self.searcher.as_ref().map_or(0, Searcher::generation)
    }
}

fn unpublished() -> Error {
    Error::new(ErrorKind::Engine, "a plan is not published")
}

/// Checks documents without analysing them: only a bug can be met there.
#[derive(Debug, Clone)]
pub(super) struct DryPreparer(Preparer);

impl Prepare for DryPreparer {
    type Prepared = Unwritten;

    fn prepare(&mut self, mut document: Document, _: i64) -> Result<Unwritten> {
        self.0.settle(&mut document)?;
        document.body = String::new();
        Ok(Unwritten(document))
    }

    fn settle(&self, document: &mut Document) -> Result<()> {
        self.0.settle(document).map(|_| ())
    }

    fn learned(self, model: Option<&Arc<TopicModel>>) -> Self {
        Self(self.0.learned(model))
    }

    fn taught_by(&self) -> Option<&str> {
        self.0.taught_by()
    }

    fn teach(&mut self, document: &Document, trainer: &Mutex<Trainer>) {
        self.0.teach(document, trainer);
    }

    fn retag(&mut self, stored: StoredDocument, added: i64, _: bool) -> Result<Option<Unwritten>> {
        if self.0.infer(&stored.document).is_of(&stored) {
            return Ok(None);
        }
        self.prepare(stored.document, added).map(Some)
    }

    fn is_tagged_alike(&mut self, stored: &StoredDocument, document: &Document) -> bool {
        self.0.infer(document).is_of(stored)
    }

    fn id(Unwritten(document): &Unwritten) -> &str {
        document.id.as_str()
    }

    fn notes(_: &Unwritten) -> Vec<Note> {
        Vec::new()
    }
}
