//! The whole question: a query, what is chosen in each facet, and what to return.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cursor, ValueOrder, Values};
use crate::Result;
use crate::document::{DateRange, PartialDate};
use crate::query::{self, ParseContext, Query, Severity};
use crate::schema::Origins;

/// A question to a [`Searcher`](crate::Searcher).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SearchRequest {
    /// What to look for.
    pub question: Question,
    /// What is chosen in each facet, by name (`country`, or `mentioned.country`).
    pub choices: BTreeMap<String, Choice>,
    /// Which values count for facets that are named without an origin, in the query, in choices and
    /// in counts.
    pub tags: Origins,
    /// Keep documents of these dates.
    pub dates: DateRange,
    /// What a coarse date must do to match `dates` and the date clauses of the query.
    pub date_match: DateMatch,
    /// Keep documents that entered the index since the beginning of this period.
    pub added_since: Option<PartialDate>,
    /// Whether a document may match any of the words; otherwise it must match all of them.
    pub any: bool,
    /// Hits to return; `None` for all.
    pub limit: Limit,
    /// In which order.
    pub sort: Sort,
    /// Which facets to count.
    pub facets: FacetSelection,
    /// Buckets to return for each facet; `None` for all.
    pub top: Top,
    /// Which values of each facet to list, and in which order.
    pub values: Values,
    /// Continue after the last hit of an earlier page.
    pub cursor: Option<Cursor>,
    /// Snippets to make for each hit, at most; 0 for none.
    pub snippets: Snippets,
    /// Whether hits come without their facet values, so that no vocabulary is opened for them.
    pub bare_hits: bool,
    /// What words in title and body count in the order by relevance.
    pub ranking: Ranking,
    /// What `today` and `2w` in the query are counted from; without it they are refused.
    pub today: Option<PartialDate>,
    /// Saved searches by name, each in the query language, which `@name` in the query stands for.
    pub searches: BTreeMap<String, String>,
}

/// A query as text or as a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// In the query language; read by the searcher, which knows the facets.
    Text(String),
    /// Built in code.
    Tree(Query),
}

impl Default for Question {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What is chosen in one facet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Choice {
    /// Keep documents with any of these values.
    pub any_of: Vec<ChosenValue>,
    /// Keep documents with all of these values.
    pub all_of: Vec<ChosenValue>,
    /// Drop documents with any of these values.
    pub none_of: Vec<ChosenValue>,
    /// Keep documents with some value (`Has`) or with none (`Missing`).
    pub presence: Option<ChosenPresence>,
}

/// A chosen facet value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenValue {
    /// The value; a path in a tree facet.
    pub value: String,
    /// Whether it must be written exactly so in the source.
    pub written: bool,
}

/// Whether a facet must have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChosenPresence {
    /// Some value.
    Has,
    /// No value.
    Missing,
}

/// What a coarse date must do to match a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateMatch {
    /// Its whole period lies in the range.
    #[default]
    Within,
    /// Some of its period lies in the range.
    Overlap,
}

/// How many hits to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// At most so many.
    Hits(usize),
    /// Every one.
    All,
}

impl Default for Limit {
    fn default() -> Self {
        Self::Hits(10)
    }
}

/// The order of hits. Every order is total: ties end with a key that is unique in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Sort {
    /// Best first.
    #[default]
    Relevance,
    /// By first day, latest first; undated last.
    Newest,
    /// By first day, earliest first; undated last.
    Oldest,
    /// By title, without case and accents; untitled last.
    Title,
}

/// Which facets to count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FacetSelection {
    /// None of them.
    #[default]
    None,
    /// Every facet of the schema.
    All,
    /// These, by name (`country`, `mentioned.country`).
    Names(Vec<String>),
}

/// How many buckets to return for each facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Top {
    /// At most so many.
    Buckets(usize),
    /// Every one.
    All,
}

impl Default for Top {
    fn default() -> Self {
        Self::Buckets(10)
    }
}

/// What snippets to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snippets {
    /// Fragments of the body for each hit, at most; 0 for none.
    pub fragments: usize,
    /// Characters of a fragment, about.
    pub characters: usize,
}

impl Default for Snippets {
    fn default() -> Self {
        Self {
            fragments: 2,
            characters: 200,
        }
    }
}

/// What the occurrences of a word count in the order by relevance (BM25F). The default is what was
/// found to serve; see `docs/ranking.md`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Ranking {
    /// How slowly further occurrences lose weight: 0 counts the first alone; above 0.
    pub k1: f32,
    /// What an occurrence in the title counts, one in the body being 1.
    pub title: f32,
    /// How much the length of the title matters, from 0 to 1.
    pub title_b: f32,
    /// How much the length of the body matters, from 0 to 1.
    pub body_b: f32,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            k1: 3.0,
            title: 3.0,
            title_b: 0.75,
            body_b: 0.75,
        }
    }
}

impl SearchRequest {
    /// Asks a question in the query language. The empty text asks for every document.
    ///
    /// # Errors
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) if the text cannot be read whatever the
    /// facets of the index are; names, also of saved searches, are checked by the search itself.
    pub fn query(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        // Any day will do: whether there is one to count from is checked by the search, too.
        let context = ParseContext {
            today: PartialDate::day(2000, 1, 1).ok(),
            ..ParseContext::any_names()
        };
        let findings = query::parse(&text, &context).diagnostics;
        // Saved searches are not known yet.
        let error = findings.into_iter().find(|finding| {
            finding.severity == Severity::Error && finding.code != query::UNKNOWN_SEARCH
        });
        if let Some(error) = error {
            return Err(error.into());
        }
        Ok(Self {
            question: Question::Text(text),
            ..Self::default()
        })
    }

    /// Asks for every document.
    pub fn all() -> Self {
        Self::default()
    }

    /// Asks a question built in code.
    pub fn tree(query: Query) -> Self {
        Self {
            question: Question::Tree(query),
            ..Self::default()
        }
    }

    /// The choice made in a facet, to be changed.
    pub fn choice(&mut self, facet: impl Into<String>) -> &mut Choice {
        self.choices.entry(facet.into()).or_default()
    }

    /// Keeps documents with the value; repeated for one facet, any of them.
    pub fn filter(mut self, facet: impl Into<String>, value: impl Into<String>) -> Self {
        self.choice(facet).any_of.push(ChosenValue {
            value: value.into(),
            written: false,
        });
        self
    }

    /// Keeps documents with the value; repeated for one facet, all of them.
    pub fn all_of(mut self, facet: impl Into<String>, value: impl Into<String>) -> Self {
        self.choice(facet).all_of.push(ChosenValue {
            value: value.into(),
            written: false,
        });
        self
    }

    /// Drops documents with the value.
    pub fn exclude(mut self, facet: impl Into<String>, value: impl Into<String>) -> Self {
        self.choice(facet).none_of.push(ChosenValue {
            value: value.into(),
            written: false,
        });
        self
    }

    /// Lets values of these origins count for facets that are named without one.
    pub fn tags(mut self, tags: Origins) -> Self {
        self.tags = tags;
        self
    }

    /// Adds a saved search, which `@name` in the query stands for.
    pub fn saved(mut self, name: impl Into<String>, query: impl Into<String>) -> Self {
        self.searches.insert(name.into(), query.into());
        self
    }

    /// The same question, narrowed by the clause that a bar, bucket or cell names. `query` is the
    /// canonical form that its answer gives.
    ///
    /// Typed, it is `(QUERY) AND CLAUSE` with the options of the question.
    pub fn narrowed(&self, query: &str, clause: &str) -> Self {
        let text = if query == "*" {
            clause.to_owned()
        } else {
            format!("({query}) AND {clause}")
        };
        Self {
            question: Question::Text(text),
            any: false, // the canonical form says all of it
            cursor: None,
            ..self.clone()
        }
    }

    /// Counts these facets.
    pub fn facets<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.facets = FacetSelection::Names(names.into_iter().map(Into::into).collect());
        self
    }

    /// Counts every facet of the schema.
    pub fn all_facets(mut self) -> Self {
        self.facets = FacetSelection::All;
        self
    }

    /// Returns at most so many hits.
    pub fn limit(mut self, hits: usize) -> Self {
        self.limit = Limit::Hits(hits);
        self
    }

    /// Returns at most so many buckets of each facet.
    pub fn top(mut self, buckets: usize) -> Self {
        self.top = Top::Buckets(buckets);
        self
    }

    /// Lists the values of facets that fit a text, see [`Values::find`].
    pub fn find_values(mut self, text: impl Into<String>) -> Self {
        self.values.find = Some(text.into());
        self
    }

    /// Lists the values of facets in this order.
    pub fn order_values(mut self, order: ValueOrder) -> Self {
        self.values.order = order;
        self
    }

    /// Lists the values of facets from this rank on, see [`Values::from`].
    pub fn values_from(mut self, rank: u64) -> Self {
        self.values.from = Some(rank);
        self
    }

    /// Returns hits in this order.
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// Continues after the last hit of an earlier page.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Leaves the facet values of hits out, for who does not show them.
    pub fn bare_hits(mut self) -> Self {
        self.bare_hits = true;
        self
    }

    /// Makes at most so many snippets for each hit.
    pub fn snippets(mut self, fragments: usize) -> Self {
        self.snippets.fragments = fragments;
        self
    }
}
