//! From the pieces of pages to running text: lines, paragraphs, and where each page begins.

use std::collections::{HashMap, HashSet};

use super::order::{is_level, sort};
use super::page::{Page, Piece};

/// The text of a document.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Flow {
    pub(super) text: String,
    /// Where in the text each page begins.
    pub(super) starts: Vec<usize>,
    /// What stands largest near the top of the first page.
    pub(super) heading: Option<String>,
}

/// A line of text on a page.
#[derive(Debug, Clone)]
struct Line {
    text: String,
    left: f32,
    right: f32,
    base: f32,
    size: f32,
    page: usize,
    /// The edges of the column that it stands in.
    column: (f32, f32),
    /// Whether it is the first of its column.
    begins: bool,
}

/// Makes running text of the pages of a document.
pub(super) fn flow(pages: Vec<Page>) -> Flow {
    let heights: Vec<f32> = pages.iter().map(|page| page.height).collect();
    let mostly_aside = {
        let pieces = pages.iter().flat_map(|page| &page.pieces);
        let (mut aside, mut all) = (0, 0);
        for piece in pieces {
            all += piece.text.len();
            aside += if piece.aside { piece.text.len() } else { 0 };
        }
        aside * 2 > all
    };
    let mut lines: Vec<Vec<Line>> = Vec::with_capacity(pages.len());
    for (number, page) in pages.into_iter().enumerate() {
        let mut pieces = page.pieces;
        pieces.retain(|piece| mostly_aside || !piece.aside);
        lines.push(joined(sort(pieces), number));
    }
    drop_running(&mut lines, &heights);
    let heading = lines.first().and_then(|lines| heading(lines, &heights));
    for page in &mut lines {
        columns(page);
    }
    let count = lines.len();
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    let mut writer = Writer {
        leading: leading(&lines),
        words: Words::of(&lines),
        flow: Flow {
            heading,
            ..Flow::default()
        },
    };
    let mut before: Option<&Line> = None;
    for line in &lines {
        writer.line(before, line);
        before = Some(line);
    }
    let end = writer.flow.text.len();
    writer.flow.starts.resize(count.max(1), end);
    writer.flow
}

/// Pieces that stand on one line, one behind the other, as one.
fn joined(pieces: Vec<Piece>, page: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut last: Option<Piece> = None;
    for piece in pieces {
        let goes_on = last.as_ref().is_some_and(|last| {
            last.turn == piece.turn && is_level(last, &piece) && piece.left >= last.left
        });
        match lines.last_mut() {
            Some(line) if goes_on => {
                line.text.push(' ');
                line.text.push_str(&piece.text);
                line.right = line.right.max(piece.right);
                line.size = line.size.max(piece.size);
            }
            _ => lines.push(Line {
                text: piece.text.clone(),
                left: piece.left,
                right: piece.right,
                base: piece.base,
                size: piece.size,
                page,
                column: (piece.left, piece.right),
                begins: false,
            }),
        }
        last = Some(piece);
    }
    lines
}

/// Takes away what stands at the top or bottom of most pages, at one height, and differs in
/// numbers at most; and the number of a page that stands alone.
fn drop_running(pages: &mut [Vec<Line>], heights: &[f32]) {
    let key = |line: &Line| {
        let mut text = String::new();
        for c in line.text.chars().take(200) {
            let c = if c.is_numeric() { '#' } else { c };
            if c != '#' || !text.ends_with('#') {
                text.push(c);
            }
        }
        (text, (line.base / line.size.max(1.0)).round() as i32)
    };
    let mut seen: HashMap<(String, i32), usize> = HashMap::new();
    for page in pages.iter() {
        let found: HashSet<_> = edges(page).map(|at| key(&page[at])).collect();
        for key in found {
            *seen.entry(key).or_default() += 1;
        }
    }
    let written = pages.iter().filter(|page| !page.is_empty()).count();
    for (number, page) in pages.iter_mut().enumerate() {
        let height = heights.get(number).copied().unwrap_or_default();
        let mut drop: Vec<usize> = edges(page)
            .filter(|&at| {
                let line = &page[at];
                let count = seen.get(&key(line)).copied().unwrap_or_default();
                let most = if written > 3 {
                    3.max(written / 3).min(10)
                } else {
                    2
                };
                let runs = count >= most;
                let text = line.text.trim_matches(|c: char| !c.is_alphanumeric());
                let near_edge = line.base > height * 0.88 || line.base < height * 0.1;
                // Left and right pages have their numbers in different places.
                let is_number = near_edge && text.parse() == Ok(number + 1);
                runs || is_number
            })
            .collect();
        drop.sort_unstable();
        drop.dedup();
        for at in drop.into_iter().rev() {
            page.remove(at);
        }
    }
}

/// The places of the two highest and two lowest lines of a page.
fn edges(page: &[Line]) -> impl Iterator<Item = usize> + use<> {
    let mut order: Vec<usize> = (0..page.len()).collect();
    order.sort_by(|&a, &b| page[a].base.total_cmp(&page[b].base));
    let top: Vec<usize> = order.iter().take(2).copied().collect();
    let bottom = order.into_iter().rev().take(2);
    top.into_iter().chain(bottom)
}

/// The largest text in the upper half of the first page, if it is larger than the rest and as
/// long as a title may be.
fn heading(lines: &[Line], heights: &[f32]) -> Option<String> {
    let height = heights.first().copied().unwrap_or_default();
    let mut sizes: Vec<f32> = lines.iter().map(|line| line.size).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = *sizes.get(sizes.len() / 2)?;
    let high = |line: &&Line| line.base < height * 0.6;
    let largest = lines.iter().filter(high).map(|line| line.size);
    let largest = largest.max_by(f32::total_cmp)?;
    if largest < usual * 1.15 {
        return None;
    }
    let mut title = String::new();
    let is_of_it = |line: &&Line| line.size > largest * 0.97 && line.base < height * 0.6;
    for line in lines
        .iter()
        .skip_while(|line| !is_of_it(line))
        .take_while(is_of_it)
    {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(&line.text);
    }
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3 && title.chars().count() <= 300).then_some(title)
}

/// Finds the columns of a page in its sorted lines: a column ends where the next line is not below
/// the one before, or not above or below it at all, or of another size, like a heading over columns.
fn columns(lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let mut end = start + 1;
        while end < lines.len() {
            let (a, b) = (&lines[end - 1], &lines[end]);
            let differ = (a.size - b.size).abs() > 0.12 * a.size.max(b.size);
            if differ || b.base <= a.base || b.left > a.right || b.right < a.left {
                break;
            }
            end += 1;
        }
        let column = &mut lines[start..end];
        let left = column.iter().map(|line| line.left).fold(f32::MAX, f32::min);
        let right = column
            .iter()
            .map(|line| line.right)
            .fold(f32::MIN, f32::max);
        for line in column.iter_mut() {
            line.column = (left, right);
        }
        column[0].begins = true;
        start = end;
    }
}

/// The usual distance of lines, in parts of the size of the font.
fn leading(lines: &[Line]) -> f32 {
    let pairs = lines.iter().zip(lines.iter().skip(1));
    let mut gaps: Vec<f32> = pairs
        .filter(|(_, b)| !b.begins)
        .map(|(a, b)| (b.base - a.base) / a.size.max(b.size))
        .filter(|gap| (0.8..3.0).contains(gap))
        .collect();
    if gaps.is_empty() {
        return 1.3;
    }
    let middle = gaps.len() / 2;
    gaps.sort_by(f32::total_cmp);
    gaps[middle]
}

/// The words that stand within lines, to tell `forty-one` from a word that was parted.
#[derive(Debug, Default)]
struct Words(HashSet<String>);

impl Words {
    const MOST: usize = 100_000;

    fn of(lines: &[Line]) -> Self {
        let mut words = HashSet::new();
        for line in lines {
            let mut inner: Vec<&str> = line.text.split_whitespace().collect();
            inner.pop();
            for word in inner {
                if words.len() < Self::MOST {
                    words.insert(bare(word).to_lowercase());
                }
            }
        }
        Self(words)
    }

    /// Whether the two halves of a word belong together without the hyphen.
    fn are_one(&self, first: &str, second: &str) -> bool {
        let (first, second) = (bare(first).to_lowercase(), bare(second).to_lowercase());
        self.0.contains(&format!("{first}{second}"))
            || !self.0.contains(&format!("{first}-{second}"))
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

struct Writer {
    leading: f32,
    words: Words,
    flow: Flow,
}

/// How two lines are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    Space,
    Line,
    Paragraph,
}

impl Writer {
    fn line(&mut self, before: Option<&Line>, line: &Line) {
        if let Some(before) = before {
            let joint = self.joint(before, line);
            if joint == Joint::Paragraph || !self.mend(line) {
                let text = &mut self.flow.text;
                text.push_str(match joint {
                    Joint::Space => " ",
                    Joint::Line => "\n",
                    Joint::Paragraph => "\n\n",
                });
            }
        }
        let start = self.flow.text.len();
        while self.flow.starts.len() <= line.page {
            self.flow.starts.push(start);
        }
        self.flow.text.push_str(&line.text);
    }

    fn joint(&self, a: &Line, b: &Line) -> Joint {
        let ends = ends_sentence(&a.text);
        let size = a.size.max(b.size);
        if (a.size - b.size).abs() > 0.12 * size {
            return Joint::Paragraph;
        }
        let width = a.column.1 - a.column.0;
        let is_short = a.right < a.column.1 - 0.25 * width;
        if b.begins {
            // A paragraph may go on in the next column, or on the next page.
            let goes_on = !ends && b.text.starts_with(char::is_lowercase);
            let is_parted = ends_parted(&a.text) && b.text.starts_with(char::is_alphabetic);
            return if goes_on || is_parted {
                Joint::Space
            } else if ends || is_short {
                Joint::Paragraph
            } else {
                Joint::Space
            };
        }
        let gap = (b.base - a.base) / size;
        if gap > self.leading * 1.2 + 0.05 {
            return Joint::Paragraph;
        }
        let in_a = a.left - a.column.0 > 0.8 * size;
        let in_b = b.left - b.column.0 > 0.8 * size;
        let nearly_short = a.right < a.column.1 - 2.0 * size;
        if in_b && !in_a && (ends || nearly_short) && !is_item(&a.text) {
            return Joint::Paragraph;
        }
        match (is_short, ends) {
            (true, true) => Joint::Paragraph,
            (true, false) => Joint::Line,
            _ if is_item(&b.text) => Joint::Line,
            _ => Joint::Space,
        }
    }

    /// Joins a word that was parted at the end of a line.
    fn mend(&mut self, line: &Line) -> bool {
        let text = &mut self.flow.text;
        if !ends_parted(text) {
            return false;
        }
        let soft = text.ends_with('\u{ad}');
        let first = line.text.split_whitespace().next().unwrap_or_default();
        if !soft && !first.starts_with(char::is_lowercase) {
            // `Anglo-` and `Saxon`.
            return first.starts_with(char::is_alphanumeric);
        }
        let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
        if soft || self.words.are_one(last, first) {
            text.pop();
        }
        true
    }
}

/// Whether a text ends with a part of a word and a hyphen.
fn ends_parted(text: &str) -> bool {
    let mut ends = text.chars().rev();
    matches!(ends.next(), Some('-' | '\u{2010}' | '\u{ad}'))
        && ends.next().is_some_and(char::is_alphabetic)
}

fn ends_sentence(text: &str) -> bool {
    let closing =
        |c: char| matches!(c, ')' | ']' | '"' | '\'' | '”' | '’' | '»' | '«') || c.is_numeric();
    // A footnote's number may stand behind the full stop.
    let bare = text.trim_end_matches(closing);
    bare.ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？', '؟', '۔'])
}

/// Whether a line begins with the marker of an item.
fn is_item(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    if words.next().is_none() {
        return false;
    }
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=2).contains(&digits) && matches!(&first[digits..], "." | ")");
    numbered || matches!(first, "•" | "‣" | "▪" | "◦" | "·" | "–" | "-" | "*" | "●")
}
