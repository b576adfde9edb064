//! The command line program: parse, run, exit code. Everything it knows of indexes it asks the
//! library.

mod allocator;
mod args;
mod commands;
mod console;
mod failure;
mod helper;
mod last;
mod ledger;
mod output;
mod own_vocabulary;
mod progress;
mod questions;
mod request;
mod settings;
mod values;
mod watch;

use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use console::Console;
use failure::{Failure, Finish};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut console = Console::new(&arguments);
    let panic = hush_panics();
    let work = || {
        run(&arguments, &mut console).and_then(|finish| {
            console.flush()?;
            Ok(finish)
        })
    };
    // Nothing goes on after it: what it left half done is not looked at again.
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(bug(&panic)));
    let finish = result.unwrap_or_else(|failure| failure.report(&mut console));
    finish.into()
}

/// What the last panic said, and where.
type Said = Arc<Mutex<String>>;

/// Keeps panics from printing: what becomes an error is told as one. Where it happened is told to
/// whoever asks for a backtrace.
fn hush_panics() -> Said {
    let said = Said::default();
    let last = Arc::clone(&said);
    let is_loud = std::env::var_os("RUST_BACKTRACE").is_some();
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        *last.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
        // There the engine gives a panic no other way out than the end of the process.
        if std::thread::current().name() == Some("segment_updater") {
            let hint = "a damaged file is the likeliest cause: `pressmark check` finds it";
            let _ = writeln!(
                std::io::stderr(),
                "error: the engine stopped: {panic}\nhint: {hint}"
            );
        }
        if is_loud {
            default(panic);
        }
    }));
    said
}

/// A panic that nobody made an error of.
fn bug(said: &Said) -> Failure {
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    Failure::new("bug", format!("pressmark met a bug in itself: {said}"))
        .with_hint("please report it; if the index may be damaged, `pressmark check` tells")
}

fn run(arguments: &[OsString], console: &mut Console) -> Result<Finish, Failure> {
    if let Some(seconds) = helper::is_asked(arguments) {
        return helper::serve(seconds);
    }
    match args::parse(arguments, console)? {
        args::Parsed::Run(cli) => commands::run(&cli, console),
        args::Parsed::Text(text) => {
            console.text(&text)?;
            Ok(Finish::Done)
        }
    }
}
