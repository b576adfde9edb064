//! `bare search` and `bare batch`: ten hits with their stored documents, and what it took.

use std::fs;
use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
pub use tantivy::DocAddress;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::{Count, DocSetCollector, TopDocs};
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, TantivyDocument, Value as _};
use tantivy::snippet::SnippetGenerator;
use tantivy::{Index, ReloadPolicy, Score, Searcher, Term};

use crate::document::card;
use crate::query::{Builder, Mode};
use crate::schema::Fields;
use crate::{AskArgs, BatchArgs, SearchArgs};

const BUCKETS: u32 = 10;

/// One hit: its stored document is read, its snippet made.
pub struct Hit {
    score: Score,
    document: TantivyDocument,
    snippet: Option<String>,
}

/// What a question gave.
pub struct Answer {
    pub total: Option<usize>,
    pub hits: Vec<Hit>,
    facets: Option<AggregationResults>,
}

/// An open index and how it is asked.
pub struct Session<'a> {
    index: Index,
    searcher: Searcher,
    fields: Fields,
    aggregations: Aggregations,
    args: &'a AskArgs,
}

pub fn run(args: &SearchArgs) -> Result<()> {
    let session = Session::open(&args.ask)?;
    let mut times = Vec::new();
    let mut answer = session.timed(args.mode, &args.query, &mut times)?;
    for _ in 1..args.repeat {
        answer = session.timed(args.mode, &args.query, &mut times)?;
    }
    let mut line = session.summary(args.mode, &args.query, &answer, times);
    let hits: Vec<Value> = answer.hits.iter().map(|hit| session.show(hit)).collect();
    line.insert("hits".to_owned(), json!(hits));
    if let Some(facets) = &answer.facets {
        line.insert("facets".to_owned(), serde_json::to_value(facets)?);
    }
    print(line)
}

pub fn run_batch(args: &BatchArgs) -> Result<()> {
    let session = Session::open(&args.ask)?;
    let text = fs::read_to_string(&args.queries)
        .with_context(|| format!("cannot read {}", args.queries.display()))?;
    let mut questions = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let place = || format!("{}:{}", args.queries.display(), at + 1);
        if line.trim().is_empty() {
            continue;
        }
        let (mode, query) = parse_question(line).with_context(place)?;
        // Asked once before the rounds: it finds mistakes and warms the caches.
        let answer = session.ask(mode, query).with_context(place)?;
        questions.push((mode, query, answer, Vec::new()));
    }
    for _ in 0..args.rounds {
        for (mode, query, answer, times) in &mut questions {
            *answer = session.timed(*mode, query, times)?;
        }
    }
    for (mode, query, answer, times) in questions {
        let mut line = session.summary(mode, query, &answer, times);
        line.insert("hits".to_owned(), json!(answer.hits.len()));
        print(line)?;
    }
    Ok(())
}

fn parse_question(line: &str) -> Result<(Mode, &str)> {
    let (mode, query) = line.split_once('\t').context("expected mode<TAB>query")?;
    match Mode::from_str(mode.trim(), true) {
        Ok(mode) => Ok((mode, query)),
        Err(error) => bail!("mode {mode:?}: {error}"),
    }
}

fn print(line: Map<String, Value>) -> Result<()> {
    writeln!(std::io::stdout(), "{}", Value::Object(line))?;
    Ok(())
}

impl<'a> Session<'a> {
    pub fn open(args: &'a AskArgs) -> Result<Self> {
        let index = Index::open_in_dir(&args.index)
            .with_context(|| format!("cannot open {}", args.index.display()))?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(args.store_cache)
            .try_into()?;
        let fields = Fields::of(&index.schema())?;
        let aggregations = exact_terms(&fields)?;
        Ok(Self {
            searcher: reader.searcher(),
            index,
            fields,
            aggregations,
            args,
        })
    }

    /// Answers and notes how many microseconds that took: from the text of the question to the
    /// stored documents, buckets and snippets in memory. Opening and printing are not in it.
    fn timed(&self, mode: Mode, text: &str, times: &mut Vec<f64>) -> Result<Answer> {
        let start = Instant::now();
        let answer = self.ask(mode, text)?;
        times.push(start.elapsed().as_nanos() as f64 / 1e3);
        Ok(answer)
    }

    pub fn ask(&self, mode: Mode, text: &str) -> Result<Answer> {
        self.ask_about(mode, text, None)
    }

    /// As [`ask`](Self::ask), but what is read and made into hits are these documents, if any are
    /// named, instead of the best ones: so that another program's hits can be given the same work.
    pub fn ask_about(
        &self,
        mode: Mode,
        text: &str,
        instead: Option<&[DocAddress]>,
    ) -> Result<Answer> {
        let query = Builder {
            index: &self.index,
            fields: &self.fields,
            title_too: self.args.title_too,
        }
        .build(mode, text)?;
        let top = TopDocs::with_limit(self.args.limit as usize).order_by_score();
        let (top, total, facets) = if self.args.facets {
            let context =
                AggContextParams::new(Default::default(), self.index.tokenizers().clone());
            let buckets = AggregationCollector::from_aggs(self.aggregations.clone(), context);
            let (top, total, facets) = self.searcher.search(&query, &(top, Count, buckets))?;
            (top, Some(total), Some(facets))
        } else if self.args.no_total {
            (self.searcher.search(&query, &top)?, None, None)
        } else {
            let (top, total) = self.searcher.search(&query, &(top, Count))?;
            (top, Some(total), None)
        };

        let snippets = if self.args.snippets {
            let field = mode.body(&self.fields);
            Some(SnippetGenerator::create(&self.searcher, &query, field)?)
        } else {
            None
        };
        let top = match instead {
            Some(documents) => documents.iter().map(|&address| (0.0, address)).collect(),
            None => top,
        };
        let mut hits = Vec::with_capacity(top.len());
        for (score, address) in top {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let snippet = snippets.as_ref().map(|generator| {
                // The stemmed form is not stored: it is the body's text either way.
                let body = document.get_first(self.fields.body);
                let text = body.and_then(|value| value.as_str()).unwrap_or_default();
                generator.snippet(text).to_html()
            });
            hits.push(Hit {
                score,
                document,
                snippet,
            });
        }
        Ok(Answer {
            total,
            hits,
            facets,
        })
    }

    /// Where the document of an id is.
    pub fn find(&self, id: &str) -> Result<DocAddress> {
        let query = TermQuery::new(
            Term::from_field_text(self.fields.id, id),
            IndexRecordOption::Basic,
        );
        let found = self.searcher.search(&query, &DocSetCollector)?;
        let address = found.into_iter().next();
        address.with_context(|| format!("there is no document {id:?}"))
    }

    fn summary(
        &self,
        mode: Mode,
        query: &str,
        answer: &Answer,
        times: Vec<f64>,
    ) -> Map<String, Value> {
        let mode = mode.to_possible_value();
        let mut line = Map::new();
        line.insert(
            "mode".to_owned(),
            json!(mode.as_ref().map(|mode| mode.get_name())),
        );
        line.insert("query".to_owned(), json!(query));
        line.insert("total".to_owned(), json!(answer.total));
        line.insert("median_us".to_owned(), json!(median(times)));
        line
    }

    /// A hit as JSON.
    pub fn show(&self, hit: &Hit) -> Value {
        let mut card = card(&hit.document, &self.fields);
        card["score"] = json!(hit.score);
        if let Some(snippet) = &hit.snippet {
            card["snippet"] = json!(snippet);
        }
        card
    }
}

/// A terms aggregation for each facet. No segment cuts its list off, so the counts are exact.
fn exact_terms(fields: &Fields) -> Result<Aggregations> {
    let mut request = Map::new();
    for (name, _) in &fields.facets {
        let terms = json!({"field": name, "size": BUCKETS, "segment_size": u32::MAX});
        request.insert(name.clone(), json!({ "terms": terms }));
    }
    Ok(serde_json::from_value(Value::Object(request))?)
}

/// To a tenth of a microsecond; of an even number, the mean of the two in the middle.
fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    let middle = times.get(times.len() / 2)?;
    let median = if times.len().is_multiple_of(2) {
        (times.get(times.len() / 2 - 1)? + middle) / 2.0
    } else {
        *middle
    };
    Some((median * 10.0).round() / 10.0)
}
