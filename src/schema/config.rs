//! `pressmark.toml`: which files belong to a corpus, what feeds which field and facet, what the
//! place of a file says about it, and saved searches. The reading of the file is in `parse.rs`.

mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use parse::is_placeholder;

use crate::{Error, ErrorKind, Result, Schema};

/// A version of everything in `corpus/` that decides what documents look like. Raise it when the
/// same file would become a different document, so that existing indexes read their files again.
const READERS: u32 = 2;

/// A longer configuration file is refused: it is a mistake, not a configuration.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The configuration of a corpus; the default is what holds without a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Config {
    /// The file it was read from.
    pub path: Option<PathBuf>,
    /// The fields, facets and numbers, and what feeds them.
    pub schema: Schema,
    /// Globs of the files that belong to the corpus; empty: every file of a supported format.
    pub include: Vec<String>,
    /// Globs of the files that do not.
    pub exclude: Vec<String>,
    /// What the place of a file says about its documents; later rules win.
    pub rules: Vec<Rule>,
    /// Saved searches by name.
    pub searches: BTreeMap<String, SavedSearch>,
}

/// Metadata for the documents of the files whose path fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// A glob in which `{name}` captures a segment, or part of one, as the value of that name.
    pub path: String,
    /// Values by the name of a facet, number or field.
    pub set: BTreeMap<String, Vec<String>>,
    /// The encoding of the files, as it is called on the web; byte order marks win over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

/// A query with a name, asked as `@name`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedSearch {
    /// The query as written.
    pub query: String,
}

impl Config {
    /// The fields that a rule can give; id, body and text always come from the record.
    pub(crate) const RULE_FIELDS: [&'static str; 4] = ["date", "language", "title", "url"];

    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if it cannot be read, and as [`Config::parse`].
    pub fn load(path: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|source| Error::io(path, "open", source))?;
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| Error::io(path, "read", source))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Error::new(
                ErrorKind::Config,
                format!("`{}` is larger than 1 MiB", path.display()),
            )
            .with_path(path));
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes[..error.valid_up_to()].split(|&byte| byte == b'\n');
            let line = before.count();
            Error::new(
                ErrorKind::Config,
                format!("{}:{line}: the text is not UTF-8", path.display()),
            )
            .with_path(path)
            .with_hint("save the file as UTF-8")
        })?;
        Self::parse(text, path)
    }

    /// Reads the text of a configuration file; `path` is what errors call it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], beginning with file and line, and naming
    /// the nearest known key where one is unknown. Globs are compiled by
    /// [`Corpus::new`](crate::corpus::Corpus::new).
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        parse::parse(text, path)
    }

    /// Digests of everything that decides what documents look like; not of which files belong to
    /// the corpus, and not of saved searches.
    pub(crate) fn digests(&self) -> Digests {
        let fields = &self.schema.fields;
        // The text that a record holds is not kept with its metadata: a key that reaches into it
        // needs the file.
        let reaches_text = |keys: &[String]| {
            keys.iter()
                .any(|key| fields.body.iter().any(|body| may_meet(key, body)))
        };
        let facets = self.schema.facets.iter();
        let numbers = self.schema.numbers.iter();
        let others = [&fields.date, &fields.url, &fields.language];
        let text = (
            READERS,
            (&fields.id, &fields.title, &fields.body),
            facets
                .filter(|facet| reaches_text(&facet.keys))
                .collect::<Vec<_>>(),
            numbers
                .filter(|number| reaches_text(&number.keys))
                .collect::<Vec<_>>(),
            others.map(|keys| reaches_text(keys).then_some(keys)),
            self.rules
                .iter()
                .filter_map(Rule::about_text)
                .collect::<Vec<_>>(),
        );
        Digests {
            text: digest(&text),
            values: digest(&(&self.schema, &self.rules)),
            tags: String::new(),
        }
    }
}

/// What documents were made with, in two parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Digests {
    /// What decides ids, titles and texts, and whatever else needs the file itself.
    pub(crate) text: String,
    /// What decides dates, facets and the rest, which the kept metadata suffice for.
    pub(crate) values: String,
    /// What decides which values are found in texts; empty if nobody says, or if documents were
    /// made with several.
    pub(crate) tags: String,
}

impl Digests {
    /// All of them in one word.
    pub(crate) fn join(&self) -> String {
        let Self { text, values, tags } = self;
        if tags.is_empty() {
            format!("{text}-{values}")
        } else {
            format!("{text}-{values}-{tags}")
        }
    }

    /// Reads what [`join`](Self::join) wrote; whatever else it is, it is equal to nothing.
    pub(crate) fn split(word: &str) -> Self {
        let (text, rest) = word.split_once('-').unwrap_or_default();
        let (values, tags) = rest.split_once('-').unwrap_or((rest, ""));
        Self {
            text: text.to_owned(),
            values: values.to_owned(),
            tags: tags.to_owned(),
        }
    }
}

impl Rule {
    /// What the rule has to do with titles and texts, if anything.
    fn about_text(&self) -> Option<impl Serialize> {
        let (set, encoding) = (self.set.get("title"), self.encoding.as_ref());
        let is_about = set.is_some() || encoding.is_some() || self.path.contains("{title}");
        is_about.then_some((&self.path, set, encoding))
    }
}

/// Whether two keys can lead to the same value, or one into the value of the other.
fn may_meet(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let leads_into = |long: &str, short: &str| {
        long.strip_prefix(short)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    leads_into(&a, &b) || leads_into(&b, &a)
}

/// The first half of a BLAKE3 hash, in hexadecimal.
fn digest(decisive: &impl Serialize) -> String {
    let json = serde_json::to_vec(decisive).expect("plain data with text as keys");
    blake3::hash(&json).to_hex()[..32].to_owned()
}
