//! pressmark's side.

use std::path::Path;

use anyhow::Result;
use pressmark::{Index, SearchRequest, SearchResponse, Searcher, Sort};

use crate::{Answer, Found, Kind, Question, TEN};

pub(crate) struct Ours(Searcher);

impl Ours {
    pub(crate) fn open(index: &Path) -> Result<Self> {
        Ok(Self(Index::open(index)?.searcher()?))
    }

    pub(crate) fn ask(&self, question: &Question) -> Result<SearchResponse> {
        let words = &question.words;
        let text = match question.kind {
            Kind::All => String::new(),
            Kind::Word | Kind::And => words.join(" "),
            Kind::Or => words.join(" OR "),
            Kind::Phrase => format!("\"{}\"", words.join(" ")),
            Kind::Prefix => format!("{}*", words.join(" ")),
            Kind::Fuzzy => format!("{}~", words.join(" ")),
        };
        let mut request = SearchRequest::query(text)?.limit(TEN).top(TEN).snippets(0);
        if !question.facets.is_empty() {
            request = request.facets(question.facets.iter());
        }
        for (facet, value) in &question.filters {
            request = request.filter(facet, value);
        }
        if question.newest {
            request = request.sort(Sort::Newest);
        }
        Ok(self.0.search(&request)?)
    }
}

impl Found for SearchResponse {
    fn into_answer(self, us: f64, cpu_us: f64) -> Result<Answer> {
        let hits = self.hits.iter().map(|hit| {
            let date = hit.date.map(|date| date.to_string());
            (hit.id.to_string(), date.unwrap_or_default())
        });
        let facets = self.facets.iter().map(|(name, counts)| {
            let buckets = counts.buckets.iter();
            let buckets = buckets.map(|bucket| (bucket.value.clone(), bucket.count));
            (name.to_owned(), buckets.collect())
        });
        Ok(Answer {
            total: self.total,
            us,
            cpu_us,
            hits: hits.collect(),
            facets: facets.collect(),
        })
    }
}
