//! Linked data in a page (JSON-LD): the object that speaks of the article.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::tree::Tree;
use crate::corpus::read::metadata;
use crate::corpus::readers::parse_json;
use crate::corpus::{Note, codes, limits};

/// Kinds of things that are articles, the surest first; each ends the name of a type.
const KINDS: [&str; 12] = [
    "NewsArticle",
    "Article",
    "BlogPosting",
    "LiveBlogPosting",
    "SocialMediaPosting",
    "Posting",
    "Report",
    "Review",
    "Recipe",
    "VideoObject",
    "WebPage",
    "CreativeWork",
];

/// How many objects are looked at, so that no graph takes long.
const OBJECTS: usize = 2_000;

/// The object that describes the article, with the objects it refers to in their places.
pub(super) fn find(tree: &Tree, notes: &mut Vec<Note>) -> Option<Map<String, Value>> {
    let mut values = Vec::new();
    let mut bad = None;
    let mut left = limits::LINKED_BYTES;
    for (at, element) in tree.elements() {
        let kind = element
            .attribute("type")
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        if element.name != "script" || !kind.starts_with("application/ld+json") {
            continue;
        }
        let text: String = tree.inside(at).map(|inner| tree.text(inner)).collect();
        if text.trim().is_empty() {
            continue;
        }
        let Some(rest) = left.checked_sub(text.len()) else {
            let most = limits::LINKED_BYTES >> 20;
            bad = bad.or(Some(format!("there is more than {most} MiB of it")));
            continue;
        };
        left = rest;
        match parse(&text) {
            Ok(value) => values.push(value),
            Err(error) => bad = bad.or(Some(error)),
        }
    }
    if let Some(error) = bad {
        let message = format!("linked data (JSON-LD) cannot be read and was left out: {error}");
        notes.push(Note::new(codes::JSON_LD, message));
    }
    let mut objects = Vec::new();
    for value in &values {
        gather(value, &mut objects);
    }
    let best = objects
        .iter()
        .filter_map(|object| Some((rank(object)?, *object)))
        .min_by_key(|(rank, _)| *rank)?;
    Some(resolved(best.1, &objects))
}

/// Reads what stands in the script, also between the marks that hide scripts from old browsers,
/// and with line breaks in its texts.
fn parse(text: &str) -> Result<Value, String> {
    // What is repeated in linked data concerns nobody.
    match parse_json(text, &mut Vec::new()) {
        Ok(value) => Ok(value),
        Err(error) => parse_json(&mended(text), &mut Vec::new()).map_err(|_| error),
    }
}

fn mended(text: &str) -> String {
    let text = text.replace("<![CDATA[", "").replace("]]>", "");
    let start = text.find(['{', '[']).unwrap_or(0);
    let end = text.rfind(['}', ']']).map_or(text.len(), |at| at + 1);
    let text = text.get(start..end).unwrap_or(&text);
    let mut mended = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '\n' | '\r' | '\t' if in_string => {
                mended.push(' ');
                continue;
            }
            ']' | '}' if !in_string => {
                let kept = mended.trim_end().len();
                if mended[..kept].ends_with(',') {
                    mended.truncate(kept - 1);
                }
            }
            _ => {}
        }
        mended.push(c);
    }
    mended
}

/// Every object that stands for a thing of its own: at the top, in a list, in a graph.
fn gather<'v>(value: &'v Value, objects: &mut Vec<&'v Map<String, Value>>) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if objects.len() >= OBJECTS {
            return;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(object) => {
                objects.push(object);
                for key in [
                    "@graph",
                    "mainEntity",
                    "mainEntityOfPage",
                    "itemListElement",
                    "item",
                ] {
                    if key == "@graph" || object.get(key).is_some_and(Value::is_object) {
                        open.extend(object.get(key));
                    }
                }
            }
            _ => {}
        }
    }
}

/// How surely an object is the article; the smaller the surer.
fn rank(object: &Map<String, Value>) -> Option<usize> {
    let kinds = object.get("@type")?;
    let mut best = None;
    metadata::texts(kinds, &mut |kind| {
        let kind = kind.rsplit(['/', ':', '#']).next().unwrap_or(kind);
        let place = KINDS.iter().position(|known| kind == *known).or_else(|| {
            let is_article = kind.ends_with("Article") || kind.ends_with("Posting");
            is_article.then_some(1)
        });
        if let Some(place) = place {
            best = Some(best.map_or(place, |best: usize| best.min(place)));
        }
    });
    let names = ["headline", "name", "datePublished", "articleBody"];
    let known = names
        .iter()
        .filter(|name| object.contains_key(**name))
        .count();
    best.map(|best| best * 8 + (names.len() - known))
}

/// A copy in which `{"@id": …}` gives way to the object of that name.
fn resolved(object: &Map<String, Value>, objects: &[&Map<String, Value>]) -> Map<String, Value> {
    let look_up = |value: &Value| -> Value {
        let Value::Object(reference) = value else {
            return value.clone();
        };
        let (Some(id), 1) = (reference.get("@id"), reference.len()) else {
            return value.clone();
        };
        let found = objects
            .iter()
            .find(|other| other.len() > 1 && other.get("@id") == Some(id));
        found.map_or_else(|| value.clone(), |found| Value::Object(named(found)))
    };
    let mut copy = Map::new();
    for (key, value) in object {
        let value = match value {
            Value::Array(values) if key == "author" || key == "creator" => values
                .iter()
                .take(limits::VALUES + 1)
                .map(look_up)
                .collect(),
            value if matches!(&**key, "author" | "creator" | "publisher") => look_up(value),
            value => value.clone(),
        };
        copy.insert(key.clone(), value);
    }
    copy
}

/// What says who somebody is: of one who is referred to often, there are many copies.
fn named(object: &Map<String, Value>) -> Map<String, Value> {
    let keys = ["@type", "@id", "name", "alternateName", "url"];
    let texts = keys.into_iter().filter_map(|key| {
        let value = object.get(key).filter(|value| value.is_string())?;
        Some((key.to_owned(), value.clone()))
    });
    texts.collect()
}

/// The text of a key, with character references resolved: some sites write them into JSON, too.
pub(super) fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    let value = object.get(key)?;
    let value = match value {
        Value::Object(inner) if inner.contains_key("@value") => &inner["@value"],
        value => value,
    };
    let text = metadata::first_text(value)?;
    Some(unescaped(&text).into_owned())
}

/// All texts of a key.
pub(super) fn texts(object: &Map<String, Value>, key: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(value) = object.get(key) {
        metadata::texts(value, &mut |text| {
            texts.push(unescaped(text.trim()).into_owned());
        });
    }
    texts.retain(|text| !text.is_empty());
    texts
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains('&') && text.contains(';') {
        Cow::Owned(super::text(text))
    } else {
        Cow::Borrowed(text)
    }
}
