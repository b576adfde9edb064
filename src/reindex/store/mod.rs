//! Collections for what a run remembers, within a stated amount of memory whatever the corpus.
//!
//! All collections of a run share one [`Space`]: pages of fixed size, as many of them in memory as
//! its budget allows, the others in an unnamed temporary file that the system removes with the
//! process. As long as everything fits, no file is made.

mod array;
mod log;
mod sort;
mod space;
mod table;

pub(super) use array::{Array, Bits, Fixed};
pub(super) use log::Log;
pub(super) use sort::Sorter;
pub(super) use space::Space;
pub(super) use table::Table;
