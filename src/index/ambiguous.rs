//! Names in a document that may mean values of a facet, and were left out.

use serde::Serialize;

use super::inferred::TagSurface;
use crate::tagging::{Ambiguous, TextField};

/// A name that may mean a value of a facet, and was left out because nothing in the document says
/// what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AmbiguousName {
    /// The facet.
    pub facet: String,
    /// The values that it may mean; a single one if it may mean something else altogether.
    pub values: Vec<String>,
    /// How often it stands there.
    pub mentions: u32,
    /// Where it stands first.
    pub surface: TagSurface,
}

/// A name as it is stored: facet, values, mentions, and the place as field (0: title), start and
/// length.
pub(super) type PackedName = (String, Vec<String>, u32, (u8, usize, usize));

impl AmbiguousName {
    /// A name that the tagger left out, of a facet that takes these values.
    pub(super) fn of(found: &Ambiguous, facet: &str, values: Vec<String>) -> Self {
        Self {
            facet: facet.to_owned(),
            values,
            mentions: found.mentions,
            surface: TagSurface {
                field: found.surface.field,
                start: found.surface.range.start,
                end: found.surface.range.end,
            },
        }
    }

    pub(super) fn pack(&self) -> PackedName {
        let TagSurface { field, start, end } = &self.surface;
        (
            self.facet.clone(),
            self.values.clone(),
            self.mentions,
            (*field as u8, *start, end - start),
        )
    }

    /// `None` if what was stored is damaged.
    pub(super) fn unpack(packed: &PackedName) -> Option<Self> {
        let (facet, values, mentions, (field, start, length)) = packed;
        let field = match field {
            0 => TextField::Title,
            _ => TextField::Body,
        };
        Some(Self {
            facet: facet.clone(),
            values: values.clone(),
            mentions: *mentions,
            surface: TagSurface {
                field,
                start: *start,
                end: start.checked_add(*length)?,
            },
        })
    }
}
