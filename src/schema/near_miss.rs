//! Finds the name that was probably meant: of a field, a facet, a key, a facet value.

/// Longer names are not compared: the cost of one comparison stays bounded.
const MAX_CHARACTERS: usize = 64;

/// Picks the candidate that differs least from `name`: by case alone, or by few letters added,
/// left out, changed, or swapped with their neighbour.
///
/// Names of up to two letters tolerate no such slip, of up to five one, of up to eight two, longer
/// ones three. Of equally near candidates the first wins; `None` if none is near.
pub fn suggest<S: AsRef<str>>(
    name: &str,
    candidates: impl IntoIterator<Item = S>,
) -> Option<String> {
    let mut wanted = Wanted::new(name)?;
    let mut best = None;
    for candidate in candidates {
        let candidate = candidate.as_ref();
        if let Some(slips) = wanted.slips(candidate) {
            best = Some(candidate.to_owned());
            match slips.checked_sub(1) {
                Some(less) => wanted.tolerance = less,
                None => break,
            }
        }
    }
    best
}

/// A name to compare many others with.
#[derive(Debug)]
pub(crate) struct Wanted {
    letters: Vec<char>,
    tolerance: usize,
    /// Which letters occur, by their code modulo 64.
    present: u64,
    other: Vec<char>,
    rows: [Vec<usize>; 3],
}

impl Wanted {
    /// `None` for a name that is empty or too long to compare.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let letters = fold(name)?;
        let tolerance = match letters.len() {
            0 => return None,
            1..=2 => 0,
            3..=5 => 1,
            6..=8 => 2,
            _ => 3,
        };
        Some(Self {
            tolerance,
            present: present(&letters),
            letters,
            other: Vec::new(),
            rows: Default::default(),
        })
    }

    /// How many slips lie between the names, if it is few enough.
    pub(crate) fn slips(&mut self, name: &str) -> Option<usize> {
        // A byte is a quarter of a letter at least.
        if name.len() > 4 * (self.letters.len() + self.tolerance)
            || name.len() + self.tolerance < self.letters.len()
        {
            return None;
        }
        self.other.clear();
        let folded = name.chars().flat_map(char::to_lowercase);
        self.other.extend(folded.take(MAX_CHARACTERS + 1));
        let (wanted, other) = (&self.letters, &self.other);
        if other.len() > MAX_CHARACTERS || other.len().abs_diff(wanted.len()) > self.tolerance {
            return None;
        }
        // A slip brings one letter and takes another at most.
        let different = (present(other) ^ self.present).count_ones() as usize;
        if different > 2 * self.tolerance {
            return None;
        }
        let slips = distance(wanted, other, &mut self.rows);
        (slips <= self.tolerance).then_some(slips)
    }
}

fn present(letters: &[char]) -> u64 {
    letters.iter().fold(0, |present, &letter| {
        present | 1 << (u32::from(letter) % 64)
    })
}

/// The letters without case; `None` for what is too long to compare.
fn fold(name: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = name
        .chars()
        .flat_map(char::to_lowercase)
        .take(MAX_CHARACTERS + 1)
        .collect();
    (letters.len() <= MAX_CHARACTERS).then_some(letters)
}

/// Edits and swaps of neighbours that turn one name into the other (Damerau and Levenshtein, in
/// the restricted form where no letter is touched twice).
fn distance(left: &[char], right: &[char], rows: &mut [Vec<usize>; 3]) -> usize {
    let [row_before_that, row_before, current] = rows;
    for row in [&mut *row_before_that, &mut *current] {
        row.clear();
        row.resize(right.len() + 1, 0);
    }
    row_before.clear();
    row_before.extend(0..=right.len());
    for (i, a) in left.iter().enumerate() {
        current[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let change = row_before[j] + usize::from(a != b);
            let mut fewest = change.min(row_before[j + 1] + 1).min(current[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                fewest = fewest.min(row_before_that[j - 1] + 1);
            }
            current[j + 1] = fewest;
        }
        std::mem::swap(row_before_that, row_before);
        std::mem::swap(row_before, current);
    }
    row_before[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let names = ["country", "actor", "topic", "date", "title", "lang"];
        for (typed, meant) in [
            ("contry", Some("country")),
            ("Country", Some("country")),
            ("counrty", Some("country")),
            ("titel", Some("title")),
            ("dat", Some("date")),
            ("tpoci", None),
            ("da", None),
            ("", None),
            ("planet", None),
        ] {
            assert_eq!(suggest(typed, names).as_deref(), meant, "{typed}");
        }
        assert_eq!(
            suggest("IR", ["iq", "ir"]).as_deref(),
            Some("ir"),
            "case alone"
        );
        assert_eq!(
            suggest("cart", ["care", "card"]).as_deref(),
            Some("care"),
            "the first of equals"
        );
        assert_eq!(suggest(&"a".repeat(65), ["a".repeat(65)]), None);
    }

    #[test]
    fn distances_count_swaps_once() {
        for (left, right, slips) in [
            ("", "", 0),
            ("ab", "ba", 1),
            ("abc", "ac", 1),
            ("kitten", "sitting", 3),
            ("abcd", "", 4),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            let mut rows = Default::default();
            assert_eq!(distance(&letters(left), &letters(right), &mut rows), slips);
            assert_eq!(distance(&letters(right), &letters(left), &mut rows), slips);
        }
    }
}
