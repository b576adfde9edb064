//! Files that hold others: archives, packed files, mail, crawls of the web.

mod mail;
mod mbox;
mod packed;
mod tar;
mod warc;
mod zip;

use crate::corpus::{Article, Format, Refusal, codes};

pub(super) fn formats() -> Vec<Format> {
    vec![
        Format::new(tar::Tar),
        Format::new(packed::Gzip),
        Format::new(packed::Zstandard),
        Format::new(zip::Zip),
        Format::new(mail::Mail),
        Format::new(mbox::Mbox),
        Format::new(warc::Warc),
    ]
}

/// What a reader says whose files have no text outside of their members.
fn no_article() -> Result<Article, Refusal> {
    let message = "there are only files in it, and no text of its own";
    Err(Refusal::new(codes::UNSUPPORTED, message))
}

/// The extension of files of a media type (`text/html`), if they are of a kind that may be read.
fn extension_of(media_type: &str) -> Option<&'static str> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let known = [
        ("application/atom+xml", "atom"),
        ("application/epub+zip", "epub"),
        ("application/gzip", "gz"),
        ("application/json", "json"),
        ("application/ld+json", "json"),
        ("application/mbox", "mbox"),
        ("application/pdf", "pdf"),
        ("application/rss+xml", "rss"),
        ("application/rtf", "rtf"),
        ("application/vnd.oasis.opendocument.text", "odt"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
        ),
        ("application/x-ndjson", "jsonl"),
        ("application/xhtml+xml", "xhtml"),
        ("application/xml", "xml"),
        ("application/zip", "zip"),
        ("message/rfc822", "eml"),
        ("text/csv", "csv"),
        ("text/html", "html"),
        ("text/markdown", "md"),
        ("text/plain", "txt"),
        ("text/rtf", "rtf"),
        ("text/tab-separated-values", "tsv"),
        ("text/xml", "xml"),
    ];
    let mut known = known.into_iter();
    known
        .find(|(name, _)| name.eq_ignore_ascii_case(media_type))
        .map(|(_, extension)| extension)
}
