//! When the next run is due: pure reckoning from what happened and when, without a clock.
//!
//! A run always looks at everything, so no change can be missed by being told of too little: all
//! that has to be decided is how soon to run.

use std::time::Duration;

/// The time since the watch began.
pub(super) type Moment = Duration;

/// No change for so long, and the run is due.
const QUIET: Duration = Duration::from_millis(150);
/// So long after the first change the run is due although more changes come.
const PATIENCE: Duration = Duration::from_millis(500);
/// More removals than this may be a folder that is being emptied: what is lost has to be seen as a
/// whole, or the guard against losing much would be shown one slice at a time.
const FEW_REMOVALS: u64 = 20;
const QUIET_OF_REMOVALS: Duration = Duration::from_millis(500);
const PATIENCE_OF_REMOVALS: Duration = Duration::from_secs(10);
/// A file may change again without a new time for two seconds, and the time of a run is cut to
/// whole seconds: after so long, everything that a run read can be trusted to show its changes.
const SETTLING: Duration = Duration::from_millis(3_100);
/// Between two attempts to become the writer.
const RETRY: Duration = Duration::from_secs(1);
/// However long runs take, and however often they fail, the pause between two is no longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Without any change, everything is looked at so often: some file systems do not tell of changes
/// that another machine made.
const LOOK: Duration = Duration::from_mins(10);
/// Looking unasked may take this share of the time.
const LOOKING_SHARE: u32 = 5;

/// Changes that no run has looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) removals: u64,
}

impl Changes {
    fn and(self, later: Self) -> Self {
        Self {
            first: self.first.min(later.first),
            last: self.last.max(later.last),
            removals: self.removals + later.removals,
        }
    }

    /// When they have been waited for long enough.
    fn ripe(self) -> Moment {
        let (quiet, patience) = if self.removals > FEW_REMOVALS {
            (QUIET_OF_REMOVALS, PATIENCE_OF_REMOVALS)
        } else {
            (QUIET, PATIENCE)
        };
        (self.last + quiet).min(self.first + patience)
    }
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Run.
    Run,
    /// Nothing before that moment, unless something happens; never, if nothing can be done.
    Wait(Option<Moment>),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    Done,
    /// Another writer is at work.
    Locked,
    /// It failed, with this message.
    Failed(&'a str),
}

/// Whether a run is due as soon as one may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owed {
    No,
    Yes,
    /// Because events were lost.
    Lost,
}

/// How the last run ended.
#[derive(Debug)]
enum Last {
    Well,
    LockedOut,
    /// So many have failed in a row; what the last one said.
    Failed(u32, String),
}

/// Decides when to run.
#[derive(Debug)]
pub(super) struct Pace {
    changes: Option<Changes>,
    owed: Owed,
    /// When to make sure of what was read too young.
    settle: Option<Moment>,
    /// How often to look unasked, and when next.
    every: Duration,
    look: Moment,
    not_before: Moment,
    is_gone: bool,
    /// Whether the run that is under way has a reason, and is not just a look.
    was_asked: bool,
    last: Last,
    /// How many runs in a row were made because events were lost.
    losses: u32,
}

impl Pace {
    /// Owes a first run. `poll`: how often to look unasked, if not seldom.
    pub(super) fn new(poll: Option<Duration>) -> Self {
        Self {
            changes: None,
            owed: Owed::Yes,
            settle: None,
            every: poll.unwrap_or(LOOK),
            look: Moment::MAX,
            not_before: Moment::ZERO,
            is_gone: false,
            was_asked: false,
            last: Last::Well,
            losses: 0,
        }
    }

    /// Something changed.
    pub(super) fn changed(&mut self, changes: Changes) {
        self.changes = Some(match self.changes {
            Some(before) => before.and(changes),
            None => changes,
        });
    }

    /// Something changed, and it is not known what: events were lost, or cannot be had any more.
    pub(super) fn lost(&mut self) {
        self.owed = Owed::Lost;
    }

    /// A run is due for another reason.
    pub(super) fn owe(&mut self) {
        self.owed = self.owed.max(Owed::Yes);
    }

    /// Nobody tells of changes any more: looks so often.
    pub(super) fn poll(&mut self, every: Duration, now: Moment) {
        self.every = every;
        self.look = now + every;
    }

    /// The folder is there, or is not. Gives whether that is news.
    pub(super) fn folder(&mut self, is_there: bool, now: Moment) -> bool {
        if self.is_gone != is_there {
            return false;
        }
        self.is_gone = !is_there;
        self.changes = None;
        self.settle = None;
        self.owed = if is_there { Owed::Yes } else { Owed::No };
        self.not_before = now;
        true
    }

    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// What to do now.
    pub(super) fn next(&self, now: Moment) -> Next {
        if self.is_gone {
            return Next::Wait(None);
        }
        let due = [
            (self.owed != Owed::No).then_some(Moment::ZERO),
            self.changes.map(Changes::ripe),
            self.settle,
            Some(self.look),
        ];
        let due = due.into_iter().flatten().min().unwrap_or(self.look);
        match due.max(self.not_before) {
            due if due <= now => Next::Run,
            due => Next::Wait(Some(due)),
        }
    }

    /// A run begins: what was known so far is its business, what comes now the next one's.
    pub(super) fn begin(&mut self) {
        self.was_asked = self.owed != Owed::No || self.changes.is_some();
        self.losses = match self.owed {
            Owed::Lost => self.losses + 1,
            _ => 0,
        };
        self.changes = None;
        self.owed = Owed::No;
        self.settle = None;
    }

    /// The run ended. Gives whether that is worth telling: a failure that nobody asked for again,
    /// and the wait for another writer, are told once.
    pub(super) fn ended(&mut self, outcome: Outcome<'_>, began: Moment, now: Moment) -> bool {
        let took = now.saturating_sub(began);
        // A first run has everything to do; those that follow it, what changed.
        let is_first = self.look == Moment::MAX;
        let usual = if is_first { Duration::ZERO } else { took };
        let mut pause = usual.max(doubled(self.losses));
        let before = std::mem::replace(&mut self.last, Last::Well);
        let is_news = match outcome {
            Outcome::Locked => {
                self.last = Last::LockedOut;
                self.owe();
                self.not_before = now + RETRY;
                return !matches!(before, Last::LockedOut);
            }
            Outcome::Done => {
                // What nobody asked for is not followed by more of it.
                self.settle = self.was_asked.then_some(now + SETTLING);
                true
            }
            Outcome::Failed(message) => {
                let (times, is_known) = match &before {
                    Last::Failed(times, said) => (times + 1, said == message),
                    _ => (1, false),
                };
                self.last = Last::Failed(times, message.to_owned());
                pause = pause.max(doubled(times));
                self.was_asked || !is_known
            }
        };
        self.not_before = now + pause.min(LONGEST_PAUSE);
        self.look = now + self.every.max(took * LOOKING_SHARE);
        is_news
    }
}

/// A pause that doubles with every repetition: none, one second, two, four…
fn doubled(times: u32) -> Duration {
    match times {
        0 => Duration::ZERO,
        times => Duration::from_secs(1 << (times - 1).min(16)),
    }
}

#[cfg(test)]
mod tests;
