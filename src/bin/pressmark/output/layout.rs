//! Text in styles, broken into lines no wider than the window.

use anstyle::{AnsiColor, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::clean;
use crate::console::Stream;

/// What a part of a line means; colour is never the only sign of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Title,
    /// What matches the query.
    Match,
    /// What is there if one looks for it.
    Faint,
    /// The name of a facet or key.
    Name,
    /// A flag to paste.
    Flag,
    Notice,
    Warning,
    Error,
}

impl Role {
    fn style(self) -> Style {
        let plain = Style::new();
        match self {
            Self::Plain => plain,
            Self::Title => plain.bold(),
            Self::Faint => plain.dimmed(),
            Self::Name => plain.fg_color(Some(AnsiColor::Cyan.into())),
            Self::Flag => plain.fg_color(Some(AnsiColor::Green.into())),
            Self::Notice => plain.bold().fg_color(Some(AnsiColor::Cyan.into())),
            Self::Warning => plain.bold().fg_color(Some(AnsiColor::Yellow.into())),
            Self::Match | Self::Error => plain.bold().fg_color(Some(AnsiColor::Red.into())),
        }
    }
}

/// Words to be laid out, each with its role. What is pushed is cleaned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    /// The words, one behind the other.
    text: String,
    /// Parts of one role each, in the order of the text.
    parts: Vec<Part>,
    /// Whether the next part goes on with the last word.
    is_open: bool,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    role: Role,
    /// Where it ends in the text.
    end: usize,
    /// Whether it begins a word: between two words a line may break.
    begins: bool,
}

impl Flow {
    /// Adds text; white space in it separates words.
    pub(crate) fn push(&mut self, role: Role, text: &str) {
        let mut from = self.text.len();
        for c in text.chars() {
            if clean::is_gap(c) {
                self.part(role, from);
                self.is_open = false;
                from = self.text.len();
            } else if !clean::is_hostile(c) {
                self.text.push(c);
            }
        }
        self.part(role, from);
    }

    /// Adds text as one word, spaces and all: a line breaks in it only where it must.
    pub(crate) fn push_whole(&mut self, role: Role, text: &str) {
        let from = self.text.len();
        self.text.push_str(&clean::line(text));
        self.part(role, from);
    }

    /// Adds text to the word, spaces and all.
    pub(crate) fn glue(&mut self, role: Role, text: &str) {
        let from = self.text.len();
        self.text
            .extend(text.chars().filter(|&c| !clean::is_hostile(c)));
        self.part(role, from);
    }

    /// Ends the word.
    pub(crate) fn space(&mut self) {
        self.is_open = false;
    }

    /// Adds the words of another flow behind its own.
    pub(crate) fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        let parts = other.parts.iter();
        self.parts.extend(parts.map(|&part| Part {
            end: before + part.end,
            ..part
        }));
        self.is_open = other.is_open;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Makes a part of the text that was added last, if there is any.
    fn part(&mut self, role: Role, from: usize) {
        let end = self.text.len();
        if from == end {
            return;
        }
        match self.parts.last_mut() {
            Some(last) if self.is_open && last.role == role => last.end = end,
            _ => self.parts.push(Part {
                role,
                end,
                begins: !self.is_open,
            }),
        }
        self.is_open = true;
    }

    /// The words, each as its parts.
    fn words(&self) -> impl Iterator<Item = &[Part]> {
        let begins = |_: &Part, part: &Part| !part.begins;
        self.parts.chunk_by(begins)
    }

    /// Breaks into lines: the first begins behind `first` columns that are taken already, the
    /// others after `indent` spaces. Each ends with a line feed.
    pub(crate) fn render(&self, stream: Stream, first: usize, indent: usize) -> String {
        let width = stream.width.max(indent + 2);
        let mut lines = Lines {
            out: String::with_capacity(self.text.len() + self.text.len() / 4),
            line: String::new(),
            runs: Vec::new(),
            used: first,
            is_empty: true,
            stream,
            width,
            indent,
        };
        let mut start = 0;
        let mut pieces = Vec::new();
        for word in self.words() {
            pieces.clear();
            for part in word {
                pieces.push((part.role, &self.text[start..part.end]));
                start = part.end;
            }
            let wide = pieces.iter().map(|(_, text)| columns(text)).sum();
            if wide <= width - indent {
                lines.word(&pieces, wide);
            } else {
                lines.long_word(&pieces);
            }
        }
        lines.finish()
    }
}

/// Lines on their way out.
struct Lines {
    out: String,
    /// The last line, without its styles, and its stretches of one role with their ends.
    line: String,
    runs: Vec<(Role, usize)>,
    /// Columns that are taken.
    used: usize,
    is_empty: bool,
    stream: Stream,
    width: usize,
    indent: usize,
}

impl Lines {
    /// Adds a word that is so wide, on a new line if it has no room on this one.
    fn word(&mut self, pieces: &[(Role, &str)], wide: usize) {
        let gap = usize::from(!self.is_empty);
        let is_fresh = self.is_empty && self.used <= self.indent;
        if self.used + gap + wide > self.width && !is_fresh {
            self.paint();
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', self.indent));
            self.used = self.indent;
            self.is_empty = true;
        }
        if !self.is_empty {
            // Between two words of one role, the gap has it too: a phrase is one mark.
            let role = match (self.runs.last(), pieces.first()) {
                (Some((a, _)), Some((b, _))) if a == b => *a,
                _ => Role::Plain,
            };
            self.add(role, " ");
            self.used += 1;
        }
        for &(role, text) in pieces {
            self.add(role, text);
        }
        self.used += wide;
        self.is_empty = false;
    }

    /// Adds a word that is wider than a line, in parts that are not.
    fn long_word(&mut self, pieces: &[(Role, &str)]) {
        let mut part: Vec<(Role, &str)> = Vec::new();
        let mut used = 0;
        for &(role, text) in pieces {
            for grapheme in text.graphemes(true) {
                let wide = columns(grapheme);
                if used + wide > self.width - self.indent && !part.is_empty() {
                    self.word(&part, used);
                    part.clear();
                    used = 0;
                }
                part.push((role, grapheme));
                used += wide;
            }
        }
        self.word(&part, used);
    }

    fn add(&mut self, role: Role, text: &str) {
        self.line.push_str(text);
        let end = self.line.len();
        match self.runs.last_mut() {
            Some((last, until)) if *last == role => *until = end,
            _ => self.runs.push((role, end)),
        }
    }

    /// Ends the line.
    fn paint(&mut self) {
        let mut start = 0;
        for (role, end) in self.runs.drain(..) {
            let text = &self.line[start..end];
            self.out.push_str(&self.stream.paint(role.style(), text));
            start = end;
        }
        self.line.clear();
    }

    fn finish(mut self) -> String {
        self.paint();
        self.out.push('\n');
        self.out
    }
}

/// A remark, broken into lines that fit.
pub(crate) fn wrapped(stream: Stream, text: &str) -> String {
    let mut flow = Flow::default();
    flow.push(Role::Plain, text);
    flow.render(stream, 0, 2)
}

/// The text in the style of a role.
pub(crate) fn styled(stream: Stream, role: Role, text: &str) -> String {
    stream.paint(role.style(), text)
}

/// The columns that a text takes, counted so that it is never more.
pub(crate) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text, cut to so many columns with `…` at its end if it is wider.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used += columns(grapheme);
        if used > width {
            break;
        }
        out.push_str(grapheme);
    }
    out.push('…');
    out
}

/// The text, filled with spaces to so many columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream(width: usize) -> Stream {
        Stream {
            is_terminal: false,
            colour: false,
            width,
        }
    }

    fn flow(text: &str) -> Flow {
        let mut flow = Flow::default();
        flow.push(Role::Plain, text);
        flow
    }

    #[test]
    fn words_wrap_behind_the_indent() {
        assert_eq!(
            flow("one two three four").render(stream(10), 0, 2),
            "one two\n  three\n  four\n"
        );
        assert_eq!(
            flow("abcdefghijkl").render(stream(6), 0, 2),
            "abcd\n  efgh\n  ijkl\n"
        );
        assert_eq!(flow("中文中文").render(stream(5), 0, 0), "中文\n中文\n");
        let mut whole = flow("-f");
        whole.space();
        whole.push_whole(Role::Flag, "country='Saudi Arabia'  12");
        assert_eq!(
            whole.render(stream(40), 0, 0),
            "-f country='Saudi Arabia' 12\n"
        );
    }

    #[test]
    fn a_phrase_is_one_mark() {
        let mut flow = Flow::default();
        flow.push(Role::Plain, "the ");
        flow.push(Role::Match, "ballistic missile");
        flow.push(Role::Plain, "s");
        let colour = Stream {
            colour: true,
            ..stream(40)
        };
        assert_eq!(
            flow.render(colour, 0, 0),
            "the \u{1b}[1m\u{1b}[31mballistic missile\u{1b}[0ms\n"
        );
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("missiles", 8), "missiles");
        assert_eq!(cut("missiles", 5), "miss…");
        assert_eq!(cut("中文字", 4), "中…");
        assert_eq!(pad("中", 4), "中  ");
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_the_window_and_no_word_is_lost(
            text in "([a-z]{1,30}|中{1,9}|e\u{301}|👩‍👩‍👧|\u{1b}\\[2J| |\n){0,40}",
            width in 20_usize..60,
            indent in 0_usize..8,
        ) {
            let shown = flow(&text).render(stream(width), 0, indent);
            for line in shown.lines() {
                prop_assert!(columns(line) <= width, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&shown), letters(&clean::line(&text)));
        }
    }
}
