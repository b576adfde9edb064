//! A file that is only packed (`.gz`, `.zst`): it is read as what it is without that, under its own
//! name.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::no_article;
use crate::corpus::budget::{Count, Counted};
use crate::corpus::input::Seekable;
use crate::corpus::{
    Article, Cutter, Input, Material, Member, Piece, Reader, Refusal, Sniff, limits,
};

/// The beginning of every gzip member.
const GZIP: &[u8] = b"\x1f\x8b";
/// The beginning of every zstd frame that holds something.
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// Packed by gzip, perhaps in many members.
#[derive(Debug)]
pub(super) struct Gzip;

impl Reader for Gzip {
    fn name(&self) -> &'static str {
        "gzip"
    }

    fn extensions(&self) -> &[&str] {
        &["gz", "tgz"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        sniff(head, GZIP)
    }

    fn is_single(&self) -> bool {
        false
    }

    fn is_container(&self) -> bool {
        true
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(Unpack {
            how: How::Gzip,
            is_done: false,
        })
    }

    fn read(&self, _: &mut Material<'_>) -> Result<Article, Refusal> {
        no_article()
    }
}

/// Packed by zstd, perhaps in many frames.
#[derive(Debug)]
pub(super) struct Zstandard;

impl Reader for Zstandard {
    fn name(&self) -> &'static str {
        "zstd"
    }

    fn extensions(&self) -> &[&str] {
        &["zst", "tzst"]
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        sniff(head, ZSTD)
    }

    fn is_single(&self) -> bool {
        false
    }

    fn is_container(&self) -> bool {
        true
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(Unpack {
            how: How::Zstd,
            is_done: false,
        })
    }

    fn read(&self, _: &mut Material<'_>) -> Result<Article, Refusal> {
        no_article()
    }
}

fn sniff(head: &[u8], start: &[u8]) -> Sniff {
    if head.starts_with(start) {
        Sniff::Yes
    } else {
        // Something that was unpacked and kept its name is read as what it is.
        Sniff::No
    }
}

#[derive(Debug, Clone, Copy)]
enum How {
    Gzip,
    Zstd,
}

#[derive(Debug)]
struct Unpack {
    how: How,
    is_done: bool,
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
                let unpacked = Members::Next(bytes, true);
                let limited = budget.counted(unpacked, u64::MAX, Some(packed));
                Member::stream(name, limited)
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

/// What lies in all members of a gzip file. Zeros behind the last are passed over, as from tapes.
enum Members {
    /// Between two members, or before the first.
    Next(Packed, bool),
    Within(Box<GzDecoder<Packed>>),
    End,
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Self::End) {
                Self::Next(mut packed, is_first) => {
                    let next = packed.fill_buf()?;
                    if next.is_empty() && !is_first {
                        return Ok(0);
                    }
                    let zeros = next.iter().take_while(|byte| **byte == 0).count();
                    if zeros > 0 && !is_first {
                        packed.consume(zeros);
                        *self = Self::Next(packed, false);
                        continue;
                    }
                    *self = Self::Within(Box::new(GzDecoder::new(packed)));
                }
                Self::Within(mut member) => {
                    let count = member.read(buffer)?;
                    if count > 0 || buffer.is_empty() {
                        *self = Self::Within(member);
                        return Ok(count);
                    }
                    *self = Self::Next(member.into_inner(), false);
                }
                Self::End => return Ok(0),
            }
        }
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
