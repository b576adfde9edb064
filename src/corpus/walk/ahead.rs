//! Threads that read the folders which come next, while somebody deals with those before.
//!
//! Tasks are done in path order, and only so many entries may wait to be asked for. Whoever walks
//! does a task that nobody has begun itself, so that a walk comes to its end without any thread.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::folder::{Ground, Task};
use super::{Key, Node};

/// Entries that may wait: a few megabytes.
const WAITING: usize = 1 << 14;
/// The most threads. More than there are processors help where a look at a file is a journey.
const THREADS: usize = 4;

/// A walk as far as it has been prepared.
pub(super) struct Ahead {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    ground: Arc<Ground>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What nobody has begun.
    todo: BTreeMap<Key, Task>,
    /// What nobody has asked for yet; a panic is handed on to whoever asks.
    done: HashMap<Key, std::thread::Result<Vec<Node>>>,
    /// Entries in `done`.
    waiting: usize,
    over: bool,
}

impl Ahead {
    pub(super) fn new(ground: Arc<Ground>, tasks: Vec<(Key, Task)>) -> Self {
        let mut count = std::thread::available_parallelism().map_or(1, usize::from);
        count = count.min(THREADS).min(tasks.len());
        let shared = Arc::new(Shared {
            ground,
            state: Mutex::new(State {
                todo: tasks.into_iter().collect(),
                ..State::default()
            }),
            changed: Condvar::new(),
        });
        let start = |number| {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new()
                .name(format!("walk-{number}"))
                .spawn(move || shared.work())
                .ok()
        };
        Self {
            threads: (0..count).filter_map(start).collect(),
            shared,
        }
    }

    /// What a task leads to, once.
    pub(super) fn take(&self, key: &Key) -> Vec<Node> {
        let mut state = self.shared.lock();
        loop {
            if let Some(task) = state.todo.remove(key) {
                drop(state);
                let findings = self.shared.ground.run(key, task);
                self.shared.lock().add(findings.tasks);
                self.shared.changed.notify_all();
                return findings.nodes;
            }
            if let Some(outcome) = state.done.remove(key) {
                let nodes = outcome.unwrap_or_else(|panic| resume_unwind(panic));
                let was_full = state.waiting >= WAITING;
                state.waiting -= nodes.len();
                if was_full && state.waiting < WAITING {
                    self.shared.changed.notify_all();
                }
                return nodes;
            }
            state = self.shared.wait(state);
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Does one task after the other.
    fn work(&self) {
        let mut state = self.lock();
        while !state.over {
            let is_full = state.waiting >= WAITING;
            let next = if is_full {
                None
            } else {
                state.todo.pop_first()
            };
            let Some((key, task)) = next else {
                state = self.wait(state);
                continue;
            };
            drop(state);
            let outcome = catch_unwind(AssertUnwindSafe(|| self.ground.run(&key, task)));
            state = self.lock();
            let outcome = outcome.map(|findings| {
                state.add(findings.tasks);
                state.waiting += findings.nodes.len();
                findings.nodes
            });
            state.done.insert(key, outcome);
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, tasks: Vec<(Key, Task)>) {
        self.todo.extend(tasks);
    }
}
