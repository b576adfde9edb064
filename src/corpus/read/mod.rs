//! From a raw record to a document: the reader of its format, then keys to fields and facets,
//! then checks.
//!
//! What a record says about itself wins over what its container says, and that over what its
//! place says (`[[rules]]`); a sidecar wins over all of it, key by key.

pub(super) mod metadata;
#[cfg(test)]
mod tests;
mod values;

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::budget::Budget;
use super::readers::written::{front_matter, text};
use super::records::{RawRecord, SidecarBytes};
use super::rules::Given;
use super::{Failure, Material, Note, Reading, Refusal, SourceFile, Stage, codes, decode, paths};
use crate::{Document, DocumentId, Schema, SourceLocation};

/// Reads one record. `rules` is what the place of the file gives.
pub(super) fn document(
    schema: &Schema,
    rules: &Given,
    file: &SourceFile,
    record: RawRecord,
) -> Result<Reading, Failure> {
    let fail = |refusal: Refusal| Failure {
        path: file.path.clone(),
        member: record.member.clone(),
        record: record.number,
        stage: refusal.stage,
        code: refusal.code,
        message: refusal.message,
    };
    let mut notes = record.notes;
    let sidecar = match record.sidecar.as_deref() {
        Some(sidecar) => read_sidecar(sidecar, &mut notes),
        None => Map::new(),
    };
    let mut material = Material {
        name: record.member.as_deref().unwrap_or(&file.path),
        bytes: &record.data,
        encoding: rules.encoding,
        charset: record.charset.as_deref(),
        fields: &schema.fields,
        sidecar,
        notes,
        budget: Budget::default(),
    };
    let mut article = record.format.reader().read(&mut material).map_err(fail)?;
    let Material {
        sidecar, mut notes, ..
    } = material;
    offer(schema, &mut article.metadata, record.given);
    article.metadata.extend(sidecar);
    let path = match &record.member {
        Some(member) => paths::inside(&file.path, member),
        None => file.path.clone(),
    };
    let number = match &record.member {
        Some(_) => record.inner,
        None => record.number,
    };
    let id = identify(schema, &article.metadata, &path, number, &mut notes)
        .map_err(|(code, message)| fail(Refusal::new(code, message).at(Stage::Validate)))?;
    let mut document = Document::new(id);
    let is_whole = record.format.is_single() && number.is_none();
    let name = is_whole.then_some(path.as_str());
    Mapper {
        schema,
        rules,
        metadata: &article.metadata,
        notes: &mut notes,
    }
    .fill(&mut document, article.title, name);
    document.body = article.body;
    if document.body.trim().is_empty() {
        notes.push(Note::new(codes::BODY_EMPTY, "there is no text"));
    }
    document.metadata = metadata::bounded(article.metadata, &mut notes);
    document.source = Some(SourceLocation {
        path,
        record: record.number,
        start: record.start,
        end: record.end,
        hash: record.own_hash.to_hex()[..32].to_owned(),
    });
    Ok(Reading { document, notes })
}

/// Gives a document, which another configuration made, the values that this one gives it: from
/// its kept metadata and its place. Id, title and text stay as they are.
pub(super) fn remake(schema: &Schema, rules: &Given, document: &mut Document) {
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

/// Adds what a container says about a record, unless the record says it itself, by whatever key.
fn offer(schema: &Schema, metadata: &mut Map<String, Value>, given: Map<String, Value>) {
    let fields = &schema.fields;
    let facets = schema.facets.iter().map(|facet| &facet.keys);
    let groups = [&fields.title, &fields.date, &fields.url, &fields.language];
    let groups: Vec<&Vec<String>> = groups.into_iter().chain(facets).collect();
    for (key, value) in given {
        let mut groups = groups.iter().filter(|keys| keys.contains(&key));
        let is_said = groups.any(|keys| declared_text(metadata, keys).is_some());
        if !is_said && !metadata.contains_key(&key) {
            metadata.insert(key, value);
        }
    }
}

/// Whether two titles differ in nothing but white space.
pub(super) fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// The first text that the keys of a field hold.
pub(super) fn declared_text(metadata: &Map<String, Value>, keys: &[String]) -> Option<String> {
    metadata::find_all(metadata, keys).find_map(metadata::first_text)
}

/// What the first of these keys says that says anything; that is then no longer in the metadata.
pub(super) fn take_body(map: &mut Map<String, Value>, keys: &[String]) -> String {
    for key in keys {
        let mut parts: Vec<String> = Vec::new();
        for value in metadata::find(map, key) {
            metadata::texts(value, &mut |text| parts.push(text.to_owned()));
        }
        let body = parts.join("\n\n");
        if !body.trim().is_empty() {
            remove(map, key);
            return body;
        }
    }
    String::new()
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
pub(super) fn unified(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// What a sidecar says; if it cannot be read, that is noted.
fn read_sidecar(sidecar: &SidecarBytes, notes: &mut Vec<Note>) -> Map<String, Value> {
    let read = match &sidecar.content {
        Err(message) => Err(message.clone()),
        Ok(bytes) => match decode::decode(bytes, decode::Hints::default(), notes) {
            Err(decode::Binary) => Err("it is not text".to_owned()),
            Ok(text) => front_matter::sidecar(&sidecar.extension, &text, notes),
        },
    };
    read.unwrap_or_else(|error| {
        let message = format!("the sidecar was left out: {error}");
        notes.push(Note::new(codes::SIDECAR, message));
        Map::new()
    })
}

fn identify(
    schema: &Schema,
    metadata: &Map<String, Value>,
    path: &str,
    number: Option<u64>,
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
    let id = declared.unwrap_or_else(|| match number {
        Some(number) => format!("{path}#{number}"),
        None => path.to_owned(),
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
    rules: &'a Given,
    metadata: &'a Map<String, Value>,
    notes: &'a mut Vec<Note>,
}

impl Mapper<'_> {
    /// The first text that the keys of a field hold, else what the rules say.
    fn text(&self, keys: &[String], name: &str) -> Option<String> {
        declared_text(self.metadata, keys).or_else(|| self.rules.values.get(name)?.first().cloned())
    }

    fn rule(&self, name: &str) -> Vec<Value> {
        let values = self.rules.values.get(name).into_iter().flatten();
        values.map(|value| Value::String(value.clone())).collect()
    }

    /// `heading` is the title that stands in the text, `name` that of a file that is the document.
    fn fill(&mut self, document: &mut Document, heading: Option<String>, name: Option<&str>) {
        let fields = &self.schema.fields;
        let title = declared_text(self.metadata, &fields.title)
            .or(heading)
            .or_else(|| self.rules.values.get("title")?.first().cloned());
        document.title = match (title, name) {
            (Some(title), _) => values::title(&title, self.notes),
            (None, Some(name)) => {
                let message = "no title was found, so the file's name is the title";
                self.notes.push(Note::new(codes::TITLE_FROM_NAME, message));
                values::title(&text::title_from_name(name), self.notes)
            }
            (None, None) => String::new(),
        };
        self.fill_values(document);
    }

    /// Everything but id, title and text.
    fn fill_values(&mut self, document: &mut Document) {
        let fields = &self.schema.fields;
        document.date = values::date(metadata::find_all(self.metadata, &fields.date), self.notes)
            .or_else(|| values::date(&self.rule("date"), self.notes));
        document.url = self
            .text(&fields.url, "url")
            .and_then(|text| values::url(&text, self.notes));
        document.language = self
            .text(&fields.language, "language")
            .and_then(|text| values::language(&text, self.notes));
        for facet in &self.schema.facets {
            let mut values = values::facet(
                facet,
                metadata::find_all(self.metadata, &facet.keys),
                self.notes,
            );
            if values.is_empty() {
                values = values::facet(facet, &self.rule(&facet.name), self.notes);
            }
            if !values.is_empty() {
                document.facets.insert(facet.name.clone(), values);
            }
        }
        for number in &self.schema.numbers {
            let mut values = values::numbers(
                number,
                metadata::find_all(self.metadata, &number.keys),
                self.notes,
            );
            if values.is_empty() {
                values = values::numbers(number, &self.rule(&number.name), self.notes);
            }
            if !values.is_empty() {
                document.numbers.insert(number.name.clone(), values);
            }
        }
    }
}
