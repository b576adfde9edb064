//! A real folder with a clock of its own: every time a file carries is set, so that nothing
//! depends on when a test runs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::articles::{Article, Content, Line, article, content, line};
use crate::corpus::FileStat;

/// The names that files get; a folder sorts as its name with a `/` behind it.
const PATHS: [&str; 15] = [
    "a.txt",
    "b.jsonl",
    "c.md",
    "d.json",
    "d/a.jsonl",
    "d/x.txt",
    "d/e/y.md",
    "d-f.txt",
    "drafts/q.md",
    "news/afp/1962-10/z.txt",
    "news/afp/1962-10/w.jsonl",
    "news/reuters/1987-03-02/m.md",
    "z.jsonl",
    "photo.jpg",
    ".hidden.txt",
];

/// Folders, as they are and as they may be called.
const FOLDERS: [&str; 7] = [
    "d",
    "d/e",
    "drafts",
    "news",
    "news/afp",
    "news/reuters",
    "g",
];

/// Something that happens to the files. Files there are chosen by their number in path order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A file is written; the bool: by renaming a finished one to its place.
    Write(u8, Content, bool),
    Edit(u8, Edit),
    /// Other bytes, but as many and with the same time.
    Disguise(u8),
    Touch(u8),
    /// A file gets another name; the bool: its sidecar with it.
    Rename(u8, u8, bool),
    RenameFolder(u8, u8),
    /// The bool: with its time.
    Copy(u8, u8, bool),
    Delete(u8),
    Truncate(u8, u8),
    Sidecar(u8, u8, Article),
    /// A file or folder cannot be read any more.
    Lock(u8, bool),
    /// Everything can be read again.
    Unlock,
}

/// A change among the lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Insert(u8, Line),
    Replace(u8, Line),
    Remove(u8),
    Swap(u8, u8),
    Repeat(u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<u8>(), line()).prop_map(|(at, line)| Edit::Insert(at, line)),
        3 => (any::<u8>(), line()).prop_map(|(at, line)| Edit::Replace(at, line)),
        2 => any::<u8>().prop_map(Edit::Remove),
        1 => any::<(u8, u8)>().prop_map(|(a, b)| Edit::Swap(a, b)),
        1 => any::<u8>().prop_map(Edit::Repeat),
    ]
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let path = || 0..PATHS.len() as u8;
    let folder = || 0..FOLDERS.len() as u8;
    prop_oneof![
        10 => (path(), content(), any::<bool>())
            .prop_map(|(path, content, whole)| Event::Write(path, content, whole)),
        5 => (any::<u8>(), edit()).prop_map(|(file, edit)| Event::Edit(file, edit)),
        1 => any::<u8>().prop_map(Event::Disguise),
        1 => any::<u8>().prop_map(Event::Touch),
        3 => (any::<u8>(), path(), any::<bool>())
            .prop_map(|(from, to, both)| Event::Rename(from, to, both)),
        2 => (folder(), folder()).prop_map(|(from, to)| Event::RenameFolder(from, to)),
        1 => (any::<u8>(), path(), any::<bool>())
            .prop_map(|(from, to, time)| Event::Copy(from, to, time)),
        2 => any::<u8>().prop_map(Event::Delete),
        1 => any::<(u8, u8)>().prop_map(|(file, part)| Event::Truncate(file, part)),
        2 => (any::<u8>(), 0..5_u8, article())
            .prop_map(|(file, kind, article)| Event::Sidecar(file, kind, article)),
        1 => any::<(u8, bool)>().prop_map(|(file, folder)| Event::Lock(file, folder)),
        1 => Just(Event::Unlock),
    ]
}

/// The folder, and what time it is there.
#[derive(Debug)]
pub(super) struct Folder {
    root: TempDir,
    /// Seconds since 1970.
    pub(super) clock: i64,
    /// Whether something cannot be read at the moment.
    pub(super) locked: bool,
}

impl Folder {
    pub(super) fn new() -> Self {
        Self {
            root: tempdir().unwrap(),
            clock: 1_000_000_000,
            locked: false,
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Whether what lies at this path is there, and cannot be read at the moment.
    pub(super) fn locks(&self, path: &str) -> bool {
        let opened = File::open(self.path().join(path));
        opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    }

    /// Every file, by its path in the corpus.
    pub(super) fn files(&self) -> BTreeMap<String, PathBuf> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let relative = path.strip_prefix(self.path()).unwrap();
                    files.insert(relative.to_str().unwrap().to_owned(), path);
                }
            }
        }
        files
    }

    /// The file of that number among those there are.
    fn file(&self, number: u8) -> Option<PathBuf> {
        let files = self.files();
        let number = usize::from(number).checked_rem(files.len())?;
        files.into_values().nth(number)
    }

    /// Lets something happen. What is not possible does not happen.
    pub(super) fn apply(&mut self, event: &Event) {
        let named = |number: u8| self.path().join(PATHS[usize::from(number)]);
        match event {
            Event::Write(path, content, whole) => {
                let bytes = content.bytes(PATHS[usize::from(*path)]);
                self.write(&named(*path), &bytes, *whole);
            }
            Event::Unlock => self.unlock(),
            Event::RenameFolder(from, to) => {
                let folder = |number: &u8| self.path().join(FOLDERS[usize::from(*number)]);
                Self::rename(&folder(from), &folder(to));
            }
            Event::Edit(number, edit) => {
                self.change(*number, |bytes| edit.apply(bytes));
            }
            Event::Truncate(number, part) => self.change(*number, |bytes| {
                let end = bytes.len() * usize::from(*part) / 256;
                bytes.truncate(end);
            }),
            Event::Disguise(number) => self.disguise(*number),
            Event::Touch(number) => {
                if let Some(file) = self.file(*number) {
                    Self::date(&file, self.clock);
                }
            }
            Event::Rename(number, to, both) => {
                let Some(from) = self.file(*number) else {
                    return;
                };
                let to = named(*to);
                if !to.is_dir() {
                    Self::rename(&from, &to);
                    let beside = sidecars(&from).zip(sidecars(&to));
                    for (from, to) in beside.filter(|(from, _)| *both && from.is_file()) {
                        Self::rename(&from, &to);
                    }
                }
            }
            Event::Copy(number, to, with_time) => {
                let to = named(*to);
                let Some((from, bytes)) = self.read(*number).filter(|(from, _)| *from != to) else {
                    return;
                };
                let time = seconds(&from);
                if self.write(&to, &bytes, false) && *with_time {
                    Self::date(&to, time);
                }
            }
            Event::Delete(number) => {
                if let Some(file) = self.file(*number) {
                    let _ = fs::remove_file(file);
                }
            }
            Event::Sidecar(number, kind, article) => {
                if let Some(file) = self.file(*number) {
                    let path = sidecars(&file).nth(usize::from(*kind % 3)).unwrap();
                    self.write(&path, &metadata(*kind, *article), false);
                }
            }
            Event::Lock(number, folder) => self.lock(*number, *folder),
        }
    }

    /// Writes a file unless a folder has its name, or a file that of its folder.
    fn write(&self, path: &Path, bytes: &[u8], whole: bool) -> bool {
        let target = if whole {
            self.path().join(".unfinished")
        } else {
            path.to_owned()
        };
        let written = fs::create_dir_all(path.parent().unwrap())
            .and_then(|()| fs::write(&target, bytes))
            .is_ok();
        if written {
            Self::date(&target, self.clock);
        }
        if written && whole && fs::rename(&target, path).is_err() {
            fs::remove_file(&target).unwrap();
            return false;
        }
        written
    }

    fn date(path: &Path, seconds: i64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds as u64);
        if let Ok(file) = File::options().append(true).open(path) {
            file.set_modified(time).unwrap();
        }
    }

    fn rename(from: &Path, to: &Path) {
        if from.exists() && !to.starts_with(from) && (from.is_file() || !to.exists()) {
            let _ = fs::create_dir_all(to.parent().unwrap()).and_then(|()| fs::rename(from, to));
        }
    }

    fn read(&self, number: u8) -> Option<(PathBuf, Vec<u8>)> {
        let path = self.file(number)?;
        let bytes = fs::read(&path).ok()?;
        Some((path, bytes))
    }

    fn change(&self, number: u8, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some((path, mut bytes)) = self.read(number) {
            change(&mut bytes);
            self.write(&path, &bytes, false);
        }
    }

    /// What the system says of a file is still another thing: when it was changed.
    fn disguise(&self, number: u8) {
        let Some((path, mut bytes)) = self.read(number) else {
            return;
        };
        let Some(last) = bytes
            .iter_mut()
            .rev()
            .find(|byte| byte.is_ascii_lowercase())
        else {
            return;
        };
        *last = if *last == b'z' { b'a' } else { *last + 1 };
        let (time, before) = (seconds(&path), stat(&path));
        while stat(&path) == before {
            fs::write(&path, &bytes).unwrap();
            Self::date(&path, time);
        }
    }

    /// Takes the permission to read away, where that means anything.
    #[cfg(unix)]
    fn lock(&mut self, number: u8, folder: bool) {
        use std::os::unix::fs::PermissionsExt;
        let Some(mut path) = self.file(number) else {
            return;
        };
        if folder && path.parent() != Some(self.path()) {
            path.pop();
        }
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let readable = File::open(&path).is_ok() && !path.is_dir() || fs::read_dir(&path).is_ok();
        if readable {
            fs::set_permissions(&path, before).unwrap();
        } else {
            self.locked = true;
        }
    }

    #[cfg(not(unix))]
    fn lock(&mut self, _: u8, _: bool) {}

    /// Gives every permission to read back.
    pub(super) fn unlock(&mut self) {
        #[cfg(unix)]
        if std::mem::take(&mut self.locked) {
            use std::os::unix::fs::PermissionsExt;
            let mut paths = vec![self.path().to_owned()];
            while let Some(path) = paths.pop() {
                let mode = if path.is_dir() { 0o755 } else { 0o644 };
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                let below = fs::read_dir(path).into_iter().flatten();
                paths.extend(below.map(|entry| entry.unwrap().path()));
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.unlock();
    }
}

impl Edit {
    fn apply(self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|&byte| byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let count = lines.len();
        let at = |number: u8, count: usize| usize::from(number).checked_rem(count);
        let whole = |line: Line| [line.bytes(), vec![b'\n']].concat();
        match self {
            Self::Insert(number, line) => {
                lines.insert(usize::from(number) % (count + 1), whole(line));
            }
            Self::Replace(number, line) => {
                if let Some(at) = at(number, count) {
                    lines[at] = whole(line);
                }
            }
            Self::Remove(number) => {
                at(number, count).map(|at| lines.remove(at));
            }
            Self::Swap(a, b) => {
                if let (Some(a), Some(b)) = (at(a, count), at(b, count)) {
                    lines.swap(a, b);
                }
            }
            Self::Repeat(number) => {
                if let Some(at) = at(number, count) {
                    lines.push(lines[at].clone());
                }
            }
        }
        *bytes = lines.concat();
    }
}

/// The places where metadata of an article may lie.
fn sidecars(article: &Path) -> impl Iterator<Item = PathBuf> {
    let article = article.to_owned();
    ["yaml", "json", "toml"]
        .into_iter()
        .map(move |kind| article.with_extension(format!("meta.{kind}")))
}

fn metadata(kind: u8, article: Article) -> Vec<u8> {
    let metadata = article.metadata();
    match kind {
        0 => {
            let lines = metadata
                .iter()
                .map(|(key, value)| format!("{key}: {value}\n"));
            lines.collect::<String>().into_bytes()
        }
        1 => serde_json::to_vec(&metadata).unwrap(),
        2 => b"country = \"Cuba\"\ndate = 1987-03-02\n".to_vec(),
        3 => b"country: [\n".to_vec(),
        _ => Vec::new(),
    }
}

fn stat(path: &Path) -> Option<FileStat> {
    fs::metadata(path).ok().map(|found| FileStat::new(&found))
}

fn seconds(path: &Path) -> i64 {
    stat(path).map_or(0, |stat| stat.modified_ns / 1_000_000_000)
}
