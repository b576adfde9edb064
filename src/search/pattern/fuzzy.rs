//! Words that are a few edits away from another: a row of the table of distances, of which only the
//! cells around its diagonal can be small enough.
//!
//! Through dictionaries it is walked by the numbers of such rows: few different ones are ever met, and a
//! step that was taken once is looked up.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Glance, Letters, Sketch};

/// The most edits.
const MOST: usize = 2;
/// Cells of a row that matter.
const BAND: usize = 2 * MOST + 1;
/// More edits than are ever allowed.
const FAR: u8 = MOST as u8 + 1;

/// Words at most some edits away from one.
#[derive(Debug)]
pub(crate) struct Fuzzy {
    word: Vec<char>,
    /// The same between characters that stand for none, so that every cell has a letter.
    padded: Vec<char>,
    edits: u8,
    /// Its letters, at a glance.
    glance: Letters,
    /// Its letters, each once; and a character that it has not.
    letters: Vec<char>,
    other: char,
    /// The number of each plain character among `letters`, or of all others.
    plain: [u8; 128],
    taken: Mutex<Taken>,
}

/// The rows after the last two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        // A word has no more letters than a byte can count.
        letters.truncate(usize::from(u8::MAX));
        let mut plain = [letters.len() as u8; 128];
        for (number, &letter) in letters.iter().enumerate() {
            if let Some(of) = plain.get_mut(letter as usize) {
                *of = number as u8;
            }
        }
        let padding = [char::MAX; MOST + 1];
        let behind = padding.iter().chain(&padding);
        Self {
            padded: padding
                .into_iter()
                .chain(word.chars())
                .chain(behind.copied())
                .collect(),
            word: word.chars().collect(),
            edits: edits.min(MOST as u8),
            glance: Letters::of(word),
            other: ('\0'..=char::MAX)
                .find(|&c| !word.contains(c))
                .unwrap_or_default(),
            letters,
            plain,
            taken: Mutex::default(),
        }
    }

    /// Walks by numbers: whoever else does so waits.
    pub(super) fn walk(&self) -> Walk<'_> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.rows.is_empty() {
            taken.add(self, self.start());
        }
        Walk {
            pattern: self,
            taken: RefCell::new(taken),
        }
    }

    /// Every edit changes the length by one at most, and at most one letter to another.
    #[inline]
    pub(super) fn may_fit(&self, glance: &Glance<'_>) -> bool {
        let edits = u32::from(self.edits);
        glance.characters.abs_diff(self.word.len()) <= edits as usize
            && self.glance.lacking_in(glance.letters) <= edits
            && glance.letters.lacking_in(self.glance) <= edits
    }

    /// Whether a word fits.
    pub(super) fn fits_word(&self, word: &str) -> bool {
        let mut state = self.start();
        for c in word.chars() {
            let Some(next) = self.step(&state, c) else {
                return false;
            };
            state = next;
        }
        self.fits(&state)
    }

    pub(super) fn sketch(&self) -> Sketch {
        Sketch {
            edits: self.edits,
            characters: self.word.len(),
            letters: self.glance.0,
        }
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

    /// After one more character; `None` if nothing fits any more.
    #[inline]
    pub(super) fn step(&self, state: &State, c: char) -> Option<State> {
        let read = state.read as usize;
        // From the letter before that of the first cell on. Beyond them the word is too long.
        let letters = self.padded.get(read..read + BAND + 1)?;
        let mut row = [FAR; BAND];
        let mut nearest = FAR;
        for cell in 0..BAND {
            let (letter, before) = (letters[cell + 1], letters[cell]);
            let mut least = state.row[cell] + u8::from(letter != c);
            // One more character than the word has here.
            if cell + 1 < BAND {
                least = least.min(state.row[cell + 1] + 1);
            }
            if cell > 0 {
                least = least.min(row[cell - 1] + 1);
            }
            if letter == state.last && before == c {
                least = least.min(state.before[cell] + 1);
            }
            row[cell] = least.min(FAR);
            nearest = nearest.min(row[cell]);
        }
        // An exchange of neighbours may still lead on from the row before.
        let may_fit =
            nearest <= self.edits || state.row.iter().any(|&distance| distance < self.edits);
        may_fit.then_some(State {
            read: state.read + 1,
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

/// The steps that have been taken.
#[derive(Debug, Default)]
struct Taken {
    /// By number, and whether a word that ends there fits.
    rows: Vec<(State, bool)>,
    numbers: HashMap<State, u32>,
    /// Where each letter leads from each row.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Unknown,
    Dead,
    To(u32),
}

impl Taken {
    /// The number of a row.
    fn add(&mut self, pattern: &Fuzzy, row: State) -> u32 {
        if let Some(&number) = self.numbers.get(&row) {
            return number;
        }
        let number = self.rows.len() as u32;
        self.numbers.insert(row, number);
        self.rows.push((row, pattern.fits(&row)));
        let steps = self.steps.len() + pattern.letters.len() + 1;
        self.steps.resize(steps, Step::Unknown);
        number
    }
}

/// A pattern on its way through dictionaries.
#[derive(Debug)]
pub(crate) struct Walk<'p> {
    pattern: &'p Fuzzy,
    taken: RefCell<MutexGuard<'p, Taken>>,
}

impl Walk<'_> {
    /// The number of the row before the first character.
    pub(super) const START: u32 = 0;

    /// The number of the row after one more character.
    #[inline]
    pub(super) fn step(&self, row: u32, c: char) -> Option<u32> {
        let pattern = self.pattern;
        let letter = match pattern.plain.get(c as usize) {
            Some(&number) => usize::from(number),
            None => pattern
                .letters
                .binary_search(&c)
                .unwrap_or(pattern.letters.len()),
        };
        let taken = &mut **self.taken.borrow_mut();
        let at = row as usize * (pattern.letters.len() + 1) + letter;
        match taken.steps[at] {
            Step::Dead => None,
            Step::To(row) => Some(row),
            Step::Unknown => {
                let letter = pattern.letters.get(letter).copied();
                let (from, _) = taken.rows[row as usize];
                let to = pattern.step(&from, letter.unwrap_or(pattern.other));
                let to = to.map(|row| taken.add(pattern, row));
                taken.steps[at] = to.map_or(Step::Dead, Step::To);
                to
            }
        }
    }

    pub(super) fn fits(&self, row: u32) -> bool {
        self.taken.borrow().rows[row as usize].1
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
            let pattern = WordPattern::fuzzy(&word, edits);
            let expected = distance(&word, &other) <= usize::from(edits);
            let mut state = pattern.start();
            for byte in other.bytes() {
                state = pattern.step(state, byte);
            }
            prop_assert_eq!(pattern.fits(state), expected);
            prop_assert_eq!(pattern.fits_word(&other), expected);
            let walk = pattern.walk();
            let mut state = walk.start();
            for byte in other.bytes() {
                state = walk.step(state, byte);
            }
            prop_assert_eq!(walk.fits(state), expected);
        }
    }
}
