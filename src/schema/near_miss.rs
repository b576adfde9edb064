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
    let wanted = fold(name)?;
    let mut tolerance = match wanted.len() {
        0 => return None,
        1..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let mut best = None;
    for candidate in candidates {
        let candidate = candidate.as_ref();
        let Some(folded) = fold(candidate) else {
            continue;
        };
        if folded.len().abs_diff(wanted.len()) > tolerance {
            continue;
        }
        let slips = distance(&wanted, &folded);
        if slips <= tolerance {
            best = Some(candidate.to_owned());
            match slips.checked_sub(1) {
                Some(less) => tolerance = less,
                None => break,
            }
        }
    }
    best
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
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row_before_that = vec![0; right.len() + 1];
    let mut row_before: Vec<usize> = (0..=right.len()).collect();
    let mut current = vec![0; right.len() + 1];
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
        std::mem::swap(&mut row_before_that, &mut row_before);
        std::mem::swap(&mut row_before, &mut current);
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
            assert_eq!(distance(&letters(left), &letters(right)), slips);
            assert_eq!(distance(&letters(right), &letters(left)), slips);
        }
    }
}
