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
        if number <= 0.0 || largest <= 0.0 {
            return String::new();
        }
        let columns = number / largest * width as f64;
        if self.ascii {
            return "#".repeat((columns.round() as usize).clamp(1, width.max(1)));
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
    fn neighbours_are_summed_until_they_fit() {
        assert_eq!(summed(&[1, 2, 3, 4, 5], 5), (vec![1, 2, 3, 4, 5], 1));
        assert_eq!(summed(&[1, 2, 3, 4, 5], 3), (vec![3, 7, 5], 2));
        assert_eq!(summed(&[1, 2], 0), (vec![3], 2));
        assert_eq!(summed(&[], 4), (vec![], 1));
    }
}
