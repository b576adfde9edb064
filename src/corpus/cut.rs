//! How files are cut into records: one at a time, in one pass, in bounded memory.

use std::fmt;
use std::io::{self, Read as _};

use serde_json::{Map, Value};

use super::{Input, Refusal, Stage, codes, limits};

/// Cuts a file, or a member of a container, into its records. There is a new one for each.
pub trait Cutter: fmt::Debug + Send {
    /// The next piece, or `None` at the end. Numbers of records must grow. What is wrong with one
    /// piece is a [`Piece::Refused`], after which it may go on.
    ///
    /// # Errors
    /// What the input said; nothing more is asked for after that.
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>>;
}

/// A piece of a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Piece {
    /// A record of the format that is being cut.
    Record {
        /// Its number in a file that holds many, counted from 1.
        number: Option<u64>,
        /// The first byte of it in the file or member.
        start: u64,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// A file within the file, to be read by whoever reads such files.
    Member(Member),
    /// What could not be cut.
    Refused {
        /// The number of the record, if it has one; otherwise this is about the whole file, or
        /// the rest of it.
        number: Option<u64>,
        /// The name of the member, if this is about one.
        member: Option<String>,
        /// Why.
        refusal: Refusal,
    },
}

impl Piece {
    /// What could not be cut, in the stage of reading.
    pub fn refused(number: Option<u64>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            number,
            member: None,
            refusal: Refusal::new(code, message).at(Stage::Read),
        }
    }

    /// Why a member cannot be read.
    pub fn refused_member(name: impl Into<String>, refusal: Refusal) -> Self {
        Self::Refused {
            number: None,
            member: Some(name.into()),
            refusal,
        }
    }

    /// What is larger than a record may be.
    pub(super) fn too_large(number: Option<u64>, what: &str) -> Self {
        let most = limits::RECORD_BYTES >> 20;
        let message = format!("{what} is larger than {most} MiB");
        Self::refused(number, codes::RECORD_TOO_LARGE, message)
    }
}

/// A file within a file.
#[derive(Debug, Default)]
pub struct Member {
    pub(super) name: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) extension: Option<String>,
    /// What the container says about it; what it says about itself wins.
    pub(super) given: Map<String, Value>,
}

impl Member {
    /// A member with its path in the container; bytes that are no UTF-8 are kept as they are in
    /// file names.
    pub fn new(name: impl Into<Vec<u8>>, data: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            data,
            ..Self::default()
        }
    }

    /// The extension to judge it by if its name has none that is known.
    pub fn extension(mut self, extension: impl Into<String>) -> Self {
        self.extension = Some(extension.into());
        self
    }

    /// Adds a value of source metadata, such as an address or a date, that the container knows.
    pub fn value(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        super::reader::add(&mut self.given, key.into(), Value::String(value.into()));
        self
    }
}

/// Takes a whole file as one record: the default of a [`Reader`](super::Reader).
#[derive(Debug, Default)]
pub struct Whole {
    is_done: bool,
}

impl Cutter for Whole {
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(None);
        }
        let mut data = Vec::new();
        let most = limits::RECORD_BYTES as u64 + 1;
        io::Read::take(&mut *input, most).read_to_end(&mut data)?;
        if data.len() > limits::RECORD_BYTES {
            input.give_up();
            return Ok(Some(Piece::too_large(None, "the file")));
        }
        Ok(Some(Piece::Record {
            number: None,
            start: 0,
            data,
        }))
    }
}
