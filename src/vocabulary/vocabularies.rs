//! The vocabularies of a corpus, by name.

use super::bundled::{NAMES, bundled};
use super::compiled::Vocabulary;

/// The vocabularies of a corpus: which of them a facet is folded by, its definition says.
#[derive(Debug, Clone)]
pub struct Vocabularies {
    pub(super) all: [Vocabulary; 3],
}

impl Default for Vocabularies {
    /// The bundled ones.
    fn default() -> Self {
        Self {
            all: NAMES.map(|name| bundled(name).cloned().expect("every name has one")),
        }
    }
}

impl Vocabularies {
    /// The vocabulary of this name.
    pub fn get(&self, name: &str) -> Option<&Vocabulary> {
        let number = NAMES.iter().position(|known| *known == name)?;
        self.all.get(number)
    }

    /// Whether the bytes of all of them are those that were compiled. Reads every one.
    pub fn are_whole(&self) -> bool {
        self.all
            .iter()
            .all(|vocabulary| vocabulary.verify().is_ok())
    }

    /// Puts a vocabulary in the place of the one of this name. A name that none has is passed
    /// over.
    #[must_use]
    pub fn with(mut self, name: &str, vocabulary: Vocabulary) -> Self {
        if let Some(number) = NAMES.iter().position(|known| *known == name) {
            self.all[number] = vocabulary;
        }
        self
    }

    /// The hash of all of them, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for vocabulary in &self.all {
            hasher.update(&vocabulary.hash());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}
