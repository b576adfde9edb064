//! From a [`Query`] to the engine's queries: tokens by our own analysis, every word in title or
//! body, stems in every language of the index scored as one term.

use std::sync::Arc;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, SegmentReader, Term};

use super::analyzers::Lent;
use super::expand::{Entry, WordsQuery, few_words};
use super::filter::{Filters, ValueSet};
use super::languages::Languages;
use super::positions::ShapeQuery;
use super::predicate::Excluded;
use super::ranking::{FormInField, WordQuery};
use super::several_words::SeveralWordsQuery;
use super::views::ResolvedFacet;
use super::watch::Watch;
use crate::index::layout::Fields;
use crate::query::{DateClause, Diagnostic, MAX_BOOST, MIN_BOOST, Presence, Query, TextField};
use crate::schema::{Origins, Schema};
use crate::search::spans::Shape;
use crate::search::wanted::{Form, WantedSlot, wanted};
use crate::search::{ChosenValue, DateMatch, FacetRef, Ranking};
use crate::{Error, ErrorKind, Result};

/// Words that are scored together as one; beside more of them it does not matter which.
const FEW_WORDS: usize = 16;

type EngineQuery = Box<dyn tantivy::query::Query>;

/// What compiling needs to know.
pub(in crate::index) struct Compiler<'a> {
    pub(in crate::index) schema: &'a Schema,
    pub(in crate::index) fields: Fields,
    pub(in crate::index) filters: Filters,
    pub(in crate::index) searcher: &'a Searcher,
    /// The languages that stems of the index are in.
    pub(in crate::index) languages: &'a Languages,
    /// What counts for facets that are named without an origin.
    pub(in crate::index) tags: Origins,
    pub(in crate::index) date_match: DateMatch,
    /// Whether documents without a date match every range: to count those that do not.
    pub(in crate::index) admits_undated: bool,
    pub(in crate::index) ranking: Ranking,
    pub(in crate::index) analyzer: Lent,
    pub(in crate::index) diagnostics: Vec<Diagnostic>,
    /// What the tables of regular expressions may still have.
    pub(in crate::index) table_bytes: usize,
    pub(in crate::index) watch: Watch,
}

impl Compiler<'_> {
    /// Compiles a query; `None` if analysis left nothing of it.
    pub(in crate::index) fn compile(&mut self, query: &Query) -> Result<Option<EngineQuery>> {
        Ok(Some(match query {
            Query::All => everything(),
            Query::Word(_)
            | Query::Phrase(_)
            | Query::Pattern(_)
            | Query::Fuzzy(_)
            | Query::Regex(_)
            | Query::Near(_) => return self.text(query),
            Query::Boost(inner, factor) => match self.compile(inner)? {
                Some(inner) => Box::new(BoostQuery::new(inner, bounded(*factor))),
                None => return Ok(None),
            },
            Query::Path(glob) => Box::new(Filters::path(glob.clone())),
            Query::Facet(clause) => {
                let facet = FacetRef {
                    origin: clause.origin,
                    name: clause.facet.clone(),
                };
                let facet = ResolvedFacet::find(self.schema, &facet, self.tags)?;
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
                if any.is_empty() {
                    return Ok(None);
                }
                any_of(any)
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
        Ok(Some(all_of(all)))
    }

    fn date(&mut self, clause: &DateClause) -> EngineQuery {
        if let Some(date) = clause.exactly {
            return Box::new(Filters::dated_exactly(date));
        }
        let dated: EngineQuery = Box::new(Filters::dates(clause.range, self.date_match));
        if !self.admits_undated {
            return dated;
        }
        let undated = without(Box::new(Filters::has_date()));
        union(vec![(Occur::Should, dated), (Occur::Should, undated)])
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
                let facet = ResolvedFacet::find(self.schema, &facet, self.tags)?;
                Box::new(self.filters.has_facet(facet))
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

    /// A clause about words, in title or body or both.
    fn text(&mut self, query: &Query) -> Result<Option<EngineQuery>> {
        let Some(wanted) = wanted(
            &self.analyzer,
            query,
            &mut self.diagnostics,
            &mut self.table_bytes,
        )?
        else {
            return Ok(None);
        };
        if let [slot] = wanted.slots.as_slice() {
            return self.one_word(slot).map(Some);
        }
        let shape = Arc::new(wanted.shape);
        let mut any = Vec::new();
        for field in [TextField::Title, TextField::Body] {
            let slots: Vec<Vec<Entry>> = wanted
                .slots
                .iter()
                .map(|slot| self.entries(slot, field))
                .collect::<Result<_>>()?;
            self.in_field(&shape, slots, field, &mut any)?;
        }
        Ok(Some(union(any)))
    }

    /// A word: all its forms in both fields are scored as one. Of more than a few words that fit a
    /// pattern it does not matter which a document has.
    fn one_word(&mut self, slot: &WantedSlot) -> Result<EngineQuery> {
        let mut forms = Vec::new();
        let mut documents = 0;
        let mut any = Vec::new();
        for field in [TextField::Title, TextField::Body] {
            let entries = self.entries(slot, field)?;
            let Some(words) = few_words(&entries, self.searcher, FEW_WORDS)? else {
                let watch = self.watch.clone();
                let query: EngineQuery = Box::new(WordsQuery { entries, watch });
                any.push((Occur::Should, query));
                continue;
            };
            let mut together = 0;
            for ((engine_field, _), places) in words {
                let frequencies = places.iter().map(|(_, info)| u64::from(info.doc_freq));
                together += frequencies.sum::<u64>();
                let is_title = field == TextField::Title;
                forms.push(FormInField {
                    field: engine_field,
                    is_title,
                    places,
                });
            }
            documents = documents.max(together);
        }
        if !forms.is_empty() {
            let segments = self.searcher.segment_readers().iter();
            let query = WordQuery {
                forms,
                segments: segments.map(SegmentReader::segment_id).collect(),
                documents,
                ranking: self.ranking,
            };
            any.push((Occur::Should, Box::new(query)));
        }
        Ok(union(any))
    }

    /// What a slot stands for in a field: nothing, if it is to stand in the other.
    fn entries(&mut self, slot: &WantedSlot, field: TextField) -> Result<Vec<Entry>> {
        if slot.field.is_some_and(|wanted| wanted != field) {
            return Ok(Vec::new());
        }
        let (exact, stem) = self.engine_fields(field);
        let mut entries = Vec::with_capacity(slot.forms.len());
        for form in &slot.forms {
            match form {
                Form::Any(word) => {
                    let languages = self.languages.of(self.searcher)?;
                    let stems = self.analyzer.stems_of(word, languages);
                    let terms = stems.iter().map(|text| Term::from_field_text(stem, text));
                    entries.extend(terms.map(Entry::Term));
                }
                Form::Exact(word) => {
                    entries.push(Entry::Term(Term::from_field_text(exact, word)));
                }
                Form::Fits(pattern) => entries.push(Entry::Words(exact, Arc::clone(pattern))),
            }
        }
        Ok(entries)
    }

    /// Drops words that stand nowhere: stems in a language that this one is in no text of.
    fn retain_present(&self, entries: &mut Vec<Entry>) -> Result<()> {
        let mut present = Vec::with_capacity(entries.len());
        for entry in entries.drain(..) {
            let is_present = match &entry {
                Entry::Term(term) => self.searcher.doc_freq(term)? > 0,
                Entry::Words(..) => true,
            };
            if is_present {
                present.push(entry);
            }
        }
        *entries = present;
        Ok(())
    }

    /// Exact and stemmed form of a field.
    fn engine_fields(&self, field: TextField) -> (Field, Field) {
        let fields = &self.fields;
        match field {
            TextField::Title => (fields.title_exact, fields.title_stem),
            TextField::Body => (fields.body_exact, fields.body_stem),
        }
    }

    /// Plain phrases are what the engine is best at; the rest is ours.
    fn in_field(
        &mut self,
        shape: &Arc<Shape>,
        mut slots: Vec<Vec<Entry>>,
        field: TextField,
        any: &mut Vec<(Occur, EngineQuery)>,
    ) -> Result<()> {
        if let Shape::Sequence(sequence) = shape.as_ref() {
            if slots.iter().any(Vec::is_empty) {
                return Ok(());
            }
            // A word with one form is looked up by the phrase itself.
            for entries in slots.iter_mut().filter(|entries| entries.len() > 1) {
                self.retain_present(entries)?;
                if entries.is_empty() {
                    return Ok(());
                }
            }
            let terms = |entries: &Vec<Entry>| match entries.as_slice() {
                [Entry::Term(term)] => Some(term.clone()),
                _ => None,
            };
            if sequence.moves == 0
                && let Some(terms) = slots.iter().map(terms).collect::<Option<Vec<_>>>()
            {
                any.push((Occur::Should, Box::new(PhraseQuery::new(terms))));
                return Ok(());
            }
        }
        let (exact, _) = self.engine_fields(field);
        let query = ShapeQuery {
            shape: Arc::clone(shape),
            slots: Arc::new(slots),
            field: exact,
            is_body: field == TextField::Body,
            watch: self.watch.clone(),
        };
        any.push((Occur::Should, Box::new(query)));
        Ok(())
    }
}

/// A factor within its bounds.
fn bounded(factor: f32) -> f32 {
    if factor.is_nan() {
        1.0
    } else {
        factor.clamp(MIN_BOOST, MAX_BOOST)
    }
}

/// Every document, with score 0.
pub(in crate::index) fn everything() -> EngineQuery {
    Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))
}

/// A query whose documents are left out.
pub(in crate::index) fn excluded(query: EngineQuery) -> EngineQuery {
    Box::new(Excluded(query))
}

fn without(query: EngineQuery) -> EngineQuery {
    Box::new(BooleanQuery::new(vec![
        (Occur::Must, everything()),
        (Occur::MustNot, excluded(query)),
    ]))
}

/// Any of several clauses.
fn any_of(mut clauses: Vec<(Occur, EngineQuery)>) -> EngineQuery {
    // Words that stand nowhere.
    clauses.retain(|(_, clause)| !clause.is::<EmptyQuery>());
    match words(&clauses) {
        Some(words) if clauses.len() > 1 => Box::new(SeveralWordsQuery::any(words)),
        _ => union(clauses),
    }
}

/// All of several clauses, some of which may be excluded.
fn all_of(clauses: Vec<(Occur, EngineQuery)>) -> EngineQuery {
    let (needed, mut rest): (Vec<_>, Vec<_>) = clauses
        .into_iter()
        .partition(|(occur, _)| *occur == Occur::Must);
    let Some(several) = words(&needed).and_then(SeveralWordsQuery::all) else {
        rest.extend(needed);
        return Box::new(BooleanQuery::new(rest));
    };
    if rest.is_empty() {
        return Box::new(several);
    }
    rest.push((Occur::Must, Box::new(several)));
    Box::new(BooleanQuery::new(rest))
}

/// The clauses, if all of them are words.
fn words(clauses: &[(Occur, EngineQuery)]) -> Option<Vec<WordQuery>> {
    let words = clauses
        .iter()
        .map(|(_, clause)| clause.downcast_ref::<WordQuery>().cloned());
    words.collect()
}

fn union(mut any: Vec<(Occur, EngineQuery)>) -> EngineQuery {
    match any.len() {
        0 => Box::new(EmptyQuery),
        1 => any.swap_remove(0).1,
        _ => Box::new(BooleanQuery::new(any)),
    }
}
