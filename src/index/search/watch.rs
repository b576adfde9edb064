//! What stops a search from within the engine, whose interfaces have no room for it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::search::Control;
use crate::{Error, Result};

/// Shared by a search and everything that it was compiled to.
///
/// A scorer that finds out that it cannot go on says so here and pretends to have come to its end;
/// the pass then asks and fails.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct Watch {
    control: Control,
    trouble: Arc<Mutex<Option<Error>>>,
}

impl Watch {
    pub(in crate::index) fn new(control: &Control) -> Self {
        Self {
            control: control.clone(),
            trouble: Arc::default(),
        }
    }

    /// Remembers the first thing that went wrong.
    pub(in crate::index) fn report(&self, error: Error) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.get_or_insert(error);
    }

    /// Whether to go on.
    pub(in crate::index) fn goes_on(&self) -> bool {
        self.control.check().is_ok()
    }

    /// Fails if something went wrong, or if the search is to stop.
    pub(in crate::index) fn check(&self) -> Result<()> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble.take() {
            Some(error) => Err(error),
            None => self.control.check(),
        }
    }
}
