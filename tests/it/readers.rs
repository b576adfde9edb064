//! Readers need no permission to write, and are not disturbed by a writer.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::world::{Run, World};

/// Everything below a folder, with when it changed last.
fn tree(folder: &Path) -> BTreeMap<PathBuf, std::time::SystemTime> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(tree(&entry.path()));
        }
        found.insert(entry.path(), entry.metadata().unwrap().modified().unwrap());
    }
    found
}

#[cfg(unix)]
fn set_writable(folder: &Path, writable: bool) {
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let mut paths: Vec<PathBuf> = tree(folder).into_keys().collect();
    // A folder comes before what is in it.
    paths.sort();
    set(folder, if writable { 0o755 } else { 0o555 });
    for path in paths {
        let mode = if path.is_dir() { 0o555 } else { 0o444 };
        set(&path, if writable { mode | 0o200 } else { mode });
    }
}

/// Permissions bind an ordinary user; that nothing was touched shows the same to `root`.
#[cfg(unix)]
#[test]
fn a_reader_writes_nothing() {
    let world = World::indexed();
    let corpus = world.path("harbour");
    let before = tree(&corpus);
    set_writable(&corpus, false);
    let runs: Vec<Run> = [
        &["search", "ferry", "--json"][..],
        &["search", "ferry"],
        &["facets"],
        &["export"],
        &["show", "w1"],
        &["status"],
        &["status", "--keys"],
    ]
    .iter()
    .map(|arguments| world.harbour(arguments))
    .collect();
    let after = tree(&corpus);
    set_writable(&corpus, true);
    for run in runs {
        assert!(run.code == 0 && !run.stdout.is_empty(), "{run:?}");
        assert!(!run.stderr.contains("error"), "{run:?}");
    }
    assert_eq!(before, after);
}

/// Writes the corpus of a step: every article says which step it is of.
fn step(world: &World, number: usize) {
    for article in 0..30 {
        let text = format!(
            "---\nstep: s{number}\n---\nstep {number} {}\n",
            "word ".repeat(900)
        );
        world.write(&format!("moving/{article}.md"), &text);
    }
    world.write(
        "moving/pressmark.toml",
        "[facets.step]\nkeys = [\"step\"]\n",
    );
    let run = world.run("", &["index", "moving", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// The step of all documents of an answer, and its generation.
#[track_caller]
fn told(answer: &Value) -> (u64, String) {
    let buckets = answer["facets"]["step"]["buckets"].as_array().unwrap();
    assert_eq!(
        (buckets.len(), &buckets[0]["count"]),
        (1, &30.into()),
        "{answer}"
    );
    let step = buckets[0]["value"].as_str().unwrap().to_owned();
    let body = answer["hits"][0]["snippets"][0]["text"].as_str().unwrap();
    let of_body = format!("step {} ", &step[1..]);
    assert!(body.starts_with(&of_body), "{body:?} in {step}");
    (answer["generation"].as_u64().unwrap(), step)
}

#[test]
fn a_slow_reader_keeps_its_generation() {
    let world = World::empty();
    step(&world, 0);
    let mut export = world
        .command("moving")
        .args(["export", "--format", "jsonl", "--fields", "id,text"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The first byte comes out of an open generation; no pipe holds all the rest.
    let mut output = export.stdout.take().unwrap();
    let mut text = vec![0];
    output.read_exact(&mut text).unwrap();
    for number in 1..7 {
        step(&world, number);
    }
    output.read_to_end(&mut text).unwrap();
    assert!(export.wait().unwrap().success());
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 30);
    assert!(text.lines().all(|line| line.contains("\"step 0 ")));
    let (generation, now) = told(&world.run("moving", &["search", "step", "--json"]).json());
    assert_eq!((generation, now.as_str()), (7, "s6"));
    // Nobody needs the old one any more: the next writer sees that.
    step(&world, 7);
    let kept = std::fs::read_dir(world.path("moving/.pressmark/generations")).unwrap();
    assert_eq!(kept.count(), 3);
}

#[test]
fn readers_see_one_state_after_the_other() {
    let world = World::empty();
    step(&world, 0);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut newest = 0;
            let mut ask = || {
                let run = world.run("moving", &["search", "step", "--json", "-n1"]);
                assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
                let (generation, step) = told(&run.json());
                assert_eq!(step, format!("s{}", generation - 1));
                assert!(generation >= newest, "{generation} after {newest}");
                newest = generation;
            };
            while !is_over.load(Ordering::SeqCst) {
                ask();
            }
            ask();
            assert_eq!(newest, 6);
        });
        for number in 1..6 {
            step(&world, number);
        }
        is_over.store(true, Ordering::SeqCst);
        reader.join().unwrap();
    });
}
