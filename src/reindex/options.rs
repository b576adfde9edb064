//! How a run is to be done, and how it can be watched and stopped.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::store::Space;
use crate::corpus::Failure;
use crate::tagging::Tagging;
use crate::{Error, ErrorKind};

/// How the index is to be brought up to date.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that mean nothing together"
)]
pub struct ReindexOptions {
    /// Threads that read and analyse; at least 1.
    pub threads: usize,
    /// Bytes that the writer may use for what is not on disk yet, see
    /// [`memory_for`](Self::memory_for).
    pub memory: usize,
    /// Bytes that may hold what the run remembers of files and records; until it writes its first
    /// document, half of `memory` may, too. What does not fit lies in a temporary file without a
    /// name, which is gone with the process.
    pub state_memory: usize,
    /// The folder of that file; that of the index if none is given.
    pub scratch: Option<PathBuf>,
    /// Read everything again into a new build, as if there were no index.
    pub rebuild: bool,
    /// Publish even if more than 20 % of the documents, and more than 20, would be lost.
    pub allow_shrink: bool,
    /// What values are found in texts with; `None`: nothing is looked for.
    pub tagging: Option<Tagging>,
    /// Find the values in the texts of all documents anew; no file is read for that.
    pub retag: bool,
    /// Read again what failed before, even if nothing says that it changed.
    pub retry_failed: bool,
    /// Stop before anything is published if more fails than this.
    pub max_errors: Option<MaxErrors>,
    /// How long to wait for another writer to finish.
    pub wait: Duration,
    /// The time of the run, in seconds since 1970 UTC: when new documents entered the index.
    pub now: i64,
    /// The name of the run and of its ledger: letters, digits, `-`, `_` and `.`; derived from
    /// `now` if it is empty.
    pub run_id: String,
    /// A first build is published at least so often, so that a killed one can be resumed.
    pub checkpoint_every: Duration,
    /// A first build is published after so many records, too.
    pub checkpoint_records: u64,
}

impl Default for ReindexOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            threads,
            memory: Self::memory_for(threads),
            state_memory: Self::memory_for(threads) / 2,
            scratch: None,
            rebuild: false,
            tagging: Some(Tagging::bundled()),
            retag: false,
            allow_shrink: false,
            retry_failed: false,
            max_errors: None,
            wait: Duration::ZERO,
            now: 0,
            run_id: String::new(),
            checkpoint_every: Duration::from_mins(1),
            checkpoint_records: 500_000,
        }
    }
}

impl ReindexOptions {
    /// The bytes of memory that suit so many threads: 32 MiB for each of 2 to 8.
    ///
    /// With less, segments are small and merged more often; more is used, and gains nothing.
    pub fn memory_for(threads: usize) -> usize {
        (32 << 20) * threads.clamp(2, 8)
    }

    /// The defaults at a time, in seconds since 1970 UTC.
    pub fn at(now: i64) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// Sets the number of threads that read and analyse.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many bytes the writer may use.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets how many bytes may hold what the run remembers of files and records.
    pub fn state_memory(mut self, bytes: usize) -> Self {
        self.state_memory = bytes;
        self
    }

    /// Sets the folder in which the run may put aside what it remembers.
    pub fn scratch(mut self, folder: impl Into<PathBuf>) -> Self {
        self.scratch = Some(folder.into());
        self
    }

    /// Where a run remembers what it knows.
    pub(super) fn space(&self, index: &Path) -> Space {
        let memory = self.state_memory.saturating_add(self.memory / 2);
        Space::new(self.scratch.as_deref().unwrap_or(index), memory)
    }

    /// Sets whether everything is read again into a new build.
    pub fn rebuild(mut self, rebuild: bool) -> Self {
        self.rebuild = rebuild;
        self
    }

    /// Sets what values are found in texts with.
    pub fn tagging(mut self, tagging: Tagging) -> Self {
        self.tagging = Some(tagging);
        self
    }

    /// Sets whether the values in the texts of all documents are found anew.
    pub fn retag(mut self, retag: bool) -> Self {
        self.retag = retag;
        self
    }

    /// Sets whether the index may lose more than 20 % of its documents.
    pub fn allow_shrink(mut self, allow: bool) -> Self {
        self.allow_shrink = allow;
        self
    }

    /// Sets whether what failed before is read again.
    pub fn retry_failed(mut self, retry: bool) -> Self {
        self.retry_failed = retry;
        self
    }

    /// Sets how much may fail before the run stops and publishes nothing.
    pub fn max_errors(mut self, most: MaxErrors) -> Self {
        self.max_errors = Some(most);
        self
    }

    /// Sets how long to wait for another writer to finish.
    pub fn wait(mut self, patience: Duration) -> Self {
        self.wait = patience;
        self
    }

    /// Sets the name of the run and of its ledger.
    pub fn run_id(mut self, id: impl Into<String>) -> Self {
        self.run_id = id.into();
        self
    }

    /// Sets how often a first build is published: after so long, or so many records.
    pub fn checkpoints(mut self, every: Duration, records: u64) -> Self {
        self.checkpoint_every = every;
        self.checkpoint_records = records;
        self
    }
}

/// How many files, folders and records may fail, now or before, so that a run still publishes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum MaxErrors {
    /// So many.
    Count(u64),
    /// So many in a hundred of everything seen: 0 to 100.
    Percent(f64),
}

impl FromStr for MaxErrors {
    type Err = Error;

    /// Reads `20` or `5%`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            let message = format!("`{text}` is neither a number of errors nor a percentage");
            Error::new(ErrorKind::Request, message).with_hint("write it like `20` or `0.5%`")
        };
        match text.strip_suffix('%') {
            None => text.parse().map(Self::Count).map_err(|_| wrong()),
            Some(percent) => match percent.trim().parse() {
                Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Self::Percent(percent)),
                _ => Err(wrong()),
            },
        }
    }
}

/// Watches a run, from several threads, and may stop it.
pub trait Observer: Sync {
    /// Something happened. Called often: whoever draws decides how often to.
    fn event(&self, event: &Event);

    /// Whether the run should stop. Asked between records; what is published stays consistent.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl Observer for () {
    fn event(&self, _: &Event) {}
}

/// What a run tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The folder was walked and compared with the index.
    Walked {
        /// Files found.
        files: u64,
        /// Files that will be read.
        to_read: u64,
        /// The bytes of those.
        bytes: u64,
    },
    /// How far the reading is.
    Progress(Progress),
    /// A file, folder or record failed; the run goes on.
    Failed {
        /// The path relative to the corpus.
        path: String,
        /// The number of the record in a file that holds many.
        record: Option<u64>,
        /// The path inside the file, if that is a container.
        member: Option<String>,
        /// The stable code, as in the ledger.
        code: String,
        /// Why, for people.
        message: String,
    },
    /// A part of a first build was published.
    Checkpoint {
        /// The documents in it.
        documents: u64,
    },
    /// Everything was read; topics are learned from the documents, and found in all of them.
    Learning,
    /// Everything was read; what changed is being published.
    Publishing,
    /// The run is over.
    Done,
}

impl Event {
    pub(super) fn failed(failure: &Failure) -> Self {
        Self::Failed {
            path: failure.path.clone(),
            record: failure.record,
            member: failure.member.clone(),
            code: failure.code.to_owned(),
            message: failure.message.clone(),
        }
    }
}

/// How far the reading is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// Files read to their end.
    pub files_done: u64,
    /// Files to be read in all.
    pub files_total: u64,
    /// Records dealt with.
    pub records: u64,
    /// Bytes dealt with.
    pub bytes_done: u64,
    /// Bytes to be read in all.
    pub bytes_total: u64,
    /// The file that was worked on last, relative to the corpus.
    pub path: String,
}
