//! Segment files of our own, written, merged and deleted together with the engine's.

pub(super) mod blobs;
pub(super) mod bytes;
pub(super) mod card;
pub(super) mod card_file;
pub(super) mod location;
pub(super) mod nodes;
pub(super) mod per_document;
pub(super) mod sentences;
pub(super) mod texts;
pub(super) mod words;
