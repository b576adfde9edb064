//! From a raw record to a document: decode, parse, map keys to fields and facets, check.
//!
//! What a record says about itself wins over what its place says (`[[rules]]`); a sidecar wins
//! over front matter, key by key.

mod front_matter;
mod html;
mod json;
mod markdown;
mod metadata;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod yaml;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::records::{RawRecord, SidecarBytes};
use super::{Failure, Format, Note, Reading, SourceFile, Stage, codes, decode};
use crate::{Document, DocumentId, Schema, SourceLocation};

/// Reads one record. `rules` are the values that the place of the file gives.
pub(super) fn document(
    schema: &Schema,
    rules: &BTreeMap<String, Vec<String>>,
    file: &SourceFile,
    record: &RawRecord,
) -> Result<Reading, Failure> {
    let fail = |stage, code, message: String| Failure {
        path: file.path.clone(),
        record: record.number,
        stage,
        code,
        message,
    };
    let mut notes = Vec::new();
    let text = decode::decode(&record.data, &mut notes).map_err(|decode::Binary| {
        let message = "not text: there are NUL bytes".to_owned();
        fail(Stage::Decode, codes::BINARY, message)
    })?;
    let article = match file.format {
        Format::Text | Format::Markdown => {
            let sidecar = record.sidecar.as_deref();
            written(schema, file.format, &text, sidecar, &mut notes)
        }
        Format::Json | Format::JsonLines => match json::parse(&text, &mut notes) {
            Ok(Value::Object(map)) => structured(schema, map),
            Ok(_) => {
                let message = "a JSON object was expected".to_owned();
                return Err(fail(Stage::Parse, codes::NOT_AN_OBJECT, message));
            }
            Err(error) if error.starts_with(json::TOO_MANY) => {
                return Err(fail(Stage::Parse, codes::JSON_TOO_MANY_VALUES, error));
            }
            Err(error) => return Err(fail(Stage::Parse, codes::JSON, error)),
        },
    };
    let id = identify(schema, &article.metadata, file, record, &mut notes)
        .map_err(|(code, message)| fail(Stage::Validate, code, message))?;
    let mut document = Document::new(id);
    Mapper {
        schema,
        rules,
        metadata: &article.metadata,
        notes: &mut notes,
    }
    .fill(&mut document, article.title, file);
    document.body = article.body;
    if document.body.trim().is_empty() {
        notes.push(Note::new(codes::BODY_EMPTY, "there is no text"));
    }
    document.metadata = metadata::bounded(article.metadata, &mut notes);
    let mut source = SourceLocation::default();
    source.path.clone_from(&file.path);
    source.record = record.number;
    source.start = record.start;
    source.end = record.end;
    record.own_hash.to_hex()[..32].clone_into(&mut source.hash);
    document.source = Some(source);
    Ok(Reading { document, notes })
}

/// Gives a document, which another configuration made, the values that this one gives it: from
/// its kept metadata and its place. Id, title and text stay as they are.
pub(super) fn remake(
    schema: &Schema,
    rules: &BTreeMap<String, Vec<String>>,
    document: &mut Document,
) {
    let metadata = std::mem::take(&mut document.metadata);
    document.facets.clear();
    document.numbers.clear();
    Mapper {
        schema,
        rules,
        metadata: &metadata,
        notes: &mut Vec::new(),
    }
    .fill_values(document);
    document.metadata = metadata;
}

/// What a reader of a format makes of a text.
struct Article {
    /// The title that stands in the text, and is not in the body; only if none is declared.
    title: Option<String>,
    body: String,
    metadata: Map<String, Value>,
}

/// Plain text or Markdown, with its front matter and sidecar.
fn written(
    schema: &Schema,
    format: Format,
    text: &str,
    sidecar: Option<&SidecarBytes>,
    notes: &mut Vec<Note>,
) -> Article {
    let text = unified(text);
    let (mut metadata, rest) = front_matter::split(&text, notes);
    if let Some(sidecar) = sidecar {
        add_sidecar(&mut metadata, sidecar, notes);
    }
    let declared = declared_text(&metadata, &schema.fields.title);
    let (title, body) = if format == Format::Markdown {
        let rendered = markdown::render(rest, declared.as_deref());
        (rendered.heading, rendered.text)
    } else {
        let (title, body) = match (text::split_title(rest), &declared) {
            // Another title is declared, so this line is part of the text.
            ((Some(title), _), Some(declared)) if !same_words(title, declared) => (None, rest),
            (split, _) => split,
        };
        (title.map(ToOwned::to_owned), body.trim_end().to_owned())
    };
    Article {
        title: title.filter(|_| declared.is_none()),
        body,
        metadata,
    }
}

/// Whether two titles differ in nothing but white space.
fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// The first text that the keys of a field hold.
fn declared_text(metadata: &Map<String, Value>, keys: &[String]) -> Option<String> {
    keys.iter()
        .flat_map(|key| metadata::find(metadata, key))
        .find_map(metadata::first_text)
}

fn structured(schema: &Schema, mut map: Map<String, Value>) -> Article {
    let mut body = String::new();
    for key in &schema.fields.body {
        let mut parts: Vec<String> = Vec::new();
        for value in metadata::find(&map, key) {
            metadata::texts(value, &mut |text| parts.push(text.to_owned()));
        }
        body = parts.join("\n\n");
        if !body.trim().is_empty() {
            remove(&mut map, key);
            break;
        }
    }
    Article {
        title: None,
        body: unified(&body).into_owned(),
        metadata: map,
    }
}

/// Takes the text out of the metadata, so that it is not kept twice.
fn remove(map: &mut Map<String, Value>, key: &str) {
    if map.remove(key).is_some() {
        return;
    }
    let other = map.keys().find(|other| other.eq_ignore_ascii_case(key));
    if let Some(other) = other.cloned() {
        map.remove(&other);
        return;
    }
    if let Some((step, rest)) = key.split_once('.') {
        match map.get_mut(step) {
            Some(Value::Object(inner)) => remove(inner, rest),
            Some(Value::Array(values)) => values
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|inner| remove(inner, rest)),
            _ => {}
        }
    }
}

/// Line ends of every origin as `\n`.
fn unified(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn add_sidecar(metadata: &mut Map<String, Value>, sidecar: &SidecarBytes, notes: &mut Vec<Note>) {
    let read = match &sidecar.content {
        Err(message) => Err(message.clone()),
        Ok(bytes) => match decode::decode(bytes, notes) {
            Err(decode::Binary) => Err("it is not text".to_owned()),
            Ok(text) => front_matter::sidecar(&sidecar.extension, &text, notes),
        },
    };
    match read {
        Ok(map) => metadata.extend(map),
        Err(error) => {
            let message = format!("the sidecar was left out: {error}");
            notes.push(Note::new(codes::SIDECAR, message));
        }
    }
}

fn identify(
    schema: &Schema,
    metadata: &Map<String, Value>,
    file: &SourceFile,
    record: &RawRecord,
    notes: &mut Vec<Note>,
) -> Result<DocumentId, (&'static str, String)> {
    let mut declared = None;
    for key in &schema.fields.id {
        for value in metadata::find(metadata, key) {
            match value {
                Value::String(text) if text.trim().is_empty() => {}
                Value::String(text) => declared = Some(text.trim().to_owned()),
                // A number beyond 64 bits has lost its last digits.
                Value::Number(number) if !number.is_f64() => declared = Some(number.to_string()),
                Value::Null => {}
                _ => {
                    let message = format!("`{key}` is neither text nor a whole number, so no id");
                    notes.push(Note::new(codes::ID_IGNORED, message));
                }
            }
            if declared.is_some() {
                break;
            }
        }
        if declared.is_some() {
            break;
        }
    }
    let id = declared.unwrap_or_else(|| match record.number {
        Some(number) => format!("{}#{number}", file.path),
        None => file.path.clone(),
    });
    let short = values::shown(&id);
    if id.len() > DocumentId::MAX_BYTES {
        let most = DocumentId::MAX_BYTES;
        let message = format!("the id `{short}` is longer than {most} bytes");
        return Err((codes::ID_TOO_LONG, message));
    }
    if id.chars().any(char::is_control) {
        let message = format!("there are control characters in the id `{short}`");
        return Err((codes::ID_CONTROL, message));
    }
    Ok(DocumentId::from(id))
}

/// Feeds the fields, facets and numbers of a document from its metadata and place.
struct Mapper<'a> {
    schema: &'a Schema,
    rules: &'a BTreeMap<String, Vec<String>>,
    metadata: &'a Map<String, Value>,
    notes: &'a mut Vec<Note>,
}

impl<'a> Mapper<'a> {
    /// The first text that the keys of a field hold, else what the rules say.
    fn text(&self, keys: &[String], name: &str) -> Option<String> {
        declared_text(self.metadata, keys).or_else(|| self.rules.get(name)?.first().cloned())
    }

    fn values(&self, keys: &[String]) -> Vec<&'a Value> {
        keys.iter()
            .flat_map(|key| metadata::find(self.metadata, key))
            .collect()
    }

    fn rule(&self, name: &str) -> Vec<Value> {
        let values = self.rules.get(name).into_iter().flatten();
        values.map(|value| Value::String(value.clone())).collect()
    }

    /// `heading` is the title that stands in the text.
    fn fill(&mut self, document: &mut Document, heading: Option<String>, file: &SourceFile) {
        let fields = &self.schema.fields;
        let title = declared_text(self.metadata, &fields.title)
            .or(heading)
            .or_else(|| self.rules.get("title")?.first().cloned());
        document.title = match title {
            Some(title) => values::title(&title, self.notes),
            None if file.format.is_single() => {
                let message = "no title was found, so the file's name is the title";
                self.notes.push(Note::new(codes::TITLE_FROM_NAME, message));
                values::title(&text::title_from_name(&file.path), self.notes)
            }
            None => String::new(),
        };
        self.fill_values(document);
    }

    /// Everything but id, title and text.
    fn fill_values(&mut self, document: &mut Document) {
        let fields = &self.schema.fields;
        document.date = values::date(self.values(&fields.date), self.notes)
            .or_else(|| values::date(&self.rule("date"), self.notes));
        document.url = self
            .text(&fields.url, "url")
            .and_then(|text| values::url(&text, self.notes));
        document.language = self
            .text(&fields.language, "language")
            .and_then(|text| values::language(&text, self.notes));
        for facet in &self.schema.facets {
            let mut values = values::facet(facet, self.values(&facet.keys), self.notes);
            if values.is_empty() {
                values = values::facet(facet, &self.rule(&facet.name), self.notes);
            }
            if !values.is_empty() {
                document.facets.insert(facet.name.clone(), values);
            }
        }
        for number in &self.schema.numbers {
            let mut values = values::numbers(number, self.values(&number.keys), self.notes);
            if values.is_empty() {
                values = values::numbers(number, &self.rule(&number.name), self.notes);
            }
            if !values.is_empty() {
                document.numbers.insert(number.name.clone(), values);
            }
        }
    }
}
