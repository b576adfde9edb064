//! The fields of a hit by the names that `--fields` takes, in the order asked for.

use pressmark::{Origin, Schema, StoredDocument, TagSurface};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::page::Listed;
use crate::args::FieldName;

/// What the library's own form of a hit has, in its order.
pub(crate) const OF_A_HIT: [FieldName; 8] = [
    FieldName::Id,
    FieldName::Score,
    FieldName::Title,
    FieldName::Date,
    FieldName::Path,
    FieldName::Url,
    FieldName::Facets,
    FieldName::Snippets,
];

/// Which fields to take from each hit.
#[derive(Debug)]
pub(crate) struct Fields {
    names: Vec<FieldName>,
    schema: Schema,
}

impl Fields {
    pub(crate) fn new(names: &[FieldName], schema: &Schema) -> Self {
        Self {
            names: names.to_vec(),
            schema: schema.clone(),
        }
    }

    /// These fields of a hit.
    pub(crate) fn of<'a>(&'a self, listed: Listed<'a>) -> impl Serialize + 'a {
        Chosen {
            fields: self,
            listed,
        }
    }
}

struct Chosen<'a> {
    fields: &'a Fields,
    listed: Listed<'a>,
}

impl Serialize for Chosen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hit = self.listed.hit;
        let stored = self.listed.stored;
        let names = &self.fields.names;
        let mut map = serializer.serialize_map(Some(names.len()))?;
        for field in names {
            let name = field.name();
            match field {
                FieldName::Id => map.serialize_entry(name, &hit.id)?,
                FieldName::Score => map.serialize_entry(name, &hit.score)?,
                FieldName::Title => map.serialize_entry(name, &hit.title)?,
                FieldName::Date => map.serialize_entry(name, &hit.date)?,
                FieldName::Url => map.serialize_entry(name, &hit.url)?,
                FieldName::Path => map.serialize_entry(name, &hit.path)?,
                FieldName::Facets => {
                    map.serialize_entry(name, &hit.facets)?;
                    if !hit.inferred.is_empty() {
                        map.serialize_entry("inferred", &hit.inferred)?;
                    }
                }
                FieldName::Snippets => map.serialize_entry(name, &hit.snippets)?,
                FieldName::Text => {
                    map.serialize_entry(name, &stored.map(|stored| &stored.document.body))?;
                }
                FieldName::Meta => map.serialize_entry(
                    name,
                    &stored.map(|stored| meta(stored, &self.fields.schema)),
                )?,
                FieldName::Tags => map.serialize_entry(name, &stored.map(tags))?,
                FieldName::Hash => {
                    map.serialize_entry(name, &stored.map(|stored| &stored.text_hash))?;
                }
            }
        }
        map.end()
    }
}

/// Facet values with where they come from.
pub(crate) fn tags(stored: &StoredDocument) -> Vec<Tag<'_>> {
    let facets = stored.document.facets.iter();
    let declared = facets.flat_map(|(facet, values)| {
        values.iter().map(move |value| Tag {
            facet,
            value,
            origin: Origin::Declared.name(),
            evidence: None,
        })
    });
    let inferred = stored.tags.iter().map(|tag| Tag {
        facet: &tag.facet,
        value: &tag.value,
        origin: tag.origin.name(),
        evidence: Some(Evidence {
            rule: tag.rule,
            confidence: tag.confidence,
            mentions: tag.mentions,
            surfaces: tag
                .surfaces
                .iter()
                .map(|surface| Surface::of(surface, stored))
                .collect(),
        }),
    });
    declared.chain(inferred).collect()
}

/// A facet value and its origin.
#[derive(Debug, Serialize)]
pub(crate) struct Tag<'a> {
    facet: &'a str,
    value: &'a str,
    origin: &'static str,
    /// What in the text speaks for it, if nobody declared it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'a>>,
}

/// Why a value was inferred.
#[derive(Debug, Serialize)]
struct Evidence<'a> {
    rule: &'a str,
    confidence: f64,
    mentions: u32,
    surfaces: Vec<Surface<'a>>,
}

/// A name as it stands in title or body, at these bytes.
#[derive(Debug, Serialize)]
struct Surface<'a> {
    field: &'a str,
    text: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Surface<'a> {
    fn of(surface: &'a TagSurface, stored: &'a StoredDocument) -> Self {
        Self {
            field: surface.field.name(),
            text: surface.text(&stored.document).unwrap_or_default(),
            start: surface.start,
            end: surface.end,
        }
    }
}

/// A name that may mean values of a facet, and was left out.
#[derive(Debug, Serialize)]
pub(crate) struct Name<'a> {
    facet: &'a str,
    /// What it may mean; if it is one thing alone, it may be none.
    values: &'a [String],
    mentions: u32,
    /// Where it stands first.
    #[serde(flatten)]
    surface: Surface<'a>,
}

/// Names that were left out, because nothing in the document says what they mean.
pub(crate) fn ambiguous(stored: &StoredDocument) -> Vec<Name<'_>> {
    let names = stored.ambiguous.iter();
    let names = names.map(|name| Name {
        facet: &name.facet,
        values: &name.values,
        mentions: name.mentions,
        surface: Surface::of(&name.surface, stored),
    });
    names.collect()
}

/// The keys of the source that no field, facet or number took.
pub(crate) fn meta(stored: &StoredDocument, schema: &Schema) -> Map<String, Value> {
    let fields = &schema.fields;
    let taken: Vec<&str> = [
        &fields.id,
        &fields.title,
        &fields.body,
        &fields.date,
        &fields.url,
        &fields.language,
    ]
    .into_iter()
    .chain(schema.facets.iter().map(|facet| &facet.keys))
    .chain(schema.numbers.iter().map(|number| &number.keys))
    .flatten()
    .map(String::as_str)
    .collect();
    rest_of(&stored.document.metadata, "", &taken)
}

fn rest_of(object: &Map<String, Value>, prefix: &str, taken: &[&str]) -> Map<String, Value> {
    let mut rest = Map::new();
    for (name, value) in object {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        if taken.iter().any(|taken| taken.eq_ignore_ascii_case(&key)) {
            continue;
        }
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                let inner = rest_of(inner, &key, taken);
                if !inner.is_empty() {
                    rest.insert(name.clone(), Value::Object(inner));
                }
            }
            value => {
                rest.insert(name.clone(), value.clone());
            }
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_taken_is_left_out() {
        let source = json!({
            "Title": "x", "desk": "foreign", "dc": {"date": "1962", "rights": "none"},
            "only": {"date": "y"}, "empty": {},
        });
        let taken = ["title", "dc.date", "only.date"];
        assert_eq!(
            Value::Object(rest_of(source.as_object().unwrap(), "", &taken)),
            json!({"desk": "foreign", "dc": {"rights": "none"}, "empty": {}})
        );
    }
}
