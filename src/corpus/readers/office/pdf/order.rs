//! The order in which the pieces of a page are read.

use super::page::Piece;

/// A gap between columns, in parts of the size of the font.
const GUTTER: f32 = 1.0;

/// How often a page may be cut into parts of parts.
const CUTS: usize = 24;

/// Brings the pieces of a page into the order of reading. Programs draw text in that order, as a
/// rule; where they do not, the page is cut along its gaps.
pub(super) fn sort(pieces: Vec<Piece>) -> Vec<Piece> {
    // What stands across most of the text is read last.
    let mut by_turn: [Vec<Piece>; 5] = Default::default();
    for piece in pieces {
        by_turn[usize::from(piece.turn.min(4))].push(piece);
    }
    by_turn.sort_by_key(|pieces| {
        let letters: usize = pieces.iter().map(|piece| piece.text.len()).sum();
        std::cmp::Reverse(letters)
    });
    let sorted = by_turn.into_iter().flat_map(|pieces| {
        if is_in_order(&pieces) {
            pieces
        } else {
            let mut sorted = Vec::with_capacity(pieces.len());
            cut(pieces, CUTS, &mut sorted);
            sorted
        }
    });
    sorted.collect()
}

/// Whether two pieces stand on one line.
pub(super) fn is_level(a: &Piece, b: &Piece) -> bool {
    (a.base - b.base).abs() < 0.4 * a.size.max(b.size)
}

fn overlap(a: &Piece, b: &Piece) -> bool {
    a.left < b.right && b.left < a.right
}

/// Text is drawn in order if it hardly ever jumps up within a column, or back within a line, and
/// no line goes on beyond the gap between columns.
fn is_in_order(pieces: &[Piece]) -> bool {
    let mut jumps = 0;
    let mut crossings = 0;
    for (a, b) in pieces.iter().zip(pieces.iter().skip(1)) {
        if is_level(a, b) {
            if b.left < a.left {
                jumps += 1;
            } else if a.text.len() > 20 && b.text.len() > 20 {
                crossings += 1;
            }
        } else if b.base < a.base && overlap(a, b) {
            jumps += 1;
        }
    }
    jumps <= 3 + pieces.len() / 25 && crossings < 4
}

/// Cuts between columns where that can be done, else between blocks above each other.
fn cut(mut pieces: Vec<Piece>, left: usize, sorted: &mut Vec<Piece>) {
    if pieces.len() > 1 && left > 0 {
        pieces.sort_by(|a, b| a.left.total_cmp(&b.left));
        if let Some(at) = gutter(&pieces) {
            let right = pieces.split_off(at);
            cut(pieces, left - 1, sorted);
            cut(right, left - 1, sorted);
            return;
        }
        pieces.sort_by(|a, b| a.base.total_cmp(&b.base));
        if let Some(at) = widest_gap(&pieces) {
            let below = pieces.split_off(at);
            cut(pieces, left - 1, sorted);
            cut(below, left - 1, sorted);
            return;
        }
    }
    lines(&mut pieces);
    sorted.append(&mut pieces);
}

/// Where a column ends, among pieces that are sorted by their left ends: nothing stands in the
/// gap, and there are some lines of text on both sides.
fn gutter(pieces: &[Piece]) -> Option<usize> {
    let mut reach = f32::MIN;
    let mut widest: Option<(f32, usize)> = None;
    for (at, piece) in pieces.iter().enumerate() {
        let gap = piece.left - reach;
        let is_wider = widest.is_none_or(|(most, _)| gap > most);
        if at >= 3 && pieces.len() - at >= 3 && gap > GUTTER * piece.size && is_wider {
            widest = Some((gap, at));
        }
        reach = reach.max(piece.right);
    }
    let (_, at) = widest?;
    let wordy = |pieces: &[Piece]| {
        let letters: usize = pieces.iter().map(|piece| piece.text.len()).sum();
        letters >= 15 * pieces.len()
    };
    (wordy(&pieces[..at]) && wordy(&pieces[at..])).then_some(at)
}

/// The widest gap between lines, among pieces that are sorted from top to bottom, if it is wider
/// than that between the lines of a paragraph.
fn widest_gap(pieces: &[Piece]) -> Option<usize> {
    let gaps = pieces.iter().zip(pieces.iter().skip(1)).enumerate();
    gaps.map(|(at, (a, b))| ((b.base - a.base) / a.size.max(b.size), at + 1))
        .filter(|&(gap, _)| gap > 1.6)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
        .map(|(_, at)| at)
}

/// Sorts from top to bottom, and from left to right within a line.
fn lines(pieces: &mut [Piece]) {
    pieces.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut start = 0;
    while start < pieces.len() {
        let mut end = start + 1;
        while end < pieces.len() && is_level(&pieces[start], &pieces[end]) {
            end += 1;
        }
        pieces[start..end].sort_by(|a, b| a.left.total_cmp(&b.left));
        start = end;
    }
}
