//! What stands on a page of a PDF, piece by piece: text with its place, gathered from glyphs.

/// A gap between two glyphs that parts words, in parts of the size of the font. Narrow spaces of
/// justified lines are wider, kerning is narrower.
const WORD_GAP: f32 = 0.17;

/// A gap that parts two pieces of a line: cells of a table, columns.
const PIECE_GAP: f32 = 1.6;

/// How far above or below the line a glyph may stand that belongs to it: a footnote's number.
const RISE: f32 = 0.45;

/// A glyph with its place, `y` growing downwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph<'t> {
    /// The characters it stands for.
    pub(super) text: &'t str,
    pub(super) x: f32,
    pub(super) y: f32,
    /// The direction of the line it stands on, of length one.
    pub(super) along: (f32, f32),
    pub(super) width: f32,
    /// The size of the font.
    pub(super) size: f32,
    /// Whether the document says that it is no part of the text: a running head.
    pub(super) aside: bool,
}

/// Glyphs that stand side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Where its line stands, growing downwards.
    pub(super) base: f32,
    pub(super) size: f32,
    /// The direction of its line in quarter turns; 4 for any other direction.
    pub(super) turn: u8,
    pub(super) aside: bool,
    /// Where each character of scripts that run from right to left began, if there are any.
    places: Vec<(f32, usize)>,
    mixed: bool,
}

/// The text of one page in the order in which it was drawn.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) pieces: Vec<Piece>,
    /// The height of the page.
    pub(super) height: f32,
    /// How many glyphs there were, and how many of them stand for no known character.
    pub(super) glyphs: usize,
    pub(super) unmapped: usize,
    last: Option<(f32, f32)>,
}

impl Page {
    /// An empty page of this height.
    pub(super) fn new(height: f32) -> Self {
        Self {
            height,
            ..Self::default()
        }
    }

    /// Adds a glyph.
    pub(super) fn push(&mut self, glyph: &Glyph<'_>) {
        let numbers = [glyph.x, glyph.y, glyph.width, glyph.size];
        let sane = |number: &f32| number.is_finite() && number.abs() < 1e6;
        if !numbers.iter().all(sane) || glyph.size < 0.01 || glyph.text.is_empty() {
            return;
        }
        let turn = quarter(glyph.along);
        let (cos, sin) = glyph.along;
        let x = glyph.x * cos + glyph.y * sin;
        let y = glyph.y * cos - glyph.x * sin;
        let text = plain(glyph.text);
        let is_space = text.trim().is_empty();
        // Text is made bold by drawing it twice.
        let near = |(left, base): (f32, f32)| {
            (left - x).abs() < 0.12 * glyph.size && (base - y).abs() < 0.12 * glyph.size
        };
        if let Some(piece) = self.pieces.last_mut()
            && piece.turn == turn
            && piece.aside == glyph.aside
        {
            if !is_space && self.last.is_some_and(near) && piece.text.ends_with(&*text) {
                return;
            }
            let size = piece.size.max(glyph.size);
            let close = -0.6 * size..PIECE_GAP * size;
            let level = (y - piece.base).abs() < RISE * size;
            // Lines of scripts that run from right to left may be drawn in that direction.
            let before = piece.left - (x + glyph.width);
            let is_before = (runs_left(&text) || piece.mixed) && close.contains(&before);
            let behind = x - piece.right;
            let is_behind = close.contains(&behind);
            if level && (is_behind || is_before) {
                let is_before = is_before && (!is_behind || before < behind.abs());
                let (gap, edge) = if is_before {
                    (before, piece.left)
                } else {
                    (behind, piece.right)
                };
                if gap > WORD_GAP * size && !is_space && !piece.text.ends_with(' ') {
                    piece.add(" ", edge);
                }
                if !is_space || !piece.text.ends_with(' ') {
                    piece.add(&text, x);
                }
                piece.right = piece.right.max(x + glyph.width);
                piece.left = piece.left.min(x);
                // A footnote's number does not tell the size of a line.
                if glyph.size > piece.size * 1.3 && piece.text.len() < 4 {
                    piece.size = glyph.size;
                    piece.base = y;
                }
                self.last = Some((x, y));
                return;
            }
        }
        self.last = Some((x, y));
        if is_space {
            return;
        }
        let mut piece = Piece {
            text: String::new(),
            left: x,
            right: x + glyph.width,
            base: y,
            size: glyph.size,
            turn,
            aside: glyph.aside,
            places: Vec::new(),
            mixed: false,
        };
        piece.add(&text, x);
        self.pieces.push(piece);
    }

    /// Ends the page: text in the order in which it is read within each piece, and pieces that
    /// were drawn twice once.
    pub(super) fn finish(&mut self) {
        for piece in &mut self.pieces {
            piece.settle();
        }
        self.pieces.retain(|piece| !piece.text.is_empty());
        self.pieces.dedup_by(|b, a| {
            let near = 0.12 * a.size;
            a.text == b.text && (a.left - b.left).abs() < near && (a.base - b.base).abs() < near
        });
    }
}

impl Piece {
    fn add(&mut self, text: &str, x: f32) {
        self.mixed |= runs_left(text);
        self.places.push((x, self.text.len()));
        self.text.push_str(text);
    }

    /// Puts the characters of scripts that run from right to left into the order of reading: from
    /// their places, because programs draw them in either order.
    fn settle(&mut self) {
        if self.mixed {
            let ends = self.places.iter().skip(1).map(|&(_, at)| at);
            let ends = ends.chain([self.text.len()]);
            let mut parts: Vec<(f32, &str)> = self
                .places
                .iter()
                .zip(ends)
                .map(|(&(x, start), end)| (x, &self.text[start..end]))
                .collect();
            parts.sort_by(|a, b| a.0.total_cmp(&b.0));
            let parts: Vec<&str> = parts.into_iter().map(|(_, text)| text).collect();
            self.text = logical(&parts);
        }
        self.places = Vec::new();
        let trimmed = self.text.trim();
        if trimmed.len() != self.text.len() {
            self.text = trimmed.to_owned();
        }
    }
}

/// The text of a line from its parts, given from left to right.
fn logical(parts: &[&str]) -> String {
    let strong = |text: &&&str| runs_left(text) || text.chars().any(char::is_alphabetic);
    let leftward = parts.iter().filter(|text| runs_left(text)).count();
    let all = parts.iter().filter(strong).count();
    let whole = leftward * 2 >= all;
    let mut order: Vec<&str> = parts.to_vec();
    if whole {
        order.reverse();
    }
    // Runs of the other direction: numbers and foreign words, or the other way round.
    let other = |text: &str| {
        if whole {
            !runs_left(text) && text.chars().any(char::is_alphanumeric)
        } else {
            runs_left(text)
        }
    };
    let neutral = |text: &str| !runs_left(text) && !text.chars().any(char::is_alphanumeric);
    let mut at = 0;
    while at < order.len() {
        if !other(order[at]) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut next = end;
        while next < order.len() && (other(order[next]) || neutral(order[next])) {
            next += 1;
            if other(order[next - 1]) {
                end = next;
            }
        }
        order[at..end].reverse();
        at = end;
    }
    order.concat()
}

/// Whether there are letters of a script in it that runs from right to left.
fn runs_left(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
            && c.is_alphabetic()
    })
}

/// Ligatures and forms of letters as letters.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    use unicode_normalization::UnicodeNormalization;
    let is_form = |c: char| matches!(c, '\u{fb00}'..='\u{fb4f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    if text.chars().any(|c| is_form(c) || c.is_control()) {
        let text = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        std::borrow::Cow::Owned(text.nfkc().collect())
    } else {
        std::borrow::Cow::Borrowed(text)
    }
}

/// A direction in quarter turns, clockwise; 4 if it is none of them.
fn quarter((cos, sin): (f32, f32)) -> u8 {
    const NEARLY: f32 = 0.985;
    match (cos, sin) {
        (cos, _) if cos > NEARLY => 0,
        (_, sin) if sin > NEARLY => 1,
        (cos, _) if cos < -NEARLY => 2,
        (_, sin) if sin < -NEARLY => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(page: &mut Page, text: &str, x: f32, y: f32) {
        for (number, c) in text.chars().enumerate() {
            let mut buffer = [0; 4];
            page.push(&Glyph {
                text: c.encode_utf8(&mut buffer),
                x: x + 5.0 * number as f32,
                y,
                along: (1.0, 0.0),
                width: 5.0,
                size: 10.0,
                aside: false,
            });
        }
    }

    fn texts(mut page: Page) -> Vec<String> {
        page.finish();
        page.pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn glyphs_become_pieces() {
        let mut page = Page::new(100.0);
        line(&mut page, "one", 0.0, 10.0);
        line(&mut page, "two", 18.0, 10.0);
        line(&mut page, "x", 33.5, 7.0);
        line(&mut page, "cell", 80.0, 10.0);
        line(&mut page, "next", 0.0, 22.0);
        assert_eq!(texts(page), ["one twox", "cell", "next"]);
    }

    #[test]
    fn what_is_drawn_twice_is_there_once() {
        let mut page = Page::new(100.0);
        line(&mut page, "bold", 0.0, 10.0);
        line(&mut page, "bold", 0.3, 10.0);
        assert_eq!(texts(page), ["bold"]);
        let mut page = Page::new(100.0);
        for x in [0.0, 0.4, 5.0, 5.4] {
            line(&mut page, "l", x, 10.0);
        }
        assert_eq!(texts(page), ["ll"]);
    }

    #[test]
    fn forms_of_letters_become_letters() {
        let mut page = Page::new(100.0);
        line(&mut page, "ﬁrst eﬀect", 0.0, 10.0);
        assert_eq!(texts(page), ["first effect"]);
    }

    #[test]
    fn scripts_from_right_to_left_are_read_so() {
        // From left to right as they stand on the page.
        for (parts, expected) in [
            ("ג ב א", "א ב ג"),
            (".ב 1953 א", "א 1953 ב."),
            ("see אב now", "see בא now"),
            ("ab 12", "ab 12"),
        ] {
            let parts: Vec<String> = parts.chars().map(String::from).collect();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            assert_eq!(logical(&parts), expected);
        }
        // Drawn in the order of reading, or in that of places.
        let text: Vec<char> = "מים רבים".chars().collect();
        for backwards in [false, true] {
            let mut page = Page::new(100.0);
            let mut places: Vec<usize> = (0..text.len()).collect();
            if backwards {
                places.reverse();
            }
            for place in places {
                let c = text[text.len() - 1 - place].to_string();
                page.push(&Glyph {
                    text: &c,
                    x: 5.0 * place as f32,
                    y: 10.0,
                    along: (1.0, 0.0),
                    width: 5.0,
                    size: 10.0,
                    aside: false,
                });
            }
            assert_eq!(texts(page), ["מים רבים"]);
        }
    }

    #[test]
    fn what_is_no_place_is_left_out() {
        let mut page = Page::new(100.0);
        line(&mut page, "a", f32::NAN, 10.0);
        line(&mut page, "b", 1e30, f32::INFINITY);
        assert!(texts(page).is_empty());
    }
}
