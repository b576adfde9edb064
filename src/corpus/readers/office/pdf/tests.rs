//! Documents of many producers, in `tests/fixtures/pdf`; `make.py` there says how they are made.

use std::path::Path;

use super::read;
use crate::corpus::{Article, Note, codes};
use crate::document::PAGE_STARTS;

const TITLE: &str = "The tide register of Whitcombe";
const AUTHOR: &str = "Ines Falk";

/// What stands on the first page, and on the second; each across the ends of lines.
const FIRST: [&str; 4] = [
    "keeps a daily record of the tide, and the first officer on duty writes it by hand. Efficient as \
     the electronic gauges are, the staff find that a figure written down twice is a figure that \
     nobody disputes afterwards.",
    "Fishing boats leave when the water over the outer bar reaches four metres. A difference of \
     fifteen minutes decides whether the fleet returns before nightfall",
    "pinned to the notice board, and telephoned to the neighbouring villages.",
    "The representatives of the observatory answer that atmospheric pressure, the wind along the \
     coast and the configuration of the channel all contribute, and that an uncertainty of eight \
     centimetres is unremarkable.",
];
const SECOND: [&str; 2] = [
    "In the winter of 1953 the water rose so quickly that the lower warehouse was flooded within \
     half an hour, and the affected families were sheltered in the schoolhouse for nine days.",
    "The engineers responsible for the reinforcement measured the settlement of every section \
     annually, and their conclusions were published in an appendix that fills forty-one pages.",
];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pdf")
}

fn document(name: &str) -> (Article, Vec<Note>) {
    let bytes = std::fs::read(folder().join(format!("{name}.pdf"))).unwrap();
    let mut notes = Vec::new();
    let article = read(&bytes, &mut notes).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    (article, notes)
}

/// The page of a phrase, counted from 1.
fn page_of(article: &Article, phrase: &str) -> Option<usize> {
    let at = article.body.find(phrase)?;
    let Some(starts) = article.metadata.get(PAGE_STARTS) else {
        return Some(1);
    };
    let starts = starts.as_array().unwrap();
    let before = starts
        .iter()
        .filter(|start| start.as_u64().unwrap() as usize <= at);
    Some(before.count())
}

#[test]
fn what_producers_write_is_read() {
    // Which pages the two parts stand on, and whether title and author are declared.
    for (name, pages, declared) in [
        ("latex", (1, 2), true),
        ("latex-dvips", (1, 2), false),
        ("latex-old-fonts", (1, 2), true),
        ("groff", (1, 2), false),
        ("groff-ps", (1, 2), false),
        ("enscript", (1, 2), false),
        ("chromium", (1, 2), false),
        ("chromium-columns", (1, 2), false),
        ("wkhtmltopdf", (1, 2), false),
        ("libreoffice", (1, 2), true),
        ("fop", (1, 2), true),
        ("typst", (1, 2), true),
        ("weasyprint", (1, 2), true),
        ("reportlab", (1, 2), true),
        ("fpdf2", (1, 2), true),
        ("cairo", (1, 2), false),
        ("mutool", (1, 2), false),
        ("qpdf-objects", (1, 2), true),
        ("qpdf-rotated", (1, 2), true),
        ("qpdf-readable", (1, 2), true),
    ] {
        let (article, notes) = document(name);
        assert_eq!(notes, [], "{name}");
        for (phrases, page) in [(&FIRST[..], pages.0), (&SECOND, pages.1)] {
            for phrase in phrases {
                assert_eq!(
                    page_of(&article, phrase),
                    Some(page),
                    "{name}: {phrase}\n{}",
                    article.body
                );
            }
        }
        if declared {
            assert_eq!(article.metadata["title"], TITLE, "{name}");
            assert_eq!(article.metadata["author"], AUTHOR, "{name}");
        }
    }
}

#[test]
fn columns_are_read_one_after_the_other() {
    let (article, notes) = document("latex-columns");
    assert_eq!(notes, []);
    for (phrase, page) in [
        (
            "twice is a figure that nobody disputes afterwards.\n\nFishing boats leave",
            1,
        ),
        ("telephoned to the neighbouring villages", 1),
        ("The notice board is repainted every spring.", 2),
        ("the configuration of the channel all contribute", 2),
        ("an uncertainty of eight centimetres is unremarkable", 2),
        (SECOND[0], 3),
        (SECOND[1], 3),
        ("The council meets in May", 4),
    ] {
        let page = (phrase, Some(page));
        assert_eq!(
            (phrase, page_of(&article, phrase)),
            page,
            "{}",
            article.body
        );
    }
    // Running heads and numbers are no text.
    assert!(
        !article.body.contains("The tide register"),
        "{}",
        article.body
    );
    let (article, _) = document("libreoffice");
    assert!(!article.body.contains("A running head") && !article.body.contains("Page 2"));
    assert!(
        article.body.contains("Year Height\n\n1953 6.1 m"),
        "{}",
        article.body
    );
}

#[test]
fn text_from_right_to_left_is_in_the_order_of_reading() {
    let (article, _) = document("chromium-rtl");
    for line in [
        "פנקס הגאות של הנמל נכתב ביד בכל יום. בשנת 1953 עלו המים.",
        "يكتب سجل المد في الميناء باليد كل يوم. ارتفع الماء عام 1953.",
        "The harbour office in Whitcombe keeps",
    ] {
        assert!(article.body.contains(line), "{line}\n{}", article.body);
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    for (name, code, title) in [
        ("scan", codes::PDF_NO_TEXT, None),
        ("unmapped", codes::PDF_UNMAPPED, Some(TITLE)),
    ] {
        let (article, notes) = document(name);
        let given: Vec<_> = notes.iter().map(|note| note.code).collect();
        assert_eq!((given, article.body.as_str()), (vec![code], ""), "{name}");
        let declared = article
            .metadata
            .get("title")
            .and_then(|title| title.as_str());
        assert_eq!(declared, title, "{name}");
    }
}

#[test]
fn documents_say_when_and_by_what_they_were_made() {
    let (article, _) = document("latex");
    assert_eq!(article.metadata["created"], "2021-03-14T12:00:00+00:00");
    assert_eq!(article.metadata["producer"], "pdfTeX-1.40.24");
    let (article, _) = document("typst");
    assert_eq!(article.metadata["language"], "en");
    let (article, _) = document("libreoffice");
    assert_eq!(article.metadata["tags"], "tides");
    // Not declared, but written large.
    for name in [
        "groff",
        "latex-dvips",
        "wkhtmltopdf",
        "cairo",
        "enscript",
        "mutool",
    ] {
        assert_eq!(document(name).0.title.as_deref(), Some(TITLE), "{name}");
    }
}

/// A document out of its objects, the first of which is the catalog.
fn made(objects: &[&str], table: bool) -> Vec<u8> {
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(objects) {
        let place = format!("{:010} 00000 n \n", pdf.len());
        places.push_str(&place);
        let object = format!("{number} 0 obj\n{object}\nendobj\n");
        pdf.push_str(&object);
    }
    if table {
        let (start, size) = (pdf.len(), objects.len() + 1);
        let table = format!(
            "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<</Root 1 0 R/Size {size}>>\n\
             startxref\n{start}\n%%EOF\n"
        );
        pdf.push_str(&table);
    }
    pdf.into_bytes()
}

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
const PAGE: &str = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources\
                    <</Font<</F <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>";
const TEXT: &str = "<</Length 42>>stream\nBT /F 12 Tf 20 200 Td (Good  words) Tj ET  \nendstream";

#[test]
fn broken_and_hostile_files_have_their_codes() {
    let whole = std::fs::read(folder().join("latex.pdf")).unwrap();
    let locked = std::fs::read(folder().join("qpdf-password.pdf")).unwrap();
    for (bytes, code) in [
        (Vec::new(), codes::WRONG_FORMAT),
        (b"plain text".to_vec(), codes::WRONG_FORMAT),
        (b"PK\x03\x04".to_vec(), codes::WRONG_FORMAT),
        (b"%PDF-1.4\n".to_vec(), codes::PDF),
        (
            b"%PDF-1.7\n\xe2\xe3\xcf\xd3 garbage (((( <<<< [[[[".to_vec(),
            codes::PDF,
        ),
        (whole[..200].to_vec(), codes::PDF),
        (made(&[CATALOG], true), codes::PDF),
        (
            made(&[CATALOG, "<</Type/Pages/Kids[2 0 R]/Count 1>>"], true),
            codes::PDF,
        ),
        (made(&[CATALOG, "<</Type/Pages/Kids 7>>"], true), codes::PDF),
        (locked, codes::ENCRYPTED),
    ] {
        let refusal = read(&bytes, &mut Vec::new())
            .map(|article| article.body)
            .unwrap_err();
        assert_eq!(
            refusal.code,
            code,
            "{}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        );
    }
}

#[test]
fn what_can_be_saved_is_read() {
    let cycle = "<</Type/Pages/Kids[3 0 R 2 0 R 3 0 R]/Count 3>>";
    let many = "<</Type/Pages/Kids[3 0 R]/Count 100000>>";
    let long = TEXT.replace("/Length 42", "/Length 4000000000");
    let short = TEXT.replace("/Length 42", "/Length 3");
    let itself = TEXT.replace("ET  ", "ET /X Do");
    let form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>\
                stream\n/X Do\nendstream";
    let stray = |pdf: Vec<u8>| {
        let text = String::from_utf8(pdf).unwrap();
        text.replace("startxref\n", "startxref\n9").into_bytes()
    };
    for (what, bytes) in [
        ("whole", made(&[CATALOG, PAGES, PAGE, TEXT], true)),
        ("no table", made(&[CATALOG, PAGES, PAGE, TEXT], false)),
        (
            "stray table",
            stray(made(&[CATALOG, PAGES, PAGE, TEXT], true)),
        ),
        (
            "pages in a circle",
            made(&[CATALOG, cycle, PAGE, TEXT], true),
        ),
        (
            "a count that lies",
            made(&[CATALOG, many, PAGE, TEXT], true),
        ),
        (
            "a length that is too long",
            made(&[CATALOG, PAGES, PAGE, &long], true),
        ),
        (
            "a length that is too short",
            made(&[CATALOG, PAGES, PAGE, &short], true),
        ),
        (
            "a form that draws itself",
            made(&[CATALOG, PAGES, PAGE, &itself, form], true),
        ),
        (
            "lines before it",
            [
                &b"%!PS\r\n\r\n"[..],
                &made(&[CATALOG, PAGES, PAGE, TEXT], false),
            ]
            .concat(),
        ),
    ] {
        let article =
            read(&bytes, &mut Vec::new()).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(article.body, "Good words", "{what}");
    }
}

#[test]
fn damage_anywhere_comes_to_an_end() {
    let whole = std::fs::read(folder().join("mutool.pdf")).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x15;
        for bytes in [&damaged[..], &whole[..at]] {
            // A panic of the library ends a process, and not this one.
            let end = std::panic::catch_unwind(|| read(bytes, &mut Vec::new()));
            if let Ok(Err(refusal)) = end {
                assert!(
                    [codes::PDF, codes::WRONG_FORMAT, codes::ENCRYPTED].contains(&refusal.code),
                    "{refusal:?}"
                );
            }
        }
    }
}
