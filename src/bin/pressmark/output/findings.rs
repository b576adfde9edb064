//! Diagnostics: the word for how much it matters, the message, the place in the query, a way out.

use pressmark::{Diagnostic, Severity};
use unicode_segmentation::UnicodeSegmentation;

use super::clean;
use super::layout::{Flow, Role, columns, cut, styled};
use crate::console::Stream;

/// Renders a finding; the place is shown if it has one and there is a query.
pub(crate) fn render(finding: &Diagnostic, query: &str, stream: Stream) -> String {
    let (word, role) = match finding.severity {
        Severity::Error => ("error:", Role::Error),
        Severity::Warning => ("warning:", Role::Warning),
        _ => ("notice:", Role::Notice),
    };
    let mut out = String::new();
    let message = clean::lines(&finding.message);
    let mut lines = message.lines();
    let mut first = Flow::default();
    first.push(role, word);
    first.space();
    first.push(Role::Plain, lines.next().unwrap_or_default());
    out.push_str(&first.render(stream, 0, 2));
    for line in lines {
        // A message of several lines shows a place in a file: its columns matter.
        out.push_str("  ");
        out.push_str(&cut(line, stream.width - 2));
        out.push('\n');
    }
    if let Some((start, end)) = finding.span
        && !query.trim().is_empty()
    {
        out.push_str(&place(query, start, end, role, stream));
    }
    if let Some(hint) = &finding.hint {
        let mut flow = Flow::default();
        flow.push(Role::Flag, "hint:");
        flow.space();
        flow.push(Role::Plain, hint);
        out.push_str("  ");
        out.push_str(&flow.render(stream, 2, 8));
    }
    out
}

/// The part of the query around a span, with carets under it.
fn place(query: &str, start: usize, end: usize, role: Role, stream: Stream) -> String {
    let room = stream.width.saturating_sub(4).max(8);
    // Columns as they will be shown: a hostile character takes none, white space one.
    let mut cells: Vec<(String, bool)> = Vec::new();
    for (at, grapheme) in query.grapheme_indices(true) {
        let marked = at < end && at + grapheme.len() > start;
        let shown = if grapheme.chars().all(clean::is_gap) {
            " ".to_owned()
        } else {
            grapheme
                .chars()
                .filter(|&c| !clean::is_hostile(c))
                .collect()
        };
        cells.push((shown, marked));
    }
    let first = cells
        .iter()
        .position(|(_, marked)| *marked)
        .unwrap_or(cells.len());
    let last = cells
        .iter()
        .rposition(|(_, marked)| *marked)
        .map_or(first, |last| last + 1);
    let widths: Vec<usize> = cells.iter().map(|(cell, _)| columns(cell)).collect();
    let width = |cells: std::ops::Range<usize>| widths[cells].iter().sum::<usize>();
    let (mut from, mut to) = (0, cells.len());
    let (mut before, mut after) = (width(0..first), width(last..to));
    let mut total = width(0..to);
    // What is farther from the place goes first; the end of a long place goes last.
    while total > room.saturating_sub(2 * usize::from(from > 0 || to < cells.len())) && to > from {
        let dropped = if from < first && before >= after {
            from += 1;
            before -= widths[from - 1];
            widths[from - 1]
        } else {
            to -= 1;
            after -= widths[to].min(after);
            widths[to]
        };
        total -= dropped;
    }
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    text.extend(cells[from..to].iter().map(|(cell, _)| cell.as_str()));
    if to < cells.len() {
        text.push('…');
    }
    let indent = usize::from(from > 0) + width(from..first.clamp(from, to));
    let marks = width(first.clamp(from, to)..last.clamp(from, to)).max(1);
    let carets = styled(stream, role, &"^".repeat(marks));
    format!(
        "  | {}\n  | {}{carets}\n",
        text.trim_end(),
        " ".repeat(indent)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str, span: (usize, usize), width: usize) -> String {
        let stream = Stream {
            is_terminal: false,
            colour: false,
            width,
        };
        let finding = Diagnostic::new(Severity::Warning, "x", "`b` is odd").at(span.0, span.1);
        render(&finding.hint("write `c`"), query, stream)
    }

    #[test]
    fn carets_stand_under_what_is_meant() {
        assert_eq!(
            shown("a bb c", (2, 4), 40),
            "warning: `b` is odd\n  | a bb c\n  |   ^^\n  hint: write `c`\n"
        );
        assert_eq!(
            shown("中文 bb", (7, 9), 40),
            "warning: `b` is odd\n  | 中文 bb\n  |      ^^\n  hint: write `c`\n"
        );
        assert_eq!(
            shown("a\u{202e}\nb", (5, 6), 40),
            "warning: `b` is odd\n  | a b\n  |   ^\n  hint: write `c`\n"
        );
        assert_eq!(
            shown("ab", (2, 2), 40),
            "warning: `b` is odd\n  | ab\n  |   ^\n  hint: write `c`\n"
        );
    }

    #[test]
    fn a_long_query_is_shown_around_the_place() {
        let query = format!("{} bb {}", "x".repeat(100), "y".repeat(100));
        let text = shown(&query, (101, 103), 30);
        assert!(text.lines().all(|line| columns(line) <= 30), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let at = lines[2].find('^').unwrap();
        let before: String = lines[1].chars().take(at).collect();
        assert!(before.ends_with("x "), "{text}");
        assert!(lines[1].contains("bb"), "{text}");
    }
}
