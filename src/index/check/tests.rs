//! Damage is found wherever it is, healthy indexes are left in peace, and repairs mend.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::index::generation::Generation;
use crate::index::seal::seal_line;
use crate::{Document, Schema, SearchRequest, WriterOptions};

/// A small generator: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) % bound
    }
}

fn document(number: u64) -> Document {
    let country = ["Iran", "Cuba", "Malta"][(number % 3) as usize];
    Document::new(format!("d{number}"))
        .title(format!("Article {number}"))
        .body(format!(
            "Everywhere the treaty {number} was read. Ferries left the harbour."
        ))
        .date("1987-03")
        .unwrap()
        .facet("country", country)
}

/// An index of three segments (of four, one would be made) with deletions, in four generations of which
/// three are kept, and with a ledger.
fn sample() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = Index::create(&path, Schema::default()).unwrap();
    for (numbers, gone) in [(0..21, 0), (0..0, 10), (20..31, 20), (30..41, 30)] {
        let options = WriterOptions {
            threads: 1,
            now: Some(7),
            ..WriterOptions::default()
        };
        let writer = index.writer_with(options).unwrap();
        for number in numbers {
            writer.put(document(number)).unwrap();
        }
        writer.delete(&format!("d{gone}")).unwrap();
        writer.finish().unwrap();
    }
    fs::create_dir(path.join("runs")).unwrap();
    let lines = "{\"path\":\"a\"}\n{\"totals\":{}}\n";
    let seal = seal_line(&blake3::hash(lines.as_bytes()));
    fs::write(path.join("runs/a.jsonl"), format!("{lines}{seal}")).unwrap();
    fs::write(path.join("runs/b.part"), lines).unwrap();
    (folder, path)
}

fn check(path: &Path, deep: bool) -> CheckReport {
    let options = CheckOptions::default().deep(deep);
    Index::check(path, &options, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// What a fixed set of questions is answered with.
fn answers(path: &Path) -> Result<Vec<String>> {
    let searcher = Index::open(path)?.searcher()?;
    let mut answers = Vec::new();
    for request in [
        SearchRequest::query("treaty")?.all_facets(),
        SearchRequest::query("\"left the harbour\"")?.filter("country", "Cuba"),
        SearchRequest::query("oil OR (article -17)")?,
    ] {
        let mut response = searcher.search(&request.snippets(1))?;
        (response.took_ms, response.generation) = (0.0, 0);
        answers.push(serde_json::to_string(&response).unwrap());
    }
    for id in ["d3", "d21", "d40"] {
        answers.push(format!("{:?}", searcher.get(id)?));
    }
    Ok(answers)
}

#[test]
fn a_healthy_index_is_left_in_peace() {
    let (_folder, path) = sample();
    for deep in [false, true] {
        let report = check(&path, deep);
        assert_eq!(report.damage, []);
        assert!(report.healthy && report.generations.iter().all(CheckedGeneration::is_intact));
        assert_eq!((report.generation, report.documents), (Some(4), 37));
        assert_eq!(report.generations.len(), 3);
        let remarks: Vec<_> = report
            .remarks
            .iter()
            .map(|remark| (remark.path.as_str(), remark.code.as_str()))
            // What a merge replaced goes with the next sweep.
            .filter(|(path, code)| !(path.starts_with("data/") && *code == "leftover"))
            .collect();
        assert_eq!(remarks, [("runs/b.part", "unfinished")]);
        assert!(RepairPlan::of(&report).is_empty());
    }
    let writer = Index::open(&path).unwrap().writer().unwrap();
    let report = check(&path, false);
    assert_eq!(
        (report.healthy, report.remarks[0].code.as_str()),
        (true, "writer_at_work")
    );
    drop(writer);
    let stopped = Index::check(&path, &CheckOptions::default(), &mut |_| {
        ControlFlow::Break(())
    });
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    let none = path.join("runs");
    let nowhere = Index::check(none, &CheckOptions::default(), &mut |_| {
        ControlFlow::Break(())
    });
    assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::NoIndex);
}

/// Flips and truncations of any file; a larger number by `PRESSMARK_DAMAGES`.
#[test]
fn every_damaged_byte_is_found() {
    let damages = std::env::var("PRESSMARK_DAMAGES").ok();
    let damages: u64 = damages.and_then(|text| text.parse().ok()).unwrap_or(120);
    let (_folder, path) = sample();
    let before = answers(&path).unwrap();
    let unneeded: Vec<PathBuf> = check(&path, false)
        .remarks
        .iter()
        .map(|remark| path.join(&remark.path))
        .collect();
    let is_checked = |file: &&PathBuf| !file.ends_with("LOCK") && !unneeded.contains(file);
    let files: Vec<PathBuf> = files(&path)
        .into_iter()
        .filter(|file| is_checked(&file))
        .collect();
    let mut numbers = Numbers(3);
    let mut seen = BTreeMap::<&str, u64>::new();
    for number in 0..damages {
        let file = &files[(number % files.len() as u64) as usize];
        let whole = fs::read(file).unwrap();
        let at = numbers.below(whole.len() as u64) as usize;
        let mut damaged = whole.clone();
        if numbers.below(3) == 0 {
            damaged.truncate(at);
        } else {
            damaged[at] ^= 1 << numbers.below(8);
        }
        fs::write(file, &damaged).unwrap();
        let report = check(&path, false);
        assert!(!report.healthy, "{} at {at}", file.display());
        let name = file.strip_prefix(&path).unwrap().to_str().unwrap();
        assert_eq!(report.damage[0].path, name, "at {at}: {:?}", report.damage);
        assert!(!RepairPlan::of(&report).is_empty());
        // Whatever a search makes of it, the process goes on, and says what to do.
        let outcome = match answers(&path) {
            Ok(after) if after == before => "same",
            Ok(_) => "wrong",
            Err(error) => {
                let hint = error.hint().unwrap_or_default();
                assert!(hint.contains("pressmark check"), "{error}: {hint}");
                "error"
            }
        };
        *seen.entry(outcome).or_default() += 1;
        fs::write(file, &whole).unwrap();
    }
    assert_eq!(seen.values().sum::<u64>(), damages);
    assert!(check(&path, true).healthy);
    if damages != 120 {
        eprintln!("{seen:?}");
    }
}

/// What a deep check says of an index in which a byte of the first file of a kind was changed, as if
/// before its hash was taken. The file is left as it was.
fn deep_check_of_changed(
    path: &Path,
    generation: &Generation,
    kind: &str,
    place: impl Fn(usize) -> usize,
) -> CheckReport {
    let mut wrong = generation.clone();
    wrong.number += 1;
    let mut files = wrong.files.iter_mut();
    let file = files.find(|file| file.path.ends_with(kind)).unwrap();
    let full = path.join("data").join(&wrong.build).join(&file.path);
    let whole = fs::read(&full).unwrap();
    let mut bytes = whole.clone();
    bytes[place(whole.len())] ^= 0x55;
    file.hash = blake3::hash(&bytes).to_hex().to_string();
    fs::write(&full, &bytes).unwrap();
    // The earlier states name the file by its right hash.
    let home = crate::index::home::Home::Folder(path.into());
    for number in 1..=generation.number {
        let _ = fs::remove_file(crate::index::generation::description(path, number));
    }
    wrong.publish(&home).unwrap();
    assert!(check(path, false).healthy);
    let report = check(path, true);
    fs::write(&full, &whole).unwrap();
    report
}

fn newest(path: &Path) -> Generation {
    let states = states::States::read(path).unwrap();
    states.kept[0].generation.clone().unwrap()
}

#[test]
fn what_hashes_vouch_for_is_decoded_too() {
    let (_folder, path) = sample();
    let generation = newest(&path);
    let mut missed = Vec::new();
    for kind in [
        "idx", "fast", "store", "text", "card", "node", "sent", "term",
    ] {
        let report = deep_check_of_changed(&path, &generation, kind, |length| length / 3);
        if report.healthy {
            missed.push(kind);
        }
    }
    // Other starts of sentences, and other values of some columns, are as good as the right ones.
    missed.retain(|kind| !["fast", "sent"].contains(kind));
    assert_eq!(missed, [] as [&str; 0]);
}

#[test]
fn values_by_document_are_those_of_the_columns() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path(), Schema::default()).unwrap();
    let options = WriterOptions {
        threads: 1,
        ..WriterOptions::default()
    };
    let mut writer = index.writer_with(options).unwrap();
    for number in 0..40 {
        let topic = ["grain", "ships"][(number % 2) as usize];
        writer.put(document(number).facet("topic", topic)).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    let generation = newest(folder.path());
    // The rows lie before the directory, which names both facets, and the footer of the engine.
    let reports = (100..300).step_by(5).map(|back| {
        deep_check_of_changed(folder.path(), &generation, "node", |length| length - back)
    });
    let is_of_rows = |report: &CheckReport| {
        let found = report.damage.iter().map(|damage| &damage.message);
        found
            .into_iter()
            .any(|message| message.contains("by document"))
    };
    assert!(reports.filter(is_of_rows).count() >= 5);
}

#[cfg(feature = "formats")]
#[test]
fn states_come_back_without_a_source() {
    use crate::index::{forget, mend};
    let mended = |path: &Path| {
        let plan = RepairPlan::of(&check(path, false));
        mend(path, &plan).unwrap();
        forget(path, &plan).unwrap();
        let report = check(path, true);
        assert_eq!(report.damage, []);
        (plan, report)
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 4;
        fs::write(path, bytes).unwrap();
    };
    // The name of the newest state.
    let (_folder, path) = sample();
    let before = answers(&path).unwrap();
    fs::remove_file(path.join("CURRENT")).unwrap();
    assert_eq!(Index::open(&path).unwrap_err().kind(), ErrorKind::Damaged);
    let refused = Index::create(&path, Schema::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::IndexExists);
    let (plan, report) = mended(&path);
    assert!(
        matches!(plan.steps[0], RepairStep::NameNewest { generation: 4, .. }),
        "{plan:?}"
    );
    assert_eq!(
        (answers(&path).unwrap(), report.generation),
        (before, Some(4))
    );
    // The description of the newest state: the one before comes back, under a new number.
    flip(&path.join("generations/4.json"));
    let (plan, report) = mended(&path);
    assert!(
        matches!(&plan.steps[0], RepairStep::Restore { generation: 3, .. }),
        "{plan:?}"
    );
    assert_eq!((report.generation, report.documents), (Some(5), 28));
    // A segment that all states share: the rest goes on.
    let described: Vec<String> = files(&path.join("generations"))
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let shared = files(&path.join("data")).into_iter().find(|file| {
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_text = file.extension().is_some_and(|kind| kind == "text");
        is_text && described.iter().all(|text| text.contains(name))
    });
    flip(&shared.unwrap());
    let damaged = check(&path, false);
    let (plan, report) = mended(&path);
    let RepairStep::Restore {
        without,
        lost,
        documents,
        ..
    } = &plan.steps[0]
    else {
        panic!("{plan:?}");
    };
    assert!(without.len() == 1 && *lost > 0, "{damaged:?}");
    assert_eq!(report.documents, *documents);
    Index::open(&path).unwrap().searcher().unwrap();
}

#[test]
fn deletions_are_not_added_to_damaged_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = Index::create(&path, Schema::default()).unwrap();
    for (number, gone) in [(42, "d1"), (0, "d2")] {
        // One thread makes one segment, none of which is as good as empty afterwards.
        let options = WriterOptions {
            threads: 1,
            ..WriterOptions::default()
        };
        let writer = index.writer_with(options).unwrap();
        for number in 0..number {
            writer.put(document(number)).unwrap();
        }
        writer.delete(gone).unwrap();
        writer.finish().unwrap();
    }
    let states = states::States::read(&path).unwrap();
    let generation = states.kept[0].generation.clone().unwrap();
    drop(states);
    let mut damaged = 0;
    for file in generation.files.iter().filter(|file| {
        file.path
            .rsplit_once('.')
            .is_some_and(|(_, it)| it == "del")
    }) {
        let file = path.join("data").join(&generation.build).join(&file.path);
        let mut bytes = fs::read(&file).unwrap();
        bytes[5] ^= 1;
        fs::write(file, bytes).unwrap();
        damaged += 1;
    }
    assert!(damaged > 0);
    let write = || -> Result<()> {
        let mut writer = Index::open(&path)?.writer()?;
        for number in 0..42 {
            writer.delete(&format!("d{number}"))?;
        }
        writer.commit()?;
        Ok(())
    };
    assert_eq!(write().unwrap_err().kind(), ErrorKind::Damaged);
    assert!(!check(&path, false).healthy);
}

/// Deletions are applied in a thread of the engine in which a panic ends the process.
#[cfg(feature = "formats")]
#[test]
fn deletions_survive_damaged_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = Index::create(&path, Schema::default()).unwrap();
    let writer = index.writer().unwrap();
    for number in 0..42 {
        writer.put(document(number)).unwrap();
    }
    writer.finish().unwrap();
    let states = states::States::read(&path).unwrap();
    let generation = states.kept[0].generation.clone().unwrap();
    drop(states);
    let mut refused = 0;
    for file in &generation.files {
        let file = path.join("data").join(&generation.build).join(&file.path);
        let whole = fs::read(&file).unwrap();
        let is_dictionary = file.extension().is_some_and(|it| it == "term");
        // The last bytes of a file say where everything is.
        let last = if is_dictionary { 160 } else { 24 };
        for at in whole.len().saturating_sub(last)..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x75;
            fs::write(&file, damaged).unwrap();
            let writer = Index::open(&path).and_then(|index| index.writer());
            let deleted = writer.and_then(|mut writer| {
                writer.delete("d1")?;
                writer.write_out()
            });
            refused += usize::from(deleted.is_err());
        }
        fs::write(&file, whole).unwrap();
    }
    assert!(refused > 0, "no damage was come upon");
    assert!(check(&path, true).healthy);
}
