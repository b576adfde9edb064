//! Everything that can be seen of an index, and what must be equal in two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::super::forecast::FacetChange;
use crate::index::{NodeHash, node_of};
use crate::{
    Document, ErrorKind, FacetCounts, Hit, Index, Limit, Schema, SearchRequest, SearchResponse,
    Sort, SourceLocation, StoredDocument, Top,
};

/// Questions of every kind. What a schema does not know is refused in both.
const QUESTIONS: [(&str, Sort); 10] = [
    ("talks", Sort::Newest),
    ("oil OR harbour -ferry", Sort::Title),
    ("\"ballistic missiles\"", Sort::Oldest),
    ("country:iran", Sort::Title),
    ("topic:politics/elections", Sort::Newest),
    ("has:desk", Sort::Title),
    ("words:>=500", Sort::Oldest),
    ("date:1962..1990 OR missing:date", Sort::Newest),
    ("has:source OR missing:country", Sort::Title),
    ("language:fr OR language:de OR source:afp", Sort::Oldest),
];

/// An index as its readers see it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct View {
    pub(super) generation: u64,
    pub(super) documents: BTreeMap<String, StoredDocument>,
    answers: Vec<Answer>,
}

/// A facet, and what all spellings of one of its values have in common.
type Value = (String, NodeHash);

/// Values that come (`true`) and go, with the documents that will have or had them.
type Changes = BTreeSet<(Value, bool, u64)>;

fn node(schema: &Schema, facet: &str, value: &str) -> Option<Value> {
    let tree = schema.find_facet(facet).and_then(|facet| facet.tree);
    Some((facet.to_owned(), node_of(value, tree)?))
}

/// What a plan says of facet values, whatever spelling it has for each.
pub(super) fn by_node(plan: &BTreeMap<String, FacetChange>, schema: &Schema) -> Changes {
    let mut changes = Changes::new();
    for (facet, change) in plan {
        for (values, came) in [(&change.appear, true), (&change.vanish, false)] {
            for value in values {
                let node = node(schema, facet, &value.value).unwrap();
                changes.insert((node, came, value.documents));
            }
        }
    }
    changes
}

/// The answer to one question, without scores: they know how the index came about.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    question: &'static str,
    total: u64,
    hits: Vec<Hit>,
    facets: Vec<(String, FacetCounts)>,
    refused: Option<String>,
}

impl View {
    /// Looks at an index; where there is none, nothing is seen.
    pub(super) fn of(index: &Path) -> Self {
        let index = match Index::open(index) {
            Err(error) if error.kind() == ErrorKind::NoIndex => return Self::default(),
            index => index.unwrap(),
        };
        let searcher = index.searcher().unwrap();
        let everything = SearchRequest {
            limit: Limit::All,
            top: Top::All,
            ..SearchRequest::all().all_facets().snippets(0)
        };
        let all = searcher.search(&everything).unwrap();
        let documents: BTreeMap<String, StoredDocument> = all
            .hits
            .iter()
            .map(|hit| {
                let document = searcher.get(&hit.id).unwrap().unwrap();
                (hit.id.to_string(), document)
            })
            .collect();
        let count = documents.len() as u64;
        assert_eq!(
            (all.total, all.hits.len() as u64, searcher.documents()),
            (count, count, count),
            "every document once"
        );
        let chosen = everything
            .clone()
            .filter("country", "Iran")
            .exclude("topic", "war");
        let mut answers = vec![
            Answer::new("", Ok(all)),
            Answer::new("country=Iran", searcher.search(&chosen)),
        ];
        for (question, sort) in QUESTIONS {
            let request = SearchRequest {
                limit: Limit::All,
                ..SearchRequest::query(question).unwrap().sort(sort)
            };
            answers.push(Answer::new(question, searcher.search(&request)));
        }
        Self {
            generation: searcher.generation(),
            documents,
            answers,
        }
    }

    /// Documents that are gone from another view, or whose files are, and may be what it has under
    /// a new id, made of the same bytes: where they lay, and when they came.
    pub(super) fn gone<'v>(
        &'v self,
        other: &'v Self,
        id: &str,
        has_file: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&'v str, i64)> {
        let hash = other.place(id).map(|source| &source.hash);
        let documents = self.documents.iter();
        documents.filter_map(move |(id, stored)| {
            let source = stored.document.source.as_ref()?;
            let stays = |there: &SourceLocation| there.path == source.path;
            let is_gone = !other.place(id).is_some_and(stays) || !has_file(&source.path);
            (is_gone && Some(&source.hash) == hash).then_some((source.path.as_str(), stored.added))
        })
    }

    /// The facet values that came and went between two views.
    pub(super) fn changes(before: &Self, after: &Self, schema: &Schema) -> Changes {
        let (before, after) = (before.values(schema), after.values(schema));
        let only = |here: &BTreeMap<Value, u64>, there: &BTreeMap<Value, u64>, came: bool| {
            let values = here.iter().filter(|(value, _)| !there.contains_key(*value));
            let values = values.map(|(value, count)| (value.clone(), came, *count));
            values.collect::<Changes>()
        };
        &only(&after, &before, true) | &only(&before, &after, false)
    }

    /// How many documents have each facet value.
    fn values(&self, schema: &Schema) -> BTreeMap<Value, u64> {
        let mut values = BTreeMap::new();
        for stored in self.documents.values() {
            let facets = stored.document.facets.iter();
            let own: BTreeSet<Value> = facets
                .flat_map(|(facet, values)| values.iter().map(move |value| (facet, value)))
                .filter_map(|(facet, value)| node(schema, facet, value))
                .collect();
            for value in own {
                *values.entry(value).or_default() += 1;
            }
        }
        values
    }

    /// The ids that another view has not.
    pub(super) fn ids_beside(&self, other: &Self) -> u64 {
        let ids = self.documents.keys();
        ids.filter(|id| !other.documents.contains_key(*id)).count() as u64
    }

    /// The document of an id without when it came, and without its place in its file.
    pub(super) fn document(&self, id: &str) -> Option<(Document, &str)> {
        let stored = self.documents.get(id)?;
        let mut document = stored.document.clone();
        if let Some(source) = &mut document.source {
            (source.record, source.start, source.end) = (None, 0, 0);
        }
        Some((document, &stored.text_hash))
    }

    fn place(&self, id: &str) -> Option<&SourceLocation> {
        self.documents.get(id)?.document.source.as_ref()
    }

    /// Whether readers see the same but for when documents came, and for the generation; and,
    /// unless `exactly`, for the places of records within their files: a record that is what it was
    /// is left alone when others before it come or go.
    #[track_caller]
    pub(super) fn assert_same(&self, other: &Self, exactly: bool, what: &str) {
        let ids = |view: &Self| view.documents.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(self), ids(other), "{what}: ids");
        for id in self.documents.keys() {
            assert_eq!(self.document(id), other.document(id), "{what}: `{id}`");
            let places = (self.place(id), other.place(id));
            assert!(
                !exactly || places.0 == places.1,
                "{what}: `{id}`: {places:?}"
            );
        }
        for (here, there) in self.answers.iter().zip(&other.answers) {
            assert_eq!(here, there, "{what}: answers");
        }
    }

    /// Whether readers see the same and nothing was published in between.
    #[track_caller]
    pub(super) fn assert_untouched(&self, other: &Self, what: &str) {
        assert_eq!(self.generation, other.generation, "{what}: generations");
        self.assert_same(other, true, what);
    }
}

/// Names buckets by what they count, not by a spelling: of several, one may be shown that only a
/// document has which was deleted since its segment was written.
fn name_by_node(counts: &mut FacetCounts) {
    for bucket in &mut counts.buckets {
        bucket.value = format!("{:?}", node_of(&bucket.value, Some('/')));
    }
    counts
        .buckets
        .sort_by(|a, b| (b.count, &a.value).cmp(&(a.count, &b.value)));
}

impl Answer {
    fn new(question: &'static str, response: crate::Result<SearchResponse>) -> Self {
        let mut answer = Self {
            question,
            total: 0,
            hits: Vec::new(),
            facets: Vec::new(),
            refused: None,
        };
        match response {
            Ok(response) => {
                answer.total = response.total;
                answer.hits = response.hits;
                answer.facets = response.facets.0;
                for (_, counts) in &mut answer.facets {
                    name_by_node(counts);
                }
            }
            Err(error) => answer.refused = Some(error.to_string()),
        }
        for hit in &mut answer.hits {
            hit.score = None;
        }
        if question.is_empty() || question.contains('=') {
            // Of equal score all; the order of these is that of their keys.
            answer.hits.sort_by(|a, b| a.id.cmp(&b.id));
        }
        answer
    }
}
