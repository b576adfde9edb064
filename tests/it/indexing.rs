//! `index` and `status`: what became of every file.

use snapbox::{assert_data_eq, file, str};

use crate::world::World;

#[test]
fn a_run_ends_with_a_receipt() {
    let world = World::new();
    assert_data_eq!(
        world.run("", &["index", "harbour"]).shown(),
        str![[r#"
--- stderr
reading 4 of 4 files (1.9 kB)
indexed 7 · [TIME]
7 documents are indexed
next: pressmark search -C harbour WORD
--- exit 0

"#]]
    );
    // Files of the last two seconds are read again; whether they are that young is for the machine to say.
    let without_reading = |shown: String| {
        let lines = shown.lines().filter(|line| !line.starts_with("reading "));
        lines.fold(String::new(), |all, line| all + line + "\n")
    };
    assert_data_eq!(
        without_reading(world.run("", &["index", "harbour"]).shown()),
        str![[r#"
--- stderr
indexed 0 · unchanged 7 · [TIME]
7 documents are indexed
next: pressmark search -C harbour WORD
--- exit 0

"#]]
    );
    std::fs::remove_file(world.path("harbour/news/market.md")).unwrap();
    world.write("harbour/news/new.md", "# New\n\nA text about ferries.\n");
    world.write("harbour/notes.xyz", "?");
    assert_data_eq!(
        without_reading(world.harbour(&["index"]).shown()),
        str![[r#"
--- stderr
indexed 1 · unchanged 6 · skipped 1 (unsupported 1) · removed 1 · [TIME]
7 documents are indexed
next: pressmark search WORD
--- exit 0

"#]]
    );
    assert_eq!(
        world.harbour(&["index", "-q", "--rebuild"]).shown(),
        "--- stderr\n--- exit 0\n"
    );
    assert_eq!(world.harbour(&["search", "-c", "-q"]).data(), "7\n");
}

#[test]
fn totals_add_up_in_json() {
    let world = World::new();
    let run = world.harbour(&["index", "--json", "-q"]);
    let totals = run.json();
    let number = |name: &str| totals[name].as_u64().unwrap();
    assert_eq!(
        number("seen"),
        number("indexed")
            + number("unchanged")
            + number("duplicate")
            + number("skipped")
            + number("failed")
    );
    assert_eq!(
        (
            number("format_version"),
            number("indexed"),
            number("documents")
        ),
        (1, 7, 7)
    );
    assert!(totals["ledger"].is_string() && totals["seconds"].is_f64());
}

#[test]
fn failures_are_counted_and_listed() {
    let world = World::new();
    world.write(
        "harbour/wire/bad.jsonl",
        "{\"id\":\"ok\",\"body\":\"fine\"}\n{broken\n",
    );
    let run = world.run("", &["index", "harbour"]);
    assert_data_eq!(
        run.shown(),
        str![[r#"
--- stderr
reading 5 of 5 files (1.9 kB)
indexed 8 · failed 1 · [TIME]
8 documents are indexed
what failed, and why: pressmark status -C harbour --failed
next: pressmark search -C harbour WORD
--- exit 3

"#]]
    );
    let listed = world.run("", &["status", "-C", "harbour", "--failed"]);
    assert_eq!(listed.code, 0);
    assert!(
        listed.stdout.starts_with("wire/bad.jsonl#2 json "),
        "{}",
        listed.stdout
    );
    let object = world.harbour(&["status", "--failed", "--json"]).json();
    assert_eq!(object["failed"][0]["path"], "wire/bad.jsonl");
    assert_eq!(world.harbour(&["index", "-q"]).code, 3);
}

#[test]
fn losing_much_has_to_be_allowed() {
    let world = World::empty();
    for number in 0..30 {
        world.write(&format!("many/{number}.txt"), "some words");
    }
    assert_eq!(world.run("", &["index", "many", "-q"]).code, 0);
    for number in 0..25 {
        std::fs::remove_file(world.path(&format!("many/{number}.txt"))).unwrap();
    }
    let run = world.run("", &["index", "many"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--allow-shrink"), "{}", run.stderr);
    assert_eq!(world.run("many", &["search", "-c"]).data(), "30\n");
    assert_eq!(
        world
            .run("", &["index", "many", "-q", "--allow-shrink"])
            .code,
        0
    );
    assert_eq!(world.run("many", &["search", "-c"]).data(), "5\n");
}

#[test]
fn the_state_of_an_index_is_told() {
    let world = World::indexed();
    let run = world.harbour(&["status"]);
    assert_eq!(
        run.stderr,
        "what changed since: pressmark index --dry-run\n"
    );
    let (before, _) = run.stdout.split_once("ledger").unwrap();
    assert_data_eq!(
        before,
        str![[r#"
corpus      .
index       .pressmark
documents   7
generation  1 · [..]
facets      country, actor, topic, source, author, language, port
numbers     words
last run    [..] · seen 7 · indexed 7

"#]]
    );
    let object = world.harbour(&["status", "--json"]).json();
    assert_eq!(
        (&object["documents"], &object["generation"]),
        (&7.into(), &1.into())
    );
    assert_eq!(object["last_run"]["indexed"], 7);
    assert!(
        world
            .path("harbour")
            .join(object["ledger"].as_str().unwrap())
            .is_file()
    );
    assert_data_eq!(
        world.harbour(&["status", "--keys"]).data(),
        file!["snapshots/keys.txt"]
    );
    // What is offered to be pasted can be pasted.
    let keys = world.harbour(&["status", "--keys", "--json"]).json();
    let config = world.path("harbour/pressmark.toml");
    let text = std::fs::read_to_string(&config).unwrap() + "\n" + keys["paste"].as_str().unwrap();
    std::fs::write(&config, text).unwrap();
    assert_eq!(world.harbour(&["index", "-q"]).code, 0);
    assert_eq!(
        world
            .harbour(&["search", "-c", "-f", "desk=regional"])
            .data(),
        "1\n"
    );
}

#[test]
fn a_configuration_can_be_named_or_left_out() {
    let world = World::new();
    world.write("other.toml", "[facets.desk]\nkeys = [\"desk\"]\n");
    assert_eq!(
        world
            .run("", &["index", "harbour", "-q", "--config", "other.toml"])
            .code,
        0
    );
    assert_eq!(
        world.harbour(&["search", "-c", "--has", "desk"]).data(),
        "1\n"
    );
    assert_eq!(
        world
            .harbour(&["index", "-q", "--no-config", "--rebuild"])
            .code,
        0
    );
    let run = world.harbour(&["search", "-c", "--has", "desk"]);
    assert_eq!(run.code, 2, "{run:?}");
    // The user's own file serves corpora that have none.
    world.write(
        "home/.config/pressmark/pressmark.toml",
        "[facets.mood]\nkeys = [\"desk\"]\n",
    );
    std::fs::remove_file(world.path("harbour/pressmark.toml")).unwrap();
    assert_eq!(world.harbour(&["index", "-q"]).code, 0);
    assert_eq!(
        world.harbour(&["search", "-c", "--has", "mood"]).data(),
        "1\n"
    );
    world.write(
        "harbour/pressmark.toml",
        "[facets.port]\nkey = [\"port\"]\n",
    );
    assert_data_eq!(
        world.harbour(&["index"]).shown(),
        str![[r#"
--- stderr
error: ./pressmark.toml:2: unknown key `key` in `[facets.port]`
  hint: did you mean `keys`? known: `keys`, `vocabulary`, `tree`, `split`,
        `tagging`
--- exit 2

"#]]
    );
}

/// Ctrl-C stops a run where it is; the next one goes on.
#[cfg(unix)]
#[test]
fn a_run_can_be_interrupted() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let world = World::empty();
    let record = |number: usize| {
        format!(
            "{{\"id\":\"{number}\",\"body\":\"{}\"}}\n",
            "some words and others ".repeat(30)
        )
    };
    world.write(
        "many/many.jsonl",
        &(0..20_000).map(record).collect::<String>(),
    );
    let mut child = world
        .command("")
        .args(["index", "many"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first line is said when the reading begins.
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_exact(&mut [0; 7]).unwrap();
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signal.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(!rest.contains("indexed"), "{rest}");
    assert_eq!(world.run("", &["index", "many", "-q"]).code, 0);
    assert_eq!(world.run("many", &["search", "-c"]).data(), "20000\n");
}

/// What was lost or guessed is named by the receipt, what merely happened is not.
#[test]
fn notes_are_told_and_listed() {
    let world = World::empty();
    world.write(
        "notes/broken.md",
        "---\ntitle: [open\n---\nThe text stays.\n",
    );
    world.write("notes/empty.txt", "");
    assert_data_eq!(
        world.run("", &["index", "notes"]).shown(),
        str![[r#"
--- stderr
[..]
indexed 2 · [TIME]
2 documents are indexed
2 notes (body empty 1, front matter 1): pressmark status -C notes --notes
next: pressmark search -C notes WORD
--- exit 0

"#]]
    );
    let listed = world.run("notes", &["status", "--notes"]);
    for code in [
        "broken.md front_matter ",
        "empty.txt body_empty ",
        "empty.txt title_from_name ",
    ] {
        assert!(listed.stdout.contains(code), "{code}: {}", listed.stdout);
    }
    assert_eq!(
        world.run("notes", &["status", "--notes", "--json"]).json()["notes"][0]["path"],
        "broken.md"
    );
}

#[test]
fn folders_that_cannot_be_used_are_named() {
    let world = World::empty();
    world.write("file.txt", "text");
    for (arguments, message) in [
        (["index", "nowhere"].as_slice(), "`nowhere` does not exist"),
        (&["index", "file.txt"], "`file.txt` is not a folder"),
        (
            &["search", "-C", "nowhere", "x"],
            "`nowhere` does not exist",
        ),
    ] {
        let run = world.run("", arguments);
        assert_eq!(
            (run.code, run.stderr),
            (
                2,
                format!("error: {message}\n  hint: name the folder that holds the articles\n")
            )
        );
    }
}
