//! YAML metadata with every scalar as it is written.
//!
//! A YAML reader that knows no types makes `country: NO` false and `012` twelve. Here a plain
//! scalar that would become a boolean or a number is taken from the source text instead.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::{NonFiniteFloatPolicy, Spanned};

use crate::corpus::limits;

/// Reads a YAML block. `Ok(None)`: it is valid, but no mapping.
pub(super) fn parse(text: &str) -> Result<Option<Map<String, Value>>, String> {
    match parse_strictly(text) {
        Err(_) if text.contains(is_forbidden) && !text.contains(is_stand_in) => {
            let hidden: String = text.chars().map(stand_in).collect();
            let map = parse_strictly(&hidden)?;
            Ok(map.map(|map| map.into_iter().map(restore_entry).collect()))
        }
        result => result,
    }
}

fn parse_strictly(text: &str) -> Result<Option<Map<String, Value>>, String> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: limits::YAML_NODES,
            max_events: limits::YAML_NODES * 4,
            max_depth: limits::METADATA_DEPTH,
            max_aliases: 100,
            max_anchors: 100,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits::YAML_NODES,
        },
        with_snippet: false,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
        Ok(node) => Ok(match node.plain(text) {
            Value::Object(map) => Some(map),
            _ => None,
        }),
        Err(error) => {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or("not valid YAML");
            Err(first.to_owned())
        }
    }
}

// YAML forbids control characters, but badly converted texts have them (`\u{92}` for an
// apostrophe), and one of them in a name must not cost all the other keys. Private characters of
// the last plane stand in for them while YAML is read.

const FIRST_STAND_IN: u32 = 0x0010_f000;

fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

fn stand_in(c: char) -> char {
    if !is_forbidden(c) {
        return c;
    }
    char::from_u32(FIRST_STAND_IN + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_stand_in(c: char) -> bool {
    (FIRST_STAND_IN..FIRST_STAND_IN + 0x100).contains(&u32::from(c))
}

fn restore(text: &str) -> String {
    let original = |c: char| char::from_u32(u32::from(c) - FIRST_STAND_IN);
    text.chars()
        .map(|c| {
            if is_stand_in(c) {
                original(c).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

fn restore_entry((key, value): (String, Value)) -> (String, Value) {
    (restore(&key), restore_value(value))
}

fn restore_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(restore(&text)),
        Value::Array(values) => values.into_iter().map(restore_value).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(restore_entry).collect()),
        other => other,
    }
}

/// A value as the reader sees it.
enum Node {
    Null,
    Text(String),
    /// A boolean or number, to be taken from the source, with what it becomes if that fails.
    Typed(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<Self>, Spanned<Self>)>),
}

trait Plain {
    fn plain(self, source: &str) -> Value;
}

impl Plain for Spanned<Node> {
    fn plain(self, source: &str) -> Value {
        match self.value {
            Node::Null => Value::Null,
            Node::Text(text) => Value::String(text),
            Node::Typed(fallback) => {
                let span = self.defined.span();
                let written =
                    span.byte_offset()
                        .zip(span.byte_len())
                        .and_then(|(start, length)| {
                            let start = usize::try_from(start).ok()?;
                            let end = start.checked_add(usize::try_from(length).ok()?)?;
                            source.get(start..end)
                        });
                let written = written.map(str::trim).filter(|text| !text.is_empty());
                Value::String(written.map_or(fallback, ToOwned::to_owned))
            }
            Node::List(values) => values
                .into_iter()
                .map(|value| value.plain(source))
                .collect(),
            Node::Map(entries) => {
                let entries = entries.into_iter().filter_map(|(key, value)| {
                    match key.plain(source) {
                        Value::String(key) => Some((key, value.plain(source))),
                        Value::Null => Some((String::new(), value.plain(source))),
                        // A list or mapping as a key is no name of anything.
                        _ => None,
                    }
                });
                Value::Object(entries.collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Typed(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Typed(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Typed(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Typed(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Node::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_stay_as_written() {
        let text = "# é\ncountry: NO\nstate: ON\nyes: Yes\nzip: 012\nversion: 1.10\nbig: 1e3\n\
                    hex: 0x1F\nunder: 1_000\ndate: 2024-03-18\ntime: 12:30:00\nq: \"NO\"\n\
                    list: [NO, 'ON', 1.0, é, true]\nnone:\ntilde: ~\nnested: {a: off, b: [012]}\n\
                    anchored: &x NO\nalias: *x\nnan: .nan\ntagged: !!str 012\n1.10: key\n\
                    block: |\n  NO\n  YES\nlong: >\n  a\n  b\n";
        assert_eq!(
            Value::Object(parse(text).unwrap().unwrap()),
            json!({
                "country": "NO", "state": "ON", "yes": "Yes", "zip": "012", "version": "1.10",
                "big": "1e3", "hex": "0x1F", "under": "1_000", "date": "2024-03-18",
                "time": "12:30:00", "q": "NO", "list": ["NO", "ON", "1.0", "é", "true"],
                "none": null, "tilde": null, "nested": {"a": "off", "b": ["012"]},
                "anchored": "NO", "alias": "NO", "nan": ".nan", "tagged": "012", "1.10": "key",
                "block": "NO\nYES\n", "long": "a b\n",
            })
        );
    }

    #[test]
    fn merged_and_repeated_keys() {
        let text = "base: &b\n  a: NO\nuse:\n  <<: *b\n  c: 1\n";
        let map = parse(text).unwrap().unwrap();
        assert_eq!(map["use"], json!({"a": "NO", "c": "1"}));
        assert!(
            parse("a: 1\nb: 2\na: 3\n")
                .unwrap_err()
                .contains("duplicate")
        );
    }

    #[test]
    fn a_control_character_costs_no_key() {
        let map = parse("country: NO\nactor: [Mu\u{92}izzaddin, \"a\u{7}b\"]\n")
            .unwrap()
            .unwrap();
        assert_eq!(
            Value::Object(map),
            json!({"country": "NO", "actor": ["Mu\u{92}izzaddin", "a\u{7}b"]})
        );
        assert!(parse("a: \u{10f092}\nb: \u{92}").is_err());
    }

    #[test]
    fn what_is_no_mapping_is_not_metadata() {
        for text in ["", "just text", "- a\n- b", "12", "# only a comment\n"] {
            assert_eq!(parse(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn bombs_are_stopped_at_once() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(9);
            bomb = format!("{bomb}a{level}: &a{level} [{before}]\n");
        }
        for text in [
            bomb,
            "[".repeat(20_000),
            "{a: ".repeat(20_000),
            "- ".repeat(20_000),
            "a: [".to_owned() + &"x, ".repeat(20_000) + "]",
            "&a a: ".repeat(200),
            "!!map {".repeat(100),
            "a: \"unclosed".to_owned(),
            "%YAML 9.9\n---\na: b\nc".to_owned(),
        ] {
            let start = std::time::Instant::now();
            assert!(parse(&text).is_err(), "{}", &text[..text.len().min(40)]);
            assert!(start.elapsed().as_secs() < 2);
        }
    }
}
