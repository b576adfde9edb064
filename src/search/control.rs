//! What may stop a search before its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// What may stop a search before its end: a deadline, a flag that somebody else raises, or both.
///
/// A search looks at both between blocks of documents, thousands of times a second, so that it
/// ends soon after.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Control {
    /// The search fails with [`ErrorKind::Cancelled`] when this has passed.
    pub deadline: Option<Instant>,
    /// The search fails with [`ErrorKind::Cancelled`] when this becomes true.
    pub cancelled: Option<Arc<AtomicBool>>,
}

impl Control {
    /// Stops after so much time from now; never if the clock does not reach that far.
    pub fn within(time: Duration) -> Self {
        Self {
            deadline: Instant::now().checked_add(time),
            ..Self::default()
        }
    }

    /// Stops at this time.
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Stops when this flag becomes true. Keep a clone of it to raise it from another thread.
    pub fn cancelled_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.cancelled = Some(flag);
        self
    }

    /// Fails if the search is to stop.
    pub(crate) fn check(&self) -> Result<()> {
        let stopped = |reason| Err(Error::new(ErrorKind::Cancelled, reason));
        if self
            .cancelled
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
        {
            return stopped("the search was cancelled");
        }
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return stopped("the search took longer than it may");
        }
        Ok(())
    }
}
