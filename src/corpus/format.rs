//! The one place where formats are known: which reader a name or the first bytes speak of.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{Reader, Sniff, readers};

/// How the bytes of a file are read: a handle to a [`Reader`].
#[derive(Clone)]
pub struct Format(Arc<dyn Reader>);

impl Format {
    /// A format that is read by this reader.
    pub fn new(reader: impl Reader + 'static) -> Self {
        Self(Arc::new(reader))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Whether one file is one document, to which a sidecar may belong.
    pub fn is_single(&self) -> bool {
        self.0.is_single()
    }

    pub(super) fn reader(&self) -> &dyn Reader {
        &*self.0
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name()).finish()
    }
}

/// Formats are equal if they have one name.
impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

/// Every format that can be read.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    /// The last to come is asked first.
    formats: Vec<Format>,
    by_extension: HashMap<String, Format>,
    /// What was added to those that come with the crate: name and version.
    added: Vec<(String, u32)>,
}

impl Default for Readers {
    fn default() -> Self {
        let mut readers = Self {
            formats: Vec::new(),
            by_extension: HashMap::new(),
            added: Vec::new(),
        };
        for format in readers::all() {
            readers.insert(format);
        }
        readers
    }
}

impl Readers {
    /// Adds a format; it goes before those that are there.
    pub(super) fn add(&mut self, format: Format) {
        let reader = format.reader();
        self.added
            .push((reader.name().to_owned(), reader.version()));
        self.insert(format);
    }

    fn insert(&mut self, format: Format) {
        if let Some(replaced) = self.formats.iter().position(|known| *known == format) {
            self.formats.remove(replaced);
            self.by_extension.retain(|_, known| *known != format);
        }
        for extension in format.reader().extensions() {
            self.by_extension
                .insert(extension.to_ascii_lowercase(), format.clone());
        }
        self.formats.insert(0, format);
    }

    /// Names and versions of what was added.
    pub(super) fn added(&self) -> &[(String, u32)] {
        &self.added
    }

    /// The format that a file's name speaks of, by the longest extension that is known; capitals
    /// do not matter.
    pub(super) fn of_name(&self, name: &str) -> Option<&Format> {
        let name = name.rsplit('/').next().unwrap_or(name);
        let mut extensions = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
        extensions.find_map(|extension| {
            if extension.bytes().any(|byte| byte.is_ascii_uppercase()) {
                self.by_extension.get(&extension.to_ascii_lowercase())
            } else {
                self.by_extension.get(extension)
            }
        })
    }

    /// The format that the first bytes can only be of.
    pub(super) fn of_content(&self, head: &[u8]) -> Option<&Format> {
        let mut formats = self.formats.iter();
        formats.find(|format| format.reader().sniff(head) == Sniff::Yes)
    }

    /// The format of something that is called like a `named` format and begins like this: the
    /// name counts unless it lies.
    pub(super) fn settle<'a>(&'a self, named: &'a Format, head: &[u8]) -> &'a Format {
        if named.reader().sniff(head) != Sniff::No {
            return named;
        }
        self.of_content(head).unwrap_or(named)
    }
}

/// Whether a name says so little that the content has to be looked at: there is no extension, or
/// it is none that people give to files (a number, or what a mail server puts there).
pub(super) fn says_nothing(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_none_or(|extension| {
        let is_plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_number = extension.bytes().all(|byte| byte.is_ascii_digit());
        !is_plain || is_number || extension.len() > 8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Article, Material, Refusal};

    #[derive(Debug)]
    struct Fake(&'static str, &'static [&'static str]);

    impl Reader for Fake {
        fn name(&self) -> &str {
            self.0
        }

        fn extensions(&self) -> &[&str] {
            self.1
        }

        fn sniff(&self, head: &[u8]) -> Sniff {
            if head.starts_with(b"!fake") {
                Sniff::Yes
            } else {
                Sniff::No
            }
        }

        fn read(&self, _: &mut Material<'_>) -> Result<Article, Refusal> {
            Ok(Article::default())
        }
    }

    fn name_of(readers: &Readers, name: &str) -> String {
        let format = readers.of_name(name);
        format.map_or_else(String::new, |format| format.name().to_owned())
    }

    #[test]
    fn names_lead_to_formats() {
        let readers = Readers::default();
        for (name, expected) in [
            ("a.txt", "text"),
            ("a.b/c.MD", "markdown"),
            ("a.txt.jsonl", "jsonl"),
            ("a.JSON", "json"),
            ("txt", ""),
            ("a.txt/b", ""),
            ("a.nothing", ""),
            ("a.", ""),
        ] {
            assert_eq!(name_of(&readers, name), expected, "{name}");
        }
    }

    #[test]
    fn the_last_to_come_has_the_extension_and_the_name() {
        let mut readers = Readers::default();
        readers.add(Format::new(Fake("mine", &["TXT", "md.mine"])));
        for (name, expected) in [
            ("a.txt", "mine"),
            ("a.text", "text"),
            ("a.md.mine", "mine"),
            ("a.mine", ""),
            ("a.md", "markdown"),
        ] {
            assert_eq!(name_of(&readers, name), expected, "{name}");
        }
        readers.add(Format::new(Fake("mine", &["other"])));
        assert_eq!(name_of(&readers, "a.md.mine"), "");
        assert_eq!(name_of(&readers, "a.other"), "mine");
        let added = [("mine".to_owned(), 1), ("mine".to_owned(), 1)];
        assert_eq!(readers.added(), added);
    }

    #[test]
    fn content_decides_where_a_name_lies() {
        let mut readers = Readers::default();
        readers.add(Format::new(Fake("mine", &["mine"])));
        let text = readers.of_name("a.txt").unwrap();
        let mine = readers.of_name("a.mine").unwrap();
        assert_eq!(readers.settle(text, b"!fake").name(), "text");
        assert_eq!(readers.settle(mine, b"!fake").name(), "mine");
        // Nobody else knows it either, so its own reader says what is wrong.
        assert_eq!(readers.settle(mine, b"nothing").name(), "mine");
        assert_eq!(readers.of_content(b"!fake").unwrap().name(), "mine");
        assert!(readers.of_content(b"nothing").is_none());
    }

    #[test]
    fn some_extensions_say_nothing() {
        for (name, expected) in [
            ("inbox", true),
            ("1700000000.M1P2.host:2,S", true),
            ("cables.001", true),
            ("a.jpg", false),
            ("a.docx", false),
            ("README", true),
        ] {
            assert_eq!(says_nothing(name), expected, "{name}");
        }
    }
}
