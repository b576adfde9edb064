//! The second pass: decodes everything that the first one found whole, and compares what
//! different files say of one document. What the engine does with it cannot end the check: a
//! panic is a finding, too.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tantivy::columnar::{Column, ColumnarReader, DynamicColumn, StrColumn};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentComponent;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED};

use super::report::{Damage, DamageCode, Part};
use super::states::States;
use crate::Result;
use crate::index::directory::EngineDirectory;
use crate::index::document_keys::DocumentKeys;
use crate::index::generation::Generation;
use crate::index::guard::words;
use crate::index::home::{DATA, Home};
use crate::index::layout::{Fields, open_engine};
use crate::index::prepare::key_of;
use crate::index::segment::card::Card;
use crate::index::segment::card_file::CardFile;
use crate::index::segment::nodes::NodeTables;
use crate::index::segment::per_document::PerDocument;
use crate::index::segment::texts::{TextFile, Texts};
use crate::index::segment::{nodes, sentences};
use crate::index::segments::{SegmentState, Segments};
use crate::index::stored::{SourceRecord, text_check};
use crate::schema::Origin;

/// Documents between two reports of progress.
const STRIDE: u32 = 1_024;
/// Strings of a column that are remembered.
const REMEMBERED: usize = 4_096;

/// Why something cannot be decoded, or does not fit.
struct Flaw {
    code: DamageCode,
    message: String,
}

impl Flaw {
    fn disagrees(message: String) -> Self {
        let code = DamageCode::Disagrees;
        Self { code, message }
    }

    fn undecodable(message: impl Into<String>) -> Self {
        let (code, message) = (DamageCode::Undecodable, message.into());
        Self { code, message }
    }
}

impl<E: std::error::Error> From<E> for Flaw {
    fn from(error: E) -> Self {
        Self::undecodable(error.to_string())
    }
}

type Verdict<T = ()> = std::result::Result<T, Flaw>;

/// Decodes a part of a segment.
type Decode = fn(&SegmentReader) -> Verdict;

/// Told how many bytes of a file are dealt with.
type Advance<'a> = &'a mut dyn FnMut(&str, u64) -> Result<()>;

/// Every segment of the kept states once, by name, with the bytes of its files.
pub(super) fn segments(states: &States) -> impl Iterator<Item = (String, u64)> {
    let mut sizes = HashMap::<String, HashMap<&str, u64>>::new();
    for generation in states
        .kept
        .iter()
        .filter_map(|state| state.generation.as_ref())
    {
        for file in &generation.files {
            let name = file.path.split('.').next().unwrap_or("").to_owned();
            sizes
                .entry(name)
                .or_default()
                .insert(&file.path, file.length);
        }
    }
    let sum = |files: HashMap<&str, u64>| files.values().sum();
    let sizes: Vec<_> = sizes
        .into_iter()
        .map(|(name, files)| (name, sum(files)))
        .collect();
    sizes.into_iter()
}

/// Decodes the segments of all kept states but those that are known to be damaged.
pub(super) fn decode(
    folder: &Path,
    states: &States,
    damaged: &[String],
    found: &mut Vec<Damage>,
    advance: Advance<'_>,
) -> Result<()> {
    let sizes: HashMap<String, u64> = segments(states).collect();
    let mut seen = HashSet::new();
    for state in &states.kept {
        let Some(generation) = &state.generation else {
            continue;
        };
        let mut state = State {
            generation,
            of_newest: states.newest == Some(state.number),
            found,
        };
        state.decode(folder, damaged, &mut seen, &sizes, advance)?;
    }
    Ok(())
}

/// A state whose segments are decoded.
struct State<'a> {
    generation: &'a Generation,
    of_newest: bool,
    found: &'a mut Vec<Damage>,
}

impl State<'_> {
    fn decode(
        &mut self,
        folder: &Path,
        damaged: &[String],
        seen: &mut HashSet<String>,
        sizes: &HashMap<String, u64>,
        advance: Advance<'_>,
    ) -> Result<()> {
        if self.generation.engine_meta.is_none() {
            return Ok(());
        }
        let states = Segments::of(&self.generation.engine_meta);
        let damaged: Vec<&str> = damaged.iter().map(String::as_str).collect();
        let whole = Generation {
            engine_meta: self.generation.engine_meta.without(&damaged),
            ..self.generation.clone()
        };
        let opened = attempt(|| {
            let directory = EngineDirectory::reader(&Home::Folder(folder.into()), &whole)?;
            let engine = open_engine(directory, &whole.schema, &Arc::default())?;
            Ok(engine.searchable_segments()?)
        });
        let segments = match opened {
            Ok(segments) => segments,
            Err(flaw) => {
                self.blame(None, "", flaw);
                return Ok(());
            }
        };
        let mut readers = Vec::new();
        for segment in &segments {
            let name = segment.id().uuid_string();
            let Some(state) = states.find(&name) else {
                continue;
            };
            let reader = match attempt(|| Ok(SegmentReader::open(segment)?)) {
                Ok(reader) => reader,
                Err(flaw) => {
                    self.blame(Some(state), "store", flaw);
                    continue;
                }
            };
            if let Err(flaw) = attempt(|| live_documents(&reader, state)) {
                let kind = state
                    .deletions
                    .map_or("store".to_owned(), |stamp| format!("{stamp}.del"));
                self.blame(Some(state), &kind, flaw);
            }
            if seen.insert(name.clone()) {
                let bytes = sizes.get(&name).copied().unwrap_or(0);
                self.segment(&reader, state, bytes, advance)?;
            }
            readers.push(reader);
        }
        if let Err(flaw) = attempt(|| unique_ids(&readers)) {
            self.blame(None, "", flaw);
        }
        Ok(())
    }

    /// Decodes each part of a segment: one that fails does not hide the others.
    fn segment(
        &mut self,
        reader: &SegmentReader,
        state: &SegmentState,
        bytes: u64,
        advance: Advance<'_>,
    ) -> Result<()> {
        let parts: [(&str, Decode); 7] = [
            ("idx", postings),
            ("fieldnorm", lengths),
            ("fast", columns),
            ("sent", starts),
            ("node", node_tables),
            ("card", identities),
            ("store", empty_documents),
        ];
        let share = bytes / (parts.len() as u64 + 2);
        for (kind, decode) in parts {
            let path = self.path(Some(state), kind);
            if let Err(flaw) = attempt(|| decode(reader)) {
                self.blame(Some(state), kind, flaw);
            }
            advance(&path, share)?;
        }
        let path = self.path(Some(state), "text");
        let rest = bytes - share * parts.len() as u64;
        let mut stopped = Ok(());
        let mut told = 0;
        let verdict = attempt(|| {
            documents(reader, &mut |doc| {
                if doc % STRIDE == 0 && stopped.is_ok() {
                    let done = rest * u64::from(doc) / u64::from(reader.max_doc().max(1));
                    stopped = advance(&path, done - told);
                    told = done;
                }
                stopped.is_ok()
            })
        });
        if let Err(flaw) = verdict {
            self.blame(Some(state), "text", flaw);
        }
        stopped?;
        advance(&path, rest - told)
    }

    fn path(&self, segment: Option<&SegmentState>, kind: &str) -> String {
        let build = &self.generation.build;
        match segment {
            Some(segment) => format!("{DATA}/{build}/{}.{kind}", segment.name),
            None => format!("{DATA}/{build}"),
        }
    }

    fn blame(&mut self, segment: Option<&SegmentState>, kind: &str, flaw: Flaw) {
        let all = self.generation.documents;
        let held = segment.map_or(all, SegmentState::documents);
        let in_newest = if self.of_newest {
            ""
        } else {
            ", of an earlier state"
        };
        self.found.push(Damage {
            path: self.path(segment, kind),
            part: Part::Segment,
            code: flaw.code,
            message: flaw.message,
            costs: format!("{held} of {all} documents{in_newest}"),
            generations: vec![self.generation.number],
            segment: segment.map(|segment| segment.name.clone()),
            documents: held,
        });
    }
}

/// Does something that may panic.
fn attempt<T>(work: impl FnOnce() -> Verdict<T>) -> Verdict<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = format!("the engine stopped over it: {}", words(&*panic));
        Err(Flaw::undecodable(message))
    })
}

fn live_documents(reader: &SegmentReader, state: &SegmentState) -> Verdict {
    let alive = reader.alive_bitset();
    let counted = alive.map_or(u64::from(reader.max_doc()), |alive| {
        (0..reader.max_doc())
            .filter(|&doc| alive.is_alive(doc))
            .count() as u64
    });
    if counted == state.documents() && u64::from(reader.max_doc()) == state.written {
        return Ok(());
    }
    Err(Flaw {
        code: DamageCode::WrongCount,
        message: format!(
            "{counted} documents of the segment are live, and {} should be",
            state.documents()
        ),
    })
}

/// Every term, every posting, every position of every indexed field.
fn postings(reader: &SegmentReader) -> Verdict {
    let fields = Fields::KNOWN;
    let text = [
        fields.title_exact,
        fields.title_stem,
        fields.body_exact,
        fields.body_stem,
    ];
    for field in text.into_iter().chain([fields.facets, fields.id]) {
        let option = if text.contains(&field) {
            IndexRecordOption::WithFreqsAndPositions
        } else {
            IndexRecordOption::Basic
        };
        let inverted = reader.inverted_index(field)?;
        let mut terms = inverted.terms().stream()?;
        let mut before: Option<Vec<u8>> = None;
        while terms.advance() {
            if before
                .as_deref()
                .is_some_and(|before| before >= terms.key())
            {
                return Err(Flaw::undecodable("its terms are out of order"));
            }
            posting_list(&inverted, terms.value(), option, reader.max_doc())?;
            let key = before.get_or_insert_default();
            key.clear();
            key.extend_from_slice(terms.key());
        }
    }
    Ok(())
}

fn posting_list(
    inverted: &InvertedIndexReader,
    term: &tantivy::postings::TermInfo,
    option: IndexRecordOption,
    max_doc: u32,
) -> Verdict {
    let wrong = |what: &str| Err(Flaw::undecodable(format!("a list of postings {what}")));
    let mut list = inverted.read_postings_from_terminfo(term, option)?;
    let mut positions = Vec::new();
    let mut counted = 0;
    let mut before = None;
    let mut doc = list.doc();
    while doc != TERMINATED {
        if doc >= max_doc || before.is_some_and(|before| before >= doc) {
            return wrong("names documents that are not there, or out of order");
        }
        if option.has_positions() {
            list.positions(&mut positions);
            if positions.len() != list.term_freq() as usize || positions.is_empty() {
                return wrong("has another number of positions than it says");
            }
            if positions.windows(2).any(|pair| pair[0] > pair[1]) {
                return wrong("has positions out of order");
            }
        }
        counted += 1;
        before = Some(doc);
        doc = list.advance();
    }
    if counted != term.doc_freq {
        return wrong("has another length than it says");
    }
    Ok(())
}

/// The length of every text.
fn lengths(reader: &SegmentReader) -> Verdict {
    let fields = Fields::KNOWN;
    for field in [
        fields.title_exact,
        fields.title_stem,
        fields.body_exact,
        fields.body_stem,
    ] {
        let norms: FieldNormReader = reader.get_fieldnorms_reader(field)?;
        if norms.num_docs() != reader.max_doc() {
            return Err(Flaw::undecodable(
                "it has lengths of another number of documents",
            ));
        }
        for doc in 0..reader.max_doc() {
            norms.fieldnorm(doc);
        }
    }
    Ok(())
}

/// Every value of every column.
fn columns(reader: &SegmentReader) -> Verdict {
    let file = reader.open_read(SegmentComponent::FastFields)?;
    let columnar = ColumnarReader::open(file)?;
    if columnar.num_docs() != reader.max_doc() {
        return Err(Flaw::undecodable(
            "it has columns of another number of documents",
        ));
    }
    for (name, handle) in columnar.list_columns()? {
        match handle.open()? {
            DynamicColumn::I64(column) => values(&column, reader),
            DynamicColumn::U64(column) => values(&column, reader),
            DynamicColumn::F64(column) => values(&column, reader),
            DynamicColumn::Bool(column) => values(&column, reader),
            DynamicColumn::DateTime(column) => values(&column, reader),
            DynamicColumn::IpAddr(column) => values(&column, reader),
            DynamicColumn::Str(column) => strings(&name, &column, reader)?,
            DynamicColumn::Bytes(_) => {
                let message = format!("the column `{}` is of a foreign kind", name.escape_debug());
                return Err(Flaw::undecodable(message));
            }
        }
    }
    Ok(())
}

fn values<T>(column: &Column<T>, reader: &SegmentReader)
where
    T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static,
{
    for doc in 0..reader.max_doc() {
        for value in column.values_for_doc(doc) {
            std::hint::black_box(value);
        }
    }
}

fn strings(name: &str, column: &StrColumn, reader: &SegmentReader) -> Verdict {
    let name = name.escape_debug();
    let mut terms = column.dictionary().stream()?;
    let mut count = 0;
    while terms.advance() {
        std::str::from_utf8(terms.key())?;
        count += 1;
    }
    if count != column.num_terms() {
        return Err(Flaw::undecodable(format!(
            "the strings of `{name}` are not all there"
        )));
    }
    for doc in 0..reader.max_doc() {
        if column
            .ords()
            .values_for_doc(doc)
            .any(|ordinal| ordinal >= count as u64)
        {
            return Err(Flaw::undecodable(format!(
                "`{name}` names a string that it lacks"
            )));
        }
    }
    Ok(())
}

/// The starts of sentences of every document.
fn starts(reader: &SegmentReader) -> Verdict {
    let runs = PerDocument::open(sentences::NAME, reader)?;
    for doc in 0..reader.max_doc() {
        let starts = runs.get(doc).and_then(sentences::decode);
        if starts.is_none() {
            return Err(Flaw::undecodable(format!(
                "the sentences of document {doc} are unreadable"
            )));
        }
    }
    Ok(())
}

/// The columns of facets in a segment, by the names of the tables of their nodes.
fn facet_columns(reader: &SegmentReader) -> Verdict<Vec<(String, StrColumn)>> {
    let file = reader.open_read(SegmentComponent::FastFields)?;
    let mut columns = Vec::new();
    for (name, handle) in ColumnarReader::open(file)?.list_columns()? {
        if let Some(path) = name.strip_prefix("facets\u{1}")
            && let DynamicColumn::Str(column) = handle.open()?
        {
            columns.push((path.replace('\u{1}', "."), column));
        }
    }
    Ok(columns)
}

/// The nodes of every facet: as they would be made of its column.
fn node_tables(reader: &SegmentReader) -> Verdict {
    let file = reader.open_read(SegmentComponent::Custom(nodes::NAME.to_owned()))?;
    let tables = NodeTables::open(&file)?;
    let columns = facet_columns(reader)?;
    for (name, column) in &columns {
        let Some(nodes) = tables.get(name) else {
            return Err(Flaw::disagrees(format!("there are no nodes of `{name}`")));
        };
        if !nodes.are_of(column)? {
            let message = format!("the nodes of `{name}` are not those of its values");
            return Err(Flaw::disagrees(message));
        }
    }
    if !tables.rows_are_of(columns, reader.max_doc())? {
        let message = "the values by document are not those of the columns";
        return Err(Flaw::disagrees(message.to_owned()));
    }
    Ok(())
}

/// Every card, and that the posting of its id leads to it.
fn identities(reader: &SegmentReader) -> Verdict {
    let fields = Fields::KNOWN;
    let cards = CardFile::open(reader)?;
    let inverted = reader.inverted_index(fields.id)?;
    let mut terms = inverted.terms().stream()?;
    let mut counted = 0;
    while terms.advance() {
        let option = IndexRecordOption::Basic;
        let mut list = inverted.read_postings_from_terminfo(terms.value(), option)?;
        while list.doc() != TERMINATED {
            let doc = list.doc();
            let card = card(&cards, doc)?;
            if card.id.as_bytes() != terms.key() {
                let message = format!("document {doc} has another id than its card says");
                return Err(Flaw::disagrees(message));
            }
            counted += 1;
            list.advance();
        }
    }
    if counted != reader.max_doc() {
        let message = format!("{counted} of {} documents have an id", reader.max_doc());
        return Err(Flaw::disagrees(message));
    }
    Ok(())
}

fn card(cards: &CardFile, doc: u32) -> Verdict<Card<'_>> {
    let unreadable = || Flaw::undecodable(format!("the card of document {doc} is unreadable"));
    cards.get(doc).ok_or_else(unreadable)
}

/// The engine's own store, where nothing lies but that there is a document: merges read it.
fn empty_documents(reader: &SegmentReader) -> Verdict {
    const EMPTY: [u8; 1] = [0x80];
    let store = reader.get_store_reader(1)?;
    for doc in 0..reader.max_doc() {
        let bytes = store.get_document_bytes(doc)?;
        if bytes.as_slice() != EMPTY {
            let message = format!("something is stored of document {doc} where nothing should be");
            return Err(Flaw::disagrees(message));
        }
    }
    Ok(())
}

/// Every stored document, and that its card and its columns say the same of it.
fn documents(reader: &SegmentReader, go_on: &mut dyn FnMut(u32) -> bool) -> Verdict {
    let cards = CardFile::open(reader)?;
    let stored = TextFile::open(reader, &Arc::default(), 0)?;
    let fast = reader.fast_fields();
    let keys = DocumentKeys::open(reader)?;
    let keys = keys.whole()?;
    let added = fast.i64("added")?;
    let check = fast.u64("text_check")?;
    let start = fast.column_opt::<i64>("date_start")?;
    let path = fast.str("path")?;
    let mut facets: Vec<(String, Strings)> = facet_columns(reader)?
        .into_iter()
        .map(|(name, column)| (name, Strings::new(column)))
        .collect();
    let mut path = path.map(Strings::new);
    for doc in 0..reader.max_doc() {
        if !go_on(doc) {
            return Ok(());
        }
        let bytes = stored.run(doc)?;
        let texts = Texts::of(&bytes)?;
        let card = card(&cards, doc)?;
        let record = SourceRecord::parse(texts.source);
        let record = record.ok_or_else(|| {
            Flaw::undecodable(format!("the metadata of document {doc} are unreadable"))
        })?;
        let text = text_check(card.title, texts.body);
        let day = start.as_ref().and_then(|start| start.first(doc));
        let its_path = match &mut path {
            Some(path) => path.of(doc)?,
            None => Vec::new(),
        };
        let agrees = [
            ("id", keys.of(doc) == Some(key_of(card.id))),
            ("instant", added.first(doc) == Some(record.added())),
            ("text", check.first(doc) == Some(text)),
            ("date", day == card.date.map(crate::PartialDate::start)),
            (
                "path",
                its_path == card.path.into_iter().collect::<Vec<_>>(),
            ),
        ];
        if let Some((what, _)) = agrees.iter().find(|(_, agrees)| !agrees) {
            let message = format!("its files do not agree about the {what} of document {doc}");
            return Err(Flaw::disagrees(message));
        }
        for (name, strings) in &mut facets {
            let mut counted = strings.of(doc)?;
            let mentioned = name.strip_prefix(Origin::Mentioned.name());
            let mut shown: Vec<&str> = match mentioned.and_then(|rest| rest.strip_prefix('.')) {
                Some(facet) => record.mentioned(facet),
                None => values_of(&card, name).collect(),
            };
            counted.sort_unstable();
            shown.sort_unstable();
            if counted != shown {
                let message = format!("its files do not agree about `{name}` of document {doc}");
                return Err(Flaw::disagrees(message));
            }
        }
    }
    Ok(())
}

/// The values that a card has in a column.
fn values_of<'a>(card: &'a Card<'_>, column: &'a str) -> impl Iterator<Item = &'a str> {
    let is_of = move |origin: &Origin, facet: &str| {
        column
            .strip_prefix(origin.name())
            .and_then(|rest| rest.strip_prefix('.'))
            == Some(facet)
    };
    let facets = card
        .facets
        .iter()
        .filter(move |(origin, facet, _)| is_of(origin, facet));
    facets.flat_map(|(.., values)| values.iter().copied())
}

/// A column of strings, and some that were looked up before.
struct Strings {
    column: StrColumn,
    known: HashMap<u64, String>,
}

impl Strings {
    fn new(column: StrColumn) -> Self {
        let known = HashMap::new();
        Self { column, known }
    }

    fn of(&mut self, doc: u32) -> Verdict<Vec<&str>> {
        let ordinals: Vec<u64> = self.column.ords().values_for_doc(doc).collect();
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        for &ordinal in &ordinals {
            if !self.known.contains_key(&ordinal) {
                let mut text = String::new();
                if !self.column.ord_to_str(ordinal, &mut text)? {
                    return Err(Flaw::undecodable("a column names a string that it lacks"));
                }
                self.known.insert(ordinal, text);
            }
        }
        Ok(ordinals
            .iter()
            .filter_map(|ordinal| self.known.get(ordinal))
            .map(String::as_str)
            .collect())
    }
}

/// No id is that of two live documents.
fn unique_ids(readers: &[SegmentReader]) -> Verdict {
    let fields = Fields::KNOWN;
    let inverted = readers
        .iter()
        .map(|reader| reader.inverted_index(fields.id))
        .collect::<tantivy::Result<Vec<_>>>()?;
    let mut streams = Vec::new();
    for (reader, inverted) in readers.iter().zip(&inverted) {
        let mut terms = inverted.terms().stream()?;
        if terms.advance() {
            streams.push((reader, inverted, terms));
        }
    }
    while let Some(least) = streams.iter().map(|(.., terms)| terms.key()).min() {
        let least = least.to_vec();
        let mut live = 0;
        let mut ended = Vec::new();
        for (index, (reader, inverted, terms)) in streams.iter_mut().enumerate() {
            if terms.key() != least {
                continue;
            }
            let option = IndexRecordOption::Basic;
            let mut list = inverted.read_postings_from_terminfo(terms.value(), option)?;
            while list.doc() != TERMINATED {
                live += u32::from(!reader.is_deleted(list.doc()));
                list.advance();
            }
            if !terms.advance() {
                ended.push(index);
            }
        }
        if live > 1 {
            let id = String::from_utf8_lossy(&least).into_owned();
            return Err(Flaw::disagrees(format!(
                "{live} live documents have the id `{id}`"
            )));
        }
        for index in ended.into_iter().rev() {
            let _ = streams.swap_remove(index);
        }
    }
    Ok(())
}
