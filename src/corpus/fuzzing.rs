//! A door for the fuzz targets: the bytes of a file, read as one of a format, without a file; and
//! what must hold of everything that comes out.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::sync::LazyLock;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Corpus, FileStat, Note, Reading, Records, SourceFile, codes, limits};
use crate::document::PAGE_STARTS;

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let corpus = Corpus::new("corpus", crate::Config::default()).expect("nothing to go wrong");
    #[cfg(feature = "pdf")]
    let corpus = corpus.with_reader(super::Pdf::in_process());
    corpus
});

/// Reads bytes as a file with this extension, to the end, and checks what comes of it.
pub fn read(extension: &str, bytes: &[u8]) {
    let path = format!("folder/file.{extension}");
    let file = SourceFile {
        format: CORPUS.format_of(&path).expect("a known extension"),
        path,
        absolute: PathBuf::new(),
        stat: FileStat::default(),
        sidecar: None,
    };
    let mut last = 0;
    for record in Records::of_bytes(&CORPUS.readers, &file, bytes.to_vec()) {
        let number = match &record {
            Ok(record) => record.number,
            Err(failure) => failure.record,
        };
        assert!(
            number.is_none_or(|number| number >= last),
            "{number:?} after {last}"
        );
        last = number.unwrap_or(last);
        match record.and_then(|record| CORPUS.document(&file, record)) {
            Ok(reading) => check(reading),
            Err(failure) => assert!(codes::ALL.contains(&failure.code), "{failure}"),
        }
    }
}

/// Reads parts of a package (`docx`, `odt`, `epub`), apart by a byte that XML does not know
/// (`0x1e`); those that are needed and not given are small and whole.
pub fn read_package(extension: &str, bytes: &[u8]) {
    let (names, needed): (&[&str], &[(&str, &str)]) = match extension {
        "docx" => (
            &[
                "word/document.xml",
                "word/styles.xml",
                "word/footnotes.xml",
                "docProps/core.xml",
                "word/numbering.xml",
                "_rels/.rels",
            ],
            &[("[Content_Types].xml", "<Types/>")],
        ),
        "odt" => (
            &["content.xml", "meta.xml", "META-INF/manifest.xml"],
            &[("mimetype", "application/vnd.oasis.opendocument.text")],
        ),
        _ => (
            &["a.xhtml", "b.xhtml", "a.opf", "META-INF/encryption.xml"],
            &[
                ("mimetype", "application/epub+zip"),
                (
                    "META-INF/container.xml",
                    r#"<container><rootfile full-path="a.opf"/></container>"#,
                ),
                (
                    "a.opf",
                    r#"<package><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>
                    <item id="b" href="b.xhtml" media-type="text/html"/><itemref idref="a"/><itemref idref="b"/></package>"#,
                ),
            ],
        ),
    };
    let given: Vec<(&str, &[u8])> = names
        .iter()
        .copied()
        .zip(bytes.split(|byte| *byte == 0x1e))
        .collect();
    let is_given = |name: &str| given.iter().any(|(other, _)| *other == name);
    let needed = needed.iter().filter(|(name, _)| !is_given(name));
    let needed = needed.map(|(name, text)| (*name, text.as_bytes()));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in needed.chain(given.iter().copied()) {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(name, stored).expect("memory");
        writer.write_all(content).expect("memory");
    }
    let package = writer.finish().expect("memory").into_inner();
    read(extension, &package);
}

/// What must hold of every document.
fn check(reading: Reading) {
    let Reading {
        mut document,
        notes,
    } = reading;
    assert!(!document.id.as_str().is_empty() && document.title.len() <= limits::TITLE_BYTES);
    assert!(document.body.len() <= 2 * limits::PACKAGE_BYTES as usize);
    let is_known = |note: &Note| codes::ALL.contains(&note.code);
    assert!(notes.iter().all(is_known), "{notes:?}");
    for values in document.facets.values() {
        assert!(!values.is_empty() && values.len() <= limits::VALUES);
        for value in values {
            assert!(!value.is_empty() && value.len() <= limits::VALUE_BYTES);
            assert!(!value.chars().any(char::is_control), "{value:?}");
        }
    }
    let starts = document.metadata.get(PAGE_STARTS);
    for start in starts
        .and_then(|starts| starts.as_array())
        .into_iter()
        .flatten()
    {
        let is_in = start
            .as_u64()
            .is_some_and(|start| document.body.is_char_boundary(start as usize));
        // A file may use the key for something else.
        assert!(is_in || !document.metadata.contains_key("pages"), "{start}");
    }
    // What is kept of a document is enough to make its values again.
    if !notes.iter().any(|note| note.code == codes::METADATA_CUT) {
        let read = document.clone();
        CORPUS.remake(&mut document);
        assert_eq!(document, read);
    }
}
