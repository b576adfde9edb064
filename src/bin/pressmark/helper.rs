//! Parsers of risky formats in processes of their own: the program starts itself, with a name of
//! a command that is in no list, and that process sets itself limits before it reads anything.

use std::ffi::OsString;
use std::io;

use pressmark::Config;
use pressmark::corpus::{Corpus, Helper, Pdf};

use crate::failure::{Failure, Finish};

const COMMAND: &str = "__read";

/// How much memory such a process may have, in bytes. It is counted by addresses, of which more
/// are taken than used.
const MEMORY: u64 = 1 << 30;

/// How many seconds of the processor one file may take.
const SECONDS: u64 = 30;

/// A corpus whose risky formats are read by processes of this program.
pub(crate) fn corpus(
    folder: impl Into<std::path::PathBuf>,
    config: Config,
) -> Result<Corpus, Failure> {
    let corpus = Corpus::new(folder, config)?;
    // Where the program does not know its own place, PDF is refused file by file.
    Ok(match std::env::current_exe() {
        Ok(program) => {
            let helper = Helper::new(program).argument(COMMAND).argument("pdf");
            corpus.with_reader(Pdf::in_child(helper))
        }
        Err(_) => corpus,
    })
}

/// Whether the arguments ask for such a process, and how many seconds a file may take.
pub(crate) fn is_asked(arguments: &[OsString]) -> Option<u64> {
    let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_str());
    if arguments.next()? != Some(COMMAND) || arguments.next()? != Some("pdf") {
        return None;
    }
    let seconds = arguments
        .next()
        .flatten()
        .and_then(|seconds| seconds.parse().ok());
    Some(seconds.unwrap_or(SECONDS))
}

/// Answers requests until there are no more.
pub(crate) fn serve(seconds: u64) -> Result<Finish, Failure> {
    limit_memory();
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    Pdf::serve(&mut input, &mut output, || limit_time(seconds))?;
    Ok(Finish::Done)
}

#[cfg(unix)]
fn limit_memory() {
    use rustix::process::Resource;
    set(Resource::As, MEMORY);
    set(Resource::Core, 0);
    set(Resource::Fsize, 0);
}

/// Gives the next file so many seconds beyond what the process has taken until now.
#[cfg(unix)]
fn limit_time(seconds: u64) {
    use rustix::time::{ClockId, clock_gettime};
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or(0);
    set(rustix::process::Resource::Cpu, used + seconds + 1);
}

/// Lowers a limit. Where the system refuses, the parent's clock is left.
#[cfg(unix)]
fn set(resource: rustix::process::Resource, most: u64) {
    let mut limit = rustix::process::getrlimit(resource);
    limit.current = Some(limit.maximum.map_or(most, |maximum| maximum.min(most)));
    let _ = rustix::process::setrlimit(resource, limit);
}

#[cfg(not(unix))]
fn limit_memory() {}

#[cfg(not(unix))]
fn limit_time(_: u64) {}
