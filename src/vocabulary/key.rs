//! When two written names are the same name: folded as facet values are, and without the signs
//! that people put in or leave out.
//!
//! - Full stops and apostrophes go (`U.S.` = `US`, `Cote dIvoire`), every other sign is a space
//!   (`west-germany`), `&` is `and`; brackets do not matter.
//! - A leading `the` goes.

use crate::analysis::fold;

/// The form in which names are compared; empty for a text without letters and digits.
pub fn key(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            '.' | '\'' => {}
            '&' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                out.push_str("and ");
            }
            c if is_sign(c) => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    while out.starts_with("the ") {
        out.drain(.."the ".len());
    }
    out
}

/// What stands between words, or around them. Marks are no signs: they belong to their letters.
fn is_sign(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric();
    }
    c.is_whitespace()
        || matches!(c, '\u{A1}'..='\u{BF}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}'
            | '\u{30FB}' | '\u{60C}' | '\u{61B}' | '\u{61F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_name() {
        for (a, b) in [
            ("U.S.A.", "usa"),
            ("west-germany", "West Germany"),
            ("Côte d’Ivoire", "COTE D'IVOIRE"),
            ("Trinidad & Tobago", "trinidad and tobago"),
            ("The Gambia", "Gambia"),
            ("Congo (Kinshasa)", "congo kinshasa"),
            ("Korea, North", "korea north"),
            ("ایران", "ايران"),
            (" Iran\t", "iran"),
        ] {
            assert_eq!(key(a), key(b), "{a}");
        }
        for (a, b) in [("Niger", "Nigeria"), ("", "a"), ("The", ""), ("й", "и")] {
            assert_ne!(key(a), key(b), "{a}");
        }
        for nothing in ["", " ", "?!", "...", "()"] {
            assert_eq!(key(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn a_key_is_its_own_key() {
        for name in ["the the band", "A & B", "&", "d'Ivoire.", "Saint-Denis"] {
            let once = key(name);
            assert_eq!(key(&once), once, "{name}");
        }
    }
}
