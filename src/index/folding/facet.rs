//! One facet as its vocabulary folds it, in all segments of a snapshot.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tantivy::index::SegmentId;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED, Term};

use super::Context;
use super::column::{Places, fold_columns};
use super::kept::{Key, key};
use crate::Result;
use crate::analysis::fold;
use crate::index::layout::Fields;
use crate::index::search::views::lacking;
use crate::index::search::written::Written;
use crate::index::segment::nodes::folded::SILENT;
use crate::index::segment::nodes::{NodeHash, NodeTable};
use crate::schema::{FacetDefinition, Origin, Origins};
use crate::vocabulary::{EntryId, Folded, Vocabulary};

/// Bytes that a value takes in the memory of names, beside its letters and those of the name.
const NAMED: usize = 96;

/// The values of a segment, and their table.
#[derive(Debug, Clone)]
struct Opened {
    written: Written,
    table: NodeTable,
}

/// The values of one origin, or of several together, by segment.
type Columns = Arc<[Option<Opened>]>;

/// A facet as its vocabulary folds it.
///
/// A value that several entries have means the one that the facet holds by another name, in any
/// live document and declared or inferred, if it holds just one.
pub(in crate::index) struct FacetFold {
    name: String,
    tree: Option<char>,
    vocabulary: Vocabulary,
    context: Arc<Context>,
    is_over: AtomicBool,
    /// By origin: tables in which values of several entries stay as they are written.
    plain: [OnceLock<Columns>; 3],
    /// By origin: tables in which they are settled.
    settled: [OnceLock<Columns>; 3],
    /// By choice of origins that count together.
    joined: [OnceLock<Columns>; Origins::ALL.len()],
    /// Entries of which it is known whether the facet holds them.
    there: Mutex<HashMap<EntryId, bool>>,
    /// By choice of origins: whether nodes lie below others.
    nested: [OnceLock<bool>; Origins::ALL.len()],
    /// Names under which values are shown; `None` for silenced ones.
    shown: Mutex<HashMap<String, Option<String>>>,
}

impl fmt::Debug for FacetFold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FacetFold")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl FacetFold {
    pub(super) fn new(
        facet: &FacetDefinition,
        vocabulary: Vocabulary,
        context: Arc<Context>,
    ) -> Self {
        Self {
            name: facet.name.clone(),
            tree: facet.tree,
            vocabulary,
            context,
            is_over: AtomicBool::new(false),
            plain: Default::default(),
            settled: Default::default(),
            joined: Default::default(),
            there: Mutex::default(),
            nested: Default::default(),
            shown: Mutex::default(),
        }
    }

    /// Whether there is room to keep what was made of it.
    pub(super) fn has_room(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    /// The values of a segment that are to be counted, and their tables, in the order in which they
    /// decide.
    pub(in crate::index) fn open(
        &self,
        segment: SegmentId,
        origins: Origins,
    ) -> Result<Vec<(Written, NodeTable)>> {
        let mut segments = self.context.segments.iter();
        let number = segments.position(|files| files.reader.segment_id() == segment);
        let columns = if origins.is_union() {
            vec![self.joined(origins)?]
        } else {
            let origins = origins.origins().iter();
            let columns = origins.map(|&origin| self.columns(origin));
            columns.collect::<Result<_>>()?
        };
        let opened = columns.iter().filter_map(|columns| {
            let opened = columns.get(number?)?.clone()?;
            Some((opened.written, opened.table))
        });
        Ok(opened.collect())
    }

    /// Whether documents must count for nodes above those of their values: in a tree, and where
    /// values name groups of what other values name.
    pub(in crate::index) fn is_nested(&self, origins: Origins) -> Result<bool> {
        if self.tree.is_some() {
            return Ok(true);
        }
        let place = &self.nested[origins as usize];
        if let Some(&is_nested) = place.get() {
            return Ok(is_nested);
        }
        let mut tables = Vec::new();
        for &origin in origins.origins() {
            let columns = self.columns(origin)?;
            tables.extend(columns.iter().flatten().map(|opened| opened.table.clone()));
        }
        let is_direct = |hash: &NodeHash| {
            let found = |table: &NodeTable| table.find(hash).filter(|&node| table.is_direct(node));
            tables.iter().any(|table| found(table).is_some())
        };
        let mut regions = tables.iter().flat_map(|table| {
            let nodes = 0..if table.has_parents() { table.len() } else { 0 };
            let above = nodes.filter(|&node| table.subtree(node).len() > 1);
            above.map(|node| table.hash(node))
        });
        let is_nested = regions.any(|hash| is_direct(&hash));
        Ok(*place.get_or_init(|| is_nested))
    }

    /// Whether a value that is asked for has others below it.
    pub(in crate::index) fn is_above(&self, value: &str, origins: Origins) -> Result<bool> {
        let Some(hash) = self.ask(value)? else {
            return Ok(false);
        };
        for &origin in origins.origins() {
            for Opened { table, .. } in self.columns(origin)?.iter().flatten() {
                let node = table.find(&hash);
                if node.is_some_and(|node| table.subtree(node).len() > 1) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The node that a value means when it is asked for.
    pub(in crate::index) fn ask(&self, value: &str) -> Result<Option<NodeHash>> {
        Ok(self.ask_path(value)?.pop())
    }

    /// The node that a value means, below everything that makes its path.
    pub(in crate::index) fn ask_path(&self, value: &str) -> Result<Vec<NodeHash>> {
        let folded = self.fold(value)?;
        let mut places = Places::new(&self.vocabulary, self.tree);
        let led = places.lead(0, value, &folded);
        let path = led.leaves.first().map(|&form| places.path(form));
        let path = path.into_iter().flatten();
        Ok(path.map(|form| places.forms[form as usize].hash).collect())
    }

    /// Every node that a document with the value counts for.
    pub(in crate::index) fn counted(&self, value: &str) -> Result<Vec<NodeHash>> {
        let folded = self.fold(value)?;
        let mut places = Places::new(&self.vocabulary, self.tree);
        let led = places.lead(0, value, &folded);
        let forms = led.leaves.iter().flat_map(|&form| places.path(form));
        let forms = forms.map(|form| &places.forms[form as usize]);
        let shown = forms.filter(|form| !form.is_hidden);
        Ok(shown.map(|form| form.hash).collect())
    }

    /// The name under which a written value is shown; `None` if it is silenced.
    pub(in crate::index) fn shown(&self, value: &str) -> Result<Option<String>> {
        let lock = || self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = lock().get(value) {
            return Ok(shown.clone());
        }
        let shown = match self.fold(value)? {
            Folded::Silent(_) => None,
            Folded::Entry(id) => Some(self.name_of(id, &[])),
            Folded::Below(id, rest) => Some(self.name_of(id, &rest)),
            _ => Some(value.to_owned()),
        };
        let letters = value.len() + shown.as_ref().map_or(0, String::len);
        if self.context.budget.take(letters + NAMED) {
            lock().insert(value.to_owned(), shown.clone());
        }
        Ok(shown)
    }

    fn name_of(&self, id: EntryId, rest: &[String]) -> String {
        let mut places = Places::new(&self.vocabulary, self.tree);
        places.shown(id, rest).to_owned()
    }

    /// Calls back with the nodes of a table that are entries, and every folded name that those have.
    pub(in crate::index) fn each_name(&self, table: &NodeTable, mut visit: impl FnMut(u32, &str)) {
        let entries = (0..table.ordinals()).map(|ordinal| table.entry(ordinal));
        let known = entries.filter(|&entry| entry < SILENT);
        let known: BTreeSet<EntryId> = known.map(EntryId::of_number).collect();
        let above = known
            .iter()
            .map(|&id| self.vocabulary.entry(id).ancestors());
        let all: BTreeSet<EntryId> = above.flatten().chain(known.iter().copied()).collect();
        let mut places = Places::new(&self.vocabulary, self.tree);
        for id in all {
            let entry = self.vocabulary.entry(id);
            let form = (!entry.is_silent()).then(|| places.entry(id));
            let hash = form.map(|form| places.forms[form as usize].hash);
            let Some(node) = hash.and_then(|hash| table.find(&hash)) else {
                continue;
            };
            for name in entry.names().filter(|name| name.role.folds()) {
                visit(node, &fold(name.text));
            }
        }
    }

    /// What a value comes to in this facet.
    fn fold(&self, value: &str) -> Result<Folded> {
        let folded = self.vocabulary.fold_value(value, self.tree);
        folded.settled(|id| self.is_there(id))
    }

    /// The columns of an origin, values of several entries settled.
    fn columns(&self, origin: Origin) -> Result<Columns> {
        let place = &self.settled[origin as usize];
        if let Some(columns) = place.get() {
            return Ok(Arc::clone(columns));
        }
        let plain = self.plain(origin)?;
        let mut columns = Vec::with_capacity(plain.len());
        for opened in plain.iter() {
            let Some(Opened { written, table }) = opened else {
                columns.push(None);
                continue;
            };
            let table = self.settle(table)?;
            let written = written.clone();
            columns.push(Some(Opened { written, table }));
        }
        Ok(Arc::clone(place.get_or_init(|| columns.into())))
    }

    /// The columns of several origins as one, so that a value of two of them is one node.
    fn joined(&self, origins: Origins) -> Result<Columns> {
        let place = &self.joined[origins as usize];
        if let Some(columns) = place.get() {
            return Ok(Arc::clone(columns));
        }
        let each = origins.origins().iter();
        let each: Vec<Columns> = each
            .map(|&origin| self.columns(origin))
            .collect::<Result<_>>()?;
        let mut made = 0;
        let mut columns = Vec::with_capacity(self.context.segments.len());
        for number in 0..self.context.segments.len() {
            let opened: Vec<&Opened> = each
                .iter()
                .filter_map(|columns| columns.get(number)?.as_ref())
                .collect();
            if opened.len() < 2 {
                columns.push(opened.first().map(|&opened| opened.clone()));
                continue;
            }
            let written = Written::joined(opened.iter().map(|opened| &opened.written));
            let table = self.table(&written)?;
            made += table.bytes();
            let table = self.settle(&table)?;
            columns.push(Some(Opened { written, table }));
        }
        Ok(self.keep(place, columns, made))
    }

    fn table(&self, written: &Written) -> Result<NodeTable> {
        let columns = written.parts().iter().map(|part| part.column.open());
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let table = fold_columns(columns, &self.vocabulary, self.tree);
        Ok(table.map_err(tantivy::TantivyError::from)?)
    }

    /// Keeps columns for which so many bytes were made.
    fn keep(
        &self,
        place: &OnceLock<Columns>,
        columns: Vec<Option<Opened>>,
        made: usize,
    ) -> Columns {
        let mut is_first = false;
        let columns = Arc::clone(place.get_or_init(|| {
            is_first = true;
            columns.into()
        }));
        // Another search may have been quicker, and has paid for it.
        if is_first && !self.context.budget.take(made) {
            self.is_over.store(true, Ordering::Relaxed);
        }
        columns
    }

    fn settle(&self, table: &NodeTable) -> Result<NodeTable> {
        if !table.has_choices() {
            return Ok(table.clone());
        }
        table.settle(|entries| {
            let mut there = None;
            let mut count = 0;
            for &entry in entries {
                if self.is_there(EntryId::of_number(entry))? {
                    there = Some(entry);
                    count += 1;
                }
            }
            Ok(there.filter(|_| count == 1))
        })
    }

    /// The columns of an origin, values of several entries as they are written.
    fn plain(&self, origin: Origin) -> Result<Columns> {
        let place = &self.plain[origin as usize];
        if let Some(columns) = place.get() {
            return Ok(Arc::clone(columns));
        }
        let mut columns = Vec::with_capacity(self.context.segments.len());
        let mut made = 0;
        for files in &self.context.segments {
            let Some((column, nodes)) = files.column(origin, &self.name)? else {
                columns.push(None);
                continue;
            };
            let key = self.key(&files.reader, origin);
            let kept = key.and_then(|key| self.context.tables().get(&key, self.tree, false));
            let kept = kept.filter(|table| table.ordinals() == column.values());
            let written = Written::of(origin, column, nodes.values.clone());
            let table = if let Some(table) = kept {
                table
            } else {
                let table = self.table(&written)?;
                made += table.bytes();
                table
            };
            columns.push(Some(Opened { written, table }));
        }
        Ok(self.keep(place, columns, made))
    }

    /// What the table of a column is kept under.
    fn key(&self, segment: &SegmentReader, origin: Origin) -> Option<Key> {
        let column = format!("{}.{}", origin.name(), self.name);
        let hash = self.context.hash_of(segment)?;
        Some(key((hash, &column), self.tree, &self.vocabulary.hash()))
    }

    /// Every table of the facet with the key that it is kept under: those that are kept as they are,
    /// the others made.
    #[cfg(feature = "formats")]
    pub(super) fn all_tables(&self) -> Result<Vec<(Key, NodeTable)>> {
        let mut tables = Vec::new();
        for origin in Origin::ALL {
            for files in &self.context.segments {
                let column = files.column(origin, &self.name)?;
                let key = self.key(&files.reader, origin);
                let (Some((column, _)), Some(key)) = (column, key) else {
                    continue;
                };
                let kept = self.context.tables().get(&key, self.tree, true);
                let table = match kept {
                    Some(table) => table,
                    None => self.table(&Written::of(origin, column, None))?,
                };
                tables.push((key, table));
            }
        }
        Ok(tables)
    }

    /// Whether a live document has an entry by a name that no other entry has.
    fn is_there(&self, id: EntryId) -> Result<bool> {
        let lock = || self.there.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&is_there) = lock().get(&id) {
            return Ok(is_there);
        }
        let mut is_there = false;
        for &origin in Origins::Usual.origins() {
            for (files, opened) in self.context.segments.iter().zip(self.plain(origin)?.iter()) {
                let Some(opened) = opened.as_ref().filter(|_| !is_there) else {
                    continue;
                };
                is_there = self.lives(&files.reader, origin, opened, id)?;
            }
        }
        lock().insert(id, is_there);
        Ok(is_there)
    }

    fn lives(
        &self,
        reader: &SegmentReader,
        origin: Origin,
        opened: &Opened,
        id: EntryId,
    ) -> Result<bool> {
        let field = Fields::KNOWN.facets;
        let path = format!("{}.{}", origin.name(), self.name);
        let table = &opened.table;
        for ordinal in (0..table.ordinals()).filter(|&at| table.entry(at) == id.number()) {
            // Without deletions every value of a segment is one of a document.
            if !reader.has_deletes() {
                return Ok(true);
            }
            let text = opened.written.text(ordinal)?.ok_or_else(lacking)?;
            let failed = tantivy::TantivyError::from;
            let mut term = Term::from_field_json_path(field, &path, false);
            term.append_type_and_str(&text);
            let postings = reader
                .inverted_index(field)?
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(failed)?;
            let Some(mut postings) = postings else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !reader.is_deleted(doc) {
                    return Ok(true);
                }
                doc = postings.advance();
            }
        }
        Ok(false)
    }
}
