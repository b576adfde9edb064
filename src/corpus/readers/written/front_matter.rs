//! Metadata in front of a text (YAML between `---`, TOML between `+++`, a JSON object) and beside
//! it (sidecars).
//!
//! A block that cannot be read costs its metadata and nothing else: the text behind it is read,
//! and a note says what was wrong.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::yaml;
use crate::corpus::readers::parse_json;
use crate::corpus::{Note, codes, limits};

/// Cuts front matter off a text. Gives what it says, and where the text goes on.
pub(super) fn split<'t>(text: &'t str, notes: &mut Vec<Note>) -> (Map<String, Value>, &'t str) {
    let (read, rest) = match Block::find(text) {
        Found::Nothing => return (Map::new(), text),
        Found::Unclosed => {
            let most = limits::FRONT_MATTER_BYTES >> 10;
            let message = format!("the front matter has no end within {most} KiB; read as text");
            notes.push(Note::new(codes::FRONT_MATTER, message));
            return (Map::new(), text);
        }
        Found::Block(block) => {
            let read = match block.kind {
                Kind::Yaml => yaml::parse(block.content),
                Kind::Toml => toml(block.content).map(Some),
                Kind::Json => parse_json(block.content, notes).map(|value| match value {
                    Value::Object(map) => Some(map),
                    _ => None,
                }),
            };
            (read, block.rest)
        }
    };
    match read {
        Ok(Some(map)) => (map, rest),
        // `---` is also a rule between two paragraphs.
        Ok(None) => (Map::new(), text),
        Err(error) => {
            let message = format!("the front matter cannot be read and was left out: {error}");
            notes.push(Note::new(codes::FRONT_MATTER, message));
            (Map::new(), rest)
        }
    }
}

/// Reads a sidecar by its extension.
pub(in crate::corpus) fn sidecar(
    extension: &str,
    text: &str,
    notes: &mut Vec<Note>,
) -> Result<Map<String, Value>, String> {
    let map = match extension {
        "toml" => Some(toml(text)?),
        "json" => match parse_json(text, notes)? {
            Value::Object(map) => Some(map),
            _ => None,
        },
        _ => match yaml::parse(text)? {
            None if text.trim().is_empty() => Some(Map::new()),
            map => map,
        },
    };
    map.ok_or_else(|| "a list of keys and values was expected".to_owned())
}

enum Kind {
    Yaml,
    Toml,
    Json,
}

struct Block<'t> {
    kind: Kind,
    content: &'t str,
    rest: &'t str,
}

enum Found<'t> {
    Nothing,
    Unclosed,
    Block(Block<'t>),
}

impl Block<'_> {
    fn find(text: &str) -> Found<'_> {
        let (first, rest) = line(text);
        match first.trim_end() {
            "---" => between(rest, Kind::Yaml, &["---", "..."]),
            "+++" => between(rest, Kind::Toml, &["+++"]),
            _ => object(text),
        }
    }
}

/// The first line without its end, and what follows.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

fn between<'t>(text: &'t str, kind: Kind, ends: &[&str]) -> Found<'t> {
    let mut rest = text;
    while !rest.is_empty() && text.len() - rest.len() <= limits::FRONT_MATTER_BYTES {
        let (first, after) = line(rest);
        if ends.contains(&first.trim_end()) {
            let content = &text[..text.len() - rest.len()];
            return Found::Block(Block {
                kind,
                content,
                rest: after,
            });
        }
        rest = after;
    }
    // A line of dashes at the top of a text is a rule unless a key follows it.
    let (first, _) = line(text);
    let key = first
        .split([':', '='])
        .next()
        .unwrap_or_default()
        .trim_end();
    let looks_like_keys = first.contains([':', '='])
        && !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.\"".contains(&byte));
    if looks_like_keys {
        Found::Unclosed
    } else {
        Found::Nothing
    }
}

/// A JSON object that ends at the end of a line.
fn object(text: &str) -> Found<'_> {
    let Some(inside) = text.strip_prefix('{') else {
        return Found::Nothing;
    };
    if !inside.trim_start().starts_with(['"', '}']) {
        return Found::Nothing;
    }
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate().take(limits::FRONT_MATTER_BYTES) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => depth += 1,
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    let (behind, rest) = line(&text[at + 1..]);
                    if !behind.trim().is_empty() {
                        return Found::Nothing;
                    }
                    return Found::Block(Block {
                        kind: Kind::Json,
                        content: &text[..=at],
                        rest,
                    });
                }
            }
            _ => {}
        }
    }
    Found::Unclosed
}

/// TOML with numbers and dates as they are written.
fn toml(text: &str) -> Result<Map<String, Value>, String> {
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        format!("{} in its line {line}", error.message())
    })?;
    toml_map(table.get_ref(), 0)
}

fn toml_map(table: &DeTable<'_>, depth: usize) -> Result<Map<String, Value>, String> {
    table
        .iter()
        .map(|(key, value)| {
            Ok((
                key.get_ref().to_string(),
                toml_value(value.get_ref(), depth + 1)?,
            ))
        })
        .collect()
}

fn toml_value(value: &DeValue<'_>, depth: usize) -> Result<Value, String> {
    if depth > limits::METADATA_DEPTH {
        return Err("values are nested too deeply".to_owned());
    }
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) if number.radix() != 10 => {
            match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::String(number.to_string()),
                Err(_) => Value::String(number.as_str().to_owned()),
            }
        }
        DeValue::Integer(number) => Value::String(number.as_str().to_owned()),
        DeValue::Float(number) => Value::String(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::String(value.to_string()),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(values) => values
            .iter()
            .map(|value| toml_value(value.get_ref(), depth + 1))
            .collect::<Result<_, _>>()?,
        DeValue::Table(table) => Value::Object(toml_map(table, depth)?),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn three_kinds_of_front_matter() {
        for (text, expected, rest) in [
            (
                "---\ntitle: A\n---\nBody\n",
                json!({"title": "A"}),
                "Body\n",
            ),
            ("---  \ntitle: A\n...\nBody", json!({"title": "A"}), "Body"),
            ("---\ntitle: A\n---", json!({"title": "A"}), ""),
            (
                "+++\ntitle = 'A'\ndate = 1962-10-28\nn = 1_000\nx = 0x1F\nf = 1.10\nb = true\n+++\nBody",
                json!({"title": "A", "date": "1962-10-28", "n": "1000", "x": "31", "f": "1.10", "b": "true"}),
                "Body",
            ),
            (
                "{\"title\": \"A } \\\" {\", \"n\": {\"a\": 1}}\n\nBody",
                json!({"title": "A } \" {", "n": {"a": 1}}),
                "\nBody",
            ),
            ("{}\nBody", json!({}), "Body"),
            ("Body --- x", json!({}), "Body --- x"),
            (
                "---\nA rule, then text\n---\nmore",
                json!({}),
                "---\nA rule, then text\n---\nmore",
            ),
            ("---\n\nA rule", json!({}), "---\n\nA rule"),
            ("{{< figure >}}\nBody", json!({}), "{{< figure >}}\nBody"),
            ("{\"a\": 1} is JSON", json!({}), "{\"a\": 1} is JSON"),
            ("", json!({}), ""),
            ("---", json!({}), "---"),
        ] {
            let mut notes = Vec::new();
            let (map, body) = split(text, &mut notes);
            assert_eq!((Value::Object(map), body), (expected, rest), "{text}");
            assert_eq!(notes, [], "{text}");
        }
    }

    #[test]
    fn bad_front_matter_is_noted_and_the_text_is_kept() {
        let long = format!("---\na: {}\n---\nBody", "x".repeat(70_000));
        for (text, rest) in [
            ("---\na: [1\n---\nBody", "Body"),
            ("---\na: 1\na: 2\n---\nBody", "Body"),
            ("+++\na = \n+++\nBody", "Body"),
            ("{\"a\": 1,}\nBody", "Body"),
            ("---\ntitle: A\nBody", "---\ntitle: A\nBody"),
            ("{\"a\": 1", "{\"a\": 1"),
            (long.as_str(), long.as_str()),
        ] {
            let mut notes = Vec::new();
            let (map, body) = split(text, &mut notes);
            assert!(map.is_empty());
            assert_eq!(body, rest);
            assert_eq!(notes.len(), 1, "{text:.40}");
            assert_eq!(notes[0].code, codes::FRONT_MATTER);
        }
    }

    #[test]
    fn sidecars_are_read_by_their_extension() {
        for (extension, text, expected) in [
            ("yaml", "country: NO", Ok(json!({"country": "NO"}))),
            ("yml", "", Ok(json!({}))),
            ("toml", "a = 1", Ok(json!({"a": "1"}))),
            ("json", "{\"a\": 1}", Ok(json!({"a": 1}))),
            ("json", "[1]", Err(())),
            ("yaml", "text", Err(())),
            ("toml", "a", Err(())),
        ] {
            let read = sidecar(extension, text, &mut Vec::new());
            assert_eq!(read.map(Value::Object).map_err(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn deep_toml_is_refused() {
        let text = format!("a = {}", "[".repeat(100_000));
        assert!(toml(&text).is_err());
        let text = format!("{}a = 1", "a.".repeat(10_000));
        assert!(toml(&text).is_err());
    }
}
