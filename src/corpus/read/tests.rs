//! Records read into documents: what lands where, what wins, what is noted.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::Config;
use crate::corpus::FileStat;
use crate::corpus::format::Readers;

/// Reads a record of a file with this path; `config` is the text of a `pressmark.toml`.
struct Case<'a> {
    path: &'a str,
    config: &'a str,
    sidecar: Option<(&'a str, &'a str)>,
    number: Option<u64>,
}

impl<'a> Case<'a> {
    fn new(path: &'a str) -> Self {
        Self {
            path,
            config: "",
            sidecar: None,
            number: None,
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Reading, Failure> {
        let config = Config::parse(self.config, Path::new("pressmark.toml")).unwrap();
        let rules = crate::corpus::rules::Rules::new(&config).unwrap();
        let format = Readers::default().of_name(self.path).unwrap().clone();
        let file = SourceFile {
            path: self.path.to_owned(),
            absolute: self.path.into(),
            format: format.clone(),
            stat: FileStat::default(),
            sidecar: None,
        };
        let record = RawRecord {
            number: self.number,
            member: None,
            inner: None,
            format,
            given: Map::new(),
            notes: Vec::new(),
            start: 0,
            end: bytes.len() as u64,
            hash: [0; 32],
            own_hash: blake3::hash(bytes),
            data: bytes.to_vec(),
            sidecar: self.sidecar.map(|(extension, text)| {
                Arc::new(SidecarBytes {
                    extension: extension.to_owned(),
                    content: Ok(text.as_bytes().to_vec()),
                })
            }),
        };
        document(&config.schema, &rules.given(self.path), &file, record)
    }

    fn document(&self, text: &str) -> Document {
        self.read(text.as_bytes()).unwrap().document
    }
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.notes.iter().map(|note| note.code).collect()
}

#[test]
fn markdown_with_front_matter() {
    let text = "---\ntitle: Talks resume\ndate: 28 October 1962\ncountry: NO\ntags: [a/b, c]\n\
                author:\n  - name: Ana\nlang: en-GB\nurl: https://example.org/a\nnotes: x\n---\n\
                # Talks resume\n\nThe text.\r\n";
    let reading = Case::new("a/b.md").read(text.as_bytes()).unwrap();
    let document = reading.document;
    assert_eq!(document.id, "a/b.md");
    assert_eq!(document.title, "Talks resume");
    assert_eq!(document.body, "The text.");
    assert_eq!(document.date.unwrap().to_string(), "1962-10-28");
    assert_eq!(document.language.as_deref(), Some("en"));
    assert_eq!(document.url.as_deref(), Some("https://example.org/a"));
    assert_eq!(document.facets["country"], ["NO"]);
    assert_eq!(document.facets["topic"], ["a/b", "c"]);
    assert_eq!(document.facets["author"], ["Ana"]);
    assert_eq!(document.facets["language"], ["en-GB"]);
    assert_eq!(document.metadata["notes"], "x");
    assert_eq!(document.metadata["tags"], json!(["a/b", "c"]));
    let source = document.source.unwrap();
    assert_eq!(source.path, "a/b.md");
    assert_eq!((source.start, source.end), (0, text.len() as u64));
    assert_eq!(source.hash, blake3::hash(text.as_bytes()).to_hex()[..32]);
    assert_eq!(reading.notes, []);
}

#[test]
fn titles_come_from_metadata_then_text_then_place_then_name() {
    for (path, config, text, title, body) in [
        ("a-b.txt", "", "First line\n\nText.", "First line", "Text."),
        (
            "a-b.txt",
            "",
            "A sentence.\n\nText.",
            "A b",
            "A sentence.\n\nText.",
        ),
        (
            "a-b.txt",
            "",
            "---\ntitle: T\n---\nFirst line\n\nText.",
            "T",
            "First line\n\nText.",
        ),
        (
            "a-b.txt",
            "",
            "---\ntitle: First  line\n---\nFirst line\n\nText.",
            "First  line",
            "Text.",
        ),
        (
            "a-b.md",
            "",
            "Text.\n\n# Heading\n\nMore.",
            "Heading",
            "Text.\n\nMore.",
        ),
        (
            "a-b.md",
            "",
            "+++\ntitle = \"T\"\n+++\n# Heading\n\nMore.",
            "T",
            "Heading\n\nMore.",
        ),
        ("a-b.md", "", "Text.", "A b", "Text."),
        (
            "t/a.md",
            "[[rules]]\npath='{title}/**'",
            "Text.",
            "t",
            "Text.",
        ),
        (
            "t/a.md",
            "[[rules]]\npath='{title}/**'",
            "# H\n\nText.",
            "H",
            "Text.",
        ),
        ("a.json", "", "{\"body\": \"Text.\"}", "", "Text."),
        (
            "a.json",
            "",
            "{\"headline\": \"H\", \"text\": [\"a\", \"b\"]}",
            "H",
            "a\n\nb",
        ),
    ] {
        let case = Case {
            config,
            ..Case::new(path)
        };
        let document = case.document(text);
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            (document.title, document.body),
            (title, body.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn json_keys_feed_fields_and_only_the_text_is_not_kept() {
    let text = r#"{"id": 7, "title": "T", "Body": "text", "content": "other", "dc": {"date": "1962-10"},
        "places": ["Iran", "iran", "Iran"], "wc": "12", "byline": "Ana"}"#;
    let config = "[fields]\ndate = ['dc.date']\n[numbers.words]\nkeys = ['wc']\n[facets.desk]\nkeys = ['byline', 'none']";
    let case = Case {
        config,
        number: Some(3),
        ..Case::new("a.jsonl")
    };
    let document = case.document(text);
    assert_eq!(document.id, "7");
    assert_eq!(document.body, "text");
    assert_eq!(document.date.unwrap().to_string(), "1962-10");
    assert_eq!(document.facets["country"], ["Iran", "iran"]);
    assert_eq!(document.facets["author"], ["Ana"]);
    assert_eq!(document.facets["desk"], ["Ana"]);
    assert_eq!(document.numbers["words"], [12.0]);
    let keys: Vec<_> = document.metadata.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["byline", "content", "dc", "id", "places", "title", "wc"]
    );
    assert_eq!(document.source.unwrap().record, Some(3));
}

#[test]
fn a_body_inside_nested_data_is_taken_out_of_it() {
    let case = Case {
        config: "[fields]\nbody = ['data.text']",
        ..Case::new("a.json")
    };
    let document = case.document(r#"{"data": {"text": "a\r\nb", "n": 1}}"#);
    assert_eq!(document.body, "a\nb");
    assert_eq!(Value::Object(document.metadata), json!({"data": {"n": 1}}));
}

#[test]
fn ids_are_declared_or_the_path() {
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(1_025));
    for (text, number, expected) in [
        ("{\"id\": \" a 1 \"}", None, Ok("a 1")),
        ("{\"id\": 12}", Some(2), Ok("12")),
        ("{\"id\": \"\", \"guid\": \"g\"}", None, Ok("g")),
        ("{\"id\": null}", None, Ok("f/a.json")),
        ("{}", Some(2), Ok("f/a.json#2")),
        ("{\"id\": [1]}", None, Ok("f/a.json")),
        (
            "{\"id\": 123456789012345678901234}",
            Some(1),
            Ok("f/a.json#1"),
        ),
        ("{\"id\": \"a\\u0007b\"}", None, Err(codes::ID_CONTROL)),
        (long.as_str(), None, Err(codes::ID_TOO_LONG)),
    ] {
        let case = Case {
            number,
            ..Case::new("f/a.json")
        };
        let id = match case.read(text.as_bytes()) {
            Ok(reading) => Ok(reading.document.id.into_string()),
            Err(failure) => {
                assert_eq!(failure.stage, Stage::Validate);
                Err(failure.code)
            }
        };
        assert_eq!(id, expected.map(ToOwned::to_owned), "{text:.60}");
    }
}

#[test]
fn a_sidecar_wins_over_front_matter_key_by_key() {
    for (extension, sidecar) in [
        ("yaml", "title: Side\ncountry: NO"),
        ("toml", "title = 'Side'\ncountry = 'NO'"),
        ("json", "{\"title\": \"Side\", \"country\": \"NO\"}"),
    ] {
        let case = Case {
            sidecar: Some((extension, sidecar)),
            ..Case::new("a.txt")
        };
        let document = case.document("---\ntitle: Front\nsource: Here\n---\nFirst line\n\nText.");
        assert_eq!(document.title, "Side");
        assert_eq!(document.body, "First line\n\nText.");
        assert_eq!(document.facets["country"], ["NO"]);
        assert_eq!(document.facets["source"], ["Here"]);
    }
    let case = Case {
        sidecar: Some(("yaml", "title: [")),
        ..Case::new("a.txt")
    };
    let reading = case.read(b"First line\n\nText.").unwrap();
    assert_eq!(codes(&reading), [codes::SIDECAR]);
    assert_eq!(reading.document.title, "First line");
}

#[test]
fn rules_fill_what_a_record_does_not_say() {
    let config = "[[rules]]\npath = '{source}/{date}/**'\nset = { country = ['A', 'B'], language = 'English', url = 'https://x.org', words = 5 }\n[numbers.words]";
    let case = Case {
        config,
        ..Case::new("wire/1962-10/a.md")
    };
    let document = case.document("Text.");
    assert_eq!(document.facets["source"], ["wire"]);
    assert_eq!(document.facets["country"], ["A", "B"]);
    assert_eq!(document.facets["language"], ["English"]);
    assert_eq!(document.language.as_deref(), Some("en"));
    assert_eq!(document.date.unwrap().to_string(), "1962-10");
    assert_eq!(document.url.as_deref(), Some("https://x.org"));
    assert_eq!(document.numbers["words"], [5.0]);
    assert!(document.metadata.is_empty());
    let text = "---\nsource: S\ncountry: C\ndate: 1963\nlanguage: de\nwords: 6\n---\nText.";
    let document = case.document(text);
    assert_eq!(document.facets["source"], ["S"]);
    assert_eq!(document.facets["country"], ["C"]);
    assert_eq!(document.language.as_deref(), Some("de"));
    assert_eq!(document.date.unwrap().to_string(), "1963");
    assert_eq!(document.numbers["words"], [6.0]);
}

#[test]
fn what_is_wrong_is_noted_and_the_rest_is_read() {
    for (path, text, expected) in [
        (
            "a.md",
            &b"---\na: [\n---\n# T\n\nText."[..],
            &[codes::FRONT_MATTER][..],
        ),
        (
            "a.md",
            b"---\ndate: soon\n---\n# T\n\nText.",
            &[codes::DATE_UNREADABLE],
        ),
        (
            "a.md",
            b"---\ndate: 03/04/1987\n---\n# T\n\nText.",
            &[codes::DATE_AMBIGUOUS],
        ),
        ("a.md", b"# Only a title", &[codes::BODY_EMPTY]),
        ("a.txt", b"", &[codes::TITLE_FROM_NAME, codes::BODY_EMPTY]),
        (
            "a.txt",
            b"Caf\xe9 news\n\nText.",
            &[codes::ENCODING_GUESSED],
        ),
        (
            "a.json",
            b"{\"body\": \"a\", \"body\": \"b\"}",
            &[codes::JSON_DUPLICATE_KEY],
        ),
        (
            "a.json",
            b"{\"body\": \"\\ud800\"}",
            &[codes::JSON_SURROGATE],
        ),
        (
            "a.json",
            b"{\"body\": \"b\", \"country\": {\"x\": 1}}",
            &[codes::VALUE_IGNORED],
        ),
        (
            "a.json",
            b"{\"body\": \"b\", \"lang\": \"Elvish\"}",
            &[codes::LANGUAGE_UNKNOWN],
        ),
        ("a.json", b"{\"title\": \"T\"}", &[codes::BODY_EMPTY]),
    ] {
        let reading = Case::new(path).read(text).unwrap();
        assert_eq!(
            codes(&reading),
            expected,
            "{}",
            String::from_utf8_lossy(text)
        );
    }
}

#[test]
fn what_is_no_document_fails_with_its_place() {
    for (text, stage, code) in [
        (&b"{\"a\": "[..], Stage::Parse, codes::JSON),
        (b"[1]", Stage::Parse, codes::NOT_AN_OBJECT),
        (b"12", Stage::Parse, codes::NOT_AN_OBJECT),
        (b"{\"a\": \"\0\"}", Stage::Decode, codes::BINARY),
    ] {
        let case = Case {
            number: Some(4),
            ..Case::new("a.jsonl")
        };
        let failure = case.read(text).unwrap_err();
        assert_eq!((failure.stage, failure.code), (stage, code));
        assert_eq!((&failure.path[..], failure.record), ("a.jsonl", Some(4)));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        path in prop_oneof![Just("a.txt"), Just("a.md"), Just("a.json")],
        start in prop_oneof![Just(""), Just("---\n"), Just("+++\n"), Just("{\""), Just("\u{feff}# ")],
        bytes in prop::collection::vec(prop_oneof![
            prop::sample::select(b"-+#:{}[]\"'\n \\&*!|>,.<()_`~=0192aeTZ".to_vec()), any::<u8>(),
        ], 0..300),
    ) {
        let whole = [start.as_bytes(), &bytes].concat();
        let _ = Case::new(path).read(&whole);
    }

    #[test]
    fn whatever_json_says_keeps_the_promises_of_a_document(
        title in "\\PC{0,300}", values in prop::collection::vec(".{0,300}", 0..5), date in "\\PC{0,30}",
    ) {
        let text = json!({"title": title, "country": values, "topic": values, "date": date}).to_string();
        let document = Case::new("a.json").document(&text);
        prop_assert!(document.title.len() <= 1_000);
        for values in document.facets.values() {
            for (position, value) in values.iter().enumerate() {
                prop_assert!(!value.is_empty() && value.len() <= 256);
                prop_assert!(!value.chars().any(char::is_control));
                prop_assert!(!values[..position].contains(value));
            }
        }
    }
}
