//! Help, version, completions and manual pages.

use snapbox::{assert_data_eq, file};

use crate::world::World;

fn help(command: &str) -> String {
    let world = World::empty();
    let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    world.run("", &arguments).data().to_owned()
}

#[test]
fn every_command_explains_itself() {
    assert_data_eq!(help(""), file!["snapshots/help.txt"]);
    assert_data_eq!(help("index"), file!["snapshots/help-index.txt"]);
    assert_data_eq!(help("search"), file!["snapshots/help-search.txt"]);
    assert_data_eq!(help("facets"), file!["snapshots/help-facets.txt"]);
    assert_data_eq!(help("show"), file!["snapshots/help-show.txt"]);
    assert_data_eq!(help("open"), file!["snapshots/help-open.txt"]);
    assert_data_eq!(help("export"), file!["snapshots/help-export.txt"]);
    assert_data_eq!(help("explain"), file!["snapshots/help-explain.txt"]);
    assert_data_eq!(help("status"), file!["snapshots/help-status.txt"]);
    assert_data_eq!(help("check"), file!["snapshots/help-check.txt"]);
    assert_data_eq!(help("repair"), file!["snapshots/help-repair.txt"]);
    assert_data_eq!(help("vocabulary"), file!["snapshots/help-vocabulary.txt"]);
    assert_data_eq!(
        help("vocabulary show"),
        file!["snapshots/help-vocabulary-show.txt"]
    );
    assert_data_eq!(
        help("vocabulary check"),
        file!["snapshots/help-vocabulary-check.txt"]
    );
    assert_data_eq!(
        help("vocabulary preview"),
        file!["snapshots/help-vocabulary-preview.txt"]
    );
    assert_data_eq!(
        help("vocabulary compile"),
        file!["snapshots/help-vocabulary-compile.txt"]
    );
    assert_data_eq!(help("completions"), file!["snapshots/help-completions.txt"]);
    assert_data_eq!(help("man"), file!["snapshots/help-man.txt"]);
}

#[test]
fn no_line_of_help_is_wider_than_a_page() {
    for command in [
        "",
        "index",
        "search",
        "facets",
        "show",
        "open",
        "export",
        "explain",
        "status",
        "check",
        "repair",
        "vocabulary",
        "vocabulary show",
        "vocabulary check",
        "vocabulary compile",
        "vocabulary preview",
    ] {
        for line in help(command).lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let world = World::empty();
    let version = concat!("pressmark ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(world.run("", &["--version"]).data(), version);
}

#[test]
fn completions_and_manual_pages_are_made() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = world.run("", &["completions", shell]);
        assert!(script.data().contains("added-since"), "{shell}");
    }
    assert!(world.run("", &["man"]).data().starts_with(".ie"));
    assert_eq!(world.run("", &["man", "pages"]).data(), "");
    let page = std::fs::read_to_string(world.path("pages/pressmark-search.1")).unwrap();
    assert!(page.contains("added\\-since"));
}
