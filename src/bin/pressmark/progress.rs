//! Shows how far indexing is: a bar on a terminal, a line every few seconds elsewhere.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pressmark::{Event, Observer, Progress};

use crate::console::{Console, Stream, Talk};
use crate::failure::Failure;
use crate::output::layout::cut;
use crate::output::{clean, number};

/// Between two plain lines.
const EVERY: Duration = Duration::from_secs(5);

/// Watches a run, and hands it the wish to stop.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    display: Display,
    stream: Stream,
    /// Failures that were told, so far.
    told: Mutex<u64>,
    is_verbose: bool,
}

enum Display {
    None,
    Bar(ProgressBar),
    Lines(Mutex<Lines>),
}

struct Lines {
    started: Instant,
    last: Instant,
}

impl Watch {
    /// Begins to watch: Ctrl-C stops the run at the next record, a second one at once.
    ///
    /// # Errors
    /// If the signal cannot be caught.
    pub(crate) fn new(console: &Console) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let handler = move || {
            if flag.swap(true, Ordering::Relaxed) {
                // Killing a run is safe: what is published stays as it is.
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(handler)
            .map_err(|error| Failure::new("io", format!("cannot listen to Ctrl-C: {error}")))?;
        let display = match console.talk {
            Talk::Quiet => Display::None,
            _ if console.stderr.is_terminal => Display::Bar(bar(console.stderr)),
            _ => {
                let now = Instant::now();
                Display::Lines(Mutex::new(Lines {
                    started: now,
                    last: now,
                }))
            }
        };
        Ok(Self {
            stop,
            display,
            stream: console.stderr,
            told: Mutex::new(0),
            is_verbose: console.talk == Talk::Verbose,
        })
    }

    /// Takes the bar off the terminal.
    pub(crate) fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        match &self.display {
            Display::None => {}
            Display::Bar(bar) => bar.println(text),
            Display::Lines(_) => {
                let _ = writeln!(std::io::stderr(), "{text}");
            }
        }
    }

    fn progress(&self, progress: &Progress) {
        match &self.display {
            Display::None => {}
            Display::Bar(bar) => {
                bar.set_length(progress.bytes_total);
                bar.set_position(progress.bytes_done);
                let records = number::count(progress.records, "record", "records");
                let path = clean::line(&progress.path);
                bar.set_message(cut(
                    &format!("{records} · {path}"),
                    self.stream.width.saturating_sub(4),
                ));
            }
            Display::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.last.elapsed() < EVERY {
                    return;
                }
                lines.last = Instant::now();
                let text = plain(progress, lines.started.elapsed());
                let _ = writeln!(std::io::stderr(), "{text}");
            }
        }
    }
}

impl Observer for Watch {
    fn event(&self, event: &Event) {
        match event {
            Event::Walked {
                files,
                to_read,
                bytes,
            } => {
                if let Display::Bar(bar) = &self.display {
                    bar.set_length(*bytes);
                }
                if *to_read > 0 {
                    self.line(&format!(
                        "reading {} of {} ({})",
                        number::thousands(*to_read),
                        number::count(*files, "file", "files"),
                        number::bytes(*bytes)
                    ));
                }
            }
            Event::Progress(progress) => self.progress(progress),
            Event::Failed {
                path,
                record,
                message,
                ..
            } => {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                *told += 1;
                if self.is_verbose {
                    let record = record
                        .map(|record| format!(" record {record}"))
                        .unwrap_or_default();
                    self.line(&clean::line(&format!("failed: {path}{record}: {message}")));
                }
            }
            Event::Publishing => {
                if let Display::Bar(bar) = &self.display {
                    bar.set_message("publishing");
                }
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn bar(stream: Stream) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let wide = stream.width >= 60;
    let template = if wide {
        "{bar:24} {percent:>3} % · {decimal_bytes_per_sec} · {eta} left\n{msg}"
    } else {
        "{percent:>3} % · {decimal_bytes_per_sec} · {eta}\n{msg}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.set_message("looking for files");
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// How far it is, in a line: done, rate, remaining time.
fn plain(progress: &Progress, elapsed: Duration) -> String {
    let records = number::count(progress.records, "record", "records");
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = progress.bytes_done as f64 / seconds;
    let left = progress.bytes_total.saturating_sub(progress.bytes_done) as f64;
    let remaining = if rate > 0.0 && left > 0.0 {
        let left = Duration::try_from_secs_f64(left / rate).unwrap_or_default();
        format!(" · {} left", number::duration(left))
    } else {
        String::new()
    };
    format!(
        "{records} · {} of {} · {}/s{remaining}",
        number::bytes(progress.bytes_done),
        number::bytes(progress.bytes_total),
        number::bytes(rate as u64)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_says_how_long_it_will_take() {
        let mut progress = Progress::default();
        progress.records = 1_200;
        progress.bytes_done = 2_000_000;
        progress.bytes_total = 6_000_000;
        assert_eq!(
            plain(&progress, Duration::from_secs(2)),
            "1,200 records · 2.0 MB of 6.0 MB · 1.0 MB/s · 4.0 s left"
        );
    }
}
