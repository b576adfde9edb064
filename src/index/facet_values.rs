//! The values of a document as the engine takes them: by origin, then by facet.
//!
//! The engine's own owned values would have each of them copied into maps of maps first.

use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};

use super::inferred::InferredTag;
use crate::document::Document;
use crate::schema::Origin;

/// A value, the facet it is in, and where it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct FacetValue<'a> {
    origin: Origin,
    facet: &'a str,
    value: &'a str,
}

/// The values of a document, those of one facet and origin next to each other.
pub(super) fn facet_values<'a>(
    document: &'a Document,
    inferred: &'a [InferredTag],
) -> Vec<FacetValue<'a>> {
    let declared = document.facets.iter().flat_map(|(facet, values)| {
        values.iter().map(move |value| FacetValue {
            origin: Origin::Declared,
            facet,
            value,
        })
    });
    let inferred = inferred.iter().map(|tag| FacetValue {
        origin: tag.origin,
        facet: &tag.facet,
        value: &tag.value,
    });
    let mut values: Vec<_> = declared.chain(inferred).collect();
    values.sort_by_key(|value| (value.origin, value.facet));
    values
}

/// Some of a document's values, as a tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tree<'a> {
    /// An object by origin.
    Origins(&'a [FacetValue<'a>]),
    /// An object by facet, of one origin.
    Facets(&'a [FacetValue<'a>]),
    /// A list, of one facet.
    Values(&'a [FacetValue<'a>]),
    Value(&'a str),
}

impl<'a> tantivy::schema::document::Value<'a> for Tree<'a> {
    type ArrayIter = List<'a>;
    type ObjectIter = Object<'a>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        match *self {
            Self::Origins(values) => ReferenceValue::Object(Object {
                values,
                is_outer: true,
            }),
            Self::Facets(values) => ReferenceValue::Object(Object {
                values,
                is_outer: false,
            }),
            Self::Values(values) => ReferenceValue::Array(List(values.iter())),
            Self::Value(value) => ReferenceValue::Leaf(ReferenceValueLeaf::Str(value)),
        }
    }
}

/// The values of a list.
#[derive(Debug)]
pub(super) struct List<'a>(std::slice::Iter<'a, FacetValue<'a>>);

impl<'a> Iterator for List<'a> {
    type Item = Tree<'a>;

    fn next(&mut self) -> Option<Tree<'a>> {
        self.0.next().map(|value| Tree::Value(value.value))
    }
}

/// The keys of an object, each with what belongs to it.
#[derive(Debug)]
pub(super) struct Object<'a> {
    values: &'a [FacetValue<'a>],
    /// Whether the keys are origins, not facets.
    is_outer: bool,
}

impl<'a> Iterator for Object<'a> {
    type Item = (&'a str, Tree<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let first = *self.values.first()?;
        let belongs = |value: &FacetValue<'_>| {
            value.origin == first.origin && (self.is_outer || value.facet == first.facet)
        };
        let count = self
            .values
            .iter()
            .take_while(|value| belongs(value))
            .count();
        let (values, rest) = self.values.split_at(count);
        self.values = rest;
        Some(if self.is_outer {
            (first.origin.name(), Tree::Facets(values))
        } else {
            (first.facet, Tree::Values(values))
        })
    }
}

#[cfg(test)]
mod tests {
    use tantivy::TantivyDocument;
    use tantivy::schema::{OwnedValue, STORED, SchemaBuilder};

    use super::*;

    #[test]
    fn values_are_a_tree_by_origin_and_facet() {
        let mut builder = SchemaBuilder::new();
        let field = builder.add_json_field("facets", STORED);
        builder.build();
        let document = Document::new("a")
            .facet("country", "Iran")
            .facet("country", "Iraq")
            .facet("actor", "IRNA");
        let tag = |origin, facet: &str, value: &str| InferredTag {
            facet: facet.to_owned(),
            value: value.to_owned(),
            origin,
            rule: "",
            confidence: 1.0,
            mentions: 1,
            surfaces: Vec::new(),
        };
        let tags = [
            tag(Origin::Mentioned, "country", "Syria"),
            tag(Origin::About, "topic", "oil"),
            tag(Origin::Mentioned, "country", "Chad"),
            tag(Origin::Mentioned, "actor", "OPEC"),
        ];
        for (document, tags, expected) in [
            (
                &document,
                &tags[..],
                r#"{"about":{"topic":["oil"]},"declared":{"actor":["IRNA"],"country":["Iran","Iraq"]},"mentioned":{"actor":["OPEC"],"country":["Syria","Chad"]}}"#,
            ),
            (
                &document,
                &[],
                r#"{"declared":{"actor":["IRNA"],"country":["Iran","Iraq"]}}"#,
            ),
            (&Document::new("b"), &[], "{}"),
        ] {
            let mut engine = TantivyDocument::new();
            let values = facet_values(document, tags);
            engine.add_field_value(field, Tree::Origins(&values));
            let value: OwnedValue = engine.get_first(field).unwrap().into();
            let json: serde_json::Value = serde_json::to_value(value).unwrap();
            let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
            assert_eq!(json, expected);
        }
    }
}
