//! Facets as vocabularies fold them: which node a written value counts for, under which name it is
//! shown, and what a value that is asked for means.
//!
//! Documents keep what was written. What is found out here depends on the segments and on the
//! vocabularies alone, so a changed vocabulary changes answers, and nothing that is stored.

mod column;
mod facet;
mod kept;
#[cfg(feature = "formats")]
mod refresh;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tantivy::directory::{MmapDirectory, OwnedBytes};
use tantivy::{Directory, SegmentReader};

pub(in crate::index) use facet::FacetFold;
pub(in crate::index) use source::Source;

use super::generation::Generation;
use super::home::Home;
use super::search::facet_files::FacetFiles;
use super::search::kept::Budget;
use crate::schema::FacetDefinition;
use crate::{Error, ErrorKind, Result};
use kept::KeptTables;

/// The folded facets of a snapshot, each made when it is first asked for.
#[derive(Debug)]
pub(in crate::index) struct Folds {
    source: Source,
    context: Arc<Context>,
    facets: Mutex<BTreeMap<String, Held>>,
}

/// What the facets of a snapshot have in common.
#[derive(Debug)]
struct Context {
    home: Home,
    generation: Arc<Generation>,
    segments: Vec<Arc<FacetFiles>>,
    budget: Arc<Budget>,
    /// Opened when a table is first needed.
    tables: OnceLock<KeptTables>,
}

impl Context {
    /// The tables that are kept beside the index.
    fn tables(&self) -> &KeptTables {
        self.tables.get_or_init(|| KeptTables::open(&self.home))
    }

    /// The hash of the file that the columns of a segment stand in.
    fn hash_of(&self, segment: &SegmentReader) -> Option<&str> {
        let name = format!("{}.fast", segment.segment_id().uuid_string());
        let mut files = self.generation.files.iter();
        let file = files.find(|file| file.path == name)?;
        Some(&file.hash)
    }
}

/// A facet, kept as long as there is room for it, else as long as somebody uses it.
#[derive(Debug)]
enum Held {
    Kept(Arc<FacetFold>),
    Used(Weak<FacetFold>),
}

impl Folds {
    pub(in crate::index) fn new(
        source: Source,
        home: Home,
        generation: Arc<Generation>,
        segments: Vec<Arc<FacetFiles>>,
        budget: Arc<Budget>,
    ) -> Self {
        let context = Context {
            home,
            generation,
            segments,
            budget,
            tables: OnceLock::new(),
        };
        Self {
            source,
            context: Arc::new(context),
            facets: Mutex::default(),
        }
    }

    /// Where the vocabularies come from that facets are folded by.
    pub(in crate::index) fn source(&self) -> &Source {
        &self.source
    }

    /// The facet as it is folded; `None` if its values stay as they are written.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if there is no vocabulary of the name that it gives, or a mistake in the
    /// owner's files.
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
        let vocabularies = self.source.get(&self.context.home)?;
        let Some(vocabulary) = vocabularies.get(name) else {
            let message = format!(
                "the facet `{}` names an unknown vocabulary `{name}`",
                facet.name
            );
            return Err(Error::new(ErrorKind::Config, message));
        };
        let fold = FacetFold::new(facet, vocabulary.clone(), Arc::clone(&self.context));
        let fold = Arc::new(fold);
        facets.insert(facet.name.clone(), Held::Kept(Arc::clone(&fold)));
        Ok(Some(fold))
    }
}

/// Maps a file below an index; `None` if there is none, or it cannot be read.
fn map(home: &Home, name: &str) -> Option<OwnedBytes> {
    let folder = home.folder()?;
    // Most indexes have none, and looking is cheaper than opening the folder.
    if !folder.join(name).is_file() {
        return None;
    }
    let directory = MmapDirectory::open(folder).ok()?;
    directory.open_read(Path::new(name)).ok()?.read_bytes().ok()
}
