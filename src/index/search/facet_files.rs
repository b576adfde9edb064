//! What a segment has of its facets: columns, and what was written of them beside. What is written
//! beside is opened when it is first asked for, columns mostly when they are read.

use std::fmt;
use std::sync::OnceLock;

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentComponent;

use super::lazy_column::{LazyColumn, unknown};
use crate::Result;
use crate::index::layout::names;
use crate::index::segment::nodes::{self, ColumnNodes, NodeTables};
use crate::schema::Origin;

/// The facets of a segment.
pub(in crate::index) struct FacetFiles {
    pub(in crate::index) reader: SegmentReader,
    nodes: OnceLock<NodeTables>,
}

impl FacetFiles {
    pub(in crate::index) fn new(reader: SegmentReader) -> Self {
        Self {
            reader,
            nodes: OnceLock::new(),
        }
    }

    /// What was written of facets beside their columns.
    pub(in crate::index) fn nodes(&self) -> Result<&NodeTables> {
        if let Some(tables) = self.nodes.get() {
            return Ok(tables);
        }
        let component = SegmentComponent::Custom(nodes::NAME.to_owned());
        let file = self.reader.open_read(component);
        let file = file.map_err(tantivy::TantivyError::from)?;
        let tables = NodeTables::open(&file)?;
        Ok(self.nodes.get_or_init(|| tables))
    }

    /// The column of the values of a facet of one origin, and what was written of them beside it;
    /// `None` if no document has such a value.
    pub(in crate::index) fn column(
        &self,
        origin: Origin,
        facet: &str,
    ) -> Result<Option<(LazyColumn, &ColumnNodes)>> {
        let tables = self.nodes()?;
        // Every column has its nodes.
        let Some(nodes) = tables.get(&format!("{}.{facet}", origin.name())) else {
            return Ok(None);
        };
        let path = format!("{}.{}.{facet}", names::FACETS, origin.name());
        let columns = self.reader.fast_fields();
        if let Some(has_one_at_most) = tables.has_one_at_most(nodes) {
            let values = nodes.table.ordinals();
            let column = LazyColumn::later(columns, path, values, has_one_at_most);
            return Ok(Some((column, nodes)));
        }
        let column = columns.str(&path)?;
        let is_known = |column: &StrColumn| column.num_terms() as u32 == nodes.table.ordinals();
        let column = column.filter(is_known).ok_or_else(unknown)?;
        Ok(Some((column.into(), nodes)))
    }
}

impl fmt::Debug for FacetFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FacetFiles")
            .field("segment", &self.reader.segment_id())
            .finish_non_exhaustive()
    }
}
