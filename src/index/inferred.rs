//! Values that were found in the text of a document, and what in it speaks for them.

use serde::Serialize;

use super::ambiguous::AmbiguousName;
use super::prepare::{MAX_VALUE_BYTES, MAX_VALUES};
use super::segment::nodes::hash_of;
#[cfg(feature = "formats")]
use super::stored::StoredDocument;
use crate::analysis::Language;
use crate::document::Document;
use crate::schema::{Origin, Schema};
use crate::tagging::{Article, Rule, Tagging, TextField};

/// A facet value that was found in the text of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InferredTag {
    /// The facet.
    pub facet: String,
    /// The value: the name of an entry of the vocabulary.
    pub value: String,
    /// Whether the document is about it, or mentions it.
    pub origin: Origin,
    /// Why a name was taken for it; see `docs/tagging.md`.
    pub rule: String,
    /// How sure the origin is, from 0 to 1, in hundredths.
    pub confidence: f64,
    /// How often it is named.
    pub mentions: u32,
    /// Where; at most [`MAX_SURFACES`](crate::tagging::MAX_SURFACES) places.
    pub surfaces: Vec<TagSurface>,
}

/// Where a name stands in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TagSurface {
    /// `title` or `body`.
    pub field: String,
    /// Its first byte there.
    pub start: usize,
    /// The byte after its last one.
    pub end: usize,
}

impl TagSurface {
    /// What is written there.
    pub fn text<'a>(&self, document: &'a Document) -> Option<&'a str> {
        let text = if self.field == TextField::Title.name() {
            &document.title
        } else {
            &document.body
        };
        text.get(self.start..self.end)
    }
}

/// A tag as it is stored: facet, origin, value, rule, hundredths of confidence, mentions, and the
/// places as field (0: title), start and length.
pub(super) type Packed = (String, u8, String, u8, u8, u32, Vec<(u8, usize, usize)>);

impl InferredTag {
    pub(super) fn pack(&self) -> Packed {
        let rule = Rule::ALL.iter().position(|rule| rule.name() == self.rule);
        let surfaces = self.surfaces.iter().map(|surface| {
            let field = u8::from(surface.field != TextField::Title.name());
            (field, surface.start, surface.end - surface.start)
        });
        (
            self.facet.clone(),
            self.origin as u8,
            self.value.clone(),
            rule.unwrap_or(0) as u8,
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
                field: field.name().to_owned(),
                start,
                end: start.checked_add(length)?,
            })
        });
        Some(Self {
            facet: facet.clone(),
            value: value.clone(),
            origin: *Origin::ALL.get(usize::from(*origin))?,
            rule: Rule::ALL.get(usize::from(*rule))?.name().to_owned(),
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

/// The tags of a document for those facets of a schema that have some, in the order of the facets;
/// in each what it is about comes first. With the names that were left out.
pub(super) fn infer(
    schema: &Schema,
    tagging: &Tagging,
    document: &Document,
    language: Language,
) -> Inferred {
    let facets = schema.facets.iter();
    let facets: Vec<_> = facets
        .filter_map(|facet| Some((facet, facet.tagged_by()?)))
        .collect();
    if facets.is_empty() {
        return Inferred::default();
    }
    let found = tagging.tagger().tag(&Article {
        title: &document.title,
        body: &document.body,
        language: (language != Language::UND).then(|| language.code()),
        date: document.date,
    });
    let mut tags = Vec::new();
    let mut ambiguous = Vec::new();
    for (facet, vocabulary) in facets {
        let can_be_value = |value: &str| {
            value.len() <= MAX_VALUE_BYTES
                && !value.chars().any(char::is_control)
                && hash_of(value, facet.tree).is_some()
        };
        let own = found.tags.iter().filter(|tag| tag.vocabulary == vocabulary);
        let own = own.filter(|tag| can_be_value(&tag.name)).take(MAX_VALUES);
        tags.extend(own.map(|tag| {
            InferredTag {
                facet: facet.name.clone(),
                value: tag.name.clone(),
                origin: tag.origin,
                rule: tag.rule.name().to_owned(),
                confidence: tag.confidence,
                mentions: tag.mentions,
                surfaces: tag
                    .surfaces
                    .iter()
                    .map(|surface| TagSurface {
                        field: surface.field.name().to_owned(),
                        start: surface.range.start,
                        end: surface.range.end,
                    })
                    .collect(),
            }
        }));
        let own = found.ambiguous.iter();
        let own = own.filter(|name| name.vocabulary == vocabulary);
        let own = own.filter_map(|name| {
            let names = name.names.iter();
            let values: Vec<String> = names.filter(|name| can_be_value(name)).cloned().collect();
            (!values.is_empty()).then(|| AmbiguousName::of(name, &facet.name, values))
        });
        ambiguous.extend(own.take(MAX_VALUES));
    }
    Inferred { tags, ambiguous }
}
