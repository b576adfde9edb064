//! Where sentences and paragraphs begin.
//!
//! A sentence ends with `. ! ? …` (or `。 ！ ？ ؟ ।` and their like), closing quotes and brackets, and
//! white space, unless what follows begins with a small letter. A full stop ends none after a title
//! (`Mr.`, `Gen.`), an initial, an acronym (`U.S.`), or `No.` and a month before a number. Without a
//! space it ends one between a small letter and a capital (`ended.The`). A paragraph begins after a
//! blank line or a form feed, with a line indented deeper than the one before, or after a line break
//! beside a line so long that nobody wraps lines there; any other line break means nothing, as
//! lines may be wrapped.

/// What begins with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// Nothing: the sentence goes on.
    None,
    /// A sentence.
    Sentence,
    /// A paragraph, and so a sentence.
    Paragraph,
}

/// Tells for one word of a text after the other whether a sentence begins with it.
#[derive(Debug, Clone, Default)]
pub struct Boundaries {
    /// The word before, as a byte range.
    previous: Option<(usize, usize)>,
    /// How deep the current line is indented.
    indent: usize,
}

/// The deeper indentation that makes a paragraph, in columns; a tab counts four.
const DEEPER: usize = 2;

/// Bytes of a line that was not wrapped: programs wrap at 60 to 120 columns.
const UNWRAPPED: usize = 240;

/// Whether the line before or after a line break is longer than wrapped lines are.
fn is_unwrapped(text: &str, line_break: usize) -> bool {
    let bytes = text.as_bytes();
    let before = &bytes[line_break.saturating_sub(UNWRAPPED)..line_break];
    let after = bytes.get(line_break + 1..).unwrap_or_default();
    let after = &after[..after.len().min(UNWRAPPED)];
    let whole = |line: &[u8]| line.len() == UNWRAPPED && !line.contains(&b'\n');
    whole(before) || whole(after)
}

/// How a sentence may have ended between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    None,
    /// A full stop: it may belong to an abbreviation.
    Stop,
    /// Another sign that wants white space after it.
    Sign,
    /// A sign that needs no white space.
    Full,
}

impl Boundaries {
    /// Takes the next word of the text, `text[start..end]`.
    #[inline]
    pub fn step(&mut self, text: &str, start: usize, end: usize) -> Boundary {
        let previous = self.previous.replace((start, end));
        let gap_start = previous.map_or(0, |(_, end)| end);
        let gap = text.get(gap_start..start).unwrap_or("");
        if previous.is_some() && (gap.is_empty() || gap == " ") {
            return Boundary::None;
        }
        self.after_gap(text, previous, gap, start)
    }

    fn after_gap(
        &mut self,
        text: &str,
        previous: Option<(usize, usize)>,
        gap: &str,
        start: usize,
    ) -> Boundary {
        let mut ended = End::None;
        let mut space_after = false;
        let mut paragraph = false;
        // The columns of white space since the line break, as long as there is nothing else.
        let mut columns = previous.is_none().then_some(0);
        let gap_start = start - gap.len();
        for (at, c) in gap.char_indices() {
            match c {
                '\n' | '\u{85}' | '\u{2028}' => {
                    paragraph |= columns.is_some() || is_unwrapped(text, gap_start + at);
                    columns = Some(0);
                    space_after = true;
                }
                '\u{C}' | '\u{2029}' => {
                    paragraph = true;
                    columns = Some(0);
                }
                _ if c.is_whitespace() => {
                    let width = match c {
                        '\t' => 4,
                        '\r' => 0,
                        _ => 1,
                    };
                    columns = columns.map(|columns| columns + width);
                    space_after = true;
                }
                _ => {
                    paragraph |= self.begin_line(&mut columns);
                    let end = end_of_sentence(c);
                    if end != End::None {
                        ended = match ended {
                            End::None => end,
                            _ => End::Sign.max_with(end),
                        };
                        space_after = false;
                    }
                }
            }
        }
        paragraph |= self.begin_line(&mut columns);
        let Some((before_start, before_end)) = previous else {
            return Boundary::Paragraph;
        };
        if paragraph {
            return Boundary::Paragraph;
        }
        let before = &text[before_start..before_end];
        let next = text[start..].chars().next().unwrap_or(' ');
        let begins = match ended {
            End::None => false,
            End::Full => true,
            _ if next.is_lowercase() => false,
            End::Sign => space_after,
            End::Stop if space_after => !is_abbreviated(before, next),
            End::Stop => {
                next.is_uppercase()
                    && before.chars().nth(1).is_some()
                    && before.ends_with(char::is_lowercase)
            }
        };
        if begins {
            Boundary::Sentence
        } else {
            Boundary::None
        }
    }

    /// The first sign or word of a line; says whether its indentation makes a paragraph.
    fn begin_line(&mut self, columns: &mut Option<usize>) -> bool {
        columns.take().is_some_and(|columns| {
            let deeper = columns >= self.indent + DEEPER;
            self.indent = columns;
            deeper
        })
    }
}

impl End {
    fn max_with(self, other: Self) -> Self {
        if other == Self::Full { other } else { self }
    }
}

fn end_of_sentence(c: char) -> End {
    match c {
        '.' => End::Stop,
        '!' | '?' | '…' | '‼' | '⁇' | '⁈' | '⁉' | '؟' | '۔' | '։' => End::Sign,
        '。' | '．' | '！' | '？' | '｡' | '।' | '॥' | '።' | '။' | '។' | '៕' => {
            End::Full
        }
        _ => End::None,
    }
}

/// Titles: a name follows.
const TITLES: &[&str] = &[
    "adm", "brig", "capt", "cmdr", "col", "cpl", "dr", "fr", "gen", "gov", "hon", "lt", "maj",
    "messrs", "mlle", "mme", "mr", "mrs", "ms", "mt", "prof", "rep", "rev", "sen", "sgt", "st",
    "vs",
];

/// Abbreviations before a number.
const NUMBERED: &[&str] = &[
    "apr", "art", "aug", "ca", "dec", "feb", "fig", "jan", "jul", "jun", "mar", "no", "nos", "nov",
    "oct", "p", "pp", "sec", "sep", "sept", "vol",
];

fn is_abbreviated(before: &str, next: char) -> bool {
    let mut letters = before.chars();
    if letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none() {
        return true;
    }
    let is_in = |list: &[&str]| list.iter().any(|known| before.eq_ignore_ascii_case(known));
    before.len() <= 6 && (is_in(TITLES) || next.is_numeric() && is_in(NUMBERED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_beside_an_unwrapped_line_ends_a_paragraph() {
        let long = "word ".repeat(60);
        for (text, expected) in [
            (format!("A heading\n{long}"), true),
            (format!("{long}\nA heading"), true),
            ("A wrapped line\nand its end".to_owned(), false),
        ] {
            let line_break = text.find('\n').unwrap();
            let last = text[..line_break].trim_end().rfind(' ').unwrap() + 1;
            let mut boundaries = Boundaries::default();
            boundaries.step(&text, last, text[..line_break].trim_end().len());
            let found = boundaries.step(&text, line_break + 1, line_break + 2);
            assert_eq!(found == Boundary::Paragraph, expected, "{text}");
        }
    }
}
