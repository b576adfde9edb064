//! The vocabularies, from outside: what an entry gathers, and mistakes in files of one's own.

use crate::world::World;

const OWN: &str = "\
[country.change.\"Iran\"]
aliases = [\"Arya\"]
[actor.add.\"Harbour Board\"]
kind = \"state body\"
aliases = [\"Port Council\"]
offices = []
";

#[test]
fn an_entry_is_shown_by_any_of_its_names() {
    let world = World::new();
    for name in ["Iran", "irn", "Persia", "ایران", "iranian"] {
        let run = world.harbour(&["vocabulary", "show", name]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        assert!(run.data().starts_with("Iran country\n"), "{name}: {run:?}");
        assert!(run.data().contains("Asia/Southern Asia/Iran"), "{run:?}");
    }
    let object = world
        .harbour(&["vocabulary", "show", "IRN", "--json"])
        .json();
    let entry = &object["entries"][0];
    assert_eq!(object["format_version"], 1);
    assert_eq!(entry["name"], "Iran");
    assert_eq!(entry["vocabulary"], "country");
    assert_eq!(entry["groups"], serde_json::json!(["Middle East"]));
    assert_eq!(
        entry["names"]["de"],
        serde_json::json!(["Islamische Republik Iran"])
    );
    let both = world
        .harbour(&["vocabulary", "show", "Congo", "--json"])
        .json();
    assert_eq!(both["entries"].as_array().unwrap().len(), 2);
}

#[test]
fn what_no_entry_has_is_told_with_what_was_meant() {
    let world = World::new();
    let run = world.harbour(&["vocabulary", "show", "Irann", "--in", "country"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(
        run.stderr,
        "no entry is called `Irann`; did you mean `Iran`?\n"
    );
    let object = world.harbour(&["vocabulary", "show", "Irann", "--json"]);
    assert_eq!(
        (object.code, &object.json()["entries"]),
        (1, &serde_json::json!([]))
    );
    // The vocabularies are there without a corpus, too.
    let run = World::empty().run("", &["vocabulary", "show"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.data().lines().count(), 3);
}

#[test]
fn the_files_of_the_owner_take_effect_and_their_mistakes_are_told() {
    let world = World::new();
    world.write("harbour/vocabulary/own.toml", OWN);
    let run = world.harbour(&["vocabulary", "check"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "no mistake · 1 file\n")
    );
    let run = world.harbour(&["vocabulary", "show", "port council"]);
    assert!(
        run.data().starts_with("Harbour Board state body, actor\n"),
        "{run:?}"
    );
    let run = world.harbour(&["vocabulary", "show", "arya"]);
    assert!(run.data().starts_with("Iran country\n"), "{run:?}");

    world.write(
        "harbour/vocabulary/second.toml",
        "\n[country.change.\"Irna\"]\n[country]\nsilense = []\n",
    );
    let run = world.harbour(&["vocabulary", "check"]);
    assert_eq!(run.code, 1);
    let shown: Vec<&str> = run.stdout.lines().collect();
    assert!(
        shown[0].ends_with("second.toml:2 no entry is called `Irna`; did you mean `Iran`?"),
        "{run:?}"
    );
    assert_eq!(run.stderr, "2 mistakes · 2 files\n");
    let object = world.harbour(&["vocabulary", "check", "--json"]).json();
    assert_eq!(object["mistakes"][1]["line"], 4);
    let run = world.harbour(&["vocabulary", "show", "Iran"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("second.toml:2: no entry is called `Irna`"),
        "{run:?}"
    );
}
