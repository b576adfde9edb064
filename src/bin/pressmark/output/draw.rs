//! Bars and sparklines, in eighths of a column or in ASCII.

/// What to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pen {
    /// Whether to use ASCII characters alone.
    pub(crate) ascii: bool,
}

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_HEIGHTS: [char; 8] = ['_', '.', '-', '~', '=', '+', '*', '#'];

impl Pen {
    /// A bar whose length is to `width` as the number is to the largest; one that is not nothing
    /// never vanishes.
    pub(crate) fn bar(self, number: f64, largest: f64, width: usize) -> String {
        if number <= 0.0 || largest <= 0.0 || width == 0 {
            return String::new();
        }
        let columns = number / largest * width as f64;
        if self.ascii {
            return "#".repeat((columns.round() as usize).clamp(1, width));
        }
        let eighths = ((columns * 8.0).round() as usize).max(1);
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
    }

    /// A character for each number: a space for nothing, else as high as the number is to the
    /// largest.
    pub(crate) fn spark(self, numbers: &[u64]) -> String {
        let largest = numbers.iter().copied().max().unwrap_or(0);
        let heights = if self.ascii { ASCII_HEIGHTS } else { HEIGHTS };
        numbers
            .iter()
            .map(|&number| match number {
                0 => ' ',
                number => {
                    let height = (number as f64 / largest as f64 * 8.0).ceil() as usize;
                    heights[height.clamp(1, 8) - 1]
                }
            })
            .collect()
    }

    /// The sign before what is chosen.
    pub(crate) fn chosen(self) -> &'static str {
        if self.ascii { "* " } else { "✓ " }
    }
}

/// Columns of a full bar, at most.
const MOST_BAR: usize = 40;

/// Shares out the columns of a line that has a mark of two columns, a name, `fixed` columns of
/// numbers, a gap and a bar: how many the name gets, and how many a full bar.
pub(crate) fn share_out(width: usize, widest_name: usize, fixed: usize) -> (usize, usize) {
    const LEAST: usize = 8;
    let room = width.saturating_sub(2 + fixed);
    let names = room.saturating_sub(2 + LEAST).max(room.min(LEAST));
    let names = widest_name.min(names);
    let bar = (room - names).saturating_sub(2);
    (names, bar.min(MOST_BAR))
}

/// Sums of so many neighbours each that no more than `most` numbers are left, and how many
/// neighbours those are.
pub(crate) fn summed(numbers: &[u64], most: usize) -> (Vec<u64>, usize) {
    let together = numbers.len().div_ceil(most.max(1)).max(1);
    let sums = numbers.chunks(together).map(|chunk| chunk.iter().sum());
    (sums.collect(), together)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_never_vanish() {
        let (pen, ascii) = (Pen::default(), Pen { ascii: true });
        for (number, expected, plain) in [
            (0.0, "", ""),
            (1.0, "▏", "#"),
            (500.0, "█████", "#####"),
            (1_000.0, "██████████", "##########"),
            (63.0, "▋", "#"),
        ] {
            assert_eq!(pen.bar(number, 1_000.0, 10), expected, "{number}");
            assert_eq!(ascii.bar(number, 1_000.0, 10), plain, "{number}");
        }
        assert_eq!(pen.bar(0.0, 0.0, 10), "");
    }

    #[test]
    fn sparks_are_as_high_as_their_numbers() {
        assert_eq!(Pen::default().spark(&[0, 1, 4, 8, 16]), " ▁▂▄█");
        assert_eq!(Pen { ascii: true }.spark(&[0, 1, 4, 8, 16]), " _.~#");
        assert_eq!(Pen::default().spark(&[0, 0]), "  ");
        assert_eq!(Pen::default().spark(&[]), "");
    }

    #[test]
    fn a_line_is_never_wider_than_the_window() {
        for width in 20..130 {
            for name in [0, 3, 12, 200] {
                for fixed in [3, 9, 18] {
                    let (names, bar) = share_out(width, name, fixed);
                    assert!(names <= name && bar <= MOST_BAR);
                    let gap = if bar > 0 { 2 } else { 0 };
                    assert!(
                        2 + names + fixed + gap + bar <= width,
                        "{width} {name} {fixed}"
                    );
                }
            }
        }
        assert_eq!(share_out(60, 20, 3), (20, 33));
    }

    #[test]
    fn neighbours_are_summed_until_they_fit() {
        assert_eq!(summed(&[1, 2, 3, 4, 5], 5), (vec![1, 2, 3, 4, 5], 1));
        assert_eq!(summed(&[1, 2, 3, 4, 5], 3), (vec![3, 7, 5], 2));
        assert_eq!(summed(&[1, 2], 0), (vec![3], 2));
        assert_eq!(summed(&[], 4), (vec![], 1));
    }
}
