//! The ZIP package that word processors and e-books keep their parts in: found by name, inflated
//! within bounds, never extracted.

use std::io::Cursor;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::corpus::budget::{Budget, refusal_of};
use crate::corpus::decode::{self, Hints};
use crate::corpus::{Refusal, codes, limits};

/// An open package.
#[derive(Debug)]
pub(super) struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// How many bytes may still come out of it.
    left: u64,
    budget: &'b Budget,
}

impl<'b> Package<'b> {
    /// Opens a package.
    pub(super) fn open(bytes: &'b [u8], budget: &'b Budget) -> Result<Self, Refusal> {
        if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return Err(compound_file(bytes));
        }
        if !bytes.starts_with(b"PK") {
            let message = if bytes.is_empty() {
                "the file is empty"
            } else {
                "it is no package of the kind that its name promises"
            };
            return Err(Refusal::new(codes::WRONG_FORMAT, message));
        }
        // Counted before anything is kept for them: the directory itself may lie.
        let entries = bytes.windows(4).filter(|four| four == b"PK\x01\x02");
        if entries.count() > limits::PACKAGE_ENTRIES {
            let message = format!("more than {} parts in the package", limits::PACKAGE_ENTRIES);
            return Err(Refusal::new(codes::TOO_MANY_MEMBERS, message));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        Ok(Self {
            archive,
            left: limits::PACKAGE_BYTES,
            budget,
        })
    }

    /// Whether there is a part of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// The names of all parts that can be read as text.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.into_owned()))
    }

    /// The bytes of a part; `None` if there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let file = match self.archive.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(broken(&error)),
        };
        let packed = file.compressed_size();
        let decoder = self.budget.reader(file, self.left, Some(packed));
        let bytes = decoder.read_all().map_err(|error| {
            refusal_of(&error).unwrap_or_else(|| {
                let message = format!("`{name}` in it cannot be unpacked: {error}");
                Refusal::new(codes::DAMAGED, message)
            })
        })?;
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// The text of an XML part; `None` if there is no such part.
    pub(super) fn xml(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(bytes) = self.part(name)? else {
            return Ok(None);
        };
        let text = decode::decode(&bytes, Hints::default(), &mut Vec::new());
        let text = text.map_err(|decode::Binary| {
            let message = format!("`{name}` in it is no text");
            Refusal::new(codes::XML, message)
        })?;
        Ok(Some(text.into_owned()))
    }

    /// The text of an XML part without which there is no document.
    pub(super) fn needed(&mut self, name: &str) -> Result<String, Refusal> {
        self.xml(name)?.ok_or_else(|| {
            let message = format!("there is no `{name}` in it");
            Refusal::new(codes::PART_MISSING, message)
        })
    }
}

fn broken(error: &ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Refusal::new(codes::ENCRYPTED, "a password is needed to read it")
        }
        error => {
            let message = format!("the package is damaged or cut short: {error}");
            Refusal::new(codes::DAMAGED, message)
        }
    }
}

/// The container of older office formats, which newer ones use for encrypted files.
fn compound_file(bytes: &[u8]) -> Refusal {
    let wide: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if bytes.windows(wide.len()).any(|window| window == wide) {
        Refusal::new(codes::ENCRYPTED, "a password is needed to read it")
    } else {
        let message = "it is a file of an older format (such as .doc); save it anew as .docx";
        Refusal::new(codes::WRONG_FORMAT, message)
    }
}
