//! `pressmark facets`: counts for people and for programs.

use serde_json::json;
use snapbox::{assert_data_eq, file};

use crate::world::World;

#[test]
fn counts_are_shown_with_bars() {
    let world = World::indexed();
    let table = |width| {
        world
            .wide(width, &["facets", "-f", "country=Norway"])
            .shown()
    };
    assert_data_eq!(table(60), file!["snapshots/facets-60.txt"]);
    assert_data_eq!(table(120), file!["snapshots/facets-120.txt"]);
}

#[test]
fn counts_are_exact_in_every_form() {
    let world = World::indexed();
    let run = world.harbour(&["facets", "--facets", "country", "--format", "csv"]);
    assert_eq!(
        run.data(),
        "facet,value,count\ncountry,Norway,3\ncountry,Denmark,2\ncountry,Iceland,2\n\
         country,Ivory Coast,1\n"
    );
    let run = world.harbour(&[
        "facets", "--facets", "country", "--top", "1", "--format", "jsonl",
    ]);
    assert_eq!(
        run.data(),
        "{\"facet\":\"country\",\"value\":\"Norway\",\"count\":3,\"combined\":3,\"selected\":false}\n"
    );
    let object = world
        .harbour(&["facets", "ferry", "--json", "--facets", "topic"])
        .json();
    assert_eq!(object["format_version"], 1);
    assert_eq!(object["query"], "ferry");
    assert_eq!(object["total"], 4);
    assert_eq!(
        object["facets"]["topic"]["buckets"][0],
        json!({"value": "economy, business and finance", "count": 2, "combined": 2,
            "selected": false, "children": 1})
    );
    assert_eq!(world.harbour(&["facets", "ferry", "-c"]).data(), "4\n");
    assert_eq!(world.harbour(&["facets", "zeppelin", "-q"]).code, 1);
}

/// Scripts hand the three commands about documents the same options.
#[test]
fn options_about_the_list_of_hits_change_nothing() {
    let world = World::indexed();
    let plain = world.harbour(&["facets", "ferry"]);
    let run = world.harbour(&["facets", "ferry", "-n", "5", "-s", "newest"]);
    assert_eq!((run.code, &run.stdout), (0, &plain.stdout));
    assert_eq!(
        run.stderr,
        "notice: `--limit` changes nothing here: `facets` lists no hits\n  \
         hint: `--top N` is the number of values\n\
         notice: `--sort` changes nothing here: `facets` lists no hits\n\n4 hits\n"
    );
    let object = world.harbour(&["facets", "--json", "-n5"]).json();
    assert_eq!(object["diagnostics"][0]["code"], "option_idle");
    assert_eq!(world.harbour(&["facets", "-n", "many"]).code, 2);
}

#[test]
fn values_are_found_ordered_and_paged() {
    let world = World::indexed();
    // Found by any of its names, shown under one.
    let run = world.harbour(&["facets", "--facets", "country", "--find", "ivoi"]);
    assert_eq!(
        run.stdout,
        "country  1 value · -f country=VALUE · --missing country 1\n\
         \u{20} Ivory Coast  1  ████████████████████████████████████████\n"
    );
    let run = world.harbour(&["facets", "--facets", "topic", "--find", "labor", "--json"]);
    let found = &run.json()["facets"]["topic"];
    assert_eq!(found["buckets"][0]["value"], "trade/labour");
    assert_eq!(found["distinct"], 1);
    let run = world.harbour(&[
        "facets", "ferry", "--facets", "country", "--find", "ivoire", "-q",
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "country  0 values\n"));
    let run = world.harbour(&["facets", "ferry", "--facets", "country", "--find", "ivoire"]);
    assert!(
        run.stderr.starts_with(
            "notice: no value among these hits fits `ivoire`\n  hint: one of other documents does: \
             leave out the query and the filters\n"
        ),
        "{}",
        run.stderr
    );
    let page = |from: &str| {
        let run = world.harbour(&[
            "facets", "--facets", "country", "--by", "name", "--top", "2", "--from", from,
            "--format", "csv",
        ]);
        run.data().to_owned()
    };
    assert_eq!(
        page("1"),
        "facet,value,count\ncountry,Denmark,2\ncountry,Iceland,2\n"
    );
    assert_eq!(
        page("3"),
        "facet,value,count\ncountry,Ivory Coast,1\ncountry,Norway,3\n"
    );
    let run = world.harbour(&[
        "facets", "storm", "--facets", "country", "--by", "lift", "--format", "csv",
    ]);
    assert_eq!(
        run.data(),
        "facet,value,count,corpus,lift\ncountry,Denmark,1,2,3.5\n"
    );
    for wrong in [&["--find", "-"][..], &["--from", "0"], &["--by", "size"]] {
        let run = world.harbour(&[&["facets"], wrong].concat());
        assert_eq!(run.code, 2, "{wrong:?}");
    }
}

#[test]
fn a_timeline_has_every_gap_and_every_date() {
    let world = World::indexed();
    let shown = |width, more: &[&str]| {
        let asked = ["facets", "--timeline", "month"];
        world.wide(width, &[&asked, more].concat()).shown()
    };
    assert_data_eq!(shown(80, &[]), file!["snapshots/timeline.txt"]);
    assert_data_eq!(
        shown(50, &["--split", "country", "--ascii"]),
        file!["snapshots/timeline-split.txt"]
    );
    let run = world.harbour(&[
        "facets",
        "harbour",
        "--timeline",
        "year",
        "--share",
        "--format",
        "csv",
    ]);
    assert_data_eq!(run.data(), file!["snapshots/timeline.csv"]);
    let answer = world
        .harbour(&["facets", "--timeline", "day", "--json"])
        .json();
    let mut sum = 0;
    for list in ["bars", "unknown"] {
        for bar in answer[list].as_array().unwrap() {
            sum += bar["count"].as_u64().unwrap();
            if bar["count"] != 0 {
                let clause = bar["query"].as_str().unwrap();
                let run = world.harbour(&["search", "-c", clause]);
                assert_eq!(run.stdout, format!("{}\n", bar["count"]), "{clause}");
            }
        }
    }
    sum += answer["undated"]["count"].as_u64().unwrap();
    assert_eq!(answer["total"], sum);
    let run = world.harbour(&["facets", "--timeline", "year", "--top", "3", "--json"]);
    assert_eq!(run.json()["diagnostics"][0]["code"], "option_idle");
    for wrong in [
        &["--timeline", "decade"][..],
        &["--split", "country"],
        &["--timeline", "year", "--cross", "country,topic"],
    ] {
        let run = world.harbour(&[&["facets"], wrong].concat());
        assert_eq!(run.code, 2, "{wrong:?}");
    }
}

#[test]
fn crossings_and_ranges_are_drawn() {
    let world = World::indexed();
    let run = world.harbour(&["facets", "--cross", "country,topic"]);
    assert_data_eq!(run.shown(), file!["snapshots/crossing.txt"]);
    let run = world.wide(40, &["facets", "--cross", "country,topic", "--ascii"]);
    assert!(
        run.stdout.lines().all(|line| line.chars().count() <= 40),
        "{run:?}"
    );
    assert!(
        run.stdout.contains("1 more column: --format csv"),
        "{run:?}"
    );
    let run = world.harbour(&["facets", "--cross", "country,topic", "--format", "csv"]);
    assert!(
        run.data()
            .starts_with("country,\"economy, business and finance\",trade,weather\nNorway,2,2,0\n"),
        "{run:?}"
    );
    let run = world.harbour(&["facets", "--ranges", "words:..40,>40"]);
    assert_eq!(
        run.stdout,
        "words\n  words:<=40     0\n  words:>40      1  ██████▋\n  missing:words  6  \
         ████████████████████████████████████████\n"
    );
    let run = world.harbour(&[
        "facets",
        "--ranges",
        "date:..1987,1988..",
        "--format",
        "csv",
    ]);
    assert_eq!(
        run.data(),
        "name,range,count\ndate,..1987,3\ndate,1988..,3\ndate,outside,0\ndate,missing,1\n"
    );
    let run = world.harbour(&["facets", "--ranges", "words:>40", "--format", "jsonl"]);
    assert_eq!(
        run.data(),
        "{\"kind\":\"range\",\"range\":\">40\",\"count\":1,\"query\":\"words:>40\"}\n\
         {\"kind\":\"outside\",\"count\":0}\n{\"kind\":\"missing\",\"count\":6}\n"
    );
    let run = world.harbour(&["facets", "--ranges", "country:1..2"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("there are ranges of words, date, added"),
        "{run:?}"
    );
}

#[test]
fn a_tree_has_its_way_up_and_no_hits_their_reason() {
    let world = World::indexed();
    let run = world.harbour(&[
        "facets",
        "--facets",
        "topic",
        "-f",
        "topic=trade/fish",
        "-f",
        "topic=weather",
    ]);
    assert!(
        run.stdout
            .contains("\n  up: -f topic=trade · without -f topic=weather\n"),
        "{run:?}"
    );
    for arguments in [
        &["facets", "fery"][..],
        &["facets", "fery", "-c"],
        &["facets", "fery", "--timeline", "year"],
        &["facets", "fery", "--cross", "country,topic"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!(run.code, 1, "{arguments:?}");
        let offer = "try\n  pressmark search ferry · 4 hits · `ferry` for `fery`\n";
        assert!(run.stderr.ends_with(offer), "{arguments:?}: {run:?}");
    }
    let answer = world.harbour(&["facets", "zeppelin", "--json"]).json();
    assert_eq!(answer["why_not"]["conflict"], json!([0]));
}

#[test]
fn counts_are_proven_on_the_corpus_itself() {
    let world = World::indexed();
    let run = world.harbour(&["check", "--counts", "--questions", "5"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(
        run.stderr.contains("each is that of the hits it leads to"),
        "{run:?}"
    );
    let prove = |seed| {
        let arguments = [
            "check",
            "--counts",
            "--questions",
            "3",
            "--seed",
            seed,
            "--json",
        ];
        let run = world.harbour(&arguments);
        assert_eq!(run.code, 0);
        run.json()["counts"].clone()
    };
    let proof = prove("7");
    assert_eq!(proof["differences"], json!([]));
    assert_eq!(proof["questions"], 3);
    assert_eq!(prove("7"), proof);
    assert_eq!(world.harbour(&["check", "--seed", "7"]).code, 2);
}

#[test]
fn nothing_is_wider_than_the_window() {
    let world = World::indexed();
    for width in [20, 31, 47, 120] {
        for look in [
            &["--timeline", "month"][..],
            &["--timeline", "day", "--share", "--ascii"],
            &["--timeline", "week", "--split", "topic"],
            &["--cross", "country,source"],
            &["--ranges", "words"],
            &["--by", "lift", "ferry"],
            &["--find", "tra", "-f", "topic=trade/fish"],
        ] {
            let run = world.wide(width, &[&["facets"], look].concat());
            assert_eq!(run.code, 0, "{run:?}");
            for line in run.stdout.lines().chain(run.stderr.lines()) {
                assert!(line.chars().count() <= width, "{width} {look:?}: {line}");
            }
        }
    }
}
