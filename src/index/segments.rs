//! What the engine's own description says of the segments of a state.

use std::path::Path;

use serde_json::Value;

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
    pub(super) fn of(meta: &Value) -> Self {
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

/// The engine's description without some segments.
pub(super) fn without(meta: &Value, dropped: &[&str]) -> Value {
    let mut meta = meta.clone();
    if let Some(segments) = meta.get_mut("segments").and_then(Value::as_array_mut) {
        segments.retain(|segment| !dropped.contains(&name(segment).as_str()));
    }
    meta
}

fn name(segment: &Value) -> String {
    segment["segment_id"]
        .as_str()
        .unwrap_or("")
        .replace('-', "")
}
