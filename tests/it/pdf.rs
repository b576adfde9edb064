//! PDF through the whole program: pages of hits, and files that harm whoever parses them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use pressmark::Config;
use pressmark::corpus::{Corpus, Entry, Helper, Pdf};
use serde_json::Value;

use crate::world::World;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/pdf")
        .join(name)
}

fn put(world: &World, name: &str, bytes: &[u8]) {
    let path = world.path("papers").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn hits_say_their_page_and_broken_files_cost_themselves_only() {
    let world = World::empty();
    let good = std::fs::read(fixture("latex.pdf")).unwrap();
    put(
        &world,
        "a/broken.pdf",
        b"%PDF-1.4\nnothing that could be a page",
    );
    put(&world, "a/harbour.pdf", &good);
    put(
        &world,
        "a/text.pdf",
        b"This is text, whatever it is called.",
    );
    put(
        &world,
        "b/locked.pdf",
        &std::fs::read(fixture("qpdf-password.pdf")).unwrap(),
    );
    put(&world, "b/note.md", b"# A note\n\nThe warehouse is dry.\n");
    let run = world.run("", &["index", "papers", "--json"]);
    assert_eq!(run.code, 3, "{run:?}");
    let totals = run.json();
    assert_eq!(
        (&totals["indexed"], &totals["failed"]),
        (&Value::from(2), &Value::from(3))
    );
    let failed = world.run("papers", &["status", "--failed"]).stdout;
    for code in ["pdf", "encrypted", "wrong_format"] {
        assert!(failed.contains(code), "{failed}");
    }
    let found = world
        .run("papers", &["search", "warehouse", "--json"])
        .json();
    assert_eq!(found["total"], 2);
    let pages: Vec<_> = found["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| (hit["path"].as_str().unwrap(), &hit["snippets"][0]["page"]))
        .collect();
    assert!(
        pages.contains(&("a/harbour.pdf", &Value::from(2))),
        "{pages:?}"
    );
    assert!(pages.contains(&("b/note.md", &Value::Null)), "{pages:?}");
    let shown = world.run("papers", &["search", "observatory"]).stdout;
    assert!(shown.contains("(p. 1)"), "{shown}");
}

/// What becomes of the files of a folder that a corpus reads: a title, or the code of a failure.
fn outcomes(corpus: &Corpus) -> Vec<(String, String)> {
    let mut outcomes = Vec::new();
    for entry in corpus.walk().unwrap() {
        let Entry::File(file) = entry else { continue };
        for record in corpus.records(&file).unwrap() {
            let outcome = match corpus.document(&file, record.unwrap()) {
                Ok(reading) => reading.document.title,
                Err(failure) => failure.code.to_owned(),
            };
            outcomes.push((file.path.clone(), outcome));
        }
    }
    outcomes
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_comes_to_harm_costs_one_record() {
    let world = World::empty();
    for (name, file) in [
        ("memory/1.pdf", "latex.pdf"),
        ("memory/2.pdf", "memory.pdf"),
        ("memory/3.pdf", "latex.pdf"),
        ("endless/1.pdf", "latex.pdf"),
        ("endless/2.pdf", "endless.pdf"),
        ("endless/3.pdf", "latex.pdf"),
    ] {
        put(&world, name, &std::fs::read(fixture(file)).unwrap());
    }
    let title = "The tide register of Whitcombe";
    for (folder, seconds, harm) in [
        ("memory", "60", "helper_crashed"),
        ("endless", "1", "helper_time"),
    ] {
        let helper = Helper::new(env!("CARGO_BIN_EXE_pressmark"))
            .argument("__read")
            .argument("pdf")
            .argument(seconds)
            .time(Duration::from_mins(5));
        let corpus = Corpus::new(world.path(&format!("papers/{folder}")), Config::default())
            .unwrap()
            .with_reader(Pdf::in_child(helper));
        let expected = [("1.pdf", title), ("2.pdf", harm), ("3.pdf", title)];
        let expected = expected.map(|(path, outcome)| (path.to_owned(), outcome.to_owned()));
        assert_eq!(outcomes(&corpus), expected);
    }
}

#[test]
fn a_library_without_a_helper_says_so() {
    let world = World::empty();
    put(
        &world,
        "1.pdf",
        &std::fs::read(fixture("latex.pdf")).unwrap(),
    );
    let corpus = |reader| {
        Corpus::new(world.path("papers"), Config::default())
            .unwrap()
            .with_reader(reader)
    };
    let code = |reader| outcomes(&corpus(reader))[0].1.clone();
    assert_eq!(code(Pdf::default()), "helper_missing");
    assert_eq!(code(Pdf::in_process()), "The tide register of Whitcombe");
    assert_eq!(
        code(Pdf::in_child(Helper::new("/nothing/there"))),
        "helper_start"
    );
}
