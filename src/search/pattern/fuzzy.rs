//! Words that are a few edits away from another: a row of the table of distances, of which only the
//! cells around its diagonal can be small enough.

/// The most edits.
const MOST: usize = 2;
/// Cells of a row that matter.
const BAND: usize = 2 * MOST + 1;
/// More edits than are ever allowed.
const FAR: u8 = MOST as u8 + 1;

/// Words at most some edits away from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fuzzy {
    word: Vec<char>,
    edits: u8,
}

/// The rows after the last two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// Characters read.
    read: u32,
    /// Cell `i` belongs to the first `read + i - MOST` letters of the word.
    row: [u8; BAND],
    before: [u8; BAND],
    last: char,
}

impl Fuzzy {
    pub(super) fn new(word: &str, edits: u8) -> Self {
        Self {
            word: word.chars().collect(),
            edits: edits.min(MOST as u8),
        }
    }

    /// Every edit changes the length by one at most.
    #[inline]
    pub(super) fn may_fit(&self, word: &str) -> bool {
        word.chars().count().abs_diff(self.word.len()) <= usize::from(self.edits)
    }

    pub(super) fn start(&self) -> State {
        let mut row = [FAR; BAND];
        for (letters, cell) in row[MOST..].iter_mut().enumerate() {
            if letters <= self.word.len() {
                *cell = letters as u8;
            }
        }
        State {
            read: 0,
            row,
            before: [FAR; BAND],
            last: '\0',
        }
    }

    #[inline]
    pub(super) fn step(&self, state: &State, c: char) -> Option<State> {
        let read = state.read as usize + 1;
        let mut row = [FAR; BAND];
        for cell in 0..BAND {
            let Some(letters) = (read + cell).checked_sub(MOST) else {
                continue;
            };
            if letters > self.word.len() {
                break;
            }
            // One more character than the word has here.
            let mut least = match state.row.get(cell + 1) {
                Some(above) => above + 1,
                None => FAR,
            };
            if letters > 0 {
                let letter = self.word[letters - 1];
                least = least.min(state.row[cell] + u8::from(letter != c));
                if cell > 0 {
                    least = least.min(row[cell - 1] + 1);
                }
                if read > 1 && letters > 1 && letter == state.last && self.word[letters - 2] == c {
                    least = least.min(state.before[cell] + 1);
                }
            }
            row[cell] = least.min(FAR);
        }
        // An exchange of neighbours may still lead on from the row before.
        let may_fit = row.iter().any(|&cell| cell <= self.edits)
            || state.row.iter().any(|&cell| cell < self.edits);
        may_fit.then_some(State {
            read: read as u32,
            row,
            before: state.row,
            last: c,
        })
    }

    pub(super) fn fits(&self, state: &State) -> bool {
        (self.word.len() + MOST)
            .checked_sub(state.read as usize)
            .and_then(|cell| state.row.get(cell))
            .is_some_and(|&distance| distance <= self.edits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::WordPattern;

    /// The whole table.
    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                let mut least = if i == 0 || j == 0 { i + j } else { usize::MAX };
                if i > 0 && j > 0 {
                    let cost = usize::from(a[i - 1] != b[j - 1]);
                    least = (table[i - 1][j - 1] + cost)
                        .min(table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                }
                table[i][j] = least;
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn letters_are_put_in_left_out_replaced_and_exchanged() {
        let check = |word: &str, edits: u8, other: &str, expected: bool| {
            let fits = WordPattern::fuzzy(word, edits).fits_word(other);
            assert_eq!(fits, expected, "{word}~{edits} {other}");
        };
        for other in ["hezbollah", "hezbolah", "hezbola", "hebzolah", "hezbolахa"] {
            check("hezbolah", 2, other, distance("hezbolah", other) <= 2);
        }
        check("netanyahu", 1, "netanyahu", true);
        check("netanyahu", 1, "netanayhu", true);
        check("netanyahu", 1, "netanahu", true);
        check("netanyahu", 1, "natanyaho", false);
        check("ab", 1, "ba", true);
        check("abc", 1, "ca", false);
        check("ab", 2, "", true);
        check("", 1, "a", true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_band_gives_what_the_whole_table_gives(
            word in "[abé]{0,7}", other in "[abéc]{0,8}", edits in 1_u8..3,
        ) {
            let fits = WordPattern::fuzzy(&word, edits).fits_word(&other);
            prop_assert_eq!(fits, distance(&word, &other) <= usize::from(edits));
        }
    }
}
