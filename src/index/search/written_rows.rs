//! Counting facets by what a segment has of their values by document.
//!
//! That is worth while where documents lie apart, and for several facets: what follows each other
//! is read from the columns as fast.

use super::block::Block;
use super::views::SegmentView;
use crate::Result;
use crate::index::search::kept::KeptFacet;
use crate::index::search::views::ResolvedFacet;
use crate::index::segment::nodes::by_document::{BlockRows, ByDocument};

/// So many times as many documents as are counted lie between the first and the last of them.
const APART: u32 = if cfg!(test) { 1 } else { 2 };

/// Where the values of a facet stand in a row: for each of its columns, those of its origins.
#[derive(Debug, Clone, Default)]
pub(in crate::index) struct RowPlaces(Vec<Vec<usize>>);

impl RowPlaces {
    pub(super) fn new(places: Vec<Vec<usize>>) -> Self {
        Self(places)
    }

    /// That of the values, if all are of one column and origin.
    pub(super) fn alone(&self) -> Option<usize> {
        match self.0.as_slice() {
            [places] => places.first().copied().filter(|_| places.len() == 1),
            _ => None,
        }
    }

    /// Those of a column.
    pub(super) fn of(&self, column: usize) -> impl Iterator<Item = usize> + '_ {
        self.0[column].iter().copied()
    }
}

/// Reads the rows of blocks of documents.
#[derive(Debug)]
pub(in crate::index) struct RowReader {
    rows: ByDocument,
    /// Of the columns of the segment.
    wanted: Vec<bool>,
    places: Vec<RowPlaces>,
    block: BlockRows,
}

impl RowReader {
    /// For these facets, and whether each is counted by what was written. `None` if there are no
    /// rows of one of them, or it is not worth it.
    pub(in crate::index) fn open<'f>(
        view: &SegmentView,
        facets: impl Iterator<Item = (&'f ResolvedFacet, &'f KeptFacet, bool)> + Clone,
    ) -> Result<Option<Self>> {
        let read = facets.clone().filter(|(.., is_read)| *is_read);
        let columns = read.flat_map(|(_, kept, _)| &kept.facet.columns);
        let parts: usize = columns.map(|column| column.written.parts().len()).sum();
        if parts < 2 {
            return Ok(None);
        }
        let nodes = view.nodes()?;
        let Some(rows) = nodes.rows() else {
            return Ok(None);
        };
        let mut wanted = vec![false; nodes.len()];
        let mut all = Vec::new();
        for (facet, kept, is_read) in facets {
            let mut places = Vec::new();
            let columns = kept.facet.columns.iter().filter(|_| is_read);
            for column in columns {
                let parts = column.written.parts().iter();
                let place = parts.map(|part| {
                    nodes.place(&format!("{}.{}", part.origin.name(), facet.definition.name))
                });
                let Some(of_column) = place.collect::<Option<Vec<usize>>>() else {
                    return Ok(None);
                };
                for &place in &of_column {
                    wanted[place] = true;
                }
                places.push(of_column);
            }
            all.push(RowPlaces::new(places));
        }
        Ok(Some(Self {
            rows: rows.clone(),
            wanted,
            places: all,
            block: BlockRows::default(),
        }))
    }

    /// Reads the rows of a block, if its documents lie apart.
    pub(in crate::index) fn read(&mut self, block: Block<'_>) -> bool {
        let docs = block.docs();
        let (Some(first), Some(last)) = (docs.first(), docs.last()) else {
            return false;
        };
        let lie_apart = (last - first) / APART >= docs.len() as u32;
        if lie_apart {
            self.rows.read(docs, &self.wanted, &mut self.block);
        }
        lie_apart
    }

    /// What was read last.
    pub(in crate::index) fn block(&self) -> &BlockRows {
        &self.block
    }

    /// Where the values of a facet stand, by its number, if it is counted by what was written.
    pub(in crate::index) fn places(&self, facet: usize) -> &RowPlaces {
        &self.places[facet]
    }
}
