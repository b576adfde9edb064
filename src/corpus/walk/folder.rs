//! One folder: its names in path order, and what becomes of each.
//!
//! All names of a folder are known at once, so whether an article has a sidecar, and a sidecar an
//! article, costs no look at the file system. Files are looked at relative to their open folder.

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirEntry, FileType, ReadDir};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::format::{Readers, says_nothing};
use super::super::records::{open_regular, unsupported};
use super::super::rules::Rules;
use super::super::{Entry, FileStat, Format, Sidecar, SourceFile, codes, limits, paths};
use super::{Findings, Key, Node, failed, skip};

/// The endings of sidecars, in the order in which they are looked for.
const SIDECARS: [&str; 4] = ["yaml", "yml", "toml", "json"];
/// Names of a folder that one thread looks at in one go.
const PART: usize = 512;
/// Folders that may stay open while several threads look at their parts.
const OPEN: usize = 8;

/// What holds for the whole walk.
pub(super) struct Ground {
    root: PathBuf,
    config: Option<PathBuf>,
    rules: Arc<Rules>,
    readers: Arc<Readers>,
    /// Has a clone for each folder that stays open.
    open: Arc<()>,
    next: AtomicU64,
}

/// Something to be done.
pub(super) enum Task {
    /// To read the folder at this path, and to look at what is in it.
    Folder(PathBuf),
    /// To look at some of the names of a folder.
    Part(Arc<Folder>, Vec<Name>),
}

/// A folder whose names are known.
pub(super) struct Folder {
    absolute: PathBuf,
    is_root: bool,
    /// What articles may use as sidecars, by path.
    sidecars: HashMap<String, DirEntry>,
    /// The sidecars that an article uses.
    claimed: HashSet<String>,
    _open: Option<Arc<()>>,
}

/// A name in a folder.
pub(super) struct Name {
    /// Relative to the corpus; with a `/` behind it if it is that of a folder.
    path: String,
    /// Where in `path` the name begins.
    start: usize,
    /// What the system says it is.
    kind: io::Result<FileType>,
    /// `None` if the folder has it among the sidecars.
    entry: Option<DirEntry>,
}

impl Ground {
    pub(super) fn new(
        root: &Path,
        config: Option<PathBuf>,
        rules: Arc<Rules>,
        readers: Arc<Readers>,
    ) -> Self {
        Self {
            root: root.to_owned(),
            config,
            rules,
            readers,
            open: Arc::default(),
            next: AtomicU64::new(0),
        }
    }

    /// Does the first task of all, with the root already open.
    pub(super) fn begin(&self, listing: ReadDir) -> Findings {
        self.read("", self.root.clone(), listing)
    }

    pub(super) fn run(&self, key: &Key, task: Task) -> Findings {
        let Key(path, _) = key;
        match task {
            Task::Folder(absolute) => match fs::read_dir(&absolute) {
                Ok(listing) => self.read(path, absolute, listing),
                Err(error) => Findings {
                    nodes: vec![unreadable(path, &error)],
                    tasks: Vec::new(),
                },
            },
            Task::Part(folder, names) => self.look_at(&folder, names),
        }
    }

    /// Reads all names of a folder. `prefix` is its path, and the `/` behind it.
    fn read(&self, prefix: &str, absolute: PathBuf, listing: ReadDir) -> Findings {
        let mut findings = Findings::default();
        let mut names = Vec::new();
        for entry in listing {
            match entry {
                Ok(entry) => names.push(Name::new(prefix, entry)),
                Err(error) => {
                    findings.nodes.push(unreadable(prefix, &error));
                    break;
                }
            }
        }
        names.sort_by(|a, b| a.path.cmp(&b.path));
        let sidecars = self.sidecars(&mut names);
        // To be shared out, it has to stay open, which only so many can at a time.
        let is_shared = names.len() > 2 * PART && Arc::strong_count(&self.open) <= OPEN;
        let mut folder = Folder {
            absolute,
            is_root: prefix.is_empty(),
            claimed: HashSet::new(),
            sidecars,
            _open: is_shared.then(|| Arc::clone(&self.open)),
        };
        self.claim(&mut folder, &names);
        if !is_shared {
            let inside = self.look_at(&folder, names);
            findings.nodes.extend(inside.nodes);
            findings.tasks = inside.tasks;
            return findings;
        }
        let folder = Arc::new(folder);
        let mut names = names.into_iter();
        loop {
            let part: Vec<Name> = names.by_ref().take(PART).collect();
            let Some(first) = part.first() else {
                return findings;
            };
            let path = first.path.clone();
            findings.later(self.key(path), Task::Part(Arc::clone(&folder), part));
        }
    }

    fn key(&self, path: String) -> Key {
        Key(path, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes out what may be a sidecar.
    fn sidecars(&self, names: &mut [Name]) -> HashMap<String, DirEntry> {
        names
            .iter_mut()
            .filter(|name| name.is_file() && sidecar_stem(name.text()).is_some())
            .filter(|name| !self.rules.forbids(&name.path))
            .filter_map(|name| Some((name.path.clone(), name.entry.take()?)))
            .collect()
    }

    /// Finds out which sidecars are used.
    fn claim(&self, folder: &mut Folder, names: &[Name]) {
        if folder.sidecars.is_empty() {
            return;
        }
        let articles = names.iter().filter(|name| {
            name.is_file()
                && self
                    .readers
                    .of_name(name.text())
                    .is_some_and(Format::is_single)
                && self.rules.excluded(&name.path).is_none()
        });
        folder.claimed = articles
            .filter_map(|name| Some(folder.sidecars_of(&name.path).next()?.0))
            .collect();
    }

    fn look_at(&self, folder: &Folder, names: Vec<Name>) -> Findings {
        let mut findings = Findings {
            nodes: Vec::with_capacity(names.len()),
            tasks: Vec::new(),
        };
        for name in names {
            self.judge(folder, name, &mut findings);
        }
        findings
    }

    /// What becomes of a name.
    fn judge(&self, folder: &Folder, name: Name, findings: &mut Findings) {
        let kind = match &name.kind {
            Ok(kind) => *kind,
            Err(error) => {
                let entry = failed(name.path, codes::UNREADABLE_FOLDER, error);
                return findings.entry(entry);
            }
        };
        let text = name.text();
        if kind.is_dir() {
            let skipped = if matches!(text, ".pressmark" | ".git") {
                return;
            } else if text.starts_with('.') {
                (codes::HIDDEN, "a hidden folder")
            } else if folder.is_root && text == "vocabulary" {
                let message = "the names that this corpus folds together, not articles";
                (codes::VOCABULARY, message)
            } else {
                let Some(entry) = name.entry else { return };
                return findings.later(self.key(name.path), Task::Folder(entry.path()));
            };
            let path = name.path.trim_end_matches('/').to_owned();
            return findings.entry(skip(path, skipped.0, skipped.1));
        }
        let entry = if text.starts_with('.') {
            skip(name.path, codes::HIDDEN, "a hidden file")
        } else if kind.is_symlink() {
            let message = "a symbolic link, which is not followed";
            skip(name.path, codes::SYMLINK, message)
        } else if !kind.is_file() {
            let message = "neither a file nor a folder";
            skip(name.path, codes::SPECIAL, message)
        } else if self.is_config(folder, text) {
            return;
        } else {
            match self.file(folder, name) {
                Some(entry) => entry,
                None => return,
            }
        };
        findings.entry(entry);
    }

    /// What becomes of a file; `None`: it goes with another.
    fn file(&self, folder: &Folder, name: Name) -> Option<Entry> {
        if let Some(why) = self.rules.excluded(&name.path) {
            // A sidecar goes with its article, which `include` may name alone.
            let is_claimed = folder.claimed.contains(&name.path);
            return (!is_claimed).then(|| skip(name.path, codes::EXCLUDED, why));
        }
        let text = name.text();
        if sidecar_stem(text).is_some() {
            let is_claimed = folder.claimed.contains(&name.path);
            let message = "metadata for an article that is not there, or that has other metadata";
            return (!is_claimed).then(|| skip(name.path, codes::ORPHAN_SIDECAR, message));
        }
        let named = self.readers.of_name(text).cloned();
        if named.is_none() && !says_nothing(text) {
            let message = unsupported(text);
            return Some(skip(name.path, codes::UNSUPPORTED, message));
        }
        let says = unsupported(text);
        let entry = name.entry?;
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(failed(name.path, codes::UNREADABLE, &error)),
        };
        let format = match named {
            Some(format) => format,
            None => match self.look_into(&entry.path()) {
                Ok(Some(format)) => format,
                Ok(None) => return Some(skip(name.path, codes::UNSUPPORTED, says)),
                Err(error) => return Some(failed(name.path, codes::UNREADABLE, &error)),
            },
        };
        let sidecar = if format.is_single() {
            folder.sidecar(&name.path)
        } else {
            None
        };
        Some(Entry::File(SourceFile {
            path: name.path,
            absolute: entry.path(),
            format,
            stat: FileStat::new(&metadata),
            sidecar,
        }))
    }

    /// The format that a file can only be of, judged by how it begins.
    fn look_into(&self, path: &Path) -> io::Result<Option<Format>> {
        let file = open_regular(path).map_err(|(_, message)| io::Error::other(message))?;
        let mut head = Vec::new();
        file.take(limits::SNIFF_BYTES as u64)
            .read_to_end(&mut head)?;
        Ok(self.readers.of_content(&head).cloned())
    }

    fn is_config(&self, folder: &Folder, name: &str) -> bool {
        if folder.is_root && name == "pressmark.toml" {
            return true;
        }
        // A configuration of another name is compared by place, but only where it can be one.
        self.config.as_ref().is_some_and(|config| {
            let name = paths::decode_path(name);
            config.file_name() == Some(name.as_os_str())
                && fs::canonicalize(folder.absolute.join(name)).is_ok_and(|path| path == *config)
        })
    }
}

impl Folder {
    /// What an article may use as its sidecar, in the order in which it looks.
    fn sidecars_of(&self, article: &str) -> impl Iterator<Item = (String, &DirEntry)> {
        let stem = article.rsplit_once('.').map(|(stem, _)| stem);
        let stem = stem.filter(|_| !self.sidecars.is_empty());
        stem.into_iter().flat_map(move |stem| {
            SIDECARS.iter().filter_map(move |extension| {
                let path = format!("{stem}.meta.{extension}");
                let entry = self.sidecars.get(&path)?;
                Some((path, entry))
            })
        })
    }

    /// The sidecar that an article uses: the first that is still there.
    fn sidecar(&self, article: &str) -> Option<Sidecar> {
        self.sidecars_of(article).find_map(|(_, entry)| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(Sidecar {
                absolute: entry.path(),
                stat: FileStat::new(&metadata),
            })
        })
    }
}

impl Name {
    fn new(prefix: &str, entry: DirEntry) -> Self {
        let kind = entry.file_type();
        let name = entry.file_name();
        let name = paths::encode(&name);
        let mut path = String::with_capacity(prefix.len() + name.len() + 1);
        path.push_str(prefix);
        path.push_str(&name);
        if kind.as_ref().is_ok_and(FileType::is_dir) {
            path.push('/');
        }
        Self {
            path,
            start: prefix.len(),
            kind,
            entry: Some(entry),
        }
    }

    /// The name alone.
    fn text(&self) -> &str {
        self.path[self.start..].trim_end_matches('/')
    }

    fn is_file(&self) -> bool {
        self.kind.as_ref().is_ok_and(FileType::is_file)
    }
}

/// `article` of `article.meta.yaml`.
fn sidecar_stem(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    SIDECARS
        .contains(&extension)
        .then(|| stem.strip_suffix(".meta"))?
        .filter(|stem| !stem.is_empty())
}

fn unreadable(prefix: &str, error: &io::Error) -> Node {
    let path = prefix.trim_end_matches('/').to_owned();
    Node::Entry(failed(path, codes::UNREADABLE_FOLDER, error))
}
