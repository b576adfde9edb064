//! Files that hold others: archives, packed files, mail, crawls of the web.

mod mail;
mod mbox;
mod packed;
mod tar;
mod warc;
mod zip;

use std::collections::VecDeque;
use std::io;

use crate::corpus::{
    Article, Cutter, Format, Input, Material, Piece, Reader, Refusal, Sniff, Stage, codes,
};

pub(super) fn formats() -> Vec<Format> {
    let containers = [
        Container {
            name: "tar",
            extensions: &["tar"],
            sniff: tar::sniff,
            cutter: || Box::new(tar::Entries::default()),
            read: no_article,
            is_single: false,
        },
        Container {
            name: "gzip",
            extensions: &["gz", "tgz"],
            sniff: |head| packed::sniff(head, packed::GZIP),
            cutter: || Box::new(packed::Unpack::new(packed::How::Gzip)),
            read: no_article,
            is_single: false,
        },
        Container {
            name: "zstd",
            extensions: &["zst", "tzst"],
            sniff: |head| packed::sniff(head, packed::ZSTD),
            cutter: || Box::new(packed::Unpack::new(packed::How::Zstd)),
            read: no_article,
            is_single: false,
        },
        Container {
            name: "zip",
            extensions: &["zip"],
            sniff: zip::sniff,
            cutter: || Box::new(zip::Entries::Start),
            read: no_article,
            is_single: false,
        },
        Container {
            name: "mail",
            extensions: &["eml"],
            sniff: mail::sniff,
            cutter: || Box::new(mail::One::default()),
            read: mail::read,
            is_single: true,
        },
        Container {
            name: "mbox",
            extensions: &["mbox"],
            sniff: mbox::sniff,
            cutter: || Box::new(mbox::Messages::default()),
            read: mail::read,
            is_single: false,
        },
        Container {
            name: "warc",
            extensions: &["warc"],
            sniff: warc::sniff,
            cutter: || Box::new(warc::Pages::default()),
            read: no_article,
            is_single: false,
        },
    ];
    containers.into_iter().map(Format::new).collect()
}

/// A format of files that hold files.
#[derive(Debug)]
struct Container {
    name: &'static str,
    extensions: &'static [&'static str],
    sniff: fn(&[u8]) -> Sniff,
    cutter: fn() -> Box<dyn Cutter>,
    /// Makes an article of what is a record of its own, and no file in the file.
    read: fn(&mut Material<'_>) -> Result<Article, Refusal>,
    is_single: bool,
}

impl Reader for Container {
    fn name(&self) -> &str {
        self.name
    }

    fn extensions(&self) -> &[&str] {
        self.extensions
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        (self.sniff)(head)
    }

    fn is_single(&self) -> bool {
        self.is_single
    }

    fn is_container(&self) -> bool {
        true
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        (self.cutter)()
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        (self.read)(material)
    }
}

/// What a reader says whose files have no text outside of their members.
fn no_article(_: &mut Material<'_>) -> Result<Article, Refusal> {
    let message = "there are only files in it, and no text of its own";
    Err(Refusal::new(codes::UNSUPPORTED, message))
}

/// Whether the first bytes are those that no other format begins with.
fn begins(head: &[u8], starts: &[&[u8]]) -> Sniff {
    if starts.iter().any(|start| head.starts_with(start)) {
        Sniff::Yes
    } else {
        Sniff::Unsure
    }
}

/// Why a member is not read.
fn refused(name: impl Into<Vec<u8>>, code: &'static str, message: &str) -> Piece {
    Piece::refused_member(name, Refusal::new(code, message).at(Stage::Read))
}

/// What follows cannot be told apart, and where it begins.
fn lost(at: u64, message: &str) -> Piece {
    refused(format!("(at byte {at})"), codes::DAMAGED, message)
}

/// Why nothing more is taken out of a container.
fn over(refusal: Refusal) -> Piece {
    Piece::Refused {
        number: None,
        member: None,
        refusal,
    }
}

/// The next of the files that were found in one, at the cost of the file that all of them are in.
fn next_of(found: &mut VecDeque<Piece>, input: &Input) -> Option<Piece> {
    let piece = found.pop_front()?;
    Some(match input.budget().entry() {
        Ok(()) => piece,
        Err(refusal) => {
            found.clear();
            over(refusal)
        }
    })
}

/// Reads as much as there is room for, and says how much there was.
fn fill(input: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
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
