//! A snapshot of one generation, and what can be asked of it.

mod counting;
mod crossing;
mod dates;
#[cfg(feature = "formats")]
pub(crate) mod every;
mod explain;
mod export;
mod listing;
mod looser;
mod proof;
mod ranges;
mod relax;
mod spelling;
mod timeline;
mod values;
mod why_not;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tantivy::query::EnableScoring;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, ReloadPolicy, TERMINATED, Term};

use super::directory::EngineDirectory;
use super::folding::{Folds, Source};
use super::generation::{DAMAGE_HINT, Generation, Pinned, newest_published};
use super::guard::guarded;
use super::handle::Keeps;
use super::home::Home;
use super::keys::{KeyCounter, KeyUsage};
use super::layout::{Fields, open_engine_to_read};
use super::models;
use super::search::analyzers::{Analyzers, Lent};
use super::search::collect::{Counted, DateTally, Found, Pass, PassFilter, Wanted};
use super::search::compile::Compiler;
use super::search::counts::Selected;
use super::search::facet_files::FacetFiles;
use super::search::filter::{Filters, ValueSet};
use super::search::hits::{self, HitMaker};
use super::search::kept::Budget;
use super::search::languages::Languages;
use super::search::predicate::SetQuery;
use super::search::top::{Position, Ranked, letter};
use super::search::views::{ResolvedFacet, SegmentView, Views};
use super::search::watch::Watch;
use super::segment::texts::{TextFile, Texts};
use super::stored::{SourceRecord, StoredDocument};
use crate::analysis::ANALYSIS_VERSION;
use crate::document::DateRange;
use crate::query::{self, Diagnostic, Query, Severity};
use crate::schema::Schema;
use crate::search::pattern::MAX_TABLE_BYTES;
use crate::search::{
    Choice, ChosenPresence, ChosenValue, Control, Cursor, DateMatch, FORMAT_VERSION, FacetRef,
    FacetSelection, Highlighter, Limit, Question, SearchRequest, SearchResponse, Sort,
};
use crate::tagging::topics::TopicModel;
use crate::{Error, ErrorKind, Result};
use dates::{about_dates, split_dates};
pub use export::Export;

/// A snapshot of one generation: cheap to clone, safe to share, unchanged by what is written.
#[derive(Debug, Clone)]
pub struct Searcher {
    snapshot: Arc<Snapshot>,
}

struct Snapshot {
    home: Home,
    pinned: Pinned,
    engine: tantivy::Searcher,
    views: Views,
    folds: Arc<Folds>,
    /// What is left of the memory for facets, and how much there was.
    budget: Arc<Budget>,
    keeps: Keeps,
    fields: Fields,
    languages: Languages,
    analyzers: Arc<Analyzers>,
    #[cfg_attr(
        not(feature = "formats"),
        expect(dead_code, reason = "for what is made anew")
    )]
    directory: EngineDirectory,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("generation", &self.pinned.generation.number)
            .finish_non_exhaustive()
    }
}

type EngineQuery = Box<dyn tantivy::query::Query>;

/// A question, read and compiled.
struct Asked {
    query: Query,
    diagnostics: Vec<Diagnostic>,
    weight: Box<dyn tantivy::query::Weight>,
    /// Whether every document matches.
    everything: bool,
    filters: Vec<PassFilter>,
    /// The filter that is the choice of each facet with one.
    owners: BTreeMap<FacetRef, usize>,
    digest: u64,
    analyzer: Lent,
}

impl Searcher {
    /// `keeps`: what may be kept between searches.
    pub(super) fn open(
        home: &Home,
        pinned: Pinned,
        keeps: Keeps,
        vocabularies: Source,
    ) -> Result<Self> {
        guarded(|| Self::open_engine(home, pinned, keeps, vocabularies))
    }

    fn open_engine(
        home: &Home,
        pinned: Pinned,
        keeps: Keeps,
        vocabularies: Source,
    ) -> Result<Self> {
        let generation = &pinned.generation;
        if generation.analysis != ANALYSIS_VERSION {
            return Err(Error::new(
                ErrorKind::Version,
                format!(
                    "the index was made with analysis `{}`, this version of pressmark has \
                     `{ANALYSIS_VERSION}`",
                    generation.analysis
                ),
            )
            .with_hint("rebuild it with `pressmark index --rebuild`"));
        }
        let directory = EngineDirectory::reader(home, generation)?;
        let index = open_engine_to_read(directory.clone(), &generation.schema)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let engine = reader.searcher();
        let budget = Arc::new(Budget::new(keeps.facets));
        let segments = engine.segment_readers().iter().cloned();
        let segments: Vec<_> = segments.map(|it| Arc::new(FacetFiles::new(it))).collect();
        let folds = Folds::new(
            vocabularies,
            home.clone(),
            Arc::clone(generation),
            segments.clone(),
            Arc::clone(&budget),
        );
        let folds = Arc::new(folds);
        let (globals, sums, unpacker) = (Arc::default(), Arc::default(), Arc::default());
        let text_bytes = keeps.texts / segments.len().max(1);
        let view = |files: Arc<FacetFiles>| {
            let (budget, folds) = (Arc::clone(&budget), Arc::clone(&folds));
            let kept = (Arc::clone(&globals), Arc::clone(&sums));
            let unpacker = Arc::clone(&unpacker);
            SegmentView::new(files, text_bytes, unpacker, budget, folds, kept)
        };
        let views: Vec<SegmentView> = segments.into_iter().map(view).collect();
        let fields = Fields::KNOWN;
        let snapshot = Snapshot {
            home: home.clone(),
            pinned,
            engine,
            views: Arc::new(views),
            folds,
            budget,
            keeps,
            fields,
            languages: Languages::default(),
            analyzers: Arc::default(),
            directory,
        };
        Ok(Self {
            snapshot: Arc::new(snapshot),
        })
    }

    #[cfg(test)]
    pub(super) fn views(&self) -> &[SegmentView] {
        &self.snapshot.views
    }

    fn published(&self) -> &Generation {
        &self.snapshot.pinned.generation
    }

    /// The number of the published state.
    pub fn generation(&self) -> u64 {
        self.published().number
    }

    /// Goes on to the newest generation; false if this is it.
    ///
    /// Other clones of this searcher stay where they are. What was kept of facets is kept anew.
    ///
    /// # Errors
    /// As [`Index::searcher`](crate::Index::searcher); the searcher then stays as it is.
    pub fn refresh(&mut self) -> Result<bool> {
        let home = &self.snapshot.home;
        if newest_published(home)? == self.generation() {
            return Ok(false);
        }
        let vocabularies = self.snapshot.folds.source().clone();
        *self = Self::open(
            home,
            Pinned::newest(home)?,
            self.snapshot.keeps,
            vocabularies,
        )?;
        Ok(true)
    }

    /// Whether nothing was ever written to it: what a first run begins with, and what it leaves if
    /// it is stopped early. Having no documents is something else.
    pub fn is_blank(&self) -> bool {
        self.published().engine_meta.is_none()
    }

    /// Whether it is a part of a first build that was never finished: what a search finds is true,
    /// what it does not find may be missing.
    pub fn is_partial(&self) -> bool {
        self.published().is_partial()
    }

    /// Bytes that are kept of facets from one search to the next: never more than
    /// [`Index::with_facet_memory`](crate::Index::with_facet_memory) allows.
    pub fn facet_memory(&self) -> usize {
        self.snapshot.keeps.facets - self.snapshot.budget.left()
    }

    /// Documents in it.
    pub fn documents(&self) -> u64 {
        self.published().documents
    }

    /// What its corpus taught about its topics, if it taught anything. No search needs it: it is
    /// read when this is asked.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] or [`ErrorKind::Version`] if it cannot be used: topics are learned
    /// again by [`ReindexOptions::retag`](crate::ReindexOptions).
    pub fn topic_model(&self) -> Result<Option<TopicModel>> {
        let Some(folder) = self.snapshot.home.folder() else {
            return Ok(None);
        };
        let model = self.published().model.as_ref();
        model.map(|file| models::read(folder, file)).transpose()
    }

    /// Its schema.
    pub fn schema(&self) -> &Schema {
        &self.published().schema
    }

    /// Answers a question: hits, the exact total, and the exact counts of every facet asked for.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] if the query cannot be read, [`ErrorKind::Request`] if it names what
    /// the index does not have, [`ErrorKind::Cursor`], [`ErrorKind::Damaged`].
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse> {
        self.search_with(request, &Control::default())
    }

    /// Answers a question, unless something stops it.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`ErrorKind::Cancelled`].
    pub fn search_with(
        &self,
        request: &SearchRequest,
        control: &Control,
    ) -> Result<SearchResponse> {
        guarded(|| self.answer(request, control))
    }

    fn answer(&self, request: &SearchRequest, control: &Control) -> Result<SearchResponse> {
        let started = Instant::now();
        let watch = Watch::new(control);
        Self::check_values(&request.values)?;
        let mut asked = self.ask(request, &watch)?;
        let after = self.position(request, asked.digest)?;
        let facets = self.facets(request, &asked.owners)?;
        let limit = match request.limit {
            // One more tells whether there is another page.
            Limit::Hits(hits) if hits > 0 => Limit::Hits(hits.saturating_add(1)),
            limit => limit,
        };
        for doubt in self.doubts(&asked.query, request, &watch)? {
            let found = doubt.count(&self.snapshot.views, asked.filters.clone(), &watch)?;
            asked.diagnostics.extend(found);
        }
        let pass = Pass {
            weight: asked.weight,
            everything: asked.everything,
            filters: asked.filters,
            facets: &facets,
            sort: request.sort,
            limit,
            after,
            watch: watch.clone(),
        };
        let Found {
            total,
            mut hits,
            facets: tallies,
            dates,
        } = pass.run(&self.snapshot.views)?;
        for tally in dates {
            asked.diagnostics.extend(about_dates(tally));
        }
        let (mut why_not, mut relaxations) = (None, Vec::new());
        if request.cursor.is_none() {
            let corrections = self.corrections(&asked.query, request, total, control)?;
            if total == 0 {
                (why_not, relaxations) =
                    self.way_out(&asked.query, request, &corrections, control)?;
            }
            let corrections = corrections.into_iter();
            let corrections = corrections.map(|correction| correction.into_diagnostic(total));
            asked.diagnostics.extend(corrections);
        }
        let lists = self.lists(
            request,
            &facets,
            tallies,
            total,
            &watch,
            &mut asked.diagnostics,
        )?;
        let mut cursor = None;
        if let Limit::Hits(limit) = request.limit
            && hits.len() > limit
        {
            hits.truncate(limit);
            if let Some(last) = hits.last_mut() {
                last.complete(&self.snapshot.views)?;
                cursor = Some(self.cursor(request.sort, asked.digest, last));
            }
        }
        let mut highlighter = Highlighter::new(&asked.query);
        let maker = self.hit_maker(request);
        let hits = maker.page(&hits, &mut highlighter, &mut asked.analyzer)?;
        Ok(SearchResponse {
            format_version: FORMAT_VERSION,
            query: asked.query.to_string(),
            generation: self.generation(),
            total,
            took_ms: milliseconds(started),
            hits,
            facets: lists,
            diagnostics: asked.diagnostics,
            why_not,
            relaxations,
            cursor,
        })
    }

    /// How many documents match, exactly, with the choices and dates of the request. Its limit,
    /// order, cursor and facets do not matter.
    ///
    /// # Errors
    /// As [`search_with`](Self::search_with).
    pub fn count(&self, request: &SearchRequest, control: &Control) -> Result<u64> {
        guarded(|| {
            let pass = self.counting_pass(request, control)?;
            Ok(pass.run(&self.snapshot.views)?.total)
        })
    }

    /// A pass that only counts the hits of a request.
    fn counting_pass(&self, request: &SearchRequest, control: &Control) -> Result<Pass<'static>> {
        let watch = Watch::new(control);
        let mut request = request.clone();
        request.limit = Limit::Hits(0);
        request.sort = Sort::Newest; // nothing is scored
        let asked = self.compile(&request, &watch)?;
        Ok(Pass {
            weight: asked.weight,
            everything: asked.everything,
            filters: asked.filters,
            facets: &[],
            sort: request.sort,
            limit: request.limit,
            after: None,
            watch,
        })
    }

    /// The whole document of an id, as the index keeps it.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] or [`ErrorKind::Io`].
    pub fn get(&self, id: impl AsRef<str>) -> Result<Option<StoredDocument>> {
        guarded(|| {
            let address = self.find(id.as_ref())?;
            address.map(|address| self.stored(address)).transpose()
        })
    }

    /// Whether there is a document of this id.
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for repairs"))]
    pub(crate) fn holds(&self, id: &str) -> Result<bool> {
        guarded(|| Ok(self.find(id)?.is_some()))
    }

    /// Where the live document of an id is.
    fn find(&self, id: &str) -> Result<Option<DocAddress>> {
        let term = Term::from_field_text(self.snapshot.fields.id, id);
        for (segment, view) in self.snapshot.views.iter().enumerate() {
            let inverted = view.reader.inverted_index(self.snapshot.fields.id)?;
            let postings = inverted
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(tantivy::TantivyError::from)?;
            let Some(mut postings) = postings else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !view.reader.is_deleted(doc) {
                    return Ok(Some(DocAddress::new(segment as u32, doc)));
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }

    fn stored(&self, address: DocAddress) -> Result<StoredDocument> {
        let bytes = hits::stored(&self.snapshot.views, address)?;
        self.whole(address, Texts::of(&bytes)?)
    }

    /// The engine's readers of its segments.
    #[cfg(test)]
    pub(super) fn segments(&self) -> &[tantivy::SegmentReader] {
        self.snapshot.engine.segment_readers()
    }

    /// A document that was fetched, put together again.
    fn whole(&self, address: DocAddress, texts: Texts<'_>) -> Result<StoredDocument> {
        let card = hits::card(&self.snapshot.views, address)?;
        let record = SourceRecord::parse(texts.source).ok_or_else(|| {
            Error::new(
                ErrorKind::Damaged,
                format!("the stored document `{}` is damaged", card.id),
            )
            .with_hint(DAMAGE_HINT)
        })?;
        Ok(record.into_stored(&card, texts.body.to_owned()))
    }

    /// Every metadata key that the sources carry, most frequent first, and what took it. Reads
    /// every stored document.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] or [`ErrorKind::Io`].
    pub fn keys(&self) -> Result<Vec<KeyUsage>> {
        guarded(|| self.count_keys())
    }

    fn count_keys(&self) -> Result<Vec<KeyUsage>> {
        let mut counter = KeyCounter::new(self.schema());
        for view in self.snapshot.views.iter() {
            let store = TextFile::open(&view.reader, &Arc::default(), 0)?;
            for doc in view.reader.doc_ids_alive() {
                let bytes = store.run(doc)?;
                let texts = Texts::of(&bytes)?;
                let card = view.all_cards()?.get(doc);
                if let Some(record) = SourceRecord::parse(texts.source) {
                    counter.count(&record.into_metadata(&card.unwrap_or_default()));
                }
            }
        }
        Ok(counter.finish())
    }

    /// Reads the question of a request and compiles it.
    fn ask(&self, request: &SearchRequest, watch: &Watch) -> Result<Asked> {
        let mut asked = self.compile(request, watch)?;
        if self.is_partial() {
            asked.diagnostics.push(about_a_part(self.documents()));
        }
        self.about_values(&asked.query, request, &mut asked.diagnostics)?;
        Ok(asked)
    }

    /// Reads the question of a request.
    fn read(&self, request: &SearchRequest) -> Result<(Query, Vec<Diagnostic>)> {
        match &request.question {
            Question::Text(text) => query::parse(text, &self.context(request)).into_result(),
            Question::Tree(query) => {
                query::check_built(query)?;
                Ok((query.clone(), Vec::new()))
            }
        }
    }

    fn compile(&self, request: &SearchRequest, watch: &Watch) -> Result<Asked> {
        let (query, mut diagnostics) = self.read(request)?;
        let (base, mut ranges) = split_dates(&query);
        if request.dates != DateRange::default() {
            ranges.push(request.dates);
        }
        let mut compiler = self.compiler(request, watch);
        let Some(compiled) = compiler.compile(&base)? else {
            let message = "nothing is left of the query to search";
            return Err(Error::new(ErrorKind::Query, message)
                .with_hint("write a word with letters or digits in it"));
        };
        let Compiler {
            diagnostics: found,
            analyzer,
            ..
        } = compiler;
        diagnostics.extend(found);
        let scoring = match request.sort {
            Sort::Relevance => EnableScoring::enabled_from_searcher(&self.snapshot.engine),
            _ => EnableScoring::disabled_from_searcher(&self.snapshot.engine),
        };
        let weight = compiled.weight(scoring)?;
        let mut pass_filters: Vec<PassFilter> = ranges
            .into_iter()
            .map(|range| PassFilter::Dates {
                set: Filters::dates(range, request.date_match),
                range,
                tally: DateTally::default(),
            })
            .collect();
        if let Some(since) = request.added_since {
            let range = DateRange {
                from: Some(since),
                to: None,
            };
            let rest = vec![(Filters::added(range), Wanted::In)];
            pass_filters.push(PassFilter::Choice { any_of: None, rest });
        }
        let mut owners = BTreeMap::new();
        for (name, choice) in &request.choices {
            let reference = FacetRef::parse(name);
            let facet = ResolvedFacet::find(self.schema(), &reference, request.tags)?;
            owners.insert(reference, pass_filters.len());
            pass_filters.push(choice_filter(&self.filters(), &facet, choice));
        }
        let digest = digest(&query, request);
        Ok(Asked {
            query,
            diagnostics,
            weight,
            everything: matches!(base, Query::All),
            filters: pass_filters,
            owners,
            digest,
            analyzer,
        })
    }

    fn compiler(&self, request: &SearchRequest, watch: &Watch) -> Compiler<'_> {
        Compiler {
            schema: self.schema(),
            fields: self.snapshot.fields,
            filters: self.filters(),
            searcher: &self.snapshot.engine,
            languages: &self.snapshot.languages,
            tags: request.tags,
            date_match: request.date_match,
            admits_undated: false,
            ranking: request.ranking,
            analyzer: self.snapshot.analyzers.lend(),
            diagnostics: Vec::new(),
            table_bytes: MAX_TABLE_BYTES,
            watch: watch.clone(),
        }
    }

    /// The facets to count.
    fn facets(
        &self,
        request: &SearchRequest,
        owners: &BTreeMap<FacetRef, usize>,
    ) -> Result<Vec<Counted>> {
        let references: Vec<FacetRef> = match &request.facets {
            FacetSelection::None => Vec::new(),
            FacetSelection::All => self
                .schema()
                .facets
                .iter()
                .map(|facet| FacetRef::parse(&facet.name))
                .collect(),
            FacetSelection::Names(names) => {
                names.iter().map(|name| FacetRef::parse(name)).collect()
            }
        };
        let mut counted: Vec<Counted> = Vec::with_capacity(references.len());
        for reference in references {
            let own = owners.get(&reference).copied();
            let new = self.to_count(request, &reference, own)?;
            if counted.iter().all(|other| other.facet != new.facet) {
                counted.push(new);
            }
        }
        Ok(counted)
    }

    /// A facet to count for a request; `own` is the filter that is its choice.
    fn to_count(
        &self,
        request: &SearchRequest,
        reference: &FacetRef,
        own: Option<usize>,
    ) -> Result<Counted> {
        let mut facet = ResolvedFacet::find(self.schema(), reference, request.tags)?;
        let fold = self.snapshot.folds.of(&facet.definition)?;
        if let (Some(fold), Some(choice)) = (&fold, request.choices.get(&facet.name())) {
            for chosen in choice.any_of.iter().chain(&choice.all_of) {
                facet.with_groups |= fold.is_above(&chosen.value, facet.origins)?;
            }
        }
        Ok(Counted { facet, fold, own })
    }

    /// Brings what is kept of folded facets up to date.
    #[cfg(feature = "formats")]
    pub(super) fn keep_folds(&self) -> Result<bool> {
        guarded(|| self.snapshot.folds.refresh(self.schema()))
    }

    fn hit_maker(&self, request: &SearchRequest) -> HitMaker<'_> {
        HitMaker {
            schema: self.schema(),
            folds: &self.snapshot.folds,
            views: &self.snapshot.views,
            snippets: request.snippets,
            is_bare: request.bare_hits,
            sort: request.sort,
            tags: request.tags,
        }
    }

    /// `last`: the last hit of the page, with its key.
    fn cursor(&self, sort: Sort, digest: u64, last: &Ranked) -> Cursor {
        Cursor {
            sort: letter(sort),
            generation: self.generation(),
            request: digest,
            key: last.position.to_bytes(),
            document: last.position.key,
        }
    }

    /// Where a request continues, if its cursor belongs to it.
    fn position(&self, request: &SearchRequest, digest: u64) -> Result<Option<Position>> {
        let Some(cursor) = &request.cursor else {
            return Ok(None);
        };
        let refuse =
            |message: &str, hint: &str| Err(Error::new(ErrorKind::Cursor, message).with_hint(hint));
        if cursor.sort != letter(request.sort) || cursor.request != digest {
            return refuse(
                "the cursor belongs to another request",
                "repeat the query, filters and order of the page that gave the cursor",
            );
        }
        // Scores depend on the whole index, so their order lasts as long as the generation.
        if request.sort == Sort::Relevance && cursor.generation != self.generation() {
            return refuse(
                &format!(
                    "the cursor belongs to generation {}, the index is at {}",
                    cursor.generation,
                    self.generation()
                ),
                "start again without a cursor, or sort by date or title",
            );
        }
        Position::of_cursor(cursor).map(Some)
    }
}

impl Selected {
    fn of(choice: &Choice) -> Self {
        let values = |values: &[ChosenValue]| values.iter().map(|v| v.value.clone()).collect();
        Self {
            any_of: values(&choice.any_of),
            all_of: values(&choice.all_of),
        }
    }
}

/// Milliseconds since an instant, to the microsecond.
fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_micros() as f64 / 1_000.0
}

fn choice_filter(filters: &Filters, facet: &ResolvedFacet, choice: &Choice) -> PassFilter {
    let set = |values: &[ChosenValue]| -> SetQuery {
        filters.values(ValueSet {
            facet: facet.clone(),
            values: values.to_vec(),
        })
    };
    let mut rest = Vec::new();
    for value in &choice.all_of {
        rest.push((set(std::slice::from_ref(value)), Wanted::In));
    }
    if !choice.none_of.is_empty() {
        rest.push((set(&choice.none_of), Wanted::Out));
    }
    if let Some(presence) = choice.presence {
        let wanted = match presence {
            ChosenPresence::Has => Wanted::In,
            ChosenPresence::Missing => Wanted::Out,
        };
        rest.push((filters.has_facet(facet.clone()), wanted));
    }
    let any_of = (!choice.any_of.is_empty()).then(|| set(&choice.any_of));
    PassFilter::Choice { any_of, rest }
}

/// That not everything could be found yet.
fn about_a_part(documents: u64) -> Diagnostic {
    let message = format!(
        "the first build of this index is not finished: this answers from {documents} documents"
    );
    Diagnostic::new(Severity::Warning, "partial", message).hint("`pressmark index` goes on with it")
}

/// A digest of what decides which hits there are, and in which order.
fn digest(query: &Query, request: &SearchRequest) -> u64 {
    let decisive = (
        query.to_string(),
        &request.choices,
        request.tags,
        request.dates,
        request.date_match == DateMatch::Overlap,
        request.added_since,
        request.sort,
        request.ranking,
    );
    let text = serde_json::to_string(&decisive).unwrap_or_default();
    super::prepare::key_of(&text)
}
