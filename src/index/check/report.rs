//! What a check found, as plain data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a check found: all of it, not only the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// The version of this form.
    pub format_version: u32,
    /// Whether there is no damage.
    pub healthy: bool,
    /// The newest published generation; absent if that cannot be told.
    pub generation: Option<u64>,
    /// Documents in it.
    pub documents: u64,
    /// Whether everything was decoded, too.
    pub deep: bool,
    /// Files whose bytes were compared.
    pub files: u64,
    /// Bytes that were compared.
    pub bytes: u64,
    /// The generations that are kept, newest first.
    pub generations: Vec<CheckedGeneration>,
    /// What is damaged, in the order of the paths.
    pub damage: Vec<Damage>,
    /// What is no damage, but worth knowing.
    pub remarks: Vec<Remark>,
}

/// A generation that is kept, and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckedGeneration {
    /// Its number.
    pub generation: u64,
    /// Documents in it; 0 if its description is damaged.
    pub documents: u64,
    /// Whether its description is whole.
    pub described: bool,
    /// Whether its journal is whole; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<bool>,
    /// Its segments.
    pub segments: u64,
    /// Whether what the corpus taught about its topics is whole; absent if it taught nothing. No
    /// search needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<bool>,
    /// Those of its segments that are damaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<DamagedSegment>,
}

impl CheckedGeneration {
    /// Whether nothing that searches and runs need of it is damaged.
    pub fn is_intact(&self) -> bool {
        self.described && self.journal != Some(false) && self.damaged.is_empty()
    }
}

/// A segment that is damaged, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DamagedSegment {
    /// The name that its files begin with.
    pub segment: String,
    /// Live documents in it.
    pub documents: u64,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Damage {
    /// The file, relative to the folder of the index, with `/`.
    pub path: String,
    /// What kind of file it is.
    pub part: Part,
    /// What is wrong, to be matched on.
    pub code: DamageCode,
    /// What is wrong, for people.
    pub message: String,
    /// What it costs, for people.
    pub costs: String,
    /// The kept generations that need the file, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generations: Vec<u64>,
    /// The segment that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Documents that cannot be trusted, or not be reached, without it.
    pub documents: u64,
}

/// What kind of file of an index something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// `CURRENT`, which names the newest generation.
    Current,
    /// The description of a generation.
    Description,
    /// A file with documents.
    Segment,
    /// What runs remember of files and records.
    Journal,
    /// The account of one run.
    Ledger,
    /// What the corpus taught about its topics.
    Model,
}

/// What is wrong with a file. Stable, to be matched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DamageCode {
    /// It is not there.
    Missing,
    /// It is longer or shorter than it was written.
    WrongLength,
    /// Its bytes are not those that were written.
    WrongHash,
    /// The system cannot read it.
    Unreadable,
    /// It does not have the form that such a file has.
    Malformed,
    /// It does not end with the seal that proves it whole.
    Unsealed,
    /// Numbers that must be equal are not.
    WrongCount,
    /// Its bytes are those that were written, and cannot be decoded.
    Undecodable,
    /// Two files say different things of one document.
    Disagrees,
}

impl DamageCode {
    /// As it appears in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongLength => "wrong_length",
            Self::WrongHash => "wrong_hash",
            Self::Unreadable => "unreadable",
            Self::Malformed => "malformed",
            Self::Unsealed => "unsealed",
            Self::WrongCount => "wrong_count",
            Self::Undecodable => "undecodable",
            Self::Disagrees => "disagrees",
        }
    }
}

impl fmt::Display for DamageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Something that is no damage, but worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Remark {
    /// The file, relative to the folder of the index; empty if it is about the whole index.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// `leftover`: nothing that is kept needs the file; `unfinished`: the ledger of a run that
    /// was stopped before its end; `writer_at_work`: a run writes to the index meanwhile.
    pub code: String,
    /// The same for people.
    pub message: String,
}

impl Remark {
    pub(super) fn new(path: &str, code: &str, message: &str) -> Self {
        Self {
            path: path.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_json() {
        for code in [
            DamageCode::Missing,
            DamageCode::WrongLength,
            DamageCode::WrongHash,
            DamageCode::Unreadable,
            DamageCode::Malformed,
            DamageCode::Unsealed,
            DamageCode::WrongCount,
            DamageCode::Undecodable,
            DamageCode::Disagrees,
        ] {
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.code());
            assert_eq!(serde_json::from_value::<DamageCode>(json).unwrap(), code);
        }
    }
}
