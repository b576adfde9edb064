//! Shows how far indexing is: a bar on a terminal, a line every few seconds elsewhere, or JSON for
//! programs.

mod events;
mod pace;

use std::io::{Stderr, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pressmark::{Event, Observer, Progress};
use serde_json::Value;

use crate::args::ProgressArg;
use crate::console::{Console, Stream, Talk};
use crate::failure::Failure;
use crate::output::layout::cut;
use crate::output::{clean, number};
use pace::{Estimate, Pace};

/// Between two plain lines.
const EVERY: Duration = Duration::from_secs(5);

/// Watches a run, and hands it the wish to stop.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    started: Instant,
    stream: Stream,
    talk: Talk,
    display: Display,
    state: Mutex<State>,
}

enum Display {
    None,
    Bar(ProgressBar),
    Lines,
    Events(Mutex<events::Lines<Stderr>>),
}

/// What was told so far.
#[derive(Default)]
struct State {
    progress: Progress,
    pace: Pace,
    /// When the reading began and when the last plain line was written, since the beginning.
    reading: Duration,
    line: Duration,
}

impl Watch {
    /// Begins to watch: Ctrl-C stops the run at the next record, a second one at once.
    ///
    /// # Errors
    /// If the signal cannot be caught.
    pub(crate) fn new(console: &Console, how: ProgressArg) -> Result<Self, Failure> {
        Ok(Self::stopped_by(on_interrupt(|| ())?, console, how))
    }

    /// Begins to watch a run that a flag stops.
    pub(crate) fn stopped_by(stop: Arc<AtomicBool>, console: &Console, how: ProgressArg) -> Self {
        let started = Instant::now();
        let is_quiet = console.talk == Talk::Quiet;
        let display = match how {
            ProgressArg::Jsonl => {
                events::guard_panics(started);
                Display::Events(Mutex::new(events::Lines::new(std::io::stderr())))
            }
            ProgressArg::None => Display::None,
            ProgressArg::Auto if is_quiet => Display::None,
            _ if console.stderr.is_terminal => Display::Bar(bar()),
            _ => Display::Lines,
        };
        Self {
            stop,
            started,
            stream: console.stderr,
            talk: console.talk,
            display,
            state: Mutex::default(),
        }
    }

    /// Takes the bar off the terminal, and tells the last that was not told.
    pub(crate) fn finish(&self) {
        match &self.display {
            Display::Bar(bar) => bar.finish_and_clear(),
            Display::Events(lines) => guard(lines).flush(self.started.elapsed()),
            Display::None | Display::Lines => {}
        }
    }

    /// Says that the run waits for another one.
    pub(crate) fn waiting(&self, message: &str, most: Duration) {
        self.object(serde_json::json!({
            "event": "waiting", "message": message, "most": most.as_secs(),
        }));
        let most = number::duration(most);
        self.remark(&format!("{message}: waiting for it, at most {most}"));
    }

    /// Tells something as an object, where objects are told.
    pub(crate) fn object(&self, object: Value) {
        if let Display::Events(lines) = &self.display {
            guard(lines).write(object, self.started.elapsed());
        }
    }

    /// Says something unless nobody wants to hear it, above the bar if there is one.
    fn remark(&self, text: &str) {
        if self.talk == Talk::Quiet {
            return;
        }
        let text = clean::line(text);
        match &self.display {
            Display::Bar(bar) => bar.println(text),
            Display::None | Display::Lines => {
                let _ = writeln!(std::io::stderr(), "{text}");
            }
            Display::Events(_) => {}
        }
    }

    fn progress(&self, progress: &Progress) {
        let mut state = guard(&self.state);
        let progress = merged(&state.progress, progress);
        state.progress = progress.clone();
        let at = self.started.elapsed();
        match &self.display {
            Display::Bar(bar) => {
                let at = at.saturating_sub(state.reading);
                let estimate = state.pace.take(at, &progress);
                drop(state);
                show(bar, &progress, estimate, self.stream.width);
            }
            Display::Lines if at.saturating_sub(state.line) >= EVERY => {
                state.line = at;
                let at = at.saturating_sub(state.reading);
                let estimate = state.pace.take(at, &progress);
                let line = format!("{} · {}", facts(&progress, estimate), progress.path);
                self.remark(&cut(&clean::line(&line), self.stream.width));
            }
            Display::None | Display::Lines => {}
            Display::Events(lines) => {
                guard(lines).tell(&Event::Progress(progress), at);
            }
        }
    }

    fn walked(&self, files: u64, to_read: u64, bytes: u64) {
        let mut state = guard(&self.state);
        *state = State {
            reading: self.started.elapsed(),
            line: self.started.elapsed(),
            ..State::default()
        };
        if to_read == 0 {
            return;
        }
        if let Display::Bar(_) | Display::Lines = &self.display {
            self.remark(&format!(
                "reading {} of {} ({})",
                number::thousands(to_read),
                number::count(files, "file", "files"),
                number::bytes(bytes)
            ));
        }
    }
}

impl Observer for Watch {
    fn event(&self, event: &Event) {
        match event {
            Event::Progress(progress) => return self.progress(progress),
            Event::Walked {
                files,
                to_read,
                bytes,
            } => self.walked(*files, *to_read, *bytes),
            Event::Failed {
                path,
                record,
                member,
                message,
                ..
            } if self.talk == Talk::Verbose => {
                let place = match (member, record) {
                    (Some(member), _) => format!("{path}!/{member}"),
                    (None, Some(record)) => format!("{path} record {record}"),
                    (None, None) => path.clone(),
                };
                self.remark(&format!("failed: {place}: {message}"));
            }
            Event::Learning => {
                if let Display::Bar(bar) = &self.display {
                    bar.set_message("learning topics");
                }
            }
            Event::Publishing => {
                if let Display::Bar(bar) = &self.display {
                    bar.set_message("publishing");
                }
            }
            _ => {}
        }
        if let Display::Events(lines) = &self.display {
            guard(lines).tell(event, self.started.elapsed());
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A flag that Ctrl-C, or a request to end, raises before it calls `wake`; a second one ends the
/// process at once. To be asked for once in a process.
///
/// # Errors
/// If the signal cannot be caught.
#[expect(clippy::exit, reason = "who asks a second time wants no more of it")]
pub(crate) fn on_interrupt(wake: impl Fn() + Send + 'static) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            // Killing a run is safe: what is published stays as it is.
            std::process::exit(130);
        }
        wake();
    };
    ctrlc::set_handler(handler)
        .map_err(|error| Failure::new("io", format!("cannot listen to Ctrl-C: {error}")))?;
    Ok(stop)
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The newer of two, neither of whose numbers goes back: threads tell in any order.
fn merged(before: &Progress, now: &Progress) -> Progress {
    let mut merged = now.clone();
    if (before.files_total, before.bytes_total) == (now.files_total, now.bytes_total) {
        merged.files_done = before.files_done.max(now.files_done);
        merged.records = before.records.max(now.records);
        merged.bytes_done = before.bytes_done.max(now.bytes_done);
    }
    merged
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    style(&bar, "{spinner} {msg}");
    bar.set_message("looking for files");
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
}

/// Draws how far it is: in bytes if it is known how many there are, else in files, else not.
fn show(bar: &ProgressBar, progress: &Progress, estimate: Estimate, width: usize) {
    let (done, total) = match progress {
        Progress {
            bytes_total: 1.., ..
        } => (progress.bytes_done, progress.bytes_total),
        _ => (progress.files_done, progress.files_total),
    };
    let template = match (total, width) {
        (0, _) => "{spinner} {prefix}\n{msg}",
        (_, 70..) => "{bar:20} {percent:>3} % · {prefix}\n{msg}",
        _ => "{percent:>3} % · {prefix}\n{msg}",
    };
    if bar.length() != Some(total) {
        bar.set_length(total);
        style(bar, template);
    }
    bar.set_position(done);
    bar.set_prefix(pace(progress, estimate));
    let records = number::count(progress.records, "record", "records");
    let path = clean::line(&progress.path);
    bar.set_message(cut(&format!("{records} · {path}"), width.saturating_sub(4)));
}

/// Rate and remaining time.
fn pace(progress: &Progress, estimate: Estimate) -> String {
    let rate = match progress.bytes_total {
        0 => number::count(estimate.records, "record/s", "records/s"),
        _ => format!("{}/s", number::bytes(estimate.bytes)),
    };
    match estimate.left {
        Some(left) if left > Duration::ZERO => {
            format!("{rate} · {} left", number::duration(left))
        }
        _ => rate,
    }
}

/// How far it is, in a line: done, rate, remaining time.
fn facts(progress: &Progress, estimate: Estimate) -> String {
    let records = number::count(progress.records, "record", "records");
    let part = match (progress.bytes_total, progress.files_total) {
        (0, 0) => String::new(),
        (0, files) => format!(
            " · {} of {}",
            number::thousands(progress.files_done),
            number::count(files, "file", "files")
        ),
        (bytes, _) => format!(
            " · {} of {}",
            number::bytes(progress.bytes_done),
            number::bytes(bytes)
        ),
    };
    format!("{records}{part} · {}", pace(progress, estimate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(bytes: u64, records: u64, left: Option<u64>) -> Estimate {
        Estimate {
            bytes,
            records,
            left: left.map(Duration::from_secs),
        }
    }

    #[test]
    fn a_plain_line_says_how_long_it_will_take() {
        let mut progress = Progress::default();
        progress.records = 1_200;
        for (bytes, files, estimate, expected) in [
            (
                (2_000_000, 6_000_000),
                (1, 3),
                estimate(1_000_000, 600, Some(4)),
                "1,200 records · 2.0 MB of 6.0 MB · 1.0 MB/s · 4.0 s left",
            ),
            (
                (0, 0),
                (1, 3),
                estimate(0, 600, Some(4)),
                "1,200 records · 1 of 3 files · 600 records/s · 4.0 s left",
            ),
            (
                (0, 0),
                (0, 0),
                estimate(0, 600, None),
                "1,200 records · 600 records/s",
            ),
        ] {
            (progress.bytes_done, progress.bytes_total) = bytes;
            (progress.files_done, progress.files_total) = files;
            assert_eq!(facts(&progress, estimate), expected);
        }
    }

    #[test]
    fn numbers_that_come_late_do_not_go_back() {
        let mut before = Progress::default();
        (before.files_done, before.files_total, before.records) = (5, 9, 50);
        let mut late = before.clone();
        (late.files_done, late.records) = (4, 51);
        let merged = merged(&before, &late);
        assert_eq!((merged.files_done, merged.records), (5, 51));
        late.files_total = 10;
        assert_eq!(super::merged(&before, &late).files_done, 4);
    }
}
