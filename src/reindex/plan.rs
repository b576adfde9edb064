//! Compares a folder with what the journal says of it: which files have to be read, which stay,
//! which are gone.

use std::collections::HashSet;
use std::path::{Component, Path};

use super::entry::{Key, Status};
use super::state::{FileState, KeyMap, Record, State};
use crate::corpus::{Entry, Failure, Skipped, SourceFile, Stage, codes};
use crate::{Error, ErrorKind, Result};

/// A file modified so shortly before a run may change once more without a new time.
const TICK_NS: i64 = 2_000_000_000;

/// What earlier runs left behind.
#[derive(Debug, Default)]
pub(super) struct Old {
    pub(super) state: State,
    /// Where the record lies whose document the index holds, by the key of its id: file, record.
    pub(super) ids: KeyMap<(u32, u32)>,
    /// What is to be done with what did not change.
    pub(super) again: Again,
    /// When documents entered the index that the state does not know, in seconds since 1970 UTC.
    pub(super) added: KeyMap<i64>,
}

/// What is to be done with files and documents that did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Again {
    /// Every record is read and its document made anew.
    pub(super) all: bool,
    /// Documents are made anew from what is kept of them.
    pub(super) remake: bool,
    /// What failed before is read once more.
    pub(super) failed: bool,
}

impl Old {
    pub(super) fn new(mut state: State, again: Again) -> Self {
        let mut ids: KeyMap<(u32, u32)> = KeyMap::default();
        ids.reserve(state.files.len());
        let mut overtaken = Vec::new();
        let every = state.files.iter().zip(0_u32..);
        for (file, file_index) in every {
            for (record, index) in file.records.iter().zip(0_u32..) {
                if record.status == Status::Indexed {
                    // A killed first build may leave two places of one record: the later counts.
                    overtaken.extend(ids.insert(record.key, (file_index, index)));
                }
            }
        }
        for (file, record) in overtaken {
            state.files[file as usize].records[record as usize].status = Status::Duplicate;
        }
        Self {
            state,
            ids,
            again,
            added: KeyMap::default(),
        }
    }

    /// Documents in the index that came from files.
    pub(super) fn documents(&self) -> u64 {
        self.ids.len() as u64
    }

    /// The record whose document has this id, with its file.
    pub(super) fn holder(&self, key: Key) -> Option<(&FileState, &Record)> {
        let &(file, record) = self.ids.get(&key)?;
        let file = self.state.files.get(file as usize)?;
        Some((file, file.records.get(record as usize)?))
    }

    /// Whether a file is read although it is what it was.
    fn reads_again(&self, file: &FileState) -> bool {
        let again = self.again;
        again.all || (again.failed && file.has_failed()) || self.lacks_metadata(file)
    }

    /// Whether documents of a file are to be made anew, and what is kept of them does not suffice.
    pub(super) fn lacks_metadata(&self, file: &FileState) -> bool {
        self.again.remake && file.records.iter().any(|record| record.cut)
    }

    /// Looks for a file, at first at the place where it probably is.
    fn find(&self, path: &str, guess: u32) -> Option<u32> {
        let guessed = self.state.files.get(guess as usize);
        if guessed.is_some_and(|file| *file.path == *path) {
            return Some(guess);
        }
        let found = self
            .state
            .files
            .binary_search_by(|file| (*file.path).cmp(path));
        found.ok().map(|index| index as u32)
    }
}

/// What has to be done, and what is known without doing it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The files that will be known, in path order: their rank decides between equal ids.
    pub(super) files: Vec<PlannedFile>,
    /// The ranks of those to be read.
    pub(super) to_read: Vec<u32>,
    /// Files of the journal that are no longer there.
    pub(super) vanished: Vec<u32>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) failed: Vec<Failure>,
    /// Files found by the walk.
    pub(super) found: u64,
    /// Bytes to be read.
    pub(super) bytes: u64,
    /// The place in the old state that the next file probably has.
    next: u32,
}

/// A file that will be known.
#[derive(Debug)]
pub(super) struct PlannedFile {
    /// Its place in the old state.
    pub(super) old: Option<u32>,
    /// `None` if the walk could not reach it, or if nobody will have to read it.
    pub(super) source: Option<SourceFile>,
    pub(super) fate: Fate,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is what it was.
    Keep,
    /// It lies below a folder that cannot be read: what is known of it stays, until it can be.
    KeepUnseen,
    /// It is new, or may have changed.
    Read,
}

impl Plan {
    /// Compares what a walk finds. The index is passed over if it lies `inside` the corpus.
    pub(super) fn make(walk: impl Iterator<Item = Entry>, inside: Option<&str>, old: &Old) -> Self {
        let mut plan = Self::default();
        let mut found = Vec::new();
        for entry in walk {
            if inside.is_some_and(|inside| lies_in(entry.path(), inside)) {
                continue;
            }
            match entry {
                Entry::File(file) => found.push(file),
                Entry::Skipped(skipped) => plan.skipped.push(skipped),
                Entry::Failed(failure) => plan.failed.push(failure),
            }
        }
        plan.found = found.len() as u64;
        found.sort_by(|a, b| a.path.cmp(&b.path));
        let pairs = found.windows(2).zip(1..);
        let doubles: HashSet<usize> = pairs
            .filter(|(pair, _)| pair[0].path == pair[1].path)
            .map(|(_, second)| second)
            .collect();
        let mut unseen = old.unseen(&plan.failed).into_iter().peekable();
        let mut seen = vec![false; old.state.files.len()];
        for (index, file) in found.into_iter().enumerate() {
            let is_double = doubles.contains(&index);
            while let Some(index) =
                unseen.next_if(|&index| *old.state.files[index as usize].path < *file.path)
            {
                plan.keep_unseen(index, &mut seen);
            }
            plan.add(file, is_double, old, &mut seen);
        }
        for index in unseen {
            plan.keep_unseen(index, &mut seen);
        }
        plan.vanished = (0_u32..)
            .zip(&seen)
            .filter(|(_, seen)| !**seen)
            .map(|(i, _)| i)
            .collect();
        plan
    }

    fn add(&mut self, file: SourceFile, is_double: bool, old: &Old, seen: &mut [bool]) {
        // Both are in path order: most files are the next one.
        let index = old.find(&file.path, self.next);
        self.next = index.map_or(self.next, |index| index + 1);
        let place = index.and_then(|index| seen.get_mut(index as usize));
        let twice = place.is_some_and(|seen| std::mem::replace(seen, true));
        if twice || is_double {
            self.failed.push(Failure {
                path: file.path,
                member: None,
                record: None,
                stage: Stage::Walk,
                code: codes::SAME_PATH,
                message: "another file is called the same".to_owned(),
            });
            return;
        }
        let known = index.and_then(|index| old.state.files.get(index as usize));
        let keep = known.is_some_and(|known| {
            known.complete && known.settled && known.looks_like(&file) && !old.reads_again(known)
        });
        // A file that stays is opened again only if one of its ids may come back to it.
        let contested = known.is_some_and(|known| {
            known
                .records
                .iter()
                .any(|record| record.status == Status::Duplicate)
        });
        let (fate, source) = if keep {
            (Fate::Keep, contested.then_some(file))
        } else {
            self.to_read.push(self.files.len() as u32);
            self.bytes += file.stat.length;
            (Fate::Read, Some(file))
        };
        self.files.push(PlannedFile {
            old: index,
            source,
            fate,
        });
    }

    fn keep_unseen(&mut self, index: u32, seen: &mut [bool]) {
        // If the walk found it after all, it has its place already, or gets one.
        if !std::mem::replace(&mut seen[index as usize], true) {
            self.files.push(PlannedFile {
                old: Some(index),
                source: None,
                fate: Fate::KeepUnseen,
            });
        }
    }

    /// When the documents of records entered the index that are gone from their files, by the
    /// hash of the record; the earliest of equals.
    pub(super) fn gone(&self, old: &Old) -> KeyMap<i64> {
        let mut gone: KeyMap<i64> = KeyMap::default();
        let files = self.vanished.iter();
        let records = files.flat_map(|&file| &old.state.files[file as usize].records);
        for record in records.filter(|record| record.status == Status::Indexed) {
            let added = gone.entry(record.hash).or_insert(record.added);
            *added = record.added.min(*added);
        }
        gone
    }

    /// Refuses to begin anew without documents whose files cannot be reached at the moment.
    pub(super) fn check_rebuild(&self, old: &Old) -> Result<()> {
        let unseen = self
            .files
            .iter()
            .filter(|file| file.fate == Fate::KeepUnseen);
        let known = unseen.filter_map(|file| old.state.files.get(file.old? as usize));
        let documents: usize = known.map(|file| file.records.len()).sum();
        match self.failed.first() {
            Some(failure) if documents > 0 => Err(out_of_reach(&failure.path, documents)),
            _ => Ok(()),
        }
    }
}

impl Old {
    /// The known files that lie below something that could not be reached, in path order.
    fn unseen(&self, failed: &[Failure]) -> Vec<u32> {
        if failed.is_empty() {
            return Vec::new();
        }
        let failed: HashSet<&str> = failed.iter().map(|failure| &*failure.path).collect();
        let below = |path: &str| {
            let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            failed.contains("") || failed.contains(path) || folders.any(|it| failed.contains(it))
        };
        let files = self.state.files.iter().zip(0_u32..);
        files
            .filter(|(file, _)| below(&file.path))
            .map(|(_, index)| index)
            .collect()
    }
}

/// Why a rebuild would lose documents.
pub(super) fn out_of_reach(path: &str, records: usize) -> Error {
    Error::new(
        ErrorKind::Io,
        format!(
            "`{path}` cannot be read: records of the index that lie there or in other places that \
             cannot be read: {records}"
        ),
    )
    .with_hint("make it readable, or leave out `--rebuild`: then they stay as they are")
}

/// Whether a path is a folder or lies below it.
fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path of the index relative to the corpus, if it lies inside.
pub(super) fn index_inside(root: &Path, index: &Path) -> Option<String> {
    let root = root.canonicalize().ok()?;
    let index = index.canonicalize().ok()?;
    let relative = index.strip_prefix(&root).ok()?;
    let names: Vec<&str> = relative
        .components()
        .map(|component| match component {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect::<Option<_>>()?;
    (!names.is_empty()).then(|| names.join("/"))
}

/// Whether a file was old enough at the start of a run for a later change to show.
pub(super) fn is_settled(file: &SourceFile, now: i64) -> bool {
    let youngest = file
        .sidecar
        .iter()
        .map(|sidecar| sidecar.stat.modified_ns)
        .fold(file.stat.modified_ns, i64::max);
    youngest < now.saturating_mul(1_000_000_000).saturating_sub(TICK_NS)
}

/// Refuses to lose more than a fifth of the documents, and more than 20, without being told so.
pub(super) fn check_shrink(before: u64, after: u64, allowed: bool) -> Result<()> {
    let lost = before.saturating_sub(after);
    if allowed || lost <= 20 || lost.saturating_mul(5) <= before {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Shrink,
        format!("the index would shrink from {before} to {after} documents"),
    )
    .with_hint(
        "nothing is published; if the documents are meant to go, give `--allow-shrink` as well",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_itself_and_what_is_below() {
        for (path, folder, expected) in [
            ("a/b", "a", true),
            ("a", "a", true),
            ("ab", "a", false),
            ("a/b/c", "a/b", true),
            ("a", "a/b", false),
        ] {
            assert_eq!(lies_in(path, folder), expected, "{path} in {folder}");
        }
    }

    #[test]
    fn small_losses_pass_and_large_ones_do_not() {
        for (before, after, refused) in [
            (0, 0, false),
            (20, 0, false),
            (21, 0, true),
            (100, 80, false),
            (100, 79, true),
            (1_000, 800, false),
            (1_000, 799, true),
            (10, 50, false),
        ] {
            let error = check_shrink(before, after, false).err();
            assert_eq!(
                error.map(|e| e.kind()),
                refused.then_some(ErrorKind::Shrink),
                "{before}"
            );
            assert!(check_shrink(before, after, true).is_ok());
        }
    }

    #[test]
    fn an_index_inside_the_corpus_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("x/index");
        std::fs::create_dir_all(&inside).unwrap();
        assert_eq!(
            index_inside(folder.path(), &inside).as_deref(),
            Some("x/index")
        );
        assert_eq!(index_inside(folder.path(), folder.path()), None);
        assert_eq!(index_inside(&inside, folder.path()), None);
    }
}
