//! Archives of the kind `tar`: ustar, with the long names of GNU and the headers of pax.
//!
//! They are read in one pass, a header of 512 bytes before every member. A header that is damaged
//! is passed over to the next that is whole.

use std::io;

use super::{begins, fill, lost, over, refused};
use crate::corpus::{Cutter, Input, Member, Piece, Sniff, codes};

const BLOCK: usize = 512;
/// The most bytes of a long name or of the headers of pax.
const EXTENDED: u64 = 64 << 10;

/// What the first bytes say; packed archives are unpacked before they come here.
pub(super) fn sniff(head: &[u8]) -> Sniff {
    begins(head.get(257..).unwrap_or_default(), &[b"ustar"])
}

#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Where the next header is.
    next: u64,
    /// What a header before said about the next member.
    said: Said,
    has_begun: bool,
    /// Whether the last header was damaged, which was said already.
    is_lost: bool,
    is_done: bool,
}

/// What extended headers say about the member that follows.
#[derive(Debug, Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl Cutter for Entries {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        while !self.is_done {
            input.skip(self.next.saturating_sub(input.offset()))?;
            if input.offset() < self.next {
                return Ok(Some(self.cut_short()));
            }
            let mut block = [0; BLOCK];
            match fill(input, &mut block)? {
                0 if self.has_begun => break,
                BLOCK => {}
                _ => return Ok(Some(self.cut_short())),
            }
            if block.iter().all(|byte| *byte == 0) {
                break;
            }
            self.has_begun = true;
            self.next = input.offset();
            let Some(header) = Header::read(&block) else {
                if std::mem::replace(&mut self.is_lost, true) {
                    continue;
                }
                let message = "a header is damaged; the next that is whole is looked for";
                return Ok(Some(lost(self.next, message)));
            };
            self.is_lost = false;
            if let Some(piece) = self.entry(input, &header)? {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

impl Entries {
    fn entry(&mut self, input: &mut Input, header: &Header) -> io::Result<Option<Piece>> {
        if let b'L' | b'K' | b'x' | b'g' = header.kind {
            self.next = end_of(self.next, header.size);
            if header.size > EXTENDED {
                let message = "a name or header is longer than 64 KiB";
                return Ok(Some(lost(self.next, message)));
            }
            let mut bytes = vec![0; header.size as usize];
            if fill(input, &mut bytes)? < bytes.len() {
                return Ok(Some(self.cut_short()));
            }
            match header.kind {
                b'L' => self.said.name = Some(until_nul(&bytes).to_vec()),
                b'x' => self.said.pax(&bytes),
                _ => {}
            }
            return Ok(None);
        }
        let said = std::mem::take(&mut self.said);
        let size = said.size.unwrap_or(header.size);
        let name = said.name.unwrap_or_else(|| header.name.clone());
        // Neither links nor folders have content, whatever they say.
        let has_content = !matches!(header.kind, b'1'..=b'6');
        self.next = end_of(self.next, if has_content { size } else { 0 });
        if let Err(refusal) = input.budget().entry() {
            self.is_done = true;
            return Ok(Some(over(refusal)));
        }
        let refuse = |code, message| Some(refused(name.clone(), code, message));
        Ok(match header.kind {
            b'S' => refuse(codes::PACKING, "a sparse file, which is not read"),
            _ if said.is_sparse => refuse(codes::PACKING, "a sparse file, which is not read"),
            b'5' => None,
            b'0' | 0 | b'7' if name.ends_with(b"/") => None,
            b'0' | 0 | b'7' => Some(Piece::Member(Member::section(name, size))),
            b'1' | b'2' => refuse(codes::SYMLINK, "a link, which is not followed"),
            _ => refuse(codes::SPECIAL, "neither a file nor a folder"),
        })
    }

    fn cut_short(&mut self) -> Piece {
        self.is_done = true;
        let message = "the archive is cut short";
        Piece::refused(None, codes::DAMAGED, message)
    }
}

impl Said {
    /// Reads lines of the form `length key=value`.
    fn pax(&mut self, mut bytes: &[u8]) {
        while let Some(space) = bytes.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&bytes[..space]).ok();
            let length = length.and_then(|length| length.parse::<usize>().ok());
            let Some(line) = length.and_then(|length| bytes.get(space + 1..length)) else {
                return;
            };
            bytes = &bytes[space + 1 + line.len()..];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let Some(equals) = line.iter().position(|byte| *byte == b'=') else {
                continue;
            };
            let (key, value) = (&line[..equals], &line[equals + 1..]);
            if key == b"path" {
                self.name = Some(value.to_vec());
            } else if key == b"size" {
                let size = std::str::from_utf8(value).ok();
                self.size = size.and_then(|size| size.parse().ok());
            } else if key.starts_with(b"GNU.sparse") {
                self.is_sparse = true;
            }
        }
    }
}

/// What a header says.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    /// `None` if its checksum is not that of its bytes, or if it has no size.
    fn read(block: &[u8; BLOCK]) -> Option<Self> {
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                if (148..156).contains(&at) {
                    u64::from(b' ')
                } else {
                    u64::from(*byte)
                }
            })
            .sum();
        // No fuzzer guesses a checksum.
        if number(&block[148..156])? != sum && !cfg!(fuzzing) {
            return None;
        }
        let mut name = until_nul(&block[..100]).to_vec();
        let prefix = until_nul(&block[345..500]);
        if block[257..263] == *b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Some(Self {
            name,
            size: number(&block[124..136])?,
            kind: block[156],
        })
    }
}

/// Where the header after a member is, given where its content begins.
fn end_of(start: u64, size: u64) -> u64 {
    let block = BLOCK as u64;
    start.saturating_add(size.div_ceil(block).saturating_mul(block))
}

/// A number in octal digits, or, if the first bit is set, in big-endian bytes.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let mut value = u64::from(field[0] & 0x7f);
        for byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(*byte))?;
        }
        return Some(value);
    }
    let text = std::str::from_utf8(until_nul(field)).ok()?.trim();
    if text.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(text, 8).ok()
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0);
    &bytes[..end.unwrap_or(bytes.len())]
}
