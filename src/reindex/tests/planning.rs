//! A plan says what a run then does, and changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::forecast::{Change, RemadeFrom};
use super::super::{ReindexOptions, ReindexPlan, plan_reindex};
use super::whole::{NOW, Place, config, options};
use crate::corpus::Corpus;
use crate::{Config, ErrorKind};

fn plan_with(place: &Place, config: &Config, options: &ReindexOptions) -> ReindexPlan {
    let tree = |root: &Path| {
        let mut tree = BTreeMap::new();
        read_tree(root, &mut tree);
        tree
    };
    let before = (tree(place.corpus.path()), tree(place.index.path()));
    let corpus = Corpus::new(place.corpus.path(), config.clone()).unwrap();
    let plan = plan_reindex(&corpus, place.index.path(), options, &()).unwrap();
    let after = (tree(place.corpus.path()), tree(place.index.path()));
    assert!(before == after, "a plan changes no file");
    plan
}

fn read_tree(folder: &Path, tree: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tree.insert(path.clone(), Vec::new());
            read_tree(&path, tree);
        } else {
            tree.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// The plan, once the run has done what it says.
fn planned(place: &Place, config: &Config, options: &ReindexOptions) -> ReindexPlan {
    let plan = plan_with(place, config, options);
    assert_eq!(plan.refused, None);
    let report = place.try_index(config, options, &()).unwrap();
    assert_eq!(plan.totals, (&report).into());
    assert_eq!(plan.files.renamed, report.renamed);
    assert_eq!(plan.documents_after, report.documents);
    plan
}

fn changes(plan: &ReindexPlan) -> Vec<(&str, Change, Option<&str>, u64)> {
    let changes = plan.changes.iter();
    changes
        .map(|it| (&*it.path, it.change, it.from.as_deref(), it.records))
        .collect()
}

type Values<'p> = Vec<(&'p str, u64)>;

fn values<'p>(plan: &'p ReindexPlan, facet: &str) -> (Values<'p>, Values<'p>) {
    let list = |list: &'p [super::super::forecast::ValueChange]| {
        list.iter().map(|it| (&*it.value, it.documents)).collect()
    };
    plan.facets
        .get(facet)
        .map_or((Vec::new(), Vec::new()), |it| {
            (list(&it.appear), list(&it.vanish))
        })
}

const LINES: &str = r#"{"id": "one", "body": "Talks.", "country": ["Iran", "Iraq"]}
{"id": "two", "body": "Prices.", "country": "iran"}
no record
{"id": "one", "body": "Talks again.", "country": "Oman"}
"#;

#[test]
fn a_plan_says_what_a_run_does() {
    let place = Place::new(&[
        ("a.txt", "Alpha."),
        ("b.txt", "Beta."),
        ("c.jsonl", LINES),
        ("d.txt", "Delta."),
        ("p.jpg", "no article"),
    ]);
    let plain = Config::default();
    let plan = planned(&place, &plain, &options());
    assert_eq!((plan.generation, plan.documents_before), (0, 0));
    let added = |path, records| (path, Change::Added, None, records);
    assert_eq!(
        changes(&plan),
        [
            added("a.txt", 1),
            added("b.txt", 1),
            added("c.jsonl", 2),
            added("d.txt", 1)
        ]
    );
    assert_eq!(
        values(&plan, "country"),
        (vec![("Iran", 1), ("Oman", 1)], Vec::new()),
        "the first record of `one` is overtaken"
    );
    let reasons: Vec<_> = plan
        .reasons
        .iter()
        .map(|it| (&*it.status, &*it.code, it.count, &*it.examples[0].path))
        .collect();
    assert_eq!(
        reasons,
        [
            ("duplicate", "", 1, "c.jsonl#1"),
            ("failed", "json", 1, "c.jsonl#3"),
            ("skipped", "unsupported", 1, "p.jpg"),
        ]
    );

    place.remove("b.txt");
    place.rename("d.txt", "e/d.txt");
    place.write("c.jsonl", LINES.replace("Oman", "Qatar"));
    place.write("new.md", "---\ncountry: Iran\n---\nGamma.");
    place.write("broken.json", "{");
    let plan = planned(&place, &plain, &options());
    assert_eq!(
        changes(&plan),
        [
            ("b.txt", Change::Removed, None, 1),
            ("broken.json", Change::Failed, None, 0),
            ("c.jsonl", Change::Changed, None, 1),
            ("e/d.txt", Change::Renamed, Some("d.txt"), 1),
            added("new.md", 1),
        ]
    );
    assert_eq!(
        values(&plan, "country"),
        (vec![("Qatar", 1)], vec![("Oman", 1)])
    );

    let plan = planned(&place, &plain, &options());
    assert!(plan.changes.is_empty() && plan.facets.is_empty());
    assert_eq!((plan.files.unchanged, plan.files.failed), (4, 1));
    assert_eq!(plan.remade, None);
}

#[test]
fn a_plan_says_why_documents_are_made_anew() {
    let place = Place::new(&[("c.jsonl", LINES)]);
    place.index();
    let plan = planned(
        &place,
        &config("[facets.country]\nkeys = [\"x\"]\n"),
        &options(),
    );
    let remade = plan.remade.as_ref().unwrap();
    assert_eq!(remade.from, RemadeFrom::Documents);
    assert!(remade.message.contains("`country` changed"), "{remade:?}");
    assert_eq!(plan.totals.indexed, 2);
    assert_eq!(
        values(&plan, "country"),
        (Vec::new(), vec![("Oman", 1), ("iran", 1)])
    );
    let plan = planned(&place, &config("[fields]\ntitle = \"x\"\n"), &options());
    assert_eq!(plan.remade.unwrap().from, RemadeFrom::Files);
    assert_eq!(plan.totals.indexed, 2);
    let plan = planned(
        &place,
        &config("[fields]\ntitle = \"x\"\n"),
        &options().rebuild(true),
    );
    assert_eq!(
        (plan.remade, plan.rebuild.unwrap().reason),
        (None, "requested".into())
    );
}

#[test]
fn a_plan_says_what_would_be_refused() {
    let lines = (0..100).map(|n| format!("{{\"id\": {n}, \"body\": \"x\"}}"));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let place = Place::new(&[("a.jsonl", &lines)]);
    place.index();
    place.write("a.jsonl", "{\"id\": 1, \"body\": \"x\"}\nbroken\nbroken\n");
    let plain = Config::default();
    for (options, code) in [
        (options(), "shrink"),
        (options().rebuild(true), "shrink"),
        (
            options()
                .allow_shrink(true)
                .max_errors("1".parse().unwrap()),
            "too_many_errors",
        ),
    ] {
        let plan = plan_with(&place, &plain, &options);
        let refused = plan.refused.unwrap();
        let error = place.try_index(&plain, &options, &()).unwrap_err();
        assert_eq!(refused.code, code);
        assert_eq!(error.kind().code(), code);
        assert!(refused.hint.is_some());
        assert_eq!((plan.totals.failed, plan.documents_after), (2, 1));
    }
    planned(&place, &plain, &options().allow_shrink(true));
}

#[test]
fn a_plan_says_why_only_a_rebuild_would_do_and_a_rebuild_remembers() {
    // No record overtakes another: one generation is all there is.
    let lines = "{\"id\": \"one\", \"body\": \"x\"}\n{\"id\": \"two\", \"body\": \"y\"}\n";
    let place = Place::new(&[("a.txt", "Alpha."), ("c.jsonl", lines)]);
    place.index();
    let description = place.index.path().join("generations/1.json");
    let current = place.index.path().join("CURRENT");
    let intact = [&description, &current].map(|path| fs::read_to_string(path).unwrap());
    let swap = |from: &str, to: &str| {
        let text = intact[0].replace(from, to);
        assert_ne!(text, intact[0]);
        fs::write(&description, &text).unwrap();
        fs::write(
            &current,
            format!("1 {}\n", blake3::hash(text.as_bytes()).to_hex()),
        )
        .unwrap();
    };
    let segment = || {
        let folder = fs::read_dir(place.index.path().join("data"))
            .unwrap()
            .next();
        let mut files = fs::read_dir(folder.unwrap().unwrap().path()).unwrap();
        files.next().unwrap().unwrap().path()
    };
    let journal = place.index.path().join("journal/000000000001.journal");
    let damages: [(&str, ErrorKind, &dyn Fn()); 4] = [
        ("analysis", ErrorKind::Version, &|| {
            swap("\"analysis\": \"1\"", "\"analysis\": \"0\"");
        }),
        ("format", ErrorKind::Version, &|| {
            swap("\"format\": 1", "\"format\": 99");
        }),
        ("damaged", ErrorKind::Damaged, &|| {
            fs::write(segment(), "x").unwrap();
        }),
        ("damaged", ErrorKind::Damaged, &|| {
            fs::write(&journal, "x").unwrap();
        }),
    ];
    let saved = tempfile::tempdir().unwrap();
    let plain = Config::default();
    for (number, (reason, kind, damage)) in damages.into_iter().enumerate() {
        copy(place.index.path(), &saved.path().join(number.to_string()));
        damage();
        let plan = plan_with(&place, &plain, &options());
        assert_eq!(plan.rebuild.unwrap().reason, reason);
        assert_eq!(plan.refused.unwrap().code, kind.code());
        assert_eq!((plan.totals.indexed, plan.documents_after), (3, 3));
        let error = place.try_index(&plain, &options(), &()).unwrap_err();
        assert_eq!(error.kind(), kind, "{reason}");
        let later = ReindexOptions {
            now: NOW + 60,
            ..options().rebuild(true)
        };
        place.try_index(&plain, &later, &()).unwrap();
        let searcher = crate::Index::open(place.index.path())
            .unwrap()
            .searcher()
            .unwrap();
        let added = searcher.get("two").unwrap().unwrap().added;
        // Of another format nothing can be known.
        let expected = if reason == "format" { NOW + 60 } else { NOW };
        assert_eq!(added, expected, "{reason}: {number}");
        drop(searcher);
        fs::remove_dir_all(place.index.path()).unwrap();
        copy(&saved.path().join(number.to_string()), place.index.path());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
