//! The entries of a journal as bytes: a length, a kind, and fields in little-endian order.
//!
//! Everything is bounded and checked on the way in: a damaged entry is an error, never a panic or
//! a large allocation.

use crate::corpus::FileStat;

/// The first bytes of a journal file; the digit is the version of what follows.
pub(super) const MAGIC: &[u8; 20] = b"pressmark journal 1\n";
/// The most bytes an entry may have: far above a path and a message of full length.
pub(super) const MAX_ENTRY: usize = 1 << 20;
/// The most bytes of a message that are kept.
const MAX_MESSAGE: usize = 240;

/// The first half of a BLAKE3 hash: what an id, or the bytes of a record, are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Key(pub(super) [u8; 16]);

impl Key {
    /// The key of a text or of bytes.
    pub(super) fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::cut(blake3::hash(bytes.as_ref()).as_bytes())
    }

    /// The first half of a whole hash.
    pub(super) fn cut(hash: &[u8; 32]) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Self(key)
    }

    /// A whole hash of which this is the first half.
    pub(super) fn padded(self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..16].copy_from_slice(&self.0);
        hash
    }

    /// In hexadecimal, as ledgers show it.
    pub(super) fn to_hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Status {
    /// Its document is the one of that id in the index.
    Indexed,
    /// Another record has its id, and wins.
    Duplicate,
    /// It could not become a document.
    Failed,
    /// It was passed over on purpose.
    Skipped,
}

/// One step of the story that a journal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// A run came to its end: whatever lies before describes whole folders, not a part of a build.
    Complete,
    /// A file as it now is; its records stay what they were.
    File(FileEntry<'a>),
    /// A record as it now is.
    Record(RecordEntry<'a>),
    /// A record that is no longer in its file.
    RecordGone { file: u32, number: u32 },
    /// A file that is no longer there, and all its records.
    FileGone { file: u32 },
}

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FileEntry<'a> {
    /// The number by which records name the file, in this journal.
    pub(super) file: u32,
    pub(super) path: &'a str,
    pub(super) stat: FileStat,
    /// A digest of what the file system says about its sidecar; zero if there is none.
    pub(super) sidecar: Key,
    /// The hash of the whole file; zero while it is unknown.
    pub(super) hash: Key,
    /// Whether it was read to its end, so that an equal fingerprint means an equal file.
    pub(super) complete: bool,
    /// Whether it was old enough when it was read for its time to tell a later change.
    pub(super) settled: bool,
    /// Whether its documents were made with another configuration, and have to be made anew.
    pub(super) stale: bool,
    /// Why the file as a whole, or the rest of it, could not be read.
    pub(super) failure: Option<Reason<'a>>,
}

/// What is known of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordEntry<'a> {
    pub(super) file: u32,
    /// Its number in the file; 0 in a file of one record.
    pub(super) number: u32,
    pub(super) status: Status,
    pub(super) hash: Key,
    /// The key of its id, which follows from it; zero if it failed before it had one.
    pub(super) key: Key,
    /// When its document first entered the index, in seconds since 1970 UTC.
    pub(super) added: i64,
    pub(super) id: &'a str,
    /// The path inside the file, if that is a container; empty if it is none.
    pub(super) member: &'a str,
    /// Whether not all of its metadata are kept: then a changed configuration needs its file.
    pub(super) cut: bool,
    /// Why it failed.
    pub(super) failure: Option<Reason<'a>>,
}

/// Why something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reason<'a> {
    pub(super) stage: &'a str,
    pub(super) code: &'a str,
    pub(super) message: &'a str,
}

const COMPLETE: u8 = 1;
const FILE: u8 = 2;
const RECORD: u8 = 3;
const RECORD_GONE: u8 = 4;
const FILE_GONE: u8 = 5;

impl<'a> Entry<'a> {
    /// Appends the entry, its length first.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        match self {
            Self::Complete => out.push(COMPLETE),
            Self::File(file) => file.write(out),
            Self::Record(record) => record.write(out),
            Self::RecordGone { file, number } => {
                out.push(RECORD_GONE);
                out.extend_from_slice(&file.to_le_bytes());
                out.extend_from_slice(&number.to_le_bytes());
            }
            Self::FileGone { file } => {
                out.push(FILE_GONE);
                out.extend_from_slice(&file.to_le_bytes());
            }
        }
        let length = (out.len() - start - 4) as u32;
        out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }

    /// Reads an entry without its length; `None` if it is not one.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        let mut input = Input(rest);
        let entry = match kind {
            COMPLETE => Self::Complete,
            FILE => Self::File(FileEntry::read(&mut input)?),
            RECORD => Self::Record(RecordEntry::read(&mut input)?),
            RECORD_GONE => Self::RecordGone {
                file: input.u32()?,
                number: input.u32()?,
            },
            FILE_GONE => Self::FileGone { file: input.u32()? },
            _ => return None,
        };
        input.0.is_empty().then_some(entry)
    }
}

impl<'a> FileEntry<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(FILE);
        out.extend_from_slice(&self.file.to_le_bytes());
        out.push(
            u8::from(self.complete)
                | u8::from(self.settled) << 1
                | u8::from(self.failure.is_some()) << 2
                | u8::from(self.stale) << 3,
        );
        out.extend_from_slice(&self.stat.length.to_le_bytes());
        out.extend_from_slice(&self.stat.modified_ns.to_le_bytes());
        out.extend_from_slice(&self.stat.changed_ns.to_le_bytes());
        out.extend_from_slice(&self.stat.inode.to_le_bytes());
        out.extend_from_slice(&self.sidecar.0);
        out.extend_from_slice(&self.hash.0);
        write_text(out, self.path);
        if let Some(reason) = &self.failure {
            reason.write(out);
        }
    }

    fn read(input: &mut Input<'a>) -> Option<Self> {
        let file = input.u32()?;
        let flags = input.u8()?;
        Some(Self {
            file,
            complete: flags & 1 != 0,
            settled: flags & 2 != 0,
            stale: flags & 8 != 0,
            stat: FileStat {
                length: input.u64()?,
                modified_ns: input.i64()?,
                changed_ns: input.i64()?,
                inode: input.u64()?,
            },
            sidecar: Key(input.array()?),
            hash: Key(input.array()?),
            path: input.text()?,
            failure: if flags & 4 == 0 {
                None
            } else {
                Some(Reason::read(input)?)
            },
        })
    }
}

impl<'a> RecordEntry<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(RECORD);
        out.extend_from_slice(&self.file.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        let status = match self.status {
            Status::Indexed => 0,
            Status::Duplicate => 1,
            Status::Failed => 2,
            Status::Skipped => 3,
        };
        out.push(
            status
                | u8::from(self.failure.is_some()) << 2
                | u8::from(self.cut) << 3
                | u8::from(!self.member.is_empty()) << 4,
        );
        out.extend_from_slice(&self.hash.0);
        out.extend_from_slice(&self.added.to_le_bytes());
        write_text(out, self.id);
        if !self.member.is_empty() {
            write_text(out, self.member);
        }
        if let Some(reason) = &self.failure {
            reason.write(out);
        }
    }

    fn read(input: &mut Input<'a>) -> Option<Self> {
        let file = input.u32()?;
        let number = input.u32()?;
        let flags = input.u8()?;
        let hash = Key(input.array()?);
        let added = input.i64()?;
        let id = input.text()?;
        Some(Self {
            file,
            number,
            status: match flags & 3 {
                0 => Status::Indexed,
                1 => Status::Duplicate,
                2 => Status::Failed,
                _ => Status::Skipped,
            },
            hash,
            key: if id.is_empty() {
                Key::default()
            } else {
                Key::of(id)
            },
            added,
            id,
            member: if flags & 16 == 0 { "" } else { input.text()? },
            cut: flags & 8 != 0,
            failure: if flags & 4 == 0 {
                None
            } else {
                Some(Reason::read(input)?)
            },
        })
    }
}

impl<'a> Reason<'a> {
    fn write(&self, out: &mut Vec<u8>) {
        write_text(out, self.stage);
        write_text(out, self.code);
        write_text(out, shortened(self.message));
    }

    fn read(input: &mut Input<'a>) -> Option<Self> {
        Some(Self {
            stage: input.text()?,
            code: input.text()?,
            message: input.text()?,
        })
    }
}

/// The message as far as it is kept, cut between characters.
pub(super) fn shortened(message: &str) -> &str {
    cut(message, MAX_MESSAGE)
}

/// The longest start of a text that has at most so many bytes.
fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Paths and ids are bounded by the system and by the index; the cap only guards the format.
fn write_text(out: &mut Vec<u8>, text: &str) {
    let text = cut(text, usize::from(u16::MAX));
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// What is left of an entry that is being read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u16::from_le_bytes(self.array()?);
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Entry<'static>> {
        let reason = Reason {
            stage: "parse",
            code: "not_json",
            message: "the line is no object",
        };
        let file = FileEntry {
            file: 7,
            path: "wire/ä.jsonl",
            stat: FileStat {
                length: 12,
                modified_ns: -5,
                changed_ns: i64::MAX,
                inode: u64::MAX,
            },
            sidecar: Key::of("sidecar"),
            hash: Key::of("bytes"),
            complete: true,
            settled: false,
            stale: false,
            failure: None,
        };
        let record = RecordEntry {
            file: 7,
            number: 3,
            status: Status::Duplicate,
            hash: Key([9; 16]),
            key: Key::of("id"),
            added: -1,
            id: "id",
            member: "",
            cut: true,
            failure: None,
        };
        vec![
            Entry::Complete,
            Entry::File(file),
            Entry::File(FileEntry {
                failure: Some(reason),
                complete: false,
                settled: true,
                stale: true,
                ..file
            }),
            Entry::Record(record),
            Entry::Record(RecordEntry {
                status: Status::Failed,
                failure: Some(reason),
                ..record
            }),
            Entry::Record(RecordEntry {
                status: Status::Skipped,
                member: "a.zip!/b.png",
                failure: Some(reason),
                ..record
            }),
            Entry::RecordGone { file: 7, number: 3 },
            Entry::FileGone { file: 7 },
        ]
    }

    #[test]
    fn entries_survive_a_round_trip() {
        for entry in samples() {
            let mut bytes = Vec::new();
            entry.write(&mut bytes);
            let (length, payload) = bytes.split_at(4);
            assert_eq!(length, (payload.len() as u32).to_le_bytes());
            assert_eq!(Entry::read(payload), Some(entry));
        }
    }

    #[test]
    fn entries_that_are_cut_are_refused() {
        for entry in samples() {
            let mut bytes = Vec::new();
            entry.write(&mut bytes);
            for end in 4..bytes.len() {
                assert_eq!(Entry::read(&bytes[4..end]), None, "{entry:?} cut at {end}");
            }
            bytes.push(0);
            assert_eq!(
                Entry::read(&bytes[4..]),
                None,
                "{entry:?} with more behind it"
            );
        }
    }

    #[test]
    fn messages_are_cut_between_characters() {
        let long = "ä".repeat(MAX_MESSAGE);
        assert_eq!(shortened(&long).len(), MAX_MESSAGE);
        assert_eq!(shortened(&format!("x{long}")).len(), MAX_MESSAGE - 1);
        assert_eq!(shortened("short"), "short");
    }
}
