//! Values that were found in the text of a document, and what in it speaks for them.

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use super::ambiguous::AmbiguousName;
use super::prepare::{MAX_VALUE_BYTES, MAX_VALUES};
use super::segment::nodes::is_value;
#[cfg(feature = "formats")]
use super::stored::StoredDocument;
use crate::document::Document;
use crate::schema::{FacetDefinition, Origin, Schema};
use crate::tagging::topics::{Method, TopicModel, TopicTag, TopicTagger};
use crate::tagging::{Article, MAX_SURFACES, Rule, Tag, Tagging, Tags, TextField};

/// The vocabulary whose entries are found by what an article says, not by their names alone.
pub(super) const TOPIC: &str = "topic";

/// A facet value that was found in the text of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InferredTag {
    /// The facet.
    pub facet: String,
    /// The value: the name of an entry of the vocabulary; of a topic that the corpus taught, as
    /// most documents write it.
    pub value: String,
    /// Whether the document is about it, or mentions it.
    pub origin: Origin,
    /// Why a name was taken for it, or how the topic was found; see `docs/tagging.md`.
    pub rule: &'static str,
    /// How sure the origin is, from 0 to 1, in hundredths.
    pub confidence: f64,
    /// How often it is named; of a topic, how many places of the text are shown for it.
    pub mentions: u32,
    /// Where; of a topic, the words that tell most first. At most [`MAX_SURFACES`] places.
    pub surfaces: Vec<TagSurface>,
}

/// Where a name, or a word that speaks for a topic, stands in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TagSurface {
    /// In which part.
    pub field: TextField,
    /// Its first byte there.
    pub start: usize,
    /// The byte after its last one.
    pub end: usize,
}

impl TagSurface {
    fn new(field: TextField, range: &Range<usize>) -> Self {
        Self {
            field,
            start: range.start,
            end: range.end,
        }
    }

    /// What is written there.
    pub fn text<'a>(&self, document: &'a Document) -> Option<&'a str> {
        let text = match self.field {
            TextField::Title => &document.title,
            TextField::Body => &document.body,
        };
        text.get(self.start..self.end)
    }
}

/// A tag as it is stored: facet, origin, value, rule, hundredths of confidence, mentions, and the
/// places as field (0: title), start and length.
pub(super) type Packed = (String, u8, String, u8, u8, u32, Vec<(u8, usize, usize)>);

/// How topics are found, by the numbers that stand for it on disk; those of rules lie below.
const METHODS: [(u8, Method); 2] = [(64, Method::Model), (65, Method::Rule)];

/// The number of a rule or method on disk.
fn number_of(rule: &str) -> u8 {
    let method = METHODS.iter().find(|(_, method)| method.name() == rule);
    let number = || Rule::ALL.iter().position(|known| known.name() == rule);
    method.map_or_else(|| number().unwrap_or(0) as u8, |&(number, _)| number)
}

/// The name of the rule or method that has a number on disk.
fn rule_of(number: u8) -> Option<&'static str> {
    let method = METHODS.iter().find(|(known, _)| *known == number);
    let rule = || Rule::ALL.get(usize::from(number)).map(|rule| rule.name());
    method.map_or_else(rule, |(_, method)| Some(method.name()))
}

impl InferredTag {
    pub(super) fn pack(&self) -> Packed {
        let surfaces = self.surfaces.iter().map(|surface| {
            let field = surface.field as u8;
            (field, surface.start, surface.end - surface.start)
        });
        (
            self.facet.clone(),
            self.origin as u8,
            self.value.clone(),
            number_of(self.rule),
            (self.confidence * 100.0).round() as u8,
            self.mentions,
            surfaces.collect(),
        )
    }

    /// `None` if what was stored is damaged.
    pub(super) fn unpack(packed: &Packed) -> Option<Self> {
        let (facet, origin, value, rule, confidence, mentions, surfaces) = packed;
        let surfaces = surfaces.iter().map(|&(field, start, length)| {
            let field = if field == 0 {
                TextField::Title
            } else {
                TextField::Body
            };
            Some(TagSurface {
                field,
                start,
                end: start.checked_add(length)?,
            })
        });
        Some(Self {
            facet: facet.clone(),
            value: value.clone(),
            origin: *Origin::ALL.get(usize::from(*origin))?,
            rule: rule_of(*rule)?,
            confidence: f64::from(*confidence) / 100.0,
            mentions: *mentions,
            surfaces: surfaces.collect::<Option<_>>()?,
        })
    }
}

/// What was found in the text of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Inferred {
    pub(super) tags: Vec<InferredTag>,
    pub(super) ambiguous: Vec<AmbiguousName>,
}

impl Inferred {
    /// Whether it is what is stored of a document.
    #[cfg(feature = "formats")]
    pub(crate) fn is_of(&self, stored: &StoredDocument) -> bool {
        self.tags == stored.tags && self.ambiguous == stored.ambiguous
    }
}

/// What tags are made with, for one document after the other.
#[derive(Debug, Clone)]
pub(super) struct Inference {
    tagging: Tagging,
    topics: TopicTagger,
}

impl Inference {
    /// `model`: what the corpus taught about its topics.
    pub(super) fn new(tagging: Tagging, model: Option<&Arc<TopicModel>>) -> Self {
        let topics = tagging.topic_tagger(model);
        Self { tagging, topics }
    }

    /// The tags of a document for those facets of a schema that have some, in the order of the
    /// facets; in each what it is about comes first. With the names that were left out. `named`:
    /// what is known of the document, if that is right but for topics.
    pub(super) fn infer(
        &mut self,
        schema: &Schema,
        article: &Article<'_>,
        named: Option<&Inferred>,
    ) -> Inferred {
        let facets = schema.facets.iter();
        let facets: Vec<_> = facets
            .filter_map(|facet| Some((facet, facet.tagged_by()?)))
            .collect();
        let (mut found, mut topics) = (None, None);
        let (mut tags, mut ambiguous) = (Vec::new(), Vec::new());
        for (facet, vocabulary) in facets {
            if vocabulary == TOPIC {
                let topics = topics.get_or_insert_with(|| self.topics.tag(article));
                let own = topics.iter().filter(|tag| can_be_value(&tag.value, facet));
                tags.extend(own.take(MAX_VALUES).map(|tag| of_topic(tag, facet)));
                continue;
            }
            if let Some(named) = named {
                let own = named.tags.iter().filter(|tag| tag.facet == facet.name);
                tags.extend(own.cloned());
                let own = named.ambiguous.iter();
                ambiguous.extend(own.filter(|name| name.facet == facet.name).cloned());
                continue;
            }
            let found: &Tags = found.get_or_insert_with(|| self.tagging.tagger().tag(article));
            let own = found.tags.iter().filter(|tag| tag.vocabulary == vocabulary);
            let own = own.filter(|tag| can_be_value(&tag.name, facet));
            tags.extend(own.take(MAX_VALUES).map(|tag| of_name(tag, facet)));
            let own = found.ambiguous.iter();
            let own = own.filter(|name| name.vocabulary == vocabulary);
            let own = own.filter_map(|name| {
                let names = name.names.iter().filter(|name| can_be_value(name, facet));
                let values: Vec<String> = names.cloned().collect();
                (!values.is_empty()).then(|| AmbiguousName::of(name, &facet.name, values))
            });
            ambiguous.extend(own.take(MAX_VALUES));
        }
        Inferred { tags, ambiguous }
    }
}

/// Whether a facet can have a value.
fn can_be_value(value: &str, facet: &FacetDefinition) -> bool {
    value.len() <= MAX_VALUE_BYTES
        && !value.chars().any(char::is_control)
        && is_value(value, facet.tree)
}

/// The tag of a country or actor as a value of a facet.
fn of_name(tag: &Tag, facet: &FacetDefinition) -> InferredTag {
    let surfaces = tag.surfaces.iter();
    InferredTag {
        facet: facet.name.clone(),
        value: tag.name.clone(),
        origin: tag.origin,
        rule: tag.rule.name(),
        confidence: tag.confidence,
        mentions: tag.mentions,
        surfaces: surfaces
            .map(|surface| TagSurface::new(surface.field, &surface.range))
            .collect(),
    }
}

/// A topic as a value of a facet. Topics are what an article is about; none is merely mentioned.
fn of_topic(tag: &TopicTag, facet: &FacetDefinition) -> InferredTag {
    let evidence = tag.evidence.iter().take(MAX_SURFACES);
    let surfaces: Vec<TagSurface> = evidence
        .map(|evidence| TagSurface::new(evidence.field, &evidence.range))
        .collect();
    InferredTag {
        facet: facet.name.clone(),
        value: tag.value.clone(),
        origin: Origin::About,
        rule: tag.method.name(),
        confidence: (f64::from(tag.confidence) * 100.0).round() / 100.0,
        mentions: surfaces.len() as u32,
        surfaces,
    }
}
