//! How fast a run is, and how long it will take: out of the last seconds, so that a slow beginning
//! is forgotten.

use std::collections::VecDeque;
use std::time::Duration;

use pressmark::Progress;

/// Samples are this far apart,
const STEP: Duration = Duration::from_millis(500);
/// and so many are kept: a quarter of a minute.
const KEPT: usize = 30;

/// The last samples of a run.
#[derive(Debug, Default)]
pub(super) struct Pace {
    samples: VecDeque<Sample>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    at: Duration,
    bytes: u64,
    files: u64,
    records: u64,
}

/// What is to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Estimate {
    /// Bytes a second.
    pub(super) bytes: u64,
    /// Records a second.
    pub(super) records: u64,
    /// The time that remains; not known at the beginning, and where nothing says how much it is.
    pub(super) left: Option<Duration>,
}

impl Pace {
    /// Takes how far the run is, so long after its beginning, and says what is to be expected.
    pub(super) fn take(&mut self, at: Duration, progress: &Progress) -> Estimate {
        let now = Sample {
            at,
            bytes: progress.bytes_done,
            files: progress.files_done,
            records: progress.records,
        };
        let first = *self.samples.front().unwrap_or(&Sample::default());
        if self
            .samples
            .back()
            .is_none_or(|last| at.saturating_sub(last.at) >= STEP)
        {
            self.samples.push_back(now);
            if self.samples.len() > KEPT {
                self.samples.pop_front();
            }
        }
        let seconds = at.saturating_sub(first.at).as_secs_f64().max(0.001);
        let rate = |done: u64, before: u64| done.saturating_sub(before) as f64 / seconds;
        let bytes = rate(now.bytes, first.bytes);
        // Documents that are made out of the index again have no size: files are counted then.
        let (rest, pace) = if progress.bytes_total > 0 {
            (progress.bytes_total.saturating_sub(now.bytes), bytes)
        } else {
            let rest = progress.files_total.saturating_sub(now.files);
            (rest, rate(now.files, first.files))
        };
        let is_known = progress.bytes_total > 0 || progress.files_total > 0;
        let left = match (is_known, rest) {
            (false, _) => None,
            (true, 0) => Some(Duration::ZERO),
            (true, rest) => Duration::try_from_secs_f64(rest as f64 / pace).ok(),
        };
        Estimate {
            bytes: bytes as u64,
            records: rate(now.records, first.records) as u64,
            left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done: u64, total: u64) -> Progress {
        let mut progress = Progress::default();
        (progress.bytes_done, progress.bytes_total) = (done, total);
        progress
    }

    #[test]
    fn the_rest_takes_as_long_as_the_last_seconds_say() {
        let mut pace = Pace::default();
        let at = Duration::from_secs;
        let first = pace.take(at(2), &progress(2_000, 100_000));
        assert_eq!((first.bytes, first.left), (1_000, Some(at(98))));
        // Ten times as fast from then on: the beginning leaves the window.
        let mut last = first;
        for second in 3..40 {
            last = pace.take(
                at(second),
                &progress(2_000 + (second - 2) * 10_000, 1_000_000),
            );
        }
        assert_eq!(last.bytes, 10_000);
        assert_eq!(last.left, Some(Duration::from_secs_f64(62.8)));
        assert_eq!(
            pace.take(at(41), &progress(1_000_000, 1_000_000)).left,
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn what_has_no_size_is_measured_in_files_or_not_at_all() {
        let mut files = Progress::default();
        (files.files_done, files.files_total, files.records) = (10, 40, 500);
        let estimate = Pace::default().take(Duration::from_secs(5), &files);
        assert_eq!(
            estimate,
            Estimate {
                bytes: 0,
                records: 100,
                left: Some(Duration::from_secs(15))
            }
        );
        let mut nothing = Progress::default();
        nothing.records = 500;
        let estimate = Pace::default().take(Duration::from_secs(5), &nothing);
        assert_eq!((estimate.records, estimate.left), (100, None));
        // Nothing done: no one knows.
        assert_eq!(
            Pace::default().take(Duration::ZERO, &progress(0, 9)).left,
            None
        );
    }
}
