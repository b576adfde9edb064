//! What a document holds never steers the terminal.

use crate::world::World;

/// A record with something hostile in every place that is shown.
fn corpus() -> World {
    let world = World::empty();
    let record = serde_json::json!({
        "id": "evil\u{202e}id",
        "title": "\u{1b}]0;title\u{7}Ferry \u{9b}31m\u{202e}gnp.exe",
        "date": "1987",
        "country": "Nor\u{2067}way",
        "desk\u{1b}[2J": "x\u{1b}[2Jy",
        "url": "https://example.org/\u{200b}a",
        "body": "The \u{1b}[31mferry\u{1b}[0m\rleft\u{8}\u{7f} \u{202d}the harbour\u{feff}.\u{9d}0;x\u{9c}",
    });
    world.write("evil/a\u{200f}b.jsonl", &format!("{record}\n"));
    world.write("evil/bad\u{202e}name.jsonl", "{broken\u{1b}[2J\n");
    let run = world.run("", &["index", "evil"]);
    assert_eq!(run.code, 3, "{run:?}");
    check(&run.stderr);
    world
}

#[track_caller]
fn check(text: &str) {
    let is_hostile = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
            || ('\u{202A}'..='\u{202E}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let found: Vec<char> = text.chars().filter(|&c| is_hostile(c)).collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
}

#[test]
fn nothing_hostile_reaches_a_terminal() {
    let world = corpus();
    for arguments in [
        &["search", "ferry"][..],
        &[
            "search",
            "ferry",
            "--fields",
            "title,text,meta,tags,score,id,url,facets",
        ],
        &["search", "fer\u{1b}[2Jry) \u{202e}"],
        &["search", "-f", "country=\u{1b}[2J"],
        &["search", "-f", "\u{202e}country=x"],
        &["search", "--\u{1b}[2J"],
        &[
            "search",
            "--json",
            "--fields",
            "id,title,text,meta,tags,snippets,facets,url,path",
        ],
        &["export"],
        &["export", "--format", "csl"],
        &["search", "--json", "fer\u{9b}ry)"],
        &["facets"],
        &["facets", "--format", "jsonl"],
        &["show", "1"],
        &["show", "evil\u{202e}id"],
        &["show", "evil\u{202e}id", "--json"],
        &["show", "\u{1b}[2J"],
        &["explain", "ferry\u{1b}[2J", "--id", "evil\u{202e}id"],
        &["status"],
        &["status", "--keys"],
        &["status", "--keys", "--json"],
        &["status", "--failed"],
        &["status", "--failed", "--json"],
        &["nonsense\u{1b}[2J"],
    ] {
        let run = world.run("evil", arguments);
        check(&run.stdout);
        check(&run.stderr);
    }
}

/// Lists for programs are exact in a pipe, and clean on a terminal.
#[cfg(target_os = "linux")]
#[test]
fn lists_are_exact_in_a_pipe() {
    let world = corpus();
    let ids = world.run("evil", &["export", "--format", "ids"]);
    assert_eq!(ids.data(), "evil\u{202e}id\n");
    let files = world.run("evil", &["search", "-l"]);
    assert!(
        world
            .path("evil")
            .join(files.data().trim_end_matches('\n'))
            .is_file()
    );
}
