//! `pressmark search`: hits for people and for programs.

use serde_json::json;
use snapbox::{assert_data_eq, file, str};

use crate::world::World;

#[test]
fn hits_read_well_at_any_width() {
    let world = World::indexed();
    assert_data_eq!(
        world.wide(60, &["search", "ferry"]).shown(),
        file!["snapshots/search-60.txt"]
    );
    assert_data_eq!(
        world.wide(120, &["search", "ferry"]).shown(),
        file!["snapshots/search-120.txt"]
    );
    for width in [20, 33, 60, 120] {
        for query in ["ferry OR harbour OR table", "\"harbour office\"", ""] {
            let run = world.wide(width, &["search", query, "-n", "all"]);
            for line in run.stdout.lines().chain(run.stderr.lines()) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "{columns} columns at {width}: {line}");
            }
        }
    }
}

#[test]
fn results_go_to_one_stream_and_remarks_to_the_other() {
    let world = World::indexed();
    let run = world.harbour(&["search", "ferry", "--facets", "none"]);
    assert_eq!(run.stderr, "\n4 hits · [TIME]\n");
    assert!(run.stdout.starts_with("1  "), "{}", run.stdout);
    let run = world.harbour(&["search", "ferry", "-q"]);
    assert_eq!(run.stderr, "");
    let run = world.harbour(&["search", "zeppelin"]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (
            1,
            "",
            "no hits · [TIME]\n\nno document satisfies zeppelin\n"
        )
    );
}

#[test]
fn a_corpus_is_indexed_by_its_first_search() {
    let world = World::new();
    assert_data_eq!(
        world.harbour(&["search", "herring"]).shown(),
        file!["snapshots/first-search.txt"]
    );
    let again = world.harbour(&["search", "herring", "--facets", "none"]);
    assert_eq!(again.stderr, "\n1 hit · [TIME]\n");
}

#[test]
fn a_corpus_is_found_from_below() {
    let world = World::indexed();
    assert_eq!(
        world.run("harbour/news", &["search", "-c", "ferry"]).data(),
        "4\n"
    );
    assert_eq!(
        world
            .run("", &["search", "-c", "ferry", "-C", "harbour"])
            .data(),
        "4\n"
    );
    let index = world.path("harbour/.pressmark");
    let run = world.run(
        "home",
        &["search", "-c", "ferry", "--index", index.to_str().unwrap()],
    );
    assert_eq!(run.data(), "4\n");
}

#[test]
fn filters_mean_what_they_say() {
    let world = World::indexed();
    for (arguments, total) in [
        (&["-f", "country=Norway"][..], "3"),
        (&["-f", "country=norway", "-f", "country=Iceland"], "4"),
        (
            &["--all-of", "country=Norway", "--all-of", "country=Iceland"],
            "1",
        ),
        (&["-xcountry=Norway"], "4"),
        (&["-fcountry==Norway"], "3"),
        (&["-fcountry==norway"], "0"),
        (&["-f", "topic=transport"], "3"),
        (&["--missing", "country"], "1"),
        (&["--has", "port"], "1"),
        (&["--since", "1988"], "3"),
        (&["--until", "1987-03"], "3"),
        (&["--since", "1987-03-02", "--until", "1987-03-02"], "1"),
        (
            &[
                "--since",
                "1987-03-02",
                "--until",
                "1987-03-02",
                "--dates",
                "overlap",
            ],
            "2",
        ),
        (&["--added-since", "2w"], "7"),
        (&["ferry", "lighthouse", "--any"], "5"),
        (&["words:>=40"], "1"),
        (&["missing:date"], "1"),
    ] {
        let arguments: Vec<&str> = ["search", "-c", "-q"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let run = world.harbour(&arguments);
        assert_eq!(run.stdout, format!("{total}\n"), "{arguments:?} {run:?}");
        assert_eq!(run.code, i32::from(total == "0"), "{arguments:?}");
    }
}

#[test]
fn json_is_as_promised() {
    let world = World::indexed();
    let run = world.harbour(&["search", "storm", "--json", "--facets", "country,topic"]);
    let mut object: serde_json::Value = serde_json::from_str(run.data()).unwrap();
    assert!(object["took_ms"].as_f64().unwrap() >= 0.0);
    object["took_ms"] = json!(0);
    let score = object["hits"][0]["score"].take();
    assert!(score.as_f64().unwrap() > 0.0);
    let text = "A storm closed the strait to all ferries and freight for two days. The harbour stayed open.";
    assert_eq!(
        object,
        json!({
            "format_version": 1,
            "query": "storm",
            "generation": 1,
            "total": 1,
            "took_ms": 0,
            "hits": [{
                "id": "w1",
                "score": null,
                "title": "Storm closes the strait",
                "date": "1988-11-14",
                "path": "wire/wire.jsonl",
                "url": "https://example.org/w1",
                "facets": {
                    "country": ["Denmark"], "language": ["en"], "source": ["Coast Wire"], "topic": ["weather"],
                },
                "snippets": [
                    {
                        "field": "title", "text": "Storm closes the strait",
                        "highlights": [[0, 5]], "start": 0, "end": 23,
                    },
                    {"field": "body", "text": text, "highlights": [[2, 7]], "start": 0, "end": text.len()},
                ],
            }],
            "facets": {
                "country": {
                    "buckets": [{"value": "Denmark", "count": 1, "combined": 1, "selected": false}],
                    "distinct": 1, "missing": 0, "other": 0,
                },
                "topic": {
                    "buckets": [{
                        "value": "weather", "count": 1, "combined": 1, "selected": false, "children": 0,
                    }],
                    "distinct": 1, "missing": 0, "other": 0,
                },
            },
            "diagnostics": [],
            "cursor": null,
        })
    );
    let names = [
        "format_version",
        "query",
        "generation",
        "total",
        "took_ms",
        "hits",
        "facets",
        "diagnostics",
        "cursor",
    ];
    let places: Vec<usize> = names
        .iter()
        .map(|name| run.stdout.rfind(&format!("\"{name}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{}", run.stdout);
}

#[test]
fn pages_follow_each_other() {
    let world = World::indexed();
    let mut ids = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut arguments = vec!["search", "--json", "-n2", "-s", "oldest"];
        if let Some(cursor) = &cursor {
            arguments.extend(["--cursor", cursor]);
        }
        let page = world.harbour(&arguments).json();
        assert_eq!(page["total"], 7);
        ids.extend(
            page["hits"]
                .as_array()
                .unwrap()
                .iter()
                .map(|hit| hit["id"].clone()),
        );
        match page["cursor"].as_str() {
            Some(token) => cursor = Some(token.to_owned()),
            None => break,
        }
    }
    assert_eq!(
        ids,
        [
            "news/lighthouse.txt",
            "news/market.md",
            "news/ferry.md",
            "w1",
            "w2",
            "3",
            "w3"
        ]
    );
    let none = world.harbour(&["search", "--json", "-n0"]).json();
    assert_eq!(
        (none["total"].clone(), none["hits"].clone()),
        (json!(7), json!([]))
    );
}

#[test]
fn findings_are_shown_in_the_query() {
    let world = World::indexed();
    assert_data_eq!(
        world
            .harbour(&["search", "--facets", "none", "storm and freight"])
            .stderr,
        str![[r#"
notice: `and` in small letters is a word to look for
  | storm and freight
  |       ^^^
  hint: write `storm AND freight`

1 hit · [TIME]

"#]]
    );
    assert_data_eq!(
        world.harbour(&["search", "ferry AND (harbour"]).shown(),
        str![[r#"
--- stderr
error: this bracket is never closed
  | ferry AND (harbour
  |           ^
  hint: write `ferry AND (harbour)`
--- exit 2

"#]]
    );
    assert_data_eq!(
        world.harbour(&["search", "contry:Norway"]).shown(),
        str![[r#"
--- stderr
error: there is no field or facet `contry`
  | contry:Norway
  | ^^^^^^
  hint: write `country:Norway`
--- exit 2

"#]]
    );
    let run = world.harbour(&["search", "--json", "contry:Norway"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.json()["error"]["span"], json!([0, 6]));
    assert_data_eq!(
        world.harbour(&["search", "-f", "contry=Norway"]).shown(),
        str![[r#"
--- stderr
error: there is no facet `contry`
  hint: did you mean `country`? the facets of this index are country, actor,
        topic, source, author, language, port
--- exit 2

"#]]
    );
    assert_data_eq!(
        world
            .harbour(&["search", "-c", "-f", "country=Norwai"])
            .shown(),
        str![[r#"
0
--- stderr
warning: no document has `Norwai` as its `country`; near it: `Norway` (3
  documents)
  hint: write `-f country=Norway`

no document satisfies -f country=Norwai

try
  pressmark search -f country=Norway · 3 hits · `Norway` for `Norwai`
--- exit 1

"#]]
    );
    let strict = world.harbour(&["search", "-c", "--strict", "-f", "country=Norwai"]);
    assert_eq!((strict.code, strict.stdout.as_str()), (2, ""), "{strict:?}");
}

#[test]
fn files_are_listed_as_they_open_from_here() {
    let world = World::indexed();
    let sorted = |text: &str, separator: char| {
        let mut paths: Vec<String> = text
            .split_terminator(separator)
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths
    };
    for (folder, arguments, expected) in [
        (
            "harbour",
            &["-l"][..],
            ["news/ferry.md", "news/market.md", "wire/wire.jsonl"],
        ),
        (
            "harbour/news",
            &["-l"],
            ["../wire/wire.jsonl", "ferry.md", "market.md"],
        ),
        (
            "home",
            &["-l", "-C", "../harbour"],
            [
                "../harbour/news/ferry.md",
                "../harbour/news/market.md",
                "../harbour/wire/wire.jsonl",
            ],
        ),
    ] {
        let arguments: Vec<&str> = ["search", "ferry"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let run = world.run(folder, &arguments);
        assert_eq!(sorted(run.data(), '\n'), expected, "{folder}");
        for path in sorted(run.data(), '\n') {
            assert!(world.path(folder).join(path).is_file());
        }
    }
    for arguments in [
        &["search", "ferry", "-0"][..],
        &["search", "ferry", "-l0"],
        &["export", "ferry", "-0"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!(sorted(run.data(), '\0').len(), 3, "{run:?}");
        assert!(!run.stdout.contains('\n'));
    }
}

/// What every hit has cannot narrow them.
#[test]
fn only_facets_that_can_narrow_are_offered() {
    let world = World::empty();
    world.write(
        "wire/all.jsonl",
        "{\"title\":\"One\",\"body\":\"tide\",\"source\":\"Wire\",\"country\":\"Norway\"}\n\
         {\"title\":\"Two\",\"body\":\"tide\",\"source\":\"Wire\",\"country\":\"Iceland\"}\n",
    );
    assert_eq!(world.run("", &["index", "wire", "-q"]).code, 0);
    let footer = |arguments: &[&str]| {
        let stderr = world.run("wire", arguments).stderr;
        stderr
            .split_once("refine by\n")
            .map(|(_, lines)| lines.to_owned())
    };
    assert_eq!(
        footer(&["search", "tide"]).as_deref(),
        Some("  country  -f country=Iceland 1 · -f country=Norway 1\n")
    );
    assert_eq!(
        footer(&["search", "tide", "-f", "source=Wire"]).as_deref(),
        Some(
            "  country  -f country=Iceland 1 · -f country=Norway 1\n  \
             source   ✓ -f source=Wire 2\n"
        )
    );
    assert_eq!(footer(&["search", "tide country:Norway"]), None);
    // Unless somebody asks for them.
    let asked = ["search", "tide country:Norway", "--facets", "country,actor"];
    assert_eq!(
        footer(&asked).as_deref(),
        Some("  country  -f country=Norway 1\n")
    );
}

#[test]
fn saved_searches_are_asked_by_name() {
    let world = World::indexed();
    let config = std::fs::read_to_string(world.path("harbour/pressmark.toml")).unwrap();
    let searches = "\n[searches.crossings]\nquery = 'ferry OR ferries'\n\
                    [searches.norway]\nquery = '@crossings country:Norway'\n\
                    [searches.round]\nquery = '-@round'\n\
                    [searches.broken]\nquery = '(ferry'\n";
    world.write("harbour/pressmark.toml", &(config + searches));
    let count = |query: &str| world.harbour(&["search", "-c", "-q", query]).stdout;
    for (name, same) in [
        ("@crossings", "ferry OR ferries"),
        ("@norway", "(ferry OR ferries) country:Norway"),
        ("-@crossings storm", "-(ferry OR ferries) storm"),
    ] {
        assert_eq!(count(name), count(same), "{name}");
        assert_ne!(count(name), "0\n", "{name}");
    }
    let run = world.harbour(&["explain", "storm OR @norway"]);
    assert!(
        run.stdout
            .contains("storm OR ((ferry OR ferries) AND country:Norway)"),
        "{}",
        run.stdout
    );
    world.write("harbour/questions.txt", "@crossings\n");
    let run = world.harbour(&["search", "--batch", "questions.txt"]);
    let answer: serde_json::Value = serde_json::from_str(run.data()).unwrap();
    assert_eq!(answer["query"], "ferry OR ferries");
    assert_eq!(format!("{}\n", answer["total"]), count("ferry OR ferries"));
    let id = answer["hits"][0]["id"].as_str().unwrap();
    let run = world.harbour(&["show", id, "--query", "@crossings", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(run.data()).unwrap();
    assert!(shown["highlights"].is_object(), "{shown}");
    for (query, message) in [
        (
            "storm @crosings",
            "error: there is no saved search `crosings`\n  | storm @crosings\n  |       ^^^^^^^^^\n  \
             hint: write `storm @crossings`\n",
        ),
        (
            "@round",
            "error: the saved search `round` leads back to itself: `@round` → `@round`\n  \
             | @round\n  | ^^^^^^\n",
        ),
        (
            "@broken storm",
            "error: in the saved search `broken`: this bracket is never closed\n  \
             | @broken storm\n  | ^^^^^^^\n",
        ),
    ] {
        let run = world.harbour(&["search", query]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{query}");
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
    }
}
