//! What tags are made from: shared by the threads that prepare documents.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::TAGGING_VERSION;
use super::tagger::Tagger;
use crate::vocabulary::{Vocabulary, bundled};

/// The vocabularies that tags are made from. Their names are made ready when the first document
/// needs them, once for all clones.
#[derive(Clone)]
pub struct Tagging {
    countries: Vocabulary,
    actors: Vocabulary,
    tagger: Arc<OnceLock<Tagger>>,
}

impl Tagging {
    /// Tags from these vocabularies.
    pub fn new(countries: Vocabulary, actors: Vocabulary) -> Self {
        Self {
            countries,
            actors,
            tagger: Arc::default(),
        }
    }

    /// Tags from the vocabularies that come with the crate.
    ///
    /// # Panics
    /// Never: the build holds both.
    pub fn bundled() -> Self {
        let of = |name| bundled(name).cloned().expect("the build holds it");
        Self::new(of("country"), of("actor"))
    }

    /// The tagger; the first call takes some milliseconds.
    pub fn tagger(&self) -> &Tagger {
        self.tagger
            .get_or_init(|| Tagger::new(&self.countries, &self.actors))
    }

    /// A hash of the vocabularies and of the rules, in hexadecimal: with equal ones, a text gets
    /// equal tags.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(TAGGING_VERSION.as_bytes());
        hasher.update(&self.countries.hash());
        hasher.update(&self.actors.hash());
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

impl PartialEq for Tagging {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl fmt::Debug for Tagging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tagging")
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}
