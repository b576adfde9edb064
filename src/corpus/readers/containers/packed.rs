//! A file that is only packed (`.gz`, `.zst`): it is read as what it is without that, under its own
//! name.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::GzDecoder;

use crate::corpus::budget::{Count, Counted, Gap};
use crate::corpus::input::Seekable;
use crate::corpus::{Cutter, Input, Member, Piece, Sniff, limits};

/// The beginning of every gzip member.
pub(super) const GZIP: &[u8] = b"\x1f\x8b";
/// The beginning of every zstd frame that holds something.
pub(super) const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// What the first bytes say, if this is how such files begin.
pub(super) fn sniff(head: &[u8], start: &[u8]) -> Sniff {
    if head.starts_with(start) {
        Sniff::Yes
    } else {
        // Something that was unpacked and kept its name is read as what it is.
        Sniff::No
    }
}

/// How something is packed.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    Gzip,
    Zstd,
}

/// Gives what is packed in a file.
#[derive(Debug)]
pub(super) struct Unpack {
    how: How,
    is_done: bool,
}

impl Unpack {
    pub(super) fn new(how: How) -> Self {
        Self {
            how,
            is_done: false,
        }
    }
}

impl Cutter for Unpack {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(None);
        }
        let name = inner_name(input.name());
        let packed = Count::default();
        let bytes = BufReader::new(packed.of(input.seekable()?));
        let budget = input.budget();
        let member = match self.how {
            How::Gzip => {
                let gap = Gap::default();
                let unpacked = Members {
                    state: State::Next(bytes),
                    gap: gap.clone(),
                    count: 0,
                    gaps: 0,
                };
                let limited = budget.counted(unpacked, u64::MAX, Some(packed));
                Member::mendable(name, limited, gap)
            }
            How::Zstd => {
                let mut unpacked = zstd::stream::read::Decoder::with_buffer(bytes)?;
                unpacked.window_log_max(limits::WINDOW_LOG)?;
                let limited = budget.counted(unpacked, u64::MAX, Some(packed));
                Member::stream(name, limited)
            }
        };
        Ok(Some(Piece::Unpacked(member)))
    }
}

/// The name of what is packed in a file of this name.
fn inner_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    for (ending, instead) in [
        (".tgz", ".tar"),
        (".tzst", ".tar"),
        (".gz", ""),
        (".zst", ""),
    ] {
        if lower.ends_with(ending) {
            return format!("{}{instead}", &name[..name.len() - ending.len()]);
        }
    }
    name.to_owned()
}

type Packed = BufReader<Counted<Seekable>>;

/// What lies in all members of a gzip file. Zeros behind the last are passed over, as from tapes;
/// behind a damaged one, the next can be looked for.
struct Members {
    state: State,
    gap: Gap,
    /// Members so far.
    count: u64,
    /// How many of them were damaged.
    gaps: usize,
}

enum State {
    /// Between two members, or before the first.
    Next(Packed),
    /// In the member that begins at a place.
    Within(Box<GzDecoder<Packed>>, u64),
    /// A member is damaged; the next begins behind a place, if there is one.
    Damaged(Packed, u64),
    End,
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::End) {
                State::Next(mut packed) => {
                    let next = packed.fill_buf()?;
                    if next.is_empty() && self.count > 0 {
                        return Ok(0);
                    }
                    let zeros = next.iter().take_while(|byte| **byte == 0).count();
                    if zeros > 0 && self.count > 0 {
                        packed.consume(zeros);
                        self.state = State::Next(packed);
                        continue;
                    }
                    self.count += 1;
                    let start = packed.stream_position()?;
                    self.state = State::Within(Box::new(GzDecoder::new(packed)), start);
                }
                State::Within(mut member, start) => match member.read(buffer) {
                    Ok(count) if count > 0 || buffer.is_empty() => {
                        self.state = State::Within(member, start);
                        return Ok(count);
                    }
                    Ok(_) => self.state = State::Next(member.into_inner()),
                    Err(error) => {
                        let is_damage = error.raw_os_error().is_none();
                        if is_damage && self.gaps < limits::GAPS {
                            self.gaps += 1;
                            self.gap.meet();
                            let mut packed = member.into_inner();
                            let noticed = packed.stream_position()?;
                            let from = noticed.saturating_sub(limits::GAP_BYTES).max(start + 2);
                            self.state = State::Damaged(packed, from);
                        }
                        return Err(error);
                    }
                },
                State::Damaged(mut packed, from) => {
                    if !self.gap.is_left() {
                        self.state = State::Damaged(packed, from);
                        return Ok(0);
                    }
                    packed.seek(SeekFrom::Start(from))?;
                    if next_member(&mut packed)? {
                        self.state = State::Next(packed);
                    }
                }
                State::End => return Ok(0),
            }
        }
    }
}

/// Goes to where the next member begins; false if there is none.
fn next_member(packed: &mut Packed) -> io::Result<bool> {
    let mut at = packed.stream_position()?;
    let mut seen = [0; 3];
    loop {
        let buffer = packed.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        for (&byte, place) in buffer.iter().zip(at..) {
            // The beginning, the one method there is, and flags of which three are never set.
            if seen == [GZIP[0], GZIP[1], 8] && byte & 0xe0 == 0 {
                packed.seek(SeekFrom::Start(place - 3))?;
                return Ok(true);
            }
            seen = [seen[1], seen[2], byte];
        }
        let count = buffer.len();
        at += count as u64;
        packed.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_says_that_they_are_packed() {
        for (name, expected) in [
            ("a/b.html.gz", "a/b.html"),
            ("b.TGZ", "b.tar"),
            ("b.tar.zst", "b.tar"),
            ("b.tzst", "b.tar"),
            ("b", "b"),
        ] {
            assert_eq!(inner_name(name), expected);
        }
    }
}
