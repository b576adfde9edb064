//! `pressmark index --dry-run`: what a run would do, and the command that does it.

use std::fmt::Write as _;

use pressmark::{MaxErrors, ReindexPlan};

use crate::args::{Common, IndexArgs};
use crate::console::{Console, Talk};
use crate::failure::{Failure, Finish};
use crate::output::json;
use crate::output::number::shell;
use crate::output::plan::PlanView;
use crate::settings::{Place, from_here};

/// Prints a plan, and gives the exit status that the run would end with.
pub(super) fn print(
    common: &Common,
    args: &IndexArgs,
    plan: &ReindexPlan,
    place: &Place,
    console: &mut Console,
) -> Result<Finish, Failure> {
    if common.json {
        json::line(console.out(), plan)?;
    } else {
        let corpus = place.corpus.as_deref().map(from_here).unwrap_or_default();
        let corpus = match corpus.to_string_lossy().into_owned() {
            here if here == "." => "this folder".to_owned(),
            there => there,
        };
        let view = PlanView {
            plan,
            corpus: &corpus,
            command: &command(common, args),
            all: console.talk == Talk::Verbose,
            stream: console.stdout,
        };
        view.print(console.out())?;
    }
    Ok(finish(plan))
}

fn finish(plan: &ReindexPlan) -> Finish {
    match plan {
        ReindexPlan {
            refused: Some(_), ..
        } => Finish::Failed,
        plan if plan.totals.failed > 0 => Finish::SomeFailed,
        _ => Finish::Done,
    }
}

/// The command that does what was planned: the options that say what, not those that say how to
/// tell of it.
fn command(common: &Common, args: &IndexArgs) -> String {
    let mut command = "pressmark index".to_owned();
    let mut add = |option: &str, value: Option<&str>| {
        let value = value.map_or(String::new(), |value| format!(" {}", shell(value)));
        let _ = write!(command, " {option}{value}");
    };
    if let Some(dir) = &args.dir {
        add(&shell(&dir.to_string_lossy()), None);
    }
    for (option, path) in [
        ("-C", common.corpus.as_ref().filter(|_| args.dir.is_none())),
        ("--index", common.index.as_ref()),
        ("--config", common.config.as_ref()),
    ] {
        if let Some(path) = path {
            add(option, Some(&path.to_string_lossy()));
        }
    }
    for (option, is_given) in [
        ("--no-config", common.no_config),
        ("--rebuild", args.rebuild),
        ("--allow-shrink", args.allow_shrink),
        ("--retry-failed", args.run.retry_failed),
    ] {
        if is_given {
            add(option, None);
        }
    }
    let most = args.run.max_errors.map(|most| match most {
        MaxErrors::Percent(percent) => format!("{percent}%"),
        MaxErrors::Count(count) => count.to_string(),
        _ => String::new(),
    });
    for (option, value) in [
        ("--max-errors", most),
        ("--wait", args.run.wait.map(|seconds| seconds.to_string())),
        (
            "--memory",
            args.memory.map(|megabytes| megabytes.to_string()),
        ),
        (
            "--threads",
            common.threads.map(|threads| threads.to_string()),
        ),
    ] {
        if let Some(value) = value {
            add(option, Some(&value));
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn command_of(line: &str) -> String {
        let cli = Cli::parse_from(line.split(' '));
        let Command::Index(args) = &cli.command else {
            panic!("{line} is not for `index`");
        };
        command(&cli.common, args)
    }

    #[test]
    fn the_command_repeats_what_decides() {
        for (line, expected) in [
            ("pressmark index --dry-run", "pressmark index"),
            (
                "pressmark index --dry-run -v --json --color never --progress none my$dir",
                "pressmark index 'my$dir'",
            ),
            (
                "pressmark -C a --index b --config c --no-config index --dry-run --rebuild \
                 --allow-shrink --retry-failed --max-errors 0.5% --wait 60 --memory 64 --threads 3",
                "pressmark index -C a --index b --config c --no-config --rebuild --allow-shrink \
                 --retry-failed --max-errors 0.5% --wait 60 --memory 64 --threads 3",
            ),
            (
                "pressmark index a --dry-run -C b --max-errors 20",
                "pressmark index a --max-errors 20",
            ),
        ] {
            assert_eq!(command_of(line), expected);
        }
    }
}
