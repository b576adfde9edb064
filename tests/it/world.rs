//! A sealed place to run the program in: its own home, its own copy of the corpus, no variable of
//! the caller's environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A temporary folder with a home in it.
pub(crate) struct World {
    folder: TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// One with a copy of the fixture corpus in `harbour`.
    pub(crate) fn new() -> Self {
        let world = Self::empty();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/harbour");
        copy(&fixture, &world.path("harbour"));
        world
    }

    /// One with the corpus copied and indexed.
    pub(crate) fn indexed() -> Self {
        let world = Self::new();
        let run = world.run("", &["index", "harbour", "-q"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        world
    }

    /// A path in it.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file in it, with the folders above.
    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program, to be run in a folder of it.
    pub(crate) fn command(&self, folder: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pressmark"));
        command
            .current_dir(self.path(folder))
            .env_clear()
            .env("HOME", self.path("home"))
            .env("TZ", "UTC")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "80");
        command
    }

    /// Runs the program in a folder of it.
    pub(crate) fn run(&self, folder: &str, arguments: &[&str]) -> Run {
        Run::of(&self.command(folder).args(arguments).output().unwrap())
    }

    /// Runs it in the corpus.
    pub(crate) fn harbour(&self, arguments: &[&str]) -> Run {
        self.run("harbour", arguments)
    }

    /// Runs it in the corpus, in a window so wide.
    pub(crate) fn wide(&self, columns: usize, arguments: &[&str]) -> Run {
        let mut command = self.command("harbour");
        command.env("COLUMNS", columns.to_string()).args(arguments);
        Run::of(&command.output().unwrap())
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: redact(&text(&output.stderr)),
        }
    }

    /// Both streams and the exit status, for snapshots.
    pub(crate) fn shown(&self) -> String {
        format!(
            "{}--- stderr\n{}--- exit {}\n",
            self.stdout, self.stderr, self.code
        )
    }

    /// Standard output, of a run that found something and had nothing to say.
    #[track_caller]
    pub(crate) fn data(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        &self.stdout
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Puts `[TIME]` for every duration, and takes rates out.
fn redact(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut parts: Vec<String> = line.split(" · ").map(str::to_owned).collect();
        for part in &mut parts {
            let ends = part.ends_with('\n');
            let bare = part.trim_end();
            let bare = bare
                .split_once(" (")
                .filter(|(_, rate)| rate.ends_with("/s)"))
                .map_or(bare, |(time, _)| time);
            let is_time = bare == "under 1 ms"
                || [" ms", " s"].iter().any(|unit| {
                    bare.strip_suffix(unit)
                        .is_some_and(|number| number.parse::<f64>().is_ok())
                });
            if is_time {
                *part = format!("[TIME]{}", if ends { "\n" } else { "" });
            }
        }
        out.push_str(&parts.join(" · "));
    }
    out
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn durations_are_redacted() {
    assert_eq!(redact("3 of 7 hits · 4 ms\n"), "3 of 7 hits · [TIME]\n");
    assert_eq!(redact("a · 1.3 s (2.0 MB/s)\nb\n"), "a · [TIME]\nb\n");
    assert_eq!(redact("under 1 ms\n"), "[TIME]\n");
}
