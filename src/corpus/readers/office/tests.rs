//! Packages made by hand: what is read of them, and the codes of what cannot be.

use std::io::{Cursor, Write};

use serde_json::json;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::docx::read as docx;
use super::epub::read as epub;
use super::odt::read as odt;
use crate::corpus::budget::Budget;
use crate::corpus::{Article, Note, Refusal, Sniff, codes, limits};

type Read = fn(&[u8], &Budget, &mut Vec<Note>) -> Result<Article, Refusal>;

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

fn word(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let mut parts = vec![TYPES, ("word/document.xml", document.as_str())];
    parts.extend(more);
    package(&parts)
}

fn open_text(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>\
         <style:style style:name='P7' style:parent-style-name='Title'/>\
         </office:automatic-styles><office:body><office:text>{body}</office:text></office:body>\
         </office:document-content>"
    );
    let mut parts = vec![
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_str()),
    ];
    parts.extend(more);
    package(&parts)
}

const CONTAINER: (&str, &str) = (
    "META-INF/container.xml",
    "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>",
);

fn book(opf: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let opf = format!("<package>{opf}</package>");
    let mut parts = vec![
        ("mimetype", "application/epub+zip"),
        CONTAINER,
        ("OPS/book.opf", opf.as_str()),
    ];
    parts.extend(more);
    package(&parts)
}

fn check(read: Read, bytes: &[u8], title: Option<&str>, body: &str) {
    let mut notes = Vec::new();
    let article = read(bytes, &Budget::default(), &mut notes).unwrap();
    assert_eq!(article.title.as_deref(), title, "{body}");
    assert_eq!(article.body, body);
    assert_eq!(notes, []);
}

#[test]
fn docx_text() {
    let styles = "<w:styles><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>\
                  <w:style w:styleId='Titel'><w:name w:val='Title'/></w:style></w:styles>";
    for (body, title, expected) in [
        (
            "<w:p><w:r><w:t>One</w:t></w:r><w:r><w:t xml:space='preserve'> two.</w:t></w:r></w:p>\
             <w:p/><w:p><w:r><w:t>Three</w:t><w:tab/><w:t>four</w:t><w:br/><w:t>five</w:t></w:r></w:p>",
            None,
            "One two.\n\nThree\tfour\nfive",
        ),
        (
            "<w:p><w:pPr><w:pStyle w:val='Titel'/></w:pPr><w:r><w:t>Harbour  report</w:t></w:r></w:p>\
             <w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr><w:r><w:t>Ships</w:t></w:r></w:p>\
             <w:p><w:r><w:t>Text.</w:t></w:r></w:p>",
            Some("Harbour report"),
            "Ships\n\nText.",
        ),
        (
            "<w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr><w:r><w:t>First</w:t></w:r></w:p>\
             <w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr><w:r><w:t>Second</w:t></w:r></w:p>",
            Some("First"),
            "Second",
        ),
        (
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='3'/></w:numPr></w:pPr>\
             <w:r><w:t>a</w:t></w:r></w:p>\
             <w:p><w:pPr><w:numPr><w:ilvl w:val='1'/><w:numId w:val='3'/></w:numPr></w:pPr>\
             <w:r><w:t>b</w:t></w:r></w:p>\
             <w:p><w:pPr><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr><w:r><w:t>c</w:t></w:r></w:p>",
            None,
            "- a\n  - b\n\nc",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Port</w:t></w:r></w:p></w:tc>\
             <w:tc><w:p><w:r><w:t>Tons</w:t></w:r></w:p></w:tc></w:tr>\
             <w:tr><w:tc><w:p><w:r><w:t>Hull</w:t></w:r></w:p><w:p><w:r><w:t>east</w:t></w:r></w:p></w:tc>\
             <w:tc><w:p/></w:tc></w:tr></w:tbl><w:p><w:r><w:t>After.</w:t></w:r></w:p>",
            None,
            "Port | Tons\nHull east |\n\nAfter.",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>In a</w:t></w:r></w:p>\
             <w:p><w:r><w:t>layout.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            None,
            "In a\n\nlayout.",
        ),
        (
            "<w:p><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>\
             <w:ins><w:r><w:t> new</w:t></w:r></w:ins><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>",
            None,
            "Kept new",
        ),
        (
            "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>\
             <wps:txbx><w:txbxContent><w:p><w:r><w:t>Box</w:t></w:r></w:p></w:txbxContent></wps:txbx>\
             </mc:Choice><mc:Fallback><w:p><w:r><w:t>Box</w:t></w:r></w:p></mc:Fallback>\
             </mc:AlternateContent></w:r></w:p>",
            None,
            "Box\n\nAround",
        ),
        (
            "<w:p><w:r><w:t>Claim</w:t><w:footnoteReference w:id='2'/><w:t>.</w:t></w:r></w:p>",
            None,
            "Claim[2].\n\n[2] Source.",
        ),
    ] {
        let footnotes = "<w:footnotes><w:footnote w:type='separator' w:id='0'><w:p/></w:footnote>\
                         <w:footnote w:id='2'><w:p><w:r><w:t>Source.</w:t></w:r></w:p></w:footnote>\
                         </w:footnotes>";
        let mut more = vec![("word/styles.xml", styles)];
        if body.contains("footnoteReference") {
            more.push(("word/footnotes.xml", footnotes));
        }
        check(docx, &word(body, &more), title, expected);
    }
}

#[test]
fn lists_that_count() {
    let level = |level: usize, format: &str, start: usize| {
        format!(
            "<w:lvl w:ilvl='{level}'><w:start w:val='{start}'/><w:numFmt w:val='{format}'/></w:lvl>"
        )
    };
    let numbering = format!(
        "<w:numbering><w:abstractNum w:abstractNumId='7'>{}{}{}</w:abstractNum>\
         <w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>\
         <w:num w:numId='2'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'>\
         <w:startOverride w:val='1'/></w:lvlOverride></w:num></w:numbering>",
        level(0, "decimal", 3),
        level(1, "lowerLetter", 1),
        level(2, "bullet", 1),
    );
    let item = |list: &str, level: usize| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list}'/></w:numPr></w:pPr>\
             <w:r><w:t>x</w:t></w:r></w:p>"
        )
    };
    for (items, expected) in [
        (vec![("1", 0), ("1", 0)], "3. x\n4. x"),
        // Deeper levels begin anew.
        (
            vec![("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1)],
            "3. x\n  1. x\n  2. x\n4. x\n  1. x",
        ),
        // Lists of one kind count on, unless one begins anew.
        (vec![("1", 0), ("2", 0), ("1", 0)], "3. x\n1. x\n4. x"),
        (vec![("1", 2), ("none", 0)], "    - x\n- x"),
    ] {
        let body: String = items
            .iter()
            .map(|(list, level)| item(list, *level))
            .collect();
        let bytes = word(&body, &[("word/numbering.xml", &numbering)]);
        check(docx, &bytes, None, expected);
    }
    let style = "<text:list-style style:name='L'><text:list-level-style-number text:level='1' style:num-format='1'/>\
                 <text:list-level-style-bullet text:level='2'/><text:list-level-style-number text:level='3' style:num-format=''/>\
                 </text:list-style>";
    let list = "<text:list text:style-name='L'><text:list-item><text:p>a</text:p><text:p>more</text:p></text:list-item>\
                <text:list-item><text:p>b</text:p><text:list><text:list-item><text:p>c</text:p></text:list-item></text:list></text:list-item>\
                <text:list-item text:start-value='9'><text:p>d</text:p></text:list-item></text:list>\
                <text:list><text:list-item><text:p>e</text:p></text:list-item></text:list>";
    let expected = "1. a\n\nmore\n\n2. b\n  - c\n9. d\n- e";
    let styles = format!("<office:document-styles>{style}</office:document-styles>");
    check(
        odt,
        &open_text(&format!("{style}{list}"), &[]),
        None,
        expected,
    );
    check(
        odt,
        &open_text(list, &[("styles.xml", &styles)]),
        None,
        expected,
    );
}

#[test]
fn docx_properties() {
    let core = "<cp:coreProperties><dc:title>Harbour</dc:title><dc:creator>A. Writer</dc:creator>\
                <dcterms:created>2019-05-02T08:00:00Z</dcterms:created><dc:subject>Ships</dc:subject>\
                <cp:keywords>tides, cargo</cp:keywords></cp:coreProperties>";
    let bytes = word(
        "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
        &[("docProps/core.xml", core)],
    );
    let article = docx(&bytes, &Budget::default(), &mut Vec::new()).unwrap();
    assert_eq!(
        serde_json::Value::Object(article.metadata),
        json!({"title": "Harbour", "creator": "A. Writer", "created": "2019-05-02T08:00:00Z",
               "subjects": "Ships", "tags": ["tides", "cargo"]})
    );
    let core = "<c><dc:title>Microsoft Word - Document1</dc:title></c>";
    let bytes = word("<w:p/>", &[("docProps/core.xml", core)]);
    let article = docx(&bytes, &Budget::default(), &mut Vec::new()).unwrap();
    assert!(article.metadata.is_empty());
}

#[test]
fn the_main_part_may_be_called_otherwise() {
    let bytes = package(&[
        TYPES,
        (
            "_rels/.rels",
            "<r><Relationship Type='http://x/officeDocument' Target='/word/document2.xml'/></r>",
        ),
        (
            "word/document2.xml",
            "<w:document><w:p><w:r><w:t>Text.</w:t></w:r></w:p></w:document>",
        ),
    ]);
    check(docx, &bytes, None, "Text.");
}

#[test]
fn odt_text() {
    for (body, title, expected) in [
        (
            "<text:p text:style-name='P7'>Harbour</text:p><text:h text:outline-level='2'>Ships</text:h>\
             <text:p>One<text:s text:c='4000000000'/>two\n   three<text:line-break/>four.</text:p>",
            Some("Harbour"),
            "Ships\n\nOne two three\nfour.",
        ),
        (
            "<text:h text:outline-level='1'>First</text:h><text:p>Text.</text:p>",
            Some("First"),
            "Text.",
        ),
        (
            "<text:list><text:list-item><text:p>a</text:p><text:p>more</text:p>\
             <text:list><text:list-item><text:p>b</text:p></text:list-item></text:list>\
             </text:list-item></text:list>",
            None,
            "- a\n\nmore\n\n  - b",
        ),
        (
            "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>\
             <table:table-cell table:number-columns-repeated='90000000'><text:p>b</text:p>\
             </table:table-cell></table:table-row></table:table>",
            None,
            "a | b",
        ),
        (
            "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>\
             <text:p>Claim<text:note><text:note-citation>1</text:note-citation><text:note-body>\
             <text:p>Source.</text:p></text:note-body></text:note> stands.\
             <office:annotation><text:p>remark</text:p></office:annotation></text:p><text:p>Next.</text:p>",
            None,
            "Claim[1] stands.\n\nNext.\n\n[1] Source.",
        ),
    ] {
        check(odt, &open_text(body, &[]), title, expected);
    }
    let meta = "<office:meta><meta:initial-creator>A. Writer</meta:initial-creator>\
                <dc:creator>An Editor</dc:creator><meta:creation-date>2019-05-02T08:00:00</meta:creation-date>\
                <dc:title>Harbour</dc:title><meta:keyword>tides</meta:keyword><meta:keyword>cargo</meta:keyword>\
                <dc:date>2020-01-01T00:00:00</dc:date></office:meta>";
    let article = odt(
        &open_text("<text:p>x</text:p>", &[("meta.xml", meta)]),
        &Budget::default(),
        &mut Vec::new(),
    )
    .unwrap();
    assert_eq!(
        serde_json::Value::Object(article.metadata),
        json!({"creator": "A. Writer", "created": "2019-05-02T08:00:00", "title": "Harbour",
               "tags": ["tides", "cargo"], "modified": "2020-01-01T00:00:00"})
    );
}

#[test]
fn epub_text() {
    let opf = "<metadata><dc:title>A Book</dc:title><dc:creator>A. Writer</dc:creator>\
               <dc:language>en</dc:language><dc:date opf:event='modification'>2020</dc:date>\
               <dc:date opf:event='publication'>1999-05</dc:date><dc:subject>Ships</dc:subject></metadata>\
               <manifest><item id='b' href='two.xhtml' media-type='application/xhtml+xml'/>\
               <item id='a' href='text/one%20a.xhtml' media-type='application/xhtml+xml'/>\
               <item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>\
               <item id='i' href='i.png' media-type='image/png'/></manifest>\
               <spine><itemref idref='n'/><itemref idref='a'/><itemref idref='b'/></spine>";
    let one = "<!DOCTYPE html><html><head><title>no</title></head><body><h1>One</h1>\
               <p>First\n  <b>bold</b>&nbsp;text &mdash; here.<br/>Line.</p>\
               <ul><li>a</li><li><p>b</p></li></ul><ol start='4'><li>c</li></ol><a id='x'/>\
               <table><tr><td>1</td><td>2</td></tr></table><script>no()</script></body></html>";
    let two = "<html><body><h1>Two</h1><div>Last.</div></body></html>";
    let bytes = book(
        opf,
        &[
            ("OPS/text/one a.xhtml", one),
            ("OPS/two.xhtml", two),
            ("OPS/nav.xhtml", "<html><body>Contents</body></html>"),
        ],
    );
    check(
        epub,
        &bytes,
        None,
        "One\n\nFirst bold\u{a0}text — here.\nLine.\n\n- a\n- b\n\n4. c\n\n1 | 2\n\nTwo\n\nLast.",
    );
    let article = epub(&bytes, &Budget::default(), &mut Vec::new()).unwrap();
    assert_eq!(
        serde_json::Value::Object(article.metadata),
        json!({"title": "A Book", "creator": "A. Writer", "language": "en", "date": "1999-05",
               "subjects": "Ships"})
    );
}

#[test]
fn what_is_odd_is_noted() {
    let text = "<w:p><w:r><w:t>Kept.</w:t></w:r></w:p>";
    let vba = word(text, &[("word/vbaProject.bin", "x")]);
    let half = package(&[
        TYPES,
        ("word/document.xml", &format!("<w:document>{text}<w:p>")),
    ]);
    let basic = open_text("<text:p>Kept.</text:p>", &[("Basic/script-lc.xml", "<x/>")]);
    let spine = "<manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>\
                 <item id='b' href='b.xhtml' media-type='application/xhtml+xml'/></manifest>\
                 <spine><itemref idref='a'/><itemref idref='b'/><itemref idref='c'/></spine>";
    let gap = book(spine, &[("OPS/b.xhtml", "<html><p>Kept.</p></html>")]);
    for (read, bytes, code) in [
        (docx as Read, vba, codes::MACROS_IGNORED),
        (docx, half, codes::BROKEN_OFF),
        (odt, basic, codes::MACROS_IGNORED),
        (epub, gap, codes::CHAPTER_MISSING),
    ] {
        let mut notes = Vec::new();
        assert_eq!(
            read(&bytes, &Budget::default(), &mut notes).unwrap().body,
            "Kept."
        );
        let given: Vec<_> = notes.iter().map(|note| note.code).collect();
        assert_eq!(given, [code]);
    }
}

/// A package whose directory names one small part very often.
fn many_entries() -> Vec<u8> {
    let one = package(&[("a", "")]);
    let at = one
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    let end = one
        .windows(4)
        .position(|four| four == b"PK\x05\x06")
        .unwrap();
    let mut bytes = one[..at].to_vec();
    for _ in 0..=limits::PACKAGE_ENTRIES {
        bytes.extend_from_slice(&one[at..end]);
    }
    bytes.extend_from_slice(&one[end..]);
    bytes
}

/// A package with the flag for a password set on every part.
fn locked() -> Vec<u8> {
    let mut bytes = word("<w:p/>", &[]);
    for at in 0..bytes.len() - 10 {
        match &bytes[at..at + 4] {
            b"PK\x01\x02" => bytes[at + 8] |= 1,
            b"PK\x03\x04" => bytes[at + 6] |= 1,
            _ => {}
        }
    }
    bytes
}

#[test]
fn broken_and_hostile_files_have_their_codes() {
    let paragraph = "<w:p><w:r><w:t>Text.</w:t></w:r></w:p>";
    let whole = word(paragraph, &[]);
    let spaces = " ".repeat(200 << 20);
    let bomb = package(&[TYPES, ("word/document.xml", &format!("<a>{spaces}</a>"))]);
    let deep = word(&"<w:p>".repeat(100_000), &[]);
    let mut damaged = whole.clone();
    let name = damaged
        .windows(17)
        .position(|window| window == b"word/document.xml");
    let at = name.unwrap() + 17;
    damaged[at..at + 12].fill(0xff);
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let mut sealed = ole.clone();
    sealed.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let sheet = package(&[
        TYPES,
        (
            "_rels/.rels",
            "<r><x Type='a/officeDocument' Target='xl/workbook.xml'/></r>",
        ),
        ("xl/workbook.xml", "<x/>"),
    ]);
    let manifest = "<manifest><file-entry><manifest:encryption-data/></file-entry></manifest>";
    let drm = "<encryption><CipherReference URI=\"OPS/a.xhtml\"/></encryption>";
    let spine = "<manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>\
                 <spine><itemref idref='a'/></spine>";
    for (read, bytes, code) in [
        (docx as Read, Vec::new(), codes::WRONG_FORMAT),
        (docx, b"just text".to_vec(), codes::WRONG_FORMAT),
        (docx, b"%PDF-1.4".to_vec(), codes::WRONG_FORMAT),
        (docx, ole, codes::WRONG_FORMAT),
        (docx, sealed, codes::ENCRYPTED),
        (docx, locked(), codes::ENCRYPTED),
        (docx, whole[..whole.len() / 2].to_vec(), codes::DAMAGED),
        (docx, whole[..whole.len() - 30].to_vec(), codes::DAMAGED),
        (docx, b"PK\x03\x04garbage".to_vec(), codes::DAMAGED),
        (docx, damaged, codes::DAMAGED),
        (docx, sheet, codes::WRONG_FORMAT),
        (docx, package(&[("a.txt", "x")]), codes::WRONG_FORMAT),
        (
            docx,
            open_text("<text:p>x</text:p>", &[]),
            codes::WRONG_FORMAT,
        ),
        (docx, package(&[TYPES]), codes::PART_MISSING),
        (
            docx,
            package(&[TYPES, ("word/document.xml", "")]),
            codes::XML,
        ),
        (
            docx,
            package(&[TYPES, ("word/document.xml", "<a></b>")]),
            codes::XML,
        ),
        (
            docx,
            package(&[TYPES, ("word/document.xml", "\0\u{1}\0\0")]),
            codes::XML,
        ),
        (docx, bomb, codes::BOMB),
        (docx, deep, codes::XML_TOO_DEEP),
        (docx, many_entries(), codes::TOO_MANY_MEMBERS),
        (odt, whole.clone(), codes::WRONG_FORMAT),
        (
            odt,
            open_text("", &[("META-INF/manifest.xml", manifest)]),
            codes::ENCRYPTED,
        ),
        (
            odt,
            package(&[("mimetype", "application/vnd.oasis.opendocument.text")]),
            codes::PART_MISSING,
        ),
        (
            odt,
            package(&[
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("content.xml", "<a/>"),
            ]),
            codes::WRONG_FORMAT,
        ),
        (
            odt,
            package(&[("content.xml", "<a/>")]),
            codes::WRONG_FORMAT,
        ),
        (epub, whole, codes::WRONG_FORMAT),
        (
            epub,
            package(&[("mimetype", "application/epub+zip")]),
            codes::PART_MISSING,
        ),
        (
            epub,
            package(&[("META-INF/container.xml", "<container/>")]),
            codes::PART_MISSING,
        ),
        (epub, package(&[CONTAINER]), codes::PART_MISSING),
        (epub, book("<spine/>", &[]), codes::PART_MISSING),
        (epub, book(spine, &[]), codes::PART_MISSING),
        (
            epub,
            book(spine, &[("META-INF/encryption.xml", drm)]),
            codes::ENCRYPTED,
        ),
    ] {
        let refusal = read(&bytes, &Budget::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(
            refusal.code,
            code,
            "{} ({} bytes)",
            refusal.message,
            bytes.len()
        );
    }
}

#[test]
fn damage_anywhere_is_no_panic() {
    let files = [
        (
            docx as Read,
            word("<w:p><w:r><w:t>Text.</w:t></w:r></w:p>", &[]),
        ),
        (odt, open_text("<text:p>Text.</text:p>", &[])),
        (epub, book("<spine/>", &[])),
    ];
    for (read, bytes) in files {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            // Whatever comes of it, it comes to an end.
            let end = read(&damaged, &Budget::default(), &mut Vec::new());
            assert!(end.is_ok() || !end.unwrap_err().message.is_empty());
            assert!(
                read(&bytes[..at], &Budget::default(), &mut Vec::new()).is_err(),
                "cut at {at}"
            );
        }
    }
}

#[test]
fn a_package_says_what_it_is_unless_it_packs_that() {
    let kind = b"application/vnd.oasis.opendocument.text";
    let first = |method: zip::CompressionMethod, text: &[u8]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file("mimetype", options).unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let (stored, packed) = (
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    );
    for (head, expected) in [
        (first(stored, kind), Sniff::Yes),
        (first(stored, b"application/epub+zip"), Sniff::No),
        (first(packed, kind), Sniff::Unsure),
        (package(&[TYPES]), Sniff::Unsure),
        (b"no package".to_vec(), Sniff::No),
    ] {
        assert_eq!(super::packed(&head, kind), expected);
    }
}
