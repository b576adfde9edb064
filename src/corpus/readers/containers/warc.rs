//! Crawls of the web (`.warc`, packed or not): every page that was answered with, under its
//! address.
//!
//! Records that hold no page (requests, metadata, repeated visits) are no documents, as folders in
//! an archive are none.

use std::io::{self, BufRead, Cursor, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::{begins, extension_of, lost, over, refused};
use crate::corpus::budget::{Budget, refusal_of};
use crate::corpus::decode::declared;
use crate::corpus::{Cutter, Input, Member, Piece, Refusal, Sniff, Stage, codes, limits};

/// The most bytes of all headers of a record, or of an answer.
const HEADERS: u64 = 64 << 10;

/// How the first line of a record begins.
const FIRST: &[u8] = b"WARC/";

/// Where a record ends and the next begins: what is looked for in one that says that it is longer
/// than it is.
const BETWEEN: &[u8] = b"\r\n\r\nWARC/1.";

/// What the first bytes say.
pub(super) fn sniff(head: &[u8]) -> Sniff {
    begins(head, &[FIRST])
}

/// Gives the pages of a crawl.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Bytes that were read already, and are to be read again.
    again: Cursor<Vec<u8>>,
    /// How many bytes were put back behind records that said that they were longer than they are.
    reread: u64,
    /// Records so far.
    count: u64,
    /// Whether it was said that something is lost here.
    is_lost: bool,
    is_done: bool,
}

/// Where passing over the block of a record came to an end.
enum Passed {
    /// Where the record says.
    Whole,
    /// Where another one begins before that.
    Next,
    /// With the file.
    End,
}

/// Names in small letters, and values.
type Headers = Vec<(String, String)>;

impl Cutter for Pages {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        while !self.is_done {
            let at = self.offset(input);
            let first = self.first_line(input)?;
            if first.is_empty() {
                break;
            }
            if !first.starts_with(FIRST) {
                let message = "where a record should begin there is something else";
                if let Some(piece) = self.lost(input, at, message)? {
                    return Ok(Some(piece));
                }
                continue;
            }
            self.is_lost = false;
            self.count += 1;
            let Some(headers) = headers(&mut self.ahead(input))? else {
                let message = "the headers of a record have no end";
                return self.lost(input, at, message);
            };
            let length = header(&headers, "content-length").and_then(|it| it.parse::<u64>().ok());
            let Some(length) = length else {
                let message = "a record does not say how long it is";
                return self.lost(input, at, message);
            };
            if let Some(piece) = self.record(input, &headers, length, at)? {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    fn resume(&mut self) -> bool {
        self.again = Cursor::default();
        self.is_lost = true;
        true
    }
}

/// What is to be read again, and then the input.
struct Ahead<'a> {
    again: &'a mut Cursor<Vec<u8>>,
    input: &'a mut Input,
}

impl Read for Ahead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.again.read(buffer)? {
            0 => self.input.read(buffer),
            count => Ok(count),
        }
    }
}

impl BufRead for Ahead<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.again.fill_buf()?.is_empty() {
            self.input.fill_buf()
        } else {
            self.again.fill_buf()
        }
    }

    fn consume(&mut self, count: usize) {
        if self.again.position() < self.again.get_ref().len() as u64 {
            self.again.consume(count);
        } else {
            self.input.consume(count);
        }
    }
}

impl Pages {
    fn ahead<'a>(&'a mut self, input: &'a mut Input) -> Ahead<'a> {
        Ahead {
            again: &mut self.again,
            input,
        }
    }

    /// Where the next byte is.
    fn offset(&self, input: &Input) -> u64 {
        let again = self.again.get_ref().len() as u64 - self.again.position();
        input.offset() - again
    }

    /// Puts bytes in front of all that is to be read.
    fn put_back(&mut self, mut bytes: Vec<u8>) {
        let read = self.again.position() as usize;
        // Often they have just come from there.
        if self.again.get_ref()[..read].ends_with(&bytes) {
            self.again.set_position((read - bytes.len()) as u64);
            return;
        }
        bytes.extend_from_slice(&self.again.get_ref()[read..]);
        self.again = Cursor::new(bytes);
    }

    /// The next line that is not blank, or as much of it as a line may have; empty at the end.
    fn first_line(&mut self, input: &mut Input) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut ahead = self.ahead(input);
        loop {
            let count = Read::take(&mut ahead, HEADERS).read_until(b'\n', &mut line)?;
            if count == 0 || !line.trim_ascii().is_empty() {
                return Ok(line);
            }
            line.clear();
        }
    }

    fn record(
        &mut self,
        input: &mut Input,
        headers: &Headers,
        length: u64,
        at: u64,
    ) -> io::Result<Option<Piece>> {
        let kind = header(headers, "warc-type").unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        let address = header(headers, "warc-target-uri").unwrap_or_default();
        let address = address.trim_matches(['<', '>', ' ']);
        let is_page = matches!(kind.as_str(), "response" | "resource" | "conversion")
            && !address.starts_with("dns:");
        let name = match name_of(address) {
            "" => format!("record-{}", self.count),
            name => name.to_owned(),
        };
        if is_page && let Err(refusal) = input.budget().entry() {
            self.is_done = true;
            return Ok(Some(over(refusal)));
        }
        if length > limits::RECORD_BYTES as u64 {
            let passed = self.pass_over(input, length, None)?;
            let most = limits::RECORD_BYTES >> 20;
            let message = format!("the record is larger than {most} MiB, or says so");
            return Ok(match (is_page, passed) {
                (true, _) => Some(refused(name, codes::RECORD_TOO_LARGE, &message)),
                (false, Passed::End) => Some(self.cut_short()),
                (false, Passed::Whole | Passed::Next) => None,
            });
        }
        let wrong_length = || lost(at, "a record says that it is longer than it is");
        let mut block = Vec::new();
        if self.reread > limits::CRAWL_REREAD {
            // What is asked for again and again is no crawl: whatever looks like the next record
            // is one, and nothing is read twice for it.
            match self.pass_over(input, length, Some(&mut block))? {
                Passed::Whole => {}
                Passed::Next => return Ok(Some(wrong_length())),
                Passed::End => return Ok(Some(self.cut_short())),
            }
        } else {
            Read::take(&mut self.ahead(input), length).read_to_end(&mut block)?;
        }
        let is_short = (block.len() as u64) < length;
        // Where the next record begins within this one, its length is wrong, unless there is one
        // behind it, too.
        let next = find(&block, BETWEEN);
        if let Some(next) = next
            && (is_short || !self.ends_here(input)?)
        {
            let rest = block.split_off(next);
            self.reread += rest.len() as u64;
            self.put_back(rest);
            return Ok(Some(wrong_length()));
        }
        if is_short {
            return Ok(Some(self.cut_short()));
        }
        if !is_page {
            return Ok(None);
        }
        let media_type = header(headers, "content-type").unwrap_or_default();
        let is_http = kind == "response" && address.starts_with("http");
        let page = if is_http || media_type.starts_with("application/http") {
            match answer(&block, input.budget()) {
                Ok(page) => page,
                Err(refusal) => return Ok(Some(Piece::refused_member(name, refusal))),
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
            return Ok(Some(refused(name, codes::UNSUPPORTED, &message)));
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

    /// Whether a record ends here: there is the end of the file or the beginning of another one.
    fn ends_here(&mut self, input: &mut Input) -> io::Result<bool> {
        let line = self.first_line(input)?;
        let ends = line.is_empty() || line.starts_with(FIRST);
        self.put_back(line);
        Ok(ends)
    }

    /// Passes over the block of a record, up to its end or to where another one begins within it.
    /// What is kept of it goes up to there.
    fn pass_over(
        &mut self,
        input: &mut Input,
        length: u64,
        mut keep: Option<&mut Vec<u8>>,
    ) -> io::Result<Passed> {
        let mut left = length;
        // How much of what lies between two records was seen.
        let mut seen = 0;
        let mut ahead = self.ahead(input);
        while left > 0 {
            let buffer = ahead.fill_buf()?;
            if buffer.is_empty() {
                return Ok(Passed::End);
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let buffer = &buffer[..buffer.len().min(most)];
            let mut found = None;
            for (&byte, count) in buffer.iter().zip(1..) {
                seen = match (byte == BETWEEN[seen], byte, seen) {
                    (true, ..) => seen + 1,
                    // Of three line ends, the last two count.
                    (false, b'\r', 4) => 3,
                    (false, b'\r', _) => 1,
                    _ => 0,
                };
                if seen == BETWEEN.len() {
                    found = Some(count);
                    break;
                }
            }
            let count = found.unwrap_or(buffer.len());
            if let Some(keep) = keep.as_deref_mut() {
                keep.extend_from_slice(&buffer[..count]);
            }
            ahead.consume(count);
            left -= count as u64;
            if found.is_some() {
                self.put_back(BETWEEN.to_vec());
                return Ok(Passed::Next);
            }
        }
        Ok(Passed::Whole)
    }

    /// Passes over what cannot be understood, up to where the next record begins. Nothing, if that
    /// something is lost here was said already.
    fn lost(&mut self, input: &mut Input, at: u64, message: &str) -> io::Result<Option<Piece>> {
        let is_new = !std::mem::replace(&mut self.is_lost, true);
        loop {
            let mut line = Vec::new();
            let mut ahead = self.ahead(input);
            if Read::take(&mut ahead, HEADERS).read_until(b'\n', &mut line)? == 0 {
                self.is_done = true;
                break;
            }
            if line.starts_with(b"WARC/1") {
                self.put_back(line);
                break;
            }
        }
        Ok(is_new.then(|| lost(at, message)))
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

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(wanted.len());
    windows.position(|window| window == wanted)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lengths_do_not_make_it_read_a_file_again_and_again() {
        let mut file = "WARC/1.0\r\nContent-Length: 9999999\r\n\r\n\r\n\r\n".repeat(1_000);
        file.push_str(&"x".repeat(600 << 10));
        file.push_str(
            "\r\n\r\nWARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://example.org/good\r\n\
             Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nText.\r\n\r\n",
        );
        let length = file.len() as u64;
        let mut input = Input::bytes("a.warc", file.into_bytes());
        let mut pages = Pages::default();
        let (mut lost, mut members) = (0, 0);
        while let Some(piece) = pages.next(&mut input).unwrap() {
            match piece {
                Piece::Member(_) => members += 1,
                _ => lost += 1,
            }
        }
        assert_eq!((lost, members), (1_000, 1));
        // All of them together would have been twice as much.
        assert!(pages.reread > limits::CRAWL_REREAD);
        assert!(pages.reread < limits::CRAWL_REREAD + length);
    }
}
