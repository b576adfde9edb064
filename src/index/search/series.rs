//! Which of some values of a facet a document counts for.

use super::views::{ResolvedFacet, SegmentFacet, SegmentView};
use crate::Result;
use crate::index::segment::nodes::ROOT;

/// Stands for a node that is none of the values.
const NONE: u32 = u32::MAX;

/// Some values of a facet, to be looked for in documents.
pub(in crate::index) struct Series {
    facet: ResolvedFacet,
    values: Vec<String>,
    segment: Option<Opened>,
    /// The number of the present look, and the last look that found each value.
    look: u64,
    last_found: Vec<u64>,
    found: Vec<u32>,
}

struct Opened {
    facet: SegmentFacet,
    /// For each column: the value that a node is.
    values: Vec<Vec<u32>>,
}

impl Series {
    /// Looks for these values, or nodes of a tree; each once.
    pub(in crate::index) fn new(facet: ResolvedFacet, values: &[String]) -> Self {
        Self {
            values: values.to_vec(),
            facet,
            segment: None,
            look: 0,
            last_found: vec![0; values.len()],
            found: Vec::new(),
        }
    }

    pub(in crate::index) fn len(&self) -> usize {
        self.values.len()
    }

    /// Begins a segment.
    pub(in crate::index) fn open(&mut self, view: &SegmentView) -> Result<()> {
        let facet = view.facet(&self.facet)?;
        let hashes = self.values.iter().map(|value| facet.ask(value));
        let hashes = hashes.collect::<Result<Vec<_>>>()?;
        let mut values = Vec::with_capacity(facet.columns.len());
        for column in &facet.columns {
            let mut by_node = vec![NONE; column.table.len() as usize];
            for (value, hash) in hashes.iter().enumerate() {
                if let Some(node) = hash.and_then(|hash| column.table.find(&hash)) {
                    by_node[node as usize] = value as u32;
                }
            }
            values.push(by_node);
        }
        self.segment = Some(Opened { facet, values });
        Ok(())
    }

    /// Looks at a document of the segment; whether it has any value of the facet at all.
    pub(in crate::index) fn look(&mut self, document: u32) -> bool {
        self.found.clear();
        self.look += 1;
        let Some(Opened { facet, values }) = &self.segment else {
            return false;
        };
        facet.values(document, |column, ordinal| {
            let table = &facet.columns[column].table;
            table.each_leaf(ordinal, |leaf| {
                let mut node = leaf;
                while node != ROOT {
                    let value = values[column][node as usize];
                    if value != NONE && self.last_found[value as usize] != self.look {
                        self.last_found[value as usize] = self.look;
                        self.found.push(value);
                    }
                    node = table.parent(node);
                }
            });
        })
    }

    /// The numbers of the values that the document counts for, each once.
    pub(in crate::index) fn found(&self) -> &[u32] {
        &self.found
    }
}
