//! JSON and JSON Lines: objects whose keys say what is what.

mod cut;
mod lines;
mod value;

pub(in crate::corpus) use value::parse;

use serde_json::Value;

use crate::corpus::{Article, Cutter, Format, Material, Reader, Refusal, codes};

pub(super) fn formats() -> Vec<Format> {
    vec![Format::new(Json), Format::new(JsonLines)]
}

/// One object, objects one after the other, or an array of objects.
#[derive(Debug)]
struct Json;

impl Reader for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extensions(&self) -> &[&str] {
        &["json"]
    }

    fn is_single(&self) -> bool {
        false
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(cut::Values::default())
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        object(material)
    }
}

/// An object a line.
#[derive(Debug)]
struct JsonLines;

impl Reader for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extensions(&self) -> &[&str] {
        &["jsonl", "ndjson"]
    }

    fn is_single(&self) -> bool {
        false
    }

    fn cutter(&self) -> Box<dyn Cutter> {
        Box::new(lines::Lines::default())
    }

    fn read(&self, material: &mut Material<'_>) -> Result<Article, Refusal> {
        object(material)
    }
}

fn object(material: &mut Material<'_>) -> Result<Article, Refusal> {
    let text = material.text()?;
    match parse(&text, &mut material.notes) {
        Ok(Value::Object(map)) => Ok(Article::structured(map, material.fields())),
        Ok(_) => {
            let message = "a JSON object was expected";
            Err(Refusal::new(codes::NOT_AN_OBJECT, message))
        }
        Err(error) if error.starts_with(value::TOO_MANY) => {
            Err(Refusal::new(codes::JSON_TOO_MANY_VALUES, error))
        }
        Err(error) => Err(Refusal::new(codes::JSON, error)),
    }
}
