//! One number for each name of a facet in all segments (global ordinals), kept by a searcher that
//! counts the facet again: what segments counted is then put together without looking names up.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use super::kept::{Budget, KeptFacet};
use super::views::{ResolvedFacet, SegmentView};
use super::watch::Watch;
use crate::Result;
use crate::index::segment::nodes::NodeHash;

/// The numbers of the nodes of a facet; of no segment where there is no room for them.
#[derive(Debug, Default)]
pub(in crate::index) struct GlobalNodes {
    /// For each segment what was numbered, and the numbers.
    segments: Vec<(Arc<KeptFacet>, Numbers)>,
    len: usize,
}

/// For each column the number of each node.
type Numbers = Vec<Box<[u32]>>;

impl GlobalNodes {
    /// The number after the last one.
    pub(in crate::index) fn len(&self) -> usize {
        self.len
    }

    /// The numbers of the nodes of each column of a segment, if it is what was numbered.
    pub(in crate::index) fn of(
        &self,
        segment: usize,
        kept: &Arc<KeptFacet>,
    ) -> Option<&[Box<[u32]>]> {
        let (known, columns) = self.segments.get(segment)?;
        Arc::ptr_eq(known, kept).then_some(columns)
    }

    fn new(facets: Vec<Arc<KeptFacet>>, watch: &Watch) -> Result<Self> {
        let mut numbers: HashMap<NodeHash, u32, ByPrefix> = HashMap::default();
        let mut segments = Vec::with_capacity(facets.len());
        for kept in facets {
            let mut columns = Vec::with_capacity(kept.facet.columns.len());
            for column in &kept.facet.columns {
                watch.check()?;
                let nodes = 0..column.table.len();
                let number = |node| {
                    let next = numbers.len() as u32;
                    *numbers.entry(column.table.hash(node)).or_insert(next)
                };
                columns.push(nodes.map(number).collect());
            }
            segments.push((kept, columns));
        }
        Ok(Self {
            segments,
            len: numbers.len(),
        })
    }
}

/// The numbers that a searcher keeps, by the keys of facets; `None` for one that was asked for once.
#[derive(Debug, Default)]
pub(in crate::index) struct KeptGlobals(Mutex<BTreeMap<String, Option<Arc<GlobalNodes>>>>);

impl KeptGlobals {
    /// The numbers of a facet, if they are kept, or are to be from now on.
    pub(in crate::index) fn of(
        &self,
        facet: &ResolvedFacet,
        views: &[SegmentView],
        budget: &Budget,
        watch: &Watch,
    ) -> Result<Option<Arc<GlobalNodes>>> {
        if views.len() < 2 {
            return Ok(None);
        }
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = facet.key();
        let known = lock().get(&name).cloned();
        match known {
            Some(Some(known)) => return Ok(Some(known)),
            Some(None) => {}
            None => {
                lock().entry(name).or_default();
                return Ok(None);
            }
        }
        let facets = views.iter().map(|view| view.kept(facet));
        let facets: Vec<Arc<KeptFacet>> = facets.collect::<Result<_>>()?;
        let columns = facets.iter().flat_map(|kept| &kept.facet.columns);
        let nodes: usize = columns.map(|column| column.table.len() as usize).sum();
        let mut bytes = nodes * size_of::<u32>();
        let mut are_kept = views.iter().zip(&facets);
        let made = if are_kept.all(|(view, facet)| view.keeps(&name, facet)) && budget.take(bytes) {
            GlobalNodes::new(facets, watch).inspect_err(|_| budget.give_back(bytes))?
        } else {
            bytes = 0;
            GlobalNodes::default()
        };
        let made = Arc::new(made);
        // Another search may have been quicker.
        if let Some(Some(_)) = lock().insert(name, Some(Arc::clone(&made))) {
            budget.give_back(bytes);
        }
        Ok(Some(made))
    }
}

/// Hashes what is a hash already. The seed keeps anybody from writing values that collide.
pub(super) struct ByPrefix(u64);

impl Default for ByPrefix {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for ByPrefix {
    type Hasher = Prefix;

    fn build_hasher(&self) -> Prefix {
        Prefix {
            seed: self.0,
            last: 0,
        }
    }
}

pub(super) struct Prefix {
    seed: u64,
    last: u64,
}

impl Hasher for Prefix {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.last = u64::from_le_bytes(*first);
        }
    }

    fn finish(&self) -> u64 {
        let product = u128::from(self.last ^ self.seed) * u128::from(self.seed | 1);
        product as u64 ^ (product >> 64) as u64
    }
}
