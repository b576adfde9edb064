//! `pressmark index`: bring the index up to date, and say what became of everything.

use std::io;
use std::time::{Duration, SystemTime};

use pressmark::corpus::Corpus;
use pressmark::tagging::Tagging;
use pressmark::{ErrorKind, ReindexOptions, Report, plan_reindex, reindex};
use serde_json::json;

use super::plan;
use crate::allocator;
use crate::args::{Common, IndexArgs, ProgressArg};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::helper;
use crate::ledger::Runs;
use crate::output::number::{duration, thousands};
use crate::output::{json as form, number};
use crate::own_vocabulary;
use crate::progress::Watch;
use crate::settings::{Place, from_here, not_a_folder};
use crate::watch;

pub(super) fn run(
    common: &Common,
    args: &IndexArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    allocator::settle();
    let place = Place::to_index(common, args.dir.as_deref())?;
    let tagging = tagging(&place)?;
    if args.watch.watch {
        let order = watch::Order {
            common,
            args: &args.watch,
            place,
            options: &|first| {
                let options = asked(common, args).tagging(tagging.clone());
                let retry = options.retry_failed && first == watch::First::Yes;
                options.retry_failed(retry)
            },
            receipt: &receipt,
        };
        return watch::run(order, console);
    }
    let options = asked(common, args).tagging(tagging.clone());
    let corpus = corpus(common, &place)?;
    console.flush()?;
    let watch = Watch::new(console, args.run.progress)?;
    if args.run.dry_run {
        let plan = plan_reindex(&corpus, &place.index, &options, &watch);
        watch.finish();
        let finish = plan::print(common, args, &plan?, &place, console)?;
        watch.object(json!({ "event": "done", "exit": finish as u8, "dry_run": true }));
        return Ok(finish);
    }
    let wait = Duration::from_secs(args.run.wait.unwrap_or(0).into());
    let report = index(&corpus, &place, &options, wait, &watch)?;
    own_vocabulary::keep(&place, console);
    let finish = if report.failed > 0 {
        Finish::SomeFailed
    } else {
        Finish::Done
    };
    if common.json {
        form::line(console.out(), &report)?;
    } else {
        receipt(&report, &place, console);
        console.remark(&format!("next: pressmark search{} WORD", place.options()));
    }
    watch.object(json!({ "event": "done", "exit": finish as u8, "totals": report }));
    Ok(finish)
}

/// Indexes a corpus that never was, before its first search.
pub(super) fn first(common: &Common, place: &Place, console: &mut Console) -> Result<(), Failure> {
    console.remark("this corpus has not been indexed: doing so now");
    let corpus = corpus(common, place)?;
    console.flush()?;
    let watch = Watch::new(console, ProgressArg::Auto)?;
    let options = options(common).tagging(tagging(place)?);
    let report = index(&corpus, place, &options, Duration::ZERO, &watch)?;
    own_vocabulary::keep(place, console);
    receipt(&report, place, console);
    console.say("");
    Ok(())
}

/// What values are found in texts with: the vocabularies of the corpus.
pub(super) fn tagging(place: &Place) -> Result<Tagging, Failure> {
    let vocabularies = own_vocabulary::load(&own_vocabulary::files(place)?)?;
    let of = |name| vocabularies.get(name).cloned();
    Ok(match (of("country"), of("actor"), of("topic")) {
        (Some(countries), Some(actors), Some(topics)) => {
            Tagging::new(countries, actors).with_topics(topics)
        }
        _ => Tagging::bundled(),
    })
}

/// What the options ask of a run that begins now.
fn asked(common: &Common, args: &IndexArgs) -> ReindexOptions {
    let options = options(common)
        .rebuild(args.rebuild)
        .allow_shrink(args.allow_shrink)
        .retag(args.retag)
        .retry_failed(args.run.retry_failed);
    let memory = match args.memory {
        Some(megabytes) => (megabytes as usize) << 20,
        None => ReindexOptions::memory_for(options.threads),
    };
    let options = options.memory(memory).state_memory(memory / 2);
    let options = if args.run.dry_run {
        // A plan writes nothing to the folder of the index.
        options.scratch(std::env::temp_dir())
    } else {
        options
    };
    match args.run.max_errors {
        Some(most) => options.max_errors(most),
        None => options,
    }
}

/// The options of a run at this moment.
pub(super) fn options(common: &Common) -> ReindexOptions {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let options = ReindexOptions::at(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    match common.threads {
        Some(threads) => options.threads(usize::from(threads)),
        None => options,
    }
}

/// The corpus of a place, which has to be a folder.
fn corpus(common: &Common, place: &Place) -> Result<Corpus, Failure> {
    let Some(folder) = &place.corpus else {
        return Err(Failure::usage("usage", "there is no folder to index")
            .with_hint("name it: `pressmark index DIR`"));
    };
    if !folder.is_dir() {
        return Err(not_a_folder(folder));
    }
    helper::corpus(folder, place.config(common)?)
}

/// Runs, and waits for another run if there is one and it is allowed to.
fn index(
    corpus: &Corpus,
    place: &Place,
    options: &ReindexOptions,
    wait: Duration,
    watch: &Watch,
) -> Result<Report, Failure> {
    let mut report = reindex(corpus, &place.index, options, watch);
    if let Err(error) = &report
        && error.kind() == ErrorKind::Locked
        && !wait.is_zero()
    {
        // Asked twice, so that whoever looks is told what the run waits for.
        watch.waiting(error.message(), wait);
        report = reindex(corpus, &place.index, &options.clone().wait(wait), watch);
    }
    watch.finish();
    report.map_err(|error| failure(error, place, wait))
}

fn failure(error: pressmark::Error, place: &Place, wait: Duration) -> Failure {
    let is_locked = error.kind() == ErrorKind::Locked;
    let is_barred = std::error::Error::source(&error)
        .and_then(|source| source.downcast_ref::<io::Error>())
        .is_some_and(|source| {
            matches!(
                source.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            )
        });
    let failure = Failure::from(error);
    if is_locked && wait.is_zero() {
        return failure.with_hint(
            "`--wait SECONDS` waits until it has finished; searching goes on meanwhile",
        );
    }
    if is_barred && !place.is_indexed() {
        return failure.with_hint("`--index DIR` keeps the index in another folder");
    }
    failure
}

/// Says what became of everything, and where to read more.
fn receipt(report: &Report, place: &Place, console: &mut Console) {
    let ledger = Runs::of(&place.index).last;
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
    let renamed = number::count(report.renamed, "file renamed", "files renamed");
    parts.extend((report.renamed > 0).then_some(renamed));
    let took = Duration::try_from_secs_f64(report.seconds).unwrap_or_default();
    parts.push(duration(took));
    console.remark(&parts.join(" · "));
    console.remark(&number::count(
        report.documents,
        "document is indexed",
        "documents are indexed",
    ));
    if report.ambiguous > 0 {
        let names = number::count(report.ambiguous, "name", "names");
        console.remark(&format!(
            "{names} of countries or actors left out, as the texts do not say what they mean"
        ));
    }
    if report.retag_due {
        console.remark(&format!(
            "the tags of some documents are not what the vocabulary gives now: pressmark index \
             --retag{}",
            place.options()
        ));
    }
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
