//! PDF: text in the order of reading, with the places where pages begin. Files are parsed in a
//! process of their own.

mod about;
mod answer;
mod extract;
mod flow;
mod order;
mod page;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use crate::corpus::helper::{Helpers, read_frame, write_frame};
use crate::corpus::readers::written::text::split_title;
use crate::corpus::{Article, Helper, Material, Note, Reader, Refusal, Sniff, codes, limits};
use crate::document::PAGE_STARTS;
use answer::Answer;

/// Reads PDF.
///
/// A parser of PDF meets files that make it crash, hang, or take any amount of memory. The one
/// that comes with a corpus therefore reads nothing until it is told where to parse:
/// [`Pdf::in_child`], or [`Pdf::in_process`] where the files are trusted.
#[derive(Debug, Default)]
pub struct Pdf(Place);

#[derive(Debug, Default)]
enum Place {
    #[default]
    Nowhere,
    Here,
    Children(Helpers),
}

impl Pdf {
    /// Parses in the processes of a helper, each of which has to call [`Pdf::serve`].
    pub fn in_child(helper: Helper) -> Self {
        Self(Place::Children(Helpers::new(helper)))
    }

    /// Parses in this process. A file may take any time and memory, and may end the process.
    pub fn in_process() -> Self {
        Self(Place::Here)
    }

    /// What a helper does: answers requests until there are no more. `before` is called before
    /// each of them, to renew limits.
    ///
    /// # Errors
    /// What the pipes say.
    pub fn serve(
        input: &mut impl Read,
        output: &mut impl Write,
        mut before: impl FnMut(),
    ) -> io::Result<()> {
        while let Some((number, bytes)) = read_frame(input, limits::RECORD_BYTES as u64)? {
            before();
            let mut notes = Vec::new();
            let read = catch_unwind(AssertUnwindSafe(|| read(&bytes, &mut notes)));
            let read = read.unwrap_or_else(|_| {
                let message = "the parser of PDF met a bug in itself";
                Err(Refusal::new(codes::PANICKED, message))
            });
            let answer = Answer::of(read, notes);
            write_frame(output, number, &answer.to_bytes())?;
        }
        Ok(())
    }
}

impl Reader for Pdf {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn extensions(&self) -> &[&str] {
        &["pdf"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if starts(head) { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        let bytes = material.bytes();
        match &self.0 {
            // What is no PDF needs no parser to be told.
            _ if !starts(bytes) => Err(no_pdf()),
            Place::Nowhere => {
                let message = "reading PDF needs a helper; see `Pdf` in the documentation";
                Err(Refusal::new(codes::HELPER_MISSING, message))
            }
            Place::Here => read(bytes, &mut material.notes),
            Place::Children(helpers) => {
                let answer = Answer::parse(&helpers.ask(bytes)?)?;
                answer.into_article(&mut material.notes)
            }
        }
    }
}

/// Whether a file begins like a PDF. Some have a few lines of a mail or a printer before it.
fn starts(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(limits::PDF_START_BYTES)];
    head.windows(5).any(|five| five == b"%PDF-")
}

fn no_pdf() -> Refusal {
    Refusal::new(
        codes::WRONG_FORMAT,
        "it does not begin like a PDF (`%PDF-`)",
    )
}

/// Reads a document in this process.
fn read(bytes: &[u8], notes: &mut Vec<Note>) -> Result<Article, Refusal> {
    if !starts(bytes) {
        return Err(no_pdf());
    }
    let extracted = extract::extract(bytes.to_vec())?;
    let count = extracted.pages.len();
    let glyphs: usize = extracted.pages.iter().map(|page| page.glyphs).sum();
    let unmapped: usize = extracted.pages.iter().map(|page| page.unmapped).sum();
    if extracted.left_out > 0 {
        let message = format!(
            "{} pages after the first {count} were not read",
            extracted.left_out
        );
        notes.push(Note::new(codes::PDF_PAGES_LEFT_OUT, message));
    }
    if glyphs == 0 {
        let message = "there is no text on its pages; they may be pictures of text";
        notes.push(Note::new(codes::PDF_NO_TEXT, message));
    } else if unmapped * 50 > glyphs {
        let message =
            format!("the file does not say which letters {unmapped} of its {glyphs} signs are");
        notes.push(Note::new(codes::PDF_UNMAPPED, message));
    }
    let mut metadata = extracted.about.metadata();
    let flow = flow::flow(extracted.pages);
    metadata.insert("pages".to_owned(), Value::from(count));
    if count > 1 {
        metadata.insert(PAGE_STARTS.to_owned(), Value::from(flow.starts));
    }
    // It stays in the text, whose places the pages are counted by.
    let title = flow
        .heading
        .or_else(|| split_title(&flow.text).0.map(ToOwned::to_owned));
    Ok(Article {
        title,
        body: flow.text,
        metadata,
    })
}
