//! From a [`Query`] to the engine's queries: tokens by our own analysis, every word in title or
//! body, stems in every language of the index scored as one term.

use std::collections::HashMap;

use tantivy::query::{
    AllQuery, Bm25StatisticsProvider, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur,
    PhraseQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::filter::{Filters, ValueSet};
use super::predicate::Excluded;
use super::ranking::{InField, WordQuery};
use super::views::ResolvedFacet;
use crate::analysis::{Analyzer, Language};
use crate::index::layout::Fields;
use crate::query::{DateClause, Diagnostic, Presence, Query, Severity, TextField};
use crate::schema::Schema;
use crate::search::{ChosenValue, DateMatch, FacetRef, Ranking};
use crate::{Error, ErrorKind, Result};

type EngineQuery = Box<dyn tantivy::query::Query>;

/// What compiling needs to know.
pub(in crate::index) struct Compiler<'a> {
    pub(in crate::index) schema: &'a Schema,
    pub(in crate::index) fields: Fields,
    pub(in crate::index) filters: Filters,
    pub(in crate::index) searcher: &'a Searcher,
    /// The languages that stems of the index are in.
    pub(in crate::index) languages: &'a [Language],
    pub(in crate::index) date_match: DateMatch,
    pub(in crate::index) ranking: Ranking,
    pub(in crate::index) analyzer: Analyzer,
    pub(in crate::index) diagnostics: Vec<Diagnostic>,
    pub(in crate::index) statistics: Statistics,
}

impl Compiler<'_> {
    /// Compiles a query; `None` if analysis left nothing of it.
    pub(in crate::index) fn compile(&mut self, query: &Query) -> Result<Option<EngineQuery>> {
        Ok(Some(match query {
            Query::All => everything(),
            Query::Word(word) => return self.word(&word.text, word.field),
            Query::Phrase(phrase) => return self.phrase(&phrase.text, phrase.field),
            Query::Facet(clause) => {
                let facet = FacetRef {
                    origin: clause.origin,
                    name: clause.facet.clone(),
                };
                let facet = ResolvedFacet::find(self.schema, &facet)?;
                let value = ChosenValue {
                    value: clause.value.clone(),
                    written: clause.written,
                };
                Box::new(self.filters.values(ValueSet {
                    facet,
                    values: vec![value],
                }))
            }
            Query::Date(clause) => self.date(clause),
            Query::Number(clause) => {
                self.check_number(&clause.name)?;
                Box::new(Filters::number(clause.name.clone(), Some(clause.clone())))
            }
            Query::Added(range) => Box::new(Filters::added(*range)),
            Query::Id(id) => {
                let term = Term::from_field_text(self.fields.id, id);
                let query = TermQuery::new(term, IndexRecordOption::Basic);
                Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
            }
            Query::Has(presence) => self.has(presence)?,
            Query::Missing(presence) => {
                let has = self.has(presence)?;
                without(has)
            }
            Query::Not(inner) => match self.compile(inner)? {
                Some(inner) => without(inner),
                None => return Ok(None),
            },
            Query::And(clauses) => return self.all_of(clauses),
            Query::Or(clauses) => {
                let mut any = Vec::with_capacity(clauses.len());
                for clause in clauses {
                    any.extend(self.compile(clause)?.map(|query| (Occur::Should, query)));
                }
                match any.len() {
                    0 => return Ok(None),
                    1 => return Ok(any.pop().map(|(_, query)| query)),
                    _ => Box::new(BooleanQuery::new(any)),
                }
            }
        }))
    }

    fn all_of(&mut self, clauses: &[Query]) -> Result<Option<EngineQuery>> {
        let mut all = Vec::with_capacity(clauses.len());
        let mut positive = false;
        for clause in clauses {
            let (occur, inner) = match clause {
                Query::Not(inner) => (Occur::MustNot, inner.as_ref()),
                other => (Occur::Must, other),
            };
            if let Some(query) = self.compile(inner)? {
                positive |= occur == Occur::Must;
                all.push(match occur {
                    Occur::MustNot => (occur, excluded(query)),
                    _ => (occur, query),
                });
            }
        }
        if all.is_empty() {
            return Ok(None);
        }
        if !positive {
            all.push((Occur::Must, everything()));
        }
        Ok(Some(Box::new(BooleanQuery::new(all))))
    }

    fn date(&mut self, clause: &DateClause) -> EngineQuery {
        match clause.exactly {
            Some(date) => Box::new(Filters::dated_exactly(date)),
            None => Box::new(Filters::dates(clause.range, self.date_match)),
        }
    }

    fn has(&mut self, presence: &Presence) -> Result<EngineQuery> {
        let fields = &self.fields;
        Ok(match presence.name.as_str() {
            "date" => Box::new(Filters::has_date()),
            "title" => Box::new(Filters::has_text(vec![fields.title_exact])),
            "body" => Box::new(Filters::has_text(vec![fields.body_exact])),
            "url" => Box::new(self.filters.card(|card| card.url.is_some())),
            name if self.schema.find_number(name).is_some() => {
                Box::new(Filters::number(name.to_owned(), None))
            }
            name => {
                let facet = FacetRef {
                    origin: presence.origin,
                    name: name.to_owned(),
                };
                Box::new(
                    self.filters
                        .has_facet(ResolvedFacet::find(self.schema, &facet)?),
                )
            }
        })
    }

    fn check_number(&self, name: &str) -> Result<()> {
        if self.schema.find_number(name).is_some() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Request,
            format!("there is no numeric facet `{name}`"),
        )
        .with_hint(format!(
            "add `[numbers.{name}]` to pressmark.toml and index again"
        )))
    }

    /// A word in any form; one that analyses to several tokens has them next to each other.
    fn word(&mut self, text: &str, field: Option<TextField>) -> Result<Option<EngineQuery>> {
        let tokens = self.analyzer.query_tokens(text);
        if tokens.is_empty() {
            self.left_out(text);
            return Ok(None);
        }
        if let [token] = tokens.as_slice() {
            let stems = self.analyzer.stems_of(&token.exact, self.languages);
            return self.one_word(&stems, field, false).map(Some);
        }
        let mut any = Vec::new();
        for engine_field in self.text_fields(field, false) {
            for &language in self.languages {
                let mut terms = Vec::with_capacity(tokens.len());
                for token in &tokens {
                    let stem = self.analyzer.stem(&token.exact, language).to_string();
                    let term = Term::from_field_text(engine_field, &stem);
                    terms.push((token.position as usize, term));
                }
                any.push((Occur::Should, phrase_query(terms)));
            }
        }
        Ok(Some(union(any)))
    }

    /// Exactly these forms, in this order.
    fn phrase(&mut self, text: &str, field: Option<TextField>) -> Result<Option<EngineQuery>> {
        let tokens = self.analyzer.query_tokens(text);
        if tokens.is_empty() {
            self.left_out(text);
            return Ok(None);
        }
        if let [token] = tokens.as_slice() {
            let form = std::slice::from_ref(&token.exact);
            return self.one_word(form, field, true).map(Some);
        }
        let mut any = Vec::new();
        for engine_field in self.text_fields(field, true) {
            let terms = tokens.iter().map(|token| {
                let term = Term::from_field_text(engine_field, &token.exact);
                (token.position as usize, term)
            });
            any.push((Occur::Should, phrase_query(terms.collect())));
        }
        Ok(Some(union(any)))
    }

    fn text_fields(&self, field: Option<TextField>, exact: bool) -> Vec<Field> {
        let fields = &self.fields;
        let (title, body) = if exact {
            (fields.title_exact, fields.body_exact)
        } else {
            (fields.title_stem, fields.body_stem)
        };
        match field {
            None => vec![title, body],
            Some(TextField::Title) => vec![title],
            Some(TextField::Body) => vec![body],
        }
    }

    /// Any of these forms of a word, scored as one; a document may have several of them.
    fn one_word(
        &mut self,
        forms: &[String],
        field: Option<TextField>,
        exact: bool,
    ) -> Result<EngineQuery> {
        let mut fields = Vec::new();
        let mut documents = 0;
        for engine_field in self.text_fields(field, exact) {
            let mut terms = Vec::new();
            let mut together = 0;
            for form in forms {
                let term = Term::from_field_text(engine_field, form);
                let frequency = self.searcher.doc_freq(&term)?;
                if frequency > 0 {
                    together += frequency;
                    terms.push(term);
                }
            }
            documents = documents.max(together);
            if !terms.is_empty() {
                let titles = [self.fields.title_exact, self.fields.title_stem];
                fields.push(InField {
                    field: engine_field,
                    is_title: titles.contains(&engine_field),
                    terms,
                });
            }
        }
        if fields.is_empty() {
            return Ok(Box::new(EmptyQuery));
        }
        Ok(Box::new(WordQuery {
            fields,
            documents,
            ranking: self.ranking,
        }))
    }

    fn left_out(&mut self, text: &str) {
        let message = format!("`{text}` holds no letter or digit and was left out");
        self.diagnostics.push(Diagnostic::new(
            Severity::Warning,
            "nothing_to_search",
            message,
        ));
    }
}

/// Every document, with score 0.
pub(in crate::index) fn everything() -> EngineQuery {
    Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))
}

fn excluded(query: EngineQuery) -> EngineQuery {
    Box::new(Excluded(query))
}

fn without(query: EngineQuery) -> EngineQuery {
    Box::new(BooleanQuery::new(vec![
        (Occur::Must, everything()),
        (Occur::MustNot, excluded(query)),
    ]))
}

fn union(mut any: Vec<(Occur, EngineQuery)>) -> EngineQuery {
    match any.len() {
        0 => Box::new(EmptyQuery),
        1 => any.swap_remove(0).1,
        _ => Box::new(BooleanQuery::new(any)),
    }
}

fn phrase_query(mut terms: Vec<(usize, Term)>) -> EngineQuery {
    match terms.len() {
        1 => Box::new(TermQuery::new(
            terms.swap_remove(0).1,
            IndexRecordOption::WithFreqs,
        )),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    }
}

/// The statistics of BM25, with the document frequency of a word in all its languages together.
#[derive(Debug, Default)]
pub(in crate::index) struct Statistics {
    frequencies: HashMap<Term, u64>,
}

/// The statistics with the searcher that knows the rest.
pub(in crate::index) struct Provider<'a> {
    pub(in crate::index) statistics: &'a Statistics,
    pub(in crate::index) searcher: &'a Searcher,
}

impl Bm25StatisticsProvider for Provider<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        match self.statistics.frequencies.get(term) {
            Some(&frequency) => Ok(frequency),
            None => self.searcher.doc_freq(term),
        }
    }
}
