//! Damage, from outside: `check` finds it, searches say so, `repair` mends it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::world::World;

fn file(world: &World, folder: &str, ending: &str) -> PathBuf {
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let inner = |path: PathBuf| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        };
        entries.flat_map(inner).collect()
    }
    let mut files = files(&world.path(&format!("harbour/.pressmark/{folder}")));
    files.retain(|path| path.to_str().unwrap().ends_with(ending));
    files.sort();
    files.pop().unwrap()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_healthy_index_needs_nothing() {
    let world = World::indexed();
    for command in [&["check"][..], &["check", "--deep"]] {
        let run = world.harbour(command);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
        assert!(run.stderr.starts_with("no damage · "), "{run:?}");
    }
    let report = world.harbour(&["check", "--json"]).json();
    assert_eq!(
        (&report["format_version"], &report["healthy"]),
        (&1.into(), &true.into())
    );
    let run = world.harbour(&["repair"]);
    assert_eq!(run.code, 0);
    assert_eq!(
        run.stderr,
        "nothing is damaged: there is nothing to repair\n"
    );
    let run = World::new().harbour(&["check", "--json"]);
    assert_eq!(
        (run.code, &run.json()["error"]["code"]),
        (2, &"no_index".into())
    );
}

#[test]
fn damage_is_listed_and_mended() {
    for (folder, ending, part, possible) in [
        ("runs", ".jsonl", "ledger", &["remove_ledgers"][..]),
        ("", "CURRENT", "current", &["name_newest"]),
        ("journal", ".journal", "journal", &["rebuild"]),
        ("data", ".text", "segment", &["rebuild", "restore"]),
        (
            "generations",
            ".json",
            "description",
            &["rebuild", "restore"],
        ),
    ] {
        let world = World::indexed();
        let export = [
            "export",
            "--format",
            "jsonl",
            "--fields",
            "id,text,facets,date",
        ];
        let before = world.harbour(&export).stdout;
        flip(&file(&world, folder, ending));
        let run = world.harbour(&["check", "--json"]);
        assert_eq!(run.code, 1, "{run:?}");
        let report = run.json();
        assert_eq!(
            (&report["healthy"], &report["damage"][0]["part"]),
            (&false.into(), &part.into())
        );
        let run = world.harbour(&["check"]);
        assert_eq!(run.code, 1);
        assert!(
            run.stdout.contains(ending) && run.stderr.contains("pressmark repair"),
            "{run:?}"
        );
        // Without a yes, nothing is done.
        let plan = world.harbour(&["repair", "--json"]);
        assert_eq!((plan.code, &plan.json()["done"]), (1, &false.into()));
        assert!(
            plan.json()["steps"]
                .as_array()
                .unwrap()
                .iter()
                .any(|step| possible.contains(&step["step"].as_str().unwrap()))
        );
        let run = world.harbour(&["repair"]);
        assert!(
            run.code == 1 && run.stderr.contains("nothing was done"),
            "{run:?}"
        );
        assert_eq!(world.harbour(&["check"]).code, 1);
        let run = world.harbour(&["repair", "--yes"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(
            run.stderr
                .contains("repaired: no damage is left · 7 documents"),
            "{run:?}"
        );
        assert_eq!(world.harbour(&["check", "--deep"]).code, 0);
        assert_eq!(world.harbour(&export).data(), before, "{part}");
    }
}

#[test]
fn lost_documents_are_named() {
    let world = World::indexed();
    flip(&file(&world, "journal", ".journal"));
    fs::remove_file(world.path("harbour/news/ferry.md")).unwrap();
    let run = world.harbour(&["repair", "--yes", "--json"]);
    let report = run.json();
    assert_eq!((run.code, &report["healthy"]), (0, &true.into()), "{run:?}");
    assert_eq!(report["lost"].as_array().unwrap().len(), 1, "{report}");
}

#[test]
fn a_copy_that_is_not_whole_says_so() {
    let world = World::indexed();
    let path = file(&world, "data", ".text");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let run = world.harbour(&["search", "ferry", "--json"]);
    assert_eq!(
        (run.code, &run.json()["error"]["code"]),
        (2, &"damaged".into())
    );
    let hint = run.json()["error"]["hint"].as_str().unwrap().to_owned();
    assert!(
        hint.contains("pressmark check") && hint.contains("copy it again"),
        "{hint}"
    );
}
