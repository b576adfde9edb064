//! Refuses what only looks like an option, before the options are read.
//!
//! `-nuclear` would otherwise be `-n` with the value `uclear`. A value may be attached to a
//! short option only as `-n10`, `-fNAME=VALUE` and `-xNAME=VALUE`.

use std::ffi::OsString;

use clap::{Arg, Command};

use crate::failure::Failure;

/// Short options that may be written together: none of these is a word.
const CLUSTERS: [&str; 4] = ["l0", "0l", "vv", "vvv"];

/// Checks every argument that begins with `-`.
///
/// # Errors
/// A usage failure that offers `NOT word`, a near option, or the commands that have this one.
pub(super) fn check(root: &Command, arguments: &[OsString]) -> Result<(), Failure> {
    let mut command = root;
    let mut asks = false;
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        // What is no text is a path, and no option of ours.
        let Some(text) = argument.to_str() else {
            continue;
        };
        if text == "--" {
            break;
        }
        let Some(option) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            if let Some(found) = command.find_subcommand(text).filter(|_| !asks) {
                command = found;
                asks = takes_query(found);
            }
            continue;
        };
        match find(&[command, root], option) {
            Found::Option { wants_value } => {
                if wants_value {
                    arguments.next();
                }
            }
            Found::Nothing => return Err(refuse(root, command, text, asks)),
        }
    }
    Ok(())
}

enum Found {
    Option { wants_value: bool },
    Nothing,
}

fn takes_query(command: &Command) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_id() == "query")
}

/// Looks up what stands behind the first `-`. `commands`: the one whose options they are, and the
/// root, whose global ones belong to all.
fn find(commands: &[&Command; 2], option: &str) -> Found {
    if let Some(long) = option.strip_prefix('-') {
        let (name, attached) = match long.split_once('=') {
            Some((name, _)) => (name, true),
            None => (long, false),
        };
        return match named(commands, |argument| argument.get_long() == Some(name)) {
            Some(argument) => Found::Option {
                wants_value: !attached && takes_value(argument),
            },
            None => Found::Nothing,
        };
    }
    let mut letters = option.chars();
    let Some(letter) = letters.next() else {
        return Found::Nothing;
    };
    let rest = letters.as_str();
    let Some(argument) = named(commands, |argument| argument.get_short() == Some(letter)) else {
        return Found::Nothing;
    };
    let may_be_attached = match letter {
        'n' => !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()),
        'f' | 'x' => rest.split_once('=').is_some_and(|(name, _)| is_facet(name)),
        _ => false,
    };
    match rest {
        "" => Found::Option {
            wants_value: takes_value(argument),
        },
        _ if may_be_attached || CLUSTERS.contains(&option) => Found::Option { wants_value: false },
        _ => Found::Nothing,
    }
}

fn named<'c>(commands: &[&'c Command; 2], is_it: impl Fn(&Arg) -> bool) -> Option<&'c Arg> {
    let [command, root] = commands;
    let global = root
        .get_arguments()
        .filter(|argument| argument.is_global_set());
    command
        .get_arguments()
        .chain(global)
        .find(|argument| is_it(argument))
}

fn takes_value(argument: &Arg) -> bool {
    argument.get_action().takes_values()
}

fn is_facet(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
}

fn refuse(root: &Command, command: &Command, text: &str, asks: bool) -> Failure {
    let word = text.trim_start_matches('-');
    let shown = text.split_once('=').map_or(text, |(name, _)| name);
    let failure = Failure::usage("unknown_option", format!("`{shown}` is not an option"));
    let near = text.strip_prefix("--").and_then(|_| {
        let wanted = shown.trim_start_matches('-');
        let names = command.get_arguments().filter_map(Arg::get_long);
        pressmark::query::suggest(wanted, names)
    });
    let not = format!("to leave out documents with that word, write `NOT {word}`");
    let owners = owners(root, shown);
    match near {
        Some(name) => failure.with_hint(format!("did you mean `--{name}`?")),
        None if asks && !word.is_empty() => failure.with_hint(match owners {
            Some(owners) => format!("it is an option of {owners}; {not}"),
            None => not,
        }),
        None => failure.with_hint(match owners {
            Some(owners) => format!("it is an option of {owners}"),
            None => format!(
                "`{} --help` lists the options",
                command.get_bin_name().unwrap_or("pressmark")
            ),
        }),
    }
}

/// The commands whose help has an option of this name.
fn owners(root: &Command, shown: &str) -> Option<String> {
    fn add(command: &Command, path: &str, name: &str, to: &mut Vec<String>) {
        for below in command.get_subcommands() {
            let path = format!("{path} {}", below.get_name());
            let mut listed = below.get_arguments().filter(|it| !it.is_hide_set());
            if listed.any(|argument| argument.get_long() == Some(name)) {
                to.push(format!("`{path}`"));
            }
            add(below, &path, name, to);
        }
    }
    let mut owners = Vec::new();
    add(root, "pressmark", shown.strip_prefix("--")?, &mut owners);
    (!owners.is_empty()).then(|| owners.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_line(line: &str) -> Result<(), Failure> {
        let mut command = crate::args::command();
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let early = check(&command, &arguments);
        command.build();
        let result = check(&command, &arguments);
        // What is taken before everything is known is taken afterwards as well.
        assert!(early.is_err() || result.is_ok(), "{line}");
        result
    }

    #[test]
    fn options_and_their_attached_values_pass() {
        for line in [
            "pressmark search -n10 oil",
            "pressmark search -n 10 oil -f country=Iran -fcountry=Iran -xmentioned.country==X",
            "pressmark -C dir --color=never search --limit=all oil -l0 -vv",
            "pressmark search --since -0500 oil",
            "pressmark search -f -odd=value",
            "pressmark search -- -nuclear",
            "pressmark search oil - gas",
            "pressmark export -c --json -h",
            "pressmark index -q dir",
        ] {
            assert!(check_line(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn words_behind_a_dash_are_refused() {
        for (line, offered) in [
            ("pressmark search iran -nuclear", "NOT nuclear"),
            ("pressmark search -fossil", "NOT fossil"),
            ("pressmark search -x-ray", "NOT x-ray"),
            ("pressmark search -sanctions", "NOT sanctions"),
            ("pressmark search -cold", "NOT cold"),
            ("pressmark search -lc", "NOT lc"),
            ("pressmark search -nall", "NOT nall"),
            ("pressmark search -Zebra", "NOT Zebra"),
            ("pressmark search --oil", "NOT oil"),
            ("pressmark facets -é", "NOT é"),
            ("pressmark search search -nope", "NOT nope"),
        ] {
            let failure = check_line(line).unwrap_err();
            assert!(
                failure.hint().unwrap().contains(offered),
                "{line}: {failure:?}"
            );
        }
        let near = check_line("pressmark search --limt 3").unwrap_err();
        assert_eq!(near.hint(), Some("did you mean `--limit`?"));
        assert!(check_line("pressmark index -nuclear").is_err());
        for (line, owners) in [
            (
                "pressmark facets --no-index",
                "it is an option of `pressmark search`; to leave out documents with that word, write \
                 `NOT no-index`",
            ),
            (
                "pressmark vocabulary check --in x",
                "it is an option of `pressmark vocabulary show`",
            ),
            (
                "pressmark status --cursor x",
                "it is an option of `pressmark search`, `pressmark export`",
            ),
        ] {
            let failure = check_line(line).unwrap_err();
            assert_eq!(failure.hint(), Some(owners), "{line}");
        }
    }
}
