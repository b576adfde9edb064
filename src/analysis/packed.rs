//! Tokens as one string, which an engine's tokenizer only splits.
//!
//! Each token is followed by one control character that says how far its position is from the one
//! before: [`STEP`] for one, [`SAME`] for none. No token contains a control character.

/// Ends a token whose position is one past the token before it; the first stands at 0.
pub(super) const STEP: char = '\u{1}';
/// Ends a token whose position is that of the token before it.
pub(super) const SAME: char = '\u{2}';

/// Gives out the tokens of a packed text with their positions.
#[derive(Debug, Clone)]
pub struct Packed<'a> {
    rest: &'a str,
    next: u32,
}

/// Splits a packed text. Never fails: what has no mark at its end is one step on.
pub fn unpack(packed: &str) -> Packed<'_> {
    Packed {
        rest: packed,
        next: 0,
    }
}

impl<'a> Iterator for Packed<'a> {
    type Item = (&'a str, u32);

    #[inline]
    fn next(&mut self) -> Option<(&'a str, u32)> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self
            .rest
            .bytes()
            .position(|byte| byte <= SAME as u8)
            .unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        let mut marks = rest.chars();
        let position = if marks.next() == Some(SAME) {
            self.next.saturating_sub(1)
        } else {
            let position = self.next;
            self.next = position.saturating_add(1);
            position
        };
        self.rest = marks.as_str();
        Some((token, position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_gives_its_tokens_back() {
        let check = |packed: &str, expected: &[(&str, u32)]| {
            assert_eq!(unpack(packed).collect::<Vec<_>>(), expected, "{packed:?}");
        };
        check("", &[]);
        check("a\u{1}", &[("a", 0)]);
        check("a\u{1}b\u{1}c\u{1}", &[("a", 0), ("b", 1), ("c", 2)]);
        check("a\u{1}b\u{2}中\u{1}", &[("a", 0), ("b", 0), ("中", 1)]);
        check("a\u{1}tail", &[("a", 0), ("tail", 1)]);
        check("a\u{2}", &[("a", 0)]);
    }
}
