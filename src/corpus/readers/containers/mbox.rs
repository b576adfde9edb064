//! Mail folders in one file (`.mbox`): a line `From …` before every message, and `>From` for
//! such lines within them.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use super::{mail, next_of};
use crate::corpus::{Cutter, Input, Piece, Sniff, codes, limits};

/// A line longer than this cannot be one that parts messages.
const LINE: u64 = 64 << 10;

/// What the first bytes say.
pub(super) fn sniff(head: &[u8]) -> Sniff {
    let first = head.split(|byte| *byte == b'\n').next();
    if first.is_some_and(is_separator) {
        Sniff::Yes
    } else {
        Sniff::Unsure
    }
}

/// Whether a line is one that parts messages: it ends with a time and a year, as in
/// `From ana@example.org Sun Oct 28 10:00:00 1962`.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let has_time = rest
        .windows(3)
        .any(|at| at[0].is_ascii_digit() && at[1] == b':' && at[2].is_ascii_digit());
    let has_year = rest
        .split(u8::is_ascii_whitespace)
        .any(|word| word.len() == 4 && word.iter().all(u8::is_ascii_digit));
    has_time && has_year
}

/// Messages one after the other.
#[derive(Debug, Default)]
pub(super) struct Messages {
    number: u64,
    /// Whether the line that begins the next message was read.
    has_begun: bool,
    /// Whether the next message has to be looked for, and it was said that something is lost.
    is_lost: bool,
    is_done: bool,
    /// What was met behind the last message.
    error: Option<io::Error>,
    attached: VecDeque<Piece>,
}

impl Cutter for Messages {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if let Some(piece) = next_of(&mut self.attached, input) {
            return Ok(Some(piece));
        }
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            let mut first = Vec::new();
            line(input, &mut first)?;
            if !first.is_empty() && !first.starts_with(b"From ") {
                self.is_lost = true;
                let message = "a line that begins with `From ` was expected; the next message is \
                               looked for";
                return Ok(Some(Piece::refused(None, codes::MAIL, message)));
            }
            self.is_done = first.is_empty();
        }
        if std::mem::take(&mut self.is_lost) {
            // What is in front of the next message was told of.
            self.message(input)?;
            if let Some(error) = self.error.take() {
                return Err(error);
            }
        }
        if self.is_done {
            return Ok(None);
        }
        self.number += 1;
        let start = input.offset();
        let Some(data) = self.message(input)? else {
            return Ok(Some(Piece::too_large(Some(self.number), "the message")));
        };
        self.attached = mail::attached(&data, &format!("{}/", self.number));
        Ok(Some(Piece::Record {
            number: Some(self.number),
            start,
            data,
        }))
    }

    fn resume(&mut self) -> bool {
        self.has_begun = true;
        self.is_lost = true;
        true
    }
}

impl Messages {
    /// The bytes of a message; `None` if they are too many.
    fn message(&mut self, input: &mut Input) -> io::Result<Option<Vec<u8>>> {
        let mut data = Some(Vec::new());
        let mut text = Vec::new();
        let (mut is_start, mut is_after_blank) = (true, true);
        loop {
            text.clear();
            match line(input, &mut text) {
                // What was read of the message until then is kept.
                Err(error) if data.as_ref().is_some_and(|data| !data.is_empty()) => {
                    self.error = Some(error);
                    return Ok(data);
                }
                end => end?,
            }
            if text.is_empty() {
                self.is_done = true;
                return Ok(data);
            }
            if is_start && is_after_blank && is_separator(text.trim_ascii_end()) {
                return Ok(data);
            }
            let is_whole = text.ends_with(b"\n");
            let quoted = text.iter().take_while(|byte| **byte == b'>').count();
            let is_quoted = is_start && quoted > 0 && text[quoted..].starts_with(b"From ");
            is_after_blank = is_start && text.trim_ascii().is_empty();
            is_start = is_whole;
            let text = &text[usize::from(is_quoted)..];
            data = data.filter(|data| data.len() + text.len() <= limits::RECORD_BYTES);
            if let Some(data) = &mut data {
                data.extend_from_slice(text);
            }
        }
    }
}

/// Reads a line with its end, or a part of one that is too long.
fn line(input: &mut Input, text: &mut Vec<u8>) -> io::Result<()> {
    Read::take(&mut *input, LINE).read_until(b'\n', text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_part_messages_and_lines_that_do_not() {
        for (line, expected) in [
            (&b"From ana@example.org Sun Oct 28 10:00:00 1962"[..], true),
            (b"From - Sat, 1 Jan 2000 1:02:03 +0000", true),
            (b"From the harbour they went on to the town", false),
            (b"From 10:00 on", false),
            (b"from ana Sun Oct 28 10:00:00 1962", false),
        ] {
            assert_eq!(is_separator(line), expected);
        }
    }
}
