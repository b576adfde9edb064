//! Countries, actors and topics: which names belong together, and where each stands in a tree.
//!
//! A vocabulary holds entries (`Iran`: its codes, its names in other languages, what its people
//! are called, what it is a part of) and finds the entry of a written name. Three come with the
//! crate (`bundled`); the owner of a corpus adds, renames, merges, splits and silences entries in
//! files of their own (`edits`). What a facet's values come to is in `folding`.
//!
//! Nothing here reads or writes files but `folder`, which reads those of the owner: bytes and texts are
//! given, bytes are returned.

mod bundled;
mod compile;
mod compiled;
mod edits;
mod entry;
#[cfg(feature = "formats")]
mod files;
#[cfg(feature = "formats")]
pub(crate) mod folder;
mod folding;
mod key;
mod tag;
#[cfg(test)]
mod tests;
mod vocabularies;

pub use bundled::{NAMES, bundled};
pub use compiled::{EntryId, EntryRef, Meaning, NameRef, Vocabulary};
pub use edits::{Action, Draft, Edit, Place, Problem};
#[cfg(feature = "formats")]
pub use edits::{UserFile, parse};
pub use entry::{Day, Entry, Kind, MAX_NAME_BYTES, Name, Office, Role};
#[cfg(feature = "formats")]
pub use files::compile_files;
#[cfg(feature = "formats")]
pub use folder::read_folder;
pub use folding::{Folded, Node, STEP};
pub use key::key;
pub(crate) use tag::{Doubt, Found, Hints, QuickMap, QuickSet};
pub use tag::{Matcher, Mention};
pub use vocabularies::Vocabularies;
