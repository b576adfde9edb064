//! Plain text: whether its first line is its title.

use crate::corpus::limits;

/// A line this long is a paragraph that nobody wrapped.
const PARAGRAPH_CHARS: usize = 120;

/// Splits a text into its title, if the first line reads like one, and the rest.
///
/// A title is a short line that does not end like a sentence, and behind which comes a blank
/// line, or a paragraph in one long line, perhaps after another heading. A line of wrapped prose
/// is none: the next one is about as long.
pub(super) fn split_title(text: &str) -> (Option<&str>, &str) {
    let start = text.trim_start_matches(is_blank);
    let (first, rest) = start.split_once('\n').unwrap_or((start, ""));
    let first = first.trim();
    if !reads_like_heading(first, limits::TITLE_LINE_CHARS) || rest.trim().is_empty() {
        return (None, text);
    }
    let (second, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let is_title = second.trim().is_empty()
        || is_paragraph(second, first)
        || (reads_like_heading(second.trim(), PARAGRAPH_CHARS)
            && is_paragraph(after.trim_start().lines().next().unwrap_or(""), first));
    if is_title {
        (Some(first), rest.trim_start_matches(is_blank))
    } else {
        (None, text)
    }
}

/// Blank lines are passed over, but the indentation of the first line with text is its own.
fn is_blank(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{c}')
}

fn is_paragraph(line: &str, heading: &str) -> bool {
    let length = line.chars().take(2_000).count();
    length > PARAGRAPH_CHARS && length >= 2 * heading.chars().count()
}

fn reads_like_heading(line: &str, most: usize) -> bool {
    let quotes = ['"', '\'', '”', '’', '»', ')'];
    line.chars().take(most + 1).count() <= most
        && line.chars().any(char::is_alphabetic)
        && !line
            .trim_end_matches(quotes)
            .ends_with(['.', ',', ';', ':', '。', '、', '，', '-', '\u{ad}'])
}

/// The name of a file as a title: without extension, words apart.
pub(in crate::corpus) fn title_from_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    };
    let spaced = stem.replace(['_', '+'], " ");
    // Hyphens part words, except in a date and where spaces already do.
    let words = if spaced.contains(' ') {
        spaced
    } else {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let chars: Vec<char> = spaced.chars().collect();
        let part = |(at, &c): (usize, &char)| {
            let before = at.checked_sub(1).and_then(|at| chars.get(at).copied());
            let in_number = digit(before) && digit(chars.get(at + 1).copied());
            if c == '-' && !in_number { ' ' } else { c }
        };
        chars.iter().enumerate().map(part).collect()
    };
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines_that_are_titles_and_first_lines_that_are_not() {
        let paragraph = "A paragraph that nobody wrapped goes on in one line. ".repeat(4);
        let cases = [
            ("A title\n\nText.".to_owned(), Some("A title"), "Text."),
            ("\n\n  A title  \n\n  Text.".to_owned(), Some("A title"), "  Text."),
            (format!("A title\n{paragraph}"), Some("A title"), paragraph.as_str()),
            ("Who won?\n\nNobody.".to_owned(), Some("Who won?"), "Nobody."),
            ("“We won’t go”\n\nText.".to_owned(), Some("“We won’t go”"), "Text."),
            ("A sentence.\n\nText.".to_owned(), None, ""),
            ("“A sentence.”\n\nText.".to_owned(), None, ""),
            ("Dear Sir,\n\nText.".to_owned(), None, ""),
            ("* * *\n\nText.".to_owned(), None, ""),
            ("1962\n\nText.".to_owned(), None, ""),
            ("Only one line".to_owned(), None, ""),
            ("Only one line\n\n".to_owned(), None, ""),
            (String::new(), None, ""),
            (paragraph.clone(), None, ""),
            (format!("{}\n\nText.", "word ".repeat(50)), None, ""),
            (
                "Showers continued throughout the week in\nthe cocoa zone, alleviating the drought since\nJanuary.".to_owned(),
                None,
                "",
            ),
        ];
        for (text, title, rest) in cases {
            let expected = if title.is_some() { rest } else { &text };
            assert_eq!(split_title(&text), (title, expected), "{text}");
        }
    }

    #[test]
    fn a_second_heading_does_not_hide_the_title() {
        let paragraph = "Officials spoke at length about what had been seen there. ".repeat(5);
        let text = format!("The Alarm Over a Revival\nA Stark Warning\n{paragraph}\nMore\n");
        let (title, rest) = split_title(&text);
        assert_eq!(title, Some("The Alarm Over a Revival"));
        assert!(rest.starts_with("A Stark Warning\n"));
    }

    #[test]
    fn names_become_titles() {
        for (path, expected) in [
            ("a/b/talks-resume_in-geneva.txt", "Talks-resume in-geneva"),
            ("talks-resume.md", "Talks resume"),
            ("1962-10-28-cuba.txt", "1962-10-28 cuba"),
            ("report.final.txt", "Report.final"),
            ("README", "README"),
            ("___.txt", "___.txt"),
            ("école.txt", "École"),
        ] {
            assert_eq!(title_from_name(path), expected);
        }
    }
}
