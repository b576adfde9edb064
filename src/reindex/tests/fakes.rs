//! A corpus and an index in memory, and runs that connect them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::super::ledger::RunId;
use super::super::run::{Job, Kept, Place};
use super::super::sink::{Prepare, Sink};
use super::super::source::{Raw, Source};
use super::super::store::Space;
use super::super::{Event, Observer, ReindexOptions, Report};
use crate::corpus::{
    Corpus, Entry, Failure, FileDigest, FileStat, Note, Reading, Skipped, SourceFile, Stage,
};
use crate::document::SourceLocation;
use crate::index::RunState;
use crate::schema::Digests;
use crate::tagging::topics::{TopicModel, Trainer};
use crate::{Commit, Document, Error, ErrorKind, Result, StoredDocument};

/// A record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Document {
        id: String,
        text: String,
    },
    /// The reader gives a failure instead of a record.
    Bad,
    /// The parser refuses it.
    Unparsable,
    /// The parser panics.
    Panic,
    /// The analysis panics.
    LatePanic,
    /// The index refuses it.
    Refused,
}

pub(super) fn doc(id: &str, text: &str) -> Text {
    Text::Document {
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct FakeFile {
    pub(super) records: Vec<Text>,
    pub(super) stat: FileStat,
    pub(super) unreadable: bool,
    /// It goes away between the walk and its reading.
    pub(super) vanished: bool,
    /// The reader reports that the file changed while it was read.
    pub(super) changing: bool,
}

/// A corpus in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    pub(super) files: BTreeMap<String, FakeFile>,
    pub(super) unreadable_folders: BTreeSet<String>,
    pub(super) skipped: BTreeSet<String>,
    pub(super) config: String,
    /// Seconds since 1970: when files are written and runs take place.
    pub(super) clock: i64,
    inodes: u64,
    /// Files whose broken records can be parsed after all.
    pub(super) cures: BTreeSet<String>,
    /// Files that were opened since this was last asked.
    pub(super) opened: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    pub(super) fn new() -> Self {
        Self {
            clock: 1_000_000,
            config: "first".to_owned(),
            ..Self::default()
        }
    }

    /// Time passes: what was written before is old enough to be told from what comes.
    pub(super) fn later(&mut self) -> &mut Self {
        self.clock += 10;
        self
    }

    /// Writes a file, new or not.
    pub(super) fn write(&mut self, path: &str, records: Vec<Text>) -> &mut Self {
        let ns = self.clock * 1_000_000_000;
        self.inodes += 1;
        let inode = self
            .files
            .get(path)
            .map_or(self.inodes, |file| file.stat.inode);
        let length = records.iter().map(size).sum();
        let stat = FileStat {
            length,
            modified_ns: ns,
            changed_ns: ns,
            inode,
        };
        let file = FakeFile {
            records,
            stat,
            ..FakeFile::default()
        };
        self.files.insert(path.to_owned(), file);
        self
    }

    pub(super) fn remove(&mut self, path: &str) -> &mut Self {
        self.files.remove(path);
        self
    }

    pub(super) fn touch(&mut self, path: &str) -> &mut Self {
        let ns = self.clock * 1_000_000_000;
        let file = self.files.get_mut(path).unwrap();
        (file.stat.modified_ns, file.stat.changed_ns) = (ns, ns);
        self
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> &mut Self {
        let mut file = self.files.remove(from).unwrap();
        file.stat.changed_ns = self.clock * 1_000_000_000;
        self.files.insert(to.to_owned(), file);
        self
    }

    /// The files opened since the last call.
    pub(super) fn opened(&self) -> Vec<String> {
        let mut opened = std::mem::take(&mut *self.opened.lock().unwrap());
        opened.sort();
        opened
    }
}

fn size(text: &Text) -> u64 {
    match text {
        Text::Document { id, text } => (id.len() + text.len()) as u64,
        _ => 1,
    }
}

fn failure(path: &str, record: Option<u64>, code: &'static str) -> Failure {
    let message = format!("the file is broken: {code}");
    Failure {
        path: path.to_owned(),
        member: None,
        record,
        stage: Stage::Read,
        code,
        message,
    }
}

/// A file of one record has no numbers.
fn number(path: &str, index: usize) -> Option<u64> {
    (!path.ends_with("txt")).then_some(index as u64 + 1)
}

pub(super) struct FakeRecords {
    items: std::vec::IntoIter<Result<Raw<Text>, Failure>>,
    digest: FileDigest,
}

impl Iterator for FakeRecords {
    type Item = Result<Raw<Text>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.items.next()
    }
}

impl Source for Shelf {
    type Data = Text;
    type Records = FakeRecords;

    fn root(&self) -> &Path {
        Path::new("/nowhere/at/all")
    }

    fn digests(&self) -> Digests {
        Digests {
            text: self.config.clone(),
            values: String::new(),
            tags: String::new(),
        }
    }

    fn remake(&self, _: &mut Document) {}

    fn walk(&self) -> Result<Box<dyn Iterator<Item = Entry> + '_>> {
        let below = |path: &str| {
            self.unreadable_folders
                .iter()
                .any(|folder| path.starts_with(&format!("{folder}/")))
        };
        let jsonl = Corpus::new("", crate::Config::default())?;
        let jsonl = jsonl.format_of("a.jsonl").unwrap();
        let files =
            self.files
                .iter()
                .filter(move |(path, _)| !below(path))
                .map(move |(path, file)| {
                    Entry::File(SourceFile {
                        path: path.clone(),
                        absolute: PathBuf::from(path),
                        format: jsonl.clone(),
                        stat: file.stat,
                        sidecar: None,
                    })
                });
        let skipped = self.skipped.iter().map(|path| {
            let message = "not read".to_owned();
            Entry::Skipped(Skipped {
                path: path.clone(),
                code: "unsupported",
                message,
            })
        });
        let folders = self.unreadable_folders.iter();
        let failed = folders.map(|path| Entry::Failed(failure(path, None, "unreadable_folder")));
        Ok(Box::new(files.chain(skipped).chain(failed)))
    }

    fn records(&self, file: &SourceFile) -> Result<FakeRecords, Failure> {
        self.opened.lock().unwrap().push(file.path.clone());
        let found = &self.files[&file.path];
        if found.unreadable {
            return Err(failure(&file.path, None, "unreadable"));
        }
        if found.vanished {
            return Err(failure(&file.path, None, "vanished"));
        }
        let mut start = 0;
        let mut items = Vec::new();
        for (index, text) in found.records.iter().enumerate() {
            let number = number(&file.path, index);
            let end = start + size(text);
            items.push(match text {
                Text::Bad => Err(failure(&file.path, number, "json")),
                text => Ok(Raw {
                    number,
                    member: None,
                    start,
                    end,
                    hash: *blake3::hash(format!("{text:?}").as_bytes()).as_bytes(),
                    // Large enough that a few of them fill a batch.
                    size: 100 << 10,
                    data: text.clone(),
                }),
            });
            start = end;
        }
        let hash = blake3::hash(format!("{:?}", found.records).as_bytes())
            .to_hex()
            .to_string();
        let digest = FileDigest {
            hash,
            length: start,
            changed: found.changing,
        };
        Ok(FakeRecords {
            items: items.into_iter(),
            digest,
        })
    }

    fn finish(&self, records: FakeRecords) -> FileDigest {
        records.digest
    }

    fn document(&self, file: &SourceFile, raw: Raw<Text>) -> Result<Reading, Failure> {
        let document = match raw.data {
            Text::Document { id, text } => {
                // A record without an id is called by its place.
                let id = match (id.is_empty(), raw.number) {
                    (true, Some(number)) => format!("{}#{number}", file.path),
                    (true, None) => file.path.clone(),
                    (false, _) => id,
                };
                Document::new(id).title(&*self.config).body(text)
            }
            Text::Panic => panic!("the parser met a bug"),
            Text::LatePanic => Document::new("late").body("panic"),
            Text::Refused => Document::new("").body("refused"),
            Text::Unparsable if self.cures.contains(&file.path) => {
                Document::new("cured").body("cured")
            }
            Text::Bad | Text::Unparsable => {
                return Err(failure(&file.path, raw.number, "unparsable"));
            }
        };
        let mut document = document;
        document.source = Some(SourceLocation {
            path: file.path.clone(),
            ..SourceLocation::default()
        });
        Ok(Reading {
            document,
            notes: Vec::new(),
        })
    }
}

/// What an index holds of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) text: String,
    pub(super) path: String,
    pub(super) config: String,
    pub(super) added: i64,
}

/// An index in memory; journals and ledgers are in a folder of its own.
pub(super) struct FakeIndex {
    pub(super) folder: TempDir,
    pub(super) published: BTreeMap<String, Held>,
    pub(super) generation: u64,
    pub(super) run: Option<RunState>,
}

impl FakeIndex {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            published: BTreeMap::new(),
            generation: 0,
            run: None,
        }
    }

    pub(super) fn ids(&self) -> Vec<&str> {
        self.published.keys().map(String::as_str).collect()
    }

    pub(super) fn text(&self, id: &str) -> Option<&str> {
        self.published.get(id).map(|held| &*held.text)
    }
}

/// A writer over a fake index.
pub(super) struct FakeSink<'i> {
    index: Mutex<&'i mut FakeIndex>,
    working: Mutex<BTreeMap<String, Held>>,
    generation: u64,
    documents: u64,
    /// Operations until one fails, as a full disk or a kill would have it.
    fails_after: Mutex<Option<usize>>,
    pub(super) operations: Arc<Mutex<Vec<String>>>,
}

impl FakeSink<'_> {
    fn operation(&self, what: String) -> Result<()> {
        let mut left = self.fails_after.lock().unwrap();
        if let Some(left) = left.as_mut() {
            if *left == 0 {
                return Err(Error::new(ErrorKind::Io, "no space left"));
            }
            *left -= 1;
        }
        self.operations.lock().unwrap().push(what);
        Ok(())
    }

    fn publish(&mut self, run: RunState) -> Result<Commit> {
        self.operation("commit".to_owned())?;
        let documents = self.working.lock().unwrap().clone();
        let mut index = self.index.lock().unwrap();
        index.generation += 1;
        index.run = Some(run);
        self.documents = documents.len() as u64;
        index.published = documents;
        self.generation = index.generation;
        Ok(Commit {
            generation: index.generation,
            documents: self.documents,
        })
    }
}

impl Sink for FakeSink<'_> {
    type Prepare = FakePreparer;

    fn preparer(&self) -> FakePreparer {
        FakePreparer
    }

    fn put(&self, (id, held): (String, Held), replaces: bool) -> Result<()> {
        self.operation(format!("put {id}"))?;
        let before = self.working.lock().unwrap().insert(id.clone(), held);
        assert!(
            replaces || before.is_none(),
            "`{id}` is there and would be there twice"
        );
        Ok(())
    }

    fn delete(&self, id: &str) -> Result<()> {
        self.operation(format!("delete {id}"))?;
        let before = self.working.lock().unwrap().remove(id);
        assert!(before.is_some(), "`{id}` is deleted and was not there");
        Ok(())
    }

    fn commit(&mut self, run: RunState) -> Result<Commit> {
        self.publish(run)
    }

    fn finish(mut self, run: RunState) -> Result<Commit> {
        self.publish(run)
    }

    fn documents(&self) -> u64 {
        self.documents
    }

    fn generation(&self) -> u64 {
        self.generation
    }
}

#[derive(Debug, Clone)]
pub(super) struct FakePreparer;

impl Prepare for FakePreparer {
    type Prepared = (String, Held);

    fn learned(self, _: Option<&Arc<TopicModel>>) -> Self {
        self
    }

    fn taught_by(&self) -> Option<&str> {
        None
    }

    fn teach(&mut self, _: &Document, _: &Mutex<Trainer>) {}

    fn retag(&mut self, _: StoredDocument, _: i64, _: bool) -> Result<Option<(String, Held)>> {
        Ok(None)
    }

    fn is_tagged_alike(&mut self, _: &StoredDocument, _: &Document) -> bool {
        true
    }

    fn prepare(&mut self, document: Document, added: i64) -> Result<(String, Held)> {
        assert!(document.body != "panic", "the analysis met a bug");
        if document.id.as_str().is_empty() {
            return Err(Error::new(ErrorKind::Document, "the id is empty"));
        }
        let held = Held {
            text: document.body,
            path: document.source.unwrap_or_default().path,
            config: document.title,
            added,
        };
        Ok((document.id.into_string(), held))
    }

    fn settle(&self, _: &mut Document) -> Result<()> {
        Ok(())
    }

    fn id((id, _): &(String, Held)) -> &str {
        id
    }

    fn notes(_: &(String, Held)) -> Vec<Note> {
        Vec::new()
    }
}

/// What a run gave, and what it did.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) report: Report,
    /// What was asked of the index, in order of id.
    pub(super) operations: Vec<String>,
    pub(super) ledger: Vec<Value>,
}

impl Outcome {
    /// `indexed unchanged duplicate skipped failed removed`
    pub(super) fn counts(&self) -> [u64; 6] {
        let Report {
            indexed,
            unchanged,
            duplicate,
            skipped,
            failed,
            removed,
            ..
        } = self.report;
        [indexed, unchanged, duplicate, skipped, failed, removed]
    }
}

/// How a run is to be disturbed.
#[derive(Debug, Clone, Default)]
pub(super) struct Setting {
    pub(super) options: ReindexOptions,
    pub(super) fails_after: Option<usize>,
}

impl Setting {
    pub(super) fn new() -> Self {
        let options = ReindexOptions::default()
            .threads(3)
            .checkpoints(Duration::from_hours(1), u64::MAX);
        Self {
            options,
            fails_after: None,
        }
    }

    pub(super) fn options(mut self, f: impl FnOnce(ReindexOptions) -> ReindexOptions) -> Self {
        self.options = f(self.options);
        self
    }

    pub(super) fn fails_after(mut self, operations: usize) -> Self {
        self.fails_after = Some(operations);
        self
    }
}

/// Brings the index up to date, and checks what holds for every run.
pub(super) fn index(shelf: &Shelf, index: &mut FakeIndex) -> Outcome {
    try_index(shelf, index, &Setting::new(), &()).unwrap()
}

pub(super) fn try_index(
    shelf: &Shelf,
    index: &mut FakeIndex,
    setting: &Setting,
    observer: &dyn Observer,
) -> Result<Outcome> {
    let folder = index.folder.path().to_owned();
    let mut options = setting.options.clone();
    options.now = shelf.clock;
    let before = index.run.clone();
    let start = if options.rebuild {
        BTreeMap::new()
    } else {
        index.published.clone()
    };
    let operations = Arc::new(Mutex::new(Vec::new()));
    let sink = FakeSink {
        generation: index.generation,
        documents: index.published.len() as u64,
        index: Mutex::new(index),
        working: Mutex::new(start),
        fails_after: Mutex::new(setting.fails_after),
        operations: Arc::clone(&operations),
    };
    let job = Job {
        source: shelf,
        before: before.unwrap_or_default(),
        place: Place {
            folder: &folder,
            run_id: RunId::new(&options.run_id, options.now).unwrap(),
            started: Instant::now(),
        },
        options: &options,
        observer,
        kept: Kept::Nowhere,
        // As little as can be: everything is put aside again and again.
        space: Space::new(&folder, 0),
    };
    let report = job.run(sink)?;
    let ledger: Vec<Value> = std::fs::read_to_string(&report.ledger)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    check_ledger(&report, &ledger);
    let mut operations = operations.lock().unwrap().clone();
    operations.retain(|operation| operation != "commit");
    operations.sort();
    Ok(Outcome {
        report,
        operations,
        ledger,
    })
}

/// Every line is about something else, and together they give the totals.
fn check_ledger(report: &Report, ledger: &[Value]) {
    let (seal, lines) = ledger.split_last().unwrap();
    assert!(seal["seal"].is_string(), "{seal}");
    let (totals, lines) = lines.split_last().unwrap();
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for line in lines {
        let status = line["status"].as_str().unwrap();
        *sums.entry(status).or_default() += line["records"].as_u64().unwrap_or(1);
        if !matches!(status, "removed" | "renamed" | "unchanged") && line["code"] != "unreadable" {
            assert!(
                places.insert((line["path"].to_string(), line["record"].as_u64())),
                "{line}"
            );
        }
    }
    for (status, expected) in [
        ("indexed", report.indexed),
        ("unchanged", report.unchanged),
        ("duplicate", report.duplicate),
        ("skipped", report.skipped),
        ("failed", report.failed),
        ("removed", report.removed),
        ("renamed", report.renamed),
    ] {
        let sum = sums.remove(status).unwrap_or(0);
        assert_eq!(sum, expected, "{status}: {lines:#?}");
        assert_eq!(totals["totals"][status], expected);
    }
    assert!(sums.is_empty(), "{sums:?}");
}

/// Stops after so many events.
pub(super) struct StopAfter(pub(super) Mutex<usize>);

impl Observer for StopAfter {
    fn event(&self, _: &Event) {
        let mut left = self.0.lock().unwrap();
        *left = left.saturating_sub(1);
    }

    fn cancelled(&self) -> bool {
        *self.0.lock().unwrap() == 0
    }
}
