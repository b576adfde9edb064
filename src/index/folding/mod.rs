//! Facets as vocabularies fold them: which node a written value counts for, under which name it is
//! shown, and what a value that is asked for means.
//!
//! Documents keep what was written. What is found out here depends on the segments and on the
//! vocabularies alone, so a changed vocabulary changes answers, and nothing that is stored.

mod column;
mod facet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tantivy::SegmentReader;

pub(in crate::index) use facet::{FacetFold, origins_of};

use super::search::kept::Budget;
use crate::schema::FacetDefinition;
use crate::vocabulary::Vocabularies;
use crate::{Error, ErrorKind, Result};

/// The folded facets of a snapshot, each made when it is first asked for.
#[derive(Debug)]
pub(in crate::index) struct Folds {
    vocabularies: Vocabularies,
    segments: Arc<[SegmentReader]>,
    budget: Arc<Budget>,
    facets: Mutex<BTreeMap<String, Held>>,
}

/// A facet, kept as long as there is room for it, else as long as somebody uses it.
#[derive(Debug)]
enum Held {
    Kept(Arc<FacetFold>),
    Used(Weak<FacetFold>),
}

impl Folds {
    pub(in crate::index) fn new(
        vocabularies: Vocabularies,
        segments: Arc<[SegmentReader]>,
        budget: Arc<Budget>,
    ) -> Self {
        Self {
            vocabularies,
            segments,
            budget,
            facets: Mutex::default(),
        }
    }

    /// The vocabularies that facets are folded by.
    pub(in crate::index) fn vocabularies(&self) -> &Vocabularies {
        &self.vocabularies
    }

    /// The facet as it is folded; `None` if its values stay as they are written.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if there is no vocabulary of the name that it gives.
    pub(in crate::index) fn of(&self, facet: &FacetDefinition) -> Result<Option<Arc<FacetFold>>> {
        let Some(name) = &facet.vocabulary else {
            return Ok(None);
        };
        let mut facets = self.facets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match facets.get(&facet.name) {
            Some(Held::Kept(fold)) => Some(Arc::clone(fold)),
            Some(Held::Used(fold)) => fold.upgrade(),
            None => None,
        };
        if let Some(fold) = known {
            if !fold.has_room() {
                let used = Held::Used(Arc::downgrade(&fold));
                facets.insert(facet.name.clone(), used);
            }
            return Ok(Some(fold));
        }
        let Some(vocabulary) = self.vocabularies.get(name) else {
            let message = format!(
                "the facet `{}` names an unknown vocabulary `{name}`",
                facet.name
            );
            return Err(Error::new(ErrorKind::Config, message));
        };
        let fold = FacetFold::new(
            facet,
            vocabulary.clone(),
            Arc::clone(&self.segments),
            Arc::clone(&self.budget),
        );
        let fold = Arc::new(fold);
        facets.insert(facet.name.clone(), Held::Kept(Arc::clone(&fold)));
        Ok(Some(fold))
    }
}
