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
         country,Côte d'Ivoire,1\n"
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
        json!({"value": "trade", "count": 2, "combined": 2, "selected": false, "children": 2})
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
