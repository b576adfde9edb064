//! A batch of questions: each line of a file is asked of an index, several at a time, and the
//! answers come out in the order of the questions.
//!
//! ```text
//! cargo run --release --no-default-features --example batch -- INDEX questions.txt
//! ```

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use pressmark::{Control, Index, SearchRequest, Searcher};

/// A question that takes longer is given up, and holds up no other.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: batch INDEX FILE".into());
    };
    // A searcher is a snapshot: all questions are asked of the same state.
    let searcher = Index::open(folder)?.searcher()?;
    let questions = std::fs::read_to_string(file)?;
    let questions: Vec<&str> = questions.lines().collect();
    run(&searcher, &questions, &mut std::io::stdout().lock())?;
    Ok(())
}

fn run(searcher: &Searcher, questions: &[&str], out: &mut dyn Write) -> std::io::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // As many at a time as there are threads, so that no more answers wait than that.
    for some in questions.chunks(threads) {
        let answers: Vec<String> = std::thread::scope(|scope| {
            let asked: Vec<_> = some
                .iter()
                .map(|question| scope.spawn(move || answer(searcher, question)))
                .collect();
            let answered = asked.into_iter().map(std::thread::ScopedJoinHandle::join);
            answered
                .map(|answer| answer.unwrap_or_else(|_| "the search panicked".to_owned()))
                .collect()
        });
        for (question, answer) in some.iter().zip(answers) {
            writeln!(out, "{question}\t{answer}")?;
        }
    }
    Ok(())
}

/// What one question comes to: how many documents, and the first of them.
fn answer(searcher: &Searcher, question: &str) -> String {
    let found = SearchRequest::query(question)
        .and_then(|request| searcher.search_with(&request.limit(1), &Control::within(PATIENCE)));
    match found {
        Ok(response) => {
            let first = response.hits.first().map_or("", |hit| &hit.title);
            format!("{}\t{first}", response.total)
        }
        // An error names its code, and the way out.
        Err(error) => format!("{}\t{}", error.code(), error.hint().unwrap_or_default()),
    }
}

#[cfg(test)]
#[test]
fn it_runs() {
    use pressmark::{Document, Schema};

    let index = Index::create_in_memory(Schema::default()).unwrap();
    let mut writer = index.writer().unwrap();
    for (id, title) in [
        ("1", "Oil prices fall"),
        ("2", "Oil spill at sea"),
        ("3", "Grain"),
    ] {
        writer.put(Document::new(id).title(title)).unwrap();
    }
    writer.commit().unwrap();
    let mut out = Vec::new();
    let searcher = index.searcher().unwrap();
    let questions = ["oil", "oil AND spill", "(oil", "grain"];
    run(&searcher, &questions, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("oil\t2\tOil "), "{out}");
    assert_eq!(lines[1], "oil AND spill\t1\tOil spill at sea");
    assert!(lines[2].starts_with("(oil\tunbalanced"), "{out}");
    assert_eq!(lines[3], "grain\t1\tGrain");
}
