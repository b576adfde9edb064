//! The embedded engine: the only module that names tantivy.
//!
//! A document comes in through [`Preparer`] and [`Writer`]; generations go out
//! through `generation`; a question goes through [`Searcher`] and `search/`.

mod ambiguous;
#[cfg(test)]
mod broken;
mod check;
mod delete;
mod directory;
mod document_keys;
mod engine_document;
mod engine_error;
mod facet_values;
mod failure;
mod folding;
mod generation;
mod guard;
mod handle;
mod home;
mod in_flight;
mod inferred;
mod keys;
#[cfg(test)]
mod language;
mod layout;
mod merges;
mod models;
mod piecemeal;
mod prepare;
#[cfg(test)]
mod property;
#[cfg(test)]
mod property_query;
#[cfg(test)]
mod property_why_not;
#[cfg(feature = "formats")]
mod repair;
mod seal;
mod search;
mod searcher;
mod segment;
mod segments;
pub(crate) mod storage;
mod stored;
mod streamed;
mod subscription;
mod sweep;
#[cfg(test)]
mod tests;
mod tokens;
mod verbatim;
mod writer;

pub use ambiguous::AmbiguousName;
pub use check::{
    CheckOptions, CheckProgress, CheckReport, CheckedGeneration, Damage, DamageCode,
    DamagedSegment, Part, Remark, RepairPlan, RepairStep,
};
#[cfg(feature = "formats")]
pub(crate) use generation::{FileRef, RunState};
pub use handle::Index;
pub use inferred::{InferredTag, TagSurface};
pub use keys::KeyUsage;
pub use prepare::{Prepared, Preparer};
#[cfg(feature = "formats")]
pub(crate) use repair::{each_whole_card, forget, mend, run_states};
#[cfg(feature = "formats")]
pub(crate) use seal::seal_line;
#[cfg(feature = "formats")]
pub(crate) use searcher::every::Stretch;
pub use searcher::{Export, Searcher};
#[cfg(feature = "formats")]
pub(crate) use segment::nodes::{NodeHash, hash_of as node_of};
pub use stored::StoredDocument;
pub use subscription::Subscription;
#[cfg(feature = "formats")]
pub(crate) use verbatim::Verbatim;
pub use writer::{Commit, Writer, WriterOptions};
