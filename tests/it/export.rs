//! Lists for programs: every format, from `export` and `search` alike.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, file};

use crate::world::World;

#[test]
fn every_hit_comes_out() {
    let world = World::indexed();
    let lines = |arguments: &[&str]| -> Vec<String> {
        let run = world.harbour(arguments);
        run.data().lines().map(str::to_owned).collect()
    };
    let mut ids = lines(&["export", "--format", "ids"]);
    ids.sort();
    assert_eq!(
        ids,
        [
            "3",
            "news/ferry.md",
            "news/lighthouse.txt",
            "news/market.md",
            "w1",
            "w2",
            "w3"
        ]
    );
    assert_eq!(lines(&["search", "--format", "ids", "-n", "2"]).len(), 2);
    assert_eq!(
        lines(&["search", "--format", "paths", "storm"]),
        ["wire/wire.jsonl"]
    );
    assert_eq!(lines(&["export", "ferry", "-c"]), ["4"]);
    assert_eq!(
        lines(&["export", "-s", "newest", "--format", "ids", "-n1"]),
        ["3"]
    );
    let none = world.harbour(&["export", "zeppelin", "--format", "csv"]);
    assert_eq!((none.code, none.stdout.lines().count()), (1, 1));
}

#[test]
fn a_line_of_jsonl_is_a_hit_of_json() {
    let world = World::indexed();
    let whole = world
        .harbour(&["search", "ferry", "--json", "-n", "all"])
        .json();
    let exported = world.harbour(&["export", "ferry"]);
    let lines: Vec<Value> = exported
        .data()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(whole["hits"], json!(lines));
    assert_eq!(whole["total"], lines.len());
    assert!(whole["facets"]["country"]["buckets"].is_array());
}

#[test]
fn fields_come_in_the_order_asked_for() {
    let world = World::indexed();
    let run = world.harbour(&[
        "export",
        "timetable",
        "--fields",
        "title,id,meta,tags,hash,text",
    ]);
    let line = run.data();
    assert!(line.starts_with(r#"{"title":"Ferry timetable changes in spring","id":"news/ferry.md","meta":{"desk":"regional"}"#), "{line}");
    let hit: Value = serde_json::from_str(line).unwrap();
    assert!(
        hit["text"]
            .as_str()
            .unwrap()
            .starts_with("The ferry between")
    );
    assert!(hit["hash"].as_str().is_some_and(|hash| !hash.is_empty()));
    assert_eq!(
        hit["tags"][0],
        json!({"facet": "country", "value": "Norway", "origin": "declared"})
    );
    let json = world
        .harbour(&["search", "timetable", "--json", "--fields", "id"])
        .json();
    assert_eq!(json["hits"], json!([{"id": "news/ferry.md"}]));
}

#[test]
fn tables_open_safely() {
    let world = World::indexed();
    assert_data_eq!(
        world
            .harbour(&["export", "-s", "title", "--format", "csv"])
            .data(),
        file!["snapshots/export.csv"]
    );
    let run = world.harbour(&[
        "export",
        "table",
        "--format",
        "csv",
        "--fields",
        "title,meta,facets",
    ]);
    assert_eq!(
        run.data(),
        "title,meta,country,actor,topic,source,author,language,port\n\
         '=SUM(A1) is no headline,{},Ivory Coast,,trade/fish,Coast Wire,,,\n"
    );
}

#[test]
fn references_keep_the_precision_of_dates() {
    let world = World::indexed();
    let references = world
        .harbour(&["export", "harbour", "-s", "title", "--format", "csl"])
        .json();
    assert_eq!(
        references[1],
        json!({
            "id": "news/market.md",
            "type": "article-newspaper",
            "title": "Fish market opens its new hall",
            "author": [{"literal": "A. Writer"}],
            "issued": {"date-parts": [[1987, 3]]},
            "container-title": "Harbour Post",
        }),
        "{references}"
    );
    let none = world.harbour(&["export", "zeppelin", "--format", "csl"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, "[]\n"));
}

#[test]
fn who_stops_reading_is_left_in_peace() {
    use std::io::Read;
    use std::process::Stdio;
    let world = World::empty();
    let line = |number: usize| {
        format!(
            "{{\"id\":\"{number}\",\"body\":\"{}\"}}\n",
            "word ".repeat(100)
        )
    };
    let text: String = (0..2_000).map(line).collect();
    world.write("many/many.jsonl", &text);
    assert_eq!(world.run("", &["index", "many", "-q"]).code, 0);
    let mut child = world
        .command("many")
        .args(["export", "--fields", "id,text"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}
