//! JSON that is safe to look at: what a terminal could take for a command is escaped, which
//! changes nothing for who reads the JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::clean;

/// Writes a value without a line feed.
pub(crate) fn value(out: &mut (impl Write + ?Sized), value: &impl Serialize) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, Guarded);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Writes a value as one line.
pub(crate) fn line(out: &mut (impl Write + ?Sized), value: &impl Serialize) -> io::Result<()> {
    self::value(out, value)?;
    out.write_all(b"\n")
}

/// The compact form, with hostile characters in strings escaped.
struct Guarded;

impl Formatter for Guarded {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\x7f') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| clean::is_hostile(c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(text: &str) -> String {
        let mut out = Vec::new();
        line(&mut out, &text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hostile_characters_are_escaped() {
        assert_eq!(
            printed("a\u{9b}b\u{202e}c\u{7f}d\u{e0041}"),
            "\"a\\u009bb\\u202ec\\u007fd\\udb40\\udc41\"\n"
        );
        assert_eq!(printed("plain é"), "\"plain é\"\n");
    }

    proptest! {
        #[test]
        fn escaping_changes_nothing_for_a_reader(text in "(?s).*") {
            let json = printed(&text);
            prop_assert!(!json.trim_end_matches('\n').chars().any(clean::is_hostile));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
