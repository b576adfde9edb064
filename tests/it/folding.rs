//! Vocabularies at reading time, from outside: an edit holds at once, writes nothing, and can be
//! taken back; what is kept of it beside the index is never needed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::world::World;

const MERGE: &str = "\
[actor.merge]
\"Hamas and its brigades\" = [\"Hamas\", \"Izz ad-Din al Qassam\"]
";

/// Articles in which two actors come alone, together, and not at all.
fn world() -> World {
    let world = World::empty();
    for (name, actors) in [
        ("a", "Hamas"),
        ("b", "Izz ad-Din al Qassam"),
        ("c", "Hamas, Izz ad-Din al Qassam"),
        ("d", "Hezbollah, hamas"),
        ("e", "Hezbollah"),
    ] {
        let text = format!("---\nactor: [{actors}]\n---\nThe talks went on, said {name}.\n");
        world.write(&format!("talks/{name}.md"), &text);
    }
    assert_eq!(world.run("", &["index", "talks"]).code, 0);
    world
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.insert(path.to_string_lossy().into_owned(), bytes);
            }
        }
    }
    found
}

/// What a command prints, without the time that it took.
fn answer(world: &World, arguments: &[&str]) -> Value {
    let mut object = world.run("talks", arguments).json();
    object.as_object_mut().unwrap().remove("took_ms");
    object
}

fn buckets(object: &Value) -> Vec<(String, u64)> {
    let buckets = object["facets"]["actor"]["buckets"].as_array().unwrap();
    let bucket = |bucket: &Value| {
        let value = bucket["value"].as_str().unwrap().to_owned();
        (value, bucket["count"].as_u64().unwrap())
    };
    buckets.iter().map(bucket).collect()
}

fn expected(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter()
        .map(|&(value, count)| (value.to_owned(), count))
        .collect()
}

const SEARCH: [&str; 4] = ["search", "talks", "--json", "--no-index"];

#[test]
fn a_merge_holds_at_once_writes_nothing_and_can_be_undone() {
    let world = world();
    let index = world.path("talks/.pressmark");
    let (before, kept) = (answer(&world, &SEARCH), files(&index));
    assert_eq!(
        buckets(&before),
        expected(&[("Hamas", 3), ("Hezbollah", 2), ("Izz ad-Din al Qassam", 2)])
    );

    world.write("talks/vocabulary/own.toml", MERGE);
    let merged = answer(&world, &SEARCH);
    let union = "actor:=Hamas OR actor:=hamas OR actor:=\"Izz ad-Din al Qassam\"";
    let union: u64 = world
        .run("talks", &["search", "-c", union])
        .data()
        .trim()
        .parse()
        .unwrap();
    assert_eq!(union, 4);
    assert_eq!(
        buckets(&merged),
        expected(&[("Hamas and its brigades", union), ("Hezbollah", 2)])
    );
    for name in ["hamas", "Izz ad-Din al Qassam", "Hamas and its brigades"] {
        let run = world.run("talks", &["search", "-c", "-f", &format!("actor={name}")]);
        assert_eq!(run.data(), "4\n", "{name}: {run:?}");
    }
    let exact = world.run("talks", &["search", "-c", "-factor==Hamas"]);
    assert_eq!(exact.data(), "2\n", "{exact:?}");
    assert_eq!(files(&index), kept, "a search writes nothing");

    std::fs::remove_file(world.path("talks/vocabulary/own.toml")).unwrap();
    assert_eq!(answer(&world, &SEARCH), before);
    assert_eq!(files(&index), kept);
}

#[test]
fn what_is_kept_is_a_cache() {
    let world = world();
    world.write("talks/vocabulary/own.toml", MERGE);
    // Of a file that was written just now nothing but its text is trusted.
    let own = std::fs::File::options()
        .write(true)
        .open(world.path("talks/vocabulary/own.toml"))
        .unwrap();
    let long_ago = std::time::Duration::from_secs(1_000_000_000);
    own.set_modified(std::time::SystemTime::UNIX_EPOCH + long_ago)
        .unwrap();
    let merged = answer(&world, &SEARCH);
    let compile = |world: &World| {
        world
            .run("talks", &["vocabulary", "compile", "--json"])
            .json()
    };
    assert_eq!(compile(&world)["written"], true);
    assert_eq!(compile(&world)["written"], false);
    assert_eq!(answer(&world, &SEARCH), merged);
    let folder = world.path("talks/.pressmark/vocabulary");
    let kept = files(&folder);
    assert_eq!(kept.len(), 2, "{:?}", kept.keys());
    for (path, bytes) in &kept {
        let half = bytes.len() / 2;
        let zeros = vec![0; bytes.len()];
        let mut flipped = bytes.clone();
        flipped[bytes.len() - 1] ^= 0xff;
        for damaged in [&bytes[..half], &zeros, b"", &flipped] {
            std::fs::write(path, damaged).unwrap();
            let checked = world.run("talks", &["check", "--json"]).json();
            assert_eq!(checked["healthy"], true, "{checked}");
            assert_eq!(answer(&world, &SEARCH), merged, "{path}");
            assert_eq!(compile(&world)["written"], true);
            assert_eq!(files(&folder), kept, "mended");
        }
    }
    // A text of the same length is another one.
    let other = MERGE.replace("brigades", "regiment");
    world.write("talks/vocabulary/own.toml", &other);
    assert_eq!(
        buckets(&answer(&world, &SEARCH)),
        expected(&[("Hamas and its regiment", 4), ("Hezbollah", 2)])
    );
    // A run keeps it up to date as well, also where it changes nothing else.
    std::fs::remove_file(world.path("talks/vocabulary/own.toml")).unwrap();
    assert_eq!(world.run("talks", &["index"]).code, 0);
    assert_eq!(
        files(&folder).len(),
        1,
        "the bundled ones need not be compiled"
    );
    assert_eq!(compile(&world)["written"], false);
    assert_eq!(
        buckets(&answer(&world, &SEARCH)),
        expected(&[("Hamas", 3), ("Hezbollah", 2), ("Izz ad-Din al Qassam", 2)])
    );
}

#[test]
fn a_mistake_in_a_file_is_told_where_it_matters() {
    let world = world();
    world.write("talks/vocabulary/own.toml", "[actor.change.\"Hezbolah\"]\n");
    let run = world.run("talks", &["search", "talks", "--no-index"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("own.toml:1: no entry is called `Hezbolah`"),
        "{run:?}"
    );
    assert!(run.stderr.contains("did you mean `Hezbollah`?"), "{run:?}");
    // What needs no facet needs no vocabulary.
    assert_eq!(world.run("talks", &["search", "-c", "talks"]).data(), "5\n");
}

#[test]
fn an_edit_is_told_before_it_is_saved() {
    let world = world();
    world.write(
        "talks/pressmark.toml",
        "[searches.armed]\nquery = 'actor:hamas'\n",
    );
    world.write("draft.toml", MERGE);
    let kept = files(&world.path("talks"));
    let run = world.run("talks", &["vocabulary", "preview", "../draft.toml"]);
    assert_eq!(
        run.stdout,
        "actor\n  Hamas 3 → 0\n  Hamas and its brigades 0 → 4\n  Izz ad-Din al Qassam 2 → 0\n\
         saved searches\n  armed 3 → 4\n"
    );
    assert_eq!(run.stderr, "4 numbers would change\n");
    assert_eq!(files(&world.path("talks")), kept, "nothing is written");
    // A file takes the place of that of its name.
    world.write("talks/vocabulary/draft.toml", MERGE);
    let run = world.run("talks", &["vocabulary", "preview", "../draft.toml"]);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("", "nothing would change\n")
    );
    let without = ["vocabulary", "preview", "--without", "draft.toml", "--json"];
    let object = world.run("talks", &without).json();
    assert_eq!(
        object["searches"],
        serde_json::json!([{"name": "armed", "before": 4, "after": 3}])
    );
    assert_eq!(object["facets"]["actor"].as_array().unwrap().len(), 3);
    let run = world.run(
        "talks",
        &["vocabulary", "preview", "--without", "other.toml"],
    );
    assert_eq!(
        (
            run.code,
            run.stderr.contains("there is no `vocabulary/other.toml`")
        ),
        (2, true)
    );
    world.write("draft.toml", "[actor.merge]\n\"X\" = [\"Nobody at all\"]\n");
    let run = world.run("talks", &["vocabulary", "preview", "../draft.toml"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("draft.toml:2: no entry is called `Nobody at all`"),
        "{run:?}"
    );
}

#[test]
fn values_that_no_entry_knows_are_named() {
    let world = world();
    world.write(
        "talks/f.md",
        "---\nactor: [Hezbolla, The Lamplighters]\ncountry: Iran\n---\nMore.\n",
    );
    world.write(
        "talks/g.md",
        "---\nactor: the lamplighters\ntopic: law/lamps\n---\nMore.\n",
    );
    assert_eq!(world.run("talks", &["index"]).code, 0);
    let run = world.run("talks", &["vocabulary", "check"]);
    assert_eq!(run.code, 0, "{run:?}");
    let shown: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(shown[0], "actor 2 values that no entry knows");
    assert_eq!(shown[1], "  The Lamplighters 2");
    assert_eq!(shown[2], "  Hezbolla 1 (near `Hezbollah`)");
    assert_eq!(shown[3], "topic 1 value that no entry knows");
    let object = world
        .run("talks", &["vocabulary", "check", "--json"])
        .json();
    assert_eq!(object["unknown"]["country"], serde_json::json!([]));
    assert_eq!(object["unknown"]["actor"][0]["count"], 2);
}
