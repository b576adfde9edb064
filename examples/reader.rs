//! A reader of a format of one's own: bulletins, which begin with a headline and lines `key: value`.
//!
//! ```text
//! cargo run --release --example reader -- FOLDER INDEX
//! ```

use std::error::Error;
use std::io::Write;
use std::path::Path;

use pressmark::corpus::{Article, Corpus, Material, Reader, Refusal};
use pressmark::{Config, Index, ReindexOptions, SearchRequest, reindex};

/// Reads `.bul`. Like every reader it has no state, as all threads share it.
#[derive(Debug)]
struct Bulletin;

impl Reader for Bulletin {
    fn name(&self) -> &'static str {
        "bulletin"
    }

    fn extensions(&self) -> &[&str] {
        &["bul"]
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let text = material.text()?;
        let Some((head, body)) = text.split_once("\n\n") else {
            // The code stands in the ledger; the other files are read all the same.
            return Err(Refusal::new(
                "bulletin",
                "no blank line parts head and text",
            ));
        };
        let mut lines = head.lines();
        let mut article = Article::new(body.trim());
        if let Some(title) = lines.next() {
            article = article.title(title);
        }
        // Which keys feed the date and the facets, the configuration decides.
        for (key, value) in lines.filter_map(|line| line.split_once(':')) {
            article = article.value(key.trim(), value.trim());
        }
        Ok(article)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(index)) = (arguments.next(), arguments.next()) else {
        return Err("usage: reader FOLDER INDEX".into());
    };
    run(
        folder.as_ref(),
        index.as_ref(),
        &mut std::io::stdout().lock(),
    )
}

fn run(folder: &Path, index: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let corpus = Corpus::new(folder, Config::default())?.with_reader(Bulletin);
    let report = reindex(&corpus, index, &ReindexOptions::default(), &())?;
    writeln!(out, "{} indexed, {} failed", report.indexed, report.failed)?;
    let request = SearchRequest::all().facets(["country"]);
    let response = Index::open(index)?.searcher()?.search(&request)?;
    for hit in &response.hits {
        writeln!(out, "{}  {}", hit.id, hit.title)?;
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts");
    std::fs::create_dir(&texts).unwrap();
    let write = |name: &str, text: &str| std::fs::write(texts.join(name), text).unwrap();
    write(
        "lock.bul",
        "Lock reopens\ncountry: Panama\n\nShips pass again.\n",
    );
    write("odd.bul", "nothing else");
    write("plain.txt", "Harbour closes\n\nFog.\n");
    let mut out = Vec::new();
    run(&texts, &folder.path().join("index"), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.starts_with("2 indexed, 1 failed\n"), "{out}");
    assert!(out.contains("lock.bul  Lock reopens\n"), "{out}");
}
