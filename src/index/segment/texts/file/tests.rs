//! The file of texts, written and read, whole and damaged.

use proptest::prelude::*;
use tantivy::directory::FileSlice;

use super::super::block::Texts;
use super::super::dictionary::{MOST_WAITING, SAMPLE_BYTES, SharedDictionary};
use super::super::writer::TextWriter;
use super::super::{BLOCK_BYTES, ENTRY, LONG, TAIL};
use super::*;

/// A text of phrases that other texts have as well, though not one behind the other.
fn text(number: usize, words: usize) -> String {
    let words = (0..words).map(|at| {
        let phrase = number.wrapping_mul(7919) ^ (at / 4).pow(2).wrapping_mul(104_729);
        format!("{}word{} ", phrase % 997, at % 4)
    });
    words.collect()
}

fn written(texts: &[(String, String)], shared: &SharedDictionary) -> Vec<u8> {
    let mut writer = TextWriter::new(Vec::new(), shared.clone());
    for (number, (source, body)) in texts.iter().enumerate() {
        assert_eq!(writer.documents(), number);
        writer.push(source.as_bytes(), body.as_bytes()).unwrap();
    }
    writer.finish().unwrap()
}

fn opened(bytes: Vec<u8>, kept: usize) -> TextFile {
    let file = FileSlice::from(bytes);
    TextFile::parse(&file, &Arc::default(), kept)
        .unwrap()
        .unwrap()
}

fn assert_holds<'a>(file: &TextFile, texts: impl Iterator<Item = &'a (String, String)>) {
    let mut count = 0;
    for (source, body) in texts {
        let run = file.run(count).unwrap();
        let read = Texts::of(&run).unwrap();
        assert_eq!((read.source, read.body), (source.as_str(), body.as_str()));
        count += 1;
    }
    assert_eq!(file.documents, count);
    assert!(file.run(count).is_err());
}

/// Texts of all together as many bytes as a dictionary is trained on, and some more.
fn enough(words: usize) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut bytes = 0;
    while bytes < SAMPLE_BYTES + 10 * BLOCK_BYTES {
        let number = texts.len();
        let body = text(number, words + number % 17);
        bytes += body.len();
        texts.push((format!("{{\"a\":{number}}}"), body));
    }
    texts
}

#[test]
fn texts_come_back_with_and_without_a_dictionary() {
    let texts = enough(90);
    let shared = SharedDictionary::default();
    let few = opened(written(&texts[..50], &shared), 0);
    assert_holds(&few, texts[..50].iter());
    assert!(few.dictionary().unwrap().is_empty(), "too little to learn");

    let all = opened(written(&texts, &shared), 0);
    assert_holds(&all, texts.iter());
    let dictionary = all.dictionary().unwrap();
    assert!(!dictionary.is_empty());
    // What was learned serves the next segment; what it gains is what it is for.
    let again = opened(written(&texts, &shared), 0);
    assert_eq!(
        again.dictionary().unwrap().as_slice(),
        dictionary.as_slice()
    );
    let first = few.size() as f64 / f64::from(few.documents);
    assert!((all.size() as f64) < 0.9 * first * f64::from(all.documents));
    // Most blocks are no larger than they need be, and none is nearly empty.
    let blocks = all.len() as usize;
    let bytes: usize = texts.iter().map(|(_, body)| body.len()).sum();
    assert!(blocks <= bytes / BLOCK_BYTES + 1 && blocks > bytes / (2 * BLOCK_BYTES));
}

#[test]
fn a_document_is_found_wherever_texts_are_long() {
    // All long ones in front, in the middle, at the end; and none at all.
    for long in [0..3, 300..303, 597..600, 0..0] {
        let texts: Vec<_> = (0..600)
            .map(|number| {
                let words = if long.contains(&number) { 9_000 } else { 3 };
                (String::new(), text(number, words))
            })
            .collect();
        let file = opened(written(&texts, &SharedDictionary::default()), 0);
        assert_holds(&file, texts.iter());
    }
    let none = opened(written(&[], &SharedDictionary::default()), 0);
    assert_holds(&none, [].iter());
}

#[test]
fn blocks_of_one_dictionary_are_taken_as_they_lie() {
    let texts = enough(60);
    let shared = SharedDictionary::default();
    let file = opened(written(&texts, &shared), 0);
    let dictionary = file.dictionary().unwrap();
    let known = shared.known().unwrap();
    let mut writer = TextWriter::with(Vec::new(), known);
    assert!(writer.takes_blocks_of(&dictionary) && !writer.takes_blocks_of(b""));
    // One run that waits is too small for a block of its own: it joins the first.
    writer.push(b"{}", b"alone").unwrap();
    assert!(writer.holds_little());
    let first = file.documents(0).unwrap();
    let runs: Vec<_> = first.map(|doc| file.run(doc).unwrap()).collect();
    writer.push_together(&runs).unwrap();
    assert!(!writer.holds_little());
    for block in 1..file.len() {
        let documents = file.documents(block).unwrap();
        writer
            .push_block(
                &file.packed(block).unwrap(),
                documents.end - documents.start,
            )
            .unwrap();
    }
    writer.push(b"{}", b"last").unwrap();
    let merged = opened(writer.finish().unwrap(), 0);
    let own = |body: &str| ("{}".to_owned(), body.to_owned());
    let (first, last) = ([own("alone")], [own("last")]);
    assert_eq!(merged.len(), file.len() + 1);
    assert_holds(&merged, first.iter().chain(&texts).chain(&last));
}

#[test]
fn a_long_text_is_a_block_by_itself() {
    let long = text(7, LONG / 4);
    let short = text(8, 20);
    let texts =
        [&short, &long, &short, &short, &long, &long].map(|body| (String::new(), body.clone()));
    let file = opened(written(&texts, &SharedDictionary::default()), 0);
    assert_holds(&file, texts.iter());
    let blocks = (0..file.len()).map(|block| file.documents(block).unwrap().count());
    assert_eq!(blocks.collect::<Vec<_>>(), [1, 1, 2, 1, 1]);

    // Few of them are no sample, however long they are; others beside them are.
    let shared = SharedDictionary::default();
    let book = text(9, MOST_WAITING / 24);
    assert!(book.len() < MOST_WAITING / 2 && 4 * book.len() > MOST_WAITING);
    let books: Vec<_> = (0..5).map(|_| (String::new(), book.clone())).collect();
    assert!(
        opened(written(&books, &shared), 0)
            .dictionary()
            .unwrap()
            .is_empty()
    );
    assert!(shared.known().is_none());
    let mut mixed = vec![(String::new(), book)];
    mixed.extend(enough(90));
    let file = opened(written(&mixed, &shared), 0);
    assert!(!file.dictionary().unwrap().is_empty());
    assert_holds(&file, mixed.iter());
}

#[test]
fn no_damage_is_a_panic_or_another_text() {
    let texts: Vec<_> = (0..40)
        .map(|number| (format!("{{\"a\":{number}}}"), text(number, 40)))
        .collect();
    let bytes = written(&texts, &SharedDictionary::default());
    let parsed = |bytes: Vec<u8>| {
        let file = TextFile::parse(&FileSlice::from(bytes), &Arc::default(), 0);
        file.unwrap()
    };
    let whole = parsed(bytes.clone()).unwrap();
    let blocks_end = whole.size();
    let whole: Vec<_> = (0..40).map(|doc| whole.run(doc).unwrap()).collect();
    for cut in 0..bytes.len() {
        if let Some(file) = parsed(bytes[..cut].to_vec()) {
            assert!((0..40).all(|doc| file.run(doc).is_err()), "{cut} bytes");
        }
    }
    let mut refused = 0;
    for at in 0..bytes.len() {
        for change in [0x01, 0x04, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            let Some(file) = parsed(damaged) else {
                refused += 1;
                continue;
            };
            for (doc, whole) in whole.iter().enumerate() {
                match file.run(doc as u32) {
                    // What changed in a text itself is told by its check, not here.
                    Ok(run) if at >= blocks_end => assert_eq!(run.as_slice(), whole.as_slice()),
                    Ok(_) => {}
                    Err(error) => {
                        assert_eq!(error.kind(), crate::ErrorKind::Damaged);
                        refused += 1;
                    }
                }
            }
            for block in 0..=file.len() {
                let documents = file.documents(block).unwrap_or_default();
                assert!(documents.end <= file.documents);
            }
        }
    }
    assert!(refused > bytes.len() / 2, "{refused}");
}

#[test]
fn a_block_that_claims_to_be_huge_is_refused() {
    let texts = [("{}".to_owned(), "short".to_owned())];
    let mut bytes = written(&texts, &SharedDictionary::default());
    let packed = bytes.len() - TAIL - ENTRY;
    // A frame of four bytes of content size, which say nearly 4 GB; nothing behind it.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0xf0];
    bytes.splice(..packed, frame);
    let file = opened(bytes, 0);
    let claimed = zstd::zstd_safe::get_frame_content_size(&file.packed(0).unwrap());
    assert!(matches!(claimed, Ok(Some(0xf0ff_ffff))));
    let error = file.run(0).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Damaged);
}

proptest! {
    #[test]
    fn any_texts_come_back(lengths in proptest::collection::vec((0usize..60, 0usize..900), 0..60), kept in 0usize..20_000) {
        let texts: Vec<_> = lengths
            .iter()
            .enumerate()
            .map(|(number, &(source, body))| (text(number, source), text(number, body)))
            .collect();
        let file = opened(written(&texts, &SharedDictionary::default()), kept);
        assert_holds(&file, texts.iter());
        assert_holds(&file, texts.iter());
    }
}
