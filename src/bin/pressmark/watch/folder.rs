//! Whether the folder is still the one that is watched, and when to believe that a file changed.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// The folder that is watched.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    identity: Option<Identity>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is there.
    Same,
    /// Another one has its name: another disk, a new copy.
    Other,
    /// It is not there; or where it was is the empty place that a disk was taken from.
    Gone,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        let mut folder = Self {
            path: path.to_owned(),
            identity: None,
        };
        folder.know();
        folder
    }

    /// Takes what has its name now for the folder.
    pub(super) fn know(&mut self) {
        self.identity = fs::metadata(&self.path).ok().map(|it| identity(&it));
    }

    pub(super) fn look(&self) -> Presence {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_dir() => {
                let is_empty = || {
                    let entries = fs::read_dir(&self.path);
                    entries.is_ok_and(|mut entries| entries.next().is_none())
                };
                if self.identity == Some(identity(&metadata)) {
                    Presence::Same
                } else if is_empty() {
                    Presence::Gone
                } else {
                    Presence::Other
                }
            }
            _ => Presence::Gone,
        }
    }
}

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = Option<std::time::SystemTime>;

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Identity {
    metadata.created().ok()
}

/// What is believed of something that is looked at again and again: a change is believed when it
/// was seen twice, so that a file which is being replaced is not taken for one that is gone.
#[derive(Debug)]
pub(super) struct Belief<T> {
    held: T,
    seen: T,
}

impl<T: PartialEq + Clone> Belief<T> {
    pub(super) fn new(held: T) -> Self {
        Self {
            seen: held.clone(),
            held,
        }
    }

    /// Takes a look. Gives whether something new is believed from now on.
    pub(super) fn look(&mut self, seen: T) -> bool {
        let is_believed = seen == self.seen && seen != self.held;
        if is_believed {
            self.held = seen.clone();
        }
        self.seen = seen;
        is_believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_went_is_told_from_another_in_its_place() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("articles");
        fs::create_dir(&path).unwrap();
        // It may well be empty itself.
        let mut folder = Folder::new(&path);
        assert_eq!(folder.look(), Presence::Same);
        fs::rename(&path, top.path().join("elsewhere")).unwrap();
        assert_eq!(folder.look(), Presence::Gone);
        fs::write(&path, "a file").unwrap();
        assert_eq!(folder.look(), Presence::Gone);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(folder.look(), Presence::Gone);
        fs::write(path.join("a.md"), "text").unwrap();
        assert_eq!(folder.look(), Presence::Other);
        folder.know();
        assert_eq!(folder.look(), Presence::Same);
        fs::remove_dir_all(&path).unwrap();
        fs::rename(top.path().join("elsewhere"), &path).unwrap();
        fs::write(path.join("a.md"), "text").unwrap();
        assert_eq!(folder.look(), Presence::Other);
    }

    #[test]
    fn changes_are_believed_when_seen_twice() {
        let mut belief = Belief::new(Some(1));
        for (seen, is_believed) in [
            (Some(1), false),
            (None, false),
            (Some(1), false),
            (None, false),
            (None, true),
            (None, false),
            (Some(2), false),
            (Some(3), false),
            (Some(3), true),
            (Some(1), false),
            (Some(1), true),
        ] {
            assert_eq!(belief.look(seen), is_believed, "{seen:?}");
        }
    }
}
