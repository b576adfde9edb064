//! The yardstick's side: its index, its way of reading words and of counting facets. What the program
//! itself cannot be asked (filters, an order by date, facets under the filters of the others) is
//! asked of tantivy here as plainly as the rest is there.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use bare::document::card;
use bare::query::{Builder, Mode};
use bare::schema::Fields;
use serde_json::{Map, Value, json};
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::AggregationResults;
use tantivy::aggregation::{AggContextParams, AggregationCollector};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, TantivyDocument};
use tantivy::{DateTime, DocAddress, Index, Order, ReloadPolicy, Searcher, Term};

use crate::{Answer, Found, Kind, Question, TEN};

pub(crate) struct Theirs {
    index: Index,
    searcher: Searcher,
    fields: Fields,
}

/// Stored documents and aggregations, as tantivy gives them.
pub(crate) struct Given<'a> {
    total: usize,
    documents: Vec<TantivyDocument>,
    counts: Vec<AggregationResults>,
    fields: &'a Fields,
}

impl Theirs {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let index = Index::open_in_dir(folder)
            .with_context(|| format!("cannot open {}", folder.display()))?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader = reader.try_into()?;
        Ok(Self {
            searcher: reader.searcher(),
            fields: Fields::of(&index.schema())?,
            index,
        })
    }

    pub(crate) fn ask(&self, question: &Question) -> Result<Given<'_>> {
        let (mut main, mut apart) = (Vec::new(), Vec::new());
        for facet in &question.facets {
            let is_chosen = question.filters.iter().any(|(name, _)| name == facet);
            if is_chosen { &mut apart } else { &mut main }.push(facet.as_str());
        }
        let (addresses, total, counts) = self.search(question, &main)?;
        let mut counts: Vec<AggregationResults> = counts.into_iter().collect();
        for facet in apart {
            let query = self.query(question, Some(facet))?;
            counts.push(
                self.searcher
                    .search(&query, &self.aggregations(&[facet])?)?,
            );
        }
        let documents = addresses
            .into_iter()
            .map(|address| self.searcher.doc(address));
        Ok(Given {
            total,
            documents: documents.collect::<Result<_, _>>()?,
            counts,
            fields: &self.fields,
        })
    }

    /// Ten hits and the number of all, with the facets that no filter chooses in.
    fn search(
        &self,
        question: &Question,
        facets: &[&str],
    ) -> Result<(Vec<DocAddress>, usize, Option<AggregationResults>)> {
        let query = self.query(question, None)?;
        let top = TopDocs::with_limit(TEN);
        let aggregations = self.aggregations(facets)?;
        if question.newest {
            let top = top.order_by_fast_field::<DateTime>("date", Order::Desc);
            let (top, total) = self.searcher.search(&query, &(top, Count))?;
            return Ok((top.into_iter().map(|(_, at)| at).collect(), total, None));
        }
        let top = top.order_by_score();
        let (top, total, counts) = if facets.is_empty() {
            let (top, total) = self.searcher.search(&query, &(top, Count))?;
            (top, total, None)
        } else {
            let (top, total, counts) = self.searcher.search(&query, &(top, Count, aggregations))?;
            (top, total, Some(counts))
        };
        Ok((top.into_iter().map(|(_, at)| at).collect(), total, counts))
    }

    /// The words under all filters but those of one facet.
    fn query(&self, question: &Question, without: Option<&str>) -> Result<Box<dyn Query>> {
        let mode = match question.kind {
            Kind::All => None,
            Kind::Word => Some(Mode::Word),
            Kind::And => Some(Mode::And),
            Kind::Or => Some(Mode::Or),
            Kind::Phrase => Some(Mode::Phrase),
            Kind::Prefix => Some(Mode::Prefix),
            Kind::Fuzzy => Some(Mode::Fuzzy),
        };
        let words: Box<dyn Query> = match mode {
            None => Box::new(AllQuery),
            Some(mode) => Builder {
                index: &self.index,
                fields: &self.fields,
                title_too: true,
            }
            .build(mode, &question.words.join(" "))?,
        };
        let mut clauses = vec![(Occur::Must, words)];
        for (facet, value) in &question.filters {
            if without == Some(facet.as_str()) {
                continue;
            }
            let field = self.index.schema().get_field(facet)?;
            let term = Term::from_field_text(field, value);
            let filter = TermQuery::new(term, IndexRecordOption::Basic);
            let filter = ConstScoreQuery::new(Box::new(filter), 0.0);
            clauses.push((Occur::Must, Box::new(filter)));
        }
        Ok(if clauses.len() == 1 {
            clauses.remove(0).1
        } else {
            Box::new(BooleanQuery::new(clauses))
        })
    }

    /// Exact counts, as the yardstick asks for them.
    fn aggregations(&self, facets: &[&str]) -> Result<AggregationCollector> {
        let mut request = Map::new();
        for &facet in facets {
            let terms = json!({"field": facet, "size": TEN, "segment_size": u32::MAX});
            request.insert(facet.to_owned(), json!({ "terms": terms }));
        }
        let request: Aggregations = serde_json::from_value(Value::Object(request))?;
        let context = AggContextParams::new(Default::default(), self.index.tokenizers().clone());
        Ok(AggregationCollector::from_aggs(request, context))
    }
}

impl Found for Given<'_> {
    fn into_answer(self, us: f64, cpu_us: f64) -> Result<Answer> {
        let mut facets = BTreeMap::new();
        for counts in self.counts {
            let Value::Object(counts) = serde_json::to_value(counts)? else {
                continue;
            };
            for (name, counts) in counts {
                let buckets = counts["buckets"].as_array().into_iter().flatten();
                let buckets = buckets.map(|bucket| {
                    let value = bucket["key"].as_str().unwrap_or_default().to_owned();
                    (value, bucket["doc_count"].as_u64().unwrap_or_default())
                });
                facets.insert(name, buckets.collect());
            }
        }
        let hits = self.documents.iter().map(|document| {
            let card = card(document, self.fields);
            let text = |key: &str| card[key].as_str().unwrap_or_default().to_owned();
            let day: String = text("date").chars().take(10).collect();
            (text("id"), day)
        });
        Ok(Answer {
            total: self.total as u64,
            us,
            cpu_us,
            hits: hits.collect(),
            facets,
        })
    }
}
