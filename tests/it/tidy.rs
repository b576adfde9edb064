//! The rules of the house, checked on the sources themselves; each rule has a test that shows
//! that it catches somebody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which rooms a room may use. `error` and `document` are there for all of them.
const ROOMS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("document", &[]),
    ("analysis", &[]),
    ("schema", &[]),
    // Folding, and the finding of names that were probably meant.
    ("vocabulary", &["schema", "analysis"]),
    // From `schema`: where a value comes from.
    ("tagging", &["schema", "analysis", "vocabulary"]),
    ("query", &["schema"]),
    ("search", &["query", "schema", "analysis"]),
    (
        "index",
        &[
            "search",
            "query",
            "analysis",
            "schema",
            "vocabulary",
            "tagging",
        ],
    ),
    ("corpus", &["schema"]),
    // From `search`: the version that all JSON forms share.
    (
        "reindex",
        &["index", "corpus", "schema", "search", "tagging"],
    ),
];

/// What the library never does; the binary may do the first group.
const NOT_IN_THE_LIBRARY: &[&str] = &[
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "process::exit",
    "std::env",
    "env::var",
];
const NOWHERE: &[&str] = &["todo!", "dbg!", "unimplemented!"];

const MOST_LINES: usize = 800;

/// A source file, its path relative to the package.
struct Source {
    path: String,
    text: String,
    /// The text without comments and without what stands in literals.
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: code_of(text),
        }
    }

    /// The room of the library that it is in.
    fn room(&self) -> Option<&str> {
        let inner = self
            .path
            .strip_prefix("src/")
            .filter(|path| !path.starts_with("bin/"))?;
        let first = inner.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first)).filter(|room| *room != "lib")
    }

    fn is_library(&self) -> bool {
        self.path.starts_with("src/") && !self.path.starts_with("src/bin/")
    }

    fn fault(&self, what: &str) -> String {
        format!("{}: {what}", self.path)
    }
}

/// A fault in a file, for each time the rule is broken.
type Faults = Vec<String>;

/// Imports run one way only.
fn imports(source: &Source, names: &BTreeMap<String, String>) -> Faults {
    let Some(room) = source.room() else {
        return Faults::new();
    };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![source.fault(&format!("the room `{room}` is not on the list of rooms"))];
    };
    let is_allowed = |other: &str| {
        other == room || matches!(other, "error" | "document") || allowed.contains(&other)
    };
    used_from_the_crate(&source.code)
        .into_iter()
        .filter_map(|name| {
            let is_room = ROOMS.iter().any(|(room, _)| *room == name);
            let other = if is_room {
                Some(&name)
            } else {
                names.get(&name)
            };
            let other = other.filter(|other| !is_allowed(other))?;
            Some(source.fault(&format!("`{room}` uses `{name}` of `{other}`")))
        })
        .collect()
}

/// The first names behind `crate::`, also those in braces.
fn used_from_the_crate(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(is_word) {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.trim_start().strip_prefix('{') {
            None => names.extend(word_at(rest)),
            Some(list) => {
                let mut depth = 1;
                let mut is_first = true;
                for (at, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => is_first = true,
                        c if is_word(c) && is_first && depth == 1 => {
                            names.extend(word_at(&list[at..]));
                            is_first = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    names
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_at(text: &str) -> Option<String> {
    let word: String = text
        .trim_start()
        .chars()
        .take_while(|&c| is_word(c))
        .collect();
    (!word.is_empty()).then_some(word)
}

/// What the root of the crate re-exports, and from which room.
fn re_exports(lib: &str) -> BTreeMap<String, String> {
    let code = code_of(lib);
    let mut names = BTreeMap::new();
    for (at, _) in code.match_indices("pub use ") {
        let rest = &code[at + "pub use ".len()..];
        let statement = &rest[..rest.find(';').unwrap_or(rest.len())];
        let Some((room, list)) = statement.split_once("::") else {
            continue;
        };
        for name in list.split([',', '{', '}']).filter_map(word_at) {
            names.insert(name, room.trim().to_owned());
        }
    }
    names
}

/// The engine is named in its room only.
fn engine(source: &Source) -> Faults {
    let may = !source.is_library() && !source.path.starts_with("src/")
        || source.path.starts_with("src/index/");
    let names_it =
        words(&source.code).any(|word| word == "tantivy" || word.starts_with("tantivy_"));
    if names_it && !may {
        vec![source.fault("names the engine")]
    } else {
        Faults::new()
    }
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// The library does nothing behind the caller's back.
fn manners(source: &Source) -> Faults {
    let library: &[&str] = if source.is_library() {
        NOT_IN_THE_LIBRARY
    } else {
        &[]
    };
    let has = |wanted: &str| {
        source
            .code
            .match_indices(wanted)
            .any(|(at, _)| !source.code[..at].ends_with(is_word))
    };
    library
        .iter()
        .chain(NOWHERE)
        .filter(|wanted| has(wanted))
        .map(|wanted| source.fault(&format!("uses `{wanted}`")))
        .collect()
}

/// Files can be read at a sitting, and say at once what they are for.
fn shape(source: &Source) -> Faults {
    let mut faults = Faults::new();
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        faults.push(source.fault(&format!("has {lines} lines")));
    }
    if !source.text.starts_with("//!") {
        faults.push(source.fault("does not begin with `//!`"));
    }
    faults
}

/// The text without comments; literals are left, but empty.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some(length) = raw_string(rest).filter(|_| !code.ends_with(is_word)) {
            code.push_str("\"\"");
            length
        } else if c == '"' {
            code.push_str("\"\"");
            quoted(rest, '"')
        } else if c == '\'' && is_character(rest) {
            code.push_str("''");
            quoted(rest, '\'')
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

/// The length of a comment that may hold others.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of a literal in quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string, if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let start = text.strip_prefix('b').unwrap_or(text);
    let hashes = start.strip_prefix('r')?;
    let inner = hashes.trim_start_matches('#');
    let fence = hashes.len() - inner.len();
    let body = inner.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(fence));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(text.len() - body.len() + length)
}

/// Whether a character literal begins here, and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    matches!(
        (chars.next(), chars.next()),
        (Some('\\'), _) | (Some(_), Some('\''))
    )
}

/// The modules that are compiled for tests alone, as paths without `.rs`.
fn only_tests(sources: &[Source]) -> Vec<String> {
    let mut modules = Vec::new();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        for (at, mark) in source.code.match_indices("#[cfg(test)]") {
            let rest = source.code[at + mark.len()..].trim_start();
            let Some(name) = rest
                .strip_prefix("mod ")
                .and_then(|rest| rest.split_once(';'))
            else {
                continue;
            };
            if name.0.chars().all(is_word) {
                modules.push(format!("{stem}/{}", name.0));
            }
        }
    }
    modules
}

fn is_below(path: &str, modules: &[String]) -> bool {
    modules.iter().any(|module| {
        path.strip_prefix(module.as_str())
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "examples"] {
        collect(&root.join(folder), &mut found);
    }
    let relative = |path: &Path| {
        path.strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/")
    };
    let source =
        |path: &PathBuf| Source::new(&relative(path), &std::fs::read_to_string(path).unwrap());
    found.iter().map(source).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_house_is_tidy() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources were not found");
    let lib = sources
        .iter()
        .find(|source| source.path == "src/lib.rs")
        .unwrap();
    let names = re_exports(&lib.text);
    assert_eq!(names.get("Searcher").map(String::as_str), Some("index"));
    let only_tests = only_tests(&sources);
    let mut faults: Vec<String> = sources
        .iter()
        .flat_map(|source| [engine(source), shape(source)].concat())
        .collect();
    for source in sources
        .iter()
        .filter(|source| !is_below(&source.path, &only_tests))
    {
        faults.extend(imports(source, &names));
        faults.extend(manners(source));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn modules_for_tests_are_told_apart() {
    let sources = [
        Source::new(
            "src/index/mod.rs",
            "mod layout;\n#[cfg(test)]\nmod property;\n",
        ),
        Source::new(
            "src/query/parser.rs",
            "#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod x { fn f() { let y = 1; } }",
        ),
    ];
    let modules = only_tests(&sources);
    assert_eq!(modules, ["src/index/property", "src/query/parser/tests"]);
    assert!(is_below("src/index/property.rs", &modules));
    assert!(is_below("src/query/parser/tests/dates.rs", &modules));
    assert!(!is_below("src/index/property_map.rs", &modules));
    assert!(!is_below("src/index/layout.rs", &modules));
}

#[test]
fn imports_in_the_wrong_direction_are_caught() {
    let names = re_exports("pub use index::{Index, Searcher};\npub use schema::Schema;\n");
    let faults = |path: &str, text: &str| imports(&Source::new(path, text), &names).len();
    for (path, text, expected) in [
        ("src/query/parser.rs", "use crate::index::Index;", 1),
        ("src/query/parser.rs", "use crate::Index;", 1),
        (
            "src/query/parser.rs",
            "use crate::{Error, Index, schema::Schema};",
            1,
        ),
        (
            "src/query/parser.rs",
            "use crate::{Error, document::{self, DateRange}};",
            0,
        ),
        ("src/query/parser.rs", "fn f() { crate::search::x() }", 1),
        (
            "src/query/parser.rs",
            "/// See [`crate::index::Index`].\nfn f() {}",
            0,
        ),
        ("src/query.rs", "use pub_crate::index;", 0),
        ("src/corpus/walk.rs", "use crate::index::Writer;", 1),
        (
            "src/search/highlight.rs",
            "use crate::analysis::Analyzer;",
            0,
        ),
        ("src/analysis/fold.rs", "use crate::Schema;", 1),
        (
            "src/index/writer.rs",
            "use crate::corpus::Corpus; use crate::reindex::Report;",
            2,
        ),
        (
            "src/reindex/plan.rs",
            "use crate::corpus::Corpus; use crate::Index;",
            0,
        ),
        ("src/attic/plan.rs", "", 1),
    ] {
        assert_eq!(faults(path, text), expected, "{path}: {text}");
    }
}

#[test]
fn the_engine_is_caught_outside_of_its_room() {
    let faults = |path: &str, text: &str| engine(&Source::new(path, text)).len();
    assert_eq!(faults("src/search/cursor.rs", "use tantivy::Score;"), 1);
    assert_eq!(
        faults("src/bin/pressmark/main.rs", "use tantivy_fst::Map;"),
        1
    );
    assert_eq!(
        faults("src/error.rs", "fn f() -> ::tantivy::Result<()> {}"),
        1
    );
    assert_eq!(faults("src/index/writer.rs", "use tantivy::Score;"), 0);
    assert_eq!(
        faults(
            "src/search/cursor.rs",
            "// as tantivy does\nlet x = \"tantivy\";"
        ),
        0
    );
}

#[test]
fn bad_manners_are_caught() {
    let faults = |path: &str, text: &str| manners(&Source::new(path, text)).len();
    for (text, expected) in [
        ("println!(\"x\")", 1),
        ("eprintln!(\"x\")", 1),
        ("std::process::exit(2)", 1),
        ("use std::env;", 1),
        ("let x = std::env::var(\"HOME\");", 2),
        ("dbg!(x)", 1),
        ("todo!()", 1),
        (
            "// println!(\"x\")\nlet x = \"todo!\"; let y = r#\"dbg!(\"x\")\"#; env!(\"X\")",
            0,
        ),
        (
            "/* todo!() /* dbg!() */ */ let c = '\"'; let l: &'static str = \"todo!\";",
            0,
        ),
    ] {
        assert_eq!(faults("src/query/parser.rs", text), expected, "{text}");
    }
    assert_eq!(
        faults("src/bin/pressmark/main.rs", "std::env::args(); println!()"),
        0
    );
    assert_eq!(faults("src/bin/pressmark/main.rs", "todo!()"), 1);
}

#[test]
fn shapeless_files_are_caught() {
    let faults = |text: &str| shape(&Source::new("src/x.rs", text)).len();
    assert_eq!(faults("//! What it is for.\n"), 0);
    assert_eq!(faults("use std::fmt;\n"), 1);
    assert_eq!(
        faults(&format!("//! Long.\n{}", "\n".repeat(MOST_LINES - 1))),
        0
    );
    assert_eq!(
        faults(&format!("//! Long.\n{}", "\n".repeat(MOST_LINES))),
        1
    );
}
