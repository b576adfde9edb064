//! How files are cut into records: one at a time, in one pass, in bounded memory.

use std::fmt;
use std::io::{self, Read};

use serde_json::{Map, Value};

use super::budget::Gap;
use super::{Input, Refusal, Stage, codes, limits};

/// Cuts a file, or a member of a container, into its records. There is a new one for each.
pub trait Cutter: fmt::Debug + Send {
    /// The next piece, or `None` at the end. Numbers of records must grow. What is wrong with one
    /// piece is a [`Piece::Refused`], after which it may go on.
    ///
    /// # Errors
    /// What the input said; nothing more is asked for after that.
    fn next(&mut self, input: &mut Input) -> io::Result<Option<Piece>>;

    /// Whether it goes on after a part of the input was lost, which was said already: what it is
    /// given next comes from somewhere behind that part. It then has to look for a beginning.
    fn resume(&mut self) -> bool {
        false
    }
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
    /// A record that was put together: a part of the file, with what the file says elsewhere for
    /// all of its records, such as the names of columns.
    Excerpt {
        /// Its number in a file that holds many, counted from 1.
        number: Option<u64>,
        /// The first byte of its own part in the file or member.
        start: u64,
        /// The byte after the last one of that part.
        end: u64,
        /// Everything that its reader needs.
        data: Vec<u8>,
    },
    /// A file within the file, to be read by whoever reads such files. It is cut to its end before
    /// the next piece is asked for.
    Member(Member),
    /// The same file without what it was packed in; the name of the member is its name without
    /// the extension that says so.
    Unpacked(Member),
    /// What could not be cut.
    Refused {
        /// The number of the record, if it has one; otherwise this is about the whole file, or
        /// the rest of it.
        number: Option<u64>,
        /// The name of the member, if this is about one.
        member: Option<Vec<u8>>,
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
    pub fn refused_member(name: impl Into<Vec<u8>>, refusal: Refusal) -> Self {
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
#[derive(Debug)]
pub struct Member {
    pub(super) name: Vec<u8>,
    pub(super) content: Content,
    pub(super) extension: Option<String>,
    pub(super) charset: Option<String>,
    /// How to go on behind what is damaged.
    pub(super) gap: Option<Gap>,
    /// What the container says about it; what it says about itself wins.
    pub(super) given: Map<String, Value>,
}

/// Where the bytes of a member are.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Stream(Box<dyn Read + Send>),
    /// So many of the next bytes of the input that the container is read from.
    Section(u64),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Section(length) => write!(f, "the next {length} bytes"),
        }
    }
}

impl Member {
    /// A member with its path in the container; bytes that are no UTF-8 are kept as they are in
    /// file names.
    pub fn new(name: impl Into<Vec<u8>>, data: Vec<u8>) -> Self {
        Self::of(name.into(), Content::Bytes(data))
    }

    /// A member that is unpacked while it is read. An error that is none of the system means that
    /// it is damaged.
    pub fn stream(name: impl Into<Vec<u8>>, content: impl Read + Send + 'static) -> Self {
        Self::of(name.into(), Content::Stream(Box::new(content)))
    }

    /// A member that is so many of the next bytes of the input. When the next piece is asked for,
    /// the input may be anywhere between the first of them and the last.
    pub fn section(name: impl Into<Vec<u8>>, length: u64) -> Self {
        Self::of(name.into(), Content::Section(length))
    }

    fn of(name: Vec<u8>, content: Content) -> Self {
        Self {
            name,
            content,
            extension: None,
            charset: None,
            gap: None,
            given: Map::new(),
        }
    }

    /// As [`stream`](Self::stream), for one that can go on behind a part that is damaged.
    pub(super) fn mendable(
        name: impl Into<Vec<u8>>,
        content: impl Read + Send + 'static,
        gap: Gap,
    ) -> Self {
        let mut member = Self::stream(name, content);
        member.gap = Some(gap);
        member
    }

    /// The extension to judge it by, whatever its name says.
    pub fn extension(mut self, extension: impl Into<String>) -> Self {
        self.extension = Some(extension.into());
        self
    }

    /// The encoding that it was sent with; byte order marks, rules and valid UTF-8 win over it.
    pub fn charset(mut self, label: impl Into<String>) -> Self {
        self.charset = Some(label.into());
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
