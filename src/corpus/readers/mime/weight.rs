//! What a message would cost its parser, known before the parser sees it.
//!
//! The parser looks for the end of every part in all that is left of the file, follows messages in
//! messages as deep as they go, even those that are packed, and keeps a structure for every header
//! and part. What would take a time, a stack or a memory out of all proportion is told by counting
//! names of headers; the bounds are far beyond what people and programs send.

use std::borrow::Cow;

use crate::corpus::limits;

/// What a packed message in a message is called, so that the parser leaves it packed: it is then a
/// file like others that are attached, and is weighed in its turn.
pub(in crate::corpus::readers) const PACKED_MESSAGE: &str = "x-inner";

/// What digests of packed messages are called, so that their parts are not messages by default.
const PACKED_DIGEST: &str = "x-many";

/// Counts of what costs.
#[derive(Debug, Default)]
pub(super) struct Weight {
    /// Headers that say of what type a part is. There are no more messages in messages.
    types: usize,
    /// How many of them name what parts the parts of it, which is looked for up to the end.
    boundaries: usize,
    /// Other headers that say how a part is to be taken.
    others: usize,
    /// Lines that may be headers, or end them.
    lines: usize,
    /// The length of the longest header of these.
    longest: usize,
    /// Places of names that must not be read, and what to read there.
    names: Vec<(usize, &'static str)>,
}

/// The headers that stand together, as far as that can be known.
#[derive(Debug, Default)]
struct Block {
    has_type: bool,
    is_packed: bool,
    /// Where the types are messages.
    messages: Vec<usize>,
}

impl Weight {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut weight = Self::default();
        let mut block = Block::default();
        let mut digests = Vec::new();
        // Whether something is packed that does not say what it is.
        let mut is_any_packed = false;
        let mut start = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // White space may carry a header on.
            if matches!(line, b"\n" | b"\r\n") {
                is_any_packed |= weight.end(std::mem::take(&mut block));
            }
            let mut is_header = line.trim_ascii().is_empty();
            // Behind what parts two parts, a header need not begin a line.
            for (at, _) in line.iter().enumerate().filter(|(_, byte)| **byte == b':') {
                is_header = true;
                let Some(header) = Header::named(&line[..at]) else {
                    continue;
                };
                let value = folded(&bytes[start + at..]);
                weight.longest = weight.longest.max(value.len());
                let place = |name: &str| Some(start + at + find(value, name)?);
                match header {
                    Header::Type => {
                        weight.types += 1;
                        block.has_type = true;
                        weight.boundaries += usize::from(place("boundary").is_some());
                        block.messages.extend(place("message"));
                        digests.extend(place("digest"));
                    }
                    Header::Encoding => {
                        weight.others += 1;
                        block.is_packed |= place("base64").is_some();
                        block.is_packed |= place("quoted-printable").is_some();
                    }
                    Header::Disposition => weight.others += 1,
                }
                if weight.is_too_much(0) {
                    return weight;
                }
            }
            weight.lines += usize::from(is_header);
            start += line.len();
        }
        is_any_packed |= weight.end(block);
        if is_any_packed {
            let digests = digests.into_iter().map(|at| (at, PACKED_DIGEST));
            weight.names.extend(digests);
        }
        weight
    }

    /// Ends a block. Whether something in it is packed that does not say what it is.
    fn end(&mut self, block: Block) -> bool {
        if block.is_packed {
            let messages = block.messages.into_iter();
            self.names.extend(messages.map(|at| (at, PACKED_MESSAGE)));
        }
        block.is_packed && !block.has_type
    }

    /// Whether a message of this length costs more than it may.
    pub(super) fn is_too_much(&self, length: usize) -> bool {
        self.types > limits::MAIL_PARTS
            || self.others > 2 * limits::MAIL_PARTS
            || self.longest > limits::MAIL_HEADER_BYTES
            || self.lines > limits::MAIL_LINES
            || self.boundaries.saturating_mul(length) > limits::MAIL_WORK
    }

    /// The message with the names that have to be others.
    pub(super) fn renamed<'m>(&self, bytes: &'m [u8]) -> Cow<'m, [u8]> {
        let mut bytes = Cow::Borrowed(bytes);
        for &(at, name) in &self.names {
            bytes.to_mut()[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        bytes
    }
}

/// The headers that decide what the parser does with a part.
#[derive(Debug, Clone, Copy)]
enum Header {
    Type,
    Encoding,
    Disposition,
}

impl Header {
    /// The header whose name ends where a colon is; the parser passes over white space in names.
    fn named(before: &[u8]) -> Option<Self> {
        let ends_with = |name: &[u8]| {
            let mut signs = before.iter().rev();
            let mut signs = signs.by_ref().filter(|byte| !byte.is_ascii_whitespace());
            name.iter().rev().all(|wanted| {
                let sign = signs.next();
                sign.is_some_and(|sign| sign.eq_ignore_ascii_case(wanted))
            })
        };
        if ends_with(b"content-type") {
            Some(Self::Type)
        } else if ends_with(b"content-transfer-encoding") {
            Some(Self::Encoding)
        } else if ends_with(b"content-disposition") {
            Some(Self::Disposition)
        } else {
            None
        }
    }
}

/// A header with the lines that carry it on, as far as it matters.
fn folded(bytes: &[u8]) -> &[u8] {
    let bytes = &bytes[..bytes.len().min(limits::MAIL_HEADER_BYTES + 1)];
    let mut pairs = bytes.windows(2);
    let end = pairs.position(|pair| pair[0] == b'\n' && !matches!(pair[1], b' ' | b'\t'));
    &bytes[..end.unwrap_or(bytes.len())]
}

fn find(bytes: &[u8], name: &str) -> Option<usize> {
    let mut windows = bytes.windows(name.len());
    windows.position(|window| window.eq_ignore_ascii_case(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::Mime;
    use super::*;
    use crate::corpus::codes;

    #[test]
    fn what_would_take_hours_or_overflow_the_stack_is_refused() {
        let parts = limits::MAIL_PARTS;
        let lines = limits::MAIL_LINES;
        let head = "Subject: S\nContent-Type: multipart/mixed; boundary=b\n\n";
        for (text, is_read) in [
            (head.to_owned() + "--b\n\nOne.\n--b--\n", true),
            // Messages in messages.
            ("Content-Type: message/rfc822\n\n".repeat(parts), true),
            ("Content-Type: message/rfc822\n\n".repeat(parts + 1), false),
            (
                "--bC ontent- type : message/rfc822\n\n".repeat(parts + 1),
                false,
            ),
            // Each of which is looked for to the end of the file.
            (
                head.to_owned()
                    + &"--b\nContent-Type: multipart/mixed; boundary=none\n\n".repeat(900)
                    + &"x".repeat(limits::MAIL_WORK / 900),
                false,
            ),
            // Structures of many times their length.
            (head.to_owned() + &"a:\n".repeat(lines + 1), false),
            (head.to_owned() + &"--b\n\n".repeat(lines + 1), false),
            (
                format!("Content-Type: a/b{}", "; a=b".repeat(20_000)),
                false,
            ),
            (
                format!("Content-Disposition: a{}", "; a=b\n ".repeat(20_000)),
                false,
            ),
        ] {
            let shown: String = text.chars().take(60).collect();
            let mime = Mime::new(text.as_bytes());
            let code = mime.map_or_else(
                |refusal| refusal.code,
                |mime| {
                    drop(mime.message());
                    ""
                },
            );
            let expected = if is_read {
                ""
            } else {
                codes::MAIL_TOO_MANY_PARTS
            };
            assert_eq!(code, expected, "{shown}");
        }
    }

    #[test]
    fn packed_messages_stay_packed() {
        for (text, expected) in [
            (
                "Content-Type: Message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDog",
                "x-inner/rfc822",
            ),
            (
                "Content-Transfer-Encoding:\n Quoted-Printable\nX: y\n \nContent-Type: message/global\n\nS: x",
                "x-inner/global",
            ),
            (
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: S\n\nx",
                "message/rfc822",
            ),
            (
                "Content-Type: multipart/digest; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nU3Vi\n--b--",
                "multipart/x-many",
            ),
            (
                "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: S\n\nText.\n--b--",
                "multipart/digest",
            ),
        ] {
            let mime = Mime::new(text.as_bytes()).unwrap();
            let message = mime.message().unwrap();
            let found = mail_parser::MimeHeaders::content_type(&message.parts[0]).unwrap();
            let found = format!("{}/{}", found.ctype(), found.subtype().unwrap());
            assert_eq!(found, expected, "{text}");
        }
    }
}
