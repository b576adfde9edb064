//! Finds the files of a corpus in path order, and says of everything else why it is not read.
//!
//! Path order is the byte order of the whole relative path, in which a folder counts as its name
//! with a `/` behind it: `a-b.txt` comes before `a/x.txt`. Symbolic links are not followed.
//!
//! Folders are read, and their files looked at, by threads that run ahead of whoever asks.

mod ahead;
mod folder;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahead::Ahead;
use folder::{Ground, Task};

use super::format::Readers;
use super::rules::Rules;
use super::{Entry, Failure, Skipped, Stage};
use crate::{Error, ErrorKind, Result};

/// A walk through a corpus.
pub(super) struct Walk {
    ahead: Ahead,
    /// What is left of every folder, or part of one, on the way to the next entry.
    open: Vec<std::vec::IntoIter<Node>>,
}

/// One step of a walk.
enum Node {
    Entry(Entry),
    /// A folder, or a part of a large one, that comes at this place.
    Later(Key),
}

/// Where in the walk a task stands: path order, and a number that no other has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key(String, u64);

/// What a task leads to.
#[derive(Default)]
struct Findings {
    nodes: Vec<Node>,
    /// The tasks that `nodes` leaves for later.
    tasks: Vec<(Key, Task)>,
}

impl Findings {
    fn entry(&mut self, entry: Entry) {
        self.nodes.push(Node::Entry(entry));
    }

    fn later(&mut self, key: Key, task: Task) {
        self.nodes.push(Node::Later(key.clone()));
        self.tasks.push((key, task));
    }
}

impl Walk {
    /// Reads the root, and sets out.
    pub(super) fn new(
        root: &Path,
        config: Option<&Path>,
        rules: Arc<Rules>,
        readers: Arc<Readers>,
    ) -> Result<Self> {
        let metadata =
            fs::metadata(root).map_err(|source| Error::io(root, "read the folder", source))?;
        if !metadata.is_dir() {
            return Err(Error::new(
                ErrorKind::Io,
                format!("`{}` is not a folder", root.display()),
            )
            .with_path(root)
            .with_hint("name the folder that the articles are in"));
        }
        let listing =
            fs::read_dir(root).map_err(|source| Error::io(root, "read the folder", source))?;
        let config: Option<PathBuf> = config.and_then(|path| fs::canonicalize(path).ok());
        let ground = Arc::new(Ground::new(root, config, rules, readers));
        let Findings { nodes, tasks } = ground.begin(listing);
        Ok(Self {
            ahead: Ahead::new(ground, tasks),
            open: vec![nodes.into_iter()],
        })
    }
}

impl Iterator for Walk {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            match self.open.last_mut()?.next() {
                Some(Node::Entry(entry)) => return Some(entry),
                Some(Node::Later(key)) => {
                    let nodes = self.ahead.take(&key);
                    self.open.push(nodes.into_iter());
                }
                None => {
                    self.open.pop();
                }
            }
        }
    }
}

fn skip(path: String, code: &'static str, message: impl Into<String>) -> Entry {
    Entry::Skipped(Skipped {
        path,
        code,
        message: message.into(),
    })
}

fn failed(path: String, code: &'static str, cause: &std::io::Error) -> Entry {
    Entry::Failed(Failure {
        path,
        member: None,
        record: None,
        stage: Stage::Walk,
        code,
        message: format!("cannot be read: {cause}"),
    })
}
