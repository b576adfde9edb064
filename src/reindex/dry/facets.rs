//! Which facet values would appear, and which would vanish: documents are counted under the node
//! of each value, as a search counts them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::entry::Key;
use super::super::forecast::{FacetChange, ValueChange};
use super::super::store::{Log, Space, Table};
use crate::index::{NodeHash, node_of};
use crate::{Result, Schema, Searcher};

/// By how many documents every value would change.
#[derive(Debug)]
pub(super) struct Tally {
    /// The number of a value.
    numbers: HashMap<(String, NodeHash), u32>,
    /// By number: the value as first written, and the change.
    values: Vec<(String, i64)>,
    /// Where the values of documents are that this run would write, by the key of their ids.
    written: Table<u64>,
    /// The numbers of values of those documents.
    lists: Log,
}

impl Tally {
    pub(super) fn new(space: &Space) -> Self {
        Self {
            numbers: HashMap::new(),
            values: Vec::new(),
            written: Table::new(space),
            lists: Log::new(space),
        }
    }

    /// A document would be written.
    pub(super) fn put(
        &mut self,
        schema: &Schema,
        id: &str,
        facets: &BTreeMap<String, Vec<String>>,
    ) -> Result<()> {
        let numbers = self.count(schema, facets, 1);
        let bytes: Vec<u8> = numbers.iter().flat_map(|it| it.to_le_bytes()).collect();
        let at = self.lists.push(&bytes)?;
        self.written.insert(Key::of(id), at).map(|_| ())
    }

    /// A document that this run wrote is overtaken; `false` if it wrote none of that id.
    pub(super) fn forget(&mut self, id: &str) -> Result<bool> {
        let Some(at) = self.written.remove(Key::of(id))? else {
            return Ok(false);
        };
        let mut bytes = Vec::new();
        self.lists.get(at, &mut bytes)?;
        for number in bytes.chunks_exact(4).filter_map(<[u8]>::first_chunk) {
            self.values[u32::from_le_bytes(*number) as usize].1 -= 1;
        }
        Ok(true)
    }

    /// Counts a document once under each of its values.
    pub(super) fn count(
        &mut self,
        schema: &Schema,
        facets: &BTreeMap<String, Vec<String>>,
        change: i64,
    ) -> Vec<u32> {
        let mut numbers = Vec::new();
        for (facet, values) in facets {
            for value in values {
                let Some(node) = node(schema, facet, value) else {
                    continue;
                };
                let next = self.values.len() as u32;
                let number = *self.numbers.entry((facet.clone(), node)).or_insert(next);
                if number == next {
                    self.values.push((value.clone(), 0));
                }
                if !numbers.contains(&number) {
                    numbers.push(number);
                    self.values[number as usize].1 += change;
                }
            }
        }
        numbers
    }

    /// Compares with what the index holds.
    pub(super) fn finish(
        self,
        schema: &Schema,
        searcher: Option<&Searcher>,
        rebuild: bool,
    ) -> Result<BTreeMap<String, FacetChange>> {
        let is_idle = self.values.iter().all(|(_, change)| *change == 0);
        if is_idle && !rebuild {
            return Ok(BTreeMap::new());
        }
        let mut before: HashMap<(String, NodeHash), (String, u64)> = HashMap::new();
        if let Some(searcher) = searcher {
            searcher.each_facets(|_, facets| {
                let mut seen = HashSet::new();
                for (facet, values) in facets {
                    for value in *values {
                        let Some(node) = node(schema, facet, value) else {
                            continue;
                        };
                        if seen.insert((*facet, node)) {
                            let entry = before.entry(((*facet).to_owned(), node));
                            entry.or_insert_with(|| ((*value).to_owned(), 0)).1 += 1;
                        }
                    }
                }
            })?;
        }
        let mut changes: BTreeMap<String, FacetChange> = BTreeMap::new();
        for ((facet, node), number) in &self.numbers {
            let (value, change) = &self.values[*number as usize];
            let (shown, had) = match before.remove(&(facet.clone(), *node)) {
                Some((shown, had)) => (shown, had),
                None => (value.clone(), 0),
            };
            let kept = if rebuild { 0 } else { had as i64 };
            let has = (kept + change).max(0) as u64;
            match (had, has) {
                (0, 1..) => changes
                    .entry(facet.clone())
                    .or_default()
                    .appear
                    .push(ValueChange {
                        value: value.clone(),
                        documents: has,
                    }),
                (1.., 0) => changes
                    .entry(facet.clone())
                    .or_default()
                    .vanish
                    .push(ValueChange {
                        value: shown,
                        documents: had,
                    }),
                _ => {}
            }
        }
        if rebuild {
            for ((facet, _), (value, documents)) in before {
                let change = changes.entry(facet).or_default();
                change.vanish.push(ValueChange { value, documents });
            }
        }
        for change in changes.values_mut() {
            for list in [&mut change.appear, &mut change.vanish] {
                list.sort_by(|a, b| {
                    let most = b.documents.cmp(&a.documents);
                    most.then_with(|| a.value.cmp(&b.value))
                });
            }
        }
        Ok(changes)
    }
}

fn node(schema: &Schema, facet: &str, value: &str) -> Option<NodeHash> {
    let tree = schema.find_facet(facet).and_then(|facet| facet.tree);
    node_of(value, tree)
}
