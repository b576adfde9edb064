//! Cuts files of many articles at the elements that hold one each, in the memory of one; every
//! other XML is one record.
//!
//! Only tags are looked at. An item goes with what its feed says about itself before its first
//! item, so that it can be read alone.

use std::io::{self, BufRead};

use crate::corpus::decode::{cannot_be_cut, utf16_without_mark};
use crate::corpus::{Cutter, Input, Piece, Whole, codes, limits};

/// The elements that hold an article each, by the element around all of them.
pub(super) fn units(root: &str) -> &'static [&'static str] {
    match root {
        "rss" | "RDF" | "feed" => &["item", "entry"],
        "newsMessage" => &[
            "newsItem",
            "packageItem",
            "conceptItem",
            "knowledgeItem",
            "planningItem",
        ],
        "NewsML" => &["NewsItem"],
        "teiCorpus" => &["TEI"],
        "REUTERS" => &["REUTERS"],
        _ => &[],
    }
}

/// How much is read at a time, at least.
const CHUNK_BYTES: usize = 64 << 10;

/// Gives out a file's items, or all of it.
#[derive(Debug, Default)]
pub(super) struct Units {
    place: Place,
    /// What was read and not given out yet, and where in the file it starts.
    buffer: Vec<u8>,
    start: u64,
    /// Where in the buffer the next tag is looked for.
    at: usize,
    /// The elements that are records.
    records: &'static [&'static str],
    /// What the file says before its first item.
    head: Vec<u8>,
    has_head: bool,
    number: u64,
}

#[derive(Debug, Default)]
enum Place {
    /// Nothing was read yet.
    #[default]
    Begin,
    /// The file is one record.
    Whole(Whole),
    /// Between two items.
    Between,
    /// Everything was given out.
    Done,
}

/// What comes next in the buffer.
enum Found {
    /// A tag, with where it begins and ends.
    Tag(usize, usize, Tag),
    /// Text, with more of it to come.
    Text,
    /// The end of the file.
    End,
    /// The start of something that has no end.
    Endless,
}

/// Something between `<` and `>`.
enum Tag {
    /// The start of an element; whether it is its end, too.
    Start(String, bool),
    End(String),
    /// A comment, an instruction, a declaration, or a CDATA section.
    Other,
}

impl Cutter for Units {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if matches!(self.place, Place::Begin) {
            let root = root(input.head()?);
            self.records = units(&root);
            if self.records.is_empty() {
                self.place = Place::Whole(Whole::default());
            } else if let Some(refused) = cannot_be_cut(input)? {
                self.place = Place::Done;
                return Ok(Some(refused));
            } else {
                self.place = Place::Between;
                self.start = input.offset();
            }
        }
        match &mut self.place {
            Place::Whole(whole) => whole.next(input),
            Place::Between => self.item(input),
            Place::Begin | Place::Done => Ok(None),
        }
    }
}

impl Units {
    /// The next item.
    fn item(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        // Where the item begins in the buffer, if it has begun, and what it is called.
        let mut begun: Option<(usize, String)> = None;
        loop {
            if begun.is_none() {
                self.forget();
            } else if self.buffer.len() > limits::RECORD_BYTES {
                self.number += 1;
                self.buffer.clear();
                self.at = 0;
                self.start = input.offset();
                return Ok(Some(Piece::too_large(Some(self.number), "the item")));
            }
            let (from, to, tag) = match self.find_tag(input)? {
                Found::Tag(from, to, tag) => (from, to, tag),
                Found::Text => continue,
                Found::End => {
                    self.place = Place::Done;
                    return Ok(begun.map(|(from, _)| self.give(from, self.buffer.len())));
                }
                Found::Endless => {
                    self.place = Place::Done;
                    if let Some((from, _)) = begun {
                        return Ok(Some(self.give(from, self.buffer.len())));
                    }
                    let message =
                        "something is opened by `<` and not closed; the rest was not read";
                    let number = (self.number > 0).then_some(self.number + 1);
                    return Ok(Some(Piece::refused(number, codes::XML, message)));
                }
            };
            match (tag, &begun) {
                (Tag::Start(name, is_empty), None) if self.records.contains(&name.as_str()) => {
                    self.take_head(from);
                    if !is_empty {
                        begun = Some((from, name));
                    }
                }
                // Items do not hold items, so the one before has lost its end.
                (Tag::Start(name, _), Some((start, open))) if name == *open => {
                    let start = *start;
                    self.at = from;
                    return Ok(Some(self.give(start, from)));
                }
                (Tag::End(name), Some((start, open))) if name == *open => {
                    let start = *start;
                    return Ok(Some(self.give(start, to)));
                }
                _ => {}
            }
        }
    }

    /// An item that stands there in the buffer.
    fn give(&mut self, from: usize, to: usize) -> Piece {
        self.number += 1;
        let mut data = self.head.clone();
        data.extend_from_slice(&self.buffer[from..to]);
        self.at = self.at.max(to).min(self.buffer.len());
        Piece::Excerpt {
            number: Some(self.number),
            start: self.start + from as u64,
            end: self.start + to as u64,
            data,
        }
    }

    /// Lets go of what lies behind, once it is much.
    fn forget(&mut self) {
        if self.at > CHUNK_BYTES {
            self.take_head(self.at);
            self.buffer.drain(..self.at);
            self.start += self.at as u64;
            self.at = 0;
        }
    }

    /// Keeps what the file says before here, unless it was kept already: up to a bound, and without
    /// the document type, which may be long and is not read.
    fn take_head(&mut self, at: usize) {
        if std::mem::replace(&mut self.has_head, true) {
            return;
        }
        let mut head = self.buffer[..at].to_vec();
        if let Some(from) = find(&head, b"<!DOCTYPE", 0) {
            let to = end_of_tag(&head, from).unwrap_or(head.len());
            head.drain(from..to);
        }
        if head.len() > limits::FEED_BYTES {
            let most = &head[..limits::FEED_BYTES];
            let end = most
                .iter()
                .rposition(|&byte| byte == b'>')
                .map_or(0, |end| end + 1);
            head.truncate(end);
        }
        self.head = head;
    }

    /// The next tag behind where the last one ended.
    fn find_tag(&mut self, input: &mut Input) -> io::Result<Found> {
        loop {
            let found = self.buffer[self.at..].iter().position(|&byte| byte == b'<');
            let Some(from) = found.map(|found| self.at + found) else {
                self.at = self.buffer.len();
                return Ok(if self.fill(input)? {
                    Found::Text
                } else {
                    Found::End
                });
            };
            self.at = from;
            if let Some(to) = end_of_tag(&self.buffer, from) {
                self.at = to;
                return Ok(Found::Tag(from, to, read_tag(&self.buffer[from..to])));
            }
            // A comment or section may be as long as a record.
            if self.buffer.len() - from > limits::RECORD_BYTES || !self.fill(input)? {
                return Ok(Found::Endless);
            }
        }
    }

    /// Reads on; at least as much as there is, so that what is looked at again and again grows.
    fn fill(&mut self, input: &mut Input) -> io::Result<bool> {
        let wanted = self.buffer.len().max(CHUNK_BYTES);
        let before = self.buffer.len();
        while self.buffer.len() < before + wanted {
            let chunk = input.fill_buf()?;
            let count = chunk.len();
            if count == 0 {
                break;
            }
            self.buffer.extend_from_slice(chunk);
            input.consume(count);
        }
        Ok(self.buffer.len() > before)
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let mut windows = rest.windows(wanted.len());
    windows
        .position(|window| window == wanted)
        .map(|at| from + at)
}

/// The place behind what begins with `<` here.
fn end_of_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = &bytes[from..];
    for (start, end) in [
        (&b"<!--"[..], &b"-->"[..]),
        (b"<![CDATA[", b"]]>"),
        (b"<?", b"?>"),
    ] {
        if rest.starts_with(start) {
            return find(bytes, end, from + start.len()).map(|at| at + end.len());
        }
        if start.starts_with(rest) {
            return None;
        }
    }
    if !rest.starts_with(b"<!") {
        // Values hold no `<`: a tag that seems to go on behind one was not closed.
        let end = rest[1..]
            .iter()
            .position(|&byte| byte == b'>' || byte == b'<')?;
        let is_closed = rest[1 + end] == b'>';
        return Some(from + 1 + end + usize::from(is_closed));
    }
    // A document type, perhaps with declarations in it.
    let mut quote = None;
    let mut depth = 0_usize;
    for (at, &byte) in rest.iter().enumerate() {
        match (byte, quote) {
            (_, Some(open)) if byte == open => quote = None,
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'[', None) => depth += 1,
            (b']', None) => depth = depth.saturating_sub(1),
            (b'>', None) if depth == 0 => return Some(from + at + 1),
            _ => {}
        }
    }
    None
}

fn read_tag(tag: &[u8]) -> Tag {
    let inside = &tag[1..];
    let inside = inside.strip_suffix(b">").unwrap_or(inside);
    let name = |bytes: &[u8]| {
        let end = bytes
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let whole = &bytes[..end.unwrap_or(bytes.len())];
        let local = whole.rsplit(|&byte| byte == b':').next().unwrap_or(whole);
        String::from_utf8_lossy(&local[..local.len().min(64)]).into_owned()
    };
    match inside.first() {
        Some(b'/') => Tag::End(name(&inside[1..])),
        Some(b'!' | b'?') | None => Tag::Other,
        Some(_) => Tag::Start(name(inside), inside.ends_with(b"/")),
    }
}

/// The name of the first element, as far as the first bytes tell; also in UTF-16.
fn root(head: &[u8]) -> String {
    let is_wide = head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || utf16_without_mark(head).is_some();
    let narrow: Vec<u8>;
    let head = if is_wide {
        narrow = head.iter().copied().filter(|&byte| byte != 0).collect();
        &narrow
    } else {
        head
    };
    let mut at = 0;
    while let Some(from) = head[at..].iter().position(|&byte| byte == b'<') {
        let from = at + from;
        let Some(to) = end_of_tag(head, from) else {
            // A long document type or comment: what comes behind cannot be seen.
            return String::new();
        };
        match read_tag(&head[from..to]) {
            Tag::Start(name, _) => return name,
            Tag::End(_) => return String::new(),
            Tag::Other => at = to,
        }
    }
    String::new()
}
