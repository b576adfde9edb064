//! `pressmark completions`: a script for a shell.

use clap_complete::Shell;

use crate::args::{self, CompletionsArgs, ShellArg};
use crate::console::Console;
use crate::failure::{Failure, Finish};

pub(super) fn run(args: &CompletionsArgs, console: &mut Console) -> Result<Finish, Failure> {
    let shell = match args.shell {
        ShellArg::Bash => Shell::Bash,
        ShellArg::Zsh => Shell::Zsh,
        ShellArg::Fish => Shell::Fish,
        ShellArg::Powershell => Shell::PowerShell,
    };
    // The generator does not tell when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "pressmark", &mut script);
    std::io::Write::write_all(console.out(), &script)?;
    Ok(Finish::Done)
}
