//! The label of an encoding that a document declares about itself, read from its first bytes.
//!
//! A label is asked for after byte order marks, so everything up to it is ASCII.

/// How far a declaration is looked for; browsers look as far.
const DECLARED_BYTES: usize = 1_024;

/// What the XML declaration at the very start says: `<?xml version="1.0" encoding="…"?>`.
pub(in crate::corpus) fn xml(bytes: &[u8]) -> Option<&str> {
    let declaration = start(bytes).strip_prefix(b"<?xml".as_slice())?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    attribute(&declaration[..end], b"encoding")
}

/// What the first `<meta charset="…">`, or `<meta … content="text/html; charset=…">`, of a page
/// says; a page may be XML, too.
pub(in crate::corpus) fn html(bytes: &[u8]) -> Option<&str> {
    let mut rest = start(bytes);
    while let Some(at) = find(rest, b"<meta") {
        rest = &rest[at + b"<meta".len()..];
        let end = rest.iter().position(|&byte| byte == b'>');
        let tag = &rest[..end.unwrap_or(rest.len())];
        if let Some(label) = attribute(tag, b"charset") {
            return Some(label);
        }
    }
    xml(bytes)
}

/// The `charset` of a media type: `text/html; charset=utf-8`.
pub(in crate::corpus) fn media_type(text: &str) -> Option<&str> {
    let (_, parameters) = text.split_once(';')?;
    attribute(parameters.as_bytes(), b"charset")
}

fn start(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(DECLARED_BYTES)]
}

/// The first place of something in small letters, whatever its case there.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted))
}

/// What stands behind `name` and `=`, in quotes or up to where a word ends.
fn attribute<'b>(bytes: &'b [u8], name: &[u8]) -> Option<&'b str> {
    let mut rest = bytes;
    loop {
        rest = &rest[find(rest, name)? + name.len()..];
        let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else {
            continue;
        };
        let value = value.trim_ascii_start();
        let value = value
            .strip_prefix(b"\"")
            .or(value.strip_prefix(b"'"))
            .unwrap_or(value);
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"';,>/?".contains(byte);
        let end = value.iter().position(is_end).unwrap_or(value.len());
        return std::str::from_utf8(&value[..end])
            .ok()
            .filter(|label| !label.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_found_where_they_may_stand() {
        for (bytes, expected) in [
            (
                &b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>"[..],
                Some("ISO-8859-1"),
            ),
            (
                b"<?xml version=\"1.0\" encoding = \"utf-8\" ?>",
                Some("utf-8"),
            ),
            (b"<?xml version='1.0'?><a encoding='x'/>", None),
            (b" <?xml encoding='x'?>", None),
            (b"<?xml encoding='x'", None),
            (b"", None),
        ] {
            assert_eq!(xml(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
        for (bytes, expected) in [
            (
                &b"<html><META CharSet=windows-1252>"[..],
                Some("windows-1252"),
            ),
            (b"<meta name=x><meta charset='koi8-r'/>", Some("koi8-r")),
            (
                b"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=gbk\">",
                Some("gbk"),
            ),
            (b"<?xml encoding='latin1'?><html>", Some("latin1")),
            (b"<meta charset><meta charset=\"\"><meta", None),
            (b"charset=utf-8", None),
        ] {
            assert_eq!(html(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
        for (text, expected) in [
            ("text/plain; charset=us-ascii", Some("us-ascii")),
            ("text/plain;format=flowed; Charset=\"utf-8\"", Some("utf-8")),
            ("text/plain", None),
        ] {
            assert_eq!(media_type(text), expected, "{text}");
        }
    }
}
