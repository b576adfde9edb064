//! `pressmark index --watch`: runs whenever something changes, until it is told to end.
//!
//! Every run looks at the whole folder, so it does not matter what exactly was told, or whether
//! all of it was: being told decides only when to run. `pace` does that reckoning, `listener`
//! hears the system, `inbox` lies between them, `folder` knows whether the folder is there.

mod folder;
mod inbox;
mod listener;
mod pace;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use pressmark::corpus::Corpus;
use pressmark::{ErrorKind, Event, Observer, ReindexOptions, Report, reindex};

use crate::args::{Common, ProgressArg, WatchArgs};
use crate::console::{Console, Talk};
use crate::failure::{Failure, Finish};
use crate::helper;
use crate::output::number::{self, duration, thousands};
use crate::output::{clean, json};
use crate::own_vocabulary;
use crate::progress::{self, Watch as Progress};
use crate::settings::{Place, not_a_folder};
use folder::{Belief, Folder, Presence};
use inbox::{Heard, Inbox, Trouble};
use listener::{Deaf, Listener};
use pace::{Moment, Next, Outcome, Pace};

/// Between two looks at the folder and its configuration.
const TICK: Duration = Duration::from_secs(1);
/// How often to look where nobody tells of changes.
const POLL: Duration = Duration::from_secs(10);
/// A run that reads more files than this says so before.
const MANY: u64 = 1_000;

/// What is asked of a watch.
pub(crate) struct Order<'a> {
    pub(crate) common: &'a Common,
    pub(crate) args: &'a WatchArgs,
    pub(crate) place: Place,
    /// How a run is to be done that begins now; the first may be asked for more.
    pub(crate) options: &'a dyn Fn(First) -> ReindexOptions,
    /// Tells what the first run did.
    pub(crate) receipt: &'a dyn Fn(&Report, &Place, &mut Console),
}

/// Whether a run is the first of its watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Yes,
    No,
}

/// Watches until it is told to end, or until the first run fails.
pub(crate) fn run(order: Order<'_>, console: &mut Console) -> Result<Finish, Failure> {
    let (place, common) = lasting(&order)?;
    let Some(root) = place.corpus.clone() else {
        return Err(Failure::usage("usage", "there is no folder to watch")
            .with_hint("name it: `pressmark index DIR --watch`"));
    };
    if !root.is_dir() {
        return Err(not_a_folder(&root));
    }
    let config = Belief::new(stamp(&place, &common));
    let corpus = Arc::new(helper::corpus(&root, place.config(&common)?)?);
    let inbox = Arc::new(Inbox::new());
    let bell = Arc::clone(&inbox);
    let stop = progress::on_interrupt(move || bell.ring())?;
    let poll = order
        .args
        .poll
        .map(|seconds| Duration::from_secs(seconds.into()));
    let mut watch = Watch {
        order,
        place,
        common,
        root: Folder::new(&root),
        folder: root,
        config,
        corpus,
        listener: None,
        is_deaf: poll.is_some(),
        pace: Pace::new(poll),
        told: None,
        inbox,
        stop,
    };
    watch.listen(console);
    watch.go_on(console)
}

/// The place and the options with paths that mean the same when a folder was renamed.
fn lasting(order: &Order<'_>) -> Result<(Place, Common), Failure> {
    let absolute = |path: &PathBuf| {
        std::path::absolute(path)
            .map_err(|error| Failure::new("io", format!("cannot tell the current folder: {error}")))
    };
    let mut place = order.place.clone();
    place.corpus = place.corpus.as_ref().map(absolute).transpose()?;
    place.index = absolute(&place.index)?;
    let mut common = order.common.clone();
    common.config = common.config.as_ref().map(absolute).transpose()?;
    Ok((place, common))
}

/// What tells one state of the configuration from another.
type Stamp = Option<(PathBuf, Option<(SystemTime, u64)>)>;

fn stamp(place: &Place, common: &Common) -> Stamp {
    let file = place.config_file(common)?;
    let metadata = file.metadata().ok();
    let state = metadata.and_then(|it| Some((it.modified().ok()?, it.len())));
    Some((file, state))
}

/// A watch at work.
struct Watch<'a> {
    order: Order<'a>,
    place: Place,
    common: Common,
    folder: PathBuf,
    root: Folder,
    config: Belief<Stamp>,
    /// The folder under the newest configuration that can be used.
    corpus: Arc<Corpus>,
    listener: Option<Listener>,
    /// Whether it is known, and was said, that the system does not tell of changes.
    is_deaf: bool,
    pace: Pace,
    /// What the last receipt said; none before the first.
    told: Option<Report>,
    inbox: Arc<Inbox>,
    stop: Arc<AtomicBool>,
}

impl Watch<'_> {
    fn go_on(&mut self, console: &mut Console) -> Result<Finish, Failure> {
        let mut next_look = Moment::ZERO;
        while !self.stop.load(Ordering::Relaxed) {
            let heard = self.inbox.take();
            if self.inbox.now() >= next_look {
                self.look(console);
                self.look_at_config(console);
                next_look = self.inbox.now() + TICK;
            }
            self.attend(&heard, console);
            match self.pace.next(self.inbox.now()) {
                Next::Run => self.turn(console)?,
                Next::Wait(until) => {
                    let until = until.map_or(next_look, |it| it.min(next_look));
                    self.inbox.wait(until);
                }
            }
        }
        Ok(Finish::Done)
    }

    /// Takes account of what was heard.
    fn attend(&mut self, heard: &Heard, console: &mut Console) {
        if heard.trouble > Trouble::None {
            self.look(console);
        }
        if self.pace.is_gone() {
            return;
        }
        if let Some(changes) = heard.changes {
            self.pace.changed(changes);
        }
        match (heard.trouble, &mut self.listener) {
            (Trouble::Full, _) => self.go_deaf(&Deaf::TooManyFolders, console),
            (Trouble::Lost, _) => {
                self.pace.lost();
                self.listen(console);
            }
            (Trouble::Stale, _) => self.listen(console),
            (Trouble::None, Some(listener)) => {
                if let Err(deaf) = listener.add(&heard.folders) {
                    self.go_deaf(&deaf, console);
                }
            }
            (Trouble::None, None) => {}
        }
    }

    /// Listens anew to everything below the folder.
    fn listen(&mut self, console: &mut Console) {
        if self.is_deaf {
            return;
        }
        // The new one listens before the old one ceases to.
        match Listener::new(&self.corpus, &self.place.index, Arc::clone(&self.inbox)) {
            Ok(listener) => self.listener = Some(listener),
            // It went at this moment: the next look will say so.
            Err(_) if self.root.look() == Presence::Gone => self.listener = None,
            Err(deaf) => self.go_deaf(&deaf, console),
        }
    }

    /// Looks now and then from here on.
    fn go_deaf(&mut self, deaf: &Deaf, console: &mut Console) {
        self.listener = None;
        if std::mem::replace(&mut self.is_deaf, true) {
            return;
        }
        self.pace.poll(POLL, self.inbox.now());
        self.pace.owe();
        let why = deaf.told();
        let every = duration(POLL);
        warn(
            &format!("{why}: looking every {every} instead; `--poll` sets how often"),
            console,
        );
    }

    /// Looks whether the folder is there.
    fn look(&mut self, console: &mut Console) {
        let presence = self.root.look();
        let is_news = self
            .pace
            .folder(presence != Presence::Gone, self.inbox.now());
        let folder = clean::line(&self.folder.display().to_string());
        if presence == Presence::Gone {
            if is_news {
                self.listener = None;
                warn(
                    &format!("`{folder}` is gone: the index stays as it is until it is back"),
                    console,
                );
            }
            return;
        }
        if is_news || presence == Presence::Other {
            let what = if is_news {
                "is back"
            } else {
                "is another folder now"
            };
            tell(&format!("`{folder}` {what}"), console);
            self.root.know();
            self.pace.owe();
            self.listen(console);
        }
    }

    /// Looks whether the configuration is another, and takes it if it can be used.
    fn look_at_config(&mut self, console: &mut Console) {
        if self.pace.is_gone() || !self.config.look(stamp(&self.place, &self.common)) {
            return;
        }
        let config = self.place.config(&self.common);
        let corpus = config.and_then(|config| helper::corpus(&self.folder, config));
        match corpus {
            Ok(corpus) => {
                tell("the configuration has changed", console);
                self.corpus = Arc::new(corpus);
                self.pace.owe();
                // What it excludes is not listened to.
                self.listen(console);
            }
            Err(failure) => {
                failure.report(console);
                warn("the configuration before it stays in use", console);
            }
        }
    }

    /// One run, and what is said about it.
    fn turn(&mut self, console: &mut Console) -> Result<(), Failure> {
        // A run would make anew what is gone.
        self.look(console);
        if self.pace.is_gone() {
            return Ok(());
        }
        let began = self.inbox.now();
        self.pace.begin();
        let first = if self.told.is_none() {
            First::Yes
        } else {
            First::No
        };
        let result = self.reindex(first, console);
        let now = self.inbox.now();
        match result {
            Ok(report) => {
                self.pace.ended(Outcome::Done, began, now);
                own_vocabulary::keep(&self.place, console);
                let before = self.told.replace(report.clone());
                self.receipt(&report, before.as_ref(), console)
            }
            Err(error) if error.kind() == ErrorKind::Locked => {
                if self.pace.ended(Outcome::Locked, began, now) {
                    tell(&format!("{}: waiting for it", error.message()), console);
                }
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Cancelled || first == First::Yes => {
                Err(error.into())
            }
            Err(error) => {
                let is_news = self
                    .pace
                    .ended(Outcome::Failed(error.message()), began, now);
                self.look(console);
                // A folder that went while it was read is no failure, and was told.
                if is_news && !self.pace.is_gone() {
                    Failure::from(error).report(console);
                }
                Ok(())
            }
        }
    }

    fn reindex(&self, first: First, console: &mut Console) -> pressmark::Result<Report> {
        let options = (self.order.options)(first).wait(Duration::ZERO);
        let (corpus, index) = (&self.corpus, &self.place.index);
        if first == First::Yes {
            let progress = Progress::stopped_by(Arc::clone(&self.stop), console, ProgressArg::Auto);
            let report = reindex(corpus, index, &options, &progress);
            progress.finish();
            report
        } else {
            let observer = Quiet {
                stop: &self.stop,
                is_silent: console.talk == Talk::Quiet,
            };
            reindex(corpus, index, &options, &observer)
        }
    }

    /// Tells what a run did, if it did anything.
    fn receipt(
        &self,
        report: &Report,
        before: Option<&Report>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        if self.common.json {
            if before.is_none_or(|before| before.generation != report.generation) {
                json::line(console.out(), report)?;
                console.flush()?;
            }
            return Ok(());
        }
        let Some(before) = before else {
            (self.order.receipt)(report, &self.place, console);
            console.remark("watching for changes; Ctrl-C ends it");
            return Ok(());
        };
        let line = line(report);
        let others = |it: &Report| (it.duplicate, it.skipped, it.failed, it.documents);
        if report.indexed + report.removed > 0 || others(report) != others(before) {
            tell(&line, console);
        } else {
            console.mention(&format!("{} {line}", time()));
        }
        Ok(())
    }
}

/// Watches a run that is one of many.
struct Quiet<'a> {
    stop: &'a AtomicBool,
    is_silent: bool,
}

impl Observer for Quiet<'_> {
    fn event(&self, event: &Event) {
        use std::io::Write;
        if let Event::Walked { to_read, bytes, .. } = event
            && *to_read > MANY
            && !self.is_silent
        {
            let _ = writeln!(
                std::io::stderr(),
                "{} reading {} ({})",
                time(),
                number::count(*to_read, "file", "files"),
                number::bytes(*bytes)
            );
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What a run did, in a line.
fn line(report: &Report) -> String {
    let mut parts = vec![
        format!("generation {}", thousands(report.generation)),
        format!("indexed {}", thousands(report.indexed)),
    ];
    for (name, number) in [("removed", report.removed), ("failed", report.failed)] {
        if number > 0 {
            parts.push(format!("{name} {}", thousands(number)));
        }
    }
    let took = Duration::try_from_secs_f64(report.seconds).unwrap_or_default();
    parts.push(duration(took));
    parts.join(" · ")
}

fn time() -> impl std::fmt::Display {
    jiff::Zoned::now().strftime("%F %T").to_string()
}

fn tell(text: &str, console: &mut Console) {
    console.say(&format!("{} {text}", time()));
}

/// Says what whoever relies on the watch has to know even if they want to hear nothing.
fn warn(text: &str, console: &mut Console) {
    console.shout(&format!("{} warning: {text}", time()));
}
