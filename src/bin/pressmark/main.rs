//! The command line program: parse, run, exit code. Everything it knows of indexes it asks the
//! library.

mod args;
mod commands;
mod console;
mod failure;
mod last;
mod ledger;
mod output;
mod progress;
mod request;
mod settings;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use console::Console;
use failure::{Failure, Finish};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut console = Console::new(&arguments);
    let result = run(&arguments, &mut console).and_then(|finish| {
        console.flush()?;
        Ok(finish)
    });
    let finish = result.unwrap_or_else(|failure| failure.report(&mut console));
    finish.into()
}

fn run(arguments: &[OsString], console: &mut Console) -> Result<Finish, Failure> {
    match args::parse(arguments, console)? {
        args::Parsed::Run(cli) => commands::run(&cli, console),
        args::Parsed::Text(text) => {
            console.text(&text)?;
            Ok(Finish::Done)
        }
    }
}
