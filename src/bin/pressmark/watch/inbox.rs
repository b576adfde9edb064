//! What was heard since it was last asked for: of bounded size, however much happens.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::pace::{Changes, Moment};

/// More folders than this are not remembered one by one.
const MOST_FOLDERS: usize = 1_000;

/// What is amiss with the listening; the worst counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    #[default]
    None,
    /// What is listened to is no longer all there is: begin anew.
    Stale,
    /// Some of what happened was not told, too.
    Lost,
    /// The system takes no more folders to listen to.
    Full,
}

/// What was heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) changes: Option<Changes>,
    pub(super) trouble: Trouble,
    /// What may be folders that nobody listens to yet.
    pub(super) folders: Vec<PathBuf>,
    /// Something is here that was not when it was last asked for.
    rings: bool,
}

/// Filled by those who listen, emptied by the one who runs.
#[derive(Debug)]
pub(super) struct Inbox {
    began: Instant,
    heard: Mutex<Heard>,
    bell: Condvar,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            heard: Mutex::default(),
            bell: Condvar::new(),
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.began.elapsed()
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something changed, or several things were removed.
    pub(super) fn change(&self, removals: u64) {
        let now = self.now();
        self.note(|heard| {
            let changes = heard.changes.get_or_insert(Changes {
                first: now,
                last: now,
                removals: 0,
            });
            changes.last = now;
            changes.removals += removals;
        });
    }

    /// There may be a new folder.
    pub(super) fn folder(&self, path: PathBuf) {
        self.note(|heard| {
            if heard.folders.len() < MOST_FOLDERS {
                heard.folders.push(path);
            } else {
                heard.folders.clear();
                heard.trouble = heard.trouble.max(Trouble::Stale);
            }
        });
    }

    /// Something is amiss.
    pub(super) fn trouble(&self, trouble: Trouble) {
        self.note(|heard| heard.trouble = heard.trouble.max(trouble));
    }

    /// Wakes who waits, for a reason of another kind.
    pub(super) fn ring(&self) {
        self.note(|_| ());
    }

    /// Notes something, and wakes who waits.
    fn note(&self, write: impl FnOnce(&mut Heard)) {
        let mut heard = self.heard();
        write(&mut heard);
        if !std::mem::replace(&mut heard.rings, true) {
            self.bell.notify_all();
        }
    }

    /// Takes what was heard.
    pub(super) fn take(&self) -> Heard {
        std::mem::take(&mut *self.heard())
    }

    /// Waits until a moment, or until something is heard.
    pub(super) fn wait(&self, until: Moment) {
        let time = until.saturating_sub(self.now());
        let waited = self
            .bell
            .wait_timeout_while(self.heard(), time, |heard| !heard.rings);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_leaves_little_behind() {
        let inbox = Inbox::new();
        for number in 0..10_000_u64 {
            inbox.change(number % 2);
            inbox.folder(PathBuf::from(number.to_string()));
        }
        let heard = inbox.take();
        let changes = heard.changes.unwrap();
        assert_eq!(changes.removals, 5_000);
        assert!(changes.first <= changes.last && changes.last <= inbox.now());
        assert!(heard.trouble == Trouble::Stale && heard.folders.len() <= MOST_FOLDERS);
        let heard = inbox.take();
        assert!(heard.changes.is_none() && heard.folders.is_empty());
        assert_eq!(heard.trouble, Trouble::None);
    }

    #[test]
    fn what_was_heard_before_is_not_waited_for() {
        let inbox = Inbox::new();
        inbox.trouble(Trouble::Full);
        inbox.trouble(Trouble::Lost);
        inbox.wait(inbox.now() + Moment::from_hours(1));
        assert_eq!(inbox.take().trouble, Trouble::Full);
    }
}
