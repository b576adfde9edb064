//! Turns a folder of articles into an archive you can question: full text and exact facet
//! counts, on one machine, with no server.
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
    CheckOptions, CheckProgress, CheckReport, CheckedGeneration, Commit, Control, Damage,
    DamageCode, DamagedSegment, Export, Index, KeyUsage, Part, Prepared, Preparer, Remark,
    RepairPlan, RepairStep, Searcher, StoredDocument, Writer, WriterOptions,
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
    FacetDefinition, FieldKeys, MAX_NAME_BYTES, NumberDefinition, Origin, RESERVED_NAMES, Schema,
    check_name,
};
#[cfg(fuzzing)]
#[doc(hidden)]
pub use search::fuzzing;
pub use search::{
    Bucket, Choice, ChosenPresence, ChosenValue, CountedClause, CountedValue, CrossCell,
    CrossRequest, CrossSide, Crossing, Cursor, DateMatch, Difference, FIRM_COUNT, FORMAT_VERSION,
    FacetCounts, FacetRef, FacetResults, FacetSelection, FieldScore, Hit, Interval, Limit, Lit,
    MOST_BARS, MOST_CELLS, MOST_RANGES, MOST_SPLIT, ProofOptions, ProofReport, Question,
    RangeBucket, RangeCounts, RangesRequest, Ranking, Relaxation, ScoreExplanation, ScorePart,
    SearchRequest, SearchResponse, Snippet, Snippets, Sort, TimeBar, TimeSplit, Timeline,
    TimelineRequest, Top, ValueOrder, Values, WhyNot, WordScore, lift,
};
