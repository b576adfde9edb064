//! Broken, hostile and odd files: what becomes of each is in a table, the run comes to its end, and
//! no neighbour is lost.

mod archives;
mod mail;
mod make;
mod pages;
mod plain;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::world::World;

/// A file, and what has to become of it.
#[derive(Clone)]
struct Case {
    /// What is wrong with it; also the folder that it lies in.
    class: &'static str,
    path: &'static str,
    bytes: Vec<u8>,
    /// A line of the ledger each: `+member notes` is indexed, `=member` a duplicate, `-code
    /// member` failed, `~code member` skipped. The number of a record is `#n` if there is no
    /// member; `…` stands for anything.
    expected: &'static [&'static str],
}

impl Case {
    fn new(
        class: &'static str,
        path: &'static str,
        bytes: Vec<u8>,
        expected: &'static [&'static str],
    ) -> Self {
        Self {
            class,
            path,
            bytes,
            expected,
        }
    }
}

/// Notes that say nothing of what is wrong with a file.
const HARMLESS: [&str; 2] = ["language_detected", "title_from_name"];

/// A line of the ledger in short.
fn short(line: &Value) -> String {
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let place = match (text("member"), line["record"].as_u64()) {
        ("", Some(number)) => format!("#{number}"),
        (member, _) => member.to_owned(),
    };
    let notes = line["notes"].as_array().into_iter().flatten();
    let notes: Vec<&str> = notes
        .filter_map(|note| note["code"].as_str())
        .filter(|code| !HARMLESS.contains(code))
        .collect();
    let spaced = |text: &str| {
        if text.is_empty() || text.starts_with('#') {
            text.to_owned()
        } else {
            format!(" {text}")
        }
    };
    match text("status") {
        "indexed" => format!("+{place}{}", spaced(&notes.join(","))),
        "duplicate" => format!("={place}"),
        "failed" => format!("-{}{}", text("code"), spaced(&place)),
        "skipped" => format!("~{}{}", text("code"), spaced(&place)),
        other => other.to_owned(),
    }
}

/// Whether a line is what was expected of it.
fn fits(line: &str, expected: &str) -> bool {
    match expected.split_once('…') {
        Some((start, _)) => line.starts_with(start.trim_end()),
        None => line == expected,
    }
}

#[test]
fn every_bad_file_is_told_apart_and_costs_no_other() {
    let cases = [
        archives::cases(),
        mail::cases(),
        pages::cases(),
        plain::cases(),
    ]
    .concat();
    let classes: BTreeSet<&str> = cases.iter().map(|case| case.class).collect();
    assert_eq!(classes.len(), cases.len(), "a class is a folder of its own");
    let world = World::empty();
    let write = |path: String, bytes: &[u8]| {
        let path = world.path("bad").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    for case in &cases {
        write(format!("{}/{}", case.class, case.path), &case.bytes);
        write(
            format!("{}/neighbour.txt", case.class),
            b"Neighbour\n\nA cormorant dries its wings.\n",
        );
    }
    let run = world.run("", &["index", "bad", "-q", "--json", "--threads", "2"]);
    assert_eq!(run.code, 3, "{run:?}");
    let report = run.json();
    let ledger = world.path("").join(report["ledger"].as_str().unwrap());
    let ledger = std::fs::read_to_string(ledger).unwrap();
    let mut lines: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for line in ledger.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(path) = line["path"].as_str() else {
            continue;
        };
        // What is said about a file, or the rest of it, comes last.
        let record = line["record"].as_u64();
        let place = record.unwrap_or(if line["status"] == "indexed" {
            0
        } else {
            u64::MAX
        });
        lines
            .entry(path.to_owned())
            .or_default()
            .push((place, short(&line)));
    }
    let mut wrong = Vec::new();
    for case in &cases {
        let path = format!("{}/{}", case.class, case.path);
        let mut given = lines.remove(&path).unwrap_or_default();
        given.sort();
        let given: Vec<String> = given.into_iter().map(|(_, line)| line).collect();
        let is_right = case.expected == ["…"]
            || (given.len() == case.expected.len()
                && given
                    .iter()
                    .zip(case.expected)
                    .all(|(line, it)| fits(line, it)));
        if !is_right {
            wrong.push(format!("{path}: {given:?} instead of {:?}", case.expected));
        }
        let neighbour = lines.get(&format!("{}/neighbour.txt", case.class));
        let neighbour = neighbour.map(|lines| lines[0].1.as_str());
        if neighbour != Some("+") {
            wrong.push(format!("{path}: its neighbour is {neighbour:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for code in [
        "bomb",
        "damaged",
        "encrypted",
        "http_status",
        "mail",
        "mail_too_many_parts",
        "packing",
        "too_deep",
    ] {
        let is_expected = |it: &&str| {
            it.get(1..)
                .is_some_and(|it| it.split(' ').any(|it| it == code))
        };
        assert!(
            cases
                .iter()
                .any(|case| case.expected.iter().any(is_expected)),
            "{code}"
        );
    }
    let found = |query: &str| {
        world
            .run("bad", &["search", "-c", query])
            .stdout
            .trim()
            .to_owned()
    };
    assert_eq!(found("cormorant"), cases.len().to_string());
    // One that was called good, at least, in every case that promises it.
    let good = cases
        .iter()
        .filter(|case| case.expected.iter().any(|it| it.contains("good")));
    assert!(found("lighthouse").parse::<usize>().unwrap() >= good.count());
}
