//! Values found in texts: marked, counted by origin, and those that were left out.

use serde_json::json;

use crate::world::World;

/// What its readers would look for, in a folder of its own without any configuration.
fn world() -> World {
    let world = World::empty();
    world.write(
        "wire/road.txt",
        "Peru builds a road\n\nPeru builds a road to the coast, and Lima pays for it. The work will \
         take some years, said an engineer. Chile looks on.\n",
    );
    world.write(
        "wire/letter.md",
        "---\ntitle: A letter\ncountry: Elbonia\n---\nA letter from Georgia arrived. The other letter \
         from Georgia was late. Peru reads it, and Peru is glad that Peru was asked.\n",
    );
    let run = world.run("", &["index", "wire"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr
            .contains("\n1 name of countries or actors left out")
    );
    world
}

#[test]
fn values_found_in_texts_are_marked() {
    let world = world();
    let run = world.run("wire", &["search", "road", "--facets", "country"]);
    assert!(run.stdout.contains("country: ~Peru\n"), "{}", run.stdout);
    assert!(
        run.stderr.contains("-f country=Peru 1 (~)\n"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.ends_with("~ found in the text, not declared\n"));
    let run = world.run("wire", &["facets", "--facets", "country"]);
    assert!(run.stdout.contains("  Elbonia  1  "), "{}", run.stdout);
    assert!(run.stdout.contains("  ~Peru    1  "), "{}", run.stdout);
    for chart in [
        &["--timeline", "year", "--split", "country"],
        &["--cross", "country,country"][..],
    ] {
        let run = world.run("wire", &[&["facets"], chart].concat());
        assert!(run.stdout.contains("  Elbonia "), "{}", run.stdout);
        assert!(run.stdout.contains("  ~Peru "), "{}", run.stdout);
        assert!(run.stderr.contains("~ found in the text, not declared\n"));
    }
    let run = world.run("wire", &["show", "road.txt"]);
    assert!(
        run.stdout.contains("about.country      ~Peru\n"),
        "{}",
        run.stdout
    );
    let object = world.run("wire", &["search", "road", "--json"]).json();
    assert_eq!(object["hits"][0]["facets"]["country"], json!(["Peru"]));
    assert_eq!(object["hits"][0]["inferred"], json!({"country": ["Peru"]}));
    let peru = &object["facets"]["country"]["buckets"][0];
    assert_eq!((&peru["count"], &peru["inferred"]), (&json!(1), &json!(1)));
}

#[test]
fn an_option_says_which_origins_count() {
    let world = world();
    for (tags, peru, chile, elbonia) in [
        (&[][..], 1, 0, 1),
        (&["--tags", "declared"], 0, 0, 1),
        (&["--tags", "about"], 2, 0, 0),
        (&["--tags", "mentioned"], 0, 1, 0),
        (&["--tags", "inferred"], 2, 1, 0),
        (&["--tags", "all"], 2, 1, 1),
    ] {
        for (value, expected) in [("Peru", peru), ("Chile", chile), ("Elbonia", elbonia)] {
            let choice = format!("country={value}");
            for command in ["search", "facets", "export"] {
                let form = match command {
                    "export" => &["--format", "ids"][..],
                    _ => &["-c"],
                };
                let run = world.run("wire", &[&[command, "-f", &choice], tags, form].concat());
                let found = match command {
                    "export" => run.stdout.lines().count(),
                    _ => run.stdout.trim().parse().unwrap(),
                };
                assert_eq!(found, expected, "{command} {tags:?} {value}");
            }
            let clause = format!("country:{value}");
            let run = world.run("wire", &[&["search", "-c", &clause], tags].concat());
            assert_eq!(run.stdout, format!("{expected}\n"), "{tags:?} {clause}");
        }
    }
    let run = world.run("wire", &["search", "-f", "country=Chile"]);
    assert!(
        run.stderr.contains("; 1 document mentions it\n"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("write `-f mentioned.country=Chile`"),
        "{}",
        run.stderr
    );
    let check = world.run("wire", &["check", "--counts", "--questions", "40"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
}

#[test]
fn what_was_left_out_is_told() {
    let world = world();
    let run = world.run("wire", &["show", "letter.md"]);
    let line = "ambiguous.country  Georgia (Georgia)\n";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let shown = world.run("wire", &["show", "letter.md", "--json"]).json();
    assert_eq!(
        shown["ambiguous"],
        json!([{"facet": "country", "values": ["Georgia"], "mentions": 2, "field": "body",
            "text": "Georgia", "start": 14, "end": 21}])
    );
    let run = world.run("wire", &["explain", "country:Georgia", "--id", "letter.md"]);
    assert_eq!(run.code, 1);
    let why = "left out  country Georgia: named 2 times, and nothing tells whether Georgia or\n          \
               something else is meant\n          A letter from Georgia arrived.\n";
    assert!(run.stdout.contains(why), "{}", run.stdout);
    // What counts decides whether the document matches, too.
    let explain = ["explain", "country:Peru", "--id", "letter.md"];
    assert_eq!(world.run("wire", &explain).code, 1);
    let all = [&explain[..], &["--tags", "all"]].concat();
    let run = world.run("wire", &all);
    assert_eq!(run.code, 0);
    assert!(
        run.stdout.contains("  yes     country:Peru\n"),
        "{}",
        run.stdout
    );
}
