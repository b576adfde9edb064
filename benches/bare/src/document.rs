//! One line of JSONL as a tantivy document, and a stored document as JSON.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use tantivy::DateTime;
use tantivy::schema::{Field, TantivyDocument, Value as _};
use tantivy::time::{Date, Month};

use crate::schema::{FacetRule, Fields};

const TITLE_KEYS: [&str; 1] = ["title"];
const BODY_KEYS: [&str; 2] = ["body", "text"];
const DATE_KEYS: [&str; 2] = ["date", "year"];

/// Turns lines into documents.
pub struct Reader {
    fields: Fields,
    facets: Vec<(Field, Vec<String>)>,
}

impl Reader {
    /// `rules` are those that `fields` was made from.
    pub fn new(fields: Fields, rules: &[FacetRule]) -> Self {
        let facets = fields
            .facets
            .iter()
            .zip(rules)
            .map(|((_, field), rule)| (*field, rule.keys.clone()))
            .collect();
        Self { fields, facets }
    }

    /// The document of one line, and how many bytes of text (title and body) it holds.
    pub fn read(&self, line: &[u8]) -> Result<(TantivyDocument, u64)> {
        let object: Map<String, Value> =
            serde_json::from_slice(line).context("not a JSON object")?;
        let mut document = TantivyDocument::default();
        if let Some(id) = first(&object, &["id"]) {
            document.add_text(self.fields.id, id);
        }
        let mut bytes = 0;
        for (keys, plain, stem) in [
            (
                TITLE_KEYS.as_slice(),
                self.fields.title,
                self.fields.title_stem,
            ),
            (&BODY_KEYS, self.fields.body, self.fields.body_stem),
        ] {
            if let Some(text) = first_text(&object, keys) {
                bytes += text.len() as u64;
                document.add_text(plain, text);
                document.add_text(stem, text);
            }
        }
        if let Some(date) = first(&object, &DATE_KEYS).and_then(|text| parse_date(&text)) {
            document.add_date(self.fields.date, date);
        }
        for (field, keys) in &self.facets {
            for value in facet_values(&object, keys) {
                document.add_text(*field, value);
            }
        }
        Ok((document, bytes))
    }
}

fn first_text<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|&key| object.get(key)?.as_str())
}

/// Like `first_text`, but takes numbers too.
fn first(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|&key| scalar(object.get(key)?))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The distinct values of a facet: a terms aggregation would count a repeated one twice.
fn facet_values(object: &Map<String, Value>, keys: &[String]) -> Vec<String> {
    let mut values = Vec::new();
    for value in keys.iter().filter_map(|key| object.get(key)) {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for item in items.iter().filter_map(scalar) {
            if !item.is_empty() && !values.contains(&item) {
                values.push(item);
            }
        }
    }
    values
}

/// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD…` as midnight UTC of its first day. Whatever else is no
/// date, and so is a day outside tantivy's range (1677 to 2262).
fn parse_date(text: &str) -> Option<DateTime> {
    let mut parts = text.splitn(3, '-');
    let year: i32 = parts.next()?.parse().ok()?;
    let month: u8 = parts.next().map_or(Some(1), |text| text.parse().ok())?;
    let day: u8 = match parts.next() {
        Some(text) => text.get(..2)?.parse().ok()?,
        None => 1,
    };
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    DateTime::try_from_utc(date.midnight().assume_utc())
}

/// What is shown of a hit.
pub fn card(document: &TantivyDocument, fields: &Fields) -> Value {
    let text = |field| document.get_first(field).and_then(|value| value.as_str());
    let date = document
        .get_first(fields.date)
        .and_then(|value| value.as_datetime())
        .map(|date| date.into_utc().date().to_string());
    let facets: Map<String, Value> = fields
        .facets
        .iter()
        .map(|(name, field)| {
            let values = document.get_all(*field).filter_map(|value| value.as_str());
            (name.clone(), values.collect())
        })
        .collect();
    json!({"id": text(fields.id), "title": text(fields.title), "date": date, "facets": facets})
}
