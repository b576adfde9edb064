//! Random stories of a real folder and a real index: files come, change, move and go, the
//! configuration changes, runs come to their end or to a sudden one. After each run that ends, the
//! index is what a fresh build of the folder gives, except for when documents entered it.

mod articles;
mod folder;
mod settings;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use super::super::{Event, MaxErrors, Observer, ReindexOptions, ReindexPlan, Report};
use super::super::{plan_reindex, reindex};
use crate::corpus::Corpus;
use crate::index::storage::faults::{self, Fault};
use crate::{Error, ErrorKind, Result};
use folder::Folder;
use settings::{Change, Settings};
use view::{View, by_node};

/// Stories in a test run, unless `PROPTEST_CASES` says how many.
const STORIES: u32 = 12;

#[derive(Debug, Clone)]
enum Step {
    Files(folder::Event),
    Configure(Change),
    /// So many seconds go by.
    Wait(u8),
    Run(Kind),
    /// A run that is told to stop after so many events.
    Stop(Kind, u32),
    /// A run whose disk fails after so many operations, or that dies there.
    Break(Kind, Fault, u64),
    /// A run during which, after so many events, something happens to the files.
    Meddle(Kind, u32, folder::Event),
}

/// How a run is done.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a run")]
struct Kind {
    rebuild: bool,
    retry_failed: bool,
    allow_shrink: bool,
    /// Nothing may fail.
    strict: bool,
    /// It is planned before, and does what the plan said.
    planned: bool,
    /// A first build publishes after each record.
    often: bool,
    /// Two threads instead of one.
    two: bool,
}

fn kind() -> impl Strategy<Value = Kind> {
    let maybe = prop::bool::weighted;
    let limits = (maybe(0.15), maybe(0.15), any::<bool>(), maybe(0.05));
    (limits, (maybe(0.4), any::<bool>(), maybe(0.2))).prop_map(
        |((rebuild, retry_failed, allow_shrink, strict), (planned, often, two))| Kind {
            rebuild,
            retry_failed,
            allow_shrink,
            strict,
            planned,
            often,
            two,
        },
    )
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::Death),
        1 => (0..Fault::ALL.len()).prop_map(|which| Fault::ALL[which]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => folder::event().prop_map(Step::Files),
        4 => settings::change().prop_map(Step::Configure),
        4 => (0..6_u8).prop_map(Step::Wait),
        6 => kind().prop_map(Step::Run),
        2 => (kind(), 0..12_u32).prop_map(|(kind, after)| Step::Stop(kind, after)),
        3 => (kind(), fault(), 0..120_u64)
            .prop_map(|(kind, fault, after)| Step::Break(kind, fault, after)),
        1 => (kind(), 0..8_u32, folder::event())
            .prop_map(|(kind, after, event)| Step::Meddle(kind, after, event)),
    ]
}

/// A folder, its configuration, and an index of it.
struct Story {
    folder: Mutex<Folder>,
    settings: Settings,
    index: TempDir,
    /// What was published last, as far as the story knows.
    seen: View,
    /// Whether nothing happened since a run that came to its end.
    settled: bool,
    /// Whether a run ever came to its end.
    complete: bool,
    /// Whether there ever were metadata beside an article.
    sidecars: bool,
}

impl Kind {
    fn options(self, now: i64) -> ReindexOptions {
        let mut options = ReindexOptions::at(now)
            // What is remembered is put aside all the time.
            .state_memory(0)
            .threads(1 + usize::from(self.two))
            .memory(0)
            .rebuild(self.rebuild)
            .retry_failed(self.retry_failed)
            .allow_shrink(self.allow_shrink);
        if self.strict {
            options = options.max_errors(MaxErrors::Count(0));
        }
        if self.often {
            options = options.checkpoints(Duration::ZERO, 1);
        }
        options
    }
}

impl Story {
    fn new() -> Self {
        Self {
            folder: Mutex::new(Folder::new()),
            settings: Settings::default(),
            index: tempdir().unwrap(),
            seen: View::default(),
            settled: false,
            complete: false,
            sidecars: false,
        }
    }

    fn folder(&mut self) -> &mut Folder {
        self.folder.get_mut().unwrap()
    }

    fn corpus(&self) -> Corpus {
        let root = self.folder.lock().unwrap().path().to_owned();
        Corpus::new(root, self.settings.config()).unwrap()
    }

    fn options(&self, kind: Kind) -> ReindexOptions {
        kind.options(self.folder.lock().unwrap().clock)
    }

    fn run(&self, kind: Kind, observer: &dyn Observer) -> Result<Report> {
        let options = self.options(kind);
        reindex(&self.corpus(), self.index.path(), &options, observer)
    }

    fn step(&mut self, step: &Step) {
        if let Step::Files(folder::Event::Sidecar(..))
        | Step::Meddle(_, _, folder::Event::Sidecar(..)) = step
        {
            self.sidecars = true;
        }
        match step {
            Step::Files(event) => {
                self.folder().apply(event);
                self.settled = false;
            }
            Step::Configure(change) => {
                self.settings.change(*change);
                self.settled = false;
            }
            Step::Wait(seconds) => self.folder().clock += i64::from(*seconds),
            Step::Run(kind) => self.whole_run(*kind),
            Step::Stop(kind, after) => {
                let stop = StopAfter(AtomicU32::new(*after));
                let outcome = self.run(*kind, &stop);
                self.after_break(&outcome, *kind, |error| {
                    error.kind() == ErrorKind::Cancelled
                });
            }
            Step::Break(kind, fault, after) => {
                let plan = faults::Plan::fail(*after, *fault);
                let guard = faults::install(self.index.path(), plan);
                let outcome = self.run(*kind, &());
                // Threads that it left behind may go on here, and change nothing.
                let copy = tempdir().unwrap();
                copy_folder(self.index.path(), copy.path());
                let broke = guard.broke();
                drop(guard);
                self.index = copy;
                self.after_break(&outcome, *kind, |_| broke.is_some());
            }
            Step::Meddle(kind, after, event) => {
                let meddler = Meddler {
                    left: AtomicU32::new(*after),
                    folder: &self.folder,
                    event,
                };
                let outcome = self.run(*kind, &meddler);
                self.after_meddling(outcome);
            }
        }
    }

    /// A run that is left alone.
    fn whole_run(&mut self, kind: Kind) {
        let plan = kind.planned.then(|| self.plan(kind));
        let outcome = self.run(kind, &());
        let seen = View::of(self.index.path());
        if let Some(plan) = plan {
            self.check_plan(&plan, &outcome, &seen);
        }
        let report = match outcome {
            Ok(report) => report,
            Err(error) => {
                self.check_refusal(&error, kind);
                self.seen.assert_untouched(&seen, "after a refusal");
                if !(kind.rebuild && self.folder().locked) {
                    self.whole_run(Kind {
                        allow_shrink: true,
                        strict: false,
                        ..kind
                    });
                }
                return;
            }
        };
        self.check_report(&report, &seen);
        self.check_added(&seen);
        if self.settled && !kind.rebuild {
            assert_eq!((report.indexed, report.removed), (0, 0), "nothing happened");
        }
        if self.folder().locked {
            self.check_locked(&seen);
        } else {
            self.fresh().check(&report, &seen, kind.rebuild);
        }
        self.settled = !self.folder().locked;
        self.complete = true;
        self.seen = seen;
    }

    /// What a run that is not broken may refuse to do.
    fn check_refusal(&self, error: &Error, kind: Kind) {
        let is_locked = self.folder.lock().unwrap().locked;
        let expected = match error.kind() {
            ErrorKind::Shrink => !kind.allow_shrink,
            ErrorKind::TooManyErrors => kind.strict,
            ErrorKind::Io => kind.rebuild && is_locked,
            _ => false,
        };
        assert!(expected, "{error:?}");
    }

    /// A run that is only planned touches nothing.
    fn plan(&self, kind: Kind) -> ReindexPlan {
        let folder = self.folder.lock().unwrap().path().to_owned();
        let before = (contents(self.index.path()), contents(&folder));
        let options = self.options(kind);
        let plan = plan_reindex(&self.corpus(), self.index.path(), &options, &()).unwrap();
        let after = (contents(self.index.path()), contents(&folder));
        assert!(before == after, "planning changed a file");
        plan
    }

    /// A run does what its plan said.
    fn check_plan(&self, plan: &ReindexPlan, outcome: &Result<Report>, seen: &View) {
        assert_eq!(
            (plan.generation, plan.documents_before),
            (self.seen.generation, self.seen.documents.len() as u64)
        );
        let refused = plan.refused.as_ref().map(|refused| &*refused.code);
        match outcome {
            Ok(report) => {
                assert_eq!(refused, None);
                assert_eq!(plan.totals, report.into());
                assert_eq!(plan.documents_after, report.documents);
                assert_eq!(plan.files.renamed, report.renamed);
                let schema = self.settings.config().schema;
                let changes = View::changes(&self.seen, seen, &schema);
                assert_eq!(by_node(&plan.facets, &schema), changes, "{:?}", plan.facets);
            }
            Err(error) => assert_eq!(refused, Some(error.kind().code())),
        }
        if self.settled && plan.rebuild.is_none() {
            let changed: Vec<_> = plan.changes.iter().filter(|it| it.records > 0).collect();
            assert!(changed.is_empty(), "nothing happened: {changed:?}");
        }
    }

    /// A fresh build of the folder as it is.
    fn fresh(&self) -> Fresh {
        let place = tempdir().unwrap();
        let options = self.options(Kind::default());
        let report = reindex(&self.corpus(), place.path(), &options, &()).unwrap();
        Fresh {
            view: View::of(place.path()),
            contested: ledger(&report.ledger).contested,
            report,
        }
    }

    /// What cannot be read keeps its documents, unless others took their ids.
    fn check_locked(&self, seen: &View) {
        let folder = self.folder.lock().unwrap();
        for (id, stored) in &self.seen.documents {
            let path = stored.document.source.as_ref().map_or("", |it| &it.path);
            assert!(
                seen.documents.contains_key(id) || !folder.locks(path),
                "`{id}` of `{path}`, which cannot be read"
            );
        }
    }

    /// The totals add up, and are those of the ledger and of the index.
    fn check_report(&self, report: &Report, seen: &View) {
        let Report {
            indexed,
            unchanged,
            duplicate,
            skipped,
            failed,
            removed,
            renamed,
            documents,
            ..
        } = *report;
        assert_eq!(
            report.seen,
            indexed + unchanged + duplicate + skipped + failed,
            "{report:?}"
        );
        let count = seen.documents.len() as u64;
        assert_eq!(
            (documents, indexed + unchanged, report.generation),
            (count, count, seen.generation),
            "{report:?}"
        );
        assert_eq!(removed, self.seen.ids_beside(seen), "{report:?}");
        let came = seen.ids_beside(&self.seen);
        assert!(indexed >= came, "{came} documents came: {report:?}");
        // After a break the index lies elsewhere.
        let name = report.ledger.file_name().unwrap();
        let told = ledger(&self.index.path().join("runs").join(name)).counts;
        let told = [
            "indexed",
            "unchanged",
            "duplicate",
            "skipped",
            "failed",
            "removed",
            "renamed",
        ]
        .map(|status| told.get(status).copied().unwrap_or(0));
        assert_eq!(
            told,
            [
                indexed, unchanged, duplicate, skipped, failed, removed, renamed
            ],
            "the lines of the ledger"
        );
    }

    /// What stayed remembers when it came, and so does what only lies elsewhere; nothing claims to
    /// have come later than it did.
    fn check_added(&self, seen: &View) {
        let folder = self.folder.lock().unwrap();
        let files = folder.files();
        for (id, stored) in &seen.documents {
            if let Some(before) = self.seen.documents.get(id) {
                assert_eq!(before.added, stored.added, "`{id}` was there before");
                continue;
            }
            let gone: Vec<_> = self
                .seen
                .gone(seen, id, |path| files.contains_key(path))
                .collect();
            let came = gone.iter().map(|(_, added)| *added);
            assert!(
                stored.added == folder.clock || came.clone().any(|came| came == stored.added),
                "`{id}` came at {}",
                stored.added
            );
            let moved = gone.iter().filter(|(path, _)| !files.contains_key(*path));
            if let Some(first) = moved.map(|(_, added)| *added).min()
                && !self.sidecars
            {
                assert!(stored.added <= first, "`{id}` lay elsewhere before");
            }
        }
    }

    /// A run that was broken left what was published before, or published all; only a first build
    /// and one that was asked to stop publish a part, in which every document is the old or the new.
    fn after_break(
        &mut self,
        outcome: &Result<Report>,
        kind: Kind,
        is_expected: impl Fn(&Error) -> bool,
    ) {
        let seen = View::of(self.index.path());
        if let Err(error) = outcome
            && !is_expected(error)
        {
            self.check_refusal(error, kind);
        }
        let locked = self.folder().locked;
        if let Ok(report) = outcome {
            self.check_report(report, &seen);
            self.complete = true;
        }
        if seen.generation == self.seen.generation {
            self.seen.assert_untouched(&seen, "after a break");
        } else if !locked {
            let fresh = self.fresh();
            match outcome {
                Ok(report) => fresh.check(report, &seen, kind.rebuild),
                Err(error) if self.complete && error.kind() != ErrorKind::Cancelled => {
                    seen.assert_same(&fresh.view, false, "published before the break");
                }
                Err(_) => fresh.check_part(&self.seen, &seen),
            }
        }
        self.check_added(&seen);
        self.seen = seen;
        self.settled = false;
    }

    /// A run during which files changed may have seen them before or after that.
    fn after_meddling(&mut self, outcome: Result<Report>) {
        let seen = View::of(self.index.path());
        match outcome {
            Ok(report) => {
                self.check_report(&report, &seen);
                self.complete = true;
            }
            Err(error) => {
                let kinds = [ErrorKind::Shrink, ErrorKind::TooManyErrors, ErrorKind::Io];
                assert!(kinds.contains(&error.kind()), "{error:?}");
            }
        }
        self.check_added(&seen);
        self.seen = seen;
        self.settled = false;
    }
}

/// What a fresh build of a folder gives.
struct Fresh {
    report: Report,
    view: View,
    /// Ids that several records claim.
    contested: BTreeSet<String>,
}

impl Fresh {
    /// The index is the same, and the same failed, was skipped or had to yield.
    fn check(&self, report: &Report, seen: &View, exactly: bool) {
        seen.assert_same(&self.view, exactly, "against a fresh build");
        let counts = |report: &Report| {
            let Report {
                seen,
                duplicate,
                skipped,
                failed,
                documents,
                ..
            } = *report;
            [seen, duplicate, skipped, failed, documents]
        };
        assert_eq!(
            counts(report),
            counts(&self.report),
            "[seen, duplicate, skipped, failed, documents] against a fresh build"
        );
    }

    /// Every document is as it was or as it is now, and none that was there and is to stay is lost.
    fn check_part(&self, before: &View, seen: &View) {
        for id in seen.documents.keys() {
            let document = seen.document(id);
            assert!(
                document == before.document(id)
                    || document == self.view.document(id)
                    || self.contested.contains(id),
                "`{id}` is neither the old nor the new: {document:?}"
            );
        }
        for id in before.documents.keys() {
            assert!(
                seen.documents.contains_key(id) || !self.view.documents.contains_key(id),
                "`{id}` is lost"
            );
        }
    }
}

/// What the lines of a ledger say.
struct Told {
    /// How many records or files they speak of, by status.
    counts: BTreeMap<String, u64>,
    /// The ids of duplicates.
    contested: BTreeSet<String>,
}

/// Reads a ledger, which must have its totals.
fn ledger(path: &Path) -> Told {
    let text = fs::read_to_string(path).unwrap();
    let mut told = Told {
        counts: BTreeMap::new(),
        contested: BTreeSet::new(),
    };
    let mut is_whole = false;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        is_whole |= line["totals"].is_object();
        let Some(status) = line["status"].as_str().map(str::to_owned) else {
            continue;
        };
        if status == "duplicate" {
            told.contested
                .insert(line["id"].as_str().unwrap().to_owned());
        }
        *told.counts.entry(status).or_default() += line["records"].as_u64().unwrap_or(1);
    }
    assert!(is_whole, "{text}");
    told
}

/// Every file below a folder that can be read.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        // A merge of a run that was given up may go on for a moment; nothing names its files.
        if path.ends_with("data") {
            continue;
        }
        if path.is_dir() {
            contents.extend(self::contents(&path));
        }
        let bytes = fs::read(&path).unwrap_or_default();
        contents.insert(path, bytes);
    }
    contents
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else if let Err(error) = fs::copy(&path, copy) {
            // What is only temporary may go at any time.
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
        }
    }
}

/// Counts down; `true` when it comes to nothing.
fn count_down(left: &AtomicU32) -> bool {
    let relaxed = Ordering::Relaxed;
    left.fetch_update(relaxed, relaxed, |left| left.checked_sub(1)) == Ok(1)
}

/// Asks a run to stop after so many events.
struct StopAfter(AtomicU32);

impl Observer for StopAfter {
    fn event(&self, _: &Event) {
        count_down(&self.0);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Changes the files during a run.
struct Meddler<'a> {
    left: AtomicU32,
    folder: &'a Mutex<Folder>,
    event: &'a folder::Event,
}

impl Observer for Meddler<'_> {
    fn event(&self, _: &Event) {
        if count_down(&self.left) {
            self.folder.lock().unwrap().apply(self.event);
        }
    }
}

fn play(steps: &[Step]) {
    let mut story = Story::new();
    for step in steps {
        story.step(step);
    }
    // All is well that ends well: nothing is left that cannot be read, and nothing too young.
    story.folder().unlock();
    story.folder().clock += 10;
    story.settled = false;
    let kind = Kind {
        allow_shrink: true,
        ..Kind::default()
    };
    story.whole_run(kind);
    let generation = story.seen.generation;
    story.whole_run(kind);
    assert_eq!(
        story.seen.generation, generation,
        "there was nothing to publish"
    );
}

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let by_hand = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if by_hand { usual.cases } else { STORIES },
        rng_seed: if by_hand {
            usual.rng_seed
        } else {
            RngSeed::Fixed(7)
        },
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_story_of_a_folder_ends_like_a_fresh_build(steps in vec(step(), 1..40)) {
        play(&steps);
    }
}
