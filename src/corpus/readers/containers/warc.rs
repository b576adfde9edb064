//! Crawls of the web (`.warc`, packed or not): every page that was answered with, under its
//! address.
//!
//! Records that hold no page (requests, metadata, repeated visits) are no documents, as folders in
//! an archive are none.

use std::io::{self, BufRead, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::{extension_of, no_article};
use crate::corpus::budget::{Budget, refusal_of};
use crate::corpus::decode::declared;
use crate::corpus::{
    Article, Cutter, Input, Material, Member, Piece, Reader, Refusal, Sniff, Stage, codes, limits,
};

/// The most bytes of all headers of a record, or of an answer.
const HEADERS: u64 = 64 << 10;

/// A crawl.
#[derive(Debug)]
pub(super) struct Warc;

impl Reader for Warc {
    fn name(&self) -> &'static str {
        "warc"
    }

    fn extensions(&self) -> &[&str] {
        &["warc"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if head.starts_with(b"WARC/") {
            Sniff::Yes
        } else {
            Sniff::Unsure
        }
    }

    fn is_single(&self) -> bool {
        false
    }

    fn is_container(&self) -> bool {
        true
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(Pages::default())
    }

    fn read(&self, _: &mut Material<'_>) -> Result<Article, Refusal> {
        no_article()
    }
}

#[derive(Debug, Default)]
struct Pages {
    /// Records so far.
    count: u64,
    /// Whether the first line of the next record was read while a damaged one was passed over.
    is_found: bool,
    is_done: bool,
}

/// Names in small letters, and values.
type Headers = Vec<(String, String)>;

impl Cutter for Pages {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        while !self.is_done {
            if !std::mem::take(&mut self.is_found) {
                let mut first = Vec::new();
                while input.peek()?.is_some() && first.trim_ascii().is_empty() {
                    first.clear();
                    Read::take(&mut *input, HEADERS).read_until(b'\n', &mut first)?;
                }
                if first.is_empty() {
                    break;
                }
                if !first.starts_with(b"WARC/") {
                    return self.lost(input, "where a record should begin there is something else");
                }
            }
            self.count += 1;
            let Some(headers) = headers(input)? else {
                return self.lost(input, "the headers of a record have no end");
            };
            let length = header(&headers, "content-length").and_then(|it| it.parse::<u64>().ok());
            let Some(length) = length else {
                return self.lost(input, "a record does not say how long it is");
            };
            if let Some(piece) = self.record(input, &headers, length)? {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

impl Pages {
    fn record(
        &mut self,
        input: &mut Input,
        headers: &Headers,
        length: u64,
    ) -> io::Result<Option<Piece>> {
        let kind = header(headers, "warc-type").unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        let address = header(headers, "warc-target-uri").unwrap_or_default();
        let address = address.trim_matches(['<', '>', ' ']);
        let is_page = matches!(kind.as_str(), "response" | "resource" | "conversion");
        if !is_page || address.starts_with("dns:") {
            let end = input.offset().saturating_add(length);
            input.skip(length)?;
            return Ok((input.offset() < end).then(|| self.cut_short()));
        }
        let name = match name_of(address) {
            "" => format!("record-{}", self.count),
            name => name.to_owned(),
        };
        let refuse = |refusal: Refusal| Some(Piece::refused_member(name.clone(), refusal));
        if length > limits::RECORD_BYTES as u64 {
            input.skip(length)?;
            let most = limits::RECORD_BYTES >> 20;
            let message = format!("the record is larger than {most} MiB");
            return Ok(refuse(
                Refusal::new(codes::RECORD_TOO_LARGE, message).at(Stage::Read),
            ));
        }
        let mut block = Vec::new();
        Read::take(&mut *input, length).read_to_end(&mut block)?;
        if (block.len() as u64) < length {
            return Ok(Some(self.cut_short()));
        }
        let media_type = header(headers, "content-type").unwrap_or_default();
        let is_http = kind == "response" && address.starts_with("http");
        let page = if is_http || media_type.starts_with("application/http") {
            match answer(&block, input.budget()) {
                Ok(page) => page,
                Err(refusal) => return Ok(refuse(refusal)),
            }
        } else {
            Page {
                media_type: media_type.to_owned(),
                content: block,
            }
        };
        let mut member = Member::new(name.clone(), page.content);
        if let Some(extension) = extension_of(&page.media_type) {
            member = member.extension(extension);
        } else if !page.media_type.is_empty() {
            let message = format!("`{}` is not read", page.media_type);
            return Ok(refuse(
                Refusal::new(codes::UNSUPPORTED, message).at(Stage::Read),
            ));
        }
        if let Some(label) = declared::media_type(&page.media_type) {
            member = member.charset(label);
        }
        if address.contains("://") {
            member = member.value("url", address);
        }
        if let Some(date) = header(headers, "warc-date") {
            member = member.value("date", date);
        }
        Ok(Some(Piece::Member(member)))
    }

    /// Passes over what cannot be understood, up to where the next record begins.
    fn lost(&mut self, input: &mut Input, message: &str) -> io::Result<Option<Piece>> {
        let place = format!("(at byte {})", input.offset());
        loop {
            let mut line = Vec::new();
            if Read::take(&mut *input, HEADERS).read_until(b'\n', &mut line)? == 0 {
                self.is_done = true;
                break;
            }
            if line.starts_with(b"WARC/1") {
                self.is_found = true;
                break;
            }
        }
        let refusal = Refusal::new(codes::DAMAGED, message).at(Stage::Read);
        Ok(Some(Piece::refused_member(place, refusal)))
    }

    fn cut_short(&mut self) -> Piece {
        self.is_done = true;
        Piece::refused(
            None,
            codes::DAMAGED,
            "the file is cut short within a record",
        )
    }
}

/// The name of a page: its address without what is the same for all.
fn name_of(address: &str) -> &str {
    let name = address.split_once("://").map_or(address, |(_, rest)| rest);
    name.trim_matches('/')
}

/// Reads lines `name: value` up to the blank one; `None` if there is none, or they are too long.
fn headers(input: &mut impl BufRead) -> io::Result<Option<Headers>> {
    let mut limited = input.take(HEADERS);
    let mut headers = Headers::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        limited.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Ok(Some(headers));
        }
        match (text.starts_with([' ', '\t']), headers.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(text.trim());
            }
            _ => {
                if let Some((name, value)) = text.split_once(':') {
                    headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
    }
}

fn header<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    headers
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// What a server answered with.
struct Page {
    media_type: String,
    content: Vec<u8>,
}

/// Takes an answer of a server apart.
fn answer(block: &[u8], budget: &Budget) -> Result<Page, Refusal> {
    let damaged = |message: &str| Refusal::new(codes::DAMAGED, message).at(Stage::Read);
    let mut input = block;
    let mut status = Vec::new();
    let failed = |_| damaged("the answer of the server cannot be read");
    (&mut input)
        .take(HEADERS)
        .read_until(b'\n', &mut status)
        .map_err(failed)?;
    let status = String::from_utf8_lossy(&status);
    let code = status.split_whitespace().nth(1).unwrap_or_default();
    if !status.starts_with("HTTP/") {
        return Err(damaged("the answer of the server has no status"));
    }
    if !code.starts_with('2') {
        let message = format!("the server answered {}", status.trim_end().escape_debug());
        return Err(Refusal::new(codes::HTTP_STATUS, message).at(Stage::Read));
    }
    let headers = headers(&mut input).map_err(failed)?;
    let headers = headers.ok_or_else(|| damaged("the headers of the answer have no end"))?;
    let mut content = input.to_vec();
    let is_chunked = header(&headers, "transfer-encoding")
        .is_some_and(|it| it.to_ascii_lowercase().contains("chunked"));
    if is_chunked {
        content = unchunked(&content);
    }
    let coding = header(&headers, "content-encoding").unwrap_or_default();
    for coding in coding
        .split(',')
        .rev()
        .map(|it| it.trim().to_ascii_lowercase())
    {
        content = match coding.as_str() {
            "gzip" | "x-gzip" if content.starts_with(b"\x1f\x8b") => {
                unpacked(MultiGzDecoder::new(&*content), content.len(), budget)?
            }
            "deflate" if content.starts_with(b"\x78") => {
                unpacked(ZlibDecoder::new(&*content), content.len(), budget)?
            }
            // Crawlers store what they unpacked under the headers that they were sent.
            "" | "identity" | "gzip" | "x-gzip" | "deflate" => content,
            other => {
                let message = format!("packed by a method that is not read: {other}");
                return Err(Refusal::new(codes::PACKING, message).at(Stage::Read));
            }
        };
    }
    let media_type = header(&headers, "content-type").unwrap_or_default();
    Ok(Page {
        media_type: media_type.to_owned(),
        content,
    })
}

fn unpacked(decoder: impl Read, packed: usize, budget: &Budget) -> Result<Vec<u8>, Refusal> {
    let most = limits::RECORD_BYTES as u64;
    let limited = budget.reader(decoder, most, Some(packed as u64));
    limited.read_all().map_err(|error| {
        refusal_of(&error).unwrap_or_else(|| {
            let message = format!("damaged or cut short: {error}");
            Refusal::new(codes::DAMAGED, message).at(Stage::Read)
        })
    })
}

/// Puts chunks together. What is not chunked, whatever the headers say, stays as it is; of what is
/// cut short, there is what there is.
fn unchunked(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let size = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok());
        let size = size.and_then(|size| size.trim().split(';').next());
        let size = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let (Some(end), Some(size)) = (end, size) else {
            return if content.is_empty() {
                bytes.to_vec()
            } else {
                content
            };
        };
        rest = &rest[end + 1..];
        if size == 0 {
            return content;
        }
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        content.extend_from_slice(chunk);
        rest = after
            .strip_prefix(b"\r\n")
            .or(after.strip_prefix(b"\n"))
            .unwrap_or(after);
    }
}
