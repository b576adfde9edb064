//! `pressmark repair`: says what it would do about damage, and does it if that is wanted.

use std::io::{self, BufRead, IsTerminal, Write};

use pressmark::{CheckReport, RepairPlan, RepairReport, repair};
use serde_json::{Value, json};

use super::{check, index};
use crate::args::{Common, RepairArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::helper;
use crate::output::{clean, json as form, number};
use crate::progress::Watch;
use crate::settings::Place;

/// Ids of lost documents that people are shown.
const SHOWN: usize = 20;

pub(super) fn run(
    common: &Common,
    args: &RepairArgs,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let place = Place::find(common)?;
    let report = check::look(&place, args.deep, console)?;
    let plan = RepairPlan::of(&report);
    if !common.json {
        check::list(&report, console)?;
        if plan.is_empty() && report.healthy {
            console.remark("nothing is damaged: there is nothing to repair");
        }
        for (step, number) in plan.steps.iter().zip(1..) {
            console.remark(&clean::line(&format!("{number}. {step}")));
        }
    }
    if plan.is_empty() || !(args.yes || (!common.json && is_wanted(console)?)) {
        if common.json {
            form::line(console.out(), &planned(&report, &plan))?;
        } else if !plan.is_empty() {
            let options = place.options();
            console.remark(&format!(
                "nothing was done; to do it: pressmark repair{options} --yes"
            ));
        }
        return Ok(check::finish(&report));
    }
    let mended = mend(common, args, &place, &plan, console)?;
    if common.json {
        form::line(console.out(), &done(&report, &plan, &mended))?;
    } else {
        tell(&mended, console);
    }
    Ok(check::finish(&mended.check))
}

fn mend(
    common: &Common,
    args: &RepairArgs,
    place: &Place,
    plan: &RepairPlan,
    console: &mut Console,
) -> Result<RepairReport, Failure> {
    let folder = place.corpus.as_ref().filter(|folder| folder.is_dir());
    let corpus = match folder {
        Some(folder) => Some(helper::corpus(folder, place.config(common)?)?),
        None => None,
    };
    console.flush()?;
    let watch = Watch::new(console, crate::args::ProgressArg::default())?;
    let options = index::options(common)
        .allow_shrink(args.allow_shrink)
        .tagging(index::tagging(place)?);
    let mended = repair(corpus.as_ref(), &place.index, plan, &options, &watch);
    watch.finish();
    Ok(mended?)
}

/// Asks, where there is somebody to ask.
fn is_wanted(console: &mut Console) -> Result<bool, Failure> {
    if !(io::stdin().is_terminal() && console.stderr.is_terminal) {
        return Ok(false);
    }
    console.flush()?;
    let asked = write!(io::stderr(), "do this? [y/N] ").and_then(|()| io::stderr().flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| io::stdin().lock().read_line(&mut answer));
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn steps(plan: &RepairPlan) -> Vec<Value> {
    let step = |step: &pressmark::RepairStep| {
        let mut value = json!(step);
        value["message"] = step.to_string().into();
        value
    };
    plan.steps.iter().map(step).collect()
}

fn planned(report: &CheckReport, plan: &RepairPlan) -> Value {
    json!({
        "format_version": pressmark::FORMAT_VERSION,
        "healthy": report.healthy,
        "done": false,
        "steps": steps(plan),
        "damage": report.damage,
    })
}

fn done(report: &CheckReport, plan: &RepairPlan, mended: &RepairReport) -> Value {
    json!({
        "format_version": pressmark::FORMAT_VERSION,
        "healthy": mended.check.healthy,
        "done": true,
        "steps": steps(plan),
        "damage": report.damage,
        "run": mended.run,
        "lost": mended.lost,
        "check": mended.check,
    })
}

fn tell(mended: &RepairReport, console: &mut Console) {
    for id in mended.lost.iter().take(SHOWN) {
        console.remark(&clean::line(&format!("lost: {id}")));
    }
    if !mended.lost.is_empty() {
        let lost = number::count(mended.lost.len() as u64, "document", "documents");
        let message = format!("{lost} could not be brought back: the source is gone");
        console.remark(&message);
    }
    let documents = number::count(mended.check.documents, "document", "documents");
    if mended.check.healthy {
        console.remark(&format!("repaired: no damage is left · {documents}"));
    } else {
        let left = number::count(
            mended.check.damage.len() as u64,
            "finding is",
            "findings are",
        );
        console.remark(&format!("{left} left: pressmark check lists what"));
    }
}
