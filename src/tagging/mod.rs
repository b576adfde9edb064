//! Texts → tags: which countries, actors and topics an article is about, which it merely mentions,
//! and what in the text says so.
//!
//! A text is looked through once for the names of the vocabularies (`sightings`). A name that means
//! several things, or other things as well, is settled by what stands around it and by the rest of
//! the article (`context`, `settle`), or left out and counted. What an article is about is told
//! from where and how often it is named (`salience`).
//!
//! What it is about beyond names is told by a model that the corpus taught, or by words that go with
//! a topic ([`topics`]).
//!
//! Nothing here reads files or knows of an index. Time grows with the text alone; memory does not
//! grow with it, since of each name only the first [`MAX_SURFACES`] places are kept.

mod article;
mod context;
mod cues;
mod model;
mod salience;
mod settle;
mod sightings;
mod tagger;
mod tags;
#[cfg(test)]
mod tests;
pub mod topics;
mod vocabularies;

pub use article::Article;
pub use salience::{Salience, Signs};
pub use sightings::MAX_SURFACES;
pub use tagger::Tagger;
pub use tags::{Ambiguous, Rule, Surface, Tag, Tags, TextField};
pub use vocabularies::Tagging;

/// Names the behaviour of this module; any change of a rule, a table or a weight changes it.
///
/// An index remembers the version its tags were made by.
pub const TAGGING_VERSION: &str = "2";
