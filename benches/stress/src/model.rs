//! What a generation must hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Failure;

/// The folder of what was written down, below that of the run.
pub const FOLDER: &str = "models";

/// Values of the facet.
pub const COUNTRIES: [&str; 7] = ["Chile", "Egypt", "Ghana", "Japan", "Kenya", "Peru", "Yemen"];

/// Words, one of which stands in every title.
pub const WORDS: [&str; 5] = ["harbour", "treaty", "railway", "harvest", "election"];

/// Documents by number, with the version that they are in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model(pub BTreeMap<u64, u64>);

/// The value of a version.
pub fn country(version: u64) -> &'static str {
    COUNTRIES[(version % 7) as usize]
}

/// The word of a version.
pub fn word(version: u64) -> &'static str {
    WORDS[(version % 5) as usize]
}

/// The title of a version.
pub fn title(version: u64) -> String {
    format!("The {} in version {version}", word(version))
}

impl Model {
    fn path(folder: &Path, generation: u64) -> PathBuf {
        folder.join(FOLDER).join(generation.to_string())
    }

    /// Writes it down, whole or not at all.
    pub fn write(&self, folder: &Path, generation: u64) -> Result<(), Failure> {
        let path = Self::path(folder, generation);
        let part = path.with_extension("part");
        std::fs::write(&part, serde_json::to_vec(&self.0)?)?;
        Ok(std::fs::rename(part, path)?)
    }

    pub fn read(folder: &Path, generation: u64) -> Result<Self, Failure> {
        let bytes = std::fs::read(Self::path(folder, generation))?;
        Ok(Self(serde_json::from_slice(&bytes)?))
    }

    /// Forgets what no reader can be at any more.
    pub fn forget(folder: &Path, generation: u64) {
        // It may never have been there.
        let _ = std::fs::remove_file(Self::path(folder, generation));
    }

    /// How many documents there are of each value that any has.
    pub fn by_country(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for &version in self.0.values() {
            *counts.entry(country(version)).or_default() += 1;
        }
        counts
    }

    /// Ids of the documents of a word and a value.
    pub fn ids(&self, wanted: &str, value: &str) -> Vec<String> {
        let fits = |version| word(version) == wanted && country(version) == value;
        let ids = self.0.iter().filter(|&(_, &version)| fits(version));
        let mut ids: Vec<String> = ids.map(|(number, _)| format!("d{number}")).collect();
        ids.sort();
        ids
    }
}

/// Numbers that look like chance, the same in every run (`SplitMix64`, Steele et al. 2014).
#[derive(Debug, Clone)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}
