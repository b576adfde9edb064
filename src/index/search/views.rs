//! What a search sees of a segment beside the engine's reader: cards, and the columns of facets
//! with their nodes. Everything is opened when it is first asked for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tantivy::SegmentReader;

use super::counts::{FacetTally, KeptSums, Tallied};
use super::facet_files::FacetFiles;
use super::first::{First, KeptFirst};
use super::global::{GlobalNodes, KeptGlobals};
use super::kept::{Budget, HowKept, KeptFacet, KeptRows};
use super::watch::Watch;
use super::written::Written;
use crate::index::document_keys::DocumentKeys;
use crate::index::folding::{FacetFold, Folds};
use crate::index::generation::DAMAGE_HINT;
use crate::index::segment::card_file::CardFile;
use crate::index::segment::nodes::folded::Shown;
use crate::index::segment::nodes::{NodeHash, NodeTable, NodeTables, ROOT, hash_of};
use crate::index::segment::texts::{TextFile, Unpacker};
use crate::schema::near_miss::suggest;
use crate::schema::{FacetDefinition, Origin, Origins, Schema};
use crate::search::{FacetRef, Sort};
use crate::{Error, ErrorKind, Result};

/// A segment and what was opened of it.
#[derive(Debug)]
pub(in crate::index) struct SegmentView {
    pub(in crate::index) reader: SegmentReader,
    cards: OnceLock<CardFile>,
    keys: OnceLock<DocumentKeys>,
    facet_files: Arc<FacetFiles>,
    /// Facets that were asked for, by name.
    facets: Mutex<BTreeMap<String, Arc<KeptFacet>>>,
    rows: KeptRows,
    budget: Arc<Budget>,
    folds: Arc<Folds>,
    globals: Arc<KeptGlobals>,
    sums: Arc<KeptSums>,
    /// What may be kept of texts.
    text_bytes: usize,
    unpacker: Arc<Unpacker>,
    texts: OnceLock<TextFile>,
    first: KeptFirst,
}

impl SegmentView {
    /// `text_bytes`: what it may keep of texts; `unpacker`: what reads those of all segments.
    /// `budget`: what may be kept of facets, of all segments together. `folds`: what vocabularies
    /// make of them. `globals` and `sums`: the numbers of their nodes in
    /// all segments, and their counts of all documents.
    pub(in crate::index) fn new(
        facet_files: Arc<FacetFiles>,
        text_bytes: usize,
        unpacker: Arc<Unpacker>,
        budget: Arc<Budget>,
        folds: Arc<Folds>,
        (globals, sums): (Arc<KeptGlobals>, Arc<KeptSums>),
    ) -> Self {
        Self {
            reader: facet_files.reader.clone(),
            cards: OnceLock::new(),
            keys: OnceLock::new(),
            facet_files,
            facets: Mutex::default(),
            rows: KeptRows::default(),
            budget,
            folds,
            globals,
            sums,
            text_bytes,
            unpacker,
            texts: OnceLock::new(),
            first: KeptFirst::default(),
        }
    }

    /// The hit cards, of which a few are to be read.
    pub(in crate::index) fn cards(&self) -> Result<&CardFile> {
        if let Some(cards) = self.cards.get() {
            return Ok(cards);
        }
        let cards = CardFile::open_few(&self.reader)?;
        Ok(self.cards.get_or_init(|| cards))
    }

    /// The hit cards, all of them open.
    pub(in crate::index) fn all_cards(&self) -> Result<&CardFile> {
        let cards = self.cards()?;
        cards.open_all().map_err(tantivy::TantivyError::from)?;
        Ok(cards)
    }

    /// The unique keys of the documents.
    pub(in crate::index) fn keys(&self) -> Result<&DocumentKeys> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let keys = DocumentKeys::open(&self.reader)?;
        Ok(self.keys.get_or_init(|| keys))
    }

    /// The stored texts.
    pub(in crate::index) fn texts(&self) -> Result<&TextFile> {
        if let Some(texts) = self.texts.get() {
            return Ok(texts);
        }
        let texts = TextFile::open(&self.reader, &self.unpacker, self.text_bytes)?;
        Ok(self.texts.get_or_init(|| texts))
    }

    /// What comes first of all its documents, if that is kept.
    pub(in crate::index) fn first(&self, sort: Sort, watch: &Watch) -> Result<Option<&First>> {
        self.first.of(self, sort, &self.budget, watch)
    }

    /// What was written of facets beside their columns.
    pub(in crate::index) fn nodes(&self) -> Result<&NodeTables> {
        self.facet_files.nodes()
    }

    /// The columns of a facet, all of them opened: the first that has values for a document decides.
    pub(in crate::index) fn facet(&self, facet: &ResolvedFacet) -> Result<SegmentFacet> {
        let facet = self.kept(facet)?.facet.clone();
        facet.open()?;
        Ok(facet)
    }

    /// A facet and what is kept of it. Its columns are opened when they are read.
    pub(in crate::index) fn kept(&self, facet: &ResolvedFacet) -> Result<Arc<KeptFacet>> {
        let name = facet.key();
        let lock = || self.facets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = lock().get(&name) {
            return Ok(Arc::clone(kept));
        }
        let opened = self.open_facet(facet)?;
        let made = opened.columns.iter().map(|column| column.made).sum();
        let is_kept = self.budget.take(made);
        let kept = KeptFacet::new(opened, self.reader.max_doc(), Arc::clone(&self.budget))?;
        let kept = Arc::new(kept);
        if !is_kept {
            return Ok(kept);
        }
        match lock().entry(name) {
            Entry::Vacant(entry) => Ok(Arc::clone(entry.insert(kept))),
            // Another search was quicker; what it opened is as good, and stays.
            Entry::Occupied(entry) => {
                self.budget.give_back(made);
                Ok(Arc::clone(entry.get()))
            }
        }
    }

    /// Whether this facet, of this key, is kept.
    pub(in crate::index) fn keeps(&self, key: &str, facet: &Arc<KeptFacet>) -> bool {
        let facets = self.facets.lock().unwrap_or_else(PoisonError::into_inner);
        facets.get(key).is_some_and(|kept| Arc::ptr_eq(kept, facet))
    }

    /// The numbers of the nodes of a facet in all segments, if they are kept. `views`: those of all
    /// segments, of which this is one.
    pub(in crate::index) fn global(
        &self,
        facet: &ResolvedFacet,
        views: &[Self],
        watch: &Watch,
    ) -> Result<Option<Arc<GlobalNodes>>> {
        self.globals.of(facet, views, &self.budget, watch)
    }

    /// What was counted of a facet in all documents, if it is kept. `views`: as for
    /// [`global`](Self::global).
    pub(in crate::index) fn whole(
        &self,
        facet: &ResolvedFacet,
        views: &[Self],
    ) -> Result<Option<Arc<Tallied>>> {
        let facets = views.iter().map(|view| view.kept(facet));
        let facets: Vec<Arc<KeptFacet>> = facets.collect::<Result<_>>()?;
        Ok(self.sums.of(&facet.key(), &facets))
    }

    /// Keeps what was counted of a facet in all documents, if there is room.
    pub(in crate::index) fn keep_whole(&self, tally: &mut FacetTally<'_>) {
        tally.keep_whole(&self.sums, &self.budget);
    }

    /// How to count facets together: `names`, and what [`kept`](Self::kept) gave for each.
    pub(in crate::index) fn rows(
        &self,
        names: Vec<String>,
        facets: &[Arc<KeptFacet>],
        watch: &Watch,
    ) -> Result<HowKept> {
        let documents = self.reader.max_doc();
        self.rows
            .rows(names, facets, documents, &self.budget, watch)
    }

    fn open_facet(&self, facet: &ResolvedFacet) -> Result<SegmentFacet> {
        let definition = &facet.definition;
        let fold = self.folds.of(definition)?;
        let is_nested = match &fold {
            None => definition.tree.is_some(),
            Some(fold) => facet.with_groups || fold.is_nested(facet.origins)?,
        };
        let columns = match &fold {
            None => self.plain_columns(facet.origins, definition)?,
            Some(fold) => {
                let opened = fold.open(self.reader.segment_id(), facet.origins)?;
                let columns = opened.into_iter().map(|(written, table)| FacetColumn {
                    written,
                    table,
                    made: 0,
                });
                columns.collect()
            }
        };
        Ok(SegmentFacet {
            columns,
            is_nested,
            tree: definition.tree,
            fold,
        })
    }

    /// The columns of a facet that no vocabulary folds.
    fn plain_columns(&self, origins: Origins, facet: &FacetDefinition) -> Result<Vec<FacetColumn>> {
        let mut columns = Vec::new();
        for &origin in origins.origins() {
            columns.extend(self.plain_column(origin, facet)?);
        }
        if !origins.is_union() || columns.len() < 2 {
            return Ok(columns);
        }
        let written = Written::joined(columns.iter().map(|column| &column.written));
        let columns = written.parts().iter().map(|part| part.column.open());
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let table = NodeTable::of_columns(columns, facet.tree);
        let table = table.map_err(tantivy::TantivyError::from)?;
        Ok(vec![FacetColumn {
            made: table.bytes(),
            written,
            table,
        }])
    }

    fn plain_column(&self, origin: Origin, facet: &FacetDefinition) -> Result<Option<FacetColumn>> {
        let Some((column, nodes)) = self.facet_files.column(origin, &facet.name)? else {
            return Ok(None);
        };
        let (table, made) = if nodes.table.tree == facet.tree {
            (nodes.table.clone(), 0)
        } else {
            // The facet became a tree, or ceased to be one, after the segment was written.
            let made = NodeTable::of_columns([column.open()?], facet.tree);
            let table = made.map_err(tantivy::TantivyError::from)?;
            let bytes = table.bytes();
            (table, bytes)
        };
        Ok(Some(FacetColumn {
            written: Written::of(origin, column, nodes.values.clone()),
            table,
            made,
        }))
    }
}

/// A facet as a request names it, found in the schema.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::index) struct ResolvedFacet {
    /// The origin that the request names with it.
    pub(in crate::index) origin: Option<Origin>,
    /// What counts.
    pub(in crate::index) origins: Origins,
    pub(in crate::index) definition: FacetDefinition,
    /// Whether groups of what documents have count, although no document has them itself.
    pub(in crate::index) with_groups: bool,
}

impl ResolvedFacet {
    /// Finds a facet, or says which there are. `tags`: what counts if it names no origin, and has
    /// values of several.
    pub(in crate::index) fn find(schema: &Schema, facet: &FacetRef, tags: Origins) -> Result<Self> {
        if let Some(definition) = schema.find_facet(&facet.name) {
            let otherwise = match definition.tagged_by() {
                Some(_) => tags,
                None => Origins::Usual,
            };
            return Ok(Self {
                origin: facet.origin,
                origins: facet.origin.map_or(otherwise, Origins::from),
                definition: definition.clone(),
                with_groups: false,
            });
        }
        let names: Vec<&str> = schema.facets.iter().map(|f| f.name.as_str()).collect();
        let known = if names.is_empty() {
            "this index has no facets".to_owned()
        } else {
            format!("the facets of this index are {}", names.join(", "))
        };
        let message = format!("there is no facet `{}`", facet.name);
        let hint = match suggest(&facet.name, &names) {
            Some(near) => format!("did you mean `{near}`? {known}"),
            None => known,
        };
        Err(Error::new(ErrorKind::Request, message).with_hint(hint))
    }

    /// What tells it from other ways to count the same facet.
    pub(in crate::index) fn key(&self) -> String {
        let mut key = self.definition.name.clone();
        if self.origins != Origins::Usual {
            key = format!("{}.{key}", self.origins);
        }
        if self.with_groups {
            key.push('/'); // no name has one
        }
        key
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
    /// Whether documents count for nodes above those of their values.
    pub(in crate::index) is_nested: bool,
    pub(in crate::index) tree: Option<char>,
    /// What a vocabulary makes of it.
    pub(in crate::index) fold: Option<Arc<FacetFold>>,
}

/// Values of a facet that count side by side: ordinals of what is written, and the nodes they count
/// for.
#[derive(Debug, Clone)]
pub(in crate::index) struct FacetColumn {
    pub(in crate::index) written: Written,
    pub(in crate::index) table: NodeTable,
    /// The bytes of the table that were made in memory: none if it was written with the segment.
    pub(in crate::index) made: usize,
}

impl SegmentFacet {
    /// Opens its columns.
    pub(in crate::index) fn open(&self) -> Result<()> {
        self.columns
            .iter()
            .try_for_each(|column| column.written.open())
    }

    /// The node that a value means when it is asked for.
    pub(in crate::index) fn ask(&self, value: &str) -> Result<Option<NodeHash>> {
        match &self.fold {
            None => Ok(hash_of(value, self.tree)),
            Some(fold) => fold.ask(value),
        }
    }

    /// Calls back with the column and ordinal of each value that counts for a document; returns
    /// whether there was one that is not silenced.
    pub(in crate::index) fn values(
        &self,
        document: u32,
        mut visit: impl FnMut(usize, u32),
    ) -> bool {
        for (index, facet) in self.columns.iter().enumerate() {
            let (mut any, mut counts) = (false, false);
            for ordinal in facet.written.ordinals(document) {
                any = true;
                counts |= facet.counts(ordinal);
                visit(index, ordinal);
            }
            if any {
                return counts;
            }
        }
        false
    }

    /// Whether a document has a value that is not silenced.
    pub(in crate::index) fn has_value(&self, document: u32) -> bool {
        let has = |facet: &&FacetColumn| facet.written.has(document);
        let Some(facet) = self.columns.iter().find(has) else {
            return false;
        };
        let mut ordinals = facet.written.ordinals(document);
        !facet.table.has_silent() || ordinals.any(|ordinal| facet.counts(ordinal))
    }
}

impl FacetColumn {
    /// Whether an ordinal counts for anything.
    fn counts(&self, ordinal: u32) -> bool {
        !self.table.has_silent() || self.table.leaf(ordinal) != ROOT
    }

    /// Whether a value leads to a node or below it. A node that none leads to is there only where a
    /// value could have meant it.
    pub(in crate::index) fn is_used(&self, node: u32) -> bool {
        let is_certain = self.table.shape().is_none_or(|shape| shape.choices == 0);
        is_certain
            || self
                .table
                .ordinals_in(self.table.subtree(node))
                .next()
                .is_some()
    }

    /// The string of an ordinal.
    pub(in crate::index) fn text(&self, ordinal: u32) -> Result<String> {
        self.written.text(ordinal)?.ok_or_else(lacking)
    }

    /// The forms under which nodes are shown.
    pub(in crate::index) fn displays(&self, nodes: &[u32]) -> Result<Vec<String>> {
        let mut texts = vec![String::new(); nodes.len()];
        let mut forms: Vec<(u32, usize, usize)> = Vec::with_capacity(nodes.len());
        for (at, &node) in nodes.iter().enumerate() {
            match self.table.shown(node) {
                Shown::Written(ordinal, length) => forms.push((ordinal, length, at)),
                Shown::Text(text) => text.clone_into(&mut texts[at]),
            }
        }
        forms.sort_unstable();
        let ordinals: Vec<u32> = forms.iter().map(|form| form.0).collect();
        let mut read = forms.iter();
        let found = self.written.texts(&ordinals, |bytes| {
            if let Some(&(_, length, at)) = read.next() {
                let text = String::from_utf8_lossy(bytes);
                let text = text.get(..length).unwrap_or(&text).trim();
                text.clone_into(&mut texts[at]);
            }
        })?;
        if found { Ok(texts) } else { Err(lacking()) }
    }
}

/// A column that names what its dictionary does not have.
pub(in crate::index) fn lacking() -> Error {
    let message = "a facet's column names a value that it lacks";
    Error::new(ErrorKind::Damaged, message).with_hint(DAMAGE_HINT)
}

/// The views of all segments, in the order of the engine's searcher.
pub(in crate::index) type Views = Arc<Vec<SegmentView>>;
