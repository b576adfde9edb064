//! The topics of articles: by a model that a corpus taught (`model`), and where none did, by what
//! the topics of a vocabulary are called (`rule`).
//!
//! ```
//! use pressmark::analysis::Language;
//! use pressmark::tagging::topics::{Article, TopicTagger, Trainer};
//!
//! # fn main() -> pressmark::Result<()> {
//! let (oil, grain) = ("Crude and its barrels, day", "Wheat and its harvest, day");
//! let mut trainer = Trainer::new();
//! for day in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"] {
//!     for (text, topic) in [(oil, "oil"), (grain, "grain")] {
//!         let body = format!("{text} {day}.");
//!         trainer.add(&Article::new("", &body, Language::ENGLISH), &[topic]);
//!     }
//! }
//! let model = trainer.finish(1, &|| Ok(()))?.expect("twenty documents are enough");
//! let mut tagger = TopicTagger::learned(model.into());
//! let article = Article::new("A barrel is sold", "", Language::ENGLISH);
//! let topics = tagger.tag(&article);
//! assert_eq!(topics[0].value, "oil");
//! let evidence = &topics[0].evidence[0];
//! assert_eq!(&article.text(evidence.field)[evidence.range.clone()], "barrel");
//! # Ok(())
//! # }
//! ```

mod phrases;
mod rule;

use std::sync::Arc;

use super::model::{Decision, Reader};
use crate::vocabulary::Vocabulary;
use rule::Rule;

pub use super::Article;
pub use super::model::{
    Evidence, MAX_TOPICS, MIN_TOPIC_DOCUMENTS, MIN_TRAINING_DOCUMENTS, ThinTopic, Topic,
    TopicModel, Trainer,
};

/// A topic of an article, and why.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TopicTag {
    /// The topic: as most documents write it that it was learned from, or as its vocabulary names
    /// it.
    pub value: String,
    /// What found it.
    pub method: Method,
    /// How often such tags are right, from 0 to 1: measured for a model, estimated for a rule.
    pub confidence: f32,
    /// The words of the article that speak for it, most telling first.
    pub evidence: Vec<Evidence>,
}

/// What finds a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// A model that the corpus taught.
    Model,
    /// Names of topics, and words that go with them.
    Rule,
}

impl Method {
    /// Its name in output: `model` or `words`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Rule => "words",
        }
    }
}

/// Finds the topics of articles, one article after the other: one for each thread. Clones are
/// cheap, and share what they know.
///
/// What it finds depends on the article alone, never on those before.
#[derive(Debug, Clone)]
pub struct TopicTagger {
    model: Option<Arc<TopicModel>>,
    rule: Rule,
    reader: Reader,
}

impl TopicTagger {
    /// Makes a tagger that uses what a corpus taught; topics of too few documents are known by
    /// their names.
    pub fn learned(model: Arc<TopicModel>) -> Self {
        Self {
            rule: Rule::of_names(model.thin_topics()),
            model: Some(model),
            reader: Reader::default(),
        }
    }

    /// Makes a tagger for a corpus that taught nothing: it knows the topics of a vocabulary by
    /// their names, and those of the bundled one by words that go with them in English.
    pub fn by_names(vocabulary: &Vocabulary) -> Self {
        Self {
            model: None,
            rule: Rule::of_vocabulary(vocabulary),
            reader: Reader::default(),
        }
    }

    /// The topics of an article, the most certain first.
    pub fn tag(&mut self, article: &Article<'_>) -> Vec<TopicTag> {
        self.reader.read(article);
        let mut tags = self.rule.decide(article.language, &self.reader);
        if let Some(model) = &self.model {
            let tag = |decision: Decision| TopicTag {
                value: model.topics()[decision.topic].name.clone(),
                method: Method::Model,
                confidence: decision.confidence,
                evidence: decision.evidence,
            };
            tags.extend(model.decide(&mut self.reader).into_iter().map(tag));
            tags.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        }
        tags
    }
}
