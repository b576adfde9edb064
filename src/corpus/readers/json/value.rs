//! JSON values: repeated keys are noticed, halves of surrogate pairs survive, depth and number of
//! values are bounded.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::corpus::{Note, codes, limits};

/// What an error says when there were too many values; told apart from bad syntax by it.
pub(super) const TOO_MANY: &str = "too many values";

/// Reads one value; of a repeated key the last value counts.
pub(in crate::corpus) fn parse(text: &str, notes: &mut Vec<Note>) -> Result<Value, String> {
    match parse_strictly(text, notes) {
        Err(error) => {
            let (mended, count) = mend_surrogates(text);
            if count == 0 {
                return Err(error);
            }
            let value = parse_strictly(&mended, notes)?;
            let message = format!("{count} halves of surrogate pairs replaced");
            notes.push(Note::new(codes::JSON_SURROGATE, message));
            Ok(value)
        }
        value => value,
    }
}

fn parse_strictly(text: &str, notes: &mut Vec<Note>) -> Result<Value, String> {
    let mut state = State {
        left: limits::JSON_VALUES,
        repeated: None,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed(&mut state)
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| error.to_string())?;
    if let Some(key) = state.repeated {
        let message = format!(
            "`{}` is there more than once; the last one counts",
            shown(&key)
        );
        notes.push(Note::new(codes::JSON_DUPLICATE_KEY, message));
    }
    Ok(value)
}

fn shown(key: &str) -> String {
    key.chars().take(80).collect()
}

struct State {
    left: usize,
    repeated: Option<String>,
}

struct Seed<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.left = self
            .0
            .left
            .checked_sub(1)
            .ok_or_else(|| de::Error::custom(TOO_MANY))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(Seed(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Seed(self.0))?;
            if self.0.repeated.is_none() && map.contains_key(&key) {
                self.0.repeated = Some(key.clone());
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Replaces every `\uD8xx` without its other half, and counts them.
fn mend_surrogates(text: &str) -> (Cow<'_, str>, usize) {
    let bytes = text.as_bytes();
    let unit = |at: usize| -> Option<u16> {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut mended = String::new();
    let (mut at, mut copied, mut count) = (0, 0, 0);
    while let Some(skip) = bytes[at..].iter().position(|&byte| byte == b'\\') {
        at += skip;
        match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
                count += 1;
            }
            _ => at = (at + 2).min(bytes.len()),
        }
    }
    if count == 0 {
        return (Cow::Borrowed(text), 0);
    }
    mended.push_str(&text[copied..]);
    (Cow::Owned(mended), count)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_and_what_is_noted_about_them() {
        for (text, expected, codes) in [
            (
                "{\"a\": [1, -2, 1.5, null, true]}",
                json!({"a": [1, -2, 1.5, null, true]}),
                vec![],
            ),
            (
                "{\"a\": 1, \"a\": 2}",
                json!({"a": 2}),
                vec![codes::JSON_DUPLICATE_KEY],
            ),
            (r#""\ud83d\ude00""#, json!("😀"), vec![]),
            (
                r#""a\ud800b""#,
                json!("a\u{fffd}b"),
                vec![codes::JSON_SURROGATE],
            ),
            (
                r#""\udc00\ud800\ud83d\ude00""#,
                json!("\u{fffd}\u{fffd}😀"),
                vec![codes::JSON_SURROGATE],
            ),
            (
                r#""\\ud800 \ud800é""#,
                json!("\\ud800 \u{fffd}é"),
                vec![codes::JSON_SURROGATE],
            ),
        ] {
            let mut notes = Vec::new();
            assert_eq!(parse(text, &mut notes).unwrap(), expected);
            let given: Vec<_> = notes.iter().map(|note| note.code).collect();
            assert_eq!(given, codes, "{text}");
        }
    }

    #[test]
    fn bad_json_is_an_error() {
        let many = format!("[{}0]", "0,".repeat(limits::JSON_VALUES));
        for text in [
            "",
            "{",
            "{\"a\": 1} x",
            "{'a': 1}",
            "[1,]",
            "NaN",
            "1e999",
            "\"\n\"",
            "\"\\ud800",
            many.as_str(),
        ] {
            assert!(parse(text, &mut Vec::new()).is_err(), "{text:.40}");
        }
        for open in ["[", "{\"a\":"] {
            assert!(parse(&open.repeat(100_000), &mut Vec::new()).is_err());
        }
    }
}
