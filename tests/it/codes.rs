//! Every code of docs/ledger.md that a folder can be made to give is given by this one.

#![cfg(unix)]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::World;

/// Codes that take a race, a permission that does not bind every user, a bug, gigabytes, or a
/// process that comes to harm, or that the table of bad files and the tests of readers have.
const NOT_HERE: &[&str] = &[
    "bomb",
    "changed",
    "chapter_missing",
    "column_repeated",
    "csv_quote",
    "encoding_unknown",
    "file_too_large",
    "format_mismatch",
    "helper_crashed",
    "helper_missing",
    "helper_output",
    "helper_start",
    "helper_time",
    "html_flattened",
    "html_no_article",
    "http_status",
    "json_ld",
    "macros_ignored",
    "mail",
    "mail_too_many_parts",
    "member_renamed",
    "not_a_file",
    "not_indexable",
    "packing",
    "panicked",
    "part_missing",
    "pdf_pages_left_out",
    "pdf_too_many_glyphs",
    "record_too_large",
    "row_ragged",
    "same_path",
    "too_deep",
    "too_many_members",
    "too_many_records",
    "too_much_work",
    "unreadable",
    "unreadable_folder",
    "value_left_out",
    "vanished",
    "xml",
    "xml_cut",
    "xml_entity",
    "xml_flattened",
    "xml_too_deep",
    "xml_too_many_nodes",
    "xml_unknown",
];

fn corpus() -> World {
    let world = World::empty();
    let write = |path: &str, bytes: &[u8]| {
        let path = world.path("all").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let config = "[corpus]\nexclude = [\"drafts/**\"]\n[numbers.words]\nkeys = [\"words\"]\n";
    write("pressmark.toml", config.as_bytes());
    // Skips.
    write("drafts/a.md", b"x");
    write(".hidden.md", b"x");
    write("none.jsonl", b"");
    write("orphan.meta.yaml", b"title: x\n");
    write("x.xyz", b"x");
    write("vocabulary/country.toml", b"");
    let path = |name: &str| world.path("all").join(name);
    std::os::unix::fs::symlink(path("x.xyz"), path("link.md")).unwrap();
    // The name of a socket stays when nobody listens any more.
    std::os::unix::net::UnixListener::bind(path("socket.md")).unwrap();
    // Failures.
    write("binary.txt", &[0; 64]);
    write("sixteen.jsonl", b"\xff\xfe{\x00}\x00\n\x00");
    write("broken.rtf", b"{\\rtf1");
    write(
        "deep.rtf",
        format!("{{\\rtf1{}", "{".repeat(1_001)).as_bytes(),
    );
    write("text.rtf", b"no RTF");
    write("broken.docx", b"PK\x03\x04 and no more");
    write("broken.pdf", b"%PDF-1.4\n");
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pdf");
    for name in ["qpdf-password.pdf", "scan.pdf", "unmapped.pdf"] {
        write(name, &std::fs::read(fixtures.join(name)).unwrap());
    }
    // Notes about bytes.
    write("empty.txt", b"");
    let latin = "Un résumé très général des événements passés à la frontière";
    let latin: Vec<u8> = latin.chars().map(|c| c as u8).collect();
    write("guessed.txt", &latin);
    let mixed = [
        "Les étés à la frontière étaient très agités, répétés à l'envi. "
            .repeat(40)
            .as_bytes(),
        b"caf\xe9 noir",
    ]
    .concat();
    write("mixed.txt", &mixed);
    write("replaced.txt", b"\xff\xfea\x00\x00\xd8b\x00");
    write(
        "nul.txt",
        &[&b"words ".repeat(4_000)[..], b"\0", b" end"].concat(),
    );
    write("long-word.txt", "x".repeat(70_000).as_bytes());
    let english = "The envoys met in the harbour and spoke about the treaty for many hours. ";
    write("english.txt", english.repeat(5).as_bytes());
    // What nothing in the text settles.
    write(
        "georgia.txt",
        b"The envoys left for Georgia in the morning, and nobody said why.\n",
    );
    // Notes about metadata.
    write("front.md", b"---\ntitle: [open\n---\nThe text stays.\n");
    write("side.txt", b"Text");
    write("side.meta.yaml", b"title: [open\n");
    let records: [Value; 17] = [
        json!({"id": "a\u{1}b", "body": "x"}),
        json!({"id": "x".repeat(1_100), "body": "x"}),
        json!(3),
        json!({"id": [1], "body": "x"}),
        json!({"date": "03/04/1987", "body": "x"}),
        json!({"date": "soon", "body": "x"}),
        json!({"date": "1987-03-02T10:00:00 XQZ", "body": "x"}),
        json!({"date": "Mon, 02 Mar 1987 10:00:00 XQZ", "body": "x"}),
        json!({"language": "Quenya of old", "body": "x"}),
        json!({"remark": "y".repeat(9_000), "body": "x"}),
        json!({"words": "many", "body": "x"}),
        json!({"title": "t ".repeat(700), "body": "x"}),
        json!({"country": (0..300).map(|n| n.to_string()).collect::<Vec<_>>(), "body": "x"}),
        json!({"url": "http://a b", "body": "x"}),
        json!({"country": ["a\u{1}b", "z".repeat(300)], "body": "x"}),
        json!({"country": [{"x": 1}], "body": "x"}),
        json!({"values": vec![0; 500_001], "body": "x"}),
    ];
    let mut lines = String::new();
    for record in &records {
        lines += &record.to_string();
        lines += "\n";
    }
    lines += "{broken\n{\"body\":\"x\",\"body\":\"y\"}\n{\"body\":\"\\ud800 x\"}\n";
    write("records.jsonl", lines.as_bytes());
    world
}

#[test]
fn every_documented_code_can_be_met() {
    let world = corpus();
    let run = world.run("", &["index", "all", "-q", "--json"]);
    assert_eq!(run.code, 3, "{run:?}");
    let report = run.json();
    let ledger = std::fs::read_to_string(world.path("").join(report["ledger"].as_str().unwrap()));
    let mut met = BTreeSet::new();
    for line in ledger.unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let notes = line["notes"].as_array().into_iter().flatten();
        let codes = notes.map(|note| &note["code"]).chain([&line["code"]]);
        met.extend(codes.filter_map(Value::as_str).map(str::to_owned));
    }
    let page = include_str!("../../docs/ledger.md");
    let documented: Vec<&str> = page
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0))
        .collect();
    let mut missing: Vec<&str> = documented
        .iter()
        .copied()
        .filter(|code| !met.contains(*code))
        .collect();
    missing.sort_unstable();
    assert_eq!(missing, NOT_HERE);
    for code in &met {
        assert!(
            documented.contains(&code.as_str()),
            "`{code}` is not documented"
        );
    }
}
