//! The fields of the index, and which JSON keys the facets take their values from.

use anyhow::{Context, Result, ensure};
use tantivy::schema::{
    DateOptions, Field, FieldType, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

/// No more facets than the index of pressmark that it is compared with.
const MAX_FACETS: usize = 4;

const OWN_FIELDS: [&str; 6] = ["id", "title", "title_stem", "body", "body_stem", "date"];

/// A facet and the JSON keys that feed it.
#[derive(Clone, Debug)]
pub struct FacetRule {
    pub name: String,
    pub keys: Vec<String>,
}

impl FacetRule {
    /// Reads `NAME=KEY[,KEY...]`.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, keys) = text.split_once('=').context("expected NAME=KEY[,KEY...]")?;
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        ensure!(
            !name.is_empty() && name.chars().all(valid),
            "a facet's name consists of a-z, 0-9 and _"
        );
        ensure!(!OWN_FIELDS.contains(&name), "{name} is a field already");
        let keys: Vec<String> = keys.split(',').map(str::to_owned).collect();
        ensure!(keys.iter().all(|key| !key.is_empty()), "empty key");
        Ok(Self {
            name: name.to_owned(),
            keys,
        })
    }

    /// The facets of an index for which none were named.
    pub fn defaults() -> Vec<Self> {
        [
            ("country", ["country", "places"].as_slice()),
            ("actor", &["actor", "people", "orgs"]),
            ("topic", &["topic", "topics"]),
            ("source", &["source", "exchanges", "region"]),
        ]
        .map(|(name, keys)| Self {
            name: name.to_owned(),
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
        })
        .into()
    }
}

/// Handles on the fields of a schema.
pub struct Fields {
    pub id: Field,
    pub title: Field,
    pub title_stem: Field,
    pub body: Field,
    pub body_stem: Field,
    pub date: Field,
    pub facets: Vec<(String, Field)>,
}

/// The schema for these facets. Each text is indexed twice and stored once.
pub fn build(rules: &[FacetRule]) -> Result<Schema> {
    ensure!(rules.len() <= MAX_FACETS, "at most {MAX_FACETS} facets");
    let mut schema = SchemaBuilder::new();
    schema.add_text_field("id", STRING | STORED);
    for name in ["title", "body"] {
        schema.add_text_field(name, text("default").set_stored());
        schema.add_text_field(&format!("{name}_stem"), text("en_stem"));
    }
    schema.add_date_field("date", DateOptions::default().set_fast().set_stored());
    for (at, rule) in rules.iter().enumerate() {
        ensure!(
            rules[..at].iter().all(|other| other.name != rule.name),
            "facet {} is named twice",
            rule.name
        );
        let facet = (STRING | STORED).set_fast("raw");
        schema.add_text_field(&rule.name, facet);
    }
    Ok(schema.build())
}

fn text(tokenizer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    )
}

impl Fields {
    /// Finds the fields in the schema of an index that `bare` made.
    pub fn of(schema: &Schema) -> Result<Self> {
        let field = |name| {
            schema
                .get_field(name)
                .context("this index was not made by bare")
        };
        let facets = schema
            .fields()
            .filter(|(_, entry)| matches!(entry.field_type(), FieldType::Str(_)) && entry.is_fast())
            .map(|(field, entry)| (entry.name().to_owned(), field))
            .collect();
        Ok(Self {
            id: field("id")?,
            title: field("title")?,
            title_stem: field("title_stem")?,
            body: field("body")?,
            body_stem: field("body_stem")?,
            date: field("date")?,
            facets,
        })
    }
}
