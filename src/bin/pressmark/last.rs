//! Remembers which hits were last listed on a terminal, so that `show 3` can mean the third.
//!
//! One small file for each terminal, below `$XDG_STATE_HOME/pressmark/last` or
//! `~/.local/state/pressmark/last`: the folders of corpus and index, and ids. Never anything in
//! the corpus. What cannot be remembered is not worth an error.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::{self, Place};

/// Hits that are remembered.
const MOST: usize = 1_000;
/// Lists are forgotten after this.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Old lists are looked for as often as this: where scripts search, there are thousands.
const SWEPT: Duration = Duration::from_hours(24);
/// The file whose age says when that was done last.
const SWEEP: &str = "swept";

/// The hits last listed on this terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) corpus: Option<PathBuf>,
    pub(crate) index: PathBuf,
    pub(crate) ids: Vec<String>,
}

impl Last {
    /// The list of an index, with its folders made independent of the current one.
    pub(crate) fn new(place: &Place, mut ids: Vec<String>) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        ids.truncate(MOST);
        Self {
            corpus: place.corpus.as_deref().map(absolute),
            index: absolute(&place.index),
            ids,
        }
    }

    /// What was last listed on this terminal.
    pub(crate) fn recall() -> Option<Self> {
        let path = file()?;
        if age(&fs::metadata(&path).ok()?)? > KEPT {
            return None;
        }
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Keeps it for the next command on this terminal.
    pub(crate) fn remember(&self) {
        let Some(path) = file() else { return };
        let Some(folder) = path.parent() else { return };
        if private_folder(folder).is_err() {
            return;
        }
        let sweep = folder.join(SWEEP);
        let swept = fs::metadata(&sweep).ok().and_then(|it| age(&it));
        if swept.is_none_or(|age| age > SWEPT) && fs::write(&sweep, "1").is_ok() {
            forget_old(folder);
        }
        let Ok(bytes) = serde_json::to_vec(self) else {
            return;
        };
        // The file takes its place whole, and only its owner may read it.
        let Ok(mut temporary) = tempfile::NamedTempFile::new_in(folder) else {
            return;
        };
        if temporary.write_all(&bytes).is_ok() {
            // Some file systems write a file out at once that takes the place of another: that
            // takes longer than to find the hits.
            let _ = fs::remove_file(&path);
            let _ = temporary.persist(path);
        }
    }

    /// The id of the n-th hit, counted from 1.
    pub(crate) fn nth(&self, number: usize) -> Option<&str> {
        self.ids.get(number.checked_sub(1)?).map(String::as_str)
    }
}

fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// How long ago a file was written; nothing of one that is to come.
fn age(metadata: &fs::Metadata) -> Option<Duration> {
    let modified = metadata.modified().ok()?;
    Some(modified.elapsed().unwrap_or_default())
}

/// Removes lists that nobody can recall any more.
fn forget_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let age = entry.metadata().ok().and_then(|it| age(&it));
        if age.is_some_and(|age| age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn file() -> Option<PathBuf> {
    let folder = settings::user_folder("XDG_STATE_HOME", ".local/state")?.join("last");
    Some(folder.join(format!("{}.json", terminal()?)))
}

/// A name for the terminal: its device and the session on it; without a terminal, the process
/// that started us.
#[cfg(unix)]
fn terminal() -> Option<String> {
    let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let device = [0, 1, 2].into_iter().find_map(|stream| {
        let target = fs::read_link(format!("/proc/self/fd/{stream}")).ok()?;
        let text = target.to_str()?;
        let is_terminal = text.starts_with("/dev/pts/") || text.starts_with("/dev/tty");
        is_terminal.then(|| plain(text.trim_start_matches("/dev/")))
    });
    match device {
        Some(device) => Some(format!("{device}-{}", session()?)),
        None => Some(format!("process-{}", std::os::unix::process::parent_id())),
    }
}

/// A name for the terminal, where it gives itself one.
#[cfg(not(unix))]
fn terminal() -> Option<String> {
    let session = std::env::var("WT_SESSION").ok()?;
    Some(session.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// The number of the session, where the system tells.
#[cfg(unix)]
fn session() -> Option<String> {
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else {
        return Some(String::new());
    };
    // The name of the program, in parentheses, may hold anything; the fields follow it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(3).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_from_one() {
        let last = Last {
            corpus: None,
            index: PathBuf::new(),
            ids: vec!["a".into(), "b".into()],
        };
        assert_eq!(last.nth(1), Some("a"));
        assert_eq!(last.nth(2), Some("b"));
        assert_eq!((last.nth(0), last.nth(3)), (None, None));
    }
}
