//! Which fields and facets exist, what feeds them, and how their values are compared.

#[cfg(feature = "formats")]
mod config;
mod facet;
pub(crate) mod near_miss;

use serde::{Deserialize, Serialize};

#[cfg(feature = "formats")]
pub use config::{Config, Rule, SavedSearch};
#[cfg(feature = "formats")]
pub(crate) use config::{Digests, is_placeholder};
pub use facet::{FacetDefinition, FacetRef, NumberDefinition, Origin, Origins};

use crate::{Error, ErrorKind, Result};

/// The facets and numbers of an index, and the source keys that feed its fields.
///
/// A schema is made by [`Schema::default`] (the six facets every archive has), from a
/// `pressmark.toml`, or in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Schema {
    /// The facets, in the order in which they are shown.
    pub facets: Vec<FacetDefinition>,
    /// The numeric facets, in the order in which they are shown.
    pub numbers: Vec<NumberDefinition>,
    /// Which source keys feed the fields.
    pub fields: FieldKeys,
}

/// The source keys of each field, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
#[non_exhaustive]
pub struct FieldKeys {
    pub id: Vec<String>,
    pub title: Vec<String>,
    pub body: Vec<String>,
    pub date: Vec<String>,
    pub url: Vec<String>,
    pub language: Vec<String>,
}

impl Default for FieldKeys {
    fn default() -> Self {
        let keys = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            id: keys(&["id", "uid", "guid", "uri"]),
            title: keys(&["title", "headline", "name", "headline.main", "webTitle"]),
            body: keys(&[
                "body",
                "text",
                "content",
                "fulltext",
                "article",
                "body_html",
                "body_xhtml",
                "body_text",
                "content_html",
                "content_text",
                "articleBody",
                "fields.body",
                "description",
                "summary",
                "abstract",
            ]),
            date: keys(&[
                "date",
                "published",
                "publishedAt",
                "published_at",
                "datePublished",
                "pubDate",
                "publication_date",
                "created",
                "versioncreated",
                "date_published",
                "pub_date",
                "webPublicationDate",
            ]),
            url: keys(&["url", "link", "canonical", "permalink", "web_url", "webUrl"]),
            language: keys(&["language", "lang", "inLanguage"]),
        }
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self {
            facets: vec![
                FacetDefinition::new("country").keys(["country", "countries", "places"]),
                FacetDefinition::new("actor").keys([
                    "actor",
                    "actors",
                    "people",
                    "organisations",
                    "organizations",
                ]),
                FacetDefinition::new("topic")
                    .keys(["topic", "topics", "tags", "categories", "subjects"])
                    .tree('/'),
                FacetDefinition::new("source").keys(["source", "publisher", "publication"]),
                FacetDefinition::new("author").keys(["author", "authors", "byline", "creator"]),
                FacetDefinition::new("language").keys(["language", "lang", "inLanguage"]),
            ],
            numbers: Vec::new(),
            fields: FieldKeys::default(),
        }
    }
}

impl Schema {
    /// The same facets, all of them with their values as they are written.
    pub fn without_vocabularies(mut self) -> Self {
        for facet in &mut self.facets {
            facet.vocabulary = None;
        }
        self
    }

    /// A schema without any facet.
    pub fn empty() -> Self {
        Self {
            facets: Vec::new(),
            numbers: Vec::new(),
            fields: FieldKeys::default(),
        }
    }

    /// Adds a facet, or replaces the one of that name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the name is not one a facet can have.
    pub fn facet(mut self, facet: FacetDefinition) -> Result<Self> {
        check_name(&facet.name)?;
        match self
            .facets
            .iter_mut()
            .find(|other| other.name == facet.name)
        {
            Some(other) => *other = facet,
            None => self.facets.push(facet),
        }
        Ok(self)
    }

    /// Adds a numeric facet, or replaces the one of that name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the name is not one a facet can have.
    pub fn number(mut self, number: NumberDefinition) -> Result<Self> {
        check_name(&number.name)?;
        match self
            .numbers
            .iter_mut()
            .find(|other| other.name == number.name)
        {
            Some(other) => *other = number,
            None => self.numbers.push(number),
        }
        Ok(self)
    }

    /// The facet of a name.
    pub fn find_facet(&self, name: &str) -> Option<&FacetDefinition> {
        self.facets.iter().find(|facet| facet.name == name)
    }

    /// The numeric facet of a name.
    pub fn find_number(&self, name: &str) -> Option<&NumberDefinition> {
        self.numbers.iter().find(|number| number.name == name)
    }
}

/// Names that the query language has taken.
pub const RESERVED_NAMES: &[&str] = &[
    "about",
    "added",
    "all",
    "and",
    "any",
    "before",
    "body",
    "date",
    "declared",
    "has",
    "id",
    "lang",
    "mentioned",
    "missing",
    "near",
    "none",
    "not",
    "or",
    "path",
    "text",
    "title",
    "url",
];

/// The most bytes the name of a facet may have.
pub const MAX_NAME_BYTES: usize = 64;

/// Checks a facet's name: lower-case ASCII letters, digits, `_` and `-`, beginning with a letter.
///
/// # Errors
/// [`ErrorKind::Config`], naming what is wrong.
pub fn check_name(name: &str) -> Result<()> {
    let well_formed = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= MAX_NAME_BYTES
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
    if !well_formed {
        return Err(Error::new(
            ErrorKind::Config,
            format!("`{name}` cannot be the name of a facet"),
        )
        .with_hint("use lower-case letters, digits, `_` and `-`, beginning with a letter"));
    }
    if RESERVED_NAMES.contains(&name) {
        return Err(Error::new(
            ErrorKind::Config,
            format!("`{name}` is a word of the query language and cannot be the name of a facet"),
        )
        .with_hint(format!("call it `{name}s` or `my-{name}`")));
    }
    Ok(())
}
