//! Finds keys in source metadata, turns what they hold into text, and keeps a bounded copy.

use serde_json::{Map, Value};

use crate::corpus::{Note, codes, limits};

/// What the objects of structured metadata call the text they stand for, in order of preference.
const NAMES: [&str; 4] = ["name", "label", "value", "literal"];

/// Looks a key up: as it is written, then as a path into nested data, then without regard to
/// case. Gives every value found: a path through a list finds many.
pub(in crate::corpus) fn find<'m>(map: &'m Map<String, Value>, key: &str) -> Found<'m> {
    // Most keys are in no record: their lengths tell that faster than the order of the map does.
    let mut in_other_case = None;
    for (other, value) in map {
        if other.len() != key.len() {
            continue;
        }
        if other == key {
            return Found::One(Some(value));
        }
        if in_other_case.is_none() && other.eq_ignore_ascii_case(key) {
            in_other_case = Some(value);
        }
    }
    if key.contains('.') {
        let mut found = Vec::new();
        follow(map, key, &mut found);
        if !found.is_empty() {
            return Found::Many(found.into_iter());
        }
    }
    Found::One(in_other_case)
}

/// The values of several keys, in their order.
pub(in crate::corpus) fn find_all<'m>(
    map: &'m Map<String, Value>,
    keys: &'m [String],
) -> impl Iterator<Item = &'m Value> {
    keys.iter().flat_map(|key| find(map, key))
}

/// The values of a key.
#[derive(Debug)]
pub(in crate::corpus) enum Found<'m> {
    One(Option<&'m Value>),
    Many(std::vec::IntoIter<&'m Value>),
}

impl<'m> Iterator for Found<'m> {
    type Item = &'m Value;

    fn next(&mut self) -> Option<&'m Value> {
        match self {
            Self::One(value) => value.take(),
            Self::Many(values) => values.next(),
        }
    }
}

/// Follows a path; a step may itself contain dots, so every cut is tried that a key exists for.
fn follow<'m>(map: &'m Map<String, Value>, path: &str, found: &mut Vec<&'m Value>) {
    for (at, _) in path.match_indices('.') {
        let (step, rest) = (&path[..at], &path[at + 1..]);
        match map.get(step) {
            Some(Value::Object(inner)) => descend(inner, rest, found),
            Some(Value::Array(values)) => {
                for value in values.iter().filter_map(Value::as_object) {
                    descend(value, rest, found);
                }
            }
            _ => {}
        }
    }
}

fn descend<'m>(map: &'m Map<String, Value>, rest: &str, found: &mut Vec<&'m Value>) {
    if found.len() > limits::VALUES {
        return;
    }
    match map.get(rest) {
        Some(value) => found.push(value),
        None => follow(map, rest, found),
    }
}

/// Calls back with every text that a value holds: numbers and booleans as text, lists one by
/// one, objects by their name. Gives the number of objects that have none.
pub(in crate::corpus) fn texts(value: &Value, each: &mut impl FnMut(&str)) -> usize {
    match value {
        Value::Null => 0,
        Value::String(text) => {
            each(text);
            0
        }
        Value::Number(number) => {
            each(&number.to_string());
            0
        }
        Value::Bool(value) => {
            each(if *value { "true" } else { "false" });
            0
        }
        Value::Array(values) => values.iter().map(|value| texts(value, each)).sum(),
        Value::Object(map) => {
            let named = NAMES.iter().find_map(|name| match map.get(*name) {
                Some(value @ (Value::String(_) | Value::Number(_))) => Some(value),
                _ => None,
            });
            named.map_or(1, |value| texts(value, each))
        }
    }
}

/// The first text that a value holds, if it holds any that is not blank.
pub(in crate::corpus) fn first_text(value: &Value) -> Option<String> {
    let mut first = None;
    texts(value, &mut |text| {
        if first.is_none() && !text.trim().is_empty() {
            first = Some(text.trim().to_owned());
        }
    });
    first
}

/// Cuts metadata down to what is kept beside a document.
pub(super) fn bounded(map: Map<String, Value>, notes: &mut Vec<Note>) -> Map<String, Value> {
    let mut left = limits::METADATA_BYTES;
    if fits(&map, &mut left) {
        return map;
    }
    let mut keeper = Keeper {
        left: limits::METADATA_BYTES,
        cut: None,
    };
    let kept = keeper.map(map);
    if let Some(key) = keeper.cut {
        let shown: String = key.chars().take(80).collect();
        let message = format!("not all source metadata is kept; the first to be cut is `{shown}`");
        notes.push(Note::new(codes::METADATA_CUT, message));
    }
    kept
}

/// Whether nothing is cut of a map when this many bytes are left; what it takes is taken off. It may
/// say no of one that is not cut.
fn fits(map: &Map<String, Value>, left: &mut usize) -> bool {
    map.iter().all(|(key, value)| {
        key.len() <= limits::METADATA_KEY_BYTES
            && take(left, key.len() + 4)
            && value_fits(value, left)
    })
}

fn value_fits(value: &Value, left: &mut usize) -> bool {
    match value {
        Value::String(text) => text.len() <= limits::METADATA_TEXT_BYTES && take(left, text.len()),
        Value::Array(values) => values
            .iter()
            .all(|value| take(left, 4) && value_fits(value, left)),
        Value::Object(map) => fits(map, left),
        _ => take(left, 8),
    }
}

/// Takes bytes off, if there are so many.
fn take(left: &mut usize, bytes: usize) -> bool {
    let rest = left.checked_sub(bytes);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

/// The last place to cut a text that is not within a character and not beyond `most` bytes.
pub(in crate::corpus) fn cut_at(text: &str, most: usize) -> usize {
    let end = text.len().min(most);
    (0..=end)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

struct Keeper {
    left: usize,
    cut: Option<String>,
}

impl Keeper {
    fn map(&mut self, map: Map<String, Value>) -> Map<String, Value> {
        let mut kept = Map::new();
        for (key, value) in map {
            if key.len() > limits::METADATA_KEY_BYTES || !take(&mut self.left, key.len() + 4) {
                self.note(&key);
                continue;
            }
            let cut_before = self.cut.is_some();
            let value = self.value(value);
            if !cut_before && self.cut.is_some() {
                self.cut = Some(key.clone());
            }
            kept.insert(key, value);
        }
        kept
    }

    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(mut text) => {
                let most = limits::METADATA_TEXT_BYTES.min(self.left);
                if text.len() > most {
                    let end = cut_at(&text, most);
                    text.truncate(end);
                    self.note("");
                }
                self.left -= text.len();
                Value::String(text)
            }
            Value::Array(values) => {
                let mut kept = Vec::new();
                for value in values {
                    if !take(&mut self.left, 4) {
                        self.note("");
                        break;
                    }
                    kept.push(self.value(value));
                }
                Value::Array(kept)
            }
            Value::Object(map) => Value::Object(self.map(map)),
            scalar => {
                self.left = self.left.saturating_sub(8);
                scalar
            }
        }
    }

    fn note(&mut self, key: &str) {
        self.cut.get_or_insert_with(|| key.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn keys_are_found_literally_then_as_paths_then_without_case() {
        let source = map(json!({
            "a.b": 1, "a": {"b": 2, "c": {"d": 3}, "c.e": 4}, "Title": "T",
            "list": [{"n": 1}, {"n": 2}, 3], "exact": 5, "Exact": 6,
        }));
        for (key, expected) in [
            ("a.b", json!([1])),
            ("a.c.d", json!([3])),
            ("a.c.e", json!([4])),
            ("list.n", json!([1, 2])),
            ("title", json!(["T"])),
            ("EXACT", json!([6])),
            ("exact", json!([5])),
            ("none", json!([])),
            ("a.x", json!([])),
            ("", json!([])),
            (".", json!([])),
        ] {
            let found: Vec<_> = find(&source, key).cloned().collect();
            assert_eq!(Value::Array(found), expected, "{key}");
        }
    }

    #[test]
    fn values_become_texts() {
        for (value, expected, unnamed) in [
            (json!("a"), vec!["a"], 0),
            (
                json!(["a", ["b", null], 1, true]),
                vec!["a", "b", "1", "true"],
                0,
            ),
            (json!({"name": "a", "code": 1}), vec!["a"], 0),
            (
                json!([{"label": "b"}, {"value": 2}, {"code": 1}]),
                vec!["b", "2"],
                1,
            ),
            (json!({"name": ["x"]}), vec![], 1),
            (json!(null), vec![], 0),
        ] {
            let mut given = Vec::new();
            let count = texts(&value, &mut |text| given.push(text.to_owned()));
            assert_eq!(given, expected, "{value}");
            assert_eq!(count, unnamed, "{value}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_cut_is_noted() {
        let small = map(json!({"a": [1, "x", {"b": null}]}));
        let mut notes = Vec::new();
        assert_eq!(bounded(small.clone(), &mut notes), small);
        assert_eq!(notes, []);
        for source in [
            json!({"a": "é".repeat(10_000)}),
            json!({"a": vec![0; 100_000]}),
            json!({"a": vec!["x".repeat(5_000); 100]}),
            json!({"x".repeat(300): 1}),
            Value::Object((0..20_000).map(|n| (n.to_string(), json!(1))).collect()),
        ] {
            let mut notes = Vec::new();
            let kept = bounded(map(source), &mut notes);
            assert!(serde_json::to_string(&kept).unwrap().len() <= 3 * limits::METADATA_BYTES);
            assert_eq!(notes.len(), 1);
            assert_eq!(notes[0].code, codes::METADATA_CUT);
        }
    }
}
