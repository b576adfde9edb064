//! Finds where the values of a JSON file begin and end without parsing them, so that an array of
//! any length needs the memory of one element, and a bad element costs no other.
//!
//! Only brackets and strings are followed; whether a value is well formed is seen when it is
//! parsed. Commas between elements are not insisted on.

use std::io::{self, BufRead};

use crate::corpus::decode::cannot_be_cut;
use crate::corpus::{Cutter, Input, Piece, codes, limits};

/// Takes the objects of a file, or the elements of its array.
#[derive(Debug, Default)]
pub(super) struct Values {
    number: u64,
    place: Place,
}

#[derive(Debug, Default, Clone, Copy)]
enum Place {
    /// Nothing was read yet.
    #[default]
    Start,
    /// Between two elements of an array.
    Elements,
    /// Between two objects of a file without an array.
    Objects,
    /// Everything was given out.
    Done,
}

impl Cutter for Values {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        match self.place {
            Place::Start => self.start(input),
            Place::Elements => self.element(input),
            Place::Objects => self.object(input),
            Place::Done => Ok(None),
        }
    }
}

impl Values {
    fn start(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if let Some(refused) = cannot_be_cut(input)? {
            self.place = Place::Done;
            return Ok(Some(refused));
        }
        match input.peek()? {
            Some(b'[') => {
                input.consume(1);
                self.place = Place::Elements;
                self.element(input)
            }
            Some(_) => {
                self.place = Place::Objects;
                self.object(input)
            }
            None => {
                let message = "the file is empty, where a JSON object or array was expected";
                Ok(Some(self.end_with(codes::JSON, message)))
            }
        }
    }

    /// The next element of the array.
    fn element(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        loop {
            match input.peek()? {
                Some(b',') => input.consume(1),
                Some(b']') => {
                    input.consume(1);
                    self.place = Place::Done;
                    return Ok(input.peek()?.map(|_| {
                        let message = "there is more text after the end of the array";
                        self.end_with(codes::JSON, message)
                    }));
                }
                None | Some(b'}') => {
                    return Ok(Some(self.end_with(codes::JSON, "the array has no end")));
                }
                Some(_) => {
                    self.number += 1;
                    let number = Some(self.number);
                    let (start, data) = value(input)?;
                    return Ok(Some(match data {
                        Some(data) => Piece::Record {
                            number,
                            start,
                            data,
                        },
                        None => Piece::too_large(number, "the element"),
                    }));
                }
            }
        }
    }

    /// The next of the objects that follow one another; a single one has no number.
    fn object(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        match input.peek()? {
            Some(b'{') => {}
            Some(_) => {
                let message = "a JSON object was expected, or an array of objects";
                return Ok(Some(self.end_with(codes::NOT_AN_OBJECT, message)));
            }
            None => {
                self.place = Place::Done;
                return Ok(None);
            }
        }
        self.number += 1;
        let (start, data) = value(input)?;
        let alone = input.peek()?.is_none() && self.number == 1;
        Ok(Some(match data {
            Some(data) => Piece::Record {
                number: (!alone).then_some(self.number),
                start,
                data,
            },
            None => Piece::too_large(Some(self.number), "the object"),
        }))
    }

    /// Says why the rest of the file is not read.
    fn end_with(&mut self, code: &'static str, message: &str) -> Piece {
        self.place = Place::Done;
        Piece::refused((self.number > 0).then_some(self.number), code, message)
    }
}

/// Where a value starts, and its bytes; `None` if they are too many.
fn value(input: &mut Input) -> io::Result<(u64, Option<Vec<u8>>)> {
    let start = input.offset();
    let mut data = Some(Vec::new());
    let mut scan = Scan::default();
    loop {
        let buffer = input.fill_buf()?;
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
        input.consume(count);
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
