//! Every live document in turn: for what concerns all of them, and is no question.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tantivy::DocAddress;

use super::{Searcher, hits};
use crate::index::RunState;
use crate::index::guard::guarded;
use crate::index::layout::names;
use crate::index::search::views::SegmentView;
use crate::index::segment::card::Card;
use crate::index::segment::texts::{TextFile, Texts};
use crate::index::stored::StoredDocument;
use crate::schema::Origin;
use crate::{Error, ErrorKind, Result};

/// Documents that lie next to each other: a piece of work for one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    segment: usize,
    documents: Range<u32>,
}

/// Documents in a stretch: many enough that the block they share is decompressed about once.
const STRETCH: usize = 1_024;

impl Searcher {
    /// What reindexing recorded with this generation.
    pub(crate) fn run_state(&self) -> Option<RunState> {
        self.published().run.clone()
    }

    /// Compares the bytes of all segments with those that were written. What is made anew of the
    /// documents in them gets a fresh hash: no damage may get one with it.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`], [`ErrorKind::Io`].
    pub(crate) fn verify(&self) -> Result<()> {
        let mut views = self.snapshot.views.iter();
        views.try_for_each(|view| self.verify_segment(view))
    }

    fn verify_segment(&self, view: &SegmentView) -> Result<()> {
        let name = view.reader.segment_id().uuid_string();
        self.snapshot.directory.verify(&name)
    }

    /// All documents, in stretches.
    pub(crate) fn stretches(&self) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        for (segment, view) in self.snapshot.views.iter().enumerate() {
            let end = view.reader.max_doc();
            for start in (0..end).step_by(STRETCH) {
                let documents = start..end.min(start + STRETCH as u32);
                stretches.push(Stretch { segment, documents });
            }
        }
        stretches
    }

    /// Calls back with every live document of a stretch, whole.
    pub(crate) fn each_document(
        &self,
        stretch: &Stretch,
        mut f: impl FnMut(StoredDocument) -> Result<()>,
    ) -> Result<()> {
        guarded(|| self.documents_of(stretch, None, &mut f))
    }

    /// Calls back with every live document of a stretch that declares values of a facet, whole; the
    /// texts of others are not read.
    pub(crate) fn each_declaring(
        &self,
        stretch: &Stretch,
        facet: &str,
        mut f: impl FnMut(StoredDocument) -> Result<()>,
    ) -> Result<()> {
        guarded(|| self.documents_of(stretch, Some(facet), &mut f))
    }

    fn documents_of(
        &self,
        stretch: &Stretch,
        declaring: Option<&str>,
        f: &mut dyn FnMut(StoredDocument) -> Result<()>,
    ) -> Result<()> {
        let view = self.view(stretch)?;
        let store = TextFile::open(&view.reader, &Arc::default(), 0)?;
        for doc in stretch.documents.clone() {
            if view.reader.is_deleted(doc) {
                continue;
            }
            let address = DocAddress::new(stretch.segment as u32, doc);
            if let Some(facet) = declaring {
                let card = hits::card(&self.snapshot.views, address)?;
                if !declared(&card).contains_key(facet) {
                    continue;
                }
            }
            let bytes = store.run(doc)?;
            let texts = Texts::of(&bytes)?;
            f(self.whole(address, texts)?)?;
        }
        Ok(())
    }

    /// Calls back with the id and the declared facets of every live document.
    pub(crate) fn each_facets(&self, mut f: impl FnMut(&str, &Declared<'_>)) -> Result<()> {
        for (segment, view) in self.snapshot.views.iter().enumerate() {
            for doc in view.reader.doc_ids_alive() {
                let card = hits::card(&self.snapshot.views, DocAddress::new(segment as u32, doc))?;
                f(card.id, &declared(&card));
            }
        }
        Ok(())
    }

    /// The declared facets of the document of an id.
    pub(crate) fn facets_of(&self, id: &str) -> Result<Option<BTreeMap<String, Vec<String>>>> {
        let Some(address) = self.find(id)? else {
            return Ok(None);
        };
        let card = hits::card(&self.snapshot.views, address)?;
        let owned = |(facet, values): (&str, &Vec<&str>)| {
            let values = values.iter().map(|&value| value.to_owned()).collect();
            (facet.to_owned(), values)
        };
        Ok(Some(declared(&card).into_iter().map(owned).collect()))
    }

    /// Calls back with every id, and when its document first entered the index, in seconds since
    /// 1970 UTC. Segments that are damaged are passed over: whoever asks has nothing better.
    pub(crate) fn each_added(&self, mut f: impl FnMut(&str, i64)) {
        for view in self.snapshot.views.iter() {
            if self.verify_segment(view).is_err() {
                continue;
            }
            let (Ok(cards), Ok(added)) = (
                view.all_cards(),
                view.reader.fast_fields().i64(names::ADDED),
            ) else {
                continue;
            };
            for doc in view.reader.doc_ids_alive() {
                if let (Some(card), Some(added)) = (cards.get(doc), added.first(doc)) {
                    f(card.id, added);
                }
            }
        }
    }

    fn view(&self, stretch: &Stretch) -> Result<&SegmentView> {
        self.snapshot
            .views
            .get(stretch.segment)
            .ok_or_else(|| Error::new(ErrorKind::Engine, "a stretch of another generation"))
    }
}

/// Facets and their declared values.
type Declared<'c> = BTreeMap<&'c str, &'c Vec<&'c str>>;

fn declared<'c>(card: &'c Card<'_>) -> Declared<'c> {
    let declared = card
        .facets
        .iter()
        .filter(|(origin, ..)| *origin == Origin::Declared);
    declared
        .map(|(_, facet, values)| (*facet, values))
        .collect()
}
