//! Documents between the writer's door and the engine's hands.
//!
//! The engine queues by number, up to ten thousand documents whatever their size. Here they are
//! counted in bytes, so that memory does not grow with the length of documents.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Bytes that may wait for the engine: a thousand short documents, so that nobody is idle for want of
/// them. With more, an index would take more memory and no less time.
const MOST_WAITING: usize = 4 << 20;
/// How long a document waits at a time.
const PATIENCE: Duration = Duration::from_millis(100);
/// How often it waits without anything moving before it is handed over all the same: the engine
/// then says what is wrong.
const ATTEMPTS: u32 = 50;

/// Counts what waits.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    bytes: Mutex<usize>,
    moved: Condvar,
}

impl InFlight {
    /// Waits until there is room, and takes it.
    pub(super) fn enter(&self, bytes: usize) {
        let mut waiting = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut attempts = 0;
        while *waiting > 0 && *waiting + bytes > MOST_WAITING && attempts < ATTEMPTS {
            let before = *waiting;
            let woken = self.moved.wait_timeout(waiting, PATIENCE);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
            attempts = if *waiting == before { attempts + 1 } else { 0 };
        }
        *waiting += bytes;
    }

    /// Gives room back.
    pub(super) fn leave(&self, bytes: usize) {
        let mut waiting = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = waiting.saturating_sub(bytes);
        drop(waiting);
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_when_it_is_full_waits_for_room() {
        let flight = InFlight::default();
        flight.enter(MOST_WAITING * 2); // alone, even the largest gets in
        std::thread::scope(|scope| {
            let next = scope.spawn(|| flight.enter(1));
            flight.leave(MOST_WAITING * 2);
            next.join().unwrap();
        });
        assert_eq!(*flight.bytes.lock().unwrap(), 1);
    }
}
