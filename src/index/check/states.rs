//! The states that an index folder describes, and which of them `CURRENT` names.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::report::{Damage, DamageCode, Part};
use crate::index::generation::{Generation, description, parse, parse_current};
use crate::index::home::{CURRENT, GENERATIONS};
use crate::index::seal::object_is_intact;
use crate::{Error, ErrorKind, Result};

/// How often to look again when a writer publishes meanwhile.
const ATTEMPTS: usize = 20;

/// What a folder describes.
#[derive(Debug, Default)]
pub(in crate::index) struct States {
    /// The newest published state, if that can be told.
    pub(in crate::index) newest: Option<u64>,
    /// Described states that were published, newest first.
    pub(in crate::index) kept: Vec<Described>,
    /// The numbers of descriptions that were never published.
    pub(in crate::index) unpublished: Vec<u64>,
    /// What is wrong with `CURRENT`, and with descriptions.
    pub(in crate::index) damage: Vec<Damage>,
}

/// A state as its description says.
#[derive(Debug)]
pub(in crate::index) struct Described {
    pub(in crate::index) number: u64,
    /// The hash of the description, by which `CURRENT` names it.
    pub(in crate::index) hash: String,
    /// Absent if the description is damaged.
    pub(in crate::index) generation: Option<Generation>,
    /// Whether its seal vouches for every byte.
    whole: bool,
    /// The description, until it is known whether it matters.
    bytes: Vec<u8>,
    /// Held as by a reader, so that its files stay. Not on every file system.
    _hold: Option<File>,
}

impl States {
    /// Reads `CURRENT` and the descriptions; looks again while a writer moves them on.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the folder cannot be listed; [`ErrorKind::Version`].
    pub(in crate::index) fn read(folder: &Path) -> Result<Self> {
        let mut attempt = 0;
        loop {
            let current = fs::read(folder.join(CURRENT));
            let states = Self::of(folder, current.as_ref())?;
            attempt += 1;
            let moved_on = || fs::read(folder.join(CURRENT)).ok() != current.as_ref().ok().cloned();
            if states.damage.is_empty() || attempt >= ATTEMPTS || !moved_on() {
                return Ok(states);
            }
        }
    }

    fn of(folder: &Path, current: Result<&Vec<u8>, &io::Error>) -> Result<Self> {
        let mut states = Self::default();
        let mut described = Vec::new();
        for number in numbers(folder)? {
            match Described::read(folder, number) {
                Ok(state) => described.push(state),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    states
                        .damage
                        .push(about(number, DamageCode::Unreadable, error.to_string()));
                }
            }
        }
        described.sort_by_key(|state| std::cmp::Reverse(state.number));
        let named = match current {
            Err(error) => Err(match error.kind() {
                io::ErrorKind::NotFound => (DamageCode::Missing, "it is missing".to_owned()),
                _ => (DamageCode::Unreadable, error.to_string()),
            }),
            Ok(bytes) => parse_current(bytes).ok_or_else(|| {
                let message = "it does not name a generation and its hash";
                (DamageCode::Malformed, message.to_owned())
            }),
        };
        let named = named.and_then(|(number, hash)| states.judge(&described, number, &hash));
        match named {
            Ok(number) => {
                states.newest = Some(number);
                let beyond = described.iter().filter(|state| state.number > number);
                states.unpublished = beyond.map(|state| state.number).collect();
                described.retain(|state| state.number <= number);
            }
            Err((code, message)) => {
                let whole = described.iter().filter(|state| state.whole);
                states.newest = whole.map(|state| state.number).max();
                states.damage.push(Damage {
                    path: CURRENT.to_owned(),
                    part: Part::Current,
                    code,
                    message,
                    costs: "the index cannot be opened".to_owned(),
                    generations: Vec::new(),
                    segment: None,
                    documents: 0,
                });
            }
        }
        for state in &mut described {
            state.settle(folder, states.newest, &mut states.damage)?;
        }
        states.kept = described;
        Ok(states)
    }

    /// The number of the newest state, or what is wrong with `CURRENT`, given what that says.
    fn judge(
        &mut self,
        described: &[Described],
        number: u64,
        hash: &str,
    ) -> Result<u64, (DamageCode, String)> {
        let named = described.iter().find(|state| state.number == number);
        if named.is_some_and(|state| state.hash == hash) {
            return Ok(number);
        }
        if let Some(meant) = described.iter().find(|state| state.hash == hash) {
            let message = format!(
                "it names generation {number} by the hash of generation {}",
                meant.number
            );
            return Err((DamageCode::WrongHash, message));
        }
        match named {
            Some(state) if state.whole => {
                let message = format!("the hash it names is not that of generation {number}");
                Err((DamageCode::WrongHash, message))
            }
            Some(_) => Ok(number),
            None => {
                let known = self
                    .damage
                    .iter()
                    .any(|damage| damage.generations == [number]);
                if !known {
                    let message = "it is missing, and `CURRENT` names it".to_owned();
                    self.damage
                        .push(about(number, DamageCode::Missing, message));
                }
                Ok(number)
            }
        }
    }
}

impl Described {
    fn read(folder: &Path, number: u64) -> io::Result<Self> {
        let path = description(folder, number);
        let file = File::open(&path)?;
        // Where locks are not to be had, a writer elsewhere is not to be had either.
        let hold = file.lock_shared().is_ok().then_some(file);
        // Between opening and locking, a sweep may have taken the file away.
        let bytes = fs::read(&path)?;
        Ok(Self {
            number,
            hash: blake3::hash(&bytes).to_hex().to_string(),
            generation: None,
            whole: object_is_intact(&bytes),
            bytes,
            _hold: hold,
        })
    }

    /// Reads what the description says, now that it is known to matter.
    fn settle(
        &mut self,
        folder: &Path,
        newest: Option<u64>,
        damage: &mut Vec<Damage>,
    ) -> Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        if !self.whole {
            let message = "its bytes are not those that were written".to_owned();
            damage.push(about(self.number, DamageCode::WrongHash, message));
            return Ok(());
        }
        match parse(&description(folder, self.number), &bytes) {
            Ok(generation) if generation.number == self.number => {
                self.generation = Some(generation);
            }
            Ok(generation) => {
                let message = format!("it describes generation {}", generation.number);
                damage.push(about(self.number, DamageCode::Malformed, message));
            }
            // Whole, and of a version that this one does not know: nothing can be said of it.
            Err(error) if error.kind() == ErrorKind::Version && newest == Some(self.number) => {
                return Err(error);
            }
            Err(error) => {
                damage.push(about(self.number, DamageCode::Malformed, error.to_string()));
            }
        }
        Ok(())
    }
}

/// The numbers of the descriptions in a folder.
fn numbers(folder: &Path) -> Result<Vec<u64>> {
    let path = folder.join(GENERATIONS);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(&path, "list", error)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::io(&path, "list", source))?;
        numbers.extend(number(&entry.file_name().to_string_lossy()));
    }
    Ok(numbers)
}

/// The number in the name of a description.
pub(super) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?;
    let number: u64 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

/// Damage of a description.
fn about(number: u64, code: DamageCode, message: String) -> Damage {
    Damage {
        path: format!("{GENERATIONS}/{number}.json"),
        part: Part::Description,
        code,
        message,
        costs: format!("generation {number} cannot be opened"),
        generations: vec![number],
        segment: None,
        documents: 0,
    }
}
