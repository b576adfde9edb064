//! Cuts a table into its rows: at line ends that no quotes hold. A quote without an end costs the
//! line that it is in and no other.

use std::io::{self, BufRead};

use super::row;
use crate::corpus::dates::{self, Dated};
use crate::corpus::decode::cannot_be_cut;
use crate::corpus::{Cutter, Input, Piece, codes, limits};

/// Gives each row together with the separator and the names of its columns, which
/// [`Table`](super::Table) reads. Rows are numbered as they are in the file, the row of names
/// included.
#[derive(Debug)]
pub(super) struct Rows {
    separator: Option<u8>,
    head: Option<Head>,
    /// Bytes that were read already and are to be read again.
    again: Vec<u8>,
    /// How much of `again` was read again.
    at: usize,
    number: u64,
    is_begun: bool,
    is_done: bool,
    /// The first row, if it is no row of names.
    first: Option<(u64, u64, Vec<u8>)>,
}

/// The bytes of a row, and whether quotes were open at their end.
struct Scanned {
    data: Vec<u8>,
    is_open: bool,
    is_too_large: bool,
}

/// What all rows have in common.
#[derive(Debug)]
struct Head {
    separator: u8,
    names: Vec<u8>,
    /// Where each name ends; empty if only all of them can be had.
    ends: Vec<usize>,
    count: usize,
}

impl Head {
    /// The separator, how many columns there are, and the names of those that a row may reach: a
    /// short row must not cost what the longest would.
    fn of(&self, row: &[u8]) -> Vec<u8> {
        // As many cells as this, or fewer if some separators are quoted.
        let last = row.split(|byte| *byte == self.separator).count() - 1;
        let end = self.ends.get(last).copied();
        let names = &self.names[..end.unwrap_or(self.names.len())];
        let mut head = vec![self.separator];
        head.extend_from_slice(self.count.to_string().as_bytes());
        head.push(b'\n');
        head.extend_from_slice(names);
        head.push(b'\n');
        head
    }
}

impl Rows {
    pub(super) fn new(separator: Option<u8>) -> Self {
        Self {
            separator,
            head: None,
            again: Vec::new(),
            at: 0,
            number: 0,
            is_begun: false,
            is_done: false,
            first: None,
        }
    }

    fn offset(&self, input: &Input) -> u64 {
        input.offset() - (self.again.len() - self.at) as u64
    }

    /// The next row with its place, without its line end; `None` at the end of the file.
    fn row(&mut self, input: &mut Input) -> io::Result<Option<(u64, Scanned)>> {
        loop {
            let start = self.offset(input);
            let mut scanned = self.scan(input)?;
            if scanned.data.is_empty() && !scanned.is_too_large {
                return Ok(None);
            }
            if scanned.is_open {
                self.number += 1;
                // Whatever follows the line with the open quote is read again.
                let end = scanned.data.iter().position(|&byte| byte == b'\n');
                let end = end.map_or(scanned.data.len(), |end| end + 1);
                let mut again = scanned.data.split_off(end);
                again.extend_from_slice(&self.again[self.at..]);
                self.again = again;
                self.at = 0;
                return Ok(Some((start, scanned)));
            }
            while matches!(scanned.data.last(), Some(b'\n' | b'\r')) {
                scanned.data.pop();
            }
            let is_blank = scanned.data.iter().all(u8::is_ascii_whitespace);
            if !is_blank || scanned.is_too_large {
                self.number += 1;
                return Ok(Some((start, scanned)));
            }
        }
    }

    /// Reads up to the line end that no quotes hold, or to the end of the file.
    fn scan(&mut self, input: &mut Input) -> io::Result<Scanned> {
        let separator = self.separator.unwrap_or(0);
        let mut scanned = Scanned {
            data: Vec::new(),
            is_open: false,
            is_too_large: false,
        };
        let mut quoted = 0_usize;
        let (mut is_start, mut was_quote) = (true, false);
        loop {
            let is_again = self.at < self.again.len();
            let buffer = if is_again {
                &self.again[self.at..]
            } else {
                input.fill_buf()?
            };
            if buffer.is_empty() {
                scanned.is_open &= !was_quote;
                return Ok(scanned);
            }
            let mut count = 0;
            let mut ended = false;
            for &byte in buffer {
                count += 1;
                if scanned.is_open && was_quote {
                    was_quote = false;
                    if byte == b'"' {
                        continue;
                    }
                    scanned.is_open = false;
                } else if scanned.is_open {
                    quoted += 1;
                    was_quote = byte == b'"';
                    if quoted > limits::QUOTED_BYTES {
                        break;
                    }
                    continue;
                }
                if byte == b'\n' {
                    ended = true;
                    break;
                }
                if byte == b'"' && is_start {
                    scanned.is_open = true;
                    quoted = 0;
                }
                is_start = byte == separator;
            }
            if scanned.data.len() + count > limits::RECORD_BYTES {
                scanned.is_too_large = true;
                scanned.data.clear();
            }
            if !scanned.is_too_large {
                scanned.data.extend_from_slice(&buffer[..count]);
            }
            if is_again {
                self.at += count;
                if self.at == self.again.len() {
                    self.again = Vec::new();
                    self.at = 0;
                }
            } else {
                input.consume(count);
            }
            if ended || (scanned.is_open && quoted > limits::QUOTED_BYTES) {
                return Ok(scanned);
            }
        }
    }

    /// Looks at the first row: what parts its cells, and whether it names the columns.
    fn begin(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if let Some(refused) = cannot_be_cut(input)? {
            self.is_done = true;
            return Ok(Some(refused));
        }
        if self.separator.is_none() {
            self.separator = Some(separator(input.head()?));
        }
        let Some((start, row)) = self.row(input)? else {
            return Ok(None);
        };
        let named = row.data.strip_prefix(b"sep=");
        if let Some(named) = named.and_then(<[u8]>::first).filter(|it| it.is_ascii()) {
            // A line that spreadsheets understand, and no row.
            self.separator = Some(*named);
            return self.begin_row(input);
        }
        self.take_first(start, row);
        Ok(None)
    }

    fn begin_row(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if let Some((start, row)) = self.row(input)? {
            self.take_first(start, row);
        }
        Ok(None)
    }

    fn take_first(&mut self, start: u64, row: Scanned) {
        let separator = self.separator.unwrap_or(b',');
        let text = String::from_utf8_lossy(&row.data);
        let mut rows = row::Rows::new(&text, char::from(separator));
        let (cells, ends) = rows.row();
        let is_short = row.data.len() <= limits::HEADER_BYTES && !row.is_too_large;
        self.head = Some(if is_short && names_columns(&cells) {
            // Letters that were replaced are longer or shorter than what they replace.
            let is_same = text.len() == row.data.len();
            Head {
                separator,
                ends: if is_same { ends } else { Vec::new() },
                count: cells.len(),
                names: row.data,
            }
        } else {
            let numbers: Vec<String> = (1..=cells.len().min(1_000))
                .map(|n| n.to_string())
                .collect();
            self.first = Some((self.number, start, row.data));
            Head {
                separator,
                count: numbers.len(),
                names: numbers
                    .join(&char::from(separator).to_string())
                    .into_bytes(),
                ends: Vec::new(),
            }
        });
    }
}

impl Cutter for Rows {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if !std::mem::replace(&mut self.is_begun, true)
            && let Some(refused) = self.begin(input)?
        {
            return Ok(Some(refused));
        }
        if self.is_done {
            return Ok(None);
        }
        let (number, start, row) = if let Some(first) = self.first.take() {
            first
        } else {
            let Some((start, row)) = self.row(input)? else {
                return Ok(None);
            };
            let number = Some(self.number);
            if row.is_too_large {
                return Ok(Some(Piece::too_large(number, "the row")));
            }
            if row.is_open {
                let message = "a quote is opened and not closed; the line was left out";
                return Ok(Some(Piece::refused(number, codes::CSV_QUOTE, message)));
            }
            (self.number, start, row.data)
        };
        let head = self.head.as_ref().map(|head| head.of(&row));
        let mut data = head.unwrap_or_default();
        let end = start + row.len() as u64;
        data.extend_from_slice(&row);
        Ok(Some(Piece::Excerpt {
            number: Some(number),
            start,
            end,
            data,
        }))
    }

    fn resume(&mut self) -> bool {
        self.again.clear();
        self.at = 0;
        // It was in the middle of a row, which now has a number of its own.
        self.number += 1;
        self.head.is_some()
    }
}

/// What parts the cells of the first line: what is there most often outside of quotes.
fn separator(head: &[u8]) -> u8 {
    let mut is_quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    for &byte in head {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (known, count) in &mut counts {
                    *count += usize::from(*known == byte);
                }
            }
        }
    }
    // Of equals the first.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    best.map_or(b',', |(known, _)| *known)
}

/// Whether the cells of the first row can be names: short, all different, none a number, a date
/// or an address.
fn names_columns(cells: &[String]) -> bool {
    let is_name = |cell: &String| {
        let cell = cell.trim();
        cell.len() <= 100
            && !cell.contains("://")
            && cell.parse::<f64>().is_err()
            && !matches!(dates::parse(cell), Dated::Date(_))
    };
    let named: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    !named.is_empty() && named.len() * 2 > cells.len() && cells.iter().all(is_name)
}
