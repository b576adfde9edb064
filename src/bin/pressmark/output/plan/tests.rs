//! Plans as people see them: the whole of one, every end, narrow windows, hostile texts.

use pressmark::ReindexPlan;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use super::*;
use crate::output::clean;

fn stream(width: usize) -> Stream {
    Stream {
        is_terminal: false,
        colour: false,
        width,
    }
}

/// A plan of nothing, but for these keys.
fn plan(changed: &Value) -> ReindexPlan {
    let mut plan = json!({
        "format_version": 1, "generation": 3,
        "files": {"added": 0, "changed": 0, "renamed": 0, "removed": 0, "unchanged": 4,
            "skipped": 0, "failed": 0},
        "totals": {"seen": 7, "indexed": 0, "unchanged": 7, "duplicate": 0, "skipped": 0,
            "failed": 0, "removed": 0, "bytes": 0},
        "documents_before": 7, "documents_after": 7,
        "changes": [], "reasons": [], "facets": {},
    });
    merge(&mut plan, changed);
    serde_json::from_value(plan).unwrap()
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().unwrap() {
        match &mut into[key] {
            Value::Object(_) if key != "facets" => merge(&mut into[key], value),
            place => *place = value.clone(),
        }
    }
}

fn shown(plan: &ReindexPlan, width: usize, all: bool) -> String {
    let mut out = Vec::new();
    let view = PlanView {
        plan,
        corpus: "articles",
        command: "pressmark index articles",
        all,
        stream: stream(width),
    };
    view.print(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn full() -> Value {
    let added: Vec<Value> = (1..=12)
        .map(|n| json!({"path": format!("news/a{n:02}.md"), "change": "added", "records": 1}))
        .collect();
    let mut changes = added;
    changes.extend([
        json!({"path": "wire/wire.jsonl", "change": "changed", "records": 40}),
        json!({"path": "archive/a.md", "change": "renamed", "from": "news/a.md", "records": 1}),
        json!({"path": "news/gone.jsonl", "change": "removed", "records": 2}),
        json!({"path": "bad.txt", "change": "failed", "records": 0}),
    ]);
    let appear: Vec<Value> = (1..=11)
        .map(|n| json!({"value": format!("Country {n}"), "documents": 12 - n}))
        .collect();
    json!({
        "files": {"added": 12, "changed": 1, "renamed": 1, "removed": 1, "unchanged": 1_200,
            "skipped": 3, "failed": 1},
        "totals": {"seen": 1_259, "indexed": 52, "unchanged": 1_200, "duplicate": 1,
            "skipped": 3, "failed": 3, "removed": 2, "bytes": 72_000},
        "documents_before": 1_202, "documents_after": 1_252,
        "remade": {"from": "documents", "message": "`pressmark.toml` changed: facet `country`"},
        "changes": changes,
        "reasons": [
            {"status": "skipped", "code": "unsupported", "count": 3,
                "examples": [{"path": "x.bin", "message": "no reader for `.bin`"}]},
            {"status": "failed", "code": "json", "count": 2, "examples": [
                {"path": "wire/bad.jsonl#2", "message": "expected value at line 1 column 2"}]},
            {"status": "failed", "code": "binary", "count": 1,
                "examples": [{"path": "bad.txt", "message": "NUL bytes"}]},
            {"status": "duplicate", "code": "", "count": 1,
                "examples": [{"path": "wire/wire.jsonl#3", "message": "z.jsonl#1 has the id"}]},
        ],
        "facets": {
            "country": {"appear": appear, "vanish": [{"value": "Persia", "documents": 2}]},
            "topic": {"appear": [], "vanish": [{"value": "a/b", "documents": 1_000}]},
        },
    })
}

#[test]
fn a_plan_is_told_from_the_sums_to_the_command() {
    assert_data_eq!(
        shown(&plan(&full()), 80, false),
        str![[r#"
plan for articles · compared with generation 3

files      12 added · 1 changed · 1 renamed · 1 removed · 1,200 unchanged ·
           3 skipped · 1 failed
records    52 to index · 2 to remove · 1,200 unchanged · 1 duplicate ·
           3 skipped · 3 failed
documents  1,202 → 1,252
to read    72 kB
made anew  `pressmark.toml` changed: facet `country`; from what the index holds,
           no file is read for it

added 12
  + news/a01.md
  + news/a02.md
  + news/a03.md
  + news/a04.md
  + news/a05.md
  + news/a06.md
  + news/a07.md
  + news/a08.md
  + news/a09.md
  + news/a10.md
    2 more: -v

changed 1
  ~ wire/wire.jsonl · 40 documents

renamed 1
  > archive/a.md · from news/a.md

removed 1
  - news/gone.jsonl · 2 documents

failed 3
  ! json 2
      wire/bad.jsonl#2 · expected value at line 1 column 2
      1 more
  ! binary 1
      bad.txt · NUL bytes

duplicate 1
  = wire/wire.jsonl#3 · z.jsonl#1 has the id

skipped 3
  · unsupported 3
      x.bin · no reader for `.bin`
      2 more

declared facet values that appear
  country  Country 1 11 · Country 2 10 · Country 3 9 · Country 4 8 ·
           Country 5 7 · Country 6 6 · Country 7 5 · Country 8 4 · Country 9 3 ·
           Country 10 2 · +1 more: -v

declared facet values that vanish
  country  Persia 2
  topic    a/b 1,000

to do it: pressmark index articles · 3 files and records would fail

"#]]
    );
}

#[test]
fn a_narrow_window_wraps_and_all_shows_everything() {
    let text = shown(&plan(&full()), 40, false);
    for line in text.lines() {
        assert!(columns(line) <= 40, "{line}");
    }
    let all = shown(&plan(&full()), 80, true);
    assert!(
        all.contains("+ news/a12.md") && all.contains("Country 11 1"),
        "{all}"
    );
    assert!(!all.contains("-v"), "{all}");
}

#[test]
fn the_end_says_what_to_do() {
    let refused = |code: &str| json!({"refused": {"code": code, "message": "no"}});
    for (changed, expected) in [
        (json!({}), "nothing to do: the index is up to date\n"),
        (
            json!({"totals": {"failed": 1}, "changes": [
                {"path": "a.txt", "change": "failed", "records": 0}]}),
            "nothing to do: the index is up to date, but for what failed before\n",
        ),
        (
            json!({"generation": 0}),
            "to do it: pressmark index articles\n",
        ),
        (
            json!({"totals": {"indexed": 1, "failed": 2}}),
            "to do it: pressmark index articles · 2 files and records would fail\n",
        ),
        (
            json!({"remade": {"from": "files", "message": "m"}}),
            "to do it: pressmark index articles\n",
        ),
        (
            refused("shrink"),
            "index would publish nothing; to do it all the same: \
             \n  pressmark index articles --allow-shrink\n",
        ),
        (refused("too_many_errors"), "index would publish nothing\n"),
        (
            json!({"refused": {"code": "version", "message": "no"},
                "rebuild": {"reason": "analysis", "message": "the analysis changed"}}),
            "index would publish nothing; to do it all the same: \
             \n  pressmark index articles --rebuild\n",
        ),
    ] {
        let text = shown(&plan(&changed), 80, false);
        let (_, end) = text.rsplit_once("\n\n").unwrap();
        let trimmed: Vec<&str> = expected.lines().map(str::trim_end).collect();
        assert_eq!(end.lines().collect::<Vec<_>>(), trimmed, "{changed}");
    }
}

#[test]
fn nothing_in_a_plan_steers_a_terminal() {
    let bad = "a\u{1b}[2J\u{202e}\nb";
    let text = shown(
        &plan(&json!({
            "files": {"added": 1},
            "remade": {"from": "files", "message": bad},
            "rebuild": {"reason": "format", "message": bad},
            "refused": {"code": "io", "message": bad, "hint": bad},
            "changes": [{"path": bad, "change": "renamed", "from": bad, "records": 2}],
            "reasons": [{"status": "failed", "code": bad, "count": 1,
                "examples": [{"path": bad, "message": bad}]}],
            "facets": {"desk": {"appear": [{"value": bad, "documents": 1}], "vanish": []}},
        })),
        80,
        false,
    );
    let hostile = |c: char| clean::is_hostile(c) && c != '\n';
    assert!(!text.chars().any(hostile), "{text:?}");
    assert!(text.contains("> a[2J b · from a[2J b"), "{text}");
}
