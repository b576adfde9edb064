//! Zip archives, read by their directory at the end; if that is missing, by the headers in front
//! of the members.
//!
//! Only names, places and sizes are taken from the directory, one entry at a time: an archive of any
//! number of members needs the memory of one.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::{begins, fill, over, refused};
use crate::corpus::input::Seekable;
use crate::corpus::{Cutter, Input, Member, Piece, Sniff, codes, limits};

/// How far from its end the end of a directory may begin: a comment of full length lies between.
const END_BYTES: u64 = 22 + 65_535;

const DIRECTORY_END: &[u8] = b"PK\x05\x06";
const DIRECTORY_END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const DIRECTORY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// What the first bytes say.
pub(super) fn sniff(head: &[u8]) -> Sniff {
    begins(head, &[LOCAL, DIRECTORY_END])
}

/// Where the next member of an archive is found.
#[derive(Debug)]
pub(super) enum Entries {
    Start,
    /// So many entries are left from here on in the directory; places are counted from `base`.
    Directory {
        entries: BufReader<Seekable>,
        left: u64,
        base: u64,
    },
    /// There is no directory: the next header may be here.
    Headers {
        bytes: Seekable,
        at: u64,
    },
    Done,
}

/// What a directory, or a header, says about a member.
#[derive(Debug)]
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    /// Where its header is.
    at: u64,
    /// The mode of the file where it came from, if that was a kind of Unix.
    mode: u32,
}

impl Cutter for Entries {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        loop {
            match self {
                Self::Start => {
                    let mut bytes = input.seekable()?;
                    *self = match directory(&mut bytes)? {
                        Some((start, left, base)) => {
                            bytes.seek(SeekFrom::Start(start))?;
                            Self::Directory {
                                entries: BufReader::new(bytes),
                                left,
                                base,
                            }
                        }
                        None => Self::Headers { bytes, at: 0 },
                    };
                }
                Self::Directory { left: 0, .. } => *self = Self::Done,
                Self::Directory {
                    entries,
                    left,
                    base,
                } => {
                    *left -= 1;
                    let Some(mut entry) = Entry::of_directory(entries)? else {
                        *self = Self::Done;
                        let message = "the directory is damaged; the rest was not read";
                        return Ok(Some(Piece::refused(None, codes::DAMAGED, message)));
                    };
                    entry.at = entry.at.saturating_add(*base);
                    let bytes = entries.get_ref().clone();
                    if let Err(refusal) = input.budget().entry() {
                        *self = Self::Done;
                        return Ok(Some(over(refusal)));
                    }
                    if let Some(piece) = entry.piece(bytes, input)? {
                        return Ok(Some(piece));
                    }
                }
                Self::Headers { bytes, at } => {
                    let entry = Entry::of_header(bytes, *at)?.filter(|entry| entry.flags & 8 == 0);
                    let Some((entry, start)) = entry.zip(header_end(bytes, *at)?) else {
                        *self = Self::Done;
                        let message = "the archive is cut short: its directory is missing; what \
                                       can be found without it was read";
                        return Ok(Some(Piece::refused(None, codes::DAMAGED, message)));
                    };
                    *at = start.saturating_add(entry.packed);
                    let bytes = bytes.clone();
                    if let Some(piece) = entry.piece(bytes, input)? {
                        return Ok(Some(piece));
                    }
                }
                Self::Done => return Ok(None),
            }
        }
    }
}

impl Entry {
    /// The next entry of a directory; `None` if there is none where one should be.
    fn of_directory(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut fixed = [0; 46];
        if !filled(input, &mut fixed)? || !fixed.starts_with(DIRECTORY) {
            return Ok(None);
        }
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let mut rest = vec![0; [28, 30, 32].map(|at| usize::from(short(at))).iter().sum()];
        if !filled(input, &mut rest)? {
            return Ok(None);
        }
        let (name, rest) = rest.split_at(usize::from(short(28)));
        let mut entry = Self {
            name: name.to_vec(),
            flags: short(8),
            method: short(10),
            crc: long(&fixed, 16),
            packed: u64::from(long(&fixed, 20)),
            size: u64::from(long(&fixed, 24)),
            at: u64::from(long(&fixed, 42)),
            // The upper half of the attributes, if the upper byte of the version says Unix.
            mode: if matches!(fixed[5], 3 | 19) {
                long(&fixed, 38) >> 16
            } else {
                0
            },
        };
        let Self {
            size, packed, at, ..
        } = &mut entry;
        extend(&rest[..usize::from(short(30))], [size, packed, at]);
        Ok(Some(entry))
    }

    /// The member whose header is at a place; `None` if there is none.
    fn of_header(bytes: &mut Seekable, at: u64) -> io::Result<Option<Self>> {
        let mut fixed = [0; 30];
        bytes.seek(SeekFrom::Start(at))?;
        if !filled(bytes, &mut fixed)? || !fixed.starts_with(LOCAL) {
            return Ok(None);
        }
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let mut rest = vec![0; usize::from(short(26)) + usize::from(short(28))];
        if !filled(bytes, &mut rest)? {
            return Ok(None);
        }
        let (name, extra) = rest.split_at(usize::from(short(26)));
        let mut entry = Self {
            name: name.to_vec(),
            flags: short(6),
            method: short(8),
            crc: long(&fixed, 14),
            packed: u64::from(long(&fixed, 18)),
            size: u64::from(long(&fixed, 22)),
            at,
            mode: 0,
        };
        let Self { size, packed, .. } = &mut entry;
        extend(extra, [size, packed, &mut 0]);
        Ok(Some(entry))
    }

    /// What becomes of it; `None` for a folder.
    fn piece(self, mut bytes: Seekable, input: &Input) -> io::Result<Option<Piece>> {
        let refuse = |code, message: &str| Some(refused(self.name.clone(), code, message));
        if self.name.ends_with(b"/") || self.mode & 0o170_000 == 0o040_000 {
            return Ok(None);
        }
        match self.mode & 0o170_000 {
            0 | 0o100_000 => {}
            0o120_000 => return Ok(refuse(codes::SYMLINK, "a link, which is not followed")),
            _ => return Ok(refuse(codes::SPECIAL, "neither a file nor a folder")),
        }
        if self.flags & 1 != 0 {
            return Ok(refuse(codes::ENCRYPTED, "it is encrypted"));
        }
        let header = Self::of_header(&mut bytes, self.at)?;
        let start = header_end(&mut bytes, self.at)?;
        let (Some(header), Some(start)) = (header, start) else {
            let message = "the directory leads to where no member begins";
            return Ok(refuse(codes::DAMAGED, message));
        };
        if header.name != self.name || header.method != self.method {
            let message = "the directory and the member itself do not agree";
            return Ok(refuse(codes::DAMAGED, message));
        }
        bytes.seek(SeekFrom::Start(start))?;
        let packed = BufReader::new(bytes.take(self.packed));
        let check = Check {
            crc: Crc::new(),
            expected: self.crc,
            left: self.size,
        };
        let (budget, most) = (input.budget(), Some(self.packed));
        let member = match self.method {
            0 => {
                let limited = budget.reader(packed, u64::MAX, None);
                Member::stream(self.name, check.of(limited))
            }
            8 => {
                let limited = budget.reader(DeflateDecoder::new(packed), u64::MAX, most);
                Member::stream(self.name, check.of(limited))
            }
            93 => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(limits::WINDOW_LOG)?;
                let limited = budget.reader(decoder, u64::MAX, most);
                Member::stream(self.name, check.of(limited))
            }
            method => {
                let message = format!("packed by a method that is not read: number {method}");
                return Ok(refuse(codes::PACKING, &message));
            }
        };
        Ok(Some(Piece::Member(member)))
    }
}

/// Where the directory begins, how many entries it has, and from where places are counted.
fn directory(bytes: &mut Seekable) -> io::Result<Option<(u64, u64, u64)>> {
    let length = bytes.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END_BYTES);
    bytes.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    (&mut *bytes).take(END_BYTES).read_to_end(&mut tail)?;
    let ends = tail.windows(22).enumerate().rev();
    for (at, end) in ends.filter(|(_, end)| end.starts_with(DIRECTORY_END)) {
        let short = |at: usize| u64::from(u16::from_le_bytes([end[at], end[at + 1]]));
        let (mut entries, mut size) = (short(10), u64::from(long(end, 12)));
        let (mut start, mut place) = (u64::from(long(end, 16)), from + at as u64);
        let is_wide = entries == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff;
        let locator = at.checked_sub(20).map(|at| &tail[at..at + 20]);
        if is_wide && let Some(locator) = locator.filter(|it| it.starts_with(LOCATOR_64)) {
            let mut wide = [0; 56];
            place = wide_long(locator, 8);
            bytes.seek(SeekFrom::Start(place))?;
            if !filled(bytes, &mut wide)? || !wide.starts_with(DIRECTORY_END_64) {
                continue;
            }
            entries = wide_long(&wide, 32);
            size = wide_long(&wide, 40);
            start = wide_long(&wide, 48);
        }
        // Something may stand in front of the archive, which nobody counted.
        let Some(really) = place.checked_sub(size) else {
            continue;
        };
        let Some(base) = really.checked_sub(start) else {
            continue;
        };
        return Ok(Some((really, entries, base)));
    }
    Ok(None)
}

/// Where the content of a member begins whose header is at a place.
fn header_end(bytes: &mut Seekable, at: u64) -> io::Result<Option<u64>> {
    let mut fixed = [0; 30];
    bytes.seek(SeekFrom::Start(at))?;
    if !filled(bytes, &mut fixed)? {
        return Ok(None);
    }
    let short = |at: usize| u64::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
    Ok(Some(at.saturating_add(30 + short(26) + short(28))))
}

/// Takes from the extra fields what was too large for its place.
fn extend(mut extra: &[u8], values: [&mut u64; 3]) {
    while extra.len() >= 4 {
        let kind = u16::from_le_bytes([extra[0], extra[1]]);
        let length = usize::from(u16::from_le_bytes([extra[2], extra[3]]));
        let Some(mut field) = extra.get(4..4 + length) else {
            return;
        };
        if kind == 1 {
            for value in values {
                if *value == 0xffff_ffff && field.len() >= 8 {
                    *value = wide_long(field, 0);
                    field = &field[8..];
                }
            }
            return;
        }
        extra = &extra[4 + length..];
    }
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn wide_long(bytes: &[u8], at: usize) -> u64 {
    u64::from(long(bytes, at)) | u64::from(long(bytes, at + 4)) << 32
}

/// Fills a buffer; false if there is not so much.
fn filled(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    Ok(fill(input, buffer)? == buffer.len())
}

/// What the content of a member has to be.
struct Check {
    crc: Crc,
    expected: u32,
    left: u64,
}

impl Check {
    fn of<R: Read>(self, content: R) -> Checked<R> {
        Checked {
            content,
            check: self,
        }
    }
}

/// Content that is compared at its end with what was said about it.
struct Checked<R> {
    content: R,
    check: Check,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        let wrong = |message| Err(io::Error::new(io::ErrorKind::InvalidData, message));
        self.check.crc.update(&buffer[..count]);
        match self.check.left.checked_sub(count as u64) {
            None => return wrong("it is longer than it says"),
            Some(left) => self.check.left = left,
        }
        if count == 0 && !buffer.is_empty() {
            if self.check.left > 0 {
                return wrong("it is shorter than it says");
            }
            // No fuzzer guesses a checksum.
            if self.check.crc.sum() != self.check.expected && !cfg!(fuzzing) {
                return wrong("its checksum is another");
            }
        }
        Ok(count)
    }
}
