//! Entries → the compiled form: names checked, parents found, keys sorted.
//!
//! The form is made to be used as it lies on disk, without being read first. Little-endian; a
//! header, then arrays of records of `u32`, then one run of text that they point into:
//!
//! | record | numbers |
//! |---|---|
//! | entry | first name, first parent, first country, first office, kind and silence, from, until |
//! | name | text, length and role and marks, language |
//! | parent | entry |
//! | country | text, length |
//! | office | role, its length, of, its length, from, until |
//! | key | text, length, first posting |
//! | posting | entry, name |
//!
//! Entries and keys have one record more than there are, so that `first` of the next ends the run.
//! Keys are in byte order; the postings of a key are in the order of roles, then of entries.

use std::collections::HashMap;

use super::entry::{Day, Entry, MAX_NAME_BYTES, Role};
use super::key::key;
use crate::{Error, ErrorKind, Result};

/// Says what the file is, and which form of it.
pub(super) const MAGIC: [u8; 4] = *b"PMV1";
/// Magic, the rules of folding, counts of entries, names, parents, countries, offices, keys,
/// postings, bytes of text; the hash of all of that and of everything that follows it.
pub(super) const HEADER: usize = 4 + 4 + 8 * 4 + HASH;
/// Where the hash stands, and how long it is.
pub(super) const HASH_AT: usize = HEADER - HASH;
pub(super) const HASH: usize = 32;

/// How many numbers the records of each array have, in the order of the header.
pub(super) const WIDTHS: [usize; 7] = [7, 3, 1, 2, 6, 3, 2];

/// How deep an entry may lie in the tree; deeper ones are refused, and so are rings.
pub(super) const MAX_DEPTH: usize = 32;

/// The most bytes a compiled vocabulary may have, so that every number in it is a `u32`.
pub(super) const MAX_BYTES: usize = 1 << 30;

/// The rules by which keys are folded: a vocabulary made by others is made anew.
pub(super) fn rules() -> [u8; 4] {
    let rules = format!("key 1, analysis {}", crate::analysis::ANALYSIS_VERSION);
    let hash = blake3::hash(rules.as_bytes());
    let mut first = [0; 4];
    first.copy_from_slice(&hash.as_bytes()[..4]);
    first
}

/// Compiles entries.
///
/// Names that mean several entries are marked as needing context; a name that comes to nothing
/// when folded (`—`) can be shown, and never looked up.
///
/// # Errors
/// [`ErrorKind::Config`] if an entry has no name, two have the same first name, a name is too
/// long, a parent does not exist, or an entry lies below itself.
pub(super) fn compile(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut table = Table::default();
    let ids = ids(entries)?;
    check_depth(entries, &ids)?;
    let mut keys: HashMap<String, Vec<(Role, u32, u32)>> = HashMap::new();
    for (id, entry) in entries.iter().enumerate() {
        for (number, name) in entry.names.iter().enumerate() {
            let folded = key(&name.text);
            if !folded.is_empty() {
                let posting = (name.role, id as u32, number as u32);
                keys.entry(folded).or_default().push(posting);
            }
        }
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort();
    let mut shared: Vec<Vec<bool>> = entries
        .iter()
        .map(|entry| vec![false; entry.names.len()])
        .collect();
    for (_, postings) in &mut keys {
        postings.sort_by_key(|&(role, id, number)| (role, number != 0, id, number));
        for &id in &tied(postings.iter().copied()) {
            for &(_, other, number) in postings.iter() {
                if other == id {
                    shared[id as usize][number as usize] = true;
                }
            }
        }
    }

    let mut firsts = Vec::with_capacity(entries.len());
    for (id, entry) in entries.iter().enumerate() {
        firsts.push([
            table.count(1),
            table.count(2),
            table.count(3),
            table.count(4),
        ]);
        for (number, name) in entry.names.iter().enumerate() {
            let marks = u32::from(name.case)
                | u32::from(name.context) << 1
                | u32::from(shared[id][number]) << 2;
            let [at, length] = table.text(&name.text)?;
            let language = name.language.as_deref().unwrap_or("");
            table.push(
                1,
                &[
                    at,
                    length | (name.role as u32) << 16 | marks << 24,
                    packed_language(language)?,
                ],
            );
        }
        for parent in &entry.parents {
            table.push(2, &[ids[parent.as_str()]]);
        }
        for country in &entry.countries {
            let text = table.text(country)?;
            table.push(3, &text);
        }
        for office in &entry.offices {
            let ([role, role_length], [of, of_length]) =
                (table.text(&office.role)?, table.text(&office.of)?);
            let (from, until) = (Day::to_stored(office.from), Day::to_stored(office.until));
            table.push(4, &[role, role_length, of, of_length, from, until]);
        }
    }
    firsts.push([
        table.count(1),
        table.count(2),
        table.count(3),
        table.count(4),
    ]);
    for (id, first) in firsts.iter().enumerate() {
        let rest = entries.get(id).map_or([0; 3], |entry| {
            let what = entry.kind as u32 | u32::from(entry.silent) << 8;
            [
                what,
                Day::to_stored(entry.from),
                Day::to_stored(entry.until),
            ]
        });
        table.push(0, first);
        table.push(0, &rest);
    }
    for (folded, postings) in &keys {
        let [at, length] = table.text(folded)?;
        let first = table.count(6);
        table.push(5, &[at, length, first]);
        for &(_, id, number) in postings {
            table.push(6, &[id, firsts[id as usize][0] + number]);
        }
    }
    let end = table.count(6);
    table.push(5, &[0, 0, end]);
    table.finish()
}

/// The entries that a key means, if it means several: those whose claim is the strongest. A first
/// name is stronger than another name, a name than a code, a code than a demonym.
pub(super) fn tied(postings: impl Iterator<Item = (Role, u32, u32)>) -> Vec<u32> {
    let best = strongest(postings);
    if best.len() > 1 { best } else { Vec::new() }
}

/// The entries with the strongest claim to a key, in order, once each.
pub(super) fn strongest(postings: impl Iterator<Item = (Role, u32, u32)>) -> Vec<u32> {
    let mut best: Vec<u32> = Vec::new();
    let mut rank = None;
    for (role, id, number) in postings.filter(|(role, ..)| role.folds()) {
        let this = (role, number != 0);
        match rank {
            Some(rank) if this > rank => continue,
            Some(rank) if this == rank => {}
            _ => best.clear(),
        }
        rank = Some(this);
        if !best.contains(&id) {
            best.push(id);
        }
    }
    best.sort_unstable();
    best
}

/// Entries by their first name.
fn ids(entries: &[Entry]) -> Result<HashMap<&str, u32>> {
    let mut ids = HashMap::new();
    for (id, entry) in entries.iter().enumerate() {
        if entry.name().trim().is_empty() {
            return Err(Error::new(ErrorKind::Config, "an entry has no name"));
        }
        if ids.insert(entry.name(), id as u32).is_some() {
            let message = format!("two entries are called `{}`", entry.name());
            return Err(Error::new(ErrorKind::Config, message)
                .with_hint("merge them, or give one of them another name"));
        }
    }
    Ok(ids)
}

/// Every parent exists, and no entry lies below itself or too deep.
fn check_depth(entries: &[Entry], ids: &HashMap<&str, u32>) -> Result<()> {
    let mut above: Vec<Vec<u32>> = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut parents = Vec::new();
        for parent in &entry.parents {
            let Some(&id) = ids.get(parent.as_str()) else {
                let message = format!("`{}`, a parent of `{}`, is unknown", parent, entry.name());
                return Err(Error::new(ErrorKind::Config, message));
            };
            parents.push(id);
        }
        above.push(parents);
    }
    // How deep an entry can lie at most; what still changes after so many rounds is a ring.
    let mut depths = vec![0; entries.len()];
    for _ in 0..=MAX_DEPTH {
        let mut changed = None;
        for (id, parents) in above.iter().enumerate() {
            for &parent in parents {
                let depth = depths[parent as usize] + 1;
                if depth > depths[id] {
                    depths[id] = depth;
                    changed = Some(id);
                }
            }
        }
        match changed {
            None => return Ok(()),
            Some(id) if depths[id] > MAX_DEPTH => {
                let message = format!(
                    "`{}` lies below itself, or more than {MAX_DEPTH} levels deep",
                    entries[id].name()
                );
                return Err(Error::new(ErrorKind::Config, message));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Two or three letters in a number; 0 for none.
fn packed_language(language: &str) -> Result<u32> {
    let is_code = language.len() <= 3 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_code {
        let message = format!("`{language}` is no code of a language");
        return Err(Error::new(ErrorKind::Config, message)
            .with_hint("use two or three small letters, such as `fr`"));
    }
    let bytes = language.bytes();
    Ok(bytes.fold(0, |number, byte| number << 8 | u32::from(byte)))
}

/// The arrays and the text while they grow.
#[derive(Default)]
struct Table {
    arrays: [Vec<u32>; 7],
    text: String,
    known: HashMap<String, u32>,
}

impl Table {
    fn count(&self, array: usize) -> u32 {
        (self.arrays[array].len() / WIDTHS[array]) as u32
    }

    fn push(&mut self, array: usize, numbers: &[u32]) {
        self.arrays[array].extend_from_slice(numbers);
    }

    /// Where a text stands, and its length; every text stands there once.
    fn text(&mut self, text: &str) -> Result<[u32; 2]> {
        if text.len() > MAX_NAME_BYTES {
            let start: String = text.chars().take(40).collect();
            let message = format!("`{start}…` is longer than {MAX_NAME_BYTES} bytes");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let at = if let Some(&at) = self.known.get(text) {
            at
        } else {
            let at = self.text.len() as u32;
            self.text.push_str(text);
            self.known.insert(text.to_owned(), at);
            at
        };
        Ok([at, text.len() as u32])
    }

    fn finish(self) -> Result<Vec<u8>> {
        let numbers: usize = self.arrays.iter().map(Vec::len).sum();
        let total = HEADER + 4 * numbers + self.text.len();
        if total > MAX_BYTES {
            let message = "the vocabulary is larger than 1 GiB";
            return Err(Error::new(ErrorKind::Config, message));
        }
        let mut out = Vec::with_capacity(total);
        out.extend(MAGIC);
        out.extend(rules());
        for (array, width) in self.arrays.iter().zip(WIDTHS) {
            out.extend(((array.len() / width) as u32).to_le_bytes());
        }
        out.extend((self.text.len() as u32).to_le_bytes());
        out.extend([0; HASH]);
        for number in self.arrays.iter().flatten() {
            out.extend(number.to_le_bytes());
        }
        out.extend(self.text.as_bytes());
        let hash = hash_of(&out);
        out[HASH_AT..HEADER].copy_from_slice(&hash);
        Ok(out)
    }
}

/// The hash of a compiled form, of everything but the hash in it.
pub(super) fn hash_of(bytes: &[u8]) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes.get(..HASH_AT).unwrap_or(bytes));
    hasher.update(bytes.get(HEADER..).unwrap_or_default());
    *hasher.finalize().as_bytes()
}
