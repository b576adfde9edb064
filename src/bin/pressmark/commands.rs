//! One module for each command: it asks the library and hands the answer to a form of output.

mod batch;
mod check;
mod completions;
mod document;
mod evidence;
mod explain;
mod export;
mod facets;
mod index;
mod listing;
mod man;
mod open;
mod plan;
mod repair;
mod search;
mod show;
mod status;
mod vocabulary;

use crate::args::{Cli, Command};
use crate::console::Console;
use crate::failure::{Failure, Finish};

/// Runs the command.
pub(crate) fn run(cli: &Cli, console: &mut Console) -> Result<Finish, Failure> {
    console.configure(&cli.common);
    let common = &cli.common;
    match &cli.command {
        Command::Index(args) => index::run(common, args, console),
        Command::Search(args) => search::run(common, args, console),
        Command::Facets(args) => facets::run(common, args, console),
        Command::Show(args) => show::run(common, args, console),
        Command::Open(args) => open::run(common, args, console),
        Command::Export(args) => export::run(common, args, console),
        Command::Explain(args) => explain::run(common, args, console),
        Command::Status(args) => status::run(common, args, console),
        Command::Check(args) => check::run(common, args, console),
        Command::Repair(args) => repair::run(common, args, console),
        Command::Vocabulary(args) => vocabulary::run(common, args, console),
        Command::Completions(args) => completions::run(args, console),
        Command::Man(args) => man::run(args, console),
    }
}
