//! The power goes at some moment of the life of an index: whatever part of the unsynced names and
//! bytes is left, the index is what was acknowledged last or what was to come next, whole, and the
//! next run makes it equal to one that was never disturbed.

use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::stage::{Content, Stage, Step, content};
use crate::index::storage::faults::disk::{Disk, Random};
use crate::index::storage::faults::{Guard, Plan, copy, install};

/// Where the index is: folders above it are made with it.
const INDEX: &str = "deep/index";

/// A step that was done, and what a disk knows of it.
struct Done<'s> {
    stage: &'s Stage,
    step: Step,
    old: Option<Content>,
    new: Content,
    settled: [u64; 6],
    disk: Disk,
}

impl Done<'_> {
    /// Checks one of the many images of a moment. `acknowledged`: the run had said that it is done.
    fn check(&self, operations: usize, seed: u64, acknowledged: bool) {
        let folder = tempdir().unwrap();
        let image = folder.path().join("image");
        let mut random = Random::new(seed);
        self.disk.image(operations, &mut random, &image);
        let index = image.join(INDEX);
        let what = format!("{:?}, operation {operations}, seed {seed}", self.step);
        let found = content(&index).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let is_new = found.as_ref() == Some(&self.new);
        if acknowledged {
            assert!(is_new, "{what}: {found:?}");
        }
        assert!(
            is_new || self.is_allowed(found.as_ref()),
            "{what}: {found:?}"
        );
        let run = self.stage.run(self.step, &index);
        run.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let mended = content(&index).unwrap();
        assert_eq!(mended.as_ref(), Some(&self.new), "{what}");
        let settled = self.stage.settle(self.step, &index, &what);
        assert_eq!(settled, self.settled, "{what}");
    }

    fn is_allowed(&self, found: Option<&Content>) -> bool {
        match (found, &self.old) {
            (found, Some(old)) => found == Some(old),
            (None, None) => true,
            (Some(found), None) if self.step.is_resumable() => found.is_part_of(&self.new),
            (Some(found), None) => found.is_empty(),
        }
    }
}

/// The life of an index, recorded from its first operation on.
struct Life<'s> {
    stage: &'s Stage,
    folder: TempDir,
    guard: Guard,
}

impl<'s> Life<'s> {
    /// Goes on with a copy of an index, if there is one: it is durable.
    fn new(stage: &'s Stage, before: &Path, plan: Plan) -> Self {
        let folder = tempdir().unwrap();
        copy(before, &folder.path().join(INDEX));
        let guard = install(folder.path(), plan.recording());
        Self {
            stage,
            folder,
            guard,
        }
    }

    fn go_on(&self, step: Step) -> Done<'s> {
        let index = self.folder.path().join(INDEX);
        let old = content(&index).unwrap();
        self.stage.prepare(step);
        self.stage.run(step, &index).unwrap();
        self.done(step, old)
    }

    fn done(&self, step: Step, old: Option<Content>) -> Done<'s> {
        let disk = self.guard.disk();
        // What comes now is no part of the story.
        let copied = tempdir().unwrap();
        let index = copied.path().join("index");
        copy(&self.folder.path().join(INDEX), &index);
        let new = content(&index).unwrap().unwrap();
        let settled = self.stage.settle(step, &index, "undisturbed");
        Done {
            stage: self.stage,
            step,
            old,
            new,
            settled,
            disk,
        }
    }
}

/// Looks at images of every `stride`-th moment, so many of each. Gives the number of images.
fn cut_the_power(stride: usize, seeds: u64) -> u64 {
    let mut images = 0;
    for steps in Step::LIVES {
        let stage = Stage::new();
        let life = Life::new(&stage, Path::new("none"), Plan::watch());
        let mut begun = 0;
        for &step in steps {
            let done = life.go_on(step);
            let end = done.disk.operations();
            let moments = (begun..end).step_by(stride).chain([end]);
            for moment in moments {
                for seed in 0..seeds {
                    done.check(moment, seed + 1_000 * moment as u64, moment == end);
                    images += 1;
                }
            }
            begun = end;
        }
    }
    images
}

/// Kills runs, lets others finish their work, and cuts the power during and after those. Gives the
/// number of images.
fn cut_the_power_after_a_kill(stride: usize, seeds: u64) -> u64 {
    let mut images = 0;
    let stage = Stage::new();
    let kept = tempdir().unwrap();
    let mut before = kept.path().join("none");
    for &step in Step::LIVES[1] {
        let old = content(&before).unwrap();
        stage.prepare(step);
        for killed in (0..).step_by(stride) {
            let life = Life::new(&stage, &before, Plan::die_after(killed));
            let index = life.folder.path().join(INDEX);
            let died = stage.run(step, &index);
            let is_over = life.guard.broke().is_none();
            let resumed = life.guard.disk().operations();
            life.guard.change(Plan::watch());
            if !is_over {
                stage.run(step, &index).unwrap();
            }
            let done = life.done(step, old.clone());
            let end = done.disk.operations();
            let mut random = Random::new(killed);
            for seed in 0..seeds {
                let moment = resumed + random.below((end - resumed) as u64 + 1) as usize;
                done.check(moment, seed, moment == end || died.is_ok());
                done.check(end, seed, true);
                images += 2;
            }
            if is_over {
                break;
            }
        }
        let after = kept.path().join(format!("{step:?}"));
        copy(&before, &after);
        stage.run(step, &after).unwrap();
        before = after;
    }
    images
}

#[test]
fn a_power_cut_leaves_the_old_or_the_new() {
    assert!(cut_the_power(101, 1) > 10);
}

#[test]
fn what_was_killed_before_may_still_lose_power() {
    assert!(cut_the_power_after_a_kill(131, 1) >= 10);
}

#[test]
#[ignore = "takes minutes: several images of every moment"]
fn a_power_cut_at_every_moment() {
    println!("{} images", cut_the_power(1, 3));
    println!("{} images after a kill", cut_the_power_after_a_kill(5, 3));
}
