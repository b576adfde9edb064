//! What stands in the files of a story: articles in every format, and things that are none.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// An article. Few ids and few values: records meet their like. Everywhere 0 means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Article {
    id: u8,
    text: u8,
    title: u8,
    country: u8,
    topic: u8,
    desk: u8,
    count: u8,
    date: u8,
    language: u8,
    special: u8,
}

/// One record of a file that may hold many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Article(Article),
    NoJson,
    NoObject,
    Blank,
    /// Its id has a control character.
    Refused,
    /// Its id is a number.
    Numbered,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// As the format of the file has it; one of one record holds the first.
    Lines(Vec<Line>, Style),
    /// More documents than a run may lose unasked.
    Many(u8),
    Binary,
    Wide,
    Empty,
}

/// How metadata stand before a text, and records in a JSON file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Yaml,
    Toml,
    Json,
    /// Front matter that cannot be read; JSON without an array.
    Broken,
}

const TEXTS: [&str; 6] = [
    "",
    "Talks resumed in the harbour. The envoy said nothing.",
    "Oil prices rose; the ferry waited.\n\nA second paragraph speaks of ballistic missiles.",
    "Straße und Fähre: the talks ended.",
    "Gespräche über Öl und Getreide im Hafen. Der Botschafter schwieg.",
    "---\nNo front matter, only a rule.",
];
const TITLES: [&str; 4] = ["", "Talks resume", "Zürich waits", "Oil"];
const LANGUAGES: [&str; 4] = ["", "en", "fr", "German"];

pub(super) fn article() -> impl Strategy<Value = Article> {
    let look = (0..6_u8, 0..5_u8, 0..4_u8, 0..6_u8, 0..5_u8);
    let rest = (0..4_u8, 0..4_u8, 0..7_u8, 0..4_u8, 0..24_u8);
    (look, rest).prop_map(
        |((id, text, title, country, topic), (desk, count, date, language, special))| Article {
            id,
            text,
            title,
            country,
            topic,
            desk,
            count,
            date,
            language,
            special,
        },
    )
}

pub(super) fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        12 => article().prop_map(Line::Article),
        1 => Just(Line::NoJson),
        1 => Just(Line::NoObject),
        1 => Just(Line::Blank),
        1 => Just(Line::Refused),
        1 => Just(Line::Numbered),
    ]
}

pub(super) fn style() -> impl Strategy<Value = Style> {
    prop_oneof![
        4 => Just(Style::Yaml),
        2 => Just(Style::Toml),
        3 => Just(Style::Json),
        1 => Just(Style::Broken),
    ]
}

pub(super) fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        14 => (prop::collection::vec(line(), 0..6), style())
            .prop_map(|(lines, style)| Content::Lines(lines, style)),
        2 => (0..3_u8).prop_map(Content::Many),
        1 => Just(Content::Binary),
        1 => Just(Content::Wide),
        1 => Just(Content::Empty),
    ]
}

impl Article {
    /// Everything but the text.
    pub(super) fn metadata(self) -> Map<String, Value> {
        let mut map = Map::new();
        let mut set = |key: &str, value: Value| {
            map.insert(key.to_owned(), value);
        };
        match self.id {
            0 => {}
            1 => set("uid", json!("s")),
            id => set(
                "id",
                json!(["", "s", "t", "u", "v w", "a.txt"][usize::from(id)]),
            ),
        }
        if self.title > 0 {
            set("title", json!(TITLES[usize::from(self.title)]));
        }
        match self.country {
            0 => {}
            1 => set("country", json!("Iran")),
            2 => set("country", json!(["IRAN", "Île de Ré"])),
            3 => set("country", json!("Iran; Cuba;")),
            4 => set("land", json!("Cuba")),
            _ => set("places", json!([{"name": "Iran"}, "", "Iran"])),
        }
        match self.topic {
            0 => {}
            1 => set("topic", json!("Politics/Elections")),
            2 => set("tags", json!(["politics", "Politics / Elections / Local"])),
            3 => set("topic", json!("oil, war")),
            _ => set("topics", json!("war")),
        }
        match self.desk {
            0 => {}
            1 => set("desk", json!("Foreign")),
            2 => set("desk", json!(["foreign/asia", "Home"])),
            _ => set("dc", json!({"desk": "Nested", "date": "1987-03"})),
        }
        match self.count {
            0 => {}
            1 => set("word_count", json!(700)),
            2 => set("word_count", json!("1,200.5")),
            _ => set("count", json!([3, -2.5])),
        }
        match self.date {
            0 => {}
            1 => set("date", json!("1962")),
            2 => set("date", json!("1962-10-28")),
            3 => set("published", json!("2024-03-18T23:30:00+09:00")),
            4 => set("date", json!("03/04/1999")),
            5 => set("date", json!("no date at all")),
            _ => set("date", json!("1962-10")),
        }
        if self.language > 0 {
            set("language", json!(LANGUAGES[usize::from(self.language)]));
        }
        match self.special {
            // The title under another key, too; a key that differs in case only.
            1 => set("heading", json!(TITLES[usize::from(self.title)])),
            2 => set("Country", json!("Peru")),
            3 => set("url", json!("https://example.org/a")),
            4 => set("url", json!("javascript:alert(1)")),
            // More than is kept: what comes behind it in the order of keys is cut.
            5 => set("again", json!(vec!["x".repeat(4_000); 20])),
            6 => set("country", json!("C".repeat(300))),
            7 => set("author", json!(["A. B.", {"name": "C. D."}, {"born": 1}])),
            _ => {}
        }
        map
    }

    pub(super) fn text(self) -> &'static str {
        TEXTS[usize::from(self.text)]
    }

    fn record(self) -> Value {
        let mut map = self.metadata();
        let key = if self.special == 8 {
            "fulltext"
        } else {
            "body"
        };
        map.insert(key.to_owned(), json!(self.text()));
        Value::Object(map)
    }
}

impl Line {
    fn json(self) -> String {
        match self {
            Self::Article(article) => article.record().to_string(),
            Self::NoJson => "{\"id\": \"s\", \"body\": \"cut".to_owned(),
            Self::NoObject => "[1, 2]".to_owned(),
            Self::Blank => String::new(),
            Self::Refused => r#"{"id": "s\u0001", "body": "Refused."}"#.to_owned(),
            Self::Numbered => r#"{"id": 7, "body": "Numbered.", "country": "Iran"}"#.to_owned(),
        }
    }

    /// The bytes of a line, for edits within a file.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.json().into_bytes()
    }
}

impl Content {
    /// The bytes of a file of that name.
    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        match self {
            Self::Lines(lines, style) => lines_of(path, lines, *style).into_bytes(),
            Self::Many(kind) => many(*kind).into_bytes(),
            Self::Binary => b"\x7fELF\0\0\x01\x02 nothing to read".to_vec(),
            Self::Wide => "{\"id\": \"s\", \"body\": \"wide\"}"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            Self::Empty => Vec::new(),
        }
    }
}

fn lines_of(path: &str, lines: &[Line], style: Style) -> String {
    if Path::new(path).extension() == Some("jsonl".as_ref()) {
        return lines.iter().map(|line| line.json() + "\n").collect();
    }
    if Path::new(path).extension() == Some("json".as_ref()) {
        let records: Vec<String> = lines.iter().map(|line| line.json()).collect();
        return match style {
            Style::Broken => records.join("\n"),
            _ => format!("[{}]", records.join(",\n")),
        };
    }
    let Some(Line::Article(article)) = lines.first() else {
        return lines.first().map_or(String::new(), |line| line.json());
    };
    let metadata = article.metadata();
    let text = article.text();
    let pairs = |separator: &str, closed: fn(&Value) -> bool| -> String {
        let pairs = metadata.iter().filter(|(_, value)| closed(value));
        let lines = pairs.map(|(key, value)| format!("{key}{separator}{value}"));
        lines.flat_map(|line| [line, "\n".to_owned()]).collect()
    };
    match style {
        _ if metadata.is_empty() => format!("A first line\n\n{text}\n"),
        Style::Yaml => format!("---\n{}---\n{text}\n", pairs(": ", |_| true)),
        // JSON's tables and mixed lists are not those of TOML.
        Style::Toml => format!(
            "+++\n{}+++\nA first line\n\n{text}\n",
            pairs(" = ", |value| !value.to_string().contains('{'))
        ),
        Style::Json => format!("{}\n\n{text}\n", Value::Object(metadata)),
        Style::Broken => format!("---\n{}: [\n---\n{text}\n", pairs(": ", |_| true)),
    }
}

fn many(kind: u8) -> String {
    let record = |number: usize| {
        let id = if kind == 1 { number * 2 } else { number };
        let country = ["Iran", "Cuba", "Iraq"][number % 3];
        format!("{{\"id\": \"m{id}\", \"country\": \"{country}\", \"body\": \"Many {kind}.\"}}\n")
    };
    (0..26).map(record).collect()
}
