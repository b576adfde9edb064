//! What a walk found, as bytes that can be put aside: files to be read, and what is not read.

use std::ffi::OsStr;
use std::path::Path;

use super::packed::{Reading, Writing};
use super::store::{Log, Space};
use crate::Result;
use crate::corpus::{
    Failure, FileStat, Format, Sidecar, Skipped, SourceFile, decode_path, encode_name,
};

/// Something found that is not read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed<'a> {
    pub(super) path: &'a str,
    pub(super) code: &'a str,
    pub(super) message: &'a str,
}

impl<'a> From<&'a Skipped> for Passed<'a> {
    fn from(skipped: &'a Skipped) -> Self {
        Self {
            path: &skipped.path,
            code: skipped.code,
            message: &skipped.message,
        }
    }
}

impl<'a> From<&'a Failure> for Passed<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            path: &failure.path,
            code: failure.code,
            message: &failure.message,
        }
    }
}

/// A list of what is not read.
#[derive(Debug)]
pub(super) struct PassedList {
    log: Log,
    count: u64,
}

impl PassedList {
    pub(super) fn new(space: &Space) -> Self {
        Self {
            log: Log::new(space),
            count: 0,
        }
    }

    pub(super) fn push(&mut self, passed: Passed<'_>) -> Result<()> {
        // No path and no code holds a zero.
        let bytes = [passed.path, passed.code, passed.message].join("\0");
        self.count += 1;
        self.log.push(bytes.as_bytes()).map(|_| ())
    }

    pub(super) fn len(&self) -> u64 {
        self.count
    }

    pub(super) fn each(&self, mut f: impl FnMut(Passed<'_>) -> Result<()>) -> Result<()> {
        self.log.each(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            let mut parts = text.splitn(3, '\0');
            let mut next = || parts.next().unwrap_or_default();
            f(Passed {
                path: next(),
                code: next(),
                message: next(),
            })
        })
    }
}

/// The formats of files: a walk meets few.
#[derive(Debug, Default)]
pub(super) struct Formats(Vec<Format>);

impl Formats {
    /// The number of a format.
    fn number(&mut self, format: &Format) -> u32 {
        let known = self.0.iter().position(|known| known == format);
        let number = known.unwrap_or_else(|| {
            self.0.push(format.clone());
            self.0.len() - 1
        });
        number as u32
    }
}

/// Writes what the walk says of a file besides its path, from which the place to open it follows.
pub(super) fn pack(file: &SourceFile, formats: &mut Formats, out: &mut Vec<u8>) {
    out.extend_from_slice(&stat_bytes(&file.stat));
    out.extend_from_slice(&formats.number(&file.format).to_le_bytes());
    if let Some(sidecar) = &file.sidecar {
        out.extend_from_slice(&stat_bytes(&sidecar.stat));
        let name = sidecar.absolute.file_name().unwrap_or(OsStr::new(""));
        out.extend_from_slice(encode_name(name).as_bytes());
    }
}

/// Reads a file of a corpus that [`pack`] wrote.
pub(super) fn unpack(
    root: &Path,
    formats: &Formats,
    path: &str,
    bytes: &[u8],
) -> Option<SourceFile> {
    let absolute = root.join(decode_path(path));
    let (stat, rest) = take_stat(bytes)?;
    let (number, rest) = rest.split_first_chunk()?;
    let format = formats.0.get(u32::from_le_bytes(*number) as usize)?;
    let sidecar = match take_stat(rest) {
        None => None,
        Some((stat, name)) => Some(Sidecar {
            absolute: absolute
                .parent()?
                .join(decode_path(std::str::from_utf8(name).ok()?)),
            stat,
        }),
    };
    Some(SourceFile {
        path: path.to_owned(),
        absolute,
        format: format.clone(),
        stat,
        sidecar,
    })
}

const STAT: usize = 32;

fn stat_bytes(stat: &FileStat) -> [u8; STAT] {
    let mut bytes = [0; STAT];
    let mut out = Writing(&mut bytes);
    out.put_u64(stat.length);
    out.put_i64(stat.modified_ns);
    out.put_i64(stat.changed_ns);
    out.put_u64(stat.inode);
    bytes
}

fn take_stat(bytes: &[u8]) -> Option<(FileStat, &[u8])> {
    let (head, rest) = bytes.split_at_checked(STAT)?;
    let mut input = Reading(head);
    let stat = FileStat {
        length: input.take_u64(),
        modified_ns: input.take_i64(),
        changed_ns: input.take_i64(),
        inode: input.take_u64(),
    };
    Some((stat, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_survive_a_round_trip() {
        let root = Path::new("/corpus");
        let corpus = crate::corpus::Corpus::new(root, crate::Config::default()).unwrap();
        let mut formats = Formats::default();
        let stat = FileStat {
            length: 5,
            modified_ns: -1,
            changed_ns: 2,
            inode: 3,
        };
        for (path, sidecar) in [
            ("a.txt", None),
            ("ä/b%FF.txt", Some("/corpus/ä/b.meta.yaml")),
            ("deep/er/c.jsonl", Some("/corpus/deep/er/c.meta.json")),
        ] {
            let file = SourceFile {
                path: path.to_owned(),
                absolute: root.join(decode_path(path)),
                format: corpus.format_of(path).unwrap(),
                stat,
                sidecar: sidecar.map(|absolute| Sidecar {
                    absolute: absolute.into(),
                    stat: FileStat { length: 9, ..stat },
                }),
            };
            let mut bytes = Vec::new();
            pack(&file, &mut formats, &mut bytes);
            assert_eq!(unpack(root, &formats, path, &bytes), Some(file));
        }
        assert_eq!(unpack(root, &formats, "a", b"short"), None);
    }

    #[test]
    fn what_is_passed_over_comes_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = PassedList::new(&Space::new(folder.path(), 0));
        let items = [("a", "hidden", ""), ("b/c", "special", "a\0pipe\nof sorts")];
        let passed = |&(path, code, message): &(&'static str, _, _)| Passed {
            path,
            code,
            message,
        };
        for item in &items {
            list.push(passed(item)).unwrap();
        }
        assert_eq!(list.len(), 2);
        let mut expected = items.iter();
        list.each(|found| {
            assert_eq!(Some(found), expected.next().map(passed));
            Ok(())
        })
        .unwrap();
        assert!(expected.next().is_none());
    }
}
