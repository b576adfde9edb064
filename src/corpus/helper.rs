//! Risky parsers in processes of their own: started when they are needed, used again, and ended
//! when they crash, hang or flood. What happens in one costs one record.

#[cfg(all(test, unix))]
mod tests;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Refusal, codes, limits};

/// A program that reads files of one format for this one, each in a process that may come to
/// harm: it answers requests on its standard input until that is closed, as
/// [`Pdf::serve`](super::Pdf::serve) does.
///
/// It is started in a process group of its own and without any environment, so that a key that
/// stops a run does not end it. Limits on memory and processor time are its own affair; the time
/// that a record may take, and the size of an answer, are kept here.
#[derive(Debug, Clone)]
pub struct Helper {
    program: PathBuf,
    arguments: Vec<OsString>,
    time: Duration,
}

impl Helper {
    /// A program to be started without arguments.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            time: limits::HELPER_TIME,
        }
    }

    /// Adds an argument.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets how long one record may take; a minute unless it is set.
    pub fn time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }
}

/// The processes of a helper.
#[derive(Debug)]
pub(super) struct Helpers {
    helper: Helper,
    idle: Mutex<Vec<Process>>,
}

impl Helpers {
    /// None is started yet.
    pub(super) fn new(helper: Helper) -> Self {
        Self {
            helper,
            idle: Mutex::default(),
        }
    }

    /// What a process answers to some bytes.
    ///
    /// # Errors
    /// A refusal that says what became of the process.
    pub(super) fn ask(&self, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
        let waiting = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(process) = waiting {
            // It may have died while it waited, which is no fault of this record.
            match self.ask_one(process, bytes) {
                Err(Trouble::Ended(_)) => {}
                end => return end.map_err(|trouble| trouble.refusal(self.helper.time)),
            }
        }
        let process = Process::start(&self.helper).map_err(|error| {
            let program = self.helper.program.display();
            let message =
                format!("`{program}`, which reads such files, cannot be started: {error}");
            Refusal::new(codes::HELPER_START, message)
        })?;
        let answer = self.ask_one(process, bytes);
        answer.map_err(|trouble| trouble.refusal(self.helper.time))
    }

    fn ask_one(&self, mut process: Process, bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
        let answer = process.ask(bytes.to_vec(), self.helper.time)?;
        // Memory that a parser does not give back is given back in this way.
        if process.asked < limits::HELPER_RECORDS {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(process);
        }
        Ok(answer)
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum Trouble {
    /// The time is over.
    Late,
    /// The answer is none, or too large.
    Nonsense(String),
    /// The process is no more.
    Ended(Option<ExitStatus>),
}

impl Trouble {
    fn refusal(self, time: Duration) -> Refusal {
        match self {
            Self::Late => {
                let message = format!("it was given up after {} s", time.as_secs_f32());
                Refusal::new(codes::HELPER_TIME, message)
            }
            Self::Ended(status) if status.is_some_and(ran_out_of_time) => {
                let message = "it took more time of the processor than it may";
                Refusal::new(codes::HELPER_TIME, message)
            }
            Self::Nonsense(message) => Refusal::new(codes::HELPER_OUTPUT, message),
            Self::Ended(status) => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                let message =
                    format!("the process that read it crashed, or ran out of memory{status}");
                Refusal::new(codes::HELPER_CRASHED, message)
            }
        }
    }
}

#[cfg(unix)]
fn ran_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(libc::SIGXCPU)
}

#[cfg(not(unix))]
fn ran_out_of_time(_: ExitStatus) -> bool {
    false
}

/// A process that waits for requests.
#[derive(Debug)]
struct Process {
    child: Child,
    requests: SyncSender<Vec<u8>>,
    answers: Receiver<io::Result<Vec<u8>>>,
    asked: usize,
}

impl Process {
    fn start(helper: &Helper) -> io::Result<Self> {
        let mut command = Command::new(&helper.program);
        command
            .args(&helper.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(io::Error::other("it has no pipes"));
        };
        let (requests, to_do) = sync_channel(1);
        let (done, answers) = sync_channel(1);
        // Whoever waits for an answer must be able to stop waiting, so another thread talks. It
        // ends when the process does, or when nobody asks any more.
        let talk = move || converse(input, output, &to_do, &done);
        if let Err(error) = thread::Builder::new().name("helper".to_owned()).spawn(talk) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        Ok(Self {
            child,
            requests,
            answers,
            asked: 0,
        })
    }

    fn ask(&mut self, bytes: Vec<u8>, time: Duration) -> Result<Vec<u8>, Trouble> {
        self.asked += 1;
        if self.requests.send(bytes).is_err() {
            return Err(self.ended());
        }
        match self.answers.recv_timeout(time) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Err(Trouble::Nonsense(error.to_string()))
            }
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => Err(Trouble::Late),
        }
    }

    /// What became of a process that closed its pipes.
    fn ended(&mut self) -> Trouble {
        // It is about to end, unless it only closed them.
        for _ in 0..100 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Trouble::Ended(Some(status));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Trouble::Ended(None)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn converse(
    mut input: ChildStdin,
    mut output: ChildStdout,
    to_do: &Receiver<Vec<u8>>,
    done: &SyncSender<io::Result<Vec<u8>>>,
) {
    for (number, bytes) in (1..).zip(to_do) {
        let answer = write_frame(&mut input, number, &bytes).and_then(|()| {
            drop(bytes);
            let (answered, answer) = read_frame(&mut output, limits::HELPER_ANSWER_BYTES)?
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            if answered == number {
                Ok(answer)
            } else {
                Err(nonsense("the process that read it answered something else"))
            }
        });
        let is_over = answer.is_err();
        if done.send(answer).is_err() || is_over {
            return;
        }
    }
}

fn nonsense(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Writes a request or an answer: number and length of eight bytes each, the lowest first, and the
/// bytes.
pub(super) fn write_frame(output: &mut impl Write, number: u64, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&number.to_le_bytes())?;
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

/// Reads what [`write_frame`] wrote; `None` if there is nothing more.
pub(super) fn read_frame(input: &mut impl Read, most: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut head = Vec::new();
    input.take(16).read_to_end(&mut head)?;
    let (Some(number), Some(length)) = (eight(&head, 0), eight(&head, 8)) else {
        return if head.is_empty() {
            Ok(None)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        };
    };
    if length > most {
        return Err(nonsense(
            "the process that read it answered more than it may",
        ));
    }
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(Some((number, bytes)))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}
