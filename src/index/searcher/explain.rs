//! How the score of a document came about, clause by clause.

use tantivy::query::{EnableScoring, Weight};
use tantivy::{DocAddress, DocSet};

use super::{EngineQuery, Searcher, hits};
use crate::Result;
use crate::analysis::Language;
use crate::index::guard::guarded;
use crate::index::search::ranking::WordQuery;
use crate::index::search::watch::Watch;
use crate::query::Query;
use crate::search::{
    FieldScore, Highlighter, Lit, ScoreExplanation, ScorePart, SearchRequest, Sort, WordScore,
};

impl Searcher {
    /// How the score of the document of an id comes about; `None` if there is no such document, or
    /// the query does not match it. Filters do not matter here: they never score.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn explain_score(
        &self,
        request: &SearchRequest,
        id: impl AsRef<str>,
    ) -> Result<Option<ScoreExplanation>> {
        guarded(|| {
            let Some(address) = self.find(id.as_ref())? else {
                return Ok(None);
            };
            let mut request = request.clone();
            request.sort = Sort::Relevance;
            let asked = self.compile(&request, &Watch::default())?;
            let Some(score) = self.score(asked.weight.as_ref(), address)? else {
                return Ok(None);
            };
            let mut parts = Vec::new();
            self.add_parts(&asked.query, &request, address, &mut parts)?;
            Ok(Some(ScoreExplanation { score, parts }))
        })
    }

    /// The byte ranges that a request's query matches in the title and in the body of a document:
    /// ordered, not empty, not overlapping. `None` if there is no such document.
    ///
    /// # Errors
    /// As [`search`](Self::search) and [`get`](Self::get).
    pub fn light(&self, request: &SearchRequest, id: impl AsRef<str>) -> Result<Option<Lit>> {
        guarded(|| {
            let Some(address) = self.find(id.as_ref())? else {
                return Ok(None);
            };
            let (query, _) = self.read(request)?;
            let document = self.stored(address)?.document;
            let language = hits::card(&self.snapshot.views, address)?.language;
            let language = Language::parse(language).unwrap_or(Language::UND);
            let analyzer = &mut self.snapshot.analyzers.lend();
            let [title, body] =
                Highlighter::new(&query).light(analyzer, language, &document.title, &document.body);
            Ok(Some(Lit { title, body }))
        })
    }

    /// Adds what a query that is no part of a NOT adds to the score of a document; returns whether
    /// the document matches it.
    fn add_parts(
        &self,
        query: &Query,
        request: &SearchRequest,
        address: DocAddress,
        parts: &mut Vec<ScorePart>,
    ) -> Result<bool> {
        let Some(compiled) = self.compiled(query, request)? else {
            return Ok(true); // nothing is left of it to search
        };
        let scoring = EnableScoring::enabled_from_searcher(&self.snapshot.engine);
        let weight = compiled.weight(scoring)?;
        let Some(score) = self.score(weight.as_ref(), address)? else {
            return Ok(false);
        };
        match query {
            Query::And(inner) | Query::Or(inner) => {
                for query in inner.iter().filter(|query| !matches!(query, Query::Not(_))) {
                    self.add_parts(query, request, address, parts)?;
                }
            }
            clause if score > 0.0 => parts.push(ScorePart {
                clause: clause.to_string(),
                score,
                word: self.word_score(&compiled, address)?,
            }),
            _ => {}
        }
        Ok(true)
    }

    /// The score of a document; `None` if it does not match.
    fn score(&self, weight: &dyn Weight, address: DocAddress) -> Result<Option<f32>> {
        let Some(view) = self.snapshot.views.get(address.segment_ord as usize) else {
            return Ok(None);
        };
        let mut scorer = weight.scorer(&view.reader, 1.0)?;
        let doc = address.doc_id;
        let is_there = scorer.doc() == doc || scorer.doc() < doc && scorer.seek(doc) == doc;
        Ok(is_there.then(|| scorer.score()))
    }

    fn word_score(&self, compiled: &EngineQuery, address: DocAddress) -> Result<Option<WordScore>> {
        let Some(word) = compiled.downcast_ref::<WordQuery>() else {
            return Ok(None);
        };
        let engine = &self.snapshot.engine;
        let fields = word.parts(engine, address)?;
        let fields = fields.into_iter().map(|part| FieldScore {
            field: if part.is_title { "title" } else { "body" },
            occurrences: part.occurrences,
            length: part.length,
            average_length: part.average,
            tf: part.tf,
        });
        Ok(Some(WordScore {
            documents: word.documents,
            idf: word.idf(engine),
            k1: word.ranking.k1,
            fields: fields.collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::*;

    fn searcher() -> Searcher {
        let index = Index::create_in_memory(Schema::default()).unwrap();
        let mut writer = index.writer().unwrap();
        for (id, title, body) in [
            (
                "a",
                "Harbour strike",
                "The pilots of the harbour went on strike. A long strike.",
            ),
            (
                "b",
                "Strike over",
                "Ferries run again; the harbour is open.",
            ),
            ("c", "", "Nothing of that here, but a ferry."),
            ("d", "Pilots", "Ferry pilots rest."),
        ] {
            writer
                .put(Document::new(id).title(title).body(body))
                .unwrap();
            if id == "b" {
                writer.commit().unwrap();
            }
        }
        writer.delete("c").unwrap();
        writer.commit().unwrap();
        index.searcher().unwrap()
    }

    #[test]
    fn the_parts_of_a_score_add_up_to_it() {
        let searcher = searcher();
        for query in [
            "strike",
            "harbour strike",
            "\"harbour strike\"",
            "title:strike OR (ferry AND pilots) OR rest",
            "harbour -ferries has:title",
            "\"pilots\" OR (strike AND NOT open)",
            "has:title",
        ] {
            let request = SearchRequest::query(query).unwrap();
            for hit in searcher.search(&request).unwrap().hits {
                let explained = searcher.explain_score(&request, &hit.id).unwrap().unwrap();
                assert_eq!(Some(explained.score), hit.score, "{query} {}", hit.id);
                let sum: f32 = explained.parts.iter().map(|part| part.score).sum();
                assert!(
                    (sum - explained.score).abs() < 1e-4,
                    "{query}: {explained:?}"
                );
                for part in &explained.parts {
                    if let Some(word) = &part.word {
                        let tf: f32 = word.fields.iter().map(|field| field.tf).sum();
                        let score = word.idf * tf * (word.k1 + 1.0) / (tf + word.k1);
                        assert!((score - part.score).abs() < 1e-4, "{query}: {part:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_what_matches_has_a_score() {
        let searcher = searcher();
        let request = SearchRequest::query("strike -open").unwrap();
        for (id, is_there) in [("a", true), ("b", false), ("c", false), ("none", false)] {
            let explained = searcher.explain_score(&request, id).unwrap();
            assert_eq!(explained.is_some(), is_there, "{id}");
        }
        let explained = searcher.explain_score(&request, "a").unwrap().unwrap();
        let word = explained.parts[0].word.as_ref().unwrap();
        let fields: Vec<_> = word
            .fields
            .iter()
            .map(|f| (f.field, f.occurrences))
            .collect();
        assert_eq!(fields, [("title", 1), ("body", 2)]);
        assert_eq!((word.documents, explained.parts.len()), (2, 1));
    }
}
