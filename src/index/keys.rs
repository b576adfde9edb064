//! Which metadata keys the sources carry, and what took them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::schema::Schema;

/// How often a metadata key occurs, and what it feeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyUsage {
    /// The key; a path with dots into nested data.
    pub key: String,
    /// Documents that carry it.
    pub documents: u64,
    /// The fields, facets and numeric facets that it feeds; empty if nothing took it.
    pub taken_by: Vec<String>,
    /// Up to three different values.
    pub examples: Vec<String>,
}

/// Different values shown of a key.
const EXAMPLES: usize = 3;
/// Characters shown of a value.
const EXAMPLE_CHARACTERS: usize = 60;
/// The deepest nesting that is looked into.
const DEPTH: usize = 8;
/// The most different keys that are told apart; the readers' own bounds are tighter.
const MOST_KEYS: usize = 10_000;

/// Counts keys over documents.
#[derive(Debug)]
pub(super) struct KeyCounter<'a> {
    schema: &'a Schema,
    keys: BTreeMap<String, (u64, Vec<String>)>,
}

impl<'a> KeyCounter<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            keys: BTreeMap::new(),
        }
    }

    /// Counts the keys of one document.
    pub(super) fn count(&mut self, metadata: &serde_json::Map<String, Value>) {
        let mut found = BTreeMap::new();
        flatten("", metadata, DEPTH, &mut found);
        for (key, examples) in found {
            if !self.keys.contains_key(&key) && self.keys.len() >= MOST_KEYS {
                continue;
            }
            let entry = self.keys.entry(key).or_default();
            entry.0 += 1;
            for example in examples {
                if entry.1.len() < EXAMPLES && !entry.1.contains(&example) {
                    entry.1.push(example);
                }
            }
        }
    }

    /// Most frequent first, then by name.
    pub(super) fn finish(self) -> Vec<KeyUsage> {
        let schema = self.schema;
        let mut usage: Vec<KeyUsage> = self
            .keys
            .into_iter()
            .map(|(key, (documents, examples))| KeyUsage {
                taken_by: taken_by(schema, &key),
                key,
                documents,
                examples,
            })
            .collect();
        usage.sort_by(|a, b| {
            b.documents
                .cmp(&a.documents)
                .then_with(|| a.key.cmp(&b.key))
        });
        usage
    }
}

fn flatten(
    prefix: &str,
    object: &serde_json::Map<String, Value>,
    depth: usize,
    found: &mut BTreeMap<String, Vec<String>>,
) {
    for (name, value) in object {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        visit(&key, value, depth, found);
    }
}

fn visit(key: &str, value: &Value, depth: usize, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(inner) if depth > 0 => flatten(key, inner, depth - 1, found),
        Value::Array(items) if depth > 0 => {
            found.entry(key.to_owned()).or_default();
            for item in items {
                visit(key, item, depth - 1, found);
            }
        }
        other => {
            let examples = found.entry(key.to_owned()).or_default();
            if examples.len() < EXAMPLES {
                let text = match other {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                examples.push(text.chars().take(EXAMPLE_CHARACTERS).collect());
            }
        }
    }
}

fn taken_by(schema: &Schema, key: &str) -> Vec<String> {
    let takes = |keys: &[String]| keys.iter().any(|other| other.eq_ignore_ascii_case(key));
    let fields = &schema.fields;
    let mut taken: Vec<String> = [
        ("id", &fields.id),
        ("title", &fields.title),
        ("body", &fields.body),
        ("date", &fields.date),
        ("url", &fields.url),
        ("language", &fields.language),
    ]
    .into_iter()
    .filter(|(_, keys)| takes(keys))
    .map(|(name, _)| name.to_owned())
    .collect();
    taken.extend(
        schema
            .facets
            .iter()
            .filter(|f| takes(&f.keys))
            .map(|f| f.name.clone()),
    );
    taken.extend(
        schema
            .numbers
            .iter()
            .filter(|n| takes(&n.keys))
            .map(|n| n.name.clone()),
    );
    taken.dedup();
    taken
}
