//! Cuts at line ends: a line that is too large costs no other.

use std::io::{self, BufRead, Read};

use crate::corpus::decode::cannot_be_cut;
use crate::corpus::{Cutter, Input, Piece, limits};

/// Takes every line that is not blank as a record with the number of the line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    number: u64,
    is_begun: bool,
    is_done: bool,
}

impl Cutter for Lines {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if !std::mem::replace(&mut self.is_begun, true)
            && let Some(refused) = cannot_be_cut(input)?
        {
            self.is_done = true;
            return Ok(Some(refused));
        }
        while !self.is_done {
            let start = input.offset();
            let mut data = Vec::new();
            let most = limits::RECORD_BYTES as u64 + 1;
            let count = Read::take(&mut *input, most).read_until(b'\n', &mut data)?;
            if count == 0 {
                break;
            }
            self.number += 1;
            let number = Some(self.number);
            if data.last() != Some(&b'\n') && data.len() > limits::RECORD_BYTES {
                drop(data);
                skip_line(input)?;
                return Ok(Some(Piece::too_large(number, "the line")));
            }
            while data.last().is_some_and(u8::is_ascii_whitespace) {
                data.pop();
            }
            if !data.is_empty() {
                return Ok(Some(Piece::Record {
                    number,
                    start,
                    data,
                }));
            }
        }
        Ok(None)
    }

    fn resume(&mut self) -> bool {
        // It was in the middle of a line, which now has a number of its own.
        self.number += 1;
        true
    }
}

fn skip_line(input: &mut Input) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let count = end.map_or(buffer.len(), |end| end + 1);
        let last = end.is_some() || buffer.is_empty();
        input.consume(count);
        if last {
            return Ok(());
        }
    }
}
