//! What one file may cost: how many bytes decoders may give out for it, and how many files may
//! lie in it. Whoever decodes reads through [`Limited`], so that no bomb needs to be recognised.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Refusal, Stage, codes, limits};

/// What is left of what one file may cost, shared by everything that lies in it.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Left>);

#[derive(Debug)]
struct Left {
    bytes: AtomicU64,
    entries: AtomicU64,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(limits::UNPACKED_BYTES, limits::ENTRIES)
    }
}

impl Budget {
    /// A budget of so many bytes out of decoders and so many members.
    pub(super) fn new(bytes: u64, entries: u64) -> Self {
        Self(Arc::new(Left {
            bytes: AtomicU64::new(bytes),
            entries: AtomicU64::new(entries),
        }))
    }

    /// Pays for one more member.
    ///
    /// # Errors
    /// A refusal if there are too many: nothing more should be taken out of the file.
    pub(crate) fn entry(&self) -> Result<(), Refusal> {
        if take(&self.0.entries, 1) {
            return Ok(());
        }
        let most = limits::ENTRIES;
        let message = format!("more than {most} files in one; the rest was not read");
        Err(Refusal::new(codes::TOO_MANY_MEMBERS, message).at(Stage::Read))
    }

    /// Pays for what a record has in common with all others of its file, and is read with each of
    /// them.
    ///
    /// # Errors
    /// A refusal if that comes to more than a file may cost: nothing more should be cut from it.
    pub(crate) fn excerpt(&self, bytes: u64) -> Result<(), Refusal> {
        if take(&self.0.bytes, bytes) {
            return Ok(());
        }
        let most = limits::UNPACKED_BYTES >> 30;
        let message = format!(
            "what its records have in common, read with each of them, is more than {most} GiB; \
             what came before was read"
        );
        Err(Refusal::new(codes::TOO_MUCH_WORK, message).at(Stage::Read))
    }

    /// Reads what a decoder gives, at the cost of this budget. `most` is the most bytes that it
    /// may give, `packed` how many it is made of, where that is known.
    pub(crate) fn reader<R: Read>(&self, decoder: R, most: u64, packed: Option<u64>) -> Limited<R> {
        let packed = packed.map(|packed| Count(Arc::new(AtomicU64::new(packed))));
        self.counted(decoder, most, packed)
    }

    /// As [`reader`](Self::reader), where what it is made of is counted while it is read.
    pub(crate) fn counted<R: Read>(
        &self,
        decoder: R,
        most: u64,
        packed: Option<Count>,
    ) -> Limited<R> {
        Limited {
            decoder,
            budget: self.clone(),
            most,
            packed,
            given: 0,
        }
    }
}

/// How many bytes went into a decoder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Arc<AtomicU64>);

impl Count {
    /// Counts what is read of something.
    pub(crate) fn of<R: Read>(&self, reader: R) -> Counted<R> {
        Counted {
            reader,
            count: self.clone(),
        }
    }
}

/// Something of which it is counted how much of it is read.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    reader: R,
    count: Count,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.count.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// Takes from what is left, if that is enough.
fn take(left: &AtomicU64, amount: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(amount)
    })
    .is_ok()
}

/// A decoder that stops with an error when it has given more than it may.
#[derive(Debug)]
pub(crate) struct Limited<R> {
    decoder: R,
    budget: Budget,
    most: u64,
    packed: Option<Count>,
    given: u64,
}

impl<R: Read> Limited<R> {
    /// Everything that the decoder gives.
    pub(crate) fn read_all(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.given += count as u64;
        if self.given > self.most {
            let most = self.most >> 20;
            let message = format!("larger than {most} MiB when unpacked");
            return Err(exceeded(codes::RECORD_TOO_LARGE, message));
        }
        let is_bomb = |packed: &Count| {
            let packed = packed.0.load(Ordering::Relaxed);
            self.given > limits::RATIO_FROM && self.given / limits::RATIO > packed.max(1)
        };
        if self.packed.as_ref().is_some_and(is_bomb) {
            let most = limits::RATIO;
            let message = format!("more than {most} times as large when unpacked");
            return Err(exceeded(codes::BOMB, message));
        }
        if !take(&self.budget.0.bytes, count as u64) {
            let most = limits::UNPACKED_BYTES >> 30;
            let message = format!("all that is in the file is larger than {most} GiB unpacked");
            return Err(exceeded(codes::BOMB, message));
        }
        Ok(count)
    }
}

/// What whoever unpacks a stream and whoever reads it agree on when a part of it is damaged: the
/// one stops and says so, the other may have it go on behind that part.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gap(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    is_met: AtomicBool,
    is_left: AtomicBool,
}

impl Gap {
    /// The unpacker stops: what comes behind is only given if it is asked for.
    pub(crate) fn meet(&self) {
        self.0.is_met.store(true, Ordering::Relaxed);
    }

    /// The reader goes on. False if nothing was met that one can go on behind.
    pub(crate) fn leave(&self) -> bool {
        let is_met = self.0.is_met.swap(false, Ordering::Relaxed);
        self.0.is_left.store(is_met, Ordering::Relaxed);
        is_met
    }

    /// Whether the unpacker may go on.
    pub(crate) fn is_left(&self) -> bool {
        self.0.is_left.swap(false, Ordering::Relaxed)
    }
}

/// A limit that was met, on its way through readers that only know errors of the system.
#[derive(Debug)]
struct Exceeded(Refusal);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Exceeded {}

fn exceeded(code: &'static str, message: String) -> io::Error {
    io::Error::other(Exceeded(Refusal::new(code, message).at(Stage::Read)))
}

/// The limit that an error speaks of, however deep other readers have wrapped it.
pub(crate) fn refusal_of(error: &io::Error) -> Option<Refusal> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|e| e as _);
    while let Some(error) = cause {
        if let Some(Exceeded(refusal)) = error.downcast_ref() {
            return Some(refusal.clone());
        }
        if let Some(inner) = error.downcast_ref::<io::Error>()
            && let Some(refusal) = refusal_of(inner)
        {
            return Some(refusal);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: io::Result<Vec<u8>>) -> &'static str {
        match result {
            Ok(_) => "",
            Err(error) => refusal_of(&error).unwrap().code,
        }
    }

    #[test]
    fn what_gives_too_much_is_stopped() {
        let ratio = limits::RATIO;
        let from = limits::RATIO_FROM;
        for (given, most, packed, budget, expected) in [
            (100, 100, None, 1_000, ""),
            (101, 100, None, 1_000, codes::RECORD_TOO_LARGE),
            (101, 1_000, None, 100, codes::BOMB),
            (from + 1, u64::MAX, Some(from / ratio), u64::MAX, ""),
            (
                from + 2 * ratio,
                u64::MAX,
                Some(from / ratio),
                u64::MAX,
                codes::BOMB,
            ),
            // Small files may be as empty as they like.
            (from, u64::MAX, Some(0), u64::MAX, ""),
        ] {
            let zeros = io::repeat(0).take(given);
            let result = Budget::new(budget, 1)
                .reader(zeros, most, packed)
                .read_all();
            assert_eq!(code(result), expected, "{given} {most} {packed:?}");
        }
    }

    #[test]
    fn members_share_what_a_file_may_cost() {
        let budget = Budget::new(150, 2);
        let other = budget.clone();
        let read = |budget: &Budget| {
            budget
                .reader(io::repeat(0).take(100), 1_000, None)
                .read_all()
        };
        assert_eq!(code(read(&budget)), "");
        assert_eq!(code(read(&other)), codes::BOMB);
        assert!(budget.entry().is_ok() && other.entry().is_ok());
        assert_eq!(budget.entry().unwrap_err().code, codes::TOO_MANY_MEMBERS);
        let (budget, other) = (Budget::new(150, 0), 100);
        assert!(budget.excerpt(other).is_ok());
        assert_eq!(
            budget.excerpt(other).unwrap_err().code,
            codes::TOO_MUCH_WORK
        );
    }

    #[test]
    fn a_limit_is_found_below_other_errors() {
        let inner = exceeded(codes::BOMB, "x".to_owned());
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, io::Error::other(inner));
        assert_eq!(refusal_of(&wrapped).unwrap().code, codes::BOMB);
        assert!(refusal_of(&io::Error::other("x")).is_none());
    }
}
