//! Random stories of a folder, with runs, crashes and configurations in between: the end always
//! equals a fresh build.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::fakes::{FakeIndex, Held, Setting, Shelf, Text, doc, index, try_index};

#[derive(Debug, Clone)]
enum Step {
    Write(u8, Vec<Text>),
    Remove(u8),
    Touch(u8),
    Rename(u8, u8),
    Wait,
    Configure(bool),
    Run,
    Rebuild,
    /// A run that fails after so many operations; the bool: publishing on the way.
    Crash(usize, bool),
}

fn path(number: u8) -> String {
    let names = [
        "a.txt",
        "b.jsonl",
        "c/a.jsonl",
        "c.jsonl",
        "d/x.txt",
        "z.jsonl",
    ];
    names[usize::from(number) % names.len()].to_owned()
}

/// Whether a file of that name is one record.
fn is_single(path: &str) -> bool {
    path.ends_with("txt")
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        // Few ids and few texts: records meet their like.
        8 => ("[stuv]?", "[xy]").prop_map(|(id, text)| doc(&id, &text)),
        1 => Just(Text::Bad),
        1 => Just(Text::Unparsable),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (any::<u8>(), vec(text(), 0..7)).prop_map(|(n, texts)| Step::Write(n, texts)),
        1 => any::<u8>().prop_map(Step::Remove),
        1 => any::<u8>().prop_map(Step::Touch),
        1 => any::<(u8, u8)>().prop_map(|(a, b)| Step::Rename(a, b)),
        3 => Just(Step::Wait),
        1 => any::<bool>().prop_map(Step::Configure),
        4 => Just(Step::Run),
        1 => Just(Step::Rebuild),
        3 => (0_usize..12, any::<bool>()).prop_map(|(n, often)| Step::Crash(n, often)),
    ]
}

/// What an index holds, without when it came.
fn content(fake: &FakeIndex) -> BTreeMap<String, Held> {
    let held = fake.published.iter();
    held.map(|(id, held)| {
        (
            id.clone(),
            Held {
                added: 0,
                ..held.clone()
            },
        )
    })
    .collect()
}

fn often() -> Setting {
    Setting::new().options(|options| options.checkpoints(Duration::ZERO, 1))
}

fn check_equal_to_fresh(shelf: &Shelf, fake: &FakeIndex, told: [u64; 6]) {
    let mut fresh = FakeIndex::new();
    let outcome = index(shelf, &mut fresh);
    assert_eq!(content(fake), content(&fresh));
    let [indexed, unchanged, duplicate, skipped, failed, _] = told;
    let [all, _, duplicates, skips, failures, _] = outcome.counts();
    assert_eq!(
        [indexed + unchanged, duplicate, skipped, failed],
        [all, duplicates, skips, failures]
    );
}

fn play(steps: Vec<Step>) {
    let mut shelf = Shelf::new();
    let mut fake = FakeIndex::new();
    for step in steps {
        match step {
            Step::Write(number, texts) => {
                let path = path(number);
                let single = is_single(&path);
                let most = if single { 1 } else { texts.len() };
                // A broken file of one record fails when it is parsed.
                let texts = texts.into_iter().take(most).map(|text| match text {
                    Text::Bad if single => Text::Unparsable,
                    text => text,
                });
                shelf.write(&path, texts.collect());
            }
            Step::Remove(number) => {
                shelf.remove(&path(number));
            }
            Step::Touch(number) => {
                if shelf.files.contains_key(&path(number)) {
                    shelf.touch(&path(number));
                }
            }
            Step::Rename(from, to) => {
                let (from, to) = (path(from), path(to));
                if is_single(&from) == is_single(&to)
                    && from != to
                    && shelf.files.contains_key(&from)
                {
                    shelf.rename(&from, &to);
                }
            }
            Step::Wait => {
                shelf.later();
            }
            Step::Configure(first) => {
                shelf.config = if first { "first" } else { "second" }.to_owned();
            }
            Step::Run => {
                let outcome = index(&shelf, &mut fake);
                check_equal_to_fresh(&shelf, &fake, outcome.counts());
            }
            Step::Rebuild => {
                let setting = Setting::new().options(|options| options.rebuild(true));
                let outcome = try_index(&shelf, &mut fake, &setting, &()).unwrap();
                check_equal_to_fresh(&shelf, &fake, outcome.counts());
            }
            Step::Crash(operations, often_published) => {
                let setting = if often_published {
                    often()
                } else {
                    Setting::new()
                };
                // Whether it got to its end or not, the next run has to make it right.
                let _ = try_index(&shelf, &mut fake, &setting.fails_after(operations), &());
            }
        }
    }
    let outcome = index(&shelf, &mut fake);
    check_equal_to_fresh(&shelf, &fake, outcome.counts());
    let again = index(&shelf, &mut fake);
    assert_eq!(again.counts()[0], 0, "a second run finds nothing to do");
    assert!(again.operations.is_empty());
    assert_eq!(again.counts()[5], 0);
    check_equal_to_fresh(&shelf, &fake, again.counts());
}

/// A story takes a while: a quarter of the usual number of them.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.div_ceil(4),
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_story_ends_like_a_fresh_build(steps in vec(step(), 1..14)) {
        play(steps);
    }
}

#[test]
fn a_first_build_that_crashes_anywhere_resumes() {
    let mut shelf = Shelf::new();
    shelf
        .write(
            "a.jsonl",
            vec![
                doc("s", "1"),
                doc("t", "2"),
                Text::Bad,
                doc("s", "3"),
                doc("", "4"),
            ],
        )
        .write("b.txt", vec![doc("t", "5")])
        .write("c.jsonl", vec![doc("s", "6"), doc("u", "7"), doc("v", "8")])
        .later();
    for operations in 0..16 {
        let mut fake = FakeIndex::new();
        let _ = try_index(&shelf, &mut fake, &often().fails_after(operations), &());
        let mut changed = shelf.clone();
        changed.write("c.jsonl", vec![doc("v", "8"), doc("w", "9"), doc("u", "0")]);
        for shelf in [&shelf, &changed] {
            let _ = try_index(shelf, &mut fake, &often().fails_after(operations / 2), &());
        }
        let outcome = try_index(&changed, &mut fake, &often(), &()).unwrap();
        check_equal_to_fresh(&changed, &fake, outcome.counts());
    }
}
