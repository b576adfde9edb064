//! Runs over real folders and a real index.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::{TempDir, tempdir};

use super::super::{Event, Observer, ReindexOptions, Report, reindex};
use crate::corpus::Corpus;
use crate::{Config, Document, ErrorKind, Index, SearchRequest, WriterOptions};

/// Long after every file here was written.
pub(super) const NOW: i64 = 4_000_000_000;

pub(super) struct Place {
    pub(super) corpus: TempDir,
    pub(super) index: TempDir,
}

impl Place {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let place = Self {
            corpus: tempdir().unwrap(),
            index: tempdir().unwrap(),
        };
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    pub(super) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.corpus.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn remove(&self, path: &str) {
        fs::remove_file(self.corpus.path().join(path)).unwrap();
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        let [from, to] = [from, to].map(|path| self.corpus.path().join(path));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(from, to).unwrap();
    }

    pub(super) fn index(&self) -> Report {
        self.try_index(&Config::default(), &options(), &()).unwrap()
    }

    pub(super) fn try_index(
        &self,
        config: &Config,
        options: &ReindexOptions,
        observer: &dyn Observer,
    ) -> crate::Result<Report> {
        let corpus = Corpus::new(self.corpus.path(), config.clone()).unwrap();
        reindex(&corpus, self.index.path(), options, observer)
    }

    /// Every document: its id, and title and text.
    fn content(&self) -> BTreeMap<String, (String, String)> {
        content(self.index.path())
    }
}

pub(super) fn options() -> ReindexOptions {
    ReindexOptions::at(NOW).threads(2).memory(0).state_memory(0)
}

fn content(index: &Path) -> BTreeMap<String, (String, String)> {
    let searcher = Index::open(index).unwrap().searcher().unwrap();
    let all = SearchRequest::query("").unwrap().limit(10_000);
    let response = searcher.search(&all).unwrap();
    let ids = response.hits.iter().map(|hit| hit.id.to_string());
    ids.map(|id| {
        let found = searcher.get(&id).unwrap().unwrap().document;
        (id, (found.title, found.body))
    })
    .collect()
}

fn counts(report: &Report) -> [u64; 6] {
    let Report {
        indexed,
        unchanged,
        duplicate,
        skipped,
        failed,
        removed,
        ..
    } = *report;
    [indexed, unchanged, duplicate, skipped, failed, removed]
}

const LINES: &str = concat!(
    r#"{"id": "one", "title": "One", "body": "Talks resumed."}"#,
    "\n",
    r#"{"id": "two", "title": "Two", "body": "Talks ended."}"#,
    "\n",
    "not json\n",
    r#"{"title": "Three", "body": "No id here."}"#,
    "\n",
);

#[test]
fn a_folder_becomes_an_index_and_stays_equal_to_it() {
    let place = Place::new(&[
        ("a.md", "---\ntitle: A\n---\nAlpha text."),
        ("deep/b.txt", "\u{feff}A headline\n\nBeta text."),
        ("c.jsonl", LINES),
        ("photo.jpg", "no text"),
    ]);
    let report = place.index();
    assert_eq!(counts(&report), [5, 0, 0, 1, 1, 0]);
    assert_eq!(
        (report.seen, report.documents, report.generation),
        (7, 5, 1)
    );
    assert!(report.ledger.starts_with(place.index.path()));
    let content = place.content();
    let ids: Vec<_> = content.keys().map(String::as_str).collect();
    assert_eq!(ids, ["a.md", "c.jsonl#4", "deep/b.txt", "one", "two"]);
    assert_eq!(content["deep/b.txt"].0, "A headline");

    assert_eq!(counts(&place.index()), [0, 5, 0, 1, 1, 0]);

    place.write("c.jsonl", LINES.replace("ended", "failed"));
    place.write(
        "z.jsonl",
        r#"{"id": "one", "title": "Other", "body": "A later claim."}"#,
    );
    place.remove("a.md");
    let report = place.index();
    assert_eq!(counts(&report), [2, 2, 1, 1, 1, 1]);
    assert_eq!(report.documents, 4);
    let content = place.content();
    assert_eq!(content["two"].1, "Talks failed.");
    assert_eq!(content["one"].0, "Other");

    place.remove("z.jsonl");
    assert_eq!(counts(&place.index()), [1, 3, 0, 1, 1, 0]);
    assert_eq!(place.content()["one"].0, "One");
}

#[test]
fn a_rebuild_gives_the_same_and_remembers() {
    let place = Place::new(&[("a.txt", "Alpha."), ("c.jsonl", LINES)]);
    place.index();
    let before = place.content();
    let later = ReindexOptions {
        now: NOW + 5,
        ..options().rebuild(true)
    };
    let report = place.try_index(&Config::default(), &later, &()).unwrap();
    assert_eq!(counts(&report), [4, 0, 0, 0, 1, 0]);
    assert_eq!(place.content(), before);
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    assert_eq!(searcher.get("one").unwrap().unwrap().added, NOW);
}

/// Three documents with a desk, and what they would be as values of facets.
const DESKS: &str = r#"{"id": "one", "body": "Talks.", "desk": "World", "place": "Geneva"}
{"id": "two", "body": "Prices.", "desk": "Money"}
{"id": "three", "body": "Rain."}
"#;

pub(super) fn config(text: &str) -> Config {
    Config::parse(text, Path::new("pressmark.toml")).unwrap()
}

/// What the index holds, whole.
fn whole(index: &Path) -> Vec<crate::Document> {
    let searcher = Index::open(index).unwrap().searcher().unwrap();
    let mut documents = Vec::new();
    for stretch in searcher.stretches() {
        let mut keep = |stored: crate::StoredDocument| {
            documents.push(stored.document);
            Ok(())
        };
        searcher.each_document(&stretch, &mut keep).unwrap();
    }
    documents.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
    documents
}

#[test]
fn another_configuration_makes_documents_anew_from_what_is_kept() {
    let place = Place::new(&[("c.jsonl", DESKS), ("wire/a.txt", "Alpha.")]);
    place.index();
    for (text, remade) in [
        ("[facets.desk]\nkeys = [\"desk\"]\n", 2),
        ("[facets.desk]\nkeys = [\"place\"]\n", 2),
        ("[numbers.words]\n", 1),
        ("[[rules]]\npath = \"{source}/**\"\n", 1),
        ("[searches.a]\nquery = \"b\"\n", 1),
    ] {
        let config = config(text);
        // Nobody needs the file to know: it is another one, which looks the same.
        let report = place.try_index(&config, &options(), &()).unwrap();
        assert_eq!(counts(&report), [remade, 4 - remade, 0, 0, 0, 0], "{text}");
        assert_eq!(report.bytes, 0, "{text}");
        let schema = Index::open(place.index.path()).unwrap().schema().unwrap();
        assert_eq!(schema, config.schema);
        let fresh = tempdir().unwrap();
        let corpus = Corpus::new(place.corpus.path(), config.clone()).unwrap();
        reindex(&corpus, fresh.path(), &options(), &()).unwrap();
        assert_eq!(whole(place.index.path()), whole(fresh.path()), "{text}");
        let report = place.try_index(&config, &options(), &()).unwrap();
        assert_eq!(counts(&report), [0, 4, 0, 0, 0, 0], "{text}");
    }
}

#[test]
fn a_configuration_that_concerns_texts_reads_files_again() {
    let place = Place::new(&[("c.jsonl", DESKS)]);
    place.index();
    let config = config("[fields]\nbody = [\"desk\", \"...\"]\n");
    let report = place.try_index(&config, &options(), &()).unwrap();
    assert_eq!((report.indexed, report.bytes), (3, DESKS.len() as u64));
    let searcher = Index::open(place.index.path()).unwrap().searcher().unwrap();
    assert_eq!(searcher.get("one").unwrap().unwrap().document.body, "World");
}

#[test]
fn documents_whose_metadata_were_cut_are_made_anew_from_their_files() {
    let long = format!(
        r#"{{"id": "long", "body": "Text.", "note": "{}", "desk": "World"}}"#,
        "x".repeat(2 << 20)
    );
    let place = Place::new(&[("a.json", &long), ("c.jsonl", DESKS)]);
    place.index();
    let config = config("[facets.desk]\n[facets.note]\n");
    let report = place.try_index(&config, &options(), &()).unwrap();
    assert_eq!((report.indexed, report.bytes), (3, long.len() as u64));
    let fresh = tempdir().unwrap();
    let corpus = Corpus::new(place.corpus.path(), config).unwrap();
    reindex(&corpus, fresh.path(), &options(), &()).unwrap();
    assert_eq!(whole(place.index.path()), whole(fresh.path()));
}

#[test]
fn an_index_inside_its_corpus_does_not_index_itself() {
    let corpus = tempdir().unwrap();
    fs::write(corpus.path().join("a.txt"), "Alpha.").unwrap();
    let made = Corpus::new(corpus.path(), Config::default()).unwrap();
    let index = corpus.path().join("my index");
    for expected in [[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]] {
        let report = reindex(&made, &index, &options(), &()).unwrap();
        assert_eq!(counts(&report), expected);
    }
}

#[test]
fn a_root_that_is_gone_is_an_error() {
    let place = Place::new(&[("a.txt", "Alpha.")]);
    place.index();
    let Place { corpus, index } = place;
    let root = corpus.path().to_owned();
    drop(corpus);
    let made = Corpus::new(root, Config::default()).unwrap();
    let error = reindex(&made, index.path(), &options(), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(content(index.path()).len(), 1);
}

#[test]
fn a_second_writer_is_refused() {
    let place = Place::new(&[("a.txt", "Alpha.")]);
    place.index();
    let index = Index::open(place.index.path()).unwrap();
    let writer = index.writer_with(WriterOptions::default()).unwrap();
    writer
        .put(Document::new("by hand").body("Not from a file."))
        .unwrap();
    let error = place
        .try_index(&Config::default(), &options(), &())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
}

/// Stops when the first checkpoint was published.
#[derive(Default)]
struct StopAtCheckpoint(std::sync::atomic::AtomicBool);

impl Observer for StopAtCheckpoint {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Checkpoint { .. }) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn cancelled(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn one_large_file_is_resumed_in_its_middle() {
    let lines = (0..3_000).map(|n| {
        let body = format!("Text number {n}. ").repeat(30);
        format!(
            "{{\"id\": \"d{}\", \"title\": \"T\", \"body\": \"{body}\"}}\n",
            n % 2_900
        )
    });
    let place = Place::new(&[("large.jsonl", &lines.collect::<String>())]);
    let often = options().checkpoints(Duration::from_hours(1), 500);
    let stop = StopAtCheckpoint::default();
    let error = place
        .try_index(&Config::default(), &often, &stop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let some = place.content().len() as u64;
    assert!(some > 0 && some < 2_900, "{some}");

    let report = place.index();
    assert_eq!(
        (report.seen, report.duplicate, report.documents),
        (3_000, 100, 2_900)
    );
    assert!(
        report.unchanged > 0 && report.unchanged <= some,
        "{report:?}"
    );

    let fresh = tempdir().unwrap();
    let corpus = Corpus::new(place.corpus.path(), Config::default()).unwrap();
    reindex(&corpus, fresh.path(), &options(), &()).unwrap();
    assert_eq!(place.content(), content(fresh.path()));
}

#[test]
fn a_damaged_index_is_refused_and_a_rebuild_replaces_it() {
    let place = Place::new(&[
        ("a.txt", "Oil\n\nPrices rose."),
        ("b.txt", "War\n\nIt ended."),
    ]);
    place.index();
    let before = place.content();
    let generation = place.index.path().join("generations/1.json");
    for damage in ["", "{\"format\": 99}", "{\"format\": 1}"] {
        fs::write(&generation, damage).unwrap();
        let error = place
            .try_index(&Config::default(), &options(), &())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{damage}");
        assert!(error.hint().unwrap().contains("pressmark repair"));
    }
    let rebuilt = place
        .try_index(&Config::default(), &options().rebuild(true), &())
        .unwrap();
    assert_eq!(rebuilt.documents, 2);
    assert!(rebuilt.generation > 1);
    assert_eq!(place.content(), before);
    assert_eq!(place.index().unchanged, 2);
}

/// Moves a folder away when it was called so often.
struct MoveAway<'a> {
    left: std::sync::atomic::AtomicU32,
    from: &'a Path,
    to: &'a Path,
}

impl MoveAway<'_> {
    fn called(&self) {
        use std::sync::atomic::Ordering::Relaxed;
        if self.left.fetch_sub(1, Relaxed) == 1 {
            fs::rename(self.from, self.to).unwrap();
        }
    }
}

impl Observer for MoveAway<'_> {
    fn event(&self, _: &Event) {
        self.called();
    }

    fn cancelled(&self) -> bool {
        self.called();
        false
    }
}

/// A folder that is renamed or unmounted during a run takes its index along: nothing is made in
/// its place, where it would be taken for the folder.
#[test]
fn a_folder_that_goes_during_a_run_is_not_made_again() {
    let mut was_moved = true;
    for after in 0_u32.. {
        let top = tempdir().unwrap();
        let [here, there] = ["here", "there"].map(|name| top.path().join(name));
        fs::create_dir(&here).unwrap();
        fs::write(here.join("a.txt"), "Alpha.").unwrap();
        let corpus = Corpus::new(&here, Config::default()).unwrap();
        let index = here.join(".pressmark");
        let run = |observer: &dyn Observer| reindex(&corpus, &index, &options(), observer);
        if after == 0 {
            // Before the first thing it does.
            fs::rename(&here, &there).unwrap();
            let error = run(&()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(!here.exists());
            continue;
        }
        let index_first = after % 2 == 0;
        if index_first {
            run(&()).unwrap();
            fs::write(here.join("b.txt"), "Beta.").unwrap();
        }
        let observer = MoveAway {
            left: after.div_ceil(2).into(),
            from: &here,
            to: &there,
        };
        let outcome = run(&observer);
        let is_moved = there.exists();
        assert!(!is_moved || !here.exists(), "{after}: {outcome:?}");
        if is_moved {
            // What is there is whole, and goes on where it is.
            let corpus = Corpus::new(&there, Config::default()).unwrap();
            let index = there.join(".pressmark");
            let report = reindex(&corpus, &index, &options(), &()).unwrap();
            assert_eq!(report.documents, 1 + u64::from(index_first), "{after}");
        } else {
            outcome.unwrap();
        }
        if !is_moved && !was_moved {
            assert!(after > 10, "the folder was moved at hardly any moment");
            break;
        }
        was_moved = is_moved;
    }
}
