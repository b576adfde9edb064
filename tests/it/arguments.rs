//! Arguments that do not make sense, and what is said about them.

use snapbox::{assert_data_eq, str};

use crate::world::World;

#[track_caller]
fn refused(arguments: &[&str], expected: snapbox::data::Inline) {
    let world = World::new();
    let run = world.run("harbour", arguments);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    assert_data_eq!(run.stderr, expected);
}

#[test]
fn words_behind_a_dash_are_no_options() {
    refused(
        &["search", "harbour", "-ferry"],
        str![[r#"
error: `-ferry` is not an option
  hint: to leave out documents with that word, write `NOT ferry`

"#]],
    );
    refused(
        &["search", "-nuclear"],
        str![[r#"
error: `-nuclear` is not an option
  hint: to leave out documents with that word, write `NOT nuclear`

"#]],
    );
    refused(
        &["search", "--limt", "3"],
        str![[r#"
error: `--limt` is not an option
  hint: did you mean `--limit`?

"#]],
    );
    refused(
        &["index", "--frobnicate"],
        str![[r#"
error: `--frobnicate` is not an option
  hint: `pressmark index --help` lists the options

"#]],
    );
}

#[test]
fn wrong_values_are_named() {
    refused(
        &["search", "-n", "many"],
        str![[r#"
error: `many` is not a value of `--limit`
  hint: expected a number or `all`

"#]],
    );
    refused(
        &["search", "-s", "best"],
        str![[r#"
error: `best` is not a value of `--sort`
  hint: expected one of: relevance, newest, oldest, title

"#]],
    );
    refused(
        &["facets", "--sort", "lift"],
        str![[r#"
error: `lift` is not a value of `--sort`
  hint: values are put in order by another option: `--by lift`

"#]],
    );
    refused(
        &["facets", "--sort", "best"],
        str![[r#"
error: `best` is not a value of `--sort`
  hint: expected one of: relevance, newest, oldest, title; values are put in
        order by `--by`

"#]],
    );
    refused(
        &["search", "-f", "country"],
        str![[r#"
error: `-f country` names no value
  hint: write `-f country=VALUE`, or `--has country` for any value

"#]],
    );
    refused(
        &["search", "-f", "country="],
        str![[r#"
error: `-f country=` names no value
  hint: write `--missing country` for documents without one

"#]],
    );
    refused(
        &["search", "--since", "yesteryear"],
        str![[r#"
error: `--since yesteryear`: `yesteryear` is not a date
  hint: write `2024`, `2024-03`, `2024-03-18`, `2024-Q1`, `today` or `2w`

"#]],
    );
    refused(
        &["search", "--since", "1988", "--until", "1987"],
        str![[r#"
error: `--since` is later than `--until`
  hint: exchange the two

"#]],
    );
    refused(
        &["search", "--has", "country", "--missing", "country"],
        str![[r#"
error: `--has country` and `--missing country` exclude each other
  hint: give one of them

"#]],
    );
    refused(
        &["search", "--cursor", "abc"],
        str![[r#"
error: the cursor is damaged or was not made by pressmark
  hint: copy the whole `cursor` of the page before, or start without one

"#]],
    );
    refused(
        &["search", "--fields", "id,colour"],
        str![[r#"
error: `colour` is not a value of `--fields`
  hint: expected one of: id, score, title, date, url, path, facets, snippets,
        text, meta, tags, hash

"#]],
    );
}

#[test]
fn what_does_not_go_together_is_said() {
    refused(
        &["search", "-c", "-l"],
        str![[r#"
error: `--count` and `--files` cannot be used together
  hint: give one of them

"#]],
    );
    refused(
        &["search", "--format", "csv", "-c"],
        str![[r#"
error: `--count` does not go with the format csv
  hint: leave one of them out

"#]],
    );
    refused(
        &["search", "--format", "ids", "--fields", "title"],
        str![[r#"
error: `--fields` does not go with the format ids
  hint: leave one of them out

"#]],
    );
    refused(
        &["export", "--facets", "all"],
        str![[r#"
error: this list has no place for facet counts
  hint: use `pressmark facets`, or `--format json`

"#]],
    );
    refused(
        &["facets", "--format", "ids"],
        str![[r#"
error: facet counts have no form for the format ids
  hint: use human, json, jsonl or csv

"#]],
    );
}

#[test]
fn commands_are_told_apart() {
    refused(
        &[],
        str![[r#"
error: no command was given
  hint: `pressmark --help` lists the commands

"#]],
    );
    refused(
        &["vocabulary"],
        str![[r#"
error: no command was given
  hint: `pressmark vocabulary --help` lists the commands

"#]],
    );
    refused(
        &["serach"],
        str![[r#"
error: there is no command `serach`
  hint: did you mean `search`?

"#]],
    );
    refused(
        &["ferries"],
        str![[r#"
error: there is no command `ferries`
  hint: to look for it, write `pressmark search ferries`

"#]],
    );
    refused(
        &["show"],
        str![[r#"
error: `<ID|N>` is missing
  hint: `--help` behind the command shows how it is used

"#]],
    );
}

#[test]
fn errors_are_json_where_json_was_asked_for() {
    let world = World::new();
    for arguments in [
        &["search", "--json", "-ferry"][..],
        &["search", "--format", "jsonl", "-n", "many"],
        &["facets", "--json", "--no-config", "--index", "nowhere"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (2, ""), "{run:?}");
        let object = run.json();
        assert_eq!(object["format_version"], 1);
        assert!(object["error"]["code"].is_string() && object["error"]["message"].is_string());
        assert!(object["error"]["hint"].is_string(), "{object}");
    }
}

#[test]
fn a_folder_without_an_index_is_told_what_to_do() {
    let world = World::empty();
    let run = world.run("home", &["search", "ferry"]);
    assert_data_eq!(
        run.shown(),
        str![[r#"
--- stderr
error: there is no corpus here or in a folder above
  hint: run `pressmark index DIR`, then search with `-C DIR`
--- exit 2

"#]]
    );
    let run = world.run("", &["search", "-C", "home", "ferry"]);
    assert_data_eq!(
        run.shown(),
        str![[r#"
--- stderr
error: `home` has not been indexed
  hint: run `pressmark index home`
--- exit 2

"#]]
    );
    let world = World::new();
    assert_data_eq!(
        world.harbour(&["facets"]).shown(),
        str![[r#"
--- stderr
error: this corpus has not been indexed
  hint: run `pressmark index`
--- exit 2

"#]]
    );
    assert_data_eq!(
        world.harbour(&["search", "--no-index", "ferry"]).shown(),
        str![[r#"
--- stderr
error: this corpus has not been indexed
  hint: run `pressmark index`
--- exit 2

"#]]
    );
}

#[test]
fn the_environment_stands_in_for_options() {
    let world = World::indexed();
    let mut command = world.command("home");
    command
        .env("PRESSMARK_CORPUS", world.path("harbour"))
        .args(["search", "-c", "ferry"]);
    let output = command.output().unwrap();
    assert_eq!(output.stdout, b"4\n");
    let mut command = world.command("home");
    command
        .env("PRESSMARK_CORPUS", "nowhere")
        .args(["search", "-c", "ferry", "-C", "../harbour"]);
    assert_eq!(command.output().unwrap().stdout, b"4\n");
}

#[test]
fn colour_is_used_where_it_is_wanted() {
    let world = World::indexed();
    let has_escapes = |text: &str| text.contains('\u{1b}');
    let run = world.harbour(&["search", "ferry", "--color", "always"]);
    assert!(has_escapes(&run.stdout) && has_escapes(&run.stderr));
    assert!(
        run.stdout.contains("\u{1b}[1m\u{1b}[31mferry"),
        "{}",
        run.stdout
    );
    assert!(!has_escapes(&world.harbour(&["search", "ferry"]).stdout));
    let forced = |no_color: &str| {
        let mut command = world.command("harbour");
        command
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", no_color)
            .args(["search", "ferry"]);
        has_escapes(&String::from_utf8(command.output().unwrap().stdout).unwrap())
    };
    assert!(forced("") && !forced("1"));
}
