//! The fields of the engine's index. Later work depends on this table: once a format was released, a
//! change of it is a new [`FORMAT`](super::generation::FORMAT).

use std::sync::{Arc, LazyLock};

use tantivy::schema::{
    FAST, Field, FieldEntry, IndexRecordOption, JsonObjectOptions, NumericOptions,
    TextFieldIndexing, TextOptions, Type,
};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, SegmentPlugin, TantivyError};

use super::directory::EngineDirectory;
use super::engine_error::of_opening;
use super::in_flight::InFlight;
use super::segment::card_file::CardPlugin;
use super::segment::nodes::NodePlugin;
use super::segment::per_document::PerDocument;
use super::segment::texts::{self, TextPlugin};
use super::segment::words::WordPlugin;
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
    /// Unique 64-bit key, which ends every tie: its first 16 bits, which mostly do already, and the
    /// other 48.
    pub(super) key_beginning: Field,
    pub(super) key_rest: Field,
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
    pub(in crate::index) const KEY_BEGINNING: &str = "key_beginning";
    pub(in crate::index) const KEY_REST: &str = "key_rest";
    pub(in crate::index) const TITLE_KEY: &str = "title_key";
    pub(in crate::index) const FACETS: &str = "facets";
    pub(in crate::index) const NUMBERS: &str = "numbers";
    pub(in crate::index) const PATH: &str = "path";
}

/// Type of a field, how it is indexed, and whether it has columns.
type Kind = (Type, Option<IndexRecordOption>, bool);

const TEXT: Kind = (
    Type::Str,
    Some(IndexRecordOption::WithFreqsAndPositions),
    false,
);
const FAST_I64: Kind = (Type::I64, None, true);
const FAST_U64: Kind = (Type::U64, None, true);
const RUN: Kind = (Type::Custom, None, false);

/// The fields by their numbers: the order in which [`Fields::make`] adds them.
const KINDS: [(&str, Kind); 21] = [
    ("title_exact", TEXT),
    ("title_stem", TEXT),
    ("body_exact", TEXT),
    ("body_stem", TEXT),
    (
        names::FACETS,
        (Type::Json, Some(IndexRecordOption::Basic), true),
    ),
    (names::NUMBERS, (Type::Json, None, true)),
    (names::DATE_START, FAST_I64),
    (names::DATE_END, FAST_I64),
    ("date_offset", FAST_I64),
    (names::DATE_PRECISION, FAST_U64),
    (names::ADDED, FAST_I64),
    ("id", (Type::Str, Some(IndexRecordOption::Basic), false)),
    (names::KEY_BEGINNING, FAST_U64),
    (names::KEY_REST, FAST_U64),
    (names::TITLE_KEY, FAST_U64),
    ("text_check", FAST_U64),
    (names::PATH, (Type::Str, None, true)),
    (card::NAME, RUN),
    (sentences::NAME, RUN),
    (texts::BODY, RUN),
    (texts::SOURCE, RUN),
];

/// The fields as they stand in the engine's meta of a generation.
const WRITTEN: &str = include_str!("fields.json");

fn kind_of(field: &FieldEntry) -> (&str, Kind) {
    let kind = field.field_type();
    let indexed = kind.get_index_record_option();
    (field.name(), (kind.value_type(), indexed, kind.is_fast()))
}

impl Fields {
    /// The fields of an index by their numbers: who only reads makes no schema for them.
    pub(super) const KNOWN: Self = Self {
        title_exact: Field::from_field_id(0),
        title_stem: Field::from_field_id(1),
        body_exact: Field::from_field_id(2),
        body_stem: Field::from_field_id(3),
        facets: Field::from_field_id(4),
        numbers: Field::from_field_id(5),
        date_start: Field::from_field_id(6),
        date_end: Field::from_field_id(7),
        date_offset: Field::from_field_id(8),
        date_precision: Field::from_field_id(9),
        added: Field::from_field_id(10),
        id: Field::from_field_id(11),
        key_beginning: Field::from_field_id(12),
        key_rest: Field::from_field_id(13),
        title_key: Field::from_field_id(14),
        text_check: Field::from_field_id(15),
        path: Field::from_field_id(16),
        card: Field::from_field_id(17),
        sentences: Field::from_field_id(18),
        body: Field::from_field_id(19),
        source: Field::from_field_id(20),
    };

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
            key_beginning: schema.add_u64_field(names::KEY_BEGINNING, fast.clone()),
            key_rest: schema.add_u64_field(names::KEY_REST, fast.clone()),
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
    let words = WordPlugin::new(directory.clone());
    open_engine_with(words, directory, schema, in_flight)
}

/// The same with words that are written by this plugin.
pub(super) fn open_engine_with(
    words: WordPlugin,
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
    let words: Arc<dyn SegmentPlugin> = Arc::new(words);
    plugins(schema, in_flight)
        .into_iter()
        .chain([words])
        .fold(Index::builder(), tantivy::IndexBuilder::register_plugin)
        .schema(engine_schema)
        .settings(settings)
        .tokenizers(tokenizers)
        .open_or_create(directory)
        .map_err(of_opening)
}

/// Opens the engine on a directory that is only read.
///
/// Reading the fields of an index is most of what opening it takes. Where they stand as this version
/// writes them, they are not read at all, and the engine is given those it would have found. Else
/// names of fields, their types, and what is kept of them must be the same. Other options decide only
/// what is written.
///
/// # Errors
/// As [`open_engine`].
pub(super) fn open_engine_to_read(directory: EngineDirectory, schema: &Schema) -> Result<Index> {
    let in_flight = Arc::default();
    if directory.meta_is_missing() {
        return open_engine(directory, schema, &in_flight);
    }
    let meta = directory.meta();
    let split = meta.split_fields();
    let mut index = if split.as_ref().is_some_and(|(_, fields)| *fields == WRITTEN) {
        let (engine_schema, _) = Fields::schema();
        // It begins with a meta of no segments, which stays in memory.
        Index::create(directory.clone(), engine_schema, IndexSettings::default())
    } else {
        Index::open(directory.clone())
    }
    .map_err(of_opening)?;
    // The engine reads its meta once more, for the segments alone.
    directory.hand_out(
        split
            .as_ref()
            .map_or(&meta, |(without_fields, _)| without_fields),
    );
    let written = index.schema();
    let kinds = written.fields().map(|(_, field)| kind_of(field));
    if !kinds.eq(KINDS) {
        let error = TantivyError::SchemaError("the fields are others".to_owned());
        return Err(of_opening(error));
    }
    for plugin in plugins(schema, &in_flight) {
        index.register_plugin(plugin);
    }
    Ok(index)
}

fn plugins(schema: &Schema, in_flight: &Arc<InFlight>) -> Vec<Arc<dyn SegmentPlugin>> {
    vec![
        Arc::new(CardPlugin::new(Arc::clone(in_flight))),
        Arc::new(PerDocument::new(sentences::NAME)),
        Arc::new(NodePlugin::new(schema)),
        Arc::<TextPlugin>::default(),
    ]
}

#[cfg(test)]
mod tests {
    use tantivy::Directory;

    use super::*;
    use crate::index::generation::Generation;
    use crate::index::home::{Home, Memory};
    use crate::index::segments::EngineMeta;
    use crate::index::writer::{Writer, WriterOptions};

    #[test]
    fn fields_are_known_without_a_schema() {
        let (schema, fields) = Fields::schema();
        assert_eq!(format!("{fields:?}"), format!("{:?}", Fields::KNOWN));
        let kinds = schema.fields().map(|(_, field)| kind_of(field));
        assert_eq!(kinds.collect::<Vec<_>>(), KINDS);
    }

    #[test]
    fn fields_are_known_as_they_are_written() {
        let (schema, _) = Fields::schema();
        let meta = serde_json::json!({"schema": schema, "segments": []});
        let meta = EngineMeta::parse(meta.to_string().as_bytes()).unwrap();
        let compact = meta.compact();
        let (_, written) = compact.split_fields().unwrap();
        assert_eq!(written, WRITTEN, "what `src/index/fields.json` has to say");
    }

    #[test]
    fn an_index_whose_fields_are_known_is_read_like_any_other() {
        let first = Generation::empty(Schema::default(), "1".to_owned());
        let memory = Arc::new(Memory::new(first));
        let home = Home::Memory(Arc::clone(&memory));
        let mut writer = Writer::open(home.clone(), WriterOptions::default()).unwrap();
        for (id, text) in [("a", "oil and gas"), ("b", "gas alone")] {
            writer.put(crate::Document::new(id).body(text)).unwrap();
        }
        writer.commit().unwrap();
        let published = memory.newest();
        let (_, written) = published.engine_meta.split_fields().unwrap();
        assert_eq!(written, WRITTEN);
        let value = published.engine_meta.value();
        let spaced = serde_json::to_string_pretty(&value).unwrap();
        let found = |meta: &str| {
            let generation = Generation {
                engine_meta: EngineMeta::parse(meta.as_bytes()).unwrap(),
                ..Generation::clone(&published)
            };
            let directory = EngineDirectory::reader(&home, &generation)?;
            let index = open_engine_to_read(directory, &Schema::default())?;
            let engine = index.reader()?.searcher();
            let term = |text| tantivy::Term::from_field_text(Fields::KNOWN.body_exact, text);
            Ok((
                engine.num_docs(),
                engine.doc_freq(&term("gas"))?,
                engine.doc_freq(&term("oil"))?,
            ))
        };
        let compact = published.engine_meta.text();
        for meta in [compact, &spaced] {
            assert_eq!(found(meta).unwrap(), (2, 2, 1));
        }
        // The fields are those that are known, and the rest is nothing that could be.
        let broken = compact.replace("\"segments\":[", "\"segments\":[7,");
        let error: crate::Error = found(&broken).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Damaged);
    }

    #[test]
    fn an_index_with_other_fields_is_refused() {
        let as_read = |change: &dyn Fn(&str) -> String| {
            let (schema, _) = Fields::schema();
            let other = serde_json::from_str(&change(&serde_json::to_string(&schema).unwrap()));
            let other = Index::create_in_ram(other.unwrap());
            let meta = other.directory().atomic_read("meta.json".as_ref()).unwrap();
            let written = Generation {
                engine_meta: EngineMeta::parse(&meta).unwrap(),
                ..Generation::empty(Schema::default(), "1".to_owned())
            };
            let home = Home::Memory(Arc::new(Memory::new(written.clone())));
            let directory = EngineDirectory::reader(&home, &written).unwrap();
            open_engine_to_read(directory, &Schema::default()).map_err(|error| error.kind())
        };
        assert!(as_read(&str::to_owned).is_ok());
        for (what, other) in [
            ("\"key_rest\"", "\"key\""),
            (
                r#""name":"added","type":"i64""#,
                r#""name":"added","type":"u64""#,
            ),
            (r#""record":"position""#, r#""record":"freq""#),
            (r#""fast":true"#, r#""fast":false"#),
        ] {
            let change = |schema: &str| {
                assert!(schema.contains(what), "{what} in {schema}");
                schema.replace(what, other)
            };
            let refused = as_read(&change).map(drop);
            assert_eq!(refused, Err(crate::ErrorKind::Version), "{what}");
        }
    }
}
