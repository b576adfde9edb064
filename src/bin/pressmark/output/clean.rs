//! The one guard between texts of documents and a terminal.
//!
//! Escape sequences, control characters and invisible characters that reorder or hide text never
//! pass, whether they come from a title, a path, a facet value or an error message.

/// Whether a character could steer a terminal, reorder what is read, or hide in it.
///
/// Line feed and tab are among them: who wants to keep them has to say so.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{061C}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// The text as one line: without hostile characters, every run of white space one space.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_gap(c) {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_hostile(c) {
            out.push(c);
        }
    }
    let trimmed = out.trim();
    if trimmed.len() == out.len() {
        out
    } else {
        trimmed.to_owned()
    }
}

/// The text with its lines, without any other hostile character; a tab is a space.
pub(crate) fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            c if is_hostile(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// White space between words, also that which would break a line.
pub(crate) fn is_gap(c: char) -> bool {
    c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_lose_their_sting() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("a\u{9b}2Jb\u{7f}", "a2Jb"),
            ("\u{202e}gpj.exe\u{202c}", "gpj.exe"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            (" two\r\n lines\t", "two lines"),
            ("تهران", "تهران"),
            ("\u{1b}]0;title\u{7}x", "]0;titlex"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(lines("a\r\n\tb\u{1b}[K\u{2028}c"), "a\n b[K\nc");
    }

    proptest! {
        #[test]
        fn nothing_hostile_passes(text in "\\PC*|(?s).*|[\\x00-\\x1f\\x7f-\\u{9f}\\u{200b}-\\u{206f}a ]*") {
            let cleaned = line(&text);
            prop_assert!(!cleaned.chars().any(is_hostile), "{cleaned:?}");
            prop_assert!(!cleaned.contains("  "));
            prop_assert!(!lines(&text).chars().any(|c| is_hostile(c) && c != '\n'));
        }

        #[test]
        fn what_is_harmless_stays(text in "[a-zäöüß0-9٠-٩一-龥 .,;]*") {
            let words: Vec<&str> = text.split_whitespace().collect();
            let cleaned = line(&text);
            prop_assert_eq!(cleaned.split_whitespace().collect::<Vec<_>>(), words);
        }
    }
}
