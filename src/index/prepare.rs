//! Documents into what the writer takes: checks, analysis, and the values of every field. It runs
//! in the threads that read, so that the one writer only writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "formats")]
use std::sync::{Mutex, PoisonError};

use tantivy::TantivyDocument;
use tantivy::schema::OwnedValue;
use unicode_normalization::UnicodeNormalization;

use super::document_keys::{beginning_of, rest_of};
use super::engine_document::EngineDocument;
use super::facet_values::{Tree, facet_values};
use super::inferred::{Inference, Inferred, TOPIC};
use super::layout::{Fields, TITLE_KEY_BYTES};
use super::segment::card::{Card, Shared};
use super::segment::card_file;
use super::segment::nodes::is_value;
use super::segment::sentences;
use super::segment::words::Words;
#[cfg(feature = "formats")]
use super::stored::StoredDocument;
use super::stored::{source_json, text_check};
use crate::analysis::{self, Analyzer, Language};
use crate::document::{Document, DocumentId};
use crate::schema::{FacetDefinition, Origin, Schema};
use crate::tagging::topics::TopicModel;
#[cfg(feature = "formats")]
use crate::tagging::topics::Trainer;
use crate::tagging::{Article, Tagging};
use crate::{Error, ErrorKind, Result};

/// The most bytes a facet value may have.
pub(super) const MAX_VALUE_BYTES: usize = 256;
/// The most values a document may have in one facet.
pub(super) const MAX_VALUES: usize = 256;
/// The most bytes the title of a document may have.
pub(super) const MAX_TITLE_BYTES: usize = 64 << 10;
/// The most bytes the text of a document may have. Readers of files stop earlier.
pub(super) const MAX_BODY_BYTES: usize = 256 << 20;

/// The most bytes of what is stored of a document beside its title and text, as JSON.
pub(super) const MAX_SOURCE_BYTES: usize = 256 << 20;

/// Bytes that are kept free for the values of a document besides its text: enough for most.
const OTHER_VALUES_BYTES: usize = 1 << 10;

/// Turns documents into what the writer takes. One for each thread.
#[derive(Debug, Clone)]
pub struct Preparer {
    analyzer: Analyzer,
    fields: Fields,
    schema: Schema,
    #[cfg_attr(not(feature = "formats"), expect(dead_code, reason = "for reindexing"))]
    tagging: Option<Tagging>,
    inference: Option<Inference>,
    /// Documents that declare topics, of those that were prepared by it and its clones.
    taught: Arc<AtomicU64>,
}

/// An analysed document, ready to be written.
#[derive(Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// Words that were cut to a prefix because they were too long.
    pub cut_tokens: u64,
    /// What was changed or refused on the way in, as sentences.
    pub notes: Vec<String>,
    /// Names in its text that may mean values of facets, and were left out because nothing says what
    /// they mean: as they are written, each once for a facet.
    pub ambiguous: Vec<String>,
    /// The language used for stems, an ISO 639-1 code; empty if none.
    pub language: String,
    /// Whether that language was detected rather than declared.
    pub language_detected: bool,
    pub(super) id: DocumentId,
    pub(super) document: EngineDocument,
    /// Bytes that it holds until the engine has taken it, about.
    pub(super) size: usize,
}

impl Prepared {
    /// The document's id.
    pub fn id(&self) -> &DocumentId {
        &self.id
    }
}

impl Preparer {
    /// `model`: what the corpus taught about its topics.
    pub(crate) fn new(
        schema: Schema,
        tagging: Option<Tagging>,
        model: Option<&Arc<TopicModel>>,
    ) -> Self {
        let fields = Fields::KNOWN;
        let mut vocabularies = schema.facets.iter().filter_map(FacetDefinition::tagged_by);
        let finds_names = vocabularies.any(|vocabulary| vocabulary != TOPIC);
        let analyzer = match &tagging {
            Some(tagging) if finds_names => Analyzer::with_lexicon(tagging.lexicon()),
            _ => Analyzer::new(),
        };
        Self {
            analyzer,
            fields,
            schema,
            inference: tagging.clone().map(|it| Inference::new(it, model)),
            tagging,
            taught: Arc::default(),
        }
    }

    /// Counts the documents that declare topics here.
    pub(super) fn counting(mut self, taught: Arc<AtomicU64>) -> Self {
        self.taught = taught;
        self
    }

    /// The same, by what the corpus taught about its topics.
    #[cfg(feature = "formats")]
    pub(crate) fn learned(mut self, model: Option<&Arc<TopicModel>>) -> Self {
        let tagging = self.tagging.clone();
        self.inference = tagging.map(|tagging| Inference::new(tagging, model));
        self
    }

    /// The facet whose declared values teach topics, if topics are looked for at all.
    #[cfg(feature = "formats")]
    pub(crate) fn taught_by(&self) -> Option<&str> {
        self.tagging.as_ref()?;
        topic_facet(&self.schema)
    }

    /// Learns from a document what its topics are.
    #[cfg(feature = "formats")]
    pub(crate) fn teach(&mut self, document: &Document, trainer: &Mutex<Trainer>) {
        let topics = self.taught_by().and_then(|name| document.facets.get(name));
        let Some(topics) = topics.filter(|topics| !topics.is_empty()) else {
            return;
        };
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        let (language, _) = language_of(document);
        let [title, body] =
            [&document.title, &document.body].map(|text| self.analyzer.analyze(text, language));
        let article = Article::new(&document.title, &document.body, language);
        let article = article.analyzed(&title, &body);
        let mut trainer = trainer.lock().unwrap_or_else(PoisonError::into_inner);
        trainer.add(&article, &topics);
    }

    /// What is found in the text of a document.
    #[cfg(feature = "formats")]
    pub(crate) fn infer(&mut self, document: &Document) -> Inferred {
        self.infer_in(&article_of(document, language_of(document).0), None)
    }

    fn infer_in(&mut self, article: &Article<'_>, named: Option<&Inferred>) -> Inferred {
        let inference = self.inference.as_mut();
        inference.map_or_else(Inferred::default, |inference| {
            inference.infer(&self.schema, article, named)
        })
    }

    /// Checks and analyses a document that first entered the index at `added`, in seconds since
    /// 1970 UTC.
    ///
    /// # Errors
    /// [`ErrorKind::Document`] if the id is empty, longer than [`DocumentId::MAX_BYTES`] or holds
    /// control characters, if a facet is not in the schema, or if the text is too long.
    pub fn prepare(&mut self, document: Document, added: i64) -> Result<Prepared> {
        let made = self.make(document, added, None, false)?;
        made.ok_or_else(|| Error::new(ErrorKind::Engine, "a document was not prepared"))
    }

    /// Prepares a document of the index anew, unless it has the tags that it would get.
    /// `topics_alone`: tags of names are known to be right.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    #[cfg(feature = "formats")]
    pub(crate) fn retag(
        &mut self,
        stored: StoredDocument,
        added: i64,
        topics_alone: bool,
    ) -> Result<Option<Prepared>> {
        let known = Inferred {
            tags: stored.tags,
            ambiguous: stored.ambiguous,
        };
        self.make(stored.document, added, Some(&known), topics_alone)
    }

    /// `known`: the tags that it has, if it need not be made if it gets the same; those of names
    /// are right if `topics_alone` says so.
    fn make(
        &mut self,
        mut document: Document,
        added: i64,
        known: Option<&Inferred>,
        topics_alone: bool,
    ) -> Result<Option<Prepared>> {
        let notes = self.settle(&mut document)?;
        let (language, language_detected) = language_of(&document);
        let title = self.analyzer.analyze(&document.title, language);
        let body = self.analyzer.analyze(&document.body, language);
        let article = article_of(&document, language).analyzed(&title, &body);
        let found = self.infer_in(&article, known.filter(|_| topics_alone));
        if known == Some(&found) {
            return Ok(None);
        }
        let inferred = &found.tags;
        let topics = topic_facet(&self.schema).and_then(|name| document.facets.get(name));
        if topics.is_some() {
            self.taught.fetch_add(1, Ordering::Relaxed);
        }
        let language_code = if language == Language::UND {
            ""
        } else {
            language.code()
        };

        let fields = &self.fields;
        let words = Words::of(language, &title, &body);
        let mut out = TantivyDocument::with_capacity(document.body.len() + OTHER_VALUES_BYTES);
        out.add_text(fields.id, document.id.as_str());
        let key = key_of(document.id.as_str());
        out.add_u64(fields.key_beginning, beginning_of(key));
        out.add_u64(fields.key_rest, rest_of(key));
        if let Some(beginning) = beginning(&title_key(&document.title)) {
            out.add_u64(fields.title_key, beginning);
        }
        if let Some(date) = document.date {
            out.add_i64(fields.date_start, date.start());
            out.add_i64(fields.date_end, date.end());
            out.add_u64(fields.date_precision, date.precision() as u64);
            if let Some(offset) = date.offset() {
                out.add_i64(fields.date_offset, i64::from(offset));
            }
        }
        out.add_i64(fields.added, added);
        if let Some(source) = &document.source {
            out.add_text(fields.path, &source.path);
        }
        let values = facet_values(&document, inferred);
        if !values.is_empty() {
            out.add_field_value(fields.facets, Tree::Origins(&values));
        }
        if !document.numbers.is_empty() {
            let values = document.numbers.iter().map(|(name, values)| {
                let values = values.iter().map(|&value| OwnedValue::F64(value));
                (name.clone(), OwnedValue::Array(values.collect()))
            });
            out.add_object(fields.numbers, values.collect());
        }
        out.add_u64(
            fields.text_check,
            text_check(&document.title, &document.body),
        );
        out.add_custom(
            fields.sentences,
            &sentences::encode(&body.sentences, &body.paragraphs),
        );
        let mut card = Card::of(&document, language_code);
        for tag in inferred.iter().filter(|tag| tag.origin == Origin::About) {
            card.add(tag.origin, &tag.facet, &tag.value);
        }
        let card = card.encode(&mut Shared::Inline);
        // What is known already was told already.
        let ambiguous = found.ambiguous.iter().filter(|_| !topics_alone);
        let ambiguous = ambiguous.filter_map(|name| name.surface.text(&document));
        let ambiguous = ambiguous.map(str::to_owned).collect();
        let record = source_json(&document, added, &found)?;
        if record.len() > MAX_SOURCE_BYTES {
            let message = format!(
                "the metadata of `{}` are longer than {MAX_SOURCE_BYTES} bytes",
                document.id
            );
            return Err(Error::new(ErrorKind::Document, message));
        }
        let size = words.size() + document.body.len() + record.len() + card.len();
        out.add_custom(fields.card, &card_file::run(size, &card));
        out.add_custom(fields.source, record.as_bytes());
        out.add_custom(fields.body, document.body.as_bytes());

        let cut_tokens = title.cut_tokens + body.cut_tokens;
        self.analyzer.reuse(title);
        self.analyzer.reuse(body);
        Ok(Some(Prepared {
            cut_tokens,
            notes,
            ambiguous,
            language: language_code.to_owned(),
            language_detected,
            id: document.id,
            document: EngineDocument { values: out, words },
            size,
        }))
    }

    /// Checks a document and brings its values into the form in which they are kept, without
    /// analysing it. Gives what was left out, as sentences.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub(crate) fn settle(&self, document: &mut Document) -> Result<Vec<String>> {
        check(document)?;
        let mut notes = Vec::new();
        self.normalise_facets(document, &mut notes)?;
        Ok(notes)
    }

    /// Trims, composes and deduplicates facet values; refuses what cannot be one, with a note.
    fn normalise_facets(&self, document: &mut Document, notes: &mut Vec<String>) -> Result<()> {
        for (name, values) in &mut document.facets {
            let Some(facet) = self.schema.find_facet(name) else {
                return Err(
                    Error::new(ErrorKind::Document, format!("there is no facet `{name}`"))
                        .with_hint("add it to the schema before the first document that has it"),
                );
            };
            let mut kept: Vec<String> = Vec::with_capacity(values.len());
            for value in values.drain(..) {
                let trimmed = value.trim();
                // Letters of ASCII are composed as they are.
                let value = if !trimmed.is_ascii() {
                    trimmed.nfc().collect()
                } else if trimmed.len() == value.len() {
                    value
                } else {
                    trimmed.to_owned()
                };
                if value.is_empty() || kept.contains(&value) {
                    continue;
                }
                let reason = if value.len() > MAX_VALUE_BYTES {
                    format!(
                        "a value of {} bytes is longer than {MAX_VALUE_BYTES}",
                        value.len()
                    )
                } else if value.chars().any(char::is_control) {
                    "a value holds control characters".to_owned()
                } else if !is_value(&value, facet.tree) {
                    "a value is a path without steps".to_owned()
                } else if kept.len() == MAX_VALUES {
                    format!("there are more than {MAX_VALUES} values")
                } else {
                    kept.push(value);
                    continue;
                };
                notes.push(format!("facet `{name}`: {reason} and was left out"));
            }
            *values = kept;
        }
        document.facets.retain(|_, values| !values.is_empty());
        for (name, values) in &mut document.numbers {
            if self.schema.find_number(name).is_none() {
                return Err(Error::new(
                    ErrorKind::Document,
                    format!("there is no numeric facet `{name}`"),
                )
                .with_hint("add it to the schema before the first document that has it"));
            }
            let before = values.len();
            values.retain(|value| value.is_finite());
            if values.len() < before {
                notes.push(format!(
                    "numeric facet `{name}`: what is not a number was left out"
                ));
            }
        }
        document.numbers.retain(|_, values| !values.is_empty());
        Ok(())
    }
}

/// The facet whose declared values teach topics: the first that topics are looked for in.
fn topic_facet(schema: &Schema) -> Option<&str> {
    let mut facets = schema.facets.iter();
    let facet = facets.find(|facet| facet.tagged_by() == Some(TOPIC))?;
    Some(&facet.name)
}

/// Whether topics are looked for.
pub(super) fn has_topics(schema: &Schema) -> bool {
    topic_facet(schema).is_some()
}

/// A document as it is tagged.
fn article_of(document: &Document, language: Language) -> Article<'_> {
    Article::new(&document.title, &document.body, language).written(document.date)
}

/// The language of a document, and whether it was detected rather than declared.
fn language_of(document: &Document) -> (Language, bool) {
    let declared = document.language.as_deref().and_then(Language::parse);
    let detected = match declared {
        Some(_) => None,
        None => analysis::detect(&document.body).map(|(language, _)| language),
    };
    let language = declared.or(detected).unwrap_or(Language::UND);
    (language, detected.is_some())
}

fn check(document: &Document) -> Result<()> {
    let id = document.id.as_str();
    let refuse = |message: String| Err(Error::new(ErrorKind::Document, message));
    if id.is_empty() {
        return refuse("a document needs an id that is not empty".to_owned());
    }
    if id.len() > DocumentId::MAX_BYTES {
        return refuse(format!(
            "an id of {} bytes is longer than {}",
            id.len(),
            DocumentId::MAX_BYTES
        ));
    }
    if id.chars().any(char::is_control) {
        return refuse(format!(
            "the id `{}` holds control characters",
            id.escape_debug()
        ));
    }
    if document.title.len() > MAX_TITLE_BYTES {
        return refuse(format!(
            "the title of `{id}` is longer than {MAX_TITLE_BYTES} bytes"
        ));
    }
    if document.body.len() > MAX_BODY_BYTES {
        return refuse(format!(
            "the text of `{id}` is longer than {MAX_BODY_BYTES} bytes"
        ));
    }
    Ok(())
}

/// The 64-bit key of a document: the beginning of the BLAKE3 hash of its id.
pub(super) fn key_of(id: &str) -> u64 {
    u64::from_be_bytes(
        blake3::hash(id.as_bytes()).as_bytes()[..8]
            .try_into()
            .unwrap_or_default(),
    )
}

/// What the order by title compares: folded, without marks in front, cut at a character.
pub(super) fn title_key(title: &str) -> String {
    let folded = analysis::fold(title);
    let from = folded.find(char::is_alphanumeric).unwrap_or(folded.len());
    let mut key = folded[from..].to_owned();
    let mut end = key.len().min(TITLE_KEY_BYTES);
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    key.truncate(end);
    key
}

/// The first four bytes of a title's key as a number of the same order; `None` if it is empty.
fn beginning(title_key: &str) -> Option<u64> {
    let mut first = [0; 4];
    for (to, from) in first.iter_mut().zip(title_key.bytes()) {
        *to = from;
    }
    // UTF-8 holds no byte 0xff, so no title is taken for a missing one.
    (!title_key.is_empty()).then(|| u64::from(u32::from_be_bytes(first)))
}
