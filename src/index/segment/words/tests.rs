//! Segments compared, byte by byte, with those that the engine makes of the same words.

use std::sync::Arc;

use proptest::prelude::*;
use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentComponent;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument};

use super::*;
use crate::index::directory::EngineDirectory;
use crate::index::engine_document::EngineDocument;
use crate::index::generation::Generation;
use crate::index::home::{Home, Memory};
use crate::index::in_flight::InFlight;
use crate::index::layout::{Fields, open_engine_with};
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

/// The files of the one segment of an index, with so many words sorted at once.
fn ours(home: &Home, at_once: usize, documents: &[EngineDocument]) -> Vec<OwnedBytes> {
    let first = Generation::empty(schema(), "1".to_owned());
    let directory = EngineDirectory::writer(home, &first).unwrap();
    let words = WordPlugin::new(directory.clone()).sorting(at_once);
    let index = open_engine_with(words, directory, &schema(), &Arc::<InFlight>::default());
    written(&index.unwrap(), documents.to_vec())
}

fn in_memory() -> Home {
    let first = Generation::empty(schema(), "1".to_owned());
    Home::Memory(Arc::new(Memory::new(first)))
}

/// The same of an index of the engine alone.
fn the_engines(documents: &[EngineDocument]) -> Vec<OwnedBytes> {
    let (schema, fields) = Fields::schema();
    let mut index = Index::create_in_ram(schema);
    let tokenizers = TokenizerManager::default();
    tokenizers.register(PACKED, PackedTokenizer::default());
    index.set_tokenizers(tokenizers);
    *index.settings_mut() = IndexSettings::default();
    let documents = documents.iter().map(|document| {
        let mut values = document.values.clone();
        for (text, forms) in [
            (Text::Title, [fields.title_exact, fields.title_stem]),
            (Text::Body, [fields.body_exact, fields.body_stem]),
        ] {
            for (form, field) in Form::BOTH.into_iter().zip(forms) {
                values.add_text(field, document.words.packed(text, form));
            }
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
        let ours = ours(&in_memory(), 100, &documents);
        let pairs = ours.into_iter().zip(the_engines(&documents));
        for (kind, (ours, the_engines)) in KINDS.into_iter().zip(pairs) {
            prop_assert_eq!(ours.as_slice(), the_engines.as_slice(), "{:?}", kind);
        }
    }
}

#[test]
fn long_lists_are_those_of_the_engine() {
    // Of a word in all documents, and of one in each third, there are many blocks.
    let body = |n: usize| {
        let third = ["third", "", ""][n % 3];
        format!("common {third} {} word{}", "x ".repeat(n % 300), n % 999)
    };
    let mut preparer = Preparer::new(schema(), None, None);
    let documents: Vec<EngineDocument> = (0..2_000)
        .map(|n| prepared(&mut preparer, n, (String::new(), body(n), 0, Vec::new())).unwrap())
        .collect();
    let expected = the_engines(&documents);
    let folder = tempfile::tempdir().unwrap();
    let in_a_folder = Home::Folder(folder.path().into());
    // Each word by itself, a few at once, or all.
    for (home, at_once) in [
        (in_memory(), 1),
        (in_a_folder, 1_000),
        (in_memory(), 1 << 20),
    ] {
        assert_eq!(
            ours(&home, at_once, &documents),
            expected,
            "{at_once} at once"
        );
    }
}

#[test]
fn a_document_without_words_has_none() {
    let mut preparer = Preparer::new(schema(), None, None);
    let empty = (String::new(), " ".to_owned(), 0, vec!["a".to_owned()]);
    let documents = [prepared(&mut preparer, 0, empty).unwrap()];
    assert_eq!(ours(&in_memory(), 1, &documents), the_engines(&documents));
}
