//! The compiled form in use: entries, names and keys read where they lie.
//!
//! Opening checks that the arrays fill the bytes exactly, in a time that does not grow with them;
//! reading never trusts a number, so damaged bytes give wrong names at worst, and
//! [`Vocabulary::verify`] finds them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::compile;
use super::compile::{HASH, HASH_AT, HEADER, MAGIC, MAX_DEPTH, WIDTHS, hash_of, rules, strongest};
use super::entry::{Day, Entry, Kind, Name, Office, Role};
use super::key::key;
use crate::schema::near_miss::suggest;
use crate::{Error, ErrorKind, Result};

/// Names of things that belong together, and the tree they stand in.
#[derive(Clone)]
pub struct Vocabulary {
    bytes: Bytes,
    counts: [u32; 7],
    /// Where each array begins, and at last the text.
    starts: [usize; 8],
}

/// Where the bytes are.
#[derive(Clone)]
enum Bytes {
    Bundled(&'static [u8]),
    Shared(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Bundled(bytes) => bytes,
            Self::Shared(bytes) => (**bytes).as_ref(),
        }
    }
}

/// An entry of one vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub(super) u32);

impl EntryId {
    /// The entry of a number, as [`number`](Self::number) gave it.
    pub fn of_number(number: u32) -> Self {
        Self(number)
    }

    /// Its number, from 0 in the order of the entries.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// What a written name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// No entry has it.
    Unknown,
    /// One entry has it, or has the strongest claim to it.
    One(EntryId),
    /// Several entries have it.
    Several(Vec<EntryId>),
}

const ENTRIES: usize = 0;
const NAMES: usize = 1;
const PARENTS: usize = 2;
const COUNTRIES: usize = 3;
const OFFICES: usize = 4;
const KEYS: usize = 5;
const POSTINGS: usize = 6;

impl Vocabulary {
    /// Compiles entries.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if an entry has no name, two have the same first name, a name is too
    /// long, a parent does not exist, or an entry lies below itself.
    pub fn compile(entries: &[Entry]) -> Result<Self> {
        Self::from_shared(Arc::new(compile::compile(entries)?))
    }

    /// Opens a compiled form that is part of the program.
    pub(super) fn from_static(bytes: &'static [u8]) -> Result<Self> {
        Self::new(Bytes::Bundled(bytes))
    }

    /// Opens a compiled form: mapped from a file, or in memory. Only its lengths are checked;
    /// [`verify`](Self::verify) checks the rest.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] if the bytes are not a compiled vocabulary, or not all of one;
    /// [`ErrorKind::Version`] if another version of this crate folded its names.
    pub fn from_shared(bytes: Arc<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self> {
        Self::new(Bytes::Shared(bytes))
    }

    /// Reads a compiled form and checks all of it.
    ///
    /// # Errors
    /// As [`from_shared`](Self::from_shared) and [`verify`](Self::verify).
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        let vocabulary = Self::from_shared(Arc::new(bytes))?;
        vocabulary.verify()?;
        Ok(vocabulary)
    }

    fn new(bytes: Bytes) -> Result<Self> {
        let (counts, starts) = shape(bytes.get())?;
        Ok(Self {
            bytes,
            counts,
            starts,
        })
    }

    /// Checks every byte against the hash that was taken when the form was made.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`].
    pub fn verify(&self) -> Result<()> {
        if hash_of(self.as_bytes()) == self.hash() {
            Ok(())
        } else {
            Err(damaged("its bytes are not those that were written"))
        }
    }

    /// The compiled form, to be written to a file.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get()
    }

    /// The hash of the whole: two vocabularies with equal hashes say the same.
    pub fn hash(&self) -> [u8; HASH] {
        let bytes = self.as_bytes().get(HASH_AT..HEADER);
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.counts[ENTRIES].saturating_sub(1) as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many different names can be looked up.
    pub fn key_count(&self) -> usize {
        self.counts[KEYS].saturating_sub(1) as usize
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = EntryRef<'_>> {
        (0..self.len() as u32).map(|id| self.entry(EntryId(id)))
    }

    /// An entry; one of another vocabulary may be empty, or another.
    pub fn entry(&self, id: EntryId) -> EntryRef<'_> {
        EntryRef {
            vocabulary: self,
            id: id.0,
        }
    }

    /// What a written name means, whatever its case, accents and signs.
    pub fn look_up(&self, name: &str) -> Meaning {
        self.look_up_key(&key(name))
    }

    /// The name that was probably meant by one that no entry has.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let names = self.entries().flat_map(|entry| entry.names());
        let names = names.filter(|name| matches!(name.role, Role::Name | Role::Demonym));
        suggest(name, names.map(|name| name.text))
    }

    /// What a folded name means.
    pub(super) fn look_up_key(&self, key: &str) -> Meaning {
        let Some(number) = self.find_key(key) else {
            return Meaning::Unknown;
        };
        let postings = self.postings(number).map(|(id, name)| {
            let first = self.number(ENTRIES, id, 0);
            (self.role(name), id, name.wrapping_sub(first))
        });
        let best = strongest(postings);
        match best.as_slice() {
            [] => Meaning::Unknown,
            [one] => Meaning::One(EntryId(*one)),
            several => Meaning::Several(several.iter().map(|&id| EntryId(id)).collect()),
        }
    }

    /// Every folded name, in order, with what it means.
    pub fn keys(&self) -> impl Iterator<Item = (&str, Meaning)> {
        (0..self.key_count() as u32).map(|number| {
            let key = self.key_text(number);
            (key, self.look_up_key(key))
        })
    }

    /// Every entry that has a folded name, however weak its claim.
    pub(super) fn having(&self, key: &str) -> Vec<EntryId> {
        let postings = self.find_key(key).map(|number| self.postings(number));
        let postings = postings.into_iter().flatten();
        let folding = postings.filter(|&(_, name)| self.role(name).folds());
        folding.map(|(id, _)| EntryId(id)).collect()
    }

    fn find_key(&self, wanted: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.key_count() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.key_bytes(middle).cmp(wanted.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn key_text(&self, number: u32) -> &str {
        self.text(self.number(KEYS, number, 0), self.number(KEYS, number, 1))
    }

    /// Names are compared byte by byte, which is the order of their letters.
    fn key_bytes(&self, number: u32) -> &[u8] {
        self.text_bytes(self.number(KEYS, number, 0), self.number(KEYS, number, 1))
    }

    /// Entries and names of a key.
    fn postings(&self, key: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.run(KEYS, key, 2, POSTINGS).map(|posting| {
            let id = self.number(POSTINGS, posting, 0);
            let name = self.number(POSTINGS, posting, 1);
            (id, name)
        })
    }

    fn role(&self, name: u32) -> Role {
        Role::from_u8((self.number(NAMES, name, 1) >> 16) as u8)
    }

    /// The records that a record points to: from its own first one to that of the next.
    fn run(&self, array: usize, record: u32, column: usize, of: usize) -> Range<u32> {
        let first = self.number(array, record, column);
        let end = self.number(array, record.saturating_add(1), column);
        first..end.min(self.counts[of])
    }

    /// A number of a record; 0 outside of the array.
    fn number(&self, array: usize, record: u32, column: usize) -> u32 {
        if record >= self.counts[array] {
            return 0;
        }
        let at = self.starts[array] + 4 * (record as usize * WIDTHS[array] + column);
        self.as_bytes()
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_le_bytes)
    }

    /// A part of the text; empty for what is no text.
    fn text(&self, at: u32, length: u32) -> &str {
        std::str::from_utf8(self.text_bytes(at, length)).unwrap_or("")
    }

    fn text_bytes(&self, at: u32, length: u32) -> &[u8] {
        let start = self.starts[7].saturating_add(at as usize);
        let end = start.saturating_add((length & 0xFFFF) as usize);
        self.as_bytes().get(start..end).unwrap_or_default()
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vocabulary")
            .field("entries", &self.len())
            .field("keys", &self.key_count())
            .field("bytes", &self.as_bytes().len())
            .finish()
    }
}

/// The counts of the arrays and where they begin, if they fill the bytes.
fn shape(bytes: &[u8]) -> Result<([u32; 7], [usize; 8])> {
    if bytes.get(..4) != Some(&MAGIC) || bytes.len() < HEADER {
        return Err(damaged("it does not begin as one does"));
    }
    if bytes.get(4..8) != Some(&rules()) {
        return Err(Error::new(
            ErrorKind::Version,
            "the compiled vocabulary was made by another version of the rules of folding",
        )
        .with_hint("compile it again from its files"));
    }
    let number = |index: usize| {
        let at = 8 + 4 * index;
        let bytes = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let shape = || {
        let mut counts = [0; 7];
        let mut starts = [HEADER; 8];
        for (array, width) in WIDTHS.into_iter().enumerate() {
            counts[array] = number(array)?;
            let length = (counts[array] as usize).checked_mul(4 * width)?;
            starts[array + 1] = starts[array].checked_add(length)?;
        }
        let end = starts[7].checked_add(number(7)? as usize)?;
        (end == bytes.len()).then_some((counts, starts))
    };
    shape().ok_or_else(|| damaged("its parts do not make up the whole"))
}

fn damaged(what: &str) -> Error {
    Error::new(
        ErrorKind::Damaged,
        format!("the compiled vocabulary is damaged: {what}"),
    )
    .with_hint("compile it again from its files")
}

/// An entry, read where it lies.
#[derive(Clone, Copy)]
pub struct EntryRef<'a> {
    vocabulary: &'a Vocabulary,
    id: u32,
}

/// A name of an entry, read where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameRef<'a> {
    /// The name as it is written.
    pub text: &'a str,
    /// How it speaks of the entry.
    pub role: Role,
    /// In a text it is the name only if the case is the same.
    pub case: bool,
    /// It is a name of other things as well: someone said so, or another entry has it, too.
    pub context: bool,
    said: bool,
    language: u32,
}

impl NameRef<'_> {
    /// The language, if it is a name in one alone.
    pub fn language(&self) -> Option<String> {
        let bytes = self.language.to_be_bytes();
        let letters = bytes.into_iter().filter(|&byte| byte != 0);
        let language: String = letters.map(char::from).collect();
        (!language.is_empty()).then_some(language)
    }

    fn to_name(self) -> Name {
        Name {
            text: self.text.to_owned(),
            language: self.language(),
            role: self.role,
            case: self.case,
            context: self.said,
        }
    }
}

impl<'a> EntryRef<'a> {
    /// Its number in the vocabulary.
    pub fn id(&self) -> EntryId {
        EntryId(self.id)
    }

    /// The name under which it is shown.
    pub fn name(&self) -> &'a str {
        self.names().next().map_or("", |name| name.text)
    }

    /// Its names; the first is the one under which it is shown.
    pub fn names(&self) -> impl Iterator<Item = NameRef<'a>> + use<'a> {
        let vocabulary = self.vocabulary;
        vocabulary.run(ENTRIES, self.id, 0, NAMES).map(move |name| {
            let what = vocabulary.number(NAMES, name, 1);
            NameRef {
                text: vocabulary.text(vocabulary.number(NAMES, name, 0), what),
                role: Role::from_u8((what >> 16) as u8),
                case: what >> 24 & 1 == 1,
                context: what >> 25 & 3 != 0,
                said: what >> 25 & 1 == 1,
                language: vocabulary.number(NAMES, name, 2),
            }
        })
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        Kind::from_u8(self.what() as u8)
    }

    /// Whether it is known, and not shown, counted or looked for.
    pub fn is_silent(&self) -> bool {
        self.what() >> 8 & 1 == 1
    }

    fn what(&self) -> u32 {
        self.vocabulary.number(ENTRIES, self.id, 4)
    }

    /// The day it began, for what has not always been.
    pub fn from(&self) -> Option<Day> {
        Day::from_stored(self.vocabulary.number(ENTRIES, self.id, 5))
    }

    /// The day it ended, for what is no more.
    pub fn until(&self) -> Option<Day> {
        Day::from_stored(self.vocabulary.number(ENTRIES, self.id, 6))
    }

    /// The entries it belongs to; the first makes its path in the tree.
    pub fn parents(&self) -> impl Iterator<Item = EntryId> + use<'a> {
        let vocabulary = self.vocabulary;
        vocabulary
            .run(ENTRIES, self.id, 1, PARENTS)
            .map(move |parent| EntryId(vocabulary.number(PARENTS, parent, 0)))
    }

    /// The codes of the countries it has to do with.
    pub fn countries(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let vocabulary = self.vocabulary;
        vocabulary
            .run(ENTRIES, self.id, 2, COUNTRIES)
            .map(move |country| {
                let number = |column| vocabulary.number(COUNTRIES, country, column);
                vocabulary.text(number(0), number(1))
            })
    }

    /// The offices of a person.
    pub fn offices(&self) -> impl Iterator<Item = Office> + use<'a> {
        let vocabulary = self.vocabulary;
        vocabulary
            .run(ENTRIES, self.id, 3, OFFICES)
            .map(move |office| {
                let number = |column| vocabulary.number(OFFICES, office, column);
                Office {
                    role: vocabulary.text(number(0), number(1)).to_owned(),
                    of: vocabulary.text(number(2), number(3)).to_owned(),
                    from: Day::from_stored(number(4)),
                    until: Day::from_stored(number(5)),
                }
            })
    }

    /// From the top of the tree down to the entry itself, by first parents.
    pub fn path(&self) -> Vec<EntryId> {
        let mut path = vec![self.id()];
        let mut at = *self;
        while let Some(parent) = at.parents().next().filter(|_| path.len() <= MAX_DEPTH) {
            path.push(parent);
            at = self.vocabulary.entry(parent);
        }
        path.reverse();
        path
    }

    /// Everything it belongs to, by all parents, once each and without itself, in order.
    pub fn ancestors(&self) -> Vec<EntryId> {
        let mut found: Vec<EntryId> = Vec::new();
        let mut open = vec![self.id()];
        while let Some(id) = open.pop() {
            for parent in self.vocabulary.entry(id).parents() {
                if parent.0 != self.id && !found.contains(&parent) {
                    found.push(parent);
                    open.push(parent);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The entry on its own, as it was put together.
    pub fn to_entry(&self) -> Entry {
        let name_of = |id| self.vocabulary.entry(id).name().to_owned();
        Entry {
            names: self.names().map(NameRef::to_name).collect(),
            kind: self.kind(),
            parents: self.parents().map(name_of).collect(),
            countries: self.countries().map(str::to_owned).collect(),
            from: self.from(),
            until: self.until(),
            offices: self.offices().collect(),
            silent: self.is_silent(),
        }
    }
}

impl fmt::Debug for EntryRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.name())
    }
}
