//! `index --watch`: what changes becomes searchable while it runs. Nothing here depends on how
//! long that takes: every step waits for what it wants to see.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::world::World;

/// How long a step may take on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A watch that runs until it is ended, and what it says.
struct Watch {
    child: Child,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Watch {
    fn begin(world: &World, arguments: &[&str]) -> Self {
        let mut child = world
            .command("")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![collect(stdout, &said), collect(stderr, &said)];
        Self {
            child,
            said,
            readers,
        }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has said something since it had said so much.
    #[track_caller]
    fn wait_for(&self, before: usize, words: &str) {
        self.wait_until(words, || self.said()[before..].contains(words));
    }

    #[track_caller]
    fn wait_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "{what}: {}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as Ctrl-C does. Gives the exit status and all it said.
    fn end(mut self) -> (Option<i32>, String) {
        let signal = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(signal.success());
        let code = self.child.wait().unwrap().code();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (code, self.said())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(stream: impl Read + Send + 'static, into: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let mut text = into.lock().unwrap();
            text.push_str(&line.unwrap());
            text.push('\n');
        }
    })
}

fn finds(world: &World, word: &str, count: u32) -> bool {
    let run = world.run("", &["search", "-C", "harbour", "-c", "-q", word]);
    run.stdout.trim() == count.to_string()
}

#[cfg(unix)]
#[test]
fn what_changes_becomes_searchable() {
    let world = World::new();
    let watch = Watch::begin(&world, &["index", "harbour", "--watch"]);
    watch.wait_for(0, "watching for changes");
    assert!(finds(&world, "", 7));

    // A file that is new, in a folder that is new; one that is changed; one that goes.
    world.write("harbour/pilots/deep/a.md", "The zeppelin landed.\n");
    watch.wait_until("new", || finds(&world, "zeppelin", 1));
    world.write("harbour/pilots/deep/a.md", "The dirigible landed.\n");
    watch.wait_until("changed", || finds(&world, "dirigible", 1));
    assert!(finds(&world, "zeppelin", 0));
    std::fs::remove_file(world.path("harbour/pilots/deep/a.md")).unwrap();
    watch.wait_until("gone", || finds(&world, "dirigible", 0));

    // The folder goes with its index, changes, and comes back.
    let before = watch.said().len();
    let (here, there) = (world.path("harbour"), world.path("elsewhere"));
    std::fs::rename(&here, &there).unwrap();
    watch.wait_for(before, "is gone");
    world.write("elsewhere/news/b.md", "The airship landed.\n");
    assert!(!here.exists(), "{}", watch.said());
    std::fs::rename(&there, &here).unwrap();
    watch.wait_for(before, "is back");
    watch.wait_until("back", || finds(&world, "airship", 1));
    assert!(finds(&world, "", 8));

    // A configuration that cannot be used does not stop it, one that can is taken.
    let before = watch.said().len();
    let config = std::fs::read_to_string(world.path("harbour/pressmark.toml")).unwrap();
    world.write("harbour/pressmark.toml", "[corpus]\nexclud = []\n");
    watch.wait_for(before, "pressmark.toml:2: unknown key `exclud`");
    world.write("harbour/news/c.md", "The balloon landed.\n");
    watch.wait_until("old rules", || finds(&world, "balloon", 1));
    let config = config + "\n[corpus]\nexclude = [\"news/c.md\"]\n";
    world.write("harbour/pressmark.toml", &config);
    watch.wait_until("new rules", || finds(&world, "balloon", 0));

    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(finds(&world, "", 8));
}

/// With `--json` there is one object for every run that published something, and nothing else.
#[cfg(unix)]
#[test]
fn a_program_can_follow() {
    let world = World::new();
    let arguments = ["index", "harbour", "--watch", "--json", "-q", "--poll", "1"];
    let watch = Watch::begin(&world, &arguments);
    watch.wait_for(0, "\n");
    world.write("harbour/news/new.md", "The zeppelin landed.\n");
    watch.wait_until("told", || watch.said().contains("\"documents\":8,"));
    assert!(finds(&world, "zeppelin", 1));
    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
    let mut generations: Vec<u64> = said
        .lines()
        .map(|line| {
            let report: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(report["format_version"], 1, "{line}");
            report["generation"].as_u64().unwrap()
        })
        .collect();
    let told = generations.len();
    generations.dedup();
    assert!(told >= 2 && told == generations.len(), "{said}");
}

/// A run that may be long has an allocator that gives back what is freed, and is still the process
/// that was started, under its name.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_run_has_settled_its_allocator() {
    let world = World::new();
    let watch = Watch::begin(&world, &["index", "harbour", "--watch"]);
    watch.wait_for(0, "watching for changes");
    let process = format!("/proc/{}", watch.child.id());
    let environment = std::fs::read(format!("{process}/environ")).unwrap();
    let mut settings = environment.split(|&byte| byte == 0);
    assert!(settings.any(|setting| setting == b"MALLOC_MMAP_THRESHOLD_=1048576"));
    let name = std::fs::read_to_string(format!("{process}/comm")).unwrap();
    assert_eq!(name.trim(), "pressmark");
    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let world = World::new();
    for arguments in [
        ["index", "harbour", "--watch", "--rebuild"].as_slice(),
        &["index", "harbour", "--poll", "5"],
        &["index", "harbour", "--watch", "--poll", "0"],
        &["index", "nowhere", "--watch"],
    ] {
        assert_eq!(world.run("", arguments).code, 2, "{arguments:?}");
    }
}
