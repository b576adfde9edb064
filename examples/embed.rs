//! The whole library in ten lines: an index in memory, two documents, a question, its facets.
//!
//! ```text
//! cargo run --no-default-features --example embed
//! ```

use std::io::Write;

use pressmark::{Document, Index, Result, Schema, SearchRequest};

fn main() -> Result<()> {
    run(&mut std::io::stdout().lock())
}

fn run(out: &mut dyn Write) -> Result<()> {
    let index = Index::create_in_memory(Schema::default())?;
    let mut writer = index.writer()?;
    let talks = Document::new("a1")
        .title("Talks resume")
        .body("The envoys met.");
    writer.put(talks.date("1962-10")?.facet("country", "Cuba"))?;
    writer.put(
        Document::new("a2")
            .title("Sugar talks")
            .facet("country", "Peru"),
    )?;
    writer.commit()?;
    let request = SearchRequest::query("talks")?
        .filter("country", "Cuba")
        .all_facets();
    let response = index.searcher()?.search(&request)?;
    for hit in &response.hits {
        let _ = writeln!(out, "{} {}", hit.id, hit.title);
    }
    for bucket in response
        .facets
        .get("country")
        .iter()
        .flat_map(|it| &it.buckets)
    {
        let _ = writeln!(out, "{} {}", bucket.value, bucket.count);
    }
    Ok(())
}

#[cfg(test)]
#[test]
fn it_runs() {
    let mut out = Vec::new();
    run(&mut out).unwrap();
    // Each facet is counted as if nothing were chosen in it.
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "a1 Talks resume\nCuba 1\nPeru 1\n"
    );
}
