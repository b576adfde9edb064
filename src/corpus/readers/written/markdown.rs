//! Markdown to readable text: paragraphs apart by blank lines, markers gone, words kept.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::corpus::limits;
use crate::corpus::read::same_words;

/// What a Markdown text says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered {
    /// The first heading of the first level, which is then not in the text.
    pub(super) heading: Option<String>,
    /// The text.
    pub(super) text: String,
}

/// Renders a text. If its title is already `known`, only a heading that repeats it is taken out.
pub(super) fn render(source: &str, known: Option<&str>) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_WIKILINKS;
    let mut writer = Writer::new(source, known);
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        writer.event(event, range.start);
    }
    let text = writer.text.trim_end().to_owned();
    Rendered {
        heading: writer.heading,
        text,
    }
}

struct Writer<'s> {
    source: &'s str,
    known: Option<&'s str>,
    text: String,
    heading: Option<String>,
    /// Where the first heading of the first level began in `text`, while it lasts.
    heading_start: Option<usize>,
    /// HTML is gathered until its block ends: a comment may span many events.
    html: Option<String>,
    /// How many lists are open, for the indentation of items.
    lists: usize,
    /// Whether the next text stands right behind the marker of an item.
    after_marker: bool,
    cells: usize,
}

impl<'s> Writer<'s> {
    fn new(source: &'s str, known: Option<&'s str>) -> Self {
        Self {
            source,
            known,
            text: String::with_capacity(source.len()),
            heading: None,
            heading_start: None,
            html: None,
            lists: 0,
            after_marker: false,
            cells: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.start(&tag, at),
            Event::End(tag) => self.end(tag),
            Event::Html(html) | Event::InlineHtml(html) => {
                if let Some(block) = &mut self.html {
                    block.push_str(&html);
                } else {
                    let plain = strip_html(&html);
                    self.push(&plain);
                }
            }
            Event::Text(text)
            | Event::Code(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => self.push(&text),
            Event::FootnoteReference(name) => {
                self.push("[");
                self.push(&name);
                self.push("]");
            }
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => self.block(),
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.block();
                if *level == HeadingLevel::H1 && self.heading.is_none() {
                    self.heading_start = Some(self.text.len());
                }
            }
            Tag::Paragraph | Tag::Table(_) => self.block(),
            Tag::CodeBlock(kind) => {
                self.block();
                // A fence may carry a title, but its first word names a language.
                if let CodeBlockKind::Fenced(info) = kind
                    && let Some((_, title)) = info.split_once(' ')
                {
                    self.push(title);
                    self.push("\n");
                }
            }
            Tag::HtmlBlock => {
                self.block();
                self.html = Some(String::new());
            }
            Tag::List(_) => {
                if self.lists == 0 {
                    self.block();
                }
                self.lists += 1;
            }
            Tag::Item => {
                self.line();
                for _ in 1..self.lists.min(16) {
                    self.text.push_str("  ");
                }
                let marker = marker(&self.source[at..]);
                self.text.push_str(marker);
                self.text.push(' ');
                self.after_marker = true;
            }
            Tag::FootnoteDefinition(name) => {
                self.block();
                self.push("[");
                self.push(name);
                self.push("] ");
                self.after_marker = true;
            }
            Tag::TableHead | Tag::TableRow => {
                self.line();
                self.cells = 0;
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.text.push_str(" | ");
                }
                self.cells += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(HeadingLevel::H1) => {
                if let Some(start) = self.heading_start.take() {
                    let heading = self.text[start..].split_whitespace();
                    let heading = heading.collect::<Vec<_>>().join(" ");
                    let fits = !heading.is_empty() && heading.len() <= limits::TITLE_BYTES;
                    if fits && self.known.is_none_or(|known| same_words(known, &heading)) {
                        self.heading = Some(heading);
                        self.text.truncate(start);
                    }
                }
            }
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    let plain = strip_html(&html);
                    self.push(plain.trim());
                }
            }
            TagEnd::List(_) => self.lists = self.lists.saturating_sub(1),
            TagEnd::Item => self.after_marker = false,
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if !text.is_empty() {
            self.after_marker = false;
            self.text.push_str(text);
        }
    }

    /// Begins a line.
    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Begins a block: after a blank line, except right behind the marker of an item.
    fn block(&mut self) {
        if self.after_marker {
            return;
        }
        self.line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

/// The marker of an item as it is written: numbers in a source are not always consecutive.
fn marker(item: &str) -> &str {
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    match item.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => &item[..=digits],
        _ => "-",
    }
}

/// The text of a piece of HTML: tags, comments, scripts and styles gone, the commonest character
/// references resolved. What is no tag stays.
fn strip_html(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    // Behind the last `>` there is no tag; looking for its end again and again would take long.
    let last = html.rfind('>').unwrap_or(0);
    while let Some((before, after)) = rest.split_once('<') {
        if html.len() - after.len() > last {
            break;
        }
        unescape(before, &mut text);
        let (end, gap) = tag_end(after);
        let Some(end) = end else {
            text.push('<');
            rest = after;
            continue;
        };
        text.push_str(gap);
        rest = &after[end..];
    }
    unescape(rest, &mut text);
    text
}

/// Where what begins with `<` ends, if it is a tag, and what stands in its place.
fn tag_end(after: &str) -> (Option<usize>, &'static str) {
    let through = |end: &str| Some(after.find(end).map_or(after.len(), |at| at + end.len()));
    if after.starts_with("!--") {
        return (through("-->"), "");
    }
    let name: String = after
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(16)
        .collect::<String>()
        .to_ascii_lowercase();
    match name.as_str() {
        "" if after.starts_with(['!', '?']) => (through(">"), ""),
        "" => (None, ""),
        "script" | "style" if !after.starts_with('/') => {
            let closes = |at: usize| {
                let close = after.get(at + 2..at + 2 + name.len());
                close.is_some_and(|close| close.eq_ignore_ascii_case(&name))
            };
            let mut ends = after.match_indices("</").map(|(at, _)| at);
            let at = ends.find(|&at| closes(at)).unwrap_or(after.len());
            let end = after[at..]
                .find('>')
                .map_or(after.len(), |end| at + end + 1);
            (Some(end), "")
        }
        "br" | "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table"
        | "ul" | "ol" | "blockquote" | "section" | "article" => (through(">"), "\n"),
        "td" | "th" => (through(">"), " "),
        _ => (through(">"), ""),
    }
}

fn unescape(html: &str, text: &mut String) {
    const REFERENCES: [(&str, char); 6] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&nbsp;", '\u{a0}'),
    ];
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = REFERENCES.iter().find(|(name, _)| rest.starts_with(name));
        let (skip, c) = known.map_or((1, '&'), |&(name, c)| (name.len(), c));
        text.push(c);
        rest = &rest[skip..];
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(source: &str, heading: Option<&str>, text: &str) {
        let rendered = render(source, None);
        assert_eq!(rendered.heading.as_deref(), heading, "{source}");
        assert_eq!(rendered.text, text, "{source}");
    }

    #[test]
    fn blocks() {
        check(
            "# Talks *resume*\n\nOne\ntwo.\n\nThree.",
            Some("Talks resume"),
            "One\ntwo.\n\nThree.",
        );
        check(
            "Intro.\n\n# Late\n\n## Part\nText.\n\n# Next",
            Some("Late"),
            "Intro.\n\nPart\n\nText.\n\nNext",
        );
        check("Title\n=====\nText", Some("Title"), "Text");
        check("#\n\n# Real", Some("Real"), "");
        check("> quoted\n> more\n\nafter", None, "quoted\nmore\n\nafter");
        check("a\n\n---\n\nb", None, "a\n\nb");
        check(
            "```rust ignore\nlet x = 1;\n```\nafter",
            None,
            "ignore\nlet x = 1;\n\nafter",
        );
        check("    code\n\nafter", None, "code\n\nafter");
    }

    #[test]
    fn a_known_title_is_not_repeated_and_another_heading_stays() {
        for (source, known, text) in [
            ("# Talks  resume\n\nText.", "Talks resume", "Text."),
            ("# Another\n\nText.", "Talks resume", "Another\n\nText."),
            (
                "# Another\n\n# Talks resume\n\nText.",
                "Talks resume",
                "Another\n\nText.",
            ),
        ] {
            assert_eq!(render(source, Some(known)).text, text);
        }
        let long = "word ".repeat(300);
        let rendered = render(&format!("# {long}\n\nText."), None);
        assert_eq!(rendered.heading, None);
        assert!(rendered.text.starts_with("word word"));
    }

    #[test]
    fn lists_keep_their_numbers() {
        check("- a\n- b\n  - c\n\nafter", None, "- a\n- b\n  - c\n\nafter");
        check("35. first\n37. second", None, "35. first\n37. second");
        check("1) a\n\n   more\n2) b", None, "1) a\n\nmore\n2) b");
        check("- [x] done\n- [ ] open", None, "- [x] done\n- [ ] open");
    }

    #[test]
    fn inlines_keep_their_words() {
        check(
            "a **b** `c` ~~d~~ [link](http://x) ![alt text](y.png) <http://z>",
            None,
            "a b c d link alt text http://z",
        );
        check(
            "see [[Page|the page]] and [[Other]]",
            None,
            "see the page and Other",
        );
        check(
            "note[^1].\n\n[^1]: The note.",
            None,
            "note[1].\n\n[1] The note.",
        );
        check("AT&amp;T &copy; 5 < 6", None, "AT&T © 5 < 6");
        check("line  \nbreak", None, "line\nbreak");
    }

    #[test]
    fn tables_are_readable() {
        check(
            "| a | b |\n|---|---|\n| 1 | *2* |\n\nafter",
            None,
            "a | b\n1 | 2\n\nafter",
        );
    }

    #[test]
    fn html_loses_its_tags_only() {
        check("a <b>bold</b> c<br>d", None, "a bold c\nd");
        check(
            "<div>\nText &amp; more<!-- no\nno -->\n</div>\n\nafter",
            None,
            "Text & more\n\nafter",
        );
        check(
            "<script>\nlet a = '<p>';\n</script>\n\nafter",
            None,
            "after",
        );
        check("<!-- a\n\nb -->\n\nafter", None, "after");
        check("<!-- open\n\nfor ever", None, "<!-- open\n\nfor ever");
    }

    #[test]
    fn hostile_nesting_takes_no_time() {
        let start = std::time::Instant::now();
        for piece in [
            ">", "- ", "* ", "[", "![", "**a ", "`", "<", "<!--", "|a", "1. ", "[^", "\\", "<b",
            "&", "[a](", "[[", "_a__",
        ] {
            let _ = render(&piece.repeat(20_000), None);
            let _ = render(&format!("{piece}\n").repeat(5_000), None);
        }
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn words_survive(words in prop::collection::vec("[a-z]{1,8}", 1..30)) {
            let source = words.join(" ");
            prop_assert_eq!(render(&source, None).text, source);
        }

        #[test]
        fn nothing_panics(source in "[-#>*_`|\\[\\]()<>!&;a-z0-9. \n]{0,200}") {
            let _ = render(&source, None);
        }
    }
}
