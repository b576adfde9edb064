//! `pressmark check`: what of the index is damaged, and what that costs.

use std::ops::ControlFlow;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pressmark::{CheckOptions, CheckProgress, CheckReport, Index, ProofOptions, ProofReport};
use serde::Serialize;

use crate::args::{CheckArgs, Common};
use crate::console::{Console, Talk};
use crate::failure::{Failure, Finish};
use crate::output::layout::{Flow, Role};
use crate::output::number::{bytes, count, duration, shell, thousands};
use crate::output::{clean, json};
use crate::settings::{Place, Questions};

pub(super) fn run(
    common: &Common,
    args: &CheckArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let place = Place::find(common)?;
    let started = Instant::now();
    let report = look(&place, args.deep, console)?;
    // What cannot be opened is damaged, and was found to be.
    let proof = if args.counts && report.healthy {
        Some(prove(&place, args, console)?)
    } else {
        None
    };
    if common.json {
        json::line(
            console.out(),
            &Checked {
                report: &report,
                counts: proof.as_ref(),
            },
        )?;
    } else {
        list(&report, console)?;
        if let Some(proof) = &proof {
            list_differences(proof, &place, console)?;
        }
        summary(&report, proof.as_ref(), started, console);
        if !report.healthy {
            if args.counts {
                console.remark("counts are proven when the damage is mended");
            }
            console.remark(&format!(
                "what can be done about it: pressmark repair{}",
                place.options()
            ));
        }
    }
    let is_proven = proof.is_none_or(|proof| proof.differences.is_empty());
    Ok(if is_proven {
        finish(&report)
    } else {
        Finish::Nothing
    })
}

/// The JSON of a check.
#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    report: &'a CheckReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<&'a ProofReport>,
}

/// Proves counts, and shows how far that is.
fn prove(place: &Place, args: &CheckArgs, console: &mut Console) -> Result<ProofReport, Failure> {
    console.flush()?;
    let searcher = place.searcher_for(Questions::Many)?;
    let total = u64::from(args.questions);
    let bar = (console.stderr.is_terminal && console.talk > Talk::Quiet).then(|| {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} questions") {
            bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        bar
    });
    let options = ProofOptions::default()
        .seed(args.seed)
        .questions(args.questions);
    let proof = searcher.prove_counts(&options, &mut |asked| {
        if let Some(bar) = &bar {
            bar.set_position(u64::from(asked));
        }
        ControlFlow::Continue(())
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    Ok(proof?)
}

/// Lists the numbers that are not those of the hits they lead to.
fn list_differences(
    proof: &ProofReport,
    place: &Place,
    console: &mut Console,
) -> Result<(), Failure> {
    for difference in &proof.differences {
        let mut flow = Flow::default();
        flow.push_whole(Role::Title, &difference.what);
        flow.space();
        let numbers = format!(
            "says {}, leads to {}:",
            thousands(difference.count),
            count(difference.hits, "hit", "hits")
        );
        flow.push(Role::Plain, &numbers);
        flow.space();
        let mut command = format!("pressmark facets{}", place.options());
        for option in &difference.options {
            command.push(' ');
            command.push_str(&shell(option));
        }
        command.push_str(" -- ");
        command.push_str(&shell(&difference.query));
        flow.push_whole(Role::Flag, &command);
        console.text(&flow.render(console.stdout, 0, 4))?;
    }
    console.flush()
}

/// Damage is told by the exit status.
pub(super) fn finish(report: &CheckReport) -> Finish {
    if report.healthy {
        Finish::Done
    } else {
        Finish::Nothing
    }
}

/// Checks the index of a place, and shows how far that is.
pub(super) fn look(
    place: &Place,
    is_deep: bool,
    console: &mut Console,
) -> Result<CheckReport, Failure> {
    console.flush()?;
    let bar = (console.stderr.is_terminal && console.talk > Talk::Quiet).then(bar);
    let options = CheckOptions::default().deep(is_deep);
    let report = Index::check(&place.index, &options, &mut |progress: &CheckProgress| {
        if let Some(bar) = &bar {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_done);
            bar.set_message(clean::line(&progress.path));
        }
        ControlFlow::Continue(())
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    report.map_err(|error| match error.kind() {
        pressmark::ErrorKind::NoIndex => place.not_indexed(),
        _ => error.into(),
    })
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{bar:24} {percent:>3} % · {decimal_bytes_per_sec} · {eta} left\n{wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar
}

/// Lists what is damaged.
pub(super) fn list(report: &CheckReport, console: &mut Console) -> Result<(), Failure> {
    for damage in &report.damage {
        let mut flow = Flow::default();
        flow.push_whole(Role::Title, &damage.path);
        flow.space();
        flow.push(Role::Name, damage.code.code());
        flow.space();
        flow.push(
            Role::Plain,
            &format!("{}; costs: {}", damage.message, damage.costs),
        );
        console.text(&flow.render(console.stdout, 0, 4))?;
    }
    console.flush()
}

fn summary(
    report: &CheckReport,
    proof: Option<&ProofReport>,
    started: Instant,
    console: &mut Console,
) {
    for remark in &report.remarks {
        let text = match remark.path.as_str() {
            "" => remark.message.clone(),
            path => format!("{path}: {}", remark.message),
        };
        if remark.path.is_empty() {
            console.remark(&text);
        } else {
            console.mention(&text);
        }
    }
    if let Some(proof) = proof {
        let compared = count(proof.compared, "number", "numbers");
        let different = match proof.differences.len() {
            0 => "each is that of the hits it leads to".to_owned(),
            n => format!("{} not that of the hits they lead to", thousands(n as u64)),
        };
        let questions = count(u64::from(proof.questions), "question", "questions");
        let seed = proof.seed;
        console.remark(&format!(
            "{compared} of {questions} (seed {seed}): {different}"
        ));
    }
    let parts = [
        match report.damage.len() {
            0 => "no damage".to_owned(),
            files => count(files as u64, "finding", "findings"),
        },
        count(report.generations.len() as u64, "generation", "generations"),
        count(report.documents, "document", "documents"),
        count(report.files, "file", "files"),
        bytes(report.bytes),
        duration(started.elapsed()),
    ];
    console.remark(&parts.join(" · "));
}
