//! Topics from outside: learned from what documents declare, shown with the words that speak for
//! them, found damaged, learned again.

use crate::world::World;

const WORDS: [&str; 11] = [
    "Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel", "Ivy", "Juniper",
    "Kelp",
];

/// A corpus of harbours and fields, in which the last of both declare nothing.
fn taught() -> World {
    let world = World::empty();
    for (number, word) in WORDS.iter().enumerate() {
        let declared = |topic: &str| match number {
            10 => String::new(),
            _ => format!("topic: {topic}\n"),
        };
        let (sea, land) = (declared("Harbour affairs"), declared("Country/Farming"));
        world.write(
            &format!("news/sea-{number:02}.md"),
            &format!(
                "---\ntitle: {word}\nlanguage: en\n{sea}---\nThe pilot came aboard. The tanker {word} \
                 took her berth at the quay with the tide."
            ),
        );
        world.write(
            &format!("news/land-{number:02}.md"),
            &format!(
                "---\ntitle: {word}\nlanguage: en\n{land}---\nAt {word} the wheat was cut. Barley \
                 stands in the field, and the farmer waits."
            ),
        );
    }
    world
}

#[test]
fn topics_are_learned_shown_and_explained() {
    let world = taught();
    assert_eq!(world.run("", &["index", "news", "-q"]).code, 0);
    let status = world.run("news", &["status", "--json"]).json();
    assert_eq!(status["topics"]["learned"], 2);
    assert_eq!(status["topics"]["documents"], 20);
    let status = world.run("news", &["status"]);
    assert!(
        status.stdout.contains("2 topics learned from 20 documents"),
        "{status:?}"
    );

    let found = world.run("news", &["search", "-f", "topic=harbour affairs", "-c"]);
    assert_eq!(found.data(), "11\n");
    let found = world
        .run("news", &["facets", "--facets", "topic", "--json"])
        .json();
    let buckets = &found["facets"]["topic"]["buckets"];
    assert_eq!(buckets[0]["count"], 11, "{found}");
    assert_eq!(buckets[1]["count"], 11, "{found}");

    let shown = world.run("news", &["show", "sea-10.md"]);
    assert!(
        shown.stdout.contains("about.topic  ~Harbour affairs"),
        "{shown:?}"
    );
    let shown = world.run("news", &["show", "sea-10.md", "--json"]).json();
    let mut tags = shown["tags"].as_array().unwrap().iter();
    let tag = tags.find(|tag| tag["facet"] == "topic").unwrap();
    assert_eq!(
        (&tag["value"], &tag["rule"]),
        (&"Harbour affairs".into(), &"model".into())
    );
    for surface in tag["surfaces"].as_array().unwrap() {
        let text = shown["text"].as_str().unwrap();
        let [start, end] = ["start", "end"].map(|at| surface[at].as_u64().unwrap() as usize);
        assert_eq!(surface["text"], text[start..end]);
    }

    let clause = "topic:\"harbour affairs\"";
    let explained = world.run("news", &["explain", "--id", "sea-10.md", clause]);
    assert!(
        explained.data().contains("The pilot came aboard."),
        "{explained:?}"
    );
    let below = world.run("news", &["explain", "--id", "land-10.md", "topic:country"]);
    assert!(below.data().contains("wheat"), "{below:?}");
}

#[test]
fn a_damaged_model_stops_no_search_and_is_learned_again() {
    let world = taught();
    assert_eq!(world.run("", &["index", "news", "-q"]).code, 0);
    let model = std::fs::read_dir(world.path("news/.pressmark/models")).unwrap();
    let model = model.map(|file| file.unwrap().path()).next().unwrap();
    std::fs::write(&model, "none").unwrap();
    let found = world.run("news", &["search", "-f", "topic=harbour affairs", "-c"]);
    assert_eq!(found.data(), "11\n");

    let run = world.run("", &["index", "news"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("index --retag"), "{run:?}");
    let check = world.run("news", &["check", "--json"]);
    assert_eq!(check.code, 1);
    assert_eq!(check.json()["damage"][0]["part"], "model");

    let repaired = world.run("news", &["repair", "--yes"]);
    assert_eq!(repaired.code, 0, "{repaired:?}");
    assert_eq!(world.run("news", &["check"]).code, 0);
    assert_eq!(world.run("", &["index", "news", "-q"]).code, 0);
}
