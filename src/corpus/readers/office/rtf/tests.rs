//! Control words and groups, and the codes of what breaks off.

use serde_json::json;

use super::read;
use crate::corpus::budget::Budget;
use crate::corpus::{codes, limits};

fn check(rtf: &str, expected: &str) {
    let mut notes = Vec::new();
    let article = read(
        format!("{{\\rtf1\\ansi {rtf}}}").as_bytes(),
        &Budget::default(),
        &mut notes,
    )
    .unwrap();
    assert_eq!(article.body, expected, "{rtf}");
    assert_eq!(notes, [], "{rtf}");
}

#[test]
fn text() {
    for (rtf, expected) in [
        ("One\r\n two.\\par Three.\\par\\par", "One two.\n\nThree."),
        ("a\\line b\\tab c\\~d\\_e\\-f", "a\nb\tc\u{a0}d\u{2011}ef"),
        ("{\\b bold} {\\i it}alic \\{x\\} \\\\", "bold italic {x} \\"),
        (
            "\\ldblquote a\\rdblquote  \\endash  b\\rquote s",
            "“a” – b’s",
        ),
        ("caf\\'e9 na\\'EFve", "café naïve"),
        ("\\u233?\\u8217\\'92\\u-10179?\\u-8704?", "é’😀"),
        ("{\\uc0\\u233 x}{\\uc2\\u233 abx}", "éxéx"),
        ("\\ansicpg1251 \\'cf\\'ee\\'f0\\'f2", "Порт"),
        ("\\ansicpg932 \\'8d\\'60\\'82\\'b1", "港こ"),
        (
            "{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}}{\\f1\\'cf}\\f0\\'e9",
            "Пé",
        ),
        (
            "{\\stylesheet{\\s1 heading 1;}}{\\colortbl;\\red0;}{\\*\\generator X;}{\\pict 00ff}\
             {\\header top}{\\footer bottom}{\\*\\unknown no}Text{\\v hidden}{\\deleted gone}.",
            "Text.",
        ),
        (
            "{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt link}} after",
            "link after",
        ),
        ("a\\bin3 }}}b", "ab"),
        (
            "Claim{\\super\\chftn}{\\footnote\\pard Source.} stands.\\par Next.",
            "Claim[1] stands.\n\nNext.\n\n[1] Source.",
        ),
        (
            "{\\listtext\\'b7\\tab}\\ls1 a\\par{\\listtext\\'b7\\tab}b\\par\\pard c",
            "- a\n- b\n\nc",
        ),
        (
            "Before\\par\\trowd\\cellx1\\cellx2\\intbl a\\cell b\\cell\\row\
             \\trowd\\intbl c\\cell d\\cell\\row\\pard After",
            "Before\n\na | b\nc | d\n\nAfter",
        ),
        ("a\\unknown5 b\\unknown-3;c\\'zzd", "ab;czzd"),
    ] {
        check(rtf, expected);
    }
}

#[test]
fn information() {
    let rtf = "{\\rtf1{\\info{\\title Harbour \\'e9}{\\author A. Writer}{\\keywords tides; cargo}\
               {\\creatim\\yr2019\\mo5\\dy2\\hr8\\min30}{\\revtim\\yr2020\\mo1\\dy3}{\\nofpages3}}Text.}";
    let article = read(rtf.as_bytes(), &Budget::default(), &mut Vec::new()).unwrap();
    assert_eq!(article.body, "Text.");
    assert_eq!(
        serde_json::Value::Object(article.metadata),
        json!({"title": "Harbour é", "creator": "A. Writer", "tags": ["tides", "cargo"],
               "created": "2019-05-02T08:30:00", "modified": "2020-01-03"})
    );
}

#[test]
fn broken_and_hostile_files_have_their_codes() {
    let deep = format!("{{\\rtf1 {}", "{".repeat(limits::RTF_DEPTH));
    for (rtf, code) in [
        ("", codes::WRONG_FORMAT),
        ("plain text", codes::WRONG_FORMAT),
        ("PK\u{3}\u{4}", codes::WRONG_FORMAT),
        ("{\\rtf1", codes::BROKEN_OFF),
        ("{\\rtf1{\\info{\\title x", codes::BROKEN_OFF),
        ("{\\rtf1\\bin2147483647 x}", codes::BROKEN_OFF),
        (deep.as_str(), codes::RTF_TOO_DEEP),
    ] {
        let refusal = read(rtf.as_bytes(), &Budget::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(refusal.code, code, "{rtf:.40}");
    }
    for (rtf, code) in [
        ("{\\rtf1 Kept.", codes::BROKEN_OFF),
        ("{\\rtf1 Kept.{\\b", codes::BROKEN_OFF),
        ("{\\rtf1 Kept.\\bin99999999999999 x}", codes::BROKEN_OFF),
        ("{\\rtf1\\ansicpg437 Kept.}", codes::ENCODING_GUESSED),
    ] {
        let mut notes = Vec::new();
        assert_eq!(
            read(rtf.as_bytes(), &Budget::default(), &mut notes)
                .unwrap()
                .body,
            "Kept."
        );
        assert_eq!(notes[0].code, code, "{rtf}");
    }
}

#[test]
fn nothing_hangs() {
    let start = std::time::Instant::now();
    for piece in [
        "{",
        "}",
        "\\",
        "\\'",
        "\\u1?",
        "\\par",
        "\\footnote",
        "{\\footnote ",
        "\\trowd",
        "\\cell",
        "\\row",
        "\\bin1",
        "\\*",
        "\\uc16",
        "{\\info",
        "\\f1",
        "\u{ff}",
        "\\bin-1 ",
    ] {
        let rtf = format!("{{\\rtf1 {}", piece.repeat(20_000));
        let end = read(rtf.as_bytes(), &Budget::default(), &mut Vec::new());
        assert!(end.is_ok() || !end.unwrap_err().message.is_empty());
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
