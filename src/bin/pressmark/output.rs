//! What results look like. Nothing here decides what is asked.

pub(crate) mod clean;
pub(crate) mod crossing;
pub(crate) mod csl;
pub(crate) mod csv;
pub(crate) mod draw;
pub(crate) mod entry;
pub(crate) mod explanation;
pub(crate) mod facets;
pub(crate) mod fields;
pub(crate) mod findings;
pub(crate) mod human;
pub(crate) mod inferred;
pub(crate) mod json;
pub(crate) mod layout;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod ranges;
pub(crate) mod refine;
pub(crate) mod timeline;
pub(crate) mod why_not;
