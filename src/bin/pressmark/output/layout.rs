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
    /// Words; a word may have parts of different roles, and the words between which a line may
    /// break are separate.
    words: Vec<Word>,
    /// Whether the next part begins a new word.
    is_open: bool,
}

type Word = Vec<(Role, String)>;

impl Flow {
    /// Adds text; white space in it separates words.
    pub(crate) fn push(&mut self, role: Role, text: &str) {
        let mut word = String::new();
        for c in text.chars() {
            if clean::is_gap(c) {
                self.part(role, std::mem::take(&mut word));
                self.is_open = false;
            } else if !clean::is_hostile(c) {
                word.push(c);
            }
        }
        self.part(role, word);
    }

    /// Adds text as one word, spaces and all: a line breaks in it only where it must.
    pub(crate) fn push_whole(&mut self, role: Role, text: &str) {
        self.part(role, clean::line(text));
    }

    /// Adds text to the word, spaces and all.
    pub(crate) fn glue(&mut self, role: Role, text: &str) {
        self.part(
            role,
            text.chars().filter(|&c| !clean::is_hostile(c)).collect(),
        );
    }

    /// Ends the word.
    pub(crate) fn space(&mut self) {
        self.is_open = false;
    }

    /// Adds the words of another flow behind its own.
    pub(crate) fn append(&mut self, other: Self) {
        self.words.extend(other.words);
        self.is_open = other.is_open;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn part(&mut self, role: Role, text: String) {
        if text.is_empty() {
            return;
        }
        if !self.is_open {
            self.words.push(Vec::new());
            self.is_open = true;
        }
        if let Some(word) = self.words.last_mut() {
            match word.last_mut() {
                Some((last, known)) if *last == role => known.push_str(&text),
                _ => word.push((role, text)),
            }
        }
    }

    /// Breaks into lines: the first begins behind `first` columns that are taken already, the
    /// others after `indent` spaces. Each ends with a line feed.
    pub(crate) fn render(&self, stream: Stream, first: usize, indent: usize) -> String {
        let width = stream.width.max(indent + 2);
        let mut out = String::new();
        let mut line: Word = Vec::new();
        let mut used = first;
        let mut is_empty = true;
        for word in self
            .words
            .iter()
            .flat_map(|word| split(word, width - indent))
        {
            let wide = word.iter().map(|(_, text)| columns(text)).sum::<usize>();
            let gap = usize::from(!is_empty);
            if used + gap + wide > width && !(is_empty && used <= indent) {
                out.push_str(&paint(stream, &line));
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                line.clear();
                used = indent;
                is_empty = true;
            }
            if !is_empty {
                // Between two words of one role, the gap has it too: a phrase is one mark.
                let role = match (line.last(), word.first()) {
                    (Some((a, _)), Some((b, _))) if a == b => *a,
                    _ => Role::Plain,
                };
                append(&mut line, role, " ");
                used += 1;
            }
            for (role, text) in &word {
                append(&mut line, *role, text);
            }
            used += wide;
            is_empty = false;
        }
        out.push_str(&paint(stream, &line));
        out.push('\n');
        out
    }
}

fn append(line: &mut Word, role: Role, text: &str) {
    match line.last_mut() {
        Some((last, known)) if *last == role => known.push_str(text),
        _ => line.push((role, text.to_owned())),
    }
}

fn paint(stream: Stream, line: &Word) -> String {
    line.iter()
        .map(|(role, text)| stream.paint(role.style(), text))
        .collect()
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

/// A word in parts no wider than a line.
fn split(word: &Word, width: usize) -> Vec<Word> {
    let whole: usize = word.iter().map(|(_, text)| columns(text)).sum();
    if whole <= width {
        return vec![word.clone()];
    }
    let mut parts = Vec::new();
    let mut part: Word = Vec::new();
    let mut used = 0;
    for (role, text) in word {
        for grapheme in text.graphemes(true) {
            let wide = columns(grapheme);
            if used + wide > width && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                used = 0;
            }
            append(&mut part, *role, grapheme);
            used += wide;
        }
    }
    parts.push(part);
    parts
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
