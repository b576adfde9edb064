//! What a journal says survives, and what does not belong to it is neither believed nor kept.

use tempfile::tempdir;

use super::*;
use crate::index::storage::faults::{Fault, Plan, install};
use crate::reindex::entry::{FileEntry, Key, RecordEntry, Status};

fn file(number: u32, path: &str) -> Entry<'_> {
    Entry::File(FileEntry {
        file: number,
        path,
        ..FileEntry::default()
    })
}

fn record(file: u32, number: u32, id: &str) -> Entry<'_> {
    Entry::Record(RecordEntry {
        file,
        number,
        status: Status::Indexed,
        hash: Key([3; 16]),
        key: Key::of(id),
        added: 1_000,
        id,
        member: "",
        cut: false,
        failure: None,
    })
}

/// A journal with a file of three records, and what names it.
fn sample(index: &Path) -> (Journal, FileRef) {
    let mut journal = Journal::begin(index, 1);
    let number = journal.number_file();
    journal.append(&file(number, "a.jsonl")).unwrap();
    for (line, id) in [(1, "one"), (2, "two"), (3, "three")] {
        journal.append(&record(number, line, id)).unwrap();
    }
    let named = journal.sync().unwrap();
    (journal, named)
}

fn load(index: &Path, named: &FileRef) -> Result<(Journal, State)> {
    Journal::load(index, named, &Space::new(index, 0))
}

fn ids(index: &Path, named: &FileRef) -> Result<Vec<String>> {
    let (mut journal, state) = load(index, named)?;
    let files = state.files().map(Result::unwrap);
    files
        .flat_map(|(_, file)| state.records(&file))
        .map(|item| {
            let (_, record) = item?;
            journal.read(record.at, |entry| match entry {
                Entry::Record(record) => record.id.to_owned(),
                _ => String::new(),
            })
        })
        .collect()
}

#[test]
fn what_was_synced_is_read_again() {
    let index = tempdir().unwrap();
    let (_, named) = sample(index.path());
    assert_eq!(named.path, "journal/000000000001.journal");
    assert_eq!(ids(index.path(), &named).unwrap(), ["one", "two", "three"]);
}

#[test]
fn what_lies_beyond_is_not_believed_and_is_cut() {
    let index = tempdir().unwrap();
    let (mut journal, named) = sample(index.path());
    journal.append(&record(0, 4, "never published")).unwrap();
    journal.sync().unwrap();
    let path = index.path().join(&named.path);
    let longer = fs::metadata(&path).unwrap().len();
    assert!(longer > named.length);
    assert_eq!(ids(index.path(), &named).unwrap(), ["one", "two", "three"]);
    assert_eq!(
        fs::metadata(&path).unwrap().len(),
        longer,
        "reading writes nothing"
    );

    let (mut journal, _) = load(index.path(), &named).unwrap();
    journal
        .append(&Entry::RecordGone { file: 0, number: 2 })
        .unwrap();
    let next = journal.sync().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), next.length);
    assert_eq!(ids(index.path(), &next).unwrap(), ["one", "three"]);
    assert_eq!(
        ids(index.path(), &named).unwrap(),
        ["one", "two", "three"],
        "the older generation"
    );
}

#[test]
fn every_flipped_byte_and_every_missing_end_is_found() {
    let index = tempdir().unwrap();
    let (_, named) = sample(index.path());
    let path = index.path().join(&named.path);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x41;
        fs::write(&path, &bad).unwrap();
        let error = load(index.path(), &named).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "byte {at}");
        fs::write(&path, &good[..at]).unwrap();
        let error = load(index.path(), &named).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "cut at {at}");
    }
    fs::remove_file(&path).unwrap();
    let error = load(index.path(), &named).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(error.hint().is_some_and(|hint| hint.contains("--rebuild")));
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let index = tempdir().unwrap();
    let (_, named) = sample(index.path());
    for path in [
        "../x.journal",
        "journal/../../x.journal",
        "/etc/passwd",
        "CURRENT",
    ] {
        let named = FileRef {
            path: path.to_owned(),
            ..named.clone()
        };
        let error = load(index.path(), &named).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{path}");
    }
}

#[test]
fn entries_are_read_again_from_the_buffer_and_from_the_file() {
    let index = tempdir().unwrap();
    let mut journal = Journal::begin(index.path(), 1);
    let long = "x".repeat(3_000);
    let mut places = Vec::new();
    for number in 0..400 {
        let id = format!("{number}{}", if number % 3 == 0 { &long } else { "" });
        places.push((journal.append(&record(0, number, &id)).unwrap(), id));
    }
    assert!(journal.length > 0, "some were written out");
    for (at, id) in &places {
        let same = journal.read(
            *at,
            |entry| matches!(entry, Entry::Record(r) if r.id == *id),
        );
        assert!(same.unwrap(), "at {at}");
    }
    assert!(journal.read(7, |_| ()).is_err());
    assert!(journal.read(u64::MAX - 9, |_| ()).is_err());
}

#[test]
fn a_journal_is_rewritten_when_most_of_it_is_overtaken() {
    let index = tempdir().unwrap();
    let mut journal = Journal::begin(index.path(), 1);
    for number in 0..10_000 {
        journal.append(&record(0, number % 10, "again")).unwrap();
    }
    assert!(journal.is_overtaken(4_999));
    assert!(!journal.is_overtaken(5_000));
    let small = Journal::begin(index.path(), 1);
    assert!(!small.is_overtaken(0));
}

#[test]
fn old_journals_go_when_no_kept_generation_can_name_them() {
    let index = tempdir().unwrap();
    let named = |generation| {
        let mut journal = Journal::begin(index.path(), generation);
        let named = journal.sync().unwrap();
        (journal, named)
    };
    let exists = |named: &FileRef| index.path().join(&named.path).exists();
    let (_, first) = named(1);
    let (second, second_ref) = named(10);
    second.sweep_old(index.path(), 15).unwrap();
    assert!(exists(&first) && exists(&second_ref));
    second.sweep_old(index.path(), 16).unwrap();
    assert!(!exists(&first) && exists(&second_ref));
    second.sweep_old(index.path(), 90).unwrap();
    assert!(exists(&second_ref));

    let (_, stray) = named(12);
    Journal::sweep_unpublished(index.path(), Some(&second_ref)).unwrap();
    assert!(!exists(&stray) && exists(&second_ref));
    Journal::sweep_unpublished(index.path(), None).unwrap();
    assert!(!exists(&second_ref));
}

#[test]
fn an_entry_is_replaced_only_while_it_is_not_written_out_and_of_equal_length() {
    let index = tempdir().unwrap();
    let (mut journal, _) = sample(index.path());
    let number = journal.number_file();
    let at = journal.append(&file(number, "b.jsonl")).unwrap();
    journal.append(&record(number, 1, "four")).unwrap();
    let hashed = Entry::File(FileEntry {
        file: number,
        path: "b.jsonl",
        complete: true,
        ..FileEntry::default()
    });
    assert!(!journal.replace(at, &file(number, "longer.jsonl")));
    assert!(journal.replace(at, &hashed));
    let named = journal.sync().unwrap();
    assert!(!journal.replace(at, &hashed));
    let (_, state) = load(index.path(), &named).unwrap();
    let told: Vec<_> = state
        .files()
        .map(|item| item.unwrap().1)
        .map(|file| (state.path(&file).unwrap(), file.complete, file.records.all))
        .collect();
    let expected = [("a.jsonl", false, 3), ("b.jsonl", true, 1)];
    assert_eq!(
        told,
        expected.map(|(path, complete, records)| (path.to_owned(), complete, records))
    );
    assert_eq!(state.entries, 6);
}

#[test]
fn a_journal_that_could_not_be_written_is_never_named() {
    let mut refused = 0;
    for fault in Fault::ALL {
        for operation in 0.. {
            let index = tempdir().unwrap();
            let guard = install(index.path(), Plan::fail(operation, fault));
            let mut journal = Journal::begin(index.path(), 1);
            let number = journal.number_file();
            journal.append(&file(number, "a.jsonl")).unwrap();
            journal.append(&record(number, 1, "one")).unwrap();
            let first = journal.sync();
            let is_over = guard.broke().is_none();
            // Whoever waited for it meanwhile may try again.
            let second = journal.sync();
            drop(guard);
            if is_over {
                assert!(operation > 3);
                break;
            }
            assert!(first.is_err(), "{fault:?} at {operation}");
            assert!(second.is_err(), "{fault:?} at {operation}: {second:?}");
            refused += 1;
        }
    }
    assert!(refused >= Fault::ALL.len());
}
