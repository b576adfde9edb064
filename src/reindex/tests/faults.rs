//! Every operation on the disk fails once, in every way: the index is then what it was or what it
//! was to become, the error says what happened where, and the next run mends everything.

use std::error::Error as _;
use std::io;
use std::path::Path;

use tempfile::tempdir;

use super::stage::{Content, Stage, Step, content};
use crate::index::storage::faults::{Fault, Plan, copy, install};
use crate::{Error, ErrorKind};

/// What is at stake in a step: the index before it, and what an undisturbed run makes of it.
struct Stake<'s> {
    stage: &'s Stage,
    step: Step,
    before: &'s Path,
    old: Option<Content>,
    new: Content,
    settled: [u64; 6],
}

impl<'s> Stake<'s> {
    fn new(stage: &'s Stage, step: Step, before: &'s Path) -> Self {
        let old = content(before).unwrap();
        stage.prepare(step);
        let after = tempdir().unwrap();
        let index = after.path().join("index");
        copy(before, &index);
        stage.run(step, &index).unwrap();
        let new = content(&index).unwrap().unwrap();
        assert_eq!(new.model().is_some(), step.learns(), "{step:?}");
        let settled = stage.settle(step, &index, "undisturbed");
        Self {
            stage,
            step,
            before,
            old,
            new,
            settled,
        }
    }

    /// One run with a fault; `false` if it was over before the fault came.
    fn play(&self, plan: Plan) -> bool {
        let folder = tempdir().unwrap();
        let index = folder.path().join("index");
        copy(self.before, &index);
        let guard = install(folder.path(), plan);
        let outcome = self.stage.run(self.step, &index);
        // Threads that were left behind may still be writing.
        let rescued = tempdir().unwrap();
        let rescued = rescued.path().join("index");
        if index.exists() {
            copy(&index, &rescued);
        }
        let broke = guard.broke();
        drop(guard);
        let is_broken = broke.is_some();
        let what = format!("{:?}: {}", self.step, broke.unwrap_or_default());

        let found = content(&rescued).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        match &outcome {
            Ok(_) => assert_eq!(found.as_ref(), Some(&self.new), "{what}"),
            Err(error) => {
                assert!(is_broken, "{what}: {error:?}");
                check_error(error, plan.fault(), folder.path(), &what);
                assert!(self.is_old_or_new(found.as_ref()), "{what}: {found:?}");
            }
        }
        let mended = self.stage.run(self.step, &rescued);
        mended.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let found = content(&rescued).unwrap();
        assert_eq!(found.as_ref(), Some(&self.new), "{what}");
        let settled = self.stage.settle(self.step, &rescued, &what);
        assert_eq!(settled, self.settled, "{what}");
        is_broken
    }

    fn is_old_or_new(&self, found: Option<&Content>) -> bool {
        match found {
            None => self.old.is_none(),
            Some(found) if self.old.is_none() && found.is_empty() => true,
            Some(found) if self.step.is_resumable() => found.is_part_of(&self.new),
            Some(found) => self.old.as_ref() == Some(found) || self.new == *found,
        }
    }
}

/// The error is about a file of the index, and the cause is what the disk said.
fn check_error(error: &Error, fault: Fault, folder: &Path, what: &str) {
    assert_eq!(error.kind(), ErrorKind::Io, "{what}: {error:?}");
    let path = error.path().unwrap_or_else(|| panic!("{what}: {error:?}"));
    assert!(path.starts_with(folder), "{what}: {error:?}");
    assert!(
        error.message().contains(path.to_str().unwrap()),
        "{error:?}"
    );
    let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    let cause = cause.unwrap_or_else(|| panic!("{what}: {error:?}"));
    let expected = fault.error();
    assert_eq!(cause.kind(), expected.kind(), "{what}: {error:?}");
    assert_eq!(cause.to_string(), expected.to_string(), "{what}");
}

/// Plays every step with every fault at every `stride`-th operation. Gives runs for each step.
fn play_all(stride: usize) -> Vec<(Step, u64, u64)> {
    let mut played = Vec::new();
    let mut offset = 0;
    let nothing = tempdir().unwrap();
    for life in Step::LIVES {
        let stage = Stage::new();
        let index = tempdir().unwrap();
        let mut before = nothing.path().join("none");
        for &step in life {
            let stake = Stake::new(&stage, step, &before);
            let (mut runs, mut operations) = (0, 0);
            let faults = Fault::ALL.map(|fault| Plan::fail(0, fault));
            for plan in faults
                .into_iter()
                .chain([Plan::fail(0, Fault::Full).lasting()])
            {
                for after in (offset..).step_by(stride) {
                    runs += 1;
                    if !stake.play(plan.after(after as u64)) {
                        operations = operations.max(after as u64);
                        break;
                    }
                }
                offset = (offset + 1) % stride;
            }
            played.push((step, operations, runs));
            let after = index.path().join(format!("{step:?}"));
            copy(&before, &after);
            stage.run(step, &after).unwrap();
            before = after;
        }
    }
    played
}

#[test]
fn the_disk_may_fail_at_many_places() {
    let played = play_all(83);
    assert!(played.iter().all(|(_, _, runs)| *runs > 6), "{played:?}");
}

#[test]
#[ignore = "takes minutes: every operation, every fault"]
fn the_disk_may_fail_at_every_place() {
    for (step, operations, runs) in play_all(1) {
        println!("{step:?}: {runs} runs, one for each fault at each of {operations} operations");
    }
}
