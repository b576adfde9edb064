//! What counts as the same character: compatibility forms (NFKC), case and accents are folded.
//!
//! - Marks go from Latin, Greek, Hebrew, digits and signs (`Müller` = `muller`, `שָׁלוֹם` = `שלום`).
//! - Cyrillic and Arabic keep marks that make another letter (`й`, `ї`, `ؤ`), not stress, harakat, or
//!   the dots of `ё`; every alef is a plain one; Arabic and Persian `ي ی ى`, `ك ک` are one each.
//! - Every other script keeps its marks: they are vowels.
//! - `ß ẞ` = `ss`, `ς` = `σ`, `ı İ` = `i`, `ø` = `o`, `æ` = `ae`; digits of all scripts are `0-9`;
//!   apostrophes, double quotes and dashes are straight.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::characters::{
    Marks, is_dropped, is_dropped_from, is_ignorable, marks_on, push_folded, read_as, stands_alone,
};

/// Folds a text to the form in which facet values and titles are compared.
///
/// Runs of white space become one space and are trimmed; punctuation stays.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        fold_ascii(text)
    } else {
        fold_clusters(text)
    }
}

/// The same for what has neither marks nor compatibility forms, as most values of facets.
pub(super) fn fold_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.bytes() {
        if !(c.is_ascii_whitespace() || c.is_ascii_control()) {
            out.push(char::from(c.to_ascii_lowercase()));
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// The same for every text.
pub(super) fn fold_clusters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut folder = Folder::default();
    while at < text.len() {
        at = folder.cluster(text, at);
        for &c in folder.folded() {
            if !(c.is_whitespace() || c.is_control()) {
                out.push(c);
            } else if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    out
}

/// The most marks of one letter that are looked at.
const MAX_MARKS: usize = 32;

/// Folds a text, letter by letter with everything that belongs to the letter.
#[derive(Debug, Default)]
pub(super) struct Folder {
    source: Vec<char>,
    out: Vec<char>,
    alone: bool,
}

impl Folder {
    /// Folds the letter at `at` with its marks; says where the next one begins.
    #[inline]
    pub(super) fn cluster(&mut self, text: &str, at: usize) -> usize {
        let mut rest = text[at..].chars();
        let Some(first) = rest.next() else {
            return text.len();
        };
        let next = rest.next();
        if next.is_none_or(|next| !may_attach(first, next)) && !is_ignorable(first) {
            self.out.clear();
            self.alone = stands_alone(first);
            push_single(without_mark(first), &mut self.out);
            return at + first.len_utf8();
        }
        self.joined(text, at)
    }

    /// The characters of the last letter.
    pub(super) fn folded(&self) -> &[char] {
        &self.out
    }

    /// Whether the last letter is a word of its own.
    pub(super) fn stands_alone(&self) -> bool {
        self.alone
    }

    /// A letter of several characters.
    fn joined(&mut self, text: &str, at: usize) -> usize {
        self.source.clear();
        let mut end = text.len();
        let mut marks = 0;
        for (i, c) in text[at..].char_indices() {
            if is_ignorable(c) {
                continue;
            }
            if let Some(&last) = self.source.last() {
                if !attaches(last, c) {
                    end = at + i;
                    break;
                }
                marks += 1;
                if marks > MAX_MARKS {
                    if is_combining_mark(c) {
                        continue;
                    }
                    end = at + i;
                    break;
                }
            } else if i > 0 && !is_combining_mark(c) {
                // Nothing but ignorable characters so far: they are no letter's.
                end = at + i;
                break;
            }
            self.source.push(without_mark(c));
        }
        self.alone = self.source.first().is_some_and(|&c| stands_alone(c));
        self.out.clear();
        fold_joined(&self.source, &mut self.out);
        end
    }
}

/// Whether a character may belong to the one before it; cheap, and never wrongly `false`.
#[inline]
fn may_attach(last: char, c: char) -> bool {
    if c < '\u{300}' {
        return c == '\u{AD}';
    }
    if matches!(c, '\u{370}'..='\u{482}' | '\u{5D0}'..='\u{5EA}' | '\u{620}'..='\u{64A}'
        | '\u{2010}'..='\u{2027}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
    {
        return false;
    }
    is_ignorable(c) || attaches(last, c)
}

/// Thai and Lao `am` without the mark that is a part of it: the mark belongs to the letter before,
/// and is dropped there like every other.
fn without_mark(c: char) -> char {
    match c {
        '\u{E33}' => '\u{E32}',
        '\u{EB3}' => '\u{EB2}',
        other => other,
    }
}

/// Whether a character belongs to the one before it: normalisation may join or reorder them.
fn attaches(last: char, c: char) -> bool {
    if is_combining_mark(c) || matches!(c, '\u{FF9E}' | '\u{FF9F}') {
        return true;
    }
    // Hangul: a vowel joins a leading consonant, a final consonant joins a syllable.
    if matches!(c, '\u{1160}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{FFA0}'..='\u{FFDC}') {
        let first = std::iter::once(c).nfkd().next().unwrap_or(c);
        let before = std::iter::once(last).nfkd().last().unwrap_or(last);
        return match first {
            '\u{1160}'..='\u{11A7}' => matches!(before, '\u{1100}'..='\u{115F}'),
            '\u{11A8}'..='\u{11FF}' => matches!(before, '\u{1160}'..='\u{11A7}'),
            _ => false,
        };
    }
    // What joins above the basic plane joins what is there, too.
    last >= '\u{10000}'
        && c >= '\u{10000}'
        && is_nfkc_quick(std::iter::once(c)) == IsNormalized::Maybe
}

/// Characters below this are folded from a table that fills itself.
const TABLE_END: usize = 0x3100;
const BLOCK: usize = 128;

/// So many characters are folded one by one before parts of the table are filled: a search shows a
/// few, and a part of the table costs as much as all of its characters.
const ALONE: usize = 24;

static MET: AtomicUsize = AtomicUsize::new(0);

/// What one character folds to, if that is at most three.
type Entry = (u8, [char; 3]);

static TABLE: [OnceLock<Box<[Entry]>>; TABLE_END / BLOCK] =
    [const { OnceLock::new() }; TABLE_END / BLOCK];

/// Folds a character that has no marks after it.
#[inline]
fn push_single(c: char, out: &mut Vec<char>) {
    let code = c as usize;
    if code < 0x80 {
        return out.push(c.to_ascii_lowercase());
    }
    if let Some(block) = TABLE.get(code / BLOCK) {
        if block.get().is_none() && MET.fetch_add(1, Ordering::Relaxed) < ALONE {
            return fold_joined(&[c], out);
        }
        let block = block.get_or_init(|| fold_block(code / BLOCK));
        let (count, chars) = &block[code % BLOCK];
        if let Some(chars) = chars.get(..usize::from(*count)) {
            return out.extend_from_slice(chars);
        }
    } else if matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}') {
        return out.push(c);
    }
    fold_joined(&[c], out);
}

fn fold_block(block: usize) -> Box<[Entry]> {
    let mut folded = Vec::new();
    (block * BLOCK..(block + 1) * BLOCK)
        .map(|code| {
            folded.clear();
            folded.extend(char::from_u32(code as u32));
            let c = std::mem::take(&mut folded);
            fold_joined(&c, &mut folded);
            let mut chars = ['\0'; 3];
            match chars.get_mut(..folded.len()) {
                Some(head) => head.copy_from_slice(&folded),
                None => return (u8::MAX, chars),
            }
            (folded.len() as u8, chars)
        })
        .collect()
}

/// Folds a letter and its marks until nothing changes any more.
fn fold_joined(source: &[char], out: &mut Vec<char>) {
    let mut now: Vec<char> = source.iter().map(|&c| read_as(c)).collect();
    for _ in 0..4 {
        let next = fold_once(&now);
        if next == now {
            break;
        }
        now = next;
    }
    out.append(&mut now);
}

fn fold_once(source: &[char]) -> Vec<char> {
    let mut letters = Vec::with_capacity(source.len() + 2);
    for c in source.iter().copied().nfkd() {
        for lower in c.to_lowercase() {
            push_folded(lower, &mut letters);
        }
    }
    let mut base = None;
    letters.retain(|&c| {
        if !is_combining_mark(c) {
            base = Some(c);
            return true;
        }
        base.is_none_or(|base| marks_on(base) != Marks::Dropped && !is_dropped_from(base, c))
    });
    let mut composed: Vec<char> = letters.into_iter().nfc().collect();
    let mut base = None;
    composed.retain(|&c| {
        if !is_combining_mark(c) {
            base = Some(c);
            return !is_dropped(c);
        }
        base.is_none_or(|base| marks_on(base) == Marks::Kept)
    });
    composed
}
