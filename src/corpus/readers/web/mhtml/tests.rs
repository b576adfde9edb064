//! Pages as browsers save them, from their bytes to documents.

use crate::corpus::tests::read_file;
use crate::corpus::{Failure, Reading};

const TEXT: &str = "Boats left the harbour one after the other until none was left, and the fish \
                    market closed its shutters before noon for the first time in forty years.";

fn read(name: &str, content: &[u8]) -> Result<Reading, Failure> {
    read_file(name, "", content).remove(0)
}

/// A saved page: headers of the file, and parts with theirs.
fn saved(headers: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut content = format!(
        "From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; \
         type=\"text/html\"; boundary=\"b1\"{headers}\r\n\r\n"
    )
    .into_bytes();
    for (head, body) in parts {
        content.extend(format!("--b1\r\n{head}\r\n\r\n").bytes());
        content.extend(*body);
        content.extend(b"\r\n");
    }
    content.extend(b"--b1--\r\n");
    content
}

fn html(head: &str, text: &str) -> String {
    format!(
        "<html><head>{head}</head><body><nav><a href=/>Menu</a></nav><p>{text}</p></body></html>"
    )
}

/// Quoted-printable, in lines of a few letters.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    for (count, byte) in bytes.iter().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || b" <>/".contains(byte);
        let end = if count % 60 == 59 { "=\r\n" } else { "" };
        let sign = char::from(*byte);
        let sign = if is_plain {
            sign.to_string()
        } else {
            format!("={byte:02X}")
        };
        text.extend([sign.as_str(), end]);
    }
    text.into_bytes()
}

#[test]
fn the_page_of_a_saved_page_is_read_however_it_is_packed() {
    let page = html(
        "<meta charset=\"utf-8\"><title>Café of the harbour opens</title>",
        TEXT,
    );
    let latin: Vec<u8> = page
        .replace("utf-8", "iso-8859-1")
        .chars()
        .map(|c| c as u8)
        .collect();
    let unmarked: Vec<u8> = page
        .replace("<meta charset=\"utf-8\">", "")
        .chars()
        .map(|c| c as u8)
        .collect();
    let base64 =
        "PGh0bWw+PGhlYWQ+PHRpdGxlPkNhZsOpIG9mIHRoZSBoYXJib3VyIG9wZW5zPC90aXRsZT48L2hlYWQ+\r\n";
    let image = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64";
    let picture = (image, &b"iVBORw0KGgo="[..]);
    let named = "\r\nSnapshot-Content-Location: https://example.org/cafe\r\nSubject: Harbour\r\n\
                 Date: Sun, 4 Feb 2001 10:00:00 +0000";
    let packed = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable";
    for (name, content) in [
        (
            "a.mhtml",
            saved(named, &[(packed, &quoted(page.as_bytes())), picture]),
        ),
        ("a.MHT", saved(named, &[(packed, &quoted(&latin)), picture])),
        (
            "a.mht",
            saved(
                named,
                &[(
                    "Content-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: 8bit",
                    &unmarked,
                )],
            ),
        ),
        // A name that says nothing, or something else.
        ("saved", saved(named, &[(packed, &quoted(page.as_bytes()))])),
        // The first part is not the page.
        (
            "a.mht",
            saved(
                &format!("; start=\"<page@x>\"{named}"),
                &[
                    picture,
                    (
                        "Content-Type: text/html",
                        html("<title>Frame</title>", "An advertisement.").as_bytes(),
                    ),
                    (
                        "Content-Type: application/xhtml+xml\r\nContent-ID: <page@x>",
                        page.as_bytes(),
                    ),
                ],
            ),
        ),
        (
            "a.mht",
            saved(
                named,
                &[
                    (
                        "Content-Type: text/html\r\nContent-Transfer-Encoding: base64",
                        base64.as_bytes(),
                    ),
                    // A page whose text is in a frame.
                    ("Content-Type: text/html", html("", TEXT).as_bytes()),
                ],
            ),
        ),
    ] {
        let reading = read(name, &content).unwrap();
        let document = reading.document;
        let shown = String::from_utf8_lossy(&content);
        assert_eq!(document.title, "Café of the harbour opens", "{shown}");
        assert_eq!(document.body, TEXT, "{shown}");
        assert_eq!(document.url.as_deref(), Some("https://example.org/cafe"));
        assert_eq!(document.date, None, "the day of saving is none");
        assert_eq!(document.metadata["saved"], "2001-02-04T10:00:00Z");
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    }
}

#[test]
fn what_the_file_says_counts_where_the_page_says_nothing() {
    let head = "Content-Type: text/html\r\nContent-Location: http://example.org/two";
    let content = saved(
        "\r\nSubject: =?utf-8?Q?Caf=C3=A9?=",
        &[(head, html("", TEXT).as_bytes())],
    );
    let document = read("a.mht", &content).unwrap().document;
    assert_eq!(document.title, "Café");
    assert_eq!(document.url.as_deref(), Some("http://example.org/two"));
}

#[test]
fn a_page_that_is_cut_short_is_read_as_far_as_it_goes() {
    let page = html("<title>Long</title>", &TEXT.repeat(3));
    let head = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable";
    let mut content = saved("", &[(head, &quoted(page.as_bytes()))]);
    content.truncate(content.len() - 60);
    let reading = read("a.mht", &content).unwrap();
    assert_eq!(reading.document.title, "Long");
    assert!(reading.document.body.starts_with(TEXT));
    let codes: Vec<&str> = reading.notes.iter().map(|note| note.code).collect();
    assert_eq!(codes, ["broken_off"]);
}

#[test]
fn what_holds_no_page_is_refused() {
    for content in [
        "",
        "text",
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ntext",
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--",
    ] {
        let code = read("a.mhtml", content.as_bytes()).unwrap_err().code;
        assert_eq!(code, "wrong_format", "{content}");
    }
}
