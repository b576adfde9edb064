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
score     1.3001
  1.3001  ferry · in 4 documents · idf 0.5754 · title 1 of 5 words: tf 2.8029 ·
          body 2 of 50 words: tf 1.0921
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

#[test]
fn a_score_is_told_clause_by_clause() {
    let world = World::indexed();
    let arguments = [
        "explain",
        "ferry harbour country:Norway",
        "--id",
        "news/ferry.md",
    ];
    let run = world.harbour(&arguments);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_data_eq!(run.stdout, file!["snapshots/explain-score.txt"]);
    let answer = world
        .harbour(&[&arguments[..], &["--json"]].concat())
        .json();
    let document = &answer["document"];
    let parts = document["parts"].as_array().unwrap();
    let sum: f64 = parts
        .iter()
        .map(|part| part["score"].as_f64().unwrap())
        .sum();
    assert!(
        (sum - document["score"].as_f64().unwrap()).abs() < 1e-4,
        "{answer}"
    );
    assert_eq!(parts[0]["fields"][0]["field"], "title");
    let lost = world.harbour(&["explain", "ferry museum", "--id", "news/ferry.md", "--json"]);
    assert_eq!(lost.code, 1);
    let document = &lost.json()["document"];
    assert_eq!(
        document["clauses"][1],
        json!({"query": "museum", "matches": false})
    );
    assert!(document.get("score").is_none());
}

#[test]
fn a_shown_document_is_lit_by_a_query() {
    let world = World::indexed();
    let run = world.harbour(&[
        "show",
        "news/ferry.md",
        "--query",
        "ferry OR \"freight goes\" -port",
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let marked = run.stdout.matches('*').count();
    assert_eq!(marked, 2 * 4, "{}", run.stdout);
    assert!(
        run.stdout.starts_with("*Ferry* timetable"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("*Freight goes* on"), "{}", run.stdout);
    let json = world
        .harbour(&["show", "news/ferry.md", "--query", "ferry", "--json"])
        .json();
    let text = json["text"].as_str().unwrap();
    for range in json["highlights"]["body"].as_array().unwrap() {
        let end = |at: usize| range[at].as_u64().unwrap() as usize;
        assert_eq!(text[end(0)..end(1)].to_lowercase(), "ferry");
    }
    let none = world.harbour(&["show", "news/ferry.md", "--query", "zeppelin"]);
    assert_eq!(none.code, 0);
    assert!(
        none.stderr.starts_with("notice: the query matches no word"),
        "{none:?}"
    );
    let wrong = world.harbour(&["show", "news/ferry.md", "--query", "(ferry"]);
    assert_eq!(wrong.code, 2);
    let plain = world.harbour(&["show", "news/ferry.md"]);
    assert!(!plain.stdout.contains('*'));
}
