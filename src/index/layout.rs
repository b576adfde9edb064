//! The fields of the engine's index. Later work depends on this table: once a format was released, a
//! change of it is a new [`FORMAT`](super::generation::FORMAT).

use std::sync::{Arc, LazyLock};

use tantivy::schema::{
    FAST, Field, IndexRecordOption, JsonObjectOptions, NumericOptions, TextFieldIndexing,
    TextOptions,
};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, SegmentPlugin};

use super::directory::EngineDirectory;
use super::engine_error::of_opening;
use super::in_flight::InFlight;
use super::segment::card_file::CardPlugin;
use super::segment::nodes::NodePlugin;
use super::segment::per_document::PerDocument;
use super::segment::texts::{self, TextPlugin};
use super::segment::{card, sentences};
use super::tokens::{PACKED, PackedTokenizer};
use crate::Result;
use crate::query::TextField;
use crate::schema::Schema;

/// Bytes of the folded title that the order by title looks at.
pub(super) const TITLE_KEY_BYTES: usize = 256;

/// Bytes that are compressed together in the engine's store, where nothing lies but that there is a
/// document: our own file has the texts.
const DOCSTORE_BLOCK: usize = 64 << 10;

/// Every field of the engine's schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Title and body, each as exact forms and as stems, with positions.
    pub(super) title_exact: Field,
    pub(super) title_stem: Field,
    pub(super) body_exact: Field,
    pub(super) body_stem: Field,
    /// Facet values: a path for each origin and facet, raw and fast.
    pub(super) facets: Field,
    /// Numeric facets.
    pub(super) numbers: Field,
    /// First and last second of the date's period, its offset from UTC and its precision.
    pub(super) date_start: Field,
    pub(super) date_end: Field,
    pub(super) date_offset: Field,
    pub(super) date_precision: Field,
    /// When the document first entered the index.
    pub(super) added: Field,
    /// The external id.
    pub(super) id: Field,
    /// Unique 64-bit key, which ends every tie.
    pub(super) key: Field,
    /// The beginning of the folded title, for the order by title; the card has the rest.
    pub(super) title_key: Field,
    /// Tells a damaged text.
    pub(super) text_check: Field,
    pub(super) path: Field,
    /// Runs for segment files of our own.
    pub(super) card: Field,
    pub(super) sentences: Field,
    /// The text that offsets speak of, and everything else that is only shown.
    pub(super) body: Field,
    pub(super) source: Field,
}

/// Names of the fast fields, for opening columns.
pub(super) mod names {
    pub(in crate::index) const DATE_START: &str = "date_start";
    pub(in crate::index) const DATE_END: &str = "date_end";
    pub(in crate::index) const DATE_PRECISION: &str = "date_precision";
    pub(in crate::index) const ADDED: &str = "added";
    pub(in crate::index) const KEY: &str = "key";
    pub(in crate::index) const TITLE_KEY: &str = "title_key";
    pub(in crate::index) const FACETS: &str = "facets";
    pub(in crate::index) const NUMBERS: &str = "numbers";
    pub(in crate::index) const PATH: &str = "path";
}

impl Fields {
    /// The engine's schema, and its fields.
    pub(super) fn schema() -> (tantivy::schema::Schema, Self) {
        static MADE: LazyLock<(tantivy::schema::Schema, Fields)> = LazyLock::new(Fields::make);
        MADE.clone()
    }

    fn make() -> (tantivy::schema::Schema, Self) {
        let mut schema = tantivy::schema::Schema::builder();
        let text = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(PACKED)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions),
        );
        let raw = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let fast = NumericOptions::from(FAST);
        let fields = Self {
            title_exact: schema.add_text_field("title_exact", text.clone()),
            title_stem: schema.add_text_field("title_stem", text.clone()),
            body_exact: schema.add_text_field("body_exact", text.clone()),
            body_stem: schema.add_text_field("body_stem", text),
            facets: schema.add_json_field(
                names::FACETS,
                JsonObjectOptions::default()
                    .set_indexing_options(raw.clone())
                    .set_fast("raw"),
            ),
            numbers: schema
                .add_json_field(names::NUMBERS, JsonObjectOptions::default().set_fast("raw")),
            date_start: schema.add_i64_field(names::DATE_START, fast.clone()),
            date_end: schema.add_i64_field(names::DATE_END, fast.clone()),
            date_offset: schema.add_i64_field("date_offset", fast.clone()),
            date_precision: schema.add_u64_field(names::DATE_PRECISION, fast.clone()),
            added: schema.add_i64_field(names::ADDED, fast.clone()),
            id: schema.add_text_field("id", TextOptions::default().set_indexing_options(raw)),
            key: schema.add_u64_field(names::KEY, fast.clone()),
            title_key: schema.add_u64_field(names::TITLE_KEY, fast.clone()),
            text_check: schema.add_u64_field("text_check", fast),
            path: schema.add_text_field(names::PATH, TextOptions::default().set_fast("raw")),
            card: schema.add_custom_field(card::NAME, "run", serde_json::Value::Null),
            sentences: schema.add_custom_field(sentences::NAME, "run", serde_json::Value::Null),
            body: schema.add_custom_field(texts::BODY, "run", serde_json::Value::Null),
            source: schema.add_custom_field(texts::SOURCE, "run", serde_json::Value::Null),
        };
        (schema.build(), fields)
    }

    /// The fields that a word stands in, as exact forms or as stems.
    pub(super) fn of_text(&self, field: Option<TextField>, exact: bool) -> Vec<Field> {
        let (title, body) = if exact {
            (self.title_exact, self.body_exact)
        } else {
            (self.title_stem, self.body_stem)
        };
        match field {
            None => vec![title, body],
            Some(TextField::Title) => vec![title],
            Some(TextField::Body) => vec![body],
        }
    }
}

/// Opens the engine on a directory: creates its index there if the directory has no meta yet.
/// What is written reports to `in_flight` when the engine has taken it.
///
/// # Errors
/// [`ErrorKind::Version`](crate::ErrorKind::Version) if it was made with other fields; what else the
/// engine says.
pub(super) fn open_engine(
    directory: EngineDirectory,
    schema: &Schema,
    in_flight: &Arc<InFlight>,
) -> Result<Index> {
    let (engine_schema, _) = Fields::schema();
    let tokenizers = TokenizerManager::default();
    tokenizers.register(PACKED, PackedTokenizer::default());
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor {
            compression_level: Some(1),
        }),
        docstore_blocksize: DOCSTORE_BLOCK,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    plugins(schema, in_flight)
        .into_iter()
        .fold(Index::builder(), tantivy::IndexBuilder::register_plugin)
        .schema(engine_schema)
        .settings(settings)
        .tokenizers(tokenizers)
        .open_or_create(directory)
        .map_err(of_opening)
}

fn plugins(schema: &Schema, in_flight: &Arc<InFlight>) -> Vec<Arc<dyn SegmentPlugin>> {
    vec![
        Arc::new(CardPlugin::new(Arc::clone(in_flight))),
        Arc::new(PerDocument::new(sentences::NAME)),
        Arc::new(NodePlugin::new(schema)),
        Arc::<TextPlugin>::default(),
    ]
}
