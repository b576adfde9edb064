//! An index that an earlier version wrote opens, answers and grows; one of a later version says what
//! to do. There is a fixture of every format, `tests/fixtures/index-<format>`, and none is ever
//! written anew but that of a format that no release has yet:
//!
//! ```text
//! cargo test --test it -- --ignored the_fixture_of_the_present_format_is_written
//! ```

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pressmark::{
    CheckOptions, Document, ErrorKind, Index, Schema, SearchRequest, Sort, WriterOptions,
};

use crate::world::{World, copy};

/// The format that this version writes.
const PRESENT: u32 = 1;

/// When the documents of the fixtures entered them: 2026-11-01.
const NOW: i64 = 1_793_491_200;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn article(id: &str, title: &str, body: &str, date: &str) -> Document {
    let document = Document::new(id).title(title).body(body).language("en");
    document.date(date).unwrap()
}

fn options() -> WriterOptions {
    let mut options = WriterOptions::default();
    options.threads = 1;
    options.now = Some(NOW);
    options
}

/// Two generations: in the second, one document was replaced and one deleted.
fn write(folder: &Path) {
    let index = Index::create(folder, Schema::default()).unwrap();
    let mut writer = index.writer_with(options()).unwrap();
    let first = [
        article("tide", "The tide tables are late", "Pilots at the river mouth wait for the new tide tables.\n\nNobody prints them any more.", "1987-03")
            .facet("country", "Norway"),
        article("grain", "Grain waits in the harbour", "Forty barges with grain lie in the harbour. Their crews play cards.", "1987-03-18")
            .facet("country", "Persia")
            .facet("topic", "economy, business and finance"),
        article("gone", "A page that will be deleted", "Grain and tides.", "1986"),
        article("ferry", "First words on the ferry", "It was full of mistakes.", "1988-01-02"),
    ];
    for document in first {
        writer.put(document).unwrap();
    }
    writer.commit().unwrap();
    let ferry = article(
        "ferry",
        "The ferry runs again",
        "The old ferry crosses the harbour twice a day, with grain in its hold.",
        "1988-01-03",
    )
    .facet("country", "Norway")
    .facet("country", "Iran")
    .facet("actor", "Harbour Board");
    writer.put(ferry).unwrap();
    writer.delete("gone").unwrap();
    // Not finished: the deletion is to be there, not merged away.
    writer.commit().unwrap();
}

#[test]
#[ignore = "writes into the repository"]
fn the_fixture_of_the_present_format_is_written() {
    let folder = fixtures().join(format!("index-{PRESENT}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    write(&folder);
    fs::remove_file(folder.join("LOCK")).unwrap();
}

#[test]
fn an_index_of_every_format_answers_and_grows() {
    let mut formats = 0;
    for format in 1..=PRESENT {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("index");
        copy(&fixtures().join(format!("index-{format}")), &folder);
        answers(&folder);
        formats += 1;
    }
    assert_eq!(formats, PRESENT);
}

fn answers(folder: &Path) {
    let mut deep = CheckOptions::default();
    deep.deep = true;
    let report = Index::check(folder, &deep, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(report.healthy, "{report:?}");
    let index = Index::open(folder).unwrap();
    let searcher = index.searcher().unwrap();
    assert_eq!(searcher.documents(), 3);
    let ids = |query: &str| -> Vec<String> {
        let request = SearchRequest::query(query).unwrap().sort(Sort::Oldest);
        let hits = searcher.search(&request).unwrap().hits;
        hits.iter().map(|hit| hit.id.to_string()).collect()
    };
    let cases: [(&str, &[&str]); 9] = [
        ("grain", &["grain", "ferry"]),
        ("crossing", &["ferry"]),
        ("\"tide tables\"", &["tide"]),
        ("grain NEAR/s harbour -cards", &["ferry"]),
        ("barg* OR ferrry~", &["grain", "ferry"]),
        ("country:IR", &["grain", "ferry"]),
        ("date:1987-03", &["tide", "grain"]),
        ("added:2026-11-01", &["tide", "grain", "ferry"]),
        ("mistakes OR deleted", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(query), expected, "{query}");
    }
    let request = SearchRequest::query("harbour").unwrap().all_facets();
    let response = searcher.search(&request).unwrap();
    let countries = response.facets.get("country").unwrap();
    let counts = countries.buckets.iter();
    let counts: Vec<(&str, u64)> = counts.map(|one| (one.value.as_str(), one.count)).collect();
    assert_eq!(counts, [("Iran", 2), ("Norway", 1)]);
    let snippets = &response.hits[0].snippets;
    assert!(
        snippets.iter().any(|one| one.text.contains("the harbour")),
        "{snippets:?}"
    );
    let stored = searcher.get("tide").unwrap().unwrap();
    assert_eq!(stored.added, NOW);
    assert_eq!(stored.document.date.unwrap().to_string(), "1987-03");
    assert!(stored.document.body.ends_with("any more."));

    let mut writer = index.writer_with(options()).unwrap();
    writer
        .put(article(
            "new",
            "Grain from the north",
            "More barges.",
            "1990",
        ))
        .unwrap();
    assert!(writer.commit().unwrap().generation > searcher.generation());
    writer.finish().unwrap();
    let request = SearchRequest::query("grain barges").unwrap();
    assert_eq!(index.searcher().unwrap().search(&request).unwrap().total, 2);
}

#[test]
fn an_index_of_a_later_version_says_what_to_do() {
    let world = World::indexed();
    let current = world.path("harbour/.pressmark/CURRENT");
    let text = fs::read_to_string(&current).unwrap();
    let generation = text.split(' ').next().unwrap();
    let path = world.path(&format!("harbour/.pressmark/generations/{generation}.json"));
    let description = fs::read_to_string(&path).unwrap();
    let later = description.replace("\"format\": 1,", "\"format\": 2,");
    assert_ne!(later, description);
    fs::write(&path, &later).unwrap();
    let hash = blake3::hash(later.as_bytes()).to_hex();
    fs::write(&current, format!("{generation} {hash}\n")).unwrap();

    let error = Index::open(world.path("harbour")).and_then(|index| index.searcher());
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Version);
    let run = world.harbour(&["search", "ferry"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    for part in [
        "format 2",
        "reads 1",
        "`pressmark index --rebuild`",
        "the version that wrote it",
    ] {
        // However it is broken into lines.
        let words: Vec<&str> = run.stderr.split_whitespace().collect();
        assert!(words.join(" ").contains(part), "{}", run.stderr);
    }
    // What it says to run helps.
    let run = world.harbour(&["index", "--rebuild", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(world.harbour(&["search", "-c", "ferry"]).code, 0);
}
