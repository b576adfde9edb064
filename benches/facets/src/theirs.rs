//! tantivy's side: the same files, opened as a plain index, with stored documents as a plain program has
//! them; top ten, count and exact terms aggregations in one search, and then, if they are wanted, the
//! documents of the ten.

use std::collections::HashSet;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use pressmark::{Export, SearchRequest};
use serde_json::{Map, Value, json};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, Schema};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index, IndexSettings, ReloadPolicy, Searcher, TantivyDocument, Term, doc};

/// Bytes that the yardstick compresses together.
const STORE_BLOCK_BYTES: usize = 16 << 10;
/// Memory of the writer that makes a store: enough for one segment of documents without words.
const STORE_MEMORY: usize = 1 << 30;

/// Lays out the newest state of a pressmark index as tantivy expects it: links to the segment
/// files, and its description as `meta.json`; `.store` files of their own, as pressmark's texts lie in
/// another file. Returns the number of segments.
pub fn lay_out(ours: &Path, searcher: &pressmark::Searcher, folder: &Path) -> Result<usize> {
    let current = fs::read_to_string(ours.join("CURRENT"))?;
    let number: u64 = current
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .context("CURRENT names no generation")?;
    let description = ours.join(format!("generations/{number}.json"));
    let generation: Value = serde_json::from_slice(&fs::read(description)?)?;
    let build = generation["build"].as_str().context("no build")?;
    for file in generation["files"].as_array().into_iter().flatten() {
        let name = file["path"].as_str().context("a file without a name")?;
        if name.ends_with(".store") {
            continue;
        }
        let source = ours.join("data").join(build).join(name);
        std::os::unix::fs::symlink(fs::canonicalize(source)?, folder.join(name))?;
    }
    let meta = &generation["engine_meta"];
    fs::write(folder.join("meta.json"), serde_json::to_vec(meta)?)?;
    let segments = meta["segments"].as_array().context("no segments")?;
    let mut documents = searcher.export(&SearchRequest::all())?;
    for segment in segments {
        let name = segment["segment_id"].as_str().context("no name")?.replace('-', "");
        ensure!(segment["deletes"].is_null(), "an index with deleted documents cannot be laid out");
        let count = segment["max_doc"].as_u64().context("no documents")?;
        store(&mut documents, count, &folder.join(format!("{name}.store")))?;
    }
    Ok(segments.len())
}

/// Makes a store of so many documents, title and text and what else is shown, with the settings of
/// the yardstick. They are others than those of the segment, but as long: only their time counts.
fn store(documents: &mut Export, count: u64, to: &Path) -> Result<()> {
    let mut schema = Schema::builder();
    let [title, body, source] = ["title", "body", "source"].map(|name| schema.add_text_field(name, STORED));
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor {
            compression_level: Some(3),
        }),
        docstore_blocksize: STORE_BLOCK_BYTES,
        ..IndexSettings::default()
    };
    let folder = tempfile::tempdir()?;
    let index = Index::builder().schema(schema.build()).settings(settings);
    let index = index.create_in_dir(folder.path())?;
    let mut writer = index.writer_with_num_threads(1, STORE_MEMORY)?;
    for _ in 0..count {
        let (_, stored) = documents.next_document().context("too few documents")??;
        let document = stored.document;
        let rest = json!({ "metadata": document.metadata, "facets": document.facets, "date": document.date });
        writer.add_document(doc!(title => document.title, body => document.body, source => rest.to_string()))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    let mut made = fs::read_dir(folder.path())?.filter_map(|entry| Some(entry.ok()?.path()));
    let made = made.find(|path| path.extension().is_some_and(|kind| kind == "store"));
    let [segment] = index.searchable_segments()?.try_into().map_err(|_| anyhow!("several segments"))?;
    ensure!(u64::from(segment.meta().max_doc()) == count, "documents are lacking");
    fs::copy(made.context("no store")?, to)?;
    Ok(())
}

pub struct Theirs {
    index: Index,
    searcher: Searcher,
    aggregations: Aggregations,
}

/// Total, hits, buckets.
pub type Answer = (u64, usize, AggregationResults);

/// What is given of a hit.
#[derive(Clone, Copy, PartialEq)]
pub enum Hits {
    /// Where its document lies.
    Addresses,
    /// Its document as it is stored.
    Documents,
}

impl Theirs {
    pub fn open(folder: &Path, facets: &[String]) -> Result<Self> {
        let index = Index::open_in_dir(folder)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let mut request = Map::new();
        for name in facets {
            let field = format!("facets.declared.{name}");
            let terms = json!({"field": field, "size": 10, "segment_size": u32::MAX});
            request.insert(name.clone(), json!({ "terms": terms }));
        }
        Ok(Self {
            searcher: reader.searcher(),
            index,
            aggregations: serde_json::from_value(Value::Object(request))?,
        })
    }

    /// `*` is every document, anything else a word of the body, written as it is there or as
    /// pressmark's `body:"word"`.
    pub fn ask(&self, written: &str, hits: Hits) -> Result<Answer> {
        let query: Box<dyn Query> = if written == "*" {
            Box::new(AllQuery)
        } else {
            let field = self.index.schema().get_field("body_exact")?;
            let word = written.strip_prefix("body:\"").and_then(|word| word.strip_suffix('"'));
            let term = Term::from_field_text(field, word.unwrap_or(written));
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        };
        let context = AggContextParams::new(Default::default(), self.index.tokenizers().clone());
        let buckets = AggregationCollector::from_aggs(self.aggregations.clone(), context);
        let top = TopDocs::with_limit(10).order_by_score();
        let (top, total, buckets) = self.searcher.search(&*query, &(top, Count, buckets))?;
        if hits == Hits::Documents {
            for (_, address) in &top {
                black_box(self.searcher.doc::<TantivyDocument>(*address)?);
            }
        }
        Ok((total as u64, top.len(), buckets))
    }
}

impl Theirs {
    /// Whether a facet has values that differ in case alone, which pressmark counts as one.
    pub fn has_spellings(&self, facet: &str) -> Result<bool> {
        let field = format!("facets.declared.{facet}");
        let terms = json!({"field": field, "size": MOST_BUCKETS, "segment_size": u32::MAX});
        let all: Aggregations = serde_json::from_value(json!({ facet: { "terms": terms } }))?;
        let context = AggContextParams::new(Default::default(), self.index.tokenizers().clone());
        let collector = AggregationCollector::from_aggs(all, context);
        let results = serde_json::to_value(self.searcher.search(&AllQuery, &collector)?)?;
        let buckets = results[facet]["buckets"].as_array().context("no buckets")?;
        let names = buckets.iter().filter_map(|bucket| bucket["key"].as_str());
        let mut seen = HashSet::new();
        Ok(names.map(str::to_lowercase).any(|name| !seen.insert(name)))
    }
}

/// tantivy gives no more at once.
const MOST_BUCKETS: u32 = 65_000;

/// Value and count of each bucket of a facet.
pub fn buckets(answer: &Answer, facet: &str) -> Result<Vec<(String, u64)>> {
    let results = serde_json::to_value(&answer.2)?;
    let buckets = results[facet]["buckets"].as_array().context("no buckets")?;
    Ok(buckets
        .iter()
        .map(|bucket| {
            let key = bucket["key"].as_str().unwrap_or_default().to_owned();
            (key, bucket["doc_count"].as_u64().unwrap_or(0))
        })
        .collect())
}
