//! What the engine's own description says of the segments of a state.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::verbatim::Verbatim;

/// The engine's own description of its segments. Who only searches hands it back to the engine, and
/// never needs what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct EngineMeta(Verbatim);

impl EngineMeta {
    /// The description of an engine that has written nothing.
    pub(super) fn none() -> Self {
        Self(Verbatim::null())
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_null()
    }

    /// What the engine wrote.
    ///
    /// # Errors
    /// What the bytes lack of being JSON.
    pub(super) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        Verbatim::parse(bytes).map(Self)
    }

    /// The same without the white space between the lines, which everybody who opens it would read.
    pub(super) fn compact(&self) -> Self {
        let value = self.value();
        if value.is_null() {
            self.clone()
        } else {
            Self(Verbatim::from(&value))
        }
    }

    /// The same without the fields of documents, and these.
    pub(super) fn split_fields(&self) -> Option<(Self, &str)> {
        let parts: BTreeMap<&str, &RawValue> = serde_json::from_str(self.text()).ok()?;
        let fields = *parts.get("schema")?;
        let none = RawValue::from_string("[]".to_owned()).ok()?;
        let others = parts.iter().filter(|(name, _)| **name != "schema");
        let mut without: BTreeMap<&str, &RawValue> = others.map(|(k, v)| (*k, *v)).collect();
        without.insert("schema", &none);
        let without = serde_json::to_vec(&without).ok()?;
        Some((Self::parse(&without).ok()?, fields.get()))
    }

    /// As the engine reads it.
    pub(super) fn text(&self) -> &str {
        self.0.text()
    }

    /// What it says.
    pub(super) fn value(&self) -> Value {
        self.0.value()
    }

    /// The same without some segments.
    pub(super) fn without(&self, dropped: &[&str]) -> Self {
        let mut meta = self.value();
        if let Some(segments) = meta.get_mut("segments").and_then(Value::as_array_mut) {
            segments.retain(|segment| !dropped.contains(&name(segment).as_str()));
        }
        Self(Verbatim::from(&meta))
    }
}

/// The segments of a state.
#[derive(Debug, Clone, Default)]
pub(super) struct Segments(Vec<SegmentState>);

/// A segment in its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentState {
    /// The id without hyphens: what the names of its files begin with.
    pub(super) name: String,
    /// Documents that were written to it.
    pub(super) written: u64,
    /// Those of them that were deleted since.
    pub(super) deleted: u64,
    /// The stamp of the newest deletion.
    pub(super) deletions: Option<u64>,
}

impl SegmentState {
    /// Live documents.
    pub(super) fn documents(&self) -> u64 {
        self.written.saturating_sub(self.deleted)
    }
}

impl Segments {
    pub(super) fn of(meta: &EngineMeta) -> Self {
        let meta = meta.value();
        let segment = |segment: &Value| SegmentState {
            name: name(segment),
            written: segment["max_doc"].as_u64().unwrap_or(0),
            deleted: segment["deletes"]["num_deleted_docs"].as_u64().unwrap_or(0),
            deletions: segment["deletes"]["opstamp"].as_u64(),
        };
        Self(
            meta["segments"]
                .as_array()
                .into_iter()
                .flatten()
                .map(segment)
                .collect(),
        )
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &SegmentState> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Live documents in all of them.
    pub(super) fn documents(&self) -> u64 {
        self.0.iter().map(SegmentState::documents).sum()
    }

    /// The segment of this name.
    pub(super) fn find(&self, name: &str) -> Option<&SegmentState> {
        self.0.iter().find(|segment| segment.name == name)
    }

    /// Whether a file belongs to one of them in its present state.
    pub(super) fn own(&self, path: &Path) -> bool {
        let Some((name, rest)) = path.to_str().and_then(|path| path.split_once('.')) else {
            return false;
        };
        let Some(segment) = self.find(name) else {
            return false;
        };
        match rest.strip_suffix(".del") {
            Some(stamp) => stamp.parse().ok() == segment.deletions,
            None => true,
        }
    }
}

fn name(segment: &Value) -> String {
    segment["segment_id"]
        .as_str()
        .unwrap_or("")
        .replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"{"segments": [
        {"segment_id": "a-1", "max_doc": 5, "deletes": {"num_deleted_docs": 2, "opstamp": 9}},
        {"segment_id": "b-2", "max_doc": 3, "deletes": null}
    ], "opstamp": 9}"#;

    #[test]
    fn fields_can_be_left_out_of_a_description() {
        let text = r#"{"segments": [{"max_doc": 3}], "schema": [{"name": "id"}], "opstamp": 4}"#;
        let meta = EngineMeta::parse(text.as_bytes()).unwrap();
        let (without, fields) = meta.split_fields().unwrap();
        let expected =
            serde_json::json!({"segments": [{"max_doc": 3}], "schema": [], "opstamp": 4});
        assert_eq!(without.value(), expected);
        assert_eq!(fields, r#"[{"name": "id"}]"#);
        for text in ["null", "[]", r#"{"segments": []}"#] {
            let meta = EngineMeta::parse(text.as_bytes()).unwrap();
            assert!(meta.split_fields().is_none(), "{text}");
        }
    }

    #[test]
    fn a_description_is_handed_on_as_it_was_written() {
        let meta = EngineMeta::parse(META.as_bytes()).unwrap();
        assert_eq!(meta.text(), META);
        let compact = meta.compact();
        assert!(compact == meta && compact.text().len() < META.len());
        let written = serde_json::to_string(&meta).unwrap();
        assert_eq!(EngineMeta::parse(written.as_bytes()).unwrap(), meta);
        assert!(!meta.is_none());
        assert!(EngineMeta::none().is_none());
        assert!(EngineMeta::parse(b"{").is_err());
    }

    #[test]
    fn segments_are_known_by_their_names_and_left_out_by_them() {
        let meta = EngineMeta::parse(META.as_bytes()).unwrap();
        let all = Segments::of(&meta);
        assert_eq!((all.len(), all.documents()), (2, 6));
        let left = meta.without(&["a1"]);
        let segments = Segments::of(&left);
        assert_eq!((segments.len(), segments.documents()), (1, 3));
        assert!(segments.find("a1").is_none() && segments.find("b2").is_some());
        assert_eq!(left.value()["opstamp"], 9);
        assert_eq!(Segments::of(&EngineMeta::none()).len(), 0);
    }

    #[test]
    fn a_file_belongs_to_a_segment_in_its_present_state() {
        let segments = Segments::of(&EngineMeta::parse(META.as_bytes()).unwrap());
        for (path, owned) in [
            ("a1.idx", true),
            ("a1.9.del", true),
            ("a1.8.del", false),
            ("b2.9.del", false),
            ("c3.idx", false),
            ("a1", false),
        ] {
            assert_eq!(segments.own(Path::new(path)), owned, "{path}");
        }
    }
}
