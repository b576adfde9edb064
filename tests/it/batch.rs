//! `pressmark search --batch`: many questions, each answered by one line of JSON.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::world::{Run, World};

/// The lines of an answer.
fn lines(run: &Run) -> Vec<Value> {
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// An answer without what says which question it is for, and how long it took.
fn bare(answer: &Value) -> Value {
    let mut answer = answer.clone();
    let members = answer.as_object_mut().unwrap();
    for name in ["line", "name", "asked", "took_ms"] {
        members.remove(name);
    }
    answer
}

#[test]
fn every_question_has_the_answer_it_has_alone() {
    let world = World::indexed();
    let queries = [
        "ferry",
        "\"harbour office\" OR herring",
        "country:Norway -market",
        "zeppelin",
        "date:1988 fery",
        "-ferry",
    ];
    world.write("harbour/questions.txt", &queries.join("\n\n"));
    for options in [
        &[][..],
        &["-n", "2", "--facets", "none", "-s", "title"],
        &["--any", "-n", "all"],
    ] {
        let run = world.harbour(&[&["search", "--batch", "questions.txt"], options].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let answers = lines(&run);
        assert_eq!(answers.len(), queries.len());
        for (number, (answer, query)) in answers.iter().zip(queries).enumerate() {
            assert_eq!(answer["line"], 2 * number + 1);
            assert_eq!(answer["asked"], query);
            let alone = world.harbour(&[&["search", "--json"], options, &["--", query]].concat());
            assert_eq!(bare(answer), bare(&alone.json()), "{query} {options:?}");
        }
    }
}

#[test]
fn a_question_that_cannot_be_answered_does_not_stop_the_others() {
    let world = World::indexed();
    let table =
        "name,query\nfirst,ferry\nbroken,(ferry\nunknown,contry:Norway\nnone,\nlast,herring\n";
    let mut command = world.command("harbour");
    command.args(["search", "--batch", "-", "--fields", "id"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(table.as_bytes())
        .unwrap();
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (2, ""));
    let answers = lines(&run);
    let names: Vec<&str> = answers
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["first", "broken", "unknown", "none", "last"]);
    assert_eq!(answers[0]["total"], 4);
    assert_eq!(answers[1]["error"]["code"], "unbalanced_bracket");
    assert_eq!(answers[1]["error"]["span"], json!([0, 1]));
    assert_eq!(answers[1]["format_version"], 1);
    assert_eq!(answers[2]["error"]["code"], "unknown_field");
    assert_eq!(answers[3]["error"]["code"], "no_query");
    assert_eq!(answers[3]["line"], 5);
    assert_eq!(answers[4]["hits"], json!([{"id": "w3"}]));
    let strict = world.harbour(&["search", "--batch", "pressmark.toml", "--strict"]);
    assert_eq!(strict.code, 2);
    assert!(lines(&strict).len() > 5);
}

#[test]
fn the_exit_status_tells_of_hits_and_misuse() {
    let world = World::indexed();
    world.write("harbour/none.txt", "zeppelin\nxyzzy\n");
    let run = world.harbour(&["search", "--batch", "none.txt"]);
    assert_eq!((run.code, lines(&run).len()), (1, 2));
    for arguments in [
        &["search", "--batch", "none.txt", "ferry"][..],
        &["search", "--batch", "none.txt", "-c"],
        &["search", "--batch", "none.txt", "--format", "csv"],
        &["search", "--batch", "not-there.txt"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains("hint: "), "{run:?}");
    }
}
