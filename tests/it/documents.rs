//! `show`, `open` and `explain`: one document.

use serde_json::json;
use snapbox::{assert_data_eq, file, str};

use crate::world::{Run, World};

#[test]
fn a_document_is_shown_whole() {
    let world = World::indexed();
    let shown = world.harbour(&["show", "news/ferry.md"]).data().to_owned();
    let (before, after) = shown.split_once("\nindexed ").unwrap();
    let (_, text) = after.split_once('\n').unwrap();
    assert_data_eq!(
        format!("{before}\nindexed [TIME]\n{text}"),
        file!["snapshots/show.txt"]
    );
    let mut object = world.harbour(&["show", "w2", "--json"]).json();
    assert!(object["added"].take().is_string() && object["hash"].take().is_string());
    assert!(object["source"]["hash"].take().is_string());
    assert_eq!(object["date"], "1988-11-20T06:30:00+01:00");
    assert_eq!(object["facets"]["country"], json!(["Denmark", "Norway"]));
    assert_eq!(
        (&object["path"], &object["source"]["record"]),
        (&json!("wire/wire.jsonl"), &json!(2))
    );
    assert_data_eq!(
        world.harbour(&["show", "nothing"]).shown(),
        str![[r#"
--- stderr
error: no document has the id `nothing`
  hint: `pressmark export --format ids` lists the ids
--- exit 1

"#]]
    );
}

#[test]
fn a_number_is_a_hit_of_the_last_search() {
    let world = World::indexed();
    let title = |run: &Run| run.stdout.lines().next().unwrap_or_default().to_owned();
    assert_eq!(title(&world.harbour(&["show", "3"])), "Number three");
    world.harbour(&["search", "-s", "oldest"]);
    let third = world.harbour(&["show", "3"]);
    assert_eq!(title(&third), "Ferry timetable changes in spring");
    assert_data_eq!(
        third.stderr,
        str![[r#"
notice: `3` is taken for hit 3 of the last search
  hint: write `id:3` for the document with that id

"#]]
    );
    assert_eq!(title(&world.harbour(&["show", "id:3"])), "Number three");
    // From anywhere: the list knows its index.
    assert_eq!(
        title(&world.run("home", &["show", "2"])),
        "Fish market opens its new hall"
    );
    let run = world.harbour(&["show", "99"]);
    assert_eq!(run.code, 1, "{run:?}");
    // What programs ask for is not what was last seen.
    world.harbour(&["search", "storm", "--json"]);
    assert_eq!(
        title(&world.harbour(&["show", "2"])),
        "Fish market opens its new hall"
    );
    let kept = world.path("harbour/.pressmark");
    assert!(
        !std::fs::read_dir(kept)
            .unwrap()
            .any(|entry| entry.unwrap().file_name() == "last")
    );
}

#[test]
fn a_file_is_opened_by_the_program_named() {
    let world = World::indexed();
    let open = |arguments: &[&str], opener: Option<&str>| {
        let mut command = world.command("home");
        command.args(["open", "-C", "../harbour"]).args(arguments);
        if let Some(opener) = opener {
            command
                .env("PRESSMARK_OPENER", opener)
                .env("PATH", "/usr/bin:/bin");
        }
        Run::of(&command.output().unwrap())
    };
    let path = world.path("home/../harbour/news/ferry.md");
    let path = path.to_str().unwrap();
    assert_eq!(
        open(&["news/ferry.md"], Some("echo opened")).data(),
        format!("opened {path}\n")
    );
    assert_eq!(open(&["news/ferry.md"], None).data(), format!("{path}\n"));
    assert_eq!(
        open(&["news/ferry.md", "--print"], Some("echo opened")).data(),
        format!("{path}\n")
    );
    assert_eq!(
        open(&["w1", "--json"], None).json()["url"],
        "https://example.org/w1"
    );
    let failed = open(&["news/ferry.md"], Some("false"));
    assert_eq!(failed.code, 2, "{failed:?}");
    std::fs::remove_file(path).unwrap();
    assert_eq!(open(&["news/ferry.md"], None).code, 2);
    assert_eq!(open(&["nothing"], None).code, 1);
}

#[test]
fn a_query_is_explained() {
    let world = World::indexed();
    assert_data_eq!(
        world
            .harbour(&["explain", "storm and freight OR ferry"])
            .shown(),
        str![[r#"
read as   (storm AND and AND freight) OR ferry
hits      4
--- stderr
notice: AND binds before OR, also where it is not written: read as `(storm AND
  and AND freight) OR ferry`
  | storm and freight OR ferry
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: write `(storm AND and AND freight) OR ferry`
notice: `and` in small letters is a word to look for
  | storm and freight OR ferry
  |       ^^^
  hint: write `storm AND freight OR ferry`
--- exit 0

"#]]
    );
    let arguments = ["explain", "ferry NOT storm", "-f", "country=Norway", "--id"];
    let explain = |id| world.harbour(&[&arguments[..], &[id]].concat());
    assert_data_eq!(
        explain("news/ferry.md").shown(),
        str![[r#"
read as   ferry AND NOT storm
hits      3
document  news/ferry.md matches
  yes     ferry
  yes     NOT storm
  yes     -f country=Norway
--- stderr
--- exit 0

"#]]
    );
    assert_data_eq!(
        explain("w1").shown(),
        str![[r#"
read as   ferry AND NOT storm
hits      3
document  w1 does not match
  yes     ferry
  no      NOT storm
  no      -f country=Norway
--- stderr
--- exit 1

"#]]
    );
    assert_eq!(explain("nothing").code, 1);
    let object = world
        .harbour(&["explain", "--json", "ferry NOT storm", "--id", "w1"])
        .json();
    assert_eq!(
        object["document"],
        json!({"id": "w1", "matches": false, "clauses": [
            {"query": "ferry", "matches": true}, {"query": "NOT storm", "matches": false},
        ]})
    );
    assert_eq!(world.harbour(&["explain", "(ferry"]).code, 2);
    // Without an index, too.
    let world = World::empty();
    assert_data_eq!(
        world
            .run("", &["explain", "desk:(a OR b) date:1962"])
            .shown(),
        str![[r#"
read as   desk:(a OR b) AND date:1962
--- stderr
--- exit 0

"#]]
    );
}

/// Whoever searched with `-C` need not say it again.
#[test]
fn documents_are_found_where_the_last_search_was() {
    let world = World::indexed();
    assert_eq!(world.run("", &["search", "-C", "harbour", "ferry"]).code, 0);
    for id in ["1", "news/ferry.md", "id:news/ferry.md"] {
        let run = world.run("home", &["show", id]);
        assert!(run.data().starts_with("Ferry timetable"), "{run:?}");
    }
    let run = world.run("home", &["show", "9"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            1,
            "error: no document has the id `9`\n  hint: the last search here listed 4 hits\n"
        )
    );
}
