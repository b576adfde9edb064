//! Turns a folder of articles into an archive you can question: full text and exact facet
//! counts, on one machine, with no server.
//!
//! This is the library; the command line program `pressmark` is built on it and nothing else. It
//! is synchronous, prints nothing, never exits, reads no environment, and has no type of the
//! engine underneath in its interface.
//!
//! 1. [A first program](#a-first-program)
//! 2. [The words](#the-words)
//! 3. [Questions](#questions)
//! 4. [Facets](#facets)
//! 5. [Updates](#updates)
//! 6. [Many threads, many processes](#many-threads-many-processes)
//! 7. [Folders of files](#folders-of-files)
//! 8. [Errors](#errors)
//! 9. [What things cost](#what-things-cost)
//!
//! # A first program
//!
//! ```
//! use pressmark::{Document, Index, Schema, SearchRequest};
//!
//! # fn main() -> pressmark::Result<()> {
//! let index = Index::create_in_memory(Schema::default())?;            // or Index::open("articles")?
//! let mut writer = index.writer()?;
//! writer.put(Document::new("a1").title("Talks resume").body("…").date("1962-10")?.facet("country", "Cuba"))?;
//! writer.commit()?;
//! let response = index.searcher()?.search(&SearchRequest::query("talks")?.filter("country", "Cuba").facets(["country"]).limit(10))?;
//! for hit in &response.hits { println!("{} {}", hit.id, hit.title); }
//! # assert_eq!(response.total, 1);
//! # assert_eq!(response.facets.get("country").unwrap().buckets[0].value, "Cuba");
//! # Ok(())
//! # }
//! ```
//!
//! `examples/` has longer ones: a live feed, a browser with facets, a batch of questions, a reader
//! of a format of one's own.
//!
//! # The words
//!
//! A [`Document`] has an id, a title, a body, a [`PartialDate`] that keeps its precision (`1962` is
//! not the first of January), values of *facets*, and numbers. Which facets and numbers there are,
//! says the [`Schema`]: six of them by default, your own with [`FacetDefinition`].
//!
//! An [`Index`] is a folder, or memory. Its one [`Writer`] puts documents in and takes them out;
//! [`Writer::commit`] publishes the state as a *generation*, whole and durable. A [`Searcher`] is a
//! snapshot of one generation: cheap to clone, safe to share, unchanged by whatever is written.
//!
//! ```
//! use pressmark::{FacetDefinition, Index, NumberDefinition, Schema};
//!
//! # fn main() -> pressmark::Result<()> {
//! let schema = Schema::empty()
//!     .facet(FacetDefinition::new("desk"))?
//!     .facet(FacetDefinition::new("topic").tree('/'))?     // politics/elections lies below politics
//!     .number(NumberDefinition::new("words"))?;
//! let index = Index::create_in_memory(schema)?;
//! # assert_eq!(index.schema()?.facets.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Questions
//!
//! A [`SearchRequest`] holds a query, what is chosen in each facet, dates, an order, and what to
//! give back. The query is text in the query language, which people type, or a [`Query`] built in
//! code, which is plain data, serialises, and prints itself as text:
//!
//! ```
//! use pressmark::query::{Distance, Query};
//! use pressmark::SearchRequest;
//!
//! # fn main() -> pressmark::Result<()> {
//! let typed = SearchRequest::query("(missile NEAR/8 export) AND country:(Iran OR Iraq)")?;
//! let built = Query::word("missile")
//!     .near(Query::word("export"), Distance::Words(8))
//!     .and(Query::facet("country", "Iran").or(Query::facet("country", "Iraq")));
//! assert_eq!(built.to_string(), "(missile NEAR/8 export) AND country:(Iran OR Iraq)");
//! let request = SearchRequest::tree(built).snippets(2).limit(20);
//! # let _ = (typed, request);
//! # Ok(())
//! # }
//! ```
//!
//! A text of a person goes into [`SearchRequest::query`], never into a larger text: to add clauses
//! of your own, use filters, or build a tree around it. Nothing of a query is dropped silently:
//! [`SearchResponse::diagnostics`] says what was read otherwise than it may have been meant, and
//! what cannot be read is an error with its place and a way out. A search without hits says in
//! [`SearchResponse::why_not`] which clause emptied it, and in [`SearchResponse::relaxations`] what
//! would find something, with exact numbers.
//!
//! A page ends with [`SearchResponse::cursor`]; [`SearchRequest::after`] goes on exactly there.
//! [`Searcher::export`] gives every hit, one at a time; [`Searcher::count`] only how many there are;
//! [`Searcher::light`] the places of the words in a whole document.
//!
//! # Facets
//!
//! Every count is exact: [`Bucket::count`] is the number of hits if this value alone were chosen in
//! its facet, [`Bucket::combined`] if it were chosen as well. Each facet is counted under every
//! choice but its own, in one pass, so that one search gives all that a page with check boxes
//! shows:
//!
//! ```
//! use pressmark::{Document, Index, Schema, SearchRequest};
//!
//! # fn main() -> pressmark::Result<()> {
//! # let index = Index::create_in_memory(Schema::default())?;
//! # let mut writer = index.writer()?;
//! for (id, countries) in [("a", vec!["Iran", "Iraq"]), ("b", vec!["Iraq"]), ("c", vec!["Oman"])] {
//!     let mut document = Document::new(id).title("Talks");
//!     for country in countries {
//!         document = document.facet("country", country);
//!     }
//!     writer.put(document)?;
//! }
//! # writer.commit()?;
//! let request = SearchRequest::query("talks")?.filter("country", "Iran").all_facets();
//! let response = index.searcher()?.search(&request)?;
//! assert_eq!(response.total, 1);
//! let countries = response.facets.get("country").unwrap();
//! let counts = |value: &str| {
//!     let bucket = countries.buckets.iter().find(|bucket| bucket.value == value).unwrap();
//!     (bucket.count, bucket.combined)
//! };
//! assert_eq!(counts("Iraq"), (2, 2));     // alone, or beside Iran: a and b
//! assert_eq!(counts("Oman"), (1, 2));
//! # Ok(())
//! # }
//! ```
//!
//! [`Searcher::timeline`] counts over time, [`Searcher::cross`] two facets against each other,
//! [`Searcher::ranges`] numbers; every bar and cell names the clause that leads to its documents.
//! [`SearchRequest::find_values`] looks for values. [`vocabulary`] knows which names belong together.
//!
//! # Updates
//!
//! [`Writer::put`] replaces the document of the same id, [`Writer::delete`] takes it away; both take
//! effect with the next commit, together with all else since the last one, or not at all.
//!
//! ```
//! # use pressmark::{Document, Index, Schema, SearchRequest};
//! # fn main() -> pressmark::Result<()> {
//! # let index = Index::create_in_memory(Schema::default())?;
//! let mut news = index.subscribe()?;
//! let mut writer = index.writer()?;
//! writer.put(Document::new("a1").title("First report"))?;
//! let commit = writer.commit()?;
//! writer.put(Document::new("a1").title("Corrected report"))?;
//!
//! let searcher = news.poll()?.expect("something was published");
//! assert_eq!(searcher.generation(), commit.generation);
//! assert_eq!(searcher.get("a1")?.unwrap().document.title, "First report");
//! # Ok(())
//! # }
//! ```
//!
//! [`Index::searcher`] always gives the newest generation; [`Searcher::refresh`] moves one on;
//! [`Index::subscribe`] waits for news, also of other processes. A generation lives on for as long
//! as a searcher holds it, and its files with it: let go of old ones.
//!
//! # Many threads, many processes
//!
//! Everything that is asked is `&self`, `Send` and `Sync`: share one searcher, or clone it. [`put`]
//! takes `&self` as well; the expensive part, analysis, is that of a [`Preparer`], of which every
//! thread has its own:
//!
//! ```
//! # use pressmark::{Document, Index, Schema};
//! # fn main() -> pressmark::Result<()> {
//! # let index = Index::create_in_memory(Schema::default())?;
//! let mut writer = index.writer()?;
//! std::thread::scope(|scope| {
//!     for thread in 0..2 {
//!         let writer = &writer;
//!         let mut preparer = writer.preparer();
//!         scope.spawn(move || -> pressmark::Result<()> {
//!             let document = Document::new(format!("t{thread}")).title("Report");
//!             writer.put_prepared(preparer.prepare(document, 0)?, true)
//!         });
//!     }
//! });
//! assert_eq!(writer.commit()?.documents, 2);
//! # Ok(())
//! # }
//! ```
//!
//! There is one writer at a time, in all processes: a second is refused with
//! [`ErrorKind::Locked`]. Any number of processes read meanwhile, and need no right to write.
//! [`WriterOptions`] has the threads and the memory of the writer; nothing else starts threads. A
//! search stops when [`Control`] says so: after a time, or when a flag is raised.
//!
//! [`put`]: Writer::put
//!
//! # Folders of files
//!
//! With the feature `formats`, a `Corpus` reads folders: text, Markdown, web pages, office files,
//! mail, newswire, archives, and whatever a `corpus::Reader` of your own reads. `reindex` brings an
//! index up to date with it, tells an `Observer` how far it is, and accounts for every record:
//!
//! ```
//! # #[cfg(feature = "formats")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use pressmark::corpus::Corpus;
//! use pressmark::{Config, Index, ReindexOptions, reindex};
//!
//! # let folder = tempfile::tempdir()?;
//! # let articles = folder.path().join("articles");
//! # std::fs::create_dir(&articles)?;
//! # std::fs::write(articles.join("a.md"), "# Talks resume\n\nThe envoys met again.\n")?;
//! let corpus = Corpus::new(&articles, Config::default())?;
//! let report = reindex(&corpus, &articles.join(".pressmark"), &ReindexOptions::default(), &())?;
//! assert_eq!(report.seen, report.indexed + report.unchanged + report.duplicate + report.skipped + report.failed);
//! assert_eq!(Index::open(&articles)?.searcher()?.documents(), 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "formats"))]
//! # fn main() {}
//! ```
//!
//! # Errors
//!
//! An [`Error`] has a kind to match on, a code that stays the same, a message, and often a path, a
//! span in the query, and a hint: what to do. Its source is the error underneath.
//!
//! ```
//! use pressmark::{ErrorKind, SearchRequest};
//!
//! let error = SearchRequest::query("(oil OR gas").unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Query);
//! assert_eq!(error.span(), Some((0, 1)));
//! assert!(error.hint().is_some());
//! ```
//!
//! Input is hostile: no file, query or damaged index makes the library panic, loop, or take memory
//! without bound; where the engine underneath panics over damaged bytes, that is an error of the kind
//! [`ErrorKind::Damaged`]. [`Index::check`] looks for damage before anybody meets it.
//!
//! # What things cost
//!
//! *Opening* an index reads the description of its newest generation and maps its files. *A search*
//! takes time by the documents that match: it counts all of them, which is what makes totals and
//! facets exact. *Hits* cost no body unless snippets are asked for. *Facets* of a searcher that is
//! asked again are several times as fast, as it keeps them laid out in memory, within
//! [`Index::with_facet_memory`]. *Writing* takes the memory that [`WriterOptions`] gives; what is
//! committed lies on the disk. *A commit* costs a few milliseconds and at least one small segment,
//! so that many documents should share one. `docs/embedding.md` says more, and what crashes and
//! upgrades do.

pub mod analysis;
#[cfg(feature = "formats")]
pub mod corpus;
mod document;
mod error;
mod index;
pub mod query;
#[cfg(feature = "formats")]
mod reindex;
mod schema;
mod search;
pub mod tagging;
pub mod vocabulary;

pub use document::{DateRange, Document, DocumentId, PartialDate, Precision, SourceLocation};
pub use error::{Error, ErrorKind, Result};
pub use index::{
    AmbiguousName, CheckOptions, CheckProgress, CheckReport, CheckedGeneration, Commit, Damage,
    DamageCode, DamagedSegment, Export, Index, InferredTag, KeyUsage, Part, Prepared, Preparer,
    Remark, RepairPlan, RepairStep, Searcher, StoredDocument, Subscription, TagSurface, Writer,
    WriterOptions,
};
pub use query::{Diagnostic, Query, Severity};
#[cfg(feature = "formats")]
pub use reindex::forecast as plan;
#[cfg(feature = "formats")]
pub use reindex::{
    Event, MaxErrors, Observer, Progress, ReindexOptions, ReindexPlan, RepairReport, Report,
    plan_reindex, reindex, repair,
};
#[cfg(feature = "formats")]
pub use schema::{Config, Rule, SavedSearch};
pub use schema::{
    FacetDefinition, FacetRef, FieldKeys, MAX_NAME_BYTES, NumberDefinition, Origin, Origins,
    RESERVED_NAMES, Schema, check_name,
};
#[cfg(fuzzing)]
#[doc(hidden)]
pub use search::fuzzing;
pub use search::{
    Bucket, Choice, ChosenPresence, ChosenValue, Control, CountedClause, CountedValue, CrossCell,
    CrossRequest, CrossSide, Crossing, Cursor, DateMatch, Difference, FIRM_COUNT, FORMAT_VERSION,
    FacetCounts, FacetResults, FacetSelection, FieldScore, Hit, Interval, Limit, Lit, MOST_BARS,
    MOST_CELLS, MOST_RANGES, MOST_SPLIT, ProofOptions, ProofReport, Question, RangeBucket,
    RangeCounts, RangesRequest, Ranking, Relaxation, ScoreExplanation, ScorePart, SearchRequest,
    SearchResponse, Snippet, Snippets, Sort, TimeBar, TimeSplit, Timeline, TimelineRequest, Top,
    ValueOrder, Values, WhyNot, WordScore, lift,
};
