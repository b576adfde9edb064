//! Text, metadata and JSON that are broken, hostile, or only odd.

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    [texts(), metadata(), json()].concat()
}

fn texts() -> Vec<Case> {
    let wide = |text: &str, big: bool| -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    vec![
        Case::new("text-nothing", "a.txt", vec![], &["+ body_empty"]),
        Case::new(
            "text-blank",
            "a.md",
            b" \n\t\r\n".to_vec(),
            &["+ body_empty"],
        ),
        Case::new("text-nul", "a.txt", vec![0; 100], &["-binary"]),
        Case::new(
            "text-image",
            "a.txt",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            &["-binary"],
        ),
        Case::new(
            "text-program",
            "a.md",
            b"\x7fELF\x02\x01\x01\0\0\0".to_vec(),
            &["-binary"],
        ),
        Case::new(
            "text-utf32",
            "a.txt",
            b"\xff\xfe\0\0a\0\0\0".to_vec(),
            &["-binary"],
        ),
        Case::new(
            "text-late-nul",
            "a.txt",
            [&b"word ".repeat(2_000)[..], b"\0end"].concat(),
            &["+ nul_replaced"],
        ),
        Case::new(
            "text-utf16",
            "a.txt",
            wide("Talks resume at the pier", false),
            &["+ encoding_guessed"],
        ),
        Case::new(
            "text-utf16-big",
            "a.txt",
            wide("Talks resume at the pier", true),
            &["+ encoding_guessed"],
        ),
        Case::new(
            "text-utf16-odd",
            "a.txt",
            [b"\xff\xfe", &wide("Talks", false)[..9]].concat(),
            &["+ encoding_replaced"],
        ),
        Case::new(
            "text-surrogate",
            "a.txt",
            b"\xff\xfea\0\x00\xd8b\0".to_vec(),
            &["+ encoding_replaced"],
        ),
        Case::new(
            "text-latin",
            "a.txt",
            b"Caf\xe9 closed in Z\xfcrich.".to_vec(),
            &["+ encoding_guessed"],
        ),
        Case::new(
            "text-mixed",
            "a.txt",
            [&"déjà vu, naïveté ".repeat(9).into_bytes()[..], b"caf\xe9"].concat(),
            &["+ encoding_mixed"],
        ),
        Case::new(
            "text-overlong",
            "a.txt",
            b"\xc0\xaf\xe0\x80\xaf text".to_vec(),
            &["+ encoding_guessed"],
        ),
        Case::new(
            "text-marks",
            "a.txt",
            b"\xef\xbb\xbf\xef\xbb\xbfTwice marked.".to_vec(),
            &["+"],
        ),
        Case::new(
            "text-escapes",
            "a.txt",
            b"\x1b[2J\x1b]0;x\x07 text".to_vec(),
            &["+"],
        ),
        Case::new(
            "text-one-line",
            "a.txt",
            b"a".repeat(3 << 20),
            &["+ words_cut"],
        ),
        Case::new(
            "text-too-large",
            "a.txt",
            b"word ".repeat(6_800_000),
            &["-record_too_large"],
        ),
        Case::new("text-carriage", "a.txt", b"One\r\rTwo\r".to_vec(), &["+"]),
        Case::new(
            "text-pdf",
            "a.txt",
            b"%PDF-1.4 and nothing".to_vec(),
            &["…"],
        ),
        Case::new(
            "markdown-quotes",
            "a.md",
            [&b">".repeat(50_000)[..], b" text"].concat(),
            &["…"],
        ),
        Case::new("markdown-lists", "a.md", b"- ".repeat(50_000), &["…"]),
        Case::new("markdown-brackets", "a.md", b"[".repeat(50_000), &["+"]),
        Case::new("markdown-html", "a.md", b"<div ".repeat(20_000), &["…"]),
        Case::new("unknown", "a.xyz", b"x".to_vec(), &["~unsupported"]),
        Case::new(
            "unnamed",
            "README",
            b"Nothing that is known.".to_vec(),
            &["~unsupported"],
        ),
    ]
}

fn metadata() -> Vec<Case> {
    let yaml = |text: &str| format!("---\n{text}\n---\nThe text stays.\n").into_bytes();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(9);
        bomb = format!("{bomb}a{level}: &a{level} [{before}]\n");
    }
    vec![
        Case::new(
            "yaml-open",
            "a.md",
            yaml("title: [open"),
            &["+ front_matter"],
        ),
        Case::new("yaml-bomb", "a.md", yaml(&bomb), &["+ front_matter"]),
        Case::new(
            "yaml-deep",
            "a.md",
            yaml(&"[".repeat(20_000)),
            &["+ front_matter"],
        ),
        Case::new(
            "yaml-deep-map",
            "a.md",
            yaml(&"{a: ".repeat(9_000)),
            &["+ front_matter"],
        ),
        Case::new(
            "yaml-twice",
            "a.md",
            yaml("a: 1\na: 2"),
            &["+ front_matter"],
        ),
        Case::new("yaml-tab", "a.md", yaml("a:\n\tb: 1"), &["+ front_matter"]),
        Case::new("yaml-list", "a.md", yaml("- a\n- b"), &["+"]),
        Case::new(
            "yaml-no-end",
            "a.md",
            b"---\ntitle: x\n\nText.\n".to_vec(),
            &["+ front_matter"],
        ),
        Case::new(
            "yaml-long",
            "a.md",
            yaml(&format!("x: {}", "y".repeat(70_000))),
            &["+ front_matter,words_cut"],
        ),
        Case::new(
            "toml-twice",
            "a.md",
            b"+++\na = 1\na = 2\n+++\nText.\n".to_vec(),
            &["+ front_matter"],
        ),
        Case::new(
            "toml-deep",
            "a.md",
            format!("+++\na = {}\n+++\nText.\n", "[".repeat(20_000)).into_bytes(),
            &["+ front_matter"],
        ),
        Case::new(
            "date-ambiguous",
            "a.md",
            yaml("date: 03/04/1987"),
            &["+ date_ambiguous"],
        ),
        Case::new(
            "date-never",
            "a.md",
            yaml("date: 30 February 1987"),
            &["+ date_unreadable"],
        ),
        Case::new(
            "value-long",
            "a.md",
            yaml(&format!("country: {}", "x".repeat(300))),
            &["+ value_too_long"],
        ),
        Case::new(
            "url-spaces",
            "a.md",
            yaml("url: http://a b"),
            &["+ url_refused"],
        ),
        Case::new(
            "language-none",
            "a.md",
            yaml("language: Quenya of old"),
            &["+ language_unknown"],
        ),
    ]
}

fn json() -> Vec<Case> {
    let many = format!("[{}0]", "0,".repeat(500_001));
    vec![
        Case::new("json-nothing", "a.json", vec![], &["-json"]),
        Case::new("json-cut", "a.json", b"{\"a\": ".to_vec(), &["-json"]),
        Case::new(
            "json-list-cut",
            "a.json",
            b"[{\"body\": \"x\"}, {\"b\"".to_vec(),
            &["+#1", "-json#2", "-json"],
        ),
        Case::new("json-number", "a.json", b"12".to_vec(), &["-not_an_object"]),
        Case::new(
            "json-behind",
            "a.json",
            b"[{\"body\": \"x\"}] x".to_vec(),
            &["+#1", "-json"],
        ),
        Case::new(
            "json-comma",
            "a.json",
            b"[{\"body\": \"x\"},]".to_vec(),
            &["+#1"],
        ),
        Case::new(
            "json-deep",
            "a.json",
            b"[".repeat(100_000),
            &["-json#1", "-json"],
        ),
        Case::new(
            "json-deep-object",
            "a.json",
            b"{\"a\":".repeat(100_000),
            &["-json"],
        ),
        Case::new(
            "json-many",
            "a.json",
            format!("{{\"a\": {many}}}").into_bytes(),
            &["-json_too_many_values"],
        ),
        Case::new("json-nan", "a.json", b"{\"a\": NaN}".to_vec(), &["-json"]),
        Case::new(
            "json-utf16",
            "a.json",
            b"\xff\xfe{\0}\0".to_vec(),
            &["-encoding"],
        ),
        Case::new("json-nul", "a.json", b"{\0}".to_vec(), &["-binary"]),
        Case::new(
            "json-surrogate",
            "a.json",
            b"{\"body\": \"\\ud800\"}".to_vec(),
            &["+ json_surrogate"],
        ),
        Case::new(
            "json-twice",
            "a.json",
            b"{\"body\": \"a\", \"body\": \"b\"}".to_vec(),
            &["+ json_duplicate_key"],
        ),
        Case::new(
            "json-id",
            "a.json",
            b"{\"id\": \"a\\u0007\", \"body\": \"x\"}".to_vec(),
            &["-id_control"],
        ),
        Case::new(
            "json-long-id",
            "a.json",
            format!("{{\"id\": \"{}\"}}", "x".repeat(1_025)).into_bytes(),
            &["-id_too_long"],
        ),
        Case::new(
            "lines-broken",
            "a.jsonl",
            b"{\"body\": \"x\"}\n{\n\n[1]\n{\"body\": \"y\"}".to_vec(),
            &["+#1", "-json#2", "-not_an_object#4", "+#5"],
        ),
        Case::new(
            "lines-nothing",
            "a.jsonl",
            b"\n\n".to_vec(),
            &["~no_records"],
        ),
        Case::new(
            "lines-large",
            "a.jsonl",
            [
                &b"{\"body\": \"x\"}\n"[..],
                &b"x".repeat((32 << 20) + 9),
                b"\n{\"body\": \"y\"}\n",
            ]
            .concat(),
            &["+#1", "-record_too_large#2", "+#3"],
        ),
    ]
}
