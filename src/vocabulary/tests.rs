//! The vocabulary as a whole: the bundled ones, the compiled form, and folding compared with a
//! naive reading of the entries.

mod bundle;
mod damage;
#[cfg(feature = "formats")]
mod docs;
mod random;

use super::{EntryId, Meaning, Vocabulary};

/// The one entry of a name.
fn one(vocabulary: &Vocabulary, name: &str) -> EntryId {
    match vocabulary.look_up(name) {
        Meaning::One(id) => id,
        other => panic!("`{name}` is {other:?}"),
    }
}
