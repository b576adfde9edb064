//! One thing at a time: what a run does, what it leaves alone, and how it counts.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use super::fakes::{FakeIndex, Outcome, Setting, Shelf, StopAfter, Text, doc, index, try_index};
use crate::ErrorKind;

/// A shelf with three files, an index of it, and time gone by.
fn started() -> (Shelf, FakeIndex) {
    let mut shelf = Shelf::new();
    shelf
        .write("a.txt", vec![doc("", "first")])
        .write(
            "b.jsonl",
            vec![doc("b1", "one"), doc("", "two"), doc("b3", "three")],
        )
        .write("c.txt", vec![doc("c", "last")])
        .later();
    let mut fake = FakeIndex::new();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [5, 0, 0, 0, 0, 0]);
    shelf.later().opened();
    (shelf, fake)
}

fn lines_of<'o>(outcome: &'o Outcome, status: &str) -> Vec<(&'o str, Option<u64>)> {
    let lines = outcome
        .ledger
        .iter()
        .filter(|line| line["status"] == status);
    lines
        .map(|line| (line["path"].as_str().unwrap(), line["record"].as_u64()))
        .collect()
}

#[test]
fn a_first_build_takes_everything() {
    let (shelf, fake) = started();
    assert_eq!(fake.ids(), ["a.txt", "b.jsonl#2", "b1", "b3", "c"]);
    assert_eq!(fake.published["b1"].added, shelf.clock - 10);
    assert_eq!(fake.published["b1"].path, "b.jsonl");
}

#[test]
fn nothing_changed_means_nothing_is_opened_written_or_published() {
    let (shelf, mut fake) = started();
    let before = fake.run.clone();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [0, 5, 0, 0, 0, 0]);
    assert!(outcome.operations.is_empty() && shelf.opened().is_empty());
    assert_eq!((fake.generation, fake.run), (1, before));
    assert_eq!(
        (outcome.report.generation, outcome.report.documents),
        (1, 5)
    );
    assert_eq!(outcome.report.bytes, 0);
}

#[test]
fn only_what_changed_is_written() {
    let (mut shelf, mut fake) = started();
    shelf.write(
        "b.jsonl",
        vec![doc("b1", "one"), doc("", "TWO"), doc("b3", "three")],
    );
    shelf.write("d.txt", vec![doc("", "new")]).remove("c.txt");
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [2, 3, 0, 0, 0, 1]);
    assert_eq!(
        outcome.operations,
        ["delete c", "put b.jsonl#2", "put d.txt"]
    );
    assert_eq!(shelf.opened(), ["b.jsonl", "d.txt"]);
    assert_eq!(lines_of(&outcome, "indexed").len(), 2);
    assert_eq!(lines_of(&outcome, "removed"), [("c.txt", None)]);
    assert_eq!(
        fake.published["b.jsonl#2"].added,
        shelf.clock - 10,
        "it entered then"
    );
    assert_eq!(fake.published["d.txt"].added, shelf.clock);
}

#[test]
fn a_touched_file_is_read_once_and_known_again() {
    let (mut shelf, mut fake) = started();
    shelf.touch("b.jsonl").later();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [0, 5, 0, 0, 0, 0]);
    assert!(outcome.operations.is_empty());
    assert_eq!(shelf.opened(), ["b.jsonl"]);
    assert_eq!(fake.generation, 2, "the new fingerprint is published");
    index(&shelf, &mut fake);
    assert!(shelf.opened().is_empty());
}

#[test]
fn a_file_that_was_young_is_read_again_until_it_is_not() {
    let mut shelf = Shelf::new();
    shelf.write("a.txt", vec![doc("", "aaaa")]);
    let mut fake = FakeIndex::new();
    index(&shelf, &mut fake);
    // Same length, same time: nothing that the file system says tells them apart.
    shelf.write("a.txt", vec![doc("", "bbbb")]);
    index(&shelf, &mut fake);
    assert_eq!(fake.text("a.txt"), Some("bbbb"));
    shelf.later().opened();
    index(&shelf, &mut fake);
    assert_eq!(shelf.opened(), ["a.txt"]);
    index(&shelf, &mut fake);
    assert!(shelf.opened().is_empty());
}

#[test]
fn records_that_move_within_their_file_are_not_written_again() {
    let (mut shelf, mut fake) = started();
    let moved = vec![doc("b0", "zero"), doc("b3", "three"), doc("b1", "one")];
    shelf.write("b.jsonl", moved);
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [1, 4, 0, 0, 0, 1]);
    assert_eq!(outcome.operations, ["delete b.jsonl#2", "put b0"]);
    shelf.later();
    shelf.write("b.jsonl", vec![doc("b3", "three"), doc("b1", "one")]);
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 4, 0, 0, 0, 1]);
    assert_eq!(fake.ids(), ["a.txt", "b1", "b3", "c"]);
}

#[test]
fn a_renamed_file_keeps_the_instants_of_its_documents() {
    let (mut shelf, mut fake) = started();
    let entered = shelf.clock - 10;
    shelf
        .later()
        .rename("c.txt", "z.txt")
        .rename("a.txt", "y.txt")
        .write("new.txt", vec![doc("", "not seen before")]);
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [3, 3, 0, 0, 0, 1]);
    assert_eq!(outcome.report.renamed, 2);
    let line = outcome
        .ledger
        .iter()
        .find(|line| line["path"] == "y.txt" && line["status"] == "renamed");
    assert_eq!(line.unwrap()["from"], "a.txt");
    assert_eq!(
        (fake.published["c"].added, &*fake.published["c"].path),
        (entered, "z.txt")
    );
    assert_eq!(fake.published["y.txt"].added, entered);
    assert_eq!(fake.published["new.txt"].added, shelf.clock);
}

#[test]
fn what_failed_is_read_again_when_asked() {
    let mut shelf = Shelf::new();
    shelf
        .write("a.jsonl", vec![doc("a", "x"), Text::Unparsable, Text::Bad])
        .write("b.txt", vec![doc("", "fine")])
        .later();
    let mut fake = FakeIndex::new();
    assert_eq!(index(&shelf, &mut fake).counts(), [2, 0, 0, 0, 2, 0]);
    shelf.opened();
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 2, 0, 0, 2, 0]);
    assert!(shelf.opened().is_empty());
    let again = Setting::new().options(|options| options.retry_failed(true));
    let outcome = try_index(&shelf, &mut fake, &again, &()).unwrap();
    assert_eq!(outcome.counts(), [0, 2, 0, 0, 2, 0]);
    assert_eq!(shelf.opened(), ["a.jsonl"]);
    // As if the reader had learnt it: the bytes are what they were.
    shelf.cures.insert("a.jsonl".to_owned());
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 2, 0, 0, 2, 0]);
    let outcome = try_index(&shelf, &mut fake, &again, &()).unwrap();
    assert_eq!(outcome.counts(), [1, 2, 0, 0, 1, 0]);
}

#[test]
fn too_many_errors_publish_nothing() {
    let mut shelf = Shelf::new();
    let bad = vec![Text::Unparsable, doc("a", "x"), Text::Bad, doc("b", "y")];
    shelf.write("a.jsonl", bad).later();
    for (most, passes) in [
        ("0", false),
        ("1", false),
        ("2", true),
        ("49.9%", false),
        ("50%", true),
    ] {
        let mut fake = FakeIndex::new();
        let setting = Setting::new().options(|options| {
            let most = options.max_errors(most.parse().unwrap());
            most.checkpoints(Duration::ZERO, 1)
        });
        let outcome = try_index(&shelf, &mut fake, &setting, &());
        match outcome {
            Ok(_) => assert!(passes, "{most}"),
            Err(error) => {
                assert_eq!(
                    (error.kind(), passes),
                    (ErrorKind::TooManyErrors, false),
                    "{most}"
                );
                assert_eq!(fake.generation, 0, "{most}");
            }
        }
    }
    for wrong in ["", "x", "-1", "101%", "%"] {
        assert!(wrong.parse::<crate::MaxErrors>().is_err(), "{wrong}");
    }
}

#[test]
fn the_last_in_path_order_wins_and_the_next_returns() {
    let (mut shelf, mut fake) = started();
    shelf
        .write("x.txt", vec![doc("same", "x")])
        .write(
            "y.jsonl",
            vec![doc("same", "y1"), doc("same", "y2"), doc("other", "o")],
        )
        .write("z.txt", vec![doc("same", "z")])
        .later();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [2, 5, 3, 0, 0, 0]);
    assert_eq!(fake.text("same"), Some("z"));
    let duplicates = lines_of(&outcome, "duplicate");
    assert_eq!(
        duplicates,
        [("x.txt", None), ("y.jsonl", Some(1)), ("y.jsonl", Some(2))]
    );
    let line = outcome
        .ledger
        .iter()
        .find(|line| line["status"] == "duplicate")
        .unwrap();
    assert_eq!(
        (&line["winner"], &line["id"]),
        (&"z.txt".into(), &"same".into())
    );

    // They are told of again, though nobody read them.
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [0, 7, 3, 0, 0, 0]);
    shelf.opened();

    shelf.later().remove("z.txt");
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [1, 6, 2, 0, 0, 0]);
    assert_eq!(outcome.operations, ["put same"]);
    assert_eq!(shelf.opened(), ["y.jsonl"]);
    assert_eq!(fake.text("same"), Some("y2"));
    assert_eq!(lines_of(&outcome, "indexed"), [("y.jsonl", Some(2))]);

    shelf.later().write("y.jsonl", vec![doc("other", "o")]);
    assert_eq!(index(&shelf, &mut fake).counts(), [1, 6, 0, 0, 0, 0]);
    assert_eq!(fake.text("same"), Some("x"));
}

#[test]
fn an_earlier_claimant_does_not_disturb_the_winner() {
    let (mut shelf, mut fake) = started();
    shelf
        .write("0.txt", vec![doc("c", "before")])
        .touch("c.txt");
    for _ in 0..20 {
        let outcome = index(&shelf, &mut fake);
        assert_eq!(
            outcome.counts(),
            [0, 5, 1, 0, 0, 0],
            "in whichever order they were read"
        );
        assert_eq!(fake.text("c"), Some("last"));
        shelf
            .write("0.txt", vec![doc("c", &shelf.clock.to_string())])
            .touch("c.txt")
            .later();
    }
}

#[test]
fn a_later_claimant_takes_the_id_from_a_file_nobody_reads() {
    let (mut shelf, mut fake) = started();
    shelf.write("z.txt", vec![doc("b1", "taken")]);
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [1, 4, 1, 0, 0, 0]);
    assert_eq!(fake.text("b1"), Some("taken"));
    assert_eq!(shelf.opened(), ["z.txt"]);
    assert_eq!(lines_of(&outcome, "duplicate"), [("b.jsonl", Some(1))]);
    shelf.later().remove("z.txt");
    index(&shelf, &mut fake);
    assert_eq!(fake.text("b1"), Some("one"));
}

#[test]
fn a_claimant_that_cannot_be_read_leaves_the_id_to_the_next() {
    let mut shelf = Shelf::new();
    for path in ["x.txt", "y.txt", "z.txt"] {
        shelf.write(path, vec![doc("same", path)]);
    }
    shelf.later();
    let mut fake = FakeIndex::new();
    index(&shelf, &mut fake);
    shelf.remove("z.txt");
    shelf.files.get_mut("y.txt").unwrap().unreadable = true;
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [1, 0, 0, 0, 1, 0]);
    assert_eq!(fake.text("same"), Some("x.txt"));
    // When it can be read again, it is.
    shelf.files.get_mut("y.txt").unwrap().unreadable = false;
    assert_eq!(index(&shelf, &mut fake).counts(), [1, 0, 1, 0, 0, 0]);
    assert_eq!(fake.text("same"), Some("y.txt"));
}

#[test]
fn one_bad_record_costs_nobody_else() {
    let mut shelf = Shelf::new();
    let bad = [
        Text::Bad,
        Text::Unparsable,
        Text::Panic,
        Text::LatePanic,
        Text::Refused,
    ];
    let mut records = vec![doc("one", "1")];
    records.extend(bad);
    records.push(doc("two", "2"));
    shelf
        .write("a.jsonl", records)
        .write("b.txt", vec![Text::Panic])
        .later();
    let mut fake = FakeIndex::new();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [2, 0, 0, 0, 6, 0]);
    assert_eq!(fake.ids(), ["one", "two"]);
    let mut codes: Vec<_> = outcome
        .ledger
        .iter()
        .filter(|line| line["status"] == "failed")
        .map(|line| line["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    let expected = [
        "json",
        "not_indexable",
        "panicked",
        "panicked",
        "panicked",
        "unparsable",
    ];
    assert_eq!(codes, expected);

    // They are told of again, though nobody read them again.
    shelf.opened();
    let again = index(&shelf, &mut fake);
    assert_eq!(again.counts(), [0, 2, 0, 0, 6, 0]);
    assert!(shelf.opened().is_empty());
    let line = again
        .ledger
        .iter()
        .find(|line| line["path"] == "b.txt")
        .unwrap();
    assert_eq!(line["message"], "a bug was met: the parser met a bug");
}

#[test]
fn a_file_that_breaks_loses_its_documents_and_gets_them_back() {
    let (mut shelf, mut fake) = started();
    shelf.write("c.txt", vec![Text::Unparsable]);
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 4, 0, 0, 1, 1]);
    assert_eq!(fake.text("c"), None);
    shelf.later().write("c.txt", vec![doc("c", "mended")]);
    assert_eq!(index(&shelf, &mut fake).counts(), [1, 4, 0, 0, 0, 0]);
    assert_eq!(fake.text("c"), Some("mended"));
}

#[test]
fn what_cannot_be_reached_keeps_its_documents() {
    let mut shelf = Shelf::new();
    shelf
        .write("in/a.txt", vec![doc("", "a")])
        .write("in/deep/b.jsonl", vec![doc("b", "1"), Text::Bad])
        .write("inside.txt", vec![doc("", "c")])
        .later();
    let mut fake = FakeIndex::new();
    index(&shelf, &mut fake);
    shelf.unreadable_folders.insert("in".to_owned());
    let outcome = index(&shelf, &mut fake);
    assert_eq!(
        outcome.counts(),
        [0, 3, 0, 0, 2, 0],
        "the folder, and what failed before"
    );
    assert_eq!(fake.ids(), ["b", "in/a.txt", "inside.txt"]);

    // Another configuration cannot reach them, and is told to them as soon as it can.
    shelf.config = "second".to_owned();
    assert_eq!(index(&shelf, &mut fake).counts(), [1, 2, 0, 0, 2, 0]);
    assert_eq!(fake.published["b"].config, "first");
    let error = rebuild(&shelf, &mut fake).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    shelf.unreadable_folders.clear();
    assert_eq!(index(&shelf, &mut fake).counts(), [2, 1, 0, 0, 1, 0]);
    assert_eq!(fake.published["b"].config, "second");
}

#[test]
fn a_file_that_cannot_be_read_keeps_its_documents() {
    let (mut shelf, mut fake) = started();
    shelf
        .touch("b.jsonl")
        .files
        .get_mut("b.jsonl")
        .unwrap()
        .unreadable = true;
    for _ in 0..2 {
        let outcome = index(&shelf, &mut fake);
        assert_eq!(outcome.counts(), [0, 5, 0, 0, 1, 0]);
        assert_eq!(shelf.opened(), ["b.jsonl"], "it is tried every time");
        shelf.later();
    }
    shelf.files.get_mut("b.jsonl").unwrap().unreadable = false;
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 5, 0, 0, 0, 0]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_again() {
    let (mut shelf, mut fake) = started();
    shelf
        .touch("b.jsonl")
        .later()
        .files
        .get_mut("b.jsonl")
        .unwrap()
        .changing = true;
    index(&shelf, &mut fake);
    shelf.files.get_mut("b.jsonl").unwrap().changing = false;
    shelf.opened();
    index(&shelf, &mut fake);
    assert_eq!(shelf.opened(), ["b.jsonl"]);
}

#[test]
fn another_configuration_makes_every_document_anew() {
    let (mut shelf, mut fake) = started();
    let entered = shelf.clock - 10;
    shelf.config = "second".to_owned();
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [5, 0, 0, 0, 0, 0]);
    assert!(
        fake.published
            .values()
            .all(|it| it.config == "second" && it.added == entered)
    );
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 5, 0, 0, 0, 0]);
}

fn rebuild(shelf: &Shelf, fake: &mut FakeIndex) -> crate::Result<Outcome> {
    let setting = Setting::new().options(|options| options.rebuild(true));
    try_index(shelf, fake, &setting, &())
}

#[test]
fn a_rebuild_remembers_when_documents_entered() {
    let (mut shelf, mut fake) = started();
    let entered = shelf.clock - 10;
    shelf.remove("a.txt").write("d.txt", vec![doc("", "new")]);
    let outcome = rebuild(&shelf, &mut fake).unwrap();
    assert_eq!(outcome.counts(), [5, 0, 0, 0, 0, 1]);
    assert_eq!(fake.ids(), ["b.jsonl#2", "b1", "b3", "c", "d.txt"]);
    assert_eq!(
        (fake.published["c"].added, fake.published["d.txt"].added),
        (entered, shelf.clock)
    );
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 5, 0, 0, 0, 0]);
}

#[test]
fn a_damaged_journal_is_refused_and_a_rebuild_mends_it() {
    let (shelf, mut fake) = started();
    let journal = fake.run.as_ref().unwrap().journal.clone().unwrap();
    let path = fake.folder.path().join(&journal.path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = try_index(&shelf, &mut fake, &Setting::new(), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert_eq!(fake.generation, 1);
    assert_eq!(
        rebuild(&shelf, &mut fake).unwrap().counts(),
        [5, 0, 0, 0, 0, 0]
    );
    assert_eq!(index(&shelf, &mut fake).counts(), [0, 5, 0, 0, 0, 0]);
}

#[test]
fn losing_too_much_publishes_nothing_unless_told_so() {
    let mut shelf = Shelf::new();
    for number in 0..60 {
        shelf.write(&format!("{number:02}.txt"), vec![doc("", "text")]);
    }
    shelf.later();
    let mut fake = FakeIndex::new();
    index(&shelf, &mut fake);
    for number in 0..21 {
        shelf.remove(&format!("{number:02}.txt"));
    }
    let error = try_index(&shelf, &mut fake, &Setting::new(), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shrink);
    assert!(
        error.message().contains("60") && error.message().contains("39"),
        "{error}"
    );
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("--allow-shrink"))
    );
    assert_eq!((fake.generation, fake.published.len()), (1, 60));
    assert_eq!(
        rebuild(&shelf, &mut fake).unwrap_err().kind(),
        ErrorKind::Shrink
    );
    let allowed = Setting::new().options(|options| options.allow_shrink(true));
    let outcome = try_index(&shelf, &mut fake, &allowed, &()).unwrap();
    assert_eq!(outcome.counts(), [0, 39, 0, 0, 0, 21]);
}

#[test]
fn what_is_skipped_or_empty_is_counted() {
    let (mut shelf, mut fake) = started();
    shelf.skipped.insert("photo.jpg".to_owned());
    shelf.write("empty.jsonl", vec![]).later();
    for _ in 0..2 {
        let outcome = index(&shelf, &mut fake);
        assert_eq!(outcome.counts(), [0, 5, 0, 2, 0, 0]);
        assert_eq!(lines_of(&outcome, "skipped").len(), 2);
    }
    assert_eq!(fake.generation, 2, "what is skipped now is recorded once");
}

#[test]
fn documents_that_came_by_another_way_are_left_alone_and_never_doubled() {
    let mut shelf = Shelf::new();
    shelf
        .write("a.txt", vec![doc("a", "from the file")])
        .later();
    let mut other = Shelf::new();
    other.write("x.jsonl", vec![doc("a", "by hand"), doc("b", "by hand")]);
    let mut fake = FakeIndex::new();
    index(&other, &mut fake);
    fake.run = None;
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [1, 0, 0, 0, 0, 0]);
    assert_eq!(
        (fake.text("a"), fake.text("b")),
        (Some("from the file"), Some("by hand"))
    );
    assert_eq!(outcome.report.documents, 2);
}

#[test]
fn an_error_of_the_index_publishes_nothing() {
    let (mut shelf, mut fake) = started();
    let before = fake.published.clone();
    shelf.remove("a.txt").write("c.txt", vec![doc("c", "new")]);
    for operations in 0..3 {
        let setting = Setting::new().fails_after(operations);
        let error = try_index(&shelf, &mut fake, &setting, &()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!((fake.generation, &fake.published), (1, &before));
    }
    assert_eq!(index(&shelf, &mut fake).counts(), [1, 3, 0, 0, 0, 1]);
    let ledgers = fs::read_dir(fake.folder.path().join("runs")).unwrap();
    let ends: Vec<String> = ledgers
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .map(|text| text.lines().nth_back(1).unwrap()[..8].to_owned())
        .collect();
    assert_eq!(ends.iter().filter(|end| *end == r#"{"error""#).count(), 3);
    assert_eq!(ends.iter().filter(|end| *end == r#"{"totals"#).count(), 2);
}

#[test]
fn a_first_build_that_is_stopped_publishes_its_start() {
    let (mut shelf, _) = started();
    for number in 0..40 {
        shelf.write(&format!("n{number}.txt"), vec![doc("", "new")]);
    }
    let mut fresh = FakeIndex::new();
    let stop = StopAfter(Mutex::new(30));
    let error = try_index(&shelf, &mut fresh, &Setting::new(), &stop).unwrap_err();
    assert_eq!((error.kind(), fresh.generation), (ErrorKind::Cancelled, 1));
    let kept = fresh.published.len() as u64;
    assert!(kept > 0 && kept < 45, "{kept}");
    let [indexed, unchanged, ..] = index(&shelf, &mut fresh).counts();
    assert_eq!((indexed, unchanged), (45 - kept, kept));
}

#[test]
fn an_update_that_is_stopped_publishes_what_it_did_and_loses_nothing() {
    let ids = |from: usize| (from..from + 4).map(|id| doc(&format!("id{id}"), "text"));
    for events in 1..30 {
        let mut shelf = Shelf::new();
        for number in 0..8 {
            shelf.write(&format!("{number}.jsonl"), ids(number * 4).collect());
        }
        shelf.later();
        let mut fake = FakeIndex::new();
        index(&shelf, &mut fake);
        let entered = shelf.clock;
        let before: Vec<String> = fake.published.keys().cloned().collect();
        // Every record moves to the next file: each file loses ids that a later one gains.
        shelf.later();
        for number in 0..8 {
            shelf.write(&format!("{number}.jsonl"), ids(number * 4 + 2).collect());
        }
        shelf.remove("3.jsonl").later();
        let stop = StopAfter(Mutex::new(events));
        let setting = Setting::new().options(|options| options.threads(2));
        let outcome = try_index(&shelf, &mut fake, &setting, &stop);
        if outcome.is_err() {
            for id in &before {
                assert!(
                    fake.published.contains_key(id),
                    "`{id}` is lost after {events} events"
                );
            }
        }
        index(&shelf, &mut fake);
        let mut fresh = FakeIndex::new();
        index(&shelf, &mut fresh);
        assert_eq!(fake.ids(), fresh.ids(), "{events}");
        for (id, held) in &fake.published {
            assert_eq!(
                held.path, fresh.published[id].path,
                "{id} after {events} events"
            );
            let is_old = before.contains(id);
            assert_eq!(held.added == entered, is_old, "{id} after {events} events");
        }
        assert_eq!(index(&shelf, &mut fake).counts()[0], 0);
    }
}

#[test]
fn a_rebuild_does_not_lose_what_cannot_be_read_at_the_moment() {
    let (mut shelf, mut fake) = started();
    let before = fake.published.clone();
    shelf.files.get_mut("a.txt").unwrap().unreadable = true;
    let rebuild = Setting::new().options(|options| options.rebuild(true).allow_shrink(true));
    let error = try_index(&shelf, &mut fake, &rebuild, &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(
        error.message().contains("`a.txt` cannot be read"),
        "{error}"
    );
    assert_eq!((fake.generation, &fake.published), (1, &before));
    shelf.write("new.txt", vec![doc("", "new")]);
    shelf.files.get_mut("new.txt").unwrap().unreadable = true;
    shelf.files.get_mut("a.txt").unwrap().unreadable = false;
    // A file of which nothing is known is no loss.
    try_index(&shelf, &mut fake, &rebuild, &()).unwrap();
    assert_eq!(fake.ids().len(), before.len());
}

#[test]
fn a_file_that_goes_away_during_a_run_holds_up_no_rebuild() {
    let (mut shelf, mut fake) = started();
    let before = fake.published.clone();
    shelf.later();
    shelf
        .touch("a.txt")
        .files
        .get_mut("a.txt")
        .unwrap()
        .vanished = true;
    // An update does not know yet whether it comes back.
    index(&shelf, &mut fake);
    assert_eq!(fake.published, before);
    let rebuild = Setting::new().options(|options| options.rebuild(true));
    let report = try_index(&shelf, &mut fake, &rebuild, &()).unwrap().report;
    assert_eq!(report.failed, 1);
    assert_eq!(fake.ids().len(), before.len() - 1);
}

#[test]
fn a_rebuild_that_is_stopped_publishes_nothing() {
    let (shelf, mut fake) = started();
    let stop = StopAfter(Mutex::new(3));
    let rebuild = Setting::new().options(|options| options.rebuild(true));
    let error = try_index(&shelf, &mut fake, &rebuild, &stop).unwrap_err();
    assert_eq!((error.kind(), fake.generation), (ErrorKind::Cancelled, 1));
}

#[test]
fn a_first_build_publishes_on_the_way_and_an_update_does_not() {
    let mut shelf = Shelf::new();
    for number in 0..10 {
        shelf.write(&format!("{number}.txt"), vec![doc("", "text")]);
    }
    shelf.later();
    let often = Setting::new().options(|options| options.threads(1).checkpoints(Duration::ZERO, 1));
    let mut fake = FakeIndex::new();
    try_index(&shelf, &mut fake, &often, &()).unwrap();
    assert_eq!(fake.generation, 11);
    for number in 0..10 {
        shelf.write(&format!("n{number}.txt"), vec![doc("", "text")]);
    }
    try_index(&shelf, &mut fake, &often, &()).unwrap();
    assert_eq!(fake.generation, 12);
}

#[test]
fn the_journal_is_told_anew_when_most_of_it_is_overtaken() {
    let mut shelf = Shelf::new();
    let mut fake = FakeIndex::new();
    let mut names = Vec::new();
    for round in 0..8 {
        let mut records: Vec<_> = (0..600)
            .map(|n| doc(&n.to_string(), &format!("{round} {n}")))
            .collect();
        records.push(Text::Bad);
        records.push(doc("0", "again"));
        shelf
            .later()
            .write("a.jsonl", records)
            .write("b.jsonl", vec![doc("0", "last")]);
        assert_eq!(index(&shelf, &mut fake).report.failed, 1);
        names.push(fake.run.as_ref().unwrap().journal.clone().unwrap().path);
    }
    names.dedup();
    assert!(names.len() > 1, "{names:?}");
    let outcome = index(&shelf, &mut fake);
    assert_eq!(outcome.counts(), [0, 600, 2, 0, 1, 0]);
    shelf.later().remove("b.jsonl");
    index(&shelf, &mut fake);
    assert_eq!(fake.text("0"), Some("again"));
    assert_eq!(fake.ids().len(), 600);
}
