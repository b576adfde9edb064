//! Whole folders: what a walk finds, in which order, and what becomes of it.

use std::fs;
use std::path::Path;

use super::*;
use crate::ErrorKind;

/// Every document, or failure, of one file; `config` is the text of a `pressmark.toml`.
pub(super) fn read_file(name: &str, config: &str, content: &[u8]) -> Vec<Result<Reading, Failure>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    let config = Config::parse(config, Path::new("pressmark.toml")).unwrap();
    let corpus = Corpus::new(folder.path(), config).unwrap();
    let Some(Entry::File(file)) = corpus.walk().unwrap().next() else {
        panic!("{name} is no file of the corpus");
    };
    let records = corpus.records(&file).unwrap();
    records
        .map(|record| corpus.document(&file, record?))
        .collect()
}

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn corpus(root: &Path) -> Corpus {
    let path = root.join("pressmark.toml");
    let config = if path.exists() {
        Config::load(&path).unwrap()
    } else {
        Config::default()
    };
    Corpus::new(root, config).unwrap()
}

/// `path` of what is read, `path!code` of what is not.
fn walked(root: &Path) -> Vec<String> {
    let line = |entry| match entry {
        Entry::File(file) => file.path,
        Entry::Skipped(skipped) => format!("{}!{}", skipped.path, skipped.code),
        Entry::Failed(failure) => format!("{}!{}", failure.path, failure.code),
    };
    corpus(root).walk().unwrap().map(line).collect()
}

#[test]
fn everything_is_accounted_for_in_path_order() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in [
        "a/x.txt",
        "a-b.txt",
        "a.txt",
        "a0.TXT",
        "A.md",
        "z.jsonl",
        "z.png",
        "README",
        ".hidden.txt",
        ".secret/x.txt",
        ".git/config",
        ".pressmark/CURRENT",
        "a/.pressmark/x.txt",
        "pressmark.toml",
        "a/pressmark.toml",
        "vocabulary/country.toml",
        "a/vocabulary/x.txt",
        "drafts/x.txt",
        "empty/.keep",
        "é.json",
        "x\ny.txt",
    ] {
        write(root, path, "");
    }
    write(root, "pressmark.toml", "[corpus]\nexclude = ['drafts/**']");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.txt", root.join("link.txt")).unwrap();
        std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.txt")).unwrap();
        assert_eq!(
            walked(root),
            [
                ".hidden.txt!hidden",
                ".secret!hidden",
                "A.md",
                "README!unsupported",
                "a-b.txt",
                "a.txt",
                "a/pressmark.toml!unsupported",
                "a/vocabulary/x.txt",
                "a/x.txt",
                "a0.TXT",
                "drafts/x.txt!excluded",
                "empty/.keep!hidden",
                "link.txt!symlink",
                "loop!symlink",
                "socket.txt!special",
                "vocabulary!vocabulary",
                "x%0Ay.txt",
                "z.jsonl",
                "z.png!unsupported",
                "é.json",
            ]
        );
    }
    let paths: Vec<String> = corpus(root)
        .walk()
        .unwrap()
        .map(|entry| entry.path().to_owned())
        .collect();
    assert!(paths.iter().any(|path| path == "a/x.txt"));
}

#[test]
fn sidecars_go_with_their_articles() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (path, text) in [
        ("a.txt", "Text."),
        ("a.meta.yaml", "title: A"),
        ("a.meta.toml", "title = 'not used'"),
        ("b.md", "Text."),
        ("b.meta.json", "{\"title\": \"B\"}"),
        ("c.meta.yml", "title: nobody's"),
        ("d.jsonl", "{}"),
        ("d.meta.yaml", "title: not for many"),
        ("out/e.txt", "Text."),
        ("out/e.meta.yaml", "title: E"),
        ("f.md", "Text."),
        ("f.meta.yaml", "title: forbidden"),
        ("G.TXT", "Text."),
        ("G.meta.yaml", "title: G"),
    ] {
        write(root, path, text);
    }
    let config = "[corpus]\ninclude = ['*.{txt,TXT,md,jsonl}']\nexclude = ['f.meta.yaml', 'out/']";
    write(root, "pressmark.toml", config);
    assert_eq!(
        walked(root),
        [
            "G.TXT",
            "a.meta.toml!excluded",
            "a.txt",
            "b.md",
            "c.meta.yml!excluded",
            "d.jsonl",
            "d.meta.yaml!excluded",
            "f.md",
            "f.meta.yaml!excluded",
            "out/e.meta.yaml!excluded",
            "out/e.txt!excluded",
        ]
    );
    fs::remove_file(root.join("pressmark.toml")).unwrap();
    let walked = walked(root);
    for orphan in ["a.meta.toml", "c.meta.yml", "d.meta.yaml"] {
        assert!(
            walked.contains(&format!("{orphan}!orphan_sidecar")),
            "{walked:?}"
        );
    }
    assert_eq!(walked.len(), 9, "{walked:?}");
    let corpus = corpus(root);
    let titles: Vec<String> = corpus
        .walk()
        .unwrap()
        .filter_map(|entry| match entry {
            Entry::File(file) if file.format.is_single() => Some(file),
            _ => None,
        })
        .map(|file| {
            let record = corpus.records(&file).unwrap().next().unwrap().unwrap();
            corpus.document(&file, record).unwrap().document.title
        })
        .collect();
    assert_eq!(titles, ["G", "A", "B", "forbidden", "E"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_read_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(folder.path().join(name), "Text.").unwrap();
    write(folder.path(), "caf%E9.txt", "Other.");
    let corpus = corpus(folder.path());
    let mut ids = Vec::new();
    for entry in corpus.walk().unwrap() {
        let Entry::File(file) = entry else {
            panic!("{entry:?}")
        };
        assert_eq!(folder.path().join(decode_path(&file.path)), file.absolute);
        let record = corpus.records(&file).unwrap().next().unwrap().unwrap();
        ids.push(
            corpus
                .document(&file, record)
                .unwrap()
                .document
                .id
                .into_string(),
        );
    }
    assert_eq!(ids, ["caf%25E9.txt", "caf%E9.txt"]);
}

#[test]
fn a_root_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", "");
    for root in [folder.path().join("none"), folder.path().join("a.txt")] {
        let corpus = corpus(&root);
        let error = corpus.walk().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(error.path(), Some(root.as_path()));
    }
}

#[test]
fn the_archetype_of_an_article_keeps_its_title() {
    // The shape of what people paste: a heading, a second heading, paragraphs in one line each.
    let folder = tempfile::tempdir().unwrap();
    let paragraph =
        "The ministry’s statement described “steady progress” at the border crossing. ".repeat(6);
    let text = format!(
        "A City’s Alarm Over a Neighbour’s Dam\nA Warning from Upstream\n{paragraph}\nContext\n{paragraph}"
    );
    write(folder.path(), "dam.txt", &text);
    let corpus = corpus(folder.path());
    let Some(Entry::File(file)) = corpus.walk().unwrap().next() else {
        panic!("no file")
    };
    let record = corpus.records(&file).unwrap().next().unwrap().unwrap();
    let reading = corpus.document(&file, record).unwrap();
    assert_eq!(
        reading.document.title,
        "A City’s Alarm Over a Neighbour’s Dam"
    );
    assert!(
        reading
            .document
            .body
            .starts_with("A Warning from Upstream\n")
    );
    assert_eq!(reading.notes, []);
}

#[test]
fn a_corpus_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    fn sent<T: Send>() {}
    shared(&Corpus::new("x", Config::default()).unwrap());
    sent::<RawRecord>();
    sent::<Records>();
    sent::<Reading>();
    sent::<Failure>();
}

/// What is passed over by its path is never read: neither it nor what would lie below it.
#[test]
fn what_a_path_alone_rules_out_is_never_walked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        "pressmark.toml",
        "[corpus]\nexclude = ['drafts/**', 'old', '**/*.tmp']\n",
    );
    for (path, is_folder, expected) in [
        ("a.md", false, false),
        ("a", true, false),
        (".a.md.swp", false, true),
        ("a/.git/x.md", false, true),
        (".pressmark", true, true),
        ("drafts/x.md", false, true),
        ("drafts/x", true, false),
        ("old", true, false),
        ("old", false, true),
        ("old/x.md", false, false),
        ("a/b.tmp", false, true),
        ("vocabulary/country.toml", false, false),
    ] {
        let passed_over = corpus(root).passes_over(Path::new(path), is_folder);
        assert_eq!(passed_over, expected, "{path}");
        if !is_folder {
            write(root, path, "text");
            let is_read = walked(root).contains(&path.to_owned());
            assert!(!(passed_over && is_read), "{path}");
            fs::remove_file(root.join(path)).unwrap();
        }
        let _ = fs::remove_dir_all(root.join("old"));
    }
}
