//! Walks a text once and gives out its words with their positions.
//!
//! Most words of most texts are plain ASCII between plain signs: those are read byte by byte. Any
//! other word goes through folding; both ways give the same tokens, which a test holds.

use super::MAX_TOKEN_CHARACTERS;
use super::fold::Folder;
use super::words::{Word, Words};

/// One word of a text, in its exact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Folded: case, accents and the kind of apostrophe do not matter.
    pub exact: &'a str,
    /// Words before it.
    pub position: u32,
    /// The first byte of the word as written, with what was taken off it (`l'`, `'s`).
    pub start: usize,
    /// The byte after its last one.
    pub end: usize,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tokenized {
    /// Words, which is the position after the last one.
    pub positions: u32,
    /// Words that were longer than a token may be and were cut to a prefix.
    pub cut: u64,
}

/// Gives every word of a text to `f`, in order.
pub fn tokenize(text: &str, f: impl FnMut(Token<'_>)) -> Tokenized {
    walk::<true>(text, f)
}

/// What an ASCII byte does to a plain word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Separator,
    Word,
    /// May join what follows.
    Connector,
    /// Not ASCII.
    Other,
}

const BYTES: [Byte; 256] = {
    let mut table = [Byte::Separator; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Byte::Word,
            b'\'' | b'.' | b',' => Byte::Connector,
            0x80..=0xFF => Byte::Other,
            _ => Byte::Separator,
        };
        b += 1;
    }
    table
};

#[inline]
fn kind(byte: u8) -> Byte {
    BYTES[usize::from(byte)]
}

/// `PLAIN`: whether plain words take the short way.
pub(super) fn walk<const PLAIN: bool>(text: &str, mut f: impl FnMut(Token<'_>)) -> Tokenized {
    let bytes = text.as_bytes();
    let mut done = Tokenized::default();
    let mut emit = |word: Word<'_>| {
        f(Token {
            exact: word.exact,
            position: done.positions,
            start: word.start,
            end: word.end,
        });
        done.positions = done.positions.saturating_add(1);
        done.cut += u64::from(word.cut);
    };
    let mut words = Words::default();
    let mut folder = Folder::default();
    let mut plain = String::with_capacity(MAX_TOKEN_CHARACTERS);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let is_last_of_letter = bytes.get(at + 1).is_none_or(u8::is_ascii);
        if PLAIN && words.is_idle() {
            match kind(byte) {
                Byte::Word => {
                    if let Some(end) = plain_word(bytes, at) {
                        plain.clear();
                        plain.push_str(&text[at..end]);
                        plain.make_ascii_lowercase();
                        emit(Word {
                            exact: &plain,
                            start: at,
                            end,
                            cut: false,
                        });
                        at = end;
                        continue;
                    }
                }
                Byte::Separator | Byte::Connector => {
                    at += 1;
                    continue;
                }
                Byte::Other => {}
            }
        }
        if byte.is_ascii() && is_last_of_letter {
            let c = char::from(byte.to_ascii_lowercase());
            words.push(c, at, at + 1, &mut emit);
            at += 1;
            continue;
        }
        let end = folder.cluster(text, at);
        if folder.stands_alone() {
            words.finish(&mut emit);
        }
        for &c in folder.folded() {
            words.push(c, at, end, &mut emit);
        }
        if folder.stands_alone() {
            words.finish(&mut emit);
        }
        at = end;
    }
    words.finish(&mut emit);
    done
}

/// The end of the plain word at `start`; `None` if what follows might belong to it.
#[inline]
fn plain_word(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start..];
    let length = rest
        .iter()
        .position(|&byte| kind(byte) != Byte::Word)
        .unwrap_or(rest.len());
    if length > MAX_TOKEN_CHARACTERS {
        return None;
    }
    let end = start + length;
    match bytes.get(end).map_or(Byte::Separator, |&byte| kind(byte)) {
        Byte::Separator | Byte::Word => Some(end),
        Byte::Other => None,
        Byte::Connector => match bytes.get(end + 1).map_or(Byte::Separator, |&b| kind(b)) {
            Byte::Separator | Byte::Connector => Some(end),
            Byte::Word | Byte::Other => None,
        },
    }
}
