//! The walk compared with a naive one, and what it says of odd files.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::tempdir;

use super::folder::{Ground, Task};
use super::*;
use crate::Config;
use crate::corpus::{FileStat, Format, codes};

fn rules(text: &str) -> Arc<Rules> {
    let config = Config::parse(text, Path::new("pressmark.toml")).unwrap();
    Arc::new(Rules::new(&config).unwrap())
}

fn walk(root: &Path, rules: &Arc<Rules>) -> Vec<Entry> {
    let readers = Arc::default();
    Walk::new(root, None, Arc::clone(rules), readers)
        .unwrap()
        .collect()
}

/// An entry as a line: its path, and what it is.
fn line(entry: &Entry) -> String {
    match entry {
        Entry::File(file) => {
            let sidecar = file.sidecar.as_ref();
            let sidecar = sidecar.and_then(|it| it.absolute.file_name()?.to_str());
            format!("{} with {sidecar:?}", file.path)
        }
        Entry::Skipped(skipped) => format!("{} {}", skipped.path, skipped.code),
        Entry::Failed(failure) => format!("{} {}", failure.path, failure.code),
    }
}

/// What a walk is by definition: every path sorted by its bytes, and each judged by itself.
fn naive(root: &Path, rules: &Rules) -> Vec<String> {
    let mut paths = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
            let kind = entry.file_type().unwrap();
            let name = entry.file_name();
            let name = name.to_str().unwrap();
            let code = if kind.is_dir() && [".git", ".pressmark"].contains(&name) {
                continue;
            } else if name.starts_with('.') {
                Some(codes::HIDDEN)
            } else if kind.is_symlink() {
                Some(codes::SYMLINK)
            } else if kind.is_dir() && path == "vocabulary" {
                Some(codes::VOCABULARY)
            } else {
                None
            };
            if kind.is_dir() && code.is_none() {
                folders.push(format!("{path}/"));
            } else {
                let sorted_as = if kind.is_dir() {
                    format!("{path}/")
                } else {
                    path.clone()
                };
                paths.insert(sorted_as, (path, code));
            }
        }
    }
    let files: BTreeSet<String> = paths
        .values()
        .filter(|(_, code)| code.is_none())
        .map(|(path, _)| path.clone())
        .collect();
    let sidecar = |article: &str| {
        let (stem, _) = article.rsplit_once('.')?;
        let all = ["yaml", "yml", "toml", "json"].map(|end| format!("{stem}.meta.{end}"));
        let mut usable = all
            .into_iter()
            .filter(|path| files.contains(path) && !rules.forbids(path));
        usable.next()
    };
    let readers = Readers::default();
    let is_article = |path: &str| readers.of_name(path).is_some_and(Format::is_single);
    let claimed: BTreeSet<String> = files
        .iter()
        .filter(|path| is_article(path) && rules.excluded(path).is_none())
        .filter_map(|path| sidecar(path))
        .collect();
    let judge = |(path, code): &(String, Option<&'static str>)| {
        let is_sidecar = ["yaml", "yml", "toml", "json"].iter().any(|end| {
            let ending = format!(".meta.{end}");
            path.strip_suffix(&ending)
                .is_some_and(|stem| !stem.is_empty() && !stem.ends_with('/'))
        });
        let code = if let Some(code) = code {
            code
        } else if path == "pressmark.toml" || claimed.contains(path) {
            return None;
        } else if rules.excluded(path).is_some() {
            codes::EXCLUDED
        } else if is_sidecar {
            codes::ORPHAN_SIDECAR
        } else if readers.of_name(path).is_none() {
            codes::UNSUPPORTED
        } else {
            let sidecar = sidecar(path).filter(|_| is_article(path));
            let name = sidecar.map(|it| it.rsplit('/').next().unwrap_or_default().to_owned());
            return Some(format!("{path} with {:?}", name.as_deref()));
        };
        Some(format!("{path} {code}"))
    };
    paths.values().filter_map(judge).collect()
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "a-b",
        "a.txt",
        "a.TXT",
        "a.Md",
        "a.md",
        "a.meta.yaml",
        "a.meta.json",
        "a.txt.meta.toml",
        ".meta.yaml",
        "b.jsonl",
        "b.meta.yml",
        "b.pdf",
        "é.txt",
        ".git",
        ".hidden",
        "vocabulary",
        "pressmark.toml",
        "README",
    ])
}

fn make(root: &Path, folders: &[&str], name: &str, is_link: bool) {
    let mut at = root.to_owned();
    for folder in folders {
        at.push(folder);
        if fs::symlink_metadata(&at).is_err() {
            fs::create_dir(&at).unwrap();
        }
        if !fs::symlink_metadata(&at).unwrap().is_dir() {
            return;
        }
    }
    at.push(name);
    if fs::symlink_metadata(&at).is_ok() {
        return;
    }
    #[cfg(unix)]
    if is_link {
        std::os::unix::fs::symlink(root, &at).unwrap();
        return;
    }
    let _ = is_link;
    fs::write(&at, name).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_is_what_it_is_by_definition(
        places in prop::collection::vec((prop::collection::vec(name(), 0..4), name(), prop::bool::weighted(0.1)), 0..40),
        config in prop::sample::select(vec![
            "",
            "[corpus]\nexclude = ['a/**', '*.meta.yaml']",
            "[corpus]\ninclude = ['**/*.{txt,md}']",
            "[corpus]\ninclude = ['**/a*']\nexclude = ['**/a.md', 'a-b/']",
        ]),
    ) {
        let folder = tempdir().unwrap();
        for (folders, name, is_link) in &places {
            make(folder.path(), folders, name, *is_link);
        }
        let rules = rules(config);
        let walked: Vec<String> = walk(folder.path(), &rules).iter().map(line).collect();
        prop_assert_eq!(walked, naive(folder.path(), &rules));
    }
}

#[test]
fn a_large_folder_is_shared_out_in_order() {
    let folder = tempdir().unwrap();
    for number in 0..1_500 {
        fs::write(folder.path().join(format!("{number:05}.txt")), "x").unwrap();
    }
    for number in [3, 700] {
        let inner = folder.path().join(format!("{number:05}.txt-more"));
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("x.md"), "x").unwrap();
        fs::write(
            folder.path().join(format!("{number:05}.meta.yaml")),
            "title: x",
        )
        .unwrap();
    }
    let rules = rules("");
    let walked = walk(folder.path(), &rules);
    assert_eq!(walked.len(), 1_502);
    let lines: Vec<String> = walked.iter().map(line).collect();
    assert_eq!(lines, naive(folder.path(), &rules));
    for entry in walked {
        let Entry::File(file) = entry else {
            panic!("{entry:?}");
        };
        let metadata = fs::symlink_metadata(&file.absolute).unwrap();
        assert_eq!(file.stat, FileStat::new(&metadata));
        assert_eq!(file.absolute, folder.path().join(&file.path));
    }
}

#[test]
fn deep_trees_cost_neither_stack_nor_open_files() {
    let folder = tempdir().unwrap();
    let depth = 1_000;
    let mut at = folder.path().to_owned();
    for _ in 0..depth {
        at.push("d");
    }
    fs::create_dir_all(&at).unwrap();
    for (number, ancestor) in at.ancestors().take(depth).enumerate() {
        if number % 50 == 0 {
            fs::write(ancestor.join("z.txt"), "x").unwrap();
        }
    }
    let rules = rules("");
    let walked = walk(folder.path(), &rules);
    let depths = walked.iter().map(|entry| entry.path().matches('/').count());
    // The deepest comes first: `d/` is before `z.txt`.
    let expected: Vec<usize> = (0..depth / 50).map(|step| depth - step * 50).collect();
    assert_eq!(depths.collect::<Vec<_>>(), expected);
    assert!(expected.is_sorted_by_key(|depth| Reverse(*depth)));
}

#[test]
fn a_walk_that_is_given_up_ends() {
    let folder = tempdir().unwrap();
    for number in 0..50 {
        let inner = folder.path().join(format!("{number:02}"));
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("x.txt"), "x").unwrap();
    }
    let rules = rules("");
    for taken in [0, 1, 20] {
        let walk = Walk::new(folder.path(), None, Arc::clone(&rules), Arc::default()).unwrap();
        assert_eq!(walk.take(taken).count(), taken);
    }
}

#[test]
fn what_vanishes_meanwhile_is_told_by_name() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    for number in 0..1_100 {
        fs::write(folder.path().join(format!("f{number:04}.txt")), "x").unwrap();
    }
    let ground = Ground::new(folder.path(), None, rules(""), Arc::default());
    let findings = ground.begin(fs::read_dir(folder.path()).unwrap());
    fs::remove_dir(folder.path().join("a")).unwrap();
    fs::remove_file(folder.path().join("f0005.txt")).unwrap();
    let mut tasks = findings.tasks;
    let mut lines = Vec::new();
    while let Some((key, task)) = tasks.pop() {
        let is_folder = matches!(task, Task::Folder(_));
        let findings = ground.run(&key, task);
        for node in &findings.nodes {
            if let Node::Entry(entry @ Entry::Failed(_)) = node {
                lines.push((is_folder, line(entry)));
            }
        }
        tasks.extend(findings.tasks);
    }
    lines.sort();
    assert_eq!(
        lines,
        [
            (false, "f0005.txt unreadable".to_owned()),
            (true, "a unreadable_folder".to_owned()),
        ]
    );
}
