//! A small collection that changes step by step, and what an index of it has to be after each.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use super::super::{ReindexOptions, Report, reindex};
use super::whole::NOW;
use crate::corpus::Corpus;
use crate::{Config, ErrorKind, Index, Result, SearchRequest};

/// What is done to the collection, and how it is indexed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Build,
    /// A build that publishes on the way.
    Resumable,
    /// Files were changed, added and removed, and ids are claimed twice.
    Update,
    /// Claims were given up: others return.
    Return,
    Rebuild,
    /// Another schema.
    Switch,
    /// A build of documents that teach topics; it publishes on the way.
    Learn,
    /// Other documents teach other topics.
    Retag,
}

impl Step {
    /// The lives of indexes: steps that follow each other in each of them.
    pub(super) const LIVES: [&[Self]; 3] = [
        &[Self::Resumable],
        &[
            Self::Build,
            Self::Update,
            Self::Return,
            Self::Rebuild,
            Self::Switch,
        ],
        &[Self::Learn, Self::Retag],
    ];

    /// Whether a part of it may be published on the way.
    pub(super) fn is_resumable(self) -> bool {
        matches!(self, Self::Resumable | Self::Learn)
    }

    /// Whether topics are learned in it.
    pub(super) fn learns(self) -> bool {
        matches!(self, Self::Learn | Self::Retag)
    }
}

/// The collection.
#[derive(Debug)]
pub(super) struct Stage {
    corpus: TempDir,
}

/// What an index says of itself: documents by id, and the counts of facets.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Content {
    documents: BTreeMap<String, Value>,
    facets: Value,
    /// The hash of what was learned of topics.
    model: Option<String>,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self {
            corpus: tempdir().unwrap(),
        }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.corpus.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.corpus.path().join(path)).unwrap();
    }

    /// Changes the collection.
    pub(super) fn prepare(&self, step: Step) {
        match step {
            Step::Build | Step::Resumable => {
                self.write(
                    "a.md",
                    "---\ntitle: Alpha\ncountry: Iran\n---\nTalks resumed.\n",
                );
                self.write("b.txt", "Beta\n\nPrices rose again.\n");
                self.write("c.jsonl", &lines(0..6, "Iraq"));
                self.write("deep/er/d.txt", "Delta\n\nThe river rose.\n");
                self.write("photo.jpg", "none");
            }
            Step::Update => {
                self.write(
                    "a.md",
                    "---\ntitle: Alpha\ncountry: Oman\n---\nTalks ended.\n",
                );
                self.remove("b.txt");
                let few = lines(0..2, "Iraq") + &lines(3..6, "Iran") + &lines(8..9, "Cuba");
                self.write("c.jsonl", &few);
                self.write("e.md", "---\ntitle: Epsilon\ndesk: home\n---\nNew here.\n");
                self.write("z.jsonl", &lines(1..4, "Peru"));
            }
            Step::Return => self.remove("z.jsonl"),
            Step::Learn => self.write("t.jsonl", &taught("alder birch cedar")),
            Step::Retag => self.write("t.jsonl", &taught("alder birch dogwood elder")),
            Step::Rebuild | Step::Switch => {}
        }
    }

    /// Indexes the collection as the step wants it.
    pub(super) fn run(&self, step: Step, index: &Path) -> Result<Report> {
        let options = ReindexOptions::at(NOW + step as i64)
            .threads(2)
            .rebuild(step == Step::Rebuild)
            .retag(step == Step::Retag);
        let options = if step.is_resumable() {
            options.checkpoints(std::time::Duration::MAX, 4)
        } else {
            options
        };
        let config = match step {
            Step::Switch => "[facets.country]\n[facets.desk]\nkeys = [\"desk\"]\n",
            _ => "",
        };
        let config = Config::parse(config, Path::new("pressmark.toml")).unwrap();
        let corpus = Corpus::new(self.corpus.path(), config).unwrap();
        reindex(&corpus, index, &options, &())
    }

    /// Runs the step once more: there must be nothing left to do. Gives what is seen then, to be
    /// compared with an undisturbed index.
    pub(super) fn settle(&self, step: Step, index: &Path, what: &str) -> [u64; 6] {
        let again = match step {
            Step::Rebuild => Step::Return,
            step => step,
        };
        let report = self.run(again, index).unwrap();
        assert_eq!(
            [report.indexed, report.removed],
            [0, 0],
            "{what}: {report:?}"
        );
        // The account of a run that was killed stays, to be looked at.
        let mut leftovers = leftovers(index);
        leftovers.retain(|path| path.rsplit_once('.').is_none_or(|(_, it)| it != "part"));
        assert!(leftovers.is_empty(), "{what}: {leftovers:?} is left");
        [
            report.seen,
            report.documents,
            report.unchanged,
            report.duplicate,
            report.skipped,
            report.failed,
        ]
    }
}

/// Documents that teach topics, and one that is to get one of them.
fn taught(words: &str) -> String {
    let line = |id: &str, topic: &str, text: &str| {
        format!(
            "{{\"id\": \"{id}\", \"topic\": \"{topic}\", \"language\": \"en\", \"body\": \"{text}\"}}\n"
        )
    };
    let mut lines = line("sea", "", "No tide at the quay.");
    for word in words.split(' ') {
        for (more, text) in ["took", "left", "found", "met"].into_iter().zip(1..) {
            let sea = format!("The tide {more} the quay. {word}");
            let land = format!("The wheat {more} the field. {word}");
            lines += &line(&format!("sea-{word}-{text}"), "sea", &sea);
            lines += &line(&format!("land-{word}-{text}"), "land", &land);
        }
    }
    lines
}

fn lines(numbers: std::ops::Range<u32>, country: &str) -> String {
    let line = |number| {
        format!(
            "{{\"id\": \"n{number}\", \"title\": \"Number {number}\", \"country\": \"{country}\", \
             \"body\": \"In {country}, {number} ships came.\"}}\n"
        )
    };
    let lines: String = numbers.map(line).collect();
    lines + "{\"id\": \"n4\", \"body\": not json}\n"
}

/// What the index in a folder holds; `None` if there is none.
pub(super) fn content(index: &Path) -> Result<Option<Content>> {
    let index = match Index::open(index) {
        Err(error) if error.kind() == ErrorKind::NoIndex => return Ok(None),
        index => index?,
    };
    let searcher = index.searcher()?;
    let request = SearchRequest::query("")?.limit(10_000).all_facets();
    let response = searcher.search(&request)?;
    let mut documents = BTreeMap::new();
    for hit in &response.hits {
        let id = hit.id.to_string();
        let stored = searcher.get(&id)?.expect("a hit can be fetched");
        let document = stored.document;
        let value = serde_json::json!({
            "title": document.title,
            "body": document.body,
            "facets": hit.facets,
            "path": hit.path,
            "added": stored.added,
        });
        documents.insert(id, value);
    }
    assert_eq!(response.total, documents.len() as u64);
    // The words of the text are there, too.
    for word in ["ships", "rose", "talks"] {
        let found = searcher.search(&SearchRequest::query(word)?.limit(10_000))?;
        let has = |value: &Value| {
            let body = value["body"].as_str().unwrap_or("").to_lowercase();
            body.contains(word)
        };
        let expected = documents.values().filter(|value| has(value)).count();
        assert_eq!(found.total, expected as u64, "{word}");
    }
    let facets = serde_json::to_value(&response.facets).unwrap();
    let model = searcher.topic_model()?.map(|model| model.hash());
    Ok(Some(Content {
        documents,
        facets,
        model,
    }))
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Whether every document is in the other, as it is there. Topics are found when all are there.
    pub(super) fn is_part_of(&self, whole: &Self) -> bool {
        let without_topics = |document: &Value| {
            let mut document = document.clone();
            if let Some(facets) = document["facets"].as_object_mut() {
                facets.remove("topic");
            }
            document
        };
        self.documents.iter().all(|(id, document)| {
            let of_whole = whole.documents.get(id).map(without_topics);
            of_whole == Some(without_topics(document))
        })
    }

    /// The hash of what was learned of topics.
    pub(super) fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }
}

/// Files that no published state needs, and that the last run should have taken away.
fn leftovers(index: &Path) -> Vec<String> {
    let mut needed: HashSet<String> = HashSet::from(["CURRENT".into(), "LOCK".into()]);
    let current = fs::read_to_string(index.join("CURRENT")).unwrap();
    let newest: u64 = current.split(' ').next().unwrap().parse().unwrap();
    for entry in fs::read_dir(index.join("generations")).unwrap() {
        let path = entry.unwrap().path();
        let number = path.file_stem().unwrap().to_str().unwrap().parse::<u64>();
        if path.extension().is_none_or(|kind| kind != "json")
            || number.is_err()
            || number.unwrap() > newest
        {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        needed.insert(format!("generations/{name}"));
        let generation: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        needed.extend(generation["model"]["path"].as_str().map(str::to_owned));
        let build = generation["build"].as_str().unwrap();
        for file in generation["files"].as_array().unwrap() {
            needed.insert(format!("data/{build}/{}", file["path"].as_str().unwrap()));
        }
    }
    let mut left = Vec::new();
    for folder in ["", "generations", "data", "models", "journal", "runs"] {
        for file in files(&index.join(folder), folder == "data") {
            let name = file.strip_prefix(index).unwrap().to_str().unwrap();
            // How long old journals and ledgers stay is their own affair.
            let kind = file.extension().unwrap_or_default();
            let is_kept = match folder {
                "journal" => kind == "journal",
                "runs" => kind == "jsonl",
                _ => needed.contains(name),
            };
            if !is_kept {
                left.push(name.to_owned());
            }
        }
    }
    left
}

fn files(folder: &Path, below: bool) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files.push(path);
        } else if below {
            files.extend(self::files(&path, true));
        }
    }
    files
}
