//! What an article is about, found in its text: values that say where they come from.

mod model;
pub mod topics;
