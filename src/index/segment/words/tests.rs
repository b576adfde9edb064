//! Segments compared, byte by byte, with those that the engine makes of the same words.

use std::sync::Arc;

use proptest::prelude::*;
use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentComponent;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument};

use crate::index::directory::EngineDirectory;
use crate::index::engine_document::EngineDocument;
use crate::index::generation::Generation;
use crate::index::home::{Home, Memory};
use crate::index::in_flight::InFlight;
use crate::index::layout::{Fields, open_engine};
use crate::index::prepare::Preparer;
use crate::index::tokens::{PACKED, PackedTokenizer};
use crate::schema::{FacetDefinition, Schema};
use crate::{Document, Error};

const KINDS: [SegmentComponent; 4] = [
    SegmentComponent::Terms,
    SegmentComponent::Postings,
    SegmentComponent::Positions,
    SegmentComponent::FieldNorms,
];

const LANGUAGES: [Option<&str>; 4] = [Some("en"), Some("de"), Some("am"), None];

fn schema() -> Schema {
    let mut schema = Schema::default();
    schema.facets.push(FacetDefinition::new("place"));
    schema
}

/// The files of the one segment of an index that words come in by.
fn ours(documents: &[EngineDocument]) -> Vec<OwnedBytes> {
    let first = Generation::empty(schema(), "1".to_owned());
    let home = Home::Memory(Arc::new(Memory::new(first.clone())));
    let directory = EngineDirectory::writer(&home, &first).unwrap();
    let index = open_engine(directory, &schema(), &Arc::<InFlight>::default()).unwrap();
    written(&index, documents.to_vec())
}

/// The same of an index that words come in by as the engine has it.
fn the_engines(documents: &[EngineDocument]) -> Vec<OwnedBytes> {
    let (schema, fields) = Fields::schema();
    let mut index = Index::create_in_ram(schema);
    let tokenizers = TokenizerManager::default();
    tokenizers.register(PACKED, PackedTokenizer::default());
    index.set_tokenizers(tokenizers);
    *index.settings_mut() = IndexSettings::default();
    let documents = documents.iter().map(|document| {
        let mut values = document.values.clone();
        for (part, field) in [
            fields.title_exact,
            fields.title_stem,
            fields.body_exact,
            fields.body_stem,
        ]
        .into_iter()
        .enumerate()
        {
            let start = part
                .checked_sub(1)
                .map_or(0, |before| document.words.ends[before]);
            values.add_text(
                field,
                &document.words.packed[start..document.words.ends[part]],
            );
        }
        values
    });
    written::<TantivyDocument>(&index, documents.collect())
}

fn written<D: tantivy::Document>(index: &Index, documents: Vec<D>) -> Vec<OwnedBytes> {
    let mut writer: IndexWriter<D> = index.writer_with_num_threads(1, 100 << 20).unwrap();
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for document in documents {
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    let segments = index.searchable_segments().unwrap();
    let [segment] = &segments[..] else {
        panic!("{} segments", segments.len());
    };
    let open = |kind: SegmentComponent| segment.open_read(kind).unwrap().read_bytes().unwrap();
    KINDS.map(open).into()
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-c]{1,2}(ing|s|ed|en)?",
        2 => "\\PC{0,12}",
        1 => "[0-9]{1,3}",
        1 => "[a-z]{40,90}",
        1 => "[α-ω]{1,4}|[中-丮]{1,4}",
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

fn document() -> impl Strategy<Value = (String, String, usize, Vec<String>)> {
    let places = prop::collection::vec("[a-d]{1,2}", 0..4);
    (words(), words(), 0..LANGUAGES.len(), places)
}

fn prepared(
    preparer: &mut Preparer,
    number: usize,
    (title, body, language, places): (String, String, usize, Vec<String>),
) -> Result<EngineDocument, Error> {
    let mut document = Document::new(format!("{}-{number}", number % 7));
    document.title = title;
    document.body = body;
    document.language = LANGUAGES[language].map(str::to_owned);
    document.facets.insert("place".to_owned(), places);
    preparer
        .prepare(document, 0)
        .map(|prepared| prepared.document)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn segments_are_those_of_the_engine(documents in prop::collection::vec(document(), 1..40)) {
        let mut preparer = Preparer::new(schema(), None, None);
        let documents: Vec<EngineDocument> = documents
            .into_iter()
            .enumerate()
            .map(|(number, document)| prepared(&mut preparer, number, document).unwrap())
            .collect();
        let pairs = ours(&documents).into_iter().zip(the_engines(&documents));
        for (kind, (ours, the_engines)) in KINDS.into_iter().zip(pairs) {
            prop_assert_eq!(ours.as_slice(), the_engines.as_slice(), "{:?}", kind);
        }
    }
}

#[test]
fn long_lists_are_those_of_the_engine() {
    // Of a word in all documents, and of one in each third, there are many blocks.
    let body = |n: usize| {
        format!(
            "common {} {}",
            ["third", "", ""][n % 3],
            "x ".repeat(n % 300)
        )
    };
    let mut preparer = Preparer::new(schema(), None, None);
    let documents: Vec<EngineDocument> = (0..2_000)
        .map(|n| prepared(&mut preparer, n, (String::new(), body(n), 0, Vec::new())).unwrap())
        .collect();
    assert_eq!(ours(&documents), the_engines(&documents));
}
