//! Bytes to text: marks are believed, then the rules of the corpus, then what is valid UTF-8, then
//! what the content declares; everything else is a guess that says so.

#[allow(dead_code, reason = "for formats that declare their encoding")]
pub(super) mod declared;

use std::borrow::Cow;
use std::io::{self, BufRead as _};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Input, Note, Piece, codes, limits};

/// The bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binary;

/// What is known of an encoding without looking at the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints<'h> {
    /// What a rule of the configuration says.
    pub(super) rule: Option<&'static Encoding>,
    /// The label that the content, or what it was sent with, declares.
    pub(super) declared: Option<&'h str>,
}

/// Turns the bytes of a record into text without a byte order mark.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    hints: Hints<'_>,
    notes: &mut Vec<Note>,
) -> Result<Cow<'a, str>, Binary> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        // UTF-32 begins like UTF-16 and is the only text with NULs there.
        if encoding == UTF_16LE && bytes[length..].starts_with(&[0, 0]) {
            return Err(Binary);
        }
        return Ok(without_nul(
            marked(encoding, &bytes[length..], notes),
            notes,
        ));
    }
    if let Some(encoding) = hints.rule {
        return Ok(without_nul(marked(encoding, bytes, notes), notes));
    }
    let head = &bytes[..bytes.len().min(limits::SNIFF_BYTES)];
    if let Some(encoding) = utf16_without_mark(head) {
        return Ok(guessed(encoding, bytes, notes));
    }
    if head.contains(&0) {
        return Err(Binary);
    }
    let declared = hints.declared.and_then(|label| known(label, notes));
    let text = match (std::str::from_utf8(bytes), declared) {
        // Its escapes are ASCII, and so valid UTF-8, but mean something else.
        (Ok(_), Some(encoding)) if !encoding.is_ascii_compatible() => {
            marked(encoding, bytes, notes)
        }
        (Ok(text), _) => Cow::Borrowed(text),
        (Err(_), Some(encoding)) if encoding != UTF_8 => marked(encoding, bytes, notes),
        (Err(_), _) => match mixed(bytes, notes) {
            Some(text) => Cow::Owned(text),
            None => guessed(detect(bytes), bytes, notes),
        },
    };
    Ok(without_nul(text, notes))
}

/// The encoding of a label. UTF-16 would show: what declares it and is none was transcoded.
fn known(label: &str, notes: &mut Vec<Note>) -> Option<&'static Encoding> {
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else {
        let shown: String = label.chars().take(40).collect();
        let message = format!(
            "the declared encoding `{}` is not known",
            shown.escape_debug()
        );
        notes.push(Note::new(codes::ENCODING_UNKNOWN, message));
        return None;
    };
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

/// Passes over a byte order mark; refuses what cannot be cut at the bytes of ASCII.
pub(super) fn cannot_be_cut(input: &mut Input) -> io::Result<Option<Piece>> {
    let head = input.head()?;
    if head.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
        return Ok(None);
    }
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if wide || utf16_without_mark(head).is_some() {
        let message = "the text is UTF-16; save the file as UTF-8";
        return Ok(Some(Piece::refused(None, codes::ENCODING, message)));
    }
    if head.contains(&0) {
        let message = "not text: there are NUL bytes";
        return Ok(Some(Piece::refused(None, codes::BINARY, message)));
    }
    Ok(None)
}

/// UTF-16 of a script with ASCII in it shows by NULs in nearly every second place.
pub(super) fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    if !head.contains(&0) {
        return None;
    }
    let units = head.len() / 2;
    let nul = |odd: usize| {
        head.chunks_exact(2)
            .filter(|unit| unit[odd] == 0 && unit[1 - odd] != 0)
            .count()
    };
    let (high_first, low_first) = (nul(0), nul(1));
    let many = |count: usize| units > 1 && count * 10 >= units * 7;
    let few = |count: usize| count * 20 <= units;
    if many(low_first) && few(high_first) {
        Some(UTF_16LE)
    } else if many(high_first) && few(low_first) {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn marked<'a>(encoding: &'static Encoding, bytes: &'a [u8], notes: &mut Vec<Note>) -> Cow<'a, str> {
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    if errors {
        let count = replacements(&text);
        notes.push(Note::new(
            codes::ENCODING_REPLACED,
            format!(
                "not all of it is {}: {count} characters replaced",
                encoding.name()
            ),
        ));
    }
    text
}

fn guessed<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
    notes: &mut Vec<Note>,
) -> Cow<'a, str> {
    let (text, errors) = encoding.decode_without_bom_handling(bytes);
    let count = if errors { replacements(&text) } else { 0 };
    notes.push(Note::new(
        codes::ENCODING_GUESSED,
        format!(
            "read as {}, a guess; {count} characters replaced",
            encoding.name()
        ),
    ));
    text
}

fn replacements(text: &str) -> usize {
    text.matches(char::REPLACEMENT_CHARACTER).count()
}

/// UTF-8 with a few foreign bytes in it, which are read as Windows-1252: the detector would give
/// up the UTF-8 for their sake.
fn mixed(bytes: &[u8], notes: &mut Vec<Note>) -> Option<String> {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        good += valid.chars().count() - valid.bytes().filter(u8::is_ascii).count();
        bad += chunk.invalid().len();
    }
    if good <= bad {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() + bad * 2);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    notes.push(Note::new(
        codes::ENCODING_MIXED,
        format!("UTF-8 with {bad} bytes that are not, read as windows-1252"),
    ));
    Some(text)
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // The part with the first foreign byte tells most, wherever it is.
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let start = first.saturating_sub(limits::SNIFF_BYTES);
    let end = bytes.len().min(start + limits::DETECT_BYTES);
    detector.feed(&bytes[start..end], true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == UTF_8 {
        WINDOWS_1252
    } else {
        encoding
    }
}

fn without_nul<'a>(text: Cow<'a, str>, notes: &mut Vec<Note>) -> Cow<'a, str> {
    if !text.as_bytes().contains(&0) {
        return text;
    }
    let count = text.bytes().filter(|&byte| byte == 0).count();
    notes.push(Note::new(
        codes::NUL_REPLACED,
        format!("{count} NUL bytes replaced by spaces"),
    ));
    Cow::Owned(text.replace('\0', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn marks_are_believed_and_guesses_are_reported() {
        let russian = "Переговоры о прекращении огня возобновились в четверг утром.";
        let (in_1251, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        for (bytes, expected, codes) in [
            (b"plain".to_vec(), "plain", vec![]),
            (b"".to_vec(), "", vec![]),
            ("naïve “quotes”".into(), "naïve “quotes”", vec![]),
            (b"\xef\xbb\xbfmarked".to_vec(), "marked", vec![]),
            (
                b"\xef\xbb\xbfcaf\xe9".to_vec(),
                "caf\u{fffd}",
                vec![codes::ENCODING_REPLACED],
            ),
            (utf16("Talks, café", false, true), "Talks, café", vec![]),
            (utf16("Talks, café", true, true), "Talks, café", vec![]),
            (
                utf16("Talks resume", false, false),
                "Talks resume",
                vec![codes::ENCODING_GUESSED],
            ),
            (
                utf16("Talks resume", true, false),
                "Talks resume",
                vec![codes::ENCODING_GUESSED],
            ),
            (
                b"The caf\xe9 in Z\xfcrich was closed.".to_vec(),
                "The café in Zürich was closed.",
                vec![codes::ENCODING_GUESSED],
            ),
            (in_1251.to_vec(), russian, vec![codes::ENCODING_GUESSED]),
            (
                b"caf\xc3\xa9, na\xc3\xafve, d\xe9j\xc3\xa0".to_vec(),
                "café, naïve, déjà",
                vec![codes::ENCODING_MIXED],
            ),
        ] {
            let mut notes = Vec::new();
            let text = decode(&bytes, Hints::default(), &mut notes).unwrap();
            assert_eq!(text, expected);
            let given: Vec<_> = notes.iter().map(|note| note.code).collect();
            assert_eq!(given, codes, "{expected}");
        }
    }

    #[test]
    fn the_guess_names_the_encoding() {
        let mut notes = Vec::new();
        decode(b"Z\xfcrich", Hints::default(), &mut notes).unwrap();
        assert_eq!(
            notes[0].message,
            "read as windows-1252, a guess; 0 characters replaced"
        );
    }

    #[test]
    fn what_is_no_text_is_binary() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"text with one \0 in it",
            b"\0\0\0\0\0\0\0\0",
            b"\xff\xfe\0\0a\0\0\0",
        ] {
            assert_eq!(
                decode(bytes, Hints::default(), &mut Vec::new()),
                Err(Binary)
            );
        }
    }

    #[test]
    fn a_late_nul_is_replaced_and_said() {
        let mut bytes = vec![b'a'; limits::SNIFF_BYTES];
        bytes.extend_from_slice(b"b\0c");
        let mut notes = Vec::new();
        assert!(
            decode(&bytes, Hints::default(), &mut notes)
                .unwrap()
                .ends_with("b c")
        );
        assert_eq!(notes[0].code, codes::NUL_REPLACED);
    }

    #[test]
    fn rules_win_over_declarations_and_valid_utf8_over_both_but_rules() {
        let label = |rule| Encoding::for_label(rule).unwrap();
        for (bytes, rule, declared, expected, codes) in [
            (&b"caf\xe9"[..], None, Some("iso-8859-1"), "café", vec![]),
            (b"\xcf\xf0", None, Some("windows-1251"), "Пр", vec![]),
            (
                b"\xcf\xf0",
                Some("koi8-r"),
                Some("windows-1251"),
                "оП",
                vec![],
            ),
            ("né".as_bytes(), None, Some("iso-8859-1"), "né", vec![]),
            ("né".as_bytes(), Some("latin1"), None, "nÃ©", vec![]),
            (b"\xef\xbb\xbfn", Some("latin1"), None, "n", vec![]),
            (b"n\0o\0", Some("utf-16le"), None, "no", vec![]),
            (
                b"caf\xe9",
                None,
                Some("utf-8"),
                "café",
                vec![codes::ENCODING_GUESSED],
            ),
            (
                b"caf\xe9",
                None,
                Some("no\u{1b}ne"),
                "café",
                vec![codes::ENCODING_UNKNOWN, codes::ENCODING_GUESSED],
            ),
            (
                b"caf\xff",
                Some("utf-8"),
                None,
                "caf\u{fffd}",
                vec![codes::ENCODING_REPLACED],
            ),
            (b"plain", None, Some("utf-16"), "plain", vec![]),
            (b"\x1b$B$\"\x1b(B", None, Some("iso-2022-jp"), "あ", vec![]),
        ] {
            let mut notes = Vec::new();
            let hints = Hints {
                rule: rule.map(|rule| label(str::as_bytes(rule))),
                declared,
            };
            assert_eq!(decode(bytes, hints, &mut notes).unwrap(), expected);
            let given: Vec<_> = notes.iter().map(|note| note.code).collect();
            assert_eq!(given, codes, "{expected}");
        }
    }
}
