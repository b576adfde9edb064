//! Compares a folder with what the journal says of it: which files have to be read, which stay,
//! which are gone.

use std::path::{Component, Path, PathBuf};

use super::entry::{Key, Status};
use super::listing::{Formats, Passed, PassedList, pack, unpack};
use super::packed::{Reading, Writing};
use super::state::{FileState, Record, State};
use super::store::{Array, Bits, Fixed, Log, Sorter, Space, Table};
use crate::corpus::{Entry, SourceFile, codes};
use crate::{Error, ErrorKind, Result};

/// A file modified so shortly before a run may change once more without a new time.
const TICK_NS: i64 = 2_000_000_000;

/// What earlier runs left behind.
#[derive(Debug)]
pub(super) struct Old {
    pub(super) state: State,
    /// Where the record lies whose document the index holds, by the key of its id.
    ids: Table<Place>,
    /// What is to be done with what did not change.
    pub(super) again: Again,
    /// When documents entered the index that the state does not know, in seconds since 1970 UTC.
    pub(super) added: Table<i64>,
    pub(super) space: Space,
}

/// Where a record of the old state lies: its file, and its place among all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: u32,
    pub(super) slot: u64,
}

impl Fixed for Place {
    const SIZE: usize = 12;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.file);
        out.put_u64(self.slot);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        Self {
            file: input.take_u32(),
            slot: input.take_u64(),
        }
    }
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
    pub(super) fn new(mut state: State, again: Again, space: &Space) -> Result<Self> {
        let mut ids = Table::with_room(space, state.documents()?);
        let mut overtaken = Array::<Place>::new(space);
        let is_small = ids.bytes() < space.memory() / 2;
        let mut put = |key, place| {
            // A killed first build may leave two places of one record: the later counts.
            match ids.insert(key, place)? {
                Some(earlier) => overtaken.push(&earlier).map(|_| ()),
                None => Ok(()),
            }
        };
        if is_small {
            each_indexed(&state, put)?;
        } else {
            // In the order of the table a page is filled once, and not fetched for every key.
            let mut sorter = Sorter::new(space);
            each_indexed(&state, |key, place| sorter.push(&sortable(key, place)))?;
            sorter.finish(|bytes| {
                let (key, place) = unsorted(bytes);
                put(key, place)
            })?;
        }
        for item in overtaken.iter() {
            let (_, place) = item?;
            state.overtake(place.file, place.slot)?;
        }
        Ok(Self {
            state,
            ids,
            again,
            added: Table::new(space),
            space: space.clone(),
        })
    }

    /// Documents in the index that came from files.
    pub(super) fn documents(&self) -> u64 {
        self.ids.len()
    }

    /// Whether the index holds a document of this id that came from a file.
    pub(super) fn holds(&self, key: Key) -> Result<bool> {
        self.ids.contains(key)
    }

    /// The record whose document has this id, and where it lies.
    pub(super) fn holder(&self, key: Key) -> Result<Option<(Place, Record)>> {
        match self.ids.get(key)? {
            Some(place) => Ok(Some((place, self.state.record(place.slot)?))),
            None => Ok(None),
        }
    }

    /// Whether a file is read although it is what it was.
    fn reads_again(&self, file: &FileState) -> bool {
        let again = self.again;
        again.all || (again.failed && file.has_failed()) || self.lacks_metadata(file)
    }

    /// Whether documents of a file are to be made anew, and what is kept of them does not suffice.
    pub(super) fn lacks_metadata(&self, file: &FileState) -> bool {
        self.again.remake && file.cut
    }
}

/// Calls back with the key and the place of every record that has a document, in their order.
fn each_indexed(state: &State, mut visit: impl FnMut(Key, Place) -> Result<()>) -> Result<()> {
    for item in state.files() {
        let (index, file) = item?;
        if file.records.indexed == 0 {
            continue;
        }
        for item in state.records(&file) {
            let (slot, record) = item?;
            if record.status == Status::Indexed {
                visit(record.key, Place { file: index, slot })?;
            }
        }
    }
    Ok(())
}

/// Bytes whose order is that of keys, and then that of places.
fn sortable(key: Key, place: Place) -> [u8; 28] {
    let mut bytes = [0; 28];
    bytes[..16].copy_from_slice(&key.0);
    bytes[16..20].copy_from_slice(&place.file.to_be_bytes());
    bytes[20..].copy_from_slice(&place.slot.to_be_bytes());
    bytes
}

fn unsorted(bytes: &[u8]) -> (Key, Place) {
    let file = bytes.get(16..).and_then(<[u8]>::first_chunk);
    let place = Place {
        file: file.map_or(0, |it| u32::from_be_bytes(*it)),
        slot: bytes.last_chunk().map_or(0, |it| u64::from_be_bytes(*it)),
    };
    (Key(bytes.first_chunk().copied().unwrap_or_default()), place)
}

/// What has to be done, and what is known without doing it.
#[derive(Debug)]
pub(super) struct Plan {
    /// The files that will be known, in path order: their rank decides between equal ids.
    files: Array<PlannedFile>,
    /// What the walk says of files that may be opened.
    sources: Log,
    formats: Formats,
    /// The ranks of files to be read.
    pub(super) to_read: Array<u32>,
    /// Files of the old state that are still there, or may be.
    seen: Bits,
    pub(super) skipped: PassedList,
    pub(super) failed: PassedList,
    /// Files found by the walk.
    pub(super) found: u64,
    /// Bytes to be read.
    pub(super) bytes: u64,
    /// The folder that paths are relative to.
    root: PathBuf,
}

/// A file that will be known.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedFile {
    /// Its place in the old state.
    pub(super) old: Option<u32>,
    /// Where its source is; `None` if the walk could not reach it, or if nobody will have to read it.
    source: Option<u64>,
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

impl Fate {
    pub(super) fn to_byte(self) -> u8 {
        match self {
            Self::Keep => 0,
            Self::KeepUnseen => 1,
            Self::Read => 2,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Keep,
            1 => Self::KeepUnseen,
            _ => Self::Read,
        }
    }
}

impl Fixed for PlannedFile {
    const SIZE: usize = 13;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.old.unwrap_or(u32::MAX));
        out.put_place(self.source);
        out.put(&[self.fate.to_byte()]);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        Self {
            old: Some(input.take_u32()).filter(|old| *old != u32::MAX),
            source: input.take_place(),
            fate: Fate::from_byte(input.take::<1>()[0]),
        }
    }
}

impl PlannedFile {
    /// Whether it can be opened.
    pub(super) fn has_source(&self) -> bool {
        self.source.is_some()
    }
}

impl Plan {
    /// Compares what a walk below `root` finds. The index is passed over if it lies `inside` the
    /// corpus.
    pub(super) fn make(
        root: &Path,
        walk: impl Iterator<Item = Entry>,
        inside: Option<&str>,
        old: &Old,
    ) -> Result<Self> {
        let space = &old.space;
        let mut plan = Self {
            files: Array::new(space),
            sources: Log::new(space),
            formats: Formats::default(),
            to_read: Array::new(space),
            seen: Bits::new(space),
            skipped: PassedList::new(space),
            failed: PassedList::new(space),
            found: 0,
            bytes: 0,
            root: root.to_owned(),
        };
        // Mostly they come in path order; that costs a comparison each.
        let mut found = Sorter::new(space);
        let mut out_of_reach = Table::new(space);
        let mut bytes = Vec::new();
        for entry in walk {
            if inside.is_some_and(|inside| lies_in(entry.path(), inside)) {
                continue;
            }
            match entry {
                Entry::File(file) => {
                    bytes.clear();
                    bytes.extend_from_slice(file.path.as_bytes());
                    // No path holds a zero. Of two with one path, the first found comes first.
                    bytes.push(0);
                    bytes.extend_from_slice(&plan.found.to_be_bytes());
                    pack(&file, &mut plan.formats, &mut bytes);
                    found.push(&bytes)?;
                    plan.found += 1;
                }
                Entry::Skipped(skipped) => plan.skipped.push(Passed::from(&skipped))?,
                Entry::Failed(failure) => {
                    out_of_reach.insert(Key::of(&failure.path), ())?;
                    plan.failed.push(Passed::from(&failure))?;
                }
            }
        }
        let mut known = Known {
            old,
            out_of_reach,
            files: Box::new(old.state.files()),
            next: None,
        };
        known.advance()?;
        let mut last = Vec::new();
        found.finish(|bytes| plan.take(bytes, &mut last, &mut known))?;
        known.pass_before(None, &mut plan)?;
        Ok(plan)
    }

    /// Takes the next file in path order.
    fn take(&mut self, bytes: &[u8], last: &mut Vec<u8>, known: &mut Known<'_>) -> Result<()> {
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        let (path, rest) = bytes.split_at(end);
        let rest = rest.get(1 + size_of::<u64>()..).unwrap_or_default();
        let is_double = path == last.as_slice();
        last.clear();
        last.extend_from_slice(path);
        let path = String::from_utf8_lossy(path);
        if is_double {
            return self.failed.push(Passed {
                path: &path,
                code: codes::SAME_PATH,
                message: "another file is called the same",
            });
        }
        known.pass_before(Some(&path), self)?;
        let before = known.take(&path)?;
        let Some(file) = unpack(&self.root, &self.formats, &path, rest) else {
            return Err(Error::new(
                ErrorKind::Engine,
                "a list of files was mixed up",
            ));
        };
        if let Some((index, _)) = &before {
            self.seen.insert(u64::from(*index))?;
        }
        let old = known.old;
        let keep = before.as_ref().is_some_and(|(_, known)| {
            known.complete && known.settled && known.looks_like(&file) && !old.reads_again(known)
        });
        // A file that stays is opened again only if one of its ids may come back to it.
        let is_contested = before.is_some_and(|(_, known)| known.records.duplicate > 0);
        let source = if keep && !is_contested {
            None
        } else {
            Some(self.sources.push(bytes)?)
        };
        if !keep {
            self.to_read.push(&(self.files.len() as u32))?;
            self.bytes += file.stat.length;
        }
        let fate = if keep { Fate::Keep } else { Fate::Read };
        let old = before.map(|(index, _)| index);
        self.files.push(&PlannedFile { old, source, fate })?;
        Ok(())
    }

    /// A file that will be known, by its rank.
    pub(super) fn file(&self, rank: u32) -> Result<PlannedFile> {
        self.files.get(u64::from(rank))
    }

    /// Every file that will be known, with its rank.
    pub(super) fn files(&self) -> impl Iterator<Item = Result<(u32, PlannedFile)>> + '_ {
        let files = self.files.iter();
        files.map(|item| item.map(|(rank, file)| (rank as u32, file)))
    }

    /// What the walk said of a file, if it may be opened.
    pub(super) fn source(&self, file: &PlannedFile) -> Result<Option<SourceFile>> {
        let Some(at) = file.source else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        self.sources.get(at, &mut bytes)?;
        let end = bytes.iter().position(|byte| *byte == 0);
        let (path, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        let rest = rest.get(1 + size_of::<u64>()..).unwrap_or_default();
        let path = String::from_utf8_lossy(path);
        Ok(unpack(&self.root, &self.formats, &path, rest))
    }

    /// Files of the old state that are no longer there, in path order.
    pub(super) fn vanished<'a>(
        &'a self,
        old: &'a Old,
    ) -> impl Iterator<Item = Result<(u32, FileState)>> + 'a {
        old.state.files().filter_map(|item| {
            let (index, file) = match item {
                Ok(item) => item,
                Err(error) => return Some(Err(error)),
            };
            match self.seen.contains(u64::from(index)) {
                Ok(true) => None,
                Ok(false) => Some(Ok((index, file))),
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// When the documents of records entered the index that are gone from their files, by the
    /// hash of the record; the earliest of equals.
    pub(super) fn gone(&self, old: &Old) -> Result<Table<i64>> {
        let mut gone = Table::new(&old.space);
        for item in self.vanished(old) {
            let (_, file) = item?;
            for item in old.state.records(&file) {
                let (_, record) = item?;
                if record.status == Status::Indexed {
                    let added = gone.get(record.hash)?.unwrap_or(record.added);
                    gone.insert(record.hash, added.min(record.added))?;
                }
            }
        }
        Ok(gone)
    }

    /// Refuses to begin anew without documents whose files cannot be reached at the moment.
    pub(super) fn check_rebuild(&self, old: &Old) -> Result<()> {
        if self.failed.len() == 0 {
            return Ok(());
        }
        let mut documents = 0;
        for item in self.files() {
            if let (
                _,
                PlannedFile {
                    old: Some(index),
                    fate: Fate::KeepUnseen,
                    ..
                },
            ) = item?
            {
                documents += u64::from(old.state.file(index)?.records.all);
            }
        }
        let mut refusal = None;
        self.failed.each(|failure| {
            if documents > 0 {
                refusal.get_or_insert_with(|| out_of_reach(failure.path, documents));
            }
            Ok(())
        })?;
        refusal.map_or(Ok(()), Err)
    }
}

/// The files of the old state in path order, beside those that the walk found.
struct Known<'a> {
    old: &'a Old,
    /// What the walk could not read, by the keys of paths.
    out_of_reach: Table<()>,
    files: Box<dyn Iterator<Item = Result<(u32, FileState)>> + 'a>,
    next: Option<(u32, FileState, String)>,
}

impl Known<'_> {
    fn advance(&mut self) -> Result<()> {
        self.next = match self.files.next().transpose()? {
            Some((index, file)) => Some((index, file, self.old.state.path(&file)?)),
            None => None,
        };
        Ok(())
    }

    /// Passes over files that the walk did not find, up to a path: those that lie below something
    /// that could not be read stay.
    fn pass_before(&mut self, path: Option<&str>, plan: &mut Plan) -> Result<()> {
        while let Some((index, _, known)) = &self.next {
            if path.is_some_and(|path| known.as_str() >= path) {
                break;
            }
            if self.is_out_of_reach(known)? {
                plan.seen.insert(u64::from(*index))?;
                plan.files.push(&PlannedFile {
                    old: Some(*index),
                    source: None,
                    fate: Fate::KeepUnseen,
                })?;
            }
            self.advance()?;
        }
        Ok(())
    }

    /// The file of that path, if it is known.
    fn take(&mut self, path: &str) -> Result<Option<(u32, FileState)>> {
        match &self.next {
            Some((index, file, known)) if known == path => {
                let found = (*index, *file);
                self.advance()?;
                Ok(Some(found))
            }
            _ => Ok(None),
        }
    }

    fn is_out_of_reach(&self, path: &str) -> Result<bool> {
        if self.out_of_reach.is_empty() {
            return Ok(false);
        }
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        for path in ["", path].into_iter().chain(folders) {
            if self.out_of_reach.contains(Key::of(path))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Why a rebuild would lose documents.
pub(super) fn out_of_reach(path: &str, records: u64) -> Error {
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
