//! `pressmark index`: bring the index up to date, and say what became of everything.

use std::io;
use std::time::{Duration, SystemTime};

use pressmark::corpus::Corpus;
use pressmark::{ReindexOptions, Report, reindex};

use crate::args::{Common, IndexArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::ledger::Ledger;
use crate::output::number::{duration, thousands};
use crate::output::{json, number};
use crate::progress::Watch;
use crate::settings::{Place, from_here, not_a_folder};

pub(super) fn run(
    common: &Common,
    args: &IndexArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let place = Place::to_index(common, args.dir.as_deref())?;
    let options = options(common)
        .rebuild(args.rebuild)
        .allow_shrink(args.allow_shrink)
        .memory((args.memory as usize) << 20);
    let report = index(common, &place, &options, console)?;
    if common.json {
        json::line(console.out(), &report)?;
    } else {
        receipt(&report, &place, console);
        console.remark(&format!("next: pressmark search{} WORD", place.options()));
    }
    Ok(if report.failed > 0 {
        Finish::SomeFailed
    } else {
        Finish::Done
    })
}

/// Indexes a corpus that never was, before its first search.
pub(super) fn first(common: &Common, place: &Place, console: &mut Console) -> Result<(), Failure> {
    console.remark("this corpus has not been indexed: doing so now");
    let report = index(common, place, &options(common), console)?;
    receipt(&report, place, console);
    console.say("");
    Ok(())
}

fn options(common: &Common) -> ReindexOptions {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let options = ReindexOptions::at(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    match common.threads {
        Some(threads) => options.threads(usize::from(threads)),
        None => options,
    }
}

fn index(
    common: &Common,
    place: &Place,
    options: &ReindexOptions,
    console: &mut Console,
) -> Result<Report, Failure> {
    let Some(folder) = &place.corpus else {
        return Err(Failure::usage("usage", "there is no folder to index")
            .with_hint("name it: `pressmark index DIR`"));
    };
    if !folder.is_dir() {
        return Err(not_a_folder(folder));
    }
    let corpus = Corpus::new(folder, place.config(common)?)?;
    console.flush()?;
    let watch = Watch::new(console)?;
    let report = reindex(&corpus, &place.index, options, &watch);
    watch.finish();
    report.map_err(|error| {
        let is_barred = std::error::Error::source(&error)
            .and_then(|source| source.downcast_ref::<io::Error>())
            .is_some_and(|source| {
                matches!(
                    source.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                )
            });
        let failure = Failure::from(error);
        if is_barred && !place.is_indexed() {
            return failure.with_hint("`--index DIR` keeps the index in another folder");
        }
        failure
    })
}

/// Says what became of everything, and where to read more.
fn receipt(report: &Report, place: &Place, console: &mut Console) {
    let ledger = Ledger::newest(&place.index);
    let mut parts = vec![format!("indexed {}", thousands(report.indexed))];
    let mut add = |name: &str, number: u64| {
        if number > 0 {
            parts.push(format!("{name} {}", thousands(number)));
        }
    };
    add("unchanged", report.unchanged);
    add("duplicate", report.duplicate);
    if report.skipped > 0 {
        let codes = ledger
            .as_ref()
            .and_then(|ledger| ledger.codes("skipped").ok());
        parts.push(format!(
            "skipped {}{}",
            thousands(report.skipped),
            reasons(codes)
        ));
    }
    let mut add = |name: &str, number: u64| {
        if number > 0 {
            parts.push(format!("{name} {}", thousands(number)));
        }
    };
    add("failed", report.failed);
    add("removed", report.removed);
    let took = Duration::try_from_secs_f64(report.seconds).unwrap_or_default();
    parts.push(duration(took));
    console.remark(&parts.join(" · "));
    console.remark(&number::count(
        report.documents,
        "document is indexed",
        "documents are indexed",
    ));
    let notes = ledger
        .as_ref()
        .and_then(|ledger| ledger.reservations().ok())
        .unwrap_or_default();
    if !notes.is_empty() {
        let total = notes.iter().map(|(_, number)| number).sum();
        console.remark(&format!(
            "{}{}: pressmark status{} --notes",
            number::count(total, "note", "notes"),
            reasons(Some(notes)),
            place.options()
        ));
    }
    if report.failed > 0 {
        let options = place.options();
        console.remark(&format!(
            "what failed, and why: pressmark status{options} --failed"
        ));
    }
    console.mention(&format!("ledger: {}", from_here(&report.ledger).display()));
}

/// Why things were skipped, in a few words.
fn reasons(codes: Option<Vec<(String, u64)>>) -> String {
    let codes = codes.unwrap_or_default();
    if codes.is_empty() {
        return String::new();
    }
    let words: Vec<String> = codes
        .iter()
        .take(4)
        .map(|(code, number)| format!("{} {}", code.replace('_', " "), thousands(*number)))
        .collect();
    format!(" ({})", words.join(", "))
}
