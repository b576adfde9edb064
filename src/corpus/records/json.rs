//! Finds where the values of a JSON file begin and end without parsing them, so that an array of
//! any length needs the memory of one element, and a bad element costs no other.
//!
//! Only brackets and strings are followed; whether a value is well formed is seen when it is
//! parsed. Commas between elements are not insisted on.

use std::io::{self, BufRead};

use super::{RawRecord, Records, State};
use crate::corpus::{Failure, codes, limits};

type Item = Option<Result<RawRecord, Failure>>;

impl Records {
    pub(super) fn json_start(&mut self) -> io::Result<Item> {
        match self.peek()? {
            Some(b'[') => {
                self.skip_byte();
                self.state = State::Elements;
                self.json_element()
            }
            Some(_) => {
                self.state = State::Objects;
                self.json_object()
            }
            None => {
                self.state = State::Done;
                let message = "the file is empty, where a JSON object or array was expected";
                Ok(Some(Err(self.failure(codes::JSON, message))))
            }
        }
    }

    /// The next element of the array.
    pub(super) fn json_element(&mut self) -> io::Result<Item> {
        loop {
            match self.peek()? {
                Some(b',') => self.skip_byte(),
                Some(b']') => {
                    self.skip_byte();
                    self.state = State::Done;
                    return Ok(self.peek()?.map(|_| {
                        let message = "there is more text after the end of the array";
                        Err(self.failure(codes::JSON, message))
                    }));
                }
                None | Some(b'}') => {
                    self.state = State::Done;
                    let message = "the array has no end";
                    return Ok(Some(Err(self.failure(codes::JSON, message))));
                }
                Some(_) => {
                    self.number += 1;
                    let (start, data) = self.json_value()?;
                    return Ok(Some(match data {
                        Some(data) => Ok(self.record(Some(self.number), start, data)),
                        None => Err(self.too_large("the element")),
                    }));
                }
            }
        }
    }

    /// The next of the objects that follow one another; a single one has no number.
    pub(super) fn json_object(&mut self) -> io::Result<Item> {
        match self.peek()? {
            Some(b'{') => {}
            Some(_) => {
                self.state = State::Done;
                let message = "a JSON object was expected, or an array of objects";
                return Ok(Some(Err(self.failure(codes::NOT_AN_OBJECT, message))));
            }
            None => {
                self.state = State::Done;
                return Ok(None);
            }
        }
        self.number += 1;
        let (start, data) = self.json_value()?;
        let alone = self.peek()?.is_none() && self.number == 1;
        Ok(Some(match data {
            Some(data) => Ok(self.record((!alone).then_some(self.number), start, data)),
            None => Err(self.too_large("the object")),
        }))
    }

    /// The next byte that is no white space, which stays where it is.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.input.fill_buf()?;
            let found = buffer.iter().position(|byte| !byte.is_ascii_whitespace());
            let byte = found.map(|position| buffer[position]);
            let count = found.unwrap_or(buffer.len());
            let end = buffer.is_empty();
            self.input.consume(count);
            self.offset += count as u64;
            if byte.is_some() || end {
                return Ok(byte);
            }
        }
    }

    fn skip_byte(&mut self) {
        self.input.consume(1);
        self.offset += 1;
    }

    /// Where a value starts, and its bytes; `None` if they are too many.
    fn json_value(&mut self) -> io::Result<(u64, Option<Vec<u8>>)> {
        let start = self.offset;
        let mut data = Some(Vec::new());
        let mut scan = Scan::default();
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (count, end) = scan.run(buffer);
            if let Some(bytes) = &mut data {
                if bytes.len() + count > limits::RECORD_BYTES {
                    data = None;
                } else {
                    bytes.extend_from_slice(&buffer[..count]);
                }
            }
            self.input.consume(count);
            self.offset += count as u64;
            if end {
                break;
            }
        }
        if let Some(bytes) = &mut data {
            while bytes.last().is_some_and(u8::is_ascii_whitespace) {
                bytes.pop();
            }
        }
        Ok((start, data))
    }
}

/// Where in a value the scan is.
#[derive(Default)]
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// How many bytes belong to the value, and whether it ends behind them.
    fn run(&mut self, buffer: &[u8]) -> (usize, bool) {
        for (position, &byte) in buffer.iter().enumerate() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                } else if byte == b'\\' {
                    self.escaped = true;
                } else if byte == b'"' {
                    self.in_string = false;
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return (position + 1, true),
                b'}' | b']' | b',' if self.depth == 0 => return (position, true),
                _ => {}
            }
        }
        (buffer.len(), false)
    }
}
