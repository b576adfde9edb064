//! A writer whose disk breaks: it says so, does nothing more, and the next one goes on.

use std::error::Error as _;
use std::io;
use std::path::Path;

use tempfile::tempdir;

use super::storage::faults::{Fault, Plan, copy, install};
use crate::{Commit, Document, Error, ErrorKind, Index, Result, Schema, SearchRequest, Writer};

/// Makes an index in so many segments.
fn make(folder: &Path, count: usize) {
    let index = Index::create(folder, Schema::default()).unwrap();
    for number in 0..count {
        let mut writer = index.writer().unwrap();
        writer.put(document(number)).unwrap();
        writer.commit().unwrap();
    }
}

fn document(number: usize) -> Document {
    Document::new(format!("d{number}")).body(format!("text {number}"))
}

fn total(index: &Index) -> u64 {
    let all = SearchRequest::query("text").unwrap();
    index.searcher().unwrap().search(&all).unwrap().total
}

fn check(error: &Error, folder: &Path, what: &str) {
    assert_eq!(error.kind(), ErrorKind::Io, "{what}: {error:?}");
    assert!(
        error.path().unwrap().starts_with(folder),
        "{what}: {error:?}"
    );
    let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
    let kind = cause.map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::StorageFull), "{what}: {error:?}");
}

/// Fails at every `stride`-th operation of `work` on an index of so many segments; says where.
fn play(
    count: usize,
    stride: usize,
    work: impl Fn(Writer, &Path) -> Result<Commit>,
) -> Vec<String> {
    let mut broken = Vec::new();
    let before = tempdir().unwrap();
    make(before.path(), count);
    for after in (0..).step_by(stride) {
        let folder = tempdir().unwrap();
        copy(before.path(), folder.path());
        let index = Index::open(folder.path()).unwrap();
        let writer = index.writer().unwrap();
        let guard = install(folder.path(), Plan::fail(after, Fault::Full));
        let outcome = work(writer, folder.path());
        let what = guard.broke();
        drop(guard);
        let Some(what) = what else {
            assert_eq!(outcome.unwrap().documents, count as u64 + 1);
            break;
        };
        match &outcome {
            Ok(commit) => assert_eq!(commit.documents, count as u64 + 1, "{what}"),
            Err(error) => check(error, folder.path(), &what),
        }
        let found = total(&index);
        let published = found == count as u64 + 1;
        assert!(published || found == count as u64, "{what}: {found}");
        assert!(published || outcome.is_err(), "{what}");
        let writer = index.writer().unwrap();
        writer.put(document(count)).unwrap();
        assert_eq!(writer.finish().unwrap().documents, count as u64 + 1);
        assert_eq!(total(&index), count as u64 + 1, "{what}");
        broken.push(what);
    }
    broken
}

#[test]
fn a_writer_that_failed_does_not_commit_what_is_left() {
    let broken = play(1, 3, |mut writer, folder| {
        let commit = writer.put(document(1)).and_then(|()| writer.commit());
        if commit.is_err() {
            for again in [
                writer.commit().map(drop),
                writer.put(document(2)),
                writer.delete("d0"),
            ] {
                let error = again.unwrap_err();
                let is_known = error.kind() == ErrorKind::Engine;
                assert!(
                    is_known || error.path().unwrap().starts_with(folder),
                    "{error:?}"
                );
            }
        }
        commit
    });
    assert!(broken.len() > 8, "{broken:?}");
}

#[test]
fn a_merge_that_fails_in_its_own_thread_is_not_lost() {
    // The fourth segment sets a merge off; that of a single one writes no more than half as much.
    let alone = play(1, 3, |writer, _| {
        writer.put(document(1))?;
        writer.finish()
    });
    let merging = play(3, 3, |writer, _| {
        writer.put(document(3))?;
        writer.finish()
    });
    assert!(merging.len() > alone.len() + 3, "{merging:?}");
}
