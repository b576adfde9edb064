//! Tokens as one string, which is only split where they are needed again.
//!
//! Each token is followed by one control character, which no token contains, and stands one position
//! past the one before.

/// Ends a token.
pub(super) const STEP: char = '\u{1}';

/// Gives out the tokens of a packed text with their positions.
#[derive(Debug, Clone)]
pub struct Packed<'a> {
    rest: &'a str,
    next: u32,
}

/// Splits a packed text. Never fails: what has no mark at its end is a token too.
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
        let end = end_of_token(self.rest.as_bytes());
        let (token, rest) = self.rest.split_at(end);
        let position = self.next;
        self.next = position.saturating_add(1);
        self.rest = rest.get(1..).unwrap_or_default();
        Some((token, position))
    }
}

/// How many bytes come before the first mark, eight of them looked at at once: of the bytes of a
/// number, those below 2 borrow when 2 is taken off, and had no highest bit before.
#[inline]
fn end_of_token(bytes: &[u8]) -> usize {
    const TWOS: u64 = 0x0202_0202_0202_0202;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let (eights, rest) = bytes.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        // What is borrowed reaches further bytes alone.
        let marks = eight.wrapping_sub(TWOS) & !eight & HIGHEST;
        if marks != 0 {
            return at * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let is_mark = |byte: &u8| *byte <= STEP as u8;
    let in_rest = rest.iter().position(is_mark);
    bytes.len() - rest.len() + in_rest.unwrap_or(rest.len())
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
        check("a\u{1}中\u{1}b\u{1}", &[("a", 0), ("中", 1), ("b", 2)]);
        check("a\u{1}tail", &[("a", 0), ("tail", 1)]);
        check("missiles\u{1}of\u{1}", &[("missiles", 0), ("of", 1)]);
        check(
            "internationalarms\u{1}équipés\u{1}",
            &[("internationalarms", 0), ("équipés", 1)],
        );
    }
}
