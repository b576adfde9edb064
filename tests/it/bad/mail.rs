//! Mail and crawls that are broken, hostile, or only odd.

use super::Case;
use super::make::{GOOD, Zipped, answer, good_in_warc, gzip, mail, torn, warc, zip};

pub(super) fn cases() -> Vec<Case> {
    [messages(), folders(), crawls()].concat()
}

const TEXT: &str = "Content-Type: text/plain; charset=utf-8";

fn messages() -> Vec<Case> {
    let text = |body: &str| mail("", &[(TEXT, body)]);
    let attached = |head: &str, body: &str| {
        mail("", &[(TEXT, "The lighthouse keeper wrote."), (head, body)]).into_bytes()
    };
    let file = "Content-Disposition: attachment; filename=";
    let mut nested = text("Innermost.");
    for _ in 0..8 {
        nested = mail(
            "",
            &[(TEXT, "Outer."), ("Content-Type: message/rfc822", &nested)],
        );
    }
    vec![
        Case::new(
            "mail",
            "good.eml",
            text("The lighthouse keeper wrote.").into_bytes(),
            &["+"],
        ),
        Case::new("mail-nothing", "a.eml", vec![], &["-mail"]),
        Case::new(
            "mail-noise",
            "a.eml",
            b"\0\x01\x02\x03".repeat(99),
            &["-mail"],
        ),
        Case::new(
            "mail-headers-only",
            "a.eml",
            b"Subject: x\n\n".to_vec(),
            &["+ body_empty"],
        ),
        Case::new(
            "mail-attached",
            "good.eml",
            attached(
                &format!("Content-Type: text/plain\n{file}good.txt"),
                "Attached text.",
            ),
            &["+", "+good.txt"],
        ),
        Case::new(
            "mail-attached-other",
            "good.eml",
            attached(&format!("Content-Type: image/png\n{file}x.png"), "abc"),
            &["+", "~unsupported x.png"],
        ),
        Case::new(
            "mail-attached-slip",
            "good.eml",
            attached(
                &format!("Content-Type: text/plain\n{file}\"../../x.txt\""),
                "Out.",
            ),
            &["+", "+x.txt"],
        ),
        Case::new(
            "mail-attached-unnamed",
            "good.eml",
            attached(
                "Content-Type: application/json\nContent-Disposition: attachment",
                "{\"body\": \"x\"}",
            ),
            &["+", "+part-1.json"],
        ),
        Case::new(
            "mail-base64",
            "good.eml",
            attached(
                &format!(
                    "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n{file}b.txt"
                ),
                "!!!! not base64 ####",
            ),
            &["+", "+b.txt …"],
        ),
        Case::new(
            "mail-boundary",
            "good.eml",
            text("The lighthouse keeper wrote.")
                .replace("--xyz--\n", "")
                .into_bytes(),
            &["+"],
        ),
        Case::new("mail-deep", "a.eml", nested.into_bytes(), &["…"]),
        Case::new(
            "mail-abyss",
            "a.eml",
            format!(
                "Subject: x\n{}",
                "Content-Type: message/rfc822\n\n".repeat(200_000)
            )
            .into_bytes(),
            &["-mail_too_many_parts"],
        ),
        Case::new(
            "mail-packed-message",
            "good.eml",
            attached(
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
                // A message with another subject, and a line of text.
                "U3ViamVjdDogSW5uZXIKRnJvbTogYUBiLmMKClRoZSBsaWdodGhvdXNlLgo=",
            ),
            &["+", "+part-1.eml"],
        ),
        Case::new(
            "mail-parts",
            "a.eml",
            mail(
                "",
                &[("Content-Type: multipart/mixed; boundary=none", "x"); 1_100],
            )
            .into_bytes(),
            &["-mail_too_many_parts"],
        ),
        Case::new(
            "mail-attached-many",
            "good.eml",
            mail(
                "",
                &[("Content-Disposition: attachment; filename=a.bin", "x"); 900],
            )
            .into_bytes(),
            &["…"],
        ),
        Case::new(
            "mail-called-nothing",
            "cur/1700000000.1.host:2,S",
            text("The lighthouse keeper wrote.").into_bytes(),
            &["+"],
        ),
        Case::new(
            "mail-in-zip",
            "a.zip",
            zip(&[
                Zipped::stored(
                    "m.eml",
                    &attached(
                        &format!("Content-Type: text/plain\n{file}good.txt"),
                        "Text.",
                    ),
                ),
                Zipped::good(),
            ]),
            &["+m.eml", "+m.eml!/good.txt", "+good.txt"],
        ),
    ]
}

fn folders() -> Vec<Case> {
    let from = "From ana@example.org Sun Oct 28 10:00:00 1962\n";
    let message = |text: &str| format!("{from}Subject: S\nFrom: a@b.c\n\n{text}\n\n");
    let two = format!(
        "{}{}",
        message("The lighthouse."),
        message(">From here on\nFrom here on")
    );
    vec![
        Case::new(
            "mbox",
            "good.mbox",
            two.clone().into_bytes(),
            &["+#1", "+#2"],
        ),
        Case::new(
            "mbox-called-nothing",
            "Inbox",
            two.into_bytes(),
            &["+#1", "+#2"],
        ),
        Case::new("mbox-nothing", "a.mbox", vec![], &["~no_records"]),
        Case::new(
            "mbox-text",
            "a.mbox",
            b"No mail at all.".to_vec(),
            &["-mail"],
        ),
        Case::new(
            "mbox-junk",
            "good.mbox",
            format!("Junk in front.\n\n{}", message("The lighthouse.")).into_bytes(),
            &["+#1", "-mail"],
        ),
        Case::new(
            "mbox-gz-gap",
            "good.mbox.gz",
            {
                let torn = torn(gzip(message("Torn.").as_bytes()));
                let (first, last) = (message("One."), message("The lighthouse."));
                [gzip(first.as_bytes()), torn, gzip(last.as_bytes())].concat()
            },
            &["+#1", "-damaged#2", "+#3"],
        ),
        Case::new(
            "mbox-broken",
            "good.mbox",
            format!("{}{from}\n{}", message("One."), message("The lighthouse.")).into_bytes(),
            &["+#1", "-mail#2", "+#3"],
        ),
        Case::new(
            "mbox-large",
            "good.mbox",
            format!(
                "{}{}{}",
                message("One."),
                message(&"x".repeat((32 << 20) + 1)),
                message("The lighthouse.")
            )
            .into_bytes(),
            &["+#1", "-record_too_large#2", "+#3"],
        ),
        Case::new(
            "mbox-attached",
            "good.mbox",
            {
                let part =
                    "Content-Type: text/plain\nContent-Disposition: attachment; filename=good.txt";
                let one = mail("", &[(TEXT, "One."), (part, "Attached.")]);
                format!("{from}{one}\n{}", message("The lighthouse.")).into_bytes()
            },
            &["+#1", "+1/good.txt", "+#3"],
        ),
    ]
}

fn crawls() -> Vec<Case> {
    let good = good_in_warc;
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/plain";
    let page = |headers: &str, body: &[u8]| answer("http://example.org/bad.txt", headers, body);
    vec![
        Case::new("warc", "a.warc", good(), &["+example.org/good.txt"]),
        Case::new(
            "warc-gz",
            "a.warc.gz",
            [gzip(&page(ok, b"Text.")), gzip(&good())].concat(),
            &["+example.org/bad.txt", "+example.org/good.txt"],
        ),
        Case::new("warc-nothing", "a.warc", vec![], &["~no_records"]),
        Case::new(
            "warc-noise",
            "a.warc",
            b"noise\n".repeat(99),
            &["-damaged (at byte 0)"],
        ),
        Case::new(
            "warc-other-records",
            "a.warc",
            [
                warc(
                    "warcinfo",
                    "",
                    "application/warc-fields",
                    b"software: x\r\n",
                ),
                warc(
                    "request",
                    "http://example.org/",
                    "application/http",
                    b"GET / HTTP/1.1\r\n\r\n",
                ),
                warc("revisit", "http://example.org/", "application/http", b""),
                warc("response", "dns:example.org", "text/dns", b"x"),
                good(),
            ]
            .concat(),
            &["+example.org/good.txt"],
        ),
        Case::new(
            "warc-resource",
            "a.warc",
            [warc(
                "resource",
                "ftp://example.org/good.txt",
                "text/plain",
                GOOD,
            )]
            .concat(),
            &["+example.org/good.txt"],
        ),
        Case::new(
            "warc-status",
            "a.warc",
            [
                page("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain", b"No."),
                good(),
            ]
            .concat(),
            &["~http_status example.org/bad.txt", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-image",
            "a.warc",
            [
                page("HTTP/1.1 200 OK\r\nContent-Type: image/png", b"x"),
                good(),
            ]
            .concat(),
            &["~unsupported example.org/bad.txt", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-answer",
            "a.warc",
            [
                page("no answer", b"x"),
                page("HTTP/1.1 200 OK", b"x"),
                good(),
            ]
            .concat(),
            &[
                "-damaged example.org/bad.txt",
                "+example.org/bad.txt",
                "+example.org/good.txt",
            ],
        ),
        Case::new(
            "warc-length",
            "a.warc",
            {
                let bad = String::from_utf8(page(ok, b"Text.")).unwrap();
                let bad = bad.replace("Content-Length: ", "Content-Length: x");
                [bad.into_bytes(), good()].concat()
            },
            &["-damaged …", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-length-short",
            "a.warc",
            {
                let bad = String::from_utf8(page(ok, b"Text and more text.")).unwrap();
                let bad = bad.replace("Content-Length: 6", "Content-Length: 5");
                [bad.into_bytes(), good()].concat()
            },
            &[
                "+example.org/bad.txt",
                "-damaged …",
                "+example.org/good.txt",
            ],
        ),
        Case::new(
            "warc-length-long",
            "a.warc",
            {
                let bad = String::from_utf8(page(ok, b"Text.")).unwrap();
                let length = bad.len() - bad.find("HTTP/1.1").unwrap() - 4;
                let bad = bad.replace(
                    &format!("Content-Length: {length}"),
                    &format!("Content-Length: {}", length + 99),
                );
                [bad.into_bytes(), good()].concat()
            },
            &["-damaged (at byte 0)", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-length-huge",
            "a.warc",
            {
                let bad = String::from_utf8(page(ok, b"Text.")).unwrap();
                let bad = bad.replace("Content-Length: ", "Content-Length: 99999999999");
                [bad.into_bytes(), good()].concat()
            },
            &[
                "-record_too_large example.org/bad.txt",
                "+example.org/good.txt",
            ],
        ),
        Case::new(
            "warc-within-warc",
            "a.warc",
            [page(ok, &good()), good()].concat(),
            &["+example.org/bad.txt", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-gz-gap-first",
            "a.warc.gz",
            [torn(gzip(&page(ok, b"Text."))), gzip(&good())].concat(),
            &["-damaged#1", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-gz-gap",
            "a.warc.gz",
            [
                gzip(&good()),
                torn(gzip(&page(ok, b"Text."))),
                gzip(&page(ok, b"More.")),
            ]
            .concat(),
            &[
                "+example.org/good.txt",
                "-damaged#2",
                "+example.org/bad.txt",
            ],
        ),
        Case::new(
            "warc-cut",
            "a.warc",
            {
                let mut bytes = [good(), page(ok, &b"x".repeat(1_000))].concat();
                bytes.truncate(bytes.len() - 100);
                bytes
            },
            &["+example.org/good.txt", "-damaged"],
        ),
        Case::new(
            "warc-chunked",
            "a.warc",
            [
                page(
                    &format!("{ok}\r\nTransfer-Encoding: chunked"),
                    b"5\r\nchunk\r\n3;x=y\r\ned.\r\n0\r\n\r\n",
                ),
                page(
                    &format!("{ok}\r\nTransfer-Encoding: chunked"),
                    b"not chunked at all",
                ),
                page(
                    &format!("{ok}\r\nTransfer-Encoding: chunked"),
                    b"ffffffffffffffff\r\nx",
                ),
                good(),
            ]
            .concat(),
            &[
                "=example.org/bad.txt",
                "=example.org/bad.txt",
                "+example.org/bad.txt",
                "+example.org/good.txt",
            ],
        ),
        Case::new(
            "warc-coding",
            "a.warc",
            [
                page(
                    &format!("{ok}\r\nContent-Encoding: gzip"),
                    &gzip(b"Packed text."),
                ),
                page(&format!("{ok}\r\nContent-Encoding: br"), b"x"),
                page(
                    &format!("{ok}\r\nContent-Encoding: gzip"),
                    b"\x1f\x8b broken",
                ),
                page(
                    &format!("{ok}\r\nContent-Encoding: gzip"),
                    &gzip(&vec![b' '; 40 << 20]),
                ),
                good(),
            ]
            .concat(),
            &[
                "+example.org/bad.txt",
                "-packing example.org/bad.txt",
                "-damaged example.org/bad.txt",
                "-bomb example.org/bad.txt",
                "+example.org/good.txt",
            ],
        ),
        Case::new(
            "warc-charset",
            "a.warc",
            [
                page(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=koi8-r",
                    b"\xf4\xc5\xcb\xd3\xd4.",
                ),
                good(),
            ]
            .concat(),
            &["+example.org/bad.txt", "+example.org/good.txt"],
        ),
        Case::new(
            "warc-long-address",
            "a.warc",
            [
                answer(
                    &format!("http://example.org/?{}", "q".repeat(2_000)),
                    ok,
                    b"Text.",
                ),
                good(),
            ]
            .concat(),
            &["+…", "+example.org/good.txt"],
        ),
    ]
}
