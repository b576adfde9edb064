//! `--progress jsonl`: what a run tells, one JSON object a line, for programs that wrap it. The
//! names are promised in docs/operations.md.

use std::io::Write;
use std::time::{Duration, Instant};

use pressmark::{Event, Progress};
use serde_json::{Value, json};

use super::pace::Pace;
use crate::output::json;

/// Progress is told no more often than this.
const EVERY: Duration = Duration::from_millis(200);

/// Turns events into lines.
pub(super) struct Lines<W> {
    out: W,
    pace: Pace,
    /// When the last line about progress was written, since the beginning.
    last: Option<Duration>,
    /// Progress that was too soon to be told.
    held: Option<Progress>,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            pace: Pace::default(),
            last: None,
            held: None,
        }
    }

    /// Tells an event, so long after the beginning.
    pub(super) fn tell(&mut self, event: &Event, at: Duration) {
        let object = match event {
            Event::Progress(progress) => return self.progress(progress, at),
            Event::Walked {
                files,
                to_read,
                bytes,
            } => json!({
                "event": "walked", "files": files, "files_total": to_read, "bytes_total": bytes,
            }),
            Event::Failed {
                path,
                record,
                member,
                code,
                message,
            } => {
                let mut event = json!({
                    "event": "failed", "path": path, "record": record, "code": code,
                    "message": message,
                });
                if let (Some(member), Some(object)) = (member, event.as_object_mut()) {
                    object.insert("member".to_owned(), json!(member));
                }
                event
            }
            Event::Checkpoint { documents } => {
                json!({ "event": "checkpoint", "documents": documents })
            }
            Event::Learning => json!({ "event": "learning" }),
            Event::Publishing => json!({ "event": "publishing" }),
            // Said with the totals, when there are any.
            _ => return,
        };
        self.write(object, at);
    }

    /// Says something else that happened.
    pub(super) fn write(&mut self, mut object: Value, at: Duration) {
        self.flush(at);
        if let Some(object) = object.as_object_mut() {
            object.insert("seconds".to_owned(), json!(seconds(at)));
        }
        // Who does not listen any more is no reason to stop.
        let _ = json::line(&mut self.out, &object);
    }

    /// Tells what was held back, so that the last number is the last one.
    pub(super) fn flush(&mut self, at: Duration) {
        if let Some(progress) = self.held.take() {
            self.tell_progress(&progress, at);
        }
    }

    fn progress(&mut self, progress: &Progress, at: Duration) {
        if self
            .last
            .is_some_and(|last| at.saturating_sub(last) < EVERY)
        {
            self.held = Some(progress.clone());
            return;
        }
        self.held = None;
        self.tell_progress(progress, at);
    }

    fn tell_progress(&mut self, progress: &Progress, at: Duration) {
        self.last = Some(at);
        let estimate = self.pace.take(at, progress);
        let object = json!({
            "event": "progress",
            "files_done": progress.files_done,
            "files_total": progress.files_total,
            "records": progress.records,
            "bytes_done": progress.bytes_done,
            "bytes_total": progress.bytes_total,
            "path": progress.path,
            "rate": estimate.bytes,
            "seconds_left": estimate.left.map(seconds),
            "seconds": seconds(at),
        });
        let _ = json::line(&mut self.out, &object);
    }
}

/// Seconds to a thousandth.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000.0).round() / 1_000.0
}

/// Tells a panic as an object, so that every line stays one.
pub(super) fn guard_panics(started: Instant) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let object = json!({
            "event": "panic", "message": message, "place": place,
            "seconds": seconds(started.elapsed()),
        });
        let _ = json::line(&mut std::io::stderr(), &object);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[(u64, Event)]) -> Vec<Value> {
        let mut out = Vec::new();
        let mut lines = Lines::new(&mut out);
        for (at, event) in events {
            lines.tell(event, Duration::from_millis(*at));
        }
        lines.flush(Duration::from_secs(9));
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn progress(files: u64) -> Event {
        let mut progress = Progress::default();
        (progress.files_done, progress.files_total) = (files, 100);
        (progress.bytes_done, progress.bytes_total) = (files * 10, 1_000);
        progress.path = format!("news/\u{1b}[2J{files}.md");
        Event::Progress(progress)
    }

    #[test]
    fn progress_is_told_five_times_a_second_and_at_the_end() {
        let events: Vec<_> = (1..=100)
            .map(|number| (number * 10, progress(number)))
            .collect();
        let lines = told(&events);
        let files: Vec<u64> = lines
            .iter()
            .map(|it| it["files_done"].as_u64().unwrap())
            .collect();
        assert_eq!(files, [1, 21, 41, 61, 81, 100]);
        assert_eq!(lines[1]["path"], "news/\u{1b}[2J21.md");
        assert_eq!(lines[1]["rate"], 1_000);
        assert_eq!(lines[5]["seconds_left"], 0.0);
    }

    #[test]
    fn every_event_has_its_name_and_its_time() {
        let failed = Event::Failed {
            path: "a\nb".to_owned(),
            record: None,
            member: None,
            code: "json".to_owned(),
            message: "not \u{9b} JSON".to_owned(),
        };
        let walked = Event::Walked {
            files: 9,
            to_read: 3,
            bytes: 70,
        };
        let lines = told(&[
            (1, walked),
            (2, progress(1)),
            (3, progress(2)),
            (4, failed),
            (5, Event::Checkpoint { documents: 7 }),
            (6, Event::Publishing),
        ]);
        let names: Vec<&str> = lines
            .iter()
            .map(|it| it["event"].as_str().unwrap())
            .collect();
        let expected = [
            "walked",
            "progress",
            "progress",
            "failed",
            "checkpoint",
            "publishing",
        ];
        assert_eq!(names, expected);
        assert_eq!(
            lines[0],
            json!({"event": "walked", "files": 9, "files_total": 3, "bytes_total": 70, "seconds": 0.001})
        );
        assert_eq!(lines[2]["files_done"], 2);
        assert_eq!(
            (&lines[3]["path"], &lines[3]["record"]),
            (&json!("a\nb"), &Value::Null)
        );
        assert_eq!(lines[5]["seconds"], 0.006);
    }
}
