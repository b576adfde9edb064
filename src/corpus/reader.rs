//! What a reader of a format is: how it is recognised, how its files are cut into records, and
//! what it makes of the bytes of one record.
//!
//! Everything that can be read is read by a [`Reader`], those that come with this crate and those
//! that a program adds with [`Corpus::with_reader`](super::Corpus::with_reader) alike.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::Encoding;
use serde_json::{Map, Value};

use super::budget::Budget;
use super::read::{declared_text, unified};
use super::{Cutter, Note, Stage, Whole, codes, decode};
use crate::schema::FieldKeys;

/// Reads the files of one format.
///
/// A reader has no state: it is shared by all threads. What it is given is hostile, so it must
/// neither panic nor loop nor take memory that is not bounded by the size of what it reads; if it
/// panics all the same, that costs one record.
///
/// ```
/// use pressmark::corpus::{Article, Corpus, Entry, Material, Reader, Refusal};
///
/// /// Bulletins: the headline in the first line, then `key: value` lines, then the text.
/// #[derive(Debug)]
/// struct Bulletin;
///
/// impl Reader for Bulletin {
///     fn name(&self) -> &str {
///         "bulletin"
///     }
///
///     fn extensions(&self) -> &[&str] {
///         &["bul"]
///     }
///
///     fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
///         let text = material.text()?;
///         let (head, body) = text
///             .split_once("\n\n")
///             .ok_or_else(|| Refusal::new("bulletin", "there is no blank line in it"))?;
///         let mut lines = head.lines();
///         let mut article = Article::new(body.trim());
///         if let Some(title) = lines.next() {
///             article = article.title(title);
///         }
///         for (key, value) in lines.filter_map(|line| line.split_once(':')) {
///             article = article.value(key.trim(), value.trim());
///         }
///         Ok(article)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let text = "Lock reopens\ncountry: Panama\ndate: 1999-12-31\n\nShips pass again.\n";
/// # std::fs::write(folder.path().join("lock.bul"), text)?;
/// let corpus = Corpus::new(folder.path(), Default::default())?.with_reader(Bulletin);
/// for entry in corpus.walk()? {
///     let Entry::File(file) = entry else { continue };
///     for record in corpus.records(&file)? {
///         let document = corpus.document(&file, record?)?.document;
///         assert_eq!(document.title, "Lock reopens");
///         assert_eq!(document.facets["country"], ["Panama"]);
///         assert_eq!(document.body, "Ships pass again.");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub trait Reader: fmt::Debug + Send + Sync {
    /// What the format is called: a short word in lower case. A reader replaces one of the same
    /// name that was there before.
    fn name(&self) -> &str;

    /// The extensions of its files, in lower case and without the first full stop; one may have
    /// more than one part (`tar.gz`). Of two readers with one extension, the last to come has it.
    fn extensions(&self) -> &[&str];

    /// Raised whenever the same bytes would become another document: existing indexes then read
    /// their files again.
    fn version(&self) -> u32 {
        1
    }

    /// What the first bytes of a file or member say; as many as there are, up to a few thousand.
    fn sniff(&self, _head: &[u8]) -> Sniff {
        Sniff::Unsure
    }

    /// Whether one file is one document: then a sidecar may belong to it, and its name serves as
    /// a title if it has none.
    fn is_single(&self) -> bool {
        true
    }

    /// Whether a file holds others ([`Piece::Member`](super::Piece::Member)); how deep such files
    /// may lie in each other is bounded.
    fn is_container(&self) -> bool {
        false
    }

    /// What cuts a file into records. The default takes all of it as one.
    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(Whole::default())
    }

    /// Makes an article of the bytes of one record: the expensive part, for many threads at once.
    ///
    /// # Errors
    /// Why there is no article in it. Whatever is only odd should be a note instead.
    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal>;
}

/// What the first bytes of a file say about its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sniff {
    /// It is of another format, whatever its name says.
    No,
    /// They tell nothing; the name decides.
    Unsure,
    /// It is of this format: no other begins like this.
    Yes,
}

/// The bytes of one record, with what is known about them.
#[derive(Debug)]
pub struct Material<'r> {
    pub(super) name: &'r str,
    pub(super) bytes: &'r [u8],
    /// The encoding that a rule gives to the file.
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) fields: &'r FieldKeys,
    /// What stands beside the file, and wins over what it says itself.
    pub(super) sidecar: Map<String, Value>,
    pub(super) notes: Vec<Note>,
    pub(super) budget: Budget,
}

impl<'r> Material<'r> {
    /// The path of the file, or of the member in its container.
    pub fn name(&self) -> &'r str {
        self.name
    }

    /// The bytes of the record.
    pub fn bytes(&self) -> &'r [u8] {
        self.bytes
    }

    /// The bytes as text, without a byte order mark. What has to be guessed or replaced is noted.
    ///
    /// # Errors
    /// A refusal with the code `binary` if the bytes are no text.
    pub fn text(&mut self) -> Result<Cow<'r, str>, Refusal> {
        self.text_as(None)
    }

    /// As [`text`](Self::text), in the encoding that the content declares (`iso-8859-1`). A byte
    /// order mark, a rule of the configuration, and valid UTF-8 win over what is declared.
    ///
    /// # Errors
    /// A refusal with the code `binary` if the bytes are no text.
    pub fn text_as(&mut self, declared: Option<&str>) -> Result<Cow<'r, str>, Refusal> {
        self.decode(self.bytes, declared)
    }

    /// Turns other bytes of the same origin (a part of a message) into text.
    ///
    /// # Errors
    /// A refusal with the code `binary` if the bytes are no text.
    pub fn decode<'b>(
        &mut self,
        bytes: &'b [u8],
        declared: Option<&str>,
    ) -> Result<Cow<'b, str>, Refusal> {
        let hints = decode::Hints {
            rule: self.encoding,
            declared,
        };
        decode::decode(bytes, hints, &mut self.notes).map_err(|decode::Binary| {
            Refusal::new(codes::BINARY, "not text: there are NUL bytes").at(Stage::Decode)
        })
    }

    /// Notes something that was guessed, cut or left out; the code is a short word, always the
    /// same for the same thing.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.notes.push(Note::new(code, message));
    }

    /// What is left of what this record may cost.
    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Which source keys feed the fields.
    pub(crate) fn fields(&self) -> &'r FieldKeys {
        self.fields
    }

    /// The title that the sidecar, or else these metadata, declare.
    pub(crate) fn declared_title(&self, metadata: &Map<String, Value>) -> Option<String> {
        let keys = &self.fields.title;
        declared_text(&self.sidecar, keys).or_else(|| declared_text(metadata, keys))
    }
}

/// What a reader makes of a record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// The title that stands in the text, and is not in the body; only used if none is declared.
    pub(crate) title: Option<String>,
    pub(crate) body: String,
    /// What the record says about itself, by the names that it uses: the configuration decides
    /// which of them feed fields and facets.
    pub(crate) metadata: Map<String, Value>,
}

impl Article {
    /// An article with this text; paragraphs are apart by blank lines.
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }

    /// Sets the title; a title that the metadata declare wins.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a value of the source metadata; several of one key become a list. The configuration
    /// decides which keys feed the date, the address, the language, and the facets.
    pub fn value(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        add(&mut self.metadata, key.into(), Value::String(value.into()));
        self
    }

    /// An article out of structured data: the text is what the keys of the field say, and is
    /// taken out of the metadata.
    pub(crate) fn structured(mut metadata: Map<String, Value>, fields: &FieldKeys) -> Self {
        let body = super::read::take_body(&mut metadata, &fields.body);
        Self {
            title: None,
            body: unified(&body).into_owned(),
            metadata,
        }
    }
}

/// Adds a value to a key; the second one makes a list.
pub(crate) fn add(metadata: &mut Map<String, Value>, key: String, value: Value) {
    match metadata.get_mut(&key) {
        None => {
            metadata.insert(key, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => {
            let values = vec![first.take(), value];
            *first = Value::Array(values);
        }
    }
}

/// Why there is no document in some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub(crate) stage: Stage,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal while parsing. The code is a short word, always the same for the same reason; the
    /// message is for people.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            stage: Stage::Parse,
            code,
            message: message.into(),
        }
    }

    /// Sets how far it came.
    pub fn at(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
