//! What was counted of a facet in all segments, and what is kept of that: every search for everything
//! counts the same.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::NO_ENTRY;
use super::entries::Entries;
use crate::index::search::kept::{Budget, KeptFacet};
use crate::index::segment::nodes::NodeHash;

/// What was counted of a facet in all segments.
#[derive(Debug, Default)]
pub(in crate::index) struct Tallied {
    pub(super) entries: Entries,
    pub(super) segments: Vec<TalliedSegment>,
    /// Documents without a value.
    pub(super) missing: u64,
}

/// A segment in it.
#[derive(Debug)]
pub(super) struct TalliedSegment {
    pub(super) kept: Arc<KeptFacet>,
    /// For each column, the entries of its nodes.
    pub(super) entries: Vec<OfNodes>,
}

/// The entries of the nodes of a table.
#[derive(Debug)]
pub(super) enum OfNodes {
    /// The first so many, in the order of the nodes: those of the first table.
    First(u32),
    /// Of each node its entry, or [`NO_ENTRY`].
    Each(Vec<u32>),
}

impl OfNodes {
    /// The entry of a node, if something was counted for it.
    #[inline]
    pub(super) fn get(&self, entries: &Entries, node: u32) -> Option<u32> {
        match self {
            Self::First(many) => entries.of_node(*many, node),
            Self::Each(of_nodes) => {
                let entry = of_nodes.get(node as usize).copied();
                entry.filter(|&entry| entry != NO_ENTRY)
            }
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::First(_) => 0,
            Self::Each(of_nodes) => of_nodes.capacity() * size_of::<u32>(),
        }
    }
}

impl Tallied {
    /// The name of an entry.
    pub(super) fn name(&self, entry: u32) -> NodeHash {
        let (segment, column, node) = self.entries.place(entry);
        let facet = &self.segments[segment as usize].kept.facet;
        facet.columns[column as usize].table.hash(node)
    }

    /// The bytes that it takes, without what its segments keep.
    fn bytes(&self) -> usize {
        let columns = self.segments.iter().flat_map(|segment| &segment.entries);
        self.entries.bytes() + columns.map(OfNodes::bytes).sum::<usize>()
    }

    /// Whether these are the facets, segment by segment, that it was counted of.
    fn is_of(&self, facets: &[Arc<KeptFacet>]) -> bool {
        let counted = self.segments.iter().map(|segment| &segment.kept);
        counted.len() == facets.len() && counted.zip(facets).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

/// What is being counted, or was before.
#[derive(Debug)]
pub(super) enum Sum {
    Now(Box<Tallied>),
    Before(Arc<Tallied>),
}

impl Deref for Sum {
    type Target = Tallied;

    fn deref(&self) -> &Tallied {
        match self {
            Self::Now(tallied) => tallied,
            Self::Before(tallied) => tallied,
        }
    }
}

/// What a searcher keeps of the counts of all documents, by the keys of facets.
#[derive(Debug, Default)]
pub(in crate::index) struct KeptSums(Mutex<BTreeMap<String, Arc<Tallied>>>);

impl KeptSums {
    /// What was counted of a facet, if it is kept. `facets`: what the segments have of it.
    pub(in crate::index) fn of(
        &self,
        key: &str,
        facets: &[Arc<KeptFacet>],
    ) -> Option<Arc<Tallied>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tallied = kept.get(key)?;
        tallied.is_of(facets).then(|| Arc::clone(tallied))
    }

    /// Keeps what was counted of all documents, if there is room.
    pub(super) fn keep(&self, key: String, sum: &mut Sum, budget: &Budget) {
        let Sum::Now(tallied) = sum else {
            return;
        };
        let bytes = tallied.bytes();
        if !budget.take(bytes) {
            return;
        }
        let tallied = Arc::<Tallied>::from(std::mem::take(tallied));
        *sum = Sum::Before(Arc::clone(&tallied));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a vocabulary that was changed meanwhile, or made by another search at the same time.
        if let Some(before) = kept.insert(key, tallied) {
            budget.give_back(before.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Index, Schema, SearchRequest};

    #[test]
    fn what_was_counted_of_everything_is_the_same_whenever_it_is_asked_for() {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for number in 0..300 {
            let mut document = Document::new(format!("d{number}")).body("tanker");
            if number % 10 > 0 {
                document = document
                    .facet("actor", format!("Person {:03}", number % 97))
                    .facet("topic", format!("sea/ship/{}", number % 11));
            }
            writer.put(document).unwrap();
            if number % 100 == 99 {
                writer.delete(&format!("d{}", number - 50)).unwrap();
                writer.commit().unwrap();
            }
        }
        let everything = || SearchRequest::all().all_facets().top(5);
        let questions = [
            everything(),
            everything().limit(0).sort(crate::Sort::Newest),
            everything().filter("topic", "sea/ship/3"),
            SearchRequest::query("tanker")
                .unwrap()
                .all_facets()
                .top(200),
            everything().top(200),
        ];
        let without = index.clone().with_facet_memory(0).searcher().unwrap();
        let searcher = index.searcher().unwrap();
        let mut kept = Vec::new();
        for _ in 0..3 {
            for question in &questions {
                let facets = searcher.search(question).unwrap().facets;
                assert_eq!(facets, without.search(question).unwrap().facets);
            }
            kept.push(searcher.facet_memory());
        }
        assert!(kept[0] > 0 && kept[1] >= kept[0], "{kept:?}");
        assert_eq!(kept[2], kept[1], "nothing is kept twice");
    }
}
