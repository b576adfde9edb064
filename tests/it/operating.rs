//! What operators rely on: the plan before a run, limits, locks, events for programs, and how
//! `status` tells of runs that did not come to their end.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use serde_json::Value;
use snapbox::{assert_data_eq, file};

use crate::world::{Run, World};

/// Everything below a folder: when it changed last, and what is in it.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let mut bytes = Vec::new();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            bytes = std::fs::read(&path).unwrap();
        }
        let modified = entry.metadata().unwrap().modified().unwrap();
        found.insert(path, (modified, bytes));
    }
    found
}

/// The corpus, indexed, and then changed in every way.
fn changed() -> World {
    let world = World::indexed();
    std::fs::rename(
        world.path("harbour/news/ferry.md"),
        world.path("harbour/news/boat.md"),
    )
    .unwrap();
    std::fs::remove_file(world.path("harbour/news/market.md")).unwrap();
    world.write(
        "harbour/news/new.md",
        "---\ncountry: Malta\n---\n# New\n\nA text about ferries.\n",
    );
    world.write("harbour/notes.xyz", "?");
    world.write("harbour/wire/bad.jsonl", "{broken\n");
    world
}

#[test]
fn a_plan_writes_nothing_and_a_run_does_what_it_says() {
    let world = changed();
    let before = tree(&world.path("harbour"));
    let plan = world.harbour(&["index", "--dry-run", "--json", "-q"]);
    assert_eq!((plan.code, plan.stderr.as_str()), (3, ""), "{plan:?}");
    let run = world.harbour(&["index", "--dry-run", "-q"]);
    assert_data_eq!(run.shown(), file!["snapshots/dry-run.txt"]);
    assert!(
        tree(&world.path("harbour")) == before,
        "something was written"
    );
    let plan = plan.json();
    let report = world.harbour(&["index", "--json", "-q"]);
    assert_eq!(report.code, 3);
    let report = report.json();
    for (name, planned) in plan["totals"].as_object().unwrap() {
        assert_eq!(&report[name], planned, "{name}");
    }
    assert_eq!(report["documents"], plan["documents_after"]);
    assert_eq!(report["renamed"], plan["files"]["renamed"]);
}

#[test]
fn a_plan_of_a_first_build_makes_no_folder_and_one_of_nothing_says_so() {
    let world = World::new();
    let run = world.run("", &["index", "harbour", "--dry-run"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("nothing is indexed yet"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.ends_with("to do it: pressmark index harbour\n"),
        "{}",
        run.stdout
    );
    assert!(!world.path("harbour/.pressmark").exists());
    assert_eq!(world.harbour(&["index", "-q"]).code, 0);
    let run = world.harbour(&["index", "--dry-run", "-q"]);
    assert!(
        run.data()
            .ends_with("nothing to do: the index is up to date\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_would_be_refused_is_planned_so() {
    let world = World::empty();
    for number in 0..30 {
        world.write(&format!("many/{number}.txt"), "some words");
    }
    assert_eq!(world.run("", &["index", "many", "-q"]).code, 0);
    for number in 0..25 {
        std::fs::remove_file(world.path(&format!("many/{number}.txt"))).unwrap();
    }
    let run = world.run("", &["index", "many", "--dry-run", "-q"]);
    assert_eq!(run.code, 2, "{run:?}");
    let end = "pressmark index many --allow-shrink\n";
    assert!(
        run.stdout.contains("refused") && run.stdout.ends_with(end),
        "{}",
        run.stdout
    );
    let json = world.run("", &["index", "many", "--dry-run", "-q", "--json"]);
    assert_eq!(
        (json.code, &json.json()["refused"]["code"]),
        (2, &"shrink".into())
    );
    let allowed = world.run("", &["index", "many", "--dry-run", "-q", "--allow-shrink"]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
}

fn events(run: &Run) -> Vec<Value> {
    run.stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

#[test]
fn programs_are_told_in_json_and_in_nothing_else() {
    let world = changed();
    for arguments in [
        &["index", "--progress", "jsonl", "--dry-run", "-v"][..],
        &["index", "--progress", "jsonl", "-v"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!(run.code, 3, "{run:?}");
        let events = events(&run);
        let names: Vec<&str> = events
            .iter()
            .map(|it| it["event"].as_str().unwrap())
            .collect();
        for name in ["walked", "progress", "failed", "done"] {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        assert!(events.iter().all(|it| it["seconds"].is_f64()));
        let progress = events.iter().rfind(|it| it["event"] == "progress").unwrap();
        assert_eq!(progress["files_done"], progress["files_total"]);
        for name in ["records", "bytes_done", "bytes_total", "rate"] {
            assert!(progress[name].is_u64(), "{name}");
        }
        assert!(progress["path"].is_string() && progress.get("seconds_left").is_some());
        assert_eq!(events.last().unwrap()["exit"], 3);
    }
    for arguments in [
        &["index", "--progress", "jsonl", "--nope"][..],
        &["index", "--progress=jsonl", "nowhere"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let error = &events(&run)[0];
        assert_eq!(
            (&error["event"], &error["exit"]),
            (&"error".into(), &2.into())
        );
    }
}

#[test]
fn too_many_errors_publish_nothing() {
    let world = World::new();
    world.write("harbour/bad.jsonl", "{broken\n");
    let run = world.harbour(&["index", "-q", "--max-errors", "0", "--json"]);
    assert_eq!(
        (run.code, &run.json()["error"]["code"]),
        (2, &"too_many_errors".into())
    );
    assert_eq!(
        world.harbour(&["search", "--no-index", "-c", "ferry"]).code,
        2
    );
    let plan = world.harbour(&["index", "-q", "--max-errors", "0", "--dry-run"]);
    assert!(
        plan.code == 2 && plan.stdout.contains("refused"),
        "{plan:?}"
    );
    assert_eq!(
        world.harbour(&["index", "-q", "--max-errors", "50%"]).code,
        3
    );
    assert_eq!(world.harbour(&["index", "-q", "--retry-failed"]).code, 3);
    let run = world.harbour(&["index", "--max-errors", "many"]);
    assert!(
        run.code == 2 && run.stderr.contains("`20` or `0.5%`"),
        "{run:?}"
    );
}

#[test]
fn a_second_writer_fails_with_the_name_of_the_first_or_waits() {
    let world = World::indexed();
    let index = pressmark::Index::open(world.path("harbour")).unwrap();
    let writer = index.writer().unwrap();
    let run = world.harbour(&["index"]);
    let holder = format!("process {}", std::process::id());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(&holder), "{}", run.stderr);
    assert!(run.stderr.contains("--wait SECONDS"), "{}", run.stderr);
    // A plan needs no lock.
    assert_eq!(world.harbour(&["index", "--dry-run", "-q"]).code, 0);
    let mut child = world
        .command("harbour")
        .args(["index", "--wait", "600"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains(&holder) && line.contains("waiting"), "{line}");
    drop(writer);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
}

#[test]
fn the_last_run_is_one_that_ended_and_a_newer_one_is_named() {
    let world = World::indexed();
    let index = world.path("harbour/.pressmark");
    std::fs::write(index.join("runs/zz.jsonl"), "{\"path\":\"news/fe").unwrap();
    let run = world.harbour(&["status"]);
    assert!(run.stdout.contains("seen 7 · indexed 7"), "{}", run.stdout);
    assert!(run.stdout.contains("not come to its end"), "{}", run.stdout);
    assert!(
        run.stderr.contains("pressmark index --dry-run"),
        "{}",
        run.stderr
    );
    let error = "{\"error\":{\"code\":\"shrink\",\"message\":\"too \\u001b[2J few\"}}\n";
    std::fs::write(index.join("runs/zz.jsonl"), error).unwrap();
    let run = world.harbour(&["status"]);
    assert!(
        run.stdout.contains("stopped: too [2J few"),
        "{}",
        run.stdout
    );
    let status = world.harbour(&["status", "--json"]).json();
    assert_eq!(status["unfinished"]["error"]["code"], "shrink");
    assert_eq!(
        (&status["partial"], &status["last_run"]["seen"]),
        (&false.into(), &7.into())
    );
}
