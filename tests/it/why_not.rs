//! Searches without hits: what left none, and commands that have some.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::world::World;

#[test]
fn a_search_without_hits_says_why_and_what_would_have_some() {
    let world = World::indexed();
    let run = world.harbour(&["search", "pilots date:1987", "-f", "country=Norway"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_data_eq!(
        run.stderr,
        str![[r#"
no hits · [TIME]

no document satisfies both pilots and date:1987
  pilots · 1 document
  date:1987 · 2 documents · with those before: 0 documents
  -f country=Norway · 3 documents · with those before: 0 documents

try
  pressmark search -f country=Norway 'pilots AND date:1987..1988' · 1 hit ·
    `date:1987..1988` for `date:1987`
  pressmark search -f country=Norway date:1987 · 2 hits · without `pilots`
  pressmark search -f country=Norway pilots · 1 hit · without `date:1987`

"#]]
    );
    let quiet = world.harbour(&["search", "pilots date:1987", "-q"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""));
}

#[test]
fn lists_and_totals_say_it_too() {
    let world = World::indexed();
    for arguments in [
        &["search", "fery", "-c"][..],
        &["search", "fery", "-l"],
        &["search", "fery", "--format", "ids"],
        &["export", "fery"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!(run.code, 1, "{arguments:?}");
        let offer = "try\n  pressmark search ferry · 4 hits · `ferry` for `fery`\n";
        assert!(run.stderr.ends_with(offer), "{arguments:?}: {run:?}");
        let remark = "notice: `fery` occurs in no document; `ferry` gives 4 hits\n";
        assert!(run.stderr.starts_with(remark), "{arguments:?}: {run:?}");
    }
}

#[test]
fn every_offer_in_json_has_the_hits_it_promises() {
    let world = World::indexed();
    for arguments in [
        &["search", "ferries museum lorries"][..],
        &[
            "search",
            "pilots",
            "--since",
            "1989",
            "-x",
            "country=Denmark",
        ],
        &["search", "\"ferry market\"", "-f", "country=Iceland"],
        &["search", "words:>=99"],
        &[
            "search",
            "harbour",
            "--all-of",
            "country=Denmark",
            "--all-of",
            "country=Iceland",
        ],
        &["search", "topic:trade/fisch harbour", "--until", "1988"],
        &[
            "search",
            "-f",
            "country=Cote d'Ivoire",
            "-f",
            "country=Norge",
            "storm",
        ],
    ] {
        let answer = world.harbour(&[arguments, &["--json"]].concat()).json();
        assert_eq!(answer["total"], 0, "{arguments:?}");
        assert!(answer["why_not"]["conflict"].is_array(), "{arguments:?}");
        let offers = answer["relaxations"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert!(!offers.is_empty(), "{arguments:?}: {answer}");
        for offer in offers {
            let options = offer["options"].as_array().unwrap();
            let mut asked: Vec<&str> = vec!["search", "-c"];
            asked.extend(options.iter().map(|option| option.as_str().unwrap()));
            asked.push(offer["query"].as_str().unwrap());
            let run = world.harbour(&asked);
            assert_eq!(run.stdout, format!("{}\n", offer["count"]), "{asked:?}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_in_the_json() {
    let world = World::indexed();
    let found = world.harbour(&["search", "ferry", "--json"]).json();
    assert!(found.get("why_not").is_none() && found.get("relaxations").is_none());
    let none = world.harbour(&["search", "zeppelin", "--json"]).json();
    let clauses = json!([{"clause": "zeppelin", "count": 0, "together": 0}]);
    assert_eq!(
        none["why_not"],
        json!({"clauses": clauses, "conflict": [0]})
    );
    assert_eq!(none.get("relaxations"), None::<&Value>);
}

#[test]
fn near_values_come_with_what_to_paste() {
    let world = World::indexed();
    let run = world.harbour(&["search", "ferry country:Norwy", "--facets", "none"]);
    assert!(
        run.stderr.starts_with(
            "warning: no document has `Norwy` as its `country`; near it: `Norway` (3\n  \
             documents)\n  | ferry country:Norwy\n  |               ^^^^^\n  \
             hint: write `ferry country:Norway`\n"
        ),
        "{}",
        run.stderr
    );
    let run = world.harbour(&["search", "ferry", "-x", "country=ivory coats"]);
    assert!(
        run.stderr
            .contains("hint: write `-x 'country=Ivory Coast'`\n"),
        "{}",
        run.stderr
    );
}
