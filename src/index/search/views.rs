//! What a search sees of a segment beside the engine's reader: cards, and the columns of facets
//! with their nodes. Everything is opened when it is first asked for.

use std::sync::{Arc, OnceLock};

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentComponent;

use crate::index::generation::DAMAGE_HINT;
use crate::index::layout::names;
use crate::index::segment::card_file::CardFile;
use crate::index::segment::nodes::{self, NodeTable, NodeTables};
use crate::index::texts::TextStore;
use crate::schema::{FacetDefinition, Origin, Schema};
use crate::search::FacetRef;
use crate::{Error, ErrorKind, Result};

/// A segment and what was opened of it.
#[derive(Debug)]
pub(in crate::index) struct SegmentView {
    pub(in crate::index) reader: SegmentReader,
    cards: OnceLock<CardFile>,
    nodes: OnceLock<NodeTables>,
    texts: OnceLock<TextStore>,
}

/// Blocks of stored texts that a segment keeps decompressed: more than the snippets of a page need.
const BLOCKS: usize = 16;

impl SegmentView {
    pub(in crate::index) fn new(reader: SegmentReader) -> Self {
        Self {
            reader,
            cards: OnceLock::new(),
            nodes: OnceLock::new(),
            texts: OnceLock::new(),
        }
    }

    /// The hit cards.
    pub(in crate::index) fn cards(&self) -> Result<&CardFile> {
        if let Some(cards) = self.cards.get() {
            return Ok(cards);
        }
        let cards = CardFile::open(&self.reader)?;
        Ok(self.cards.get_or_init(|| cards))
    }

    /// The stored texts.
    pub(in crate::index) fn texts(&self) -> Result<&TextStore> {
        if let Some(texts) = self.texts.get() {
            return Ok(texts);
        }
        let texts = TextStore::open(&self.reader, BLOCKS)?;
        Ok(self.texts.get_or_init(|| texts))
    }

    fn nodes(&self) -> Result<&NodeTables> {
        if let Some(tables) = self.nodes.get() {
            return Ok(tables);
        }
        let component = SegmentComponent::Custom(nodes::NAME.to_owned());
        let file = self
            .reader
            .open_read(component)
            .map_err(tantivy::TantivyError::from)?;
        let tables = NodeTables::open(&file).map_err(tantivy::TantivyError::from)?;
        Ok(self.nodes.get_or_init(|| tables))
    }

    /// The columns of a facet: the first that has values for a document decides.
    pub(in crate::index) fn facet(&self, facet: &ResolvedFacet) -> Result<SegmentFacet> {
        let origins: &[Origin] = match facet.origin {
            None => &[Origin::Declared, Origin::About],
            Some(Origin::Declared) => &[Origin::Declared],
            Some(Origin::About) => &[Origin::About],
            Some(_) => &[Origin::Mentioned],
        };
        let mut columns = Vec::with_capacity(origins.len());
        for origin in origins {
            columns.extend(self.facet_column(*origin, &facet.definition)?);
        }
        Ok(SegmentFacet { columns })
    }

    fn facet_column(&self, origin: Origin, facet: &FacetDefinition) -> Result<Option<FacetColumn>> {
        let path = format!("{}.{}.{}", names::FACETS, origin.name(), facet.name);
        let Some(column) = self.reader.fast_fields().str(&path)? else {
            return Ok(None);
        };
        let name = format!("{}.{}", origin.name(), facet.name);
        let table = match self.nodes()?.get(&name) {
            Some(table) if table.tree == facet.tree => table.clone(),
            // The facet became a tree, or ceased to be one, after the segment was written.
            _ => NodeTable::of_column(&column, facet.tree).map_err(tantivy::TantivyError::from)?,
        };
        Ok(Some(FacetColumn { column, table }))
    }
}

/// A facet as a request names it, found in the schema.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct ResolvedFacet {
    pub(in crate::index) origin: Option<Origin>,
    pub(in crate::index) definition: FacetDefinition,
}

impl ResolvedFacet {
    /// Finds a facet, or says which there are.
    pub(in crate::index) fn find(schema: &Schema, facet: &FacetRef) -> Result<Self> {
        if let Some(definition) = schema.find_facet(&facet.name) {
            return Ok(Self {
                origin: facet.origin,
                definition: definition.clone(),
            });
        }
        let names: Vec<&str> = schema.facets.iter().map(|f| f.name.as_str()).collect();
        let known = if names.is_empty() {
            "this index has no facets".to_owned()
        } else {
            format!("the facets of this index are {}", names.join(", "))
        };
        let message = format!("there is no facet `{}`", facet.name);
        Err(Error::new(ErrorKind::Request, message).with_hint(known))
    }

    /// As a request names it.
    pub(in crate::index) fn name(&self) -> String {
        match self.origin {
            Some(origin) => format!("{origin}.{}", self.definition.name),
            None => self.definition.name.clone(),
        }
    }
}

/// The columns of a facet in one segment, in the order in which they decide.
#[derive(Debug, Clone)]
pub(in crate::index) struct SegmentFacet {
    pub(in crate::index) columns: Vec<FacetColumn>,
}

/// One column of a facet: ordinals of written values, and the nodes they count for.
#[derive(Debug, Clone)]
pub(in crate::index) struct FacetColumn {
    pub(in crate::index) column: StrColumn,
    pub(in crate::index) table: NodeTable,
}

impl SegmentFacet {
    /// Calls back with the column and ordinal of each value that counts for a document; returns
    /// whether there was one.
    pub(in crate::index) fn values(
        &self,
        document: u32,
        mut visit: impl FnMut(usize, u32),
    ) -> bool {
        for (index, facet) in self.columns.iter().enumerate() {
            let mut any = false;
            for ordinal in facet.column.ords().values_for_doc(document) {
                any = true;
                visit(index, ordinal as u32);
            }
            if any {
                return true;
            }
        }
        false
    }

    /// Whether a document has a value.
    pub(in crate::index) fn has_value(&self, document: u32) -> bool {
        self.columns
            .iter()
            .any(|facet| facet.column.ords().index.has_value(document))
    }
}

impl FacetColumn {
    /// The string of an ordinal.
    pub(in crate::index) fn text(&self, ordinal: u32) -> Result<String> {
        let mut text = String::new();
        let found = self
            .column
            .ord_to_str(u64::from(ordinal), &mut text)
            .map_err(tantivy::TantivyError::from)?;
        if found {
            Ok(text)
        } else {
            Err(Error::new(
                ErrorKind::Damaged,
                "a facet's column names a value that it lacks",
            )
            .with_hint(DAMAGE_HINT))
        }
    }

    /// The written form that stands for a node.
    pub(in crate::index) fn display(&self, node: u32) -> Result<String> {
        let (ordinal, length) = self.table.display(node);
        let mut text = self.text(ordinal)?;
        if text.is_char_boundary(length) {
            text.truncate(length);
        }
        Ok(text.trim().to_owned())
    }
}

/// The views of all segments, in the order of the engine's searcher.
pub(in crate::index) type Views = Arc<Vec<SegmentView>>;
