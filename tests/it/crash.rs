//! Runs of `index` are killed at any moment: what is published is always a whole state, and the
//! next run ends where an undisturbed one does. No verdict depends on when a kill strikes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::world::World;

/// Kills, unless `PRESSMARK_KILLS` says how many.
const KILLS: u32 = 6;

/// A small generator: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn text(&mut self) -> String {
        const WORDS: [&str; 12] = [
            "harbour", "treaty", "ferry", "storm", "envoy", "grain", "signal", "border", "pilot",
            "ballot", "canal", "Straße",
        ];
        let words: Vec<&str> = (0..40 + self.below(120)).map(|_| self.of(&WORDS)).collect();
        // A word that all have, for queries.
        format!("Everywhere {}.", words.join(" "))
    }
}

/// The files of a corpus, by path.
type Files = BTreeMap<String, String>;

const COUNTRIES: [&str; 5] = ["Iran", "Iraq", "Cuba", "Malta", "Chad"];

fn article(number: usize, numbers: &mut Numbers) -> Vec<(String, String)> {
    let country = numbers.of(&COUNTRIES);
    let year = 1946 + numbers.below(60);
    let text = numbers.text();
    let base = format!("part{}/article{number:04}", number % 7);
    match number % 4 {
        0 => vec![(
            format!("{base}.md"),
            format!(
                "---\ntitle: Article {number}\ndate: {year}-03\ncountry: {country}\n---\n\n{text}\n"
            ),
        )],
        // Some ids are claimed by several files.
        1 => vec![(
            format!("{base}.md"),
            format!(
                "+++\nid = \"shared-{}\"\ndate = \"{year}\"\ncountry = [\"{country}\"]\n+++\n{text}\n",
                number % 60
            ),
        )],
        2 => vec![(
            format!("{base}.txt"),
            format!("Heading of {number}\n\n{text}\n"),
        )],
        _ => vec![
            (format!("{base}.txt"), text),
            (
                format!("{base}.meta.yaml"),
                format!("date: {year}-03-18\ncountry: {country}\n"),
            ),
        ],
    }
}

fn records(ids: impl Iterator<Item = usize>, numbers: &mut Numbers) -> String {
    let record = |id| {
        let (country, text) = (numbers.of(&COUNTRIES), numbers.text());
        format!(
            "{{\"id\":\"r{id}\",\"country\":\"{country}\",\"date\":\"1987\",\"body\":\"{text}\"}}\n"
        )
    };
    ids.map(record).collect()
}

/// The corpus before anything happens to it.
fn first_corpus() -> Files {
    let mut numbers = Numbers(1);
    let mut files: Files = (0..240)
        .flat_map(|number| article(number, &mut numbers))
        .collect();
    files.insert("wire/many.jsonl".to_owned(), records(0..300, &mut numbers));
    files.insert(
        "wire/more.jsonl".to_owned(),
        records(290..340, &mut numbers),
    );
    files.insert(
        "pressmark.toml".to_owned(),
        "[facets.country]\nkeys = [\"country\"]\n".to_owned(),
    );
    files
}

/// A later state of it: files changed, removed, renamed, added; and records among others.
fn later(files: &Files, step: u64) -> Files {
    let mut numbers = Numbers(step);
    let mut changed = Files::new();
    for (path, text) in files {
        let kept = path.clone();
        match numbers.below(12) {
            _ if Path::new(path)
                .extension()
                .is_none_or(|kind| kind != "txt" && kind != "md") =>
            {
                changed.insert(kept, text.clone());
            }
            0 => {}
            1 => {
                changed.insert(kept, format!("{text}\nA later remark: {}", numbers.text()));
            }
            // As long as before: size alone does not tell.
            2 => {
                changed.insert(kept, text.replacen("Everywhere", "everYwhere", 1));
            }
            3 => {
                changed.insert(kept.replace("part", "moved/part"), text.clone());
            }
            _ => {
                changed.insert(kept, text.clone());
            }
        }
    }
    let first = 1_000 + numbers.below(1_000);
    changed.extend((first..first + 30).flat_map(|number| article(number, &mut numbers)));
    let gone = numbers.below(300);
    let kept = (0..310).filter(|id| !(gone..gone + 20).contains(id));
    let many = records(kept, &mut Numbers(step % 2));
    changed.insert("wire/many.jsonl".to_owned(), many);
    changed
}

/// Makes a folder hold just these files, and leaves alone those it has already.
fn lay_out(world: &World, corpus: &str, before: &Files, files: &Files) {
    for path in before.keys().filter(|path| !files.contains_key(*path)) {
        std::fs::remove_file(world.path(corpus).join(path)).unwrap();
    }
    for (path, text) in files
        .iter()
        .filter(|(path, text)| before.get(*path) != Some(text))
    {
        world.write(&format!("{corpus}/{path}"), text);
    }
}

/// Everything that is exported, by id.
type State = BTreeMap<String, String>;

/// The published state; `None` if there is no index. Search and export agree about it.
fn state(world: &World, corpus: &str) -> Option<State> {
    let search = world.run(corpus, &["search", "--json", "--no-index", "everywhere"]);
    let answer = search.json();
    if search.code == 2 {
        assert_eq!(answer["error"]["code"], "no_index", "{search:?}");
        return None;
    }
    let fields = "id,hash,title,date,path,facets,text,meta";
    let export = world.run(corpus, &["export", "--format", "jsonl", "--fields", fields]);
    assert_eq!(export.stderr, "");
    let mut state = State::new();
    for line in export.stdout.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        let id = hit["id"].as_str().unwrap().to_owned();
        assert_eq!(state.insert(id, line.to_owned()), None, "twice: {line}");
    }
    assert_eq!(answer["total"], state.len(), "{answer}");
    assert_eq!(search.code, i32::from(state.is_empty()));
    Some(state)
}

#[track_caller]
fn finish(world: &World, corpus: &str) -> Duration {
    let started = Instant::now();
    let run = world.run("", &["index", corpus, "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    started.elapsed()
}

/// Kills a run after a while; it may have come to its end by then.
fn kill(command: &mut Command, after: Duration) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Nothing lies in an index that its newest generations do not name.
#[track_caller]
fn assert_tidy(index: &Path) {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(index.join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let generations = names("generations");
    assert!((1..=3).contains(&generations.len()), "{generations:?}");
    let mut named = BTreeMap::<String, BTreeSet<String>>::new();
    let mut journals = BTreeSet::new();
    for name in &generations {
        let bytes = std::fs::read(index.join("generations").join(name)).unwrap();
        let generation: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(*name, format!("{}.json", generation["generation"]));
        let files = generation["files"].as_array().unwrap().iter();
        let files = files.map(|file| file["path"].as_str().unwrap().to_owned());
        let build = generation["build"].as_str().unwrap().to_owned();
        named.entry(build).or_default().extend(files);
        if let Some(path) = generation["run"]["journal"]["path"].as_str() {
            journals.insert(path.to_owned());
        }
    }
    let of_data = |build: String| (build.clone(), names(&format!("data/{build}")));
    let data: BTreeMap<_, _> = names("data").into_iter().map(of_data).collect();
    named.retain(|_, files| !files.is_empty());
    assert_eq!(data, named);
    let there: BTreeSet<String> = names("journal")
        .iter()
        .map(|name| format!("journal/{name}"))
        .collect();
    // Old journals stay for a while; what is newer than the newest named belongs to nobody.
    assert!(
        there.is_superset(&journals),
        "{there:?}, named {journals:?}"
    );
    assert_eq!(there.last(), journals.last());
    for folder in [".", "runs"] {
        let left: Vec<String> = names(folder)
            .into_iter()
            .filter(|name| name.ends_with("tmp"))
            .collect();
        assert_eq!(left, [""; 0], "in {folder}");
    }
}

/// Points in time that are spread over a run and a little beyond, each in its part of it.
fn moments(count: u32, length: Duration, numbers: &mut Numbers) -> Vec<Duration> {
    let part = length.mul_f64(1.1) / count.max(1);
    let within =
        |numbers: &mut Numbers| part * u32::try_from(numbers.below(1_000)).unwrap() / 1_000;
    (0..count)
        .map(|number| part * number + within(numbers))
        .collect()
}

#[test]
fn a_killed_run_leaves_a_published_state() {
    let kills = std::env::var("PRESSMARK_KILLS").map_or(KILLS, |count| count.parse().unwrap());
    let world = World::empty();
    let mut numbers = Numbers(7);
    let mut outcomes = BTreeMap::<&str, u32>::new();

    let mut files = first_corpus();
    lay_out(&world, "calm", &Files::new(), &files);
    let first_build = finish(&world, "calm");
    let mut expected = state(&world, "calm").unwrap();
    assert!(expected.len() > 500, "{}", expected.len());
    lay_out(&world, "wild", &Files::new(), &files);

    for after in moments(kills / 2, first_build, &mut numbers) {
        let index = world.path("wild/.pressmark");
        if index.exists() {
            std::fs::remove_dir_all(&index).unwrap();
        }
        kill(world.command("").args(["index", "wild"]), after);
        let outcome = match state(&world, "wild") {
            None => "first build: no index",
            Some(state) if state == expected => "first build: whole",
            Some(state) => {
                assert!(
                    !state.is_empty(),
                    "an index that says that there is nothing"
                );
                for (id, line) in &state {
                    assert_eq!(expected.get(id), Some(line));
                }
                "first build: checkpoint"
            }
        };
        *outcomes.entry(outcome).or_default() += 1;
        finish(&world, "wild");
        assert_eq!(state(&world, "wild").unwrap(), expected);
        assert_tidy(&index);
    }
    finish(&world, "wild");

    // How long an update takes is known from the same one in the other corpus.
    let updates = kills.div_ceil(2);
    for (step, spread) in (0_u32..).zip(moments(updates, Duration::from_secs(1), &mut numbers)) {
        let before = std::mem::take(&mut files);
        files = later(&before, 100 + u64::from(step));
        lay_out(&world, "calm", &before, &files);
        lay_out(&world, "wild", &before, &files);
        let length = finish(&world, "calm");
        let old = std::mem::replace(&mut expected, state(&world, "calm").unwrap());
        assert_ne!(old, expected);
        kill(
            world.command("").args(["index", "wild"]),
            length.mul_f64(spread.as_secs_f64()),
        );
        let seen = state(&world, "wild").unwrap();
        let outcome = if seen == old {
            "update: old"
        } else {
            "update: new"
        };
        *outcomes.entry(outcome).or_default() += 1;
        assert!(seen == old || seen == expected, "a mixture");
        finish(&world, "wild");
        assert_eq!(state(&world, "wild").unwrap(), expected);
        assert_tidy(&world.path("wild/.pressmark"));
    }
    assert_eq!(outcomes.values().sum::<u32>(), kills);
    // The end of all updates is what a build from nothing gives.
    lay_out(&world, "fresh", &Files::new(), &files);
    finish(&world, "fresh");
    assert_eq!(state(&world, "fresh").unwrap(), expected);
    if kills != KILLS {
        eprintln!("{outcomes:?}");
    }
}

/// What a first run begins with is no answer to anybody.
#[test]
fn an_index_that_holds_nothing_yet_is_none() {
    let world = World::new();
    let index = world.path("harbour/.pressmark");
    pressmark::Index::create(&index, pressmark::Schema::default()).unwrap();
    assert_eq!(state(&world, "harbour"), None);
    for arguments in [
        &["status", "--json"][..],
        &["explain", "ferry", "--id", "w1", "--json"],
    ] {
        let run = world.harbour(arguments);
        assert_eq!(
            (run.code, &run.json()["error"]["code"]),
            (2, &"no_index".into())
        );
    }
    // A folder with a configuration is indexed by its first search, as if nothing had been there.
    let run = world.harbour(&["search", "-c", "ferry"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "4\n"), "{run:?}");
}
