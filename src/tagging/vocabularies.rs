//! What tags are made from: shared by the threads that prepare documents.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::TAGGING_VERSION;
use super::tagger::Tagger;
use super::topics::{TopicModel, TopicTagger};
use crate::analysis::Lexicon;
use crate::vocabulary::{Vocabulary, bundled};

/// The vocabularies that tags are made from. Their names are made ready when the first document
/// needs them, once for all clones.
#[derive(Clone)]
pub struct Tagging {
    countries: Vocabulary,
    actors: Vocabulary,
    topics: Vocabulary,
    tagger: Arc<OnceLock<Tagger>>,
    topic_tagger: Arc<OnceLock<TopicTagger>>,
}

impl Tagging {
    /// Tags from these vocabularies, and topics from the one that comes with the crate.
    ///
    /// # Panics
    /// Never: the build holds it.
    pub fn new(countries: Vocabulary, actors: Vocabulary) -> Self {
        Self {
            countries,
            actors,
            topics: bundled("topic").cloned().expect("the build holds it"),
            tagger: Arc::default(),
            topic_tagger: Arc::default(),
        }
    }

    /// Knows the topics of a corpus that taught none by this vocabulary.
    pub fn with_topics(mut self, topics: Vocabulary) -> Self {
        self.topics = topics;
        self.topic_tagger = Arc::default();
        self
    }

    /// Tags from the vocabularies that come with the crate.
    ///
    /// # Panics
    /// Never: the build holds them.
    pub fn bundled() -> Self {
        let of = |name| bundled(name).cloned().expect("the build holds it");
        Self::new(of("country"), of("actor"))
    }

    /// The tagger of countries and actors; the first call takes some milliseconds.
    pub fn tagger(&self) -> &Tagger {
        self.tagger
            .get_or_init(|| Tagger::new(&self.countries, &self.actors))
    }

    /// The words that the tagger of countries and actors looks for.
    pub(crate) fn lexicon(&self) -> Arc<dyn Lexicon> {
        Arc::new(NameWords(self.clone()))
    }

    /// A tagger of topics: by what the corpus taught, if it taught anything.
    pub fn topic_tagger(&self, model: Option<&Arc<TopicModel>>) -> TopicTagger {
        match model {
            Some(model) => TopicTagger::learned(Arc::clone(model)),
            None => self
                .topic_tagger
                .get_or_init(|| TopicTagger::by_names(&self.topics))
                .clone(),
        }
    }

    /// A hash of the vocabularies and of the rules, in hexadecimal: with equal ones, and the same
    /// model of topics, a text gets equal tags.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(TAGGING_VERSION.as_bytes());
        for vocabulary in [&self.countries, &self.actors, &self.topics] {
            hasher.update(&vocabulary.hash());
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

/// The words of the names of countries and actors.
#[derive(Debug)]
struct NameWords(Tagging);

impl Lexicon for NameWords {
    fn mark(&self, exact: &str) -> u64 {
        self.0.tagger().mark(exact)
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
