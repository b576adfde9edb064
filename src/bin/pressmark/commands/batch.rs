//! `pressmark search --batch`: many questions, each answered by one line of JSON.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use pressmark::Searcher;
use serde_json::{Map, Value};

use super::listing::{Defaults, Listing};
use crate::args::{Common, Format, SearchArgs};
use crate::console::Console;
use crate::failure::{Failure, Finish};
use crate::output::json;
use crate::questions::{self, Question};

/// Answers the questions of a file, or of standard input if it is called `-`. A question that
/// cannot be answered gets a line that says why, and the others are answered all the same.
///
/// # Errors
/// Options that make no sense here; a file that cannot be read.
pub(super) fn run(
    common: &Common,
    args: &SearchArgs,
    file: &Path,
    searcher: &Searcher,
    console: &mut Console,
) -> Result<Finish, Failure> {
    let questions = open(file)?;
    let (mut found, mut failed) = (false, false);
    for question in questions {
        let lead = lead(&question);
        let answer = answer(common, args, question, &lead, searcher, console);
        match answer.map_err(Failure::into_object) {
            Ok(total) => found |= total > 0,
            Err(Ok(mut error)) => {
                failed = true;
                let mut line = lead;
                line.append(&mut error);
                json::line(console.out(), &line)?;
            }
            Err(Err(failure)) => return Err(failure),
        }
        console.flush()?;
    }
    Ok(match (failed, found) {
        (true, _) => Finish::Failed,
        (false, true) => Finish::Done,
        (false, false) => Finish::Nothing,
    })
}

/// Refuses options that ask for something else than an answer to each question.
pub(super) fn check(args: &SearchArgs) -> Result<(), Failure> {
    let listing = &args.listing;
    let misfit = match listing.format {
        _ if !args.selection.query.is_empty() => Some("a query"),
        _ if listing.cursor.is_some() => Some("`--cursor`"),
        _ if listing.count => Some("`--count`"),
        _ if listing.files || listing.nul => Some("`-l`"),
        None | Some(Format::Json | Format::Jsonl) => None,
        Some(_) => Some("this format"),
    };
    match misfit {
        None => Ok(()),
        Some(misfit) => Err(Failure::usage(
            "usage",
            format!("`--batch` does not go with {misfit}"),
        )
        .with_hint("every question is answered by a line of JSON")),
    }
}

fn open(file: &Path) -> Result<Vec<Question>, Failure> {
    if file == Path::new("-") {
        return questions::read(io::stdin().lock());
    }
    let opened = File::open(file).map_err(|error| {
        Failure::new("io", format!("cannot read `{}`: {error}", file.display()))
            .with_hint("name a file with a query a line, or `-` for standard input")
    })?;
    questions::read(opened)
}

/// What a line begins with: where the question stands, and what it is.
fn lead(question: &Question) -> Map<String, Value> {
    let mut lead = Map::new();
    lead.insert("line".to_owned(), question.line.into());
    if let Some(name) = &question.name {
        lead.insert("name".to_owned(), name.as_str().into());
    }
    if let Ok(text) = &question.text {
        lead.insert("asked".to_owned(), text.as_str().into());
    }
    lead
}

/// Asks one question as `search --json` does, and prints its line; returns the number of hits.
fn answer(
    common: &Common,
    args: &SearchArgs,
    question: Question,
    lead: &Map<String, Value>,
    searcher: &Searcher,
    console: &mut Console,
) -> Result<u64, Failure> {
    let text = question.text.map_err(questions::Trouble::into_failure)?;
    let common = Common {
        json: true,
        ..common.clone()
    };
    let mut selection = args.selection.clone();
    selection.query = vec![text];
    let mut listing = args.listing.clone();
    listing.format = None;
    let defaults = Defaults {
        format: Format::Json,
        all: false,
    };
    let listing = Listing::of(&common, &selection, &args.counting, &listing, defaults)?;
    let mut before = Vec::new();
    json::value(&mut before, lead)?;
    let stream = console.stdout;
    let mut out = Behind {
        out: console.out(),
        before: Some(before),
    };
    listing.object(searcher, &mut out, stream)
}

/// Puts the members of one object before those of another that is written behind it.
struct Behind<'o, W: Write> {
    out: &'o mut W,
    before: Option<Vec<u8>>,
}

impl<W: Write> Write for Behind<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(before) = self.before.take() else {
            return self.out.write(bytes);
        };
        // Only the brace between the two objects changes.
        let Some((_, rest)) = bytes.split_first() else {
            self.before = Some(before);
            return Ok(0);
        };
        self.out.write_all(&before[..before.len() - 1])?;
        self.out.write_all(b",")?;
        self.out.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
