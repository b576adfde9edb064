//! Vocabulary files, good and bad.

use super::{Draft, UserFile, parse};
use crate::vocabulary::compiled::{Meaning, Vocabulary};
use crate::vocabulary::entry::{Day, Kind, Role};

const WORLD: &str = r#"
[country.add."Asia"]
kind = "region"
[country.add."Western Asia"]
kind = "region"
parents = "Asia"
codes = ["145"]
[country.add."Iran"]
parents = "Western Asia"
codes = ["IR", "IRN"]
aliases = ["Islamic Republic of Iran", "Persia"]
demonyms = ["Iranian"]
capitals = ["Tehran"]
names.fa = "ایران"
[country.add."Iraq"]
parents = "Western Asia"
codes = ["IQ", "IRQ"]
[country.add."Chad"]
codes = "TD"
case = "Chad"
context = "Chad"
[country.add."Yugoslavia"]
kind = "former state"
from = 1918-12-01
until = 1992
aliases = ["FRY", "Jugoslavia"]
"#;

fn world() -> Vocabulary {
    let file = file("world.toml", WORLD);
    let (edits, problems) = parse(&file);
    assert_eq!(problems, []);
    let mut draft = Draft::empty(Kind::Country);
    assert_eq!(draft.apply(&edits), []);
    Vocabulary::compile(&draft.entries()).expect("what is written here compiles")
}

fn file(path: &str, text: &str) -> UserFile {
    UserFile {
        path: path.into(),
        text: text.to_owned(),
    }
}

/// The world with what a file says done to it, and what is wrong with the file.
fn edited(text: &str) -> (Vocabulary, Vec<String>) {
    let (edits, mut problems) = parse(&file("own.toml", text));
    let mut draft = Draft::of(&world(), Kind::Country);
    problems.extend(draft.apply(&edits));
    let told = problems.into_iter().map(|problem| {
        let hint = problem.hint.clone().unwrap_or_default();
        format!("{} [{hint}]", crate::Error::from(problem))
    });
    (
        Vocabulary::compile(&draft.entries()).expect("what is written here compiles"),
        told.collect(),
    )
}

/// The names that a written value leads to.
fn found(vocabulary: &Vocabulary, value: &str) -> Vec<String> {
    let ids = match vocabulary.look_up(value) {
        Meaning::Unknown => Vec::new(),
        Meaning::One(id) => vec![id],
        Meaning::Several(ids) => ids,
    };
    ids.into_iter()
        .map(|id| vocabulary.entry(id).name().to_owned())
        .collect()
}

#[test]
fn everything_that_can_be_said_of_an_entry_is_kept() {
    let world = world();
    let Meaning::One(iran) = world.look_up("Iran") else {
        panic!("Iran is unknown");
    };
    let iran = world.entry(iran);
    let path: Vec<_> = iran
        .path()
        .iter()
        .map(|&id| world.entry(id).name())
        .collect();
    assert_eq!(path, ["Asia", "Western Asia", "Iran"]);
    let roles: Vec<_> = iran.names().map(|name| (name.text, name.role)).collect();
    for (name, role) in [
        ("Iran", Role::Name),
        ("IRN", Role::Code),
        ("Iranian", Role::Demonym),
        ("Tehran", Role::Capital),
        ("ایران", Role::Name),
    ] {
        assert!(roles.contains(&(name, role)), "{name} in {roles:?}");
    }
    let persian = iran
        .names()
        .find(|name| name.language().as_deref() == Some("fa"));
    assert_eq!(persian.map(|name| name.text), Some("ایران"));
    let Meaning::One(chad) = world.look_up("chad") else {
        panic!("Chad is unknown");
    };
    let name = world.entry(chad).names().next().unwrap();
    assert!(name.case && name.context);
    let Meaning::One(past) = world.look_up("Yugoslavia") else {
        panic!("Yugoslavia is unknown");
    };
    let past = world.entry(past);
    assert_eq!(past.kind(), Kind::FormerState);
    assert_eq!(past.from(), Some(Day::new(1918, 12, 1)));
    assert_eq!(past.until(), Some(Day::last_of(1992)));
    for name in [
        "IR",
        "irn",
        "islamic republic of IRAN",
        "ایران",
        "iranian",
        "The Iran",
    ] {
        assert_eq!(found(&world, name), ["Iran"], "{name}");
    }
    assert_eq!(found(&world, "Tehran"), [""; 0], "a capital is no name");
}

#[test]
fn what_can_be_done_to_entries() {
    for (text, value, expected) in [
        // Added: with names that others had.
        (
            "[country.add.\"Kurdistan\"]\nparents = \"Asia\"\naliases = [\"KRG\"]",
            "krg",
            &["Kurdistan"][..],
        ),
        ("[country.add.\"Persia\"]", "Persia", &["Persia"]),
        ("[country.add.\"Persia\"]", "IRN", &["Iran"]),
        // Changed.
        (
            "[country.change.\"IRN\"]\naliases = [\"Arya\"]",
            "arya",
            &["Iran"],
        ),
        (
            "[country.change.\"Iraq\"]\naliases = [\"Persia\"]",
            "Persia",
            &["Iraq"],
        ),
        (
            "[country.change.\"Iraq\"]\naliases = \"Persia\"\ncontext = \"Persia\"",
            "Persia",
            &["Iran", "Iraq"],
        ),
        (
            "[country.change.\"Iran\"]\ndrop = [\"Persia\"]",
            "Persia",
            &[],
        ),
        // Renamed: the old name remains.
        (
            "[country.rename]\n\"Iran\" = \"Persia\"",
            "Iran",
            &["Persia"],
        ),
        ("[country.rename]\n\"IR\" = \"IRAN\"", "Iran", &["IRAN"]),
        (
            "[country.rename]\nChad = \"Tchad\"\n[country.change.Tchad]\naliases = [\"Tschad\"]",
            "tschad",
            &["Tchad"],
        ),
        // Merged: under the name of one, or under a new one.
        ("[country.merge]\nIran = [\"Iraq\"]", "IRQ", &["Iran"]),
        (
            "[country.merge]\nMesopotamia = [\"Iraq\", \"Iran\"]",
            "IRN",
            &["Mesopotamia"],
        ),
        // Split.
        (
            "[country.split.\"Yugoslavia\"]\n\"Serbia and Montenegro\" = [\"FRY\"]",
            "FRY",
            &["Serbia and Montenegro"],
        ),
        (
            "[country.split.\"Yugoslavia\"]\n\"Jugoslavia\" = [\"Jugoslavia\"]",
            "jugoslavia",
            &["Jugoslavia"],
        ),
        (
            "[country.split.\"Yugoslavia\"]\n\"Serbia and Montenegro\" = [\"FRY\"]",
            "Jugoslavia",
            &["Yugoslavia"],
        ),
    ] {
        let (vocabulary, problems) = edited(text);
        assert_eq!(problems, [""; 0], "{text}");
        assert_eq!(found(&vocabulary, value), expected, "{text}");
    }
}

#[test]
fn groups_and_silence() {
    let (vocabulary, problems) = edited(
        "[country]\nsilence = [\"Chad\"]\n[country.add.\"Gulf\"]\nkind = \"region\"\nmembers = [\"IR\", \"Iraq\"]\n[country.change.\"Gulf\"]\nparents = \"Asia\"",
    );
    assert_eq!(problems, [""; 0]);
    let entry = |name: &str| match vocabulary.look_up(name) {
        Meaning::One(id) => vocabulary.entry(id),
        other => panic!("{name} is {other:?}"),
    };
    assert!(entry("Chad").is_silent());
    assert!(!entry("Iran").is_silent());
    let above: Vec<_> = entry("Iran")
        .ancestors()
        .into_iter()
        .map(|id| vocabulary.entry(id).name())
        .collect();
    assert_eq!(above, ["Asia", "Western Asia", "Gulf"]);
    let path: Vec<_> = entry("Iran").path();
    assert_eq!(path.len(), 3, "a group is no step of the path");
}

#[test]
fn a_merged_entry_takes_its_members_along() {
    let (vocabulary, problems) = edited("[country.merge]\n\"Near East\" = [\"Western Asia\"]");
    assert_eq!(problems, [""; 0]);
    let Meaning::One(iran) = vocabulary.look_up("Iran") else {
        panic!("Iran is unknown");
    };
    let path: Vec<_> = vocabulary
        .entry(iran)
        .path()
        .iter()
        .map(|&id| vocabulary.entry(id).name())
        .collect();
    assert_eq!(path, ["Asia", "Near East", "Iran"]);
    let (vocabulary, problems) = edited("[country.merge]\nIran = [\"Asia\", \"Western Asia\"]");
    assert_eq!(problems, [""; 0]);
    assert_eq!(
        found(&vocabulary, "Asia"),
        ["Iran"],
        "whatever it has become a part of"
    );
}

#[test]
fn merging_never_makes_a_ring() {
    for text in [
        "[country.merge]\nIran = [\"Western Asia\"]",
        "[country.merge]\n\"Western Asia\" = [\"Iran\"]",
        "[country.merge]\nIran = [\"Asia\"]",
        "[country.merge]\nAsia = [\"Iran\", \"Iraq\"]",
        "[country.merge]\nIran = [\"Iraq\"]\nAsia = [\"Iran\"]\n\"Western Asia\" = [\"Asia\"]",
        "[country.merge]\nIran = [\"Asia\"]\nIraq = [\"Western Asia\"]",
    ] {
        // Compiling refuses rings.
        let (vocabulary, problems) = edited(text);
        assert_eq!(problems, [""; 0], "{text}");
        assert!(vocabulary.len() < world().len(), "{text}");
    }
}

#[test]
fn mistakes_are_named_with_their_line_and_remedy() {
    for (text, message, hint) in [
        (
            "[contry.add.\"X\"]",
            "own.toml:1: there is no vocabulary `contry`",
            "did you mean `country`?",
        ),
        (
            "\n[country.chagne.\"Iran\"]",
            "own.toml:2: unknown word `chagne` in `[country]`",
            "did you mean `change`?",
        ),
        (
            "[country.change.\"Iran\"]\naliase = [\"P\"]",
            "own.toml:2: unknown key `aliase` in `[country.change]`",
            "did you mean `aliases`?",
        ),
        (
            "[country.add.\"X\"]\ndrop = [\"P\"]",
            "own.toml:2: unknown key `drop` in `[country.add]`",
            "known: `aliases`",
        ),
        (
            "# here\n[country.change.\"Irna\"]\naliases = [\"P\"]",
            "own.toml:2: no entry is called `Irna`",
            "did you mean `Iran`?",
        ),
        (
            "[country.merge]\n\"Iran\" = [\n  \"Iraq\",\n  \"Iraqq\",\n]",
            "own.toml:4: no entry is called `Iraqq`",
            "did you mean `Iraq`?",
        ),
        (
            "[country]\nsilence = [\"Chod\"]",
            "own.toml:2: no entry is called `Chod`",
            "did you mean `Chad`?",
        ),
        (
            "[country.add.\"Iran\"]",
            "own.toml:1: there is an entry `Iran` already",
            "change it",
        ),
        (
            "[country.rename]\nIran = \"Iraq\"",
            "own.toml:2: there is an entry `Iraq` already",
            "merge them",
        ),
        (
            "[country.change.Iran]\naliases = [\"Iraq\"]",
            "own.toml:2: there is an entry `Iraq` already",
            "merge the two",
        ),
        (
            "[country.change.Iran]\ndrop = [\"Prsia\"]",
            "own.toml:2: `Iran` has no name `Prsia`",
            "did you mean `Persia`?",
        ),
        (
            "[country.change.Iran]\ndrop = [\"iran\"]",
            "own.toml:2: `iran` is the name under which the entry is shown",
            "rename it first",
        ),
        (
            "[country.change.Asia]\nparents = [\"Iran\"]",
            "own.toml:2: `Iran` lies below `Asia` and cannot be above it",
            "",
        ),
        (
            "[country.change.Iran]\nmembers = [\"Asia\"]",
            "own.toml:2: `Iran` lies below `Asia` and cannot be above it",
            "",
        ),
        (
            "[country.split.Yugoslavia]\nX = [\"Yugo\"]",
            "own.toml:2: `Yugoslavia` has no name `Yugo`",
            "",
        ),
        (
            "[country.add.X]\nkind = \"contry\"",
            "own.toml:2: there is no kind `contry`",
            "did you mean `country`?",
        ),
        (
            "[country.add.X]\nfrom = \"1900\"",
            "own.toml:2: `from` must be a year or a day",
            "",
        ),
        (
            "[country.add.X]\nnames.farsi = \"x\"",
            "own.toml:2: `farsi` is no code of a language",
            "such as `fr`",
        ),
        (
            "[country.add.X]\naliases = [1]",
            "own.toml:2: `a name` must be a text in quotes",
            "",
        ),
        (
            "[country.add.\"?!\"]",
            "own.toml:1: `?!` has no letters or digits",
            "",
        ),
        (
            "[country.add.\"\"]",
            "own.toml:1: a name has 1 to 1000 bytes",
            "",
        ),
        ("[country\n", "own.toml:1: ", ""),
        ("country = 1", "own.toml:1: `country` must be a table", ""),
    ] {
        let (_, problems) = edited(text);
        let told = problems.join("\n");
        assert!(told.contains(message), "{text}: {told}");
        assert!(told.contains(hint), "{text}: {told}");
    }
}

#[test]
fn every_mistake_is_told_and_the_rest_is_done() {
    let (vocabulary, problems) = edited(
        "[country.change.Iran]\naliases = [\"Arya\"]\nalias = \"x\"\n[country.change.Irna]\n[country]\nsilence = [\"Chod\"]",
    );
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert_eq!(found(&vocabulary, "Arya"), ["Iran"]);
}

#[test]
fn what_an_edit_undoes_is_as_if_it_had_never_been() {
    let world = world();
    let same = Draft::of(&world, Kind::Country);
    let again = Vocabulary::compile(&same.entries()).unwrap();
    assert_eq!(again.hash(), world.hash());
    assert_eq!(again.as_bytes(), world.as_bytes());
}

#[test]
fn files_that_are_no_files_do_no_harm() {
    for text in [
        "\u{0}",
        "[country.add.\"a\u{7}b\"]",
        "[country.add.X]\nfrom = 99999\nuntil = 0",
        "[country.merge]\nX = []",
        "[country.merge]\nIran = [\"Iran\"]",
        "[country.split.Iran]\nIran = [\"Persia\"]",
        "[country.rename]\nIran = \"?\"",
        "[country.add.X]\nparents = [\"X\"]",
        "[country.add.X]\noffices = [1, { role = 1 }, { rloe = \"x\" }]",
        "[country.add.X]\nsilent = \"yes\"",
        &format!("[country.add.X]\naliases = [\"{}\"]", "a".repeat(2000)),
    ] {
        // That it can still be compiled is what matters.
        let (vocabulary, _) = edited(text);
        assert!(vocabulary.len() >= 6, "{text}");
    }
}
