//! News in JSON (ninjs, all versions): the parts that are lists by role, or keys by pattern, as the
//! keys that everything else has.
//!
//! Nothing that is there is replaced, so whoever maps the keys of the standard themselves gets
//! what they ask for.

use serde_json::{Map, Value};

use crate::corpus::read::metadata;
use crate::schema::FieldKeys;

/// What version 1 calls the lists that later versions, and facets, know by their plurals.
const PLURALS: [(&str, &str); 4] = [
    ("person", "people"),
    ("organisation", "organisations"),
    ("place", "places"),
    ("subject", "subjects"),
];

/// Gives a news item the keys that fields and facets know.
pub(super) fn complete(map: &mut Map<String, Value>, fields: &FieldKeys) {
    if !is_item(map) {
        return;
    }
    for (old, new) in PLURALS {
        if !map.contains_key(new)
            && let Some(value) = map.remove(old)
        {
            map.insert(new.to_owned(), value);
        }
        if let Some(Value::Array(concepts)) = map.get_mut(new) {
            concepts.iter_mut().for_each(name);
        }
    }
    if !has(map, &fields.title)
        && let Some(title) = part(map, "headline", "headlines")
    {
        map.insert("headline".to_owned(), Value::String(title));
    }
    if !has(map, &fields.body) {
        let body = part(map, "body", "bodies").or_else(|| part(map, "description", "descriptions"));
        if let Some(body) = body {
            map.insert("body".to_owned(), Value::String(body));
        }
    }
    for (known, others) in [
        ("byline", &["by"][..]),
        ("source", &["infosource", "infosources", "infoSources"]),
        ("tags", &["keywords"]),
    ] {
        let value = others.iter().find_map(|other| map.get(*other)).cloned();
        if let (false, Some(value)) = (map.contains_key(known), value) {
            map.insert(known.to_owned(), value);
        }
    }
    if !has(map, &fields.date)
        && let Some(date) = begins(map)
    {
        map.insert("date".to_owned(), date);
    }
}

/// Gives a concept that has only a code, or an address, the last part of that as its name.
fn name(concept: &mut Value) {
    let Value::Object(map) = concept else { return };
    let is_text = |key: &str| map.get(key).is_some_and(Value::is_string);
    if ["name", "label", "value", "literal"]
        .into_iter()
        .any(is_text)
    {
        return;
    }
    let code = ["code", "uri"]
        .iter()
        .find_map(|key| map.get(*key)?.as_str());
    let step = code.and_then(|code| code.rsplit(['/', ':']).find(|step| !step.is_empty()));
    if let Some(step) = step.map(ToOwned::to_owned) {
        map.insert("name".to_owned(), Value::String(step));
    }
}

/// When an event begins, for an item that says nothing of when it was made.
fn begins(map: &Map<String, Value>) -> Option<Value> {
    let dates = map.get("eventDetails")?.get("dates")?;
    let mut keys = ["startDate", "expectedStartDate"].iter();
    keys.find_map(|key| dates.get(*key)).cloned()
}

/// Whether an object is a news item: it has an address as its name, and what only items have.
fn is_item(map: &Map<String, Value>) -> bool {
    let names_standard = map
        .get("standard")
        .or_else(|| map.get("$standard"))
        .and_then(|standard| standard.get("name"))
        .is_some_and(|name| name == "ninjs");
    let has_parts = || {
        map.keys().any(|key| {
            let key = key.as_str();
            matches!(
                key,
                "headlines"
                    | "bodies"
                    | "associations"
                    | "renditions"
                    | "versionCreated"
                    | "versioncreated"
            ) || key.starts_with("body_")
                || key.starts_with("headline_")
        })
    };
    names_standard || (map.contains_key("uri") && has_parts())
}

fn has(map: &Map<String, Value>, keys: &[String]) -> bool {
    let mut values = keys.iter().flat_map(|key| metadata::find(map, key));
    values.any(|value| metadata::first_text(value).is_some())
}

/// The text of a part: of `headline_…` and so on in version 1, of a list of objects with roles
/// later. Markup keeps paragraphs apart, so it is preferred; next comes what is called main. What
/// was taken, and the same in other shapes, is not kept twice.
fn part(map: &mut Map<String, Value>, singular: &str, plural: &str) -> Option<String> {
    let mut parts: Vec<(u8, String)> = Vec::new();
    let mut keys = Vec::new();
    for (key, value) in map.iter() {
        let role = key
            .strip_prefix(singular)
            .and_then(|rest| rest.strip_prefix('_'));
        if let Some(role) = role {
            parts.extend(metadata::first_text(value).map(|text| (rank(role, &text), text)));
            keys.push(key.clone());
        }
    }
    for value in map
        .get(plural)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let role = value.get("role").and_then(Value::as_str).unwrap_or("");
        let text = value.get("value").and_then(Value::as_str);
        parts.extend(text.map(|text| (rank(role, text), text.to_owned())));
    }
    let best = parts.into_iter().min_by_key(|(rank, _)| *rank)?.1;
    map.remove(plural);
    for key in keys {
        map.remove(&key);
    }
    Some(best)
}

fn rank(role: &str, text: &str) -> u8 {
    match role {
        _ if text.contains("</p>") => 0,
        "main" | "" => 1,
        "text" | "richtext" | "xhtml" | "html" => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_of_every_version_get_the_keys_that_fields_know() {
        for (item, expected) in [
            (
                json!({"uri": "u", "headline_main": "H", "headline_short": "S", "body_text": "plain", "body_xhtml": "<p>rich</p>",
                    "person": [{"name": "P"}], "place": [{"name": "L"}], "subject": [{"name": "T"}], "organisation": []}),
                json!({"uri": "u", "headline": "H", "body": "<p>rich</p>", "people": [{"name": "P"}], "places": [{"name": "L"}],
                    "subjects": [{"name": "T"}], "organisations": []}),
            ),
            (
                json!({"uri": "u", "by": "B", "headlines": [{"role": "short", "value": "S"}, {"role": "main", "value": "H"}],
                    "bodies": [{"role": "text", "value": "plain"}, {"value": "<p>rich</p>"}], "infoSources": [{"name": "N"}]}),
                json!({"uri": "u", "by": "B", "byline": "B", "headline": "H", "body": "<p>rich</p>", "infoSources": [{"name": "N"}],
                    "source": [{"name": "N"}]}),
            ),
            (
                json!({"uri": "u", "renditions": {}, "descriptions": [{"value": "A picture."}]}),
                json!({"uri": "u", "renditions": {}, "body": "A picture."}),
            ),
            (
                json!({"standard": {"name": "ninjs"}, "title": "E", "headlines": [{"value": "H"}]}),
                json!({"standard": {"name": "ninjs"}, "title": "E", "headlines": [{"value": "H"}]}),
            ),
            (
                json!({"uri": "u", "renditions": {}, "keywords": ["k"], "infosources": [{"name": "N"}],
                    "subject": [{"code": "t:15"}, {"uri": "http://x.org/t/16/"}, {"literal": "L"}, {"rel": "r"}, "plain"]}),
                json!({"uri": "u", "renditions": {}, "keywords": ["k"], "tags": ["k"], "infosources": [{"name": "N"}], "source": [{"name": "N"}],
                    "subjects": [{"code": "t:15", "name": "15"}, {"uri": "http://x.org/t/16/", "name": "16"}, {"literal": "L"}, {"rel": "r"}, "plain"]}),
            ),
            (
                json!({"uri": "u", "renditions": {}, "eventDetails": {"dates": {"expectedStartDate": "2031-05"}}}),
                json!({"uri": "u", "renditions": {}, "eventDetails": {"dates": {"expectedStartDate": "2031-05"}}, "date": "2031-05"}),
            ),
            (
                json!({"uri": "u", "versionCreated": "2030", "eventDetails": {"dates": {"startDate": "2031-05"}}}),
                json!({"uri": "u", "versionCreated": "2030", "eventDetails": {"dates": {"startDate": "2031-05"}}}),
            ),
            (
                json!({"place": "x", "body_text": "b"}),
                json!({"place": "x", "body_text": "b"}),
            ),
            (
                json!({"uri": 1, "bodies": "x", "headlines": [1, {"value": 2}]}),
                json!({"uri": 1, "bodies": "x", "headlines": [1, {"value": 2}]}),
            ),
        ] {
            let Value::Object(mut map) = item else {
                panic!()
            };
            let mut fields = FieldKeys::default();
            fields.body.retain(|key| key == "body");
            complete(&mut map, &fields);
            assert_eq!(Value::Object(map), expected);
        }
    }
}
