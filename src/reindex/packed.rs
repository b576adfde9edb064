//! What is known of files and records as bytes of fixed size.

use super::entry::{Key, Status};
use super::state::{Counts, FileState, Record};
use super::store::Fixed;
use crate::corpus::FileStat;

/// Writes fields one behind the other.
pub(super) struct Writing<'a>(pub(super) &'a mut [u8]);

/// Reads fields one behind the other.
pub(super) struct Reading<'a>(pub(super) &'a [u8]);

impl Writing<'_> {
    pub(super) fn put(&mut self, bytes: &[u8]) {
        let rest = std::mem::take(&mut self.0);
        let (head, rest) = rest.split_at_mut(bytes.len());
        head.copy_from_slice(bytes);
        self.0 = rest;
    }

    pub(super) fn put_u32(&mut self, number: u32) {
        self.put(&number.to_le_bytes());
    }

    pub(super) fn put_u64(&mut self, number: u64) {
        self.put(&number.to_le_bytes());
    }

    pub(super) fn put_i64(&mut self, number: i64) {
        self.put(&number.to_le_bytes());
    }

    /// Up to eight flags as one byte.
    pub(super) fn put_flags(&mut self, flags: &[bool]) {
        let bits = flags.iter().rev();
        self.put(&[bits.fold(0, |byte, flag| byte << 1 | u8::from(*flag))]);
    }

    /// A place that may be none.
    pub(super) fn put_place(&mut self, place: Option<u64>) {
        self.put_u64(place.unwrap_or(u64::MAX));
    }
}

impl Reading<'_> {
    pub(super) fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let (head, rest) = self.0.split_at(N);
        bytes.copy_from_slice(head);
        self.0 = rest;
        bytes
    }

    pub(super) fn take_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(super) fn take_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    pub(super) fn take_i64(&mut self) -> i64 {
        i64::from_le_bytes(self.take())
    }

    pub(super) fn take_flags<const N: usize>(&mut self) -> [bool; N] {
        let [byte] = self.take();
        std::array::from_fn(|flag| byte >> flag & 1 != 0)
    }

    pub(super) fn take_place(&mut self) -> Option<u64> {
        Some(self.take_u64()).filter(|place| *place != u64::MAX)
    }
}

impl Fixed for Record {
    const SIZE: usize = 53;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put(&self.key.0);
        out.put(&self.hash.0);
        out.put_i64(self.added);
        out.put_u64(self.at);
        out.put_u32(self.number);
        let (first, second) = match self.status {
            Status::Indexed => (false, false),
            Status::Duplicate => (true, false),
            Status::Failed => (false, true),
            Status::Skipped => (true, true),
        };
        out.put_flags(&[first, second, self.cut, self.fresh, self.listed]);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        let (key, hash) = (Key(input.take()), Key(input.take()));
        let (added, at, number) = (input.take_i64(), input.take_u64(), input.take_u32());
        let [first, second, cut, fresh, listed] = input.take_flags();
        Self {
            key,
            hash,
            added,
            at,
            number,
            status: match (first, second) {
                (false, false) => Status::Indexed,
                (true, false) => Status::Duplicate,
                (false, true) => Status::Failed,
                (true, true) => Status::Skipped,
            },
            cut,
            fresh,
            listed,
        }
    }
}

impl Fixed for FileState {
    const SIZE: usize = 4 + 8 + 32 + 32 + 1 + 8 + 8 + 20;

    fn put(&self, bytes: &mut [u8]) {
        let mut out = Writing(bytes);
        out.put_u32(self.file);
        out.put_u64(self.path);
        out.put_u64(self.stat.length);
        out.put_i64(self.stat.modified_ns);
        out.put_i64(self.stat.changed_ns);
        out.put_u64(self.stat.inode);
        out.put(&self.sidecar.0);
        out.put(&self.hash.0);
        out.put_flags(&[self.complete, self.settled, self.stale, self.cut]);
        out.put_place(self.failed_at);
        out.put_u64(self.first);
        let counts = self.records;
        out.put_u32(counts.all);
        out.put_u32(counts.indexed);
        out.put_u32(counts.duplicate);
        out.put_u32(counts.failed);
        out.put_u32(counts.skipped);
    }

    fn get(bytes: &[u8]) -> Self {
        let mut input = Reading(bytes);
        let (file, path) = (input.take_u32(), input.take_u64());
        let stat = FileStat {
            length: input.take_u64(),
            modified_ns: input.take_i64(),
            changed_ns: input.take_i64(),
            inode: input.take_u64(),
        };
        let (sidecar, hash) = (Key(input.take()), Key(input.take()));
        let [complete, settled, stale, cut] = input.take_flags();
        Self {
            file,
            path,
            stat,
            sidecar,
            hash,
            complete,
            settled,
            stale,
            cut,
            failed_at: input.take_place(),
            first: input.take_u64(),
            records: Counts {
                all: input.take_u32(),
                indexed: input.take_u32(),
                duplicate: input.take_u32(),
                failed: input.take_u32(),
                skipped: input.take_u32(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Fixed>(item: &T) -> T {
        let mut bytes = vec![0; T::SIZE];
        item.put(&mut bytes);
        T::get(&bytes)
    }

    #[test]
    fn records_and_files_survive_a_round_trip() {
        let statuses = [
            Status::Indexed,
            Status::Duplicate,
            Status::Failed,
            Status::Skipped,
        ];
        for (number, status) in (1..).zip(statuses) {
            let record = Record {
                key: Key::of("id"),
                hash: Key::of("text"),
                added: -5,
                at: 1 << 40,
                number,
                status,
                cut: number == 1,
                fresh: number == 2,
                listed: number == 3,
            };
            assert_eq!(round_trip(&record), record);
        }
        let file = FileState {
            file: 3,
            path: 1 << 33,
            stat: FileStat {
                length: 1,
                modified_ns: -2,
                changed_ns: 3,
                inode: 4,
            },
            sidecar: Key::of("sidecar"),
            hash: Key::of("file"),
            complete: true,
            settled: false,
            stale: true,
            cut: true,
            failed_at: Some(7),
            first: 8,
            records: Counts {
                all: 10,
                indexed: 1,
                duplicate: 2,
                failed: 3,
                skipped: 4,
            },
        };
        assert_eq!(format!("{:?}", round_trip(&file)), format!("{file:?}"));
        let whole = FileState {
            failed_at: None,
            ..file
        };
        assert_eq!(round_trip(&whole).failed_at, None);
    }
}
