//! What a power cut leaves: names that were not synced with their folder, and bytes that were not
//! synced with their file, may be there, or not, or in part.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Operation;

/// The operations on a folder, in the order in which they happened.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    /// Everything that ever was; the root is the first.
    nodes: Vec<Node>,
    /// Where things are now.
    places: HashMap<PathBuf, usize>,
    events: Vec<Event>,
}

/// A file or folder as it was when the recording began: durable.
#[derive(Debug, Clone)]
enum Node {
    Folder(BTreeMap<OsString, usize>),
    File(Vec<u8>),
}

#[derive(Debug, Clone)]
enum Event {
    /// Nothing that a disk would notice.
    Nothing,
    Names(usize, Names),
    Bytes(usize, Bytes),
    SyncNames(usize),
    SyncBytes(usize),
}

/// A change of the names in a folder.
#[derive(Debug, Clone)]
enum Names {
    Link(OsString, usize),
    Unlink(OsString),
    Rename(OsString, OsString, usize),
}

/// A change of the bytes of a file.
#[derive(Debug, Clone)]
enum Bytes {
    Write { at: u64, bytes: Vec<u8> },
    Length(u64),
}

/// Seeded, so that every image can be made again.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound, which is not zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// Which changes of names survive.
#[derive(Clone, Copy)]
enum Survivors {
    None,
    All,
    /// Those before an instant: file systems that keep a journal of names.
    Before(usize),
    /// Each or none: file systems that keep no order.
    Any,
}

impl Disk {
    /// The disk as it is: all of it durable.
    pub(super) fn of(root: &Path) -> Self {
        let mut disk = Self {
            nodes: Vec::new(),
            places: HashMap::new(),
            events: Vec::new(),
        };
        disk.take_in(root);
        disk
    }

    fn take_in(&mut self, path: &Path) -> usize {
        let number = self.nodes.len();
        self.places.insert(path.to_owned(), number);
        if path.is_file() {
            self.nodes.push(Node::File(fs::read(path).unwrap()));
            return number;
        }
        self.nodes.push(Node::Folder(BTreeMap::new()));
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(path).into_iter().flatten() {
            let entry = entry.unwrap();
            names.insert(entry.file_name(), self.take_in(&entry.path()));
        }
        self.nodes[number] = Node::Folder(names);
        number
    }

    /// Operations on record.
    pub(crate) fn operations(&self) -> usize {
        self.events.len()
    }

    /// Records what was just done.
    pub(super) fn note(
        &mut self,
        root: &Path,
        path: &Path,
        existed: bool,
        operation: &Operation<'_>,
        written: usize,
    ) {
        let event = match operation {
            Operation::CreateFolder => self.link(path, Node::Folder(BTreeMap::new())),
            Operation::CreateFile => self.link(path, Node::File(Vec::new())),
            Operation::OpenFile { .. } if !existed => self.link(path, Node::File(Vec::new())),
            Operation::OpenFile { truncate: true } => {
                Event::Bytes(self.places[path], Bytes::Length(0))
            }
            Operation::OpenFile { truncate: false } => Event::Nothing,
            Operation::Write { at, bytes } => {
                let (at, bytes) = (*at, bytes[..written].to_vec());
                match self.places.get(path) {
                    Some(&file) => Event::Bytes(file, Bytes::Write { at, bytes }),
                    None => Event::Nothing, // it was removed while it was open
                }
            }
            Operation::SetLength(length) => Event::Bytes(self.places[path], Bytes::Length(*length)),
            Operation::SyncFile => match self.places.get(path) {
                Some(&file) => Event::SyncBytes(file),
                None => Event::Nothing,
            },
            Operation::Rename { to } => {
                assert_eq!(path.parent(), to.parent(), "only within a folder");
                let node = self.places.remove(path).expect("it was seen");
                self.places.insert((*to).to_owned(), node);
                let change = Names::Rename(name(path), name(to), node);
                Event::Names(self.folder_of(to), change)
            }
            Operation::RemoveFile | Operation::RemoveFolder => {
                self.places.remove(path);
                Event::Names(self.folder_of(path), Names::Unlink(name(path)))
            }
            // What is above the root was there before, and is not looked at.
            Operation::SyncFolder if !path.starts_with(root) => Event::Nothing,
            Operation::SyncFolder => Event::SyncNames(self.places[path]),
        };
        self.events.push(event);
    }

    fn link(&mut self, path: &Path, node: Node) -> Event {
        let number = self.nodes.len();
        self.nodes.push(node);
        self.places.insert(path.to_owned(), number);
        Event::Names(self.folder_of(path), Names::Link(name(path), number))
    }

    fn folder_of(&self, path: &Path) -> usize {
        self.places[path.parent().expect("it is below the root")]
    }

    /// Makes what a power cut after so many operations could have left: one of many, by chance.
    /// `into` must not be there yet.
    pub(crate) fn image(&self, operations: usize, random: &mut Random, into: &Path) {
        let mut nodes = self.nodes.clone();
        let mut names: Vec<(usize, usize, &Names)> = Vec::new();
        let mut bytes: BTreeMap<usize, Vec<&Bytes>> = BTreeMap::new();
        for (instant, event) in self.events[..operations].iter().enumerate() {
            match event {
                Event::Nothing => {}
                Event::Names(folder, change) => names.push((instant, *folder, change)),
                Event::Bytes(file, change) => bytes.entry(*file).or_default().push(change),
                Event::SyncNames(synced) => names.retain(|(_, folder, change)| {
                    if folder == synced {
                        nodes[*folder].rename(change);
                    }
                    folder != synced
                }),
                Event::SyncBytes(file) => {
                    for change in bytes.remove(file).unwrap_or_default() {
                        nodes[*file].write(change);
                    }
                }
            }
        }
        let survivors = match random.below(5) {
            0 => Survivors::None,
            1 => Survivors::All,
            2 => Survivors::Before(random.below(operations as u64 + 1) as usize),
            _ => Survivors::Any,
        };
        for (instant, folder, change) in names {
            let survives = match survivors {
                Survivors::None => false,
                Survivors::All => true,
                Survivors::Before(end) => instant < end,
                Survivors::Any => random.coin(),
            };
            if survives {
                nodes[folder].rename(change);
            }
        }
        for (file, changes) in bytes {
            nodes[file].write_unsynced(&changes, random);
        }
        lay_down(&nodes, 0, into);
    }
}

impl Node {
    fn rename(&mut self, change: &Names) {
        let Self::Folder(names) = self else {
            panic!("a file has no names in it");
        };
        match change {
            Names::Link(name, node) => {
                names.insert(name.clone(), *node);
            }
            Names::Unlink(name) => {
                names.remove(name);
            }
            Names::Rename(from, to, node) => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), *node);
            }
        }
    }

    fn bytes(&mut self) -> &mut Vec<u8> {
        match self {
            Self::File(bytes) => bytes,
            Self::Folder(_) => panic!("a folder has no bytes"),
        }
    }

    fn write(&mut self, change: &Bytes) {
        let content = self.bytes();
        match change {
            Bytes::Length(length) => content.resize(*length as usize, 0),
            Bytes::Write { at, bytes } => {
                let end = *at as usize + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*at as usize..end].copy_from_slice(bytes);
            }
        }
    }

    fn write_all(&mut self, changes: &[&Bytes]) {
        for change in changes {
            self.write(change);
        }
    }

    /// Bytes that were not synced: none of them, all, a part, or zeros in their place.
    fn write_unsynced(&mut self, changes: &[&Bytes], random: &mut Random) {
        let before = self.bytes().len();
        match random.below(6) {
            0 => {}
            1 => self.write_all(changes),
            2 => {
                self.write_all(changes);
                let length = self.bytes().len();
                let shortest = before.min(length);
                let cut = shortest as u64 + random.below((length - shortest) as u64 + 1);
                self.bytes().truncate(cut as usize);
            }
            3 => {
                let first = random.below(changes.len() as u64 + 1) as usize;
                self.write_all(&changes[..first]);
            }
            kind => {
                for change in changes {
                    let survives = kind == 4 && random.coin();
                    match change {
                        Bytes::Write { at, bytes } if !survives => {
                            let bytes = vec![0; bytes.len()];
                            self.write(&Bytes::Write { at: *at, bytes });
                        }
                        _ => self.write(change),
                    }
                }
            }
        }
    }
}

fn lay_down(nodes: &[Node], number: usize, path: &Path) {
    match &nodes[number] {
        Node::File(bytes) => fs::write(path, bytes).unwrap(),
        Node::Folder(names) => {
            fs::create_dir(path).unwrap();
            for (name, node) in names {
                lay_down(nodes, *node, &path.join(name));
            }
        }
    }
}

fn name(path: &Path) -> OsString {
    path.file_name().expect("it has a name").to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;

    use tempfile::tempdir;

    use super::super::super::{OutputFile, create_folder, replace, sync_folder};
    use super::super::{Plan, install};
    use super::*;

    /// What images of the moment have in a file, over many seeds.
    fn contents(disk: &Disk, path: &str) -> BTreeSet<Option<Vec<u8>>> {
        let images = (0..200).map(|seed| {
            let folder = tempdir().unwrap();
            let into = folder.path().join("image");
            disk.image(disk.operations(), &mut Random::new(seed), &into);
            fs::read(into.join(path)).ok()
        });
        images.collect()
    }

    #[test]
    fn what_was_synced_is_there_and_the_rest_may_be() {
        let folder = tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("before"), "old").unwrap();
        let guard = install(root, Plan::watch().recording());
        create_folder(&root.join("deep")).unwrap();
        let path = root.join("deep/file");
        let mut file = OutputFile::create_new(&path).unwrap();
        file.write_all(b"abcd").unwrap();
        assert!(contents(&guard.disk(), "deep/file").contains(&None));
        file.sync().unwrap();
        let named = BTreeSet::from([None, Some(b"abcd".to_vec())]);
        assert_eq!(contents(&guard.disk(), "deep/file"), named);
        sync_folder(&root.join("deep")).unwrap();
        let durable = BTreeSet::from([Some(b"abcd".to_vec())]);
        assert_eq!(contents(&guard.disk(), "deep/file"), durable);
        file.write_all(b"ef").unwrap();
        let torn = contents(&guard.disk(), "deep/file");
        let expected =
            [&b"abcd"[..], b"abcde", b"abcdef", b"abcd\0\0"].map(|bytes| Some(bytes.to_vec()));
        assert_eq!(torn, BTreeSet::from(expected));
        replace(&root.join("before"), &root.join("tmp"), b"new").unwrap();
        assert_eq!(
            contents(&guard.disk(), "before"),
            BTreeSet::from([Some(b"new".to_vec())])
        );
    }

    #[test]
    fn a_name_that_was_not_synced_leads_to_the_old_or_the_new() {
        let folder = tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("name"), "old").unwrap();
        let guard = install(root, Plan::watch().recording());
        let mut file = OutputFile::create(&root.join("tmp")).unwrap();
        file.write_all(b"new").unwrap();
        file.sync().unwrap();
        file.rename(&root.join("name")).unwrap();
        let either = BTreeSet::from([Some(b"new".to_vec()), Some(b"old".to_vec())]);
        assert_eq!(contents(&guard.disk(), "name"), either);
        super::super::super::remove_file(&root.join("name")).unwrap();
        assert!(contents(&guard.disk(), "name").contains(&None));
    }
}
