//! Pages that were saved in one file, and are broken, hostile, or only odd.

use super::Case;
use super::make::{Zipped, mhtml, zip};

const PAGE: &str = "<html><head><title>A good neighbour</title></head><body><article>\
                    <p>The lighthouse keeper wrote this text, and it is long enough to be taken for an article \
                    by whoever reads the page: he had time, and the lamp gave light.</p></article></body></html>";

pub(super) fn cases() -> Vec<Case> {
    let html = "Content-Type: text/html; charset=utf-8";
    let picture = ("Content-Type: image/png", &b"\x89PNG"[..]);
    let page = (html, PAGE.as_bytes());
    let whole = mhtml("", &[page, picture]);
    let part = |head: &str| {
        let head = format!("--b1\r\n{head}\r\n\r\n").repeat(2_000);
        [&mhtml("", &[page])[..], head.as_bytes()].concat()
    };
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(PAGE.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        Case::new("mhtml", "good.mht", whole.clone(), &["+"]),
        Case::new("mhtml-called-nothing", "saved", whole.clone(), &["+"]),
        Case::new(
            "mhtml-page-alone",
            "good.mhtml",
            PAGE.as_bytes().to_vec(),
            &["+ format_mismatch"],
        ),
        Case::new("mhtml-nothing", "a.mht", vec![], &["-wrong_format"]),
        Case::new(
            "mhtml-noise",
            "a.mht",
            b"\0\x01\x02\x03".repeat(99),
            &["-wrong_format"],
        ),
        Case::new(
            "mhtml-no-page",
            "a.mht",
            mhtml("", &[picture]),
            &["-wrong_format"],
        ),
        Case::new(
            "mhtml-no-boundary",
            "a.mht",
            String::from_utf8_lossy(&mhtml("", &[page]))
                .replace("boundary", "x")
                .into_bytes(),
            &["-wrong_format"],
        ),
        Case::new(
            "mhtml-cut",
            "good.mht",
            whole[..whole.len() - 60].to_vec(),
            &["+ broken_off"],
        ),
        Case::new(
            "mhtml-start",
            "good.mht",
            mhtml("; start=\"<none@x>\"", &[picture, page]),
            &["+"],
        ),
        Case::new(
            "mhtml-base64",
            "a.mht",
            mhtml(
                "",
                &[(
                    "Content-Type: text/html\r\nContent-Transfer-Encoding: base64",
                    b"!!!! not base64 ####",
                )],
            ),
            &["+ …"],
        ),
        Case::new(
            "mhtml-binary",
            "a.mht",
            mhtml("", &[(html, &b"\0\x01\x02".repeat(99))]),
            &["-binary"],
        ),
        Case::new(
            "mhtml-utf16",
            "good.mht",
            mhtml("", &[("Content-Type: text/html", &wide)]),
            &["+"],
        ),
        Case::new(
            "mhtml-label",
            "good.mht",
            mhtml(
                "",
                &[("Content-Type: text/html; charset=no-such", PAGE.as_bytes())],
            ),
            &["+ encoding_unknown"],
        ),
        Case::new(
            "mhtml-deep",
            "a.mht",
            part("Content-Type: multipart/related; boundary=b1"),
            &["-mail_too_many_parts"],
        ),
        Case::new(
            "mhtml-header",
            "a.mht",
            {
                let head = format!("Content-Type: a/b{}", "; a=b".repeat(20_000));
                mhtml("", &[page, (&head, b"x")])
            },
            &["-mail_too_many_parts"],
        ),
        Case::new(
            "mhtml-in-zip",
            "a.zip",
            zip(&[Zipped::stored("page.mht", &whole), Zipped::good()]),
            &["+page.mht", "+good.txt"],
        ),
    ]
}
